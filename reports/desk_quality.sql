-- The report on the quality of the desk: tickets that were resolved (last) in [$1, $2), by who owns them and whose queue they are in.

-- name: report_quality_count
SELECT (SELECT count(*) FROM ticket WHERE resolved_at >= $1 AND resolved_at < $2),
	(SELECT count(*) FROM handover h JOIN ticket t ON t.id = h.ticket_id WHERE h.state IN ('accepted', 'forced') AND t.resolved_at >= $1 AND t.resolved_at < $2),
	(SELECT count(*) FROM quality_sample WHERE scored_at >= $1 AND scored_at < $2), (SELECT count(*) FROM quality_kpi WHERE month >= $3::date AND month < $4::date
		AND value IS NOT NULL);

-- name: report_quality_tickets
-- Ping-pong: how often a ticket came back to whom it came from, loans that returned as agreed apart.
SELECT t.number, t.kind, t.priority, m.level, m.id, m.name, p.id, p.name, t.opened_at, t.resolved_at,
	CASE WHEN r.breached_at IS NOT NULL AND r.state <> 'cancelled' THEN 'breached' WHEN r.state = 'stopped' THEN 'kept' END, r.elapsed_s,
	CASE WHEN f.breached_at IS NOT NULL AND f.state <> 'cancelled' THEN 'breached' WHEN f.state = 'stopped' THEN 'kept' END, f.elapsed_s,
	(SELECT count(*) FROM handover h WHERE h.ticket_id = t.id AND h.state IN ('accepted', 'forced')),
	CASE WHEN t.handover_count > 1 THEN (SELECT count(*) FROM (SELECT o.person_id, lag(o.person_id, 2) OVER w AS before, lag(o.handover_id) OVER w AS lent
		FROM ownership o WHERE o.ticket_id = t.id WINDOW w AS (ORDER BY o.period)) o
		WHERE o.person_id = o.before AND NOT EXISTS (SELECT FROM handover h WHERE h.id = o.lent AND h.mode = 'temporary')) ELSE 0 END,
	t.reopen_count, g.score, g.recommend
FROM ticket t JOIN team m ON m.id = t.team_id LEFT JOIN person p ON p.id = t.owner_id
LEFT JOIN clock r ON r.ticket_id = t.id AND r.metric = 'response' AND r.ordinal = 1
LEFT JOIN clock f ON f.ticket_id = t.id AND f.metric = 'resolution' AND f.ordinal = 1
LEFT JOIN rating g ON g.ticket_id = t.id AND g.resolution_no = t.resolution_count
WHERE t.resolved_at >= $1 AND t.resolved_at < $2 ORDER BY t.id;

-- name: report_quality_handovers
SELECT t.number, m.id, m.name, h.decided_at, a.name, b.name, h.reason, h.mode, h.state
FROM handover h JOIN ticket t ON t.id = h.ticket_id JOIN team m ON m.id = t.team_id JOIN person a ON a.id = h.from_id
LEFT JOIN person b ON b.id = h.new_owner_id
WHERE h.state IN ('accepted', 'forced') AND t.resolved_at >= $1 AND t.resolved_at < $2 ORDER BY h.id;

-- name: report_quality_samples
SELECT t.number, q.week, m.level, m.id, m.name, p.id, p.name, (q.score_pct * 100)::int, s.name, q.scored_at
FROM quality_sample q JOIN ticket t ON t.id = q.ticket_id JOIN team m ON m.id = q.team_id JOIN person p ON p.id = q.person_id
LEFT JOIN person s ON s.id = q.scored_by
WHERE q.scored_at >= $1 AND q.scored_at < $2 ORDER BY q.id;

-- name: report_quality_kpi
SELECT k.month, m.id, m.name, p.id, p.name, (k.value * 100)::int, k.formula_version
FROM quality_kpi k LEFT JOIN team m ON m.id = k.team_id LEFT JOIN person p ON p.id = k.person_id
WHERE k.month >= $1::date AND k.month < $2::date AND k.value IS NOT NULL ORDER BY k.month, m.name, p.name, k.id;
