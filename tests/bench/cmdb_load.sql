-- A large CMDB: :n CIs and about three relations for each, made the same way each time. psql -v n=1000000 -f tests/bench/cmdb_load.sql
-- Run as superuser on a database that has the classes of schema/0013_base_classes.sql (`vakhta demo load --empty`). Rows come in without
-- triggers and secondary indexes, so what the triggers would write (history, index of values) is written here.
-- Services stand on applications, these on databases and virtual machines, these on servers, these on switches in a tree of sixteen; all
-- other CIs are connected to a switch, part of a location, and use an application.
\set ON_ERROR_STOP on
SET maintenance_work_mem = '1GB';
SET max_parallel_maintenance_workers = 2;
CREATE SCHEMA IF NOT EXISTS cmdb_bench;
CREATE TABLE cmdb_bench.index_later AS
SELECT c.oid::regclass::text AS name, pg_get_indexdef(c.oid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
	AND t.relname IN ('ci', 'ci_relation', 'ci_version', 'ci_value');
SELECT 'DROP INDEX ' || name FROM cmdb_bench.index_later \gexec

UPDATE ci_attribute SET indexed = true WHERE name IN ('memory_gb', 'os', 'warranty_until', 'model', 'criticality');
CREATE TABLE cmdb_bench.fact AS
SELECT (SELECT max(id) FROM ci) AS base, :n::bigint AS n, greatest(:n / 1000, 1)::bigint AS services, greatest(:n / 100, 1)::bigint AS applications,
	greatest(:n / 100, 1)::bigint AS databases, greatest(:n / 50, 1)::bigint AS machines, greatest(:n / 100, 1)::bigint AS servers,
	greatest(:n / 200, 1)::bigint AS switches, greatest(:n / 200, 1)::bigint AS locations, '2026-01-01Z'::timestamptz AS at;
-- First place of each part, counted from 1.
CREATE TABLE cmdb_bench.part AS
SELECT p.class, p.count, 1 + sum(p.count) OVER (ORDER BY p.place) - p.count AS first, f.base FROM cmdb_bench.fact f
CROSS JOIN LATERAL (VALUES (1, 'business_service', services), (2, 'application', applications), (3, 'database', databases), (4, 'virtual_machine', machines),
	(5, 'server', servers), (6, 'network_device', switches), (7, 'location', locations)) AS p(place, class, count);

SET session_replication_role = replica;
INSERT INTO ci (id, class_id, name, status, attributes, location, source, external_key, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT f.base + i, k.id, initcap(replace(x.class, '_', ' ')) || ' ' || lpad(i::text, 7, '0'),
	CASE WHEN i % 50 = 0 THEN 'in_repair' WHEN i % 31 = 0 THEN 'spare' ELSE 'in_use' END,
	CASE x.class
		WHEN 'business_service' THEN jsonb_build_object('criticality', 1 + i % 3)
		WHEN 'application' THEN jsonb_build_object('vendor', 'Vendor ' || i % 40, 'recovery_time_h', 1 + i % 24, 'version', '1.' || i % 9)
		WHEN 'database' THEN jsonb_build_object('engine', (ARRAY['postgresql', 'mssql', 'mysql', 'clickhouse'])[1 + i % 4], 'size_gb', (i % 5000)::text)
		WHEN 'location' THEN jsonb_build_object('zone', 'Europe/Moscow')
		WHEN 'network_device' THEN jsonb_build_object('model', 'Switch ' || i % 12, 'serial_number', 'N' || i, 'firmware', '7.' || i % 5)
		WHEN 'phone' THEN jsonb_build_object('model', 'Phone ' || i % 8, 'extension', (i % 90000)::text)
		WHEN 'printer' THEN jsonb_build_object('model', 'Printer ' || i % 20, 'serial_number', 'P' || i, 'pages', i * 37 % 500000, 'colour', i % 3 = 0)
		ELSE jsonb_build_object('hostname', 'h' || i, 'memory_gb', (ARRAY[4, 8, 16, 32, 64])[1 + i % 5], 'os', 'OS ' || i % 14, 'model', 'Model ' || i % 60,
			'serial_number', 'S' || i, 'warranty_until', to_char(date '2024-01-01' + (i * 13 % 1800)::integer, 'YYYY-MM-DD')) END,
	'City ' || i % 200 || ', office ' || i % 7, 'bench', 'bench-' || i, f.at, f.at
FROM cmdb_bench.fact f CROSS JOIN generate_series(1, f.n) AS i
CROSS JOIN LATERAL (SELECT coalesce((SELECT p.class FROM cmdb_bench.part p WHERE i >= p.first AND i < p.first + p.count),
	CASE WHEN i % 20 < 14 THEN 'workstation' WHEN i % 20 < 17 THEN 'phone' ELSE 'printer' END) AS class) x
JOIN ci_class k ON k.name = x.class;
INSERT INTO ci_version (ci_id, version, class_id, name, status, phase, attributes, owner_id, location, external_key, changed_at, source)
SELECT id, 1, class_id, name, status, phase, attributes, owner_id, location, external_key, created_at, source FROM ci WHERE source = 'bench';
INSERT INTO ci_value (ci_id, attribute_id, number, word)
SELECT c.id, a.id, CASE WHEN a.type IN ('integer', 'decimal', 'reference') THEN ci_value_number(c.attributes -> a.name) END,
	CASE WHEN a.type NOT IN ('integer', 'decimal', 'reference') THEN left(c.attributes ->> a.name, 400) END
FROM ci c JOIN ci_class k ON k.id = c.class_id JOIN ci_attribute a ON a.class_id = ANY (k.lineage)
WHERE c.source = 'bench' AND (a.indexed OR a.unique_within) AND NOT a.retired AND c.attributes ->> a.name IS NOT NULL;

-- Who stands in which relation to whom: the place in the other part follows from the place in one's own.
INSERT INTO ci_relation (source_id, type, target_id, valid_from, origin)
SELECT DISTINCT r.source, r.type, r.target, f.at, 'bench' FROM cmdb_bench.fact f CROSS JOIN LATERAL (
	SELECT p.base + p.first + j AS source, 'depends_on' AS type, a.base + a.first + (j * 5 + k) % a.count AS target
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j, generate_series(0, 4) k WHERE p.class = 'business_service' AND a.class = 'application'
	UNION ALL SELECT p.base + p.first + j, 'runs_on', a.base + a.first + (j * 2 + k) % a.count
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j, generate_series(0, 1) k WHERE p.class = 'application' AND a.class = 'virtual_machine'
	UNION ALL SELECT p.base + p.first + j, 'depends_on', a.base + a.first + j % a.count
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j WHERE p.class = 'application' AND a.class = 'database'
	UNION ALL SELECT p.base + p.first + j, 'runs_on', a.base + a.first + (j * 7919) % a.count
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j WHERE p.class = 'database' AND a.class = 'virtual_machine'
	UNION ALL SELECT p.base + p.first + j, 'runs_on', a.base + a.first + j % a.count
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j WHERE p.class = 'virtual_machine' AND a.class = 'server'
	UNION ALL SELECT p.base + p.first + j, 'connected_to', a.base + a.first + (j + k * 17) % a.count
	FROM cmdb_bench.part p, cmdb_bench.part a, generate_series(0, p.count - 1) j, generate_series(0, 1) k WHERE p.class = 'server' AND a.class = 'network_device'
	UNION ALL SELECT p.base + p.first + j, 'connected_to', p.base + p.first + j / 16
	FROM cmdb_bench.part p, generate_series(1, p.count - 1) j WHERE p.class = 'network_device') r
WHERE r.source <> r.target;
INSERT INTO ci_relation (source_id, type, target_id, valid_from, origin)
SELECT f.base + i, r.type, r.target, f.at, 'bench'
FROM cmdb_bench.fact f CROSS JOIN cmdb_bench.part s CROSS JOIN cmdb_bench.part l CROSS JOIN cmdb_bench.part a CROSS JOIN generate_series(l.first + l.count, f.n) AS i
CROSS JOIN LATERAL (VALUES ('connected_to', f.base + s.first + i % s.count), ('part_of', f.base + l.first + i / 7 % l.count), ('uses', f.base + a.first + i * 31 % a.count),
	('uses', CASE WHEN i % 5 = 0 THEN f.base + a.first + (i * 31 + 13) % a.count END)) AS r(type, target)
WHERE s.class = 'network_device' AND l.class = 'location' AND a.class = 'application' AND r.target IS NOT NULL;
UPDATE ci_relation r SET backward = true FROM relation_type t WHERE t.name = r.type AND t.impact IN ('to_target', 'both') AND r.origin = 'bench';
-- A tenth of the devices have a person (there are fewer people than devices), half of the services earn.
INSERT INTO ci_user (ci_id, person_id, since)
SELECT f.base + i, (SELECT array_agg(id ORDER BY id) FROM person)[1 + i % (SELECT count(*) FROM person)], f.at
FROM cmdb_bench.fact f CROSS JOIN cmdb_bench.part l CROSS JOIN generate_series(l.first + l.count, f.n, 10) AS i WHERE l.class = 'location';
INSERT INTO service_value (service_id, amount, currency, calendar_id)
SELECT p.base + p.first + j, 1000 + 10 * j, 'RUB', (SELECT min(id) FROM calendar) FROM cmdb_bench.part p, generate_series(0, p.count - 1, 2) AS j
WHERE p.class = 'business_service';
SET session_replication_role = origin;
SELECT definition FROM cmdb_bench.index_later \gexec
SELECT setval(pg_get_serial_sequence('ci', 'id'), (SELECT max(id) FROM ci)) \g /dev/null
VACUUM ANALYZE ci, ci_version, ci_relation, ci_value, ci_user;
SELECT (SELECT count(*) FROM ci) AS cis, (SELECT count(*) FROM ci_relation WHERE valid_to IS NULL) AS relations, (SELECT count(*) FROM ci_value) AS values;
