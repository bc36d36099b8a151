// Programs on a CI, for its page; draws nothing where none were ever reported.
import { useEffect, useState } from 'preact/hooks';
import type { CiInventory, Program } from '../lib/agents';
import { useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import { Time } from './bits';
import { GrowingList } from './growing-list';

export default function CiSoftware({ id }: { id: string | number }) {
	const facts = useFetch<CiInventory>(`/cmdb/cis/${id}/inventory`);
	const [typed, setTyped] = useState('');
	const [text, setText] = useState('');
	const [gone, setGone] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setText(typed.trim()), 250);
		return () => clearTimeout(timer);
	}, [typed]);
	if (!facts.data || (facts.data.software === 0 && !facts.data.agents.some((a) => a.via === 'machine'))) return null;
	return (
		<section class="card ci-software">
			<header class="card-head"><h2>{t('agents.installed', { n: facts.data.software })}</h2></header>
			<div class="agents-bar">
				<input type="search" class="input" value={typed} placeholder={t('agents.searchProgram')} aria-label={t('agents.searchProgram')} onInput={(e) => setTyped(e.currentTarget.value)} />
				<label class="check"><input type="checkbox" checked={gone} onChange={() => setGone(!gone)} /> {t('agents.alsoGone')}</label>
			</div>
			<GrowingList<Program> path={`/cmdb/cis/${id}/software`} filter={{ q: text || null, gone: gone ? 'true' : null }} label={t('agents.softwareList')} empty={t('agents.noPrograms')} icon="boxes"
				head={<><th scope="col">{t('agents.program')}</th><th scope="col">{t('agents.version')}</th><th scope="col">{t('agents.publisher')}</th><th scope="col">{t('agents.since')}</th></>}
				row={(p) => (
					<tr key={`${p.product.id} ${p.version} ${p.since}`} class={p.until ? 'agents-gone' : ''}>
						<td><a class="agents-name" href={`/cmdb/agents?tab=software&product=${p.product.id}`}>{p.product.name}</a></td>
						<td class="agents-name">{p.version || '—'}</td><td>{p.publisher || '—'}</td>
						<td class="nowrap"><Time at={p.since} />{p.until && <span class="muted small">{t('agents.goneSince')} <Time at={p.until} /></span>}</td>
					</tr>
				)} />
		</section>
	);
}
