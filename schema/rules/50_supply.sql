-- Suppliers, contracts, cases: which contract covers a ticket, what a case event may follow, and the mail to the supplier.

-- The moves are the program's, so they are laid anew with it.
DELETE FROM case_move;
INSERT INTO case_move (from_status, type, to_status, party)
SELECT s::case_status, e::case_event_type, t::case_status, p::case_party FROM (VALUES
	('open', 'acknowledged', NULL, 'supplier'), ('open', 'responded', NULL, 'supplier'), ('open', 'update', NULL, 'supplier'),
	('open', 'info_requested', 'waiting_us', 'supplier'), ('open', 'workaround_delivered', NULL, 'supplier'),
	('open', 'workaround_accepted', NULL, 'us'), ('open', 'workaround_rejected', NULL, 'us'),
	('open', 'fix_declared', 'verifying', 'supplier'), ('open', 'withdrawn', 'withdrawn', 'us'), ('open', 'noted', NULL, 'us'),
	('waiting_us', 'acknowledged', NULL, 'supplier'), ('waiting_us', 'responded', NULL, 'supplier'), ('waiting_us', 'update', NULL, 'supplier'),
	('waiting_us', 'info_provided', 'open', 'us'), ('waiting_us', 'workaround_delivered', NULL, 'supplier'),
	('waiting_us', 'workaround_accepted', NULL, 'us'), ('waiting_us', 'workaround_rejected', NULL, 'us'),
	('waiting_us', 'fix_declared', 'verifying', 'supplier'), ('waiting_us', 'withdrawn', 'withdrawn', 'us'), ('waiting_us', 'noted', NULL, 'us'),
	('verifying', 'acknowledged', NULL, 'supplier'), ('verifying', 'responded', NULL, 'supplier'), ('verifying', 'update', NULL, 'supplier'),
	('verifying', 'workaround_accepted', NULL, 'us'), ('verifying', 'workaround_rejected', NULL, 'us'),
	('verifying', 'fix_accepted', 'closed', 'us'), ('verifying', 'fix_rejected', 'open', 'us'),
	('verifying', 'withdrawn', 'withdrawn', 'us'), ('verifying', 'noted', NULL, 'us'),
	-- Late entries: what the supplier did before the end may still be recorded, with its own instant.
	('closed', 'acknowledged', NULL, 'supplier'), ('closed', 'responded', NULL, 'supplier'), ('closed', 'update', NULL, 'supplier'),
	('closed', 'noted', NULL, 'us')
) AS m(s, e, t, p);

-- Contracts in force that cover the ticket's CIs (cause and affected before others) or its service, nearest first. From each CI the search climbs to what is hit when it fails
-- (part of, runs for), at most six steps; `path` names the way: "POS-014 → Retail checkout".
CREATE OR REPLACE FUNCTION contract_candidates(subject_id bigint, wanted_supplier bigint, wanted_contract bigint, at timestamptz)
	RETURNS TABLE (contract_id bigint, supplier_id bigint, ci_id bigint, distance integer, path text)
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE climb(ci, distance, rank, path, seen) AS (
		SELECT c.id, 0, r.rank, c.name, ARRAY[c.id]
		FROM (SELECT x.ci_id AS id, CASE x.role WHEN 'cause' THEN 0 WHEN 'affected' THEN 1 ELSE 3 END AS rank FROM ticket_ci x WHERE x.ticket_id = subject_id
			UNION ALL SELECT t.service_id, 2 FROM ticket t WHERE t.id = subject_id AND t.service_id IS NOT NULL) r
		JOIN ci c ON c.id = r.id
		UNION ALL
		SELECT n.id, climb.distance + 1, climb.rank, climb.path || ' → ' || n.name, climb.seen || n.id
		FROM climb
		CROSS JOIN LATERAL (
			SELECT l.source_id AS next FROM ci_relation l JOIN relation_type k ON k.name = l.type AND k.impact IN ('to_source', 'both')
			WHERE l.target_id = climb.ci AND l.valid_to IS NULL AND l.type <> 'supplied_by'
			UNION
			SELECT l.target_id FROM ci_relation l JOIN relation_type k ON k.name = l.type AND k.impact IN ('to_target', 'both')
			WHERE l.source_id = climb.ci AND l.valid_to IS NULL) step
		JOIN ci n ON n.id = step.next
		WHERE climb.distance < 6 AND NOT n.id = ANY (climb.seen)
			AND NOT EXISTS (SELECT FROM contract_coverage v WHERE v.ci_id = climb.ci)
			AND cardinality(climb.seen) <= 7
	), met AS (
		SELECT DISTINCT ON (v.contract_id) v.contract_id, climb.ci, climb.distance, climb.rank, climb.path
		FROM climb JOIN contract_coverage v ON v.ci_id = climb.ci
		ORDER BY v.contract_id, climb.rank >= 2, climb.distance, climb.rank, climb.path
	)
	SELECT k.id, k.supplier_id, met.ci, met.distance, met.path
	FROM contract k JOIN supplier s ON s.id = k.supplier_id AND s.active LEFT JOIN met ON met.contract_id = k.id
	WHERE k.valid_from <= (at AT TIME ZONE 'UTC')::date AND (k.valid_to IS NULL OR k.valid_to > (at AT TIME ZONE 'UTC')::date)
		AND (wanted_supplier IS NULL OR k.supplier_id = wanted_supplier) AND (wanted_contract IS NULL OR k.id = wanted_contract)
		AND (met.contract_id IS NOT NULL OR wanted_contract IS NOT NULL OR wanted_supplier IS NOT NULL)
	ORDER BY met.rank >= 2, met.distance NULLS LAST, met.rank, k.id
$$;
COMMENT ON FUNCTION contract_candidates IS 'Contracts in force for a ticket, nearest first; named ones also without coverage';

-- What an escalation would be: the contract and its terms for the ticket's priority. One row; refuses with the reason when there is none.
CREATE OR REPLACE FUNCTION case_plan(subject_id bigint, wanted_supplier bigint, wanted_contract bigint, at timestamptz,
	OUT contract_id bigint, OUT supplier_id bigint, OUT ci_id bigint, OUT why text, OUT priority integer, OUT targets jsonb,
	OUT calendar_version bigint, OUT language text, OUT supplier_mail text, OUT contract_version integer)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	found_one record;
	k contract;
BEGIN
	IF wanted_supplier IS NOT NULL AND NOT EXISTS (SELECT FROM supplier WHERE id = wanted_supplier) THEN
		PERFORM refuse_field('/supplier', 'there is no such supplier');
	END IF;
	IF wanted_contract IS NOT NULL THEN
		SELECT * INTO k FROM contract WHERE id = wanted_contract;
		IF k.id IS NULL THEN
			PERFORM refuse_field('/contract', 'there is no such contract');
		ELSIF wanted_supplier IS NOT NULL AND k.supplier_id <> wanted_supplier THEN
			PERFORM refuse_field('/contract', 'this contract is with another supplier');
		END IF;
	END IF;
	SELECT c.* INTO found_one FROM contract_candidates(subject_id, wanted_supplier, wanted_contract, at) c LIMIT 1;
	IF found_one.contract_id IS NULL THEN
		IF wanted_contract IS NOT NULL THEN
			PERFORM refuse_field('/contract', 'this contract is not in force today');
		ELSIF wanted_supplier IS NOT NULL THEN
			PERFORM refuse_field('/supplier', 'there is no contract in force with this supplier');
		END IF;
		PERFORM refuse_field('/contract', 'no contract in force covers the CIs or the service of this ticket; link the CI or name the contract');
	END IF;
	SELECT * INTO k FROM contract WHERE id = found_one.contract_id;
	contract_id := k.id;
	supplier_id := k.supplier_id;
	ci_id := found_one.ci_id;
	why := CASE WHEN found_one.path IS NULL THEN k.number ELSE k.number || ': ' || found_one.path END;
	contract_version := k.version;
	SELECT t.priority INTO priority FROM ticket t WHERE t.id = subject_id;
	SELECT v.id INTO calendar_version FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = k.calendar_id;
	SELECT jsonb_agg(jsonb_build_object('metric', x.metric, 'target_s', x.target_s, 'calendar_version', calendar_version)
		ORDER BY metric_place(x.metric))
	INTO targets FROM contract_target x WHERE x.contract_id = k.id AND x.priority = case_plan.priority;
	IF targets IS NULL THEN
		PERFORM refuse_field('/contract', format('contract %s has no targets for priority %s', k.number, priority));
	END IF;
	SELECT s.language, s.mail INTO language, supplier_mail FROM supplier s WHERE s.id = k.supplier_id;
END $$;
COMMENT ON FUNCTION case_plan IS 'Contract, terms and reason for an escalation of the ticket';

-- Values for the templates of mail to the supplier.
CREATE OR REPLACE FUNCTION case_mail_params(case_number text, subject_id bigint, supplier bigint, contract bigint, ci bigint, said_summary text, said_body text,
	deadlines text, writer text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('number', case_number, 'ticket', t.number, 'summary', said_summary, 'body', said_body, 'deadlines', deadlines, 'writer', writer,
			'priority', t.priority, 'supplier', (SELECT s.name FROM supplier s WHERE s.id = supplier), 'contract', (SELECT k.number FROM contract k WHERE k.id = contract),
			'owner', (SELECT p.name FROM person p WHERE p.id = t.owner_id), 'owner_phone', (SELECT p.phone FROM person p WHERE p.id = t.owner_id),
			'cis', coalesce((SELECT string_agg(c.name, ', ' ORDER BY c.name) FROM ticket_ci x JOIN ci c ON c.id = x.ci_id WHERE x.ticket_id = t.id),
				(SELECT c.name FROM ci c WHERE c.id = coalesce(ci, t.service_id)), '—'),
			'service', coalesce((SELECT c.name FROM ci c WHERE c.id = t.service_id), '—'))
		FROM ticket t WHERE t.id = subject_id
	);
END $$;
COMMENT ON FUNCTION case_mail_params IS 'Values for a mail about a case';

-- Preview of the mail, exactly as case_open would write it; the number is not known yet.
CREATE OR REPLACE FUNCTION case_mail_preview(subject_id bigint, supplier bigint, contract bigint, ci bigint, said_summary text, said_body text, deadlines text,
	tongue text, OUT mail_subject text, OUT mail_body text)
LANGUAGE sql STABLE AS $$
	SELECT message_render(m.subject, q.params), message_render(m.body, q.params)
	FROM message_template m, case_mail_params('CASE-…', subject_id, supplier, contract, ci, said_summary, said_body, deadlines, NULL) AS q(params)
	WHERE m.key = 'case_sent' AND m.language = tongue
$$;
COMMENT ON FUNCTION case_mail_preview IS 'Subject and text of the mail that an escalation would send';

-- Opens a case. `targets` and `why` are case_plan's, `deadlines` their due instants in words (the program computes working time).
CREATE OR REPLACE FUNCTION case_open(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	plan_contract bigint, plan_supplier bigint, plan_ci bigint, plan_why text, plan_targets jsonb, plan_contract_version integer,
	new_summary text, new_body text, deadlines text, undo_s integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
	s supplier;
	c supplier_case;
BEGIN
	PERFORM ticket_require(t, 'escalate');
	IF t.owner_id IS DISTINCT FROM actor AND actor_roles & 4 = 0 THEN
		PERFORM refuse(403, 'not-the-owner', 'Only the owner or a lead escalates to a supplier',
			jsonb_build_object('owner', (SELECT ref_json(id, name) FROM person WHERE id = t.owner_id)));
	END IF;
	SELECT * INTO STRICT s FROM supplier WHERE id = plan_supplier;
	INSERT INTO supplier_case (ticket_id, supplier_id, contract_id, ci_id, priority, summary, body, why, opened_by, sent_at, updated_at)
	VALUES (t.id, s.id, plan_contract, plan_ci, t.priority, new_summary, new_body, plan_why, actor, at, at) RETURNING * INTO c;
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
	VALUES (c.id, 'sent', at, at, actor, 'us', new_body, jsonb_build_object('targets', plan_targets, 'contract', plan_contract,
		'contract_version', plan_contract_version, 'why', plan_why));
	PERFORM ticket_event_add(t.id, 'escalated', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
		jsonb_build_object('case', c.number, 'supplier', s.name, 'contract', (SELECT number FROM contract WHERE id = plan_contract)), at);
	UPDATE ticket SET open_case_supplier_id = s.id, updated_at = at, version = version + 1 WHERE id = t.id;
	PERFORM outbox_mail('case:' || c.id || ':sent', NULL, s.mail, s.language, 'case_sent',
		case_mail_params(c.number, t.id, s.id, plan_contract, plan_ci, new_summary, new_body, deadlines,
			(SELECT name FROM person WHERE id = actor)), t.id, c.id, at, undo_s);
	RETURN c.id;
END $$;
COMMENT ON FUNCTION case_open IS 'Escalates a ticket to a supplier: case, first event, ticket event, mail';

-- Events that a case may get now.
CREATE OR REPLACE FUNCTION case_can(c supplier_case, actor bigint, actor_roles integer) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT coalesce(array_agg(m.type::text ORDER BY m.type), '{}') FROM case_move m
		WHERE m.from_status = c.status AND is_staff(actor_roles)
			AND (m.type NOT IN ('fix_accepted', 'fix_rejected', 'workaround_accepted', 'workaround_rejected', 'withdrawn') OR actor_roles & 4 <> 0
				OR actor = (SELECT owner_id FROM ticket t WHERE t.id = c.ticket_id))
			AND (m.type NOT IN ('workaround_accepted', 'workaround_rejected') OR 'workaround_delivered' = (
				SELECT e.type FROM case_event e WHERE e.case_id = c.id AND e.type IN ('workaround_delivered', 'workaround_accepted', 'workaround_rejected')
				ORDER BY e.seq DESC LIMIT 1))
	);
END $$;
COMMENT ON FUNCTION case_can IS 'Types of events that the actor may record now';

-- The event that this one answers, whose instant it must not precede.
CREATE OR REPLACE FUNCTION case_answers(subject_id bigint, what case_event_type) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT e.occurred_at FROM case_event e WHERE e.case_id = subject_id AND e.type = CASE what
			WHEN 'info_provided' THEN 'info_requested' WHEN 'fix_accepted' THEN 'fix_declared' WHEN 'fix_rejected' THEN 'fix_declared'
			WHEN 'workaround_accepted' THEN 'workaround_delivered' WHEN 'workaround_rejected' THEN 'workaround_delivered' END::case_event_type
		ORDER BY e.seq DESC LIMIT 1
	);
END $$;
COMMENT ON FUNCTION case_answers IS 'When the event occurred that an event of this type answers';

-- Records an event of a case. Returns the ticket's id; the caller refreshes the clocks of case and ticket.
CREATE OR REPLACE FUNCTION case_event_record(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	what case_event_type, occurred timestamptz, said text, reference text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
	t ticket;
	m case_move;
	s supplier;
	happened timestamptz := coalesce(occurred, at);
	template text;
	n integer;
BEGIN
	SELECT ticket_id INTO c.ticket_id FROM supplier_case WHERE id = subject_id;
	IF c.ticket_id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such case, or it is not yours');
	END IF;
	-- Always the ticket before the case, so that two writers cannot wait for each other.
	t := ticket_lock(c.ticket_id, actor, actor_roles, actor_teams);
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id FOR UPDATE;
	IF NOT is_staff(actor_roles) THEN
		PERFORM refuse(404, 'not-found', 'There is no such case, or it is not yours');
	END IF;
	SELECT * INTO m FROM case_move WHERE from_status = c.status AND type = what;
	IF m.type IS NULL OR NOT what::text = ANY (case_can(c, actor, actor_roles)) THEN
		PERFORM refuse(409, 'not-in-this-state', format('%s is %s: %s cannot be recorded now', c.number, replace(c.status::text, '_', ' '), what),
			jsonb_build_object('state', c.status, 'allowed', to_jsonb(case_can(c, actor, actor_roles))));
	END IF;
	IF happened > at THEN
		PERFORM refuse_field('/occurred_at', 'must not be in the future');
	ELSIF happened < c.sent_at THEN
		PERFORM refuse_field('/occurred_at', format('must not be before the case was sent (%s)', instant_text(c.sent_at)));
	ELSIF happened < case_answers(c.id, what) THEN
		PERFORM refuse_field('/occurred_at', format('must not be before what it answers (%s)', instant_text(case_answers(c.id, what))));
	ELSIF c.closed_at IS NOT NULL AND happened > c.closed_at AND m.party = 'supplier' THEN
		PERFORM refuse_field('/occurred_at', format('the case ended at %s; only what happened before can be entered late', instant_text(c.closed_at)));
	END IF;
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
	VALUES (c.id, what, happened, at, actor, m.party, said, CASE WHEN reference IS NULL THEN '{}' ELSE jsonb_build_object('supplier_ref', reference) END)
	RETURNING seq INTO n;
	UPDATE supplier_case SET status = coalesce(m.to_status, status), updated_at = at, version = version + 1,
		supplier_ref = coalesce(reference, supplier_ref),
		acknowledged_at = CASE WHEN m.party = 'supplier' THEN least(acknowledged_at, happened) ELSE acknowledged_at END,
		fixed_at = CASE what WHEN 'fix_declared' THEN happened WHEN 'fix_rejected' THEN NULL ELSE fixed_at END,
		closed_at = CASE WHEN m.to_status IN ('closed', 'withdrawn') THEN at ELSE closed_at END
	WHERE id = c.id;
	PERFORM ticket_event_add(t.id, 'case_changed', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
		jsonb_build_object('case', c.number, 'event', what, 'seq', n), at, happened);
	-- The ball is ours again: the ticket no longer waits for the supplier.
	IF what IN ('info_requested', 'fix_declared', 'withdrawn') AND t.status = 'waiting_supplier' AND NOT EXISTS (
			SELECT FROM supplier_case o WHERE o.ticket_id = t.id AND o.id <> c.id AND o.status = 'open') THEN
		PERFORM ticket_event_add(t.id, 'resumed', actor, ticket_role(t, actor, actor_roles), 'system', NULL, jsonb_build_object('case', c.number), at);
		UPDATE ticket SET status = 'in_progress' WHERE id = t.id;
	END IF;
	UPDATE ticket SET updated_at = at, version = version + 1, open_case_supplier_id = (SELECT o.supplier_id FROM supplier_case o
		WHERE o.ticket_id = t.id AND o.status IN ('open', 'waiting_us', 'verifying') ORDER BY o.id DESC LIMIT 1) WHERE id = t.id;
	SELECT * INTO STRICT s FROM supplier WHERE id = c.supplier_id;
	IF what = 'withdrawn' THEN
		UPDATE outbox SET state = 'cancelled' WHERE case_id = c.id AND state = 'queued';
		-- Undone before anything left: the supplier hears nothing at all.
		IF NOT EXISTS (SELECT FROM outbox WHERE effect_key = 'case:' || c.id || ':sent' AND state = 'cancelled') THEN
			template := 'case_withdrawn';
		END IF;
	ELSE
		template := CASE what WHEN 'info_provided' THEN 'case_info_provided' WHEN 'fix_rejected' THEN 'case_fix_rejected'
			WHEN 'workaround_rejected' THEN 'case_workaround_rejected' WHEN 'fix_accepted' THEN 'case_closed' END;
	END IF;
	IF template IS NOT NULL THEN
		PERFORM outbox_mail('case:' || c.id || ':event:' || n, NULL, s.mail, s.language, template,
			case_mail_params(c.number, t.id, s.id, c.contract_id, c.ci_id, c.summary, coalesce(said, ''), '', (SELECT name FROM person WHERE id = actor)),
			t.id, c.id, at);
	END IF;
	RETURN t.id;
END $$;
COMMENT ON FUNCTION case_event_record IS 'Records what a supplier or we did in a case, now or late';

-- The whole case as one JSON object, without clocks (they follow as rows). NULL when it is not there or not the caller's.
CREATE OR REPLACE FUNCTION case_json(subject_id bigint, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('number', c.number, 'ticket', jsonb_build_object('number', t.number, 'subject', t.subject, 'status', t.status),
			'supplier', jsonb_build_object('id', s.id, 'name', s.name, 'kind', s.kind), 'contract', jsonb_build_object('id', k.id, 'name', k.number, 'title', k.name),
			'ci', (SELECT ref_json(x.id, x.name) FROM ci x WHERE x.id = c.ci_id), 'service', (SELECT ref_json(x.id, x.name) FROM ci x WHERE x.id = t.service_id),
			'status', c.status, 'priority', c.priority, 'summary', c.summary, 'body', c.body, 'supplier_ref', c.supplier_ref, 'why', c.why,
			'sent_at', instant_text(c.sent_at), 'updated_at', instant_text(c.updated_at), 'acknowledged_at', instant_text(c.acknowledged_at),
			'fixed_at', instant_text(c.fixed_at), 'closed_at', instant_text(c.closed_at), 'next_due_at', instant_text(c.next_due_at),
			'opened_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = c.opened_by),
			'owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = t.owner_id),
			'mail', (SELECT jsonb_build_object('state', o.state, 'not_before', instant_text(o.not_before)) FROM outbox o WHERE o.effect_key = 'case:' || c.id || ':sent'),
			'pause_limit_s', k.pause_limit_s,
			'can', to_jsonb(case_can(c, actor, actor_roles)), 'version', c.version)
		FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id JOIN supplier s ON s.id = c.supplier_id JOIN contract k ON k.id = c.contract_id
		WHERE c.id = subject_id AND (is_staff(actor_roles) OR reads_all(actor_roles)) AND ticket_visible(t, actor, actor_roles, actor_teams)
	);
END $$;
COMMENT ON FUNCTION case_json IS 'A case for staff and readers';

INSERT INTO message_template (key, language, subject, body) VALUES
	('case_sent', 'en', '[{number}] {summary}', E'Dear colleagues at {supplier},\n\nplease take on case {number} under contract {contract}.\n\n{body}\n\nConcerns: {cis}\nService: {service}\nPriority: {priority}\n\nOur deadlines by the contract:\n{deadlines}\n\nPlease keep [{number}] in the subject and tell us your own number.\n\n{owner}, owner of {ticket}\n{owner_phone}\n'),
	('case_sent', 'ru', '[{number}] {summary}', E'Уважаемые коллеги ({supplier}),\n\nпросим принять в работу обращение {number} по договору {contract}.\n\n{body}\n\nОбъект: {cis}\nУслуга: {service}\nПриоритет: {priority}\n\nСроки по договору:\n{deadlines}\n\nПожалуйста, сохраняйте [{number}] в теме письма и сообщите ваш номер обращения.\n\n{owner}, владелец заявки {ticket}\n{owner_phone}\n'),
	('case_info_provided', 'en', '[{number}] Information you asked for', E'{body}\n\n{writer}\n'),
	('case_info_provided', 'ru', '[{number}] Запрошенная информация', E'{body}\n\n{writer}\n'),
	('case_fix_rejected', 'en', '[{number}] The fix does not hold', E'We checked the fix of {number} ({summary}) and cannot accept it; the clock runs again.\n\n{body}\n\n{writer}\n'),
	('case_fix_rejected', 'ru', '[{number}] Исправление не принято', E'Мы проверили исправление по обращению {number} ({summary}) и не можем его принять; отсчёт времени возобновлён.\n\n{body}\n\n{writer}\n'),
	('case_workaround_rejected', 'en', '[{number}] The workaround does not help', E'The workaround for {number} ({summary}) does not help.\n\n{body}\n\n{writer}\n'),
	('case_workaround_rejected', 'ru', '[{number}] Обходное решение не подошло', E'Обходное решение по обращению {number} ({summary}) не подошло.\n\n{body}\n\n{writer}\n'),
	('case_closed', 'en', '[{number}] Accepted, thank you', E'The fix of {number} ({summary}) is accepted and the case is closed.\n\n{body}\n\n{writer}\n'),
	('case_closed', 'ru', '[{number}] Принято, спасибо', E'Исправление по обращению {number} ({summary}) принято, обращение закрыто.\n\n{body}\n\n{writer}\n'),
	('case_withdrawn', 'en', '[{number}] Withdrawn', E'We withdraw {number} ({summary}); nothing more needs to be done.\n\n{body}\n\n{writer}\n'),
	('case_withdrawn', 'ru', '[{number}] Отозвано', E'Мы отзываем обращение {number} ({summary}); дальнейших действий не требуется.\n\n{body}\n\n{writer}\n')
ON CONFLICT (key, language) DO NOTHING;
