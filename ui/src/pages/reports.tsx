// Reports: ask for one, subscribe, watch them being made, take them. Everything is made by the server in the background.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { patch, post, request } from '../lib/api';
import { isoDay, when, whenDay } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { lang, num, t, word } from '../lib/i18n';
import { fileUrl, isOpen } from '../lib/reports';
import type { ReportKind, Run, Subscription } from '../lib/reports';
import { session } from '../lib/session';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from '../parts/bits';
import { toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';

const KINDS: ReportKind[] = ['supplier-sla', 'desk-quality'];
const day = (iso: string) => whenDay(`${iso}T12:00:00Z`);
const lastDay = (iso: string) => whenDay(new Date(Date.parse(`${iso}T12:00:00Z`) - 86_400_000).toISOString());
const span = (r: { from: string; to: string }) => t('rep.span', { from: day(r.from), to: lastDay(r.to) });
const monthStart = (back: number) => {
	const [y, m] = isoDay(Date.now()).split('-').map(Number);
	return new Date(Date.UTC(y, m - 1 - back, 1)).toISOString().slice(0, 10);
};

function Choice<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: [T, string][]; onChange: (v: T) => void }) {
	return <Field label={label}><select value={value} onChange={(e) => onChange(e.currentTarget.value as T)}>{options.map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select></Field>;
}

function useChoices() {
	const suppliers = useFetch<Page<Ref>>('/suppliers?limit=200');
	const [report, setReport] = useState<ReportKind>('supplier-sla');
	const [supplier, setSupplier] = useState('');
	const [language, setLanguage] = useState<string>(lang.value);
	const [delivery, setDelivery] = useState<'mail' | 'download'>('download');
	return {
		body: { report, language, delivery, ...(report === 'supplier-sla' && supplier ? { supplier } : {}) },
		fields: <>
			<Choice label={t('rep.report')} value={report} onChange={setReport} options={KINDS.map((k) => [k, word('repKind', k)])} />
			{report === 'supplier-sla' && <Choice label={t('rep.supplier')} value={supplier} onChange={setSupplier}
				options={[['', t('rep.allSuppliers')], ...(suppliers.data?.items ?? []).map((s): [string, string] => [String(s.id), s.name])]} />}
			<Choice label={t('rep.language')} value={language} onChange={setLanguage} options={[['en', word('repLanguage', 'en')], ['ru', word('repLanguage', 'ru')]]} />
			<Choice label={t('rep.delivery')} value={delivery} onChange={setDelivery} options={[['download', word('repDelivery', 'download')], ['mail', word('repDelivery', 'mail')]]} />
		</>,
	};
}

function Ask({ onMade }: { onMade: () => void }) {
	const { body, fields } = useChoices();
	const [from, setFrom] = useState(monthStart(1));
	const [to, setTo] = useState(monthStart(0));
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const send = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			await post('/report-runs', { ...body, from, to });
			toast(t('rep.queued'), { icon: 'check' });
			onMade();
		} catch (err) {
			setError(asError(err));
		} finally {
			setBusy(false);
		}
	};
	return (
		<section class="card" aria-labelledby="rep-ask"><h2 id="rep-ask">{t('rep.ask')}</h2>
			<form class="report-form" onSubmit={(e) => void send(e)}>
				{fields}
				<Field label={t('rep.from')}><input type="date" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></Field>
				<Field label={t('rep.to')}><input type="date" required value={to} onInput={(e) => setTo(e.currentTarget.value)} /></Field>
				<button type="submit" class="button primary" disabled={busy}><Icon name="download" />{t('rep.make')}</button>
			</form>
			{error && <ErrorNote error={error} />}
		</section>
	);
}

function Subscriptions() {
	const list = useFetch<Page<Subscription>>('/report-subscriptions?limit=200');
	const { body, fields } = useChoices();
	const [period, setPeriod] = useState<'monthly' | 'quarterly'>('monthly');
	const [error, setError] = useState<ApiError | null>(null);
	const act = async (what: () => Promise<unknown>, said: string) => {
		setError(null);
		try {
			await what();
			if (said) toast(said, { icon: 'check' });
		} catch (e) {
			setError(asError(e));
		}
		await list.reload();
	};
	return (
		<section class="card" aria-labelledby="rep-subs"><h2 id="rep-subs">{t('rep.subscriptions')}</h2>
			<form class="report-form" onSubmit={(e) => {
				e.preventDefault();
				void act(() => post('/report-subscriptions', { ...body, period }), t('rep.subscribed'));
			}}>
				{fields}
				<Choice label={t('rep.every')} value={period} onChange={setPeriod} options={[['monthly', word('repEvery', 'monthly')], ['quarterly', word('repEvery', 'quarterly')]]} />
				<button type="submit" class="button"><Icon name="plus" />{t('rep.subscribe')}</button>
			</form>
			{error && <ErrorNote error={error} />}
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{list.data && list.data.items.length === 0 && <Empty icon="calendar" title={t('rep.noSubscriptions')}>{t('rep.noSubscriptionsHint')}</Empty>}
			{list.data && list.data.items.length > 0 && <ul class="report-list">
				{list.data.items.map((s) => (
					<li key={s.id}>
						<div class="grow"><b>{word('repKind', s.report)}{s.supplier ? ` · ${s.supplier.name}` : ''}</b>
							<span class="muted small">{[word('repEvery', s.period), word('repLanguage', s.language), word('repDelivery', s.delivery)].join(' · ')}</span>
							<span class="muted small">{s.next ? t('rep.next', { from: day(s.next.from), to: lastDay(s.next.to), at: when(s.next.at) }) : t('rep.off')}
								{s.last ? ` · ${t('rep.last', { from: day(s.last.from), to: lastDay(s.last.to) })}` : ''}</span></div>
						<button type="button" class="button small" onClick={() => void act(() => patch(`/report-subscriptions/${s.id}`, { active: !s.active }, `"${s.version}"`), '')}>{s.active ? t('rep.switchOff') : t('rep.switchOn')}</button>
						<button type="button" class="button small" onClick={() => void act(() => request(`/report-subscriptions/${s.id}`, { method: 'DELETE' }), t('rep.ended'))}>{t('rep.end')}</button>
					</li>
				))}
			</ul>}
		</section>
	);
}

function RunState({ r }: { r: Run }) {
	if (isOpen(r)) return <span class="report-state"><progress max={100} value={r.state === 'queued' ? undefined : r.progress_pct} aria-label={t('rep.stateLabel')} /><span class="small num">{r.state === 'queued' ? word('repState', 'queued') : t('rep.progress', { n: r.progress_pct })}</span></span>;
	if (r.state === 'failed') return <span class="report-state late-words"><Icon name="breach" size={14} />{word('repState', 'failed')}</span>;
	return <span class="report-state better"><Icon name="met" size={14} />{word('repState', 'done')}</span>;
}

function History({ runs, onAgain }: { runs: Run[]; onAgain: (r: Run) => void }) {
	return (
		<ul class="report-list">
			{runs.map((r) => (
				<li key={r.id}>
					<div class="grow"><b>{word('repKind', r.report)}{r.supplier ? ` · ${r.supplier.name}` : ''}</b>
						<span class="muted small">{[span(r), word('repLanguage', r.language), r.subscription ? t('rep.bySubscription') : t('rep.byHand'), when(r.made_at ?? r.created_at),
							r.mail ? t(r.mail.state === 'sent' ? 'rep.mailed' : 'rep.mailQueued') : ''].filter(Boolean).join(' · ')}</span>
						{r.error && <span class="small late-words">{r.error}</span>}
						{r.file && <code class="report-hash">sha256:{r.file.sha256}</code>}</div>
					<RunState r={r} />
					{r.file && !r.file.removed && <a class="button small" href={fileUrl(r)} download={r.file.name}><Icon name="download" />{t('rep.download')} <span class="muted num">{t('rep.size', { n: num(Math.max(0.1, Math.round(r.file.size_bytes / 1e5) / 10)) })}</span></a>}
					{r.file?.removed && <span class="muted small">{t('rep.removed')}</span>}
					{(r.state === 'failed' || r.file?.removed) && <button type="button" class="button small" onClick={() => onAgain(r)}>{t('rep.again')}</button>}
				</li>
			))}
		</ul>
	);
}

export default function Reports() {
	const runs = useFetch<Page<Run>>('/report-runs?limit=50');
	const [older, setOlder] = useState<{ items: Run[]; next: string | null } | null>(null);
	const roles = session.value?.roles ?? [];
	const asks = roles.some((r) => ['lead', 'manager', 'admin'].includes(r));
	const subscribes = roles.some((r) => ['manager', 'admin'].includes(r));
	const busy = !!runs.data?.items.some(isOpen);
	// Progress is asked for while something is being made, and rarely otherwise: a subscription may begin one by itself.
	useEffect(() => {
		const timer = setInterval(() => void runs.reload(), busy ? 1000 : 30_000);
		return () => clearInterval(timer);
	}, [busy]);
	const again = async (r: Run) => {
		try {
			await post('/report-runs', { report: r.report, from: r.from, to: r.to, language: r.language, delivery: r.delivery, ...(r.supplier ? { supplier: String(r.supplier.id) } : {}) });
			toast(t('rep.queued'), { icon: 'check' });
		} catch (e) {
			toast(asError(e).detail || t('error.report'), { icon: 'alert', seconds: 10 });
		}
		await runs.reload();
	};
	const next = older ? older.next : runs.data?.next ?? null;
	const more = async () => {
		const a = await request<Page<Run>>(`/report-runs?limit=50&cursor=${encodeURIComponent(next ?? '')}`);
		setOlder({ items: [...(older?.items ?? []), ...a.data.items], next: a.data.next });
	};
	return (
		<div class="page reports">
			<PageTitle text={t('rep.title')} />
			<SupplierTabs />
			<header class="page-head"><div><h1>{t('rep.title')}</h1><p class="muted">{t('rep.lead')}</p></div></header>
			{asks && <Ask onMade={() => void runs.reload()} />}
			{subscribes && <Subscriptions />}
			<section class="card" aria-labelledby="rep-history"><h2 id="rep-history">{t('rep.history')}</h2>
				{runs.error && <ErrorNote error={runs.error} onRetry={() => void runs.reload()} />}
				{!runs.data && !runs.error && <Skeleton rows={4} />}
				{runs.data && runs.data.items.length === 0 && <Empty icon="download" title={t('rep.noRuns')}>{t('rep.noRunsHint')}</Empty>}
				{runs.data && runs.data.items.length > 0 && <History runs={[...runs.data.items, ...(older?.items ?? [])]} onAgain={(r) => void again(r)} />}
				{next && <button type="button" class="button small" onClick={() => void more()}>{t('rep.more')}</button>}
			</section>
		</div>
	);
}
