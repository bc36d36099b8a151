// The pages of staff, managers and auditors: which stands where and who opens it. A chunk of its own, so that the portal, which employees
// load, does not grow with them. Each page loads when it is opened, with the texts that it reads.
import { loadTexts } from '../lib/i18n';
import { lazy } from '../lib/lazy';
import { ROUTES, match, place } from '../lib/router';
import { seesCmdb, seesDesk, seesSuppliers } from '../lib/session';
import { NotYours } from '../parts/bits';

const Desk = lazy(() => import('./desk'));
const CasePage = lazy(() => import('./case'));
const Suppliers = lazy(() => import('./suppliers'));
const terms = () => loadTexts('terms');
const Contracts = lazy(() => import('./contracts'), terms);
const Contract = lazy(() => import('./contract'), terms);
const Calendars = lazy(() => import('./calendars'), terms);
const Calendar = lazy(() => import('./calendar'), terms);
const Cmdb = lazy(() => import('./cmdb'));
const CiPage = lazy(() => import('./ci'));

// The page that the address names is asked for as soon as this chunk is here.
const first: Record<string, { preload: () => Promise<unknown> }> = {
	desk: Desk, case: CasePage, suppliers: Suppliers, contracts: Contracts, contract: Contract, calendars: Calendars, calendar: Calendar, cmdb: Cmdb, ci: CiPage,
};
void first[match(ROUTES, window.location.pathname).name]?.preload().catch(() => undefined);

export default function Staff() {
	const { name, params } = place.value;
	switch (name) {
		case 'desk': return seesDesk.value ? <Desk /> : <NotYours />;
		case 'case': return seesDesk.value ? <CasePage key={params.number} number={params.number} /> : <NotYours />;
		case 'suppliers': return seesSuppliers.value ? <Suppliers /> : <NotYours />;
		case 'contracts': return seesDesk.value ? <Contracts /> : <NotYours />;
		case 'contract': return seesDesk.value ? <Contract key={params.id} id={params.id} /> : <NotYours />;
		case 'calendars': return seesDesk.value ? <Calendars /> : <NotYours />;
		case 'calendar': return seesDesk.value ? <Calendar key={params.id} id={params.id} /> : <NotYours />;
		case 'cmdb': return seesCmdb.value ? <Cmdb /> : <NotYours />;
		case 'ci': return seesCmdb.value ? <CiPage key={params.id} id={params.id} /> : <NotYours />;
		default: return <NotYours />;
	}
}
