-- name: quality_satisfaction
-- One pass over the resolutions of the span that the reader may see, grouped in five ways.
WITH seen AS (
	SELECT r.*, to_char(r.resolved_at AT TIME ZONE $5, 'YYYY-MM') AS month
	FROM quality_resolutions($3::date::timestamp AT TIME ZONE $5, $4::date::timestamp AT TIME ZONE $5) r
	WHERE ($6::bigint IS NULL OR r.team_id = $6) AND ($7::bigint IS NULL OR r.person_id = $7)
		AND ($2::int & (8 | 16) <> 0 OR r.person_id = $1 OR ($2::int & 4 <> 0
			AND (r.team_id IN (SELECT l.team_id FROM team_member l WHERE l.person_id = $1 AND l.lead)
				OR r.person_id IN (SELECT m.person_id FROM team_member l JOIN team_member m ON m.team_id = l.team_id WHERE l.person_id = $1 AND l.lead))))),
grouped AS (
	SELECT CASE grouping(month, team_id, person_id, score) WHEN 15 THEN 'total' WHEN 7 THEN 'month' WHEN 11 THEN 'team' WHEN 13 THEN 'person' ELSE 'score' END AS sort,
		month, team_id, person_id, score, count(*) AS asked, count(score) AS answered, coalesce(sum(score), 0) AS sum, coalesce(sum(score * score), 0) AS squares,
		count(recommend) AS recommends, count(*) FILTER (WHERE recommend >= 9) AS promoters, count(*) FILTER (WHERE recommend <= 6) AS detractors,
		count(*) FILTER (WHERE score <= (SELECT low_score FROM quality_settings)) AS low
	FROM seen GROUP BY GROUPING SETS ((), (month), (team_id), (person_id), (score)))
SELECT g.sort, coalesce(g.month, g.team_id::text, g.person_id::text), coalesce((SELECT team_called(t, (SELECT r.language FROM person r WHERE r.id = $1)) FROM team t WHERE t.id = g.team_id),
	(SELECT p.name FROM person p WHERE p.id = g.person_id)), g.score, g.asked, g.answered, g.sum, g.squares, g.recommends, g.promoters, g.detractors, g.low
FROM grouped g WHERE g.sort <> 'score' OR g.score IS NOT NULL
ORDER BY g.month, 3, g.team_id, g.person_id;
