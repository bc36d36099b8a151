// Links by which a supplier sees its cases without an account: those of one case, or the coordinator's. An address is shown once.
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { Submit, request } from '../lib/api';
import { now, when, whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import { session } from '../lib/session';
import type { Id, Page, Ref } from '../lib/types';
import { ErrorNote, Field, Skeleton } from './bits';
import { Dialog, toast } from './dialog';
import { Icon } from './icons';

type Link = {
	id: Id; purpose: 'case' | 'coordinator'; case: string | null; recipient: string; created_at: string; created_by: Ref | null; expires_at: string;
	bound_at: string | null; bound_address: string | null; used_at: string | null; revoked_at: string | null; revoked_by: Ref | null;
};

const has = (...roles: string[]) => !!session.value?.roles.some((r) => roles.includes(r));
export const seesLinks = () => has('manager', 'auditor', 'admin');

function MakeDialog({ supplier, number, onClose, onMade }: { supplier: Id; number?: string; onClose: () => void; onMade: () => void }) {
	const rules = useFetch<{ link_days: number }>('/supply-rules');
	const [recipient, setRecipient] = useState('');
	const [days, setDays] = useState('');
	const [made, setMade] = useState<{ url: string; link: Link } | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const submitter = useRef(new Submit());
	const address = useRef<HTMLInputElement>(null);
	const send = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			setMade(await submitter.current.post(`/suppliers/${supplier}/links`, { ...(number ? { case: number } : {}), ...(recipient.trim() ? { recipient: recipient.trim() } : {}), ...(days.trim() ? { days: Number(days) } : {}) }));
			onMade();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	const copy = async () => {
		address.current?.select();
		try {
			await navigator.clipboard.writeText(made!.url);
		} catch {
			// Without TLS a browser has no clipboard for pages; the older way works on what is selected.
			document.execCommand('copy');
		}
		toast(t('links.copied'), { icon: 'check' });
	};
	return (
		<Dialog title={t(number ? 'links.makeCase' : 'links.makeAll')} onClose={onClose}>
			{made ? (
				<>
					<div class="dialog-body">
						<p>{t('links.once')}</p>
						<Field label={t('links.address')}><input ref={address} type="text" readOnly value={made.url} onFocus={(e) => e.currentTarget.select()} /></Field>
						<p class="muted">{t('links.until', { when: whenFull(made.link.expires_at) })}</p>
					</div>
					<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.close')}</button><button type="button" class="button primary" onClick={() => void copy()}><Icon name="link" />{t('links.copy')}</button></footer>
				</>
			) : (
				<form onSubmit={send} noValidate>
					<div class="dialog-body">
						<p class="muted">{t(number ? 'links.aboutCase' : 'links.aboutAll')}</p>
						<Field label={t('links.recipient')} hint={t('links.recipientHint')} required={false} error={error?.field('recipient')}><input type="text" maxLength={320} value={recipient} onInput={(e) => setRecipient(e.currentTarget.value)} /></Field>
						<Field label={t('links.days')} hint={t('links.daysHint', { n: rules.data?.link_days ?? 30 })} required={false} error={error?.field('days')}><input type="number" min={1} max={365} value={days} onInput={(e) => setDays(e.currentTarget.value)} /></Field>
						{error && <ErrorNote error={error} shown={['recipient', 'days']} />}
					</div>
					<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary" disabled={busy}>{t('links.make')}</button></footer>
				</form>
			)}
		</Dialog>
	);
}

function Row({ link: l, supplier, canRevoke, onChange }: { link: Link; supplier: Id; canRevoke: boolean; onChange: () => void }) {
	const [sure, setSure] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const gone = l.revoked_at ? 'revoked' : Date.parse(l.expires_at) <= now.value ? 'expired' : null;
	const revoke = () => request(`/suppliers/${supplier}/links/${l.id}`, { method: 'DELETE' }).then(() => {
		toast(t('links.revoked'), { icon: 'check' });
		onChange();
	}, (e) => setError(asError(e)));
	return (
		<li class={gone ? 'link-row link-gone' : 'link-row'}>
			<Icon name="link" size={14} />
			<div class="link-facts">
				<span><b>{l.recipient || t('links.nobody')}</b></span>
				<span class="muted small">{l.created_by ? t('links.madeBy', { name: l.created_by.name, when: when(l.created_at) }) : t('links.byMail', { when: when(l.created_at) })}</span>
				<span class="muted small">{gone === 'revoked' ? t('links.revokedAt', { when: when(l.revoked_at as string), name: l.revoked_by?.name ?? '—' }) : gone ? t('links.expiredAt', { when: when(l.expires_at) }) : t('links.until', { when: when(l.expires_at) })}</span>
				<span class="muted small">{l.bound_at ? t('links.bound', { when: when(l.bound_at), address: l.bound_address ?? '—' }) : l.used_at ? t('links.opened', { when: when(l.used_at) }) : t('links.unused')}</span>
				{error && <ErrorNote error={error} />}
				{canRevoke && !gone && (sure
					? <span class="buttons"><button type="button" class="button small danger" onClick={() => void revoke()}>{t('links.revokeSure')}</button><button type="button" class="button small quiet" onClick={() => setSure(false)}>{t('action.cancel')}</button></span>
					: <span><button type="button" class="button small quiet" onClick={() => setSure(true)}>{t('links.revoke')}</button></span>)}
			</div>
		</li>
	);
}

export function Links({ supplier, number, open }: { supplier: Id; number?: string; open: boolean }) {
	const list = useFetch<Page<Link>>(`/suppliers/${supplier}/links?limit=50${number ? `&case=${number}` : '&purpose=coordinator'}`);
	const [making, setMaking] = useState(false);
	const manages = has('manager');
	const reload = () => void list.reload();
	return (
		<section class="card">
			<header class="card-head"><h2>{t(number ? 'links.title' : 'links.titleAll')}</h2>{manages && open && <div class="card-tools"><button type="button" class="button small" onClick={() => setMaking(true)}><Icon name="plus" size={14} />{t('links.make')}</button></div>}</header>
			{list.error && <ErrorNote error={list.error} onRetry={reload} />}
			{!list.data && !list.error && <Skeleton rows={2} />}
			{list.data && !list.data.items.length && <p class="muted">{t(number ? 'links.noneCase' : 'links.noneAll')}</p>}
			{!!list.data?.items.length && <ul class="link-list">{list.data.items.map((l) => <Row key={l.id} link={l} supplier={supplier} canRevoke={manages} onChange={reload} />)}</ul>}
			{making && <MakeDialog supplier={supplier} number={number} onClose={() => setMaking(false)} onMade={reload} />}
		</section>
	);
}
