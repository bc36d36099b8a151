-- What comes in: whose mail it is, which case or ticket it belongs to, what it becomes there, and what is set aside for a person.
-- Nothing here believes more of a message than docs/administration.md says: From alone never says who wrote it.

-- Suppliers to whom an address belongs: the address for cases, a contact's, or any of a domain named for the supplier.
CREATE OR REPLACE FUNCTION mail_suppliers(address text) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN ARRAY(SELECT s.id FROM supplier s WHERE mail_suppliers.address <> '' AND (lower(s.mail) = mail_suppliers.address
		OR EXISTS (SELECT FROM jsonb_array_elements(s.contacts) c WHERE lower(c ->> 'mail') = mail_suppliers.address)
		OR split_part(mail_suppliers.address, '@', 2) = ANY (s.mail_domains)) ORDER BY s.id);
END $$;
COMMENT ON FUNCTION mail_suppliers IS 'Suppliers that an address in lower case belongs to';

-- The one active person with this address; NULL when there is none or more than one.
CREATE OR REPLACE FUNCTION mail_person(address text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT CASE WHEN count(*) = 1 THEN min(p.id) END FROM person p WHERE lower(p.mail) = mail_person.address AND p.active AND p.mail <> '');
END $$;
COMMENT ON FUNCTION mail_person IS 'Person of an address in lower case';

-- What a thread of Message-IDs is about: a root of ours, a mail of ours, or a mail that came earlier. The newest that is known decides.
CREATE OR REPLACE FUNCTION mail_thread_of(thread text[], OUT case_id bigint, OUT ticket_id bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	who mail_identity;
	one text;
	named text[];
BEGIN
	SELECT * INTO STRICT who FROM mail_identity;
	FOREACH one IN ARRAY thread LOOP
		named := regexp_match(one, '^<((case|ticket)-([0-9]{1,15}))\.[0-9a-f]{24}@');
		IF named IS NOT NULL AND split_part(one, '@', 1) = split_part(mail_thread_root(who, named[1]), '@', 1) THEN
			IF named[2] = 'case' THEN
				SELECT c.id, c.ticket_id INTO case_id, ticket_id FROM supplier_case c WHERE c.id = named[3]::bigint;
			ELSE
				SELECT t.id INTO ticket_id FROM ticket t WHERE t.id = named[3]::bigint;
			END IF;
		ELSE
			SELECT o.case_id, o.ticket_id INTO case_id, ticket_id FROM outbox o WHERE o.message_id = one AND o.kind = 'mail';
			IF ticket_id IS NULL THEN
				SELECT coalesce(m.case_id, q.case_id), coalesce(m.ticket_id, q.ticket_id) INTO case_id, ticket_id
				FROM mail_message m LEFT JOIN mail_quarantine q ON q.message_id = m.id
				WHERE m.message_id = one AND m.direction = 'in' AND coalesce(m.ticket_id, q.ticket_id) IS NOT NULL ORDER BY m.id DESC LIMIT 1;
			END IF;
		END IF;
		EXIT WHEN ticket_id IS NOT NULL;
	END LOOP;
END $$;
COMMENT ON FUNCTION mail_thread_of IS 'Case and ticket to which References and In-Reply-To lead';

-- The case that a subject names: our number in it, else a number of the supplier's own that one of its cases has. ambiguous: more than one.
CREATE OR REPLACE FUNCTION mail_subject_case(subject text, suppliers bigint[], OUT case_id bigint, OUT ambiguous boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	found_ids bigint[] := ARRAY(SELECT DISTINCT c.id FROM regexp_matches(subject, '\mCASE-([0-9]{6,15})\M', 'gi') m JOIN supplier_case c ON c.id = m[1]::bigint);
	words text[];
BEGIN
	IF cardinality(found_ids) = 0 AND cardinality(suppliers) > 0 THEN
		words := regexp_split_to_array(lower(regexp_replace(subject, '#', ' ', 'g')), '[][(){}<>,;:"«»\s]+');
		found_ids := ARRAY(SELECT c.id FROM supplier_case c WHERE c.supplier_id = ANY (suppliers) AND lower(c.supplier_ref) = ANY (words)
			AND c.status IN ('open', 'waiting_us', 'verifying') ORDER BY c.id DESC LIMIT 2);
		IF cardinality(found_ids) = 0 THEN
			found_ids := ARRAY(SELECT c.id FROM supplier_case c WHERE c.supplier_id = ANY (suppliers) AND lower(c.supplier_ref) = ANY (words) ORDER BY c.id DESC LIMIT 2);
		END IF;
	END IF;
	case_id := found_ids[1];
	ambiguous := cardinality(found_ids) > 1;
END $$;
COMMENT ON FUNCTION mail_subject_case IS 'Case named in a subject';

CREATE OR REPLACE FUNCTION mail_subject_ticket(subject text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT CASE WHEN count(DISTINCT t.id) = 1 THEN min(t.id) END
		FROM regexp_matches(subject, '\m((?:INC|REQ|CON)-[0-9]{6,15})\M', 'gi') m JOIN ticket t ON t.number = upper(m[1]));
END $$;
COMMENT ON FUNCTION mail_subject_ticket IS 'The one ticket named in a subject';

-- What an event says about the mail it came from.
CREATE OR REPLACE FUNCTION mail_evidence(m mail_message, assigned_by bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('via', 'mail', 'address', m.from_address, 'name', nullif(m.from_name, ''), 'message', m.id,
		'message_sha256', encode(m.sha256, 'hex'), 'message_id', m.message_id, 'received_at', instant_text(m.received_at), 'dated_at', instant_text(m.dated_at),
		'authentication', nullif(m.authentication, ''), 'automatic', CASE WHEN m.automatic THEN true END, 'assigned_by', assigned_by))
$$;
COMMENT ON FUNCTION mail_evidence IS 'Evidence of an event that a mail brought';

-- An answer of a supplier becomes an event: the first one that a person wrote is the response, later ones are news; an automatic one acknowledges if
-- the edition of the contract that judges the case says so, else it is only noted. It occurred when our server received it. Returns the seqs.
CREATE OR REPLACE FUNCTION mail_into_case(m mail_message, subject_id bigint, reference text, at timestamptz, assigned_by bigint) RETURNS integer[]
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
	what case_event_type;
	happened timestamptz;
	last_seq integer;
BEGIN
	PERFORM FROM ticket t WHERE t.id = (SELECT x.ticket_id FROM supplier_case x WHERE x.id = subject_id) FOR UPDATE;
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id FOR UPDATE;
	SELECT h.seq INTO last_seq FROM case_chain h WHERE h.case_id = c.id;
	-- Clocks of two machines may be some seconds apart.
	happened := least(greatest(m.received_at, c.sent_at), at);
	what := CASE
		WHEN m.automatic AND NOT (SELECT k.automatic_acknowledges FROM contract_terms k WHERE k.id = c.terms_id) THEN 'noted'
		WHEN m.automatic AND EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id AND e.party = 'supplier') THEN 'noted'
		WHEN m.automatic THEN 'acknowledged'
		WHEN EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id AND e.type IN ('responded', 'info_requested', 'workaround_delivered', 'fix_declared')) THEN 'update'
		ELSE 'responded' END::case_event_type;
	IF what = 'noted' THEN
		IF c.closed_at IS NOT NULL AND happened > c.closed_at THEN
			PERFORM refuse_field('/occurred_at', format('the case ended at %s', instant_text(c.closed_at)));
		END IF;
		INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, body, data)
		VALUES (c.id, 'noted', happened, at, 'system', nullif(m.body, ''), jsonb_build_object('evidence', mail_evidence(m, assigned_by)));
		UPDATE supplier_case SET updated_at = at, version = version + 1 WHERE id = c.id;
	ELSE
		PERFORM case_event_from_supplier(at, c.id, what, happened, nullif(m.body, ''),
			CASE WHEN c.supplier_ref IS DISTINCT FROM reference THEN left(reference, 100) END, mail_evidence(m, assigned_by));
	END IF;
	RETURN ARRAY(SELECT e.seq FROM case_event e WHERE e.case_id = c.id AND e.seq > last_seq ORDER BY e.seq);
END $$;
COMMENT ON FUNCTION mail_into_case IS 'Records a supplier''s mail in a case';

-- An answer of the reporter or of somebody named on the ticket, as ticket_reply writes it, with its evidence. Automatic ones are notes for the owner.
CREATE OR REPLACE FUNCTION mail_into_ticket(m mail_message, subject_id bigint, who bigint, at timestamptz, assigned_by bigint) RETURNS integer[]
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	happened timestamptz;
	said text := coalesce(nullif(m.body, ''), m.subject);
	facts jsonb := jsonb_build_object('evidence', mail_evidence(m, assigned_by));
	n integer;
BEGIN
	SELECT * INTO STRICT t FROM ticket WHERE id = subject_id FOR UPDATE;
	happened := least(greatest(m.received_at, t.opened_at), at);
	IF m.automatic THEN
		RETURN ARRAY[ticket_event_add(t.id, 'noted', who, 'reporter', 'internal', said, facts, at, happened)];
	END IF;
	PERFORM ticket_require(t, 'reply');
	n := ticket_event_add(t.id, 'replied', who, 'reporter', 'public', said, facts, at, happened);
	IF t.status = 'waiting_reporter' AND who = t.reporter_id THEN
		PERFORM ticket_event_add(t.id, 'resumed', who, 'reporter', 'system', NULL, jsonb_build_object('seq', n), at);
		UPDATE ticket SET status = 'in_progress' WHERE id = t.id;
	END IF;
	IF t.owner_id IS NOT NULL AND t.owner_id <> who THEN
		PERFORM outbox_mail(format('ticket:%s:event:%s', t.id, n), t.owner_id, NULL, NULL, 'reporter_replied',
			jsonb_build_object('number', t.number, 'subject', t.subject, 'body', said, 'writer', (SELECT name FROM person WHERE id = who)), t.id, NULL, at);
	END IF;
	UPDATE ticket_search SET words = words || setweight(to_tsvector('russian', left(said, 60000)), 'C')
	WHERE ticket_id = t.id AND pg_column_size(words) < 400000;
	PERFORM ticket_touch(t.id, at);
	RETURN ARRAY[n];
END $$;
COMMENT ON FUNCTION mail_into_ticket IS 'Records an employee''s mail on a ticket';

-- A report about a mail of ours. Only 'failed' changes anything; 'delayed' and 'relayed' are kept as they are. NULL: it is about none of ours.
CREATE OR REPLACE FUNCTION mail_bounce(report jsonb, at timestamptz) RETURNS outbox
LANGUAGE plpgsql AS $$
DECLARE
	o outbox;
	t bigint;
BEGIN
	SELECT ticket_id INTO t FROM outbox WHERE message_id = report ->> 'message_id' AND kind = 'mail';
	PERFORM FROM ticket WHERE id = t FOR UPDATE;
	SELECT * INTO o FROM outbox WHERE message_id = report ->> 'message_id' AND kind = 'mail' FOR UPDATE;
	IF o.id IS NULL THEN
		RETURN NULL;
	END IF;
	IF report ->> 'action' = 'failed' AND o.bounced_at IS NULL THEN
		o.last_error := left('bounced: ' || concat_ws(' ', report ->> 'status', report ->> 'diagnostic'), 1000);
		o.bounced_at := at;
		UPDATE outbox SET state = 'failed', lease_until = NULL, failed_at = at, bounced_at = at, last_error = o.last_error WHERE id = o.id;
		PERFORM outbox_failed_notice(o, 'bounced', at);
	END IF;
	RETURN o;
END $$;
COMMENT ON FUNCTION mail_bounce IS 'Marks a mail of ours as not delivered and tells the owner';

-- Which rule holds for a message. reason NULL: it may go in. Settings: {"own": our address, "opens": boolean, "per_hour": n, "authenticated": boolean}.
CREATE OR REPLACE FUNCTION mail_judge(m mail_message, report jsonb, trouble text, verdict text, settings jsonb, at timestamptz, OUT reason text, OUT detail text,
	OUT case_id bigint, OUT ticket_id bigint, OUT supplier_id bigint, OUT person_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
	suppliers bigint[] := mail_suppliers(m.from_address);
	named record;
	earlier mail_message;
BEGIN
	detail := '';
	supplier_id := CASE WHEN cardinality(suppliers) = 1 THEN suppliers[1] END;
	person_id := mail_person(m.from_address);
	SELECT f.case_id, f.ticket_id INTO case_id, ticket_id FROM mail_thread_of(m.thread) f;
	SELECT x.* INTO earlier FROM mail_message x WHERE x.direction = 'in' AND (x.sha256 = m.sha256 OR x.message_id = m.message_id) ORDER BY x.id LIMIT 1;
	IF trouble IS NOT NULL THEN
		reason := CASE WHEN trouble LIKE 'it is larger than%' THEN 'too_large' ELSE 'unreadable' END;
		detail := trouble;
	ELSIF EXISTS (SELECT FROM outbox o WHERE o.message_id = m.message_id) OR m.from_address = settings ->> 'own' THEN
		reason := 'loop';
		detail := 'our own mail came back';
	ELSIF earlier.id IS NOT NULL THEN
		reason := 'duplicate';
		detail := format('the same as message %s%s', earlier.id, CASE WHEN earlier.sha256 <> m.sha256 AND earlier.body <> m.body
			THEN ' by its Message-ID, but with another text' ELSE '' END);
	ELSIF (SELECT count(*) FROM mail_message x WHERE x.direction = 'in' AND x.from_address = m.from_address AND x.recorded_at > at - interval '1 hour')
			>= (settings ->> 'per_hour')::bigint THEN
		reason := 'too_many';
		detail := format('more than %s from this address within an hour', settings ->> 'per_hour');
	ELSIF report IS NOT NULL THEN
		RETURN;
	ELSIF verdict = 'fail' OR (verdict <> 'pass' AND (settings ->> 'authenticated')::boolean) THEN
		reason := 'auth_failed';
		detail := CASE WHEN m.authentication = '' THEN 'our mail server says nothing about its sender' ELSE m.authentication END;
	END IF;
	IF case_id IS NULL AND ticket_id IS NULL THEN
		SELECT s.case_id, s.ambiguous INTO named FROM mail_subject_case(m.subject, suppliers) s;
		case_id := named.case_id;
		ticket_id := coalesce((SELECT c.ticket_id FROM supplier_case c WHERE c.id = named.case_id), mail_subject_ticket(m.subject));
		IF named.ambiguous AND reason IS NULL THEN
			reason := 'ambiguous';
			detail := 'the subject fits more than one case';
		END IF;
	END IF;
	IF reason IS NOT NULL THEN
		RETURN;
	END IF;
	IF case_id IS NOT NULL THEN
		SELECT c.supplier_id INTO supplier_id FROM supplier_case c WHERE c.id = mail_judge.case_id;
		IF NOT supplier_id = ANY (suppliers) THEN
			reason := 'not_the_supplier';
			detail := format('%s is no address of %s', m.from_address, (SELECT s.name FROM supplier s WHERE s.id = mail_judge.supplier_id));
			supplier_id := NULL;
		END IF;
	ELSIF ticket_id IS NOT NULL THEN
		IF person_id IS NULL THEN
			reason := 'unknown_sender';
			detail := format('%s is nobody''s address', m.from_address);
		ELSIF NOT EXISTS (SELECT FROM ticket t WHERE t.id = mail_judge.ticket_id AND t.reporter_id = mail_judge.person_id)
			AND NOT EXISTS (SELECT FROM ticket_participant p WHERE p.ticket_id = mail_judge.ticket_id AND p.person_id = mail_judge.person_id) THEN
			reason := 'not_accepted';
			detail := 'only the reporter and people named on a ticket answer by mail; staff answer in the program';
		END IF;
	ELSIF cardinality(suppliers) > 0 THEN
		reason := 'no_thread';
		detail := 'a supplier''s mail that names no case';
	ELSIF person_id IS NULL THEN
		reason := 'unknown_sender';
		detail := format('%s is nobody''s address', m.from_address);
	ELSIF m.automatic THEN
		reason := 'automatic';
		detail := 'an automatic mail opens no ticket';
	ELSIF NOT (settings ->> 'opens')::boolean THEN
		reason := 'no_thread';
		detail := 'mail opens no tickets here (mail.opens_tickets)';
	END IF;
END $$;
COMMENT ON FUNCTION mail_judge IS 'Whether a message may go in, and where; else the rule that sets it aside';

-- Takes a message in, whatever it is. `parsed` is what the program read of it; `forced` sets it aside with this detail, when taking it in failed.
-- The caller then attaches its files and refreshes the clocks of the case and ticket returned. opened: a ticket was opened and its reporter is told.
CREATE OR REPLACE FUNCTION mail_take_in(at timestamptz, parsed jsonb, raw bytea, received timestamptz, account text, uid_validity bigint, uid bigint,
	settings jsonb, forced text, OUT message bigint, OUT outcome text, OUT reason text, OUT case_id bigint, OUT ticket_id bigint, OUT person_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
	m mail_message;
	j record;
	o outbox;
	report jsonb := nullif(parsed -> 'report', 'null');
	made record;
BEGIN
	-- A mailbox that was numbered anew gives everything again; what is here byte by byte from that mailbox is not kept twice.
	SELECT x.id INTO message FROM mail_message x WHERE x.direction = 'in' AND x.sha256 = sha256(mail_take_in.raw) AND x.account = mail_take_in.account
		AND x.uid_validity <> mail_take_in.uid_validity;
	IF message IS NOT NULL THEN
		outcome := 'known';
		RETURN;
	END IF;
	m.id := nextval(pg_get_serial_sequence('mail_message', 'id'));
	m.direction := 'in';
	m.raw := raw;
	m.size_bytes := length(raw);
	m.sha256 := sha256(raw);
	m.message_id := parsed ->> 'message_id';
	m.in_reply_to := parsed ->> 'in_reply_to';
	m.thread := ARRAY(SELECT jsonb_array_elements_text(parsed -> 'thread'));
	m.from_address := parsed ->> 'from_address';
	m.from_name := parsed ->> 'from_name';
	m.recipients := ARRAY(SELECT jsonb_array_elements_text(parsed -> 'recipients'));
	m.subject := parsed ->> 'subject';
	m.dated_at := (parsed ->> 'dated_at')::timestamptz;
	m.received_at := least(received, at);
	m.recorded_at := at;
	m.automatic := (parsed ->> 'automatic')::boolean;
	m.authentication := parsed ->> 'authentication';
	m.body := parsed ->> 'answer';
	m.parts := parsed -> 'parts';
	m.account := account;
	m.uid_validity := uid_validity;
	m.uid := uid;
	m.event_seqs := '{}';
	SELECT * INTO j FROM mail_judge(m, report, parsed ->> 'trouble', parsed ->> 'verdict', settings, at);
	reason := j.reason;
	IF forced IS NOT NULL AND reason IS NULL THEN
		reason := 'not_accepted';
		j.detail := forced;
	END IF;
	m.supplier_id := j.supplier_id;
	m.person_id := j.person_id;
	IF reason IS NULL THEN
		-- A refusal of the rules takes back what was begun, and the message is set aside with the refusal's words.
		BEGIN
			IF report IS NOT NULL THEN
				o := mail_bounce(report, at);
				IF o.id IS NULL THEN
					reason := 'bounce_unmatched';
					j.detail := 'a report about a mail that is none of ours';
				ELSE
					m.outcome := 'bounce';
					m.outbox_id := o.id;
					m.case_id := o.case_id;
					m.ticket_id := o.ticket_id;
				END IF;
			ELSIF j.case_id IS NOT NULL THEN
				m.outcome := 'recorded';
				m.case_id := j.case_id;
				m.ticket_id := j.ticket_id;
				m.event_seqs := mail_into_case(m, j.case_id, parsed ->> 'reference', at, NULL);
			ELSIF j.ticket_id IS NOT NULL THEN
				m.outcome := 'recorded';
				m.ticket_id := j.ticket_id;
				m.event_seqs := mail_into_ticket(m, j.ticket_id, j.person_id, at, NULL);
			ELSE
				SELECT n.id, n.number, n.wrong INTO made FROM ticket_create(j.person_id, (SELECT p.roles FROM person p WHERE p.id = j.person_id), '{}', at, 'incident',
					coalesce(nullif(left(m.subject, 300), ''), left(regexp_replace(m.body, '\s+', ' ', 'g'), 100), '—'), coalesce(nullif(m.body, ''), m.subject, '—'),
					NULL, 'mail', 3, 2, NULL, NULL, '{}', mail_evidence(m, NULL)) n;
				IF cardinality(made.wrong) > 0 THEN
					reason := 'not_accepted';
					j.detail := array_to_string(made.wrong, ' ');
				ELSE
					m.outcome := 'opened';
					m.ticket_id := made.id;
					m.event_seqs := '{1}';
				END IF;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'VK%' THEN
				RAISE;
			END IF;
			reason := CASE WHEN (SELECT c.closed_at FROM supplier_case c WHERE c.id = j.case_id) IS NOT NULL THEN 'case_ended' ELSE 'not_accepted' END;
			j.detail := SQLERRM;
			m.event_seqs := '{}';
		END;
	END IF;
	IF reason IS NOT NULL THEN
		m.outcome := 'quarantined';
		m.case_id := NULL;
		m.ticket_id := NULL;
		m.outbox_id := NULL;
	END IF;
	INSERT INTO mail_message OVERRIDING SYSTEM VALUE SELECT m.*;
	IF reason IS NOT NULL THEN
		-- The very same text again needs nobody's attention, but is there to be seen.
		INSERT INTO mail_quarantine (message_id, reason, detail, guess_case_id, guess_ticket_id, state, decided_at, decision)
		SELECT m.id, mail_take_in.reason, left(j.detail, 2000), j.case_id, j.ticket_id, CASE WHEN same THEN 'discarded' ELSE 'waiting' END,
			CASE WHEN same THEN at END, CASE WHEN same THEN 'recorded before, with the same text' END
		FROM (SELECT mail_take_in.reason = 'duplicate' AND j.detail NOT LIKE '%another text' AS same) s;
	END IF;
	message := m.id;
	outcome := m.outcome;
	case_id := m.case_id;
	ticket_id := m.ticket_id;
	person_id := m.person_id;
END $$;
COMMENT ON FUNCTION mail_take_in IS 'Records a message that came, byte by byte, and what it becomes';

-- A file of a message that went in: internal in a case, public on a ticket, as the message itself.
CREATE OR REPLACE FUNCTION mail_attach(about bigint, place integer, file_name text, file_type text, bytes bytea, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	m mail_message;
	q mail_quarantine;
	the_case bigint;
	the_ticket bigint;
	seqs integer[];
	made bigint;
	shown event_visibility;
BEGIN
	SELECT * INTO STRICT m FROM mail_message WHERE id = about;
	SELECT * INTO q FROM mail_quarantine WHERE message_id = about;
	the_case := coalesce(m.case_id, q.case_id);
	the_ticket := coalesce(m.ticket_id, q.ticket_id);
	seqs := CASE WHEN q.message_id IS NULL THEN m.event_seqs ELSE q.event_seqs END;
	shown := CASE WHEN the_case IS NULL AND NOT m.automatic THEN 'public' ELSE 'internal' END;
	INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, author_id, added_at, case_id, case_seq)
	VALUES (the_ticket, file_name, file_type, length(bytes), sha256(bytes), bytes, shown, CASE WHEN the_case IS NULL THEN m.person_id END, at, the_case,
		CASE WHEN the_case IS NOT NULL THEN seqs[1] END) RETURNING id INTO made;
	PERFORM ticket_event_add(the_ticket, 'attached', CASE WHEN the_case IS NULL THEN m.person_id END, CASE WHEN the_case IS NULL THEN 'reporter' ELSE 'supplier' END::event_role,
		shown, NULL, jsonb_build_object('attachment', made, 'name', file_name, 'sha256', encode(sha256(bytes), 'hex'), 'message', m.id), at);
	INSERT INTO mail_file (message_id, place, attachment_id) VALUES (m.id, mail_attach.place, made);
	RETURN made;
END $$;
COMMENT ON FUNCTION mail_attach IS 'Attaches a file of a message to the ticket it belongs to';

-- By hand: a named person says which case or ticket a message belongs to; it is recorded as the event it was, when it was received.
CREATE OR REPLACE FUNCTION mail_assign(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, about bigint, to_case text, to_ticket text,
	note text, reference text, OUT case_id bigint, OUT ticket_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
	m mail_message;
	q mail_quarantine;
	t ticket;
	seqs integer[];
BEGIN
	SELECT * INTO q FROM mail_quarantine WHERE message_id = about FOR UPDATE;
	IF q.message_id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such message in quarantine');
	ELSIF q.state = 'assigned' THEN
		PERFORM refuse(409, 'already-decided', 'This message is assigned already', jsonb_build_object('state', q.state));
	END IF;
	SELECT * INTO STRICT m FROM mail_message WHERE id = about;
	SELECT c.id, c.ticket_id INTO case_id, ticket_id FROM supplier_case c WHERE c.number = upper(to_case);
	IF to_case IS NOT NULL AND case_id IS NULL THEN
		PERFORM refuse_field('/case', 'there is no such case');
	ELSIF to_case IS NULL THEN
		ticket_id := ticket_number_id(upper(to_ticket));
		IF ticket_id IS NULL THEN
			PERFORM refuse_field('/ticket', 'there is no such ticket');
		END IF;
	END IF;
	t := ticket_lock(ticket_id, actor, actor_roles, actor_teams);
	PERFORM person_must_sign(actor);
	IF case_id IS NOT NULL THEN
		seqs := mail_into_case(m, case_id, reference, at, actor);
	ELSIF m.person_id IS NOT NULL AND (t.reporter_id = m.person_id OR EXISTS (
			SELECT FROM ticket_participant p WHERE p.ticket_id = t.id AND p.person_id = m.person_id)) THEN
		seqs := mail_into_ticket(m, t.id, m.person_id, at, actor);
	ELSE
		-- Nobody's answer that the ticket knows: what was said is kept as the note of the one who put it there.
		seqs := ARRAY[ticket_event_add(t.id, 'noted', actor, ticket_role(t, actor, actor_roles), 'internal', coalesce(nullif(m.body, ''), m.subject),
			jsonb_build_object('evidence', mail_evidence(m, actor)), at, least(greatest(m.received_at, t.opened_at), at))];
		PERFORM ticket_touch(t.id, at);
	END IF;
	UPDATE mail_quarantine x SET state = 'assigned', decided_by = actor, decided_at = at, decision = note, ticket_id = mail_assign.ticket_id,
		case_id = mail_assign.case_id, event_seqs = seqs WHERE x.message_id = about;
END $$;
COMMENT ON FUNCTION mail_assign IS 'Puts a message of the quarantine where a person says it belongs';

CREATE OR REPLACE FUNCTION mail_discard(actor bigint, at timestamptz, about bigint, why text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	q mail_quarantine;
BEGIN
	SELECT * INTO q FROM mail_quarantine WHERE message_id = about FOR UPDATE;
	IF q.message_id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such message in quarantine');
	ELSIF q.state <> 'waiting' THEN
		PERFORM refuse(409, 'already-decided', format('This message is %s already', q.state), jsonb_build_object('state', q.state));
	END IF;
	UPDATE mail_quarantine SET state = 'discarded', decided_by = actor, decided_at = at, decision = why WHERE message_id = about;
END $$;
COMMENT ON FUNCTION mail_discard IS 'Sets a message of the quarantine aside for good, with the reason; the message stays';

-- Admin, lead and auditor see every message; others those of tickets whose inner side they see.
CREATE OR REPLACE FUNCTION mail_visible(m mail_message, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN actor_roles & (4 | 16 | 64) <> 0 OR EXISTS (
		SELECT FROM ticket t WHERE t.id = coalesce(m.ticket_id, (SELECT q.ticket_id FROM mail_quarantine q WHERE q.message_id = m.id))
			AND ticket_inside(t, actor, actor_roles, actor_teams));
END $$;
COMMENT ON FUNCTION mail_visible IS 'Whether the actor may read a message';

CREATE OR REPLACE FUNCTION mail_message_json(about bigint, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('id', m.id, 'direction', m.direction, 'outcome', m.outcome, 'size_bytes', m.size_bytes, 'sha256', encode(m.sha256, 'hex'),
			'message_id', m.message_id, 'in_reply_to', m.in_reply_to, 'from', jsonb_build_object('address', m.from_address, 'name', m.from_name),
			'to', to_jsonb(m.recipients), 'subject', m.subject, 'dated_at', instant_text(m.dated_at), 'received_at', instant_text(m.received_at),
			'recorded_at', instant_text(m.recorded_at), 'automatic', m.automatic, 'authentication', m.authentication, 'body', m.body,
			'files', (SELECT coalesce(jsonb_agg(f.part || jsonb_build_object('attachment',
					(SELECT x.attachment_id FROM mail_file x WHERE x.message_id = m.id AND x.place = f.place)) ORDER BY f.place), '[]')
				FROM jsonb_array_elements(m.parts) WITH ORDINALITY f(part, place)),
			'account', m.account, 'uid', m.uid,
			'ticket', (SELECT jsonb_build_object('number', t.number, 'subject', t.subject) FROM ticket t WHERE t.id = coalesce(m.ticket_id, q.ticket_id)),
			'case', (SELECT jsonb_build_object('number', c.number, 'summary', c.summary) FROM supplier_case c WHERE c.id = coalesce(m.case_id, q.case_id)),
			'supplier', (SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = m.supplier_id),
			'person', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = m.person_id),
			'outbox', m.outbox_id,
			'events', to_jsonb(CASE WHEN q.message_id IS NULL THEN m.event_seqs ELSE q.event_seqs END),
			'quarantine', CASE WHEN q.message_id IS NOT NULL THEN jsonb_build_object('reason', q.reason, 'detail', q.detail, 'state', q.state, 'decision', q.decision,
				'decided_at', instant_text(q.decided_at), 'decided_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = q.decided_by),
				'guess', CASE WHEN coalesce(q.guess_case_id, q.guess_ticket_id) IS NOT NULL THEN jsonb_build_object(
					'case', (SELECT c.number FROM supplier_case c WHERE c.id = q.guess_case_id), 'ticket', (SELECT t.number FROM ticket t WHERE t.id = q.guess_ticket_id)) END)
				END,
			'raw', CASE WHEN m.direction = 'in' OR actor_roles & 16 <> 0 THEN '/api/v1/mail/messages/' || m.id || '/raw' END)
		FROM mail_message m LEFT JOIN mail_quarantine q ON q.message_id = m.id
		WHERE m.id = about AND mail_visible(m, actor, actor_roles, actor_teams)
	);
END $$;
COMMENT ON FUNCTION mail_message_json IS 'A message for people: facts, text, where it went; the bytes are downloaded apart';
