-- What moves a ticket: take, reply, wait, hand over, resolve, confirm, reopen, cancel, rate; and what happens by itself in time.
-- Each function locks the ticket, asks ticket_allow (41_desk_ticket.sql), writes row, events and mail. The caller refreshes the clocks.

-- 409 unless the person can sign: a public word carries a given and a family name.
CREATE OR REPLACE FUNCTION person_must_sign(who bigint) RETURNS person
LANGUAGE plpgsql STABLE AS $$
DECLARE
	p person;
BEGIN
	SELECT * INTO STRICT p FROM person WHERE id = who;
	IF btrim(p.given_name) = '' OR btrim(p.family_name) = '' THEN
		PERFORM refuse(409, 'no-name', format('%s has no given and family name in the directory and cannot sign; the directory must be mended first', p.login));
	END IF;
	RETURN p;
END $$;
COMMENT ON FUNCTION person_must_sign IS 'The person, if they have both names';

CREATE OR REPLACE FUNCTION handover_reason_words(reason handover_reason, tongue text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE tongue WHEN 'ru' THEN CASE reason
			WHEN 'sick' THEN 'предыдущий владелец заболел' WHEN 'overloaded' THEN 'предыдущий владелец перегружен'
			WHEN 'level_escalation' THEN 'нужна следующая линия поддержки' WHEN 'expertise' THEN 'нужны другие знания'
			WHEN 'shift_end' THEN 'смена закончилась' WHEN 'returned' THEN 'временная замена закончилась'
			WHEN 'imported' THEN 'перенесено из другой системы' ELSE 'другая причина' END
		ELSE CASE reason
			WHEN 'sick' THEN 'the previous owner is ill' WHEN 'overloaded' THEN 'the previous owner has too much work'
			WHEN 'level_escalation' THEN 'the next level of support is needed' WHEN 'expertise' THEN 'other knowledge is needed'
			WHEN 'shift_end' THEN 'the shift has ended' WHEN 'returned' THEN 'the temporary replacement has ended'
			WHEN 'imported' THEN 'imported from another system' ELSE 'another reason' END END
$$;
COMMENT ON FUNCTION handover_reason_words IS 'Reason of a handover as the reporter reads it';

CREATE OR REPLACE FUNCTION instant_words(at timestamptz, zone text, tongue text) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT to_char(at AT TIME ZONE zone, CASE tongue WHEN 'ru' THEN 'DD.MM.YYYY HH24:MI' ELSE 'YYYY-MM-DD HH24:MI' END) $$;
COMMENT ON FUNCTION instant_words IS 'An instant as a person reads it in mail';

-- The text that the reporter gets when ownership moves; also the preview of the handover dialog. NULL reason: a take.
CREATE OR REPLACE FUNCTION introduction_text(t ticket, new_owner person, reason handover_reason, note text, until timestamptz, OUT template text, OUT params jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r person;
BEGIN
	SELECT * INTO STRICT r FROM person WHERE id = t.reporter_id;
	template := CASE WHEN reason IS NULL THEN 'introduced_take' WHEN until IS NULL THEN 'introduced_handover' ELSE 'introduced_temporary' END;
	params := jsonb_build_object('number', t.number, 'subject', t.subject, 'owner', new_owner.name, 'reporter', r.given_name,
		'reason', CASE WHEN reason = 'other' THEN note ELSE handover_reason_words(reason, r.language) END,
		'until', instant_words(until, r.zone, r.language), 'phone', coalesce(new_owner.phone, ''));
END $$;
COMMENT ON FUNCTION introduction_text IS 'Template and values of an introduction';

CREATE OR REPLACE FUNCTION ticket_introduce(t ticket, new_owner bigint, reason handover_reason, note text, until timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	p person := person_must_sign(new_owner);
	tongue text;
	said text;
	i record;
	n integer;
BEGIN
	SELECT language INTO STRICT tongue FROM person WHERE id = t.reporter_id;
	i := introduction_text(t, p, reason, note, until);
	SELECT message_render(m.body, i.params) INTO STRICT said FROM message_template m WHERE m.key = i.template AND m.language = tongue;
	n := ticket_event_add(t.id, 'introduced', new_owner, 'owner', 'public', said,
		jsonb_build_object('owner', new_owner, 'name', p.name, 'reason', reason, 'until', instant_text(until)), at);
	IF t.reporter_id <> new_owner THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), t.reporter_id, NULL, NULL, i.template, i.params, t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_introduce IS 'Tells the reporter who owns the ticket now, in their language';

CREATE OR REPLACE FUNCTION ticket_take(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	holder person;
BEGIN
	IF t.owner_id IS NOT NULL AND is_staff(actor_roles) THEN
		SELECT * INTO holder FROM person WHERE id = t.owner_id;
		PERFORM refuse(409, 'already-owned', format('%s has %s already', holder.name, t.number),
			jsonb_build_object('owner', ref_json(holder.id, holder.name), 'can', to_jsonb(ticket_can(t, actor, actor_roles, actor_teams, at))));
	END IF;
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'take');
	PERFORM ticket_event_add(t.id, 'taken', actor, 'owner', 'system', NULL, jsonb_build_object('owner', actor), at);
	UPDATE ticket SET owner_id = actor, status = 'in_progress', updated_at = at, version = version + 1 WHERE id = t.id;
	PERFORM ownership_move(t.id, actor, NULL);
	PERFORM ticket_introduce(t, actor, NULL, NULL, NULL, at);
END $$;
COMMENT ON FUNCTION ticket_take IS 'The actor becomes the owner of a new ticket';

-- A public reply (owner, lead in the owner's place, reporter) or an internal note. Returns the event's seq.
CREATE OR REPLACE FUNCTION ticket_reply(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	said text, to_whom event_visibility) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	p person;
	capacity event_role;
	n integer;
	target bigint;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, CASE to_whom WHEN 'public' THEN 'reply' ELSE 'note' END);
	IF to_whom = 'public' THEN
		capacity := CASE WHEN t.owner_id = actor THEN 'owner' WHEN t.reporter_id = actor THEN 'reporter' ELSE 'lead' END::event_role;
		p := CASE WHEN capacity = 'reporter' THEN NULL ELSE person_must_sign(actor) END;
		n := ticket_event_add(t.id, 'replied', actor, capacity, 'public', said,
			CASE WHEN capacity = 'lead' THEN jsonb_build_object('in_place_of', t.owner_id) ELSE '{}' END, at);
		IF capacity = 'reporter' AND t.status = 'waiting_reporter' THEN
			PERFORM ticket_event_add(t.id, 'resumed', actor, capacity, 'system', NULL, jsonb_build_object('seq', n), at);
			UPDATE ticket SET status = 'in_progress' WHERE id = t.id;
		END IF;
		target := CASE WHEN capacity = 'reporter' THEN t.owner_id ELSE t.reporter_id END;
		IF target IS NOT NULL AND target <> actor THEN
			PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), target, NULL, NULL,
				CASE WHEN capacity = 'reporter' THEN 'reporter_replied' ELSE 'replied' END,
				jsonb_build_object('number', t.number, 'subject', t.subject, 'body', said, 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
		END IF;
	ELSE
		n := ticket_event_add(t.id, 'noted', actor, ticket_role(t, actor, actor_roles), 'internal', said, NULL, at);
	END IF;
	UPDATE ticket_search SET words = words || setweight(to_tsvector('russian', left(said, 60000)), CASE to_whom WHEN 'public' THEN 'C' ELSE 'D' END::"char")
	WHERE ticket_id = t.id AND pg_column_size(words) < 400000;
	PERFORM ticket_touch(t.id, at);
	RETURN n;
END $$;
COMMENT ON FUNCTION ticket_reply IS 'Says something in public or to the staff';

CREATE OR REPLACE FUNCTION ticket_wait(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, wait_for text, note text)
	RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	n integer;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'wait');
	IF t.status::text = 'waiting_' || wait_for THEN
		PERFORM refuse(409, 'already-waiting', format('%s waits for the %s already', t.number, wait_for),
			jsonb_build_object('can', to_jsonb(ticket_can(t, actor, actor_roles, actor_teams, at))));
	END IF;
	IF wait_for = 'supplier' AND NOT EXISTS (SELECT FROM supplier_case c WHERE c.ticket_id = t.id AND c.status IN ('open', 'verifying')) THEN
		PERFORM refuse(409, 'no-open-case', format('%s has no case that a supplier works on; escalate first', t.number),
			jsonb_build_object('can', to_jsonb(ticket_can(t, actor, actor_roles, actor_teams, at))));
	END IF;
	IF wait_for = 'reporter' AND note IS NOT NULL THEN
		PERFORM person_must_sign(actor);
	END IF;
	n := ticket_event_add(t.id, 'waiting', actor, CASE WHEN t.owner_id = actor THEN 'owner' ELSE 'lead' END::event_role,
		CASE wait_for WHEN 'reporter' THEN 'public' ELSE 'internal' END::event_visibility, note, jsonb_build_object('for', wait_for), at);
	UPDATE ticket SET status = ('waiting_' || wait_for)::ticket_status, updated_at = at, version = version + 1 WHERE id = t.id;
	IF wait_for = 'reporter' AND t.reporter_id <> actor THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), t.reporter_id, NULL, NULL, 'waiting_reporter',
			jsonb_build_object('number', t.number, 'subject', t.subject, 'body', coalesce(note, ''), 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_wait IS 'The ball is with the reporter or with a supplier';

CREATE OR REPLACE FUNCTION ticket_resume(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'resume');
	PERFORM ticket_event_add(t.id, 'resumed', actor, CASE WHEN t.owner_id = actor THEN 'owner' ELSE 'lead' END::event_role, 'system', NULL, NULL, at);
	UPDATE ticket SET status = 'in_progress', updated_at = at, version = version + 1 WHERE id = t.id;
END $$;
COMMENT ON FUNCTION ticket_resume IS 'The ball is ours again';

CREATE OR REPLACE FUNCTION handover_json(h handover, language text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', h.id, 'ticket', (SELECT number FROM ticket WHERE id = h.ticket_id),
		'from', (SELECT ref_json(id, name) FROM person WHERE id = h.from_id), 'to', (SELECT ref_json(id, name) FROM person WHERE id = h.to_id),
		'to_team', (SELECT ref_json(m.id, team_called(m, language)) FROM team m WHERE m.id = h.to_team_id), 'reason', h.reason, 'mode', h.mode, 'until', instant_text(h.until_at),
		'note', h.note, 'state', h.state, 'offered_by', (SELECT ref_json(id, name) FROM person WHERE id = h.offered_by),
		'offered_at', instant_text(h.offered_at), 'decided_by', (SELECT ref_json(id, name) FROM person WHERE id = h.decided_by),
		'decided_at', instant_text(h.decided_at), 'decision_note', h.decision_note,
		'new_owner', (SELECT ref_json(id, name) FROM person WHERE id = h.new_owner_id), 'returned_at', instant_text(h.returned_at))
$$;
COMMENT ON FUNCTION handover_json IS 'A handover as the API gives it';

CREATE OR REPLACE FUNCTION handover_data(h handover) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('handover', h.id, 'from', h.from_id, 'to', h.to_id, 'to_team', h.to_team_id, 'reason', h.reason, 'mode', h.mode,
		'until', instant_text(h.until_at))
$$;
COMMENT ON FUNCTION handover_data IS 'A handover in the data of its events';

CREATE OR REPLACE FUNCTION handover_offer(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	to_person bigint, to_team bigint, why handover_reason, how handover_mode, until timestamptz, next_step text) RETURNS handover
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	h handover;
	r record;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'handover');
	IF to_person IS NOT NULL THEN
		IF to_person = t.owner_id THEN
			PERFORM refuse_field('/to', 'is the owner already');
		ELSIF NOT EXISTS (SELECT FROM person p WHERE p.id = to_person AND p.active AND is_staff(p.roles)) THEN
			PERFORM refuse_field('/to', 'must be an active member of the service desk');
		ELSIF t.restricted_team_id IS NOT NULL AND NOT EXISTS (SELECT FROM team_member m WHERE m.team_id = t.restricted_team_id AND m.person_id = to_person) THEN
			PERFORM refuse_field('/to', 'must be a member of the team that alone may see this ticket');
		END IF;
	ELSIF NOT EXISTS (SELECT FROM team x WHERE x.id = to_team AND x.active) THEN
		PERFORM refuse_field('/to_team', 'must be an active team');
	END IF;
	IF until <= at THEN
		PERFORM refuse_field('/until', 'must be in the future');
	END IF;
	INSERT INTO handover (ticket_id, from_id, to_id, to_team_id, reason, mode, until_at, note, offered_by, offered_at)
	VALUES (t.id, t.owner_id, to_person, to_team, why, how, until, next_step, actor, at) RETURNING * INTO h;
	PERFORM ticket_event_add(t.id, 'handover_offered', actor, CASE WHEN t.owner_id = actor THEN 'owner' ELSE 'lead' END::event_role, 'internal', next_step, handover_data(h), at);
	FOR r IN SELECT p.id FROM person p WHERE p.active AND p.id <> actor AND (p.id = to_person
			OR (to_team IS NOT NULL AND EXISTS (SELECT FROM team_member m WHERE m.team_id = to_team AND m.person_id = p.id))) LOOP
		PERFORM outbox_mail(format('handover:%s:offer:%s', h.id, r.id), r.id, NULL, NULL, 'handover_offered',
			jsonb_build_object('number', t.number, 'subject', t.subject, 'body', coalesce(next_step, ''), 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
	END LOOP;
	PERFORM ticket_touch(t.id, at);
	RETURN h;
END $$;
COMMENT ON FUNCTION handover_offer IS 'Offers the ticket to a person or a team; the giver owns it until somebody accepts';

-- Locks ticket and offer; 409 when it is decided already, with what became of it.
CREATE OR REPLACE FUNCTION handover_lock(offer bigint, actor bigint, actor_roles integer, actor_teams bigint[], OUT t ticket, OUT h handover)
LANGUAGE plpgsql AS $$
DECLARE
	about bigint;
BEGIN
	-- Whose ticket is not theirs to see is told the same as who names an offer that is not there.
	SELECT x.ticket_id INTO about FROM handover x JOIN ticket y ON y.id = x.ticket_id WHERE x.id = offer AND ticket_inside(y, actor, actor_roles, actor_teams);
	IF about IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such handover, or it is not yours');
	END IF;
	t := ticket_lock(about, actor, actor_roles, actor_teams);
	IF NOT ticket_inside(t, actor, actor_roles, actor_teams) THEN
		PERFORM refuse(404, 'not-found', 'There is no such handover, or it is not yours');
	END IF;
	SELECT * INTO STRICT h FROM handover x WHERE x.id = offer FOR UPDATE;
	IF h.state <> 'offered' THEN
		PERFORM refuse(409, 'handover-decided', format('This handover is %s already', h.state),
			jsonb_build_object('state', h.state, 'owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = t.owner_id)));
	END IF;
END $$;
COMMENT ON FUNCTION handover_lock IS 'An open offer and its ticket, locked';

-- Ownership moves to the person; team, OLA, temporaries and introduction follow. For accept, force and return.
CREATE OR REPLACE FUNCTION handover_complete(t ticket, h handover, new_owner bigint, decider bigint, capacity event_role, what ticket_event_type,
	at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	team bigint := h.to_team_id;
	data jsonb := handover_data(h) || jsonb_build_object('new_owner', new_owner);
BEGIN
	PERFORM person_must_sign(new_owner);
	IF team IS NULL AND NOT EXISTS (SELECT FROM team_member m WHERE m.team_id = t.team_id AND m.person_id = new_owner) THEN
		SELECT m.team_id INTO team FROM team_member m JOIN team x ON x.id = m.team_id AND x.active WHERE m.person_id = new_owner
		ORDER BY x.level, x.id LIMIT 1;
	END IF;
	IF team IS NOT NULL AND team <> t.team_id AND t.restricted_team_id IS NULL THEN
		data := data || jsonb_build_object('team', team, 'ola', ola_target(team, t.priority));
	ELSE
		team := t.team_id;
	END IF;
	UPDATE ticket SET owner_id = new_owner, team_id = team, handover_count = handover_count + 1, updated_at = at, version = version + 1 WHERE id = t.id;
	PERFORM ownership_move(t.id, new_owner, h.id);
	PERFORM ticket_event_add(t.id, what, decider, capacity, 'internal', h.decision_note, data, at);
END $$;
COMMENT ON FUNCTION handover_complete IS 'Makes the receiver the owner';

CREATE OR REPLACE FUNCTION handover_settle(offer bigint, actor bigint, new_state handover_state, new_owner bigint, why_so text, at timestamptz) RETURNS handover
LANGUAGE plpgsql AS $$
DECLARE
	h handover;
BEGIN
	UPDATE handover SET state = new_state, decided_by = actor, decided_at = at, decision_note = why_so, new_owner_id = new_owner
	WHERE id = offer RETURNING * INTO h;
	-- A permanent move ends what was only lent.
	IF new_owner IS NOT NULL AND h.mode = 'permanent' THEN
		UPDATE handover SET returned_at = at WHERE ticket_id = h.ticket_id AND mode = 'temporary' AND state IN ('accepted', 'forced') AND returned_at IS NULL;
	END IF;
	RETURN h;
END $$;
COMMENT ON FUNCTION handover_settle IS 'Writes what became of an offer';

CREATE OR REPLACE FUNCTION handover_accept(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, offer bigint) RETURNS handover
LANGUAGE plpgsql AS $$
DECLARE
	l record := handover_lock(offer, actor, actor_roles, actor_teams);
	h handover;
BEGIN
	PERFORM ticket_allow(l.t, actor, actor_roles, actor_teams, at, 'handover_accept');
	h := handover_settle(offer, actor, 'accepted', actor, NULL, at);
	PERFORM handover_complete(l.t, h, actor, actor, 'owner', 'handover_accepted', at);
	PERFORM ticket_introduce(l.t, actor, h.reason, h.note, h.until_at, at);
	RETURN h;
END $$;
COMMENT ON FUNCTION handover_accept IS 'The receiver becomes the owner';

CREATE OR REPLACE FUNCTION handover_force(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, offer bigint, note text) RETURNS handover
LANGUAGE plpgsql AS $$
DECLARE
	l record := handover_lock(offer, actor, actor_roles, actor_teams);
	h handover := l.h;
BEGIN
	PERFORM ticket_allow(l.t, actor, actor_roles, actor_teams, at, 'handover_force');
	IF h.to_id IS NULL THEN
		PERFORM refuse(409, 'needs-a-person', 'An offer to a team cannot be forced: withdraw it and offer the ticket to a person');
	END IF;
	h := handover_settle(offer, actor, 'forced', h.to_id, note, at);
	PERFORM handover_complete(l.t, h, h.to_id, actor, 'lead', 'handover_forced', at);
	PERFORM ticket_introduce(l.t, h.to_id, h.reason, h.note, h.until_at, at);
	RETURN h;
END $$;
COMMENT ON FUNCTION handover_force IS 'A lead moves ownership in the absent giver''s place; recorded as forced';

CREATE OR REPLACE FUNCTION handover_refuse(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, offer bigint, action text, note text)
	RETURNS handover
LANGUAGE plpgsql AS $$
DECLARE
	l record := handover_lock(offer, actor, actor_roles, actor_teams);
	t ticket := l.t;
	h handover;
	tell bigint;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'handover_' || action);
	h := handover_settle(offer, actor, CASE action WHEN 'decline' THEN 'declined' ELSE 'withdrawn' END::handover_state, NULL, note, at);
	PERFORM ticket_event_add(t.id, CASE action WHEN 'decline' THEN 'handover_declined' ELSE 'handover_withdrawn' END::ticket_event_type,
		actor, ticket_role(t, actor, actor_roles), 'internal', note, handover_data(h), at);
	IF action = 'decline' THEN
		PERFORM outbox_mail(format('handover:%s:declined', h.id), h.from_id, NULL, NULL, 'handover_declined',
			jsonb_build_object('number', t.number, 'subject', t.subject, 'body', coalesce(note, ''), 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
	END IF;
	PERFORM ticket_touch(t.id, at);
	RETURN h;
END $$;
COMMENT ON FUNCTION handover_refuse IS 'Declines or withdraws an offer; the giver goes on owning the ticket';

-- An open offer on a ticket that ends falls away with it.
CREATE OR REPLACE FUNCTION handover_drop(t ticket, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	h handover;
BEGIN
	SELECT * INTO h FROM handover WHERE ticket_id = t.id AND state = 'offered' FOR UPDATE;
	IF h.id IS NOT NULL THEN
		h := handover_settle(h.id, actor, 'withdrawn', NULL, NULL, at);
		PERFORM ticket_event_add(t.id, 'handover_withdrawn', actor, 'system', 'internal', NULL, handover_data(h), at);
	END IF;
END $$;
COMMENT ON FUNCTION handover_drop IS 'Withdraws the open offer of a ticket, if any';

-- `close_at`: end of the policy's working days of silence; `rate_link`: signed address where the reporter rates, or NULL. Both come from the program.
CREATE OR REPLACE FUNCTION ticket_resolve(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	what_was_wrong text, what_was_done text, prevents text, nothing_prevents boolean, without_ci text, close_at timestamptz,
	rate_link text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	n integer;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'resolve');
	IF without_ci IS NULL AND NOT EXISTS (SELECT FROM ticket_ci x WHERE x.ticket_id = t.id) THEN
		PERFORM refuse_field('/no_ci_reason', 'link at least one CI, or say why none applies');
	END IF;
	PERFORM person_must_sign(actor);
	PERFORM handover_drop(t, actor, at);
	n := ticket_event_add(t.id, 'resolved', actor, CASE WHEN t.owner_id = actor THEN 'owner' ELSE 'lead' END::event_role, 'public', what_was_done,
		jsonb_build_object('cause', what_was_wrong, 'prevention', prevents, 'no_prevention', nothing_prevents, 'no_ci_reason', without_ci), at);
	UPDATE ticket SET status = 'resolved', resolved_at = at, close_due_at = close_at, resolution_count = resolution_count + 1, cause = what_was_wrong,
		fix = what_was_done, prevention = prevents, no_prevention = nothing_prevents, no_ci_reason = without_ci, updated_at = at, version = version + 1
	WHERE id = t.id;
	UPDATE ticket_search SET words = words || setweight(to_tsvector('russian', left(what_was_wrong || E'\n' || what_was_done, 60000)), 'C')
	WHERE ticket_id = t.id AND pg_column_size(words) < 400000;
	IF t.reporter_id <> actor THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), t.reporter_id, NULL, NULL, CASE WHEN rate_link IS NULL THEN 'resolved' ELSE 'resolved_rate' END, (SELECT
			jsonb_build_object('number', t.number, 'subject', t.subject, 'body', what_was_done, 'writer', w.name,
				'prevention', coalesce(prevents, ''), 'close', instant_words(close_at, r.zone, r.language),
				'link', rate_link)
			FROM person w, person r WHERE w.id = actor AND r.id = t.reporter_id), t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_resolve IS 'A fix teaches: cause, fix, prevention, CI';

CREATE OR REPLACE FUNCTION ticket_close(t ticket, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	UPDATE ticket SET status = 'closed', closed_at = at, close_due_at = NULL, updated_at = at, version = version + 1,
			reopen_until = at + make_interval(days => coalesce((SELECT p.reopen_days FROM policy p WHERE p.id = t.policy_id), 10))
		WHERE id = t.id;
END $$;
COMMENT ON FUNCTION ticket_close IS 'Ends a resolved ticket; it can be reopened for the policy''s days';

CREATE OR REPLACE FUNCTION ticket_confirm(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'confirm');
	PERFORM ticket_event_add(t.id, 'confirmed', actor, CASE WHEN t.reporter_id = actor THEN 'reporter' ELSE ticket_role(t, actor, actor_roles) END, 'public', NULL, NULL, at);
	PERFORM ticket_close(t, at);
END $$;
COMMENT ON FUNCTION ticket_confirm IS 'The fix holds: closed';

CREATE OR REPLACE FUNCTION ticket_reopen(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, said text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	n integer;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'reopen');
	n := ticket_event_add(t.id, 'reopened', actor, CASE WHEN t.reporter_id = actor THEN 'reporter' ELSE ticket_role(t, actor, actor_roles) END, 'public', said, NULL, at);
	UPDATE ticket SET status = 'in_progress', resolved_at = NULL, closed_at = NULL, close_due_at = NULL, reopen_until = NULL, cause = NULL, fix = NULL,
		prevention = NULL, no_prevention = false, no_ci_reason = NULL, reopen_count = reopen_count + 1, updated_at = at, version = version + 1
	WHERE id = t.id;
	IF t.owner_id <> actor THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), t.owner_id, NULL, NULL, 'reopened', jsonb_build_object('number', t.number,
			'subject', t.subject, 'body', said, 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_reopen IS 'The fix did not hold: the same owner goes on';

CREATE OR REPLACE FUNCTION ticket_cancel(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, why text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	n integer;
	open_cases jsonb;
	tell bigint;
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'cancel');
	SELECT jsonb_agg(c.number ORDER BY c.id) INTO open_cases FROM supplier_case c WHERE c.ticket_id = t.id AND c.status IN ('open', 'waiting_us', 'verifying');
	IF open_cases IS NOT NULL THEN
		PERFORM refuse(409, 'case-open', format('A supplier still works on %s; its case must be closed or withdrawn first', t.number),
			CASE WHEN is_staff(actor_roles) THEN jsonb_build_object('cases', open_cases) END);
	END IF;
	PERFORM handover_drop(t, actor, at);
	n := ticket_event_add(t.id, 'cancelled', actor, CASE WHEN t.reporter_id = actor THEN 'reporter' ELSE ticket_role(t, actor, actor_roles) END, 'public', why, NULL, at);
	UPDATE ticket SET status = 'cancelled', closed_at = at, updated_at = at, version = version + 1 WHERE id = t.id;
	tell := CASE WHEN t.reporter_id = actor THEN t.owner_id ELSE t.reporter_id END;
	IF tell IS NOT NULL AND tell <> actor THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), tell, NULL, NULL, 'cancelled', jsonb_build_object('number', t.number,
			'subject', t.subject, 'body', why, 'writer', (SELECT name FROM person WHERE id = actor)), t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION ticket_cancel IS 'Not needed any more; with a reason';

CREATE OR REPLACE FUNCTION ticket_rate(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, points integer,
	would_recommend integer, said text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
BEGIN
	PERFORM ticket_allow(t, actor, actor_roles, actor_teams, at, 'rate');
	PERFORM rating_add(t, actor, at, points, would_recommend, said, 'page');
END $$;
COMMENT ON FUNCTION ticket_rate IS 'The reporter''s rating, once a resolution';

-- A temporary handover returns by itself. NULL when another node was faster or there is nothing to return.
CREATE OR REPLACE FUNCTION handover_return(offer bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	h handover;
	back person;
BEGIN
	SELECT x.* INTO t FROM ticket x JOIN handover o ON o.ticket_id = x.id WHERE o.id = offer FOR UPDATE OF x SKIP LOCKED;
	IF t.id IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT * INTO STRICT h FROM handover WHERE id = offer FOR UPDATE;
	IF h.returned_at IS NOT NULL OR h.state NOT IN ('accepted', 'forced') OR h.until_at > at THEN
		RETURN NULL;
	END IF;
	-- What was lent onward inside this loan ends with it.
	UPDATE handover SET returned_at = at WHERE ticket_id = t.id AND id >= h.id AND mode = 'temporary' AND state IN ('accepted', 'forced') AND returned_at IS NULL;
	SELECT * INTO STRICT back FROM person WHERE id = h.from_id;
	IF t.status IN ('closed', 'cancelled') OR t.owner_id = back.id THEN
		RETURN NULL;
	END IF;
	IF NOT back.active OR btrim(back.given_name) = '' OR btrim(back.family_name) = '' THEN
		PERFORM ticket_event_add(t.id, 'handover_returned', NULL, 'system', 'internal', NULL, handover_data(h) || '{"kept": true}', at);
		PERFORM ticket_touch(t.id, at);
		RETURN t.id;
	END IF;
	PERFORM handover_drop(t, NULL, at);
	INSERT INTO handover (ticket_id, from_id, to_id, reason, mode, state, offered_at, decided_at, new_owner_id)
	VALUES (t.id, t.owner_id, back.id, 'returned', 'permanent', 'accepted', at, at, back.id) RETURNING * INTO h;
	PERFORM handover_complete(t, h, back.id, NULL, 'system', 'handover_returned', at);
	PERFORM ticket_introduce(t, back.id, 'returned', NULL, NULL, at);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION handover_return IS 'Gives a lent ticket back at its hour';

-- A resolved ticket closes by silence. NULL when there is nothing to close.
CREATE OR REPLACE FUNCTION ticket_close_by_silence(subject_id bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket WHERE id = subject_id AND status = 'resolved' AND close_due_at <= at FOR UPDATE SKIP LOCKED;
	IF t.id IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM ticket_event_add(t.id, 'closed', NULL, 'system', 'public', NULL, '{"by": "silence"}', at);
	PERFORM ticket_close(t, at);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION ticket_close_by_silence IS 'Nobody objected in the policy''s working days';

INSERT INTO message_template (key, language, subject, body) VALUES
	('introduced_take', 'en', '[{number}] {owner} takes care of it', E'Hello {reporter},\n\nmy name is {owner}. I own your request {number} "{subject}" and stay with it to the end.\n\n{owner}\n{phone}\n'),
	('introduced_take', 'ru', '[{number}] Вашей заявкой занимается {owner}', E'Здравствуйте, {reporter}!\n\nМеня зовут {owner}. Я отвечаю за вашу заявку {number} «{subject}» и доведу её до конца.\n\n{owner}\n{phone}\n'),
	('introduced_handover', 'en', '[{number}] {owner} takes over', E'Hello {reporter},\n\nmy name is {owner}. I have taken over your request {number} "{subject}" ({reason}) and stay with it to the end.\n\n{owner}\n{phone}\n'),
	('introduced_handover', 'ru', '[{number}] Вашу заявку принял(а) {owner}', E'Здравствуйте, {reporter}!\n\nМеня зовут {owner}. Ваша заявка {number} «{subject}» передана мне ({reason}), и я доведу её до конца.\n\n{owner}\n{phone}\n'),
	('introduced_temporary', 'en', '[{number}] {owner} takes over until {until}', E'Hello {reporter},\n\nmy name is {owner}. I look after your request {number} "{subject}" until {until} ({reason}); then it goes back to your previous contact.\n\n{owner}\n{phone}\n'),
	('introduced_temporary', 'ru', '[{number}] До {until} заявкой занимается {owner}', E'Здравствуйте, {reporter}!\n\nМеня зовут {owner}. Я занимаюсь вашей заявкой {number} «{subject}» до {until} ({reason}), затем она вернётся к прежнему владельцу.\n\n{owner}\n{phone}\n'),
	('replied', 'en', '[{number}] {subject}', E'{body}\n\n{writer}\n'),
	('replied', 'ru', '[{number}] {subject}', E'{body}\n\n{writer}\n'),
	('reporter_replied', 'en', '[{number}] {writer} answered', E'{subject}\n\n{body}\n\n{writer}\n'),
	('reporter_replied', 'ru', '[{number}] Ответ: {writer}', E'{subject}\n\n{body}\n\n{writer}\n'),
	('waiting_reporter', 'en', '[{number}] We need something from you', E'We cannot go on with {number} "{subject}" without your answer.\n\n{body}\n\n{writer}\n'),
	('waiting_reporter', 'ru', '[{number}] Нужен ваш ответ', E'Мы не можем продолжить работу над заявкой {number} «{subject}» без вашего ответа.\n\n{body}\n\n{writer}\n'),
	('handover_offered', 'en', '[{number}] Handover offered to you', E'{writer} offers you {number} "{subject}".\n\n{body}\n'),
	('handover_offered', 'ru', '[{number}] Вам предлагают принять заявку', E'{writer} предлагает вам принять заявку {number} «{subject}».\n\n{body}\n'),
	('handover_declined', 'en', '[{number}] Handover declined', E'{writer} declined {number} "{subject}"; you still own it.\n\n{body}\n'),
	('handover_declined', 'ru', '[{number}] Передача отклонена', E'{writer} не принимает заявку {number} «{subject}»; вы остаётесь её владельцем.\n\n{body}\n'),
	('resolved', 'en', '[{number}] Fixed: {subject}', E'{body}\n\n{prevention}\n\nDoes it work? If we hear nothing, the request closes on {close}.\n\n{writer}\n'),
	('resolved', 'ru', '[{number}] Решено: {subject}', E'{body}\n\n{prevention}\n\nВсё работает? Если возражений не будет, заявка закроется {close}.\n\n{writer}\n'),
	('resolved_rate', 'en', '[{number}] Fixed: {subject}', E'{body}\n\n{prevention}\n\nDoes it work? If we hear nothing, the request closes on {close}.\n\nHow did we do? Two clicks, no sign-in:\n{link}\n\n{writer}\n'),
	('resolved_rate', 'ru', '[{number}] Решено: {subject}', E'{body}\n\n{prevention}\n\nВсё работает? Если возражений не будет, заявка закроется {close}.\n\nОцените нашу работу: два щелчка, без входа в систему:\n{link}\n\n{writer}\n'),
	('reopened', 'en', '[{number}] Reopened: {subject}', E'{writer} reopened {number}.\n\n{body}\n'),
	('reopened', 'ru', '[{number}] Открыта снова: {subject}', E'{writer}: заявка {number} открыта снова.\n\n{body}\n'),
	('cancelled', 'en', '[{number}] Cancelled: {subject}', E'{writer} cancelled {number}.\n\n{body}\n'),
	('cancelled', 'ru', '[{number}] Отменена: {subject}', E'{writer}: заявка {number} отменена.\n\n{body}\n'),
	('rating_low', 'en', '[{number}] Rated {score} of 10', E'{number} "{subject}" (owner {owner}) was rated {score} of 10. Please talk to the reporter.\n\n{body}\n'),
	('rating_low', 'ru', '[{number}] Оценка {score} из 10', E'Заявка {number} «{subject}» (владелец: {owner}) получила оценку {score} из 10. Пожалуйста, свяжитесь с автором.\n\n{body}\n')
ON CONFLICT (key, language) DO NOTHING;
