-- How what comes from outside becomes a CI: recognised by the rules of its class, taken as far as its source may say, remembered as what
-- the source said, and undoable with its batch. Re-created at every migration; safe to run again.

-- A value in the form in which values are compared; NULL: it says nothing, and nothing is recognised by it.
DROP FUNCTION IF EXISTS ci_key_form;
CREATE FUNCTION ci_key_form(value text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	form text := lower(btrim(value, E' \t\r\n{}'));
	bare text;
BEGIN
	IF form IS NULL OR form = '' OR octet_length(form) > 300 THEN
		RETURN NULL;
	END IF;
	bare := translate(form, '-:._ /', '');
	-- Nothing but zeros, or three and more of any one character.
	IF bare = '' OR (replace(bare, left(bare, 1), '') = '' AND (length(bare) > 2 OR left(bare, 1) = '0')) OR EXISTS (SELECT FROM ci_junk j WHERE j.value = form) THEN
		RETURN NULL;
	END IF;
	RETURN form;
END $$;
COMMENT ON FUNCTION ci_key_form IS 'A value as it is compared to recognise an item; NULL when it is junk';

-- All that a CI can be recognised by, as rows of ci_key. A list gives one for each element.
DROP FUNCTION IF EXISTS ci_key_values;
CREATE FUNCTION ci_key_values(attributes jsonb) RETURNS TABLE (key text, value text)
LANGUAGE sql STABLE AS $$
	SELECT DISTINCT k.key, ci_key_form(v.value)
	FROM (SELECT DISTINCT unnest(i.keys) AS key FROM ci_identity i) k
	CROSS JOIN LATERAL (
		SELECT attributes ->> k.key AS value WHERE jsonb_typeof(attributes -> k.key) NOT IN ('array', 'object', 'null')
		UNION ALL
		SELECT e FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(attributes -> k.key) = 'array' THEN attributes -> k.key ELSE '[]' END) e) v
	WHERE ci_key_form(v.value) IS NOT NULL
$$;
COMMENT ON FUNCTION ci_key_values IS 'Values of a CI by which it can be recognised';

CREATE OR REPLACE FUNCTION ci_key_keep() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF NEW.attributes = OLD.attributes AND (NEW.phase = 'ended') = (OLD.phase = 'ended') THEN
			RETURN NULL;
		END IF;
		DELETE FROM ci_key k WHERE k.ci_id = NEW.id;
	END IF;
	IF NEW.phase <> 'ended' THEN
		INSERT INTO ci_key (key, value, ci_id) SELECT v.key, v.value, NEW.id FROM ci_key_values(NEW.attributes) v;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_key_keep IS 'Keeps the values by which CIs are recognised';
CREATE OR REPLACE TRIGGER ci_key_keep AFTER INSERT OR UPDATE ON ci FOR EACH ROW EXECUTE FUNCTION ci_key_keep();

CREATE OR REPLACE FUNCTION ci_key_rebuild() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM cmdb_model_own();
	DELETE FROM ci_key;
	INSERT INTO ci_key (key, value, ci_id)
	SELECT v.key, v.value, c.id FROM ci c CROSS JOIN LATERAL ci_key_values(c.attributes) v WHERE c.phase <> 'ended';
END $$;
COMMENT ON FUNCTION ci_key_rebuild IS 'Writes ci_key anew, after the rules or the junk have changed';

CREATE OR REPLACE FUNCTION reconcile_forget() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM reconcile_plan;
	IF TG_TABLE_NAME IN ('ci_identity', 'ci_junk') THEN
		PERFORM ci_key_rebuild();
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION reconcile_forget IS 'Rules changed: what was put together from them is made anew';
CREATE OR REPLACE TRIGGER reconcile_forget AFTER INSERT OR UPDATE OR DELETE ON ci_class FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
CREATE OR REPLACE TRIGGER reconcile_forget AFTER INSERT OR UPDATE OR DELETE ON ci_attribute FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
CREATE OR REPLACE TRIGGER reconcile_forget AFTER INSERT OR UPDATE OR DELETE ON ci_authority FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
CREATE OR REPLACE TRIGGER reconcile_forget AFTER INSERT OR UPDATE OR DELETE ON ci_identity FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
CREATE OR REPLACE TRIGGER reconcile_forget AFTER INSERT OR UPDATE OR DELETE ON ci_junk FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
CREATE OR REPLACE TRIGGER reconcile_forget AFTER UPDATE OR DELETE ON ci_source FOR EACH STATEMENT EXECUTE FUNCTION reconcile_forget();
DO $$ BEGIN
	DELETE FROM reconcile_plan;
	IF NOT EXISTS (SELECT FROM ci_key) THEN
		PERFORM ci_key_rebuild();
	END IF;
END $$;

-- The trust with which a source says a field of a class; 0: it may not set it.
DROP FUNCTION IF EXISTS ci_authority_rank;
CREATE FUNCTION ci_authority_rank(origin text, of_kind text, classes bigint[], of_field text) RETURNS integer
LANGUAGE sql STABLE AS $$
	SELECT coalesce((SELECT CASE WHEN a.may_set THEN coalesce(a.rank, s.rank, 100) ELSE 0 END
		FROM ci_authority a LEFT JOIN ci_source s ON s.name = origin
		WHERE (a.source = origin OR (a.source IS NULL AND (a.kind IS NULL OR a.kind = of_kind)))
			AND (a.class_id IS NULL OR a.class_id = ANY (classes))
			AND (a.field = of_field OR a.field = '*' OR (a.field = '/attributes/*' AND of_field LIKE '/attributes/%'))
		ORDER BY a.source NULLS LAST, a.kind NULLS LAST, coalesce(array_position(classes, a.class_id), 0) DESC, length(a.field) DESC LIMIT 1),
		(SELECT s.rank FROM ci_source s WHERE s.name = origin), 100)
$$;
COMMENT ON FUNCTION ci_authority_rank IS 'Trust of a source in a field of a class (smaller is more); 0: may not set it';

-- Rules of a class for a source, put together once.
DROP FUNCTION IF EXISTS reconcile_plan_make;
CREATE FUNCTION reconcile_plan_make(of_class bigint, origin text, new_kind text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	class ci_class;
	made jsonb;
	of_kind text;
	rules jsonb;
BEGIN
	INSERT INTO ci_source (name, label, kind) VALUES (origin, origin, new_kind) ON CONFLICT DO NOTHING;
	SELECT kind INTO of_kind FROM ci_source WHERE name = origin;
	SELECT * INTO class FROM ci_class WHERE id = of_class;
	IF class.id IS NULL THEN
		PERFORM refuse_field('/class', 'There is no such class');
	END IF;
	SELECT jsonb_agg(jsonb_build_object('keys', i.keys, 'class', i.class_id,
		'strong', NOT i.keys && ARRAY['name', 'location', 'external_key']) ORDER BY cardinality(c.lineage) DESC, i.position)
	INTO rules FROM ci_identity i JOIN ci_class c ON c.id = i.class_id WHERE i.class_id = ANY (class.lineage)
		AND NOT EXISTS (SELECT FROM unnest(i.keys) AS k(name) WHERE k.name NOT IN ('name', 'location', 'external_key')
			AND NOT EXISTS (SELECT FROM ci_attribute a WHERE a.name = k.name AND a.class_id = ANY (class.lineage)));
	SELECT jsonb_build_object('kind', of_kind, 'name', class.name, 'abstract', class.abstract, 'lineage', class.lineage, 'parent', class.parent_id,
		'computed', ci_name_template(class.lineage) IS NOT NULL,
		'types', coalesce(jsonb_object_agg(a.name, a.type) FILTER (WHERE NOT a.retired), '{}'),
		'names', coalesce(jsonb_agg(a.name) FILTER (WHERE NOT a.retired), '[]'),
		'references', coalesce(jsonb_object_agg(a.name, a.reference_class_id) FILTER (WHERE a.type = 'reference' AND NOT a.retired), '{}'),
		'required', coalesce(jsonb_agg(a.name) FILTER (WHERE a.required AND NOT a.retired AND a.default_value IS NULL), '[]'),
		'unique', coalesce(jsonb_object_agg(a.name, a.id) FILTER (WHERE a.unique_within AND NOT a.retired), '{}'),
		'guarded', coalesce(jsonb_agg(a.name) FILTER (WHERE NOT a.retired AND a.type IN ('text', 'mac') AND (a.unique_within
			OR EXISTS (SELECT FROM ci_identity i WHERE i.class_id = ANY (class.lineage) AND i.keys = ARRAY[a.name]))), '[]'),
		'rules', coalesce(rules, jsonb_build_array(jsonb_build_object('keys', jsonb_build_array('name'), 'class', class.lineage[1], 'strong', false))))
	INTO made FROM ci_attribute a WHERE a.class_id = ANY (class.lineage);
	-- rank: what it may; best: the most trusted of all sources, so that nobody need be asked when it is as trusted.
	SELECT made || jsonb_build_object('rank', jsonb_object_agg(f.field, f.rank) FILTER (WHERE f.rank <> 100 OR f.best <> 100),
		'best', jsonb_object_agg(f.field, f.best) FILTER (WHERE f.rank <> 100 OR f.best <> 100))
	INTO made FROM (
		SELECT n.field, ci_authority_rank(origin, of_kind, class.lineage, n.field) AS rank,
			(SELECT min(nullif(ci_authority_rank(s.name, s.kind, class.lineage, n.field), 0)) FROM ci_source s) AS best
		FROM (VALUES ('/name'), ('/status'), ('/owner'), ('/location')) AS n(field)
		UNION ALL
		SELECT '/attributes/' || a.name, ci_authority_rank(origin, of_kind, class.lineage, '/attributes/' || a.name),
			(SELECT min(nullif(ci_authority_rank(s.name, s.kind, class.lineage, '/attributes/' || a.name), 0)) FROM ci_source s)
		FROM ci_attribute a WHERE a.class_id = ANY (class.lineage) AND NOT a.retired) f;
	INSERT INTO reconcile_plan (class_id, source, plan) VALUES (of_class, origin, made) ON CONFLICT (class_id, source) DO UPDATE SET plan = excluded.plan;
	RETURN made;
END $$;
COMMENT ON FUNCTION reconcile_plan_make IS 'Puts together what ci_reconcile needs to know of a class and a source, and keeps it';

-- Which CI is meant: by the source's key, else by the first rule that finds any. Several: candidates, and why.
DROP FUNCTION IF EXISTS ci_identify;
CREATE FUNCTION ci_identify(plan jsonb, origin text, of_class bigint, key text, item_name text, place text, given jsonb,
	OUT match bigint, OUT candidates bigint[], OUT reason text)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_variable
DECLARE
	rule jsonb;
	keys text[];
	form text;
	strong boolean;
	strong_keys text[] := '{}';
	strong_forms text[] := '{}';
	rule_keys text[];
	rule_forms text[];
	fits boolean;
	hits bigint[];
	others bigint[];
	by_name boolean;
	by_place boolean;
	by_key boolean;
BEGIN
	IF key IS NOT NULL THEN
		SELECT c.id INTO match FROM ci c WHERE c.source = origin AND c.external_key = key;
		IF match IS NULL THEN
			SELECT a.ci_id INTO match FROM ci_alias a WHERE a.source = origin AND a.external_key = key;
		END IF;
		IF match IS NOT NULL THEN
			RETURN;
		END IF;
	END IF;
	FOR rule IN SELECT r FROM jsonb_array_elements(plan -> 'rules') r LOOP
		rule_keys := '{}';
		rule_forms := '{}';
		fits := true;
		by_name := false;
		by_place := false;
		by_key := false;
		strong := (rule ->> 'strong')::boolean;
		FOR form IN SELECT k FROM jsonb_array_elements_text(rule -> 'keys') k LOOP
			IF form = 'name' THEN
				by_name := true;
				fits := item_name IS NOT NULL;
			ELSIF form = 'location' THEN
				by_place := true;
				fits := coalesce(place, '') <> '';
			ELSIF form = 'external_key' THEN
				by_key := true;
				fits := key IS NOT NULL;
			ELSE
				rule_keys := rule_keys || form;
				IF jsonb_typeof(given -> form) = 'array' THEN
					SELECT min(f) INTO form FROM (SELECT ci_key_form(e) AS f FROM jsonb_array_elements_text(given -> form) e) x;
				ELSE
					form := ci_key_form(given ->> form);
				END IF;
				rule_forms := rule_forms || form;
				fits := form IS NOT NULL;
			END IF;
			EXIT WHEN NOT fits;
		END LOOP;
		CONTINUE WHEN NOT fits;
		IF strong AND cardinality(rule_keys) = 1 THEN
			strong_keys := strong_keys || rule_keys;
			strong_forms := strong_forms || rule_forms;
		END IF;
		IF cardinality(rule_keys) > 0 THEN
			SELECT array_agg(c.id ORDER BY c.id) INTO hits FROM ci_key k JOIN ci c ON c.id = k.ci_id JOIN ci_class cc ON cc.id = c.class_id
			WHERE k.value = rule_forms[1] AND k.key = rule_keys[1] AND (rule ->> 'class')::bigint = ANY (cc.lineage)
				AND (cardinality(rule_keys) = 1 OR NOT EXISTS (SELECT FROM unnest(rule_keys, rule_forms) AS w(k, v)
					WHERE NOT EXISTS (SELECT FROM ci_key o WHERE o.ci_id = c.id AND o.key = w.k AND o.value = w.v)))
				AND (NOT by_name OR lower(c.name) = lower(item_name)) AND (NOT by_place OR lower(c.location) = lower(place))
				AND (NOT by_key OR c.external_key = key);
		ELSIF by_name THEN
			SELECT array_agg(c.id ORDER BY c.id) INTO hits FROM ci c JOIN ci_class cc ON cc.id = c.class_id
			WHERE lower(c.name) = lower(item_name) AND c.phase <> 'ended'
				AND (c.class_id = of_class OR (plan ->> 'kind' = 'agent' AND cc.parent_id = (plan ->> 'parent')::bigint))
				AND (NOT by_place OR lower(c.location) = lower(place)) AND (NOT by_key OR c.external_key = key);
		ELSIF by_key THEN
			SELECT array_agg(c.id ORDER BY c.id) INTO hits FROM ci c JOIN ci_class cc ON cc.id = c.class_id
			WHERE c.external_key = key AND c.phase <> 'ended' AND (rule ->> 'class')::bigint = ANY (cc.lineage)
				AND (NOT by_place OR lower(c.location) = lower(place));
		ELSE
			CONTINUE;
		END IF;
		CONTINUE WHEN hits IS NULL;
		-- The source knows these by other keys: for it they are other items.
		IF key IS NOT NULL THEN
			SELECT array_agg(c.id ORDER BY c.id) INTO others FROM ci c WHERE c.id = ANY (hits)
				AND ((c.source = origin AND c.external_key <> key) OR EXISTS (SELECT FROM ci_alias a WHERE a.ci_id = c.id AND a.source = origin AND a.external_key <> key));
			IF others IS NOT NULL AND strong AND cardinality(hits) = cardinality(others) THEN
				candidates := hits[1:10];
				reason := 'contradiction';
				RETURN;
			END IF;
			IF others IS NOT NULL THEN
				SELECT array_agg(h ORDER BY h) INTO hits FROM unnest(hits) h WHERE h <> ALL (others);
			END IF;
		END IF;
		-- A weak sign does not stand against a strong one: same name, another serial number.
		IF hits IS NOT NULL AND NOT strong AND cardinality(strong_keys) > 0 THEN
			SELECT array_agg(h ORDER BY h) INTO hits FROM unnest(hits) h
			WHERE NOT EXISTS (SELECT FROM unnest(strong_keys, strong_forms) AS s(k, v) JOIN ci_key o ON o.ci_id = h AND o.key = s.k
				GROUP BY s.k, s.v HAVING NOT bool_or(o.value = s.v));
		END IF;
		CONTINUE WHEN hits IS NULL;
		IF cardinality(hits) = 1 THEN
			match := hits[1];
		ELSE
			candidates := hits[1:10];
			reason := 'several';
		END IF;
		RETURN;
	END LOOP;
END $$;
COMMENT ON FUNCTION ci_identify IS 'The CI that an item from outside means, or those that it could mean';

-- References by name, id or key of the source become ids; what does not fit its type or is unknown is an error (a table) or left out and
-- noted as delivered but not recorded (an agent).
DROP FUNCTION IF EXISTS reconcile_values;
CREATE FUNCTION reconcile_values(plan jsonb, origin text, of_class bigint, at timestamptz, trial bigint, INOUT given jsonb, INOUT errors jsonb)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	item record;
	hits bigint[];
	wanted bigint;
	known text[] := ARRAY(SELECT jsonb_array_elements_text(plan -> 'names'));
	strange jsonb := given - known;
BEGIN
	IF strange <> '{}' THEN
		FOR item IN SELECT e.key, e.value FROM jsonb_each(strange) e LOOP
			IF plan ->> 'kind' = 'agent' THEN
				PERFORM source_column_note(origin, of_class, item.key, 1, CASE WHEN item.value IN ('null', '""') THEN 0 ELSE 1 END, 1, ARRAY[left(item.value #>> '{}', 100)], at);
			ELSE
				errors := errors || jsonb_build_object('pointer', '/attributes/' || item.key, 'detail', format('the class %s has no such attribute', plan ->> 'name'));
			END IF;
		END LOOP;
		given := given - ARRAY(SELECT jsonb_object_keys(strange));
	END IF;
	IF plan ->> 'kind' = 'agent' THEN
		FOR item IN SELECT e.key, e.value, plan -> 'types' ->> e.key AS type FROM jsonb_each(given) e
			WHERE jsonb_typeof(e.value) <> 'null' AND CASE plan -> 'types' ->> e.key WHEN 'integer' THEN jsonb_typeof(e.value) <> 'number' OR e.value::text LIKE '%.%'
				WHEN 'boolean' THEN jsonb_typeof(e.value) <> 'boolean' WHEN 'json' THEN false WHEN 'reference' THEN jsonb_typeof(e.value) NOT IN ('number', 'string')
				ELSE jsonb_typeof(e.value) <> 'string' OR e.value = '""' END LOOP
			errors := errors || jsonb_build_object('pointer', '/attributes/' || item.key, 'detail', format('is not a value of the type %s in stored form', item.type));
		END LOOP;
	END IF;
	IF plan -> 'references' <> '{}' THEN
		FOR item IN SELECT e.key, e.value #>> '{}' AS cell, jsonb_typeof(e.value) AS form, (plan -> 'references' ->> e.key)::bigint AS class FROM jsonb_each(given) e
			WHERE plan -> 'references' ? e.key AND jsonb_typeof(e.value) IN ('string', 'number') LOOP
			hits := NULL;
			wanted := CASE WHEN item.cell ~ '^[1-9][0-9]{0,17}$' THEN item.cell::bigint END;
			IF item.form = 'string' THEN
				SELECT array_agg(r.id) INTO hits FROM (SELECT t.id FROM ci t JOIN ci_class c ON c.id = t.class_id
					WHERE lower(t.name) = lower(item.cell) AND t.phase <> 'ended' AND (item.class IS NULL OR item.class = ANY (c.lineage)) LIMIT 2) r;
				IF hits IS NULL THEN
					SELECT array_agg(t.id) INTO hits FROM ci t JOIN ci_class c ON c.id = t.class_id
					WHERE t.source = origin AND t.external_key = item.cell AND t.phase <> 'ended' AND (item.class IS NULL OR item.class = ANY (c.lineage));
				END IF;
			END IF;
			IF hits IS NULL AND wanted IS NOT NULL THEN
				SELECT array_agg(t.id) INTO hits FROM ci t JOIN ci_class c ON c.id = t.class_id
				WHERE t.id = wanted AND t.phase <> 'ended' AND (item.class IS NULL OR item.class = ANY (c.lineage));
			END IF;
			-- A trial run has not made the rows of its own table.
			IF hits IS NULL AND trial IS NOT NULL THEN
				CONTINUE WHEN EXISTS (SELECT FROM cmdb_import_item o JOIN ci_class c ON c.id = o.class_id
					WHERE o.import_id = trial AND lower(o.name) = lower(item.cell) AND o.errors IS NULL AND (item.class IS NULL OR item.class = ANY (c.lineage)));
			END IF;
			IF hits IS NULL OR cardinality(hits) > 1 THEN
				errors := errors || jsonb_build_object('pointer', '/attributes/' || item.key, 'detail', CASE WHEN hits IS NULL
					THEN format('There is no CI "%s" of the right class in use', item.cell) ELSE format('Several CIs are called "%s"', item.cell) END);
			ELSE
				given := given || jsonb_build_object(item.key, hits[1]);
			END IF;
		END LOOP;
	END IF;
END $$;
COMMENT ON FUNCTION reconcile_values IS 'Values from outside in stored form, or why not';

-- Delivered but not recorded; the figures of one delivery replace those of the last, and those of one instant add up.
DROP FUNCTION IF EXISTS source_column_note;
CREATE FUNCTION source_column_note(origin text, of_class bigint, column_name text, row_count bigint, filled_count bigint, distinct_count bigint, values_seen text[],
	at timestamptz) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO source_column AS c (source, class_id, name, rows, filled, distinct_estimate, sample, last_at)
	VALUES (origin, of_class, left(column_name, 200), row_count, filled_count, distinct_count, values_seen, at)
	ON CONFLICT (source, class_id, name) DO UPDATE SET
		rows = excluded.rows + CASE WHEN c.last_at = excluded.last_at THEN c.rows ELSE 0 END,
		filled = excluded.filled + CASE WHEN c.last_at = excluded.last_at THEN c.filled ELSE 0 END,
		distinct_estimate = greatest(excluded.distinct_estimate, cardinality(c.sample)),
		sample = (SELECT array_agg(v) FROM (SELECT DISTINCT v FROM unnest(excluded.sample || c.sample) v WHERE v IS NOT NULL LIMIT 5) x),
		last_at = excluded.last_at
$$;
COMMENT ON FUNCTION source_column_note IS 'Notes a column that a source delivers and nobody records';
