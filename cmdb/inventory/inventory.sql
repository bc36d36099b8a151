-- Statements of the inventories of agents; the rules stand in schema/rules/34_inventory.sql.
-- name: inventory_meet
SELECT agent_id, state, refusal, kept, period_s FROM inventory_meet($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: inventory_keep
SELECT inventory_keep($1, $2::jsonb, $3);

-- name: inventory_apply
SELECT inventory_apply($1, NULL, $2);

-- name: inventory_progress
SELECT a.work, s.period_s FROM inventory_agent a, inventory_setting s WHERE a.agent_uuid = $1::uuid;

-- name: inventory_waiting
SELECT id FROM inventory_agent WHERE work = 'waiting' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: inventory_failed
UPDATE inventory_agent SET work = 'failed', work_error = $2 WHERE id = $1 AND work = 'waiting';

-- name: inventory_silent
UPDATE inventory_agent a SET stale_since = $1::timestamptz
FROM inventory_setting s
WHERE a.state = 'known' AND a.stale_since IS NULL AND a.ci_id IS NOT NULL AND a.last_inventory_at < $1::timestamptz - make_interval(secs => s.stale_after_s);

-- name: inventory_agent_list
-- Newest report first. $1: state, $2: stale only, $3: pattern of names, $4, $5: after, $6: rows wanted.
SELECT inventory_agent_json(a, false), instant_text(a.last_seen_at), a.id FROM inventory_agent a
WHERE ($1::text IS NULL OR a.state = $1) AND (NOT $2 OR a.stale_since IS NOT NULL)
	AND ($3::text IS NULL OR a.name ILIKE $3 OR a.device_id ILIKE $3 OR a.tag ILIKE $3 OR a.address = btrim($3, '%'))
	AND ($4::timestamptz IS NULL OR (a.last_seen_at, a.id) < ($4, $5::bigint))
ORDER BY a.last_seen_at DESC, a.id DESC LIMIT $6;

-- name: inventory_agent_counts
SELECT jsonb_build_object('quarantine', count(*) FILTER (WHERE state = 'quarantine'), 'known', count(*) FILTER (WHERE state = 'known'),
	'stale', count(*) FILTER (WHERE stale_since IS NOT NULL), 'failed', count(*) FILTER (WHERE work = 'failed'),
	'rejected', count(*) FILTER (WHERE state = 'rejected'), 'banned', count(*) FILTER (WHERE state = 'banned')) FROM inventory_agent;

-- name: inventory_agent_json
SELECT inventory_agent_json(a, true) FROM inventory_agent a WHERE a.id = $1;

-- name: inventory_decide
SELECT inventory_decide($1, $2, $3, $4, $5);

-- name: inventory_agents_json
SELECT jsonb_build_object('items', coalesce(jsonb_agg(inventory_agent_json(a, false) ORDER BY a.id), '[]')) FROM inventory_agent a WHERE a.id = ANY ($1);

-- name: inventory_of_ci
SELECT inventory_of_ci($1);

-- name: inventory_token_list
SELECT jsonb_build_object('id', t.id, 'label', t.label, 'created_at', instant_text(t.created_at), 'created_by', ref_json(p.id, p.name),
	'expires_at', instant_text(t.expires_at), 'revoked_at', instant_text(t.revoked_at), 'last_used_at', instant_text(t.last_used_at),
	'agents', (SELECT count(*) FROM inventory_agent a WHERE a.token_id = t.id)), t.id
FROM inventory_token t LEFT JOIN person p ON p.id = t.created_by
WHERE $1::bigint IS NULL OR t.id < $1 ORDER BY t.id DESC LIMIT $2;

-- name: inventory_token_create
INSERT INTO inventory_token (label, hash, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: inventory_token_revoke
SELECT inventory_token_revoke($1, $2, $3);

-- name: inventory_setting_json
SELECT jsonb_build_object('period_s', period_s, 'stale_after_s', stale_after_s, 'accept_unknown', accept_unknown, 'quarantine_max', quarantine_max), version
FROM inventory_setting;

-- name: inventory_setting_change
UPDATE inventory_setting SET period_s = coalesce($2, period_s), stale_after_s = coalesce($3, stale_after_s), accept_unknown = coalesce($4::boolean, accept_unknown),
	quarantine_max = coalesce($5, quarantine_max), version = version + 1
WHERE $1 = -1 OR version = $1 RETURNING version;
