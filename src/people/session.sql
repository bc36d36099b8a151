-- Sessions and tokens: who asks, sign-in, sign-out.

-- name: session_listen
-- prepare: no
LISTEN vakhta_session;

-- name: session_find
SELECT s.id, p.id, p.roles, p.name, p.language, p.zone, s.last_seen_at, s.expires_at,
	ARRAY (SELECT t.id FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = p.id AND t.active ORDER BY t.id)
FROM session s JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1::bytea AND s.ended_at IS NULL AND p.active
	AND s.expires_at > $2::timestamptz AND s.last_seen_at > $2::timestamptz - $3::bigint * interval '1 second';

-- name: session_find_token
SELECT k.id, p.id, p.roles, p.name, p.language, p.zone, k.last_used_at, k.expires_at,
	ARRAY (SELECT t.id FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = p.id AND t.active ORDER BY t.id)
FROM token k JOIN person p ON p.id = k.person_id
WHERE k.token_hash = $1::bytea AND k.revoked_at IS NULL AND p.active AND (k.expires_at IS NULL OR k.expires_at > $2::timestamptz);

-- name: session_touch
SELECT session_touch($1::bigint, $2::bigint, $3::timestamptz);

-- name: session_try
SELECT signin_try($1::text, $2::text, $3::timestamptz, $4::integer);

-- name: session_give_back
SELECT signin_give_back($1::text, $2::text, $3::timestamptz);

-- name: session_put_person
SELECT created, changed, ambiguous FROM people_put($1::jsonb, $2::text, $3::text, $4::timestamptz);

-- name: session_put_members
SELECT added, removed FROM team_members_put(
	(SELECT coalesce(jsonb_agg(jsonb_build_object('team', dn, 'person', $1::text, 'lead', $3::boolean)), '[]') FROM unnest($2::text[]) AS dn),
	(SELECT id FROM person WHERE directory_key = $1::text));

-- name: session_create
INSERT INTO session (token_hash, person_id, created_at, last_seen_at, expires_at, address)
SELECT $1::bytea, p.id, $3::timestamptz, $3::timestamptz, $3::timestamptz + $4::bigint * interval '1 second', $5::text
FROM person p WHERE p.directory_key = $2::text AND p.active
RETURNING person_id;

-- name: session_end_other
WITH ended AS (
	UPDATE session SET ended_at = $2::timestamptz WHERE token_hash = $1::bytea AND ended_at IS NULL RETURNING id)
SELECT pg_notify('vakhta_session', 'session ' || id) FROM ended;

-- name: session_end
WITH ended AS (
	UPDATE session SET ended_at = $2::timestamptz WHERE id = $1::bigint AND ended_at IS NULL RETURNING id)
SELECT pg_notify('vakhta_session', 'session ' || id) FROM ended;

-- name: session_person
SELECT person_json(p, p.language)::text, array_to_json(role_names(p.roles))::text, p.version FROM person p WHERE p.id = $1::bigint;

-- name: session_purge
SELECT people_purge($1::timestamptz);
