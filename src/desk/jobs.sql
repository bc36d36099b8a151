-- name: jobs_next
SELECT least((SELECT min(until_at) FROM handover WHERE mode = 'temporary' AND state IN ('accepted', 'forced') AND returned_at IS NULL),
	(SELECT min(close_due_at) FROM ticket WHERE status = 'resolved'));

-- name: jobs_returns_due
SELECT id FROM handover WHERE mode = 'temporary' AND state IN ('accepted', 'forced') AND returned_at IS NULL AND until_at <= $1
ORDER BY until_at LIMIT 100;

-- name: jobs_return
SELECT handover_return($1, $2);

-- name: jobs_closes_due
SELECT id FROM ticket WHERE status = 'resolved' AND close_due_at <= $1 ORDER BY close_due_at LIMIT 100;

-- name: jobs_close
SELECT ticket_close_by_silence($1, $2);

-- name: jobs_sweep
DELETE FROM signin_attempt WHERE minute < $1::timestamptz - interval '1 hour';
