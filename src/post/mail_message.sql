-- name: mail_list
-- Newest first; only what the caller may see.
SELECT jsonb_build_object('id', m.id, 'direction', m.direction, 'outcome', m.outcome, 'from', jsonb_build_object('address', m.from_address, 'name', m.from_name),
	'to', to_jsonb(m.recipients), 'subject', m.subject, 'received_at', instant_text(m.received_at), 'automatic', m.automatic, 'size_bytes', m.size_bytes,
	'files', jsonb_array_length(m.parts), 'sha256', encode(m.sha256, 'hex'),
	'case', (SELECT c.number FROM supplier_case c WHERE c.id = coalesce(m.case_id, q.case_id)),
	'ticket', (SELECT t.number FROM ticket t WHERE t.id = coalesce(m.ticket_id, q.ticket_id))), m.id
FROM mail_message m LEFT JOIN mail_quarantine q ON q.message_id = m.id
WHERE ($5::text IS NULL OR m.direction = $5)
	AND ($6::text IS NULL OR coalesce(m.case_id, q.case_id) = (SELECT c.id FROM supplier_case c WHERE c.number = $6))
	AND ($7::text IS NULL OR coalesce(m.ticket_id, q.ticket_id) = ticket_number_id($7))
	AND mail_visible(m, $1, $2, $3) AND $4::timestamptz IS NOT NULL
	AND ($8::bigint IS NULL OR m.id < $8)
ORDER BY m.id DESC LIMIT $9::integer;

-- name: mail_quarantine_list
SELECT jsonb_build_object('id', m.id, 'from', jsonb_build_object('address', m.from_address, 'name', m.from_name), 'subject', m.subject,
	'received_at', instant_text(m.received_at), 'automatic', m.automatic, 'size_bytes', m.size_bytes, 'files', jsonb_array_length(m.parts),
	'reason', q.reason, 'detail', q.detail, 'state', q.state,
	'guess', CASE WHEN coalesce(q.guess_case_id, q.guess_ticket_id) IS NOT NULL THEN jsonb_build_object(
		'case', (SELECT c.number FROM supplier_case c WHERE c.id = q.guess_case_id), 'ticket', (SELECT t.number FROM ticket t WHERE t.id = q.guess_ticket_id)) END,
	'case', (SELECT c.number FROM supplier_case c WHERE c.id = q.case_id), 'ticket', (SELECT t.number FROM ticket t WHERE t.id = q.ticket_id),
	'decided_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = q.decided_by), 'decided_at', instant_text(q.decided_at), 'decision', q.decision), m.id
FROM mail_quarantine q JOIN mail_message m ON m.id = q.message_id
WHERE ($1::text IS NULL OR q.state = $1) AND ($2::text IS NULL OR q.reason = $2) AND ($3::bigint IS NULL OR q.message_id < $3)
ORDER BY q.message_id DESC LIMIT $4::integer;

-- name: mail_message_read
-- With the beginning of the bytes, for the headers. A message of ours may hold a supplier's link, which is the supplier's alone.
SELECT mail_message_json($5, $1, $2, $3), substr(m.raw, 1, 65536), $4::timestamptz FROM mail_message m WHERE m.id = $5;

-- name: mail_raw
SELECT m.raw, $4::timestamptz FROM mail_message m WHERE m.id = $5 AND mail_visible(m, $1, $2, $3) AND (m.direction = 'in' OR $2 & 16 <> 0);
