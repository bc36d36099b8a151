// Satisfaction and KPI as figures: every mean beside the share that answered and its 95 % interval, every KPI with how it came about.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { isoDay, monthName, pct } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { MEASURES } from '../lib/quality';
import type { Figures, Interval, Kpi, Satisfaction } from '../lib/quality';
import { setQuery } from '../lib/router';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from './bits';
import { Dialog } from './dialog';
import { Icon } from './icons';

const one = (v: number) => num(Math.round(v * 10) / 10);

// A track with the interval as a band and the value as a mark. The figures beside it say the same.
export function Band({ value, low, high, from, to }: { value: number | null; from: number; to: number } & Interval) {
	const x = (v: number) => `${((v - from) / (to - from)) * 100}%`;
	return (
		<span class="band" aria-hidden="true">
			{low !== null && high !== null && <span class="band-range" style={{ left: x(low), width: `${((high - low) / (to - from)) * 100}%` }} />}
			{value !== null && <span class="band-mark" style={{ left: x(value) }} />}
		</span>
	);
}

function Bounds({ low, high, show }: Interval & { show: (v: number) => string }) {
	return <span class="muted small num">{low === null || high === null ? t('quality.intervalNone') : t('quality.interval', { low: show(low), high: show(high) })}</span>;
}

function Tiles({ f, low }: { f: Figures; low: number }) {
	const p = (v: number) => pct(v, 0);
	return (
		<div class="tiles">
			<div class="tile"><span class="muted">{t('quality.scoreMean')}</span><b class="num">{f.score.mean === null ? '—' : one(f.score.mean)}</b><Band {...f.score} value={f.score.mean} from={0} to={10} /><Bounds {...f.score} show={one} /></div>
			<div class="tile"><span class="muted">{t('quality.rate')}</span><b class="num">{f.response_rate.pct === null ? '—' : p(f.response_rate.pct)}</b><Band {...f.response_rate} value={f.response_rate.pct} from={0} to={100} />
				<span class="muted small">{t('quality.answeredOf', { n: f.answered, of: f.asked })}</span><Bounds {...f.response_rate} show={p} /></div>
			<div class="tile"><span class="muted">{t('quality.nps')}</span><b class="num">{f.nps.value === null ? '—' : num(Math.round(f.nps.value))}</b><Band {...f.nps} value={f.nps.value} from={-100} to={100} /><Bounds {...f.nps} show={(v) => num(Math.round(v))} /></div>
			<div class={`tile ${f.low ? 'tile-bad' : ''}`}><span class="muted">{t('quality.low')}</span><b class="num">{num(f.low)}</b><span class="muted small">{t('quality.lowWhy', { n: low })}</span></div>
		</div>
	);
}

function Histogram({ counts, low }: { counts: number[]; low: number }) {
	const most = Math.max(1, ...counts);
	return (
		<section class="card">
			<header class="card-head"><h2>{t('quality.histogram')}</h2></header>
			<ol class="histogram">
				{counts.map((n, score) => (
					<li key={score} aria-label={t('quality.histogramOne', { score, n })} title={t('quality.histogramOne', { score, n })}>
						<span class="small num" aria-hidden="true">{n ? num(n) : ''}</span>
						<span class={`histogram-bar ${score <= low ? 'histogram-low' : ''}`} style={{ height: `${Math.round((n / most) * 96) + (n ? 2 : 0)}px` }} />
						<span class="muted small num" aria-hidden="true">{score}</span>
					</li>
				))}
			</ol>
		</section>
	);
}

function Rows({ title, head, rows, name }: { title: string; head: string; rows: Figures[]; name: (f: Figures) => string }) {
	if (!rows.length) return null;
	return (
		<section class="card card-flush">
			<header class="card-head quality-head"><h2>{title}</h2></header>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
				<table class="table quality-table">
					<thead><tr><th scope="col">{head}</th><th scope="col">{t('quality.scoreMean')}</th><th scope="col">{t('quality.rate')}</th><th scope="col" class="right">{t('quality.nps')}</th><th scope="col" class="right">{t('quality.low')}</th></tr></thead>
					<tbody>{rows.map((f) => (
						<tr key={name(f)}>
							<th scope="row">{name(f)}</th>
							<td><span class="band-cell"><b class="num">{f.score.mean === null ? '—' : one(f.score.mean)}</b><Band {...f.score} value={f.score.mean} from={0} to={10} /><Bounds {...f.score} show={one} /></span></td>
							<td class="nowrap"><span class="num">{f.response_rate.pct === null ? '—' : pct(f.response_rate.pct, 0)}</span> <span class="muted small">{t('quality.answeredOf', { n: f.answered, of: f.asked })}</span></td>
							<td class="right num">{f.nps.value === null ? '—' : num(Math.round(f.nps.value))}</td>
							<td class="right num">{num(f.low)}</td>
						</tr>
					))}</tbody>
				</table>
			</div>
		</section>
	);
}

export function SatisfactionView({ person, low, from, to }: { person?: number | string; low: number; from?: string; to?: string }) {
	const s = useFetch<Satisfaction>(`/quality/satisfaction${query({ from, to, person })}`);
	const r = s.data;
	if (s.error && !r) return <ErrorNote error={s.error} onRetry={s.reload} />;
	if (!r) return <Skeleton />;
	return (
		<>
			<div class="page-tools">
				<label class="inline-field"><span>{t('quality.from')}</span><input type="date" value={r.from} max={r.to} onChange={(e) => e.currentTarget.value && setQuery({ from: e.currentTarget.value, to: r.to })} /></label>
				<label class="inline-field"><span>{t('quality.to')}</span><input type="date" value={r.to} min={r.from} onChange={(e) => e.currentTarget.value && setQuery({ from: r.from, to: e.currentTarget.value })} /></label>
			</div>
			{r.asked === 0 ? <Empty icon="star" title={t('quality.noRatings')} /> : (
				<>
					<Tiles f={r} low={low} />
					<p class="muted small">{t('quality.method')}</p>
					<Histogram counts={r.histogram} low={low} />
					<Rows title={t('quality.byMonth')} head={t('quality.month')} rows={r.months} name={(f) => monthName(f.month!, false)} />
					{!person && <Rows title={t('quality.byTeam')} head={t('quality.team')} rows={r.teams} name={(f) => f.team!.name} />}
					{!person && <Rows title={t('quality.byPerson')} head={t('quality.person')} rows={r.people} name={(f) => f.person!.name} />}
				</>
			)}
		</>
	);
}

const kpiName = (k: Kpi) => (k.person ?? k.team)!.name;

export function KpiDialog({ k, onClose }: { k: Kpi; onClose: () => void }) {
	return (
		<Dialog title={t('quality.kpiWhy', { name: kpiName(k), month: monthName(k.month, false) })} onClose={onClose} wide>
			<div class="dialog-body">
				<p class="kpi-figure"><b class="num">{k.value === null ? t('quality.kpiNone') : one(k.value)}</b> <span class="muted">{t('quality.kpiFormula', { n: k.formula })}</span></p>
				{k.revision > 1 && <p class="muted small">{t('quality.kpiRevised', { value: k.previous_value === null ? '—' : one(k.previous_value) })}</p>}
				{k.value === null && (
					<div class="note-box"><p><b>{t('quality.kpiMissing')}</b></p>
						<ul>{k.why_missing.map((w, i) => <li key={i}>{w.measure ? t('quality.kpiNeeds', { measure: word('measure', w.measure), n: w.n ?? 0, needs: w.needs ?? 1 }) : t('quality.kpiError')}</li>)}</ul></div>
				)}
				<table class="table table-dense">
					<thead><tr><th scope="col">{t('quality.kpiTerm')}</th><th scope="col" class="right">{t('quality.kpiValue')}</th></tr></thead>
					<tbody>{k.parts.terms.map((x, i) => <tr key={i}><th scope="row"><code>{x.text}</code></th><td class="right num">{x.value === null ? '—' : num(x.value)}</td></tr>)}</tbody>
				</table>
				<table class="table table-dense">
					<thead><tr><th scope="col">{t('quality.kpiMeasure')}</th><th scope="col" class="right">{t('quality.kpiValue')}</th><th scope="col" class="right">{t('quality.kpiFacts')}</th></tr></thead>
					<tbody>{MEASURES.map((name) => [name, k.parts.measures[name]] as const).filter(([, m]) => m).map(([name, m]) => (
						<tr key={name}><th scope="row">{word('measure', name)} <code class="muted small">{name}</code></th><td class="right num">{m.value === null ? '—' : num(m.value)}</td><td class="right num muted">{num(m.n)}</td></tr>
					))}</tbody>
				</table>
			</div>
		</Dialog>
	);
}

function KpiTable({ title, rows, months, onPick }: { title: string; rows: Kpi[][]; months: string[]; onPick: (k: Kpi) => void }) {
	return (
		<section class="card card-flush">
			<header class="card-head quality-head"><h2>{title}</h2></header>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
				<table class="table table-dense kpi-table">
					<thead><tr><th scope="col">{title}</th>{months.map((m) => <th key={m} scope="col" class="right">{monthName(m)}</th>)}</tr></thead>
					<tbody>{rows.map((r) => (
						<tr key={kpiName(r[0])}>
							<th scope="row">{kpiName(r[0])}</th>
							{months.map((m) => {
								const k = r.find((x) => x.month === m);
								if (!k) return <td key={m} class="right muted">—</td>;
								return <td key={m} class="right"><button type="button" class={`figure ${k.value === null ? 'figure-none' : ''}`} aria-label={`${kpiName(k)}, ${monthName(m, false)}: ${k.value === null ? t('quality.kpiNone') : one(k.value)}`} onClick={() => onPick(k)}>{k.value === null ? <Icon name="minus" size={12} /> : one(k.value)}</button></td>;
							})}
						</tr>
					))}</tbody>
				</table>
			</div>
		</section>
	);
}

export function KpiView({ person }: { person?: number | string }) {
	const all = useFetch<Page<Kpi>>(`/quality/kpi${query({ person })}`);
	const [picked, setPicked] = useState<Kpi | null>(null);
	if (all.error && !all.data) return <ErrorNote error={all.error} onRetry={all.reload} />;
	if (!all.data) return <Skeleton />;
	const items = all.data.items;
	const months = [...new Set(items.map((k) => k.month))].sort();
	const group = (of: (k: Kpi) => { id: unknown; name: string } | null) => {
		const map = new Map<string, Kpi[]>();
		for (const k of items) {
			const who = of(k);
			if (who) map.set(String(who.id), [...(map.get(String(who.id)) ?? []), k]);
		}
		return [...map.values()].sort((a, b) => kpiName(a[0]).localeCompare(kpiName(b[0])));
	};
	const teams = group((k) => k.team);
	const people = group((k) => k.person);
	return (
		<>
			{!items.length && <Empty icon="chart" title={t('quality.noKpi')} />}
			{teams.length > 0 && <KpiTable title={t('quality.kpiTeams')} rows={teams} months={months} onPick={setPicked} />}
			{people.length > 0 && <KpiTable title={t('quality.kpiPeople')} rows={people} months={months} onPick={setPicked} />}
			{picked && <KpiDialog k={picked} onClose={() => setPicked(null)} />}
		</>
	);
}

export const lastMonth = () => {
	const [y, m] = isoDay(Date.now()).split('-').map(Number);
	return new Date(Date.UTC(y, m - 2, 1)).toISOString().slice(0, 7);
};
