-- name: quality_job_due
-- (is a draw, day): weeks that are over and not drawn, and months that are over, past their day and not computed; at most four weeks and three
-- months back, so that a program that stood still catches up and a young installation does not invent a past. Nothing before the first closed ticket.
WITH today AS (SELECT ($1::timestamptz AT TIME ZONE $2)::date AS day),
first AS (SELECT (min(e.occurred_at) AT TIME ZONE $2)::date AS day FROM ticket_event e WHERE e.type IN ('resolved', 'confirmed', 'closed'))
SELECT true, (date_trunc('week', t.day) - make_interval(weeks => w))::date
FROM today t CROSS JOIN generate_series(1, 4) w
WHERE (SELECT sample_size FROM quality_settings) > 0
	AND NOT EXISTS (SELECT FROM quality_draw d WHERE d.week = (date_trunc('week', t.day) - make_interval(weeks => w))::date)
	AND (date_trunc('week', t.day) - make_interval(weeks => w - 1))::date > (SELECT day FROM first)
UNION ALL
SELECT false, (date_trunc('month', t.day) - make_interval(months => m))::date
FROM today t CROSS JOIN generate_series(1, 3) m
WHERE (m > 1 OR extract(day FROM t.day) >= (SELECT kpi_day FROM quality_settings))
	AND NOT EXISTS (SELECT FROM quality_kpi k WHERE k.month = (date_trunc('month', t.day) - make_interval(months => m))::date)
	AND (date_trunc('month', t.day) - make_interval(months => m - 1))::date > (SELECT day FROM first)
ORDER BY 1 DESC, 2;

-- name: quality_job_draw
SELECT quality_draw_make($1::date, $2, $3);

-- name: quality_job_kpi_claim
-- True: this node computes the month.
SELECT pg_try_advisory_xact_lock(hashtextextended('vakhta kpi', 0)) AND NOT EXISTS (SELECT FROM quality_kpi k WHERE k.month = $1::date);

-- name: quality_job_attestations
-- Opened and reminded; reminders of a day's rows are taken under their own locks.
SELECT quality_attestation_ensure(($1::timestamptz AT TIME ZONE $2)::date, $1) + quality_attestation_remind(($1::timestamptz AT TIME ZONE $2)::date, $1);
