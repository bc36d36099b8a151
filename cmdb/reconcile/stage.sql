-- name: stage_open
INSERT INTO cmdb_import (source, dry_run, actor_id, created_at, kind, state, file_name, encoding, separator, headings)
VALUES ($1, false, $2, $3, 'csv', 'staged', $4, $5, $6, $7::text[]) RETURNING id;

-- name: stage_copy
COPY cmdb_import_cell (import_id, line, cells) FROM STDIN;

-- name: stage_close
-- What was chosen last for the same headings, of this source first; else what the headings say.
WITH remembered AS (
	SELECT m.class_id, m.columns FROM cmdb_import i JOIN cmdb_mapping m ON m.headings = encode(sha256(convert_to(array_to_string(i.headings, E'\x1f'), 'UTF8')), 'hex')
	WHERE i.id = $1 ORDER BY m.source = i.source DESC, m.used_at DESC LIMIT 1
)
UPDATE cmdb_import SET row_count = $2, columns = $3::jsonb, class_id = (SELECT r.class_id FROM remembered r),
	mapping = coalesce((SELECT r.columns FROM remembered r), (SELECT jsonb_object_agg(p ->> 0, p ->> 1) FROM jsonb_array_elements($4::jsonb) p), '{}')
WHERE id = $1;

-- name: stage_show
SELECT reconcile_batch_json($1::bigint)::text;
