// A private slapd for tests: own authority, StartTLS and ldaps, in a temporary folder, on free ports, never as root.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const asRoot = process.getuid() === 0;
const account = asRoot ? firstAccount(['openldap', 'postgres', 'nobody']) : null;

function firstAccount(names) {
	const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
	for (const name of names) {
		const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
		if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
	}
	throw new Error('no account to run slapd under');
}

function give(path) {
	if (!asRoot) return;
	chownSync(path, account.uid, account.gid);
	if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
}

// Resolves to a port that was free a moment ago.
export function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

function answers(port) {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('connect', () => { socket.destroy(); resolve(true); });
		socket.once('error', () => resolve(false));
	});
}

// An authority and certificates in `folder`: ca.pem, server.pem (good), expired.pem, other-ca.pem, stranger.pem (another name).
export function makeCertificates(folder) {
	const run = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
	const authority = (name) => {
		run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
		run('req', '-x509', '-new', '-key', `${name}.key`, '-sha256', '-days', '30', '-subj', `/CN=${name}`, '-out', `${name}.pem`,
			'-addext', 'basicConstraints=critical,CA:true', '-addext', 'keyUsage=critical,keyCertSign');
	};
	const certificate = (name, host, ...validity) => {
		run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
		run('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
		writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${host}\nbasicConstraints=critical,CA:false\nextendedKeyUsage=serverAuth\n`);
		run('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-sha256',
			'-extfile', `${name}.ext`, '-out', `${name}.pem`, ...validity);
	};
	authority('ca');
	authority('other-ca');
	certificate('server', 'DNS:localhost,IP:127.0.0.1', '-days', '30');
	certificate('stranger', 'DNS:ldap.elsewhere.example', '-days', '30');
	writeFileSync(join(folder, 'index.txt'), '');
	writeFileSync(join(folder, 'serial'), '01\n');
	writeFileSync(join(folder, 'ca.conf'), `[ca]\ndefault_ca = own\n[own]\ndir = .\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .
default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n`);
	run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'expired.key');
	run('req', '-new', '-key', 'expired.key', '-subj', '/CN=expired', '-out', 'expired.csr');
	run('ca', '-batch', '-config', 'ca.conf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', 'expired.csr', '-out', 'expired.pem',
		'-extfile', 'server.ext', '-startdate', '20200101000000Z', '-enddate', '20200201000000Z', '-notext');
}

// options: { schema?: text, ldif: text, suffix, certificate?, extra?: text for the database }
export async function startSlapd(options) {
	const folder = mkdtempSync(join(tmpdir(), 'vakhta-slapd-'));
	chmodSync(folder, 0o755);
	makeCertificates(folder);
	mkdirSync(join(folder, 'data'));
	writeFileSync(join(folder, 'own.schema'), options.schema ?? '');
	const name = options.certificate ?? 'server';
	writeFileSync(join(folder, 'slapd.conf'), `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include ${folder}/own.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile ${folder}/pid
loglevel none
${options.global ?? ''}
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/${name}.pem
TLSCertificateKeyFile ${folder}/${name}.key
database mdb
suffix "${options.suffix}"
rootdn "cn=root,${options.suffix}"
rootpw root-password
directory ${folder}/data
maxsize 67108864
${options.extra ?? ''}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=service,${options.suffix}" read by * none
`);
	writeFileSync(join(folder, 'start.ldif'), options.ldif);
	give(folder);
	const identity = asRoot ? { uid: account.uid, gid: account.gid } : {};
	execFileSync('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'start.ldif')], { ...identity, stdio: 'pipe' });
	const port = await freePort();
	const tlsPort = await freePort();
	const child = spawn('/usr/sbin/slapd', ['-f', join(folder, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`, '-d', '0'],
		{ ...identity, stdio: 'ignore' });
	for (let i = 0; !(await answers(tlsPort)); i++) {
		if (i === 100 || child.exitCode !== null) throw new Error('slapd did not start');
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return {
		folder, port, tlsPort, child,
		suffix: options.suffix,
		url: `ldap://127.0.0.1:${port}`,
		modify(ldif) {
			execFileSync('ldapmodify', ['-x', '-H', this.url, '-D', `cn=root,${options.suffix}`, '-w', 'root-password'], { input: ldif, stdio: ['pipe', 'pipe', 'pipe'] });
		},
		async stop() {
			if (child.exitCode === null && child.signalCode === null) {
				const ended = new Promise((resolve) => child.once('exit', resolve));
				child.kill('SIGCONT');
				child.kill('SIGTERM');
				await ended;
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
