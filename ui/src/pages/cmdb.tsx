// The CMDB's list: the tree of classes, a search, and the CIs of the chosen class.
import { useEffect, useRef, useState } from 'preact/hooks';
import { query } from '../lib/api';
import { useFetch, useKeys } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { request } from '../lib/api';
import { go, place, setQuery } from '../lib/router';
import { labelOf } from '../lib/label';
import type { CiClass, CiItem, Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from '../parts/bits';
import { CiState } from '../parts/ci-state';
import { CmdbTabs } from '../parts/cmdb-tabs';
import { Grid } from '../parts/grid';
import { Icon } from '../parts/icons';
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

export default function Cmdb() {
	const q = place.value.query;
	const cls = q.get('class');
	const text = q.get('q') ?? '';
	const classes = useFetch<Page<CiClass>>('/cmdb/classes');
	const list = useFetch<Page<CiItem>>(`/cmdb/cis${query({ class: cls, q: text, limit: 200 })}`);
	const [extra, setExtra] = useState<{ items: CiItem[]; next: string | null } | null>(null);
	const [typed, setTyped] = useState(text);
	const [at, setAt] = useState(0);
	const input = useRef<HTMLInputElement>(null);
	const busy = useRef(false);
	useEffect(() => {
		setExtra(null);
		setAt(0);
	}, [cls, text]);
	useEffect(() => {
		if (typed === text) return;
		const timer = setTimeout(() => setQuery({ q: typed.trim() || null }), 250);
		return () => clearTimeout(timer);
	}, [typed]);
	useKeys([
		{ keys: '/', label: 'cmdb.search', run: () => input.current?.focus() },
		{ keys: 'j', label: 'keys.down', run: () => setAt(Math.min(items.length - 1, at + 1)) },
		{ keys: 'k', label: 'keys.up', run: () => setAt(Math.max(0, at - 1)) },
		{ keys: 'enter', label: 'keys.open', run: () => items[at] && go(`/cmdb/${items[at].id}`) },
	]);
	const nodes = tree(classes.data?.items ?? []);
	const items = [...(list.data?.items ?? []), ...(extra?.items ?? [])];
	const next = extra ? extra.next : list.data?.next ?? null;
	const chosen = nodes.find((n) => String(n.id) === cls || n.name === cls);
	const total = nodes.filter((n) => n.depth === 0).reduce((n, c) => n + c.count, 0);
	const more = async () => {
		if (!next || busy.current) return;
		busy.current = true;
		try {
			const { data } = await request<Page<CiItem>>(`/cmdb/cis${query({ class: cls, q: text, limit: 200, cursor: next })}`);
			setExtra({ items: [...(extra?.items ?? []), ...data.items], next: data.next });
		} finally {
			busy.current = false;
		}
	};
	return (
		<div class="cmdb">
			<PageTitle text={t('nav.cmdb')} />
			<CmdbTabs />
			<nav class="class-tree" aria-label={t('cmdb.classes')}>
				<h2>{t('cmdb.classes')}</h2>
				<a href={`/cmdb${query({ q: text })}`} class={!cls ? 'on' : ''} aria-current={!cls ? 'true' : undefined}><span>{t('cmdb.all')}</span><span class="nav-count">{num(total)}</span></a>
				{nodes.map((n) => (
					<a key={n.id} href={`/cmdb${query({ class: String(n.id), q: text })}`} class={`depth-${Math.min(4, n.depth)} ${chosen === n ? 'on' : ''}`} aria-current={chosen === n ? 'true' : undefined}>
						<span class="clip">{labelOf(n)}</span>{n.count > 0 && <span class="nav-count">{num(n.count)}</span>}
					</a>
				))}
			</nav>
			<section class="cmdb-list">
				<header class="queue-head">
					<h1>{chosen ? labelOf(chosen) : t('nav.cmdb')} <span class="muted num">{!list.data ? '' : !next ? num(items.length) : text ? `${num(items.length)}+` : num(chosen?.count ?? total)}</span></h1>
					<div class="queue-tools">
						<select class="only-narrow" aria-label={t('cmdb.classes')} value={cls ?? ''} onChange={(e) => setQuery({ class: e.currentTarget.value || null })}>
							<option value="">{t('cmdb.all')}</option>
							{nodes.map((n) => <option key={n.id} value={String(n.id)}>{'\u2003'.repeat(n.depth)}{labelOf(n)}</option>)}
						</select>
						<label class="search"><Icon name="search" size={14} /><span class="hidden">{t('cmdb.search')}</span><input ref={input} type="search" placeholder={t('cmdb.search')} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} /></label>
					</div>
				</header>
				{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
				{list.loading && !items.length ? <Skeleton rows={10} /> : !items.length && !list.error
					? <Empty icon="boxes" title={t('cmdb.none')} action={(text || cls) && <a class="button" href="/cmdb">{t('queue.clear')}</a>}>{t('cmdb.noneHint')}</Empty>
					: items.length > 0 && (
						<Grid id="ci-grid" label={t('nav.cmdb')} items={items} rowHeight={40} keyOf={(x) => String(x.id)} at={at} onAt={setAt} onOpen={(x) => go(`/cmdb/${x.id}`)} onEnd={() => void more()}
							hrefOf={(x) => `/cmdb/${x.id}`} rowClass={() => 'row-ci'}
							head={<>{(['name', 'class', 'status', 'location', 'owner'] as const).map((c) => <span key={c} role="columnheader" class={`ci-${c}`}>{word('ciColumn', c)}</span>)}</>}
							row={(x) => (
								<>
									<span role="gridcell" class="ci-name"><Icon name="boxes" /><a class="clip" tabIndex={-1} href={`/cmdb/${x.id}`}>{x.name}</a></span>
									<span role="gridcell" class="ci-class clip">{labelOf(x.class)}</span>
									<span role="gridcell" class="ci-status"><CiState state={x.state} /></span>
									<span role="gridcell" class="ci-location clip muted">{nameIn(x.location)}</span>
									<span role="gridcell" class="ci-owner clip muted">{nameIn(x.owner)}</span>
								</>
							)} />
					)}
			</section>
		</div>
	);
}
