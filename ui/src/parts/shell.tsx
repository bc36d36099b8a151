// The frame around every page: navigation, person menu, the banner of a lost stream, sign-in again, help for keys.
import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { lazy } from '../lib/lazy';
import { useEffect } from 'preact/hooks';
import { signInNeeded } from '../lib/api';
import { lang, t, word } from '../lib/i18n';
import { allBindings, helpShown, keysOn, setKeysOn } from '../lib/keys';
import { asError, narrow, useKeys } from '../lib/hooks';
import { go, place } from '../lib/router';
import { choose, fullName, seesCmdb, seesDesk, seesSuppliers, session, signOut, theme } from '../lib/session';
import { live } from '../lib/stream';
import { Avatar, errorTitle } from './bits';
import { Dialog, Toasts, toast, undoLast } from './dialog';
import { Icon, Logo } from './icons';
import { Menu } from './menu';
import { paletteShown } from './palette-state';

const Sidebar = lazy(() => import('./sidebar'));
const Palette = lazy(() => import('./palette'));
const SignInDialog = lazy(() => import('../pages/sign-in-dialog'));
const drawer = signal(false);

const attempt = (f: () => Promise<unknown>) => {
	f().catch((e) => toast(errorTitle(asError(e)), { icon: 'alert' }));
};

export function PersonMenu({ up, wide }: { up?: boolean; wide?: boolean }) {
	const roles = session.value?.roles.filter((r) => r !== 'employee').map((r) => word('role', r)).join(', ');
	return (
		<Menu label={t('person.menu', { name: fullName.value })} named={wide} up={up} align={up ? 'start' : 'end'} cls={wide ? 'person-button wide' : 'person-button'}
			button={<><Avatar name={fullName.value} />{wide && <span class="person-lines"><span class="clip">{fullName.value}</span><span class="muted clip">{roles || session.value?.person.mail}</span></span>}</>}
			items={[
				{ heading: t('person.language') },
				{ label: 'English', checked: lang.value === 'en', run: () => attempt(() => choose({ language: 'en' })) },
				{ label: 'Русский', checked: lang.value === 'ru', run: () => attempt(() => choose({ language: 'ru' })) },
				{ heading: t('person.theme') },
				{ label: t('theme.system'), checked: theme.value === 'system', run: () => attempt(() => choose({ theme: 'system' })) },
				{ label: t('theme.light'), checked: theme.value === 'light', run: () => attempt(() => choose({ theme: 'light' })) },
				{ label: t('theme.dark'), checked: theme.value === 'dark', run: () => attempt(() => choose({ theme: 'dark' })) },
				'line',
				{ label: keysOn.value ? t('keys.off') : t('keys.on'), icon: 'keyboard', run: () => setKeysOn(!keysOn.value) },
				{ label: t('keys.help'), icon: 'bulb', hint: '?', run: () => (helpShown.value = true) },
				'line',
				{
					label: t('person.out'), icon: 'out', run: () => attempt(async () => {
						await signOut();
						window.location.assign('/');
					}),
				},
			]} />
	);
}

function Help() {
	const list = allBindings();
	return (
		<Dialog title={t('keys.title')} onClose={() => (helpShown.value = false)}>
			<div class="dialog-body">
				<dl class="key-list">
					{list.map((b) => (
						<div key={b.keys}><dt>{t(b.label)}</dt><dd>{b.keys.split(' ').map((k) => <kbd key={k}>{k.replace('ctrl+', 'Ctrl ')}</kbd>)}</dd></div>
					))}
				</dl>
				<p class="muted">{t('keys.layout')}</p>
			</div>
		</Dialog>
	);
}

function Live() {
	if (live.value) return null;
	return <div class="banner" role="status"><Icon name="alert" />{t('live.lost')}</div>;
}

export function Shell({ children }: { children: ComponentChildren }) {
	const staffFrame = seesDesk.value || seesCmdb.value;
	const p = place.value;
	const desk = p.name === 'desk' && !!p.params.number;
	useEffect(() => {
		drawer.value = false;
	}, [p.path, p.query.toString()]);
	useKeys([
		{ keys: 'ctrl+k', label: 'palette.title', run: () => (paletteShown.value = !paletteShown.value), inFields: true },
		{ keys: '?', label: 'keys.help', run: () => (helpShown.value = true) },
		{ keys: 'z', label: 'action.undo', run: undoLast },
		...(seesDesk.value ? [
			{ keys: 'g q', label: 'go.queue' as const, run: () => go('/desk?view=all_open') },
			{ keys: 'g m', label: 'go.mine' as const, run: () => go('/desk?view=mine') },
		] : []),
		...(seesSuppliers.value ? [{ keys: 'g v', label: 'go.suppliers' as const, run: () => go('/suppliers') }] : []),
		...(seesCmdb.value ? [{ keys: 'g c', label: 'go.cmdb' as const, run: () => go('/cmdb') }] : []),
		{ keys: 'g p', label: 'go.portal', run: () => go('/') },
	]);
	return (
		<>
			<a class="skip" href="#main">{t('nav.skip')}</a>
			{staffFrame ? (
				<div class={`frame ${desk ? 'frame-ticket' : ''} ${drawer.value ? 'drawer-open' : ''}`}>
					<header class="topbar">
						<button type="button" class="icon-button" aria-label={t('nav.open')} aria-expanded={drawer.value} onClick={() => (drawer.value = !drawer.value)}><Icon name="menu" /></button>
						<a href="/" class="brand"><Logo size={22} /><span>{t('app.name')}</span></a>
						<button type="button" class="icon-button" aria-label={t('palette.title')} onClick={() => (paletteShown.value = true)}><Icon name="search" /></button>
					</header>
					{drawer.value && <div class="scrim" onClick={() => (drawer.value = false)} />}
					{(!narrow.value || drawer.value) && <Sidebar />}
					<main id="main" class="main" tabIndex={-1}><Live />{children}</main>
				</div>
			) : (
				<div class="frame-plain">
					<header class="plainbar">
						<a href="/" class="brand"><Logo /><span>{t('app.name')}</span></a>
						<PersonMenu />
					</header>
					<main id="main" class="main" tabIndex={-1}><Live />{children}</main>
				</div>
			)}
			{paletteShown.value && <Palette />}
			{helpShown.value && <Help />}
			{signInNeeded.value && <SignInDialog />}
			<Toasts />
		</>
	);
}

export function PageTitle({ text }: { text: string }) {
	useEffect(() => {
		document.title = `${text} · ${t('app.name')}`;
	}, [text]);
	return null;
}
