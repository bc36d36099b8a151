// Where staff write. Nothing is guessed: either "reply" or "note" is chosen first, and the button names who will read it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import type { Ticket } from '../lib/types';
import { ErrorNote } from './bits';
import { FileList, uploadAll, useFiles } from './files';
import { Icon } from './icons';

type Mode = 'reply' | 'note';

export function Composer({ ticket, mode, onMode, onSent }: {
	ticket: Ticket; mode: Mode | null; onMode: (m: Mode | null) => void; onSent: () => void;
}) {
	const [reply, setReply] = useDraft(`reply-${ticket.number}`);
	const [note, setNote] = useDraft(`note-${ticket.number}`);
	const [wait, setWait] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const files = useFiles();
	const submitter = useRef(new Submit());
	const box = useRef<HTMLTextAreaElement>(null);
	const canReply = ticket.can.includes('reply');
	const canNote = ticket.can.includes('note');
	const text = mode === 'note' ? note : reply;
	const setText = mode === 'note' ? setNote : setReply;

	useEffect(() => {
		// A kept draft opens in the mode in which it was written.
		if (mode === null && canReply && reply) onMode('reply');
		else if (mode === null && canNote && note) onMode('note');
	}, []);
	useEffect(() => {
		if (mode) box.current?.focus();
		setError(null);
	}, [mode]);
	useEffect(() => {
		const el = box.current;
		if (!el) return;
		el.style.height = 'auto';
		el.style.height = `${Math.min(260, Math.max(76, el.scrollHeight + 2))}px`;
	}, [text, mode]);

	const send = async () => {
		if (!mode || (!text.trim() && !files.files.length)) return;
		setBusy(true);
		setError(null);
		try {
			if (text.trim()) {
				await submitter.current.post(`/tickets/${ticket.number}/replies`, { body: text.trim(), visibility: mode === 'reply' ? 'public' : 'internal' });
				setText('');
			}
			files.keep(await uploadAll(ticket.number, files.files));
			if (mode === 'reply' && wait && ticket.can.includes('wait')) await submitter.current.post(`/tickets/${ticket.number}/wait`, { for: 'reporter' });
			setWait(false);
			onMode(null);
			onSent();
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	if (!canReply && !canNote) return null;
	if (!mode) {
		return (
			<footer class="composer composer-closed">
				{canReply ? <button type="button" class="button compose-open" onClick={() => onMode('reply')}><Icon name="reply" />{t('compose.replyTo', { name: ticket.reporter.name })}<kbd>R</kbd></button>
					: <span class="muted small composer-why">{ticket.owner ? t('compose.ownerOnly', { name: ticket.owner.name }) : t('compose.takeFirst')}</span>}
				{canNote && <button type="button" class="button compose-open compose-note" onClick={() => onMode('note')}><Icon name="note" />{t('compose.note')}<kbd>N</kbd></button>}
			</footer>
		);
	}
	const isNote = mode === 'note';
	return (
		<footer class={`composer composer-open ${isNote ? 'composer-note' : ''}`}>
			<div class="composer-head">
				<Icon name={isNote ? 'note' : 'reply'} />
				<strong>{isNote ? t('compose.noteTitle') : t('compose.replyTo', { name: ticket.reporter.name })}</strong>
				<span class="muted">{isNote ? t('compose.noteWho') : t('compose.replyWho')}</span>
				<span class="grow" />
				{isNote ? canReply && <button type="button" class="button quiet small" onClick={() => onMode('reply')}>{t('compose.reply')}</button>
					: canNote && <button type="button" class="button quiet small" onClick={() => onMode('note')}>{t('compose.note')}</button>}
				<button type="button" class="icon-button" aria-label={t('action.close')} title={t('compose.closeKept')} onClick={() => onMode(null)}><Icon name="down" /></button>
			</div>
			<div {...files.dropProps}>
				<textarea ref={box} rows={3} value={text} aria-label={isNote ? t('compose.noteTitle') : t('compose.replyTo', { name: ticket.reporter.name })}
					placeholder={isNote ? t('compose.noteHint') : t('compose.replyHint')} onPaste={files.onPaste} onInput={(e) => setText(e.currentTarget.value)}
					onKeyDown={(e) => {
						if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
							e.preventDefault();
							void send();
						} else if (e.key === 'Escape') {
							e.stopPropagation();
							e.preventDefault();
							onMode(null);
						}
					}} />
				<FileList files={files} />
			</div>
			{error && <ErrorNote error={error} kept={t('app.textKept')} />}
			<div class="composer-bar">
				{files.button}
				{!isNote && ticket.can.includes('wait') && <label class="check"><input type="checkbox" checked={wait} onChange={(e) => setWait(e.currentTarget.checked)} /><span>{t('compose.thenWait')}</span></label>}
				<span class="grow" />
				<span class="muted small hide-narrow"><kbd>Ctrl Enter</kbd></span>
				<button type="button" class={`button ${isNote ? 'note-button' : 'primary'}`} disabled={busy || (!text.trim() && !files.files.length)} onClick={() => void send()}>
					<Icon name={isNote ? 'note' : 'send'} />{isNote ? t('compose.saveNote') : t('compose.sendTo', { name: ticket.reporter.name })}
				</button>
			</div>
		</footer>
	);
}
