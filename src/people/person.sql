-- People as others see them, and what they may change about themselves.

-- Prefix of any name, login or mail; further words anywhere. The comparisons ~>=~ and ~<~ use the text_pattern_ops indexes with
-- every plan, and need no escaping.
-- name: person_list
SELECT p.id, p.name, p.department, p.login, p.given_name, p.family_name, p.mail, p.phone, p.title, p.location, p.active, p.absent_until,
	p.active AND (p.absent_until IS NULL OR p.absent_until <= $6::timestamptz) AS present,
	array_to_json(role_names(p.roles))::text AS roles,
	(SELECT count(*) FROM ticket t WHERE t.owner_id = p.id AND t.status NOT IN ('resolved', 'closed', 'cancelled')) AS load,
	(SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.level, t.name), '[]')
		FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = p.id AND t.active)::text AS teams,
	left(lower(p.name), 100)
FROM person p
WHERE p.active
	AND ($1::text IS NULL
		OR lower(p.name) ~>=~ $1 AND lower(p.name) ~<~ ($1 || chr(1114111))
		OR lower(p.family_name) ~>=~ $1 AND lower(p.family_name) ~<~ ($1 || chr(1114111))
		OR p.login ~>=~ $1 AND p.login ~<~ ($1 || chr(1114111))
		OR lower(p.mail) ~>=~ $1 AND lower(p.mail) ~<~ ($1 || chr(1114111)))
	AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS word
		WHERE strpos(lower(p.name), word) = 0 AND strpos(p.login, word) = 0 AND strpos(lower(coalesce(p.department, '')), word) = 0)
	AND (NOT $3::boolean OR p.roles & 6 <> 0)
	AND ($4::text IS NULL OR (left(lower(p.name), 100), p.id) > ($4, $5::bigint))
ORDER BY left(lower(p.name), 100), p.id
LIMIT $7::integer;

-- For employees: names and departments, nothing else. Found by name alone.
-- name: person_list_names
SELECT p.id, p.name, p.department, left(lower(p.name), 100)
FROM person p
WHERE p.active
	AND ($1::text IS NULL
		OR lower(p.name) ~>=~ $1 AND lower(p.name) ~<~ ($1 || chr(1114111))
		OR lower(p.family_name) ~>=~ $1 AND lower(p.family_name) ~<~ ($1 || chr(1114111)))
	AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS word WHERE strpos(lower(p.name), word) = 0)
	AND (NOT $3::boolean OR p.roles & 6 <> 0)
	AND ($4::text IS NULL OR (left(lower(p.name), 100), p.id) > ($4, $5::bigint))
ORDER BY left(lower(p.name), 100), p.id
LIMIT $6::integer;

-- name: person_read
SELECT (person_json(p, $3::text) || jsonb_build_object(
		'present', p.active AND (p.absent_until IS NULL OR p.absent_until <= $2::timestamptz),
		'load', (SELECT count(*) FROM ticket t WHERE t.owner_id = p.id AND t.status NOT IN ('resolved', 'closed', 'cancelled'))))::text,
	p.version
FROM person p WHERE p.id = $1::bigint AND p.source <> 'system';

-- name: person_read_name
SELECT json_build_object('id', id, 'name', name, 'department', department)::text, version
FROM person WHERE id = $1::bigint AND active AND source <> 'system';

-- name: person_lock
SELECT version FROM person WHERE id = $1::bigint FOR UPDATE;

-- name: person_zone_known
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1::text AND name !~ '^(posix|right)/|^(localtime|Factory)$');

-- name: person_patch
UPDATE person SET language = coalesce($2::text, language), language_chosen = language_chosen OR $2::text IS NOT NULL,
	zone = coalesce($3::text, zone), theme = coalesce($4::text, theme),
	absent_until = CASE WHEN $6::boolean THEN NULL ELSE coalesce($5::timestamptz, absent_until) END,
	version = version + 1
WHERE id = $1::bigint
RETURNING person_json(person, language)::text, version;
