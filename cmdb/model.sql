-- name: cmdb_model_hold
SELECT cmdb_model_share();

-- name: cmdb_model_own
SELECT cmdb_model_own();

-- name: class_list
SELECT c.id, c.name, c.parent_id, p.name, c.lineage, c.abstract, c.label_en, c.label_ru, c.purpose, c.position, c.version, NULL::bigint,
	c.name_template, c.review_days, c.owner_id, w.name, c.owner, c.source, ci_name_template(c.lineage)
FROM ci_class c LEFT JOIN ci_class p ON p.id = c.parent_id LEFT JOIN person w ON w.id = c.owner_id
ORDER BY c.position, c.name;

-- name: class_list_counted
WITH own AS (SELECT class_id, count(*) AS n FROM ci WHERE phase <> 'ended' GROUP BY class_id)
SELECT c.id, c.name, c.parent_id, p.name, c.lineage, c.abstract, c.label_en, c.label_ru, c.purpose, c.position, c.version,
	(SELECT coalesce(sum(o.n), 0)::bigint FROM ci_class b JOIN own o ON o.class_id = b.id WHERE c.id = ANY (b.lineage)),
	c.name_template, c.review_days, c.owner_id, w.name, c.owner, c.source, ci_name_template(c.lineage)
FROM ci_class c LEFT JOIN ci_class p ON p.id = c.parent_id LEFT JOIN person w ON w.id = c.owner_id
ORDER BY c.position, c.name;

-- name: class_find
SELECT c.id, c.name, c.parent_id, p.name, c.lineage, c.abstract, c.label_en, c.label_ru, c.purpose, c.position, c.version, NULL::bigint,
	c.name_template, c.review_days, c.owner_id, w.name, c.owner, c.source, ci_name_template(c.lineage)
FROM ci_class c LEFT JOIN ci_class p ON p.id = c.parent_id LEFT JOIN person w ON w.id = c.owner_id
WHERE c.name = $1::text OR c.id = CASE WHEN $1::text ~ '^[0-9]{1,18}$' THEN $1::text::bigint END;

-- name: attribute_list
SELECT a.id, a.class_id, d.name, a.name, a.type, a.unit, a.required, a.unique_within, a.label_en, a.label_ru, a.choices::text,
	CASE WHEN a.choices IS NOT NULL THEN ARRAY(SELECT e.item ->> 'value' FROM jsonb_array_elements(a.choices) WITH ORDINALITY AS e(item, place) ORDER BY e.place) END,
	a.reference_class_id, r.name, a.purpose, a.owner, a.source, a.review_days, a.position, a.retired, a.default_value::text, a.indexed
FROM ci_attribute a JOIN ci_class d ON d.id = a.class_id LEFT JOIN ci_class r ON r.id = a.reference_class_id
ORDER BY cardinality(d.lineage), a.position, a.id;

-- name: attribute_list_of_class
SELECT a.id, a.class_id, d.name, a.name, a.type, a.unit, a.required, a.unique_within, a.label_en, a.label_ru, a.choices::text,
	CASE WHEN a.choices IS NOT NULL THEN ARRAY(SELECT e.item ->> 'value' FROM jsonb_array_elements(a.choices) WITH ORDINALITY AS e(item, place) ORDER BY e.place) END,
	a.reference_class_id, r.name, a.purpose, a.owner, a.source, a.review_days, a.position, a.retired, a.default_value::text, a.indexed
FROM ci_class c JOIN ci_attribute a ON a.class_id = ANY (c.lineage) JOIN ci_class d ON d.id = a.class_id
	LEFT JOIN ci_class r ON r.id = a.reference_class_id
WHERE c.name = $1::text OR c.id = CASE WHEN $1::text ~ '^[0-9]{1,18}$' THEN $1::text::bigint END
ORDER BY cardinality(d.lineage), a.position, a.id;

-- name: attribute_list_around
-- Attributes of a class, of those above and of those below; NULL: all.
SELECT a.id, a.class_id, d.name, a.name, a.type, a.unit, a.required, a.unique_within, a.label_en, a.label_ru, a.choices::text,
	CASE WHEN a.choices IS NOT NULL THEN ARRAY(SELECT e.item ->> 'value' FROM jsonb_array_elements(a.choices) WITH ORDINALITY AS e(item, place) ORDER BY e.place) END,
	a.reference_class_id, r.name, a.purpose, a.owner, a.source, a.review_days, a.position, a.retired, a.default_value::text, a.indexed
FROM ci_attribute a JOIN ci_class d ON d.id = a.class_id LEFT JOIN ci_class r ON r.id = a.reference_class_id
WHERE $1::text IS NULL OR EXISTS (SELECT FROM ci_class c
	WHERE (c.name = $1::text OR c.id = CASE WHEN $1::text ~ '^[0-9]{1,18}$' THEN $1::text::bigint END)
		AND (d.id = ANY (c.lineage) OR c.id = ANY (d.lineage)))
ORDER BY a.name, a.id;

-- name: state_list
SELECT class_id, name, label_en, label_ru, colour, kind, position, offered FROM ci_state ORDER BY position, name, class_id NULLS FIRST;
