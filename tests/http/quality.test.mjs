// Quality of the desk over HTTP: ratings by link, reviews, samples and their draw, KPI, attestations, and who may see whose figures.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, test } from "node:test";
import { ratingToken } from "./rating_link.mjs";
import { all, base, call, get, good, mark, me, open, pointers, post, taken } from "./tickets_world.mjs";

const fix = { cause: "a loose cable", fix: `plugged in the cable of ${mark}`, no_prevention: true, no_ci_reason: "a cable" };
const resolved = async (owner = "agent") => {
	const ticket = await taken({}, owner);
	await good(post(owner, `/tickets/${ticket.number}/resolve`, fix));
	return ticket.number;
};
const page = (token) => fetch(`${base}/rate/${token}`);
const send = (token, fields, headers = {}) =>
	fetch(`${base}/rate/${token}`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body: new URLSearchParams(fields) });
const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
const rated = async (number) => (await all("agent", `/tickets/${number}/events`)).filter(({ type }) => type === "rated");
const ofTicket = (who, number) => all(who, `/quality/reviews?ticket=${number}`);

describe("rating by the link in the mail", () => {
	test("a GET shows the scale, number and subject, and rates nothing however often scanners follow it", async () => {
		const number = await resolved();
		const token = ratingToken(number, 1);
		for (let i = 0; i < 5; i++) {
			const answer = await page(token);
			assert.equal(answer.status, 200);
			assert.match(answer.headers.get("content-type"), /^text\/html; charset=utf-8/);
			assert.match(answer.headers.get("content-security-policy"), /default-src 'none'.*form-action 'self'/);
			assert.equal(answer.headers.get("cache-control"), "no-store");
			const html = await answer.text();
			for (let score = 0; score <= 10; score++) assert.ok(html.includes(`name="score" value="${score}"`));
			assert.ok(html.includes(number) && html.includes(mark));
			assert.ok(!html.includes("<script") && !html.includes("plugged in") && !html.includes((await me("agent")).family_name), "nothing else of the ticket");
		}
		assert.deepEqual(await rated(number), []);
		assert.equal((await fetch(`${base}/rate/style.css`)).status, 200);
	});

	test("a POST rates once; afterwards the link says so", async () => {
		const number = await resolved();
		const token = ratingToken(number, 1);
		const answer = await send(token, { score: "9", recommend: "10", comment: "Quick & kind\r\n<b>thanks</b>" }, { origin: base });
		assert.equal(answer.status, 200);
		const [event] = await rated(number);
		assert.equal(event.data.score, 9);
		assert.equal((await send(token, { score: "1" })).status, 409);
		assert.equal((await page(token)).status, 200);
		assert.equal((await rated(number)).length, 1);
		assert.equal((await post("employee", `/tickets/${number}/rating`, { score: 3 })).status, 409, "the page knows of it too");
		assert.deepEqual(await ofTicket("lead", number), [], "nine is not low");
	});

	test("without a number nothing is rated, and what was typed is kept, escaped", async () => {
		const number = await resolved();
		const token = ratingToken(number, 1);
		for (const fields of [{ comment: "<script>alert(1)</script>" }, { score: "11", comment: "<script>alert(1)</script>" }, { score: "3", recommend: "x", comment: "<script>alert(1)</script>" }]) {
			const answer = await send(token, fields);
			assert.equal(answer.status, 422);
			const html = await answer.text();
			assert.ok(html.includes("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.includes("<script>"));
		}
		assert.equal((await send(token, { score: "5", comment: "a".repeat(4001) })).status, 422);
		assert.equal((await fetch(`${base}/rate/${token}`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"score":5}' })).status, 415);
		assert.equal((await fetch(`${base}/rate/${token}`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "score=5&score=9" })).status, 400);
		assert.deepEqual(await rated(number), []);
	});

	test("forged, borrowed and expired links do nothing and look alike", async () => {
		const number = await resolved();
		const token = ratingToken(number, 1);
		const other = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
		const bad = [other, token.slice(0, -1), `${token}A`, "x", ratingToken(number, 1, Date.now() / 1000 - 1), ratingToken(number, 1, undefined, { purpose: "case" }),
			ratingToken(number, 1, undefined, { secret: "another key of thirty-two letters" }), ratingToken("INC-999999999", 1)];
		const texts = new Set();
		for (const one of bad) {
			const answer = await page(one);
			assert.equal(answer.status, 404);
			texts.add(await answer.text());
			assert.equal((await send(one, { score: "0" })).status, 404);
		}
		assert.equal(texts.size, 1);
		assert.equal((await send(token, { score: "0" }, { origin: "https://evil.example" })).status, 403, "another site's form");
		assert.deepEqual(await rated(number), []);
	});

	test("a link is for one resolution: after a reopening it is over, and the next has its own", async () => {
		const number = await resolved();
		const first = ratingToken(number, 1), second = ratingToken(number, 2);
		await good(post("employee", `/tickets/${number}/reopen`, { body: "It came back" }));
		assert.equal((await send(first, { score: "2" })).status, 409);
		assert.equal((await send(second, { score: "2" })).status, 409);
		await good(post("agent", `/tickets/${number}/resolve`, fix));
		assert.equal((await send(first, { score: "2" })).status, 409);
		assert.equal((await send(second, { score: "2" })).status, 200);
		assert.equal((await rated(number)).length, 1);
	});

	test("fifty clicks at once rate once", async () => {
		const number = await resolved();
		const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => send(ratingToken(number, 1), { score: String(i % 11) })));
		assert.deepEqual(answers.map(({ status }) => status).filter((status) => status === 200).length, 1);
		assert.equal((await rated(number)).length, 1);
	});
});

describe("reviews", () => {
	test("a low rating opens one at once, seven does not", async () => {
		const low = await resolved(), fine = await resolved();
		await good(post("employee", `/tickets/${low}/rating`, { score: 6, comment: "So so" }), 201);
		await good(post("employee", `/tickets/${fine}/rating`, { score: 7 }), 201);
		const [review] = await ofTicket("lead", low);
		assert.deepEqual([review.cause, review.score, review.state, review.body], ["rating", 6, "open", "So so"]);
		assert.equal(review.person.id, (await me("agent")).id);
		assert.deepEqual(await ofTicket("lead", fine), []);
	});

	test("it is closed with a finding, and an action where the fault was ours; the log keeps all", async () => {
		const number = await resolved();
		await good(post("employee", `/tickets/${number}/rating`, { score: 1 }), 201);
		const [review] = await ofTicket("lead", number);
		const path = `/quality/reviews/${review.id}`;
		const change = (body, version) => call("lead", "PATCH", path, body, { "if-match": `"${version}"` });
		assert.deepEqual(pointers(await post("lead", `${path}/close`, { outcome: "no_fault", reason: "x" })), ["finding"]);
		assert.deepEqual(pointers(await post("lead", `${path}/close`, { outcome: "our_fault", reason: "x", finding: "y" })), ["action"]);
		assert.deepEqual(pointers(await post("lead", `${path}/close`, { outcome: "nobody" })), ["outcome", "reason"]);
		assert.equal((await change({ finding: "y" }, review.version + 7)).status, 412);
		assert.equal((await call("lead", "PATCH", path, { finding: "y" })).status, 428);
		const lead = await me("lead"), agent = await me("agent");
		assert.deepEqual(pointers(await change({ assignee: agent.id }, review.version)), ["assignee"]);
		const edited = await good(change({ assignee: lead.id, finding: "Nobody called" }, review.version));
		assert.equal((await change({ finding: "z" }, review.version)).status, 412, "somebody was faster");
		const closed = await good(post("lead", `${path}/close`, { outcome: "our_fault", action: "We call within a day", reason: "Talked to the reporter" }));
		assert.deepEqual([closed.state, closed.finding, closed.outcome], ["closed", "Nobody called", "our_fault"]);
		assert.equal((await post("lead", `${path}/close`, { outcome: "no_fault", reason: "x", finding: "y" })).status, 409);
		await good(post("lead", `${path}/reopen`, { reason: "It happened again" }));
		const whole = await good(get("auditor", path));
		assert.deepEqual(whole.events.map(({ what }) => what).filter((what) => what !== "assigned"), ["opened", "finding", "action", "closed", "reopened"]);
		assert.ok(edited.version > review.version);
	});

	test("a complaint opens one too: by the reporter or the desk, not by others, and not twice", async () => {
		const { number } = await taken();
		const path = `/tickets/${number}/complaints`;
		assert.deepEqual(await good(post("employee", path, { body: "Nobody answers" }), 201), { state: "open" });
		assert.equal((await post("employee", path, { body: "Still nobody" })).status, 409);
		assert.equal((await post("employee2", path, { body: "Me too" })).status, 404);
		await good(post("agent2", path, { body: "The reporter called and was angry" }), 201);
		assert.deepEqual((await ofTicket("lead", number)).map(({ cause }) => cause), ["complaint", "complaint"]);
		assert.deepEqual(pointers(await post("employee", path, {})), ["body"]);
	});

	test("the lead of the team and managers see and judge, auditors read, nobody else", async () => {
		const number = await resolved();
		await good(post("employee", `/tickets/${number}/rating`, { score: 0 }), 201);
		const [review] = await ofTicket("manager", number);
		const path = `/quality/reviews/${review.id}`;
		for (const who of ["employee", "agent", "admin", "cmdb"]) for (const address of [path, "/quality/reviews"]) assert.equal((await get(who, address)).status, 403, `${who} ${address}`);
		assert.equal((await get("h.reed", path)).status, 404, "the lead of another team");
		assert.ok(!(await all("h.reed", "/quality/reviews?limit=200")).some(({ id }) => id === review.id));
		assert.equal((await get("auditor", path)).status, 200);
		assert.equal((await post("auditor", `${path}/close`, { outcome: "no_fault", reason: "x", finding: "y" })).status, 403);
	});
});

describe("who sees whose figures", () => {
	let agent, lead;
	before(async () => {
		agent = await me("agent");
		lead = await me("lead");
	});

	test("satisfaction: an agent their own, a lead their teams', managers and auditors all; the administrator none", async () => {
		const own = await good(get("agent", "/quality/satisfaction"));
		assert.deepEqual(own.people.map(({ person }) => person.id), [agent.id]);
		assert.equal((await good(get("agent", `/quality/satisfaction?person=${lead.id}`))).asked, 0);
		const led = await good(get("lead", "/quality/satisfaction"));
		const whole = await good(get("manager", "/quality/satisfaction"));
		assert.ok(own.asked > 0 && own.asked < led.asked && led.asked < whole.asked);
		const figures = ({ asked, answered, score, nps, histogram, people }) => [asked, answered, score, nps, histogram, people.map(({ person, ...rest }) => [person.id, rest.asked])];
		assert.deepEqual(figures(await good(get("auditor", "/quality/satisfaction"))), figures(whole));
		for (const who of ["employee", "admin", "cmdb"]) assert.equal((await get(who, "/quality/satisfaction")).status, 403);
		assert.ok(!(await good(get("h.reed", "/quality/satisfaction"))).people.some(({ person }) => person.id === agent.id));
	});

	test("satisfaction always comes with the share that answered and intervals that hold it", async () => {
		const s = await good(get("manager", "/quality/satisfaction"));
		for (const f of [s, ...s.months, ...s.teams, ...s.people]) {
			assert.ok(f.answered <= f.asked);
			assert.ok(f.response_rate.low <= f.response_rate.pct && f.response_rate.pct <= f.response_rate.high);
			if (f.answered >= 2) assert.ok(f.score.low <= f.score.mean && f.score.mean <= f.score.high && f.score.low < f.score.high);
			else assert.equal(f.score.low, null);
			assert.equal(f.nps.promoters + f.nps.passives + f.nps.detractors, f.nps.answered);
		}
		assert.equal(s.histogram.reduce((a, b) => a + b), s.answered);
		assert.equal(s.months.reduce((sum, f) => sum + f.asked, 0), s.asked);
		assert.equal(s.people.reduce((sum, f) => sum + f.answered, 0), s.answered);
		assert.deepEqual(pointers(await get("manager", "/quality/satisfaction?from=2026-02-30")), ["from"]);
		assert.deepEqual(pointers(await get("manager", "/quality/satisfaction?from=2026-02-01&to=2026-02-01")), ["to"]);
	});

	test("KPI, samples and attestations follow the same rule", async () => {
		const kpi = (await good(get("agent", "/quality/kpi"))).items;
		assert.ok(kpi.length > 0 && kpi.every(({ person }) => person?.id === agent.id));
		assert.equal((await good(get("agent", `/quality/kpi?person=${lead.id}`))).items.length, 0);
		const seen = (await good(get("lead", "/quality/kpi"))).items, every = (await good(get("auditor", "/quality/kpi"))).items;
		assert.ok(seen.length > kpi.length && seen.length < every.length);
		const samples = await all("agent", "/quality/samples?limit=200");
		assert.ok(samples.length > 0 && samples.every(({ person, score_pct: score }) => person.id === agent.id && score !== null));
		const foreign = (await good(get("manager", "/quality/samples?state=scored&limit=50"))).items.find(({ person }) => person.id !== agent.id);
		assert.equal((await get("agent", `/quality/samples/${foreign.id}`)).status, 404);
		assert.equal((await post("agent", `/quality/samples/${samples[0].id}/score`, { answers: [] })).status, 403);
		assert.ok((await good(get("agent", "/quality/attestations"))).items.every(({ person, can_record: can }) => person.id === agent.id && !can));
		for (const address of ["/quality/kpi", "/quality/samples", "/quality/attestations", "/quality/summary"]) assert.equal((await get("admin", address)).status, 403, address);
		for (const [method, address] of [["PATCH", "/quality/settings"], ["POST", "/quality/formulas"], ["POST", "/quality/checklists"], ["POST", "/quality/kpi/2026-01/compute"]])
			assert.equal((await call("auditor", method, address, {}, { "if-match": "*" })).status, 403, address);
	});
});

describe("samples", () => {
	const open_ = async () => {
		const listed = (await good(get("manager", "/quality/samples?state=open&limit=200"))).items;
		assert.ok(listed.length > 0, "the demo leaves samples to be scored");
		return good(get("manager", `/quality/samples/${listed[Math.floor(Math.random() * listed.length)].id}`));
	};

	test("the draw can be made again by anybody: seed, ranks, places", async () => {
		const draws = await all("auditor", "/quality/draws");
		assert.ok(draws.length >= 10);
		const draw = await good(get("auditor", `/quality/draws/${draws[draws.length - 1].week}`));
		assert.equal(draw.agrees, true);
		assert.equal(draw.seed_again, draw.seed);
		const people = new Map();
		for (const p of draw.places) {
			assert.equal(p.rank, createHash("sha256").update(`${draw.seed}:${p.person.id}:${p.number}`).digest("hex"));
			people.set(p.person.id, [...(people.get(p.person.id) ?? []), p]);
		}
		for (const places of people.values()) {
			const sorted = [...places].sort((a, b) => (a.rank < b.rank ? -1 : 1));
			assert.deepEqual(sorted.map(({ number }) => number), [...places].sort((a, b) => a.place - b.place).map(({ number }) => number));
			for (const p of places) assert.equal(p.drawn, p.place <= draw.sample_size);
		}
		assert.equal((await get("auditor", "/quality/draws/2026-01-06")).status, 404);
		assert.equal((await get("lead", `/quality/draws/${draw.week}`)).status, 403);
	});

	test("each question is answered once; the score is the share of the weights that apply; a correction keeps the first", async () => {
		const sample = await open_();
		const path = `/quality/samples/${sample.id}`;
		const items = sample.checklist.items;
		const answers = items.map(({ id }, i) => ({ item: id, answer: ["yes", "partly", "no", "none"][i % 4] }));
		assert.deepEqual(pointers(await post("manager", `${path}/score`, { answers: answers.slice(1) })), ["answers"]);
		assert.deepEqual(pointers(await post("manager", `${path}/score`, { answers: [...answers, answers[0]] })), ["answers"]);
		assert.deepEqual(pointers(await post("manager", `${path}/score`, { answers: [{ item: 999999, answer: "yes" }, ...answers.slice(1)] })), ["answers"]);
		assert.deepEqual(pointers(await post("manager", `${path}/score`, { answers: items.map(({ id }) => ({ item: id, answer: "none" })) })), ["answers"]);
		assert.deepEqual(pointers(await post("manager", `${path}/score`, { answers: [{ item: items[0].id, answer: "maybe" }] })), ["answers/0/answer"]);
		const scored = await good(post("manager", `${path}/score`, { answers, feedback: "Ask once" }));
		const applies = items.filter((_, i) => i % 4 !== 3), sum = (f) => applies.reduce((total, item) => total + f(item), 0);
		const value = { yes: 1, partly: 0.5, no: 0 };
		assert.ok(Math.abs(scored.score_pct - (100 * sum((item) => item.weight * value[answers.find((a) => a.item === item.id).answer])) / sum((item) => item.weight)) < 0.006);
		const again = await good(post("manager", `${path}/score`, { answers: answers.map((a) => ({ ...a, answer: "yes" })) }));
		assert.equal(again.score_pct, 100);
		assert.equal(again.scorings.length, 1);
	});

	test("a second lead scores blindly, and the difference is shown; the first score counts", async () => {
		const lead = await me("lead");
		let sample = await open_();
		for (let i = 0; i < 50 && sample.person.id === lead.id; i++) sample = await open_();
		const path = `/quality/samples/${sample.id}`;
		const answer = (a) => ({ answers: sample.checklist.items.map(({ id }) => ({ item: id, answer: a })) });
		assert.equal((await post("manager", `${path}/calibrate`, { person: lead.id })).status, 409, "first a first score");
		await good(post("manager", `${path}/score`, answer("yes")));
		assert.deepEqual(pointers(await post("manager", `${path}/calibrate`, { person: sample.person.id })), ["person"]);
		assert.deepEqual(pointers(await post("manager", `${path}/calibrate`, { person: (await me("manager")).id })), ["person"]);
		await good(post("manager", `${path}/calibrate`, { person: lead.id }));
		const blind = await good(get("lead", path));
		assert.deepEqual([blind.score_pct, blind.scored_by, blind.scorings], [null, null, []]);
		const both = await good(post("lead", `${path}/score`, answer("partly")));
		assert.deepEqual([both.score_pct, both.calibration_pct, both.scorings.map(({ score_pct: pct }) => pct)], [100, 50, [100, 50]]);
	});

	test("a new edition of a checklist leaves samples with theirs", async () => {
		const [checklist] = (await good(get("lead", "/quality/checklists?kind=request"))).items;
		const items = [{ label_en: `Polite, ${mark}`, label_ru: "Вежливо", weight: 1 }];
		assert.equal((await post("lead", "/quality/checklists", { kind: "request", version: checklist.version + 1, items })).status, 412);
		const next = await good(post("lead", "/quality/checklists", { kind: "request", version: checklist.version, items }), 201);
		assert.equal(next.version, checklist.version + 1);
		assert.deepEqual(pointers(await post("lead", "/quality/checklists", { kind: "request", items: [{ label_en: "x", label_ru: "", weight: 101, fact: "guess" }] })).sort(), ["items/0/fact", "items/0/label_ru", "items/0/weight"]);
		assert.deepEqual(pointers(await post("lead", "/quality/checklists", { kind: "request", items: [] })), ["items"]);
		const sample = (await good(get("manager", "/quality/samples?limit=200"))).items.find(({ ticket }) => ticket.kind === "request");
		assert.notEqual((await good(get("manager", `/quality/samples/${sample.id}`))).checklist.version, next.version);
		const back = checklist.items.map(({ label_en, label_ru, weight, fact }) => ({ label_en, label_ru, weight, ...(fact ? { fact } : {}) }));
		await good(post("lead", "/quality/checklists", { kind: "request", version: next.version, items: back }), 201);
	});
});

describe("the KPI", () => {
	const month = (back) => {
		const now = new Date();
		return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 15)).toISOString().slice(0, 7);
	};

	test("a figure is the sum of its parts, and where facts are missing there is none, with the reason", async () => {
		const { items } = await good(get("manager", "/quality/kpi"));
		assert.ok(items.some(({ value }) => value !== null) && items.some(({ value }) => value === null));
		for (const k of items) {
			assert.equal(k.value === null, k.why_missing.length > 0);
			if (k.value !== null) assert.ok(Math.abs(k.parts.terms.reduce((sum, { value }) => sum + value, 0) - k.value) < 0.04, JSON.stringify(k));
			else for (const { measure, n, needs } of k.why_missing) assert.ok(n < needs && k.parts.measures[measure].value === null);
		}
	});

	test("computed again it is the same; months that are not over are refused", async () => {
		const pick = ({ value, person, team, revision }) => [value, person?.id, team?.id, revision];
		const path = `/quality/kpi?from=${month(2)}&to=${month(2)}`;
		await good(post("manager", `/quality/kpi/${month(2)}/compute`));
		const first = (await good(get("manager", path))).items.map(pick);
		await good(post("manager", `/quality/kpi/${month(2)}/compute`));
		assert.deepEqual((await good(get("manager", path))).items.map(pick), first);
		assert.equal((await post("manager", `/quality/kpi/${month(0)}/compute`)).status, 409);
		assert.equal((await post("manager", "/quality/kpi/2026-13/compute")).status, 404);
		assert.equal((await post("lead", `/quality/kpi/${month(2)}/compute`)).status, 403);
	});

	test("a formula that cannot be read is refused with its place; past months keep theirs", async () => {
		const refused = await post("manager", "/quality/formulas", { expression: "satisfaction + foo", valid_from: month(0) });
		assert.equal(refused.status, 422);
		assert.match(refused.json.errors[0].detail, /no such measure.*character 16/);
		assert.deepEqual(pointers(await post("manager", "/quality/formulas", { expression: "satisfaction", valid_from: month(1) })), ["valid_from"]);
		assert.deepEqual(pointers(await post("manager", "/quality/formulas", { expression: "1 +", valid_from: "soon" })), ["expression", "valid_from"]);
		const tried = await good(post("manager", "/quality/formulas/check", { expression: "given(satisfaction, 0) * 0 + tickets / 0", month: month(1) }));
		assert.ok(tried.items.length > 0 && tried.items.every(({ value, why_missing: why }) => value === null && why[0].error === "division"));
		assert.ok((await good(post("manager", "/quality/formulas/check", { expression: "42", month: month(1) }))).items.every(({ value }) => value === 42));
	});
});

describe("attestations", () => {
	test("the most overdue stand on top; a result opens the next; nobody attests themself", async () => {
		const { items } = await good(get("manager", "/quality/attestations?state=open"));
		assert.deepEqual(items.map(({ due }) => due), items.map(({ due }) => due).sort());
		const one = items.find(({ can_record: can }) => can);
		const path = `/quality/attestations/${one.id}`;
		assert.deepEqual(pointers(await post("manager", `${path}/record`, { done_at: day(3), result: "passed" })), ["done_at"]);
		assert.deepEqual(pointers(await post("manager", `${path}/record`, { done_at: "yesterday", result: "fine" })), ["done_at", "result"]);
		assert.deepEqual(pointers(await call("manager", "PATCH", path, { due: day(-3) })), ["due"]);
		const done = await good(post("manager", `${path}/record`, { done_at: day(-1), result: "failed", note: "Again in a month" }));
		assert.equal(done.done.result, "failed");
		const wait = (Date.parse(done.next.due) - Date.parse(done.done.done_at)) / 86400000;
		assert.ok(wait >= 28 && wait <= 31, "a month after a failure");
		assert.equal((await post("manager", `${path}/record`, { done_at: day(-1), result: "passed" })).status, 409);
		const lead = await me("lead");
		const own = (await good(get("lead", `/quality/attestations?state=open&person=${lead.id}`))).items[0];
		assert.equal(own.can_record, false);
		assert.equal((await post("lead", `/quality/attestations/${own.id}/record`, { done_at: day(-1), result: "passed" })).status, 403);
	});
});

test("settings are the manager's, within their limits, and nobody overwrites another", async () => {
	const settings = await good(get("manager", "/quality/settings"));
	const change = (who, body, version) => call(who, "PATCH", "/quality/settings", body, { "if-match": `"${version}"` });
	assert.equal((await change("lead", {}, settings.version)).status, 403);
	assert.deepEqual(pointers(await change("manager", { low_score: 10, sample_size: -1, no_such: 1 }, settings.version)), ["low_score", "no_such", "sample_size"]);
	const changed = await good(change("manager", { sample_size: settings.sample_size }, settings.version));
	assert.equal((await change("manager", {}, settings.version)).status, 412);
	assert.equal(changed.version, settings.version + 1);
});
