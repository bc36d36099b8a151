-- name: review_columns
SELECT s.id, s.source, k.id, k.name, k.label_en, k.label_ru, s.name, s.rows, s.filled, s.distinct_estimate, s.sample, s.last_at,
	d.id, d.decision, d.reason, d.by_id, d.by_name, d.decided_at, d.decided_at + make_interval(days => r.decision_days), s.last_at >= $2::timestamptz - make_interval(days => r.agree_days)
FROM source_column s LEFT JOIN ci_class k ON k.id = s.class_id CROSS JOIN cmdb_review_rule r
LEFT JOIN LATERAL (SELECT d.id, d.decision, d.reason, p.id AS by_id, p.name AS by_name, d.decided_at FROM attribute_decision d LEFT JOIN person p ON p.id = d.decided_by
	WHERE d.attribute_id IS NULL AND d.source = s.source AND d.class_id IS NOT DISTINCT FROM s.class_id AND d.column_name = s.name ORDER BY d.id DESC LIMIT 1) d ON true
WHERE $1::bigint IS NULL OR k.lineage @> ARRAY[$1::bigint]
ORDER BY s.filled DESC, s.source, s.name, s.id LIMIT 500;

-- name: review_class
SELECT id FROM ci_class WHERE name = $1::text OR id = CASE WHEN $1::text ~ '^[0-9]{1,18}$' THEN $1::text::bigint END;

-- name: review_attribute_classes
SELECT k.id, k.name, k.label_en, k.label_ru, e.cis, e.filled, e.reviewed, e.fresh, e.distinct_count, e.changes, e.fills, e.batch_changes, e.answer_changes,
	e.changed_cis, e.ci_days, e.exposed_days, e.expected, e.episodes, e.observed, e.observed_cis, e.claimed, e.disagreed, e.age_median_d, e.examples::text
FROM attribute_evidence e JOIN ci_class k ON k.id = e.class_id WHERE e.day = $1::date AND e.attribute_id = $2
ORDER BY e.cis DESC, k.name;

-- name: review_attribute_days
SELECT e.day, sum(e.cis)::bigint, sum(e.filled)::bigint, sum(e.reviewed)::bigint, sum(e.fresh)::bigint, sum(e.changes)::bigint, max(u.filters + u.reads + u.reports)
FROM attribute_evidence e LEFT JOIN attribute_use u ON u.day = e.day AND u.attribute_id = e.attribute_id
WHERE e.attribute_id = $1 AND e.day > $2::date - 366 GROUP BY e.day ORDER BY e.day;

-- name: review_attribute_decisions
SELECT decision_json(d, $2)::text FROM attribute_decision d WHERE d.attribute_id = $1 ORDER BY d.id DESC LIMIT 50;

-- name: review_attribute_there
SELECT a.id, a.name, a.retired FROM ci_attribute a WHERE a.id = $1;

-- name: review_decide
SELECT attribute_decide($1, $2, $3, $4, $5::jsonb, $6, $7);

-- name: review_decision
SELECT decision_json(d, $2)::text FROM attribute_decision d WHERE d.id = $1;

-- name: review_column_decide
INSERT INTO attribute_decision (source, class_id, column_name, decision, proposal, reason, evidence, effect, decided_by, decided_at)
SELECT s.source, s.class_id, s.name, $2, CASE WHEN s.filled * 2 >= s.rows AND s.distinct_estimate >= 2 THEN 'add' END, $3,
	jsonb_build_object('rows', s.rows, 'filled', s.filled, 'distinct_estimate', s.distinct_estimate, 'sample', s.sample, 'last_at', instant_text(s.last_at)), 'none', $4, $5
FROM source_column s WHERE s.id = $1 RETURNING id;

-- name: review_decisions
SELECT d.id, decision_json(d, $1)::text FROM attribute_decision d
WHERE ($2::bigint IS NULL OR d.id < $2::bigint) AND ($3::text IS NULL OR d.decision = $3::text) ORDER BY d.id DESC LIMIT $4::int;

-- name: review_rule
SELECT version, history_days, window_days, reach_depth, batch_share_pct, batch_min, batch_max, use_days, agree_days, decision_days, reminders, reminder_days FROM cmdb_review_rule;

-- name: review_rule_lock
SELECT version FROM cmdb_review_rule FOR UPDATE;

-- name: review_rule_change
UPDATE cmdb_review_rule SET version = version + 1, history_days = coalesce($1::int, history_days), window_days = coalesce($2::int, window_days),
	reach_depth = coalesce($3::int, reach_depth), batch_share_pct = coalesce($4::int, batch_share_pct), batch_min = coalesce($5::int, batch_min),
	batch_max = greatest(coalesce($6::int, batch_max), coalesce($5::int, batch_min)), use_days = coalesce($7::int, use_days), agree_days = coalesce($8::int, agree_days),
	decision_days = coalesce($9::int, decision_days), reminders = coalesce($10::boolean, reminders), reminder_days = coalesce($11::int, reminder_days)
RETURNING version;

-- name: review_run_again
-- What was computed today is thrown away and computed anew, unless that is under way.
WITH gone AS MATERIALIZED (SELECT day FROM cmdb_evidence_run WHERE day = $1::date AND finished_at IS NOT NULL FOR UPDATE),
	a AS (DELETE FROM cmdb_evidence_step WHERE day IN (SELECT day FROM gone)), b AS (DELETE FROM attribute_evidence WHERE day IN (SELECT day FROM gone)),
	c AS (DELETE FROM attribute_use WHERE day IN (SELECT day FROM gone)), d AS (DELETE FROM cmdb_health WHERE day IN (SELECT day FROM gone))
UPDATE cmdb_evidence_run r SET at = $2, reached_at = NULL, finished_at = NULL, rule = (SELECT to_jsonb(x) - 'one' FROM cmdb_review_rule x)
WHERE r.day IN (SELECT day FROM gone);
