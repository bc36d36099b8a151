-- Lists of tickets. Each gives its rows in the order of an index, or sorts a set that is small by nature; ticket_list.c chooses by what was asked for.
-- $1–$4 actor, $5 statuses, $6 kind, $7 priority, $8 overdue, $9 owner, $10 without owner, $11 teams, $12 reporter, $13 service, $14 supplier, $15 CI,
-- $16 words, $17 ticket shown already, $18 and $19 rank and id of the last row, $20 how many; $21 as said.
-- The limit of 201 inside tells the planner how few rows a page has; the real one stops the walk.

-- name: ticket_list_updated
-- Everything, newest change first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, extract(epoch FROM t.updated_at)::bigint AS rank FROM ticket t
	WHERE (t.updated_at, t.id) < (to_timestamp($18::bigint), $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.updated_at DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_opened
-- Everything, newest first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, t.id AS rank FROM ticket t
	WHERE t.id < $18::bigint AND t.id <= $19::bigint
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_open_updated
-- What is open, newest change first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, extract(epoch FROM t.updated_at)::bigint AS rank FROM ticket t
	WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND (t.updated_at, t.id) < (to_timestamp($18::bigint), $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.updated_at DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_open_due
-- What is open and due, earliest first; the rank is the due instant, negative.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, -extract(epoch FROM t.due_at)::bigint AS rank FROM ticket t
	WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND (t.due_at, -t.id) > (to_timestamp(-$18::bigint), -$19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.due_at, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_team_open
-- What is open in teams, newest change first: the queue.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT q.id, q.rank FROM unnest($11::bigint[]) AS m(id) CROSS JOIN LATERAL (
		SELECT w.* FROM (SELECT t.id, extract(epoch FROM t.updated_at)::bigint AS rank FROM ticket t
		WHERE t.team_id = m.id AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND (t.updated_at, t.id) < (to_timestamp($18::bigint), $19::bigint)
			AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
		ORDER BY t.updated_at DESC, t.id DESC LIMIT 201) w LIMIT $20) q
	ORDER BY q.rank DESC, q.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_team
-- Everything of teams, newest change first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT q.id, q.rank FROM unnest($11::bigint[]) AS m(id) CROSS JOIN LATERAL (
		SELECT w.* FROM (SELECT t.id, extract(epoch FROM t.updated_at)::bigint AS rank FROM ticket t
		WHERE t.team_id = m.id AND (t.updated_at, t.id) < (to_timestamp($18::bigint), $19::bigint)
			AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
		ORDER BY t.updated_at DESC, t.id DESC LIMIT 201) w LIMIT $20) q
	ORDER BY q.rank DESC, q.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_owner
-- What a person has in hand (not closed), newest change first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, extract(epoch FROM t.updated_at)::bigint AS rank FROM ticket t
	WHERE t.owner_id = $9 AND t.status NOT IN ('closed', 'cancelled') AND (t.updated_at, t.id) < (to_timestamp($18::bigint), $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.updated_at DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_own
-- An employee's own and those they are named on. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM (SELECT o.id FROM ticket o WHERE o.reporter_id = $1
		UNION SELECT n.ticket_id FROM ticket_participant n WHERE n.person_id = $1) mine JOIN ticket t ON t.id = mine.id
	WHERE true AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_owner_live
-- What a person has in hand. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.owner_id = $9 AND t.status NOT IN ('closed', 'cancelled') AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_owner_all
-- What a person owns, closed ones too. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM (SELECT DISTINCT w.ticket_id FROM ownership w WHERE w.person_id = $9) had JOIN ticket t ON t.id = had.ticket_id
	WHERE t.owner_id = $9 AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_reporter
-- What a person reported. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.reporter_id = $12 AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_supplier
-- What waits at a supplier. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.open_case_supplier_id = $14 AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_ci
-- What a CI is linked to. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket_ci l JOIN ticket t ON t.id = l.ticket_id
	WHERE l.ci_id = $15 AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_service_open
-- What is open on a service. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.service_id = $13 AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_service
-- Everything of a service, newest first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, t.id AS rank FROM ticket t
	WHERE t.service_id = $13 AND t.id < $18::bigint AND t.id <= $19::bigint
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_unowned
-- What nobody has taken. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.owner_id IS NULL AND t.status = 'new' AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_team_sorted
-- What is open in teams. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.team_id = ANY ($11::bigint[]) AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_open_opened
-- What is open, newest first.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, t.id AS rank FROM ticket t
	WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND t.id < $18::bigint AND t.id <= $19::bigint
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_waiting
-- What waits for a supplier. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.status = 'waiting_supplier' AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_overdue
-- What is late. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND t.due_at < $4::timestamptz AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_resolved
-- What is resolved and not yet closed. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM ticket t
	WHERE t.status = 'resolved' AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_incoming
-- Offered to the actor or their teams. Sorted by $21.
SELECT i.*, p.rank FROM (SELECT x.* FROM (SELECT t.id, ticket_rank(t, $21) AS rank FROM (SELECT h.ticket_id FROM handover h WHERE h.state = 'offered' AND h.to_id = $1
		UNION SELECT h.ticket_id FROM handover h WHERE h.state = 'offered' AND h.to_team_id = ANY ($3) AND h.from_id <> $1) offered
	JOIN ticket t ON t.id = offered.ticket_id
	WHERE true AND (ticket_rank(t, $21), t.id) < ($18::bigint, $19::bigint)
		AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, $16, $17)
	ORDER BY ticket_rank(t, $21) DESC, t.id DESC LIMIT 201) x LIMIT $20) p
JOIN ticket_item i ON i.id = p.id ORDER BY p.rank DESC, p.id DESC;

-- name: ticket_list_exact
-- The ticket whose number was typed: it stands above what the words find.
SELECT i.*, t.id AS rank FROM ticket t JOIN ticket_item i ON i.id = t.id
WHERE t.id = $17 AND coalesce($18::bigint, $19::bigint, $20::integer) IS NOT NULL
	AND ticket_listed(t, $1, $2, $3, $4, $5::ticket_status[], $6::ticket_kind, $7, $8, $9, $10, $11::bigint[], $12, $13, $14, $15, CASE WHEN $16::text IS NOT NULL THEN NULL::text END, 0);

-- name: ticket_counts
-- How many each view holds, counted up to $5; the views as in ticket_list.c.
SELECT
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.owner_id = $1 AND t.status NOT IN ('closed', 'cancelled')
		AND t.status NOT IN ('resolved', 'closed', 'cancelled') LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM handover h JOIN ticket t ON t.id = h.ticket_id
		WHERE h.state = 'offered' AND (h.to_id = $1 OR (h.to_team_id = ANY ($3::bigint[]) AND h.from_id <> $1))
		AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.owner_id IS NULL AND t.status = 'new'
		AND (cardinality($3::bigint[]) = 0 OR t.team_id = ANY ($3)) AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.team_id = ANY ($3::bigint[]) AND t.status NOT IN ('resolved', 'closed', 'cancelled')
		AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND t.due_at < $4::timestamptz
		AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.status = 'waiting_supplier' AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.status NOT IN ('resolved', 'closed', 'cancelled')
		AND ticket_shown(t, $1, $2, $3) LIMIT $5) x),
	(SELECT count(*) FROM (SELECT FROM ticket t WHERE t.status = 'resolved' AND ticket_shown(t, $1, $2, $3) LIMIT $5) x);

-- name: ticket_counts_own
-- An employee's: what is open and what waits for their word.
SELECT count(*) FILTER (WHERE t.status NOT IN ('resolved', 'closed', 'cancelled')), count(*) FILTER (WHERE t.status = 'resolved')
FROM (SELECT o.id FROM ticket o WHERE o.reporter_id = $1 UNION SELECT n.ticket_id FROM ticket_participant n WHERE n.person_id = $1) mine
JOIN ticket t ON t.id = mine.id;

-- name: ticket_list_clocks
-- The two clocks that a row shows, of the tickets of a page.
SELECT c.ticket_id, c.metric, c.state, c.due_at, c.breached_at, c.target_s, c.elapsed_s, c.evaluated_at, c.calendar_version_id
FROM clock c WHERE c.ticket_id = ANY ($1::bigint[]) AND c.metric IN ('response', 'resolution') AND c.ordinal = 1;

-- name: ticket_list_names
-- What the ids of a page are called: $1 people, $2 teams, $3 services, $4 suppliers; and which of the tickets $5 are offered to somebody. $6: the reader's language.
SELECT 'p', p.id, p.name FROM person p WHERE p.id = ANY ($1::bigint[])
UNION ALL SELECT 't', m.id, team_called(m, $6) FROM team m WHERE m.id = ANY ($2::bigint[])
UNION ALL SELECT 's', s.id, ci_called(s, $6) FROM ci s WHERE s.id = ANY ($3::bigint[])
UNION ALL SELECT 'u', u.id, u.name FROM supplier u WHERE u.id = ANY ($4::bigint[])
UNION ALL SELECT 'h', h.ticket_id, '' FROM handover h WHERE h.ticket_id = ANY ($5::bigint[]) AND h.state = 'offered';
