// One CI: its facts, what it stands in relation to, what fails with it, and its tickets.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { stamp, when, whenDay } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { lang, num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import { seesDesk } from '../lib/session';
import type { Attribute, Ci, Impact, Page, TicketItem } from '../lib/types';
import { Empty, ErrorNote, Priority, Segmented, Skeleton, Status } from '../parts/bits';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';

function show(a: Attribute, v: unknown) {
	if (v === null || v === undefined || v === '') return <span class="muted">—</span>;
	if (typeof v === 'boolean') return v ? t('ci.yes') : t('ci.no');
	if (a.type === 'date' && typeof v === 'string') return whenDay(`${v.slice(0, 10)}T12:00:00Z`);
	if (a.type === 'instant' && typeof v === 'string') return when(v);
	if (typeof v === 'number') return `${num(v)}${a.unit ? ` ${a.unit}` : ''}`;
	if (a.type === 'reference' && typeof v === 'object') {
		const r = v as { id: string; name: string };
		return <a href={`/cmdb/${r.id}`}>{r.name}</a>;
	}
	if (a.type === 'url' && typeof v === 'string' && /^https?:/.test(v)) return <a href={v} target="_blank" rel="noopener noreferrer">{v}</a>;
	if (typeof v === 'object') return <code>{JSON.stringify(v)}</code>;
	return ['ip', 'mac'].includes(a.type) ? <code>{String(v)}</code> : `${String(v)}${a.unit ? ` ${a.unit}` : ''}`;
}

function ImpactCard({ id }: { id: string }) {
	const [direction, setDirection] = useState<'up' | 'down'>('up');
	const impact = useFetch<Impact>(`/cmdb/cis/${id}/impact${query({ direction })}`);
	const [all, setAll] = useState(false);
	const d = impact.data;
	const items = d?.items ?? [];
	const shown = all ? items : items.slice(0, 8);
	return (
		<section class="card">
			<header class="card-head"><h2>{t('ci.impact')}</h2>
				<Segmented value={direction} onChange={setDirection} label={t('ci.direction')} options={[{ value: 'up', label: t('ci.up') }, { value: 'down', label: t('ci.down') }]} /></header>
			{impact.error && <ErrorNote error={impact.error} onRetry={() => void impact.reload()} />}
			{!d && !impact.error && <Skeleton rows={3} />}
			{d && direction === 'up' && (d.services > 0 || d.people > 0) && <p class="impact-line"><Icon name="flag" />{t('ci.ifFails', { services: t('ci.nServices', { n: d.services }), people: t('ci.nPeople', { n: d.people }) })}</p>}
			{d && items.length === 0 && <p class="muted">{direction === 'up' ? t('ci.nobody') : t('ci.needsNothing')}</p>}
			<ul class="impact">
				{shown.map((i) => (
					<li key={i.ci.id} class={`depth-${Math.min(4, i.depth)}`}><a href={`/cmdb/${i.ci.id}`}>{i.ci.name}</a><span class="muted">{labelOf(i.ci.class)}</span>
						{i.path.length > 1 && <span class="muted path clip">{t('ci.via', { path: i.path.slice(0, -1).map((p) => p.ci.name).join(' → ') })}</span>}</li>
				))}
			</ul>
			{!all && items.length > 8 && <button type="button" class="button quiet small" onClick={() => setAll(true)}>{t('ci.showAll', { n: items.length })}</button>}
			{d?.truncated && <p class="muted">{t('ci.truncated')}</p>}
		</section>
	);
}

function Relations({ x }: { x: Ci }) {
	const groups = new Map<string, Ci['relations']>();
	for (const r of x.relations) {
		const key = r.label ?? word(r.direction === 'out' ? 'relationOut' : 'relationIn', r.type);
		groups.set(key, [...(groups.get(key) ?? []), r]);
	}
	return (
		<section class="card">
			<header class="card-head"><h2>{t('ci.relations')} <span class="muted num">{num(x.relations.length)}</span></h2></header>
			{x.relations.length === 0 && <p class="muted">{t('ci.noRelations')}</p>}
			<dl class="facts relations">{[...groups].map(([name, list]) => (
				<><dt key={name}>{name}</dt><dd key={`${name}v`}>{list.slice(0, 8).map((r) => <a key={String(r.ci.id)} class="ci-chip" href={`/cmdb/${r.ci.id}`}><span class="clip">{r.ci.name}</span><span class="muted">{labelOf(r.ci.class)}</span></a>)}
					{list.length > 8 && <details><summary>{t('ci.showAll', { n: list.length })}</summary>{list.slice(8).map((r) => <a key={String(r.ci.id)} class="ci-chip" href={`/cmdb/${r.ci.id}`}><span class="clip">{r.ci.name}</span></a>)}</details>}</dd></>
			))}</dl>
		</section>
	);
}

export default function CiPage({ id }: { id: string }) {
	const data = useFetch<Ci>(`/cmdb/cis/${id}`);
	const tickets = useFetch<Page<TicketItem>>(seesDesk.value ? `/tickets${query({ ci: id, limit: 20 })}` : null);
	const x = data.data;
	if (data.error && !x) return <div class="page"><PageTitle text={t('nav.cmdb')} /><ErrorNote error={data.error} onRetry={() => void data.reload()} /></div>;
	if (!x) return <div class="page"><PageTitle text={t('nav.cmdb')} /><Skeleton rows={8} /></div>;
	void lang.value;
	return (
		<div class="page ci-page">
			<PageTitle text={x.name} />
			<a class="back" href={`/cmdb?class=${x.class.id}`}><Icon name="left" />{labelOf(x.class)}</a>
			<header class="page-head"><div><h1>{x.name}</h1><p class="ticket-line"><span class={`ci-state ci-state-${x.status}`}>{word('ciStatus', x.status)}</span><span class="muted">{labelOf(x.class)}</span></p></div></header>
			<div class="ci-grid">
				<div>
					<section class="card">
						<header class="card-head"><h2>{t('ci.facts')}</h2></header>
						{x.schema.length === 0 && <p class="muted">{t('ci.noFacts')}</p>}
						<dl class="facts">{x.schema.map((a) => <><dt key={a.name} title={a.purpose ?? undefined}>{labelOf(a)}</dt><dd key={`${a.name}v`}>{show(a, x.attributes[a.name])}</dd></>)}</dl>
					</section>
					<Relations x={x} />
				</div>
				<div>
					<ImpactCard id={id} />
					{seesDesk.value && (
						<section class="card">
							<header class="card-head"><h2>{t('ci.tickets')}</h2></header>
							{tickets.error && <ErrorNote error={tickets.error} />}
							{tickets.data?.items.length === 0 && <Empty icon="met" title={t('ci.noTickets')} />}
							<ul class="ticket-list">{tickets.data?.items.map((k) => (
								<li key={k.number}><Priority p={k.priority} /><a class="clip" href={`/desk/${k.number}`}>{k.subject}</a><Status status={k.status} /><span class="muted num">{stamp(k.updated_at)}</span></li>
							))}</ul>
						</section>
					)}
				</div>
			</div>
		</div>
	);
}
