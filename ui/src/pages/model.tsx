// The model of the CMDB: classes as a tree with attributes and states, relations with pairs; every change is tried before it is made.
import { useEffect, useState } from 'preact/hooks';
import { request } from '../lib/api';
import type { ApiError, FieldError } from '../lib/api';
import { asError } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import { difference, line } from '../lib/model';
import type { Conversion, Model, ModelAttribute, ModelClass, ModelType, Report } from '../lib/model';
import { place, setQuery } from '../lib/router';
import { ErrorNote, Skeleton } from '../parts/bits';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { toast } from '../parts/dialog';
import { AttributeFields, Choose, Flag, Num, States, Text, labelIn } from '../parts/model-fields';
import { Outlook } from '../parts/model-outlook';
import { PageTitle } from '../parts/shell';

const NEW_ATTRIBUTE: ModelAttribute = { name: '', type: 'text', unit: null, required: false, unique_within: false, indexed: false, label_en: '', label_ru: '', choices: null, reference_class: null, default: null, purpose: '', owner: '', source: '', review_days: null, position: 100, retired: false };
const NEW_TYPE: ModelType = { name: '', label_en: '', label_ru: '', inverse_en: '', inverse_ru: '', impact: 'to_source', strength: 1, source_max: null, target_max: null, purpose: '', position: 100, pairs: [] };
const newClass = (parent: string): ModelClass => ({ name: '', parent, abstract: false, label_en: '', label_ru: '', purpose: '', owner: '', owner_login: null, source: '', review_days: null, name_template: null, position: 100, states: [], attributes: [] });
type Wrong = (path: string) => string | undefined;

function ClassForm({ model, was, value, onChange, off, wrong }: { model: Model; was: Model; value: ModelClass; onChange: (v: ModelClass) => void; off: boolean; wrong: Wrong }) {
	const of = { value, onChange, off, wrong };
	const old = was.classes.find((c) => c.name === value.name);
	const classes = model.classes.map((c) => ({ value: c.name, label: labelIn(c) }));
	const above = line(model, value.name).filter((c) => c.name !== value.name);
	return (
		<>
			<div class="model-form">
				{!old && <Text of={of} name="name" max={63} />}
				<Text of={of} name="label_en" /><Text of={of} name="label_ru" /><Text of={of} name="purpose" max={1000} /><Text of={of} name="owner" />
				<Text of={{ ...of, onChange: (v) => onChange({ ...v, owner_login: v.owner_login || null }) }} name="owner_login" /><Text of={of} name="source" /><Num of={of} name="review_days" />
				<Text of={{ ...of, onChange: (v) => onChange({ ...v, name_template: v.name_template || null }) }} name="name_template" max={300} label={t('model.name_template', { a: '{hostname}', b: '{model}' })} />
				<div class="model-flags"><Flag of={of} name="abstract" /></div>
			</div>
			<h3>{t('model.attributes')}</h3>
			{above.flatMap((c) => c.attributes.filter((a) => !a.retired).map((a) => <p key={`${c.name}/${a.name}`} class="model-inherited"><span>{labelIn(a)}</span> <span class="muted">{a.type}{a.unit ? `, ${a.unit}` : ''} · {t('model.inherited', { name: labelIn(c) })}</span></p>))}
			{value.attributes.map((a, i) => (
				<details key={i} class="model-attribute" open={a.name === '' || !old?.attributes.some((x) => x.name === a.name)}>
					<summary><b>{labelIn(a) || '…'}</b> <span class="muted">{a.type}{a.unit ? `, ${a.unit}` : ''}{a.required ? ` · ${t('model.required')}` : ''}{a.unique_within ? ` · ${t('model.unique_within')}` : ''}{a.retired ? ` · ${t('model.retired')}` : ''}</span> {a.purpose && <span class="small muted">{a.purpose}</span>}</summary>
					<AttributeFields value={a} off={off} classes={classes} isNew={!old?.attributes.some((x) => x.name === a.name && x.name !== '')} wrong={(f) => wrong(`attributes/${a.name}/${f}`)} onChange={(v) => onChange({ ...value, attributes: value.attributes.map((x, j) => (j === i ? v : x)) })} />
				</details>
			))}
			{!off && <button type="button" class="button" onClick={() => onChange({ ...value, attributes: [...value.attributes, { ...NEW_ATTRIBUTE, position: value.attributes.length + 1 }] })}>{t('model.newAttribute')}</button>}
			<h3>{t('model.states')}</h3>
			<States list={value.states} off={off} wrong={(f) => wrong(`states/${f}`)} onChange={(states) => onChange({ ...value, states })} />
		</>
	);
}

function TypeForm({ model, value, onChange, off, wrong, isNew }: { model: Model; value: ModelType; onChange: (v: ModelType) => void; off: boolean; wrong: Wrong; isNew: boolean }) {
	const of = { value, onChange, off, wrong };
	const classes = model.classes.map((c) => ({ value: c.name, label: labelIn(c) }));
	const pick = (i: number, side: 'source' | 'target', label: string) => (
		<label class="field">{label}<select disabled={off} value={value.pairs[i][side]} onChange={(e) => onChange({ ...value, pairs: value.pairs.map((p, j) => (j === i ? { ...p, [side]: e.currentTarget.value } : p)) })}>{classes.map((c) => <option key={c.value} value={c.value}>{c.label}</option>)}</select></label>
	);
	return (
		<details class="model-attribute" open={isNew}>
			<summary><b>{labelIn(value) || '…'}</b> <span class="muted">{word('modelImpact', value.impact)} · {value.strength}{value.pairs.length ? ` · ${value.pairs.map((p) => `${p.source} → ${p.target}`).join(', ')}` : ''}</span></summary>
			<div class="model-form">
				{isNew && <Text of={of} name="name" max={63} />}
				<Text of={of} name="label_en" /><Text of={of} name="label_ru" /><Text of={of} name="inverse_en" /><Text of={of} name="inverse_ru" />
				<Choose of={of} name="impact" options={['to_source', 'to_target', 'both', 'none'].map((x) => ({ value: x, label: word('modelImpact', x) }))} />
				<Num of={of} name="strength" step={0.01} min={0.01} /><Num of={of} name="source_max" /><Num of={of} name="target_max" /><Text of={of} name="purpose" max={1000} />
			</div>
			<h4>{t('model.pairs')}</h4>
			{value.pairs.map((_, i) => <div key={i} class="model-row">{pick(i, 'source', t('model.pairSource'))}{pick(i, 'target', t('model.pairTarget'))}{!off && <button type="button" class="button" onClick={() => onChange({ ...value, pairs: value.pairs.filter((__, j) => j !== i) })}>{t('model.remove')}</button>}</div>)}
			{!off && classes.length > 0 && <button type="button" class="button" onClick={() => onChange({ ...value, pairs: [...value.pairs, { source: classes[0].value, target: classes[0].value }] })}>{t('model.newPair')}</button>}
		</details>
	);
}

// Pointers of the part that was sent, as paths of what is edited: "server|attributes/rack/label_en".
function wrongIn(part: Partial<Model>, errors: FieldError[]): Map<string, string> {
	const out = new Map<string, string>();
	for (const e of errors) {
		const p = e.pointer.replace(/^\/model\//, '').split('/');
		const c = p[0] === 'classes' ? part.classes?.[Number(p[1])] : p[0] === 'relation_types' ? part.relation_types?.[Number(p[1])] : null;
		if (!c) out.set(p[0] === 'states' ? `states|${p.slice(1).join('/')}` : `|${e.pointer}`, e.detail);
		else if (p[2] === 'attributes') out.set(`${c.name}|attributes/${(c as ModelClass).attributes[Number(p[3])]?.name ?? ''}/${p.slice(4).join('/')}`, e.detail);
		else out.set(`${c.name}|${p.slice(2).join('/')}`, e.detail);
	}
	return out;
}

export default function ModelPage() {
	const [was, setWas] = useState<Model | null>(null);
	const [etag, setEtag] = useState<string | null>(null);
	const [draft, setDraft] = useState<Model | null>(null);
	const [conversions, setConversions] = useState<Conversion[]>([]);
	const [report, setReport] = useState<Report | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const off = !keepsCmdb.value;
	const shown = place.value.query.get('class') ?? '';
	const load = async () => {
		try {
			const answer = await request<Model>('/cmdb/model');
			setWas(answer.data);
			setDraft(answer.data);
			setEtag(answer.etag);
			setConversions([]);
			setReport(null);
			setError(null);
		} catch (e) {
			setError(asError(e));
		}
	};
	useEffect(() => void load(), []);
	const part = was && draft ? difference(was, draft) : null;
	const changed = !!part && Object.keys(part).length > 1;
	const text = JSON.stringify([part, conversions]);
	useEffect(() => {
		if (!changed) return setReport(null);
		const stop = new AbortController();
		const timer = setTimeout(async () => {
			try {
				const answer = await request<Report>('/cmdb/model/preview', { method: 'POST', body: { model: part, conversions }, signal: stop.signal });
				setReport(answer.data);
				setError(null);
			} catch (e) {
				if (stop.signal.aborted) return;
				setReport(null);
				setError(asError(e));
			}
		}, 500);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [text]);
	const apply = async () => {
		setBusy(true);
		try {
			await request<Report>('/cmdb/model', { method: 'PUT', body: { model: part, conversions, via: 'page' }, etag });
			toast(t('model.applied'), { icon: 'check' });
			await load();
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	const open = async (file: File | undefined) => {
		if (!file || !was) return;
		try {
			const given = JSON.parse(await file.text()) as Model;
			if (!Array.isArray(given.classes)) throw new Error();
			const merge = <T extends { name: string }>(list: T[], more: T[] | undefined) => [...list.map((x) => ({ ...x, ...more?.find((y) => y.name === x.name) })), ...(more ?? []).filter((y) => !list.some((x) => x.name === y.name))];
			setDraft({ ...was, states: given.states ?? was.states, classes: merge(was.classes, given.classes), relation_types: merge(was.relation_types, given.relation_types) });
		} catch {
			toast(t('model.fileWrong'), { icon: 'alert' });
		}
	};
	if (!was || !draft) return <div class="page"><CmdbTabs />{error ? <ErrorNote error={error} onRetry={() => void load()} /> : <Skeleton rows={10} />}</div>;
	const wrongs = wrongIn(part ?? {}, error?.fields ?? []);
	const at = draft.classes.findIndex((c) => c.name === shown);
	const setClass = (i: number, v: ModelClass) => {
		setDraft({ ...draft, classes: draft.classes.map((c, j) => (j === i ? v : c)) });
		if (v.name !== draft.classes[i].name) setQuery({ class: v.name });
	};
	const item = (value: string, label: string, depth = 0) => <a key={value} href={`/cmdb/model?class=${value}`} class={`depth-${Math.min(4, depth)} ${shown === value ? 'on' : ''}`} aria-current={shown === value ? 'true' : undefined}><span class="clip">{label}</span></a>;
	return (
		<div class="cmdb model-page">
			<PageTitle text={t('cmdbTab.model')} />
			<CmdbTabs />
			<nav class="class-tree" aria-label={t('cmdb.classes')}>
				{item('', t('model.allStates'))}
				{item('~relations', t('model.types'))}
				{draft.classes.map((c) => item(c.name, labelIn(c) || '…', line(draft, c.name).length - 1))}
			</nav>
			<section class="model-main">
				<header class="queue-head">
					<h1>{at >= 0 ? labelIn(draft.classes[at]) : t(shown === '~relations' ? 'model.types' : 'model.allStates')}</h1>
					<div class="queue-tools">
						<select class="only-narrow" aria-label={t('cmdb.classes')} value={shown} onChange={(e) => setQuery({ class: e.currentTarget.value || null })}>
							<option value="">{t('model.allStates')}</option><option value="~relations">{t('model.types')}</option>
							{draft.classes.map((c) => <option key={c.name} value={c.name}>{'\u2003'.repeat(line(draft, c.name).length - 1)}{labelIn(c)}</option>)}
						</select>
						{at >= 0 && !off && <button type="button" class="button" onClick={() => { const c = newClass(shown); c.name = `${shown}_${draft.classes.length}`; setDraft({ ...draft, classes: [...draft.classes, c] }); setQuery({ class: c.name }); }}>{t('model.newClass')}</button>}
						<a class="button" href="/api/v1/cmdb/model" download="vakhta-model.json">{t('model.export')}</a>
						{!off && <label class="button file-button">{t('model.import')}<input class="hidden" type="file" accept="application/json,.json" onChange={(e) => void open(e.currentTarget.files?.[0])} /></label>}
					</div>
				</header>
				<div class="model-body">
					<div>
						{at >= 0 && <ClassForm model={draft} was={was} value={draft.classes[at]} off={off} wrong={(p) => wrongs.get(`${shown}|${p}`)} onChange={(v) => setClass(at, v)} />}
						{shown === '' && <States list={draft.states} off={off} wrong={(p) => wrongs.get(`states|${p}`)} onChange={(states) => setDraft({ ...draft, states })} />}
						{shown === '~relations' && draft.relation_types.map((x, i) => (
							<TypeForm key={i} model={draft} value={x} off={off} isNew={!was.relation_types.some((y) => y.name === x.name)} wrong={(p) => wrongs.get(`${x.name}|${p}`)} onChange={(v) => setDraft({ ...draft, relation_types: draft.relation_types.map((y, j) => (j === i ? v : y)) })} />
						))}
						{shown === '~relations' && !off && <button type="button" class="button" onClick={() => setDraft({ ...draft, relation_types: [...draft.relation_types, { ...NEW_TYPE }] })}>{t('model.newType')}</button>}
					</div>
					<aside class="model-effect" aria-live="polite">
						<h2>{t('model.effect')}</h2>
						{!changed && <p class="muted">{t('model.noChange')}</p>}
						{error && wrongs.size === 0 && <ErrorNote error={error} />}
						{wrongs.size > 0 && <><h3>{t('model.wrong')}</h3><ul>{[...wrongs].map(([where, detail]) => <li key={where}><b>{where.replace('|', ': ')}</b> {detail}</li>)}</ul></>}
						{report && <Outlook report={report} model={draft} conversions={conversions} onConversions={setConversions} />}
						{changed && !off && (
							<p class="model-buttons">
								<button type="button" class="button primary" disabled={busy || !report || report.problems.length > 0} onClick={() => void apply()}>{t('model.apply')}</button>
								<button type="button" class="button" onClick={() => { setDraft(was); setConversions([]); setError(null); }}>{t('model.discard')}</button>
							</p>
						)}
					</aside>
				</div>
			</section>
		</div>
	);
}
