// What was said and done, oldest first: messages as bubbles, notes tinted with a lock, the rest as one line each.
import type { ComponentChildren } from 'preact';
import { clock, dayHeading, dayKey, dur, whenFull } from '../lib/format';
import { hasWord, t, word } from '../lib/i18n';
import type { Event, Ref } from '../lib/types';
import { Avatar } from './bits';
import { Icon } from './icons';
import type { IconName } from './icons';
import { Rich } from './rich';

const ICONS: Record<string, IconName> = {
	taken: 'person', handover_offered: 'handover', handover_accepted: 'handover', handover_declined: 'close', handover_withdrawn: 'undo',
	handover_forced: 'handover', handover_returned: 'undo', introduced: 'person', case_changed: 'supplier', escalated: 'supplier',
	resolved: 'met', confirmed: 'check', closed: 'check', reopened: 'refresh', cancelled: 'close', waiting: 'pause', resumed: 'clock',
	ci_linked: 'link', ci_unlinked: 'link', edited: 'edit', priority_changed: 'edit', team_changed: 'people', rated: 'star', attached: 'clip', opened: 'flag',
	clock_warning: 'risk', clock_breached: 'breach',
};

const nameIn = (v: unknown): string => {
	if (typeof v === 'string') return v;
	if (v && typeof v === 'object' && 'name' in v) return String((v as { name: unknown }).name);
	return '';
};

// "priority: 3 → 2" for every changed field that an event carries.
function Changes({ data }: { data: Record<string, unknown> }) {
	const changes = data.changes && typeof data.changes === 'object' ? (data.changes as Record<string, unknown>) : null;
	if (!changes) return null;
	const pair = (v: unknown): v is { from: unknown; to: unknown } => !!v && typeof v === 'object' && 'to' in v;
	const text = (k: string, v: unknown) => (v === null || v === undefined ? '—' : nameIn(v) || (['priority', 'impact', 'urgency'].includes(k) ? word(k, String(v)).toLowerCase() : String(v)));
	return (
		<>{Object.entries(changes).map(([k, v]) => (
			<span key={k} class="change">{word('fieldName', k)}: {pair(v) ? <>{text(k, v.from)} → <b>{text(k, v.to)}</b></> : <b>{text(k, v)}</b>}</span>
		))}</>
	);
}

function sentence(e: Event, supplier?: Ref): ComponentChildren {
	// What a supplier did is recorded by one of ours: both are named.
	const theirs = e.party === 'supplier' && supplier;
	const who = theirs ? <b>{supplier.name}</b> : e.author ? <b>{e.author.name}</b> : <b>{t('app.name')}</b>;
	const d = e.data ?? {};
	const other = nameIn(d.to) || nameIn(d.owner) || nameIn(d.person) || nameIn(d.team) || nameIn(d.supplier) || nameIn(d.ci) || nameIn(d.name);
	const what = hasWord('event', e.type) ? word('event', e.type) : word('caseEvent', e.type);
	return <>{who} <span>{what}</span>{other && other !== e.author?.name && <> <b>{other}</b></>}{typeof d.case === 'string' && <> <a href={`/cases/${d.case}`} class="num">{d.case}</a></>}
		{typeof d.for === 'string' && <> <b>{word('party', d.for)}</b></>}
		{typeof d.reason === 'string' && <span class="muted"> · {word('reason', d.reason)}</span>}
		{typeof d.event === 'string' && <>: <b>{word('caseEvent', d.event)}</b></>}
		{typeof d.metric === 'string' && <span> {word('metric', d.metric)}</span>}<Changes data={d} />{theirs && e.author && <span class="muted"> · {t('event.recordedBy', { name: e.author.name })}</span>}</>;
}

function Late({ e }: { e: Event }) {
	const late = e.late_s ?? Math.round((Date.parse(e.recorded_at) - Date.parse(e.occurred_at)) / 1000);
	if (!(late > 120)) return null;
	return <span class="late" title={whenFull(e.recorded_at)}><Icon name="history" size={14} />{t('event.late', { time: dur(late, true) })}</span>;
}

function Entry({ e, staff, supplier, extra }: { e: Event; staff: boolean; supplier?: Ref; extra?: (e: Event) => ComponentChildren }) {
	const message = e.body !== null && e.body !== '' && (e.visibility !== 'system' || e.party !== undefined);
	const note = e.visibility === 'internal' && message && !e.party;
	const line = !['replied', 'noted', 'opened'].includes(e.type);
	if (!message) {
		return (
			<li class="event event-line">
				<span class="event-mark"><Icon name={ICONS[e.type] ?? 'clock'} size={14} /></span>
				<p>{sentence(e, supplier)}{e.body && <span class="event-text"> {e.body}</span>} <time dateTime={e.occurred_at} title={whenFull(e.occurred_at)}>{clock(e.occurred_at)}</time> <Late e={e} /> {extra?.(e)}</p>
			</li>
		);
	}
	const role = e.party === 'supplier' ? 'supplier' : e.author_role ?? '';
	const theirs = e.party === 'supplier' && supplier;
	const name = theirs ? supplier.name : e.author?.name ?? t('app.name');
	return (
		<li class={`event event-message ${note ? 'event-note' : ''} event-by-${role}`}>
			<Avatar name={name} />
			<article class="bubble">
				<header>
					<span class="bubble-who">{name}</span>
					{theirs ? e.author && <span class="muted">{t('event.recordedBy', { name: e.author.name })}</span> : role && hasWord('authorRole', role) && <span class="muted">{word('authorRole', role)}</span>}
					{note && <span class="note-mark"><Icon name="note" size={14} />{t('event.staffOnly')}</span>}
					{line && <span class="bubble-what">{(hasWord('event', e.type) ? word('event', e.type) : word('caseEvent', e.type)).replace(/^— /, '')}</span>}
					<Late e={e} />
					<time dateTime={e.occurred_at} title={whenFull(e.occurred_at)}>{clock(e.occurred_at)}</time>
				</header>
				<Rich html={e.body_html ?? null} text={e.body} />
				{extra?.(e)}
				{!staff && e.type === 'resolved' && <p class="muted">{t('portal.resolvedHint')}</p>}
			</article>
		</li>
	);
}

// `extra`: what a page knows besides of an event.
export function Timeline({ events, staff, supplier, label, extra }: { events: Event[]; staff: boolean; supplier?: Ref; label: string; extra?: (e: Event) => ComponentChildren }) {
	const out: ComponentChildren[] = [];
	let day = -1;
	for (const e of events) {
		const d = dayKey(e.occurred_at);
		if (d !== day) out.push(<li key={`d${d}-${e.seq}`} class="event-day"><span>{dayHeading(e.occurred_at)}</span></li>);
		day = d;
		out.push(<Entry key={e.seq} e={e} staff={staff} supplier={supplier} extra={extra} />);
	}
	return <ol class="timeline" aria-label={label}>{out}</ol>;
}
