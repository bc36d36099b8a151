-- Classes, attributes, unique values, history. Raises on the first thing that is not so; everything is rolled back.
BEGIN;
CREATE FUNCTION pg_temp.must(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN IF good IS NOT TRUE THEN RAISE EXCEPTION 'not so: %', what; END IF; END $$;
-- Runs a statement that must be refused with this SQLSTATE and hint.
CREATE FUNCTION pg_temp.refused(statement text, state text, wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	hint text;
	got text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION 'went through: %', statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT, got = RETURNED_SQLSTATE;
	IF got <> state OR hint IS DISTINCT FROM wanted THEN
		RAISE EXCEPTION 'wanted % "%", got % "%" (%) from %', state, wanted, got, hint, SQLERRM, statement;
	END IF;
END $$;

INSERT INTO person (login, given_name, family_name) VALUES ('t.model', 'Test', 'Model');
INSERT INTO ci_class (name, abstract, label_en, label_ru) VALUES ('t_root', true, 'Root', 'Корень');
INSERT INTO ci_class (name, parent_id, label_en, label_ru) SELECT 't_box', id, 'Box', 'Ящик' FROM ci_class WHERE name = 't_root';
INSERT INTO ci_class (name, parent_id, label_en, label_ru) SELECT 't_small_box', id, 'Small box', 'Ящичек' FROM ci_class WHERE name = 't_box';
CREATE TEMP TABLE class AS SELECT name, id FROM ci_class WHERE name LIKE 't\_%';
CREATE FUNCTION pg_temp.class(wanted text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM pg_temp.class WHERE name = wanted $$;

SELECT pg_temp.must((SELECT lineage FROM ci_class WHERE name = 't_small_box')
	= ARRAY[pg_temp.class('t_root'), pg_temp.class('t_box'), pg_temp.class('t_small_box')], 'the lineage runs from the root to the class');
SELECT pg_temp.refused('UPDATE ci_class SET parent_id = NULL WHERE name = ''t_box''', 'VK409', 'class-fixed');

INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru, unique_within) VALUES
	(pg_temp.class('t_root'), 'number', 'text', 'Number', 'Номер', true), (pg_temp.class('t_box'), 'size', 'integer', 'Size', 'Размер', false);
SELECT pg_temp.must((SELECT version FROM ci_class WHERE name = 't_small_box') = 3, 'classes below change with their attributes');
SELECT pg_temp.refused(format('INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru) VALUES (%s, ''number'', ''text'', ''x'', ''x'')',
	pg_temp.class('t_small_box')), 'VK422', '/name');
INSERT INTO ci_class (name, label_en, label_ru) VALUES ('t_other', 'Other', 'Другой');
INSERT INTO ci_attribute (class_id, name, type, label_en, label_ru) SELECT id, 'number', 'integer', 'x', 'x' FROM ci_class WHERE name = 't_other';

-- CIs
SELECT pg_temp.refused(format('INSERT INTO ci (class_id, name) VALUES (%s, ''a'')', pg_temp.class('t_root')), 'VK422', '/class');
INSERT INTO ci (class_id, name, attributes, created_at, updated_at)
SELECT pg_temp.class(c), n, a, '2026-01-01T08:00Z', '2026-01-01T08:00Z'
FROM (VALUES ('t_box', 'one', '{"number": "N1", "size": 3}'::jsonb), ('t_small_box', 'two', '{"number": "N2"}')) v(c, n, a);
CREATE TEMP TABLE item AS SELECT id, name FROM ci WHERE class_id IN (SELECT id FROM class);
SELECT pg_temp.must((SELECT count(*) FROM ci_version JOIN item ON item.id = ci_id) = 2, 'a version each');
SELECT pg_temp.refused('UPDATE ci SET attributes = ''{"number": "N1"}'' WHERE name = ''two''', 'VK422', '/attributes/number');
SELECT pg_temp.refused(format('INSERT INTO ci (class_id, name, attributes) VALUES (%s, ''three'', ''{"number": "N2"}'')', pg_temp.class('t_box')),
	'VK422', '/attributes/number');
SELECT pg_temp.refused('DELETE FROM ci WHERE name = ''two''', 'VK409', 'never-deleted');

UPDATE ci SET attributes = attributes || '{"size": 4}', location = 'here', updated_at = '2026-02-01T08:00Z', changed_by = (SELECT id FROM person WHERE login = 't.model')
WHERE id = (SELECT id FROM item WHERE name = 'one');
UPDATE ci SET location = 'here' WHERE id = (SELECT id FROM item WHERE name = 'one');
SELECT pg_temp.must((SELECT version FROM ci WHERE id = (SELECT id FROM item WHERE name = 'one')) = 2, 'a change of nothing is no version');
SELECT pg_temp.must((SELECT (ci_as_of(id, '2026-01-15')).attributes ->> 'size' FROM item WHERE name = 'one') = '3', 'as it was in January');
SELECT pg_temp.must((SELECT (ci_as_of(id, '2026-02-15')).attributes ->> 'size' FROM item WHERE name = 'one') = '4', 'as it was in February');
SELECT pg_temp.must((SELECT (ci_as_of(id, '2025-12-31')).id FROM item WHERE name = 'one') IS NULL, 'not yet there in 2025');
SELECT pg_temp.must((SELECT ci_version_changes(o, n)::jsonb FROM item JOIN ci_version o ON o.ci_id = item.id AND o.version = 1
	JOIN ci_version n ON n.ci_id = item.id AND n.version = 2 WHERE item.name = 'one')
	= '[{"field": "/location", "old": null, "new": "here"}, {"field": "/attributes/size", "old": 3, "new": 4}]', 'the differences are told');
SELECT pg_temp.refused('UPDATE ci_version SET name = ''x''', 'VK409', 'append-only');
SELECT pg_temp.refused('DELETE FROM ci_version', 'VK409', 'append-only');
SELECT pg_temp.refused('TRUNCATE ci_version CASCADE', 'VK409', 'append-only');

-- A retired CI gives its number free, and must find another to come back.
UPDATE ci SET status = 'retired' WHERE id = (SELECT id FROM item WHERE name = 'one');
UPDATE ci SET attributes = '{"number": "N1"}' WHERE id = (SELECT id FROM item WHERE name = 'two');
SELECT pg_temp.refused('UPDATE ci SET status = ''in_use'' WHERE name = ''one''', 'VK422', '/attributes/number');
UPDATE ci SET attributes = '{"number": "N9"}' WHERE id = (SELECT id FROM item WHERE name = 'two');
UPDATE ci SET status = 'in_use' WHERE id = (SELECT id FROM item WHERE name = 'one');
SELECT pg_temp.must((SELECT count(*) FROM ci_unique u JOIN item ON item.id = u.ci_id) = 2, 'a unique value each, none left over');

-- Attributes in use
SELECT pg_temp.refused(format('UPDATE ci_attribute SET type = ''decimal'' WHERE name = ''size'' AND class_id = %s', pg_temp.class('t_box')), 'VK409', 'attribute-in-use');
UPDATE ci_attribute SET type = 'integer' WHERE name = 'size' AND class_id = pg_temp.class('t_box');
UPDATE ci SET attributes = attributes || '{"size": 4}' WHERE id = (SELECT id FROM item WHERE name = 'two');
SELECT pg_temp.refused(format('UPDATE ci_attribute SET unique_within = true WHERE name = ''size'' AND class_id = %s', pg_temp.class('t_box')), 'VK409', 'not-unique');
UPDATE ci SET attributes = attributes || '{"size": 5}' WHERE id = (SELECT id FROM item WHERE name = 'two');
UPDATE ci_attribute SET unique_within = true WHERE name = 'size' AND class_id = pg_temp.class('t_box');
SELECT pg_temp.refused('UPDATE ci SET attributes = attributes || ''{"size": 4}'' WHERE name = ''two''', 'VK422', '/attributes/size');
UPDATE ci_attribute SET unique_within = false WHERE name = 'size' AND class_id = pg_temp.class('t_box');
UPDATE ci SET attributes = attributes || '{"size": 4}' WHERE id = (SELECT id FROM item WHERE name = 'two');
ROLLBACK;
