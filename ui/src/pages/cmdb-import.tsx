// Imports of tables: the list and a new one; one import step by step: mapping, differences, applying with progress, report, undoing.
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { post, query, request } from '../lib/api';
import { when } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import { busy, fieldName, keeper, OUTCOMES, shown } from '../lib/reconcile';
import type { Batch, Outcome, Row } from '../lib/reconcile';
import { go } from '../lib/router';
import type { CiClass, Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from '../parts/bits';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { FilePick } from '../parts/file-pick';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1251', 'windows-1252'];
const SEPARATORS: [string, string][] = [[';', ';'], [',', ','], ['\t', 'Tab'], ['|', '|']];
const FIELDS = ['name', 'class', 'status', 'owner', 'location', 'external_key'];

function NewImport() {
	const [file, setFile] = useState<File | null>(null);
	const [source, setSource] = useState('');
	const [encoding, setEncoding] = useState('');
	const [separator, setSeparator] = useState('');
	const [error, setError] = useState<ApiError | null>(null);
	const [reading, setReading] = useState(false);
	const [over, setOver] = useState(false);
	const send = async (e: Event) => {
		e.preventDefault();
		if (!file) return;
		setReading(true);
		setError(null);
		try {
			const form = new FormData();
			form.append('file', file);
			const { data } = await request<Batch>(`/cmdb/batches${query({ source: source.trim(), file: file.name.slice(0, 200), encoding, separator })}`, { method: 'POST', body: form });
			go(`/cmdb/import/${data.id}`);
		} catch (err) {
			setError(asError(err));
			setReading(false);
		}
	};
	return (
		<section class={`card drop ${over ? 'drop-over' : ''}`} aria-labelledby="imp-new"
			onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
			onDrop={(e) => { e.preventDefault(); setOver(false); setFile(e.dataTransfer?.files[0] ?? null); }}>
			<h2 id="imp-new">{t('imp.new')}</h2>
			<form class="import-form" onSubmit={(e) => void send(e)}>
				<div class="field"><span class="label">{t('imp.file')}</span><div class="import-pick"><FilePick file={file} onFile={setFile} accept=".csv,.txt,.tsv,text/csv" choose={t('imp.choose')} remove={t('imp.remove')} />{!file && <span class="muted small">{t('imp.drop')}</span>}</div></div>
				<Field label={t('imp.source')} hint={t('imp.sourceHint')} error={error?.field('source')}><input required maxLength={60} value={source} onInput={(e) => setSource(e.currentTarget.value)} /></Field>
				<Field label={t('imp.encoding')}><select value={encoding} onChange={(e) => setEncoding(e.currentTarget.value)}><option value="">{t('imp.found')}</option>{ENCODINGS.map((x) => <option key={x} value={x}>{x}</option>)}</select></Field>
				<Field label={t('imp.separator')}><select value={separator} onChange={(e) => setSeparator(e.currentTarget.value)}><option value="">{t('imp.found')}</option>{SEPARATORS.map(([v, n]) => <option key={v} value={v}>{n}</option>)}</select></Field>
				<button type="submit" class="button primary" disabled={!file || !source.trim() || reading}>{reading ? t('imp.reading') : t('imp.read')}</button>
			</form>
			{error && <ErrorNote error={error} />}
		</section>
	);
}

function Counts({ b, value, onChange }: { b: Batch; value?: Outcome | ''; onChange?: (o: Outcome | '') => void }) {
	return (
		<ul class="import-counts">{OUTCOMES.map((o) => (
			<li key={o}>{onChange
				? <button type="button" class={`button small ${value === o ? 'on' : ''}`} aria-pressed={value === o} onClick={() => onChange(value === o ? '' : o)}>{word('impOutcome', o)} <b class="num">{num(b[o])}</b></button>
				: b[o] > 0 && <span class="small">{word('impOutcome', o)} <b class="num">{num(b[o])}</b></span>}</li>
		))}</ul>
	);
}

export default function CmdbImports() {
	const list = useFetch<Page<Batch>>('/cmdb/batches?kind=csv&limit=100');
	return (
		<div class="page import-page">
			<PageTitle text={t('imp.all')} /><CmdbTabs />
			<h1>{t('imp.all')}</h1>
			{keepsCmdb.value && <NewImport />}
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{list.loading && <Skeleton rows={4} />}
			{list.data?.items.length === 0 && <Empty icon="boxes" title={t('imp.none')}>{t('imp.noneHint')}</Empty>}
			<ul class="report-list">{list.data?.items.map((b) => (
				<li key={b.id}><div class="grow"><a href={`/cmdb/import/${b.id}`}><b>{b.source}{b.file ? ` · ${b.file}` : ''}</b></a><span class="muted small">{[word('impState', b.state), when(b.created_at), t('imp.rows', { n: b.rows })].join(' · ')}</span></div><Counts b={b} /></li>
			))}</ul>
		</div>
	);
}

function Mapping({ b, onDone }: { b: Batch; onDone: () => void }) {
	const classes = useFetch<Page<CiClass>>('/cmdb/classes');
	const [cls, setCls] = useState(b.class?.name ?? '');
	const [map, setMap] = useState<Record<string, string>>(b.mapping);
	const [error, setError] = useState<ApiError | null>(null);
	const chosen = useFetch<CiClass & { attributes: { name: string; label: string; label_en: string; label_ru: string; type: string }[] }>(cls ? `/cmdb/classes/${cls}` : null);
	const attributes = chosen.data?.attributes ?? [];
	// What the class has not is left out; the rows would all be refused.
	useEffect(() => {
		if (cls && chosen.data) setMap((m) => Object.fromEntries(Object.entries(m).filter(([, x]) => FIELDS.includes(x) || attributes.some((a) => a.name === x))));
	}, [chosen.data]);
	const send = async (e: Event) => {
		e.preventDefault();
		setError(null);
		try {
			await request(`/cmdb/batches/${b.id}/mapping`, { method: 'PUT', body: { ...(cls ? { class: cls } : {}), columns: map } });
			onDone();
		} catch (err) {
			setError(asError(err));
		}
	};
	const set = (heading: string, target: string) => setMap(({ [heading]: _, ...rest }) => (target ? { ...rest, [heading]: target } : rest));
	const targets = (current?: string) => (
		<>
			<option value="">{t('imp.leftOut')}</option>
			<optgroup label={t('imp.fields')}>{FIELDS.map((f) => <option key={f} value={f}>{word('impField', f)}</option>)}</optgroup>
			<optgroup label={t('imp.attributes')}>
				{attributes.map((a) => <option key={a.name} value={a.name}>{labelOf(a)} ({a.type})</option>)}
				{current && !FIELDS.includes(current) && !attributes.some((a) => a.name === current) && <option value={current}>{current}</option>}
			</optgroup>
		</>
	);
	return (
		<section class="card" aria-labelledby="imp-map"><h2 id="imp-map">{t('imp.stepMap')}</h2>
			<form onSubmit={(e) => void send(e)} class="import-map">
				<Field label={t('imp.class')} error={error?.field('class')}><select value={cls} onChange={(e) => setCls(e.currentTarget.value)}><option value="">{t('imp.classColumn')}</option>
					{(classes.data?.items ?? []).filter((c) => !c.abstract).map((c) => <option key={c.name} value={c.name}>{labelOf(c)}</option>)}</select></Field>
				<div class="table-scroll" tabIndex={0} role="group" aria-label={t('imp.stepMap')}><table class="table table-dense">
					<thead><tr><th scope="col">{t('imp.column')}</th><th scope="col">{t('imp.means')}</th><th scope="col" class="right">{t('imp.filled')}</th><th scope="col" class="right">{t('imp.distinct')}</th><th scope="col">{t('imp.samples')}</th></tr></thead>
					<tbody>{b.columns.map((c) => (
						<tr key={c.heading}><th scope="row">{c.heading}</th>
							<td><select aria-label={`${t('imp.means')}: ${c.heading}`} value={map[c.heading] ?? ''} onChange={(e) => set(c.heading, e.currentTarget.value)}>{targets(map[c.heading])}</select></td>
							<td class="right num">{num(c.filled)}</td><td class="right num">{num(c.distinct)}</td><td class="import-sample muted">{c.sample.join(' · ')}</td></tr>
					))}</tbody></table></div>
				{error && <ErrorNote error={error} />}
				<div class="buttons"><button type="submit" class="button primary">{b.state === 'compared' ? t('imp.compareAgain') : t('imp.compare')}</button></div>
			</form>
		</section>
	);
}

function Progress({ b }: { b: Batch }) {
	return (
		<section class="card" aria-live="polite"><h2>{word('impState', b.state)}</h2>
			<progress max={Math.max(1, b.rows)} value={b.done ?? undefined} aria-label={word('impState', b.state)} />
			<p class="small muted">{t('imp.working', { done: num(b.done ?? 0), rows: num(b.rows) })} {t('imp.leave')}</p>
		</section>
	);
}

function Differences({ b }: { b: Batch }) {
	const [outcome, setOutcome] = useState<Outcome | ''>('');
	const [field, setField] = useState('');
	const path = `/cmdb/batches/${b.id}/rows${query({ outcome, field, limit: 100 })}`;
	const first = useFetch<Page<Row>>(path);
	const [extra, setExtra] = useState<{ path: string; items: Row[]; next: string | null } | null>(null);
	useEffect(() => { void first.reload(); }, [b.state]);
	const mine = extra?.path === path ? extra : null;
	const rows = [...(first.data?.items ?? []), ...(mine?.items ?? [])];
	const next = mine ? mine.next : first.data?.next ?? null;
	const more = async () => {
		const { data } = await request<Page<Row>>(`${path}&cursor=${next}`);
		setExtra({ path, items: [...(mine?.items ?? []), ...data.items], next: data.next });
	};
	return (
		<section class="card" aria-labelledby="imp-diff"><div class="card-head"><h2 id="imp-diff">{b.state === 'compared' ? t('imp.stepDiff') : t('imp.stepDone')}</h2>
			<div class="card-tools"><select aria-label={t('imp.byField')} value={field} onChange={(e) => setField(e.currentTarget.value)}><option value="">{t('imp.byField')}: {t('imp.any')}</option>
				{Object.entries(b.fields).map(([f, n]) => <option key={f} value={f}>{fieldName(f)} · {t('imp.changed')} {num(n.changed)} · {t('imp.kept')} {num(n.kept)}</option>)}</select>
				<a class="button small" href={`/api/v1/cmdb/batches/${b.id}/report.csv`} download><Icon name="download" />{t('imp.report')}</a></div></div>
			<Counts b={b} value={outcome} onChange={setOutcome} />
			{b.ambiguous > 0 && b.state === 'applied' && <p><a href="/cmdb/ambiguous">{t('imp.queue')}</a></p>}
			{first.error && <ErrorNote error={first.error} />}
			{!first.loading && rows.length === 0 ? <p class="muted">{t('imp.noRows')}</p> : (
				<div class="table-scroll" tabIndex={0} role="group" aria-label={t('imp.what')}><table class="table table-dense">
					<thead><tr><th scope="col" class="right">{t('imp.line')}</th><th scope="col">{t('imp.name')}</th><th scope="col">{t('imp.what')}</th></tr></thead>
					<tbody>{rows.map((r) => (
						<tr key={r.line}><td class="right num">{r.line}</td><td>{r.ci ? <a href={`/cmdb/${r.ci.id}`}>{r.name ?? r.ci.name}</a> : r.name ?? '—'}</td>
							<td><b>{word('impOutcome', r.outcome)}</b>
								<ul class="import-changes">
									{r.errors.map((x, i) => <li key={`e${i}`} class="late-words">{x.pointer && <b>{fieldName(x.pointer)}: </b>}{x.detail}</li>)}
									{r.outcome !== 'created' && r.changes.map((c, i) => <li key={i}><b>{fieldName(c.field)}:</b> <s>{shown(c.old)}</s> → {shown(c.new)}{c.kept && <span class="muted"> ({t('imp.keptBy', { who: keeper(c.kept) })})</span>}</li>)}
								</ul></td></tr>
					))}</tbody></table></div>
			)}
			{next && <button type="button" class="button" onClick={() => void more()}>{t('imp.more')}</button>}
		</section>
	);
}

function Kept({ b }: { b: Batch }) {
	const list = useFetch<Page<{ ci: Ref; field: string; reason: string; by_batch: unknown; now: unknown; detail: string | null }>>(`/cmdb/batches/${b.id}/kept?limit=200`);
	if (!list.data?.items.length) return null;
	return (
		<section class="card" aria-labelledby="imp-kept"><h2 id="imp-kept">{t('imp.keptTitle')}</h2><ul class="report-list">{list.data.items.map((k) => (
			<li key={`${k.ci.id}${k.field}`}><div class="grow"><a href={`/cmdb/${k.ci.id}`}>{k.ci.name}</a><span class="small">{k.field ? `${fieldName(k.field)}: ${shown(k.by_batch)} → ${shown(k.now)}` : t('imp.wholeCi')} · {word('impReason', k.reason)} {k.detail}</span></div></li>
		))}</ul></section>
	);
}

export function CmdbImport({ id }: { id: string }) {
	const one = useFetch<Batch>(`/cmdb/batches/${id}`);
	const [error, setError] = useState<ApiError | null>(null);
	const [sure, setSure] = useState(false);
	const b = one.data;
	useEffect(() => {
		if (!b || !busy(b.state)) return;
		const timer = setInterval(() => void one.reload(), 1000);
		return () => clearInterval(timer);
	}, [b?.state]);
	const act = async (what: string) => {
		setError(null);
		setSure(false);
		try {
			one.set(await post<Batch>(`/cmdb/batches/${id}/${what}`));
		} catch (e) {
			setError(asError(e));
		}
	};
	const may = keepsCmdb.value;
	return (
		<div class="page import-page">
			<PageTitle text={t('imp.title')} /><CmdbTabs />
			{one.error && <ErrorNote error={one.error} onRetry={() => void one.reload()} />}
			{!b && one.loading && <Skeleton rows={8} />}
			{b && <>
				<header><h1>{b.source}{b.file ? ` · ${b.file}` : ''}</h1>
					<p class="muted small">{word('impState', b.state)}{b.encoding && ` · ${t('imp.readAs', { encoding: b.encoding, separator: b.separator === '\t' ? 'Tab' : b.separator ?? '', rows: t('imp.rows', { n: b.rows }) })}`}</p></header>
				{b.problem && <p class="note-bar" role="alert"><Icon name="alert" />{t('imp.problem', { why: b.problem === 'interrupted' ? t('imp.interrupted') : b.problem === 'failed' ? t('imp.failed') : b.problem })}</p>}
				{b.undone && b.state === 'undone' && <p>{t('imp.undone', b.undone)}</p>}
				{error && <ErrorNote error={error} />}
				{busy(b.state) && <Progress b={b} />}
				{may && ['staged', 'compared'].includes(b.state) && <Mapping key={b.id} b={b} onDone={() => void one.reload()} />}
				{['compared', 'applied', 'undone'].includes(b.state) && <Differences b={b} />}
				{b.state === 'undone' && b.kept > 0 && <Kept b={b} />}
				{may && <div class="buttons import-acts">
					{b.state === 'compared' && <button type="button" class="button primary" onClick={() => void act('apply')}>{t('imp.apply', { n: b.created + b.updated })}</button>}
					{['staged', 'compared'].includes(b.state) && <button type="button" class="button" onClick={() => void act('discard').then(() => go('/cmdb/import'))}>{t('imp.discard')}</button>}
					{b.state === 'applied' && !sure && <button type="button" class="button" onClick={() => setSure(true)}>{t('imp.undo')}</button>}
					{sure && <><span class="small">{t('imp.undoSure')}</span><button type="button" class="button primary" onClick={() => void act('undo')}>{t('imp.undo')}</button><button type="button" class="button" onClick={() => setSure(false)}>{t('action.back')}</button></>}
				</div>}
			</>}
		</div>
	);
}
