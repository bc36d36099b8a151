// Evidence against whoever owns the database: each way of changing it behind the program's back, as superuser with triggers off, is done in
// a copy of the database and must be found. What only an anchor can find, the chains alone do not.
//     VAKHTA_BIN=…/vakhta node --test tests/http/audit_chain.test.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startWorld } from "../reports/world.mjs";

const audit = path.join(path.dirname(fileURLToPath(import.meta.url)), "../audit");
let world, file, number, copies = 0;

// Rewrites a chain so that it holds again: what an attacker with the source would do.
const REHASH = `CREATE FUNCTION pg_temp.rehash(subject bigint) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE e case_event; h bytea := decode(repeat('00', 32), 'hex'); n integer := 0;
	BEGIN
		FOR e IN SELECT * FROM case_event WHERE case_id = subject ORDER BY seq LOOP
			h := event_digest(h, 'case:' || subject, e.seq, e.type::text, e.occurred_at, e.recorded_at, e.actor_id, e.party::text, NULL, e.body, e.data);
			UPDATE case_event SET hash = h WHERE case_id = subject AND seq = e.seq;
			n := e.seq;
		END LOOP;
		UPDATE case_chain SET head = h, seq = n WHERE case_id = subject;
	END $$;`;
const RENUMBER = (by, from) => `UPDATE case_event SET seq = seq + 1000 WHERE case_id = 3 AND seq >= ${from}; UPDATE case_event SET seq = seq - 1000 + ${by} WHERE case_id = 3 AND seq > 1000;`;
const PUT = (seq) => `INSERT INTO case_event (case_id, seq, type, occurred_at, recorded_at, party, body, data, hash)
	VALUES (3, ${seq}, 'noted', '2026-01-01Z', '2026-01-01Z', 'us', 'never said', '{}', sha256('made up'))`;

before(() => {
	world = startWorld(40);
	file = path.join(world.folder, "anchors.jsonl");
	world.psql(`INSERT INTO ticket_event (ticket_id, type, occurred_at, recorded_at, actor_role, visibility) SELECT id, 'imported', opened_at, opened_at, 'system', 'system' FROM ticket ORDER BY id;
		INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, body) SELECT 3, 'noted', '2026-01-01Z', '2026-01-01Z', 'us', 'note ' || n FROM generate_series(1, 6) n`);
	number = world.psql("SELECT number FROM supplier_case WHERE id = 3");
	assert.equal(world.run(["audit", "anchor", "--file", file]).code, 0);
	world.psql("INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, body) VALUES (5, 'noted', '2026-01-02Z', '2026-01-02Z', 'us', 'after the first anchor')");
	assert.equal(world.run(["audit", "anchor", "--file", file]).code, 0);
});
after(() => world?.stop());

function tampered(sql, anchors = file) {
	const name = `copy_${++copies}`;
	world.psql(`CREATE DATABASE ${name} TEMPLATE vakhta`, "postgres");
	world.psql(`SET session_replication_role = replica; ${REHASH} ${sql}`, name);
	const more = { VAKHTA_DATABASE_CONNECTION: `host=${world.folder} dbname=${name} user=vakhta` };
	const chains = world.run(["audit", "verify"], more), whole = world.run(["audit", "verify", "--anchors", anchors], more);
	const one = world.run(["audit", "verify", number], more);
	world.psql(`DROP DATABASE ${name}`, "postgres");
	return { chains, whole, one };
}

test("what nobody touched is whole, for the program and for a stranger with forty lines of Python", () => {
	const { chains, whole } = tampered("SELECT 1");
	assert.match(chains.out, /^86 chains, \d+ events, 0 findings\n$/);
	assert.equal(chains.code, 0);
	assert.match(whole.out, /^2 anchors, 86 chains, \d+ events, 0 findings\n$/);
	const rows = world.psql(fs.readFileSync(path.join(audit, "events.sql")));
	const said = execFileSync("python3", [path.join(audit, "recompute.py"), file], { input: rows }).toString();
	assert.match(said, /^1 \S+ \d+ holds\n2 \S+ \d+ holds\n$/);
});

const inChain = [
	["the text of an event", "UPDATE case_event SET body = 'note 1, but better' WHERE case_id = 3 AND seq = 4", /event 4: its content was changed/],
	["when an event occurred", "UPDATE case_event SET occurred_at = occurred_at - interval '1 hour' WHERE case_id = 3 AND seq = 5", /event 5: its content was changed/],
	["who did it", "UPDATE case_event SET party = 'supplier' WHERE case_id = 3 AND seq = 9", /event 9: its content was changed/],
	["the first event", "UPDATE case_event SET data = '{\"x\":1}' WHERE case_id = 3 AND seq = 1", /event 1: its content was changed/],
	["an event that was removed", "DELETE FROM case_event WHERE case_id = 3 AND seq = 5", /event 5: is missing/],
	["several that were removed", "DELETE FROM case_event WHERE case_id = 3 AND seq BETWEEN 4 AND 6", /event 4: events 4 to 6 are missing/],
	["one that was removed, the others numbered anew", `DELETE FROM case_event WHERE case_id = 3 AND seq = 5; ${RENUMBER(-1, 6)}`, /event 5: an event before it was removed|one was removed before/],
	["the last events, removed", "DELETE FROM case_event WHERE case_id = 3 AND seq > 7", /event 8: is missing: the chain has 9 events/],
	["an event that was put in between", `${RENUMBER(1, 5)} ${PUT(5)}`, /event 5: was inserted: the event after it was recorded straight after event 4/],
	["an event that was put at the end", PUT(10), /event 10: was inserted after the end/],
	["the order of two events", "UPDATE case_event SET seq = CASE seq WHEN 4 THEN 1004 ELSE 1007 END WHERE case_id = 3 AND seq IN (4, 7); UPDATE case_event SET seq = CASE seq WHEN 1004 THEN 7 ELSE 4 END WHERE case_id = 3 AND seq > 1000",
		/event 4: was recorded as event 7: the order was changed[^]*event 7: was recorded as event 4/],
	["an event with its own hash made anew", `UPDATE case_event SET body = 'forged', hash = event_digest((SELECT hash FROM case_event WHERE case_id = 3 AND seq = 3), 'case:3', 4, 'noted', occurred_at, recorded_at, actor_id,
		party::text, NULL, 'forged', data) WHERE case_id = 3 AND seq = 4`, /event 5: its content was changed after it was recorded, or event 4 with its hash/],
	["an event that belongs to another case", "UPDATE case_event SET hash = (SELECT hash FROM case_event WHERE case_id = 6 AND seq = 1) WHERE case_id = 3 AND seq = 1", /event 1: |event 2: /],
	["the head of the chain", "UPDATE case_chain SET head = sha256('x') WHERE case_id = 3", /event 9: the head of the chain is another hash/],
	["the length of the chain", "UPDATE case_chain SET seq = 8 WHERE case_id = 3", /event 9: stands after the end of the chain, which has 8/],
	["a head that was removed", "DELETE FROM case_chain WHERE case_id = 3", /the chain has no head/],
	["all events of a case", "DELETE FROM case_event WHERE case_id = 3", /has no events at all/],
];
for (const [what, sql, said] of inChain)
	test(`the chain finds ${what}, and names the place`, () => {
		const { chains, whole, one } = tampered(sql);
		for (const answer of [chains, whole, one]) {
			assert.equal(answer.code, 1);
			assert.match(answer.out, said);
			assert.ok(answer.out.split("\n").filter((line) => line.startsWith(`${number}: `)).length >= 1, answer.out);
		}
		assert.ok(!chains.out.split("\n").slice(0, -2).some((line) => !line.startsWith(number)), `only this case: ${chains.out}`);
	});

test("a case that was removed while its events stay is found", () => {
	assert.match(tampered("DELETE FROM supplier_case WHERE id = 3").chains.out, /case:3: has events, but itself is missing/);
});
test("the head of a chain without anything else is found", () => {
	assert.match(tampered("DELETE FROM supplier_case WHERE id = 3; DELETE FROM case_event WHERE case_id = 3").chains.out, /case:3: has the head of a chain/);
});

// What was agreed: the rows are compared with their record, fact by fact.
const agreed = [
	["a goal", "UPDATE contract_target SET goal_pct = 80 WHERE terms_id = 1 AND priority = 1 AND metric = 'resolution'", /^RC-\S+: edition 1: target 1 resolution is \{"goal_pct": 80.00, "target_s": 28800\}, recorded was \{"goal_pct": 92.50, "target_s": 28800\}$/m],
	["a price", "UPDATE contract_terms SET price = 1 WHERE price = 1000.00 AND id = (SELECT min(id) FROM contract_terms WHERE price = 1000)", /^RC-\S+: edition 1: price is 1.00, recorded was 1000.00$/m],
	["a credit step", "DELETE FROM contract_credit WHERE terms_id = 1 AND below_pct = 90 AND metric = 'resolution'", /edition 1: credit resolution below 90.00 is not there, recorded was 5.00/],
	["a step that was put in", "INSERT INTO contract_credit VALUES ('resolution', 10, 1, 1)", /edition 1: credit resolution below 10.00 is 1.00, recorded was nothing/],
	["the end of an edition", "UPDATE contract_terms SET valid = daterange(lower(valid), '2025-01-01') WHERE id = 1", /edition 1: valid_to is "2025-01-01", recorded was null/],
	["an edition that was put in", "INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at) SELECT contract_id, 2, '[2023-01-01,2024-01-01)', calendar_id, now() FROM contract_terms WHERE id = 1",
		/edition 2: is there, but was never recorded/],
	["an edition that was taken out", "DELETE FROM contract_terms WHERE contract_id = (SELECT max(id) FROM contract)", /edition 1: was recorded, but is not there/],
	["to whom a contract belongs", "UPDATE contract SET supplier_id = (SELECT max(id) FROM supplier) WHERE id = 1", /^RC-\S+: supplier is \d+, recorded was \d+$/m],
	["the record itself", "UPDATE contract_event SET data = jsonb_set(data, '{price}', '1.00') WHERE contract_id = 1 AND type = 'edition'", /^RC-\S+: event \d+: its content was changed after it was recorded[^]*price is/m],
	["which edition judges a case", `INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at) SELECT contract_id, 2, '[2023-01-01,2024-01-01)', calendar_id, now() FROM contract_terms
		WHERE id = (SELECT terms_id FROM supplier_case WHERE id = 3); UPDATE supplier_case SET terms_id = (SELECT max(id) FROM contract_terms) WHERE id = 3`,
		/^CASE-\S+: is judged by edition 2 of the terms, but was sent under edition 1$/m],
];
for (const [what, sql, said] of agreed)
	test(`verify finds ${what} changed in SQL, and names it`, () => {
		const { chains } = tampered(sql);
		assert.equal(chains.code, 1);
		assert.match(chains.out, said);
	});

test("terms that were rewritten with their whole record are found by the anchor, which says that it was contracts", () => {
	const { chains, whole } = tampered(`UPDATE contract_target SET goal_pct = 80 WHERE terms_id = 1 AND metric = 'resolution';
		UPDATE contract_event SET data = contract_record_edition(1) WHERE contract_id = (SELECT contract_id FROM contract_terms WHERE id = 1) AND terms_id = 1;
		DO $$ DECLARE e contract_event; h bytea := decode(repeat('00', 32), 'hex'); BEGIN
			FOR e IN SELECT * FROM contract_event WHERE contract_id = (SELECT contract_id FROM contract_terms WHERE id = 1) ORDER BY seq LOOP
				h := event_digest(h, 'contract:' || e.contract_id, e.seq, e.type, e.recorded_at, e.recorded_at, e.actor_id, e.terms_id::text, NULL, NULL, e.data);
				UPDATE contract_event SET hash = h WHERE contract_id = e.contract_id AND seq = e.seq;
				UPDATE contract_chain SET head = h WHERE contract_id = e.contract_id;
			END LOOP; END $$`);
	assert.equal(chains.code, 0, chains.out);
	assert.match(whole.out, /anchor 1: of \S+ does not hold: what was recorded of contracts before it is not what it covered/);
	assert.ok(!whole.out.includes("of cases before"), whole.out);
});

test("new terms made by the rules are recorded, and earlier anchors hold", () => {
	const { chains, whole } = tampered(`SET session_replication_role = origin; UPDATE contract SET name = 'Renamed' WHERE id = 1;
		UPDATE contract_terms SET valid = daterange(lower(valid), '2030-01-01') WHERE contract_id = 1;
		INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at) SELECT contract_id, 2, '[2030-01-01,)', calendar_id, now() FROM contract_terms WHERE contract_id = 1;
		INSERT INTO contract_target SELECT 1, 'resolution', 7200, 90, max(id) FROM contract_terms`);
	assert.equal(chains.code, 0, chains.out);
	assert.match(whole.out, /^2 anchors, 86 chains, \d+ events, 0 findings\n$/);
});

test("anchors made before contracts were anchored still hold", () => {
	const rewritten = path.join(world.folder, "first-form.jsonl");
	// As a database of before would have it: one tree over tickets, cases and calendars, no word of contracts.
	const name = `copy_${++copies}`;
	world.psql(`CREATE DATABASE ${name} TEMPLATE vakhta`, "postgres");
	const lines = fs.readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
	const rows = world.psql(fs.readFileSync(path.join(audit, "events.sql")), name);
	const made = execFileSync("python3", [path.join(audit, "first_form.py"), file], { input: rows }).toString();
	fs.writeFileSync(rewritten, made);
	assert.equal(made.trim().split("\n").length, lines.length);
	world.psql(`SET session_replication_role = replica; ${made.trim().split("\n").map((line) => { const a = JSON.parse(line); return `UPDATE audit_anchor SET format = 1, last_contract = 0, contracts = 0,
		kind_roots = NULL, root = '\\x${a.root}', previous_link = '\\x${a.previous_link}', link = '\\x${a.link}' WHERE number = ${a.number};`; }).join(" ")}`, name);
	const more = { VAKHTA_DATABASE_CONNECTION: `host=${world.folder} dbname=${name} user=vakhta` };
	assert.match(world.run(["audit", "verify", "--anchors", rewritten], more).out, /^2 anchors, 86 chains, \d+ events, 0 findings\n$/);
	// The next one, of the new form, is linked to it.
	assert.equal(world.run(["audit", "anchor", "--file", rewritten], more).code, 0);
	assert.match(world.run(["audit", "verify", "--anchors", rewritten], more).out, /^3 anchors, 86 chains, \d+ events, 0 findings\n$/);
	world.psql("SET session_replication_role = replica; UPDATE case_event SET xid = '1' WHERE case_id = 5 AND body = 'after the first anchor'", name);
	assert.match(world.run(["audit", "verify", "--anchors", rewritten], more).out, /anchor 1: of \S+ does not hold: the events recorded before it are not those that it covered/);
	world.psql(`DROP DATABASE ${name}`, "postgres");
});

const onlyAnchor = [
	["an event and all hashes after it made anew, head too", "UPDATE case_event SET body = 'forged' WHERE case_id = 3 AND seq = 4; SELECT pg_temp.rehash(3)", /anchor 1: of \S+ does not hold: what was recorded of cases before it is not what it covered/],
	["the last events removed, and the head put back", "DELETE FROM case_event WHERE case_id = 3 AND seq > 7; SELECT pg_temp.rehash(3)", /anchor 1: of \S+ does not hold/],
	["an event put in between, and the chain made anew", `${RENUMBER(1, 5)} ${PUT(5)}; SELECT pg_temp.rehash(3)`, /anchor 1: of \S+ does not hold/],
	["a case removed with everything that was known of it",
		"DELETE FROM clock_pause WHERE clock_id IN (SELECT id FROM clock WHERE case_id = 3); DELETE FROM clock WHERE case_id = 3; DELETE FROM case_event WHERE case_id = 3; DELETE FROM case_chain WHERE case_id = 3; DELETE FROM supplier_case WHERE id = 3",
		/anchor 1: of \S+ does not hold: it covered 40 cases, the records give 39/],
	["a ticket removed with everything", "DELETE FROM ticket_event WHERE ticket_id = 7; DELETE FROM ticket_chain WHERE ticket_id = 7; DELETE FROM ticket_search WHERE ticket_id = 7; DELETE FROM ticket WHERE id = 7", /it covered 40 tickets, the records give 39/],
	["a whole database made anew, every hash right", "UPDATE case_event SET recorded_at = recorded_at + interval '1 second'; SELECT pg_temp.rehash(id) FROM supplier_case", /anchor 1: of \S+ does not hold[^]*anchor 2: of \S+ does not hold/],
	["the hours of a calendar", "UPDATE calendar_version SET body = jsonb_set(body, '{zone}', '\"UTC\"')", /anchor 1: of \S+ does not hold: what was recorded of calendars/],
	["to which anchor an event belongs", "UPDATE case_event SET xid = '1' WHERE case_id = 5 AND body = 'after the first anchor'", /anchor 1: of \S+ does not hold/],
];
for (const [what, sql, said] of onlyAnchor)
	test(`the anchor finds ${what}; the chains alone cannot`, () => {
		const { chains, whole } = tampered(sql);
		assert.equal(chains.code, 0, chains.out);
		assert.equal(whole.code, 1);
		assert.match(whole.out, said);
	});

test("an anchor that still holds says until when everything is as it was", () => {
	const { chains, whole } = tampered("UPDATE case_event SET body = 'forged' WHERE case_id = 5 AND body = 'after the first anchor'; SELECT pg_temp.rehash(5)");
	assert.equal(chains.code, 0);
	assert.match(whole.out, /anchor 2: of \S+ does not hold: .*; what was recorded up to anchor 1 of \S+ is unchanged/);
	assert.ok(!whole.out.includes("anchor 1: "));
});

test("a database whose anchors were made anew with it is found by the file", () => {
	const { whole } = tampered("UPDATE audit_anchor SET root = sha256('x'); UPDATE audit_anchor a SET link = audit_link(a)");
	assert.match(whole.out, /anchor 1: the database has another anchor of this number than the file/);
	assert.match(tampered("DELETE FROM audit_anchor WHERE number = 2").whole.out, /anchor 2: stands in the file, but the database has no such anchor/);
});

test("a file that was changed is found", () => {
	const lines = fs.readFileSync(file, "utf8").trim().split("\n");
	const changed = (name, texts) => {
		const where = path.join(world.folder, name);
		fs.writeFileSync(where, texts.join("\n") + "\n");
		return world.run(["audit", "verify", "--anchors", where]);
	};
	const first = JSON.parse(lines[0]);
	assert.match(changed("a", [JSON.stringify({ ...first, tickets: 39 }), lines[1]]).out, /anchor 1: its link is not the hash of what it says/);
	assert.match(changed("b", [lines[0], lines[1].replace(first.link, "0".repeat(64))]).out, /anchor 2: is not linked to the anchor before it/);
	assert.match(changed("c", [lines[0], "not an anchor", lines[1]]).out, /line 2 of the file is not an anchor/);
	assert.equal(changed("d", [lines[0], lines[1].slice(0, 100), lines[1]]).code, 0, "a line cut short by a crash and written anew");
	assert.equal(changed("e", [lines[1]]).code, 0, "a later part of the file is enough");
	assert.equal(world.run(["audit", "verify", "--anchors", path.join(world.folder, "none")]).code, 1);
	assert.match(changed("f", [""]).err, /has no anchors/);
});

test("the file gets each anchor once, and those that were missed", () => {
	const other = path.join(world.folder, "other.jsonl");
	assert.equal(world.run(["audit", "anchor", "--file", other]).code, 0);
	const held = fs.readFileSync(other, "utf8").trim().split("\n").map((line) => JSON.parse(line));
	assert.deepEqual(held.map((anchor) => anchor.number), [1, 2, 3]);
	assert.equal(held[2].previous_link, held[1].link);
	fs.appendFileSync(other, '{"number":4,"da');
	assert.equal(world.run(["audit", "anchor", "--file", other]).code, 0);
	assert.equal(world.run(["audit", "verify", "--anchors", other]).code, 0);
	assert.equal(fs.readFileSync(other, "utf8").trim().split("\n").length, 5);
});

test("the program itself can neither change an event nor an anchor", () => {
	for (const sql of ["UPDATE audit_anchor SET day = day", "DELETE FROM audit_anchor", "TRUNCATE audit_anchor", "UPDATE case_event SET body = 'x'", "DELETE FROM case_event",
		"UPDATE case_chain SET seq = 1", "UPDATE contract_event SET seq = seq", "INSERT INTO contract_event SELECT * FROM contract_event", "UPDATE contract_chain SET seq = 1"])
		assert.throws(() => world.psql(`SET ROLE vakhta; ${sql}`), /permission denied/, sql);
	for (const sql of ["UPDATE audit_anchor SET day = day", "DELETE FROM audit_anchor", "TRUNCATE audit_anchor", "UPDATE contract_event SET seq = seq", "DELETE FROM contract_event",
		"TRUNCATE contract_event"])
		assert.throws(() => world.psql(`SET ROLE vakhta_owner; ${sql}`), /append-only/, sql);
});

test("wrong calls are said to be wrong", () => {
	assert.notEqual(world.run(["audit", "verify", "--anchors", file, number]).code, 0);
	assert.notEqual(world.run(["audit"]).code, 0);
	assert.match(world.run(["audit", "verify", "INC-999999"]).err, /there is no ticket or case INC-999999/);
});
