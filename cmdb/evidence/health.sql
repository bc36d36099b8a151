-- name: health_classes
-- Each class with the CIs of the classes below it.
SELECT k.id, k.name, k.label_en, k.label_ru, k.parent_id, k.lineage, s.cis, s.complete, s.reviewed, s.fresh, s.claimed, s.consistent, s.no_owner, s.no_relation,
	s.no_use, s.silent, s.orphaned, s.due
FROM ci_class k CROSS JOIN LATERAL (
	SELECT sum(h.cis)::bigint AS cis, sum(h.complete)::bigint AS complete, sum(h.reviewed)::bigint AS reviewed, sum(h.fresh)::bigint AS fresh, sum(h.claimed)::bigint AS claimed,
		sum(h.consistent)::bigint AS consistent, sum(h.no_owner)::bigint AS no_owner, sum(h.no_relation)::bigint AS no_relation, sum(h.no_use)::bigint AS no_use,
		sum(h.silent)::bigint AS silent, sum(h.orphaned)::bigint AS orphaned, sum(h.due)::bigint AS due
	FROM ci_class b JOIN cmdb_health h ON h.class_id = b.id AND h.day = $1::date
	WHERE b.lineage @> ARRAY[k.id] AND ($2::bigint IS NULL OR h.owner_id = $2::bigint)) s
WHERE s.cis > 0
ORDER BY cardinality(k.lineage), k.position, k.name;

-- name: health_owners
SELECT p.id, p.name, p.active, sum(h.cis)::bigint, sum(h.complete)::bigint, sum(h.reviewed)::bigint, sum(h.fresh)::bigint, sum(h.claimed)::bigint,
	sum(h.consistent)::bigint, sum(h.no_owner)::bigint, sum(h.no_relation)::bigint, sum(h.no_use)::bigint, sum(h.silent)::bigint, sum(h.orphaned)::bigint, sum(h.due)::bigint,
	m.last_on, coalesce(m.off, false)
FROM cmdb_health h JOIN ci_class k ON k.id = h.class_id JOIN person p ON p.id = h.owner_id LEFT JOIN cmdb_reminder m ON m.person_id = p.id
WHERE h.day = $1::date AND ($2::bigint IS NULL OR k.lineage @> ARRAY[$2::bigint]) AND ($3::bigint IS NULL OR p.id = $3::bigint)
GROUP BY p.id, m.last_on, m.off ORDER BY sum(h.due) DESC, sum(h.cis) DESC, p.id LIMIT 200;

-- name: health_days
SELECT h.day, sum(h.cis)::bigint, sum(h.complete)::bigint, sum(h.reviewed)::bigint, sum(h.fresh)::bigint, sum(h.claimed)::bigint, sum(h.consistent)::bigint, sum(h.orphaned)::bigint
FROM cmdb_health h JOIN ci_class k ON k.id = h.class_id JOIN cmdb_evidence_run r ON r.day = h.day AND r.finished_at IS NOT NULL
WHERE h.day > $1::date - 90 AND ($2::bigint IS NULL OR k.lineage @> ARRAY[$2::bigint]) AND ($3::bigint IS NULL OR h.owner_id = $3::bigint)
GROUP BY h.day ORDER BY h.day;

-- name: health_cis
SELECT * FROM health_cis($1, $2, $3, $4, $5::int, $6);
