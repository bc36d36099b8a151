-- name: quality_kpi_terms
SELECT f.version, f.expression, s.min_tickets, s.min_ratings, s.min_samples FROM quality_formula_of($1::date) f, quality_settings s;

-- name: quality_kpi_measures
SELECT m.person_id, m.team_id, m.measure, m.value, m.n, coalesce((SELECT p.name FROM person p WHERE p.id = m.person_id),
	(SELECT team_called(t, $3) FROM team t WHERE t.id = m.team_id))
FROM quality_measures($1::date::timestamp AT TIME ZONE $2, ($1::date + interval '1 month')::timestamp AT TIME ZONE $2,
	($1::date + interval '1 month - 1 day')::date) m
ORDER BY m.team_id NULLS LAST, m.person_id;

-- name: quality_kpi_put
SELECT quality_kpi_put($1::date, $2, $3, $4::int, $5::numeric, $6::jsonb, $7::jsonb, $8);

-- name: quality_kpi_list
-- Without bounds the twelve months before this one.
SELECT json_build_object('items', coalesce(json_agg(json_build_object('month', to_char(k.month, 'YYYY-MM'), 'person', person_ref(k.person_id),
	'team', quality_team(k.team_id, $1), 'value', k.value, 'formula', k.formula_version, 'parts', k.parts, 'why_missing', k.why_missing,
	'computed_at', instant_text(k.computed_at), 'revision', k.revision, 'previous_value', k.previous_value)
	ORDER BY k.month DESC, k.team_id NULLS LAST, k.person_id), '[]'), 'next', NULL)
FROM quality_kpi k
WHERE k.month >= coalesce($3::date, date_trunc('month', $7::date) - interval '12 months') AND k.month <= coalesce($4::date, $7::date)
	AND ($5::bigint IS NULL OR k.person_id = $5) AND ($6::bigint IS NULL OR k.team_id = $6) AND quality_reads($1, $2, k.person_id, k.team_id);

-- name: quality_formula_list
SELECT json_build_object('items', coalesce(json_agg(json_build_object('version', f.version, 'expression', f.expression,
	'valid_from', to_char(f.valid_from, 'YYYY-MM'), 'note', f.note, 'created_at', instant_text(f.created_at), 'created_by', person_ref(f.created_by))
	ORDER BY f.version DESC), '[]'), 'next', NULL) FROM quality_formula f;

-- name: quality_formula_add
SELECT quality_formula_add($1, $2, $3, $4::date, $5::date, $6);
