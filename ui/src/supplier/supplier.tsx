// The page behind a supplier's link: a bundle of its own, without the desk. Its right is the address itself.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { startClock } from '../lib/format';
import { lang, loadTexts, sources, t, useLanguage, word } from '../lib/i18n';
import type { Lang } from '../lib/i18n';
import { Empty, Skeleton } from '../parts/bits';
import { Icon } from '../parts/icons';
import { ask, kept, LinkError, moment } from './link';
import type { View } from './link';
import { CaseView, Standing } from './case';

function Languages() {
	return (
		<div class="supplier-languages" role="group" aria-label={t('supplier.language')}>
			{(['en', 'ru'] as Lang[]).map((l) => (
				<button key={l} type="button" class="button small quiet" aria-pressed={lang.value === l} lang={l} onClick={() => void useLanguage(l)}>{l.toUpperCase()}</button>
			))}
		</div>
	);
}

function Dead({ error, onRetry }: { error: LinkError; onRetry: () => void }) {
	const gone = ['link-unknown', 'link-expired', 'link-revoked', 'link-ended'].includes(error.code);
	return (
		<>
			<h1 class="hidden">{t('supplier.title')}</h1>
			<Empty icon="link" title={gone ? word('supplierDead', error.code.replace('-', '_')) : t('supplier.failed')}
				action={gone ? undefined : <button type="button" class="button" onClick={onRetry}>{t('supplier.again')}</button>}>
				{gone ? t('supplier.deadHint') : error.message}
			</Empty>
		</>
	);
}

function List({ view, open }: { view: View; open: (number: string) => void }) {
	if (view.cases.length === 0) return <Empty icon="check" title={t('supplier.none')} />;
	return (
		<ul class="supplier-list">
			{view.cases.map((c) => (
				<li key={c.number}>
					<a href={`#${c.number}`} onClick={() => open(c.number)}>
						<span class="supplier-list-head"><span class="num muted">{c.number}</span><Standing status={c.status} /></span>
						<b>{c.summary}</b>
						<span class={c.breached ? 'supplier-late' : 'muted'}>
							{c.breached && <Icon name="breach" size={14} />}{c.next_due_at ? t('supplier.due', { when: moment(c.next_due_at) }) : t('supplier.noDue')}
						</span>
					</a>
				</li>
			))}
		</ul>
	);
}

function App() {
	const [view, setView] = useState<View | null>(null);
	const [error, setError] = useState<LinkError | null>(null);
	const [number, setNumber] = useState(window.location.hash.slice(1));
	const load = () => {
		ask<View>('/view').then(async (v) => {
			if (!kept('vakhta.lang')) await useLanguage(v.language);
			setView(v);
			setError(null);
		}, (e) => setError(e as LinkError));
	};
	useEffect(() => {
		load();
		const moved = () => setNumber(window.location.hash.slice(1));
		window.addEventListener('hashchange', moved);
		return () => window.removeEventListener('hashchange', moved);
	}, []);
	const chosen = view?.purpose === 'case' ? view.cases[0]?.number : number;
	return (
		<div class="supplier">
			<header class="supplier-head">
				<p><Icon name="supplier" /><b>{view?.supplier ?? t('supplier.title')}</b></p>
				<Languages />
			</header>
			<main>
				{error ? <Dead error={error} onRetry={load} /> : !view ? <Skeleton rows={8} />
					: chosen ? <CaseView key={chosen} number={chosen} back={view.purpose === 'coordinator'} />
						: <><h1>{t('supplier.openCases')}</h1><List view={view} open={setNumber} /></>}
			</main>
			{view && <footer class="muted small">{t('supplier.until', { when: moment(view.expires_at) })} {t('supplier.private')}</footer>}
		</div>
	);
}

sources.en.supplier = () => import('../i18n/en-supplier');
sources.ru.supplier = () => import('../i18n/ru-supplier');
startClock();
const first = kept('vakhta.lang');
loadTexts('supplier').then(() => useLanguage(first === 'ru' || (!first && navigator.language.startsWith('ru')) ? 'ru' : 'en', !!first))
	.then(() => render(<App />, document.getElementById('app') as HTMLElement));
