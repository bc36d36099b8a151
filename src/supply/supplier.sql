-- name: supplier_list
SELECT supplier_json(s), s.id FROM supplier s
WHERE ($1::text IS NULL OR s.kind::text = $1) AND ($2::boolean IS NULL OR s.active = $2) AND ($3::bigint IS NULL OR s.id > $3)
ORDER BY s.id LIMIT $4::int;

-- name: supplier_read
SELECT supplier_json(s), s.version FROM supplier s WHERE s.id = $1;

-- name: supplier_save
SELECT supplier_json(s), s.version, s.id FROM supplier_save($1, $2, $3, $4, $5::supplier_kind, $6, $7, $8, $9::jsonb, $10, $11, $12::text[]) s;
