// The life of a ticket over HTTP: replies, waiting, resolution, what the reporter says to it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { all, call, get, good, me, open, pointers, post, taken } from "./tickets_world.mjs";

const clock = (ticket, metric) => ticket.clocks.find((one) => one.metric === metric);
const resolution = { cause: "the drum was worn", fix: "changed the drum", prevention: "change it every 20,000 pages", no_ci_reason: "not recorded" };

describe("replies and notes", () => {
	test("public ones come from the owner, a lead in the owner's place, or the reporter", async () => {
		const ticket = await taken();
		const path = `/tickets/${ticket.number}/replies`;
		await good(post("agent", path, { body: "Looking at it", visibility: "public" }), 201);
		await good(post("employee", path, { body: "Thank you", visibility: "public" }), 201);
		await good(post("lead", path, { body: "I help out", visibility: "public" }), 201);
		assert.equal((await post("agent2", path, { body: "Me too", visibility: "public" })).status, 403);
		await good(post("agent2", path, { body: "Saw this last week", visibility: "internal" }), 201);
		assert.equal((await post("employee", path, { body: "psst", visibility: "internal" })).status, 403);
		const seen = await all("employee", `/tickets/${ticket.number}/events`);
		assert.ok(!seen.some((event) => event.body === "Saw this last week"));
		const lead = (await all("agent", `/tickets/${ticket.number}/events`)).find((event) => event.body === "I help out");
		assert.equal(lead.author_role, "lead");
		assert.deepEqual(pointers(await post("agent", path, { body: " ", visibility: "loud" })), ["body", "visibility"]);
	});

	test("the same Idempotency-Key says it once, another body with it is refused", async () => {
		const ticket = await taken();
		const key = { "idempotency-key": randomUUID() };
		const send = (body) => call("agent", "POST", `/tickets/${ticket.number}/replies`, { body, visibility: "public" }, key);
		const answers = await Promise.all(Array.from({ length: 50 }, () => send("once only")));
		assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
		assert.equal((await all("agent", `/tickets/${ticket.number}/events`)).filter((event) => event.body === "once only").length, 1);
		assert.equal((await send("something else")).status, 422);
	});
});

describe("waiting", () => {
	test("for the reporter: the resolution clock pauses, their answer resumes it", async () => {
		const ticket = await taken();
		const waiting = await good(post("agent", `/tickets/${ticket.number}/wait`, { for: "reporter", note: "Which model?" }));
		assert.equal(waiting.status, "waiting_reporter");
		if (clock(waiting, "resolution")) assert.equal(clock(waiting, "resolution").state, "paused");
		assert.ok((await all("employee", `/tickets/${ticket.number}/events`)).some((event) => event.body === "Which model?"));
		await good(post("employee", `/tickets/${ticket.number}/replies`, { body: "A-200", visibility: "public" }), 201);
		const resumed = await good(get("agent", `/tickets/${ticket.number}`));
		assert.equal(resumed.status, "in_progress");
		if (clock(resumed, "resolution")) {
			assert.equal(clock(resumed, "resolution").state, "running");
			assert.equal(clock(resumed, "resolution").pauses[0].waits_for, "reporter");
		}
	});

	test("for a supplier only when a case is open", async () => {
		const ticket = await taken();
		const refused = await post("agent", `/tickets/${ticket.number}/wait`, { for: "supplier" });
		assert.equal(refused.status, 409);
		assert.equal(refused.json.code, "no-open-case");
		assert.equal((await post("agent", `/tickets/${ticket.number}/resume`)).status, 409);
	});
});

describe("resolution", () => {
	test("teaches: cause, fix, prevention or none, a CI or the reason", async () => {
		const ticket = await taken();
		const path = `/tickets/${ticket.number}/resolve`;
		assert.deepEqual(pointers(await post("agent", path)), ["cause", "fix", "prevention"]);
		assert.deepEqual(pointers(await post("agent", path, { ...resolution, no_prevention: true })), ["no_prevention"]);
		const { no_ci_reason, ...bare } = resolution;
		assert.deepEqual(pointers(await post("agent", path, bare)), ["no_ci_reason"]);
		assert.equal((await post("agent2", path, resolution)).status, 403);
		const resolved = await good(post("agent", path, resolution));
		assert.equal(resolved.status, "resolved");
		assert.equal(resolved.resolution_text.cause, resolution.cause);
		assert.ok(Date.parse(resolved.close_due_at) > Date.now());
		if (clock(resolved, "resolution")) assert.equal(clock(resolved, "resolution").state, "stopped");
	});

	test("reopened with the same owner, resolved again, confirmed, rated once a resolution", async () => {
		const ticket = await taken();
		const at = (action) => `/tickets/${ticket.number}/${action}`;
		await good(post("agent", at("resolve"), resolution));
		assert.deepEqual(pointers(await post("employee", at("reopen"))), ["body"]);
		const reopened = await good(post("employee", at("reopen"), { body: "Still striped" }));
		assert.equal(reopened.status, "in_progress");
		assert.equal(reopened.owner.id, (await me("agent")).id);
		assert.equal(reopened.resolution_text, null);
		await good(post("agent", at("resolve"), resolution));
		const closed = await good(post("employee", at("confirm")));
		assert.equal(closed.status, "closed");
		assert.ok(closed.can.includes("rate"));
		assert.deepEqual(pointers(await post("employee", at("rating"), { score: 11, recommend: -1 })), ["recommend", "score"]);
		assert.equal((await post("agent", at("rating"), { score: 10 })).status, 403);
		await good(post("employee", at("rating"), { score: 9, recommend: 8, comment: "Quick" }), 201);
		assert.equal((await post("employee", at("rating"), { score: 1 })).status, 409);
		assert.equal((await good(get("employee", `/tickets/${ticket.number}`))).rating.score, 9);
	});

	test("what the state does not allow says what it does allow", async () => {
		const ticket = await open("employee");
		const refused = await post("agent", `/tickets/${ticket.number}/resolve`, resolution);
		assert.equal(refused.status, 409);
		assert.ok(refused.json.allowed.includes("take"));
		assert.equal((await good(post("employee", `/tickets/${ticket.number}/cancel`, { reason: "Works again" }))).status, "cancelled");
		assert.equal((await post("agent", `/tickets/${ticket.number}/take`)).status, 409);
	});

	test("nobody else's ticket is there at all", async () => {
		const ticket = await open("employee");
		for (const [method, path] of [["GET", ""], ["GET", "/events"], ["POST", "/replies"], ["POST", "/confirm"], ["POST", "/cancel"], ["POST", "/rating"], ["POST", "/reopen"]]) {
			const body = { "/replies": { body: "x", visibility: "public" }, "/cancel": { reason: "x" }, "/rating": { score: 1 }, "/reopen": { body: "x" } }[path];
			assert.equal((await call("employee2", method, `/tickets/${ticket.number}${path}`, method === "POST" ? (body ?? {}) : undefined)).status, 404, path);
		}
		assert.equal((await get("employee", `/tickets/REQ-${ticket.number.slice(4)}`)).status, 404);
	});

	test("an auditor reads and changes nothing", async () => {
		const ticket = await open("employee");
		await good(get("auditor", `/tickets/${ticket.number}`));
		for (const path of ["take", "wait", "resolve", "handovers"]) assert.equal((await post("auditor", `/tickets/${ticket.number}/${path}`)).status, 403, path);
		assert.equal((await post("auditor", `/tickets/${ticket.number}/replies`, { body: "x", visibility: "internal" })).status, 403);
	});
});
