// One request as its reporter sees it: who has it, by when, what was said, and a box to answer.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { bytes, when } from '../lib/format';
import { asError, useEvents, useFetch } from '../lib/hooks';
import { t, tx, word } from '../lib/i18n';
import { watchNumber } from '../lib/stream';
import type { Ticket } from '../lib/types';
import { Avatar, ErrorNote, Field, Skeleton } from '../parts/bits';
import { FileList, uploadAll, useFiles } from '../parts/files';
import { FixedQuestion, Rate, promise } from '../parts/request-card';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { Timeline } from '../parts/timeline';
import { Rich } from '../parts/rich';

function Answer({ ticket, onSent }: { ticket: Ticket; onSent: () => void }) {
	const [text, setText] = useDraft(`answer-${ticket.number}`);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const files = useFiles();
	const submitter = useRef(new Submit());
	const send = async (e: Event2) => {
		e.preventDefault();
		if (!text.trim() && !files.files.length) return;
		setBusy(true);
		setError(null);
		try {
			if (text.trim()) await submitter.current.post(`/tickets/${ticket.number}/replies`, { body: text.trim(), visibility: 'public' });
			setText('');
			files.keep(await uploadAll(ticket.number, files.files));
			onSent();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	const to = ticket.owner?.name ?? ticket.team?.name ?? t('portal.desk');
	return (
		<form class="answer" onSubmit={send}>
			<div class="report-box" {...files.dropProps}>
				<textarea rows={3} aria-label={t('request.answer')} placeholder={t('request.placeholder')} value={text} onPaste={files.onPaste}
					onInput={(e) => setText(e.currentTarget.value)}
					onKeyDown={(e) => {
						if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send(e);
					}} />
				<FileList files={files} />
				<div class="report-bar">
					{files.button}<span class="grow" />
					<button type="submit" class="button primary" disabled={busy || (!text.trim() && !files.files.length)}><Icon name="send" />{t('compose.sendTo', { name: to })}</button>
				</div>
			</div>
			{error && <ErrorNote error={error} kept={t('app.textKept')} />}
		</form>
	);
}

// A complaint goes to the lead of the team, not to the one who works on it.
function Complain({ number }: { number: string }) {
	const [text, setText] = useDraft(`complain-${number}`);
	const [sent, setSent] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submit = useRef(new Submit());
	if (sent) return <p class="muted" role="status"><Icon name="check" /> {t('complain.sent')}</p>;
	return (
		<details class="complain">
			<summary class="muted">{t('complain.title')}</summary>
			<form onSubmit={async (e: Event2) => {
				e.preventDefault();
				if (!text.trim()) return;
				try {
					await submit.current.post(`/tickets/${number}/complaints`, { body: text.trim() });
					setText('');
					setSent(true);
				} catch (x) {
					setError(asError(x));
				}
			}}>
				<Field label={t('complain.title')} error={error?.field('body')}><textarea rows={3} maxLength={4000} value={text} onInput={(e) => setText(e.currentTarget.value)} /></Field>
				{error && <ErrorNote error={error} shown={['body']} kept={t('app.textKept')} />}
				<button type="submit" class="button" disabled={!text.trim()}>{t('complain.send')}</button>
			</form>
		</details>
	);
}

type Event2 = { preventDefault: () => void };

export default function Request({ number }: { number: string }) {
	const ticket = useFetch<Ticket>(`/tickets/${number}`);
	const events = useEvents(`/tickets/${number}/events`);
	const reload = () => {
		void ticket.reload();
		void events.reload();
	};
	useEffect(() => watchNumber(() => number, reload), [number]);
	const x = ticket.data;
	if (ticket.error && !x) return <div class="portal"><PageTitle text={number} /><ErrorNote error={ticket.error} onRetry={reload} /><a class="button" href="/">{t('app.toPortal')}</a></div>;
	if (!x) return <div class="portal"><PageTitle text={number} /><Skeleton /></div>;
	const shown = events.items.filter((e) => !(e.type === 'opened' && (!e.body || e.body === x.body)));
	const words = promise(x);
	const open = !['resolved', 'closed', 'cancelled'].includes(x.status);
	return (
		<div class="portal request-page">
			<PageTitle text={`${x.number} ${x.subject}`} />
			<a class="back" href="/"><Icon name="left" />{t('portal.mine')}</a>
			<header class="request-head">
				<h1>{x.subject}</h1>
				<p class="request-line"><span class={`state state-${x.status}`}>{word('portalStatus', x.status)}</span><span class="muted num">{x.number}</span><span class="muted">{t('request.opened', { when: when(x.opened_at) })}</span></p>
			</header>
			<div class="request-owner-card">
				{x.owner ? <Avatar name={x.owner.name} size="l" /> : <span class="avatar avatar-l avatar-none" aria-hidden="true"><Icon name="clock" size={20} /></span>}
				<div>
					<p>{x.owner ? tx(open ? 'portal.owner' : 'portal.ownerWas', { name: <b>{x.owner.name}</b> }) : x.team ? tx('portal.withTeam', { team: <b>{x.team.name}</b> }) : t('portal.noOwner')}</p>
					{words && <p class={x.resolution?.breached && open ? 'late-words' : 'muted'}>{words}</p>}
					{x.cases.length > 0 && open && <p class="muted">{t('request.atSupplier', { name: x.cases[0].supplier.name })}</p>}
				</div>
			</div>
			{x.status === 'resolved' && x.can.includes('confirm') && <div class="card request-fixed"><FixedQuestion number={number} onChanged={reload} /></div>}
			{x.resolution_text && (
				<section class="card fix-card">
					<h2>{t('request.fix')}</h2>
					<dl class="facts">
						<dt>{t('resolve.cause')}</dt><dd>{x.resolution_text.cause}</dd>
						<dt>{t('resolve.fix')}</dt><dd>{x.resolution_text.fix}</dd>
						{x.resolution_text.prevention && <><dt>{t('resolve.prevention')}</dt><dd>{x.resolution_text.prevention}</dd></>}
					</dl>
				</section>
			)}
			<section aria-label={t('request.talk')}>
				<article class="bubble bubble-first"><header><span class="bubble-who">{x.reporter.name}</span><time dateTime={x.opened_at}>{when(x.opened_at)}</time></header><Rich html={null} text={x.body} /></article>
				{x.attachments.length > 0 && (
					<ul class="file-list">{x.attachments.map((a) => <li key={a.id}><Icon name="clip" /><a href={`/api/v1/attachments/${a.id}`} download={a.name} class="clip">{a.name}</a><span class="muted">{bytes(a.size_bytes)}</span></li>)}</ul>
				)}
				{events.error && <ErrorNote error={events.error} onRetry={() => void events.reload()} />}
				<Timeline events={shown} staff={false} label={t('request.talk')} />
			</section>
			{x.can.includes('rate') && !x.rating && x.status !== 'resolved' && <div class="card"><Rate number={number} onDone={reload} /></div>}
			{x.can.includes('reply') && <Answer ticket={x} onSent={reload} />}
			{x.status === 'closed' && x.can.includes('reopen') && <p class="muted">{t('request.closedHint')}</p>}
			{x.owner && <Complain number={number} />}
		</div>
	);
}
