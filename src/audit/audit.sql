-- name: audit_ticket_events
-- Events of chains in order, with the head that the chain says it has; of the subjects after $1 and up to $2.
SELECT e.ticket_id, t.number, e.seq, e.type, extract(epoch FROM e.occurred_at)::bigint, extract(epoch FROM e.recorded_at)::bigint, e.actor_id,
	e.actor_role, e.visibility, e.body, e.data, encode(e.hash, 'hex'), c.seq, encode(c.head, 'hex'), e.xid
FROM ticket_event e LEFT JOIN ticket t ON t.id = e.ticket_id LEFT JOIN ticket_chain c ON c.ticket_id = e.ticket_id
WHERE e.ticket_id > $1 AND e.ticket_id <= $2 ORDER BY e.ticket_id, e.seq;

-- name: audit_case_events
SELECT e.case_id, k.number, e.seq, e.type, extract(epoch FROM e.occurred_at)::bigint, extract(epoch FROM e.recorded_at)::bigint, e.actor_id,
	e.party, NULL::text, e.body, e.data, encode(e.hash, 'hex'), c.seq, encode(c.head, 'hex'), e.xid
FROM case_event e LEFT JOIN supplier_case k ON k.id = e.case_id LEFT JOIN case_chain c ON c.case_id = e.case_id
WHERE e.case_id > $1 AND e.case_id <= $2 ORDER BY e.case_id, e.seq;

-- name: audit_tickets_without_events
-- Tickets, or heads of chains whose ticket is gone too.
SELECT t.number, true FROM ticket t WHERE NOT EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = t.id) AND ($1::bigint IS NULL OR t.id = $1)
UNION ALL
SELECT 'ticket:' || c.ticket_id, false FROM ticket_chain c WHERE NOT EXISTS (SELECT FROM ticket_event e WHERE e.ticket_id = c.ticket_id)
	AND NOT EXISTS (SELECT FROM ticket t WHERE t.id = c.ticket_id) AND ($1::bigint IS NULL OR c.ticket_id = $1)
ORDER BY 1;

-- name: audit_cases_without_events
SELECT k.number, true FROM supplier_case k WHERE NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = k.id) AND ($1::bigint IS NULL OR k.id = $1)
UNION ALL
SELECT 'case:' || c.case_id, false FROM case_chain c WHERE NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = c.case_id)
	AND NOT EXISTS (SELECT FROM supplier_case k WHERE k.id = c.case_id) AND ($1::bigint IS NULL OR c.case_id = $1)
ORDER BY 1;

-- name: audit_contract_events
SELECT e.contract_id, k.number, e.seq, e.type, extract(epoch FROM e.recorded_at)::bigint, extract(epoch FROM e.recorded_at)::bigint, e.actor_id,
	e.terms_id::text, NULL::text, NULL::text, e.data, encode(e.hash, 'hex'), c.seq, encode(c.head, 'hex'), e.xid
FROM contract_event e LEFT JOIN contract k ON k.id = e.contract_id LEFT JOIN contract_chain c ON c.contract_id = e.contract_id
WHERE e.contract_id > $1 AND e.contract_id <= $2 ORDER BY e.contract_id, e.seq;

-- name: audit_contracts_without_events
SELECT k.number, true FROM contract k WHERE NOT EXISTS (SELECT FROM contract_event e WHERE e.contract_id = k.id) AND ($1::bigint IS NULL OR k.id = $1)
UNION ALL
SELECT 'contract:' || c.contract_id, false FROM contract_chain c WHERE NOT EXISTS (SELECT FROM contract_event e WHERE e.contract_id = c.contract_id)
	AND NOT EXISTS (SELECT FROM contract k WHERE k.id = c.contract_id) AND ($1::bigint IS NULL OR c.contract_id = $1)
ORDER BY 1;

-- name: audit_contract_differences
SELECT number, edition, fact, recorded, found_now FROM contract_record_differences();

-- name: audit_case_terms
-- Cases that are judged by another edition than the one that their first event names.
SELECT k.number, (SELECT t.version FROM contract_terms t WHERE t.id = k.terms_id), (SELECT t.version FROM contract_terms t WHERE t.id = (e.data ->> 'terms')::bigint)
FROM supplier_case k JOIN case_event e ON e.case_id = k.id AND e.seq = 1
WHERE e.type = 'sent' AND (e.data ->> 'terms')::bigint <> k.terms_id AND ($1::bigint IS NULL OR k.id = $1) ORDER BY k.id;

-- name: audit_calendars
SELECT id, version, encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), xid FROM calendar_version ORDER BY id;

-- name: audit_leaves
-- Heads of all chains in one snapshot, which the first row names.
SELECT 0, 0::bigint, 0, NULL::text, pg_current_snapshot()::text
UNION ALL SELECT 1, ticket_id, seq, encode(head, 'hex'), NULL FROM ticket_chain
UNION ALL SELECT 2, case_id, seq, encode(head, 'hex'), NULL FROM case_chain
UNION ALL SELECT 3, id, version, encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), NULL FROM calendar_version
UNION ALL SELECT 4, contract_id, seq, encode(head, 'hex'), NULL FROM contract_chain
ORDER BY 1, 2;

-- name: audit_anchor_lock
SELECT pg_advisory_xact_lock(hashtext('vakhta audit anchor'));

-- name: audit_anchor_last
SELECT number, day, made_at, boundary, last_recorded, last_ticket, last_case, last_calendar, last_contract, tickets, cases, calendars, contracts,
	encode(root, 'hex'), encode(previous_link, 'hex'), encode(link, 'hex'), format, encode(kind_roots, 'hex')
FROM audit_anchor ORDER BY number DESC LIMIT 1;

-- name: audit_anchor_after
SELECT number, day, made_at, boundary, last_recorded, last_ticket, last_case, last_calendar, last_contract, tickets, cases, calendars, contracts,
	encode(root, 'hex'), encode(previous_link, 'hex'), encode(link, 'hex'), format, encode(kind_roots, 'hex')
FROM audit_anchor WHERE number > $1 ORDER BY number;

-- name: audit_last_recorded
-- Among what the snapshot $1 sees and $2, that of the anchor before, did not see whole.
SELECT max(r) FROM (
	SELECT max(recorded_at) AS r FROM ticket_event
	WHERE xid >= coalesce(pg_snapshot_xmin($2::pg_snapshot), '0'::xid8) AND pg_visible_in_snapshot(xid, $1::pg_snapshot)
	UNION ALL
	SELECT max(recorded_at) FROM case_event
	WHERE xid >= coalesce(pg_snapshot_xmin($2::pg_snapshot), '0'::xid8) AND pg_visible_in_snapshot(xid, $1::pg_snapshot)
	UNION ALL
	SELECT max(recorded_at) FROM contract_event
	WHERE xid >= coalesce(pg_snapshot_xmin($2::pg_snapshot), '0'::xid8) AND pg_visible_in_snapshot(xid, $1::pg_snapshot)) AS latest;

-- name: audit_anchor_add
SELECT audit_anchor_add(($1, $2::date, $3::boolean, $4::timestamptz, $5::bigint, $6::pg_snapshot, $7::timestamptz, $8, $9, $10, $12, $13, $14,
	$16::bytea, $17::bytea, $18::bytea, $19, $11, $15, $20::bytea)::audit_anchor, $21, $22);

-- name: audit_replay_tickets
-- Events that concern clocks, and the clocks as stored, of the subjects after $1 and up to $2; the rows of a subject stand together, its
-- events by seq.
SELECT e.ticket_id, false, e.seq, e.type::text, extract(epoch FROM e.occurred_at)::bigint, (e.data ->> 'team')::bigint,
	CASE WHEN e.data ? 'targets' THEN e.data -> 'targets' END, e.data -> 'ola', e.data ->> 'for',
	NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::integer, NULL::bigint
FROM ticket_event e
WHERE e.ticket_id > $1 AND e.ticket_id <= $2 AND (e.type IN ('opened', 'introduced', 'waiting', 'resumed', 'resolved', 'reopened', 'cancelled',
		'team_changed', 'handover_accepted', 'handover_forced', 'handover_returned', 'priority_changed', 'calendar_changed')
	OR (e.type = 'replied' AND e.visibility = 'public' AND e.actor_role IN ('owner', 'lead', 'staff')))
UNION ALL
SELECT c.ticket_id, true, c.ordinal, c.metric::text, extract(epoch FROM c.started_at)::bigint, NULL, NULL, NULL, NULL,
	c.calendar_version_id, c.target_s, c.state::text, extract(epoch FROM c.stopped_at)::bigint, c.elapsed_s, extract(epoch FROM c.due_at)::bigint,
	extract(epoch FROM c.breached_at)::bigint, c.paused_s, c.retarget_count, extract(epoch FROM c.evaluated_at)::bigint
FROM clock c WHERE c.ticket_id > $1 AND c.ticket_id <= $2
ORDER BY 1, 2, 3;

-- name: audit_replay_cases
SELECT e.case_id, false, e.seq, e.type::text, extract(epoch FROM e.occurred_at)::bigint, (e.data ->> 'of')::bigint,
	CASE WHEN e.data ? 'targets' THEN e.data -> 'targets' END, NULL::jsonb,
	CASE WHEN (e.data ->> 'void')::boolean THEN 'void' ELSE extract(epoch FROM (e.data ->> 'occurred_at')::timestamptz)::bigint::text END,
	NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::integer, NULL::bigint
FROM case_event e
WHERE e.case_id > $1 AND e.case_id <= $2 AND e.type NOT IN ('clock_warning', 'clock_breached', 'noted', 'pause_agreed',
	'pause_contested', 'event_contested', 'contest_decided', 'pause_noted', 'mail_sent', 'mail_failed')
UNION ALL
SELECT c.case_id, true, c.ordinal, c.metric::text, extract(epoch FROM c.started_at)::bigint, NULL, NULL, NULL, NULL,
	c.calendar_version_id, c.target_s, c.state::text, extract(epoch FROM c.stopped_at)::bigint, c.elapsed_s, extract(epoch FROM c.due_at)::bigint,
	extract(epoch FROM c.breached_at)::bigint, c.paused_s, c.retarget_count, extract(epoch FROM c.evaluated_at)::bigint
FROM clock c WHERE c.case_id > $1 AND c.case_id <= $2
ORDER BY 1, 2, 3;

-- name: audit_part_tickets
-- Where a part of the subjects after $1 ends; NULL: it is the last. Only a measure: a head that is gone makes a part larger, none is left out.
SELECT ticket_id FROM ticket_chain WHERE ticket_id > $1 ORDER BY ticket_id OFFSET $2 LIMIT 1;

-- name: audit_part_cases
SELECT case_id FROM case_chain WHERE case_id > $1 ORDER BY case_id OFFSET $2 LIMIT 1;

-- name: audit_part_contracts
SELECT contract_id FROM contract_chain WHERE contract_id > $1 ORDER BY contract_id OFFSET $2 LIMIT 1;

-- name: audit_subject
SELECT (SELECT id FROM ticket WHERE number = $1), (SELECT id FROM supplier_case WHERE number = $1);

-- name: audit_number
SELECT CASE WHEN $2::boolean THEN (SELECT number FROM supplier_case WHERE id = $1) ELSE (SELECT number FROM ticket WHERE id = $1) END;

-- name: daily_done
SELECT EXISTS (SELECT FROM daily_job WHERE name = $1 AND day = $2::date);

-- name: daily_claim
INSERT INTO daily_job (name, day, done_at) VALUES ($1, $2::date, $3) ON CONFLICT DO NOTHING RETURNING name;

-- name: audit_run_add
SELECT coalesce(
	(SELECT id FROM audit_run WHERE state IN ('queued', 'running') AND kind = $1 AND subject IS NOT DISTINCT FROM $2 ORDER BY id DESC LIMIT 1),
	audit_run_add($1, $2, $3, $4));

-- name: audit_run_list
SELECT r.id, r.kind, r.subject, r.state, p.id, p.name, r.asked_at, r.started_at, r.finished_at, r.subjects, r.total, r.items, r.findings, '[]', r.error
FROM audit_run r LEFT JOIN person p ON p.id = r.asked_by
WHERE $1::bigint IS NULL OR r.id < $1 ORDER BY r.id DESC LIMIT $2;

-- name: audit_run_read
SELECT r.id, r.kind, r.subject, r.state, p.id, p.name, r.asked_at, r.started_at, r.finished_at, r.subjects, r.total, r.items, r.findings, r.lines, r.error
FROM audit_run r LEFT JOIN person p ON p.id = r.asked_by WHERE r.id = $1;

-- name: audit_run_take
UPDATE audit_run SET state = 'running', started_at = greatest($1, asked_at), beat_at = $1, subjects = 0, items = 0, findings = 0, lines = '[]',
	total = CASE WHEN subject IS NOT NULL THEN 1 ELSE (SELECT count(*) FROM ticket_chain) + (SELECT count(*) FROM case_chain) END
WHERE id = (SELECT r.id FROM audit_run r WHERE r.state = 'queued' OR (r.state = 'running' AND r.beat_at < $1::timestamptz - interval '2 minutes')
	ORDER BY r.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject;

-- name: audit_run_beat
UPDATE audit_run SET beat_at = $2, subjects = $3, items = $4, findings = $5 WHERE id = $1;

-- name: audit_run_requeue
UPDATE audit_run SET state = 'queued', started_at = NULL, beat_at = $2, subjects = $3, items = $4, findings = $5 WHERE id = $1;

-- name: audit_run_end
UPDATE audit_run SET state = CASE WHEN $6 = '' THEN 'done' ELSE 'failed' END, beat_at = $2, finished_at = $2, subjects = $3, items = $4, findings = $5,
	error = nullif($6, ''), lines = $7::jsonb
WHERE id = $1;

-- name: audit_anchor_list
SELECT number, day, made_at, boundary, last_recorded, last_ticket, last_case, last_calendar, last_contract, tickets, cases, calendars, contracts,
	encode(root, 'hex'), encode(previous_link, 'hex'), encode(link, 'hex'), format, encode(kind_roots, 'hex')
FROM audit_anchor WHERE $1::integer IS NULL OR number < $1 ORDER BY number DESC LIMIT $2;

-- name: audit_chain_ticket
-- Each event with the first anchor that covers it.
SELECT e.seq, e.type, e.occurred_at, e.recorded_at, p.id, p.name, e.actor_role, encode(e.hash, 'hex'),
	e.hash = event_digest(lag(e.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY e.seq), 'ticket:' || e.ticket_id, e.seq, e.type::text, e.occurred_at,
		e.recorded_at, e.actor_id, e.actor_role::text, e.visibility::text, e.body, e.data),
	(SELECT min(a.number) FROM audit_anchor a WHERE e.ticket_id <= a.last_ticket AND e.recorded_at <= a.last_recorded AND pg_visible_in_snapshot(e.xid, a.boundary))
FROM ticket_event e LEFT JOIN person p ON p.id = e.actor_id WHERE e.ticket_id = $1 ORDER BY e.seq;

-- name: audit_chain_case
SELECT e.seq, e.type, e.occurred_at, e.recorded_at, p.id, p.name, e.party, encode(e.hash, 'hex'),
	e.hash = event_digest(lag(e.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY e.seq), 'case:' || e.case_id, e.seq, e.type::text, e.occurred_at,
		e.recorded_at, e.actor_id, e.party::text, NULL, e.body, e.data),
	(SELECT min(a.number) FROM audit_anchor a WHERE e.case_id <= a.last_case AND e.recorded_at <= a.last_recorded AND pg_visible_in_snapshot(e.xid, a.boundary))
FROM case_event e LEFT JOIN person p ON p.id = e.actor_id WHERE e.case_id = $1 ORDER BY e.seq;

-- name: audit_head_ticket
SELECT seq, encode(head, 'hex') FROM ticket_chain WHERE ticket_id = $1;

-- name: audit_head_case
SELECT seq, encode(head, 'hex') FROM case_chain WHERE case_id = $1;

-- name: what_if_period
SELECT $1::date::timestamp AT TIME ZONE $3, $2::date::timestamp AT TIME ZONE $3;

-- name: what_if_calendar
SELECT v.id FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = $1;

-- name: what_if_terms
SELECT terms_json(t), t.contract_id FROM contract_terms t WHERE t.id = $1;

-- name: what_if_events
-- Events of the cases that could count from $1 to $2: all that happens to a clock happens between sending and end of its case.
SELECT e.case_id, e.seq, e.type::text, extract(epoch FROM e.occurred_at)::bigint, (e.data ->> 'of')::bigint,
	CASE WHEN e.data ? 'targets' THEN e.data -> 'targets' END,
	CASE WHEN (e.data ->> 'void')::boolean THEN 'void' ELSE extract(epoch FROM (e.data ->> 'occurred_at')::timestamptz)::bigint::text END,
	k.number, k.priority, k.terms_id, o.id, o.number, s.id, s.name, k.closed_at
FROM supplier_case k JOIN case_event e ON e.case_id = k.id JOIN contract o ON o.id = k.contract_id JOIN supplier s ON s.id = k.supplier_id
WHERE k.sent_at < $2 AND (k.closed_at IS NULL OR k.closed_at >= $1) AND ($3::bigint IS NULL OR k.supplier_id = $3)
	AND ($4::bigint IS NULL OR k.contract_id = $4)
	AND e.type NOT IN ('clock_warning', 'clock_breached', 'noted', 'pause_agreed', 'pause_contested', 'event_contested', 'contest_decided', 'pause_noted',
		'mail_sent', 'mail_failed')
ORDER BY e.case_id, e.seq;

-- name: what_if_credits
-- Credits due by months from counts: $1 [{"terms","metric","month","side","kept","breached"}], $2 steps of the other terms or NULL, $3 a day of month 0.
-- As in the report, each case was judged by its own edition, and what a contract owes for a month is by steps, price and cap of the edition in
-- force as the month begins, else of the first that comes into force in it. By contract and metric, then (metric NULL) by contract under the caps.
WITH c AS (
	SELECT t.contract_id, x.metric, x.month, x.side, sum(x.kept) AS kept, sum(x.breached) AS breached
	FROM jsonb_to_recordset($1::jsonb) AS x(terms bigint, metric text, month integer, side integer, kept bigint, breached bigint)
	JOIN contract_terms t ON t.id = x.terms GROUP BY t.contract_id, x.metric, x.month, x.side
), priced AS (
	SELECT c.*, e.id AS terms_id, e.currency, coalesce(e.credit_cap_pct, 100) AS cap,
		round(CASE e.price_period WHEN 'month' THEN e.price WHEN 'quarter' THEN e.price / 3 ELSE e.price / 12 END, 2) AS month_price
	FROM c JOIN contract k ON k.id = c.contract_id
	CROSS JOIN LATERAL (SELECT (date_trunc('month', $3::date) + c.month * interval '1 month')::date AS first) m
	CROSS JOIN LATERAL (SELECT t.* FROM contract_terms t WHERE t.contract_id = c.contract_id
		AND t.valid * daterange(k.valid_from, k.valid_to) && daterange(m.first, (m.first + interval '1 month')::date) ORDER BY lower(t.valid) LIMIT 1) e
), due AS (
	SELECT priced.*, round(month_price * coalesce(max(s.pct), 0) / 100, 2) AS amount
	FROM priced LEFT JOIN LATERAL (
		SELECT x.credit_pct AS pct FROM contract_credit x
		WHERE x.terms_id = priced.terms_id AND (side = 0 OR $2::jsonb IS NULL) AND x.metric::text = priced.metric AND kept * 100 < x.below_pct * (kept + breached)
		UNION ALL
		SELECT (y ->> 'credit_pct')::numeric FROM jsonb_array_elements(coalesce($2::jsonb, '[]')) y
		WHERE side = 1 AND y ->> 'metric' = priced.metric AND kept * 100 < (y ->> 'below_pct')::numeric * (kept + breached)) s ON true
	GROUP BY contract_id, priced.metric, month, side, kept, breached, terms_id, currency, cap, month_price
)
SELECT contract_id, metric, side, max(currency), sum(amount)::text FROM due GROUP BY contract_id, metric, side
UNION ALL
SELECT contract_id, NULL, side, max(currency), sum(least(amounts, round(month_price * cap / 100, 2)))::text
FROM (SELECT contract_id, side, month, currency, month_price, cap, sum(amount) AS amounts FROM due GROUP BY contract_id, side, month, currency, month_price, cap) m
GROUP BY contract_id, side;

-- name: what_if_supplier
SELECT id FROM supplier WHERE key = $1 OR lower(name) = lower($1) ORDER BY (key = $1) DESC, id LIMIT 2;
