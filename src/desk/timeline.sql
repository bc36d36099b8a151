-- name: ticket_seen
-- Whether the ticket is there and the actor's to see; then whether from inside.
SELECT ticket_inside(t, $1, $2, $3), t.id FROM ticket t
WHERE t.id = $5 AND t.number = $6 AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL;

-- name: ticket_events
SELECT e.seq, e.type, e.occurred_at, e.recorded_at, e.actor_id, p.name, e.actor_role, e.visibility, e.body, ticket_event_data(e.data, i.inside, $9)
FROM ticket t CROSS JOIN LATERAL (SELECT ticket_inside(t, $1, $2, $3) AS inside) i
JOIN ticket_event e ON e.ticket_id = t.id AND e.seq > $7::integer AND (i.inside OR e.visibility = 'public')
LEFT JOIN person p ON p.id = e.actor_id
WHERE t.id = $5 AND t.number = $6 AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL
ORDER BY e.seq LIMIT $8;
