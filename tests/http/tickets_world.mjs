// What the tests of tickets share: sign-in, calls, a ticket of one's own.
// Signs in as people of the demo company; VAKHTA_TOKEN_AGENT etc. are used instead where given.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

export const base = process.env.VAKHTA_URL;
if (!base) throw new Error("VAKHTA_URL must name a running server");
// A word of letters that no other run uses, so that searches find this run's tickets alone.
export const mark = [...randomBytes(10)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");

async function signIn(login) {
	const token = process.env[`VAKHTA_TOKEN_${login.toUpperCase()}`];
	if (token) return { authorization: `Bearer ${token}` };
	const answer = await fetch(`${base}/api/v1/session`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ login, password: "vakhta-demo" }),
	});
	assert.equal(answer.status, 200, `sign-in of ${login}`);
	return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "), origin: base };
}

const people = {};
export async function call(who, method, path, body, headers = {}) {
	people[who] ??= signIn(who);
	const form = body instanceof FormData;
	const answer = await fetch(`${base}/api/v1${path}`, {
		method,
		headers: { ...(await people[who]), ...(body !== undefined && !form ? { "content-type": "application/json" } : {}), ...headers },
		body: body === undefined || form ? body : JSON.stringify(body),
	});
	const bytes = Buffer.from(await answer.arrayBuffer());
	const type = answer.headers.get("content-type") ?? "";
	return { status: answer.status, headers: answer.headers, bytes, json: type.includes("json") ? JSON.parse(bytes.toString()) : null };
}
export const headersOf = (who) => (people[who] ??= signIn(who));
export const get = (who, path) => call(who, "GET", path);
export const post = (who, path, body = {}, headers) => call(who, "POST", path, body, headers);
export async function good(promise, status = 200) {
	const answer = await promise;
	assert.equal(answer.status, status, JSON.stringify(answer.json));
	return answer.json;
}
export const patch = (who, ticket, body) => call(who, "PATCH", `/tickets/${ticket.number}`, body, { "if-match": `"${ticket.version}"` });
export const pointers = (answer) => (answer.json.errors ?? []).map((error) => error.pointer.replace(/^\//, "")).sort();
export const me = async (who) => (await good(get(who, "/session"))).person;

export const open = (who, fields = {}) =>
	good(post(who, "/tickets", { kind: "incident", subject: `The ${mark} printer prints stripes`, body: `On the third floor, ${mark}`, ...fields }), 201);
// Opened by the employee and taken by the agent.
export async function taken(fields = {}, owner = "agent") {
	const ticket = await open("employee", fields);
	return good(post(owner, `/tickets/${ticket.number}/take`));
}
export async function all(who, path) {
	const items = [];
	for (let cursor = null, page = 0; page === 0 || cursor; page++) {
		assert.ok(page < 200, "pages end");
		const answer = await good(get(who, path + (cursor ? `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}` : "")));
		items.push(...answer.items);
		cursor = answer.next;
	}
	return items;
}
