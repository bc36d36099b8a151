// What a person answers for: what should be confirmed, many at once, and reminders. For everybody, also without a role.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { get, patch, post, query } from '../lib/api';
import { readDraft, writeDraft } from '../lib/drafts';
import { whenDay } from '../lib/format';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import { go } from '../lib/router';
import type { Check, Mine, MineState } from '../lib/review';
import { shown } from '../lib/review';
import type { Ref } from '../lib/types';
import { Empty, ErrorNote, Segmented, Skeleton } from '../parts/bits';
import { toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';

type List = MineState & { items: Mine[]; next: string | null };

function how(c: Check): string {
	if (c.how === 'confirmed') return t('confirm.confirmedHow', { name: c.person?.name ?? '—' });
	return c.how === 'delivered' ? t('confirm.deliveredHow', { source: c.source ?? '—' }) : t('confirm.changedHow');
}

// The words begin a report on the portal; what is being typed there already stays before them.
function report(item: Mine) {
	const begun = readDraft('portal').trim();
	writeDraft('portal', `${begun ? `${begun}\n` : ''}${t('confirm.wrongBody', { name: item.name })}`);
	go('/');
}

function ItemCard({ item, on, onPick }: { item: Mine; on: boolean; onPick: () => void }) {
	const due = item.checks.filter((c) => c.due), rest = item.checks.filter((c) => !c.due);
	const line = (c: Check) => (
		<div key={c.attribute.id} class={c.due ? 'due' : ''}>
			<dt>{c.attribute.label}</dt>
			<dd><b>{c.value_name ?? shown(c.value)}{c.attribute.unit && ` ${c.attribute.unit}`}</b>
				<span class="muted small"> {c.due && <Icon name="clock" size={14} />} {c.due && c.due_at ? t('confirm.dueSince', { at: whenDay(c.due_at) }) : t('confirm.checked', { at: whenDay(c.checked_at) })}, {how(c)}</span></dd>
		</div>
	);
	return (
		<li class={`card confirm-card ${on ? 'on' : ''}`}>
			<label class="confirm-head"><input type="checkbox" checked={on} aria-label={t('confirm.pick', { name: item.name })} onChange={onPick} />
				<span><b>{item.name}</b> <span class="muted small">{[item.class.label, item.location].filter(Boolean).join(' · ')}</span></span></label>
			<dl class="confirm-facts">{due.map(line)}{!due.length && rest.map(line)}</dl>
			{!!due.length && !!rest.length && <details><summary class="small">{t('confirm.all')} ({item.checks.length})</summary><dl class="confirm-facts">{rest.map(line)}</dl></details>}
			<p class="small"><button type="button" class="link" onClick={() => report(item)}>{t('confirm.wrong')}</button></p>
		</li>
	);
}

export default function Confirm() {
	const [view, setView] = useState<'due' | 'all'>('due');
	const [list, setList] = useState<List | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const [picked, setPicked] = useState<Set<number>>(new Set());
	const [changed, setChanged] = useState<string[]>([]);
	const load = (cursor?: string) => get<List>(`/me/confirmations${query({ all: view === 'all' ? true : null, limit: 50, cursor })}`).then((l) => {
		setError(null);
		setList((old) => (cursor && old ? { ...l, items: [...old.items, ...l.items] } : l));
	}, (e) => setError(asError(e)));
	useEffect(() => {
		setPicked(new Set());
		setList(null);
		void load();
	}, [view]);
	const toggle = (id: number) => setPicked((old) => {
		const next = new Set(old);
		if (!next.delete(id)) next.add(id);
		return next;
	});
	const send = async () => {
		try {
			const items = list!.items.filter((i) => picked.has(i.id)).map((i) => ({ ci: i.id, version: i.version }));
			const r = await post<{ confirmed: number; changed: { ci: Ref }[] }>('/me/confirmations', { items });
			setChanged(r.changed.map((c) => c.ci.name));
			if (r.confirmed) toast(t('confirm.done', { n: r.confirmed }), { icon: 'check' });
			setPicked(new Set());
			void load();
		} catch (e) {
			setError(asError(e));
		}
	};
	const remind = (on: boolean) => patch<MineState>('/me/confirmations', { reminders: on }, null).then((r) => setList((old) => old && { ...old, ...r }), (e) => setError(asError(e)));
	return (
		<div class="page quality confirm-page">
			<PageTitle text={t('confirm.title')} />
			<header class="page-head"><div><h1>{t('confirm.title')}</h1>
				{list && list.owned > 0 && <p class="muted">{t('confirm.lead', { n: list.owned })} {list.due !== null && list.due > 0 && t('confirm.due', { n: list.due })}</p>}</div></header>
			{error && <ErrorNote error={error} onRetry={() => void load()} />}
			{!list && !error && <Skeleton />}
			{list && list.owned === 0 && <Empty icon="check" title={t('confirm.owned')} />}
			{list && list.owned > 0 && (
				<>
					<div class="page-tools review-tools">
						<Segmented label={t('confirm.show')} value={view} onChange={setView} options={[{ value: 'due', label: t('confirm.onlyDue') }, { value: 'all', label: t('confirm.all') }]} />
						{!!list.items.length && <label class="inline-field"><input type="checkbox" checked={list.items.every((i) => picked.has(i.id))} onChange={(e) => setPicked(e.currentTarget.checked ? new Set(list.items.map((i) => i.id)) : new Set())} />{t('confirm.pickAll')}</label>}
						<button type="button" class="button primary" disabled={!picked.size} onClick={() => void send()}>{t('confirm.button', { n: picked.size })}</button>
					</div>
					{!!changed.length && <p class="note-box" role="status">{t('confirm.changed', { names: changed.join(', ') })}</p>}
					{!list.items.length && <Empty icon="check" title={t('confirm.none')}>{t('confirm.noneText')}</Empty>}
					<ul class="review-cards">{list.items.map((i) => <ItemCard key={i.id} item={i} on={picked.has(i.id)} onPick={() => toggle(i.id)} />)}</ul>
					{list.next && <button type="button" class="button" onClick={() => void load(list.next!)}>{t('confirm.more')}</button>}
					{list.reminders_sent ? <label class="inline-field"><input type="checkbox" checked={list.reminders} onChange={(e) => void remind(e.currentTarget.checked)} />{t('confirm.mail')}</label> : <p class="muted small">{t('confirm.mailOff')}</p>}
				</>
			)}
		</div>
	);
}
