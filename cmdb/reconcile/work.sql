-- name: work_unlock
-- Locks of a round that failed on this connection.
SELECT pg_advisory_unlock_all();

-- name: work_lock
-- One batch at a time, whatever the number of nodes.
SELECT pg_try_advisory_lock(4809543);

-- name: work_next
SELECT id, state, source, class_id, mapping::text, (SELECT array_agg(h) FROM unnest(headings) h), coalesce(CASE state WHEN 'undoing' THEN undone_by ELSE applied_by END, actor_id),
	progress_base IS NOT NULL
FROM cmdb_import WHERE state IN ('comparing', 'applying', 'undoing') ORDER BY id LIMIT 1;

-- name: work_interrupted
-- The work stopped in the middle: its transaction is gone, nothing of it was kept.
UPDATE cmdb_import SET state = CASE state WHEN 'applying' THEN 'compared' WHEN 'undoing' THEN 'applied' ELSE state END, progress_base = NULL,
	problem = CASE WHEN state IN ('applying', 'undoing') THEN 'interrupted' END WHERE id = $1;

-- name: work_begin
UPDATE cmdb_import SET progress_base = (SELECT last_value FROM cmdb_import_progress) WHERE id = $1;

-- name: work_failed
UPDATE cmdb_import SET state = CASE state WHEN 'comparing' THEN 'staged' WHEN 'applying' THEN 'compared' ELSE 'applied' END, progress_base = NULL, problem = $2 WHERE id = $1;

-- name: work_hold
SELECT cmdb_model_share(), pg_advisory_xact_lock(4809542);

-- name: work_clear
WITH items AS (DELETE FROM cmdb_import_item WHERE import_id = $1) DELETE FROM cmdb_import_row WHERE import_id = $1;

-- name: work_clear_rows
DELETE FROM cmdb_import_row WHERE import_id = $1;

-- name: work_cells
SELECT line, cells FROM cmdb_import_cell WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3;

-- name: work_copy
COPY cmdb_import_item (import_id, line, class_id, external_key, name, fields, attributes, errors) FROM STDIN;

-- name: work_twins
SELECT reconcile_batch_twins($1::bigint);

-- name: work_run
SELECT reconcile_batch_run($1::bigint, $2::int, $3::int, $4::boolean, $5::bigint, $6::timestamptz);

-- name: work_again
SELECT reconcile_batch_again($1::bigint, $2::bigint, $3::timestamptz);

-- name: work_finish
SELECT reconcile_batch_finish($1::bigint, $2::boolean, $3::bigint, $4::timestamptz);

-- name: work_undo
SELECT reconcile_batch_undo($1::bigint, $2::bigint, $3::int, $4::bigint, $5::timestamptz);

-- name: work_forget_old
-- Tables that nobody went on with for two weeks.
WITH old AS (UPDATE cmdb_import SET state = 'discarded' WHERE state IN ('staged', 'compared') AND created_at < $1::timestamptz - interval '14 days' RETURNING id),
	cells AS (DELETE FROM cmdb_import_cell c USING old WHERE c.import_id = old.id),
	items AS (DELETE FROM cmdb_import_item c USING old WHERE c.import_id = old.id)
DELETE FROM cmdb_import_row c USING old WHERE c.import_id = old.id;
