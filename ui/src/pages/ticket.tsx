// One ticket for staff: what it is, who has it, what is promised; the timeline, the composer, and the facts beside them.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { by, when } from '../lib/format';
import { asError, narrow, useEvents, useFetch, useKeys } from '../lib/hooks';
import { num, t, tx, word } from '../lib/i18n';
import { lazy } from '../lib/lazy';
import { watchNumber } from '../lib/stream';
import type { Ticket } from '../lib/types';
import { refreshCounts } from '../lib/views';
import { Avatar, ClockChip, Empty, ErrorNote, Priority, Skeleton, Status, Time } from '../parts/bits';
import { toast } from '../parts/dialog';
import { Composer } from '../parts/composer';
import { Icon } from '../parts/icons';
import type { IconName } from '../parts/icons';
import { Menu } from '../parts/menu';
import type { MenuItem } from '../parts/menu';
import { PageTitle } from '../parts/shell';
import { SidePanel } from '../parts/side-panel';
import { Timeline } from '../parts/timeline';
import { Rich } from '../parts/rich';

const HandoverDialog = lazy(() => import('../parts/handover-dialog'));
const EscalateDialog = lazy(() => import('../parts/escalate-dialog'));
const ResolveDialog = lazy(() => import('../parts/resolve-dialog'));
const ReasonDialog = lazy(() => import('../parts/reason-dialog'));
const DeclineDialog = lazy(() => import('../parts/decline'));

export type Asked = 'handover' | 'escalate' | 'resolve' | 'cancel' | 'reopen' | 'wait_reporter' | 'wait_supplier' | 'decline' | null;

function OwnerBar({ x, run }: { x: Ticket; run: (name: string) => void }) {
	const h = x.handover;
	return (
		<>
			{h && h.state === 'offered' && (
				<div class="offer" role="status">
					<Icon name="handover" />
					<div class="offer-text">
						<p>{tx(h.to_team ? 'handover.pendingTeam' : 'handover.pending', { from: <b>{h.from.name}</b>, to: <b>{h.to_team?.name ?? h.to?.name ?? ''}</b> })} <span class="muted">{when(h.offered_at)}</span></p>
						<p class="muted">{word('reason', h.reason)}{h.mode === 'temporary' && h.until ? ` · ${by(h.until)}` : ''}{h.note ? ` · ${h.note}` : ''}</p>
					</div>
					{x.can.includes('handover_accept') && <button type="button" class="button primary small" onClick={() => run('handover_accept')}>{t('handover.accept')}</button>}
					{x.can.includes('handover_decline') && <button type="button" class="button small" onClick={() => run('handover_decline')}>{t('handover.decline')}</button>}
					{x.can.includes('handover_withdraw') && <button type="button" class="button small" onClick={() => run('handover_withdraw')}>{t('handover.withdraw')}</button>}
					{x.can.includes('handover_force') && <button type="button" class="button small" onClick={() => run('handover_force')}>{t('handover.force')}</button>}
				</div>
			)}
		</>
	);
}

function Head({ x, run, ask, onClose, onStep, where }: {
	x: Ticket; run: (name: string) => void; ask: (a: Asked) => void; onClose: () => void; onStep: (d: number) => void; where: { at: number; of: number };
}) {
	const can = (n: string) => x.can.includes(n);
	const button = (name: string, label: string, icon: IconName, key: string, act: () => void, primary = false) => can(name) && (
		<button key={name} type="button" class={`button ${primary ? 'primary' : ''}`} onClick={act} title={`${label} (${key})`}><Icon name={icon} />{label}</button>
	);
	const more: MenuItem[] = [];
	if (can('wait')) {
		more.push({ label: t('action.waitReporter'), icon: 'pause', run: () => ask('wait_reporter') });
		more.push({ label: t('action.waitSupplier'), icon: 'supplier', run: () => ask('wait_supplier') });
	}
	if (can('reopen')) more.push({ label: t('action.reopen'), icon: 'refresh', run: () => ask('reopen') });
	if (can('confirm')) more.push({ label: t('action.confirm'), icon: 'check', run: () => run('confirm') });
	if (can('cancel')) more.push({ label: t('action.cancelTicket'), icon: 'close', danger: true, run: () => ask('cancel') });
	more.push({
		label: t('action.copyLink'), icon: 'link', run: () => {
			navigator.clipboard?.writeText(`${window.location.origin}/desk/${x.number}`).then(() => toast(t('app.copied'), { icon: 'check' }), () => toast(`${window.location.origin}/desk/${x.number}`));
		},
	});
	return (
		<header class="ticket-head">
			<div class="ticket-line">
				<button type="button" class="icon-button" aria-label={t('keys.back')} title={`${t('keys.back')} (Esc)`} onClick={onClose}><Icon name={narrow.value ? 'left' : 'close'} /></button>
				<span class="num muted">{x.number}</span><span class="muted ticket-kind">{word('kind', x.kind)}</span>
				<Status status={x.status} />
				<span class="grow" />
				{where.of > 1 && (
					<span class="stepper">
						<button type="button" class="icon-button" aria-label={t('keys.previous')} title={`${t('keys.previous')} ([)`} onClick={() => onStep(-1)}><Icon name="up" /></button>
						<button type="button" class="icon-button flip" aria-label={t('keys.next')} title={`${t('keys.next')} (])`} onClick={() => onStep(1)}><Icon name="up" /></button>
						<span class="muted num small">{num(where.at + 1)}/{num(where.of)}</span>
					</span>
				)}
			</div>
			<h1>{x.subject}</h1>
			<div class="ticket-line ticket-meta">
				<Priority p={x.priority} words />
				{x.clocks.filter((c) => c.metric !== 'ola' && c.state !== 'cancelled').map((c) => <ClockChip key={c.metric} clock={c} metric={c.metric} full />)}
				<span class="ticket-owner">{x.owner ? <><Avatar name={x.owner.name} size="s" /><span>{tx('ticket.ownedBy', { name: <b>{x.owner.name}</b> })}</span></> : <span class="muted">{t('ticket.noOwner')}</span>}</span>
			</div>
			<div class="ticket-actions">
				{button('take', t('action.take'), 'person', 'T', () => run('take'), true)}
				{button('resume', t('action.resume'), 'clock', '', () => run('resume'))}
				{button('handover', t('action.handover'), 'handover', 'H', () => ask('handover'))}
				{button('escalate', t('action.escalate'), 'supplier', 'E', () => ask('escalate'))}
				{button('resolve', t('action.resolve'), 'met', 'S', () => ask('resolve'))}
				<Menu label={t('action.more')} button={<Icon name="more" />} align="start" cls="button icon-only" items={more} />
			</div>
		</header>
	);
}

export default function TicketPane({ number, onChanged, onClose, onStep, place }: {
	number: string; onChanged: (x: Ticket) => void; onClose: () => void; onStep: (d: number) => void; place: { at: number; of: number };
}) {
	const ticket = useFetch<Ticket>(`/tickets/${number}`);
	const events = useEvents(`/tickets/${number}/events`);
	const [asked, setAsked] = useState<Asked>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const [compose, setCompose] = useState<'reply' | 'note' | null>(null);
	const [linkCi, setLinkCi] = useState(0);
	const [panel, setPanel] = useState(false);
	const [filter, setFilter] = useState<'all' | 'talk'>('all');
	const submitter = useRef(new Submit());
	const scroll = useRef<HTMLDivElement>(null);
	const reload = async () => {
		await Promise.all([ticket.reload(), events.reload()]);
		refreshCounts(200);
	};
	useEffect(() => watchNumber(() => number, () => void reload()), [number]);
	useEffect(() => {
		if (ticket.data) onChanged(ticket.data);
	}, [ticket.data]);
	const count = events.items.length;
	useEffect(() => {
		// The newest stands above the composer; whoever reads further up is left where they are.
		const el = scroll.current;
		if (el && count) el.scrollTop = el.scrollHeight;
	}, [number, count > 0, !!ticket.data, compose === null]);
	const x = ticket.data;

	const post = async (path: string, words: string, body: unknown = {}) => {
		setError(null);
		try {
			await submitter.current.post(path, body);
			toast(words, { icon: 'check' });
		} catch (e) {
			setError(asError(e));
		}
		await reload();
	};
	const run = (name: string) => {
		const h = x?.handover;
		if (name === 'take') void post(`/tickets/${number}/take`, t('ticket.taken', { number }));
		else if (name === 'resume') void post(`/tickets/${number}/resume`, t('ticket.resumed'));
		else if (name === 'confirm') void post(`/tickets/${number}/confirm`, t('ticket.confirmed'));
		else if (name === 'handover_decline') setAsked('decline');
		else if (h && name.startsWith('handover_')) {
			const verb = name.slice(9);
			void post(`/handovers/${h.id}/${verb}`, verb === 'accept' ? t('handover.accepted', { number }) : verb === 'withdraw' ? t('handover.withdrawn') : t('handover.forced'));
		}
	};
	const can = (n: string) => !!x?.can.includes(n);
	useKeys([
		...(can('take') ? [{ keys: 't', label: 'action.take' as const, run: () => run('take') }] : []),
		...(can('reply') ? [{ keys: 'r', label: 'compose.reply' as const, run: () => setCompose('reply') }] : []),
		...(can('note') ? [{ keys: 'n', label: 'compose.note' as const, run: () => setCompose('note') }] : []),
		...(can('handover') ? [{ keys: 'h', label: 'action.handover' as const, run: () => setAsked('handover') }] : []),
		...(can('escalate') ? [{ keys: 'e', label: 'action.escalate' as const, run: () => setAsked('escalate') }] : []),
		...(can('resolve') ? [{ keys: 's', label: 'action.resolve' as const, run: () => setAsked('resolve') }] : []),
		...(can('link_ci') ? [{ keys: 'l', label: 'action.linkCi' as const, run: () => {
			setPanel(true);
			setLinkCi((n) => n + 1);
		} }] : []),
		...(can('edit') ? [{ keys: 'p', label: 'ticket.changePriority' as const, run: () => {
			setPanel(true);
			setTimeout(() => document.getElementById('side-priority')?.focus(), 0);
		} }] : []),
	]);
	if (ticket.error && !x) {
		return <section class="ticket"><PageTitle text={number} />{ticket.error.status === 404
			? <Empty icon="search" title={t('ticket.missing', { number })} action={<button type="button" class="button" onClick={onClose}>{t('keys.back')}</button>}>{t('ticket.missingWhy')}</Empty>
			: <ErrorNote error={ticket.error} onRetry={() => void reload()} />}</section>;
	}
	if (!x) return <section class="ticket"><PageTitle text={number} /><Skeleton rows={10} /></section>;
	const all = events.items.filter((e) => !(e.type === 'opened' && (!e.body || e.body === x.body)));
	const shown = filter === 'talk' ? all.filter((e) => e.visibility !== 'system') : all;
	const done = () => {
		setAsked(null);
		void reload();
	};
	return (
		<section class={`ticket ${panel ? 'panel-open' : ''}`} aria-label={`${x.number} ${x.subject}`}>
			<PageTitle text={`${x.number} ${x.subject}`} />
			<div class="ticket-main">
				<Head x={x} run={run} ask={setAsked} onClose={onClose} onStep={onStep} where={place} />
				<OwnerBar x={x} run={run} />
				{error && <ErrorNote error={error} onRetry={() => setError(null)} />}
				<div class="ticket-scroll" ref={scroll} tabIndex={0} role="region" aria-label={t('ticket.timeline')}>
					<article class="bubble bubble-first">
						<header><Avatar name={x.reporter.name} size="s" /><span class="bubble-who">{x.reporter.name}</span><span class="muted">{word('channel', x.channel)}</span><Time at={x.opened_at} /></header>
						<Rich html={null} text={x.body} />
					</article>
					{all.length > 6 && <div class="timeline-filter"><label class="check"><input type="checkbox" checked={filter === 'talk'} onChange={() => setFilter(filter === 'all' ? 'talk' : 'all')} /><span>{t('ticket.onlyTalk')}</span></label></div>}
					{events.error && <ErrorNote error={events.error} onRetry={() => void events.reload()} />}
					<Timeline events={shown} staff label={t('ticket.timeline')} />
					{x.resolution_text && (
						<div class="resolution">
							<h2><Icon name="met" />{t('ticket.resolution')}</h2>
							<dl class="facts"><dt>{t('resolve.cause')}</dt><dd>{x.resolution_text.cause}</dd><dt>{t('resolve.fix')}</dt><dd>{x.resolution_text.fix}</dd>
								<dt>{t('resolve.prevention')}</dt><dd>{x.resolution_text.prevention ?? t('resolve.nothingCan')}</dd></dl>
							{x.rating && <p><Icon name="star" /> {t('ticket.rated', { score: x.rating.score })}{x.rating.comment ? ` — ${x.rating.comment}` : ''}</p>}
						</div>
					)}
				</div>
				<Composer ticket={x} mode={compose} onMode={setCompose} onSent={() => {
					void reload().then(() => {
						const el = scroll.current;
						if (el) el.scrollTop = el.scrollHeight;
					});
				}} />
			</div>
			<button type="button" class="panel-toggle button small" aria-expanded={panel} onClick={() => setPanel(!panel)}><Icon name={panel ? 'close' : 'table'} />{panel ? t('action.close') : t('ticket.facts')}</button>
			<SidePanel ticket={x} etag={ticket.etag} onChanged={() => void reload()} linkCi={linkCi} />
			{asked === 'handover' && <HandoverDialog ticket={x} onClose={() => setAsked(null)} onDone={done} />}
			{asked === 'escalate' && <EscalateDialog ticket={x} onClose={() => setAsked(null)} onDone={done} />}
			{asked === 'resolve' && <ResolveDialog ticket={x} onClose={() => setAsked(null)} onDone={done} />}
			{asked === 'decline' && x.handover && <DeclineDialog handover={x.handover} onClose={() => setAsked(null)} onDone={done} />}
			{(asked === 'cancel' || asked === 'reopen' || asked === 'wait_reporter' || asked === 'wait_supplier') && <ReasonDialog ticket={x} what={asked} onClose={() => setAsked(null)} onDone={done} />}
		</section>
	);
}

