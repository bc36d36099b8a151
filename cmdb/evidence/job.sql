-- name: evidence_open
SELECT r.day, r.reached_at IS NOT NULL, (SELECT k.id FROM ci_class k WHERE NOT k.abstract
	AND NOT EXISTS (SELECT FROM cmdb_evidence_step s WHERE s.day = r.day AND s.class_id = k.id) ORDER BY k.id LIMIT 1)
FROM evidence_open($1::date, $2) r WHERE r.day IS NOT NULL;

-- name: evidence_reach
SELECT evidence_reach($1::date);

-- name: evidence_class
SELECT evidence_class($1::date, $2);

-- name: evidence_close
SELECT evidence_close($1::date);

-- name: evidence_remind
SELECT confirm_remind($1::date, $2, $3, $4);
