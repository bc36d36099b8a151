-- name: confirm_checks
SELECT c.version, c.owner_id, c.class_id, ci_checks_json(c.id, $2, $3)::text, ci_whole_due(c.id) FROM ci c WHERE c.id = $1;

-- name: confirm_list
SELECT ci_id, ci_name, item FROM confirmations_of($1, $2, $3, $4, $5::int, $6, $7);

-- name: confirm_state
-- How many are due is counted for owners of a few hundred CIs; of others the page knows whether more follow.
SELECT o.owned, CASE WHEN o.owned <= 500 THEN (SELECT count(*) FROM ci c WHERE c.owner_id = $1 AND c.phase <> 'ended' AND ci_is_due(c.id, $2)) END,
	NOT coalesce((SELECT m.off FROM cmdb_reminder m WHERE m.person_id = $1), false), (SELECT r.reminders FROM cmdb_review_rule r),
	(SELECT m.last_on FROM cmdb_reminder m WHERE m.person_id = $1)
FROM (SELECT count(*) AS owned FROM ci WHERE owner_id = $1 AND phase <> 'ended') o;

-- name: confirm_many
SELECT confirmed, changed::text FROM ci_confirm($1::jsonb, $2, $3, $4);

-- name: confirm_reminders
INSERT INTO cmdb_reminder (person_id, off) VALUES ($1, NOT $2::boolean) ON CONFLICT (person_id) DO UPDATE SET off = excluded.off RETURNING off;
