// Two CIs, or one at two instants, side by side: fields, attributes, relations, users. The address holds the question.
import { useState } from 'preact/hooks';
import { query } from '../lib/api';
import { fromLocalInput, toLocalInput, whenFull } from '../lib/format';
import { useFetch } from '../lib/hooks';
import { t } from '../lib/i18n';
import { place, setQuery } from '../lib/router';
import type { Ref } from '../lib/types';
import { ErrorNote, Field, Skeleton } from '../parts/bits';
import { CmdbTabs } from '../parts/cmdb-tabs';
import { fieldName, valueText } from '../parts/ci-history';
import { PageTitle } from '../parts/shell';

type Side = { ci: Ref; class: { label: string }; version: number; changed_at: string; at: string | null };
type Linked = { label: string; ci: Ref };
type Comparison = {
	one: Side; other: Side; rows: { field: string; one: unknown; other: unknown; differs: boolean }[];
	relations_gone: Linked[]; relations_new: Linked[]; users_gone: Ref[]; users_new: Ref[];
};

const PARTS = ['one', 'one_at', 'one_version', 'other', 'other_at', 'other_version'] as const;

function Side({ label, ci, at, onCi, onAt }: { label: string; ci: string; at: string; onCi: (v: string) => void; onAt: (v: string) => void }) {
	return (
		<fieldset class="compare-side"><legend>{label}</legend>
			<Field label={t('cc.item')}><input inputMode="numeric" value={ci} onInput={(e) => onCi(e.currentTarget.value)} /></Field>
			<Field label={t('cc.at')}><input type="datetime-local" value={at} onInput={(e) => onAt(e.currentTarget.value)} /></Field>
		</fieldset>
	);
}

function Links({ items }: { items: Linked[] }) {
	return <ul>{items.map((r) => <li key={`${r.label}${r.ci.id}`}>{r.label} <a href={`/cmdb/${r.ci.id}`}>{r.ci.name}</a></li>)}</ul>;
}

export default function Compare() {
	const q = place.value.query;
	const local = (v: string | null) => (v ? toLocalInput(Date.parse(v)) : '');
	const [form, setForm] = useState({ one: q.get('one') ?? '', one_at: local(q.get('one_at')), other: q.get('other') ?? '', other_at: local(q.get('other_at')) });
	const [all, setAll] = useState(false);
	const asked = Object.fromEntries(PARTS.map((p) => [p, q.get(p)]));
	const data = useFetch<Comparison>(asked.one ? `/cmdb/compare${query(asked)}` : null);
	const d = data.data;
	const rows = (d?.rows ?? []).filter((r) => all || r.differs);
	const head = (s: Side) => <><a href={`/cmdb/${s.ci.id}`}>{s.ci.name}</a><br /><span class="muted">{s.class.label} · {s.at ? whenFull(s.at) : t('ch.now')}</span></>;
	const differs = d && (d.relations_gone.length + d.relations_new.length + d.users_gone.length + d.users_new.length > 0 || d.rows.some((r) => r.differs));
	return (
		<div class="page">
			<PageTitle text={t('cc.title')} />
			<CmdbTabs />
			<header class="page-head"><h1>{t('cc.title')}</h1></header>
			<form class="compare-form" onSubmit={(e) => {
				e.preventDefault();
				setQuery({ one: form.one || null, other: form.other || null, one_at: form.one_at ? fromLocalInput(form.one_at) : null, other_at: form.other_at ? fromLocalInput(form.other_at) : null, one_version: null, other_version: null });
			}}>
				<Side label={t('cc.one')} ci={form.one} at={form.one_at} onCi={(one) => setForm({ ...form, one })} onAt={(one_at) => setForm({ ...form, one_at })} />
				<Side label={t('cc.other')} ci={form.other} at={form.other_at} onCi={(other) => setForm({ ...form, other })} onAt={(other_at) => setForm({ ...form, other_at })} />
				<button type="submit" class="button primary" disabled={!form.one}>{t('cc.show')}</button>
			</form>
			{!asked.one && <p class="muted">{t('cc.hint')}</p>}
			{data.error && <ErrorNote error={data.error} onRetry={() => void data.reload()} />}
			{asked.one && !d && !data.error && <Skeleton rows={6} />}
			{d && (
				<section class="card">
					<label class="check"><input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} /> {t('cc.all')}</label>
					{!differs && <p>{t('cc.equal')}</p>}
					<div class="table-scroll" tabIndex={0} role="region" aria-label={t('cc.title')}>
						<table class="table compare-table"><thead><tr><th scope="col">{t('cc.field')}</th><th scope="col">{head(d.one)}</th><th scope="col">{head(d.other)}</th></tr></thead>
							<tbody>
								{rows.map((r) => <tr key={r.field} class={r.differs ? 'differs' : ''}><th scope="row">{fieldName(r.field)}</th><td>{valueText(r.one)}</td><td>{r.differs ? <b>{valueText(r.other)}</b> : valueText(r.other)}</td></tr>)}
								{d.relations_gone.length + d.relations_new.length > 0 && <tr class="differs"><th scope="row">{t('cc.relations')}</th><td><Links items={d.relations_gone} /></td><td><Links items={d.relations_new} /></td></tr>}
								{d.users_gone.length + d.users_new.length > 0 && <tr class="differs"><th scope="row">{t('cc.users')}</th><td>{d.users_gone.map((u) => u.name).join(', ')}</td><td>{d.users_new.map((u) => u.name).join(', ')}</td></tr>}
							</tbody></table>
					</div>
				</section>
			)}
		</div>
	);
}
