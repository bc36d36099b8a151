// The form that records what a supplier or we did in a case: when it happened, why the clock stands, the file that proves it.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { fromLocalInput, toLocalInput } from '../lib/format';
import { asError } from '../lib/hooks';
import { lang, t, word } from '../lib/i18n';
import type { Case } from '../lib/types';
import { ErrorNote, Field } from './bits';
import { toast } from './dialog';
import { EvidenceField, useEvidence } from './evidence';
import { Icon } from './icons';

const THEIRS = ['acknowledged', 'responded', 'info_requested', 'update', 'workaround_delivered', 'fix_declared'];
// What was said is the point of these.
const NEEDS_WORDS = ['info_provided', 'fix_rejected', 'workaround_rejected', 'noted'];

export function Record({ x, onDone }: { x: Case; onDone: () => void }) {
	const [type, setType] = useState('');
	const [body, setBody] = useDraft(`case-${x.number}`);
	const [ref, setRef] = useState('');
	const [reason, setReason] = useState('');
	const evidence = useEvidence();
	const [earlier, setEarlier] = useState(false);
	const [at, setAt] = useState(toLocalInput(Date.now()));
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const theirs = x.can.filter((c) => THEIRS.includes(c));
	const ours = x.can.filter((c) => !THEIRS.includes(c));
	const send = async (e: { preventDefault: () => void }) => {
		e.preventDefault();
		setAsked(true);
		if (!type || evidence.large || (NEEDS_WORDS.includes(type) && !body.trim())) return;
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(`/cases/${x.number}/events`, {
				type, ...(body.trim() ? { body: body.trim() } : {}), ...(ref.trim() ? { supplier_ref: ref.trim() } : {}), ...(earlier && at ? { occurred_at: fromLocalInput(at) } : {}),
				...(type === 'info_requested' && reason ? { pause_reason: reason } : {}), ...(await evidence.send(x.number)),
			});
			toast(t('case.recorded', { what: word('caseEvent', type) }), { icon: 'check' });
			setBody('');
			setType('');
			setRef('');
			setReason('');
			evidence.choose(null);
			setEarlier(false);
			setAsked(false);
			onDone();
		} catch (z) {
			setError(asError(z));
		} finally {
			setBusy(false);
		}
	};
	if (!x.can.length) return null;
	const group = (title: string, list: string[]) => list.length > 0 && (
		<fieldset class="acts"><legend>{title}</legend>
			{list.map((c) => <label key={c} class={type === c ? 'on' : ''}><input type="radio" name="case-act" checked={type === c} onChange={() => {
				setType(c);
				setAsked(false);
				setError(null);
			}} /><span>{word('caseAct', c)}</span></label>)}
		</fieldset>
	);
	return (
		<form class="card record" onSubmit={send} noValidate aria-labelledby="record-title">
			<header class="card-head"><h2 id="record-title">{t('case.record')}</h2></header>
			{group(t('case.theyDid', { name: x.supplier.name }), theirs)}
			{group(t('case.weDid'), ours)}
			{(asked && !type || error?.field('type')) && <p class="field-error" role="alert"><Icon name="alert" size={14} />{error?.field('type') ?? t('case.needType')}</p>}
			{type && (
				<>
					<Field label={t(THEIRS.includes(type) ? 'case.words' : 'case.ourWords')} required={NEEDS_WORDS.includes(type)} error={asked && NEEDS_WORDS.includes(type) && !body.trim() ? t('field.needed') : error?.field('body')}>
						<textarea rows={3} value={body} onInput={(e) => setBody(e.currentTarget.value)} onKeyDown={(e) => {
							if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send(e);
						}} />
					</Field>
					{type === 'info_requested' && x.pause_reasons.length > 0 && (
						<Field label={t('case.pauseReason')} hint={t('case.pauseReasonHint')} required={false} error={error?.field('pause_reason')}>
							<select value={reason} onChange={(e) => setReason(e.currentTarget.value)}><option value="">{t('case.pauseReasonNone')}</option>
								{x.pause_reasons.map((r) => <option key={r.key} value={r.key}>{lang.value === 'ru' ? r.name_ru : r.name_en}</option>)}</select>
						</Field>
					)}
					{THEIRS.includes(type) && !x.supplier_ref && (
						<Field label={t('case.ref')} required={false} error={error?.field('supplier_ref')}><input type="text" maxLength={100} value={ref} onInput={(e) => setRef(e.currentTarget.value)} /></Field>
					)}
					<EvidenceField evidence={evidence} label={t('case.evidence')} hint={t('case.evidenceHint')} error={error?.field('attachment')} offer />
					<label class="check"><input type="checkbox" checked={earlier} onChange={(e) => {
						setEarlier(e.currentTarget.checked);
						setAt(toLocalInput(Date.now()));
					}} /><span>{t('case.earlier')}</span></label>
					{earlier && (
						<Field label={t('case.when')} hint={t('case.whenHint')} error={error?.field('occurred_at')}>
							<input type="datetime-local" value={at} max={toLocalInput(Date.now())} onInput={(e) => setAt(e.currentTarget.value)} />
						</Field>
					)}
				</>
			)}
			{error && <ErrorNote error={error} kept={body ? t('app.textKept') : undefined} shown={['type', 'body', 'supplier_ref', 'occurred_at', 'pause_reason', 'attachment']} />}
			<div class="buttons"><button type="submit" class="button primary" disabled={busy}>{type ? t('case.save', { what: word('caseEvent', type) }) : t('case.record')}</button></div>
		</form>
	);
}
