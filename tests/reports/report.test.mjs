// The supplier SLA workbook: recalculation changes nothing, the summary equals figures computed another way, texts are inert.
//     VAKHTA_BIN=…/vakhta node --test tests/reports/report.test.mjs
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { formatFaults } from "./format.mjs";
import { differences, recalculated } from "./recalc.mjs";
import { startWorld } from "./world.mjs";
import { readBook, table } from "./xlsx.mjs";

const FROM = "2026-07-01", TO = "2026-10-01", ZONE = "Europe/Moscow";
let world, files = {};
const make = (name, ...args) => {
	const out = path.join(world.folder, `${name}.xlsx`);
	const result = world.run(["report", "supplier-sla", "--out", out, ...args]);
	assert.equal(result.code, 0, result.err);
	return out;
};
const quality = (name, ...args) => {
	const out = path.join(world.folder, `${name}.xlsx`);
	const result = world.run(["report", "desk-quality", "--out", out, ...args]);
	assert.equal(result.code, 0, result.err);
	return out;
};
before(() => {
	world = startWorld();
	fs.chmodSync(world.folder, 0o777);
	files.en = make("en", "--from", FROM, "--to", TO, "--lang", "en");
	files.ru = make("ru", "--from", FROM, "--to", TO, "--lang", "ru");
	// The formulas must span "Clocks 2", "Clocks 3" … and one group lies on several sheets.
	files.split = make("split", "--from", FROM, "--to", TO, "--rows-per-sheet", "150");
	files.narrow = make("narrow", "--from", FROM, "--to", TO, "--supplier", "report-plain", "--rows-per-sheet", "25");
	files.open = make("open", "--from", "2026-10-15", "--to", `${new Date().getUTCFullYear() + 1}-03-01`, "--zone", "America/New_York");
	files.year = make("year", "--from", "2025-03-15", "--to", "2026-09-10");
	files.quality = quality("quality", "--from", "2024-01-01", "--to", "2026-12-01", "--lang", "en");
	files.qualityEmpty = quality("quality-empty", "--from", "2001-01-01", "--to", "2001-02-01", "--lang", "ru");
	files.empty = make("empty", "--from", "2001-01-01", "--to", "2001-02-01", "--lang", "ru");
});
after(() => world?.stop());

const at = (day) => `('${day}'::timestamp AT TIME ZONE '${ZONE}')`;
// The figures once more, from the tables alone and by another way than the report's.
const independent = (from, to) => world.json(`
	WITH judged AS (
		SELECT c.*, k.supplier_id, g.goal_pct, CASE WHEN c.state = 'cancelled' THEN 'cancelled' WHEN c.breached_at IS NOT NULL THEN 'breached'
			WHEN c.stopped_at IS NOT NULL THEN 'kept' ELSE 'open' END AS verdict, coalesce(c.breached_at, c.stopped_at) AS decided
		FROM clock c JOIN supplier_case k ON k.id = c.case_id LEFT JOIN contract_target g USING (terms_id, priority, metric))
	SELECT supplier_id AS no, metric::text, count(*) FILTER (WHERE verdict = 'kept' AND inside) AS kept, count(*) FILTER (WHERE verdict = 'breached' AND inside) AS breached,
		count(*) FILTER (WHERE verdict = 'open' AND started_at < ${at(to)}) AS open,
		count(*) FILTER (WHERE verdict = 'breached' AND state IN ('running', 'paused') AND started_at < ${at(to)}) AS overdue,
		count(DISTINCT case_id) FILTER (WHERE inside) AS cases, avg(goal_pct) FILTER (WHERE inside)::float8 AS goal,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY elapsed_s) FILTER (WHERE inside AND stopped_at IS NOT NULL) AS median,
		percentile_cont(0.9) WITHIN GROUP (ORDER BY elapsed_s) FILTER (WHERE inside AND stopped_at IS NOT NULL) AS p90
	FROM (SELECT *, verdict IN ('kept', 'breached') AND decided >= ${at(from)} AND decided < ${at(to)} AS inside FROM judged) j
	GROUP BY 1, 2 HAVING bool_or(inside) OR bool_or(verdict = 'open' OR state IN ('running', 'paused'))`);

const metricsEn = { Acknowledgement: "acknowledge", Response: "response", Workaround: "workaround", Resolution: "resolution", Update: "update" };
function summaryLines(book) {
	const { cells } = book.sheets.get("Summary"), lines = [];
	for (let row = 1; row < 200; row++) {
		const metric = metricsEn[cells.get(`C${row}`)?.value];
		const value = (column) => cells.get(column + row)?.value;
		if (metric) lines.push({ no: value("A"), metric, cases: value("D"), measured: value("E"), kept: value("F"), breached: value("G"), share: value("H"), goal: value("I"), mark: value("J"),
			previous: value("K"), change: value("L"), median: value("M"), p90: value("N"), open: value("O"), overdue: value("P") });
	}
	return lines;
}
const close = (a, b, what) => assert.ok(b === null || b === undefined ? a === "" : Math.abs(a - b) < 1e-9, `${what}: ${a} is not ${b}`);

test("recalculating changes nothing, in both languages, over several sheets, empty and unfinished", () => {
	const names = Object.keys(files), again = recalculated(names.map((name) => files[name]));
	names.forEach((name, i) => {
		const { found, formulas } = differences(readBook(files[name]), again[i]);
		assert.deepEqual(found, [], name);
		assert.ok(/^empty|^quality/.test(name) || formulas > 150, `${name} has ${formulas} formulas`);
	});
});

test("the checker notices a stored value that is wrong", () => {
	const book = readBook(files.en), other = readBook(files.en);
	const cell = [...other.sheets.get("Summary").cells.values()].find((one) => one.formula && typeof one.value === "number");
	cell.value += 1;
	assert.equal(differences(book, other).found.length, 1);
});

test("the summary equals figures computed another way", () => {
	const lines = summaryLines(readBook(files.en)), expected = independent(FROM, TO);
	assert.equal(lines.length, expected.length);
	assert.ok(lines.length > 20);
	const before = independent("2026-04-01", FROM);
	for (const line of lines) {
		const want = expected.find((one) => one.no === line.no && one.metric === line.metric), what = `${line.no} ${line.metric}`;
		for (const key of ["kept", "breached", "open", "overdue", "cases"]) assert.equal(line[key], want[key], `${what} ${key}`);
		assert.equal(line.measured, want.kept + want.breached);
		const share = (one) => (one && one.kept + one.breached ? one.kept / (one.kept + one.breached) : null);
		close(line.share, share(want), what);
		close(line.goal, want.goal === null ? null : want.goal / 100, what);
		close(line.median, want.median === null ? null : want.median / 86400, what);
		close(line.p90, want.p90 === null ? null : want.p90 / 86400, what);
		const previous = share(before.find((one) => one.no === line.no && one.metric === line.metric));
		close(line.previous, previous, `${what} previous`);
		if (share(want) !== null && previous !== null) assert.ok(Math.abs(line.change - (share(want) - previous) * 100) < 1e-5);
		assert.equal(line.mark, share(want) === null ? "– nothing to judge" : share(want) >= want.goal / 100 - 1e-6 ? "✓ met" : "✗ missed", what);
	}
});

// Money once more, from the tables alone: numeric in the database, texts here.
const cents = (value) => Math.round(value * 100);
test("credits equal an independent computation in exact decimals", () => {
	const expected = world.json(`
		WITH judged AS (SELECT k.contract_id, c.metric, date_trunc('month', coalesce(c.breached_at, c.stopped_at) AT TIME ZONE '${ZONE}')::date AS month, c.breached_at IS NULL AS kept
			FROM clock c JOIN supplier_case k ON k.id = c.case_id WHERE c.state <> 'cancelled' AND coalesce(c.breached_at, c.stopped_at) >= ${at(FROM)} AND coalesce(c.breached_at, c.stopped_at) < ${at(TO)}),
		metric AS (SELECT j.contract_id, j.metric, j.month, count(*) FILTER (WHERE kept)::numeric / count(*) AS share FROM judged j GROUP BY 1, 2, 3),
		credit AS (SELECT m.*, e.currency, e.credit_cap_pct, round(e.price / CASE e.price_period WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 ELSE 1 END, 2) AS price,
				coalesce((SELECT x.credit_pct FROM contract_credit x WHERE x.terms_id = e.id AND x.metric = m.metric AND m.share * 100 < x.below_pct ORDER BY x.below_pct LIMIT 1), 0) AS pct
			FROM metric m JOIN contract_terms e ON e.contract_id = m.contract_id AND e.valid @> m.month WHERE e.price IS NOT NULL),
		month AS (SELECT contract_id, month, least(sum(round(price * pct / 100, 2)), round(max(price) * coalesce(max(credit_cap_pct), 100) / 100, 2)) AS due FROM credit GROUP BY 1, 2)
		SELECT contract_id AS no, month, due::text FROM month WHERE due > 0`);
	const rows = table(readBook(files.en), "Credits due"), due = new Map(rows.map((row) => [`${row["Contract no."]} ${new Date((row.Month - 25569) * 86400000).toISOString().slice(0, 10)}`, row["Credit due"]]));
	assert.ok(expected.length > 5);
	for (const { no, month, due: amount } of expected) assert.equal(cents(due.get(`${no} ${month}`)), cents(Number(amount)), `${no} ${month}`);
	assert.equal([...due.values()].filter((value) => value > 0).length, expected.length);
});

test("outages equal an independent computation: overlapping incidents once, loss in exact decimals", () => {
	const expected = world.json(`
		WITH span AS (SELECT tstzrange(greatest(t.opened_at, ${at(FROM)}), least(coalesce(t.closed_at, 'infinity'), ${at(TO)}, now())) AS s FROM ticket t JOIN ci c ON c.id = t.service_id
			WHERE c.name = 'Retail checkout' AND (t.impact = 1 OR (t.impact = 2 AND EXISTS (SELECT FROM ticket_ci x WHERE x.ticket_id = t.id AND x.ci_id = c.id))) AND t.opened_at < ${at(TO)} AND coalesce(t.closed_at, 'infinity') > ${at(FROM)} AND t.opened_at < coalesce(t.closed_at, 'infinity'))
		SELECT extract(epoch FROM upper(r) - lower(r)) AS seconds, round(1234.56 * extract(epoch FROM upper(r) - lower(r)) / 3600, 2)::text AS loss
		FROM (SELECT unnest(range_agg(s)) AS r FROM span) x ORDER BY lower(r)`);
	const rows = table(readBook(files.en), "Outages");
	assert.equal(rows.length, expected.length);
	assert.ok(rows.length > 3);
	rows.forEach((row, i) => {
		assert.equal(Math.round(row["Earning hours lost"] * 86400), expected[i].seconds);
		assert.equal(cents(row.Loss), cents(Number(expected[i].loss)));
	});
	for (const share of table(readBook(files.en), "Outages by supplier")) assert.ok(share["Share of the outage"] <= 1 + 1e-9 && share["Share of the outage"] >= 0);
});

test("every workbook keeps to its format: parts, relationships, well-formed XML, limits", () => {
	for (const [name, file] of Object.entries(files)) assert.deepEqual(formatFaults(file), [], name);
});

test("Gnumeric opens them as they are", { skip: !fs.existsSync("/usr/bin/ssconvert") && "gnumeric is not installed" }, () => {
	for (const name of ["en", "ru", "narrow", "quality"]) {
		const out = path.join(world.folder, `${name}.csv`);
		const done = spawnSync("ssconvert", ["-S", "-T", "Gnumeric_stf:stf_csv", files[name], `${out}.%n`], { encoding: "utf8", timeout: 300000, env: { ...process.env, HOME: world.folder } });
		assert.equal(done.status, 0, done.stderr);
		assert.ok(!/error|corrupt|invalid/i.test(done.stderr), done.stderr);
		assert.equal(fs.readdirSync(world.folder).filter((one) => one.startsWith(`${name}.csv.`)).length, readBook(files[name]).sheets.size);
	}
});

test("sheets continue and formulas span them", () => {
	const book = readBook(files.split), names = [...book.sheets.keys()];
	assert.ok(names.includes("Clocks 2") && names.includes("Clocks 3"), names.join());
	const rows = names.filter((name) => /^Clocks/.test(name)).map((name) => table(book, name).length);
	assert.ok(rows.every((count) => count <= 150));
	assert.equal(rows.reduce((a, b) => a + b), table(readBook(files.en), "Clocks").length);
	assert.deepEqual(summaryLines(book), summaryLines(readBook(files.en)));
	const narrow = readBook(files.narrow);
	const own = summaryLines(readBook(files.en)).filter((line) => line.no === summaryLines(narrow)[0].no);
	assert.deepEqual(summaryLines(narrow), own);
	assert.match(narrow.sheets.get("Method").xml, /no formula/);
});

test("texts of people are strings, whole and inert", () => {
	const book = readBook(files.en);
	for (const [name, { cells, xml }] of book.sheets) {
		for (const [address, { formula }] of cells)
			if (formula !== null) assert.ok(!/^(Cases|Clocks|Earlier clocks|Pauses|Late entries|Rejected fixes|Contests|Credit steps|Method)/.test(name), `${name}!${address} is a formula`);
		assert.ok(!/<hyperlink/.test(xml));
	}
	const stored = world.json(`SELECT number, summary, supplier_ref FROM supplier_case`);
	for (const row of table(book, "Cases")) {
		const want = stored.find((one) => one.number === row.Case);
		assert.equal(row.Summary, want.summary);
		assert.equal(row["Supplier's reference"], want.supplier_ref);
	}
	const suppliers = new Set(table(book, "Clocks").map((row) => row.Supplier));
	for (const name of ["=1+1", "A*?~[x]", "Northwind Systems", "ООО «Кассовые решения» _x0041_ & <b>"]) assert.ok(suppliers.has(name), name);
	const long = [...book.sheets.get("Method").cells.values()].find(({ value }) => typeof value === "string" && value.startsWith("длинно 😀"));
	assert.ok(long.value.length <= 32767 && long.value.length > 32000);
	assert.match(long.value, /cut: longer than a cell can hold]$/);
	assert.match(book.sheets.get("Cases").xml, /_x005F_x0041_ is not A/);
});

test("real types: dates in the zone, durations, the verdict's sign", () => {
	const rows = table(readBook(files.en), "Clocks");
	const stored = new Map(world.json(`SELECT k.number || c.metric || c.ordinal AS key, c.started_at AT TIME ZONE '${ZONE}' AS started, c.elapsed_s, c.state, c.target_s FROM clock c
		JOIN supplier_case k ON k.id = c.case_id`).map((row) => [row.key, row]));
	for (const row of rows) {
		const want = stored.get(row.Case + metricsEn[row.Metric] + row["n-th"]);
		assert.ok(Math.abs((row.Started - 25569) * 86400 - Date.parse(`${want.started}Z`) / 1000) < 0.01);
		assert.ok(Math.abs(row.Target * 86400 - want.target_s) < 0.01);
		if (want.state === "stopped") assert.ok(Math.abs(row["Working time"] * 86400 - want.elapsed_s) < 0.01);
		assert.match(row.Verdict, /^(✓ kept|✗ breached|… open|– cancelled)$/);
	}
	const styles = readBook(files.ru).parts.get("xl/styles.xml")().toString();
	assert.match(styles, /dd\.mm\.yyyy hh:mm/);
	assert.match(styles, /\[h\]:mm/);
});

test("the evidence hash follows from the sheet", () => {
	const book = readBook(files.en), hash = crypto.createHash("sha256");
	for (const row of table(book, "Cases")) hash.update(Buffer.from(row["Evidence (head of the case's chain)"], "hex"));
	const digest = hash.digest("hex");
	assert.ok([...book.sheets.get("Method").cells.values()].some(({ value }) => value === digest));
});

test("an empty period says so, an unfinished one is marked", () => {
	const text = (file, sheet) => [...readBook(file).sheets.get(sheet).cells.values()].map(({ value }) => value).join("\n");
	assert.match(text(files.empty, "Сводка"), /Измерять нечего/);
	assert.match(text(files.open, "Summary"), /⚠ The period is not over yet/);
	assert.ok(!/not over yet/.test(text(files.en, "Summary")));
});

test("wrong calls say what is wrong and leave nothing behind", () => {
	const out = path.join(world.folder, "wrong.xlsx"), period = ["--from", FROM, "--to", TO];
	const report = (...args) => world.run(["report", ...args]);
	assert.equal(report("supplier-sla", "--out", out).code, 2);
	assert.equal(report("supplier-sla", "--from", TO, "--to", FROM, "--out", out).code, 2);
	assert.equal(report("supplier-sla", "--from", "2026-02-30", "--to", TO, "--out", out).code, 2);
	assert.equal(report("supplier-sla", ...period).code, 2);
	assert.equal(report("nonsense", ...period, "--out", out).code, 2);
	assert.equal(report("--help").code, 0);
	for (const [args, words] of [[["--supplier", "nobody"], /no such supplier/], [["--supplier", "Northwind Systems"], /several have this name/], [["--zone", "Mars/Base"], /no such time zone/],
		[["--rows-per-sheet", "5"], /larger than its format allows/]]) {
		const answer = report("supplier-sla", ...period, ...args, "--out", out);
		assert.equal(answer.code, 1);
		assert.match(answer.err, words);
	}
	assert.equal(report("supplier-sla", ...period, "--out", "/nowhere/there.xlsx").code, 1);
	assert.ok(!fs.existsSync(out));
	assert.deepEqual(fs.readdirSync(world.folder).filter((name) => /wrong|vakhta-/.test(name)), []);
});
