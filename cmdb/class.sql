-- name: class_create
INSERT INTO ci_class (name, parent_id, abstract, label_en, label_ru, purpose, position)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id;

-- name: class_change
UPDATE ci_class SET label_en = coalesce($2, label_en), label_ru = coalesce($3, label_ru), abstract = $4, purpose = coalesce($5, purpose),
	position = $6, version = version + 1
WHERE id = $1 RETURNING id;
