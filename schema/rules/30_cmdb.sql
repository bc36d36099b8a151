-- The model of the CMDB, the history of CIs, relations, impact, imports. Re-created at every migration; safe to run again.
-- Whoever changes the model (ci_class, ci_attribute) holds an advisory lock alone; whoever writes CIs shares it, so that no CI is
-- judged by a model that has just changed.

CREATE OR REPLACE FUNCTION cmdb_model_share() RETURNS void
LANGUAGE sql VOLATILE AS $$ SELECT pg_advisory_xact_lock_shared(4809541) $$;
COMMENT ON FUNCTION cmdb_model_share IS 'Until the end of the transaction classes and attributes stay as they are';

CREATE OR REPLACE FUNCTION cmdb_model_own() RETURNS void
LANGUAGE sql VOLATILE AS $$ SELECT pg_advisory_xact_lock(4809541) $$;
COMMENT ON FUNCTION cmdb_model_own IS 'Until the end of the transaction nobody else changes classes or writes CIs';

CREATE OR REPLACE FUNCTION ci_called(c ci, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE language WHEN 'ru' THEN coalesce(nullif(c.attributes ->> 'name_ru', ''), c.name) ELSE c.name END $$;
COMMENT ON FUNCTION ci_called IS 'A CI''s name in a language: the attribute name_ru of its class, or the one name it has';

CREATE OR REPLACE FUNCTION ci_class_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	above bigint[] := '{}';
BEGIN
	PERFORM cmdb_model_own();
	IF TG_OP = 'INSERT' THEN
		IF NEW.parent_id IS NOT NULL THEN
			SELECT lineage INTO above FROM ci_class WHERE id = NEW.parent_id;
			IF NOT FOUND THEN
				PERFORM refuse_field('/parent', 'There is no such class');
			END IF;
			IF cardinality(above) >= 16 THEN
				PERFORM refuse_field('/parent', 'Classes are at most 16 levels deep');
			END IF;
		END IF;
		NEW.lineage := above || NEW.id;
		RETURN NEW;
	END IF;
	IF (NEW.id, NEW.name) <> (OLD.id, OLD.name) OR NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
		PERFORM refuse(409, 'class-fixed', 'Name and parent of a class never change');
	END IF;
	IF NEW.abstract AND NOT OLD.abstract AND EXISTS (SELECT FROM ci WHERE class_id = NEW.id) THEN
		PERFORM refuse(409, 'class-in-use', 'A class that has CIs of its own cannot become abstract');
	END IF;
	NEW.lineage := OLD.lineage;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_class_guard IS 'Sets the lineage; keeps name and parent';
CREATE OR REPLACE TRIGGER ci_class_guard BEFORE INSERT OR UPDATE ON ci_class FOR EACH ROW EXECUTE FUNCTION ci_class_guard();

DROP FUNCTION IF EXISTS ci_unique_key;
CREATE FUNCTION ci_unique_key(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN octet_length(value #>> '{}') <= 200 THEN value #>> '{}' ELSE 'sha256:' || encode(sha256(convert_to(value #>> '{}', 'UTF8')), 'hex') END
$$;
COMMENT ON FUNCTION ci_unique_key IS 'A value as key of ci_unique';

-- Choices in use, type in use, uniqueness that does not hold: the attribute cannot be changed so.
CREATE OR REPLACE FUNCTION ci_attribute_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	used bigint;
	clash text;
BEGIN
	PERFORM cmdb_model_own();
	IF TG_OP = 'INSERT' OR NEW.class_id <> OLD.class_id OR NEW.name <> OLD.name THEN
		IF TG_OP = 'UPDATE' THEN
			PERFORM refuse(409, 'attribute-fixed', 'Name and class of an attribute never change');
		END IF;
		SELECT c.name INTO clash FROM ci_attribute a JOIN ci_class c ON c.id = a.class_id JOIN ci_class mine ON mine.id = NEW.class_id
		WHERE a.name = NEW.name AND (c.id = ANY (mine.lineage) OR mine.id = ANY (c.lineage)) LIMIT 1;
		IF clash IS NOT NULL THEN
			PERFORM refuse_field('/name', format('The class %s declares an attribute of this name', clash));
		END IF;
		RETURN NEW;
	END IF;
	IF NEW.type <> OLD.type OR NEW.reference_class_id IS DISTINCT FROM OLD.reference_class_id THEN
		SELECT count(*) INTO used FROM ci JOIN ci_class c ON c.id = ci.class_id
		WHERE NEW.class_id = ANY (c.lineage) AND jsonb_exists(ci.attributes, NEW.name)
			AND cmdb_value_next(ci.attributes -> NEW.name, jsonb_build_object('type', NEW.type, 'choices', NEW.choices,
				'reference_class', (SELECT w.name FROM ci_class w WHERE w.id = NEW.reference_class_id))) IS DISTINCT FROM ci.attributes -> NEW.name;
		IF used > 0 THEN
			PERFORM refuse(409, 'attribute-in-use', format('%s CIs have values of this attribute that another type does not fit', used),
				jsonb_build_object('values', used));
		END IF;
	END IF;
	IF NEW.type = 'enum' AND NEW.choices IS DISTINCT FROM OLD.choices THEN
		SELECT string_agg(DISTINCT ci.attributes ->> NEW.name, ', ') INTO clash FROM ci JOIN ci_class c ON c.id = ci.class_id
		WHERE NEW.class_id = ANY (c.lineage) AND jsonb_exists(ci.attributes, NEW.name)
			AND NOT EXISTS (SELECT FROM jsonb_array_elements(NEW.choices) e WHERE e ->> 'value' = ci.attributes ->> NEW.name);
		IF clash IS NOT NULL THEN
			PERFORM refuse(409, 'attribute-in-use', format('Choices in use cannot be left out: %s', clash));
		END IF;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_attribute_guard IS 'Keeps attributes unambiguous within a lineage and values true to their type';
CREATE OR REPLACE TRIGGER ci_attribute_guard BEFORE INSERT OR UPDATE ON ci_attribute FOR EACH ROW EXECUTE FUNCTION ci_attribute_guard();

-- Every class that has the attribute changes with it; uniqueness begins or ends.
CREATE OR REPLACE FUNCTION ci_attribute_settle() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	was boolean := TG_OP = 'UPDATE' AND OLD.unique_within AND NOT OLD.retired;
	now_unique boolean := NEW.unique_within AND NOT NEW.retired;
	twice jsonb;
BEGIN
	UPDATE ci_class SET version = version + 1 WHERE lineage @> ARRAY[NEW.class_id];
	IF was AND NOT now_unique THEN
		DELETE FROM ci_unique WHERE attribute_id = NEW.id;
	ELSIF now_unique AND NOT was THEN
		SELECT jsonb_agg(value) INTO twice FROM (
			SELECT ci.attributes -> NEW.name AS value FROM ci JOIN ci_class c ON c.id = ci.class_id
			WHERE NEW.class_id = ANY (c.lineage) AND ci.phase <> 'ended' AND jsonb_exists(ci.attributes, NEW.name)
			GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 20) d;
		IF twice IS NOT NULL THEN
			PERFORM refuse(409, 'not-unique', 'Several CIs share a value of this attribute', jsonb_build_object('values', twice));
		END IF;
		INSERT INTO ci_unique (attribute_id, value_key, ci_id)
		SELECT NEW.id, ci_unique_key(ci.attributes -> NEW.name), ci.id FROM ci JOIN ci_class c ON c.id = ci.class_id
		WHERE NEW.class_id = ANY (c.lineage) AND ci.phase <> 'ended' AND jsonb_exists(ci.attributes, NEW.name);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_attribute_settle IS 'After a change of an attribute: versions of the classes, table ci_unique';
CREATE OR REPLACE TRIGGER ci_attribute_settle AFTER INSERT OR UPDATE ON ci_attribute FOR EACH ROW EXECUTE FUNCTION ci_attribute_settle();

CREATE OR REPLACE FUNCTION ci_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	moved boolean := TG_OP = 'INSERT';
	mine record;
BEGIN
	IF TG_OP = 'DELETE' THEN
		PERFORM refuse(409, 'never-deleted', 'A CI is retired, never deleted');
	END IF;
	PERFORM cmdb_model_share();
	moved := moved OR NEW.class_id <> OLD.class_id;
	SELECT c.abstract, c.lineage, ci_name_template(c.lineage) AS name_template INTO mine FROM ci_class c WHERE c.id = NEW.class_id;
	IF moved AND mine.abstract THEN
		PERFORM refuse_field('/class', 'This class is abstract: choose one below it');
	END IF;
	IF moved THEN
		NEW.attributes := coalesce((SELECT jsonb_object_agg(a.name, a.default_value) FROM ci_attribute a
			WHERE a.class_id = ANY (mine.lineage) AND a.default_value IS NOT NULL AND NOT a.retired), '{}') || NEW.attributes;
		NEW.status := coalesce(NEW.status, ci_state_first(NEW.class_id));
	END IF;
	NEW.phase := ci_state_kind(NEW.class_id, NEW.status);
	IF NEW.phase IS NULL THEN
		PERFORM refuse_field('/status', format('must be one of: %s', (SELECT string_agg(s.name, ', ' ORDER BY s.position, s.name) FROM ci_states(NEW.class_id) s)));
	END IF;
	IF mine.name_template IS NOT NULL THEN
		NEW.name := coalesce(ci_computed_name(mine.name_template, NEW.attributes, NEW.location, NEW.external_key), NEW.name);
		IF NEW.name IS NULL THEN
			PERFORM refuse_field('/name', format('is computed as %s, and none of these has a value: give one of them, or a name', mine.name_template));
		END IF;
	END IF;
	IF TG_OP = 'INSERT' THEN
		NEW.version := 1;
		NEW.updated_at := greatest(NEW.updated_at, NEW.created_at);
		RETURN NEW;
	END IF;
	IF (NEW.id, NEW.created_at, NEW.source) <> (OLD.id, OLD.created_at, OLD.source) THEN
		PERFORM refuse(409, 'ci-fixed', 'Id, source and time of creation of a CI never change');
	END IF;
	IF (NEW.class_id, NEW.name, NEW.status, NEW.phase, NEW.attributes) = (OLD.class_id, OLD.name, OLD.status, OLD.phase, OLD.attributes)
		AND (NEW.owner_id, NEW.location, NEW.external_key) IS NOT DISTINCT FROM (OLD.owner_id, OLD.location, OLD.external_key) THEN
		RETURN OLD;
	END IF;
	NEW.version := OLD.version + 1;
	NEW.updated_at := greatest(NEW.updated_at, OLD.updated_at);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_guard IS 'Numbers versions; lays in defaults, the phase of the state and the computed name; refuses deletion, CIs of abstract classes, states that the class has not; a change of nothing changes nothing';
CREATE OR REPLACE TRIGGER ci_guard BEFORE INSERT OR UPDATE OR DELETE ON ci FOR EACH ROW EXECUTE FUNCTION ci_guard();

-- Plans stay with the connection: one made while the tables were small must not walk through them when they are large.
-- What is then walked through all the same (a handful of types) looks dear enough to be compiled, which would take 100 ms.
CREATE OR REPLACE FUNCTION ci_record() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	field record;
	holder record;
	key text;
	kept bigint[] := '{}';
	keys text[] := '{}';
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.version = OLD.version THEN
		RETURN NULL;
	END IF;
	INSERT INTO ci_version (ci_id, version, class_id, name, status, phase, attributes, owner_id, location, external_key, changed_at, actor_id, source, ticket_id)
	VALUES (NEW.id, NEW.version, NEW.class_id, NEW.name, NEW.status, NEW.phase, NEW.attributes, NEW.owner_id, NEW.location, NEW.external_key,
		NEW.updated_at, NEW.changed_by, NEW.changed_via, NEW.change_ticket_id);
	FOR field IN
		SELECT a.id, a.name FROM ci_class c JOIN ci_attribute a ON a.class_id = ANY (c.lineage)
		WHERE c.id = NEW.class_id AND a.unique_within AND NOT a.retired AND NEW.phase <> 'ended' AND jsonb_exists(NEW.attributes, a.name)
		ORDER BY a.id
	LOOP
		key := ci_unique_key(NEW.attributes -> field.name);
		kept := kept || field.id;
		keys := keys || key;
		-- Waits for whoever is just writing the same value.
		INSERT INTO ci_unique (attribute_id, value_key, ci_id) VALUES (field.id, key, NEW.id) ON CONFLICT DO NOTHING;
		IF NOT FOUND AND NOT EXISTS (SELECT FROM ci_unique WHERE attribute_id = field.id AND value_key = key AND ci_id = NEW.id) THEN
			SELECT ci.id, ci.name INTO holder FROM ci_unique u JOIN ci ON ci.id = u.ci_id WHERE u.attribute_id = field.id AND u.value_key = key;
			PERFORM refuse_field('/attributes/' || field.name, format('%s has this value already (id %s)',
				coalesce(holder.name, 'Another CI'), coalesce(holder.id::text, 'unknown')));
		END IF;
	END LOOP;
	IF TG_OP = 'UPDATE' THEN
		DELETE FROM ci_unique u WHERE u.ci_id = NEW.id
			AND NOT EXISTS (SELECT FROM unnest(kept, keys) AS k(id, key) WHERE k.id = u.attribute_id AND k.key = u.value_key);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_record IS 'Writes the history of a CI and settles values that must be unique';
CREATE OR REPLACE TRIGGER ci_record AFTER INSERT OR UPDATE ON ci FOR EACH ROW EXECUTE FUNCTION ci_record();

CREATE OR REPLACE TRIGGER ci_version_append_only BEFORE UPDATE OR DELETE ON ci_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_version_no_truncate BEFORE TRUNCATE ON ci_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A relation or a use is ended once and otherwise never changed.
CREATE OR REPLACE FUNCTION ci_period_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	old_row jsonb := to_jsonb(OLD) - ARRAY['valid_to', 'until', 'ended_by', 'ended_via', 'ended_ticket_id', 'backward'];
	new_row jsonb;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		new_row := to_jsonb(NEW) - ARRAY['valid_to', 'until', 'ended_by', 'ended_via', 'ended_ticket_id', 'backward'];
		IF new_row = old_row AND coalesce(to_jsonb(OLD) ->> 'valid_to', to_jsonb(OLD) ->> 'until') IS NULL THEN
			RETURN NEW;
		END IF;
	END IF;
	PERFORM refuse(409, 'append-only', format('A row of %s can only be ended, once', TG_TABLE_NAME));
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_period_guard IS 'Keeps the history of relations and users';
CREATE OR REPLACE TRIGGER ci_relation_period BEFORE UPDATE OR DELETE ON ci_relation FOR EACH ROW EXECUTE FUNCTION ci_period_guard();
CREATE OR REPLACE TRIGGER ci_user_period BEFORE UPDATE OR DELETE ON ci_user FOR EACH ROW EXECUTE FUNCTION ci_period_guard();

-- A CI as it was at an instant: the row of today with the fields of then; NULL when it was not recorded yet.
DROP FUNCTION IF EXISTS ci_as_of;
CREATE FUNCTION ci_as_of(item bigint, at timestamptz) RETURNS ci
LANGUAGE plpgsql STABLE AS $$
DECLARE
	found_ci ci;
	then_was ci_version;
BEGIN
	SELECT * INTO then_was FROM ci_version WHERE ci_id = item AND changed_at <= at ORDER BY changed_at DESC, version DESC LIMIT 1;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	SELECT * INTO found_ci FROM ci WHERE id = item;
	found_ci.class_id := then_was.class_id;
	found_ci.name := then_was.name;
	found_ci.status := then_was.status;
	found_ci.phase := then_was.phase;
	found_ci.attributes := then_was.attributes;
	found_ci.owner_id := then_was.owner_id;
	found_ci.location := then_was.location;
	found_ci.external_key := then_was.external_key;
	found_ci.version := then_was.version;
	found_ci.updated_at := then_was.changed_at;
	RETURN found_ci;
END $$;
COMMENT ON FUNCTION ci_as_of IS 'A CI as it was at an instant, NULL before it was recorded';

DROP FUNCTION IF EXISTS ci_json;
CREATE FUNCTION ci_json(item ci, language text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'id', item.id,
		'class', (SELECT jsonb_build_object('id', c.id, 'name', c.name, 'label', CASE language WHEN 'ru' THEN c.label_ru ELSE c.label_en END)
			FROM ci_class c WHERE c.id = item.class_id),
		'name', item.name,
		'status', item.status,
		'state', ci_state_json(item.class_id, item.status, item.phase, language),
		'attributes', item.attributes,
		'references', coalesce((SELECT jsonb_object_agg(a.name, ref_json(r.id, r.name))
			FROM ci_class c JOIN ci_attribute a ON a.class_id = ANY (c.lineage) AND a.type = 'reference'
			JOIN ci r ON r.id = (item.attributes ->> a.name)::bigint WHERE c.id = item.class_id), '{}'),
		'owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = item.owner_id),
		'location', item.location,
		'source', item.source,
		'external_key', item.external_key,
		'version', item.version,
		'created_at', instant_text(item.created_at),
		'updated_at', instant_text(item.updated_at))::text
$$;
COMMENT ON FUNCTION ci_json IS 'A CI as the API gives it';

-- What a version changed: [{"field","old","new"}]; the first one against nothing.
DROP FUNCTION IF EXISTS ci_version_changes;
CREATE FUNCTION ci_version_changes(old ci_version, new ci_version) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('field', d.field, 'old', d.was, 'new', d.becomes) ORDER BY d.place, d.field), '[]')::text
	FROM (
		VALUES (1, '/class', (SELECT to_jsonb(c.name) FROM ci_class c WHERE c.id = old.class_id), (SELECT to_jsonb(c.name) FROM ci_class c WHERE c.id = new.class_id)),
			(2, '/name', to_jsonb(old.name), to_jsonb(new.name)),
			(3, '/status', to_jsonb(old.status), to_jsonb(new.status)),
			(4, '/owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = old.owner_id), (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = new.owner_id)),
			(5, '/location', to_jsonb(old.location), to_jsonb(new.location)),
			(6, '/external_key', to_jsonb(old.external_key), to_jsonb(new.external_key))
		UNION ALL
		SELECT 7, '/attributes/' || k.key, old.attributes -> k.key, new.attributes -> k.key
		FROM (SELECT jsonb_object_keys(coalesce(old.attributes, '{}')) AS key UNION SELECT jsonb_object_keys(new.attributes)) k
	) AS d (place, field, was, becomes)
	WHERE d.was IS DISTINCT FROM d.becomes
$$;
COMMENT ON FUNCTION ci_version_changes IS 'Fields in which two versions differ, as JSON';

DROP FUNCTION IF EXISTS ci_relate;
CREATE FUNCTION ci_relate(one bigint, relation text, other bigint, actor bigint, at timestamptz, through text,
	OUT created boolean, OUT relation_id bigint, OUT valid_from timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
	gone bigint;
BEGIN
	-- Retiring one of the two waits, or has happened.
	PERFORM FROM ci WHERE id IN (one, other) ORDER BY id FOR SHARE;
	SELECT id INTO gone FROM ci WHERE id IN (one, other) AND phase = 'ended' LIMIT 1;
	IF gone IS NOT NULL THEN
		PERFORM refuse(409, 'ci-retired', format('The CI %s is retired', gone));
	END IF;
	LOOP
		INSERT INTO ci_relation AS r (source_id, type, target_id, valid_from, created_by, origin)
		VALUES (one, relation, other, at, actor, through)
		ON CONFLICT (source_id, type, target_id) WHERE valid_to IS NULL DO NOTHING RETURNING r.id, r.valid_from INTO relation_id, valid_from;
		created := FOUND;
		IF NOT created THEN
			SELECT r.id, r.valid_from INTO relation_id, valid_from FROM ci_relation r
			WHERE r.source_id = one AND r.type = relation AND r.target_id = other AND r.valid_to IS NULL;
		END IF;
		EXIT WHEN relation_id IS NOT NULL;
	END LOOP;
END $$;
COMMENT ON FUNCTION ci_relate IS 'Records a relation, once; says whether it is new';

DROP FUNCTION IF EXISTS ci_use;
CREATE FUNCTION ci_use(item bigint, person bigint, at timestamptz, actor bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	state text;
BEGIN
	SELECT phase INTO state FROM ci WHERE id = item FOR SHARE;
	IF NOT FOUND OR NOT EXISTS (SELECT FROM person p WHERE p.id = person) THEN
		PERFORM refuse(404, 'not-found', CASE WHEN state IS NULL THEN 'There is no such CI' ELSE 'There is no such person' END);
	END IF;
	IF state = 'ended' THEN
		PERFORM refuse(409, 'ci-retired', 'The CI is retired');
	END IF;
	INSERT INTO ci_user (ci_id, person_id, since, added_by) VALUES (item, person, at, actor)
	ON CONFLICT (ci_id, person_id) WHERE until IS NULL DO NOTHING;
END $$;
COMMENT ON FUNCTION ci_use IS 'Records that a person uses a CI, once';

DROP FUNCTION IF EXISTS ci_unuse;
CREATE FUNCTION ci_unuse(item bigint, person bigint, at timestamptz, actor bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM ci WHERE id = item) OR NOT EXISTS (SELECT FROM person p WHERE p.id = person) THEN
		PERFORM refuse(404, 'not-found', 'There is no such CI or person');
	END IF;
	UPDATE ci_user SET until = greatest(at, since), ended_by = actor, ended_via = 'manual' WHERE ci_id = item AND person_id = person AND until IS NULL;
END $$;
COMMENT ON FUNCTION ci_unuse IS 'Ends the use of a CI by a person, if there is one';

-- CIs by a pattern of their words or the beginning of their name. Planned for each call: which index serves depends on what is asked for.
DROP FUNCTION IF EXISTS ci_find;
CREATE FUNCTION ci_find(of_class bigint, in_status text, after_name text, after_id bigint, at_most integer, pattern text, wanted_attributes jsonb, by_beginning boolean)
RETURNS TABLE (ci_id bigint, ci_name text, ci_state text, class_id bigint, class_name text, class_label_en text, class_label_ru text, owner_id bigint,
	owner_name text, place text, source_key text, given text, changed_at timestamptz, state_en text, state_ru text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
	IF by_beginning THEN
		RETURN QUERY SELECT c.id, c.name, c.status, k.id, k.name, k.label_en, k.label_ru, p.id, p.name, c.location, c.external_key, c.attributes::text, c.updated_at,
			ci_state_json(c.class_id, c.status, c.phase, 'en')::text, ci_state_json(c.class_id, c.status, c.phase, 'ru')::text
		FROM ci c JOIN ci_class k ON k.id = c.class_id LEFT JOIN person p ON p.id = c.owner_id
		WHERE (of_class IS NULL OR k.lineage @> ARRAY[of_class]) AND (in_status IS NULL OR c.status = in_status)
			AND (after_name IS NULL OR (c.name, c.id) > (after_name, after_id))
			AND lower(c.name) LIKE lower(pattern) AND (wanted_attributes IS NULL OR c.attributes @> wanted_attributes)
		ORDER BY c.name, c.id LIMIT at_most;
	ELSE
		RETURN QUERY SELECT c.id, c.name, c.status, k.id, k.name, k.label_en, k.label_ru, p.id, p.name, c.location, c.external_key, c.attributes::text, c.updated_at,
			ci_state_json(c.class_id, c.status, c.phase, 'en')::text, ci_state_json(c.class_id, c.status, c.phase, 'ru')::text
		FROM ci c JOIN ci_class k ON k.id = c.class_id LEFT JOIN person p ON p.id = c.owner_id
		WHERE (of_class IS NULL OR k.lineage @> ARRAY[of_class]) AND (in_status IS NULL OR c.status = in_status)
			AND (after_name IS NULL OR (c.name, c.id) > (after_name, after_id))
			AND (pattern IS NULL OR c.search_text LIKE lower(pattern)) AND (wanted_attributes IS NULL OR c.attributes @> wanted_attributes)
		ORDER BY c.name, c.id LIMIT at_most;
	END IF;
END $$;
COMMENT ON FUNCTION ci_find IS 'CIs found by words or beginning, by class, status and attributes, in the order of their names';

-- Who is hit when a CI fails (up), or on what it depends (down). Breadth first, so that each CI comes once, by a shortest path;
-- ways that lead back are not followed again, and retired CIs are not entered. Of equally short paths the one over the CI reached
-- first, then the type's and the CI's order, is taken. Rows come in the order reached; parent 0 is the start.
DROP FUNCTION IF EXISTS cmdb_impact;
CREATE FUNCTION cmdb_impact(start bigint, upwards boolean, depth_max integer, at timestamptz, reached_max integer)
RETURNS TABLE (ci_id bigint, name text, class_id bigint, class_name text, label_en text, label_ru text, depth integer, parent integer, relation text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
	inward text[];
	outward text[];
	ids bigint[] := '{}';
	names text[] := '{}';
	classes bigint[] := '{}';
	parents integer[] := '{}';
	depths integer[] := '{}';
	types text[] := '{}';
	frontier bigint[] := ARRAY[start];
	base integer := -1;
	level integer := 0;
	level_names text[];
	level_classes bigint[];
	level_parents integer[];
	level_types text[];
BEGIN
	SELECT array_agg(t.name) FILTER (WHERE t.impact = 'both' OR (t.impact = 'to_source') = upwards),
		array_agg(t.name) FILTER (WHERE t.impact = 'both' OR (t.impact = 'to_target') = upwards)
	INTO inward, outward FROM relation_type t WHERE t.impact <> 'none';
	-- A type is compared as an expression, so that one descent of the index serves all types.
	WHILE level < depth_max AND cardinality(ids) <= reached_max AND cardinality(frontier) > 0 LOOP
		IF at IS NULL THEN
			SELECT array_agg(e.next), array_agg(e.name), array_agg(e.class_id), array_agg(e.ord), array_agg(e.type)
			INTO frontier, level_names, level_classes, level_parents, level_types FROM (
				SELECT d.next, c.name, c.class_id, d.ord, d.type FROM (
					SELECT DISTINCT ON (s.next) s.next, s.ord, s.type FROM (
						SELECT r.source_id AS next, (f.ord + base)::integer AS ord, r.type
						FROM unnest(frontier) WITH ORDINALITY AS f(id, ord) JOIN ci_relation r ON r.target_id = f.id AND r.valid_to IS NULL
						WHERE r.type || '' = ANY (inward)
						UNION ALL
						SELECT r.target_id, (f.ord + base)::integer, r.type
						FROM unnest(frontier) WITH ORDINALITY AS f(id, ord) JOIN ci_relation r ON r.source_id = f.id AND r.valid_to IS NULL
						WHERE r.type || '' = ANY (outward)
					) s
					WHERE NOT EXISTS (SELECT FROM unnest(ids || start) v WHERE v = s.next)
					ORDER BY s.next, s.ord, s.type
				) d JOIN ci c ON c.id = d.next AND c.phase <> 'ended'
				ORDER BY d.ord, d.type, d.next
			) e;
		ELSE
			SELECT array_agg(e.next), array_agg(e.name), array_agg(e.class_id), array_agg(e.ord), array_agg(e.type)
			INTO frontier, level_names, level_classes, level_parents, level_types FROM (
				SELECT d.next, c.name, c.class_id, d.ord, d.type FROM (
					SELECT DISTINCT ON (s.next) s.next, s.ord, s.type FROM (
						SELECT r.source_id AS next, (f.ord + base)::integer AS ord, r.type
						FROM unnest(frontier) WITH ORDINALITY AS f(id, ord) JOIN ci_relation r ON r.target_id = f.id
						WHERE r.type = ANY (inward) AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
						UNION ALL
						SELECT r.target_id, (f.ord + base)::integer, r.type
						FROM unnest(frontier) WITH ORDINALITY AS f(id, ord) JOIN ci_relation r ON r.source_id = f.id
						WHERE r.type = ANY (outward) AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
					) s
					WHERE NOT EXISTS (SELECT FROM unnest(ids || start) v WHERE v = s.next)
					ORDER BY s.next, s.ord, s.type
				) d CROSS JOIN LATERAL (SELECT v.name, v.class_id, v.phase FROM ci_version v WHERE v.ci_id = d.next AND v.changed_at <= at
					ORDER BY v.changed_at DESC, v.version DESC LIMIT 1) c
				WHERE c.phase <> 'ended'
				ORDER BY d.ord, d.type, d.next
			) e;
		END IF;
		EXIT WHEN frontier IS NULL;
		level := level + 1;
		base := cardinality(ids);
		ids := ids || frontier;
		names := names || level_names;
		classes := classes || level_classes;
		parents := parents || level_parents;
		types := types || level_types;
		depths := depths || array_fill(level, ARRAY[cardinality(frontier)]);
	END LOOP;
	RETURN QUERY SELECT n.id, n.name, k.id, k.name, k.label_en, k.label_ru, n.depth, n.parent, n.relation
	FROM unnest(ids[1:reached_max + 1], names, classes, depths, parents, types) WITH ORDINALITY AS n(id, name, class_id, depth, parent, relation, place)
	JOIN ci_class k ON k.id = n.class_id WHERE n.place <= reached_max + 1 ORDER BY n.place;
END $$;
COMMENT ON FUNCTION cmdb_impact IS 'CIs hit by a failure (upwards) or needed (downwards), by shortest paths; at most reached_max + 1 rows';
