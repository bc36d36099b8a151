-- Inventories of agents: who is let in, what is kept of it, how it becomes CIs, relations and software. Re-created at every migration; safe to
-- run again. CIs are made and changed by ci_reconcile alone, so the rules of identity and authority hold for agents as for tables.

-- A report or question of an agent. refusal: token (unknown), needs-token (this agent enrolled with one), unknown (nobody is let wait), full (too
-- many wait). An agent that shows a token that holds is known from then on; others wait in quarantine.
DROP FUNCTION IF EXISTS inventory_meet;
CREATE FUNCTION inventory_meet(new_uuid uuid, device text, token_hash bytea, new_protocol text, machine text, new_program text, new_tag text, peer text,
	at timestamptz, OUT agent_id bigint, OUT state text, OUT refusal text, OUT kept boolean, OUT period_s integer)
LANGUAGE plpgsql AS $$
DECLARE
	setting inventory_setting;
	token inventory_token;
	a inventory_agent;
BEGIN
	SELECT * INTO setting FROM inventory_setting;
	period_s := setting.period_s;
	kept := false;
	IF token_hash IS NOT NULL THEN
		SELECT * INTO token FROM inventory_token t WHERE t.hash = token_hash;
		IF NOT FOUND THEN
			refusal := 'token';
			RETURN;
		END IF;
		IF token.revoked_at IS NOT NULL THEN
			token := NULL;
		ELSIF coalesce(token.last_used_at, '-infinity') < at - interval '1 hour' THEN
			UPDATE inventory_token t SET last_used_at = at WHERE t.id = token.id;
		END IF;
	END IF;
	IF new_uuid IS NOT NULL THEN
		SELECT * INTO a FROM inventory_agent g WHERE g.agent_uuid = new_uuid FOR UPDATE;
	END IF;
	IF a.id IS NULL THEN
		SELECT * INTO a FROM inventory_agent g WHERE g.device_id = device AND (new_uuid IS NULL OR g.agent_uuid IS NULL)
		ORDER BY g.agent_uuid NULLS FIRST, g.id LIMIT 1 FOR UPDATE;
	END IF;
	IF a.id IS NULL THEN
		IF token.id IS NOT NULL AND coalesce(token.expires_at > at, true) THEN
			a.state := 'known';
			a.token_id := token.id;
		ELSIF NOT setting.accept_unknown THEN
			refusal := 'unknown';
			RETURN;
		ELSIF (SELECT count(*) FROM (SELECT FROM inventory_agent g WHERE g.state = 'quarantine' LIMIT setting.quarantine_max) q) >= setting.quarantine_max THEN
			refusal := 'full';
			RETURN;
		ELSE
			a.state := 'quarantine';
		END IF;
		INSERT INTO inventory_agent AS g (agent_uuid, device_id, name, program, protocol, tag, address, state, token_id, first_seen_at, last_seen_at)
		VALUES (new_uuid, device, machine, new_program, new_protocol, new_tag, peer, a.state, a.token_id, at, at)
		ON CONFLICT DO NOTHING RETURNING g.* INTO a;
		IF NOT FOUND THEN
			-- Its other request was quicker.
			SELECT * INTO a FROM inventory_agent g WHERE (g.agent_uuid = new_uuid OR (new_uuid IS NULL AND g.device_id = device AND g.agent_uuid IS NULL)) FOR UPDATE;
		END IF;
	ELSE
		IF a.state = 'known' AND a.token_id IS NOT NULL AND token.id IS NULL THEN
			refusal := 'needs-token';
			RETURN;
		END IF;
		IF a.state = 'quarantine' AND token.id IS NOT NULL AND coalesce(token.expires_at > at, true) THEN
			a.state := 'known';
		END IF;
		UPDATE inventory_agent g SET state = a.state, agent_uuid = coalesce(g.agent_uuid, new_uuid), device_id = device, protocol = new_protocol,
			name = CASE WHEN machine = device THEN g.name ELSE machine END, program = CASE new_program WHEN '' THEN g.program ELSE new_program END,
			tag = CASE new_tag WHEN '' THEN g.tag ELSE new_tag END, address = peer, last_seen_at = greatest(at, g.last_seen_at),
			token_id = CASE WHEN a.state = 'known' THEN coalesce(token.id, g.token_id) END
		WHERE g.id = a.id;
	END IF;
	agent_id := a.id;
	state := a.state;
	kept := a.last_inventory_at > at - make_interval(secs => setting.period_s / 2);
END $$;
COMMENT ON FUNCTION inventory_meet IS 'Finds or records an agent that reports, and says how it is to be treated';

-- Keeps an inventory. A part of one stands beside what is known: sections that it does not name keep what the last one said.
DROP FUNCTION IF EXISTS inventory_keep;
CREATE FUNCTION inventory_keep(agent bigint, new_facts jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	a inventory_agent;
	whole jsonb := new_facts;
	missing text[];
BEGIN
	SELECT * INTO a FROM inventory_agent WHERE id = agent FOR UPDATE;
	IF (new_facts ->> 'partial')::boolean AND a.facts IS NOT NULL THEN
		SELECT array_agg(s) INTO missing FROM jsonb_array_elements_text(a.facts -> 'sections') s WHERE NOT new_facts -> 'sections' ? s;
		whole := a.facts || jsonb_build_object(
			'machine', (a.facts -> 'machine') || (new_facts -> 'machine')
				|| jsonb_build_object('attributes', (a.facts -> 'machine' -> 'attributes') || (new_facts -> 'machine' -> 'attributes')),
			'parts', (SELECT coalesce(jsonb_agg(p ORDER BY p ->> 'kind', p ->> 'key'), '[]') FROM (
				SELECT e FROM jsonb_array_elements(new_facts -> 'parts') e
				UNION ALL
				SELECT e FROM jsonb_array_elements(a.facts -> 'parts') e WHERE e ->> 'kind' = ANY (missing)) AS x(p)),
			'software', CASE WHEN new_facts -> 'sections' ? 'software' THEN new_facts -> 'software' ELSE a.facts -> 'software' END,
			'sections', (SELECT coalesce(jsonb_agg(DISTINCT s), '[]') FROM jsonb_array_elements_text((a.facts -> 'sections') || (new_facts -> 'sections')) s));
	END IF;
	UPDATE inventory_agent SET facts = whole, facts_hash = sha256(convert_to(whole::text, 'UTF8')), last_inventory_at = greatest(at, coalesce(last_inventory_at, at)),
		stale_since = NULL, work = CASE state WHEN 'known' THEN 'waiting' ELSE 'none' END, work_error = NULL
	WHERE id = agent;
END $$;
COMMENT ON FUNCTION inventory_keep IS 'Keeps an agent''s inventory until it is applied or replaced';

-- Class, key and relation to the machine of each kind of part. outward: the machine is the relation's source.
DROP FUNCTION IF EXISTS inventory_kinds CASCADE;
CREATE FUNCTION inventory_kinds() RETURNS TABLE (kind text, class text, relation text, outward boolean)
LANGUAGE sql IMMUTABLE AS $$
	VALUES ('network_interface', 'network_interface', 'part_of', false), ('disk', 'disk', 'part_of', false), ('monitor', 'monitor', 'connected_to', false),
		('printer', 'printer', 'uses', true), ('virtual_machine', 'virtual_machine', 'runs_on', false)
$$;
COMMENT ON FUNCTION inventory_kinds IS 'Kinds of parts that inventories name';

DROP FUNCTION IF EXISTS inventory_machine_key;
CREATE FUNCTION inventory_machine_key(a inventory_agent) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN a.facts #>> '{machine,attributes,uuid}' IS NOT NULL THEN 'uuid:' || (a.facts #>> '{machine,attributes,uuid}')
		WHEN a.facts #>> '{machine,attributes,mac}' IS NULL AND a.facts #>> '{machine,attributes,serial_number}' IS NULL
			THEN 'device:' || coalesce(a.agent_uuid::text, a.device_id) END
$$;
COMMENT ON FUNCTION inventory_machine_key IS 'Key of an agent''s machine: the UUID of the system, by which its host names it too; the agent''s own where nothing else tells machines apart; NULL: serial number or address tell, also when the agent was installed anew';

-- The same part is the same CI wherever it is plugged in, if it can be told from others: by serial number, UUID or address in the network.
DROP FUNCTION IF EXISTS inventory_part_key;
CREATE FUNCTION inventory_part_key(machine text, part jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT left(CASE WHEN part ->> 'kind' = 'virtual_machine' AND part #>> '{attributes,uuid}' IS NOT NULL THEN 'uuid:' || (part #>> '{attributes,uuid}')
		WHEN part ->> 'kind' IN ('monitor', 'printer') AND part #>> '{attributes,serial_number}' IS NOT NULL THEN (part ->> 'kind') || ':' || (part #>> '{attributes,serial_number}')
		ELSE machine || '/' || (part ->> 'kind') || ':' || (part ->> 'key') END, 400)
$$;
COMMENT ON FUNCTION inventory_part_key IS 'Key of a part of a machine';

-- A name that says whose it is, for parts that are called the same everywhere.
DROP FUNCTION IF EXISTS inventory_part_name;
CREATE FUNCTION inventory_part_name(machine text, part jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT left(CASE WHEN part ->> 'kind' IN ('network_interface', 'disk') THEN machine || ' ' || (part ->> 'name')
		WHEN part ->> 'kind' = 'monitor' THEN (part ->> 'name') || coalesce(' ' || nullif(part #>> '{attributes,serial_number}', part ->> 'name'), ' ' || machine)
		ELSE part ->> 'name' END, 200)
$$;
COMMENT ON FUNCTION inventory_part_name IS 'Name of a part''s CI';

-- Products and versions that are not there yet are made; what is no longer named is ended.
DROP FUNCTION IF EXISTS inventory_software;
CREATE FUNCTION inventory_software(item bigint, agent bigint, list jsonb, at timestamptz, OUT installed integer, OUT removed integer)
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	wanted bigint[];
BEGIN
	WITH said AS MATERIALIZED (SELECT DISTINCT e ->> 0 AS name, e ->> 1 AS publisher FROM jsonb_array_elements(list) e)
	INSERT INTO software_product (name, publisher) SELECT s.name, s.publisher FROM said s
	WHERE NOT EXISTS (SELECT FROM software_product p WHERE p.name = s.name AND p.publisher = s.publisher) ORDER BY s.name, s.publisher ON CONFLICT DO NOTHING;
	WITH said AS MATERIALIZED (SELECT DISTINCT p.id, e ->> 2 AS version FROM jsonb_array_elements(list) e JOIN software_product p ON p.name = e ->> 0 AND p.publisher = e ->> 1)
	INSERT INTO software_version (product_id, version) SELECT s.id, s.version FROM said s
	WHERE NOT EXISTS (SELECT FROM software_version v WHERE v.product_id = s.id AND v.version = s.version) ORDER BY s.id, s.version ON CONFLICT DO NOTHING;
	SELECT coalesce(array_agg(DISTINCT v.id), '{}') INTO wanted FROM jsonb_array_elements(list) e
	JOIN software_product p ON p.name = e ->> 0 AND p.publisher = e ->> 1 JOIN software_version v ON v.product_id = p.id AND v.version = e ->> 2;
	UPDATE software_installed i SET until = greatest(at, i.since) WHERE i.ci_id = item AND i.until IS NULL AND NOT i.version_id = ANY (wanted);
	GET DIAGNOSTICS removed = ROW_COUNT;
	INSERT INTO software_installed AS i (ci_id, version_id, since, agent_id)
	SELECT item, w, at, agent FROM unnest(wanted) w WHERE NOT EXISTS (SELECT FROM software_installed o WHERE o.ci_id = item AND o.version_id = w AND o.until IS NULL)
	ON CONFLICT (ci_id, version_id, since) DO UPDATE SET until = NULL;
	GET DIAGNOSTICS installed = ROW_COUNT;
END $$;
COMMENT ON FUNCTION inventory_software IS 'Brings what is installed on a CI up to an inventory; how many programs came and went';

DROP FUNCTION IF EXISTS inventory_class;
CREATE FUNCTION inventory_class(of_kind text) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT c.id FROM ci_class c WHERE c.name = of_kind AND NOT c.abstract $$;
COMMENT ON FUNCTION inventory_class IS 'Class of a machine or part; NULL: the model has none, and it is left out';

-- What was kept becomes CIs, relations and software. What is said again changes nothing and leaves no batch.
DROP FUNCTION IF EXISTS inventory_apply;
CREATE FUNCTION inventory_apply(agent bigint, actor bigint, at timestamptz) RETURNS text
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	a inventory_agent;
	host ci;
	batch bigint;
	machine_key text;
	machine_name text;
	r record;
	part jsonb;
	known_as bigint;
	kind record;
	tally jsonb := '{"created": 0, "updated": 0, "unchanged": 0, "ambiguous": 0, "refused": 0}';
	troubles jsonb := '[]';
	relations integer := 0;
	soft record;
	of_class bigint;
	skipped integer := 0;
	here text[] := '{}';
	came integer := 0;
	went integer := 0;
	result text;
BEGIN
	SELECT * INTO a FROM inventory_agent WHERE id = agent FOR UPDATE;
	IF a.facts IS NULL OR a.state <> 'known' THEN
		UPDATE inventory_agent SET work = 'none' WHERE id = agent AND work <> 'none';
		RETURN 'none';
	END IF;
	SELECT * INTO host FROM ci WHERE id = a.ci_id;
	IF a.applied_hash = a.facts_hash AND host.version = a.applied_ci_version AND host.phase <> 'ended' AND a.report ->> 'refused' = '0' AND a.report ->> 'ambiguous' = '0' THEN
		UPDATE inventory_agent SET work = 'none', work_error = NULL, applied_at = at, outcome = 'unchanged' WHERE id = agent;
		RETURN 'unchanged';
	END IF;
	of_class := inventory_class(a.facts #>> '{machine,kind}');
	IF of_class IS NULL THEN
		PERFORM refuse(409, 'no-class', format('The model has no class %s, which machines of this kind need', a.facts #>> '{machine,kind}'));
	END IF;
	batch := reconcile_batch_open('agent', 'Inventory agents', 'agent', actor, at);
	machine_key := inventory_machine_key(a);
	machine_name := left(a.facts #>> '{machine,name}', 200);
	known_as := CASE WHEN host.phase <> 'ended' OR EXISTS (SELECT FROM ci_merge m WHERE m.merged_id = host.id) THEN host.id END;
	SELECT * INTO r FROM ci_reconcile(batch, 'agent', of_class, machine_key, machine_name, '{}',
		a.facts #> '{machine,attributes}', actor, at, true, known_as);
	result := r.outcome;
	tally := tally || jsonb_build_object(r.outcome, (tally ->> r.outcome)::integer + 1);
	IF r.ci_id IS NULL THEN
		troubles := troubles || jsonb_build_object('part', 'machine', 'name', machine_name, 'outcome', r.outcome, 'errors', r.errors, 'candidates', to_jsonb(r.candidates));
	ELSE
		SELECT * INTO host FROM ci WHERE id = r.ci_id;
		FOR part IN SELECT e FROM jsonb_array_elements(a.facts -> 'parts') e LOOP
			of_class := inventory_class(part ->> 'kind');
			IF of_class IS NULL THEN
				skipped := skipped + 1;
				CONTINUE;
			END IF;
			here := here || ((part ->> 'kind') || ':' || (part ->> 'key'));
			SELECT p.ci_id INTO known_as FROM inventory_part p JOIN ci c ON c.id = p.ci_id
			WHERE p.agent_id = agent AND p.key = (part ->> 'kind') || ':' || (part ->> 'key') AND c.phase <> 'ended';
			SELECT * INTO r FROM ci_reconcile(batch, 'agent', of_class, inventory_part_key('ci:' || host.id, part),
				inventory_part_name(machine_name, part), '{}', part -> 'attributes', actor, at, true, known_as);
			tally := tally || jsonb_build_object(r.outcome, (tally ->> r.outcome)::integer + 1);
			IF r.ci_id IS NULL THEN
				troubles := troubles || jsonb_build_object('part', part ->> 'kind', 'name', part ->> 'name', 'outcome', r.outcome, 'errors', r.errors,
					'candidates', to_jsonb(r.candidates));
				CONTINUE;
			END IF;
			CONTINUE WHEN r.ci_id = host.id;
			INSERT INTO inventory_part AS p (agent_id, key, kind, ci_id, since) VALUES (agent, (part ->> 'kind') || ':' || (part ->> 'key'), part ->> 'kind', r.ci_id, at)
			ON CONFLICT (agent_id, key) DO UPDATE SET ci_id = excluded.ci_id, gone_at = NULL WHERE p.ci_id <> excluded.ci_id OR p.gone_at IS NOT NULL;
			SELECT * INTO kind FROM inventory_kinds() k WHERE k.kind = part ->> 'kind';
			SELECT * INTO r FROM ci_reconcile_relation(batch, 'agent', CASE WHEN kind.outward THEN host.id ELSE r.ci_id END, kind.relation,
				CASE WHEN kind.outward THEN r.ci_id ELSE host.id END, actor, at);
			relations := relations + (r.outcome = 'created')::integer;
			IF r.outcome = 'refused' THEN
				troubles := troubles || jsonb_build_object('part', part ->> 'kind', 'name', part ->> 'name', 'outcome', 'refused', 'errors', r.errors);
			END IF;
		END LOOP;
		UPDATE inventory_part p SET gone_at = at WHERE p.agent_id = agent AND p.gone_at IS NULL AND p.key <> ALL (here) AND a.facts -> 'sections' ? p.kind;
		FOR kind IN SELECT k.relation, k.outward FROM inventory_kinds() k WHERE a.facts -> 'sections' ? k.kind GROUP BY k.relation, k.outward LOOP
			relations := relations + ci_reconcile_relations_end(batch, 'agent', host.id, kind.relation, kind.outward,
				ARRAY(SELECT p.ci_id FROM inventory_part p JOIN inventory_agent g ON g.id = p.agent_id WHERE g.ci_id = host.id AND p.gone_at IS NULL
					UNION SELECT p.ci_id FROM inventory_part p WHERE p.agent_id = agent AND p.gone_at IS NULL), actor, at);
		END LOOP;
		IF a.facts -> 'sections' ? 'software' THEN
			SELECT * INTO soft FROM inventory_software(host.id, agent, a.facts -> 'software', at);
			came := soft.installed;
			went := soft.removed;
		END IF;
		IF result = 'unchanged' AND ((tally ->> 'created')::integer + (tally ->> 'updated')::integer + relations + came + went) > 0 THEN
			result := 'updated';
		END IF;
	END IF;
	IF tally @> '{"created": 0, "updated": 0, "ambiguous": 0, "refused": 0}' AND relations = 0 THEN
		DELETE FROM cmdb_import WHERE id = batch;
		batch := NULL;
	ELSE
		PERFORM reconcile_batch_close(batch, (tally ->> 'created')::integer, (tally ->> 'updated')::integer, (tally ->> 'unchanged')::integer,
			(tally ->> 'refused')::integer, (tally ->> 'ambiguous')::integer);
	END IF;
	UPDATE inventory_agent SET work = 'none', work_error = NULL, ci_id = coalesce(host.id, ci_id), applied_hash = facts_hash, applied_at = at,
		applied_ci_version = host.version, outcome = result, report = tally || jsonb_build_object('batch', batch, 'relations', relations,
			'installed', came, 'removed', went, 'skipped', skipped, 'troubles', troubles, 'cut', facts -> 'cut')
	WHERE id = agent;
	RETURN result;
END $$;
COMMENT ON FUNCTION inventory_apply IS 'Makes CIs, relations and software of the inventory that is kept of an agent';

-- Decisions of people. approve: becomes CIs soon; reject: nothing more is kept; ban: refused; wait: back to quarantine.
DROP FUNCTION IF EXISTS inventory_decide;
CREATE FUNCTION inventory_decide(agents bigint[], decision text, remark text, actor bigint, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	missing bigint;
	done integer;
BEGIN
	SELECT w INTO missing FROM unnest(agents) w WHERE NOT EXISTS (SELECT FROM inventory_agent a WHERE a.id = w) LIMIT 1;
	IF missing IS NOT NULL THEN
		PERFORM refuse(404, 'not-found', format('There is no agent %s', missing));
	END IF;
	PERFORM FROM inventory_agent a WHERE a.id = ANY (agents) ORDER BY a.id FOR UPDATE;
	UPDATE inventory_agent a SET state = CASE decision WHEN 'approve' THEN 'known' WHEN 'reject' THEN 'rejected' WHEN 'ban' THEN 'banned' ELSE 'quarantine' END,
		work = CASE WHEN decision = 'approve' AND a.facts IS NOT NULL THEN 'waiting' ELSE 'none' END, work_error = NULL,
		facts = CASE WHEN decision IN ('reject', 'ban') THEN NULL ELSE a.facts END, facts_hash = CASE WHEN decision IN ('reject', 'ban') THEN NULL ELSE a.facts_hash END,
		token_id = CASE decision WHEN 'approve' THEN a.token_id END, stale_since = CASE decision WHEN 'approve' THEN a.stale_since END,
		decided_by = actor, decided_at = at, note = coalesce(remark, ''), version = a.version + 1
	WHERE a.id = ANY (agents);
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION inventory_decide IS 'Decides about agents';

DROP FUNCTION IF EXISTS inventory_token_revoke;
CREATE FUNCTION inventory_token_revoke(token bigint, actor bigint, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM inventory_token WHERE id = token FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE inventory_token SET revoked_at = at, revoked_by = actor WHERE id = token AND revoked_at IS NULL;
	UPDATE inventory_agent SET state = 'quarantine', token_id = NULL, work = 'none', stale_since = NULL WHERE token_id = token AND state = 'known';
	RETURN true;
END $$;
COMMENT ON FUNCTION inventory_token_revoke IS 'Revokes a token; its agents wait in quarantine';

-- What an inventory would become, or became: the machine, how many parts of each kind, how many programs.
DROP FUNCTION IF EXISTS inventory_summary;
CREATE FUNCTION inventory_summary(facts jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN facts IS NOT NULL THEN jsonb_build_object('machine', facts -> 'machine', 'software', jsonb_array_length(facts -> 'software'),
		'parts', (SELECT coalesce(jsonb_object_agg(k.kind, k.number), '{}') FROM (SELECT e ->> 'kind' AS kind, count(*) AS number
			FROM jsonb_array_elements(facts -> 'parts') e GROUP BY 1) k), 'cut', facts -> 'cut') END
$$;
COMMENT ON FUNCTION inventory_summary IS 'What an inventory names, in short';

DROP FUNCTION IF EXISTS inventory_agent_json;
CREATE FUNCTION inventory_agent_json(a inventory_agent, whole boolean) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', a.id, 'name', a.name, 'device_id', a.device_id, 'agent_id', a.agent_uuid, 'protocol', a.protocol, 'program', a.program,
		'tag', a.tag, 'address', a.address, 'state', a.state, 'token', (SELECT jsonb_build_object('id', t.id, 'name', t.label) FROM inventory_token t WHERE t.id = a.token_id),
		'ci', (SELECT ref_json(c.id, c.name) FROM ci c WHERE c.id = a.ci_id), 'first_seen_at', instant_text(a.first_seen_at), 'last_seen_at', instant_text(a.last_seen_at),
		'last_inventory_at', instant_text(a.last_inventory_at), 'stale_since', instant_text(a.stale_since), 'work', a.work, 'work_error', a.work_error,
		'applied_at', instant_text(a.applied_at), 'outcome', a.outcome, 'report', a.report, 'decided_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = a.decided_by),
		'decided_at', instant_text(a.decided_at), 'note', a.note, 'version', a.version, 'summary', inventory_summary(a.facts))
		|| CASE WHEN whole THEN jsonb_build_object('parts', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'ci', ref_json(c.id, c.name),
			'since', instant_text(p.since), 'gone_at', instant_text(p.gone_at)) ORDER BY p.gone_at NULLS FIRST, p.kind, c.name), '[]')
			FROM inventory_part p JOIN ci c ON c.id = p.ci_id WHERE p.agent_id = a.id), 'inventory', a.facts) ELSE '{}' END
$$;
COMMENT ON FUNCTION inventory_agent_json IS 'An agent as the API shows it';

-- What a CI's page says of agents: those that report it, and those that report the machine it is a part of.
DROP FUNCTION IF EXISTS inventory_of_ci;
CREATE FUNCTION inventory_of_ci(item bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('agents', coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'program', a.program, 'state', a.state, 'via', x.via,
			'last_seen_at', instant_text(a.last_seen_at), 'last_inventory_at', instant_text(a.last_inventory_at), 'stale_since', instant_text(a.stale_since),
			'outcome', a.outcome, 'gone_at', instant_text(x.gone_at), 'machine', (SELECT ref_json(c.id, c.name) FROM ci c WHERE c.id = a.ci_id)) ORDER BY a.last_seen_at DESC)
		FROM (SELECT g.id, 'machine' AS via, NULL::timestamptz AS gone_at FROM inventory_agent g WHERE g.ci_id = item
			UNION ALL SELECT p.agent_id, 'part', p.gone_at FROM inventory_part p WHERE p.ci_id = item) x JOIN inventory_agent a ON a.id = x.id), '[]'),
		'stale', EXISTS (SELECT FROM inventory_agent g WHERE g.ci_id = item AND g.stale_since IS NOT NULL)
			AND NOT EXISTS (SELECT FROM inventory_agent g WHERE g.ci_id = item AND g.state = 'known' AND g.stale_since IS NULL),
		'software', (SELECT count(*) FROM software_installed i WHERE i.ci_id = item AND i.until IS NULL))
	FROM ci WHERE id = item
$$;
COMMENT ON FUNCTION inventory_of_ci IS 'Which agents report a CI, when they last did, and whether it is stale';
