-- Clock rows are written here and nowhere else.

-- Writes the clocks of one subject as evaluated at `at`; arrays run in parallel, one element a clock (c_*) or a pause (p_*, p_clock is the
-- 1-based index of its clock). Rows that say the same as before stay untouched.
CREATE OR REPLACE FUNCTION clock_store(subject_ticket bigint, subject_case bigint, at timestamptz,
	c_metric text[], c_ordinal integer[], c_team bigint[], c_calendar bigint[], c_target bigint[], c_state text[], c_started timestamptz[],
	c_stopped timestamptz[], c_elapsed bigint[], c_due timestamptz[], c_breached timestamptz[], c_paused bigint[], c_retargets integer[],
	c_notice_pct integer[], c_notice_at timestamptz[],
	p_clock integer[], p_from timestamptz[], p_to timestamptz[], p_worked bigint[], p_reason text[], p_waits_for text[], p_from_seq integer[],
	p_to_seq integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	i integer;
	ids bigint[] := '{}';
	one bigint;
	n integer := coalesce(array_length(c_metric, 1), 0);
	due timestamptz;
BEGIN
	FOR i IN 1 .. n LOOP
		SELECT id INTO one FROM clock
		WHERE ticket_id = subject_ticket AND metric = c_metric[i]::sla_metric AND ordinal = c_ordinal[i] AND subject_ticket IS NOT NULL
		UNION ALL
		SELECT id FROM clock
		WHERE case_id = subject_case AND metric = c_metric[i]::sla_metric AND ordinal = c_ordinal[i] AND subject_case IS NOT NULL;
		IF one IS NULL THEN
			INSERT INTO clock (ticket_id, case_id, metric, ordinal, team_id, calendar_version_id, target_s, state, started_at, stopped_at,
				elapsed_s, due_at, breached_at, paused_s, retarget_count, evaluated_at, notice_pct, notice_at)
			VALUES (subject_ticket, subject_case, c_metric[i]::sla_metric, c_ordinal[i], c_team[i], c_calendar[i], c_target[i],
				c_state[i]::clock_state, c_started[i], c_stopped[i], c_elapsed[i], c_due[i], c_breached[i], c_paused[i], c_retargets[i], at,
				c_notice_pct[i], c_notice_at[i])
			RETURNING id INTO one;
		ELSE
			UPDATE clock SET team_id = c_team[i], calendar_version_id = c_calendar[i], target_s = c_target[i],
				state = c_state[i]::clock_state, started_at = c_started[i], stopped_at = c_stopped[i], elapsed_s = c_elapsed[i],
				due_at = c_due[i], breached_at = c_breached[i], paused_s = c_paused[i], retarget_count = c_retargets[i],
				evaluated_at = at, notice_pct = c_notice_pct[i], notice_at = c_notice_at[i]
			WHERE id = one AND (team_id, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at, breached_at,
					paused_s, retarget_count, notice_pct, notice_at)
				IS DISTINCT FROM (c_team[i], c_calendar[i], c_target[i], c_state[i]::clock_state, c_started[i], c_stopped[i], c_elapsed[i],
					c_due[i], c_breached[i], c_paused[i], c_retargets[i], c_notice_pct[i]::smallint, c_notice_at[i]);
		END IF;
		ids := ids || one;
	END LOOP;

	-- An event recorded late can take a clock away (an interval of updates that was never one).
	DELETE FROM clock WHERE ticket_id = subject_ticket AND subject_ticket IS NOT NULL AND id <> ALL (ids);
	DELETE FROM clock WHERE case_id = subject_case AND subject_case IS NOT NULL AND id <> ALL (ids);

	IF n > 0 THEN
		DELETE FROM clock_pause p WHERE p.clock_id = ANY (ids) AND NOT EXISTS (
			SELECT FROM unnest(p_clock, p_from, p_to, p_worked, p_from_seq) WITH ORDINALITY AS q(c, f, t, w, s, k)
			WHERE ids[q.c] = p.clock_id AND q.f = p.from_at AND q.t IS NOT DISTINCT FROM p.to_at AND q.w = p.worked_s AND q.s = p.from_seq
				AND p.ordinal = k - (SELECT count(*) FROM unnest(p_clock) AS z(c) WHERE z.c < q.c));
	END IF;
	IF coalesce(array_length(p_clock, 1), 0) > 0 THEN
		INSERT INTO clock_pause (clock_id, ordinal, from_at, to_at, worked_s, reason, waits_for, from_seq, to_seq)
		SELECT ids[q.c], k - (SELECT count(*) FROM unnest(p_clock) AS z(c) WHERE z.c < q.c), q.f, q.t, q.w, q.r, q.wf, q.fs, q.ts
		FROM unnest(p_clock, p_from, p_to, p_worked, p_reason, p_waits_for, p_from_seq, p_to_seq) WITH ORDINALITY AS q(c, f, t, w, r, wf, fs, ts, k)
		ON CONFLICT DO NOTHING;
	END IF;

	IF subject_ticket IS NOT NULL THEN
		SELECT c.due_at INTO due FROM clock c WHERE c.ticket_id = subject_ticket AND c.metric = 'resolution';
		UPDATE ticket SET due_at = due WHERE id = subject_ticket AND due_at IS DISTINCT FROM due;
	ELSE
		SELECT min(c.due_at) INTO due FROM clock c WHERE c.case_id = subject_case;
		UPDATE supplier_case SET next_due_at = due WHERE id = subject_case AND next_due_at IS DISTINCT FROM due;
	END IF;
END $$;
COMMENT ON FUNCTION clock_store IS 'Writes the evaluated clocks of one ticket or case';

-- A notice of the watch: an event in the timeline, and mail: to the owner from 90 %, to the reporter when the promise slipped.
CREATE OR REPLACE FUNCTION clock_notice(subject_ticket bigint, subject_case bigint, metric sla_metric, ordinal integer, pct integer,
	breached timestamptz, due timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	c supplier_case;
	data jsonb := jsonb_build_object('metric', metric, 'ordinal', ordinal, 'pct', pct, 'due_at', instant_text(due), 'breached_at', instant_text(breached));
	occurred timestamptz := least(at, CASE WHEN pct = 100 THEN coalesce(breached, at) ELSE at END);
	effect text;
	params jsonb;
BEGIN
	IF subject_case IS NOT NULL THEN
		SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_case;
		SELECT * INTO STRICT t FROM ticket WHERE id = c.ticket_id;
		INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, data)
		VALUES (subject_case, CASE WHEN pct = 100 THEN 'clock_breached' ELSE 'clock_warning' END::case_event_type, occurred, at, 'system', data);
		effect := format('clock:case:%s:%s:%s:%s:%s', subject_case, metric, ordinal, pct, extract(epoch FROM coalesce(breached, due))::bigint);
	ELSE
		SELECT * INTO STRICT t FROM ticket WHERE id = subject_ticket;
		PERFORM ticket_event_add(subject_ticket, CASE WHEN pct = 100 THEN 'clock_breached' ELSE 'clock_warning' END::ticket_event_type,
			NULL, 'system', 'system', NULL, data, at, occurred);
		effect := format('clock:ticket:%s:%s:%s:%s:%s', subject_ticket, metric, ordinal, pct, extract(epoch FROM coalesce(breached, due))::bigint);
	END IF;
	params := jsonb_build_object('number', coalesce(c.number, t.number), 'ticket', t.number, 'subject', t.subject, 'metric', metric, 'pct', pct,
		'supplier', (SELECT name FROM supplier WHERE id = c.supplier_id), 'owner', (SELECT name FROM person WHERE id = t.owner_id));
	IF pct >= 90 AND t.owner_id IS NOT NULL THEN
		PERFORM outbox_mail(effect || ':owner', t.owner_id, NULL, NULL, CASE WHEN pct = 100 THEN 'clock_breached' ELSE 'clock_warning' END, params,
			t.id, subject_case, at);
	END IF;
	IF pct = 100 AND subject_ticket IS NOT NULL AND metric = 'resolution' THEN
		PERFORM outbox_mail(effect || ':reporter', t.reporter_id, NULL, NULL, 'promise_slipped', params, t.id, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION clock_notice IS 'Records that a clock reached a share of its target and tells those concerned';

INSERT INTO message_template (key, language, subject, body) VALUES
	('clock_warning', 'en', '[{number}] {pct} % of the time for "{metric}" is gone', E'{number}: {subject}\n\n{pct} % of the time for "{metric}" has passed. You are the owner of {ticket}.\n'),
	('clock_warning', 'ru', '[{number}] прошло {pct} % времени: {metric}', E'{number}: {subject}\n\nПрошло {pct} % времени по показателю «{metric}». Вы — владелец заявки {ticket}.\n'),
	('clock_breached', 'en', '[{number}] overdue: {metric}', E'{number}: {subject}\n\nThe time for "{metric}" has run out. You are the owner of {ticket}.\n'),
	('clock_breached', 'ru', '[{number}] срок нарушен: {metric}', E'{number}: {subject}\n\nСрок по показателю «{metric}» истёк. Вы — владелец заявки {ticket}.\n'),
	('promise_slipped', 'en', '[{number}] It takes longer than we promised', E'{number}: {subject}\n\nWe promised a solution by now and did not make it. {owner} goes on working on it and will tell you the next step.\n'),
	('promise_slipped', 'ru', '[{number}] Решение займёт больше времени, чем мы обещали', E'{number}: {subject}\n\nМы обещали решить вопрос к этому времени и не успели. {owner} продолжает работу и сообщит вам следующий шаг.\n')
ON CONFLICT (key, language) DO NOTHING;
