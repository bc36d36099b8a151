-- name: demo_evidence_changes
-- Versions of the tills' program: on a part of the tills with trouble a new one came one to four days before it, on others it came and nothing
-- happened; one night all tills of the chain got one, which says nothing about a single till. Firmware of network devices changes as
-- often and does no harm; memory of workstations is changed by technicians. In the order in which they happened. $1 end, $2 seed.
WITH trouble AS (
	SELECT DISTINCT ON (l.ci_id) l.ci_id, t.opened_at FROM ticket t JOIN ticket_ci l ON l.ticket_id = t.id AND l.role IN ('affected', 'cause')
	JOIN ci c ON c.id = l.ci_id JOIN ci_class k ON k.id = c.class_id AND k.name = 'cash_register'
	WHERE t.kind = 'incident' AND t.opened_at > $1::timestamptz - interval '300 days' AND hashtextextended('till' || t.id, $2) & 1023 < 420
	ORDER BY l.ci_id, hashtextextended('first' || t.id, $2)),
planned AS (
	SELECT x.ci_id, x.opened_at - make_interval(hours => 20 + (hashtextextended('before' || x.ci_id, $2) & 63)::integer) AS at, 'software_version' AS name,
		to_jsonb('4.18.' || 3 + (hashtextextended('v' || x.ci_id, $2) & 3)) AS value, 'import:cash' AS via FROM trouble x
	UNION ALL
	SELECT c.id, $1::timestamptz - make_interval(hours => 500 + (hashtextextended('quiet' || c.id, $2) & 8191)::integer * 320 / 8191 * 20), 'software_version',
		to_jsonb('4.17.' || 1 + (hashtextextended('q' || c.id, $2) & 7)), 'import:cash' FROM ci c JOIN ci_class k ON k.id = c.class_id
	WHERE k.name = 'cash_register' AND hashtextextended('some' || c.id, $2) & 1023 < 350
	UNION ALL
	SELECT c.id, date_trunc('day', $1::timestamptz) - interval '75 days' + make_interval(mins => (hashtextextended('night' || c.id, $2) & 31)::integer), 'software_version',
		to_jsonb('4.19.0'::text), 'import:cash' FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE k.name = 'cash_register'
	UNION ALL
	SELECT c.id, $1::timestamptz - make_interval(hours => 100 + (hashtextextended('fw' || c.id || ':' || n, $2) & 8191)::integer), 'firmware',
		to_jsonb('8.0.' || n + (hashtextextended('f' || c.id, $2) & 7)), 'import:netmon' FROM ci c JOIN ci_class k ON k.id = c.class_id, generate_series(1, 2) n
	WHERE k.name = 'network_device' AND hashtextextended('fws' || c.id, $2) & 1023 < 500
	UNION ALL
	SELECT c.id, $1::timestamptz - make_interval(hours => 300 + (hashtextextended('mem' || c.id, $2) & 8191)::integer), 'memory_gb', to_jsonb(64), 'manual'
	FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE k.name = 'workstation' AND hashtextextended('mems' || c.id, $2) & 1023 < 300)
SELECT p.ci_id, date_trunc('second', p.at), p.name, p.value::text, p.via FROM planned p JOIN ci c ON c.id = p.ci_id
WHERE p.at > c.created_at AND p.at < $1::timestamptz ORDER BY p.at, p.ci_id;

-- name: demo_evidence_change
UPDATE ci SET attributes = attributes || jsonb_build_object($3::text, $4::jsonb), updated_at = $2, changed_by = NULL, changed_via = $5, change_ticket_id = NULL WHERE id = $1;

-- name: demo_evidence_orphans
-- Bought, plugged in, and then forgotten: nobody answers for them.
UPDATE ci SET owner_id = NULL, updated_at = $1::timestamptz - interval '120 days', changed_by = NULL, changed_via = 'manual'
WHERE id IN (SELECT c.id FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE k.name IN ('phone', 'printer', 'data_terminal', 'network_device', 'licence', 'virtual_machine')
	AND (hashtextextended('orphan' || c.id, $2) & 1023 < 120 OR NOT EXISTS (SELECT FROM ci_relation r WHERE c.id IN (r.source_id, r.target_id)))
	AND c.updated_at < $1::timestamptz - interval '130 days');

-- name: demo_evidence_said
-- What sources said lately: the agent as it is; the fixed-asset register of some machines something else.
INSERT INTO ci_said (ci_id, source, said, at)
SELECT c.id, s.source, s.said, date_trunc('second', $1::timestamptz - make_interval(hours => (hashtextextended(s.source || c.id, $2) & 511)::integer))
FROM ci c JOIN ci_class k ON k.id = c.class_id CROSS JOIN LATERAL (
	SELECT 'agent' AS source, jsonb_strip_nulls(jsonb_build_object('/attributes/memory_gb', c.attributes -> 'memory_gb', '/attributes/os', c.attributes -> 'os',
		'/attributes/hostname', c.attributes -> 'hostname', '/attributes/serial_number', c.attributes -> 'serial_number')) AS said
	UNION ALL
	SELECT 'fixed-assets', jsonb_strip_nulls(jsonb_build_object('/attributes/serial_number', c.attributes -> 'serial_number', '/attributes/inventory_number', c.attributes -> 'inventory_number',
		'/attributes/memory_gb', CASE WHEN hashtextextended('wrong' || c.id, $2) & 1023 < 260 THEN to_jsonb((c.attributes ->> 'memory_gb')::bigint / 2) ELSE c.attributes -> 'memory_gb' END))) s
WHERE k.name IN ('workstation', 'server') AND s.said <> '{}'
ON CONFLICT DO NOTHING;

-- name: demo_evidence_columns
INSERT INTO source_column (source, class_id, name, rows, filled, distinct_estimate, sample, last_at)
SELECT x.source, k.id, x.name, x.rows, x.filled, x.differ, x.sample, date_trunc('second', $1::timestamptz - interval '9 hours')
FROM (VALUES ('agent', 'workstation', 'bios_version', 35, 34, 9, ARRAY['N1AET78W', '2.41.0', '02.08.00']),
	('agent', 'workstation', 'chassis_type', 35, 35, 1, ARRAY['Desktop']),
	('agent', 'server', 'last_boot', 11, 11, 11, ARRAY['2026-11-02', '2026-10-18', '2026-11-19']),
	('fixed-assets', 'workstation', 'Центр затрат', 35, 33, 12, ARRAY['4410', '4420', '1107']),
	('fixed-assets', 'workstation', 'МОЛ', 35, 4, 2, ARRAY['Склад №2', 'Бухгалтерия'])) AS x (source, class, name, rows, filled, differ, sample)
JOIN ci_class k ON k.name = x.class ON CONFLICT DO NOTHING;

-- name: demo_evidence_uses
-- Half a year in which people of the desk looked and asked, each for what serves them; some attributes nobody chose.
INSERT INTO attribute_usage (day, class_id, attribute_id, kind, program, times, people)
SELECT z.day, NULL, z.id, z.kind, false, z.times, z.a | z.b
FROM (SELECT d::date AS day, a.id, x.kind, 1 + (hashtextextended(a.name || d || x.kind, $2) & 3) AS times,
		set_bit(repeat('0', 256)::bit(256), (hashtextextended(a.name || d, $2) & 15)::integer * 13, 1) AS a,
		set_bit(repeat('0', 256)::bit(256), (hashtextextended(d || a.name, $2) & 7)::integer * 29, 1) AS b
	FROM (VALUES ('software_version', 'filter', 500), ('software_version', 'read', 500), ('serial_number', 'filter', 700), ('model', 'filter', 450), ('model', 'report', 60), ('model', 'read', 600),
		('hostname', 'filter', 650), ('ip', 'filter', 600), ('os', 'filter', 200), ('os', 'report', 40), ('firmware', 'filter', 120), ('version', 'read', 300), ('vendor', 'filter', 150),
		('inventory_number', 'filter', 400), ('warranty_until', 'filter', 220), ('warranty_until', 'report', 60), ('fiscal_drive_expires', 'filter', 140), ('fiscal_drive_expires', 'report', 60),
		('expires_on', 'filter', 130), ('expires_on', 'report', 60), ('criticality', 'report', 60), ('role', 'filter', 90), ('extension', 'filter', 260), ('terminal_id', 'filter', 240),
		('carrier_circuit', 'filter', 110), ('engine', 'filter', 80), ('address', 'read', 90), ('contact_phone', 'read', 70), ('memory_gb', 'read', 60), ('seats', 'report', 50)) AS x (name, kind, often)
	JOIN ci_attribute a ON a.name = x.name AND NOT a.retired
	CROSS JOIN generate_series($1::timestamptz - interval '200 days', $1::timestamptz - interval '1 day', interval '1 day') d
	WHERE hashtextextended('use' || a.id || d || x.kind, $2) & 1023 < x.often) z
ON CONFLICT DO NOTHING;

-- name: demo_evidence_opened
INSERT INTO attribute_usage (day, class_id, attribute_id, kind, program, times, people)
SELECT d::date, k.id, NULL, 'read', false, 1 + (hashtextextended(k.name || d, $2) & 7), set_bit(repeat('0', 256)::bit(256), (hashtextextended(d || k.name, $2) & 15)::integer * 13, 1)
FROM ci_class k CROSS JOIN generate_series($1::timestamptz - interval '200 days', $1::timestamptz - interval '1 day', interval '1 day') d
WHERE k.name IN ('cash_register', 'network_device', 'application', 'workstation', 'printer', 'virtual_machine', 'server', 'payment_terminal', 'business_service')
	AND hashtextextended('open' || k.id || d, $2) & 1023 < 700 ON CONFLICT DO NOTHING;

-- name: demo_evidence_confirmations
-- About half of the owners say each month that all is as recorded; those with the demo's own accounts leave something to do.
INSERT INTO ci_confirmation (ci_id, attribute_id, person_id, at, ci_version)
SELECT c.id, NULL, c.owner_id, date_trunc('second', $1::timestamptz - make_interval(hours => 24 + (hashtextextended('when' || c.owner_id, $2) & 511)::integer)), c.version
FROM ci c JOIN person p ON p.id = c.owner_id
WHERE c.phase <> 'ended' AND hashtextextended('confirms' || c.owner_id, $2) & 1023 < 560 AND p.login NOT IN ('employee', 'agent', 'cmdb')
	AND hashtextextended('this' || c.id, $2) & 1023 < 950;

-- name: demo_evidence_own
-- The employee answers for the printers and the phone of their shop, the architect for the locations.
UPDATE ci SET owner_id = (SELECT id FROM person WHERE login = 'employee'), updated_at = $1::timestamptz - interval '100 days', changed_by = NULL, changed_via = 'manual'
WHERE id IN (SELECT c.id FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE k.name IN ('printer', 'phone', 'payment_terminal') AND c.owner_id IS NOT NULL
	AND c.updated_at < $1::timestamptz - interval '110 days' AND hashtextextended('own' || c.id, $2) & 1023 < 200 ORDER BY c.id LIMIT 7);

-- name: demo_evidence_decisions
INSERT INTO attribute_decision (attribute_id, decision, proposal, reason, evidence, effect, decided_by, decided_at)
SELECT a.id, x.decision, x.decision, x.reason, '{}', 'none', p.id, date_trunc('second', $1::timestamptz - make_interval(days => x.days))
FROM (VALUES ('hardware', 'serial_number', 'keep', 96, 'Без номера производитель не примет рекламацию'), ('network_device', 'firmware', 'watch', 40, 'Перед обновлением прошивок предупреждать магазины')) AS x (class, name, decision, days, reason)
JOIN ci_class k ON k.name = x.class JOIN ci_attribute a ON a.class_id = k.id AND a.name = x.name JOIN person p ON p.login = 'cmdb';
