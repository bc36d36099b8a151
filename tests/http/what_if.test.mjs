// What if: two editions in one month, each case judged by the one in force when it was sent; money by the edition of the month; nothing is written.
//     VAKHTA_BIN=…/vakhta node --test tests/http/what_if.test.mjs
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { caseOf, emptyDirectory, fillDesk, until } from './desk_world.mjs';
import { serve, startWorld } from './people_world.mjs';

const day = (shift = 0) => new Date(Date.now() + shift * 86400000).toISOString().slice(0, 10);
const targets = (target_s) => [1, 2, 3, 4].map((priority) => ({ priority, metric: 'resolution', target_s, goal_pct: 95 }));
let world, contract, late, kept;

before(async () => {
	world = await startWorld(emptyDirectory, { desk_zone: 'UTC', desk_undo_s: 0 });
	fillDesk(world);
	world.psql("UPDATE person SET zone = 'UTC'");
	await serve(world);
	const supplier = await world.good(world.post('manager', '/suppliers', { name: 'Kassy', kind: 'external', mail: 'service@kassy.example', language: 'en' }), 201);
	contract = await world.good(world.post('manager', '/contracts', { number: 'K-1', name: 'Tills', supplier: supplier.id, valid_from: '2024-01-01',
		calendar: Number(world.psql('SELECT min(id) FROM calendar')), price: { amount: '1000.00', currency: 'EUR' }, targets: targets(2),
		credits: [{ metric: 'resolution', below_pct: 90, credit_pct: 10 }] }), 201);
	late = await caseOf(world, contract);
	await until('breach', async () => (await world.get('lead', `/cases/${late.number}`)).json.clocks.some((clock) => clock.breached_at));
	const made = await world.post('manager', `/contracts/${contract.id}/terms`, { valid_from: day(), calendar: Number(world.psql('SELECT min(id) FROM calendar')),
		price: { amount: '2000.00', currency: 'EUR' }, targets: targets(36000), credits: [{ metric: 'resolution', below_pct: 90, credit_pct: 20 }] }, { 'if-match': '*' });
	assert.ok(made.status < 300, made.text);
	kept = await caseOf(world, contract);
	for (const type of ['fix_declared', 'fix_accepted']) assert.equal((await world.post('agent', `/cases/${kept.number}/events`, { type, body: 'Done' })).status, 201);
});
after(async () => world?.stop());

const ask = (body) => world.good(world.post('auditor', '/audit/what-if', { from: day(-40), to: day(2), ...body }));

test('before: each case by its own edition, money by the edition in force as the month begins', async () => {
	assert.equal(world.psql("SELECT string_agg(t.version::text, ' ' ORDER BY c.id) FROM supplier_case c JOIN contract_terms t ON t.id = c.terms_id"), '1 2');
	const head = world.psql('SELECT md5(string_agg(x::text, chr(10))) FROM (SELECT * FROM case_event ORDER BY case_id, seq) x');
	const answer = await ask({ terms: { targets: targets(72000), credits: [{ metric: 'resolution', below_pct: 99, credit_pct: 50 }] } });
	assert.equal(answer.cases, 2);
	const [one] = answer.contracts, [metric] = one.metrics;
	assert.deepEqual([metric.before.kept, metric.before.breached, metric.before.compliance_pct], [1, 1, 50]);
	// New terms that begin on the first of a month are the month's own.
	const first = day().endsWith('-01');
	assert.deepEqual(metric.before.credit, { amount: first ? '400.00' : '100.00', currency: 'EUR' });
	assert.deepEqual(one.credit_before, metric.before.credit);
	// With twenty hours the late one still runs, so nothing is owed.
	assert.deepEqual([metric.after.kept, metric.after.breached, metric.after.credit.amount], [1, 0, '0.00']);
	assert.deepEqual(answer.changed.map((line) => [line.case, line.before.verdict, line.after.verdict]), [[late.number, 'breached', 'open']]);
	assert.equal(answer.changed_count, 1);
	assert.equal(world.psql('SELECT md5(string_agg(x::text, chr(10))) FROM (SELECT * FROM case_event ORDER BY case_id, seq) x'), head, 'nothing is written');
	assert.match(world.run(['audit', 'replay']).out, / 0 differences/);
});

test('an edition is named by its id, from the command line too', async () => {
	const second = Number(world.psql('SELECT id FROM contract_terms WHERE version = 2'));
	const answer = await ask({ terms: second });
	assert.deepEqual(answer.changed.map((line) => [line.case, line.after.verdict]), [[late.number, 'open']]);
	const said = world.run(['audit', 'what-if', '--from', day(-40), '--to', day(2), '--terms', String(second)]);
	assert.equal(said.code, 0, said.err);
	assert.match(said.out, new RegExp(`${late.number} resolution 1: breached -> open`));
	assert.match(said.out, /2 cases, 1 verdicts differ/);
});

test('wrong questions are refused, and only readers of everything may ask', async () => {
	for (const [body, field] of [[{ from: day(), to: day() }, '/to'], [{}, '/terms'], [{ terms: 99999 }, '/terms'], [{ calendar: 99999 }, '/calendar'],
		[{ terms: { targets: [{ priority: 9, metric: 'resolution', target_s: 1 }] } }, '/terms']]) {
		const answer = await world.post('auditor', '/audit/what-if', { from: day(-2), to: day(1), ...body });
		assert.equal(answer.status, 422, answer.text);
		assert.ok(answer.json.errors.some((error) => error.pointer.startsWith(field)), answer.text);
	}
	for (const who of ['employee', 'agent']) assert.equal((await world.post(who, '/audit/what-if', { from: day(-2), to: day(1), terms: 1 })).status, 403);
});
