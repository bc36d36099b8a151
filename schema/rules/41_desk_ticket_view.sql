-- The ticket and its timeline as the API shows them. What the reporter must not see is left out here, not on the page.

CREATE OR REPLACE FUNCTION person_ref(wanted bigint) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT json_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = wanted $$;
COMMENT ON FUNCTION person_ref IS '{"id","name"} of a person, or null';

CREATE OR REPLACE FUNCTION team_ref(wanted bigint, language text) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT json_build_object('id', m.id, 'name', team_called(m, language), 'level', m.level) FROM team m WHERE m.id = wanted $$;
COMMENT ON FUNCTION team_ref IS '{"id","name","level"} of a team, or null';

CREATE OR REPLACE FUNCTION ticket_names(subject bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM ticket_participant p WHERE p.ticket_id = subject AND p.person_id = person);
END $$;
COMMENT ON FUNCTION ticket_names IS 'Whether a person is named on a ticket';

-- ticket_visible in a form that the planner takes into a query (no sub-select there).
CREATE OR REPLACE FUNCTION ticket_shown(t ticket, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT reads_all(actor_roles)
		OR (is_staff(actor_roles) AND (t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams) OR t.owner_id = actor))
		OR t.reporter_id = actor OR ticket_names(t.id, actor)
$$;
COMMENT ON FUNCTION ticket_shown IS 'ticket_visible for lists; a test holds both together';

CREATE OR REPLACE FUNCTION ticket_event_reference(field text, value jsonb, language text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF jsonb_typeof(value) IS DISTINCT FROM 'number' THEN
		RETURN value;
	ELSIF field = 'service' THEN
		RETURN coalesce((SELECT ref_json(c.id, ci_called(c, language)) FROM ci c WHERE c.id = value::text::bigint), value);
	ELSIF field = 'category' THEN
		RETURN coalesce((SELECT ref_json(c.id, CASE language WHEN 'ru' THEN c.name_ru ELSE c.name_en END) FROM category c WHERE c.id = value::text::bigint), value);
	ELSIF field = 'participants' THEN
		RETURN coalesce(person_ref(value::text::bigint)::jsonb, value);
	END IF;
	RETURN value;
END $$;
COMMENT ON FUNCTION ticket_event_reference IS 'A value of a changed field, with its name if it is a reference';

-- {field: [old, new]} to {field: {"from", "to"}}, references with their names.
CREATE OR REPLACE FUNCTION ticket_event_changes(changes jsonb, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_object_agg(e.key, jsonb_build_object('from', ticket_event_reference(e.key, e.value -> 0, language),
		'to', ticket_event_reference(e.key, e.value -> 1, language))), '{}')
	FROM jsonb_each(changes) AS e WHERE jsonb_typeof(e.value) = 'array'
$$;
COMMENT ON FUNCTION ticket_event_changes IS 'Changed fields as the API shows them';

-- The data of an event with names instead of ids. From outside only what was said to the reporter anyway.
CREATE OR REPLACE FUNCTION ticket_event_data(data jsonb, inside boolean, language text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	key text;
	value jsonb;
	result jsonb := '{}';
	n bigint;
BEGIN
	IF data = '{}' THEN
		RETURN data;
	END IF;
	FOR key, value IN SELECT e.key, e.value FROM jsonb_each(data) AS e LOOP
		IF NOT inside AND key NOT IN ('owner', 'reason', 'mode', 'until', 'for', 'attachment', 'name', 'score', 'by_staff', 'forced') THEN
			CONTINUE;
		END IF;
		IF jsonb_typeof(value) = 'number' THEN
			n := CASE WHEN value::text ~ '^[0-9]{1,18}$' THEN value::text::bigint END;
			IF key IN ('from', 'to', 'owner', 'reporter', 'person', 'by') THEN
				value := coalesce(person_ref(n)::jsonb, value);
			ELSIF key IN ('team', 'to_team', 'from_team') THEN
				value := coalesce(team_ref(n, language)::jsonb, value);
			ELSIF key IN ('ci', 'service') THEN
				value := coalesce((SELECT ref_json(c.id, ci_called(c, language)) FROM ci c WHERE c.id = n), value);
			ELSIF key = 'supplier' THEN
				value := coalesce((SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = n), value);
			ELSIF key = 'category' THEN
				value := coalesce((SELECT ref_json(c.id, CASE language WHEN 'ru' THEN c.name_ru ELSE c.name_en END) FROM category c WHERE c.id = n), value);
			ELSIF key = 'case' THEN
				value := coalesce((SELECT to_jsonb(k.number) FROM supplier_case k WHERE k.id = n), value);
			END IF;
		ELSIF key = 'changes' AND jsonb_typeof(value) = 'object' THEN
			value := ticket_event_changes(value, language);
		END IF;
		result := result || jsonb_build_object(key, value);
	END LOOP;
	RETURN result;
END $$;
COMMENT ON FUNCTION ticket_event_data IS 'An event''s data as the API shows it to a reader';

-- What a row of a list shows of the ticket itself. Joined to the few tickets of a page, never searched by itself. Names, clocks and offers are read for
-- the whole page at once (ticket_list_facts.c): looked up row by row they cost five times as much as the tickets.
DROP VIEW IF EXISTS ticket_item;
CREATE VIEW ticket_item AS
SELECT t.id, t.number, t.kind, t.subject, t.status, t.priority, t.impact, t.urgency, t.reporter_id, t.owner_id, t.team_id, t.service_id,
	t.open_case_supplier_id AS supplier_id, t.opened_at, t.updated_at, t.due_at, t.restricted_team_id
FROM ticket t;
COMMENT ON VIEW ticket_item IS 'Columns of a row in a list of tickets';

-- Whether the words of a ticket answer a query; from outside notes are not searched.
CREATE OR REPLACE FUNCTION ticket_matches(subject bigint, inside boolean, wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT CASE WHEN inside THEN s.words ELSE ts_filter(s.words, '{a,b,c}') END @@ websearch_to_tsquery('russian', wanted)
		FROM ticket_search s WHERE s.ticket_id = subject);
END $$;
COMMENT ON FUNCTION ticket_matches IS 'Full text of one ticket';

CREATE OR REPLACE FUNCTION ticket_has_ci(subject bigint, wanted bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM ticket_ci l WHERE l.ticket_id = subject AND l.ci_id = wanted);
END $$;
COMMENT ON FUNCTION ticket_has_ci IS 'Whether a CI is linked to a ticket';

-- Visibility and every filter of GET /tickets, applied to the rows that a list's
-- index gives. NULL: not asked for; `exact` is the ticket that stands above the list already, 0: none. The CASE
-- hides the filters from the planner's guesses, which would multiply to almost nothing and make it sort everything instead of walking an index.
CREATE OR REPLACE FUNCTION ticket_listed(t ticket, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, statuses ticket_status[],
	of_kind ticket_kind, of_priority integer, is_overdue boolean, of_owner bigint, unowned boolean, of_teams bigint[], of_reporter bigint,
	of_service bigint, of_supplier bigint, of_ci bigint, wanted text, exact bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN ticket_shown(t, actor, actor_roles, actor_teams)
		AND (statuses IS NULL OR t.status = ANY (statuses)) AND (of_kind IS NULL OR t.kind = of_kind) AND (of_priority IS NULL OR t.priority = of_priority)
		AND (is_overdue IS NULL OR is_overdue = (t.due_at IS NOT NULL AND t.due_at < at AND t.status NOT IN ('resolved', 'closed', 'cancelled')))
		AND (of_owner IS NULL OR t.owner_id = of_owner) AND (unowned IS NULL OR unowned = (t.owner_id IS NULL))
		AND (of_teams IS NULL OR t.team_id = ANY (of_teams)) AND (of_reporter IS NULL OR t.reporter_id = of_reporter)
		AND (of_service IS NULL OR t.service_id = of_service) AND (of_supplier IS NULL OR t.open_case_supplier_id = of_supplier)
		AND t.id <> exact
		AND (of_ci IS NULL OR ticket_has_ci(t.id, of_ci))
		AND (wanted IS NULL OR ticket_matches(t.id, ticket_inside(t, actor, actor_roles, actor_teams), wanted))
	THEN true ELSE false END
$$;
COMMENT ON FUNCTION ticket_listed IS 'Visibility and filters of a list';

-- What small sets are sorted by, greatest first.
CREATE OR REPLACE FUNCTION ticket_rank(t ticket, sort text) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT CASE sort WHEN 'opened' THEN t.id WHEN 'due' THEN -extract(epoch FROM t.due_at)::bigint ELSE extract(epoch FROM t.updated_at)::bigint END
$$;
COMMENT ON FUNCTION ticket_rank IS 'Position in a list by updated, opened or due';
