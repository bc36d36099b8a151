-- name: calendar_list
SELECT calendar_json(c), c.id FROM calendar c WHERE ($1::bigint IS NULL OR c.id > $1) ORDER BY c.id LIMIT $2::int;

-- name: calendar_read
SELECT calendar_json(c), c.version FROM calendar c WHERE c.id = $1;

-- name: calendar_save
SELECT saved, version_id, changed FROM calendar_save($1, $2, $3, $4, $5, $6, $7::jsonb);

-- name: calendar_follow
SELECT ticket, supplier_case FROM calendar_follow($1, $2, $3, $4);

-- name: calendar_body
SELECT v.body, c.name, c.version FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = $1 FOR UPDATE OF c;

-- name: calendar_official_list
SELECT jsonb_build_object('items', coalesce(jsonb_agg(official_year_json(o) ORDER BY o.country, o.year), '[]'), 'next', NULL) FROM official_year o;

-- name: calendar_official_days
-- The days off last, so that a day that is both is off.
SELECT d.day, d.does, d.weekday FROM official_year o CROSS JOIN LATERAL official_year_days(o) d
WHERE o.country = $1 AND o.year = ANY ($2::int[]) ORDER BY d.day, d.does = 'short', d.does;

-- name: calendar_official_known
SELECT count(*) FROM official_year o WHERE o.country = $1 AND o.year = ANY ($2::int[]);

-- name: calendar_open_clocks
SELECT c.clock_id, c.ticket_number, c.case_number, c.subject, c.supplier, c.metric, c.state, c.target_s, c.elapsed_s, c.evaluated_at, c.due_at, c.breached_at,
	c.calendar_version_id
FROM calendar_open_clocks($1) c;

-- name: doctor_calendars
SELECT c.name, calendar_known_until(c.id) FROM calendar c WHERE calendar_ends(c.id, current_date, $1::int) ORDER BY 2, 1;

-- name: calendar_body_read
SELECT v.body, c.name, c.version FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = $1;

-- name: calendar_as_if
-- The calendar as it would be with these hours.
SELECT calendar_json(c) || $2::jsonb, c.version FROM calendar c WHERE c.id = $1;
