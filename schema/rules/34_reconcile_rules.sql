-- The rules of reconciliation as one document, and what people see when they decide. Re-created at every migration; safe to run again.

DROP FUNCTION IF EXISTS reconciliation_json;
CREATE FUNCTION reconciliation_json() RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT d.rules || jsonb_build_object('version', md5(d.rules::text)) FROM (SELECT jsonb_build_object(
		'sources', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'label', s.label, 'kind', s.kind, 'rank', s.rank) ORDER BY s.kind DESC, s.name), '[]') FROM ci_source s),
		'identity', (SELECT coalesce(jsonb_agg(jsonb_build_object('class', c.name, 'keys', i.keys) ORDER BY c.position, c.name, i.position), '[]')
			FROM ci_identity i JOIN ci_class c ON c.id = i.class_id),
		'authority', (SELECT coalesce(jsonb_agg(jsonb_build_object('source', a.source, 'kind', a.kind, 'class', c.name, 'field', a.field, 'may_set', a.may_set, 'rank', a.rank) ORDER BY a.id), '[]')
			FROM ci_authority a LEFT JOIN ci_class c ON c.id = a.class_id),
		'junk', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', j.value, 'note', j.note) ORDER BY j.value), '[]') FROM ci_junk j)) AS rules) d
$$;
COMMENT ON FUNCTION reconciliation_json IS 'Sources, rules of recognition, authority and junk, with a version of the whole';

-- Replaces the rules as a whole; every wrong part is named by its place in the document.
DROP FUNCTION IF EXISTS reconciliation_save;
CREATE FUNCTION reconciliation_save(document jsonb, known_version text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	item record;
	wrong text;
BEGIN
	PERFORM cmdb_model_own();
	IF reconciliation_json() ->> 'version' <> known_version THEN
		PERFORM refuse(412, 'changed-meanwhile', 'Somebody else changed the rules meanwhile: read them again');
	END IF;
	FOR item IN SELECT e.v AS v, e.n - 1 AS n FROM jsonb_array_elements(document -> 'sources') WITH ORDINALITY AS e(v, n) LOOP
		IF coalesce(btrim(item.v ->> 'name'), '') = '' OR length(item.v ->> 'name') > 60 THEN
			PERFORM refuse_field(format('/sources/%s/name', item.n), 'must have 1 to 60 characters');
		END IF;
		IF coalesce(item.v ->> 'kind', '') NOT IN ('manual', 'csv', 'agent') OR (item.v ->> 'kind' = 'manual') <> (item.v ->> 'name' = 'manual') THEN
			PERFORM refuse_field(format('/sources/%s/kind', item.n), 'must be csv or agent; manual is the source "manual" alone');
		END IF;
		IF coalesce(item.v ->> 'rank', '100') !~ '^[0-9]{1,4}$' OR coalesce(item.v ->> 'rank', '100')::integer NOT BETWEEN 1 AND 1000 THEN
			PERFORM refuse_field(format('/sources/%s/rank', item.n), 'must be 1 to 1000');
		END IF;
		INSERT INTO ci_source AS s (name, label, kind, rank)
		VALUES (btrim(item.v ->> 'name'), coalesce(nullif(btrim(item.v ->> 'label'), ''), btrim(item.v ->> 'name')), item.v ->> 'kind', coalesce((item.v ->> 'rank')::integer, 100))
		ON CONFLICT (name) DO UPDATE SET label = excluded.label, kind = excluded.kind, rank = excluded.rank
			WHERE (s.label, s.kind, s.rank) <> (excluded.label, excluded.kind, excluded.rank);
	END LOOP;

	DELETE FROM ci_identity;
	FOR item IN SELECT e.v AS v, e.n - 1 AS n, c.id AS class_id, c.lineage FROM jsonb_array_elements(document -> 'identity') WITH ORDINALITY AS e(v, n)
		LEFT JOIN ci_class c ON c.name = e.v ->> 'class' ORDER BY e.n LOOP
		IF item.class_id IS NULL THEN
			PERFORM refuse_field(format('/identity/%s/class', item.n), 'There is no such class');
		END IF;
		IF coalesce(jsonb_typeof(item.v -> 'keys'), '') <> 'array' OR jsonb_array_length(item.v -> 'keys') NOT BETWEEN 1 AND 6 THEN
			PERFORM refuse_field(format('/identity/%s/keys', item.n), 'must be 1 to 6 names of attributes, name, location or external_key');
		END IF;
		SELECT k INTO wrong FROM jsonb_array_elements_text(item.v -> 'keys') k WHERE k NOT IN ('name', 'location', 'external_key')
			AND NOT EXISTS (SELECT FROM ci_attribute a JOIN ci_class d ON d.id = a.class_id
				WHERE a.name = k AND (a.class_id = ANY (item.lineage) OR item.class_id = ANY (d.lineage))) LIMIT 1;
		IF wrong IS NOT NULL THEN
			PERFORM refuse_field(format('/identity/%s/keys', item.n), format('%s is neither name, location, external_key nor an attribute of the class', wrong));
		END IF;
		IF item.v -> 'keys' = '["location"]' THEN
			PERFORM refuse_field(format('/identity/%s/keys', item.n), 'a location alone is no identity');
		END IF;
		INSERT INTO ci_identity (class_id, position, keys) VALUES (item.class_id, item.n, ARRAY(SELECT jsonb_array_elements_text(item.v -> 'keys')));
	END LOOP;

	DELETE FROM ci_authority;
	FOR item IN SELECT e.v AS v, e.n - 1 AS n, c.id AS class_id FROM jsonb_array_elements(document -> 'authority') WITH ORDINALITY AS e(v, n)
		LEFT JOIN ci_class c ON c.name = e.v ->> 'class' ORDER BY e.n LOOP
		IF item.v ->> 'class' IS NOT NULL AND item.class_id IS NULL THEN
			PERFORM refuse_field(format('/authority/%s/class', item.n), 'There is no such class');
		END IF;
		IF item.v ->> 'source' IS NOT NULL AND item.v ->> 'kind' IS NOT NULL THEN
			PERFORM refuse_field(format('/authority/%s/kind', item.n), 'name a source or a kind, not both');
		END IF;
		IF item.v ->> 'source' IS NOT NULL AND NOT EXISTS (SELECT FROM ci_source s WHERE s.name = item.v ->> 'source') THEN
			PERFORM refuse_field(format('/authority/%s/source', item.n), 'There is no such source');
		END IF;
		IF item.v ->> 'kind' IS NOT NULL AND item.v ->> 'kind' NOT IN ('manual', 'csv', 'agent') THEN
			PERFORM refuse_field(format('/authority/%s/kind', item.n), 'must be manual, csv or agent');
		END IF;
		IF coalesce(item.v ->> 'field', '') NOT IN ('*', '/name', '/status', '/owner', '/location', '/attributes/*')
			AND NOT EXISTS (SELECT FROM ci_attribute a WHERE '/attributes/' || a.name = item.v ->> 'field') THEN
			PERFORM refuse_field(format('/authority/%s/field', item.n), 'must be *, /name, /status, /owner, /location, /attributes/* or /attributes/ and the name of an attribute');
		END IF;
		IF item.v ->> 'rank' IS NOT NULL AND (item.v ->> 'rank' !~ '^[0-9]{1,4}$' OR (item.v ->> 'rank')::integer NOT BETWEEN 1 AND 1000) THEN
			PERFORM refuse_field(format('/authority/%s/rank', item.n), 'must be 1 to 1000');
		END IF;
		BEGIN
			INSERT INTO ci_authority (source, kind, class_id, field, may_set, rank)
			VALUES (item.v ->> 'source', item.v ->> 'kind', item.class_id, item.v ->> 'field', coalesce(item.v -> 'may_set', 'true') = 'true', (item.v ->> 'rank')::integer);
		EXCEPTION WHEN unique_violation THEN
			PERFORM refuse_field(format('/authority/%s', item.n), 'stands twice: one rule for one source, class and field');
		END;
	END LOOP;

	SELECT v ->> 'value' INTO wrong FROM jsonb_array_elements(document -> 'junk') v
	WHERE coalesce(btrim(v ->> 'value'), '') = '' OR length(v ->> 'value') > 200 LIMIT 1;
	IF FOUND THEN
		PERFORM refuse_field('/junk', 'values must have 1 to 200 characters');
	END IF;
	DELETE FROM ci_junk j WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(document -> 'junk') v WHERE lower(btrim(v ->> 'value')) = j.value);
	INSERT INTO ci_junk AS j (value, note) SELECT DISTINCT ON (1) lower(btrim(v ->> 'value')), coalesce(v ->> 'note', '') FROM jsonb_array_elements(document -> 'junk') v
	ON CONFLICT (value) DO UPDATE SET note = excluded.note WHERE j.note <> excluded.note;
END $$;
COMMENT ON FUNCTION reconciliation_save IS 'Replaces sources, rules of recognition, authority and junk';

-- A CI as far as it is compared side by side: its values by field, and what hangs on it.
DROP FUNCTION IF EXISTS reconcile_side;
CREATE FUNCTION reconcile_side(item ci) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', item.id, 'name', item.name, 'class', (SELECT c.name FROM ci_class c WHERE c.id = item.class_id), 'source', item.source,
		'external_key', item.external_key, 'phase', item.phase, 'created_at', instant_text(item.created_at), 'updated_at', instant_text(item.updated_at),
		'fields', jsonb_strip_nulls(jsonb_build_object('/name', item.name, '/status', item.status, '/location', item.location,
			'/owner', (SELECT p.name FROM person p WHERE p.id = item.owner_id))) || coalesce((SELECT jsonb_object_agg('/attributes/' || e.key, e.value) FROM jsonb_each(item.attributes) e), '{}'),
		'tickets', (SELECT count(*) FROM ticket_ci t WHERE t.ci_id = item.id),
		'relations', (SELECT count(*) FROM ci_relation r WHERE (r.source_id = item.id OR r.target_id = item.id) AND r.valid_to IS NULL),
		'users', (SELECT count(*) FROM ci_user u WHERE u.ci_id = item.id AND u.until IS NULL),
		'contracts', (SELECT count(*) FROM contract_coverage v WHERE v.ci_id = item.id))
$$;
COMMENT ON FUNCTION reconcile_side IS 'A CI as it is shown beside another one';

DROP FUNCTION IF EXISTS reconcile_labels;
CREATE FUNCTION reconcile_labels(classes bigint[], language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_object_agg('/attributes/' || a.name, CASE language WHEN 'ru' THEN a.label_ru ELSE a.label_en END), '{}')
	FROM ci_attribute a WHERE EXISTS (SELECT FROM ci_class c WHERE c.id = ANY (classes) AND a.class_id = ANY (c.lineage))
$$;
COMMENT ON FUNCTION reconcile_labels IS 'Labels of the attributes of some classes by field';

DROP FUNCTION IF EXISTS reconcile_case_json;
CREATE FUNCTION reconcile_case_json(case_id bigint, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', q.id, 'source', q.source, 'class', (SELECT c.name FROM ci_class c WHERE c.id = q.class_id), 'reason', q.reason, 'batch', q.import_id,
		'external_key', q.external_key, 'created_at', instant_text(q.created_at), 'seen_at', instant_text(q.seen_at),
		'item', jsonb_strip_nulls(jsonb_build_object('/name', q.name, '/status', q.fields -> 'status', '/owner', q.fields -> 'owner', '/location', q.fields -> 'location'))
			|| coalesce((SELECT jsonb_object_agg('/attributes/' || e.key, e.value) FROM jsonb_each(q.attributes) e), '{}'),
		'candidates', (SELECT coalesce(jsonb_agg(reconcile_side(c) ORDER BY c.id), '[]') FROM ci c WHERE c.id = ANY (q.candidates)),
		'labels', reconcile_labels(q.class_id || ARRAY(SELECT c.class_id FROM ci c WHERE c.id = ANY (q.candidates)), language),
		'decision', q.decision, 'ci', (SELECT ref_json(c.id, c.name) FROM ci c WHERE c.id = q.ci_id),
		'decided_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = q.decided_by), 'decided_at', instant_text(q.decided_at),
		'next', (SELECT n.id FROM reconcile_case n WHERE n.decision IS NULL AND n.id <> q.id ORDER BY n.id < q.id, n.id LIMIT 1),
		'open', (SELECT count(*) FROM reconcile_case n WHERE n.decision IS NULL))
	FROM reconcile_case q WHERE q.id = case_id
$$;
COMMENT ON FUNCTION reconcile_case_json IS 'An ambiguous item beside the CIs that it could mean';

DROP FUNCTION IF EXISTS ci_merge_preview;
CREATE FUNCTION ci_merge_preview(keep_id bigint, gone_id bigint, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('kept', reconcile_side(k), 'merged', reconcile_side(g), 'labels', reconcile_labels(ARRAY[k.class_id, g.class_id], language))
	FROM ci k JOIN ci g ON g.id = gone_id WHERE k.id = keep_id
$$;
COMMENT ON FUNCTION ci_merge_preview IS 'Two CIs side by side before they are merged';
