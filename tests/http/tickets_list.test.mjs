// Lists of tickets over HTTP: views, filters, order, pages, full text, counts.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { all, call, get, good, mark, me, open, patch, pointers, post, taken } from "./tickets_world.mjs";

const numbers = (items) => items.map((item) => item.number);
const find = async (who, query) => numbers(await all(who, `/tickets?${query}`));
let fresh, mine, offered, foreign;

before(async () => {
	fresh = await open("employee", { subject: `Свежая заявка ${mark}` });
	mine = await taken({ subject: `Taken ${mark}` });
	offered = await taken({ subject: `Offered ${mark}` });
	await good(post("agent", `/tickets/${offered.number}/handovers`, { to: (await me("agent2")).id, reason: "expertise", mode: "permanent", note: "Next: the log" }), 201);
	foreign = await open("employee2", { subject: `Foreign ${mark}` });
});

describe("views", () => {
	test("hold what they say", async () => {
		const view = (who, name) => find(who, `view=${name}&limit=200`);
		const team = async (who) => new Set((await me(who)).teams.map((one) => String(one.id)));
		assert.ok((await view("agent", "mine")).includes(mine.number));
		assert.ok(!(await view("agent", "mine")).includes(fresh.number));
		assert.ok((await view("agent2", "incoming")).includes(offered.number));
		assert.ok(!(await view("agent", "incoming")).includes(offered.number));
		assert.ok((await view("lead", "all_open")).includes(fresh.number));
		if ((await team("agent")).has(String(fresh.team.id))) {
			assert.ok((await view("agent", "unassigned")).includes(fresh.number));
			assert.ok((await view("agent", "team")).includes(fresh.number));
		}
		for (const item of (await good(get("lead", "/tickets?view=resolved"))).items) assert.equal(item.status, "resolved");
		for (const item of (await good(get("lead", "/tickets?view=waiting_supplier"))).items) assert.equal(item.status, "waiting_supplier");
		for (const item of (await good(get("lead", "/tickets?view=overdue"))).items) assert.ok(Date.parse(item.promised_at) < Date.now());
	});

	test("are counted", async () => {
		const { views, at_most } = await good(get("agent", "/tickets/counts"));
		for (const name of ["mine", "incoming", "unassigned", "team", "overdue", "waiting_supplier", "all_open", "resolved"]) {
			assert.ok(Number.isInteger(views[name]) && views[name] <= at_most, name);
			const held = (await find("agent", `view=${name}&limit=200`)).length;
			assert.ok(views[name] === Math.min(held, at_most) || Math.abs(held - views[name]) < 20, `${name}: ${views[name]} of ${held}`);
		}
		const own = await good(get("employee", "/tickets/counts"));
		assert.ok(own.views.all_open >= 3);
	});
});

describe("filters", () => {
	test("narrow together", async () => {
		const agent = (await me("agent")).id;
		assert.ok((await find("agent", `owner=me&status=in_progress&q=${mark}`)).includes(mine.number));
		assert.deepEqual((await find("lead", `owner=${agent}&q=${mark}`)).sort(), [mine.number, offered.number].sort());
		assert.deepEqual((await find("lead", `owner=none&q=${mark}`)).sort(), [fresh.number, foreign.number].sort());
		assert.deepEqual((await find("lead", `status=new,closed&q=${mark}&reporter=${(await me("employee")).id}`)), [fresh.number]);
		assert.deepEqual(await find("lead", `kind=request&q=${mark}`), []);
		assert.deepEqual((await find("lead", `team=${fresh.team.id}&kind=incident&q=${mark}&status=new`)).sort(), [fresh.number, foreign.number].sort());
		assert.deepEqual(await find("lead", `priority=1&q=${mark}`), []);
		assert.deepEqual(await find("lead", `overdue=true&q=${mark}`), []);
		const [ci] = (await good(get("agent", "/cmdb/cis?limit=1"))).items;
		await good(call("agent", "PUT", `/tickets/${mine.number}/cis/${ci.id}`, { role: "affected" }));
		assert.deepEqual(await find("agent", `ci=${ci.id}&q=${mark}`), [mine.number]);
	});

	test("that nobody knows are refused by name", async () => {
		for (const [query, field] of [["veiw=mine", "veiw"], ["view=all", "view"], ["status=open", "status"], ["status=new,,closed", "status"], ["owner=x", "owner"], ["team=-1", "team"],
			["priority=5", "priority"], ["overdue=maybe", "overdue"], ["limit=201", "limit"], ["limit=0", "limit"], ["sort=name", "sort"], ["kind=problem", "kind"],
			[`q=${"x".repeat(501)}`, "q"], ["q=x&sort=due", "sort"], ["ci=0", "ci"]]) {
			const answer = await get("agent", `/tickets?${query}`);
			assert.equal(answer.status, 422, query);
			assert.ok(pointers(answer).includes(field), `${query}: ${pointers(answer)}`);
		}
		const cursor = await get("agent", "/tickets?cursor=AAAA");
		assert.ok([400, 422].includes(cursor.status));
	});

	test("a list holds only what is one's own", async () => {
		for (const query of ["", "?view=all_open", `?q=${mark}`, `?reporter=${(await me("employee")).id}`, "?owner=none", "?sort=opened"])
			for (const item of (await good(get("employee2", `/tickets${query}`))).items)
				assert.equal((await get("employee2", `/tickets/${item.number}`)).status, 200, `${query}: ${item.number}`);
		assert.equal((await get("employee2", `/tickets/${fresh.number}`)).status, 404);
		assert.deepEqual(await find("employee2", `q=${mark}`), [foreign.number]);
	});
});

describe("order and pages", () => {
	for (const sort of ["updated", "opened", "due"])
		for (const filter of ["", "view=all_open", "status=in_progress,new", "owner=me", "team=mine", "reporter=me"])
			test(`${sort} ${filter}: each ticket once, in order, whatever the page`, async () => {
				const who = filter === "reporter=me" ? "employee" : "agent";
				const query = `sort=${sort}${filter ? `&${filter}` : ""}`;
				const whole = (await good(get(who, `/tickets?${query}&limit=60`))).items;
				const paged = [];
				for (let cursor = "", page = 0; page < 9 && paged.length < whole.length; page++) {
					const answer = await good(get(who, `/tickets?${query}&limit=7${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
					paged.push(...answer.items);
					cursor = answer.next;
					if (!cursor) break;
				}
				assert.deepEqual(numbers(paged).slice(0, Math.min(60, paged.length)), numbers(whole).slice(0, paged.length));
				const key = { updated: (item) => -Date.parse(item.updated_at), opened: (item) => -Number(item.number.slice(4)), due: (item) => Date.parse(item.promised_at) }[sort];
				for (let i = 1; i < whole.length; i++) assert.ok(key(whole[i - 1]) <= key(whole[i]), `${whole[i - 1].number} before ${whole[i].number}`);
			});

	test("a row has what a queue shows", async () => {
		const [item] = (await good(get("agent", `/tickets?q=${mine.number}&limit=1`))).items;
		assert.equal(item.number, mine.number);
		for (const field of ["kind", "subject", "status", "priority", "impact", "urgency", "reporter", "owner", "team", "service", "supplier", "opened_at", "updated_at",
			"response", "resolution", "pending_handover"])
			assert.ok(field in item, field);
		const [pending] = (await good(get("agent", `/tickets?q=${offered.number}&limit=1`))).items;
		assert.equal(pending.pending_handover, true);
		if (item.resolution) assert.deepEqual(Object.keys(item.resolution).sort(), ["breached", "due_at", "remaining_s", "state"]);
	});
});

describe("full text", () => {
	test("knows forms of words in both languages", async () => {
		const ticket = await open("employee", { subject: `Принтеры ${mark}`, body: "Печатающие устройства печатали полосами. The printers were printing stripes." });
		for (const words of ["принтер", "печатать устройство", "print stripe", `"печатали полосами"`])
			assert.ok((await find("agent", `q=${encodeURIComponent(`${words} ${mark}`)}`)).includes(ticket.number), words);
		assert.ok(!(await find("agent", `q=${encodeURIComponent(`-принтер ${mark}`)}`)).includes(ticket.number));
	});

	test("a number finds its ticket first", async () => {
		const digits = String(Number(mine.number.slice(4)));
		for (const typed of [mine.number, mine.number.toLowerCase(), digits, `INC ${digits}`]) {
			const items = (await good(get("agent", `/tickets?q=${encodeURIComponent(typed)}&limit=5`))).items;
			assert.equal(items[0]?.number, mine.number, typed);
			assert.equal(new Set(numbers(items)).size, items.length, "once");
		}
		assert.ok(!(await find("employee2", `q=${digits}`)).includes(mine.number), "but not to a stranger");
	});

	test("follows a new subject, and notes stay inside", async () => {
		const ticket = await open("employee");
		await good(patch("agent", ticket, { subject: `Renamed wardrobe${mark}` }));
		assert.deepEqual(await find("agent", `q=wardrobe${mark}`), [ticket.number]);
		const reply = await post("agent", `/tickets/${ticket.number}/replies`, { body: `hush${mark}`, visibility: "internal" });
		assert.ok(reply.status < 300, JSON.stringify(reply.json));
		assert.deepEqual(await find("agent", `q=hush${mark}`), [ticket.number]);
		assert.deepEqual(await find("employee", `q=hush${mark}`), []);
	});

	test("takes anything that can be typed", async () => {
		for (const words of ["'", "\"", "or", "-", "!!!", "a:b & c | d", "%", "\\", "()", "<->", "и", "😀", " "]) {
			const answer = await get("agent", `/tickets?q=${encodeURIComponent(words)}`);
			assert.equal(answer.status, 200, words);
		}
	});
});
