// What breaches soon and which goals of the month will be missed if nothing changes: a section of the suppliers' page.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { hours, pct } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import type { Ref } from '../lib/types';
import { ErrorNote, PersonName, Time } from './bits';
import { Icon } from './icons';

type RiskClock = { case: string; ticket: string; summary: string; supplier: Ref; contract: Ref; owner: Ref | null; metric: string; ordinal: number; remaining_s: number; due_at: string | null };
type Goal = {
	contract: Ref; supplier: Ref; metric: string; measured: number; kept: number; breached: number; open: number; goal_pct: number; compliance_pct: number | null;
	if_nothing_changes_pct: number | null; at_best_pct: number | null; needed: number | null; outlook: 'safe' | 'at_risk' | 'too_few' | 'impossible';
};
type Forecast = { hours: number; month: string; clocks: RiskClock[]; goals: Goal[]; clock_count: number; missed_count: number };

const share = (v: number | null) => (v === null ? '—' : pct(v));

function Needed({ g }: { g: Goal }) {
	if (g.needed === null) return <span class="late-words"><Icon name="breach" size={14} /> {t('forecast.never')}</span>;
	if (g.needed === 0) return <span>{t('forecast.openKept')}</span>;
	return <span class={g.needed > g.open ? 'late-words' : ''}><b class="num">{num(g.needed)}</b> <span class="muted small">{t('forecast.nOpen', { n: g.open })}</span></span>;
}

function Clocks({ f }: { f: Forecast }) {
	if (!f.clocks.length) return <p class="muted"><Icon name="met" size={14} /> {t('forecast.clocksNone', { n: f.hours })}</p>;
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('forecast.clocks', { n: f.hours })}>
			<table class="table">
				<caption class="forecast-caption"><Icon name="risk" size={16} /> {t('forecast.clocks', { n: f.hours })}: {num(f.clock_count)}</caption>
				<thead><tr><th scope="col">{t('sla.cases')}</th><th scope="col">{t('sla.supplier')}</th><th scope="col">{t('sla.metric')}</th><th scope="col">{t('forecast.due')}</th><th scope="col" class="right">{t('forecast.left')}</th><th scope="col">{t('forecast.owner')}</th></tr></thead>
				<tbody>{f.clocks.slice(0, 20).map((c) => (
					<tr key={c.case + c.metric + c.ordinal}>
						<td class="forecast-case"><a href={`/cases/${c.case}`}>{c.case}</a><span class="muted small clip">{c.summary}</span></td>
						<td>{c.supplier.name}</td><td>{word('metric', c.metric)}</td><td>{c.due_at ? <Time at={c.due_at} /> : '—'}</td>
						<td class="right num">{hours(Math.max(0, c.remaining_s))}</td><td><PersonName person={c.owner} /></td>
					</tr>
				))}</tbody>
			</table>
		</div>
	);
}

function Goals({ f }: { f: Forecast }) {
	const missed = f.goals.filter((g) => g.outlook !== 'safe');
	if (!missed.length) return <p class="muted"><Icon name="met" size={14} /> {t('forecast.goalsNone')}</p>;
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('forecast.goals')}>
			<table class="table">
				<caption class="forecast-caption"><Icon name="breach" size={16} /> {t('forecast.goals')}: {num(missed.length)}</caption>
				<thead><tr><th scope="col">{t('sla.supplier')}</th><th scope="col">{t('sla.metric')}</th><th scope="col" class="right">{t('sla.goal')}</th><th scope="col" class="right">{t('forecast.so')}</th><th scope="col" class="right">{t('forecast.if')}</th><th scope="col" class="right">{t('forecast.atBest')}</th><th scope="col">{t('forecast.needed')}</th></tr></thead>
				<tbody>{missed.map((g) => (
					<tr key={`${g.contract.id}${g.metric}`}>
						<td class="forecast-case"><span>{g.supplier.name}</span><span class="muted small">{g.contract.name}</span></td><td>{word('metric', g.metric)}</td>
						<td class="right num">{share(g.goal_pct)}</td><td class="right num">{share(g.compliance_pct)}</td><td class="right num late-words">{share(g.if_nothing_changes_pct)}</td>
						<td class="right num">{share(g.at_best_pct)}</td><td><Needed g={g} /></td>
					</tr>
				))}</tbody>
			</table>
		</div>
	);
}

export function ForecastPanel({ supplier }: { supplier: string | null }) {
	const [ahead, setAhead] = useState('8');
	const f = useFetch<Forecast>(`/reports/forecast${query({ hours: ahead, supplier })}`);
	return (
		<section class="card forecast" aria-labelledby="forecast-title">
			<header class="card-head"><h2 id="forecast-title">{t('forecast.title')}</h2>
				<label class="small">{t('forecast.hours')} <select value={ahead} onChange={(e) => setAhead(e.currentTarget.value)}>{['4', '8', '16', '40'].map((h) => <option key={h}>{h}</option>)}</select></label></header>
			{f.error && <ErrorNote error={f.error} onRetry={() => void f.reload()} />}
			{f.data && <div class="forecast-body"><Clocks f={f.data} /><Goals f={f.data} /></div>}
		</section>
	);
}
