// Real mail servers for one test: Postfix (SMTP with STARTTLS, SMTPS, AUTH) and Dovecot (IMAP with STARTTLS, IMAPS) in a folder and on ports of
// their own, with an authority of their own, ended with the test. Postfix's master must be root; what it starts runs as its own account. Dovecot
// runs under an account that is not root.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../unit/people/slapd.mjs';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const asRoot = process.getuid() === 0;

function account(name) {
	const fields = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith(`${name}:`))?.split(':');
	if (!fields) throw new Error(`there is no account ${name}: install Debian's postfix and dovecot-imapd`);
	return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

function give(path, { uid, gid }) {
	chownSync(path, uid, gid);
	if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name), { uid, gid });
}

async function listening(port, alive, what) {
	for (let left = 200; left > 0; left--, await sleep(50)) {
		if (!alive()) break;
		const good = await new Promise((resolve) => {
			const socket = connect(port, '127.0.0.1');
			socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
			socket.once('connect', () => socket.end());
		});
		if (good) return;
	}
	throw new Error(`${what} did not start`);
}

// A certificate for the names, signed by the authority in `folder`.
export function certificate(folder, name, names) {
	const run = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
	run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
	run('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
	writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}\nbasicConstraints=critical,CA:false\nextendedKeyUsage=serverAuth\n`);
	run('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-sha256', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
	return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}
export function authority(folder) {
	const run = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
	run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key');
	run('req', '-x509', '-new', '-key', 'ca.key', '-sha256', '-days', '30', '-subj', '/CN=Authority of a test', '-addext', 'basicConstraints=critical,CA:true', '-out', 'ca.pem');
	return join(folder, 'ca.pem');
}

// mailboxes: { 'desk@desk.example': 'password', … }. Domains of theirs are local; bounce.example is accepted and then bounced, refused.example
// is refused at once.
export async function startMail(mailboxes) {
	if (!asRoot) throw new Error('Postfix starts as root only: run these tests as root (its servers run under accounts of their own)');
	const folder = mkdtempSync(join(tmpdir(), 'vakhta-mail-'));
	chmodSync(folder, 0o755);
	const servant = account('postgres'), postfix = account('postfix');
	for (const name of ['tls', 'mail', 'dovecot', 'postfix', 'postfix/etc', 'postfix/queue', 'postfix/data']) mkdirSync(join(folder, name), { mode: 0o755 });
	const ca = authority(join(folder, 'tls'));
	const tls = certificate(join(folder, 'tls'), 'server', 'DNS:localhost,IP:127.0.0.1');
	const [imap, imaps, auth, smtp, smtps] = await Promise.all(Array.from({ length: 5 }, freePort));
	const where = join(folder, 'dovecot');

	writeFileSync(join(where, 'users'), Object.entries(mailboxes).map(([address, password]) =>
		`${address}:{PLAIN}${password}:${servant.uid}:${servant.gid}::${folder}/mail/${address}::\n`).join(''));
	writeFileSync(join(where, 'dovecot.conf'), `
base_dir = ${where}/run
state_dir = ${where}/state
log_path = ${where}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = postgres
default_internal_group = postgres
default_login_user = postgres
first_valid_uid = 1
ssl = required
ssl_cert = <${tls.certificate}
ssl_key = <${tls.key}
mail_location = maildir:~/Maildir
passdb {
  driver = passwd-file
  args = ${where}/users
}
userdb {
  driver = passwd-file
  args = ${where}/users
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = ${imaps}
    ssl = yes
  }
}
service auth {
  inet_listener {
    port = ${auth}
  }
}
`);
	for (const address of Object.keys(mailboxes)) mkdirSync(join(folder, 'mail', address), { mode: 0o700 });
	for (const name of ['dovecot', 'mail', 'tls']) give(join(folder, name), servant);
	const dovecot = spawn('/usr/sbin/dovecot', ['-F', '-c', join(where, 'dovecot.conf')], { ...servant, cwd: where, env: { PATH: process.env.PATH, HOME: where }, stdio: 'ignore' });

	const etc = join(folder, 'postfix/etc');
	const domains = [...new Set(Object.keys(mailboxes).map((address) => address.split('@')[1]))].join(' ');
	writeFileSync(join(etc, 'main.cf'), `
compatibility_level = 3.6
queue_directory = ${folder}/postfix/queue
data_directory = ${folder}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = ${folder}/postfix/log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.desk.example
mydestination =
mynetworks = 192.0.2.0/24
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = ${domains}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = texthash:${etc}/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:${servant.uid}
virtual_gid_maps = static:${servant.gid}
transport_maps = texthash:${etc}/transport
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = ${tls.key}, ${tls.certificate}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${auth}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtputf8_enable = yes
`);
	writeFileSync(join(etc, 'master.cf'), `${smtp} inet n - n - - smtpd
${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`);
	writeFileSync(join(etc, 'boxes'), Object.keys(mailboxes).map((address) => `${address} ${address}/Maildir/\n`).join(''));
	writeFileSync(join(etc, 'transport'), 'bounce.example virtual:\nrefused.example error:5.1.1 this mailbox is gone\n');
	for (const name of ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'pid', 'private', 'public', 'saved', 'trace'])
		mkdirSync(join(folder, 'postfix/queue', name), { mode: 0o755 });
	for (const name of ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'private', 'public', 'saved', 'trace'])
		give(join(folder, 'postfix/queue', name), postfix);
	give(join(folder, 'postfix/data'), postfix);
	const master = spawn('/usr/lib/postfix/sbin/master', ['-c', etc, '-d'], { cwd: folder, stdio: 'ignore' });
	const alive = (child) => child.exitCode === null && child.signalCode === null;
	const stopped = async (child) => {
		if (!alive(child)) return;
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGTERM');
		await Promise.race([ended, sleep(5000).then(() => child.kill('SIGKILL'))]);
	};
	const mail = {
		folder, ca, tls, ports: { imap, imaps, smtp, smtps },
		// Files of a mailbox's folder, oldest first; `box` '' is INBOX.
		list(address, box = '') {
			const root = join(folder, 'mail', address, 'Maildir', box);
			return ['new', 'cur'].flatMap((name) => {
				try {
					return readdirSync(join(root, name)).map((file) => ({ file: join(root, name, file), seen: /:2,[A-Z]*S/.test(file), at: statSync(join(root, name, file)).mtimeMs }));
				} catch {
					return [];
				}
			}).sort((a, b) => a.at - b.at || a.file.localeCompare(b.file));
		},
		read: (entry) => readFileSync(entry.file, 'latin1'),
		// Put there as a server would that takes everything: bytes as they are.
		drop(address, bytes) {
			const root = join(folder, 'mail', address, 'Maildir');
			for (const path of [root, join(root, 'new'), join(root, 'cur'), join(root, 'tmp')]) {
				try {
					mkdirSync(path, { mode: 0o700 });
				} catch (error) {
					if (error.code !== 'EEXIST') throw error;
				}
			}
			give(root, servant);
			const name = `${Date.now()}.${Math.random().toString(36).slice(2)}.test`;
			writeFileSync(join(root, 'tmp', name), bytes);
			give(join(root, 'tmp', name), servant);
			execFileSync('mv', [join(root, 'tmp', name), join(root, 'new', name)]);
		},
		forget: (address) => rmSync(join(folder, 'mail', address, 'Maildir'), { recursive: true, force: true }),
		async stop() {
			await Promise.all([stopped(dovecot), stopped(master)]);
			if (!process.env.VAKHTA_KEEP) rmSync(folder, { recursive: true, force: true });
		},
	};
	try {
		await Promise.all([listening(imaps, () => alive(dovecot), 'Dovecot'), listening(smtps, () => alive(master), 'Postfix')]);
	} catch (error) {
		for (const log of ['dovecot/log', 'postfix/log']) {
			try {
				error.message += `\n${log}: ${readFileSync(join(folder, log), 'utf8').slice(-2000)}`;
			} catch { /* nothing was logged */ }
		}
		await mail.stop();
		throw error;
	}
	return mail;
}
