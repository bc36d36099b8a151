// A PostgreSQL of its own with the data of data.sql, for the tests of reports; ended with them. Needs VAKHTA_BIN.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const binary = process.env.VAKHTA_BIN;
if (!binary) throw new Error("VAKHTA_BIN must name the program");
const here = path.dirname(fileURLToPath(import.meta.url));

function servant() {
	if (process.getuid() !== 0) return {};
	const fields = fs.readFileSync("/etc/passwd", "utf8").split("\n").find((line) => line.startsWith("postgres:")).split(":");
	return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

const freePort = () => new Promise((resolve) => {
	const server = net.createServer().listen(0, "127.0.0.1", () => {
		const { port } = server.address();
		server.close(() => resolve(port));
	});
});

export function startWorld(cases = 400) {
	const bin = path.join("/usr/lib/postgresql", fs.readdirSync("/usr/lib/postgresql").at(-1), "bin");
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vakhta-reports-")), identity = servant(), data = path.join(folder, "data");
	if (identity.uid) fs.chownSync(folder, identity.uid, identity.gid);
	fs.chmodSync(folder, 0o755);
	const run = (name, args) => execFileSync(path.join(bin, name), args, { ...identity, cwd: folder, env: { ...process.env, HOME: folder }, stdio: "pipe" });
	run("initdb", ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"]);
	run("pg_ctl", ["-D", data, "-l", path.join(folder, "log"), "-w", "-o", `-k ${folder} -c listen_addresses='' -c fsync=off`, "start"]);
	const psql = (sql, database = "vakhta", more = []) => execFileSync(path.join(bin, "psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres",
		"-d", database, ...more], { input: sql, stdio: ["pipe", "pipe", "pipe"], maxBuffer: 1 << 28 }).toString().trim();
	psql("CREATE ROLE vakhta_owner LOGIN; CREATE ROLE vakhta LOGIN; CREATE DATABASE vakhta OWNER vakhta_owner;", "postgres");
	psql("ALTER SCHEMA public OWNER TO vakhta_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC;");
	const env = { PATH: process.env.PATH, TMPDIR: folder, VAKHTA_CONFIG: "/dev/null", VAKHTA_HTTP_STREAM_PORT: "0", VAKHTA_DESK_ZONE: "Europe/Moscow",
		VAKHTA_DATABASE_CONNECTION: `host=${folder} dbname=vakhta user=vakhta`, VAKHTA_DATABASE_OWNER_CONNECTION: `host=${folder} dbname=vakhta user=vakhta_owner` };
	const world = { folder, env, psql, json: (sql) => JSON.parse(psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`)) };
	world.run = (args, more = {}) => {
		try {
			return { code: 0, out: execFileSync(binary, args, { env: { ...env, ...more }, stdio: "pipe" }).toString(), err: "" };
		} catch (error) {
			return { code: error.status, out: String(error.stdout), err: String(error.stderr) };
		}
	};
	world.stop = async () => {
		if (world.server && world.server.exitCode === null) {
			const ended = new Promise((resolve) => world.server.once("exit", resolve));
			world.server.kill("SIGTERM");
			await ended;
		}
		run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
		fs.rmSync(folder, { recursive: true, force: true });
	};
	world.serve = async () => {
		const port = await freePort();
		world.url = `http://127.0.0.1:${port}`;
		world.server = spawn(binary, ["serve"], { env: { ...env, VAKHTA_HTTP_PORT: String(port) }, stdio: ["ignore", "ignore", "pipe"] });
		let log = "";
		world.server.stderr.on("data", (chunk) => (log += chunk));
		for (let i = 0; ; i++) {
			if ((await fetch(`${world.url}/readyz`).catch(() => null))?.ok) return;
			if (i === 200 || world.server.exitCode !== null) throw new Error(`serve did not start: ${log}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	};
	world.token = (login) => world.run(["token", "create", "--login", login]).out.trim();
	const migrated = world.run(["migrate", "--quiet"]);
	if (migrated.code === 0) psql(fs.readFileSync(path.join(here, "data.sql")), "vakhta", ["-v", `cases=${cases}`]);
	else throw new Error(`migrate: ${migrated.err}`);
	return world;
}
