// Reports by subscription and on demand: each due run is made once by two nodes, mailed or left, its progress and history shown, its file swept in time.
//     VAKHTA_BIN=…/vakhta node --test tests/reports/runs.test.mjs
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { startWorld } from "./world.mjs";

let world, tokens, second;
before(async () => {
	world = startWorld(60);
	world.psql(`UPDATE person SET mail = 'manager@company.example' WHERE login = 'report-manager';
		INSERT INTO person (login, given_name, family_name, roles, source) VALUES ('report-auditor', 'Ada', 'Auditor', 17, 'import'), ('report-other', 'Otto', 'Other', 9, 'import')`);
	tokens = Object.fromEntries(["manager", "agent", "employee", "auditor", "other"].map((who) => [who, world.token(`report-${who}`)]));
	await world.serve();
	// The second node: the same database, another process.
	second = spawn(process.env.VAKHTA_BIN, ["serve"], { env: { ...world.env, VAKHTA_HTTP_PORT: "0" }, stdio: "ignore" });
});
after(async () => {
	second?.kill("SIGTERM");
	await world?.stop();
});
const call = async (method, where, { who = "manager", body, headers = {} } = {}) => {
	const answer = await fetch(`${world.url}/api/v1/${where}`, { method, headers: { authorization: `Bearer ${tokens[who]}`, ...(body ? { "content-type": "application/json" } : {}), ...headers },
		body: body && JSON.stringify(body) });
	const bytes = Buffer.from(await answer.arrayBuffer());
	return { status: answer.status, headers: answer.headers, bytes, json: answer.headers.get("content-type")?.includes("json") ? JSON.parse(bytes) : null };
};
const until = async (what, check, limitMs = 60000) => {
	for (const end = Date.now() + limitMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
		const value = await check();
		if (value) return value;
	}
	assert.fail(`${what} did not happen`);
};
const done = (id, who) => until(`run ${id}`, async () => {
	const { json } = await call("GET", `report-runs/${id}`, { who });
	return ["done", "failed"].includes(json.state) && json;
});

test("asked for, made in the background, taken with its hash", async () => {
	for (const [report, more] of [["supplier-sla", { language: "ru" }], ["desk-quality", {}]]) {
		const asked = await call("POST", "report-runs", { body: { report, from: "2026-07-01", to: "2026-10-01", ...more } });
		assert.equal(asked.status, 201);
		const run = await done(asked.json.id);
		assert.equal(run.state, "done", run.error);
		const file = await call("GET", `report-runs/${run.id}/file`);
		assert.equal(createHash("sha256").update(file.bytes).digest("hex"), run.file.sha256);
		assert.equal(file.bytes.length, run.file.size_bytes);
		assert.equal(file.headers.get("content-disposition"), `attachment; filename="${report}_2026-07-01_2026-10-01.xlsx"`);
	}
});

test("nobody sees what is not theirs; auditors see all and ask for nothing", async () => {
	const { id } = (await call("POST", "report-runs", { body: { report: "supplier-sla", from: "2026-08-01", to: "2026-09-01" } })).json;
	await done(id);
	for (const where of [`report-runs/${id}`, `report-runs/${id}/file`]) {
		assert.equal((await call("GET", where, { who: "other" })).status, 404);
		assert.equal((await call("GET", where, { who: "employee" })).status, 403);
		assert.equal((await call("GET", where, { who: "auditor" })).status, 200);
	}
	assert.deepEqual((await call("GET", "report-runs?mine=false", { who: "other" })).json.items, []);
	assert.ok((await call("GET", "report-runs?mine=false", { who: "auditor" })).json.items.length > 0);
	assert.equal((await call("POST", "report-runs", { who: "auditor", body: { report: "supplier-sla", from: "2026-08-01", to: "2026-09-01" } })).status, 403);
	assert.equal((await call("POST", "report-subscriptions", { who: "auditor", body: {} })).status, 403);
});

test("two nodes make each due run once, and the mail carries it", async () => {
	const made = await call("POST", "report-subscriptions", { body: { report: "supplier-sla", period: "monthly", delivery: "mail", language: "en", zone: "Europe/Moscow" } });
	assert.equal(made.status, 201);
	assert.ok(Date.parse(made.json.next.at) > Date.now());
	assert.deepEqual((await call("GET", "report-runs?subscription=" + made.json.id)).json.items, [], "nothing is due yet");
	// As if subscribed half a year ago.
	world.psql(`UPDATE report_subscription SET since = since - 183 WHERE id = ${made.json.id}`);
	const runs = await until("six months", async () => {
		const { items } = (await call("GET", `report-runs?subscription=${made.json.id}`)).json;
		return items.length >= 6 && items.every(({ state }) => state === "done") && items;
	}, 120000);
	assert.equal(new Set(runs.map(({ from }) => from)).size, runs.length);
	assert.deepEqual(world.json(`SELECT max(attempts) AS attempts FROM report_run WHERE subscription_id = ${made.json.id}`), [{ attempts: 1 }]);
	const mails = world.json(`SELECT o.recipient, o.subject, a.name, encode(sha256(a.content), 'hex') AS hash, o.body FROM outbox o JOIN outbox_attachment a ON a.outbox_id = o.id WHERE o.effect_key LIKE 'report-run:%'`);
	assert.equal(mails.length, runs.length);
	assert.deepEqual(new Set(mails.map(({ hash }) => hash)), new Set(runs.map(({ file }) => file.sha256)));
	assert.ok(mails.every(({ recipient, body, hash }) => recipient === "manager@company.example" && body.includes(hash)));
	const again = (await call("GET", `report-subscriptions/${made.json.id}`)).json;
	assert.equal(again.last.state, "done");
	assert.equal((await call("DELETE", `report-subscriptions/${made.json.id}`)).status, 204);
	assert.equal((await call("GET", `report-runs/${runs[0].id}`)).json.subscription, null, "what was made stays");
});

test("a run whose node died is begun anew, and a late finish of the first counts for nothing", async () => {
	world.psql(`INSERT INTO report_run (person_id, report, language, zone, period_from, period_to, delivery, state, attempts, not_before, node, created_at, started_at)
		SELECT id, 'desk-quality', 'en', 'UTC', '2026-01-01', '2026-02-01', 'download', 'running', 1, now(), 'gone:1', now(), now() FROM person WHERE login = 'report-manager'`);
	const [{ id }] = world.json(`SELECT max(id) AS id FROM report_run`);
	const run = await done(id);
	assert.equal(run.attempts, 2);
	assert.equal(world.psql(`SELECT report_run_done(${id}, 1, 'late.xlsx', 1, sha256(''), '', 0, now())`), "f");
	assert.equal((await call("GET", `report-runs/${id}`)).json.file.name, run.file.name);
});

test("a person without the right any more gets nothing, and is told why", async () => {
	const { id } = (await call("POST", "report-runs", { who: "other", body: { report: "supplier-sla", from: "2026-08-01", to: "2026-09-01" } })).json;
	await done(id, "other");
	world.psql(`INSERT INTO report_run (person_id, report, language, zone, period_from, period_to, delivery, not_before, created_at)
		SELECT id, 'supplier-sla', 'en', 'UTC', '2026-01-01', '2026-02-01', 'download', now() + interval '3 seconds', now() FROM person WHERE login = 'report-other';
		UPDATE person SET roles = 1 WHERE login = 'report-other'`);
	const [{ id: refused }] = world.json("SELECT max(id) AS id FROM report_run");
	const run = await done(refused, "auditor");
	assert.equal(run.state, "failed");
	assert.match(run.error, /may no longer/);
});

test("wrong fields are named, all at once", async () => {
	for (const [where, body, fields] of [["report-runs", {}, ["/from", "/report", "/to"]], ["report-runs", { report: "x", from: "2026-02-30", to: "2026-01-01", zone: "Mars/Base" }, ["/from", "/report", "/zone"]],
		["report-runs", { report: "supplier-sla", from: "2026-02-01", to: "2026-01-01" }, ["/to"]], ["report-runs", { report: "desk-quality", from: "2026-01-01", to: "2026-02-01", supplier: 1 }, ["/supplier"]],
		["report-runs", { report: "supplier-sla", from: "2026-01-01", to: "2026-02-01", supplier: 99999 }, ["/supplier"]],
		["report-subscriptions", { report: "supplier-sla", period: "weekly", delivery: "pigeon", more: 1 }, ["/delivery", "/more", "/period"]]]) {
		const answer = await call("POST", where, { body });
		assert.equal(answer.status, 422, JSON.stringify(answer.json));
		assert.deepEqual(answer.json.errors.map(({ pointer }) => pointer).sort(), fields);
	}
});

test("files are removed after their time; what was made stays known", async () => {
	const { items } = (await call("GET", "report-runs?state=done")).json, id = items[0].id;
	world.psql(`UPDATE report_run SET made_at = made_at - interval '500 days' WHERE id = ${id};
		WITH old AS (UPDATE report_run SET swept_at = now() WHERE swept_at IS NULL AND made_at < now() - interval '400 days' RETURNING id) DELETE FROM report_run_part p USING old WHERE p.run_id = old.id`);
	const run = (await call("GET", `report-runs/${id}`)).json;
	assert.ok(run.file.removed && run.file.sha256);
	assert.equal((await call("GET", `report-runs/${id}/file`)).status, 404);
});
