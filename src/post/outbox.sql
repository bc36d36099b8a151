-- name: outbox_list
-- Newest first.
SELECT jsonb_build_object('id', o.id, 'kind', o.kind, 'recipient', o.recipient, 'person', ref_json(p.id, p.name), 'subject', o.subject,
	'state', o.state, 'attempts', o.attempts, 'uncertain', o.uncertain, 'next_at', CASE WHEN o.state IN ('queued', 'sending') THEN instant_text(coalesce(o.lease_until, o.not_before)) END,
	'attempted_at', instant_text(o.attempted_at), 'code', o.reply_code, 'error', o.last_error, 'created_at', instant_text(o.created_at), 'sent_at', instant_text(o.sent_at),
	'failed_at', instant_text(o.failed_at), 'bounced_at', instant_text(o.bounced_at),
	'ticket', (SELECT t.number FROM ticket t WHERE t.id = o.ticket_id), 'case', (SELECT c.number FROM supplier_case c WHERE c.id = o.case_id)), o.id
FROM outbox o LEFT JOIN person p ON p.id = o.person_id
WHERE ($1::text IS NULL OR o.state = $1) AND ($2::text IS NULL OR o.kind = $2)
	AND ($3::text IS NULL OR o.case_id = (SELECT c.id FROM supplier_case c WHERE c.number = $3))
	AND ($4::text IS NULL OR o.ticket_id = ticket_number_id($4))
	AND ($5::bigint IS NULL OR o.id < $5)
ORDER BY o.id DESC LIMIT $6::integer;

-- name: outbox_read
SELECT jsonb_build_object('id', o.id, 'kind', o.kind, 'recipient', o.recipient, 'person', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = o.person_id),
	'subject', o.subject, 'body', o.body, 'language', o.language, 'state', o.state, 'attempts', o.attempts, 'uncertain', o.uncertain,
	'next_at', CASE WHEN o.state IN ('queued', 'sending') THEN instant_text(coalesce(o.lease_until, o.not_before)) END,
	'attempted_at', instant_text(o.attempted_at), 'code', o.reply_code, 'error', o.last_error, 'created_at', instant_text(o.created_at), 'sent_at', instant_text(o.sent_at),
	'failed_at', instant_text(o.failed_at), 'bounced_at', instant_text(o.bounced_at), 'message_id', o.message_id,
	'ticket', (SELECT t.number FROM ticket t WHERE t.id = o.ticket_id), 'case', (SELECT c.number FROM supplier_case c WHERE c.id = o.case_id),
	'decided_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = o.decided_by),
	'files', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'content_type', f.content_type, 'size_bytes', length(f.content)) ORDER BY f.ordinal), '[]')
		FROM outbox_attachment f WHERE f.outbox_id = o.id),
	'messages', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'direction', m.direction, 'outcome', m.outcome, 'received_at', instant_text(m.received_at),
			'sha256', encode(m.sha256, 'hex')) ORDER BY m.id), '[]') FROM mail_message m WHERE m.outbox_id = o.id))
FROM outbox o WHERE o.id = $1;

-- name: outbox_retry
SELECT outbox_retry($1, $2, $3);

-- name: outbox_cancel
SELECT outbox_cancel($1, $2, $3);

-- name: mail_state
SELECT (SELECT jsonb_build_object('queued', f.queued, 'oldest_s', f.oldest_s, 'failed', f.failed, 'quarantined', f.quarantined) FROM post_figures($1) f)
	|| jsonb_build_object('mailboxes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'checked_at', instant_text(a.checked_at),
		'failed_at', instant_text(a.failed_at), 'error', a.error) ORDER BY a.name), '[]') FROM mail_account a));
