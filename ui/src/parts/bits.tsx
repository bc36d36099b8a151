// Small pieces used everywhere: people, statuses, priorities, clocks as chips, errors, empty places, fields.
import { cloneElement } from 'preact';
import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { by, dur, hours, initials, now, when, whenFull } from '../lib/format';
import type { ApiError } from '../lib/api';
import { hasWord, t, tx, word } from '../lib/i18n';
import type { Key } from '../lib/i18n';
import type { ClockBrief, Ref, TicketItem } from '../lib/types';
import { Icon } from './icons';
import type { IconName } from './icons';

// One of six tints, always the same for the same name.
export function tint(name: string): number {
	let h = 0;
	for (const c of name) h = (h * 31 + c.charCodeAt(0)) >>> 0;
	return h % 6;
}

export function Avatar({ name, size = 'm' }: { name: string; size?: 's' | 'm' | 'l' }) {
	return <span class={`avatar avatar-${size} tint-${tint(name)}`} data-initials={initials(name).toUpperCase()} aria-hidden="true" />;
}

export function PersonName({ person, empty }: { person: Ref | null; empty?: string }) {
	if (!person) return <span class="muted">{empty ?? t('person.none')}</span>;
	return <span class="person"><Avatar name={person.name} size="s" /><span class="clip">{person.name}</span></span>;
}

// `of`: words that need another form for a case (a ticket and a case differ in gender in Russian).
export function Status({ status, of = 'status' }: { status: string; of?: 'status' | 'caseStatus' }) {
	return <span class={`status status-${status}`}><span class="status-dot" aria-hidden="true" />{of === 'status' ? word('status', status) : word('caseStatus', status)}</span>;
}

export function Priority({ p, words }: { p: number; words?: boolean }) {
	const label = t('priority.label', { p });
	const name = word('priority', String(p));
	return (
		<span class={`prio prio-${p}`} title={`${label}: ${name}`}>
			<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false">
				{[0, 1, 2, 3].map((i) => (
					<rect key={i} x={i * 3.5 + 0.5} y={10 - i * 3} width="2.5" height={i * 3 + 3.5} rx="0.8" class={i < 5 - p ? 'on' : 'off'} />
				))}
			</svg>
			{words ? <span>{name}</span> : <span class="prio-number"><span class="hidden">{label}</span><span aria-hidden="true">{p}</span></span>}
		</span>
	);
}

export type ClockFace = 'ok' | 'risk' | 'breach' | 'paused' | 'met' | 'none';
const FACE_ICON: Record<ClockFace, IconName> = { ok: 'clock', risk: 'risk', breach: 'breach', paused: 'pause', met: 'met', none: 'minus' };

// Real time runs in `remaining_s` only inside working hours: when the due instant is as far away as the working time
// left, it may be counted down here; otherwise it stays as the server gave it.
export function leftS(c: ClockBrief, at = now.value): number {
	if (c.state === 'running' && c.due_at && !c.breached) {
		const wall = Math.round((Date.parse(c.due_at) - at) / 1000);
		if (wall <= c.remaining_s + 60) return wall;
	}
	return c.remaining_s;
}

export function faceOf(c: ClockBrief & { target_s?: number }, metric: string): ClockFace {
	if (c.state === 'cancelled') return 'none';
	if (c.breached) return 'breach';
	if (c.state === 'stopped') return 'met';
	if (c.state === 'paused') return 'paused';
	const left = leftS(c);
	if (left <= 0) return 'breach';
	const soon = c.target_s ? c.target_s / 4 : metric === 'response' ? 1800 : 7200;
	return left <= soon ? 'risk' : 'ok';
}

export function clockWords(c: ClockBrief, face: ClockFace): string {
	const left = leftS(c);
	if (face === 'breach') {
		// How long it is over matters less than that it is: one unit fits a cell in any language.
		const time = Math.abs(left) < 3600 ? dur(left) : hours(Math.floor(Math.abs(left) / 3600) * 3600);
		return t(c.state === 'stopped' ? 'clock.lateBy' : 'clock.over', { time });
	}
	if (face === 'met') return t('clock.met');
	if (face === 'paused') return t('clock.paused');
	if (face === 'none') return t('clock.cancelled');
	return dur(left, true);
}

export function ClockChip({ clock, metric, full }: { clock: ClockBrief & { target_s?: number }; metric: string; full?: boolean }) {
	const face = faceOf(clock, metric);
	const name = word('metricShort', metric);
	const due = clock.due_at && clock.state === 'running' ? by(clock.due_at) : '';
	return (
		<span class={`chip chip-${face}`} title={[name, clockWords(clock, face), due].filter(Boolean).join(' · ')}>
			<Icon name={FACE_ICON[face]} size={14} />
			<span class="chip-text"><span class="chip-name">{name}</span><span aria-hidden="true"> · </span><span>{clockWords(clock, face)}</span></span>
			{full && due && <span class="chip-due">{due}</span>}
		</span>
	);
}

// A row has room for one clock: the reply until it was given, then the fix.
export function SlaChip({ ticket }: { ticket: Pick<TicketItem, 'response' | 'resolution' | 'status'> }) {
	const { response, resolution } = ticket;
	if (ticket.status === 'cancelled') return null;
	if (response && response.state !== 'stopped' && response.state !== 'cancelled') return <ClockChip clock={response} metric="response" />;
	if (resolution) return <ClockChip clock={resolution} metric="resolution" />;
	return null;
}

export function SupplierMark({ supplier }: { supplier: Ref }) {
	return <span class="at-supplier"><Icon name="supplier" size={14} /><span class="clip">{supplier.name}</span></span>;
}

export function Time({ at, words }: { at: string; words?: string }) {
	return <time dateTime={at} title={whenFull(at)}>{words ?? when(at)}</time>;
}

export function Spinner({ label }: { label?: string }) {
	return <div class="spinner" role="status"><span class="spinner-mark" aria-hidden="true" /><span class={label ? '' : 'hidden'}>{label ?? t('app.loading')}</span></div>;
}

export function Skeleton({ rows = 6 }: { rows?: number }) {
	return (
		<div class="skeleton" role="status">
			<span class="hidden">{t('app.loading')}</span>
			{Array.from({ length: rows }, (_, i) => <div key={i} class={`skeleton-row skeleton-${i % 3}`} aria-hidden="true" />)}
		</div>
	);
}

export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
	return (
		<div class="empty">
			<span class="empty-icon"><Icon name={icon} size={28} /></span>
			<p class="empty-title">{title}</p>
			{children && <p class="muted">{children}</p>}
			{action}
		</div>
	);
}

export function NotYours() {
	return <Empty icon="search" title={t('app.missing')} action={<a class="button" href="/">{t('app.toPortal')}</a>}>{t('app.missingWhy')}</Empty>;
}

const TITLES: Record<number, Key> = {
	0: 'error.network', 403: 'error.forbidden', 404: 'error.missing', 409: 'error.conflict', 412: 'error.changed',
	413: 'error.large', 422: 'error.fields', 429: 'error.often', 503: 'error.busy',
};

export function errorTitle(e: ApiError): string {
	return t(TITLES[e.status] ?? (e.status >= 500 ? 'error.server' : 'error.other'));
}

// A field by its names on the page, as far as there are such: "Terms 1 From".
const fieldWords = (pointer: string) => pointer.split('/').slice(1).map((x) => (/^\d+$/.test(x) ? Number(x) + 1 : hasWord('errorField', x) ? word('errorField', x) : x)).join(' ');

// What happened, what was kept, what to do, and the request's id for whoever is asked for help.
export function ErrorNote({ error, kept, onRetry, shown = [] }: { error: ApiError; kept?: string; onRetry?: () => void; shown?: string[] }) {
	const rest = error.fields.filter((f) => !shown.some((s) => f.pointer === `/${s}` || f.pointer.startsWith(`/${s}/`)));
	return (
		<div class="error-note" role="alert">
			<Icon name="alert" />
			<div>
				<strong>{errorTitle(error)}</strong>
				{error.detail && !(error.status === 422 && error.fields.length) && <p>{error.detail}</p>}
				{rest.length > 0 && <ul>{rest.map((f) => <li key={f.pointer}><b>{fieldWords(f.pointer)}:</b> {f.detail}</li>)}</ul>}
				{kept && <p>{kept}</p>}
				{error.passing && <p>{error.retryAfterS ? t('error.tryIn', { time: dur(error.retryAfterS) }) : t('error.tryAgain')}</p>}
				{error.requestId && <p class="error-id">{tx('error.request', { id: <code>{error.requestId}</code> })}</p>}
				{onRetry && <button type="button" class="button small" onClick={onRetry}>{t('action.retry')}</button>}
			</div>
		</div>
	);
}

// A label, its control, a hint and the server's word on it, tied together for screen readers.
export function Field({ label, hint, error, required, children, class: cls }: {
	label: string; hint?: ComponentChildren; error?: string; required?: boolean; children: VNode<Record<string, unknown>>; class?: string;
}) {
	const id = useId();
	const described = [error ? `${id}-e` : '', hint ? `${id}-h` : ''].filter(Boolean).join(' ') || undefined;
	return (
		<div class={`field ${error ? 'field-wrong' : ''} ${cls ?? ''}`}>
			<label htmlFor={id}>{label}{!required && required !== undefined && <span class="field-optional"> {t('field.optional')}</span>}</label>
			{cloneElement(children, { id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined, 'aria-required': required ? 'true' : undefined })}
			{error && <p class="field-error" id={`${id}-e`}><Icon name="alert" size={14} />{error}</p>}
			{hint && <p class="field-hint" id={`${id}-h`}>{hint}</p>}
		</div>
	);
}

export function Kbd({ children }: { children: string }) {
	return <kbd>{children}</kbd>;
}

export function Segmented<T extends string>({ value, onChange, options, label }: {
	value: T; onChange: (v: T) => void; options: { value: T; label: string; icon?: IconName }[]; label: string;
}) {
	const name = useId();
	return (
		<fieldset class="segmented">
			<legend class="hidden">{label}</legend>
			{options.map((o) => (
				<label key={o.value} class={o.value === value ? 'on' : ''}>
					<input type="radio" name={name} checked={o.value === value} onChange={() => onChange(o.value)} />
					{o.icon && <Icon name={o.icon} />}<span>{o.label}</span>
				</label>
			))}
		</fieldset>
	);
}
