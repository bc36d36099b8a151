-- Tickets: who may do what, opening, editing, links, files, search words, and the ticket as one JSON text.
-- 42_desk_actions.sql moves tickets through their life and uses ticket_allow, ticket_search_refresh from here.

-- Whether the actor sees the inner side (notes, facts of the program, OLA, cases), not only what the reporter sees.
CREATE OR REPLACE FUNCTION ticket_inside(t ticket, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT reads_all(actor_roles)
		OR (is_staff(actor_roles) AND (t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams) OR t.owner_id = actor))
$$;
COMMENT ON FUNCTION ticket_inside IS 'Whether the actor sees notes, facts of the program and cases; the reporter''s side of ticket_visible is left out';

-- "INC-000042" to its id; NULL when there is none, so that ticket_lock(NULL, …) says 404.
CREATE OR REPLACE FUNCTION ticket_number_id(wanted text) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT id FROM ticket WHERE number = wanted $$;
COMMENT ON FUNCTION ticket_number_id IS 'Id of a ticket by its number, kind included';

-- What the actor may do now, in alphabetical order. The states' part stands in ticket_move, who may do it stands here (product.md).
CREATE OR REPLACE FUNCTION ticket_can(t ticket, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	staff boolean := is_staff(actor_roles) AND ticket_inside(t, actor, actor_roles, actor_teams);
	lead boolean := staff AND actor_roles & 4 <> 0;
	owner boolean := staff AND coalesce(t.owner_id = actor, false);
	reporter boolean := coalesce(t.reporter_id = actor, false);
	h handover;
BEGIN
	IF NOT staff AND NOT reporter THEN
		RETURN '{}';
	END IF;
	IF staff AND t.owner_id IS NOT NULL THEN
		SELECT * INTO h FROM handover WHERE ticket_id = t.id AND state = 'offered';
	END IF;
	RETURN ARRAY(
		SELECT m.action FROM ticket_move m
		WHERE m.from_status = t.status AND CASE m.action
			WHEN 'take' THEN staff AND t.owner_id IS NULL
			WHEN 'reply' THEN (m.by_reporter AND reporter) OR (m.by_staff AND (owner OR lead))
			WHEN 'handover' THEN (owner OR lead) AND h.id IS NULL
			WHEN 'wait' THEN owner OR lead
			WHEN 'resume' THEN owner OR lead
			WHEN 'resolve' THEN owner OR lead
			WHEN 'escalate' THEN owner OR lead
			WHEN 'reopen' THEN t.status = 'resolved' OR t.reopen_until IS NULL OR t.reopen_until >= at
			WHEN 'rate' THEN reporter AND t.resolution_count > 0
				AND NOT EXISTS (SELECT FROM rating r WHERE r.ticket_id = t.id AND r.resolution_no = t.resolution_count)
			ELSE (m.by_reporter AND reporter) OR (m.by_staff AND staff) END
		UNION ALL
		SELECT o.action FROM (VALUES
			('handover_accept', NOT owner AND (h.to_id = actor OR h.to_team_id = ANY (actor_teams))),
			('handover_decline', h.to_id = actor),
			('handover_force', lead),
			('handover_withdraw', actor IN (h.from_id, h.offered_by))) AS o(action, may)
		WHERE h.id IS NOT NULL AND o.may
		ORDER BY 1);
END $$;
COMMENT ON FUNCTION ticket_can IS 'Names of the actions that the actor may do now: `can` of the API';

-- 409 when the state does not allow the action (with what it allows), 403 when it does but not to this actor.
CREATE OR REPLACE FUNCTION ticket_allow(t ticket, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	able text[] := ticket_can(t, actor, actor_roles, actor_teams, at);
BEGIN
	IF wanted = ANY (able) THEN
		RETURN;
	END IF;
	IF wanted NOT LIKE 'handover\_%' THEN
		PERFORM ticket_require(t, wanted);
		IF wanted = 'reopen' AND t.reopen_until < at THEN
			PERFORM refuse(409, 'too-late', format('%s could be reopened until %s; open a new ticket instead', t.number, instant_text(t.reopen_until)),
				jsonb_build_object('can', to_jsonb(able), 'reopen_until', instant_text(t.reopen_until)));
		ELSIF wanted = 'rate' AND t.reporter_id = actor THEN
			PERFORM refuse(409, 'already-rated', format('This resolution of %s is rated already', t.number), jsonb_build_object('can', to_jsonb(able)));
		ELSIF wanted = 'handover' AND EXISTS (SELECT FROM handover h WHERE h.ticket_id = t.id AND h.state = 'offered') THEN
			PERFORM refuse(409, 'handover-pending', format('A handover of %s is offered already', t.number), jsonb_build_object('can', to_jsonb(able)));
		END IF;
	END IF;
	PERFORM refuse(403, 'not-yours-to-do', format('Not allowed to you on %s', t.number), jsonb_build_object('can', to_jsonb(able)));
END $$;
COMMENT ON FUNCTION ticket_allow IS 'Refuses unless ticket_can has the action';

-- Services are CIs of the class business_service or of one below it.
CREATE OR REPLACE FUNCTION ticket_service_good(service bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN EXISTS (SELECT FROM ci c JOIN ci_class k ON k.id = c.class_id JOIN ci_class s ON s.id = ANY (k.lineage)
		WHERE c.id = service AND c.phase <> 'ended' AND s.name = 'business_service');
END $$;
COMMENT ON FUNCTION ticket_service_good IS 'Whether the id is a service in use';

-- The words people search by. Bounded, so that no ticket outgrows a tsvector: newest replies first.
CREATE OR REPLACE FUNCTION ticket_words(t ticket) RETURNS tsvector
LANGUAGE sql STABLE AS $$
	SELECT setweight(to_tsvector('russian', t.number || ' ' || t.subject || ' ' || coalesce(t.external_number, '')), 'A')
		|| setweight(to_tsvector('russian', left(t.body, 60000)), 'B')
		|| coalesce((SELECT setweight(to_tsvector('russian', left(string_agg(e.body, E'\n' ORDER BY e.seq DESC), 60000)), 'C') FROM ticket_event e
			WHERE e.ticket_id = t.id AND e.visibility = 'public' AND e.type IN ('replied', 'resolved', 'reopened') AND e.body IS NOT NULL), '')
		|| coalesce((SELECT setweight(to_tsvector('russian', left(string_agg(e.body, E'\n' ORDER BY e.seq DESC), 40000)), 'D') FROM ticket_event e
			WHERE e.ticket_id = t.id AND e.visibility = 'internal' AND e.body IS NOT NULL), '')
$$;
COMMENT ON FUNCTION ticket_words IS 'Number and subject A, report B, public replies C, notes D';

CREATE OR REPLACE FUNCTION ticket_search_refresh(changed bigint) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO ticket_search (ticket_id, words) SELECT t.id, ticket_words(t) FROM ticket t WHERE t.id = changed
		ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words;
END $$;
COMMENT ON FUNCTION ticket_search_refresh IS 'Brings the search words of a ticket up to date; after a new subject, reply or note';

-- Opens a ticket. `wrong` is pointer, text, pointer, text … of every field that is wrong; then nothing was made. `evidence`: of the mail it came by.
CREATE OR REPLACE FUNCTION ticket_create(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	new_kind ticket_kind, new_subject text, new_body text, for_reporter bigint, by_channel ticket_channel,
	new_impact integer, new_urgency integer, new_service bigint, new_category bigint, new_cis bigint[], evidence jsonb DEFAULT NULL,
	OUT id bigint, OUT number text, OUT wrong text[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	staff boolean := is_staff(actor_roles);
	person_for bigint := coalesce(for_reporter, actor);
	t ticket;
	p policy;
	team bigint;
	restricted boolean;
	ola jsonb;
	bad bigint;
BEGIN
	wrong := '{}';
	IF for_reporter IS NOT NULL AND for_reporter <> actor THEN
		IF NOT staff THEN
			wrong := wrong || ARRAY['/reporter', 'Only the service desk may report for somebody else'];
		ELSIF NOT EXISTS (SELECT FROM person x WHERE x.id = for_reporter AND x.active) THEN
			wrong := wrong || ARRAY['/reporter', 'There is no such person'];
		END IF;
	END IF;
	IF NOT staff AND by_channel NOT IN ('portal', 'api') AND evidence IS NULL THEN
		wrong := wrong || ARRAY['/channel', 'Only the service desk may name another channel than portal or api'];
	END IF;
	IF new_service IS NOT NULL AND NOT ticket_service_good(new_service) THEN
		wrong := wrong || ARRAY['/service', 'There is no such service'];
	END IF;
	IF new_category IS NOT NULL AND NOT EXISTS (SELECT FROM category c WHERE c.id = new_category AND c.active) THEN
		wrong := wrong || ARRAY['/category', 'There is no such category'];
	END IF;
	-- An employee names what is theirs, so that nobody learns names from the CMDB by trying numbers.
	FOR bad IN SELECT x FROM unnest(new_cis) AS x WHERE NOT EXISTS (
			SELECT FROM ci c WHERE c.id = x AND c.phase <> 'ended' AND (staff OR c.owner_id = actor OR ticket_service_good(c.id)
				OR EXISTS (SELECT FROM ci_user u WHERE u.ci_id = c.id AND u.person_id = actor AND u.until IS NULL))) LOOP
		wrong := wrong || ARRAY['/cis', format('There is no such CI: %s', bad)];
	END LOOP;
	IF cardinality(wrong) > 0 THEN
		RETURN;
	END IF;

	SELECT r.team, r.restricted INTO team, restricted FROM ticket_route(new_service, new_category, new_kind) r;
	IF team IS NULL THEN
		PERFORM refuse(409, 'no-team', 'No team takes such tickets: an administrator must add a routing rule');
	END IF;
	SELECT * INTO p FROM policy_choose(new_service, new_kind);
	INSERT INTO ticket (kind, subject, body, channel, impact, urgency, priority, reporter_id, opened_by, team_id, restricted_team_id,
		service_id, category_id, policy_id, opened_at, updated_at)
	SELECT new_kind, new_subject, new_body, by_channel, m.impact, m.urgency, m.priority, person_for, actor, team,
		CASE WHEN restricted THEN team END, new_service, new_category, p.id, at, at
	FROM priority_matrix m WHERE m.impact = new_impact AND m.urgency = new_urgency
	RETURNING * INTO STRICT t;
	ola := ola_target(team, t.priority);
	PERFORM ticket_event_add(t.id, 'opened', actor, ticket_role(t, actor, actor_roles), 'public', new_body,
		jsonb_build_object('targets', policy_targets(p.id, t.priority), 'team', team, 'subject', new_subject, 'priority', t.priority,
			'impact', t.impact, 'urgency', t.urgency, 'channel', by_channel, 'policy', p.id)
		|| jsonb_strip_nulls(jsonb_build_object('ola', ola, 'service', new_service, 'category', new_category,
			'reporter', CASE WHEN person_for <> actor THEN person_for END, 'cis', CASE WHEN cardinality(new_cis) > 0 THEN to_jsonb(new_cis) END,
			'evidence', evidence)),
		at);
	IF cardinality(new_cis) > 0 THEN
		INSERT INTO ticket_ci (ticket_id, ci_id, role, added_at, added_by) SELECT t.id, x, 'affected', at, actor FROM unnest(new_cis) AS x
		ON CONFLICT DO NOTHING;
	END IF;
	INSERT INTO ticket_search (ticket_id, words)
	VALUES (t.id, setweight(to_tsvector('russian', t.number || ' ' || t.subject), 'A') || setweight(to_tsvector('russian', left(t.body, 60000)), 'B'));
	id := t.id;
	number := t.number;
END $$;
COMMENT ON FUNCTION ticket_create IS 'Opens a ticket: row, event, links, search words; clocks follow from the event';

-- A moment as the person reads it: "Tue 03.03.2026 14:00" in their zone and language.
CREATE OR REPLACE FUNCTION moment_text(at timestamptz, zone text, language text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN language = 'ru'
		THEN (ARRAY['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'])[extract(isodow FROM at AT TIME ZONE zone)::integer] || to_char(at AT TIME ZONE zone, ' DD.MM.YYYY HH24:MI')
		ELSE (ARRAY['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[extract(isodow FROM at AT TIME ZONE zone)::integer] || to_char(at AT TIME ZONE zone, ' DD Mon YYYY, HH24:MI')
		END
$$;
COMMENT ON FUNCTION moment_text IS 'Weekday, date and time in a zone and language, for mail';

-- The reporter hears that it is there, who has it and by when. After the clocks, whose promise it names.
CREATE OR REPLACE FUNCTION ticket_opened_mail(opened bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT outbox_mail('ticket:' || t.id || ':opened', t.reporter_id, NULL, NULL,
			CASE WHEN t.opened_by = t.reporter_id THEN 'ticket_opened' ELSE 'ticket_opened_for' END
				|| CASE WHEN t.due_at IS NULL THEN '_no_promise' ELSE '' END,
			jsonb_build_object('number', t.number, 'subject', t.subject, 'name', coalesce(nullif(r.given_name, ''), r.name), 'by', b.name, 'team', team_called(m, r.language),
				'promised', moment_text(t.due_at, r.zone, r.language), 'body', t.body), t.id, NULL, at)
		FROM ticket t JOIN person r ON r.id = t.reporter_id JOIN person b ON b.id = t.opened_by JOIN team m ON m.id = t.team_id
		WHERE t.id = opened
	);
END $$;
COMMENT ON FUNCTION ticket_opened_mail IS 'Confirms a new ticket to its reporter';

-- Changes fields. `wanted` has a member for each field that is to change: impact, urgency, priority, service, category, subject, team.
-- `expected` is the version of If-Match; -1: any. `wrong` as in ticket_create.
CREATE OR REPLACE FUNCTION ticket_edit(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	expected bigint, wanted jsonb, why text, OUT id bigint, OUT wrong text[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	t ticket;
	n ticket;
	changes jsonb := '{}';
	retarget jsonb;
	capacity event_role;
BEGIN
	t := ticket_lock(subject, actor, actor_roles, actor_teams);
	IF NOT ticket_inside(t, actor, actor_roles, actor_teams) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Only the service desk changes these fields; answer on the ticket instead');
	END IF;
	IF expected >= 0 AND expected <> t.version THEN
		PERFORM refuse(412, 'stale', format('%s was changed meanwhile', t.number), jsonb_build_object('version', t.version));
	END IF;
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'edit');
	n := t;
	wrong := '{}';
	n.impact := coalesce((wanted ->> 'impact')::smallint, t.impact);
	n.urgency := coalesce((wanted ->> 'urgency')::smallint, t.urgency);
	IF (n.impact, n.urgency) <> (t.impact, t.urgency) THEN
		SELECT m.priority INTO STRICT n.priority FROM priority_matrix m WHERE m.impact = n.impact AND m.urgency = n.urgency;
	END IF;
	IF wanted ? 'priority' THEN
		n.priority := (wanted ->> 'priority')::smallint;
		IF n.priority <> t.priority AND coalesce(why, '') = '' THEN
			wrong := wrong || ARRAY['/reason', 'Say why the priority differs from impact and urgency'];
		END IF;
	END IF;
	IF wanted ? 'subject' THEN
		n.subject := wanted ->> 'subject';
	END IF;
	IF wanted ? 'service' THEN
		n.service_id := (wanted ->> 'service')::bigint;
		IF n.service_id IS DISTINCT FROM t.service_id AND n.service_id IS NOT NULL AND NOT ticket_service_good(n.service_id) THEN
			wrong := wrong || ARRAY['/service', 'There is no such service'];
		END IF;
	END IF;
	IF wanted ? 'category' THEN
		n.category_id := (wanted ->> 'category')::bigint;
		IF n.category_id IS DISTINCT FROM t.category_id AND n.category_id IS NOT NULL
			AND NOT EXISTS (SELECT FROM category c WHERE c.id = n.category_id AND c.active) THEN
			wrong := wrong || ARRAY['/category', 'There is no such category'];
		END IF;
	END IF;
	IF wanted ? 'team' THEN
		n.team_id := (wanted ->> 'team')::bigint;
		IF n.team_id <> t.team_id AND NOT EXISTS (SELECT FROM team m WHERE m.id = n.team_id AND m.active) THEN
			wrong := wrong || ARRAY['/team', 'There is no such team'];
		END IF;
	END IF;
	id := t.id;
	IF cardinality(wrong) > 0 THEN
		RETURN;
	END IF;
	IF n.team_id <> t.team_id AND t.owner_id IS NOT NULL AND t.owner_id <> actor AND actor_roles & 4 = 0 THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Only the owner or a lead passes an owned ticket to another team');
	END IF;
	IF n.service_id IS DISTINCT FROM t.service_id THEN
		n.policy_id := (policy_choose(n.service_id, t.kind)).id;
	END IF;

	capacity := ticket_role(t, actor, actor_roles);
	IF n.subject <> t.subject THEN
		changes := changes || jsonb_build_object('subject', jsonb_build_array(t.subject, n.subject));
	END IF;
	IF n.service_id IS DISTINCT FROM t.service_id THEN
		changes := changes || jsonb_build_object('service', jsonb_build_array(t.service_id, n.service_id));
	END IF;
	IF n.category_id IS DISTINCT FROM t.category_id THEN
		changes := changes || jsonb_build_object('category', jsonb_build_array(t.category_id, n.category_id));
	END IF;
	IF changes <> '{}' THEN
		PERFORM ticket_event_add(t.id, 'edited', actor, capacity, 'system', NULL, jsonb_build_object('changes', changes), at);
	END IF;
	-- A retarget is never written for terms that stay the same: it would stand in the supplier's report as one.
	IF n.policy_id IS DISTINCT FROM t.policy_id OR n.priority <> t.priority THEN
		retarget := jsonb_build_object('targets', policy_targets(n.policy_id, n.priority), 'policy', n.policy_id)
			|| jsonb_strip_nulls(jsonb_build_object('ola', CASE WHEN n.priority <> t.priority THEN ola_target(t.team_id, n.priority) END));
	END IF;
	IF (n.priority, n.impact, n.urgency) <> (t.priority, t.impact, t.urgency) THEN
		changes := jsonb_build_object('changes', jsonb_strip_nulls(jsonb_build_object(
			'priority', CASE WHEN n.priority <> t.priority THEN jsonb_build_array(t.priority, n.priority) END,
			'impact', CASE WHEN n.impact <> t.impact THEN jsonb_build_array(t.impact, n.impact) END,
			'urgency', CASE WHEN n.urgency <> t.urgency THEN jsonb_build_array(t.urgency, n.urgency) END)));
		PERFORM ticket_event_add(t.id, CASE WHEN n.priority <> t.priority THEN 'priority_changed' ELSE 'edited' END::ticket_event_type, actor,
			capacity, 'system', why, changes || CASE WHEN n.priority <> t.priority THEN retarget ELSE '{}' END, at);
	END IF;
	IF n.policy_id IS DISTINCT FROM t.policy_id AND n.priority = t.priority THEN
		PERFORM ticket_event_add(t.id, 'calendar_changed', actor, capacity, 'system', NULL, retarget, at);
	END IF;
	IF n.team_id <> t.team_id THEN
		n.restricted_team_id := CASE WHEN t.restricted_team_id IS NOT NULL THEN n.team_id END;
		PERFORM ticket_event_add(t.id, 'team_changed', actor, capacity, 'system', why, jsonb_build_object('team', n.team_id, 'from_team', t.team_id)
			|| jsonb_strip_nulls(jsonb_build_object('ola', ola_target(n.team_id, n.priority))), at);
	END IF;
	IF n IS DISTINCT FROM t THEN
		UPDATE ticket SET subject = n.subject, impact = n.impact, urgency = n.urgency, priority = n.priority, service_id = n.service_id,
			category_id = n.category_id, policy_id = n.policy_id, team_id = n.team_id, restricted_team_id = n.restricted_team_id,
			updated_at = at, version = t.version + 1
		WHERE ticket.id = t.id;
		IF n.subject <> t.subject THEN
			PERFORM ticket_search_refresh(t.id);
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION ticket_edit IS 'Changes fields of a ticket with their events; terms of clocks follow priority and service';

-- Marks a ticket as changed; the caller holds its lock.
CREATE OR REPLACE FUNCTION ticket_touch(changed bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	UPDATE ticket SET updated_at = at, version = version + 1 WHERE id = changed;
END $$;
COMMENT ON FUNCTION ticket_touch IS 'Newer updated_at and version';

-- Links a CI, or changes what it has to do with the ticket. True when something changed.
CREATE OR REPLACE FUNCTION ticket_ci_link(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	linked_ci bigint, as_role ci_role) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject, actor, actor_roles, actor_teams);
	old ci_role;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'link_ci');
	SELECT role INTO old FROM ticket_ci WHERE ticket_id = t.id AND ci_id = linked_ci;
	IF old IS NULL AND NOT EXISTS (SELECT FROM ci WHERE id = linked_ci AND phase <> 'ended') THEN
		PERFORM refuse(404, 'not-found', 'There is no such CI');
	END IF;
	IF old IS DISTINCT FROM as_role THEN
		INSERT INTO ticket_ci (ticket_id, ci_id, role, added_at, added_by) VALUES (t.id, linked_ci, as_role, at, actor)
		ON CONFLICT (ticket_id, ci_id) DO UPDATE SET role = excluded.role;
		PERFORM ticket_event_add(t.id, 'ci_linked', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
			jsonb_build_object('ci', linked_ci, 'role', as_role) || jsonb_strip_nulls(jsonb_build_object('was', old)), at);
		PERFORM ticket_touch(t.id, at);
	END IF;
	RETURN t.id;
END $$;
COMMENT ON FUNCTION ticket_ci_link IS 'Links a CI to a ticket';

CREATE OR REPLACE FUNCTION ticket_ci_unlink(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	linked_ci bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject, actor, actor_roles, actor_teams);
	old ci_role;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'link_ci');
	DELETE FROM ticket_ci WHERE ticket_id = t.id AND ci_id = linked_ci RETURNING role INTO old;
	IF old IS NULL THEN
		PERFORM refuse(404, 'not-found', 'This CI is not linked to the ticket');
	END IF;
	IF t.status = 'resolved' AND t.no_ci_reason IS NULL AND NOT EXISTS (SELECT FROM ticket_ci WHERE ticket_id = t.id) THEN
		PERFORM refuse(409, 'last-ci', format('%s is resolved with this CI alone; link the right one first', t.number));
	END IF;
	PERFORM ticket_event_add(t.id, 'ci_unlinked', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
		jsonb_build_object('ci', linked_ci, 'role', old), at);
	PERFORM ticket_touch(t.id, at);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION ticket_ci_unlink IS 'Unlinks a CI from a ticket';

CREATE OR REPLACE FUNCTION ticket_participant_put(t ticket, actor bigint, actor_roles integer, at timestamptz, named bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF named = t.reporter_id THEN
		RETURN;
	END IF;
	INSERT INTO ticket_participant (ticket_id, person_id) VALUES (t.id, named) ON CONFLICT DO NOTHING;
	IF FOUND THEN
		PERFORM ticket_event_add(t.id, 'edited', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
			jsonb_build_object('changes', jsonb_build_object('participants', jsonb_build_array(NULL, named))), at);
		PERFORM ticket_touch(t.id, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_participant_put IS 'Adds a participant with its event; the caller has checked and locked';

-- Names an employee on the ticket: they then see its public side. Staff decide who.
CREATE OR REPLACE FUNCTION ticket_participant_add(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	named bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject, actor, actor_roles, actor_teams);
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'edit');
	IF NOT EXISTS (SELECT FROM person WHERE id = named AND active) THEN
		PERFORM refuse_field('/person', 'There is no such person');
	END IF;
	PERFORM ticket_participant_put(t, actor, actor_roles, at, named);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION ticket_participant_add IS 'Names a person on a ticket';

-- Which incidents every employee is told about while they type ("this is already known"): open, taken by an owner, not restricted, not of one
-- person alone, and published by the desk: either staff entered it in their own words for somebody else, or staff named two or more people on it.
-- Nobody makes a report public by their own choice of impact, and nothing of it but subject, owner and promise is shown.
CREATE OR REPLACE FUNCTION ticket_known(t ticket) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT t.kind = 'incident' AND t.status IN ('in_progress', 'waiting_reporter', 'waiting_supplier') AND t.restricted_team_id IS NULL AND t.impact <= 2
		AND (t.opened_by <> t.reporter_id OR (SELECT count(*) FROM ticket_participant p WHERE p.ticket_id = t.id) >= 2)
$$;
COMMENT ON FUNCTION ticket_known IS 'Whether an incident is shown to all employees as a known outage';

CREATE OR REPLACE FUNCTION ticket_me_too(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	OUT number text, OUT people integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket WHERE id = ticket_me_too.subject FOR UPDATE;
	IF t.id IS NULL OR NOT (ticket_known(t) OR ticket_visible(t, actor, actor_roles, actor_teams)) THEN
		PERFORM refuse(404, 'not-found', 'There is no such ticket, or it is not yours');
	END IF;
	IF t.kind <> 'incident' OR t.status IN ('resolved', 'closed', 'cancelled') THEN
		PERFORM refuse(409, 'not-in-this-state', format('%s is not an open incident; report anew if it is there again', t.number));
	END IF;
	PERFORM ticket_participant_put(t, actor, actor_roles, at, actor);
	number := t.number;
	SELECT 1 + count(*) INTO people FROM ticket_participant p WHERE p.ticket_id = t.id;
END $$;
COMMENT ON FUNCTION ticket_me_too IS 'The actor has the same trouble: names them on the incident';

CREATE OR REPLACE FUNCTION ticket_attach(subject bigint, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz,
	file_name text, file_type text, bytes bytea, shown event_visibility, OUT made bigint, OUT digest text, OUT on_ticket text)
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject, actor, actor_roles, actor_teams);
	hash bytea := sha256(bytes);
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'attach');
	IF shown <> 'public' AND NOT (is_staff(actor_roles) AND ticket_inside(t, actor, actor_roles, actor_teams)) THEN
		PERFORM refuse_field('/visibility', 'Only the service desk keeps internal files');
	END IF;
	digest := encode(hash, 'hex');
	on_ticket := t.number;
	INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, author_id, added_at)
	VALUES (t.id, file_name, file_type, length(bytes), hash, bytes, shown, actor, at) RETURNING id INTO made;
	PERFORM ticket_event_add(t.id, 'attached', actor, ticket_role(t, actor, actor_roles), shown, NULL,
		jsonb_build_object('attachment', made, 'name', file_name, 'sha256', digest), at);
	PERFORM ticket_touch(t.id, at);
END $$;
COMMENT ON FUNCTION ticket_attach IS 'Stores a file of a ticket; its SHA-256 stands in the chain of events';

INSERT INTO message_template (key, language, subject, body) VALUES
	('ticket_opened', 'en', '[{number}] We have your report: {subject}', E'Hello {name},\n\nyour report is registered as {number} and is with the team "{team}".\nWe expect to have it solved by {promised}.\n\nAs soon as somebody takes it you will hear their name. Answer to this mail or on the page if you want to add something.\n'),
	('ticket_opened', 'ru', '[{number}] Обращение принято: {subject}', E'Здравствуйте, {name}!\n\nВаше обращение зарегистрировано под номером {number}, им займётся команда «{team}».\nОжидаемый срок решения: {promised}.\n\nКак только за него возьмётся сотрудник, мы сообщим вам его имя. Дополнить обращение можно ответом на это письмо или на странице.\n'),
	('ticket_opened_no_promise', 'en', '[{number}] We have your report: {subject}', E'Hello {name},\n\nyour report is registered as {number} and is with the team "{team}".\n\nAs soon as somebody takes it you will hear their name. Answer to this mail or on the page if you want to add something.\n'),
	('ticket_opened_no_promise', 'ru', '[{number}] Обращение принято: {subject}', E'Здравствуйте, {name}!\n\nВаше обращение зарегистрировано под номером {number}, им займётся команда «{team}».\n\nКак только за него возьмётся сотрудник, мы сообщим вам его имя. Дополнить обращение можно ответом на это письмо или на странице.\n'),
	('ticket_opened_for', 'en', '[{number}] {by} registered a report for you: {subject}', E'Hello {name},\n\n{by} registered a report for you as {number}. It is with the team "{team}".\nWe expect to have it solved by {promised}.\n\nThis is what was written down:\n\n{body}\n\nAnswer to this mail or on the page if something is wrong or missing.\n'),
	('ticket_opened_for', 'ru', '[{number}] Для вас зарегистрировано обращение: {subject}', E'Здравствуйте, {name}!\n\n{by} регистрирует для вас обращение {number}, им займётся команда «{team}».\nОжидаемый срок решения: {promised}.\n\nВот что записано:\n\n{body}\n\nЕсли что-то не так или чего-то не хватает, ответьте на это письмо или напишите на странице.\n'),
	('ticket_opened_for_no_promise', 'en', '[{number}] {by} registered a report for you: {subject}', E'Hello {name},\n\n{by} registered a report for you as {number}. It is with the team "{team}".\n\nThis is what was written down:\n\n{body}\n\nAnswer to this mail or on the page if something is wrong or missing.\n'),
	('ticket_opened_for_no_promise', 'ru', '[{number}] Для вас зарегистрировано обращение: {subject}', E'Здравствуйте, {name}!\n\n{by} регистрирует для вас обращение {number}, им займётся команда «{team}».\n\nВот что записано:\n\n{body}\n\nЕсли что-то не так или чего-то не хватает, ответьте на это письмо или напишите на странице.\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;
