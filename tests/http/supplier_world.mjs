// A supplier, a contract and cases of a test's own, its links, and a browser that opens them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { base, call, good, mark, post, taken } from "./tickets_world.mjs";

export const week = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: "00:00", to: "24:00" }));
const metrics = { acknowledge: 900, response: 3600, workaround: 7200, resolution: 14400, update: 5400 };
const targets = [1, 2, 3, 4].flatMap((priority) => Object.entries(metrics).map(([metric, target_s]) => ({ priority, metric, target_s, goal_pct: 95 })));
export const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

export async function makeSupplier(name) {
	const world = {};
	const label = { label_en: "Device of a test", label_ru: "Устройство теста" };
	const cls = await good(post("cmdb", "/cmdb/classes", { name: `${name.toLowerCase()}_${mark}`, ...label }), 201);
	world.till = await good(post("cmdb", "/cmdb/cis", { class: cls.id, name: `${name} ${mark}` }), 201);
	world.calendar = await good(post("manager", "/calendars", { name: `${name} always ${mark}`, zone: "UTC", week, exceptions: [] }), 201);
	world.supplier = await good(post("manager", "/suppliers", { name: `${name} ${mark}`, kind: "external", mail: `${mark}@${name.toLowerCase()}.example`, language: "en" }), 201);
	world.contract = await good(
		post("manager", "/contracts", {
			number: `${name}-${mark}`, name, supplier: world.supplier.id, valid_from: "2025-01-01", calendar: world.calendar.id,
			price: { amount: "1000.00", currency: "EUR" }, coverage: [world.till.id], targets, credits: [], pause_limit_s: 7200,
		}),
		201,
	);
	return world;
}

export async function openCase(world, owner = "agent") {
	const ticket = await taken({}, owner);
	await good(call(owner, "PUT", `/tickets/${ticket.number}/cis/${world.till.id}`, { role: "cause" }));
	return good(post(owner, `/tickets/${ticket.number}/cases`, { summary: `Till dead ${mark}`, body: "Please come" }), 201);
}

export const record = (number, type, fields = {}, who = "agent") => post(who, `/cases/${number}/events`, { type, ...fields });
export const clock = (one, metric) => one.clocks.filter((c) => c.metric === metric).at(-1);

export const makeLink = async (world, fields = {}) => (await good(post("manager", `/suppliers/${world.supplier.id}/links`, fields), 201));
export const tokenOf = (url) => new URL(url).pathname.replace("/s/", "");

// A browser of the supplier: keeps its cookie, says where it comes from.
export class Browser {
	constructor(token) {
		this.token = token;
		this.cookie = null;
	}
	async call(method, path, body, headers = {}) {
		const form = body instanceof FormData;
		const answer = await fetch(`${base}/s/${this.token}${path}`, {
			method, redirect: "manual",
			headers: { "sec-fetch-site": "same-origin", ...(this.cookie ? { cookie: this.cookie } : {}),
				...(body !== undefined && !form ? { "content-type": "application/json" } : {}), ...headers },
			body: body === undefined || form ? body : JSON.stringify(body),
		});
		this.setCookies = answer.headers.getSetCookie();
		if (this.setCookies.length > 0) this.cookie = this.setCookies[0].split(";")[0];
		const bytes = Buffer.from(await answer.arrayBuffer());
		const type = answer.headers.get("content-type") ?? "";
		return { status: answer.status, headers: answer.headers, bytes, json: type.includes("json") ? JSON.parse(bytes.toString()) : null };
	}
	get(path, headers) { return this.call("GET", path, undefined, headers); }
	post(path, body, headers) { return this.call("POST", path, body, headers); }
}

// The owner of the schema, for what time would do.
export function sql(text) {
	const config = readFileSync(process.env.VAKHTA_CONFIG, "utf8");
	const connection = /^\s*owner_connection\s*=\s*(.+)$/m.exec(config)[1];
	return execFileSync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection, "-c", text], { encoding: "utf8" }).trim();
}
export function audit(what, number) {
	return execFileSync(process.env.VAKHTA_BIN, ["audit", what, ...(number ? ["--subject", number] : []), "--config", process.env.VAKHTA_CONFIG], { encoding: "utf8" });
}
export const problem = (answer, status, code) => {
	assert.equal(answer.status, status, JSON.stringify(answer.json));
	if (code) assert.equal(answer.json.code, code);
};
