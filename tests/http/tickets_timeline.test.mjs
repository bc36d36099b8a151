// Timeline, files and known outages over HTTP.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { all, call, get, good, mark, me, open, post, taken } from "./tickets_world.mjs";

const upload = (who, ticket, name, bytes, type = "text/plain", query = "") => {
	const form = new FormData();
	form.append("file", new Blob([bytes], { type }), name);
	return call(who, "POST", `/tickets/${ticket.number}/attachments${query}`, form);
};

describe("timeline", () => {
	test("grows, in pages by seq", async () => {
		const ticket = await taken();
		for (let i = 0; i < 9; i++) assert.ok((await post("agent", `/tickets/${ticket.number}/replies`, { body: `Step ${i}`, visibility: i % 2 ? "internal" : "public" })).status < 300);
		const events = await all("agent", `/tickets/${ticket.number}/events?limit=4`);
		assert.deepEqual(events.map((event) => event.seq), events.map((_, i) => i + 1), "from 1 without a gap");
		assert.equal(events[0].type, "opened");
		assert.equal(events[0].author.id, (await me("employee")).id);
		const after = (await good(get("agent", `/tickets/${ticket.number}/events?after=${events.length - 2}`))).items;
		assert.equal(after.length, 2);
		const outside = await all("employee", `/tickets/${ticket.number}/events?limit=3`);
		assert.ok(outside.every((event) => event.visibility === "public"));
		assert.equal(outside.filter((event) => event.type === "replied").length, 5);
		assert.ok(!JSON.stringify(outside).includes("targets"), "terms stay inside");
		assert.equal((await get("agent", `/tickets/${ticket.number}/events?before=1`)).status, 422);
	});

	test("text becomes harmless HTML", async () => {
		const body = ["# Title", "**bold** ~~gone~~ https://example.org/a", "<script>alert(1)</script><img src=x onerror=alert(1)>", "[x](javascript:alert(1)) ![y](https://track.example/p.png)",
			"| a | b |", "| - | - |", "| 1 | 2 |", "", "`<b>`"].join("\n");
		const ticket = await open("employee", { body });
		const [event] = (await good(get("agent", `/tickets/${ticket.number}/events`))).items;
		assert.equal(event.body, body);
		const html = event.body_html;
		for (const part of ["<h1>Title</h1>", "<strong>bold</strong>", "<del>gone</del>", "<table>", "&lt;b&gt;"]) assert.ok(html.includes(part), `${part} in ${html}`);
		assert.match(html, /<a [^>]*rel="[^"]*noopener[^"]*"[^>]*href="https:\/\/example\.org\/a"/);
		assert.ok(!/<script|<img|onerror=|javascript:/i.test(html.replace(/&lt;[^&]*&gt;/g, "")), html);
	});

	test("a very long text is shown whole", async () => {
		const body = "<b>слово</b> ".repeat(7000);
		const ticket = await open("employee", { body });
		const [event] = (await good(get("agent", `/tickets/${ticket.number}/events`))).items;
		assert.equal(event.body, body.trim());
		assert.ok(event.body_html.length > body.length && !event.body_html.includes("<b>"));
	});
});

describe("files", () => {
	test("come back as they were, as downloads", async () => {
		const ticket = await taken();
		const bytes = randomBytes(2_500_000), name = `Отчёт «за март»; x="1"\n.bin`;
		const answer = await upload("employee", ticket, name, bytes, "image/png");
		assert.equal(answer.status, 201, JSON.stringify(answer.json));
		assert.equal(answer.json.size_bytes, bytes.length);
		assert.equal(answer.json.sha256, createHash("sha256").update(bytes).digest("hex"));
		assert.equal(answer.headers.get("location"), `/api/v1/attachments/${answer.json.id}`);
		const file = await get("employee", `/attachments/${answer.json.id}`);
		assert.equal(file.status, 200);
		assert.ok(file.bytes.equals(bytes));
		assert.match(file.headers.get("content-disposition"), /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''%D0%9E/);
		assert.equal(file.headers.get("x-content-type-options"), "nosniff");
		assert.match(file.headers.get("content-security-policy"), /sandbox/);
		assert.deepEqual((await good(get("employee", `/tickets/${ticket.number}`))).attachments.map((one) => one.id), [answer.json.id]);
	});

	test("nothing that runs is served as such", async () => {
		const ticket = await taken();
		for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"]) {
			const made = await good(upload("agent", ticket, "x", "<script>1</script>", type), 201);
			const file = await get("agent", `/attachments/${made.id}`);
			assert.equal(file.headers.get("content-type"), "application/octet-stream", type);
		}
		const empty = await good(upload("agent", ticket, "empty.txt", ""), 201);
		assert.equal((await get("agent", `/attachments/${empty.id}`)).bytes.length, 0);
	});

	test("follow the ticket's visibility, internal ones the desk's", async () => {
		const ticket = await taken();
		const shown = await good(upload("employee", ticket, "a.txt", "a"), 201);
		const inner = await good(upload("agent", ticket, "b.txt", "b", "text/plain", "?visibility=internal"), 201);
		assert.equal((await get("employee2", `/attachments/${shown.id}`)).status, 404);
		assert.equal((await get("employee", `/attachments/${inner.id}`)).status, 404);
		assert.equal((await get("auditor", `/attachments/${inner.id}`)).status, 200);
		assert.equal((await upload("employee", ticket, "c.txt", "c", "text/plain", "?visibility=internal")).status, 422);
		assert.equal((await upload("auditor", ticket, "c.txt", "c")).status, 403);
		for (const id of ["0", "-1", "x", "999999999999"]) assert.equal((await get("agent", `/attachments/${id}`)).status, 404);
		const events = await all("employee", `/tickets/${ticket.number}/events`);
		assert.deepEqual(events.filter((event) => event.type === "attached").map((event) => event.data.name), ["a.txt"]);
	});

	test("a body that is no form is refused", async () => {
		const ticket = await taken();
		assert.equal((await post("agent", `/tickets/${ticket.number}/attachments`, { name: "x" })).status, 415);
	});
});

describe("known outages", () => {
	const known = async (who, words) => (await good(get(who, `/known?q=${encodeURIComponent(words)}`))).outages;

	test("an employee is told what the desk has published, and joins it", async () => {
		const words = `эквайринг ${mark}x стоит`;
		const ticket = await open("agent", { subject: `Не работает эквайринг ${mark}x`, impact: 1, urgency: 1, reporter: (await me("lead")).id, channel: "phone" });
		assert.deepEqual(await known("employee", words), [], "not before somebody has taken it");
		await good(post("agent", `/tickets/${ticket.number}/take`));
		const [outage] = await known("employee", words);
		assert.equal(outage?.number, ticket.number);
		assert.equal(outage.owner.id, (await me("agent")).id);
		assert.deepEqual(await known("employee", "совсем другое дело"), []);
		assert.equal((await get("employee", `/tickets/${ticket.number}`)).status, 404);
		const before = outage.count;
		assert.equal((await good(post("employee", `/tickets/${ticket.number}/me-too`))).count, before + 1);
		assert.equal((await good(post("employee", `/tickets/${ticket.number}/me-too`))).count, before + 1, "once");
		assert.equal((await get("employee", `/tickets/${ticket.number}`)).status, 200);
	});

	test("an employee's own report is not published by its impact", async () => {
		const ticket = await taken({ subject: `Пароль директора ${mark}y qwerty`, impact: 1, urgency: 1 });
		assert.deepEqual(await known("employee2", `пароль директора ${mark}y`), []);
		assert.equal((await post("employee2", `/tickets/${ticket.number}/me-too`)).status, 404);
		assert.equal((await known("agent2", `пароль директора ${mark}y`))[0]?.number, ticket.number, "the desk sees it");
	});

	test("words of any kind", async () => {
		for (const words of ["", " ", "'", "и", "a".repeat(2000)]) assert.equal((await get("employee", `/known?q=${encodeURIComponent(words)}`)).status, 200);
		assert.equal((await get("employee", `/known?q=${"a".repeat(2001)}`)).status, 422);
	});
});
