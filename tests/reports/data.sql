-- A small world for the report's tests: suppliers, contracts, calendars, cases and their clocks over two years. Loaded with psql into a migrated,
-- empty database; -v cases=N makes N ordinary cases, beside those with texts that try to be something else.
-- Clock rows are made up, consistent in themselves: the report reads them, it does not derive them.
\set ON_ERROR_STOP on
\if :{?cases}
\else
\set cases 400
\endif
BEGIN;
SELECT setseed(0.25);

INSERT INTO person (login, given_name, family_name, language, roles, source) VALUES
	('report-manager', 'Мария', 'Управляющая', 'ru', 9, 'import'), ('report-agent', 'Andrew', 'Agent', 'en', 3, 'import'),
	('report-agent2', '=1+1', '<b>Bold</b>', 'en', 3, 'import'), ('report-employee', 'Eve', 'Employee', 'en', 1, 'import');
INSERT INTO team (key, name, level) VALUES ('report-team', 'Report team', 1);
INSERT INTO ci_class (name, label_en, label_ru) SELECT 'report_thing', 'Thing', 'Вещь' WHERE NOT EXISTS (SELECT FROM ci_class WHERE name = 'report_thing');
INSERT INTO ci (class_id, name) SELECT c.id, x FROM ci_class c, unnest(ARRAY['Retail checkout', 'Касса №1', '@SUM(A1)', 'Mail 📧']) AS x
	WHERE c.name = 'report_thing';

INSERT INTO calendar (key, name) VALUES ('report-office', 'Office hours'), ('report-always', 'Around the clock');
INSERT INTO calendar_version (calendar_id, version, body, created_at)
SELECT id, 1, CASE key WHEN 'report-always' THEN
	'{"zone":"UTC","week":[{"day":1,"from":"00:00","to":"24:00"},{"day":2,"from":"00:00","to":"24:00"},{"day":3,"from":"00:00","to":"24:00"},
	{"day":4,"from":"00:00","to":"24:00"},{"day":5,"from":"00:00","to":"24:00"},{"day":6,"from":"00:00","to":"24:00"},{"day":7,"from":"00:00","to":"24:00"}]}'
	ELSE '{"zone":"Europe/Moscow","week":[{"day":1,"from":"09:00","to":"18:00"},{"day":2,"from":"09:00","to":"18:00"},{"day":3,"from":"09:00","to":"18:00"},
	{"day":4,"from":"09:00","to":"18:00"},{"day":5,"from":"09:00","to":"13:00"},{"day":5,"from":"14:00","to":"17:00"}],
	"exceptions":[{"date":"2026-05-01","hours":[]},{"date":"2026-06-11","hours":[["09:00","17:00"]]}]}' END::jsonb, '2024-01-01Z'
FROM calendar WHERE key LIKE 'report-%';

INSERT INTO supplier (key, name, kind, language) VALUES
	('report-plain', 'Northwind Systems', 'external', 'en'), ('report-formula', '=1+1', 'external', 'en'),
	('report-wild', 'A*?~[x]', 'external', 'ru'), ('report-same', 'Northwind Systems', 'internal', 'en'),
	('report-ru', 'ООО «Кассовые решения» _x0041_ & <b>', 'external', 'ru'), ('report-idle', 'Never asked', 'external', 'en');
INSERT INTO contract (number, name, supplier_id, valid_from)
SELECT 'RC-' || s.key, 'Support of ' || s.name, s.id, '2024-01-01' FROM supplier s WHERE s.key LIKE 'report-%';
INSERT INTO contract_terms (contract_id, version, valid, price, currency, calendar_id, pause_limit_s, created_at)
SELECT k.id, 1, '[2024-01-01,)', 1000, 'RUB',
	(SELECT id FROM calendar WHERE key = CASE WHEN s.kind = 'internal' THEN 'report-always' ELSE 'report-office' END), 36000, '2024-01-01Z'
FROM contract k JOIN supplier s ON s.id = k.supplier_id WHERE k.number LIKE 'RC-report-%';
INSERT INTO contract_target (terms_id, priority, metric, target_s, goal_pct)
SELECT e.id, p, m.metric::sla_metric, m.target_s * p, m.goal - (p - 1) * 0.25
FROM contract k JOIN contract_terms e ON e.contract_id = k.id CROSS JOIN generate_series(1, 4) p CROSS JOIN (VALUES ('acknowledge', 900, 98.0), ('response', 3600, 97.0), ('workaround', 14400, 95.0),
	('resolution', 28800, 92.5), ('update', 7200, 90.0)) AS m(metric, target_s, goal)
WHERE k.number LIKE 'RC-report-%' AND NOT (k.number = 'RC-report-wild' AND m.metric = 'update');

-- Credits: one contract by the quarter, so that its month's price is rounded; one with a cap that cuts; the internal one has no price.
UPDATE contract_terms e SET price = 999.99, price_period = 'quarter' FROM contract k WHERE k.id = e.contract_id AND k.number = 'RC-report-formula';
UPDATE contract_terms e SET credit_cap_pct = 6.25 FROM contract k WHERE k.id = e.contract_id AND k.number = 'RC-report-plain';
UPDATE contract_terms e SET price = NULL, currency = NULL FROM contract k WHERE k.id = e.contract_id AND k.number = 'RC-report-same';
INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct)
SELECT e.id, x.metric::sla_metric, x.below, x.credit FROM contract k JOIN contract_terms e ON e.contract_id = k.id
CROSS JOIN (VALUES ('resolution', 95, 2.5), ('resolution', 90, 5), ('resolution', 75.5, 7.75), ('acknowledge', 97.5, 1.25), ('update', 90, 3.33)) AS x(metric, below, credit)
WHERE k.number LIKE 'RC-report-%';
INSERT INTO service_value (service_id, amount, currency, calendar_id)
SELECT c.id, 1234.56, 'RUB', b.id FROM ci c, calendar b WHERE c.name = 'Retail checkout' AND b.key = 'report-always';

-- n-th case: supplier, priority and start follow from n and chance.
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT n, (SELECT array_agg(id ORDER BY key) FROM supplier WHERE key IN ('report-plain', 'report-formula', 'report-wild', 'report-same', 'report-ru'))
		[1 + (n + n / 7) % 5] AS supplier_id,
	1 + (random() * 3)::int AS priority,
	date_trunc('second', timestamptz '2024-11-20Z' + random() * interval '734 days') AS sent_at, random() AS luck, random() AS fate
FROM generate_series(1, :cases) n;

WITH t AS (
	INSERT INTO ticket (kind, subject, body, channel, impact, urgency, priority, reporter_id, opened_by, team_id, service_id, opened_at, updated_at,
		status, external_source, external_number)
	SELECT 'incident', 'Case ' || n, 'x', 'api', 2, 2, m.priority, e.id, e.id, (SELECT id FROM team WHERE key = 'report-team'),
		CASE WHEN n % 3 > 0 AND n <= 400 THEN (SELECT min(id) FROM ci WHERE name = 'Retail checkout') END, m.sent_at - interval '10 minutes', m.sent_at,
		'new', 'report', n::text
	FROM made m, person e WHERE e.login = 'report-employee' ORDER BY n
	RETURNING id, external_number::int AS n)
INSERT INTO supplier_case (ticket_id, supplier_id, contract_id, terms_id, ci_id, status, priority, summary, body, supplier_ref, opened_by, sent_at, updated_at,
	acknowledged_at, fixed_at, closed_at, external_source, external_number)
SELECT t.id, m.supplier_id, k.id, e.id, CASE WHEN n % 4 > 0 THEN (SELECT min(id) FROM ci WHERE name = '@SUM(A1)') END,
	CASE WHEN fate < 0.03 THEN 'withdrawn' WHEN m.sent_at > timestamptz '2026-11-24Z' - interval '14 days' OR fate < 0.05 THEN 'open' ELSE 'closed' END::case_status,
	m.priority, CASE n % 10 WHEN 0 THEN '=HYPERLINK("http://x","y")' WHEN 1 THEN '<b>bold</b> & "quoted"' WHEN 2 THEN '_x0041_ is not A'
		WHEN 3 THEN 'Касса 😀 не печатает' WHEN 4 THEN '+7 495' WHEN 5 THEN '-2+3' WHEN 6 THEN '@cmd' WHEN 7 THEN '''quoted' WHEN 8 THEN E'two\nlines'
		ELSE 'The checkout prints stripes' END,
	'body', CASE WHEN n % 2 = 0 THEN '=' || n ELSE 'REF ' || n END, a.id, m.sent_at, m.sent_at,
	m.sent_at + interval '1 hour', CASE WHEN fate >= 0.05 THEN m.sent_at + interval '1 day' END,
	CASE WHEN fate < 0.03 OR (fate >= 0.05 AND m.sent_at <= timestamptz '2026-11-24Z' - interval '14 days') THEN m.sent_at + interval '10 days' END,
	'report', n::text
FROM t JOIN made m USING (n) JOIN contract k ON k.supplier_id = m.supplier_id JOIN contract_terms e ON e.contract_id = k.id, person a WHERE a.login = 'report-agent' ORDER BY n;

INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, data)
SELECT c.id, x.type::case_event_type, c.sent_at + x.after, c.sent_at + x.after + x.late, c.opened_by, x.party::case_party,
	CASE x.type WHEN 'sent' THEN jsonb_build_object('terms', c.terms_id) ELSE '{}' END
FROM supplier_case c CROSS JOIN (VALUES (1, 'sent', interval '0', interval '0', 'us'), (2, 'info_requested', interval '2 hours', interval '1 hour', 'supplier'),
	(3, 'info_provided', interval '5 hours', interval '0', 'us')) AS x(n, type, after, late, party)
WHERE c.external_source = 'report' AND (x.n = 1 OR c.id % 3 = 0) ORDER BY c.id, x.n;

-- Clocks: the five metrics, updates up to three intervals. `used` is the share of the target that passed.
INSERT INTO clock (case_id, metric, ordinal, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at, breached_at, paused_s,
	retarget_count, evaluated_at)
SELECT case_id, metric, ordinal, version, target_s, state, started_at, CASE WHEN state = 'stopped' THEN started_at + elapsed_s * interval '3 s' END,
	elapsed_s, CASE WHEN state = 'running' THEN CASE WHEN elapsed_s > target_s THEN started_at + target_s * interval '3 s' ELSE date_trunc('second', now()) + interval '3 days' END END,
	CASE WHEN elapsed_s > target_s AND state <> 'cancelled' THEN started_at + target_s * interval '3 s' END, paused_s, retargets,
	greatest(started_at + elapsed_s * interval '3 s', started_at)
FROM (
	SELECT c.id AS case_id, g.metric, o AS ordinal, v.id AS version, g.target_s,
		CASE WHEN c.status = 'withdrawn' THEN 'cancelled' WHEN c.status = 'closed' OR (g.metric IN ('acknowledge', 'response')) OR o < 3 AND g.metric = 'update'
			THEN 'stopped' WHEN c.id % 3 = 0 AND g.metric = 'workaround' THEN 'paused' ELSE 'running' END::clock_state AS state,
		c.sent_at + (o - 1) * interval '1 day' AS started_at,
		CASE WHEN h.luck < 0.05 THEN g.target_s ELSE (g.target_s * h.luck * 1.12)::bigint END AS elapsed_s,
		CASE WHEN c.id % 3 = 0 AND g.metric IN ('workaround', 'resolution') THEN 10800 ELSE 0 END AS paused_s,
		CASE WHEN c.id % 17 = 0 AND g.metric = 'resolution' THEN 1 ELSE 0 END AS retargets
	FROM supplier_case c JOIN contract_terms k ON k.id = c.terms_id JOIN contract_target g ON g.terms_id = k.id AND g.priority = c.priority
	JOIN calendar_version v ON v.calendar_id = k.calendar_id
	CROSS JOIN generate_series(1, 3) o CROSS JOIN LATERAL (SELECT random() AS luck WHERE c.id > 0) h
	WHERE c.external_source = 'report' AND (g.metric = 'update' OR o = 1) AND (g.metric <> 'update' OR o <= 1 + c.id % 3)
) x;

INSERT INTO clock_pause (clock_id, ordinal, from_at, to_at, worked_s, reason, waits_for, from_seq, to_seq)
SELECT c.id, 1, c.started_at + interval '2 hours', CASE WHEN c.state <> 'paused' THEN c.started_at + interval '5 hours' END, 10800, 'info_requested', 'us', 2,
	CASE WHEN c.state <> 'paused' THEN 3 END
FROM clock c JOIN supplier_case k ON k.id = c.case_id WHERE k.external_source = 'report' AND c.paused_s > 0;

-- Outages: the first incidents of the service end after some hours, one is still open.
INSERT INTO ticket_event (ticket_id, type, occurred_at, recorded_at, actor_role, visibility)
SELECT t.id, 'cancelled', t.opened_at + t.external_number::int % 11 * interval '47 minutes', t.opened_at + interval '1 day', 'system', 'internal'
FROM ticket t WHERE t.external_source = 'report' AND t.service_id IS NOT NULL AND t.external_number NOT IN ('9', '400') ORDER BY t.id;
-- What concerned one person or one shop took no service down, unless staff linked the service to it.
UPDATE ticket SET impact = CASE external_number::int % 5 WHEN 0 THEN 3 WHEN 1 THEN 2 WHEN 2 THEN 2 ELSE 1 END WHERE external_source = 'report';
INSERT INTO ticket_ci (ticket_id, ci_id, role, added_by, added_at) SELECT t.id, t.service_id, CASE t.external_number::int % 2 WHEN 0 THEN 'affected' ELSE 'cause' END::ci_role, t.opened_by, t.opened_at
FROM ticket t WHERE t.external_source = 'report' AND t.service_id IS NOT NULL AND t.external_number::int % 5 IN (0, 2);
UPDATE ticket t SET status = 'cancelled', closed_at = e.occurred_at FROM ticket_event e WHERE e.ticket_id = t.id AND e.type = 'cancelled';

-- The ninth case's owner has a name that looks like a formula; the texts that do not fit a cell stand in a contract's title.
WITH owned AS (SELECT c.ticket_id, p.id AS person_id, c.sent_at FROM supplier_case c, person p
	WHERE c.external_source = 'report' AND c.external_number = '9' AND p.login = 'report-agent2')
INSERT INTO ownership (ticket_id, person_id, period) SELECT ticket_id, person_id, tstzrange(sent_at - interval '1 hour', NULL) FROM owned;
UPDATE ticket t SET owner_id = o.person_id, status = 'in_progress' FROM ownership o WHERE o.ticket_id = t.id AND t.external_source = 'report';
UPDATE contract SET name = repeat('длинно 😀 ', 5000) WHERE number = 'RC-report-plain';
COMMIT;
ANALYZE;
