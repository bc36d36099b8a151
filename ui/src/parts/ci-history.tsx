// What happened to one CI, newest first: who, when, through what, under which ticket, old → new; and how it was at any of these instants.
import { useState } from 'preact/hooks';
import { query, request } from '../lib/api';
import { when, whenFull } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { hasWord, lang, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import type { Attribute, Page, Ref } from '../lib/types';
import { ErrorNote, Skeleton } from './bits';
import { Icon } from './icons';

export type Change = { field: string; old: unknown; new: unknown };
export type RelationBrief = { type: string; direction: 'in' | 'out'; ci: Ref; label_en: string; label_ru: string };
type Event = { at: string; what: string; actor: Ref | null; source: string | null; ticket: string | null; version?: number; changes?: Change[]; relation?: RelationBrief; person?: Ref };

const FIELDS = ['name', 'class', 'status', 'location', 'owner'];

export function fieldName(field: string, attributes: Attribute[] = []): string {
	const bare = field.replace(/^\/(attributes\/)?/, '');
	const a = attributes.find((x) => x.name === bare);
	return a ? labelOf(a) : FIELDS.includes(bare) ? word('ciColumn', bare) : bare.replace(/_/g, ' ');
}

export function valueText(v: unknown): string {
	if (v === null || v === undefined || v === '') return '—';
	if (typeof v === 'boolean') return v ? t('ci.yes') : t('ci.no');
	if (typeof v === 'object') return 'name' in v ? String((v as Ref).name) : JSON.stringify(v);
	return hasWord('ciStatus', String(v)) ? word('ciStatus', String(v)) : String(v);
}

export function Changes({ changes, attributes }: { changes: Change[]; attributes?: Attribute[] }) {
	return <ul>{changes.map((c) => <li key={c.field}>{fieldName(c.field, attributes)}: <span class="was">{valueText(c.old)}</span> → <b>{valueText(c.new)}</b></li>)}</ul>;
}

export const relationLabel = (r: RelationBrief) => (lang.value === 'ru' ? r.label_ru : r.label_en);

function Entry({ e, attributes, on, onAt }: { e: Event; attributes: Attribute[]; on: boolean; onAt: () => void }) {
	return (
		<li class={on ? 'on' : ''}>
			<p class="muted"><button type="button" class="link" aria-pressed={on} title={whenFull(e.at)} onClick={onAt}><time dateTime={e.at}>{when(e.at)}</time></button> · {e.actor?.name ?? t('ch.program')}
				{e.source && ` · ${t('ch.source', { source: e.source })}`}{e.ticket && <> · <a class="num" href={`/desk/${e.ticket}`}>{e.ticket}</a></>}</p>
			{e.what === 'version' ? (e.version === 1 ? <p>{t('ch.recorded')}</p> : <Changes changes={e.changes ?? []} attributes={attributes} />)
				: e.relation ? <p>{t(e.what === 'related' ? 'ch.related' : 'ch.unrelated')}: {relationLabel(e.relation)} <a href={`/cmdb/${e.relation.ci.id}`}>{e.relation.ci.name}</a></p>
					: <p>{t(e.what === 'used' ? 'ch.used' : 'ch.unused')}: {e.person?.name}</p>}
		</li>
	);
}

type State = { name: string; status: string; location: unknown; owner: unknown; attributes: Record<string, unknown>; references?: Record<string, Ref> };

// How it was: read once for the instant chosen.
function Then({ id, at, attributes }: { id: string; at: string; attributes: Attribute[] }) {
	const then = useFetch<State>(`/cmdb/cis/${id}${query({ at })}`);
	const s = then.data;
	return (
		<div class="ci-then">
			<h3>{t('ch.asOf')}: <time dateTime={at}>{whenFull(at)}</time> <a class="button quiet small" href={`/cmdb/compare${query({ one: id, one_at: at })}`}>{t('ch.compare')}</a></h3>
			{then.error && (then.error.status === 404 ? <p class="muted">{t('ch.none')}</p> : <ErrorNote error={then.error} onRetry={() => void then.reload()} />)}
			{!s && !then.error && <Skeleton rows={2} />}
			{s && <dl class="facts">
				{(['name', 'status', 'location', 'owner'] as const).map((f) => s[f] ? <><dt key={f}>{word('ciColumn', f)}</dt><dd key={`${f}v`}>{valueText(s[f])}</dd></> : null)}
				{Object.entries(s.attributes).map(([k, v]) => <><dt key={k}>{fieldName(`/attributes/${k}`, attributes)}</dt><dd key={`${k}v`}>{s.references?.[k]?.name ?? valueText(v)}</dd></>)}
			</dl>}
		</div>
	);
}

export function CiHistory({ id, attributes = [] }: { id: string; attributes?: Attribute[] }) {
	const first = useFetch<Page<Event>>(`/cmdb/cis/${id}/timeline?limit=30`);
	const [more, setMore] = useState<{ items: Event[]; next: string | null } | null>(null);
	const [at, setAt] = useState<string | null>(null);
	const items = [...(first.data?.items ?? []), ...(more?.items ?? [])];
	const next = more ? more.next : first.data?.next ?? null;
	const instants = [...new Set(items.map((e) => e.at))].reverse();
	const place = at ? instants.indexOf(at) : instants.length;
	const older = async () => {
		const { data } = await request<Page<Event>>(`/cmdb/cis/${id}/timeline${query({ limit: 100, cursor: next })}`);
		setMore({ items: [...(more?.items ?? []), ...data.items], next: data.next });
	};
	return (
		<section class="card">
			<header class="card-head"><h2>{t('ch.title')}</h2></header>
			{first.error && <ErrorNote error={first.error} onRetry={() => void first.reload()} />}
			{!first.data && !first.error && <Skeleton rows={3} />}
			{instants.length > 1 && (
				<div class="ci-slider"><input type="range" min={0} max={instants.length} value={place} aria-label={t('ch.slider')} aria-valuetext={at ? whenFull(at) : t('ch.now')}
					onInput={(e) => setAt(instants[Number(e.currentTarget.value)] ?? null)} /><span class="muted">{at ? when(at) : t('ch.now')}</span></div>
			)}
			{at && <Then id={id} at={at} attributes={attributes} />}
			<ol class="ci-history">{items.map((e, i) => <Entry key={`${e.at}${e.what}${i}`} e={e} attributes={attributes} on={e.at === at} onAt={() => setAt(e.at === at ? null : e.at)} />)}</ol>
			{next && <button type="button" class="button quiet small" onClick={() => void older()}><Icon name="down" />{t('ch.more')}</button>}
		</section>
	);
}
