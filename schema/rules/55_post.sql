-- What leaves: who takes which row of the outbox, what became of it, and who must hear that something did not arrive.

-- What came and what left is evidence: rows are added, never changed; decisions stand beside it in mail_quarantine.
CREATE OR REPLACE TRIGGER mail_message_append_only BEFORE UPDATE OR DELETE ON mail_message FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER mail_message_no_truncate BEFORE TRUNCATE ON mail_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The next due row, taken until `until`. A row whose sender never said what became of it may have left: it is sent again with the same Message-ID.
CREATE OR REPLACE FUNCTION outbox_take(at timestamptz, until timestamptz, with_mail boolean) RETURNS SETOF outbox
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	found_id bigint;
BEGIN
	SELECT o.id INTO found_id FROM outbox o
	WHERE o.state IN ('queued', 'sending') AND coalesce(o.lease_until, o.not_before) <= at AND (with_mail OR o.kind = 'webhook')
	ORDER BY coalesce(o.lease_until, o.not_before), o.id LIMIT 1 FOR UPDATE SKIP LOCKED;
	RETURN QUERY UPDATE outbox o SET state = 'sending', lease_until = until, attempts = o.attempts + 1, attempted_at = at,
		uncertain = o.uncertain + CASE WHEN o.state = 'sending' AND o.last_error IS NULL THEN 1 ELSE 0 END, last_error = NULL
	WHERE o.id = found_id RETURNING o.*;
END $$;
COMMENT ON FUNCTION outbox_take IS 'Takes the row of the outbox that is due longest; several nodes may ask at once';

-- When the next row is due; NULL: none is queued.
CREATE OR REPLACE FUNCTION outbox_next(with_mail boolean) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(o.lease_until, o.not_before) FROM outbox o WHERE o.state IN ('queued', 'sending') AND (with_mail OR o.kind = 'webhook')
		ORDER BY coalesce(o.lease_until, o.not_before), o.id LIMIT 1);
END $$;
COMMENT ON FUNCTION outbox_next IS 'When a sender has something to do next';

-- The thread of a mail: its root first, then what came in it, so that the other side's program finds its own numbers again.
CREATE OR REPLACE FUNCTION outbox_thread(o outbox) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN array_remove(ARRAY[o.in_reply_to], NULL) || ARRAY(
		SELECT m.message_id FROM (
			SELECT m.id, m.message_id FROM mail_message m WHERE m.direction = 'in' AND m.outcome IN ('recorded', 'opened') AND m.message_id IS NOT NULL
				AND CASE WHEN o.case_id IS NOT NULL THEN m.case_id = o.case_id ELSE m.ticket_id = o.ticket_id AND m.case_id IS NULL AND m.person_id = o.person_id END
			ORDER BY m.id DESC LIMIT 10) m
		ORDER BY m.id);
END $$;
COMMENT ON FUNCTION outbox_thread IS 'References of a mail, oldest first';

-- The owner must know that a mail about their ticket did not arrive: an event each time the state changes, and a mail to them.
CREATE OR REPLACE FUNCTION outbox_failed_notice(o outbox, what text, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	facts jsonb := jsonb_strip_nulls(jsonb_build_object('outbox', o.id, 'to', o.recipient, 'subject', o.subject, 'state', what, 'error', o.last_error,
		'code', o.reply_code, 'message_id', o.message_id, 'attempts', o.attempts));
BEGIN
	IF o.kind <> 'mail' OR o.ticket_id IS NULL OR o.effect_key LIKE 'outbox:%' THEN
		RETURN;
	END IF;
	-- Always the ticket before its case.
	SELECT * INTO STRICT t FROM ticket WHERE id = o.ticket_id FOR UPDATE;
	IF o.case_id IS NOT NULL THEN
		PERFORM FROM supplier_case WHERE id = o.case_id FOR UPDATE;
		INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, data) VALUES (o.case_id, 'mail_failed', at, at, 'system', jsonb_build_object('mail', facts));
	END IF;
	PERFORM ticket_event_add(t.id, 'mail_failed', NULL, 'system', 'internal', NULL, jsonb_build_object('mail', facts
		|| jsonb_strip_nulls(jsonb_build_object('case', (SELECT number FROM supplier_case WHERE id = o.case_id)))), at);
	UPDATE ticket SET updated_at = at, version = version + 1 WHERE id = t.id;
	IF t.owner_id IS NOT NULL AND t.owner_id IS DISTINCT FROM o.person_id THEN
		PERFORM outbox_mail('outbox:' || o.id || ':' || what, t.owner_id, NULL, NULL,
			CASE WHEN what = 'late' THEN 'mail_late' WHEN o.case_id IS NOT NULL THEN 'mail_failed_supplier' ELSE 'mail_failed' END,
			jsonb_build_object('number', coalesce((SELECT number FROM supplier_case WHERE id = o.case_id), t.number), 'ticket', t.number, 'to', o.recipient,
				'subject', o.subject, 'error', coalesce(o.last_error, '')), t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION outbox_failed_notice IS 'Writes into case and ticket that a mail failed, bounced or is late, and tells the owner';

-- What became of a try. outcome: sent; refused (for good); retry; unknown (cut off after everything was handed over).
-- The raw message is kept when it is about a case: it is what the supplier got.
CREATE OR REPLACE FUNCTION outbox_settle(subject_id bigint, at timestamptz, outcome text, code integer, detail text, raw bytea, retry_s integer,
	tries_max integer, late_s integer, sender text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	o outbox;
	t bigint;
	digest bytea := sha256(raw);
	kept bigint;
BEGIN
	SELECT ticket_id INTO t FROM outbox WHERE id = subject_id;
	PERFORM FROM ticket WHERE id = t FOR UPDATE;
	SELECT * INTO STRICT o FROM outbox WHERE id = subject_id FOR UPDATE;
	IF o.state <> 'sending' THEN
		-- Another node took it after our lease ended and has settled it.
		RETURN o.state;
	END IF;
	IF outcome = 'sent' THEN
		UPDATE outbox SET state = 'sent', lease_until = NULL, sent_at = at, reply_code = code, last_error = NULL WHERE id = o.id;
		IF o.kind = 'mail' AND o.case_id IS NOT NULL THEN
			INSERT INTO mail_message (direction, raw, size_bytes, sha256, message_id, in_reply_to, from_address, recipients, subject, dated_at, received_at, recorded_at,
				automatic, body, outcome, outbox_id, ticket_id, case_id, supplier_id)
			SELECT 'out', outbox_settle.raw, length(outbox_settle.raw), digest, o.message_id, o.in_reply_to, sender, ARRAY[o.recipient], o.subject, o.attempted_at, at, at,
				true, o.body, 'sent', o.id, o.ticket_id, o.case_id, c.supplier_id FROM supplier_case c WHERE c.id = o.case_id
			RETURNING id INTO kept;
			PERFORM FROM supplier_case WHERE id = o.case_id FOR UPDATE;
			INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, data) VALUES (o.case_id, 'mail_sent', at, at, 'system',
				jsonb_build_object('mail', jsonb_strip_nulls(jsonb_build_object('outbox', o.id, 'to', o.recipient, 'subject', o.subject, 'message_id', o.message_id, 'code', code,
					'uncertain', nullif(o.uncertain, 0))), 'evidence', jsonb_build_object('via', 'mail', 'address', o.recipient, 'message', kept,
					'message_sha256', encode(digest, 'hex'))));
		END IF;
		RETURN 'sent';
	END IF;
	o.last_error := left(detail, 1000);
	o.reply_code := code;
	IF outcome = 'refused' OR o.attempts >= tries_max THEN
		UPDATE outbox SET state = 'failed', lease_until = NULL, failed_at = at, reply_code = code, last_error = o.last_error WHERE id = o.id;
		PERFORM outbox_failed_notice(o, 'failed', at);
		RETURN 'failed';
	END IF;
	-- What may have left stays 'sending': it can be tried again but not undone.
	IF outcome = 'unknown' OR o.uncertain > 0 THEN
		UPDATE outbox SET lease_until = at + make_interval(secs => retry_s), reply_code = code, last_error = o.last_error,
			uncertain = uncertain + CASE outcome WHEN 'unknown' THEN 1 ELSE 0 END WHERE id = o.id;
	ELSE
		UPDATE outbox SET state = 'queued', lease_until = NULL, not_before = at + make_interval(secs => retry_s), reply_code = code, last_error = o.last_error WHERE id = o.id;
	END IF;
	IF o.case_id IS NOT NULL AND at - o.created_at > make_interval(secs => late_s)
		AND NOT EXISTS (SELECT FROM outbox x WHERE x.effect_key = 'outbox:' || o.id || ':late')
		AND NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = o.case_id AND e.type = 'mail_failed' AND (e.data -> 'mail' ->> 'outbox')::bigint = o.id) THEN
		PERFORM outbox_failed_notice(o, 'late', at);
	END IF;
	RETURN 'retry';
END $$;
COMMENT ON FUNCTION outbox_settle IS 'Writes down what became of a try: sent with its evidence, tried again later, or given up and told to the owner';

-- By hand: once more, or not at all. Only an administrator reaches this (routes).
CREATE OR REPLACE FUNCTION outbox_retry(actor bigint, at timestamptz, subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	o outbox;
BEGIN
	SELECT * INTO o FROM outbox WHERE id = subject_id FOR UPDATE;
	IF o.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such message in the outbox');
	ELSIF o.state = 'sending' AND o.last_error IS NULL THEN
		PERFORM refuse(409, 'being-sent', 'It is being sent right now', jsonb_build_object('state', o.state));
	ELSIF o.state NOT IN ('failed', 'queued', 'sending') THEN
		PERFORM refuse(409, 'not-in-this-state', format('It is %s; only what waits or failed is tried again', o.state), jsonb_build_object('state', o.state));
	END IF;
	UPDATE outbox SET state = CASE WHEN o.state = 'failed' THEN 'queued' ELSE o.state END, not_before = least(not_before, at),
		lease_until = CASE WHEN o.state = 'sending' THEN at END, attempts = 0, failed_at = NULL, bounced_at = NULL, decided_by = actor WHERE id = o.id;
END $$;
COMMENT ON FUNCTION outbox_retry IS 'Tries a message of the outbox again now, with all its tries before it';

CREATE OR REPLACE FUNCTION outbox_cancel(actor bigint, at timestamptz, subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	o outbox;
BEGIN
	SELECT * INTO o FROM outbox WHERE id = subject_id FOR UPDATE;
	IF o.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such message in the outbox');
	ELSIF o.state = 'sending' AND o.last_error IS NULL THEN
		PERFORM refuse(409, 'being-sent', 'It is being sent right now', jsonb_build_object('state', o.state));
	ELSIF o.state NOT IN ('failed', 'queued', 'sending') THEN
		PERFORM refuse(409, 'not-in-this-state', format('It is %s; only what waits or failed can be cancelled', o.state), jsonb_build_object('state', o.state));
	END IF;
	UPDATE outbox SET state = 'cancelled', lease_until = NULL, decided_by = actor WHERE id = o.id;
	-- A supplier who never got the mail must not look as if it had: the case says so.
	IF o.kind = 'mail' AND o.case_id IS NOT NULL AND o.state <> 'failed' THEN
		o.last_error := 'cancelled in the outbox';
		PERFORM outbox_failed_notice(o, 'cancelled', at);
	END IF;
END $$;
COMMENT ON FUNCTION outbox_cancel IS 'Gives up a message of the outbox by hand';

-- For /metrics: rows that wait, seconds that the oldest due one waits, failed ones, messages in quarantine.
CREATE OR REPLACE FUNCTION post_figures(at timestamptz, OUT queued bigint, OUT oldest_s bigint, OUT failed bigint, OUT quarantined bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	SELECT count(*), coalesce(greatest(extract(epoch FROM at - min(o.not_before) FILTER (WHERE o.not_before <= at)), 0), 0)::bigint
	INTO queued, oldest_s FROM outbox o WHERE o.state IN ('queued', 'sending');
	SELECT count(*) INTO failed FROM outbox o WHERE o.state = 'failed';
	SELECT count(*) INTO quarantined FROM mail_quarantine q WHERE q.state = 'waiting';
END $$;
COMMENT ON FUNCTION post_figures IS 'Length and age of the outbox, failures, quarantine';

INSERT INTO message_template (key, language, subject, body) VALUES
	('mail_failed_supplier', 'en', '[{number}] The supplier did not get our mail', E'Our mail about {number} (ticket {ticket}) did not reach {to}.\n\nSubject: {subject}\nReason: {error}\n\nPlease reach the supplier another way and check the address: until they know, their clock is hard to defend.\n'),
	('mail_failed_supplier', 'ru', '[{number}] Письмо поставщику не доставлено', E'Наше письмо по обращению {number} (заявка {ticket}) не доставлено на {to}.\n\nТема: {subject}\nПричина: {error}\n\nПожалуйста, свяжитесь с поставщиком другим способом и проверьте адрес: пока он не знает об обращении, его сроки трудно отстоять.\n'),
	('mail_failed', 'en', '[{number}] Mail not delivered', E'Our mail about {ticket} did not reach {to}.\n\nSubject: {subject}\nReason: {error}\n\nPlease tell them another way.\n'),
	('mail_failed', 'ru', '[{number}] Письмо не доставлено', E'Наше письмо по заявке {ticket} не доставлено на {to}.\n\nТема: {subject}\nПричина: {error}\n\nПожалуйста, сообщите об этом другим способом.\n'),
	('mail_late', 'en', '[{number}] The mail to the supplier has not left yet', E'Our mail about {number} (ticket {ticket}) to {to} could not be sent yet; it is tried again.\n\nSubject: {subject}\nLast answer: {error}\n\nIf it is urgent, reach the supplier another way.\n'),
	('mail_late', 'ru', '[{number}] Письмо поставщику ещё не отправлено', E'Наше письмо по обращению {number} (заявка {ticket}) на {to} пока не удалось отправить; попытки продолжаются.\n\nТема: {subject}\nПоследний ответ: {error}\n\nЕсли дело срочное, свяжитесь с поставщиком другим способом.\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;
