// Tables that come in by steps: forty kinds of trouble with a report for each row, recognition, junk, authority, the queue of ambiguous
// items, undoing, merging.
//     VAKHTA_URL=http://127.0.0.1:8080 node --test tests/http/reconcile.test.mjs
// Signs in as cmdb, agent and employee of the demo company. Makes its own classes and sources, so that it can run again on the same data.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const base = process.env.VAKHTA_URL;
if (!base) throw new Error("VAKHTA_URL must name a running server");
const mark = randomBytes(4).toString("hex");

const people = {};
async function signIn(login) {
	const answer = await fetch(`${base}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ login, password: "vakhta-demo" }) });
	assert.equal(answer.status, 200, `sign-in of ${login}`);
	return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "), origin: base };
}
async function call(who, method, path, body, headers = {}) {
	const raw = typeof body === "string" || body instanceof Uint8Array;
	const answer = await fetch(`${base}/api/v1${path}`, {
		method, headers: { ...people[who], ...(body !== undefined && !raw ? { "content-type": "application/json" } : {}), ...headers },
		body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, text, json: text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null };
}
async function good(method, path, body, status = 200, headers = {}) {
	const answer = await call("cmdb", method, path, body, headers);
	assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
	return answer.json;
}
const make = (path, body) => good("POST", path, body, 201);
const stage = (table, source, query = "") => good("POST", `/cmdb/batches?source=${encodeURIComponent(source)}${query}`, table, 201, { "content-type": "text/csv" });
const read = (batch) => good("GET", `/cmdb/batches/${batch.id}`);

async function until(batch, ...states) {
	for (let tries = 0; tries < 600; tries++) {
		const now = await read(batch);
		if (states.includes(now.state)) return now;
		await sleep(100);
	}
	throw new Error(`import ${batch.id} did not become ${states.join(" or ")}`);
}
async function rowsOf(batch, query = "") {
	const rows = [];
	for (let next = ""; next !== null;) {
		const page = await good("GET", `/cmdb/batches/${batch.id}/rows?limit=200${query}${next ? `&cursor=${next}` : ""}`);
		rows.push(...page.items);
		next = page.next;
	}
	return rows;
}
async function compare(table, source, columns, className, query = "") {
	const staged = await stage(table, source, query);
	await good("PUT", `/cmdb/batches/${staged.id}/mapping`, { ...(className ? { class: className } : {}), columns: columns ?? staged.mapping }, 202);
	return until(staged, "compared", "staged");
}
async function apply(batch) {
	await good("POST", `/cmdb/batches/${batch.id}/apply`, {}, 202);
	return until(batch, "applied", "compared");
}
const bring = async (...args) => apply(await compare(...args));
const counts = (b) => [b.created, b.updated, b.unchanged, b.refused, b.ambiguous];
const ci = (id) => good("GET", `/cmdb/cis/${id}`);

const root = `rec_${mark}`, pc = `rpc_${mark}`, printer = `rprinter_${mark}`;
const attribute = (name, type, more = {}) => ({ name, type, label_en: name, label_ru: name, ...more });

before(async () => {
	for (const login of ["cmdb", "agent", "employee"]) people[login] = await signIn(login);
	await make("/cmdb/classes", { name: root, label_en: "Thing", label_ru: "Вещь", abstract: true });
	await make("/cmdb/classes", { name: pc, label_en: `Machine ${mark}`, label_ru: `Машина ${mark}`, parent: root });
	await make("/cmdb/classes", { name: printer, label_en: `Printing ${mark}`, label_ru: `Печать ${mark}`, parent: root });
	for (const [name, type, more] of [["serial", "text", { unique_within: true }], ["uuid", "text"], ["ram", "integer"], ["price", "decimal"], ["bought", "date"], ["crypt", "boolean"],
		["grade", "enum", { choices: [{ value: "a", label_en: "First", label_ru: "Первый" }, { value: "b", label_en: "Second", label_ru: "Второй" }] }],
		["ip", "ip"], ["mac", "mac"], ["page", "url"], ["seen", "instant"], ["note", "text"], ["extra", "json"]])
		await make(`/cmdb/classes/${root}/attributes`, attribute(name, type, more));
	await make(`/cmdb/classes/${pc}/attributes`, attribute("prints_on", "reference", { reference_class: printer }));
	await make(`/cmdb/classes/${printer}/attributes`, attribute("pages", "integer"));
	const rules = await good("GET", "/cmdb/reconciliation");
	rules.identity.push({ class: root, keys: ["serial"] }, { class: root, keys: ["uuid"] }, { class: root, keys: ["mac"] }, { class: root, keys: ["name", "location"] }, { class: root, keys: ["name"] });
	await good("PUT", "/cmdb/reconciliation", rules);
});

describe("reading", () => {
	const text = "Имя;Серийный номер;Примечание\r\nКасса 1;S-1;ёлка № 5\r\n";
	const utf16 = (big) => {
		const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
		return big ? bytes.swap16() : bytes;
	};
	const cp1251 = () => Uint8Array.from([...text], (c) => {
		const code = c.codePointAt(0);
		return code < 128 ? code : code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : { "ё": 0xb8, "№": 0xb9 }[c];
	});
	const latin = () => Uint8Array.from([..."Nom;Numéro de série\r\nCafé;é-1\r\n"], (c) => c.codePointAt(0));

	test("the encoding is found and can be overridden; the text is right whatever it was", async () => {
		for (const [bytes, encoding] of [[Buffer.from(text), "utf-8"], [Buffer.from(`\uFEFF${text}`), "utf-8"], [utf16(false), "utf-16le"], [utf16(true), "utf-16be"], [cp1251(), "windows-1251"]]) {
			const batch = await stage(bytes, `enc-${mark}`);
			assert.equal(batch.encoding, encoding);
			assert.deepEqual(batch.columns.map((c) => [c.heading, c.sample[0]]), [["Имя", "Касса 1"], ["Серийный номер", "S-1"], ["Примечание", "ёлка № 5"]], encoding);
			assert.equal(batch.mapping["Имя"], "name");
		}
		const french = await stage(latin(), `enc-${mark}`);
		assert.deepEqual([french.encoding, french.columns[1].heading, french.columns[0].sample[0]], ["windows-1252", "Numéro de série", "Café"]);
		const forced = await stage(latin(), `enc-${mark}`, "&encoding=windows-1251");
		assert.deepEqual([forced.encoding, forced.columns[0].sample[0]], ["windows-1251", "Cafй"]);
		assert.equal((await call("cmdb", "POST", `/cmdb/batches?source=x&encoding=utf-8`, cp1251(), { "content-type": "text/csv" })).status, 422);
	});

	test("any separator; headings that are empty or there twice get a name of their own", async () => {
		for (const separator of [",", ";", "\t", "|"]) assert.equal((await stage(`name${separator}a\nx${separator}1\n`, `sep-${mark}`)).separator, separator);
		assert.equal((await stage("name~a\nx~1\n", `sep-${mark}`, "&separator=~")).columns.length, 2);
		assert.equal((await stage("sep=^\r\nname^a\nx^1\n", `sep-${mark}`)).columns.length, 2);
		assert.deepEqual((await stage("name;;name\nx;1;y\n", `sep-${mark}`)).columns.map((c) => c.heading), ["name", "(2)", "name (2)"]);
	});

	test("headings of iTop and GLPI are understood, in English and French, with a cell of several lines", async () => {
		const itop = await stage('\uFEFF"Name","Organization->Name","Status","Location->Name","Brand","Model","Serial number","Asset number","Purchase date"\n"SRV1","Demo","production","Paris","Dell","R740","X1","A1","2024-02-03"\n', `itop-${mark}`);
		assert.deepEqual([itop.mapping.Name, itop.mapping.Status, itop.mapping["Location->Name"], itop.mapping["Serial number"], itop.mapping["Asset number"], itop.mapping["Purchase date"], itop.mapping["Organization->Name"]],
			["name", "status", "location", "serial_number", "inventory_number", "purchased_on", undefined]);
		const glpi = await stage("\uFEFF\"Nom\";\"Entité\";\"Statut\";\"Fabricant\";\"Numéro de série\";\"Modèle\";\"Système d'exploitation - Nom\";\"Lieu\";\"Dernière modification\";\"x " + mark + "\"\n"
			+ "\"PC-1\";\"Racine > Siège\";\"En service\";\"HP\";\"CZC1\";\"EliteDesk\";\"Windows 11\nPro\";\"Paris > Étage 2\";\"2024-05-01 10:11\"\n", `glpi-${mark}`);
		assert.deepEqual([glpi.mapping.Nom, glpi.mapping.Statut, glpi.mapping["Numéro de série"], glpi.mapping["Modèle"], glpi.mapping["Système d'exploitation - Nom"], glpi.mapping.Lieu],
			["name", "status", "serial_number", "model", "os", "location"]);
		assert.equal(glpi.rows, 1);
		const { Fabricant, ...columns } = glpi.mapping;
		assert.equal(Fabricant, "vendor");
		assert.equal((await call("cmdb", "PUT", `/cmdb/batches/${glpi.id}/mapping`, { class: "workstation", columns: glpi.mapping })).status, 422, "workstations have no vendor");
		await good("PUT", `/cmdb/batches/${glpi.id}/mapping`, { class: "workstation", columns }, 202);
		const compared = await until(glpi, "compared", "staged");
		assert.deepEqual(counts(compared), [1, 0, 0, 0, 0], JSON.stringify(await rowsOf(glpi)));
	});

	test("what is no table is refused whole, and says why", async () => {
		for (const [table, status] of [["", 422], ["name;a\n", 422], ["name\0;a\nx;1\n", 422]])
			assert.equal((await call("cmdb", "POST", "/cmdb/batches?source=x", table, { "content-type": "text/csv" })).status, status, JSON.stringify(table));
		assert.equal((await call("cmdb", "POST", "/cmdb/batches?source=x", "{}", { "content-type": "application/json" })).status, 415);
		assert.equal((await call("cmdb", "POST", "/cmdb/batches", "name\nx\n", { "content-type": "text/csv" })).status, 422);
		assert.equal((await call("agent", "POST", "/cmdb/batches?source=x", "name\nx\n", { "content-type": "text/csv" })).status, 403);
		assert.equal((await call("employee", "GET", "/cmdb/batches")).status, 403);
	});
});

// Forty kinds of trouble, each a row: what the row is, and what must become of it. `#` in a text is this run's mark.
const troubles = [
	["plain", "created", "a1;PC 1 #;S1-#;16;;;;;;;;;;;", ""],
	["spaces around", "created", "  a2 ;  PC 2 #  ; S2-# ; 16 ;;;;;;;;;;;", ""],
	["no name", "refused", "a3;;S3-#;;;;;;;;;;;;", "/name"],
	["name of 201 characters", "refused", `a4;${"x".repeat(201)};S4-#;;;;;;;;;;;;`, "/name"],
	["line feed in the name", "refused", 'a5;"PC\n5";S5-#;;;;;;;;;;;;', "/name"],
	["line feed in a text", "created", 'a6;PC 6 #;S6-#;;;;;;;;"two\nlines";;;;', ""],
	["doubled quotes", "created", 'a7;"PC ""7"" #";S7-#;;;;;;;;;;;;', ""],
	["separator within quotes", "created", 'a8;"PC; 8 #";S8-#;;;;;;;;;;;;', ""],
	["quote within an unquoted cell", "created", 'a9;PC 9" #;S9-#;;;;;;;;;;;;', ""],
	["text after a closing quote", "refused", 'a10;"PC" 10;S10-#;;;;;;;;;;;;', ""],
	["too many cells", "refused", "a11;PC 11 #;S11-#;;;;;;;;;;;;;surplus", ""],
	["too few cells", "created", "a12;PC 12 #;S12-#", ""],
	["empty cells beyond the heading", "created", "a13;PC 13 #;S13-#;;;;;;;;;;;;;;;", ""],
	["key that is there twice", "refused", "a1;PC 14 #;S14-#;;;;;;;;;;;;", "/external_key"],
	["the same row again", "refused", "a1;PC 1 #;S1-#;16;;;;;;;;;;;", "/external_key"],
	["serial number of another row", "refused", "a16;PC 16 #;S1-#;;;;;;;;;;;;", "/attributes/serial"],
	["the same serial number in other letters", "refused", "a17;PC 17 #;s1-#;;;;;;;;;;;;", "/attributes/serial"],
	["junk serial", "created", "a18;PC 18 #;To be filled by O.E.M.;;;;;;;;;;;;", ""],
	["the same junk again", "created", "a19;PC 19 #;to be filled by o.e.m.;;;;;;;;;;;;", ""],
	["junk of one repeated character", "created", "a20;PC 20 #;0000000;;;;;;;;;;;;", ""],
	["UUID of zeros", "created", "a21;PC 21 #;S21-#;;;;;;;;;;;;00000000-0000-0000-0000-000000000000", ""],
	["UUID of F", "created", "a22;PC 22 #;S22-#;;;;;;;;;;;;FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", ""],
	["MAC of zeros", "created", "a23;PC 23 #;S23-#;;;;;;;00:00:00:00:00:00;;;;;", ""],
	["MAC in another form", "created", "a24;PC 24 #;S24-#;;;;;;;0A1B.2C3D.4E5F;;;;;", ""],
	["broken MAC", "refused", "a25;PC 25 #;S25-#;;;;;;;0A:1B;;;;;", "/attributes/mac"],
	["number with a space", "created", "a26;PC 26 #;S26-#;16 384;;;;;;;;;;;", ""],
	["number with an unbreakable space", "created", "a27;PC 27 #;S27-#;16\u00a0384;;;;;;;;;;;", ""],
	["text for a number", "refused", "a28;PC 28 #;S28-#;sixteen;;;;;;;;;;;", "/attributes/ram"],
	["decimal comma", "created", "a29;PC 29 #;S29-#;;1 299,90;;;;;;;;;;", ""],
	["day first", "created", "a30;PC 30 #;S30-#;;;31.12.2024;;;;;;;;;", ""],
	["date with a time of day", "created", "a31;PC 31 #;S31-#;;;2024-12-31 10:00;;;;;;;;;", ""],
	["day that does not exist", "refused", "a32;PC 32 #;S32-#;;;31.02.2024;;;;;;;;;", "/attributes/bought"],
	["yes in French and Russian", "created", "a33;PC 33 #;S33-#;;;;Oui;;;;;;;;", ""],
	["neither yes nor no", "refused", "a34;PC 34 #;S34-#;;;;maybe;;;;;;;;", "/attributes/crypt"],
	["choice by its label", "created", "a35;PC 35 #;S35-#;;;;;второй;;;;;;;", ""],
	["no such choice", "refused", "a36;PC 36 #;S36-#;;;;;third;;;;;;;", "/attributes/grade"],
	["address that is none", "refused", "a37;PC 37 #;S37-#;;;;;;10.0.0.300;;;;;;", "/attributes/ip"],
	["status of another program", "created", "a38;PC 38 #;S38-#;;;;;;;;;production;;;", ""],
	["no such status", "refused", "a39;PC 39 #;S39-#;;;;;;;;;floating;;;", "/status"],
	["no such person", "refused", "a40;PC 40 #;S40-#;;;;;;;;;;nobody-here;;", "/owner"],
	["reference that is not there", "refused", "a41;PC 41 #;S41-#;;;;;;;;;;;no such printer;", "/attributes/prints_on"],
	["formula", "created", "a42;=HYPERLINK(1) #;S42-#;;;;;;;;;;;;", ""],
	["control character", "refused", "a43;PC\u0007 43;S43-#;;;;;;;;;;;;", "/name"],
	["quote that never ends", "refused", 'a44;"PC 44 #;S44-#;;;;;;;;;;;;', ""],
];

describe("forty kinds of trouble", () => {
	const heading = "key;name;serial;ram;price;bought;crypt;grade;ip;mac;note;status;owner;prints_on;uuid";
	const columns = { key: "external_key", name: "name", serial: "serial", ram: "ram", price: "price", bought: "bought", crypt: "crypt", grade: "grade", ip: "ip", mac: "mac", note: "note", status: "status",
		owner: "owner", prints_on: "prints_on", uuid: "uuid" };
	const table = `${heading}\r\n\r\n${troubles.map((t) => t[2].replaceAll("#", mark)).join("\r\n")}\r\n`;
	const lineOf = [];
	let line = 3;
	for (const t of troubles) {
		lineOf.push(line);
		line += 1 + (t[2].match(/\n/g)?.length ?? 0);
	}
	const check = (rows) => {
		for (const [i, [what, outcome, , pointer]] of troubles.entries()) {
			const row = rows.find((r) => r.line === lineOf[i]);
			assert.ok(row, `${what}: line ${lineOf[i]} has a report`);
			assert.equal(row.outcome, outcome, `${what}: ${JSON.stringify(row)}`);
			if (outcome === "refused") {
				assert.ok(row.errors.length > 0 && row.errors.every((e) => e.detail), what);
				assert.equal(row.errors[0].pointer, pointer, `${what}: ${JSON.stringify(row.errors)}`);
			}
		}
		assert.equal(rows.length, troubles.length);
	};
	let batch;

	test("the comparison says of each row what would become of it and keeps nothing", async () => {
		assert.ok(troubles.length >= 40);
		batch = await compare(table, `trouble-${mark}`, columns, pc);
		assert.equal(batch.state, "compared", batch.problem);
		check(await rowsOf(batch));
		assert.equal((await good("GET", `/cmdb/cis?class=${pc}`)).items.length, 0);
		const report = await call("cmdb", "GET", `/cmdb/batches/${batch.id}/report.csv`);
		assert.match(report.headers.get("content-type"), /^text\/csv/);
		assert.match(report.text, /"'=HYPERLINK\(1\)/, "a formula never becomes one");
		assert.equal(report.text.trim().split("\r\n").length, troubles.length + 1);
	});

	test("applying does exactly that, and again changes nothing", async () => {
		const applied = await apply(batch);
		assert.equal(applied.state, "applied");
		const rows = await rowsOf(batch);
		check(rows);
		const at = (what) => rows.find((r) => r.line === lineOf[troubles.findIndex((t) => t[0] === what)]);
		const value = async (what) => (await ci(at(what).ci.id)).attributes;
		assert.equal((await value("number with a space")).ram, 16384);
		assert.equal((await value("decimal comma")).price, "1299.9");
		assert.equal((await value("day first")).bought, "2024-12-31");
		assert.equal((await value("choice by its label")).grade, "b");
		assert.equal((await value("MAC in another form")).mac, "0a:1b:2c:3d:4e:5f");
		assert.equal((await value("junk serial")).serial, undefined);
		assert.equal((await ci(at("status of another program").ci.id)).status, "in_use");
		assert.equal(at("junk serial").changes.find((c) => c.field === "/attributes/serial").kept, "junk");
		const again = await bring(table, `trouble-${mark}`, columns, pc);
		assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, applied.created]);
	});
});

describe("recognition", () => {
	test("rules in their order: serial number before name; a name does not stand against another serial number", async () => {
		const first = await bring(`name;serial;location\nAlpha ${mark};AA-${mark};Moscow\nBeta ${mark};BB-${mark};Moscow\nGamma ${mark};;Kazan\n`, `one-${mark}`, null, pc);
		assert.deepEqual(counts(first), [3, 0, 0, 0, 0], JSON.stringify(await rowsOf(first)));
		const second = await bring(`id;name;serial;location\n1;Renamed ${mark};aa-${mark};Moscow\n2;Beta ${mark};OTHER-${mark};Moscow\n3;gamma ${mark};CC-${mark};Kazan\n`, `two-${mark}`, { id: "external_key", name: "name", serial: "serial", location: "location" }, pc);
		assert.deepEqual(counts(second), [1, 2, 0, 0, 0], JSON.stringify(await rowsOf(second)));
		const rows = await rowsOf(second);
		assert.deepEqual(rows[0].changes.map((c) => c.field), ["/name", "/attributes/serial"]);
		assert.equal(rows[1].outcome, "created");
		// The second source's key now means the CI that the first brought.
		const third = await bring(`id;name\n1;Renamed again ${mark}\n`, `two-${mark}`, { id: "external_key", name: "name" }, pc);
		assert.deepEqual(counts(third), [0, 1, 0, 0, 0]);
		assert.equal((await rowsOf(third))[0].ci.id, rows[0].ci.id);
	});

	test("rows of one table may point to each other, whatever their order", async () => {
		const columns = { name: "name", class: "class", prints: "prints_on" };
		const batch = await bring(`name;class;prints\nUser ${mark};${pc};Laser ${mark}\nLaser ${mark};Printing ${mark};\nSecond ${mark};Печать ${mark};\n`, `ref-${mark}`, columns);
		assert.deepEqual(counts(batch), [3, 0, 0, 0, 0], JSON.stringify(await rowsOf(batch)));
		const [user, laser] = await rowsOf(batch);
		assert.equal((await ci(user.ci.id)).attributes.prints_on, laser.ci.id);
	});

	test("a mapping is remembered for the source and its headings; columns left out are noted", async () => {
		const table = `strange ${mark};odd\nMap ${mark};12\n`;
		const first = await stage(table, `map-${mark}`);
		assert.deepEqual(first.mapping, {});
		await good("PUT", `/cmdb/batches/${first.id}/mapping`, { class: pc, columns: { [`strange ${mark}`]: "name" } }, 202);
		await apply(await until(first, "compared"));
		const second = await stage(table, `map-${mark}`);
		assert.deepEqual([second.mapping, second.class.name], [{ [`strange ${mark}`]: "name" }, pc]);
		for (const [body, pointer] of [[{ class: pc, columns: { nowhere: "name" } }, "/columns"], [{ class: pc, columns: { [`strange ${mark}`]: "no_such" } }, `/columns/strange ${mark}`],
			[{ class: root, columns: { [`strange ${mark}`]: "name" } }, "/class"], [{ columns: { [`strange ${mark}`]: "name" } }, "/class"], [{ class: pc, columns: { [`strange ${mark}`]: "name", odd: "name" } }, `/columns/strange ${mark}`]]) {
			const answer = await call("cmdb", "PUT", `/cmdb/batches/${second.id}/mapping`, body);
			assert.equal(answer.status, 422, JSON.stringify(body));
			assert.equal(answer.json.errors[0].pointer, pointer);
		}
		await good("POST", `/cmdb/batches/${second.id}/discard`, {});
		assert.equal((await call("cmdb", "POST", `/cmdb/batches/${second.id}/apply`, {})).status, 409);
	});

	test("a source may not set what the rules keep from it; who set it is named", async () => {
		const rules = await good("GET", "/cmdb/reconciliation");
		const source = `poor-${mark}`;
		await bring(`name;note;ram\nAuth ${mark};good;8\n`, `rich-${mark}`, null, pc);
		rules.sources = (await good("GET", "/cmdb/reconciliation")).sources.concat({ name: source, label: "Poor", kind: "csv", rank: 300 });
		rules.version = (await good("GET", "/cmdb/reconciliation")).version;
		rules.authority.push({ source, kind: null, class: pc, field: "/attributes/ram", may_set: false, rank: null }, { source, kind: null, class: null, field: "/name", may_set: true, rank: 100 });
		await good("PUT", "/cmdb/reconciliation", rules);
		assert.equal((await call("cmdb", "PUT", "/cmdb/reconciliation", rules)).status, 412);
		const batch = await bring(`name;note;ram\nAuth ${mark};bad;16\n`, source, null, pc);
		assert.deepEqual(counts(batch), [0, 0, 1, 0, 0], JSON.stringify(await rowsOf(batch)));
		const [row] = await rowsOf(batch);
		assert.deepEqual(Object.fromEntries(row.changes.map((c) => [c.field, c.kept])), { "/attributes/note": `rich-${mark}`, "/attributes/ram": "rule" });
		assert.deepEqual(batch.fields["/attributes/ram"], { changed: 0, kept: 1 });
	});
});

describe("ambiguous items", () => {
	const twins = async (word) => {
		for (const n of [1, 2]) await make("/cmdb/cis", { class: pc, name: `${word} ${mark}`, attributes: { note: String(n) } });
	};
	const openOf = async (batch) => (await good("GET", `/cmdb/ambiguous?batch=${batch.id}`)).items;

	test("wait in a queue, are shown beside what they could mean, and the decision is remembered", async () => {
		await twins("Twin");
		const batch = await bring(`name;ram\nTwin ${mark};4\n`, `q-${mark}`, null, pc);
		assert.deepEqual(counts(batch), [0, 0, 0, 0, 1]);
		const [item] = await openOf(batch);
		const shown = await good("GET", `/cmdb/ambiguous/${item.id}`);
		assert.equal(shown.candidates.length, 2);
		assert.equal(shown.item["/attributes/ram"], 4);
		assert.equal((await call("cmdb", "POST", `/cmdb/ambiguous/${item.id}/decision`, { decision: "this" })).status, 422);
		assert.equal((await call("agent", "POST", `/cmdb/ambiguous/${item.id}/decision`, { decision: "new" })).status, 403);
		const decided = await good("POST", `/cmdb/ambiguous/${item.id}/decision`, { decision: "this", ci: shown.candidates[1].id });
		assert.equal(decided.ci.id, shown.candidates[1].id);
		assert.equal((await ci(decided.ci.id)).attributes.ram, 4);
		assert.equal((await call("cmdb", "POST", `/cmdb/ambiguous/${item.id}/decision`, { decision: "new" })).status, 409);
		const again = await bring(`name;ram\nTwin ${mark};5\n`, `q-${mark}`, null, pc);
		assert.deepEqual(counts(again), [0, 1, 0, 0, 0], JSON.stringify(await rowsOf(again)));
		assert.equal((await ci(decided.ci.id)).attributes.ram, 5);
	});

	test("a new one, or nothing at all", async () => {
		await twins("Pair");
		const batch = await bring(`key;name\nn1;Pair ${mark}\nn2;Pair ${mark}\n`, `n-${mark}`, { key: "external_key", name: "name" }, pc);
		assert.deepEqual(counts(batch), [0, 0, 0, 0, 2]);
		const [one, two] = await openOf(batch);
		const made = await good("POST", `/cmdb/ambiguous/${one.id}/decision`, { decision: "new" });
		assert.equal((await ci(made.ci.id)).external_key, "n1");
		await good("POST", `/cmdb/ambiguous/${two.id}/decision`, { decision: "ignore" });
		const again = await bring(`key;name\nn1;Pair ${mark}\nn2;Pair ${mark}\n`, `n-${mark}`, { key: "external_key", name: "name" }, pc);
		assert.deepEqual(counts(again), [0, 0, 1, 1, 0], JSON.stringify(await rowsOf(again)));
	});
});

describe("undoing", () => {
	test("takes back what is as the batch left it, keeps what was changed since and says why", async () => {
		const source = `u-${mark}`, columns = { key: "external_key", name: "name", ram: "ram", note: "note" };
		await bring(`key;name;ram;note\n1;Undo one ${mark};1;a\n2;Undo two ${mark};1;a\n3;Undo three ${mark};1;a\n`, source, columns, pc);
		const batch = await bring(`key;name;ram;note\n1;Undo one ${mark};2;b\n2;Undo two ${mark};2;b\n4;Undo four ${mark};2;b\n5;Undo five ${mark};2;b\n`, source, columns, pc);
		assert.deepEqual(counts(batch), [2, 2, 0, 0, 0]);
		const [one, two, four, five] = (await rowsOf(batch)).map((r) => r.ci.id);
		const edit = async (id, attributes) => {
			const now = await call("cmdb", "GET", `/cmdb/cis/${id}`);
			await good("PATCH", `/cmdb/cis/${id}`, { attributes }, 200, { "if-match": now.headers.get("etag") });
		};
		await edit(two, { ram: 3 });
		await edit(five, { ram: 7 });
		await good("POST", `/cmdb/batches/${batch.id}/undo`, {}, 202);
		const undone = await until(batch, "undone", "applied");
		assert.equal(undone.state, "undone", undone.problem);
		assert.deepEqual(undone.undone, { restored: 2, retired: 1, kept: 1, relations: 0 });
		assert.deepEqual([(await ci(one)).attributes.ram, (await ci(one)).attributes.note], [1, "a"]);
		assert.deepEqual([(await ci(two)).attributes.ram, (await ci(two)).attributes.note], [3, "a"]);
		assert.equal((await ci(four)).status, "retired");
		assert.equal((await ci(five)).status, "in_use");
		const kept = (await good("GET", `/cmdb/batches/${batch.id}/kept`)).items;
		assert.deepEqual(kept.map((k) => [k.ci.id, k.field, k.reason, k.now]), [[two, "/attributes/ram", "changed", 3], [five, "", "changed", null]]);
		assert.equal((await call("cmdb", "POST", `/cmdb/batches/${batch.id}/undo`, {})).status, 409);
		const back = await bring(`key;name;ram;note\n4;Undo four ${mark};2;b\n`, source, columns, pc);
		assert.deepEqual(counts(back), [0, 1, 0, 0, 0]);
		assert.equal((await ci(four)).status, "in_use");
	});

	test("an import at once can be undone too", async () => {
		const answer = await good("POST", `/cmdb/imports?source=at-once-${mark}`, `name,class,ram\nAt once ${mark},${pc},1\n`, 201, { "content-type": "text/csv" });
		assert.equal(answer.created, 1);
		await good("POST", `/cmdb/batches/${answer.id}/undo`, {}, 202);
		assert.equal((await until(answer, "undone", "applied")).undone.retired, 1);
	});
});

describe("merging", () => {
	test("loses no ticket, relation, user, contract, reference, key or history", async () => {
		const key = `m-${mark}`;
		await bring(`key;name;ram;note\nk1;Merge kept ${mark};8;\n`, `m1-${mark}`, { key: "external_key", name: "name", ram: "ram", note: "note" }, pc);
		const other = await bring(`key;name;note;serial\nk2;Merge gone ${mark};from the other;SM-${mark}\n`, `m2-${mark}`, { key: "external_key", name: "name", note: "note", serial: "serial" }, pc);
		const kept = (await good("GET", `/cmdb/cis?class=${pc}&q=Merge%20kept%20${mark}`)).items[0], gone = (await rowsOf(other))[0].ci;
		const laser = await make("/cmdb/cis", { class: printer, name: `Merge printer ${mark}` });
		await call("cmdb", "PUT", `/cmdb/cis/${gone.id}/relations/depends_on/${laser.id}`);
		await call("cmdb", "PUT", `/cmdb/cis/${laser.id}/relations/connected_to/${gone.id}`);
		const me = (await call("cmdb", "GET", "/session")).json.person;
		await call("cmdb", "PUT", `/cmdb/cis/${gone.id}/users/${me.id}`);
		const ticket = await call("agent", "POST", "/tickets", { kind: "incident", subject: `Merge ${key}`, body: "x", cis: [gone.id] });
		assert.equal(ticket.status, 201, ticket.text);
		const preview = await good("GET", `/cmdb/cis/${kept.id}/merge?other=${gone.id}`);
		assert.deepEqual([preview.merged.tickets, preview.merged.relations, preview.merged.users], [1, 2, 1]);
		assert.equal((await call("cmdb", "POST", `/cmdb/cis/${kept.id}/merge`, { other: kept.id })).status, 422);
		assert.equal((await call("agent", "POST", `/cmdb/cis/${kept.id}/merge`, { other: gone.id })).status, 403);
		const merged = await good("POST", `/cmdb/cis/${kept.id}/merge`, { other: gone.id, take: ["/name"] });
		assert.deepEqual([merged.moved.tickets, merged.moved.relations, merged.moved.users], [1, 2, 1]);
		const now = await ci(kept.id);
		assert.deepEqual([now.name, now.attributes.ram, now.attributes.note, now.attributes.serial], [`Merge gone ${mark}`, 8, "from the other", `SM-${mark}`]);
		assert.equal((await ci(gone.id)).status, "retired");
		const linked = await call("agent", "GET", `/tickets/${ticket.json.number}`);
		assert.deepEqual(linked.json.cis.map((c) => (c.ci ?? c).id), [kept.id]);
		assert.ok((await good("GET", `/cmdb/cis/${gone.id}/history`)).items.length >= 2);
		// What the other source calls by its key is the kept one from now on.
		const later = await bring(`key;name;ram\nk2;Merge gone ${mark};32\n`, `m2-${mark}`, { key: "external_key", name: "name", ram: "ram" }, pc);
		assert.deepEqual(counts(later), [0, 1, 0, 0, 0], JSON.stringify(await rowsOf(later)));
		assert.equal((await ci(kept.id)).attributes.ram, 32);
	});
});
