-- Suppliers, contracts and calendars as forms edit them. Terms are replaced as a whole, in one transaction.

CREATE OR REPLACE FUNCTION supplier_json(s supplier) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', s.id, 'key', s.key, 'name', s.name, 'kind', s.kind, 'mail', s.mail, 'language', s.language,
		'contacts', s.contacts, 'notes', s.notes, 'active', s.active, 'version', s.version,
		'contracts', (SELECT count(*) FROM contract k WHERE k.supplier_id = s.id),
		'open_cases', (SELECT count(*) FROM supplier_case c WHERE c.supplier_id = s.id AND c.status IN ('open', 'waiting_us', 'verifying')))
$$;
COMMENT ON FUNCTION supplier_json IS 'A supplier as the API gives it';

-- Makes (id NULL) or changes a supplier; NULL leaves a field as it is. 412 when `expected` is not the version (-1: any).
CREATE OR REPLACE FUNCTION supplier_save(wanted bigint, expected bigint, new_key text, new_name text, new_kind supplier_kind, new_mail text,
	clear_mail boolean, new_language text, new_contacts jsonb, new_notes text, new_active boolean) RETURNS supplier
LANGUAGE plpgsql AS $$
DECLARE
	s supplier;
BEGIN
	IF wanted IS NULL THEN
		INSERT INTO supplier (key, name, kind, mail, language, contacts, notes, active)
		VALUES (coalesce(new_key, 'supplier-' || encode(sha256(convert_to(clock_timestamp()::text || new_name, 'UTF8')), 'hex')), new_name, new_kind, new_mail,
			coalesce(new_language, 'en'), coalesce(new_contacts, '[]'), coalesce(new_notes, ''), coalesce(new_active, true))
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
		active = coalesce(new_active, active), version = version + 1
	WHERE id = wanted RETURNING * INTO s;
	RETURN s;
END $$;
COMMENT ON FUNCTION supplier_save IS 'Makes or changes a supplier';

-- Terms as arrays that run in parallel; NULL leaves those terms as they are. A change of terms makes an edition from `terms_from` on (NULL:
-- today where the contract counts). Returns the contract.
CREATE OR REPLACE FUNCTION contract_save(actor bigint, at timestamptz, wanted bigint, expected bigint, new_number text, new_name text, new_supplier bigint,
	new_from date, new_to date, clear_to boolean, new_price numeric, new_currency text, clear_price boolean, new_period text, new_calendar bigint,
	new_pause_limit bigint, coverage bigint[], t_priority integer[], t_metric text[], t_target bigint[], t_goal numeric[], c_metric text[], c_below numeric[],
	c_credit numeric[], terms_from date) RETURNS contract
LANGUAGE plpgsql AS $$
DECLARE
	k contract;
	base contract_terms;
	edition contract_terms;
	missing bigint;
BEGIN
	IF new_supplier IS NOT NULL AND NOT EXISTS (SELECT FROM supplier WHERE id = new_supplier) THEN
		PERFORM refuse_field('/supplier', 'there is no such supplier');
	END IF;
	IF new_calendar IS NOT NULL AND NOT EXISTS (SELECT FROM calendar WHERE id = new_calendar) THEN
		PERFORM refuse_field('/calendar', 'there is no such calendar');
	END IF;
	SELECT x INTO missing FROM unnest(coverage) AS x WHERE NOT EXISTS (SELECT FROM ci WHERE id = x) LIMIT 1;
	IF missing IS NOT NULL THEN
		PERFORM refuse_field('/coverage', format('there is no CI %s', missing));
	END IF;
	IF wanted IS NULL THEN
		INSERT INTO contract (number, name, supplier_id, valid_from, valid_to) VALUES (new_number, new_name, new_supplier, new_from, new_to)
		ON CONFLICT (number) DO NOTHING RETURNING * INTO k;
		IF k.id IS NULL THEN
			PERFORM refuse_field('/number', 'is taken by another contract');
		END IF;
		base.price_period := coalesce(new_period, 'month');
		base.pause_limit_s := coalesce(new_pause_limit, 288000);
		base.automatic_acknowledges := false;
		base.note := '';
		terms_from := k.valid_from;
	ELSE
		SELECT * INTO k FROM contract WHERE id = wanted FOR UPDATE;
		IF k.id IS NULL THEN
			PERFORM refuse(404, 'not-found', 'There is no such contract');
		ELSIF expected <> -1 AND k.version <> expected THEN
			PERFORM refuse(412, 'stale', 'The contract was changed meanwhile', jsonb_build_object('version', k.version, 'current', contract_json(k, at)));
		ELSIF new_number IS NOT NULL AND EXISTS (SELECT FROM contract o WHERE o.number = new_number AND o.id <> wanted) THEN
			PERFORM refuse_field('/number', 'is taken by another contract');
		ELSIF coalesce(CASE WHEN clear_to THEN NULL ELSE coalesce(new_to, k.valid_to) END <= coalesce(new_from, k.valid_from), false) THEN
			PERFORM refuse_field('/valid_to', 'must be after valid_from');
		END IF;
		UPDATE contract SET number = coalesce(new_number, number), name = coalesce(new_name, name), supplier_id = coalesce(new_supplier, supplier_id),
			valid_from = coalesce(new_from, valid_from), valid_to = CASE WHEN clear_to THEN NULL ELSE coalesce(new_to, valid_to) END, version = version + 1
		WHERE id = wanted RETURNING * INTO k;
		-- The first edition begins with the contract.
		UPDATE contract_terms t SET valid = daterange(k.valid_from, upper(t.valid))
		WHERE t.contract_id = k.id AND new_from IS NOT NULL AND lower(t.valid) = (SELECT min(lower(o.valid)) FROM contract_terms o WHERE o.contract_id = k.id)
			AND lower(t.valid) <> k.valid_from;
		base := terms_shown(k.id, at);
		IF num_nonnulls(new_price, new_period, new_calendar, new_pause_limit, coverage, t_metric, c_metric) = 0 AND NOT clear_price THEN
			RETURN k;
		END IF;
		IF terms_from IS NULL THEN
			terms_from := greatest(k.valid_from, (at AT TIME ZONE coalesce((SELECT v.body ->> 'zone' FROM calendar c JOIN calendar_version v
				ON v.calendar_id = c.id AND v.version = c.version WHERE c.id = base.calendar_id), 'UTC'))::date);
		END IF;
	END IF;
	IF new_price IS NOT NULL OR clear_price THEN
		base.price := CASE WHEN clear_price THEN NULL ELSE new_price END;
		base.currency := CASE WHEN clear_price THEN NULL ELSE new_currency END;
	END IF;
	base.price_period := coalesce(new_period, base.price_period);
	base.calendar_id := coalesce(new_calendar, base.calendar_id);
	base.pause_limit_s := coalesce(new_pause_limit, base.pause_limit_s);
	edition := terms_begin(actor, at, k, terms_from, NULL, base);
	IF base.id IS DISTINCT FROM edition.id THEN
		PERFORM terms_copy_parts(base.id, edition.id);
	END IF;
	IF coverage IS NOT NULL THEN
		DELETE FROM contract_coverage WHERE terms_id = edition.id;
		INSERT INTO contract_coverage (terms_id, ci_id) SELECT DISTINCT edition.id, x FROM unnest(coverage) AS x;
	END IF;
	IF t_metric IS NOT NULL THEN
		DELETE FROM contract_target WHERE terms_id = edition.id;
		INSERT INTO contract_target (terms_id, priority, metric, target_s, goal_pct)
		SELECT edition.id, p, m::sla_metric, t, g FROM unnest(t_priority, t_metric, t_target, t_goal) AS x(p, m, t, g);
	END IF;
	IF c_metric IS NOT NULL THEN
		DELETE FROM contract_credit WHERE terms_id = edition.id;
		INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct)
		SELECT edition.id, m::sla_metric, b, c FROM unnest(c_metric, c_below, c_credit) AS x(m, b, c);
	END IF;
	RETURN k;
END $$;
COMMENT ON FUNCTION contract_save IS 'Makes or changes a contract with its terms; cases already sent keep theirs';

CREATE OR REPLACE FUNCTION calendar_json(c calendar) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', c.id, 'key', c.key, 'name', c.name, 'version', c.version) || v.body
		|| jsonb_build_object('changed_at', instant_text(v.created_at), 'changed_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = v.created_by))
	FROM calendar_version v WHERE v.calendar_id = c.id AND v.version = c.version
$$;
COMMENT ON FUNCTION calendar_json IS 'A calendar with the hours in force as the API gives it';

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
