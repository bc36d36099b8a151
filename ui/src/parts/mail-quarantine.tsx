// Messages that no rule took in, with the reason, and those that people decided about.
import { whenFull } from '../lib/format';
import { lang, t, word } from '../lib/i18n';
import type { QuarantineItem } from '../lib/mail';
import { moreWords } from '../lib/mail';
import { place, setQuery } from '../lib/router';
import { Segmented, Time } from './bits';
import { MailList } from './mail-list';

const STATES = ['waiting', 'assigned', 'discarded'] as const;

export function QuarantineView() {
	const q = place.value.query;
	const asked = q.get('state');
	const state = STATES.find((s) => s === asked) ?? 'waiting';
	return (
		<>
			<p class="mail-bar"><Segmented label={t('mail.state')} value={state} onChange={(v) => setQuery({ state: v })} options={STATES.map((s) => ({ value: s, label: word('quarantine', s) }))} /></p>
			<MailList<QuarantineItem> path="/mail/quarantine" filter={{ state }} empty={t(state === 'waiting' ? 'mail.nothingWaits' : 'mail.nothingHere')}
				head={<><th scope="col">{t('mail.from')}</th><th scope="col">{t('mail.subject')}</th><th scope="col">{t('mail.why')}</th><th scope="col">{t('mail.received')}</th></>}
				row={(m) => (
					<tr key={m.id}>
						<td><span class="mail-address">{m.from.address || '—'}</span>{m.from.name && <span class="muted small">{m.from.name}</span>}</td>
						<td><a href={`/admin?tab=quarantine&state=${state}&message=${m.id}`}>{m.subject || t('mail.noSubject')}</a>
							{(m.guess?.case ?? m.guess?.ticket) && <span class="muted small">{t('mail.seems', { number: (m.guess?.case ?? m.guess?.ticket)! })}</span>}</td>
						<td>{word('mailReason', m.reason)}<span class="muted small">{m.decided_by ? `${m.decided_by.name}, ${whenFull(m.decided_at!)}${m.decision ? `: ${m.decision}` : ''}` : moreWords(m.reason, m.detail, lang.value)}</span></td>
						<td class="nowrap"><Time at={m.received_at} /></td>
					</tr>
				)} />
		</>
	);
}
