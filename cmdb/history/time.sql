-- name: ci_timeline
SELECT at, rank, id, what, actor_id, actor_name, source, ticket, detail FROM ci_timeline($1::bigint, $2::timestamptz, $3::integer, $4::bigint, $5::integer);

-- name: ci_known
SELECT id FROM ci WHERE id = $1::bigint;

-- name: ci_compare
SELECT ci_compare($1::bigint, $2::timestamptz, $3::integer, $4::bigint, $5::timestamptz, $6::integer, $7::text);

-- name: baseline_list
SELECT b.id, b.name, b.note, b.kind, k.id, k.name, k.label_en, k.label_ru, b.query, s.id, s.name, b.at, b.members, p.id, p.name, b.created_at
FROM ci_baseline b LEFT JOIN ci_class k ON k.id = b.class_id LEFT JOIN ci s ON s.id = b.service_id LEFT JOIN person p ON p.id = b.created_by
WHERE ($1::bigint IS NULL OR b.id < $1::bigint) AND ($2::bigint IS NULL OR EXISTS (SELECT FROM ci_baseline_member m WHERE m.baseline_id = b.id AND m.ci_id = $2::bigint))
ORDER BY b.id DESC LIMIT $3::integer;

-- name: baseline_get
SELECT b.id, b.name, b.note, b.kind, k.id, k.name, k.label_en, k.label_ru, b.query, s.id, s.name, b.at, b.members, p.id, p.name, b.created_at
FROM ci_baseline b LEFT JOIN ci_class k ON k.id = b.class_id LEFT JOIN ci s ON s.id = b.service_id LEFT JOIN person p ON p.id = b.created_by
WHERE b.id = $1::bigint;

-- name: baseline_create
SELECT ci_baseline_create($1::text, $2::text, $3::text, $4::bigint, $5::text, $6::jsonb, $7::bigint, $8::timestamptz, $9::timestamptz, $10::bigint[], $11::boolean, $12::bigint);

-- name: baseline_drift
-- Counts of all, then a page in the order of names.
WITH d AS MATERIALIZED (SELECT * FROM ci_baseline_drift($1::bigint, $2::jsonb, $3::timestamptz, $4::bigint[], $5::boolean, $6::bigint)),
	n AS (SELECT count(*) FILTER (WHERE what = 'changed') AS changed, count(*) FILTER (WHERE what = 'ended') AS ended, count(*) FILTER (WHERE what = 'new') AS new FROM d)
SELECT n.changed, n.ended, n.new, p.ci_id, p.name, p.what, k.id, k.name, k.label_en, k.label_ru, p.version_then, p.version_now, p.changes::text, p.relations_gone::text, p.relations_new::text
FROM n LEFT JOIN (SELECT * FROM d WHERE $7::text IS NULL OR (d.name, d.ci_id) > ($7::text, $8::bigint) ORDER BY d.name, d.ci_id LIMIT $9::integer) p ON true
	LEFT JOIN ci_class k ON k.id = p.class_id
ORDER BY p.name, p.ci_id;
