-- The morning forecast: which mail and webhooks tell what the program computed (src/supply/forecast_load.c).

-- A percentage as people write it.
CREATE OR REPLACE FUNCTION percent_words(value text, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN value IS NULL THEN '–' WHEN language = 'ru' THEN replace(value, '.', ',') || ' %' ELSE value || ' %' END
$$;
COMMENT ON FUNCTION percent_words IS 'A percentage in a language';

CREATE OR REPLACE FUNCTION forecast_clock_line(x jsonb, language text, zone text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT format(CASE WHEN language = 'ru' THEN '  %s  %s, %s: %s. Срок %s. Владелец: %s. %s' ELSE '  %s  %s, %s: %s. Due %s. Owner: %s. %s' END,
		x ->> 'case', x #>> '{supplier,name}', x #>> '{contract,name}', metric_words((x ->> 'metric')::sla_metric, language),
		to_char((x ->> 'due_at')::timestamptz AT TIME ZONE zone, CASE WHEN language = 'ru' THEN 'DD.MM HH24:MI' ELSE 'YYYY-MM-DD HH24:MI' END),
		coalesce(x #>> '{owner,name}', '–'), x ->> 'summary')
$$;
COMMENT ON FUNCTION forecast_clock_line IS 'A clock that breaches soon, as a line of a mail';

CREATE OR REPLACE FUNCTION forecast_goal_line(x jsonb, language text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT format(CASE WHEN language = 'ru' THEN '  %s, %s: %s. Цель %s, сейчас %s, без изменений будет %s; соблюдено %s из %s, открыто %s. %s'
			ELSE '  %s, %s: %s. Goal %s, now %s, if nothing changes %s; kept %s of %s, open %s. %s' END,
		x #>> '{contract,name}', x #>> '{supplier,name}', metric_words((x ->> 'metric')::sla_metric, language), percent_words(x ->> 'goal_pct', language),
		percent_words(x ->> 'compliance_pct', language), percent_words(x ->> 'if_nothing_changes_pct', language), x ->> 'kept', x ->> 'measured', x ->> 'open',
		CASE WHEN x ->> 'needed' IS NULL THEN CASE WHEN language = 'ru' THEN 'Цель уже недостижима.' ELSE 'The goal cannot be reached any more.' END
			WHEN x ->> 'needed_of_open' IS NOT NULL THEN format(CASE WHEN language = 'ru' THEN 'Из открытых нужно соблюсти не меньше: %s.'
				ELSE 'Of the open ones at least %s must be kept.' END, x ->> 'needed_of_open')
			ELSE format(CASE WHEN language = 'ru' THEN 'Открытых не хватит; нужно ещё соблюдённых: %s.' ELSE 'The open ones are not enough; kept ones still needed: %s.' END,
				x ->> 'needed') END)
$$;
COMMENT ON FUNCTION forecast_goal_line IS 'A goal that is missed if nothing changes, as a line of a mail';

-- One mail for each lead with what concerns their teams, and the whole forecast to webhooks. Returns the number of mails.
CREATE OR REPLACE FUNCTION forecast_send(day date, forecast jsonb, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	who record;
	clocks text;
	goals text;
	n integer := 0;
BEGIN
	FOR who IN SELECT p.id, p.language, p.zone, array_agg(m.team_id) AS teams FROM person p JOIN team_member m ON m.person_id = p.id
			WHERE p.active AND coalesce(p.mail, '') <> '' AND (m.lead OR p.roles & 4 <> 0) GROUP BY p.id LOOP
		SELECT string_agg(forecast_clock_line(x, who.language, who.zone), E'\n' ORDER BY k) INTO clocks
		FROM jsonb_array_elements(forecast -> 'clocks') WITH ORDINALITY AS y(x, k) WHERE (x #>> '{team,id}')::bigint = ANY (who.teams);
		SELECT string_agg(forecast_goal_line(x, who.language), E'\n' ORDER BY k) INTO goals
		FROM jsonb_array_elements(forecast -> 'goals') WITH ORDINALITY AS y(x, k)
		WHERE x ->> 'outlook' <> 'safe' AND EXISTS (SELECT FROM jsonb_array_elements_text(x -> 'teams') t WHERE t::bigint = ANY (who.teams));
		IF clocks IS NOT NULL OR goals IS NOT NULL THEN
			n := n + (outbox_mail(format('forecast:%s:%s', day, who.id), who.id, NULL, NULL, 'forecast', jsonb_build_object('day', day,
				'hours', forecast ->> 'hours', 'month', forecast ->> 'month',
				'clocks', coalesce(clocks, CASE WHEN who.language = 'ru' THEN '  нет' ELSE '  none' END),
				'goals', coalesce(goals, CASE WHEN who.language = 'ru' THEN '  нет' ELSE '  none' END)), NULL, NULL, at) IS NOT NULL)::integer;
		END IF;
	END LOOP;
	PERFORM outbox_webhook('forecast', format('forecast:%s', day), forecast, NULL, NULL, at);
	RETURN n;
END $$;
COMMENT ON FUNCTION forecast_send IS 'Tells leads and webhooks what will be missed if nothing changes';

INSERT INTO message_template (key, language, subject, body) VALUES
	('forecast', 'en', 'Suppliers today: what will be late ({day})', E'Good morning,\n\ncases of your teams that breach within the next {hours} working hours if nothing happens:\n{clocks}\n\nContracts that miss their goal in {month} if nothing changes:\n{goals}\n'),
	('forecast', 'ru', 'Поставщики сегодня: что будет просрочено ({day})', E'Доброе утро!\n\nОбращения ваших команд, срок которых истечёт в ближайшие {hours} рабочих часов, если ничего не предпринять:\n{clocks}\n\nДоговоры, которые не достигнут цели за {month}, если ничего не изменится:\n{goals}\n')
ON CONFLICT (key, language) DO NOTHING;
