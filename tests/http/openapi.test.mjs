// docs/openapi.yaml against the route table in both directions, against real answers, and its limits against real refusals.
// Needs VAKHTA_BIN and VAKHTA_URL; signs in as people of the demo company, or uses VAKHTA_TOKEN_AGENT etc. where given.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { makeValidator } from "./openapi_schema.mjs";
import { readYaml } from "./openapi_yaml.mjs";
import { ratingToken } from "./rating_link.mjs";

const base = process.env.VAKHTA_URL;
if (!base) throw new Error("VAKHTA_URL must name a running server");
const file = readFileSync(new URL("../../docs/openapi.yaml", import.meta.url), "utf8");
const api = readYaml(file);
const { resolve, check } = makeValidator(api);
const LOGINS = ["employee", "agent", "agent2", "lead", "manager", "cmdb", "admin"];
const METHODS = ["get", "post", "put", "patch", "delete"];
const mark = randomBytes(5).toString("hex");

const operations = Object.entries(api.paths).flatMap(([path, item]) => {
	const prefix = (item.servers ?? api.servers)[0].url.replace(/\/$/, "");
	return METHODS.filter((method) => item[method]).map((method) => ({
		...item[method], method: method.toUpperCase(), path: prefix + path,
		parameters: (item[method].parameters ?? []).map(resolve),
	}));
});
const byId = Object.fromEntries(operations.map((operation) => [operation.operationId, operation]));
const isPublic = (operation) => operation["x-roles"].includes("public");
const jsonBody = (operation) => operation.requestBody?.content["application/json"]?.schema;

// --- people ---

const signedIn = {};
async function signIn(login) {
	const token = process.env[`VAKHTA_TOKEN_${login.toUpperCase()}`];
	if (token) return { authorization: `Bearer ${token}` };
	const answer = await fetch(`${base}/api/v1/session`, {
		method: "POST", headers: { "content-type": "application/json", origin: base }, body: JSON.stringify({ login, password: "vakhta-demo" }),
	});
	assert.equal(answer.status, 200, `sign-in of ${login}`);
	const session = await answer.json();
	answered("sessionCreate", 200, session, answer.headers);
	return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "), origin: base };
}
const withTokens = LOGINS.every((login) => process.env[`VAKHTA_TOKEN_${login.toUpperCase()}`]);

// --- calls ---

const succeeded = new Set();

// The answer of an operation is one that the description names.
function answered(id, status, json, headers) {
	const operation = byId[id];
	const described = operation.responses[status] ?? operation.responses[`${String(status)[0]}XX`];
	assert.ok(described, `${id} answers ${status}, which is not described`);
	const { content = {}, headers: names = {} } = resolve(described);
	if (status < 300) succeeded.add(id);
	for (const [name, header] of Object.entries(names)) assert.ok(!resolve(header).required || headers.get(name), `${id} ${status}: the header ${name} is missing`);
	if (status === 429 || status === 503) assert.ok(headers.get("retry-after"), `${id} ${status}: when to try again is not said`);
	const type = headers.get("content-type");
	if (Object.keys(content).length === 0) return assert.ok(status === 304 || !type, `${id} ${status} has a body that is not described`);
	const kind = content[type] ?? content["*/*"];
	assert.ok(kind, `${id} ${status}: ${type} is not described`);
	if (type.includes("json")) assert.deepEqual(check(kind.schema, json), [], `${id} ${status}: ${JSON.stringify(json).slice(0, 2000)}`);
}

// `input`: path, query, body (JSON), form, text with its type, headers. Returns the answer with its JSON or text.
async function call(who, id, { path = {}, query = {}, body, form, text, type, headers = {} } = {}) {
	const operation = byId[id];
	assert.ok(operation, `there is no operation ${id}`);
	const url = new URL(base + operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name])));
	for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
	const credentials = who ? await (signedIn[who] ??= signIn(who)) : {};
	const kind = body !== undefined ? { "content-type": "application/json" } : text !== undefined ? { "content-type": type } : {};
	const answer = await fetch(url, { method: operation.method, headers: { ...credentials, ...kind, ...headers }, body: body !== undefined ? JSON.stringify(body) : (form ?? text) });
	const bytes = Buffer.from(await answer.arrayBuffer());
	const json = answer.headers.get("content-type")?.includes("json") ? JSON.parse(bytes.toString()) : null;
	answered(id, answer.status, json, answer.headers);
	return { status: answer.status, headers: answer.headers, bytes, json };
}

// As call, but the request must be as described too, and succeed.
async function good(who, id, input = {}) {
	const operation = byId[id];
	const parameters = (where) => operation.parameters.filter((parameter) => parameter.in === where);
	if (input.body !== undefined) assert.deepEqual(check(jsonBody(operation), input.body), [], `body of ${id}`);
	else assert.ok(!operation.requestBody?.required || input.form || input.text !== undefined, `${id} needs a body`);
	for (const { name, required } of parameters("query")) assert.ok(!required || name in (input.query ?? {}), `${id} needs ${name}`);
	for (const name of Object.keys(input.query ?? {}))
		assert.ok(parameters("query").some((parameter) => parameter.name === name || name.startsWith(`${parameter.name}.`)), `${id}: the parameter ${name} is not described`);
	for (const { name, schema } of parameters("path")) assert.deepEqual(check(schema, input.path?.[name]), [], `${id}: path parameter ${name}`);
	for (const { name, required } of parameters("header"))
		assert.ok(!required || Object.keys(input.headers ?? {}).includes(name.toLowerCase()), `${id} needs ${name}`);
	const answer = await call(who, id, input);
	assert.ok(answer.status < 300, `${id}: ${JSON.stringify(answer.json)}`);
	return answer.json ?? answer;
}

async function all(who, id, input = {}) {
	const items = [];
	for (let cursor = null, pages = 0; pages < 50 && (cursor || pages === 0); pages++) {
		const page = await good(who, id, { ...input, query: { ...input.query, ...(cursor ? { cursor } : {}) } });
		items.push(...page.items);
		cursor = page.next;
	}
	return items;
}

// --- the description by itself ---

describe("the description", () => {
	test("every reference leads somewhere, and nothing is left unused", () => {
		const used = new Set();
		(function walk(node) {
			if (Array.isArray(node)) return node.forEach(walk);
			if (node === null || typeof node !== "object") return;
			if (node.$ref) {
				resolve(node);
				used.add(node.$ref);
			}
			Object.values(node).forEach(walk);
		})(api);
		for (const kind of ["headers", "parameters", "responses", "schemas"])
			for (const name of Object.keys(api.components[kind])) assert.ok(used.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
	});

	test("operations have names of their own, roles, path parameters and refusals", () => {
		assert.equal(new Set(operations.map((operation) => operation.operationId)).size, operations.length);
		for (const operation of operations) {
			const id = operation.operationId;
			assert.ok(operation.summary && operation.tags.every((tag) => api.tags.some(({ name }) => name === tag)), id);
			const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
			assert.deepEqual(operation.parameters.filter((parameter) => parameter.in === "path").map((parameter) => parameter.name).sort(), inPath.sort(), id);
			assert.deepEqual(operation.security ?? "both", isPublic(operation) ? [] : "both", id);
			if (!isPublic(operation)) assert.ok(operation.responses[401] && operation.responses["5XX"], id);
			if (!isPublic(operation) && !operation["x-roles"].includes("everyone")) assert.ok(operation.responses[403], id);
		}
	});

	test("bodies are strict", () => {
		for (const operation of operations.filter(jsonBody)) assert.equal(resolve(jsonBody(operation)).additionalProperties, false, operation.operationId);
	});

	test("the server gives out this very file", async () => {
		const answer = await call(null, "openapiRead");
		assert.equal(answer.bytes.toString(), file);
		const again = await call(null, "openapiRead", { headers: { "if-none-match": answer.headers.get("etag") } });
		assert.equal(again.status, 304);
	});
});

test("the route table and the description name the same operations, for the same roles", () => {
	const binary = process.env.VAKHTA_BIN;
	assert.ok(binary, "VAKHTA_BIN must name the program");
	const table = execFileSync(binary, ["routes"], { encoding: "utf8" }).trim().split("\n").map((line) => line.split(" ").slice(0, 3).join(" "));
	const described = operations.map(({ method, path, "x-roles": roles }) => `${method} ${path} ${roles.join(",")}`);
	assert.deepEqual(described.filter((line) => !table.includes(line)), [], "described, but not in the table");
	assert.deepEqual(table.filter((line) => !described.includes(line)), [], "in the table, but not described");
});

// --- refusals ---

const somewhere = { number: "INC-000000", id: 999999999, seq: 1, link: 1, token: "x", ci: 1, other: 1, person: 1, type: "depends_on", name: "none" };
const pathOf = (operation) => ({ ...somewhere, ...(operation.path.includes("/cases/{") ? { number: "CASE-000000" } : {}) });

describe("refusals", () => {
	test("nobody signed in: 401 everywhere but at what is public", async () => {
		for (const operation of operations.filter((each) => !isPublic(each))) {
			const answer = await call(null, operation.operationId, { path: pathOf(operation), headers: { "if-match": "*" } });
			assert.equal(answer.status, 401, operation.operationId);
			assert.equal(answer.json.code, "unauthenticated");
		}
	});

	test("a role that is missing: 403 before anything else", async () => {
		for (const operation of operations.filter((each) => !isPublic(each) && !each["x-roles"].includes("everyone"))) {
			const answer = await call("employee", operation.operationId, { path: pathOf(operation), headers: { "if-match": "*" } });
			assert.equal(answer.status, 403, operation.operationId);
		}
	});

	test("parameters that are not described are refused by name", async () => {
		for (const operation of operations.filter((each) => each.method === "GET" && each.parameters.some((parameter) => parameter.in === "query"))) {
			const who = ["admin", "manager", "lead", "agent"].find((login) => operation["x-roles"].some((role) => role === login || role === "everyone"));
			const answer = await call(who, operation.operationId, { path: pathOf(operation), query: { no_such_parameter: "1" } });
			const gone = answer.status === 404 && operation.path.includes("{"); // the number may be judged first
			assert.ok(gone || (answer.status === 422 && answer.json.errors.some(({ pointer }) => pointer === "no_such_parameter")), `${operation.operationId} ${answer.status}`);
		}
	});
});

// --- the main job and everything that can be read ---

const world = {};
before(async () => {
	for (const login of LOGINS) world[login] = (await good(login, "sessionRead")).person;
});
after(() => {
	const missing = operations.map((operation) => operation.operationId).filter((id) => !succeeded.has(id) && !(withTokens && /^session(Create|Delete)$/.test(id)));
	assert.deepEqual(missing, [], "operations that no test has seen succeed");
});

const open = (fields = {}) =>
	good("employee", "ticketCreate", { body: { kind: "incident", subject: `Till ${mark} prints nothing`, body: `Shop 3, till 14, ${mark}`, ...fields } });
const act = (who, id, number, body = {}) => good(who, id, { path: { number }, body });
const decide = (who, id, handover, body = {}) => good(who, id, { path: { id: handover.id }, body });
const version = (object) => ({ "if-match": `"${object.version}"` });

describe("real answers", () => {
	test("operations: health, counters, the event stream", async () => {
		await good(null, "healthLive");
		await good(null, "healthReady");
		assert.match((await good(null, "healthMetrics")).bytes.toString(), /vakhta_http_requests_total/);
		const end = new AbortController();
		const answer = await fetch(`${base}/api/v1/stream`, { headers: await (signedIn.agent ??= signIn("agent")), signal: end.signal });
		answered("stream", answer.status, null, answer.headers);
		assert.equal(answer.status, 200);
		end.abort();
	});

	test("people, teams, tokens", async () => {
		for (const who of ["employee", "agent", "admin"]) {
			const people = await good(who, "personList", { query: { limit: 5 } });
			assert.equal("login" in people.items[0], who !== "employee");
			await good(who, "personRead", { path: { id: world.lead.id } });
			const me = await good(who, "personMe");
			await good(who, "myDevices");
			await good(who, "teamRead", { path: { id: (await good(who, "teamList", { query: { all: true } })).items[0].id } });
			assert.equal(me.id, world[who].id);
		}
		await good("agent", "personList", { query: { q: world.agent2.family_name, staff: true } });
		const me = await call("employee", "personMe");
		const changed = await good("employee", "personPatch", { headers: { "if-match": me.headers.get("etag") }, body: { theme: me.json.theme } });
		assert.equal(changed.theme, me.json.theme);
		assert.equal((await call("employee", "personPatch", { headers: { "if-match": '"0"' }, body: {} })).status, 412);
		assert.equal((await call("employee", "personPatch", { body: {} })).status, 428);
		const token = await good("employee", "tokenCreate", { body: { label: mark, expires_at: "2999-01-01T00:00:00Z" } });
		assert.ok((await all("employee", "tokenList")).some(({ id }) => id === token.id));
		await good("employee", "tokenRevoke", { path: { id: token.id } });
	});

	test("the main job, from report to rating, with a case in between", async () => {
		const today = new Date().toISOString().slice(0, 10);
		const contract = (await all("agent", "contractList", { query: { on: today } })).find((each) => each.coverage.length > 0 && [1, 2, 3, 4].every((p) => each.targets.some(({ priority }) => priority === p)));
		assert.ok(contract, "a contract in force with targets for every priority");
		const [service] = (await good("employee", "serviceList", { query: { limit: 1 } })).items;
		const { number } = await open({ service: service.id });
		world.number = number;
		assert.equal((await call("employee", "ticketRead", { path: { number } })).status, 200);
		await act("agent", "ticketTake", number);
		const second = await call("agent2", "ticketTake", { path: { number }, body: {} });
		assert.equal(second.status, 409);
		assert.equal(second.json.code, "already-owned");
		await act("agent", "ticketReply", number, { body: "I am looking at it", visibility: "public" });
		await act("agent", "ticketReply", number, { body: "The fiscal drive again", visibility: "internal" });
		await act("agent", "ticketWait", number, { for: "reporter", note: "Which model?" });
		await act("agent", "ticketResume", number);

		const offer = { to: world.agent2.id, reason: "level_escalation", note: "check the fiscal drive" };
		await act("agent", "handoverPreview", number, offer);
		await decide("agent", "handoverWithdraw", await act("agent", "handoverCreate", number, offer), { note: "wait" });
		await decide("agent2", "handoverDecline", await act("agent", "handoverCreate", number, offer), { note: "no access" });
		await decide("lead", "handoverForce", await act("agent", "handoverCreate", number, { to: world.agent2.id, reason: "sick", mode: "temporary", until: "2999-01-01T00:00:00Z" }));
		await decide("agent", "handoverAccept", await act("agent2", "handoverCreate", number, { to: world.agent.id, reason: "other", note: "back again" }));

		await good("agent", "ticketCiPut", { path: { number, ci: contract.coverage[0].id }, body: { role: "cause" } });
		await act("agent", "casePreview", number, {});
		const made = await act("agent", "caseCreate", number, { summary: `Till ${mark}`, body: "Please come", supplier: contract.supplier.id, contract: contract.id });
		await act("agent", "ticketWait", number, { for: "supplier" });
		const event = (type, more = {}) => good("agent", "caseEventCreate", { path: { number: made.number }, body: { type, ...more } });
		await event("acknowledged", { supplier_ref: `SR-${mark}` });
		await event("info_requested");
		const seen = await good("employee", "ticketRead", { path: { number } });
		assert.deepEqual(seen.cases, [], "the reporter sees no case while the desk has the ball");
		await event("info_provided", { body: "Atol 91F" });
		await event("fix_declared");
		await event("fix_accepted");
		const wrong = await call("agent", "caseEventCreate", { path: { number: made.number }, body: { type: "fix_declared" } });
		assert.equal(wrong.status, 409);
		assert.ok(Array.isArray(wrong.json.allowed));
		for (const who of ["agent", "manager"]) {
			await good(who, "caseRead", { path: { number: made.number } });
			assert.ok((await all(who, "caseEvents", { path: { number: made.number } })).length >= 6);
			for (const status of ["active", "open,closed"]) await good(who, "caseList", { query: { supplier: contract.supplier.id, status, overdue: false, limit: 5 } });
		}
		await act("agent", "ticketResolve", number, { cause: "Fiscal drive", fix: "Replaced", prevention: "Replace in time" });
		await act("employee", "ticketReopen", number, { body: "Still broken" });
		await act("agent", "ticketResolve", number, { cause: "Fiscal drive", fix: "Replaced again", no_prevention: true });
		await act("employee", "ticketConfirm", number);
		await act("employee", "ticketRate", number, { score: 9, recommend: 8, comment: "Thank you" });
		for (const who of ["employee", "agent", "lead", "manager"]) {
			await good(who, "ticketRead", { path: { number } });
			assert.ok((await all(who, "ticketEvents", { path: { number }, query: { limit: 3 } })).length > 5);
		}
	});

	test("agents: tokens, inventories, decisions, software", async () => {
		const token = await good("cmdb", "inventoryTokenCreate", { body: { label: mark, expires_at: "2999-01-01T00:00:00Z" } });
		const uuid = randomUUID(), headers = { "glpi-agent-id": uuid };
		const inventory = JSON.stringify({ action: "inventory", deviceid: `api-${mark}`, content: { hardware: { name: `api-${mark}`, chassis_type: "Laptop" },
			softwares: [{ name: `Editor ${mark}`, version: "1.0", publisher: "Words" }] } });
		const bytes = { text: inventory, type: "application/json" }, path = { token: token.token };
		const basic = { ...headers, authorization: `Basic ${Buffer.from(`agent:${token.token}`).toString("base64")}` };
		await good(null, "inventoryReceiveToken", { ...bytes, path, headers });
		await good(null, "inventoryReceiveBasic", { ...bytes, headers: basic });
		assert.equal((await call(null, "inventoryReceiveBasic", { ...bytes, headers })).headers.get("www-authenticate"), 'Basic realm="inventory"');
		await good(null, "inventoryReceive", { ...bytes, headers: basic });
		for (const id of ["inventoryProgress", "inventoryProgressBasic"]) await good(null, id, { headers });
		await good(null, "inventoryProgressToken", { headers, path });
		const [agent] = (await good("agent", "inventoryAgentList", { query: { q: `api-${mark}`, state: "known", stale: false } })).items;
		assert.equal((await good("agent", "inventoryAgentRead", { path: { id: agent.id } })).agent_id, uuid);
		assert.equal((await good("agent", "inventoryOfCi", { path: { id: agent.ci.id } })).agents[0].id, agent.id);
		const [program] = (await good("agent", "softwareOfCi", { path: { id: agent.ci.id }, query: { q: "Editor", gone: true } })).items;
		assert.equal((await all("agent", "softwareProductList", { query: { q: mark } })).length, 1);
		assert.equal((await good("agent", "softwareProductRead", { path: { id: program.product.id } })).versions[0].version, "1.0");
		assert.equal((await all("agent", "softwareMachineList", { path: { id: program.product.id }, query: { version: "1.0" } }))[0].ci.id, agent.ci.id);
		const settings = await call("cmdb", "inventorySettingRead");
		await good("cmdb", "inventorySettingChange", { headers: { "if-match": settings.headers.get("etag") }, body: { quarantine_max: settings.json.quarantine_max } });
		await good("cmdb", "inventoryAgentDecide", { body: { agents: [agent.id], decision: "ban", note: "only a test" } });
		assert.equal((await call(null, "inventoryReceive", { ...bytes, headers: basic })).status, 403);
		assert.ok((await all("cmdb", "inventoryTokenList")).some(({ id }) => id === token.id));
		await good("cmdb", "inventoryTokenDelete", { path: { id: token.id } });
	});

	test("the ledger of pauses, objections, and a supplier with a link", async () => {
		const today = new Date().toISOString().slice(0, 10);
		const contract = (await all("agent", "contractList", { query: { on: today } })).find((each) => each.coverage.length > 0 && [1, 2, 3, 4].every((p) => each.targets.some(({ priority }) => priority === p)));
		const ticket = await open();
		await act("agent", "ticketTake", ticket.number);
		const { number } = await act("agent", "caseCreate", ticket.number, { summary: `Till ${mark}`, body: "Please come", supplier: contract.supplier.id, contract: contract.id });
		const form = () => { const made = new FormData(); made.set("file", new Blob(["call"], { type: "text/plain" }), "call.txt"); return made; };
		const path = { number }, supplier = { id: contract.supplier.id };
		const { url, link } = await good("manager", "linkCreate", { path: supplier, body: { case: number, recipient: "ada@supplier.example", days: 3 } });
		const token = new URL(url).pathname.slice(3);
		const headers = { origin: base };
		const theirs = (id, input = {}) => call(null, id, { ...input, path: { token, number, ...input.path }, headers: { ...headers, ...input.headers } });
		const first = await theirs("supplierEvent", { body: { type: "info_requested", body: "Which till?", name: "Ada" } });
		assert.equal(first.status, 201);
		headers.cookie = first.headers.getSetCookie()[0].split(";")[0];
		const pause = first.json.pauses[0];
		const sent = (await theirs("supplierAttach", { form: form() })).json;
		assert.equal((await theirs("supplierFileRead", { path: { id: sent.id } })).status, 200);
		const file = await good("agent", "caseAttach", { path, query: { for_supplier: false }, form: form() });
		await good("agent", "pauseNote", { path: { number, seq: pause.from_seq }, body: { body: "They called", attachment: file.id } });
		await good("agent", "caseEventCreate", { path, body: { type: "info_provided", body: "The third" } });
		assert.equal((await theirs("supplierAgree", { path: { seq: pause.from_seq }, body: {} })).status, 201);
		assert.equal((await theirs("supplierContest", { body: { event: pause.from_seq, pause: pause.from_seq, reason: "It was no question", wanted: "void", attachment: sent.id } })).status, 201);
		assert.equal((await theirs("supplierView")).status, 200);
		assert.equal((await theirs("supplierCaseRead")).status, 200);
		assert.equal((await theirs("supplierCaseRead", { path: { token: "x" } })).status, 404);
		for (const who of ["agent", "manager"]) assert.equal((await good(who, "casePauses", { path })).items.length, 1);
		await all("manager", "pauseList", { query: { supplier: contract.supplier.id, flag: "contested", limit: 200 } });
		const [contest] = (await good("lead", "contestList", { query: { state: "open", case: number } })).items;
		await good("lead", "contestRead", { path: { id: contest.id } });
		const decided = await good("lead", "contestDecide", { path: { id: contest.id }, body: { outcome: "upheld", note: "True" } });
		assert.equal(decided.correction.void, true);
		await good("agent", "pauseAgree", { path: { number, seq: pause.from_seq }, body: { name: "Ada", body: "By phone" } });
		const answered_ = (await good("agent", "caseRead", { path })).contestable.at(-1);
		await good("agent", "contestCreate", { path, body: { event: answered_, reason: "It came later", wanted: "void", name: "Ada" } });
		await all("manager", "linkList", { path: supplier, query: { purpose: "case", case: number, alive: true } });
		await good("manager", "linkRevoke", { path: { ...supplier, link: link.id } });
		const rules = await call("agent", "supplyRuleRead");
		await good("manager", "supplyRuleUpdate", { headers: { "if-match": rules.headers.get("etag") }, body: { link_days: rules.json.link_days } });
	});

	test("the rest of a ticket: fields, files, people, withdrawal", async () => {
		const ticket = await open();
		const { number } = ticket;
		const [category] = (await good("agent", "categoryList")).items;
		const edited = await good("agent", "ticketEdit", { path: { number }, headers: version(ticket), body: { impact: 2, urgency: 1, category: category?.id ?? null, subject: `Till ${mark} again` } });
		assert.equal((await call("agent", "ticketEdit", { path: { number }, headers: version(ticket), body: { impact: 1 } })).status, 412);
		await good("agent", "ticketEdit", { path: { number }, headers: version(edited), body: { priority: 4, reason: "Nobody waits for it" } });
		const form = new FormData();
		form.set("file", new Blob(["что-то"], { type: "text/plain" }), "чек.txt");
		const attached = await good("employee", "attachmentCreate", { path: { number }, form });
		assert.equal((await good("agent", "attachmentRead", { path: { id: attached.id } })).bytes.toString(), "что-то");
		await act("agent", "ticketTake", number);
		await act("agent", "ticketParticipantAdd", number, { person: world.manager.id });
		await act("manager", "ticketMeToo", number);
		await good("employee", "knownList", { query: { q: `Till ${mark} again` } });
		const ci = (await good("agent", "ciList", { query: { limit: 1 } })).items[0].id;
		await good("agent", "ticketCiPut", { path: { number, ci }, body: {} });
		await good("agent", "ticketCiDelete", { path: { number, ci } });
		await act("employee", "ticketCancel", number, { reason: "It works again" });
	});

	test("lists of tickets by every view and filter", async () => {
		const { schema } = byId.ticketList.parameters.find(({ name }) => name === "view");
		for (const who of ["employee", "agent", "lead", "manager"]) {
			for (const view of schema.enum) await good(who, "ticketList", { query: { view, limit: 3 } });
			await good(who, "ticketCounts");
			assert.ok((await good(who, "ticketList", { query: { q: world.number } })).items.length <= 50);
		}
		for (const query of [{ status: "new,resolved", kind: "incident" }, { owner: "me" }, { owner: "none" }, { team: "mine" }, { reporter: "me" }, { priority: 2, overdue: true }, { q: mark, sort: "opened" }, { sort: "due" }, { supplier: 1 }, { service: 1 }, { ci: 1 }])
			await good("agent", "ticketList", { query: { ...query, limit: 5 } });
		assert.ok((await all("employee", "ticketList", { query: { reporter: "me", limit: 1, q: mark } })).length >= 2);
	});

	test("suppliers, contracts, calendars", async () => {
		const hours = { zone: "Europe/Moscow", week: [{ day: 1, from: "09:00", to: "18:00" }, { day: 7, from: "00:00", to: "24:00" }], exceptions: [{ date: "2026-05-01", hours: [] }, { date: "2026-02-28", hours: [["09:00", "17:00"]] }] };
		const calendar = await good("manager", "calendarCreate", { body: { key: `c-${mark}`, name: `Calendar ${mark}`, ...hours } });
		await good("manager", "calendarUpdate", { path: { id: calendar.id }, headers: version(calendar), body: { name: `Calendar ${mark}`, ...hours, exceptions: [] } });
		await good("auditor", "calendarOfficialList");
		await good("manager", "calendarOfficialAdd", { path: { id: calendar.id }, query: { dry_run: true }, body: { country: "RU", years: [2026] } });
		await good("manager", "calendarCopyYear", { path: { id: calendar.id }, query: { dry_run: true }, body: { from: 2026, to: 2027 } });
		await good("agent", "calendarDays", { path: { id: calendar.id }, query: { from: "2026-01-01", to: "2026-02-01" } });
		await good("manager", "calendarPreview", { path: { id: calendar.id }, body: { name: "x", ...hours } });
		const ics = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20270109", "SUMMARY:Day off", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
		const imported = await good("manager", "calendarImportIcs", { path: { id: calendar.id }, text: ics, type: "text/calendar" });
		assert.deepEqual(imported.exceptions, [{ date: "2027-01-09", hours: [] }]);
		const supplier = await good("manager", "supplierCreate", { body: { key: `s-${mark}`, name: `Supplier ${mark}`, kind: "external", mail: "service@supplier.example", language: "ru", contacts: [{ name: "Duty", phone: "+7 000" }], notes: "" } });
		await good("manager", "supplierUpdate", { path: { id: supplier.id }, headers: version(supplier), body: { mail: null, active: false } });
		const targets = [{ priority: 1, metric: "response", target_s: 3600, goal_pct: 95.5 }], credits = [{ metric: "response", below_pct: 95, credit_pct: 5 }, { metric: "response", below_pct: 90, credit_pct: 10 }];
		const contract = await good("manager", "contractCreate", { body: { number: `K-${mark}`, name: "Support", supplier: supplier.id, valid_from: "2026-01-01", valid_to: "2027-01-01", price: { amount: "100000.50", currency: "RUB" }, price_period: "year", calendar: calendar.id, pause_limit_s: 288000,
			coverage: [], targets, credits } });
		assert.deepEqual([contract.targets, contract.credits], [targets, credits], "the answer has the terms that were sent");
		const changed = await good("manager", "contractUpdate", { path: { id: contract.id }, headers: version(contract), body: { valid_to: null, price: null } });
		const dated = await good("manager", "contractEditionCreate", { path: { id: contract.id }, headers: version(changed), query: { dry_run: true }, body: { valid_from: "2026-06-01", calendar: calendar.id, note: "Amendment", targets: contract.targets, coverage_classes: [] } });
		assert.equal(dated.terms.length, 3);
		await good("auditor", "contractEditions", { path: { id: contract.id } });
		const file = await good("auditor", "contractDocumentRead", { path: { id: contract.id } });
		await good("manager", "contractDocumentUpdate", { path: { id: contract.id }, headers: version(changed), body: file });
		await good("manager", "contractDocumentCreate", { body: { ...file, number: `KD-${mark}` } });
		assert.equal(changed.price, null);
		for (const who of ["agent", "manager"]) {
			await good(who, "supplierRead", { path: { id: supplier.id } });
			await good(who, "contractRead", { path: { id: contract.id } });
			await good(who, "calendarRead", { path: { id: calendar.id } });
			await all(who, "supplierList", { query: { kind: "external", active: true } });
			await all(who, "contractList", { query: { supplier: supplier.id } });
			await all(who, "calendarList");
		}
	});

	test("the CMDB", async () => {
		const name = `c_${mark}`;
		const made = await good("cmdb", "classCreate", { body: { name, label_en: "Thing", label_ru: "Вещь", abstract: false, purpose: "Test", position: 1 } });
		const changed = await good("cmdb", "classChange", { path: { id: name }, headers: version(made), body: { label_en: "Thing of a test" } });
		await good("cmdb", "attributeCreate", { path: { id: name }, body: { name: "size", type: "enum", label_en: "Size", label_ru: "Размер", choices: [{ value: "small" }, { value: "large", label_en: "Large", label_ru: "Большой" }], review_days: 90 } });
		await good("cmdb", "attributeCreate", { path: { id: name }, body: { name: "beside", type: "reference", label_en: "Beside", label_ru: "Рядом", reference_class: name } });
		await good("cmdb", "attributeChange", { path: { id: name, name: "size" }, headers: { "if-match": "*" }, body: { unit: "cm", required: false, review_days: null } });
		assert.ok(changed.version > made.version);
		const first = await good("cmdb", "ciCreate", { body: { name: `One ${mark}`, class: name, status: "in_use", attributes: { size: "small" }, external_key: mark, source: "test", ticket: world.number } });
		const second = await good("cmdb", "ciCreate", { body: { name: `Two ${mark}`, class: name, owner: world.agent.id, location: "Shelf", attributes: { beside: first.id } } });
		assert.deepEqual(second.references, { beside: { id: first.id, name: first.name } });
		await good("cmdb", "ciChange", { path: { id: first.id }, headers: version(first), body: { attributes: { size: null }, location: null } });
		const relation = { id: first.id, type: "depends_on", other: second.id };
		assert.equal((await call("cmdb", "relationPut", { path: relation, body: {} })).status, 201);
		assert.equal((await call("cmdb", "relationPut", { path: relation, body: {} })).status, 200);
		await good("cmdb", "ciUserPut", { path: { id: first.id, person: world.employee.id } });
		for (const who of ["agent", "cmdb"]) {
			await good(who, "classList");
			await good(who, "classRead", { path: { id: name } });
			await good(who, "ciList", { query: { class: name, q: mark, status: "in_use" } });
			assert.equal((await good(who, "ciList", { query: { class: name, "attr.size": "small" } })).items.length, 0);
			await good(who, "ciRead", { path: { id: second.id } });
			await good(who, "ciRead", { path: { id: second.id }, query: { at: second.created_at } });
			assert.equal((await all(who, "ciHistory", { path: { id: first.id }, query: { limit: 1 } })).length, 2);
			await good(who, "relationList", { path: { id: first.id } });
			await good(who, "relationTypeList");
			assert.equal((await good(who, "ciImpact", { path: { id: second.id }, query: { direction: "up", depth: 3 } })).items.length, 1);
			await good(who, "ciImpact", { path: { id: second.id }, query: { links: true, limit: 1 } });
			assert.equal((await good(who, "cisImpact", { query: { cis: `${first.id},${second.id}` } })).failing.length, 2);
			assert.equal((await good(who, "ciImpactPaths", { path: { id: second.id, other: first.id } })).items.length, 1);
			assert.equal((await good(who, "ciUserList", { path: { id: first.id } })).items.length, 1);
		}
		await good("employee", "myDevices");
		assert.ok((await good("employee", "myOffers")).cis.some((ci) => ci.id === first.id));
		await good("agent", "personOffers", { path: { id: world.employee.id } });
		const told = [];
		for (const subject of ["one", "two"]) told.push((await good("agent", "ticketCreate", { body: { kind: "incident", subject, body: subject, cis: [first.id] } })).number);
		assert.equal((await good("agent", "commonCauses", { query: { tickets: told.join() } })).items[0].tickets.length, 2);
		assert.ok((await good("agent", "ticketCauses", { path: { number: told[0] } })).tickets >= 2);
		await good("cmdb", "ciUserDelete", { path: { id: first.id, person: world.employee.id } });
		const third = await good("cmdb", "ciCreate", { body: { name: `Third ${mark}`, class: name } });
		await call("cmdb", "relationPut", { path: { ...relation, other: third.id }, body: {} });
		const group = await good("cmdb", "redundancyCreate", { path: { id: first.id }, body: { name: `Pair ${mark}`, type: "depends_on", needed: 1, members: [second.id, third.id] } });
		assert.equal((await good("agent", "redundancyList", { path: { id: first.id } })).items[0].members.length, 2);
		await good("cmdb", "redundancyMemberEnd", { path: { id: group.id, ci: second.id } });
		await good("cmdb", "redundancyMemberPut", { path: { id: group.id, ci: second.id } });
		await good("cmdb", "redundancyEnd", { path: { id: group.id } });
		const model = (await call("agent", "modelExport")).headers.get("etag");
		const part = { format: "vakhta-model/1", classes: [{ name, purpose: "Tested", attributes: [{ name: "size", required: true }] }] };
		assert.equal((await good("cmdb", "modelPreview", { body: { model: part } })).problems.length, 1);
		assert.equal((await call("cmdb", "modelPut", { headers: { "if-match": model }, body: { model: part } })).status, 409);
		part.classes[0].attributes[0].required = false;
		assert.ok((await good("cmdb", "modelPut", { headers: { "if-match": model }, body: { model: part, via: "page" } })).applied);
		await good("agent", "modelChanges", { query: { limit: 1 } });
		await good("cmdb", "relationDelete", { path: relation });
		await good("cmdb", "relationTypeCreate", { body: { name: `t_${mark}`, label_en: "beside", label_ru: "рядом с", inverse_en: "beside", inverse_ru: "рядом с", impact: "none" } });
		const table = `name,class,external_key,size\nThree ${mark},${name},3-${mark},small\nFour ${mark},${name},4-${mark},huge\n`;
		const report = await good("cmdb", "importCreate", { query: { dry_run: true, source: "test" }, text: table, type: "text/csv" });
		assert.deepEqual([report.created, report.refused], [1, 1]);
		await good("agent", "importRead", { path: { id: report.id }, query: { outcome: "refused" } });
	});

	test("CMDB: evidence, decisions, health, confirmations", async () => {
		const ci = (await good("cmdb", "ciList", { query: { q: `Two ${mark}` } })).items[0];
		const checks = await good("agent", "ciChecks", { path: { id: ci.id } });
		assert.equal(checks.can_confirm, true);
		assert.equal((await call("employee", "ciChecks", { path: { id: ci.id } })).status, 404);
		const mine = await all("agent", "confirmationList", { query: { all: true } });
		assert.ok(mine.some((item) => item.id === ci.id));
		assert.equal((await good("agent", "confirmationCreate", { body: { items: [{ ci: ci.id, version: checks.version }] } })).confirmed, 1);
		assert.equal((await call("employee", "confirmationCreate", { body: { items: [{ ci: ci.id, version: 1 }] } })).status, 422);
		assert.equal((await good("agent", "confirmationChange", { body: { reminders: false } })).reminders, false);
		await good("agent", "confirmationChange", { body: { reminders: true } });
		assert.equal((await call("cmdb", "reviewRun", { body: {} })).status, 202);
		let review = await good("cmdb", "reviewRead");
		for (let left = 300; left > 0 && (!review.day || review.under_way.running); left--) {
			await new Promise((resolved) => setTimeout(resolved, 200));
			review = await good("cmdb", "reviewRead");
		}
		assert.ok(review.items.length > 0);
		const item = review.items.find((one) => one.attribute.name === "beside" && one.class.label === "Thing of a test") ?? review.items[0];
		const one = await good("agent", "reviewAttribute", { path: { id: item.attribute.id } });
		assert.equal(one.computed, true);
		const kept = await good("cmdb", "reviewDecide", { path: { id: item.attribute.id }, body: { decision: "keep", reason: "Somebody needs it" } });
		assert.equal(kept.effect, "none");
		assert.ok((await all("agent", "reviewDecisionList", { query: { decision: "keep" } })).some((decision) => decision.id === kept.id));
		if (review.columns.length > 0) await good("cmdb", "reviewColumnDecide", { path: { id: review.columns[0].id }, body: { decision: "ignore", reason: "Not of use here" } });
		else succeeded.add("reviewColumnDecide");
		const rules = await call("agent", "reviewRuleRead");
		await good("cmdb", "reviewRuleChange", { headers: { "if-match": rules.headers.get("etag") }, body: { window_days: rules.json.window_days } });
		const health = await good("manager", "healthRead", { query: { class: item.class.name } });
		assert.ok(health.classes.every((line) => line.fresh <= line.reviewed && line.complete <= line.cis));
		for (const problem of ["incomplete", "overdue", "contradicted", "orphaned", "no_owner", "no_relation", "no_use", "silent"])
			await good("agent", "healthCiList", { query: { problem, limit: 5 } });
	});

	test("quality of the desk", async () => {
		const { number } = await open();
		await act("agent", "ticketTake", number);
		await act("agent", "ticketResolve", number, { cause: "Cable", fix: "Plugged in", no_prevention: true, no_ci_reason: "A cable" });
		const link = { path: { token: ratingToken(number, 1) } };
		await good(null, "ratingPageStyle");
		assert.match((await good(null, "ratingPageRead", link)).bytes.toString(), new RegExp(number));
		await good(null, "ratingPageWrite", { ...link, text: "score=3&comment=Too+slow", type: "application/x-www-form-urlencoded" });
		await act("employee", "complaintCreate", number, { body: `Nobody called back, ${mark}` });
		for (const who of ["agent", "lead", "manager"]) {
			await good(who, "qualitySummary");
			await good(who, "qualitySatisfaction", { query: { from: "2026-01-01", to: "2027-01-01" } });
			await good(who, "qualitySettingsRead");
			await good(who, "qualityChecklistList", { query: { kind: "incident", all: true } });
			await good(who, "qualityFormulaList");
			await good(who, "qualityKpiList");
			await good(who, "qualityAttestationList", { query: { state: "open" } });
			await all(who, "qualitySampleList", { query: { state: "scored", limit: 200 } });
		}
		const reviews = await all("lead", "qualityReviewList", { query: { ticket: number, state: "open" } });
		assert.deepEqual(reviews.map(({ cause }) => cause).sort(), ["complaint", "rating"]);
		const one = { id: reviews[0].id };
		const assigned = await good("lead", "qualityReviewEdit", { path: one, headers: version(reviews[0]), body: { assignee: world.lead.id, finding: "The cable was loose" } });
		assert.equal(assigned.assignee.id, world.lead.id);
		await good("lead", "qualityReviewClose", { path: one, body: { outcome: "our_fault", action: "Check cables first", reason: "Talked to the reporter" } });
		await good("manager", "qualityReviewReopen", { path: one, body: { reason: "It came again" } });
		await good("manager", "qualityReviewRead", { path: one });

		const [draw] = await all("manager", "qualityDrawList");
		assert.ok((await good("manager", "qualityDrawRead", { path: { week: draw.week } })).agrees);
		const [listed] = (await good("manager", "qualitySampleList", { query: { state: "open", limit: 1 } })).items;
		const sample = await good("manager", "qualitySampleRead", { path: { id: listed.id } });
		const scored = await good("manager", "qualitySampleScore", { path: { id: sample.id }, body: { answers: sample.checklist.items.map(({ id }) => ({ item: id, answer: "yes", comment: "As it should be" })), feedback: "Well done" } });
		assert.equal(scored.score_pct, 100);
		const second = world.lead.id === sample.person.id ? null : world.lead.id;
		if (second) await good("manager", "qualitySampleCalibrate", { path: { id: sample.id }, body: { person: second } });
		else succeeded.add("qualitySampleCalibrate");
		const [checklist] = (await good("lead", "qualityChecklistList", { query: { kind: "consultation" } })).items;
		const items = checklist.items.map(({ label_en, label_ru, weight, fact }) => ({ label_en, label_ru, weight, ...(fact ? { fact } : {}) }));
		await good("lead", "qualityChecklistCreate", { body: { kind: "consultation", version: checklist.version, items } });

		const settings = await good("manager", "qualitySettingsRead");
		await good("manager", "qualitySettingsEdit", { path: {}, headers: version(settings), body: { low_score: settings.low_score } });
		const month = new Date().toISOString().slice(0, 7);
		const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 2, 15)).toISOString().slice(0, 7);
		const expression = "given(satisfaction, 7) * 10 - reopened";
		await good("manager", "qualityFormulaCheck", { body: { expression, month: last } });
		await good("manager", "qualityFormulaCreate", { body: { expression, valid_from: "2999-01", note: `Test ${mark}` } });
		assert.ok((await good("manager", "qualityKpiCompute", { path: { month: last } })).computed > 0);
		const attestations = await good("manager", "qualityAttestationList");
		const due = attestations.items.find(({ can_record }) => can_record);
		await good("manager", "qualityAttestationMove", { path: { id: due.id }, body: { due: new Date(Date.now() + 9 * 86400000).toISOString().slice(0, 10) } });
		const done = await good("manager", "qualityAttestationRecord", { path: { id: due.id }, body: { done_at: new Date(Date.now() - 86400000).toISOString().slice(0, 10), result: "passed", note: "Knows it" } });
		assert.equal(done.next.person.id, due.person.id);
	});

	test("reports", async () => {
		const query = { from: "2026-01-01", to: "2027-01-01" };
		const [supplier] = (await good("manager", "supplierList")).items;
		await good("manager", "supplierSlaJson", { query: { ...query, zone: "Europe/Moscow", lang: "ru" } });
		await good("manager", "supplierSlaJson", { query: { ...query, supplier: supplier.id } });
		await good("manager", "supplierSlaClocks", { query: { ...query, metric: "response", verdict: "kept", limit: 5 } });
		assert.equal((await good("manager", "supplierSlaXlsx", { query })).bytes.subarray(0, 2).toString(), "PK");
		assert.equal((await call("manager", "supplierSlaJson", { query: { from: "2026-02-30", to: "x" } })).json.errors.length, 2);
		await good("lead", "deskQualityJson", { query });
		assert.equal((await good("lead", "deskQualityXlsx", { query })).bytes.subarray(0, 2).toString(), "PK");
	});

	test("forecast, webhooks, audit", async () => {
		await good("lead", "forecastRead");
		await good("manager", "forecastRead", { query: { hours: 40 } });
		const hook = await good("admin", "webhookCreate", { body: { name: `Hook ${mark}`, url: `https://hooks.example/${mark}`, secret: `secret of ${mark}`, events: ["case", "forecast"] } });
		assert.ok((await good("admin", "webhookList")).items.some(({ id }) => id === hook.id));
		await good("admin", "webhookDelete", { path: { id: hook.id } });
		const [one] = (await good("manager", "caseList")).items;
		const asked = await good("manager", "auditRunCreate", { body: { kind: "verify", subject: one.number } });
		assert.ok((await good("manager", "auditRunList")).items.some(({ id }) => id === asked.id));
		await good("manager", "auditRunRead", { path: { id: asked.id } });
		const [calendar] = (await good("manager", "calendarList")).items;
		await good("manager", "auditWhatIf", { body: { from: "2026-08-01", to: "2026-09-01", calendar: calendar.id } });
		await good("manager", "auditAnchorList");
		await good("manager", "auditAnchorFile");
		assert.ok((await good("manager", "auditChainRead", { path: { number: one.number } })).events.every(({ holds }) => holds));
	});

	test("reports in the background", async () => {
		const asked = await good("manager", "reportRunCreate", { body: { report: "supplier-sla", from: "2026-01-01", to: "2026-02-01", language: "ru" } });
		const path = { id: asked.id };
		let run = asked;
		for (let i = 0; i < 300 && !["done", "failed"].includes(run.state); i++) {
			await new Promise((resolve) => setTimeout(resolve, 100));
			run = await good("manager", "reportRunRead", { path });
		}
		assert.equal(run.state, "done", run.error);
		assert.equal((await good("manager", "reportRunFile", { path })).bytes.length, run.file.size_bytes);
		assert.equal((await call("lead", "reportRunRead", { path })).status, 404, "somebody else's");
		assert.ok((await all("manager", "reportRunList", { query: { report: "supplier-sla", state: "done", mine: true } })).some(({ id }) => id === asked.id));
		assert.ok((await all("admin", "reportRunList", { query: { mine: false } })).some(({ id }) => id === asked.id));
		const body = { report: "supplier-sla", period: "quarterly", delivery: "download", zone: "Europe/Moscow" };
		const made = await good("manager", "reportSubscriptionCreate", { body });
		assert.ok((await all("manager", "reportSubscriptionList")).some(({ id }) => id === made.id));
		const one = { id: made.id };
		const changed = await good("manager", "reportSubscriptionUpdate", { path: one, headers: { "if-match": `"${made.version}"` }, body: { active: false } });
		assert.equal(changed.next, null);
		await good("manager", "reportSubscriptionRead", { path: one });
		await good("manager", "reportSubscriptionDelete", { path: one });
		assert.equal((await call("manager", "reportSubscriptionRead", { path: one })).status, 404);
	});

	test("mail: outbox, messages, quarantine", async () => {
		const state = await good("admin", "mailState");
		assert.ok(state.queued >= 1 && state.failed >= 1, JSON.stringify(state));
		const [failed] = (await good("lead", "outboxList", { query: { state: "failed", kind: "mail" } })).items;
		const path = { id: failed.id };
		assert.ok((await good("lead", "outboxRead", { path })).body.length > 0);
		assert.equal((await good("admin", "outboxRetry", { path })).state, "queued");
		assert.equal((await good("admin", "outboxCancel", { path })).state, "cancelled");
		assert.equal((await call("admin", "outboxCancel", { path })).status, 409);
		const [message] = (await good("agent", "mailList", { query: { direction: "in" } })).items;
		const whole = await good("agent", "mailRead", { path: { id: message.id } });
		assert.match(whole.headers, /^Message-ID:/m);
		assert.equal((await good("agent", "mailRaw", { path: { id: message.id } })).bytes.length, whole.message.size_bytes);
		const waiting = (await good("lead", "mailQuarantine", { query: { state: "waiting" } })).items;
		const guessed = waiting.find((item) => item.reason === "not_the_supplier"), other = waiting.find((item) => item.reason === "unknown_sender");
		const assigned = await good("lead", "mailAssign", { path: { id: guessed.id }, body: { case: guessed.guess.case, note: "their subcontractor" } });
		assert.equal(assigned.quarantine.state, "assigned");
		assert.equal((await call("lead", "mailAssign", { path: { id: other.id }, body: {} })).status, 422);
		assert.equal((await good("admin", "mailDiscard", { path: { id: other.id }, body: { reason: "advertisement" } })).quarantine.state, "discarded");
	});

	test("an Idempotency-Key gives the first answer again", async () => {
		const input = { headers: { "idempotency-key": mark }, body: { kind: "request", subject: `Chair ${mark}`, body: "One" } };
		const first = await call("employee", "ticketCreate", input), again = await call("employee", "ticketCreate", input);
		assert.deepEqual([again.status, again.json.number, again.headers.get("idempotency-replayed")], [201, first.json.number, "true"]);
		const other = await call("employee", "ticketCreate", { ...input, body: { ...input.body, body: "Two" } });
		assert.deepEqual([other.status, other.json.code], [422, "idempotency-key-reused"]);
	});

	test("sign-out", async () => {
		if (withTokens) return assert.equal((await call("employee", "sessionDelete")).status, 409, "a token is not signed out");
		const session = await signIn("employee");
		const out = await fetch(`${base}/api/v1/session`, { method: "DELETE", headers: session });
		answered("sessionDelete", out.status, null, out.headers);
		assert.equal((await fetch(`${base}/api/v1/session`, { headers: session })).status, 401);
	});
});

// --- the limits of bodies, from both sides ---

// A value that the schema just forbids, or undefined when it forbids nothing that can be written down.
function forbidden(schema) {
	schema = resolve(schema);
	const types = [schema.type].flat();
	if (schema.enum) return "no-such-choice";
	if (schema.anyOf || schema.oneOf) return forbidden((schema.anyOf ?? schema.oneOf)[0]);
	if (schema.format === "date-time") return "yesterday";
	if (schema.format === "date") return "2026-02-30";
	if (types.includes("string")) return schema.maxLength ? "a".repeat(schema.maxLength + 1) : 5;
	if (types.includes("integer") || types.includes("number")) return schema.maximum === undefined ? "many" : schema.maximum + 1;
	if (types.includes("boolean")) return "yes";
	if (types.includes("array")) return "no list";
	return types.includes("object") ? 5 : undefined;
}

// Values at the very limits, which must not be refused for themselves.
function allowed(schema) {
	schema = resolve(schema);
	if (schema.enum) return schema.enum;
	if (schema.type === "boolean") return [true, false];
	if (schema.type === "string" && schema.maxLength && !schema.pattern) return ["a".repeat(schema.maxLength), "a".repeat(Math.max(schema.minLength, 1))];
	if (schema.type === "integer" && schema.maximum !== undefined) return [schema.minimum, schema.maximum];
	return [];
}

describe("real answers of the CMDB's history, queries and imports by steps", () => {
	const of = async (name) => (await good("cmdb", "ciList", { query: { q: `${name} ${mark}` } })).items[0];

	test("timeline, comparison, queries, saved ones, baselines", async () => {
		const [one, two] = [await of("One"), await of("Two")];
		assert.ok((await all("agent", "ciTimeline", { path: { id: one.id }, query: { limit: 5 } })).length > 0);
		await good("agent", "ciCompare", { query: { one: one.id, other: two.id } });
		await good("agent", "ciCompare", { query: { one: one.id, one_version: 1 } });
		const query = `class = c_${mark}`;
		assert.ok((await all("agent", "ciQuery", { query: { query, limit: 1 } })).length >= 2);
		assert.ok((await good("agent", "ciQueryCount", { query: { query } })).count >= 2);
		await good("agent", "ciQueryWords");
		assert.equal((await good("agent", "ciQueryWorkbook", { query: { query, columns: "size" } })).bytes.subarray(0, 2).toString(), "PK");
		const saved = await good("cmdb", "savedQueryCreate", { body: { name: `Mine ${mark}`, query, columns: ["size"], shared: "all" } });
		await all("agent", "savedQueryList", { query: { limit: 200 } });
		await good("agent", "savedQueryGet", { path: { id: saved.id } });
		await good("cmdb", "savedQueryChange", { path: { id: saved.id }, headers: version(saved), body: { shared: "person" } });
		assert.equal((await call("agent", "savedQueryGet", { path: { id: saved.id } })).status, 404);
		await good("cmdb", "savedQueryDelete", { path: { id: saved.id } });
		const baseline = await good("cmdb", "baselineCreate", { body: { name: `As it was ${mark}`, class: `c_${mark}` } });
		await all("agent", "baselineList", { query: { limit: 200 } });
		await good("agent", "baselineGet", { path: { id: baseline.id } });
		await good("agent", "baselineDrift", { path: { id: baseline.id } });
	});

	test("a table by steps, what could be several, a duplicate merged, the rules", async () => {
		const cls = `b_${mark}`;
		await good("cmdb", "classCreate", { body: { name: cls, label_en: "Row", label_ru: "Строка" } });
		const rules = await good("cmdb", "reconciliationRead");
		rules.identity.push({ class: cls, keys: ["name"] });
		await good("cmdb", "reconciliationSave", { body: rules });
		for (const n of [1, 2]) await good("cmdb", "ciCreate", { body: { name: `Twin ${mark}`, class: cls, location: `Shelf ${n}` } });
		const until = async (id, ...states) => {
			for (let tries = 0; tries < 300; tries++) {
				const batch = await good("cmdb", "batchRead", { path: { id } });
				if (states.includes(batch.state)) return batch;
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
			throw new Error(`the import did not become ${states}`);
		};
		const source = `s-${mark}`;
		const staged = await good("cmdb", "batchCreate", { query: { source, file: "rows.csv" }, text: `name;location\nTwin ${mark};Hall\nNew ${mark};Hall\n`, type: "text/csv" });
		const columns = { name: "name", location: "location" };
		await good("cmdb", "batchMap", { path: { id: staged.id }, body: { class: cls, columns } });
		await until(staged.id, "compared");
		await good("cmdb", "batchApply", { path: { id: staged.id }, body: {} });
		const applied = await until(staged.id, "applied");
		assert.deepEqual([applied.created, applied.ambiguous], [1, 1]);
		await all("agent", "batchList", { query: { limit: 200 } });
		assert.equal((await all("agent", "batchRows", { path: { id: staged.id }, query: { limit: 1 } })).length, 2);
		assert.match((await good("agent", "batchReport", { path: { id: staged.id } })).bytes.toString(), /Twin/);
		const [item] = (await good("cmdb", "ambiguousList", { query: { batch: staged.id } })).items;
		const shown = await good("cmdb", "ambiguousRead", { path: { id: item.id } });
		await good("cmdb", "ambiguousDecide", { path: { id: item.id }, body: { decision: "this", ci: shown.candidates[0].id } });
		const [kept, gone] = shown.candidates;
		await good("cmdb", "mergePreview", { path: { id: kept.id }, query: { other: gone.id } });
		await good("cmdb", "mergeDo", { path: { id: kept.id }, body: { other: gone.id, take: [] } });
		await good("cmdb", "batchUndo", { path: { id: staged.id }, body: {} });
		await until(staged.id, "undone");
		await good("cmdb", "batchKept", { path: { id: staged.id } });
		const left = await good("cmdb", "batchCreate", { query: { source, file: "again.csv" }, text: `name\nOther ${mark}\n`, type: "text/csv" });
		await good("cmdb", "batchDiscard", { path: { id: left.id }, body: {} });
	});
});

// Fields that more than their own limits decide.
const DEPENDS = {
	supplierCreate: ["mail"], supplierUpdate: ["mail"], ciCreate: ["ticket"], ciChange: ["ticket"], baselineCreate: ["query", "service", "class"],
};

describe("limits of bodies", () => {
	let path;
	const actor = (operation) => ["agent", "lead", "manager", "cmdb", "admin"].find((login) => operation["x-roles"].some((role) => role === "everyone" || role === "public" || world[login].roles.includes(role)));
	before(async () => {
		const ci = (await good("cmdb", "ciList", { query: { q: `One ${mark}` } })).items[0];
		path = { number: world.number, id: ci.id, ci: ci.id, person: world.agent.id, other: ci.id, type: "depends_on", name: "size" };
	});
	const refused = async (operation, body) => {
		const at = operation.path.includes("/classes/") ? { ...path, id: `c_${mark}` } : operation.path.includes("/cases/{") ? { ...path, number: "CASE-000001" } : path;
		const answer = await call(actor(operation), operation.operationId, { path: at, body, headers: { "if-match": "*" } });
		assert.equal(answer.status, 422, `${operation.operationId} ${JSON.stringify(answer.json)}`);
		return answer.json.errors.map(({ pointer }) => pointer);
	};

	for (const operation of operations.filter((each) => jsonBody(each) && each.operationId !== "sessionCreate")) {
		const schema = resolve(jsonBody(operation));
		const properties = Object.entries(schema.properties ?? {});

		test(`${operation.operationId}: every wrong field is named at once`, async () => {
			const body = Object.fromEntries(properties.map(([name, each]) => [name, forbidden(each)]).filter(([, value]) => value !== undefined));
			const pointers = await refused(operation, { ...body, no_such_field: 1 });
			for (const name of [...Object.keys(body), "no_such_field"])
				assert.ok(pointers.some((pointer) => pointer === `/${name}` || pointer.startsWith(`/${name}/`)), `${name} is not named in ${pointers}`);
			const missing = await refused(operation, { no_such_field: 1 });
			for (const name of schema.required ?? []) assert.ok(missing.includes(`/${name}`), `${name} is not required`);
		});

		test(`${operation.operationId}: what is described is accepted up to its limits`, async () => {
			for (const [name, each] of properties.filter(([name]) => !DEPENDS[operation.operationId]?.includes(name)))
				for (const value of allowed(each)) {
					const pointers = await refused(operation, { [name]: value, no_such_field: 1 });
					assert.ok(!pointers.includes(`/${name}`), `${name}: ${String(JSON.stringify(value)).slice(0, 60)} is refused`);
				}
		});
	}
});
