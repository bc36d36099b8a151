// Runs every scenario against the server and as pgbench scripts, in turn, and prints the table. Started by tests/bench/run.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scenarios, variables } from "./scenarios.mjs";

const env = process.env, state = env.BENCH_STATE, seconds = Number(env.BENCH_SECONDS), rounds = Number(env.BENCH_ROUNDS);
const connections = env.BENCH_CONNECTIONS.split(/\s+/).filter(Boolean).map(Number);
const raw = join(state, "raw");
mkdirSync(raw, { recursive: true });

function ask(sql) {
	return execFileSync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", `SELECT json_agg(x) FROM (${sql}) x`], { maxBuffer: 1 << 28 }).toString().trim();
}
const rows = (sql) => JSON.parse(ask(sql)) ?? [];

function read_facts() {
	const tickets = rows("SELECT tickets FROM bench.fact")[0].tickets;
	const person = (login) => rows(`SELECT p.id, p.roles, ARRAY(SELECT m.team_id FROM team_member m WHERE m.person_id = p.id ORDER BY 1) AS teams FROM person p WHERE login = '${login}'`)[0];
	const open_tickets = rows("SELECT count(*) AS n FROM bench.open_ticket")[0].n, open_cases = rows("SELECT count(*) AS n FROM bench.open_case")[0].n;
	// The second halves belong to pgbench.
	const common = ["касса ошибку", "касса зависает", "терминал соединение", "перезагрузка касса", "принтер печатает", "network slow"];
	const facts = { tickets, open_tickets, open_cases, common, walks: common.map(() => tickets - 40000),
		lead: person("lead"), agent: person("agent"), agent2: person("agent2"), employee: person("employee"),
		teams: rows("SELECT id FROM bench.team ORDER BY id").map((row) => row.id),
		services: rows("SELECT unnest(services) AS id FROM bench.fact").map((row) => row.id),
		people: rows("SELECT id FROM person ORDER BY random() LIMIT 60").map((row) => row.id), suppliers: rows("SELECT id FROM supplier").map((row) => row.id),
		calendar: rows("SELECT max(id) AS id FROM calendar_version")[0].id,
		numbers: rows(`SELECT number FROM ticket WHERE id IN (SELECT floor(random() * ${tickets})::bigint + 1 FROM generate_series(1, 20000))`).map((row) => row.number),
		codes: rows("SELECT code FROM bench.code ORDER BY place").map((row) => row.code),
		subjects: rows("SELECT subject FROM ticket WHERE id % 997 = 3 ORDER BY id LIMIT 200").map((row) => row.subject.slice(0, 80)),
		bodies: rows("SELECT body FROM ticket WHERE id % 997 = 3 ORDER BY id LIMIT 200").map((row) => row.body),
		// Asked anew for each run: the one before has moved the owners.
		handover: () => rows(`SELECT b.number, t.owner_id AS owner FROM bench.open_ticket b JOIN ticket t ON t.id = b.id WHERE b.place < ${Math.floor(open_tickets / 2)}
			AND NOT EXISTS (SELECT FROM handover h WHERE h.ticket_id = t.id AND h.state = 'offered') ORDER BY random()`),
		cases: rows(`SELECT number FROM bench.open_case WHERE place < ${Math.floor(open_cases / 2)} ORDER BY random()`).map((row) => row.number),
		impact: rows("SELECT id FROM bench.ci WHERE key LIKE 'switch-%' ORDER BY id LIMIT 16").map((row) => ({ id: row.id })) };
	for (const item of facts.impact) {
		const reached = rows(`SELECT ci_id, depth FROM cmdb_impact(${item.id}, true, 10, NULL, 20000)`);
		item.hit = [item.id, ...reached.map((row) => row.ci_id)];
		item.levels = [[item.id], ...Array.from({ length: Math.max(0, ...reached.map((row) => row.depth)) }, (_, k) => reached.filter((row) => row.depth === k + 1).map((row) => row.ci_id))];
	}
	return facts;
}

function write_requests(name, groups) {
	const path = join(raw, `${name}.requests`), parts = [];
	for (const group of groups)
		for (const [status, method, target, who, body] of group) {
			const text = body === undefined ? "" : JSON.stringify(body);
			const request = Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${readFileSync(join(state, "secret", who), "utf8").trim()}\r\n`
				+ (body === undefined ? "\r\n" : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`));
			parts.push(Buffer.from(`=${status} ${request.length}\n`), request);
		}
	writeFileSync(path, Buffer.concat(parts), { mode: 0o600 });
	return path;
}

function server_memory_kib() {
	const status = readFileSync(`/proc/${env.BENCH_PID}/status`, "utf8");
	return { now: Number(/VmRSS:\s+(\d+)/.exec(status)[1]), most: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) };
}
function server_cpu_s() {
	const fields = readFileSync(`/proc/${env.BENCH_PID}/stat`, "utf8").split(") ")[1].split(" ");
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

function run_http(path, count) {
	const before = server_cpu_s();
	const done = spawnSync(join(state, "http_load"), [env.BENCH_PORT, String(count), "1", String(seconds), path], { encoding: "utf8" });
	if (done.status !== 0) throw new Error(done.stderr.slice(0, 3000));
	const result = JSON.parse(done.stdout);
	result.cpu_us = Math.round((server_cpu_s() - before) * 1e6 / (result.rate * (seconds + 1)));
	return result;
}

function run_pgbench(name, scripts, count, per_script) {
	// Each connection plans its statements and compiles functions first; those seconds are left out.
	const warm = 2 + Math.ceil(count / 12);
	const args = ["-n", "-M", "prepared", "-c", String(count), "-j", "1", "-T", String(warm + seconds), "-P", "1", "-r"];
	for (const [key, value] of Object.entries(variables(facts))) args.push("-D", `${key}=${value}`);
	scripts.forEach((script, i) => {
		const path = join(raw, `${name}_${i}.pgbench`);
		writeFileSync(path, `${script}\n`);
		args.push("-f", path);
	});
	// The settings of the server's own connections.
	const options = "-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC";
	const done = spawnSync(env.BENCH_PGBENCH, args, { encoding: "utf8", maxBuffer: 1 << 26, env: { ...env, PGOPTIONS: options } });
	if (done.status !== 0 || /aborted/.test(done.stderr)) throw new Error(`pgbench ${name}: ${done.stderr.slice(0, 3000)}`);
	writeFileSync(join(raw, `${name}_${count}.pgbench.out`), done.stdout);
	let before = 0, total = 0, time = 0;
	for (const [, at, tps] of done.stderr.matchAll(/^progress: ([\d.]+) s, ([\d.]+) tps/gm)) {
		if (before >= warm - 0.5) {
			total += Number(tps) * (at - before);
			time += at - before;
		}
		before = Number(at);
	}
	if (time < seconds / 2) throw new Error(`pgbench ${name} was not warm in ${warm} s`);
	return total / time * per_script;
}

const facts = read_facts();
const all = scenarios(env.BENCH_ROOT, facts);
const wanted = process.argv.slice(2).length ? process.argv.slice(2) : Object.keys(all);
for (const name of wanted) if (!all[name]) throw new Error(`unknown scenario ${name}; there are ${Object.keys(all).join(" ")}`);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const ms = (us) => (us / 1000).toFixed(us < 10000 ? 2 : 1);
const results = [];

console.log(`| | connections | per second | p50 ms | p95 ms | p99 ms | p99 / p50 | pgbench per second | share | server CPU µs |`);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const name of wanted) {
	const { title, requests, scripts, kind, per_script = 1 } = all[name];
	for (const count of connections) {
		const http = [], base = [];
		for (let round = 0; round < rounds; round++) {
			const steps = [() => http.push(run_http(write_requests(name, requests()), count)), () => base.push(run_pgbench(name, scripts(), count, per_script))];
			for (const step of round % 2 ? steps.reverse() : steps) step();
		}
		const rate = mean(http.map((run) => run.rate)), reference = mean(base);
		const pick = (key) => median(http.map((run) => run[key]));
		results.push({ name, kind, connections: count, rate, reference, http, base, memory_kib: server_memory_kib() });
		writeFileSync(join(raw, "results.json"), JSON.stringify(results, null, "\t"));
		console.log(`| ${title} | ${count} | ${Math.round(rate)} | ${ms(pick("p50_us"))} | ${ms(pick("p95_us"))} | ${ms(pick("p99_us"))} | ${(pick("p99_us") / pick("p50_us")).toFixed(1)} `
			+ `| ${Math.round(reference)} | ${(rate / reference).toFixed(2)} | ${pick("cpu_us")} |`);
	}
}
const memory = server_memory_kib();
console.log(`\nResident memory of the server: ${(memory.now / 1024).toFixed(1)} MiB, at most ${(memory.most / 1024).toFixed(1)} MiB.`);
