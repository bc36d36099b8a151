// The auditor's page: checks with their progress, anchors, one timeline hash by hash, and a period judged under other terms.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post, query, request } from '../lib/api';
import { isoDay, pct } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { hasWord, num, t, word } from '../lib/i18n';
import { place, setQuery } from '../lib/router';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton, Time } from '../parts/bits';
import { FilePick } from '../parts/file-pick';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';
import { monthSpan } from './suppliers';

type Run = {
	id: number; kind: string; subject: string | null; state: 'queued' | 'running' | 'done' | 'failed'; asked_by: Ref | null; asked_at: string; started_at: string | null; finished_at: string | null;
	subjects: number; total: number | null; items: number; findings: number; lines: { number: string; seq: number | null; what: string }[]; error: string | null;
};
type Anchor = { number: number; day: string; made_at: string; tickets: number; cases: number; calendars: number; root: string; link: string };
type Chain = {
	number: string; head: string | null; findings: { seq: number | null; what: string }[];
	events: { seq: number; type: string; occurred_at: string; recorded_at: string; actor: Ref | null; role: string; hash: string; holds: boolean; anchor: number | null }[];
};
type Money = { amount: string; currency: string } | null;
type Side = { measured: number; kept: number; breached: number; compliance_pct: number | null; credit: Money };
type Verdict = { verdict: string; due_at?: string | null };
type WhatIf = {
	contracts: { contract: Ref; supplier: Ref; credit_before: Money; credit_after: Money; metrics: { metric: string; before: Side; after: Side }[] }[];
	changed: { case: string; contract: Ref; metric: string; ordinal: number; before: Verdict; after: Verdict }[]; changed_count: number; cases: number;
};

const busy = (r: Run | undefined) => r?.state === 'queued' || r?.state === 'running';

function State({ run }: { run: Run | undefined }) {
	if (!run) return <p class="muted">{t('run.never')}</p>;
	if (busy(run)) {
		return <div class="audit-state" role="status"><progress max={run.total ?? 1} value={run.total ? run.subjects : undefined} aria-label={word('runState', run.state)} /><span class="small num">{run.total ? t('run.of', { n: run.subjects, all: run.total }) : word('runState', run.state)}</span></div>;
	}
	if (run.state === 'failed') return <p class="audit-state audit-bad"><Icon name="alert" />{run.error}</p>;
	return <p class={`audit-state ${run.findings ? 'audit-bad' : 'audit-good'}`}><Icon name={run.findings ? 'breach' : 'met'} /><b>{run.findings ? t('run.findings', { n: run.findings }) : t('run.good')}</b> <span class="muted small"><Time at={run.finished_at ?? run.asked_at} /></span></p>;
}

function Findings({ id }: { id: number }) {
	const run = useFetch<Run>(`/audit/runs/${id}`);
	if (run.error) return <ErrorNote error={run.error} />;
	if (!run.data) return <Skeleton rows={3} />;
	return <ul class="audit-lines">{run.data.lines.map((l, i) => <li key={i}><b>{l.number}</b>{l.seq !== null && ` · ${t('chain.event')} ${num(l.seq)}`}: <span lang="en">{l.what}</span></li>)}</ul>;
}

function Checks() {
	const runs = useFetch<Page<Run>>('/audit/runs?limit=20');
	const [error, setError] = useState<ApiError | null>(null);
	const [shown, setShown] = useState<number | null>(null);
	const items = runs.data?.items ?? [];
	const waiting = items.some(busy);
	useEffect(() => {
		if (!waiting) return;
		const timer = setInterval(() => void runs.reload(), 1000);
		return () => clearInterval(timer);
	}, [waiting]);
	const ask = (kind: string) => {
		setError(null);
		post('/audit/runs', { kind }).then(() => runs.reload(), (e) => setError(asError(e)));
	};
	if (runs.error) return <ErrorNote error={runs.error} onRetry={() => void runs.reload()} />;
	return (
		<>
			{error && <ErrorNote error={error} />}
			<div class="audit-cards">{['verify', 'replay', 'anchors'].map((kind) => {
				const last = items.find((r) => r.kind === kind && !r.subject);
				return (
					<section class="audit-card" key={kind}>
						<h2>{word('runKind', kind)}</h2><p class="muted small">{word('runWhat', kind)}</p>
						<State run={last} />
						<div><button type="button" class="button" disabled={busy(last)} onClick={() => ask(kind)}><Icon name="refresh" />{t('run.ask')}</button></div>
					</section>
				);
			})}</div>
			<section class="card"><h2>{t('run.recent')}</h2>
				{items.length === 0 ? <Empty icon="history" title={t('run.none')}>{t('run.noneHint')}</Empty> : (
					<div class="table-scroll" tabIndex={0} role="region" aria-label={t('run.recent')}><table class="table">
						<thead><tr><th scope="col">{t('run.what')}</th><th scope="col">{t('chain.number')}</th><th scope="col">{t('run.by')}</th><th scope="col" class="right">{t('run.items')}</th><th scope="col">{t('run.result')}</th></tr></thead>
						<tbody>{items.map((r) => (
							<tr key={r.id}><td>{word('runKind', r.kind)}</td><td>{r.subject ?? t('run.whole')}</td><td>{r.asked_by?.name}</td><td class="right num">{num(r.items)}</td>
								<td><State run={r} />{r.state === 'done' && r.findings > 0 && <button type="button" class="button small" aria-expanded={shown === r.id} onClick={() => setShown(shown === r.id ? null : r.id)}>{t('run.first', { n: Math.min(500, r.findings) })}</button>}
									{shown === r.id && <Findings id={r.id} />}</td></tr>
						))}</tbody>
					</table></div>
				)}
			</section>
		</>
	);
}

function Anchors() {
	const anchors = useFetch<Page<Anchor>>('/audit/anchors?limit=200');
	if (anchors.error) return <ErrorNote error={anchors.error} onRetry={() => void anchors.reload()} />;
	if (!anchors.data) return <Skeleton rows={6} />;
	return (
		<section class="card"><h2>{t('audit.anchors')}</h2><p class="muted">{t('anchors.hint')}</p>
			{anchors.data.items.length === 0 ? <Empty icon="link" title={t('anchors.empty')}>{t('anchors.emptyHint')}</Empty> : (
				<>
					<div><a class="button" href="/api/v1/audit/anchors.jsonl" download="anchors.jsonl"><Icon name="download" />{t('anchors.download')}</a></div>
					<div class="table-scroll" tabIndex={0} role="region" aria-label={t('audit.anchors')}><table class="table">
						<thead><tr><th scope="col" class="right">{t('anchors.number')}</th><th scope="col">{t('anchors.day')}</th><th scope="col">{t('anchors.made')}</th><th scope="col">{t('anchors.leaves')}</th><th scope="col">{t('anchors.root')}</th></tr></thead>
						<tbody>{anchors.data.items.map((a) => <tr key={a.number}><td class="right num">{num(a.number)}</td><td class="num">{a.day}</td><td><Time at={a.made_at} /></td><td class="num">{num(a.tickets)} · {num(a.cases)} · {num(a.calendars)}</td><td class="hash">{a.root}</td></tr>)}</tbody>
					</table></div>
				</>
			)}
		</section>
	);
}

function Timeline() {
	const number = place.value.query.get('number');
	const [typed, setTyped] = useState(number ?? '');
	const chain = useFetch<Chain>(number ? `/audit/chains/${encodeURIComponent(number)}` : null);
	const c = chain.data;
	return (
		<section class="card"><h2>{t('audit.chain')}</h2><p class="muted">{t('chain.hint')}</p>
			<form class="audit-form" onSubmit={(e) => {
				e.preventDefault();
				setQuery({ number: typed.trim() || null });
			}}>
				<label>{t('chain.number')}<input value={typed} onInput={(e) => setTyped(e.currentTarget.value)} /></label>
				<button type="submit" class="button primary">{t('chain.show')}</button>
			</form>
			{!number && <p class="muted">{t('chain.none')}</p>}
			{chain.error && <ErrorNote error={chain.error} />}
			{c && (c.findings.length === 0 ? <p class="audit-state audit-good"><Icon name="met" />{t('chain.whole', { n: c.events.length })}</p>
				: <ul class="audit-lines audit-bad">{c.findings.map((f, i) => <li key={i}>{f.seq !== null && `${t('chain.event')} ${num(f.seq)}: `}<span lang="en">{f.what}</span></li>)}</ul>)}
			{c && <div class="table-scroll" tabIndex={0} role="region" aria-label={c.number}><table class="table">
				<thead><tr><th scope="col" class="right">{t('chain.event')}</th><th scope="col" /><th scope="col">{t('chain.occurred')}</th><th scope="col">{t('chain.recorded')}</th><th scope="col">{t('chain.who')}</th><th scope="col">{t('chain.holds')}</th><th scope="col">{t('chain.anchor')}</th><th scope="col">{t('chain.hash')}</th></tr></thead>
				<tbody>{c.events.map((e) => (
					<tr key={e.seq}><td class="right num">{num(e.seq)}</td><td>{word(hasWord('caseEvent', e.type) ? 'caseEvent' : 'event', e.type)}</td><td><Time at={e.occurred_at} /></td><td><Time at={e.recorded_at} /></td><td>{e.actor?.name ?? '—'}</td>
						<td><span class={e.holds ? 'audit-good' : 'audit-bad'}><Icon name={e.holds ? 'met' : 'breach'} label={e.holds ? t('chain.holds') : t('chain.wrong')} /></span></td>
						<td class="num">{e.anchor ?? <span class="muted">{t('chain.noAnchor')}</span>}</td><td class="hash">{e.hash}</td></tr>
				))}</tbody>
			</table></div>}
		</section>
	);
}

const cash = (m: Money) => (m ? `${num(Number(m.amount))} ${m.currency}` : '—');
const keptOf = (s: Side) => (s.measured ? `${num(s.kept)}/${num(s.measured)} · ${pct(s.compliance_pct ?? 0)}` : '—');

function Difference({ w }: { w: WhatIf }) {
	return (
		<>
			<p class="audit-state"><Icon name={w.changed_count ? 'flag' : 'met'} /><b>{w.changed_count ? t('what.changed', { n: w.changed_count }) : t('what.same')}</b></p>
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('audit.whatIf')}><table class="table">
				<thead><tr><th scope="col">{t('what.contract')}</th><th scope="col">{t('sla.metric')}</th><th scope="col" class="right">{t('what.kept')}: {t('what.before')}</th><th scope="col" class="right">{t('what.after')}</th><th scope="col" class="right">{t('what.credit')}: {t('what.before')}</th><th scope="col" class="right">{t('what.after')}</th></tr></thead>
				{w.contracts.map((c) => <tbody key={c.contract.id}>
					{c.metrics.map((m, i) => <tr key={m.metric}>{i === 0 && <th scope="rowgroup" rowSpan={c.metrics.length + 1} class="sla-supplier"><span>{c.supplier.name}</span><span class="muted small">{c.contract.name}</span></th>}
						<td>{word('metric', m.metric)}</td><td class="right num">{keptOf(m.before)}</td><td class="right num"><b>{keptOf(m.after)}</b></td><td class="right num">{cash(m.before.credit)}</td><td class="right num"><b>{cash(m.after.credit)}</b></td></tr>)}
					<tr><td colSpan={3} class="muted">{t('what.sum')}</td><td class="right num">{cash(c.credit_before)}</td><td class="right num"><b>{cash(c.credit_after)}</b></td></tr>
				</tbody>)}
			</table></div>
			{w.changed.length > 0 && <div class="table-scroll" tabIndex={0} role="region" aria-label={t('what.verdict')}><table class="table">
				<thead><tr><th scope="col">{t('sla.cases')}</th><th scope="col">{t('sla.metric')}</th><th scope="col">{t('what.verdict')}: {t('what.before')}</th><th scope="col">{t('what.after')}</th><th scope="col">{t('what.due')}: {t('what.before')}</th><th scope="col">{t('what.after')}</th></tr></thead>
				<tbody>{w.changed.slice(0, 200).map((x) => <tr key={x.case + x.metric + x.ordinal}><td><a href={`/cases/${x.case}`}>{x.case}</a></td><td>{word('metric', x.metric)}{x.ordinal > 1 ? ` ${num(x.ordinal)}` : ''}</td>
					<td>{word('whatVerdict', x.before.verdict)}</td><td class={x.after.verdict === 'breached' ? 'late-words' : ''}>{word('whatVerdict', x.after.verdict)}</td><td>{x.before.due_at ? <Time at={x.before.due_at} /> : '—'}</td><td>{x.after.due_at ? <Time at={x.after.due_at} /> : '—'}</td></tr>)}</tbody>
			</table></div>}
		</>
	);
}

function What() {
	const today = isoDay(Date.now());
	const [form, setForm] = useState({ from: monthSpan(today, 3).from, to: monthSpan(today, 0).from, supplier: '', calendar: '' });
	const [terms, setTerms] = useState<unknown>(null);
	const [file, setFile] = useState<File | null>(null);
	const [bad, setBad] = useState(false);
	const [state, setState] = useState<{ busy: boolean; error: ApiError | null; answer: WhatIf | null }>({ busy: false, error: null, answer: null });
	const suppliers = useFetch<Page<Ref>>('/suppliers?limit=200');
	const calendars = useFetch<Page<Ref>>('/calendars?limit=200');
	const change = (c: Partial<typeof form>) => setForm({ ...form, ...c });
	const compute = () => {
		setState({ busy: true, error: null, answer: null });
		const body = { from: form.from, to: form.to, ...(form.supplier ? { supplier: form.supplier } : {}), ...(form.calendar ? { calendar: Number(form.calendar) } : {}), ...(terms ? { terms } : {}) };
		request<WhatIf>('/audit/what-if', { method: 'POST', body }).then(({ data }) => setState({ busy: false, error: null, answer: data }), (e) => setState({ busy: false, error: asError(e), answer: null }));
	};
	const read = (chosen: File | null) => {
		setBad(false);
		setTerms(null);
		setFile(chosen);
		chosen?.text().then((text) => setTerms(JSON.parse(text))).catch(() => setBad(true));
	};
	return (
		<section class="card"><h2>{t('audit.whatIf')}</h2><p class="muted">{t('what.hint')}</p>
			<form class="audit-form" onSubmit={(e) => {
				e.preventDefault();
				compute();
			}}>
				<label>{t('period.from')}<input type="date" required value={form.from} max={form.to} onInput={(e) => change({ from: e.currentTarget.value })} /></label>
				<label>{t('period.toExcluded')}<input type="date" required value={form.to} min={form.from} onInput={(e) => change({ to: e.currentTarget.value })} /></label>
				<label>{t('sla.supplier')}<select value={form.supplier} onChange={(e) => change({ supplier: e.currentTarget.value })}><option value="">{t('sla.allSuppliers')}</option>{suppliers.data?.items.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}</select></label>
				<label>{t('what.calendar')}<select value={form.calendar} onChange={(e) => change({ calendar: e.currentTarget.value })}><option value="">{t('what.unchanged')}</option>{calendars.data?.items.map((c) => <option key={c.id} value={String(c.id)}>{c.name}</option>)}</select></label>
				<Field label={t('what.file')}><FilePick file={file} onFile={read} accept="application/json,.json" choose={t('evidence.choose')} remove={t('evidence.remove')} /></Field>
				<button type="submit" class="button primary" disabled={state.busy || (!form.calendar && !terms)}>{state.busy ? t('what.computing') : t('what.compute')}</button>
			</form>
			{bad && <p class="audit-bad" role="alert">{t('what.fileBad')}</p>}
			{!form.calendar && !terms && <p class="muted">{t('what.none')}</p>}
			{state.error && <ErrorNote error={state.error} />}
			{state.busy && <Skeleton rows={6} />}
			{state.answer && <Difference w={state.answer} />}
		</section>
	);
}

export default function Audit() {
	const tab = place.value.query.get('tab') ?? 'checks';
	const tabs: [string, string, () => ComponentChildren][] = [['checks', t('audit.checks'), () => <Checks />], ['anchors', t('audit.anchors'), () => <Anchors />], ['chain', t('audit.chain'), () => <Timeline />], ['what-if', t('audit.whatIf'), () => <What />]];
	const shown = tabs.find(([name]) => name === tab) ?? tabs[0];
	return (
		<div class="page audit">
			<PageTitle text={t('audit.title')} />
			<SupplierTabs />
			<header class="page-head"><div><h1>{t('audit.title')}</h1></div></header>
			<nav class="tabs" aria-label={t('audit.title')}>{tabs.map(([name, label]) => <a key={name} href={`/audit${query({ tab: name === 'checks' ? null : name })}`} class={name === shown[0] ? 'on' : ''} aria-current={name === shown[0] ? 'page' : undefined}>{label}</a>)}</nav>
			{shown[2]()}
		</div>
	);
}
