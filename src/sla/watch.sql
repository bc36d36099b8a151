-- name: watch_next
SELECT min(notice_at) FROM clock WHERE notice_at IS NOT NULL;

-- name: watch_due
-- Subjects whose clocks must be looked at; taken one by one under the subject's own lock, which is the order all writers use.
SELECT DISTINCT ticket_id, case_id FROM (
	SELECT ticket_id, case_id FROM clock WHERE notice_at <= $1 ORDER BY notice_at LIMIT 200) AS due;

-- name: watch_lock_ticket
SELECT id FROM ticket WHERE id = $1 FOR UPDATE SKIP LOCKED;

-- name: watch_lock_case
SELECT id FROM supplier_case WHERE id = $1 FOR UPDATE SKIP LOCKED;
