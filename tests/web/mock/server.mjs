// The HTTP contract in memory, for developing the interface and running its browser tests without a database.
// It keeps the rules that the interface shows (one owner, handovers, cases); it is no measure of the real server.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as d from './data.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../../ui/dist');
const port = Number(process.env.PORT ?? 8099);
const sessions = new Map();
const answers = new Map();
const streams = new Set();
let requestNo = 0;
let fault = null;
const { iso, now, ref } = d;

class Problem {
	constructor(status, detail, errors) {
		Object.assign(this, { status, detail, errors });
	}
}
const wrong = (errors) => new Problem(422, 'Some fields are wrong.', Object.entries(errors).map(([k, v]) => ({ pointer: `/${k}`, detail: v })));
const tell = (type, number) => {
	for (const s of streams) s.write(`id: ${Date.now()}\nevent: ${type}\ndata: ${JSON.stringify({ number })}\n\n`);
};

const OPEN = ['new', 'in_progress', 'waiting_reporter', 'waiting_supplier'];
const staff = (p) => p.roles.some((r) => ['agent', 'lead'].includes(r));
const reads = (p) => staff(p) || p.roles.some((r) => ['manager', 'auditor', 'admin'].includes(r));
const brief = (c) => {
	const v = d.viewClock(c);
	return { state: v.state, due_at: v.due_at, breached: v.breached, remaining_s: v.remaining_s };
};
const listItem = (t) => ({
	number: t.number, kind: t.kind, subject: t.subject, status: t.status, priority: t.priority, impact: t.impact, urgency: t.urgency, reporter: ref(t.reporter), owner: ref(t.owner), team: ref(t.team), service: ref(t.service),
	supplier: ref(t.cases.find((c) => !['closed', 'withdrawn'].includes(c.status))?.supplier), opened_at: iso(t.opened), updated_at: iso(t.updated), response: brief(t.clocks[0]), resolution: brief(t.clocks[1]), pending_handover: t.handover?.state === 'offered',
});
const offeredTo = (t, p) => t.handover?.state === 'offered' && (t.handover.to?.id === p.id || (t.handover.to_team && p.teams.some((x) => x.id === t.handover.to_team.id)));
function can(t, p) {
	const out = [];
	const owner = t.owner?.id === p.id;
	const open = OPEN.includes(t.status);
	const mine = t.reporter.id === p.id;
	if (staff(p)) {
		out.push('note');
		if (!t.owner && open) out.push('take');
		if (open) out.push('edit', 'link_ci', 'cancel');
		if (t.owner && open && (owner || p.roles.includes('lead'))) out.push('reply', 'wait', 'escalate', 'resolve', ...(t.handover?.state === 'offered' ? [] : ['handover']));
		if (t.status.startsWith('waiting') && owner) out.push('resume');
		if (offeredTo(t, p)) out.push('handover_accept', 'handover_decline');
		if (t.handover?.state === 'offered' && owner) out.push('handover_withdraw');
		if (t.handover?.state === 'offered' && p.roles.includes('lead')) out.push('handover_force');
		if (['resolved', 'closed'].includes(t.status)) out.push('reopen');
	}
	if (mine) {
		if (open) out.push('reply');
		if (t.status === 'resolved') out.push('confirm', 'reopen');
		if (t.status === 'closed' && !t.rating) out.push('rate');
	}
	return [...new Set(out)];
}
const CASE_CAN = {
	open: ['acknowledged', 'responded', 'info_requested', 'update', 'workaround_delivered', 'fix_declared', 'workaround_accepted', 'workaround_rejected', 'withdrawn'],
	waiting_us: ['info_provided', 'update', 'withdrawn'], verifying: ['fix_accepted', 'fix_rejected'], closed: [], withdrawn: [],
};
const viewCase = (c, p) => ({
	number: c.number, ticket: { number: c.ticket.number, subject: c.ticket.subject }, supplier: ref(c.supplier), contract: c.contract, status: c.status, priority: c.priority, summary: c.summary, body: c.body, supplier_ref: c.supplier_ref,
	sent_at: iso(c.sent), owner: ref(c.owner), clocks: c.clocks.map((k) => d.viewClock(k)), version: c.version,
	can: staff(p) ? CASE_CAN[c.status].filter((x) => (x === 'acknowledged' ? !c.events.some((e) => e.party === 'supplier') : x.startsWith('workaround_') && x !== 'workaround_delivered' ? c.workaround && !c.events.some((e) => e.type === 'workaround_accepted') : true)) : [],
});
const whole = (t, p) => ({
	...listItem(t), body: t.body, channel: t.channel, category: ref(t.category), promised_at: d.viewClock(t.clocks[1]).due_at, resolution_text: t.resolution_text, rating: t.rating, handover: t.handover?.state === 'offered' ? t.handover : null,
	owners: t.owners.map((o) => ({ ...o, from: iso(o.from), to: iso(o.to) })), clocks: t.clocks.map((c) => d.viewClock(c)),
	cis: t.cis.map((x) => ({ id: x.ci.id, name: x.ci.name, class: { id: x.ci.cls.id, name: x.ci.cls.label[p.language] }, role: x.role, status: x.ci.status })),
	cases: t.cases.map((c) => ({ number: c.number, supplier: ref(c.supplier), contract: c.contract, status: c.status, sent_at: iso(c.sent), clocks: c.clocks.map((k) => d.viewClock(k)) })),
	attachments: t.attachments, can: can(t, p), version: t.version,
});
const touch = (t) => {
	t.updated = now();
	t.version++;
	tell('ticket', t.number);
};
const page = (list, q, map) => {
	const from = Number(q.get('cursor') ?? 0);
	const limit = Math.min(200, Number(q.get('limit') ?? 50));
	return { items: list.slice(from, from + limit).map(map), next: from + limit < list.length ? String(from + limit) : null };
};
const overdue = (t) => t.clocks.some((c) => {
	const v = d.viewClock(c);
	return v.breached && v.state !== 'stopped';
});
const VIEWS = {
	mine: (t, p) => OPEN.includes(t.status) && t.owner?.id === p.id, unassigned: (t) => t.status === 'new', team: (t, p) => OPEN.includes(t.status) && p.teams.some((x) => x.id === t.team?.id),
	all_open: (t) => OPEN.includes(t.status), waiting_supplier: (t) => t.status === 'waiting_supplier', overdue: (t) => OPEN.includes(t.status) && overdue(t), resolved: (t) => t.status === 'resolved', incoming: (t, p) => offeredTo(t, p),
};
const seen = (t, p) => reads(p) || t.reporter.id === p.id;
const findTicket = (n, p) => {
	const t = d.tickets.find((x) => x.number === n);
	if (!t || !seen(t, p)) throw new Problem(404, `There is no ticket ${n}.`);
	return t;
};
const must = (t, p, what) => {
	if (!can(t, p).includes(what)) throw new Problem(409, t.owner && what === 'take' ? `${t.owner.name} already owns ${t.number}.` : `«${what}» is not possible now. Possible: ${can(t, p).join(', ')}.`);
};
const findCase = (n) => {
	const c = d.cases.find((x) => x.number === n);
	if (!c) throw new Problem(404, `There is no case ${n}.`);
	return c;
};
const label = (x, p) => x[p.language] ?? x.en;
const classRef = (c, p) => ({ id: c.id, name: c.name, label: label(c.label, p) });
const ciItem = (c, p) => ({ id: c.id, name: c.name, class: classRef(c.cls, p), status: c.status, owner: c.owner ? { id: 0, name: c.owner } : null, location: c.location || null });
const WORDS = { depends_on: ['depends on', 'зависит от', 'is needed by', 'нужен для'], runs_on: ['runs on', 'работает на', 'runs', 'на нём работает'], part_of: ['is part of', 'часть', 'consists of', 'состоит из'], connected_to: ['is connected to', 'подключён к', 'connects', 'к нему подключены'], uses: ['uses', 'использует', 'is used by', 'используется'] };
const relationLabel = (type, out, p) => WORDS[type][(out ? 0 : 2) + (p.language === 'ru' ? 1 : 0)];

function preview(t, b) {
	const candidates = [];
	for (const s of d.suppliers) if (t.service && s.id === [1, 2, 5, 3, 3, 4, 2, 2][t.service.id - 1]) candidates.push({ supplier: ref(s), contract: s.contract, why: `Договор ${s.contract.name} покрывает услугу «${t.service.name}».` });
	const s = b.supplier ? d.suppliers.find((x) => String(x.id) === String(b.supplier)) : d.suppliers.find((x) => x.id === candidates[0]?.supplier.id) ?? null;
	const at = now();
	return {
		supplier: ref(s), contract: s?.contract ?? null, why: candidates.find((c) => c.supplier.id === s?.id)?.why ?? '', candidates, calendar: s?.calendar ?? null,
		targets: s ? Object.entries(d.TARGETS).map(([metric, target_s]) => ({ metric, target_s, due_at: iso(at + target_s) })) : [],
		mail: { to: s?.mail ?? '—', subject: `[${t.number}] ${b.summary ?? t.subject}`, language: s?.language ?? 'ru', body: `${s?.language === 'en' ? 'Hello' : 'Здравствуйте'}!\n\n${b.body ?? t.body}\n\n${t.cis.map((x) => `${x.ci.name}, ${x.ci.location}`).join('\n')}\n\n— ${t.owner?.name ?? ''}` },
	};
}

function report(q) {
	const metrics = ['acknowledge', 'response', 'workaround', 'resolution', 'update'];
	const chosen = d.suppliers.filter((s) => !q.get('supplier') || String(s.id) === q.get('supplier'));
	const future = q.get('from') > new Date().toISOString().slice(0, 10);
	const noise = (a, b) => ((a * 7919 + b * 104729) % 97) / 97;
	const months = [];
	for (let k = 11; k >= 0; k--) {
		const m = new Date();
		m.setUTCDate(1);
		m.setUTCMonth(m.getUTCMonth() - k);
		months.push(m.toISOString().slice(0, 7));
	}
	return {
		period: { from: q.get('from'), to: q.get('to'), unfinished: q.get('to') > new Date().toISOString().slice(0, 10) }, zone: 'Europe/Moscow',
		suppliers: future ? [] : chosen.map((s) => ({
			supplier: { ...ref(s), kind: s.kind }, cases: 24 + s.id * 9,
			metrics: metrics.map((metric, i) => {
				const measured = 20 + s.id * 6 + i;
				const breached = Math.floor(measured * noise(s.id, i) * (s.id === 3 ? 0.2 : 0.07));
				return { metric, measured, kept: measured - breached, breached, compliance_pct: Math.round(((measured - breached) / measured) * 1000) / 10, goal_pct: d.GOALS[metric], previous_pct: Math.round((84 + noise(i, s.id) * 15) * 10) / 10, median_s: 1200 + i * 4200, p90_s: 2800 + i * 9000, open: s.id % 3, overdue: i === 3 ? s.id % 2 : 0 };
			}),
		})),
		months: future ? [] : chosen.flatMap((s) => metrics.flatMap((metric, i) => months.map((month, k) => {
			const measured = s.id === 5 && k < 3 ? 0 : 8 + Math.floor(noise(k, s.id) * 14);
			return { month, supplier: ref(s), metric, measured, kept: measured - Math.floor(measured * noise(s.id + k, i + 3) * (s.id === 3 ? 0.3 : 0.1)) };
		}))),
	};
}

function drill(q) {
	const rows = d.cases.filter((c) => String(c.supplier.id) === q.get('supplier')).flatMap((c) => c.clocks.filter((k) => k.metric === q.get('metric')).map((k) => ({ c, v: d.viewClock(k) })))
		.filter(({ v }) => (q.get('verdict') === 'breached' ? v.breached : q.get('verdict') === 'kept' ? v.state === 'stopped' && !v.breached : ['running', 'paused'].includes(v.state)));
	return page(rows, q, ({ c, v }) => ({
		case: { number: c.number }, ticket: { number: c.ticket.number }, metric: v.metric, priority: c.priority, target_s: v.target_s, elapsed_s: v.elapsed_s, started_at: v.started_at, due_at: v.due_at, stopped_at: v.stopped_at, breached: v.breached, breached_at: v.breached_at,
		paused_s: v.pauses.reduce((n, p) => n + (Date.parse(p.to ?? new Date().toISOString()) - Date.parse(p.from)) / 1000, 0), service: ref(c.ticket.service), ci: c.ticket.cis[0] ? { id: c.ticket.cis[0].ci.id, name: c.ticket.cis[0].ci.name } : null,
	}));
}

const me = (p) => ({ person: { id: p.id, login: p.login, given_name: p.given_name, family_name: p.family_name, mail: p.mail, language: p.language, zone: p.zone, theme: p.theme, teams: p.teams }, roles: p.roles, stream_url: '/api/v1/stream', undo_s: 10 });
const text = (b, name, errors) => {
	if (typeof b[name] !== 'string' || !b[name].trim()) errors[name] = 'must be a text';
};

const routes = [
	['GET', '/session', ({ p }) => me(p)],
	['PATCH', '/me', ({ p, b }) => Object.assign(p, b) && me(p).person],
	['GET', '/me/devices', ({ p }) => ({ items: d.cis.filter((c) => c.user === p.id).map((c) => ciItem(c, p)), next: null })],
	['GET', '/known', ({ q }) => {
		const words = (q.get('q') ?? '').toLowerCase().match(/[\p{L}\d]{4,}/gu) ?? [];
		const hit = d.tickets.find((t) => t.priority === 1 && OPEN.includes(t.status) && t.owner && words.some((w) => t.subject.toLowerCase().includes(w.slice(0, 5))));
		return { outages: hit ? [{ number: hit.number, subject: hit.subject, owner: ref(hit.owner), count: 12, promised_at: iso(now() + 7200) }] : [], articles: words.length > 3 && /vpn|почт|mail/i.test(q.get('q')) ? [{ id: 'a1', title: 'Как подключиться к VPN заново' }] : [] };
	}],
	['GET', '/persons', ({ q }) => ({ items: d.persons.filter((x) => (q.get('staff') ? staff(x) : true) && x.name.concat(x.login, x.teams.map((t) => t.name).join()).toLowerCase().includes((q.get('q') ?? '').toLowerCase())).map((x) => ({ ...ref(x), login: x.login, department: x.department, mail: x.mail, teams: x.teams.map(ref), load: x.load, present: x.present })), next: null })],
	['GET', '/teams', () => ({ items: d.teams, next: null })],
	['GET', '/services', () => ({ items: d.services, next: null })],
	['GET', '/categories', () => ({ items: d.categories, next: null })],
	['GET', '/suppliers', () => ({ items: d.suppliers.map((s) => ({ ...ref(s), kind: s.kind })), next: null })],
	['GET', '/tickets/counts', ({ p }) => ({ views: Object.fromEntries(Object.entries(VIEWS).map(([k, f]) => [k, d.tickets.filter((t) => seen(t, p) && f(t, p)).length])) })],
	['GET', '/tickets', ({ p, q }) => {
		let list = d.tickets.filter((t) => seen(t, p));
		if (q.get('view')) list = list.filter((t) => VIEWS[q.get('view')]?.(t, p));
		if (q.get('reporter') === 'me') list = list.filter((t) => t.reporter.id === p.id);
		for (const k of ['status', 'kind', 'priority']) if (q.get(k)) list = list.filter((t) => String(t[k]) === q.get(k));
		if (q.get('ci')) list = list.filter((t) => t.cis.some((x) => String(x.ci.id) === q.get('ci')));
		if (q.get('q')) list = list.filter((t) => `${t.number} ${t.subject} ${t.body} ${t.reporter.name}`.toLowerCase().includes(q.get('q').toLowerCase()));
		const due = (t) => d.viewClock(t.clocks[1]).due_at ?? '9';
		list = [...list].sort((a, b) => (q.get('sort') === 'opened' ? b.opened - a.opened : q.get('sort') === 'due' ? due(a).localeCompare(due(b)) : b.updated - a.updated));
		return page(list, q, listItem);
	}],
	['POST', '/tickets', ({ p, b }) => {
		const errors = {};
		text(b, 'subject', errors);
		text(b, 'body', errors);
		if (!['incident', 'request', 'consultation'].includes(b.kind)) errors.kind = 'must be incident, request or consultation';
		if (Object.keys(errors).length) throw wrong(errors);
		const t = d.newTicket({ kind: b.kind, subject: b.subject, body: b.body, reporter: p, ...(b.urgency ? { urgency: b.urgency } : {}), ...(b.impact ? { impact: b.impact } : {}), channel: b.channel ?? 'portal', service: /касс|чек/i.test(b.body) ? d.services[0] : null });
		for (const id of b.cis ?? []) t.cis.push({ ci: d.cis.find((c) => String(c.id) === String(id)), role: 'affected' });
		touch(t);
		return [201, whole(t, p), { Location: `/api/v1/tickets/${t.number}` }];
	}],
	['GET', '/tickets/:n', ({ p, n }) => {
		const t = findTicket(n, p);
		return [200, whole(t, p), { ETag: `"${t.version}"` }];
	}],
	['PATCH', '/tickets/:n', ({ p, n, b, tag }) => {
		const t = findTicket(n, p);
		must(t, p, 'edit');
		if (!tag) throw new Problem(428, 'If-Match is needed.');
		if (tag !== `"${t.version}"`) throw new Problem(412, 'The ticket has changed.');
		if (b.priority && !b.reason) throw wrong({ reason: 'a change of priority needs a reason' });
		const changes = {};
		for (const [k, v] of Object.entries(b)) {
			if (k === 'reason') continue;
			const list = { service: d.services, category: d.categories, team: d.teams }[k];
			const next = list ? list.find((x) => String(x.id) === String(v)) ?? null : v;
			changes[k] = [ref(t[k]?.id ? t[k] : null) ?? t[k], list ? ref(next) : next];
			t[k] = next;
		}
		d.event(t.events, 'edited', now(), p, { data: { changes } });
		touch(t);
		return [200, whole(t, p), { ETag: `"${t.version}"` }];
	}],
	['GET', '/tickets/:n/events', ({ p, n, q }) => page(findTicket(n, p).events.filter((e) => reads(p) || e.visibility === 'public'), q, (e) => e)],
	['POST', '/tickets/:n/take', ({ p, n }) => {
		const t = findTicket(n, p);
		must(t, p, 'take');
		d.take(t, p);
		touch(t);
		return whole(t, p);
	}],
	['POST', '/tickets/:n/replies', ({ p, n, b }) => {
		const t = findTicket(n, p);
		must(t, p, b.visibility === 'internal' ? 'note' : 'reply');
		const errors = {};
		text(b, 'body', errors);
		if (Object.keys(errors).length) throw wrong(errors);
		d.event(t.events, b.visibility === 'internal' ? 'noted' : 'replied', now(), p, { role: t.owner?.id === p.id ? 'owner' : t.reporter.id === p.id ? 'reporter' : 'staff', visibility: b.visibility, body: b.body });
		touch(t);
		return [201, t.events[t.events.length - 1]];
	}],
	['POST', '/tickets/:n/handovers', ({ p, n, b }) => {
		const t = findTicket(n, p);
		must(t, p, 'handover');
		const errors = {};
		const to = d.persons.find((x) => String(x.id) === String(b.to));
		const team = d.teams.find((x) => String(x.id) === String(b.to_team));
		if (!to && !team) errors.to = 'names nobody';
		if (!b.reason) errors.reason = 'must be given';
		if (b.mode === 'temporary' && !b.until) errors.until = 'a temporary handover needs a moment';
		if (Object.keys(errors).length) throw wrong(errors);
		t.handover = { id: d.ids.handover(), ticket: t.number, from: ref(t.owner), to: ref(to), to_team: ref(team), reason: b.reason, mode: b.mode ?? 'permanent', until: b.until ?? null, note: b.note ?? null, state: 'offered', offered_at: iso(now()) };
		d.event(t.events, 'handover_offered', now(), p, { data: { to: ref(to), to_team: ref(team), reason: b.reason } });
		touch(t);
		return [201, t.handover];
	}],
	['POST', '/handovers/:n/:verb', ({ p, n, verb, b }) => {
		const t = d.tickets.find((x) => String(x.handover?.id) === n);
		if (!t) throw new Problem(404, 'There is no such handover.');
		must(t, p, `handover_${verb}`);
		if (verb === 'accept') d.take(t, p, now(), t.handover.reason);
		if (verb === 'force') d.take(t, d.persons.find((x) => x.id === t.handover.to?.id) ?? p, now(), t.handover.reason);
		if (verb === 'decline') d.event(t.events, 'handover_declined', now(), p, { visibility: 'internal', role: 'staff', body: b.note });
		if (verb === 'withdraw') d.event(t.events, 'handover_withdrawn', now(), p);
		const h = { ...t.handover, state: { accept: 'accepted', decline: 'declined', withdraw: 'withdrawn', force: 'forced' }[verb] };
		t.handover = null;
		touch(t);
		return h;
	}],
	['POST', '/tickets/:n/cases/preview', ({ p, n, b }) => preview(findTicket(n, p), b)],
	['POST', '/tickets/:n/cases', ({ p, n, b }) => {
		const t = findTicket(n, p);
		must(t, p, 'escalate');
		const s = d.suppliers.find((x) => String(x.id) === String(b.supplier));
		const errors = {};
		if (!s) errors.supplier = 'names no supplier';
		text(b, 'summary', errors);
		text(b, 'body', errors);
		if (Object.keys(errors).length) throw wrong(errors);
		const c = d.openCase(t, s, b.summary, b.body, p);
		t.status = 'waiting_supplier';
		touch(t);
		tell('case', c.number);
		return [201, viewCase(c, p), { Location: `/api/v1/cases/${c.number}` }];
	}],
	['POST', '/tickets/:n/attachments', ({ p, n, raw }) => {
		const t = findTicket(n, p);
		const name = /filename="([^"]+)"/.exec(raw.toString('utf8'))?.[1] ?? 'file';
		t.attachments.push({ id: d.ids.attachment(), name, content_type: 'application/octet-stream', size_bytes: raw.length, added_at: iso(now()), author: ref(p) });
		d.event(t.events, 'attached', now(), p, { data: { name }, visibility: 'public' });
		touch(t);
		return [201, t.attachments[t.attachments.length - 1]];
	}],
	['PUT', '/tickets/:n/cis/:ci', ({ p, n, ci, b }) => {
		const t = findTicket(n, p);
		must(t, p, 'link_ci');
		const c = d.cis.find((x) => String(x.id) === ci);
		if (!c) throw new Problem(404, 'There is no such CI.');
		t.cis = [...t.cis.filter((x) => x.ci !== c), { ci: c, role: b.role }];
		d.event(t.events, 'ci_linked', now(), p, { data: { ci: { id: c.id, name: c.name }, role: b.role } });
		touch(t);
		return [204, null];
	}],
	['DELETE', '/tickets/:n/cis/:ci', ({ p, n, ci }) => {
		const t = findTicket(n, p);
		must(t, p, 'link_ci');
		t.cis = t.cis.filter((x) => String(x.ci.id) !== ci);
		d.event(t.events, 'ci_unlinked', now(), p);
		touch(t);
		return [204, null];
	}],
	['POST', '/tickets/:n/:verb', ({ p, n, verb, b }) => {
		const t = findTicket(n, p);
		must(t, p, verb === 'rating' ? 'rate' : verb);
		const at = now();
		if (verb === 'wait') {
			t.status = `waiting_${b.for}`;
			if (b.for === 'reporter') t.clocks[1].pauses.push({ from: at, to: null, reason: 'waiting', waits_for: 'reporter', author: ref(p) });
			d.event(t.events, 'waiting', at, p, { data: { for: b.for } });
		} else if (verb === 'resume') {
			t.status = 'in_progress';
			for (const x of t.clocks[1].pauses) x.to ??= at;
			d.event(t.events, 'resumed', at, p);
		} else if (verb === 'resolve') {
			const errors = {};
			text(b, 'cause', errors);
			text(b, 'fix', errors);
			if (!b.prevention && !b.no_prevention) errors.prevention = 'say what prevents it, or that nothing can';
			if (!t.cis.length && !b.no_ci_reason) errors.no_ci_reason = 'link a CI or say why none applies';
			if (Object.keys(errors).length) throw wrong(errors);
			t.status = 'resolved';
			t.clocks[1].stopped = at;
			t.resolution_text = { cause: b.cause, fix: b.fix, prevention: b.prevention ?? null, no_prevention: !!b.no_prevention, no_ci_reason: b.no_ci_reason ?? null };
			d.event(t.events, 'resolved', at, p, { role: 'owner', visibility: 'public', body: b.fix });
		} else if (verb === 'confirm') {
			t.status = 'closed';
			d.event(t.events, 'confirmed', at, p, { visibility: 'public' });
		} else if (verb === 'reopen') {
			t.status = 'in_progress';
			t.clocks[1].stopped = null;
			d.event(t.events, 'reopened', at, p, { role: 'reporter', visibility: 'public', body: b.body });
		} else if (verb === 'cancel') {
			t.status = 'cancelled';
			for (const c of t.clocks) c.cancelled = true;
			d.event(t.events, 'cancelled', at, p, { visibility: 'public', role: 'staff', body: b.reason });
		} else if (verb === 'rating') {
			t.rating = { score: b.score, recommend: b.recommend ?? null, comment: b.comment ?? null };
			d.event(t.events, 'rated', at, p);
		}
		touch(t);
		return whole(t, p);
	}],
	['GET', '/cases', ({ p, q }) => page(d.cases, q, (c) => viewCase(c, p))],
	['GET', '/cases/:n', ({ p, n }) => {
		const c = findCase(n);
		return [200, viewCase(c, p), { ETag: `"${c.version}"` }];
	}],
	['GET', '/cases/:n/events', ({ n, q }) => page([...findCase(n).events].sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)), q, (e) => e)],
	['POST', '/cases/:n/events', ({ p, n, b }) => {
		const c = findCase(n);
		if (!viewCase(c, p).can.includes(b.type)) throw new Problem(409, `Now possible: ${viewCase(c, p).can.join(', ')}.`);
		const at = b.occurred_at ? Math.floor(Date.parse(b.occurred_at) / 1000) : now();
		if (at > now() + 60) throw wrong({ occurred_at: 'lies in the future' });
		if (b.supplier_ref) c.supplier_ref = b.supplier_ref;
		d.caseEvent(c, b.type, p, at, b.body ?? null, now());
		d.event(c.ticket.events, 'case_changed', now(), p, { data: { case: c.number, type: b.type } });
		if (['closed', 'withdrawn'].includes(c.status) && c.ticket.status === 'waiting_supplier') c.ticket.status = 'in_progress';
		touch(c.ticket);
		tell('case', c.number);
		return [201, c.events[c.events.length - 1]];
	}],
	['GET', '/reports/supplier-sla.json', ({ q }) => report(q)],
	['GET', '/reports/supplier-sla/clocks', ({ q }) => drill(q)],
	['GET', '/reports/supplier-sla.xlsx', ({ q }) => ({ file: `supplier-sla-${q.get('from')}-${q.get('to')}.xlsx` })],
	['GET', '/cmdb/classes', ({ p }) => ({ items: d.classes.map((c) => ({ ...c, label: label(c.label, p), attributes: c.attributes.map((a) => ({ ...a, label: label(a.label, p) })), count: d.cis.filter((x) => x.cls === c).length })), next: null })],
	['GET', '/cmdb/cis', ({ p, q }) => {
		const under = (c, id) => String(c.id) === id || c.name === id || (c.parent && under(d.classes.find((x) => x.id === c.parent), id));
		const list = d.cis.filter((c) => (!q.get('class') || under(c.cls, q.get('class'))) && `${c.name} ${c.location}`.toLowerCase().includes((q.get('q') ?? '').toLowerCase()));
		return page(list, q, (c) => ciItem(c, p));
	}],
	['GET', '/cmdb/cis/:n', ({ p, n }) => {
		const c = d.cis.find((x) => String(x.id) === n);
		if (!c) throw new Problem(404, 'There is no such CI.');
		return [200, {
			...ciItem(c, p), attributes: c.attributes, schema: c.cls.attributes.map((a) => ({ ...a, label: label(a.label, p) })), version: c.version,
			relations: d.relations.filter((r) => r.source === c || r.target === c).map((r) => ({ type: r.type, label: relationLabel(r.type, r.source === c, p), direction: r.source === c ? 'out' : 'in', ci: ciItem(r.source === c ? r.target : r.source, p) })),
		}, { ETag: `"${c.version}"` }];
	}],
	['GET', '/cmdb/cis/:n/impact', ({ p, n, q }) => {
		const start = d.cis.find((x) => String(x.id) === n);
		const up = q.get('direction') !== 'down';
		const found = new Map([[start, { depth: 0, path: [] }]]);
		const queue = [start];
		while (queue.length) {
			const c = queue.shift();
			const at = found.get(c);
			for (const r of d.relations) {
				const whole = r.type === 'part_of';
				const other = (up !== whole ? r.target : r.source) === c ? (up !== whole ? r.source : r.target) : null;
				if (!other || found.has(other)) continue;
				found.set(other, { depth: at.depth + 1, path: [...at.path, { ci: { id: other.id, name: other.name }, relation: r.type }] });
				queue.push(other);
			}
		}
		const items = [...found].slice(1).map(([c, v]) => ({ ci: ciItem(c, p), ...v }));
		const hit = items.filter((i) => i.ci.class.name === 'service').length;
		return { items, services: hit, people: hit * 84, truncated: false };
	}],
];
const compiled = routes.map(([method, path, run]) => {
	const names = [];
	return { method, re: new RegExp(`^${path.replace(/\./g, '\\.').replace(/:(\w+)/g, (_, x) => names.push(x) && '([^/]+)')}$`), names, run };
});

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

function asset(req, res, path) {
	let file = join(dist, path);
	if (path === '/' || !extname(path) || !existsSync(file)) {
		if (extname(path)) {
			res.writeHead(404).end();
			return;
		}
		file = join(dist, 'index.html');
	}
	const body = gzipSync(readFileSync(file));
	res.writeHead(200, {
		'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Encoding': 'gzip', 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
		'Cache-Control': file.endsWith('index.html') ? 'no-cache' : 'public, max-age=31536000, immutable',
	});
	res.end(body);
}

// A workbook of one empty sheet would need a writer; the mock only needs a file that begins like one.
const WORKBOOK = Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]);

const server = createServer(async (req, res) => {
	const url = new URL(req.url, 'http://localhost');
	if (url.pathname === '/mock/fault') {
		fault = url.searchParams.get('status') ? Number(url.searchParams.get('status')) : null;
		res.writeHead(204).end();
		return;
	}
	if (url.pathname === '/mock/sign-out-all') {
		sessions.clear();
		res.writeHead(204).end();
		return;
	}
	if (url.pathname === '/healthz' || url.pathname === '/readyz') {
		res.writeHead(200).end('ok');
		return;
	}
	if (!url.pathname.startsWith('/api/v1')) {
		asset(req, res, url.pathname);
		return;
	}
	const id = `req-${String(++requestNo).padStart(6, '0')}`;
	const reply = (status, body, headers = {}) => {
		res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'X-Request-Id': id, 'Cache-Control': 'no-store', ...headers });
		res.end(body === null || body === undefined ? '' : JSON.stringify(body));
	};
	const refuse = (x) => reply(x.status, { type: 'about:blank', title: `Error ${x.status}`, status: x.status, detail: x.detail, ...(x.errors ? { errors: x.errors } : {}) });
	const chunks = [];
	for await (const c of req) chunks.push(c);
	const raw = Buffer.concat(chunks);
	const path = url.pathname.slice('/api/v1'.length);
	let b = {};
	if (raw.length && req.headers['content-type']?.startsWith('application/json')) {
		try {
			b = JSON.parse(raw.toString('utf8'));
		} catch {
			refuse(new Problem(400, 'The body is not JSON.'));
			return;
		}
	}
	if (fault && req.method !== 'GET') {
		refuse(new Problem(fault, 'The database does not answer.'));
		return;
	}
	const sid = /vakhta=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1];
	if (path === '/session' && req.method === 'POST') {
		const who = d.persons.find((x) => x.login === b.login);
		if (!who || b.password !== 'vakhta-demo') {
			refuse(new Problem(401, 'The login or the password is wrong.'));
			return;
		}
		const fresh = crypto.randomUUID();
		sessions.set(fresh, who);
		reply(200, me(who), { 'Set-Cookie': `vakhta=${fresh}; Path=/; HttpOnly; SameSite=Strict` });
		return;
	}
	const p = sessions.get(sid);
	if (!p) {
		refuse(new Problem(401, 'Sign in first.'));
		return;
	}
	if (path === '/session' && req.method === 'DELETE') {
		sessions.delete(sid);
		reply(204, null);
		return;
	}
	if (path === '/stream') {
		res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
		res.write(': hello\n\n');
		streams.add(res);
		const beat = setInterval(() => res.write(': beat\n\n'), 15000);
		req.on('close', () => {
			clearInterval(beat);
			streams.delete(res);
		});
		return;
	}
	const key = req.headers['idempotency-key'];
	const memory = key ? `${p.id} ${key}` : null;
	if (req.method === 'POST' && !key) {
		refuse(new Problem(422, 'Idempotency-Key is needed.'));
		return;
	}
	if (memory && answers.has(memory)) {
		const a = answers.get(memory);
		if (a.text === path + raw.toString('latin1')) reply(...a.answer);
		else refuse(new Problem(422, 'The same key came with another body.'));
		return;
	}
	for (const r of compiled) {
		const m = r.method === req.method ? r.re.exec(path) : null;
		if (!m) continue;
		try {
			const args = Object.fromEntries(r.names.map((x, i) => [x, decodeURIComponent(m[i + 1])]));
			const out = r.run({ p, q: url.searchParams, b, raw, tag: req.headers['if-match'], ...args });
			if (out?.file) {
				res.writeHead(200, { 'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Content-Disposition': `attachment; filename="${out.file}"` });
				res.end(WORKBOOK);
				return;
			}
			const answer = Array.isArray(out) ? out : [200, out];
			if (memory) answers.set(memory, { text: path + raw.toString('latin1'), answer });
			reply(...answer);
		} catch (x) {
			if (!(x instanceof Problem)) console.error(x);
			refuse(x instanceof Problem ? x : new Problem(500, 'The mock is broken.'));
		}
		return;
	}
	refuse(new Problem(404, 'There is nothing here.'));
});
server.listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${server.address().port}`));
