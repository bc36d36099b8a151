-- name: ci_query_rows
-- Values of the chosen attributes as texts, in the order asked for; references by name.
SELECT c.id, c.name, k.label_en, k.label_ru, ci_state_json(c.class_id, c.status, c.phase, $8::text) ->> 'label', c.location, p.name, c.external_key, c.source, c.created_at, c.updated_at,
	ARRAY(SELECT CASE WHEN d.type = 'reference' THEN coalesce((SELECT r.name FROM ci r WHERE r.id = ci_value_number(c.attributes -> w.name)::bigint), c.attributes ->> w.name)
			WHEN d.type = 'enum' THEN coalesce((SELECT CASE $8::text WHEN 'ru' THEN e ->> 'label_ru' ELSE e ->> 'label_en' END
				FROM jsonb_array_elements(d.choices) e WHERE e ->> 'value' = c.attributes ->> w.name), c.attributes ->> w.name)
			ELSE c.attributes ->> w.name END
		FROM unnest($7::text[]) WITH ORDINALITY AS w(name, place)
		LEFT JOIN LATERAL (SELECT a.type::text AS type, a.choices FROM ci_attribute a WHERE a.name = w.name AND a.class_id = ANY (k.lineage) LIMIT 1) d ON true ORDER BY w.place)
FROM unnest(ci_query_all($1::jsonb, $2::timestamptz, $3::integer, $4::bigint[], $5::boolean, $6::bigint)) WITH ORDINALITY AS i(id, place)
	CROSS JOIN LATERAL ci_as_were(ARRAY[i.id], $2::timestamptz) c JOIN ci_class k ON k.id = c.class_id LEFT JOIN person p ON p.id = c.owner_id
ORDER BY i.place;
