// Writes the demo company's directory as LDIF for slapadd: people, teams, role groups, the service's own account.
// The same input gives the same directory, entryUUIDs included; only the salts of passwords are drawn anew.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readTable } from './tables.mjs';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { base: { type: 'string' }, password: { type: 'string' }, 'bind-password-file': { type: 'string' } },
});
if (!values.base || !values.password || !values['bind-password-file'] || positionals.length !== 1) {
	console.error('usage: directory.mjs --base DN --password PASSWORD --bind-password-file FILE DEMO-FOLDER');
	process.exit(2);
}
const base = values.base;
const folder = positionals[0];
const people = readTable(`${folder}/people.tsv`);
const teams = readTable(`${folder}/teams.tsv`);
const roles = readTable(`${folder}/roles.tsv`);

// Salted SHA-1 is what every OpenLDAP verifies without a further module; the passwords of a demo are public anyway.
function hashPassword(password) {
	const salt = randomBytes(8);
	const digest = createHash('sha1').update(password, 'utf8').update(salt).digest();
	return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

function stableUuid(text) {
	const hex = createHash('sha256').update(`vakhta demo ${text}`).digest('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const safe = /^[!-9;=-~][ -~]*$/;

function line(attribute, value) {
	if (safe.test(value) && !value.endsWith(' ')) return `${attribute}: ${value}\n`;
	return `${attribute}:: ${Buffer.from(value, 'utf8').toString('base64')}\n`;
}

function entry(dn, attributes) {
	let text = line('dn', dn);
	for (const [attribute, value] of attributes) {
		for (const one of Array.isArray(value) ? value : [value]) if (one !== '') text += line(attribute, one);
	}
	process.stdout.write(`${text}${line('entryUUID', stableUuid(dn))}\n`);
}

const personDn = (login) => `uid=${login},ou=people,${base}`;
const teamDn = (key) => `cn=${key},ou=teams,${base}`;
const roleDn = (group) => `cn=${group},ou=groups,${base}`;

// slapadd runs no overlays, so memberOf is written here; later changes are kept by the server itself.
const memberOf = new Map();
function remember(login, group) {
	if (!memberOf.has(login)) memberOf.set(login, []);
	memberOf.get(login).push(group);
}
const teamMembers = (team) => team.members.split(',').concat(team.lead && !team.members.split(',').includes(team.lead) ? [team.lead] : []);
for (const team of teams) for (const login of teamMembers(team)) remember(login, teamDn(team.key));
for (const role of roles) for (const member of role.members.split(',')) if (!member.startsWith('@')) remember(member, roleDn(role.group));

entry(base, [['objectClass', ['dcObject', 'organization']], ['dc', base.split(',')[0].slice(3)], ['o', 'Рассвет Ритейл']]);
for (const unit of ['people', 'groups', 'teams', 'services']) entry(`ou=${unit},${base}`, [['objectClass', 'organizationalUnit'], ['ou', unit]]);
entry(`cn=vakhta,ou=services,${base}`, [
	['objectClass', ['applicationProcess', 'simpleSecurityObject']], ['cn', 'vakhta'], ['description', 'Reads people and groups for the service desk'],
	['userPassword', hashPassword(readFileSync(values['bind-password-file'], 'utf8').trimEnd())],
]);
for (const person of people) {
	entry(personDn(person.login), [
		['objectClass', 'inetOrgPerson'], ['uid', person.login], ['cn', `${person.given_name} ${person.family_name}`],
		['givenName', person.given_name], ['sn', person.family_name], ['mail', person.mail], ['telephoneNumber', person.phone],
		['departmentNumber', person.department], ['title', person.title], ['l', person.location],
		['manager', person.manager ? personDn(person.manager) : ''], ['preferredLanguage', person.language],
		['userPassword', hashPassword(values.password)], ['memberOf', memberOf.get(person.login) ?? []],
	]);
}
for (const team of teams) {
	entry(teamDn(team.key), [['objectClass', 'groupOfNames'], ['cn', team.key], ['description', team.name], ['description;lang-en', team.name], ['description;lang-ru', team.name_ru], ['ou', `L${team.level}`],
		['member', teamMembers(team).map(personDn)],
		// A team's own group belongs to the groups that name it as a member (nested groups).
		['memberOf', roles.filter((role) => role.members.split(',').includes('@teams')).map((role) => roleDn(role.group))]]);
}
for (const role of roles) {
	const members = role.members.split(',').flatMap((member) => (member === '@teams' ? teams.map((team) => teamDn(team.key)) : [personDn(member)]));
	entry(roleDn(role.group), [['objectClass', 'groupOfNames'], ['cn', role.group], ['description', role.description], ['member', members]]);
}
