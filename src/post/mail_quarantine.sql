-- name: mail_message_json
SELECT mail_message_json($5, $1, $2, $3), $4::timestamptz;

-- name: mail_bytes
SELECT raw, jsonb_array_length(parts) FROM mail_message WHERE id = $1 AND direction = 'in';

-- name: mail_assign
SELECT case_id, ticket_id FROM mail_assign($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: mail_discard
SELECT mail_discard($1, $2, $3, $4);
