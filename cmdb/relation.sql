-- name: relation_list
SELECT r.id, r.type, r.source_id = $1::bigint, t.label_en, t.label_ru, t.inverse_en, t.inverse_ru, t.impact,
	o.id, o.name, o.status, k.id, k.name, k.label_en, k.label_ru, r.valid_from, r.valid_to, r.origin
FROM (
	SELECT s.*, s.target_id AS other_id FROM ci_relation s WHERE s.source_id = $1::bigint
		AND CASE WHEN $2::timestamptz IS NULL THEN s.valid_to IS NULL
			ELSE s.valid_from <= $2::timestamptz AND (s.valid_to IS NULL OR s.valid_to > $2::timestamptz) END
	UNION ALL
	SELECT s.*, s.source_id FROM ci_relation s WHERE s.target_id = $1::bigint
		AND CASE WHEN $2::timestamptz IS NULL THEN s.valid_to IS NULL
			ELSE s.valid_from <= $2::timestamptz AND (s.valid_to IS NULL OR s.valid_to > $2::timestamptz) END
) r JOIN relation_type t ON t.name = r.type JOIN ci o ON o.id = r.other_id JOIN ci_class k ON k.id = o.class_id
WHERE $3::bigint IS NULL OR r.id > $3::bigint
ORDER BY r.id LIMIT $4;

-- name: relation_ends
SELECT EXISTS (SELECT FROM ci WHERE id = $1::bigint), EXISTS (SELECT FROM relation_type WHERE name = $2::text),
	EXISTS (SELECT FROM ci WHERE id = $3::bigint);

-- name: relation_put
SELECT r.created, $1::bigint, (SELECT name FROM ci WHERE id = $1::bigint), $3::bigint, (SELECT name FROM ci WHERE id = $3::bigint), r.valid_from
FROM ci_relate($1::bigint, $2::text, $3::bigint, $4::bigint, $5::timestamptz, 'manual') r;

-- name: relation_end
UPDATE ci_relation SET valid_to = greatest($5::timestamptz, valid_from), ended_by = $4, ended_via = 'manual'
WHERE source_id = $1 AND type = $2 AND target_id = $3 AND valid_to IS NULL;

-- name: relation_type_list
SELECT name, label_en, label_ru, inverse_en, inverse_ru, impact, position, trim_scale(strength), source_max, target_max, purpose,
	coalesce((SELECT jsonb_agg(jsonb_build_object('source', s.name, 'target', t.name) ORDER BY s.name, t.name) FROM relation_type_pair p
		JOIN ci_class s ON s.id = p.source_class_id JOIN ci_class t ON t.id = p.target_class_id WHERE p.type = relation_type.name), '[]')::text
FROM relation_type ORDER BY position, name;

-- name: relation_type_create
INSERT INTO relation_type (name, label_en, label_ru, inverse_en, inverse_ru, impact, position)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
RETURNING name, label_en, label_ru, inverse_en, inverse_ru, impact, position, trim_scale(strength), source_max, target_max, purpose,
	coalesce((SELECT jsonb_agg(jsonb_build_object('source', s.name, 'target', t.name) ORDER BY s.name, t.name) FROM relation_type_pair p
		JOIN ci_class s ON s.id = p.source_class_id JOIN ci_class t ON t.id = p.target_class_id WHERE p.type = relation_type.name), '[]')::text;
