-- A model as a document: read and written it is the same; a change says what would not fit, and with conversions carries the CIs along in
-- one version each. Raises on the first thing that is not so; everything is rolled back.
BEGIN;
CREATE FUNCTION pg_temp.must(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN IF good IS NOT TRUE THEN RAISE EXCEPTION 'not so: %', what; END IF; END $$;
CREATE FUNCTION pg_temp.try(document jsonb, conversions jsonb DEFAULT '[]', trial boolean DEFAULT true) RETURNS jsonb LANGUAGE sql AS $$
	SELECT cmdb_model_apply(document || '{"format": "vakhta-model/1"}', conversions, 'keep', trial, NULL, '2026-03-01T08:00Z', 'file') $$;
CREATE FUNCTION pg_temp.wrong(report jsonb) RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(e ->> 'pointer' ORDER BY e ->> 'pointer') FROM jsonb_array_elements(report -> 'errors') e $$;
CREATE FUNCTION pg_temp.unfit(report jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(p ->> 'attribute', p ->> 'state', p ->> 'relation_type', p ->> 'class') || ' ' || (p ->> 'reason') || ' ' || (p ->> 'count'), ', '
		ORDER BY p ->> 'attribute', p ->> 'state', p ->> 'reason'), '') || coalesce(' errors ' || (report -> 'errors')::text, '') FROM jsonb_array_elements(report -> 'problems') p $$;
CREATE FUNCTION pg_temp.done(report jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(p ->> 'attribute' || ' ', '') || (p ->> 'effect') || ' ' || (p ->> 'count'), ', ' ORDER BY p ->> 'attribute', p ->> 'effect', p ->> 'class')
	FROM jsonb_array_elements(report -> 'effects') p $$;

-- The document as it is changes nothing.
SELECT pg_temp.must(pg_temp.try(cmdb_model_document()::jsonb) -> 'changes' = '[]', 'the present model is no change: ' || (pg_temp.try(cmdb_model_document()::jsonb))::text);
SELECT pg_temp.must(cmdb_model_document()::text = cmdb_model_document()::text, 'the document is the same each time');

-- All faults at once.
SELECT pg_temp.must(pg_temp.wrong(pg_temp.try('{"classes": [{"name": "Bad"}, {"name": "ok", "label_en": 1, "what": true, "attributes": [{"name": "a", "type": "colour", "choices": [{"value": ""}]}]}]}'))
	= ARRAY['/classes/0/name', '/classes/1/attributes/0/choices/0/label_en', '/classes/1/attributes/0/choices/0/label_ru', '/classes/1/attributes/0/choices/0/value',
		'/classes/1/attributes/0/type', '/classes/1/label_en', '/classes/1/what'], 'faults of the form');
SELECT pg_temp.must(pg_temp.wrong(pg_temp.try('{"classes": [{"name": "t_new", "parent": "t_nowhere", "label_ru": "x"}, {"name": "server", "parent": null, "name_template": "{nothing}",
	"attributes": [{"name": "hostname", "type": "text"}, {"name": "t_kind", "type": "enum", "label_en": "x", "label_ru": "x"}, {"name": "t_size"},
		{"name": "t_day", "type": "date", "label_en": "x", "label_ru": "x", "default": "2026-02-30"}]}], "relation_types": [{"name": "t_rel", "pairs": [{"source": "server", "target": "t_x"}]}]}'))
	= ARRAY['/classes/0/label_en', '/classes/0/parent', '/classes/1/attributes/0/label_en', '/classes/1/attributes/0/label_ru', '/classes/1/attributes/1/choices', '/classes/1/attributes/2/label_en',
		'/classes/1/attributes/2/label_ru', '/classes/1/attributes/2/type', '/classes/1/attributes/3/default', '/classes/1/name_template', '/classes/1/parent',
		'/relation_types/0/impact', '/relation_types/0/inverse_en', '/relation_types/0/inverse_ru', '/relation_types/0/label_en', '/relation_types/0/label_ru',
		'/relation_types/0/pairs/0/target'], 'faults of sense: ' || (pg_temp.wrong(pg_temp.try('{"classes": [{"name": "t_new", "parent": "t_nowhere", "label_ru": "x"}]}')))::text);

-- A class of our own with CIs.
SELECT pg_temp.must((pg_temp.try('{"classes": [
	{"name": "t_thing", "label_en": "Thing", "label_ru": "Вещь", "attributes": [
		{"name": "speed", "type": "text", "label_en": "Speed", "label_ru": "Скорость"},
		{"name": "grade", "type": "enum", "label_en": "Grade", "label_ru": "Сорт", "choices": [{"value": "a", "label_en": "A", "label_ru": "А", "colour": "green"}, {"value": "b", "label_en": "B", "label_ru": "Б"}]},
		{"name": "code", "type": "text", "label_en": "Code", "label_ru": "Код"}]},
	{"name": "t_small", "parent": "t_thing", "label_en": "Small", "label_ru": "Малая"}]}', '[]', false) ->> 'applied')::boolean, 'a class made');
INSERT INTO ci (class_id, name, status, attributes, created_at, updated_at)
SELECT (SELECT id FROM ci_class WHERE name = c), n, s, a::jsonb, '2026-01-01Z', '2026-01-01Z' FROM (VALUES
	('t_thing', 'one', 'in_use', '{"speed": "10", "grade": "a", "code": "X1"}'), ('t_thing', 'two', 'spare', '{"speed": "fast", "grade": "b", "code": "X1"}'),
	('t_small', 'three', 'in_use', '{"speed": "20"}'), ('t_small', 'four', 'retired', '{"speed": "slow"}')) v(c, n, s, a);
INSERT INTO ci_relation (source_id, type, target_id, valid_from)
SELECT a.id, 'uses', b.id, '2026-01-02Z' FROM ci a, ci b WHERE (a.name, b.name) IN (('one', 'two'), ('one', 'three'), ('two', 'three'))
	AND a.class_id IN (SELECT id FROM ci_class WHERE name LIKE 't\_%') AND b.class_id IN (SELECT id FROM ci_class WHERE name LIKE 't\_%');

SELECT pg_temp.must(pg_temp.unfit(pg_temp.try('{"classes": [{"name": "t_thing", "attributes": [{"name": "speed", "type": "integer"}, {"name": "code", "required": true, "unique_within": true},
	{"name": "grade", "choices": [{"value": "a", "label_en": "A", "label_ru": "А"}]}, {"name": "age", "type": "integer", "label_en": "Age", "label_ru": "Возраст", "required": true}]}]}'))
	= 'age missing 3, code missing 1, code unique 2, grade choice 1, speed type 2', 'everything that would not fit');
SELECT pg_temp.must(pg_temp.unfit(pg_temp.try('{"classes": [{"name": "t_thing", "attributes": [{"name": "speed", "type": "integer"}]}]}', '[{"class": "t_thing", "attribute": "speed", "map": {"fast": 99}}]'))
	= 'speed type 1', 'a mapping cures what it names');
SELECT pg_temp.must(pg_temp.wrong(pg_temp.try('{"classes": [{"name": "t_thing", "attributes": [{"name": "speed", "type": "integer"}]}]}',
	'[{"class": "t_thing", "attribute": "speed", "map": {"fast": "very"}, "fill": "x"}, {"class": "t_none", "attribute": "speed"}, {"class": "t_thing"}]'))
	= ARRAY['/conversions/0/fill', '/conversions/0/map/fast', '/conversions/1/attribute', '/conversions/1/class', '/conversions/2'], 'conversions are judged');
CREATE TEMP TABLE step AS SELECT pg_temp.try('{"classes": [{"name": "t_thing", "name_template": "{code} ({speed})", "attributes": [{"name": "speed", "type": "integer"}, {"name": "code", "required": true},
	{"name": "grade", "choices": [{"value": "a", "label_en": "A", "label_ru": "А"}]}, {"name": "age", "type": "integer", "label_en": "Age", "label_ru": "Возраст", "required": true, "default": 3}]}]}',
	'[{"class": "t_thing", "attribute": "speed", "map": {"fast": 99}, "unfit": "drop"}, {"class": "t_thing", "attribute": "code", "fill": "none"},
	{"class": "t_thing", "attribute": "grade", "map": {"b": "a"}}, {"class": "t_thing", "attribute": "age", "fill": 1}]', false) AS report;
SELECT pg_temp.must((SELECT (report ->> 'applied')::boolean FROM step), 'applied: ' || (SELECT report::text FROM step));
SELECT pg_temp.must((SELECT pg_temp.done(report) FROM step) = 'age filled 3, code filled 1, grade converted 1, speed converted 3, speed dropped 1, renamed 1, renamed 2',
	'effects: ' || (SELECT pg_temp.done(report) FROM step));
SELECT pg_temp.must((SELECT jsonb_object_agg(name || ' ' || version, attributes) FROM ci WHERE class_id IN (SELECT id FROM ci_class WHERE name LIKE 't\_%'))
	= '{"X1 (10) 2": {"speed": 10, "grade": "a", "code": "X1", "age": 1}, "X1 (99) 2": {"speed": 99, "grade": "a", "code": "X1", "age": 1}, "none (20) 2": {"speed": 20, "code": "none", "age": 1},
		"four 2": {}}', 'one version each: ' || (SELECT jsonb_object_agg(name || ' ' || version, attributes)::text FROM ci WHERE class_id IN (SELECT id FROM ci_class WHERE name LIKE 't\_%')));
SELECT pg_temp.must((SELECT count(*) FROM ci_version v JOIN ci ON ci.id = v.ci_id WHERE v.source = 'model' AND ci.class_id IN (SELECT id FROM ci_class WHERE name LIKE 't\_%')) = 4, 'recorded as a change of the model');
INSERT INTO ci (class_id, attributes) SELECT id, '{"code": "X9"}' FROM ci_class WHERE name = 't_small';
SELECT pg_temp.must((SELECT attributes ->> 'age' = '3' AND status = 'in_use' AND phase = 'live' FROM ci WHERE name = 'X9'), 'default, first state and computed name');

-- States
SELECT pg_temp.must(pg_temp.unfit(pg_temp.try('{"classes": [{"name": "t_small", "states": [{"name": "in_use", "label_en": "Works", "label_ru": "Работает", "colour": "green", "kind": "live", "offered": false},
	{"name": "works", "label_en": "Works", "label_ru": "Работает", "colour": "green", "kind": "live"}]}]}')) = 'in_use state 2', 'CIs in a state that is not offered');
SELECT pg_temp.must(pg_temp.wrong(pg_temp.try('{"states": [{"name": "in_use", "label_en": "x", "label_ru": "x", "colour": "green", "kind": "live"}]}')) IS NOT NULL, 'a state to end in is needed');
SELECT pg_temp.must((pg_temp.try('{"classes": [{"name": "t_small", "states": [{"name": "in_use", "label_en": "Works", "label_ru": "Работает", "colour": "green", "kind": "live", "offered": false},
	{"name": "works", "label_en": "Works", "label_ru": "Работает", "colour": "green", "kind": "live"}]}]}', '[{"class": "t_small", "states": {"in_use": "works"}}]', false) ->> 'applied')::boolean, 'states applied');
SELECT pg_temp.must((SELECT count(*) FROM ci WHERE status = 'works' AND phase = 'live') = 2, 'moved into the new state');
SELECT pg_temp.must((SELECT count(*) FROM ci JOIN ci_class c ON c.id = ci.class_id WHERE c.name = 't_thing' AND ci.status = 'in_use') = 1, 'the class above keeps its own');

-- Relations
SELECT pg_temp.must(pg_temp.unfit(pg_temp.try('{"relation_types": [{"name": "uses", "target_max": 1, "pairs": [{"source": "t_thing", "target": "t_small"}]}]}')) ~ 'uses pair', 'pairs');
SELECT pg_temp.must((pg_temp.try('{"relation_types": [{"name": "t_holds", "label_en": "holds", "label_ru": "держит", "inverse_en": "held by", "inverse_ru": "держится", "impact": "to_target",
	"strength": 0.5, "source_max": 1, "pairs": [{"source": "t_thing", "target": "t_small"}]}]}', '[]', false) ->> 'applied')::boolean, 'a type of relation made');
SELECT pg_temp.must((SELECT strength = 0.5 AND source_max = 1 FROM relation_type WHERE name = 't_holds'), 'with its strength');
DO $$ BEGIN
	INSERT INTO ci_relation (source_id, type, target_id, valid_from) SELECT b.id, 't_holds', a.id, now() FROM ci a, ci b
	WHERE a.name = 'X1 (10)' AND b.name = 'none (20)';
	INSERT INTO ci_relation (source_id, type, target_id, valid_from) SELECT a.id, 't_holds', b.id, now() FROM ci a, ci b
	WHERE a.name = 'none (20)' AND b.name = 'X1 (10)';
	RAISE EXCEPTION 'a pair that is not allowed was recorded';
EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL; END $$;
INSERT INTO ci_relation (source_id, type, target_id, valid_from) SELECT a.id, 't_holds', b.id, '2026-03-02Z' FROM ci a, ci b WHERE a.name = 'X1 (10)' AND b.name = 'none (20)';
DO $$ BEGIN
	INSERT INTO ci_relation (source_id, type, target_id, valid_from) SELECT a.id, 't_holds', b.id, now() FROM ci a, ci b WHERE a.name = 'X1 (99)' AND b.name = 'none (20)';
	RAISE EXCEPTION 'more than allowed were recorded';
EXCEPTION WHEN SQLSTATE 'VK409' THEN NULL; END $$;

-- Redundancy stands on relations.
INSERT INTO ci_redundancy (ci_id, type, name, needed, valid_from) SELECT id, 'uses', 'pair', 1, '2026-03-02Z' FROM ci WHERE name = 'X1 (10)';
INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from)
SELECT g.id, o.id, '2026-03-02Z' FROM ci_redundancy g JOIN ci c ON c.id = g.ci_id, ci o WHERE c.name = 'X1 (10)' AND o.name IN ('X1 (99)', 'none (20)');
UPDATE ci_relation r SET valid_to = '2026-03-03Z' FROM ci a, ci b WHERE a.id = r.source_id AND b.id = r.target_id AND a.name = 'X1 (10)' AND b.name = 'none (20)' AND r.type = 'uses';
SELECT pg_temp.must((SELECT count(*) = 1 FROM ci_redundancy_member m JOIN ci o ON o.id = m.other_id WHERE o.name = 'none (20)' AND m.valid_to = '2026-03-03Z'), 'membership ends with the relation');
DO $$ BEGIN
	INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from) SELECT g.id, o.id, now() FROM ci_redundancy g JOIN ci c ON c.id = g.ci_id, ci o WHERE c.name = 'X1 (10)' AND o.name = 'four';
	RAISE EXCEPTION 'a stranger became a member';
EXCEPTION WHEN SQLSTATE 'VK422' THEN NULL; END $$;

-- A class becomes abstract: its CIs move down.
SELECT pg_temp.must(pg_temp.unfit(pg_temp.try('{"classes": [{"name": "t_thing", "abstract": true}]}')) = 't_thing abstract 2', 'CIs of a class that becomes abstract');
SELECT pg_temp.must((pg_temp.try('{"classes": [{"name": "t_thing", "abstract": true}]}', '[{"class": "t_thing", "move_to": "t_small"}, {"class": "t_small", "states": {"in_use": "works"}}, {"class": "t_thing", "states": {"in_use": "works"}}]') -> 'problems') IS NOT NULL, 'moved and renamed states');
SELECT pg_temp.must((SELECT count(*) FROM cmdb_model_change WHERE via = 'file' AND at = '2026-03-01T08:00Z') = 4, 'each change of the whole is logged');
ROLLBACK;
