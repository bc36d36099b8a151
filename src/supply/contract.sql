-- name: contract_list
SELECT contract_json(k, $1, true), k.id FROM contract k
WHERE ($2::bigint IS NULL OR k.supplier_id = $2)
	AND ($3::date IS NULL OR (k.valid_from <= $3 AND (k.valid_to IS NULL OR k.valid_to > $3))) AND ($4::bigint IS NULL OR k.id > $4)
ORDER BY k.id LIMIT $5::int;

-- name: contract_read
SELECT contract_json(k, $2), k.version, k.id FROM contract k WHERE k.id = $1;

-- name: contract_editions
SELECT jsonb_build_object('items', (SELECT coalesce(jsonb_agg(terms_json(t) ORDER BY lower(t.valid)), '[]') FROM contract_terms t WHERE t.contract_id = k.id),
	'next', NULL), k.version
FROM contract k WHERE k.id = $1;

-- name: terms_check
SELECT c.pointer, c.detail FROM terms_check($1, $2::jsonb, $3::jsonb, $4::date, $5::date, $6, $7) c;

-- name: contract_save
SELECT s.saved, s.version, s.body FROM contract_save($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::date, $8::date, $9, $10) s;

-- name: contract_document
SELECT contract_document(k), k.version, k.number FROM contract k WHERE k.id = $1;

-- name: contract_numbered
SELECT k.id, k.version FROM contract k WHERE k.number = $1;

-- name: contract_keys
SELECT contract_keys();

-- name: document_check
SELECT c.pointer, c.detail FROM document_check($1, $2::jsonb) c;

-- name: contract_document_put
SELECT s.saved, s.version, s.body FROM contract_document_put($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7) s;
