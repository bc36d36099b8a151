-- name: attachment_create
SELECT made, digest, on_ticket FROM ticket_attach($5, $1, $2, $3, $4, $6, $7, $8, $9::event_visibility);

-- name: attachment_seen
SELECT a.name, a.content_type, a.size_bytes FROM attachment a JOIN ticket t ON t.id = a.ticket_id
WHERE a.id = $5 AND ticket_visible(t, $1, $2, $3) AND (a.visibility = 'public' OR ticket_inside(t, $1, $2, $3)) AND $4::timestamptz IS NOT NULL;

-- name: attachment_parts
-- The bytes in order, a megabyte a row.
SELECT (SELECT substr(a.content, s.at, 1048576) FROM attachment a WHERE a.id = $1)
FROM (SELECT g AS at FROM generate_series(1, $2::integer, 1048576) AS g ORDER BY g OFFSET 0) s;
