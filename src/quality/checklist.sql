-- name: quality_checklist_list
SELECT json_build_object('items', (SELECT coalesce(json_agg(quality_checklist_json(k) ORDER BY k.kind, k.version DESC), '[]') FROM quality_checklist k
	WHERE ($1::text IS NULL OR k.kind = $1::ticket_kind)
		AND ($2::boolean OR k.version = (SELECT max(version) FROM quality_checklist x WHERE x.kind = k.kind))), 'next', NULL);

-- name: quality_checklist_add
SELECT quality_checklist_add($1, $2, $3::ticket_kind, $4::int, $5::jsonb);

-- name: quality_settings
SELECT quality_settings_json(), s.version FROM quality_settings s;

-- name: quality_settings_change
SELECT quality_settings_change($1, $2, $3::int, $4::jsonb);
