-- Time: what was when, differences, baselines and drift. History is written by the triggers of ci and by ending relations, and by nothing
-- else. Within one second the version decides; a relation or a use that begins again never begins before it last ended.

-- Only the trigger of ci writes history, and only what stands there.
CREATE OR REPLACE FUNCTION ci_version_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 2 THEN
		PERFORM refuse(409, 'append-only', 'The history of a CI is written by changing the CI');
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_version_guard IS 'Refuses history that no change made';
CREATE OR REPLACE TRIGGER ci_version_guard BEFORE INSERT ON ci_version FOR EACH ROW EXECUTE FUNCTION ci_version_guard();

CREATE OR REPLACE FUNCTION ci_relation_follow() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
	ended timestamptz;
BEGIN
	SELECT r.valid_to INTO ended FROM ci_relation r
	WHERE r.source_id = NEW.source_id AND r.target_id = NEW.target_id AND r.type = NEW.type AND r.valid_to IS NOT NULL ORDER BY r.valid_to DESC LIMIT 1;
	NEW.valid_from := greatest(NEW.valid_from, ended);
	NEW.valid_to := greatest(NEW.valid_to, CASE WHEN NEW.valid_to IS NOT NULL THEN NEW.valid_from END);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_relation_follow IS 'A relation that holds again begins when it last ended or later';
CREATE OR REPLACE TRIGGER ci_relation_follow BEFORE INSERT ON ci_relation FOR EACH ROW EXECUTE FUNCTION ci_relation_follow();

CREATE OR REPLACE FUNCTION ci_user_follow() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
	NEW.since := greatest(NEW.since, (SELECT max(u.until) FROM ci_user u WHERE u.ci_id = NEW.ci_id AND u.person_id = NEW.person_id));
	NEW.until := greatest(NEW.until, CASE WHEN NEW.until IS NOT NULL THEN NEW.since END);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_user_follow IS 'A use that begins again begins when it last ended or later';
CREATE OR REPLACE TRIGGER ci_user_follow BEFORE INSERT ON ci_user FOR EACH ROW EXECUTE FUNCTION ci_user_follow();

CREATE OR REPLACE TRIGGER ci_relation_no_truncate BEFORE TRUNCATE ON ci_relation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_user_no_truncate BEFORE TRUNCATE ON ci_user FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_baseline_append_only BEFORE UPDATE OR DELETE ON ci_baseline FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_baseline_member_append_only BEFORE UPDATE OR DELETE ON ci_baseline_member FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_baseline_no_truncate BEFORE TRUNCATE ON ci_baseline FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_baseline_member_no_truncate BEFORE TRUNCATE ON ci_baseline_member FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Relations of a CI that hold, or held at an instant, seen from it.
DROP FUNCTION IF EXISTS ci_relations_at;
CREATE FUNCTION ci_relations_at(item bigint, at timestamptz)
RETURNS TABLE (id bigint, type text, outward boolean, other_id bigint)
LANGUAGE sql STABLE ROWS 10 AS $$
	SELECT r.id, r.type, true, r.target_id FROM ci_relation r WHERE at IS NULL AND r.source_id = item AND r.valid_to IS NULL
	UNION ALL
	SELECT r.id, r.type, false, r.source_id FROM ci_relation r WHERE at IS NULL AND r.target_id = item AND r.valid_to IS NULL
	UNION ALL
	SELECT r.id, r.type, true, r.target_id FROM ci_relation r
	WHERE at IS NOT NULL AND r.source_id = item AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
	UNION ALL
	SELECT r.id, r.type, false, r.source_id FROM ci_relation r
	WHERE at IS NOT NULL AND r.target_id = item AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
$$;
COMMENT ON FUNCTION ci_relations_at IS 'Relations of a CI as of an instant (NULL: now)';

-- The version of a CI that is meant: named, or that of an instant, or the last; NULL: there was none.
DROP FUNCTION IF EXISTS ci_version_meant;
CREATE FUNCTION ci_version_meant(item bigint, at timestamptz, wanted integer) RETURNS ci_version
LANGUAGE sql STABLE AS $$
	SELECT v FROM ci_version v WHERE v.ci_id = item AND (wanted IS NULL OR v.version = wanted) AND (at IS NULL OR v.changed_at <= at)
	ORDER BY v.changed_at DESC, v.version DESC LIMIT 1
$$;
COMMENT ON FUNCTION ci_version_meant IS 'A version of a CI by number or instant';

-- {"ci","version","changed_at","at","state","relations","users"}: one side of a comparison.
DROP FUNCTION IF EXISTS ci_side_json;
CREATE FUNCTION ci_side_json(v ci_version, at timestamptz, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'ci', ref_json(v.ci_id, v.name),
		'class', (SELECT jsonb_build_object('id', k.id, 'name', k.name, 'label', CASE language WHEN 'ru' THEN k.label_ru ELSE k.label_en END) FROM ci_class k WHERE k.id = v.class_id),
		'version', v.version, 'changed_at', instant_text(v.changed_at), 'at', CASE WHEN at IS NOT NULL THEN instant_text(at) END,
		'actor', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = v.actor_id), 'source', v.source,
		'ticket', (SELECT t.number FROM ticket t WHERE t.id = v.ticket_id),
		'fields', jsonb_build_object('class', (SELECT k.name FROM ci_class k WHERE k.id = v.class_id), 'name', v.name, 'status', v.status,
			'owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = v.owner_id), 'location', v.location, 'external_key', v.external_key),
		'attributes', v.attributes,
		'relations', coalesce((SELECT jsonb_agg(jsonb_build_object('type', r.type, 'direction', CASE WHEN r.outward THEN 'out' ELSE 'in' END,
				'label', CASE WHEN r.outward THEN CASE language WHEN 'ru' THEN t.label_ru ELSE t.label_en END ELSE CASE language WHEN 'ru' THEN t.inverse_ru ELSE t.inverse_en END END,
				'ci', ref_json(o.id, o.name)) ORDER BY t.position, r.type, r.outward, o.name, o.id)
			FROM (SELECT * FROM ci_relations_at(v.ci_id, at) LIMIT 2000) r JOIN relation_type t ON t.name = r.type JOIN ci o ON o.id = r.other_id), '[]'),
		'users', coalesce((SELECT jsonb_agg(ref_json(p.id, p.name) ORDER BY p.name, p.id) FROM (SELECT DISTINCT u.person_id FROM ci_user u WHERE u.ci_id = v.ci_id
			AND CASE WHEN at IS NULL THEN u.until IS NULL ELSE u.since <= at AND (u.until IS NULL OR u.until > at) END LIMIT 2000) u JOIN person p ON p.id = u.person_id), '[]'))
$$;
COMMENT ON FUNCTION ci_side_json IS 'A CI in one version with relations and users of an instant';

-- Rows of a comparison: fields and attributes with both values, and whether they differ.
DROP FUNCTION IF EXISTS ci_sides_rows;
CREATE FUNCTION ci_sides_rows(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('field', d.field, 'one', d.a, 'other', d.b, 'differs', d.a IS DISTINCT FROM d.b) ORDER BY d.place, d.field), '[]')
	FROM (
		SELECT f.place, '/' || f.name AS field, nullif(one -> 'fields' -> f.name, 'null') AS a, nullif(other -> 'fields' -> f.name, 'null') AS b
		FROM unnest(ARRAY['class', 'name', 'status', 'owner', 'location', 'external_key']) WITH ORDINALITY AS f(name, place)
		UNION ALL
		SELECT 7, '/attributes/' || k.key, one -> 'attributes' -> k.key, other -> 'attributes' -> k.key
		FROM (SELECT jsonb_object_keys(coalesce(one -> 'attributes', '{}')) AS key UNION SELECT jsonb_object_keys(coalesce(other -> 'attributes', '{}'))) k) d
	WHERE d.a IS NOT NULL OR d.b IS NOT NULL
$$;
COMMENT ON FUNCTION ci_sides_rows IS 'Fields and attributes of two sides beside each other';

DROP FUNCTION IF EXISTS ci_list_minus;
CREATE FUNCTION ci_list_minus(list jsonb, without jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(l.e ORDER BY l.place), '[]') FROM jsonb_array_elements(list) WITH ORDINALITY AS l(e, place)
	WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(without) w WHERE w = l.e)
$$;
COMMENT ON FUNCTION ci_list_minus IS 'Elements that the other list does not have';

DROP FUNCTION IF EXISTS ci_compare;
CREATE FUNCTION ci_compare(one bigint, one_at timestamptz, one_version integer, other bigint, other_at timestamptz, other_version integer, language text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	a ci_version := ci_version_meant(one, one_at, one_version);
	b ci_version := ci_version_meant(other, other_at, other_version);
	left_side jsonb;
	right_side jsonb;
BEGIN
	IF a.ci_id IS NULL OR b.ci_id IS NULL THEN
		PERFORM refuse(404, 'not-found', CASE WHEN NOT EXISTS (SELECT FROM ci WHERE id = CASE WHEN a.ci_id IS NULL THEN one ELSE other END)
			THEN 'There is no such CI' ELSE 'The CI was not recorded at that instant, or has no such version' END);
	END IF;
	left_side := ci_side_json(a, coalesce(one_at, CASE WHEN one_version IS NOT NULL THEN a.changed_at END), language);
	right_side := ci_side_json(b, coalesce(other_at, CASE WHEN other_version IS NOT NULL THEN b.changed_at END), language);
	RETURN jsonb_build_object('one', left_side - 'fields' - 'attributes', 'other', right_side - 'fields' - 'attributes',
		'rows', ci_sides_rows(left_side, right_side),
		'relations_gone', ci_list_minus(left_side -> 'relations', right_side -> 'relations'),
		'relations_new', ci_list_minus(right_side -> 'relations', left_side -> 'relations'),
		'users_gone', ci_list_minus(left_side -> 'users', right_side -> 'users'),
		'users_new', ci_list_minus(right_side -> 'users', left_side -> 'users'));
END $$;
COMMENT ON FUNCTION ci_compare IS 'Two CIs, or one at two instants or in two versions, as JSON';

CREATE OR REPLACE FUNCTION ci_relation_brief(r ci_relation, item bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('type', r.type, 'direction', CASE WHEN r.source_id = item THEN 'out' ELSE 'in' END, 'ci', ref_json(o.id, o.name),
		'label_en', CASE WHEN r.source_id = item THEN t.label_en ELSE t.inverse_en END, 'label_ru', CASE WHEN r.source_id = item THEN t.label_ru ELSE t.inverse_ru END)::text
	FROM relation_type t, ci o WHERE t.name = r.type AND o.id = CASE WHEN r.source_id = item THEN r.target_id ELSE r.source_id END
$$;
COMMENT ON FUNCTION ci_relation_brief IS 'A relation as one of its CIs sees it';

-- Everything that happened to a CI: versions, relations and uses that began or ended, last first. Rank keeps the order within a second.
DROP FUNCTION IF EXISTS ci_timeline;
CREATE FUNCTION ci_timeline(item bigint, before_at timestamptz, before_rank integer, before_id bigint, at_most integer)
RETURNS TABLE (at timestamptz, rank integer, id bigint, what text, actor_id bigint, actor_name text, source text, ticket text, detail text)
LANGUAGE sql STABLE AS $$
	SELECT e.at, e.rank, e.id, e.what, p.id, p.name, e.source, t.number, e.detail FROM (
		(SELECT v.changed_at AS at, 1 AS rank, v.version::bigint AS id, 'version' AS what, v.actor_id, v.source, v.ticket_id, ci_version_changes(o, v) AS detail
		FROM ci_version v LEFT JOIN ci_version o ON o.ci_id = v.ci_id AND o.version = v.version - 1
		WHERE v.ci_id = item AND (before_at IS NULL OR (v.changed_at, 1, v.version::bigint) < (before_at, before_rank, before_id))
		ORDER BY v.changed_at DESC, v.version DESC LIMIT at_most)
		UNION ALL
		(SELECT r.valid_from, 3, r.id, 'related', r.created_by, r.origin, r.ticket_id, ci_relation_brief(r, item) FROM ci_relation r
		WHERE (r.source_id = item OR r.target_id = item) AND (before_at IS NULL OR (r.valid_from, 3, r.id) < (before_at, before_rank, before_id))
		ORDER BY r.valid_from DESC, r.id DESC LIMIT at_most)
		UNION ALL
		(SELECT r.valid_to, 2, r.id, 'unrelated', r.ended_by, r.ended_via, r.ended_ticket_id, ci_relation_brief(r, item) FROM ci_relation r
		WHERE (r.source_id = item OR r.target_id = item) AND r.valid_to IS NOT NULL AND (before_at IS NULL OR (r.valid_to, 2, r.id) < (before_at, before_rank, before_id))
		ORDER BY r.valid_to DESC, r.id DESC LIMIT at_most)
		UNION ALL
		(SELECT u.since, 5, u.id, 'used', u.added_by, u.origin, NULL, ref_json(w.id, w.name)::text FROM ci_user u JOIN person w ON w.id = u.person_id
		WHERE u.ci_id = item AND (before_at IS NULL OR (u.since, 5, u.id) < (before_at, before_rank, before_id)) ORDER BY u.since DESC, u.id DESC LIMIT at_most)
		UNION ALL
		(SELECT u.until, 4, u.id, 'unused', u.ended_by, u.ended_via, NULL, ref_json(w.id, w.name)::text FROM ci_user u JOIN person w ON w.id = u.person_id
		WHERE u.ci_id = item AND u.until IS NOT NULL AND (before_at IS NULL OR (u.until, 4, u.id) < (before_at, before_rank, before_id)) ORDER BY u.until DESC, u.id DESC LIMIT at_most)
	) e LEFT JOIN person p ON p.id = e.actor_id LEFT JOIN ticket t ON t.id = e.ticket_id
	ORDER BY e.at DESC, e.rank DESC, e.id DESC LIMIT at_most
$$;
COMMENT ON FUNCTION ci_timeline IS 'What happened to a CI, last first';

DROP FUNCTION IF EXISTS ci_stands_on;
CREATE FUNCTION ci_stands_on(start bigint, at timestamptz, at_most integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
	reached bigint[] := ARRAY[start];
	frontier bigint[] := ARRAY[start];
BEGIN
	WHILE cardinality(frontier) > 0 AND cardinality(reached) <= at_most LOOP
		frontier := ARRAY(
			SELECT DISTINCT n.id FROM (
				SELECT r.target_id AS id FROM unnest(frontier) f JOIN ci_relation r ON r.source_id = f JOIN relation_type t ON t.name = r.type AND t.impact IN ('to_source', 'both')
				WHERE CASE WHEN at IS NULL THEN r.valid_to IS NULL ELSE r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at) END
				UNION
				SELECT r.source_id FROM unnest(frontier) f JOIN ci_relation r ON r.target_id = f JOIN relation_type t ON t.name = r.type AND t.impact IN ('to_target', 'both')
				WHERE CASE WHEN at IS NULL THEN r.valid_to IS NULL ELSE r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at) END) n
			WHERE n.id <> ALL (reached));
		reached := reached || frontier;
	END LOOP;
	RETURN reached;
END $$;
COMMENT ON FUNCTION ci_stands_on IS 'A CI and all on which it depends, directly or not';

-- CIs that a baseline means at an instant (NULL: now), those whose life is over left out. The compiled query comes from the program.
DROP FUNCTION IF EXISTS ci_baseline_scope;
CREATE FUNCTION ci_baseline_scope(of_class bigint, tree jsonb, service bigint, as_of timestamptz, at_most integer, teams bigint[], reads_all boolean, actor bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
	ids bigint[];
BEGIN
	IF service IS NOT NULL THEN
		ids := ci_stands_on(service, as_of, at_most);
	ELSIF tree IS NOT NULL THEN
		ids := ci_query_all(tree, as_of, at_most, teams, reads_all, actor);
	ELSIF as_of IS NULL THEN
		ids := ARRAY(SELECT c.id FROM ci_class k JOIN ci c ON c.class_id = k.id WHERE k.lineage @> ARRAY[of_class] AND c.phase <> 'ended' LIMIT at_most + 1);
	ELSE
		-- It may have been of another class then.
		ids := ARRAY(SELECT DISTINCT v.ci_id FROM ci_class k JOIN ci_version v ON v.class_id = k.id WHERE k.lineage @> ARRAY[of_class] AND v.changed_at <= as_of);
		ids := ARRAY(SELECT s.id FROM ci_as_were(ids, as_of) s JOIN ci_class k ON k.id = s.class_id AND k.lineage @> ARRAY[of_class] LIMIT at_most + 1);
	END IF;
	IF cardinality(ids) > at_most THEN
		PERFORM refuse(409, 'too-many', format('A baseline holds at most %s CIs', at_most), jsonb_build_object('at_most', at_most));
	END IF;
	RETURN ARRAY(SELECT v.ci_id FROM unnest(ids) i CROSS JOIN LATERAL (SELECT w.* FROM ci_version w
		WHERE w.ci_id = i AND (as_of IS NULL OR w.changed_at <= as_of) ORDER BY w.changed_at DESC, w.version DESC LIMIT 1) v WHERE v.phase <> 'ended');
END $$;
COMMENT ON FUNCTION ci_baseline_scope IS 'What a class, a query or a service with what it stands on comes to at an instant';

DROP FUNCTION IF EXISTS ci_baseline_create;
CREATE FUNCTION ci_baseline_create(wanted_name text, wanted_note text, wanted_kind text, of_class bigint, query_text text, tree jsonb, service bigint, as_of timestamptz,
	now_is timestamptz, teams bigint[], reads_all boolean, actor bigint) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	ids bigint[] := ci_baseline_scope(of_class, tree, service, as_of, 100000, teams, reads_all, actor);
	made bigint;
BEGIN
	INSERT INTO ci_baseline (name, note, kind, class_id, query, service_id, at, members, created_by, created_at)
	VALUES (wanted_name, wanted_note, wanted_kind, of_class, query_text, service, coalesce(as_of, now_is), cardinality(ids), actor, now_is) RETURNING id INTO made;
	INSERT INTO ci_baseline_member (baseline_id, ci_id, version, relations)
	SELECT made, i, v.version, ARRAY(SELECT r.id FROM ci_relation r WHERE r.source_id = i
		AND CASE WHEN as_of IS NULL THEN r.valid_to IS NULL ELSE r.valid_from <= as_of AND (r.valid_to IS NULL OR r.valid_to > as_of) END ORDER BY r.id)
	FROM unnest(ids) i CROSS JOIN LATERAL (SELECT w.version FROM ci_version w WHERE w.ci_id = i AND (as_of IS NULL OR w.changed_at <= as_of)
		ORDER BY w.changed_at DESC, w.version DESC LIMIT 1) v;
	RETURN made;
END $$;
COMMENT ON FUNCTION ci_baseline_create IS 'Names the state of a class, a query or a service at an instant';

-- How a baseline's CIs differ from it at an instant (NULL: now): changed, ended, new. Relations are those from the CI, told by type and target.
DROP FUNCTION IF EXISTS ci_baseline_drift;
CREATE FUNCTION ci_baseline_drift(baseline bigint, tree jsonb, as_of timestamptz, teams bigint[], reads_all boolean, actor bigint)
RETURNS TABLE (ci_id bigint, name text, class_id bigint, what text, version_then integer, version_now integer, changes jsonb, relations_gone jsonb, relations_new jsonb)
LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	b ci_baseline;
	scope bigint[];
BEGIN
	SELECT * INTO b FROM ci_baseline WHERE id = baseline;
	scope := ci_baseline_scope(b.class_id, tree, b.service_id, as_of, 200000, teams, reads_all, actor);
	RETURN QUERY
	WITH held AS MATERIALIZED (
		SELECT m.ci_id AS id, m.version AS version, m.relations AS was, v.version AS later, v.phase,
			ARRAY(SELECT r.id FROM ci_relation r WHERE r.source_id = m.ci_id
				AND CASE WHEN as_of IS NULL THEN r.valid_to IS NULL ELSE r.valid_from <= as_of AND (r.valid_to IS NULL OR r.valid_to > as_of) END ORDER BY r.id) AS becomes
		FROM ci_baseline_member m LEFT JOIN LATERAL (SELECT w.version, w.phase FROM ci_version w WHERE w.ci_id = m.ci_id AND (as_of IS NULL OR w.changed_at <= as_of)
			ORDER BY w.changed_at DESC, w.version DESC LIMIT 1) v ON true
		WHERE m.baseline_id = baseline
	), moved AS (
		SELECT h.id, h.version, h.later, h.phase, ci_version_changes(o, n)::jsonb AS changes,
			ARRAY(SELECT unnest(h.was) EXCEPT SELECT unnest(h.becomes)) AS gone, ARRAY(SELECT unnest(h.becomes) EXCEPT SELECT unnest(h.was)) AS new
		FROM held h JOIN ci_version o ON o.ci_id = h.id AND o.version = h.version JOIN ci_version n ON n.ci_id = h.id AND n.version = h.later
		WHERE h.later <> h.version OR h.was <> h.becomes
	), told AS (
		SELECT d.id, d.version, d.later, d.phase, d.changes,
			coalesce((SELECT jsonb_agg(ci_relation_brief(r, d.id)::jsonb ORDER BY r.type, r.target_id) FROM ci_relation r WHERE r.id = ANY (d.gone)
				AND NOT EXISTS (SELECT FROM ci_relation s WHERE s.id = ANY (d.new) AND s.type = r.type AND s.target_id = r.target_id)), '[]') AS gone,
			coalesce((SELECT jsonb_agg(ci_relation_brief(r, d.id)::jsonb ORDER BY r.type, r.target_id) FROM ci_relation r WHERE r.id = ANY (d.new)
				AND NOT EXISTS (SELECT FROM ci_relation s WHERE s.id = ANY (d.gone) AND s.type = r.type AND s.target_id = r.target_id)), '[]') AS new
		FROM moved d
	)
	SELECT t.id, c.name, c.class_id, CASE WHEN t.phase = 'ended' THEN 'ended' ELSE 'changed' END, t.version, t.later, t.changes, t.gone, t.new
	FROM told t JOIN ci c ON c.id = t.id WHERE t.changes <> '[]' OR t.gone <> '[]' OR t.new <> '[]'
	UNION ALL
	SELECT c.id, c.name, c.class_id, 'new', NULL, c.version, '[]', '[]', '[]' FROM (SELECT unnest(scope) EXCEPT SELECT h.id FROM held h) s(id) JOIN ci c ON c.id = s.id;
END $$;
COMMENT ON FUNCTION ci_baseline_drift IS 'In what the CIs of a baseline differ from it';
