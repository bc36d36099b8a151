// One CI: its facts, what it stands in relation to, what fails with it, and its tickets.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { stamp, when, whenDay, whenFull } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { lang, num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import { seesDesk } from '../lib/session';
import type { Attribute, Ci, CiClass, Page, Ref, TicketItem } from '../lib/types';
import { Empty, ErrorNote, Priority, Skeleton, Status } from '../parts/bits';
import CiInventory from '../parts/ci-inventory';
import CiSoftware from '../parts/ci-software';
import { CiMerge } from '../parts/ci-merge';
import { CiHistory } from '../parts/ci-history';
import { CiState } from '../parts/ci-state';
import { Icon } from '../parts/icons';
import { ImpactCard } from '../parts/ci-impact';
import { Relations } from '../parts/ci-relations';
import { keepsCmdb } from '../parts/cmdb-tabs';
import { PageTitle } from '../parts/shell';

function show(a: Attribute, v: unknown, references: Record<string, Ref> = {}) {
	if (v === null || v === undefined || v === '') return <span class="muted">—</span>;
	if (typeof v === 'boolean') return v ? t('ci.yes') : t('ci.no');
	if (a.type === 'date' && typeof v === 'string') return whenDay(`${v.slice(0, 10)}T12:00:00Z`);
	if (a.type === 'instant' && typeof v === 'string') return when(v);
	if (a.type === 'reference') {
		const r = references[a.name];
		return r ? <a href={`/cmdb/${r.id}`}>{r.name}</a> : `#${String(v)}`;
	}
	if (a.type === 'enum') {
		const c = a.choices?.find((x) => x.value === v);
		return c ? labelOf({ name: c.value, label_en: c.label_en, label_ru: c.label_ru }) : String(v);
	}
	if (typeof v === 'number') return `${num(v)}${a.unit ? ` ${a.unit}` : ''}`;
	if (a.type === 'url' && typeof v === 'string' && /^https?:/.test(v)) return <a href={v} target="_blank" rel="noopener noreferrer">{v}</a>;
	if (typeof v === 'object') return <code>{JSON.stringify(v)}</code>;
	return ['ip', 'mac'].includes(a.type) ? <code>{String(v)}</code> : `${String(v)}${a.unit ? ` ${a.unit}` : ''}`;
}

export default function CiPage({ id }: { id: string }) {
	const [turn, setTurn] = useState(0);
	const [merging, setMerging] = useState(false);
	const data = useFetch<Ci>(`/cmdb/cis/${id}`);
	const tickets = useFetch<Page<TicketItem>>(seesDesk.value ? `/tickets${query({ ci: id, limit: 20 })}` : null);
	const x = data.data;
	const cls = useFetch<CiClass>(x ? `/cmdb/classes/${x.class.id}` : null);
	const attributes = (cls.data?.attributes ?? []).filter((a) => !a.retired || (x && x.attributes[a.name] !== undefined));
	if (data.error && !x) return <div class="page"><PageTitle text={t('nav.cmdb')} /><ErrorNote error={data.error} onRetry={() => void data.reload()} /></div>;
	if (!x) return <div class="page"><PageTitle text={t('nav.cmdb')} /><Skeleton rows={8} /></div>;
	void lang.value;
	return (
		<div class="page ci-page">
			<PageTitle text={x.name} />
			<a class="back" href={`/cmdb?class=${x.class.id}`}><Icon name="left" />{labelOf(x.class)}</a>
			<header class="page-head"><div><h1>{x.name}</h1><p class="ticket-line"><CiState state={x.state} /><span class="muted">{labelOf(x.class)}</span></p></div>
				{keepsCmdb.value && <button type="button" class="button" onClick={() => setMerging(true)}>{t('ci.merge')}</button>}</header>
			{merging && <CiMerge ci={x} onClose={() => setMerging(false)} onMerged={() => {
				setMerging(false);
				setTurn(turn + 1);
				void data.reload();
			}} />}
			<div class="ci-grid">
				<div>
					<section class="card">
						<header class="card-head"><h2>{t('ci.facts')}</h2></header>
						{cls.error && <ErrorNote error={cls.error} onRetry={() => void cls.reload()} />}
						<dl class="facts">
							{x.location && <><dt>{word('ciColumn', 'location')}</dt><dd>{typeof x.location === 'string' ? x.location : x.location.name}</dd></>}
							{x.owner && <><dt>{word('ciColumn', 'owner')}</dt><dd>{typeof x.owner === 'string' ? x.owner : x.owner.name}</dd></>}
							{attributes.map((a) => <><dt key={a.name} title={a.purpose || undefined}>{labelOf(a)}</dt><dd key={`${a.name}v`}>{show(a, x.attributes[a.name], x.references)}</dd></>)}
							{x.external_key && <><dt>{t('ci.key')}</dt><dd><code>{x.external_key}</code></dd></>}
							<dt>{t('ci.changed')}</dt><dd title={whenFull(x.updated_at)}>{when(x.updated_at)}</dd>
						</dl>
					</section>
					<Relations id={id} onChanged={() => setTurn(turn + 1)} />
					<CiSoftware id={id} />
					<CiHistory id={id} attributes={attributes} />
				</div>
				<div>
					<ImpactCard key={turn} ci={x} />
					<CiInventory id={id} />
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
