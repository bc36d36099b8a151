-- name: quality_sample_list
-- Newest first; what is still to be scored oldest first would hide the week at hand behind old neglect, which the week filter shows anyway.
SELECT quality_sample_json(s, $1, $2, $3, false), s.id FROM quality_sample s
WHERE quality_sample_seen(s, $1, $2)
	AND ($4::text IS NULL OR CASE $4 WHEN 'open' THEN s.score_pct IS NULL AND quality_sample_scores(s, $1, $2) WHEN 'scored' THEN s.score_pct IS NOT NULL
		ELSE s.calibrator_id = $1 AND quality_sample_blind(s, $1) END)
	AND ($5::date IS NULL OR s.week = $5) AND ($6::bigint IS NULL OR s.person_id = $6) AND ($7::bigint IS NULL OR s.team_id = $7)
	AND ($8::text IS NULL OR s.ticket_id = ticket_number_id($8)) AND ($9::bigint IS NULL OR s.id < $9)
ORDER BY s.id DESC LIMIT $10::int;

-- name: quality_sample_read
SELECT quality_sample_json(s, $1, $2, $3, true) FROM quality_sample s WHERE s.id = $4 AND quality_sample_seen(s, $1, $2);

-- name: quality_sample_score
SELECT quality_sample_score($1, $2, $3, $4, $5::jsonb, $6) IS NOT NULL;

-- name: quality_sample_calibrate
SELECT quality_sample_calibrate($1, $2, $3, $4, $5) IS NOT NULL;

-- name: quality_draw_list
SELECT json_build_object('week', d.week, 'zone', d.zone, 'seed', d.seed, 'sample_size', d.sample_size, 'people', d.people, 'tickets', d.tickets,
	'drawn_at', instant_text(d.drawn_at), 'samples', (SELECT count(*) FROM quality_sample s WHERE s.week = d.week),
	'scored', (SELECT count(*) FROM quality_sample s WHERE s.week = d.week AND s.score_pct IS NOT NULL)), (d.week - date '1970-01-01')::bigint
FROM quality_draw d WHERE ($1::bigint IS NULL OR d.week < date '1970-01-01' + $1::int) ORDER BY d.week DESC LIMIT $2::int;

-- name: quality_draw_read
-- The whole draw as it would be made now, beside what was drawn then: `agrees` says whether seed and places are the same.
WITH now_seed AS (SELECT d.*, quality_seed(d.week, d.from_at, d.to_at) AS again FROM quality_draw d WHERE d.week = $1::date),
places AS (SELECT p.*, EXISTS (SELECT FROM quality_sample s WHERE s.week = n.week AND s.person_id = p.person_id AND s.ticket_id = p.ticket_id
	AND s.place = p.place) AS drawn, n.sample_size FROM now_seed n CROSS JOIN LATERAL quality_places(n.seed, n.from_at, n.to_at) p)
SELECT json_build_object('week', n.week, 'zone', n.zone, 'from_at', instant_text(n.from_at), 'to_at', instant_text(n.to_at), 'seed', n.seed,
	'seed_again', n.again, 'sample_size', n.sample_size, 'people', n.people, 'tickets', n.tickets, 'drawn_at', instant_text(n.drawn_at),
	'agrees', n.again = n.seed AND NOT EXISTS (SELECT FROM places p WHERE p.drawn <> (p.place <= p.sample_size))
		AND (SELECT count(*) FROM places p WHERE p.drawn) = (SELECT count(*) FROM quality_sample s WHERE s.week = n.week),
	'places', (SELECT coalesce(json_agg(json_build_object('person', person_ref(p.person_id), 'number', p.number, 'rank', p.rank, 'place', p.place,
		'drawn', p.drawn) ORDER BY p.person_id, p.place), '[]') FROM places p))
FROM now_seed n;
