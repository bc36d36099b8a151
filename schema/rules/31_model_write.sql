-- Writing a model that was judged. Re-created at every migration; safe to run again.

CREATE OR REPLACE FUNCTION cmdb_write_classes(before jsonb, target jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	k record;
BEGIN
	FOR k IN SELECT c.key AS name, c.value AS c, (SELECT p.id FROM person p WHERE p.login = lower(c.value ->> 'owner_login')) AS owner_id
		FROM jsonb_each(target -> 'classes') c JOIN jsonb_each(cmdb_model_lineages(target -> 'classes')) l ON l.key = c.key
		WHERE c.value IS DISTINCT FROM before -> 'classes' -> c.key ORDER BY jsonb_array_length(l.value), c.key
	LOOP
		IF before -> 'classes' ? k.name THEN
			-- Abstract only after its CIs have moved.
			UPDATE ci_class SET abstract = abstract AND (k.c ->> 'abstract')::boolean, label_en = k.c ->> 'label_en', label_ru = k.c ->> 'label_ru', purpose = k.c ->> 'purpose',
				owner = k.c ->> 'owner', owner_id = k.owner_id, source = k.c ->> 'source', review_days = (k.c ->> 'review_days')::integer,
				name_template = k.c ->> 'name_template', position = (k.c ->> 'position')::integer, version = version + 1
			WHERE name = k.name;
		ELSE
			INSERT INTO ci_class (name, parent_id, abstract, label_en, label_ru, purpose, owner, owner_id, source, review_days, name_template, position)
			VALUES (k.name, (SELECT id FROM ci_class WHERE name = k.c ->> 'parent'), (k.c ->> 'abstract')::boolean, k.c ->> 'label_en', k.c ->> 'label_ru', k.c ->> 'purpose',
				k.c ->> 'owner', k.owner_id, k.c ->> 'source', (k.c ->> 'review_days')::integer, k.c ->> 'name_template', (k.c ->> 'position')::integer);
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_write_classes IS 'Makes and changes classes';

-- States that are still offered first: CIs move into them; then those that are not.
CREATE OR REPLACE FUNCTION cmdb_write_states(before jsonb, target jsonb, leaving boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT x.key, x.value AS v, (SELECT id FROM ci_class WHERE name = split_part(x.key, '/', 1)) AS class_id
		FROM jsonb_each(target -> 'states') x
		WHERE x.value IS DISTINCT FROM before -> 'states' -> x.key AND (x.value ->> 'offered')::boolean = NOT leaving ORDER BY x.key
	LOOP
		INSERT INTO ci_state (class_id, name, label_en, label_ru, colour, kind, position, offered)
		VALUES (s.class_id, s.v ->> 'name', s.v ->> 'label_en', s.v ->> 'label_ru', s.v ->> 'colour', s.v ->> 'kind', (s.v ->> 'position')::integer, (s.v ->> 'offered')::boolean)
		ON CONFLICT ON CONSTRAINT ci_state_once DO UPDATE SET label_en = excluded.label_en, label_ru = excluded.label_ru, colour = excluded.colour, kind = excluded.kind,
			position = excluded.position, offered = excluded.offered;
	END LOOP;
	IF leaving THEN
		DELETE FROM ci_state d USING jsonb_object_keys(before -> 'states') AS x(key)
		WHERE NOT target -> 'states' ? x.key AND d.name = split_part(x.key, '/', 2)
			AND d.class_id IS NOT DISTINCT FROM (SELECT id FROM ci_class WHERE name = split_part(x.key, '/', 1));
	END IF;
END $$;
COMMENT ON FUNCTION cmdb_write_states IS 'Makes, changes and takes away states';

CREATE OR REPLACE FUNCTION cmdb_write_attributes(before jsonb, target jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	a record;
BEGIN
	FOR a IN SELECT x.key, x.value AS v, c.id AS class_id, (SELECT id FROM ci_class WHERE name = x.value ->> 'reference_class') AS reference_id
		FROM jsonb_each(target -> 'attributes') x JOIN ci_class c ON c.name = split_part(x.key, '/', 1)
		WHERE x.value IS DISTINCT FROM before -> 'attributes' -> x.key ORDER BY c.id, (x.value ->> 'position')::integer, x.key
	LOOP
		IF before -> 'attributes' ? a.key THEN
			UPDATE ci_attribute SET type = (a.v ->> 'type')::attribute_type, unit = a.v ->> 'unit', required = (a.v ->> 'required')::boolean,
				unique_within = (a.v ->> 'unique_within')::boolean, indexed = (a.v ->> 'indexed')::boolean, label_en = a.v ->> 'label_en', label_ru = a.v ->> 'label_ru',
				choices = nullif(a.v -> 'choices', 'null'), reference_class_id = a.reference_id, default_value = nullif(a.v -> 'default', 'null'), purpose = a.v ->> 'purpose',
				owner = a.v ->> 'owner', source = a.v ->> 'source', review_days = (a.v ->> 'review_days')::integer, position = (a.v ->> 'position')::integer,
				retired = (a.v ->> 'retired')::boolean
			WHERE class_id = a.class_id AND name = a.v ->> 'name';
		ELSE
			INSERT INTO ci_attribute (class_id, name, type, unit, required, unique_within, indexed, label_en, label_ru, choices, reference_class_id, default_value, purpose,
				owner, source, review_days, position, retired)
			VALUES (a.class_id, a.v ->> 'name', (a.v ->> 'type')::attribute_type, a.v ->> 'unit', (a.v ->> 'required')::boolean, (a.v ->> 'unique_within')::boolean,
				(a.v ->> 'indexed')::boolean, a.v ->> 'label_en', a.v ->> 'label_ru', nullif(a.v -> 'choices', 'null'), a.reference_id, nullif(a.v -> 'default', 'null'),
				a.v ->> 'purpose', a.v ->> 'owner', a.v ->> 'source', (a.v ->> 'review_days')::integer, (a.v ->> 'position')::integer, (a.v ->> 'retired')::boolean);
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_write_attributes IS 'Makes and changes attributes';

CREATE OR REPLACE FUNCTION cmdb_write_types(before jsonb, target jsonb, conversions jsonb, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT x.key AS name, x.value AS v FROM jsonb_each(target -> 'types') x WHERE x.value IS DISTINCT FROM before -> 'types' -> x.key ORDER BY x.key LOOP
		IF EXISTS (SELECT FROM jsonb_array_elements(conversions) c WHERE c ->> 'relation_type' = t.name AND c ->> 'unfit' = 'end') THEN
			UPDATE ci_relation r SET valid_to = greatest(at, r.valid_from), ended_by = actor FROM cmdb_relations_unfit(t.v) u WHERE r.id = u.relation_id;
		END IF;
		INSERT INTO relation_type (name, label_en, label_ru, inverse_en, inverse_ru, impact, strength, source_max, target_max, purpose, position)
		VALUES (t.name, t.v ->> 'label_en', t.v ->> 'label_ru', t.v ->> 'inverse_en', t.v ->> 'inverse_ru', t.v ->> 'impact', (t.v ->> 'strength')::numeric,
			(t.v ->> 'source_max')::integer, (t.v ->> 'target_max')::integer, t.v ->> 'purpose', (t.v ->> 'position')::integer)
		ON CONFLICT (name) DO UPDATE SET label_en = excluded.label_en, label_ru = excluded.label_ru, inverse_en = excluded.inverse_en, inverse_ru = excluded.inverse_ru,
			impact = excluded.impact, strength = excluded.strength, source_max = excluded.source_max, target_max = excluded.target_max, purpose = excluded.purpose,
			position = excluded.position, version = relation_type.version + 1;
		IF t.v -> 'pairs' IS DISTINCT FROM before -> 'types' -> t.name -> 'pairs' THEN
			DELETE FROM relation_type_pair WHERE type = t.name;
			INSERT INTO relation_type_pair (type, source_class_id, target_class_id)
			SELECT t.name, s.id, o.id FROM jsonb_array_elements(t.v -> 'pairs') p JOIN ci_class s ON s.name = p ->> 'source' JOIN ci_class o ON o.name = p ->> 'target';
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION cmdb_write_types IS 'Makes and changes types of relations; ends relations that they no longer allow, where that was asked for';

-- One change of each CI that is concerned: values, state, class and, by the trigger, the name.
CREATE OR REPLACE FUNCTION cmdb_write_cis(target jsonb, plans jsonb, conversions jsonb, renamed bigint[], actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	lineages jsonb := cmdb_model_lineages(target -> 'classes');
	moving jsonb := coalesce((SELECT jsonb_agg(p) FROM jsonb_array_elements(plans) p WHERE (p ->> 'values')::boolean OR p -> 'fill' <> 'null'), '[]');
	states boolean := jsonb_path_exists(conversions, '$[*].states');
BEGIN
	UPDATE ci SET attributes = cmdb_values_next(ci.attributes, coalesce(d.lineage, c.lineage), ci.phase = 'ended', moving), class_id = coalesce(d.id, ci.class_id),
		status = cmdb_state_next(c.name, lineages -> c.name, ci.status, conversions),
		updated_at = at, changed_by = actor, changed_via = 'model', change_ticket_id = NULL
	FROM ci_class c
	LEFT JOIN LATERAL (SELECT m.id, m.lineage FROM jsonb_array_elements(conversions) x JOIN ci_class m ON m.name = x ->> 'move_to' WHERE x ->> 'class' = c.name LIMIT 1) d ON true
	WHERE c.id = ci.class_id AND (d.id IS NOT NULL OR c.id = ANY (renamed)
		OR EXISTS (SELECT FROM jsonb_array_elements(moving) p WHERE (p ->> 'class_id')::bigint = ANY (c.lineage) AND ((p -> 'fill' <> 'null' AND ci.phase <> 'ended')
			OR jsonb_exists(ci.attributes, p ->> 'name')))
		OR (states AND cmdb_state_next(c.name, lineages -> c.name, ci.status, conversions) <> ci.status));
END $$;
COMMENT ON FUNCTION cmdb_write_cis IS 'Brings CIs to a new model by plans and conversions';

-- The one way of a model as a document: judged, compared, and unless it is a trial or something would not fit, written in this transaction.
-- {"errors"} when the document is wrong, else {"changes","problems","effects","applied","version"}.
DROP FUNCTION IF EXISTS cmdb_model_apply;
CREATE FUNCTION cmdb_model_apply(document jsonb, conversions jsonb, missing text, trial boolean, actor bigint, at timestamptz, through text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	faults jsonb := cmdb_model_faults(document, conversions);
	before jsonb;
	target jsonb;
	plans jsonb;
	report jsonb;
	outlook record;
	plan jsonb;
	problems jsonb := '[]';
	effects jsonb := '[]';
	renamed bigint[];
BEGIN
	IF faults <> '[]' THEN
		RETURN jsonb_build_object('errors', faults);
	END IF;
	-- A trial keeps nobody from writing.
	IF trial THEN
		PERFORM cmdb_model_share();
	ELSE
		PERFORM cmdb_model_own();
	END IF;
	before := cmdb_model_maps(cmdb_model_document()::jsonb);
	target := cmdb_model_target(before, document, missing);
	faults := cmdb_model_judge(before, target, document);
	IF faults = '[]' THEN
		faults := cmdb_conversion_faults(target, conversions);
	END IF;
	IF faults <> '[]' THEN
		RETURN jsonb_build_object('errors', faults);
	END IF;
	plans := cmdb_model_plans(before, target, conversions);
	FOR plan IN SELECT p FROM jsonb_array_elements(plans) p LOOP
		outlook := cmdb_plan_outlook(plan);
		problems := problems || outlook.problems;
		effects := effects || outlook.effects;
	END LOOP;
	outlook := cmdb_classes_outlook(before, target, plans, conversions);
	problems := problems || outlook.problems;
	effects := effects || outlook.effects;
	renamed := outlook.renamed;
	outlook := cmdb_states_outlook(before, target, conversions);
	problems := problems || outlook.problems;
	effects := effects || outlook.effects;
	outlook := cmdb_types_outlook(before, target, conversions);
	problems := problems || outlook.problems;
	effects := effects || outlook.effects;
	report := jsonb_build_object('changes', cmdb_model_difference(before, target), 'problems', problems, 'effects', effects, 'applied', NOT trial AND problems = '[]');
	IF (report ->> 'applied')::boolean AND (report -> 'changes' <> '[]' OR effects <> '[]') THEN
		PERFORM set_config('vakhta.model_actor', coalesce(actor::text, ''), true), set_config('vakhta.model_at', at::text, true);
		PERFORM cmdb_write_classes(before, target);
		PERFORM cmdb_write_states(before, target, false);
		PERFORM cmdb_write_cis(target, plans, conversions, renamed, actor, at);
		PERFORM cmdb_write_states(before, target, true);
		PERFORM cmdb_write_attributes(before, target);
		PERFORM cmdb_write_types(before, target, conversions, actor, at);
		UPDATE ci_class c SET abstract = true, version = version + 1 WHERE NOT c.abstract AND (target -> 'classes' -> c.name ->> 'abstract')::boolean;
		INSERT INTO cmdb_model_change (at, actor_id, via, changes, conversions, effects) VALUES (at, actor, through, report -> 'changes', conversions, effects);
	END IF;
	RETURN report || jsonb_build_object('version', (SELECT version FROM cmdb_model_state));
END $$;
COMMENT ON FUNCTION cmdb_model_apply IS 'Judges a document of the model, says what it would do, and does it';
