// Samples to score: the list by week, and the checklist with proposed answers, made for the keyboard. Answers typed stay when a save fails.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { get, post, query } from '../lib/api';
import { whenDay, whenShort } from '../lib/format';
import { asError, useFetch, useKeys } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { ANSWERS, scorePct } from '../lib/quality';
import type { Answer, Sample, SampleItem } from '../lib/quality';
import { place, setQuery } from '../lib/router';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Segmented, Skeleton } from './bits';
import { toast } from './dialog';
import { Icon } from './icons';
import { Picker } from './picker';

const day = (iso: string) => whenDay(`${iso}T12:00:00Z`);

function Row({ item, at, answer, comment, onAnswer, onComment, onFocus, locked }: {
	item: SampleItem; at: boolean; answer: Answer | undefined; comment: string; locked: boolean;
	onAnswer: (a: Answer) => void; onComment: (s: string) => void; onFocus: () => void;
}) {
	return (
		<li class={`check-item ${at && !locked ? 'at' : ''}`} onFocusIn={onFocus}>
			<fieldset disabled={locked}>
				<legend>{item.label} <span class="muted small">{t('quality.weight', { n: item.weight })}</span></legend>
				<div class="acts">
					{ANSWERS.map((a) => (
						<label key={a} class={answer === a ? 'on' : ''}>
							<input type="radio" name={`item-${item.id}`} checked={answer === a} onChange={() => onAnswer(a)} />{word('qualityAnswer', a)}
						</label>
					))}
				</div>
				{item.proposed && <p class="muted small"><Icon name="bulb" size={14} /> {t('quality.facts', { answer: word('qualityAnswer', item.proposed.answer) })}
					{item.proposed.events.length > 0 && <> {t('quality.factsAt', { seqs: item.proposed.events.map((n) => `#${n}`).join(', ') })}</>}</p>}
				{(!locked || comment) && <input type="text" class="check-comment" aria-label={`${t('quality.comment')}: ${item.label}`} placeholder={t('quality.comment')} maxLength={1000} value={comment} readOnly={locked} onInput={(e) => onComment(e.currentTarget.value)} />}
			</fieldset>
		</li>
	);
}

function Second({ s, onDone }: { s: Sample; onDone: (s: Sample) => void }) {
	const [person, setPerson] = useState<Ref | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	return (
		<div class="second">
			<Field label={t('quality.askSecond')} error={error?.field('person')}>
				<Picker<Ref> value={person} onChange={setPerson} text={(p) => p.name}
					load={async (q) => (await get<Page<Ref>>(`/persons${query({ q, staff: true, limit: 10 })}`)).items} />
			</Field>
			<button type="button" class="button" disabled={!person} onClick={async () => {
				try {
					onDone(await post<Sample>(`/quality/samples/${s.id}/calibrate`, { person: person!.id }));
					toast(t('quality.asked'), { icon: 'check' });
				} catch (x) {
					setError(asError(x));
				}
			}}>{t('quality.ask')}</button>
			{error && !error.field('person') && <ErrorNote error={error} />}
		</div>
	);
}

function Difference({ s }: { s: Sample }) {
	const scorings = s.scorings ?? [];
	if (scorings.length < 2) return null;
	const gap = Math.round(Math.abs(scorings[0].score_pct - scorings[1].score_pct) * 10) / 10;
	const differs = s.checklist!.items.filter((i) => new Set(scorings.map((x) => x.answers.find((a) => String(a.item) === String(i.id))?.answer)).size > 1);
	return (
		<section class="note-box">
			<p><b>{t('quality.difference', { n: gap })}</b></p>
			<ul>{scorings.map((x) => <li key={x.scorer.id}>{x.scorer.name}: {num(x.score_pct)} %</li>)}</ul>
			{differs.length > 0 && <ul class="differs">{differs.map((i) => <li key={i.id}>{i.label}: {scorings.map((x) => word('qualityAnswer', x.answers.find((a) => String(a.item) === String(i.id))?.answer ?? 'none')).join(' / ')}</li>)}</ul>}
		</section>
	);
}

export function SampleCard({ id, me, onChange }: { id: string; me: string; onChange: () => void }) {
	const got = useFetch<Sample>(`/quality/samples/${id}`);
	const s = got.data;
	const [answers, setAnswers] = useState<Record<string, Answer | undefined>>({});
	const [comments, setComments] = useState<Record<string, string>>({});
	const [feedback, setFeedback] = useState('');
	const [at, setAt] = useState(0);
	const [error, setError] = useState<ApiError | null>(null);
	const list = useRef<HTMLUListElement>(null);
	const scorings = s?.scorings ?? [];
	const mine = scorings.find((x) => String(x.scorer.id) === me);
	const shown = mine ?? scorings[0];
	// Somebody else's score is shown as it is, but a second lead begins with what the facts propose.
	const asSecond = !!s && String(s.calibrator?.id) === me && !mine;
	const locked = !s?.can_score || (!!shown && !mine && !asSecond);
	useEffect(() => {
		if (!s?.checklist) return;
		const from = asSecond ? undefined : shown;
		setAnswers(Object.fromEntries(s.checklist.items.map((i) => [String(i.id), from ? from.answers.find((a) => String(a.item) === String(i.id))?.answer : (i.proposed?.answer as Answer | undefined)])));
		setComments(Object.fromEntries(s.checklist.items.map((i) => [String(i.id), from?.answers.find((a) => String(a.item) === String(i.id))?.comment ?? ''])));
		setFeedback(from?.feedback ?? '');
	}, [s?.id, scorings.length]);
	const items = s?.checklist?.items ?? [];
	const move = (to: number) => {
		const next = Math.max(0, Math.min(items.length - 1, to));
		setAt(next);
		list.current?.querySelectorAll<HTMLElement>('.check-item')[next]?.scrollIntoView({ block: 'nearest' });
	};
	const give = (a: Answer) => {
		if (locked || !items[at]) return;
		setAnswers({ ...answers, [String(items[at].id)]: a });
		move(at + 1);
	};
	const save = async () => {
		if (locked) return;
		try {
			const next = await post<Sample>(`/quality/samples/${id}/score`, {
				answers: items.map((i) => ({ item: i.id, answer: answers[String(i.id)], ...(comments[String(i.id)]?.trim() ? { comment: comments[String(i.id)].trim() } : {}) })),
				...(feedback.trim() ? { feedback: feedback.trim() } : {}),
			});
			got.set(next);
			setError(null);
			toast(t('quality.scoreSaved', { pct: (next.scorings ?? []).find((x) => String(x.scorer.id) === me)?.score_pct ?? 0 }), { icon: 'check' });
			onChange();
		} catch (x) {
			setError(asError(x));
		}
	};
	useKeys(locked ? [] : [
		{ keys: 'j', label: 'quality.keyNext', run: () => move(at + 1) },
		{ keys: 'k', label: 'quality.keyPrevious', run: () => move(at - 1) },
		{ keys: 'y', label: 'quality.keyYes', run: () => give('yes') },
		{ keys: 'p', label: 'quality.keyPartly', run: () => give('partly') },
		{ keys: 'n', label: 'quality.keyNo', run: () => give('no') },
		{ keys: '0', label: 'quality.keyNone', run: () => give('none') },
		{ keys: 'ctrl+enter', label: 'quality.saveScore', run: () => void save(), inFields: true },
	]);
	if (got.error && !s) return <ErrorNote error={got.error} onRetry={got.reload} />;
	if (!s) return <Skeleton />;
	const pct = scorePct(items, answers);
	const whole = items.every((i) => answers[String(i.id)]);
	return (
		<article class="card review">
			<header class="review-head">
				<div class="review-line"><a href={`/desk/${s.ticket.number}`} target="_blank" rel="noreferrer"><b>{s.ticket.number}</b></a><span class="muted small">{t('quality.week', { day: day(s.week) })} · {s.person.name}</span></div>
				<h2>{s.ticket.subject}</h2>
				<p class="muted small">{t('quality.checklistOf', { kind: word('kind', s.checklist!.kind).toLowerCase(), n: s.checklist!.version })}{!locked && <> · {t('quality.keysHint')}</>}</p>
			</header>
			{asSecond && <p class="note-box">{t('quality.blind')}</p>}
			<Difference s={s} />
			<ul class="check-list" ref={list}>{items.map((i, n) => (
				<Row key={i.id} item={i} at={n === at} locked={locked} answer={answers[String(i.id)]} comment={comments[String(i.id)] ?? ''} onFocus={() => setAt(n)}
					onAnswer={(a) => setAnswers({ ...answers, [String(i.id)]: a })} onComment={(c) => setComments({ ...comments, [String(i.id)]: c })} />
			))}</ul>
			{(!locked || feedback) && <Field label={t('quality.feedback')}><textarea rows={2} value={feedback} readOnly={locked} maxLength={4000} onInput={(e) => setFeedback(e.currentTarget.value)} /></Field>}
			{error && <ErrorNote error={error} />}
			<footer class="score-line">
				<b class="num">{t('quality.scoreNow', { pct: pct ?? '—' })}</b>
				{!locked && <button type="button" class="button primary" disabled={!whole || pct === null} title={whole ? undefined : t('quality.unanswered')} onClick={save}>{mine ? t('quality.correctScore') : t('quality.saveScore')}</button>}
				{shown && <span class="muted small">{t('quality.scoredBy', { name: shown.scorer.name, when: whenShort(shown.scored_at) })}</span>}
			</footer>
			{s.can_score && s.scored_by && !s.calibrator && <Second s={s} onDone={got.set} />}
		</article>
	);
}

export function SamplesView({ me, onChange, member }: { me: string; onChange: () => void; member?: boolean }) {
	const q = place.value.query;
	const state = member ? 'scored' : q.get('state') ?? 'open';
	const picked = q.get('sample');
	const list = useFetch<Page<Sample>>(`/quality/samples${query({ state, limit: member ? 50 : 200, person: member ? me : null })}`);
	const items = list.data?.items ?? [];
	return (
		<>
			{!member && <Segmented value={state} onChange={(v) => setQuery({ state: v, sample: null })} label={t('qualityTab.samples')}
				options={[{ value: 'open', label: t('quality.toScore') }, { value: 'calibrate', label: t('quality.toCalibrate') }, { value: 'scored', label: t('quality.scored') }]} />}
			{list.error && !list.data ? <ErrorNote error={list.error} onRetry={list.reload} /> : !list.data ? <Skeleton /> : (
				<div class={`quality-split ${picked ? 'has-one' : ''}`}>
					<div class="quality-list">
						{!items.length && <Empty icon="check" title={member ? t('quality.myNone') : t('quality.noSamples')}>{t('quality.noSamplesWhy')}</Empty>}
						<ul>{items.map((s) => (
							<li key={s.id}>
								<button type="button" class={`review-item ${String(s.id) === picked ? 'on' : ''}`} aria-current={String(s.id) === picked ? 'true' : undefined} onClick={() => setQuery({ sample: String(s.id) }, false)}>
									<span class="review-line"><b>{s.ticket.number}</b>{s.score_pct !== null && <span class="tag num">{num(s.score_pct)} %</span>}{s.calibration_pct !== null && <span class="tag num" title={t('quality.toCalibrate')}>{num(s.calibration_pct)} %</span>}<span class="muted small">{day(s.week)}</span></span>
									<span class="clip">{s.ticket.subject}</span>
									{!member && <span class="muted small clip">{s.person.name} · {s.team.name}</span>}
								</button>
							</li>
						))}</ul>
					</div>
					<div class="quality-one">
						{picked && <button type="button" class="button quiet back-to-list" onClick={() => setQuery({ sample: null })}><Icon name="left" />{t('quality.backToList')}</button>}
						{picked ? <SampleCard key={picked} id={picked} me={me} onChange={() => {
							void list.reload();
							onChange();
						}} /> : items.length > 0 && <p class="muted pick-hint">{t('quality.pickSample')}</p>}
					</div>
				</div>
			)}
		</>
	);
}
