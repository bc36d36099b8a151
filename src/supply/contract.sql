-- name: contract_list
SELECT contract_json(k), k.id FROM contract k
WHERE ($1::bigint IS NULL OR k.supplier_id = $1)
	AND ($2::date IS NULL OR (k.valid_from <= $2 AND (k.valid_to IS NULL OR k.valid_to > $2))) AND ($3::bigint IS NULL OR k.id > $3)
ORDER BY k.id LIMIT $4::int;

-- name: contract_read
SELECT contract_json(k), k.version, k.id FROM contract k WHERE k.id = $1;

-- name: contract_save
-- The contract is read by a statement after this one, which sees the terms that this one wrote.
SELECT k.id FROM contract_save($1, $2, $3, $4, $5, $6::date, $7::date, $8, $9::numeric, $10, $11, $12, $13, $14, $15::bigint[],
	$16::int[], $17::text[], $18::bigint[], $19::numeric[], $20::text[], $21::numeric[], $22::numeric[]) k;
