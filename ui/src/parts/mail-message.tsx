// One message: its text as text, what is known of it, its bytes as a download, and what a person decides about it.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit } from '../lib/api';
import { bytes, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { lang, t, word } from '../lib/i18n';
import type { MailMessage } from '../lib/mail';
import { moreWords } from '../lib/mail';
import { setQuery } from '../lib/router';
import { session } from '../lib/session';
import { ErrorNote, Field, Skeleton } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
	return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Facts({ m }: { m: MailMessage }) {
	return (
		<dl class="mail-facts-list">
			<Fact name={t('mail.from')}>{m.from.address || '—'}{m.from.name && ` (${m.from.name})`}</Fact>
			<Fact name={t('mail.to')}>{m.to.join(', ') || '—'}</Fact>
			<Fact name={t(m.direction === 'in' ? 'mail.receivedByUs' : 'mail.takenByServer')}>{whenFull(m.received_at)}</Fact>
			{m.dated_at && m.direction === 'in' && <Fact name={t('mail.itsDate')}>{whenFull(m.dated_at)}</Fact>}
			{m.supplier && <Fact name={t('mail.supplier')}>{m.supplier.name}</Fact>}
			{m.person && <Fact name={t('mail.person')}>{m.person.name}</Fact>}
			{m.case && <Fact name={t('mail.case')}><a href={`/cases/${m.case.number}`}>{m.case.number}</a> {m.case.summary}</Fact>}
			{m.ticket && <Fact name={t('mail.ticket')}><a href={`/desk/${m.ticket.number}`}>{m.ticket.number}</a> {m.ticket.subject}</Fact>}
			{m.direction === 'in' && <Fact name={t('mail.authentication')}>{m.authentication || t('mail.noVerdict')}</Fact>}
			<Fact name="SHA-256"><code class="mail-hash">{m.sha256}</code></Fact>
		</dl>
	);
}

function Decide({ m, onDone }: { m: MailMessage; onDone: () => void }) {
	const [number, setNumber] = useState(m.quarantine?.guess?.case ?? m.quarantine?.guess?.ticket ?? '');
	const [reason, setReason] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	const submitter = useRef(new Submit());
	const send = async (verb: 'assign' | 'discard', body: Record<string, string>) => {
		setError(null);
		try {
			await submitter.current.post(`/mail/messages/${m.id}/${verb}`, body);
			toast(t(verb === 'assign' ? 'mail.assigned' : 'mail.discarded'), { icon: 'check' });
			onDone();
		} catch (e) {
			setError(asError(e));
		}
	};
	const wanted = number.trim().toUpperCase();
	const note = reason.trim();
	return (
		<form class="mail-decide" onSubmit={(e) => {
			e.preventDefault();
			void send('assign', { [wanted.startsWith('CASE-') ? 'case' : 'ticket']: wanted, ...(note ? { note } : {}) });
		}}>
			<Field label={t('mail.belongsTo')} hint={t('mail.belongsHint')} error={error?.field('case') ?? error?.field('ticket')}><input value={number} onInput={(e) => setNumber(e.currentTarget.value)} /></Field>
			<Field label={t('mail.reason')} error={error?.field('reason') ?? error?.field('note')}><input value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></Field>
			{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['case', 'ticket', 'reason', 'note']} />}
			<p class="mail-actions"><button type="submit" class="button primary" disabled={!wanted}>{t('mail.assign')}</button>
				{m.quarantine?.state === 'waiting' && <button type="button" class="button" disabled={!note} onClick={() => void send('discard', { reason: note })}>{t('mail.discard')}</button>}</p>
		</form>
	);
}

export function MessageDialog({ id, onChange }: { id: string; onChange: () => void }) {
	const got = useFetch<{ message: MailMessage; headers: string }>(`/mail/messages/${id}`);
	const close = () => setQuery({ message: null });
	const decides = session.value!.roles.some((r) => r === 'lead' || r === 'admin');
	const m = got.data?.message;
	const q = m?.quarantine;
	return (
		<Dialog title={m ? m.subject || t('mail.noSubject') : t('mail.message')} onClose={close} wide>
			<div class="dialog-body mail-message">
				{got.error && <ErrorNote error={got.error} onRetry={() => void got.reload()} />}
				{!m && !got.error && <Skeleton rows={6} />}
				{m && q && <p class="note-line"><Icon name="alert" /> <b>{word('mailReason', q.reason)}.</b> {moreWords(q.reason, q.detail, lang.value)}{q.decided_by && ` — ${word('quarantine', q.state)}: ${q.decided_by.name}, ${whenFull(q.decided_at!)}${q.decision ? `: ${q.decision}` : ''}`}</p>}
				{m && <pre class="mail-text" tabIndex={0}>{m.body || t('mail.noText')}</pre>}
				{m && m.files.length > 0 && <ul class="mail-files">{m.files.map((f, i) => <li key={i}><Icon name="clip" /> {f.attachment ? <a href={`/api/v1/attachments/${f.attachment}`} download>{f.name}</a> : f.name} <span class="muted small">{bytes(f.size_bytes)}</span></li>)}</ul>}
				{m && <Facts m={m} />}
				{m && <details><summary>{t('mail.headers')}</summary><pre class="mail-text mail-headers" tabIndex={0}>{got.data!.headers}</pre></details>}
				{m?.raw && <p><a class="button" href={m.raw} download><Icon name="download" />{t('mail.raw', { size: bytes(m.size_bytes) })}</a></p>}
				{m && q && q.state !== 'assigned' && decides && <Decide key={m.id} m={m} onDone={() => {
					onChange();
					close();
				}} />}
			</div>
		</Dialog>
	);
}
