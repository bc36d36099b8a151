-- A contract as a file: the whole of it with all editions, written out and put back.

-- What is not given is at its default, money as exact as it is stored, lists in one order; reasons keep theirs, which pages show.
CREATE OR REPLACE FUNCTION terms_ordered(terms jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('price', CASE WHEN terms -> 'price' <> 'null' THEN jsonb_build_object('amount', ((terms #>> '{price,amount}')::numeric(14,2))::text,
			'currency', terms #>> '{price,currency}') END,
		'price_period', coalesce(terms ->> 'price_period', 'month'), 'calendar', terms -> 'calendar', 'pause_limit_s', coalesce((terms ->> 'pause_limit_s')::bigint, 288000),
		'credit_cap_pct', terms ->> 'credit_cap_pct', 'automatic_acknowledges', coalesce((terms ->> 'automatic_acknowledges')::boolean, false),
		'note', coalesce(terms ->> 'note', ''),
		'coverage', (SELECT coalesce(jsonb_agg(x ORDER BY x::bigint), '[]') FROM jsonb_array_elements(terms -> 'coverage') x),
		'coverage_classes', (SELECT coalesce(jsonb_agg(x ORDER BY x::text), '[]') FROM jsonb_array_elements(terms -> 'coverage_classes') x),
		'targets', (SELECT coalesce(jsonb_agg(x ORDER BY x ->> 'priority', x ->> 'metric'), '[]') FROM jsonb_array_elements(terms -> 'targets') x),
		'credits', (SELECT coalesce(jsonb_agg(x ORDER BY x ->> 'metric', (x ->> 'below_pct')::numeric), '[]') FROM jsonb_array_elements(terms -> 'credits') x),
		'pause_reasons', coalesce(terms -> 'pause_reasons', terms_default_reasons()),
		'escalation_steps', (SELECT coalesce(jsonb_agg(x ORDER BY (x ->> 'at_pct')::int, x ->> 'role'), '[]')
			FROM jsonb_array_elements(coalesce(terms -> 'escalation_steps', terms_default_steps())) x))
$$;
COMMENT ON FUNCTION terms_ordered IS 'Terms as comparable terms';

-- An edition in the form in which bodies are given to the database, lists in one order, so that equal terms are equal.
CREATE OR REPLACE FUNCTION terms_normalised(t contract_terms) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT terms_ordered(jsonb_build_object('price', CASE WHEN t.price IS NOT NULL THEN jsonb_build_object('amount', t.price::text, 'currency', t.currency) END,
		'price_period', t.price_period, 'calendar', t.calendar_id, 'pause_limit_s', t.pause_limit_s, 'credit_cap_pct', t.credit_cap_pct::text,
		'automatic_acknowledges', t.automatic_acknowledges, 'note', t.note,
		'coverage', (SELECT coalesce(jsonb_agg(v.ci_id), '[]') FROM contract_coverage v WHERE v.terms_id = t.id AND v.ci_id IS NOT NULL),
		'coverage_classes', (SELECT coalesce(jsonb_agg(jsonb_build_object('class', v.class_id, 'filter', coalesce(v.filter, '{}'))), '[]')
			FROM contract_coverage v WHERE v.terms_id = t.id AND v.class_id IS NOT NULL),
		'targets', (SELECT coalesce(jsonb_agg(jsonb_build_object('priority', x.priority, 'metric', x.metric, 'target_s', x.target_s, 'goal_pct', x.goal_pct::text)), '[]')
			FROM contract_target x WHERE x.terms_id = t.id),
		'credits', (SELECT coalesce(jsonb_agg(jsonb_build_object('metric', x.metric, 'below_pct', x.below_pct::text, 'credit_pct', x.credit_pct::text)), '[]')
			FROM contract_credit x WHERE x.terms_id = t.id),
		'pause_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('key', x.key, 'name_en', x.name_en, 'name_ru', x.name_ru, 'waits_for', x.waits_for)
			ORDER BY x.position), '[]') FROM contract_pause_reason x WHERE x.terms_id = t.id),
		'escalation_steps', (SELECT coalesce(jsonb_agg(jsonb_build_object('at_pct', x.at_pct, 'role', x.role)), '[]')
			FROM contract_escalation_step x WHERE x.terms_id = t.id)))
$$;
COMMENT ON FUNCTION terms_normalised IS 'An edition as comparable terms';

CREATE OR REPLACE FUNCTION contract_document(k contract) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('format', 'vakhta-contract-1', 'number', k.number, 'name', k.name, 'supplier', (SELECT s.key FROM supplier s WHERE s.id = k.supplier_id),
		'valid_from', k.valid_from, 'valid_to', k.valid_to,
		'terms', (SELECT jsonb_agg((j - '{created_at,created_by,cases,coverage_classes,calendar}'::text[]) || jsonb_build_object(
				'calendar', (SELECT c.key FROM calendar c WHERE c.id = t.calendar_id),
				'coverage_classes', (SELECT coalesce(jsonb_agg(jsonb_build_object('class', l.name, 'filter', coalesce(v.filter, '{}')) ORDER BY l.name, v.filter), '[]')
					FROM contract_coverage v JOIN ci_class l ON l.id = v.class_id WHERE v.terms_id = t.id)) ORDER BY lower(t.valid))
			FROM contract_terms t, terms_json(t) j WHERE t.contract_id = k.id))
$$;
COMMENT ON FUNCTION contract_document IS 'A contract as a file: keys instead of ids, so that it means the same elsewhere; CIs by id and name';

-- What the keys of a file mean here.
CREATE OR REPLACE FUNCTION contract_keys() RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('suppliers', (SELECT coalesce(jsonb_object_agg(key, id), '{}') FROM supplier),
		'calendars', (SELECT coalesce(jsonb_object_agg(key, id), '{}') FROM calendar), 'classes', (SELECT coalesce(jsonb_object_agg(name, id), '{}') FROM ci_class))
$$;
COMMENT ON FUNCTION contract_keys IS 'Ids by key of suppliers, calendars and classes';

-- The item of a file that means this edition: by its number, or by its first day.
CREATE OR REPLACE FUNCTION document_item(editions jsonb, t contract_terms) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
	SELECT (n - 1)::integer FROM jsonb_array_elements(editions) WITH ORDINALITY AS x(d, n)
	WHERE (d ->> 'edition')::integer = t.version OR (d ->> 'edition' IS NULL AND (d ->> 'valid_from')::date = lower(t.valid)) ORDER BY n LIMIT 1
$$;
COMMENT ON FUNCTION document_item IS 'Place of an edition in a file''s list, from 0; NULL: it is not there';

-- What a file would do to editions that judged cases: they stay, whole.
CREATE OR REPLACE FUNCTION document_check(wanted bigint, editions jsonb) RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	t contract_terms;
	judged bigint;
	i integer;
	d jsonb;
BEGIN
	FOR t IN SELECT * FROM contract_terms o WHERE o.contract_id = wanted ORDER BY lower(o.valid) LOOP
		SELECT count(*) INTO judged FROM supplier_case c WHERE c.terms_id = t.id;
		i := document_item(editions, t);
		d := editions -> i;
		IF judged = 0 THEN
			CONTINUE;
		ELSIF i IS NULL THEN
			RETURN QUERY SELECT '/terms', format('edition %s has judged %s cases and cannot be left out', t.version, judged);
		ELSIF terms_ordered(d) <> terms_normalised(t) OR (d ->> 'valid_from')::date <> lower(t.valid) THEN
			RETURN QUERY SELECT format('/terms/%s', i), format('edition %s has judged %s cases and stays as it is; give what changes as a new edition',
				t.version, judged);
		ELSIF (d ->> 'until')::date > upper(t.valid) OR (d ->> 'until' IS NULL AND NOT upper_inf(t.valid)) THEN
			RETURN QUERY SELECT format('/terms/%s/valid_to', i), format('edition %s has judged %s cases; its end can only come earlier', t.version, judged);
		END IF;
	END LOOP;
	RETURN QUERY SELECT format('/terms/%s/edition', n - 1), format('there is no edition %s; leave the number out for a new one', d2 ->> 'edition')
	FROM jsonb_array_elements(editions) WITH ORDINALITY AS x(d2, n)
	WHERE d2 ->> 'edition' IS NOT NULL AND wanted IS NOT NULL AND NOT EXISTS (SELECT FROM contract_terms o WHERE o.contract_id = wanted AND o.version = (d2 ->> 'edition')::int);
END $$;
COMMENT ON FUNCTION document_check IS 'Why a file cannot be put in place of a contract; no row: it can';

-- Facts of a whole contract: its header and every edition under terms/NUMBER.
CREATE OR REPLACE FUNCTION contract_facts_all(k contract) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT contract_facts(k) || coalesce((SELECT jsonb_object_agg(format('terms/%s/%s', t.version, f.path), f.value)
		FROM contract_terms t CROSS JOIN LATERAL (SELECT * FROM terms_facts(t) UNION ALL SELECT 'valid_from', to_jsonb(lower(t.valid))
			UNION ALL SELECT 'valid_to', to_jsonb(upper(t.valid)) WHERE NOT upper_inf(t.valid)) f WHERE t.contract_id = k.id), '{}')
$$;
COMMENT ON FUNCTION contract_facts_all IS 'A contract with all editions as comparable facts';

-- Puts a file in place of a contract (`wanted` NULL: makes it). Editions carry `until`, their end with the next one's beginning put in.
CREATE OR REPLACE FUNCTION contract_document_put(actor bigint, at timestamptz, wanted bigint, expected bigint, header jsonb, editions jsonb, dry boolean,
	OUT saved bigint, OUT version integer, OUT body jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	k contract;
	before contract;
	facts_before jsonb;
	t contract_terms;
	wrong record;
	d jsonb;
	i integer;
	plain contract_terms;
	done integer[] := '{}';
	shown contract_terms;
BEGIN
	SELECT * INTO before FROM contract WHERE id = wanted;
	facts_before := contract_facts_all(before);
	BEGIN
		k := contract_header_put(wanted, expected, CASE WHEN wanted IS NULL THEN header ELSE header - 'valid_from' END, at);
		FOR wrong IN SELECT * FROM document_check(wanted, editions) LOOP
			PERFORM refuse_field(wrong.pointer, wrong.detail);
		END LOOP;
		UPDATE contract SET valid_from = (header ->> 'valid_from')::date WHERE id = k.id RETURNING * INTO k;
		FOR t IN SELECT * FROM contract_terms o WHERE o.contract_id = k.id ORDER BY lower(o.valid) LOOP
			i := document_item(editions, t);
			d := editions -> i;
			IF i IS NOT NULL AND terms_ordered(d) = terms_normalised(t) AND (d ->> 'valid_from')::date = lower(t.valid)
				AND ((d ->> 'until')::date <= upper(t.valid) OR upper_inf(t.valid)) THEN
				UPDATE contract_terms SET valid = daterange(lower(t.valid), (d ->> 'until')::date) WHERE id = t.id AND upper(valid) IS DISTINCT FROM (d ->> 'until')::date;
				done := done || i;
			ELSE
				DELETE FROM contract_terms WHERE id = t.id;
				IF i IS NOT NULL THEN
					editions := jsonb_set(editions, ARRAY[i::text, 'again'], to_jsonb(t.version));
				END IF;
			END IF;
		END LOOP;
		FOR d, i IN SELECT x.d, (x.n - 1)::integer FROM jsonb_array_elements(editions) WITH ORDINALITY AS x(d, n) ORDER BY x.d ->> 'valid_from' LOOP
			CONTINUE WHEN i = ANY (done);
			plain := terms_applied(NULL, d);
			INSERT INTO contract_terms (contract_id, version, valid, price, currency, price_period, calendar_id, pause_limit_s, credit_cap_pct,
				automatic_acknowledges, note, created_at, created_by)
			VALUES (k.id, coalesce((d ->> 'again')::integer, (SELECT coalesce(max(o.version), 0) + 1 FROM contract_terms o WHERE o.contract_id = k.id)),
				daterange((d ->> 'valid_from')::date, (d ->> 'until')::date), plain.price, plain.currency, plain.price_period, plain.calendar_id,
				plain.pause_limit_s, plain.credit_cap_pct, plain.automatic_acknowledges, plain.note, at, actor) RETURNING * INTO t;
			PERFORM terms_copy_parts(NULL, t.id);
			PERFORM terms_parts_put(t.id, d);
		END LOOP;
		shown := terms_shown(k.id, at);
		saved := k.id;
		version := k.version;
		body := contract_json(k, at) || jsonb_build_object('differences', facts_differences(facts_before, contract_facts_all(k)), 'changed_edition', NULL,
			'warnings', terms_warnings(shown, k), 'overlaps', terms_overlaps(shown));
		IF dry THEN
			RAISE EXCEPTION USING ERRCODE = 'VKDRY';
		END IF;
	EXCEPTION WHEN SQLSTATE 'VKDRY' THEN
		NULL; -- everything above is undone, the answer stays
	END;
END $$;
COMMENT ON FUNCTION contract_document_put IS 'Makes a contract what a file says, or tells what that would do';

-- What the demo company has agreed with a supplier for later.
CREATE OR REPLACE FUNCTION demo_amendment(k contract, amendment jsonb, today date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	old contract_terms;
	made contract_terms;
	covered_class bigint := (SELECT c.id FROM ci_class c WHERE c.name = amendment ->> 'class');
BEGIN
	SELECT * INTO STRICT old FROM contract_terms t WHERE t.contract_id = k.id AND t.version = 1;
	made := terms_begin(NULL, today::timestamptz, k, today + (amendment ->> 'in_days')::integer, NULL, terms_applied(old, jsonb_build_object('note', amendment ->> 'note',
		'credit_cap_pct', amendment -> 'credit_cap_pct', 'price', jsonb_build_object('amount', amendment ->> 'price', 'currency', old.currency))));
	PERFORM terms_copy_parts(old.id, made.id);
	UPDATE contract_target x SET target_s = x.target_s * (amendment ->> 'faster_pct')::integer / 100
	WHERE x.terms_id = made.id AND x.metric IN ('response', 'resolution');
	IF covered_class IS NOT NULL THEN
		DELETE FROM contract_coverage v USING ci c, ci_class l WHERE v.terms_id = made.id AND c.id = v.ci_id AND l.id = c.class_id AND covered_class = ANY (l.lineage);
		INSERT INTO contract_coverage (terms_id, class_id) VALUES (made.id, covered_class);
	END IF;
	RETURN made.version;
END $$;
COMMENT ON FUNCTION demo_amendment IS 'Gives a contract of the demo company an edition that begins later';
