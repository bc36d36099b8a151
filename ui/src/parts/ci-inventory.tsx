// Which agents report a CI, for its page: when they last did, and that it is stale. Draws nothing where no agent does.
import type { CiInventory as Facts } from '../lib/agents';
import { useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import { Time } from './bits';
import { Icon } from './icons';

export default function CiInventory({ id }: { id: string | number }) {
	const facts = useFetch<Facts>(`/cmdb/cis/${id}/inventory`);
	if (!facts.data?.agents.length) return null;
	return (
		<section class="card ci-inventory">
			<header class="card-head"><h2>{t('agents.reportedBy')}</h2>
				{facts.data.stale && <span class="chip chip-risk"><Icon name="risk" size={14} />{t('agents.stale')}</span>}</header>
			<ul class="agents-reporters">
				{facts.data.agents.map((a) => (
					<li key={`${a.id} ${a.via}`}>
						<span><b class="agents-name">{a.program || a.name}</b>{a.via === 'part' && a.machine && <> {t('agents.partOf')} <a href={`/cmdb/${a.machine.id}`}>{a.machine.name}</a></>}</span>
						<span class="muted small">{a.gone_at ? <>{t('agents.goneSince')} <Time at={a.gone_at} /></> : a.last_inventory_at ? <>{t('agents.lastInventory')}: <Time at={a.last_inventory_at} /></> : ''}
							{a.stale_since && <> · {t('agents.silent')}</>}</span>
					</li>
				))}
			</ul>
		</section>
	);
}
