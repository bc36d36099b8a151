// Items that only a person can recognise: one at a time beside what it could be, from the keyboard.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post } from '../lib/api';
import { asError, useFetch, useKeys } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import type { Side } from '../lib/reconcile';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Skeleton } from '../parts/bits';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { toast } from '../parts/dialog';
import { PageTitle } from '../parts/shell';
import { SideTable } from '../parts/side-table';

type Item = { id: number; source: string; class: string; reason: string; item: Record<string, unknown>; candidates: Side[]; labels: Record<string, string>; open: number };

export default function CmdbAmbiguous() {
	const list = useFetch<Page<{ id: number; name: string; source: string }>>('/cmdb/ambiguous?limit=50');
	const [chosen, setChosen] = useState<number | null>(null);
	const items = list.data?.items ?? [];
	const at = items.find((x) => x.id === chosen)?.id ?? items[0]?.id;
	const one = useFetch<Item>(at ? `/cmdb/ambiguous/${at}` : null);
	const [error, setError] = useState<ApiError | null>(null);
	const decide = async (decision: string, ci?: number) => {
		if (!at || !keepsCmdb.value) return;
		setError(null);
		try {
			await post(`/cmdb/ambiguous/${at}/decision`, { decision, ...(ci ? { ci } : {}) });
			toast(t('amb.decided'), { icon: 'check' });
			await list.reload();
		} catch (e) {
			setError(asError(e));
		}
	};
	const step = (by: number) => items.length && setChosen(items[Math.min(items.length - 1, Math.max(0, items.findIndex((x) => x.id === at) + by))].id);
	const it = one.data;
	useKeys([
		...(it?.candidates ?? []).slice(0, 9).map((c, i) => ({ keys: String(i + 1), label: 'amb.this' as const, run: () => void decide('this', c.id) })),
		{ keys: 'n', label: 'amb.new', run: () => void decide('new') },
		{ keys: 'i', label: 'amb.ignore', run: () => void decide('ignore') },
		{ keys: 'j', label: 'keys.down', run: () => step(1) },
		{ keys: 'k', label: 'keys.up', run: () => step(-1) },
	]);
	return (
		<div class="page import-page">
			<PageTitle text={t('amb.title')} /><CmdbTabs />
			<h1>{t('amb.title')} {it && <span class="muted num">{num(it.open)}</span>}</h1>
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{list.loading && <Skeleton rows={6} />}
			{list.data && items.length === 0 && <Empty icon="check" title={t('amb.none')}>{t('amb.noneHint')}</Empty>}
			{items.length > 0 && <nav class="import-counts" aria-label={t('amb.title')}>{items.map((x) => <button key={x.id} type="button" class={`button small ${x.id === at ? 'on' : ''}`} aria-pressed={x.id === at} onClick={() => setChosen(x.id)}>{x.name}</button>)}</nav>}
			{error && <ErrorNote error={error} />}
			{it && items.length > 0 && <section class="card" aria-label={t('amb.item', { source: it.source })}>
				<p><b>{word('ambReason', it.reason)}</b> <span class="muted small">{t('amb.keys')}</span></p>
				<SideTable labels={it.labels} sides={[{ head: t('amb.item', { source: it.source }), fields: it.item },
					...it.candidates.map((c, i) => ({
						head: <div class="side-head"><a href={`/cmdb/${c.id}`}>{i + 1}. {c.name}</a><span class="muted small">{t('amb.factsOf', { tickets: c.tickets, relations: c.relations, users: c.users })}</span>
							{keepsCmdb.value && <button type="button" class="button small" onClick={() => void decide('this', c.id)}>{t('amb.this')}</button>}</div>,
						fields: c.fields,
					}))]} />
				{keepsCmdb.value && <div class="buttons"><button type="button" class="button" onClick={() => void decide('new')}>{t('amb.new')}</button><button type="button" class="button" onClick={() => void decide('ignore')}>{t('amb.ignore')}</button></div>}
			</section>}
		</div>
	);
}
