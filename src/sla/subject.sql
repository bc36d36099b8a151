-- name: clock_ticket_events
-- The events of a ticket that concern its clocks. Public replies count as answers when they are the desk's.
SELECT seq, type, extract(epoch FROM occurred_at)::bigint, (data ->> 'team')::bigint,
	CASE WHEN data ? 'targets' THEN data -> 'targets' END, data -> 'ola', data ->> 'for'
FROM ticket_event
WHERE ticket_id = $1 AND (type IN ('opened', 'introduced', 'waiting', 'resumed', 'resolved', 'reopened', 'cancelled', 'team_changed',
		'handover_accepted', 'handover_forced', 'handover_returned', 'priority_changed', 'calendar_changed')
	OR (type = 'replied' AND visibility = 'public' AND actor_role IN ('owner', 'lead', 'staff')))
ORDER BY seq;

-- name: clock_ticket_rows
SELECT id, metric, ordinal, notice_pct FROM clock WHERE ticket_id = $1;

-- name: clock_case_events
SELECT seq, type, extract(epoch FROM occurred_at)::bigint, (data ->> 'of')::bigint,
	CASE WHEN data ? 'targets' THEN data -> 'targets' END, NULL::jsonb,
	CASE WHEN (data ->> 'void')::boolean THEN 'void' ELSE extract(epoch FROM (data ->> 'occurred_at')::timestamptz)::bigint::text END
FROM case_event WHERE case_id = $1 AND type NOT IN ('clock_warning', 'clock_breached', 'noted', 'pause_agreed', 'pause_contested',
	'event_contested', 'contest_decided', 'pause_noted', 'mail_sent', 'mail_failed')
ORDER BY seq;

-- name: clock_case_rows
SELECT id, metric, ordinal, notice_pct FROM clock WHERE case_id = $1;

-- name: clock_case_steps
-- At which shares of the target the case's contract has somebody told.
SELECT DISTINCT s.at_pct FROM supplier_case c JOIN contract_escalation_step s ON s.terms_id = c.terms_id WHERE c.id = $1;

-- name: clock_store
SELECT clock_store($1, $2, $3, $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::timestamptz[],
	$11::timestamptz[], $12::bigint[], $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::int[], $17::int[], $18::timestamptz[],
	$19::int[], $20::timestamptz[], $21::timestamptz[], $22::bigint[], $23::text[], $24::text[], $25::int[], $26::int[]);

-- name: calendar_version_body
SELECT body FROM calendar_version WHERE id = $1;

-- name: clock_notice
SELECT clock_notice($1, $2, $3::sla_metric, $4::int, $5::int, $6::int, $7, $8, $9);
