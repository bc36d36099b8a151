// A small company for the mock server: people, teams, services, CIs, suppliers, tickets and cases, Russian and English.
// The same seed gives the same data; instants are counted back from the start of the mock.
let seed = 7;
export const random = () => {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return seed / 2147483648;
};
export const pick = (list) => list[Math.floor(random() * list.length)];
export const now = () => Math.floor(Date.now() / 1000);
export const iso = (s) => (s === null || s === undefined ? null : new Date(s * 1000).toISOString().replace('.000Z', 'Z'));
const START = now();

export const teams = [
	{ id: 1, name: 'Служба поддержки', level: 1 }, { id: 2, name: 'Розничные системы', level: 2 }, { id: 3, name: '1С и учётные системы', level: 2 },
	{ id: 4, name: 'Сеть и телефония', level: 2 }, { id: 5, name: 'Infrastructure', level: 3 }, { id: 6, name: 'E-shop', level: 3 },
];
const person = (id, login, given, family, roles, language, team, department) => ({
	id, login, given_name: given, family_name: family, name: `${given} ${family}`, mail: `${login}@example.com`, language, zone: 'Europe/Moscow', department,
	roles: ['employee', ...roles], teams: team ? teams.filter((t) => team.includes(t.id)) : [], load: Math.floor(random() * 14), present: random() > 0.25, theme: 'system',
});
export const persons = [
	person(1, 'employee', 'Анна', 'Соколова', [], 'ru', null, 'Бухгалтерия'),
	person(2, 'employee2', 'Emily', 'Carter', [], 'en', null, 'Marketing'),
	person(3, 'agent', 'Ирина', 'Макарова', ['agent'], 'ru', [1], 'ИТ'),
	person(4, 'agent2', 'Дмитрий', 'Ветров', ['agent'], 'ru', [2, 3], 'ИТ'),
	person(5, 'agent3', 'Samuel', 'Turner', ['agent'], 'en', [5, 6], 'IT'),
	person(6, 'lead', 'Ольга', 'Кравцова', ['agent', 'lead'], 'ru', [1, 2], 'ИТ'),
	person(7, 'manager', 'Helen', 'Reed', ['manager'], 'en', null, 'IT management'),
	person(8, 'auditor', 'Павел', 'Громов', ['auditor'], 'ru', null, 'Внутренний аудит'),
	person(9, 'cmdb', 'Наталья', 'Ермакова', ['cmdb'], 'ru', null, 'ИТ'),
	person(10, 'admin', 'Кирилл', 'Белов', ['admin'], 'ru', null, 'ИТ'),
	person(11, 'r.safin', 'Руслан', 'Сафин', [], 'ru', null, 'Магазин 014'),
	person(12, 'v.orlova', 'Вера', 'Орлова', [], 'ru', null, 'Магазин 027'),
	person(13, 'j.miller', 'James', 'Miller', [], 'en', null, 'E-shop'),
	person(14, 'k.zueva', 'Ксения', 'Зуева', [], 'ru', null, 'Отдел кадров'),
	person(15, 'l.nazarova', 'Лилия', 'Назарова', ['agent'], 'ru', [2], 'ИТ'),
];
export const ref = (x) => (x ? { id: x.id, name: x.name } : null);
export const services = ['Кассы магазинов', '1С:Бухгалтерия', 'Интернет-магазин', 'Телефония', 'VPN', 'Печать', 'Почта', 'Склад WMS'].map((name, i) => ({ id: i + 1, name }));
export const categories = ['Сбой', 'Доступ', 'Оборудование', 'Вопрос по работе', 'Программы'].map((name, i) => ({ id: i + 1, name }));
export const calendars = [{ id: 1, name: '24×7' }, { id: 2, name: '5×8 Москва' }, { id: 3, name: 'Пн–Сб 9–21' }];
export const suppliers = [
	{ id: 1, name: 'КассаСервис', kind: 'external', mail: 'help@kassaservice.example', language: 'ru', contract: { id: 11, name: 'KS-2024/17' }, calendar: calendars[2] },
	{ id: 2, name: '1С-Партнёр', kind: 'external', mail: 'sd@1cpartner.example', language: 'ru', contract: { id: 12, name: 'П-118 от 01.02.2025' }, calendar: calendars[1] },
	{ id: 3, name: 'NorthLink Telecom', kind: 'external', mail: 'noc@northlink.example', language: 'en', contract: { id: 13, name: 'NL-4471' }, calendar: calendars[0] },
	{ id: 4, name: 'PrintCare', kind: 'external', mail: 'service@printcare.example', language: 'en', contract: { id: 14, name: 'PC-900' }, calendar: calendars[1] },
	{ id: 5, name: 'Отдел разработки', kind: 'internal', mail: 'dev@example.com', language: 'ru', contract: { id: 15, name: 'OLA разработки' }, calendar: calendars[1] },
];
export const TARGETS = { acknowledge: 1800, response: 7200, workaround: 14400, resolution: 28800 };
export const GOALS = { acknowledge: 98, response: 95, workaround: 90, resolution: 95, update: 90 };

const label = (en, ru) => ({ en, ru });
const attr = (name, type, en, ru, more = {}) => ({ name, type, label: label(en, ru), ...more });
const base = [attr('inventory_number', 'text', 'Inventory number', 'Инвентарный номер'), attr('location', 'text', 'Place', 'Место', { purpose: 'where to send somebody' })];
export const classes = [
	{ id: 1, name: 'ci', label: label('Configuration item', 'Конфигурационная единица'), parent: null, abstract: true, attributes: base },
	{ id: 2, name: 'service', label: label('Service', 'Услуга'), parent: 1, abstract: false, attributes: [...base, attr('revenue_per_hour', 'decimal', 'Revenue per hour', 'Выручка в час', { unit: 'RUB' })] },
	{ id: 3, name: 'hardware', label: label('Hardware', 'Оборудование'), parent: 1, abstract: true, attributes: base },
	{ id: 4, name: 'cash_register', label: label('Cash register', 'Касса'), parent: 3, abstract: false, attributes: [...base, attr('model', 'text', 'Model', 'Модель'), attr('fiscal_until', 'date', 'Fiscal storage until', 'Фискальный накопитель до'), attr('ip', 'ip', 'Address', 'Адрес')] },
	{ id: 5, name: 'workstation', label: label('Workstation', 'Рабочая станция'), parent: 3, abstract: false, attributes: [...base, attr('model', 'text', 'Model', 'Модель'), attr('memory_gb', 'integer', 'Memory', 'Память', { unit: 'GB' }), attr('encrypted', 'boolean', 'Encrypted', 'Зашифрован')] },
	{ id: 6, name: 'printer', label: label('Printer', 'Принтер'), parent: 3, abstract: false, attributes: [...base, attr('model', 'text', 'Model', 'Модель')] },
	{ id: 7, name: 'server', label: label('Server', 'Сервер'), parent: 3, abstract: false, attributes: [...base, attr('cores', 'integer', 'Cores', 'Ядра'), attr('ip', 'ip', 'Address', 'Адрес'), attr('console', 'url', 'Console', 'Консоль')] },
	{ id: 8, name: 'software', label: label('Software', 'Программы'), parent: 1, abstract: false, attributes: [...base, attr('version', 'text', 'Version', 'Версия')] },
];
const cls = (name) => classes.find((c) => c.name === name);
export const cis = [];
const ci = (className, name, attributes, location, owner, user) => {
	const c = { id: cis.length + 1, name, cls: cls(className), status: random() > 0.08 ? 'in_use' : 'in_repair', attributes: { inventory_number: `ИНВ-${10450 + cis.length}`, location, ...attributes }, location, owner, user, version: 1 };
	cis.push(c);
	return c;
};
const served = services.map((s) => ci('service', s.name, { revenue_per_hour: 120000 + s.id * 10000 }, 'Москва', 'Helen Reed'));
const srv = ['srv-pos-01', 'srv-1c-01', 'srv-1c-02', 'srv-web-01', 'srv-pbx-01', 'srv-vpn-01'].map((n, i) => ci('server', n, { cores: 16, ip: `10.20.0.${10 + i}`, console: 'https://console.example/' }, 'ЦОД Тверская', 'Кирилл Белов'));
for (let shop = 1; shop <= 40; shop++) for (let k = 1; k <= 3; k++) ci('cash_register', `KKT-${String(shop).padStart(3, '0')}-${k}`, { model: pick(['Атол 91Ф', 'Штрих-М 02Ф', 'Эвотор 7.3']), fiscal_until: `2027-0${1 + (k % 9)}-15`, ip: `10.${shop}.1.${k}` }, `Магазин ${String(shop).padStart(3, '0')}`, 'Дмитрий Ветров');
const notebook = ci('workstation', 'NB-0412 (Lenovo T14)', { model: 'Lenovo ThinkPad T14', memory_gb: 16, encrypted: true }, 'Офис, 3 этаж', 'Анна Соколова', 1);
ci('workstation', 'PC-0107 (HP EliteDesk)', { model: 'HP EliteDesk 800', memory_gb: 32, encrypted: false }, 'Офис, 3 этаж', 'Анна Соколова', 1);
ci('workstation', 'NB-0520 (MacBook Air)', { model: 'MacBook Air M2', memory_gb: 16, encrypted: true }, 'Office, floor 2', 'Emily Carter', 2);
for (let i = 1; i <= 24; i++) ci('printer', `PRN-${200 + i}`, { model: pick(['Kyocera M2040', 'HP M428']) }, `Офис, ${1 + (i % 5)} этаж`, 'PrintCare');
for (const n of ['1С:Бухгалтерия 3.0', 'Касса УКМ 5', 'Asterisk 20']) ci('software', n, { version: '3.0.158' }, '', 'Отдел разработки');
export const relations = [];
const relate = (source, type, target) => relations.push({ source, type, target });
relate(served[0], 'depends_on', srv[0]);
relate(served[1], 'depends_on', srv[1]);
relate(served[1], 'depends_on', srv[2]);
relate(served[2], 'depends_on', srv[3]);
relate(served[3], 'depends_on', srv[4]);
relate(served[4], 'depends_on', srv[5]);
relate(served[7], 'depends_on', srv[1]);
for (const c of cis.filter((x) => x.cls.name === 'cash_register')) relate(c, 'part_of', served[0]);
for (const c of cis.filter((x) => x.cls.name === 'printer')) relate(served[5], 'uses', c);
relate(cis.find((c) => c.name.startsWith('1С:')), 'runs_on', srv[1]);
relate(notebook, 'connected_to', srv[5]);

const SUBJECTS = [
	['Касса не печатает чеки, магазин 014', 'После обновления касса 2 пишет «Ошибка ФН 235». Покупатели ждут, работаем на одной кассе.', 1, 1, 1],
	['1С закрывается при проведении накладной', 'При проведении приходной накладной 1С зависает на минуту и закрывается. Так у всех в бухгалтерии с утра.', 2, 3, 2],
	['VPN drops every ten minutes', 'The connection is lost during calls; reconnecting helps for about ten minutes.', 5, 4, 3],
	['Не приходят письма от поставщика', 'С понедельника не доходят счета от одного поставщика, у коллег приходят.', 7, 1, null],
	['Printer on floor 3 prints blank pages', 'Two of three pages are blank. Toner was replaced yesterday.', 6, 1, 4],
	['Нужен доступ к отчётам по продажам', 'Новый сотрудник, Ксения Зуева, с понедельника. Роль как у Петровой.', 2, 3, null],
	['Checkout page shows error 502', 'Customers report 502 after choosing the delivery. Started at about 11:40.', 3, 6, 5],
	['Телефон на складе без гудка', 'На посту охраны склада молчит аппарат, мобильная связь там не ловит.', 4, 4, 3],
	['Терминал сбора данных не видит остатки', 'После обмена с WMS остатки по трём ячейкам нулевые.', 8, 3, 2],
	['How do I share a calendar with a colleague?', 'I want my assistant to see my meetings without the details.', 7, 1, null],
	['Сканер штрихкодов читает через раз', 'Чистили стекло, не помогло. На соседней кассе такой же работает.', 1, 2, 1],
	['Ноутбук сильно греется и выключается', 'Выключается через 20 минут работы от сети.', 6, 1, null],
	['Не открывается касса УКМ после перезагрузки', 'Пишет «нет связи с сервером», остальные кассы работают.', 1, 2, 1],
	['Order export to accounting is late by a day', 'Orders of yesterday are not in the accounting system yet.', 3, 6, 5],
];

export const tickets = [];
export const cases = [];
let handoverId = 1;
let attachmentId = 1;
export const ids = { handover: () => handoverId++, attachment: () => attachmentId++ };
const counters = { incident: 0, request: 0, consultation: 0, case: 0 };
const PREFIX = { incident: 'INC', request: 'REQ', consultation: 'CON' };
export const numberFor = (kind) => `${kind === 'case' ? 'CASE' : PREFIX[kind]}-${String(++counters[kind]).padStart(6, '0')}`;
const SLA = { 1: [900, 14400], 2: [1800, 28800], 3: [3600, 86400], 4: [14400, 259200] };

export const clockOf = (metric, target, at, calendar = calendars[1], ordinal = 1) => ({ metric, ordinal, target_s: target, started: at, stopped: null, cancelled: false, calendar, pauses: [] });
export const viewClock = (c, at = now()) => {
	const end = c.stopped ?? at;
	const paused = c.pauses.reduce((n, p) => n + Math.max(0, Math.min(p.to ?? end, end) - p.from), 0);
	const elapsed = Math.max(0, end - c.started - paused);
	const open = c.pauses.some((p) => p.to === null);
	const breached = elapsed > c.target_s;
	const pausedBefore = (limit) => c.pauses.filter((p) => p.from - c.started < limit).reduce((n, p) => n + ((p.to ?? end) - p.from), 0);
	const due = c.started + c.target_s + pausedBefore(c.target_s);
	const state = c.cancelled ? 'cancelled' : c.stopped !== null ? 'stopped' : open ? 'paused' : 'running';
	return {
		metric: c.metric, ordinal: c.ordinal, state, target_s: c.target_s, elapsed_s: elapsed, started_at: iso(c.started), stopped_at: iso(c.stopped), due_at: state === 'running' ? iso(due) : null,
		breached, breached_at: breached ? iso(due) : null, remaining_s: c.target_s - elapsed, calendar: c.calendar, pauses: c.pauses.map((p) => ({ ...p, from: iso(p.from), to: iso(p.to) })),
	};
};

export function event(list, type, at, author, more = {}) {
	list.push({
		seq: list.length + 1, type, occurred_at: iso(at), recorded_at: iso(more.recorded ?? at), author: ref(author), author_role: more.role ?? 'system', visibility: more.visibility ?? 'system',
		body: more.body ?? null, body_html: more.body ? `<p>${more.body.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\n\n/g, '</p><p>')}</p>` : null, data: more.data ?? {},
		...(more.party ? { party: more.party, late_s: (more.recorded ?? at) - at } : {}),
	});
}

export function newTicket(fields, at = now()) {
	const t = {
		number: numberFor(fields.kind), status: 'new', impact: 3, urgency: 2, priority: 3, channel: 'portal', owner: null, team: teams[0], service: null, category: null, handover: null, resolution_text: null, rating: null,
		owners: [], cis: [], cases: [], attachments: [], events: [], opened: at, updated: at, version: 1, ...fields,
	};
	t.priority = fields.priority ?? Math.min(4, Math.max(1, t.impact + t.urgency - 2));
	const [reply, fix] = SLA[t.priority];
	t.clocks = [clockOf('response', reply, at), clockOf('resolution', fix, at)];
	event(t.events, 'opened', at, t.reporter, { role: 'reporter', visibility: 'public' });
	tickets.push(t);
	return t;
}

export function take(t, who, at = now(), reason = 'taken') {
	const last = t.owners[t.owners.length - 1];
	if (last) last.to = at;
	t.owners.push({ person: ref(who), from: at, to: null, reason, mode: 'permanent' });
	t.owner = who;
	if (t.status === 'new') t.status = 'in_progress';
	if (t.clocks[0].stopped === null) t.clocks[0].stopped = at;
	t.updated = at;
	event(t.events, reason === 'taken' ? 'taken' : 'handover_accepted', at, who, { data: reason === 'taken' ? {} : { to: ref(who), reason } });
	event(t.events, 'introduced', at, null, { visibility: 'public', data: { owner: ref(who) } });
}

export function openCase(t, s, summary, body, who, at = now()) {
	const c = { number: numberFor('case'), ticket: t, supplier: s, contract: s.contract, status: 'open', priority: t.priority, summary, body, supplier_ref: null, sent: at, owner: who, events: [], version: 1, clocks: [] };
	for (const [metric, target] of Object.entries(TARGETS)) c.clocks.push(clockOf(metric, target, at, s.calendar));
	c.clocks.push(clockOf('update', 10800, at, s.calendar));
	event(c.events, 'sent', at, who, { party: 'us', role: 'owner', body });
	t.cases.push(c);
	cases.push(c);
	event(t.events, 'escalated', at, who, { data: { case: c.number, supplier: ref(s) } });
	return c;
}

export function caseEvent(c, type, who, at, body, recorded) {
	const theirs = ['acknowledged', 'responded', 'info_requested', 'update', 'workaround_delivered', 'fix_declared'].includes(type);
	const clock = (m) => c.clocks.filter((k) => k.metric === m).pop();
	const stop = (m) => {
		const k = clock(m);
		if (k && k.stopped === null) k.stopped = at;
	};
	if (theirs) stop('acknowledge');
	if (['responded', 'info_requested', 'workaround_delivered', 'fix_declared'].includes(type)) stop('response');
	if (theirs && type !== 'acknowledged') {
		stop('update');
		if (type !== 'fix_declared') c.clocks.push(clockOf('update', 10800, at, c.supplier.calendar, c.clocks.filter((k) => k.metric === 'update').length + 1));
	}
	if (type === 'info_requested') {
		c.status = 'waiting_us';
		for (const m of ['workaround', 'resolution']) if (clock(m).stopped === null) clock(m).pauses.push({ from: at, to: null, reason: 'info_requested', waits_for: 'us', author: ref(who) });
	}
	if (type === 'info_provided') {
		c.status = 'open';
		for (const m of ['workaround', 'resolution']) for (const p of clock(m).pauses) p.to ??= at;
	}
	if (type === 'workaround_delivered') c.workaround = at;
	if (type === 'workaround_accepted') clock('workaround').stopped ??= c.workaround ?? at;
	if (type === 'fix_declared') {
		c.status = 'verifying';
		clock('resolution').stopped = at;
		stop('workaround');
	}
	if (type === 'fix_accepted') c.status = 'closed';
	if (type === 'fix_rejected') {
		c.status = 'open';
		const r = clock('resolution');
		r.pauses.push({ from: r.stopped, to: at, reason: 'fix_declared', waits_for: 'us', author: ref(who) });
		r.stopped = null;
	}
	if (type === 'withdrawn') {
		c.status = 'withdrawn';
		for (const k of c.clocks) if (k.stopped === null) k.cancelled = true;
	}
	c.version++;
	event(c.events, type, at, who, { party: theirs ? 'supplier' : 'us', role: theirs ? 'supplier' : 'owner', body, recorded });
}

const HOUR = 3600;
for (let i = 0; i < 260; i++) {
	const [subject, body, service, team, supplier] = SUBJECTS[i % SUBJECTS.length];
	const at = START - Math.floor((i + 1) * 0.31 * HOUR * (1 + random()));
	const kind = /доступ|Нужен/.test(subject) ? 'request' : /How do I/.test(subject) ? 'consultation' : 'incident';
	const t = newTicket({ kind, subject, body, reporter: i % 37 === 5 ? persons[0] : i % 41 === 7 ? persons[1] : pick([persons[10], persons[11], persons[12], persons[13]]), impact: pick([1, 2, 3, 3]), urgency: pick([1, 2, 2, 3]), service: services[service - 1], team: teams[team - 1], category: pick(categories), channel: pick(['portal', 'mail', 'phone']) }, at);
	const dice = random();
	if (i % 9 === 3) continue;
	const who = pick([persons[2], persons[2], persons[3], persons[4], persons[14]]);
	take(t, who, Math.min(START - 60, at + Math.floor(300 + random() * 2400)));
	const mine = cis.find((c) => c.name.startsWith(['KKT', 'srv-1c', 'srv-vpn', '', 'PRN', 'srv-1c', 'srv-web', 'srv-pbx'][service - 1] ?? '') && c.cls.name !== 'service');
	if (mine && dice > 0.2) t.cis.push({ ci: mine, role: 'affected' });
	if (supplier && dice > 0.62) {
		const s = suppliers[supplier - 1];
		const c = openCase(t, s, subject, body, who, t.updated + 600);
		t.status = 'waiting_supplier';
		if (dice > 0.68) caseEvent(c, 'acknowledged', who, c.sent + Math.floor(600 + random() * 1900), 'Заявка принята, инженер назначен.', c.sent + 2600);
		if (dice > 0.78) caseEvent(c, 'info_requested', who, c.sent + 3600, 'Пришлите, пожалуйста, журнал и номер прошивки.');
		if (dice > 0.84) caseEvent(c, 'info_provided', who, c.sent + 5400, 'Журнал приложен, прошивка 5.8.12.');
		if (dice > 0.9) {
			caseEvent(c, 'fix_declared', who, c.sent + Math.floor(6000 + random() * 40000), 'Исправлено, проверьте.');
			if (c.sent + 40000 < START) {
				caseEvent(c, 'fix_accepted', who, c.sent + 47000, null);
				t.status = 'in_progress';
			}
		}
	} else if (dice < 0.12) t.status = 'waiting_reporter';
	if (t.status === 'waiting_reporter') t.clocks[1].pauses.push({ from: t.updated, to: null, reason: 'waiting', waits_for: 'reporter', author: ref(who) });
	if (i > 120 && t.status === 'in_progress') {
		t.status = i > 180 ? 'closed' : 'resolved';
		t.clocks[1].stopped = t.updated + 5000;
		t.resolution_text = { cause: 'Обновление прошивки сбросило настройки обмена.', fix: 'Настройки возвращены, обмен проверен.', prevention: 'Прошивки ставим после проверки на тестовой кассе.', no_prevention: false, no_ci_reason: null };
		event(t.events, 'resolved', t.updated + 5000, who, { visibility: 'public', role: 'owner', body: t.resolution_text.fix });
	}
}

// One ticket with a full story, to look at.
{
	const t = newTicket({ kind: 'incident', subject: 'Обе кассы магазина 027 не видят сервер УКМ', body: 'Добрый день!\n\nС 10:20 обе кассы пишут «нет связи с сервером УКМ». Перезагружали — без изменений. Очередь, работаем на переносном терминале.', reporter: persons[11], impact: 2, urgency: 1, service: services[0], team: teams[1], category: categories[0], channel: 'phone' }, START - 3.6 * HOUR);
	take(t, persons[2], START - 3.5 * HOUR);
	event(t.events, 'replied', START - 3.45 * HOUR, persons[2], { role: 'owner', visibility: 'public', body: 'Вера, здравствуйте! Меня зовут Ирина Макарова, я занимаюсь вашим обращением. Подскажите, пожалуйста, мигает ли зелёный индикатор на коробочке провайдера под кассой?' });
	event(t.events, 'replied', START - 3.3 * HOUR, persons[11], { role: 'reporter', visibility: 'public', body: 'Да, мигает. А на второй кассе вообще не горит.' });
	event(t.events, 'noted', START - 3.2 * HOUR, persons[2], { role: 'owner', visibility: 'internal', body: 'Порт коммутатора на второй кассе лежит, первая отвечает на ping, но УКМ-клиент падает по таймауту. Похоже, две разные причины.' });
	t.owners[t.owners.length - 1].to = START - 3 * HOUR;
	event(t.events, 'handover_offered', START - 3.1 * HOUR, persons[2], { data: { to: ref(persons[3]), reason: 'level_escalation' } });
	take(t, persons[3], START - 3 * HOUR, 'level_escalation');
	t.cis.push({ ci: cis.find((c) => c.name === 'KKT-027-1'), role: 'affected' }, { ci: cis.find((c) => c.name === 'KKT-027-2'), role: 'affected' }, { ci: srv[0], role: 'cause' });
	event(t.events, 'ci_linked', START - 2.95 * HOUR, persons[3], { data: { ci: { id: srv[0].id, name: srv[0].name }, role: 'cause' } });
	const c = openCase(t, suppliers[0], 'Нет связи касс 027 с сервером УКМ', 'Магазин 027, кассы KKT-027-1 и KKT-027-2. С 10:20 клиент УКМ завершает соединение по таймауту. Сервер srv-pos-01 отвечает. Журнал клиента приложен.', persons[3], START - 2.9 * HOUR);
	t.status = 'waiting_supplier';
	caseEvent(c, 'acknowledged', persons[3], START - 2.6 * HOUR, 'Заявка принята под номером KS-88120.', START - 2.2 * HOUR);
	c.supplier_ref = 'KS-88120';
	caseEvent(c, 'info_requested', persons[3], START - 2.1 * HOUR, 'Нужен дамп настроек обмена и версия клиента.');
	caseEvent(c, 'info_provided', persons[3], START - 1.6 * HOUR, 'Версия 5.8.12, дамп приложен.');
	caseEvent(c, 'workaround_delivered', persons[3], START - 0.9 * HOUR, 'Переключили кассу 1 на резервный узел обмена, можно работать.');
	caseEvent(c, 'workaround_accepted', persons[3], START - 0.8 * HOUR, 'Касса 1 работает.');
	event(t.events, 'replied', START - 0.7 * HOUR, persons[3], { role: 'owner', visibility: 'public', body: 'Вера, касса 1 снова работает через резервный узел. Со второй продолжает разбираться «КассаСервис», я слежу за сроком и напишу до 16:00.' });
	t.attachments.push({ id: ids.attachment(), name: 'ukm-client.log', content_type: 'text/plain', size_bytes: 48211, added_at: iso(START - 3.3 * HOUR), author: ref(persons[11]) });
	t.updated = START - 0.7 * HOUR;
	const o = newTicket({ kind: 'incident', subject: 'Отчёт о продажах не формируется за вчера', body: 'Отчёт висит на 80 % и падает.', reporter: persons[0], impact: 3, urgency: 2, service: services[1], team: teams[2] }, START - 2 * HOUR);
	take(o, persons[3], START - 1.8 * HOUR);
	o.handover = { id: ids.handover(), ticket: o.number, from: ref(persons[3]), to: ref(persons[2]), to_team: null, reason: 'shift_end', mode: 'permanent', until: null, note: 'Журнал собран, осталось проверить права на каталог выгрузки.', state: 'offered', offered_at: iso(START - 0.2 * HOUR) };
	o.updated = START - 0.2 * HOUR;
	const done = newTicket({ kind: 'incident', subject: 'Не открывается личный кабинет по зарплате', body: 'Пишет «сертификат недействителен».', reporter: persons[0], impact: 3, urgency: 2, service: services[6], team: teams[0] }, START - 20 * HOUR);
	take(done, persons[2], START - 19.5 * HOUR);
	done.status = 'resolved';
	done.clocks[1].stopped = START - 16 * HOUR;
	done.cis.push({ ci: notebook, role: 'affected' });
	done.resolution_text = { cause: 'Истёк корневой сертификат на ноутбуке.', fix: 'Сертификат обновлён удалённо.', prevention: 'Добавили проверку сертификатов в еженедельный осмотр.', no_prevention: false, no_ci_reason: null };
	event(done.events, 'resolved', START - 16 * HOUR, persons[2], { role: 'owner', visibility: 'public', body: 'Обновила сертификат, проверьте, пожалуйста.' });
	done.updated = START - 16 * HOUR;
}
