// The facts beside a ticket: its fields (changed in place), what it is about, what lies with suppliers, who had it.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { classLabel } from '../lib/classes';
import { get, patch, query, request } from '../lib/api';
import { bytes, stamp, when, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { inOrder } from '../lib/types';
import type { CiItem, Impact, Page, Ref, Ticket } from '../lib/types';
import { Avatar, ClockChip, ErrorNote, Field, PersonName, Status, Time } from './bits';
import { Dialog, toast } from './dialog';
import { IfFails } from './if-fails';
import { MailOf } from './mail-of';
import { Icon } from './icons';
import { Picker } from './picker';
import { TicketReviews } from './ticket-reviews';

type Change = { field: string; value: unknown; label: string };

// Somebody else changed the ticket meanwhile: both values, and the choice.
function Conflict({ mine, theirs, onMine, onTheirs }: { mine: string; theirs: string; onMine: () => void; onTheirs: () => void }) {
	return (
		<Dialog title={t('conflict.title')} onClose={onTheirs}>
			<div class="dialog-body">
				<p>{t('conflict.text')}</p>
				<dl class="versus"><div><dt>{t('conflict.mine')}</dt><dd>{mine}</dd></div><div><dt>{t('conflict.theirs')}</dt><dd>{theirs}</dd></div></dl>
			</div>
			<footer class="dialog-foot"><button type="button" class="button" onClick={onTheirs}>{t('conflict.keepTheirs')}</button><button type="button" class="button primary" onClick={onMine}>{t('conflict.useMine')}</button></footer>
		</Dialog>
	);
}

function text(x: Ticket, field: string): string {
	const v = (x as unknown as Record<string, unknown>)[field];
	if (v && typeof v === 'object') return (v as Ref).name;
	if (field === 'priority' || field === 'impact' || field === 'urgency') return word(field, String(v));
	return v === null || v === undefined ? t('field.none') : String(v);
}

function PriorityDialog({ from, to, onClose, onSave }: { from: number; to: number; onClose: () => void; onSave: (reason: string) => void }) {
	const [reason, setReason] = useState('');
	const [asked, setAsked] = useState(false);
	return (
		<Dialog title={t('ticket.priorityTitle', { from: word('priority', String(from)), to: word('priority', String(to)) })} onClose={onClose}>
			<form noValidate onSubmit={(e) => {
				e.preventDefault();
				setAsked(true);
				if (reason.trim()) onSave(reason.trim());
			}}>
				<div class="dialog-body"><Field label={t('ticket.priorityReason')} required hint={t('ticket.priorityHint')} error={asked && !reason.trim() ? t('field.needed') : undefined}>
					<textarea rows={2} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></Field></div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary">{t('action.save')}</button></footer>
			</form>
		</Dialog>
	);
}

function Facts({ x, etag, onChanged }: { x: Ticket; etag: string | null; onChanged: () => void }) {
	const [error, setError] = useState<ApiError | null>(null);
	const [conflict, setConflict] = useState<(Change & { theirs: Ticket; etag: string | null; reason?: string }) | null>(null);
	const [priority, setPriority] = useState<number | null>(null);
	const services = useFetch<Page<Ref>>('/services?limit=200');
	const categories = useFetch<Page<Ref>>('/categories');
	const edit = x.can.includes('edit');
	const save = async (c: Change, tag = etag, reason?: string) => {
		setError(null);
		try {
			await patch(`/tickets/${x.number}`, { [c.field]: c.value, ...(reason ? { reason } : {}) }, tag);
			toast(t('app.saved'), { icon: 'check' });
			onChanged();
		} catch (e) {
			const err = asError(e);
			if (err.status === 412) {
				const fresh = await request<Ticket>(`/tickets/${x.number}`);
				setConflict({ ...c, theirs: fresh.data, etag: fresh.etag, reason });
			} else setError(err);
		}
	};
	const level = (field: 'impact' | 'urgency') => (
		<>
			<dt>{word('fieldName', field)}</dt>
			<dd>{edit ? <select aria-label={word('fieldName', field)} value={x[field]} onChange={(e) => {
				const v = Number(e.currentTarget.value);
				void save({ field, value: v, label: word(field, String(v)) });
			}}>{[1, 2, 3].map((n) => <option key={n} value={n}>{word(field, String(n))}</option>)}</select> : word(field, String(x[field]))}</dd>
		</>
	);
	const from = (field: 'service' | 'category', list: Ref[] | undefined) => (
		<>
			<dt>{word('fieldName', field)}</dt>
			<dd>{edit && list ? <select aria-label={word('fieldName', field)} value={x[field] ? String(x[field]?.id) : ''} onChange={(e) => {
				const r = list.find((s) => String(s.id) === e.currentTarget.value);
				void save({ field, value: r ? r.id : null, label: r?.name ?? t('field.none') });
			}}>
				{!x[field] && <option value="">{t('field.none')}</option>}
				{x[field] && !list.some((s) => String(s.id) === String(x[field]?.id)) && <option value={String(x[field]?.id)}>{x[field]?.name}</option>}
				{list.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}
			</select> : x[field]?.name ?? <span class="muted">{t('field.none')}</span>}</dd>
		</>
	);
	return (
		<>
			<dl class="facts side-facts">
				<dt>{t('column.reporter')}</dt><dd><PersonName person={x.reporter} /></dd>
				<dt>{t('ticket.team')}</dt><dd>{x.team?.name ?? <span class="muted">{t('field.none')}</span>}</dd>
				<dt>{t('column.priority')}</dt>
				<dd>{edit ? <select id="side-priority" aria-label={t('column.priority')} value={x.priority} onChange={(e) => {
					setPriority(Number(e.currentTarget.value));
					e.currentTarget.value = String(x.priority);
				}}>{[1, 2, 3, 4].map((p) => <option key={p} value={p}>{p} · {word('priority', String(p))}</option>)}</select> : word('priority', String(x.priority))}</dd>
				{level('impact')}
				{level('urgency')}
				{from('service', services.data?.items)}
				{from('category', categories.data?.items)}
				<dt>{t('ticket.opened')}</dt><dd title={whenFull(x.opened_at)}>{when(x.opened_at)}</dd>
			</dl>
			{error && <ErrorNote error={error} />}
			{priority !== null && <PriorityDialog from={x.priority} to={priority} onClose={() => setPriority(null)} onSave={(reason) => {
				const v = priority;
				setPriority(null);
				void save({ field: 'priority', value: v, label: word('priority', String(v)) }, etag, reason);
			}} />}
			{conflict && <Conflict mine={conflict.label} theirs={text(conflict.theirs, conflict.field)}
				onMine={() => {
					const c = conflict;
					setConflict(null);
					void save(c, c.etag, c.reason);
				}} onTheirs={() => {
					setConflict(null);
					onChanged();
				}} />}
		</>
	);
}

function ImpactLine({ ci }: { ci: string | number }) {
	const impact = useFetch<Impact>(`/cmdb/cis/${ci}/impact?direction=up`);
	const d = impact.data;
	return d ? <IfFails impact={d} /> : null;
}

function Cis({ x, onChanged, linkCi }: { x: Ticket; onChanged: () => void; linkCi: number }) {
	const [adding, setAdding] = useState(false);
	const [role, setRole] = useState<'affected' | 'cause' | 'related'>('affected');
	const [error, setError] = useState<ApiError | null>(null);
	const can = x.can.includes('link_ci');
	useEffect(() => {
		if (linkCi) setAdding(true);
	}, [linkCi]);
	// What is typed next belongs into the search, not into whatever had the focus.
	useEffect(() => {
		if (adding) document.getElementById('link-ci')?.focus();
	}, [adding, linkCi]);
	const put = async (id: string | number, method: 'PUT' | 'DELETE') => {
		setError(null);
		try {
			await request(`/tickets/${x.number}/cis/${id}`, { method, body: method === 'PUT' ? { role } : undefined });
			setAdding(false);
			onChanged();
		} catch (e) {
			setError(asError(e));
		}
	};
	return (
		<section class="side-section">
			<header><h2>{t('ticket.cis')}</h2>{can && <button type="button" class="icon-button" aria-label={t('action.linkCi')} title={`${t('action.linkCi')} (L)`} aria-expanded={adding} onClick={() => setAdding(!adding)}><Icon name={adding ? 'close' : 'plus'} /></button>}</header>
			{adding && (
				<div class="side-form">
					<select aria-label={t('ticket.ciRole')} value={role} onChange={(e) => setRole(e.currentTarget.value as typeof role)}>
						{(['affected', 'cause', 'related'] as const).map((r) => <option key={r} value={r}>{word('ciRole', r)}</option>)}
					</select>
					<Picker<CiItem> key={linkCi} value={null} focus id="link-ci" aria-label={t('ticket.findCi')} placeholder={t('ticket.findCi')} text={(c) => c.name}
						load={async (q) => (await get<Page<CiItem>>(`/cmdb/cis${query({ q, limit: 12 })}`)).items}
						row={(c) => <><span class="clip">{c.name}</span><span class="muted">{c.class.label ?? c.class.name}</span></>}
						onChange={(c) => c && void put(c.id, 'PUT')} />
				</div>
			)}
			{error && <ErrorNote error={error} />}
			{x.cis.length === 0 && !adding && <p class="muted">{t('ticket.noCis')}</p>}
			<ul class="side-list">
				{x.cis.map((c) => (
					<li key={c.id}><Icon name="boxes" /><div class="side-item"><a href={`/cmdb/${c.id}`} class="clip">{c.name}</a><span class="muted">{classLabel(typeof c.class === 'string' ? c.class : c.class.name)} · {word('ciRole', c.role)}</span></div>
						{can && <button type="button" class="icon-button side-remove" aria-label={t('ticket.unlink', { name: c.name })} onClick={() => void put(c.id, 'DELETE')}><Icon name="close" size={14} /></button>}</li>
				))}
			</ul>
			{x.cis[0] && <ImpactLine ci={(x.cis.find((c) => c.role === 'affected') ?? x.cis[0]).id} />}
		</section>
	);
}

export function SidePanel({ ticket: x, etag, onChanged, linkCi }: { ticket: Ticket; etag: string | null; onChanged: () => void; linkCi: number }) {
	return (
		<aside class="side-panel" aria-label={t('ticket.facts')}>
			<Facts x={x} etag={etag} onChanged={onChanged} />
			<TicketReviews number={x.number} />
			<Cis x={x} onChanged={onChanged} linkCi={linkCi} />
			<section class="side-section">
				<header><h2>{t('ticket.cases')}</h2></header>
				{x.cases.length === 0 && <p class="muted">{t('ticket.noCases')}</p>}
				{x.cases.map((c) => (
					<a key={c.number} class="case-card" href={`/cases/${c.number}`}>
						<span class="case-top"><Icon name="supplier" size={14} /><b class="clip">{c.supplier.name}</b><span class="num muted">{c.number}</span></span>
						<span class="case-line"><Status of="caseStatus" status={c.status} /><span class="muted">{t('case.sent', { when: when(c.sent_at) })}</span></span>
						<span class="case-clocks">{inOrder(c.clocks).filter((k) => k.state !== 'cancelled' && (k.state !== 'stopped' || k.breached) && k.metric !== 'update').slice(0, 3).map((k) => <ClockChip key={`${k.metric}${k.ordinal ?? ''}`} clock={k} metric={k.metric} />)}</span>
					</a>
				))}
			</section>
			<MailOf of="ticket" number={x.number} version={x.version}>{(list) => <section class="side-section"><header><h2>{t('mailOf.title')}</h2></header>{list}</section>}</MailOf>
			<section class="side-section">
				<header><h2>{t('ticket.owners')}</h2></header>
				{x.owners.length === 0 && <p class="muted">{t('ticket.noOwners')}</p>}
				<ol class="chain">
					{x.owners.map((o, i) => (
						<li key={i} class={o.to ? '' : 'now'}><Avatar name={o.person.name} size="s" /><div class="side-item"><span>{o.person.name}</span>
							<span class="muted">{stamp(o.from)} – {o.to ? stamp(o.to) : t('ticket.ownsNow')} · {word('reason', o.reason ?? 'taken')}{o.mode === 'temporary' ? ` · ${t('handover.temporary')}` : ''}</span></div></li>
					))}
				</ol>
			</section>
			{x.attachments.length > 0 && (
				<section class="side-section">
					<header><h2>{t('ticket.files')}</h2></header>
					<ul class="side-list">{x.attachments.map((a) => (
						<li key={a.id}><Icon name="clip" /><div class="side-item"><a href={`/api/v1/attachments/${a.id}`} download={a.name} class="clip">{a.name}</a><span class="muted">{bytes(a.size_bytes)} · {a.author ? `${a.author.name} · ` : ''}<Time at={a.added_at} /></span></div></li>
					))}</ul>
				</section>
			)}
		</aside>
	);
}

