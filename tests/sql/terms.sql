-- Terms of contracts by the rules of the database alone: which edition holds when, that editions never overlap, and what judged stays.
\set ON_ERROR_STOP on
BEGIN;
CREATE FUNCTION pg_temp.check_that(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF good IS NOT TRUE THEN RAISE EXCEPTION 'not so: %', what; END IF;
END $$;
CREATE FUNCTION pg_temp.refused(statement text, expected text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		EXECUTE statement;
	EXCEPTION WHEN OTHERS THEN
		IF SQLERRM !~ expected THEN RAISE EXCEPTION 'refused otherwise: % (%)', SQLERRM, statement; END IF;
		RETURN;
	END;
	RAISE EXCEPTION 'was not refused: %', statement;
END $$;

INSERT INTO calendar (key, name) VALUES ('terms-east', 'East'), ('terms-west', 'West');
INSERT INTO calendar_version (calendar_id, version, body, created_at)
SELECT id, 1, jsonb_build_object('zone', CASE key WHEN 'terms-east' THEN 'Asia/Vladivostok' ELSE 'UTC' END, 'week', '[]'::jsonb), now() FROM calendar WHERE key LIKE 'terms-%';
INSERT INTO supplier (key, name, kind) VALUES ('terms-s', 'Terms', 'external');
INSERT INTO contract (number, name, supplier_id, valid_from, valid_to) SELECT 'TERMS-1', 'x', id, '2026-01-01', '2027-01-01' FROM supplier WHERE key = 'terms-s';
INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at)
SELECT k.id, n, v::daterange, (SELECT id FROM calendar WHERE key = c), now()
FROM contract k, (VALUES (1, '[2026-01-01,2026-06-01)', 'terms-east'), (2, '[2026-06-01,)', 'terms-west')) AS x(n, v, c) WHERE k.number = 'TERMS-1';
CREATE FUNCTION pg_temp.edition(at timestamptz) RETURNS integer LANGUAGE sql AS $$ SELECT (terms_at(id, at)).version FROM contract WHERE number = 'TERMS-1' $$;

SELECT pg_temp.check_that(pg_temp.edition('2025-12-31T13:59:59Z') IS NULL, 'nothing holds before the first day begins in Vladivostok');
SELECT pg_temp.check_that(pg_temp.edition('2025-12-31T14:00:00Z') = 1, 'it begins at midnight in the zone of its calendar');
SELECT pg_temp.check_that(pg_temp.edition('2026-05-31T20:00:00Z') = 1, 'the first holds until the second begins in its own zone: no hour is without terms');
SELECT pg_temp.check_that(pg_temp.edition('2026-06-01T00:00:00Z') = 2, 'the second begins');
SELECT pg_temp.check_that(pg_temp.edition('2026-12-31T23:59:59Z') = 2 AND pg_temp.edition('2027-01-01T00:00:00Z') IS NULL, 'an open end ends with the contract');

SELECT pg_temp.refused($$INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at)
	SELECT contract_id, 3, '[2026-05-01,2026-07-01)', calendar_id, now() FROM contract_terms t JOIN contract k ON k.id = t.contract_id WHERE k.number = 'TERMS-1' AND t.version = 1$$, 'contract_terms_apart');
SELECT pg_temp.refused($$INSERT INTO contract_terms (contract_id, version, valid, calendar_id, created_at)
	SELECT contract_id, 3, 'empty', calendar_id, now() FROM contract_terms t JOIN contract k ON k.id = t.contract_id WHERE k.number = 'TERMS-1' AND t.version = 1$$, 'check constraint');

-- Every case of the company was judged by an edition of its contract, and none of those can be altered.
SELECT pg_temp.check_that(NOT EXISTS (SELECT FROM supplier_case c JOIN contract_terms t ON t.id = c.terms_id WHERE t.contract_id <> c.contract_id), 'cases and editions agree');
SELECT pg_temp.check_that(NOT EXISTS (SELECT FROM supplier_case c JOIN case_event e ON e.case_id = c.id AND e.type = 'sent' WHERE e.data ? 'terms' AND (e.data ->> 'terms')::bigint <> c.terms_id),
	'the event that sent a case names the edition of the case');
SELECT pg_temp.refused(format('UPDATE contract_target SET target_s = target_s + 1 WHERE terms_id = %s', terms_id), 'has judged cases') FROM supplier_case LIMIT 1;
SELECT pg_temp.refused(format('UPDATE contract_terms SET pause_limit_s = 1 WHERE id = %s', terms_id), 'has judged cases') FROM supplier_case LIMIT 1;
SELECT pg_temp.refused(format('INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct) VALUES (%s, ''update'', 1, 1)', terms_id), 'has judged cases') FROM supplier_case LIMIT 1;

-- A file that says what is there changes nothing.
SELECT pg_temp.check_that(terms_ordered(terms_normalised(t)) = terms_normalised(t), 'an edition equals itself') FROM contract_terms t;

-- Official years: each moved working day stands in for a day off that was moved to a working day.
SELECT pg_temp.check_that(count(*) = 0, 'moved days') FROM official_year o, jsonb_array_elements(o.moved) m
WHERE extract(isodow FROM (m ->> 'from')::date) < 6 OR extract(isodow FROM (m ->> 'to')::date) > 5;
SELECT pg_temp.check_that(o.working_days = (SELECT count(*) FROM generate_series(make_date(o.year, 1, 1), make_date(o.year, 12, 31), interval '1 day') d
	WHERE EXISTS (SELECT FROM official_year_days(o) x WHERE x.day = d::date AND x.does = 'work')
		OR (extract(isodow FROM d) < 6 AND NOT EXISTS (SELECT FROM official_year_days(o) x WHERE x.day = d::date AND x.does = 'off'))), format('working days of %s', o.year))
FROM official_year o;
SELECT pg_temp.check_that(o.hours_40 = o.working_days * 8 - cardinality(o.short), format('hours of %s', o.year)) FROM official_year o;
ROLLBACK;
