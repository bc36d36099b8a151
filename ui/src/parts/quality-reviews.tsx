// Reviews of low ratings and complaints: the list, one review, its closing. What is typed stays when a save fails.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { patch, post, query } from '../lib/api';
import { when } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import type { Review } from '../lib/quality';
import { place, setQuery } from '../lib/router';
import { session } from '../lib/session';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Field, PersonName, Segmented, Skeleton, Time } from './bits';
import { toast } from './dialog';
import { Icon } from './icons';

function Cause({ r }: { r: Review }) {
	return r.cause === 'rating'
		? <span class="tag review-score"><Icon name="star" size={14} />{t('quality.ratedOf', { score: r.score ?? 0 })}</span>
		: <span class="tag review-complaint"><Icon name="flag" size={14} />{word('qualityCause', r.cause)}</span>;
}

function Card({ r, on }: { r: Review; on: boolean }) {
	return (
		<li>
			<button type="button" class={`review-item ${on ? 'on' : ''}`} aria-current={on ? 'true' : undefined} onClick={() => setQuery({ review: String(r.id) }, false)}>
				<span class="review-line"><b>{r.ticket.number}</b><Cause r={r} /><span class="muted small">{when(r.opened_at)}</span></span>
				<span class="clip">{r.ticket.subject}</span>
				<span class="muted small clip">{r.person?.name ?? '—'} · {r.assignee ? r.assignee.name : t('quality.nobody')}</span>
			</button>
		</li>
	);
}

function Closing({ r, finding, action, onDone }: { r: Review; finding: string; action: string; onDone: (r: Review) => void }) {
	const [outcome, setOutcome] = useState('');
	const [reason, setReason] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const send = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			onDone(await post<Review>(`/quality/reviews/${r.id}/close`, { outcome, reason, ...(finding ? { finding } : {}), ...(action ? { action } : {}) }));
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="review-form" onSubmit={send}>
			<Field label={t('quality.outcome')} required error={error?.field('outcome')}>
				<select value={outcome} required onChange={(e) => setOutcome(e.currentTarget.value)}>
					<option value="" />
					{['our_fault', 'supplier_fault', 'misunderstanding', 'no_fault'].map((o) => <option key={o} value={o}>{word('qualityOutcome', o)}</option>)}
				</select>
			</Field>
			<Field label={t('quality.reason')} required error={error?.field('reason')}>
				<textarea rows={2} value={reason} required maxLength={4000} onInput={(e) => setReason(e.currentTarget.value)} />
			</Field>
			{error && <ErrorNote error={error} shown={['outcome', 'reason']} />}
			<div class="buttons"><button type="submit" class="button primary" disabled={busy}>{t('quality.closeReview')}</button></div>
		</form>
	);
}

function One({ id, onChange }: { id: string; onChange: () => void }) {
	const got = useFetch<Review>(`/quality/reviews/${id}`);
	const r = got.data;
	const [finding, setFinding] = useState('');
	const [action, setAction] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	useEffect(() => {
		setFinding(r?.finding ?? '');
		setAction(r?.action ?? '');
	}, [r?.id, r?.version]);
	if (got.error && !r) return <ErrorNote error={got.error} onRetry={got.reload} />;
	if (!r) return <Skeleton />;
	const done = (next: Review) => {
		got.set(next);
		setError(null);
		toast(t('quality.reviewSaved'), { icon: 'check' });
		onChange();
	};
	const act = async (f: () => Promise<Review>) => {
		try {
			done(await f());
		} catch (x) {
			setError(asError(x));
		}
	};
	const save = (body: object) => act(() => patch<Review>(`/quality/reviews/${id}`, body, `"${r.version}"`));
	const open = r.state === 'open' && r.can_edit;
	const me = session.value?.person.id;
	return (
		<article class="card review">
			<header class="review-head">
				<div class="review-line"><a href={`/desk/${r.ticket.number}`}><b>{r.ticket.number}</b></a><Cause r={r} /><Time at={r.opened_at} /></div>
				<h2>{r.ticket.subject}</h2>
				<p class="muted">{t('quality.owner')}: {r.person?.name ?? '—'} · {r.team?.name} · {r.opened_by?.name}</p>
			</header>
			{r.body && <blockquote class="said">{r.body}</blockquote>}
			<p class="review-line"><span class="muted">{t('quality.assignee')}:</span> <PersonName person={r.assignee} empty={t('quality.nobody')} />
				{open && String(r.assignee?.id) !== String(me) && <button type="button" class="button small" onClick={() => save({ assignee: me })}>{t('quality.takeReview')}</button>}</p>
			{open ? (
				<>
					<Field label={t('quality.finding')}><textarea rows={3} value={finding} maxLength={4000} onInput={(e) => setFinding(e.currentTarget.value)} /></Field>
					<Field label={t('quality.action')}><textarea rows={3} value={action} maxLength={4000} onInput={(e) => setAction(e.currentTarget.value)} /></Field>
					<div class="buttons"><button type="button" class="button" disabled={!finding.trim() && !action.trim()} onClick={() => save({ ...(finding.trim() ? { finding } : {}), ...(action.trim() ? { action } : {}) })}>{t('quality.saveFinding')}</button></div>
					<Closing r={r} finding={finding.trim()} action={action.trim()} onDone={done} />
				</>
			) : (
				<dl class="facts-list">
					{r.finding && <div><dt>{t('quality.finding')}</dt><dd>{r.finding}</dd></div>}
					{r.action && <div><dt>{t('quality.action')}</dt><dd>{r.action}</dd></div>}
					{r.outcome && <div><dt>{t('quality.outcome')}</dt><dd>{word('qualityOutcome', r.outcome)}</dd></div>}
					{r.close_reason && <div><dt>{t('quality.reason')}</dt><dd>{r.close_reason}</dd></div>}
				</dl>
			)}
			{error && <ErrorNote error={error} />}
			<section>
				<h3>{t('quality.log')}</h3>
				<ul class="review-log">{(r.events ?? []).map((e) => <li key={e.seq}><Time at={e.at} /> <b>{word('qualityWhat', e.what)}</b> <span class="muted">{e.actor?.name}</span>{e.body && <span>{e.body}</span>}</li>)}</ul>
			</section>
			{r.state === 'closed' && r.can_edit && <Reopen onSend={(reason) => act(() => post<Review>(`/quality/reviews/${id}/reopen`, { reason }))} />}
		</article>
	);
}

function Reopen({ onSend }: { onSend: (reason: string) => void }) {
	const [reason, setReason] = useState('');
	return (
		<form class="review-form" onSubmit={(e) => {
			e.preventDefault();
			onSend(reason);
		}}>
			<Field label={t('quality.reopenReview')} required><textarea rows={2} required maxLength={4000} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></Field>
			<div class="buttons"><button type="submit" class="button">{t('quality.reopenReview')}</button></div>
		</form>
	);
}

export function ReviewsView({ low, onChange }: { low: number; onChange: () => void }) {
	const q = place.value.query;
	const state = q.get('state') ?? 'open';
	const picked = q.get('review');
	const list = useFetch<Page<Review>>(`/quality/reviews${query(state === 'mine' ? { state: 'open', mine: true, limit: 200 } : { state, limit: 200 })}`);
	const items = list.data?.items ?? [];
	return (
		<>
			<Segmented value={state} onChange={(v) => setQuery({ state: v, review: null })} label={t('qualityTab.reviews')}
				options={[{ value: 'open', label: t('quality.open') }, { value: 'mine', label: t('quality.assignedMe') }, { value: 'closed', label: t('quality.closed') }]} />
			{list.error && !list.data ? <ErrorNote error={list.error} onRetry={list.reload} /> : !list.data ? <Skeleton /> : (
				<div class={`quality-split ${picked ? 'has-one' : ''}`}>
					<div class="quality-list">
						{!items.length && <Empty icon="check" title={t('quality.noReviews')}>{t('quality.noReviewsWhy', { n: low })}</Empty>}
						<ul>{items.map((r) => <Card key={r.id} r={r} on={String(r.id) === picked} />)}</ul>
						{list.data.next && <p class="muted small">{num(items.length)}+</p>}
					</div>
					<div class="quality-one">
						{picked && <button type="button" class="button quiet back-to-list" onClick={() => setQuery({ review: null })}><Icon name="left" />{t('quality.backToList')}</button>}
						{picked && <One key={picked} id={picked} onChange={() => {
							void list.reload();
							onChange();
						}} />}
					</div>
				</div>
			)}
		</>
	);
}
