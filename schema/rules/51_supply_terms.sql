-- Suppliers and calendars as forms edit them.

CREATE OR REPLACE FUNCTION supplier_json(s supplier) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', s.id, 'key', s.key, 'name', s.name, 'kind', s.kind, 'mail', s.mail, 'mail_domains', to_jsonb(s.mail_domains),
		'language', s.language, 'contacts', s.contacts, 'notes', s.notes, 'active', s.active, 'version', s.version,
		'contracts', (SELECT count(*) FROM contract k WHERE k.supplier_id = s.id),
		'open_cases', (SELECT count(*) FROM supplier_case c WHERE c.supplier_id = s.id AND c.status IN ('open', 'waiting_us', 'verifying')))
$$;
COMMENT ON FUNCTION supplier_json IS 'A supplier as the API gives it';

-- Makes (id NULL) or changes a supplier; NULL leaves a field as it is. 412 when `expected` is not the version (-1: any).
CREATE OR REPLACE FUNCTION supplier_save(wanted bigint, expected bigint, new_key text, new_name text, new_kind supplier_kind, new_mail text,
	clear_mail boolean, new_language text, new_contacts jsonb, new_notes text, new_active boolean,
	new_domains text[]) RETURNS supplier
LANGUAGE plpgsql AS $$
DECLARE
	s supplier;
BEGIN
	IF wanted IS NULL THEN
		INSERT INTO supplier (key, name, kind, mail, language, contacts, notes, active, mail_domains)
		VALUES (coalesce(new_key, 'supplier-' || encode(sha256(convert_to(clock_timestamp()::text || new_name, 'UTF8')), 'hex')), new_name, new_kind, new_mail,
			coalesce(new_language, 'en'), coalesce(new_contacts, '[]'), coalesce(new_notes, ''), coalesce(new_active, true),
			coalesce(new_domains, '{}'))
		ON CONFLICT (key) DO NOTHING RETURNING * INTO s;
		IF s.id IS NULL THEN
			PERFORM refuse_field('/key', 'is taken by another supplier');
		END IF;
		RETURN s;
	END IF;
	SELECT * INTO s FROM supplier WHERE id = wanted FOR UPDATE;
	IF s.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such supplier');
	ELSIF expected <> -1 AND s.version <> expected THEN
		PERFORM refuse(412, 'stale', 'The supplier was changed meanwhile', jsonb_build_object('version', s.version, 'current', supplier_json(s)));
	END IF;
	UPDATE supplier SET name = coalesce(new_name, name), kind = coalesce(new_kind, kind), mail = CASE WHEN clear_mail THEN NULL ELSE coalesce(new_mail, mail) END,
		language = coalesce(new_language, language), contacts = coalesce(new_contacts, contacts), notes = coalesce(new_notes, notes),
		active = coalesce(new_active, active), mail_domains = coalesce(new_domains, mail_domains), version = version + 1
	WHERE id = wanted RETURNING * INTO s;
	RETURN s;
END $$;
COMMENT ON FUNCTION supplier_save IS 'Makes or changes a supplier';

-- Makes a calendar, or adds a version to it. Open clocks follow the new hours through calendar_follow.
CREATE OR REPLACE FUNCTION calendar_save(actor bigint, at timestamptz, wanted bigint, expected bigint, new_key text, new_name text, new_body jsonb,
	OUT saved bigint, OUT version_id bigint, OUT changed boolean)
LANGUAGE plpgsql AS $$
DECLARE
	c calendar;
	old calendar_version;
BEGIN
	IF wanted IS NULL THEN
		INSERT INTO calendar (key, name) VALUES (coalesce(new_key, 'calendar-' || encode(sha256(convert_to(clock_timestamp()::text || new_name, 'UTF8')), 'hex')), new_name)
		ON CONFLICT (key) DO NOTHING RETURNING * INTO c;
		IF c.id IS NULL THEN
			PERFORM refuse_field('/key', 'is taken by another calendar');
		END IF;
		changed := true;
	ELSE
		SELECT * INTO c FROM calendar WHERE id = wanted FOR UPDATE;
		IF c.id IS NULL THEN
			PERFORM refuse(404, 'not-found', 'There is no such calendar');
		ELSIF expected <> -1 AND c.version <> expected THEN
			PERFORM refuse(412, 'stale', 'The calendar was changed meanwhile', jsonb_build_object('version', c.version));
		END IF;
		SELECT * INTO STRICT old FROM calendar_version v WHERE v.calendar_id = c.id AND v.version = c.version;
		changed := old.body IS DISTINCT FROM new_body;
		UPDATE calendar SET name = new_name, version = version + CASE WHEN changed THEN 1 ELSE 0 END WHERE id = c.id RETURNING * INTO c;
	END IF;
	saved := c.id;
	version_id := old.id;
	IF changed THEN
		INSERT INTO calendar_version (calendar_id, version, body, created_at, created_by) VALUES (c.id, c.version, new_body, at, actor) RETURNING id INTO version_id;
	END IF;
END $$;
COMMENT ON FUNCTION calendar_save IS 'Makes a calendar or gives it new hours';

-- The open clocks that count by an older version of this calendar get an event that retargets them; one row a subject whose clocks the
-- caller then refreshes. What has ended keeps the hours it was judged by.
CREATE OR REPLACE FUNCTION calendar_follow(actor bigint, at timestamptz, wanted bigint, new_version bigint) RETURNS TABLE (ticket bigint, supplier_case bigint)
LANGUAGE plpgsql AS $$
DECLARE
	r record;
	data jsonb;
BEGIN
	FOR r IN SELECT DISTINCT k.ticket_id, k.case_id FROM clock k JOIN calendar_version v ON v.id = k.calendar_version_id
			WHERE v.calendar_id = wanted AND v.id <> new_version AND k.state IN ('running', 'paused') ORDER BY 1 NULLS LAST, 2 LOOP
		IF r.ticket_id IS NOT NULL THEN
			PERFORM FROM ticket t WHERE t.id = r.ticket_id FOR UPDATE;
		ELSE
			PERFORM FROM ticket t WHERE t.id = (SELECT c.ticket_id FROM supplier_case c WHERE c.id = r.case_id) FOR UPDATE;
			PERFORM FROM supplier_case c WHERE c.id = r.case_id FOR UPDATE;
		END IF;
		SELECT jsonb_build_object('calendar', wanted, 'targets', jsonb_agg(jsonb_build_object('metric', k.metric, 'target_s', k.target_s,
			'calendar_version', new_version) ORDER BY k.metric)) INTO data
		FROM clock k JOIN calendar_version v ON v.id = k.calendar_version_id
		WHERE k.ticket_id IS NOT DISTINCT FROM r.ticket_id AND k.case_id IS NOT DISTINCT FROM r.case_id AND v.calendar_id = wanted
			AND v.id <> new_version AND k.state IN ('running', 'paused');
		IF r.ticket_id IS NOT NULL THEN
			PERFORM ticket_event_add(r.ticket_id, 'calendar_changed', actor, 'system', 'system', NULL, data, at);
		ELSE
			INSERT INTO case_event (case_id, type, occurred_at, recorded_at, actor_id, party, data) VALUES (r.case_id, 'calendar_changed', at, at, actor, 'system', data);
		END IF;
		ticket := r.ticket_id;
		supplier_case := r.case_id;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION calendar_follow IS 'Records the change of hours on every open clock that counted by them';
