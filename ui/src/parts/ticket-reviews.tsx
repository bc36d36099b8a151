// Beside a ticket, for those who lead: whether its rating or a complaint is being looked into.
import { useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { session } from '../lib/session';
import type { Review } from '../lib/quality';
import type { Page } from '../lib/types';
import { Icon } from './icons';

export function TicketReviews({ number }: { number: string }) {
	const leads = session.value?.roles.some((r) => r === 'lead' || r === 'manager' || r === 'auditor');
	const list = useFetch<Page<Review>>(leads ? `/quality/reviews?ticket=${number}` : null);
	if (!list.data?.items.length) return null;
	return (
		<section class="side-section">
			<header><h2>{t('quality.onTicket')}</h2></header>
			<ul class="side-list">{list.data.items.map((r) => (
				<li key={r.id}><Icon name={r.cause === 'rating' ? 'star' : 'flag'} /><div class="side-item">
					<a href={`/quality?tab=reviews&state=${r.state}&review=${r.id}`}>{r.state === 'open' ? t('quality.onTicketOpen') : t('quality.onTicketClosed', { outcome: word('qualityOutcome', r.outcome ?? '').toLowerCase() })}</a>
					<span class="muted">{r.assignee?.name}</span></div></li>
			))}</ul>
		</section>
	);
}
