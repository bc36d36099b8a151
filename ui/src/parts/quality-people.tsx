// Attestations with the overdue on top, and the formula of the KPI for the manager.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post, query } from '../lib/api';
import { isoDay, monthName, whenDay } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { MEASURES } from '../lib/quality';
import type { Attestation, Formula, Kpi } from '../lib/quality';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';
import { lastMonth } from './quality-figures';

const day = (iso: string) => whenDay(`${iso}T12:00:00Z`);

function Left({ a }: { a: Attestation }) {
	const n = a.days_left ?? 0;
	if (n < 0) return <span class="late-words"><Icon name="breach" size={14} /> {t('quality.overdue', { n: -n })}</span>;
	if (n === 0) return <span class="risk-words"><Icon name="risk" size={14} /> {t('quality.today')}</span>;
	return <span class={n <= 30 ? 'risk-words' : 'muted'}>{n <= 30 && <Icon name="risk" size={14} />} {t('quality.inDays', { n })}</span>;
}

function Record({ a, onClose, onDone }: { a: Attestation; onClose: () => void; onDone: () => void }) {
	const [done, setDone] = useState(isoDay(Date.now()));
	const [result, setResult] = useState('passed');
	const [note, setNote] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	return (
		<Dialog title={t('quality.recordOf', { name: a.person.name })} onClose={onClose}>
			<form onSubmit={async (e) => {
				e.preventDefault();
				try {
					const r = await post<{ next: Attestation }>(`/quality/attestations/${a.id}/record`, { done_at: done, result, ...(note.trim() ? { note: note.trim() } : {}) });
					toast(t('quality.recorded', { day: day(r.next.due) }), { icon: 'check' });
					onDone();
				} catch (x) {
					setError(asError(x));
				}
			}}>
				<div class="dialog-body">
					<Field label={t('quality.doneAt')} required error={error?.field('done_at')}><input type="date" value={done} max={isoDay(Date.now())} required onInput={(e) => setDone(e.currentTarget.value)} /></Field>
					<Field label={t('quality.result')} required><select value={result} onChange={(e) => setResult(e.currentTarget.value)}>{['passed', 'conditional', 'failed'].map((r) => <option key={r} value={r}>{word('attestationResult', r)}</option>)}</select></Field>
					<Field label={t('quality.note')}><textarea rows={3} maxLength={4000} value={note} onInput={(e) => setNote(e.currentTarget.value)} /></Field>
					{error && <ErrorNote error={error} shown={['done_at']} />}
				</div>
				<footer class="dialog-foot"><button type="submit" class="button primary">{t('quality.record')}</button></footer>
			</form>
		</Dialog>
	);
}

export function AttestationsView({ person, onChange }: { person?: string; onChange: () => void }) {
	const list = useFetch<Page<Attestation>>(`/quality/attestations${query({ state: 'open', person })}`);
	const [picked, setPicked] = useState<Attestation | null>(null);
	if (list.error && !list.data) return <ErrorNote error={list.error} onRetry={list.reload} />;
	if (!list.data) return <Skeleton />;
	if (!list.data.items.length) return <Empty icon="calendar" title={t('quality.noAttestations')} />;
	return (
		<section class="card card-flush">
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('qualityTab.attestations')}>
				<table class="table">
					<thead><tr><th scope="col">{t('quality.person')}</th><th scope="col">{t('quality.due')}</th><th scope="col"><span class="hidden">{t('quality.inDays', { n: 0 })}</span></th><th scope="col">{t('quality.lastTime')}</th><th scope="col"><span class="hidden">{t('quality.record')}</span></th></tr></thead>
					<tbody>{list.data.items.map((a) => (
						<tr key={a.id}>
							<th scope="row">{a.person.name}<span class="muted small block">{a.teams.map((x) => x.name).join(', ')}</span></th>
							<td class="nowrap">{day(a.due)}</td>
							<td class="nowrap"><Left a={a} /></td>
							<td class="nowrap">{a.last ? `${day(a.last.done_at)}, ${word('attestationResult', a.last.result).toLowerCase()}` : t('quality.never')}</td>
							<td class="right">{a.can_record && <button type="button" class="button small" aria-label={`${t('quality.record')}: ${a.person.name}`} onClick={() => setPicked(a)}>{t('quality.record')}</button>}</td>
						</tr>
					))}</tbody>
				</table>
			</div>
			{picked && <Record a={picked} onClose={() => setPicked(null)} onDone={() => {
				setPicked(null);
				void list.reload();
				onChange();
			}} />}
		</section>
	);
}

type Preview = { items: { team: Ref; value: number | null; why_missing: Kpi['why_missing'] }[] };
export function FormulaBox() {
	const list = useFetch<Page<Formula>>('/quality/formulas');
	const [text, setText] = useState<string | null>(null);
	const [from, setFrom] = useState(() => isoDay(Date.now()).slice(0, 7));
	const [note, setNote] = useState('');
	const [preview, setPreview] = useState<Preview | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	// In force now: the newest of those whose month has begun. Later ones are listed, so that nobody is surprised.
	const thisMonth = isoDay(Date.now()).slice(0, 7);
	const newest = list.data?.items.find((f) => f.valid_from <= thisMonth);
	const shown = text ?? newest?.expression ?? '';
	const month = lastMonth();
	const attempt = async (f: () => Promise<void>) => {
		try {
			setError(null);
			await f();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<details class="card formula-box">
			<summary><b>{t('quality.formula')}</b>{newest && <code class="muted small clip">{newest.expression}</code>}</summary>
			<Field label={t('quality.formula')} error={error?.field('expression')} hint={<>{t('quality.formulaHelp')} {MEASURES.map((m) => <code key={m} title={word('measure', m)}>{m} </code>)}</>}>
				<textarea rows={3} class="mono" value={shown} maxLength={2000} spellcheck={false} onInput={(e) => setText(e.currentTarget.value)} />
			</Field>
			{(list.data?.items.length ?? 0) > 1 && <ul class="versions muted">{list.data!.items.map((f) => <li key={f.version}>{t('quality.formulaSince', { n: f.version, month: f.valid_from })} <code>{f.expression}</code></li>)}</ul>}
			<div class="page-tools">
				<Field label={t('quality.formulaFrom')} error={error?.field('valid_from')}><input type="month" value={from} min={thisMonth} onInput={(e) => setFrom(e.currentTarget.value)} /></Field>
				<Field label={t('quality.formulaNote')}><input type="text" value={note} maxLength={1000} onInput={(e) => setNote(e.currentTarget.value)} /></Field>
			</div>
			{error && <ErrorNote error={error} shown={['expression', 'valid_from']} />}
			<div class="buttons">
				<button type="button" class="button" onClick={() => attempt(async () => setPreview(await post<Preview>('/quality/formulas/check', { expression: shown, month })))}>{t('quality.formulaCheck', { month: monthName(month, false) })}</button>
				<button type="button" class="button primary" disabled={text === null || text.trim() === newest?.expression} onClick={() => attempt(async () => {
					await post('/quality/formulas', { expression: shown, valid_from: from, ...(note.trim() ? { note: note.trim() } : {}) });
					setText(null);
					toast(t('quality.formulaSaved'), { icon: 'check' });
					await list.reload();
				})}>{t('quality.formulaSave')}</button>
			</div>
			{preview && <ul class="preview">{preview.items.map((i) => <li key={i.team.id}><span>{i.team.name}</span><b class="num">{i.value === null ? t('quality.kpiNone') : num(Math.round(i.value * 10) / 10)}</b></li>)}</ul>}
		</details>
	);
}
