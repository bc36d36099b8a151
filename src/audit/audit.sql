-- name: audit_ticket_events
-- Every event of every chain in order, with the head that the chain says it has.
SELECT e.ticket_id, t.number, e.seq, e.type, extract(epoch FROM e.occurred_at)::bigint, extract(epoch FROM e.recorded_at)::bigint, e.actor_id,
	e.actor_role, e.visibility, e.body, e.data, encode(e.hash, 'hex'), c.seq, encode(c.head, 'hex')
FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id LEFT JOIN ticket_chain c ON c.ticket_id = e.ticket_id
WHERE $1::bigint IS NULL OR e.ticket_id = $1 ORDER BY e.ticket_id, e.seq;

-- name: audit_case_events
SELECT e.case_id, k.number, e.seq, e.type, extract(epoch FROM e.occurred_at)::bigint, extract(epoch FROM e.recorded_at)::bigint, e.actor_id,
	e.party, NULL::text, e.body, e.data, encode(e.hash, 'hex'), c.seq, encode(c.head, 'hex')
FROM case_event e JOIN supplier_case k ON k.id = e.case_id LEFT JOIN case_chain c ON c.case_id = e.case_id
WHERE $1::bigint IS NULL OR e.case_id = $1 ORDER BY e.case_id, e.seq;

-- name: audit_tickets_without_events
SELECT t.number FROM ticket t WHERE NOT EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = t.id) AND ($1::bigint IS NULL OR t.id = $1) ORDER BY t.id;

-- name: audit_cases_without_events
SELECT k.number FROM supplier_case k WHERE NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = k.id) AND ($1::bigint IS NULL OR k.id = $1) ORDER BY k.id;

-- name: audit_replay_ticket_events
SELECT ticket_id, seq, type, extract(epoch FROM occurred_at)::bigint, (data ->> 'team')::bigint,
	CASE WHEN data ? 'targets' THEN data -> 'targets' END, data -> 'ola', data ->> 'for'
FROM ticket_event
WHERE ($1::bigint IS NULL OR ticket_id = $1) AND (type IN ('opened', 'introduced', 'waiting', 'resumed', 'resolved', 'reopened', 'cancelled',
		'team_changed', 'handover_accepted', 'handover_forced', 'handover_returned', 'priority_changed', 'calendar_changed')
	OR (type = 'replied' AND visibility = 'public' AND actor_role IN ('owner', 'lead', 'staff')))
ORDER BY ticket_id, seq;

-- name: audit_replay_case_events
SELECT case_id, seq, type, extract(epoch FROM occurred_at)::bigint, (data ->> 'of')::bigint,
	CASE WHEN data ? 'targets' THEN data -> 'targets' END, NULL::jsonb,
	CASE WHEN (data ->> 'void')::boolean THEN 'void' ELSE extract(epoch FROM (data ->> 'occurred_at')::timestamptz)::bigint::text END
FROM case_event
WHERE ($1::bigint IS NULL OR case_id = $1) AND type NOT IN ('clock_warning', 'clock_breached', 'noted', 'pause_agreed', 'pause_contested',
	'event_contested', 'contest_decided', 'pause_noted', 'mail_sent', 'mail_failed')
ORDER BY case_id, seq;

-- name: audit_replay_ticket_clocks
SELECT ticket_id, metric, ordinal, calendar_version_id, target_s, state, extract(epoch FROM started_at)::bigint, extract(epoch FROM stopped_at)::bigint,
	elapsed_s, extract(epoch FROM due_at)::bigint, extract(epoch FROM breached_at)::bigint, paused_s, retarget_count,
	extract(epoch FROM evaluated_at)::bigint, 'ticket ' || ticket_id
FROM clock WHERE ticket_id IS NOT NULL AND ($1::bigint IS NULL OR ticket_id = $1) ORDER BY ticket_id, metric, ordinal;

-- name: audit_replay_case_clocks
SELECT case_id, metric, ordinal, calendar_version_id, target_s, state, extract(epoch FROM started_at)::bigint, extract(epoch FROM stopped_at)::bigint,
	elapsed_s, extract(epoch FROM due_at)::bigint, extract(epoch FROM breached_at)::bigint, paused_s, retarget_count,
	extract(epoch FROM evaluated_at)::bigint, 'CASE-' || lpad(case_id::text, greatest(6, length(case_id::text)), '0')
FROM clock WHERE case_id IS NOT NULL AND ($1::bigint IS NULL OR case_id = $1) ORDER BY case_id, metric, ordinal;

-- name: audit_subject
SELECT (SELECT id FROM ticket WHERE number = $1), (SELECT id FROM supplier_case WHERE number = $1);
