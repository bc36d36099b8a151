-- name: known_list
-- Of the newest open incidents that hit more than one person, those whose subject or report shares words with what is being typed: two words at
-- least, or the only one, and one of them in the subject: "error" and "customers" somewhere in a report make nothing known. Employees are told of published ones alone (ticket_known), staff of urgent ones and those with several reports too.
WITH typed AS MATERIALIZED (SELECT tsvector_to_array(to_tsvector('russian', coalesce($5, ''))) AS words),
newest AS MATERIALIZED (
	SELECT t.id FROM ticket t
	WHERE t.kind = 'incident' AND t.impact <= 2 AND t.status IN ('in_progress', 'waiting_reporter', 'waiting_supplier')
		AND t.updated_at > $4::timestamptz - interval '30 days'
	ORDER BY t.updated_at DESC LIMIT 300),
alike AS MATERIALIZED (
	SELECT t.id, t.number, t.subject, t.owner_id, t.due_at,
		1 + (SELECT count(*) FROM ticket_participant p WHERE p.ticket_id = t.id) AS people,
		(SELECT count(*) FROM ticket_search s CROSS JOIN LATERAL unnest(tsvector_to_array(ts_filter(s.words, '{a,b}'))) AS w
			WHERE s.ticket_id = t.id AND w = ANY ((SELECT words FROM typed)::text[])) AS shared,
		EXISTS (SELECT FROM ticket_search s CROSS JOIN LATERAL unnest(tsvector_to_array(ts_filter(s.words, '{a}'))) AS w
			WHERE s.ticket_id = t.id AND w = ANY ((SELECT words FROM typed)::text[])) AS named,
		ticket_known(t) AS told_to_all
	FROM newest n JOIN ticket t ON t.id = n.id
	WHERE ticket_known(t) OR (ticket_inside(t, $1, $2, $3) AND t.priority <= 2))
SELECT a.number, a.subject, a.owner_id, p.name, a.people, a.due_at, a.told_to_all
FROM alike a LEFT JOIN person p ON p.id = a.owner_id
WHERE a.named AND a.shared >= least(2, (SELECT cardinality(words) FROM typed))
ORDER BY a.shared DESC, a.people DESC, a.id DESC LIMIT 5;
