-- name: import_hold
SELECT cmdb_model_share(), pg_advisory_xact_lock(4809542);

-- name: import_savepoint
SAVEPOINT cmdb_import;

-- name: import_undo
ROLLBACK TO SAVEPOINT cmdb_import;

-- name: import_one
SELECT outcome, ci_id, errors::text
FROM cmdb_import_one($1::bigint, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::text, $8::text, $9::jsonb, $10::bigint, $11::timestamptz);

-- name: import_open
INSERT INTO cmdb_import (source, dry_run, actor_id, created_at, applied_at, applied_by)
VALUES ($1, $2, $3, $4, CASE WHEN NOT $2::boolean THEN $4::timestamptz END, CASE WHEN NOT $2::boolean THEN $3::bigint END) RETURNING id;

-- name: import_close
UPDATE cmdb_import SET created = $2, updated = $3, unchanged = $4, refused = $5, row_count = $2::int + $3::int + $4::int + $5::int,
	state = CASE WHEN dry_run THEN 'discarded' ELSE 'applied' END WHERE id = $1;

-- name: import_store_rows
INSERT INTO cmdb_import_row (import_id, line, outcome, ci_id, name, errors)
SELECT $1::bigint, r.line, r.outcome, r.ci_id::bigint, r.name, r.errors::jsonb
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS r(line, outcome, ci_id, name, errors);

-- name: import_get
SELECT i.id, i.source, i.dry_run, p.id, p.name, i.created_at, i.created, i.updated, i.unchanged, i.refused
FROM cmdb_import i LEFT JOIN person p ON p.id = i.actor_id WHERE i.id = $1;

-- name: import_rows
SELECT r.line, r.outcome, r.name, c.id, c.name, r.errors::text
FROM cmdb_import_row r LEFT JOIN ci c ON c.id = r.ci_id
WHERE r.import_id = $1 AND ($2::text IS NULL OR r.outcome = $2::text) AND ($3::int IS NULL OR r.line > $3::int)
ORDER BY r.line LIMIT $4;
