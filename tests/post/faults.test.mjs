// What may go wrong on the way out: refusals for now and for good, a cut after everything was handed over, a wrong certificate, two nodes at once,
// webhooks. Scripted servers beside the real ones.
//     VAKHTA_BIN=… node --test tests/post/
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../unit/people/slapd.mjs';
import { caseOf, events, header, inbox, serve, startPostWorld, supplierOf, until } from './post_world.mjs';

// A server that speaks just enough SMTP. answer(step, n): the line to say to the n-th time of that step, or 'cut'.
async function fakeSmtp(answer) {
	const seen = { messages: [], commands: [] }, count = {};
	const server = createServer((socket) => {
		let buffer = '', data = null;
		const say = (step, usual) => {
			count[step] = (count[step] ?? 0) + 1;
			const line = answer(step, count[step]) ?? usual;
			if (line === 'cut') socket.destroy();
			else socket.write(`${line}\r\n`);
			return line;
		};
		socket.on('error', () => undefined);
		socket.write('220 fake\r\n');
		socket.on('data', (bytes) => {
			buffer += bytes.toString('latin1');
			for (;;) {
				if (data !== null) {
					const end = buffer.indexOf('\r\n.\r\n');
					if (end < 0) return;
					seen.messages.push(buffer.slice(0, end));
					buffer = buffer.slice(end + 5);
					data = null;
					say('end', '250 taken');
					continue;
				}
				const end = buffer.indexOf('\r\n');
				if (end < 0) return;
				const [verb] = buffer.slice(0, end).split(/[ :]/);
				seen.commands.push(buffer.slice(0, end));
				buffer = buffer.slice(end + 2);
				if (verb === 'QUIT') socket.end('221 bye\r\n');
				else if (verb === 'DATA') {
					if (say('DATA', '354 go on').startsWith('354')) data = '';
				} else say(verb, '250 fine');
			}
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: server.address().port, seen, stop: () => new Promise((resolve) => server.close(resolve)) };
}

const put = (world, effect, subject = effect, to = 'eve@staff.example') => Number(world.psql(`INSERT INTO outbox (kind, effect_key, recipient, subject, body, message_id, not_before, created_at)
	VALUES ('mail', '${effect}', '${to}', '${subject}', 'Text', '<${effect}@vakhta>', now(), now()) RETURNING id`));
const state = (world, id) => JSON.parse(world.psql(`SELECT to_jsonb(o) FROM outbox o WHERE id = ${id}`));

describe('a server with moods', () => {
	let world, fake;
	before(async () => {
		fake = await fakeSmtp((step, n) => {
			if (step === 'RCPT') return { 1: '550 5.1.1 no such person', 2: '451 4.7.1 come back later' }[n];
			if (step === 'end') return n === 1 ? 'cut' : undefined;
			return undefined;
		});
		world = await startPostWorld({ mail_smtp_url: `smtp://127.0.0.1:${fake.port}`, mail_smtp_starttls: false, mail_user: null, mail_password_file: null, mail_imap_url: null, mail_senders: 1 });
		await serve(world);
	});
	after(async () => {
		await world?.stop();
		await fake?.stop();
	});

	test('5xx is final; 4xx is tried again; a cut after the end is tried again under the same Message-ID and counted', async () => {
		const refused = put(world, 'refused');
		await until('refused', () => state(world, refused).state === 'failed');
		assert.equal(state(world, refused).reply_code, 550);
		assert.equal(state(world, refused).attempts, 1);
		const late = put(world, 'late');
		await until('sent at last', () => state(world, late).state === 'sent');
		assert.equal(state(world, late).uncertain, 1);
		assert.equal(state(world, late).attempts, 3, 'put off, cut off, taken');
		const ids = fake.seen.messages.map((message) => header(message, 'Message-ID'));
		assert.deepEqual(ids, ['<late@vakhta>', '<late@vakhta>']);
		assert.ok(!fake.seen.commands.some((line) => line.startsWith('AUTH')));
	});
});

describe('certificates and nodes', () => {
	let world, second;
	before(async () => {
		world = await startPostWorld({ mail_imap_url: null });
	});
	after(async () => {
		if (second && second.exitCode === null) {
			const ended = new Promise((resolve) => second.once('exit', resolve));
			second.kill('SIGTERM');
			await ended;
		}
		await world?.stop();
	});

	test('a server that another authority vouches for gets neither mail nor password; two nodes send each mail once', async () => {
		const wrong = { ...world.env, VAKHTA_MAIL_CA_FILE: '', VAKHTA_HTTP_PORT: String(await freePort()) };
		const stranger = spawn(process.env.VAKHTA_BIN, ['serve'], { env: wrong, stdio: 'ignore' });
		const one = put(world, 'certificate');
		await until('tried', () => state(world, one).last_error);
		const ended = new Promise((resolve) => stranger.once('exit', resolve));
		stranger.kill('SIGTERM');
		await ended;
		assert.match(state(world, one).last_error, /certificate|SSL|peer/i);
		assert.equal(inbox(world, 'eve@staff.example').length, 0);
		const many = Array.from({ length: 30 }, (_, i) => put(world, `many-${i}`));
		await serve(world);
		second = spawn(process.env.VAKHTA_BIN, ['serve'], { env: { ...world.env, VAKHTA_HTTP_PORT: String(await freePort()) }, stdio: 'ignore' });
		await until('all sent', () => many.every((id) => state(world, id).state === 'sent'), 60000);
		await until('all there', () => inbox(world, 'eve@staff.example', (text) => header(text, 'Subject')?.startsWith('many-')).length >= 30);
		const subjects = inbox(world, 'eve@staff.example').map((text) => header(text, 'Subject')).filter((subject) => subject.startsWith('many-'));
		assert.equal(new Set(subjects).size, 30);
		assert.equal(subjects.length, 30, 'none twice');
	});
});

// Servers that accept and then say nothing, at whatever step; a connection that stays open costs a sender its time and no more.
describe('servers that hang', () => {
	let world, silent, afterData, inTls, imap;
	const sockets = new Set();
	const listen = async (speak) => {
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
			speak(socket);
		});
		await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
		return server;
	};
	// Speaks SMTP up to a verb, then is silent.
	const upTo = (last, extra = []) => (socket) => {
		let buffer = '', quiet = false;
		socket.write('220 slow\r\n');
		socket.on('data', (bytes) => {
			buffer += bytes.toString('latin1');
			for (let end; !quiet && (end = buffer.indexOf('\r\n')) >= 0; buffer = buffer.slice(end + 2)) {
				const verb = buffer.slice(0, end).split(/[ :]/)[0];
				if (verb === 'EHLO') socket.write(['250-slow', ...extra.map((one) => `250-${one}`), '250 8BITMIME'].join('\r\n') + '\r\n');
				else socket.write(verb === 'DATA' ? '354 go on\r\n' : '220 fine\r\n'.replace('220', verb === 'STARTTLS' ? '220' : '250'));
				quiet = verb === last;
			}
		});
	};
	before(async () => {
		silent = await listen(() => undefined);
		afterData = await listen(upTo('DATA'));
		inTls = await listen(upTo('STARTTLS', ['STARTTLS']));
		imap = await listen(() => undefined);
	});
	after(async () => {
		await world?.stop();
		for (const socket of sockets) socket.destroy();
		for (const server of [silent, afterData, inTls, imap]) server?.close();
	});
	const start = async (smtp, more = {}) => {
		await world?.stop();
		world = await startPostWorld({ mail_smtp_url: `smtp://localhost:${smtp.address().port}`, mail_connect_ms: 700, mail_timeout_ms: 1200, mail_senders: 1, mail_late_s: 10, mail_imap_url: null,
			...more });
		await serve(world);
	};

	test('silence from the first byte: tried again, never counted as sent; the desk answers meanwhile and the owner hears that it is late', async () => {
		await start(silent, { mail_imap_url: `imaps://localhost:${imap.address().port}` });
		const { contract } = await supplierOf(world, 'service@supplier.example'), one = await caseOf(world, contract);
		const row = () => JSON.parse(world.psql(`SELECT to_jsonb(o) FROM outbox o WHERE effect_key LIKE 'case:%:sent'`));
		await until('two tries', () => row().attempts >= 2 && row().last_error);
		for (let i = 0; i < 5; i++) {
			const began = Date.now();
			assert.equal((await world.get('lead', `/cases/${one.number}`)).status, 200);
			assert.ok(Date.now() - began < 1000, 'a hanging mail server holds nobody up');
		}
		await until('told that it is late', () => world.psql("SELECT count(*) FROM outbox WHERE effect_key LIKE 'outbox:%:late%'") !== '0', 40000);
		const late = world.rows("SELECT recipient, subject, body FROM outbox WHERE effect_key LIKE 'outbox:%:late%'");
		assert.deepEqual(late.map((mail) => mail.recipient), ['ann@staff.example'], 'once');
		assert.match(late[0].subject, new RegExp(`^\\[${one.number}\\] The mail to the supplier has not left yet$`));
		assert.notEqual(row().state, 'sent');
		assert.ok((await events(world, one.number)).some((event) => event.type === 'mail_failed'));
	});

	test('it stops within its time although every connection hangs', async () => {
		const began = Date.now(), ended = new Promise((resolve) => world.child.once('exit', (code) => resolve(code)));
		world.child.kill('SIGTERM');
		assert.equal(await ended, 0);
		assert.ok(Date.now() - began < 10000, `${Date.now() - began} ms`);
	});

	for (const [what, server, more] of [['after DATA', () => afterData, { mail_smtp_starttls: false, mail_user: null, mail_password_file: null }], ['in the TLS handshake', () => inTls, {}]])
		test(`a server that hangs ${what} gets the same Message-ID again, and nothing is said to be sent`, async () => {
			await start(server(), more);
			const id = put(world, 'hangs');
			// While a try is under way, nothing is said about it yet.
			const row = await until('tries', () => {
				const now = state(world, id);
				return now.attempts >= 2 && now.last_error && now;
			});
			assert.notEqual(row.state, 'sent');
			assert.equal(row.message_id, '<hangs@vakhta>');
			assert.match(row.last_error, /time|tim/i);
		});
});

describe('webhooks', () => {
	let world, hook;
	const calls = [];
	before(async () => {
		hook = createHttp((request, response) => {
			let body = '';
			request.on('data', (bytes) => (body += bytes));
			request.on('end', () => {
				calls.push({ headers: request.headers, body });
				response.statusCode = calls.length === 1 ? 503 : 204;
				response.end();
			});
		});
		await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
		world = await startPostWorld({ mail_smtp_url: null, mail_imap_url: null, webhook_private_hosts: 'localhost' });
		await serve(world);
	});
	after(async () => {
		await world?.stop();
		hook?.close();
	});
	const deliver = (name, url) => Number(world.psql(`WITH w AS (INSERT INTO webhook (name, url, secret, events, created_at) VALUES ('${name}', '${url}', 'a-secret-of-sixteen', '{case}', now()) RETURNING id)
		INSERT INTO outbox (kind, effect_key, recipient, subject, body, message_id, webhook_id, not_before, created_at)
		SELECT 'webhook', '${name}', '${url}', 'case', '{"event":"case"}', '<${name}@vakhta>', id, now(), now() FROM w RETURNING id`));

	test('a delivery is signed and tried again; addresses inside the house are refused unless listed', async () => {
		const good = deliver('listed', `http://localhost:${hook.address().port}/x`);
		await until('delivered', () => state(world, good).state === 'sent');
		assert.equal(calls.length, 2);
		for (const { headers, body } of calls) {
			const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['vakhta-signature']);
			assert.equal(mac, createHmac('sha256', 'a-secret-of-sixteen').update(`${at}.${body}`).digest('hex'));
			assert.equal(headers['vakhta-delivery'], 'listed');
			assert.equal(headers['vakhta-event'], 'case');
		}
		const inside = deliver('inside', `http://127.0.0.1:${hook.address().port}/x`);
		await until('refused', () => state(world, inside).state === 'failed');
		assert.match(state(world, inside).last_error, /private/);
		assert.equal(calls.length, 2, 'nothing reached it');
		const file = deliver('file', 'https://[::1]/x');
		await until('refused too', () => state(world, file).state === 'failed');
	});
});
