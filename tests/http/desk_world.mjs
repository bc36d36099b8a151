// A desk for tests of whole worlds: people with tokens, a team, a calendar around the clock and a policy, in a database and with a server of its own.
import assert from 'node:assert/strict';
import { call, ldif } from './people_world.mjs';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const always = { zone: 'UTC', week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })), exceptions: [] };

// A directory with nobody but the service account.
const suffix = 'dc=test,dc=example';
export const emptyDirectory = { suffix, ldif: ldif([[suffix, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
	[`cn=service,${suffix}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }]]) };

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

// Fills a migrated, empty database and gives the world tokens and short calls.
export function fillDesk(world) {
	world.psql(`
		INSERT INTO person (login, given_name, family_name, roles, mail) VALUES ('employee', 'Eve', 'Ash', 1, 'eve@staff.example'), ('agent', 'Ann', 'Fox', 3, 'ann@staff.example'),
			('lead', 'Bob', 'Ray', 7, NULL), ('manager', 'Max', 'Orr', 9, NULL), ('auditor', 'Aud', 'Itor', 17, NULL), ('admin', 'Ada', 'Min', 65, NULL);
		INSERT INTO team (key, name, level) VALUES ('desk', 'Desk', 1);
		INSERT INTO team_member (team_id, person_id) SELECT t.id, p.id FROM team t, person p WHERE p.login IN ('agent', 'lead');
		INSERT INTO route_rule (position, team_id) SELECT 1, id FROM team;
		INSERT INTO calendar (key, name) VALUES ('always', 'Always');
		INSERT INTO calendar_version (calendar_id, version, body, created_at) SELECT id, 1, '${JSON.stringify(always)}', now() FROM calendar;
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
	world.rows = (sql) => JSON.parse(world.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
}

// A ticket of the employee, owned by the agent, escalated.
export async function caseOf(world, contract, body = 'Please come') {
	const ticket = await world.good(world.post('employee', '/tickets', { kind: 'incident', subject: 'Till is dead', body: 'Nothing on the screen' }), 201);
	await world.good(world.post('agent', `/tickets/${ticket.number}/take`));
	const one = await world.good(world.post('agent', `/tickets/${ticket.number}/cases`, { contract: contract.id, summary: 'Till dead', body }), 201);
	return { ticket: ticket.number, number: one.number };
}
