-- The ledger of pauses: why a clock stood still, who waited for whom, who entered it and when, what the supplier says to it; objections
-- and their decision; corrections, which follow an event and never change it.

-- Events of a case as they count: the last correction of an event moves it or takes it away.
CREATE OR REPLACE FUNCTION case_effective(subject_id bigint)
	RETURNS TABLE (seq integer, type case_event_type, at timestamptz, is_void boolean, corrected_by integer, party case_party)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT e.seq, e.type, coalesce((x.data ->> 'occurred_at')::timestamptz, e.occurred_at), coalesce((x.data ->> 'void')::boolean, false), x.seq, e.party
	FROM case_event e LEFT JOIN LATERAL (
		SELECT k.seq, k.data FROM case_event k WHERE k.case_id = subject_id AND k.type = 'corrected' AND (k.data ->> 'of')::integer = e.seq
		ORDER BY k.seq DESC LIMIT 1) x ON e.type NOT IN ('sent', 'corrected')
	WHERE e.case_id = subject_id;
END $$;
COMMENT ON FUNCTION case_effective IS 'Events of a case with their corrections applied';

-- Pauses as facts, newest case first; one row for each pause that stopped a clock. NULL leaves a condition out; `wanted_flag`: long, late,
-- self_serving, contested (an open pause may turn out long by the minute, so it is given with long and judged by the caller).
CREATE OR REPLACE FUNCTION pause_rows(at timestamptz, wanted_case bigint, wanted_supplier bigint, wanted_contract bigint, since timestamptz,
	until timestamptz, wanted_flag text, before_case bigint, before_seq integer, most integer)
	RETURNS TABLE (case_id bigint, case_number text, case_status case_status, ticket_number text, supplier_id bigint, supplier text, contract_id bigint,
		contract text, from_seq integer, to_seq integer, from_at timestamptz, to_at timestamptz, worked_s bigint, calendar_version_id bigint,
		metrics text[], limit_s bigint, reason text, reason_en text, reason_ru text, waits_for text, party case_party,
		author_id bigint, author text, via text, said text, entered_at timestamptz, late_s bigint, end_type case_event_type, end_author_id bigint,
		end_author text, end_via text, end_entered_at timestamptz, end_late_s bigint, files jsonb, notes jsonb, consent text, consent_reason text,
		consent_by text, consent_at timestamptz, contest_id bigint, contest_state text, is_long boolean, is_late boolean, self_serving text, is_contested boolean,
		consent_entered_id bigint, consent_entered text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	rule supply_rule;
BEGIN
	SELECT * INTO STRICT rule FROM supply_rule;
	RETURN QUERY
	SELECT q.* FROM (
		SELECT c.id, c.number, c.status, t.number, s.id, s.name, k.id, k.number, e.seq, p.to_seq, p.from_at, p.to_at, p.worked_s, p.calendar_version_id,
			p.metrics, m.pause_limit_s, e.data ->> 'pause_reason', r.name_en, r.name_ru, coalesce(r.waits_for, 'us'), e.party, e.actor_id, ea.name,
			coalesce(e.data -> 'evidence' ->> 'via', 'desk'), e.body, e.recorded_at, extract(epoch FROM e.recorded_at - e.occurred_at)::bigint,
			f.type, f.actor_id, fa.name, CASE WHEN f.seq IS NOT NULL THEN coalesce(f.data -> 'evidence' ->> 'via', 'desk') END, f.recorded_at,
			extract(epoch FROM f.recorded_at - f.occurred_at)::bigint, files.list, notes.list, coalesce(n.state, 'unanswered'), n.reason,
			n.answered_by, n.answered_at, o.id, o.state,
			p.worked_s > m.pause_limit_s,
			e.recorded_at - e.occurred_at > make_interval(secs => rule.late_entry_s) OR coalesce(f.recorded_at - f.occurred_at > make_interval(secs => rule.late_entry_s), false),
			CASE
				WHEN e.actor_id IS NULL AND NOT files.ours AND notes.list = '[]' THEN 'supplier_entered'
				WHEN e.actor_id IS NOT NULL AND e.recorded_at - e.occurred_at > make_interval(secs => rule.late_entry_s) AND NOT files.start
					AND notes.list = '[]' THEN 'supplier_word'
				WHEN f.type = 'info_provided' AND f.recorded_at - f.occurred_at > make_interval(secs => rule.late_entry_s) AND NOT files.ending
					AND NOT (n.state IS NOT DISTINCT FROM 'agreed' AND (a.actor_id IS NULL OR a.data -> 'evidence' ? 'attachment')) THEN 'our_word'
			END,
			o.id IS NOT NULL, a.actor_id, aa.name
		FROM case_event e
		JOIN supplier_case c ON c.id = e.case_id JOIN ticket t ON t.id = c.ticket_id JOIN supplier s ON s.id = c.supplier_id
		JOIN contract k ON k.id = c.contract_id JOIN contract_terms m ON m.id = c.terms_id
		CROSS JOIN LATERAL (
			SELECT min(x.from_at) AS from_at, max(x.to_at) AS to_at, max(x.to_seq) AS to_seq,
				(array_agg(x.worked_s ORDER BY l.metric <> 'resolution', x.worked_s DESC))[1] AS worked_s,
				(array_agg(l.calendar_version_id ORDER BY l.metric <> 'resolution', x.worked_s DESC))[1] AS calendar_version_id,
				array_agg(DISTINCT l.metric::text) AS metrics
			FROM clock l JOIN clock_pause x ON x.clock_id = l.id WHERE l.case_id = e.case_id AND x.from_seq = e.seq) p
		LEFT JOIN contract_pause_reason r ON r.terms_id = c.terms_id AND r.key = e.data ->> 'pause_reason'
		LEFT JOIN person ea ON ea.id = e.actor_id
		LEFT JOIN case_event f ON f.case_id = e.case_id AND f.seq = p.to_seq
		LEFT JOIN person fa ON fa.id = f.actor_id
		LEFT JOIN pause_consent n ON n.case_id = e.case_id AND n.from_seq = e.seq
		LEFT JOIN case_event a ON a.case_id = n.case_id AND a.seq = n.event_seq
		LEFT JOIN person aa ON aa.id = a.actor_id
		LEFT JOIN LATERAL (SELECT x.id, x.state FROM contest x WHERE x.case_id = e.case_id AND (x.event_seq = e.seq OR x.id = n.contest_id)
			ORDER BY x.id DESC LIMIT 1) o ON true
		CROSS JOIN LATERAL (
			SELECT coalesce(jsonb_agg(jsonb_build_object('seq', x.seq, 'body', x.body, 'author', ref_json(xa.id, xa.name), 'at', instant_text(x.recorded_at),
				'attachment', x.data -> 'evidence' -> 'attachment') ORDER BY x.seq), '[]') AS list
			FROM case_event x LEFT JOIN person xa ON xa.id = x.actor_id
			WHERE x.case_id = e.case_id AND x.type = 'pause_noted' AND (x.data ->> 'of')::integer = e.seq) notes
		CROSS JOIN LATERAL (
			SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'size_bytes', x.size_bytes, 'sha256', encode(x.sha256, 'hex'),
					'seq', x.case_seq, 'from_supplier', x.link_id IS NOT NULL) ORDER BY x.id), '[]') AS list,
				coalesce(bool_or(x.link_id IS NULL), false) AS ours, coalesce(bool_or(x.case_seq = e.seq), false) AS start,
				coalesce(bool_or(x.case_seq = p.to_seq), false) AS ending
			FROM attachment x WHERE x.case_id = e.case_id AND (x.case_seq IN (e.seq, p.to_seq) OR x.case_seq IN (
				SELECT y.seq FROM case_event y WHERE y.case_id = e.case_id AND y.type IN ('pause_noted', 'pause_agreed') AND (y.data ->> 'of')::integer = e.seq))) files
		WHERE e.type = 'info_requested' AND p.from_at IS NOT NULL
			AND (wanted_case IS NULL OR e.case_id = wanted_case)
			AND (wanted_supplier IS NULL OR c.supplier_id = wanted_supplier) AND (wanted_contract IS NULL OR c.contract_id = wanted_contract)
			AND (since IS NULL OR coalesce(p.to_at, pause_rows.at) > since) AND (until IS NULL OR p.from_at < until)
			AND (before_case IS NULL OR (e.case_id, e.seq) < (before_case, before_seq))
	) AS q (case_id, case_number, case_status, ticket_number, supplier_id, supplier, contract_id, contract, from_seq, to_seq, from_at, to_at, worked_s,
		calendar_version_id, metrics, limit_s, reason, reason_en, reason_ru, waits_for, party, author_id, author, via, said, entered_at, late_s, end_type,
		end_author_id, end_author, end_via, end_entered_at, end_late_s, files, notes, consent, consent_reason, consent_by, consent_at, contest_id,
		contest_state, is_long, is_late, self_serving, is_contested, consent_entered_id, consent_entered)
	WHERE wanted_flag IS NULL OR CASE wanted_flag WHEN 'long' THEN q.is_long OR q.to_at IS NULL WHEN 'late' THEN q.is_late WHEN 'self_serving' THEN q.self_serving IS NOT NULL
		ELSE q.is_contested END
	ORDER BY q.case_id DESC, q.from_seq DESC LIMIT most;
END $$;
COMMENT ON FUNCTION pause_rows IS 'The ledger of pauses: facts and flags';

-- Locks the ticket, then the case, for one of us. 404 when it is not there or not the actor's to see.
CREATE OR REPLACE FUNCTION case_lock(subject_id bigint, actor bigint, actor_roles integer, actor_teams bigint[], OUT t ticket, OUT c supplier_case)
LANGUAGE plpgsql AS $$
DECLARE
	on_ticket bigint;
BEGIN
	SELECT x.ticket_id INTO on_ticket FROM supplier_case x JOIN ticket y ON y.id = x.ticket_id
	WHERE x.id = subject_id AND ticket_visible(y, actor, actor_roles, actor_teams);
	IF on_ticket IS NULL OR NOT (is_staff(actor_roles) OR reads_all(actor_roles)) THEN
		PERFORM refuse(404, 'not-found', 'There is no such case, or it is not yours');
	END IF;
	t := ticket_lock(on_ticket, actor, actor_roles, actor_teams);
	SELECT * INTO STRICT c FROM supplier_case x WHERE x.id = subject_id FOR UPDATE;
END $$;
COMMENT ON FUNCTION case_lock IS 'Ticket and case, locked in that order';

-- The event that began the pause, or 404.
CREATE OR REPLACE FUNCTION pause_of(subject_id bigint, of_seq integer) RETURNS case_event
LANGUAGE plpgsql STABLE AS $$
DECLARE
	e case_event;
BEGIN
	SELECT * INTO e FROM case_event x WHERE x.case_id = subject_id AND x.seq = of_seq AND x.type = 'info_requested';
	IF e.seq IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such pause of this case');
	END IF;
	RETURN e;
END $$;
COMMENT ON FUNCTION pause_of IS 'Event that began a pause';

-- A word of ours to a pause, with or without a file: what was known stays, the note stands beside it.
CREATE OR REPLACE FUNCTION pause_note(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, of_seq integer,
	said text, file bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	locked record;
	t ticket;
	c supplier_case;
	n integer;
BEGIN
	SELECT k.* INTO locked FROM case_lock(subject_id, actor, actor_roles, actor_teams) k;
	t := locked.t;
	c := locked.c;
	IF t.owner_id IS DISTINCT FROM actor AND actor_roles & (4 | 8) = 0 THEN
		PERFORM refuse(403, 'not-the-owner', 'Only the owner, a lead or a manager notes something to a pause',
			jsonb_build_object('owner', (SELECT ref_json(id, name) FROM person WHERE id = t.owner_id)));
	END IF;
	PERFORM pause_of(c.id, of_seq);
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
	VALUES (c.id, 'pause_noted', at, at, actor, 'us', said, jsonb_build_object('of', of_seq, 'evidence', '{"via": "desk"}'::jsonb || case_file(c.id, file, NULL)))
	RETURNING seq INTO n;
	PERFORM case_file_bind(c.id, n, file);
	UPDATE supplier_case SET updated_at = at, version = version + 1 WHERE id = c.id;
	PERFORM ticket_event_add(t.id, 'case_changed', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
		jsonb_build_object('case', c.number, 'event', 'pause_noted', 'seq', n), at);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION pause_note IS 'Records a note to a pause';

-- A file of a case. Nothing is told by it until an event names it.
CREATE OR REPLACE FUNCTION case_attach(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, file_name text,
	file_type text, bytes bytea, shown_to_supplier boolean, OUT made bigint, OUT digest text)
LANGUAGE plpgsql AS $$
DECLARE
	locked record;
	t ticket;
	c supplier_case;
BEGIN
	SELECT k.* INTO locked FROM case_lock(subject_id, actor, actor_roles, actor_teams) k;
	t := locked.t;
	c := locked.c;
	INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, author_id, added_at, case_id, for_supplier)
	VALUES (t.id, file_name, file_type, length(bytes), sha256(bytes), bytes, 'internal', actor, at, c.id, shown_to_supplier)
	RETURNING id, encode(sha256, 'hex') INTO made, digest;
END $$;
COMMENT ON FUNCTION case_attach IS 'Stores a file of a case for the evidence of an event';

-- Which events a supplier may object to: those that say what one of the two did. The end of the case is settled between people.
CREATE OR REPLACE FUNCTION case_event_contestable(what case_event_type) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT what IN ('acknowledged', 'responded', 'info_requested', 'info_provided', 'update', 'workaround_delivered', 'workaround_accepted',
		'workaround_rejected', 'fix_declared', 'fix_rejected')
$$;
COMMENT ON FUNCTION case_event_contestable IS 'Whether an event can be objected to and corrected';

-- What stands against an event having happened at `moment` (NULL: not at all); NULL: nothing.
CREATE OR REPLACE FUNCTION case_correction_wrong(c supplier_case, of_seq integer, moment timestamptz, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	what case_event_type;
	before timestamptz;
	after timestamptz;
BEGIN
	SELECT e.type INTO what FROM case_event e WHERE e.case_id = c.id AND e.seq = of_seq;
	IF moment IS NULL THEN
		RETURN CASE WHEN what = 'fix_declared' AND c.status = 'closed' THEN 'the case was closed on this declaration; its instant can be corrected, but not that it happened' END;
	END IF;
	IF moment > at THEN
		RETURN 'must not be in the future';
	ELSIF moment < c.sent_at THEN
		RETURN format('must not be before the case was sent (%s)', instant_text(c.sent_at));
	ELSIF c.closed_at IS NOT NULL AND moment > c.closed_at THEN
		RETURN format('must not be after the case ended (%s)', instant_text(c.closed_at));
	END IF;
	-- What it answers came before it, what answers it after.
	SELECT max(x.at) INTO before FROM case_effective(c.id) x WHERE NOT x.is_void AND x.seq < of_seq AND x.type = CASE what
		WHEN 'info_provided' THEN 'info_requested' WHEN 'fix_rejected' THEN 'fix_declared'
		WHEN 'workaround_accepted' THEN 'workaround_delivered' WHEN 'workaround_rejected' THEN 'workaround_delivered' END::case_event_type;
	SELECT min(x.at) INTO after FROM case_effective(c.id) x WHERE NOT x.is_void AND x.seq > of_seq AND x.type = ANY (CASE what
		WHEN 'info_requested' THEN ARRAY['info_provided'] WHEN 'fix_declared' THEN ARRAY['fix_accepted', 'fix_rejected']
		WHEN 'workaround_delivered' THEN ARRAY['workaround_accepted', 'workaround_rejected'] ELSE ARRAY[]::text[] END::case_event_type[]);
	IF moment < before THEN
		RETURN format('must not be before what it answers (%s)', instant_text(before));
	ELSIF moment > after THEN
		RETURN format('must not be after what answered it (%s)', instant_text(after));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION case_correction_wrong IS 'Why an event cannot have happened at another instant, or not at all';

-- Brings the case's own columns up to its events as they count now. What ended stays ended.
CREATE OR REPLACE FUNCTION case_follow(subject_id bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
	e record;
	m case_move;
	now_at case_status := 'open';
	fixed timestamptz;
	first_sign timestamptz;
BEGIN
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id;
	FOR e IN SELECT x.* FROM case_effective(subject_id) x WHERE NOT x.is_void ORDER BY x.seq LOOP
		SELECT * INTO m FROM case_move WHERE from_status = now_at AND type = e.type;
		now_at := coalesce(m.to_status, now_at);
		fixed := CASE e.type WHEN 'fix_declared' THEN e.at WHEN 'fix_rejected' THEN NULL ELSE fixed END;
		IF e.party = 'supplier' AND m.type IS NOT NULL THEN
			first_sign := least(first_sign, e.at);
		END IF;
	END LOOP;
	UPDATE supplier_case SET status = CASE WHEN c.status IN ('closed', 'withdrawn') THEN c.status ELSE now_at END, fixed_at = fixed,
		acknowledged_at = first_sign, updated_at = at, version = version + 1 WHERE id = subject_id;
END $$;
COMMENT ON FUNCTION case_follow IS 'State of a case from its events with corrections';

-- One answer of the supplier to a pause. `contest` is the objection when it is one.
CREATE OR REPLACE FUNCTION pause_consent_set(subject_id bigint, of_seq integer, new_state text, why text, contest bigint, link bigint, who text, at timestamptz,
	by_event integer) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO pause_consent (case_id, from_seq, state, reason, contest_id, link_id, answered_by, answered_at, event_seq)
	VALUES (subject_id, of_seq, new_state, why, contest, link, who, at, by_event)
	ON CONFLICT (case_id, from_seq) DO UPDATE SET state = excluded.state, reason = excluded.reason, contest_id = coalesce(excluded.contest_id, pause_consent.contest_id),
		link_id = excluded.link_id, answered_by = excluded.answered_by, answered_at = excluded.answered_at, event_seq = excluded.event_seq
$$;
COMMENT ON FUNCTION pause_consent_set IS 'Keeps what the supplier says to a pause';

-- An answer or objection of the supplier as an event: writes it, moves the case's version, tells the ticket. Returns the seq.
CREATE OR REPLACE FUNCTION case_voice(t ticket, c supplier_case, what case_event_type, actor bigint, capacity event_role, whose case_party, said text, more jsonb,
	at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	n integer;
BEGIN
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data) VALUES (c.id, what, at, at, actor, whose, said, more) RETURNING seq INTO n;
	UPDATE supplier_case SET updated_at = at, version = version + 1 WHERE id = c.id;
	PERFORM ticket_event_add(t.id, 'case_changed', actor, capacity, 'system', NULL, jsonb_build_object('case', c.number, 'event', what, 'seq', n), at);
	UPDATE ticket SET updated_at = at, version = version + 1 WHERE id = t.id;
	RETURN n;
END $$;
COMMENT ON FUNCTION case_voice IS 'An event of a case that moves no clock by itself';

-- The supplier agrees to a pause: through a link, or as one of us enters it for the supplier (actor).
CREATE OR REPLACE FUNCTION supplier_agree(at timestamptz, subject_id bigint, of_seq integer, evidence jsonb,
	said text DEFAULT NULL, actor bigint DEFAULT NULL, capacity event_role DEFAULT 'supplier') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	c supplier_case;
	n integer;
BEGIN
	SELECT x.* INTO STRICT t FROM ticket x JOIN supplier_case y ON y.ticket_id = x.id WHERE y.id = subject_id FOR UPDATE OF x;
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id FOR UPDATE;
	PERFORM pause_of(c.id, of_seq);
	IF EXISTS (SELECT FROM pause_consent p WHERE p.case_id = c.id AND p.from_seq = of_seq AND p.state = 'agreed') THEN
		RETURN;
	ELSIF EXISTS (SELECT FROM contest o JOIN pause_consent p ON p.contest_id = o.id WHERE p.case_id = c.id AND p.from_seq = of_seq AND o.state = 'open') THEN
		PERFORM refuse(409, 'contest-open', 'There is an objection to this pause that is not decided yet');
	END IF;
	n := case_voice(t, c, 'pause_agreed', actor, capacity, 'supplier', said, jsonb_build_object('of', of_seq, 'evidence', (evidence - 'file')
		|| case_file(c.id, (evidence ->> 'file')::bigint, (evidence ->> 'link')::bigint)), at);
	PERFORM case_file_bind(c.id, n, (evidence ->> 'file')::bigint);
	PERFORM pause_consent_set(c.id, of_seq, 'agreed', NULL, NULL, (evidence ->> 'link')::bigint, coalesce(evidence ->> 'name', ''), at, n);
END $$;
COMMENT ON FUNCTION supplier_agree IS 'Consent of the supplier to a pause';

-- The supplier objects to an event, or to a pause (of_pause: the event that began it; the objection is to its beginning or its end).
CREATE OR REPLACE FUNCTION supplier_contest(at timestamptz, subject_id bigint, of_seq integer, of_pause integer, why text, wanted_instant timestamptz, evidence jsonb,
	actor bigint DEFAULT NULL, capacity event_role DEFAULT 'supplier') RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	c supplier_case;
	e case_event;
	n integer;
	made bigint;
	wrong text;
	s supplier;
	p record;
	params jsonb;
BEGIN
	SELECT x.* INTO STRICT t FROM ticket x JOIN supplier_case y ON y.ticket_id = x.id WHERE y.id = subject_id FOR UPDATE OF x;
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id FOR UPDATE;
	SELECT * INTO e FROM case_event x WHERE x.case_id = c.id AND x.seq = of_seq;
	IF e.seq IS NULL OR NOT case_event_contestable(e.type) THEN
		PERFORM refuse_field('/event', 'is not an event that can be objected to');
	END IF;
	IF of_pause IS NOT NULL THEN
		PERFORM pause_of(c.id, of_pause);
		IF of_seq <> of_pause AND NOT EXISTS (SELECT FROM clock l JOIN clock_pause x ON x.clock_id = l.id WHERE l.case_id = c.id AND x.from_seq = of_pause AND x.to_seq = of_seq) THEN
			PERFORM refuse_field('/event', 'neither began nor ended this pause');
		END IF;
	END IF;
	IF EXISTS (SELECT FROM contest o WHERE o.case_id = c.id AND o.event_seq = of_seq AND o.state = 'open') THEN
		PERFORM refuse(409, 'contest-open', 'There is an objection to this event that is not decided yet');
	END IF;
	wrong := case_correction_wrong(c, of_seq, wanted_instant, at);
	IF wrong IS NOT NULL THEN
		PERFORM refuse_field(CASE WHEN wanted_instant IS NULL THEN '/wanted' ELSE '/occurred_at' END, wrong);
	END IF;
	n := case_voice(t, c, CASE WHEN of_pause IS NULL THEN 'event_contested' ELSE 'pause_contested' END::case_event_type, actor, capacity, 'supplier', why,
		jsonb_strip_nulls(jsonb_build_object('of', of_seq, 'pause', of_pause, 'wanted', CASE WHEN wanted_instant IS NULL THEN 'void' ELSE 'instant' END,
			'wanted_at', instant_text(wanted_instant))) || jsonb_build_object('evidence', (evidence - 'file')
			|| case_file(c.id, (evidence ->> 'file')::bigint, (evidence ->> 'link')::bigint)), at);
	PERFORM case_file_bind(c.id, n, (evidence ->> 'file')::bigint);
	INSERT INTO contest (case_id, kind, event_seq, raised_seq, reason, wanted, wanted_at, link_id, person_id, raised_by, raised_at)
	VALUES (c.id, CASE WHEN of_pause IS NULL THEN 'event' ELSE 'pause' END, of_seq, n, why, CASE WHEN wanted_instant IS NULL THEN 'void' ELSE 'instant' END,
		wanted_instant, (evidence ->> 'link')::bigint, actor, coalesce(evidence ->> 'name', ''), at) RETURNING id INTO made;
	IF of_pause IS NOT NULL THEN
		PERFORM pause_consent_set(c.id, of_pause, 'contested', why, made, (evidence ->> 'link')::bigint, coalesce(evidence ->> 'name', ''), at, n);
	END IF;
	-- The owner and those who decide: leads of the ticket's team, or every lead when it has none.
	SELECT * INTO STRICT s FROM supplier WHERE id = c.supplier_id;
	params := jsonb_build_object('number', c.number, 'ticket', t.number, 'summary', c.summary, 'supplier', s.name, 'reason', why, 'type', e.type,
		'at', instant_text(e.occurred_at), 'wanted', coalesce(instant_text(wanted_instant), '—'));
	FOR p IN SELECT t.owner_id AS id WHERE t.owner_id IS NOT NULL UNION SELECT l.id FROM contest_deciders(t.team_id) l LOOP
		PERFORM outbox_mail('contest:' || made || ':raised:' || p.id, p.id, NULL, NULL, 'contest_raised', params, t.id, NULL, at);
	END LOOP;
	RETURN made;
END $$;
COMMENT ON FUNCTION supplier_contest IS 'Objection of a supplier to an event or a pause';

-- Who enters a word of the supplier's that came by phone or mail: the owner, a lead or a manager. What they bring as evidence of it.
CREATE OR REPLACE FUNCTION supplier_word(actor bigint, actor_roles integer, actor_teams bigint[], subject_id bigint, who text, file bigint, OUT t ticket, OUT evidence jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	locked record;
BEGIN
	SELECT k.* INTO locked FROM case_lock(subject_id, actor, actor_roles, actor_teams) k;
	t := locked.t;
	IF t.owner_id IS DISTINCT FROM actor AND actor_roles & (4 | 8) = 0 THEN
		PERFORM refuse(403, 'not-the-owner', 'Only the owner, a lead or a manager enters what the supplier said',
			jsonb_build_object('owner', (SELECT ref_json(id, name) FROM person WHERE id = t.owner_id)));
	END IF;
	evidence := jsonb_strip_nulls(jsonb_build_object('via', 'desk', 'name', who, 'file', file));
END $$;
COMMENT ON FUNCTION supplier_word IS 'Right and evidence for entering a word of the supplier''s';

CREATE OR REPLACE FUNCTION pause_agree_enter(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, of_seq integer, said text,
	who text, file bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	word record;
BEGIN
	SELECT w.* INTO word FROM supplier_word(actor, actor_roles, actor_teams, subject_id, who, file) w;
	PERFORM supplier_agree(at, subject_id, of_seq, word.evidence, said, actor, ticket_role(word.t, actor, actor_roles));
END $$;
COMMENT ON FUNCTION pause_agree_enter IS 'Enters the consent of a supplier to a pause for it';

CREATE OR REPLACE FUNCTION contest_enter(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, of_seq integer, of_pause integer,
	why text, wanted_instant timestamptz, who text, file bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	word record;
BEGIN
	SELECT w.* INTO word FROM supplier_word(actor, actor_roles, actor_teams, subject_id, who, file) w;
	RETURN supplier_contest(at, subject_id, of_seq, of_pause, why, wanted_instant, word.evidence, actor, ticket_role(word.t, actor, actor_roles));
END $$;
COMMENT ON FUNCTION contest_enter IS 'Enters the objection of a supplier for it';

CREATE OR REPLACE FUNCTION contest_deciders(team bigint) RETURNS TABLE (id bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT m.person_id FROM team_member m JOIN person p ON p.id = m.person_id AND p.active WHERE m.team_id = team AND m.lead AND p.roles & 4 <> 0;
	IF NOT FOUND THEN
		RETURN QUERY SELECT p.id FROM person p WHERE p.active AND p.roles & 4 <> 0;
	END IF;
END $$;
COMMENT ON FUNCTION contest_deciders IS 'Leads who are told of an objection';

-- Decides an objection. Upheld, it is followed by a correction: what the supplier wanted, or the instant that the decider found right.
-- Returns the ticket's id; the caller refreshes the clocks of case and ticket.
CREATE OR REPLACE FUNCTION contest_decide(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, contest_id bigint, outcome text, note text,
	right_instant timestamptz, is_void boolean, OUT on_ticket bigint, OUT on_case bigint)
LANGUAGE plpgsql AS $$
DECLARE
	locked record;
	o contest;
	t ticket;
	c supplier_case;
	e case_event;
	moment timestamptz;
	wrong text;
	n integer;
	fixed integer;
BEGIN
	SELECT x.* INTO o FROM contest x JOIN supplier_case s ON s.id = x.case_id JOIN ticket y ON y.id = s.ticket_id
	WHERE x.id = contest_id AND ticket_visible(y, actor, actor_roles, actor_teams);
	IF o.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such objection');
	END IF;
	SELECT k.* INTO locked FROM case_lock(o.case_id, actor, actor_roles, actor_teams) k;
	t := locked.t;
	c := locked.c;
	SELECT * INTO STRICT o FROM contest x WHERE x.id = contest_id FOR UPDATE;
	SELECT * INTO STRICT e FROM case_event x WHERE x.case_id = o.case_id AND x.seq = o.event_seq;
	IF o.state <> 'open' THEN
		PERFORM refuse(409, 'already-decided', 'This objection was decided before', jsonb_build_object('state', o.state));
	ELSIF e.actor_id = actor THEN
		PERFORM refuse(403, 'own-entry', 'Whoever entered the event does not decide about it; another lead or a manager does');
	END IF;
	IF outcome = 'upheld' THEN
		moment := CASE WHEN right_instant IS NOT NULL THEN right_instant WHEN is_void THEN NULL ELSE o.wanted_at END;
		wrong := case_correction_wrong(c, o.event_seq, moment, at);
		IF wrong IS NOT NULL THEN
			PERFORM refuse_field(CASE WHEN moment IS NULL THEN '/void' ELSE '/occurred_at' END, wrong);
		END IF;
	END IF;
	n := case_voice(t, c, 'contest_decided', actor, ticket_role(t, actor, actor_roles), 'us', note,
		jsonb_build_object('of', o.event_seq, 'contest', o.id, 'raised', o.raised_seq, 'outcome', outcome), at);
	IF outcome = 'upheld' THEN
		fixed := case_voice(t, c, 'corrected', actor, ticket_role(t, actor, actor_roles), 'us', NULL, jsonb_build_object('of', o.event_seq, 'contest', o.id)
			|| CASE WHEN moment IS NULL THEN '{"void": true}'::jsonb ELSE jsonb_build_object('occurred_at', instant_text(moment)) END, at);
		PERFORM case_follow(c.id, at);
	END IF;
	UPDATE contest SET state = outcome, decided_by = actor, decided_at = at, decision = note, decided_seq = n, corrected_seq = fixed WHERE id = o.id;
	PERFORM case_mail('contest:' || o.id || ':decided', c, 'case_contest_' || outcome, jsonb_build_object('number', c.number, 'summary', c.summary, 'body', note,
		'reason', o.reason, 'writer', (SELECT name FROM person WHERE id = actor)), at);
	on_ticket := t.id;
	on_case := c.id;
END $$;
COMMENT ON FUNCTION contest_decide IS 'Decides an objection and corrects what was wrong';

-- Objections, newest first, with what is needed to decide them.
CREATE OR REPLACE FUNCTION contest_json(o contest) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('id', o.id, 'kind', o.kind, 'state', o.state, 'reason', o.reason, 'wanted', o.wanted, 'wanted_at', instant_text(o.wanted_at),
			'raised_at', instant_text(o.raised_at), 'raised_by', o.raised_by, 'raised_seq', o.raised_seq,
			'entered_by', (SELECT ref_json(x.id, x.name) FROM person x WHERE x.id = o.person_id),
			'attachment', (SELECT jsonb_build_object('id', x.id, 'name', x.name, 'size_bytes', x.size_bytes) FROM attachment x WHERE x.case_id = o.case_id AND x.case_seq = o.raised_seq
				ORDER BY x.id LIMIT 1),
			'case', jsonb_build_object('number', c.number, 'summary', c.summary, 'status', c.status), 'ticket', jsonb_build_object('number', t.number, 'subject', t.subject),
			'supplier', ref_json(s.id, s.name), 'contract', ref_json(k.id, k.number), 'owner', ref_json(w.id, w.name),
			'event', jsonb_build_object('seq', e.seq, 'type', e.type, 'occurred_at', instant_text(e.occurred_at), 'recorded_at', instant_text(e.recorded_at),
				'party', e.party, 'author', ref_json(a.id, a.name), 'body', e.body, 'via', coalesce(e.data -> 'evidence' ->> 'via', 'desk')),
			'evidence', r.data -> 'evidence', 'decided_by', ref_json(d.id, d.name), 'decided_at', instant_text(o.decided_at), 'decision', o.decision,
			'decided_seq', o.decided_seq, 'corrected_seq', o.corrected_seq,
			'correction', (SELECT x.data - 'of' - 'contest' FROM case_event x WHERE x.case_id = o.case_id AND x.seq = o.corrected_seq))
		FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id JOIN supplier s ON s.id = c.supplier_id JOIN contract k ON k.id = c.contract_id
		JOIN case_event e ON e.case_id = c.id AND e.seq = o.event_seq JOIN case_event r ON r.case_id = c.id AND r.seq = o.raised_seq
		LEFT JOIN person a ON a.id = e.actor_id LEFT JOIN person d ON d.id = o.decided_by LEFT JOIN person w ON w.id = t.owner_id
		WHERE c.id = o.case_id
	);
END $$;
COMMENT ON FUNCTION contest_json IS 'An objection in answers';

INSERT INTO message_template (key, language, subject, body) VALUES
	('contest_raised', 'en', '[{number}] {supplier} objects to an entry', E'{supplier} objects to the entry "{type}" of {at} in {number} ({summary}), ticket {ticket}:\n\n{reason}\n\nAccording to the supplier it happened at: {wanted}\n\nA lead or a manager who did not make the entry decides.\n'),
	('contest_raised', 'ru', '[{number}] {supplier} возражает против записи', E'{supplier} возражает против записи «{type}» от {at} по обращению {number} ({summary}), заявка {ticket}:\n\n{reason}\n\nПо словам поставщика, это произошло: {wanted}\n\nРешение принимает руководитель или менеджер, который не делал этой записи.\n'),
	('case_contest_upheld', 'en', '[{number}] Your objection is upheld', E'Your objection concerning {number} ({summary}):\n\n{reason}\n\nis upheld, and the entry is corrected.\n\n{body}\n\n{writer}\n\nSee the case and its deadlines: {link}\n'),
	('case_contest_upheld', 'ru', '[{number}] Ваше возражение принято', E'Ваше возражение по обращению {number} ({summary}):\n\n{reason}\n\nпринято, запись исправлена.\n\n{body}\n\n{writer}\n\nОбращение и сроки: {link}\n'),
	('case_contest_rejected', 'en', '[{number}] Your objection is not upheld', E'Your objection concerning {number} ({summary}):\n\n{reason}\n\nis not upheld.\n\n{body}\n\n{writer}\n\nSee the case and its deadlines: {link}\n'),
	('case_contest_rejected', 'ru', '[{number}] Ваше возражение отклонено', E'Ваше возражение по обращению {number} ({summary}):\n\n{reason}\n\nотклонено.\n\n{body}\n\n{writer}\n\nОбращение и сроки: {link}\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;
