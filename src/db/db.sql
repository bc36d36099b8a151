-- Statements of the connection itself.

-- name: tx_begin
BEGIN;

-- name: tx_begin_snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: tx_commit
COMMIT;

-- name: tx_rollback
ROLLBACK;

-- name: db_ping
SELECT 1;

-- name: db_statement_limit
SELECT set_config('statement_timeout', $1, false);
