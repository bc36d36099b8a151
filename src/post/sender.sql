-- name: post_identity
-- The right side of our Message-IDs follows mail.from.
UPDATE mail_identity SET domain = $1 WHERE domain <> $1;

-- name: outbox_take
SELECT o.id, o.kind, o.recipient, o.language, o.subject, o.body, o.message_id, o.in_reply_to, o.case_id, o.attempts, o.link_id, outbox_thread(o),
	(SELECT w.secret FROM webhook w WHERE w.id = o.webhook_id)
FROM outbox_take($1, $2, $3) o;

-- name: outbox_files
SELECT name, content_type, content FROM outbox_attachment WHERE outbox_id = $1 ORDER BY ordinal;

-- name: outbox_settle
SELECT outbox_settle($1, $2, $3, $4::integer, $5, $6, $7::integer, $8::integer, $9::integer, $10);

-- name: outbox_next
SELECT outbox_next($1);

-- name: post_figures
SELECT queued, oldest_s, failed, quarantined FROM post_figures($1);
