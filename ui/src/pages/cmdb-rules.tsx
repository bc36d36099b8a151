// The rules of reconciliation: how items are recognised, who may set what, how far sources are trusted, what is junk.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import type { CiClass, Page } from '../lib/types';
import { ErrorNote, Field, Skeleton } from '../parts/bits';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { toast } from '../parts/dialog';
import { PageTitle } from '../parts/shell';

type Rules = {
	version: string;
	sources: { name: string; label: string; kind: string; rank: number }[];
	identity: { class: string; keys: string[] }[];
	authority: { source: string | null; kind: string | null; class: string | null; field: string; may_set: boolean; rank: number | null }[];
	junk: { value: string; note: string }[];
};

export default function CmdbRules() {
	const kept = useFetch<Rules>('/cmdb/reconciliation');
	const classes = useFetch<Page<CiClass>>('/cmdb/classes');
	const [r, setR] = useState<Rules | null>(null);
	const [junk, setJunk] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	useEffect(() => {
		if (!kept.data) return;
		setR(kept.data);
		setJunk(kept.data.junk.map((j) => j.value).join('\n'));
	}, [kept.data]);
	const may = keepsCmdb.value;
	const save = async (e: Event) => {
		e.preventDefault();
		if (!r) return;
		setError(null);
		const notes = new Map(r.junk.map((j) => [j.value, j.note]));
		const values = [...new Set(junk.split('\n').map((x) => x.trim().toLowerCase()).filter(Boolean))];
		try {
			const { data } = await request<Rules>('/cmdb/reconciliation', { method: 'PUT', body: { ...r, junk: values.map((value) => ({ value, note: notes.get(value) ?? '' })) } });
			kept.set(data);
			toast(t('rule.saved'), { icon: 'check' });
		} catch (err) {
			setError(asError(err));
		}
	};
	const put = <K extends 'identity' | 'authority' | 'sources'>(list: K, i: number, change: Partial<Rules[K][number]>) =>
		r && setR({ ...r, [list]: r[list].map((x, n) => (n === i ? { ...x, ...change } : x)) });
	const drop = (list: 'identity' | 'authority', i: number) => r && setR({ ...r, [list]: r[list].filter((_: unknown, n: number) => n !== i) });
	const classOptions = (classes.data?.items ?? []).map((c) => <option key={c.name} value={c.name}>{labelOf(c)}</option>);
	return (
		<div class="page import-page">
			<PageTitle text={t('rule.title')} /><CmdbTabs />
			<h1>{t('rule.title')}</h1>
			{kept.error && <ErrorNote error={kept.error} onRetry={() => void kept.reload()} />}
			{!r && kept.loading && <Skeleton rows={8} />}
			{r && <form class="rules" onSubmit={(e) => void save(e)}><fieldset disabled={!may} class="rules">
				<section class="card" aria-labelledby="rule-id"><h2 id="rule-id">{t('rule.identity')}</h2><p class="muted small">{t('rule.identityHint')}</p>
					<ul class="rule-list">{r.identity.map((x, i) => (
						<li key={i}><select aria-label={t('imp.class')} value={x.class} onChange={(e) => put('identity', i, { class: e.currentTarget.value })}>{classOptions}</select>
							<input aria-label={t('rule.keys')} value={x.keys.join(', ')} onChange={(e) => put('identity', i, { keys: e.currentTarget.value.split(',').map((k) => k.trim()).filter(Boolean) })} />
							<button type="button" class="button small" onClick={() => drop('identity', i)}>{t('rule.remove')}</button></li>
					))}</ul>
					<div><button type="button" class="button small" onClick={() => setR({ ...r, identity: [...r.identity, { class: classes.data?.items[0]?.name ?? 'item', keys: ['name'] }] })}>{t('rule.add')}</button></div></section>
				<section class="card" aria-labelledby="rule-auth"><h2 id="rule-auth">{t('rule.authority')}</h2><p class="muted small">{t('rule.authorityHint')}</p>
					<ul class="rule-list">{r.authority.map((x, i) => (
						<li key={i}><select aria-label={t('rule.who')} value={x.source ? `s:${x.source}` : `k:${x.kind ?? ''}`} onChange={(e) => put('authority', i, e.currentTarget.value.startsWith('s:') ? { source: e.currentTarget.value.slice(2), kind: null } : { source: null, kind: e.currentTarget.value.slice(2) || null })}>
							<option value="k:">{t('imp.any')}</option>{['manual', 'csv', 'agent'].map((k) => <option key={k} value={`k:${k}`}>{word('ruleKind', k)}</option>)}{r.sources.map((s) => <option key={s.name} value={`s:${s.name}`}>{s.label}</option>)}</select>
							<select aria-label={t('imp.class')} value={x.class ?? ''} onChange={(e) => put('authority', i, { class: e.currentTarget.value || null })}><option value="">{t('rule.allClasses')}</option>{classOptions}</select>
							<input aria-label={t('rule.field')} value={x.field} onChange={(e) => put('authority', i, { field: e.currentTarget.value.trim() })} />
							<label class="rule-may"><input type="checkbox" checked={x.may_set} onChange={(e) => put('authority', i, { may_set: e.currentTarget.checked })} />{t('rule.may')}</label>
							<input class="rule-rank" type="number" min={1} max={1000} aria-label={t('rule.rank')} placeholder={t('rule.rank')} value={x.rank ?? ''} onChange={(e) => put('authority', i, { rank: e.currentTarget.value ? Number(e.currentTarget.value) : null })} />
							<button type="button" class="button small" onClick={() => drop('authority', i)}>{t('rule.remove')}</button></li>
					))}</ul>
					<div><button type="button" class="button small" onClick={() => setR({ ...r, authority: [...r.authority, { source: null, kind: 'csv', class: null, field: '*', may_set: true, rank: null }] })}>{t('rule.add')}</button></div></section>
				<section class="card" aria-labelledby="rule-src"><h2 id="rule-src">{t('rule.sources')}</h2>
					<ul class="rule-list">{r.sources.map((s, i) => <li key={s.name}><span class="grow">{s.label} <span class="muted small">{s.name} · {word('ruleKind', s.kind)}</span></span>
						<input class="rule-rank" type="number" min={1} max={1000} aria-label={`${t('rule.rank')}: ${s.label}`} value={s.rank} onChange={(e) => put('sources', i, { rank: Number(e.currentTarget.value) })} /></li>)}</ul></section>
				<section class="card" aria-labelledby="rule-junk"><h2 id="rule-junk">{t('rule.junk')}</h2>
					<Field label={t('rule.junk')} hint={t('rule.junkHint')}><textarea rows={10} value={junk} onInput={(e) => setJunk(e.currentTarget.value)} /></Field></section>
				{error && <ErrorNote error={error} />}
				{may && <div class="buttons"><button type="submit" class="button primary">{t('rule.save')}</button></div>}
			</fieldset></form>}
		</div>
	);
}
