// A world with mail: PostgreSQL, slapd, Postfix, Dovecot, the program; a supplier with a contract, an employee, the desk.
// Needs VAKHTA_BIN, and root for Postfix.
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseOf, emptyDirectory, fillDesk, sleep, until } from '../http/desk_world.mjs';
import { serve, startWorld } from '../http/people_world.mjs';
import { startMail } from './mail_servers.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const boxes = { 'desk@desk.example': 'desk-secret', 'service@supplier.example': 'supplier-secret', 'eve@staff.example': 'eve-secret', 'ann@staff.example': 'ann-secret',
	'stranger@elsewhere.example': 'stranger-secret' };

// settings: more overrides, as startWorld takes them; null takes one of ours away.
export async function startPostWorld(settings = {}) {
	const mail = await startMail(boxes);
	const secret = join(mail.folder, 'secret');
	writeFileSync(secret, 'desk-secret\n', { mode: 0o600 });
	const linkKey = join(mail.folder, 'link-key');
	writeFileSync(linkKey, 'a key of tests that signs their links only\n', { mode: 0o600 });
	const all = { mail_from: 'Service desk <desk@desk.example>', mail_smtp_url: `smtp://localhost:${mail.ports.smtp}`, mail_imap_url: `imaps://localhost:${mail.ports.imaps}`,
		mail_user: 'desk@desk.example', mail_password_file: secret, mail_ca_file: mail.ca, mail_imap_poll_s: 1, mail_retry_s: 1, mail_retry_max_s: 2, mail_timeout_ms: 8000,
		mail_connect_ms: 3000, mail_opens_tickets: true, mail_auth_server: 'mx.desk.example', http_link_key_file: linkKey, desk_undo_s: 0, desk_language: 'en', ...settings };
	let world;
	try {
		world = await startWorld(emptyDirectory, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
	} catch (error) {
		await mail.stop();
		throw error;
	}
	world.mail = mail;
	const stop = world.stop;
	world.stop = async () => {
		await stop();
		await mail.stop();
	};
	fillDesk(world);
	return world;
}
export { caseOf, serve, sleep, until };

// A supplier with a contract of its own; automatic: whether automatic answers acknowledge.
export async function supplierOf(world, address, fields = {}, automatic = false) {
	const key = randomUUID().slice(0, 8);
	const supplier = await world.good(world.post('manager', '/suppliers', { name: `Supplier ${key}`, kind: 'external', mail: address, language: 'en', ...fields }), 201);
	const targets = [1, 2, 3, 4].flatMap((priority) => ['acknowledge', 'response', 'resolution'].map((metric) => ({ priority, metric, target_s: 7200, goal_pct: 95 })));
	const calendar = Number(world.psql('SELECT min(id) FROM calendar'));
	const contract = await world.good(world.post('manager', '/contracts', { number: `T-${key}`, name: 'Test', supplier: supplier.id, valid_from: '2024-01-01', calendar, targets }), 201);
	// As long as nothing was judged by them, terms may be written anew.
	if (automatic) world.psql(`UPDATE contract_terms SET automatic_acknowledges = true WHERE contract_id = ${contract.id}`);
	return { supplier, contract };
}

// Sends through Postfix as somebody with a mailbox there.
export function send(world, from, to, headers, text) {
	const { mail } = world, file = join(mail.folder, `${randomUUID()}.eml`);
	const message = Object.entries({ From: from, To: to, Date: new Date().toUTCString().replace('GMT', '+0000'), 'Message-ID': `<${randomUUID()}@${from.split('@')[1]}>`, ...headers })
		.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`).join('');
	writeFileSync(file, `${message}\r\n${text}`);
	execFileSync('curl', ['-sS', '--ssl-reqd', '--cacert', mail.ca, '--url', `smtp://localhost:${mail.ports.smtp}/test`, '--user', `${from}:${boxes[from]}`,
		'--mail-from', from, '--mail-rcpt', to, '-T', file], { stdio: 'pipe' });
}
export const header = (message, name) => new RegExp(`^${name}:\\s*((?:.|\\r?\\n[ \\t])*)`, 'im').exec(message.split(/\r?\n\r?\n/)[0])?.[1].replace(/\r?\n[ \t]/g, ' ').trim();
// Mails in a mailbox that fit, as text.
export const inbox = (world, address, fits = () => true, box = '') => world.mail.list(address, box).map((entry) => world.mail.read(entry)).filter(fits);
export const events = (world, number) => world.get('lead', `/cases/${number}/events?limit=200`).then((answer) => answer.json.items);
