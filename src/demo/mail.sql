-- name: demo_mail_identity
-- The demo is the same wherever it is loaded; a real installation's secret is random.
UPDATE mail_identity SET secret = sha256(convert_to('demo ' || $1::text, 'UTF8')), domain = 'rassvet.example';

-- name: demo_mail_cases
-- Open cases with suppliers outside, newest first, that have an owner who can be told.
SELECT c.id, c.number, s.mail, s.name, s.language, c.summary, t.number
FROM supplier_case c JOIN supplier s ON s.id = c.supplier_id JOIN ticket t ON t.id = c.ticket_id
WHERE c.status = 'open' AND s.mail IS NOT NULL AND t.owner_id IS NOT NULL ORDER BY c.sent_at DESC, c.id DESC LIMIT 8;

-- name: demo_mail_out
-- The mail that the case was sent with, as the outbox would have it.
SELECT outbox_mail('case:' || c.id || ':sent', NULL, s.mail, s.language, 'case_sent',
	case_mail_params(c.number, c.ticket_id, c.supplier_id, c.contract_id, c.ci_id, c.summary, c.body, '', (SELECT p.name FROM person p WHERE p.id = c.opened_by)),
	c.ticket_id, c.id, $2)
FROM supplier_case c JOIN supplier s ON s.id = c.supplier_id WHERE c.id = $1;

-- name: demo_mail_take
-- As outbox_take, but this row.
WITH o AS (UPDATE outbox SET state = 'sending', lease_until = $2::timestamptz + interval '1 minute', attempts = 1, attempted_at = $2 WHERE id = $1 RETURNING *)
SELECT o.id, o.kind, o.recipient, o.language, o.subject, o.body, o.message_id, o.in_reply_to, o.case_id, o.attempts, o.link_id, ARRAY[o.in_reply_to] FROM o;

-- name: demo_mail_ticket
-- An open ticket of the demo's employee.
SELECT t.number, p.mail, p.name FROM ticket t JOIN person p ON p.id = t.reporter_id
WHERE p.login = 'employee' AND t.status IN ('in_progress', 'waiting_reporter', 'waiting_supplier') AND p.mail IS NOT NULL
	AND mail_person(lower(p.mail)) = p.id ORDER BY t.id DESC LIMIT 1;
