// People from the directory to the API: synchronising, sign-in, sessions, tokens, people, teams.
//     VAKHTA_BIN=…/vakhta node --test tests/http/people.test.mjs
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call, ldif, serve, signIn, startWorld } from './people_world.mjs';

const base = 'dc=test,dc=example';
const uid = (login) => `uid=${login},ou=people,${base}`;
const groupDn = (cn) => `cn=${cn},ou=groups,${base}`;
const person = (login, given, family, more = {}) => [uid(login), { objectClass: 'inetOrgPerson', uid: login, cn: `${given} ${family}`, givenName: given, sn: family,
	mail: `${login}@test.example`, departmentNumber: 'Shops', userPassword: 'secret', ...more }];
const group = (cn, ...logins) => [groupDn(cn), { objectClass: 'groupOfNames', cn, member: logins.map(uid) }];
const team = (cn, name, ...logins) => [`cn=${cn},ou=teams,${base}`, { objectClass: 'groupOfNames', cn, description: name, member: logins.map(uid) }];
const company = [
	[base, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
	...['people', 'groups', 'teams'].map((ou) => [`ou=${ou},${base}`, { objectClass: 'organizationalUnit', ou }]),
	[`cn=service,${base}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }],
	person('emma', 'Emma', 'Employee', { manager: uid('max') }),
	person('anna', 'Анна', 'Иванова', { preferredLanguage: 'ru' }),
	person('alex', 'Alex', 'Agent'),
	person('lena', 'Lena', 'Lead'),
	person('max', 'Max', 'Manager'),
	person('ada', 'Ada', 'Admin'),
	person('gone', 'Gone', 'Tomorrow'),
	group('agents', 'anna', 'alex', 'lena', 'gone'),
	group('leads', 'lena'),
	group('managers', 'max'),
	group('admins', 'ada'),
	team('desk-l1', 'Service desk', 'anna', 'alex', 'lena', 'gone'),
	team('network-l2', 'Сеть', 'anna'),
];

const settings = { directory_people_base: `ou=people,${base}`, directory_groups_base: `ou=groups,${base}`, directory_team_base: `ou=teams,${base}`,
	directory_role_agent: groupDn('agents'), directory_role_lead: groupDn('leads'), directory_role_manager: groupDn('managers'), directory_role_admin: groupDn('admins'),
	directory_connect_ms: 500, directory_operation_ms: 1000, session_tries_per_minute: 5, desk_language: 'en' };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let world;
before(async () => {
	world = await startWorld({ suffix: base, ldif: ldif(company) }, settings);
});
after(() => world?.stop());
const sql = (text) => world.psql(text);
const sync = (...args) => world.run(['directory', 'sync', ...args]);
const forgetAttempts = () => sql('TRUNCATE signin_attempt');

describe('vakhta directory sync', () => {
	test('creates people, roles, managers, teams and memberships, and a second run changes nothing', () => {
		const first = sync();
		assert.equal(first.code, 0, first.err);
		assert.match(first.out, /people: 7 found, 7 created, 0 changed, 0 retired/);
		assert.match(first.out, /teams: 2 found, 2 created, .*memberships: 5 added, 0 removed/);
		assert.equal(sql(`SELECT string_agg(login || ':' || roles, ' ' ORDER BY login) FROM person WHERE source = 'directory'`), 'ada:65 alex:3 anna:3 emma:1 gone:3 lena:7 max:9');
		assert.equal(sql(`SELECT m.login FROM person p JOIN person m ON m.id = p.manager_id WHERE p.login = 'emma'`), 'max');
		assert.equal(sql(`SELECT language FROM person WHERE login = 'anna'`), 'ru');
		assert.equal(sql(`SELECT string_agg(key || ':' || level || ':' || name, ' ' ORDER BY key) FROM team`), 'desk-l1:1:Service desk network-l2:2:Сеть');
		assert.equal(sql(`SELECT p.login FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.lead`), 'lena');
		const versions = sql('SELECT string_agg(id || \':\' || version, \' \' ORDER BY id) FROM person');
		const second = sync();
		assert.match(second.out, /7 found, 0 created, 0 changed, 0 retired/);
		assert.match(second.out, /0 created, 0 changed, 0 retired; memberships: 0 added, 0 removed/);
		assert.equal(sql('SELECT string_agg(id || \':\' || version, \' \' ORDER BY id) FROM person'), versions);
	});

	test('a renamed person keeps the row; logins can be swapped', () => {
		const ids = sql(`SELECT string_agg(id::text, ' ' ORDER BY login) FROM person WHERE login IN ('alex', 'emma')`);
		const rename = (from, to) => world.slapd.modify(`dn: ${uid(from)}\nchangetype: modrdn\nnewrdn: uid=${to}\ndeleteoldrdn: 1\n`);
		rename('alex', 'swap');
		rename('emma', 'alex');
		rename('swap', 'emma');
		assert.match(sync().out, /7 found, 0 created, 2 changed, 0 retired/);
		assert.equal(sql(`SELECT string_agg(id::text, ' ' ORDER BY login DESC) FROM person WHERE login IN ('alex', 'emma')`), ids);
		rename('alex', 'swap');
		rename('emma', 'alex');
		rename('swap', 'emma');
		world.slapd.modify(`dn: ${groupDn('agents')}\nchangetype: modify\nreplace: member\n${['anna', 'alex', 'lena', 'gone'].map((login) => `member: ${uid(login)}\n`).join('')}`);
		assert.equal(sync().code, 0);
		assert.equal(sql(`SELECT string_agg(id::text, ' ' ORDER BY login) FROM person WHERE login IN ('alex', 'emma')`), ids);
	});

	test('an imported person is adopted by login; a system row is not', () => {
		sql(`INSERT INTO person (login, source, active) VALUES ('newcomer', 'import', true), ('robot', 'system', true)`);
		const id = sql(`SELECT id FROM person WHERE login = 'newcomer'`);
		world.slapd.modify(`${ldif([person('newcomer', 'New', 'Comer')])}`.replace('\n', '\nchangetype: add\n'));
		world.slapd.modify(`${ldif([person('robot', 'Not', 'Robot')])}`.replace('\n', '\nchangetype: add\n'));
		assert.equal(sync().code, 0);
		assert.equal(sql(`SELECT id || ' ' || source FROM person WHERE login = 'newcomer'`), `${id} directory`);
		assert.equal(sql(`SELECT source FROM person WHERE login = 'robot'`), 'system');
		for (const login of ['newcomer', 'robot']) world.slapd.modify(`dn: ${uid(login)}\nchangetype: delete\n`);
		assert.match(sync().out, /1 retired/);
	});

	test('an empty or suspiciously small answer retires nobody', () => {
		const active = () => sql(`SELECT count(*) FROM person WHERE active AND source = 'directory'`);
		const before = active();
		const empty = world.run(['directory', 'sync', '--force'], { VAKHTA_DIRECTORY_PEOPLE_FILTER: '(uid=nobody)' });
		assert.equal(empty.code, 1);
		assert.match(empty.err, /shows nobody/);
		const few = world.run(['directory', 'sync'], { VAKHTA_DIRECTORY_PEOPLE_FILTER: '(uid=a*)' });
		assert.equal(few.code, 1);
		assert.match(few.err, /only 3 of the 7/);
		const otherKey = world.run(['directory', 'sync'], { VAKHTA_DIRECTORY_ATTR_KEY: 'mail' });
		assert.match(otherKey.err, /only 0 of the 7/);
		assert.equal(active(), before);
		const forced = world.run(['directory', 'sync', '--force'], { VAKHTA_DIRECTORY_PEOPLE_FILTER: '(uid=a*)' });
		assert.match(forced.out, /4 retired/);
		assert.match(sync('--force').out, /7 found, 0 created, 4 changed, 0 retired/);
		assert.equal(active(), before);
	});

	test('two entries with one login are left alone and nobody is retired for it', () => {
		world.slapd.modify(`${ldif([['cn=second,ou=people,dc=test,dc=example', { objectClass: 'inetOrgPerson', cn: 'second', sn: 'Second', uid: 'emma' }]])}`.replace('\n', '\nchangetype: add\n'));
		const result = sync();
		assert.match(result.out, /0 created, 0 changed, 0 retired/);
		assert.match(result.out, /2 that share/);
		world.slapd.modify('dn: cn=second,ou=people,dc=test,dc=example\nchangetype: delete\n');
	});

	test('called wrongly: 2; a directory that is down: 1 and one line', () => {
		assert.equal(world.run(['directory']).code, 2);
		assert.equal(world.run(['directory', 'dance']).code, 2);
		assert.equal(world.run(['directory', '--help']).code, 0);
		const down = world.run(['directory', 'sync'], { VAKHTA_DIRECTORY_URL: 'ldap://127.0.0.1:1' });
		assert.equal(down.code, 1);
		assert.equal(down.err.trim().split('\n').length, 1);
		assert.equal(world.run(['directory', 'check']).code, 0);
	});
});

describe('over HTTP', () => {
	before(() => serve(world));

	test('sign-in gives the session, the cookie and what the page needs', async () => {
		const answer = await signIn(world, 'Anna');
		assert.equal(answer.status, 200, answer.text);
		assert.match(answer.headers['set-cookie'][0], /^vakhta_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
		const { person: anna, roles, stream_url: streamUrl, undo_s: undo } = answer.json;
		assert.deepEqual(roles, ['employee', 'agent']);
		assert.equal(anna.login, 'anna');
		assert.equal(anna.name, 'Анна Иванова');
		assert.equal(anna.language, 'ru');
		assert.equal(anna.zone, 'Europe/Moscow');
		assert.equal(anna.theme, 'system');
		assert.deepEqual(anna.teams.map(({ name, level }) => [name, level]), [['Service desk', 1], ['Сеть', 2]]);
		assert.match(streamUrl, /^http/);
		assert.equal(undo, 10);
		const again = await call(world, 'GET', '/session', { cookie: answer.cookie });
		assert.deepEqual(again.json.person, anna);
		const stored = sql('SELECT count(*) FROM session WHERE ended_at IS NULL');
		assert.equal(stored, '1');
		assert.ok(!world.log.includes('secret') && !world.log.includes(answer.cookie.split('=')[1]));
	});

	test('a new sign-in ends the session before; sign-out ends it at once', async () => {
		const first = await signIn(world, 'emma');
		const second = await signIn(world, 'emma', 'secret', { cookie: first.cookie });
		assert.notEqual(first.cookie, second.cookie);
		assert.equal((await call(world, 'GET', '/session', { cookie: first.cookie })).status, 401);
		assert.equal((await call(world, 'GET', '/session', { cookie: second.cookie })).status, 200);
		assert.equal((await call(world, 'DELETE', '/session', { cookie: second.cookie, headers: { origin: 'http://evil.example' } })).status, 204, 'our origin');
		assert.equal((await call(world, 'GET', '/session', { cookie: second.cookie })).status, 401);
	});

	test('wrong passwords and unknown people: same answer, about the same time; nothing is injected', async () => {
		const ask = async (login, password) => {
			forgetAttempts();
			const from = performance.now();
			const { status, json } = await signIn(world, login, password);
			return { status, detail: json.detail, type: json.type, ms: performance.now() - from };
		};
		const wrong = await ask('anna', 'wrong'), unknown = await ask('nobody-here', 'wrong');
		assert.equal(wrong.status, 401);
		assert.deepEqual([unknown.status, unknown.detail, unknown.type], [wrong.status, wrong.detail, wrong.type]);
		assert.ok(Math.abs(wrong.ms - unknown.ms) < 60, `${wrong.ms} and ${unknown.ms}`);
		for (const login of ['*)(uid=*', '*', 'anna)(|(uid=*', uid('anna')]) assert.equal((await ask(login, 'secret')).status, 401);
		forgetAttempts();
		const empty = await signIn(world, 'anna', '');
		assert.equal(empty.status, 422);
		assert.equal(empty.json.errors[0].pointer, '/password');
		const missing = await call(world, 'POST', '/session', { body: { name: 'x' } });
		assert.equal(missing.status, 422);
		assert.deepEqual(missing.json.errors.map((error) => error.pointer).toSorted(), ['/login', '/name', '/password']);
	});

	test('guessing is slowed down by login, also many at once; good sign-ins do not count', async () => {
		forgetAttempts();
		for (let i = 0; i < 8; i++) assert.equal((await signIn(world, 'alex')).status, 200);
		const statuses = (await Promise.all(Array.from({ length: 12 }, () => signIn(world, 'alex', 'guess')))).map((answer) => answer.status);
		assert.equal(statuses.filter((status) => status === 401).length, 5);
		assert.equal(statuses.filter((status) => status === 429).length, 7);
		const refused = await signIn(world, 'alex');
		assert.equal(refused.status, 429);
		assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 120);
		// By address too: another login from here.
		assert.equal((await signIn(world, 'emma')).status, 429);
		forgetAttempts();
		assert.equal((await signIn(world, 'alex')).status, 200);
	});

	test('idle and absolute limits', async () => {
		const { cookie } = await signIn(world, 'emma');
		sql(`UPDATE session SET last_seen_at = last_seen_at - interval '9 hours' WHERE ended_at IS NULL AND person_id = (SELECT id FROM person WHERE login = 'emma');
			SELECT pg_notify('vakhta_session', 'all');`);
		await sleep(100);
		assert.equal((await call(world, 'GET', '/session', { cookie })).status, 401);
		const other = await signIn(world, 'emma');
		sql(`UPDATE session SET expires_at = now() - interval '1 second'; SELECT pg_notify('vakhta_session', 'all');`);
		await sleep(100);
		assert.equal((await call(world, 'GET', '/session', { cookie: other.cookie })).status, 401);
	});

	test('the last use is noted once a minute', async () => {
		const { cookie } = await signIn(world, 'emma');
		sql(`UPDATE session SET last_seen_at = now() - interval '10 minutes' WHERE ended_at IS NULL; SELECT pg_notify('vakhta_session', 'all');`);
		await sleep(100);
		assert.equal((await call(world, 'GET', '/session', { cookie })).status, 200);
		assert.equal(sql(`SELECT bool_or(last_seen_at > now() - interval '5 seconds') FROM session WHERE ended_at IS NULL`), 't');
	});

	test('somebody who left is out at once, with sessions and tokens', async () => {
		const { cookie } = await signIn(world, 'gone');
		const made = await call(world, 'POST', '/tokens', { cookie, body: { label: 'script' } });
		assert.equal(made.status, 201, made.text);
		assert.equal((await call(world, 'GET', '/session', { token: made.json.token })).status, 200);
		world.slapd.modify(`dn: ${uid('gone')}\nchangetype: delete\n`);
		assert.match(sync().out, /1 retired/);
		await sleep(200);
		assert.equal((await call(world, 'GET', '/session', { cookie })).status, 401);
		assert.equal((await call(world, 'GET', '/session', { token: made.json.token })).status, 401);
		assert.equal((await signIn(world, 'gone')).status, 401);
		assert.equal(sql(`SELECT count(*) FROM team_member m JOIN person p ON p.id = m.person_id WHERE p.login = 'gone'`), '0');
	});

	test('roles taken away reach running sessions at once', async () => {
		const { cookie } = await signIn(world, 'ada');
		assert.equal((await call(world, 'GET', '/tokens?login=anna', { cookie })).status, 200);
		world.slapd.modify(`dn: ${groupDn('admins')}\nchangetype: modify\nreplace: member\nmember: ${uid('max')}\n`);
		assert.equal(sync().code, 0);
		await sleep(200);
		assert.equal((await call(world, 'GET', '/tokens?login=anna', { cookie })).status, 403);
		world.slapd.modify(`dn: ${groupDn('admins')}\nchangetype: modify\nreplace: member\nmember: ${uid('ada')}\n`);
		assert.equal(sync().code, 0);
	});

	test('the directory is down: 503 in time, and whoever is signed in goes on', async () => {
		const { cookie } = await signIn(world, 'anna');
		world.slapd.child.kill('SIGSTOP');
		try {
			const from = performance.now();
			const answer = await signIn(world, 'emma');
			assert.equal(answer.status, 503);
			assert.match(answer.json.detail, /signed in can go on/);
			assert.ok(answer.headers['retry-after']);
			assert.ok(performance.now() - from < 2500);
			assert.ok(!answer.text.includes('ldap'));
			assert.equal((await call(world, 'GET', '/session', { cookie })).status, 200);
		} finally {
			world.slapd.child.kill('SIGCONT');
		}
		assert.equal((await signIn(world, 'emma')).status, 200);
	});

	test('tokens: shown once, listed without it, revocable, for others by administrators alone', async () => {
		const { cookie } = await signIn(world, 'anna');
		const headers = { 'idempotency-key': 'make-a-token' };
		const made = await call(world, 'POST', '/tokens', { cookie, headers, body: { label: 'Скрипт', expires_at: '2030-01-01T00:00:00Z' } });
		assert.equal(made.status, 201, made.text);
		assert.match(made.json.token, /^vkh_[A-Za-z0-9_-]{43}$/);
		assert.equal(made.headers.location, `/api/v1/tokens/${made.json.id}`);
		const again = await call(world, 'POST', '/tokens', { cookie, headers, body: { label: 'Скрипт', expires_at: '2030-01-01T00:00:00Z' } });
		assert.equal(again.status, 409);
		assert.match(again.json.type, /shown-once/);
		assert.equal((await call(world, 'POST', '/tokens', { cookie, headers, body: { label: 'other' } })).status, 422);
		assert.equal(sql(`SELECT count(*) FROM idempotency WHERE body LIKE '%vkh_%'`), '0');
		const list = await call(world, 'GET', '/tokens', { token: made.json.token });
		assert.equal(list.json.items[0].label, 'Скрипт');
		assert.ok(!list.text.includes(made.json.token));
		assert.ok(sql('SELECT last_used_at FROM token ORDER BY id DESC LIMIT 1'));
		assert.equal((await call(world, 'POST', '/tokens', { cookie, body: { login: 'emma' } })).status, 403);
		assert.equal((await call(world, 'POST', '/tokens', { cookie, body: { expires_at: '2020-01-01T00:00:00Z' } })).json.errors[0].pointer, '/expires_at');
		const stranger = await signIn(world, 'emma');
		assert.equal((await call(world, 'DELETE', `/tokens/${made.json.id}`, { cookie: stranger.cookie })).status, 404);
		assert.equal((await call(world, 'DELETE', `/tokens/${made.json.id}`, { cookie })).status, 204);
		assert.equal((await call(world, 'GET', '/session', { token: made.json.token })).status, 401);
		const admin = await signIn(world, 'ada');
		assert.equal((await call(world, 'POST', '/tokens', { cookie: admin.cookie, body: { login: 'emma', label: 'x' } })).status, 201);
		assert.equal((await call(world, 'POST', '/tokens', { cookie: admin.cookie, body: { login: 'nobody' } })).json.errors[0].pointer, '/login');
		for (const token of ['', 'vkh_', 'vkh_wrong', 'x'.repeat(5000)]) assert.equal((await call(world, 'GET', '/session', { token })).status, 401);
	});

	test('vakhta token create, list, revoke', async () => {
		const made = world.run(['token', 'create', '--login', 'max', '--expires', '30d', '--label', 'night job']);
		assert.equal(made.code, 0, made.err);
		const token = made.out.trim();
		assert.match(token, /^vkh_/);
		const me = await call(world, 'GET', '/session', { token });
		assert.deepEqual(me.json.roles, ['employee', 'manager']);
		const list = world.run(['token', 'list', '--login', 'max']);
		const id = list.out.split('\n').find((line) => line.includes('night job')).split(' ')[0];
		assert.ok(!list.out.includes(token));
		assert.equal(world.run(['token', 'revoke', id]).code, 0);
		await sleep(200);
		assert.equal((await call(world, 'GET', '/session', { token })).status, 401);
		assert.equal(world.run(['token', 'create']).code, 2);
		assert.equal(world.run(['token', 'create', '--login', 'nobody']).code, 1);
		assert.equal(world.run(['token', 'create', '--login', 'max', '--expires', '2020-01-01']).code, 1);
		assert.equal(world.run(['token', 'revoke', '999999']).code, 1);
	});

	test('people: staff see what they need, employees names and departments', async () => {
		const staff = (await signIn(world, 'anna')).cookie, employee = (await signIn(world, 'emma')).cookie;
		const found = await call(world, 'GET', `/persons?q=${encodeURIComponent('ИВАН')}`, { cookie: staff });
		assert.equal(found.status, 200, found.text);
		assert.deepEqual(found.json.items.map((one) => one.login), ['anna']);
		assert.equal(found.json.items[0].load, 0);
		assert.equal(found.json.items[0].present, true);
		assert.equal(found.json.items[0].mail, 'anna@test.example');
		const names = await call(world, 'GET', '/persons?q=lea', { cookie: employee });
		assert.deepEqual(Object.keys(names.json.items[0]).toSorted(), ['department', 'id', 'name']);
		assert.equal(names.json.items[0].name, 'Lena Lead');
		assert.deepEqual((await call(world, 'GET', '/persons?q=anna@test', { cookie: employee })).json.items, []);
		assert.equal((await call(world, 'GET', '/persons?staff=true', { cookie: staff })).json.items.length, 3);
		assert.deepEqual((await call(world, 'GET', `/persons?q=${encodeURIComponent('lead lena')}`, { cookie: staff })).json.items.map((one) => one.login), ['lena']);
		for (const q of ['%', '_', '\\', "'", '%25%00'.slice(0, 3)]) assert.deepEqual((await call(world, 'GET', `/persons?q=${encodeURIComponent(q)}`, { cookie: staff })).json.items, []);
		const all = [];
		for (let cursor = ''; cursor !== null;) {
			const page = await call(world, 'GET', `/persons?limit=2${cursor && `&cursor=${cursor}`}`, { cookie: staff });
			all.push(...page.json.items.map((one) => one.login));
			cursor = page.json.next;
		}
		assert.deepEqual(all.toSorted(), ['ada', 'alex', 'anna', 'emma', 'lena', 'max', 'robot']);
		assert.equal((await call(world, 'GET', '/persons?quest=1', { cookie: staff })).status, 422);
		assert.equal((await call(world, 'GET', '/persons?cursor=abc', { cookie: staff })).status, 422);
		const gone = sql(`SELECT id FROM person WHERE login = 'gone'`), lena = sql(`SELECT id FROM person WHERE login = 'lena'`);
		assert.equal((await call(world, 'GET', `/persons/${gone}`, { cookie: employee })).status, 404);
		assert.equal((await call(world, 'GET', `/persons/${gone}`, { cookie: staff })).json.active, false);
		assert.deepEqual(Object.keys((await call(world, 'GET', `/persons/${lena}`, { cookie: employee })).json).toSorted(), ['department', 'id', 'name']);
		for (const id of ['999999', 'x', '-1', '99999999999999999999']) assert.equal((await call(world, 'GET', `/persons/${id}`, { cookie: staff })).status, 404);
	});

	test('/me: settings with If-Match; the choice of language outlives the directory', async () => {
		const { cookie } = await signIn(world, 'anna');
		const me = await call(world, 'GET', '/me', { cookie });
		const etag = me.headers.etag;
		assert.equal((await call(world, 'PATCH', '/me', { cookie, body: { theme: 'dark' } })).status, 428);
		const wrong = await call(world, 'PATCH', '/me', { cookie, headers: { 'if-match': etag }, body: { theme: 'pink', language: 'de', absent_until: '2020-01-01T00:00:00Z', login: 'x' } });
		assert.equal(wrong.status, 422);
		assert.deepEqual(wrong.json.errors.map((error) => error.pointer).toSorted(), ['/absent_until', '/language', '/login', '/theme']);
		assert.equal((await call(world, 'PATCH', '/me', { cookie, headers: { 'if-match': etag }, body: { zone: 'Mars/Olympus' } })).json.errors[0].pointer, '/zone');
		const until = new Date(Date.now() + 86400000).toISOString().replace(/\.\d+/, '');
		const changed = await call(world, 'PATCH', '/me', { cookie, headers: { 'if-match': etag }, body: { theme: 'dark', language: 'en', zone: 'Asia/Omsk', absent_until: until } });
		assert.equal(changed.status, 200, changed.text);
		assert.deepEqual([changed.json.theme, changed.json.language, changed.json.zone, changed.json.absent_until], ['dark', 'en', 'Asia/Omsk', until]);
		assert.equal((await call(world, 'PATCH', '/me', { cookie, headers: { 'if-match': etag }, body: { theme: 'light' } })).status, 412);
		assert.equal((await call(world, 'GET', '/persons?q=anna', { cookie })).json.items[0].present, false);
		assert.equal(sync().code, 0);
		assert.equal((await call(world, 'GET', '/session', { cookie })).json.person.language, 'en');
		const back = await call(world, 'PATCH', '/me', { cookie, headers: { 'if-match': changed.headers.etag }, body: { present: true } });
		assert.equal(back.json.absent_until, null);
	});

	test('teams with their members', async () => {
		const staff = (await signIn(world, 'anna')).cookie, employee = (await signIn(world, 'emma')).cookie;
		const { items } = (await call(world, 'GET', '/teams', { cookie: employee })).json;
		assert.deepEqual(items.map((one) => [one.key, one.level, one.member_count]), [['desk-l1', 1, 3], ['network-l2', 2, 1]]);
		const desk = (await call(world, 'GET', `/teams/${items[0].id}`, { cookie: staff })).json;
		assert.deepEqual(desk.members.map((one) => [one.name, one.lead, one.load]), [['Lena Lead', true, 0], ['Alex Agent', false, 0], ['Анна Иванова', false, 0]]);
		const seen = (await call(world, 'GET', `/teams/${items[0].id}`, { cookie: employee })).json;
		assert.deepEqual(Object.keys(seen.members[0]).toSorted(), ['id', 'lead', 'name']);
		assert.equal((await call(world, 'GET', '/teams/999', { cookie: staff })).status, 404);
	});

	test('nothing of this without sign-in', async () => {
		for (const path of ['/session', '/me', '/tokens', '/persons', '/persons/1', '/teams', '/teams/1']) assert.equal((await call(world, 'GET', path)).status, 401, path);
		assert.equal((await call(world, 'GET', '/me', { cookie: 'vakhta_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).status, 401);
	});
});

describe('a repeated request', () => {
	test('idempotency_claim waits for the first, then gives its answer', async () => {
		assert.equal(sql(`BEGIN; SELECT state FROM idempotency_claim(1, 'k', 'f'); SELECT idempotency_store(1, 'k', 201, '/x', '"1"', '{}'); COMMIT;
			SELECT state || status || location || etag || body FROM idempotency_claim(1, 'k', 'f'); SELECT state FROM idempotency_claim(1, 'k', 'g'); SELECT state FROM idempotency_claim(2, 'k', 'f');`)
			.replaceAll('\n\n', '\n'), 'new\nsame201/x"1"{}\nother\nnew');
	});
});
