-- Batches: compared and applied row by row in chunks, undone as one. Re-created at every migration; safe to run again.
CREATE INDEX IF NOT EXISTS cmdb_import_item_name_idx ON cmdb_import_item (import_id, lower(name));

-- Rows of one table that describe one item: the first is taken, the others are refused, before anything is compared.
DROP FUNCTION IF EXISTS reconcile_batch_twins;
CREATE FUNCTION reconcile_batch_twins(batch bigint) RETURNS integer
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	marked integer;
BEGIN
	ANALYZE cmdb_import_item;
	WITH keyed AS (
		SELECT i.line, 1 AS strength, '/external_key' AS pointer, i.external_key AS value FROM cmdb_import_item i
		WHERE i.import_id = batch AND i.errors IS NULL AND i.external_key IS NOT NULL
		UNION ALL
		SELECT i.line, 2, '/attributes/' || k.name, ci_key_form(i.attributes ->> k.name)
		FROM (SELECT DISTINCT keys[1] AS name FROM ci_identity WHERE cardinality(keys) = 1 AND keys[1] NOT IN ('name', 'location', 'external_key')) k
			JOIN cmdb_import_item i ON i.attributes ? k.name
		WHERE i.import_id = batch AND i.errors IS NULL
		UNION ALL
		SELECT i.line, 3, '/name', concat_ws(E'\x1f', i.class_id::text, lower(i.name), lower(i.fields ->> 'location')) FROM cmdb_import_item i
		WHERE i.import_id = batch AND i.errors IS NULL AND i.external_key IS NULL AND i.name IS NOT NULL
			AND NOT EXISTS (SELECT FROM ci_identity k WHERE cardinality(k.keys) = 1 AND ci_key_form(i.attributes ->> k.keys[1]) IS NOT NULL)
	), twins AS (
		SELECT DISTINCT ON (w.line) w.line, w.first_line, w.pointer FROM (
			SELECT k.line, k.strength, k.pointer, first_value(k.line) OVER (PARTITION BY k.pointer, k.value ORDER BY k.line) AS first_line
			FROM keyed k WHERE k.value IS NOT NULL) w
		WHERE w.line <> w.first_line ORDER BY w.line, w.strength
	)
	UPDATE cmdb_import_item i SET errors = jsonb_build_array(jsonb_build_object('pointer', t.pointer, 'detail',
		format(CASE WHEN (i.class_id, i.external_key, i.name, i.fields, i.attributes) IS NOT DISTINCT FROM (f.class_id, f.external_key, f.name, f.fields, f.attributes)
			THEN 'repeats line %s' ELSE 'describes the same item as line %s: one row for one item' END, t.first_line)))
	FROM twins t JOIN cmdb_import_item f ON f.import_id = batch AND f.line = t.first_line
	WHERE i.import_id = batch AND i.line = t.line;
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked;
END $$;
COMMENT ON FUNCTION reconcile_batch_twins IS 'Refuses rows that describe the item of an earlier row; how many';

-- One chunk of rows: compared (really false) or applied. The last line done, NULL when there are no more.
DROP FUNCTION IF EXISTS reconcile_batch_run;
CREATE FUNCTION reconcile_batch_run(batch bigint, after_line integer, chunk integer, really boolean, actor bigint, at timestamptz) RETURNS integer
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	origin text;
	item record;
	r record;
	last_line integer;
BEGIN
	SELECT source INTO origin FROM cmdb_import WHERE id = batch;
	FOR item IN SELECT i.* FROM cmdb_import_item i WHERE i.import_id = batch AND i.line > after_line ORDER BY i.line LIMIT chunk LOOP
		last_line := item.line;
		IF item.errors IS NOT NULL THEN
			INSERT INTO cmdb_import_row (import_id, line, outcome, name, errors) VALUES (batch, item.line, 'refused', item.name, item.errors);
			CONTINUE;
		END IF;
		SELECT * INTO r FROM ci_reconcile(batch, origin, item.class_id, item.external_key, item.name, item.fields, item.attributes, actor, at, really);
		INSERT INTO cmdb_import_row (import_id, line, outcome, ci_id, name, errors, changes, candidates)
		VALUES (batch, item.line, r.outcome, r.ci_id, item.name, r.errors, nullif(r.changes, '[]'), r.candidates);
	END LOOP;
	PERFORM nextval('cmdb_import_progress');
	RETURN last_line;
END $$;
COMMENT ON FUNCTION reconcile_batch_run IS 'Compares or applies a chunk of rows; the last line done, NULL at the end';

-- Rows that pointed to rows further down are tried once more when those are there.
DROP FUNCTION IF EXISTS reconcile_batch_again;
CREATE FUNCTION reconcile_batch_again(batch bigint, actor bigint, at timestamptz) RETURNS integer
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	origin text;
	item record;
	r record;
	tried integer := 0;
BEGIN
	SELECT source INTO origin FROM cmdb_import WHERE id = batch;
	FOR item IN SELECT i.* FROM cmdb_import_row o JOIN cmdb_import_item i ON i.import_id = o.import_id AND i.line = o.line
		WHERE o.import_id = batch AND o.outcome = 'refused' AND i.errors IS NULL ORDER BY i.line LOOP
		SELECT * INTO r FROM ci_reconcile(batch, origin, item.class_id, item.external_key, item.name, item.fields, item.attributes, actor, at);
		UPDATE cmdb_import_row o SET outcome = r.outcome, ci_id = r.ci_id, errors = r.errors, changes = nullif(r.changes, '[]'), candidates = r.candidates
		WHERE o.import_id = batch AND o.line = item.line AND r.outcome <> 'refused';
		tried := tried + 1;
	END LOOP;
	RETURN tried;
END $$;
COMMENT ON FUNCTION reconcile_batch_again IS 'Tries refused rows once more after the others; how many';

-- The end of comparing or applying: totals, how many rows change each field, columns that nobody records.
DROP FUNCTION IF EXISTS reconcile_batch_finish;
CREATE FUNCTION reconcile_batch_finish(batch bigint, really boolean, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	b cmdb_import;
	c jsonb;
BEGIN
	UPDATE cmdb_import i SET created = n.created, updated = n.updated, unchanged = n.unchanged, refused = n.refused, ambiguous = n.ambiguous,
		row_count = n.created + n.updated + n.unchanged + n.refused + n.ambiguous,
		fields = coalesce((SELECT jsonb_object_agg(f.field, jsonb_build_object('changed', f.changed, 'kept', f.kept)) FROM (
			SELECT e ->> 'field' AS field, count(*) FILTER (WHERE NOT e ? 'kept') AS changed, count(*) FILTER (WHERE e ? 'kept') AS kept
			FROM cmdb_import_row r CROSS JOIN LATERAL jsonb_array_elements(r.changes) e WHERE r.import_id = batch AND r.outcome IN ('updated', 'unchanged') GROUP BY 1) f), '{}'),
		problem = NULL, progress_base = NULL, state = CASE WHEN really THEN 'applied' ELSE 'compared' END,
		applied_at = CASE WHEN really THEN at END, applied_by = CASE WHEN really THEN actor END
	FROM (SELECT count(*) FILTER (WHERE r.outcome = 'created') AS created, count(*) FILTER (WHERE r.outcome = 'updated') AS updated,
			count(*) FILTER (WHERE r.outcome = 'unchanged') AS unchanged, count(*) FILTER (WHERE r.outcome = 'refused') AS refused,
			count(*) FILTER (WHERE r.outcome = 'ambiguous') AS ambiguous
		FROM cmdb_import_row r WHERE r.import_id = batch) n
	WHERE i.id = batch RETURNING i.* INTO b;
	IF really THEN
		FOR c IN SELECT e FROM jsonb_array_elements(b.columns) e WHERE NOT b.mapping ? (e ->> 'heading') AND (e ->> 'heading') <> '' LOOP
			PERFORM source_column_note(b.source, b.class_id, c ->> 'heading', b.row_count, (c ->> 'filled')::bigint, (c ->> 'distinct')::bigint,
				ARRAY(SELECT jsonb_array_elements_text(c -> 'sample')), at);
		END LOOP;
		DELETE FROM cmdb_import_cell WHERE import_id = batch;
		DELETE FROM cmdb_import_item WHERE import_id = batch;
	END IF;
END $$;
COMMENT ON FUNCTION reconcile_batch_finish IS 'Totals of a batch, and what its columns brought that nobody records';

-- Undoing one CI: fields that still have what the batch gave go back; what was changed since stays and is explained.
DROP FUNCTION IF EXISTS reconcile_undo_ci;
CREATE FUNCTION reconcile_undo_ci(batch bigint, h cmdb_import_change, actor bigint, at timestamptz) RETURNS text
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	c ci;
	b ci_version;
	a ci_version;
	item record;
	why text;
	told text;
	differs boolean := false;
BEGIN
	SELECT * INTO c FROM ci WHERE id = h.ci_id FOR UPDATE;
	IF h.version_before IS NULL THEN
		why := CASE
			WHEN c.phase = 'ended' THEN 'retired'
			WHEN c.version <> h.version_after THEN 'changed'
			WHEN EXISTS (SELECT FROM ticket_ci l WHERE l.ci_id = c.id) OR EXISTS (SELECT FROM contract_coverage l WHERE l.ci_id = c.id) THEN 'linked'
			WHEN EXISTS (SELECT FROM ci_user u WHERE u.ci_id = c.id AND u.until IS NULL) THEN 'used'
			WHEN EXISTS (SELECT FROM ci_relation r WHERE (r.source_id = c.id OR r.target_id = c.id) AND r.valid_to IS NULL
				AND NOT EXISTS (SELECT FROM cmdb_import_relation x WHERE x.import_id = batch AND x.relation_id = r.id)) THEN 'related'
			END;
		IF why IS NOT NULL THEN
			INSERT INTO cmdb_import_kept (import_id, ci_id, field, reason) VALUES (batch, c.id, '', why);
			RETURN 'kept';
		END IF;
		UPDATE ci SET status = (SELECT s.name FROM ci_states(c.class_id) s WHERE s.kind = 'ended' ORDER BY s.name = 'retired' DESC, s.position LIMIT 1),
			updated_at = at, changed_by = actor, changed_via = 'undo:' || batch, change_ticket_id = NULL WHERE id = c.id;
		RETURN 'retired';
	END IF;
	SELECT * INTO b FROM ci_version v WHERE v.ci_id = c.id AND v.version = h.version_before;
	SELECT * INTO a FROM ci_version v WHERE v.ci_id = c.id AND v.version = h.version_after;
	FOR item IN SELECT d.field, d.was, d.given, d.now_is FROM (
			VALUES ('/name', to_jsonb(b.name), to_jsonb(a.name), to_jsonb(c.name)), ('/status', to_jsonb(b.status), to_jsonb(a.status), to_jsonb(c.status)),
				('/owner', to_jsonb(b.owner_id), to_jsonb(a.owner_id), to_jsonb(c.owner_id)), ('/location', to_jsonb(b.location), to_jsonb(a.location), to_jsonb(c.location)),
				('/external_key', to_jsonb(b.external_key), to_jsonb(a.external_key), to_jsonb(c.external_key))
			UNION ALL
			SELECT '/attributes/' || k.key, b.attributes -> k.key, a.attributes -> k.key, c.attributes -> k.key
			FROM (SELECT jsonb_object_keys(b.attributes) AS key UNION SELECT jsonb_object_keys(a.attributes)) k) AS d(field, was, given, now_is)
		WHERE d.was IS DISTINCT FROM d.given AND d.now_is IS DISTINCT FROM d.was LOOP
		IF item.now_is IS DISTINCT FROM item.given THEN
			INSERT INTO cmdb_import_kept (import_id, ci_id, field, reason, by_batch, now_is) VALUES (batch, c.id, item.field, 'changed', item.given, item.now_is);
			CONTINUE;
		END IF;
		differs := true;
		CASE item.field
			WHEN '/name' THEN c.name := b.name;
			WHEN '/status' THEN c.status := b.status;
			WHEN '/owner' THEN c.owner_id := b.owner_id;
			WHEN '/location' THEN c.location := b.location;
			WHEN '/external_key' THEN c.external_key := b.external_key;
			ELSE
				c.attributes := CASE WHEN item.was IS NULL THEN c.attributes - substr(item.field, 13)
					ELSE c.attributes || jsonb_build_object(substr(item.field, 13), item.was) END;
		END CASE;
	END LOOP;
	IF NOT differs THEN
		RETURN 'kept';
	END IF;
	BEGIN
		UPDATE ci SET name = c.name, status = c.status, owner_id = c.owner_id, location = c.location, external_key = c.external_key, attributes = c.attributes,
			updated_at = at, changed_by = actor, changed_via = 'undo:' || batch, change_ticket_id = NULL WHERE id = c.id;
	EXCEPTION WHEN SQLSTATE 'VK422' OR SQLSTATE 'VK409' OR unique_violation THEN
		GET STACKED DIAGNOSTICS told = MESSAGE_TEXT;
		INSERT INTO cmdb_import_kept (import_id, ci_id, field, reason, detail) VALUES (batch, c.id, '', 'refused', told)
		ON CONFLICT (import_id, ci_id, field) DO UPDATE SET detail = excluded.detail;
		RETURN 'kept';
	END;
	RETURN 'restored';
END $$;
COMMENT ON FUNCTION reconcile_undo_ci IS 'Takes back what a batch did to one CI: restored, retired or kept';

-- A chunk of the undoing, the newest CIs first, so that what others were made to point to goes last. The last CI done, NULL at the end.
DROP FUNCTION IF EXISTS reconcile_batch_undo;
CREATE FUNCTION reconcile_batch_undo(batch bigint, before_ci bigint, chunk integer, actor bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	h cmdb_import_change;
	did text;
	counts jsonb;
	last_ci bigint;
	r ci_relation;
BEGIN
	PERFORM cmdb_model_share();
	IF before_ci IS NULL THEN
		UPDATE cmdb_import SET undone = '{"restored": 0, "retired": 0, "kept": 0, "relations": 0}' WHERE id = batch;
		-- Relations first: a CI that only this batch related can go.
		FOR r IN UPDATE ci_relation x SET valid_to = greatest(at, x.valid_from), ended_by = actor
			WHERE x.valid_to IS NULL AND x.id IN (SELECT m.relation_id FROM cmdb_import_relation m WHERE m.import_id = batch AND m.did = 'made') RETURNING x.* LOOP
			UPDATE cmdb_import SET undone = jsonb_set(undone, '{relations}', to_jsonb((undone ->> 'relations')::integer + 1)) WHERE id = batch;
		END LOOP;
		DELETE FROM ci_alias l USING cmdb_import i WHERE i.id = batch AND l.source = i.source AND l.at = i.applied_at;
	END IF;
	SELECT undone INTO counts FROM cmdb_import WHERE id = batch;
	FOR h IN SELECT * FROM cmdb_import_change x WHERE x.import_id = batch AND (before_ci IS NULL OR x.ci_id < before_ci) ORDER BY x.ci_id DESC LIMIT chunk LOOP
		did := reconcile_undo_ci(batch, h, actor, at);
		counts := jsonb_set(counts, ARRAY[did], to_jsonb((counts ->> did)::integer + 1));
		last_ci := h.ci_id;
	END LOOP;
	IF last_ci IS NULL THEN
		FOR r IN SELECT x.* FROM cmdb_import_relation m JOIN ci_relation x ON x.id = m.relation_id
			JOIN ci one ON one.id = x.source_id AND one.phase <> 'ended' JOIN ci other ON other.id = x.target_id AND other.phase <> 'ended'
			WHERE m.import_id = batch AND m.did = 'ended' LOOP
			PERFORM ci_reconcile_relation(NULL, (SELECT source FROM cmdb_import WHERE id = batch), r.source_id, r.type, r.target_id, actor, at);
		END LOOP;
		DELETE FROM reconcile_case c WHERE c.import_id = batch AND c.decision IS NULL;
		UPDATE cmdb_import SET state = 'undone', undone_at = at, undone_by = actor, progress_base = NULL, problem = NULL WHERE id = batch;
	END IF;
	UPDATE cmdb_import SET undone = counts WHERE id = batch AND last_ci IS NOT NULL;
	PERFORM nextval('cmdb_import_progress');
	RETURN last_ci;
END $$;
COMMENT ON FUNCTION reconcile_batch_undo IS 'Undoes a chunk of a batch; the last CI done, NULL at the end';

-- One row of a table that is taken in at once (POST /cmdb/imports); an item that only a person can recognise is refused, and waits in the queue.
DROP FUNCTION IF EXISTS cmdb_import_one;
CREATE FUNCTION cmdb_import_one(batch bigint, origin text, key text, of_class bigint, ci_name text, ci_state text, owner_login text, place text, given jsonb,
	actor bigint, at timestamptz, OUT outcome text, OUT ci_id bigint, OUT errors jsonb)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	r record;
BEGIN
	SELECT * INTO r FROM ci_reconcile(batch, origin, of_class, key, ci_name,
		jsonb_strip_nulls(jsonb_build_object('status', ci_state, 'owner', owner_login, 'location', place)), given, actor, at);
	outcome := r.outcome;
	ci_id := r.ci_id;
	errors := r.errors;
	IF outcome = 'ambiguous' THEN
		outcome := 'refused';
		errors := jsonb_build_array(jsonb_build_object('pointer', '/name', 'detail',
			format('Several CIs could be meant (ids %s): it waits among the ambiguous ones', array_to_string(r.candidates, ', '))));
	END IF;
END $$;
COMMENT ON FUNCTION cmdb_import_one IS 'Makes or changes one CI from a row of a table, or says why not';

-- A batch as the API gives it. done: how far the work at hand is; known from a sequence, because the work is one transaction.
DROP FUNCTION IF EXISTS reconcile_batch_json;
CREATE FUNCTION reconcile_batch_json(batch bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', i.id, 'source', i.source, 'kind', i.kind, 'state', i.state, 'dry_run', i.dry_run, 'file', i.file_name, 'encoding', i.encoding, 'separator', i.separator,
		'class', (SELECT jsonb_build_object('id', c.id, 'name', c.name) FROM ci_class c WHERE c.id = i.class_id),
		'columns', coalesce(i.columns, '[]'), 'mapping', coalesce(i.mapping, '{}'), 'rows', i.row_count,
		'created', i.created, 'updated', i.updated, 'unchanged', i.unchanged, 'refused', i.refused, 'ambiguous', i.ambiguous,
		'fields', coalesce(i.fields, '{}'), 'problem', i.problem, 'actor', ref_json(p.id, p.name), 'created_at', instant_text(i.created_at),
		'applied_at', instant_text(i.applied_at), 'applied_by', (SELECT ref_json(a.id, a.name) FROM person a WHERE a.id = i.applied_by),
		'undone_at', instant_text(i.undone_at), 'undone_by', (SELECT ref_json(a.id, a.name) FROM person a WHERE a.id = i.undone_by),
		'undone', i.undone, 'kept', (SELECT count(*) FROM cmdb_import_kept k WHERE k.import_id = i.id),
		'done', CASE WHEN i.progress_base IS NOT NULL AND i.state IN ('comparing', 'applying', 'undoing')
			THEN least(greatest((s.last_value - i.progress_base) * 500, 0), i.row_count) END)
	FROM cmdb_import i LEFT JOIN person p ON p.id = i.actor_id CROSS JOIN cmdb_import_progress s WHERE i.id = batch
$$;
COMMENT ON FUNCTION reconcile_batch_json IS 'A batch as the API gives it';
