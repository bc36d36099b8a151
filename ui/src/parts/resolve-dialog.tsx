// A fix teaches: what was wrong, what was done, what prevents it next time (or that nothing can), and which CI it was.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Ticket } from '../lib/types';
import { ErrorNote, Field } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';

export default function ResolveDialog({ ticket, onClose, onDone }: { ticket: Ticket; onClose: () => void; onDone: () => void }) {
	const n = ticket.number;
	const [cause, setCause] = useDraft(`cause-${n}`);
	const [fix, setFix] = useDraft(`fix-${n}`);
	const [prevention, setPrevention] = useDraft(`prevention-${n}`);
	const [noCi, setNoCi] = useDraft(`noci-${n}`);
	const [nothing, setNothing] = useState(false);
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const needsCi = ticket.cis.length === 0;
	const missing = (v: string) => (asked && !v.trim() ? t('field.needed') : undefined);
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!cause.trim() || !fix.trim() || (!nothing && !prevention.trim()) || (needsCi && !noCi.trim())) return;
		setBusy(true);
		setError(null);
		try {
			await submitter.current.post(`/tickets/${n}/resolve`, {
				cause: cause.trim(), fix: fix.trim(), ...(nothing ? { no_prevention: true } : { prevention: prevention.trim() }), ...(needsCi ? { no_ci_reason: noCi.trim() } : {}),
			});
			for (const clear of [setCause, setFix, setPrevention, setNoCi]) clear('');
			toast(t('resolve.done', { number: n }), { icon: 'met' });
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<Dialog title={t('resolve.title', { number: n })} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<Field label={t('resolve.cause')} required error={missing(cause) ?? error?.field('cause')}><textarea rows={2} value={cause} onInput={(e) => setCause(e.currentTarget.value)} /></Field>
					<Field label={t('resolve.fix')} required hint={t('resolve.fixHint', { name: ticket.reporter.name })} error={missing(fix) ?? error?.field('fix')}><textarea rows={2} value={fix} onInput={(e) => setFix(e.currentTarget.value)} /></Field>
					{!nothing && <Field label={t('resolve.prevention')} required error={missing(prevention) ?? error?.field('prevention')}><textarea rows={2} value={prevention} onInput={(e) => setPrevention(e.currentTarget.value)} /></Field>}
					<label class="check"><input type="checkbox" checked={nothing} onChange={(e) => setNothing(e.currentTarget.checked)} /><span>{t('resolve.nothing')}</span></label>
					{needsCi ? (
						<Field label={t('resolve.noCi')} required hint={t('resolve.noCiHint')} error={missing(noCi) ?? error?.field('no_ci_reason')}><input type="text" value={noCi} onInput={(e) => setNoCi(e.currentTarget.value)} /></Field>
					) : <p class="muted"><Icon name="boxes" size={14} /> {ticket.cis.map((c) => c.name).join(', ')}</p>}
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['cause', 'fix', 'prevention', 'no_ci_reason']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary" disabled={busy}><Icon name="met" />{t('action.resolve')}</button></footer>
			</form>
		</Dialog>
	);
}
