-- name: mail_lock
-- One node at a time reads the mailbox; the lock is the connection's.
SELECT pg_try_advisory_lock(hashtextextended('vakhta mailbox ' || $1, 0));

-- name: mail_unlock
SELECT pg_advisory_unlock_all();

-- name: mail_account
-- Where the mailbox was left; numbered anew, it is read from the beginning.
INSERT INTO mail_account AS a (name, uid_validity, checked_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET checked_at = excluded.checked_at, failed_at = NULL, error = NULL, uid_validity = excluded.uid_validity,
	uid_done = CASE WHEN a.uid_validity = excluded.uid_validity THEN a.uid_done ELSE 0 END,
	uid_marked = CASE WHEN a.uid_validity = excluded.uid_validity THEN a.uid_marked ELSE 0 END
RETURNING uid_done, uid_marked;

-- name: mail_account_done
UPDATE mail_account SET uid_done = $3 WHERE name = $1 AND uid_validity = $2 AND uid_done < $3 RETURNING uid_done;

-- name: mail_account_marked
UPDATE mail_account SET uid_marked = $3 WHERE name = $1 AND uid_validity = $2;

-- name: mail_account_failed
INSERT INTO mail_account AS a (name, failed_at, error) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET failed_at = coalesce(a.failed_at, excluded.failed_at), error = excluded.error;

-- name: mail_take_in
SELECT message, outcome, reason, case_id, ticket_id FROM mail_take_in($9, $1::jsonb, $2, $3, $4, $5, $6, $7::jsonb, $8);

-- name: mail_attach
SELECT mail_attach($1, $2::integer, $3, $4, $5, $6);

-- name: mail_opened
SELECT ticket_opened_mail($1, $2);
