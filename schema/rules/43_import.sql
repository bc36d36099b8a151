-- What vakhta import event-log needs of the database: rows for names, numbers in advance, and the way on for tickets that are in already.
-- Tickets, events, handovers and periods of a new ticket come by COPY; every trigger and constraint holds for them as for any other.

-- People of another system: named there, without a way in here. Found again by their key; an empty name is the placeholder.
CREATE OR REPLACE FUNCTION import_people(from_source text, wanted text[], placeholder text, tongue text, at timestamptz)
	RETURNS TABLE (name text, id bigint)
LANGUAGE sql AS $$
	WITH named AS (SELECT DISTINCT n, 'import:' || from_source || ':' || lower(n) AS login FROM unnest(wanted) AS n),
	made AS (INSERT INTO person (login, family_name, language, roles, active, source, created_at)
		SELECT DISTINCT ON (login) login, CASE n WHEN '' THEN placeholder ELSE n END, tongue, 0, false, 'import', at FROM named ORDER BY login, n
		ON CONFLICT (login) DO NOTHING RETURNING person.id, person.login)
	SELECT x.n, coalesce(m.id, p.id) FROM named x LEFT JOIN made m ON m.login = x.login LEFT JOIN person p ON p.login = x.login
$$;
COMMENT ON FUNCTION import_people IS 'Ids of people by their names in another system, made where missing';

CREATE OR REPLACE FUNCTION import_teams(from_source text, wanted text[], levels integer[], placeholder text) RETURNS TABLE (name text, id bigint)
LANGUAGE sql AS $$
	WITH named AS (SELECT n, l, 'import:' || from_source || ':' || n AS key FROM unnest(wanted, levels) AS x(n, l)),
	made AS (INSERT INTO team (key, name, level, active, source)
		SELECT key, CASE n WHEN '' THEN placeholder ELSE n END, l, false, 'import' FROM named ORDER BY key
		ON CONFLICT (key) DO NOTHING RETURNING team.id, team.key)
	SELECT x.n, coalesce(m.id, t.id) FROM named x LEFT JOIN made m ON m.key = x.key LEFT JOIN team t ON t.key = x.key
$$;
COMMENT ON FUNCTION import_teams IS 'Ids of teams by their names in another system, made where missing; they take no new tickets';

CREATE OR REPLACE FUNCTION import_categories(from_source text, wanted text[]) RETURNS TABLE (name text, id bigint)
LANGUAGE sql AS $$
	WITH named AS (SELECT n, 'import:' || from_source || ':' || n AS key FROM unnest(wanted) AS n),
	made AS (INSERT INTO category (key, name_en, name_ru, active) SELECT key, n, n, false FROM named ORDER BY key
		ON CONFLICT (key) DO NOTHING RETURNING category.id, category.key)
	SELECT x.n, coalesce(m.id, c.id) FROM named x LEFT JOIN made m ON m.key = x.key LEFT JOIN category c ON c.key = x.key
$$;
COMMENT ON FUNCTION import_categories IS 'Ids of categories by their names in another system, made where missing; not offered for new tickets';

CREATE OR REPLACE FUNCTION import_suppliers(from_source text, wanted text[], tongue text) RETURNS TABLE (name text, id bigint)
LANGUAGE sql AS $$
	WITH named AS (SELECT n, 'import:' || from_source || ':' || n AS key FROM unnest(wanted) AS n),
	made AS (INSERT INTO supplier (key, name, kind, language, active) SELECT key, n, 'external', tongue, false FROM named ORDER BY key
		ON CONFLICT (key) DO NOTHING RETURNING supplier.id, supplier.key)
	SELECT x.n, coalesce(m.id, s.id) FROM named x LEFT JOIN made m ON m.key = x.key LEFT JOIN supplier s ON s.key = x.key
$$;
COMMENT ON FUNCTION import_suppliers IS 'Ids of suppliers by their names in another system, made where missing; not offered for new cases';

-- CIs are found by source and external key, so that a CMDB import of the same source has brought the real ones already.
CREATE OR REPLACE FUNCTION import_cis(from_source text, wanted text[], of_class text, at timestamptz) RETURNS TABLE (name text, id bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	class bigint;
BEGIN
	IF of_class = 'imported_item' AND NOT EXISTS (SELECT FROM ci_class c WHERE c.name = of_class) THEN
		INSERT INTO ci_class (name, label_en, label_ru, purpose)
		VALUES (of_class, 'Imported item', 'Импортированный объект', 'Named by the log of another system; to be given a class of its own, or retired');
	END IF;
	SELECT c.id INTO class FROM ci_class c WHERE c.name = of_class;
	IF class IS NULL THEN
		PERFORM refuse_field('/ci_class', format('there is no class %s', of_class));
	END IF;
	INSERT INTO ci (class_id, name, source, external_key, created_at, updated_at, changed_via)
	SELECT class, n, from_source, n, at, at, 'import' FROM unnest(wanted) AS n
	WHERE NOT EXISTS (SELECT FROM ci c WHERE c.source = from_source AND c.external_key = n) ORDER BY n;
	RETURN QUERY SELECT n, c.id FROM unnest(wanted) AS n JOIN ci c ON c.source = from_source AND c.external_key = n;
END $$;
COMMENT ON FUNCTION import_cis IS 'Ids of CIs by their names in another system, made where missing';

-- The version of a calendar that targets of imported tickets refer to; given as a body, it is made under the source's name.
CREATE OR REPLACE FUNCTION import_calendar(from_source text, wanted_key text, wanted_body jsonb, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	c calendar;
	found_version calendar_version;
BEGIN
	SELECT * INTO c FROM calendar WHERE key = coalesce(wanted_key, 'import:' || from_source);
	IF c.id IS NULL AND wanted_body IS NULL THEN
		PERFORM refuse_field('/targets/calendar', format('there is no calendar %s', wanted_key));
	ELSIF c.id IS NULL THEN
		INSERT INTO calendar (key, name) VALUES ('import:' || from_source, 'Imported: ' || from_source) RETURNING * INTO c;
		INSERT INTO calendar_version (calendar_id, version, body, created_at) VALUES (c.id, c.version, wanted_body, at);
	END IF;
	SELECT * INTO STRICT found_version FROM calendar_version v WHERE v.calendar_id = c.id AND v.version = c.version;
	IF wanted_body IS NOT NULL AND found_version.body <> wanted_body THEN
		PERFORM refuse_field('/targets/calendar', format('calendar %s is there already with other hours; name it by its key', c.key));
	END IF;
	RETURN found_version.id;
END $$;
COMMENT ON FUNCTION import_calendar IS 'Calendar version in force for imported targets';

-- Search words of imported tickets: what ticket_words would say of them, without looking through events that have no words.
CREATE OR REPLACE FUNCTION import_search(tickets bigint[]) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO ticket_search (ticket_id, words)
	SELECT t.id, setweight(to_tsvector('russian', t.number || ' ' || t.subject || ' ' || t.external_number), 'A') || setweight(to_tsvector('russian', left(t.body, 60000)), 'B')
	FROM ticket t WHERE t.id = ANY (tickets)
	ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words
$$;
COMMENT ON FUNCTION import_search IS 'Search words of tickets that only the import has touched';

-- Tickets that go on. `work`: [{"id","status",…}] as the ticket is after the new rows; "owned_until": where the open period ends, if it does.
CREATE OR REPLACE FUNCTION import_advance(work jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	w record;
BEGIN
	FOR w IN SELECT * FROM jsonb_to_recordset(work) AS r(id bigint, status ticket_status, impact smallint, urgency smallint, priority smallint,
			reporter bigint, owner bigint, team bigint, category bigint, subject text, updated_at timestamptz, resolved_at timestamptz,
			closed_at timestamptz, resolution_count smallint, reopen_count smallint, handover_count smallint, owned_until timestamptz,
			was_ci bigint, ci bigint, linked_at timestamptz, row_count integer, digest text) ORDER BY id LOOP
		-- Whoever works on the ticket at this moment is first, and what they did is never written over.
		PERFORM FROM ticket t WHERE t.id = w.id FOR UPDATE;
		IF NOT EXISTS (SELECT FROM import_ticket i JOIN ticket t ON t.id = i.ticket_id AND t.version = i.ticket_version WHERE i.ticket_id = w.id) THEN
			PERFORM refuse(409, 'changed-meanwhile', format('%s was changed here during the import; run it again', (SELECT number FROM ticket t WHERE t.id = w.id)));
		END IF;
		UPDATE ticket t SET status = w.status, impact = w.impact, urgency = w.urgency, priority = w.priority, reporter_id = w.reporter,
			owner_id = w.owner, team_id = w.team, category_id = w.category, subject = w.subject, updated_at = w.updated_at,
			resolved_at = w.resolved_at, closed_at = w.closed_at,
			reopen_until = CASE WHEN w.status = 'closed' THEN w.closed_at + interval '10 days' END,
			resolution_count = w.resolution_count, reopen_count = w.reopen_count, handover_count = w.handover_count, version = t.version + 1
		WHERE t.id = w.id;
		IF w.owned_until IS NOT NULL THEN
			UPDATE ownership o SET period = tstzrange(lower(o.period), w.owned_until, '[)') WHERE o.ticket_id = w.id AND upper_inf(o.period);
		END IF;
		IF w.ci IS DISTINCT FROM w.was_ci THEN
			DELETE FROM ticket_ci l WHERE l.ticket_id = w.id AND l.ci_id = w.was_ci;
			INSERT INTO ticket_ci (ticket_id, ci_id, role, added_at) VALUES (w.id, w.ci, 'affected', w.linked_at) ON CONFLICT DO NOTHING;
		END IF;
		UPDATE import_ticket i SET row_count = w.row_count, digest = decode(w.digest, 'hex'), ticket_version = i.ticket_version + 1, imported_at = at
		WHERE i.ticket_id = w.id;
	END LOOP;
END $$;
COMMENT ON FUNCTION import_advance IS 'Brings imported tickets to where the new rows of their log lead; their events follow by COPY';
