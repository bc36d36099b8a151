// The ledger of pauses and the objections of suppliers: as lists, with the note and the decision that belong to them.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { bytes, dur, fromLocalInput, hours, toLocalInput, when, whenFull } from '../lib/format';
import { asError } from '../lib/hooks';
import { lang, t, tx, word } from '../lib/i18n';
import type { Id, Ref } from '../lib/types';
import { ErrorNote, Field, PersonName, Segmented } from './bits';
import { Dialog, toast } from './dialog';
import { EvidenceField, useEvidence } from './evidence';
import { Icon } from './icons';
import type { IconName } from './icons';
import { AgreeDialog, ObjectDialog } from './supplier-word';

type Side = { seq: number; author: Ref | null; via: string; entered_at: string; late_s: number };
export type LedgerPause = {
	case: string; ticket: string; supplier: Ref; contract: Ref; from_seq: number; from: string; to: string | null; worked_s: number; limit_s: number; metrics: string[];
	reason: string | null; reason_en: string | null; reason_ru: string | null; waits_for: 'us' | 'supplier'; body: string | null; begun: Side; ended: (Side & { type: string }) | null;
	attachments: { id: Id; name: string; size_bytes: number; from_supplier: boolean }[]; notes: { seq: number; body: string; author: Ref | null; at: string }[];
	consent: { state: string; reason: string | null; by: string | null; at: string | null; entered_by: Ref | null }; contest: { id: Id; state: string } | null;
	flags: { flag: string; why: string; text: string }[];
};
export type Contest = {
	id: Id; kind: string; state: 'open' | 'upheld' | 'rejected'; reason: string; wanted: 'void' | 'instant'; wanted_at: string | null; raised_at: string; raised_by: string;
	entered_by: Ref | null; attachment: { id: Id; name: string; size_bytes: number } | null;
	case: { number: string; summary: string }; ticket: { number: string }; supplier: Ref; contract: Ref; owner: Ref | null;
	event: { seq: number; type: string; occurred_at: string; recorded_at: string; author: Ref | null; body: string | null };
	decided_by: Ref | null; decided_at: string | null; decision: string | null; correction: { occurred_at?: string; void?: boolean } | null;
};

const FLAG: Record<string, IconName> = { long: 'clock', late: 'history', self_serving: 'flag', contested: 'alert' };

export function Flags({ pause }: { pause: LedgerPause }) {
	if (!pause.flags.length) return null;
	return <ul class="ledger-flags">{pause.flags.map((f) => <li key={f.flag} class={`ledger-flag ledger-${f.flag}`}><Icon name={FLAG[f.flag] ?? 'alert'} size={14} /><span><b>{word('pauseFlag', f.flag)}</b> {f.text}</span></li>)}</ul>;
}

function Entry({ side, at, label }: { side: Side; at: string; label: string }) {
	return (
		<p class="ledger-entry"><span class="muted">{label}</span> <time dateTime={at} title={whenFull(at)}>{when(at)}</time>
			<span class="muted"> {side.author ? side.author.name : t('ledger.supplierItself')}{side.late_s >= 60 ? `, ${t('ledger.enteredLater', { time: dur(side.late_s) })}` : ''}</span></p>
	);
}

function NoteForm({ pause, done, close }: { pause: LedgerPause; done: () => void; close: () => void }) {
	const [text, setText] = useDraft(`pause-${pause.case}-${pause.from_seq}`);
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const evidence = useEvidence();
	const submitter = useRef(new Submit());
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!text.trim() || evidence.large) return;
		try {
			await submitter.current.post(`/cases/${pause.case}/pauses/${pause.from_seq}/notes`, { body: text.trim(), ...(await evidence.send(pause.case)) });
			setText('');
			done();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<form class="ledger-note-form" onSubmit={send} noValidate>
			<Field label={t('ledger.note')} required error={asked && !text.trim() ? t('field.needed') : error?.field('body')}><textarea rows={2} value={text} onInput={(e) => setText(e.currentTarget.value)} /></Field>
			<EvidenceField evidence={evidence} label={t('ledger.file')} error={error?.field('attachment')} />
			{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['body', 'attachment']} />}
			<div class="buttons"><button type="submit" class="button small primary">{t('ledger.noteSave')}</button><button type="button" class="button small quiet" onClick={close}>{t('action.cancel')}</button></div>
		</form>
	);
}

// What may be done with a pause: a note of ours, and what the supplier said to it by phone or mail.
function PauseActs({ pause, onNote, onChange }: { pause: LedgerPause; onNote: () => void; onChange: () => void }) {
	const [open, setOpen] = useState<'agree' | 'object' | null>(null);
	const undecided = pause.contest?.state === 'open';
	const ends = [{ seq: pause.from_seq, type: 'info_requested', at: pause.from }, ...(pause.ended && pause.to ? [{ seq: pause.ended.seq, type: pause.ended.type, at: pause.to }] : [])];
	const done = () => {
		setOpen(null);
		onChange();
	};
	return (
		<>
			<div class="buttons">
				<button type="button" class="button small quiet" onClick={onNote}><Icon name="note" size={14} />{t('ledger.noteAdd')}</button>
				{!undecided && pause.consent.state !== 'agreed' && <button type="button" class="button small quiet" onClick={() => setOpen('agree')}><Icon name="check" size={14} />{t('word.agree')}</button>}
				{!undecided && <button type="button" class="button small quiet" onClick={() => setOpen('object')}><Icon name="flag" size={14} />{t('word.object')}</button>}
			</div>
			{open === 'agree' && <AgreeDialog pause={pause} onClose={() => setOpen(null)} onDone={done} />}
			{open === 'object' && <ObjectDialog number={pause.case} supplier={pause.supplier.name} choices={ends} pause={pause.from_seq} onClose={() => setOpen(null)} onDone={done} />}
		</>
	);
}

export function PauseItem({ pause, withCase, canNote, onChange }: { pause: LedgerPause; withCase?: boolean; canNote: boolean; onChange: () => void }) {
	const [noting, setNoting] = useState(false);
	return (
		<li class="ledger-pause">
			<p class="ledger-line"><Icon name="pause" size={14} /><b>{(lang.value === 'ru' ? pause.reason_ru : pause.reason_en) ?? t('ledger.noReason')}</b>
				<span class="num">{hours(pause.worked_s)}</span><span class="muted">{t(pause.waits_for === 'us' ? 'ledger.theyWait' : 'ledger.weWait', { name: pause.supplier.name })}</span></p>
			{withCase && <p class="muted"><a href={`/cases/${pause.case}`} class="num">{pause.case}</a> · {pause.supplier.name} · {pause.contract.name}</p>}
			<Entry side={pause.begun} at={pause.from} label={t('ledger.from')} />
			{pause.ended && pause.to ? <Entry side={pause.ended} at={pause.to} label={t('ledger.to')} /> : <p class="muted">{t('ledger.lasts')}</p>}
			{pause.body && <p class="plain">{pause.body}</p>}
			<Flags pause={pause} />
			<p class="muted"><span class={`ledger-consent ledger-consent-${pause.consent.state}`}>{word('pauseConsent', pause.consent.state)}</span>{pause.consent.by && <span>, {pause.consent.by}</span>}{pause.consent.at && <span>, {when(pause.consent.at)}</span>}
				{pause.consent.entered_by && <span>, {t('word.enteredBy', { name: pause.consent.entered_by.name })}</span>}{pause.consent.reason && <span>: {pause.consent.reason}</span>}</p>
			{pause.attachments.map((a) => <a key={a.id} class="ledger-file" href={`/api/v1/attachments/${a.id}`} download={a.name}><Icon name="clip" size={14} />{a.name} <span class="muted">{bytes(a.size_bytes)}</span></a>)}
			{pause.notes.map((n) => <p key={n.seq} class="ledger-note"><Icon name="note" size={14} /><span>{n.body} <span class="muted">{n.author?.name}, {when(n.at)}</span></span></p>)}
			{canNote && !noting && <PauseActs pause={pause} onNote={() => setNoting(true)} onChange={onChange} />}
			{noting && <NoteForm pause={pause} close={() => setNoting(false)} done={() => {
				setNoting(false);
				onChange();
			}} />}
		</li>
	);
}

export function ContestItem({ contest: c, withCase, onDecide }: { contest: Contest; withCase?: boolean; onDecide?: () => void }) {
	return (
		<li class={`ledger-contest ledger-contest-${c.state}`}>
			<p class="ledger-line"><Icon name="flag" size={14} /><b>{word('contestState', c.state)}</b>{withCase && <><a href={`/cases/${c.case.number}`} class="num">{c.case.number}</a><span>{c.supplier.name}</span></>}
				<span class="muted">{when(c.raised_at)}{c.raised_by ? `, ${c.raised_by}` : ''}{c.entered_by ? `, ${t('word.enteredBy', { name: c.entered_by.name })}` : ''}</span></p>
			<p class="plain">{c.reason}</p>
			{c.attachment && <a class="ledger-file" href={`/api/v1/attachments/${c.attachment.id}`} download={c.attachment.name}><Icon name="clip" size={14} />{c.attachment.name} <span class="muted">{bytes(c.attachment.size_bytes)}</span></a>}
			<p class="muted">{tx('contest.against', { what: <b>{word('caseEvent', c.event.type)}</b>, when: whenFull(c.event.occurred_at), author: c.event.author?.name ?? c.supplier.name })}</p>
			<p class="muted">{c.wanted === 'void' ? t('contest.wantsVoid') : t('contest.wantsInstant', { when: whenFull(c.wanted_at as string) })}</p>
			{c.decision && <p class="ledger-note"><Icon name="check" size={14} /><span>{c.decision} <span class="muted">{c.decided_by?.name}, {c.decided_at && when(c.decided_at)}</span>
				{c.correction && <><br />{c.correction.void ? t('contest.voided') : t('contest.corrected', { when: whenFull(c.correction.occurred_at as string) })}</>}</span></p>}
			{c.state === 'open' && onDecide && <div class="buttons"><button type="button" class="button small primary" onClick={onDecide}>{t('contest.decide')}</button></div>}
		</li>
	);
}

export function DecideDialog({ contest: c, onClose, onDone }: { contest: Contest; onClose: () => void; onDone: () => void }) {
	const [outcome, setOutcome] = useState<'upheld' | 'rejected'>('upheld');
	const [note, setNote] = useDraft(`contest-${c.id}`);
	const [how, setHow] = useState<'void' | 'instant'>(c.wanted);
	const [at, setAt] = useState(toLocalInput(Date.parse(c.wanted_at ?? c.event.occurred_at)));
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const send = async (e: Event) => {
		e.preventDefault();
		// What the supplier named to the second stays so unless somebody changed it here.
		const same = how === 'instant' && c.wanted_at && at === toLocalInput(Date.parse(c.wanted_at));
		try {
			await submitter.current.post(`/contests/${c.id}/decide`, { outcome, note: note.trim(), ...(outcome === 'rejected' || same ? {} : how === 'void' ? { void: true } : { occurred_at: fromLocalInput(at) }) });
			setNote('');
			toast(word('contestState', outcome), { icon: 'check' });
			onDone();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<Dialog title={`${t('contest.decide')}: ${c.case.number}`} onClose={onClose}>
			<form onSubmit={send}>
				<div class="dialog-body">
					<ul><ContestItem contest={c} /></ul>
					<dl class="facts"><dt>{t('contest.recorded')}</dt><dd>{whenFull(c.event.occurred_at)}{c.event.body && <p class="plain">{c.event.body}</p>}</dd><dt>{t('contest.enteredBy')}</dt><dd><PersonName person={c.event.author} empty={c.supplier.name} /></dd></dl>
					<Segmented label={t('contest.outcome')} value={outcome} onChange={setOutcome} options={[{ value: 'upheld', label: t('contest.uphold') }, { value: 'rejected', label: t('contest.reject') }]} />
					{outcome === 'upheld' && (
						<>
							<Segmented label={t('contest.what')} value={how} onChange={setHow} options={[{ value: 'instant', label: t('contest.otherInstant') }, { value: 'void', label: t('contest.notAtAll') }]} />
							{how === 'instant' && <Field label={t('contest.instant')} error={error?.field('occurred_at')}><input type="datetime-local" required value={at} onInput={(e) => setAt(e.currentTarget.value)} /></Field>}
							<p class="muted small">{t('contest.follows')}</p>
						</>
					)}
					<Field label={t('contest.note')} hint={t('contest.noteHint')} required error={error?.field('note')}><textarea rows={3} required value={note} onInput={(e) => setNote(e.currentTarget.value)} /></Field>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['note', 'occurred_at']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary">{t('contest.decide')}</button></footer>
			</form>
		</Dialog>
	);
}
