-- What impact reads: the steps of a walk along relations, and what hangs on the CIs that it reached. The walk itself (who is hit by which
-- path, how surely, what redundancy holds back) is arithmetic over these steps and stands in cmdb/impact/.
-- Each step serves all CIs of a level at once from indexes alone: plans are made once and must not be those of a small table.

-- Which way a failure travels along a relation is copied to it from its type, for the indexes.
CREATE OR REPLACE FUNCTION ci_relation_way() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	SELECT t.impact IN ('to_target', 'both') INTO NEW.backward FROM relation_type t WHERE t.name = NEW.type;
	NEW.backward := coalesce(NEW.backward, false);
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_relation_way IS 'Sets ci_relation.backward';
CREATE OR REPLACE TRIGGER ci_relation_way BEFORE INSERT ON ci_relation FOR EACH ROW EXECUTE FUNCTION ci_relation_way();

CREATE OR REPLACE FUNCTION relation_type_way() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE ci_relation SET backward = NEW.impact IN ('to_target', 'both') WHERE type = NEW.name AND valid_to IS NULL;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION relation_type_way IS 'Relations follow when the impact of their type is changed';
CREATE OR REPLACE TRIGGER relation_type_way AFTER UPDATE OF impact ON relation_type FOR EACH ROW
WHEN (NEW.impact IN ('to_target', 'both') <> (OLD.impact IN ('to_target', 'both'))) EXECUTE FUNCTION relation_type_way();

DROP FUNCTION IF EXISTS cmdb_walk_edges;
CREATE FUNCTION cmdb_walk_edges(frontier bigint[], upwards boolean, at timestamptz)
RETURNS TABLE (type text, strength numeric, failing bigint[], hit bigint[])
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	-- Types are judged once a group and not once a row.
	IF at IS NULL AND upwards THEN
		RETURN QUERY
		SELECT t.name, t.strength, e.known, e.next FROM (
			SELECT r.type, array_agg(r.target_id) AS known, array_agg(r.source_id) AS next FROM ci_relation r
			WHERE r.target_id = ANY (frontier) AND r.valid_to IS NULL GROUP BY r.type) e
		JOIN relation_type t ON t.name = e.type AND t.impact IN ('to_source', 'both')
		UNION ALL
		SELECT t.name, t.strength, e.known, e.next FROM (
			SELECT r.type, array_agg(r.source_id) AS known, array_agg(r.target_id) AS next FROM ci_relation r
			WHERE r.source_id = ANY (frontier) AND r.valid_to IS NULL AND r.backward GROUP BY r.type) e
		JOIN relation_type t ON t.name = e.type;
	ELSIF at IS NULL THEN
		RETURN QUERY
		SELECT t.name, t.strength, e.next, e.known FROM (
			SELECT r.type, array_agg(r.source_id) AS known, array_agg(r.target_id) AS next FROM ci_relation r
			WHERE r.source_id = ANY (frontier) AND r.valid_to IS NULL GROUP BY r.type) e
		JOIN relation_type t ON t.name = e.type AND t.impact IN ('to_source', 'both')
		UNION ALL
		SELECT t.name, t.strength, e.next, e.known FROM (
			SELECT r.type, array_agg(r.target_id) AS known, array_agg(r.source_id) AS next FROM ci_relation r
			WHERE r.target_id = ANY (frontier) AND r.valid_to IS NULL AND r.backward GROUP BY r.type) e
		JOIN relation_type t ON t.name = e.type;
	ELSE
		RETURN QUERY
		SELECT t.name, t.strength, array_agg(CASE WHEN upwards THEN e.known ELSE e.next END), array_agg(CASE WHEN upwards THEN e.next ELSE e.known END)
		FROM (
			SELECT r.type, false AS known_source, r.target_id AS known, r.source_id AS next FROM ci_relation r
			WHERE r.target_id = ANY (frontier) AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
			UNION ALL
			SELECT r.type, true, r.source_id, r.target_id FROM ci_relation r
			WHERE r.source_id = ANY (frontier) AND r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at)
		) e JOIN relation_type t ON t.name = e.type
		-- Upwards the known end fails; it is the target of relations that hit their source.
		WHERE t.impact = 'both' OR t.impact = CASE WHEN e.known_source <> upwards THEN 'to_source' ELSE 'to_target' END
		GROUP BY t.name, t.strength;
	END IF;
END $$;
COMMENT ON FUNCTION cmdb_walk_edges IS 'Along which relations failures travel from the CIs of a level (upwards) or to them; a row a type, pairs of CIs as parallel arrays';

DROP FUNCTION IF EXISTS cmdb_walk_gone;
CREATE FUNCTION cmdb_walk_gone(frontier bigint[], at timestamptz) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	IF at IS NULL THEN
		RETURN (SELECT array_agg(c.id) FROM ci c WHERE c.id = ANY (frontier) AND c.phase = 'ended');
	END IF;
	RETURN (SELECT array_agg(f.id) FROM unnest(frontier) f(id) LEFT JOIN LATERAL (SELECT x.phase FROM ci_version x
			WHERE x.ci_id = f.id AND x.changed_at <= at ORDER BY x.changed_at DESC, x.version DESC LIMIT 1) v ON true
		WHERE v.phase IS NULL OR v.phase = 'ended');
END $$;
COMMENT ON FUNCTION cmdb_walk_gone IS 'Which CIs of a level had ended, or were not recorded yet: they are not entered';

DROP FUNCTION IF EXISTS cmdb_walk_services;
CREATE FUNCTION cmdb_walk_services(reached bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	classes bigint[];
	services bigint[];
BEGIN
	SELECT array_agg(k.id) INTO classes FROM ci_class b JOIN ci_class k ON b.id = ANY (k.lineage) WHERE b.name = 'business_service';
	IF cardinality(reached) > 2000 THEN
		-- Companies have fewer services than a failure of the core reaches CIs; the caller drops what is not reached.
		SELECT array_agg(s.id) INTO services FROM (SELECT c.id FROM ci c WHERE c.class_id = ANY (classes) LIMIT 20001) s;
		IF coalesce(cardinality(services), 0) <= 20000 THEN
			RETURN services;
		END IF;
	END IF;
	RETURN (SELECT array_agg(c.id) FROM ci c WHERE c.id = ANY (reached) AND c.class_id + 0 = ANY (classes));
END $$;
COMMENT ON FUNCTION cmdb_walk_services IS 'Services among these CIs (and perhaps others)';

DROP FUNCTION IF EXISTS cmdb_walk_groups;
CREATE FUNCTION cmdb_walk_groups(frontier bigint[], upwards boolean, at timestamptz)
RETURNS TABLE (group_id bigint, ci_id bigint, type text, name text, needed integer, living integer, members bigint[])
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH g AS MATERIALIZED (
		SELECT g.id FROM ci_redundancy_member m JOIN ci_redundancy g ON g.id = m.redundancy_id WHERE upwards AND m.other_id = ANY (frontier)
		UNION SELECT g.id FROM ci_redundancy g WHERE NOT upwards AND g.ci_id = ANY (frontier)
	)
	SELECT r.id, r.ci_id, r.type, r.name, r.needed, count(*)::integer, array_agg(m.other_id ORDER BY m.other_id)
	FROM g JOIN ci_redundancy r ON r.id = g.id JOIN ci_redundancy_member m ON m.redundancy_id = r.id
	WHERE CASE WHEN at IS NULL THEN r.valid_to IS NULL ELSE r.valid_from <= at AND (r.valid_to IS NULL OR r.valid_to > at) END
		AND CASE WHEN at IS NULL THEN m.valid_to IS NULL ELSE m.valid_from <= at AND (m.valid_to IS NULL OR m.valid_to > at) END
		AND CASE WHEN at IS NULL THEN (SELECT c.phase FROM ci c WHERE c.id = m.other_id)
			ELSE coalesce((SELECT v.phase FROM ci_version v WHERE v.ci_id = m.other_id AND v.changed_at <= at ORDER BY v.changed_at DESC, v.version DESC LIMIT 1), 'ended')
			END <> 'ended'
	GROUP BY r.id ORDER BY r.id;
END $$;
COMMENT ON FUNCTION cmdb_walk_groups IS 'Redundancy groups that CIs of a level are members of (upwards) or have (downwards), with their living members';

DROP FUNCTION IF EXISTS cmdb_walk_names;
CREATE FUNCTION cmdb_walk_names(wanted bigint[], at timestamptz)
RETURNS TABLE (place bigint, ci_id bigint, name text, status text, class_id bigint, class_name text, label_en text, label_ru text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	IF at IS NULL THEN
		RETURN QUERY SELECT w.place, c.id, c.name, c.status, k.id, k.name, k.label_en, k.label_ru
		FROM unnest(wanted) WITH ORDINALITY AS w(id, place) JOIN ci c ON c.id = w.id JOIN ci_class k ON k.id = c.class_id ORDER BY w.place;
	ELSE
		RETURN QUERY SELECT w.place, w.id, v.name, v.status, k.id, k.name, k.label_en, k.label_ru
		FROM unnest(wanted) WITH ORDINALITY AS w(id, place) CROSS JOIN LATERAL (SELECT x.name, x.status, x.class_id FROM ci_version x
			WHERE x.ci_id = w.id AND x.changed_at <= at ORDER BY x.changed_at DESC, x.version DESC LIMIT 1) v
		JOIN ci_class k ON k.id = v.class_id ORDER BY w.place;
	END IF;
END $$;
COMMENT ON FUNCTION cmdb_walk_names IS 'Names and classes of CIs, now or at an instant, in the order asked for';

-- What is hit beside the CIs. Tickets that the actor may not see neither count nor show; at an instant those count that were open then.
DROP FUNCTION IF EXISTS cmdb_impact_hit;
CREATE FUNCTION cmdb_impact_hit(down bigint[], risk bigint[], down_services bigint[], risk_services bigint[], at timestamptz,
	actor bigint, actor_roles integer, actor_teams bigint[], language text,
	OUT service_list text, OUT per_hour text, OUT people bigint, OUT people_at_risk bigint, OUT departments text,
	OUT open_tickets bigint, OUT tickets text, OUT open_changes bigint, OUT changes text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	users bigint[];
	named bigint[];
	incidents bigint[];
	planned bigint[];
	worked bigint[];
BEGIN
	SELECT coalesce(jsonb_agg(s.line ORDER BY s.at_risk, s.amount DESC NULLS LAST, s.name, s.id), '[]')::text INTO service_list FROM (
		SELECT c.id, ci_called(c, language) AS name, v.amount, s.at_risk, jsonb_build_object('id', c.id, 'name', ci_called(c, language),
			'state', CASE WHEN s.at_risk THEN 'at_risk' ELSE 'down' END,
			'per_hour', CASE WHEN v.amount IS NOT NULL THEN jsonb_build_object('amount', v.amount::text, 'currency', v.currency) END) AS line
		FROM (SELECT id, false AS at_risk FROM unnest(down_services) id UNION ALL SELECT id, true FROM unnest(risk_services) id) s
		JOIN ci c ON c.id = s.id LEFT JOIN service_value v ON v.service_id = c.id
		ORDER BY s.at_risk, v.amount DESC NULLS LAST, 2, c.id LIMIT 100) s;
	SELECT coalesce(jsonb_agg(jsonb_build_object('amount', m.amount::text, 'currency', m.currency) ORDER BY m.amount DESC, m.currency), '[]')::text INTO per_hour
	FROM (SELECT v.currency, sum(v.amount) AS amount FROM service_value v WHERE v.service_id = ANY (down_services) GROUP BY v.currency) m;

	IF at IS NULL THEN
		SELECT coalesce(array_agg(DISTINCT u.person_id), '{}') INTO users FROM ci_user u WHERE u.ci_id = ANY (down) AND u.until IS NULL;
		SELECT count(*) INTO people_at_risk FROM (SELECT u.person_id FROM ci_user u WHERE u.ci_id = ANY (risk) AND u.until IS NULL EXCEPT SELECT unnest(users)) x;
	ELSE
		SELECT coalesce(array_agg(DISTINCT u.person_id), '{}') INTO users FROM ci_user u
		WHERE u.ci_id = ANY (down) AND u.since <= at AND (u.until IS NULL OR u.until > at);
		SELECT count(*) INTO people_at_risk FROM (SELECT u.person_id FROM ci_user u
			WHERE u.ci_id = ANY (risk) AND u.since <= at AND (u.until IS NULL OR u.until > at) EXCEPT SELECT unnest(users)) x;
	END IF;
	people := cardinality(users);
	SELECT coalesce(jsonb_agg(jsonb_build_object('name', d.department, 'people', d.people) ORDER BY d.people DESC, d.department), '[]')::text INTO departments
	FROM (SELECT p.department, count(*) AS people FROM person p WHERE p.id = ANY (users) GROUP BY p.department ORDER BY 2 DESC, 1 LIMIT 30) d;

	-- Linked to a CI that is hit, or to its service.
	SELECT array_agg(DISTINCT l.ticket_id) INTO named FROM ticket_ci l WHERE l.ci_id = ANY (down || risk);
	IF at IS NULL THEN
		SELECT array_agg(t.id) FILTER (WHERE t.kind = 'incident'), array_agg(t.id) FILTER (WHERE t.kind <> 'incident'), count(*)
		INTO incidents, planned, open_tickets FROM (
			SELECT t.id, t.kind FROM ticket t WHERE t.id = ANY (named) AND t.status NOT IN ('resolved', 'closed', 'cancelled')
				AND (reads_all(actor_roles) OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams))
			UNION
			SELECT t.id, t.kind FROM ticket t WHERE t.service_id = ANY (down_services || risk_services) AND t.status NOT IN ('resolved', 'closed', 'cancelled')
				AND (reads_all(actor_roles) OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams))) t;
	ELSE
		SELECT array_agg(t.id) FILTER (WHERE t.kind = 'incident'), array_agg(t.id) FILTER (WHERE t.kind <> 'incident'), count(*)
		INTO incidents, planned, open_tickets FROM ticket t
		WHERE (t.id = ANY (named) OR t.service_id = ANY (down_services || risk_services)) AND t.opened_at <= at
			AND (t.status NOT IN ('resolved', 'closed', 'cancelled') OR coalesce(t.resolved_at, t.closed_at, t.updated_at) > at)
			AND (reads_all(actor_roles) OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams));
	END IF;
	SELECT coalesce(jsonb_agg(jsonb_build_object('number', t.number, 'subject', t.subject, 'status', t.status, 'priority', t.priority, 'kind', t.kind,
		'ci', t.on_ci) ORDER BY t.priority, t.id DESC), '[]')::text INTO tickets
	FROM (SELECT t.*, (SELECT ref_json(c.id, c.name) FROM ticket_ci l JOIN ci c ON c.id = l.ci_id
			WHERE l.ticket_id = t.id AND l.ci_id = ANY (down || risk) ORDER BY l.role = 'related', l.ci_id LIMIT 1) AS on_ci
		FROM ticket t WHERE t.id = ANY (incidents || planned) AND ticket_visible(t, actor, actor_roles, actor_teams)
		ORDER BY t.priority, t.id DESC LIMIT 20) t;

	-- A change on the way: a request that names a CI which is hit, or an open ticket under which such a CI has been changed.
	IF at IS NULL THEN
		SELECT array_agg(t.id) INTO worked FROM ticket t
		WHERE t.status NOT IN ('resolved', 'closed', 'cancelled') AND EXISTS (SELECT FROM ci_version v WHERE v.ticket_id = t.id);
	ELSE
		SELECT array_agg(DISTINCT v.ticket_id) INTO worked FROM ci_version v WHERE v.ticket_id IS NOT NULL AND v.changed_at <= at;
	END IF;
	SELECT count(*), coalesce(jsonb_agg(x.line ORDER BY x.id DESC) FILTER (WHERE x.place <= 20 AND x.line IS NOT NULL), '[]')::text INTO open_changes, changes FROM (
		SELECT t.id, row_number() OVER (ORDER BY t.id DESC) AS place, CASE WHEN ticket_visible(t, actor, actor_roles, actor_teams)
			THEN jsonb_build_object('number', t.number, 'subject', t.subject, 'status', t.status, 'ci', ref_json(c.id, c.name)) END AS line
		FROM (
			SELECT m.ticket_id, min(m.ci_id) AS ci_id FROM (
				SELECT l.ticket_id, l.ci_id FROM ticket_ci l JOIN ticket r ON r.id = l.ticket_id
				WHERE l.ticket_id = ANY (planned) AND r.kind = 'request' AND l.ci_id = ANY (down || risk)
				UNION ALL
				SELECT v.ticket_id, v.ci_id FROM ci_version v WHERE v.ticket_id IS NOT NULL AND v.ticket_id = ANY (worked) AND v.ci_id = ANY (down || risk)
			) m GROUP BY m.ticket_id
		) m JOIN ticket t ON t.id = m.ticket_id JOIN ci c ON c.id = m.ci_id
		WHERE (CASE WHEN at IS NULL THEN t.status NOT IN ('resolved', 'closed', 'cancelled')
			ELSE t.opened_at <= at AND (t.status NOT IN ('resolved', 'closed', 'cancelled') OR coalesce(t.resolved_at, t.closed_at, t.updated_at) > at) END)
			AND (reads_all(actor_roles) OR t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams))
	) x;
END $$;
COMMENT ON FUNCTION cmdb_impact_hit IS 'Services with their earning, people by use and department, open tickets and changes of the CIs that a failure hits';
