// The employee's page: one box to say what is wrong, and below it what was said before, who has it and by when.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, Submit, get, query, request } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { asError, useFetch } from '../lib/hooks';
import { by } from '../lib/format';
import { num, t, tx } from '../lib/i18n';
import { session } from '../lib/session';
import { onChange } from '../lib/stream';
import type { CiItem, Page, Ref, Ticket, TicketItem } from '../lib/types';
import { Empty, ErrorNote, Segmented, Skeleton } from '../parts/bits';
import { FileList, useFiles, uploadAll } from '../parts/files';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { RequestCard } from '../parts/request-card';

type Outage = { number: string; subject: string; owner: Ref | null; count: number; promised_at: string | null };
type Known = { outages: Outage[]; articles: { id: string; title: string }[] };

// The first line says what it is about, without its full stop; a long one is cut at a word.
export function subjectOf(body: string): string {
	const line = body.trim().split(/\n|(?<=[.!?])\s/)[0].trim().replace(/(?<=[^.])\.$/, '');
	if (line.length <= 110) return line;
	const cut = line.slice(0, 110);
	return `${cut.slice(0, Math.max(60, cut.lastIndexOf(' ')))}…`;
}

function useKnown(text: string): Known | null {
	const [known, setKnown] = useState<Known | null>(null);
	useEffect(() => {
		const q = text.trim();
		if (q.length < 8) {
			setKnown(null);
			return;
		}
		const stop = new AbortController();
		const timer = setTimeout(() => {
			get<Known>(`/known${query({ q: q.slice(0, 300) })}`, stop.signal).then(setKnown, () => undefined);
		}, 350);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [text]);
	return known;
}

// An outage that is known already: who has it and by when, and one press to be told with the others.
function KnownOutage({ o }: { o: Outage }) {
	const [count, setCount] = useState(0);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const join = async () => {
		try {
			setCount((await submitter.current.post<{ count: number }>(`/tickets/${o.number}/me-too`, {})).count);
			setError(null);
		} catch (x) {
			setError(asError(x));
		}
	};
	const late = o.promised_at !== null && Date.parse(o.promised_at) < Date.now();
	return (
		<div class="known-item">
			<Icon name="flag" />
			<div>
				<strong>{t('portal.known', { n: count || o.count })}</strong>
				<p>{o.subject}</p>
				<p class="muted">{o.owner ? tx('portal.owner', { name: <b>{o.owner.name}</b> }) : t('portal.noOwner')}{late ? ` · ${t('portal.late')}` : o.promised_at ? ` · ${t('portal.promised', { by: by(o.promised_at) })}` : ''}</p>
				{count ? <p role="status"><Icon name="check" size={14} /> {tx('portal.joined', { number: <a class="num" href={`/requests/${o.number}`}>{o.number}</a> })}</p>
					: <button type="button" class="button" onClick={() => void join()}>{t('portal.meToo')}</button>}
				{error && <ErrorNote error={error} />}
			</div>
		</div>
	);
}

function Report({ onSent }: { onSent: (t: Ticket) => void }) {
	const [body, setBody] = useDraft('portal');
	const [kind, setKind] = useState<'incident' | 'request' | 'consultation'>('incident');
	const [stopped, setStopped] = useState(false);
	const [device, setDevice] = useState<string>('');
	const [busy, setBusy] = useState(false);
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const files = useFiles();
	const submitter = useRef(new Submit());
	const devices = useFetch<Page<CiItem>>('/me/devices');
	const known = useKnown(body);
	const box = useRef<HTMLTextAreaElement>(null);
	const mine = devices.data?.items ?? [];
	const chosen = device === 'none' ? null : mine.find((d) => String(d.id) === device) ?? null;

	useEffect(() => {
		const el = box.current;
		if (!el) return;
		el.style.height = 'auto';
		el.style.height = `${Math.min(420, Math.max(112, el.scrollHeight + 2))}px`;
	}, [body]);

	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!body.trim()) {
			box.current?.focus();
			return;
		}
		setBusy(true);
		setError(null);
		try {
			const made = await submitter.current.post<Ticket>('/tickets', {
				kind, subject: subjectOf(body), body: body.trim(), channel: 'portal',
				...(stopped ? { urgency: 1 } : {}), ...(chosen ? { cis: [chosen.id] } : {}),
			});
			const failed = await uploadAll(made.number, files.files);
			files.keep(failed);
			if (!failed.length) setBody('');
			else setBody('');
			setAsked(false);
			setStopped(false);
			onSent(made);
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	const wrong = error?.field('body') ?? (asked && !body.trim() ? t('portal.needBody') : undefined);
	return (
		<form class="report" onSubmit={send} noValidate>
			<label class="report-label" htmlFor="report-body"><h1>{t('portal.question')}</h1></label>
			<div class={`report-box ${wrong ? 'wrong' : ''}`} {...files.dropProps}>
				<textarea ref={box} id="report-body" value={body} rows={4} placeholder={t('portal.placeholder')} aria-required="true"
					aria-invalid={wrong ? 'true' : undefined} aria-describedby={wrong ? 'report-wrong' : 'report-hint'}
					onInput={(e) => setBody(e.currentTarget.value)} onPaste={files.onPaste}
					onKeyDown={(e) => {
						if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send(e);
					}} />
				<FileList files={files} />
				<div class="report-bar">
					{files.button}
					<span class="muted small report-paste" id="report-hint">{t('portal.paste')}</span>
					<button type="submit" class="button primary" disabled={busy}><Icon name="send" />{busy ? t('action.sending') : t('portal.send')}</button>
				</div>
			</div>
			{wrong && <p class="field-error" id="report-wrong" role="alert"><Icon name="alert" size={14} />{wrong}</p>}
			{error && <ErrorNote error={error} kept={t('portal.kept')} shown={['body']} />}
			{known && known.outages.length > 0 && (
				<div class="known" role="status">
					{known.outages.map((o) => <KnownOutage key={o.number} o={o} />)}
				</div>
			)}
			{known && known.articles.length > 0 && (
				<ul class="known-articles">{known.articles.map((a) => <li key={a.id}><Icon name="bulb" />{a.title}</li>)}</ul>
			)}
			<div class="report-extra">
				<Segmented value={kind} onChange={setKind} label={t('portal.kind')} options={[
					{ value: 'incident', label: t('portal.kindIncident') }, { value: 'request', label: t('portal.kindRequest') }, { value: 'consultation', label: t('portal.kindQuestion') },
				]} />
				{mine.length > 0 && (
					<label class="device"><Icon name="laptop" /><span class="hidden">{t('portal.device')}</span>
						<select value={device} onChange={(e) => setDevice(e.currentTarget.value)}>
							<option value="">{t('portal.deviceAny')}</option>
							{mine.map((d) => <option key={d.id} value={String(d.id)}>{d.name}</option>)}
						</select>
					</label>
				)}
				{kind === 'incident' && (
					<label class="check"><input type="checkbox" checked={stopped} onChange={(e) => setStopped(e.currentTarget.checked)} /><span>{t('portal.cannotWork')}</span></label>
				)}
			</div>
		</form>
	);
}

export default function Portal() {
	const list = useFetch<Page<TicketItem>>(`/tickets${query({ reporter: 'me', limit: 50 })}`);
	const [sent, setSent] = useState<Ticket | null>(null);
	const [old, setOld] = useState(false);
	const [held, setHeld] = useState<Set<string>>(new Set());
	const [more, setMore] = useState<{ items: TicketItem[]; next: string | null } | null>(null);
	const sentBox = useRef<HTMLDivElement>(null);
	useEffect(() => onChange((c) => {
		if (c.type !== 'case') void list.reload();
	}), []);
	useEffect(() => sentBox.current?.focus(), [sent]);
	const items = [...(list.data?.items ?? []), ...(more?.items ?? [])];
	const over = (x: TicketItem) => ['closed', 'cancelled'].includes(x.status) && !held.has(x.number);
	const asks = (x: TicketItem) => Number(x.status === 'resolved' || held.has(x.number));
	const open = items.filter((x) => !over(x)).sort((a, b) => asks(b) - asks(a));
	const done = items.filter(over);
	const hold = (number: string, on: boolean) => setHeld((have) => {
		const next = new Set(have);
		if (on) next.add(number);
		else next.delete(number);
		return next;
	});
	const next = more ? more.next : list.data?.next ?? null;
	return (
		<div class="portal">
			<PageTitle text={t('nav.portal')} />
			{sent ? (
				<div class="sent" tabIndex={-1} ref={sentBox} role="status">
					<span class="sent-mark"><Icon name="check" size={24} /></span>
					<div>
						<h1>{t('portal.sent')}</h1>
						<p>{tx('portal.sentText', { number: <a class="num" href={`/requests/${sent.number}`}>{sent.number}</a> })}
							{sent.team ? ` ${t('portal.sentTeam', { team: sent.team.name })}` : ''}
							{sent.response?.due_at ? ` ${t('portal.sentReply', { by: by(sent.response.due_at) })}` : ''}</p>
						<button type="button" class="button" onClick={() => setSent(null)}>{t('portal.another')}</button>
					</div>
				</div>
			) : <Report onSent={(x) => {
				setSent(x);
				void list.reload();
			}} />}
			<section class="mine" aria-labelledby="mine-title">
				<h2 id="mine-title">{t('portal.mine')}{open.length > 0 && <span class="muted"> {num(open.length)}</span>}</h2>
				{list.error && !list.data && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
				{list.loading && !list.data && <Skeleton rows={4} />}
				{list.data && open.length === 0 && (
					<Empty icon="met" title={done.length ? t('portal.noneOpen') : t('portal.noneEver')}>{t('portal.noneHint')}</Empty>
				)}
				{open.map((x) => <RequestCard key={x.number} ticket={x} held={held.has(x.number)} onHold={(on) => hold(x.number, on)} onChanged={() => void list.reload()} />)}
				{done.length > 0 && (
					<button type="button" class="button quiet" aria-expanded={old} onClick={() => setOld(!old)}>
						<Icon name={old ? 'down' : 'right'} />{t('portal.done', { n: done.length })}
					</button>
				)}
				{old && done.map((x) => <RequestCard key={x.number} ticket={x} onChanged={() => void list.reload()} />)}
				{next && (old || open.length >= 50) && (
					<button type="button" class="button" onClick={async () => {
						const { data } = await request<Page<TicketItem>>(`/tickets${query({ reporter: 'me', limit: 50, cursor: next })}`);
						setMore({ items: [...(more?.items ?? []), ...data.items], next: data.next });
					}}>{t('list.more')}</button>
				)}
			</section>
			<p class="portal-foot muted small">{t('portal.signedInAs', { name: session.value?.person.mail ?? '' })}</p>
		</div>
	);
}
