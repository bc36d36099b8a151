-- Queries of CIs: a compiled tree (docs/cmdb-queries.md, cmdb/query) is evaluated set by set, each kind of node by a statement of its own.
-- A node is {"k": kind, …}; it takes ids and gives those of them for which it holds. A comparison with what is not there does not hold.

CREATE OR REPLACE FUNCTION ci_value_number(value jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN jsonb_typeof(value) = 'number' OR value #>> '{}' ~ '^-?[0-9]{1,40}([.][0-9]{1,40})?$' THEN (value #>> '{}')::numeric END
$$;
COMMENT ON FUNCTION ci_value_number IS 'A stored value as number, NULL when it is none';

-- Values for the index: of attributes that are indexed or unique.
CREATE OR REPLACE FUNCTION ci_value_keep() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		DELETE FROM ci_value WHERE ci_id = NEW.id;
	END IF;
	INSERT INTO ci_value (ci_id, attribute_id, number, word)
	SELECT NEW.id, v.id, v.number, CASE WHEN v.number IS NULL THEN v.word END FROM (
		SELECT a.id, CASE WHEN a.type IN ('integer', 'decimal', 'reference') THEN ci_value_number(NEW.attributes -> a.name) END AS number,
			CASE WHEN a.type NOT IN ('integer', 'decimal', 'reference') THEN left(NEW.attributes ->> a.name, 400) END AS word
		FROM ci_class c JOIN ci_attribute a ON a.class_id = ANY (c.lineage)
		WHERE c.id = NEW.class_id AND (a.indexed OR a.unique_within) AND NOT a.retired AND a.type <> 'json' AND jsonb_exists(NEW.attributes, a.name)) v
	WHERE v.number IS NOT NULL OR v.word IS NOT NULL;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_value_keep IS 'Writes the values of a CI into ci_value';
CREATE OR REPLACE TRIGGER ci_value_made AFTER INSERT ON ci FOR EACH ROW WHEN (NEW.attributes <> '{}') EXECUTE FUNCTION ci_value_keep();
CREATE OR REPLACE TRIGGER ci_value_changed AFTER UPDATE ON ci FOR EACH ROW
	WHEN (NEW.attributes IS DISTINCT FROM OLD.attributes OR NEW.class_id <> OLD.class_id) EXECUTE FUNCTION ci_value_keep();

CREATE OR REPLACE FUNCTION ci_value_settle() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	was boolean := TG_OP = 'UPDATE' AND (OLD.indexed OR OLD.unique_within) AND NOT OLD.retired;
	becomes boolean := (NEW.indexed OR NEW.unique_within) AND NOT NEW.retired AND NEW.type <> 'json';
BEGIN
	IF was AND (NOT becomes OR NEW.type <> OLD.type) THEN
		DELETE FROM ci_value WHERE attribute_id = NEW.id;
	END IF;
	IF becomes AND (NOT was OR NEW.type <> OLD.type) THEN
		INSERT INTO ci_value (ci_id, attribute_id, number, word)
		SELECT v.id, NEW.id, v.number, CASE WHEN v.number IS NULL THEN v.word END FROM (
			SELECT ci.id, CASE WHEN NEW.type IN ('integer', 'decimal', 'reference') THEN ci_value_number(ci.attributes -> NEW.name) END AS number,
				CASE WHEN NEW.type NOT IN ('integer', 'decimal', 'reference') THEN left(ci.attributes ->> NEW.name, 400) END AS word
			FROM ci JOIN ci_class c ON c.id = ci.class_id WHERE NEW.class_id = ANY (c.lineage) AND jsonb_exists(ci.attributes, NEW.name)) v
		WHERE v.number IS NOT NULL OR v.word IS NOT NULL
		ON CONFLICT DO NOTHING;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_value_settle IS 'After a change of an attribute: fills or empties its index';
CREATE OR REPLACE TRIGGER ci_value_settle AFTER INSERT OR UPDATE ON ci_attribute FOR EACH ROW EXECUTE FUNCTION ci_value_settle();

-- CIs as they are (at NULL) or as they were; those that were not recorded yet are missing.
DROP FUNCTION IF EXISTS ci_as_were;
CREATE FUNCTION ci_as_were(ids bigint[], at timestamptz)
RETURNS TABLE (id bigint, version integer, class_id bigint, name text, status text, attributes jsonb, owner_id bigint, location text, external_key text,
	source text, created_at timestamptz, updated_at timestamptz, words text, phase text)
LANGUAGE sql STABLE ROWS 1000 AS $$
	SELECT c.id, c.version, c.class_id, c.name, c.status::text, c.attributes, c.owner_id, c.location, c.external_key, c.source, c.created_at, c.updated_at, c.search_text, c.phase
	FROM unnest(ids) AS i(id) JOIN ci c ON c.id = i.id WHERE at IS NULL
	UNION ALL
	SELECT c.id, v.version, v.class_id, v.name, v.status::text, v.attributes, v.owner_id, v.location, v.external_key, c.source, c.created_at, v.changed_at,
		lower(v.name || ' ' || coalesce(v.external_key, '') || ' ' || coalesce(v.location, '')
			|| ' ' || coalesce(jsonb_path_query_array(v.attributes, '$.*')::text, '')), v.phase
	FROM unnest(ids) AS i(id) JOIN ci c ON c.id = i.id CROSS JOIN LATERAL (SELECT w.* FROM ci_version w
		WHERE w.ci_id = i.id AND w.changed_at <= at ORDER BY w.changed_at DESC, w.version DESC LIMIT 1) v
	WHERE at IS NOT NULL
$$;
COMMENT ON FUNCTION ci_as_were IS 'CIs as they are, or as they were at an instant';

CREATE OR REPLACE FUNCTION ci_query_compares(op text, one numeric, other numeric, many numeric[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE op WHEN 'eq' THEN one = other WHEN 'ne' THEN one <> other WHEN 'lt' THEN one < other WHEN 'le' THEN one <= other
		WHEN 'gt' THEN one > other WHEN 'ge' THEN one >= other WHEN 'in' THEN one = ANY (many) WHEN 'has' THEN one IS NOT NULL ELSE false END
$$;
COMMENT ON FUNCTION ci_query_compares IS 'A comparison of numbers';

CREATE OR REPLACE FUNCTION ci_query_reads(op text, one text, other text, many text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE op WHEN 'eq' THEN one = other WHEN 'ne' THEN one <> other WHEN 'lt' THEN one COLLATE "C" < other WHEN 'le' THEN one COLLATE "C" <= other
		WHEN 'gt' THEN one COLLATE "C" > other WHEN 'ge' THEN one COLLATE "C" >= other WHEN 'in' THEN one = ANY (many)
		WHEN 'like' THEN lower(one) LIKE lower(other) WHEN 'has' THEN one IS NOT NULL AND one <> '' ELSE false END
$$;
COMMENT ON FUNCTION ci_query_reads IS 'A comparison of texts, days and instants';

CREATE OR REPLACE FUNCTION ci_query_texts(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN jsonb_typeof(list) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(list)) END $$;
COMMENT ON FUNCTION ci_query_texts IS 'A list of a tree as texts';

DROP FUNCTION IF EXISTS ci_query_eval;
CREATE FUNCTION ci_query_eval(ids bigint[], node jsonb, at timestamptz, teams bigint[], reads_all boolean, actor bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
	kind text := node ->> 'k';
	op text := node ->> 'op';
	attribute text := node ->> 'name';
	classes bigint[] := ci_query_texts(node -> 'classes')::bigint[];
	relation text := node ->> 'type';
	since timestamptz := node ->> 'since';
	wanted bigint;
	child jsonb;
	one text;
	many text[];
	number numeric;
	numbers numeric[];
	others bigint[];
	mine bigint[];
	held bigint[] := '{}';
	rest bigint[] := ids;
BEGIN
	IF ids IS NULL OR cardinality(ids) = 0 THEN
		RETURN '{}';
	END IF;
	CASE kind
	WHEN 'and' THEN
		FOR child IN SELECT jsonb_array_elements(node -> 'of') LOOP
			rest := ci_query_eval(rest, child, at, teams, reads_all, actor);
			EXIT WHEN cardinality(rest) = 0;
		END LOOP;
		RETURN rest;
	WHEN 'or' THEN
		FOR child IN SELECT jsonb_array_elements(node -> 'of') LOOP
			mine := ci_query_eval(rest, child, at, teams, reads_all, actor);
			CONTINUE WHEN cardinality(mine) = 0;
			held := held || mine;
			rest := ARRAY(SELECT unnest(rest) EXCEPT SELECT unnest(mine));
			EXIT WHEN cardinality(rest) = 0;
		END LOOP;
		RETURN held;
	WHEN 'not' THEN
		mine := ci_query_eval(ids, node -> 'of', at, teams, reads_all, actor);
		-- What was not recorded yet is not there to be denied.
		RETURN ARRAY(SELECT unnest(CASE WHEN at IS NULL THEN ids ELSE ARRAY(SELECT s.id FROM ci_as_were(ids, at) s) END) EXCEPT SELECT unnest(mine));
	WHEN 'class' THEN
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s WHERE s.class_id = ANY (classes));
	WHEN 'number' THEN
		number := CASE WHEN op <> 'in' THEN node ->> 'v' END;
		numbers := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v')::numeric[] END;
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s WHERE s.class_id = ANY (classes)
			AND ci_query_compares(op, ci_value_number(s.attributes -> attribute), number, numbers));
	WHEN 'word' THEN
		one := CASE WHEN op <> 'in' THEN node ->> 'v' END;
		many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') END;
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s WHERE s.class_id = ANY (classes)
			AND ci_query_reads(op, s.attributes ->> attribute, one, many));
	WHEN 'field' THEN
		one := CASE WHEN op <> 'in' THEN node ->> 'v' END;
		many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') END;
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s
			WHERE ci_query_reads(op, CASE attribute WHEN 'name' THEN s.name WHEN 'status' THEN s.status WHEN 'location' THEN s.location
				WHEN 'external_key' THEN s.external_key WHEN 'source' THEN s.source WHEN 'created_at' THEN instant_text(s.created_at)
				WHEN 'updated_at' THEN instant_text(s.updated_at) END, one, many));
	WHEN 'id' THEN
		number := CASE WHEN op <> 'in' THEN node ->> 'v' END;
		numbers := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v')::numeric[] END;
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s WHERE ci_query_compares(op, s.id, number, numbers));
	WHEN 'words' THEN
		one := node ->> 'v';
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s WHERE s.words LIKE lower(one));
	WHEN 'owner' THEN
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s LEFT JOIN person p ON p.id = s.owner_id
			WHERE CASE WHEN op = 'has' THEN p.id IS NOT NULL ELSE ci_query_person(p, node, actor) END);
	WHEN 'user' THEN
		RETURN ARRAY(SELECT DISTINCT u.ci_id FROM ci_user u JOIN person p ON p.id = u.person_id
			WHERE u.ci_id = ANY (ids) AND CASE WHEN at IS NULL THEN u.until IS NULL ELSE u.since <= at AND (u.until IS NULL OR u.until > at) END
				AND (op = 'has' OR ci_query_person(p, node, actor)));
	WHEN 'reference' THEN
		others := ARRAY(SELECT DISTINCT ci_value_number(s.attributes -> attribute)::bigint FROM ci_as_were(ids, at) s
			WHERE s.class_id = ANY (classes) AND jsonb_exists(s.attributes, attribute));
		others := ci_query_eval(others, node -> 'of', at, teams, reads_all, actor);
		RETURN ARRAY(SELECT s.id FROM ci_as_were(ids, at) s
			WHERE s.class_id = ANY (classes) AND ci_value_number(s.attributes -> attribute)::bigint = ANY (others));
	WHEN 'relation' THEN
		wanted := (node ->> 'v')::bigint;
		SELECT coalesce(array_agg(e.mine), '{}'), coalesce(array_agg(e.other), '{}') INTO mine, others FROM (
			SELECT r.source_id AS mine, r.target_id AS other FROM unnest(ids) AS i(id) JOIN ci_relation r ON r.source_id = i.id AND r.valid_to IS NULL
			WHERE at IS NULL AND node ->> 'way' = 'out' AND r.type || '' = relation
			UNION ALL
			SELECT r.target_id, r.source_id FROM unnest(ids) AS i(id) JOIN ci_relation r ON r.target_id = i.id AND r.valid_to IS NULL
			WHERE at IS NULL AND node ->> 'way' = 'in' AND r.type || '' = relation
			UNION ALL
			SELECT r.source_id, r.target_id FROM unnest(ids) AS i(id) JOIN ci_relation r ON r.source_id = i.id AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
			WHERE at IS NOT NULL AND node ->> 'way' = 'out' AND r.type = relation
			UNION ALL
			SELECT r.target_id, r.source_id FROM unnest(ids) AS i(id) JOIN ci_relation r ON r.target_id = i.id AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
			WHERE at IS NOT NULL AND node ->> 'way' = 'in' AND r.type = relation) e;
		IF node ? 'of' THEN
			held := ci_query_eval(ARRAY(SELECT DISTINCT o FROM unnest(others) o), node -> 'of', at, teams, reads_all, actor);
		END IF;
		RETURN ARRAY(SELECT i.id FROM unnest(ids) AS i(id) LEFT JOIN (
				SELECT p.mine, count(DISTINCT p.other) AS n FROM unnest(mine, others) AS p(mine, other)
				WHERE NOT node ? 'of' OR p.other IN (SELECT unnest(held)) GROUP BY p.mine) c ON c.mine = i.id
			WHERE ci_query_compares(op, coalesce(c.n, 0), wanted, NULL));
	WHEN 'tickets' THEN
		wanted := (node ->> 'v')::bigint;
		RETURN ARRAY(SELECT i.id FROM unnest(ids) AS i(id) LEFT JOIN (
				SELECT l.ci_id, count(DISTINCT t.id) AS n
				FROM (SELECT k.ci_id, k.ticket_id, k.role::text AS role FROM ticket_ci k WHERE k.ci_id = ANY (ids)
					UNION ALL SELECT s.service_id, s.id, 'affected' FROM ticket s WHERE s.service_id = ANY (ids)) l JOIN ticket t ON t.id = l.ticket_id
				WHERE (reads_all OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (teams))
					AND (node ->> 'open' IS NULL OR (t.status NOT IN ('resolved', 'closed', 'cancelled')) = (node ->> 'open')::boolean)
					AND (node ->> 'kind' IS NULL OR t.kind::text = node ->> 'kind')
					AND (node ->> 'role' IS NULL OR l.role = node ->> 'role')
					AND (since IS NULL OR t.opened_at >= since)
					AND (node ->> 'priority_op' IS NULL OR ci_query_compares(node ->> 'priority_op', t.priority, (node ->> 'priority')::numeric, NULL))
				GROUP BY l.ci_id) c ON c.ci_id = i.id
			WHERE ci_query_compares(op, coalesce(c.n, 0), wanted, NULL));
	END CASE;
END $$;
COMMENT ON FUNCTION ci_query_eval IS 'Those of the CIs for which a compiled query holds';

-- Person by login, name or "me".
CREATE OR REPLACE FUNCTION ci_query_person(p person, node jsonb, actor bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p.id IS NULL THEN false
		WHEN node ->> 'op' = 'like' THEN lower(p.name) LIKE lower(node ->> 'v') OR p.login LIKE lower(node ->> 'v')
		ELSE (CASE WHEN node ->> 'v' = 'me' THEN p.id = actor ELSE p.login = lower(node ->> 'v') OR lower(p.name) = lower(node ->> 'v') END)
			= (node ->> 'op' <> 'ne') END
$$;
COMMENT ON FUNCTION ci_query_person IS 'Whether a query means this person';

-- A superset of what the node holds for, when an index says that it is small; NULL: not known to be. Only of today.
-- `dear`: also what reads long lists of an index before it knows.
DROP FUNCTION IF EXISTS ci_query_small;
CREATE FUNCTION ci_query_small(node jsonb, at_most integer, dear boolean, actor bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off SET enable_seqscan = off AS $$
DECLARE
	kind text := node ->> 'k';
	op text := node ->> 'op';
	low text := node ->> 'v';
	attribute_ids bigint[] := ci_query_texts(node -> 'index')::bigint[];
	bound numeric;
	many text[];
	child jsonb;
	found bigint[];
	best bigint[];
BEGIN
	CASE kind
	WHEN 'and' THEN
		FOR child IN SELECT jsonb_array_elements(node -> 'of') LOOP
			-- Beside a condition on an indexed attribute a search through texts is not worth its price.
			CONTINUE WHEN dear AND child ->> 'op' = 'like' AND jsonb_path_exists(node, '$.of[*].index');
			found := ci_query_small(child, coalesce(cardinality(best), at_most), dear, actor);
			IF found IS NOT NULL THEN
				best := found;
				EXIT WHEN cardinality(best) <= 100;
			END IF;
		END LOOP;
		RETURN best;
	WHEN 'or' THEN
		best := '{}';
		FOR child IN SELECT jsonb_array_elements(node -> 'of') LOOP
			found := ci_query_small(child, at_most, dear, actor);
			IF found IS NULL THEN
				RETURN NULL;
			END IF;
			best := best || found;
		END LOOP;
		best := ARRAY(SELECT DISTINCT unnest(best));
	WHEN 'number' THEN
		IF attribute_ids IS NULL OR op NOT IN ('eq', 'in', 'lt', 'le', 'gt', 'ge') THEN
			IF op = 'eq' AND dear THEN
				best := ARRAY(SELECT c.id FROM ci c WHERE c.attributes @> jsonb_build_object(node ->> 'name', node -> 'stored') LIMIT at_most + 1);
			END IF;
		ELSIF op IN ('eq', 'in') THEN
			many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') ELSE ARRAY[low] END;
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a AND v.number = ANY (many::numeric[]) LIMIT at_most + 1);
		ELSIF op IN ('lt', 'le') THEN
			bound := low;
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a AND v.number <= bound LIMIT at_most + 1);
		ELSE
			bound := low;
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a AND v.number >= bound LIMIT at_most + 1);
		END IF;
	WHEN 'word' THEN
		IF attribute_ids IS NOT NULL AND op IN ('eq', 'in') THEN
			many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') ELSE ARRAY[low] END;
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a
				AND v.word = ANY (ARRAY(SELECT left(m, 400) FROM unnest(many) m)) LIMIT at_most + 1);
		ELSIF attribute_ids IS NOT NULL AND op IN ('lt', 'le') THEN
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a AND v.word <= left(low, 400) COLLATE "C" LIMIT at_most + 1);
		ELSIF attribute_ids IS NOT NULL AND op IN ('gt', 'ge') THEN
			best := ARRAY(SELECT v.ci_id FROM unnest(attribute_ids) a JOIN ci_value v ON v.attribute_id = a AND v.word >= left(low, 400) COLLATE "C" LIMIT at_most + 1);
		ELSIF op = 'eq' AND dear THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE c.attributes @> jsonb_build_object(node ->> 'name', node -> 'stored') LIMIT at_most + 1);
		ELSIF op = 'like' AND dear AND node ? 'words' THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE c.search_text LIKE lower(node ->> 'words') LIMIT at_most + 1);
		END IF;
	WHEN 'words' THEN
		IF dear THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE c.search_text LIKE lower(low) LIMIT at_most + 1);
		END IF;
	WHEN 'field' THEN
		IF node ->> 'name' = 'name' AND op IN ('eq', 'in') THEN
			many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') ELSE ARRAY[low] END;
			best := ARRAY(SELECT c.id FROM ci c WHERE c.name = ANY (many) LIMIT at_most + 1);
		ELSIF node ->> 'name' = 'external_key' AND op IN ('eq', 'in') THEN
			many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') ELSE ARRAY[low] END;
			best := ARRAY(SELECT c.id FROM ci c WHERE c.external_key = ANY (many) LIMIT at_most + 1);
		ELSIF op = 'like' AND node ? 'begins' THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE lower(c.name) LIKE lower(low) LIMIT at_most + 1);
		ELSIF op = 'like' AND dear AND node ? 'words' THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE c.search_text LIKE lower(node ->> 'words') LIMIT at_most + 1);
		END IF;
	WHEN 'id' THEN
		IF op IN ('eq', 'in') THEN
			many := CASE WHEN op = 'in' THEN ci_query_texts(node -> 'v') ELSE ARRAY[low] END;
			best := ARRAY(SELECT c.id FROM ci c WHERE c.id = ANY (many::bigint[]) LIMIT at_most + 1);
		END IF;
	WHEN 'owner' THEN
		IF op = 'eq' THEN
			best := ARRAY(SELECT c.id FROM ci c WHERE c.owner_id IN (SELECT p.id FROM person p WHERE ci_query_person(p, node, actor)) LIMIT at_most + 1);
		END IF;
	WHEN 'user' THEN
		IF op = 'eq' THEN
			best := ARRAY(SELECT u.ci_id FROM ci_user u WHERE u.until IS NULL
				AND u.person_id IN (SELECT p.id FROM person p WHERE ci_query_person(p, node, actor)) LIMIT at_most + 1);
		END IF;
	WHEN 'relation' THEN
		IF node ? 'of' AND NOT ci_query_compares(op, 0, (node ->> 'v')::numeric, NULL) THEN
			found := ci_query_small(node -> 'of', at_most, dear, actor);
			IF found IS NOT NULL AND node ->> 'way' = 'out' THEN
				best := ARRAY(SELECT r.source_id FROM ci_relation r WHERE r.target_id = ANY (found) AND r.type = node ->> 'type' AND r.valid_to IS NULL LIMIT at_most + 1);
			ELSIF found IS NOT NULL THEN
				best := ARRAY(SELECT r.target_id FROM ci_relation r WHERE r.source_id = ANY (found) AND r.type = node ->> 'type' AND r.valid_to IS NULL LIMIT at_most + 1);
			END IF;
		END IF;
	WHEN 'tickets' THEN
		IF dear AND NOT ci_query_compares(op, 0, (node ->> 'v')::numeric, NULL) THEN
			best := ARRAY(SELECT DISTINCT l.ci_id FROM (
				SELECT k.ci_id FROM ticket t JOIN ticket_ci k ON k.ticket_id = t.id
				WHERE node ->> 'open' = 'true' AND t.status NOT IN ('resolved', 'closed', 'cancelled')
				UNION ALL
				SELECT t.service_id FROM ticket t WHERE node ->> 'open' = 'true' AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND t.service_id IS NOT NULL
				UNION ALL
				SELECT k.ci_id FROM ticket_ci k WHERE node ->> 'open' IS DISTINCT FROM 'true'
				UNION ALL
				SELECT c.id FROM ci c WHERE node ->> 'open' IS DISTINCT FROM 'true' AND c.class_id = ANY (ci_query_texts(node -> 'services')::bigint[])) l LIMIT at_most + 1);
		END IF;
	ELSE
		RETURN NULL;
	END CASE;
	RETURN CASE WHEN cardinality(best) <= at_most THEN best END;
END $$;
COMMENT ON FUNCTION ci_query_small IS 'A small superset of what a query holds for, from indexes, or NULL';

-- A page in the order of names. First what an index makes small; otherwise CIs are walked through in that order, some tens of thousands at
-- most: then the page may be short, and next says where to go on.
DROP FUNCTION IF EXISTS ci_query_page;
CREATE FUNCTION ci_query_page(tree jsonb, at timestamptz, after_name text, after_id bigint, at_most integer, examine_max integer, teams bigint[], reads_all boolean, actor bigint,
	OUT ids bigint[], OUT next_name text, OUT next_id bigint, OUT examined integer)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off SET enable_seqscan = off AS $$
DECLARE
	node jsonb := tree -> 'where';
	classes bigint[] := ci_query_texts(tree -> 'classes')::bigint[];
	few boolean := cardinality(classes) BETWEEN 0 AND 8 AND at IS NULL;
	small bigint[];
	batch bigint[];
	held bigint[];
	last_name text := after_name;
	last_id bigint := after_id;
	size integer := greatest(at_most * 2, 200);
	asked boolean := false;
BEGIN
	ids := '{}';
	examined := 0;
	IF node IS NOT NULL AND at IS NULL THEN
		small := ci_query_small(node, 5000, false, actor);
	END IF;
	LOOP
		IF small IS NOT NULL THEN
			held := ARRAY(SELECT c.id FROM ci c WHERE c.id = ANY (small) AND (classes IS NULL OR c.class_id = ANY (classes))
				AND (last_name IS NULL OR (c.name, c.id) > (last_name, last_id)));
			examined := examined + cardinality(held);
			held := ci_query_eval(held, node, at, teams, reads_all, actor);
			SELECT coalesce(array_agg(p.id ORDER BY p.name, p.id), '{}') INTO held FROM (
				SELECT c.id, c.name FROM ci c WHERE c.id = ANY (held) ORDER BY c.name, c.id LIMIT at_most + 1 - cardinality(ids)) p;
			ids := ids || held;
			EXIT;
		END IF;
		IF few THEN
			SELECT coalesce(array_agg(p.id ORDER BY p.name, p.id), '{}') INTO batch FROM (
				SELECT c.id, c.name FROM unnest(classes) k CROSS JOIN LATERAL (SELECT i.id, i.name FROM ci i
					WHERE i.class_id = k AND (last_name IS NULL OR (i.name, i.id) > (last_name, last_id)) ORDER BY i.name, i.id LIMIT size) c
				ORDER BY c.name, c.id LIMIT size) p;
		ELSE
			SELECT coalesce(array_agg(p.id ORDER BY p.name, p.id), '{}') INTO batch FROM (
				SELECT c.id, c.name FROM ci c WHERE (c.name, c.id) > (coalesce(last_name, ''), coalesce(last_id, 0))
					AND (classes IS NULL OR at IS NOT NULL OR c.class_id = ANY (classes))
				ORDER BY c.name, c.id LIMIT size) p;
		END IF;
		examined := examined + cardinality(batch);
		held := CASE WHEN at IS NOT NULL THEN ARRAY(SELECT s.id FROM ci_as_were(batch, at) s WHERE classes IS NULL OR s.class_id = ANY (classes)) ELSE batch END;
		held := CASE WHEN node IS NULL THEN held ELSE ci_query_eval(held, node, at, teams, reads_all, actor) END;
		SELECT ids || coalesce(array_agg(b.id ORDER BY b.place), '{}') INTO ids FROM (
			SELECT b.id, b.place FROM unnest(batch) WITH ORDINALITY AS b(id, place) WHERE b.id IN (SELECT unnest(held))
			ORDER BY b.place LIMIT at_most + 1 - cardinality(ids)) b;
		EXIT WHEN cardinality(ids) > at_most OR cardinality(batch) < size;
		SELECT c.name, c.id INTO last_name, last_id FROM ci c WHERE c.id = batch[cardinality(batch)];
		IF examined >= examine_max THEN
			next_name := last_name;
			next_id := last_id;
			EXIT;
		END IF;
		IF NOT asked AND examined >= 3000 AND cardinality(ids) = 0 AND node IS NOT NULL AND at IS NULL THEN
			asked := true;
			small := coalesce(ci_query_small(node, 30000, false, actor), ci_query_small(node, 5000, true, actor));
		END IF;
		size := least(size * 2, 4000);
	END LOOP;
	IF cardinality(ids) > at_most THEN
		ids := ids[1:at_most];
		SELECT c.name, c.id INTO next_name, next_id FROM ci c WHERE c.id = ids[at_most];
	END IF;
END $$;
COMMENT ON FUNCTION ci_query_page IS 'A page of CIs for which a compiled query holds, in the order of their names';

-- How many, as far as the time goes: exact says whether all were looked at.
DROP FUNCTION IF EXISTS ci_query_count;
CREATE FUNCTION ci_query_count(tree jsonb, at timestamptz, time_ms integer, teams bigint[], reads_all boolean, actor bigint, OUT held bigint, OUT examined bigint, OUT exact boolean)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off SET enable_seqscan = off AS $$
DECLARE
	node jsonb := tree -> 'where';
	classes bigint[] := ci_query_texts(tree -> 'classes')::bigint[];
	until timestamptz := clock_timestamp() + time_ms * interval '1 ms';
	small bigint[];
	batch bigint[];
	last_id bigint := 0;
	size CONSTANT integer := 10000;
BEGIN
	held := 0;
	examined := 0;
	exact := true;
	IF node IS NULL AND at IS NULL THEN
		SELECT count(*) INTO held FROM ci c WHERE classes IS NULL OR c.class_id = ANY (classes);
		examined := held;
		RETURN;
	END IF;
	-- One condition on an indexed attribute: the index alone knows.
	IF at IS NULL AND node ? 'index' AND node ->> 'k' IN ('number', 'word') AND node ->> 'op' IN ('eq', 'lt', 'le', 'gt', 'ge') AND length(node ->> 'v') < 400
		AND node -> 'classes' = tree -> 'classes' THEN
		SELECT count(*) INTO held FROM ci_value v WHERE v.attribute_id = ANY (ci_query_texts(node -> 'index')::bigint[])
			AND CASE node ->> 'k' WHEN 'number' THEN ci_query_compares(node ->> 'op', v.number, (node ->> 'v')::numeric, NULL)
				ELSE ci_query_reads(node ->> 'op', v.word, node ->> 'v', NULL) END;
		examined := held;
		RETURN;
	END IF;
	IF at IS NULL THEN
		small := ci_query_small(node, 20000, false, actor);
	END IF;
	IF small IS NOT NULL THEN
		small := ARRAY(SELECT c.id FROM ci c WHERE c.id = ANY (small) AND (classes IS NULL OR c.class_id = ANY (classes)));
		examined := cardinality(small);
		held := cardinality(ci_query_eval(small, node, at, teams, reads_all, actor));
		RETURN;
	END IF;
	LOOP
		batch := ARRAY(SELECT c.id FROM ci c WHERE c.id > last_id ORDER BY c.id LIMIT size);
		EXIT WHEN cardinality(batch) = 0;
		last_id := batch[cardinality(batch)];
		examined := examined + cardinality(batch);
		small := CASE WHEN classes IS NULL AND at IS NULL THEN batch
			ELSE ARRAY(SELECT s.id FROM ci_as_were(batch, at) s WHERE classes IS NULL OR s.class_id = ANY (classes)) END;
		held := held + cardinality(CASE WHEN node IS NULL THEN small ELSE ci_query_eval(small, node, at, teams, reads_all, actor) END);
		EXIT WHEN cardinality(batch) < size;
		IF clock_timestamp() > until THEN
			exact := false;
			EXIT;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION ci_query_count IS 'For how many CIs a compiled query holds';

-- All of them, for exports and baselines; refuses more than at_most.
DROP FUNCTION IF EXISTS ci_query_all;
CREATE FUNCTION ci_query_all(tree jsonb, at timestamptz, at_most integer, teams bigint[], reads_all boolean, actor bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	page record;
	ids bigint[] := '{}';
	last_name text;
	last_id bigint;
BEGIN
	LOOP
		SELECT * INTO page FROM ci_query_page(tree, at, last_name, last_id, 5000, 100000, teams, reads_all, actor);
		ids := ids || page.ids;
		IF cardinality(ids) > at_most THEN
			PERFORM refuse(409, 'too-many', format('More than %s CIs fit: narrow the query', at_most), jsonb_build_object('at_most', at_most));
		END IF;
		EXIT WHEN page.next_id IS NULL;
		last_name := page.next_name;
		last_id := page.next_id;
	END LOOP;
	RETURN ids;
END $$;
COMMENT ON FUNCTION ci_query_all IS 'All CIs for which a compiled query holds, in the order of their names';
