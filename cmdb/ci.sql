-- name: ci_get
SELECT c.version, ci_json(c, $2), c.class_id FROM ci c WHERE c.id = $1;

-- name: ci_get_at
SELECT c.version, ci_json(c, $2), c.class_id FROM ci_as_of($1, $3) c WHERE c.id IS NOT NULL;

-- name: ci_lock
SELECT version, class_id, name, status, attributes::text, owner_id, location, external_key FROM ci WHERE id = $1 FOR NO KEY UPDATE;

-- name: ci_named
-- Is this person here, and which ticket has this number?
SELECT EXISTS (SELECT FROM person WHERE id = $1::bigint AND active), (SELECT id FROM ticket WHERE number = upper($2::text));

-- name: ci_references
-- How each referenced CI is: good, missing, of another class, or retired. They stay so until the end of the transaction.
SELECT n.place, CASE WHEN c.id IS NULL THEN 'missing'
		WHEN n.class_id <> 0 AND NOT n.class_id = ANY (k.lineage) THEN 'class'
		WHEN c.phase = 'ended' THEN 'retired' ELSE 'good' END,
	(SELECT w.name FROM ci_class w WHERE w.id = n.class_id)
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS n(id, class_id, place)
LEFT JOIN LATERAL (SELECT i.id, i.class_id, i.phase FROM ci i WHERE i.id = n.id FOR SHARE) c ON true
LEFT JOIN ci_class k ON k.id = c.class_id
ORDER BY n.place;

-- name: ci_create
INSERT INTO ci (class_id, name, status, attributes, owner_id, location, source, external_key, created_at, updated_at, changed_by, change_ticket_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)
RETURNING version, ci_json(ci, $12), id;

-- name: ci_change
UPDATE ci SET class_id = $2, name = $3, status = $4, attributes = (attributes || $5::jsonb) - $6::text[], owner_id = $7, location = $8,
	external_key = $9, updated_at = $10, changed_by = $11, changed_via = 'manual', change_ticket_id = $12
WHERE id = $1
RETURNING version, ci_json(ci, $13);
