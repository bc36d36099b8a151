// A world of its own for tests of people: PostgreSQL, slapd and vakhta in temporary folders on free ports, ended with the test.
// Needs VAKHTA_BIN. Servers run under an account that is not root.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startSlapd } from '../unit/people/slapd.mjs';

const asRoot = process.getuid() === 0;

function postgresAccount() {
	const fields = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('postgres:')).split(':');
	return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

export function startPostgres() {
	const versions = readdirSync('/usr/lib/postgresql');
	const bin = join('/usr/lib/postgresql', versions.at(-1), 'bin');
	const folder = mkdtempSync(join(tmpdir(), 'vakhta-pg-'));
	const identity = asRoot ? postgresAccount() : {};
	if (asRoot) chownSync(folder, identity.uid, identity.gid);
	chmodSync(folder, 0o755);
	const run = (name, args) => execFileSync(join(bin, name), args, { ...identity, cwd: folder, env: { ...process.env, HOME: folder }, stdio: 'pipe' });
	run('initdb', ['-D', join(folder, 'data'), '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--auth=trust', '--no-sync']);
	run('pg_ctl', ['-D', join(folder, 'data'), '-l', join(folder, 'log'), '-w', '-o', `-k ${folder} -c listen_addresses='' -c fsync=off`, 'start']);
	const connection = (user) => `host=${folder} dbname=vakhta user=${user}`;
	const psql = (sql, database = 'vakhta') => execFileSync(join(bin, 'psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-U', 'postgres', '-d', database],
		{ input: sql, stdio: ['pipe', 'pipe', 'pipe'] }).toString().trim();
	psql('CREATE ROLE vakhta_owner LOGIN; CREATE ROLE vakhta LOGIN; CREATE DATABASE vakhta OWNER vakhta_owner;', 'postgres');
	psql('ALTER SCHEMA public OWNER TO vakhta_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC;');
	return {
		folder, connection, psql,
		restart() {
			run('pg_ctl', ['-D', join(folder, 'data'), '-m', 'fast', '-w', '-l', join(folder, 'log'), 'restart']);
		},
		stop() {
			run('pg_ctl', ['-D', join(folder, 'data'), '-m', 'immediate', '-w', 'stop']);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

// settings: VAKHTA_… overrides as { directory_url: … }
export async function startWorld(directory, settings = {}) {
	const binary = process.env.VAKHTA_BIN;
	if (!binary) throw new Error('VAKHTA_BIN must name the program');
	const postgres = startPostgres();
	const slapd = await startSlapd(directory);
	const port = await freePort();
	const secret = join(slapd.folder, 'service');
	writeFileSync(secret, 'service-password\n', { mode: 0o600 });
	const env = { PATH: process.env.PATH, VAKHTA_CONFIG: '/dev/null' };
	const all = { database_connection: postgres.connection('vakhta'), database_owner_connection: postgres.connection('vakhta_owner'), http_port: port, http_stream_port: 0,
		directory_url: slapd.url, directory_ca_file: join(slapd.folder, 'ca.pem'), directory_bind_dn: `cn=service,${slapd.suffix}`, directory_bind_password_file: secret, ...settings };
	for (const [key, value] of Object.entries(all)) env[`VAKHTA_${key.toUpperCase()}`] = String(value);
	const world = { postgres, slapd, port, env, psql: postgres.psql, log: '', url: `http://127.0.0.1:${port}` };
	world.run = (args, more = {}) => {
		try {
			return { code: 0, out: execFileSync(binary, args, { env: { ...env, ...more }, stdio: 'pipe', timeout: 60000 }).toString() };
		} catch (error) {
			return { code: error.status, out: String(error.stdout), err: String(error.stderr) };
		}
	};
	world.stop = async () => {
		if (world.child && world.child.exitCode === null && world.child.signalCode === null) {
			const ended = new Promise((resolve) => world.child.once('exit', resolve));
			world.child.kill('SIGTERM');
			await ended;
		}
		await slapd.stop();
		postgres.stop();
	};
	const migrated = world.run(['migrate', '--quiet']);
	if (migrated.code !== 0) {
		await world.stop();
		throw new Error(`migrate: ${migrated.err}`);
	}
	return world;
}

export async function serve(world) {
	world.child = spawn(process.env.VAKHTA_BIN, ['serve'], { env: world.env, stdio: ['ignore', 'ignore', 'pipe'] });
	world.child.stderr.on('data', (data) => (world.log += data));
	for (let i = 0; ; i++) {
		const ready = await call(world, 'GET', '/readyz', { plain: true }).catch(() => null);
		if (ready?.status === 200) return;
		if (i === 200 || world.child.exitCode !== null) throw new Error(`serve did not start: ${world.log}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

// options: body, cookie, token, headers, plain (the path is not below /api/v1)
export function call(world, method, path, options = {}) {
	const headers = { ...options.headers };
	if (options.body !== undefined) headers['content-type'] = 'application/json';
	if (options.cookie) Object.assign(headers, { cookie: options.cookie, origin: world.url });
	if (options.token) headers.authorization = `Bearer ${options.token}`;
	return new Promise((resolve, reject) => {
		const outgoing = request(world.url + (options.plain ? '' : '/api/v1') + path, { method, headers, agent: false }, (answer) => {
			let text = '';
			answer.on('data', (data) => (text += data));
			answer.on('end', () => {
				let json = null;
				try {
					json = JSON.parse(text);
				} catch { /* an answer without JSON */ }
				resolve({ status: answer.statusCode, headers: answer.headers, text, json, cookie: answer.headers['set-cookie']?.[0].split(';')[0] });
			});
		});
		outgoing.on('error', reject);
		outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
	});
}

export const signIn = (world, login, password = 'secret', options = {}) => call(world, 'POST', '/session', { body: { login, password }, ...options });

// Entries of [dn, { attribute: value or values }] as LDIF.
export function ldif(entries) {
	return entries.map(([dn, attributes]) => `dn: ${dn}\n${Object.entries(attributes).flatMap(([name, values]) =>
		[values].flat().map((value) => `${name}:: ${Buffer.from(String(value)).toString('base64')}\n`)).join('')}`).join('\n');
}
