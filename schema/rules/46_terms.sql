-- Which edition of a contract's terms holds when, what it covers, and that one which judged a case stays as it was.

-- The edition in force at an instant, by the local date in the zone of its calendar. A later edition takes over where it begins, also when
-- its calendar is in another zone; NULL when none holds or the contract has ended.
CREATE OR REPLACE FUNCTION terms_at(contract_id bigint, at timestamptz) RETURNS contract_terms
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	found_one contract_terms;
	day date;
BEGIN
	SELECT (t).*, d INTO found_one.id, found_one.contract_id, found_one.version, found_one.valid, found_one.price, found_one.currency,
		found_one.price_period, found_one.calendar_id, found_one.pause_limit_s, found_one.credit_cap_pct, found_one.automatic_acknowledges,
		found_one.note, found_one.created_at, found_one.created_by, day
	FROM (
		SELECT t, (terms_at.at AT TIME ZONE (v.body ->> 'zone'))::date AS d
		FROM contract_terms t JOIN calendar c ON c.id = t.calendar_id JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
		WHERE t.contract_id = terms_at.contract_id) x
	WHERE lower((t).valid) <= d ORDER BY lower((t).valid) DESC LIMIT 1;
	IF found_one.id IS NULL OR NOT EXISTS (SELECT FROM contract k WHERE k.id = terms_at.contract_id AND k.valid_from <= day
			AND (k.valid_to IS NULL OR k.valid_to > day)) THEN
		RETURN NULL;
	ELSIF upper(found_one.valid) <= day AND NOT EXISTS (SELECT FROM contract_terms n WHERE n.contract_id = terms_at.contract_id
			AND lower(n.valid) = upper(found_one.valid)) THEN
		RETURN NULL;
	END IF;
	RETURN found_one;
END $$;
COMMENT ON FUNCTION terms_at IS 'Edition of the contract''s terms in force at an instant, or NULL';

-- The edition that speaks for a contract now: the one in force, else the next to come, else the last.
CREATE OR REPLACE FUNCTION terms_shown(contract_id bigint, at timestamptz) RETURNS contract_terms
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	found_one contract_terms := terms_at(contract_id, at);
BEGIN
	IF found_one.id IS NULL THEN
		SELECT t.* INTO found_one FROM contract_terms t WHERE t.contract_id = terms_shown.contract_id
		ORDER BY lower(t.valid) > terms_shown.at::date DESC, abs(lower(t.valid) - terms_shown.at::date) LIMIT 1;
	END IF;
	RETURN found_one;
END $$;
COMMENT ON FUNCTION terms_shown IS 'Edition that a contract shows: in force, else next, else last';

-- Rows of coverage that fit a CI: named itself or as one that was merged into it, or of a class with all attributes of the filter.
CREATE OR REPLACE FUNCTION coverage_of(of_ci bigint) RETURNS TABLE (terms_id bigint, coverage_id bigint, class_id bigint)
LANGUAGE sql STABLE AS $$
	SELECT v.terms_id, v.id, v.class_id FROM contract_coverage v WHERE v.ci_id IN (
		WITH RECURSIVE same(id) AS (SELECT of_ci UNION SELECT m.merged_id FROM same JOIN ci_merge m ON m.kept_id = same.id) SELECT same.id FROM same)
	UNION ALL
	SELECT v.terms_id, v.id, v.class_id FROM ci c JOIN ci_class l ON l.id = c.class_id JOIN contract_coverage v ON v.class_id = ANY (l.lineage)
	WHERE c.id = of_ci AND (v.filter IS NULL OR c.attributes @> v.filter)
$$;
COMMENT ON FUNCTION coverage_of IS 'Coverage of any edition that fits the CI';

-- What judged a case stays: only the end of an edition may come earlier, by a later edition.
CREATE OR REPLACE FUNCTION contract_terms_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM supplier_case WHERE terms_id = OLD.id) THEN
		RETURN NEW;
	ELSIF to_jsonb(NEW) - 'valid' = to_jsonb(OLD) - 'valid' THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'terms-judged', DETAIL = '',
		MESSAGE = format('edition %s has judged cases and stays as it is; make a new edition', OLD.version);
END $$;
COMMENT ON FUNCTION contract_terms_guard IS 'An edition that judged a case never changes';
CREATE OR REPLACE TRIGGER contract_terms_guard BEFORE UPDATE ON contract_terms FOR EACH ROW EXECUTE FUNCTION contract_terms_guard();

CREATE OR REPLACE FUNCTION contract_terms_part_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	edition bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.terms_id ELSE NEW.terms_id END;
BEGIN
	IF EXISTS (SELECT FROM supplier_case WHERE terms_id = edition OR (TG_OP = 'UPDATE' AND terms_id = OLD.terms_id)) THEN
		RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'terms-judged', DETAIL = '',
			MESSAGE = format('edition %s has judged cases and stays as it is; make a new edition', (SELECT version FROM contract_terms WHERE id = edition));
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION contract_terms_part_guard IS 'Targets, credits, coverage, reasons and steps of an edition that judged a case never change';
CREATE OR REPLACE TRIGGER contract_terms_part_guard BEFORE INSERT OR UPDATE OR DELETE ON contract_target FOR EACH ROW EXECUTE FUNCTION contract_terms_part_guard();
CREATE OR REPLACE TRIGGER contract_terms_part_guard BEFORE INSERT OR UPDATE OR DELETE ON contract_credit FOR EACH ROW EXECUTE FUNCTION contract_terms_part_guard();
CREATE OR REPLACE TRIGGER contract_terms_part_guard BEFORE INSERT OR UPDATE OR DELETE ON contract_coverage FOR EACH ROW EXECUTE FUNCTION contract_terms_part_guard();
CREATE OR REPLACE TRIGGER contract_terms_part_guard BEFORE INSERT OR UPDATE OR DELETE ON contract_pause_reason FOR EACH ROW EXECUTE FUNCTION contract_terms_part_guard();
CREATE OR REPLACE TRIGGER contract_terms_part_guard BEFORE INSERT OR UPDATE OR DELETE ON contract_escalation_step FOR EACH ROW EXECUTE FUNCTION contract_terms_part_guard();

-- What an edition gets when nothing is said about pauses and steps.
CREATE OR REPLACE FUNCTION terms_default_reasons() RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT '[
		{"key": "information", "name_en": "Information from us is needed", "name_ru": "Нужны сведения от нас", "waits_for": "us"},
		{"key": "access", "name_en": "Access to the place or system is needed", "name_ru": "Нужен доступ к объекту или системе", "waits_for": "us"},
		{"key": "decision", "name_en": "A decision or approval of ours is needed", "name_ru": "Нужно наше решение или согласование", "waits_for": "us"},
		{"key": "maintenance_window", "name_en": "Waiting for the agreed maintenance window", "name_ru": "Ожидание согласованного окна обслуживания", "waits_for": "us"},
		{"key": "third_party", "name_en": "Waiting for a third party of the supplier", "name_ru": "Ожидание третьей стороны поставщика", "waits_for": "supplier"}
	]'::jsonb
$$;
COMMENT ON FUNCTION terms_default_reasons IS 'Reasons of pauses that new terms begin with';

CREATE OR REPLACE FUNCTION terms_default_steps() RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT '[{"at_pct": 50, "role": "owner"}, {"at_pct": 75, "role": "lead"}, {"at_pct": 75, "role": "coordinator"}, {"at_pct": 100, "role": "lead"},
		{"at_pct": 100, "role": "supplier_manager"}]'::jsonb
$$;
COMMENT ON FUNCTION terms_default_steps IS 'Escalation steps that new terms begin with';

CREATE OR REPLACE FUNCTION terms_reasons_put(edition bigint, reasons jsonb) RETURNS void
LANGUAGE sql AS $$
	DELETE FROM contract_pause_reason WHERE terms_id = edition;
	INSERT INTO contract_pause_reason (terms_id, key, name_en, name_ru, waits_for, position)
	SELECT edition, r ->> 'key', r ->> 'name_en', r ->> 'name_ru', r ->> 'waits_for', n FROM jsonb_array_elements(reasons) WITH ORDINALITY AS x(r, n);
$$;
COMMENT ON FUNCTION terms_reasons_put IS 'Replaces the reasons of pauses of an edition';

CREATE OR REPLACE FUNCTION terms_steps_put(edition bigint, steps jsonb) RETURNS void
LANGUAGE sql AS $$
	DELETE FROM contract_escalation_step WHERE terms_id = edition;
	INSERT INTO contract_escalation_step (terms_id, at_pct, role, position)
	SELECT edition, (r ->> 'at_pct')::smallint, r ->> 'role', n FROM jsonb_array_elements(steps) WITH ORDINALITY AS x(r, n);
$$;
COMMENT ON FUNCTION terms_steps_put IS 'Replaces the escalation steps of an edition';

-- One edition as the API gives it. `brief`: without what only its own page shows.
CREATE OR REPLACE FUNCTION terms_json(t contract_terms, brief boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('edition', t.version, 'valid_from', lower(t.valid), 'valid_to', upper(t.valid), 'note', t.note,
		'price', CASE WHEN t.price IS NOT NULL THEN jsonb_build_object('amount', t.price::text, 'currency', t.currency) END, 'price_period', t.price_period,
		'calendar', (SELECT ref_json(c.id, c.name) FROM calendar c WHERE c.id = t.calendar_id), 'pause_limit_s', t.pause_limit_s,
		'credit_cap_pct', t.credit_cap_pct, 'automatic_acknowledges', t.automatic_acknowledges,
		'created_at', instant_text(t.created_at), 'created_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = t.created_by),
		'cases', (SELECT count(*) FROM supplier_case c WHERE c.terms_id = t.id))
	|| CASE WHEN brief THEN '{}' ELSE jsonb_build_object(
		'coverage', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'class', l.name) ORDER BY c.name, c.id), '[]')
			FROM contract_coverage v JOIN ci c ON c.id = v.ci_id JOIN ci_class l ON l.id = c.class_id WHERE v.terms_id = t.id),
		'coverage_classes', (SELECT coalesce(jsonb_agg(jsonb_build_object('class', jsonb_build_object('id', l.id, 'name', l.name, 'label_en', l.label_en,
				'label_ru', l.label_ru), 'filter', coalesce(v.filter, '{}'),
				'cis', (SELECT count(*) FROM ci c JOIN ci_class b ON b.id = c.class_id WHERE l.id = ANY (b.lineage) AND c.phase <> 'ended'
					AND (v.filter IS NULL OR c.attributes @> v.filter))) ORDER BY l.name, v.filter), '[]')
			FROM contract_coverage v JOIN ci_class l ON l.id = v.class_id WHERE v.terms_id = t.id),
		'targets', (SELECT coalesce(jsonb_agg(jsonb_build_object('priority', x.priority, 'metric', x.metric, 'target_s', x.target_s, 'goal_pct', x.goal_pct)
			ORDER BY x.priority, x.metric), '[]') FROM contract_target x WHERE x.terms_id = t.id),
		'credits', (SELECT coalesce(jsonb_agg(jsonb_build_object('metric', x.metric, 'below_pct', x.below_pct, 'credit_pct', x.credit_pct)
			ORDER BY x.metric, x.below_pct DESC), '[]') FROM contract_credit x WHERE x.terms_id = t.id),
		'pause_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', x.key, 'name_en', x.name_en, 'name_ru', x.name_ru, 'waits_for', x.waits_for)
			ORDER BY x.position), '[]') FROM contract_pause_reason x WHERE x.terms_id = t.id),
		'escalation_steps', (SELECT coalesce(jsonb_agg(jsonb_build_object('at_pct', x.at_pct, 'role', x.role) ORDER BY x.at_pct, x.position), '[]')
			FROM contract_escalation_step x WHERE x.terms_id = t.id)) END;
END $$;
COMMENT ON FUNCTION terms_json IS 'An edition of terms as the API gives it';

-- A contract with the terms that speak for it now, flat, and its editions. In a list the editions are brief.
CREATE OR REPLACE FUNCTION contract_json(k contract, at timestamptz, brief boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	shown contract_terms := terms_shown(k.id, at);
	now_in_force contract_terms := terms_at(k.id, at);
BEGIN
	RETURN coalesce(terms_json(shown, false), '{}') - '{valid_from,valid_to,created_at,created_by,cases}'::text[]
		|| jsonb_build_object('id', k.id, 'number', k.number, 'name', k.name, 'supplier', (SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = k.supplier_id),
			'valid_from', k.valid_from, 'valid_to', k.valid_to, 'version', k.version, 'in_force', now_in_force.version,
			'terms', (SELECT jsonb_agg(terms_json(t, brief) ORDER BY lower(t.valid)) FROM contract_terms t WHERE t.contract_id = k.id));
END $$;
COMMENT ON FUNCTION contract_json IS 'A contract with the terms in force and its editions as the API gives it';

-- Where new terms begin and end, and what stands in their way, a row each. An open end reaches to the next edition.
CREATE OR REPLACE FUNCTION terms_until(of_contract bigint, first date, until date) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT coalesce(until, (SELECT min(lower(t.valid)) FROM contract_terms t WHERE t.contract_id = of_contract AND lower(t.valid) > first))
$$;
COMMENT ON FUNCTION terms_until IS 'End of new terms: as given, else the beginning of the next edition, else none';

CREATE OR REPLACE FUNCTION terms_room(k contract, first date, until date) RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	e contract_terms;
	later contract_terms;
	judged bigint;
	last date := terms_until(k.id, first, until);
BEGIN
	IF first < k.valid_from OR first >= k.valid_to THEN
		RETURN QUERY SELECT '/valid_from', format('must lie within the contract (%s to %s)', k.valid_from, coalesce(k.valid_to::text, 'open end'));
	END IF;
	IF until > k.valid_to THEN
		RETURN QUERY SELECT '/valid_to', format('must not be after the end of the contract (%s)', k.valid_to);
	END IF;
	IF until <= first THEN
		RETURN QUERY SELECT '/valid_to', 'must be after valid_from';
		RETURN;
	END IF;
	SELECT * INTO later FROM contract_terms t WHERE t.contract_id = k.id AND lower(t.valid) > first ORDER BY lower(t.valid) LIMIT 1;
	IF until > lower(later.valid) THEN
		RETURN QUERY SELECT '/valid_to', format('overlaps edition %s, which begins on %s', later.version, lower(later.valid));
	END IF;
	SELECT * INTO e FROM contract_terms t WHERE t.contract_id = k.id AND t.valid @> first;
	IF e.id IS NOT NULL AND last IS NOT NULL AND (upper_inf(e.valid) OR upper(e.valid) > last) THEN
		RETURN QUERY SELECT '/valid_to', format('edition %s would hold again from %s: leave the end open, and give what holds after it as an edition of its own',
			e.version, last);
	END IF;
	IF lower(e.valid) = first THEN
		SELECT count(*) INTO judged FROM supplier_case c WHERE c.terms_id = e.id;
		IF judged > 0 THEN
			RETURN QUERY SELECT '/valid_from', format('edition %s begins on %s too and has judged %s cases; new terms can begin on %s at the earliest',
				e.version, first, judged, first + 1);
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION terms_room IS 'Why terms cannot begin and end on these days beside the other editions; no row: they can';

-- Makes room for new terms from `first` on: the edition that holds then ends the day before, or, when it begins on that very day and has judged
-- nothing, is the one to rewrite. Returns the edition to fill, with the plain terms of `base`; the parts are the caller's.
CREATE OR REPLACE FUNCTION terms_begin(actor bigint, at timestamptz, k contract, first date, until date, base contract_terms) RETURNS contract_terms
LANGUAGE plpgsql AS $$
DECLARE
	e contract_terms;
	made contract_terms;
	wrong record;
	last date := terms_until(k.id, first, until);
BEGIN
	FOR wrong IN SELECT * FROM terms_room(k, first, until) LOOP
		PERFORM refuse_field(wrong.pointer, wrong.detail);
	END LOOP;
	SELECT * INTO e FROM contract_terms t WHERE t.contract_id = k.id AND t.valid @> first FOR UPDATE;
	IF lower(e.valid) = first THEN
		UPDATE contract_terms SET valid = daterange(first, last), price = base.price, currency = base.currency, price_period = base.price_period,
			calendar_id = base.calendar_id, pause_limit_s = base.pause_limit_s, credit_cap_pct = base.credit_cap_pct,
			automatic_acknowledges = base.automatic_acknowledges, note = base.note, created_at = at, created_by = actor
		WHERE id = e.id RETURNING * INTO made;
		RETURN made;
	ELSIF e.id IS NOT NULL THEN
		UPDATE contract_terms SET valid = daterange(lower(e.valid), first) WHERE id = e.id;
	END IF;
	INSERT INTO contract_terms (contract_id, version, valid, price, currency, price_period, calendar_id, pause_limit_s, credit_cap_pct,
		automatic_acknowledges, note, created_at, created_by)
	VALUES (k.id, (SELECT coalesce(max(t.version), 0) + 1 FROM contract_terms t WHERE t.contract_id = k.id), daterange(first, last), base.price,
		base.currency, base.price_period, base.calendar_id, base.pause_limit_s, base.credit_cap_pct, base.automatic_acknowledges, base.note, at, actor)
	RETURNING * INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION terms_begin IS 'Ends the edition that holds and begins a new one';

-- Targets, credits, coverage, reasons and steps of one edition for another; without a first edition, the defaults.
CREATE OR REPLACE FUNCTION terms_copy_parts(from_edition bigint, to_edition bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF from_edition IS NULL THEN
		PERFORM terms_reasons_put(to_edition, terms_default_reasons());
		PERFORM terms_steps_put(to_edition, terms_default_steps());
		RETURN;
	END IF;
	DELETE FROM contract_target WHERE terms_id = to_edition;
	DELETE FROM contract_credit WHERE terms_id = to_edition;
	DELETE FROM contract_coverage WHERE terms_id = to_edition;
	DELETE FROM contract_pause_reason WHERE terms_id = to_edition;
	DELETE FROM contract_escalation_step WHERE terms_id = to_edition;
	INSERT INTO contract_target (terms_id, priority, metric, target_s, goal_pct)
	SELECT to_edition, x.priority, x.metric, x.target_s, x.goal_pct FROM contract_target x WHERE x.terms_id = from_edition;
	INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct)
	SELECT to_edition, x.metric, x.below_pct, x.credit_pct FROM contract_credit x WHERE x.terms_id = from_edition;
	INSERT INTO contract_coverage (terms_id, ci_id, class_id, filter)
	SELECT to_edition, x.ci_id, x.class_id, x.filter FROM contract_coverage x WHERE x.terms_id = from_edition;
	INSERT INTO contract_pause_reason (terms_id, key, name_en, name_ru, waits_for, position)
	SELECT to_edition, x.key, x.name_en, x.name_ru, x.waits_for, x.position FROM contract_pause_reason x WHERE x.terms_id = from_edition;
	INSERT INTO contract_escalation_step (terms_id, at_pct, role, position)
	SELECT to_edition, x.at_pct, x.role, x.position FROM contract_escalation_step x WHERE x.terms_id = from_edition;
END $$;
COMMENT ON FUNCTION terms_copy_parts IS 'Gives an edition the parts of another';
