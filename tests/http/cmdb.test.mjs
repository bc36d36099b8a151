// The CMDB over HTTP: classes, CIs, validation, history, relations, impact, users, services, imports, rights.
//     VAKHTA_URL=http://127.0.0.1:8080 node --test tests/http/cmdb.test.mjs
// Signs in as cmdb, agent and employee of the demo company; VAKHTA_TOKEN_CMDB etc. are used instead where given.
// Makes its own classes (names end in a random word), so that it can run again on the same data.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";

const base = process.env.VAKHTA_URL;
if (!base) throw new Error("VAKHTA_URL must name a running server");
const mark = randomBytes(4).toString("hex");

async function signIn(login) {
	const token = process.env[`VAKHTA_TOKEN_${login.toUpperCase()}`];
	if (token) return { authorization: `Bearer ${token}` };
	const answer = await fetch(`${base}/api/v1/session`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ login, password: "vakhta-demo" }),
	});
	assert.equal(answer.status, 200, `sign-in of ${login}`);
	return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "), origin: base };
}

const people = {};
async function call(who, method, path, body, headers = {}) {
	const raw = typeof body === "string";
	const answer = await fetch(`${base}/api/v1${path}`, {
		method,
		headers: { ...people[who], ...(body !== undefined && !raw ? { "content-type": "application/json" } : {}), ...headers },
		body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : null };
}
const pointers = (answer) => (answer.json.errors ?? []).map((error) => error.pointer).sort();

async function make(path, body, who = "cmdb") {
	const answer = await call(who, "POST", path, body);
	assert.equal(answer.status, 201, JSON.stringify(answer.json));
	return answer.json;
}
const newCi = (fields) => make("/cmdb/cis", fields);
const relate = (one, type, other) => call("cmdb", "PUT", `/cmdb/cis/${one.id}/relations/${type}/${other.id}`);

const root = `root_${mark}`, box = `box_${mark}`, crate = `crate_${mark}`;
const attribute = (name, type, more = {}) => ({ name, type, label_en: name, label_ru: name, ...more });

before(async () => {
	for (const login of ["cmdb", "agent", "employee"]) people[login] = await signIn(login);
	await make("/cmdb/classes", { name: root, label_en: "Root", label_ru: "Корень", abstract: true });
	await make("/cmdb/classes", { name: box, label_en: "Box", label_ru: "Ящик", parent: root });
	await make("/cmdb/classes", { name: crate, label_en: "Crate", label_ru: "Контейнер", parent: box });
	await make(`/cmdb/classes/${root}/attributes`, attribute("tag", "text", { required: true, unique_within: true }));
	for (const [name, type, more] of [
		["ram_gb", "integer", { unit: "GB" }], ["price", "decimal"], ["encrypted", "boolean"], ["bought_on", "date"],
		["seen_at", "instant"], ["grade", "enum", { choices: [{ value: "a", label_en: "A", label_ru: "А" }, { value: "b" }] }],
		["inside", "reference", { reference_class: crate }], ["page", "url"], ["ip", "ip"], ["mac", "mac"], ["extra", "json"],
	])
		await make(`/cmdb/classes/${box}/attributes`, attribute(name, type, more));
});

describe("classes", () => {
	test("inherit attributes and say who declares them", async () => {
		const { status, json, headers } = await call("agent", "GET", `/cmdb/classes/${crate}`);
		assert.equal(status, 200);
		assert.deepEqual(json.parent.name, box);
		const names = Object.fromEntries(json.attributes.map((a) => [a.name, a.declared_by]));
		assert.equal(names.tag, root);
		assert.equal(names.ram_gb, box);
		assert.equal(json.attributes.find((a) => a.name === "grade").choices[1].label_ru, "b");
		const again = await call("agent", "GET", `/cmdb/classes/${json.id}`, undefined, { "if-none-match": headers.get("etag") });
		assert.equal(again.status, 304);
	});

	test("the list has every class with its count", async () => {
		const { json } = await call("agent", "GET", "/cmdb/classes");
		const found = json.items.find((item) => item.name === crate);
		assert.equal(typeof found.count, "number");
		assert.equal(json.next, null);
	});

	test("all wrong fields at once", async () => {
		const answer = await call("cmdb", "POST", "/cmdb/classes", { name: "Bad Name", parent: "nowhere", colour: 1 });
		assert.equal(answer.status, 422);
		assert.deepEqual(pointers(answer), ["/colour", "/label_en", "/label_ru", "/name", "/parent"]);
		assert.deepEqual(pointers(await call("cmdb", "POST", "/cmdb/classes", { name: box, label_en: "x", label_ru: "x" })), ["/name"]);
	});

	test("a change needs If-Match and the current version", async () => {
		const { json, headers } = await call("cmdb", "GET", `/cmdb/classes/${crate}`);
		assert.equal((await call("cmdb", "PATCH", `/cmdb/classes/${crate}`, { purpose: "p" })).status, 428);
		const changed = await call("cmdb", "PATCH", `/cmdb/classes/${crate}`, { purpose: "p" }, { "if-match": headers.get("etag") });
		assert.equal(changed.status, 200);
		assert.equal(changed.json.version, json.version + 1);
		assert.equal(changed.json.label_en, "Crate");
		assert.equal((await call("cmdb", "PATCH", `/cmdb/classes/${crate}`, { purpose: "q" }, { "if-match": headers.get("etag") })).status, 412);
	});

	test("attributes: no name twice in a lineage, no other type while values exist, no choice in use left out", async () => {
		const twice = await call("cmdb", "POST", `/cmdb/classes/${crate}/attributes`, attribute("tag", "text"));
		assert.equal(twice.status, 422);
		assert.deepEqual(pointers(twice), ["/name"]);
		await newCi({ class: box, name: "typed", attributes: { tag: `typed-${mark}`, ram_gb: 4, grade: "a" } });
		const patch = async (name, body) => {
			const { headers } = await call("cmdb", "GET", `/cmdb/classes/${box}`);
			return call("cmdb", "PATCH", `/cmdb/classes/${box}/attributes/${name}`, body, { "if-match": headers.get("etag") });
		};
		assert.equal((await patch("ram_gb", { type: "text" })).status, 409);
		assert.equal((await patch("grade", { choices: [{ value: "b" }] })).status, 409);
		assert.equal((await patch("nothing", { label_en: "x" })).status, 404);
		assert.equal((await patch("tag", { label_en: "x" })).status, 409);
		const good = await patch("ram_gb", { label_ru: "Память", review_days: 90, unit: null });
		assert.equal(good.status, 200);
		const ram = good.json.attributes.find((a) => a.name === "ram_gb");
		assert.deepEqual([ram.label_ru, ram.review_days, ram.unit, ram.type], ["Память", 90, null, "integer"]);
	});
});

describe("CIs", () => {
	test("values of every type come back in one form", async () => {
		const inside = await newCi({ class: crate, name: "crate", attributes: { tag: `c-${mark}` } });
		const ci = await newCi({
			class: box, name: "everything", status: "spare", location: "Shelf",
			attributes: {
				tag: ` t-${mark} `, ram_gb: 16, price: "0012.500", encrypted: true, bought_on: "2026-02-28", seen_at: "2026-03-01T10:00:00+03:00",
				grade: "b", inside: inside.id, page: "https://example.org/a?b=c", ip: "2001:DB8:0:0:0:0:0:1", mac: "00-1A-2B-3C-4D-5E",
				extra: { deep: [1, 0.1, "ж", null] },
			},
		});
		assert.deepEqual(ci.attributes, {
			tag: `t-${mark}`, ram_gb: 16, price: "12.5", encrypted: true, bought_on: "2026-02-28", seen_at: "2026-03-01T07:00:00Z", grade: "b",
			inside: inside.id, page: "https://example.org/a?b=c", ip: "2001:db8::1", mac: "00:1a:2b:3c:4d:5e", extra: { deep: [1, 0.1, "ж", null] },
		});
		assert.deepEqual(ci.references.inside, { id: inside.id, name: "crate" });
		assert.equal(ci.version, 1);
		for (const [query, hit] of [
			["attr.price=12.50", true], ["attr.ram_gb=16", true], ["attr.ram_gb=17", false], ["attr.mac=001a2b3c4d5e", true], ["attr.encrypted=true", true],
			["attr.seen_at=2026-03-01T07:00:00Z", true], [`q=T-${mark}`, true], ["q=ev", true], ["q=100%25", false], ["status=spare", true], ["status=in_use", false],
		]) {
			const { status, json } = await call("agent", "GET", `/cmdb/cis?class=${root}&${query}`);
			assert.equal(status, 200, query);
			assert.equal(json.items.some((item) => item.id === ci.id), hit, query);
		}
	});

	test("decimals stay exact or are refused", async () => {
		for (const [given, kept] of [[0.1, "0.1"], [-3, "-3"], ["-0.00", "0"], [123456.789, "123456.789"], ["99999999999999999999.01", "99999999999999999999.01"]]) {
			const ci = await newCi({ class: box, name: "d", attributes: { tag: randomUUID(), price: given } });
			assert.equal(ci.attributes.price, kept);
		}
		for (const wrong of ["1e5", "", "1.", ".5", "1".repeat(39), true, 1e300, "12 "]) {
			const answer = await call("cmdb", "POST", "/cmdb/cis", { class: box, name: "d", attributes: { tag: randomUUID(), price: wrong } });
			assert.deepEqual([answer.status, pointers(answer)], [422, ["/attributes/price"]], JSON.stringify(wrong));
		}
	});

	test("each wrong value is named by its pointer, all at once", async () => {
		const answer = await call("cmdb", "POST", "/cmdb/cis", {
			class: box, name: "wrong",
			attributes: {
				ram_gb: 1.0001, price: "x", encrypted: "yes", bought_on: "2026-02-30", seen_at: "2026-03-01", grade: "z", inside: "x",
				page: "javascript:alert(1)", ip: "10.0.0.256", mac: "00:1a:2b:3c:4d", "no/such": 1,
			},
		});
		assert.equal(answer.status, 422);
		assert.deepEqual(pointers(answer), ["bought_on", "encrypted", "grade", "inside", "ip", "mac", "no~1such", "page", "price", "ram_gb", "seen_at", "tag"]
			.map((name) => `/attributes/${name}`).sort());
	});

	test("unique values: one of twenty at once gets it", async () => {
		const tag = randomUUID();
		const answers = await Promise.all(Array.from({ length: 20 }, () => call("cmdb", "POST", "/cmdb/cis", { class: box, name: "race", attributes: { tag } })));
		const statuses = answers.map((answer) => answer.status);
		assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
		for (const answer of answers) if (answer.status !== 201) assert.deepEqual([answer.status, pointers(answer)], [422, ["/attributes/tag"]]);
	});

	test("references point to CIs of the right class in use", async () => {
		const other = await newCi({ class: box, name: "other", attributes: { tag: randomUUID() } });
		const inside = await newCi({ class: crate, name: "in", attributes: { tag: randomUUID() } });
		const wrong = async (id) => call("cmdb", "POST", "/cmdb/cis", { class: box, name: "r", attributes: { tag: randomUUID(), inside: id } });
		for (const id of [other.id, 999999999]) assert.deepEqual(pointers(await wrong(id)), ["/attributes/inside"]);
		const holder = await newCi({ class: box, name: "holder", attributes: { tag: randomUUID(), inside: inside.id } });
		assert.equal((await call("cmdb", "PATCH", `/cmdb/cis/${inside.id}`, { status: "retired" }, { "if-match": '"1"' })).status, 200);
		assert.deepEqual(pointers(await wrong(inside.id)), ["/attributes/inside"]);
		const kept = await call("cmdb", "PATCH", `/cmdb/cis/${holder.id}`, { attributes: { ram_gb: 1, inside: inside.id } }, { "if-match": '"1"' });
		assert.equal(kept.status, 200, "a reference that stays may point to a retired CI");
	});

	test("a change merges attributes, null takes away, If-Match is needed, nothing is no version", async () => {
		const ci = await newCi({ class: box, name: "change", location: "A", attributes: { tag: randomUUID(), ram_gb: 1, grade: "a" } });
		const path = `/cmdb/cis/${ci.id}`;
		assert.equal((await call("cmdb", "PATCH", path, { name: "x" })).status, 428);
		const changed = await call("cmdb", "PATCH", path, { name: "changed", location: null, attributes: { ram_gb: 2, grade: null } }, { "if-match": '"1"' });
		assert.equal(changed.status, 200);
		assert.equal(changed.headers.get("etag"), '"2"');
		assert.deepEqual([changed.json.name, changed.json.location, changed.json.attributes.ram_gb, changed.json.attributes.grade], ["changed", null, 2, undefined]);
		assert.equal((await call("cmdb", "PATCH", path, { name: "x" }, { "if-match": '"1"' })).status, 412);
		const same = await call("cmdb", "PATCH", path, { name: "changed" }, { "if-match": '"2"' });
		assert.equal(same.json.version, 2);
		assert.deepEqual(pointers(await call("cmdb", "PATCH", path, { attributes: { tag: null } }, { "if-match": '"2"' })), ["/attributes/tag"]);
		assert.equal((await call("cmdb", "DELETE", path)).status, 405);
		const history = (await call("agent", "GET", `${path}/history`)).json.items;
		assert.deepEqual(history.map((item) => item.version), [2, 1]);
		assert.deepEqual(history[0].changes, [
			{ field: "/name", old: "change", new: "changed" }, { field: "/location", old: "A", new: null },
			{ field: "/attributes/grade", old: "a", new: null }, { field: "/attributes/ram_gb", old: 1, new: 2 },
		]);
		assert.ok(history[0].actor.name);
		assert.equal(history[0].source, "manual");
	});

	test("as it was then", async () => {
		const ci = await newCi({ class: box, name: "first", attributes: { tag: randomUUID() } });
		const then = ci.updated_at;
		await new Promise((resolve) => setTimeout(resolve, 1100));
		await call("cmdb", "PATCH", `/cmdb/cis/${ci.id}`, { name: "second" }, { "if-match": '"1"' });
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}?at=${then}`)).json.name, "first");
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}`)).json.name, "second");
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}?at=2001-01-01T00:00:00Z`)).status, 404);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}?at=yesterday`)).status, 422);
	});

	test("moving to another class judges what it has", async () => {
		const plain = `plain_${mark}`;
		await make("/cmdb/classes", { name: plain, label_en: "Plain", label_ru: "Простой", parent: root });
		const ci = await newCi({ class: box, name: "mover", attributes: { tag: randomUUID(), ram_gb: 1 } });
		const refused = await call("cmdb", "PATCH", `/cmdb/cis/${ci.id}`, { class: plain }, { "if-match": '"1"' });
		assert.deepEqual(pointers(refused), ["/attributes/ram_gb"]);
		const moved = await call("cmdb", "PATCH", `/cmdb/cis/${ci.id}`, { class: plain, attributes: { ram_gb: null } }, { "if-match": '"1"' });
		assert.equal(moved.status, 200, JSON.stringify(moved.json));
		assert.equal(moved.json.class.name, plain);
		assert.deepEqual(pointers(await call("cmdb", "POST", "/cmdb/cis", { class: root, name: "x", attributes: { tag: "y" } })), ["/class"]);
	});

	test("pages are whole and in order; unknown filters are refused", async () => {
		const list = `list_${mark}`;
		await make("/cmdb/classes", { name: list, label_en: "L", label_ru: "Л" });
		for (let i = 0; i < 7; i++) await newCi({ class: list, name: `n${i % 3}` });
		const seen = [];
		let cursor = "";
		do {
			const { json } = await call("agent", "GET", `/cmdb/cis?class=${list}&limit=2${cursor && `&cursor=${cursor}`}`);
			seen.push(...json.items);
			cursor = json.next;
		} while (cursor);
		assert.equal(seen.length, 7);
		assert.equal(new Set(seen.map((item) => item.id)).size, 7);
		assert.deepEqual(seen.map((item) => item.name), seen.map((item) => item.name).toSorted());
		assert.equal((await call("agent", "GET", `/cmdb/cis?class=${list}&attr.nothing=1`)).status, 422);
		assert.equal((await call("agent", "GET", `/cmdb/cis?class=nowhere_${mark}`)).status, 422);
		assert.equal((await call("agent", "GET", `/cmdb/cis?class=${box}&attr.ram_gb=many`)).status, 422);
		assert.equal((await call("agent", "GET", `/cmdb/cis/0`)).status, 404);
		assert.equal((await call("agent", "GET", `/cmdb/cis/99999999999999999999`)).status, 404);
	});
});

describe("relations and impact", () => {
	const node = (name) => newCi({ class: box, name, attributes: { tag: randomUUID() } });

	test("cycles are normal, paths are shortest, history answers", async () => {
		const [a, b, c, d] = [await node("a"), await node("b"), await node("c"), await node("d")];
		for (const [one, type, other] of [[a, "depends_on", b], [b, "depends_on", c], [c, "depends_on", a], [d, "runs_on", a]])
			assert.equal((await relate(one, type, other)).status, 201);
		assert.equal((await relate(a, "depends_on", b)).status, 200, "twice is once");
		assert.equal((await relate(a, "depends_on", a)).status, 422);
		assert.equal((await relate(a, "no_such_type", b)).status, 404);
		const { json } = await call("agent", "GET", `/cmdb/cis/${b.id}/impact`);
		assert.deepEqual(json.items.map((item) => [item.ci.name, item.depth, item.path.map((step) => `${step.relation} ${step.ci.name}`).join(" < ")]), [
			["a", 1, "depends_on a"],
			["c", 2, "depends_on a < depends_on c"],
			["d", 2, "depends_on a < runs_on d"],
		]);
		assert.equal(json.truncated, false);
		assert.equal(json.items[0].ci.class.name, box);
		const down = (await call("agent", "GET", `/cmdb/cis/${d.id}/impact?direction=down&depth=2`)).json;
		assert.deepEqual(down.items.map((item) => item.ci.name), ["a", "b"]);
		const listed = (await call("agent", "GET", `/cmdb/cis/${a.id}/relations`)).json.items;
		assert.deepEqual(listed.map((item) => [item.type, item.direction, item.ci.name]), [["depends_on", "out", "b"], ["depends_on", "in", "c"], ["runs_on", "in", "d"]]);
		const then = new Date().toISOString().replace(/\.\d+/, "");
		await new Promise((resolve) => setTimeout(resolve, 1100));
		const cut = () => call("cmdb", "DELETE", `/cmdb/cis/${a.id}/relations/depends_on/${b.id}`);
		assert.equal((await cut()).status, 204);
		assert.equal((await cut()).status, 204, "ended once, refused never");
		assert.deepEqual((await call("agent", "GET", `/cmdb/cis/${b.id}/impact`)).json.items, []);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${b.id}/impact?at=${then}`)).json.items.length, 3);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${a.id}/relations?at=${then}`)).json.items.length, 3);
	});

	test("several at once, other paths, links, bounds", async () => {
		const [top, left, right, base_, lone] = [await node("top"), await node("left"), await node("right"), await node("base"), await node("lone")];
		const weak = `weak_${mark}`;
		await make("/cmdb/relation-types", { name: weak, label_en: "hears of", label_ru: "узнаёт от", inverse_en: "tells", inverse_ru: "сообщает", impact: "to_source" });
		for (const [one, type, other] of [[top, "depends_on", left], [top, weak, right], [left, weak, base_], [right, weak, base_]]) assert.equal((await relate(one, type, other)).status, 201);
		const up = (await call("agent", "GET", `/cmdb/cis/${base_.id}/impact?links=true`)).json;
		assert.deepEqual(up.items.map((item) => [item.ci.name, item.state, item.strength]), [["left", "down", 1], ["right", "down", 1], ["top", "down", 1]]);
		assert.deepEqual([up.reached, up.at_risk, up.links.length], [3, 0, 4]);
		const paths = (await call("agent", "GET", `/cmdb/cis/${base_.id}/impact/${top.id}/paths`)).json;
		assert.deepEqual(paths.items.map((item) => [item.strength, item.path.map((step) => step.ci.name).join()]).sort(), [[1, "left,top"], [1, "right,top"]]);
		const back = (await call("agent", "GET", `/cmdb/cis/${top.id}/impact/${base_.id}/paths?direction=down`)).json;
		assert.deepEqual(back.items.map((item) => item.path.map((step) => step.ci.name).join()).sort(), ["left,base", "right,base"]);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${base_.id}/impact/${lone.id}/paths`)).status, 404);
		const both = (await call("agent", "GET", `/cmdb/impact?cis=${left.id},${right.id},${left.id}`)).json;
		assert.deepEqual([both.failing.map((ci) => ci.name), both.items.map((item) => item.ci.name), both.items[0].from], [["left", "right"], ["top"], left.id]);
		const short = (await call("agent", "GET", `/cmdb/cis/${base_.id}/impact?limit=1`)).json;
		assert.deepEqual([short.items.length, short.reached], [1, 3], "what is not listed is counted");
		for (const [query, pointer] of [["", "cis"], ["?cis=x", "cis"], ["?cis=1,,2", "cis"], ["?cis=99999999999", "cis"], [`?cis=${left.id}&limit=0`, "limit"], [`?cis=${Array.from({ length: 51 }, (_, i) => i + 1)}`, "cis"]]) {
			const refused = await call("agent", "GET", `/cmdb/impact${query}`);
			assert.deepEqual([refused.status, refused.json.errors?.[0].pointer], [422, pointer], query);
		}
		assert.equal((await call("employee", "GET", `/cmdb/impact?cis=${left.id}`)).status, 403);
	});

	test("twenty at once make one relation", async () => {
		const [a, b] = [await node("a"), await node("b")];
		const statuses = (await Promise.all(Array.from({ length: 20 }, () => relate(a, "uses", b)))).map((answer) => answer.status);
		assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
		assert.equal(statuses.filter((status) => status === 200).length, 19, statuses.join());
	});

	test("parameters are checked, retired CIs take no relations", async () => {
		const [a, b] = [await node("a"), await node("b")];
		for (const query of ["depth=0", "depth=51", "direction=left", "deep=1"]) assert.equal((await call("agent", "GET", `/cmdb/cis/${a.id}/impact?${query}`)).status, 422, query);
		await call("cmdb", "PATCH", `/cmdb/cis/${b.id}`, { status: "retired" }, { "if-match": '"1"' });
		assert.equal((await relate(a, "uses", b)).status, 409);
	});

	test("kinds of relations can be added", async () => {
		const name = `guards_${mark}`;
		const made = await make("/cmdb/relation-types", { name, label_en: "guards", label_ru: "охраняет", inverse_en: "is guarded by", inverse_ru: "охраняется", impact: "to_target" });
		assert.equal(made.name, name);
		const [a, b] = [await node("guard"), await node("guarded")];
		await relate(a, name, b);
		assert.deepEqual((await call("agent", "GET", `/cmdb/cis/${a.id}/impact`)).json.items.map((item) => item.ci.name), ["guarded"]);
		assert.ok((await call("agent", "GET", "/cmdb/relation-types")).json.items.some((item) => item.name === name));
		assert.equal((await call("cmdb", "POST", "/cmdb/relation-types", { ...made, label: undefined, inverse: undefined })).status, 422);
	});
});

describe("people", () => {
	test("devices of a person, people hit", async () => {
		const me = (await call("employee", "GET", "/me")).json;
		const id = me.person?.id ?? me.id;
		const ci = await newCi({ class: box, name: `laptop ${mark}`, attributes: { tag: randomUUID() } });
		const path = `/cmdb/cis/${ci.id}/users/${id}`;
		for (let i = 0; i < 2; i++) assert.equal((await call("cmdb", "PUT", path)).status, 204);
		const mine = (await call("employee", "GET", "/me/devices")).json.items.filter((item) => item.id === ci.id);
		assert.equal(mine.length, 1);
		assert.equal(mine[0].class.name, box);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}/impact`)).json.people, 1);
		assert.equal((await call("agent", "GET", `/cmdb/cis/${ci.id}/users`)).json.items[0].person.id, id);
		for (let i = 0; i < 2; i++) assert.equal((await call("cmdb", "DELETE", path)).status, 204);
		assert.ok(!(await call("employee", "GET", "/me/devices")).json.items.some((item) => item.id === ci.id));
		assert.equal((await call("cmdb", "PUT", `/cmdb/cis/${ci.id}/users/999999999`)).status, 404);
	});

	test("services are for everyone, the rest of the CMDB is not", async () => {
		const classes = (await call("cmdb", "GET", "/cmdb/classes")).json.items;
		let service = classes.find((item) => item.name === "business_service");
		service ??= await make("/cmdb/classes", { name: "business_service", label_en: "Service", label_ru: "Услуга" });
		const required = Object.fromEntries(service.attributes.filter((a) => a.required).map((a) => [a.name, a.type === "integer" ? 1 : "x"]));
		const ci = await newCi({ class: "business_service", name: `Service ${mark}`, attributes: required });
		const { json } = await call("employee", "GET", `/services?q=service%20${mark}`);
		assert.deepEqual(json.items.map((item) => [item.id, item.mine]), [[ci.id, false]]);
		for (const path of ["/cmdb/classes", "/cmdb/cis", `/cmdb/cis/${ci.id}`, `/cmdb/cis/${ci.id}/history`, `/cmdb/cis/${ci.id}/impact`, "/cmdb/relation-types"])
			assert.equal((await call("employee", "GET", path)).status, 403, path);
		assert.equal((await call("agent", "POST", "/cmdb/cis", { class: box, name: "x" })).status, 403);
		assert.equal((await call("agent", "PATCH", `/cmdb/cis/${ci.id}`, { name: "x" }, { "if-match": '"1"' })).status, 403);
	});
});

describe("imports", () => {
	const send = (text, query = "", headers = {}) => call("cmdb", "POST", `/cmdb/imports${query}`, text, { "content-type": "text/csv", ...headers });
	const counts = ({ json }) => [json.created, json.updated, json.unchanged, json.refused];

	test("a trial run keeps nothing but its report; the same again is unchanged", async () => {
		const table = `\uFEFFname;class;external_key;status;tag;ram_gb;price\r\n"Box; ""one""";${box};k1;spare;i1-${mark};8;12,50\r\nTwo;${crate};k2;;i2-${mark};;\r\n`
			+ `Three;${box};k3;;;4;\r\nFour;nowhere;k4;;i4;;\r\nFive;${box};k5;lost;i1-${mark};many;\r\n`;
		const source = `test-${mark}`;
		const trial = await send(table, `?dry_run=true&source=${source}`);
		assert.equal(trial.status, 201, JSON.stringify(trial.json));
		assert.deepEqual(counts(trial), [2, 0, 0, 3]);
		assert.equal((await call("agent", "GET", `/cmdb/cis?class=${box}&q=i1-${mark}`)).json.items.length, 0);
		assert.deepEqual(trial.json.rows.map((row) => [row.line, row.outcome, row.errors.map((error) => error.pointer).join()]), [
			[2, "created", ""], [3, "created", ""], [4, "refused", "/attributes/tag"], [5, "refused", "/class"], [6, "refused", "/status,/attributes/ram_gb"],
		]);
		assert.deepEqual(counts(await send(table, `?source=${source}`)), [2, 0, 0, 3]);
		const [made] = (await call("agent", "GET", `/cmdb/cis?class=${box}&q=i1-${mark}`)).json.items;
		assert.deepEqual([made.name, made.status, made.attributes.ram_gb, made.attributes.price], ['Box; "one"', "spare", 8, "12.5"]);
		assert.deepEqual(counts(await send(table, `?source=${source}`)), [0, 0, 2, 3]);
		const changed = await send(table.replace(";8;", ";9;"), `?source=${source}`);
		assert.deepEqual(counts(changed), [0, 1, 1, 3]);
		const read = await call("agent", "GET", `/cmdb/imports/${changed.json.id}?outcome=refused&limit=2`);
		assert.equal(read.json.rows.length, 2);
		assert.ok(read.json.next);
		const history = (await call("agent", "GET", `/cmdb/cis/${made.id}/history`)).json.items;
		assert.equal(history[0].source, `import:${source}`);
	});

	test("rows of one table see each other; references by name", async () => {
		const source = `ref-${mark}`;
		const answer = await send(`name,class,tag,inside\nHold ${mark},${crate},h-${mark},\nHeld,${box},g-${mark},hold ${mark}\nLost,${box},l-${mark},nobody\n`, `?source=${source}`);
		assert.deepEqual(counts(answer), [2, 0, 0, 1]);
		assert.equal(answer.json.rows[2].errors[0].pointer, "/attributes/inside");
	});

	test("a table that cannot be read is refused whole", async () => {
		for (const [table, pointer] of [
			["name,class\n\"open,x\n", "/file"], ["name,class\na\"b,x\n", "/file"], ["name,class\n\"a\"b,x\n", "/file"], ["name,class\na\0b,x\n", "/file"],
			["class\nx\n", "/columns"], ["name\nx\n", "/columns"], [`name,class,colour_${mark}\nx,${box},red\n`, "/columns/3"], ["name,name,class\n", "/columns/2"],
		]) {
			const answer = await send(table);
			assert.deepEqual([answer.status, pointers(answer)], [422, [pointer]], JSON.stringify(table));
		}
		assert.equal((await send("", "?class=" + box)).status, 422);
		assert.equal((await send("name\nx\n", "", { "content-type": "application/json" })).status, 415);
	});

	test("the same key does nothing twice", async () => {
		const key = randomUUID(), table = `name,class,tag\nOnce,${box},once-${mark}\n`;
		const first = await send(table, "", { "idempotency-key": key });
		const again = await send(table, "", { "idempotency-key": key });
		assert.deepEqual([first.status, again.status], [201, 201]);
		assert.equal(again.json.id, first.json.id);
	});
});
