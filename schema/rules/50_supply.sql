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

-- Is a CI of this class a service?
CREATE OR REPLACE FUNCTION ci_is_service(of_class bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT FROM ci_class c JOIN ci_class s ON s.name = 'business_service' AND s.id = ANY (c.lineage) WHERE c.id = of_class) $$;
COMMENT ON FUNCTION ci_is_service IS 'The class is business_service or below it';

-- Contracts in force that cover the ticket's CIs (cause and affected before others) or its service, nearest first. From each CI the search climbs to what is hit when it fails
-- (part of, runs for), at most six steps; `path` names the way: "POS-014 → Retail checkout", `reason` is the same for words in any language.
CREATE OR REPLACE FUNCTION contract_candidates(subject_id bigint, wanted_supplier bigint, wanted_contract bigint, at timestamptz)
	RETURNS TABLE (contract_id bigint, supplier_id bigint, terms_id bigint, ci_id bigint, distance integer, path text, reason jsonb)
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE inforce AS MATERIALIZED (
		SELECT k.id AS contract_id, k.supplier_id, t.id AS terms_id
		FROM contract k JOIN supplier s ON s.id = k.supplier_id AND s.active CROSS JOIN LATERAL terms_at(k.id, at) t
		WHERE t.id IS NOT NULL AND (wanted_supplier IS NULL OR k.supplier_id = wanted_supplier) AND (wanted_contract IS NULL OR k.id = wanted_contract)
	), climb(ci, distance, rank, path, seen, steps) AS (
		SELECT c.id, 0, r.rank, c.name, ARRAY[c.id],
			jsonb_build_array(jsonb_build_object('id', c.id, 'name', c.name, 'name_ru', c.attributes ->> 'name_ru', 'service', ci_is_service(c.class_id)))
		FROM (SELECT x.ci_id AS id, CASE x.role WHEN 'cause' THEN 0 WHEN 'affected' THEN 1 ELSE 3 END AS rank FROM ticket_ci x WHERE x.ticket_id = subject_id
			UNION ALL SELECT t.service_id, 2 FROM ticket t WHERE t.id = subject_id AND t.service_id IS NOT NULL) r
		JOIN ci c ON c.id = r.id
		UNION ALL
		SELECT n.id, climb.distance + 1, climb.rank, climb.path || ' → ' || n.name, climb.seen || n.id,
			climb.steps || jsonb_build_object('id', n.id, 'name', n.name, 'name_ru', n.attributes ->> 'name_ru', 'service', ci_is_service(n.class_id),
				'relation', step.type, 'inverse', step.inverse)
		FROM climb
		CROSS JOIN LATERAL (
			SELECT DISTINCT ON (next) next, type, inverse FROM (
				SELECT l.source_id AS next, l.type, true AS inverse FROM ci_relation l JOIN relation_type k ON k.name = l.type AND k.impact IN ('to_source', 'both')
				WHERE l.target_id = climb.ci AND l.valid_to IS NULL AND l.type <> 'supplied_by'
				UNION ALL
				SELECT l.target_id, l.type, false FROM ci_relation l JOIN relation_type k ON k.name = l.type AND k.impact IN ('to_target', 'both')
				WHERE l.source_id = climb.ci AND l.valid_to IS NULL) both_ways
			ORDER BY next, inverse, type) step
		JOIN ci n ON n.id = step.next
		WHERE climb.distance < 6 AND NOT n.id = ANY (climb.seen)
			AND NOT EXISTS (SELECT FROM coverage_of(climb.ci) v JOIN inforce f ON f.terms_id = v.terms_id)
			AND cardinality(climb.seen) <= 7
	), met AS (
		SELECT DISTINCT ON (v.terms_id) v.terms_id, v.class_id, v.coverage_id, climb.ci, climb.distance, climb.rank, climb.path, climb.steps
		FROM climb CROSS JOIN LATERAL coverage_of(climb.ci) v JOIN inforce f ON f.terms_id = v.terms_id
		ORDER BY v.terms_id, climb.rank >= 2, climb.distance, climb.rank, v.class_id NULLS FIRST, climb.path
	)
	SELECT f.contract_id, f.supplier_id, f.terms_id, met.ci, met.distance, met.path,
		CASE WHEN met.terms_id IS NULL THEN '{"by": "named"}' WHEN met.class_id IS NULL THEN jsonb_build_object('by', 'ci', 'steps', met.steps)
			ELSE (SELECT jsonb_build_object('by', 'class', 'steps', met.steps, 'class', l.name, 'label_en', l.label_en, 'label_ru', l.label_ru,
				'filter', coalesce(v.filter, '{}')) FROM contract_coverage v JOIN ci_class l ON l.id = v.class_id WHERE v.id = met.coverage_id) END
	FROM inforce f LEFT JOIN met ON met.terms_id = f.terms_id
	WHERE met.terms_id IS NOT NULL OR wanted_contract IS NOT NULL OR wanted_supplier IS NOT NULL
	ORDER BY met.rank >= 2, met.distance NULLS LAST, met.class_id NULLS FIRST, met.rank, f.contract_id
$$;
COMMENT ON FUNCTION contract_candidates IS 'Contracts in force for a ticket, nearest first; named ones also without coverage';

-- What an escalation would be: the contract and its terms for the ticket's priority. One row; refuses with the reason when there is none.
CREATE OR REPLACE FUNCTION case_plan(subject_id bigint, wanted_supplier bigint, wanted_contract bigint, at timestamptz,
	OUT contract_id bigint, OUT supplier_id bigint, OUT ci_id bigint, OUT why text, OUT priority integer, OUT targets jsonb,
	OUT calendar_version bigint, OUT language text, OUT supplier_mail text, OUT contract_version integer, OUT terms_id bigint, OUT calendar_id bigint,
	OUT reason jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	found_one record;
	k contract;
	edition contract_terms;
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
	SELECT * INTO STRICT k FROM contract WHERE id = found_one.contract_id;
	SELECT * INTO STRICT edition FROM contract_terms t WHERE t.id = found_one.terms_id;
	contract_id := k.id;
	supplier_id := k.supplier_id;
	ci_id := found_one.ci_id;
	terms_id := edition.id;
	calendar_id := edition.calendar_id;
	reason := found_one.reason;
	why := CASE WHEN found_one.path IS NULL THEN k.number ELSE k.number || ': ' || found_one.path END;
	contract_version := edition.version;
	SELECT t.priority INTO priority FROM ticket t WHERE t.id = subject_id;
	SELECT v.id INTO calendar_version FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = edition.calendar_id;
	SELECT jsonb_agg(jsonb_build_object('metric', x.metric, 'target_s', x.target_s, 'calendar_version', calendar_version)
		ORDER BY metric_place(x.metric))
	INTO targets FROM contract_target x WHERE x.terms_id = edition.id AND x.priority = case_plan.priority;
	IF targets IS NULL THEN
		PERFORM refuse_field('/contract', format('contract %s has no targets for priority %s', k.number, priority));
	END IF;
	SELECT s.language, s.mail INTO language, supplier_mail FROM supplier s WHERE s.id = k.supplier_id;
END $$;
COMMENT ON FUNCTION case_plan IS 'Contract, terms and reason for an escalation of the ticket';

-- Why this contract, as a line of a mail: the way through the CMDB, in the reader's language. Empty when the contract was named by hand.
CREATE OR REPLACE FUNCTION contract_because(reason jsonb, tongue text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT coalesce((
		SELECT E'\n' || CASE WHEN tongue = 'ru' THEN 'Почему этот договор: ' ELSE 'Why this contract: ' END
			|| string_agg(CASE WHEN k = 1 THEN '' ELSE coalesce(CASE WHEN (s ->> 'inverse')::boolean
					THEN CASE WHEN tongue = 'ru' THEN r.inverse_ru ELSE r.inverse_en END
					ELSE CASE WHEN tongue = 'ru' THEN r.label_ru ELSE r.label_en END END, '→') || ' ' END
				|| CASE WHEN tongue = 'ru' THEN coalesce(s ->> 'name_ru', s ->> 'name') ELSE s ->> 'name' END, ', ' ORDER BY k)
			|| CASE WHEN reason ->> 'by' = 'class' THEN format(' (%s)', coalesce(reason ->> CASE WHEN tongue = 'ru' THEN 'label_ru' ELSE 'label_en' END, reason ->> 'class'))
				ELSE '' END
		FROM jsonb_array_elements(reason -> 'steps') WITH ORDINALITY AS x(s, k) LEFT JOIN relation_type r ON r.name = s ->> 'relation'), '')
$$;
COMMENT ON FUNCTION contract_because IS 'Why a contract was chosen, as a line of a mail';

-- Values for the templates of mail to the supplier.
CREATE OR REPLACE FUNCTION case_mail_params(case_number text, subject_id bigint, supplier bigint, contract bigint, ci bigint, said_summary text, said_body text,
	deadlines text, writer text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	tongue text := (SELECT s.language FROM supplier s WHERE s.id = supplier);
BEGIN
	RETURN (
		SELECT jsonb_build_object('number', case_number, 'ticket', t.number, 'summary', said_summary, 'body', said_body, 'deadlines', deadlines, 'writer', writer,
			'priority', t.priority, 'supplier', (SELECT s.name FROM supplier s WHERE s.id = supplier), 'contract', (SELECT k.number FROM contract k WHERE k.id = contract),
			'owner', (SELECT p.name FROM person p WHERE p.id = t.owner_id), 'owner_phone', (SELECT p.phone FROM person p WHERE p.id = t.owner_id),
			'cis', coalesce((SELECT string_agg(ci_called(c, tongue), ', ' ORDER BY ci_called(c, tongue)) FROM ticket_ci x JOIN ci c ON c.id = x.ci_id WHERE x.ticket_id = t.id),
				(SELECT ci_called(c, tongue) FROM ci c WHERE c.id = coalesce(ci, t.service_id)), '—'),
			'service', coalesce((SELECT ci_called(c, tongue) FROM ci c WHERE c.id = t.service_id), '—'))
		FROM ticket t WHERE t.id = subject_id
	);
END $$;
COMMENT ON FUNCTION case_mail_params IS 'Values for a mail about a case';

-- Stands in a mail where the link of its reader comes when the mail leaves; the outbox never holds the address itself.
CREATE OR REPLACE FUNCTION case_link_url(subject_id bigint, at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT '[[link]]' $$;
COMMENT ON FUNCTION case_link_url IS 'The mark that becomes a link of its own for the reader of a mail about the case';

-- Preview of the mail, exactly as case_open would write it; the number is not known yet.
CREATE OR REPLACE FUNCTION case_mail_preview(subject_id bigint, supplier bigint, contract bigint, ci bigint, said_summary text, said_body text, deadlines text,
	tongue text, OUT mail_subject text, OUT mail_body text)
LANGUAGE sql STABLE AS $$
	SELECT message_render(m.subject, q.params), message_render(m.body, q.params || jsonb_build_object('link', case_link_url(NULL, NULL),
		'because', contract_because((SELECT d.reason FROM contract_candidates(subject_id, supplier, contract, now()) d LIMIT 1), tongue)))
	FROM message_template m, case_mail_params('CASE-…', subject_id, supplier, contract, ci, said_summary, said_body, deadlines, NULL) AS q(params)
	WHERE m.key = 'case_sent' AND m.language = tongue
$$;
COMMENT ON FUNCTION case_mail_preview IS 'Subject and text of the mail that an escalation would send';

-- Opens a case. `targets` and `why` are case_plan's, `deadlines` their due instants in words (the program computes working time).
CREATE OR REPLACE FUNCTION case_open(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	plan_contract bigint, plan_supplier bigint, plan_ci bigint, plan_why text, plan_targets jsonb, plan_contract_version integer,
	plan_terms bigint, plan_reason jsonb, new_summary text, new_body text, deadlines text, undo_s integer) RETURNS bigint
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
	INSERT INTO supplier_case (ticket_id, supplier_id, contract_id, terms_id, ci_id, priority, summary, body, why, reason, opened_by, sent_at, updated_at)
	VALUES (t.id, s.id, plan_contract, plan_terms, plan_ci, t.priority, new_summary, new_body, plan_why, plan_reason, actor, at, at) RETURNING * INTO c;
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
	VALUES (c.id, 'sent', at, at, actor, 'us', new_body, jsonb_build_object('targets', plan_targets, 'contract', plan_contract,
		'terms', plan_terms, 'contract_version', plan_contract_version, 'why', plan_why));
	PERFORM ticket_event_add(t.id, 'escalated', actor, ticket_role(t, actor, actor_roles), 'system', NULL,
		jsonb_build_object('case', c.number, 'supplier', s.name, 'contract', (SELECT number FROM contract WHERE id = plan_contract)), at);
	UPDATE ticket SET open_case_supplier_id = s.id, updated_at = at, version = version + 1 WHERE id = t.id;
	PERFORM case_mail('case:' || c.id || ':sent', c, 'case_sent', case_mail_params(c.number, t.id, s.id, plan_contract, plan_ci, new_summary, new_body,
		deadlines, (SELECT name FROM person WHERE id = actor)) || jsonb_build_object('because', contract_because(plan_reason, s.language)), at, undo_s);
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

-- Events that the supplier itself may bring, by a link or a mail.
CREATE OR REPLACE FUNCTION case_can_supplier(c supplier_case) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(array_agg(m.type::text ORDER BY m.type), '{}') FROM case_move m WHERE m.from_status = c.status AND m.party = 'supplier');
END $$;
COMMENT ON FUNCTION case_can_supplier IS 'Types of events that the supplier may bring now';

-- {"pause_reason": key} of an event that begins a pause. The key must be one of the edition that judges the case.
CREATE OR REPLACE FUNCTION case_pause_reason(c supplier_case, what case_event_type, key text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF key IS NULL THEN
		RETURN '{}';
	ELSIF what <> 'info_requested' THEN
		PERFORM refuse_field('/pause_reason', 'only info_requested begins a pause');
	ELSIF NOT EXISTS (SELECT FROM contract_pause_reason r WHERE r.terms_id = c.terms_id AND r.key = case_pause_reason.key) THEN
		PERFORM refuse_field('/pause_reason', format('must be one of the reasons of this contract: %s', coalesce(
			(SELECT string_agg(r.key, ', ' ORDER BY r.position) FROM contract_pause_reason r WHERE r.terms_id = c.terms_id), 'it has none')));
	END IF;
	RETURN jsonb_build_object('pause_reason', key);
END $$;
COMMENT ON FUNCTION case_pause_reason IS 'Reason of a pause for the data of its event';

-- {"attachment": id, "attachment_sha256": hex}: the file is named in the chain with its digest. It must be this case's, not yet named, and
-- the supplier's own when the supplier names it.
CREATE OR REPLACE FUNCTION case_file(subject_id bigint, file bigint, of_link bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	a attachment;
BEGIN
	IF file IS NULL THEN
		RETURN '{}';
	END IF;
	SELECT x.* INTO a FROM attachment x WHERE x.id = file AND x.case_id = subject_id AND x.link_id IS NOT DISTINCT FROM of_link;
	IF a.id IS NULL THEN
		PERFORM refuse_field('/attachment', 'there is no such file of this case');
	ELSIF a.case_seq IS NOT NULL THEN
		PERFORM refuse_field('/attachment', format('already belongs to event %s', a.case_seq));
	END IF;
	RETURN jsonb_build_object('attachment', a.id, 'attachment_sha256', encode(a.sha256, 'hex'));
END $$;
COMMENT ON FUNCTION case_file IS 'A file of a case for the evidence of its event';

CREATE OR REPLACE FUNCTION case_file_bind(subject_id bigint, of_seq integer, file bigint) RETURNS void
LANGUAGE sql AS $$ UPDATE attachment SET case_seq = of_seq WHERE id = file AND case_id = subject_id AND case_seq IS NULL $$;
COMMENT ON FUNCTION case_file_bind IS 'The file belongs to the event from now on';

-- A mail about a case with the mark in it gets a link of its own, unless it is for one of us.
CREATE OR REPLACE FUNCTION outbox_link() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.kind = 'mail' AND NEW.case_id IS NOT NULL AND NEW.person_id IS NULL AND NEW.link_id IS NULL AND strpos(NEW.body, '[[link]]') > 0 THEN
		INSERT INTO case_link (purpose, case_id, supplier_id, recipient, created_at, expires_at)
		SELECT 'case', c.id, c.supplier_id, NEW.recipient, NEW.created_at, NEW.created_at + make_interval(days => r.link_days)
		FROM supplier_case c, supply_rule r WHERE c.id = NEW.case_id RETURNING id INTO NEW.link_id;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION outbox_link IS 'Trigger: gives a mail to a supplier its link';
CREATE OR REPLACE TRIGGER outbox_link BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_link();

-- A mail about a case to its supplier.
CREATE OR REPLACE FUNCTION case_mail(effect text, c supplier_case, template text, params jsonb, at timestamptz, delay_s integer DEFAULT 0) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	s supplier;
BEGIN
	SELECT * INTO STRICT s FROM supplier WHERE id = c.supplier_id;
	RETURN outbox_mail(effect, NULL, s.mail, s.language, template, params || jsonb_build_object('link', case_link_url(c.id, at)), c.ticket_id, c.id, at, delay_s);
END $$;
COMMENT ON FUNCTION case_mail IS 'A mail about a case to its supplier, with a link of its own';

-- What every event of a case does, whoever brings it. Ticket and case are locked and the move is allowed. Returns the event's seq.
CREATE OR REPLACE FUNCTION case_event_apply(t ticket, c supplier_case, m case_move, actor bigint, capacity event_role, at timestamptz,
	occurred timestamptz, said text, reference text, more jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	what case_event_type := m.type;
	happened timestamptz := coalesce(occurred, at);
	answered timestamptz := case_answers(c.id, m.type);
	template text;
	n integer;
BEGIN
	IF happened > at THEN
		PERFORM refuse_field('/occurred_at', 'must not be in the future');
	ELSIF happened < c.sent_at THEN
		PERFORM refuse_field('/occurred_at', format('must not be before the case was sent (%s)', instant_text(c.sent_at)));
	ELSIF happened < answered THEN
		PERFORM refuse_field('/occurred_at', format('must not be before what it answers (%s)', instant_text(answered)));
	ELSIF c.closed_at IS NOT NULL AND happened > c.closed_at AND m.party = 'supplier' THEN
		PERFORM refuse_field('/occurred_at', format('the case ended at %s; only what happened before can be entered late', instant_text(c.closed_at)));
	END IF;
	INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data)
	VALUES (c.id, what, happened, at, actor, m.party, said,
		jsonb_strip_nulls(jsonb_build_object('supplier_ref', reference)) || coalesce(more, '{}'))
	RETURNING seq INTO n;
	UPDATE supplier_case SET status = coalesce(m.to_status, status), updated_at = at, version = version + 1,
		supplier_ref = coalesce(reference, supplier_ref),
		acknowledged_at = CASE WHEN m.party = 'supplier' THEN least(acknowledged_at, happened) ELSE acknowledged_at END,
		fixed_at = CASE what WHEN 'fix_declared' THEN happened WHEN 'fix_rejected' THEN NULL ELSE fixed_at END,
		closed_at = CASE WHEN m.to_status IN ('closed', 'withdrawn') THEN at ELSE closed_at END
	WHERE id = c.id;
	PERFORM ticket_event_add(t.id, 'case_changed', actor, capacity, 'system', NULL,
		jsonb_build_object('case', c.number, 'event', what, 'seq', n), at, happened);
	-- The ball is ours again: the ticket no longer waits for the supplier.
	IF what IN ('info_requested', 'fix_declared', 'withdrawn') AND t.status = 'waiting_supplier' AND NOT EXISTS (
			SELECT FROM supplier_case o WHERE o.ticket_id = t.id AND o.id <> c.id AND o.status = 'open') THEN
		PERFORM ticket_event_add(t.id, 'resumed', actor, capacity, 'system', NULL, jsonb_build_object('case', c.number), at);
		UPDATE ticket SET status = 'in_progress' WHERE id = t.id;
	END IF;
	UPDATE ticket SET updated_at = at, version = version + 1, open_case_supplier_id = (SELECT o.supplier_id FROM supplier_case o
		WHERE o.ticket_id = t.id AND o.status IN ('open', 'waiting_us', 'verifying') ORDER BY o.id DESC LIMIT 1) WHERE id = t.id;
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
		PERFORM case_mail('case:' || c.id || ':event:' || n, c, template, case_mail_params(c.number, t.id, c.supplier_id, c.contract_id, c.ci_id, c.summary,
			coalesce(said, ''), '', (SELECT name FROM person WHERE id = actor)), at);
	END IF;
	RETURN n;
END $$;
COMMENT ON FUNCTION case_event_apply IS 'Writes an event of a case and what follows from it';

-- Records an event of a case. Returns the ticket's id; the caller refreshes the clocks of case and ticket.
CREATE OR REPLACE FUNCTION case_event_record(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint,
	what case_event_type, occurred timestamptz, said text, reference text, pause_reason text DEFAULT NULL, file bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
	t ticket;
	m case_move;
	n integer;
BEGIN
	SELECT x.ticket_id INTO c.ticket_id FROM supplier_case x JOIN ticket y ON y.id = x.ticket_id
	WHERE x.id = subject_id AND ticket_visible(y, actor, actor_roles, actor_teams);
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
	n := case_event_apply(t, c, m, actor, ticket_role(t, actor, actor_roles), at, occurred, said, reference,
		case_pause_reason(c, what, pause_reason) || jsonb_build_object('evidence', '{"via": "desk"}'::jsonb || case_file(c.id, file, NULL)));
	PERFORM case_file_bind(c.id, n, file);
	RETURN t.id;
END $$;
COMMENT ON FUNCTION case_event_record IS 'Records what a supplier or we did in a case, now or late';

-- Records what the supplier itself did, by a link or a mail: the same rules, no author of ours, and evidence of where it came from.
-- Returns the ticket's id; the caller refreshes the clocks of case and ticket.
CREATE OR REPLACE FUNCTION case_event_from_supplier(at timestamptz, subject_id bigint, what case_event_type, occurred timestamptz, said text,
	reference text, evidence jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
	t ticket;
	m case_move;
	n integer;
BEGIN
	SELECT ticket_id INTO c.ticket_id FROM supplier_case WHERE id = subject_id;
	IF c.ticket_id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such case');
	END IF;
	SELECT * INTO STRICT t FROM ticket WHERE id = c.ticket_id FOR UPDATE;
	SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_id FOR UPDATE;
	SELECT * INTO m FROM case_move WHERE from_status = c.status AND type = what AND party = 'supplier';
	IF m.type IS NULL THEN
		PERFORM refuse(409, 'not-in-this-state', format('%s is %s: %s cannot be recorded now', c.number, replace(c.status::text, '_', ' '), what),
			jsonb_build_object('state', c.status, 'allowed', to_jsonb(case_can_supplier(c))));
	END IF;
	-- A file and a reason come as members of the evidence, so that bringers by mail need not know of them.
	n := case_event_apply(t, c, m, NULL, 'supplier', at, occurred, said, reference,
		case_pause_reason(c, what, evidence ->> 'pause_reason') || jsonb_build_object('evidence', coalesce(evidence - 'pause_reason' - 'file', '{}')
			|| case_file(c.id, (evidence ->> 'file')::bigint, (evidence ->> 'link')::bigint)));
	PERFORM case_file_bind(c.id, n, (evidence ->> 'file')::bigint);
	IF t.owner_id IS NOT NULL THEN
		PERFORM outbox_mail('case:' || c.id || ':event:' || n || ':owner', t.owner_id, NULL, NULL, 'case_supplier_' || what, jsonb_build_object(
			'number', c.number, 'ticket', t.number, 'summary', c.summary, 'supplier', (SELECT name FROM supplier WHERE id = c.supplier_id),
			'body', coalesce(said, ''), 'reference', coalesce(reference, '')), t.id, NULL, at);
	END IF;
	RETURN t.id;
END $$;
COMMENT ON FUNCTION case_event_from_supplier IS 'Records what the supplier did itself';

-- The whole case as one JSON object, without clocks (they follow as rows). NULL when it is not there or not the caller's.
CREATE OR REPLACE FUNCTION case_json(subject_id bigint, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	reader_language text := (SELECT p.language FROM person p WHERE p.id = actor);
BEGIN
	RETURN (
		SELECT jsonb_build_object('number', c.number, 'ticket', jsonb_build_object('number', t.number, 'subject', t.subject, 'status', t.status),
			'supplier', jsonb_build_object('id', s.id, 'name', s.name, 'kind', s.kind), 'contract', jsonb_build_object('id', k.id, 'name', k.number, 'title', k.name),
			'ci', (SELECT ref_json(x.id, ci_called(x, reader_language)) FROM ci x WHERE x.id = c.ci_id),
			'service', (SELECT ref_json(x.id, ci_called(x, reader_language)) FROM ci x WHERE x.id = t.service_id),
			'status', c.status, 'priority', c.priority, 'summary', c.summary, 'body', c.body, 'supplier_ref', c.supplier_ref, 'why', c.why,
			'because', contract_reason_words(k.number, c.reason, (SELECT p.language FROM person p WHERE p.id = actor)), 'reason', c.reason,
			'sent_at', instant_text(c.sent_at), 'updated_at', instant_text(c.updated_at), 'acknowledged_at', instant_text(c.acknowledged_at),
			'fixed_at', instant_text(c.fixed_at), 'closed_at', instant_text(c.closed_at), 'next_due_at', instant_text(c.next_due_at),
			'opened_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = c.opened_by),
			'owner', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = t.owner_id),
			'mail', (SELECT jsonb_build_object('state', o.state, 'not_before', instant_text(o.not_before)) FROM outbox o WHERE o.effect_key = 'case:' || c.id || ':sent'),
			'pause_limit_s', e.pause_limit_s, 'edition', e.version,
			'pause_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'name_en', r.name_en, 'name_ru', r.name_ru, 'waits_for', r.waits_for) ORDER BY r.position), '[]')
				FROM contract_pause_reason r WHERE r.terms_id = c.terms_id),
			'contestable', (SELECT coalesce(jsonb_agg(x.seq ORDER BY x.seq), '[]') FROM case_effective(c.id) x WHERE case_event_contestable(x.type) AND NOT x.is_void
				AND NOT EXISTS (SELECT FROM contest o WHERE o.case_id = c.id AND o.event_seq = x.seq AND o.state = 'open')),
			'can', to_jsonb(case_can(c, actor, actor_roles)), 'version', c.version)
		FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id JOIN supplier s ON s.id = c.supplier_id JOIN contract k ON k.id = c.contract_id
		JOIN contract_terms e ON e.id = c.terms_id
		WHERE c.id = subject_id AND (is_staff(actor_roles) OR reads_all(actor_roles)) AND ticket_visible(t, actor, actor_roles, actor_teams)
	);
END $$;
COMMENT ON FUNCTION case_json IS 'A case for staff and readers';

INSERT INTO message_template (key, language, subject, body) VALUES
	('case_supplier_acknowledged', 'en', '[{number}] {supplier} received it', E'{supplier} received it: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_acknowledged', 'ru', '[{number}] {supplier}: принял в работу', E'{supplier}: принял в работу по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_supplier_responded', 'en', '[{number}] {supplier} answered', E'{supplier} answered: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_responded', 'ru', '[{number}] {supplier}: ответил', E'{supplier}: ответил по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_supplier_update', 'en', '[{number}] {supplier} sent news', E'{supplier} sent news: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_update', 'ru', '[{number}] {supplier}: сообщил о ходе работ', E'{supplier}: сообщил о ходе работ по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_supplier_info_requested', 'en', '[{number}] {supplier} asks for information', E'{supplier} asks for information: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_info_requested', 'ru', '[{number}] {supplier}: запросил информацию', E'{supplier}: запросил информацию по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_supplier_workaround_delivered', 'en', '[{number}] {supplier} delivered a workaround', E'{supplier} delivered a workaround: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_workaround_delivered', 'ru', '[{number}] {supplier}: передал обходное решение', E'{supplier}: передал обходное решение по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_supplier_fix_declared', 'en', '[{number}] {supplier} declared the fix', E'{supplier} declared the fix: {number} ({summary}), ticket {ticket}.\n\n{body}\n'),
	('case_supplier_fix_declared', 'ru', '[{number}] {supplier}: сообщил об устранении', E'{supplier}: сообщил об устранении по обращению {number} ({summary}), заявка {ticket}.\n\n{body}\n'),
	('case_sent', 'en', '[{number}] {summary}', E'Dear colleagues at {supplier},\n\nplease take on case {number} under contract {contract}.\n\n{body}\n\nConcerns: {cis}\nService: {service}\nPriority: {priority}{because}\n\nOur deadlines by the contract:\n{deadlines}\n\nPlease keep [{number}] in the subject and tell us your own number.\n\n{owner}, owner of {ticket}\n{owner_phone}\n\nSee the case and its deadlines and answer without an account: {link}\n'),
	('case_sent', 'ru', '[{number}] {summary}', E'Уважаемые коллеги ({supplier}),\n\nпросим принять в работу обращение {number} по договору {contract}.\n\n{body}\n\nОбъект: {cis}\nУслуга: {service}\nПриоритет: {priority}{because}\n\nСроки по договору:\n{deadlines}\n\nПожалуйста, сохраняйте [{number}] в теме письма и сообщите ваш номер обращения.\n\n{owner}, владелец заявки {ticket}\n{owner_phone}\n\nОбращение, сроки и ответ без учётной записи: {link}\n'),
	('case_info_provided', 'en', '[{number}] Information you asked for', E'{body}\n\n{writer}\n\nSee the case and its deadlines and answer without an account: {link}\n'),
	('case_info_provided', 'ru', '[{number}] Запрошенная информация', E'{body}\n\n{writer}\n\nОбращение, сроки и ответ без учётной записи: {link}\n'),
	('case_fix_rejected', 'en', '[{number}] The fix does not hold', E'We checked the fix of {number} ({summary}) and cannot accept it; the clock runs again.\n\n{body}\n\n{writer}\n\nSee the case and its deadlines and answer without an account: {link}\n'),
	('case_fix_rejected', 'ru', '[{number}] Исправление не принято', E'Мы проверили исправление по обращению {number} ({summary}) и не можем его принять; отсчёт времени возобновлён.\n\n{body}\n\n{writer}\n\nОбращение, сроки и ответ без учётной записи: {link}\n'),
	('case_workaround_rejected', 'en', '[{number}] The workaround does not help', E'The workaround for {number} ({summary}) does not help.\n\n{body}\n\n{writer}\n\nSee the case and its deadlines and answer without an account: {link}\n'),
	('case_workaround_rejected', 'ru', '[{number}] Обходное решение не подошло', E'Обходное решение по обращению {number} ({summary}) не подошло.\n\n{body}\n\n{writer}\n\nОбращение, сроки и ответ без учётной записи: {link}\n'),
	('case_closed', 'en', '[{number}] Accepted, thank you', E'The fix of {number} ({summary}) is accepted and the case is closed.\n\n{body}\n\n{writer}\n'),
	('case_closed', 'ru', '[{number}] Принято, спасибо', E'Исправление по обращению {number} ({summary}) принято, обращение закрыто.\n\n{body}\n\n{writer}\n'),
	('case_withdrawn', 'en', '[{number}] Withdrawn', E'We withdraw {number} ({summary}); nothing more needs to be done.\n\n{body}\n\n{writer}\n'),
	('case_withdrawn', 'ru', '[{number}] Отозвано', E'Мы отзываем обращение {number} ({summary}); дальнейших действий не требуется.\n\n{body}\n\n{writer}\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;
