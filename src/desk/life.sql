-- name: ticket_reply
SELECT ticket_reply($1, $2, $3, $4, $5, $6, $7::event_visibility);

-- name: ticket_wait
SELECT ticket_wait($1, $2, $3, $4, $5, $6, $7);

-- name: ticket_resume
SELECT ticket_resume($1, $2, $3, $4, $5);

-- name: ticket_close_terms
-- Working days of silence and the calendar that counts them; without a policy three days of the first calendar, without any calendar NULL. And
-- which resolution it will be: the lock keeps it so until the ticket is resolved.
SELECT coalesce(p.close_days, 3), v.id, t.resolution_count + 1
FROM ticket t LEFT JOIN policy p ON p.id = t.policy_id
LEFT JOIN calendar c ON c.id = coalesce(p.calendar_id, (SELECT min(id) FROM calendar))
LEFT JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
WHERE t.id = $1 FOR UPDATE OF t;

-- name: ticket_resolve
SELECT ticket_resolve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: ticket_confirm
SELECT ticket_confirm($1, $2, $3, $4, $5);

-- name: ticket_reopen
SELECT ticket_reopen($1, $2, $3, $4, $5, $6);

-- name: ticket_cancel
SELECT ticket_cancel($1, $2, $3, $4, $5, $6);

-- name: ticket_rate
SELECT ticket_rate($1, $2, $3, $4, $5, $6::int, $7::int, $8);
