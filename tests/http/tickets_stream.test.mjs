// The event stream: each change once, in order, to those who may see it, resumable, and without texts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, good, headersOf, mark, me, open, post, taken } from "./tickets_world.mjs";

const listeners = [];
after(() => listeners.forEach((one) => one.close()));

// Opens the stream of a person and keeps what comes.
async function listen(who, lastEventId) {
	const { stream_url: url } = await good(get(who, "/session"));
	const stop = new AbortController(), heard = [];
	const answer = await fetch(url, { signal: stop.signal, headers: { ...(await headersOf(who)), accept: "text/event-stream", ...(lastEventId ? { "last-event-id": lastEventId } : {}) } });
	assert.equal(answer.status, 200);
	assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
	let connected;
	const ready = new Promise((resolve) => (connected = resolve));
	const listener = { heard, close: () => stop.abort() };
	listeners.push(listener);
	(async () => {
		let rest = "";
		const decoder = new TextDecoder();
		for await (const chunk of answer.body) {
			connected();
			rest += decoder.decode(chunk, { stream: true });
			for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
				const fields = Object.fromEntries(rest.slice(0, end).split("\n").filter((line) => !line.startsWith(":")).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
				if (fields.event) heard.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data || "{}") });
			}
		}
	})().catch(() => {});
	await ready;
	return listener;
}
const of = (listener, number) => listener.heard.filter((one) => one.data.number === number || one.data.ticket === number).map((one) => one.data.type);
async function until(good_, what) {
	for (const end = Date.now() + 8000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) if (good_()) return;
	assert.fail(`waited in vain: ${what}`);
}

test("changes reach those who may see them", async () => {
	const [agent, reporter, stranger] = await Promise.all(["agent", "employee", "employee2"].map((who) => listen(who)));
	const ticket = await taken();
	assert.ok((await post("agent", `/tickets/${ticket.number}/replies`, { body: `inner ${mark}`, visibility: "internal" })).status < 300);
	assert.ok((await post("agent", `/tickets/${ticket.number}/replies`, { body: `outer ${mark}`, visibility: "public" })).status < 300);
	await until(() => of(agent, ticket.number).includes("replied") && of(reporter, ticket.number).includes("replied"), "the reply");
	assert.equal(of(agent, ticket.number)[0], "opened");
	assert.ok(of(agent, ticket.number).includes("noted"));
	assert.ok(!of(reporter, ticket.number).includes("noted"), "a note is not announced outside");
	assert.deepEqual(of(stranger, ticket.number), []);
	const events = (await good(get("agent", `/tickets/${ticket.number}/events`))).items.map((event) => event.type);
	assert.deepEqual(of(agent, ticket.number), events, "each once, in order");
	const told = JSON.stringify(agent.heard);
	for (const text of [mark, (await me("employee")).family_name]) assert.ok(!told.includes(text), "no texts, no names");
	const last = agent.heard.at(-1).data;
	assert.deepEqual(Object.keys(last).sort(), ["number", "owner", "status", "type", "version"].sort());
});

test("resumes where it ended", async () => {
	const first = await listen("agent");
	const one = await open("employee");
	await until(() => of(first, one.number).length === 1, "the first");
	const id = first.heard.find((event) => event.data.number === one.number).id;
	first.close();
	const two = await open("employee"), three = await open("employee");
	const second = await listen("agent", id);
	await until(() => of(second, three.number).length === 1, "what happened meanwhile");
	assert.deepEqual([of(second, one.number), of(second, two.number), of(second, three.number)], [[], ["opened"], ["opened"]]);
	const lost = await listen("agent", "not.a.position");
	await until(() => lost.heard.some((event) => event.event === "resync"), "resync");
});
