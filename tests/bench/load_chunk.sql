-- Bulk load of the tickets first … last (psql variables), with everything that hangs on them. Chains of events are right, hash by hash;
-- figures of clocks are drawn, not computed, except that they agree with their state. Several chunks may run at once.
-- Of all tickets 3 % are open: the newest.
\set ON_ERROR_STOP on
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET jit = off;
SELECT setseed(:first * 7919 % 1000003 / 1000003.0) \g /dev/null
BEGIN;
CREATE TEMP TABLE draw ON COMMIT DROP AS
SELECT i AS id, i > f.tickets * 0.97 AS open, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6, random() AS r7,
	random() AS r8, random() < 0.7 AS ru,
	CASE WHEN i > f.tickets * 0.97 THEN f.loaded_at - (f.tickets - i) * interval '30 minutes' / (f.tickets * 0.03)
		ELSE f.loaded_at - interval '1 day' - (f.tickets * 0.97 - i) * interval '730 days' / f.tickets END AS opened
FROM generate_series(:first::bigint, :last::bigint) i, bench.fact f;

CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT d.*, date_trunc('second', d.opened) AS opened_at, s.status, k.kind::ticket_kind AS kind, q.impact, q.urgency, m.priority,
	f.reporters[1 + floor(d.r2 * cardinality(f.reporters))::integer] AS reporter, t.id AS team,
	CASE WHEN s.status = 'new' OR (s.status = 'cancelled' AND d.r7 < 0.5) THEN NULL ELSE t.members[1 + floor(d.r4 * cardinality(t.members))::integer] END AS owner,
	f.services[1 + floor(d.r5 * d.r5 * cardinality(f.services))::integer] AS service, f.categories[1 + floor(d.r6 * cardinality(f.categories))::integer] AS category,
	bench.pick(CASE WHEN d.ru THEN 'ru_what' ELSE 'en_what' END, d.r7) || ' ' || bench.pick(CASE WHEN d.ru THEN 'ru_how' ELSE 'en_how' END, d.r8)
		|| CASE WHEN d.ru THEN ', магазин ' ELSE ', shop ' END || 1 + floor(d.r6 * 400)::integer AS subject,
	bench.pick(CASE WHEN d.ru THEN 'ru_more' ELSE 'en_more' END, d.r2) || ' ' || bench.pick(CASE WHEN d.ru THEN 'ru_more' ELSE 'en_more' END, d.r3) || ' '
		|| bench.pick(CASE WHEN d.ru THEN 'ru_more' ELSE 'en_more' END, d.r4) || CASE WHEN d.ru THEN E'\nКод ошибки: E' ELSE E'\nError code: E' END
		|| floor(d.r1 * f.tickets / 20)::integer || '. ' || bench.pick(CASE WHEN d.ru THEN 'ru_end' ELSE 'en_end' END, d.r5) AS body,
	(f.first_ci + floor(d.r3 * f.ci_count))::bigint AS ci
FROM draw d CROSS JOIN bench.fact f
CROSS JOIN LATERAL (SELECT CASE WHEN d.open THEN CASE WHEN d.r1 < 0.15 THEN 'new' WHEN d.r1 < 0.6 THEN 'in_progress' WHEN d.r1 < 0.7 THEN 'waiting_reporter' ELSE 'waiting_supplier' END
	WHEN d.r1 < 0.03 THEN 'cancelled' WHEN d.id > f.tickets * 0.95 THEN 'resolved' ELSE 'closed' END::ticket_status AS status) s
CROSS JOIN LATERAL (SELECT CASE WHEN d.r3 < 0.7 THEN 'incident' WHEN d.r3 < 0.9 THEN 'request' ELSE 'consultation' END AS kind) k
CROSS JOIN LATERAL (SELECT CASE WHEN d.r5 < 0.05 THEN 1 WHEN d.r5 < 0.25 THEN 2 ELSE 3 END::smallint AS impact, CASE WHEN d.r6 < 0.1 THEN 1 WHEN d.r6 < 0.7 THEN 2 ELSE 3 END::smallint AS urgency) q
JOIN priority_matrix m ON m.impact = q.impact AND m.urgency = q.urgency
JOIN bench.team t ON t.place = 1 + floor(d.r8 * d.r8 * (SELECT count(*) FROM bench.team))::integer;

INSERT INTO ticket (id, kind, subject, body, status, channel, impact, urgency, priority, reporter_id, opened_by, owner_id, team_id, service_id, category_id,
	policy_id, opened_at, updated_at, due_at, resolved_at, closed_at, close_due_at, reopen_until, cause, fix, no_prevention, no_ci_reason, resolution_count, open_case_supplier_id, version)
OVERRIDING SYSTEM VALUE
SELECT m.id, m.kind, m.subject, m.body, m.status, 'portal', m.impact, m.urgency, m.priority, m.reporter, m.reporter, m.owner, m.team, m.service, m.category,
	p.policy, m.opened_at, m.opened_at + CASE WHEN m.open THEN 0 ELSE 7200 + floor(m.r5 * 80000) END * interval '1 second',
	CASE WHEN m.open THEN m.opened_at + interval '3 days' END, CASE WHEN e.ended THEN m.opened_at + interval '2 hours' END,
	CASE WHEN m.status IN ('closed', 'cancelled') THEN m.opened_at + interval '2 hours' END, CASE WHEN m.status = 'resolved' THEN f.loaded_at + interval '5 days' END,
	CASE WHEN m.status = 'closed' THEN m.opened_at + interval '10 days' END, CASE WHEN e.ended THEN 'Сбой оборудования' END,
	CASE WHEN e.ended THEN bench.pick(CASE WHEN m.ru THEN 'ru_fix' ELSE 'en_fix' END, m.r3) END, e.ended, CASE WHEN e.ended THEN 'Без объекта' END,
	CASE WHEN e.ended THEN 1 ELSE 0 END, CASE WHEN m.status = 'waiting_supplier' THEN c.supplier_id END, 3
FROM made m CROSS JOIN bench.fact f JOIN bench.policy p ON p.service = m.service AND p.kind = m.kind AND p.priority = m.priority
CROSS JOIN LATERAL (SELECT m.status IN ('resolved', 'closed') AS ended) e
JOIN bench.contract c ON c.priority = m.priority AND c.place = 1 + m.id % (SELECT count(*) FROM bench.contract x WHERE x.priority = m.priority);

INSERT INTO ticket_search (ticket_id, words)
SELECT t.id, setweight(to_tsvector('russian', t.number || ' ' || t.subject), 'A') || setweight(to_tsvector('russian', t.body || ' ' || coalesce(t.fix, '')), 'B')
FROM ticket t WHERE t.id BETWEEN :first AND :last;

CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT m.id, c.* FROM made m JOIN bench.policy p ON p.service = m.service AND p.kind = m.kind AND p.priority = m.priority JOIN bench.team t ON t.id = m.team
LEFT JOIN person o ON o.id = m.owner
CROSS JOIN LATERAL bench.chained('ticket:' || m.id,
	ARRAY[('opened', m.opened_at, m.reporter, 'reporter', 'public', m.body, jsonb_build_object('targets', p.targets, 'team', m.team, 'subject', m.subject,
		'priority', m.priority, 'impact', m.impact, 'urgency', m.urgency, 'channel', 'portal', 'policy', p.policy) || jsonb_strip_nulls(jsonb_build_object('ola', t.olas[m.priority])))::bench.event]
	|| CASE WHEN m.owner IS NOT NULL THEN ARRAY[
		('taken', m.opened_at, m.owner, 'owner', 'system', NULL, jsonb_build_object('owner', m.owner))::bench.event,
		('introduced', m.opened_at, m.owner, 'owner', 'public', 'Здравствуйте! Меня зовут ' || o.name || '. Я отвечаю за вашу заявку и доведу её до конца.',
			jsonb_build_object('owner', m.owner, 'name', o.name))::bench.event] ELSE '{}' END
	|| CASE WHEN m.owner IS NOT NULL AND m.r6 < 0.6 THEN ARRAY[
		('replied', m.opened_at, m.owner, 'owner', 'public', bench.pick(CASE WHEN m.ru THEN 'ru_fix' ELSE 'en_fix' END, m.r8), '{}')::bench.event] ELSE '{}' END
	|| CASE WHEN m.status IN ('waiting_reporter', 'waiting_supplier') THEN ARRAY[
		('waiting', m.opened_at, m.owner, 'owner', 'internal', NULL, jsonb_build_object('for', substr(m.status::text, 9)))::bench.event] ELSE '{}' END
	|| CASE WHEN m.status IN ('resolved', 'closed') THEN ARRAY[
		('resolved', m.opened_at + interval '2 hours', m.owner, 'owner', 'public', 'Готово.', '{"cause": "Сбой оборудования"}')::bench.event] ELSE '{}' END
	|| CASE WHEN m.status = 'closed' THEN ARRAY[('closed', m.opened_at + interval '3 days', NULL, 'system', 'public', NULL, '{"by": "silence"}')::bench.event] ELSE '{}' END
	|| CASE WHEN m.status = 'cancelled' THEN ARRAY[('cancelled', m.opened_at + interval '2 hours', m.reporter, 'reporter', 'public', 'Уже не нужно.', '{}')::bench.event] ELSE '{}' END) c;
INSERT INTO ticket_event (ticket_id, seq, type, occurred_at, recorded_at, actor_id, actor_role, visibility, body, data, hash)
SELECT id, seq, type::ticket_event_type, at, at, actor, role::event_role, visibility::event_visibility, body, data, hash FROM told ORDER BY id, seq;
INSERT INTO ticket_chain (ticket_id, seq, head) SELECT DISTINCT ON (id) id, seq, hash FROM told ORDER BY id, seq DESC;
INSERT INTO ownership (ticket_id, person_id, period) SELECT id, owner, tstzrange(opened_at, NULL, '[)') FROM made WHERE owner IS NOT NULL;
INSERT INTO ticket_ci (ticket_id, ci_id, role, added_at) SELECT id, ci, 'affected', opened_at FROM made WHERE r7 < 0.5;

INSERT INTO clock (ticket_id, metric, ordinal, team_id, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at, evaluated_at)
SELECT m.id, x.metric::sla_metric, 1, CASE x.metric WHEN 'ola' THEN m.team END, x.calendar, x.target_s, z.state::clock_state, m.opened_at,
	CASE WHEN z.state = 'stopped' THEN m.opened_at + interval '1 hour' END, CASE WHEN z.state = 'stopped' THEN least(3600, x.target_s) ELSE 0 END,
	CASE WHEN z.state = 'running' THEN m.opened_at + interval '3 days' END, CASE WHEN z.state = 'stopped' THEN m.opened_at + interval '1 hour' ELSE m.opened_at END
FROM made m JOIN bench.policy p ON p.service = m.service AND p.kind = m.kind AND p.priority = m.priority JOIN bench.team t ON t.id = m.team
CROSS JOIN LATERAL (
	SELECT a.v ->> 'metric' AS metric, (a.v ->> 'target_s')::bigint AS target_s, (a.v ->> 'calendar_version')::bigint AS calendar FROM jsonb_array_elements(p.targets) AS a(v)
	UNION ALL SELECT 'ola', (t.olas[m.priority] ->> 'target_s')::bigint, (t.olas[m.priority] ->> 'calendar_version')::bigint WHERE t.olas[m.priority] IS NOT NULL) x
CROSS JOIN LATERAL (SELECT CASE WHEN NOT m.open OR (x.metric = 'response' AND m.owner IS NOT NULL) THEN 'stopped' WHEN m.status IN ('in_progress', 'new') THEN 'running' ELSE 'paused' END AS state) z;

-- Cases: of every ticket that waits for a supplier, and of every eleventh of the others that had an owner. A case has the id of its ticket.
CREATE TEMP TABLE escalated ON COMMIT DROP AS
SELECT m.*, c.id AS contract, c.supplier_id AS supplier, c.terms, c.targets, m.status <> 'waiting_supplier' AS ended FROM made m
JOIN bench.contract c ON c.priority = m.priority AND c.place = 1 + m.id % (SELECT count(*) FROM bench.contract x WHERE x.priority = m.priority)
WHERE m.status = 'waiting_supplier' OR (m.owner IS NOT NULL AND NOT m.open AND m.id % 11 = 1);
INSERT INTO supplier_case (id, ticket_id, supplier_id, contract_id, terms_id, status, priority, summary, body, why, opened_by, sent_at, updated_at, acknowledged_at, fixed_at, closed_at)
OVERRIDING SYSTEM VALUE
SELECT id, id, supplier, contract, terms, CASE WHEN ended THEN 'closed' ELSE 'open' END::case_status, priority, subject, body, '', owner, opened_at, opened_at, opened_at,
	CASE WHEN ended THEN opened_at + interval '1 hour' END, CASE WHEN ended THEN opened_at + interval '2 hours' END FROM escalated;
CREATE TEMP TABLE case_told ON COMMIT DROP AS
SELECT e.id, c.* FROM escalated e CROSS JOIN LATERAL bench.chained('case:' || e.id,
	ARRAY[('sent', e.opened_at, e.owner, 'us', NULL, e.body, jsonb_build_object('targets', e.targets, 'contract', e.contract, 'terms', e.terms, 'contract_version', 1))::bench.event,
		('acknowledged', e.opened_at, e.owner, 'supplier', NULL, NULL, '{}')::bench.event]
	|| CASE WHEN e.ended THEN ARRAY[
		('fix_declared', e.opened_at + interval '1 hour', e.owner, 'supplier', NULL, 'Fixed', '{}')::bench.event,
		('fix_accepted', e.opened_at + interval '2 hours', e.owner, 'us', NULL, NULL, '{}')::bench.event] ELSE '{}' END) c;
INSERT INTO case_event (case_id, seq, type, occurred_at, recorded_at, actor_id, party, body, data, hash)
SELECT id, seq, type::case_event_type, at, at, actor, role::case_party, body, data, hash FROM case_told ORDER BY id, seq;
INSERT INTO case_chain (case_id, seq, head) SELECT DISTINCT ON (id) id, seq, hash FROM case_told ORDER BY id, seq DESC;
INSERT INTO clock (case_id, metric, ordinal, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at, evaluated_at)
SELECT e.id, (a.v ->> 'metric')::sla_metric, 1, (a.v ->> 'calendar_version')::bigint, (a.v ->> 'target_s')::bigint, z.state::clock_state, e.opened_at,
	CASE WHEN z.state = 'stopped' THEN e.opened_at + interval '1 hour' END, CASE WHEN z.state = 'stopped' THEN least(3600, (a.v ->> 'target_s')::bigint) ELSE 0 END,
	CASE WHEN z.state = 'running' THEN e.opened_at + interval '3 days' END, e.opened_at
FROM escalated e CROSS JOIN LATERAL jsonb_array_elements(e.targets) AS a(v)
CROSS JOIN LATERAL (SELECT CASE WHEN e.ended OR a.v ->> 'metric' = 'acknowledge' THEN 'stopped' ELSE 'running' END AS state) z;
COMMIT;
