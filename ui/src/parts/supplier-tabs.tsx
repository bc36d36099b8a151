// The pages of one area side by side: what managers and auditors know of suppliers.
import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { place } from '../lib/router';
import { seesDesk, seesSuppliers, session } from '../lib/session';
import { t } from '../lib/i18n';
import type { Key } from '../lib/i18n';

export const seesAudit = computed(() => !!session.value?.roles.some((r) => ['manager', 'auditor', 'admin'].includes(r)));

// `also`: names of further pages that belong to the tab.
const TABS: { href: string; name: string; also?: string[]; label: Key; shown: () => boolean }[] = [
	{ href: '/suppliers', name: 'suppliers', label: 'tab.kept', shown: () => seesSuppliers.value },
	{ href: '/suppliers/ledger', name: 'ledger', label: 'tab.ledger', shown: () => seesSuppliers.value },
	{ href: '/suppliers/all', name: 'partners', also: ['partner'], label: 'tab.partners', shown: () => seesDesk.value },
	{ href: '/suppliers/contracts', name: 'contracts', also: ['contract'], label: 'tab.contracts', shown: () => seesDesk.value },
	{ href: '/suppliers/calendars', name: 'calendars', also: ['calendar'], label: 'tab.calendars', shown: () => seesDesk.value },
	{ href: '/audit', name: 'audit', label: 'nav.audit', shown: () => seesAudit.value },
	{ href: '/suppliers/reports', name: 'reports', label: 'tab.reports', shown: () => seesSuppliers.value },
];

export function SupplierTabs() {
	const p = place.value.name;
	const bar = useRef<HTMLElement>(null);
	// On a narrow screen the tabs scroll: the present one is always seen.
	useEffect(() => {
		const on = bar.current?.querySelector<HTMLElement>('.on');
		if (bar.current && on) bar.current.scrollLeft = on.offsetLeft - bar.current.offsetLeft - 12;
	}, [p]);
	return (
		<nav ref={bar} class="tabs" aria-label={t('nav.suppliers')}>
			{TABS.filter((tab) => tab.shown()).map((tab) => {
				const on = p === tab.name || tab.also?.includes(p);
				return <a key={tab.href} href={tab.href} class={on ? 'on' : ''} aria-current={on ? 'page' : undefined}>{t(tab.label)}</a>;
			})}
		</nav>
	);
}
