-- name: ambiguous_list
SELECT c.id, jsonb_build_object('id', c.id, 'source', c.source, 'class', k.name, 'name', c.name, 'external_key', c.external_key, 'reason', c.reason,
	'candidates', (SELECT coalesce(jsonb_agg(ref_json(i.id, i.name) ORDER BY i.id), '[]') FROM ci i WHERE i.id = ANY (c.candidates)),
	'batch', c.import_id, 'created_at', instant_text(c.created_at), 'seen_at', instant_text(c.seen_at), 'decision', c.decision,
	'ci', c.ci_id, 'decided_by', ref_json(p.id, p.name), 'decided_at', instant_text(c.decided_at))::text
FROM reconcile_case c JOIN ci_class k ON k.id = c.class_id LEFT JOIN person p ON p.id = c.decided_by
WHERE (c.decision IS NULL) = ($1::text = 'open') AND ($2::bigint IS NULL OR c.import_id = $2::bigint) AND ($3::bigint IS NULL OR c.id > $3::bigint)
ORDER BY c.id LIMIT $4;

-- name: ambiguous_get
SELECT reconcile_case_json($1::bigint, $2::text)::text;

-- name: ambiguous_decide
SELECT reconcile_decide($1::bigint, $2::text, $3::bigint, $4::bigint, $5::timestamptz);

-- name: merge_preview
SELECT ci_merge_preview($1::bigint, $2::bigint, $3::text)::text;

-- name: merge_do
SELECT ci_merge_two($1::bigint, $2::bigint, $3::text[], $4::bigint, $5::timestamptz);

-- name: merge_show
SELECT jsonb_build_object('id', m.id, 'kept', ref_json(k.id, k.name), 'merged', ref_json(g.id, g.name), 'at', instant_text(m.at), 'actor', ref_json(p.id, p.name), 'moved', m.moved)::text
FROM ci_merge m JOIN ci k ON k.id = m.kept_id JOIN ci g ON g.id = m.merged_id LEFT JOIN person p ON p.id = m.actor_id WHERE m.id = $1;

-- name: reconciliation_get
SELECT reconciliation_json()::text;

-- name: reconciliation_put
SELECT reconciliation_save($1::jsonb, $2::text);
