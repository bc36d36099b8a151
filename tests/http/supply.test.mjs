// Suppliers, contracts, calendars and cases over HTTP, with a supplier, a contract and CIs of this test's own.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { all, call, get, good, mark, me, pointers, post, taken } from "./tickets_world.mjs";

const week = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: "00:00", to: "24:00" }));
const metrics = { acknowledge: 900, response: 3600, workaround: 7200, resolution: 14400, update: 5400 };
const targets = [1, 2, 3, 4].flatMap((priority) => Object.entries(metrics).map(([metric, target_s]) => ({ priority, metric, target_s, goal_pct: 95 })));
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
const world = {};

before(async () => {
	const label = { label_en: "Device of a test", label_ru: "Устройство теста" };
	world.cls = await good(post("cmdb", "/cmdb/classes", { name: `device_${mark}`, ...label }), 201);
	const ci = (name) => good(post("cmdb", "/cmdb/cis", { class: world.cls.id, name: `${name} ${mark}` }), 201);
	world.service = await ci("Shop");
	world.till = await ci("Till");
	world.lonely = await ci("Lonely");
	const related = await call("cmdb", "PUT", `/cmdb/cis/${world.till.id}/relations/part_of/${world.service.id}`, {});
	assert.ok(related.status < 300, JSON.stringify(related.json));
	world.calendar = await good(post("manager", "/calendars", { name: `Always ${mark}`, zone: "UTC", week, exceptions: [] }), 201);
	world.supplier = await good(post("manager", "/suppliers", { name: `Tills ${mark}`, kind: "external", mail: "service@tills.example", language: "en" }), 201);
	world.contract = await good(
		post("manager", "/contracts", {
			number: `T-${mark}`, name: "Tills", supplier: world.supplier.id, valid_from: "2025-01-01", calendar: world.calendar.id,
			price: { amount: "100000.50", currency: "RUB" }, coverage: [world.service.id], targets,
			credits: [{ metric: "resolution", below_pct: 95, credit_pct: 5 }, { metric: "resolution", below_pct: 90, credit_pct: 10 }],
		}),
		201,
	);
});

// A ticket with the till at fault, owned by the agent.
async function withTill() {
	const ticket = await taken();
	await good(call("agent", "PUT", `/tickets/${ticket.number}/cis/${world.till.id}`, { role: "cause" }));
	return ticket;
}
const escalate = async (ticket, fields = {}) => good(post("agent", `/tickets/${ticket.number}/cases`, { summary: "Till dead", body: "Please come", ...fields }), 201);
const record = (number, type, fields = {}) => post("agent", `/cases/${number}/events`, { type, ...fields });
const clock = (one, metric) => one.clocks.filter((c) => c.metric === metric).at(-1);

describe("terms", () => {
	test("a contract comes back as it was given, money exact", async () => {
		const contract = await good(get("manager", `/contracts/${world.contract.id}`));
		assert.deepEqual(contract.price, { amount: "100000.50", currency: "RUB" });
		assert.equal(contract.targets.length, 20);
		assert.deepEqual(contract.coverage.map((ci) => ci.id), [world.service.id]);
		assert.deepEqual(contract.credits.map((step) => step.credit_pct), [5, 10]);
	});

	test("terms that contradict are refused, every reason at once", async () => {
		const answer = await post("manager", "/contracts", {
			number: "", name: "x", supplier: world.supplier.id, valid_from: "2026-02-30", calendar: world.calendar.id,
			targets: [{ priority: 5, metric: "resolution", target_s: 0, goal_pct: 101 }, { priority: 1, metric: "soon", target_s: 1, goal_pct: 1 }],
			credits: [{ metric: "update", below_pct: 90, credit_pct: 5 }, { metric: "update", below_pct: 80, credit_pct: 4 }],
		});
		assert.equal(answer.status, 422);
		const wrong = pointers(answer);
		for (const field of ["number", "valid_from", "targets/0/priority", "targets/0/target_s", "targets/0/goal_pct", "targets/1/metric", "credits/1/credit_pct"])
			assert.ok(wrong.includes(field), `${field} in ${wrong}`);
	});

	test("PATCH needs the version, a stale one is told the current", async () => {
		const path = `/suppliers/${world.supplier.id}`;
		assert.equal((await call("manager", "PATCH", path, { notes: "x" })).status, 428);
		const now = await get("manager", path);
		const changed = await good(call("manager", "PATCH", path, { notes: "calls back" }, { "if-match": now.headers.get("etag") }));
		assert.equal(changed.notes, "calls back");
		const stale = await call("manager", "PATCH", path, { notes: "y" }, { "if-match": now.headers.get("etag") });
		assert.equal(stale.status, 412);
		assert.equal(stale.json.current.notes, "calls back");
		assert.equal((await call("agent", "PATCH", path, { notes: "z" }, { "if-match": "*" })).status, 403);
		assert.equal((await get("employee", path)).status, 403);
	});

	test("hours that make no sense are refused with the reason", async () => {
		for (const [zone, hours] of [["Europe/Moskva", week], ["UTC", [{ day: 1, from: "18:00", to: "09:00" }]], ["UTC", [{ day: 8, from: "09:00", to: "10:00" }]],
			["UTC", [{ day: 1, from: "09:00", to: "12:00" }, { day: 1, from: "11:00", to: "13:00" }]]]) {
			const answer = await post("manager", "/calendars", { name: "Bad", zone, week: hours });
			assert.equal(answer.status, 422, JSON.stringify(hours));
			assert.ok(answer.json.errors[0].detail.length > 5);
		}
	});

	test("holidays come from an iCalendar file", async () => {
		const calendar = await good(post("manager", "/calendars", { name: `Holidays ${mark}`, zone: "Europe/Moscow", week: [{ day: 1, from: "09:00", to: "18:00" }] }), 201);
		const ics = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20270503", "DTEND;VALUE=DATE:20270505",
			"SUMMARY:Holiday", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
		const form = new FormData();
		form.append("file", new Blob([ics], { type: "text/calendar" }), "holidays.ics");
		const changed = await good(call("manager", "POST", `/calendars/${calendar.id}/ics`, form));
		assert.deepEqual(changed.exceptions.map((exception) => exception.date).sort(), ["2027-05-03", "2027-05-04"]);
		assert.equal(changed.version, 2);
	});
});

describe("escalation", () => {
	test("a Russian supplier reads Russian names and dates", async () => {
		const classes = await good(get("cmdb", "/cmdb/classes"));
		const services = classes.items.find((one) => one.name === "business_service");
		const service = await good(post("cmdb", "/cmdb/cis", { class: services.id, name: `Tills ${mark}`, attributes: { name_ru: `Кассы ${mark}`, criticality: 2 } }), 201);
		const supplier = await good(post("manager", "/suppliers", { name: `Кассовый дом ${mark}`, kind: "external", mail: "help@kassy.example", language: "ru" }), 201);
		await good(post("manager", "/contracts", {
			number: `Т-${mark}`, name: "Кассы", supplier: supplier.id, valid_from: "2025-01-01", calendar: world.calendar.id, coverage: [service.id], targets,
		}), 201);
		const ticket = await taken();
		await good(call("agent", "PUT", `/tickets/${ticket.number}/cis/${service.id}`, { role: "affected" }));
		const { mail } = await good(post("agent", `/tickets/${ticket.number}/cases/preview`, { supplier: supplier.id, summary: "Касса", body: "Не печатает" }));
		assert.ok(mail.body.includes(`Кассы ${mark}`) && !mail.body.includes(`Tills ${mark}`), mail.body);
		assert.match(mail.body, /подтверждение получения: (пн|вт|ср|чт|пт|сб|вс) \d\d\.\d\d\.\d{4} \d\d:\d\d \(UTC\)/);
	});

	test("the contract is found from the CI and the way to it is told; the preview is what is sent", async () => {
		const ticket = await withTill();
		const preview = await good(post("agent", `/tickets/${ticket.number}/cases/preview`, { summary: "Till dead", body: "Please come" }));
		assert.equal(preview.contract.id, world.contract.id);
		assert.ok(preview.why.includes(`Till ${mark} → Shop ${mark}`), preview.why);
		assert.equal(preview.targets.length, 5);
		assert.equal(preview.mail.to, "service@tills.example");
		assert.ok(preview.mail.body.includes("Please come"));
		assert.match(preview.mail.body, /acknowledge: (Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d [A-Z][a-z]{2} \d{4}, \d\d:\d\d \(UTC\)/);
		const one = await escalate(ticket);
		assert.match(one.number, /^CASE-\d{6,}$/);
		assert.equal(one.contract.id, world.contract.id);
		assert.equal(one.clocks.length, 5);
		assert.deepEqual(one.events.map((e) => e.type), ["sent"]);
		assert.deepEqual((await good(get("agent", `/cases/${one.number}`))).events, (await good(get("agent", `/cases/${one.number}/events`))).items);
		for (const c of one.clocks) {
			assert.equal(c.state, "running");
			assert.equal(Date.parse(c.due_at) - Date.parse(c.started_at), metrics[c.metric] * 1000);
		}
		assert.equal((await good(get("agent", `/tickets/${ticket.number}`))).owner.id, (await me("agent")).id);
	});

	test("without a contract it says what to do; another's contract or supplier is refused", async () => {
		const ticket = await taken();
		const refused = await post("agent", `/tickets/${ticket.number}/cases`, { summary: "x", body: "y" });
		if (refused.status !== 201) assert.deepEqual(pointers(refused), ["contract"]);
		assert.deepEqual(pointers(await post("agent", `/tickets/${ticket.number}/cases`, { summary: "x", body: "y", supplier: 999999999 })), ["supplier"]);
		assert.deepEqual(pointers(await post("agent", `/tickets/${ticket.number}/cases`, { summary: " ", body: "" })), ["body", "summary"]);
		assert.equal((await post("agent2", `/tickets/${ticket.number}/cases`, { summary: "x", body: "y", contract: world.contract.id })).status, 403);
		const named = await escalate(ticket, { supplier: world.supplier.id });
		assert.equal(named.contract.id, world.contract.id);
	});
});

describe("a case", () => {
	test("from sent to accepted: what the supplier does moves its clocks, our waiting is not theirs", async () => {
		const ticket = await withTill();
		const one = await escalate(ticket);
		await good(post("agent", `/tickets/${ticket.number}/wait`, { for: "supplier" }));
		await good(record(one.number, "acknowledged", { supplier_ref: "SR-77" }), 201);
		let now = await good(record(one.number, "info_requested", { body: "Serial number?" }), 201);
		assert.equal(now.status, "waiting_us");
		assert.equal(clock(now, "acknowledge").state, "stopped");
		assert.equal(clock(now, "response").state, "stopped");
		assert.equal(clock(now, "resolution").state, "paused");
		assert.equal(clock(now, "resolution").pauses[0].waits_for, "us");
		assert.equal((await good(get("agent", `/tickets/${ticket.number}`))).status, "in_progress", "the ball is ours");
		now = await good(record(one.number, "info_provided", { body: "A-1" }), 201);
		assert.equal(clock(now, "resolution").state, "running");
		now = await good(record(one.number, "fix_declared"), 201);
		assert.equal(now.status, "verifying");
		assert.equal(clock(now, "resolution").state, "stopped");
		now = await good(record(one.number, "fix_rejected", { body: "Still dead" }), 201);
		assert.equal(clock(now, "resolution").state, "running");
		await good(record(one.number, "fix_declared"), 201);
		now = await good(record(one.number, "fix_accepted"), 201);
		assert.equal(now.status, "closed");
		assert.equal(now.supplier_ref, "SR-77");
		const events = await all("agent", `/cases/${one.number}/events`);
		assert.deepEqual(events.map((event) => event.type), ["sent", "acknowledged", "info_requested", "info_provided", "fix_declared", "fix_rejected", "fix_declared", "fix_accepted"]);
		assert.deepEqual([...new Set(events.map((event) => event.party))].sort(), ["supplier", "us"]);
		assert.equal((await record(one.number, "fix_declared")).status, 409);
	});

	test("an event entered late counts from when it happened; the impossible is refused", async () => {
		const ticket = await withTill();
		const one = await escalate(ticket);
		assert.deepEqual(pointers(await record(one.number, "acknowledged", { occurred_at: "2999-01-01T00:00:00Z" })), ["occurred_at"]);
		assert.deepEqual(pointers(await record(one.number, "acknowledged", { occurred_at: ago(3600) })), ["occurred_at"]);
		assert.deepEqual(pointers(await record(one.number, "acknowledged", { occurred_at: "yesterday" })), ["occurred_at"]);
		await new Promise((done) => setTimeout(done, 2100));
		const now = await good(record(one.number, "acknowledged", { occurred_at: one.sent_at }), 201);
		assert.equal(clock(now, "acknowledge").elapsed_s, 0);
		const event = (await all("agent", `/cases/${one.number}/events`)).at(-1);
		assert.ok(event.late_s >= 1);
	});

	test("withdrawn in time it never leaves; answers that need words need them", async () => {
		const ticket = await withTill();
		const one = await escalate(ticket);
		assert.equal(one.mail.state, "queued");
		assert.deepEqual(pointers(await record(one.number, "noted")), ["body"]);
		assert.deepEqual(pointers(await record(one.number, "broken")), ["type"]);
		const refused = await record(one.number, "fix_accepted");
		assert.equal(refused.status, 409);
		assert.ok(refused.json.allowed.includes("acknowledged"));
		const gone = await good(record(one.number, "withdrawn"), 201);
		assert.equal(gone.status, "withdrawn");
		assert.equal(gone.mail.state, "cancelled");
		for (const c of gone.clocks) assert.equal(c.state, "cancelled");
	});

	test("a changed calendar moves open clocks by an event of their own, ended ones stay", async () => {
		const ticket = await withTill();
		const one = await escalate(ticket);
		await good(record(one.number, "acknowledged"), 201);
		const current = await get("manager", `/calendars/${world.calendar.id}`);
		const date = new Date(Date.now()).toISOString().slice(0, 10);
		await good(call("manager", "PUT", `/calendars/${world.calendar.id}`, { name: `Always ${mark}`, zone: "UTC", week, exceptions: [{ date, hours: [] }] }, { "if-match": current.headers.get("etag") }));
		const now = await good(get("agent", `/cases/${one.number}`));
		assert.ok(Date.parse(clock(now, "resolution").due_at) > Date.parse(clock(one, "resolution").due_at));
		assert.equal(clock(now, "resolution").retarget_count, 1);
		assert.equal(clock(now, "acknowledge").retarget_count, 0);
		assert.ok((await all("agent", `/cases/${one.number}/events`)).some((event) => event.type === "calendar_changed"));
		const after = await get("manager", `/calendars/${world.calendar.id}`);
		await good(call("manager", "PUT", `/calendars/${world.calendar.id}`, { name: `Always ${mark}`, zone: "UTC", week, exceptions: [] }, { "if-match": after.headers.get("etag") }));
	});

	test("lists: by supplier and state; employees see no cases", async () => {
		const mine = await all("agent", `/cases?supplier=${world.supplier.id}&limit=2`);
		assert.ok(mine.length >= 3);
		assert.deepEqual(mine.map((one) => one.number), [...mine.map((one) => one.number)].sort().reverse());
		assert.ok((await all("manager", `/cases?supplier=${world.supplier.id}&status=active`)).every((one) => ["open", "waiting_us", "verifying"].includes(one.status)));
		assert.equal((await get("agent", "/cases?status=lost")).status, 422);
		assert.equal((await get("agent", "/cases?colour=red")).status, 422);
		assert.equal((await get("employee", "/cases")).status, 403);
		assert.equal((await get("agent", "/cases/CASE-999999999")).status, 404);
	});
});
