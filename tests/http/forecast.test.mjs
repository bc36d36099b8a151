// What is told before it is too late, with two nodes at work: escalation steps, forecast, morning mail, webhooks, the anchor of the day. Mail is read
// in the outbox; that it leaves stands in tests/post.
//     VAKHTA_BIN=…/vakhta node --test tests/http/forecast.test.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../unit/people/slapd.mjs';
import { caseOf, emptyDirectory, fillDesk, sleep, until } from './desk_world.mjs';
import { serve, startWorld } from './people_world.mjs';

const folder = mkdtempSync(join(tmpdir(), 'vakhta-forecast-')), file = join(folder, 'anchors.jsonl'), calls = [];
let world, second, hook, supplier;

async function secondNode() {
	const env = { ...world.env, VAKHTA_HTTP_PORT: String(await freePort()) };
	const child = spawn(process.env.VAKHTA_BIN, ['serve'], { env, stdio: 'ignore' });
	await until('second node', async () => (await fetch(`http://127.0.0.1:${env.VAKHTA_HTTP_PORT}/readyz`)).ok);
	return child;
}
async function end(child) {
	if (!child || child.exitCode !== null) return;
	const gone = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	await gone;
}
const outbox = (where) => world.rows(`SELECT recipient, language, subject, body, effect_key, link_id, created_at, person_id FROM outbox WHERE kind = 'mail' AND ${where} ORDER BY id`);
const contractOf = (fields) => world.good(world.post('manager', '/contracts', { name: 'Test', supplier: supplier.id, valid_from: '2024-01-01',
	calendar: Number(world.psql('SELECT min(id) FROM calendar')), ...fields }), 201);
const targets = (target_s, goal_pct = 95) => [1, 2, 3, 4].map((priority) => ({ priority, metric: 'resolution', target_s, goal_pct }));

before(async () => {
	chmodSync(folder, 0o755);
	hook = createServer((request, response) => {
		let body = '';
		request.on('data', (bytes) => (body += bytes));
		request.on('end', () => {
			calls.push({ path: request.url, headers: request.headers, body });
			response.writeHead(204).end();
		});
	});
	await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
	// The forecast's time is far, until the second start.
	const noon = new Date(Date.now() + 6 * 3600 * 1000).toISOString().slice(11, 16);
	world = await startWorld(emptyDirectory, { desk_zone: 'UTC', desk_language: 'ru', forecast_mail_time: noon < new Date().toISOString().slice(11, 16) ? '23:59' : noon, forecast_calendar: 'always',
		audit_anchor_time: '00:00', audit_anchor_file: file, audit_mail: 'auditor@outside.example', webhook_private_hosts: 'localhost', desk_undo_s: 0 });
	fillDesk(world);
	world.psql(`UPDATE person SET language = 'ru', zone = 'Asia/Yekaterinburg' WHERE login = 'agent';
		UPDATE person SET mail = 'bob@staff.example', language = 'en', zone = 'Europe/London' WHERE login = 'lead';
		INSERT INTO person (login, given_name, family_name, roles, mail) VALUES ('other-lead', 'Olga', 'Far', 7, 'olga@staff.example');
		INSERT INTO team (key, name, level) VALUES ('far', 'Far', 2);
		INSERT INTO team_member (team_id, person_id) SELECT t.id, p.id FROM team t, person p WHERE p.login = 'other-lead' AND t.key = 'far'`);
	await serve(world);
	second = await secondNode();
	for (const [name, events] of [['all', ['case', 'clock', 'forecast', 'anchor']], ['clocks', ['clock']]]) {
		const made = await world.post('admin', '/webhooks', { name, url: `http://localhost:${hook.address().port}/${name}`, secret: 'a-secret-of-sixteen', events });
		assert.equal(made.status, 201, made.text);
	}
	supplier = await world.good(world.post('manager', '/suppliers', { name: 'Kassy', kind: 'external', mail: 'service@kassy.example', language: 'ru', contacts: [
		{ name: 'Ким', role: 'coordinator', mail: 'coordinator@kassy.example' }, { name: 'Лев', role: 'manager', mail: 'chief@kassy.example' },
		{ name: 'Без почты', role: 'coordinator', phone: '1' }] }), 201);
});
after(async () => {
	await end(second);
	await world?.stop();
	hook?.close();
	rmSync(folder, { recursive: true, force: true });
});

test('the anchor of the day is made once by two nodes, stands in the file and goes to the auditor', async () => {
	await until('anchor', () => world.psql('SELECT count(*) FROM audit_anchor WHERE scheduled') === '1');
	const lines = await until('file', () => {
		const held = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
		return held.length > 0 && held;
	}, 45000);
	assert.deepEqual(lines.map((line) => line.number), [1]);
	const [mail] = outbox("effect_key = 'anchor:1'");
	assert.equal(mail.recipient, 'auditor@outside.example');
	assert.match(mail.subject, /^Вахта: якорь 1 за \d{4}-\d\d-\d\d$/);
	for (const value of [lines[0].root, lines[0].link, lines[0].previous_link]) assert.ok(mail.body.includes(value));
	assert.match(world.run(['audit', 'verify', '--anchors', file]).out, /^1 anchors, \d+ chains, \d+ events, 0 findings\n$/);
	// One asked for by an auditor's schedule of their own: the file goes on, linked.
	assert.equal(world.run(['audit', 'anchor']).code, 0);
	const two = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
	assert.equal(two[1].previous_link, two[0].link);
	assert.equal(outbox("effect_key = 'anchor:2'").length, 1);
	const told = await until('webhook', () => calls.filter((call) => call.headers['vakhta-event'] === 'anchor').map((call) => JSON.parse(call.body)).filter((call) => call.data.number === 2)[0]);
	assert.equal(told.data.link, two[1].link);
});

test('each step of a contract is told once, to those it names, in their language, the supplier with a link', async () => {
	const steps = [{ at_pct: 50, role: 'owner' }, { at_pct: 75, role: 'lead' }, { at_pct: 75, role: 'coordinator' }, { at_pct: 100, role: 'lead' }, { at_pct: 100, role: 'supplier_manager' },
		{ at_pct: 120, role: 'coordinator' }];
	const contract = await contractOf({ number: 'ESC-1', targets: targets(10), escalation_steps: steps });
	const one = await caseOf(world, contract);
	const id = Number(world.psql(`SELECT id FROM supplier_case WHERE number = '${one.number}'`));
	const mails = () => outbox(`effect_key LIKE 'escalation:${id}:%'`);
	await until('all steps', () => mails().length === 6, 40000);
	await sleep(1500);
	const got = mails();
	assert.deepEqual(got.map((mail) => [mail.effect_key.split(':').slice(4, 6).join(' '), mail.recipient, mail.language]), [
		['50 owner', 'ann@staff.example', 'ru'], ['75 coordinator', 'coordinator@kassy.example', 'ru'], ['75 lead', 'bob@staff.example', 'en'],
		['100 lead', 'bob@staff.example', 'en'], ['100 supplier_manager', 'chief@kassy.example', 'ru'], ['120 coordinator', 'coordinator@kassy.example', 'ru']]);
	for (const mail of got) {
		assert.ok(mail.subject.includes(one.number), mail.subject);
		assert.equal(mail.link_id !== null, mail.recipient.endsWith('@kassy.example'), 'a supplier has no account, staff need no link');
		assert.equal(mail.body.includes('[[link]]'), mail.link_id !== null);
	}
	assert.equal(new Set(got.map((mail) => mail.link_id).filter(Boolean)).size, 3, 'a link for each mail');
	assert.match(got[0].body, /прошло 50 % времени по показателю «решение» \(срок \d\d\.\d\d\.\d{4} \d\d:\d\d \(Asia\/Yekaterinburg\)\)/);
	assert.match(got[2].body, /75 % of the time for "resolution" under contract ESC-1 has passed \(due \d{4}-\d\d-\d\d \d\d:\d\d \(Europe\/London\)\)/);
	assert.match(got[1].body, /Срок: \d\d\.\d\d\.\d{4} \d\d:\d\d \(UTC\)\./);
	const events = (await world.get('lead', `/cases/${one.number}/events?limit=200`)).json.items.filter((event) => event.type.startsWith('clock_'));
	const told = events.flatMap((event) => event.data.told ?? []);
	assert.deepEqual(told.map((who) => `${who.step} ${who.role} ${who.name}`), ['50 owner Ann Fox', '75 coordinator Ким', '75 lead Bob Ray', '100 lead Bob Ray', '100 supplier_manager Лев', '120 coordinator Ким']);
	assert.equal(events.filter((event) => event.type === 'clock_breached' && event.data.pct === 100).length, 1, 'one breach, by whichever node');
	assert.match(world.run(['audit', 'replay']).out, / 0 differences/);
});

test('a step for which there is nobody is said in the timeline, and the others are still told', async () => {
	const lonely = await world.good(world.post('manager', '/suppliers', { name: 'Lonely', kind: 'external', mail: 'service@lonely.example', language: 'en' }), 201);
	const contract = await contractOf({ number: 'ESC-2', supplier: lonely.id, targets: targets(4), escalation_steps: [{ at_pct: 50, role: 'supplier_manager' }, { at_pct: 50, role: 'owner' }] });
	const one = await caseOf(world, contract);
	const event = await until('step', async () => (await world.get('lead', `/cases/${one.number}/events?limit=200`)).json.items.find((entry) => entry.data?.told));
	assert.deepEqual(event.data.told.map((who) => `${who.step} ${who.role} ${who.name}`).sort(), ['50 owner Ann Fox', '50 supplier_manager null']);
});

test('webhooks get what they asked for, once, signed', async () => {
	const number = world.psql("SELECT c.number FROM supplier_case c JOIN contract k ON k.id = c.contract_id WHERE k.number = 'ESC-1'");
	const of = (name, event) => calls.filter(({ path, body }) => path === `/${name}` && JSON.parse(body).event === event && JSON.parse(body).data.case === number);
	const clocks = await until('clock deliveries', () => of('clocks', 'clock').length >= 5 && of('all', 'clock').length >= 5 && of('clocks', 'clock'));
	assert.deepEqual([...new Set(clocks.map((call) => JSON.parse(call.body).data.pct))].sort((a, b) => a - b), [50, 75, 90, 100, 120]);
	assert.equal(clocks.length, 5, 'each share once, with two nodes');
	assert.equal(of('clocks', 'case').length, 0, 'not asked for');
	const sent = of('all', 'case').map((call) => JSON.parse(call.body).data);
	assert.ok(sent.some((event) => event.type === 'sent' && /^[0-9a-f]{64}$/.test(event.hash)));
	assert.ok(!JSON.stringify(sent).includes('Please come'), 'texts are read by programs with their own rights');
	for (const { headers, body } of calls) {
		const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['vakhta-signature']);
		assert.equal(mac, createHmac('sha256', 'a-secret-of-sixteen').update(`${at}.${body}`).digest('hex'));
	}
	assert.equal(new Set(calls.map((call) => call.headers['vakhta-delivery'])).size, calls.length, 'none twice');
});

test('the forecast: what breaches next, which goals fall, how many kept ones are needed', async () => {
	const soon = await contractOf({ number: 'SOON', targets: targets(3600, 90) });
	const late = await contractOf({ number: 'LATE', targets: targets(399 * 3600, 90) });
	const [risky, calm] = [await caseOf(world, soon), await caseOf(world, late)];
	const forecast = await world.good(world.get('lead', '/reports/forecast?hours=8'));
	assert.ok(forecast.clocks.some((clock) => clock.case === risky.number && clock.metric === 'resolution' && clock.remaining_s > 3500 && clock.owner.name === 'Ann Fox'));
	assert.ok(!forecast.clocks.some((clock) => clock.case === calm.number));
	assert.ok((await world.good(world.get('lead', '/reports/forecast?hours=400'))).clocks.some((clock) => clock.case === calm.number));
	// One breached of ESC-1, none kept, none open: only nineteen others could save the month.
	const goal = forecast.goals.find((one) => one.contract.name === 'ESC-1');
	assert.deepEqual([goal.kept, goal.breached, goal.open, goal.outlook, goal.needed, goal.needed_of_open], [0, 1, 0, 'too_few', 19, null]);
	const saved = forecast.goals.find((one) => one.contract.name === 'SOON');
	assert.deepEqual([saved.kept, saved.breached, saved.open, saved.needed_of_open], [0, 0, 1, 1]);
	assert.equal(saved.outlook, 'at_risk');
	for (const [who, status] of [['employee', 403], ['auditor', 200], ['manager', 200]]) assert.equal((await world.get(who, '/reports/forecast')).status, status, who);
	assert.equal((await world.get('lead', '/reports/forecast?hours=0')).status, 422);
});

test('each lead gets one mail in the morning about their own teams, whichever node wakes first', async () => {
	assert.equal(outbox("effect_key LIKE 'forecast:%'").length, 0, 'not before its time');
	await end(second);
	await end(world.child);
	world.env.VAKHTA_FORECAST_MAIL_TIME = new Date().toISOString().slice(11, 16);
	await Promise.all([serve(world), secondNode().then((child) => (second = child))]);
	await until('forecast', () => outbox("effect_key LIKE 'forecast:%'").length > 0, 45000);
	await sleep(2000);
	const mails = outbox("effect_key LIKE 'forecast:%'");
	assert.deepEqual(mails.map((mail) => mail.recipient), ['bob@staff.example'], 'nothing concerns the other lead, and an agent is no lead');
	const risky = world.psql("SELECT c.number FROM supplier_case c JOIN contract k ON k.id = c.contract_id WHERE k.number = 'SOON'");
	assert.match(mails[0].subject, /^Suppliers today: what will be late \(\d{4}-\d\d-\d\d\)$/);
	assert.ok(mails[0].body.includes(`${risky}  Kassy, SOON: resolution. Due `));
	assert.match(mails[0].body, /ESC-1, Kassy: resolution\. Goal 95\.00 %, now 0\.00 %, if nothing changes 0\.00 %; kept 0 of 1, open 0\. The open ones are not enough; kept ones still needed: 19\./);
	assert.match(mails[0].body, /SOON, Kassy: resolution\. Goal 90\.00 %, now –, if nothing changes 0\.00 %; kept 0 of 0, open 1\. Of the open ones at least 1 must be kept\./);
	const told = await until('webhook', () => {
		const found = calls.map((call) => JSON.parse(call.body)).filter((call) => call.event === 'forecast');
		return found.length > 0 && found;
	});
	assert.equal(told.length, 1);
	assert.ok(told[0].data.clocks.some((clock) => clock.case === risky));
	assert.equal(world.psql("SELECT count(*) FROM daily_job WHERE name = 'forecast'"), '1');
});
