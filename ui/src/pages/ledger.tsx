// Pauses of all suppliers with what stands out, and their objections with the decision.
import { useState } from 'preact/hooks';
import { useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { place, setQuery } from '../lib/router';
import { session } from '../lib/session';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Segmented, Skeleton } from '../parts/bits';
import { ContestItem, DecideDialog, PauseItem } from '../parts/ledger';
import type { Contest, LedgerPause } from '../parts/ledger';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';

const has = (...roles: string[]) => !!session.value?.roles.some((r) => roles.includes(r));

function Pauses({ supplier }: { supplier: string }) {
	const flag = place.value.query.get('flag') ?? '';
	const [limit, setLimit] = useState(50);
	const list = useFetch<Page<LedgerPause>>(`/pauses?limit=${limit}${supplier ? `&supplier=${supplier}` : ''}${flag ? `&flag=${flag}` : ''}`);
	return (
		<>
			<Segmented label={t('ledger.flag')} value={flag} onChange={(v) => setQuery({ flag: v || null })}
				options={[{ value: '', label: t('ledger.all') }, ...['long', 'late', 'self_serving', 'contested'].map((f) => ({ value: f, label: word('pauseFlag', f) }))]} />
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{!list.data && !list.error && <Skeleton rows={8} />}
			{list.data && !list.data.items.length && <Empty icon="pause" title={t('ledger.none')} />}
			{list.data && <ul class="ledger-list">{list.data.items.map((p) => <PauseItem key={`${p.case}-${p.from_seq}`} pause={p} withCase canNote={has('lead', 'manager')} onChange={() => void list.reload()} />)}</ul>}
			{list.data?.next && limit < 200 && <button type="button" class="button" onClick={() => setLimit(200)}>{t('ledger.more')}</button>}
		</>
	);
}

function Contests({ supplier }: { supplier: string }) {
	const state = place.value.query.get('state') ?? 'open';
	const [deciding, setDeciding] = useState<Contest | null>(null);
	const list = useFetch<Page<Contest>>(`/contests?limit=200&state=${state}${supplier ? `&supplier=${supplier}` : ''}`);
	return (
		<>
			<Segmented label={t('contest.outcome')} value={state} onChange={(v) => setQuery({ state: v })} options={['open', 'upheld', 'rejected'].map((s) => ({ value: s, label: word('contestState', s) }))} />
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{!list.data && !list.error && <Skeleton rows={6} />}
			{list.data && !list.data.items.length && <Empty icon="check" title={t('contest.none')} />}
			{list.data && <ul class="ledger-list">{list.data.items.map((c) => <ContestItem key={c.id} contest={c} withCase onDecide={has('lead', 'manager') ? () => setDeciding(c) : undefined} />)}</ul>}
			{deciding && <DecideDialog contest={deciding} onClose={() => setDeciding(null)} onDone={() => {
				setDeciding(null);
				void list.reload();
			}} />}
		</>
	);
}

export default function Ledger() {
	const supplier = place.value.query.get('supplier') ?? '';
	const view = place.value.query.get('view') === 'contests' ? 'contests' : 'pauses';
	const suppliers = useFetch<Page<Ref>>('/suppliers?limit=200');
	return (
		<div class="page ledger-page">
			<PageTitle text={t('tab.ledger')} />
			<SupplierTabs />
			<header class="page-head"><h1>{t('tab.ledger')}</h1></header>
			<div class="ledger-filters">
				<Segmented label={t('tab.ledger')} value={view} onChange={(v) => setQuery({ view: v })} options={[{ value: 'pauses', label: t('ledger.pauses') }, { value: 'contests', label: t('ledger.contests') }]} />
				<Field label={t('sla.supplier')}><select value={supplier} onChange={(e) => setQuery({ supplier: e.currentTarget.value || null })}><option value="">{t('ledger.allSuppliers')}</option>
					{(suppliers.data?.items ?? []).map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}</select></Field>
			</div>
			{view === 'pauses' ? <Pauses supplier={supplier} /> : <Contests supplier={supplier} />}
		</div>
	);
}
