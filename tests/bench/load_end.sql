-- Bulk load, last part: indexes, sequences, statistics.
\set ON_ERROR_STOP on
SET maintenance_work_mem = '1GB';
SET max_parallel_maintenance_workers = 2;
SELECT definition FROM bench.index_later \gexec
SELECT setval(pg_get_serial_sequence(t, 'id'), (xpath('/row/max/text()', query_to_xml(format('SELECT max(id) FROM %I', t), false, true, '')))[1]::text::bigint)
FROM unnest(ARRAY['ticket', 'supplier_case']) AS t \g /dev/null
-- What the client and pgbench draw from, dense, so that a random number is a row.
CREATE TABLE bench.open_ticket AS SELECT row_number() OVER (ORDER BY id) AS place, id, number FROM ticket WHERE status = 'in_progress';
CREATE UNIQUE INDEX ON bench.open_ticket (place);
CREATE TABLE bench.open_case AS SELECT row_number() OVER (ORDER BY id) AS place, id, number FROM supplier_case WHERE status = 'open';
CREATE UNIQUE INDEX ON bench.open_case (place);
CREATE TABLE bench.code AS SELECT row_number() OVER () AS place, code
FROM (SELECT DISTINCT substring(body FROM 'E[0-9]+') AS code FROM ticket WHERE id % 499 = 1 LIMIT 1000) x;
CREATE UNIQUE INDEX ON bench.code (place);
GRANT USAGE ON SCHEMA bench TO vakhta;
GRANT SELECT ON ALL TABLES IN SCHEMA bench TO vakhta;
VACUUM ANALYZE;
ALTER SYSTEM RESET autovacuum;
SELECT pg_reload_conf() \g /dev/null
CHECKPOINT;
