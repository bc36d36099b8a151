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
