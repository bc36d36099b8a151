-- Contracts as forms and files edit them: what is wrong with new terms, all at once; what would change; whom they overlap; why one was chosen.

-- The last day on which a calendar's holidays are known: the end of the last year with exceptions; NULL for one that has none.
CREATE OR REPLACE FUNCTION calendar_known_until(wanted bigint) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT make_date(extract(year FROM max((x ->> 'date')::date))::int, 12, 31)
	FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
	CROSS JOIN LATERAL jsonb_array_elements(coalesce(v.body -> 'exceptions', '[]')) x
	WHERE c.id = wanted
$$;
COMMENT ON FUNCTION calendar_known_until IS 'Last day of the last year whose exceptions a calendar knows; NULL: it has none';

-- Today where the contract counts: by the zone of the calendar of the edition that speaks for it.
CREATE OR REPLACE FUNCTION contract_today(of_contract bigint, at timestamptz) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT (at AT TIME ZONE coalesce((SELECT v.body ->> 'zone' FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
		WHERE c.id = (terms_shown(of_contract, at)).calendar_id), 'UTC'))::date
$$;
COMMENT ON FUNCTION contract_today IS 'Local date of the contract';

-- What is wrong with terms that only the database can tell. `wanted` NULL: a new contract. Pointers begin with `prefix`; with one the terms are
-- an item of a file, whose editions are judged against each other by the caller.
CREATE OR REPLACE FUNCTION terms_check(wanted bigint, header jsonb, terms jsonb, first date, until date, prefix text, at timestamptz)
	RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	k contract;
	known date;
	new_calendar bigint := (terms ->> 'calendar')::bigint;
BEGIN
	SELECT * INTO k FROM contract WHERE id = wanted;
	k.valid_from := coalesce((header ->> 'valid_from')::date, k.valid_from);
	k.valid_to := CASE WHEN jsonb_exists(header, 'valid_to') THEN (header ->> 'valid_to')::date ELSE k.valid_to END;
	first := coalesce(first, CASE WHEN wanted IS NULL THEN k.valid_from ELSE greatest(k.valid_from, contract_today(wanted, at)) END);
	IF header ->> 'number' IS NOT NULL AND EXISTS (SELECT FROM contract o WHERE o.number = header ->> 'number' AND o.id IS DISTINCT FROM wanted) THEN
		RETURN QUERY SELECT '/number', 'is taken by another contract';
	END IF;
	IF header ->> 'supplier' IS NOT NULL AND NOT EXISTS (SELECT FROM supplier WHERE id = (header ->> 'supplier')::bigint) THEN
		RETURN QUERY SELECT '/supplier', 'there is no such supplier';
	END IF;
	IF terms IS NULL THEN
		RETURN;
	END IF;
	IF new_calendar IS NOT NULL THEN
		known := calendar_known_until(new_calendar);
		IF NOT EXISTS (SELECT FROM calendar WHERE id = new_calendar) THEN
			RETURN QUERY SELECT prefix || '/calendar', 'there is no such calendar';
		ELSIF known < first THEN
			RETURN QUERY SELECT prefix || '/calendar', format('ends before these terms begin: its holidays are known until %s; add those of %s first', known,
				extract(year FROM first)::int);
		END IF;
	END IF;
	RETURN QUERY SELECT format('%s/coverage/%s', prefix, n - 1), format('there is no CI %s', x)
	FROM jsonb_array_elements_text(terms -> 'coverage') WITH ORDINALITY AS c(x, n) WHERE NOT EXISTS (SELECT FROM ci WHERE id = x::bigint);
	RETURN QUERY SELECT format('%s/coverage/%s', prefix, n - 1), format('CI %s stands here twice', x)
	FROM jsonb_array_elements_text(terms -> 'coverage') WITH ORDINALITY AS c(x, n)
	WHERE EXISTS (SELECT FROM jsonb_array_elements_text(terms -> 'coverage') WITH ORDINALITY AS o(y, m) WHERE y = x AND m < n);
	RETURN QUERY SELECT format('%s/coverage/%s', prefix, n - 1), format('CI %s is named %s here, not %s', c.id, c.name, terms -> 'coverage_names' ->> x)
	FROM jsonb_array_elements_text(terms -> 'coverage') WITH ORDINALITY AS v(x, n) JOIN ci c ON c.id = x::bigint
	WHERE c.name <> terms -> 'coverage_names' ->> x;
	IF k.id IS NOT NULL AND first IS NOT NULL AND prefix = '' THEN
		RETURN QUERY SELECT prefix || r.pointer, r.detail FROM terms_room(k, first, until) r;
	END IF;
END $$;
COMMENT ON FUNCTION terms_check IS 'What is wrong with terms, a row each';

-- What does not contradict but deserves a look; pointers as in the terms.
CREATE OR REPLACE FUNCTION terms_warnings(edition contract_terms, k contract) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	found_ones jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('pointer', w.pointer, 'code', w.code, 'detail', w.detail, 'values', w.vals)) INTO found_ones FROM (
		SELECT '/targets' AS pointer, 'longer-than-resolution' AS code,
			format('priority %s: the target for %s is longer than the one for resolution', a.priority, a.metric) AS detail,
			jsonb_build_object('priority', a.priority, 'metric', a.metric) AS vals
		FROM contract_target a JOIN contract_target r ON r.terms_id = a.terms_id AND r.priority = a.priority AND r.metric = 'resolution'
		WHERE a.terms_id = edition.id AND a.metric IN ('acknowledge', 'response', 'workaround') AND a.target_s > r.target_s
		UNION ALL
		SELECT '/targets', 'acknowledge-longer-than-response', format('priority %s: the target for acknowledge is longer than the one for response', a.priority),
			jsonb_build_object('priority', a.priority)
		FROM contract_target a JOIN contract_target r ON r.terms_id = a.terms_id AND r.priority = a.priority AND r.metric = 'response'
		WHERE a.terms_id = edition.id AND a.metric = 'acknowledge' AND a.target_s > r.target_s
		UNION ALL
		SELECT '/targets', 'priority-reversed', format('%s: priority %s has more time than priority %s', a.metric, a.priority, b.priority),
			jsonb_build_object('metric', a.metric, 'priority', a.priority, 'other', b.priority)
		FROM contract_target a JOIN contract_target b ON b.terms_id = a.terms_id AND b.metric = a.metric AND b.priority = a.priority + 1
		WHERE a.terms_id = edition.id AND a.target_s > b.target_s
		UNION ALL
		SELECT '/credits', 'credit-without-target', format('%s has credits but no target', c.metric), jsonb_build_object('metric', c.metric)
		FROM (SELECT DISTINCT metric FROM contract_credit WHERE terms_id = edition.id) c
		WHERE NOT EXISTS (SELECT FROM contract_target t WHERE t.terms_id = edition.id AND t.metric = c.metric)
		UNION ALL
		SELECT '/credits', 'credits-over-price', format('the largest credits of all metrics come to %s %% of the price; without a cap more than the price would be due', s.total),
			jsonb_build_object('total', s.total)
		FROM (SELECT sum(m) AS total FROM (SELECT max(credit_pct) AS m FROM contract_credit WHERE terms_id = edition.id GROUP BY metric) x) s
		WHERE s.total > 100 AND edition.credit_cap_pct IS NULL
		UNION ALL
		SELECT '/credits', 'credits-without-price', 'there are credits but no price to take them from', '{}'
		WHERE edition.price IS NULL AND EXISTS (SELECT FROM contract_credit WHERE terms_id = edition.id)
		UNION ALL
		SELECT '/targets', 'no-targets', 'nothing is measured: there are no targets', '{}'
		WHERE NOT EXISTS (SELECT FROM contract_target WHERE terms_id = edition.id)
		UNION ALL
		SELECT '/coverage', 'covers-nothing', 'nothing is covered: cases find this contract only when it is named', '{}'
		WHERE NOT EXISTS (SELECT FROM contract_coverage WHERE terms_id = edition.id)
		UNION ALL
		SELECT '/coverage', 'retired', format('%s is retired', c.name), jsonb_build_object('name', c.name)
		FROM contract_coverage v JOIN ci c ON c.id = v.ci_id WHERE v.terms_id = edition.id AND c.phase = 'ended'
		UNION ALL
		SELECT '/calendar', 'calendar-ends', format('the holidays of this calendar are known until %s only', u.known), jsonb_build_object('known_until', u.known)
		FROM (SELECT calendar_known_until(edition.calendar_id) AS known) u
		WHERE u.known < coalesce(upper(edition.valid), k.valid_to, 'infinity') AND u.known < lower(edition.valid) + 365
		UNION ALL
		SELECT '/valid_from', 'cases-stay', format('%s cases sent since %s stay judged by edition %s', s.n, lower(edition.valid), s.version),
			jsonb_build_object('cases', s.n, 'from', lower(edition.valid), 'edition', s.version)
		FROM (SELECT o.version, count(*) AS n FROM supplier_case c JOIN contract_terms o ON o.id = c.terms_id
			JOIN calendar_version v ON v.calendar_id = o.calendar_id AND v.version = (SELECT version FROM calendar WHERE id = o.calendar_id)
			WHERE o.contract_id = k.id AND o.id <> edition.id AND edition.valid @> (c.sent_at AT TIME ZONE (v.body ->> 'zone'))::date GROUP BY o.version) s
	) w;
	RETURN coalesce(found_ones, '[]');
END $$;
COMMENT ON FUNCTION terms_warnings IS 'What deserves a look in an edition: [{"pointer","code","detail","values"}]';

-- Fills an edition from normalised terms; keys that are not there leave what it has.
CREATE OR REPLACE FUNCTION terms_parts_put(edition bigint, terms jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_exists_any(terms, '{coverage,coverage_classes}') THEN
		IF jsonb_exists(terms, 'coverage') THEN
			DELETE FROM contract_coverage WHERE terms_id = edition AND ci_id IS NOT NULL;
			INSERT INTO contract_coverage (terms_id, ci_id) SELECT DISTINCT edition, x::bigint FROM jsonb_array_elements_text(terms -> 'coverage') AS x;
		END IF;
		IF jsonb_exists(terms, 'coverage_classes') THEN
			DELETE FROM contract_coverage WHERE terms_id = edition AND class_id IS NOT NULL;
			INSERT INTO contract_coverage (terms_id, class_id, filter)
			SELECT DISTINCT edition, (x ->> 'class')::bigint, nullif(x -> 'filter', '{}') FROM jsonb_array_elements(terms -> 'coverage_classes') AS x;
		END IF;
	END IF;
	IF jsonb_exists(terms, 'targets') THEN
		DELETE FROM contract_target WHERE terms_id = edition;
		INSERT INTO contract_target (terms_id, priority, metric, target_s, goal_pct)
		SELECT edition, (x ->> 'priority')::smallint, (x ->> 'metric')::sla_metric, (x ->> 'target_s')::bigint, (x ->> 'goal_pct')::numeric
		FROM jsonb_array_elements(terms -> 'targets') AS x;
	END IF;
	IF jsonb_exists(terms, 'credits') THEN
		DELETE FROM contract_credit WHERE terms_id = edition;
		INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct)
		SELECT edition, (x ->> 'metric')::sla_metric, (x ->> 'below_pct')::numeric, (x ->> 'credit_pct')::numeric FROM jsonb_array_elements(terms -> 'credits') AS x;
	END IF;
	IF jsonb_exists(terms, 'pause_reasons') THEN
		PERFORM terms_reasons_put(edition, terms -> 'pause_reasons');
	END IF;
	IF jsonb_exists(terms, 'escalation_steps') THEN
		PERFORM terms_steps_put(edition, terms -> 'escalation_steps');
	END IF;
END $$;
COMMENT ON FUNCTION terms_parts_put IS 'Targets, credits, coverage, reasons and steps of an edition from terms';

-- The plain terms of `base` as `terms` change them.
CREATE OR REPLACE FUNCTION terms_applied(base contract_terms, terms jsonb) RETURNS contract_terms
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF jsonb_exists(terms, 'price') THEN
		base.price := (terms #>> '{price,amount}')::numeric;
		base.currency := terms #>> '{price,currency}';
	END IF;
	base.price_period := coalesce(terms ->> 'price_period', base.price_period, 'month');
	base.calendar_id := coalesce((terms ->> 'calendar')::bigint, base.calendar_id);
	base.pause_limit_s := coalesce((terms ->> 'pause_limit_s')::bigint, base.pause_limit_s, 288000);
	IF jsonb_exists(terms, 'credit_cap_pct') THEN
		base.credit_cap_pct := (terms ->> 'credit_cap_pct')::numeric;
	END IF;
	base.automatic_acknowledges := coalesce((terms ->> 'automatic_acknowledges')::boolean, base.automatic_acknowledges, false);
	base.note := coalesce(terms ->> 'note', '');
	RETURN base;
END $$;
COMMENT ON FUNCTION terms_applied IS 'Plain terms after a change';

-- Everything an edition says, a row each, so that two can be compared.
CREATE OR REPLACE FUNCTION terms_facts(edition contract_terms) RETURNS TABLE (path text, value jsonb)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF edition.id IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT 'price', jsonb_build_object('amount', edition.price::text, 'currency', edition.currency) WHERE edition.price IS NOT NULL
	UNION ALL SELECT 'price_period', to_jsonb(edition.price_period)
	UNION ALL SELECT 'calendar', ref_json(c.id, c.name) FROM calendar c WHERE c.id = edition.calendar_id
	UNION ALL SELECT 'pause_limit_s', to_jsonb(edition.pause_limit_s)
	UNION ALL SELECT 'credit_cap_pct', to_jsonb(edition.credit_cap_pct) WHERE edition.credit_cap_pct IS NOT NULL
	UNION ALL SELECT 'automatic_acknowledges', to_jsonb(edition.automatic_acknowledges)
	UNION ALL SELECT format('targets/%s/%s/target_s', t.priority, t.metric), to_jsonb(t.target_s) FROM contract_target t WHERE t.terms_id = edition.id
	UNION ALL SELECT format('targets/%s/%s/goal_pct', t.priority, t.metric), to_jsonb(t.goal_pct) FROM contract_target t WHERE t.terms_id = edition.id
	UNION ALL SELECT format('credits/%s/%s', t.metric, trim_scale(t.below_pct)), to_jsonb(t.credit_pct) FROM contract_credit t WHERE t.terms_id = edition.id
	UNION ALL SELECT format('coverage/%s', v.ci_id), to_jsonb(c.name) FROM contract_coverage v JOIN ci c ON c.id = v.ci_id WHERE v.terms_id = edition.id
	UNION ALL SELECT format('coverage_classes/%s/%s', l.name, coalesce(v.filter, '{}')), jsonb_build_object('class', l.name, 'label_en', l.label_en, 'label_ru', l.label_ru,
		'filter', coalesce(v.filter, '{}')) FROM contract_coverage v JOIN ci_class l ON l.id = v.class_id WHERE v.terms_id = edition.id
	UNION ALL SELECT format('pause_reasons/%s', r.key), jsonb_build_object('name_en', r.name_en, 'name_ru', r.name_ru, 'waits_for', r.waits_for)
		FROM contract_pause_reason r WHERE r.terms_id = edition.id
	UNION ALL SELECT format('escalation_steps/%s/%s', s.at_pct, s.role), 'true'::jsonb FROM contract_escalation_step s WHERE s.terms_id = edition.id;
END $$;
COMMENT ON FUNCTION terms_facts IS 'An edition as comparable facts';

-- [{"path","before","after"}] between two editions as facts; a side that does not have it is null.
CREATE OR REPLACE FUNCTION terms_facts_json(edition contract_terms) RETURNS jsonb
LANGUAGE sql STABLE AS $$ SELECT coalesce(jsonb_object_agg(f.path, f.value), '{}') FROM terms_facts(edition) f $$;
COMMENT ON FUNCTION terms_facts_json IS 'Facts of an edition as one object';

CREATE OR REPLACE FUNCTION facts_differences(before jsonb, after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('path', coalesce(b.key, a.key), 'before', b.value, 'after', a.value) ORDER BY coalesce(b.key, a.key)), '[]')
	FROM jsonb_each(before) b FULL JOIN jsonb_each(after) a ON a.key = b.key WHERE a.value IS DISTINCT FROM b.value
$$;
COMMENT ON FUNCTION facts_differences IS 'What two sets of facts say differently';

-- Other contracts in force in the days of this edition that cover the same: a CI named by both, or one that fits the other's class and filter.
CREATE OR REPLACE FUNCTION terms_overlaps(edition contract_terms) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	WITH mine AS (SELECT v.* FROM contract_coverage v WHERE v.terms_id = edition.id),
	others AS (
		SELECT t.id, t.contract_id, t.version, t.valid * daterange(k.valid_from, k.valid_to) * edition.valid
			* (SELECT daterange(m.valid_from, m.valid_to) FROM contract m WHERE m.id = edition.contract_id) AS days
		FROM contract_terms t JOIN contract k ON k.id = t.contract_id
		WHERE t.contract_id <> edition.contract_id AND t.valid && edition.valid
	), shared AS (
		SELECT o.id, c.id AS ci_id, c.name, NULL::text AS class FROM mine m JOIN contract_coverage v ON v.ci_id = m.ci_id JOIN others o ON o.id = v.terms_id
			JOIN ci c ON c.id = m.ci_id
		UNION SELECT o.id, c.id, c.name, NULL FROM mine m JOIN ci c ON c.id = m.ci_id JOIN ci_class l ON l.id = c.class_id
			JOIN contract_coverage v ON v.class_id = ANY (l.lineage) AND (v.filter IS NULL OR c.attributes @> v.filter) JOIN others o ON o.id = v.terms_id
		UNION SELECT o.id, c.id, c.name, NULL FROM mine m JOIN others o ON true JOIN contract_coverage v ON v.terms_id = o.id AND v.ci_id IS NOT NULL
			JOIN ci c ON c.id = v.ci_id JOIN ci_class l ON l.id = c.class_id
			WHERE m.class_id = ANY (l.lineage) AND (m.filter IS NULL OR c.attributes @> m.filter)
		UNION SELECT o.id, NULL, NULL, l.name FROM mine m JOIN others o ON true JOIN contract_coverage v ON v.terms_id = o.id AND v.class_id IS NOT NULL
			JOIN ci_class l ON l.id = v.class_id JOIN ci_class n ON n.id = m.class_id
			WHERE (m.class_id = ANY (l.lineage) OR v.class_id = ANY (n.lineage)) AND NOT EXISTS (SELECT FROM jsonb_each(coalesce(m.filter, '{}')) x
				JOIN jsonb_each(coalesce(v.filter, '{}')) y ON y.key = x.key WHERE y.value <> x.value)
	)
	SELECT coalesce(jsonb_agg(jsonb_build_object('contract', ref_json(k.id, k.number), 'title', k.name, 'supplier', ref_json(s.id, s.name), 'edition', o.version,
		'from', lower(o.days), 'to', upper(o.days), 'count', n.total, 'cis', n.cis, 'classes', n.classes) ORDER BY k.number, o.version), '[]')
	FROM others o JOIN contract k ON k.id = o.contract_id JOIN supplier s ON s.id = k.supplier_id
	CROSS JOIN LATERAL (
		SELECT count(*) AS total, coalesce(jsonb_agg(ref_json(h.ci_id, h.name) ORDER BY h.name) FILTER (WHERE h.place <= 20 AND h.ci_id IS NOT NULL), '[]') AS cis,
			coalesce(jsonb_agg(h.class) FILTER (WHERE h.class IS NOT NULL), '[]') AS classes
		FROM (SELECT x.*, row_number() OVER (ORDER BY x.name) AS place FROM shared x WHERE x.id = o.id) h) n
	WHERE NOT isempty(o.days) AND n.total > 0
$$;
COMMENT ON FUNCTION terms_overlaps IS 'Other contracts that cover the same in the same days';

-- Header of a contract as facts.
CREATE OR REPLACE FUNCTION contract_facts(k contract) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN k.id IS NULL THEN '{}' ELSE jsonb_strip_nulls(jsonb_build_object('number', k.number, 'name', k.name, 'supplier',
		(SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = k.supplier_id), 'valid_from', k.valid_from, 'valid_to', k.valid_to)) END
$$;
COMMENT ON FUNCTION contract_facts IS 'Number, name, supplier and days of a contract as facts';

-- Number, name, supplier and days. Keys that are not there stay; `valid_to` null takes the end away. Locks the contract.
CREATE OR REPLACE FUNCTION contract_header_put(wanted bigint, expected bigint, header jsonb, at timestamptz) RETURNS contract
LANGUAGE plpgsql AS $$
DECLARE
	k contract;
	first_edition contract_terms;
BEGIN
	IF wanted IS NULL THEN
		INSERT INTO contract (number, name, supplier_id, valid_from, valid_to)
		VALUES (header ->> 'number', header ->> 'name', (header ->> 'supplier')::bigint, (header ->> 'valid_from')::date, (header ->> 'valid_to')::date)
		ON CONFLICT (number) DO NOTHING RETURNING * INTO k;
		IF k.id IS NULL THEN
			PERFORM refuse_field('/number', 'is taken by another contract');
		END IF;
		RETURN k;
	END IF;
	SELECT * INTO k FROM contract WHERE id = wanted FOR UPDATE;
	IF k.id IS NULL THEN
		PERFORM refuse(404, 'not-found', 'There is no such contract');
	ELSIF expected <> -1 AND k.version <> expected THEN
		PERFORM refuse(412, 'stale', 'The contract was changed meanwhile', jsonb_build_object('version', k.version, 'current', contract_json(k, at)));
	ELSIF coalesce(CASE WHEN jsonb_exists(header, 'valid_to') THEN (header ->> 'valid_to')::date ELSE k.valid_to END
			<= coalesce((header ->> 'valid_from')::date, k.valid_from), false) THEN
		PERFORM refuse_field('/valid_to', 'must be after valid_from');
	END IF;
	UPDATE contract SET number = coalesce(header ->> 'number', number), name = coalesce(header ->> 'name', name),
		supplier_id = coalesce((header ->> 'supplier')::bigint, supplier_id), valid_from = coalesce((header ->> 'valid_from')::date, valid_from),
		valid_to = CASE WHEN jsonb_exists(header, 'valid_to') THEN (header ->> 'valid_to')::date ELSE valid_to END, version = version + 1
	WHERE id = wanted RETURNING * INTO k;
	-- The first edition begins with the contract.
	SELECT * INTO first_edition FROM contract_terms t WHERE t.contract_id = k.id ORDER BY lower(t.valid) LIMIT 1;
	IF first_edition.id IS NOT NULL AND lower(first_edition.valid) <> k.valid_from AND jsonb_exists(header, 'valid_from') THEN
		IF upper(first_edition.valid) <= k.valid_from THEN
			PERFORM refuse_field('/valid_from', format('edition %s ends on %s, before the contract would begin', first_edition.version, upper(first_edition.valid)));
		END IF;
		UPDATE contract_terms SET valid = daterange(k.valid_from, upper(valid)) WHERE id = first_edition.id;
	END IF;
	RETURN k;
END $$;
COMMENT ON FUNCTION contract_header_put IS 'Makes a contract or changes what is not terms';

-- Makes or changes a contract. `terms` NULL: they stay; else they make an edition from `first` (NULL: today, or the contract's first day) to `until`.
-- `whole`: what is not in `terms` is at its default, else as in the edition before. `dry`: nothing stays. The answer is the contract as it then
-- stands with differences, warnings and overlaps.
CREATE OR REPLACE FUNCTION contract_save(actor bigint, at timestamptz, wanted bigint, expected bigint, header jsonb, terms jsonb, first date, until date,
	whole boolean, dry boolean, OUT saved bigint, OUT version integer, OUT body jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	k contract;
	before contract;
	base contract_terms;
	old contract_terms;
	edition contract_terms;
	facts_before jsonb := '{}';
BEGIN
	SELECT * INTO before FROM contract WHERE id = wanted;
	BEGIN
		k := contract_header_put(wanted, expected, header, at);
		IF terms IS NOT NULL THEN
			first := coalesce(first, CASE WHEN wanted IS NULL THEN k.valid_from ELSE greatest(k.valid_from, contract_today(k.id, at)) END);
			SELECT * INTO old FROM contract_terms t WHERE t.contract_id = k.id AND lower(t.valid) <= first ORDER BY lower(t.valid) DESC LIMIT 1;
			IF old.id IS NULL THEN
				old := terms_shown(k.id, at);
			END IF;
			facts_before := terms_facts_json(old);
			IF NOT whole THEN
				base := old;
			END IF;
			edition := terms_begin(actor, at, k, first, until, terms_applied(base, terms));
			IF base.id IS DISTINCT FROM edition.id OR base.id IS NULL THEN
				PERFORM terms_copy_parts(base.id, edition.id);
			END IF;
			PERFORM terms_parts_put(edition.id, terms);
			SELECT * INTO edition FROM contract_terms t WHERE t.id = edition.id;
		ELSE
			edition := terms_shown(k.id, at);
		END IF;
		saved := k.id;
		version := k.version;
		body := contract_json(k, at) || jsonb_build_object(
			'differences', facts_differences(contract_facts(before), contract_facts(k))
				|| CASE WHEN terms IS NULL THEN '[]' ELSE facts_differences(facts_before, terms_facts_json(edition)) END,
			'changed_edition', CASE WHEN terms IS NULL THEN NULL ELSE edition.version END,
			'warnings', terms_warnings(edition, k), 'overlaps', terms_overlaps(edition));
		IF dry THEN
			RAISE EXCEPTION USING ERRCODE = 'VKDRY';
		END IF;
	EXCEPTION WHEN SQLSTATE 'VKDRY' THEN
		NULL; -- everything above is undone, the answer stays
	END;
END $$;
COMMENT ON FUNCTION contract_save IS 'Makes or changes a contract with its terms, or tells what that would do; cases already sent keep theirs';

-- Why a contract was chosen, in words: "contract T-2025/17, because CI POS-014 is part of service Retail".
CREATE OR REPLACE FUNCTION contract_reason_words(number text, reason jsonb, tongue text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	russian boolean := tongue = 'ru';
	steps jsonb := reason -> 'steps';
	n integer := coalesce(jsonb_array_length(reason -> 'steps'), 0);
	step jsonb;
	relation relation_type;
	said text := '';
	noun text;
	conditions text;
BEGIN
	IF n = 0 THEN
		RETURN CASE WHEN reason ->> 'by' IS NULL THEN NULL WHEN russian THEN format('договор %s, потому что он выбран вручную', number)
			ELSE format('contract %s, because it was chosen by hand', number) END;
	END IF;
	FOR i IN 0 .. n - 1 LOOP
		step := steps -> i;
		IF russian THEN
			noun := format('%s«%s»', CASE WHEN i = 0 THEN CASE WHEN (step ->> 'service')::boolean THEN 'услуга ' ELSE 'КЕ ' END ELSE '' END,
				coalesce(step ->> 'name_ru', step ->> 'name')) || CASE WHEN i > 0 AND (step ->> 'service')::boolean THEN ' (услуга)' ELSE '' END;
		ELSE
			noun := CASE WHEN (step ->> 'service')::boolean THEN 'service ' WHEN i = 0 THEN 'CI ' ELSE '' END || (step ->> 'name');
		END IF;
		IF i = 0 THEN
			said := noun;
		ELSE
			SELECT * INTO relation FROM relation_type t WHERE t.name = step ->> 'relation';
			said := said || CASE WHEN i = 1 THEN ' ' WHEN russian THEN format('; «%s» ', coalesce(steps -> (i - 1) ->> 'name_ru', steps -> (i - 1) ->> 'name'))
				ELSE ', which ' END
				|| CASE WHEN russian AND relation.name = 'part_of' AND NOT (step ->> 'inverse')::boolean THEN '— часть'
					WHEN russian THEN CASE WHEN (step ->> 'inverse')::boolean THEN relation.inverse_ru ELSE relation.label_ru END
					WHEN (step ->> 'inverse')::boolean THEN relation.inverse_en ELSE relation.label_en END || ' ' || noun;
		END IF;
	END LOOP;
	IF reason ->> 'by' = 'class' THEN
		SELECT string_agg(format('%s = %s', f.key, f.value #>> '{}'), ', ' ORDER BY f.key) INTO conditions FROM jsonb_each(reason -> 'filter') f;
		said := said || CASE WHEN russian THEN format('%s класса «%s»', CASE WHEN n > 1 THEN ' —' ELSE '' END, reason ->> 'label_ru')
			ELSE format('%s of class %s', CASE WHEN n > 1 THEN ', which is' ELSE ' is' END, reason ->> 'label_en') END
			|| CASE WHEN conditions IS NULL THEN '' WHEN russian THEN format(' (%s)', conditions) ELSE format(' with %s', conditions) END;
	ELSIF n = 1 THEN
		said := said || CASE WHEN russian THEN ' названа в договоре' ELSE ' is named in it' END;
	END IF;
	RETURN CASE WHEN russian THEN format('договор %s, потому что %s', number, said) ELSE format('contract %s, because %s', number, said) END;
END $$;
COMMENT ON FUNCTION contract_reason_words IS 'Why a contract was chosen, in the reader''s language; NULL when it was not recorded';
