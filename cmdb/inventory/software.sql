-- Programs on machines.
-- name: software_of_ci
-- $1: CI, $2: also what is gone, $3: pattern, $4-$6: after, $7: rows wanted.
SELECT p.name, p.publisher, v.version, p.id, v.id, i.since, i.until, instant_text(i.since)
FROM software_installed i JOIN software_version v ON v.id = i.version_id JOIN software_product p ON p.id = v.product_id
WHERE i.ci_id = $1 AND ($2 OR i.until IS NULL) AND ($3::text IS NULL OR p.name ILIKE $3 OR p.publisher ILIKE $3)
	AND ($4::text IS NULL OR (lower(p.name), v.id, i.since) > (lower($4), $5::bigint, $6::timestamptz))
ORDER BY lower(p.name), v.id, i.since LIMIT $7;

-- name: software_ci_known
SELECT id FROM ci WHERE id = $1;

-- name: software_product_list
-- $1: pattern, $2, $3: after, $4: rows wanted.
SELECT jsonb_build_object('id', p.id, 'name', p.name, 'publisher', p.publisher,
	'versions', (SELECT count(*) FROM software_version v WHERE v.product_id = p.id AND EXISTS (SELECT FROM software_installed i WHERE i.version_id = v.id AND i.until IS NULL)),
	'machines', (SELECT count(DISTINCT i.ci_id) FROM software_version v JOIN software_installed i ON i.version_id = v.id WHERE v.product_id = p.id AND i.until IS NULL)),
	p.name, p.id
FROM software_product p
WHERE ($1::text IS NULL OR lower(p.name) LIKE lower($1)) AND ($2::text IS NULL OR (lower(p.name), p.id) > (lower($2), $3::bigint))
ORDER BY lower(p.name), p.id LIMIT $4;

-- name: software_product_json
SELECT jsonb_build_object('id', p.id, 'name', p.name, 'publisher', p.publisher, 'versions', (
	SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'version', v.version, 'machines', n.machines) ORDER BY n.machines DESC, v.version), '[]')
	FROM software_version v CROSS JOIN LATERAL (SELECT count(*) AS machines FROM software_installed i WHERE i.version_id = v.id AND i.until IS NULL) n
	WHERE v.product_id = p.id))
FROM software_product p WHERE p.id = $1;

-- name: software_machines
-- $1: product, $2: version (text) or NULL, $3, $4: after, $5: rows wanted.
SELECT c.id, c.name, k.name, k.label_en, k.label_ru, v.version, v.id, i.since, u.name,
	EXISTS (SELECT FROM inventory_agent a WHERE a.ci_id = c.id AND a.stale_since IS NOT NULL)
FROM software_version v JOIN software_installed i ON i.version_id = v.id AND i.until IS NULL JOIN ci c ON c.id = i.ci_id JOIN ci_class k ON k.id = c.class_id
LEFT JOIN person u ON u.id = c.owner_id
WHERE v.product_id = $1 AND ($2::text IS NULL OR v.version = $2) AND ($3::text IS NULL OR (c.name, v.id, c.id) > ($3, $4::bigint, $6::bigint))
ORDER BY c.name, v.id, c.id LIMIT $5;
