// The directory client against a real slapd in the shapes of OpenLDAP and Active Directory, and against servers that misbehave.
// Needs VAKHTA_PROBE, the program directory_probe of this folder.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { makeCertificates, startSlapd } from './slapd.mjs';

const EMPLOYEE = 1, AGENT = 2, LEAD = 4, MANAGER = 8, ADMIN = 64;
const probe = process.env.VAKHTA_PROBE;
const secrets = mkdtempSync(join(tmpdir(), 'vakhta-secret-'));
writeFileSync(join(secrets, 'service'), 'service-password\n', { mode: 0o600 });
after(() => rmSync(secrets, { recursive: true, force: true }));

function run(settings, args, input = '') {
	const env = { PATH: process.env.PATH };
	for (const [key, value] of Object.entries(settings)) env[key.startsWith('LDAP') ? key : `VAKHTA_DIRECTORY_${key.toUpperCase()}`] = String(value);
	return new Promise((resolve, reject) => {
		const child = spawn(probe, args, { env });
		child.once('error', reject);
		child.stdin.on('error', () => {});
		let out = '', err = '';
		child.stdout.on('data', (data) => (out += data));
		child.stderr.on('data', (data) => (err += data));
		child.once('close', (code) => {
			if (code !== 0) return reject(new Error(`probe ended with ${code}: ${out}${err}`));
			try {
				resolve(JSON.parse(out));
			} catch {
				reject(new Error(`probe ended with ${code}: ${out}${err}`));
			}
		});
		child.stdin.end(input);
	});
}

const signIn = (settings, login, password) => run(settings, ['sign-in', login], password);
const byLogin = (snapshot) => Object.fromEntries(snapshot.people.map((person) => [person.login, person]));

function ldif(entries) {
	return entries.map(([dn, attributes]) => {
		let text = `dn: ${dn}\n`;
		for (const [name, values] of Object.entries(attributes))
			for (const value of [values].flat()) {
				const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value));
				text += `${name}:: ${bytes.toString('base64')}\n`;
			}
		return text;
	}).join('\n');
}

const base = 'dc=test,dc=example';
const uid = (login) => `uid=${login},ou=people,${base}`;
const person = (login, given, family, more = {}) => [uid(login), { objectClass: 'inetOrgPerson', uid: login, cn: `${given} ${family}`, givenName: given,
	sn: family, mail: `${login}@test.example`, userPassword: `${login}-password`, ...more }];
const group = (cn, members, more = {}) => [`cn=${cn},ou=groups,${base}`, { objectClass: 'groupOfNames', cn, member: members, ...more }];
const groupDn = (cn) => `cn=${cn},ou=groups,${base}`;
const company = [
	[base, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
	...['people', 'groups', 'teams'].map((ou) => [`ou=${ou},${base}`, { objectClass: 'organizationalUnit', ou }]),
	[`cn=service,${base}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }],
	person('anna', 'Анна', 'Иванова', { departmentNumber: 'Касса', preferredLanguage: 'ru-RU, en;q=0.5', manager: uid('boris') }),
	person('boris', 'Boris', 'Smith', { preferredLanguage: 'en' }),
	person('clara', 'Clara', 'Jones'),
	person('dual', 'Dual', 'One'),
	['cn=dual two,ou=people,dc=test,dc=example', { objectClass: 'inetOrgPerson', uid: 'dual', cn: 'dual two', sn: 'Two', userPassword: 'dual-password' }],
	person('o\\,brien \\"x\\"', 'Odd', 'Name', { uid: 'o,brien "x"', userPassword: 'odd-password' }),
	person('star', 'Star', 'Case', { uid: 'st*r(x)', userPassword: 'star-password' }),
	[`cn=nologin,ou=people,${base}`, { objectClass: 'inetOrgPerson', cn: 'nologin', sn: 'Nobody' }],
	group('agents', [groupDn('inner'), uid('anna')]),
	group('inner', [groupDn('core'), uid('boris')]),
	group('core', [groupDn('agents'), uid('clara')]),
	group('leads', [uid('boris')]),
	group('admins', [groupDn('leads')]),
	[`cn=network-l2,ou=teams,${base}`, { objectClass: 'groupOfNames', cn: 'network-l2', description: 'Сеть', member: [uid('anna'), uid('boris')] }],
	[`cn=desk,ou=teams,${base}`, { objectClass: 'groupOfNames', cn: 'desk', description: 'Desk', businessCategory: 'level:3', member: groupDn('inner') }],
	[`cn=shop,ou=teams,${base}`, { objectClass: 'groupOfNames', cn: 'shop', ou: 'L2', member: uid('clara') }],
];

function settingsOf(server, more = {}) {
	return { url: server.url, ca_file: join(server.folder, 'ca.pem'), bind_dn: `cn=service,${base}`, bind_password_file: join(secrets, 'service'),
		people_base: `ou=people,${base}`, groups_base: `ou=groups,${base}`, role_agent: groupDn('agents'), role_lead: `CN=Leads, OU=Groups,${base}`,
		role_admin: groupDn('admins'), team_base: `ou=teams,${base}`, ...more };
}

describe('OpenLDAP shape', () => {
	let server, settings;
	before(async () => {
		server = await startSlapd({ suffix: base, ldif: ldif(company), global: 'security simple_bind=128' });
		settings = settingsOf(server);
	});
	after(() => server.stop());

	test('the right password gives the person with attributes, nested groups in a circle and roles', async () => {
		const { answer, person: anna } = await signIn(settings, 'anna', 'anna-password');
		assert.equal(answer, 'yes');
		assert.equal(anna.given_name, 'Анна');
		assert.equal(anna.department, 'Касса');
		assert.equal(anna.language, 'ru');
		assert.equal(anna.manager_dn, uid('boris'));
		assert.match(anna.key, /^[0-9a-f-]{36}$/);
		assert.equal(anna.roles, EMPLOYEE | AGENT);
		assert.deepEqual(anna.groups.toSorted(), [groupDn('agents'), groupDn('core'), groupDn('inner'), `cn=desk,ou=teams,${base}`, `cn=network-l2,ou=teams,${base}`].toSorted());
		const { person: boris } = await signIn(settings, 'boris', 'boris-password');
		assert.equal(boris.roles, EMPLOYEE | AGENT | LEAD | ADMIN);
		const { person: clara } = await signIn(settings, 'CLARA', 'clara-password');
		assert.equal(clara.roles, EMPLOYEE | AGENT);
	});

	test('without nested groups only direct membership counts', async () => {
		const { person: clara } = await signIn({ ...settings, nested_groups: false }, 'clara', 'clara-password');
		assert.equal(clara.roles, EMPLOYEE);
	});

	test('ldaps works like StartTLS', async () => {
		const { answer } = await signIn({ ...settings, url: `ldaps://127.0.0.1:${server.tlsPort}` }, 'anna', 'anna-password');
		assert.equal(answer, 'yes');
	});

	for (const [what, login, password] of [['wrong password', 'anna', 'boris-password'], ['empty password', 'anna', ''], ['unknown login', 'zoe', 'x'],
		['injected filter', '*)(uid=*', 'anna-password'], ['injected filter 2', 'anna)(|(uid=*', 'anna-password'], ['star', '*', 'anna-password'],
		['prefix with star', 'an*', 'anna-password'], ['backslash', '\\61nna', 'anna-password'], ['two entries with one login', 'dual', 'dual-password'],
		['distinguished name', uid('anna'), 'anna-password'], ['empty login', '', 'anna-password']])
		test(`no: ${what}`, async () => {
			const { answer, person: found } = await signIn(settings, login, password);
			assert.equal(answer, 'no');
			assert.equal(found, undefined);
		});

	test('logins and DNs full of special characters are found as they are', async () => {
		assert.equal((await signIn(settings, 'st*r(x)', 'star-password')).answer, 'yes');
		assert.equal((await signIn(settings, 'o,brien "x"', 'odd-password')).answer, 'yes');
	});

	test('reading all finds everybody page by page, with the roles and teams of sign-in', async () => {
		const snapshot = await run({ ...settings, page_size: 10 }, ['read-all']);
		const people = byLogin(snapshot);
		assert.equal(snapshot.skipped, 1);
		assert.equal(snapshot.people.length, 7);
		for (const login of ['anna', 'boris', 'clara']) {
			const { person: one } = await signIn(settings, login, `${login}-password`);
			assert.equal(people[login].roles, one.roles, login);
			assert.deepEqual(people[login].groups.toSorted(), one.groups.toSorted(), login);
		}
		const teams = Object.fromEntries(snapshot.teams.map((team) => [team.key, team]));
		assert.deepEqual([teams['network-l2'].level, teams['network-l2'].name, teams.desk.level, teams.shop.level, teams.shop.name], [2, 'Сеть', 3, 2, 'shop']);
	});

	test('the check says in one line what is wrong', async () => {
		assert.equal((await run(settings, ['check'])).good, true);
		for (const [change, pattern] of [[{ people_base: `ou=groups,${base}` }, /nobody found.*people_base/], [{ attr_key: 'employeeNumber' }, /employeeNumber.*attr_key/],
			[{ bind_password_file: '/dev/null' }, /bind_password_file/], [{ url: 'http://x' }, /not an ldap/], [{ ca_file: join(server.folder, 'other-ca.pem') }, /certificate|TLS|connect/i],
			[{ people_base: 'ou=none,dc=test,dc=example' }, /No such object/]]) {
			const { good, line } = await run({ ...settings, ...change }, ['check']);
			assert.equal(good, false);
			assert.match(line, pattern);
			assert.ok(!line.includes('\n'));
		}
	});

	test('without TLS only this machine may be asked, and only when configured', async () => {
		assert.equal((await signIn({ ...settings, url: 'ldap://ldap.test.example', starttls: false }, 'anna', 'x')).answer, 'down');
		assert.match((await signIn({ ...settings, url: `ldap://ldap.test.example ${settings.url}`, starttls: false }, 'anna', 'x')).log, /address of this machine/);
		// The server itself demands TLS for passwords, so the bind of the service fails here.
		assert.match((await signIn({ ...settings, starttls: false }, 'anna', 'anna-password')).log, /Confidentiality required/);
	});

	test('the environment of OpenLDAP does not switch the check of certificates off', async () => {
		const result = await signIn({ ...settings, ca_file: join(server.folder, 'other-ca.pem'), LDAPTLS_REQCERT: 'never', LDAPTLS_CACERT: join(server.folder, 'ca.pem') },
			'anna', 'anna-password');
		assert.equal(result.answer, 'down');
	});

	test('a frozen directory is given up after connect_ms', async () => {
		server.child.kill('SIGSTOP');
		try {
			const result = await signIn({ ...settings, connect_ms: 400 }, 'anna', 'anna-password');
			assert.equal(result.answer, 'down');
			assert.ok(result.ms >= 390 && result.ms < 1500, `${result.ms} ms`);
			assert.match(result.log, /too long/);
			assert.ok(result.retry_after_s > 0);
		} finally {
			server.child.kill('SIGCONT');
		}
	});
});

const adSuffix = 'dc=corp,dc=example';
const adSchema = `attributetype ( 1.3.6.1.4.1.99999.1.1 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.1.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.1.3 NAME 'department' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.4 NAME 'adMemberOf' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'adThing' SUP top AUXILIARY MAY ( sAMAccountName $ objectGUID $ department $ adMemberOf ) )
`;
const adDn = (cn) => `CN=${cn},OU=Users,${adSuffix}`;
const adPerson = (cn, login, guid, memberOf, more = {}) => [adDn(cn), { objectClass: ['inetOrgPerson', 'adThing'], cn, sn: cn.split(' ').at(-1), givenName: cn.split(' ')[0],
	sAMAccountName: login, objectGUID: Buffer.from(guid, 'hex'), department: 'IT', adMemberOf: memberOf, userPassword: 'secret', ...more }];
const adGroup = (cn, members, memberOf = []) => [adDn(cn), { objectClass: ['groupOfNames', 'adThing'], cn, member: members, adMemberOf: memberOf }];
const active = [
	[adSuffix, { objectClass: ['dcObject', 'organization'], dc: 'corp', o: 'Corp' }],
	[`OU=Users,${adSuffix}`, { objectClass: 'organizationalUnit', ou: 'Users' }],
	[`cn=service,${adSuffix}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }],
	adPerson('Иван Петров', 'IPetrov', '00112233445566778899aabbccddeeff', [adDn('Desk')]),
	adPerson('Jane Doe', 'jdoe', '41424344454647484142434445464748', [adDn('Managers')]),
	adGroup('Desk', [adDn('Иван Петров')], [adDn('All Desk')]),
	adGroup('All Desk', [adDn('Desk')], [adDn('Desk')]),
	adGroup('Managers', [adDn('Jane Doe')]),
];

describe('Active Directory shape', () => {
	let server, settings;
	before(async () => {
		server = await startSlapd({ suffix: adSuffix, schema: adSchema, ldif: ldif(active) });
		settings = { url: server.url, ca_file: join(server.folder, 'ca.pem'), bind_dn: `cn=service,${adSuffix}`, bind_password_file: join(secrets, 'service'),
			people_base: adSuffix, people_filter: 'objectClass=inetOrgPerson', attr_login: 'sAMAccountName', attr_key: 'objectGUID', attr_department: 'department',
			attr_member_of: 'adMemberOf', role_agent: adDn('All Desk').toLowerCase(), role_manager: adDn('Managers') };
	});
	after(() => server.stop());

	test('memberOf alone: nested groups are walked upwards, binary keys are hex even when they are text by chance', async () => {
		const { person: ivan } = await signIn(settings, 'ipetrov', 'secret');
		assert.equal(ivan.key, '00112233445566778899aabbccddeeff');
		assert.equal(ivan.login, 'IPetrov');
		assert.equal(ivan.roles, EMPLOYEE | AGENT);
		const { person: jane } = await signIn(settings, 'JDoe', 'secret');
		assert.equal(jane.key, '41424344454647484142434445464748');
		assert.equal(jane.roles, EMPLOYEE | MANAGER);
	});

	test('reading all agrees', async () => {
		const people = byLogin(await run({ ...settings, page_size: 10 }, ['read-all']));
		assert.deepEqual([people.IPetrov.roles, people.jdoe.roles], [EMPLOYEE | AGENT, EMPLOYEE | MANAGER]);
		assert.equal(people.IPetrov.department, 'IT');
	});
});

describe('many people', () => {
	let server;
	before(async () => {
		const crowd = Array.from({ length: 1234 }, (unused, i) => person(`p${i}`, 'P', String(i)));
		server = await startSlapd({ suffix: base, ldif: ldif([...company.slice(0, 5), ...crowd, group('agents', crowd.map(([dn]) => dn))]),
			global: 'sizelimit size.soft=100 size.hard=100 size.pr=100 size.prtotal=unlimited' });
	});
	after(() => server.stop());

	test('pages get past the limit of one answer', async () => {
		const snapshot = await run(settingsOf(server, { page_size: 90, team_base: '' }), ['read-all']);
		assert.equal(snapshot.people?.length, 1234, snapshot.log);
		assert.ok(snapshot.people.every((one) => one.roles === (EMPLOYEE | AGENT)));
	});

	test('a page larger than the server allows fails as a whole', async () => {
		const result = await run(settingsOf(server, { page_size: 500 }), ['read-all']);
		assert.equal(result.answer, 'down');
		assert.match(result.log, /page|limit/i);
	});
});

// A server that answers StartTLS with success, speaks TLS with the certificate given, and notes every byte it was sent.
function fakeServer(t, behave) {
	return new Promise((resolve) => {
		const seen = [];
		const sockets = new Set();
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => {});
			behave(socket, seen);
		});
		const stop = () => new Promise((done) => {
			for (const socket of sockets) socket.destroy();
			server.close(() => done());
		});
		t.after(stop);
		server.listen(0, '127.0.0.1', () => resolve({
			url: `ldap://127.0.0.1:${server.address().port}`, port: server.address().port, stop, text: () => Buffer.concat(seen).toString('latin1'),
		}));
	});
}

// ExtendedResponse, message 1, with the result code given.
const extendedResponse = (code) => Buffer.from([0x30, 0x0c, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0a, 0x01, code, 0x04, 0x00, 0x04, 0x00]);

describe('a directory that is not what it should be', () => {
	let folder, settings;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), 'vakhta-tls-'));
		makeCertificates(folder);
		settings = { ca_file: join(folder, 'ca.pem'), bind_dn: `cn=service,${base}`, bind_password_file: join(secrets, 'service'), people_base: base, connect_ms: 500, operation_ms: 800 };
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	const context = (name) => createSecureContext({ cert: readFileSync(join(folder, `${name}.pem`)), key: readFileSync(join(folder, `${name}.key`)) });
	function tlsWith(name, starttls) {
		return (socket, seen) => {
			const secure = () => {
				const tls = new TLSSocket(socket, { isServer: true, secureContext: context(name) });
				tls.on('error', () => {});
				tls.on('data', (data) => seen.push(data));
			};
			if (!starttls) return secure();
			socket.once('data', (data) => {
				seen.push(data);
				socket.write(extendedResponse(0));
				secure();
			});
		};
	}

	for (const [name, ca, why] of [['server', 'other-ca', 'signed by another authority'], ['expired', 'ca', 'expired'], ['stranger', 'ca', 'for another host']])
		for (const starttls of [true, false])
			test(`a certificate ${why}: no password is sent (${starttls ? 'StartTLS' : 'ldaps'})`, async (t) => {
				const fake = await fakeServer(t, tlsWith(name, starttls));
				const url = starttls ? fake.url : `ldaps://127.0.0.1:${fake.port}`;
				const result = await signIn({ ...settings, url, ca_file: join(folder, `${ca}.pem`) }, 'anna', 'anna-password');
				assert.equal(result.answer, 'down');
				assert.ok(!fake.text().includes('password'), 'a password was sent');
				assert.ok(result.ms < 1500);
			});

	test('the fake server does see passwords when its certificate is good', async (t) => {
		const fake = await fakeServer(t, tlsWith('server', true));
		const result = await signIn({ ...settings, url: fake.url }, 'anna', 'anna-password');
		assert.equal(result.answer, 'down');
		assert.ok(fake.text().includes('service-password'));
		assert.ok(!fake.text().includes('anna-password'));
		assert.ok(result.ms < 2500, `${result.ms} ms`);
	});

	test('a refused StartTLS ends it, without a password', async (t) => {
		const fake = await fakeServer(t, (socket, seen) => socket.on('data', (data) => { seen.push(data); socket.write(extendedResponse(52)); }));
		const result = await signIn({ ...settings, url: fake.url }, 'anna', 'anna-password');
		assert.equal(result.answer, 'down');
		assert.ok(!fake.text().includes('password'));
	});

	const frozen = {
		'accepts and says nothing': () => {},
		'accepts StartTLS and never finishes the handshake': (socket) => socket.once('data', () => socket.write(extendedResponse(0))),
		'sends half a TLS record': (socket) => socket.once('data', () => { socket.write(extendedResponse(0)); socket.write(Buffer.from([22, 3, 3, 0, 200, 2, 0])); }),
		'sends half a message': (socket) => socket.once('data', () => socket.write(Buffer.from([0x30, 0x0c, 0x02]))),
		'drips bytes': (socket) => { const timer = setInterval(() => socket.write(Buffer.from([0x30])), 100); socket.on('close', () => clearInterval(timer)); },
	};
	for (const [what, behave] of Object.entries(frozen))
		for (const ldaps of [false, true])
			test(`a server that ${what} is given up in time (${ldaps ? 'ldaps' : 'StartTLS'})`, async (t) => {
				const fake = await fakeServer(t, behave);
				const result = await signIn({ ...settings, url: ldaps ? `ldaps://127.0.0.1:${fake.port}` : fake.url }, 'anna', 'anna-password');
				assert.equal(result.answer, 'down');
				assert.ok(result.ms < 1500, `${result.ms} ms`);
			});

	test('nobody listens', async (t) => {
		const fake = await fakeServer(t, () => {});
		await fake.stop();
		const result = await signIn({ ...settings, url: fake.url }, 'anna', 'anna-password');
		assert.equal(result.answer, 'down');
		assert.match(result.log, /contact/i);
		assert.ok(!result.detail.includes('127.0.0.1'));
	});
});
