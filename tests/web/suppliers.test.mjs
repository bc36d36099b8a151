// What people do with suppliers, from the interface and by keyboard alone: the supplier through its link, the desk on a case, the
// manager on suppliers, rules, reports and quality, the auditor on a check; each with a wrong input on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, launch, open, person, serverUrl } from './browser.mjs';
import { makeLink, openCase } from './supplier-world.mjs';

let url;
let browser;
before(async () => {
	url = serverUrl();
	browser = await launch();
});
after(async () => {
	await browser?.close();
});
const mark = () => Date.now().toString(36);
// Goes to a control as a keyboard does (focus), and presses.
const press = async (locator, key = 'Enter') => {
	await locator.focus();
	await locator.page().keyboard.press(key);
};

test('a supplier sees its case through the link, answers by keyboard, and whoever it is forwarded to only reads; it ends with the case', async () => {
	const words = `Till dead ${mark()}`;
	const { agent, number, supplier } = await openCase(browser, url, words);
	const link = await makeLink(browser, url, supplier, number);
	const theirs = await person(browser, url, null, { language: 'en', storage: { 'vakhta.lang': 'en' } });
	await open(theirs.page, link);
	await theirs.page.getByRole('heading', { name: words }).waitFor();
	await press(theirs.page.getByRole('radio', { name: 'We have received it' }), 'Space');
	await press(theirs.page.getByRole('button', { name: 'We have received it' }));
	await theirs.page.locator('.supplier-event-supplier').first().waitFor();
	await press(theirs.page.getByRole('radio', { name: 'Ask for information' }), 'Space');
	await theirs.page.getByRole('textbox', { name: 'In words' }).fill('Which till?');
	await theirs.page.getByRole('textbox', { name: 'In words' }).press('Tab');
	await press(theirs.page.locator('form .button.primary'));
	await theirs.page.locator('.supplier-pause').waitFor();
	const forwarded = await person(browser, url, null, { language: 'en', storage: { 'vakhta.lang': 'en' } });
	await open(forwarded.page, link);
	await forwarded.page.locator('.supplier-readonly').waitFor();
	assert.equal(await forwarded.page.getByRole('radio').count(), 0, 'nothing can be done with a forwarded link');
	await api(agent.page, 'POST', `/cases/${number}/events`, { type: 'withdrawn', body: 'Solved without you' });
	await open(theirs.page, link);
	await theirs.page.locator('.supplier-readonly').waitFor();
	assert.equal(await theirs.page.getByRole('radio').count(), 0, 'an ended case is read only');
	assert.deepEqual([...theirs.faults, ...forwarded.faults, ...agent.faults], []);
	for (const p of [theirs, forwarded, agent]) await p.close();
});

test('the desk records a pause with its reason and a file, enters a consent that came by phone, and an objection', async () => {
	const { agent, number } = await openCase(browser, url, `Printer ${mark()}`);
	const { page, faults } = agent;
	await open(page, `${url}/cases/${number}`);
	await press(page.getByRole('radio', { name: 'Asked us' }), 'Space');
	await page.getByRole('textbox', { name: 'In their words' }).fill('Which printer?');
	const reason = page.getByRole('combobox', { name: 'Why the clock stands' });
	await reason.focus();
	await page.keyboard.press('ArrowDown');
	const chosen = await reason.evaluate((s) => s.selectedOptions[0].textContent);
	await page.getByLabel('Evidence').setInputFiles({ name: 'call.txt', mimeType: 'text/plain', buffer: Buffer.from('note of a call') });
	await press(page.locator('.record button[type=submit]'));
	const pause = page.locator('.ledger-pause').first();
	await pause.getByText(chosen).waitFor();
	await pause.getByRole('link', { name: /call\.txt/ }).waitFor();
	await press(page.getByRole('radio', { name: 'Gave the information' }), 'Space');
	await press(page.locator('.record button[type=submit]'));
	await page.locator('.record .field-error').waitFor();
	await page.getByRole('textbox', { name: 'In our words' }).fill('The third');
	await press(page.locator('.record button[type=submit]'));
	await page.waitForSelector('.record textarea', { state: 'detached' });
	await press(pause.getByRole('button', { name: 'They agreed' }));
	await press(page.getByRole('button', { name: 'Enter the consent' }));
	assert.equal(await page.locator('dialog .field-error').count(), 2, 'both missing fields are named');
	await page.getByRole('textbox', { name: 'Who of the supplier said so' }).fill('Ada');
	await page.getByRole('textbox', { name: 'What was said, and how it came' }).fill('By phone');
	await press(page.getByRole('button', { name: 'Enter the consent' }));
	await pause.getByText('the supplier agreed').waitFor();
	await press(page.getByRole('button', { name: 'Enter an objection of the supplier' }));
	await press(page.getByRole('radio', { name: 'It did not happen' }), 'Space');
	await page.getByRole('textbox', { name: 'Why, in their words' }).fill('We never said so');
	await page.getByRole('textbox', { name: 'Who of the supplier said so' }).fill('Ada');
	await press(page.getByRole('button', { name: 'Enter the objection' }));
	await page.locator('.ledger-contest-open').waitFor();
	assert.deepEqual(faults, []);
	await agent.close();
});

test('a manager makes a supplier with a coordinator, gives them a link and revokes it', async () => {
	const { page, faults, close } = await person(browser, url, 'manager', { language: 'ru' });
	const name = `Поставщик ${mark()}`;
	await open(page, `${url}/suppliers/all`);
	await press(page.getByRole('link', { name: 'Новый поставщик' }));
	await page.getByRole('button', { name: 'Добавить человека' }).waitFor();
	await press(page.getByRole('button', { name: 'Добавить человека' }));
	await press(page.getByRole('button', { name: 'Создать поставщика' }));
	await page.getByText('У каждого человека должно быть имя').waitFor();
	await page.getByRole('textbox', { name: 'Название' }).fill(name);
	await page.getByRole('textbox', { name: 'Имя' }).fill('Ада');
	await page.getByRole('textbox', { name: 'Адрес для обращений' }).fill('не адрес');
	await press(page.getByRole('button', { name: 'Создать поставщика' }));
	await page.getByText('один почтовый адрес вида').waitFor();
	await page.getByRole('textbox', { name: 'Адрес для обращений' }).fill('sd@ada.example');
	await press(page.getByRole('button', { name: 'Создать поставщика' }));
	await page.getByRole('heading', { name, level: 1 }).waitFor();
	await press(page.getByRole('button', { name: 'Создать ссылку' }));
	const dialog = page.locator('dialog[open]');
	await dialog.getByRole('textbox', { name: 'Для кого' }).fill('Ада');
	await press(dialog.getByRole('button', { name: 'Создать ссылку' }));
	const address = await dialog.getByRole('textbox', { name: 'Адрес' }).inputValue();
	assert.match(address, /\/s\/[\w-]{20,}$/);
	await page.keyboard.press('Escape');
	await press(page.getByRole('button', { name: 'Отозвать' }));
	await press(page.getByRole('button', { name: 'Отозвать навсегда' }));
	await page.locator('.link-gone').waitFor();
	assert.deepEqual(faults, []);
	await close();
});

test('rules of suppliers and of quality are changed by the manager, and a wrong number is named in the reader\'s language', async () => {
	const { page, faults, close } = await person(browser, url, 'manager', { language: 'ru' });
	await open(page, `${url}/suppliers/all`);
	const days = page.getByRole('spinbutton', { name: 'Срок действия ссылок' });
	const before_ = await days.inputValue();
	await days.fill('0');
	await page.keyboard.press('Enter');
	await page.getByText('целое число от 1 до 365').waitFor();
	await days.fill(String(Number(before_) + 1));
	await page.keyboard.press('Enter');
	await page.getByText('Сохранено').waitFor();
	await days.fill(before_);
	await page.keyboard.press('Enter');
	await open(page, `${url}/quality?tab=rules`);
	await page.getByRole('spinbutton', { name: 'Низкая оценка' }).fill('10');
	await page.keyboard.press('Enter');
	await page.getByText('целое число от 0 до 9').waitFor();
	await open(page, `${url}/quality?tab=kpi`);
	await press(page.getByRole('button', { name: 'Пересчитать' }));
	await page.getByText(/Пересчитан/).waitFor();
	assert.deepEqual(faults, []);
	await close();
});

test('a report is subscribed to and ended, an auditor asks for a check of one case, and a message is read', async () => {
	const manager = await person(browser, url, 'manager', { language: 'en' });
	await open(manager.page, `${url}/suppliers/reports`);
	await press(manager.page.getByRole('button', { name: 'Subscribe' }));
	await manager.page.locator('.report-list').first().getByRole('button', { name: 'End the subscription' }).last().waitFor();
	await press(manager.page.getByRole('button', { name: 'End the subscription' }).last());
	const [subject] = (await api(manager.page, 'GET', '/cases?limit=1')).items;
	const auditor = await person(browser, url, 'auditor', { language: 'en' });
	await open(auditor.page, `${url}/audit?tab=chain`);
	await auditor.page.getByRole('textbox').first().fill(subject.number);
	await auditor.page.keyboard.press('Enter');
	await auditor.page.locator('main').getByText(/[0-9a-f]{12}/).first().waitFor();
	assert.deepEqual([...manager.faults, ...auditor.faults], []);
	for (const p of [manager, auditor]) await p.close();
});
