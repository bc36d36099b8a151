// Mail out and in through real servers: Postfix and Dovecot, STARTTLS, SMTPS, IMAPS, an authority of the test's own.
//     VAKHTA_BIN=… node --test tests/post/
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { call } from '../http/people_world.mjs';
import { boxes, caseOf, events, header, inbox, send, serve, sha256, sleep, startPostWorld, supplierOf, until } from './post_world.mjs';

let world, service, automatic;
const desk = 'desk@desk.example', supplier = 'service@supplier.example', eve = 'eve@staff.example', stranger = 'stranger@elsewhere.example';

before(async () => {
	world = await startPostWorld();
	await serve(world);
	service = await supplierOf(world, supplier);
});
after(async () => {
	await world?.stop();
});

const sentMail = (number) => until(`mail about ${number}`, () => inbox(world, supplier, (text) => header(text, 'Subject')?.includes(`[${number}]`))[0]);
const quarantine = (fits, query = '') => until('quarantine', async () => (await world.good(world.get('admin', `/mail/quarantine?limit=200${query}`))).items.find(fits));
const typeOf = (list, type) => list.filter((event) => event.type === type);
const withEvent = (number, type, count = 1) => until(`${type} in ${number}`, async () => {
	const list = await events(world, number);
	return typeOf(list, type).length >= count && list;
});

describe('what leaves', () => {
	test('a case reaches the supplier with a thread, and what was sent is evidence in its chain', async () => {
		const one = await caseOf(world, service.contract, 'Касса не включается, просим приехать.');
		const text = await sentMail(one.number);
		const [row] = (await world.good(world.get('admin', `/mail/outbox?case=${one.number}`))).items;
		const whole = await world.good(world.get('admin', `/mail/outbox/${row.id}`));
		assert.equal(whole.state, 'sent');
		assert.equal(header(text, 'Message-ID'), whole.message_id);
		assert.match(header(text, 'References'), /^<case-\d+\.[0-9a-f]{24}@desk\.example>$/);
		assert.equal(header(text, 'In-Reply-To'), header(text, 'References'));
		assert.equal(header(text, 'Auto-Submitted'), 'auto-generated');
		assert.equal(header(text, 'List-Id'), undefined);
		assert.match(header(text, 'From'), /Service desk <desk@desk\.example>/);
		assert.match(header(text, 'Content-Transfer-Encoding'), /quoted-printable|base64/);
		assert.match(header(text, 'Received'), /ESMTPSA/, 'over TLS and signed in');
		const [event] = typeOf(await withEvent(one.number, 'mail_sent'), 'mail_sent');
		assert.equal(event.party, 'system');
		const { evidence } = event.data;
		const raw = await world.bytes('auditor', `/mail/messages/${evidence.message}/raw`);
		assert.equal(raw.status, 200);
		assert.match(raw.headers.get('content-disposition'), /^attachment/);
		assert.equal(sha256(raw.bytes), evidence.message_sha256);
		const crlf = text.replace(/\r?\n/g, '\r\n');
		assert.ok(crlf.endsWith(raw.bytes.toString('latin1')), 'the supplier got these very bytes below the servers\' own headers');
		assert.equal((await world.bytes('admin', `/mail/messages/${evidence.message}/raw`)).status, 404, 'it may hold the supplier\'s link');
	});

	test('the link in the mail that arrived shows this case and lets the supplier answer, without an account', async () => {
		const one = await caseOf(world, service.contract, 'Follow the link');
		const raw = await sentMail(one.number), [head, ...rest] = raw.split(/\r?\n\r?\n/), encoded = rest.join('\n\n');
		const body = /base64/i.test(header(raw, 'Content-Transfer-Encoding')) ? Buffer.from(encoded, 'base64').toString()
			: Buffer.from(encoded.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();
		assert.ok(head.length > 0);
		const [link] = /http:\/\/\S+\/s\/[\w.~-]+/.exec(body) ?? assert.fail(body);
		const where = new URL(link).pathname;
		const page = await fetch(`${world.url}${where}`);
		assert.equal(page.status, 200);
		const shown = await (await fetch(`${world.url}${where}/cases/${one.number}`)).json();
		assert.equal(shown.number ?? shown.case?.number, one.number);
		const act = await fetch(`${world.url}${where}/cases/${one.number}/events`, { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
			body: JSON.stringify({ type: 'acknowledged', name: 'Kim' }) });
		assert.ok(act.ok, `${act.status} ${await act.text()}`);
		const [event] = typeOf(await withEvent(one.number, 'acknowledged'), 'acknowledged');
		assert.equal(event.data.evidence.via, 'link');
		const other = await caseOf(world, service.contract);
		assert.equal((await fetch(`${world.url}${where}/cases/${other.number}`)).status, 404, 'this case and no other');
		// Nothing that we keep holds the address.
		assert.ok(!world.psql('SELECT string_agg(body, chr(10)) FROM outbox').includes(where));
	});

	test('names and subjects in any script arrive; nothing of them ends a header', async () => {
		const ticket = await world.good(world.post('employee', '/tickets', { kind: 'incident', subject: 'Принтер «Заря» €\u2028Bcc: x@y', body: 'Не печатает' }), 201);
		const text = await until('confirmation', () => inbox(world, eve, (one) => one.includes(`${ticket.number}`))[0]);
		assert.equal(header(text, 'Bcc'), undefined);
		assert.match(header(text, 'Subject'), /=\?utf-8\?/i);
		assert.match(header(text, 'References'), /^<ticket-\d+\.[0-9a-f]{24}@desk\.example>$/);
	});

	test('a bounce comes back: the mail counts as failed, case, ticket and owner say so', async () => {
		const gone = await supplierOf(world, 'gone@bounce.example');
		const one = await caseOf(world, gone.contract);
		const list = await withEvent(one.number, 'mail_failed');
		const failed = typeOf(list, 'mail_failed')[0].data.mail;
		assert.equal(failed.state, 'bounced');
		assert.match(failed.error, /^bounced: 5\.1\.1 .*unknown user/);
		const [row] = (await world.good(world.get('lead', `/mail/outbox?case=${one.number}&state=failed`))).items;
		assert.ok(row.bounced_at);
		const timeline = (await world.good(world.get('agent', `/tickets/${one.ticket}/events`))).items;
		const told = timeline.find((event) => event.type === 'mail_failed');
		assert.equal(told.visibility, 'internal');
		assert.equal(told.data.mail.case, one.number);
		await until('the owner is told', () => inbox(world, 'ann@staff.example', (text) => /did not get our mail/.test(header(text, 'Subject') ?? '') && text.includes(one.number))[0]);
		assert.ok((await world.good(world.get('employee', `/tickets/${one.ticket}/events`))).items.every((event) => event.type !== 'mail_failed'));
		const again = await world.good(world.post('admin', `/mail/outbox/${row.id}/retry`));
		assert.equal(again.state, 'queued');
		assert.equal(again.decided_by.name, 'Ada Min');
		assert.equal((await world.post('lead', `/mail/outbox/${row.id}/retry`)).status, 403);
	});

	test('an address that the server refuses is no matter of trying again', async () => {
		const gone = await supplierOf(world, 'gone@refused.example');
		const one = await caseOf(world, gone.contract);
		const failed = typeOf(await withEvent(one.number, 'mail_failed'), 'mail_failed')[0].data.mail;
		assert.deepEqual([failed.state, failed.code, failed.attempts], ['failed', 550, 1]);
		assert.match(failed.error, /^RCPT refused: 550 5\.1\.1 .*this mailbox is gone/);
	});

	test('files go with a mail', async () => {
		world.psql(`WITH o AS (INSERT INTO outbox (kind, effect_key, recipient, subject, body, message_id, not_before, created_at)
				VALUES ('mail', 'test:file', '${eve}', 'A workbook', 'Here it is.', '<file-test@vakhta>', now(), now()) RETURNING id)
			INSERT INTO outbox_attachment SELECT id, 1, 'Отчёт 2026.xlsx', 'application/vnd.ms-excel', '\\x00ff0a0d2e0d0a' FROM o`);
		const text = await until('mail with a file', () => inbox(world, eve, (one) => header(one, 'Subject') === 'A workbook')[0]);
		assert.match(text, /Content-Disposition: attachment;[^]*filename\*/i);
		assert.ok(text.includes(Buffer.from([0, 255, 10, 13, 46, 13, 10]).toString('base64')));
	});
});

describe('what suppliers answer', () => {
	test('an answer responds at the instant our server received it, whatever its Date says; its number and files are kept', async () => {
		const one = await caseOf(world, service.contract);
		const text = await sentMail(one.number);
		const boundary = 'b0';
		send(world, supplier, desk, { 'In-Reply-To': header(text, 'Message-ID'), References: `${header(text, 'References')} ${header(text, 'Message-ID')}`,
			Subject: `Re: [${one.number}] Till dead [SD-77123]`, Date: 'Thu, 01 Jan 2026 10:00:00 +0300', 'MIME-Version': '1.0',
			'Content-Type': `multipart/mixed; boundary=${boundary}` },
		`--${boundary}\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\nMaster is on the way.\r\n\r\nOn Tue, Service desk <desk@desk.example> wrote:\r\n> Please come\r\n`
			+ `--${boundary}\r\nContent-Type: application/pdf; name="plan.pdf"\r\nContent-Disposition: attachment; filename="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nUERG\r\n--${boundary}--\r\n`);
		const list = await withEvent(one.number, 'responded');
		const [event] = typeOf(list, 'responded');
		assert.equal(event.party, 'supplier');
		assert.equal(event.body, 'Master is on the way.');
		assert.ok(Math.abs(Date.parse(event.occurred_at) - Date.now()) < 60000, event.occurred_at);
		assert.equal(event.data.evidence.dated_at, '2026-01-01T07:00:00Z');
		assert.equal(event.data.evidence.via, 'mail');
		const whole = await world.good(world.get('agent', `/cases/${one.number}`));
		assert.equal(whole.supplier_ref, 'SD-77123');
		for (const metric of ['acknowledge', 'response']) assert.equal(whole.clocks.find((clock) => clock.metric === metric).state, 'stopped');
		const { message } = await world.good(world.get('agent', `/mail/messages/${event.data.evidence.message}`));
		assert.equal(message.sha256, event.data.evidence.message_sha256);
		assert.deepEqual(message.files.map((file) => file.name), ['plan.pdf']);
		assert.equal((await world.bytes('agent', `/attachments/${message.files[0].attachment}`)).bytes.toString(), 'PDF');
		assert.equal((await world.bytes('employee', `/attachments/${message.files[0].attachment}`)).status, 404);
		assert.equal(sha256((await world.bytes('agent', `/mail/messages/${message.id}/raw`)).bytes), message.sha256);
		assert.equal((await world.get('employee', `/mail/messages/${message.id}`)).status, 403);
		await until('marked as read', () => world.mail.list(desk).filter((entry) => entry.seen).length > 0);
		// Their next mail knows only their own number, and then only its own first mail.
		send(world, supplier, desk, { Subject: 'SD-77123: still working', 'Message-ID': '<second@supplier.example>' }, 'News one');
		await withEvent(one.number, 'update', 1);
		send(world, supplier, desk, { Subject: 'More', 'In-Reply-To': '<second@supplier.example>' }, 'News two');
		const updates = typeOf(await withEvent(one.number, 'update', 2), 'update');
		assert.deepEqual(updates.map((update) => update.body), ['News one', 'News two']);
	});

	test('our next mail continues their thread', async () => {
		const one = await caseOf(world, service.contract);
		await sentMail(one.number);
		send(world, supplier, desk, { Subject: `Question about ${one.number}`, 'Message-ID': '<theirs-1@supplier.example>' }, 'Which till?');
		await withEvent(one.number, 'responded');
		await world.good(world.post('agent', `/cases/${one.number}/events`, { type: 'info_requested' }), 201);
		await world.good(world.post('agent', `/cases/${one.number}/events`, { type: 'info_provided', body: 'The left one' }), 201);
		const text = await until('our answer', () => inbox(world, supplier, (mail) => /Information you asked for/.test(header(mail, 'Subject') ?? '') && mail.includes(one.number))[0]);
		assert.equal(header(text, 'In-Reply-To'), '<theirs-1@supplier.example>');
		assert.match(header(text, 'References'), /^<case-.*> <theirs-1@supplier\.example>$/);
	});

	test('an automatic answer acknowledges only if the contract says so, and never responds', async () => {
		automatic = await supplierOf(world, 'robot@robots.example', { contacts: [{ name: 'Robot', mail: supplier }] }, true);
		for (const [contract, type] of [[service.contract, 'noted'], [automatic.contract, 'acknowledged']]) {
			const one = await caseOf(world, contract);
			send(world, supplier, desk, { Subject: `[${one.number}] Received`, 'Auto-Submitted': 'auto-replied' }, 'We received your request.');
			const list = await withEvent(one.number, type);
			assert.equal(typeOf(list, 'responded').length, 0);
			const clocks = (await world.good(world.get('agent', `/cases/${one.number}`))).clocks;
			assert.equal(clocks.find((clock) => clock.metric === 'acknowledge').state, type === 'acknowledged' ? 'stopped' : 'running');
			assert.equal(clocks.find((clock) => clock.metric === 'response').state, 'running');
			assert.equal(typeOf(list, type).at(-1).data.evidence.automatic, true);
		}
	});

	test('a domain named for the supplier is the supplier\'s; the same mail from elsewhere is not, until a named person says so', async () => {
		const one = await caseOf(world, service.contract);
		await sentMail(one.number);
		send(world, stranger, desk, { Subject: `Re: [${one.number}] Till dead` }, 'It is fixed, trust me');
		const item = await quarantine((entry) => entry.guess?.case === one.number);
		assert.equal(item.reason, 'not_the_supplier');
		assert.equal(typeOf(await events(world, one.number), 'responded').length, 0);
		assert.equal((await world.post('agent', `/mail/messages/${item.id}/assign`, { case: one.number })).status, 403);
		assert.equal((await world.post('lead', `/mail/messages/${item.id}/assign`, {})).status, 422);
		const done = await world.good(world.post('lead', `/mail/messages/${item.id}/assign`, { case: one.number, note: 'their new subcontractor' }));
		assert.equal(done.quarantine.state, 'assigned');
		assert.equal(done.quarantine.decided_by.name, 'Bob Ray');
		const [event] = typeOf(await events(world, one.number), 'responded');
		assert.equal(event.occurred_at, item.received_at);
		assert.ok(event.data.evidence.assigned_by > 0);
		assert.equal((await world.post('lead', `/mail/messages/${item.id}/assign`, { case: one.number })).status, 409);
		const domains = (mail_domains) => call(world, 'PATCH', `/suppliers/${service.supplier.id}`, { token: world.token.manager, body: { mail_domains }, headers: { 'if-match': '*' } });
		for (const wrong of [['example'], ['Elsewhere.example'], ['@elsewhere.example'], ['-x.example'], ['a..b'], [7]]) assert.equal((await domains(wrong)).status, 422, JSON.stringify(wrong));
		assert.deepEqual((await world.good(domains(['elsewhere.example']))).mail_domains, ['elsewhere.example']);
		send(world, stranger, desk, { Subject: `Re: [${one.number}] Till dead` }, 'Now it counts');
		await withEvent(one.number, 'update');
		assert.deepEqual((await world.good(domains([]))).mail_domains, []);
	});

	test('a forged sender found by our own mail server goes to quarantine; foreign verdicts are not believed', async () => {
		const one = await caseOf(world, service.contract);
		world.mail.drop(desk, `Authentication-Results: mx.desk.example; dmarc=fail header.from=supplier.example\r\nFrom: ${supplier}\r\nTo: ${desk}\r\nMessage-ID: <forged@x>\r\nSubject: [${one.number}]\r\n\r\nFixed\r\n`);
		assert.equal((await quarantine((entry) => entry.guess?.case === one.number)).reason, 'auth_failed');
		world.mail.drop(desk, `Authentication-Results: evil.example; dmarc=fail\r\nReceived: by mx.desk.example\r\nAuthentication-Results: mx.desk.example; dmarc=fail\r\nFrom: ${supplier}\r\nTo: ${desk}\r\nMessage-ID: <below@x>\r\nSubject: [${one.number}]\r\n\r\nHonest\r\n`);
		const first = await quarantine((entry) => entry.guess?.case === one.number);
		assert.equal(first.reason, 'auth_failed');
		world.mail.drop(desk, `Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=supplier.example; dkim=pass\r\nFrom: ${supplier}\r\nTo: ${desk}\r\nMessage-ID: <good@x>\r\nSubject: [${one.number}]\r\n\r\nHonest\r\n`);
		const [event] = typeOf(await withEvent(one.number, 'responded'), 'responded');
		assert.match(event.data.evidence.authentication, /spf=pass/);
	});
});

describe('what employees write', () => {
	test('an answer to a ticket\'s mail is a public reply of the reporter and ends the wait for them', async () => {
		const one = await caseOf(world, service.contract);
		await world.good(world.post('agent', `/tickets/${one.ticket}/wait`, { for: 'reporter', note: 'Which till is it?' }));
		const text = await until('question', () => inbox(world, eve, (mail) => /We need something/.test(header(mail, 'Subject') ?? '') && mail.includes(one.ticket))[0]);
		send(world, eve, desk, { 'In-Reply-To': header(text, 'Message-ID'), Subject: 'Re: your question' }, 'The left one\r\n\r\n-- \r\nEve Ash\r\n');
		const timeline = await until('reply', async () => {
			const { items } = await world.good(world.get('employee', `/tickets/${one.ticket}/events`));
			return items.some((event) => event.type === 'replied') && items;
		});
		const reply = timeline.find((event) => event.type === 'replied');
		assert.equal(reply.body, 'The left one');
		assert.equal((await world.good(world.get('agent', `/tickets/${one.ticket}`))).status, 'in_progress');
		// Only the reporter and people named on it: neither the owner by mail nor a stranger.
		for (const from of ['ann@staff.example', stranger]) send(world, from, desk, { Subject: `[${one.ticket}] me too` }, 'Me too');
		assert.equal((await quarantine((entry) => entry.from.address === 'ann@staff.example')).reason, 'not_accepted');
		assert.equal((await quarantine((entry) => entry.from.address === stranger && entry.guess?.ticket === one.ticket)).reason, 'unknown_sender');
	});

	test('a new mail of a known person opens a ticket that is confirmed to them in its thread', async () => {
		send(world, eve, desk, { Subject: 'The scanner beeps', 'Message-ID': '<new-1@staff.example>' }, 'All the time.\r\n');
		const text = await until('confirmation', () => inbox(world, eve, (mail) => /We have your report: The scanner beeps/.test(header(mail, 'Subject') ?? ''))[0]);
		const number = /\[(INC-\d+)\]/.exec(header(text, 'Subject'))[1];
		assert.match(header(text, 'References'), /<new-1@staff\.example>$/);
		const ticket = await world.good(world.get('employee', `/tickets/${number}`));
		assert.equal(ticket.channel, 'mail');
		assert.equal(ticket.body, 'All the time.');
	});

	test('an unknown sender opens nothing and is not lost; discarding needs a reason and a name', async () => {
		send(world, stranger, desk, { Subject: 'Buy our toner' }, 'Cheap');
		const item = await quarantine((entry) => entry.subject === 'Buy our toner');
		assert.equal(item.reason, 'unknown_sender');
		assert.equal((await world.post('admin', `/mail/messages/${item.id}/discard`, {})).status, 422);
		const gone = await world.good(world.post('admin', `/mail/messages/${item.id}/discard`, { reason: 'advertisement' }));
		assert.equal(gone.quarantine.state, 'discarded');
		assert.equal((await world.get('admin', `/mail/messages/${item.id}`)).status, 200, 'the message stays');
		assert.throws(() => world.psql(`SET ROLE vakhta; DELETE FROM mail_message WHERE id = ${item.id}`), /permission denied/);
		assert.throws(() => world.psql(`DELETE FROM mail_message WHERE id = ${item.id}`), /append-only/);
	});
});

describe('what must not happen', () => {
	test('a mail delivered twice is one event; our own mail that comes back is none', async () => {
		const one = await caseOf(world, service.contract);
		const ours = await sentMail(one.number);
		const twice = { Subject: `[${one.number}]`, 'Message-ID': `<${randomUUID()}@supplier.example>` };
		send(world, supplier, desk, twice, 'Once');
		send(world, supplier, desk, twice, 'Once');
		const item = await quarantine((entry) => entry.reason === 'duplicate' && entry.guess?.case === one.number);
		assert.equal(item.state, 'discarded');
		assert.equal(typeOf(await events(world, one.number), 'responded').length, 1);
		send(world, supplier, desk, twice, 'Another text under the same Message-ID');
		assert.equal((await quarantine((entry) => entry.reason === 'duplicate' && entry.state === 'waiting')).guess.case, one.number);
		send(world, supplier, desk, { Subject: header(ours, 'Subject'), 'Message-ID': header(ours, 'Message-ID') }, 'back');
		assert.equal((await quarantine((entry) => entry.reason === 'loop')).state, 'waiting');
		assert.equal(typeOf(await events(world, one.number), 'update').length, 0);
	});

	test('broken messages, binary rubbish and two senders are set aside and shown as text', async () => {
		world.mail.drop(desk, Buffer.from([0, 1, 2, 255, 254, 10, 10, 0, 200]));
		world.mail.drop(desk, `From: a@b.example\r\nFrom: ${supplier}\r\nSubject: two\r\n\r\nx`);
		world.mail.drop(desk, `From: ${supplier}\r\nSubject: =?utf-8?B?PHNjcmlwdD4=?= \u0000\r\nContent-Type: multipart/mixed\r\n\r\n<script>alert(1)</script>`);
		await until('three unreadable', async () => (await world.good(world.get('admin', '/mail/quarantine?reason=unreadable'))).items.length >= 3);
		for (const item of (await world.good(world.get('admin', '/mail/quarantine?reason=unreadable'))).items) {
			const answer = await world.get('admin', `/mail/messages/${item.id}`);
			assert.equal(answer.status, 200, answer.text);
			const raw = await world.bytes('admin', `/mail/messages/${item.id}/raw`);
			assert.equal(raw.headers.get('content-type'), 'application/octet-stream');
		}
		// The mailbox goes on being read.
		const one = await caseOf(world, service.contract);
		send(world, supplier, desk, { Subject: one.number }, 'Fine');
		await withEvent(one.number, 'responded');
	});

	test('a mail after the end of its case waits for a person', async () => {
		const one = await caseOf(world, service.contract);
		await sentMail(one.number);
		await world.good(world.post('agent', `/cases/${one.number}/events`, { type: 'withdrawn', body: 'not needed' }), 201);
		await sleep(1100);
		send(world, supplier, desk, { Subject: `[${one.number}]` }, 'Too late');
		assert.equal((await quarantine((entry) => entry.guess?.case === one.number)).reason, 'case_ended');
	});

	test('a mailbox numbered anew gives everything again and nothing happens twice', async () => {
		const before = Number(world.psql("SELECT count(*) FROM case_event"));
		const messages = Number(world.psql('SELECT count(*) FROM mail_message'));
		world.psql("SET session_replication_role = replica; UPDATE mail_message SET uid_validity = 1 WHERE direction = 'in'; UPDATE mail_account SET uid_validity = 1, uid_done = 0, uid_marked = 0");
		await until('read again', () => Number(world.psql('SELECT uid_done FROM mail_account')) > 5 && world.psql('SELECT uid_done = uid_marked FROM mail_account') === 't');
		assert.equal(Number(world.psql("SELECT count(*) FROM case_event")), before);
		assert.equal(Number(world.psql('SELECT count(*) FROM mail_message')), messages);
	});

	test('doctor names what answers; the metrics count; the chains and clocks hold', async () => {
		const doctor = world.run(['doctor']);
		assert.match(doctor.out, /ok\s+smtp\s+answers at smtp:.* and knows the user/);
		assert.match(doctor.out, /ok\s+imap\s+answers at imaps:.*INBOX can be read/);
		const wrong = world.run(['doctor'], { VAKHTA_MAIL_CA_FILE: '', VAKHTA_MAIL_IMAP_MAILBOX: 'Nowhere' });
		assert.match(wrong.out, /WRONG smtp/);
		assert.match(wrong.out, /WRONG imap/);
		const metrics = await fetch(`${world.url}/metrics`).then((answer) => answer.text());
		assert.match(metrics, /vakhta_outbox_tries_total\{result="sent"\} [1-9]/);
		assert.match(metrics, /vakhta_mail_received_total\{result="taken_in"\} [1-9]/);
		assert.match(metrics, /vakhta_mailbox_up 1/);
		for (const what of ['verify', 'replay']) {
			const audit = world.run(['audit', what]);
			assert.equal(audit.code, 0, audit.out);
		}
		assert.doesNotMatch(world.log, new RegExp(Object.values(boxes).join('|')), 'no password in the log');
		assert.doesNotMatch(world.log, /Master is on the way|Buy our toner/, 'no text of people in the log');
	});
});
