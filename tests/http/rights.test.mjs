// Who may do what: role × route × relation of the caller to the object × state of the session, made from the route table itself, so that a
// new route is in it by itself and one whose objects are not known here fails. What must not be done is tried, and afterwards the database
// must hold what it held; what must not be seen carries a word, and no answer may hold it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { makeSupplier, sql } from "./supplier_world.mjs";
import { all, base, call, get, good, headersOf, mark, me, open, post, taken } from "./tickets_world.mjs";

const binary = process.env.VAKHTA_BIN;
if (!binary) throw new Error("VAKHTA_BIN must name the program");
const routes = execFileSync(binary, ["routes"], { encoding: "utf8" }).trim().split("\n").map((line) => {
	const [method, path, roles] = line.split(" ");
	return { method, path, roles: roles.split(","), line: `${method} ${path}` };
});
const guarded = routes.filter(({ roles }) => !roles.includes("public"));
const CALLERS = {
	employee: ["employee"], employee2: ["employee"], agent: ["agent"], agent2: ["agent"], agent3: ["agent"], lead: ["agent", "lead"],
	manager: ["manager"], auditor: ["auditor"], cmdb: ["cmdb"], admin: ["admin"],
};
const may = (who, route) => route.roles.includes("everyone") || CALLERS[who].some((role) => route.roles.includes(role));
const writes = (route) => route.method !== "GET";
let cases = 0;

// The word that only those who may see the restricted ticket may ever read.
const secret = `kept${mark}`;
const world = {};

// --- objects by the beginning of the path: a pair of the shared and the restricted one; or none, where rights alone decide ---

const PAIRS = {
	"/api/v1/tickets/{number}": () => [world.open.number, world.closed.number, "INC-900000000"],
	"/api/v1/handovers/{id}": () => [world.open.handover, world.closed.handover, 999999999],
	"/api/v1/attachments/{id}": () => [world.open.attachment, world.closed.attachment, 999999999],
	"/api/v1/cases/{number}": () => [world.open.case, world.closed.case, "CASE-900000000"],
	"/api/v1/contests/{id}": () => [world.open.contest, world.closed.contest, 999999999],
	"/api/v1/tokens/{id}": () => [null, world.token, 999999999],
};
// All who have the right see all of these.
const SHARED = ["persons", "teams", "suppliers", "contracts", "calendars", "cmdb", "webhooks", "audit", "mail", "quality", "report-subscriptions", "report-runs"];
const pairOf = (route) => Object.keys(PAIRS).find((prefix) => route.path === prefix || route.path.startsWith(`${prefix}/`));

const sees = {
	open: (who) => who !== "employee2" && who !== "cmdb",
	closed: (who) => ["employee2", "agent3", "lead", "manager", "auditor", "admin"].includes(who),
};

// What would be taken if the caller had the right, so that a refusal is the right's and not the body's.
const BODIES = {
	"POST /api/v1/tickets/{number}/replies": { body: "x", visibility: "public" },
	"POST /api/v1/tickets/{number}/handovers": () => ({ to: world.persons.lead, reason: "sick", note: "x" }),
	"POST /api/v1/tickets/{number}/handovers/preview": () => ({ to: world.persons.lead, reason: "sick", note: "x" }),
	"POST /api/v1/handovers/{id}/decline": { note: "x" },
	"POST /api/v1/tickets/{number}/wait": { for: "reporter", note: "x" },
	"POST /api/v1/tickets/{number}/resolve": { cause: "x", fix: "x", no_prevention: true, no_ci_reason: "x" },
	"POST /api/v1/tickets/{number}/reopen": { body: "x" },
	"POST /api/v1/tickets/{number}/cancel": { reason: "x" },
	"POST /api/v1/tickets/{number}/rating": { score: 1 },
	"POST /api/v1/tickets/{number}/complaints": { body: "x" },
	"PATCH /api/v1/tickets/{number}": { impact: 1 },
	"PUT /api/v1/tickets/{number}/cis/{ci}": { role: "cause" },
	"POST /api/v1/tickets/{number}/participants": () => ({ person: world.persons.manager }),
	"POST /api/v1/tickets/{number}/cases": { summary: "x", body: "x" },
	"POST /api/v1/tickets/{number}/cases/preview": {},
	"POST /api/v1/cases/{number}/events": { type: "update" },
	"POST /api/v1/cases/{number}/pauses/{seq}/notes": { body: "x" },
	"POST /api/v1/cases/{number}/pauses/{seq}/agree": { name: "x", body: "x" },
	"POST /api/v1/cases/{number}/contests": { event: 1, reason: "x", wanted: "void", name: "x" },
	"POST /api/v1/tickets/{number}/attachments": () => file(),
	"POST /api/v1/cases/{number}/attachments": () => file(),
	"POST /api/v1/contests/{id}/decide": { outcome: "rejected", note: "x" },
};
const file = () => { const made = new FormData(); made.set("file", new Blob([secret], { type: "text/plain" }), `${secret}.txt`); return made; };
const bodyOf = (route) => {
	const body = BODIES[route.line] ?? {};
	return typeof body === "function" ? body() : body;
};
const fill = (path, id) => path.replace("/api/v1", "").replace(/\{\w+\}/, id).replace("{type}", "depends_on").replace("{name}", "none").replace(/\{\w+\}/g, "1");
const anyPath = (path) => path.replace(/\{number\}/, path.includes("/cases/{") ? "CASE-900000000" : "INC-900000000").replace("{type}", "depends_on").replace("{name}", "none").replace(/\{\w+\}/g, "999999999");

async function raw(route, path, headers, body) {
	cases++;
	const answer = await fetch(base + path, {
		method: route.method, redirect: "manual",
		headers: { ...(writes(route) ? { "if-match": "*" } : {}), ...(writes(route) && !(body instanceof FormData) ? { "content-type": "application/json" } : {}), ...headers },
		body: body instanceof FormData ? body : writes(route) && route.method !== "DELETE" ? JSON.stringify(body ?? {}) : undefined,
		signal: AbortSignal.timeout(20000),
	});
	if (route.path.endsWith("/stream")) return answer.body?.cancel(), { status: answer.status, text: "" };
	return { status: answer.status, text: await answer.text() };
}
const ask = async (who, route, path, body) => raw(route, `/api/v1${path}`, await headersOf(who), body);

// Eight at a time: what is tried here depends on nothing that another try does.
async function each(list, work) {
	const left = list[Symbol.iterator]();
	await Promise.all(Array.from({ length: 8 }, async () => { for (const one of left) await work(one); }));
}

// Rows and the last transaction of every table that requests write; what background work and sign-ins write by themselves is left out.
const BACKGROUND = ["session", "signin", "clock", "ticket_notice", "idempotency", "person", "attribute_usage", "job", "node"];
let tables;
function digest() {
	tables ??= sql("SELECT string_agg(c.relname, ',' ORDER BY c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'")
		.split(",").filter((name) => !BACKGROUND.some((word) => name.includes(word)));
	return Object.fromEntries(sql(tables.map((name) => `SELECT '${name} ' || count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM ${name}`).join(" UNION ALL "))
		.split("\n").map((line) => [line.split(" ")[0], line]));
}
async function writesNothing(work) {
	const was = digest();
	await work();
	assert.deepEqual(digest(), was, "something was written");
}

before(async () => {
	world.persons = {};
	for (const who of Object.keys(CALLERS)) world.persons[who] = (await me(who)).id;
	const supplier = await makeSupplier("Rights");
	// Each with its timeline, a file, a pending handover, a case with an objection.
	const furnish = async (ticket, word, owner, to) => {
		const made = await (async () => {
			await good(call(owner, "PUT", `/tickets/${ticket.number}/cis/${supplier.till.id}`, { role: "cause" }));
			return good(post(owner, `/tickets/${ticket.number}/cases`, { summary: `Till ${word}`, body: `Please come ${word}` }), 201);
		})();
		const seen = await good(post(owner, `/cases/${made.number}/events`, { type: "acknowledged", body: word }), 201);
		await good(post(owner, `/cases/${made.number}/contests`, { event: seen.contestable.at(-1), reason: word, wanted: "void", name: "Ada" }), 201);
		await good(post(owner, `/tickets/${ticket.number}/replies`, { body: `Note ${word}`, visibility: "internal" }), 201);
		const attachment = await good(call(owner, "POST", `/tickets/${ticket.number}/attachments`, file()), 201);
		const handover = await good(post(owner, `/tickets/${ticket.number}/handovers`, { to, reason: "other", note: word }), 201);
		const [contest] = (await good(get("lead", `/contests?case=${made.number}`))).items;
		return { number: ticket.number, case: made.number, attachment: attachment.id, handover: handover.id, contest: contest.id, word };
	};
	world.till = supplier.till.id;
	world.open = await furnish(await taken({}, "agent"), `shared${mark}`, "agent", world.persons.agent2);
	const category = (await all("employee", "/categories")).find(({ name }) => /secur|безопас/i.test(name));
	assert.ok(category, "the demo company has a category whose tickets one team alone sees");
	const closed = await open("employee2", { subject: `Odd mail ${secret}`, body: `Somebody asked for my password, ${secret}`, category: category.id });
	await good(post("agent3", `/tickets/${closed.number}/take`));
	const [colleague] = (await good(get("agent3", "/persons?q=Turner&staff=true"))).items;
	world.closed = await furnish(closed, secret, "agent3", colleague.id);
	world.token = (await good(post("employee2", "/tokens", { label: secret, expires_at: "2999-01-01T00:00:00Z" }), 201)).id;
	for (const who of Object.keys(CALLERS)) world[who] = await cookieOf(who);
});

// A session of its own, so that this test may end it.
async function cookieOf(login) {
	const answer = await fetch(`${base}/api/v1/session`, {
		method: "POST", headers: { "content-type": "application/json", origin: base }, body: JSON.stringify({ login, password: "vakhta-demo" }),
	});
	assert.equal(answer.status, 200, login);
	return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

after(() => assert.ok(cases >= 6000, `${cases} cases are fewer than promised`));

test("every route with an object says whose it is", () => {
	const unknown = guarded.filter((route) => route.path.includes("{") && !pairOf(route) && !SHARED.includes(route.path.split("/")[3]));
	assert.deepEqual(unknown.map(({ line }) => line), []);
});

describe("who is not signed in", () => {
	test("gets 401 everywhere, whatever is shown instead of a session, and changes nothing", async () => {
		const ended = await cookieOf("agent");
		assert.equal((await fetch(`${base}/api/v1/session`, { method: "DELETE", headers: { cookie: ended, origin: base } })).status, 204);
		const token = await good(post("agent", "/tokens", { label: "ended", expires_at: "2999-01-01T00:00:00Z" }), 201);
		assert.ok([200, 204].includes((await call("agent", "DELETE", `/tokens/${token.id}`)).status));
		const shown = [
			{}, { cookie: ended, origin: base }, { cookie: ended.replace(/=.*/, `=${"A".repeat(43)}`), origin: base },
			{ authorization: `Bearer ${"A".repeat(43)}` }, { authorization: `Bearer ${token.token ?? token.secret}` }, { authorization: "Basic YWdlbnQ6dmFraHRhLWRlbW8=" },
		];
		await writesNothing(() => each(guarded, async (route) => {
			for (const [index, headers] of shown.entries()) {
				const answer = await raw(route, anyPath(route.path), headers);
				assert.equal(answer.status, 401, `${route.line}, credentials ${index}`);
			}
		}));
	});
});

test("another site's page gets nothing done with the cookie", () =>
	writesNothing(async () => {
		for (const who of Object.keys(CALLERS))
			await each(guarded.filter(writes), async (route) => {
				for (const headers of [{ origin: "https://evil.example" }, { origin: base, "sec-fetch-site": "cross-site" }]) {
					const answer = await raw(route, anyPath(route.path), { cookie: world[who], ...headers });
					assert.equal(answer.status, 403, `${who} ${route.line} ${JSON.stringify(headers)}`);
				}
			});
	}));

test("a role that lacks the right gets 403, whatever the object", () =>
	writesNothing(async () => {
		for (const who of Object.keys(CALLERS))
			await each(guarded.filter((each) => !may(who, each)), async (route) => {
				const pair = pairOf(route);
				for (const id of pair ? PAIRS[pair]() : ["999999999"]) {
					if (id === null) continue;
					const answer = await ask(who, route, fill(route.path, id), bodyOf(route));
					assert.equal(answer.status, 403, `${who} ${route.line} ${id}`);
					assert.ok(!answer.text.includes(secret), `${who} ${route.line} tells`);
				}
			});
	}));

describe("with the right", () => {
	test("what is not yours answers as what is not there", () =>
		writesNothing(async () => {
			for (const who of Object.keys(CALLERS))
				await each(guarded.filter((each) => pairOf(each) && may(who, each)), async (route) => {
					const [shared, restricted, missing] = PAIRS[pairOf(route)]();
					const nothing = await ask(who, route, fill(route.path, missing), bodyOf(route));
					assert.equal(nothing.status, 404, `${who} ${route.line} ${missing}: ${nothing.text}`);
					const hidden = [[shared, sees.open(who)], [restricted, route.path.includes("/tokens/") ? who === "employee2" || who === "admin" : sees.closed(who)]];
					for (const [id, seen] of hidden) {
						if (id === null || seen) continue;
						const answer = await ask(who, route, fill(route.path, id), bodyOf(route));
						const plain = (text, number) => { const { code, title, detail } = JSON.parse(text); return [code, title, detail.replaceAll(String(number), "#")]; };
						assert.equal(answer.status, 404, `${who} ${route.line} ${id}: ${answer.text}`);
						assert.deepEqual(plain(answer.text, id), plain(nothing.text, missing), `${who} ${route.line}`);
					}
				});
		}));

	test("what is yours is read, and a wrong word about it changes nothing", () =>
		writesNothing(async () => {
			for (const who of Object.keys(CALLERS))
				await each(guarded.filter((each) => pairOf(each) && may(who, each) && !each.path.includes("/tokens/") && each.method !== "DELETE"), async (route) => {
					const [shared, restricted] = PAIRS[pairOf(route)]();
					for (const [id, seen] of [[shared, sees.open(who)], [restricted, sees.closed(who)]]) {
						if (!seen) continue;
						const answer = await ask(who, route, fill(route.path, id), { no_such_field: 1 });
						const reporter = CALLERS[who][0] === "employee";
						if (writes(route)) assert.ok([403, 404, 409, 413, 415, 422].includes(answer.status), `${who} ${route.line} ${id}: ${answer.status} ${answer.text}`);
						else assert.ok(answer.status === 200 || (reporter && answer.status === 404 && route.path.includes("/attachments/")), `${who} ${route.line} ${id}: ${answer.status} ${answer.text}`);
						assert.ok(!reporter || !answer.text.includes("Note "), `${who} ${route.line}: a note for staff alone`);
					}
				});
		}));

	test("what all may see who have the right: not there is 404 or a field, never an accident", () =>
		writesNothing(async () => {
			for (const who of Object.keys(CALLERS))
				await each(guarded.filter((each) => !pairOf(each) && each.path.includes("{") && may(who, each)), async (route) => {
					const answer = await ask(who, route, anyPath(route.path).replace("/api/v1", ""), { no_such_field: 1 });
					assert.ok([403, 404, 409, 413, 415, 422].includes(answer.status) || (route.method === "DELETE" && answer.status === 204) || (route.method === "GET" && answer.status === 200 && JSON.parse(answer.text).items?.length === 0), `${who} ${route.line}: ${answer.status} ${answer.text}`);
				});
		}));

	test("collections take no unknown field and show no accident", () =>
		writesNothing(async () => {
			for (const who of Object.keys(CALLERS))
				await each(guarded.filter((each) => !each.path.includes("{") && writes(each) && may(who, each) && each.line !== "DELETE /api/v1/session"), async (route) => {
					const answer = await ask(who, route, route.path.replace("/api/v1", ""), { no_such_field: 1 });
					assert.ok([409, 413, 415, 422].includes(answer.status), `${who} ${route.line}: ${answer.status} ${answer.text}`);
				});
		}));
});

describe("nothing leaks", () => {
	test("through lists, searches, counts and what hangs on a CI", () =>
		writesNothing(async () => {
			const numbers = [world.closed.number, world.closed.case];
			for (const who of Object.keys(CALLERS)) {
				const told = sees.closed(who);
				const look = async (route, path) => {
					const answer = await ask(who, route, path);
					assert.ok(answer.status < 500, `${who} ${path}: ${answer.text}`);
					if (told) return;
					// Who asks for a number by name may read it in the refusal.
					for (const word of [secret, ...numbers.filter((number) => !path.includes(number))]) assert.ok(!answer.text.includes(word), `${who} GET ${path} tells of ${word}`);
				};
				await each(guarded.filter((each) => each.method === "GET" && may(who, each) && !each.path.endsWith("/stream")), async (route) => {
					const path = route.path.includes("{") ? fill(route.path, route.path.startsWith("/api/v1/cmdb/cis/") ? world.till : 1) : route.path.replace("/api/v1", "");
					await look(route, path);
					if (route.path.includes("{")) return;
					for (const query of [`q=${secret}`, `q=${world.closed.number}`, "limit=200", `ci=${world.till}`, `ticket=${world.closed.number}`, `case=${world.closed.case}`, `reporter=${world.persons.employee2}`, `owner=${world.persons.agent3}`])
						await look(route, `${path}?${query}`);
				});
			}
		}));
});
