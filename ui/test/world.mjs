// The little of a browser that the tested parts touch.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

globalThis.document = { documentElement: { lang: '' }, addEventListener: () => undefined };
const kept = new Map();
globalThis.localStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
const location = { pathname: '/', search: '' };
globalThis.window = {
	location, addEventListener: () => undefined, setInterval, setTimeout,
	history: {
		pushState: (_s, _t, url) => Object.assign(location, { pathname: url.split('?')[0], search: url.includes('?') ? `?${url.split('?')[1]}` : '' }),
		replaceState: (_s, _t, url) => globalThis.window.history.pushState(null, '', url),
	},
};
export const load = (name) => import(pathToFileURL(join(process.env.VAKHTA_TEST_BUILD, `${name}.mjs`)).href);
