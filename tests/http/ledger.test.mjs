// The ledger of pauses: who waited for whom and why, who entered it and when, what the supplier says to it; objections and corrections.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { all, call, get, good, mark, me, pointers, post } from "./tickets_world.mjs";
import { ago, Browser, clock, makeLink, makeSupplier, openCase, problem, record, sql, tokenOf } from "./supplier_world.mjs";

let world;
before(async () => { world = await makeSupplier("Ledger"); });

// A case that began `seconds` ago; late entries need a past. Only instants of the database's rows move, before anything else happens;
// its one event is hashed anew, so that the chain holds.
async function oldCase(seconds, owner) {
	const one = await openCase(world, owner);
	const id = Number(one.number.slice(5));
	sql(`BEGIN; ALTER TABLE case_event DISABLE TRIGGER case_event_append_only;
		UPDATE supplier_case SET sent_at = sent_at - interval '${seconds} s' WHERE id = ${id};
		UPDATE case_event SET occurred_at = occurred_at - interval '${seconds} s', recorded_at = recorded_at - interval '${seconds} s' WHERE case_id = ${id};
		UPDATE case_event e SET hash = event_digest(decode(repeat('00', 32), 'hex'), 'case:' || e.case_id, e.seq, e.type::text, e.occurred_at, e.recorded_at,
			e.actor_id, e.party::text, NULL, e.body, e.data) WHERE case_id = ${id} AND seq = 1;
		UPDATE case_chain c SET head = e.hash FROM case_event e WHERE c.case_id = ${id} AND e.case_id = c.case_id AND e.seq = 1;
		ALTER TABLE case_event ENABLE TRIGGER case_event_append_only; COMMIT;`);
	return one;
}
const pausesOf = async (one, who = "agent") => (await good(get(who, `/cases/${one.number}/pauses`))).items;
const flagsOf = (pause) => pause.flags.map((flag) => flag.flag);
const pathOf = (one) => `/cases/${one.number}`;
async function upload(one, name = "call.txt", query = "") {
	const form = new FormData();
	form.append("file", new Blob([`note of a call, ${mark}`], { type: "text/plain" }), name);
	return good(call("agent", "POST", `/cases/${one.number}/attachments${query}`, form), 201);
}
async function linkOf(one) {
	return new Browser(tokenOf((await makeLink(world, { case: one.number })).url));
}

describe("pauses", () => {
	test("a pause has a reason of the contract's list, an author, both instants and a file whose digest is in the chain", async () => {
		const one = await openCase(world);
		const file = await upload(one);
		assert.match(file.sha256, /^[0-9a-f]{64}$/);
		await good(record(one.number, "info_requested", { body: "Which till?", pause_reason: "access", attachment: file.id }), 201);
		const [pause, ...others] = await pausesOf(one);
		assert.equal(others.length, 0);
		assert.equal(pause.reason, "access");
		assert.match(pause.reason_ru, /доступ/);
		assert.equal(pause.waits_for, "us");
		assert.equal(pause.begun.author.id, (await me("agent")).id);
		assert.equal(pause.begun.via, "desk");
		assert.equal(pause.to, null);
		assert.deepEqual(pause.metrics, ["resolution", "update", "workaround"]);
		assert.equal(pause.consent.state, "unanswered");
		assert.deepEqual(pause.attachments.map((a) => a.id), [file.id]);
		assert.deepEqual(pause.flags, []);
		const events = await all("agent", `${pathOf(one)}/events`);
		assert.deepEqual(events.at(-1).data.evidence, { via: "desk", attachment: file.id, attachment_sha256: file.sha256 });
		assert.equal((await get("agent", `/attachments/${file.id}`)).bytes.toString(), `note of a call, ${mark}`);
		assert.equal((await get("employee", `/attachments/${file.id}`)).status, 404, "the reporter does not see evidence");
	});

	test("a reason that the contract does not have, one where no pause begins, and a file of another case are refused", async () => {
		const [one, other] = [await openCase(world), await openCase(world)];
		const file = await upload(other);
		let answer = await record(one.number, "info_requested", { body: "?", pause_reason: "lunch" });
		problem(answer, 422);
		assert.match(answer.json.errors[0].detail, /information/);
		answer = await record(one.number, "update", { pause_reason: "access" });
		assert.deepEqual(pointers(answer), ["pause_reason"]);
		answer = await record(one.number, "update", { attachment: file.id });
		assert.deepEqual(pointers(answer), ["attachment"]);
		await good(record(other.number, "update", { attachment: file.id }), 201);
		answer = await record(other.number, "update", { attachment: file.id });
		assert.deepEqual(pointers(answer), ["attachment"], "a file belongs to one event");
	});

	test("long, late and self-serving pauses stand out, and say why", async () => {
		const one = await oldCase(40000);
		await good(record(one.number, "info_requested", { body: "They asked on the phone", occurred_at: ago(36000) }), 201);
		let [pause] = await pausesOf(one);
		assert.deepEqual(flagsOf(pause), ["long", "late", "self_serving"]);
		assert.equal(pause.flags[2].why, "supplier_word");
		assert.match(pause.flags[0].text, /10 h|10 ч/);
		assert.ok(pause.begun.late_s >= 35990);
		for (const flag of ["long", "late", "self_serving"]) {
			const found = await all("manager", `/pauses?supplier=${world.supplier.id}&flag=${flag}`);
			assert.ok(found.some((p) => p.case === one.number), flag);
		}
		assert.ok(!(await all("manager", `/pauses?supplier=${world.supplier.id}&flag=contested`)).some((p) => p.case === one.number));
		// A note with a file of ours takes the suspicion away; the facts stay.
		const file = await upload(one, "mail.eml");
		await good(post("agent", `${pathOf(one)}/pauses/${pause.from_seq}/notes`, { body: "Their mail of that hour", attachment: file.id }), 201);
		[pause] = await pausesOf(one);
		assert.deepEqual(flagsOf(pause), ["long", "late"]);
		assert.equal(pause.notes[0].body, "Their mail of that hour");
	});

	test("our own answer entered afterwards is self-serving until the supplier agrees", async () => {
		const one = await oldCase(40000);
		const file = await upload(one);
		await good(record(one.number, "info_requested", { body: "?", occurred_at: ago(39000), attachment: file.id }), 201);
		await good(record(one.number, "info_provided", { body: "We said so on the phone", occurred_at: ago(38000) }), 201);
		let [pause] = await pausesOf(one);
		assert.equal(pause.flags.find((flag) => flag.flag === "self_serving").why, "our_word");
		assert.equal(pause.ended.type, "info_provided");
		const browser = await linkOf(one);
		await good(browser.post(`${pathOf(one)}/pauses/${pause.from_seq}/agree`, { name: "Ada" }), 201);
		[pause] = await pausesOf(one);
		assert.equal(pause.consent.state, "agreed");
		assert.equal(pause.consent.by, "Ada");
		assert.ok(!flagsOf(pause).includes("self_serving"));
	});

	test("a pause that the supplier enters itself stands out", async () => {
		const one = await openCase(world);
		const browser = await linkOf(one);
		await good(browser.post(`${pathOf(one)}/events`, { type: "info_requested", body: "Serial number?", pause_reason: "information" }), 201);
		const [pause] = await pausesOf(one);
		assert.equal(pause.flags[0].why, "supplier_entered");
		assert.equal(pause.begun.via, "link");
		assert.equal(pause.begun.author, null);
	});

	test("a consent that came by phone is entered for the supplier, and says by whom; only with a file does it clear our own late answer", async () => {
		const one = await oldCase(40000);
		await good(record(one.number, "info_requested", { body: "?", occurred_at: ago(39000), attachment: (await upload(one)).id }), 201);
		await good(record(one.number, "info_provided", { body: "We said so on the phone", occurred_at: ago(38000) }), 201);
		let [pause] = await pausesOf(one);
		const path = `${pathOf(one)}/pauses/${pause.from_seq}/agree`;
		assert.deepEqual(pointers(await post("agent", path, {})).sort(), ["body", "name"]);
		problem(await post("agent2", path, { name: "Ada", body: "By phone" }), 403, "not-the-owner");
		problem(await post("agent", `${pathOf(one)}/pauses/1/agree`, { name: "Ada", body: "By phone" }), 404);
		await good(post("agent", path, { name: "Ada", body: "By phone at noon" }), 201);
		[pause] = await pausesOf(one);
		assert.equal(pause.consent.state, "agreed");
		assert.equal(pause.consent.by, "Ada");
		assert.equal(pause.consent.entered_by.id, (await me("agent")).id);
		assert.ok(flagsOf(pause).includes("self_serving"), "our word alone proves nothing");
		const event = (await all("agent", `${pathOf(one)}/events`)).at(-1);
		assert.equal(event.type, "pause_agreed");
		assert.equal(event.party, "supplier");
		assert.equal(event.author.id, (await me("agent")).id);
		assert.deepEqual(event.data.evidence, { via: "desk", name: "Ada" });
		const other = await oldCase(40000);
		await good(record(other.number, "info_requested", { body: "?", occurred_at: ago(39000), attachment: (await upload(other)).id }), 201);
		await good(record(other.number, "info_provided", { body: "Said", occurred_at: ago(38000) }), 201);
		const file = await upload(other, "consent.eml");
		[pause] = await pausesOf(other);
		await good(post("lead", `${pathOf(other)}/pauses/${pause.from_seq}/agree`, { name: "Ada", body: "By mail", attachment: file.id }), 201);
		[pause] = await pausesOf(other);
		assert.ok(!flagsOf(pause).includes("self_serving"));
		assert.ok(pause.attachments.some((a) => a.id === file.id));
	});

	test("who may note, and who may list", async () => {
		const one = await openCase(world);
		await good(record(one.number, "info_requested", { body: "?" }), 201);
		const [pause] = await pausesOf(one);
		const path = `${pathOf(one)}/pauses/${pause.from_seq}/notes`;
		problem(await post("agent2", path, { body: "x" }), 403, "not-the-owner");
		problem(await post("auditor", path, { body: "x" }), 403);
		await good(post("manager", path, { body: "Asked the shop" }), 201);
		problem(await post("agent", `${pathOf(one)}/pauses/1/notes`, { body: "x" }), 404);
		problem(await get("agent", "/pauses"), 403);
		problem(await get("employee", `${pathOf(one)}/pauses`), 403);
		problem(await get("agent", "/cases/CASE-999999/pauses"), 404);
		assert.ok((await good(get("auditor", `/pauses?contract=${world.contract.id}&limit=2`))).items.length > 0);
		const paged = await all("auditor", `/pauses?supplier=${world.supplier.id}&limit=2`);
		assert.equal(new Set(paged.map((p) => `${p.case}:${p.from_seq}`)).size, paged.length);
		assert.deepEqual(paged.map((p) => p.case), paged.map((p) => p.case).sort().reverse());
	});

	test("rules of lateness and links are the manager's, with a version", async () => {
		const now = await get("manager", "/supply-rules");
		assert.deepEqual(Object.keys(now.json).sort(), ["late_entry_s", "link_days", "link_grace_h"]);
		assert.equal((await call("manager", "PATCH", "/supply-rules", { link_days: 20 })).status, 428);
		assert.equal((await call("agent", "PATCH", "/supply-rules", { link_days: 20 }, { "if-match": "*" })).status, 403);
		assert.equal((await call("manager", "PATCH", "/supply-rules", { link_days: 0 }, { "if-match": "*" })).status, 422);
		const changed = await good(call("manager", "PATCH", "/supply-rules", { link_days: 31 }, { "if-match": now.headers.get("etag") }));
		assert.equal(changed.link_days, 31);
		assert.equal((await call("manager", "PATCH", "/supply-rules", { link_days: 30 }, { "if-match": now.headers.get("etag") })).status, 412);
		await good(call("manager", "PATCH", "/supply-rules", { link_days: now.json.link_days }, { "if-match": "*" }));
	});
});

describe("objections", () => {
	// The supplier says that we answered at another time.
	async function contested(fields = {}, owner = "agent") {
		const one = await oldCase(40000, owner);
		const file = await upload(one);
		await good(record(one.number, "info_requested", { body: "?", occurred_at: ago(30000), attachment: file.id }, owner), 201);
		await good(record(one.number, "info_provided", { body: "Here", occurred_at: ago(20000) }, owner), 201);
		const [pause] = await pausesOf(one);
		const browser = await linkOf(one);
		const seen = await good(browser.post(`${pathOf(one)}/contests`, { event: pause.ended.seq, pause: pause.from_seq, reason: "It came much later", wanted: "instant",
			occurred_at: ago(10000), name: "Ada", ...fields }), 201);
		const contest = (await good(get("lead", `/contests?case=${one.number}`))).items[0];
		return { one, pause, browser, seen, contest };
	}

	test("an objection is told, listed and stands at the pause", async () => {
		const { one, pause, seen, contest } = await contested();
		assert.equal(contest.state, "open");
		assert.equal(contest.kind, "pause");
		assert.equal(contest.evidence.via, "link");
		assert.ok(contest.evidence.address);
		assert.equal(contest.raised_by, "Ada");
		assert.equal(seen.contests[0].state, "open");
		assert.ok((await all("lead", "/contests?state=open")).some((c) => c.id === contest.id));
		const [again] = await pausesOf(one);
		assert.equal(again.consent.state, "contested");
		assert.equal(again.consent.reason, "It came much later");
		assert.ok(flagsOf(again).includes("contested"));
		assert.equal(again.from_seq, pause.from_seq);
		const told = sql(`SELECT string_agg(DISTINCT p.login, ',' ORDER BY p.login) FROM outbox o JOIN person p ON p.id = o.person_id WHERE o.effect_key LIKE 'contest:${contest.id}:raised:%'`).split(",");
		assert.ok(told.includes("agent"), `told: ${told}`);
		assert.ok(told.length >= 2, `told: ${told}`);
	});

	test("upheld, it is followed by a correction, the clock follows, and the replay agrees", async () => {
		const { one, contest } = await contested();
		const before_ = clock(await good(get("agent", pathOf(one))), "resolution");
		problem(await post("agent2", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "x" }), 403);
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld" }), 422);
		const decided = await good(post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "The mail server says so" }));
		assert.equal(decided.state, "upheld");
		assert.equal(decided.decision, "The mail server says so");
		assert.ok(decided.correction.occurred_at);
		const after_ = clock(await good(get("agent", pathOf(one))), "resolution");
		assert.ok(Math.abs(before_.elapsed_s - after_.elapsed_s - 10000) <= 5, `${before_.elapsed_s} then ${after_.elapsed_s}`);
		const events = await all("agent", `${pathOf(one)}/events`);
		assert.deepEqual(events.slice(-2).map((e) => e.type), ["contest_decided", "corrected"]);
		assert.equal(events.find((e) => e.seq === contest.event.seq).occurred_at, contest.event.occurred_at, "what was recorded stays");
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "rejected", note: "x" }), 409, "already-decided");
		const mail = sql(`SELECT subject || body FROM outbox WHERE effect_key = 'contest:${contest.id}:decided'`);
		assert.match(mail, /upheld/);
		assert.match(mail, /\[\[link\]\]/, "the text kept holds no address");
	});

	test("rejected, nothing moves", async () => {
		const { one, contest } = await contested();
		const before_ = clock(await good(get("agent", pathOf(one))), "resolution");
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "rejected", note: "No", void: true }), 422);
		const decided = await good(post("manager", `/contests/${contest.id}/decide`, { outcome: "rejected", note: "Our log says otherwise" }));
		assert.equal(decided.state, "rejected");
		assert.equal(decided.corrected_seq, null);
		const after_ = clock(await good(get("agent", pathOf(one))), "resolution");
		assert.ok(after_.elapsed_s - before_.elapsed_s < 5);
	});

	test("whoever entered the event does not decide about it", async () => {
		const { contest } = await contested({}, "lead");
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "rejected", note: "I was right" }), 403, "own-entry");
		await good(post("manager", `/contests/${contest.id}/decide`, { outcome: "rejected", note: "She was right" }));
	});

	test("the decider may find another instant, but none that is impossible", async () => {
		const { one, contest } = await contested();
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "x", occurred_at: ago(35000) }), 422);
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "x", occurred_at: ago(-500) }), 422);
		await good(post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "Between the two", occurred_at: ago(15000) }));
		const [pause] = await pausesOf(one);
		assert.ok(Math.abs(pause.worked_s - 15000) <= 5, String(pause.worked_s));
	});

	test("a rejection of the fix that was wrong: the fix counts from its declaration, and the case waits for our check again", async () => {
		const one = await oldCase(20000);
		await good(record(one.number, "fix_declared", { occurred_at: ago(15000) }), 201);
		await good(record(one.number, "fix_rejected", { body: "Still dead", occurred_at: ago(14000) }), 201);
		const browser = await linkOf(one);
		const seen = await good(browser.get(pathOf(one)));
		const rejection = seen.events.find((e) => e.type === "fix_rejected");
		await good(browser.post(`${pathOf(one)}/contests`, { event: rejection.seq, reason: "It worked; another till was tried", wanted: "void" }), 201);
		const [contest] = (await good(get("lead", `/contests?case=${one.number}&state=open`))).items;
		await good(post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "True" }));
		const now = await good(get("agent", pathOf(one)));
		assert.equal(now.status, "verifying");
		const resolution = clock(now, "resolution");
		assert.equal(resolution.state, "stopped");
		assert.ok(Math.abs(resolution.elapsed_s - 5000) <= 5, String(resolution.elapsed_s));
		assert.ok(now.can.includes("fix_accepted"));
		const shown = (await good(browser.get(pathOf(one)))).events.find((e) => e.seq === rejection.seq);
		assert.equal(shown.void, true);
	});

	test("an objection that came by phone is entered for the supplier and decided like any other", async () => {
		const one = await oldCase(40000);
		await good(record(one.number, "fix_declared", { occurred_at: ago(15000) }), 201);
		await good(record(one.number, "fix_rejected", { body: "Still dead", occurred_at: ago(14000) }), 201);
		const seen = await good(get("agent", pathOf(one)));
		const rejection = seen.events.find((e) => e.type === "fix_rejected");
		assert.ok(seen.contestable.includes(rejection.seq));
		assert.ok(!seen.contestable.includes(1));
		assert.ok(seen.pause_reasons.some((r) => r.key === "access" && r.name_ru));
		const path = `${pathOf(one)}/contests`;
		assert.deepEqual(pointers(await post("agent", path, {})).sort(), ["event", "name", "reason", "wanted"]);
		const entry = { event: rejection.seq, reason: "It worked", wanted: "void", name: "Ada" };
		problem(await post("agent2", path, entry), 403, "not-the-owner");
		assert.deepEqual(pointers(await post("agent", path, { ...entry, wanted: "instant", occurred_at: ago(-60) })), ["occurred_at"]);
		const file = await upload(one, "objection.eml");
		await good(post("agent", path, { ...entry, attachment: file.id }), 201);
		problem(await post("agent", path, entry), 409, "contest-open");
		const [contest] = (await good(get("lead", `/contests?case=${one.number}`))).items;
		assert.equal(contest.raised_by, "Ada");
		assert.equal(contest.entered_by.id, (await me("agent")).id);
		assert.equal(contest.attachment.id, file.id);
		assert.ok(!(await good(get("agent", pathOf(one)))).contestable.includes(rejection.seq));
		problem(await post("lead", `/contests/${contest.id}/decide`, { outcome: "upheld", note: "True" }), 200);
		assert.equal((await good(get("agent", pathOf(one)))).status, "verifying");
		const links = await good(get("manager", `/suppliers/${world.supplier.id}/links?case=${one.number}`));
		assert.ok(links.items.length > 0 && links.items.every((l) => l.case === one.number));
	});

	test("one open objection an event; what is no act of either cannot be objected to", async () => {
		const { one, browser, contest } = await contested();
		problem(await browser.post(`${pathOf(one)}/contests`, { event: contest.event.seq, reason: "again", wanted: "void" }), 409, "contest-open");
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 1, reason: "not sent", wanted: "void" }), 422);
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 999, reason: "x", wanted: "void" }), 422);
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 2, reason: "x", wanted: "instant" }), 422);
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 2, reason: "x", wanted: "void", occurred_at: ago(1) }), 422);
		problem(await browser.post(`${pathOf(one)}/contests`, { event: 2, reason: "x", wanted: "instant", occurred_at: ago(-60) }), 422);
	});

	test("the chain and the replay hold after all of this", async () => {
		const { execFileSync } = await import("node:child_process");
		for (const what of ["verify", "replay"])
			for (const { case: one } of await all("lead", `/contests?supplier=${world.supplier.id}`))
				execFileSync(process.env.VAKHTA_BIN, ["audit", what, "--subject", one.number, "--config", process.env.VAKHTA_CONFIG]);
	});
});
