-- States of CIs and their computed names, which the rules of CIs build on. Re-created at every migration; safe to run again.

-- The states of a class. Of several of one name the lowest in the lineage holds; those that are not offered are left out.
DROP FUNCTION IF EXISTS ci_states;
CREATE FUNCTION ci_states(of_class bigint)
RETURNS TABLE (name text, label_en text, label_ru text, colour text, kind text, "position" integer, declared_by bigint)
LANGUAGE sql STABLE AS $$
	SELECT d.name, d.label_en, d.label_ru, d.colour, d.kind, d.position, d.class_id FROM (
		SELECT DISTINCT ON (s.name) s.* FROM ci_class c JOIN ci_state s ON s.class_id IS NULL OR s.class_id = ANY (c.lineage)
		WHERE c.id = of_class ORDER BY s.name, coalesce(array_position(c.lineage, s.class_id), 0) DESC) d
	WHERE d.offered
$$;
COMMENT ON FUNCTION ci_states IS 'States that a CI of the class may be in';

DROP FUNCTION IF EXISTS ci_state_kind;
CREATE FUNCTION ci_state_kind(of_class bigint, state text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN d.offered THEN d.kind END FROM (
		SELECT s.offered, s.kind FROM ci_class c JOIN ci_state s ON s.class_id IS NULL OR s.class_id = ANY (c.lineage)
		WHERE c.id = of_class AND s.name = state ORDER BY coalesce(array_position(c.lineage, s.class_id), 0) DESC LIMIT 1) d
$$;
COMMENT ON FUNCTION ci_state_kind IS 'What a state means for a class; NULL: the class has no such state';

DROP FUNCTION IF EXISTS ci_state_first;
CREATE FUNCTION ci_state_first(of_class bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT s.name FROM ci_states(of_class) s ORDER BY s.name = 'in_use' DESC, s.kind = 'live' DESC, s.kind = 'ended', s.position, s.name LIMIT 1
$$;
COMMENT ON FUNCTION ci_state_first IS 'State of a new CI of which nothing else is said: in_use, or else the first live one';

DROP FUNCTION IF EXISTS ci_state_json;
CREATE FUNCTION ci_state_json(of_class bigint, state text, phase text, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce((SELECT jsonb_build_object('name', d.name, 'label', CASE language WHEN 'ru' THEN d.label_ru ELSE d.label_en END,
			'colour', d.colour, 'kind', phase) FROM (
			SELECT s.* FROM ci_class c JOIN ci_state s ON s.class_id IS NULL OR s.class_id = ANY (c.lineage)
			WHERE c.id = of_class AND s.name = state ORDER BY coalesce(array_position(c.lineage, s.class_id), 0) DESC LIMIT 1) d),
		jsonb_build_object('name', state, 'label', state, 'colour', 'neutral', 'kind', phase))
$$;
COMMENT ON FUNCTION ci_state_json IS 'A state with its label; one that the model no longer knows is named as it was';

-- Until the end of the transaction who changes the model, and when: what the change does to CIs is recorded under it.
CREATE OR REPLACE FUNCTION cmdb_model_actor() RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('vakhta.model_actor', true), '')::bigint $$;
COMMENT ON FUNCTION cmdb_model_actor IS 'Who changes the model in this transaction; NULL: a program';

CREATE OR REPLACE FUNCTION cmdb_model_instant() RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT coalesce(nullif(current_setting('vakhta.model_at', true), '')::timestamptz, date_trunc('second', now())) $$;
COMMENT ON FUNCTION cmdb_model_instant IS 'When the model is changed in this transaction';

CREATE OR REPLACE FUNCTION ci_state_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM cmdb_model_own();
	IF TG_OP = 'UPDATE' AND (NEW.name <> OLD.name OR NEW.class_id IS DISTINCT FROM OLD.class_id) THEN
		PERFORM refuse(409, 'state-fixed', 'Name and class of a state never change');
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_state_guard IS 'Keeps names of states; the model is held alone';
CREATE OR REPLACE TRIGGER ci_state_guard BEFORE INSERT OR UPDATE OR DELETE ON ci_state FOR EACH ROW EXECUTE FUNCTION ci_state_guard();

-- CIs stay in states that they have, and mean what the state means now.
CREATE OR REPLACE FUNCTION ci_state_settle() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	state text := CASE TG_OP WHEN 'DELETE' THEN OLD.name ELSE NEW.name END;
	of_class bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.class_id ELSE NEW.class_id END;
	stuck bigint;
BEGIN
	SELECT count(*) INTO stuck FROM ci_class c JOIN ci ON ci.class_id = c.id AND ci.status = state
	WHERE (of_class IS NULL OR of_class = ANY (c.lineage)) AND ci_state_kind(c.id, state) IS NULL;
	IF stuck > 0 THEN
		PERFORM refuse(409, 'state-in-use', format('%s CIs are in the state %s', stuck, state), jsonb_build_object('cis', stuck));
	END IF;
	UPDATE ci SET updated_at = cmdb_model_instant(), changed_by = cmdb_model_actor(), changed_via = 'model', change_ticket_id = NULL
	FROM ci_class c WHERE c.id = ci.class_id AND ci.status = state AND (of_class IS NULL OR of_class = ANY (c.lineage))
		AND ci.phase <> ci_state_kind(c.id, state);
	UPDATE ci_class SET version = version + 1 WHERE of_class IS NULL OR lineage @> ARRAY[of_class];
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_state_settle IS 'After a change of a state: CIs in it, versions of the classes';
CREATE OR REPLACE TRIGGER ci_state_settle AFTER INSERT OR UPDATE OR DELETE ON ci_state FOR EACH ROW EXECUTE FUNCTION ci_state_settle();

-- Names: {attribute}, {location}, {external_key}.
CREATE OR REPLACE FUNCTION ci_name_template(lineage bigint[]) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT k.name_template FROM ci_class k WHERE k.id = ANY (lineage) AND k.name_template IS NOT NULL ORDER BY cardinality(k.lineage) DESC LIMIT 1
$$;
COMMENT ON FUNCTION ci_name_template IS 'Template that holds for a lineage: the lowest one';

-- What has no value leaves no trace: brackets around it and separators beside it go too.
CREATE OR REPLACE FUNCTION ci_computed_name(template text, attributes jsonb, location text, external_key text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	part text;
	value text;
	name text := template;
	any_value boolean := false;
BEGIN
	FOR part IN SELECT DISTINCT m[1] FROM regexp_matches(template, '\{([a-z][a-z0-9_]*)\}', 'g') AS m LOOP
		value := coalesce(nullif(CASE part WHEN 'location' THEN location WHEN 'external_key' THEN external_key END, ''), attributes ->> part, '');
		any_value := any_value OR value <> '';
		name := replace(name, '{' || part || '}', replace(replace(value, '{', '('), '}', ')'));
	END LOOP;
	IF NOT any_value THEN
		RETURN NULL;
	END IF;
	name := regexp_replace(name, '\(\s*\)|\[\s*\]|«\s*»|""', '', 'g');
	name := regexp_replace(name, '\s+', ' ', 'g');
	name := regexp_replace(name, '^[\s,;:/|·–—-]+|[\s,;:/|·–—-]+$', '', 'g');
	RETURN nullif(left(name, 200), '');
END $$;
COMMENT ON FUNCTION ci_computed_name IS 'A display name by its template; NULL when nothing that it names has a value';
