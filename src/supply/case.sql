-- name: case_plan
SELECT p.contract_id, p.supplier_id, p.ci_id, p.why, p.priority, p.targets, p.calendar_version, p.language, p.supplier_mail, p.contract_version,
	k.number, s.name, c.id, c.name, p.terms_id, p.reason, contract_reason_words(k.number, p.reason, $5)
FROM case_plan($1, $2, $3, $4) p JOIN contract k ON k.id = p.contract_id JOIN supplier s ON s.id = p.supplier_id
JOIN calendar c ON c.id = p.calendar_id;

-- name: case_plan_targets
SELECT x ->> 'metric', (x ->> 'target_s')::bigint, (x ->> 'calendar_version')::bigint
FROM jsonb_array_elements($1::jsonb) AS x;

-- name: case_ticket_lock
-- Locks the ticket and refuses what the caller may not see, before anything is planned.
SELECT (ticket_lock($5, $1, $2, $3)).id, $4::timestamptz;

-- name: case_ticket_visible
SELECT t.id, t.subject, t.body FROM ticket t WHERE t.id = $5 AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL;

-- name: case_candidates
SELECT x.supplier_id, s.name, x.contract_id, k.number, k.number || coalesce(': ' || x.path, ''), contract_reason_words(k.number, x.reason, $3)
FROM contract_candidates($1, NULL, NULL, $2) x JOIN contract k ON k.id = x.contract_id JOIN supplier s ON s.id = x.supplier_id LIMIT 20;

-- name: case_mail_preview
SELECT mail_subject, mail_body FROM case_mail_preview($1, $2, $3, $4, $5, $6, $7, $8);

-- name: case_open
SELECT case_open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::int, $12, $13::jsonb, $14, $15, $16, $17::int);

-- name: case_event_record
SELECT case_event_record($1, $2, $3, $4, $5, $6::case_event_type, $7, $8, $9, $10, $11);

-- name: case_event_from_supplier
SELECT case_event_from_supplier($1, $2, $3::case_event_type, $4, $5, $6, $7::jsonb);

-- name: case_json
SELECT case_json($5, $1, $2, $3), (SELECT version FROM supplier_case WHERE id = $5), $4::timestamptz;

-- name: case_events
SELECT e.seq, e.type, e.occurred_at, e.recorded_at, extract(epoch FROM e.recorded_at - e.occurred_at)::bigint, e.party, p.id, p.name, e.body,
	e.data, encode(e.hash, 'hex')
FROM case_event e JOIN supplier_case c ON c.id = e.case_id JOIN ticket t ON t.id = c.ticket_id LEFT JOIN person p ON p.id = e.actor_id
WHERE e.case_id = $5 AND (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL AND e.seq > $6::int
ORDER BY e.seq LIMIT $7::int;

-- name: case_events_newest
-- Oldest first, at most $6 of them.
SELECT * FROM (
	SELECT e.seq, e.type, e.occurred_at, e.recorded_at, extract(epoch FROM e.recorded_at - e.occurred_at)::bigint, e.party, p.id, p.name, e.body,
		e.data, encode(e.hash, 'hex')
	FROM case_event e JOIN supplier_case c ON c.id = e.case_id JOIN ticket t ON t.id = c.ticket_id LEFT JOIN person p ON p.id = e.actor_id
	WHERE e.case_id = $5 AND (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL
	ORDER BY e.seq DESC LIMIT $6::int
) AS newest ORDER BY seq;

-- name: case_list
-- Newest first. Statuses: NULL or the wanted ones; overdue: a running clock past its target.
SELECT c.id, c.number, t.number, t.subject, s.id, s.name, k.id, k.number, c.status, c.priority, c.summary, c.supplier_ref, c.sent_at, c.updated_at,
	c.next_due_at, p.id, p.name,
	EXISTS (SELECT FROM clock x WHERE x.case_id = c.id AND (x.breached_at IS NOT NULL OR x.due_at < $4)) AS breached
FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id JOIN supplier s ON s.id = c.supplier_id JOIN contract k ON k.id = c.contract_id
LEFT JOIN person p ON p.id = t.owner_id
WHERE (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3)
	AND ($5::bigint IS NULL OR c.supplier_id = $5) AND ($6::text[] IS NULL OR c.status::text = ANY ($6))
	AND (NOT $7::boolean OR (c.next_due_at < $4 AND c.status IN ('open', 'waiting_us', 'verifying')))
	AND ($8::bigint IS NULL OR c.id < $8)
ORDER BY c.id DESC LIMIT $9::int;
