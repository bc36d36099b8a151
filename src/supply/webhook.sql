-- name: webhook_list
SELECT w.id, w.name, w.url, w.events, w.active, p.id, p.name, w.created_at, n.queued, n.sent, n.failed, n.last_error
FROM webhook w LEFT JOIN person p ON p.id = w.created_by
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE o.state IN ('queued', 'sending')) AS queued, count(*) FILTER (WHERE o.state = 'sent') AS sent,
	count(*) FILTER (WHERE o.state = 'failed') AS failed, (array_agg(o.last_error ORDER BY o.id DESC) FILTER (WHERE o.last_error IS NOT NULL))[1] AS last_error
	FROM outbox o WHERE o.webhook_id = w.id) n
ORDER BY w.id;

-- name: webhook_add
INSERT INTO webhook (name, url, secret, events, active, created_by, created_at) VALUES ($1, $2, $3, $4::text[], $5, $6, $7)
ON CONFLICT (url) DO NOTHING
RETURNING id, name, url, events, active, created_by, (SELECT p.name FROM person p WHERE p.id = $6), created_at, 0, 0, 0, NULL::text;

-- name: webhook_cancel
WITH gone AS (UPDATE outbox SET state = 'cancelled' WHERE webhook_id = $1 AND state = 'queued' RETURNING id) SELECT count(*) FROM gone;

-- name: webhook_remove
DELETE FROM webhook WHERE id = $1 RETURNING id;
