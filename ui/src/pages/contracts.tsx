// Contracts: which hold, with whom, by which terms; a new one by form or from a file.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { isoDay, now } from '../lib/format';
import { num, t, word } from '../lib/i18n';
import { go, place, setQuery } from '../lib/router';
import { writesTerms } from '../lib/session';
import { dayBefore, dayWords } from '../lib/terms';
import type { Contract, Saved } from '../lib/terms';
import type { Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Skeleton } from '../parts/bits';
import { Dialog, toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';
import { Outcome, TermsForm, bodyOf, draftOf, useDryRun } from '../parts/terms-form';
import { Differences, Part, Warnings, money } from '../parts/terms-view';

function NewContract({ suppliers, supplier, onClose }: { suppliers: Ref[]; supplier: string; onClose: () => void }) {
	const [draft, setDraft] = useState(() => draftOf(null));
	const [head, setHead] = useState({ number: '', name: '', supplier, valid_from: isoDay(now.value), valid_to: '' });
	const [failed, setFailed] = useState<ApiError | null>(null);
	const calendars = useFetch<Page<Ref>>('/calendars?limit=200');
	const { pause_reasons: reasons, escalation_steps: steps, ...terms } = bodyOf(draft);
	// Reasons and steps that nobody touched are the server's own to give.
	const body = { number: head.number, name: head.name, ...(head.supplier ? { supplier: head.supplier } : {}), valid_from: head.valid_from, ...(head.valid_to ? { valid_to: head.valid_to } : {}), ...terms,
		...(draft.reasons.length ? { pause_reasons: reasons } : {}), ...(draft.steps.length ? { escalation_steps: steps } : {}) };
	const run = useDryRun('/contracts', 'POST', body, null);
	const error = run.error?.status === 422 ? run.error : null;
	const wrong = (name: string) => error?.fields.find((f) => f.pointer === `/${name}`)?.detail;
	return (
		<form class="terms-edit" onSubmit={(e) => {
			e.preventDefault();
			request<Saved>('/contracts', { method: 'POST', body }).then(({ data }) => go(`/suppliers/contracts/${data.id}`), (x) => setFailed(asError(x)));
		}}>
			<div>
				<Part title={t('contract.new')}>
					<div class="two">
						<Field label={t('contract.number')} required error={head.number ? wrong('number') : undefined}><input value={head.number} onInput={(e) => setHead({ ...head, number: e.currentTarget.value })} /></Field>
						<Field label={t('sla.supplier')} required error={head.supplier ? wrong('supplier') : undefined}><select value={head.supplier} onChange={(e) => setHead({ ...head, supplier: e.currentTarget.value })}><option value="">{t('terms.choose')}</option>{suppliers.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}</select></Field>
					</div>
					<Field label={t('contract.name')} required error={head.name ? wrong('name') : undefined}><input value={head.name} onInput={(e) => setHead({ ...head, name: e.currentTarget.value })} /></Field>
					<div class="two">
						<Field label={t('terms.validFrom')} required error={wrong('valid_from')}><input type="date" value={head.valid_from} onInput={(e) => setHead({ ...head, valid_from: e.currentTarget.value })} /></Field>
						<Field label={t('terms.validTo')} required={false} error={wrong('valid_to')}><input type="date" value={head.valid_to} onInput={(e) => setHead({ ...head, valid_to: e.currentTarget.value })} /></Field>
					</div>
				</Part>
				<TermsForm draft={draft} set={setDraft} error={error} calendars={calendars.data?.items ?? []} />
			</div>
			<aside class="terms-outcome">
				<Outcome run={run} />
				{failed && failed.status !== 422 && <ErrorNote error={failed} kept={t('terms.kept')} />}
				<div class="buttons"><button type="submit" class="button primary" disabled={run.asking || !!run.error || !run.saved}><Icon name="save" />{t('contract.make')}</button>
					<button type="button" class="button" onClick={onClose}>{t('action.close')}</button></div>
			</aside>
		</form>
	);
}

function FromFile({ file, onClose }: { file: Record<string, unknown>; onClose: () => void }) {
	const run = useDryRun('/contracts/document', 'POST', file, null);
	const [error, setError] = useState<ApiError | null>(null);
	return (
		<Dialog title={t('contract.newFromFile')} onClose={onClose} wide>
			<div class="dialog-body">
				{run.error ? <ErrorNote error={run.error} /> : run.saved ? <><p><b>{run.saved.number}</b> {run.saved.name}</p><Warnings warnings={run.saved.warnings} overlaps={run.saved.overlaps} /><Differences list={run.saved.differences} /></> : <Skeleton rows={4} />}
				{error && <ErrorNote error={error} />}
			</div>
			<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="button" class="button primary" disabled={!run.saved || !!run.error}
					onClick={() => request<Saved>('/contracts/document', { method: 'POST', body: file }).then(({ data }) => go(`/suppliers/contracts/${data.id}`), (e) => setError(asError(e)))}>{t('contract.make')}</button></footer>
		</Dialog>
	);
}

export default function Contracts() {
	const supplier = place.value.query.get('supplier') ?? '';
	const [typed, setTyped] = useState('');
	const open = writesTerms.value && place.value.query.get('new') !== null;
	const setOpen = (on: boolean) => setQuery({ new: on ? '1' : null }, false);
	const [file, setFile] = useState<Record<string, unknown> | null>(null);
	const list = useFetch<Page<Contract>>(`/contracts?limit=200${supplier ? `&supplier=${supplier}` : ''}`);
	const suppliers = useFetch<Page<Ref>>('/suppliers?limit=200');
	const calendars = useFetch<Page<{ id: string | number; ends: boolean; known_until: string | null }>>('/calendars?limit=200');
	const words = typed.trim().toLowerCase();
	const items = (list.data?.items ?? []).filter((k) => !words || `${k.number} ${k.name} ${k.supplier.name}`.toLowerCase().includes(words));
	const ends = (k: Contract) => calendars.data?.items.find((c) => String(c.id) === String(k.calendar.id) && c.ends);
	return (
		<div class="page contracts-page">
			<PageTitle text={t('tab.contracts')} />
			<SupplierTabs />
			<header class="page-head">
				<h1>{t('tab.contracts')}</h1>
				{!open && <div class="page-tools">
					<input type="search" aria-label={t('contract.find')} placeholder={t('contract.find')} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />
					<select aria-label={t('sla.supplier')} value={supplier} onChange={(e) => setQuery({ supplier: e.currentTarget.value || null })}><option value="">{t('sla.allSuppliers')}</option>{suppliers.data?.items.map((s) => <option key={s.id} value={String(s.id)}>{s.name}</option>)}</select>
					{writesTerms.value && <>
						<label class="button file-button"><Icon name="clip" />{t('contract.newFromFile')}<input type="file" accept="application/json,.json" class="hidden" onChange={async (e) => {
							const chosen = e.currentTarget.files?.[0];
							e.currentTarget.value = '';
							if (!chosen) return;
							try {
								setFile(JSON.parse(await chosen.text()));
							} catch {
								toast(t('contract.noJson'), { icon: 'alert' });
							}
						}} /></label>
						<button type="button" class="button primary" onClick={() => setOpen(true)}><Icon name="plus" />{t('contract.new')}</button>
					</>}
				</div>}
			</header>
			{open ? <NewContract suppliers={suppliers.data?.items ?? []} supplier={supplier} onClose={() => setOpen(false)} /> : (
				<>
					{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
					{!list.data && !list.error && <Skeleton rows={8} />}
					{list.data && !items.length && <Empty icon="supplier" title={t('contract.none')} />}
					{items.length > 0 && (
						<section class="card card-flush"><div class="table-scroll" tabIndex={0} role="region" aria-label={t('tab.contracts')}>
							<table class="table contract-table">
								<thead><tr><th scope="col">{t('contract.number')}</th><th scope="col">{t('contract.name')}</th><th scope="col">{t('sla.supplier')}</th><th scope="col">{t('terms.validTo')}</th><th scope="col">{t('terms.edition')}</th><th scope="col">{t('terms.calendar')}</th><th scope="col" class="right">{t('terms.price')}</th></tr></thead>
								<tbody>{items.map((k) => (
									<tr key={k.id}>
										<th scope="row"><a href={`/suppliers/contracts/${k.id}`} class="num">{k.number}</a></th>
										<td><span class="clip">{k.name}</span></td><td>{k.supplier.name}</td>
										<td>{k.valid_to ? dayWords(dayBefore(k.valid_to), true) : t('terms.openEnd')}</td>
										<td>{k.in_force === null ? <span class="tag">{t('contract.notInForce')}</span> : <span class="num">{num(k.edition)}</span>}{k.terms.some((x) => x.valid_from > isoDay(now.value)) && <span class="muted small"> {t('contract.changeComes', { day: dayWords(k.terms.find((x) => x.valid_from > isoDay(now.value))!.valid_from, true) })}</span>}</td>
										<td><a href={`/suppliers/calendars/${k.calendar.id}`}>{k.calendar.name}</a>{ends(k) && <span class="late-words small"> <Icon name="risk" size={14} label={t('calendar.endsSoon')} /></span>}</td>
										<td class="right num">{k.price ? <>{money(k.price)} <span class="muted small">{word('pricePer', k.price_period)}</span></> : '—'}</td>
									</tr>
								))}</tbody>
							</table>
						</div></section>
					)}
				</>
			)}
			{file && <FromFile file={file} onClose={() => setFile(null)} />}
		</div>
	);
}
