// Inventories of agents: both protocols, tokens, quarantine, repetition, parts that come and go, silence, and what must be refused.
//     VAKHTA_URL=http://127.0.0.1:8080 node --test tests/http/inventory.test.mjs
// Runs Debian's own fusioninventory-agent against the server where it is installed (scripts/test installs it).
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { deflateSync, gzipSync } from "node:zlib";

const base = process.env.VAKHTA_URL;
if (!base) throw new Error("VAKHTA_URL must name a running server");
const mark = randomBytes(4).toString("hex");
const door = `${base}/api/v1/cmdb/inventory`;

const people = {};
async function signIn(login) {
	const answer = await fetch(`${base}/api/v1/session`, {
		method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ login, password: "vakhta-demo" }),
	});
	assert.equal(answer.status, 200, `sign-in of ${login}`);
	return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "), origin: base };
}
async function call(method, path, body, headers = {}, who = "cmdb") {
	people[who] ??= await signIn(who);
	const answer = await fetch(`${base}/api/v1${path}`, {
		method, headers: { ...people[who], ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : null };
}
async function get(path) {
	const answer = await call("GET", path);
	assert.equal(answer.status, 200, JSON.stringify(answer.json));
	return answer.json;
}
async function send(bytes, { path = "", headers = {}, method = "POST" } = {}) {
	const answer = await fetch(door + path, { method, headers, body: method === "GET" ? undefined : bytes });
	return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
async function decide(decision, ...agents) {
	const answer = await call("POST", "/cmdb/agents/decide", { agents, decision });
	assert.equal(answer.status, 200, JSON.stringify(answer.json));
	return answer.json.items;
}
async function found(device, wanted = () => true) {
	for (let tries = 0; tries < 100; tries++) {
		const [agent] = (await get(`/cmdb/agents?q=${encodeURIComponent(device)}`)).items;
		if (agent && agent.work === "none" && wanted(agent)) return agent;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	assert.fail(`the agent ${device} did not come to where it should: ${JSON.stringify((await get(`/cmdb/agents?q=${encodeURIComponent(device)}`)).items)}`);
}
const versions = async (ci) => (await get(`/cmdb/cis/${ci}/history?limit=200`)).items.length;
const relations = async (ci) => (await get(`/cmdb/cis/${ci}/relations`)).items ?? [];

const xml = (query, device, content = "") => `<?xml version="1.0" encoding="UTF-8" ?>
<REQUEST><CONTENT>${content}</CONTENT><DEVICEID>${device}</DEVICEID><QUERY>${query}</QUERY></REQUEST>`;
const tag = (name, fields) => `<${name}>${Object.entries(fields).map(([field, value]) => `<${field}>${value}</${field}>`).join("")}</${name}>`;
const machine = (name, more = {}) => tag("HARDWARE", { NAME: name, CHASSIS_TYPE: "Notebook", MEMORY: 7900, VMSYSTEM: "Physical", ...more });
const asGlpi = (uuid) => ({ "GLPI-Agent-ID": uuid, "GLPI-Request-ID": "0A1B2C3D", "content-type": "application/json" });

let token;
before(async () => {
	const made = await call("POST", "/cmdb/agents/tokens", { label: `test ${mark}` });
	assert.equal(made.status, 201);
	token = made.json.token;
	assert.equal(JSON.stringify(await get("/cmdb/agents/tokens")).includes(token), false, "a token is shown once");
});

describe("the FusionInventory protocol", () => {
	test("an unknown agent waits with its inventory until it is approved, then is a machine", async () => {
		const device = `laptop-${mark}`, serial = `SN${mark}`;
		const body = xml("INVENTORY", device, machine(device, { UUID: `4c4c4544-0000-4010-8000-${mark}0000` })
			+ tag("BIOS", { SSN: serial, SMODEL: "Latitude 7420", SMANUFACTURER: "Dell Inc." })
			+ tag("OPERATINGSYSTEM", { FULL_NAME: "Windows 11 Pro", VERSION: "10.0.22631", NAME: "Windows" })
			+ tag("CPUS", { NAME: "Core i5", CORE: 4 })
			+ tag("NETWORKS", { DESCRIPTION: "eth0", MACADDR: `02:11:${mark.match(/../g).join(":")}`, IPADDRESS: "10.1.2.3", STATUS: "Up", VIRTUALDEV: 0 })
			+ tag("NETWORKS", { DESCRIPTION: "docker0", MACADDR: "02:42:00:00:00:01", VIRTUALDEV: 1 })
			+ tag("STORAGES", { NAME: "sda", MODEL: "SSD 870", SERIALNUMBER: `D${mark}`, DISKSIZE: 512110, TYPE: "disk" })
			+ tag("MONITORS", { CAPTION: "U2720Q", MANUFACTURER: "Dell", SERIAL: `M${mark}` })
			+ tag("PRINTERS", { NAME: `Hall printer ${mark}`, DRIVER: "PCL6", PORT: "IP_10.0.0.9" }) + tag("PRINTERS", { NAME: "Microsoft Print to PDF" })
			+ tag("VIRTUALMACHINES", { NAME: `guest-${mark}`, UUID: randomUUID(), VCPU: 2, MEMORY: 2048, VMTYPE: "kvm" })
			+ tag("SOFTWARES", { NAME: `Office ${mark}`, VERSION: "24.1", PUBLISHER: "TDF" }) + tag("SOFTWARES", { NAME: `Tool ${mark}`, VERSION: "1" })
			+ "<VERSIONCLIENT>FusionInventory-Agent_v2.6</VERSIONCLIENT>");
		const prolog = await send(deflateSync(xml("PROLOG", device)));
		assert.equal(prolog.status, 200);
		assert.match(prolog.text, /<REPLY><RESPONSE>SEND<\/RESPONSE><PROLOG_FREQ>\d+<\/PROLOG_FREQ><\/REPLY>/);
		assert.match((await send(deflateSync(body))).text, /<REPLY>/);
		const waiting = await found(device);
		assert.equal(waiting.state, "quarantine");
		assert.equal(waiting.ci, null);
		assert.equal(waiting.summary.machine.attributes.serial_number, serial);
		assert.deepEqual(waiting.summary.parts, { disk: 1, monitor: 1, printer: 1, network_interface: 1, virtual_machine: 1 });
		assert.match((await send(xml("PROLOG", device))).text, /STOP/, "what is kept is not asked for again");

		await decide("approve", waiting.id);
		const known = await found(device, (agent) => agent.ci !== null);
		assert.equal(known.outcome, "created");
		assert.deepEqual(known.report.troubles, []);
		const ci = await get(`/cmdb/cis/${known.ci.id}`);
		assert.equal(ci.class.name, "workstation");
		for (const [name, value] of Object.entries({ os: "Windows 11 Pro", model: "Latitude 7420", memory_gb: 8, cpu_cores: 4, ip: "10.1.2.3" }))
			assert.equal(ci.attributes[name], value, name);
		assert.equal(known.report.relations, 5);
		assert.deepEqual((await get(`/cmdb/cis/${known.ci.id}/software`)).items.map(({ product, version }) => `${product.name} ${version}`), [`Office ${mark} 24.1`, `Tool ${mark} 1`]);

		// The same again, in each form: nothing is new.
		const before = await versions(known.ci.id);
		for (const bytes of [body, deflateSync(body), gzipSync(body)]) {
			assert.equal((await send(bytes)).status, 200);
			assert.equal((await found(device)).outcome, "unchanged");
		}
		assert.equal(await versions(known.ci.id), before);

		// The monitor is gone, a program is newer.
		const later = body.replace(/<MONITORS>.*<\/MONITORS>/, "").replace("24.1", "24.2");
		assert.equal((await send(later)).status, 200);
		assert.equal((await found(device)).outcome, "updated");
		const whole = await get(`/cmdb/agents/${known.id}`);
		assert.equal(whole.parts.filter(({ gone_at }) => gone_at !== null).map(({ kind }) => kind).join(), "monitor");
		assert.equal(await versions(known.ci.id), before, "the machine itself did not change");
		const programs = (await get(`/cmdb/cis/${known.ci.id}/software?gone=true&q=Office`)).items;
		assert.deepEqual(programs.map(({ version, until }) => [version, until === null]).sort(), [["24.1", false], ["24.2", true]]);
		const [product] = (await get(`/cmdb/software?q=${encodeURIComponent(`Office ${mark}`)}`)).items;
		assert.deepEqual((await get(`/cmdb/software/${product.id}/machines?version=24.2`)).items.map((item) => item.ci.id), [known.ci.id]);
		assert.deepEqual((await get(`/cmdb/software/${product.id}/machines?version=24.1`)).items, []);
	});

	test("a token in the address or as a password makes an agent known at once; without it that agent is refused", async () => {
		const device = `till-${mark}`, body = xml("INVENTORY", device, machine(device));
		assert.equal((await send(body, { path: "/basic" })).headers.get("www-authenticate"), 'Basic realm="inventory"');
		assert.equal((await send(body, { path: "/basic", headers: { authorization: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` } })).status, 200);
		const agent = await found(device);
		assert.equal(agent.state, "known");
		assert.ok(agent.ci.id);
		assert.equal((await send(body, { path: `/${token}` })).status, 200);
		const bare = await send(body.replace("till", "till"));
		assert.equal(bare.status, 401);
		assert.equal((await send(body, { path: "/vke_no_such_token" })).status, 401);
		assert.equal((await found(device)).outcome, "unchanged");
	});

	test("old encodings are read, hostile names stay text, HTML is never made of them", async () => {
		const device = `old-${mark}`;
		const plain = `<?xml version="1.0" encoding="UTF-8"?><REQUEST><DEVICEID>${device}</DEVICEID><QUERY>INVENTORY</QUERY><CONTENT><HARDWARE><NAME>${device}</NAME></HARDWARE>`
			+ `<BIOS><SMODEL>&lt;img src=x onerror=alert(1)&gt;</SMODEL></BIOS><SOFTWARES><NAME>NAME</NAME></SOFTWARES></CONTENT></REQUEST>`;
		const [head, tail] = plain.split(">NAME<");
		const cyrillic = Buffer.from([0xc1, 0xf3, 0xf5, 0xe3, 0xe0, 0xeb, 0xf2, 0xe5, 0xf0, 0xe8, 0xff]); // Бухгалтерия in windows-1251
		assert.equal((await send(Buffer.concat([Buffer.from(`${head}>`), cyrillic, Buffer.from(`<${tail}`)]), { path: `/${token}` })).status, 200);
		const agent = await found(device);
		assert.equal((await get(`/cmdb/cis/${agent.ci.id}/software`)).items[0].product.name, "Бухгалтерия");
		assert.equal((await get(`/cmdb/cis/${agent.ci.id}`)).attributes.model, "<img src=x onerror=alert(1)>");
	});
});

describe("the GLPI Agent's protocol", () => {
	const device = `glpi-${mark}`, uuid = randomUUID();
	const whole = {
		action: "inventory", deviceid: device, itemtype: "Computer", tag: "Shop 3",
		content: {
			versionclient: "GLPI-Agent_v1.7", hardware: { name: device, chassis_type: "Desktop", memory: 16000, uuid: randomUUID(), vmsystem: "Physical" },
			bios: { ssn: "To be filled by O.E.M.", smanufacturer: "ACME" }, operatingsystem: { full_name: "Debian GNU/Linux 12", kernel_version: "6.1.0-18", version: "12" },
			networks: [{ description: "enp1s0", mac: "x", macaddr: `06:22:${mark.match(/../g).join(":")}`, ipaddress: "10.9.8.7", virtualdev: false, status: "up" }],
			monitors: [], softwares: [{ name: `Firefox ${mark}`, version: "128.0", publisher: "Mozilla" }, { name: `Vim ${mark}`, version: 9 }],
		},
	};

	test("contact says what to do and when to come again; whole and partial inventories", async () => {
		const contact = JSON.stringify({ action: "contact", deviceid: device, name: "GLPI-Agent", version: "1.7", "installed-tasks": { inventory: "1.7" }, "enabled-tasks": ["inventory"] });
		const asked = await send(deflateSync(contact), { path: `/${token}`, headers: { ...asGlpi(uuid), "content-type": "application/x-compress-zlib" } });
		assert.equal(asked.status, 200);
		assert.equal(asked.headers.get("glpi-request-id"), "0A1B2C3D");
		assert.equal(asked.headers.get("content-type"), "application/json");
		const told = JSON.parse(asked.text);
		assert.equal(told.status, "ok");
		assert.equal(told.expiration, 24);
		assert.equal(told.disabled.includes("inventory"), false);
		assert.equal(told.tasks.inventory.server, "glpi");
		// An agent that tries the old protocol first learns that the new one is spoken.
		const old = await send(xml("PROLOG", device), { path: `/${token}`, headers: { "GLPI-Agent-ID": uuid } });
		assert.equal(JSON.parse(old.text).status, "ok");

		const taken = JSON.parse((await send(gzipSync(JSON.stringify(whole)), { path: `/${token}`, headers: asGlpi(uuid) })).text);
		assert.equal(taken.status, "ok");
		const agent = await found(device);
		assert.equal(agent.agent_id, uuid);
		assert.equal(agent.tag, "Shop 3");
		const ci = await get(`/cmdb/cis/${agent.ci.id}`);
		assert.equal(ci.attributes.serial_number, undefined, "what a maker left unfilled is no value");
		assert.equal(ci.attributes.memory_gb, 16);

		const part = { action: "inventory", deviceid: device, partial: true, content: { hardware: { name: device }, softwares: [{ name: `Firefox ${mark}`, version: "129.0", publisher: "Mozilla" }] } };
		assert.equal((await send(JSON.stringify(part), { path: `/${token}`, headers: asGlpi(uuid) })).status, 200);
		assert.equal((await found(device)).outcome, "updated");
		assert.deepEqual((await get(`/cmdb/cis/${agent.ci.id}/software`)).items.map(({ version }) => version), ["129.0"]);
		assert.equal((await get(`/cmdb/cis/${agent.ci.id}`)).attributes.memory_gb, 16, "what a part does not name stays");
		assert.equal((await get(`/cmdb/agents/${agent.id}`)).parts.filter(({ gone_at }) => gone_at === null).length, 1, "the interface stays");
	});

	test("a large inventory is pending, then ok, and others are not kept waiting", async () => {
		const big = structuredClone(whole);
		big.deviceid = `big-${mark}`;
		big.content.hardware = { name: `big-${mark}`, uuid: randomUUID(), chassis_type: "Desktop" };
		big.content.networks = [];
		big.content.softwares = Array.from({ length: 15000 }, (_, at) => ({ name: `Package ${at} ${mark}`, version: `${at % 7}.0`, publisher: "Many", comments: "x".repeat(1000) }));
		const bytes = JSON.stringify(big), own = randomUUID();
		assert.ok(bytes.length > 15e6);
		const began = Date.now();
		const sent = send(bytes, { path: `/${token}`, headers: asGlpi(own) });
		const slow = [];
		while (Date.now() - began < 1500) {
			const at = performance.now();
			assert.equal((await fetch(`${base}/api/v1/me`, { headers: people.cmdb })).status, 200);
			slow.push(performance.now() - at);
		}
		const answer = JSON.parse((await sent).text);
		assert.equal(answer.status, "pending");
		assert.match(String(answer.expiration), /^\d+s$/);
		assert.ok(Math.max(...slow) < 2000, `others waited ${Math.max(...slow)} ms`);
		let told;
		for (let tries = 0; tries < 200; tries++) {
			told = JSON.parse((await send(null, { method: "GET", path: `/${token}`, headers: asGlpi(own) })).text);
			if (told.status !== "pending") break;
			await new Promise((resolve) => setTimeout(resolve, 150));
		}
		assert.equal(told.status, "ok");
		const agent = await found(`big-${mark}`);
		assert.equal((await get(`/cmdb/cis/${agent.ci.id}/inventory`)).software, 15000);
	});
});

describe("decisions, silence, tokens", () => {
	test("reject keeps nothing, ban refuses, wait lets it wait again", async () => {
		const device = `guest-pc-${mark}`, body = xml("INVENTORY", device, machine(device));
		await send(body);
		const { id } = await found(device);
		await decide("reject", id);
		assert.equal((await send(body)).status, 200);
		assert.deepEqual([(await found(device)).state, (await found(device)).summary], ["rejected", null]);
		assert.match((await send(xml("PROLOG", device))).text, /STOP/);
		await decide("ban", id);
		const banned = await send(body);
		assert.equal(banned.status, 403);
		assert.ok(JSON.parse(banned.text).message);
		await decide("wait", id);
		await send(body);
		assert.deepEqual([(await found(device)).state, (await found(device)).ci], ["quarantine", null]);
	});

	test("silence makes the CI stale, a report ends it", async () => {
		const device = `quiet-${mark}`, body = xml("INVENTORY", device, machine(device));
		await send(body, { path: `/${token}` });
		const agent = await found(device);
		const settings = await call("GET", "/cmdb/agents/settings");
		const change = async (stale_after_s) => {
			const { headers } = await call("GET", "/cmdb/agents/settings");
			assert.equal((await call("PATCH", "/cmdb/agents/settings", { stale_after_s }, { "if-match": headers.get("etag") })).status, 200);
		};
		await new Promise((resolve) => setTimeout(resolve, 2100));
		try {
			await change(1);
			await found(device, ({ stale_since }) => stale_since !== null);
			assert.equal((await get(`/cmdb/cis/${agent.ci.id}/inventory`)).stale, true);
			assert.ok((await get(`/cmdb/agents?stale=true&q=${device}`)).items.length === 1);
		} finally {
			await change(settings.json.stale_after_s);
		}
		await send(body, { path: `/${token}` });
		assert.equal((await found(device)).stale_since, null);
		assert.equal((await get(`/cmdb/cis/${agent.ci.id}/inventory`)).stale, false);
	});

	test("a revoked token opens nothing, and its agents wait", async () => {
		const device = `revoked-${mark}`, made = (await call("POST", "/cmdb/agents/tokens", { label: `revoked ${mark}` })).json;
		const body = xml("INVENTORY", device, machine(device));
		await send(body, { path: `/${made.token}` });
		assert.equal((await found(device)).state, "known");
		assert.equal((await call("DELETE", `/cmdb/agents/tokens/${made.id}`)).status, 204);
		assert.equal((await found(device)).state, "quarantine");
		assert.equal((await send(body, { path: `/${made.token}` })).status, 200);
		assert.equal((await found(device)).state, "quarantine");
	});

	test("people without the role neither decide nor see tokens", async () => {
		assert.equal((await call("GET", "/cmdb/agents", undefined, {}, "employee")).status, 403);
		assert.equal((await call("GET", "/cmdb/agents/tokens", undefined, {}, "agent")).status, 403);
		assert.equal((await call("POST", "/cmdb/agents/decide", { agents: [1], decision: "approve" }, {}, "agent")).status, 403);
	});
});

describe("what must not get in", () => {
	const cases = {
		"an external entity": [`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><REQUEST><DEVICEID>&x;</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>`, 400],
		"a billion laughs": [`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><REQUEST><DEVICEID>&b;</DEVICEID></REQUEST>`, 400],
		"a zip bomb": [deflateSync(Buffer.alloc(200 * 1024 * 1024)), 413],
		"a gzip bomb": [gzipSync(Buffer.alloc(47 * 1024 * 1024, 60)), 413],
		"a cut stream": [deflateSync(xml("PROLOG", "cut")).subarray(0, 60), 400],
		"bytes after the end": [Buffer.concat([deflateSync(xml("PROLOG", "after")), Buffer.from("more")]), 400],
		"deep nesting": [`<REQUEST>${"<A>".repeat(5000)}${"</A>".repeat(5000)}</REQUEST>`, 400],
		"deep JSON": [`{"deviceid":"x","content":${"[".repeat(3000)}${"]".repeat(3000)}}`, 400],
		"a NUL": [`{"action":"contact","deviceid":"a\\u0000b"}`, 400],
		"a NUL in XML": [Buffer.from("<REQUEST><DEVICEID>a\0b</DEVICEID></REQUEST>"), 400],
		"JSON that is not UTF-8": [Buffer.concat([Buffer.from('{"action":"contact","deviceid":"'), Buffer.from([0xff]), Buffer.from('"}')]), 400],
		"keys that come twice": ['{"action":"contact","deviceid":"a","deviceid":"b"}', 400],
		junk: [randomBytes(4096), 400],
		nothing: ["", 400],
		"no device": [xml("PROLOG", ""), 422],
		"a device name without end": [xml("PROLOG", "d".repeat(300)), 422],
		"another question": [xml("SNMPQUERY", "x"), 422],
		"an encoding nobody knows": ['<?xml version="1.0" encoding="UTF-7"?><REQUEST/>', 400],
	};
	for (const [what, [bytes, status]] of Object.entries(cases))
		test(`${what}: ${status}`, async () => {
			const answer = await send(bytes);
			assert.equal(answer.status, status, answer.text.slice(0, 300));
			assert.equal(answer.headers.get("content-type"), "application/problem+json");
			assert.equal(/etc\/passwd|root:/.test(answer.text), false);
		});

	test("wrong tokens are counted by address", async () => {
		let last;
		for (let tries = 0; tries < 25; tries++) last = await send(xml("PROLOG", `x-${mark}`), { path: `/vke_${tries}` });
		assert.equal(last.status, 429);
		assert.ok(Number(last.headers.get("retry-after")) > 0);
	});

	test("an agent that reports without end is slowed down", async () => {
		const answers = [];
		for (let tries = 0; tries < 70; tries++) answers.push((await send(xml("PROLOG", `loop-${mark}`))).status);
		assert.ok(answers.includes(429), "within two minutes");
	});
});

describe("Debian's own agent", () => {
	const program = "/usr/bin/fusioninventory-agent", library = "/usr/share/fusioninventory/lib";
	const folder = mkdtempSync(join(tmpdir(), "vakhta-agent-"));
	after(() => rmSync(folder, { recursive: true, force: true }));

	// Its state would stand in the system's folders; a copy of its start script keeps it here.
	const run = async () => {
		mkdirSync(join(folder, "var"), { recursive: true });
		mkdirSync(join(folder, "lib"), { recursive: true });
		const setup = readFileSync(join(library, "setup.pm"), "utf8").replace(/vardir\s*=>\s*"[^"]*"/, `vardir => "${join(folder, "var")}"`);
		writeFileSync(join(folder, "lib", "setup.pm"), setup);
		writeFileSync(join(folder, "agent.pl"), readFileSync(program, "utf8").replace(/^use setup;/m, `BEGIN { unshift @INC, "${join(folder, "lib")}"; } use setup;`));
		writeFileSync(join(folder, "agent.cfg"), `server = ${door}/basic\nuser = agent\npassword = ${token}\ntag = real-${mark}\nno-httpd = 1\n`);
		const { stdout, stderr } = await promisify(execFile)("perl", [`-I${library}`, join(folder, "agent.pl"), `--conf-file=${join(folder, "agent.cfg")}`], { timeout: 120000 });
		return stdout + stderr;
	};

	test("fills the CMDB with this machine, and the second time changes nothing", async () => {
		assert.ok(existsSync(program), "fusioninventory-agent is among the packages of scripts/lib/packages.sh");
		const said = await run();
		assert.equal(/\[error\]/.test(said), false, said);
		const agent = await found(`real-${mark}`);
		assert.equal(agent.state, "known");
		assert.equal(agent.protocol, "fusion");
		assert.match(agent.program, /^FusionInventory-Agent_v2/);
		const ci = await get(`/cmdb/cis/${agent.ci.id}`);
		assert.equal(ci.attributes.os, /PRETTY_NAME="(.*)"/.exec(readFileSync("/etc/os-release", "utf8"))[1]);
		const packages = execFileSync("dpkg-query", ["-W", "-f", "${db:Status-Abbrev}\n"], { encoding: "utf8" }).split("\n").filter((line) => line.startsWith("ii"));
		const { software } = await get(`/cmdb/cis/${agent.ci.id}/inventory`);
		assert.ok(Math.abs(software - packages.length) <= packages.length * 0.02, `${software} programs of ${packages.length} packages`);
		const before = [await versions(agent.ci.id), (await relations(agent.ci.id)).length, software];
		assert.equal(/\[error\]/.test(await run()), false);
		const again = await found(`real-${mark}`, ({ last_inventory_at }) => last_inventory_at >= agent.last_inventory_at);
		assert.equal(again.outcome, "unchanged");
		assert.deepEqual([await versions(agent.ci.id), (await relations(agent.ci.id)).length, (await get(`/cmdb/cis/${agent.ci.id}/inventory`)).software], before);
	});
});
