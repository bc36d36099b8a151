// Checks the demo company's files against each other and against what they promise (schema/demo/README.md).
// usage: node scripts/lib/demo-data.mjs schema/demo; prints what is wrong, exits 1 when anything is.
import { readFileSync } from 'node:fs';
import { readTable } from './tables.mjs';

const folder = process.argv[2];
if (!folder) {
	console.error('usage: demo-data.mjs FOLDER');
	process.exit(2);
}
const json = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const table = (name) => readTable(`${folder}/${name}`);
let wrong = 0;
let checked = 0;
function must(good, text) {
	checked++;
	if (good) return;
	wrong++;
	console.error(text);
}
const METRICS = ['acknowledge', 'response', 'workaround', 'resolution', 'update'];
const TEXTS = ['subject', 'body', 'question', 'answer', 'note', 'cause', 'fix', 'prevention'];
const GIVEN = ['device', 'place', 'colleague', 'service', 'owner', 'reporter', 'supplier'];

const people = table('people.tsv');
const logins = new Set(people.map((person) => person.login));
must(logins.size === people.length, 'people.tsv: a login stands twice');
must(people.length >= 115, `people.tsv: ${people.length} people`);
for (const login of ['employee', 'employee2', 'agent', 'agent2', 'agent3', 'lead', 'manager', 'auditor', 'cmdb', 'admin']) must(logins.has(login), `people.tsv: no ${login}`);
for (const person of people) {
	must(person.given_name && person.family_name, `people.tsv: ${person.login} has no full name`);
	must(!person.manager || logins.has(person.manager), `people.tsv: ${person.login}: unknown manager ${person.manager}`);
	must(['en', 'ru'].includes(person.language), `people.tsv: ${person.login}: language ${person.language}`);
	must(/^[a-z0-9.-]+@rassvet\.example$/.test(person.mail), `people.tsv: ${person.login}: mail ${person.mail}`);
}
must(new Set(people.map((person) => person.mail)).size === people.length, 'people.tsv: a mail address stands twice');

const teams = table('teams.tsv');
const teamKeys = new Set(teams.map((team) => team.key));
for (const team of teams) for (const login of [team.lead, ...team.members.split(',')]) must(logins.has(login), `teams.tsv: ${team.key}: unknown ${login}`);
for (const role of table('roles.tsv')) for (const member of role.members.split(',')) must(member === '@teams' || logins.has(member), `roles.tsv: ${role.group}: unknown ${member}`);

// Calendars: shape, and the yearly norms of the Russian production calendar.
const calendars = json('calendars.json');
const calendarKeys = new Set(calendars.map((calendar) => calendar.key));
const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const isoDay = (date) => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
for (const { key, calendar } of calendars) {
	const exceptions = new Map(calendar.exceptions.map((exception) => [exception.date, exception.hours]));
	must(exceptions.size === calendar.exceptions.length, `calendars.json: ${key}: a date stands twice`);
	for (const [from, to] of [...calendar.week.map((window) => [window.from, window.to]), ...[...exceptions.values()].flat()]) must(minutes(from) < minutes(to), `calendars.json: ${key}: ${from}-${to}`);
	if (!['ru-5x8', 'ru-5x8-ekb', 'ru-dev'].includes(key)) continue;
	for (const [year, days, hours] of [[2025, 247, 1972], [2026, 247, 1972]]) {
		let workedDays = 0;
		let workedMin = 0;
		for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86400000) {
			const date = new Date(at).toISOString().slice(0, 10);
			const windows = exceptions.get(date) ?? calendar.week.filter((window) => window.day === isoDay(date)).map((window) => [window.from, window.to]);
			if (windows.length) workedDays++;
			for (const [from, to] of windows) workedMin += minutes(to) - minutes(from);
		}
		must(workedDays === days && workedMin === hours * 60, `calendars.json: ${key}: ${year} has ${workedDays} days and ${workedMin / 60} hours instead of ${days} and ${hours}`);
	}
}

const classes = new Map();
for (const one of json('classes.json')) {
	must(!classes.has(one.name), `classes.json: ${one.name} stands twice`);
	must(!one.parent || classes.has(one.parent), `classes.json: ${one.name}: ${one.parent} does not stand before it`);
	const inherited = classes.get(one.parent)?.attributes ?? new Map();
	classes.set(one.name, { abstract: one.abstract, attributes: new Map([...inherited, ...one.attributes.map((attribute) => [attribute.name, attribute])]) });
	for (const attribute of one.attributes) for (const member of ['label_en', 'label_ru', 'purpose', 'owner', 'source']) must(attribute[member], `classes.json: ${one.name}.${attribute.name} has no ${member}`);
}
for (const { attributes } of classes.values()) for (const attribute of attributes.values()) must(!attribute.reference_class || classes.has(attribute.reference_class), `classes.json: ${attribute.name}: unknown class`);

const services = table('services.tsv');
const cis = table('cis.tsv');
must(services.length === 40, `services.tsv: ${services.length} services`);
must(cis.length >= 400, `cis.tsv: ${cis.length} CIs`);
const keys = new Set([...services, ...cis].map((one) => one.key));
must(keys.size === services.length + cis.length, 'services.tsv, cis.tsv: a key stands twice');
for (const service of services) {
	must(teamKeys.has(service.team) && logins.has(service.owner), `services.tsv: ${service.key}: team or owner`);
	must(!service.earning_calendar || calendarKeys.has(service.earning_calendar), `services.tsv: ${service.key}: calendar`);
}
const FORMS = {
	text: (value) => typeof value === 'string', integer: Number.isInteger, decimal: (value) => typeof value === 'number', boolean: (value) => typeof value === 'boolean',
	date: (value) => /^\d{4}-\d\d-\d\d$/.test(value), ip: (value) => /^\d+\.\d+\.\d+\.\d+$/.test(value), mac: (value) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(value),
	url: (value) => /^https:\/\//.test(value), enum: (value, attribute) => attribute.choices.some((choice) => choice.value === value), reference: (value) => keys.has(value),
};
const used = new Map();
for (const ci of cis) {
	const { abstract, attributes } = classes.get(ci.class) ?? {};
	if (!attributes) {
		must(false, `cis.tsv: ${ci.key}: unknown class ${ci.class}`);
		continue;
	}
	must(!abstract, `cis.tsv: ${ci.key}: class ${ci.class} is abstract`);
	must(!ci.owner || logins.has(ci.owner), `cis.tsv: ${ci.key}: owner ${ci.owner}`);
	must(!ci.user || logins.has(ci.user), `cis.tsv: ${ci.key}: user ${ci.user}`);
	const values = JSON.parse(ci.attributes);
	for (const [name, value] of Object.entries(values)) {
		const attribute = attributes.get(name);
		must(attribute && FORMS[attribute.type](value, attribute), `cis.tsv: ${ci.key}: ${name} = ${value}`);
		if (!attribute?.unique_within) continue;
		must(!used.has(`${name} ${value}`), `cis.tsv: ${ci.key}: ${name} ${value} also stands at ${used.get(`${name} ${value}`)}`);
		used.set(`${name} ${value}`, ci.key);
	}
	for (const attribute of attributes.values()) must(!attribute.required || attribute.name in values, `cis.tsv: ${ci.key}: no ${attribute.name}`);
}
const relations = new Set();
for (const { source, type, target } of table('relations.tsv')) {
	must(keys.has(source) && keys.has(target) && source !== target, `relations.tsv: ${source} ${type} ${target}`);
	must(['depends_on', 'runs_on', 'part_of', 'connected_to', 'uses', 'installed_on', 'supplied_by'].includes(type), `relations.tsv: type ${type}`);
	must(!relations.has(`${source} ${type} ${target}`), `relations.tsv: ${source} ${type} ${target} stands twice`);
	relations.add(`${source} ${type} ${target}`);
}

const suppliers = new Set(json('suppliers.json').map((supplier) => supplier.key));
const contracts = new Set();
for (const contract of json('contracts.json')) {
	contracts.add(contract.number);
	must(suppliers.has(contract.supplier) && calendarKeys.has(contract.calendar), `contracts.json: ${contract.number}: supplier or calendar`);
	for (const key of contract.coverage) must(keys.has(key), `contracts.json: ${contract.number}: covers unknown ${key}`);
	for (const target of contract.targets) must(METRICS.includes(target.metric) && target.target_s > 0 && target.goal_pct > 0, `contracts.json: ${contract.number}: a target of ${target.metric}`);
}
must(suppliers.size === 7, `suppliers.json: ${suppliers.size} suppliers`);

const policies = json('policies.json');
const categories = new Set();
for (const category of policies.categories) {
	must(!category.parent || categories.has(category.parent), `policies.json: category ${category.key}: ${category.parent} does not stand before it`);
	categories.add(category.key);
}
const serviceKeys = new Set(services.map((service) => service.key));
for (const route of policies.routes) must(teamKeys.has(route.team) && (!route.service || serviceKeys.has(route.service)) && (!route.category || categories.has(route.category)), `policies.json: ${JSON.stringify(route)}`);
for (const policy of policies.policies) must(calendarKeys.has(policy.calendar) && (!policy.service || serviceKeys.has(policy.service)), `policies.json: policy ${policy.key}`);

const { slots, shared, scenarios } = json('ticket_scenarios.json');
const known = new Set([...GIVEN, ...Object.keys(slots)]);
function texts(list, where, least) {
	must(Array.isArray(list) && list.length >= least, `ticket_scenarios.json: ${where}: too few texts`);
	for (const text of list ?? []) for (const [, slot] of text.matchAll(/\{([^}]*)\}/g)) must(known.has(slot), `ticket_scenarios.json: ${where}: unknown slot {${slot}}`);
}
function pool(node, where) {
	if (Array.isArray(node.ru)) for (const language of ['ru', 'en']) texts(node[language], `${where}.${language}`, 1);
	else for (const [name, inner] of Object.entries(node)) pool(inner, `${where}.${name}`);
}
pool(shared, 'shared');
must(scenarios.length >= 120, `ticket_scenarios.json: ${scenarios.length} scenarios`);
const classesInUse = new Set(cis.map((ci) => ci.class));
for (const scenario of scenarios) {
	const where = scenario.key;
	must(serviceKeys.has(scenario.service), `ticket_scenarios.json: ${where}: service ${scenario.service}`);
	must(categories.has(scenario.category), `ticket_scenarios.json: ${where}: category ${scenario.category}`);
	must(!scenario.ci_class || classesInUse.has(scenario.ci_class), `ticket_scenarios.json: ${where}: no CI of class ${scenario.ci_class}`);
	for (const scale of ['impact', 'urgency']) must(scenario[scale].length === 3 && scenario[scale].some((weight) => weight > 0), `ticket_scenarios.json: ${where}: ${scale}`);
	for (const language of ['ru', 'en']) {
		if (!scenario[language]) continue;
		for (const member of TEXTS) texts(scenario[language][member], `${where}.${language}.${member}`, ['subject', 'body', 'cause', 'fix'].includes(member) ? 1 : 0);
		must(scenario[language].question.length === scenario[language].answer.length, `ticket_scenarios.json: ${where}.${language}: questions without answers`);
	}
	must(scenario.ru, `ticket_scenarios.json: ${where}: no Russian texts`);
	if (!scenario.supplier) continue;
	must(contracts.has(scenario.supplier.contract), `ticket_scenarios.json: ${where}: contract ${scenario.supplier.contract}`);
	for (const member of ['summary', 'body', 'info_requested', 'info_provided', 'fix_declared']) texts(scenario.supplier[member], `${where}.supplier.${member}`, ['summary', 'body'].includes(member) ? 1 : 0);
}
console.log(`demo data: ${checked} checks, ${wrong} wrong`);
process.exit(wrong ? 1 : 0);
