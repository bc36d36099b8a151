// The export of a million clocks: time, memory and processor time of the server, and what another client feels meanwhile.
//     VAKHTA_BIN=…/vakhta node tests/reports/million.mjs [CASES]     183,000 cases (the default) have 1,020,000 clocks
// Makes a cluster and a database of its own, by SQL, and removes them. A build for release, on a machine that does nothing else.
import fs from "node:fs";
import path from "node:path";
import { formatFaults } from "./format.mjs";
import { startWorld } from "./world.mjs";

const cases = Number(process.argv[2] ?? 183000), period = "from=2024-11-01&to=2026-12-01&lang=en";
const began = Date.now(), world = startWorld(cases), seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);
try {
	world.psql("VACUUM ANALYZE");
	const clocks = Number(world.psql("SELECT count(*) FROM clock WHERE case_id IS NOT NULL")), numbers = world.json("SELECT number FROM ticket WHERE id % 97 = 0 LIMIT 500");
	console.log(`${clocks} clocks of ${cases} cases made in ${seconds(began)} s`);
	const headers = { authorization: `Bearer ${world.token("report-manager")}` };
	await world.serve();
	const status = () => fs.readFileSync(`/proc/${world.server.pid}/status`, "utf8"), memory = () => Number(/VmHWM:\s+(\d+)/.exec(status())[1]) / 1024;
	const cpu = () => fs.readFileSync(`/proc/${world.server.pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
	// One ticket after the other, as fast as answers come, until told to stop.
	const read = async (until) => {
		const took = [];
		for (let i = 0; !until(); i++) {
			const from = performance.now(), answer = await fetch(`${world.url}/api/v1/tickets/${numbers[i % numbers.length].number}`, { headers });
			await answer.arrayBuffer();
			if (!answer.ok) throw new Error(`a ticket gave ${answer.status}`);
			took.push(performance.now() - from);
		}
		took.sort((a, b) => a - b);
		const at = (share) => took[Math.floor((took.length - 1) * share)].toFixed(1);
		return `${took.length} reads, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
	};
	const quiet = Date.now() + 10000;
	console.log(`alone: ${await read(() => Date.now() > quiet)}; ${memory().toFixed(0)} MiB resident at most`);
	let done = false;
	const start = Date.now(), used = cpu();
	const file = fetch(`${world.url}/api/v1/reports/supplier-sla.xlsx?${period}`, { headers }).then(async (answer) => {
		if (!answer.ok) throw new Error(`the workbook gave ${answer.status}: ${await answer.text()}`);
		const took = seconds(start), bytes = Buffer.from(await answer.arrayBuffer());
		done = true;
		return { took, bytes };
	}, (error) => {
		done = true;
		throw error;
	});
	const felt = await read(() => done), { took, bytes } = await file;
	console.log(`export: ${took} s, ${(cpu() - used).toFixed(1)} s of processor time in the server, ${memory().toFixed(0)} MiB resident at most, ${(bytes.length / 1e6).toFixed(0)} MB`);
	console.log(`meanwhile: ${felt}`);
	if (cases <= 20000) {
		const out = path.join(world.folder, "million.xlsx");
		fs.writeFileSync(out, bytes);
		console.log(`faults of the format: ${formatFaults(out).length}`);
	}
} finally {
	await world.stop();
}
