-- name: ciql_relations
SELECT name, inverse_en FROM relation_type ORDER BY position, name;

-- name: ciql_page
SELECT p.ids, p.next_name, p.next_id, p.examined
FROM ci_query_page($1::jsonb, $2::timestamptz, $3::text, $4::bigint, $5::integer, $6::integer, $7::bigint[], $8::boolean, $9::bigint) p;

-- name: ciql_rows
SELECT c.id, c.name, c.status, k.id, k.name, k.label_en, k.label_ru, p.id, p.name, c.location, c.external_key, c.attributes::text, c.updated_at,
	ci_state_json(c.class_id, c.status, c.phase, 'en')::text, ci_state_json(c.class_id, c.status, c.phase, 'ru')::text
FROM unnest($1::bigint[]) WITH ORDINALITY AS i(id, place) JOIN ci_as_were($1::bigint[], $2::timestamptz) c ON c.id = i.id JOIN ci_class k ON k.id = c.class_id
	LEFT JOIN person p ON p.id = c.owner_id
ORDER BY i.place;

-- name: ciql_references
-- What the CIs are called to which attributes of these refer.
SELECT r.id, r.name FROM ci r WHERE r.id IN (
	SELECT ci_value_number(c.attributes -> a.name)::bigint FROM ci c JOIN ci_class k ON k.id = c.class_id JOIN ci_attribute a ON a.class_id = ANY (k.lineage)
	WHERE c.id = ANY ($1::bigint[]) AND a.type = 'reference' AND jsonb_exists(c.attributes, a.name));

-- name: ciql_count
SELECT held, examined, exact FROM ci_query_count($1::jsonb, $2::timestamptz, $3::integer, $4::bigint[], $5::boolean, $6::bigint);

-- name: ciql_saved_list
SELECT q.id, q.name, q.text, to_json(q.columns), p.id, p.name, q.shared, t.id, t.name, q.version, q.updated_at, q.owner_id = $1::bigint
FROM ci_query q JOIN person p ON p.id = q.owner_id LEFT JOIN team t ON t.id = q.team_id
WHERE (q.owner_id = $1::bigint OR q.shared = 'all' OR (q.shared = 'team' AND q.team_id = ANY ($2::bigint[])))
	AND ($3::text IS NULL OR (lower(q.name), q.id) > ($3::text, $4::bigint))
ORDER BY lower(q.name), q.id LIMIT $5::integer;

-- name: ciql_saved_get
SELECT q.id, q.name, q.text, to_json(q.columns), p.id, p.name, q.shared, t.id, t.name, q.version, q.updated_at, q.owner_id = $1::bigint
FROM ci_query q JOIN person p ON p.id = q.owner_id LEFT JOIN team t ON t.id = q.team_id
WHERE q.id = $3::bigint AND (q.owner_id = $1::bigint OR q.shared = 'all' OR (q.shared = 'team' AND q.team_id = ANY ($2::bigint[])));

-- name: ciql_saved_lock
SELECT q.version, q.owner_id = $2::bigint, q.name, q.text, q.columns, q.shared, q.team_id, q.owner_id = $2::bigint OR q.shared = 'all' OR (q.shared = 'team' AND q.team_id = ANY ($3::bigint[]))
FROM ci_query q WHERE q.id = $1::bigint FOR UPDATE;

-- name: ciql_saved_create
INSERT INTO ci_query (name, text, columns, owner_id, shared, team_id, created_at, updated_at)
VALUES ($1::text, $2::text, $3::text[], $4::bigint, $5::text, $6::bigint, $7::timestamptz, $7::timestamptz) RETURNING id;

-- name: ciql_saved_change
UPDATE ci_query SET name = $2::text, text = $3::text, columns = $4::text[], shared = $5::text, team_id = $6::bigint, updated_at = $7::timestamptz, version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: ciql_saved_delete
DELETE FROM ci_query WHERE id = $1::bigint RETURNING id;
