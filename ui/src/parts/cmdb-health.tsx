// Health by class and owner; a number leads to the CIs behind it.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { whenDay } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import type { ClassRef, Counts, Health } from '../lib/review';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from './bits';
import { Dialog } from './dialog';

type Cell = { problem: string; count: (c: Counts) => number };
const SHARES: { key: 'complete' | 'fresh' | 'consistent'; of: 'cis' | 'reviewed' | 'claimed'; problem: string }[] = [
	{ key: 'complete', of: 'cis', problem: 'incomplete' }, { key: 'fresh', of: 'reviewed', problem: 'overdue' }, { key: 'consistent', of: 'claimed', problem: 'contradicted' },
];
const PROBLEMS: Cell[] = ['orphaned', 'no_owner', 'no_relation', 'no_use', 'silent'].map((p) => ({ problem: p, count: (c) => c[p as keyof Counts] }));

type Drill = { problem: string; klass?: ClassRef; owner?: Ref; n: number };
type Row = { id: number; name: string; class: ClassRef; owner: Ref | null; location: string | null };

function DrillDialog({ drill, onClose }: { drill: Drill; onClose: () => void }) {
	const list = useFetch<Page<Row>>(`/cmdb/health/cis${query({ problem: drill.problem, class: drill.klass?.name, owner: drill.owner?.id, limit: 100 })}`);
	return (
		<Dialog title={t('health.list', { problem: word('health', drill.problem), n: drill.n })} onClose={onClose} wide>
			<div class="dialog-body">
				{list.error && <ErrorNote error={list.error} onRetry={list.reload} />}
				{!list.data && !list.error && <Skeleton />}
				<ul class="review-examples">{list.data?.items.map((c) => <li key={c.id}><a href={`/cmdb/${c.id}`}>{c.name}</a> <span class="muted small">{[c.class.label, c.location, c.owner?.name].filter(Boolean).join(' · ')}</span></li>)}</ul>
			</div>
		</Dialog>
	);
}

function Numbers({ c, onDrill }: { c: Counts; onDrill: (problem: string, n: number) => void }) {
	return (
		<>
			{SHARES.map((s) => {
				const of = c[s.of], n = c[s.key];
				return <td key={s.key} class="nowrap">{of === 0 ? <span class="muted">—</span> : <>
					<span class="meter" aria-hidden="true"><span style={{ width: `${(n / of) * 100}%` }} /></span>
					{of - n > 0 ? <button type="button" class="link small" aria-label={`${t('health.of', { n, of })}, ${word('health', s.problem)}: ${of - n}`} onClick={() => onDrill(s.problem, of - n)}>{t('health.of', { n, of })}</button> : <span class="small">{t('health.of', { n, of })}</span>}
				</>}</td>;
			})}
			{PROBLEMS.map((p) => {
				const n = p.count(c);
				return <td key={p.problem} class="right">{n > 0 ? <button type="button" class="link" aria-label={`${n}, ${word('health', p.problem)}`} onClick={() => onDrill(p.problem, n)}>{n}</button> : <span class="muted">0</span>}</td>;
			})}
		</>
	);
}

const Heads = () => <>{SHARES.map((s) => <th key={s.key} scope="col">{word('health', s.key)}</th>)}{PROBLEMS.map((p) => <th key={p.problem} scope="col" class="right">{word('health', p.problem)}</th>)}</>;

export function HealthView() {
	const health = useFetch<Health>('/cmdb/health');
	const [drill, setDrill] = useState<Drill | null>(null);
	const h = health.data;
	if (health.error && !h) return <ErrorNote error={health.error} onRetry={health.reload} />;
	if (!h) return <Skeleton />;
	if (!h.day) return <Empty icon="clock" title={t('review.none')}>{t('review.noneText')}</Empty>;
	return (
		<>
			<section class="card card-flush">
				<h2 class="quality-head">{t('health.byClass')}</h2>
				<div class="table-scroll" tabIndex={0} role="region" aria-label={t('health.byClass')}>
					<table class="table review-table">
						<thead><tr><th scope="col">{t('review.class')}</th><th scope="col" class="right">{t('health.cis')}</th><Heads /></tr></thead>
						<tbody>{h.classes.map((c) => (
							<tr key={c.class.id}><th scope="row" style={{ paddingLeft: `${16 + c.depth * 14}px` }}>{c.class.label}</th><td class="right">{c.cis}</td><Numbers c={c} onDrill={(problem, n) => setDrill({ problem, klass: c.class, n })} /></tr>
						))}</tbody>
					</table>
				</div>
			</section>
			<section class="card card-flush">
				<h2 class="quality-head">{t('health.byOwner')}</h2>
				<div class="table-scroll" tabIndex={0} role="region" aria-label={t('health.byOwner')}>
					<table class="table review-table">
						<thead><tr><th scope="col">{t('health.owner')}</th><th scope="col" class="right">{t('health.due')}</th><th scope="col" class="right">{t('health.cis')}</th><Heads /><th scope="col">{t('health.reminded')}</th></tr></thead>
						<tbody>{h.owners.map((o) => (
							<tr key={o.owner.id}><th scope="row">{o.owner.name}</th><td class="right">{o.due}</td><td class="right">{o.cis}</td><Numbers c={o} onDrill={(problem, n) => setDrill({ problem, owner: o.owner, n })} />
								<td class="nowrap">{o.reminders_off ? t('health.off') : o.reminded_on ? whenDay(`${o.reminded_on}T12:00:00Z`) : t('health.never')}</td></tr>
						))}</tbody>
					</table>
				</div>
			</section>
			<p class="muted small review-method">{t('health.method')}</p>
			{drill && <DrillDialog drill={drill} onClose={() => setDrill(null)} />}
		</>
	);
}
