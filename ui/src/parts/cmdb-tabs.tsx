// The pages of the CMDB side by side. Each page has one line here and one in pages/staff.tsx.
import { computed } from '@preact/signals';
import { place } from '../lib/router';
import { seesCmdb, session } from '../lib/session';
import { t } from '../lib/i18n';
import type { Key } from '../lib/i18n';

// Who changes the CMDB: the server decides, this spares others the button.
export const keepsCmdb = computed(() => !!session.value?.roles.some((r) => r === 'cmdb' || r === 'admin'));

// `also`: names of further pages that belong to the tab.
const TABS: { href: string; name: string; also?: string[]; label: Key; shown: () => boolean }[] = [
	{ href: '/cmdb', name: 'cmdb', also: ['ci'], label: 'cmdbTab.items', shown: () => seesCmdb.value },
	{ href: '/cmdb/model', name: 'model', label: 'cmdbTab.model', shown: () => seesCmdb.value },
	{ href: '/cmdb/agents', name: 'agents', label: 'cmdbTab.agents', shown: () => seesCmdb.value },
	{ href: '/cmdb/baselines', name: 'baselines', also: ['drift', 'compare'], label: 'cmdbTab.baselines', shown: () => seesCmdb.value },
	{ href: '/cmdb/import', name: 'cmdbImports', also: ['cmdbImport'], label: 'cmdbTab.import', shown: () => seesCmdb.value },
	{ href: '/cmdb/ambiguous', name: 'cmdbAmbiguous', label: 'cmdbTab.ambiguous', shown: () => seesCmdb.value },
	{ href: '/cmdb/rules', name: 'cmdbRules', label: 'cmdbTab.rules', shown: () => seesCmdb.value },
	{ href: '/cmdb/review', name: 'review', label: 'cmdbTab.review', shown: () => seesCmdb.value },
	{ href: '/confirm', name: 'confirm', label: 'cmdbTab.confirm', shown: () => seesCmdb.value },
];

export function CmdbTabs() {
	const p = place.value.name;
	return (
		<nav class="tabs cmdb-tabs" aria-label={t('nav.cmdb')}>
			{TABS.filter((tab) => tab.shown()).map((tab) => {
				const on = p === tab.name || tab.also?.includes(p);
				return <a key={tab.href} href={tab.href} class={on ? 'on' : ''} aria-current={on ? 'page' : undefined}>{t(tab.label)}</a>;
			})}
		</nav>
	);
}
