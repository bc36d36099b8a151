// axe-core on every page × theme × language: no violations of WCAG 2.2 AA or of its best practices.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, person, serverUrl, violations } from './browser.mjs';

let server;
let browser;
before(async () => {
	server = { url: serverUrl() };
	browser = await launch();
});
after(async () => {
	await browser?.close();
});

const check = async (page, where) => assert.deepEqual(await violations(page), [], where);

for (const scheme of ['light', 'dark']) {
	for (const language of ['en', 'ru']) {
		const at = `${scheme}, ${language}`;
		test(`sign-in, portal and a request: ${at}`, async () => {
			const guest = await person(browser, server.url, null, { scheme, language });
			await open(guest.page, `${server.url}/`);
			await check(guest.page, `sign-in, ${at}`);
			await guest.close();
			const { page, close } = await person(browser, server.url, 'employee', { scheme, language });
			await open(page, `${server.url}/`);
			await check(page, `portal, ${at}`);
			await page.locator('.request-main').first().click();
			await page.waitForSelector('.request-head h1');
			await page.waitForTimeout(300);
			await check(page, `request, ${at}`);
			await close();
		});
		test(`queue, ticket, its dialogs and a case: ${at}`, async () => {
			const { page, close } = await person(browser, server.url, 'agent', { scheme, language });
			await open(page, `${server.url}/desk?view=all_open`);
			await check(page, `queue, ${at}`);
			const number = await page.evaluate(async () => {
				const json = async (path) => (await fetch(`/api/v1/tickets${path}`)).json();
				for (const { number: n } of (await json('?view=mine&limit=50')).items) {
					const { can } = await json(`/${n}`);
					if (['handover', 'escalate', 'resolve'].every((c) => can.includes(c))) return n;
				}
				return null;
			});
			assert.ok(number, 'the agent has a ticket with everything allowed');
			await open(page, `${server.url}/desk/${number}`);
			await check(page, `ticket, ${at}`);
			for (const key of ['h', 'e', 's', '?']) {
				await page.keyboard.press(key);
				await page.waitForSelector('dialog[open]');
				await page.waitForTimeout(500);
				await check(page, `dialog ${key}, ${at}`);
				await page.keyboard.press('Escape');
				if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
				await page.waitForSelector('dialog[open]', { state: 'detached' });
			}
			await page.keyboard.press('Control+k');
			await page.waitForSelector('.palette[open]');
			await check(page, `palette, ${at}`);
			await page.keyboard.press('Escape');
			const [other] = await page.evaluate(async () => (await (await fetch('/api/v1/tickets?view=waiting_supplier&limit=1')).json()).items.map((t) => t.number));
			const caseNumber = await page.evaluate(async (n) => (await (await fetch(`/api/v1/tickets/${n}`)).json()).cases[0].number, other);
			await open(page, `${server.url}/cases/${caseNumber}`);
			await check(page, `case, ${at}`);
			await close();
		});
		test(`suppliers and CMDB: ${at}`, async () => {
			const { page, close } = await person(browser, server.url, 'manager', { scheme, language });
			await open(page, `${server.url}/suppliers`);
			await page.locator('.sla-table .figure').first().click();
			await page.waitForSelector('.drill');
			await page.waitForTimeout(400);
			await check(page, `suppliers, ${at}`);
			for (const tab of ['known', 'waiting', 'software']) {
				await open(page, `${server.url}/cmdb/agents?tab=${tab}`);
				await check(page, `agents ${tab}, ${at}`);
			}
			await open(page, `${server.url}/cmdb`);
			await check(page, `cmdb, ${at}`);
			await page.locator('.grid-row').nth(2).click();
			await page.waitForSelector('.ci-page h1');
			await page.waitForTimeout(300);
			await check(page, `ci, ${at}`);
			await close();
		});
	}
}
