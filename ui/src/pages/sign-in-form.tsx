// Login and password; used by the sign-in page and by the dialog that appears when a session ends.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { asError } from '../lib/hooks';
import { t } from '../lib/i18n';
import { session, signIn } from '../lib/session';
import { ErrorNote, Field } from '../parts/bits';

export function SignInForm({ onDone }: { onDone: () => void }) {
	const [login, setLogin] = useState(session.value?.person.login ?? '');
	const [password, setPassword] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const [asked, setAsked] = useState(false);
	const submit = async (e: Event) => {
		e.preventDefault();
		setAsked(true);
		if (!login.trim() || !password) return;
		setBusy(true);
		setError(null);
		try {
			await signIn(login.trim(), password);
			onDone();
		} catch (x) {
			setError(asError(x));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="sign-in-form" onSubmit={submit} noValidate>
			{error && (error.status === 401
				? <p class="form-error" role="alert">{t('signIn.wrong')}</p>
				: <ErrorNote error={error} shown={['login', 'password']} />)}
			<Field label={t('signIn.login')} error={asked && !login.trim() ? t('signIn.needLogin') : error?.field('login')}>
				<input type="text" name="login" autocomplete="username" autocapitalize="none" spellcheck={false} value={login} data-focus={login ? undefined : ''}
					onInput={(e) => setLogin(e.currentTarget.value)} />
			</Field>
			<Field label={t('signIn.password')} error={asked && !password ? t('signIn.needPassword') : error?.field('password')}>
				<input type="password" name="password" autocomplete="current-password" value={password} data-focus={login ? '' : undefined}
					onInput={(e) => setPassword(e.currentTarget.value)} />
			</Field>
			<button type="submit" class="button primary wide" disabled={busy}>{busy ? t('signIn.busy') : t('signIn.do')}</button>
		</form>
	);
}
