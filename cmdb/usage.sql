-- name: usage_add
-- In one order, so that nodes wait for each other instead of blocking each other. Attributes and classes are never deleted.
INSERT INTO attribute_usage AS u (day, class_id, attribute_id, kind, program, times, people)
SELECT ($1::timestamptz AT TIME ZONE 'UTC')::date, nullif(n.class_id, 0), nullif(n.attribute_id, 0), n.kind, n.program = 1, n.times, n.people::bit(256)
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) AS n(class_id, attribute_id, kind, program, times, people)
ORDER BY n.class_id, n.attribute_id, n.kind, n.program
ON CONFLICT (day, class_id, attribute_id, kind, program) DO UPDATE SET times = u.times + EXCLUDED.times, people = u.people | EXCLUDED.people;
