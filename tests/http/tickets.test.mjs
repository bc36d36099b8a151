// Tickets over HTTP: opening, reading, editing, CIs, people named on them, who may do what.
//     VAKHTA_URL=http://127.0.0.1:8080 node --test tests/http/tickets.test.mjs
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { call, get, good, mark, me, open, patch, pointers, post, taken } from "./tickets_world.mjs";

describe("opening", () => {
	test("an employee gives three fields and gets a number, a team, a promise and an address", async () => {
		const answer = await post("employee", "/tickets", { kind: "incident", subject: "  Касса не печатает ", body: "Чек не выходит\r\nс утра" });
		assert.equal(answer.status, 201, JSON.stringify(answer.json));
		const ticket = answer.json;
		assert.match(ticket.number, /^INC-\d{6,}$/);
		assert.equal(answer.headers.get("location"), `/api/v1/tickets/${ticket.number}`);
		assert.equal(answer.headers.get("etag"), `"${ticket.version}"`);
		assert.deepEqual([ticket.status, ticket.channel, ticket.impact, ticket.urgency, ticket.priority, ticket.owner], ["new", "portal", 3, 2, 3, null]);
		assert.equal(ticket.subject, "Касса не печатает");
		assert.equal(ticket.body, "Чек не выходит\nс утра");
		assert.equal(ticket.reporter.id, (await me("employee")).id);
		assert.ok(ticket.team.id && ticket.team.name);
		assert.deepEqual(ticket.can, ["attach", "cancel", "reply"]);
		assert.ok(!ticket.clocks.some((clock) => clock.metric === "ola"), "OLA stays inside");
		if (ticket.resolution) assert.equal(ticket.promised_at, ticket.resolution.due_at);
		const again = await get("employee", `/tickets/${ticket.number}`);
		assert.equal(again.status, 200);
		assert.equal(again.headers.get("etag"), `"${ticket.version}"`);
		assert.equal((await call("employee", "GET", `/tickets/${ticket.number}`, undefined, { "if-none-match": `"${ticket.version}"` })).status, 304);
	});

	test("priority follows from impact and urgency", async () => {
		for (const [impact, urgency, priority] of [[1, 1, 1], [1, 3, 2], [2, 2, 2], [3, 1, 2], [3, 3, 4]])
			assert.equal((await open("agent", { impact, urgency })).priority, priority);
	});

	test("each kind has its letters", async () => {
		assert.match((await open("employee", { kind: "request" })).number, /^REQ-/);
		assert.match((await open("employee", { kind: "consultation" })).number, /^CON-/);
	});

	test("all wrong fields are told at once, unknown ones too", async () => {
		const answer = await post("employee", "/tickets", { kind: "problem", subject: " ", body: 5, impact: 4, urgency: 0, cis: ["x"], service: "1.0", colour: "red" });
		assert.equal(answer.status, 422);
		const wrong = pointers(answer);
		for (const field of ["kind", "subject", "body", "impact", "urgency", "service", "colour"]) assert.ok(wrong.includes(field), `${field} in ${wrong}`);
		assert.ok(wrong.some((field) => field.startsWith("cis")));
		const unknown = await post("agent", "/tickets", { kind: "incident", subject: "x", body: "x", service: 999999999, category: 999999999, cis: [999999999], reporter: 999999999 });
		assert.equal(unknown.status, 422);
		assert.deepEqual(pointers(unknown), ["category", "cis", "reporter", "service"]);
		assert.deepEqual(pointers(await post("employee", "/tickets", { kind: "incident", subject: "two\nlines", body: "x" })), ["subject"]);
	});

	test("only the desk reports for others and through other channels", async () => {
		const other = (await me("employee2")).id;
		const refused = await post("employee", "/tickets", { kind: "incident", subject: "x", body: "x", reporter: other, channel: "phone" });
		assert.equal(refused.status, 422);
		assert.deepEqual(pointers(refused), ["channel", "reporter"]);
		const ticket = await open("agent", { reporter: other, channel: "phone" });
		assert.equal(ticket.reporter.id, other);
		assert.equal(ticket.opened_by.id, (await me("agent")).id);
		assert.equal((await good(get("employee2", `/tickets/${ticket.number}`))).number, ticket.number);
	});

	test("the same Idempotency-Key opens one ticket", async () => {
		const key = randomUUID(), body = { kind: "incident", subject: `Once ${mark}`, body: "x" };
		const answers = await Promise.all(Array.from({ length: 8 }, () => post("employee", "/tickets", body, { "idempotency-key": key })));
		const made = new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.json.number));
		assert.equal(made.size, 1, JSON.stringify(answers.map((answer) => answer.status)));
		assert.equal((await post("employee", "/tickets", { ...body, body: "y" }, { "idempotency-key": key })).status, 422);
	});
});

describe("whose it is", () => {
	test("what is not yours is not there", async () => {
		const ticket = await open("employee");
		const mine = ticket.number;
		for (const path of ["", "/events"]) {
			assert.equal((await get("employee2", `/tickets/${mine}${path}`)).status, 404);
			for (const reader of ["agent", "agent2", "lead", "manager", "auditor"]) assert.equal((await get(reader, `/tickets/${mine}${path}`)).status, 200, reader);
		}
		assert.equal((await post("employee2", `/tickets/${mine}/me-too`)).status, 404);
		const form = new FormData();
		form.append("file", new Blob(["x"]), "x.txt");
		assert.equal((await call("employee2", "POST", `/tickets/${mine}/attachments`, form)).status, 404);
	});

	test("a number has one spelling and one kind", async () => {
		const { number } = await open("employee");
		const digits = number.slice(4);
		for (const other of [`REQ-${digits}`, `INC-0${digits}`, `inc-${digits}`, digits, `INC-${digits}x`, "INC-", "INC-999999999999", "INC-99999999999999999999999"])
			assert.equal((await get("agent", `/tickets/${other}`)).status, 404, other);
		const version = (await good(get("agent", `/tickets/${number}`))).version;
		assert.equal((await call("agent", "PATCH", `/tickets/REQ-${digits}`, { subject: "other" }, { "if-match": "*" })).status, 404);
		assert.equal((await good(get("agent", `/tickets/${number}`))).version, version, "and nothing was done under the wrong name");
	});

	test("who is named on it sees its public side", async () => {
		const ticket = await taken();
		const other = (await me("employee2")).id;
		assert.equal((await post("employee", `/tickets/${ticket.number}/participants`, { person: other })).status, 403);
		assert.deepEqual(pointers(await post("agent", `/tickets/${ticket.number}/participants`, { person: 999999999 })), ["person"]);
		const named = await good(post("agent", `/tickets/${ticket.number}/participants`, { person: other }));
		assert.deepEqual(named.participants.map((person) => person.id), [other]);
		assert.ok((await post("agent", `/tickets/${ticket.number}/replies`, { body: `secret ${mark}`, visibility: "internal" })).status < 300);
		const seen = await good(get("employee2", `/tickets/${ticket.number}`));
		assert.deepEqual(seen.can, []);
		const events = (await good(get("employee2", `/tickets/${ticket.number}/events`))).items;
		assert.ok(events.length > 0 && events.every((event) => event.visibility === "public"));
	});
});

describe("editing", () => {
	test("needs If-Match; a stale one says the version now", async () => {
		const ticket = await open("employee");
		const path = `/tickets/${ticket.number}`;
		assert.equal((await call("agent", "PATCH", path, { subject: "x" })).status, 428);
		assert.equal((await call("agent", "PATCH", path, { subject: "x" }, { "if-match": "7" })).status, 400);
		const edited = await good(patch("agent", ticket, { subject: `Better subject ${mark}` }));
		assert.equal(edited.subject, `Better subject ${mark}`);
		assert.ok(edited.version > ticket.version);
		const stale = await patch("agent", ticket, { subject: "late" });
		assert.equal(stale.status, 412);
		assert.equal(stale.json.version, edited.version);
		assert.equal((await good(get("agent", path))).subject, `Better subject ${mark}`);
	});

	test("impact and urgency move priority and targets; priority alone needs a reason", async () => {
		const ticket = await open("employee");
		const hot = await good(patch("agent", ticket, { impact: 1, urgency: 1 }));
		assert.equal(hot.priority, 1);
		const target = (one, metric) => one.clocks.find((clock) => clock.metric === metric)?.target_s;
		if (target(ticket, "resolution")) assert.ok(target(hot, "resolution") < target(ticket, "resolution"), "a higher priority has a shorter target");
		const without = await patch("agent", hot, { priority: 4 });
		assert.equal(without.status, 422);
		assert.deepEqual(pointers(without), ["reason"]);
		const cold = await good(patch("agent", hot, { priority: 4, reason: "Only one old till is left" }));
		assert.equal(cold.priority, 4);
		const events = (await good(get("agent", `/tickets/${ticket.number}/events`))).items.filter((event) => event.type === "priority_changed");
		assert.equal(events.length, 2);
		assert.deepEqual(events[1].data.changes.priority, { from: 1, to: 4 });
		assert.equal(events[1].body, "Only one old till is left");
	});

	test("category comes and goes; nothing changed leaves nothing behind", async () => {
		const [category] = (await good(get("agent", "/categories"))).items;
		const ticket = await open("employee");
		const set = await good(patch("agent", ticket, { category: category.id }));
		assert.equal(set.category.id, category.id);
		const same = await good(patch("agent", set, { category: category.id, subject: set.subject, impact: set.impact }));
		assert.equal(same.version, set.version);
		const cleared = await good(patch("agent", same, { category: null }));
		assert.equal(cleared.category, null);
		const edits = (await good(get("agent", `/tickets/${ticket.number}/events`))).items.filter((event) => event.type === "edited");
		assert.equal(edits.length, 2);
		assert.equal(edits[0].data.changes.category.to.id, category.id);
	});

	test("a ticket passes to another team", async () => {
		const ticket = await open("employee");
		const team = (await good(get("agent", "/teams"))).items.find((one) => String(one.id) !== String(ticket.team.id));
		const moved = await good(patch("agent", ticket, { team: team.id }));
		assert.equal(moved.team.id, team.id);
		const [event] = (await good(get("agent", `/tickets/${ticket.number}/events`))).items.filter((one) => one.type === "team_changed");
		assert.deepEqual([event.data.team.id, event.data.from_team.id], [team.id, ticket.team.id]);
		const olas = moved.clocks.filter((clock) => clock.metric === "ola").map((clock) => clock.state);
		if (olas.length > 1) assert.deepEqual(olas, ["stopped", "running"]);
	});

	test("is the desk's", async () => {
		const ticket = await open("employee");
		for (const who of ["employee", "manager", "auditor", "cmdb"]) assert.equal((await patch(who, ticket, { subject: "mine" })).status, 403, who);
	});

	test("two at once: one wins, the other is told", async () => {
		const ticket = await open("employee");
		const answers = await Promise.all(["agent", "agent2", "lead", "agent3"].map((who) => patch(who, ticket, { subject: `By ${who}` })));
		assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 412, 412, 412]);
	});
});

describe("CIs", () => {
	test("are linked with a role, changed and unlinked", async () => {
		const [ci] = (await good(get("agent", "/cmdb/cis?limit=1"))).items;
		const ticket = await taken();
		const path = `/tickets/${ticket.number}/cis/${ci.id}`;
		const linked = await good(call("agent", "PUT", path, { role: "affected" }));
		assert.deepEqual(linked.cis.map((one) => [one.id, one.role]), [[ci.id, "affected"]]);
		const again = await good(call("agent", "PUT", path, { role: "affected" }));
		assert.equal(again.version, linked.version, "twice is once");
		assert.equal((await good(call("agent", "PUT", path, { role: "cause" }))).cis[0].role, "cause");
		assert.deepEqual((await good(get("employee", `/tickets/${ticket.number}`))).cis, [], "from outside only what is affected");
		assert.deepEqual(pointers(await call("agent", "PUT", path, { role: "blame" })), ["role"]);
		assert.equal((await call("employee", "PUT", path, { role: "cause" })).status, 403);
		assert.equal((await call("agent", "PUT", `/tickets/${ticket.number}/cis/999999999`, { role: "cause" })).status, 404);
		assert.deepEqual((await good(call("agent", "DELETE", path))).cis, []);
		assert.equal((await call("agent", "DELETE", path)).status, 404);
		const types = (await good(get("agent", `/tickets/${ticket.number}/events`))).items.map((event) => event.type);
		assert.equal(types.filter((type) => type === "ci_linked").length, 2);
		assert.equal(types.filter((type) => type === "ci_unlinked").length, 1);
	});

	test("an employee names their own things only", async () => {
		const devices = (await good(get("employee", "/me/devices"))).items;
		const foreign = (await good(get("agent", "/cmdb/cis?limit=50"))).items.find((ci) => !devices.some((one) => one.id === ci.id) && !/service/.test(JSON.stringify(ci.class)));
		if (devices.length) assert.deepEqual((await open("employee", { cis: [devices[0].id] })).cis.map((ci) => ci.id), [devices[0].id]);
		const answer = await post("employee", "/tickets", { kind: "incident", subject: "x", body: "x", cis: [foreign.id] });
		assert.deepEqual([answer.status, pointers(answer)], [422, ["cis"]]);
	});
});
