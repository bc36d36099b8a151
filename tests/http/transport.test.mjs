// The transport of the HTTP server, over raw sockets: framing, deadlines, load, streams, TLS, stopping.
// VAKHTA_ECHO names the binary http_echo_server; each group starts one of its own on a free port.
//     VAKHTA_ECHO=build/tests/unit/http/http_echo_server node --test tests/http/transport.test.mjs
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import zlib from "node:zlib";
import { after, before, describe, test } from "node:test";

const binary = process.env.VAKHTA_ECHO;
if (!binary) throw new Error("VAKHTA_ECHO must name the binary http_echo_server");

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function start(environment = {}) {
	const child = spawn(binary, [], {
		env: { ...process.env, VAKHTA_HTTP_PORT: "0", VAKHTA_HTTP_STREAM_PORT: "0", VAKHTA_LOG_LEVEL: "info", ...environment },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const server = { child, log: "", exited: null };
	child.stderr.on("data", (chunk) => (server.log += chunk));
	server.ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve((server.exited = { code, signal }))));
	const line = await new Promise((resolve, reject) => {
		let text = "";
		child.stdout.on("data", (chunk) => {
			text += chunk;
			if (text.includes("\n")) resolve(text.trim());
		});
		server.ended.then(() => reject(new Error("the server ended: " + server.log)));
	});
	[server.port, server.streamPort] = line.split(" ").map(Number);
	return server;
}

async function stop(server) {
	server.child.kill("SIGTERM");
	const { code } = await server.ended;
	assert.equal(code, 0, server.log.slice(-2000));
}

function connect(port) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(port, "127.0.0.1", () => resolve(socket));
		socket.on("error", reject);
	});
}

// Sends bytes and collects until the server closes or `quietMs` pass without any.
function raw(port, bytes, { quietMs = 1500, end = false } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(port, "127.0.0.1");
		let text = "", timer = null, began = Date.now();
		const finish = (closed) => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ text, closed, ms: Date.now() - began, status: Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 0) });
		};
		const arm = () => {
			clearTimeout(timer);
			timer = setTimeout(() => finish(false), quietMs);
		};
		socket.on("connect", () => {
			socket.write(bytes);
			if (end) socket.end();
			arm();
		});
		socket.on("data", (chunk) => {
			text += chunk.toString("latin1");
			arm();
		});
		socket.on("end", () => finish(true));
		socket.on("error", (error) => (text ? finish(true) : reject(error)));
	});
}

function request(port, options, body) {
	return new Promise((resolve, reject) => {
		const req = http.request({ host: "127.0.0.1", port, agent: false, ...options }, (res) => {
			const chunks = [];
			res.on("data", (chunk) => chunks.push(chunk));
			res.on("end", () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks) }));
			res.on("error", reject);
		});
		req.on("error", reject);
		req.end(body);
	});
}

const countAnswers = (text) => (text.match(/HTTP\/1\.1 \d\d\d/g) ?? []).length;

describe("framing", () => {
	let server;
	before(async () => (server = await start()));
	after(() => stop(server));

	const hidden = "GET /api/v1/echo/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
	const head = "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
	const refused = {
		"two differing Content-Lengths": head + `Content-Length: 2\r\nContent-Length: ${2 + hidden.length}\r\n\r\n{}` + hidden,
		"two equal Content-Lengths": head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + hidden,
		"a list as Content-Length": head + "Content-Length: 2, 2\r\n\r\n{}" + hidden,
		"a signed Content-Length": head + "Content-Length: +2\r\n\r\n{}" + hidden,
		"Content-Length with Transfer-Encoding": head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"Transfer-Encoding with Content-Length": head + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n" + hidden,
		"an unknown Transfer-Encoding with Content-Length": head + "Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}" + hidden,
		"two Transfer-Encodings": head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
		"two Hosts": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + hidden,
		"no Host": "GET /api/v1/echo/a HTTP/1.1\r\nX: y\r\n\r\n" + hidden,
		"a Host with a path": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a/b\r\n\r\n" + hidden,
		"a bare LF after the request line": "GET /api/v1/echo/a HTTP/1.1\nHost: a\r\n\r\n" + hidden,
		"a bare LF after a field": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" + hidden,
		"a bare LF after the last field": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\n\r\n" + hidden,
		"a bare LF as the empty line": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\n" + hidden,
		"only bare LFs": "GET /api/v1/echo/a HTTP/1.1\nHost: a\n\n" + hidden,
		"a folded field": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n" + hidden,
		"a folded field with a tab": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: y\r\n\tContent-Length: 5\r\n\r\n" + hidden,
		"a folded first field": "GET /api/v1/echo/a HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n" + hidden,
		"a space before the colon": head.replace("Host:", "Host :") + "Content-Length: 2\r\n\r\n{}" + hidden,
		"Content-Length with a space before the colon": head + `Content-Length : ${hidden.length}\r\n\r\n` + hidden,
		"a tab before the colon": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\n" + hidden,
		"a field without a name": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n" + hidden,
		"a field without a colon": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nXY\r\n\r\n" + hidden,
		"a lone CR in a value": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n" + hidden,
		"NUL in a value": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n" + hidden,
		"NUL in a name": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX\0Y: z\r\n\r\n" + hidden,
		"NUL in the address": "GET /api/v1/echo/a\0b HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"NUL in the method": "GE\0T /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a control character in a value": "GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: \x1b\r\n\r\n" + hidden,
		"invalid UTF-8 in a value": Buffer.from("GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n" + hidden, "latin1"),
		"a control character in the method": "G\x01T /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"two spaces before the address": "GET  /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a space in the address": "GET /api/v1/echo/a b HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a space after the version": "GET /api/v1/echo/a HTTP/1.1 \r\nHost: a\r\n\r\n" + hidden,
		TRACE: "TRACE /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		CONNECT: "CONNECT /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"%00": "GET /api/v1/echo/a%00b HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"dot segments": "GET /api/v1/../v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"escaped dot segments": "GET /api/v1/%2e%2e/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a bad escape": "GET /api/v1/echo/%zz HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a cut escape": "GET /api/v1/echo/%4 HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"an escaped slash": "GET /api/v1/echo/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"invalid UTF-8 in the address": "GET /api/v1/echo/%ff HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"a surrogate in the address": "GET /api/v1/echo/%ed%a0%80 HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"raw bytes in the address": Buffer.from("GET /api/v1/echo/\xd0\xb9 HTTP/1.1\r\nHost: a\r\n\r\n" + hidden, "latin1"),
		"NUL in a parameter": "GET /api/v1/echo/a?q=%00 HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"an absolute address": "GET http://a/api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n" + hidden,
		"an unknown minor version": "GET /api/v1/echo/a HTTP/1.2\r\nHost: a\r\n\r\n" + hidden,
	};
	for (const [name, bytes] of Object.entries(refused)) {
		test(`400 and closed: ${name}`, async () => {
			const answer = await raw(server.port, bytes);
			assert.equal(answer.status, 400, answer.text.slice(0, 300));
			// The library says its own refusal of a Content-Length twice, then closes.
			assert.ok(countAnswers(answer.text) === 1 || answer.text.includes("<b>Content-Length</b>"), "the hidden request was answered");
			assert.ok(answer.closed, "the connection stays open");
			assert.ok(!answer.text.includes('"name":"hidden"'));
		});
	}

	// What the library refuses by itself, without an answer.
	for (const [name, bytes] of Object.entries({
		"no address": "GET\r\n\r\n" + hidden,
		"binary noise": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
	})) {
		test(`closed: ${name}`, async () => {
			const answer = await raw(server.port, bytes);
			assert.ok(answer.closed);
			assert.ok(!answer.text.includes('"name"'));
		});
	}

	test("a length the numbers do not hold: 413", async () => {
		for (const length of ["18446744073709551615", "18446744073709551616", "9223372036854775807", "99999999999999999999999", "65537"]) {
			const answer = await raw(server.port, `${head}Content-Length: ${length}\r\n\r\n{}`);
			assert.equal(answer.status, 413, length);
			assert.ok(answer.closed, length);
		}
	});

	test("chunked: 411, whatever follows", async () => {
		const answer = await raw(server.port, head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + hidden);
		assert.equal(answer.status, 411);
		assert.equal(countAnswers(answer.text), 1);
		assert.ok(answer.closed);
	});

	test("a large header: 431; a long address: 414", async () => {
		for (const size of [33000, 70000, 500000]) {
			const answer = await raw(server.port, `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(size)}\r\n\r\n`);
			assert.equal(answer.status, 431, String(size));
			assert.ok(answer.closed);
		}
		const many = await raw(server.port, `GET /healthz HTTP/1.1\r\nHost: a\r\n${"X: y\r\n".repeat(150)}\r\n`);
		assert.equal(many.status, 431);
		for (const size of [9000, 40000]) {
			const answer = await raw(server.port, `GET /${"a".repeat(size)} HTTP/1.1\r\nHost: a\r\n\r\n`);
			assert.equal(answer.status, 414, String(size));
			assert.ok(answer.closed);
		}
	});

	test("a good head of 16 kB is read", async () => {
		const answer = await raw(server.port, `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(16000)}\r\nConnection: close\r\n\r\n`);
		assert.equal(answer.status, 200);
	});

	test("the good forms of a head are read, in pieces too", async () => {
		const socket = await connect(server.port);
		let text = "";
		socket.on("data", (chunk) => (text += chunk));
		for (const c of "GET /api/v1/echo/%D0%B9?q=a+b HTTP/1.1\r\nHost:a\r\nX-Test:  v \t\r\nEmpty:\r\n\r\n") {
			socket.write(c);
			await sleep(1);
		}
		await sleep(200);
		socket.destroy();
		assert.match(text, /^HTTP\/1\.1 200/);
		assert.match(text, /"name":"й","q":"a b","x_test":"v"/);
	});

	test("pipelined requests are answered in order", async () => {
		const one = (name) => `GET /api/v1/echo/${name} HTTP/1.1\r\nHost: a\r\n\r\n`;
		const post = head + 'Content-Length: 12\r\n\r\n{"text":"p"}';
		const answer = await raw(server.port, one("first") + post + one("second") + one("third").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
		assert.equal(countAnswers(answer.text), 4);
		const order = ["first", '"text":"p"', "second", "third"].map((name) => answer.text.indexOf(name));
		assert.deepEqual([...order].sort((a, b) => a - b), order);
		assert.ok(answer.closed);
	});

	test("methods: 405 with Allow, 404, 501-like ones", async () => {
		const patch = await request(server.port, { path: "/api/v1/echo", method: "DELETE" });
		assert.equal(patch.status, 405);
		assert.equal(patch.headers.allow, "POST");
		const options = await request(server.port, { path: "/api/v1/echo/a", method: "OPTIONS" });
		assert.equal(options.status, 405);
		assert.equal(options.headers.allow, "GET, HEAD");
		const nothing = await request(server.port, { path: "/api/v1/nothing" });
		assert.equal(nothing.status, 404);
		assert.equal(nothing.headers["content-type"], "application/problem+json");
		assert.match(nothing.body.toString(), /"request_id":"[0-9a-f]{32}"/);
	});

	test("a refused body is drained and the connection goes on", async () => {
		const body = "x".repeat(100000);
		const bytes = `POST /api/v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
			"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
		const answer = await raw(server.port, bytes);
		assert.equal(countAnswers(answer.text), 2);
		assert.match(answer.text, /HTTP\/1\.1 404[^]*HTTP\/1\.1 200/);
	});

	test("the 413 for a large body arrives although the client is still sending", async () => {
		const answer = await raw(server.port, `${head}Content-Length: 5000000\r\n\r\n${"x".repeat(3000000)}`);
		assert.equal(answer.status, 413);
	});

	test("a body needs credentials where the route does", async () => {
		const answer = await request(server.port, { path: "/api/v1/work", method: "POST" }, "{}");
		assert.equal(answer.status, 401);
		assert.equal(answer.headers["www-authenticate"], "Bearer");
	});
});

describe("answers", () => {
	let server;
	before(async () => (server = await start()));
	after(() => stop(server));

	test("HEAD is GET without the body, everywhere", async () => {
		for (const address of ["/api/v1/echo/a", "/api/v1/inline/a", "/api/v1/big", "/api/v1/file", "/healthz", "/readyz", "/metrics", "/", "/assets/app-AB12CD34.js"]) {
			const get = await request(server.port, { path: address });
			const head = await request(server.port, { path: address, method: "HEAD" });
			assert.equal(head.status, get.status, address);
			assert.equal(head.body.length, 0, address);
			assert.equal(head.headers["content-type"], get.headers["content-type"], address);
			if (address !== "/metrics") assert.equal(head.headers["content-length"], get.headers["content-length"], address);
		}
	});

	test("gzip when asked for", async () => {
		const plain = await request(server.port, { path: "/api/v1/big" });
		const packed = await request(server.port, { path: "/api/v1/big", headers: { "accept-encoding": "br, gzip" } });
		assert.equal(plain.headers["content-encoding"], undefined);
		assert.equal(packed.headers["content-encoding"], "gzip");
		assert.ok(packed.body.length < plain.body.length / 10);
		assert.deepEqual(zlib.gunzipSync(packed.body), plain.body);
		assert.equal(packed.headers.vary, "Accept-Encoding");
	});

	test("304 for what the client has", async () => {
		const answer = await request(server.port, { path: "/api/v1/big", headers: { "if-none-match": '"7"' } });
		assert.equal(answer.status, 304);
		assert.equal(answer.headers.etag, '"7"');
		assert.equal(answer.body.length, 0);
		const page = await request(server.port, { path: "/", headers: { "if-none-match": '"page1"' } });
		assert.equal(page.status, 304);
	});

	test("the interface: files, its addresses, policy", async () => {
		const script = await request(server.port, { path: "/assets/app-AB12CD34.js" });
		assert.equal(script.headers["cache-control"], "public, max-age=31536000, immutable");
		const missing = await request(server.port, { path: "/assets/app-OLD.js" });
		assert.equal(missing.status, 404);
		for (const address of ["/", "/index.html", "/desk", "/desk/tickets/INC-000001"]) {
			const page = await request(server.port, { path: address });
			assert.equal(page.status, 200);
			assert.match(page.body.toString(), /<title>echo/);
			assert.equal(page.headers["content-security-policy"],
				`default-src 'self'; img-src 'self' data: blob:; style-src 'self'; connect-src 'self' http://127.0.0.1:${server.streamPort}; ` +
				"frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'");
			assert.equal(page.headers["x-content-type-options"], "nosniff");
			assert.equal(page.headers["referrer-policy"], "no-referrer");
		}
		const post = await request(server.port, { path: "/desk", method: "POST" });
		assert.equal(post.status, 405);
		const api = await request(server.port, { path: "/api/v1/x" });
		assert.equal(api.status, 404);
		assert.equal(api.headers["cache-control"], "no-store");
	});

	test("a file by descriptor, its name harmless", async () => {
		const answer = await request(server.port, { path: "/api/v1/file" });
		assert.equal(answer.body.length, 1048576);
		assert.equal(answer.headers["set-cookie"], undefined);
	});

	test("a fault of ours says nothing but its id", async () => {
		const answer = await request(server.port, { path: "/api/v1/internal" });
		assert.equal(answer.status, 500);
		assert.ok(!answer.body.toString().includes("secret_table"));
		await sleep(100);
		assert.match(server.log, /secret_table/);
		const id = JSON.parse(answer.body).request_id;
		assert.ok(server.log.includes(id));
		assert.equal(answer.headers["x-request-id"], id);
	});

	test("rights, and where a write comes from", async () => {
		const work = (headers) => request(server.port, { path: "/api/v1/work", method: "POST", headers: { "content-type": "application/json", ...headers } }, "{}");
		assert.equal((await work({ authorization: "Bearer alice" })).status, 201);
		assert.equal((await work({ authorization: "Bearer reader" })).status, 403);
		assert.equal((await work({ authorization: "Bearer nobody" })).status, 401);
		assert.equal((await work({ authorization: "Bearer broken" })).status, 503);
		assert.equal((await work({ cookie: "sid=alice" })).status, 403);
		assert.equal((await work({ cookie: "sid=alice", "sec-fetch-site": "cross-site" })).status, 403);
		assert.equal((await work({ cookie: "sid=alice", "sec-fetch-site": "same-origin" })).status, 201);
		assert.equal((await work({ cookie: "sid=alice", origin: `http://127.0.0.1:${server.port}` })).status, 201);
		assert.equal((await work({ cookie: "sid=alice", origin: "http://evil.example" })).status, 403);
		assert.equal((await work({ authorization: "Bearer alice", "idempotency-key": "a b" })).status, 400);
		const down = await request(server.port, { path: "/api/v1/me/a", headers: { cookie: "sid=broken" } });
		assert.equal(down.status, 503);
		assert.ok(Number(down.headers["retry-after"]) > 0);
		assert.ok(!down.body.toString().includes("no database"));
	});

	test("an upload of 20 MB, in pieces", async () => {
		const file = Buffer.alloc(20000000, "vakhta");
		const body = Buffer.concat([Buffer.from('--bb\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'), file, Buffer.from("\r\n--bb--\r\n")]);
		const answer = await request(server.port, { path: "/api/v1/upload", method: "POST", headers: { "content-type": "multipart/form-data; boundary=bb", "content-length": body.length } }, body);
		assert.equal(answer.status, 201);
		assert.deepEqual(JSON.parse(answer.body), { name: "a.bin", type: "application/octet-stream", length: file.length });
		const metrics = (await request(server.port, { path: "/metrics" })).body.toString();
		assert.match(metrics, /vakhta_http_body_bytes 0\n/);
	});

	test("pages follow each other", async () => {
		let address = "/api/v1/list?limit=3", seen = [];
		for (let i = 0; i < 3; i++) {
			const page = JSON.parse((await request(server.port, { path: address })).body);
			seen.push(...page.items);
			address = `/api/v1/list?limit=3&cursor=${page.next}`;
		}
		assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
		assert.equal((await request(server.port, { path: "/api/v1/list?limitt=3" })).status, 422);
	});

	test("Expect: 100-continue", async () => {
		const answer = await raw(server.port, "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", { quietMs: 500 });
		assert.equal(answer.status, 100);
		const refused = await raw(server.port, "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n\r\n", { quietMs: 500 });
		assert.notEqual(refused.status, 201);
	});

	test("metrics count by route", async () => {
		const text = (await request(server.port, { path: "/metrics" })).body.toString();
		assert.match(text, /vakhta_http_requests_total\{method="GET",route="\/api\/v1\/big",status="2xx"\} [1-9]/);
		assert.match(text, /vakhta_http_request_seconds_bucket\{method="GET",route="\/api\/v1\/big",le="\+Inf"\} [1-9]/);
		assert.match(text, /vakhta_pool_workers\{pool="api"\} 4/);
	});
});

describe("deadlines and load", () => {
	let server;
	before(async () => (server = await start({
		VAKHTA_HTTP_HEADER_MS: "600", VAKHTA_HTTP_BODY_MS: "900", VAKHTA_HTTP_REQUEST_MS: "800", VAKHTA_HTTP_QUEUE: "300",
		VAKHTA_HTTP_CONNECTIONS: "400",
	})));
	after(() => stop(server));

	async function drip(bytes, everyMs) {
		const socket = await connect(server.port);
		const began = Date.now();
		let open = true, text = "";
		socket.on("data", (chunk) => (text += chunk));
		const closed = new Promise((resolve) => socket.on("close", () => resolve((open = false))));
		socket.on("error", () => {});
		for (let i = 0; open && i < 100; i++) {
			socket.write(bytes(i));
			await sleep(everyMs);
		}
		await Promise.race([closed, sleep(3000)]);
		socket.destroy();
		return { ms: Date.now() - began, open, text };
	}

	test("a header that never ends", async () => {
		const result = await drip((i) => (i === 0 ? "GET / HTTP/1.1\r\n" : `X-${i}: y\r\n`), 50);
		assert.ok(!result.open);
		assert.ok(result.ms > 500 && result.ms < 1500, `${result.ms} ms`);
	});

	test("a connection that says nothing", async () => {
		const result = await drip(() => "", 50);
		assert.ok(!result.open);
		assert.ok(result.ms < 1500, `${result.ms} ms`);
	});

	test("a body that never ends", async () => {
		const result = await drip((i) => (i === 0 ? "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" : "x"), 50);
		assert.ok(!result.open);
		assert.ok(result.ms > 800 && result.ms < 2000, `${result.ms} ms`);
	});

	test("a second header that never ends", async () => {
		const result = await drip((i) => (i === 0 ? "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n" : `X-${i}: y\r\n`), 50);
		assert.match(result.text, /200/);
		assert.ok(!result.open);
		assert.ok(result.ms < 1500, `${result.ms} ms`);
	});

	for (const count of [127, 128, 129, 256]) {
		test(`${count} connections ready at once are all answered`, async () => {
			const sockets = await Promise.all(Array.from({ length: count }, () => connect(server.port)));
			const answers = sockets.map((socket) => new Promise((resolve) => {
				let text = "";
				socket.on("data", (chunk) => {
					text += chunk;
					if (text.includes('"actor"')) resolve(text);
				});
				socket.on("close", () => resolve(text));
			}));
			for (const socket of sockets) socket.write("GET /api/v1/echo/a HTTP/1.1\r\nHost: a\r\n\r\n");
			const texts = await Promise.race([Promise.all(answers), sleep(5000).then(() => [])]);
			assert.equal(texts.filter((text) => text.startsWith("HTTP/1.1 200")).length, count);
			for (const socket of sockets) socket.destroy();
		});
	}

	test("too many idle connections: the oldest go, a new one is served", async () => {
		const sockets = [];
		let closed = 0;
		for (let i = 0; i < 700; i++) {
			const socket = net.connect(server.port, "127.0.0.1");
			socket.on("close", () => closed++);
			socket.on("error", () => {});
			sockets.push(socket);
		}
		await sleep(150);
		const began = Date.now();
		const answer = await request(server.port, { path: "/api/v1/echo/a" });
		assert.equal(answer.status, 200);
		assert.ok(Date.now() - began < 500, `${Date.now() - began} ms`);
		await sleep(100);
		assert.ok(closed >= 250, `${closed} closed`);
		for (const socket of sockets) socket.destroy();
		await sleep(100);
	});

	test("a full queue: 503 with Retry-After; INLINE goes on; who waited too long is told so", async () => {
		const agent = new http.Agent({ maxSockets: 390 });
		const answers = Array.from({ length: 330 }, () => request(server.port, { path: "/api/v1/slow?ms=300", agent }).catch((error) => ({ status: error.code })));
		await sleep(250);
		const began = Date.now();
		assert.equal((await request(server.port, { path: "/healthz" })).status, 200);
		assert.ok(Date.now() - began < 400);
		const statuses = {};
		for (const answer of await Promise.all(answers)) {
			statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
			if (answer.status === 503) assert.ok(Number(answer.headers["retry-after"]) > 0);
		}
		agent.destroy();
		assert.deepEqual(Object.keys(statuses).sort(), ["200", "503"]);
		assert.ok(statuses[200] >= 8, JSON.stringify(statuses));
	});

	test("clients that go away in the middle do no harm", async () => {
		for (let i = 0; i < 40; i++) {
			const socket = await connect(server.port);
			socket.write(i % 2 ? "GET /api/v1/slow?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n" : "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12");
			await sleep(2);
			if (i % 3) socket.destroy();
			else socket.resetAndDestroy();
		}
		await sleep(300);
		assert.equal((await request(server.port, { path: "/api/v1/echo/a" })).status, 200);
	});
});

// Reads server-sent events until `until(events)` is true.
function listen(port, headers, until, limitMs = 4000) {
	return new Promise((resolve, reject) => {
		const events = [];
		const req = http.get({ host: "127.0.0.1", port, path: "/api/v1/stream", agent: false, headers }, (res) => {
			let text = "";
			const finish = (closed) => {
				clearTimeout(timer);
				req.destroy();
				resolve({ status: res.statusCode, headers: res.headers, events, text, closed });
			};
			const timer = setTimeout(() => finish(false), limitMs);
			res.on("data", (chunk) => {
				text += chunk;
				events.length = 0;
				for (const frame of text.split("\n\n").slice(0, -1)) {
					const event = {};
					for (const line of frame.split("\n")) {
						const at = line.indexOf(": ");
						if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
					}
					events.push(event);
				}
				if (until(events, text)) finish(false);
			});
			res.on("end", () => finish(true));
			res.on("error", () => finish(true));
		});
		req.on("error", (error) => (events.length ? null : reject(error)));
	});
}

describe("event stream", () => {
	let server;
	before(async () => (server = await start()));
	after(() => stop(server));
	const change = (body) => request(server.port, { path: "/api/v1/change", method: "POST", headers: { "content-type": "application/json" } }, JSON.stringify(body));
	const data = (events) => events.filter((event) => event.data).map((event) => `${event.event} ${event.data}`);
	const alice = { cookie: "sid=alice" }, reader = { authorization: "Bearer reader" };

	test("needs a person", async () => {
		for (const port of [server.port, server.streamPort]) {
			assert.equal((await request(port, { path: "/api/v1/stream" })).status, 401);
			const head = await request(port, { path: "/api/v1/stream", method: "HEAD", headers: alice });
			assert.equal(head.status, 200);
			assert.equal(head.headers["content-type"], "text/event-stream");
		}
		assert.equal((await request(server.streamPort, { path: "/api/v1/echo/a" })).status, 404);
		assert.equal((await request(server.streamPort, { path: "/" })).status, 404);
	});

	test("changes reach those who may see them, on both ports", async () => {
		const streams = [server.port, server.streamPort].flatMap((port) => [
			listen(port, alice, (events) => data(events).length === 2),
			listen(port, reader, (events) => data(events).length === 1 && false, 1500),
		]);
		await sleep(300);
		await change({ reporter: 1 });
		await change({});
		const [first, second, third, fourth] = await Promise.all(streams);
		for (const stream of [first, third]) assert.deepEqual(data(stream.events), ['ticket {"n":1}', 'ticket {"n":2}']);
		for (const stream of [second, fourth]) assert.deepEqual(data(stream.events), ['ticket {"n":2}']);
		assert.equal(first.headers["content-type"], "text/event-stream");
		assert.equal(first.headers["cache-control"], "no-store");
	});

	test("resumes with Last-Event-ID without a loss", async () => {
		const first = await listen(server.streamPort, { ...alice, "last-event-id": "10000" }, (events) => data(events).length === 2);
		assert.deepEqual(data(first.events), ['ticket {"n":1}', 'ticket {"n":2}']);
		const id = first.events.filter((event) => event.data)[0].id;
		assert.equal(id, "10001");
		const live = listen(server.streamPort, { ...alice, "last-event-id": "10002" }, (events) => data(events).length === 3);
		await sleep(200);
		await change({ count: 3 });
		assert.deepEqual(data((await live).events), ['ticket {"n":3}', 'ticket {"n":4}', 'ticket {"n":5}']);
		const again = await listen(server.streamPort, { ...alice, "last-event-id": id }, (events) => data(events).length === 4);
		assert.deepEqual(data(again.events).map((text) => /\d+/.exec(text)[0]), ["2", "3", "4", "5"]);
	});

	test("a listener that stays beside one that resumes", async () => {
		const stays = listen(server.streamPort, alice, (events) => data(events).length === 2);
		await sleep(300);
		await change({ count: 2 });
		await sleep(200);
		const resumed = await listen(server.streamPort, { ...alice, "last-event-id": "10005" }, (events) => data(events).length === 2);
		assert.deepEqual(data(resumed.events), ['ticket {"n":6}', 'ticket {"n":7}']);
		assert.deepEqual(data((await stays).events), ['ticket {"n":6}', 'ticket {"n":7}']);
	});

	test("too old, or no position at all: resync, then live", async () => {
		for (const id of ["1", "rubbish", "%00", "x".repeat(300), "10001 10002"]) {
			const stream = await listen(server.streamPort, { ...alice, "last-event-id": id }, (events) => events.some((event) => event.event === "resync"));
			assert.ok(stream.events.some((event) => event.event === "resync" && /^\d+$/.test(event.id)), id);
		}
	});

	test("a first frame tells the place to resume from", async () => {
		const stream = await listen(server.streamPort, alice, (events) => events.some((event) => event.id));
		assert.equal(stream.events.find((event) => event.id).id, "10007");
		assert.match(stream.text, /^retry: \d+\n/);
	});

	test("our own pages may read the stream's port, others not", async () => {
		const ours = await listen(server.streamPort, { ...alice, origin: `http://127.0.0.1:${server.port}` }, (events) => events.length > 0);
		assert.equal(ours.headers["access-control-allow-origin"], `http://127.0.0.1:${server.port}`);
		assert.equal(ours.headers["access-control-allow-credentials"], "true");
		const other = await request(server.streamPort, { path: "/api/v1/stream", headers: { ...alice, origin: "http://evil.example" } });
		assert.equal(other.status, 403);
		assert.equal(other.headers["access-control-allow-origin"], undefined);
	});

	test("64 listeners at the main port, more at the stream's", async () => {
		const open = [];
		const count = async (port) => {
			const req = http.get({ host: "127.0.0.1", port, path: "/api/v1/stream", agent: false, headers: alice });
			req.on("error", () => {});
			open.push(req);
			return new Promise((resolve) => req.on("response", (res) => {
				res.on("error", () => {});
				res.resume();
				resolve(res);
			}));
		};
		await sleep(300);
		for (let i = 0; i < 64; i++) assert.equal((await count(server.port)).statusCode, 200);
		const refused = await count(server.port);
		assert.equal(refused.statusCode, 503);
		assert.ok(Number(refused.headers["retry-after"]) > 0);
		for (let i = 0; i < 200; i++) assert.equal((await count(server.streamPort)).statusCode, 200);
		const text = (await request(server.port, { path: "/metrics" })).body.toString();
		assert.match(text, /vakhta_stream_listeners_api 64\n/);
		for (const req of open) req.destroy();
		await change({});
		await sleep(1500);
		await change({});
		await sleep(500);
		assert.match((await request(server.port, { path: "/metrics" })).body.toString(), /vakhta_stream_listeners_api 0\n/);
	});

	test("who does not read is closed", async () => {
		const socket = await connect(server.streamPort);
		let closed = false;
		socket.on("close", () => (closed = true));
		socket.on("error", () => {});
		socket.write("GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nCookie: sid=alice\r\nLast-Event-ID: 10007\r\n\r\n");
		await sleep(300);
		socket.pause();
		for (let i = 0; i < 4; i++) await change({ count: 1000 });
		await sleep(500);
		socket.resume();
		const text = (await request(server.port, { path: "/metrics" })).body.toString();
		assert.match(text, /vakhta_stream_events_total [1-9]/);
		socket.destroy();
		assert.equal((await request(server.port, { path: "/healthz" })).status, 200);
		void closed;
	});

	test("a session that ended ends its stream", async () => {
		const stream = listen(server.streamPort, alice, () => false, 12000);
		const other = listen(server.streamPort, reader, () => false, 11000);
		await sleep(200);
		await request(server.port, { path: "/api/v1/revoke", method: "POST" });
		const began = Date.now();
		assert.ok((await stream).closed, "still open");
		assert.ok(Date.now() - began <= 10500, `${Date.now() - began} ms`);
		assert.ok(!(await other).closed);
	});
});

describe("TLS", () => {
	let server, directory;
	const files = () => ({ VAKHTA_HTTP_TLS_CERTIFICATE: path.join(directory, "cert.pem"), VAKHTA_HTTP_TLS_KEY: path.join(directory, "key.pem") });
	const make = (name) => {
		const template = path.join(directory, "template");
		fs.writeFileSync(template, `cn = "${name}"\ndns_name = "localhost"\nexpiration_days = 2\nsigning_key\ntls_www_server\n`);
		execFileSync("certtool", ["--generate-privkey", "--key-type", "ecdsa", "--curve", "secp256r1", "--outfile", path.join(directory, "key.pem")], { stdio: "ignore" });
		execFileSync("certtool", ["--generate-self-signed", "--load-privkey", path.join(directory, "key.pem"), "--template", template, "--outfile", path.join(directory, "cert.pem")], { stdio: "ignore" });
	};
	const shake = (port, options = {}) => new Promise((resolve, reject) => {
		const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
			const result = { name: socket.getPeerCertificate().subject.CN, protocol: socket.getProtocol() };
			socket.end();
			resolve(result);
		});
		socket.on("error", reject);
	});
	before(async () => {
		directory = fs.mkdtempSync(path.join(os.tmpdir(), "vakhta-tls-"));
		make("first");
		server = await start({ ...files(), VAKHTA_HTTP_HEADER_MS: "700" });
	});
	after(async () => {
		await stop(server);
		fs.rmSync(directory, { recursive: true });
	});

	test("answers, on both ports, 1.3 and 1.2 but nothing older", async () => {
		assert.deepEqual(await shake(server.port), { name: "first", protocol: "TLSv1.3" });
		assert.deepEqual(await shake(server.streamPort, { maxVersion: "TLSv1.2" }), { name: "first", protocol: "TLSv1.2" });
		await assert.rejects(shake(server.port, { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }));
		const https = await import("node:https");
		const answer = await new Promise((resolve, reject) => {
			https.get({ port: server.port, host: "127.0.0.1", path: "/api/v1/echo/a", rejectUnauthorized: false, agent: false }, (res) => {
				let text = "";
				res.on("data", (chunk) => (text += chunk));
				res.on("end", () => resolve({ text, headers: res.headers }));
			}).on("error", reject);
		});
		assert.match(answer.text, /"secure":true/);
		assert.ok(answer.headers["strict-transport-security"]);
	});

	test("a handshake that never ends is closed", async () => {
		const answer = await raw(server.port, "", { quietMs: 3000 });
		assert.ok(answer.closed);
		assert.ok(answer.ms < 2000);
	});

	test("SIGHUP serves the new certificate; a broken one leaves the old", async () => {
		make("second");
		server.child.kill("SIGHUP");
		await sleep(300);
		assert.equal((await shake(server.port)).name, "second");
		fs.writeFileSync(path.join(directory, "cert.pem"), "rubbish");
		server.child.kill("SIGHUP");
		await sleep(300);
		assert.equal((await shake(server.port)).name, "second");
		assert.match(server.log, /http\.tls_not_reloaded/);
	});

	test("a key of another certificate is refused at the start", async () => {
		const kept = fs.readFileSync(path.join(directory, "key.pem"));
		make("third");
		fs.writeFileSync(path.join(directory, "key.pem"), kept);
		await assert.rejects(start(files()), /tls_certificate/);
	});
});

describe("start and stop", () => {
	test("a taken port is one clear line", async () => {
		const server = await start();
		await assert.rejects(start({ VAKHTA_HTTP_PORT: String(server.port) }), /cannot listen on 127\.0\.0\.1 port \d+/);
		await stop(server);
	});

	test("running requests finish, new ones are not taken, streams end", async () => {
		const server = await start({ VAKHTA_HTTP_WORKERS: "8" });
		const slow = Array.from({ length: 20 }, () => request(server.port, { path: "/api/v1/slow?ms=400" }));
		const stream = listen(server.streamPort, { cookie: "sid=alice" }, () => false, 8000);
		await sleep(150);
		server.child.kill("SIGTERM");
		await sleep(150);
		await assert.rejects(connect(server.port));
		const answers = await Promise.all(slow);
		for (const answer of answers) {
			assert.equal(answer.status, 200);
			assert.equal(answer.headers.connection, "close");
		}
		assert.ok((await stream).closed);
		assert.equal((await server.ended).code, 0);
		assert.match(server.log, /"http\.stopped"/);
	});

	test("stopping under load loses no request that was read", async () => {
		const server = await start();
		let stopping = false, good = 0, bad = [];
		const client = async () => {
			const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
			while (!stopping) {
				try {
					const answer = await request(server.port, { path: "/api/v1/echo/a", agent });
					if (answer.status === 200) good++;
					else bad.push(answer.status);
				} catch (error) {
					// A new connection is refused, or an idle one closed, once the server is stopping.
					if (!stopping && !server.stopSent) bad.push(error.code);
					break;
				}
			}
			agent.destroy();
		};
		const clients = Array.from({ length: 16 }, client);
		await sleep(500);
		server.stopSent = true;
		server.child.kill("SIGTERM");
		const { code } = await server.ended;
		stopping = true;
		await Promise.all(clients);
		assert.equal(code, 0);
		assert.deepEqual(bad, []);
		assert.ok(good > 50, String(good));
	});

	test("a request longer than the limit does not keep it from ending", async () => {
		const server = await start();
		const slow = request(server.port, { path: "/api/v1/slow?ms=12000" }).catch((error) => error);
		await sleep(100);
		const began = Date.now();
		server.child.kill("SIGTERM");
		const { code, signal } = await server.ended;
		assert.equal(signal, null);
		assert.equal(code, 0);
		assert.ok(Date.now() - began < 13000, `${Date.now() - began} ms`);
		await slow;
	});
});
