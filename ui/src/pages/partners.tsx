// Suppliers themselves: who they are, who is written to, their coordinator's links; and the rules that hold for all of them.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { patch, post } from '../lib/api';
import { dur, when } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { go } from '../lib/router';
import { session, writesTerms } from '../lib/session';
import type { Id, Page, Ref } from '../lib/types';
import { Empty, ErrorNote, Field, Priority, Segmented, Skeleton, Status } from '../parts/bits';
import { toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { Links, seesLinks } from '../parts/links';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';

type Contact = { name: string; role?: string; mail?: string; phone?: string };
type Supplier = {
	id: Id; key: string; name: string; kind: 'external' | 'internal'; mail: string | null; language: 'en' | 'ru'; contacts: Contact[]; notes: string; active: boolean;
	mail_domains?: string[]; contracts: number; open_cases: number; version: number;
};
type Rules = { late_entry_s: number; link_days: number; link_grace_h: number };
type CaseItem = { number: string; summary: string; status: string; priority: number; sent_at: string; breached?: boolean };

const KNOWN_ROLES = ['coordinator', 'manager'];

function RulesCard() {
	const rules = useFetch<Rules>('/supply-rules');
	const [typed, setTyped] = useState<Record<string, string>>({});
	const [error, setError] = useState<ApiError | null>(null);
	const manages = !!session.value?.roles.includes('manager');
	const r = rules.data;
	if (rules.error) return <ErrorNote error={rules.error} onRetry={() => void rules.reload()} />;
	if (!r) return <Skeleton rows={3} />;
	const fields: { name: keyof Rules; value: number; unit: number; min: number; max: number; shown: string }[] = [
		{ name: 'late_entry_s', value: r.late_entry_s / 60, unit: 60, min: 0, max: 525600, shown: dur(r.late_entry_s, true) },
		{ name: 'link_days', value: r.link_days, unit: 1, min: 1, max: 365, shown: t('rules.days', { n: r.link_days }) },
		{ name: 'link_grace_h', value: r.link_grace_h, unit: 1, min: 0, max: 2160, shown: t('rules.hours', { n: r.link_grace_h }) },
	];
	const changed = fields.filter((f) => typed[f.name] !== undefined && typed[f.name] !== String(f.value));
	const save = async (e: Event) => {
		e.preventDefault();
		setError(null);
		try {
			await patch('/supply-rules', Object.fromEntries(changed.map((f) => [f.name, Math.round(Number(typed[f.name] || NaN) * f.unit)])), rules.etag);
			setTyped({});
			toast(t('app.saved'), { icon: 'check' });
		} catch (x) {
			setError(asError(x));
		}
		await rules.reload();
	};
	return (
		<section class="card rules-card" aria-labelledby="rules-title">
			<header class="card-head"><h2 id="rules-title">{t('rules.title')}</h2></header>
			<p class="muted">{t('rules.about')}</p>
			{manages ? (
				<form onSubmit={save} noValidate>
					<div class="rules-fields">{fields.map((f) => (
						<Field key={f.name} label={word('ruleName', f.name)} hint={word('ruleHint', f.name)} error={error?.field(f.name)}>
							<input type="number" min={f.min} max={f.max} value={typed[f.name] ?? String(f.value)} onInput={(e) => setTyped({ ...typed, [f.name]: e.currentTarget.value })} />
						</Field>
					))}</div>
					{error && <ErrorNote error={error} kept={t('app.textKept')} shown={fields.map((f) => f.name)} />}
					<div class="buttons"><button type="submit" class="button primary" disabled={!changed.length}>{t('action.save')}</button></div>
				</form>
			) : <dl class="facts">{fields.map((f) => <><dt>{word('ruleName', f.name)}</dt><dd>{f.shown}</dd></>)}</dl>}
		</section>
	);
}

function Contacts({ list, set, error }: { list: Contact[]; set: (list: Contact[]) => void; error?: string }) {
	const edit = (i: number, change: Partial<Contact>) => set(list.map((c, j) => (j === i ? { ...c, ...change } : c)));
	return (
		<fieldset class="contacts"><legend>{t('partner.contacts')}</legend>
			<p class="field-hint">{t('partner.contactsHint')}</p>
			{list.map((c, i) => (
				<div key={i} class="contact" role="group" aria-label={t('partner.contact', { n: i + 1 })}>
					<Field label={t('partner.contactName')} required error={error && !c.name.trim() ? t('field.needed') : undefined}><input type="text" maxLength={200} value={c.name} onInput={(e) => edit(i, { name: e.currentTarget.value })} /></Field>
					<Field label={t('partner.role')}><select value={KNOWN_ROLES.includes(c.role ?? '') || !c.role ? c.role ?? '' : 'other'} onChange={(e) => edit(i, { role: e.currentTarget.value === 'other' ? c.role : e.currentTarget.value })}>
						<option value="">{t('partner.noRole')}</option>{KNOWN_ROLES.map((r) => <option key={r} value={r}>{word('partnerRole', r)}</option>)}
						{c.role && !KNOWN_ROLES.includes(c.role) && <option value="other">{c.role}</option>}</select></Field>
					<Field label={t('partner.mail')}><input type="email" maxLength={254} value={c.mail ?? ''} onInput={(e) => edit(i, { mail: e.currentTarget.value })} /></Field>
					<Field label={t('partner.phone')}><input type="tel" maxLength={50} value={c.phone ?? ''} onInput={(e) => edit(i, { phone: e.currentTarget.value })} /></Field>
					<button type="button" class="icon-button" aria-label={t('partner.removeContact', { name: c.name || String(i + 1) })} title={t('partner.removeContact', { name: c.name || String(i + 1) })} onClick={() => set(list.filter((_, j) => j !== i))}><Icon name="close" /></button>
				</div>
			))}
			{error && <p class="field-error" role="alert"><Icon name="alert" size={14} />{error}</p>}
			<div><button type="button" class="button small" onClick={() => set([...list, { name: '', role: list.some((c) => c.role === 'coordinator') ? '' : 'coordinator' }])}><Icon name="plus" size={14} />{t('partner.addContact')}</button></div>
		</fieldset>
	);
}

function Form({ of, etag, domains, onSaved }: { of: Supplier | null; etag: string | null; domains: boolean; onSaved: (s: Supplier) => void }) {
	const [d, setD] = useState(() => ({
		name: of?.name ?? '', kind: of?.kind ?? 'external' as Supplier['kind'], mail: of?.mail ?? '', language: of?.language ?? (session.value?.person.language === 'en' ? 'en' : 'ru') as Supplier['language'],
		contacts: of?.contacts ?? [] as Contact[], notes: of?.notes ?? '', active: of?.active ?? true, domains: (of?.mail_domains ?? []).join(', '),
	}));
	const [asked, setAsked] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const [busy, setBusy] = useState(false);
	const set = (change: Partial<typeof d>) => setD({ ...d, ...change });
	const send = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		setError(null);
		if (!d.name.trim() || d.contacts.some((c) => !c.name.trim())) return;
		setBusy(true);
		// An empty part of a contact is no part.
		const contacts = d.contacts.map((c) => Object.fromEntries(Object.entries(c).map(([k, v]) => [k, (v ?? '').trim()]).filter(([, v]) => v)));
		const body = {
			name: d.name.trim(), kind: d.kind, mail: d.mail.trim() || null, language: d.language, contacts, notes: d.notes, active: d.active,
			...(domains ? { mail_domains: d.domains.split(/[\s,;]+/).map((x) => x.replace(/^@/, '').toLowerCase()).filter(Boolean) } : {}),
		};
		if (!of && !body.mail) delete (body as Partial<typeof body>).mail;
		try {
			const saved = of ? await patch<Supplier>(`/suppliers/${of.id}`, body, etag) : await post<Supplier>('/suppliers', body);
			toast(t('app.saved'), { icon: 'check' });
			onSaved(saved);
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="card partner-form" onSubmit={send} noValidate aria-label={t('partner.form')}>
			<Field label={t('partner.name')} required error={asked && !d.name.trim() ? t('field.needed') : error?.field('name')}><input type="text" maxLength={200} value={d.name} onInput={(e) => set({ name: e.currentTarget.value })} /></Field>
			<div class="two">
				<div class="field"><span class="field-label">{t('partner.kind')}</span><Segmented label={t('partner.kind')} value={d.kind} onChange={(kind) => set({ kind })} options={(['external', 'internal'] as const).map((value) => ({ value, label: word('partnerKind', value) }))} /></div>
				<Field label={t('partner.language')} hint={t('partner.languageHint')}><select value={d.language} onChange={(e) => set({ language: e.currentTarget.value as 'en' | 'ru' })}>{(['ru', 'en'] as const).map((l) => <option key={l} value={l}>{word('language', l)}</option>)}</select></Field>
			</div>
			<Field label={t('partner.casesMail')} hint={t('partner.casesMailHint')} required={false} error={error?.field('mail')}><input type="email" maxLength={254} value={d.mail} onInput={(e) => set({ mail: e.currentTarget.value })} /></Field>
			{domains && <Field label={t('partner.domains')} hint={t('partner.domainsHint')} required={false} error={error?.field('mail_domains')}><input type="text" value={d.domains} onInput={(e) => set({ domains: e.currentTarget.value })} /></Field>}
			<Contacts list={d.contacts} set={(contacts) => set({ contacts })} error={asked && d.contacts.some((c) => !c.name.trim()) ? t('partner.contactNeedsName') : error?.field('contacts')} />
			<Field label={t('partner.notes')} required={false} error={error?.field('notes')}><textarea rows={3} maxLength={20000} value={d.notes} onInput={(e) => set({ notes: e.currentTarget.value })} /></Field>
			{of && <label class="check"><input type="checkbox" checked={d.active} onChange={(e) => set({ active: e.currentTarget.checked })} /><span>{t('partner.active')}</span></label>}
			{error && <ErrorNote error={error} kept={t('app.textKept')} shown={['name', 'mail', 'mail_domains', 'contacts', 'notes']} />}
			<div class="buttons"><button type="submit" class="button primary" disabled={busy}>{of ? t('action.save') : t('partner.make')}</button><a class="button" href="/suppliers/all">{t('action.cancel')}</a></div>
		</form>
	);
}

function Facts({ s }: { s: Supplier }) {
	return (
		<section class="card"><header class="card-head"><h2>{t('partner.who')}</h2></header>
			<dl class="facts"><dt>{t('partner.kind')}</dt><dd>{word('partnerKind', s.kind)}</dd><dt>{t('partner.casesMail')}</dt><dd>{s.mail ?? '—'}</dd>
				{s.mail_domains && s.mail_domains.length > 0 && <><dt>{t('partner.domains')}</dt><dd>{s.mail_domains.join(', ')}</dd></>}<dt>{t('partner.language')}</dt><dd>{word('language', s.language)}</dd></dl>
			<h3>{t('partner.contacts')}</h3>
			{s.contacts.length ? <ul class="contact-list">{s.contacts.map((c, i) => <li key={i}><b>{c.name}</b>{c.role && <span class="muted">{KNOWN_ROLES.includes(c.role) ? word('partnerRole', c.role) : c.role}</span>}{c.mail && <a href={`mailto:${c.mail}`}>{c.mail}</a>}{c.phone && <span class="num">{c.phone}</span>}</li>)}</ul> : <p class="muted">{t('partner.noContacts')}</p>}
			{s.notes && <><h3>{t('partner.notes')}</h3><p class="plain">{s.notes}</p></>}
		</section>
	);
}

function Beside({ s }: { s: Supplier }) {
	const contracts = useFetch<Page<{ id: Id; number: string; name: string; calendar: Ref }>>(`/contracts?limit=50&supplier=${s.id}`);
	const cases = useFetch<Page<CaseItem>>(`/cases?supplier=${s.id}&status=open,waiting_us,verifying&limit=50`);
	return (
		<div class="partner-side">
			<section class="card"><header class="card-head"><h2>{t('tab.contracts')}</h2></header>
				{contracts.error && <ErrorNote error={contracts.error} />}
				{contracts.data && !contracts.data.items.length && <p class="muted">{t('partner.noContracts')}{writesTerms.value && <> <a href={`/suppliers/contracts?supplier=${s.id}&new=1`}>{t('partner.makeContract')}</a></>}</p>}
				<ul class="side-list">{contracts.data?.items.map((k) => <li key={k.id}><Icon name="table" size={14} /><div class="side-item"><a class="num" href={`/suppliers/contracts/${k.id}`}>{k.number}</a><span class="muted small">{k.name}</span></div></li>)}</ul></section>
			<section class="card"><header class="card-head"><h2>{t('partner.openCases')}</h2></header>
				{cases.error && <ErrorNote error={cases.error} />}
				{cases.data && !cases.data.items.length && <p class="muted">{t('partner.noCases')}</p>}
				<ul class="side-list">{cases.data?.items.map((c) => <li key={c.number}><div class="side-item"><a href={`/cases/${c.number}`}><span class="num">{c.number}</span> {c.summary}</a><span class="muted small partner-case"><Status of="caseStatus" status={c.status} /><Priority p={c.priority} words />{when(c.sent_at)}</span></div></li>)}</ul></section>
			{seesLinks() && <Links supplier={s.id} open={s.active} />}
		</div>
	);
}

export function Partner({ id }: { id: string }) {
	const one = useFetch<Supplier>(id === 'new' ? null : `/suppliers/${id}`);
	// Whether the server knows domains is seen on any supplier.
	const any = useFetch<Page<Supplier>>(id === 'new' ? '/suppliers?limit=1' : null);
	const s = one.data;
	const title = id === 'new' ? t('partner.new') : s?.name ?? '';
	if (id === 'new' && !writesTerms.value) return <div class="page"><PageTitle text={title} /><Empty icon="search" title={t('app.missing')}>{t('app.missingWhy')}</Empty></div>;
	return (
		<div class="page partner-page">
			<PageTitle text={title} />
			<SupplierTabs />
			<a class="back" href="/suppliers/all"><Icon name="left" />{t('tab.partners')}</a>
			<header class="page-head"><h1>{title || t('tab.partners')}</h1>{s && !s.active && <span class="tag">{t('partner.inactive')}</span>}</header>
			{one.error && <ErrorNote error={one.error} onRetry={() => void one.reload()} />}
			{id !== 'new' && !s && !one.error && <Skeleton rows={8} />}
			{id === 'new' && any.data && <div class="terms-grid"><Form of={null} etag={null} domains={'mail_domains' in (any.data.items[0] ?? {})} onSaved={(saved) => go(`/suppliers/all/${saved.id}`)} /></div>}
			{s && <div class="terms-grid">{writesTerms.value ? <Form key={s.version} of={s} etag={one.etag} domains={s.mail_domains !== undefined} onSaved={() => void one.reload()} /> : <Facts s={s} />}<Beside s={s} /></div>}
		</div>
	);
}

export default function Partners() {
	const list = useFetch<Page<Supplier>>('/suppliers?limit=200');
	return (
		<div class="page partners-page">
			<PageTitle text={t('tab.partners')} />
			<SupplierTabs />
			<header class="page-head"><h1>{t('tab.partners')}</h1>{writesTerms.value && <div class="page-tools"><a class="button primary" href="/suppliers/all/new"><Icon name="plus" />{t('partner.new')}</a></div>}</header>
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{!list.data && !list.error && <Skeleton rows={6} />}
			{list.data && !list.data.items.length && <Empty icon="supplier" title={t('partner.none')} action={writesTerms.value ? <a class="button primary" href="/suppliers/all/new">{t('partner.new')}</a> : undefined} />}
			{!!list.data?.items.length && (
				<section class="card card-flush"><div class="table-scroll" tabIndex={0} role="region" aria-label={t('tab.partners')}>
					<table class="table">
						<thead><tr><th scope="col">{t('partner.name')}</th><th scope="col">{t('partner.kind')}</th><th scope="col">{t('partner.casesMail')}</th><th scope="col">{t('partner.coordinator')}</th><th scope="col" class="right">{t('tab.contracts')}</th><th scope="col" class="right">{t('partner.openCases')}</th></tr></thead>
						<tbody>{list.data.items.map((s) => {
							const c = s.contacts.find((x) => x.role === 'coordinator');
							return (
								<tr key={s.id}>
									<th scope="row"><a href={`/suppliers/all/${s.id}`}>{s.name}</a>{!s.active && <span class="tag">{t('partner.inactive')}</span>}</th>
									<td>{word('partnerKind', s.kind)}</td><td>{s.mail ?? <span class="muted">—</span>}</td><td>{c ? c.name : <span class="muted">—</span>}</td>
									<td class="right num"><a href={`/suppliers/contracts?supplier=${s.id}`} aria-label={t('partner.contractsOf', { name: s.name, n: s.contracts })}>{num(s.contracts)}</a></td>
									<td class="right num">{num(s.open_cases)}</td>
								</tr>
							);
						})}</tbody>
					</table>
				</div></section>
			)}
			<RulesCard />
		</div>
	);
}
