-- name: quality_attestation_list
-- Open ones first, the most overdue on top; then what was done, newest first.
SELECT json_build_object('items', coalesce(json_agg(quality_attestation_json(a, $1, $2, $3::date) ORDER BY a.done_at IS NOT NULL, a.done_at DESC, a.due, a.id), '[]'),
	'next', NULL)
FROM quality_attestation a JOIN person p ON p.id = a.person_id
WHERE (p.active OR a.done_at IS NOT NULL) AND quality_reads($1, $2, a.person_id, NULL)
	AND ($4::text IS NULL OR ($4 = 'done') = (a.done_at IS NOT NULL)) AND ($5::bigint IS NULL OR a.person_id = $5)
	AND ($6::bigint IS NULL OR EXISTS (SELECT FROM team_member m WHERE m.team_id = $6 AND m.person_id = a.person_id));

-- name: quality_attestation_record
SELECT quality_attestation_record($1, $2, $3, $4::date, $5, $6::date, $7, $8);

-- name: quality_attestation_move
SELECT quality_attestation_move($1, $2, $3::date, $4, $5::date);
