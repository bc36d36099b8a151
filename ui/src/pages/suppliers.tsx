// How each supplier keeps its contract: shares against goals, twelve months, and from a figure down to the single clock.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { query, request } from '../lib/api';
import { hours, isoDay, monthName, pct, whenDay } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { lang, num, t, tx, word } from '../lib/i18n';
import { makeReport, take } from '../lib/reports';
import { place, setQuery } from '../lib/router';
import { session } from '../lib/session';
import type { Metric, Page, SlaReport } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from '../parts/bits';
import { Share, Trend, Twin, TwinTable } from '../parts/charts';
import { Drill } from '../parts/drill';
import { ForecastPanel } from '../parts/forecast-panel';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';
import { toast } from '../parts/dialog';

type Span = { from: string; to: string };

const utc = (y: number, m: number) => new Date(Date.UTC(y, m, 1)).toISOString().slice(0, 10);

export function quarter(today: string, back: number): Span {
	const [y, m] = today.split('-').map(Number);
	const q = Math.floor((m - 1) / 3) - back;
	return { from: utc(y, q * 3), to: utc(y, q * 3 + 3) };
}
export function monthSpan(today: string, back: number): Span {
	const [y, m] = today.split('-').map(Number);
	return { from: utc(y, m - 1 - back), to: utc(y, m - back) };
}

function Difference({ m }: { m: Metric }) {
	if (m.compliance_pct === null || m.previous_pct === null) return <span class="muted">—</span>;
	const d = Math.round((m.compliance_pct - m.previous_pct) * 10) / 10;
	if (d === 0) return <span class="muted">0</span>;
	return <span class={d > 0 ? 'better' : 'worse'}><Icon name="up" size={14} label={d > 0 ? t('sla.better') : t('sla.worse')} />{num(Math.abs(d))}</span>;
}

function Tile({ label, value, sub, bad }: { label: string; value: string; sub?: string; bad?: boolean }) {
	return <div class={`tile ${bad ? 'tile-bad' : ''}`}><span class="muted">{label}</span><b class="num">{value}</b>{sub && <span class="muted small">{sub}</span>}</div>;
}

function Tiles({ r }: { r: SlaReport }) {
	const all = r.suppliers.flatMap((s) => s.metrics.map((m) => ({ s, m })));
	const measured = all.reduce((n, x) => n + x.m.measured, 0);
	const kept = all.reduce((n, x) => n + x.m.kept, 0);
	const open = all.reduce((n, x) => n + x.m.open, 0);
	const overdue = all.reduce((n, x) => n + x.m.overdue, 0);
	const missed = all.filter((x) => x.m.goal_pct !== null && x.m.compliance_pct !== null && x.m.compliance_pct < x.m.goal_pct);
	const worst = [...missed].sort((a, b) => (a.m.compliance_pct! - a.m.goal_pct!) - (b.m.compliance_pct! - b.m.goal_pct!))[0];
	return (
		<div class="tiles">
			<Tile label={t('sla.overall')} value={measured ? pct((kept / measured) * 100) : '—'} sub={t('sla.keptOf', { kept, n: measured })} />
			<Tile label={t('sla.cases')} value={num(r.suppliers.reduce((n, s) => n + s.cases, 0))} sub={t('sla.nSuppliers', { n: r.suppliers.length })} />
			<Tile label={t('sla.missedGoals')} value={num(missed.length)} sub={worst ? `${worst.s.supplier.name}: ${word('metric', worst.m.metric).toLowerCase()}` : t('sla.allKept')} bad={missed.length > 0} />
			<Tile label={t('sla.openNow')} value={num(open)} sub={t('sla.overdueNow', { n: overdue })} bad={overdue > 0} />
		</div>
	);
}

function Table({ r, onDrill, drill }: { r: SlaReport; onDrill: (supplier: string, metric: string, verdict: string) => void; drill: string }) {
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('sla.tableTitle')}>
			<table class="table sla-table">
				<caption class="hidden">{t('sla.tableTitle')}</caption>
				<thead><tr>
					<th scope="col">{t('sla.supplier')}</th><th scope="col">{t('sla.metric')}</th><th scope="col" class="share-cell">{t('sla.compliance')}</th><th scope="col" class="right">{t('sla.goal')}</th>
					<th scope="col" class="right">{t('sla.change')}</th><th scope="col" class="right">{t('sla.kept')}</th><th scope="col" class="right">{t('sla.breached')}</th>
					<th scope="col" class="right">{t('sla.median')}</th><th scope="col" class="right">{t('sla.p90')}</th><th scope="col" class="right">{t('sla.open')}</th>
				</tr></thead>
				{r.suppliers.map((s) => (
					<tbody key={s.supplier.id}>
						{s.metrics.map((m, i) => {
							const miss = m.compliance_pct !== null && m.goal_pct !== null && m.compliance_pct < m.goal_pct;
							const id = String(s.supplier.id);
							const cell = (n: number, verdict: string, label: string) => (n
								? <button type="button" class={`figure ${drill === `${id}/${m.metric}/${verdict}` ? 'on' : ''}`} aria-label={`${s.supplier.name}, ${word('metric', m.metric)}, ${label}: ${num(n)}`} onClick={() => onDrill(id, m.metric, verdict)}>{num(n)}</button>
								: <span class="muted">0</span>);
							return (
								<tr key={m.metric} class={miss ? 'missed' : ''}>
									{i === 0 && <th scope="rowgroup" rowSpan={s.metrics.length} class="sla-supplier"><span>{s.supplier.name}</span><span class="muted small">{s.supplier.kind === 'internal' ? `${t('sla.internal')} · ` : ''}{t('sla.nCases', { n: s.cases })}</span></th>}
									<th scope="row" class="sla-metric">{word('metric', m.metric)}</th>
									<td class="share-cell"><Share value={m.compliance_pct} goal={m.goal_pct} /><span class={`num ${miss ? 'late-words' : ''}`}>{m.compliance_pct === null ? '—' : pct(m.compliance_pct)}</span>{miss && <Icon name="breach" size={14} label={t('sla.belowGoal')} />}</td>
									<td class="right num muted">{m.goal_pct === null ? '—' : pct(m.goal_pct, 0)}</td>
									<td class="right num"><Difference m={m} /></td>
									<td class="right num">{cell(m.kept, 'kept', t('sla.kept'))}</td>
									<td class="right num">{cell(m.breached, 'breached', t('sla.breached'))}</td>
									<td class="right num">{m.median_s === null ? '—' : hours(m.median_s)}</td>
									<td class="right num">{m.p90_s === null ? '—' : hours(m.p90_s)}</td>
									<td class="right num">{cell(m.open, 'open', t('sla.open'))}{m.overdue > 0 && <span class="late-words small"> {t('sla.overdue', { n: m.overdue })}</span>}</td>
								</tr>
							);
						})}
					</tbody>
				))}
			</table>
		</div>
	);
}

function Trends({ r }: { r: SlaReport }) {
	const metrics = [...new Set(r.months.map((m) => m.metric))];
	const [metric, setMetric] = useState(metrics.includes('resolution') ? 'resolution' : metrics[0] ?? 'resolution');
	const months = [...new Set(r.months.map((m) => m.month))].sort();
	const suppliers = r.suppliers.filter((s) => r.months.some((m) => String(m.supplier.id) === String(s.supplier.id) && m.metric === metric));
	const at = (supplier: string, month: string) => r.months.find((m) => String(m.supplier.id) === supplier && m.month === month && m.metric === metric);
	const share = (supplier: string, month: string) => {
		const m = at(supplier, month);
		return m && m.measured ? (m.kept / m.measured) * 100 : null;
	};
	if (!months.length) return null;
	return (
		<Twin title={t('sla.trend')} aside={(
			<select aria-label={t('sla.metric')} value={metric} onChange={(e) => setMetric(e.currentTarget.value)}>{metrics.map((m) => <option key={m} value={m}>{word('metric', m)}</option>)}</select>
		)} chart={(
			<div class="trends">{suppliers.map((s) => {
				const goal = s.metrics.find((m) => m.metric === metric)?.goal_pct ?? null;
				const points = months.map((m) => ({ key: m, label: monthName(m), value: share(String(s.supplier.id), m), of: at(String(s.supplier.id), m)?.measured ?? 0 }));
				return <figure key={s.supplier.id}><figcaption><b class="clip">{s.supplier.name}</b>{goal !== null && <span class="muted small">{t('sla.goalIs', { goal: pct(goal, 0) })}</span>}</figcaption>
					<Trend id={`t${s.supplier.id}`} points={points} goal={goal} label={t('sla.trendOf', { name: s.supplier.name, metric: word('metric', metric) })} /></figure>;
			})}</div>
		)} table={(
			<TwinTable caption={t('sla.trend')} head={[t('sla.supplier'), ...months.map((m) => monthName(m))]}
				rows={suppliers.map((s) => [s.supplier.name, ...months.map((m) => {
					const v = share(String(s.supplier.id), m);
					return v === null ? '—' : pct(v, 0);
				})])} />
		)} />
	);
}

export default function Suppliers() {
	const q = place.value.query;
	const today = isoDay(Date.now());
	const last = quarter(today, 1);
	const from = q.get('from') ?? last.from;
	const to = q.get('to') ?? last.to;
	const supplier = q.get('supplier');
	const report = useFetch<SlaReport>(`/reports/supplier-sla.json${query({ from, to, supplier })}`);
	const all = useFetch<Page<{ id: string | number; name: string }>>('/suppliers?limit=200');
	const [busy, setBusy] = useState(false);
	const [progress, setProgress] = useState(0);
	const drill = q.get('drill') ?? '';
	const r = report.data;
	const presets: { label: string; span: Span }[] = [
		{ label: t('period.lastQuarter'), span: last }, { label: t('period.thisQuarter'), span: quarter(today, 0) },
		{ label: t('period.lastMonth'), span: monthSpan(today, 1) }, { label: t('period.thisMonth'), span: monthSpan(today, 0) },
		{ label: t('period.year'), span: { from: monthSpan(today, 11).from, to: monthSpan(today, 0).to } },
	];
	const chosen = presets.findIndex((p) => p.span.from === from && p.span.to === to);
	const [custom, setCustom] = useState(false);
	const file = `/api/v1/reports/supplier-sla.xlsx${query({ from, to, supplier, lang: lang.value })}`;
	// Fetched rather than followed, so that a failure is told here; the page stays usable meanwhile.
	const download = async () => {
		setBusy(true);
		setProgress(0);
		try {
			if (session.value?.roles.some((role) => ['lead', 'manager', 'admin'].includes(role))) {
				const run = await makeReport({ report: 'supplier-sla', from, to, supplier, language: lang.value }, (state) => setProgress(state.progress_pct));
				if (run.state === 'done') take(run);
				else toast(run.error || t('error.report'), { icon: 'alert', seconds: 10 });
				return;
			}
			// An auditor changes nothing, not even by asking: theirs is made while they wait.
			const res = await fetch(file, { credentials: 'same-origin' });
			if (!res.ok) {
				await request(file.slice('/api/v1'.length));
				return;
			}
			const url = URL.createObjectURL(await res.blob());
			const a = document.createElement('a');
			a.href = url;
			a.download = /filename="?([^";]+)/.exec(res.headers.get('Content-Disposition') ?? '')?.[1] ?? `supplier-sla-${from}-${to}.xlsx`;
			a.click();
			setTimeout(() => URL.revokeObjectURL(url), 60_000);
		} catch (e) {
			const err: ApiError = asError(e);
			toast(err.detail || t('error.report'), { icon: 'alert', seconds: 10 });
		} finally {
			setBusy(false);
		}
	};
	const [ds, dm, dv] = drill.split('/');
	const drillName = r?.suppliers.find((s) => String(s.supplier.id) === ds)?.supplier.name;
	return (
		<div class="page suppliers">
			<PageTitle text={t('nav.suppliers')} />
			<SupplierTabs />
			<header class="page-head">
				<div><h1>{t('sla.title')}</h1>
					{r && <p class="muted">{t('sla.period', { from: whenDay(`${r.period.from.slice(0, 10)}T12:00:00Z`), to: whenDay(new Date(Date.parse(`${r.period.to.slice(0, 10)}T12:00:00Z`) - 86_400_000).toISOString()) })} · {r.zone}
						{r.period.unfinished && <span class="tag"><Icon name="clock" size={14} />{t('sla.unfinished')}</span>}</p>}</div>
				<div class="page-tools">
					<select aria-label={t('period.label')} value={custom || chosen < 0 ? 'custom' : String(chosen)} onChange={(e) => {
						if (e.currentTarget.value === 'custom') {
							setCustom(true);
							return;
						}
						setCustom(false);
						setQuery({ ...presets[Number(e.currentTarget.value)].span, drill: null });
					}}>
						{presets.map((p, i) => <option key={i} value={i}>{p.label}</option>)}
						<option value="custom">{t('period.custom')}</option>
					</select>
					{(custom || chosen < 0) && <>
						<input type="date" aria-label={t('period.from')} value={from} max={to} onChange={(e) => e.currentTarget.value && setQuery({ from: e.currentTarget.value, drill: null })} />
						<input type="date" aria-label={t('period.toExcluded')} value={to} min={from} onChange={(e) => e.currentTarget.value && setQuery({ to: e.currentTarget.value, drill: null })} />
					</>}
					<select aria-label={t('sla.supplier')} value={supplier ?? ''} onChange={(e) => setQuery({ supplier: e.currentTarget.value || null, drill: null })}>
						<option value="">{t('sla.allSuppliers')}</option>
						{all.data?.items.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}
					</select>
					<button type="button" class="button primary" disabled={busy} onClick={() => void download()} data-download={file}><Icon name="download" />{busy ? (progress > 0 ? t('sla.preparingPct', { n: progress }) : t('sla.preparing')) : t('sla.excel')}</button>
				</div>
			</header>
			{report.error && <ErrorNote error={report.error} onRetry={() => void report.reload()} />}
			{!r && !report.error && <Skeleton rows={10} />}
			{r && r.suppliers.length === 0 && <Empty icon="calendar" title={t('sla.empty')} action={<button type="button" class="button" onClick={() => setQuery({ ...presets[4].span, supplier: null })}>{t('period.year')}</button>}>{t('sla.emptyHint')}</Empty>}
			{r && r.suppliers.length > 0 && (
				<>
					<Tiles r={r} />
					<section class="card card-flush"><Table r={r} drill={drill} onDrill={(s, m, v) => setQuery({ drill: drill === `${s}/${m}/${v}` ? null : `${s}/${m}/${v}` }, false)} /></section>
					{ds && dm && dv && <Drill key={drill} from={from} to={to} supplier={ds} metric={dm} verdict={dv}
						title={<>{tx('drill.title', { supplier: <b>{drillName ?? ''}</b>, metric: word('metric', dm), verdict: word('verdict', dv) })}</>} onClose={() => setQuery({ drill: null }, false)} />}
					<ForecastPanel supplier={supplier} />
					<Trends r={r} />
				</>
			)}
		</div>
	);
}
