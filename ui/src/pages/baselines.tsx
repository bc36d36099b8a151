// Baselines: how a class, a query or a service looked at an instant, and in what it differs from that now.
import { useState } from 'preact/hooks';
import { post, request, query } from '../lib/api';
import type { ApiError } from '../lib/api';
import { fromLocalInput, when, whenFull } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import { place } from '../lib/router';
import type { CiClass, Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from '../parts/bits';
import { Changes, relationLabel } from '../parts/ci-history';
import type { Change, RelationBrief } from '../parts/ci-history';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { Dialog } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';

type Baseline = { id: number; name: string; note: string; kind: 'class' | 'query' | 'service'; class: { label: string } | null; query: string | null; service: Ref | null; at: string; members: number; created_by: Ref | null };
type Drifted = { ci: Ref; what: string; class: { label: string }; changes: Change[]; relations_gone: RelationBrief[]; relations_new: RelationBrief[] };
type Drift = { baseline: Baseline; changed: number; ended: number; new: number; items: Drifted[]; next: string | null };

const scope = (b: Baseline) => b.class?.label ?? b.query ?? b.service?.name ?? '';

function NewBaseline({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
	const classes = useFetch<Page<CiClass>>('/cmdb/classes');
	const [f, setF] = useState({ name: '', note: '', kind: 'class', class: '', query: '', service: '', at: '' });
	const [error, setError] = useState<ApiError | null>(null);
	const set = (k: keyof typeof f) => (e: { currentTarget: { value: string } }) => setF({ ...f, [k]: e.currentTarget.value });
	const save = async (e: Event) => {
		e.preventDefault();
		try {
			await post('/cmdb/baselines', { name: f.name, ...(f.note ? { note: f.note } : {}), ...(f.at ? { at: fromLocalInput(f.at) } : {}),
				...(f.kind === 'class' ? { class: f.class } : f.kind === 'query' ? { query: f.query } : { service: Number(f.service) }) });
			onMade();
		} catch (x) {
			setError(x as ApiError);
		}
	};
	return (
		<Dialog title={t('cb.new')} onClose={onClose}>
			<form class="dialog-body" onSubmit={(e) => void save(e)}>
				{error && <ErrorNote error={error} />}
				<Field label={t('cb.name')} required error={error?.field('name')}><input value={f.name} maxLength={100} onInput={set('name')} required /></Field>
				<Field label={t('cb.kind')}><select value={f.kind} onChange={set('kind')}>{['class', 'query', 'service'].map((k) => <option key={k} value={k}>{word('cbKind', k)}</option>)}</select></Field>
				{f.kind === 'class' && <Field label={t('cb.class')} required error={error?.field('class')}><select value={f.class} onChange={set('class')} required><option value="" />{classes.data?.items.map((c) => <option key={c.id} value={c.name}>{labelOf(c)}</option>)}</select></Field>}
				{f.kind === 'query' && <Field label={t('cb.query')} required error={error?.field('query')}><input value={f.query} onInput={set('query')} required /></Field>}
				{f.kind === 'service' && <Field label={t('cb.service')} required error={error?.field('service')}><input inputMode="numeric" value={f.service} onInput={set('service')} required /></Field>}
				<Field label={t('cb.at')}><input type="datetime-local" value={f.at} onInput={set('at')} /></Field>
				<Field label={t('cb.note')}><textarea rows={2} value={f.note} onInput={set('note')} /></Field>
				<footer class="dialog-foot"><button type="submit" class="button primary">{t('cb.create')}</button></footer>
			</form>
		</Dialog>
	);
}

export function BaselineDrift({ id }: { id: string }) {
	const first = useFetch<Drift>(`/cmdb/baselines/${id}/drift`);
	const [more, setMore] = useState<{ items: Drifted[]; next: string | null } | null>(null);
	const d = first.data;
	const items = [...(d?.items ?? []), ...(more?.items ?? [])];
	const next = more ? more.next : d?.next ?? null;
	const on = async () => {
		const { data } = await request<Drift>(`/cmdb/baselines/${id}/drift${query({ cursor: next })}`);
		setMore({ items: [...(more?.items ?? []), ...data.items], next: data.next });
	};
	return (
		<div class="page">
			<PageTitle text={d?.baseline.name ?? t('cb.title')} />
			<CmdbTabs />
			<a class="back" href="/cmdb/baselines"><Icon name="left" />{t('cb.back')}</a>
			{first.error && <ErrorNote error={first.error} onRetry={() => void first.reload()} />}
			{!d && !first.error && <Skeleton rows={6} />}
			{d && <>
				<header class="page-head"><div><h1>{d.baseline.name}</h1><p class="muted">{word('cbKind', d.baseline.kind)}: {scope(d.baseline)} · {whenFull(d.baseline.at)} · {t('cb.members', { n: d.baseline.members })}</p></div></header>
				<section class="card">
					<header class="card-head"><h2>{t('cb.drift')}</h2><span class="muted num">{t('cb.changed', { n: d.changed })} · {t('cb.ended', { n: d.ended })} · {t('cb.added', { n: d.new })}</span></header>
					{items.length === 0 && <p class="muted">{t('cb.same')}</p>}
					<ol class="ci-history">{items.map((x) => (
						<li key={x.ci.id}><p><a href={`/cmdb/${x.ci.id}`}>{x.ci.name}</a> <span class="muted">{x.class.label} · {word('cbWhat', x.what)}</span>
							{x.what !== 'new' && <> · <a href={`/cmdb/compare${query({ one: x.ci.id, one_at: d.baseline.at })}`}>{t('cc.title')}</a></>}</p>
							<Changes changes={x.changes} />
							<ul>{x.relations_gone.map((r) => <li key={`g${r.type}${r.ci.id}`}>{t('ch.unrelated')}: {relationLabel(r)} {r.ci.name}</li>)}{x.relations_new.map((r) => <li key={`n${r.type}${r.ci.id}`}>{t('ch.related')}: {relationLabel(r)} {r.ci.name}</li>)}</ul></li>
					))}</ol>
					{next && <button type="button" class="button quiet small" onClick={() => void on()}>{t('ch.more')}</button>}
				</section>
			</>}
		</div>
	);
}

export default function Baselines() {
	const list = useFetch<Page<Baseline>>('/cmdb/baselines?limit=200');
	const [adding, setAdding] = useState(place.value.query.get('new') !== null);
	const items = list.data?.items ?? [];
	return (
		<div class="page">
			<PageTitle text={t('cb.title')} />
			<CmdbTabs />
			<header class="page-head"><h1>{t('cb.title')} <span class="muted num">{list.data ? num(items.length) : ''}</span></h1>
				{keepsCmdb.value && <button type="button" class="button primary" onClick={() => setAdding(true)}>{t('cb.new')}</button>}</header>
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{!list.data && !list.error && <Skeleton rows={4} />}
			{list.data && items.length === 0 && <Empty icon="boxes" title={t('cb.none')}>{t('cb.noneHint')}</Empty>}
			<ul class="baseline-list">{items.map((b) => (
				<li key={b.id} class="card"><a href={`/cmdb/baselines/${b.id}`}><b>{b.name}</b></a> <span class="muted">{word('cbKind', b.kind)}: {scope(b)} · {when(b.at)} · {t('cb.members', { n: b.members })}{b.created_by && ` · ${b.created_by.name}`}</span>{b.note && <p>{b.note}</p>}</li>
			))}</ul>
			{adding && <NewBaseline onClose={() => setAdding(false)} onMade={() => { setAdding(false); void list.reload(); }} />}
		</div>
	);
}
