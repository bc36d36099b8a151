-- Subscriptions to reports and their runs (schema/rules/61_report_runs.sql).

-- name: report_subscription_list
SELECT report_subscription_json(s), s.id FROM report_subscription s
WHERE s.person_id = $1::bigint AND ($2::bigint IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3::int;

-- name: report_subscription_read
SELECT report_subscription_json(s), s.version FROM report_subscription s WHERE s.id = $1 AND s.person_id = $2::bigint;

-- name: report_subscription_save
SELECT report_subscription_json(s), s.version, s.id
FROM report_subscription_save($1, $2, $3, $4::report_kind, $5, $6, $7, $8, $9, $10, $11, $12) s;

-- name: report_subscription_delete
-- Its runs stay.
DELETE FROM report_subscription WHERE id = $1 AND person_id = $2::bigint RETURNING id;

-- name: report_run_list
-- Latest first. $1 viewer, $2 roles, $3 only own, $4 report, $5 state, $6 subscription.
SELECT report_run_json(r), r.id FROM report_run r
WHERE (r.person_id = $1::bigint OR (NOT $3::boolean AND report_run_visible(r, $1, $2::int))) AND ($4::report_kind IS NULL OR r.report = $4::report_kind)
	AND ($5::report_state IS NULL OR r.state = $5::report_state) AND ($6::bigint IS NULL OR r.subscription_id = $6)
	AND ($7::bigint IS NULL OR r.id < $7) ORDER BY r.id DESC LIMIT $8::int;

-- name: report_run_read
SELECT report_run_json(r), r.id FROM report_run r WHERE r.id = $1 AND report_run_visible(r, $2::bigint, $3::int);

-- name: report_run_create
WITH made AS (
	INSERT INTO report_run (person_id, report, language, zone, supplier_id, period_from, period_to, delivery, not_before, created_at)
	VALUES ($1::bigint, $2::report_kind, $3::text, $4::text, $5::bigint, $6::date, $7::date, $8::text, $9::timestamptz, $9) RETURNING *)
SELECT report_run_json(made), 1, made.id FROM made;

-- name: report_run_waiting
-- How many of the person's runs are not finished; and whether the supplier exists.
SELECT (SELECT count(*) FROM report_run WHERE person_id = $1::bigint AND state IN ('queued', 'running')),
	$2::bigint IS NULL OR EXISTS (SELECT FROM supplier WHERE id = $2),
	EXISTS (SELECT FROM person WHERE id = $1 AND coalesce(mail, '') <> '');

-- name: report_run_file
SELECT r.state, r.swept_at, r.file_name, r.report, (SELECT max(p.ordinal) FROM report_run_part p WHERE p.run_id = r.id)
FROM report_run r WHERE r.id = $1 AND report_run_visible(r, $2::bigint, $3::int);

-- name: report_run_part_read
SELECT content FROM report_run_part WHERE run_id = $1 AND ordinal = $2::int;

-- name: report_runs_due
SELECT report_runs_due($1);

-- name: report_run_take
SELECT r.id, r.attempts, r.report, r.language, r.zone, r.supplier_id, r.period_from, r.period_to, p.name, p.active AND reads_all(p.roles), p.id
FROM report_run_take($1, $2) r JOIN person p ON p.id = r.person_id;

-- name: report_run_progress
UPDATE report_run SET progress_pct = $3::smallint WHERE id = $1 AND attempts = $2::smallint AND state = 'running';

-- name: report_run_clear
-- Also locks the run, so that its attempt cannot change until the file is in.
WITH mine AS (SELECT id FROM report_run WHERE id = $1 AND attempts = $2::smallint AND state = 'running' FOR UPDATE),
	gone AS (DELETE FROM report_run_part p USING mine WHERE p.run_id = mine.id)
SELECT id FROM mine;

-- name: report_run_part_write
INSERT INTO report_run_part (run_id, ordinal, content) VALUES ($1, $2::int, $3::bytea);

-- name: report_run_done
SELECT report_run_done($1, $2::int, $3, $4, $5::bytea, $6, $7, $8);

-- name: report_run_failed
SELECT report_run_failed($1, $2::int, $3, $4, $5);

-- name: report_run_interrupted
-- The node stops: as if the attempt had not begun.
UPDATE report_run SET state = 'queued', attempts = attempts - 1, progress_pct = 0 WHERE id = $1 AND attempts = $2::smallint AND state = 'running';

-- name: report_runs_sweep
-- Files that have served their time; what was made, when and with which hash stays.
WITH old AS (UPDATE report_run SET swept_at = $1::timestamptz WHERE swept_at IS NULL AND made_at < $1::timestamptz - make_interval(days => $2::int)
	RETURNING id)
DELETE FROM report_run_part p USING old WHERE p.run_id = old.id;
