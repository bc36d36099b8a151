// Escalating to a supplier: found from the CI and its contract, with the clocks that will start and the mail as it will leave.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit, post } from '../lib/api';
import { useDraft } from '../lib/drafts';
import { by, hours, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { t, tx, word } from '../lib/i18n';
import { undoS } from '../lib/session';
import { inOrder } from '../lib/types';
import type { Case, Page, Preview, Ref, Ticket } from '../lib/types';
import { ErrorNote, Field, Spinner } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';

export default function EscalateDialog({ ticket, onClose, onDone }: { ticket: Ticket; onClose: () => void; onDone: () => void }) {
	const [summary, setSummary] = useDraft(`case-summary-${ticket.number}`);
	const [body, setBody] = useDraft(`case-body-${ticket.number}`);
	const [supplier, setSupplier] = useState<string>('');
	const [contract, setContract] = useState<string>('');
	const [preview, setPreview] = useState<Preview | null>(null);
	const [busy, setBusy] = useState(false);
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const [previewError, setPreviewError] = useState<ApiError | null>(null);
	const suppliers = useFetch<Page<Ref>>('/suppliers?active=true&limit=200');
	const submitter = useRef(new Submit());
	const turn = useRef(0);

	useEffect(() => {
		if (!summary) setSummary(ticket.subject);
		if (!body) setBody(ticket.body);
	}, []);
	const idOf = (list: Ref[] | undefined, id: string): Ref['id'] => list?.find((s) => String(s.id) === id)?.id ?? id;
	const choices = suppliers.data?.items.length ? suppliers.data.items : [...new Map((preview?.candidates ?? []).map((c) => [String(c.supplier.id), c.supplier])).values()];
	const chosenSupplier = () => (supplier ? idOf(choices, supplier) : undefined);
	const chosenContract = () => (contract ? idOf(preview?.candidates.flatMap((c) => (c.contract ? [c.contract] : [])), contract) : undefined);

	useEffect(() => {
		const mine = ++turn.current;
		const timer = setTimeout(() => {
			post<Preview>(`/tickets/${ticket.number}/cases/preview`, {
				...(supplier ? { supplier: chosenSupplier() } : {}), ...(contract ? { contract: chosenContract() } : {}),
				...(summary.trim() ? { summary: summary.trim() } : {}), ...(body.trim() ? { body: body.trim() } : {}),
			}).then((p) => {
				if (mine !== turn.current) return;
				setPreview(p);
				setPreviewError(null);
				if (!supplier && p.supplier) setSupplier(String(p.supplier.id));
			}, (e) => mine === turn.current && setPreviewError(asError(e)));
		}, preview ? 350 : 0);
		return () => clearTimeout(timer);
	}, [supplier, contract, summary, body]);

	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!supplier || !summary.trim() || !body.trim()) return;
		setBusy(true);
		setError(null);
		try {
			const c = preview?.contract?.id ?? chosenContract();
			const made = await submitter.current.post<Case>(`/tickets/${ticket.number}/cases`, {
				supplier: chosenSupplier(), ...(c !== undefined ? { contract: c } : {}), summary: summary.trim(), body: body.trim(),
			});
			setSummary('');
			setBody('');
			const name = made.supplier.name;
			toast(t('escalate.sent', { number: made.number, name }), {
				icon: 'supplier', seconds: undoS.value, action: {
					label: t('action.undo'), run: () => {
						post(`/cases/${made.number}/events`, { type: 'withdrawn' }).then(() => {
							toast(t('escalate.undone', { name }), { icon: 'undo' });
							onDone();
						}, (x) => toast(asError(x).detail || t('error.other'), { icon: 'alert' }));
					},
				},
			});
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	const contracts = (preview?.candidates ?? []).filter((c) => c.contract && String(c.supplier.id) === supplier);
	return (
		<Dialog title={t('escalate.title', { number: ticket.number })} onClose={onClose} wide>
			<form onSubmit={send} noValidate>
				<div class="dialog-body escalate">
					<div class="escalate-form">
						<div class="two">
							<Field label={t('escalate.supplier')} required error={asked && !supplier ? t('field.needed') : error?.field('supplier')}>
								<select value={supplier} onChange={(e) => {
									setSupplier(e.currentTarget.value);
									setContract('');
								}}>
									<option value="" disabled>{t('field.choose')}</option>
									{choices.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}
								</select>
							</Field>
							<Field label={t('escalate.contract')} error={error?.field('contract')}>
								<select value={contract || String(preview?.contract?.id ?? '')} disabled={contracts.length < 2} onChange={(e) => setContract(e.currentTarget.value)}>
									{contracts.length === 0 && <option value={String(preview?.contract?.id ?? '')}>{preview?.contract?.name ?? t('escalate.noContract')}</option>}
									{contracts.map((c) => <option key={c.contract?.id} value={String(c.contract?.id)}>{c.contract?.name}</option>)}
								</select>
							</Field>
						</div>
						{preview?.why && <p class="field-hint why"><Icon name="link" size={14} />{preview.because ?? preview.why}</p>}
						<Field label={t('escalate.summary')} required error={asked && !summary.trim() ? t('field.needed') : error?.field('summary')}>
							<input type="text" maxLength={300} value={summary} onInput={(e) => setSummary(e.currentTarget.value)} />
						</Field>
						<Field label={t('escalate.body')} required hint={t('escalate.bodyHint')} error={asked && !body.trim() ? t('field.needed') : error?.field('body')}>
							<textarea rows={7} data-focus="" value={body} onInput={(e) => setBody(e.currentTarget.value)} />
						</Field>
						<ul class="sees">
							<li><Icon name="check" size={14} />{t('escalate.sees')}</li>
							<li><Icon name="close" size={14} />{t('escalate.seesNot')}</li>
							<li><Icon name="person" size={14} />{ticket.owner ? tx('escalate.stays', { name: <b>{ticket.owner.name}</b> }) : t('ticket.noOwner')}</li>
						</ul>
					</div>
					<div class="escalate-preview">
						{previewError && <ErrorNote error={previewError} />}
						{!preview && !previewError && <Spinner />}
						{preview && (
							<>
								<h3>{t('escalate.targets')} {preview.calendar && <span class="muted">{preview.calendar.name}</span>}</h3>
								{preview.targets.length ? (
									<ul class="targets">{inOrder(preview.targets).map((x) => (
										<li key={x.metric}><Icon name="clock" size={14} /><span>{word('metric', x.metric)}</span><b>{hours(x.target_s)}</b><span class="muted" title={x.due_at ? whenFull(x.due_at) : undefined}>{x.due_at ? by(x.due_at) : ''}</span></li>
									))}</ul>
								) : <p class="muted">{t('escalate.noTargets')}</p>}
								{preview.mail && <>
									<h3>{t('escalate.mail')} <span class="muted">{word('language', preview.mail.language)}</span></h3>
									<div class="mail">
										<p><span class="muted">{t('escalate.mailTo')}</span> {preview.mail.to ?? <span class="late-words">{t('escalate.noMail')}</span>}</p>
										<p class="mail-subject">{preview.mail.subject}</p>
										<pre tabIndex={0} lang={preview.mail.language}>{preview.mail.body}</pre>
									</div>
								</>}
							</>
						)}
					</div>
				</div>
				{error && <div class="dialog-error"><ErrorNote error={error} kept={t('app.textKept')} shown={['supplier', 'contract', 'summary', 'body']} /></div>}
				<footer class="dialog-foot"><span class="muted small grow">{t('escalate.undoHint', { n: undoS.value })}</span>
					<button type="button" class="button quiet" onClick={onClose}>{t('action.cancel')}</button>
					<button type="submit" class="button primary" disabled={busy}><Icon name="supplier" />{preview?.supplier ? t('escalate.sendTo', { name: preview.supplier.name }) : t('action.escalate')}</button></footer>
			</form>
		</Dialog>
	);
}

