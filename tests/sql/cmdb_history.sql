-- History cannot be edited; any sequence of changes of CIs, relations and users (seeded), then as-of at every remembered instant is what was
-- then, within one second the version decides; baselines and drift; queries as of an instant. Everything is rolled back.
BEGIN;
CREATE FUNCTION pg_temp.must(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN IF good IS NOT TRUE THEN RAISE EXCEPTION 'not so: %', what; END IF; END $$;
INSERT INTO person (login) VALUES ('t.time1'), ('t.time2');
INSERT INTO ci_class (name, label_en, label_ru) VALUES ('t_time', 'Time', 'Время'), ('t_other', 'Other', 'Другое');
INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru, indexed)
SELECT id, 't_size', 'integer', 'Size', 'Размер', true FROM ci_class WHERE name IN ('t_time', 't_other');
CREATE TEMP TABLE of_class AS SELECT (SELECT id FROM ci_class WHERE name = 't_time') AS a, (SELECT id FROM ci_class WHERE name = 't_other') AS b;
INSERT INTO ci (class_id, name, attributes, created_at, updated_at)
SELECT a, 'item ' || i, jsonb_build_object('t_size', i), '2026-01-01Z', '2026-01-01Z' FROM of_class, generate_series(1, 8) i;
CREATE TEMP TABLE item AS SELECT row_number() OVER (ORDER BY id) AS n, id FROM ci WHERE class_id = (SELECT a FROM of_class);

-- The whole state as it is, and as the history says of an instant.
CREATE FUNCTION pg_temp.state(at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object(
		'items', (SELECT jsonb_agg(jsonb_build_array(s.id, s.class_id, s.name, s.status, s.attributes, s.owner_id, s.location, s.external_key, s.version) ORDER BY s.id)
			FROM ci_as_were(ARRAY(SELECT id FROM item), $1) s),
		'relations', (SELECT jsonb_agg(jsonb_build_array(i.id, r.type, r.outward, r.other_id) ORDER BY i.id, r.type, r.outward, r.other_id)
			FROM item i CROSS JOIN LATERAL ci_relations_at(i.id, $1) r),
		'users', (SELECT jsonb_agg(jsonb_build_array(u.ci_id, u.person_id) ORDER BY u.ci_id, u.person_id) FROM ci_user u JOIN item i ON i.id = u.ci_id
			WHERE CASE WHEN $1 IS NULL THEN u.until IS NULL ELSE u.since <= $1 AND (u.until IS NULL OR u.until > $1) END)) $$;
CREATE TEMP TABLE remembered (at timestamptz, was jsonb);
CREATE TEMP TABLE remembered_version (ci_id bigint, version integer, name text, attributes jsonb);
SELECT setseed(0.42);
DO $$
DECLARE
	clock timestamptz := '2026-02-01Z';
	dice double precision;
	one bigint;
	other bigint;
	who bigint;
	k of_class;
BEGIN
	SELECT * INTO k FROM of_class;
	FOR step IN 1 .. 900 LOOP
		-- Half of the steps fall into the same second as the one before.
		IF random() < 0.5 THEN
			INSERT INTO remembered VALUES (clock, pg_temp.state(NULL));
			clock := clock + (1 + floor(random() * 3)) * interval '1 second';
		END IF;
		dice := random();
		SELECT id INTO one FROM item ORDER BY random() LIMIT 1;
		SELECT id INTO other FROM item WHERE id <> one ORDER BY random() LIMIT 1;
		SELECT id INTO who FROM person WHERE login IN ('t.time1', 't.time2') ORDER BY random() LIMIT 1;
		IF dice < 0.25 THEN
			UPDATE ci SET attributes = jsonb_build_object('t_size', floor(random() * 5)::integer), updated_at = clock WHERE id = one;
		ELSIF dice < 0.35 THEN
			UPDATE ci SET name = 'item ' || floor(random() * 50), location = CASE WHEN random() < 0.5 THEN 'here' END, updated_at = clock WHERE id = one;
		ELSIF dice < 0.4 THEN
			UPDATE ci SET class_id = CASE WHEN class_id = k.a THEN k.b ELSE k.a END, updated_at = clock WHERE id = one;
		ELSIF dice < 0.45 THEN
			UPDATE ci SET owner_id = CASE WHEN random() < 0.3 THEN NULL ELSE who END, updated_at = clock WHERE id = one;
		ELSIF dice < 0.7 AND other IS NOT NULL THEN
			PERFORM ci_relate(one, CASE WHEN random() < 0.5 THEN 'depends_on' ELSE 'uses' END, other, who, clock, 'test');
		ELSIF dice < 0.85 THEN
			UPDATE ci_relation SET valid_to = greatest(clock, valid_from), ended_by = who WHERE source_id = one AND valid_to IS NULL;
		ELSIF dice < 0.93 THEN
			PERFORM ci_use(one, who, clock, NULL);
		ELSE
			PERFORM ci_unuse(one, who, clock, NULL);
		END IF;
		INSERT INTO remembered_version SELECT id, version, name, attributes FROM ci WHERE id = one;
	END LOOP;
	INSERT INTO remembered VALUES (clock, pg_temp.state(NULL));
END $$;
SELECT pg_temp.must((SELECT count(*) FROM remembered) > 300, 'enough instants are remembered');
SELECT pg_temp.must(NOT EXISTS (SELECT FROM remembered r WHERE pg_temp.state(r.at) IS DISTINCT FROM r.was),
	format('as it was at %s', (SELECT min(r.at) FROM remembered r WHERE pg_temp.state(r.at) IS DISTINCT FROM r.was)));
SELECT pg_temp.must(NOT EXISTS (SELECT FROM remembered_version r JOIN ci_version v USING (ci_id, version) WHERE v.name <> r.name OR v.attributes <> r.attributes),
	'every version stays distinguishable, several within a second too');
SELECT pg_temp.must(NOT EXISTS (SELECT FROM ci_relation a JOIN ci_relation b ON b.id > a.id AND b.source_id = a.source_id AND b.type = a.type AND b.target_id = a.target_id
	WHERE a.source_id IN (SELECT id FROM item) AND (a.valid_to IS NULL OR b.valid_from < a.valid_to)), 'periods of one relation never overlap');
-- The index of values says what the CIs say.
SELECT pg_temp.must(NOT EXISTS (SELECT FROM ci JOIN item i ON i.id = ci.id LEFT JOIN ci_value v ON v.ci_id = ci.id
	WHERE v.number IS DISTINCT FROM (ci.attributes ->> 't_size')::numeric), 'the index of values follows');

-- A query of then finds what fitted then: the same answer from the remembered states.
SELECT pg_temp.must(NOT EXISTS (
	SELECT FROM (SELECT * FROM remembered ORDER BY at LIMIT 1000) r
	WHERE (SELECT coalesce(array_agg(i ORDER BY i), '{}') FROM unnest(ci_query_eval(ARRAY(SELECT id FROM item),
			jsonb_build_object('k', 'number', 'name', 't_size', 'op', 'lt', 'v', '3', 'classes', (SELECT jsonb_build_array(a) FROM of_class)), r.at, '{}', true, NULL)) i)
		<> (SELECT coalesce(array_agg((e ->> 0)::bigint ORDER BY (e ->> 0)::bigint), '{}') FROM jsonb_array_elements(r.was -> 'items') e
			WHERE (e ->> 1)::bigint = (SELECT a FROM of_class) AND (e -> 4 ->> 't_size')::integer < 3)), 'a query of then');

-- A relation that is recorded with an earlier instant than its last end begins where it ended.
SELECT ci_relate((SELECT id FROM item WHERE n = 1), 'part_of', (SELECT id FROM item WHERE n = 2), NULL, '2026-03-01Z', 'test');
UPDATE ci_relation SET valid_to = '2026-03-10Z' WHERE source_id = (SELECT id FROM item WHERE n = 1) AND type = 'part_of';
SELECT pg_temp.must((SELECT valid_from FROM ci_relate((SELECT id FROM item WHERE n = 1), 'part_of', (SELECT id FROM item WHERE n = 2), NULL, '2026-03-05Z', 'test'))
	= '2026-03-10Z', 'no overlap by a late record');

-- Baselines: nothing drifts at once; then what was changed, and nothing else.
SELECT ci_baseline_create('t base', '', 'class', (SELECT a FROM of_class), NULL, NULL, NULL, NULL, '2026-04-01Z', '{}', true, NULL) AS base \gset
SELECT pg_temp.must((SELECT count(*) FROM ci_baseline_drift(:base, NULL, NULL, '{}', true, NULL)) = 0, 'no drift at first');
UPDATE ci SET name = 'drifted', updated_at = '2026-04-02Z' WHERE id = (SELECT ci_id FROM ci_baseline_member WHERE baseline_id = :base ORDER BY ci_id LIMIT 1);
INSERT INTO ci (class_id, name, created_at, updated_at) SELECT a, 'newcomer', '2026-04-02Z', '2026-04-02Z' FROM of_class;
SELECT pg_temp.must((SELECT string_agg(what || ' ' || name, ', ' ORDER BY what) FROM ci_baseline_drift(:base, NULL, NULL, '{}', true, NULL)) = 'changed drifted, new newcomer', 'drift');
SELECT pg_temp.must((SELECT count(*) FROM ci_baseline_drift(:base, NULL, '2026-04-01Z', '{}', true, NULL)) = 0, 'none at the instant of the baseline');

-- Nobody edits history.
DO $$
DECLARE
	attempt text;
	item_id bigint := (SELECT id FROM item LIMIT 1);
BEGIN
	FOREACH attempt IN ARRAY ARRAY['version', 'version-gone', 'version-forged', 'relation', 'relation-gone', 'relation-back', 'user', 'user-gone', 'baseline', 'member', 'item-gone'] LOOP
		BEGIN
			CASE attempt
			WHEN 'version' THEN UPDATE ci_version SET name = 'x' WHERE ci_id = item_id;
			WHEN 'version-gone' THEN DELETE FROM ci_version WHERE ci_id = item_id;
			WHEN 'version-forged' THEN INSERT INTO ci_version SELECT v.* FROM ci_version v WHERE false UNION ALL SELECT v.* FROM ci_version v WHERE v.ci_id = item_id LIMIT 1;
			WHEN 'relation' THEN UPDATE ci_relation SET valid_from = valid_from - interval '1 day' WHERE source_id = item_id;
			WHEN 'relation-gone' THEN DELETE FROM ci_relation WHERE source_id = item_id;
			WHEN 'relation-back' THEN UPDATE ci_relation SET valid_to = NULL WHERE source_id = item_id AND valid_to IS NOT NULL;
			WHEN 'user' THEN UPDATE ci_user SET since = since - interval '1 day';
			WHEN 'user-gone' THEN DELETE FROM ci_user;
			WHEN 'baseline' THEN UPDATE ci_baseline SET name = 'y';
			WHEN 'member' THEN DELETE FROM ci_baseline_member;
			WHEN 'item-gone' THEN DELETE FROM ci WHERE id = item_id;
			END CASE;
			RAISE EXCEPTION 'history was edited: %', attempt;
		EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL;
		END;
	END LOOP;
END $$;
ROLLBACK;
