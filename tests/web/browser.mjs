// Shared by the browser tests: the system's Chromium, contexts that collect what goes wrong on a page, signing in.
// VAKHTA_URL names the server under test, which holds the demo company. VAKHTA_UI names a built interface (ui/dist) that is shown
// in place of the one inside that server.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '../../ui/package.json'));
const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const PASSWORD = process.env.VAKHTA_PASSWORD ?? 'vakhta-demo';

// Pages keep the headers of the server, so that its policy holds for the other build as well.
async function showOther(context, dist) {
	const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
	await context.route((url) => !url.pathname.startsWith('/api/'), async (route) => {
		const file = join(dist, new URL(route.request().url()).pathname);
		const type = types[extname(file)];
		if (type && existsSync(file)) return route.fulfill({ contentType: type, body: readFileSync(file) });
		const { pathname } = new URL(route.request().url());
		// The rating page is the server's own.
		if (route.request().resourceType() !== 'document' || pathname.startsWith('/rate')) return route.continue();
		return route.fulfill({ response: await route.fetch(), body: readFileSync(join(dist, pathname.startsWith('/s/') ? 'supplier.html' : 'index.html')) });
	});
}

export function serverUrl() {
	if (!process.env.VAKHTA_URL) throw new Error('VAKHTA_URL names no server: scripts/test starts one, and so does scripts/demo --detach');
	return process.env.VAKHTA_URL.replace(/\/$/, '');
}

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
			// A page put in place by the test belongs to no address space, and may then not ask this machine for the stream.
			...(process.env.VAKHTA_UI ? ['--disable-features=LocalNetworkAccessChecks'] : [])],
	});
}

// A fresh browser of one person. `faults` gathers script errors and refusals of the page's policy.
export async function person(browser, url, login, { width = 1280, height = 860, scheme = 'light', language, storage } = {}) {
	const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: language === 'ru' ? 'ru-RU' : 'en-GB', timezoneId: 'Europe/Moscow', reducedMotion: 'reduce', acceptDownloads: true });
	const faults = [];
	context.on('page', (page) => {
		page.on('pageerror', (e) => faults.push(String(e)));
		page.on('console', (m) => {
			if (m.type() === 'error' && !/status of 4\d\d|status of 503/.test(m.text())) faults.push(m.text());
		});
	});
	if (process.env.VAKHTA_UI) await showOther(context, process.env.VAKHTA_UI);
	if (storage) {
		await context.addInitScript((s) => {
			for (const [k, v] of Object.entries(s)) localStorage.setItem(k, v);
		}, storage);
	}
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	if (login) {
		await page.goto(`${url}/`);
		await page.evaluate(async ({ login: l, password, language: lang }) => {
			const json = { 'Content-Type': 'application/json' };
			const res = await fetch('/api/v1/session', { method: 'POST', headers: { ...json, 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify({ login: l, password }) });
			if (!res.ok) throw new Error(`sign-in of ${l}: ${res.status}`);
			if (lang) {
				const tag = (await fetch('/api/v1/me')).headers.get('ETag');
				await fetch('/api/v1/me', { method: 'PATCH', headers: { ...json, ...(tag ? { 'If-Match': tag } : {}) }, body: JSON.stringify({ language: lang, theme: 'system' }) });
			}
		}, { login, password: PASSWORD, language });
	}
	return { context, page, faults, close: () => context.close() };
}

// axe is run through the debugger, past the page's policy, so that the policy itself stays as strict as in use.
export async function violations(page) {
	await page.evaluate(axeSource);
	return page.evaluate(async () => {
		const r = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] });
		return r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
	});
}

// By how many pixels the page is wider than its window.
export const sideways = (page) => page.evaluate(() => {
	const room = document.querySelector('.main') ?? document.documentElement;
	return Math.max(document.documentElement.scrollWidth - window.innerWidth, room.scrollWidth - room.clientWidth);
});

// A call of the API as the person who is signed in there.
export async function api(page, method, path, body) {
	const answer = await page.evaluate(async ({ method: m, path: p, body: b, key }) => {
		const res = await fetch(`/api/v1${p}`, { method: m, headers: { 'Content-Type': 'application/json', ...(m === 'POST' ? { 'Idempotency-Key': key } : {}), 'If-Match': '*' }, body: b === undefined ? undefined : JSON.stringify(b) });
		return { status: res.status, json: res.status === 204 ? null : await res.json() };
	}, { method, path, body, key: crypto.randomUUID() });
	if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
	return answer.json;
}

// Opens an address and waits until the page has drawn and its requests have come back.
export async function open(page, url) {
	await page.goto(url);
	await page.waitForSelector('h1');
	// The page's policy forbids evaluated strings, so waiting goes by selectors.
	for (const busy of ['.page-wait', '.skeleton', '.spinner']) await page.waitForSelector(busy, { state: 'detached' });
	await page.waitForTimeout(150);
}
