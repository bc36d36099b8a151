// What a CI stands in relation to; whoever keeps the CMDB adds and ends relations here.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { get, query, request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import type { CiItem, Page, Relation } from '../lib/types';
import { ErrorNote, Skeleton } from './bits';
import { keepsCmdb } from './cmdb-tabs';
import { Icon } from './icons';
import { Picker } from './picker';

type Type = { name: string; label: string; inverse: string };

export function Relations({ id, onChanged }: { id: string; onChanged: () => void }) {
	const data = useFetch<Page<Relation>>(`/cmdb/cis/${id}/relations?limit=200`);
	const types = useFetch<Page<Type>>(keepsCmdb.value ? '/cmdb/relation-types' : null);
	const [adding, setAdding] = useState(false);
	const [kind, setKind] = useState('depends_on out');
	const [error, setError] = useState<ApiError | null>(null);
	const list = data.data?.items ?? [];
	const groups = new Map<string, Relation[]>();
	for (const r of list) {
		const key = r.label || word(r.direction === 'out' ? 'relationOut' : 'relationIn', r.type);
		groups.set(key, [...(groups.get(key) ?? []), r]);
	}
	const write = async (method: 'PUT' | 'DELETE', type: string, out: boolean, other: string) => {
		setError(null);
		try {
			await request(out ? `/cmdb/cis/${id}/relations/${type}/${other}` : `/cmdb/cis/${other}/relations/${type}/${id}`, { method, body: method === 'PUT' ? {} : undefined });
			setAdding(false);
			void data.reload();
			onChanged();
		} catch (e) {
			setError(asError(e));
		}
	};
	const chip = (r: Relation) => (
		<span key={`${r.type}${r.direction}${r.ci.id}`} class="ci-chip"><a href={`/cmdb/${r.ci.id}`}><span class="clip">{r.ci.name}</span> <span class="muted">{labelOf(r.ci.class)}</span></a>
			{keepsCmdb.value && <button type="button" class="icon-button tiny" aria-label={t('impact.endRelation', { name: r.ci.name })} onClick={() => void write('DELETE', r.type, r.direction === 'out', String(r.ci.id))}><Icon name="close" size={12} /></button>}</span>
	);
	const [type, way] = kind.split(' ');
	return (
		<section class="card">
			<header class="card-head"><h2>{t('ci.relations')} {data.data && <span class="muted num">{num(list.length)}{data.data.next ? '+' : ''}</span>}</h2>
				{keepsCmdb.value && <button type="button" class="icon-button" aria-label={t('impact.addRelation')} aria-expanded={adding} onClick={() => setAdding(!adding)}><Icon name={adding ? 'close' : 'plus'} /></button>}</header>
			{adding && (
				<div class="side-form">
					<select aria-label={t('impact.relationKind')} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>{types.data?.items.map((x) => (
						<><option key={`${x.name}o`} value={`${x.name} out`}>{x.label}</option><option key={`${x.name}i`} value={`${x.name} in`}>{x.inverse}</option></>
					))}</select>
					<Picker<CiItem> value={null} focus aria-label={t('ticket.findCi')} placeholder={t('ticket.findCi')} text={(c) => c.name}
						load={async (q) => (await get<Page<CiItem>>(`/cmdb/cis${query({ q, limit: 12 })}`)).items} row={(c) => <><span class="clip">{c.name}</span><span class="muted">{labelOf(c.class)}</span></>}
						onChange={(c) => c && void write('PUT', type, way === 'out', String(c.id))} />
				</div>
			)}
			{(data.error || error) && <ErrorNote error={(error ?? data.error) as ApiError} onRetry={() => void data.reload()} />}
			{!data.data && !data.error && <Skeleton rows={3} />}
			{data.data && list.length === 0 && <p class="muted">{t('ci.noRelations')}</p>}
			<dl class="facts relations">{[...groups].map(([name, of]) => (
				<><dt key={name}>{name}</dt><dd key={`${name}v`}>{of.slice(0, 8).map(chip)}
					{of.length > 8 && <details><summary>{t('ci.showAll', { n: of.length })}</summary>{of.slice(8).map(chip)}</details>}</dd></>
			))}</dl>
		</section>
	);
}
