// The CMDB's list: the tree of classes, the query bar with saved queries, and the CIs that fit, with chosen columns.
import { useEffect, useRef, useState } from 'preact/hooks';
import { post, query } from '../lib/api';
import type { ApiError } from '../lib/api';
import { useFetch, useKeys } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { request } from '../lib/api';
import { go, place, setQuery } from '../lib/router';
import { labelOf } from '../lib/label';
import { session } from '../lib/session';
import type { Attribute, CiClass, CiItem, Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from '../parts/bits';
import { CiState } from '../parts/ci-state';
import { CmdbTabs } from '../parts/cmdb-tabs';
import { Dialog, toast } from '../parts/dialog';
import { Grid } from '../parts/grid';
import { Icon } from '../parts/icons';
import { QueryBar, faultOf } from '../parts/query-bar';
import { PageTitle } from '../parts/shell';

type Node = CiClass & { depth: number };

function tree(classes: CiClass[]): Node[] {
	const idOf = (c: CiClass) => String(c.id);
	const parentOf = (c: CiClass) => (c.parent === null || c.parent === undefined ? '' : typeof c.parent === 'object' ? String(c.parent.id) : String(c.parent));
	const known = new Set(classes.flatMap((c) => [idOf(c), c.name]));
	const out: Node[] = [];
	// The server counts a class with all below it.
	const walk = (parents: string[], depth: number) => {
		for (const c of classes.filter((x) => (parents[0] === '' ? !known.has(parentOf(x)) : parents.includes(parentOf(x))))) {
			out.push({ ...c, depth });
			if (depth < 8) walk([idOf(c), c.name], depth + 1);
		}
	};
	walk([''], 0);
	return out;
}

const nameIn = (v: Ref | string | null | undefined) => (!v ? '' : typeof v === 'string' ? v : v.name);

type Item = CiItem & { attributes: Record<string, unknown> };
type Found = Page<Item> & { references: Record<string, string>; examined: number };
type Saved = { id: number; name: string; query: string; columns: string[]; shared: string; mine: boolean; owner: Ref };
type Counted = { count: number; exact: boolean };

function SaveQuery({ text, columns, onClose, onSaved }: { text: string; columns: string[]; onClose: () => void; onSaved: (name: string) => void }) {
	const [name, setName] = useState('');
	const [shared, setShared] = useState('person');
	const [error, setError] = useState<ApiError | null>(null);
	const teams = session.value?.person.teams ?? [];
	const save = async (e: Event) => {
		e.preventDefault();
		try {
			await post('/cmdb/queries', { name, query: text, columns, shared, ...(shared === 'team' ? { team: teams[0]?.id } : {}) });
			onSaved(name);
		} catch (x) {
			setError(x as ApiError);
		}
	};
	return (
		<Dialog title={t('cq.save')} onClose={onClose}>
			<form class="dialog-body" onSubmit={(e) => void save(e)}>
				{error && <ErrorNote error={error} />}
				<p><code>{text}</code></p>
				<Field label={t('cq.name')} required error={error?.field('name')}><input value={name} maxLength={100} required onInput={(e) => setName(e.currentTarget.value)} /></Field>
				<Field label={t('cq.shared')}><select value={shared} onChange={(e) => setShared(e.currentTarget.value)}>{['person', ...(teams.length ? ['team'] : []), 'all'].map((x) => <option key={x} value={x}>{word('cqShared', x)}</option>)}</select></Field>
				<footer class="dialog-foot"><button type="submit" class="button primary">{t('cq.save')}</button></footer>
			</form>
		</Dialog>
	);
}

function valueOf(a: Attribute, v: unknown, references: Record<string, string>): string {
	if (v === null || v === undefined) return '';
	if (a.type === 'reference') return references[String(v)] ?? `#${String(v)}`;
	if (a.type === 'enum') {
		const c = a.choices?.find((x) => x.value === v);
		return c ? labelOf({ name: c.value, label_en: c.label_en, label_ru: c.label_ru }) : String(v);
	}
	if (typeof v === 'boolean') return v ? t('ci.yes') : t('ci.no');
	if (typeof v === 'number') return `${num(v)}${a.unit ? ` ${a.unit}` : ''}`;
	return typeof v === 'object' ? JSON.stringify(v) : String(v);
}

const FIELDS = ['name', 'class', 'status', 'location', 'owner'] as const;

export default function Cmdb() {
	const q = place.value.query;
	const cls = q.get('class');
	const text = q.get('query') ?? (q.get('q') ? `"${q.get('q')!.replace(/[\\"]/g, '\\$&')}"` : '');
	const columns = (q.get('columns') ?? '').split(',').filter(Boolean);
	const classes = useFetch<Page<CiClass>>('/cmdb/classes');
	const saved = useFetch<Page<Saved>>('/cmdb/queries?limit=200');
	const one = useFetch<CiClass>(cls ? `/cmdb/classes/${cls}` : null);
	const asked = { class: cls, query: text };
	const list = useFetch<Found>(`/cmdb/query${query({ ...asked, limit: 200 })}`);
	const [extra, setExtra] = useState<{ items: Item[]; next: string | null; references: Record<string, string> } | null>(null);
	const [counted, setCounted] = useState<Counted | null>(null);
	const [saving, setSaving] = useState(false);
	const [at, setAt] = useState(0);
	const busy = useRef(false);
	useEffect(() => {
		setExtra(null);
		setCounted(null);
		setAt(0);
	}, [cls, text]);
	useKeys([
		{ keys: '/', label: 'cmdb.search', run: () => document.getElementById('cmdb-query')?.focus() },
		{ keys: 'j', label: 'keys.down', run: () => setAt(Math.min(items.length - 1, at + 1)) },
		{ keys: 'k', label: 'keys.up', run: () => setAt(Math.max(0, at - 1)) },
		{ keys: 'enter', label: 'keys.open', run: () => items[at] && go(`/cmdb/${items[at].id}`) },
	]);
	const nodes = tree(classes.data?.items ?? []);
	const items = [...(list.data?.items ?? []), ...(extra?.items ?? [])];
	const references = { ...list.data?.references, ...extra?.references };
	const next = extra ? extra.next : list.data?.next ?? null;
	const chosen = nodes.find((n) => String(n.id) === cls || n.name === cls);
	const total = nodes.filter((n) => n.depth === 0).reduce((n, c) => n + c.count, 0);
	const offered = (one.data?.attributes ?? []).filter((a) => !a.retired);
	const shown = columns.map((c) => offered.find((a) => a.name === c)).filter((a): a is Attribute => !!a).slice(0, 4);
	const more = async () => {
		if (!next || busy.current) return;
		busy.current = true;
		try {
			const { data } = await request<Found>(`/cmdb/query${query({ ...asked, limit: 200, cursor: next })}`);
			setExtra({ items: [...(extra?.items ?? []), ...data.items], next: data.next, references: { ...extra?.references, ...data.references } });
		} finally {
			busy.current = false;
		}
	};
	const count = async () => setCounted((await request<Counted>(`/cmdb/query/count${query(asked)}`)).data);
	const columnChosen = (name: string) => setQuery({ columns: (columns.includes(name) ? columns.filter((c) => c !== name) : [...columns, name]).join(',') || null });
	const said = counted ? (counted.exact ? t('cq.found', { n: counted.count }) : t('cq.atLeast', { n: num(counted.count) })) : !list.data ? '' : !next ? num(items.length) : text ? `${num(items.length)}+` : num(chosen?.count ?? total);
	return (
		<div class="cmdb">
			<PageTitle text={t('nav.cmdb')} />
			<CmdbTabs />
			<nav class="class-tree" aria-label={t('cmdb.classes')}>
				<h2>{t('cmdb.classes')}</h2>
				<a href={`/cmdb${query({ query: text || null })}`} class={!cls ? 'on' : ''} aria-current={!cls ? 'true' : undefined}><span>{t('cmdb.all')}</span><span class="nav-count">{num(total)}</span></a>
				{nodes.map((n) => (
					<a key={n.id} href={`/cmdb${query({ class: String(n.id), query: text || null })}`} class={`depth-${Math.min(4, n.depth)} ${chosen === n ? 'on' : ''}`} aria-current={chosen === n ? 'true' : undefined}>
						<span class="clip">{labelOf(n)}</span>{n.count > 0 && <span class="nav-count">{num(n.count)}</span>}
					</a>
				))}
			</nav>
			<section class="cmdb-list">
				<header class="queue-head">
					<h1>{chosen ? labelOf(chosen) : t('nav.cmdb')} <span class="muted num">{said}</span></h1>
					<div class="queue-tools">
						<select class="only-narrow" aria-label={t('cmdb.classes')} value={cls ?? ''} onChange={(e) => setQuery({ class: e.currentTarget.value || null })}>
							<option value="">{t('cmdb.all')}</option>
							{nodes.map((n) => <option key={n.id} value={String(n.id)}>{'\u2003'.repeat(n.depth)}{labelOf(n)}</option>)}
						</select>
						{(saved.data?.items.length ?? 0) > 0 && (
							<select aria-label={t('cq.saved')} value="" onChange={(e) => {
								const s = saved.data?.items.find((x) => String(x.id) === e.currentTarget.value);
								if (s) setQuery({ query: s.query, q: null, columns: s.columns.join(',') || null });
							}}><option value="">{t('cq.saved')}</option>{saved.data?.items.map((s) => <option key={s.id} value={String(s.id)}>{s.name}{s.mine ? '' : ` · ${s.owner.name}`}</option>)}</select>
						)}
						<button type="button" class="button quiet small" onClick={() => void count()}>{t('cq.count')}</button>
						{text && <button type="button" class="button quiet small" onClick={() => setSaving(true)}>{t('cq.save')}</button>}
						<a class="button quiet small" href={`/api/v1/cmdb/query.xlsx${query({ ...asked, columns: columns.join(',') || null })}`} download><Icon name="download" />{t('cq.excel')}</a>
					</div>
				</header>
				<QueryBar text={text} error={list.error} onRun={(v) => setQuery({ query: v || null, q: null })} />
				{cls && offered.length > 0 && <details class="column-choice"><summary>{t('cq.columns')}</summary><div>{offered.map((a) => (
					<label key={a.name} class="check"><input type="checkbox" checked={columns.includes(a.name)} disabled={!columns.includes(a.name) && columns.length >= 4} onChange={() => columnChosen(a.name)} /> {labelOf(a)}</label>))}</div></details>}
				{list.error && !faultOf(list.error) && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
				{list.loading && !items.length ? <Skeleton rows={10} /> : !items.length && !list.error
					? <Empty icon="boxes" title={t('cmdb.none')} action={next ? <button type="button" class="button" onClick={() => void more()}>{t('cq.more')}</button> : (text || cls) && <a class="button" href="/cmdb">{t('queue.clear')}</a>}>{next ? t('cq.short') : t('cmdb.noneHint')}</Empty>
					: items.length > 0 && (
						<Grid id="ci-grid" label={t('nav.cmdb')} items={items} rowHeight={40} keyOf={(x) => String(x.id)} at={at} onAt={setAt} onOpen={(x) => go(`/cmdb/${x.id}`)} onEnd={() => void more()}
							hrefOf={(x) => `/cmdb/${x.id}`} rowClass={() => `row-ci extra-${shown.length}`}
							head={<>{FIELDS.map((c) => <span key={c} role="columnheader" class={`ci-${c}`}>{word('ciColumn', c)}</span>)}{shown.map((a) => <span key={a.name} role="columnheader" class="ci-extra clip">{labelOf(a)}</span>)}</>}
							row={(x) => (
								<>
									<span role="gridcell" class="ci-name"><Icon name="boxes" /><a class="clip" tabIndex={-1} href={`/cmdb/${x.id}`}>{x.name}</a></span>
									<span role="gridcell" class="ci-class clip">{labelOf(x.class)}</span>
									<span role="gridcell" class="ci-status"><CiState state={x.state} /></span>
									<span role="gridcell" class="ci-location clip muted">{nameIn(x.location)}</span>
									<span role="gridcell" class="ci-owner clip muted">{nameIn(x.owner)}</span>
									{shown.map((a) => <span key={a.name} role="gridcell" class="ci-extra clip">{valueOf(a, x.attributes[a.name], references)}</span>)}
								</>
							)} />
					)}
			</section>
			{saving && <SaveQuery text={text} columns={columns} onClose={() => setSaving(false)} onSaved={(name) => {
				setSaving(false);
				toast(t('cq.savedAs', { name }));
				void saved.reload();
			}} />}
		</div>
	);
}
