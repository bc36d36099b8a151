-- Statements of the server itself. The functions and the table stand in schema/.

-- Takes the key for this actor, or says what it was used for: state 'new', 'same' (with the stored answer) or 'other'.
-- name: idempotency_claim
SELECT state, status, location, etag, body
  FROM idempotency_claim($1::bigint, $2::text, $3::text);

-- name: idempotency_store
SELECT idempotency_store($1::bigint, $2::text, $3::int, $4::text, $5::text, $6::text);
