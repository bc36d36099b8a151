// Proposals with their reasons, the evidence behind each on demand, and the dialog that records a decision.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post, query } from '../lib/api';
import { whenDay, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { t, tx, word } from '../lib/i18n';
import { go } from '../lib/router';
import type { Column, Decided, Detail, Item, Review } from '../lib/review';
import { because, isOpen, short, shown } from '../lib/review';
import { Empty, ErrorNote, Field, Skeleton } from './bits';
import { keepsCmdb } from './cmdb-tabs';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';
import type { IconName } from './icons';

const ICON: Record<string, IconName> = { watch: 'risk', drop: 'minus', add: 'plus', keep: 'check', ignore: 'minus' };
export function ProposalMark({ of }: { of: string }) {
	return <span class={`proposal proposal-${of}`}><Icon name={ICON[of]} size={14} />{word('proposal', of)}</span>;
}

type Subject = { item: Item } | { column: Column };

function DecideDialog({ subject, onClose, onDone }: { subject: Subject; onClose: () => void; onDone: () => void }) {
	const item = 'item' in subject ? subject.item : null;
	const column = 'column' in subject ? subject.column : null;
	const options = item ? ['keep', 'watch', 'drop'] : ['add', 'ignore'];
	const [decision, setDecision] = useState<string>(item?.proposal ?? column?.proposal ?? options[0]);
	const [reason, setReason] = useState('');
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!reason.trim()) return;
		try {
			await post(item ? `/cmdb/review/attributes/${item.attribute.id}/decisions` : `/cmdb/review/columns/${column!.id}/decisions`, { decision, reason: reason.trim() });
			toast(t('review.recorded', { decision: word('proposal', decision).toLowerCase() }), { icon: 'check' });
			onDone();
			if (column && decision === 'add')
				go(`/cmdb/model${query({ class: column.class?.name, new: column.suggested.name ?? 'attribute', type: column.suggested.type, label: column.name, source: column.source })}`);
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<Dialog title={t('review.decideOn', { name: item?.attribute.label ?? column!.name })} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<fieldset class="review-choice"><legend>{t('review.decision')}</legend>
						{options.map((o) => <label key={o}><input type="radio" name="decision" value={o} checked={decision === o} onChange={() => setDecision(o)} /> <ProposalMark of={o} /></label>)}
					</fieldset>
					{decision === 'drop' && <p class="note-box">{t('review.dropEffect')}</p>}
					{decision === 'add' && <p class="note-box">{t('review.addEffect')}</p>}
					<Field label={t('review.reason')} required hint={t('review.reasonHint')} error={asked && !reason.trim() ? t('field.needed') : error?.field('reason')}>
						<textarea rows={3} maxLength={2000} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
					</Field>
					{error && <ErrorNote error={error} shown={['reason']} />}
				</div>
				<footer class="dialog-foot"><button type="submit" class="button primary">{t('review.record')}</button></footer>
			</form>
		</Dialog>
	);
}

function Share({ label, n, of }: { label: string; n: number; of: number }) {
	const share = of > 0 ? n / of : 0;
	return <div class="review-share"><span class="muted small">{label}</span><span class="meter" aria-hidden="true"><span style={{ width: `${share * 100}%` }} /></span><span class="small">{t('health.of', { n, of })}</span></div>;
}

function DetailView({ item }: { item: Item }) {
	const d = useFetch<Detail>(`/cmdb/review/attributes/${item.attribute.id}`);
	if (d.error && !d.data) return <ErrorNote error={d.error} onRetry={d.reload} />;
	if (!d.data) return <Skeleton rows={3} />;
	const before = d.data.classes.flatMap((c) => c.examples.before_incident).slice(0, 10);
	const against = d.data.classes.flatMap((c) => c.examples.disagreed).slice(0, 5);
	return (
		<div class="review-detail">
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('review.details')}>
				<table class="table review-table">
					<thead><tr><th scope="col">{t('review.class')}</th><th scope="col">{t('review.filled')}</th><th scope="col">{t('review.fresh')}</th><th scope="col">{t('review.changes')}</th><th scope="col">{t('review.lift')}</th></tr></thead>
					<tbody>{d.data.classes.map((c) => (
						<tr key={c.class.id}>
							<th scope="row">{c.class.label}</th>
							<td class="nowrap">{t('health.of', { n: c.filled, of: c.cis })}</td>
							<td class="nowrap">{c.reviewed ? t('health.of', { n: c.fresh, of: c.reviewed }) : '—'}</td>
							<td>{short(c.changes)}<span class="muted small block">{[t('review.batch', { n: c.batch_changes }), t('review.answers', { n: c.answer_changes }), t('review.perYear', { n: short(c.changes_per_ci_year) })].join(', ')}</span></td>
							<td>{c.incidents.lift === null ? '—' : `${short(c.incidents.lift)} (${short(c.incidents.low)}–${short(c.incidents.high)})`}{c.incidents.lift !== null && <span class="muted small block">{t('review.observed', { observed: c.incidents.observed, expected: short(c.incidents.expected) })}</span>}</td>
						</tr>
					))}</tbody>
				</table>
			</div>
			{!!before.length && <div><h4>{t('review.examples')}</h4><ul class="review-examples">{before.map((e) => (
				<li key={`${e.ci.id}-${e.ticket}`}>{tx('review.example', { ci: <a href={`/cmdb/${e.ci.id}`}>{e.ci.name}</a>, old: <code>{shown(e.old)}</code>, new: <code>{shown(e.new)}</code>, at: whenFull(e.changed_at), ticket: <a href={`/desk/${e.ticket}`}>{e.ticket}</a>, opened: whenFull(e.opened_at) })}</li>
			))}</ul></div>}
			{!!against.length && <div><h4>{t('review.contradictions')}</h4><ul class="review-examples">{against.map((e) => (
				<li key={e.ci.id}><a href={`/cmdb/${e.ci.id}`}>{e.ci.name}</a>: {e.said.map((s) => t('review.said', { source: s.source, value: shown(s.value) })).join('; ')}</li>
			))}</ul></div>}
		</div>
	);
}

function DecisionLine({ d }: { d: Decided | null }) {
	if (!d) return null;
	return <p class="small muted">{t('review.decided', { decision: word('proposal', d.decision).toLowerCase(), name: d.decided_by?.name ?? '—', at: whenDay(d.decided_at), reason: d.reason })}</p>;
}

function AttributeCard({ item, windowDays, onDecide }: { item: Item; windowDays: number; onDecide: () => void }) {
	const [open, setOpen] = useState(false);
	const e = item.evidence, i = e.incidents;
	const compared = i.lift !== null && !item.reasons.includes('precedes_incidents') && i.observed > 0;
	return (
		<li class="card review-card">
			<div class="review-card-head">
				<h3>{item.attribute.label} <span class="muted">{item.class.label}</span></h3>
				{keepsCmdb.value && <button type="button" class="button small" aria-label={`${t('review.decide')}: ${item.attribute.label}`} onClick={onDecide}>{t('review.decide')}</button>}
			</div>
			<p class="muted small">{item.attribute.purpose ? t('review.purpose', { purpose: item.attribute.purpose }) : t('review.noPurpose')}</p>
			<ul class="review-because">{[...item.reasons, ...item.problems].map((x) => <li key={x} class={item.problems.includes(x) ? 'mend' : ''}>{because(x, e, windowDays)}</li>)}
				{compared && <li>{because('chance', e, windowDays)}</li>}</ul>
			<div class="review-shares"><Share label={t('review.filled')} n={e.filled} of={e.cis} />{e.reviewed > 0 && <Share label={t('review.fresh')} n={e.fresh} of={e.reviewed} />}</div>
			<DecisionLine d={item.decision} />
			<details onToggle={(ev) => setOpen((ev.currentTarget as HTMLDetailsElement).open)}><summary class="small">{t('review.details')}</summary>{open && <DetailView item={item} />}</details>
		</li>
	);
}

function ColumnCard({ column, onDecide }: { column: Column; onDecide: () => void }) {
	return (
		<li class="card review-card">
			<div class="review-card-head">
				<h3>{column.name} <span class="muted">{column.class?.label}</span></h3>
				{keepsCmdb.value && <button type="button" class="button small" aria-label={`${t('review.decide')}: ${column.name}`} onClick={onDecide}>{t('review.decide')}</button>}
			</div>
			<ul class="review-because"><li>{t('because.column', { source: column.source, filled: column.filled, rows: column.rows, differ: column.distinct_estimate })}</li></ul>
			{!!column.sample.length && <p class="muted small">{t('review.sample', { list: column.sample.join(', ') })}</p>}
			<DecisionLine d={column.decision} />
		</li>
	);
}

export function Proposals({ review, all, onChange }: { review: Review; all: boolean; onChange: () => void }) {
	const [picked, setPicked] = useState<Subject | null>(null);
	const windowDays = review.rule?.window_days ?? 7;
	const items = review.items.filter((i) => all || (isOpen(i.decision) && i.proposal !== 'keep'));
	const columns = review.columns.filter((c) => all || (isOpen(c.decision) && c.proposal === 'add'));
	const groups = (['watch', 'drop', 'add', 'keep'] as const).map((g) => ({
		name: g, items: items.filter((i) => i.proposal === g).sort((a, b) => (b.evidence.incidents.low ?? 0) - (a.evidence.incidents.low ?? 0)), columns: g === 'add' ? columns : [],
	})).filter((g) => g.items.length + g.columns.length > 0);
	if (!groups.length) return <Empty icon="check" title={t('review.nothingOpen')} />;
	return (
		<>
			{groups.map((g) => (
				<section key={g.name} class="review-group" aria-labelledby={`group-${g.name}`}>
					<h2 id={`group-${g.name}`}><ProposalMark of={g.name} /> <span class="nav-count">{g.items.length + g.columns.length}</span> <span class="muted small">{word('proposalWhy', g.name)}</span></h2>
					<ul class="review-cards">
						{g.items.map((i) => <AttributeCard key={i.attribute.id} item={i} windowDays={windowDays} onDecide={() => setPicked({ item: i })} />)}
						{g.columns.map((c) => <ColumnCard key={`c${c.id}`} column={c} onDecide={() => setPicked({ column: c })} />)}
					</ul>
				</section>
			))}
			{picked && <DecideDialog subject={picked} onClose={() => setPicked(null)} onDone={() => {
				setPicked(null);
				onChange();
			}} />}
		</>
	);
}
