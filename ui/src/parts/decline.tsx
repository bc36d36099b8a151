// Declining a handover needs a word on why: the giver still owns the ticket and reads it.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Handover } from '../lib/types';
import { ErrorNote, Field } from './bits';
import { Dialog, toast } from './dialog';

export default function Decline({ handover, onClose, onDone }: { handover: Handover; onClose: () => void; onDone: () => void }) {
	const [note, setNote] = useDraft(`decline-${handover.id}`);
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!note.trim()) return;
		try {
			await submitter.current.post(`/handovers/${handover.id}/decline`, { note: note.trim() });
			setNote('');
			toast(t('handover.declined', { name: handover.from.name }), { icon: 'check' });
			onDone();
		} catch (x) {
			setError(asError(x));
		}
	};
	return (
		<Dialog title={t('handover.declineTitle')} onClose={onClose}>
			<form onSubmit={send} noValidate>
				<div class="dialog-body">
					<p class="muted">{t('handover.declineHint', { name: handover.from.name })}</p>
					<Field label={t('handover.why')} required error={asked && !note.trim() ? t('field.needed') : error?.field('note')}>
						<textarea rows={3} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
					</Field>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['note']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary">{t('handover.decline')}</button></footer>
			</form>
		</Dialog>
	);
}
