-- name: ci_exists
SELECT id FROM ci WHERE id = $1;

-- name: ci_user_list
SELECT p.id, p.name, u.since FROM ci_user u JOIN person p ON p.id = u.person_id
WHERE u.ci_id = $1 AND u.until IS NULL AND ($2::text IS NULL OR (p.name, p.id) > ($2::text, $3::bigint))
ORDER BY p.name, p.id LIMIT $4;

-- name: ci_user_put
SELECT ci_use($1, $2, $3, $4);

-- name: ci_user_delete
SELECT ci_unuse($1, $2, $3, $4);
