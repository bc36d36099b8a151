// The supplier SLA report over HTTP: who may, what is refused, the figures, the clocks behind them, the workbook.
//     VAKHTA_BIN=…/vakhta node --test tests/http/reports.test.mjs
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startWorld } from "../reports/world.mjs";
import { readBook, table } from "../reports/xlsx.mjs";

const period = "from=2026-07-01&to=2026-10-01";
let world, tokens;
before(async () => {
	world = startWorld(300);
	tokens = Object.fromEntries(["manager", "agent", "employee"].map((who) => [who, world.token(`report-${who}`)]));
	await world.serve();
});
after(() => world?.stop());
const get = async (where, who = "manager") => {
	const answer = await fetch(`${world.url}/api/v1/reports/${where}`, { headers: who ? { authorization: `Bearer ${tokens[who]}` } : {} });
	const bytes = Buffer.from(await answer.arrayBuffer());
	return { status: answer.status, headers: answer.headers, bytes, json: answer.headers.get("content-type")?.includes("json") ? JSON.parse(bytes) : null };
};

test("only readers of everything may", async () => {
	for (const where of ["supplier-sla.xlsx", "supplier-sla.json", "supplier-sla/clocks"]) {
		assert.equal((await get(`${where}?${period}`, null)).status, 401);
		assert.equal((await get(`${where}?${period}`, "employee")).status, 403);
		assert.equal((await get(`${where}?${period}`, "agent")).status, 403);
		assert.equal((await get(`${where}?${period}`)).status, 200);
	}
});

test("wrong parameters are named, all at once", async () => {
	for (const [query, fields] of [["", ["from", "to"]], ["from=2026-13-01&to=x", ["from", "to"]], ["from=2026-07-01&to=2026-07-01", ["to"]],
		["from=2000-01-01&to=2026-01-01", ["to"]], [`${period}&supplier=999999`, ["supplier"]], [`${period}&zone=Mars/Base`, ["zone"]], [`${period}&zone=../etc`, ["zone"]],
		[`${period}&lang=de`, ["lang"]], [`${period}&form=1`, ["form"]]]) {
		for (const kind of ["json", "xlsx"]) {
			const answer = await get(`supplier-sla.${kind}?${query}`);
			assert.equal(answer.status, 422, query);
			assert.deepEqual(answer.json.errors.map((error) => error.pointer.replace(/^\//, "")).sort(), fields, query);
		}
	}
	assert.equal((await get(`supplier-sla/clocks?${period}&verdict=late`)).status, 422);
	assert.equal((await get(`supplier-sla/clocks?${period}&cursor=nonsense`)).status, 422);
});

test("the figures agree with the clocks behind them, page by page, and with the workbook", async () => {
	const report = (await get(`supplier-sla.json?${period}`)).json;
	assert.deepEqual(report.period, { from: "2026-07-01", to: "2026-10-01", unfinished: false });
	assert.equal(report.zone, "Europe/Moscow");
	assert.ok(report.suppliers.length >= 4);
	for (const { supplier, cases, metrics } of report.suppliers) {
		const seen = new Set();
		for (const metric of metrics) {
			assert.equal(metric.measured, metric.kept + metric.breached);
			assert.equal(metric.compliance_pct, metric.measured ? Math.round((metric.kept / metric.measured) * 10000) / 100 : null);
			for (const verdict of ["kept", "breached", "open"]) {
				const items = [];
				let next = "";
				do {
					const page = (await get(`supplier-sla/clocks?${period}&supplier=${supplier.id}&metric=${metric.metric}&verdict=${verdict}&limit=3${next && `&cursor=${next}`}`)).json;
					items.push(...page.items);
					next = page.next;
				} while (next);
				assert.equal(items.length, metric[verdict], `${supplier.name} ${metric.metric} ${verdict}`);
				assert.equal(new Set(items.map((item) => item.case + item.ordinal)).size, items.length);
				for (const item of items) {
					assert.equal(item.breached, verdict === "breached");
					assert.equal(item.supplier.id, supplier.id);
					if (verdict !== "open") seen.add(item.case);
				}
			}
		}
		assert.equal(cases, seen.size);
	}
	const last = report.months.filter((month) => month.month >= "2026-07").reduce((sum, month) => sum + month.measured, 0);
	assert.equal(last, report.suppliers.flatMap((one) => one.metrics).reduce((sum, metric) => sum + metric.measured, 0));
	assert.ok(report.months.every((month) => month.month >= "2025-10" && month.month <= "2026-09" && month.kept <= month.measured));
});

test("the workbook comes as a download in the person's language", async () => {
	const answer = await get(`supplier-sla.xlsx?${period}`);
	assert.equal(answer.headers.get("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="supplier-sla_2026-07-01_2026-10-01.xlsx"');
	const file = path.join(world.folder, "answer.xlsx");
	fs.writeFileSync(file, answer.bytes);
	const book = readBook(file);
	const suppliers = (await get(`supplier-sla.json?${period}`)).json.suppliers.length, sheets = [...book.sheets.keys()];
	assert.equal(sheets[0], "Сводка");
	// A sheet for each supplier stands between; texts that are no names for sheets were made such.
	assert.deepEqual(sheets.slice(1 + suppliers), ["Динамика", "Обращения", "Отсчёты", "Прежние отсчёты", "Паузы", "Поздние записи", "Непринятые исправления",
		"Возражения", "Скидки по показателям", "Скидки к зачёту", "Ступени скидок", "Простои", "Простои по поставщикам", "Методика"]);
	assert.ok([...book.sheets.get("Сводка").cells.values()].some(({ value }) => value === "Мария Управляющая"));
	const counted = (await get(`supplier-sla.json?${period}`)).json.suppliers.flatMap((one) => one.metrics).reduce((sum, metric) => sum + metric.measured, 0);
	assert.equal(table(book, "Обращения").reduce((sum, row) => sum + row["Измерено отсчётов"], 0), counted);
	assert.equal((await get(`supplier-sla.xlsx?${period}&lang=en&zone=UTC`)).status, 200);
});

test("a target that ran out since the watch last looked counts as breached, but not before working time has passed", async () => {
	const until = `${new Date().getUTCFullYear() + 1}-06-01`, open = `from=2026-10-01&to=${until}`;
	const figure = async () => (await get(`supplier-sla.json?${open}`)).json.suppliers.flatMap((one) => one.metrics)
		.reduce((sum, metric) => ({ open: sum.open + metric.open, overdue: sum.overdue + metric.overdue }), { open: 0, overdue: 0 });
	const before = await figure();
	// Working hours of one clock lie wholly before its due instant, of the other after.
	world.psql(`INSERT INTO calendar_version (calendar_id, version, body, created_at) SELECT id, 2,
		'{"zone":"UTC","week":[],"exceptions":[{"date":"2020-01-01","hours":[["09:00","10:00"]]}]}', now() FROM calendar WHERE key = 'report-office';
		UPDATE clock SET due_at = date_trunc('second', now()) - interval '20 days', notice_at = NULL, calendar_version_id = CASE WHEN r.n = 1 THEN calendar_version_id
			ELSE (SELECT max(id) FROM calendar_version) END
		FROM (SELECT c.id, row_number() OVER (ORDER BY c.id) AS n FROM clock c JOIN supplier_case k ON k.id = c.case_id
			WHERE c.state = 'running' AND c.breached_at IS NULL ORDER BY c.id LIMIT 2) r WHERE r.id = clock.id`);
	const then = await figure();
	assert.deepEqual(then, { open: before.open - 1, overdue: before.overdue + 1 });
});
