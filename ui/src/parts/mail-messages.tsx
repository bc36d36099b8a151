// Every message that came or left and is kept as evidence.
import { t, word } from '../lib/i18n';
import type { MailItem } from '../lib/mail';
import { place, setQuery } from '../lib/router';
import { Segmented, Time } from './bits';
import { Icon } from './icons';
import { MailList } from './mail-list';

const DIRECTIONS = ['all', 'in', 'out'] as const;

export function MessagesView() {
	const asked = place.value.query.get('direction');
	const direction = DIRECTIONS.find((d) => d === asked) ?? 'all';
	return (
		<>
			<p class="mail-bar"><Segmented label={t('mail.direction')} value={direction} onChange={(v) => setQuery({ direction: v })} options={DIRECTIONS.map((d) => ({ value: d, label: word('mailDirection', d) }))} /></p>
			<MailList<MailItem> path="/mail/messages" filter={{ direction: direction === 'all' ? null : direction }} empty={t('mail.nothingHere')}
				head={<><th scope="col">{t('mail.withWhom')}</th><th scope="col">{t('mail.subject')}</th><th scope="col">{t('mail.became')}</th><th scope="col">{t('mail.time')}</th></>}
				row={(m) => (
					<tr key={m.id}>
						<td><span class="mail-address"><Icon name={m.direction === 'in' ? 'inbox' : 'send'} label={word('mailDirection', m.direction)} /> {m.direction === 'in' ? m.from.address || '—' : m.to.join(', ')}</span></td>
						<td><a href={`/admin?tab=messages&direction=${direction}&message=${m.id}`}>{m.subject || t('mail.noSubject')}</a>{m.automatic && m.direction === 'in' && <span class="muted small">{t('mail.automatic')}</span>}</td>
						<td>{word('mailOutcome', m.outcome)}{(m.case ?? m.ticket) && <a class="small" href={m.case ? `/cases/${m.case}` : `/desk/${m.ticket}`}>{m.case ?? m.ticket}</a>}</td>
						<td class="nowrap"><Time at={m.received_at} /></td>
					</tr>
				)} />
		</>
	);
}
