// vakhta demo: what it loads, that it loads once, and that the same seed gives the same history. Needs VAKHTA_BIN; starts a cluster of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startPostgres } from './people_world.mjs';

const binary = process.env.VAKHTA_BIN;
if (!binary) throw new Error('VAKHTA_BIN must name the program');
const until = new Date(Date.now() - 86400000).toISOString().slice(0, 10);
const invariants = readFileSync(new URL('../sql/demo_history.sql', import.meta.url), 'utf8');
let postgres;

before(() => { postgres = startPostgres(); });
after(() => { if (postgres) postgres.stop(); });

// A migrated database of its own; `run` gives exit status and output of the program there.
function database(name) {
	postgres.psql(`CREATE DATABASE ${name} OWNER vakhta_owner`, 'postgres');
	postgres.psql('ALTER SCHEMA public OWNER TO vakhta_owner', name);
	const connection = (user) => postgres.connection(user).replace('dbname=vakhta', `dbname=${name}`);
	const env = { PATH: process.env.PATH, VAKHTA_CONFIG: '/dev/null', VAKHTA_DATABASE_CONNECTION: connection('vakhta'), VAKHTA_DATABASE_OWNER_CONNECTION: connection('vakhta_owner') };
	const run = (...args) => {
		try {
			return { code: 0, out: execFileSync(binary, args, { env, stdio: 'pipe', timeout: 300000 }).toString() };
		} catch (error) {
			return { code: error.status, out: String(error.stdout), err: String(error.stderr) };
		}
	};
	assert.equal(run('migrate', '--quiet').code, 0);
	return { run, psql: (sql) => postgres.psql(sql, name) };
}

// Everything that the history consists of; the hashes of the chains cover the events. Numbers of transactions are the cluster's own.
const checksum = (db) => ['ticket', 'handover', 'ticket_ci', 'ticket_participant', 'rating', 'supplier_case', 'clock', 'clock_pause', 'ticket_chain', 'case_chain', 'ticket_search',
	'ci', 'ci_version', 'ci_relation', 'contract_target', 'policy_target', 'calendar_version', 'team_member', 'ownership']
	.map((table) => `${table} ${db.psql(`SELECT count(*) || ' ' || coalesce(md5(string_agg((to_jsonb(x) - 'xid')::text, ',' ORDER BY (to_jsonb(x) - 'xid')::text)), '') FROM ${table} x`)}`);

test('a year: the invariants hold, the evidence verifies, the clocks replay, there is some mail', () => {
	const db = database('year');
	const loaded = db.run('demo', 'load', '--until', until);
	assert.equal(loaded.code, 0, loaded.err);
	assert.match(loaded.out, /^loaded 3000 tickets \(\d+ open\), \d+ cases \(\d+ open\), \d+ events, \d+ ratings, up to /);
	db.psql(invariants);
	assert.match(db.run('audit', 'verify').out, / 0 findings/);
	assert.match(db.run('audit', 'replay').out, / 0 differences/);
	assert.equal(db.psql("SELECT string_agg((tickets > 0 AND cases > 0)::text, ' ' ORDER BY number) || ' ' || min(contracts) FROM audit_anchor"), `false true ${db.psql('SELECT count(*) FROM contract')}`,
		'one anchor of the company, one of its history');
	assert.equal(db.psql("SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM outbox"), 'failed queued sent');
	assert.equal(db.psql("SELECT count(*) FROM outbox WHERE state = 'sent'"), '2', 'only the mail that the demo says has left');
	const first = checksum(db);
	const again = db.run('demo', 'load');
	assert.deepEqual([again.code, again.out], [0, 'already loaded\n']);
	assert.equal(db.run('demo', 'load', '--empty').out, 'already loaded\n');
	assert.deepEqual(checksum(db), first);
	assert.ok(db.psql('SELECT coalesce(max(recorded_at), now()) FROM ticket_event').startsWith(until), 'it ends on the day that was asked for');
});

test('the same seed and end give the same history, another seed another', () => {
	const args = ['demo', 'load', '--days', '60', '--until', until, '--seed'];
	const [one, two, three] = ['one', 'two', 'three'].map(database);
	assert.equal(one.run(...args, '7').code, 0);
	assert.equal(two.run(...args, '7').code, 0);
	assert.equal(three.run(...args, '8').code, 0);
	assert.deepEqual(checksum(two), checksum(one));
	assert.notEqual(checksum(three)[0], checksum(one)[0]);
	assert.match(three.run('audit', 'replay').out, / 0 differences/);
});

test('the company alone first, its history later; sign-ins are listed', () => {
	const db = database('parts');
	assert.equal(db.run('demo', 'accounts').code, 1);
	assert.equal(db.run('demo', 'load', '--empty').out, 'loaded the company, without history\n');
	assert.equal(db.psql('SELECT count(*) FROM ticket'), '0');
	assert.equal(db.run('demo', 'load', '--empty').out, 'already loaded\n');
	const lines = db.run('demo', 'accounts').out.trim().split('\n');
	assert.deepEqual(lines.slice(1).map((line) => line.split(' ')[0]), ['employee', 'employee2', 'agent', 'agent2', 'agent3', 'lead', 'manager', 'auditor', 'cmdb', 'admin']);
	assert.match(lines.find((line) => line.startsWith('lead ')), /Ольга Власова +agent, lead +Service desk \(level 1\)/);
	assert.match(db.run('demo', 'load', '--days', '30').out, /^loaded \d+ tickets/);
	assert.match(db.run('audit', 'verify').out, / 0 findings/);
});

test("somebody else's tickets are left alone", () => {
	const db = database('other');
	db.psql(`INSERT INTO person (login) VALUES ('someone'); INSERT INTO team (key, name, level) VALUES ('t', 'T', 1);
		INSERT INTO ticket (kind, subject, body, channel, impact, urgency, priority, reporter_id, opened_by, team_id, opened_at, updated_at)
		SELECT 'incident', 's', 'b', 'portal', 3, 3, 4, p.id, p.id, t.id, now(), now() FROM person p, team t`);
	const refused = db.run('demo', 'load');
	assert.equal(refused.code, 1);
	assert.match(refused.err, /another company/);
	assert.equal(db.psql('SELECT count(*) FROM supplier'), '0');
});

test('wrong usage is told', () => {
	const db = database('usage');
	for (const args of [[], ['unload'], ['load', '--days', '5'], ['load', '--seed', 'x'], ['load', '--until', '2999-01-01'], ['load', '--until', 'soon'], ['load', 'twice']])
		assert.equal(db.run('demo', ...args).code, 2, args.join(' '));
});
