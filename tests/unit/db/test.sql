-- Statements of the tests of db/.

-- name: test_echo
SELECT $1::text, $2::bigint, $3::boolean, $4::timestamptz, $5::bigint[], $6::text[], $7::timestamptz[], $8::bytea;

-- name: test_numbers
SELECT generate_series(1, $1::bigint);

-- name: test_numbers_then_fail
SELECT 100 / ($1::bigint - n) FROM generate_series(1, $1::bigint + 10) n;

-- name: test_arrays
SELECT ARRAY[]::text[], ARRAY['plain', 'with space', 'q"uote', 'b\slash', '{,}', '', 'NULL', NULL, 'щит']::text[], NULL::text[],
	ARRAY[1, NULL, -3]::bigint[];

-- name: test_instants
SELECT '2026-03-02 11:00:00.75+03'::timestamptz, 'infinity'::timestamptz, '-infinity'::timestamptz, NULL::timestamptz,
	'12026-01-01 00:00:00+00'::timestamptz;

-- name: test_raise
SELECT test_raise($1::text, $2::text, $3::text, $4::text);

-- name: test_insert
INSERT INTO test_item (id, name) VALUES ($1, $2);

-- name: test_insert_deferred
INSERT INTO test_deferred (id, item_id) VALUES ($1, $2);

-- name: test_count
SELECT count(*) FROM test_item;

-- name: test_names
SELECT id, name FROM test_item ORDER BY id;

-- name: test_clear
DELETE FROM test_item;

-- name: test_sleep
SELECT pg_sleep($1::double precision) IS NULL;

-- name: test_backend
SELECT pg_backend_pid();

-- name: test_settings
SELECT current_setting('statement_timeout'), current_setting('client_connection_check_interval'), current_setting('timezone'),
	current_setting('application_name'), current_setting('client_encoding'), current_setting('transaction_isolation'),
	current_setting('transaction_read_only'), current_setting('lc_messages');

-- name: test_copy
COPY test_item (id, name) FROM STDIN;

-- name: test_listen
-- prepare: no
LISTEN test_channel;

-- name: test_notify
SELECT pg_notify('test_channel', $1::text);

-- name: test_text_of
SELECT $1::text;

-- name: test_int_of_text
SELECT ($1::text)::bigint;

-- name: test_misfit
SELECT id FROM test_optional;

-- name: test_terminate
-- prepare: no
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ILIKE 'LISTEN%';
