// Loads a component when it is first drawn. A page that cannot be loaded says so and offers to try again: the usual cause
// is a new version on the server, which a reload brings in.
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from './i18n';

type Module<P> = { default: (props: P) => ComponentChildren };

export function lazy<P>(load: () => Promise<Module<P>>, ready?: () => Promise<void>): ComponentType<P> & { preload: () => Promise<unknown> } {
	let got: ComponentType<object> | null = null;
	let pending: Promise<void> | null = null;
	const start = () => {
		pending ??= Promise.all([load(), ready?.()]).then(([m]) => {
			got = m.default as ComponentType<object>;
		});
		return pending;
	};
	const Lazy = (props: object) => {
		const [state, setState] = useState<'wait' | 'ok' | 'failed'>(got ? 'ok' : 'wait');
		useEffect(() => {
			// It may have arrived between the drawing and this effect: then it is only drawn again.
			if (got) {
				setState('ok');
				return;
			}
			let gone = false;
			start().then(() => !gone && setState('ok'), () => {
				pending = null;
				if (!gone) setState('failed');
			});
			return () => {
				gone = true;
			};
		}, []);
		if (got) {
			const C = got;
			return <C {...props} />;
		}
		if (state === 'failed') {
			return (
				<div class="empty" role="alert">
					<p class="empty-title">{t('error.page')}</p>
					<button type="button" class="button" onClick={() => window.location.reload()}>{t('action.reload')}</button>
				</div>
			);
		}
		return <div class="page-wait" aria-hidden="true" />;
	};
	return Object.assign(Lazy as unknown as ComponentType<P>, { preload: start });
}
