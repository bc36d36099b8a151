-- name: demo_ledger_agree
-- Suppliers agreed to most pauses of the history, by mail, soon after the case had ended.
SELECT count(supplier_agree(x.at, x.case_id, x.seq, jsonb_build_object('via', 'mail', 'address', x.mail, 'name', x.name)))
FROM (SELECT e.case_id, e.seq, s.mail, s.contacts -> 0 ->> 'name' AS name, date_trunc('second', greatest(max(c.closed_at), (
		SELECT max(v.recorded_at) FROM ticket_event v WHERE v.ticket_id = c.ticket_id)) + make_interval(hours => 2 + (e.case_id % 20)::integer)) AS at
	FROM case_event e JOIN supplier_case c ON c.id = e.case_id JOIN supplier s ON s.id = c.supplier_id
	WHERE e.type = 'info_requested' AND c.status = 'closed' AND e.case_id % 5 < 2
		AND EXISTS (SELECT FROM clock l JOIN clock_pause p ON p.clock_id = l.id WHERE l.case_id = c.id AND p.from_seq = e.seq)
	GROUP BY e.case_id, e.seq, s.mail, s.contacts, c.ticket_id) x
WHERE x.at < $1;

-- name: demo_ledger_notes
-- What the desk kept of some pauses: a note of the call, with the note itself as a file.
WITH chosen AS (
	SELECT e.case_id, e.seq, c.ticket_id, e.actor_id, e.recorded_at AS asked_at, date_trunc('second', (SELECT max(v.recorded_at) FROM ticket_event v WHERE v.ticket_id = c.ticket_id)
		+ interval '30 minutes') AS at, CASE s.language WHEN 'ru' THEN ARRAY['Запись звонка', 'Звонок диспетчеру поставщика: просили сведения, время названо им.']
		ELSE ARRAY['Note of the call', 'Call with the supplier''s dispatcher: they asked for details and named the time.'] END AS words
	FROM case_event e JOIN supplier_case c ON c.id = e.case_id JOIN supplier s ON s.id = c.supplier_id
	WHERE e.type = 'info_requested' AND e.actor_id IS NOT NULL AND e.case_id % 7 = 3
), files AS (
	INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, author_id, added_at, case_id)
	SELECT x.ticket_id, 'call-' || x.case_id || '.txt', 'text/plain', length(b.bytes), sha256(b.bytes), b.bytes, 'internal', x.actor_id, x.at, x.case_id
	FROM chosen x, LATERAL (SELECT convert_to(x.words[2] || E'\n' || instant_text(x.asked_at) || E'\n', 'UTF8') AS bytes) b
	WHERE x.at < $1 RETURNING id, case_id, sha256
)
INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
SELECT x.case_id, 'pause_noted', x.at, x.at, x.actor_id, 'us', x.words[1], jsonb_build_object('of', x.seq, 'evidence', jsonb_build_object('via', 'desk',
	'attachment', f.id, 'attachment_sha256', encode(f.sha256, 'hex')))
FROM chosen x JOIN files f ON f.case_id = x.case_id WHERE x.seq = (SELECT min(y.seq) FROM chosen y WHERE y.case_id = x.case_id) ORDER BY x.case_id;

-- name: demo_ledger_bind
UPDATE attachment a SET case_seq = e.seq FROM case_event e
WHERE e.case_id = a.case_id AND a.case_seq IS NULL AND e.type = 'pause_noted' AND (e.data -> 'evidence' ->> 'attachment')::bigint = a.id;

-- name: demo_ledger_disputed
-- Answers of ours in cases that suppliers dispute: ended ones of the last weeks, and open ones today. Oldest first.
SELECT e.case_id, e.seq, p.from_seq, e.occurred_at, CASE WHEN c.status = 'closed' THEN date_trunc('second', greatest(c.closed_at, (SELECT max(v.recorded_at)
		FROM ticket_event v WHERE v.ticket_id = c.ticket_id), (SELECT max(v.recorded_at) FROM case_event v WHERE v.case_id = c.id)) + interval '3 hours') ELSE $1 END AS raised,
	least(e.occurred_at + interval '95 minutes', (SELECT min(n.occurred_at) FROM case_event n WHERE n.case_id = c.id AND n.seq > e.seq AND n.type = 'fix_declared'), c.closed_at, $1),
	c.status = 'closed', s.language, s.mail, c.ticket_id, e.actor_id
FROM case_event e JOIN supplier_case c ON c.id = e.case_id JOIN supplier s ON s.id = c.supplier_id
CROSS JOIN LATERAL (SELECT min(x.from_seq) AS from_seq FROM clock l JOIN clock_pause x ON x.clock_id = l.id WHERE l.case_id = c.id AND x.to_seq = e.seq) p
WHERE e.type = 'info_provided' AND p.from_seq IS NOT NULL AND NOT EXISTS (SELECT FROM pause_consent n WHERE n.case_id = c.id AND n.from_seq = p.from_seq)
	AND ((c.status = 'closed' AND e.case_id % 9 = 4 AND c.closed_at < $1 - interval '3 days') OR c.status IN ('open', 'waiting_us', 'verifying'))
ORDER BY e.case_id, e.seq LIMIT 40;

-- name: demo_ledger_contest
SELECT supplier_contest($1, $2, $3::integer, $4::integer, $5, $6, $7::jsonb);

-- name: demo_ledger_deciders
SELECT p.id, p.roles FROM person p WHERE p.login IN ('lead', 'manager') ORDER BY p.login;

-- name: demo_ledger_decide
SELECT on_ticket, on_case FROM contest_decide($1, $2::integer, ARRAY[]::bigint[], $3, $4, $5, $6, NULL, false);

-- name: demo_ledger_old_mail
-- What was told in the past has been read.
DELETE FROM outbox WHERE effect_key LIKE 'contest:%' AND created_at < $1::timestamptz - interval '1 day';
