// What the interface promises whatever happens: nothing typed is lost, a lost session returns to the same place, keys work on
// the Russian layout, conflicts show both values, rows do not move, no page scrolls sideways at 320 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, launch, open, person, serverUrl } from './browser.mjs';

let server;
let browser;
before(async () => {
	server = { url: serverUrl() };
	browser = await launch();
});
after(async () => {
	await browser?.close();
});

const firstTicket = (page, view = 'mine') => page.evaluate(async (v) => (await (await fetch(`/api/v1/tickets?view=${v}&limit=5`)).json()).items.map((t) => t.number), view);

test('signing in by hand leads staff to the queue, and a wrong password is told', async () => {
	const { page, close } = await person(browser, server.url, null);
	await page.goto(`${server.url}/`);
	await page.getByRole('textbox', { name: 'Login' }).fill('agent');
	await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('The login or the password is wrong').waitFor();
	await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL(/\/desk/);
	await close();
});

test('a report survives a failing server and a reload, and is sent once', async () => {
	const { page, close } = await person(browser, server.url, 'employee', { language: 'en' });
	await open(page, `${server.url}/`);
	const words = `Проверка сохранности ${Date.now().toString(36)}`;
	const box = page.getByRole('textbox', { name: "What's wrong?" });
	await box.fill(words);
	const keys = [];
	page.on('request', (r) => r.method() === 'POST' && r.url().endsWith('/tickets') && keys.push(r.headers()['idempotency-key']));
	await page.route('**/api/v1/tickets', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 503, headers: { 'Retry-After': '2', 'X-Request-Id': 'req-test' }, contentType: 'application/problem+json', body: '{"title":"Busy","status":503,"detail":"The database does not answer."}' }) : route.continue()));
	await page.getByRole('button', { name: 'Send', exact: true }).click();
	await page.getByText('req-test').waitFor();
	await page.getByText('Your text is kept here').waitFor();
	assert.equal(await box.inputValue(), words);
	await page.reload();
	await page.waitForSelector('h1');
	assert.equal(await box.inputValue(), words);
	await page.getByRole('button', { name: 'Send', exact: true }).click();
	await page.getByText('req-test').waitFor();
	await page.unroute('**/api/v1/tickets');
	await page.getByRole('button', { name: 'Send', exact: true }).click();
	await page.locator('.sent a').waitFor();
	assert.equal(keys.length, 3);
	assert.equal(keys[1], keys[2], 'the retry repeats the key');
	await close();
});

test('a known outage is joined with one press, and nothing is reported twice', async () => {
	const mark = Date.now().toString(36);
	const agent = await person(browser, server.url, 'agent', { language: 'en' });
	await open(agent.page, `${server.url}/desk`);
	const number = await agent.page.evaluate(async (subject) => {
		const post = async (path, body) => {
			const answer = await fetch(`/api/v1${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify(body) });
			if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
			return answer.json();
		};
		const reporter = (await (await fetch('/api/v1/persons?q=&limit=5')).json()).items[0].id;
		const made = await post('/tickets', { kind: 'incident', subject, body: 'Nobody in the building can print.', reporter, impact: 2, urgency: 2 });
		await post(`/tickets/${made.number}/take`, {});
		return made.number;
	}, `Printing hall ${mark} stands still`);
	await agent.close();
	const { page, close, faults } = await person(browser, server.url, 'employee2', { language: 'en' });
	await open(page, `${server.url}/`);
	await page.getByRole('textbox', { name: "What's wrong?" }).fill(`The printing hall ${mark} stands still again`);
	const outage = page.locator('.known-item', { hasText: mark });
	await outage.getByRole('button', { name: 'I have this too' }).click();
	await outage.getByRole('link', { name: number }).click();
	await page.getByRole('heading', { name: new RegExp(mark) }).waitFor();
	assert.deepEqual(faults, []);
	await close();
});

test('L puts the cursor into the search of CIs', async () => {
	const { page, close } = await person(browser, server.url, 'agent', { language: 'en' });
	await open(page, `${server.url}/desk`);
	const [number] = await firstTicket(page);
	await open(page, `${server.url}/desk/${number}`);
	await page.keyboard.press('l');
	await page.locator('#link-ci:focus').waitFor();
	await close();
});

test('a lost session asks to sign in over the page, keeps the text and goes on', async () => {
	const { page, context, close } = await person(browser, server.url, 'agent', { language: 'en' });
	await open(page, `${server.url}/desk`);
	const [number] = await firstTicket(page);
	await open(page, `${server.url}/desk/${number}`);
	await page.keyboard.press('n');
	await page.getByRole('textbox', { name: 'Staff note' }).fill('Заметка, которая не должна пропасть');
	await context.clearCookies();
	await page.getByRole('button', { name: 'Save staff note' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('What you typed is kept').waitFor();
	await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
	await dialog.getByRole('button', { name: 'Sign in' }).click();
	await page.locator('.event-note', { hasText: 'не должна пропасть' }).waitFor();
	assert.ok(page.url().endsWith(`/desk/${number}`));
	await close();
});

test('keys work by their place on the Russian layout', async () => {
	const { page, close } = await person(browser, server.url, 'agent', { language: 'ru' });
	await open(page, `${server.url}/desk?view=all_open`);
	const press = (key, code, more = {}) => page.evaluate(([k, c, m]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: k, code: c, bubbles: true, cancelable: true, ...m })), [key, code, more]);
	await press('о', 'KeyJ');
	await press('о', 'KeyJ');
	await page.waitForSelector('.grid-row.at[aria-rowindex="4"]');
	await press('Enter', 'Enter');
	await page.waitForSelector('.ticket h1');
	await press('т', 'KeyN');
	await page.getByRole('textbox', { name: 'Заметка для поддержки' }).waitFor();
	await page.keyboard.press('Escape');
	await press('л', 'KeyK', { ctrlKey: true });
	await page.waitForSelector('.palette[open]');
	await close();
});

test('a conflict shows both values and keeps the choice', async () => {
	const a = await person(browser, server.url, 'agent', { language: 'en' });
	await open(a.page, `${server.url}/desk`);
	const [number] = await firstTicket(a.page);
	await open(a.page, `${server.url}/desk/${number}`);
	const urgency = a.page.getByRole('combobox', { name: 'Urgency' });
	const now = Number(await urgency.inputValue());
	const [theirs, mine] = [1, 2, 3].filter((n) => n !== now);
	// The page must not hear of the change before it saves its own.
	let held = false;
	await a.page.route(`**/api/v1/tickets/${number}`, async (route) => {
		if (route.request().method() !== 'PATCH' || held) return route.continue();
		held = true;
		await a.page.evaluate(async ([n, u]) => {
			const tag = (await fetch(`/api/v1/tickets/${n}`)).headers.get('ETag');
			await fetch(`/api/v1/tickets/${n}`, { method: 'PATCH', headers: { 'Content-Type': 'application/json', 'If-Match': tag }, body: JSON.stringify({ urgency: u }) });
		}, [number, theirs]);
		return route.continue();
	});
	await urgency.selectOption(String(mine));
	const dialog = a.page.getByRole('dialog');
	await dialog.getByText('Somebody changed this meanwhile').waitFor();
	assert.equal(await dialog.locator('.versus dd').count(), 2);
	await dialog.getByRole('button', { name: 'Use mine' }).click();
	await a.page.getByText('Saved', { exact: true }).waitFor();
	await a.page.waitForTimeout(400);
	assert.equal(await urgency.inputValue(), String(mine));
	await a.close();
});

test('new tickets wait behind a button and rows stay where they are', async () => {
	const agent = await person(browser, server.url, 'agent', { language: 'en' });
	const employee = await person(browser, server.url, 'employee', { language: 'en' });
	await open(agent.page, `${server.url}/desk?view=unassigned`);
	const first = await agent.page.locator('.grid-row[aria-rowindex="2"]').textContent();
	await agent.page.waitForTimeout(800);
	await employee.page.evaluate(() => fetch('/api/v1/tickets', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify({ kind: 'incident', subject: 'Новая заявка приходит сама', body: 'Проверка обновлений' }) }));
	const news = agent.page.locator('.news');
	await news.waitFor();
	assert.equal(await agent.page.locator('.grid-row[aria-rowindex="2"]').textContent(), first);
	await news.click();
	await agent.page.locator('.grid-row', { hasText: 'Новая заявка приходит сама' }).first().waitFor();
	await agent.close();
	await employee.close();
});

test('pages fit 320 px without scrolling sideways', async () => {
	for (const [login, paths] of [['employee', ['/']], ['agent', ['/desk', '/cmdb']], ['manager', ['/suppliers']]]) {
		const p = await person(browser, server.url, login, { width: 320, height: 640, language: 'ru' });
		for (const path of paths) {
			await open(p.page, server.url + path);
			const over = await p.page.evaluate(() => [document.documentElement, document.querySelector('main')].map((e) => e.scrollWidth - e.clientWidth));
			assert.deepEqual(over, [0, 0], `${login} ${path}`);
		}
		await p.close();
	}
});
