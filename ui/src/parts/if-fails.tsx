// What stops when a CI fails, in one line.
import { t } from '../lib/i18n';
import type { Impact } from '../lib/types';
import { Icon } from './icons';

export function IfFails({ impact: d }: { impact: Impact }) {
	const parts = [
		d.services && t('ci.nServices', { n: d.services }), d.people && t('ci.nPeople', { n: d.people }), d.open_tickets && t('ci.nTickets', { n: d.open_tickets }), d.open_changes && t('ci.nChanges', { n: d.open_changes }),
	].filter(Boolean);
	if (!d.services && !d.people) return null;
	return <p class="impact-line"><Icon name="flag" size={14} />{t('ci.ifFails', { what: parts.join(', ') })}</p>;
}
