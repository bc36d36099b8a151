// One edition of terms to be read: targets by priority, credits, coverage, pauses, steps; and what a change does, in words.
import type { ComponentChildren } from 'preact';
import { hours, pct, whenDay } from '../lib/format';
import { num, t, tx, word } from '../lib/i18n';
import { METRICS, PRIORITIES, dayBefore, dayWords, filterWords, labelIn, nameIn } from '../lib/terms';
import type { Difference, Overlap, Terms, Warning } from '../lib/terms';
import { Priority } from './bits';
import { Icon } from './icons';

export const money = (m: { amount: string; currency: string }) => `${num(Number(m.amount.split('.')[0]))}${m.amount.includes('.') ? (1.1).toLocaleString(document.documentElement.lang)[1] + m.amount.split('.')[1] : ''} ${m.currency}`;

export function TargetTable({ terms }: { terms: Pick<Terms, 'targets'> }) {
	const at = (metric: string, priority: number) => terms.targets.find((x) => x.metric === metric && x.priority === priority);
	const shown = METRICS.filter((m) => terms.targets.some((x) => x.metric === m));
	if (!shown.length) return <p class="muted">{t('terms.noTargets')}</p>;
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('terms.targets')}>
			<table class="table terms-targets">
				<thead><tr><th scope="col">{t('sla.metric')}</th>{PRIORITIES.map((p) => <th key={p} scope="col"><Priority p={p} words /></th>)}</tr></thead>
				<tbody>{shown.map((m) => (
					<tr key={m}><th scope="row">{word('metric', m)}</th>
						{PRIORITIES.map((p) => {
							const x = at(m, p);
							return <td key={p}>{x ? <><b class="num">{hours(x.target_s)}</b><span class="muted small num">{t('terms.goalOf', { goal: pct(x.goal_pct, x.goal_pct % 1 ? 1 : 0) })}</span></> : <span class="muted">—</span>}</td>;
						})}</tr>
				))}</tbody>
			</table>
		</div>
	);
}

export function Credits({ terms }: { terms: Pick<Terms, 'credits' | 'credit_cap_pct'> }) {
	const metrics = METRICS.filter((m) => terms.credits.some((c) => c.metric === m));
	if (!metrics.length) return <p class="muted">{t('terms.noCredits')}</p>;
	return (
		<>
			<ul class="steps">{metrics.map((m) => (
				<li key={m}><b>{word('metric', m)}</b>
					{terms.credits.filter((c) => c.metric === m).sort((a, b) => b.below_pct - a.below_pct).map((c) => (
						<span key={c.below_pct} class="step">{tx('terms.creditStep', { below: pct(c.below_pct, c.below_pct % 1 ? 1 : 0), credit: <b>{pct(c.credit_pct, c.credit_pct % 1 ? 1 : 0)}</b> })}</span>
					))}</li>
			))}</ul>
			<p class="muted small">{terms.credit_cap_pct === null ? t('terms.noCap') : t('terms.capIs', { cap: pct(terms.credit_cap_pct, terms.credit_cap_pct % 1 ? 1 : 0) })}</p>
		</>
	);
}

export function CoverageList({ terms }: { terms: Pick<Terms, 'coverage' | 'coverage_classes'> }) {
	if (!terms.coverage.length && !terms.coverage_classes.length) return <p class="muted">{t('terms.coversNothing')}</p>;
	const many = terms.coverage.length > 12;
	const list = <ul class="tags">{terms.coverage.map((ci) => <li key={ci.id}><a class="tag" href={`/cmdb/${ci.id}`}>{ci.name}</a></li>)}</ul>;
	return (
		<>
			{terms.coverage_classes.map((c, i) => (
				<p key={i} class="covered-class"><Icon name="boxes" size={14} /><b>{labelIn(c.class)}</b>{Object.keys(c.filter).length > 0 && <code>{filterWords(c.filter)}</code>}
					{c.cis !== undefined && <span class="muted small">{t('terms.nCis', { n: c.cis })}</span>}</p>
			))}
			{many ? <details><summary>{t('terms.nCovered', { n: terms.coverage.length })}</summary>{list}</details> : list}
		</>
	);
}

export function Part({ title, children, tools }: { title: string; children: ComponentChildren; tools?: ComponentChildren }) {
	return <section class="card"><header class="card-head"><h2>{title}</h2>{tools && <div class="card-tools">{tools}</div>}</header>{children}</section>;
}

export function TermsView({ terms }: { terms: Terms }) {
	const pcts = [...new Set(terms.escalation_steps.map((s) => s.at_pct))].sort((a, b) => a - b);
	return (
		<div class="terms-grid">
			<Part title={t('terms.targets')}>
				<p class="muted small">{tx('terms.inHoursOf', { calendar: <a href={`/suppliers/calendars/${terms.calendar.id}`}>{terms.calendar.name}</a> })}</p>
				<TargetTable terms={terms} />
			</Part>
			<div class="terms-side">
				<Part title={t('terms.money')}>
					<p class="terms-price">{terms.price ? <><b class="num">{money(terms.price)}</b> <span class="muted">{word('pricePer', terms.price_period)}</span></> : <span class="muted">{t('terms.noPrice')}</span>}</p>
					<Credits terms={terms} />
				</Part>
				<Part title={t('terms.escalation')}>
					{pcts.length ? <ol class="ladder">{pcts.map((p) => <li key={p}><b class="num">{num(p)} %</b><span>{terms.escalation_steps.filter((s) => s.at_pct === p).map((s) => word('stepRole', s.role)).join(', ')}</span></li>)}</ol>
						: <p class="muted">{t('terms.noSteps')}</p>}
				</Part>
			</div>
			<Part title={t('terms.coverage')}><CoverageList terms={terms} /></Part>
			<Part title={t('terms.pauses')}>
				<p class="muted small">{t('terms.longAfter', { time: hours(terms.pause_limit_s) })} {terms.automatic_acknowledges ? t('terms.autoYes') : t('terms.autoNo')}</p>
				{terms.pause_reasons.length ? <ul class="reasons">{terms.pause_reasons.map((r) => <li key={r.key}><span>{nameIn(r)}</span><span class="muted small">{word('waits', r.waits_for)}</span></li>)}</ul> : <p class="muted">{t('terms.noReasons')}</p>}
			</Part>
			{(terms.note || terms.created_by) && <p class="muted small terms-note">{terms.note && <>{terms.note} · </>}{terms.created_by ? t('terms.enteredBy', { name: terms.created_by.name, when: whenDay(terms.created_at) }) : t('terms.entered', { when: whenDay(terms.created_at) })}</p>}
		</div>
	);
}

// The words for a path like targets/1/response/target_s, also below terms/2/.
function pathWords(path: string): string {
	const parts = path.split('/');
	if (parts[0] === 'terms') return `${t('terms.editionN', { n: Number(parts[1]) })}: ${pathWords(parts.slice(2).join('/'))}`;
	switch (parts[0]) {
		case 'targets': return `${word('metric', parts[2])}, ${t('priority.label', { p: Number(parts[1]) })}: ${parts[3] === 'goal_pct' ? t('sla.goal') : t('terms.target')}`;
		case 'credits': return `${t('terms.credit')}: ${word('metric', parts[1])}, ${t('terms.below', { pct: pct(Number(parts[2]), 0) })}`;
		case 'coverage': case 'coverage_classes': return t('terms.coverage');
		case 'pause_reasons': return t('terms.pauseReason');
		case 'escalation_steps': return `${t('terms.escalation')}: ${parts[1]} %, ${word('stepRole', parts[2])}`;
		default: return word('terms', parts[0]);
	}
}

function valueWords(path: string, v: unknown): string {
	if (v === null || v === undefined) return '—';
	const last = path.split('/').pop() ?? '';
	if (last.endsWith('_s')) return hours(Number(v));
	if (last.endsWith('_pct') || path.includes('credits/')) return pct(Number(v), Number(v) % 1 ? 1 : 0);
	if (typeof v === 'boolean') return v ? t('terms.yes') : t('terms.no');
	if (last === 'price_period') return word('pricePer', String(v));
	if (/^\d{4}-\d\d-\d\d$/.test(String(v))) return dayWords(String(v));
	if (typeof v !== 'object') return String(v);
	const o = v as Record<string, never>;
	if ('amount' in o) return money(o as never);
	if ('label_en' in o) return `${labelIn(o as never)}${Object.keys(o.filter ?? {}).length ? ` (${filterWords(o.filter)})` : ''}`;
	if ('name_en' in o) return nameIn(o as never);
	return String((o as { name?: string }).name ?? '');
}

export function Differences({ list }: { list: Difference[] }) {
	if (!list.length) return <p class="muted">{t('terms.noDifference')}</p>;
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={t('terms.differences')}>
			<table class="table table-dense differences">
				<thead><tr><th scope="col">{t('terms.what')}</th><th scope="col">{t('terms.before')}</th><th scope="col">{t('terms.after')}</th></tr></thead>
				<tbody>{list.slice(0, 200).map((d) => (
					<tr key={d.path}><th scope="row">{pathWords(d.path)}</th><td>{d.before === null ? <span class="muted">—</span> : <del>{valueWords(d.path, d.before)}</del>}</td>
						<td>{d.after === null ? <span class="muted">—</span> : <ins>{valueWords(d.path, d.after)}</ins>}</td></tr>
				))}</tbody>
			</table>
			{list.length > 200 && <p class="muted small">{t('terms.moreDifferences', { n: list.length - 200 })}</p>}
		</div>
	);
}

// A warning in the reader's words; one that is new to this page is shown as the server says it.
function warningWords(w: Warning): string {
	const v = w.values;
	const metric = typeof v.metric === 'string' ? word('metric', v.metric) : '';
	switch (w.code) {
		case 'longer-than-resolution': return t('warn.longerThanResolution', { metric, p: v.priority });
		case 'acknowledge-longer-than-response': return t('warn.acknowledgeLonger', { p: v.priority });
		case 'priority-reversed': return t('warn.priorityReversed', { metric, p: v.priority, other: v.other });
		case 'credit-without-target': return t('warn.creditWithoutTarget', { metric });
		case 'credits-over-price': return t('warn.creditsOverPrice', { total: v.total });
		case 'credits-without-price': return t('warn.creditsWithoutPrice');
		case 'no-targets': return t('warn.noTargets');
		case 'covers-nothing': return t('warn.coversNothing');
		case 'retired': return t('warn.retired', { name: v.name });
		case 'calendar-ends': return t('warn.calendarEnds', { until: dayWords(String(v.known_until)) });
		case 'cases-stay': return t('warn.casesStay', { n: Number(v.cases), from: dayWords(String(v.from)), edition: Number(v.edition) });
		default: return w.detail;
	}
}

export function Warnings({ warnings, overlaps }: { warnings: Warning[]; overlaps: Overlap[] }) {
	if (!warnings.length && !overlaps.length) return null;
	return (
		<ul class="warnings">
			{warnings.map((w, i) => <li key={i}><Icon name="risk" size={14} /><span>{warningWords(w)}</span></li>)}
			{overlaps.map((o) => (
				<li key={`${o.contract.id}/${o.edition}`}><Icon name="link" size={14} />
					<span>{tx('warn.overlap', { contract: <a href={`/suppliers/contracts/${o.contract.id}`}>{o.contract.name}</a>, supplier: o.supplier.name, from: dayWords(o.from), to: o.to ? dayWords(dayBefore(o.to)) : t('terms.openEnd') })}
						{' '}<span class="muted">{[...o.cis.slice(0, 5).map((ci) => ci.name), ...o.classes, ...(o.count > o.cis.length + o.classes.length || o.cis.length > 5 ? ['…'] : [])].join(', ')}</span></span></li>
			))}
		</ul>
	);
}
