// Agents that wait for a decision, with what their inventory would become, and those that are known. Many are decided at once.
// Refuses to show names as anything but text.
import { useEffect, useState } from 'preact/hooks';
import type { Agent, AgentReport, InventorySummary } from '../lib/agents';
import type { ApiError } from '../lib/api';
import { post } from '../lib/api';
import { asError } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { place, setQuery } from '../lib/router';
import { ErrorNote, Segmented, Time } from './bits';
import { keepsCmdb } from './cmdb-tabs';
import { toast } from './dialog';
import { GrowingList } from './growing-list';
import { Icon } from './icons';

const STATES = ['quarantine', 'rejected', 'banned'] as const;

export function Becomes({ s }: { s: InventorySummary }) {
	const a = s.machine.attributes;
	const facts = [a.model, a.os, a.serial_number, a.ip].filter(Boolean).join(' · ');
	return (
		<>
			<span class="agents-becomes"><b>{word('invKind', s.machine.kind)}</b> {facts}</span>
			<span class="muted small">
				{Object.entries(s.parts).map(([kind, n]) => `${word('invKind', kind)}: ${num(n)}`).concat(t('agents.programs', { n: s.software })).join(' · ')}
			</span>
		</>
	);
}

function Troubles({ r }: { r: AgentReport }) {
	if (!r.troubles.length) return null;
	return (
		<ul class="agents-troubles">
			{r.troubles.slice(0, 5).map((x, i) => (
				<li key={i}><Icon name="alert" size={14} /> {word('invKind', x.part)} {x.name}: {x.outcome === 'ambiguous'
					? <a href="/cmdb/ambiguous">{t('agents.ambiguous')}</a> : (x.errors ?? []).map((e) => e.detail).join('; ')}</li>
			))}
		</ul>
	);
}

export function QuarantineList({ onChange }: { onChange: () => void }) {
	const asked = place.value.query.get('state');
	const state = STATES.find((s) => s === asked) ?? 'quarantine';
	const [version, setVersion] = useState(0);
	const [chosen, setChosen] = useState<Set<number>>(new Set());
	const [items, setItems] = useState<Agent[]>([]);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const picked = items.filter((a) => chosen.has(a.id)).map((a) => a.id).slice(0, 200);
	const toggle = (id: number) => setChosen((before) => {
		const after = new Set(before);
		if (!after.delete(id)) after.add(id);
		return after;
	});
	const decide = async (decision: 'approve' | 'reject' | 'ban' | 'wait') => {
		setBusy(true);
		setError(null);
		try {
			const done = await post<{ items: Agent[] }>('/cmdb/agents/decide', { agents: picked, decision });
			toast(t('agents.decided', { n: done.items.length, what: word('agentDecided', decision) }), { icon: 'check' });
			setChosen(new Set());
			setVersion((v) => v + 1);
			onChange();
		} catch (e) {
			setError(asError(e));
		}
		setBusy(false);
	};
	const all = items.length > 0 && items.every((a) => chosen.has(a.id));
	const may = keepsCmdb.value;
	return (
		<>
			<div class="agents-bar">
				<Segmented label={t('agents.state')} value={state} onChange={(v) => { setChosen(new Set()); setQuery({ state: v === 'quarantine' ? null : v }); }}
					options={STATES.map((s) => ({ value: s, label: word('agentState', s) }))} />
				{may && <div class="buttons" role="group" aria-label={t('agents.decision')}>
					<button type="button" class="button primary" disabled={busy || !picked.length} onClick={() => void decide('approve')}><Icon name="check" />{t('agents.approve', { n: picked.length })}</button>
					{state !== 'rejected' && <button type="button" class="button" disabled={busy || !picked.length} onClick={() => void decide('reject')}>{t('agents.reject')}</button>}
					{state !== 'banned' && <button type="button" class="button" disabled={busy || !picked.length} onClick={() => void decide('ban')}>{t('agents.ban')}</button>}
					{state !== 'quarantine' && <button type="button" class="button" disabled={busy || !picked.length} onClick={() => void decide('wait')}>{t('agents.wait')}</button>}
				</div>}
			</div>
			{error && <ErrorNote error={error} kept={t('agents.nothingDecided')} />}
			<GrowingList<Agent> path="/cmdb/agents" filter={{ state }} version={version} label={word('agentState', state)} onItems={setItems}
				empty={t(state === 'quarantine' ? 'agents.nobodyWaits' : 'agents.nobody')} hint={state === 'quarantine' ? t('agents.nobodyWaitsHint') : undefined}
				head={<>
					{may && <th scope="col" class="agents-check"><input type="checkbox" aria-label={t('agents.all')} checked={all} onChange={() => setChosen(all ? new Set() : new Set(items.map((a) => a.id)))} /></th>}
					<th scope="col">{t('agents.machine')}</th><th scope="col">{t('agents.wouldBe')}</th><th scope="col">{t('agents.program')}</th><th scope="col">{t('agents.seen')}</th></>}
				row={(a) => (
					<tr key={a.id} class={chosen.has(a.id) ? 'on' : ''}>
						{may && <td class="agents-check"><input type="checkbox" aria-label={t('agents.choose', { name: a.name })} checked={chosen.has(a.id)} onChange={() => toggle(a.id)} /></td>}
						<td><b class="agents-name">{a.name}</b><span class="muted small">{[a.address, a.tag].filter(Boolean).join(' · ')}</span></td>
						<td>{a.summary ? <Becomes s={a.summary} /> : <span class="muted">{t(state === 'quarantine' ? 'agents.noInventory' : 'agents.notKept')}</span>}
							{a.decided_by && <span class="muted small">{a.decided_by.name}{a.note && `: ${a.note}`}</span>}</td>
						<td>{a.program || '—'}</td>
						<td class="nowrap"><Time at={a.last_seen_at} /></td>
					</tr>
				)} />
		</>
	);
}

export function AgentList({ onChange }: { onChange: () => void }) {
	const q = place.value.query;
	const text = q.get('q') ?? '';
	const stale = q.get('stale') === 'true';
	const [typed, setTyped] = useState(text);
	const [version, setVersion] = useState(0);
	const [items, setItems] = useState<Agent[]>([]);
	useEffect(() => {
		if (typed === text) return;
		const timer = setTimeout(() => setQuery({ q: typed.trim() || null }), 250);
		return () => clearTimeout(timer);
	}, [typed]);
	// What was just approved becomes CIs within seconds.
	useEffect(() => {
		if (!items.some((a) => a.work === 'waiting')) return;
		const timer = setTimeout(() => { setVersion((v) => v + 1); onChange(); }, 2000);
		return () => clearTimeout(timer);
	}, [items]);
	return (
		<>
			<div class="agents-bar">
				<input type="search" class="input" value={typed} placeholder={t('agents.search')} aria-label={t('agents.search')} onInput={(e) => setTyped(e.currentTarget.value)} />
				<label class="check"><input type="checkbox" checked={stale} onChange={() => setQuery({ stale: stale ? null : 'true' })} /> {t('agents.onlySilent')}</label>
			</div>
			<GrowingList<Agent> path="/cmdb/agents" filter={{ state: 'known', q: text || null, stale: stale ? 'true' : null }} version={version} label={t('agents.known')} onItems={setItems}
				icon="laptop" empty={t(stale ? 'agents.noneSilent' : 'agents.noneKnown')} hint={stale ? undefined : <a href="/cmdb/agents?tab=tokens">{t('agents.enrol')}</a>}
				head={<><th scope="col">{t('agents.machine')}</th><th scope="col">{t('agents.ci')}</th><th scope="col">{t('agents.program')}</th><th scope="col">{t('agents.lastInventory')}</th><th scope="col">{t('agents.result')}</th></>}
				row={(a) => (
					<tr key={a.id}>
						<td><b class="agents-name">{a.name}</b><span class="muted small">{[a.address, a.tag, a.token?.name].filter(Boolean).join(' · ')}</span></td>
						<td>{a.ci ? <a href={`/cmdb/${a.ci.id}`}>{a.ci.name}</a> : '—'}</td>
						<td>{a.program || '—'}</td>
						<td class="nowrap">{a.last_inventory_at ? <Time at={a.last_inventory_at} /> : '—'}
							{a.stale_since && <span class="chip chip-risk agents-silent"><Icon name="risk" size={14} />{t('agents.silent')}</span>}</td>
						<td>{a.work === 'waiting' ? t('agents.working') : a.work === 'failed' ? <span class="late-words"><Icon name="breach" size={14} /> {a.work_error}</span>
							: a.outcome ? word('agentOutcome', a.outcome) : '—'}
							{a.report && (a.report.created > 0 || a.report.installed > 0 || a.report.removed > 0) && <span class="muted small">
								{t('agents.report', { created: num(a.report.created), installed: num(a.report.installed), removed: num(a.report.removed) })}</span>}
							{a.report && <Troubles r={a.report} />}</td>
					</tr>
				)} />
		</>
	);
}
