-- name: link_look
SELECT purpose, supplier_id, supplier, language, case_id, case_number, expires_at, state, why, bound, mine FROM link_look($1, $2, $3, $4, $5);

-- name: link_bind
SELECT link_bind($1, $2, $3, $4);

-- name: link_case
SELECT link_case($1, $2);

-- name: link_once
SELECT link_once($1, $2);

-- name: link_case_list
-- Open cases of a coordinator's supplier, the most urgent first; or the one of a case link.
SELECT c.id, c.number, c.summary, c.status, c.priority, c.supplier_ref, c.sent_at, c.next_due_at,
	EXISTS (SELECT FROM clock x WHERE x.case_id = c.id AND (x.breached_at IS NOT NULL OR x.due_at < $2)), k.number
FROM case_link l JOIN supplier_case c ON c.id = l.case_id
	OR (l.case_id IS NULL AND c.supplier_id = l.supplier_id AND c.status IN ('open', 'waiting_us', 'verifying'))
JOIN contract k ON k.id = c.contract_id
WHERE l.id = $1 ORDER BY c.next_due_at NULLS LAST, c.id DESC LIMIT 500;

-- name: supplier_case_json
SELECT supplier_case_json($1, $2);

-- name: supplier_agree
SELECT supplier_agree($1, $2, $3::int, $4::jsonb);

-- name: supplier_contest
SELECT supplier_contest($1, $2, $3::int, $4::int, $5, $6, $7::jsonb);

-- name: supplier_attach
SELECT made, digest FROM supplier_attach($1, $2, $3, $4, $5, $6);

-- name: supplier_file
SELECT a.name, a.content_type, a.size_bytes FROM attachment a WHERE a.id = $1 AND a.case_id = $2 AND (a.for_supplier OR a.link_id = $3);

-- name: link_case_of_number
SELECT c.id, c.supplier_id FROM supplier_case c WHERE c.number = $1;

-- name: link_newest_open_case
SELECT c.number FROM supplier_case c JOIN supplier s ON s.id = c.supplier_id
WHERE c.status = 'open' AND s.active AND EXISTS (SELECT FROM clock_pause p JOIN clock x ON x.id = p.clock_id WHERE x.case_id = c.id)
ORDER BY c.id DESC LIMIT 1;

-- name: link_make
SELECT l.id, l.salt, l.expires_at, link_json(l) FROM link_make($1, $2, $3, $4, $5, $6::int) l;

-- name: link_of_mail
SELECT l.id, l.salt, l.expires_at FROM case_link l WHERE l.id = $1 AND l.revoked_at IS NULL;

-- name: link_list
SELECT link_json(l), l.id FROM case_link l WHERE l.supplier_id = $1 AND ($2::bigint IS NULL OR l.case_id = $2) AND ($3::text IS NULL OR l.purpose = $3)
	AND (NOT $4::boolean OR (l.revoked_at IS NULL AND l.expires_at > $5)) AND ($6::bigint IS NULL OR l.id < $6) ORDER BY l.id DESC LIMIT $7::int;

-- name: link_revoke
UPDATE case_link SET revoked_at = coalesce(revoked_at, $4), revoked_by = coalesce(revoked_by, $1) WHERE supplier_id = $2 AND id = $3 RETURNING id;

-- name: link_supplier_exists
SELECT id FROM supplier WHERE id = $1;
