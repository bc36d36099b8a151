-- name: feed_now
SELECT pg_snapshot_xmin(pg_current_snapshot())::text;

-- name: feed_read
-- Events committed for certain (their transaction is older than any still running), in the order of transactions; $1 transaction, $2 and $3 the last
-- ticket event seen in it, $4 and $5 the last case event. Kind 1 is a ticket's event, 2 a case's.
SELECT f.xid::text, f.kind, f.id, f.seq, f.type, f.visible_outside, t.number, k.number, coalesce(k.status::text, t.status::text), t.owner_id,
	coalesce(k.version, t.version), t.reporter_id, t.restricted_team_id,
	CASE WHEN f.visible_outside THEN (SELECT array_agg(p.person_id) FROM ticket_participant p WHERE p.ticket_id = t.id) END
FROM (
	(SELECT e.xid, 1 AS kind, e.ticket_id AS id, e.seq, e.type::text AS type, e.visibility = 'public' AS visible_outside FROM ticket_event e
		WHERE (e.xid, e.ticket_id, e.seq) > ($1::xid8, $2::bigint, $3::integer) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
		ORDER BY e.xid, e.ticket_id, e.seq LIMIT $6)
	UNION ALL
	(SELECT e.xid, 2, e.case_id, e.seq, e.type::text, false FROM case_event e
		WHERE (e.xid, e.case_id, e.seq) > ($1::xid8, $4::bigint, $5::integer) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
		ORDER BY e.xid, e.case_id, e.seq LIMIT $6)) f
LEFT JOIN supplier_case k ON f.kind = 2 AND k.id = f.id
JOIN ticket t ON t.id = CASE f.kind WHEN 1 THEN f.id ELSE k.ticket_id END
ORDER BY f.xid, f.kind, f.id, f.seq LIMIT $6;
