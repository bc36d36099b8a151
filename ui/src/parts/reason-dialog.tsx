// One text and one action: cancel with a reason, reopen with what is still wrong, wait with a note.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { asError } from '../lib/hooks';
import type { Key } from '../lib/i18n';
import { t } from '../lib/i18n';
import type { Ticket } from '../lib/types';
import { ErrorNote, Field } from './bits';
import { Dialog, toast } from './dialog';

type What = 'cancel' | 'reopen' | 'wait_reporter' | 'wait_supplier';
const TEXTS: Record<What, { title: Key; label: Key; button: Key; done: Key; field: string; needed: boolean }> = {
	cancel: { title: 'action.cancelTicket', label: 'ticket.cancelReason', button: 'action.cancelTicket', done: 'ticket.cancelled', field: 'reason', needed: true },
	reopen: { title: 'action.reopen', label: 'fixed.what', button: 'action.reopen', done: 'ticket.reopened', field: 'body', needed: true },
	wait_reporter: { title: 'action.waitReporter', label: 'ticket.waitNote', button: 'action.waitReporter', done: 'ticket.waiting', field: 'note', needed: false },
	wait_supplier: { title: 'action.waitSupplier', label: 'ticket.waitNote', button: 'action.waitSupplier', done: 'ticket.waiting', field: 'note', needed: false },
};

export default function ReasonDialog({ ticket, what, onClose, onDone }: { ticket: Ticket; what: What; onClose: () => void; onDone: () => void }) {
	const w = TEXTS[what];
	const [text, setText] = useDraft(`${what}-${ticket.number}`);
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (w.needed && !text.trim()) return;
		const verb = what.startsWith('wait') ? 'wait' : what;
		try {
			await submitter.current.post(`/tickets/${ticket.number}/${verb}`, {
				...(verb === 'wait' ? { for: what === 'wait_reporter' ? 'reporter' : 'supplier' } : {}), ...(text.trim() ? { [w.field]: text.trim() } : {}),
			});
			setText('');
			toast(t(w.done, { number: ticket.number }), { icon: 'check' });
			onDone();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<Dialog title={`${t(w.title)}: ${ticket.number}`} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<Field label={t(w.label)} required={w.needed} error={asked && w.needed && !text.trim() ? t('field.needed') : error?.field(w.field)}>
						<textarea rows={3} value={text} onInput={(e) => setText(e.currentTarget.value)} />
					</Field>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={[w.field]} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.back')}</button><button type="submit" class="button primary">{t(w.button)}</button></footer>
			</form>
		</Dialog>
	);
}
