// The main job in a real browser: an employee reports; an agent takes, answers and hands over; a second agent accepts, links a
// CI and escalates; the supplier's events are recorded; the employee confirms; a manager reads the dashboard, takes the workbook.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, open, person, serverUrl } from './browser.mjs';

let server;
let browser;
const people = {};
const job = { text: `Касса не печатает чеки, проверка ${Date.now().toString(36)}` };

before(async () => {
	server = { url: serverUrl() };
	browser = await launch();
	for (const [login, language] of [['employee', 'en'], ['agent', 'en'], ['agent2', 'en'], ['manager', 'en']]) people[login] = await person(browser, server.url, login, { language });
});
after(async () => {
	await browser?.close();
});

test('the employee reports in one field', async () => {
	const { page } = people.employee;
	await open(page, `${server.url}/`);
	const began = Date.now();
	await page.getByRole('textbox', { name: "What's wrong?" }).fill(`${job.text}. Покупатели ждут.`);
	await page.getByRole('button', { name: 'Send', exact: true }).click();
	const link = page.locator('.sent a');
	await link.waitFor();
	job.number = await link.textContent();
	assert.match(job.number, /^INC-\d{6}$/);
	assert.ok(Date.now() - began < 30_000);
	await page.getByRole('heading', { name: new RegExp(job.text) }).waitFor();
});

test('the agent finds it without an owner, takes it and answers by name', async () => {
	const { page } = people.agent;
	await open(page, `${server.url}/desk?view=unassigned&sort=opened`);
	await page.getByRole('link', { name: new RegExp(job.text) }).click();
	await page.getByRole('button', { name: 'Take', exact: true }).click();
	await page.locator('.ticket-owner b').waitFor();
	await page.getByRole('button', { name: /^Reply to / }).click();
	await page.getByRole('textbox', { name: /^Reply to / }).fill('Добрый день! Уже смотрю, какая касса в магазине?');
	await page.getByRole('button', { name: /^Send to / }).click();
	await page.locator('.event-message', { hasText: 'какая касса' }).waitFor();
});

test('the employee is told the name and reads the answer', async () => {
	const { page } = people.employee;
	await open(page, `${server.url}/requests/${job.number}`);
	await page.locator('.request-owner-card b').waitFor();
	await page.locator('.event-message', { hasText: 'какая касса' }).waitFor();
	assert.equal(await page.locator('.event-note').count(), 0);
	await page.getByRole('textbox', { name: 'Your answer' }).fill('Касса 2.');
	await page.getByRole('button', { name: /^Send to / }).click();
	await page.locator('.event-message', { hasText: 'Касса 2.' }).waitFor();
});

test('a staff note looks and reads differently, and the employee does not see it', async () => {
	const { page } = people.agent;
	await page.keyboard.press('Escape');
	await open(page, `${server.url}/desk/${job.number}`);
	await page.keyboard.press('n');
	await page.getByRole('textbox', { name: 'Staff note' }).fill('Похоже на фискальный накопитель.');
	await page.getByRole('button', { name: 'Save staff note' }).click();
	await page.locator('.event-note', { hasText: 'накопитель' }).waitFor();
	await open(people.employee.page, `${server.url}/requests/${job.number}`);
	assert.equal(await people.employee.page.getByText('Похоже на фискальный накопитель.').count(), 0);
});

test('the agent hands over to the second agent, and owns it until it is accepted', async () => {
	const { page } = people.agent;
	const name = await people.agent2.page.evaluate(async () => {
		const { person: p } = await (await fetch('/api/v1/session')).json();
		return `${p.given_name} ${p.family_name}`;
	});
	job.second = name;
	await page.getByRole('button', { name: 'Hand over', exact: true }).click();
	const box = page.getByRole('dialog');
	await box.getByRole('combobox', { name: 'Person' }).fill(name.split(' ')[1]);
	await box.getByRole('option', { name: new RegExp(name) }).first().click();
	await box.getByRole('combobox', { name: 'Reason' }).selectOption('expertise');
	await box.getByRole('textbox', { name: 'Next step' }).fill('Проверить накопитель и передать поставщику.');
	await box.getByText(name).first().waitFor();
	await box.getByRole('button', { name: `Offer to ${name}` }).click();
	await page.locator('.ticket .offer').waitFor();
});

test('the second agent accepts at the top of the queue', async () => {
	const { page } = people.agent2;
	await open(page, `${server.url}/desk?view=mine`);
	const offer = page.locator('.offer', { hasText: job.number });
	await offer.getByRole('button', { name: 'Accept' }).click();
	await page.locator('.ticket-owner b', { hasText: job.second }).waitFor();
	await page.locator('.chain li').nth(1).waitFor();
});

test('a CI is linked with the keyboard', async () => {
	const { page } = people.agent2;
	await page.locator('.ticket').waitFor();
	await page.keyboard.press('Escape');
	await open(page, `${server.url}/desk/${job.number}`);
	await page.keyboard.press('l');
	const find = page.getByRole('combobox', { name: 'Name, number or place' });
	await find.fill(process.env.VAKHTA_CI ?? 'POS');
	await page.locator('.picker-list [role=option]').first().waitFor();
	await page.waitForTimeout(300);
	await page.locator('.picker-list [role=option]').first().click();
	await page.locator('.side-list a').first().waitFor();
});

test('escalation shows the clocks and the mail first', async () => {
	const { page } = people.agent2;
	await page.getByRole('button', { name: 'Escalate', exact: true }).click();
	const box = page.getByRole('dialog');
	await box.locator('.mail pre').waitFor();
	const supplier = box.getByRole('combobox', { name: 'Supplier' });
	if (!(await supplier.inputValue())) await supplier.selectOption({ index: 1 });
	await box.locator('.targets li').first().waitFor();
	await page.waitForTimeout(500);
	await box.getByRole('button', { name: /^Send to / }).click();
	await box.waitFor({ state: 'detached' });
	await page.locator('.case-card').waitFor();
	job.case = (await page.locator('.case-card .num').textContent()).trim();
	assert.match(job.case, /^CASE-\d{6}$/);
});

test('what the supplier does is recorded with its moment', async () => {
	const { page } = people.agent2;
	await open(page, `${server.url}/cases/${job.case}`);
	const record = async (act, words) => {
		await page.locator('.acts label', { hasText: act }).click();
		if (words) await page.getByRole('textbox', { name: /In (their|our) words/ }).fill(words);
		await page.getByRole('button', { name: /^Record: / }).click();
		await page.getByRole('button', { name: 'Record what happened' }).waitFor();
	};
	await record('Acknowledged', 'Приняли, номер 4471.');
	await record('Asked us', 'Какая версия прошивки?');
	await page.locator('.status-waiting_us').first().waitFor();
	await page.locator('.ledger-list li').first().waitFor();
	await record('Gave the information', '5.8.12');
	await record('Say it is fixed', 'Накопитель заменён.');
	await page.locator('.status-verifying').first().waitFor();
	await record('Accept the fix');
	await page.locator('.status-closed').first().waitFor();
	assert.ok(await page.locator('.lane-supplier').count() >= 4);
});

test('resolving teaches: cause, fix and prevention are asked for', async () => {
	const { page } = people.agent2;
	await open(page, `${server.url}/desk/${job.number}`);
	await page.getByRole('button', { name: 'Resolve', exact: true }).click();
	const box = page.getByRole('dialog');
	await box.getByRole('button', { name: 'Resolve', exact: true }).click();
	assert.ok(await box.locator('.field-error').count() >= 3);
	await box.getByRole('textbox', { name: 'What was wrong' }).fill('Накопитель переполнен.');
	await box.getByRole('textbox', { name: 'What was done' }).fill('Накопитель заменён поставщиком.');
	await box.getByRole('textbox', { name: 'What prevents it next time' }).fill('Проверять заполнение раз в месяц.');
	await box.getByRole('button', { name: 'Resolve', exact: true }).click();
	await page.locator('.resolution').waitFor();
});

test('the employee confirms and rates', async () => {
	const { page } = people.employee;
	await open(page, `${server.url}/`);
	const card = page.locator('.request', { hasText: job.number });
	await card.getByRole('button', { name: 'Yes, fixed' }).click();
	await card.locator('.rate-scale label').nth(9).click();
	await card.getByRole('button', { name: 'Send the rating' }).click();
	await page.locator('.toast').first().waitFor();
});

test('the manager reads the dashboard, drills down and takes the workbook', async () => {
	const { page } = people.manager;
	await open(page, `${server.url}/suppliers`);
	await page.getByRole('combobox', { name: 'Period' }).selectOption({ label: 'Twelve months' });
	await page.locator('.sla-table tbody tr').first().waitFor();
	await page.locator('.sla-table .figure').first().click();
	await page.locator('.drill').waitFor();
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Excel' }).click();
	const file = await download;
	assert.match(file.suggestedFilename(), /\.xlsx$/);
	assert.equal(readFileSync(await file.path()).subarray(0, 2).toString('latin1'), 'PK');
});

test('nothing went wrong in any browser on the way', () => {
	for (const [login, p] of Object.entries(people)) assert.deepEqual(p.faults, [], login);
});
