-- One item from outside: the function that everybody calls who brings CIs in. Re-created at every migration; safe to run again.

-- Whose value stands in a field now: the most trusted of those who last said exactly this, else people.
DROP FUNCTION IF EXISTS ci_field_holder;
CREATE FUNCTION ci_field_holder(item bigint, classes bigint[], of_field text, value_now jsonb, OUT holder text, OUT rank integer)
LANGUAGE sql STABLE AS $$
	SELECT h.source, h.rank FROM (
		SELECT s.source, ci_authority_rank(s.source, coalesce(o.kind, 'csv'), classes, of_field) AS rank
		FROM ci_said s LEFT JOIN ci_source o ON o.name = s.source WHERE s.ci_id = item AND s.said -> of_field = value_now
		UNION ALL
		SELECT 'manual', ci_authority_rank('manual', 'manual', classes, of_field)
		WHERE NOT EXISTS (SELECT FROM ci_said s WHERE s.ci_id = item AND s.said -> of_field = value_now)) h
	ORDER BY nullif(h.rank, 0) NULLS LAST, h.source LIMIT 1
$$;
COMMENT ON FUNCTION ci_field_holder IS 'The source whose value a field has, with its trust';

-- May the source replace this value? NULL: yes; else who keeps it.
DROP FUNCTION IF EXISTS reconcile_kept_by;
CREATE FUNCTION reconcile_kept_by(plan jsonb, item bigint, of_field text, value_now jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	mine integer := (plan -> 'rank' ->> of_field)::integer;
	h record;
BEGIN
	IF mine IS NULL THEN
		RETURN NULL;
	END IF;
	IF mine = 0 THEN
		RETURN 'rule';
	END IF;
	IF value_now IS NULL OR value_now = 'null' OR mine <= coalesce((plan -> 'best' ->> of_field)::integer, mine) THEN
		RETURN NULL;
	END IF;
	SELECT * INTO h FROM ci_field_holder(item, ARRAY(SELECT jsonb_array_elements_text(plan -> 'lineage')::bigint), of_field, value_now);
	RETURN CASE WHEN h.rank > 0 AND h.rank < mine THEN h.holder END;
END $$;
COMMENT ON FUNCTION reconcile_kept_by IS 'The source that keeps a value against another, or rule; NULL: it may be replaced';

-- What a source said of a CI replaces what it said before; fields that it left out this time keep the instant when it spoke of them.
DROP FUNCTION IF EXISTS reconcile_claim;
CREATE FUNCTION reconcile_claim(item bigint, origin text, new_said jsonb, at_time timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	old ci_said;
	silent jsonb;
BEGIN
	SELECT * INTO old FROM ci_said s WHERE s.ci_id = item AND s.source = origin FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO ci_said AS s (ci_id, source, said, at) VALUES (item, origin, new_said, at_time)
		ON CONFLICT (ci_id, source) DO UPDATE SET said = s.said || excluded.said, at = greatest(s.at, excluded.at);
		RETURN;
	END IF;
	silent := old.said - ARRAY(SELECT jsonb_object_keys(new_said));
	UPDATE ci_said s SET said = s.said || new_said, at = greatest(s.at, at_time),
		earlier = CASE WHEN silent = '{}' THEN '{}'::jsonb ELSE (SELECT jsonb_object_agg(k, extract(epoch FROM old.at)::bigint) FROM jsonb_object_keys(silent) k)
			|| (old.earlier - ARRAY(SELECT jsonb_object_keys(new_said))) END
	WHERE s.ci_id = item AND s.source = origin;
END $$;
COMMENT ON FUNCTION reconcile_claim IS 'Keeps what a source last said of a CI';

DROP FUNCTION IF EXISTS reconcile_ask;
CREATE FUNCTION reconcile_ask(batch bigint, origin text, print text, of_class bigint, key text, item_name text, given_fields jsonb, given jsonb, choices bigint[], why text,
	at timestamptz) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO reconcile_case AS c (import_id, source, fingerprint, class_id, external_key, name, fields, attributes, candidates, reason, created_at, seen_at)
	VALUES (batch, origin, print, of_class, key, item_name, given_fields, given, choices, why, at, at)
	ON CONFLICT (source, fingerprint) DO UPDATE SET import_id = excluded.import_id, class_id = excluded.class_id, name = excluded.name, fields = excluded.fields,
		attributes = excluded.attributes, candidates = excluded.candidates, reason = excluded.reason, seen_at = excluded.seen_at
$$;
COMMENT ON FUNCTION reconcile_ask IS 'Puts an item into the queue of those that only a person can recognise';

DROP FUNCTION IF EXISTS ci_merged_into;
CREATE FUNCTION ci_merged_into(item bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
	next bigint := item;
BEGIN
	WHILE next IS NOT NULL LOOP
		item := next;
		SELECT m.kept_id INTO next FROM ci_merge m WHERE m.merged_id = item;
	END LOOP;
	RETURN item;
END $$;
COMMENT ON FUNCTION ci_merged_into IS 'The CI that a CI has become by merging, itself when it was not merged';

-- Brings one item in. batch: row of cmdb_import, or NULL (nothing to undo by). fields: status, owner (login, or id as a number), location.
-- attributes: values in stored form; JSON null takes a value away; references as id, name or the source's key. what is not given stays.
-- really false: nothing is written, the answer is the same. forced: 0 makes a new CI, an id means that one, NULL recognises.
-- outcome: created, updated, unchanged, ambiguous (candidates; in the queue), refused (errors: [{"pointer","detail"}]).
-- changes: [{"field","old","new"}], with "kept" (manual, a source, or rule) where the new value was not taken.
DROP FUNCTION IF EXISTS ci_reconcile;
CREATE FUNCTION ci_reconcile(batch bigint, origin text, of_class bigint, key text, item_name text, given_fields jsonb, given jsonb, actor bigint, at timestamptz,
	really boolean DEFAULT true, forced bigint DEFAULT NULL,
	OUT outcome text, OUT ci_id bigint, OUT changes jsonb, OUT candidates bigint[], OUT errors jsonb)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	plan jsonb;
	known ci;
	becomes ci;
	said jsonb := '{}';
	new_owner bigint;
	item record;
	holder record;
	reason text;
	keeps text;
	print text;
	decided text;
	decided_ci bigint;
	decided_on timestamptz;
	pointed text;
	told text;
	via text;
	place text := nullif(given_fields ->> 'location', '');
BEGIN
	PERFORM cmdb_model_share();
	errors := '[]';
	changes := '[]';
	given_fields := coalesce(given_fields, '{}');
	given := coalesce(given, '{}');
	item_name := nullif(btrim(item_name), '');
	SELECT p.plan INTO plan FROM reconcile_plan p WHERE p.class_id = of_class AND p.source = origin;
	IF plan IS NULL THEN
		plan := reconcile_plan_make(of_class, origin, coalesce((SELECT i.kind FROM cmdb_import i WHERE i.id = batch), 'csv'));
	END IF;
	via := CASE plan ->> 'kind' WHEN 'agent' THEN 'agent:' WHEN 'manual' THEN 'manual:' ELSE 'import:' END || origin;
	IF (plan ->> 'abstract')::boolean THEN
		errors := errors || jsonb_build_object('pointer', '/class', 'detail', format('the class %s is abstract: choose one below it', plan ->> 'name'));
	END IF;
	IF jsonb_typeof(given_fields -> 'owner') = 'number' THEN
		SELECT p.id INTO new_owner FROM person p WHERE p.id = (given_fields ->> 'owner')::bigint AND p.active;
	ELSIF given_fields ->> 'owner' IS NOT NULL THEN
		SELECT p.id INTO new_owner FROM person p WHERE p.login = lower(given_fields ->> 'owner') AND p.active;
	END IF;
	IF new_owner IS NULL AND given_fields ->> 'owner' IS NOT NULL THEN
		errors := errors || jsonb_build_object('pointer', '/owner', 'detail', format('There is no active person with the login %s', given_fields ->> 'owner'));
	END IF;
	IF plan ->> 'kind' = 'agent' OR plan -> 'references' <> '{}' OR (given - ARRAY(SELECT jsonb_array_elements_text(plan -> 'names'))) <> '{}' THEN
		SELECT v.given, v.errors INTO given, errors FROM reconcile_values(plan, origin, of_class, at, CASE WHEN NOT really THEN batch END, given, errors) v;
	END IF;
	-- Junk is never recorded where it would stand for an identity: two machines "to be filled by O.E.M." are two machines.
	FOR item IN SELECT k AS name FROM jsonb_array_elements_text(plan -> 'guarded') k WHERE given ? k AND jsonb_typeof(given -> k) = 'string' AND ci_key_form(given ->> k) IS NULL LOOP
		said := said || jsonb_build_object('/attributes/' || item.name, given -> item.name);
		changes := changes || jsonb_build_object('field', '/attributes/' || item.name, 'old', NULL, 'new', given -> item.name, 'kept', 'junk');
		given := given - item.name;
	END LOOP;

	IF forced IS NULL THEN
		SELECT i.match, i.candidates, i.reason INTO ci_id, candidates, reason FROM ci_identify(plan, origin, of_class, key, item_name, place, given) i;
	ELSIF forced > 0 THEN
		ci_id := forced;
	END IF;
	IF candidates IS NOT NULL THEN
		print := reconcile_fingerprint(plan, of_class, key, item_name, place, given);
		SELECT c.decision, c.ci_id, c.decided_at INTO decided, decided_ci, decided_on FROM reconcile_case c WHERE c.source = origin AND c.fingerprint = print AND c.decision IS NOT NULL;
		IF decided = 'ignore' THEN
			outcome := 'refused';
			candidates := NULL;
			errors := jsonb_build_array(jsonb_build_object('pointer', '', 'detail', format('ignored, as decided on %s', to_char(decided_on, 'YYYY-MM-DD'))));
			RETURN;
		END IF;
		IF decided_ci IS NOT NULL THEN
			ci_id := decided_ci;
			candidates := NULL;
		END IF;
	END IF;
	IF ci_id IS NOT NULL THEN
		-- One that was merged into another means that other one.
		ci_id := ci_merged_into(ci_id);
		IF really THEN
			SELECT c.* INTO known FROM ci c WHERE c.id = ci_id FOR UPDATE;
		ELSE
			SELECT c.* INTO known FROM ci c WHERE c.id = ci_id;
		END IF;
		IF known.class_id <> of_class AND plan ->> 'kind' <> 'agent' AND forced IS NULL AND decided IS NULL THEN
			errors := errors || jsonb_build_object('pointer', '/class', 'detail', format('The CI that this is (id %s, %s) is of another class', known.id, known.name));
		ELSIF known.class_id <> of_class THEN
			-- What its class does not have is not recorded.
			SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') INTO given FROM jsonb_each(given) e
			WHERE EXISTS (SELECT FROM ci_class k JOIN ci_attribute a ON a.class_id = ANY (k.lineage) WHERE k.id = known.class_id AND a.name = e.key AND NOT a.retired);
		END IF;
	END IF;
	becomes := known;
	IF known.id IS NULL THEN
		becomes.attributes := '{}';
		becomes.class_id := of_class;
	END IF;

	-- Field by field: same, new, or kept by somebody more trusted.
	FOR item IN
		SELECT f.field, f.value_now, f.value_new FROM (VALUES
			('/name', to_jsonb(known.name), to_jsonb(item_name)),
			('/status', to_jsonb(known.status), given_fields -> 'status'),
			('/owner', to_jsonb(known.owner_id), to_jsonb(new_owner)),
			('/location', to_jsonb(known.location), to_jsonb(place))) AS f(field, value_now, value_new)
		WHERE f.value_new IS NOT NULL AND f.value_new <> 'null'
		UNION ALL
		SELECT '/attributes/' || e.key, known.attributes -> e.key, e.value FROM jsonb_each(given) e
	LOOP
		said := said || jsonb_build_object(item.field, item.value_new);
		CONTINUE WHEN item.field = '/name' AND known.id IS NOT NULL AND (plan ->> 'computed')::boolean;
		CONTINUE WHEN item.value_new IS NOT DISTINCT FROM item.value_now OR (item.value_new = 'null' AND item.value_now IS NULL);
		keeps := CASE WHEN known.id IS NULL AND item.field = '/name' THEN NULL ELSE reconcile_kept_by(plan, known.id, item.field, item.value_now) END;
		IF keeps IS NOT NULL THEN
			changes := changes || jsonb_build_object('field', item.field, 'old', item.value_now, 'new', item.value_new, 'kept', keeps);
			CONTINUE;
		END IF;
		changes := changes || jsonb_build_object('field', item.field, 'old', item.value_now, 'new', item.value_new);
		CASE item.field
			WHEN '/name' THEN becomes.name := item_name;
			WHEN '/status' THEN becomes.status := item.value_new #>> '{}';
			WHEN '/owner' THEN becomes.owner_id := new_owner;
			WHEN '/location' THEN becomes.location := place;
			ELSE
				IF item.value_new = 'null' THEN
					becomes.attributes := becomes.attributes - substr(item.field, 13);
				ELSE
					becomes.attributes := becomes.attributes || jsonb_build_object(substr(item.field, 13), item.value_new);
				END IF;
		END CASE;
	END LOOP;
	IF becomes.name IS NULL AND candidates IS NULL AND NOT (plan ->> 'computed')::boolean THEN
		errors := errors || jsonb_build_object('pointer', '/name', 'detail', 'is required');
	END IF;
	IF plan -> 'required' <> '[]' AND candidates IS NULL THEN
		errors := errors || coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', '/attributes/' || n.name, 'detail', 'is required'))
			FROM jsonb_array_elements_text(plan -> 'required') AS n(name)
			WHERE NOT becomes.attributes ? n.name AND NOT errors @> jsonb_build_array(jsonb_build_object('pointer', '/attributes/' || n.name))), '[]');
	END IF;
	-- Two that may not share a value: both are shown when the value is one by which items are recognised.
	IF candidates IS NULL AND changes <> '[]' THEN
		FOR item IN SELECT u.key AS name, u.value::bigint AS id FROM jsonb_each_text(plan -> 'unique') u
			WHERE becomes.attributes ? u.key AND becomes.attributes -> u.key IS DISTINCT FROM known.attributes -> u.key LOOP
			SELECT u.ci_id AS id, c.name INTO holder FROM ci_unique u JOIN ci c ON c.id = u.ci_id
			WHERE u.attribute_id = item.id AND u.value_key = ci_unique_key(becomes.attributes -> item.name) AND u.ci_id IS DISTINCT FROM known.id;
			CONTINUE WHEN NOT FOUND;
			IF known.id IS NOT NULL AND forced IS NULL AND plan -> 'rules' @> jsonb_build_array(jsonb_build_object('keys', jsonb_build_array(item.name))) THEN
				candidates := ARRAY[known.id, holder.id];
				reason := 'contradiction';
			ELSE
				errors := errors || jsonb_build_object('pointer', '/attributes/' || item.name, 'detail', format('%s has this value already (id %s)', holder.name, holder.id));
			END IF;
		END LOOP;
	END IF;
	IF errors <> '[]' THEN
		outcome := 'refused';
		ci_id := NULL;
		candidates := NULL;
		RETURN;
	END IF;
	errors := NULL;
	IF candidates IS NOT NULL THEN
		outcome := 'ambiguous';
		ci_id := NULL;
		changes := '[]';
		IF really THEN
			PERFORM reconcile_ask(batch, origin, coalesce(print, reconcile_fingerprint(plan, of_class, key, item_name, place, given)), of_class, key, item_name,
				given_fields, given, candidates, reason, at);
		END IF;
		RETURN;
	END IF;
	-- What an undone import had made is there again when the source says so again.
	IF known.phase = 'ended' AND known.changed_via LIKE 'undo:%' AND NOT given_fields ? 'status' THEN
		SELECT v.status INTO becomes.status FROM ci_version v WHERE v.ci_id = known.id AND v.version = known.version - 1;
		changes := changes || jsonb_build_object('field', '/status', 'old', known.status, 'new', becomes.status);
	END IF;
	outcome := CASE WHEN known.id IS NULL THEN 'created' WHEN changes @? '$[*] ? (!exists(@.kept))' THEN 'updated' ELSE 'unchanged' END;
	IF NOT really THEN
		RETURN;
	END IF;
	BEGIN
		IF outcome = 'created' THEN
			INSERT INTO ci AS c (class_id, name, status, attributes, owner_id, location, source, external_key, created_at, updated_at, changed_by, changed_via)
			VALUES (of_class, becomes.name, coalesce(becomes.status, ci_state_first(of_class)), becomes.attributes, becomes.owner_id, becomes.location, origin, key, at, at, actor, via)
			RETURNING c.id, c.version INTO ci_id, known.version;
			IF batch IS NOT NULL THEN
				INSERT INTO cmdb_import_change (import_id, ci_id, version_before, version_after) VALUES (batch, ci_id, NULL, known.version);
			END IF;
		ELSIF outcome = 'updated' OR (key IS NOT NULL AND known.source = origin AND known.external_key IS DISTINCT FROM key AND known.external_key IS NULL) THEN
			UPDATE ci c SET name = becomes.name, status = becomes.status, attributes = becomes.attributes, owner_id = becomes.owner_id, location = becomes.location,
				external_key = CASE WHEN c.source = origin THEN coalesce(c.external_key, key) ELSE c.external_key END,
				updated_at = at, changed_by = actor, changed_via = via, change_ticket_id = NULL
			WHERE c.id = known.id RETURNING c.version INTO becomes.version;
			outcome := CASE WHEN becomes.version > known.version THEN 'updated' ELSE 'unchanged' END;
			IF batch IS NOT NULL AND becomes.version > known.version THEN
				INSERT INTO cmdb_import_change AS h (import_id, ci_id, version_before, version_after) VALUES (batch, known.id, known.version, becomes.version)
				ON CONFLICT ON CONSTRAINT cmdb_import_change_pkey DO UPDATE SET version_after = excluded.version_after;
			END IF;
		END IF;
		-- The key belongs to one source: a CI brought in by another keeps its own and is known by this one too.
		IF key IS NOT NULL AND known.id IS NOT NULL AND (known.source <> origin OR coalesce(known.external_key, key) <> key) THEN
			INSERT INTO ci_alias (source, external_key, ci_id, decided_by, at) VALUES (origin, key, known.id, actor, at)
			ON CONFLICT (source, external_key) DO UPDATE SET ci_id = excluded.ci_id WHERE ci_alias.ci_id <> excluded.ci_id;
		END IF;
		PERFORM reconcile_claim(ci_id, origin, said, at);
	EXCEPTION
		WHEN SQLSTATE 'VK422' OR SQLSTATE 'VK409' THEN
			GET STACKED DIAGNOSTICS pointed = PG_EXCEPTION_HINT, told = MESSAGE_TEXT;
			outcome := 'refused';
			ci_id := NULL;
			changes := '[]';
			errors := jsonb_build_array(jsonb_build_object('pointer', CASE WHEN pointed LIKE '/%' THEN pointed ELSE '' END, 'detail', told));
		WHEN unique_violation THEN
			outcome := 'refused';
			ci_id := NULL;
			changes := '[]';
			errors := jsonb_build_array(jsonb_build_object('pointer', '/external_key', 'detail', 'Another CI of this source has this key'));
	END;
END $$;
COMMENT ON FUNCTION ci_reconcile IS 'Brings one item from outside in: recognised, judged field by field, remembered, undoable with its batch';

-- What a decision about an item is remembered by.
DROP FUNCTION IF EXISTS reconcile_fingerprint;
CREATE FUNCTION reconcile_fingerprint(plan jsonb, of_class bigint, key text, item_name text, place text, given jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN key IS NOT NULL THEN 'k:' || key ELSE 'f:' || encode(sha256(convert_to(concat_ws(E'\x1f', of_class::text, lower(item_name), lower(place),
		(SELECT string_agg(DISTINCT k || '=' || ci_key_form(given ->> k), E'\x1f') FROM jsonb_array_elements(plan -> 'rules') r, jsonb_array_elements_text(r -> 'keys') k
			WHERE ci_key_form(given ->> k) IS NOT NULL)), 'UTF8')), 'hex') END
$$;
COMMENT ON FUNCTION reconcile_fingerprint IS 'What a decision about an item from outside is remembered by';

-- A relation that a source says holds. outcome: created, unchanged, refused (errors).
DROP FUNCTION IF EXISTS ci_reconcile_relation;
CREATE FUNCTION ci_reconcile_relation(batch bigint, origin text, one bigint, relation text, other bigint, actor bigint, at timestamptz,
	OUT outcome text, OUT relation_id bigint, OUT errors jsonb)
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	pointed text;
	told text;
BEGIN
	PERFORM cmdb_model_share();
	SELECT r.id INTO relation_id FROM ci_relation r WHERE r.source_id = one AND r.type = relation AND r.target_id = other AND r.valid_to IS NULL;
	IF FOUND THEN
		outcome := 'unchanged';
		RETURN;
	END IF;
	BEGIN
		SELECT CASE WHEN r.created THEN 'created' ELSE 'unchanged' END, r.relation_id INTO outcome, relation_id
		FROM ci_relate(one, relation, other, actor, at, coalesce((SELECT CASE s.kind WHEN 'agent' THEN 'agent:' ELSE 'import:' END FROM ci_source s WHERE s.name = origin),
			'import:') || origin) r;
		IF outcome = 'created' AND batch IS NOT NULL THEN
			INSERT INTO cmdb_import_relation (import_id, relation_id, did) VALUES (batch, ci_reconcile_relation.relation_id, 'made');
		END IF;
	EXCEPTION
		WHEN SQLSTATE 'VK422' OR SQLSTATE 'VK409' OR SQLSTATE 'VK404' THEN
			GET STACKED DIAGNOSTICS pointed = PG_EXCEPTION_HINT, told = MESSAGE_TEXT;
			outcome := 'refused';
			errors := jsonb_build_array(jsonb_build_object('pointer', CASE WHEN pointed LIKE '/%' THEN pointed ELSE '' END, 'detail', told));
		WHEN foreign_key_violation OR check_violation THEN
			outcome := 'refused';
			errors := jsonb_build_array(jsonb_build_object('pointer', '', 'detail', 'There is no such type of relation or CI, or a CI would be related to itself'));
	END;
END $$;
COMMENT ON FUNCTION ci_reconcile_relation IS 'Records a relation that a source says holds, once, undoable with its batch';

-- Relations of the source that it no longer says: those it brought itself, of one type from one CI, except to these.
DROP FUNCTION IF EXISTS ci_reconcile_relations_end;
CREATE FUNCTION ci_reconcile_relations_end(batch bigint, origin text, one bigint, relation text, outward boolean, keep bigint[], actor bigint, at timestamptz) RETURNS integer
LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	ended bigint[];
BEGIN
	PERFORM cmdb_model_share();
	WITH gone AS (
		UPDATE ci_relation r SET valid_to = greatest(at, r.valid_from), ended_by = actor
		WHERE r.valid_to IS NULL AND r.type = relation AND r.origin IN ('agent:' || ci_reconcile_relations_end.origin, 'import:' || ci_reconcile_relations_end.origin)
			AND ((outward AND r.source_id = one AND r.target_id <> ALL (keep)) OR (NOT outward AND r.target_id = one AND r.source_id <> ALL (keep)))
		RETURNING r.id)
	SELECT array_agg(g.id) INTO ended FROM gone g;
	IF batch IS NOT NULL THEN
		INSERT INTO cmdb_import_relation (import_id, relation_id, did) SELECT batch, e, 'ended' FROM unnest(ended) e
		ON CONFLICT ON CONSTRAINT cmdb_import_relation_pkey DO NOTHING;
	END IF;
	RETURN coalesce(cardinality(ended), 0);
END $$;
COMMENT ON FUNCTION ci_reconcile_relations_end IS 'Ends relations of a CI that their source no longer says; how many';

-- A batch of an agent: opened before its items, closed with what became of them.
DROP FUNCTION IF EXISTS reconcile_batch_open;
CREATE FUNCTION reconcile_batch_open(origin text, source_label text, of_kind text, actor bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	made bigint;
BEGIN
	INSERT INTO ci_source (name, label, kind) VALUES (origin, source_label, of_kind) ON CONFLICT DO NOTHING;
	INSERT INTO cmdb_import (source, dry_run, actor_id, created_at, kind, state, applied_at, applied_by)
	VALUES (origin, false, actor, at, CASE of_kind WHEN 'agent' THEN 'agent' ELSE 'csv' END, 'applied', at, actor) RETURNING id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION reconcile_batch_open IS 'Opens a batch for items that are applied at once';

DROP FUNCTION IF EXISTS reconcile_batch_close;
CREATE FUNCTION reconcile_batch_close(batch bigint, new_created integer, new_updated integer, new_unchanged integer, new_refused integer, new_ambiguous integer) RETURNS void
LANGUAGE sql AS $$
	UPDATE cmdb_import SET created = new_created, updated = new_updated, unchanged = new_unchanged, refused = new_refused, ambiguous = new_ambiguous,
		row_count = new_created + new_updated + new_unchanged + new_refused + new_ambiguous WHERE id = batch
$$;
COMMENT ON FUNCTION reconcile_batch_close IS 'Keeps what became of the items of a batch';
