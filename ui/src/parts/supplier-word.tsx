// What a supplier said by phone or mail, entered for it: its consent to a pause, its objection to an entry.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { fromLocalInput, toLocalInput, when } from '../lib/format';
import { asError } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { ErrorNote, Field, Segmented } from './bits';
import { Dialog, toast } from './dialog';
import { EvidenceField, useEvidence } from './evidence';
import type { LedgerPause } from './ledger';

export type Choice = { seq: number; type: string; at: string };

const NAMES = ['name', 'body', 'reason', 'event', 'wanted', 'occurred_at', 'attachment'];

function useSending(onDone: () => void) {
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const submitter = useRef(new Submit());
	const run = async (path: string, body: () => Promise<Record<string, unknown>>, said: string) => {
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(path, await body());
			toast(said, { icon: 'check' });
			onDone();
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	return { error, busy, run };
}

export function AgreeDialog({ pause, onClose, onDone }: { pause: LedgerPause; onClose: () => void; onDone: () => void }) {
	const [name, setName] = useState('');
	const [body, setBody] = useDraft(`agree-${pause.case}-${pause.from_seq}`);
	const [asked, setAsked] = useState(false);
	const evidence = useEvidence();
	const { error, busy, run } = useSending(() => {
		setBody('');
		onDone();
	});
	const send = (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!name.trim() || !body.trim() || evidence.large) return;
		void run(`/cases/${pause.case}/pauses/${pause.from_seq}/agree`, async () => ({ name: name.trim(), body: body.trim(), ...(await evidence.send(pause.case)) }), word('pauseConsent', 'agreed'));
	};
	return (
		<Dialog title={t('word.agreeTitle', { name: pause.supplier.name })} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<p class="muted">{t('word.agreeAbout', { from: when(pause.from), to: pause.to ? when(pause.to) : t('ledger.lasts') })}</p>
					<Field label={t('word.who')} required error={asked && !name.trim() ? t('field.needed') : error?.field('name')}><input type="text" maxLength={100} value={name} onInput={(e) => setName(e.currentTarget.value)} /></Field>
					<Field label={t('word.said')} hint={t('word.saidHint')} required error={asked && !body.trim() ? t('field.needed') : error?.field('body')}><textarea rows={3} value={body} onInput={(e) => setBody(e.currentTarget.value)} /></Field>
					<EvidenceField evidence={evidence} label={t('ledger.file')} hint={t('word.fileHint')} error={error?.field('attachment')} />
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={NAMES} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary" disabled={busy}>{t('word.agreeSave')}</button></footer>
			</form>
		</Dialog>
	);
}

// `pause`: the objection is to one of its ends, and `choices` are those.
export function ObjectDialog({ number, supplier, choices, pause, onClose, onDone }: {
	number: string; supplier: string; choices: Choice[]; pause?: number; onClose: () => void; onDone: () => void;
}) {
	const [seq, setSeq] = useState(choices[choices.length - 1].seq);
	const chosen = choices.find((c) => c.seq === seq) ?? choices[0];
	const [wanted, setWanted] = useState<'instant' | 'void'>('instant');
	const [at, setAt] = useState('');
	const [name, setName] = useState('');
	const [reason, setReason] = useDraft(`object-${number}-${pause ?? 'any'}`);
	const [asked, setAsked] = useState(false);
	const evidence = useEvidence();
	const { error, busy, run } = useSending(() => {
		setReason('');
		onDone();
	});
	const send = (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!name.trim() || !reason.trim() || (wanted === 'instant' && !at) || evidence.large) return;
		void run(`/cases/${number}/contests`, async () => ({
			event: seq, ...(pause ? { pause } : {}), reason: reason.trim(), wanted, ...(wanted === 'instant' ? { occurred_at: fromLocalInput(at) } : {}), name: name.trim(), ...(await evidence.send(number)),
		}), t('word.objected'));
	};
	return (
		<Dialog title={t('word.objectTitle', { name: supplier })} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<p class="muted">{t('word.objectAbout')}</p>
					<Field label={t(pause ? 'word.whichEnd' : 'word.which')} required error={error?.field('event')}>
						<select value={String(seq)} onChange={(e) => setSeq(Number(e.currentTarget.value))}>
							{choices.map((c) => <option key={c.seq} value={String(c.seq)}>{word('caseEvent', c.type)} · {when(c.at)}</option>)}</select></Field>
					<Segmented label={t('contest.what')} value={wanted} onChange={setWanted} options={[{ value: 'instant', label: t('contest.otherInstant') }, { value: 'void', label: t('contest.notAtAll') }]} />
					{wanted === 'instant' && <Field label={t('word.when')} hint={t('word.recordedAs', { when: when(chosen.at) })} required error={asked && !at ? t('field.needed') : error?.field('occurred_at')}>
						<input type="datetime-local" max={toLocalInput(Date.now())} value={at} onInput={(e) => setAt(e.currentTarget.value)} /></Field>}
					{error?.field('wanted') && <p class="field-error" role="alert">{error.field('wanted')}</p>}
					<Field label={t('word.reason')} required error={asked && !reason.trim() ? t('field.needed') : error?.field('reason')}><textarea rows={3} maxLength={4000} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></Field>
					<Field label={t('word.who')} required error={asked && !name.trim() ? t('field.needed') : error?.field('name')}><input type="text" maxLength={100} value={name} onInput={(e) => setName(e.currentTarget.value)} /></Field>
					<EvidenceField evidence={evidence} label={t('ledger.file')} error={error?.field('attachment')} />
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={NAMES} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary" disabled={busy}>{t('word.objectSave')}</button></footer>
			</form>
		</Dialog>
	);
}
