// The start: language and theme, who is signed in, then the page that the address names. Pages load on demand.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from './lib/api';
import { startClock } from './lib/format';
import { asError, startWidths } from './lib/hooks';
import { firstLanguage, lang, loadDeskTexts, loadTexts, useLanguage, sources } from './lib/i18n';
import { startKeys } from './lib/keys';
import { lazy } from './lib/lazy';
import { ROUTES, match, place, startRouter } from './lib/router';
import { loadSession, readTheme, seesCmdb, seesDesk, session } from './lib/session';
import { startStream } from './lib/stream';
import { startCounts } from './lib/views';
import { ErrorNote, NotYours } from './parts/bits';
import { Shell } from './parts/shell';

const Portal = lazy(() => import('./pages/portal'));
const Request = lazy(() => import('./pages/request'));
const Staff = lazy(() => import('./pages/staff'), loadDeskTexts);
const SignIn = lazy(() => import('./pages/sign-in'));

function Page() {
	const p = place.value;
	switch (p.name) {
		case 'portal': return <Portal />;
		case 'request': return <Request key={p.params.number} number={p.params.number} />;
		case 'missing': return <NotYours />;
		default: return p.name === 'confirm' || seesDesk.value || seesCmdb.value ? <Staff place={p} tools={{ lazy, loadTexts, sources }} /> : <NotYours />;
	}
}

function App() {
	const [state, setState] = useState<'wait' | 'ready'>('wait');
	const [error, setError] = useState<ApiError | null>(null);
	const start = () => {
		setError(null);
		loadSession().then(() => setState('ready'), (e) => {
			setError(asError(e));
			setState('ready');
		});
	};
	useEffect(start, []);
	const who = session.value;
	useEffect(() => {
		if (!who) return;
		startStream(who.stream_url);
		if (seesDesk.value) startCounts();
		if (seesDesk.value || seesCmdb.value) void loadDeskTexts();
	}, [who?.person.id]);
	// Reading the language here draws everything again when it changes.
	lang.value;
	if (state === 'wait') return <div class="page-wait" aria-hidden="true" />;
	if (error) return <main class="stop"><ErrorNote error={error} onRetry={start} /></main>;
	if (!who) return <SignIn />;
	return <Shell><Page /></Shell>;
}

readTheme();
startRouter();
startKeys();
startWidths();
startClock();
// The page's script is asked for at once, beside the session and the texts.
const first = match(ROUTES, window.location.pathname).name;
void (first === 'portal' ? Portal : first === 'request' ? Request : Staff).preload().catch(() => undefined);
useLanguage(firstLanguage()).then(() => render(<App />, document.getElementById('app') as HTMLElement));
