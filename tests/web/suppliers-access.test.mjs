// The pages on suppliers, quality, audit and mail, the page behind a supplier's link and the rating page: × theme × language, wide and
// 390 px: no violation that axe finds (390 px in the dark theme), and nothing scrolls sideways.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ratingToken } from '../http/rating_link.mjs';
import { api, launch, open, person, serverUrl, sideways, violations } from './browser.mjs';
import { makeLink, openCase } from './supplier-world.mjs';

let url;
let browser;
let world;
before(async () => {
	url = serverUrl();
	browser = await launch();
	const one = await openCase(browser, url, `Till dead ${Date.now().toString(36)}`);
	const { page, close } = one.agent;
	await api(page, 'POST', `/cases/${one.number}/events`, { type: 'info_requested', body: 'Which till?' });
	await api(page, 'POST', `/cases/${one.number}/events`, { type: 'info_provided', body: 'The third' });
	const resolved = await api(page, 'GET', '/tickets?view=resolved&limit=1');
	const calendar = (await api(page, 'GET', '/calendars?limit=50')).items.find((c) => c.exceptions.length > 20);
	await close();
	const auditor = await person(browser, url, 'auditor');
	const [pause] = (await api(auditor.page, 'GET', '/pauses?flag=contested&limit=1')).items;
	const [message] = (await api(auditor.page, 'GET', '/mail/messages?limit=1')).items;
	await auditor.close();
	world = {
		...one, pause, calendar, message,
		link: await makeLink(browser, url, one.supplier, one.number), all: await makeLink(browser, url, one.supplier),
		rate: `${url}/rate/${ratingToken(resolved.items[0].number, 1)}`,
	};
});
after(async () => {
	await browser?.close();
});

// What is wrong with a page in both themes and at both widths; all pages are looked at before a test fails.
async function faultsOf(page, address, where) {
	const found = [];
	const look = async (scheme, width) => found.push(...(await violations(page)).map((v) => `${where}, ${scheme}, ${width} px: ${v}`));
	const fits = async (width) => {
		const over = await sideways(page);
		if (over > 0) found.push(`${where} is ${over} px wider than ${width} px`);
	};
	await page.setViewportSize({ width: 1280, height: 860 });
	await page.emulateMedia({ colorScheme: 'light' });
	await open(page, address);
	await look('light', 1280);
	await fits(1280);
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.waitForTimeout(120);
	await look('dark', 1280);
	await page.setViewportSize({ width: 390, height: 860 });
	await page.waitForTimeout(120);
	await fits(390);
	// What a narrow page adds (order, names, targets) does not depend on the theme; the dark one is on already.
	await look('dark', 390);
	return found;
}

const pages = {
	manager: () => ['/suppliers', '/suppliers/ledger', '/suppliers/ledger?view=contests&state=upheld', '/suppliers/all', `/suppliers/all/${world.supplier.id}`, '/suppliers/all/new',
		'/suppliers/contracts', '/suppliers/contracts/1', '/suppliers/contracts?new=1', '/suppliers/calendars', `/suppliers/calendars/${world.calendar.id}`, '/suppliers/reports',
		`/cases/${world.number}`, `/cases/${world.pause.case}`, ...['satisfaction', 'reviews', 'samples', 'kpi', 'attestations', 'rules'].map((tab) => `/quality?tab=${tab}`)],
	auditor: () => [...['checks', 'anchors', 'chain', 'what-if'].map((tab) => `/audit?tab=${tab}`), ...['quarantine', 'outbox', 'messages'].map((tab) => `/admin?tab=${tab}`),
		...(world.message ? [`/admin?tab=messages&message=${world.message.id}`] : [])],
};

for (const language of ['en', 'ru']) {
	for (const who of Object.keys(pages)) {
		test(`pages of a ${who}, both themes: ${language}`, async () => {
			const { page, faults, close } = await person(browser, url, who, { language });
			const found = [];
			for (const path of pages[who]()) found.push(...await faultsOf(page, url + path, path));
			assert.deepEqual([...found, ...faults], []);
			await close();
		});
	}
	test(`pages without an account, both themes: ${language}`, async () => {
		const { page, faults, close } = await person(browser, url, null, { language, storage: { 'vakhta.lang': language } });
		const found = [];
		for (const [name, address] of [['link of a case', world.link], ['coordinator', world.all], ['no link', `${url}/s/nonsense`], ['rating', world.rate]]) found.push(...await faultsOf(page, address, name));
		assert.deepEqual([...found, ...faults], []);
		await close();
	});
}
