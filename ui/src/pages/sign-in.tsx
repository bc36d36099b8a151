// The first page for somebody who is not signed in; the address stays, so that signing in leads on to it.
import { useEffect } from 'preact/hooks';
import { lang, t } from '../lib/i18n';
import { choose, firstPage, setTheme, theme } from '../lib/session';
import type { Theme } from '../lib/session';
import { go } from '../lib/router';
import { Segmented } from '../parts/bits';
import { Logo } from '../parts/icons';
import { SignInForm } from './sign-in-form';

export default function SignIn() {
	useEffect(() => {
		document.title = `${t('signIn.title')} · ${t('app.name')}`;
		document.querySelector<HTMLElement>('.sign-in [data-focus]')?.focus();
	}, [lang.value]);
	return (
		<main class="sign-in">
			<div class="sign-in-box">
				<header>
					<Logo size={44} />
					<h1>{t('app.name')}</h1>
					<p class="muted">{t('app.motto')}</p>
				</header>
				<SignInForm onDone={() => {
					if (window.location.pathname === '/') go(firstPage(), true);
				}} />
				<p class="muted small">{t('signIn.hint')}</p>
			</div>
			<footer class="sign-in-foot">
				<Segmented value={lang.value} label={t('person.language')} onChange={(l) => void choose({ language: l })}
					options={[{ value: 'en', label: 'English' }, { value: 'ru', label: 'Русский' }]} />
				<Segmented<Theme> value={theme.value} label={t('person.theme')} onChange={setTheme}
					options={[{ value: 'system', label: t('theme.system'), icon: 'screen' }, { value: 'light', label: t('theme.light'), icon: 'sun' }, { value: 'dark', label: t('theme.dark'), icon: 'moon' }]} />
			</footer>
		</main>
	);
}
