-- Whether a model makes sense in itself, and what of the CIs that are there would not fit it. Re-created at every migration; safe to run again.

DROP FUNCTION IF EXISTS cmdb_model_lineages;
CREATE FUNCTION cmdb_model_lineages(classes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	WITH RECURSIVE line AS (
		SELECT c.key AS name, jsonb_build_array(c.key) AS way FROM jsonb_each(classes) c WHERE c.value ->> 'parent' IS NULL
		UNION ALL
		SELECT c.key, l.way || to_jsonb(c.key) FROM line l JOIN jsonb_each(classes) c ON c.value ->> 'parent' = l.name WHERE jsonb_array_length(l.way) < 17
	)
	SELECT coalesce(jsonb_object_agg(name, way), '{}') FROM line
$$;
COMMENT ON FUNCTION cmdb_model_lineages IS 'The way from the root to each class, by names; classes that hang on nothing are missing';

-- The states of a class in a model that is not there yet: {NAME: state}.
DROP FUNCTION IF EXISTS cmdb_model_states_of;
CREATE FUNCTION cmdb_model_states_of(states jsonb, lineage jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_object_agg(d.name, d.state), '{}') FROM (
		SELECT DISTINCT ON (s.value ->> 'name') s.value ->> 'name' AS name, s.value AS state
		FROM jsonb_each(states) s LEFT JOIN jsonb_array_elements_text(lineage) WITH ORDINALITY AS l(class, depth) ON l.class = split_part(s.key, '/', 1)
		WHERE split_part(s.key, '/', 1) = '' OR l.class IS NOT NULL
		ORDER BY s.value ->> 'name', coalesce(l.depth, 0) DESC) d
	WHERE (d.state ->> 'offered')::boolean
$$;
COMMENT ON FUNCTION cmdb_model_states_of IS 'States that a class would have';

DROP FUNCTION IF EXISTS cmdb_attribute_faults;
CREATE FUNCTION cmdb_attribute_faults(old jsonb, new jsonb, class text, lineages jsonb, owners jsonb, pointer text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f jsonb := '[]';
	type text := new ->> 'type';
	clash text;
BEGIN
	IF old IS NULL AND (new ->> 'type' IS NULL OR new ->> 'label_en' IS NULL OR new ->> 'label_ru' IS NULL) THEN
		RETURN (SELECT jsonb_agg(jsonb_build_object('pointer', pointer || '/' || n, 'detail', 'is required for a new attribute'))
			FROM unnest(ARRAY['type', 'label_en', 'label_ru']) n WHERE new ->> n IS NULL);
	END IF;
	SELECT o INTO clash FROM jsonb_array_elements_text(owners -> (new ->> 'name')) o
	WHERE o <> class AND (lineages -> class @> to_jsonb(o) OR lineages -> o @> to_jsonb(class)) LIMIT 1;
	IF clash IS NOT NULL THEN
		f := f || jsonb_build_object('pointer', pointer || '/name', 'detail', format('the class %s declares an attribute of this name', clash));
	END IF;
	IF type = 'enum' AND coalesce(jsonb_array_length(nullif(new -> 'choices', 'null')), 0) = 0 THEN
		f := f || jsonb_build_object('pointer', pointer || '/choices', 'detail', 'are required for an enum');
	ELSIF type <> 'enum' AND jsonb_typeof(new -> 'choices') = 'array' THEN
		f := f || jsonb_build_object('pointer', pointer || '/choices', 'detail', 'are only for attributes of type enum');
	ELSIF type = 'enum' AND (SELECT count(*) <> count(DISTINCT e ->> 'value') FROM jsonb_array_elements(new -> 'choices') e) THEN
		f := f || jsonb_build_object('pointer', pointer || '/choices', 'detail', 'a value occurs twice');
	END IF;
	IF new ->> 'reference_class' IS NOT NULL AND type <> 'reference' THEN
		f := f || jsonb_build_object('pointer', pointer || '/reference_class', 'detail', 'is only for attributes of type reference');
	ELSIF new ->> 'reference_class' IS NOT NULL AND NOT lineages ? (new ->> 'reference_class') THEN
		f := f || jsonb_build_object('pointer', pointer || '/reference_class', 'detail', 'there is no such class');
	END IF;
	IF (new ->> 'unique_within')::boolean AND type IN ('boolean', 'json') THEN
		f := f || jsonb_build_object('pointer', pointer || '/unique_within', 'detail', 'makes no sense for this type');
	END IF;
	IF jsonb_typeof(new -> 'default') <> 'null' THEN
		IF type IN ('reference', 'json') OR (new ->> 'unique_within')::boolean THEN
			f := f || jsonb_build_object('pointer', pointer || '/default', 'detail', 'makes no sense for references, json and unique values');
		ELSIF (type <> 'enum' OR jsonb_typeof(new -> 'choices') = 'array')
			AND cmdb_value_convert(new -> 'default', type::attribute_type, new -> 'choices') IS DISTINCT FROM new -> 'default' THEN
			f := f || jsonb_build_object('pointer', pointer || '/default', 'detail', 'is not a value of this type in its stored form');
		END IF;
	END IF;
	IF (new ->> 'indexed')::boolean AND type = 'json' THEN
		f := f || jsonb_build_object('pointer', pointer || '/indexed', 'detail', 'values of type json have no order to be indexed by');
	END IF;
	RETURN f;
END $$;
COMMENT ON FUNCTION cmdb_attribute_faults IS 'What is wrong with an attribute as it would be';

DROP FUNCTION IF EXISTS cmdb_class_faults;
CREATE FUNCTION cmdb_class_faults(old jsonb, new jsonb, target jsonb, lineages jsonb, pointer text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f jsonb := '[]';
	name text := new ->> 'name';
	part text;
	kind text;
BEGIN
	IF old IS NULL THEN
		f := f || coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', pointer || '/' || n, 'detail', 'is required for a new class'))
			FROM unnest(ARRAY['label_en', 'label_ru']) n WHERE new ->> n IS NULL), '[]');
	ELSIF old -> 'parent' IS DISTINCT FROM new -> 'parent' THEN
		f := f || jsonb_build_object('pointer', pointer || '/parent', 'detail', 'the class above never changes');
	END IF;
	IF new ->> 'parent' IS NOT NULL AND NOT target -> 'classes' ? (new ->> 'parent') THEN
		f := f || jsonb_build_object('pointer', pointer || '/parent', 'detail', 'there is no such class');
	ELSIF NOT lineages ? name THEN
		f := f || jsonb_build_object('pointer', pointer || '/parent', 'detail', 'the way up leads back here');
	ELSIF jsonb_array_length(lineages -> name) > 16 THEN
		f := f || jsonb_build_object('pointer', pointer || '/parent', 'detail', 'classes are at most 16 levels deep');
	END IF;
	IF new ->> 'owner_login' IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.login = lower(new ->> 'owner_login') AND p.active) THEN
		f := f || jsonb_build_object('pointer', pointer || '/owner_login', 'detail', 'there is no active person with this login');
	END IF;
	IF new ->> 'name_template' IS NOT NULL AND lineages ? name THEN
		IF new ->> 'name_template' !~ '\{[a-z][a-z0-9_]*\}' THEN
			f := f || jsonb_build_object('pointer', pointer || '/name_template', 'detail', 'must name at least one attribute, as {hostname}');
		END IF;
		FOR part IN SELECT DISTINCT m[1] FROM regexp_matches(new ->> 'name_template', '\{([^{}]*)\}', 'g') m LOOP
			SELECT a.value ->> 'type' INTO kind FROM jsonb_each(target -> 'attributes') a
			WHERE split_part(a.key, '/', 2) = part AND lineages -> name @> to_jsonb(split_part(a.key, '/', 1)) LIMIT 1;
			IF kind IS NULL AND part NOT IN ('location', 'external_key') THEN
				f := f || jsonb_build_object('pointer', pointer || '/name_template', 'detail', format('{%s} is no attribute of the class', left(part, 63)));
			ELSIF kind IN ('reference', 'json') THEN
				f := f || jsonb_build_object('pointer', pointer || '/name_template', 'detail', format('{%s} has no text to show', part));
			END IF;
		END LOOP;
	END IF;
	RETURN f;
END $$;
COMMENT ON FUNCTION cmdb_class_faults IS 'What is wrong with a class as it would be';

-- All that makes no sense, each at its place in the document.
DROP FUNCTION IF EXISTS cmdb_model_judge;
CREATE FUNCTION cmdb_model_judge(before jsonb, target jsonb, document jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f jsonb := '[]';
	lineages jsonb := cmdb_model_lineages(target -> 'classes');
	owners jsonb;
	c record;
	x record;
	twice text;
	kinds text;
BEGIN
	SELECT string_agg(w.what, ', ') INTO twice FROM (
		SELECT d.what FROM (
			SELECT 'class ' || (e ->> 'name') AS what FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) e
			UNION ALL SELECT 'attribute ' || (e ->> 'name') || '/' || (a ->> 'name')
				FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) e, jsonb_array_elements(coalesce(e -> 'attributes', '[]')) a
			UNION ALL SELECT 'state ' || (e ->> 'name') || '/' || (a ->> 'name')
				FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) e, jsonb_array_elements(coalesce(e -> 'states', '[]')) a
			UNION ALL SELECT 'state ' || (e ->> 'name') FROM jsonb_array_elements(coalesce(document -> 'states', '[]')) e
			UNION ALL SELECT 'relation type ' || (e ->> 'name') FROM jsonb_array_elements(coalesce(document -> 'relation_types', '[]')) e) d
		GROUP BY d.what HAVING count(*) > 1 ORDER BY d.what) w;
	IF twice IS NOT NULL THEN
		RETURN jsonb_build_array(jsonb_build_object('pointer', '', 'detail', 'Occurs twice: ' || twice));
	END IF;
	SELECT jsonb_object_agg(o.name, o.classes) INTO owners FROM (SELECT split_part(a.key, '/', 2) AS name, jsonb_agg(split_part(a.key, '/', 1)) AS classes
		FROM jsonb_object_keys(target -> 'attributes') AS a(key) GROUP BY 1) o;
	FOR c IN SELECT e, e ->> 'name' AS name, '/classes/' || n - 1 AS p FROM jsonb_array_elements(coalesce(document -> 'classes', '[]')) WITH ORDINALITY AS s(e, n) LOOP
		IF before -> 'classes' -> c.name IS DISTINCT FROM target -> 'classes' -> c.name THEN
			f := f || cmdb_class_faults(before -> 'classes' -> c.name, target -> 'classes' -> c.name, target, lineages, c.p);
		END IF;
		FOR x IN SELECT e.old, e.new, c.p || '/attributes/' || e.n - 1 AS p FROM (
				SELECT b.value AS old, t.value AS new, s.n FROM jsonb_array_elements(coalesce(c.e -> 'attributes', '[]')) WITH ORDINALITY AS s(e, n)
				JOIN jsonb_each(target -> 'attributes') t ON t.key = c.name || '/' || (s.e ->> 'name') LEFT JOIN jsonb_each(before -> 'attributes') b ON b.key = t.key) e
			WHERE e.old IS DISTINCT FROM e.new ORDER BY e.n
		LOOP
			f := f || cmdb_attribute_faults(x.old, x.new, c.name, lineages, owners, x.p);
		END LOOP;
	END LOOP;
	FOR c IN SELECT e, e ->> 'name' AS name, '/relation_types/' || n - 1 AS p FROM jsonb_array_elements(coalesce(document -> 'relation_types', '[]')) WITH ORDINALITY AS s(e, n) LOOP
		IF NOT before -> 'types' ? c.name THEN
			f := f || coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', c.p || '/' || n, 'detail', 'is required for a new type'))
				FROM unnest(ARRAY['label_en', 'label_ru', 'inverse_en', 'inverse_ru', 'impact']) n WHERE NOT c.e ? n), '[]');
		END IF;
		f := f || coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', format('%s/pairs/%s/%s', c.p, n - 1, side), 'detail', 'there is no such class') ORDER BY n, side)
			FROM jsonb_array_elements(coalesce(c.e -> 'pairs', '[]')) WITH ORDINALITY AS s(e, n), unnest(ARRAY['source', 'target']) side
			WHERE NOT target -> 'classes' ? (e ->> side)), '[]');
	END LOOP;
	-- Every class can be begun and ended.
	FOR c IN SELECT l.key AS name, l.value AS lineage FROM jsonb_each(lineages) l WHERE before -> 'states' <> target -> 'states' LOOP
		SELECT string_agg(DISTINCT s.value ->> 'kind', ' ') INTO kinds FROM jsonb_each(cmdb_model_states_of(target -> 'states', c.lineage)) s;
		IF coalesce(kinds, '') !~ 'ended' OR coalesce(kinds, '') !~ 'live|planned' THEN
			f := f || jsonb_build_object('pointer', coalesce((SELECT format('/classes/%s/states', n - 1) FROM jsonb_array_elements(coalesce(document -> 'classes', '[]'))
					WITH ORDINALITY AS s(e, n) WHERE e ->> 'name' = c.name), '/states'),
				'detail', format('a CI of the class %s needs a state to begin in (planned or live) and one in which its life is over', c.name));
		END IF;
	END LOOP;
	RETURN f;
END $$;
COMMENT ON FUNCTION cmdb_model_judge IS 'What makes no sense in a model as it would be: [{"pointer","detail"}]';
