// A world with mail: PostgreSQL, slapd, Postfix, Dovecot, the program; a supplier with a contract, an employee, the desk.
// Needs VAKHTA_BIN, and root for Postfix.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, ldif, serve, startWorld } from '../http/people_world.mjs';
import { startMail } from './mail_servers.mjs';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const always = JSON.stringify({ zone: 'UTC', week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })), exceptions: [] });

export async function until(what, check, ms = 20000) {
	let last;
	for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
		try {
			last = await check();
			if (last) return last;
		} catch (error) {
			last = error;
		}
	}
	throw new Error(`${what}: not within ${ms} ms (${last?.message ?? last})`);
}

export const boxes = { 'desk@desk.example': 'desk-secret', 'service@supplier.example': 'supplier-secret', 'eve@staff.example': 'eve-secret', 'ann@staff.example': 'ann-secret',
	'stranger@elsewhere.example': 'stranger-secret' };

// settings: more overrides, as startWorld takes them; null takes one of ours away.
export async function startPostWorld(settings = {}) {
	const mail = await startMail(boxes);
	const suffix = 'dc=test,dc=example';
	const directory = { suffix, ldif: ldif([[suffix, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
		[`cn=service,${suffix}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }]]) };
	const secret = join(mail.folder, 'secret');
	writeFileSync(secret, 'desk-secret\n', { mode: 0o600 });
	const all = { mail_from: 'Service desk <desk@desk.example>', mail_smtp_url: `smtp://localhost:${mail.ports.smtp}`, mail_imap_url: `imaps://localhost:${mail.ports.imaps}`,
		mail_user: 'desk@desk.example', mail_password_file: secret, mail_ca_file: mail.ca, mail_imap_poll_s: 1, mail_retry_s: 1, mail_retry_max_s: 2, mail_timeout_ms: 8000,
		mail_connect_ms: 3000, mail_opens_tickets: true, mail_auth_server: 'mx.desk.example', desk_undo_s: 0, desk_language: 'en', ...settings };
	let world;
	try {
		world = await startWorld(directory, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
	} catch (error) {
		await mail.stop();
		throw error;
	}
	world.mail = mail;
	const stop = world.stop;
	world.stop = async () => {
		await stop();
		await mail.stop();
	};
	world.psql(`
		INSERT INTO person (login, given_name, family_name, roles, mail) VALUES ('employee', 'Eve', 'Ash', 1, 'eve@staff.example'), ('agent', 'Ann', 'Fox', 3, 'ann@staff.example'),
			('lead', 'Bob', 'Ray', 7, NULL), ('manager', 'Max', 'Orr', 9, NULL), ('auditor', 'Aud', 'Itor', 17, NULL), ('admin', 'Ada', 'Min', 65, NULL);
		INSERT INTO team (key, name, level) VALUES ('desk', 'Desk', 1);
		INSERT INTO team_member (team_id, person_id) SELECT t.id, p.id FROM team t, person p WHERE p.login IN ('agent', 'lead');
		INSERT INTO route_rule (position, team_id) SELECT 1, id FROM team;
		INSERT INTO calendar (key, name) VALUES ('always', 'Always');
		INSERT INTO calendar_version (calendar_id, version, body, created_at) SELECT id, 1, '${always}', now() FROM calendar;
		INSERT INTO policy (key, name, type, calendar_id) SELECT 'all', 'All', 'sla', id FROM calendar;
		INSERT INTO policy_target SELECT p.id, n, m::sla_metric, 14400 FROM policy p, generate_series(1, 4) n, (VALUES ('response'), ('resolution')) x(m);
	`);
	world.token = {};
	for (const login of ['employee', 'agent', 'lead', 'manager', 'auditor', 'admin']) {
		const made = world.run(['token', 'create', '--login', login]);
		assert.equal(made.code, 0, made.err);
		world.token[login] = made.out.trim().split(/\s+/).at(-1);
	}
	world.post = (who, path, body = {}, headers = {}) => call(world, 'POST', path, { token: world.token[who], body, headers });
	world.get = (who, path) => call(world, 'GET', path, { token: world.token[who] });
	world.good = async (promise, status = 200) => {
		const answer = await promise;
		assert.equal(answer.status, status, answer.text);
		return answer.json;
	};
	world.bytes = async (who, path) => {
		const answer = await fetch(`${world.url}/api/v1${path}`, { headers: { authorization: `Bearer ${world.token[who]}` } });
		return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
	};
	return world;
}
export { serve };

// A supplier with a contract of its own; automatic: whether automatic answers acknowledge.
export async function supplierOf(world, address, fields = {}, automatic = false) {
	const key = randomUUID().slice(0, 8);
	const supplier = await world.good(world.post('manager', '/suppliers', { name: `Supplier ${key}`, kind: 'external', mail: address, language: 'en', ...fields }), 201);
	const targets = [1, 2, 3, 4].flatMap((priority) => ['acknowledge', 'response', 'resolution'].map((metric) => ({ priority, metric, target_s: 7200, goal_pct: 95 })));
	const calendar = Number(world.psql('SELECT min(id) FROM calendar'));
	const contract = await world.good(world.post('manager', '/contracts', { number: `T-${key}`, name: 'Test', supplier: supplier.id, valid_from: '2024-01-01', calendar, targets }), 201);
	// Terms in force never change; this edition is made so before anything was judged by it.
	if (automatic) world.psql(`SET session_replication_role = replica; UPDATE contract_terms SET automatic_acknowledges = true WHERE contract_id = ${contract.id}`);
	return { supplier, contract };
}

// A ticket of the employee, owned by the agent, escalated.
export async function caseOf(world, contract, body = 'Please come') {
	const ticket = await world.good(world.post('employee', '/tickets', { kind: 'incident', subject: 'Till is dead', body: 'Nothing on the screen' }), 201);
	await world.good(world.post('agent', `/tickets/${ticket.number}/take`));
	const one = await world.good(world.post('agent', `/tickets/${ticket.number}/cases`, { contract: contract.id, summary: 'Till dead', body }), 201);
	return { ticket: ticket.number, number: one.number };
}

// Sends through Postfix as somebody with a mailbox there.
export function send(world, from, to, headers, text) {
	const { mail } = world, file = join(mail.folder, `${randomUUID()}.eml`);
	const message = Object.entries({ From: from, To: to, Date: new Date().toUTCString().replace('GMT', '+0000'), 'Message-ID': `<${randomUUID()}@${from.split('@')[1]}>`, ...headers })
		.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`).join('');
	writeFileSync(file, `${message}\r\n${text}`);
	execFileSync('curl', ['-sS', '--ssl-reqd', '--cacert', mail.ca, '--url', `smtp://localhost:${mail.ports.smtp}/test`, '--user', `${from}:${boxes[from]}`,
		'--mail-from', from, '--mail-rcpt', to, '-T', file], { stdio: 'pipe' });
}
export const header = (message, name) => new RegExp(`^${name}:\\s*((?:.|\\r?\\n[ \\t])*)`, 'im').exec(message.split(/\r?\n\r?\n/)[0])?.[1].replace(/\r?\n[ \t]/g, ' ').trim();
// Mails in a mailbox that fit, as text.
export const inbox = (world, address, fits = () => true, box = '') => world.mail.list(address, box).map((entry) => world.mail.read(entry)).filter(fits);
export const events = (world, number) => world.get('lead', `/cases/${number}/events?limit=200`).then((answer) => answer.json.items);
