// What fails with CIs, or what they need: in one line, as a graph and as a list of equal right; services, people, tickets; at any instant.
import { useState } from 'preact/hooks';
import { get, query } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import type { CiItem, Impact, ImpactPath, Page } from '../lib/types';
import Graph from './ci-graph';
import { ErrorNote, Priority, Segmented, Skeleton, Status } from './bits';
import { Icon } from './icons';
import { IfFails } from './if-fails';
import { Picker } from './picker';

const SHOWN = 300;

const percent = (n: number | undefined) => (n === undefined || n >= 1 ? '' : `${num(Math.round(n * 100))} %`);
const money = (m: { amount: string; currency: string }) => new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency: m.currency, maximumFractionDigits: 0 }).format(Number(m.amount));

// All the ways to one CI, read when they are asked for.
function Ways({ id, other, direction, at }: { id: string; other: string; direction: string; at: string }) {
	const data = useFetch<{ items: ImpactPath[] }>(`/cmdb/cis/${id}/impact/${other}/paths${query({ direction, at, limit: 10 })}`);
	if (data.error) return <ErrorNote error={data.error} />;
	if (!data.data) return <Skeleton rows={1} />;
	return (
		<ol class="ways">{data.data.items.map((p, i) => (
			<li key={i}>{[p.from.name, ...p.path.map((s) => s.ci.name)].join(' → ')} <span class="muted">{percent(p.strength)}{p.redundant && ` · ${t('impact.spare')}`}</span></li>
		))}</ol>
	);
}

function List({ id, impact: d, direction, at, one }: { id: string; impact: Impact; direction: string; at: string; one: boolean }) {
	const [all, setAll] = useState(false);
	const [ways, setWays] = useState('');
	const shown = all ? d.items : d.items.slice(0, 12);
	return (
		<>
			<ul class="impact">{shown.map((i) => {
				const key = String(i.ci.id);
				return (
					<li key={key} class={`depth-${Math.min(4, i.depth)}`}>
						<a href={`/cmdb/${i.ci.id}`}>{i.ci.name}</a> <span class="muted">{labelOf(i.ci.class)}</span>
						{i.state === 'at_risk' && <span class="at-risk"><Icon name="risk" size={12} />{word('impactState', 'at_risk')}</span>}
						{percent(i.strength) && <span class="muted">{percent(i.strength)}</span>}
						{one && i.depth > 1 && <button type="button" class="link small" aria-expanded={ways === key} onClick={() => setWays(ways === key ? '' : key)}>{t('impact.ways')}</button>}
						{i.path.length > 1 && <span class="muted path clip">{t('ci.via', { path: i.path.slice(0, -1).map((p) => p.ci.name).join(' → ') })}</span>}
						{ways === key && <Ways id={id} other={key} direction={direction} at={at} />}
					</li>
				);
			})}</ul>
			{!all && d.items.length > 12 && <button type="button" class="button quiet small" onClick={() => setAll(true)}>{t('ci.showAll', { n: d.items.length })}</button>}
			{(d.truncated || (d.reached ?? 0) + (d.at_risk ?? 0) > d.items.length) && <p class="muted">{t('impact.more', { n: (d.reached ?? 0) + (d.at_risk ?? 0) })}</p>}
		</>
	);
}

function Hit({ impact: d }: { impact: Impact }) {
	return (
		<div class="impact-hit">
			{d.service_list && d.service_list.length > 0 && (
				<details open={d.service_list.length <= 6}><summary>{t('impact.services')} {d.per_hour?.map((m) => <b key={m.currency}> {t('impact.perHour', { sum: money(m) })}</b>)}</summary>
					<ul>{d.service_list.map((s) => <li key={s.id}><a href={`/cmdb/${s.id}`}>{s.name}</a>{s.per_hour && <span class="muted num">{t('impact.perHour', { sum: money(s.per_hour) })}</span>}
						{s.state === 'at_risk' && <span class="at-risk"><Icon name="risk" size={12} />{word('impactState', 'at_risk')}</span>}</li>)}</ul></details>
			)}
			{d.departments && d.departments.length > 0 && (
				<details><summary>{t('impact.departments')}</summary>
					<ul>{d.departments.map((x) => <li key={x.name}><span>{x.name ?? '—'}</span><span class="muted num">{t('ci.nPeople', { n: x.people })}</span></li>)}</ul></details>
			)}
			{d.redundancy && d.redundancy.length > 0 && (
				<details><summary>{t('impact.redundancy')}</summary>
					<ul>{d.redundancy.map((r) => <li key={`${r.ci.id}${r.name}`}><a href={`/cmdb/${r.ci.id}`}>{r.ci.name}</a><span class="muted">{r.name}: {t('impact.group', { needed: r.needed, living: r.living, failed: r.failed })}</span></li>)}</ul></details>
			)}
			{d.tickets && d.tickets.length > 0 && (
				<details><summary>{t('ci.nTickets', { n: d.open_tickets ?? 0 })}</summary>
					<ul class="ticket-list">{d.tickets.map((k) => <li key={k.number}><Priority p={k.priority} /><a class="clip" href={`/desk/${k.number}`}>{k.subject}</a><Status status={k.status} /></li>)}</ul></details>
			)}
			{d.changes && d.changes.length > 0 && (
				<details><summary>{t('ci.nChanges', { n: d.open_changes ?? 0 })}</summary>
					<ul>{d.changes.map((k) => <li key={k.number}><a class="clip" href={`/desk/${k.number}`}>{k.number} {k.subject}</a><span class="muted">{k.ci.name}</span></li>)}</ul></details>
			)}
		</div>
	);
}

export function ImpactCard({ ci }: { ci: CiItem }) {
	const id = String(ci.id);
	const [direction, setDirection] = useState<'up' | 'down'>('up');
	const [view, setView] = useState<'list' | 'graph'>('graph');
	const [at, setAt] = useState('');
	const [beside, setBeside] = useState<CiItem[]>([]);
	const instant = at && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString().replace(/\.\d+/, '') : '';
	const common = { direction, limit: SHOWN, links: true, at: instant };
	const data = useFetch<Impact>(beside.length ? `/cmdb/impact${query({ ...common, cis: [id, ...beside.map((b) => b.id)].join() })}` : `/cmdb/cis/${id}/impact${query(common)}`);
	const d = data.data;
	return (
		<section class="card impact-card">
			<header class="card-head"><h2>{t('ci.impact')}</h2>
				<Segmented value={direction} onChange={setDirection} label={t('ci.direction')} options={[{ value: 'up', label: t('ci.up') }, { value: 'down', label: t('ci.down') }]} />
				<Segmented value={view} onChange={setView} label={t('impact.view')} options={[{ value: 'graph', label: t('impact.asGraph') }, { value: 'list', label: t('impact.asList') }]} /></header>
			<div class="impact-tools">
				<label class="field-inline"><span>{t('impact.at')}</span><input type="datetime-local" value={at} onInput={(e) => setAt(e.currentTarget.value)} /></label>
				{at && <button type="button" class="button quiet small" onClick={() => setAt('')}>{t('impact.now')}</button>}
				<div class="impact-beside"><Picker<CiItem> key={beside.length} value={null} aria-label={t('impact.beside')} placeholder={t('impact.beside')} text={(c) => c.name}
					load={async (q) => (await get<Page<CiItem>>(`/cmdb/cis${query({ q, limit: 12 })}`)).items} row={(c) => <><span class="clip">{c.name}</span><span class="muted">{labelOf(c.class)}</span></>}
					onChange={(c) => c && String(c.id) !== id && !beside.some((b) => b.id === c.id) && setBeside([...beside, c])} /></div>
				{beside.map((b) => <button key={b.id} type="button" class="ci-chip" aria-label={t('impact.without', { name: b.name })} onClick={() => setBeside(beside.filter((x) => x.id !== b.id))}>{b.name} <Icon name="close" size={12} /></button>)}
			</div>
			{data.error && <ErrorNote error={asError(data.error)} onRetry={() => void data.reload()} />}
			{!d && !data.error && <Skeleton rows={4} />}
			{d && direction === 'up' && <IfFails impact={d} />}
			{d && d.items.length === 0 && <p class="muted">{direction === 'up' ? t('ci.nobody') : t('ci.needsNothing')}</p>}
			{d && d.items.length > 0 && (view === 'graph' ? <Graph impact={d} starts={[ci, ...beside]} up={direction === 'up'} /> : <List id={id} impact={d} direction={direction} at={instant} one={!beside.length} />)}
			{d && direction === 'up' && <Hit impact={d} />}
		</section>
	);
}
