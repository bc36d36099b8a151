// Programs by name, and which machines have one, in which version.
import { useEffect, useState } from 'preact/hooks';
import type { Machine, Product, ProductWhole } from '../lib/agents';
import { useFetch } from '../lib/hooks';
import { num, t } from '../lib/i18n';
import { place, setQuery } from '../lib/router';
import { ErrorNote, Skeleton, Time } from './bits';
import { GrowingList } from './growing-list';
import { Icon } from './icons';

function Machines({ id }: { id: string }) {
	const p = useFetch<ProductWhole>(`/cmdb/software/${id}`);
	const version = place.value.query.get('version');
	if (!p.data) return p.error ? <ErrorNote error={p.error} onRetry={() => void p.reload()} /> : <Skeleton rows={4} />;
	return (
		<>
			<p><a href="/cmdb/agents?tab=software"><Icon name="left" size={14} /> {t('agents.allPrograms')}</a></p>
			<h2 class="agents-name">{p.data.name} <span class="muted">{p.data.publisher}</span></h2>
			<div class="agents-bar">
				<label class="agents-version">{t('agents.version')}{' '}
					<select value={version ?? ''} onChange={(e) => setQuery({ version: e.currentTarget.value || null })}>
						<option value="">{t('agents.anyVersion')}</option>
						{p.data.versions.map((v) => <option key={v.id} value={v.version}>{v.version || t('agents.noVersion')} ({num(v.machines)})</option>)}
					</select></label>
			</div>
			<GrowingList<Machine> path={`/cmdb/software/${id}/machines`} filter={{ version }} label={t('agents.machines')} empty={t('agents.onNone')} icon="laptop"
				head={<><th scope="col">{t('agents.machine')}</th><th scope="col">{t('agents.version')}</th><th scope="col">{t('agents.owner')}</th><th scope="col">{t('agents.since')}</th></>}
				row={(m) => (
					<tr key={`${m.ci.id} ${m.version}`}>
						<td><a href={`/cmdb/${m.ci.id}`}>{m.ci.name}</a><span class="muted small">{m.class.label}</span></td>
						<td class="agents-name">{m.version || '—'}</td>
						<td>{m.owner ?? '—'}</td>
						<td class="nowrap"><Time at={m.since} />{m.stale && <span class="chip chip-risk agents-silent"><Icon name="risk" size={14} />{t('agents.silent')}</span>}</td>
					</tr>
				)} />
		</>
	);
}

export function SoftwareList() {
	const q = place.value.query;
	const text = q.get('q') ?? '';
	const product = q.get('product');
	const [typed, setTyped] = useState(text);
	useEffect(() => {
		if (typed === text) return;
		const timer = setTimeout(() => setQuery({ q: typed.trim() || null }), 250);
		return () => clearTimeout(timer);
	}, [typed]);
	if (product) return <Machines key={product} id={product} />;
	return (
		<>
			<div class="agents-bar"><input type="search" class="input" value={typed} placeholder={t('agents.searchProgram')} aria-label={t('agents.searchProgram')} onInput={(e) => setTyped(e.currentTarget.value)} /></div>
			<GrowingList<Product> path="/cmdb/software" filter={{ q: text || null }} label={t('agents.softwareList')} empty={t('agents.noPrograms')} icon="boxes"
				head={<><th scope="col">{t('agents.program')}</th><th scope="col">{t('agents.publisher')}</th><th scope="col">{t('agents.versions')}</th><th scope="col">{t('agents.machines')}</th></>}
				row={(p) => (
					<tr key={p.id}>
						<td><a class="agents-name" href={`/cmdb/agents?tab=software&product=${p.id}`}>{p.name}</a></td>
						<td>{p.publisher || '—'}</td><td class="num">{num(p.versions)}</td><td class="num">{num(p.machines)}</td>
					</tr>
				)} />
		</>
	);
}
