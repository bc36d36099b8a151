-- name: evidence_computation
SELECT r.day, r.rule::text, r.at, n.day IS NOT NULL, coalesce((SELECT count(*) FROM cmdb_evidence_step s WHERE s.day = n.day), 0),
	(SELECT count(*) FROM ci_class k WHERE NOT k.abstract),
	coalesce((SELECT r.day - min(u.day) FROM attribute_usage u), 0)
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT * FROM cmdb_evidence_run WHERE finished_at IS NOT NULL ORDER BY day DESC LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT day FROM cmdb_evidence_run WHERE finished_at IS NULL ORDER BY day DESC LIMIT 1) n ON n.day >= coalesce(r.day, n.day);

-- name: evidence_attributes
-- How long an attribute is there is known only when it came after the first computation.
SELECT a.id, a.name, a.label_en, a.label_ru, a.type, a.unit, a.required, a.purpose, a.owner, a.source, a.review_days,
	k.id, k.name, k.label_en, k.label_ru,
	e.cis, e.filled, e.reviewed, e.fresh, e.distinct_count, e.changes, e.fills, e.batch_changes, e.answer_changes, e.changed_cis,
	e.ci_days, e.exposed_days, e.expected, e.episodes, e.observed, e.observed_cis, e.claimed, e.disagreed, e.age_median_d,
	coalesce(u.opened, 0), coalesce(u.reads, 0), coalesce(u.filters, 0), coalesce(u.reports, 0), coalesce(u.programs, 0), coalesce(u.people, 0),
	coalesce(u.needed_by, '{}'), CASE WHEN s.first_day > (SELECT min(day) FROM cmdb_evidence_run) THEN $1::date - s.first_day END,
	d.id, d.decision, d.reason, d.by_id, d.by_name, d.decided_at, d.decided_at + make_interval(days => r.decision_days)
FROM (SELECT x.attribute_id, sum(x.cis)::bigint AS cis, sum(x.filled)::bigint AS filled, sum(x.reviewed)::bigint AS reviewed, sum(x.fresh)::bigint AS fresh,
		max(x.distinct_count) AS distinct_count, sum(x.changes)::bigint AS changes, sum(x.fills)::bigint AS fills, sum(x.batch_changes)::bigint AS batch_changes,
		sum(x.answer_changes)::bigint AS answer_changes, sum(x.changed_cis)::bigint AS changed_cis, sum(x.ci_days) AS ci_days, sum(x.exposed_days) AS exposed_days,
		sum(x.expected) AS expected, sum(x.episodes)::bigint AS episodes, sum(x.observed)::bigint AS observed, sum(x.observed_cis)::bigint AS observed_cis,
		sum(x.claimed)::bigint AS claimed, sum(x.disagreed)::bigint AS disagreed, (sum(x.age_median_d::bigint * x.filled) / nullif(sum(x.filled), 0))::bigint AS age_median_d
	FROM attribute_evidence x JOIN ci_class c ON c.id = x.class_id
	WHERE x.day = $1::date AND ($2::bigint IS NULL OR c.lineage @> ARRAY[$2::bigint]) GROUP BY x.attribute_id) e
JOIN ci_attribute a ON a.id = e.attribute_id AND NOT a.retired JOIN ci_class k ON k.id = a.class_id CROSS JOIN cmdb_review_rule r
LEFT JOIN attribute_use u ON u.day = $1::date AND u.attribute_id = a.id
LEFT JOIN LATERAL (SELECT min(f.day) AS first_day FROM attribute_evidence f WHERE f.attribute_id = a.id) s ON true
LEFT JOIN LATERAL (SELECT d.id, d.decision, d.reason, p.id AS by_id, p.name AS by_name, d.decided_at FROM attribute_decision d LEFT JOIN person p ON p.id = d.decided_by
	WHERE d.attribute_id = a.id ORDER BY d.id DESC LIMIT 1) d ON true
ORDER BY cardinality(k.lineage), k.position, k.name, a.position, a.id;
