// The outbox: what waits and why, what failed; administrators try again or give up.
import { useState } from 'preact/hooks';
import { post } from '../lib/api';
import { whenFull } from '../lib/format';
import { asError } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import type { OutboxEntry } from '../lib/mail';
import { place, setQuery } from '../lib/router';
import { session } from '../lib/session';
import { errorTitle, Segmented, Time } from './bits';
import { toast } from './dialog';
import { Icon } from './icons';
import { MailList } from './mail-list';

const STATES = ['all', 'queued', 'sending', 'failed', 'sent', 'cancelled'] as const;

function Row({ o, onDone }: { o: OutboxEntry; onDone: () => void }) {
	const admin = session.value!.roles.includes('admin');
	const act = async (verb: 'retry' | 'cancel') => {
		try {
			await post(`/mail/outbox/${o.id}/${verb}`);
			toast(t(verb === 'retry' ? 'mail.retried' : 'mail.cancelled'), { icon: 'check' });
			onDone();
		} catch (e) {
			toast(errorTitle(asError(e)), { icon: 'alert' });
		}
	};
	const about = o.case ?? o.ticket;
	return (
		<tr>
			<td><span class="mail-address">{o.recipient}</span>{o.person && <span class="muted small">{o.person.name}</span>}</td>
			<td><span>{o.subject}</span>{about && <a class="small" href={o.case ? `/cases/${o.case}` : `/desk/${o.ticket}`}>{about}</a>}</td>
			<td><span class={`mail-state mail-${o.state}`}>{o.state === 'failed' && <Icon name="breach" size={14} />}{o.state === 'sent' && <Icon name="met" size={14} />}{word('outbox', o.state)}</span>
				{o.error && <span class="muted small">{o.error}</span>}
				{o.uncertain > 0 && <span class="muted small">{t('mail.uncertain', { n: o.uncertain })}</span>}
				{o.next_at && o.attempts > 0 && <span class="muted small">{t('mail.nextTry', { when: whenFull(o.next_at), n: o.attempts })}</span>}</td>
			<td class="nowrap"><Time at={o.sent_at ?? o.failed_at ?? o.created_at} /></td>
			<td class="nowrap">{admin && ['failed', 'queued', 'sending'].includes(o.state) && (
				<span class="mail-actions"><button type="button" class="button small" onClick={() => void act('retry')}>{t('mail.retry')}</button>
					<button type="button" class="button small quiet" onClick={() => void act('cancel')}>{t('mail.giveUp')}</button></span>
			)}</td>
		</tr>
	);
}

export function OutboxView({ onChange }: { onChange: () => void }) {
	const asked = place.value.query.get('state');
	const [version, setVersion] = useState(0);
	const state = STATES.find((s) => s === asked) ?? 'all';
	const done = () => {
		setVersion(version + 1);
		onChange();
	};
	return (
		<>
			<p class="mail-bar"><Segmented label={t('mail.state')} value={state} onChange={(v) => setQuery({ state: v })} options={STATES.map((s) => ({ value: s, label: word('outbox', s) }))} /></p>
			<MailList<OutboxEntry> path="/mail/outbox" filter={{ state: state === 'all' ? null : state }} version={version} empty={t('mail.nothingHere')}
				head={<><th scope="col">{t('mail.to')}</th><th scope="col">{t('mail.subject')}</th><th scope="col">{t('mail.state')}</th><th scope="col">{t('mail.time')}</th><th scope="col"><span class="hidden">{t('mail.actions')}</span></th></>}
				row={(o) => <Row key={o.id} o={o} onDone={done} />} />
		</>
	);
}
