-- Calendars: official years that come with the program, what a calendar knows and who counts by it, and the clocks that a change moves.

-- Laid anew with the program, which brings a further year when its act is out. Article 112 of the Labour Code gives the holidays and moves those
-- on a Saturday or Sunday to the next working day, except those of 1 to 8 January, which the yearly act of the Government moves; article 95
-- shortens the day before a holiday by an hour.
INSERT INTO official_year (country, year, act, holidays, moved, short, working_days, hours_40)
SELECT 'RU', y.year, jsonb_build_object('number', y.number, 'date', y.dated,
		'title_en', format('Resolution of the Government of the Russian Federation No. %s of %s "On moving days off in %s"', y.number, to_char(y.dated, 'DD.MM.YYYY'), y.year),
		'title_ru', format('Постановление Правительства РФ от %s № %s «О переносе выходных дней в %s году»', to_char(y.dated, 'DD.MM.YYYY'), y.number, y.year),
		'law_en', 'Labour Code of the Russian Federation, articles 95 and 112', 'law_ru', 'Трудовой кодекс РФ, статьи 95 и 112'),
	ARRAY(SELECT (y.year || '-' || d)::date FROM unnest('{01-01,01-02,01-03,01-04,01-05,01-06,01-07,01-08,02-23,03-08,05-01,05-09,06-12,11-04}'::text[]) AS d),
	(SELECT jsonb_agg(jsonb_build_object('from', y.year || '-' || split_part(m, '>', 1), 'to', y.year || '-' || split_part(split_part(m, '>', 2), '!', 1),
		'by', CASE WHEN m LIKE '%!law' THEN 'law' ELSE 'act' END)) FROM unnest(y.moved) AS m),
	ARRAY(SELECT (y.year || '-' || d)::date FROM unnest(y.short) AS d), y.working_days, y.hours_40
FROM (VALUES
	(2024, '1314', date '2023-08-10', '{01-06>05-10,01-07>12-31,04-27>04-29,11-02>04-30,12-28>12-30}'::text[], '{02-22,03-07,05-08,06-11,11-02}'::text[], 248, 1979),
	(2025, '1335', date '2024-10-04', '{01-04>05-02,01-05>12-31,02-23>05-08,03-08>06-13,11-01>11-03}', '{03-07,04-30,06-11,11-01}', 247, 1972),
	(2026, '1466', date '2025-09-24', '{01-03>01-09,01-04>12-31,03-08>03-09!law,05-09>05-11!law}', '{04-30,05-08,06-11,11-03}', 247, 1972),
	(2027, '1187', date '2026-09-17', '{01-02>11-05,01-03>12-31,02-20>02-22,05-01>05-03!law,05-09>05-10!law,06-12>06-14!law}', '{02-20,04-30,06-11,11-03}', 247, 1972)
) AS y(year, number, dated, moved, short, working_days, hours_40)
ON CONFLICT (country, year) DO UPDATE SET act = excluded.act, holidays = excluded.holidays, moved = excluded.moved, short = excluded.short,
	working_days = excluded.working_days, hours_40 = excluded.hours_40;

-- The dates that a calendar of a five-day week takes over: days off; working days with the hours of another weekday; days shorter by an hour.
CREATE OR REPLACE FUNCTION official_year_days(o official_year) RETURNS TABLE (day date, does text, weekday integer)
LANGUAGE sql IMMUTABLE AS $$
	SELECT h, 'off', NULL::integer FROM unnest(o.holidays) AS h
	UNION SELECT (m ->> 'to')::date, 'off', NULL FROM jsonb_array_elements(o.moved) AS m
	UNION SELECT (m ->> 'from')::date, 'work', extract(isodow FROM (m ->> 'to')::date)::integer FROM jsonb_array_elements(o.moved) AS m
		WHERE (m ->> 'from')::date <> ALL (o.holidays)
	UNION SELECT s, 'short', NULL FROM unnest(o.short) AS s
$$;
COMMENT ON FUNCTION official_year_days IS 'What an official year changes, a row each; a moved working day may also be short';

CREATE OR REPLACE FUNCTION official_year_json(o official_year) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('country', o.country, 'year', o.year, 'act', o.act, 'holidays', to_jsonb(o.holidays), 'moved', o.moved, 'short', to_jsonb(o.short),
		'working_days', o.working_days, 'hours_40', o.hours_40)
$$;
COMMENT ON FUNCTION official_year_json IS 'An official year as the API gives it';

-- How many count by a calendar: editions that hold now or later, active policies, services that earn by it.
CREATE OR REPLACE FUNCTION calendar_uses(wanted bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'contracts', (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('id', k.id, 'name', k.number)), '[]') FROM contract_terms t JOIN contract k ON k.id = t.contract_id
			WHERE t.calendar_id = wanted AND (upper_inf(t.valid) OR upper(t.valid) > current_date) AND (k.valid_to IS NULL OR k.valid_to > current_date)),
		'policies', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name), '[]') FROM policy p WHERE p.calendar_id = wanted AND p.active),
		'services', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) ORDER BY c.name), '[]') FROM service_value s JOIN ci c ON c.id = s.service_id
			WHERE s.calendar_id = wanted))
$$;
COMMENT ON FUNCTION calendar_uses IS 'Contracts, policies and services that count by a calendar';

-- A calendar in use that knows no holidays after this year: within `warn_days` it counts working days that are none.
CREATE OR REPLACE FUNCTION calendar_ends(wanted bigint, today date, warn_days integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT calendar_known_until(wanted) < today + warn_days AND EXISTS (SELECT FROM jsonb_each(calendar_uses(wanted)) u WHERE jsonb_array_length(u.value) > 0)
$$;
COMMENT ON FUNCTION calendar_ends IS 'The calendar is in use and its known holidays end soon';

CREATE OR REPLACE FUNCTION calendar_json(c calendar) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', c.id, 'key', c.key, 'name', c.name, 'version', c.version) || v.body
		|| jsonb_build_object('changed_at', instant_text(v.created_at), 'changed_by', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = v.created_by),
			'known_until', calendar_known_until(c.id), 'ends', coalesce(calendar_ends(c.id, current_date, 90), false), 'used_by', calendar_uses(c.id))
	FROM calendar_version v WHERE v.calendar_id = c.id AND v.version = c.version
$$;
COMMENT ON FUNCTION calendar_json IS 'A calendar with the hours in force as the API gives it';

-- Open clocks that count by any version of a calendar, as calendar_follow would retarget them; most urgent first.
CREATE OR REPLACE FUNCTION calendar_open_clocks(wanted bigint) RETURNS TABLE (clock_id bigint, ticket_number text, case_number text, subject text, supplier text,
	metric sla_metric, state clock_state, target_s bigint, elapsed_s bigint, evaluated_at timestamptz, due_at timestamptz, breached_at timestamptz, calendar_version_id bigint)
LANGUAGE sql STABLE AS $$
	SELECT k.id, t.number, c.number, coalesce(c.summary, t.subject), s.name, k.metric, k.state, k.target_s, k.elapsed_s, k.evaluated_at, k.due_at, k.breached_at,
		k.calendar_version_id
	FROM calendar_version v JOIN clock k ON k.calendar_version_id = v.id AND k.state IN ('running', 'paused')
	LEFT JOIN supplier_case c ON c.id = k.case_id JOIN ticket t ON t.id = coalesce(k.ticket_id, c.ticket_id) LEFT JOIN supplier s ON s.id = c.supplier_id
	WHERE v.calendar_id = wanted
	ORDER BY k.due_at NULLS LAST, k.id
$$;
COMMENT ON FUNCTION calendar_open_clocks IS 'Open clocks that would follow a change of the calendar''s hours';
