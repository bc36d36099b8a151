// One request as the employee sees it: what, who has it, by when; and when it is said to be fixed, the question.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { by, when } from '../lib/format';
import { asError } from '../lib/hooks';
import { t, tx, word } from '../lib/i18n';
import type { TicketItem } from '../lib/types';
import { Avatar, ErrorNote, Field } from './bits';
import { Icon } from './icons';
import { toast } from './dialog';

export function promise(x: Pick<TicketItem, 'status' | 'resolution' | 'response' | 'owner'> & { promised_at?: string | null; promised_text?: string }): string {
	if (['resolved', 'closed', 'cancelled'].includes(x.status)) return '';
	if (x.promised_text) return x.promised_text;
	const due = x.promised_at ?? x.resolution?.due_at;
	if (x.status === 'waiting_reporter') return t('portal.waitsForYou');
	if (!due) return '';
	if (x.resolution?.breached) return t('portal.late');
	return t('portal.promised', { by: by(due) });
}

export function Rate({ number, onDone }: { number: string; onDone: () => void }) {
	const [score, setScore] = useState<number | null>(null);
	const [comment, setComment] = useDraft(`rate-${number}`);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const send = async (e: Event) => {
		e.preventDefault();
		if (score === null) return;
		try {
			await submitter.current.post(`/tickets/${number}/rating`, { score, ...(comment.trim() ? { comment: comment.trim() } : {}) });
			setComment('');
			toast(t('rate.thanks'), { icon: 'star' });
			onDone();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<form class="rate" onSubmit={send}>
			<fieldset>
				<legend>{t('rate.question')}</legend>
				<div class="rate-scale">
					{Array.from({ length: 11 }, (_, i) => (
						<label key={i} class={score === i ? 'on' : ''}>
							<input type="radio" name={`rate-${number}`} checked={score === i} onChange={() => setScore(i)} /><span>{i}</span>
						</label>
					))}
				</div>
				<div class="rate-ends muted small"><span>{t('rate.low')}</span><span>{t('rate.high')}</span></div>
			</fieldset>
			{score !== null && (
				<>
					<Field label={score < 7 ? t('rate.better') : t('rate.comment')} required={false}>
						<textarea rows={2} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />
					</Field>
					{error && <ErrorNote error={error} kept={t('app.textKept')} />}
					<button type="submit" class="button primary">{t('rate.send')}</button>
				</>
			)}
		</form>
	);
}

export function FixedQuestion({ number, onChanged, onConfirm }: { number: string; onChanged: () => void; onConfirm?: () => void }) {
	const [mode, setMode] = useState<'ask' | 'broken' | 'rate'>('ask');
	const [text, setText] = useDraft(`reopen-${number}`);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const [asked, setAsked] = useState(false);
	const submitter = useRef(new Submit());
	const act = async (path: string, body: unknown, then: () => void) => {
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(`/tickets/${number}/${path}`, body);
			then();
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	if (mode === 'rate') return <Rate number={number} onDone={onChanged} />;
	return (
		<div class="fixed">
			{mode === 'ask' ? (
				<div class="fixed-row">
					<strong>{t('fixed.question')}</strong>
					<button type="button" class="button ok" disabled={busy} onClick={() => {
						onConfirm?.();
						void act('confirm', {}, () => setMode('rate'));
					}}><Icon name="check" />{t('fixed.yes')}</button>
					<button type="button" class="button" disabled={busy} onClick={() => setMode('broken')}><Icon name="close" />{t('fixed.no')}</button>
				</div>
			) : (
				<form onSubmit={(e) => {
					e.preventDefault();
					setAsked(true);
					if (text.trim()) {
						void act('reopen', { body: text.trim() }, () => {
							setText('');
							setMode('ask');
							toast(t('fixed.reopened'), { icon: 'refresh' });
							onChanged();
						});
					}
				}}>
					<Field label={t('fixed.what')} error={asked && !text.trim() ? t('portal.needBody') : error?.field('body')}>
						<textarea rows={3} value={text} data-focus="" onInput={(e) => setText(e.currentTarget.value)} />
					</Field>
					<div class="buttons">
						<button type="submit" class="button primary" disabled={busy}>{t('fixed.send')}</button>
						<button type="button" class="button quiet" onClick={() => setMode('ask')}>{t('action.back')}</button>
					</div>
				</form>
			)}
			{error && <ErrorNote error={error} kept={text ? t('app.textKept') : undefined} shown={['body']} />}
		</div>
	);
}

// `held`: confirmed just now; it stays where it is until it is rated or the page is left.
export function RequestCard({ ticket: x, onChanged, held, onHold }: { ticket: TicketItem; onChanged: () => void; held?: boolean; onHold?: (on: boolean) => void }) {
	const words = promise(x);
	const late = x.resolution?.breached && !['resolved', 'closed', 'cancelled'].includes(x.status);
	return (
		<article class={`request request-${x.status}`}>
			<a class="request-main" href={`/requests/${x.number}`}>
				<h3>{x.subject}</h3>
				<p class="request-line">
					<span class={`state state-${x.status}`}>{word('portalStatus', x.status)}</span>
					<span class="muted num">{x.number}</span>
					<span class="muted">{when(x.updated_at)}</span>
				</p>
			</a>
			<div class="request-who">
				{x.owner ? (
					<><Avatar name={x.owner.name} /><p><span class="request-owner">{tx(['closed', 'resolved'].includes(x.status) ? 'portal.ownerWas' : 'portal.owner', { name: <b>{x.owner.name}</b> })}</span>
						{words && <span class={late ? 'late-words' : 'muted'}>{words}</span>}</p></>
				) : (
					<><span class="avatar avatar-m avatar-none" aria-hidden="true"><Icon name="clock" /></span><p><span class="request-owner">{x.team ? tx('portal.withTeam', { team: <b>{x.team.name}</b> }) : t('portal.noOwner')}</span>
						{x.response?.due_at && !x.response.breached ? <span class="muted">{t('portal.replyBy', { by: by(x.response.due_at) })}</span> : words && <span class="muted">{words}</span>}</p></>
				)}
			</div>
			{(x.status === 'resolved' || held) && <FixedQuestion number={x.number} onConfirm={() => onHold?.(true)} onChanged={() => {
				onHold?.(false);
				onChanged();
			}} />}
		</article>
	);
}
