-- Functions that read tables are PL/pgSQL even where one SELECT is all: it keeps their plans, while a function in SQL is planned at each call.
-- What every operation on a ticket shares: who sees it, the lock, events, texts, promises.
-- Operations take (actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, …): `at` is the program's now in whole seconds.

-- Roles as in person.roles: 2 agent, 4 lead, 8 manager, 16 auditor, 64 admin.
CREATE OR REPLACE FUNCTION is_staff(roles integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT roles & (2 | 4) <> 0 $$;
COMMENT ON FUNCTION is_staff IS 'Works at the service desk';

CREATE OR REPLACE FUNCTION reads_all(roles integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT roles & (4 | 8 | 16 | 64) <> 0 $$;
COMMENT ON FUNCTION reads_all IS 'Reads every ticket, restricted ones too';

-- The one rule of visibility. Lists repeat its terms so that the planner can use their indexes; a test holds both together.
CREATE OR REPLACE FUNCTION ticket_visible(t ticket, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT reads_all(actor_roles)
		OR (is_staff(actor_roles) AND (t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams) OR t.owner_id = actor))
		OR t.reporter_id = actor
		OR EXISTS (SELECT FROM ticket_participant p WHERE p.ticket_id = t.id AND p.person_id = actor)
$$;
COMMENT ON FUNCTION ticket_visible IS 'Whether the actor may see the ticket at all';

-- Locks the ticket and returns it. 404 when it is not there or not the actor's to see.
CREATE OR REPLACE FUNCTION ticket_lock(subject_id bigint, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS ticket
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket WHERE id = ticket_lock.subject_id FOR UPDATE;
	IF t.id IS NULL OR NOT ticket_visible(t, actor, actor_roles, actor_teams) THEN
		PERFORM refuse(404, 'not-found', 'There is no such ticket, or it is not yours');
	END IF;
	RETURN t;
END $$;
COMMENT ON FUNCTION ticket_lock IS 'The ticket, locked until the end of the transaction';

-- In which capacity the actor acts on the ticket.
CREATE OR REPLACE FUNCTION ticket_role(t ticket, actor bigint, actor_roles integer) RETURNS event_role
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN actor IS NULL THEN 'system'
		WHEN t.owner_id = actor THEN 'owner'
		WHEN t.reporter_id = actor AND NOT is_staff(actor_roles) THEN 'reporter'
		WHEN actor_roles & 4 <> 0 THEN 'lead'
		WHEN is_staff(actor_roles) THEN 'staff'
		ELSE 'reporter' END::event_role
$$;
COMMENT ON FUNCTION ticket_role IS 'Capacity of the actor, for the timeline';

CREATE OR REPLACE FUNCTION ticket_event_add(subject_id bigint, what ticket_event_type, actor bigint, capacity event_role,
	visibility event_visibility, body text, data jsonb, at timestamptz, occurred timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	n integer;
BEGIN
	INSERT INTO ticket_event (ticket_id, type, occurred_at, recorded_at, actor_id, actor_role, visibility, body, data)
	VALUES (subject_id, what, coalesce(occurred, at), at, actor, capacity, visibility, body, coalesce(data, '{}')) RETURNING seq INTO n;
	RETURN n;
END $$;
COMMENT ON FUNCTION ticket_event_add IS 'Appends an event and returns its seq';

-- 409 that says what is allowed now, unless the action is possible in the state (table ticket_move).
CREATE OR REPLACE FUNCTION ticket_require(t ticket, wanted text) RETURNS ticket_move
LANGUAGE plpgsql STABLE AS $$
DECLARE
	m ticket_move;
BEGIN
	SELECT * INTO m FROM ticket_move WHERE from_status = t.status AND action = wanted;
	IF m.action IS NULL THEN
		PERFORM refuse(409, 'not-in-this-state', format('%s is %s: that is not possible now', t.number, replace(t.status::text, '_', ' ')),
			jsonb_build_object('state', t.status, 'allowed',
				(SELECT coalesce(jsonb_agg(action ORDER BY action), '[]') FROM ticket_move WHERE from_status = t.status)));
	END IF;
	RETURN m;
END $$;
COMMENT ON FUNCTION ticket_require IS 'The move, or a refusal that lists what is allowed';

-- Texts in the reader's language: every {name} of the template is replaced from params; an unknown one becomes empty.
CREATE OR REPLACE FUNCTION message_render(text_template text, params jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	result text := '';
	rest text := text_template;
	start integer;
	stop integer;
BEGIN
	-- One pass from left to right, so that a value that contains braces is never expanded again.
	LOOP
		start := strpos(rest, '{');
		EXIT WHEN start = 0;
		stop := strpos(substr(rest, start), '}');
		EXIT WHEN stop = 0;
		result := result || left(rest, start - 1) || coalesce(params ->> substr(rest, start + 1, stop - 2), '');
		rest := substr(rest, start + stop);
	END LOOP;
	RETURN result || rest;
END $$;
COMMENT ON FUNCTION message_render IS 'A template with its values; values are never expanded again';

-- Root of a thread, the Message-ID that every mail of it names: "<case-45.SEAL@domain>". Nobody outside can make the seal.
CREATE OR REPLACE FUNCTION mail_thread_root(who mail_identity, thread text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN thread IS NOT NULL THEN format('<%s.%s@%s>', thread, left(encode(sha256(who.secret || convert_to('thread ' || thread, 'UTF8')), 'hex'), 24), who.domain) END
$$;
COMMENT ON FUNCTION mail_thread_root IS 'Message-ID to which all mails about a ticket or a case belong';

-- A mail into the outbox; one for each effect_key, whoever repeats it. A person without an address gets none (they see it on the page).
CREATE OR REPLACE FUNCTION outbox_mail(effect text, to_person bigint, to_address text, to_language text, template text, params jsonb,
	about_ticket bigint, about_case bigint, at timestamptz, delay_s integer DEFAULT 0) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	address text := to_address;
	tongue text := to_language;
	m message_template;
	n bigint;
	who mail_identity;
	thread text := CASE WHEN about_case IS NOT NULL THEN 'case-' || about_case ELSE 'ticket-' || about_ticket END;
BEGIN
	IF to_person IS NOT NULL THEN
		SELECT coalesce(to_address, mail), coalesce(to_language, language) INTO address, tongue FROM person WHERE id = to_person;
	END IF;
	IF coalesce(address, '') = '' THEN
		RETURN NULL;
	END IF;
	SELECT * INTO STRICT m FROM message_template WHERE key = template AND language = coalesce(tongue, 'en');
	SELECT * INTO STRICT who FROM mail_identity;
	INSERT INTO outbox (kind, effect_key, recipient, person_id, language, subject, body, message_id, in_reply_to, ticket_id, case_id, not_before, created_at)
	VALUES ('mail', effect, address, to_person, m.language,
		left(regexp_replace(message_render(m.subject, params), '[[:cntrl:]]+', ' ', 'g'), 300), message_render(m.body, params),
		format('<%s@%s>', encode(sha256(who.secret || convert_to(effect, 'UTF8')), 'hex'), who.domain), mail_thread_root(who, thread),
		about_ticket, about_case, at + make_interval(secs => delay_s), at)
	ON CONFLICT (effect_key) DO NOTHING RETURNING id INTO n;
	RETURN n;
END $$;
COMMENT ON FUNCTION outbox_mail IS 'Puts a mail into the outbox once for each effect';

-- Moves ownership: closes the open period, opens the next at the same microsecond. The caller holds the ticket's lock.
CREATE OR REPLACE FUNCTION ownership_move(subject_id bigint, new_owner bigint, by_handover bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	moment timestamptz := clock_timestamp();
	began timestamptz;
BEGIN
	SELECT lower(period) INTO began FROM ownership WHERE ticket_id = subject_id AND upper_inf(period);
	IF began IS NOT NULL THEN
		moment := greatest(moment, began + interval '1 microsecond');
		UPDATE ownership SET period = tstzrange(began, moment, '[)') WHERE ticket_id = subject_id AND upper_inf(period);
	END IF;
	INSERT INTO ownership (ticket_id, person_id, period, handover_id) VALUES (subject_id, new_owner, tstzrange(moment, NULL, '[)'), by_handover);
	UPDATE ticket SET owner_id = new_owner WHERE id = ownership_move.subject_id;
END $$;
COMMENT ON FUNCTION ownership_move IS 'Gives the ticket to a new owner, without gap or overlap';

-- The SLA policy of a ticket: the most particular active one (service, then kind).
CREATE OR REPLACE FUNCTION policy_choose(service bigint, kind ticket_kind) RETURNS policy
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	chosen policy;
BEGIN
	SELECT p.* INTO chosen FROM policy p
	WHERE p.type = 'sla' AND p.active AND (p.service_id IS NULL OR p.service_id = service) AND (p.ticket_kind IS NULL OR p.ticket_kind = kind)
	ORDER BY (p.service_id IS NOT NULL) DESC, (p.ticket_kind IS NOT NULL) DESC, p.id LIMIT 1;
	RETURN chosen;
END $$;
COMMENT ON FUNCTION policy_choose IS 'SLA policy for a service and kind';

-- Order in which people read metrics: as a case goes.
CREATE OR REPLACE FUNCTION metric_place(metric sla_metric) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE metric WHEN 'acknowledge' THEN 1 WHEN 'response' THEN 2 WHEN 'workaround' THEN 3 WHEN 'resolution' THEN 4 WHEN 'update' THEN 5 ELSE 6 END
$$;
COMMENT ON FUNCTION metric_place IS 'Place of a metric in lists';

-- Targets as they stand in events: [{"metric","target_s","calendar_version","pause_supplier"}].
CREATE OR REPLACE FUNCTION policy_targets(chosen bigint, with_priority integer) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT coalesce(jsonb_agg(jsonb_build_object('metric', x.metric, 'target_s', x.target_s, 'calendar_version', v.id,
			'pause_supplier', p.pause_supplier) ORDER BY x.metric), '[]')
		FROM policy p JOIN policy_target x ON x.policy_id = p.id AND x.priority = with_priority AND x.metric <> 'ola'
		JOIN calendar c ON c.id = p.calendar_id JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
		WHERE p.id = chosen
	);
END $$;
COMMENT ON FUNCTION policy_targets IS 'Targets of an SLA policy for a priority, with the calendar version in force';

-- OLA of a team for a priority: {"target_s","calendar_version"} or null.
CREATE OR REPLACE FUNCTION ola_target(team bigint, with_priority integer) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('target_s', x.target_s, 'calendar_version', v.id)
		FROM team m JOIN policy p ON p.type = 'ola' AND p.active AND p.team_level = m.level
		JOIN policy_target x ON x.policy_id = p.id AND x.priority = with_priority AND x.metric = 'ola'
		JOIN calendar c ON c.id = p.calendar_id JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
		WHERE m.id = team ORDER BY p.id LIMIT 1
	);
END $$;
COMMENT ON FUNCTION ola_target IS 'Target between teams';

-- Team of a new ticket.
CREATE OR REPLACE FUNCTION ticket_route(service bigint, category bigint, of_kind ticket_kind, OUT team bigint, OUT restricted boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	SELECT r.team_id, r.restricted INTO team, restricted FROM route_rule r JOIN team m ON m.id = r.team_id AND m.active
	WHERE (r.service_id IS NULL OR r.service_id = service) AND (r.category_id IS NULL OR r.category_id = category) AND (r.kind IS NULL OR r.kind = of_kind)
	ORDER BY r.position, r.id LIMIT 1;
END $$;
COMMENT ON FUNCTION ticket_route IS 'First routing rule that holds; NULL team when none does';
