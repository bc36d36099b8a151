// One case as its supplier sees it: the clocks in words, what can be done now, the pauses to agree with, what happened.
import { useEffect, useState } from 'preact/hooks';
import { bytes, hours, toLocalInput, fromLocalInput } from '../lib/format';
import { lang, num, t, word } from '../lib/i18n';
import type { Clock } from '../lib/types';
import { Empty, Field, Skeleton } from '../parts/bits';
import { FilePick } from '../parts/file-pick';
import { Icon } from '../parts/icons';
import type { IconName } from '../parts/icons';
import { ask, base, keep, kept, LinkError, moment, theirs } from './link';
import type { SCase, SEvent, SPause } from './link';

const NAME = 'vakhta.supplierName';

function Problem({ error }: { error: LinkError }) {
	const known: Record<string, string> = { 'link-bound': t('supplier.readOther'), 'case-ended': t('supplier.readEnded'), network: t('supplier.network') };
	return <p class="error-note" role="alert"><Icon name="alert" /><span>{known[error.code] ?? error.fields[0]?.detail ?? (error.message || t('supplier.failed'))}</span></p>;
}

export function Standing({ status }: { status: string }) {
	return <span class={`status status-${status}`}><span class="status-dot" aria-hidden="true" />{word('supplierStatus', status)}</span>;
}

function clockFace(c: Clock): { icon: IconName; face: string } {
	if (c.breached) return { icon: 'breach', face: 'breach' };
	if (c.state === 'stopped') return { icon: 'met', face: 'met' };
	if (c.state === 'paused') return { icon: 'pause', face: 'paused' };
	if (c.state === 'cancelled') return { icon: 'minus', face: 'none' };
	return c.remaining_s < c.target_s / 4 ? { icon: 'risk', face: 'risk' } : { icon: 'clock', face: 'ok' };
}

function ClockCard({ c, zone }: { c: Clock; zone: string }) {
	const { icon, face } = clockFace(c);
	const due = c.state === 'running' && c.due_at && !c.breached ? c.due_at : null;
	const other = due && theirs(due, zone);
	return (
		<li class={`supplier-clock supplier-clock-${face}`}>
			<h3><Icon name={icon} size={14} />{word('supplierMetric', c.metric)}{c.metric === 'update' && (c.ordinal ?? 1) > 1 ? ` ${num(c.ordinal as number)}` : ''}</h3>
			{due ? <p><b>{t('supplier.dueYours', { when: moment(due) })}</b>{other && <span class="muted">{t('supplier.dueOurs', { when: other, zone })}</span>}</p>
				: c.breached ? <p><b>{t(c.state === 'stopped' ? 'supplier.wasLate' : 'supplier.overdue', { time: hours(c.elapsed_s - c.target_s) })}</b></p>
					: <p><b>{word('supplierState', c.state)}</b></p>}
			<p class="muted small">{t('supplier.used', { used: hours(c.elapsed_s), target: hours(c.target_s) })}{c.paused_s ? ` ${t('supplier.pausedFor', { time: hours(c.paused_s) })}` : ''}</p>
		</li>
	);
}

function Act({ x, done }: { x: SCase; done: (x: SCase) => void }) {
	const [type, setType] = useState('');
	const [body, setBody] = useState('');
	const [ref, setRef] = useState('');
	const [reason, setReason] = useState('');
	const [name, setName] = useState(kept(NAME) ?? '');
	const [file, setFile] = useState<File | null>(null);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<LinkError | null>(null);
	const order = ['acknowledged', 'responded', 'update', 'info_requested', 'workaround_delivered', 'fix_declared'].filter((k) => x.can.includes(k));
	const send = async (e: { preventDefault: () => void }) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			keep(NAME, name.trim());
			let attachment: number | undefined;
			if (file) {
				const form = new FormData();
				form.append('file', file);
				attachment = (await ask<{ id: number }>(`/cases/${x.number}/attachments`, form)).id;
			}
			done(await ask<SCase>(`/cases/${x.number}/events`, {
				type, ...(body.trim() ? { body: body.trim() } : {}), ...(ref.trim() ? { supplier_ref: ref.trim() } : {}), ...(name.trim() ? { name: name.trim() } : {}),
				...(type === 'info_requested' && reason ? { pause_reason: reason } : {}), ...(attachment ? { attachment } : {}),
			}));
			setType('');
			setBody('');
			setRef('');
			setFile(null);
		} catch (z) {
			setError(z as LinkError);
		} finally {
			setBusy(false);
		}
	};
	if (!order.length) return null;
	return (
		<form class="card" onSubmit={send} aria-labelledby="supplier-act">
			<h2 id="supplier-act">{t('supplier.act')}</h2>
			<fieldset class="acts"><legend class="hidden">{t('supplier.act')}</legend>
				{order.map((k) => <label key={k} class={type === k ? 'on' : ''}><input type="radio" name="act" checked={type === k} onChange={() => setType(k)} /><span>{word('supplierAct', k)}</span></label>)}
			</fieldset>
			{type && (
				<>
					<Field label={t('supplier.words')} required={type !== 'acknowledged'}><textarea rows={4} value={body} maxLength={20000} required={type !== 'acknowledged'} onInput={(e) => setBody(e.currentTarget.value)} /></Field>
					{type === 'info_requested' && x.pause_reasons.length > 0 && (
						<Field label={t('supplier.reason')} required={false} hint={t('supplier.reasonHint')}>
							<select value={reason} onChange={(e) => setReason(e.currentTarget.value)}><option value="">—</option>
								{x.pause_reasons.map((r) => <option key={r.key} value={r.key}>{lang.value === 'ru' ? r.name_ru : r.name_en}</option>)}</select>
						</Field>
					)}
					<div class="two">
						<Field label={t('supplier.ref')} required={false}><input type="text" maxLength={100} value={ref} placeholder={x.supplier_ref ?? ''} onInput={(e) => setRef(e.currentTarget.value)} /></Field>
						<Field label={t('supplier.name')} required={false}><input type="text" maxLength={100} autocomplete="name" value={name} onInput={(e) => setName(e.currentTarget.value)} /></Field>
					</div>
					<Field label={t('supplier.file')} required={false}><FilePick file={file} onFile={setFile} choose={t('supplier.choose')} remove={t('supplier.remove')} /></Field>
					{error && <Problem error={error} />}
					<p class="muted small">{t('supplier.kept')}</p>
					<button type="submit" class="button primary wide" disabled={busy}>{word('supplierAct', type)}</button>
				</>
			)}
		</form>
	);
}

function Objection({ x, event, pause, done, close }: { x: SCase; event: number; pause?: SPause; done: (x: SCase) => void; close: () => void }) {
	const ends = pause?.to_seq ? [['from', pause.from_seq, pause.from], ['to', pause.to_seq, pause.to as string]] as const : null;
	const [seq, setSeq] = useState(event);
	const known = ends?.find((e) => e[1] === seq)?.[2] ?? pause?.from ?? x.events.find((e) => e.seq === seq)?.occurred_at ?? x.sent_at;
	const [wanted, setWanted] = useState<'void' | 'instant'>('instant');
	const [at, setAt] = useState(toLocalInput(Date.parse(known)));
	const [reason, setReason] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<LinkError | null>(null);
	const send = async (e: { preventDefault: () => void }) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			const name = kept(NAME);
			done(await ask<SCase>(`/cases/${x.number}/contests`, {
				event: seq, ...(pause ? { pause: pause.from_seq } : {}), reason: reason.trim(), wanted, ...(wanted === 'instant' ? { occurred_at: fromLocalInput(at) } : {}), ...(name ? { name } : {}),
			}));
			close();
		} catch (z) {
			setError(z as LinkError);
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="supplier-objection" onSubmit={send}>
			{ends && (
				<fieldset class="segmented"><legend class="hidden">{t('supplier.which')}</legend>
					{ends.map(([key, s]) => <label key={s} class={seq === s ? 'on' : ''}><input type="radio" name={`which-${event}`} checked={seq === s} onChange={() => setSeq(s)} /><span>{t(key === 'from' ? 'supplier.itsStart' : 'supplier.itsEnd')}</span></label>)}
				</fieldset>
			)}
			<fieldset class="segmented"><legend class="hidden">{t('supplier.object')}</legend>
				{(['instant', 'void'] as const).map((w) => <label key={w} class={wanted === w ? 'on' : ''}><input type="radio" name={`wanted-${event}`} checked={wanted === w} onChange={() => setWanted(w)} /><span>{t(w === 'void' ? 'supplier.notAtAll' : 'supplier.otherTime')}</span></label>)}
			</fieldset>
			{wanted === 'instant' && <Field label={t('supplier.rightTime')}><input type="datetime-local" required value={at} onInput={(e) => setAt(e.currentTarget.value)} /></Field>}
			<Field label={t('supplier.why')}><textarea rows={3} required maxLength={4000} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></Field>
			{error && <Problem error={error} />}
			<div class="buttons"><button type="submit" class="button primary" disabled={busy}>{t('supplier.objectSend')}</button><button type="button" class="button quiet" onClick={close}>{t('supplier.cancel')}</button></div>
		</form>
	);
}

function Pause({ x, p, done }: { x: SCase; p: SPause; done: (x: SCase) => void }) {
	const [objecting, setObjecting] = useState(false);
	const [error, setError] = useState<LinkError | null>(null);
	const agree = () => {
		const name = kept(NAME);
		ask<SCase>(`/cases/${x.number}/pauses/${p.from_seq}/agree`, name ? { name } : {}).then(done, (e) => setError(e as LinkError));
	};
	const open = p.contest === 'open';
	return (
		<li class="supplier-pause">
			<p><Icon name="pause" size={14} /><b>{(lang.value === 'ru' ? p.reason_ru : p.reason_en) ?? t('supplier.waitsUs')}</b><span class="muted">{hours(p.worked_s)}</span></p>
			<p class="muted small">{p.to ? t('supplier.fromTo', { from: moment(p.from), to: moment(p.to) }) : t('supplier.since', { from: moment(p.from) })}</p>
			{p.said && <p class="plain">{p.said}</p>}
			<p class="small"><span class={`supplier-consent supplier-consent-${p.consent}`}>{word('supplierConsent', p.consent)}</span>{p.contest && <span>{word('supplierContest', p.contest)}</span>}</p>
			{error && <Problem error={error} />}
			{x.can_act && !objecting && (
				<div class="buttons">
					{p.consent !== 'agreed' && !open && <button type="button" class="button small" onClick={agree}>{t('supplier.agree')}</button>}
					{!open && <button type="button" class="button small quiet" onClick={() => setObjecting(true)}>{t('supplier.object')}</button>}
				</div>
			)}
			{objecting && <Objection x={x} event={p.from_seq} pause={p} done={done} close={() => setObjecting(false)} />}
		</li>
	);
}

function Story({ x, done }: { x: SCase; done: (x: SCase) => void }) {
	const [objecting, setObjecting] = useState<number | null>(null);
	const contest = (e: SEvent) => x.contests.filter((c) => c.event === e.seq).at(-1);
	return (
		<ol class="supplier-story">
			{x.events.map((e) => {
				const c = contest(e);
				return (
					<li key={e.seq} class={`supplier-event supplier-event-${e.party}${e.void ? ' supplier-void' : ''}`}>
						<p><b>{word('supplierEvent', e.type)}</b><span class="muted">{e.author ?? t(e.party === 'supplier' ? 'supplier.you' : 'supplier.program')}</span></p>
						<p class="muted small"><time dateTime={e.occurred_at}>{moment(e.occurred_at)}</time>
							{e.party !== 'system' && Date.parse(e.recorded_at) - Date.parse(e.occurred_at) > 60_000 && <span>{t('supplier.enteredLater', { when: moment(e.recorded_at) })}</span>}
							{e.recorded_as && <span>{t('supplier.corrected', { when: moment(e.recorded_as) })}</span>}{e.void && <span>{t('supplier.voided')}</span>}</p>
						{e.body && <p class="plain">{e.body}</p>}
						{e.attachments.map((a) => <a key={a.id} class="supplier-file" href={`${base}/cases/${x.number}/attachments/${a.id}`} download={a.name}><Icon name="clip" size={14} />{a.name} <span class="muted">{bytes(a.size_bytes)}</span></a>)}
						{c && <p class={`supplier-contest supplier-contest-${c.state}`}><Icon name="flag" size={14} /><span><b>{word('supplierContest', c.state)}</b> {c.reason}{c.decision && <><br />{c.decided_by}: {c.decision}</>}</span></p>}
						{x.can_act && e.contestable && c?.state !== 'open' && objecting !== e.seq && <button type="button" class="button small quiet" onClick={() => setObjecting(e.seq)}>{t('supplier.object')}</button>}
						{objecting === e.seq && <Objection x={x} event={e.seq} done={done} close={() => setObjecting(null)} />}
					</li>
				);
			})}
		</ol>
	);
}

export function CaseView({ number, back }: { number: string; back: boolean }) {
	const [x, setX] = useState<SCase | null>(null);
	const [error, setError] = useState<LinkError | null>(null);
	useEffect(() => {
		const load = () => ask<SCase>(`/cases/${number}`).then(setX, (e) => setError(e as LinkError));
		void load();
		const every = window.setInterval(() => document.visibilityState === 'visible' && void load(), 60_000);
		return () => clearInterval(every);
	}, [number]);
	useEffect(() => {
		if (x) document.title = `${x.number} ${x.summary}`;
	}, [x?.number]);
	if (!x && error) return <><h1 class="hidden">{number}</h1><Empty icon="link" title={t('supplier.failed')}>{error.message}</Empty></>;
	if (!x) return <Skeleton rows={8} />;
	const clocks = [...x.clocks.filter((c) => c.metric !== 'update'), ...x.clocks.filter((c) => c.metric === 'update').slice(-1)];
	return (
		<>
			{back && <a class="back" href="#"><Icon name="left" />{t('supplier.openCases')}</a>}
			<div class="supplier-title">
				<p><span class="num muted">{x.number}</span><Standing status={x.status} /><span class="muted">{t('supplier.contract', { number: x.contract, n: x.edition })}</span></p>
				<h1>{x.summary}</h1>
			</div>
			{!x.can_act && <p class="supplier-readonly" role="status"><Icon name="alert" /><span>{t(x.read_only === 'ended' ? 'supplier.readEnded' : 'supplier.readOther')}</span></p>}
			<section aria-labelledby="supplier-clocks"><h2 id="supplier-clocks">{t('supplier.clocks')}</h2>
				<ul class="supplier-clocks">{clocks.map((c) => <ClockCard key={`${c.metric}-${c.ordinal}`} c={c} zone={x.zone} />)}</ul></section>
			{x.can_act && <Act x={x} done={setX} />}
			<section class="card"><h2>{t('supplier.asked')}</h2><p class="plain">{x.body}</p>
				<dl class="facts">{x.cis.length > 0 && <><dt>{t('supplier.concerns')}</dt><dd>{x.cis.join(', ')}</dd></>}{x.service && <><dt>{t('supplier.service')}</dt><dd>{x.service}</dd></>}
					{x.owner && <><dt>{t('supplier.owner')}</dt><dd>{x.owner}</dd></>}{x.supplier_ref && <><dt>{t('supplier.ref')}</dt><dd>{x.supplier_ref}</dd></>}</dl></section>
			{x.pauses.length > 0 && <section class="card"><h2>{t('supplier.pauses')}</h2><ul class="supplier-pauses">{x.pauses.map((p) => <Pause key={p.from_seq} x={x} p={p} done={setX} />)}</ul></section>}
			<section class="card"><h2>{t('supplier.story')}</h2><Story x={x} done={setX} /></section>
		</>
	);
}
