-- name: model_document
SELECT cmdb_model_document()::text, s.version FROM cmdb_model_state s;

-- name: model_version
SELECT version FROM cmdb_model_state;

-- name: model_apply
SELECT r.report -> 'errors', jsonb_build_object('problems', r.report -> 'problems')::text, r.report::text, coalesce(jsonb_array_length(r.report -> 'problems'), 0),
	(r.report ->> 'version')::bigint
FROM (SELECT cmdb_model_apply($1::jsonb, $2::jsonb, $3, $4, $5, $6, $7) AS report) r;

-- name: model_changes
SELECT c.id, jsonb_build_object('id', c.id, 'at', instant_text(c.at), 'actor', ref_json(p.id, p.name), 'via', c.via, 'changes', c.changes,
	'conversions', c.conversions, 'effects', c.effects)::text
FROM cmdb_model_change c LEFT JOIN person p ON p.id = c.actor_id
WHERE $1::bigint IS NULL OR c.id < $1::bigint ORDER BY c.id DESC LIMIT $2;
