// What an installation has before anybody entered anything, and what it does by itself: base classes, teams by language, the sweep.
//     VAKHTA_BIN=…/vakhta node --test tests/http/installation.test.mjs
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, ldif, serve, signIn, startWorld } from './people_world.mjs';

const base = 'dc=test,dc=example';
const uid = (login) => `uid=${login},ou=people,${base}`;
const person = (login, given, family, language) => [uid(login), { objectClass: 'inetOrgPerson', uid: login, cn: `${given} ${family}`, givenName: given, sn: family,
	mail: `${login}@test.example`, preferredLanguage: language, userPassword: 'secret' }];
const group = (cn, ...logins) => [`cn=${cn},ou=groups,${base}`, { objectClass: 'groupOfNames', cn, member: logins.map(uid) }];
const company = [
	[base, { objectClass: ['dcObject', 'organization'], dc: 'test', o: 'Test' }],
	...['people', 'groups', 'teams'].map((ou) => [`ou=${ou},${base}`, { objectClass: 'organizationalUnit', ou }]),
	[`cn=service,${base}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'service', userPassword: 'service-password' }],
	person('anna', 'Анна', 'Иванова', 'ru'), person('alex', 'Alex', 'Agent', 'en'),
	group('agents', 'anna', 'alex'), group('cmdb', 'alex'),
	[`cn=desk,ou=teams,${base}`, { objectClass: 'groupOfNames', cn: 'desk', description: 'Desk', 'description;lang-en': 'Service desk',
		'description;lang-ru': 'Служба поддержки', member: ['anna', 'alex'].map(uid) }],
	[`cn=plain,ou=teams,${base}`, { objectClass: 'groupOfNames', cn: 'plain', description: 'Сеть', member: uid('alex') }],
];
const settings = { directory_people_base: `ou=people,${base}`, directory_groups_base: `ou=groups,${base}`, directory_team_base: `ou=teams,${base}`,
	directory_role_agent: `cn=agents,ou=groups,${base}`, directory_role_cmdb: `cn=cmdb,ou=groups,${base}` };

let world, alex, anna;
before(async () => {
	world = await startWorld({ suffix: base, ldif: ldif(company) }, settings);
	assert.equal(world.run(['directory', 'sync']).code, 0);
	const who = `(SELECT min(id) FROM person)`;
	world.psql(`INSERT INTO session (token_hash, person_id, created_at, last_seen_at, expires_at, address)
		SELECT sha256(n::text::bytea), ${who}, now() - interval '30 days', now() - interval '30 days', now() - n * interval '1 day' + interval '12 hours', 'x' FROM generate_series(1, 20) n;
		INSERT INTO idempotency (actor_id, key, fingerprint, created_at) SELECT ${who}, 'key-' || n, 'f', now() - n * interval '1 hour' + interval '30 minutes' FROM generate_series(1, 5000) n`);
	await serve(world);
	alex = (await signIn(world, 'alex')).cookie;
	anna = (await signIn(world, 'anna')).cookie;
});
after(() => world?.stop());

test('a running server sweeps keys and sessions a week past their time, in bites, and nothing younger', async () => {
	for (let i = 0; i < 100; i++) {
		if (world.psql(`SELECT count(*) FROM idempotency WHERE created_at < now() - interval '7 days 1 minute'`) === '0') break;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	assert.equal(world.psql(`SELECT count(*) FROM idempotency WHERE key LIKE 'key-%'`), String(7 * 24));
	assert.equal(world.psql(`SELECT count(*) FROM session WHERE address = 'x'`), '7');
});

test('teams are named in the language of the reader', async () => {
	const names = async (cookie) => (await call(world, 'GET', '/teams', { cookie })).json.items.map((one) => one.name).sort();
	assert.deepEqual(await names(alex), ['Service desk', 'Сеть']);
	assert.deepEqual(await names(anna), ['Сеть', 'Служба поддержки']);
	const { id } = (await call(world, 'GET', '/teams', { cookie: anna })).json.items.find((one) => one.key === 'desk');
	assert.equal((await call(world, 'GET', `/teams/${id}`, { cookie: anna })).json.name, 'Служба поддержки');
	assert.equal((await call(world, 'GET', '/session', { cookie: anna })).json.person.teams[0].name, 'Служба поддержки');
	const again = world.run(['directory', 'sync']);
	assert.match(again.out, /teams: 2 found, 0 created, 0 changed, 0 retired/);
});

test('services and the usual classes can be recorded from the first day', async () => {
	const classes = (await call(world, 'GET', '/cmdb/classes', { cookie: alex })).json.items;
	const named = (name) => classes.find((one) => one.name === name);
	for (const name of ['business_service', 'application', 'server', 'workstation', 'network_device', 'printer', 'licence', 'location']) assert.ok(named(name), name);
	const service = await call(world, 'POST', '/cmdb/cis', { cookie: alex, body: { class: named('business_service').id, name: 'Mail', attributes: { name_ru: 'Почта' } } });
	assert.equal(service.status, 201, service.text);
	const server = await call(world, 'POST', '/cmdb/cis', { cookie: alex, body: { class: named('server').id, name: 'srv-1', attributes: { ip: '10.0.0.7', serial_number: 'S1' } } });
	assert.equal(server.status, 201, server.text);
	assert.equal((await call(world, 'GET', '/services', { cookie: anna })).json.items[0].name, 'Почта');
	assert.equal(world.psql(`SELECT count(*) FROM ci_class c WHERE c.lineage[cardinality(c.lineage)] <> c.id OR (c.parent_id IS NOT NULL AND NOT c.parent_id = ANY (c.lineage))`), '0');
});
