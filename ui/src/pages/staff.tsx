// The pages of staff, managers and auditors: which stands where, who opens it, and which texts it reads. A chunk of its own, so that the
// portal, which employees load, does not grow with them. What only main.tsx has besides comes from there: were it imported here too, the
// bundler would cut the shared parts into many small pieces, and the portal would pay for that.
import type { ComponentChildren } from 'preact';
import type { loadTexts, sources } from '../lib/i18n';
import type { lazy } from '../lib/lazy';
import type { Place } from '../lib/router';
import { seesCmdb, seesDesk, seesMail, seesQuality, seesSuppliers } from '../lib/session';
import { seesAudit } from '../parts/supplier-tabs';
import { NotYours } from '../parts/bits';
import '../lib/hooks';

type Tools = { lazy: typeof lazy; loadTexts: typeof loadTexts; sources: typeof sources };
const sees = { anybody: { value: true }, audit: seesAudit, desk: seesDesk, mail: seesMail, suppliers: seesSuppliers, quality: seesQuality, cmdb: seesCmdb };
type Entry = { sees: keyof typeof sees; draw: (params: Record<string, string>) => ComponentChildren; preload: () => Promise<unknown> };

function table({ lazy, loadTexts, sources }: Tools): Record<string, Entry> {
	sources.en.ledger = () => import('../i18n/en-ledger');
	sources.ru.ledger = () => import('../i18n/ru-ledger');
	sources.en.impact = () => import('../i18n/en-impact');
	sources.ru.impact = () => import('../i18n/ru-impact');
	sources.en.mail = () => import('../i18n/en-mail');
	sources.ru.mail = () => import('../i18n/ru-mail');
	const ledger = () => loadTexts('ledger');
	sources.en.partners = () => import('../i18n/en-partners');
	sources.ru.partners = () => import('../i18n/ru-partners');
	sources.en.reconcile = () => import('../i18n/en-reconcile');
	sources.ru.reconcile = () => import('../i18n/ru-reconcile');
	const partners = () => loadTexts('partners', 'ledger', 'terms');
	const terms = () => loadTexts('terms');
	const Desk = lazy(() => import('./desk'));
	const Case = lazy(() => import('./case'), ledger);
	const Ledger = lazy(() => import('./ledger'), ledger);
	const Suppliers = lazy(() => import('./suppliers'), () => loadTexts('audit'));
	const Partners = lazy(() => import('./partners'), partners);
	const Partner = lazy(() => import('./partners').then((m) => ({ default: m.Partner })), partners);
	const Contracts = lazy(() => import('./contracts'), terms);
	const Contract = lazy(() => import('./contract'), terms);
	const Calendars = lazy(() => import('./calendars'), terms);
	const Calendar = lazy(() => import('./calendar'), terms);
	const Quality = lazy(() => import('./quality'), () => loadTexts('quality'));
	const Mail = lazy(() => import('./mail'), () => loadTexts('mail'));
	const Audit = lazy(() => import('./audit'), () => loadTexts('audit'));
	const Reports = lazy(() => import('./reports'));
	sources.en.agents = () => import('../i18n/en-agents');
	sources.ru.agents = () => import('../i18n/ru-agents');
	const Agents = lazy(() => import('./cmdb-agents'), () => loadTexts('agents'));
	sources.en.time = () => import('../i18n/en-time');
	sources.ru.time = () => import('../i18n/ru-time');
	const time = () => loadTexts('time');
	sources.en.model = () => import('../i18n/en-model');
	sources.ru.model = () => import('../i18n/ru-model');
	const Model = lazy(() => import('./model'), () => loadTexts('model'));
	const Cmdb = lazy(() => import('./cmdb'), time);
	const Compare = lazy(() => import('./compare'), time);
	const Baselines = lazy(() => import('./baselines'), time);
	const Drift = lazy(() => import('./baselines').then((m) => ({ default: m.BaselineDrift })), time);
	sources.en.review = () => import('../i18n/en-review');
	sources.ru.review = () => import('../i18n/ru-review');
	const Confirm = lazy(() => import('./confirm'), () => loadTexts('review'));
	const Review = lazy(() => import('./cmdb-review'), () => loadTexts('review'));
	const Ci = lazy(() => import('./ci'), () => loadTexts('agents', 'time', 'impact', 'reconcile'));
	const reconcile = () => loadTexts('reconcile');
	const Imports = lazy(() => import('./cmdb-import'), reconcile);
	const Import = lazy(() => import('./cmdb-import').then((m) => ({ default: m.CmdbImport })), reconcile);
	const Ambiguous = lazy(() => import('./cmdb-ambiguous'), reconcile);
	const Rules = lazy(() => import('./cmdb-rules'), reconcile);
	return {
		desk: { sees: 'desk', draw: () => <Desk />, preload: Desk.preload },
		case: { sees: 'desk', draw: (p) => <Case key={p.number} number={p.number} />, preload: Case.preload },
		suppliers: { sees: 'suppliers', draw: () => <Suppliers />, preload: Suppliers.preload },
		ledger: { sees: 'suppliers', draw: () => <Ledger />, preload: Ledger.preload },
		partners: { sees: 'desk', draw: () => <Partners />, preload: Partners.preload },
		partner: { sees: 'desk', draw: (p) => <Partner key={p.id} id={p.id} />, preload: Partner.preload },
		contracts: { sees: 'desk', draw: () => <Contracts />, preload: Contracts.preload },
		contract: { sees: 'desk', draw: (p) => <Contract key={p.id} id={p.id} />, preload: Contract.preload },
		calendars: { sees: 'desk', draw: () => <Calendars />, preload: Calendars.preload },
		calendar: { sees: 'desk', draw: (p) => <Calendar key={p.id} id={p.id} />, preload: Calendar.preload },
		quality: { sees: 'quality', draw: () => <Quality />, preload: Quality.preload },
		mail: { sees: 'mail', draw: () => <Mail />, preload: Mail.preload },
		audit: { sees: 'audit', draw: () => <Audit />, preload: Audit.preload },
		reports: { sees: 'suppliers', draw: () => <Reports />, preload: Reports.preload },
		model: { sees: 'cmdb', draw: () => <Model />, preload: Model.preload },
		cmdb: { sees: 'cmdb', draw: () => <Cmdb />, preload: Cmdb.preload },
		agents: { sees: 'cmdb', draw: () => <Agents />, preload: Agents.preload },
		compare: { sees: 'cmdb', draw: () => <Compare />, preload: Compare.preload },
		baselines: { sees: 'cmdb', draw: () => <Baselines />, preload: Baselines.preload },
		drift: { sees: 'cmdb', draw: (p) => <Drift key={p.id} id={p.id} />, preload: Drift.preload },
		cmdbImports: { sees: 'cmdb', draw: () => <Imports />, preload: Imports.preload },
		cmdbImport: { sees: 'cmdb', draw: (p) => <Import key={p.id} id={p.id} />, preload: Import.preload },
		cmdbAmbiguous: { sees: 'cmdb', draw: () => <Ambiguous />, preload: Ambiguous.preload },
		cmdbRules: { sees: 'cmdb', draw: () => <Rules />, preload: Rules.preload },
		confirm: { sees: 'anybody', draw: () => <Confirm />, preload: Confirm.preload },
		review: { sees: 'cmdb', draw: () => <Review />, preload: Review.preload },
		ci: { sees: 'cmdb', draw: (p) => <Ci key={p.id} id={p.id} />, preload: Ci.preload },
	};
}

let pages: Record<string, Entry> | null = null;

export default function Staff({ place, tools }: { place: Place; tools: Tools }) {
	pages ??= table(tools);
	const page = pages[place.name];
	return <>{page && sees[page.sees].value ? page.draw(place.params) : <NotYours />}</>;
}
