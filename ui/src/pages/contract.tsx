// One contract: its editions as a line in time, the terms of the chosen one, new terms from a day on, and the contract as a file.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { num, t, tx } from '../lib/i18n';
import { isoDay, now } from '../lib/format';
import { place, setQuery } from '../lib/router';
import { writesTerms } from '../lib/session';
import { dayBefore, dayWords } from '../lib/terms';
import type { Contract, Saved, Terms } from '../lib/terms';
import type { Page, Ref } from '../lib/types';
import { ErrorNote, Field, Skeleton } from '../parts/bits';
import { Dialog, toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';
import { Outcome, TermsForm, bodyOf, draftOf, useDryRun } from '../parts/terms-form';
import { Differences, Part, TermsView, Warnings } from '../parts/terms-view';

const span = (terms: Terms, contract: Contract) => {
	const end = terms.valid_to ?? contract.valid_to;
	return `${dayWords(terms.valid_from, true)} – ${end ? dayWords(dayBefore(end), true) : t('terms.openEnd')}`;
};

// Editions side by side, as long as they hold; the open end reaches a year past today.
function Editions({ contract, chosen, onChoose }: { contract: Contract; chosen: number; onChoose: (edition: number) => void }) {
	const today = Date.parse(`${isoDay(now.value)}T00:00:00Z`);
	const begin = Date.parse(contract.terms[0].valid_from);
	const last = contract.terms.at(-1)!;
	const end = Math.max(Date.parse(last.valid_to ?? contract.valid_to ?? '') || 0, Date.parse(last.valid_from) + 180 * 86_400_000, last.valid_to ?? contract.valid_to ? 0 : today + 365 * 86_400_000);
	const at = (ms: number) => Math.min(100, Math.max(0, ((ms - begin) / (end - begin)) * 100));
	return (
		<div class="editions">
			<div class="edition-bar" role="group" aria-label={t('terms.editions')}>
				{contract.terms.map((x) => {
					const from = at(Date.parse(x.valid_from));
					const to = at(Date.parse(x.valid_to ?? contract.valid_to ?? '') || end);
					const state = contract.in_force === x.edition ? 'now' : Date.parse(x.valid_from) > today ? 'later' : 'past';
					return (
						<button key={x.edition} type="button" class={`edition edition-${state} ${x.edition === chosen ? 'on' : ''}`} style={{ flexGrow: Math.max(to - from, 1) }} aria-pressed={x.edition === chosen} onClick={() => onChoose(x.edition)}>
							<b>{t('terms.editionN', { n: x.edition })}</b><span class="small">{span(x, contract)}</span>
							<span class="small muted">{[state === 'now' ? t('terms.inForce') : state === 'later' ? t('terms.later') : t('terms.over'), x.cases ? t('terms.nJudged', { n: x.cases }) : ''].filter(Boolean).join(' · ')}</span>
						</button>
					);
				})}
			</div>
		</div>
	);
}

function NewTerms({ contract, from, etag, onDone, onClose }: { contract: Contract; from: Terms; etag: string | null; onDone: (saved: Saved) => void; onClose: () => void }) {
	const [draft, setDraft] = useState(() => draftOf(from));
	const [day, setDay] = useState(isoDay(now.value + 86_400_000));
	const [until, setUntil] = useState('');
	const [failed, setFailed] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const calendars = useFetch<Page<Ref>>('/calendars?limit=200');
	const path = `/contracts/${contract.id}/terms`;
	const body = { valid_from: day, ...(until ? { valid_to: until } : {}), ...bodyOf(draft) };
	const run = useDryRun(path, 'POST', body, etag);
	const error = run.error?.status === 422 ? run.error : null;
	const save = async () => {
		setBusy(true);
		setFailed(null);
		try {
			onDone((await request<Saved>(path, { method: 'POST', body, etag })).data);
		} catch (e) {
			setFailed(asError(e));
		} finally {
			setBusy(false);
		}
	};
	const wrong = (name: string) => error?.fields.find((f) => f.pointer === `/${name}`)?.detail;
	return (
		<form class="terms-edit" onSubmit={(e) => {
			e.preventDefault();
			void save();
		}}>
			<div>
				<Part title={t('terms.newTerms')}>
					<p class="muted">{t('terms.newHint')}</p>
					<div class="two">
						<Field label={t('terms.validFrom')} required error={wrong('valid_from')}><input type="date" value={day} onInput={(e) => setDay(e.currentTarget.value)} /></Field>
						<Field label={t('terms.validTo')} required={false} hint={t('terms.validToHint')} error={wrong('valid_to')}><input type="date" value={until} min={day} onInput={(e) => setUntil(e.currentTarget.value)} /></Field>
					</div>
				</Part>
				<TermsForm draft={draft} set={setDraft} error={error} calendars={calendars.data?.items ?? []} />
			</div>
			<aside class="terms-outcome">
				<Outcome run={run} />
				{failed && failed.status !== 422 && <ErrorNote error={failed} kept={t('terms.kept')} />}
				<div class="buttons"><button type="submit" class="button primary" disabled={busy || run.asking || !!run.error || !run.saved?.differences.length}><Icon name="save" />{t('terms.saveFrom', { day: day ? dayWords(day) : '' })}</button>
					<button type="button" class="button" onClick={onClose}>{t('action.close')}</button></div>
			</aside>
		</form>
	);
}

function Header({ contract, etag, onDone, onClose }: { contract: Contract; etag: string | null; onDone: (saved: Saved) => void; onClose: () => void }) {
	const [number, setNumber] = useState(contract.number);
	const [name, setName] = useState(contract.name);
	const [from, setFrom] = useState(contract.valid_from);
	const [to, setTo] = useState(contract.valid_to ?? '');
	const [error, setError] = useState<ApiError | null>(null);
	const wrong = (field: string) => error?.fields.find((f) => f.pointer === `/${field}`)?.detail;
	return (
		<Dialog title={t('contract.change')} onClose={onClose}>
			<form onSubmit={(e) => {
				e.preventDefault();
				request<Saved>(`/contracts/${contract.id}`, { method: 'PATCH', body: { number, name, valid_from: from, valid_to: to || null }, etag }).then(({ data }) => onDone(data), (x) => setError(asError(x)));
			}}>
				<div class="dialog-body">
					<Field label={t('contract.number')} required error={wrong('number')}><input value={number} onInput={(e) => setNumber(e.currentTarget.value)} /></Field>
					<Field label={t('contract.name')} required error={wrong('name')}><input value={name} onInput={(e) => setName(e.currentTarget.value)} /></Field>
					<div class="two">
						<Field label={t('terms.validFrom')} required error={wrong('valid_from')}><input type="date" value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></Field>
						<Field label={t('terms.validTo')} required={false} error={wrong('valid_to')}><input type="date" value={to} onInput={(e) => setTo(e.currentTarget.value)} /></Field>
					</div>
					{error && <ErrorNote error={error} shown={['number', 'name', 'valid_from', 'valid_to']} kept={t('terms.kept')} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary">{t('action.save')}</button></footer>
			</form>
		</Dialog>
	);
}

// A file is first shown with what it would change.
function FromFile({ contract, etag, file, onDone, onClose }: { contract: Contract; etag: string | null; file: unknown; onDone: (saved: Saved) => void; onClose: () => void }) {
	const path = `/contracts/${contract.id}/document`;
	const run = useDryRun(path, 'PUT', file as Record<string, unknown>, etag);
	const [error, setError] = useState<ApiError | null>(null);
	return (
		<Dialog title={t('contract.fromFile')} onClose={onClose} wide>
			<div class="dialog-body">
				{run.error ? <ErrorNote error={run.error} /> : run.saved ? <><Warnings warnings={run.saved.warnings} overlaps={run.saved.overlaps} /><Differences list={run.saved.differences} /></> : <Skeleton rows={4} />}
				{error && <ErrorNote error={error} />}
			</div>
			<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="button" class="button primary" disabled={!run.saved || !!run.error || !run.saved.differences.length}
					onClick={() => request<Saved>(path, { method: 'PUT', body: file, etag }).then(({ data }) => onDone(data), (e) => setError(asError(e)))}>{t('action.save')}</button></footer>
		</Dialog>
	);
}

export default function ContractPage({ id }: { id: string }) {
	const data = useFetch<Contract>(`/contracts/${id}`);
	const [open, setOpen] = useState<'' | 'terms' | 'header'>('');
	const [file, setFile] = useState<unknown>(null);
	const x = data.data;
	if (data.error && !x) return <div class="page"><PageTitle text={t('tab.contracts')} /><SupplierTabs /><ErrorNote error={data.error} onRetry={() => void data.reload()} /></div>;
	if (!x) return <div class="page"><PageTitle text={t('tab.contracts')} /><SupplierTabs /><Skeleton rows={10} /></div>;
	const wanted = Number(place.value.query.get('edition')) || x.edition;
	const index = Math.max(0, x.terms.findIndex((y) => y.edition === wanted));
	const chosen = x.terms[index];
	const done = (saved: Saved) => {
		setOpen('');
		setFile(null);
		toast(t('app.saved'), { icon: 'check' });
		setQuery({ edition: null });
		void data.reload();
		if (saved.warnings.length) toast(t('terms.nWarnings', { n: saved.warnings.length }), { icon: 'risk' });
	};
	return (
		<div class="page contract-page">
			<PageTitle text={`${x.number} ${x.supplier.name}`} />
			<SupplierTabs />
			<header class="page-head">
				<div><p class="ticket-line"><span class="num muted">{x.number}</span>{x.in_force === null && <span class="tag">{t('contract.notInForce')}</span>}</p><h1>{x.name}</h1>
					<p class="case-to"><Icon name="supplier" /><b>{x.supplier.name}</b><span class="muted">{dayWords(x.valid_from)} – {x.valid_to ? dayWords(dayBefore(x.valid_to)) : t('terms.openEnd')}</span></p></div>
				<div class="page-tools">
					<a class="button" href={`/api/v1/contracts/${x.id}/document`} download={`contract-${x.number.replace(/[^\p{L}\p{N}-]+/gu, '-')}.json`}><Icon name="download" />{t('contract.toFile')}</a>
					{writesTerms.value && <>
						<label class="button file-button"><Icon name="clip" />{t('contract.fromFile')}<input type="file" accept="application/json,.json" class="hidden" onChange={async (e) => {
							const chosenFile = e.currentTarget.files?.[0];
							e.currentTarget.value = '';
							if (!chosenFile) return;
							try {
								setFile(JSON.parse(await chosenFile.text()));
							} catch {
								toast(t('contract.noJson'), { icon: 'alert' });
							}
						}} /></label>
						<button type="button" class="button" onClick={() => setOpen('header')}><Icon name="edit" />{t('contract.change')}</button>
						<button type="button" class="button primary" onClick={() => setOpen('terms')}><Icon name="plus" />{t('terms.newTerms')}</button>
					</>}
				</div>
			</header>
			{open === 'terms' ? <NewTerms contract={x} from={chosen} etag={data.etag} onDone={done} onClose={() => setOpen('')} /> : (
				<>
					<Editions contract={x} chosen={chosen.edition} onChoose={(n) => setQuery({ edition: n === x.edition ? null : String(n) })} />
					<TermsView terms={chosen} />
					{index > 0 && <Part title={tx('terms.against', { n: num(x.terms[index - 1].edition) }).join('')}><Against contract={x} index={index} /></Part>}
				</>
			)}
			{open === 'header' && <Header contract={x} etag={data.etag} onDone={done} onClose={() => setOpen('')} />}
			{file !== null && <FromFile contract={x} etag={data.etag} file={file} onDone={done} onClose={() => setFile(null)} />}
		</div>
	);
}

// What this edition changed against the one before it.
function Against({ contract, index }: { contract: Contract; index: number }) {
	const before = factsOf(contract.terms[index - 1]);
	const after = factsOf(contract.terms[index]);
	const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	return <Differences list={paths.filter((p) => JSON.stringify(before[p]) !== JSON.stringify(after[p])).map((path) => ({ path, before: before[path] ?? null, after: after[path] ?? null }))} />;
}

function factsOf(x: Terms): Record<string, unknown> {
	const facts: Record<string, unknown> = { price_period: x.price_period, calendar: x.calendar, pause_limit_s: x.pause_limit_s, automatic_acknowledges: x.automatic_acknowledges };
	if (x.price) facts.price = x.price;
	if (x.credit_cap_pct !== null) facts.credit_cap_pct = x.credit_cap_pct;
	for (const y of x.targets) {
		facts[`targets/${y.priority}/${y.metric}/target_s`] = y.target_s;
		facts[`targets/${y.priority}/${y.metric}/goal_pct`] = y.goal_pct;
	}
	for (const y of x.credits) facts[`credits/${y.metric}/${y.below_pct}`] = y.credit_pct;
	for (const y of x.coverage) facts[`coverage/${y.id}`] = y.name;
	for (const y of x.coverage_classes) facts[`coverage_classes/${y.class.name}/${JSON.stringify(y.filter)}`] = { ...y.class, filter: y.filter };
	for (const y of x.pause_reasons) facts[`pause_reasons/${y.key}`] = { name_en: y.name_en, name_ru: y.name_ru };
	for (const y of x.escalation_steps) facts[`escalation_steps/${y.at_pct}/${y.role}`] = true;
	return facts;
}
