-- A change of the model on CIs that are there: what it would do, and doing it. Re-created at every migration; safe to run again.

-- What becomes of the values of each attribute that is new, of another form, or named in a conversion.
DROP FUNCTION IF EXISTS cmdb_model_plans;
CREATE FUNCTION cmdb_model_plans(before jsonb, target jsonb, conversions jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(p.plan ORDER BY p.key), '[]') FROM (
		SELECT a.key, jsonb_build_object('class', c.name, 'class_id', c.id, 'name', a.value -> 'name', 'type', a.value -> 'type', 'choices', a.value -> 'choices',
			'reference_class', CASE WHEN a.value ->> 'type' = 'reference' THEN a.value -> 'reference_class' END,
			'values', v.conversion ? 'map' OR v.conversion ? 'unfit' OR (o.old IS NOT NULL AND (o.old -> 'type', o.old -> 'choices', o.old -> 'reference_class')
				IS DISTINCT FROM (a.value -> 'type', a.value -> 'choices', a.value -> 'reference_class')),
			'required', (a.value ->> 'required')::boolean AND NOT (a.value ->> 'retired')::boolean,
			'unique', (a.value ->> 'unique_within')::boolean AND NOT (a.value ->> 'retired')::boolean,
			'map', coalesce(v.conversion -> 'map', '{}'), 'fill', coalesce(v.conversion -> 'fill', 'null'), 'unfit', v.conversion -> 'unfit') AS plan
		FROM jsonb_each(target -> 'attributes') a
		JOIN ci_class c ON c.name = split_part(a.key, '/', 1)
		CROSS JOIN LATERAL (SELECT before -> 'attributes' -> a.key AS old) o
		LEFT JOIN LATERAL (SELECT x AS conversion FROM jsonb_array_elements(conversions) x
			WHERE x ->> 'class' = c.name AND x ->> 'attribute' = a.value ->> 'name' LIMIT 1) v ON true
		WHERE v.conversion IS NOT NULL OR (o.old - '{label_en,label_ru,purpose,owner,source,review_days,position,unit,indexed,default}'::text[])
			IS DISTINCT FROM (a.value - '{label_en,label_ru,purpose,owner,source,review_days,position,unit,indexed,default}'::text[])) p
$$;
COMMENT ON FUNCTION cmdb_model_plans IS 'Plans for values of attributes, for cmdb_values_next';

DROP FUNCTION IF EXISTS cmdb_conversion_faults;
CREATE FUNCTION cmdb_conversion_faults(target jsonb, conversions jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f jsonb := '[]';
	x record;
	a jsonb;
	lineages jsonb := cmdb_model_lineages(target -> 'classes');
BEGIN
	FOR x IN SELECT e, '/conversions/' || n - 1 AS p FROM jsonb_array_elements(conversions) WITH ORDINALITY AS s(e, n) LOOP
		IF x.e ->> 'class' IS NOT NULL AND NOT target -> 'classes' ? (x.e ->> 'class') THEN
			f := f || jsonb_build_object('pointer', x.p || '/class', 'detail', 'there is no such class');
		END IF;
		IF x.e ? 'attribute' THEN
			a := target -> 'attributes' -> ((x.e ->> 'class') || '/' || (x.e ->> 'attribute'));
			IF a IS NULL THEN
				f := f || jsonb_build_object('pointer', x.p || '/attribute', 'detail', 'the class declares no such attribute');
				CONTINUE;
			END IF;
			f := f || coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', x.p || '/map/' || m.key, 'detail', 'does not fit the attribute') ORDER BY m.key)
				FROM jsonb_each(coalesce(x.e -> 'map', '{}')) m
				WHERE jsonb_typeof(m.value) <> 'null' AND cmdb_value_convert(m.value, (a ->> 'type')::attribute_type, a -> 'choices') IS NULL), '[]');
			IF jsonb_typeof(coalesce(x.e -> 'fill', 'null')) <> 'null'
				AND cmdb_value_convert(x.e -> 'fill', (a ->> 'type')::attribute_type, a -> 'choices') IS DISTINCT FROM x.e -> 'fill' THEN
				f := f || jsonb_build_object('pointer', x.p || '/fill', 'detail', 'is not a value of this type in its stored form');
			END IF;
		ELSIF x.e ? 'move_to' THEN
			IF NOT lineages ? (x.e ->> 'move_to') OR NOT lineages -> (x.e ->> 'move_to') @> (x.e -> 'class') OR x.e ->> 'move_to' = x.e ->> 'class'
				OR (target -> 'classes' -> (x.e ->> 'move_to') ->> 'abstract')::boolean THEN
				f := f || jsonb_build_object('pointer', x.p || '/move_to', 'detail', 'must be a class below this one that is not abstract');
			END IF;
		ELSIF x.e ? 'relation_type' THEN
			IF NOT target -> 'types' ? (x.e ->> 'relation_type') THEN
				f := f || jsonb_build_object('pointer', x.p || '/relation_type', 'detail', 'there is no such type of relation');
			END IF;
		ELSIF NOT x.e ? 'states' THEN
			f := f || jsonb_build_object('pointer', x.p, 'detail', 'must name an attribute, states, move_to or a relation_type');
		END IF;
	END LOOP;
	RETURN f;
END $$;
COMMENT ON FUNCTION cmdb_conversion_faults IS 'What is wrong with conversions: [{"pointer","detail"}]';

-- Values of one plan: what does not fit, what is missing, what is there twice.
DROP FUNCTION IF EXISTS cmdb_plan_outlook;
CREATE FUNCTION cmdb_plan_outlook(plan jsonb, OUT problems jsonb, OUT effects jsonb)
LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
	n text := plan ->> 'name';
	of_class bigint := (plan ->> 'class_id')::bigint;
	about jsonb := jsonb_build_object('class', plan -> 'class', 'attribute', plan -> 'name');
	r record;
BEGIN
	problems := '[]';
	effects := '[]';
	IF (plan ->> 'values')::boolean THEN
		WITH x AS MATERIALIZED (
			SELECT ci.id, ci.name, ci.attributes -> n AS old, cmdb_value_next(ci.attributes -> n, plan) AS new
			FROM ci JOIN ci_class c ON c.id = ci.class_id WHERE of_class = ANY (c.lineage) AND jsonb_exists(ci.attributes, n))
		SELECT count(*) FILTER (WHERE new IS NULL) AS unfit, count(*) FILTER (WHERE new = 'null') AS dropped,
			count(*) FILTER (WHERE new IS NOT NULL AND new <> 'null' AND new IS DISTINCT FROM old) AS converted,
			(SELECT jsonb_agg(jsonb_build_object('value', v.old, 'count', v.times) ORDER BY v.times DESC, v.old)
				FROM (SELECT old, count(*) AS times FROM x WHERE new IS NULL GROUP BY old ORDER BY 2 DESC, 1 LIMIT 50) v) AS told,
			(SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) ORDER BY v.id) FROM (SELECT id, name FROM x WHERE new IS NULL ORDER BY id LIMIT 20) v) AS cis
		INTO r FROM x;
		IF r.unfit > 0 THEN
			problems := problems || (about || jsonb_build_object('reason', CASE plan ->> 'type' WHEN 'enum' THEN 'choice' WHEN 'reference' THEN 'reference' ELSE 'type' END,
				'count', r.unfit, 'values', r.told, 'cis', r.cis, 'detail', format('%s values do not fit the type %s', r.unfit, plan ->> 'type'), 'cure', '["map", "unfit"]'::jsonb));
		END IF;
		IF r.dropped > 0 THEN
			effects := effects || (about || jsonb_build_object('effect', 'dropped', 'count', r.dropped));
		END IF;
		IF r.converted > 0 THEN
			effects := effects || (about || jsonb_build_object('effect', 'converted', 'count', r.converted));
		END IF;
	END IF;
	IF (plan ->> 'required')::boolean OR plan -> 'fill' <> 'null' THEN
		WITH x AS MATERIALIZED (
			SELECT ci.id, ci.name FROM ci JOIN ci_class c ON c.id = ci.class_id
			WHERE of_class = ANY (c.lineage) AND ci.phase <> 'ended' AND (NOT jsonb_exists(ci.attributes, n)
				OR ((plan ->> 'values')::boolean AND cmdb_value_next(ci.attributes -> n, plan) = 'null')))
		SELECT count(*) AS times, (SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) ORDER BY v.id) FROM (SELECT id, name FROM x ORDER BY id LIMIT 20) v) AS cis INTO r FROM x;
		IF r.times > 0 AND plan -> 'fill' <> 'null' THEN
			effects := effects || (about || jsonb_build_object('effect', 'filled', 'count', r.times));
		ELSIF r.times > 0 THEN
			problems := problems || (about || jsonb_build_object('reason', 'missing', 'count', r.times, 'values', '[]'::jsonb, 'cis', r.cis,
				'detail', format('%s CIs have no value of this attribute', r.times), 'cure', '["fill"]'::jsonb));
		END IF;
	END IF;
	IF (plan ->> 'unique')::boolean THEN
		WITH x AS MATERIALIZED (
			SELECT ci.id, ci.name, CASE WHEN NOT jsonb_exists(ci.attributes, n) THEN plan -> 'fill'
				WHEN (plan ->> 'values')::boolean THEN cmdb_value_next(ci.attributes -> n, plan) ELSE ci.attributes -> n END AS new
			FROM ci JOIN ci_class c ON c.id = ci.class_id WHERE of_class = ANY (c.lineage) AND ci.phase <> 'ended'),
		d AS (SELECT new, count(*) AS times FROM x WHERE new <> 'null' GROUP BY new HAVING count(*) > 1)
		SELECT (SELECT coalesce(sum(times), 0) FROM d) AS times,
			(SELECT jsonb_agg(jsonb_build_object('value', v.new, 'count', v.times) ORDER BY v.times DESC, v.new) FROM (SELECT * FROM d ORDER BY times DESC, new LIMIT 50) v) AS told,
			(SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) ORDER BY v.id) FROM (SELECT x.id, x.name FROM x JOIN d USING (new) ORDER BY x.id LIMIT 20) v) AS cis INTO r;
		IF r.times > 0 THEN
			problems := problems || (about || jsonb_build_object('reason', 'unique', 'count', r.times, 'values', r.told, 'cis', r.cis,
				'detail', format('%s CIs share a value with another', r.times), 'cure', '["map"]'::jsonb));
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION cmdb_plan_outlook IS 'What a plan does to values, and what would not fit';

-- State that a conversion gives to CIs of a class in a state; the same when none does.
CREATE OR REPLACE FUNCTION cmdb_state_next(class text, lineage jsonb, state text, conversions jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce((SELECT x -> 'states' ->> state FROM jsonb_array_elements(conversions) WITH ORDINALITY AS s(x, n)
		WHERE x -> 'states' ? state AND (x ->> 'class' IS NULL OR lineage @> (x -> 'class'))
		ORDER BY x ->> 'class' = class DESC NULLS LAST, x ->> 'class' IS NULL, n LIMIT 1), state)
$$;
COMMENT ON FUNCTION cmdb_state_next IS 'What a state becomes by the conversions';

DROP FUNCTION IF EXISTS cmdb_states_outlook;
CREATE FUNCTION cmdb_states_outlook(before jsonb, target jsonb, conversions jsonb, OUT problems jsonb, OUT effects jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	lineages jsonb := cmdb_model_lineages(target -> 'classes');
	g record;
	states jsonb;
	becomes text;
BEGIN
	problems := '[]';
	effects := '[]';
	IF before -> 'states' = target -> 'states' AND NOT jsonb_path_exists(conversions, '$[*].states') THEN
		RETURN;
	END IF;
	FOR g IN SELECT c.name AS class, i.status, i.phase, count(*) AS times FROM ci i JOIN ci_class c ON c.id = i.class_id GROUP BY c.name, i.status, i.phase ORDER BY 1, 2 LOOP
		states := cmdb_model_states_of(target -> 'states', lineages -> g.class);
		becomes := cmdb_state_next(g.class, lineages -> g.class, g.status, conversions);
		IF NOT states ? becomes THEN
			problems := problems || jsonb_build_object('class', g.class, 'reason', 'state', 'state', g.status, 'count', g.times, 'values', jsonb_build_array(
				jsonb_build_object('value', g.status, 'count', g.times)), 'cis', (SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) ORDER BY v.id)
					FROM (SELECT ci.id, ci.name FROM ci JOIN ci_class c ON c.id = ci.class_id WHERE c.name = g.class AND ci.status = g.status ORDER BY ci.id LIMIT 20) v),
				'detail', format('%s CIs are in the state %s, which the class would not have', g.times, becomes), 'cure', '["states"]'::jsonb);
		ELSIF becomes <> g.status THEN
			effects := effects || jsonb_build_object('class', g.class, 'effect', 'state', 'old', g.status, 'new', becomes, 'count', g.times);
		ELSIF states -> becomes ->> 'kind' <> g.phase THEN
			effects := effects || jsonb_build_object('class', g.class, 'effect', 'phase', 'state', g.status, 'old', g.phase, 'new', states -> becomes -> 'kind', 'count', g.times);
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_states_outlook IS 'CIs in states that their class would not have, or that would mean something else';

-- Classes that become abstract, and names that are computed otherwise.
DROP FUNCTION IF EXISTS cmdb_classes_outlook;
CREATE FUNCTION cmdb_classes_outlook(before jsonb, target jsonb, plans jsonb, conversions jsonb, OUT problems jsonb, OUT effects jsonb, OUT renamed bigint[])
LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
	lineages jsonb := cmdb_model_lineages(target -> 'classes');
	k record;
	r record;
	to_class text;
BEGIN
	problems := '[]';
	effects := '[]';
	renamed := '{}';
	FOR k IN SELECT c.id, c.name, c.lineage, ci_name_template(c.lineage) AS had, (target -> 'classes' -> c.name ->> 'abstract')::boolean AND NOT c.abstract AS closes,
			(SELECT target -> 'classes' -> l.name ->> 'name_template' FROM jsonb_array_elements_text(lineages -> c.name) WITH ORDINALITY AS l(name, n)
				WHERE target -> 'classes' -> l.name ->> 'name_template' IS NOT NULL ORDER BY l.n DESC LIMIT 1) AS has
		FROM ci_class c ORDER BY c.name
	LOOP
		IF k.closes THEN
			SELECT x ->> 'move_to' INTO to_class FROM jsonb_array_elements(conversions) x WHERE x ->> 'class' = k.name AND x ? 'move_to' LIMIT 1;
			SELECT count(*) AS times, count(*) FILTER (WHERE ci.phase <> 'ended' AND m.names IS NOT NULL) AS lacking, string_agg(DISTINCT m.names, ', ') AS names INTO r
			FROM ci LEFT JOIN LATERAL (SELECT string_agg(a.value ->> 'name', ', ') AS names FROM jsonb_each(target -> 'attributes') a
				WHERE to_class IS NOT NULL AND lineages -> to_class @> to_jsonb(split_part(a.key, '/', 1)) AND NOT lineages -> k.name @> to_jsonb(split_part(a.key, '/', 1))
					AND (a.value ->> 'required')::boolean AND NOT (a.value ->> 'retired')::boolean AND a.value -> 'default' = 'null' AND NOT jsonb_exists(ci.attributes, a.value ->> 'name')
					AND NOT EXISTS (SELECT FROM jsonb_array_elements(conversions) x WHERE x ->> 'class' = split_part(a.key, '/', 1) AND x ->> 'attribute' = a.value ->> 'name'
						AND x -> 'fill' <> 'null')) m ON true
			WHERE ci.class_id = k.id;
			IF r.times > 0 AND (to_class IS NULL OR r.lacking > 0) THEN
				problems := problems || jsonb_build_object('class', k.name, 'reason', CASE WHEN to_class IS NULL THEN 'abstract' ELSE 'missing' END,
					'count', CASE WHEN to_class IS NULL THEN r.times ELSE r.lacking END, 'values', '[]'::jsonb,
					'cis', (SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) ORDER BY v.id) FROM (SELECT id, name FROM ci WHERE class_id = k.id ORDER BY id LIMIT 20) v),
					'detail', CASE WHEN to_class IS NULL THEN format('%s CIs are of this class itself', r.times)
						ELSE format('%s CIs have no value of %s, which the class %s requires', r.lacking, r.names, to_class) END,
					'cure', CASE WHEN to_class IS NULL THEN '["move_to"]' ELSE '["fill"]' END::jsonb);
			ELSIF r.times > 0 THEN
				effects := effects || jsonb_build_object('class', k.name, 'effect', 'moved', 'new', to_class, 'count', r.times);
			END IF;
		END IF;
		IF k.has IS NOT NULL AND k.has IS DISTINCT FROM k.had THEN
			renamed := renamed || k.id;
			WITH x AS MATERIALIZED (
				SELECT ci.id, ci.name, ci_computed_name(k.has, cmdb_values_next(ci.attributes, k.lineage, ci.phase = 'ended', plans), ci.location, ci.external_key) AS new
				FROM ci WHERE ci.class_id = k.id)
			SELECT count(*) AS times, (SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name, 'new', v.new) ORDER BY v.id)
				FROM (SELECT * FROM x WHERE new <> name ORDER BY id LIMIT 20) v) AS cis INTO r FROM x WHERE new <> name;
			IF r.times > 0 THEN
				effects := effects || jsonb_build_object('class', k.name, 'effect', 'renamed', 'count', r.times, 'cis', r.cis);
			END IF;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_classes_outlook IS 'CIs of classes that become abstract, and CIs whose computed name changes';

-- Relations that hold now and that a type, as it would be, does not allow: by pair, and beyond its number the older ones.
DROP FUNCTION IF EXISTS cmdb_relations_unfit;
CREATE FUNCTION cmdb_relations_unfit(kind jsonb) RETURNS TABLE (relation_id bigint, reason text, source_id bigint, target_id bigint)
LANGUAGE plpgsql STABLE SET jit = off AS $$
BEGIN
	RETURN QUERY
	WITH allowed AS MATERIALIZED (
		SELECT s.id AS one, t.id AS other FROM jsonb_array_elements(kind -> 'pairs') p
		JOIN ci_class ps ON ps.name = p ->> 'source' JOIN ci_class pt ON pt.name = p ->> 'target'
		JOIN ci_class s ON ps.id = ANY (s.lineage) JOIN ci_class t ON pt.id = ANY (t.lineage)
	), held AS (
		SELECT r.id, r.source_id AS one, r.target_id AS other, r.valid_from, kind -> 'pairs' = '[]' OR EXISTS (SELECT FROM allowed a WHERE a.one = s.class_id AND a.other = t.class_id) AS fits
		FROM ci_relation r JOIN ci s ON s.id = r.source_id JOIN ci t ON t.id = r.target_id WHERE r.type = kind ->> 'name' AND r.valid_to IS NULL
	)
	SELECT h.id, 'pair', h.one, h.other FROM held h WHERE NOT h.fits
	UNION ALL
	SELECT h.id, 'cardinality', h.one, h.other FROM (
		SELECT x.*, row_number() OVER (PARTITION BY x.one ORDER BY x.valid_from DESC, x.id DESC) AS of_one,
			row_number() OVER (PARTITION BY x.other ORDER BY x.valid_from DESC, x.id DESC) AS of_other FROM held x WHERE x.fits) h
	WHERE h.of_one > (kind ->> 'target_max')::bigint OR h.of_other > (kind ->> 'source_max')::bigint;
END $$;
COMMENT ON FUNCTION cmdb_relations_unfit IS 'Present relations that a type would not allow';

DROP FUNCTION IF EXISTS cmdb_types_outlook;
CREATE FUNCTION cmdb_types_outlook(before jsonb, target jsonb, conversions jsonb, OUT problems jsonb, OUT effects jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	t record;
	r record;
BEGIN
	problems := '[]';
	effects := '[]';
	FOR t IN SELECT x.key AS name, x.value AS type, EXISTS (SELECT FROM jsonb_array_elements(conversions) c WHERE c ->> 'relation_type' = x.key AND c ->> 'unfit' = 'end') AS ends
		FROM jsonb_each(target -> 'types') x
		WHERE (x.value -> 'pairs', x.value -> 'source_max', x.value -> 'target_max') IS DISTINCT FROM
			(before -> 'types' -> x.key -> 'pairs', before -> 'types' -> x.key -> 'source_max', before -> 'types' -> x.key -> 'target_max') ORDER BY 1
	LOOP
		FOR r IN SELECT u.reason, count(*) AS times, (jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name || ' → ' || o.name) ORDER BY u.relation_id)
				FILTER (WHERE u.place <= 20)) AS cis
			FROM (SELECT w.*, row_number() OVER (PARTITION BY w.reason ORDER BY w.relation_id) AS place FROM cmdb_relations_unfit(t.type) w) u
			JOIN ci c ON c.id = u.source_id JOIN ci o ON o.id = u.target_id GROUP BY u.reason ORDER BY 1
		LOOP
			IF t.ends THEN
				effects := effects || jsonb_build_object('relation_type', t.name, 'effect', 'ended', 'count', r.times, 'cis', r.cis);
			ELSE
				problems := problems || jsonb_build_object('relation_type', t.name, 'reason', r.reason, 'count', r.times, 'values', '[]'::jsonb, 'cis', r.cis,
					'detail', format(CASE r.reason WHEN 'pair' THEN '%s relations join classes that the type would not join' ELSE '%s relations are beyond the number allowed' END, r.times),
					'cure', '["end"]'::jsonb);
			END IF;
		END LOOP;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_types_outlook IS 'Relations that types, as they would be, do not allow';
