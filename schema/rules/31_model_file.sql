-- The model as a document: what a file may say, the model as it is, and the two laid together. Re-created at every migration; safe to run again.

-- One member by its rule: {"k": kind, "min", "max", "of", "null"}; NULL: it is as it should be.
DROP FUNCTION IF EXISTS cmdb_member_fault;
CREATE FUNCTION cmdb_member_fault(value jsonb, rule jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	kind text := rule ->> 'k';
	type text := jsonb_typeof(value);
	t text := value #>> '{}';
	least numeric := (rule ->> 'min')::numeric;
	most numeric := (rule ->> 'max')::numeric;
BEGIN
	IF type = 'null' THEN
		RETURN CASE WHEN NOT coalesce((rule ->> 'null')::boolean, false) THEN 'must not be null' END;
	ELSIF kind = 'any' THEN
		RETURN NULL;
	ELSIF kind = 'bool' THEN
		RETURN CASE WHEN type <> 'boolean' THEN 'must be true or false' END;
	ELSIF kind IN ('array', 'object') THEN
		RETURN CASE WHEN type <> kind THEN format('must be an %s', kind)
			WHEN kind = 'array' AND jsonb_array_length(value) > most THEN format('may have at most %s elements', most) END;
	ELSIF kind IN ('int', 'number') THEN
		RETURN CASE WHEN type <> 'number' OR (kind = 'int' AND t::numeric <> trunc(t::numeric)) OR t::numeric NOT BETWEEN least AND most
			THEN format('must be a %s from %s to %s', CASE kind WHEN 'int' THEN 'whole number' ELSE 'number' END, least, most) END;
	ELSIF type <> 'string' THEN
		RETURN 'must be text';
	ELSIF kind = 'one' THEN
		RETURN CASE WHEN NOT rule -> 'of' @> value THEN format('must be one of: %s', (SELECT string_agg(o, ', ') FROM jsonb_array_elements_text(rule -> 'of') o)) END;
	ELSIF kind = 'name' THEN
		RETURN CASE WHEN t !~ '^[a-z][a-z0-9_]{0,62}$' THEN 'must begin with a letter a-z and have only a-z, 0-9 and _' END;
	END IF;
	RETURN CASE WHEN length(t) < least THEN CASE least WHEN 1 THEN 'must not be empty' ELSE format('must have at least %s characters', least) END
		WHEN length(t) > most THEN format('may have at most %s characters', most)
		WHEN t ~ '[\x01-\x1f\x7f]' THEN 'contains control characters' END;
END $$;
COMMENT ON FUNCTION cmdb_member_fault IS 'What is wrong with one member of a document';

-- All faults of an object: unknown members, wrong ones, missing ones.
DROP FUNCTION IF EXISTS cmdb_object_faults;
CREATE FUNCTION cmdb_object_faults(value jsonb, rules jsonb, needed text[], pointer text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF jsonb_typeof(value) <> 'object' THEN
		RETURN jsonb_build_array(jsonb_build_object('pointer', pointer, 'detail', 'must be an object'));
	END IF;
	RETURN coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', pointer || '/' || replace(replace(left(f.name, 80), '~', '~0'), '/', '~1'), 'detail', f.detail)
			ORDER BY f.name) FROM (
		SELECT m.key AS name, CASE WHEN NOT jsonb_exists(rules, m.key) THEN 'is not known here' ELSE cmdb_member_fault(m.value, rules -> m.key) END AS detail
		FROM jsonb_each(value) m
		UNION ALL
		SELECT n, 'is required' FROM unnest(needed) n WHERE NOT jsonb_exists(value, n)) f
		WHERE f.detail IS NOT NULL), '[]');
END $$;
COMMENT ON FUNCTION cmdb_object_faults IS 'What is wrong with an object of a document: [{"pointer","detail"}]';

DROP FUNCTION IF EXISTS cmdb_model_rules;
CREATE FUNCTION cmdb_model_rules() RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT '{
	"document": {"format": {"k": "one", "of": ["vakhta-model/1"]}, "states": {"k": "array", "max": 100}, "classes": {"k": "array", "max": 2000}, "relation_types": {"k": "array", "max": 500}},
	"state": {"name": {"k": "name"}, "label_en": {"k": "text", "min": 1, "max": 100}, "label_ru": {"k": "text", "min": 1, "max": 100},
		"colour": {"k": "one", "of": ["neutral", "blue", "green", "amber", "red", "purple"]}, "kind": {"k": "one", "of": ["planned", "live", "out", "ended"]}, "offered": {"k": "bool"}},
	"class": {"name": {"k": "name"}, "parent": {"k": "name", "null": true}, "abstract": {"k": "bool"}, "label_en": {"k": "text", "min": 1, "max": 100},
		"label_ru": {"k": "text", "min": 1, "max": 100}, "purpose": {"k": "text", "min": 0, "max": 1000}, "owner": {"k": "text", "min": 0, "max": 200},
		"owner_login": {"k": "text", "min": 1, "max": 200, "null": true}, "source": {"k": "text", "min": 0, "max": 200}, "review_days": {"k": "int", "min": 1, "max": 3650, "null": true},
		"name_template": {"k": "text", "min": 1, "max": 300, "null": true}, "position": {"k": "int", "min": 0, "max": 1000000}, "states": {"k": "array", "max": 100}, "attributes": {"k": "array", "max": 500}},
	"attribute": {"name": {"k": "name"}, "type": {"k": "one", "of": ["text", "integer", "decimal", "boolean", "date", "instant", "enum", "reference", "url", "ip", "mac", "json"]},
		"unit": {"k": "text", "min": 1, "max": 30, "null": true}, "required": {"k": "bool"}, "unique_within": {"k": "bool"}, "indexed": {"k": "bool"}, "label_en": {"k": "text", "min": 1, "max": 100},
		"label_ru": {"k": "text", "min": 1, "max": 100}, "choices": {"k": "array", "max": 200, "null": true}, "reference_class": {"k": "name", "null": true}, "default": {"k": "any", "null": true},
		"purpose": {"k": "text", "min": 0, "max": 1000}, "owner": {"k": "text", "min": 0, "max": 200}, "source": {"k": "text", "min": 0, "max": 200},
		"review_days": {"k": "int", "min": 1, "max": 3650, "null": true}, "position": {"k": "int", "min": 0, "max": 1000000}, "retired": {"k": "bool"}},
	"choice": {"value": {"k": "text", "min": 1, "max": 100}, "label_en": {"k": "text", "min": 1, "max": 100}, "label_ru": {"k": "text", "min": 1, "max": 100},
		"colour": {"k": "one", "of": ["neutral", "blue", "green", "amber", "red", "purple"], "null": true}},
	"relation_type": {"name": {"k": "name"}, "label_en": {"k": "text", "min": 1, "max": 100}, "label_ru": {"k": "text", "min": 1, "max": 100}, "inverse_en": {"k": "text", "min": 1, "max": 100},
		"inverse_ru": {"k": "text", "min": 1, "max": 100}, "impact": {"k": "one", "of": ["to_source", "to_target", "both", "none"]}, "strength": {"k": "number", "min": 0.01, "max": 1},
		"source_max": {"k": "int", "min": 1, "max": 1000000, "null": true}, "target_max": {"k": "int", "min": 1, "max": 1000000, "null": true}, "purpose": {"k": "text", "min": 0, "max": 1000},
		"position": {"k": "int", "min": 0, "max": 1000000}, "pairs": {"k": "array", "max": 500}},
	"pair": {"source": {"k": "name"}, "target": {"k": "name"}},
	"conversion": {"class": {"k": "name", "null": true}, "attribute": {"k": "name"}, "map": {"k": "object"}, "fill": {"k": "any", "null": true}, "unfit": {"k": "one", "of": ["drop", "end"]},
		"states": {"k": "object"}, "move_to": {"k": "name"}, "relation_type": {"k": "name"}}
	}'::jsonb
$$;
COMMENT ON FUNCTION cmdb_model_rules IS 'Members of each kind of object in a document of the model';

-- Faults of the form alone; what the model makes of it is judged after.
DROP FUNCTION IF EXISTS cmdb_model_faults;
CREATE FUNCTION cmdb_model_faults(document jsonb, conversions jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	r jsonb := cmdb_model_rules();
	f jsonb;
	c record;
	x record;
	y record;
BEGIN
	f := cmdb_object_faults(document, r -> 'document', ARRAY['format'], '');
	IF f <> '[]' THEN
		RETURN f;
	END IF;
	FOR x IN SELECT e, '/states/' || n - 1 AS p FROM jsonb_array_elements(coalesce(document -> 'states', '[]')) WITH ORDINALITY AS s(e, n) LOOP
		f := f || cmdb_object_faults(x.e, r -> 'state', ARRAY['name', 'label_en', 'label_ru', 'colour', 'kind'], x.p);
	END LOOP;
	FOR c IN SELECT e, '/classes/' || n - 1 AS p FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) WITH ORDINALITY AS s(e, n) LOOP
		f := f || cmdb_object_faults(c.e, r -> 'class', ARRAY['name'], c.p);
		CONTINUE WHEN jsonb_typeof(c.e) <> 'object';
		FOR x IN SELECT e, c.p || '/states/' || n - 1 AS p FROM jsonb_array_elements(CASE jsonb_typeof(c.e -> 'states') WHEN 'array' THEN c.e -> 'states' ELSE '[]' END) WITH ORDINALITY AS s(e, n) LOOP
			f := f || cmdb_object_faults(x.e, r -> 'state', ARRAY['name', 'label_en', 'label_ru', 'colour', 'kind'], x.p);
		END LOOP;
		FOR x IN SELECT e, c.p || '/attributes/' || n - 1 AS p FROM jsonb_array_elements(CASE jsonb_typeof(c.e -> 'attributes') WHEN 'array' THEN c.e -> 'attributes' ELSE '[]' END) WITH ORDINALITY AS s(e, n) LOOP
			f := f || cmdb_object_faults(x.e, r -> 'attribute', ARRAY['name'], x.p);
			CONTINUE WHEN jsonb_typeof(x.e -> 'choices') IS DISTINCT FROM 'array';
			FOR y IN SELECT e, x.p || '/choices/' || n - 1 AS p FROM jsonb_array_elements(x.e -> 'choices') WITH ORDINALITY AS s(e, n) LOOP
				f := f || cmdb_object_faults(y.e, r -> 'choice', ARRAY['value', 'label_en', 'label_ru'], y.p);
			END LOOP;
		END LOOP;
	END LOOP;
	FOR c IN SELECT e, '/relation_types/' || n - 1 AS p FROM jsonb_array_elements(coalesce(document -> 'relation_types', '[]')) WITH ORDINALITY AS s(e, n) LOOP
		f := f || cmdb_object_faults(c.e, r -> 'relation_type', ARRAY['name'], c.p);
		CONTINUE WHEN jsonb_typeof(c.e -> 'pairs') IS DISTINCT FROM 'array';
		FOR x IN SELECT e, c.p || '/pairs/' || n - 1 AS p FROM jsonb_array_elements(c.e -> 'pairs') WITH ORDINALITY AS s(e, n) LOOP
			f := f || cmdb_object_faults(x.e, r -> 'pair', ARRAY['source', 'target'], x.p);
		END LOOP;
	END LOOP;
	IF jsonb_typeof(conversions) <> 'array' THEN
		RETURN f || '[{"pointer": "/conversions", "detail": "must be an array"}]';
	END IF;
	FOR c IN SELECT e, '/conversions/' || n - 1 AS p FROM jsonb_array_elements(conversions) WITH ORDINALITY AS s(e, n) LOOP
		f := f || cmdb_object_faults(c.e, r -> 'conversion', '{}', c.p);
	END LOOP;
	RETURN f;
END $$;
COMMENT ON FUNCTION cmdb_model_faults IS 'What is wrong with the form of a document and its conversions: [{"pointer","detail"}]';

-- The whole model, in the order of the tree; json and not jsonb, so that members stand in an order for reading.
DROP FUNCTION IF EXISTS cmdb_model_document;
CREATE FUNCTION cmdb_model_document() RETURNS json
LANGUAGE sql STABLE AS $$
	WITH state AS (
		SELECT s.class_id, json_agg(json_build_object('name', s.name, 'label_en', s.label_en, 'label_ru', s.label_ru, 'colour', s.colour, 'kind', s.kind,
			'offered', s.offered) ORDER BY s.position, s.name) AS list FROM ci_state s GROUP BY s.class_id
	), attribute AS (
		SELECT a.class_id, json_agg(json_build_object('name', a.name, 'type', a.type, 'unit', a.unit, 'required', a.required, 'unique_within', a.unique_within,
			'indexed', a.indexed, 'label_en', a.label_en, 'label_ru', a.label_ru,
			'choices', (SELECT json_agg(json_build_object('value', e.c ->> 'value', 'label_en', e.c ->> 'label_en', 'label_ru', e.c ->> 'label_ru', 'colour', e.c ->> 'colour') ORDER BY e.n)
				FROM jsonb_array_elements(a.choices) WITH ORDINALITY AS e(c, n)),
			'reference_class', r.name, 'default', a.default_value, 'purpose', a.purpose, 'owner', a.owner, 'source', a.source, 'review_days', a.review_days,
			'position', a.position, 'retired', a.retired) ORDER BY a.position, a.name) AS list
		FROM ci_attribute a LEFT JOIN ci_class r ON r.id = a.reference_class_id GROUP BY a.class_id
	)
	SELECT json_build_object('format', 'vakhta-model/1',
		'states', coalesce((SELECT list FROM state WHERE class_id IS NULL), '[]'),
		'classes', coalesce((SELECT json_agg(json_build_object('name', c.name, 'parent', p.name, 'abstract', c.abstract, 'label_en', c.label_en, 'label_ru', c.label_ru,
				'purpose', c.purpose, 'owner', c.owner, 'owner_login', w.login, 'source', c.source, 'review_days', c.review_days, 'name_template', c.name_template,
				'position', c.position, 'states', coalesce(s.list, '[]'), 'attributes', coalesce(a.list, '[]'))
			ORDER BY (SELECT array_agg(lpad(k.position::text, 7, '0') || k.name ORDER BY cardinality(k.lineage)) FROM ci_class k WHERE k.id = ANY (c.lineage)) COLLATE "C")
			FROM ci_class c LEFT JOIN ci_class p ON p.id = c.parent_id LEFT JOIN person w ON w.id = c.owner_id
			LEFT JOIN state s ON s.class_id = c.id LEFT JOIN attribute a ON a.class_id = c.id), '[]'),
		'relation_types', coalesce((SELECT json_agg(json_build_object('name', t.name, 'label_en', t.label_en, 'label_ru', t.label_ru, 'inverse_en', t.inverse_en,
				'inverse_ru', t.inverse_ru, 'impact', t.impact, 'strength', t.strength, 'source_max', t.source_max, 'target_max', t.target_max, 'purpose', t.purpose,
				'position', t.position, 'pairs', coalesce((SELECT json_agg(json_build_object('source', a.name, 'target', b.name) ORDER BY a.name, b.name)
					FROM relation_type_pair q JOIN ci_class a ON a.id = q.source_class_id JOIN ci_class b ON b.id = q.target_class_id WHERE q.type = t.name), '[]'))
			ORDER BY t.position, t.name) FROM relation_type t), '[]'))
$$;
COMMENT ON FUNCTION cmdb_model_document IS 'The model as a file has it, always in the same order';

-- The model by names: {"classes": {NAME}, "attributes": {"CLASS/NAME"}, "states": {"CLASS/NAME"} (no CLASS: all classes), "types": {NAME}}.
DROP FUNCTION IF EXISTS cmdb_model_maps;
CREATE FUNCTION cmdb_model_maps(document jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object(
		'classes', coalesce((SELECT jsonb_object_agg(c ->> 'name', c - '{states,attributes}'::text[]) FROM jsonb_array_elements(document -> 'classes') c), '{}'),
		'attributes', coalesce((SELECT jsonb_object_agg((c ->> 'name') || '/' || (a ->> 'name'), a)
			FROM jsonb_array_elements(document -> 'classes') c, jsonb_array_elements(c -> 'attributes') a), '{}'),
		'states', coalesce((SELECT jsonb_object_agg(s.class || '/' || (s.e ->> 'name'), s.e || jsonb_build_object('position', s.n)) FROM (
				SELECT '' AS class, e, n FROM jsonb_array_elements(document -> 'states') WITH ORDINALITY AS x(e, n)
				UNION ALL
				SELECT c ->> 'name', e, n FROM jsonb_array_elements(document -> 'classes') c, jsonb_array_elements(c -> 'states') WITH ORDINALITY AS x(e, n)) s), '{}'),
		'types', coalesce((SELECT jsonb_object_agg(t ->> 'name', t || jsonb_build_object('pairs',
			(SELECT coalesce(jsonb_agg(DISTINCT p), '[]') FROM jsonb_array_elements(t -> 'pairs') p))) FROM jsonb_array_elements(document -> 'relation_types') t), '{}'))
$$;
COMMENT ON FUNCTION cmdb_model_maps IS 'A whole document by names';

-- What is said of an object is laid over what it is; lists of states and of pairs are said whole. Attributes that a class of the document
-- does not name stay, or are retired when `missing` says so.
DROP FUNCTION IF EXISTS cmdb_model_target;
CREATE FUNCTION cmdb_model_target(before jsonb, document jsonb, missing text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	WITH class AS MATERIALIZED (
		SELECT c ->> 'name' AS name, c AS said FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) c
	), attribute AS (
		SELECT c.name || '/' || (x.a ->> 'name') AS key, x.a AS said, x.n FROM class c, jsonb_array_elements(coalesce(c.said -> 'attributes', '[]')) WITH ORDINALITY AS x(a, n)
	), state AS (
		SELECT '/' || (x.s ->> 'name') AS key, x.s AS said, x.n FROM jsonb_array_elements(coalesce(document -> 'states', '[]')) WITH ORDINALITY AS x(s, n)
		UNION ALL
		SELECT c.name || '/' || (x.s ->> 'name'), x.s, x.n FROM class c, jsonb_array_elements(coalesce(c.said -> 'states', '[]')) WITH ORDINALITY AS x(s, n)
	), type AS (
		SELECT t ->> 'name' AS name, t AS said FROM jsonb_array_elements(coalesce(document -> 'relation_types', '[]')) t
	)
	SELECT jsonb_build_object(
		'classes', before -> 'classes' || coalesce((SELECT jsonb_object_agg(c.name, coalesce(o.value, '{"parent": null, "abstract": false, "purpose": "", "owner": "",
				"owner_login": null, "source": "", "review_days": null, "name_template": null, "position": 0}') || (c.said - '{states,attributes}'::text[]))
			FROM class c LEFT JOIN jsonb_each(before -> 'classes') o ON o.key = c.name), '{}'),
		'attributes', (SELECT coalesce(jsonb_object_agg(o.key, o.value || CASE WHEN missing = 'retire'
				AND EXISTS (SELECT FROM class c WHERE c.name = split_part(o.key, '/', 1) AND c.said ? 'attributes') THEN '{"retired": true}' ELSE '{}' END::jsonb), '{}')
				FROM jsonb_each(before -> 'attributes') o)
			|| coalesce((SELECT jsonb_object_agg(a.key, coalesce(o.value, '{"unit": null, "required": false, "unique_within": false, "indexed": false, "choices": null,
					"reference_class": null, "default": null, "purpose": "", "owner": "", "source": "", "review_days": null, "retired": false}'::jsonb
					|| jsonb_build_object('position', a.n)) || CASE WHEN missing = 'retire' THEN '{"retired": false}' ELSE '{}' END::jsonb || a.said
				|| CASE WHEN jsonb_typeof(a.said -> 'choices') = 'array' THEN jsonb_build_object('choices', (SELECT coalesce(jsonb_agg('{"colour": null}'::jsonb || e.v ORDER BY e.n), '[]')
					FROM jsonb_array_elements(a.said -> 'choices') WITH ORDINALITY AS e(v, n))) ELSE '{}' END)
			FROM attribute a LEFT JOIN jsonb_each(before -> 'attributes') o ON o.key = a.key), '{}'),
		'states', (SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM jsonb_each(before -> 'states') o
				WHERE NOT (document ? 'states' AND o.key LIKE '/%') AND NOT EXISTS (SELECT FROM class c WHERE c.name = split_part(o.key, '/', 1) AND c.said ? 'states'))
			|| coalesce((SELECT jsonb_object_agg(s.key, '{"offered": true}'::jsonb || s.said || jsonb_build_object('position', s.n)) FROM state s), '{}'),
		'types', before -> 'types' || coalesce((SELECT jsonb_object_agg(t.name, coalesce(o.value, '{"strength": 1, "source_max": null, "target_max": null, "purpose": "",
				"position": 100, "pairs": []}') || t.said || CASE WHEN t.said ? 'pairs' THEN jsonb_build_object('pairs',
				(SELECT coalesce(jsonb_agg(DISTINCT p), '[]') FROM jsonb_array_elements(t.said -> 'pairs') p)) ELSE '{}' END)
			FROM type t LEFT JOIN jsonb_each(before -> 'types') o ON o.key = t.name), '{}'))
$$;
COMMENT ON FUNCTION cmdb_model_target IS 'The model as it would be';

-- Differences by name: [{"what","path","op","field","old","new"}].
DROP FUNCTION IF EXISTS cmdb_model_difference;
CREATE FUNCTION cmdb_model_difference(before jsonb, target jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('what', d.what, 'path', d.path, 'op', d.op, 'field', d.field))
			|| jsonb_build_object('old', d.old, 'new', d.new) ORDER BY d.place, d.path, d.field), '[]')
	FROM (
		SELECT m.place, m.what, k.key AS path, CASE WHEN o.v IS NULL THEN 'add' WHEN n.v IS NULL THEN 'remove' ELSE 'change' END AS op, f.key AS field,
			CASE WHEN f.key IS NULL THEN o.v ELSE o.v -> f.key END AS old, CASE WHEN f.key IS NULL THEN n.v ELSE n.v -> f.key END AS new
		FROM (VALUES (1, 'class', 'classes'), (2, 'attribute', 'attributes'), (3, 'state', 'states'), (4, 'relation_type', 'types')) AS m(place, what, part)
		CROSS JOIN LATERAL (SELECT jsonb_object_keys(before -> m.part) AS key UNION SELECT jsonb_object_keys(target -> m.part)) k
		CROSS JOIN LATERAL (SELECT before -> m.part -> k.key AS v) o CROSS JOIN LATERAL (SELECT target -> m.part -> k.key AS v) n
		LEFT JOIN LATERAL jsonb_object_keys(n.v) AS f(key) ON o.v IS NOT NULL AND n.v IS NOT NULL
		WHERE o.v IS DISTINCT FROM n.v AND (f.key IS NULL OR o.v -> f.key IS DISTINCT FROM n.v -> f.key)) d
$$;
COMMENT ON FUNCTION cmdb_model_difference IS 'In what two models differ, by names and members';
