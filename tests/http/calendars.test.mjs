// Calendars: official years against the published hours, days as they count, years copied, and what a change does before it is made.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { call, get, good, mark, pointers, post, taken } from "./tickets_world.mjs";

const office = [1, 2, 3, 4, 5].flatMap((day) => [{ day, from: "09:00", to: "13:00" }, { day, from: "14:00", to: "18:00" }]);
const always = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: "00:00", to: "24:00" }));
let n = 0;
const calendar = (fields = {}) => good(post("manager", "/calendars", { key: `cal-${mark}-${++n}`, name: `Calendar ${mark} ${n}`, zone: "Europe/Moscow", week: office, exceptions: [], ...fields }), 201);
const days = (one, from, to, who = "agent") => good(get(who, `/calendars/${one.id}/days?from=${from}&to=${to}`));
const hours = ({ zone, week, exceptions, name }) => ({ name, zone, week, exceptions });
const day = (offset) => new Date(Date.now() + offset * 86400_000).toISOString().slice(0, 10);

describe("official years of Russia", () => {
	// Published hours of a 40-hour week and working days; what the program ships must come to the same by its own engine.
	const published = { 2024: [248, 1979], 2025: [247, 1972], 2026: [247, 1972], 2027: [247, 1972] };
	const months = { 2024: [136, 159, 159, 168, 159, 151, 184, 176, 168, 184, 167, 168], 2026: [120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176] };

	test("each names its act, and the days come to the published hours", async () => {
		const years = (await good(get("auditor", "/calendars/official"))).items.filter((year) => year.country === "RU");
		assert.deepEqual(years.map((year) => year.year), [2024, 2025, 2026, 2027]);
		for (const year of years) {
			assert.match(year.act.title_ru, new RegExp(`№ ${year.act.number} «О переносе выходных дней в ${year.year} году»`));
			assert.ok(Date.parse(year.act.date) < Date.parse(`${year.year}-01-01`), "laid down before the year");
			assert.deepEqual([year.working_days, year.hours_40], published[year.year]);
		}
		const one = await calendar();
		const filled = await good(post("manager", `/calendars/${one.id}/official`, { country: "RU", years: [2024, 2025, 2026, 2027] }));
		assert.equal(filled.known_until, "2027-12-31");
		for (const [year, [working, norm]] of Object.entries(published)) {
			const all = await days(one, `${year}-01-01`, `${Number(year) + 1}-01-01`);
			assert.equal(all.worked_s, norm * 3600, `hours of ${year}`);
			assert.equal(all.items.filter((each) => each.worked_s > 0).length, working, `working days of ${year}`);
			for (const [month, expected] of (months[year] ?? []).entries()) {
				const sum = all.items.filter((each) => Number(each.date.slice(5, 7)) === month + 1).reduce((s, each) => s + each.worked_s, 0);
				assert.equal(sum, expected * 3600, `${year}-${month + 1}`);
			}
		}
		const again = await good(post("manager", `/calendars/${one.id}/official`, { country: "RU", years: [2024, 2025, 2026, 2027] }));
		assert.equal(again.version, filled.version, "taken over twice, nothing changes");
	});

	test("moved working days work, days before holidays are an hour shorter, moved days off are free", async () => {
		const one = await calendar();
		await good(post("manager", `/calendars/${one.id}/official`, { country: "RU", years: [2024, 2027] }));
		const kinds = async (date) => {
			const [it] = (await days(one, date, new Date(Date.parse(date) + 86400_000).toISOString().slice(0, 10))).items;
			return [it.kind, it.worked_s / 3600];
		};
		assert.deepEqual(await kinds("2024-04-27"), ["moved", 8], "Saturday for Monday 29 April");
		assert.deepEqual(await kinds("2024-04-29"), ["holiday", 0]);
		assert.deepEqual(await kinds("2024-11-02"), ["moved", 7], "moved and short");
		assert.deepEqual(await kinds("2024-12-28"), ["moved", 8]);
		assert.deepEqual(await kinds("2024-12-31"), ["holiday", 0]);
		assert.deepEqual(await kinds("2027-02-20"), ["moved", 7]);
		assert.deepEqual(await kinds("2027-02-22"), ["holiday", 0]);
		assert.deepEqual(await kinds("2027-11-05"), ["holiday", 0]);
		assert.deepEqual(await kinds("2027-04-30"), ["short", 7]);
		assert.deepEqual(await kinds("2027-03-09"), ["working", 8]);
		assert.deepEqual(await kinds("2027-03-13"), ["off", 0]);
	});

	test("years that are not known and countries that are none are refused", async () => {
		const one = await calendar();
		assert.deepEqual(pointers(await post("manager", `/calendars/${one.id}/official`, { country: "RU", years: [2024, 2040] })), ["years"]);
		assert.deepEqual(pointers(await post("manager", `/calendars/${one.id}/official`, { country: "XX", years: [2024] })), ["years"]);
		assert.deepEqual(pointers(await post("manager", `/calendars/${one.id}/official`, { years: [] })), ["country", "years"]);
		assert.equal((await post("auditor", `/calendars/${one.id}/official`, { country: "RU", years: [2024] })).status, 403);
		assert.equal((await post("manager", "/calendars/999999999/official", { country: "RU", years: [2024] })).status, 404);
	});
});

describe("years and days", () => {
	test("a year is copied by date; dates that have hours keep them; there is no 29 February", async () => {
		const one = await calendar({ exceptions: [{ date: "2024-02-29", hours: [] }, { date: "2024-05-01", hours: [] }, { date: "2024-05-02", hours: [["09:00", "12:00"]] }, { date: "2026-05-01", hours: [["10:00", "11:00"]] }] });
		const told = await good(post("manager", `/calendars/${one.id}/copy-year?dry_run=true`, { from: 2024, to: 2026 }));
		assert.deepEqual(told.exceptions.filter((each) => each.date.startsWith("2026")), [{ date: "2026-05-01", hours: [["10:00", "11:00"]] }, { date: "2026-05-02", hours: [["09:00", "12:00"]] }]);
		assert.equal((await good(get("manager", `/calendars/${one.id}`))).version, 1, "a dry run writes nothing");
		await good(post("manager", `/calendars/${one.id}/copy-year`, { from: 2024, to: 2026 }, { "if-match": '"1"' }));
		assert.equal((await post("manager", `/calendars/${one.id}/copy-year`, { from: 2024, to: 2027 }, { "if-match": '"1"' })).status, 412);
		assert.deepEqual(pointers(await post("manager", `/calendars/${one.id}/copy-year`, { from: 2024, to: 2024 })), ["to"]);
	});

	test("days of a month with their kind and hours, also across a change of clocks", async () => {
		const one = await calendar({ zone: "Europe/Berlin", week: always, exceptions: [{ date: "2026-10-26", hours: [["08:00", "10:00"]] }] });
		const october = await days(one, "2026-10-24", "2026-10-28");
		assert.deepEqual(october.items.map((each) => [each.date, each.weekday, each.kind, each.worked_s / 3600, each.exception]),
			[["2026-10-24", 6, "working", 24, false], ["2026-10-25", 7, "working", 25, false], ["2026-10-26", 1, "short", 2, true], ["2026-10-27", 2, "working", 24, false]]);
		assert.equal(october.worked_s, 75 * 3600);
		for (const query of ["", "?from=2026-01-01", "?from=2026-02-01&to=2026-01-01", "?from=2020-01-01&to=2026-01-01", "?from=2026-01-01&to=2026-02-01&x=1"])
			assert.equal((await get("agent", `/calendars/${one.id}/days${query}`)).status, 422, query);
	});

	test("until when holidays are known, and who counts by it", async () => {
		const plain = await calendar();
		assert.deepEqual([plain.known_until, plain.ends, plain.used_by], [null, false, { contracts: [], policies: [], services: [] }]);
		const year = day(0).slice(0, 4);
		const near = await calendar({ exceptions: [{ date: `${year}-01-01`, hours: [] }] });
		assert.deepEqual([near.known_until, near.ends], [`${year}-12-31`, false], "it ends soon, but nobody uses it");
		const supplier = await good(post("manager", "/suppliers", { name: `Ends ${mark}`, kind: "external", language: "en" }), 201);
		await good(post("manager", "/contracts", { number: `E-${mark}`, name: "x", supplier: supplier.id, valid_from: `${year}-01-01`, calendar: near.id }), 201);
		const used = await good(get("manager", `/calendars/${near.id}`));
		assert.deepEqual(used.used_by.contracts.map((contract) => contract.name), [`E-${mark}`]);
		assert.equal(used.ends, Date.parse(`${year}-12-31`) - Date.now() < 90 * 86400_000);
	});
});

describe("the effect of a change, before it is made", () => {
	const world = {};
	before(async () => {
		world.cls = await good(post("cmdb", "/cmdb/classes", { name: `thing_${mark}`, label_en: "Thing", label_ru: "Вещь" }), 201);
		world.ci = await good(post("cmdb", "/cmdb/cis", { class: world.cls.id, name: `Thing ${mark}` }), 201);
		world.calendar = await calendar({ zone: "UTC", week: always });
		const supplier = await good(post("manager", "/suppliers", { name: `Effect ${mark}`, kind: "external", language: "en" }), 201);
		await good(post("manager", "/contracts", { number: `P-${mark}`, name: "x", supplier: supplier.id, valid_from: "2025-01-01", calendar: world.calendar.id, coverage: [world.ci.id],
			targets: [1, 2, 3, 4].flatMap((priority) => [{ priority, metric: "acknowledge", target_s: 60 * 60, goal_pct: 90 }, { priority, metric: "resolution", target_s: 3 * 86400, goal_pct: 90 }, { priority, metric: "workaround", target_s: 2 * 86400, goal_pct: 90 }]) }), 201);
		const ticket = await taken();
		await good(call("agent", "PUT", `/tickets/${ticket.number}/cis/${world.ci.id}`, { role: "cause" }));
		world.case = await good(post("agent", `/tickets/${ticket.number}/cases`, { summary: "Broken", body: "Please" }), 201);
		await good(post("agent", `/cases/${world.case.number}/events`, { type: "acknowledged" }), 201);
	});
	const preview = (changed) => good(post("manager", `/calendars/${world.calendar.id}/preview`, hours({ ...world.calendar, ...changed })));

	test("nothing changed moves nothing", async () => {
		const effect = await preview({});
		assert.deepEqual([effect.days, effect.days_changed, effect.moved, effect.clocks], [[], 0, 0, []]);
		assert.equal(effect.open, 2);
	});

	test("a holiday tomorrow moves what is due after it, and saving does exactly what was told", async () => {
		const changed = { exceptions: [{ date: day(1), hours: [] }] };
		const effect = await preview(changed);
		assert.deepEqual(effect.days.map((each) => [each.date, each.before_s, each.after_s]), [[day(1), 86400, 0]]);
		assert.deepEqual([effect.moved, effect.later, effect.earlier], [2, 2, 0]);
		assert.ok(effect.clocks.every((clock) => clock.case === world.case.number));
		for (const clock of effect.clocks) assert.equal(Date.parse(clock.new_due_at) - Date.parse(clock.due_at), 86400_000, clock.metric);
		assert.equal((await good(get("manager", `/calendars/${world.calendar.id}`))).version, 1, "nothing was written");
		assert.equal((await good(get("agent", `/cases/${world.case.number}`))).clocks.length, 3);
		await good(call("manager", "PUT", `/calendars/${world.calendar.id}`, hours({ ...world.calendar, ...changed }), { "if-match": '"1"' }));
		const now = await good(get("agent", `/cases/${world.case.number}`));
		for (const told of effect.clocks) {
			const clock = now.clocks.find((each) => each.metric === told.metric);
			assert.ok(Math.abs(Date.parse(clock.due_at) - Date.parse(told.new_due_at)) <= 1000, `${told.metric}: ${clock.due_at} and ${told.new_due_at}`);
		}
		assert.equal(now.clocks.find((clock) => clock.metric === "acknowledge").retargeted ?? 0, 0, "what has ended keeps the hours it was judged by");
	});

	test("hours that make no sense are refused; readers do not preview", async () => {
		assert.equal((await post("manager", `/calendars/${world.calendar.id}/preview`, { zone: "Mars/Base", week: [] })).status, 422);
		assert.equal((await post("auditor", `/calendars/${world.calendar.id}/preview`, hours(world.calendar))).status, 403);
	});
});
