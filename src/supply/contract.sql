-- name: contract_list
SELECT contract_json(k, $1, true), k.id FROM contract k
WHERE ($2::bigint IS NULL OR k.supplier_id = $2)
	AND ($3::date IS NULL OR (k.valid_from <= $3 AND (k.valid_to IS NULL OR k.valid_to > $3))) AND ($4::bigint IS NULL OR k.id > $4)
ORDER BY k.id LIMIT $5::int;

-- name: contract_read
SELECT contract_json(k, $2), k.version, k.id FROM contract k WHERE k.id = $1;

-- name: contract_save
-- The contract is read by a statement after this one, which sees the terms that this one wrote.
SELECT k.id FROM contract_save($1, $2, $3, $4, $5, $6, $7, $8::date, $9::date, $10, $11::numeric, $12, $13, $14, $15, $16, $17::bigint[],
	$18::int[], $19::text[], $20::bigint[], $21::numeric[], $22::text[], $23::numeric[], $24::numeric[], $25::date) k;
