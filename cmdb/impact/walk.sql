-- name: walk_edges
SELECT type, strength, failing::text, hit::text FROM cmdb_walk_edges($1::bigint[], $2::boolean, $3::timestamptz) ORDER BY type;

-- name: walk_gone
SELECT cmdb_walk_gone($1::bigint[], $2::timestamptz)::text;

-- name: walk_services
SELECT cmdb_walk_services($1::bigint[])::text;

-- name: walk_groups
SELECT group_id, ci_id, type, name, needed, living, members::text FROM cmdb_walk_groups($1::bigint[], $2::boolean, $3::timestamptz);

-- name: walk_names
SELECT place, ci_id, name, class_id, class_name, label_en, label_ru, status FROM cmdb_walk_names($1::bigint[], $2::timestamptz);

-- name: walk_started
-- Which of these CIs were recorded.
SELECT c.id FROM unnest($1::bigint[]) WITH ORDINALITY AS w(id, place) JOIN ci c ON c.id = w.id
WHERE $2::timestamptz IS NULL OR EXISTS (SELECT FROM ci_version v WHERE v.ci_id = c.id AND v.changed_at <= $2::timestamptz)
ORDER BY w.place;
