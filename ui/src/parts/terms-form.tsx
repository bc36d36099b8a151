// Terms as a form: targets in working hours, credits, what is covered, pauses and steps. While one types, the server is asked what it would
// make of them (dry run): differences, warnings, overlaps and every wrong field stand beside the form before anything is saved.
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, query, request } from '../lib/api';
import type { ApiError } from '../lib/api';
import { asError } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { METRICS, PRIORITIES, ROLES, labelIn, readHours, writeHours } from '../lib/terms';
import type { CoveredCi, CoveredClass, Credit, PauseReason, Saved, Step, Terms } from '../lib/terms';
import type { CiClass, CiItem, Page, Ref } from '../lib/types';
import { labelOf } from '../lib/label';
import { ErrorNote, Field, Priority } from './bits';
import { Icon } from './icons';
import { Picker } from './picker';
import { Differences, Part, Warnings } from './terms-view';

type CreditDraft = { metric: string; below: string; credit: string };
export type Draft = {
	amount: string; currency: string; period: string; calendar: Ref | null; pauseLimit: string; cap: string; auto: boolean; note: string;
	cells: Record<string, { hours: string; goal: string }>; credits: CreditDraft[]; coverage: CoveredCi[]; classes: CoveredClass[]; reasons: PauseReason[]; steps: Step[];
};

const cell = (metric: string, priority: number) => `${metric}/${priority}`;

export function draftOf(terms: Partial<Terms> | null): Draft {
	return {
		amount: terms?.price?.amount ?? '', currency: terms?.price?.currency ?? 'RUB', period: terms?.price_period ?? 'month', calendar: terms?.calendar ?? null,
		pauseLimit: writeHours(terms?.pause_limit_s ?? 288000), cap: terms?.credit_cap_pct ? String(terms.credit_cap_pct) : '', auto: terms?.automatic_acknowledges ?? false, note: '',
		cells: Object.fromEntries((terms?.targets ?? []).map((x) => [cell(x.metric, x.priority), { hours: writeHours(x.target_s), goal: String(x.goal_pct) }])),
		credits: (terms?.credits ?? []).map((c: Credit) => ({ metric: c.metric, below: String(c.below_pct), credit: String(c.credit_pct) })),
		coverage: terms?.coverage ?? [], classes: terms?.coverage_classes ?? [], reasons: terms?.pause_reasons ?? [], steps: terms?.escalation_steps ?? [],
	};
}

const number = (text: string) => (text.trim() === '' ? null : Number(text.replace(',', '.')));
// What cannot be read as a number goes as text, so that the server names the field.
const numeric = (text: string) => {
	const n = number(text);
	return n === null || Number.isNaN(n) ? text : n;
};
const seconds = (text: string) => {
	const s = readHours(text);
	return s === null || Number.isNaN(s) ? text : s;
};

export function bodyOf(d: Draft): Record<string, unknown> {
	const targets = METRICS.flatMap((metric) => PRIORITIES.flatMap((priority) => {
		const c = d.cells[cell(metric, priority)];
		return c?.hours.trim() ? [{ priority, metric, target_s: seconds(c.hours), goal_pct: numeric(c.goal || '95') }] : [];
	}));
	return {
		price: d.amount.trim() ? { amount: d.amount.trim().replace(',', '.').replace(/\s/g, ''), currency: d.currency.trim() } : null, price_period: d.period,
		...(d.calendar ? { calendar: d.calendar.id } : {}), pause_limit_s: seconds(d.pauseLimit), credit_cap_pct: d.cap.trim() ? numeric(d.cap) : null,
		automatic_acknowledges: d.auto, note: d.note, coverage: d.coverage.map((c) => c.id), coverage_classes: d.classes.map((c) => ({ class: c.class.id, filter: c.filter })),
		targets, credits: d.credits.map((c) => ({ metric: c.metric, below_pct: numeric(c.below), credit_pct: numeric(c.credit) })),
		pause_reasons: d.reasons, escalation_steps: d.steps,
	};
}

// What was typed as hours and is none went as it stood: the refusal of a number of seconds is said in hours.
function inHours(error: ApiError, body: unknown): ApiError {
	for (const f of error.fields) {
		const sent = f.pointer.split('/').slice(1).reduce<unknown>((at_, key) => (at_ as Record<string, unknown> | undefined)?.[key], body);
		if (/_s$/.test(f.pointer) && typeof sent === 'string') f.detail = t('terms.hoursWrong');
	}
	return error;
}

// Asks what the terms would do, a moment after the last change; the answer to an older question is dropped.
export function useDryRun(path: string, method: string, body: Record<string, unknown> | null, etag: string | null): { saved: Saved | null; error: ApiError | null; asking: boolean } {
	const [state, setState] = useState<{ saved: Saved | null; error: ApiError | null; asking: boolean }>({ saved: null, error: null, asking: false });
	const turn = useRef(0);
	const text = body ? JSON.stringify(body) : '';
	useEffect(() => {
		if (!text) return;
		const mine = ++turn.current;
		setState((s) => ({ ...s, asking: true }));
		const timer = setTimeout(() => {
			request<Saved>(`${path}?dry_run=true`, { method, body: JSON.parse(text), etag }).then(
				({ data }) => mine === turn.current && setState({ saved: data, error: null, asking: false }),
				(e) => mine === turn.current && setState((s) => ({ saved: s.saved, error: inHours(asError(e), JSON.parse(text)), asking: false })),
			);
		}, 500);
		return () => clearTimeout(timer);
	}, [path, method, text, etag]);
	return state;
}

const at = (error: ApiError | null, pointer: string) => error?.fields.find((f) => f.pointer === `/${pointer}` || f.pointer.startsWith(`/${pointer}/`))?.detail;

function Targets({ d, set, error }: { d: Draft; set: (d: Draft) => void; error: ApiError | null }) {
	// The server counts the targets that were sent; the cells in the same order.
	const order = METRICS.flatMap((m) => PRIORITIES.filter((p) => d.cells[cell(m, p)]?.hours.trim()).map((p) => cell(m, p)));
	const change = (key: string, part: { hours?: string; goal?: string }) => set({ ...d, cells: { ...d.cells, [key]: { ...{ hours: '', goal: '95' }, ...d.cells[key], ...part } } });
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('terms.targets')}>
			<table class="table terms-targets targets-edit">
				<thead><tr><th scope="col">{t('sla.metric')}</th>{PRIORITIES.map((p) => <th key={p} scope="col"><Priority p={p} words /></th>)}</tr></thead>
				<tbody>{METRICS.map((m) => (
					<tr key={m}><th scope="row">{word('metric', m)}</th>
						{PRIORITIES.map((p) => {
							const key = cell(m, p);
							const c = d.cells[key] ?? { hours: '', goal: '' };
							const wrong = at(error, `targets/${order.indexOf(key)}`);
							const name = `${word('metric', m)}, ${t('priority.label', { p })}`;
							return (
								<td key={p} class={wrong ? 'field-wrong' : ''} title={wrong}>
									<input class="num" inputMode="numeric" placeholder="—" value={c.hours} aria-label={`${name}: ${t('terms.target')}`} aria-invalid={wrong ? 'true' : undefined} onInput={(e) => change(key, { hours: e.currentTarget.value })} />
									<span class="goal-input"><input class="num" inputMode="decimal" value={c.goal} disabled={!c.hours.trim()} aria-label={`${name}: ${t('sla.goal')}`} onInput={(e) => change(key, { goal: e.currentTarget.value })} /><span class="muted">%</span></span>
								</td>
							);
						})}</tr>
				))}</tbody>
			</table>
		</div>
	);
}

function CreditRows({ d, set, error }: { d: Draft; set: (d: Draft) => void; error: ApiError | null }) {
	const change = (i: number, part: Partial<CreditDraft>) => set({ ...d, credits: d.credits.map((c, k) => (k === i ? { ...c, ...part } : c)) });
	return (
		<>
			{d.credits.map((c, i) => {
				const wrong = at(error, `credits/${i}`);
				return (
					<div key={i} class={`row-edit credit-row ${wrong ? 'field-wrong' : ''}`}>
						<select aria-label={t('sla.metric')} value={c.metric} onChange={(e) => change(i, { metric: e.currentTarget.value })}>{METRICS.map((m) => <option key={m} value={m}>{word('metric', m)}</option>)}</select>
						<label><span>{t('terms.belowShort')}</span><input class="num" inputMode="decimal" value={c.below} onInput={(e) => change(i, { below: e.currentTarget.value })} /><span>%</span></label>
						<label><span>{t('terms.creditShort')}</span><input class="num" inputMode="decimal" value={c.credit} onInput={(e) => change(i, { credit: e.currentTarget.value })} /><span>%</span></label>
						<button type="button" class="icon-button" aria-label={t('terms.removeRow')} onClick={() => set({ ...d, credits: d.credits.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></button>
						{wrong && <p class="field-error"><Icon name="alert" size={14} />{wrong}</p>}
					</div>
				);
			})}
			<button type="button" class="button small" onClick={() => set({ ...d, credits: [...d.credits, { metric: d.credits.at(-1)?.metric ?? 'resolution', below: '', credit: '' }] })}><Icon name="plus" size={14} />{t('terms.addCredit')}</button>
		</>
	);
}

type Flat = CiClass & { label_en?: string; label_ru?: string };

function ClassPicker({ onAdd }: { onAdd: (c: CoveredClass) => void }) {
	const [cls, setCls] = useState<Flat | null>(null);
	const [attribute, setAttribute] = useState('');
	const [value, setValue] = useState('');
	const classes = useRef<Flat[]>([]);
	const [detail, setDetail] = useState<CiClass | null>(null);
	useEffect(() => {
		setAttribute('');
		setDetail(null);
		if (cls) void get<CiClass>(`/cmdb/classes/${cls.id}`).then(setDetail, () => undefined);
	}, [cls?.id]);
	const load = async (q: string) => {
		if (!classes.current.length) classes.current = (await get<Page<Flat>>('/cmdb/classes')).items;
		return classes.current.filter((c) => labelOf(c).toLowerCase().includes(q.toLowerCase()) || c.name.includes(q.toLowerCase())).slice(0, 40);
	};
	const add = () => {
		if (!cls) return;
		const label = labelOf(cls);
		onAdd({ class: { id: cls.id, name: cls.name, label_en: cls.label_en ?? label, label_ru: cls.label_ru ?? label }, filter: attribute && value.trim() ? { [attribute]: value.trim() } : {} });
		setCls(null);
		setValue('');
	};
	return (
		<div class="row-edit class-row">
			<Picker value={cls} onChange={setCls} load={load} text={(c) => labelOf(c)} placeholder={t('terms.pickClass')} aria-label={t('terms.pickClass')} id="pick-class" />
			<select aria-label={t('terms.attribute')} value={attribute} disabled={!detail} onChange={(e) => setAttribute(e.currentTarget.value)}>
				<option value="">{t('terms.anyOfClass')}</option>
				{detail?.attributes?.filter((a) => a.type !== 'json').map((a) => <option key={a.name} value={a.name}>{labelOf(a)}</option>)}
			</select>
			<input aria-label={t('terms.value')} placeholder={t('terms.value')} value={value} disabled={!attribute} onInput={(e) => setValue(e.currentTarget.value)} />
			<button type="button" class="button small" disabled={!cls} onClick={add}><Icon name="plus" size={14} />{t('terms.add')}</button>
		</div>
	);
}

function Coverage({ d, set, error }: { d: Draft; set: (d: Draft) => void; error: ApiError | null }) {
	const load = async (q: string) => (await get<Page<CiItem>>(`/cmdb/cis${query({ q, limit: 20 })}`)).items.filter((ci) => !d.coverage.some((c) => String(c.id) === String(ci.id)));
	const wrong = at(error, 'coverage') ?? at(error, 'coverage_classes');
	return (
		<>
			<ul class="tags">
				{d.classes.map((c, i) => <li key={`c${i}`}><span class="tag"><Icon name="boxes" size={14} />{labelIn(c.class)}{Object.entries(c.filter).map(([k, v]) => <code key={k}>{`${k} = ${String(v)}`}</code>)}
					<button type="button" class="tag-x" aria-label={t('terms.removeNamed', { name: labelIn(c.class) })} onClick={() => set({ ...d, classes: d.classes.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></button></span></li>)}
				{d.coverage.map((ci) => <li key={ci.id}><span class="tag">{ci.name}
					<button type="button" class="tag-x" aria-label={t('terms.removeNamed', { name: ci.name })} onClick={() => set({ ...d, coverage: d.coverage.filter((c) => c.id !== ci.id) })}><Icon name="close" size={14} /></button></span></li>)}
			</ul>
			{wrong && <p class="field-error"><Icon name="alert" size={14} />{wrong}</p>}
			<Picker<CiItem> value={null} onChange={(ci) => ci && set({ ...d, coverage: [...d.coverage, { id: ci.id, name: ci.name, class: ci.class.name }] })} load={load} text={(ci) => ci.name}
				row={(ci) => <><span>{ci.name}</span> <span class="muted small">{ci.class.label ?? ci.class.name}</span></>} placeholder={t('terms.pickCi')} aria-label={t('terms.pickCi')} id="pick-ci" />
			<ClassPicker onAdd={(c) => set({ ...d, classes: [...d.classes, c] })} />
		</>
	);
}

function Pauses({ d, set, error }: { d: Draft; set: (d: Draft) => void; error: ApiError | null }) {
	const change = (i: number, part: Partial<PauseReason>) => set({ ...d, reasons: d.reasons.map((r, k) => (k === i ? { ...r, ...part } : r)) });
	return (
		<>
			<div class="two">
				<Field label={t('terms.pauseLimit')} error={at(error, 'pause_limit_s')}><input class="num" value={d.pauseLimit} onInput={(e) => set({ ...d, pauseLimit: e.currentTarget.value })} /></Field>
				<label class="check"><input type="checkbox" checked={d.auto} onChange={(e) => set({ ...d, auto: e.currentTarget.checked })} />{t('terms.auto')}</label>
			</div>
			{d.reasons.map((r, i) => {
				const wrong = at(error, `pause_reasons/${i}`);
				return (
					<div key={i} class={`row-edit reason-row ${wrong ? 'field-wrong' : ''}`}>
						<input aria-label={t('terms.reasonEn')} placeholder={t('terms.reasonEn')} value={r.name_en} onInput={(e) => change(i, { name_en: e.currentTarget.value })} />
						<input aria-label={t('terms.reasonRu')} placeholder={t('terms.reasonRu')} value={r.name_ru} onInput={(e) => change(i, { name_ru: e.currentTarget.value })} />
						<select aria-label={t('terms.waitsFor')} value={r.waits_for} onChange={(e) => change(i, { waits_for: e.currentTarget.value as PauseReason['waits_for'] })}>{['us', 'supplier'].map((w) => <option key={w} value={w}>{word('waits', w)}</option>)}</select>
						<button type="button" class="icon-button" aria-label={t('terms.removeRow')} onClick={() => set({ ...d, reasons: d.reasons.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></button>
						{wrong && <p class="field-error"><Icon name="alert" size={14} />{wrong}</p>}
					</div>
				);
			})}
			<button type="button" class="button small" onClick={() => {
				let n = d.reasons.length + 1;
				while (d.reasons.some((r) => r.key === `reason_${n}`)) n++;
				set({ ...d, reasons: [...d.reasons, { key: `reason_${n}`, name_en: '', name_ru: '', waits_for: 'us' }] });
			}}><Icon name="plus" size={14} />{t('terms.addReason')}</button>
		</>
	);
}

function Steps({ d, set, error }: { d: Draft; set: (d: Draft) => void; error: ApiError | null }) {
	const pcts = [...new Set(d.steps.map((s) => s.at_pct))].sort((a, b) => a - b);
	const [typed, setTyped] = useState('');
	const has = (p: number, role: string) => d.steps.some((s) => s.at_pct === p && s.role === role);
	const toggle = (p: number, role: string) => set({ ...d, steps: has(p, role) ? d.steps.filter((s) => s.at_pct !== p || s.role !== role) : [...d.steps, { at_pct: p, role }].sort((a, b) => a.at_pct - b.at_pct) });
	const wrong = at(error, 'escalation_steps');
	return (
		<>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('terms.escalation')}>
				<table class="table table-dense"><thead><tr><th scope="col">{t('terms.usedShare')}</th>{ROLES.map((r) => <th key={r} scope="col">{word('stepRole', r)}</th>)}</tr></thead>
					<tbody>{pcts.map((p) => <tr key={p}><th scope="row" class="num">{num(p)} %</th>{ROLES.map((r) => <td key={r}><input type="checkbox" aria-label={`${p} %, ${word('stepRole', r)}`} checked={has(p, r)} onChange={() => toggle(p, r)} /></td>)}</tr>)}</tbody></table>
			</div>
			{wrong && <p class="field-error"><Icon name="alert" size={14} />{wrong}</p>}
			<div class="row-edit step-row"><input class="num" inputMode="numeric" aria-label={t('terms.usedShare')} placeholder="90" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} /><span>%</span>
				<button type="button" class="button small" disabled={!(Number(typed) >= 1 && Number(typed) <= 200)} onClick={() => {
					toggle(Math.round(Number(typed)), 'owner');
					setTyped('');
				}}><Icon name="plus" size={14} />{t('terms.addStep')}</button></div>
		</>
	);
}

export function TermsForm({ draft: d, set, error, calendars }: { draft: Draft; set: (d: Draft) => void; error: ApiError | null; calendars: Ref[] }) {
	return (
		<div class="terms-form">
			<Part title={t('terms.targets')}>
				<div class="two">
					<Field label={t('terms.calendar')} required error={at(error, 'calendar')}>
						<select value={d.calendar ? String(d.calendar.id) : ''} onChange={(e) => set({ ...d, calendar: calendars.find((c) => String(c.id) === e.currentTarget.value) ?? null })}>
							{!d.calendar && <option value="">{t('terms.choose')}</option>}
							{calendars.map((c) => <option key={c.id} value={String(c.id)}>{c.name}</option>)}
						</select>
					</Field>
					<p class="field-hint">{t('terms.hoursHint')}</p>
				</div>
				<Targets d={d} set={set} error={error} />
			</Part>
			<Part title={t('terms.money')}>
				<div class="money-row">
					<Field label={t('terms.price')} error={at(error, 'price')}><input class="num" inputMode="decimal" value={d.amount} onInput={(e) => set({ ...d, amount: e.currentTarget.value })} /></Field>
					<Field label={t('terms.currency')}><input value={d.currency} maxLength={3} onInput={(e) => set({ ...d, currency: e.currentTarget.value.toUpperCase() })} /></Field>
					<Field label={t('terms.period')}><select value={d.period} onChange={(e) => set({ ...d, period: e.currentTarget.value })}>{['month', 'quarter', 'year'].map((p) => <option key={p} value={p}>{word('pricePer', p)}</option>)}</select></Field>
					<Field label={t('terms.cap')} error={at(error, 'credit_cap_pct')}><input class="num" inputMode="decimal" placeholder="—" value={d.cap} onInput={(e) => set({ ...d, cap: e.currentTarget.value })} /></Field>
				</div>
				<CreditRows d={d} set={set} error={error} />
			</Part>
			<Part title={t('terms.coverage')}><Coverage d={d} set={set} error={error} /></Part>
			<Part title={t('terms.pauses')}><Pauses d={d} set={set} error={error} /></Part>
			<Part title={t('terms.escalation')}><Steps d={d} set={set} error={error} /></Part>
			<Field label={t('terms.noteLabel')} hint={t('terms.noteHint')} error={at(error, 'note')}><input value={d.note} onInput={(e) => set({ ...d, note: e.currentTarget.value })} /></Field>
		</div>
	);
}

// What the server makes of the terms, beside the form.
export function Outcome({ run }: { run: ReturnType<typeof useDryRun> }) {
	return (
		<Part title={t('terms.outcome')}>
			{run.error ? <ErrorNote error={run.error} /> : run.saved ? <><Warnings warnings={run.saved.warnings} overlaps={run.saved.overlaps} /><Differences list={run.saved.differences} /></> : <p class="muted">{t('app.loading')}</p>}
		</Part>
	);
}
