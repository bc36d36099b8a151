-- name: ci_list
-- Each class gives its first names by its index; the best of them are the page.
SELECT c.id, c.name, c.status, k.id, k.name, k.label_en, k.label_ru, p.id, p.name, c.location, c.external_key, c.attributes::text, c.updated_at,
	ci_state_json(c.class_id, c.status, c.phase, 'en')::text, ci_state_json(c.class_id, c.status, c.phase, 'ru')::text
FROM ci_class k CROSS JOIN LATERAL (
	SELECT i.* FROM ci i
	WHERE i.class_id = k.id AND ($2::text IS NULL OR i.status = $2::text) AND ($3::text IS NULL OR (i.name, i.id) > ($3::text, $4::bigint))
	ORDER BY i.name, i.id LIMIT $5::int) c
LEFT JOIN person p ON p.id = c.owner_id
WHERE $1::bigint IS NULL OR k.lineage @> ARRAY[$1::bigint]
ORDER BY c.name, c.id LIMIT $5::int;

-- name: ci_list_search
SELECT * FROM ci_find($1, $2, $3, $4, $5::int, $6, $7::jsonb, false);

-- name: ci_list_beginning
SELECT * FROM ci_find($1, $2, $3, $4, $5::int, $6, $7::jsonb, true);
