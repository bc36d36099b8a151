-- What only people decide: ambiguous items, and duplicates that become one. Re-created at every migration; safe to run again.

DROP FUNCTION IF EXISTS reconcile_decide;
CREATE FUNCTION reconcile_decide(case_id bigint, choice text, chosen bigint, actor bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	q reconcile_case;
	r record;
	wrong jsonb;
BEGIN
	SELECT * INTO q FROM reconcile_case WHERE id = case_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM refuse(404, 'not-found', 'There is no such item');
	END IF;
	IF q.decision IS NOT NULL THEN
		PERFORM refuse(409, 'decided', format('This was decided already: %s', q.decision), jsonb_build_object('decision', q.decision, 'ci', q.ci_id));
	END IF;
	IF choice = 'this' THEN
		IF NOT EXISTS (SELECT FROM ci WHERE id = chosen AND phase <> 'ended') THEN
			PERFORM refuse_field('/ci', 'There is no such CI in use');
		END IF;
	ELSIF chosen IS NOT NULL THEN
		PERFORM refuse_field('/ci', 'belongs to the decision "this" only');
	END IF;
	IF choice <> 'ignore' THEN
		SELECT * INTO r FROM ci_reconcile((SELECT i.id FROM cmdb_import i WHERE i.id = q.import_id AND i.state = 'applied'), q.source, q.class_id, q.external_key, q.name,
			q.fields, q.attributes, actor, at, true, CASE choice WHEN 'this' THEN chosen ELSE 0 END);
		IF r.outcome = 'refused' THEN
			wrong := r.errors -> 0;
			PERFORM refuse(409, 'refused', format('%s: %s', coalesce(nullif(wrong ->> 'pointer', ''), q.name), wrong ->> 'detail'), jsonb_build_object('reasons', r.errors));
		END IF;
		IF q.external_key IS NOT NULL AND choice = 'this' AND NOT EXISTS (SELECT FROM ci WHERE source = q.source AND external_key = q.external_key) THEN
			INSERT INTO ci_alias (source, external_key, ci_id, decided_by, at) VALUES (q.source, q.external_key, chosen, actor, at)
			ON CONFLICT (source, external_key) DO UPDATE SET ci_id = excluded.ci_id, decided_by = excluded.decided_by, at = excluded.at;
		END IF;
		UPDATE reconcile_case SET decision = choice, ci_id = r.ci_id, decided_by = actor, decided_at = at WHERE id = q.id;
		UPDATE cmdb_import_row o SET outcome = r.outcome, ci_id = r.ci_id, changes = nullif(r.changes, '[]')
		WHERE o.import_id = q.import_id AND o.outcome = 'ambiguous' AND o.name = q.name AND o.candidates = q.candidates;
	ELSE
		UPDATE reconcile_case SET decision = choice, decided_by = actor, decided_at = at WHERE id = q.id;
	END IF;
	RETURN q.id;
END $$;
COMMENT ON FUNCTION reconcile_decide IS 'Decides an ambiguous item: this CI, a new one, or ignore it; remembered';

-- Rows of a table that name the merged CI now name the one that goes on. Each step says how many.
DROP FUNCTION IF EXISTS ci_merge_links;
CREATE FUNCTION ci_merge_links(keep ci, gone ci, actor bigint, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	link record;
	r ci_relation;
	u ci_user;
	g ci_redundancy;
	groups bigint[];
	new_group bigint;
	tickets integer := 0;
	relations integer := 0;
	users integer := 0;
	contracts integer := 0;
	cases integer := 0;
	pointers integer := 0;
	n integer;
BEGIN
	FOR link IN SELECT l.*, t.number FROM ticket_ci l JOIN ticket t ON t.id = l.ticket_id WHERE l.ci_id = gone.id ORDER BY l.ticket_id FOR UPDATE OF t LOOP
		INSERT INTO ticket_ci (ticket_id, ci_id, role, added_at, added_by) VALUES (link.ticket_id, keep.id, link.role, at, actor) ON CONFLICT DO NOTHING;
		IF FOUND THEN
			PERFORM ticket_event_add(link.ticket_id, 'ci_linked', actor, 'staff', 'system', NULL, jsonb_build_object('ci', keep.id, 'role', link.role, 'merged', gone.id), at);
		END IF;
		DELETE FROM ticket_ci WHERE ticket_id = link.ticket_id AND ci_id = gone.id;
		PERFORM ticket_event_add(link.ticket_id, 'ci_unlinked', actor, 'staff', 'system', NULL, jsonb_build_object('ci', gone.id, 'role', link.role, 'merged_into', keep.id), at);
		PERFORM ticket_touch(link.ticket_id, at);
		tickets := tickets + 1;
	END LOOP;
	UPDATE ticket SET service_id = keep.id, version = version + 1 WHERE service_id = gone.id;
	UPDATE route_rule SET service_id = keep.id WHERE service_id = gone.id;
	UPDATE policy SET service_id = keep.id WHERE service_id = gone.id;
	UPDATE service_value SET service_id = keep.id WHERE service_id = gone.id AND NOT EXISTS (SELECT FROM service_value v WHERE v.service_id = keep.id);
	UPDATE supplier_case SET ci_id = keep.id WHERE ci_id = gone.id;
	GET DIAGNOSTICS cases = ROW_COUNT;
	-- Editions of contracts stay as they were agreed: coverage is found through ci_merge (rules/46_terms.sql).
	SELECT count(DISTINCT t.contract_id) INTO contracts FROM contract_coverage v JOIN contract_terms t ON t.id = v.terms_id WHERE v.ci_id = gone.id;

	SELECT array_agg(m.redundancy_id) INTO groups FROM ci_redundancy_member m JOIN ci_redundancy x ON x.id = m.redundancy_id
	WHERE m.other_id = gone.id AND m.valid_to IS NULL AND x.valid_to IS NULL AND x.ci_id <> keep.id;
	FOR r IN UPDATE ci_relation x SET valid_to = greatest(at, x.valid_from), ended_by = actor
		WHERE (x.source_id = gone.id OR x.target_id = gone.id) AND x.valid_to IS NULL RETURNING x.* LOOP
		relations := relations + 1;
		CONTINUE WHEN (r.source_id = gone.id AND r.target_id = keep.id) OR (r.source_id = keep.id AND r.target_id = gone.id);
		INSERT INTO ci_relation (source_id, type, target_id, valid_from, created_by, origin)
		VALUES (CASE r.source_id WHEN gone.id THEN keep.id ELSE r.source_id END, r.type, CASE r.target_id WHEN gone.id THEN keep.id ELSE r.target_id END, at, actor, r.origin)
		ON CONFLICT (source_id, type, target_id) WHERE valid_to IS NULL DO NOTHING;
	END LOOP;
	INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from, created_by) SELECT x, keep.id, at, actor FROM unnest(groups) x ON CONFLICT DO NOTHING;
	FOR g IN UPDATE ci_redundancy x SET valid_to = greatest(at, x.valid_from), ended_by = actor WHERE x.ci_id = gone.id AND x.valid_to IS NULL RETURNING x.* LOOP
		CONTINUE WHEN EXISTS (SELECT FROM ci_redundancy o WHERE o.ci_id = keep.id AND o.name = g.name AND o.valid_to IS NULL);
		INSERT INTO ci_redundancy (ci_id, type, name, needed, valid_from, created_by) VALUES (keep.id, g.type, g.name, g.needed, at, actor) RETURNING id INTO new_group;
		INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from, created_by)
		SELECT new_group, m.other_id, at, actor FROM ci_redundancy_member m WHERE m.redundancy_id = g.id AND m.other_id <> keep.id
			AND (m.valid_to IS NULL OR m.valid_to = greatest(at, m.valid_from)) ON CONFLICT DO NOTHING;
	END LOOP;
	FOR u IN UPDATE ci_user x SET until = greatest(at, x.since), ended_by = actor WHERE x.ci_id = gone.id AND x.until IS NULL RETURNING x.* LOOP
		INSERT INTO ci_user (ci_id, person_id, since, added_by) VALUES (keep.id, u.person_id, at, actor) ON CONFLICT (ci_id, person_id) WHERE until IS NULL DO NOTHING;
		users := users + 1;
	END LOOP;
	INSERT INTO software_installed (ci_id, version_id, since, agent_id) SELECT keep.id, s.version_id, at, s.agent_id FROM software_installed s
	WHERE s.ci_id = gone.id AND s.until IS NULL AND NOT EXISTS (SELECT FROM software_installed o WHERE o.ci_id = keep.id AND o.version_id = s.version_id AND o.until IS NULL);
	UPDATE software_installed SET until = greatest(at, since) WHERE ci_id = gone.id AND until IS NULL;
	UPDATE inventory_agent SET ci_id = keep.id WHERE ci_id = gone.id;
	UPDATE inventory_part SET ci_id = keep.id WHERE ci_id = gone.id;
	-- Other CIs that refer to it.
	FOR link IN SELECT DISTINCT a.name FROM ci_attribute a WHERE a.type = 'reference' LOOP
		UPDATE ci SET attributes = attributes || jsonb_build_object(link.name, keep.id), updated_at = at, changed_by = actor, changed_via = 'merge', change_ticket_id = NULL
		WHERE attributes @> jsonb_build_object(link.name, gone.id) AND id <> gone.id;
		GET DIAGNOSTICS n = ROW_COUNT;
		pointers := pointers + n;
	END LOOP;
	UPDATE ci_alias SET ci_id = keep.id WHERE ci_id = gone.id;
	IF gone.external_key IS NOT NULL THEN
		INSERT INTO ci_alias (source, external_key, ci_id, decided_by, at) VALUES (gone.source, gone.external_key, keep.id, actor, at) ON CONFLICT DO NOTHING;
	END IF;
	INSERT INTO ci_said (ci_id, source, said, at, earlier) SELECT keep.id, s.source, s.said, s.at, s.earlier FROM ci_said s WHERE s.ci_id = gone.id ON CONFLICT DO NOTHING;
	UPDATE reconcile_case SET candidates = array_replace(candidates, gone.id, keep.id) WHERE decision IS NULL AND gone.id = ANY (candidates);
	UPDATE reconcile_case SET ci_id = keep.id WHERE ci_id = gone.id;
	RETURN jsonb_build_object('tickets', tickets, 'relations', relations, 'users', users, 'contracts', contracts, 'cases', cases, 'references', pointers);
END $$;
COMMENT ON FUNCTION ci_merge_links IS 'Moves everything that names one CI to another; how much';

-- Two CIs that are one. take: fields whose value the merged one gives ("/location", "/attributes/os"); what the kept one lacks it gets anyway.
DROP FUNCTION IF EXISTS ci_merge_two;
CREATE FUNCTION ci_merge_two(keep_id bigint, gone_id bigint, take text[], actor bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	keep ci;
	gone ci;
	k ci_class;
	g ci_class;
	fields text[] := '{}';
	moved jsonb;
	item record;
	unknown text;
	merge_id bigint;
BEGIN
	PERFORM cmdb_model_share();
	PERFORM FROM ci WHERE id IN (keep_id, gone_id) ORDER BY id FOR UPDATE;
	SELECT * INTO keep FROM ci WHERE id = keep_id;
	SELECT * INTO gone FROM ci WHERE id = gone_id;
	IF keep.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such CI');
	END IF;
	IF gone.id IS NULL THEN
		PERFORM refuse_field('/other', 'There is no such CI');
	END IF;
	IF keep.id = gone.id THEN
		PERFORM refuse_field('/other', 'must be another CI');
	END IF;
	IF keep.phase = 'ended' OR gone.phase = 'ended' THEN
		PERFORM refuse(409, 'ci-retired', format('The CI %s is retired', CASE WHEN keep.phase = 'ended' THEN keep.id ELSE gone.id END));
	END IF;
	SELECT * INTO k FROM ci_class WHERE id = keep.class_id;
	SELECT * INTO g FROM ci_class WHERE id = gone.class_id;
	IF NOT (k.id = ANY (g.lineage) OR g.id = ANY (k.lineage) OR k.parent_id = g.parent_id) THEN
		PERFORM refuse(409, 'other-class', format('%s and %s are too different to be one: move one to the class of the other first', k.name, g.name));
	END IF;
	UPDATE ci SET status = (SELECT s.name FROM ci_states(gone.class_id) s WHERE s.kind = 'ended' ORDER BY s.name = 'retired' DESC, s.position LIMIT 1),
		updated_at = at, changed_by = actor, changed_via = 'merge', change_ticket_id = NULL WHERE id = gone.id;
	FOR item IN
		SELECT d.field, d.mine, d.theirs FROM (
			VALUES ('/name', to_jsonb(keep.name), to_jsonb(gone.name)), ('/status', to_jsonb(keep.status), to_jsonb(gone.status)),
				('/owner', to_jsonb(keep.owner_id), to_jsonb(gone.owner_id)), ('/location', to_jsonb(keep.location), to_jsonb(gone.location))
			UNION ALL
			SELECT '/attributes/' || e.key, keep.attributes -> e.key, e.value FROM jsonb_each(gone.attributes) e
			WHERE EXISTS (SELECT FROM ci_attribute a WHERE a.class_id = ANY (k.lineage) AND a.name = e.key AND NOT a.retired)) AS d(field, mine, theirs)
		WHERE d.theirs IS NOT NULL AND d.theirs IS DISTINCT FROM d.mine AND (d.mine IS NULL OR d.field = ANY (take)) LOOP
		fields := fields || item.field;
		CASE item.field
			WHEN '/name' THEN keep.name := gone.name;
			WHEN '/status' THEN keep.status := gone.status;
			WHEN '/owner' THEN keep.owner_id := gone.owner_id;
			WHEN '/location' THEN keep.location := gone.location;
			ELSE keep.attributes := keep.attributes || jsonb_build_object(substr(item.field, 13), item.theirs);
		END CASE;
	END LOOP;
	SELECT t INTO unknown FROM unnest(take) t WHERE t NOT IN ('/name', '/status', '/owner', '/location')
		AND NOT gone.attributes ? substr(t, 13) LIMIT 1;
	IF unknown IS NOT NULL THEN
		PERFORM refuse_field('/take', format('%s is no field of the merged CI', unknown));
	END IF;
	UPDATE ci SET name = keep.name, status = keep.status, owner_id = keep.owner_id, location = keep.location, attributes = keep.attributes,
		updated_at = at, changed_by = actor, changed_via = 'merge', change_ticket_id = NULL WHERE id = keep.id;
	moved := ci_merge_links(keep, gone, actor, at) || jsonb_build_object('fields', to_jsonb(fields));
	INSERT INTO ci_merge (kept_id, merged_id, actor_id, at, moved) VALUES (keep.id, gone.id, actor, at, moved) RETURNING id INTO merge_id;
	RETURN merge_id;
END $$;
COMMENT ON FUNCTION ci_merge_two IS 'Puts two CIs together: the second ends, and everything that named it names the first';
CREATE OR REPLACE TRIGGER ci_merge_append_only BEFORE UPDATE OR DELETE ON ci_merge FOR EACH ROW EXECUTE FUNCTION refuse_change();
