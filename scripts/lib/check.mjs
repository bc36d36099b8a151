// The main job over HTTP, from the report to the supplier's workbook, as the people of the demo company would do it.
//     VAKHTA_URL=http://127.0.0.1:8080 node scripts/lib/check.mjs
// Prints each step with its time; exits 1 at the first step that does not do what it should.
import { randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';

const base = process.env.VAKHTA_URL?.replace(/\/$/, '');
if (!base) {
	console.error('VAKHTA_URL must name a running server');
	process.exit(2);
}
const PASSWORD = process.env.VAKHTA_PASSWORD ?? 'vakhta-demo';
const sessions = {};

class Wrong extends Error {}
function must(good, text) {
	if (!good) throw new Wrong(text);
}

async function request(who, method, path, body) {
	const headers = { ...sessions[who]?.headers };
	if (body !== undefined) headers['content-type'] = 'application/json';
	if (method === 'POST') headers['idempotency-key'] = randomUUID();
	return fetch(`${base}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
}

async function call(who, method, path, body, wanted = [200, 201, 204]) {
	const answer = await request(who, method, `/api/v1${path}`, body);
	const text = await answer.text();
	must([wanted].flat().includes(answer.status), `${method} ${path} as ${who}: ${answer.status} ${text.slice(0, 500)}`);
	return text ? JSON.parse(text) : null;
}

async function signIn(login) {
	const answer = await fetch(`${base}/api/v1/session`, {
		method: 'POST', headers: { 'content-type': 'application/json', origin: base }, body: JSON.stringify({ login, password: PASSWORD }), signal: AbortSignal.timeout(30_000),
	});
	const text = await answer.text();
	must(answer.status === 200, `sign-in of ${login}: ${answer.status} ${text.slice(0, 300)}`);
	const cookie = answer.headers.get('set-cookie');
	must(/HttpOnly/i.test(cookie) && /SameSite=Strict/i.test(cookie), 'the cookie of a session is HttpOnly and SameSite=Strict');
	sessions[login] = { headers: { cookie: cookie.split(';')[0], origin: base }, ...JSON.parse(text) };
}

// The names of the parts of a zip file, read from its central directory, and one part's text.
function readZip(bytes) {
	let end = bytes.length - 22;
	while (end >= 0 && bytes.readUInt32LE(end) !== 0x06054b50) end--;
	must(end >= 0, 'the workbook is a zip file');
	const parts = new Map();
	let at = bytes.readUInt32LE(end + 16);
	for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
		must(bytes.readUInt32LE(at) === 0x02014b50, 'the directory of the zip file is whole');
		const nameBytes = bytes.readUInt16LE(at + 28);
		const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
		parts.set(name, { method: bytes.readUInt16LE(at + 10), size: bytes.readUInt32LE(at + 20), local: bytes.readUInt32LE(at + 42) });
		at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return {
		names: [...parts.keys()],
		text(name) {
			const part = parts.get(name);
			must(part, `the workbook has ${name}`);
			const from = part.local + 30 + bytes.readUInt16LE(part.local + 26) + bytes.readUInt16LE(part.local + 28);
			const raw = bytes.subarray(from, from + part.size);
			return (part.method === 0 ? raw : inflateRawSync(raw)).toString('utf8');
		},
	};
}

function month(shift) {
	const now = new Date();
	return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + shift, 1)).toISOString().slice(0, 10);
}

const job = {};
const caseEvent = (type, body, more = {}) => call('agent2', 'POST', `/cases/${job.case}/events`, { type, body, ...more });
const caseNow = () => call('agent2', 'GET', `/cases/${job.case}`);
const ticketNow = (who) => call(who, 'GET', `/tickets/${job.number}`);

const steps = [
	['the server is ready', async () => must((await fetch(`${base}/readyz`)).status === 200, '/readyz')],
	['five people sign in against the directory', async () => {
		for (const login of ['employee', 'employee2', 'agent', 'agent2', 'manager']) await signIn(login);
		must(sessions.manager.roles.includes('manager') && sessions.agent.roles.includes('agent'), 'roles come from the groups of the directory');
		must(sessions.agent.person.given_name && sessions.agent.person.family_name, 'names come from the directory');
	}],
	['the employee reports an incident', async () => {
		const body = 'Касса зависла посреди чека, покупатели ждут. Перезагрузка не помогла.';
		const ticket = await call('employee', 'POST', '/tickets', { kind: 'incident', subject: 'Касса не печатает чеки', body }, 201);
		job.number = ticket.number;
		must(/^INC-\d{6,}$/.test(job.number) && ticket.status === 'new', `a new incident has a number: ${job.number}`);
	}],
	['nobody else of the employees sees it', () => call('employee2', 'GET', `/tickets/${job.number}`, undefined, 404)],
	['the agent takes it and answers by name', async () => {
		await call('agent', 'POST', `/tickets/${job.number}/take`);
		await call('agent', 'POST', `/tickets/${job.number}/replies`, { body: 'Здравствуйте! Какая касса и что на экране?', visibility: 'public' });
		must((await ticketNow('agent')).owner.id === sessions.agent.person.id, 'whoever took it owns it');
	}],
	['a second take is refused and says who has it', () => call('agent2', 'POST', `/tickets/${job.number}/take`, undefined, 409)],
	['the employee sees the owner and answers', async () => {
		must((await ticketNow('employee')).owner.id === sessions.agent.person.id, 'the reporter sees who owns the ticket');
		await call('employee', 'POST', `/tickets/${job.number}/replies`, { body: 'Вторая касса, на экране логотип.', visibility: 'public' });
	}],
	['the agent offers it to level 2 and still owns it', async () => {
		const offer = await call('agent', 'POST', `/tickets/${job.number}/handovers`,
			{ to: sessions.agent2.person.id, reason: 'level_escalation', note: 'Нужен инженер розничных систем.', mode: 'permanent' }, 201);
		job.handover = offer.id;
		must(offer.state === 'offered', 'the handover is offered');
		must((await ticketNow('agent')).owner.id === sessions.agent.person.id, 'until it is accepted, the giver owns it');
	}],
	['level 2 accepts and owns it', async () => {
		await call('agent2', 'POST', `/handovers/${job.handover}/accept`);
		must((await ticketNow('agent2')).owner.id === sessions.agent2.person.id, 'whoever accepts owns it');
	}],
	['the employee is introduced to the new owner', async () => {
		const { items } = await call('employee', 'GET', `/tickets/${job.number}/events?limit=200`);
		must(items.filter((event) => event.type === 'introduced').length >= 2, 'each change of owner introduces the new one');
	}],
	['a cash register is linked', async () => {
		const { items } = await call('agent2', 'GET', '/cmdb/cis?class=cash_register&limit=5');
		must(items.length > 0, 'the CMDB has cash registers');
		job.ci = items[0].id;
		await call('agent2', 'PUT', `/tickets/${job.number}/cis/${job.ci}`, { role: 'affected' });
	}],
	['it is escalated; the contract is found from the CI', async () => {
		const { items } = await call('agent2', 'GET', '/suppliers?limit=200');
		const supplier = items.find((item) => item.name === 'КассаСервис');
		must(supplier, 'the supplier of cash registers is known');
		const made = await call('agent2', 'POST', `/tickets/${job.number}/cases`,
			{ supplier: supplier.id, summary: 'Касса зависает, продажи на линии остановлены', body: 'Перезагрузка не помогает, просим восстановить.' }, 201);
		job.case = made.number;
		must(/^CASE-\d{6,}$/.test(job.case), `a case has a number: ${job.case}`);
		must((await caseNow()).clocks.some((clock) => clock.state === 'running'), 'the clocks of the contract run');
	}],
	['the supplier acknowledges and asks; the clock pauses', async () => {
		await caseEvent('acknowledged', 'Приняли, назначен инженер.', { supplier_ref: 'KS-4471' });
		await caseEvent('info_requested', 'Пришлите журналы.');
		const now = await caseNow();
		must(now.status === 'waiting_us', `the case waits for us, not ${now.status}`);
		must(now.clocks.some((clock) => clock.metric === 'resolution' && clock.state === 'paused'), 'resolution is paused while they wait for us');
	}],
	['we answer; the clock runs again', async () => {
		await caseEvent('info_provided', 'Журналы приложены.');
		const now = await caseNow();
		must(now.status === 'open' && now.clocks.some((clock) => clock.metric === 'resolution' && clock.state === 'running'), 'resolution runs again');
	}],
	['the fix is declared and accepted', async () => {
		await caseEvent('fix_declared', 'Служба обмена обновлена.');
		must((await caseNow()).status === 'verifying', 'a declared fix is verified first');
		await caseEvent('fix_accepted', 'Проверено пробным чеком.');
		const now = await caseNow();
		must(now.status === 'closed', `an accepted fix closes the case, not ${now.status}`);
		must(now.clocks.every((clock) => clock.state !== 'running'), 'no clock runs on');
	}],
	['a resolution without a lesson is refused', () => call('agent2', 'POST', `/tickets/${job.number}/resolve`, { cause: 'x', fix: 'y' }, 422)],
	['it is resolved with cause, fix and prevention', async () => {
		await call('agent2', 'POST', `/tickets/${job.number}/resolve`,
			{ cause: 'Журналы заполнили диск кассы.', fix: 'Журналы очищены, обмен обновлён.', prevention: 'Включить ротацию журналов на всех кассах.' });
		must((await ticketNow('agent2')).status === 'resolved', 'the ticket is resolved');
	}],
	['the employee confirms and rates it', async () => {
		await call('employee', 'POST', `/tickets/${job.number}/confirm`);
		await call('employee', 'POST', `/tickets/${job.number}/rating`, { score: 9, recommend: 10, comment: 'Быстро, спасибо!' });
		must((await ticketNow('employee')).status === 'closed', 'a confirmed ticket is closed');
	}],
	['the manager takes the supplier workbook away', async () => {
		const answer = await request('manager', 'GET', `/api/v1/reports/supplier-sla.xlsx?from=${month(-2)}&to=${month(1)}&lang=en`);
		must(answer.status === 200, `the workbook: ${answer.status}`);
		const zip = readZip(Buffer.from(await answer.arrayBuffer()));
		const sheets = [...zip.text('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]+)"/g)].map((match) => match[1]);
		for (const sheet of ['Summary', 'Cases', 'Clocks', 'Pauses', 'Method']) must(sheets.includes(sheet), `the workbook has the sheet ${sheet}, not only ${sheets.join(', ')}`);
		const text = zip.names.filter((name) => /^xl\/(worksheets\/sheet\d+|sharedStrings)\.xml$/.test(name)).map((name) => zip.text(name)).join('');
		must(text.includes(job.case), `the workbook knows ${job.case}`);
		must(/<f>/.test(text), 'the workbook has formulas');
	}],
	['an employee may not', () => call('employee', 'GET', `/reports/supplier-sla.xlsx?from=${month(-2)}&to=${month(1)}`, undefined, 403)],
];

const began = performance.now();
for (const [name, run] of steps) {
	const from = performance.now();
	try {
		await run();
	} catch (error) {
		console.log(`  FAILED  ${name}`);
		console.log(`          ${error instanceof Wrong ? error.message : error.stack}`);
		process.exit(1);
	}
	console.log(`  ${(performance.now() - from).toFixed(0).padStart(5)} ms  ${name}`);
}
console.log(`  ${(performance.now() - began).toFixed(0).padStart(5)} ms  in all: ${job.number}, ${job.case}`);
