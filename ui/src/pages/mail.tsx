// Mail as those see it who answer for it: what waits for a decision, what did not leave, and every message as evidence.
// Refuses to render what came: texts are shown as texts, bytes are downloads.
import { dur, whenFull } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import type { MailState } from '../lib/mail';
import { place } from '../lib/router';
import { Icon } from '../parts/icons';
import { MessageDialog } from '../parts/mail-message';
import { MessagesView } from '../parts/mail-messages';
import { OutboxView } from '../parts/mail-outbox';
import { QuarantineView } from '../parts/mail-quarantine';
import { PageTitle } from '../parts/shell';

const TABS = ['quarantine', 'outbox', 'messages'];

function Facts({ s }: { s: MailState }) {
	return (
		<div class="mail-facts">
			<span><b class="num">{num(s.queued)}</b> {t('mail.queued', { n: s.queued })}{s.oldest_s > 300 && <span class="late-words"> · {t('mail.oldest', { time: dur(s.oldest_s) })}</span>}</span>
			{s.mailboxes.length === 0 && <span class="muted">{t('mail.noMailbox')}</span>}
			{s.mailboxes.map((m) => (
				<span key={m.name} class={m.failed_at ? 'late-words' : ''}><Icon name={m.failed_at ? 'breach' : 'met'} />{' '}
					{m.failed_at ? t('mail.mailboxFails', { name: m.name, when: whenFull(m.failed_at), why: m.error ?? '' }) : t('mail.mailboxGood', { name: m.name, when: m.checked_at ? whenFull(m.checked_at) : '—' })}</span>
			))}
		</div>
	);
}

export default function Mail() {
	const q = place.value.query;
	const state = useFetch<MailState>('/mail/state');
	const tab = TABS.includes(q.get('tab') ?? '') ? q.get('tab')! : TABS[0];
	const message = q.get('message');
	const counts: Record<string, number | undefined> = { quarantine: state.data?.quarantined, outbox: state.data?.failed };
	const changed = () => void state.reload();
	return (
		<div class="page mail-page">
			<PageTitle text={t('nav.mail')} />
			<header class="page-head"><div><h1>{t('mail.title')}</h1><p class="muted">{t('mail.about')}</p></div></header>
			{state.data && <Facts s={state.data} />}
			<nav class="tabs-line" aria-label={t('mail.tabs')}>
				{TABS.map((x) => <a key={x} href={`/admin?tab=${x}`} class={x === tab ? 'on' : ''} aria-current={x === tab ? 'page' : undefined}>{word('mailTab', x)}{!!counts[x] && <span class="nav-count">{num(counts[x]!)}</span>}</a>)}
			</nav>
			{tab === 'quarantine' && <QuarantineView key={state.data?.quarantined} />}
			{tab === 'outbox' && <OutboxView onChange={changed} />}
			{tab === 'messages' && <MessagesView />}
			{message && <MessageDialog id={message} onChange={changed} />}
		</div>
	);
}
