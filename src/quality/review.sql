-- name: quality_complain
SELECT json_build_object('state', 'open') FROM quality_complain($1, $2, $3, $4, $5, $6) WHERE quality_complain IS NOT NULL;

-- name: quality_review_list
SELECT quality_review_json(r, $1, $2, false), r.id FROM quality_review r
WHERE quality_review_seen(r, $1, $2) AND ($3::text IS NULL OR r.state = $3) AND (NOT $4::boolean OR r.assignee_id = $1)
	AND ($5::bigint IS NULL OR r.ticket_id = $5) AND ($6::bigint IS NULL OR r.team_id = $6) AND ($7::bigint IS NULL OR r.person_id = $7)
	AND ($8::bigint IS NULL OR r.id < $8)
ORDER BY r.id DESC LIMIT $9::int;

-- name: quality_review_read
SELECT quality_review_json(r, $1, $2, true), r.version FROM quality_review r WHERE r.id = $3 AND quality_review_seen(r, $1, $2);

-- name: quality_review_edit
SELECT quality_review_edit($1, $2, $3, $4, $5::int, $6::jsonb);

-- name: quality_review_close
SELECT quality_review_close($1, $2, $3, $4, $5, $6, $7, $8);

-- name: quality_review_reopen
SELECT quality_review_reopen($1, $2, $3, $4, $5);

-- name: quality_summary
-- What waits for the reader: the counts on the page's tabs.
SELECT json_build_object(
	'reviews_open', (SELECT count(*) FROM quality_review r WHERE r.state = 'open' AND quality_review_seen(r, $1, $2)),
	'reviews_mine', (SELECT count(*) FROM quality_review r WHERE r.state = 'open' AND r.assignee_id = $1),
	'samples_to_score', (SELECT count(*) FROM quality_sample s WHERE s.score_pct IS NULL AND quality_sample_scores(s, $1, $2)),
	'samples_to_calibrate', (SELECT count(*) FROM quality_sample s WHERE s.calibrator_id = $1 AND quality_sample_blind(s, $1)),
	'attestations_overdue', (SELECT count(*) FROM quality_attestation a JOIN person p ON p.id = a.person_id AND p.active
		WHERE a.done_at IS NULL AND a.due < $3::date AND quality_reads($1, $2, a.person_id, NULL)),
	'judges', $2::int & 8 <> 0 OR EXISTS (SELECT FROM team_member m WHERE m.person_id = $1 AND m.lead),
	'low_score', (SELECT low_score FROM quality_settings));
