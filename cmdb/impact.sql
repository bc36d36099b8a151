-- name: impact
SELECT ci_id, name, class_id, class_name, label_en, label_ru, depth, parent, relation
FROM cmdb_impact($1::bigint, $2::boolean, $3::integer, $4::timestamptz, $5::integer);

-- name: ci_existed
SELECT c.id FROM ci c WHERE c.id = $1::bigint
	AND ($2::timestamptz IS NULL OR EXISTS (SELECT FROM ci_version v WHERE v.ci_id = c.id AND v.changed_at <= $2::timestamptz));

-- name: impact_totals
-- Tickets count as they are now, people and services as they were at $2.
WITH hit AS (SELECT unnest($1::bigint[]) AS id)
SELECT
	(SELECT count(*) FROM hit JOIN ci c ON c.id = hit.id JOIN ci_class k ON k.id = c.class_id
		JOIN ci_class b ON b.name = 'business_service' AND b.id = ANY (k.lineage)),
	(SELECT count(DISTINCT u.person_id) FROM hit JOIN ci_user u ON u.ci_id = hit.id
		WHERE CASE WHEN $2::timestamptz IS NULL THEN u.until IS NULL
			ELSE u.since <= $2::timestamptz AND (u.until IS NULL OR u.until > $2::timestamptz) END),
	-- Of a service that was hit; then those linked to a CI that was hit, unless counted already.
	(SELECT count(*) FROM hit JOIN ticket s ON s.service_id = hit.id
		WHERE s.status NOT IN ('resolved', 'closed', 'cancelled')
			AND ($4::boolean OR s.restricted_team_id IS NULL OR s.restricted_team_id = ANY ($3::bigint[])))
	+ (SELECT count(DISTINCT t.id) FROM hit JOIN ticket_ci l ON l.ci_id = hit.id JOIN ticket t ON t.id = l.ticket_id
		WHERE t.status NOT IN ('resolved', 'closed', 'cancelled')
			AND ($4::boolean OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY ($3::bigint[]))
			AND NOT EXISTS (SELECT FROM hit h WHERE h.id = t.service_id));
