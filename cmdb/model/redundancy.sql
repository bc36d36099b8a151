-- name: redundancy_list
SELECT coalesce((SELECT jsonb_agg(redundancy_json(g, coalesce($2::timestamptz, 'infinity')) ORDER BY g.id) FROM ci_redundancy g
	WHERE g.ci_id = c.id AND CASE WHEN $2::timestamptz IS NULL THEN g.valid_to IS NULL ELSE g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2) END), '[]')::text
FROM ci c WHERE c.id = $1;

-- name: redundancy_create
SELECT redundancy_json(redundancy_make($1, $2, $3, $4::int, $5, $6, $7), 'infinity')::text;

-- name: redundancy_end
SELECT redundancy_finish($1, $2, $3);

-- name: redundancy_member_put
SELECT redundancy_join($1, $4, $2, $3);

-- name: redundancy_member_end
SELECT redundancy_leave($1, $4, $2, $3);
