// Inventory agents: those that wait for a decision, those that are known, programs on machines, enrolment.
import { useFetch } from '../lib/hooks';
import type { AgentPage } from '../lib/agents';
import { num, t, word } from '../lib/i18n';
import { place } from '../lib/router';
import { AgentList, QuarantineList } from '../parts/agents-lists';
import { SoftwareList } from '../parts/agents-software';
import { TokenList } from '../parts/agents-tokens';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { PageTitle } from '../parts/shell';

export default function Agents() {
	const q = place.value.query;
	const state = useFetch<AgentPage>('/cmdb/agents?limit=1');
	const counts = state.data?.counts ?? {};
	const tabs = ['known', 'waiting', 'software', ...(keepsCmdb.value ? ['tokens'] : [])];
	const asked = q.get('tab') ?? '';
	const tab = tabs.includes(asked) ? asked : tabs[0];
	const shown: Record<string, number | undefined> = { known: counts.known, waiting: counts.quarantine };
	const changed = () => void state.reload();
	return (
		<div class="page agents-page">
			<PageTitle text={t('agents.title')} />
			<CmdbTabs />
			<header class="page-head"><div><h1>{t('agents.title')}</h1><p class="muted">{t('agents.about')}</p></div></header>
			<nav class="agents-tabs" aria-label={t('agents.title')}>
				{tabs.map((x) => <a key={x} href={`/cmdb/agents?tab=${x}`} class={x === tab ? 'on' : ''} aria-current={x === tab ? 'page' : undefined}>{word('agentTab', x)}{!!shown[x] && <span class="nav-count">{num(shown[x]!)}</span>}</a>)}
			</nav>
			{tab === 'known' && <AgentList onChange={changed} />}
			{tab === 'waiting' && <QuarantineList onChange={changed} />}
			{tab === 'software' && <SoftwareList />}
			{tab === 'tokens' && <TokenList onChange={changed} />}
		</div>
	);
}
