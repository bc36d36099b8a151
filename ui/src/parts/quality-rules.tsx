// The rules of quality: numbers that the manager sets, and the checklists by which samples are judged, an edition at a time.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { patch, post } from '../lib/api';
import { when } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { lang, num, t, word } from '../lib/i18n';
import { FACTS } from '../lib/quality';
import { session } from '../lib/session';
import type { Id, Page, Ref } from '../lib/types';
import { ErrorNote, Field, Skeleton } from './bits';
import { toast } from './dialog';
import { Icon } from './icons';
import { lastMonth } from './quality-figures';

type Settings = Record<string, unknown> & { version: number; changed_at: string | null; changed_by: Ref | null };
type Item = { label_en: string; label_ru: string; weight: number | string; fact: string | null };
type Checklist = { id: Id; kind: string; version: number; created_at: string; created_by: Ref | null; samples: number; items: (Item & { id: Id })[] };

const BOUNDS: [string, number, number][] = [['low_score', 0, 9], ['sample_size', 0, 50], ['kpi_day', 1, 28], ['min_tickets', 1, 1000], ['min_ratings', 1, 1000], ['min_samples', 1, 1000], ['attestation_months', 1, 60]];
const KINDS = ['incident', 'request', 'consultation'];
const has = (...roles: string[]) => !!session.value?.roles.some((r) => roles.includes(r));

function SettingsCard() {
	const got = useFetch<Settings>('/quality/settings');
	const [typed, setTyped] = useState<Record<string, string>>({});
	const [error, setError] = useState<ApiError | null>(null);
	const s = got.data;
	if (got.error) return <ErrorNote error={got.error} onRetry={() => void got.reload()} />;
	if (!s) return <Skeleton rows={4} />;
	const changed = BOUNDS.filter(([name]) => typed[name] !== undefined && typed[name] !== String(s[name]));
	const save = async (e: Event) => {
		e.preventDefault();
		setError(null);
		try {
			await patch('/quality/settings', Object.fromEntries(changed.map(([name]) => [name, typed[name].trim() === '' ? null : Number(typed[name])])), got.etag);
			setTyped({});
			toast(t('app.saved'), { icon: 'check' });
		} catch (x) {
			setError(asError(x));
		}
		await got.reload();
	};
	return (
		<section class="card quality-rules" aria-labelledby="quality-rules-title">
			<header class="card-head"><h2 id="quality-rules-title">{t('quality.settings')}</h2></header>
			{s.changed_at && <p class="muted small">{t('quality.changedBy', { name: s.changed_by?.name ?? '—', when: when(s.changed_at) })}</p>}
			{has('manager') ? (
				<form onSubmit={save} noValidate>
					<div class="rules-fields">{BOUNDS.map(([name, min, max]) => (
						<Field key={name} label={word('qualityRule', name)} hint={word('qualityRuleHint', name)} error={error?.field(name)}>
							<input type="number" min={min} max={max} value={typed[name] ?? String(s[name])} onInput={(e) => setTyped({ ...typed, [name]: e.currentTarget.value })} />
						</Field>
					))}</div>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={BOUNDS.map(([name]) => name)} />}
					<div class="buttons"><button type="submit" class="button primary" disabled={!changed.length}>{t('action.save')}</button></div>
				</form>
			) : <dl class="facts">{BOUNDS.map(([name]) => <><dt>{word('qualityRule', name)}</dt><dd class="num">{num(Number(s[name]))}</dd></>)}</dl>}
		</section>
	);
}

function EditChecklist({ kind, of, onDone, onClose }: { kind: string; of: Checklist | null; onDone: () => void; onClose: () => void }) {
	const [items, setItems] = useState<Item[]>(() => of?.items.map(({ label_en, label_ru, weight, fact }) => ({ label_en, label_ru, weight, fact })) ?? [{ label_en: '', label_ru: '', weight: 1, fact: null }]);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const edit = (i: number, part: Partial<Item>) => setItems(items.map((x, k) => (k === i ? { ...x, ...part } : x)));
	const move = (i: number, by: number) => {
		const next = [...items];
		next.splice(i + by, 0, ...next.splice(i, 1));
		setItems(next);
	};
	const wrong = (i: number, name: string) => error?.fields.find((f) => f.pointer === `/items/${i}/${name}`)?.detail;
	const save = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			await post('/quality/checklists', { kind, version: of?.version ?? 0, items: items.map((x) => ({ label_en: x.label_en.trim(), label_ru: x.label_ru.trim(), weight: x.weight === '' ? null : Number(x.weight), ...(x.fact ? { fact: x.fact } : {}) })) });
			toast(t('quality.checklistSaved'), { icon: 'check' });
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="checklist-edit" onSubmit={save} noValidate>
			<p class="muted">{t('quality.checklistHint')}</p>
			<ol class="checklist-items">{items.map((x, i) => (
				<li key={i} class="checklist-item">
					<Field label={t('quality.questionEn')} required error={wrong(i, 'label_en')}><input type="text" maxLength={300} value={x.label_en} onInput={(e) => edit(i, { label_en: e.currentTarget.value })} /></Field>
					<Field label={t('quality.questionRu')} required error={wrong(i, 'label_ru')}><input type="text" maxLength={300} value={x.label_ru} onInput={(e) => edit(i, { label_ru: e.currentTarget.value })} /></Field>
					<div class="checklist-more">
						<Field label={t('quality.weightOf')} required error={wrong(i, 'weight')}><input type="number" min={1} max={100} value={x.weight} onInput={(e) => edit(i, { weight: e.currentTarget.value })} /></Field>
						<Field label={t('quality.fact')} error={wrong(i, 'fact')}><select value={x.fact ?? ''} onChange={(e) => edit(i, { fact: e.currentTarget.value || null })}><option value="">{t('quality.byHand')}</option>{FACTS.map((f) => <option key={f} value={f}>{word('qualityFact', f)}</option>)}</select></Field>
						<span class="checklist-tools">
							<button type="button" class="icon-button" disabled={i === 0} aria-label={t('quality.up', { n: i + 1 })} title={t('quality.up', { n: i + 1 })} onClick={() => move(i, -1)}><Icon name="up" /></button>
							<button type="button" class="icon-button" disabled={items.length === 1} aria-label={t('quality.removeQuestion', { n: i + 1 })} title={t('quality.removeQuestion', { n: i + 1 })} onClick={() => setItems(items.filter((_, k) => k !== i))}><Icon name="close" /></button>
						</span>
					</div>
				</li>
			))}</ol>
			{error && <ErrorNote error={error} kept={t('app.textKept')} shown={items.map((_, i) => `items/${i}`)} />}
			<div class="buttons"><button type="button" class="button" disabled={items.length >= 50} onClick={() => setItems([...items, { label_en: '', label_ru: '', weight: 1, fact: null }])}><Icon name="plus" />{t('quality.addQuestion')}</button>
				<button type="submit" class="button primary" disabled={busy}>{t('quality.saveEdition', { n: (of?.version ?? 0) + 1 })}</button><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button></div>
		</form>
	);
}

function ChecklistCard({ kind, of, onChange }: { kind: string; of: Checklist | null; onChange: () => void }) {
	const [editing, setEditing] = useState(false);
	const total = of?.items.reduce((sum, x) => sum + Number(x.weight), 0) ?? 0;
	return (
		<section class="card" aria-labelledby={`checklist-${kind}`}>
			<header class="card-head"><h2 id={`checklist-${kind}`}>{t('quality.checklistFor', { kind: word('kind', kind).toLowerCase() })}</h2>
				{has('lead', 'manager') && !editing && <div class="card-tools"><button type="button" class="button small" onClick={() => setEditing(true)}><Icon name="edit" size={14} />{t('quality.newEdition')}</button></div>}</header>
			{of && <p class="muted small">{t('quality.edition', { n: of.version, when: when(of.created_at), samples: of.samples })}{of.created_by ? `, ${of.created_by.name}` : ''}</p>}
			{!of && !editing && <p class="muted">{t('quality.noChecklist')}</p>}
			{editing ? <EditChecklist kind={kind} of={of} onClose={() => setEditing(false)} onDone={() => {
				setEditing(false);
				onChange();
			}} /> : of && <ol class="checklist-shown">{of.items.map((x) => (
				<li key={x.id}><span>{lang.value === 'ru' ? x.label_ru : x.label_en}</span><span class="muted small">{t('quality.share', { n: total ? Math.round((100 * Number(x.weight)) / total) : 0 })}{x.fact ? ` · ${t('quality.proposes', { fact: word('qualityFact', x.fact).toLowerCase() })}` : ''}</span></li>
			))}</ol>}
		</section>
	);
}

export function RulesView() {
	const lists = useFetch<Page<Checklist>>('/quality/checklists');
	return (
		<div class="quality-part quality-rules-page">
			<SettingsCard />
			{lists.error && <ErrorNote error={lists.error} onRetry={() => void lists.reload()} />}
			{!lists.data && !lists.error && <Skeleton rows={6} />}
			{lists.data && KINDS.map((kind) => {
				const of = lists.data!.items.find((c) => c.kind === kind) ?? null;
				return <ChecklistCard key={`${kind}-${of?.version ?? 0}`} kind={kind} of={of} onChange={() => void lists.reload()} />;
			})}
		</div>
	);
}

// Figures of a month that is over, computed once more: by the formula of that month, with what was entered since.
export function RecomputeBox({ onDone }: { onDone: () => void }) {
	const [month, setMonth] = useState(lastMonth());
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const run = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			const { computed } = await post<{ computed: number }>(`/quality/kpi/${month}/compute`, {});
			toast(t('quality.recomputed', { n: computed }), { icon: 'check' });
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<section class="card recompute" aria-labelledby="recompute-title">
			<header class="card-head"><h2 id="recompute-title">{t('quality.recompute')}</h2></header>
			<p class="muted">{t('quality.recomputeHint')}</p>
			<form class="recompute-form" onSubmit={run} noValidate>
				<Field label={t('quality.month')} required error={error?.field('month')}><input type="month" max={lastMonth()} value={month} onInput={(e) => setMonth(e.currentTarget.value)} /></Field>
				<button type="submit" class="button" disabled={busy || !month}>{t('quality.recomputeDo')}</button>
			</form>
			{error && <ErrorNote error={error} shown={['month']} />}
		</section>
	);
}
