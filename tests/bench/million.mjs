// Verify and replay of many cases: the demo's year, its cases copied until there are a million, in a cluster of its own; then the checks with their
// time, memory and what a signal in their midst leaves behind. Takes a quarter of an hour and some 15 GB of disk; ends what it starts.
//     VAKHTA_BIN=…/vakhta node tests/bench/million.mjs [CASES [replay]]      replay: without hashes and verify, in half the time
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../http/people_world.mjs';

const cases = Number(process.argv[2] ?? 1000000), checks = process.argv[3] ? [process.argv[3]] : ['replay', 'verify'], postgres = startPostgres();
const env = { PATH: process.env.PATH, VAKHTA_CONFIG: '/dev/null', VAKHTA_DATABASE_CONNECTION: postgres.connection('vakhta'), VAKHTA_DATABASE_OWNER_CONNECTION: postgres.connection('vakhta_owner') };
const run = (...args) => execFileSync(process.env.VAKHTA_BIN, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).toString();
// Wall time, CPU time of the program, largest resident memory.
function measured(...args) {
	const child = spawn('/usr/bin/time', ['-f', '%e s wall, %U s user, %S s system, %M KiB', process.env.VAKHTA_BIN, ...args], { env });
	let out = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data));
	return new Promise((resolve) => child.once('close', (code) => resolve(`${args.join(' ')}: exit ${code}\n  ${out.trim().split('\n').join('\n  ')}`)));
}

try {
	for (const [name, value] of [['shared_buffers', '512MB'], ['max_wal_size', '8GB'], ['work_mem', '16MB'], ['synchronous_commit', 'off']]) postgres.psql(`ALTER SYSTEM SET ${name} = '${value}'`, 'postgres');
	postgres.restart();
	run('migrate', '--quiet');
	console.log(run('demo', 'load').trim());
	const began = Date.now();
	const sql = readFileSync(new URL('./million_cases.sql', import.meta.url), 'utf8');
	execFileSync('psql', ['-X', '-q', '-h', postgres.folder, '-U', 'postgres', '-d', 'vakhta', '-v', `cases=${cases}`, '-v', `hashed=${checks.includes('verify')}`, '-f', '-'], { input: sql, stdio: ['pipe', 'ignore', 'inherit'] });
	console.log(`made ${postgres.psql('SELECT count(*) FROM supplier_case')} cases, ${postgres.psql('SELECT count(*) FROM case_event')} events, ${postgres.psql('SELECT count(*) FROM clock')} clocks in ${
		Math.round((Date.now() - began) / 1000)} s, ${postgres.psql("SELECT pg_size_pretty(pg_database_size('vakhta'))")}`);
	for (const what of checks) console.log(await measured('audit', what));
	// Ended in the midst: no connection stays, nothing was written, and the next run is whole.
	const before = postgres.psql('SELECT pg_current_wal_insert_lsn()');
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL']) {
		const child = spawn(process.env.VAKHTA_BIN, ['audit', 'replay'], { env, stdio: 'ignore' });
		await sleep(1500);
		child.kill(signal);
		await new Promise((resolve) => child.once('exit', resolve));
		const ended = Date.now();
		while (postgres.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'vakhta'") !== '0') await sleep(50);
		console.log(`${signal}: no session is left after ${Date.now() - ended} ms`);
	}
	console.log(`written meanwhile: ${postgres.psql(`SELECT pg_current_wal_insert_lsn() - '${before}'::pg_lsn`)} bytes of WAL (the database's own)`);
} finally {
	postgres.stop();
}
