// The queue, and beside it the ticket that is open. The address holds the view, the filter and the open ticket.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Submit, get, query } from '../lib/api';
import { stamp, whenFull } from '../lib/format';
import { asError, middling, narrow, useKeys } from '../lib/hooks';
import { lang, num, t, word } from '../lib/i18n';
import { lazy } from '../lib/lazy';
import { useQueue } from '../lib/queue';
import { go, keepQuery, place, setQuery } from '../lib/router';
import { isStaff, session } from '../lib/session';
import type { Handover, Page, Ticket, TicketItem } from '../lib/types';
import { VIEWS, counts, refreshCounts } from '../lib/views';
import { Avatar, Empty, ErrorNote, PersonName, Priority, Skeleton, SlaChip, Status, SupplierMark, errorTitle } from '../parts/bits';
import { Grid } from '../parts/grid';
import { Icon } from '../parts/icons';
import { Menu } from '../parts/menu';
import { PageTitle } from '../parts/shell';
import { toast } from '../parts/dialog';

const TicketPane = lazy(() => import('./ticket'));
const DeclineDialog = lazy(() => import('../parts/decline'));

const KINDS = ['incident', 'request', 'consultation'] as const;

function Row({ x, selected, onSelect }: { x: TicketItem; selected: boolean; onSelect: () => void }) {
	return (
		<>
			<span role="gridcell" class="c-check"><label><input type="checkbox" checked={selected} onChange={onSelect} tabIndex={-1} /><span class="hidden">{t('queue.select', { number: x.number })}</span></label></span>
			<span role="gridcell" class="c-prio"><Priority p={x.priority} /></span>
			<span role="gridcell" class="c-sla"><SlaChip ticket={x} /></span>
			<span role="gridcell" class="c-number num muted">{x.number}</span>
			<span role="gridcell" class="c-subject"><a href={keepQuery(`/desk/${x.number}`)} tabIndex={-1} class="clip">{x.subject}</a>
				{x.pending_handover && <span class="tag"><Icon name="handover" size={14} />{t('queue.offered')}</span>}</span>
			<span role="gridcell" class="c-reporter clip">{x.reporter.name}</span>
			<span role="gridcell" class="c-owner"><PersonName person={x.owner} /></span>
			<span role="gridcell" class="c-supplier">{x.supplier && <SupplierMark supplier={x.supplier} />}</span>
			<span role="gridcell" class="c-status"><Status status={x.status} /></span>
			<span role="gridcell" class="c-updated num muted"><time dateTime={x.updated_at} title={whenFull(x.updated_at)}>{stamp(x.updated_at)}</time></span>
		</>
	);
}

function CompactRow({ x }: { x: TicketItem }) {
	return (
		<span role="gridcell" class="compact">
			<span class="compact-top"><Priority p={x.priority} /><a href={keepQuery(`/desk/${x.number}`)} tabIndex={-1} class="clip">{x.subject}</a><span class="muted num compact-time">{stamp(x.updated_at)}</span></span>
			<span class="compact-low"><SlaChip ticket={x} />{x.supplier ? <SupplierMark supplier={x.supplier} /> : <Status status={x.status} />}
				{x.owner ? <span class="compact-owner" title={x.owner.name}><Avatar name={x.owner.name} size="s" /></span> : <span class="muted clip">{x.reporter.name}</span>}</span>
		</span>
	);
}

function Head() {
	const columns = ['priority', 'sla', 'number', 'subject', 'reporter', 'owner', 'supplier', 'status', 'updated'] as const;
	return (
		<>
			<span role="columnheader" class="c-check"><span class="hidden">{t('queue.selectHead')}</span></span>
			{columns.map((c) => <span key={c} role="columnheader" class={`c-${c === 'priority' ? 'prio' : c}`}>{c === 'priority' ? <span class="hidden">{word('column', c)}</span> : word('column', c)}</span>)}
		</>
	);
}

// Handovers offered to me or my team stand on top of everything, until they are answered.
function Incoming({ onAnswered }: { onAnswered: () => void }) {
	const [offers, setOffers] = useState<Ticket[]>([]);
	const [decline, setDecline] = useState<Handover | null>(null);
	const submitter = useRef(new Submit());
	const count = counts.value.incoming ?? 0;
	const load = async () => {
		try {
			const page = await get<Page<TicketItem>>(`/tickets${query({ view: 'incoming', limit: 5 })}`);
			const whole = await Promise.all(page.items.map((x) => get<Ticket>(`/tickets/${x.number}`)));
			setOffers(whole.filter((x) => x.handover));
		} catch {
			setOffers([]);
		}
	};
	useEffect(() => {
		if (count) void load();
		else setOffers([]);
	}, [count]);
	const accept = async (x: Ticket) => {
		if (!x.handover) return;
		try {
			await submitter.current.post(`/handovers/${x.handover.id}/accept`, {});
			toast(t('handover.accepted', { number: x.number }), { icon: 'check' });
			setOffers((o) => o.filter((y) => y.number !== x.number));
			refreshCounts(0);
			onAnswered();
			go(keepQuery(`/desk/${x.number}`));
		} catch (e) {
			toast(asError(e).detail || errorTitle(asError(e)), { icon: 'alert' });
			void load();
		}
	};
	if (!offers.length) return null;
	return (
		<section class="offers" aria-label={t('view.incoming')}>
			{offers.map((x) => (
				<div key={x.number} class="offer">
					<Icon name="handover" />
					<div class="offer-text">
						<p><b>{x.handover?.from.name}</b> {x.handover?.to_team ? t('handover.offersTeam', { team: x.handover.to_team.name }) : t('handover.offersYou')} <a href={keepQuery(`/desk/${x.number}`)}><span class="num">{x.number}</span> {x.subject}</a></p>
						<p class="muted clip">{word('reason', x.handover?.reason ?? '')}{x.handover?.note ? ` · ${x.handover.note}` : ''}</p>
					</div>
					<button type="button" class="button primary small" onClick={() => void accept(x)}>{t('handover.accept')}</button>
					<button type="button" class="button small" onClick={() => setDecline(x.handover)}>{t('handover.decline')}</button>
				</div>
			))}
			{decline && <DeclineDialog handover={decline} onClose={() => setDecline(null)} onDone={() => {
				setDecline(null);
				refreshCounts(0);
				void load();
				onAnswered();
			}} />}
		</section>
	);
}

type Saved = { name: string; query: string };
const savedName = () => `vakhta.views.${session.value?.person.login ?? ''}`;
function readSaved(): Saved[] {
	try {
		return JSON.parse(localStorage.getItem(savedName()) ?? '[]') as Saved[];
	} catch {
		return [];
	}
}
function writeSaved(list: Saved[]) {
	try {
		localStorage.setItem(savedName(), JSON.stringify(list));
	} catch {
		toast(t('queue.notSaved'), { icon: 'alert' });
	}
}

function Filters({ count, onFocusSearch }: { count: string; onFocusSearch: { current: (() => void) | null } }) {
	const q = place.value.query;
	const input = useRef<HTMLInputElement>(null);
	const [text, setText] = useState(q.get('q') ?? '');
	const [saved, setSaved] = useState(readSaved);
	onFocusSearch.current = () => input.current?.focus();
	useEffect(() => setText(q.get('q') ?? ''), [q.get('q')]);
	useEffect(() => {
		if (text === (q.get('q') ?? '')) return;
		const timer = setTimeout(() => setQuery({ q: text.trim() || null }), 250);
		return () => clearTimeout(timer);
	}, [text]);
	const view = VIEWS.find((v) => v.id === (q.get('view') ?? (isStaff.value ? 'mine' : 'all_open')));
	const filtered = ['priority', 'kind', 'q', 'service', 'supplier', 'sort'].some((k) => q.get(k));
	return (
		<header class="queue-head">
			<h1>{view ? t(view.label) : t('nav.queue')} <span class="muted num">{count}</span></h1>
			<div class="queue-tools">
				<label class="search"><Icon name="search" size={14} /><span class="hidden">{t('queue.search')}</span>
					<input ref={input} type="search" placeholder={t('queue.search')} value={text} onInput={(e) => setText(e.currentTarget.value)}
						onKeyDown={(e) => {
							if (e.key === 'Escape') {
								setText('');
								input.current?.blur();
							}
						}} /></label>
				<select aria-label={t('column.priority')} value={q.get('priority') ?? ''} onChange={(e) => setQuery({ priority: e.currentTarget.value || null })}>
					<option value="">{t('queue.anyPriority')}</option>
					{[1, 2, 3, 4].map((p) => <option key={p} value={p}>{p} · {word('priority', String(p))}</option>)}
				</select>
				<select aria-label={t('queue.kind')} value={q.get('kind') ?? ''} onChange={(e) => setQuery({ kind: e.currentTarget.value || null })}>
					<option value="">{t('queue.anyKind')}</option>
					{KINDS.map((k) => <option key={k} value={k}>{word('kind', k)}</option>)}
				</select>
				<select aria-label={t('queue.sort')} value={q.get('sort') ?? 'updated'} onChange={(e) => setQuery({ sort: e.currentTarget.value === 'updated' ? null : e.currentTarget.value })}>
					<option value="updated">{t('queue.sortUpdated')}</option>
					<option value="opened">{t('queue.sortOpened')}</option>
					<option value="due">{t('queue.sortDue')}</option>
				</select>
				<Menu label={t('queue.saved')} button={<Icon name="save" />} items={[
					{
						label: t('queue.saveThis'), icon: 'plus', run: () => {
							const name = [view ? t(view.label) : '', q.get('q') ? `«${q.get('q')}»` : '', q.get('priority') ? word('priority', q.get('priority') ?? '') : '', q.get('kind') ? word('kind', q.get('kind') ?? '') : ''].filter(Boolean).join(' · ');
							const list = [...saved.filter((s) => s.name !== name), { name, query: q.toString() }];
							writeSaved(list);
							setSaved(list);
							toast(t('queue.savedAs', { name }), { icon: 'save' });
						},
					},
					...(filtered ? [{ label: t('queue.clear'), icon: 'close' as const, run: () => setQuery({ priority: null, kind: null, q: null, service: null, supplier: null, sort: null }) }] : []),
					...(saved.length ? ['line' as const] : []),
					...saved.map((s) => ({ label: s.name, icon: 'right' as const, run: () => go(`/desk?${s.query}`) })),
					...(saved.length ? ['line' as const, {
						label: t('queue.forget'), icon: 'close' as const, run: () => {
							writeSaved([]);
							setSaved([]);
						},
					}] : []),
				]} />
			</div>
		</header>
	);
}

const EMPTY_HINT = { mine: 'queue.emptyMine', incoming: 'queue.emptyIncoming' } as const;

export default function Desk() {
	const p = place.value;
	const q = p.query;
	const open = p.params.number;
	const view = q.get('view') ?? (isStaff.value ? 'mine' : 'all_open');
	const filter = useMemo(() => ({
		view, q: q.get('q'), priority: q.get('priority'), kind: q.get('kind'), service: q.get('service'), supplier: q.get('supplier'), sort: q.get('sort'),
	}), [q.toString()]);
	const queue = useQueue(filter);
	const [at, setAt] = useState(0);
	const [picked, setPicked] = useState<Set<string>>(new Set());
	const search = useRef<(() => void) | null>(null);
	const submitter = useRef(new Submit());
	const items = queue.items;
	const compact = narrow.value || !!open;
	useEffect(() => setPicked(new Set()), [q.toString()]);
	useEffect(() => {
		const i = open ? items.findIndex((x) => x.number === open) : -1;
		if (i >= 0) setAt(i);
	}, [open, items.length > 0]);
	useEffect(() => {
		if (!open) document.getElementById('queue-grid')?.focus({ preventScroll: true });
	}, [open, queue.loading]);
	const openAt = (i: number) => {
		const x = items[Math.max(0, Math.min(items.length - 1, i))];
		if (!x) return;
		setAt(items.indexOf(x));
		go(keepQuery(`/desk/${x.number}`), !!open);
	};
	const toggle = (x: TicketItem | undefined) => {
		if (!x) return;
		const next = new Set(picked);
		if (!next.delete(x.number)) next.add(x.number);
		setPicked(next);
	};
	const take = async (numbers: string[]) => {
		let done = 0;
		for (const n of numbers) {
			try {
				await submitter.current.post(`/tickets/${n}/take`, {});
				done++;
			} catch (e) {
				toast(`${n}: ${asError(e).detail || errorTitle(asError(e))}`, { icon: 'alert' });
			}
		}
		if (done) toast(t('queue.taken', { n: done }), { icon: 'check' });
		setPicked(new Set());
		refreshCounts(0);
		void queue.reload();
	};
	useKeys([
		{ keys: 'j', label: 'keys.down', run: () => (open ? openAt(at + 1) : setAt(Math.min(items.length - 1, at + 1))) },
		{ keys: 'k', label: 'keys.up', run: () => (open ? openAt(at - 1) : setAt(Math.max(0, at - 1))) },
		{ keys: ']', label: 'keys.next', run: () => openAt(at + 1) },
		{ keys: '[', label: 'keys.previous', run: () => openAt(at - 1) },
		{ keys: 'enter', label: 'keys.open', run: () => !open && openAt(at) },
		{ keys: 'esc', label: 'keys.back', run: () => open && go(keepQuery('/desk')) },
		{ keys: '/', label: 'queue.search', run: () => search.current?.() },
		...(open ? [] : [
			{ keys: 'x', label: 'keys.select' as const, run: () => toggle(items[at]) },
			...(isStaff.value ? [{ keys: 't', label: 'action.take' as const, run: () => void take(picked.size ? [...picked] : items[at] ? [items[at].number] : []) }] : []),
		]),
	]);
	const count = counts.value[view as keyof typeof counts.value];
	const filtered = filter.q || filter.priority || filter.kind;
	const countText = filtered ? (queue.done ? num(items.length) : `${num(items.length)}+`) : count !== undefined ? num(count) : '';
	const list = (
		<section class={`queue queue-${view}`} aria-label={t('nav.queue')}>
			<Filters count={countText} onFocusSearch={search} />
			{isStaff.value && !open && <Incoming onAnswered={() => void queue.reload()} />}
			{picked.size > 0 && !open && (
				<div class="picked" role="status"><span>{t('queue.picked', { n: picked.size })}</span>
					{isStaff.value && <button type="button" class="button small" onClick={() => void take([...picked])}><Icon name="person" />{t('action.take')}</button>}
					<button type="button" class="button small quiet" onClick={() => setPicked(new Set())}>{t('queue.unpick')}</button></div>
			)}
			{queue.news > 0 && <button type="button" class="news" onClick={() => {
				void queue.reload();
				setAt(0);
				document.getElementById('queue-grid')?.scrollTo(0, 0);
			}}>{t('queue.news', { n: queue.news })} <Icon name="up" size={14} /></button>}
			{queue.error && <ErrorNote error={queue.error} onRetry={() => void queue.reload()} />}
			{queue.loading && !items.length ? <Skeleton rows={12} />
				: !items.length && !queue.error ? (
					<Empty icon="inbox" title={filtered ? t('queue.noneFound') : t('queue.none')}
						action={filtered
							? <>
								{filter.q && view !== 'all_open' && <a class="button" href={`/desk?view=all_open&q=${encodeURIComponent(filter.q)}`}>{t('queue.searchAll')}</a>}
								<button type="button" class="button" onClick={() => setQuery({ priority: null, kind: null, q: null, service: null, supplier: null })}>{t('queue.clear')}</button>
							</>
							: view !== 'unassigned' && <a class="button" href="/desk?view=unassigned">{t('queue.toUnassigned')}</a>}>
						{!filtered && view in EMPTY_HINT && t(EMPTY_HINT[view as keyof typeof EMPTY_HINT])}
					</Empty>
				) : items.length > 0 && (
					<Grid key={compact ? 'c' : 'w'} id="queue-grid" label={t('nav.queue')} items={items} rowHeight={compact ? 60 : 40} keyOf={(x) => x.number}
						at={at} onAt={setAt} onOpen={(x) => go(keepQuery(`/desk/${x.number}`), !!open)} onEnd={queue.more}
						hrefOf={(x) => keepQuery(`/desk/${x.number}`)} head={compact ? undefined : <Head />}
						rowClass={(x) => `${compact ? 'row-compact' : 'row-wide'} ${x.number === open ? 'open' : ''} ${picked.has(x.number) ? 'picked-row' : ''} ${queue.gone.has(x.number) ? 'gone' : ''} ${x.status === 'new' ? 'fresh' : ''}`}
						row={(x) => (compact ? <CompactRow x={x} /> : <Row x={x} selected={picked.has(x.number)} onSelect={() => toggle(x)} />)} />
				)}
		</section>
	);
	// Reading these redraws the rows when the language or the room changes.
	void [lang.value, middling.value];
	return (
		<div class={`desk ${open ? 'desk-open' : ''}`}>
			{!open && <PageTitle text={t('nav.queue')} />}
			{!(narrow.value && open) && list}
			{open && <TicketPane key={open} number={open} onChanged={(x: Ticket) => queue.patch(x)} onClose={() => go(keepQuery('/desk'))}
				onStep={(d: number) => openAt(at + d)} place={{ at, of: items.some((x) => x.number === open) ? items.length : 0 }} />}
		</div>
	);
}

