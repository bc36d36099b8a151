-- Bearer tokens of programs. The token itself is never here, only its SHA-256.

-- name: token_person
SELECT id, name, active FROM person WHERE login = lower($1::text);

-- name: token_create
INSERT INTO token (token_hash, person_id, label, created_at, created_by, expires_at)
VALUES ($1::bytea, $2::bigint, $3::text, $4::timestamptz, $5::bigint, $6::timestamptz)
RETURNING id;

-- name: token_list
SELECT k.id, k.label, k.created_at, k.expires_at, k.last_used_at, k.revoked_at, p.id, p.name, p.login
FROM token k JOIN person p ON p.id = k.person_id
WHERE ($1::bigint IS NULL OR k.person_id = $1) AND ($2::bigint IS NULL OR k.id < $2)
ORDER BY k.id DESC
LIMIT $3::integer;

-- name: token_list_all
SELECT k.id, k.label, k.created_at, k.expires_at, k.last_used_at, k.revoked_at, p.id, p.name, p.login
FROM token k JOIN person p ON p.id = k.person_id
WHERE $1::text IS NULL OR p.login = lower($1)
ORDER BY k.id;

-- Whose it is; only the owner and those who may revoke anyone's see it.
-- name: token_revoke
WITH revoked AS (
	UPDATE token SET revoked_at = coalesce(revoked_at, $2::timestamptz)
	WHERE id = $1::bigint AND ($3::bigint IS NULL OR person_id = $3)
	RETURNING id)
SELECT id, pg_notify('vakhta_session', 'token ' || id) FROM revoked;
