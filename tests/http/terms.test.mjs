// Terms of contracts: editions, what is refused, whom they overlap, why one is chosen, and that no edit changes a verdict that was given.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { call, get, good, mark, pointers, post, taken } from "./tickets_world.mjs";

const week = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: "00:00", to: "24:00" }));
const metrics = { acknowledge: 900, response: 3600, workaround: 7200, resolution: 14400, update: 5400 };
const targets = [1, 2, 3, 4].flatMap((priority) => Object.entries(metrics).map(([metric, target_s]) => ({ priority, metric, target_s, goal_pct: 95 })));
const day = (offset) => new Date(Date.now() + offset * 86400_000).toISOString().slice(0, 10);
const world = { n: 0 };

before(async () => {
	const label = { label_en: "Till of a test", label_ru: "Касса теста" };
	world.cls = await good(post("cmdb", "/cmdb/classes", { name: `till_${mark}`, ...label }), 201);
	await good(post("cmdb", `/cmdb/classes/${world.cls.id}/attributes`, { name: "shop", type: "text", label_en: "Shop", label_ru: "Магазин", purpose: "Who comes", source: "manual" }), 201);
	world.services = (await good(get("cmdb", "/cmdb/classes"))).items.find((one) => one.name === "business_service");
	const ci = (name, fields = {}) => good(post("cmdb", "/cmdb/cis", { class: world.cls.id, name: `${name} ${mark}`, ...fields }), 201);
	world.till = await ci("POS-014", { attributes: { shop: "Tver" } });
	world.other = await ci("POS-015", { attributes: { shop: "Perm" } });
	world.part = await ci("Printer");
	world.service = await good(post("cmdb", "/cmdb/cis", { class: world.services.id, name: `Retail ${mark}`, attributes: { name_ru: `Розница ${mark}`, criticality: 3 } }), 201);
	for (const [from, type, to] of [[world.till, "part_of", world.service], [world.part, "part_of", world.till]]) {
		const related = await call("cmdb", "PUT", `/cmdb/cis/${from.id}/relations/${type}/${to.id}`, {});
		assert.ok(related.status < 300, JSON.stringify(related.json));
	}
	world.calendar = await good(post("manager", "/calendars", { key: `always-${mark}`, name: `Always ${mark}`, zone: "UTC", week, exceptions: [] }), 201);
	world.supplier = await good(post("manager", "/suppliers", { key: `s-${mark}`, name: `Tills ${mark}`, kind: "external", mail: "service@tills.example", language: "ru" }), 201);
});

const contract = (fields = {}) =>
	good(post("manager", "/contracts", {
		number: `T-${mark}-${++world.n}`, name: "Tills", supplier: world.supplier.id, valid_from: "2025-01-01", calendar: world.calendar.id,
		price: { amount: "100000.50", currency: "RUB" }, coverage: [], targets, ...fields,
	}), 201);
const whole = (fields = {}) => ({ valid_from: day(30), calendar: world.calendar.id, targets, ...fields });
const edition = (one, fields, extra = "") => post("manager", `/contracts/${one.id}/terms${extra}`, whole(fields), { "if-match": `"${one.version}"` });
const change = (one, fields, extra = "") => call("manager", "PATCH", `/contracts/${one.id}${extra}`, fields, { "if-match": `"${one.version}"` });
const read = (one) => good(get("manager", `/contracts/${one.id}`));
async function withCi(ci) {
	const ticket = await taken();
	await good(call("agent", "PUT", `/tickets/${ticket.number}/cis/${ci.id}`, { role: "cause" }));
	return ticket;
}
const escalate = async (ticket, fields = {}) => good(post("agent", `/tickets/${ticket.number}/cases`, { summary: "Till dead", body: "Please come", ...fields }), 201);

describe("editions", () => {
	test("a new contract has one edition, open at its end, with reasons and steps by default", async () => {
		const one = await contract();
		assert.equal(one.edition, 1);
		assert.equal(one.in_force, 1);
		assert.deepEqual(one.terms.map((terms) => [terms.edition, terms.valid_from, terms.valid_to]), [[1, "2025-01-01", null]]);
		assert.ok(one.pause_reasons.length >= 3 && one.pause_reasons.every((reason) => reason.name_en && reason.name_ru));
		assert.ok(one.escalation_steps.some((step) => step.at_pct === 100 && step.role === "supplier_manager"));
	});

	test("a change of terms is an edition from a day on; the one before ends there, and what differs is told", async () => {
		const one = await contract();
		const changed = await good(change(one, { pause_limit_s: 3600, terms_from: day(10) }));
		assert.deepEqual(changed.terms.map((terms) => [terms.edition, terms.valid_from, terms.valid_to]), [[1, "2025-01-01", day(10)], [2, day(10), null]]);
		assert.equal(changed.in_force, 1, "the old terms hold until then");
		assert.equal(changed.pause_limit_s, 288000);
		assert.deepEqual(changed.differences, [{ path: "pause_limit_s", before: 288000, after: 3600 }]);
		const again = await good(change(changed, { terms_from: day(10), targets: targets.map((target) => (target.metric === "response" && target.priority === 1 ? { ...target, target_s: 1800 } : target)) }));
		assert.equal(again.terms.length, 2, "an edition that judged nothing is rewritten");
		assert.deepEqual(again.differences.map((one) => one.path), ["targets/1/response/target_s"]);
		const name = await good(change(again, { name: "Tills and more" }));
		assert.equal(name.terms.length, 2, "what is not terms makes no edition");
		assert.deepEqual(name.differences.map((one) => one.path), ["name"]);
	});

	test("whole terms: what they do not say is at its default", async () => {
		const one = await contract({ credit_cap_pct: 20.5, automatic_acknowledges: true, note: "as signed" });
		assert.equal(one.credit_cap_pct, 20.5);
		assert.equal(one.automatic_acknowledges, true);
		const next = await good(edition(one, { valid_from: day(20), note: "Amendment 1", price: { amount: "0.10", currency: "EUR" } }), 201);
		const second = next.terms[1];
		assert.deepEqual([second.credit_cap_pct, second.automatic_acknowledges, second.note, second.price.amount], [null, false, "Amendment 1", "0.10"]);
		const list = await good(get("auditor", `/contracts/${one.id}/terms`));
		assert.deepEqual(list.items.map((terms) => terms.edition), [1, 2]);
		assert.equal(list.items[0].credit_cap_pct, 20.5, "the old edition is as it was");
	});

	test("a dry run tells all and writes nothing", async () => {
		const one = await contract();
		const told = await good(edition(one, { valid_from: day(5), pause_limit_s: 60 }, "?dry_run=true"));
		assert.equal(told.terms.length, 2);
		assert.ok(told.differences.some((difference) => difference.path === "pause_limit_s"));
		const now = await read(one);
		assert.equal(now.version, one.version);
		assert.equal(now.terms.length, 1);
		const made = await good(post("manager", "/contracts?dry_run=true", { number: `never-${mark}`, name: "x", supplier: world.supplier.id, valid_from: "2026-01-01", calendar: world.calendar.id }));
		assert.equal(made.number, `never-${mark}`);
		assert.ok(!(await good(get("manager", `/contracts?supplier=${world.supplier.id}&limit=200`))).items.some((item) => item.number === `never-${mark}`));
	});

	test("staff and auditors read, only managers write", async () => {
		const one = await contract();
		for (const who of ["agent", "auditor", "lead"]) assert.equal((await get(who, `/contracts/${one.id}/terms`)).status, 200, who);
		for (const who of ["agent", "auditor"]) {
			assert.equal((await post(who, `/contracts/${one.id}/terms`, whole(), { "if-match": "*" })).status, 403, who);
			assert.equal((await call(who, "PUT", `/contracts/${one.id}/document`, {}, { "if-match": "*" })).status, 403, who);
		}
		assert.equal((await get("employee", `/contracts/${one.id}/document`)).status, 403);
		assert.equal((await post("manager", `/contracts/${one.id}/terms`, whole())).status, 428);
		assert.equal((await post("manager", `/contracts/${one.id}/terms`, whole(), { "if-match": '"99"' })).status, 412);
		assert.equal((await get("manager", "/contracts/999999999/terms")).status, 404);
	});
});

describe("terms that cannot be", () => {
	test("every reason is said at once", async () => {
		const one = await contract();
		const answer = await edition(one, {
			valid_from: "2020-01-01", valid_to: "2019-01-01", calendar: 999999999, price: { amount: "12" }, credit_cap_pct: 101, pause_limit_s: 0,
			targets: [
				{ priority: 1, metric: "resolution", target_s: 0, goal_pct: 95 }, { priority: 2, metric: "response", target_s: 60, goal_pct: 101 },
				{ priority: 3, metric: "update", target_s: 60, goal_pct: 95 }, { priority: 3, metric: "update", target_s: 70, goal_pct: 95 },
			],
			credits: [
				{ metric: "resolution", below_pct: 95, credit_pct: 10 }, { metric: "resolution", below_pct: 90, credit_pct: 5 },
				{ metric: "resolution", below_pct: 95, credit_pct: 12 }, { metric: "response", below_pct: 90, credit_pct: 100.01 },
			],
			coverage: [999999998], coverage_classes: [{ class: world.cls.id, filter: { colour: "red" } }],
			pause_reasons: [{ key: "Info", name_en: "a", name_ru: "b", waits_for: "nobody" }],
			escalation_steps: [{ at_pct: 50, role: "owner" }, { at_pct: 50, role: "owner" }, { at_pct: 201, role: "boss" }], extra: 1,
		});
		assert.equal(answer.status, 422);
		const wrong = pointers(answer);
		for (const field of ["valid_from", "valid_to", "calendar", "price/currency", "credit_cap_pct", "pause_limit_s", "targets/0/target_s", "targets/1/goal_pct", "targets/3/metric",
			"credits/1/credit_pct", "credits/2/below_pct", "credits/3/credit_pct", "coverage/0", "coverage_classes/0/filter", "pause_reasons/0/key", "pause_reasons/0/waits_for",
			"escalation_steps/1/role", "escalation_steps/2/at_pct", "escalation_steps/2/role", "extra"])
			assert.ok(wrong.includes(field), `${field} in ${wrong}`);
	});

	test("editions do not overlap, and end within the contract", async () => {
		const one = await contract({ valid_to: day(400) });
		const two = await good(edition(one, { valid_from: day(100) }), 201);
		for (const [days, pointer] of [
			[{ valid_from: day(50), valid_to: day(150) }, "valid_to"], [{ valid_from: day(50), valid_to: day(60) }, "valid_to"],
			[{ valid_from: day(150), valid_to: day(500) }, "valid_to"], [{ valid_from: day(500) }, "valid_from"], [{ valid_from: "2024-12-31" }, "valid_from"],
		]) {
			const answer = await edition(two, days);
			assert.equal(answer.status, 422, JSON.stringify(days));
			assert.ok(pointers(answer).includes(pointer), JSON.stringify(answer.json.errors));
		}
		const three = await good(edition(two, { valid_from: day(50) }), 201);
		assert.deepEqual(three.terms.map((terms) => [terms.edition, terms.valid_from, terms.valid_to]), [[1, "2025-01-01", day(50)], [3, day(50), day(100)], [2, day(100), null]]);
	});

	test("a step may give the same credit as the one above, not a smaller one", async () => {
		await contract({ credits: [{ metric: "resolution", below_pct: 95, credit_pct: 5 }, { metric: "resolution", below_pct: 90, credit_pct: 5 }, { metric: "resolution", below_pct: 80, credit_pct: 10 }] });
	});

	test("a calendar whose holidays end before the terms begin is refused; one that ends soon is warned of", async () => {
		const hours = { zone: "Europe/Moscow", week: [{ day: 1, from: "09:00", to: "18:00" }] };
		const old = await good(post("manager", "/calendars", { name: `Old ${mark}`, ...hours, exceptions: [{ date: "2024-01-01", hours: [] }] }), 201);
		const one = await contract();
		assert.deepEqual(pointers(await edition(one, { calendar: old.id })), ["calendar"]);
		const year = day(0).slice(0, 4);
		const near = await good(post("manager", "/calendars", { name: `Near ${mark}`, ...hours, exceptions: [{ date: `${year}-01-01`, hours: [] }] }), 201);
		const told = await good(change(one, { calendar: near.id }, "?dry_run=true"));
		assert.ok(told.warnings.some((warning) => warning.code === "calendar-ends" && warning.pointer === "/calendar"), JSON.stringify(told.warnings));
	});

	test("what may be meant so is warned of", async () => {
		const one = await contract({
			price: null, targets: [{ priority: 1, metric: "response", target_s: 7200, goal_pct: 95 }, { priority: 1, metric: "resolution", target_s: 3600, goal_pct: 95 }, { priority: 2, metric: "resolution", target_s: 1800, goal_pct: 95 }],
			credits: [{ metric: "resolution", below_pct: 90, credit_pct: 60 }, { metric: "update", below_pct: 90, credit_pct: 60 }],
		});
		const codes = one.warnings.map((warning) => warning.code).sort();
		assert.deepEqual(codes, ["covers-nothing", "credit-without-target", "credits-over-price", "credits-without-price", "longer-than-resolution", "priority-reversed"]);
	});

	test("reports, contracts and clocks cannot be told otherwise behind the program's back", async () => {
		if (!process.env.PGHOST) return;
		const one = await contract({ coverage: [world.other.id] });
		const sent = await escalate(await withCi(world.other), { contract: one.id });
		const edit = (sql) => execFileSync("psql", ["-Xqv", "ON_ERROR_STOP=1", "-c", sql], { stdio: "pipe" });
		const terms = `(SELECT terms_id FROM supplier_case WHERE number = '${sent.number}')`;
		for (const sql of [`UPDATE contract_target SET target_s = 1 WHERE terms_id = ${terms}`, `DELETE FROM contract_credit WHERE terms_id = ${terms}; DELETE FROM contract_target WHERE terms_id = ${terms}`,
			`UPDATE contract_terms SET pause_limit_s = 1 WHERE id = ${terms}`, `DELETE FROM contract_terms WHERE id = ${terms}`])
			assert.throws(() => edit(sql), /judged cases|violates foreign key/, sql);
	});
});

describe("what judged a case", () => {
	test("later terms change no verdict: the case keeps its edition, its clocks and its place in the report", async () => {
		const one = await contract({ coverage: [world.till.id] });
		const sent = await escalate(await withCi(world.till), { contract: one.id });
		assert.equal(sent.edition, 1);
		await good(post("agent", `/cases/${sent.number}/events`, { type: "acknowledged" }), 201);
		const before = await good(get("agent", `/cases/${sent.number}`));
		const report = async () => JSON.stringify((await good(get("manager", `/reports/supplier-sla.json?from=2026-01-01&to=2030-01-01&supplier=${world.supplier.id}`))).suppliers);
		const reported = await report();
		const short = targets.map((target) => ({ ...target, target_s: 1, goal_pct: 99 }));
		const now = await read(one);
		const changed = await good(change(now, { targets: short, terms_from: day(0) }));
		const warning = changed.warnings.find((each) => each.code === "cases-stay");
		assert.equal(warning?.values.cases, 1, JSON.stringify(changed.warnings));
		const after = await good(get("agent", `/cases/${sent.number}`));
		assert.equal(after.edition, 1);
		assert.deepEqual(after.clocks.map((clock) => [clock.metric, clock.target_s, clock.state, clock.due_at, clock.breached]),
			before.clocks.map((clock) => [clock.metric, clock.target_s, clock.state, clock.due_at, clock.breached]));
		assert.equal(await report(), reported);
		if (process.env.VAKHTA_BIN) {
			const replay = execFileSync(process.env.VAKHTA_BIN, ["audit", "replay", "--subject", sent.number, "--config", process.env.VAKHTA_CONFIG], { encoding: "utf8" });
			assert.match(replay, /, 0 differences/);
		}
		const next = await escalate(await withCi(world.till), { contract: one.id });
		assert.equal(next.edition, 2);
		assert.ok(next.clocks.every((clock) => clock.target_s === 1));
		const judged = await read(one);
		assert.deepEqual(judged.terms.map((terms) => terms.cases), [1, 1]);
		const refused = await change(judged, { targets, terms_from: day(0) });
		assert.deepEqual(pointers(refused), ["valid_from"], JSON.stringify(refused.json));
		assert.match(refused.json.errors[0].detail, new RegExp(`has judged 1 cases; new terms can begin on ${day(1)}`));
		const events = await good(get("agent", `/cases/${next.number}/events`));
		const data = events.items.find((event) => event.type === "sent").data;
		assert.equal(data.contract_version, 2);
		assert.ok(Number(data.terms) > 0 && Number(data.contract) === Number(one.id));
	});
});

describe("coverage", () => {
	async function reading(language, work) {
		const before = (await good(get("agent", "/me"))).language;
		try {
			await good(call("agent", "PATCH", "/me", { language }, { "if-match": "*" }));
			return await work();
		} finally {
			await call("agent", "PATCH", "/me", { language: before }, { "if-match": "*" });
		}
	}

	test("by service, by CI, by class with filter; the choice is explained in words in the reader's language", () => reading("en", async () => {
		const service = await contract({ coverage: [world.service.id] });
		const part = await withCi(world.part);
		const preview = await good(post("agent", `/tickets/${part.number}/cases/preview`, { contract: service.id }));
		assert.equal(preview.because, `contract ${service.number}, because CI Printer ${mark} is part of POS-014 ${mark}, which is part of service Retail ${mark}`);
		const sent = await escalate(part, { contract: service.id });
		assert.equal(sent.because, preview.because);
		assert.equal(sent.reason.by, "ci");

		const filtered = await contract({ coverage_classes: [{ class: world.cls.id, filter: { shop: "Perm" } }] });
		assert.deepEqual(filtered.coverage_classes.map((row) => [row.class.name, row.filter, row.cis]), [[world.cls.name, { shop: "Perm" }, 1]]);
		const other = await withCi(world.other);
		const found = await good(post("agent", `/tickets/${other.number}/cases/preview`, { contract: filtered.id }));
		assert.equal(found.because, `contract ${filtered.number}, because CI POS-015 ${mark} is of class Till of a test with shop = Perm`);
		const till = await withCi(world.till);
		const named = await good(post("agent", `/tickets/${till.number}/cases/preview`, { contract: filtered.id }));
		assert.equal(named.because, `contract ${filtered.number}, because it was chosen by hand`);
	}));

	test("in Russian for one who reads Russian", async () => {
		const one = await contract({ coverage: [world.service.id] });
		const ticket = await withCi(world.part);
		const preview = await reading("ru", () => good(post("agent", `/tickets/${ticket.number}/cases/preview`, { contract: one.id })));
		assert.equal(preview.because, `договор ${one.number}, потому что КЕ «Printer ${mark}» — часть «POS-014 ${mark}»; «POS-014 ${mark}» — часть «Розница ${mark}» (услуга)`);
	});

	test("only the edition in force covers", async () => {
		const ci = await good(post("cmdb", "/cmdb/cis", { class: world.cls.id, name: `Later ${mark}` }), 201);
		const one = await contract();
		await good(edition(one, { valid_from: day(7), coverage: [ci.id] }), 201);
		const ticket = await withCi(ci);
		const preview = await good(post("agent", `/tickets/${ticket.number}/cases/preview`, {}));
		assert.ok(!preview.candidates.some((candidate) => candidate.contract.id === one.id), "it does not cover yet");
	});

	test("overlaps with other contracts are shown when they are made", async () => {
		const lone = await good(post("cmdb", "/cmdb/cis", { class: world.cls.id, name: `Shared ${mark}`, attributes: { shop: "Omsk" } }), 201);
		const first = await contract({ coverage: [lone.id], valid_to: day(100) });
		const second = await contract({ coverage_classes: [{ class: world.cls.id, filter: { shop: "Omsk" } }] });
		const overlap = second.overlaps.find((each) => each.contract.id === first.id);
		assert.deepEqual([overlap.edition, overlap.from, overlap.to, overlap.cis.map((ci) => ci.id)], [1, "2025-01-01", day(100), [lone.id]]);
		const third = await good(edition(first, { valid_from: day(50), coverage: [lone.id] }, "?dry_run=true"));
		assert.deepEqual(third.overlaps.filter((each) => each.contract.id === second.id).map((each) => [each.from, each.to]), [[day(50), day(100)]]);
		const apart = await contract({ coverage_classes: [{ class: world.cls.id, filter: { shop: "Ufa" } }] });
		assert.ok(!apart.overlaps.some((each) => [first.id, second.id].includes(each.contract.id)));
	});
});

describe("as a file", () => {
	let folder;
	before(() => (folder = mkdtempSync(join(tmpdir(), "terms-"))));
	after(() => rmSync(folder, { recursive: true }));
	const document = async (one) => (await good(get("manager", `/contracts/${one.id}/document`)));
	const put = async (one, body, extra = "") => call("manager", "PUT", `/contracts/${one.id}/document${extra}`, body, { "if-match": `"${(await read(one)).version}"` });

	test("what comes out goes in again without a difference; changes are told before they are made", async () => {
		const one = await contract({ coverage: [world.till.id], coverage_classes: [{ class: world.cls.id, filter: { shop: "Tver" } }], credits: [{ metric: "resolution", below_pct: 92.5, credit_pct: 5 }] });
		const file = await document(one);
		assert.equal(file.format, "vakhta-contract-1");
		assert.deepEqual((await good(put(one, file))).differences, []);
		file.terms[0].pause_limit_s = 7200;
		file.terms.push({ ...structuredClone(file.terms[0]), edition: undefined, valid_from: day(40), note: "later" });
		const told = await good(put(one, file, "?dry_run=true"));
		assert.ok(told.differences.some((difference) => difference.path === "terms/1/pause_limit_s" && difference.after === 7200));
		assert.ok(told.differences.some((difference) => difference.path === "terms/2/valid_from"));
		assert.equal((await read(one)).terms.length, 1);
		await good(put(one, file));
		assert.deepEqual((await read(one)).terms.map((terms) => [terms.valid_from, terms.valid_to]), [["2025-01-01", day(40)], [day(40), null]]);
	});

	test("every reason at once, with its place in the file; judged editions stay", async () => {
		const one = await contract({ coverage: [world.till.id] });
		await escalate(await withCi(world.till), { contract: one.id });
		const file = await document(one);
		const altered = structuredClone(file);
		altered.terms[0].pause_limit_s = 1;
		assert.deepEqual(pointers(await put(one, altered)), ["terms/0"]);
		assert.deepEqual(pointers(await put(one, { ...file, terms: [{ ...file.terms[0], edition: undefined, valid_from: day(3) }] })), ["terms"]);
		const bad = structuredClone(file);
		Object.assign(bad, { supplier: "nobody", format: "x" });
		bad.terms.push({ ...bad.terms[0], edition: undefined, valid_from: "2025-06-01", calendar: "never", coverage: [{ id: world.till.id, name: "Another" }], targets: [{ priority: 1, metric: "update", target_s: 0, goal_pct: 1 }] });
		bad.terms[0].valid_to = "2025-07-01";
		const wrong = pointers(await put(one, bad));
		for (const field of ["format", "supplier", "terms/0/valid_to", "terms/1/calendar", "terms/1/coverage/0", "terms/1/targets/0/target_s"]) assert.ok(wrong.includes(field), `${field} in ${wrong}`);
	});

	test("from the command line, both ways", async () => {
		if (!process.env.VAKHTA_BIN) return;
		const run = (...args) => execFileSync(process.env.VAKHTA_BIN, ["contract", ...args, "--config", process.env.VAKHTA_CONFIG], { encoding: "utf8", stdio: "pipe" });
		const one = await contract({ coverage: [world.till.id] });
		const file = JSON.parse(run("export", one.number));
		assert.deepEqual(file, await document(one));
		file.number = `C-${mark}`;
		const path = join(folder, "contract.json");
		writeFileSync(path, JSON.stringify(file));
		assert.match(run("import", path, "--dry-run"), /nothing was written/);
		assert.match(run("import", path), /saved/);
		assert.match(run("import", path), /^0 differences, saved/m);
		file.terms[0].targets[0].target_s = 0;
		writeFileSync(path, JSON.stringify(file));
		assert.throws(() => run("import", path), /targets\/0\/target_s/);
		assert.ok(readFileSync(path));
	});

	test("a contract is made from a file", async () => {
		const file = await document(await contract());
		const made = await good(post("manager", "/contracts/document", { ...file, number: `F-${mark}` }), 201);
		assert.equal(made.number, `F-${mark}`);
		assert.deepEqual(pointers(await post("manager", "/contracts/document", { ...file, number: `F-${mark}` })), ["number"]);
	});
});
