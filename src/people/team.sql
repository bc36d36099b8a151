-- Teams of the desk.

-- name: team_list
SELECT t.id, t.key, team_called(t, $2::text), t.level, t.active,
	(SELECT count(*) FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = t.id AND p.active)
FROM team t WHERE t.active OR $1::boolean ORDER BY t.level, team_called(t, $2::text), t.id;

-- name: team_read
SELECT t.id, t.key, team_called(t, $2::text), t.level, t.active, t.version FROM team t WHERE t.id = $1::bigint;

-- name: team_members
SELECT p.id, p.name, m.lead, p.department, p.mail, p.phone, p.absent_until,
	p.absent_until IS NULL OR p.absent_until <= $2::timestamptz,
	(SELECT count(*) FROM ticket k WHERE k.owner_id = p.id AND k.status NOT IN ('resolved', 'closed', 'cancelled'))
FROM team_member m JOIN person p ON p.id = m.person_id
WHERE m.team_id = $1::bigint AND p.active
ORDER BY m.lead DESC, p.name, p.id;
