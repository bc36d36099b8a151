-- name: attribute_create
INSERT INTO ci_attribute (class_id, name, type, unit, required, unique_within, label_en, label_ru, choices, reference_class_id,
	purpose, owner, source, review_days, position, retired, indexed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, ''), coalesce($12, ''), coalesce($13, ''), $14, $15, $16, $17)
RETURNING id;

-- name: attribute_change
-- Leaving a type behind leaves its choices behind.
UPDATE ci_attribute SET type = $2::attribute_type, unit = CASE WHEN $17 THEN NULL ELSE coalesce($3, unit) END, required = $4, unique_within = $5,
	label_en = coalesce($6, label_en), label_ru = coalesce($7, label_ru),
	choices = CASE WHEN $2::attribute_type = 'enum' THEN coalesce($8::jsonb, choices) END, reference_class_id = $9,
	purpose = coalesce($10, purpose), owner = coalesce($11, owner), source = coalesce($12, source),
	review_days = CASE WHEN $18 THEN NULL ELSE coalesce($13, review_days) END, position = $14, retired = $15, indexed = $16
WHERE id = $1 RETURNING id;
