-- Links of suppliers: what one shows, who may act with it, and what a supplier sees of a case. The signature is judged by the program
-- before anything here is asked.

-- The link as it stands: state good, ended (its case is over, still readable for a while), dead (why: unknown, revoked, expired, ended).
-- `mine`: this browser acted first, or nobody has yet.
CREATE OR REPLACE FUNCTION link_look(at timestamptz, of_link bigint, of_salt bigint, browser bytea, only_reads boolean, OUT purpose text, OUT supplier_id bigint, OUT supplier text,
	OUT language text, OUT case_id bigint, OUT case_number text, OUT expires_at timestamptz, OUT state text, OUT why text, OUT bound boolean, OUT mine boolean)
LANGUAGE plpgsql AS $$
DECLARE
	l case_link;
	c supplier_case;
	grace interval := (SELECT make_interval(hours => r.link_grace_h) FROM supply_rule r);
BEGIN
	state := 'dead';
	SELECT * INTO l FROM case_link x WHERE x.id = of_link AND x.salt = of_salt;
	IF l.id IS NULL THEN
		why := 'unknown';
		RETURN;
	END IF;
	SELECT * INTO c FROM supplier_case x WHERE x.id = l.case_id;
	purpose := l.purpose;
	supplier_id := l.supplier_id;
	case_id := l.case_id;
	case_number := c.number;
	expires_at := l.expires_at;
	bound := l.browser_hash IS NOT NULL;
	mine := NOT bound OR coalesce(l.browser_hash = browser, false);
	SELECT s.name, s.language INTO supplier, language FROM supplier s WHERE s.id = l.supplier_id;
	IF l.revoked_at IS NOT NULL THEN
		why := 'revoked';
	ELSIF l.expires_at <= at THEN
		why := 'expired';
	ELSIF c.closed_at IS NOT NULL AND c.closed_at + grace <= at THEN
		why := 'ended';
	ELSE
		state := CASE WHEN c.closed_at IS NOT NULL THEN 'ended' ELSE 'good' END;
		-- An act takes the ticket before the link, so this does not touch the link for it.
		IF only_reads AND (l.used_at IS NULL OR l.used_at < at - interval '1 minute') THEN
			UPDATE case_link SET used_at = at WHERE id = l.id;
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION link_look IS 'State of a link for the browser that shows it';

-- The browser takes the link for itself, unless another did before.
CREATE OR REPLACE FUNCTION link_bind(at timestamptz, of_link bigint, browser bytea, address text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	taken bytea;
BEGIN
	SELECT l.browser_hash INTO STRICT taken FROM case_link l WHERE l.id = of_link FOR UPDATE;
	IF taken IS NOT NULL THEN
		RETURN taken = browser;
	END IF;
	UPDATE case_link SET browser_hash = browser, bound_at = at, bound_address = address, used_at = at WHERE id = of_link;
	RETURN true;
END $$;
COMMENT ON FUNCTION link_bind IS 'Binds a link to the first browser that acts';

-- A case that the link may show: its own, or an open one of the coordinator's supplier. NULL: none of it.
CREATE OR REPLACE FUNCTION link_case(of_link bigint, case_number text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT c.id FROM case_link l JOIN supplier_case c ON c.number = link_case.case_number AND (c.id = l.case_id
			OR (l.purpose = 'coordinator' AND c.supplier_id = l.supplier_id AND c.status IN ('open', 'waiting_us', 'verifying')))
		WHERE l.id = of_link
	);
END $$;
COMMENT ON FUNCTION link_case IS 'The case that a link may show';

-- Locks ticket and case before an act through a link. False: the same key was used before, so this is the same act again.
CREATE OR REPLACE FUNCTION link_once(subject_id bigint, key text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM ticket t JOIN supplier_case c ON c.ticket_id = t.id WHERE c.id = subject_id FOR UPDATE OF t;
	RETURN key IS NULL OR NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = subject_id AND e.data -> 'evidence' ->> 'key' = key);
END $$;
COMMENT ON FUNCTION link_once IS 'Whether an act through a link is new';

-- What the supplier sees of a case: what both said and did, the clocks (they follow as rows), pauses, objections. No notes of ours among ourselves,
-- no other case, nobody's address or phone. `files_of` is the link whose own files are shown too.
CREATE OR REPLACE FUNCTION supplier_case_json(subject_id bigint, files_of bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT jsonb_build_object('number', c.number, 'summary', c.summary, 'body', c.body, 'status', c.status, 'priority', c.priority,
			'supplier_ref', c.supplier_ref, 'contract', k.number, 'edition', m.version,
			'cis', (SELECT coalesce(jsonb_agg(x.name ORDER BY x.name), '[]') FROM ticket_ci y JOIN ci x ON x.id = y.ci_id WHERE y.ticket_id = c.ticket_id),
			'service', (SELECT x.name FROM ci x WHERE x.id = t.service_id), 'owner', (SELECT p.name FROM person p WHERE p.id = t.owner_id),
			'sent_at', instant_text(c.sent_at), 'acknowledged_at', instant_text(c.acknowledged_at), 'fixed_at', instant_text(c.fixed_at),
			'closed_at', instant_text(c.closed_at), 'next_due_at', instant_text(c.next_due_at),
			'zone', (SELECT v.body ->> 'zone' FROM calendar g JOIN calendar_version v ON v.calendar_id = g.id AND v.version = g.version WHERE g.id = m.calendar_id),
			'can', to_jsonb(ARRAY(SELECT y FROM unnest(case_can_supplier(c)) y WHERE c.closed_at IS NULL)),
			'pause_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', r.key, 'name_en', r.name_en, 'name_ru', r.name_ru) ORDER BY r.position), '[]')
				FROM contract_pause_reason r WHERE r.terms_id = c.terms_id),
			'events', (SELECT jsonb_agg(jsonb_build_object('seq', e.seq, 'type', e.type, 'occurred_at', instant_text(x.at),
					'recorded_at', instant_text(e.recorded_at), 'recorded_as', CASE WHEN x.at <> e.occurred_at THEN instant_text(e.occurred_at) END,
					'void', x.is_void, 'party', e.party, 'author', coalesce(p.name, e.data -> 'evidence' ->> 'name'),
					'via', coalesce(e.data -> 'evidence' ->> 'via', 'desk'), 'body', e.body, 'supplier_ref', e.data ->> 'supplier_ref',
					'of', e.data -> 'of', 'outcome', e.data ->> 'outcome', 'contestable', case_event_contestable(e.type) AND NOT x.is_void,
					'contest', (SELECT o.state FROM contest o WHERE o.case_id = c.id AND o.event_seq = e.seq ORDER BY o.id DESC LIMIT 1),
					'attachments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'size_bytes', a.size_bytes) ORDER BY a.id), '[]')
						FROM attachment a WHERE a.case_id = c.id AND a.case_seq = e.seq AND (a.for_supplier OR a.link_id = files_of))) ORDER BY x.at, e.seq)
				FROM case_event e JOIN case_effective(c.id) x ON x.seq = e.seq LEFT JOIN person p ON p.id = e.actor_id
				WHERE e.case_id = c.id AND (e.party <> 'system' OR e.type IN ('clock_breached', 'priority_changed', 'calendar_changed'))
					AND e.type NOT IN ('noted', 'pause_noted', 'mail_sent', 'mail_failed')),
			'pauses', (SELECT coalesce(jsonb_agg(jsonb_build_object('from_seq', q.from_seq, 'to_seq', q.to_seq, 'from', instant_text(q.from_at), 'to', instant_text(q.to_at),
					'worked_s', q.worked_s, 'reason', q.reason, 'reason_en', q.reason_en, 'reason_ru', q.reason_ru, 'waits_for', q.waits_for,
					'entered_at', instant_text(q.entered_at), 'end_entered_at', instant_text(q.end_entered_at), 'said', q.said, 'author', q.author,
					'consent', q.consent, 'consent_reason', q.consent_reason, 'contest', q.contest_state) ORDER BY q.from_seq), '[]')
				FROM pause_rows(now(), c.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1000) q),
			'contests', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'event', o.event_seq, 'kind', o.kind, 'reason', o.reason, 'wanted', o.wanted,
					'wanted_at', instant_text(o.wanted_at), 'state', o.state, 'raised_at', instant_text(o.raised_at), 'decided_at', instant_text(o.decided_at),
					'decision', o.decision, 'decided_by', (SELECT p.name FROM person p WHERE p.id = o.decided_by)) ORDER BY o.id), '[]')
				FROM contest o WHERE o.case_id = c.id))
		FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id JOIN contract k ON k.id = c.contract_id JOIN contract_terms m ON m.id = c.terms_id
		WHERE c.id = subject_id
	);
END $$;
COMMENT ON FUNCTION supplier_case_json IS 'A case as its supplier sees it';

-- A file through a link.
CREATE OR REPLACE FUNCTION supplier_attach(at timestamptz, subject_id bigint, of_link bigint, file_name text, file_type text, bytes bytea, OUT made bigint,
	OUT digest text)
LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT count(*) FROM attachment a WHERE a.link_id = of_link) >= 50 THEN
		PERFORM refuse(409, 'too-many-files', 'Fifty files were sent with this link; a new mail brings a new link');
	END IF;
	INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, author_id, added_at, case_id, for_supplier, link_id)
	SELECT c.ticket_id, file_name, file_type, length(bytes), sha256(bytes), bytes, 'internal', NULL, at, c.id, false, of_link
	FROM supplier_case c WHERE c.id = subject_id RETURNING id, encode(sha256, 'hex') INTO STRICT made, digest;
END $$;
COMMENT ON FUNCTION supplier_attach IS 'Stores a file that a supplier sent through a link';

-- A link for the coordinator of a supplier, or for one case, made by a person.
CREATE OR REPLACE FUNCTION link_make(actor bigint, at timestamptz, for_supplier bigint, for_case bigint, for_recipient text, days integer) RETURNS case_link
LANGUAGE plpgsql AS $$
DECLARE
	l case_link;
BEGIN
	IF NOT EXISTS (SELECT FROM supplier WHERE id = for_supplier) THEN
		PERFORM refuse(404, 'not-found', 'There is no such supplier');
	END IF;
	INSERT INTO case_link (purpose, case_id, supplier_id, recipient, created_at, created_by, expires_at)
	VALUES (CASE WHEN for_case IS NULL THEN 'coordinator' ELSE 'case' END, for_case, for_supplier, coalesce(for_recipient, ''), at, actor,
		at + make_interval(days => coalesce(days, (SELECT r.link_days FROM supply_rule r)))) RETURNING * INTO l;
	RETURN l;
END $$;
COMMENT ON FUNCTION link_make IS 'Makes a link; its address is computed by the program';

CREATE OR REPLACE FUNCTION link_json(l case_link) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('id', l.id, 'purpose', l.purpose, 'case', (SELECT c.number FROM supplier_case c WHERE c.id = l.case_id),
		'supplier', (SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = l.supplier_id), 'recipient', l.recipient, 'created_at', instant_text(l.created_at),
		'created_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = l.created_by), 'expires_at', instant_text(l.expires_at),
		'bound_at', instant_text(l.bound_at), 'bound_address', l.bound_address, 'used_at', instant_text(l.used_at), 'revoked_at', instant_text(l.revoked_at),
		'revoked_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = l.revoked_by));
END $$;
COMMENT ON FUNCTION link_json IS 'A link in answers; never its address';
