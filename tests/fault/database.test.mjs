// A database that freezes, dies, or comes late; a program that is killed; two nodes at once. A world of its own.
//     VAKHTA_BIN=… node --test tests/fault/
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { freePort } from '../unit/people/slapd.mjs';
import { call, ldif, serve, startWorld } from '../http/people_world.mjs';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const always = JSON.stringify({ zone: 'UTC', week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })), exceptions: [] });

let world;
const token = {};

function seed() {
	world.psql(`
		INSERT INTO person (login, given_name, family_name, roles, mail) VALUES ('employee', 'Eve', 'Ash', 1, 'e@example.org'),
			('agent', 'Ann', 'Fox', 3, 'a@example.org'), ('agent2', 'Bob', 'Ray', 3, 'b@example.org');
		INSERT INTO team (key, name, level) VALUES ('desk', 'Desk', 1);
		INSERT INTO team_member (team_id, person_id) SELECT t.id, p.id FROM team t, person p WHERE p.login LIKE 'agent%';
		INSERT INTO route_rule (position, team_id) SELECT 1, id FROM team;
		INSERT INTO calendar (key, name) VALUES ('always', 'Always');
		INSERT INTO calendar_version (calendar_id, version, body, created_at) SELECT id, 1, '${always}', now() FROM calendar;
		INSERT INTO policy (key, name, type, calendar_id) SELECT 'all', 'All', 'sla', id FROM calendar;
		INSERT INTO policy_target SELECT p.id, n, m::sla_metric, 4 FROM policy p, generate_series(1, 4) n, (VALUES ('response'), ('resolution')) x(m);
	`);
	for (const login of ['employee', 'agent', 'agent2']) {
		const made = world.run(['token', 'create', '--login', login]);
		assert.equal(made.code, 0, made.err);
		token[login] = made.out.trim().split(/\s+/).at(-1);
	}
}

const post = (who, path, body = {}, headers = {}, target = world) => call(target, 'POST', path, { token: token[who], body, headers });
const get = (who, path, target = world) => call(target, 'GET', path, { token: token[who] });
const report = (text, headers, target) => post('employee', '/tickets', { kind: 'incident', subject: text, body: text }, headers, target);

// The postmaster and everything below it.
function postgresPids() {
	const postmaster = Number(readFileSync(`${world.postgres.folder}/data/postmaster.pid`, 'utf8').split('\n')[0]);
	const backends = world.psql("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE pid <> pg_backend_pid()", 'postgres');
	return [postmaster, ...backends.split(' ').filter(Boolean).map(Number)];
}
function signalAll(pids, signal) {
	for (const pid of pids) {
		try {
			process.kill(pid, signal);
		} catch (error) {
			if (error.code !== 'ESRCH') throw error;
		}
	}
}
async function timed(promise) {
	const began = performance.now();
	const answer = await promise;
	return { answer, ms: performance.now() - began };
}
async function until(check, ms = 15000) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) if (await check().catch(() => false)) return true;
	return false;
}

before(async () => {
	const suffix = 'dc=test,dc=example';
	const directory = { suffix, ldif: ldif([[suffix, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
		[`cn=service,${suffix}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }]]) };
	world = await startWorld(directory, { database_statement_ms: 1000, http_request_ms: 2500 });
	seed();
	await serve(world);
});
after(async () => {
	await world?.stop();
});

describe('the database freezes', () => {
	test('requests end in 503 within their limit, assets and health do not feel it, and it heals by itself', async () => {
		const made = (await report('before the frost')).json.number;
		assert.ok(made);
		const pids = postgresPids();
		signalAll(pids, 'SIGSTOP');
		try {
			const slow = await Promise.all(Array.from({ length: 12 }, () => timed(get('agent', `/tickets/${made}`))));
			for (const { answer, ms } of slow) {
				assert.equal(answer.status, 503);
				assert.ok(answer.headers['retry-after']);
				assert.ok(ms < 4500, `${ms} ms`);
			}
			const quick = [];
			for (let i = 0; i < 50; i++) quick.push((await timed(call(world, 'GET', '/healthz', { plain: true }))).ms);
			quick.sort((a, b) => a - b);
			assert.ok(quick[48] < 500, `p98 of a static answer: ${quick[48]} ms`);
			assert.equal((await call(world, 'GET', '/readyz', { plain: true })).status, 503);
		} finally {
			signalAll(pids, 'SIGCONT');
		}
		assert.ok(await until(async () => (await get('agent', `/tickets/${made}`)).status === 200));
		assert.ok(await until(async () => (await call(world, 'GET', '/readyz', { plain: true })).status === 200));
	});
});

describe('the database dies', () => {
	test('its backends are killed while people work: every acknowledged report is there once, the rest converge by their keys', async () => {
		const acknowledged = [], keys = [];
		let stop = false;
		const reporters = Array.from({ length: 6 }, async (_, n) => {
			for (let i = 0; !stop; i++) {
				const key = randomUUID(), text = `report ${n}.${i} ${key}`;
				keys.push(text);
				for (let tries = 0; tries < 50; tries++) {
					const answer = await report(text, { 'idempotency-key': key }).catch(() => null);
					if (answer?.status === 201) {
						acknowledged.push([text, answer.json.number]);
						break;
					}
					assert.ok(answer === null || answer.status === 503, `${answer?.text} ${world.log.split('\n').filter((line) => line.includes(answer?.json?.request_id)).join()}`);
					await sleep(100);
				}
			}
		});
		for (let kills = 0; kills < 5; kills++) {
			await sleep(400);
			world.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vakhta'", 'postgres');
		}
		await sleep(300);
		stop = true;
		await Promise.all(reporters);
		assert.ok(acknowledged.length >= 10, `${acknowledged.length} reports`);
		const rows = world.psql("SELECT subject, number FROM ticket WHERE subject LIKE 'report %'").split('\n').map((line) => line.split('|'));
		const there = new Map();
		for (const [subject, number] of rows) {
			assert.ok(!there.has(subject), `twice: ${subject}`);
			there.set(subject, number);
		}
		for (const [text, number] of acknowledged) assert.equal(there.get(text), number, text);
	});
});

describe('the program dies', () => {
	test('killed with -9 again and again: what it acknowledged is there once, chains hold, clocks replay', async () => {
		const acknowledged = new Map();
		for (let round = 0; round < 5; round++) {
			let stop = false;
			const work = Array.from({ length: 4 }, async (_, n) => {
				for (let i = 0; !stop; i++) {
					const text = `round ${round}.${n}.${i}`;
					const answer = await report(text, { 'idempotency-key': randomUUID() }).catch(() => null);
					if (answer?.status === 201) {
						acknowledged.set(text, answer.json.number);
						const taken = await post('agent', `/tickets/${answer.json.number}/take`).catch(() => null);
						if (taken?.status === 200) acknowledged.set(`${text} taken`, answer.json.number);
					}
				}
			});
			await until(async () => acknowledged.size >= 6 * (round + 1), 20000);
			await sleep(Math.random() * 100);
			const ended = new Promise((done) => world.child.once('exit', done));
			world.child.kill('SIGKILL');
			stop = true;
			await ended;
			await Promise.all(work);
			await serve(world);
		}
		assert.ok(acknowledged.size >= 20, `${acknowledged.size} acknowledged`);
		for (const [text, number] of acknowledged) {
			const [owner] = world.psql(`SELECT coalesce(owner_id, 0) FROM ticket WHERE number = '${number}'`).split('\n');
			assert.notEqual(owner, undefined, text);
			if (text.endsWith('taken')) assert.notEqual(owner, '0', text);
		}
		assert.equal(world.psql("SELECT count(*) FROM ticket t WHERE NOT EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = t.id)"), '0');
		assert.equal(world.run(['audit', 'verify']).code, 0);
		assert.equal(world.run(['audit', 'replay']).code, 0);
	});

	test('asked to stop it finishes what runs, takes nothing new and ends with 0', async () => {
		const running = Array.from({ length: 8 }, (_, i) => report(`last ${i}`));
		await sleep(5);
		const ended = new Promise((done) => world.child.once('exit', (code) => done(code)));
		world.child.kill('SIGTERM');
		const answers = await Promise.allSettled(running);
		assert.equal(await ended, 0);
		for (const answer of answers.filter((one) => one.status === 'fulfilled')) assert.ok([201, 503].includes(answer.value.status));
		await serve(world);
	});
});

describe('two nodes', () => {
	test('share clocks and loans: each notice and each return happens once', async () => {
		const other = { ...world, port: await freePort(), log: '' };
		other.env = { ...world.env, VAKHTA_HTTP_PORT: String(other.port), VAKHTA_HTTP_STREAM_PORT: '0' };
		other.url = `http://127.0.0.1:${other.port}`;
		await serve(other);
		try {
			const numbers = [];
			for (let i = 0; i < 8; i++) {
				const made = (await report(`shared ${i}`, {}, i % 2 ? world : other)).json.number;
				numbers.push(made);
				assert.equal((await post('agent', `/tickets/${made}/take`, {}, {}, i % 2 ? other : world)).status, 200);
				const receiver = world.psql("SELECT id FROM person WHERE login = 'agent2'");
				const until_ = new Date(Date.now() + 3000).toISOString().replace(/\.\d+Z$/, 'Z');
				const offer = await post('agent', `/tickets/${made}/handovers`, { to: Number(receiver), reason: 'shift_end', mode: 'temporary', until: until_ }, {}, other);
				assert.equal(offer.status, 201, offer.text);
				assert.equal((await post('agent2', `/handovers/${offer.json.id}/accept`)).status, 200);
			}
			// Targets are four seconds: all clocks breach, all loans return.
			const settled = () => Number(world.psql(`SELECT count(*) FROM ticket t JOIN person p ON p.id = t.owner_id WHERE t.subject LIKE 'shared %' AND p.login = 'agent'
				AND EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = t.id AND e.type = 'clock_breached')`)) === 8;
			assert.ok(await until(async () => settled(), 30000), 'returned and breached');
			await sleep(1500);
			const twice = world.psql(`SELECT count(*) FROM (SELECT e.ticket_id, e.type, e.data ->> 'metric', e.data ->> 'pct' FROM ticket_event e
				JOIN ticket t ON t.id = e.ticket_id WHERE t.subject LIKE 'shared %' AND e.type IN ('clock_breached', 'clock_warning', 'handover_returned')
				GROUP BY 1, 2, 3, 4 HAVING count(*) > 1) x`);
			assert.equal(twice, '0');
			assert.equal(world.psql(`SELECT count(*) FROM (SELECT o.ticket_id FROM ownership o JOIN ticket t ON t.id = o.ticket_id
				WHERE t.subject LIKE 'shared %' GROUP BY 1 HAVING count(*) <> 3) x`), '0');
		} finally {
			const ended = new Promise((done) => other.child.once('exit', done));
			other.child.kill('SIGTERM');
			await ended;
		}
	});
});

describe('several hosts', () => {
	test('the connection string may name a host that refuses before the one that works', async () => {
		const good = world.env.VAKHTA_DATABASE_CONNECTION;
		const env = { ...world.env, VAKHTA_HTTP_PORT: '0', VAKHTA_HTTP_STREAM_PORT: '0',
			VAKHTA_DATABASE_CONNECTION: good.replace(/host=(\S+)/, `host=127.0.0.1,$1 port=${await freePort()},5432`) };
		const child = spawn(process.env.VAKHTA_BIN, ['doctor'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
		let out = '';
		child.stdout.on('data', (data) => (out += data));
		await new Promise((done) => child.once('exit', done));
		assert.match(out, /^(ok|WRONG) +database +(PostgreSQL|durability)/m); // this cluster runs without fsync, and doctor says so
		assert.match(out, /^ok +schema/m);
	});

	test('a database that is not there yet is awaited', async () => {
		const env = { ...world.env, VAKHTA_HTTP_PORT: String(await freePort()), VAKHTA_HTTP_STREAM_PORT: '0', VAKHTA_DATABASE_CONNECTION: `host=127.0.0.1 port=${await freePort()} dbname=vakhta user=vakhta` };
		const child = spawn(process.env.VAKHTA_BIN, ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
		let log = '';
		child.stderr.on('data', (data) => (log += data));
		await sleep(2500);
		assert.equal(child.exitCode, null, log);
		const node = { ...world, url: `http://127.0.0.1:${env.VAKHTA_HTTP_PORT}` };
		assert.equal((await call(node, 'GET', '/healthz', { plain: true })).status, 200);
		assert.equal((await call(node, 'GET', '/readyz', { plain: true })).status, 503);
		const ended = new Promise((done) => child.once('exit', (code) => done(code)));
		child.kill('SIGTERM');
		assert.equal(await ended, 0);
	});
});
