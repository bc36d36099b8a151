// Shown over the page when the session has ended: what was typed stays behind it, and the waiting request goes on after.
import { signedIn } from '../lib/api';
import { t } from '../lib/i18n';
import { Dialog } from '../parts/dialog';
import { SignInForm } from './sign-in-form';

export default function SignInDialog() {
	return (
		<Dialog title={t('signIn.again')} onClose={() => undefined} closable={false}>
			<div class="dialog-body">
				<p class="muted">{t('signIn.kept')}</p>
				<SignInForm onDone={signedIn} />
			</div>
		</Dialog>
	);
}
