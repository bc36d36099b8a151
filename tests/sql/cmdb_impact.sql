-- Relations, impact with cycles and branches, history of relations, imports row by row. Everything is rolled back.
BEGIN;
CREATE FUNCTION pg_temp.must(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN IF good IS NOT TRUE THEN RAISE EXCEPTION 'not so: %', what; END IF; END $$;
INSERT INTO person (login) VALUES ('t.impact');
INSERT INTO ci_class (name, label_en, label_ru) VALUES ('t_node', 'Node', 'Узел');
INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru, unique_within, required)
SELECT id, 'tag', 'text', 'Tag', 'Метка', true, false FROM ci_class WHERE name = 't_node';
INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru) SELECT id, 'near', 'reference', 'Near', 'Рядом' FROM ci_class WHERE name = 't_node';
INSERT INTO ci (class_id, name, created_at, updated_at)
SELECT k.id, n, '2026-01-01Z', '2026-01-01Z' FROM ci_class k, unnest(ARRAY['a', 'b', 'c', 'd', 'e', 'f', 'g']) n WHERE k.name = 't_node';
CREATE FUNCTION pg_temp.node(wanted text) RETURNS bigint LANGUAGE sql AS $$
	SELECT ci.id FROM ci JOIN ci_class k ON k.id = ci.class_id WHERE k.name = 't_node' AND ci.name = wanted $$;
CREATE FUNCTION pg_temp.reached(start text, upwards boolean, depth integer, at timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(name || depth, ' ' ORDER BY depth, name), '') FROM cmdb_impact(pg_temp.node(start), upwards, $3, $4, 20000) $$;

-- a needs b, b runs on c, c needs a (a cycle); d is part of e; e needs c; f is related without impact only through itself.
SELECT ci_relate(pg_temp.node(s), t, pg_temp.node(o), NULL, '2026-01-10Z', 'test')
FROM (VALUES ('a', 'depends_on', 'b'), ('b', 'runs_on', 'c'), ('c', 'depends_on', 'a'), ('d', 'part_of', 'e'), ('e', 'depends_on', 'c'),
	('f', 'uses', 'a'), ('f', 'uses', 'b')) v(s, t, o);
SELECT pg_temp.must(pg_temp.reached('c', true, 10) = 'b1 e1 a2 f2', 'who is hit when c fails: ' || pg_temp.reached('c', true, 10));
SELECT pg_temp.must(pg_temp.reached('d', true, 10) = 'e1', 'a whole is hit through its part');
SELECT pg_temp.must(pg_temp.reached('e', false, 10) = 'c1 d1 a2 b3', 'e needs: ' || pg_temp.reached('e', false, 10));
SELECT pg_temp.must(pg_temp.reached('c', true, 1) = 'b1 e1', 'depth is a limit');
SELECT pg_temp.must(pg_temp.reached('g', true, 10) = '', 'nothing hangs on g');
SELECT pg_temp.must((SELECT count(*) FROM cmdb_impact(pg_temp.node('c'), true, 10, NULL, 2)) = 3, 'one more than the bound says that it was cut');
-- Each row's parent stands before it and is one step nearer.
SELECT pg_temp.must((SELECT bool_and(CASE r.parent WHEN 0 THEN r.depth = 1 ELSE p.depth = r.depth - 1 AND p.place < r.place END)
	FROM cmdb_impact(pg_temp.node('c'), true, 10, NULL, 20000) WITH ORDINALITY AS r(ci_id, name, class_id, class_name, label_en, label_ru, depth, parent, relation, place)
	LEFT JOIN cmdb_impact(pg_temp.node('c'), true, 10, NULL, 20000) WITH ORDINALITY AS p(ci_id, name, class_id, class_name, label_en, label_ru, depth, parent, relation, place)
		ON p.place = r.parent), 'parents');

-- Twice is once; an end is kept; history answers as it was.
SELECT pg_temp.must(NOT (SELECT created FROM ci_relate(pg_temp.node('a'), 'depends_on', pg_temp.node('b'), NULL, '2026-01-11Z', 'test')), 'twice is once');
UPDATE ci_relation SET valid_to = '2026-02-01Z' WHERE source_id = pg_temp.node('b') AND target_id = pg_temp.node('c');
SELECT pg_temp.must(pg_temp.reached('c', true, 10) = 'e1', 'now only e');
SELECT pg_temp.must(pg_temp.reached('c', true, 10, '2026-01-20Z') = 'b1 e1 a2 f2', 'in January as before');
SELECT pg_temp.must(pg_temp.reached('c', true, 10, '2026-01-05Z') = '', 'before the first relation nothing');
DO $$ BEGIN
	UPDATE ci_relation SET valid_to = NULL WHERE source_id = pg_temp.node('b');
	RAISE EXCEPTION 'an ended relation came back';
EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL; END $$;
DO $$ BEGIN
	DELETE FROM ci_relation;
	RAISE EXCEPTION 'relations were deleted';
EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL; END $$;

-- Retired CIs are not entered, but were then.
UPDATE ci SET status = 'retired', updated_at = '2026-02-10Z' WHERE id = pg_temp.node('a');
SELECT pg_temp.must(pg_temp.reached('b', true, 10) = 'f1', 'retired ones are left out: ' || pg_temp.reached('b', true, 10));
SELECT pg_temp.must(pg_temp.reached('b', true, 10, '2026-02-05Z') = 'a1 f1 c2 e3', 'before it was: ' || pg_temp.reached('b', true, 10, '2026-02-05Z'));
DO $$ BEGIN
	PERFORM ci_relate(pg_temp.node('a'), 'uses', pg_temp.node('g'), NULL, now(), 'test');
	RAISE EXCEPTION 'a retired CI was related';
EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL; END $$;

-- Imports
CREATE FUNCTION pg_temp.import(key text, name text, given jsonb, near text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT outcome || coalesce(' ' || errors::text, '') FROM cmdb_import_one(NULL, 't', key, (SELECT id FROM ci_class WHERE ci_class.name = 't_node'), name, NULL, NULL, NULL,
		given || CASE WHEN near IS NULL THEN '{}' ELSE jsonb_build_object('near', near) END, NULL, '2026-03-01Z') $$;
SELECT pg_temp.must(pg_temp.import('k1', 'new', '{"tag": "x"}') = 'created', 'created');
SELECT pg_temp.must(pg_temp.import('k1', 'new', '{"tag": "x"}') = 'unchanged', 'unchanged');
SELECT pg_temp.must(pg_temp.import('k1', 'renamed', '{}', 'g') = 'updated', 'updated by its key: ' || pg_temp.import('k1', 'renamed', '{}', 'g'));
SELECT pg_temp.must((SELECT attributes FROM ci WHERE name = 'renamed' AND source = 't') = jsonb_build_object('tag', 'x', 'near', pg_temp.node('g')), 'cells laid over');
SELECT pg_temp.must(pg_temp.import(NULL, 'renamed', '{"tag": "y"}') = 'updated', 'updated by class and name');
SELECT pg_temp.must(pg_temp.import('k2', 'second', '{"tag": "y"}') LIKE 'refused %"/attributes/tag"%', 'unique values hold');
SELECT pg_temp.must(pg_temp.node('second') IS NULL, 'a refused row leaves nothing');
UPDATE ci_attribute SET required = true WHERE class_id = (SELECT id FROM ci_class WHERE name = 't_node') AND name = 'tag';
SELECT pg_temp.must(pg_temp.import('k3', 'third', '{}') LIKE 'refused %"is required"%', 'required');
SELECT pg_temp.must(pg_temp.import('k3', 'third', '{"tag": "z"}', 'nowhere') LIKE 'refused %"/attributes/near"%', 'references');
SELECT pg_temp.must(pg_temp.import('k4', 'g', '{"tag": "g"}') = 'updated', 'adopted by class and name');
SELECT pg_temp.must((SELECT external_key FROM ci WHERE id = pg_temp.node('g')) IS NULL, 'the key belongs to the source that brought the CI in');

-- Users
SELECT ci_use(pg_temp.node('b'), id, '2026-01-01Z', NULL), ci_use(pg_temp.node('b'), id, '2026-01-02Z', NULL) FROM person WHERE login = 't.impact';
SELECT pg_temp.must((SELECT count(*) FROM ci_user WHERE ci_id = pg_temp.node('b')) = 1, 'a user once');
SELECT ci_unuse(pg_temp.node('b'), id, '2026-01-03Z', NULL), ci_unuse(pg_temp.node('b'), id, '2026-01-04Z', NULL) FROM person WHERE login = 't.impact';
SELECT pg_temp.must((SELECT until FROM ci_user WHERE ci_id = pg_temp.node('b')) = '2026-01-03Z', 'ended once');
ROLLBACK;
