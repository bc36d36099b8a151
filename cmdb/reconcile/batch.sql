-- name: batch_show
SELECT reconcile_batch_json(i.id)::text FROM cmdb_import i WHERE i.id = $1;

-- name: batch_list
SELECT i.id, jsonb_build_object('id', i.id, 'source', i.source, 'kind', i.kind, 'state', i.state, 'dry_run', i.dry_run, 'file', i.file_name, 'rows', i.row_count,
	'created', i.created, 'updated', i.updated, 'unchanged', i.unchanged, 'refused', i.refused, 'ambiguous', i.ambiguous,
	'created_at', instant_text(i.created_at), 'actor', ref_json(p.id, p.name), 'applied_at', instant_text(i.applied_at), 'undone_at', instant_text(i.undone_at))::text
FROM cmdb_import i LEFT JOIN person p ON p.id = i.actor_id
WHERE ($1::text IS NULL OR i.kind = $1::text) AND ($2::text IS NULL OR i.source = $2::text) AND ($3::bigint IS NULL OR i.id < $3::bigint)
	AND i.state <> 'discarded'
ORDER BY i.id DESC LIMIT $4;

-- name: batch_lock
SELECT state, (SELECT array_agg(h) FROM unnest(headings) h), kind FROM cmdb_import WHERE id = $1 AND NOT dry_run FOR UPDATE;

-- name: batch_map
WITH kept AS (
	INSERT INTO cmdb_mapping (source, headings, class_id, columns, used_at, used_by)
	SELECT i.source, encode(sha256(convert_to(array_to_string(i.headings, E'\x1f'), 'UTF8')), 'hex'), $2::bigint, $3::jsonb, $4, $5 FROM cmdb_import i WHERE i.id = $1
	ON CONFLICT (source, headings) DO UPDATE SET class_id = excluded.class_id, columns = excluded.columns, used_at = excluded.used_at, used_by = excluded.used_by
)
UPDATE cmdb_import SET class_id = $2::bigint, mapping = $3::jsonb, state = 'comparing', progress_base = NULL, problem = NULL WHERE id = $1;

-- name: batch_state
UPDATE cmdb_import SET state = $2, progress_base = NULL, problem = NULL,
	applied_by = CASE $2::text WHEN 'applying' THEN $3::bigint ELSE applied_by END,
	undone_by = CASE $2::text WHEN 'undoing' THEN $3::bigint ELSE undone_by END
WHERE id = $1;

-- name: batch_forget
WITH cells AS (DELETE FROM cmdb_import_cell WHERE import_id = $1), items AS (DELETE FROM cmdb_import_item WHERE import_id = $1)
DELETE FROM cmdb_import_row WHERE import_id = $1;

-- name: batch_rows
SELECT r.line, jsonb_build_object('line', r.line, 'outcome', r.outcome, 'name', r.name, 'ci', ref_json(c.id, c.name), 'errors', coalesce(r.errors, '[]'),
	'changes', coalesce(r.changes, '[]'), 'candidates', to_jsonb(coalesce(r.candidates, '{}')))::text
FROM cmdb_import_row r LEFT JOIN ci c ON c.id = r.ci_id
WHERE r.import_id = $1 AND ($2::text IS NULL OR r.outcome = $2::text) AND ($3::int IS NULL OR r.line > $3::int)
	AND ($4::text IS NULL OR r.changes @> jsonb_build_array(jsonb_build_object('field', $4::text)))
ORDER BY r.line LIMIT $5;

-- name: batch_report
SELECT r.line, r.outcome, r.ci_id, r.name,
	(SELECT string_agg(concat_ws(': ', nullif(e ->> 'pointer', ''), e ->> 'detail'), '; ') FROM jsonb_array_elements(r.errors) e),
	(SELECT string_agg(format('%s: %s → %s%s', e ->> 'field', coalesce(e ->> 'old', '—'), coalesce(e ->> 'new', '—'), ' (' || (e ->> 'kept') || ')'), '; ')
		FROM jsonb_array_elements(r.changes) e),
	array_to_string(r.candidates, ' ')
FROM cmdb_import_row r WHERE r.import_id = $1 ORDER BY r.line;

-- name: batch_kept
SELECT k.ci_id, k.field, jsonb_build_object('ci', ref_json(c.id, c.name), 'field', k.field, 'reason', k.reason, 'by_batch', k.by_batch, 'now', k.now_is, 'detail', k.detail)::text
FROM cmdb_import_kept k JOIN ci c ON c.id = k.ci_id
WHERE k.import_id = $1 AND ($2::bigint IS NULL OR (k.ci_id, k.field) > ($2::bigint, $3::text)) ORDER BY k.ci_id, k.field LIMIT $4;
