// Links of suppliers: what one shows and lets do, and everything by which one could show or let do more.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { all, base, call, good, get, mark, pointers, post } from "./tickets_world.mjs";
import { Browser, clock, makeLink, makeSupplier, openCase, problem, record, sql, tokenOf } from "./supplier_world.mjs";

let world;
before(async () => { world = await makeSupplier("Link"); });
const pathOf = (one) => `/cases/${one.number}`;
const linkOf = async (one) => new Browser(tokenOf((await makeLink(world, { case: one.number })).url));
const act = (browser, one, type, fields = {}, headers) => browser.post(`${pathOf(one)}/events`, { type, body: `Words of ${type}`, ...fields }, headers);
const used = [];
const remember = (browser) => { used.push(browser.token); return browser; };

describe("what the page shows", () => {
	test("the case, its clocks as we see them and what both said; nothing that we wrote among ourselves", async () => {
		const one = await openCase(world);
		await good(post("agent", `/tickets/${one.ticket.number}/replies`, { body: `Secret of ours ${mark}`, visibility: "internal" }), 201);
		await good(record(one.number, "noted", { body: `They are slow ${mark}` }), 201);
		const browser = remember(await linkOf(one));
		const view = await good(browser.get("/view"));
		assert.equal(view.purpose, "case");
		assert.deepEqual(view.cases.map((c) => c.number), [one.number]);
		assert.equal(view.can_act, true);
		const answer = await browser.get(pathOf(one));
		const seen = await good(Promise.resolve(answer));
		const ours = await good(get("agent", pathOf(one)));
		assert.deepEqual(seen.clocks.map((c) => [c.metric, c.target_s, c.due_at]), ours.clocks.map((c) => [c.metric, c.target_s, c.due_at]));
		assert.equal(seen.contract, `Link-${mark}`);
		assert.equal(seen.zone, "UTC");
		const text = answer.bytes.toString();
		for (const secret of [`Secret of ours`, `They are slow`, one.ticket.number, "why"]) assert.ok(!text.includes(secret), secret);
		assert.ok(!/"(phone|mail|ticket|version)"/.test(text));
		assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
		assert.equal(answer.headers.get("cache-control"), "no-store");
		assert.equal(browser.setCookies.length, 0, "reading leaves nothing in the browser");
	});

	test("the page itself comes without the desk and with its policy", async () => {
		const browser = remember(await linkOf(await openCase(world)));
		const page = await fetch(`${base}/s/${browser.token}`);
		assert.equal(page.status, 200);
		assert.match(page.headers.get("content-security-policy"), /default-src 'self'/);
		assert.equal(page.headers.get("referrer-policy"), "no-referrer");
		const html = await page.text();
		assert.ok(!html.includes(browser.token), "nothing of the address is in the page");
		assert.match(html, /supplier/);
	});

	test("the mail of an escalation carries a link of its own, and the outbox keeps none", async () => {
		const one = await openCase(world);
		const id = Number(one.number.slice(5));
		const mail = sql(`SELECT o.body || '|' || l.case_id || '|' || l.recipient FROM outbox o JOIN case_link l ON l.id = o.link_id WHERE o.case_id = ${id}`);
		assert.match(mail, /\[\[link\]\]/);
		assert.ok(mail.endsWith(`|${id}|${mark}@link.example`), mail.slice(-80));
		assert.ok(!mail.includes("/s/"));
	});
});

describe("what a supplier can do", () => {
	test("acknowledge, answer, ask, deliver, declare: each an event with its evidence, and the clocks follow", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		await good(act(browser, one, "acknowledged", { supplier_ref: "SD-77", name: "Ada L." }), 201);
		await good(act(browser, one, "responded"), 201);
		await good(act(browser, one, "info_requested", { pause_reason: "access" }), 201);
		let ours = await good(get("agent", pathOf(one)));
		assert.equal(ours.status, "waiting_us");
		assert.equal(ours.supplier_ref, "SD-77");
		assert.equal(clock(ours, "acknowledge").state, "stopped");
		assert.equal(clock(ours, "resolution").state, "paused");
		await good(record(one.number, "info_provided", { body: "Come at nine" }), 201);
		await good(act(browser, one, "workaround_delivered"), 201);
		const done = await good(act(browser, one, "fix_declared"), 201);
		assert.equal(done.status, "verifying");
		assert.equal(clock(done, "resolution").state, "stopped");
		ours = await good(get("agent", pathOf(one)));
		assert.equal(ours.status, "verifying");
		const events = (await all("agent", `${pathOf(one)}/events`)).filter((e) => e.party === "supplier");
		assert.deepEqual(events.map((e) => e.type), ["acknowledged", "responded", "info_requested", "workaround_delivered", "fix_declared"]);
		for (const event of events) {
			assert.equal(event.author, null);
			assert.equal(event.data.evidence.via, "link");
			assert.ok(event.data.evidence.address && event.data.evidence.link);
		}
		assert.equal(events[0].data.evidence.name, "Ada L.");
		const told = sql(`SELECT count(*) FROM outbox WHERE effect_key LIKE 'case:${Number(one.number.slice(5))}:event:%:owner'`);
		assert.equal(told, "5", "the owner hears of each");
	});

	test("what is missing or impossible now is refused with the reason, and nothing stays", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		problem(await browser.post(`${pathOf(one)}/events`, { type: "responded" }), 422);
		problem(await browser.post(`${pathOf(one)}/events`, { type: "fix_accepted", body: "I accept" }), 422);
		assert.deepEqual(pointers(await act(browser, one, "update", { occurred_at: "2026-01-01T00:00:00Z" })), ["occurred_at"], "no instant of one's own");
		await good(act(browser, one, "fix_declared"), 201);
		problem(await act(browser, one, "fix_declared"), 409, "not-in-this-state");
		assert.equal((await all("agent", `${pathOf(one)}/events`)).length, 2);
	});

	test("a double click with one key is one event", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		const answers = await Promise.all([1, 2, 3, 4].map(() => act(browser, one, "update", {}, { "idempotency-key": `k-${mark}` })));
		const good_ = answers.filter((answer) => answer.status < 300);
		assert.ok(good_.length >= 1);
		assert.equal((await all("agent", `${pathOf(one)}/events`)).filter((e) => e.type === "update").length, 1);
	});

	test("a file of theirs is evidence, and theirs alone to see beside ours", async () => {
		const one = await openCase(world);
		const [browser, other] = [remember(await linkOf(one)), remember(await linkOf(one))];
		const form = () => { const f = new FormData(); f.append("file", new Blob(["<script>alert(1)</script>"], { type: "text/html" }), "log.html"); return f; };
		const file = await good(browser.post(`${pathOf(one)}/attachments`, form()), 201);
		await good(act(browser, one, "responded", { attachment: file.id }), 201);
		const back = await browser.get(`${pathOf(one)}/attachments/${file.id}`);
		assert.equal(back.status, 200);
		assert.equal(back.headers.get("content-type"), "application/octet-stream");
		assert.match(back.headers.get("content-disposition"), /^attachment/);
		problem(await other.get(`${pathOf(one)}/attachments/${file.id}`), 404);
		assert.equal((await get("agent", `/attachments/${file.id}`)).status, 200);
		// Ours only when we said so.
		const upload = async (query) => { const f = new FormData(); f.append("file", new Blob(["x"]), "x.txt"); return good(call("agent", "POST", `${pathOf(one)}/attachments${query}`, f), 201); };
		const [kept, shown] = [await upload(""), await upload("?for_supplier=true")];
		problem(await browser.get(`${pathOf(one)}/attachments/${kept.id}`), 404);
		assert.equal((await browser.get(`${pathOf(one)}/attachments/${shown.id}`)).status, 200);
		problem(await act(browser, one, "update", { attachment: kept.id }), 422);
	});
});

describe("what a link must not do", () => {
	test("forged, cut, stretched or of another kind: refused before the database is asked, and slowed down", async () => {
		const one = await openCase(world);
		const { token } = remember(await linkOf(one));
		const changed = token.slice(0, 12) + (token[12] === "A" ? "B" : "A") + token.slice(13);
		const last = token.slice(0, -1) + (token.at(-1) === "A" ? "Q" : "A");
		for (const wrong of [changed, last, token.slice(0, -1), `${token}A`, "x", "%20", `${"A".repeat(50)}`])
			for (const path of ["/view", pathOf(one)]) {
				const answer = await new Browser(wrong).get(path);
				assert.ok([404, 400, 429].includes(answer.status), `${wrong}: ${answer.status}`);
				assert.ok(!answer.bytes.includes(one.number) || answer.status === 404);
			}
		let slowed = false;
		for (let i = 0; i < 40 && !slowed; i++) {
			const answer = await new Browser(changed).get("/view");
			slowed = answer.status === 429 && Number(answer.headers.get("retry-after")) > 0;
		}
		assert.ok(slowed, "wrong tokens are slowed down");
		await good(new Browser(token).get("/view"));
	});

	test("forwarded: another browser reads and is told why it cannot act", async () => {
		const one = await openCase(world);
		const first = remember(await linkOf(one));
		const second = new Browser(first.token);
		await good(second.get(pathOf(one)));
		await good(act(first, one, "acknowledged"), 201);
		assert.match(first.setCookies[0], /^vakhta_supplier=[\w-]{43}; Path=\/s\/; Max-Age=\d+; HttpOnly; SameSite=Strict/);
		problem(await act(second, one, "responded"), 403, "link-bound");
		assert.equal(second.cookie, null);
		const seen = await good(second.get(pathOf(one)));
		assert.equal(seen.can_act, false);
		assert.equal(seen.read_only, "other_browser");
		second.cookie = `vakhta_supplier=${"A".repeat(43)}`;
		problem(await act(second, one, "responded"), 403, "link-bound");
		await good(act(first, one, "responded"), 201);
		// The first browser may take further links with the same cookie.
		const next = remember(await linkOf(one));
		next.cookie = first.cookie;
		await good(act(next, one, "update"), 201);
		assert.equal(next.cookie, first.cookie);
	});

	test("two browsers at once: one becomes the link's own", async () => {
		const one = await openCase(world);
		const { token } = remember(await linkOf(one));
		const answers = await Promise.all([1, 2, 3, 4, 5].map(() => act(new Browser(token), one, "update")));
		assert.equal(answers.filter((answer) => answer.status === 201).length, 1, answers.map((answer) => answer.status).join());
		assert.deepEqual(answers.filter((answer) => answer.status !== 201).map((answer) => answer.json.code), Array(4).fill("link-bound"));
	});

	test("revoked and expired: it shows nothing and says why", async () => {
		const one = await openCase(world);
		const made = await makeLink(world, { case: one.number, recipient: "ada@link.example" });
		const browser = remember(new Browser(tokenOf(made.url)));
		await good(browser.get("/view"));
		problem(await call("agent", "DELETE", `/suppliers/${world.supplier.id}/links/${made.link.id}`), 403);
		assert.equal((await call("manager", "DELETE", `/suppliers/${world.supplier.id}/links/${made.link.id}`)).status, 204);
		problem(await browser.get("/view"), 404, "link-revoked");
		problem(await browser.get(pathOf(one)), 404, "link-revoked");
		problem(await act(browser, one, "update"), 404, "link-revoked");
		const listed = (await good(get("auditor", `/suppliers/${world.supplier.id}/links?purpose=case`))).items.find((l) => l.id === made.link.id);
		assert.equal(listed.recipient, "ada@link.example");
		assert.ok(listed.revoked_at && listed.used_at);
		assert.ok(!JSON.stringify(listed).includes(browser.token));

		const other = await makeLink(world, { case: one.number });
		const late = remember(new Browser(tokenOf(other.url)));
		sql(`UPDATE case_link SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE id = ${other.link.id}`);
		problem(await late.get("/view"), 404, "link-expired");
		problem(await act(late, one, "update"), 404, "link-expired");
	});

	test("it dies with the case: read for a while, never acted with", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		await good(act(browser, one, "fix_declared"), 201);
		await good(record(one.number, "fix_accepted"), 201);
		const seen = await good(browser.get(pathOf(one)));
		assert.equal(seen.read_only, "ended");
		assert.deepEqual(seen.can, []);
		problem(await act(browser, one, "update"), 409, "case-ended");
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 2, reason: "x", wanted: "void" }), 409, "case-ended");
		sql(`UPDATE supplier_case SET closed_at = closed_at - interval '100 hours' WHERE number = '${one.number}'`);
		problem(await browser.get(pathOf(one)), 404, "link-ended");
		problem(await browser.get("/view"), 404, "link-ended");
		sql(`UPDATE supplier_case SET closed_at = closed_at + interval '100 hours' WHERE number = '${one.number}'`);
	});

	test("no other case, of the same supplier or another", async () => {
		const strangers = await makeSupplier("Stranger");
		const [one, two, three] = [await openCase(world), await openCase(world), await openCase(strangers)];
		const browser = remember(await linkOf(one));
		for (const other of [two, three]) {
			problem(await browser.get(pathOf(other)), 404);
			problem(await act(browser, other, "update"), 404);
			problem(await browser.post(`${pathOf(other)}/contests`, { event: 1, reason: "x", wanted: "void" }), 404);
			problem(await browser.post(`${pathOf(other)}/pauses/1/agree`, {}), 404);
		}
		problem(await post("manager", `/suppliers/${world.supplier.id}/links`, { case: three.number }), 422);
		const coordinator = remember(new Browser(tokenOf((await makeLink(world)).url)));
		const view = await good(coordinator.get("/view"));
		assert.equal(view.purpose, "coordinator");
		const numbers = view.cases.map((c) => c.number);
		assert.ok(numbers.includes(one.number) && numbers.includes(two.number) && !numbers.includes(three.number));
		assert.ok(view.cases.every((c) => ["open", "waiting_us", "verifying"].includes(c.status)), "open ones alone");
		await good(coordinator.get(pathOf(two)));
		await good(act(coordinator, two, "acknowledged"), 201);
		problem(await coordinator.get(pathOf(three)), 404);
		problem(await act(coordinator, three, "acknowledged"), 404);
	});

	test("the cookie opens nothing else, and a session does not open a link for acting", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		await good(act(browser, one, "acknowledged"), 201);
		for (const path of ["/session", "/cases", pathOf(one), `/tickets/${one.ticket.number}`, "/pauses", "/suppliers", "/me"]) {
			const answer = await fetch(`${base}/api/v1${path}`, { headers: { cookie: browser.cookie, "sec-fetch-site": "same-origin" } });
			assert.equal(answer.status, 401, path);
		}
		for (const [method, path] of [["POST", `${pathOf(one)}/events`], ["POST", "/tickets"], ["DELETE", "/session"]]) {
			const answer = await fetch(`${base}/api/v1${path}`, { method, headers: { cookie: browser.cookie, origin: base, "content-type": "application/json" }, body: method === "POST" ? "{}" : undefined });
			assert.ok([401, 404].includes(answer.status), `${path} ${answer.status}`);
		}
	});

	test("only a page of ours acts", async () => {
		const one = await openCase(world);
		const browser = remember(await linkOf(one));
		const body = JSON.stringify({ type: "acknowledged" });
		for (const headers of [{}, { origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
			const answer = await fetch(`${base}/s/${browser.token}${pathOf(one)}/events`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
			assert.equal(answer.status, 403, JSON.stringify(headers));
		}
		const form = await fetch(`${base}/s/${browser.token}${pathOf(one)}/events`, { method: "POST", headers: { "content-type": "text/plain", origin: base }, body });
		assert.equal(form.status, 415);
		const plain = await fetch(`${base}/s/${browser.token}${pathOf(one)}/events`, { method: "POST", headers: { "content-type": "application/json", origin: base }, body });
		assert.equal(plain.status, 201);
	});

	test("the log has the pattern of the route and no token", async () => {
		const log = process.env.VAKHTA_CONFIG && join(dirname(process.env.VAKHTA_CONFIG), "log", "vakhta");
		assert.ok(log && existsSync(log), "the log of the server stands beside its configuration");
		const text = readFileSync(log, "utf8");
		assert.match(text, /\/s\/\{token\}\/cases\/\{number\}/);
		for (const token of used) assert.ok(!text.includes(token) && !text.includes(token.slice(20)), "a token is in the log");
		assert.ok(!/vakhta_supplier/.test(text));
	});
});
