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

-- Words of a metric for mail.
CREATE OR REPLACE FUNCTION metric_words(metric sla_metric, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN language = 'ru' THEN CASE metric WHEN 'response' THEN 'ответ' WHEN 'resolution' THEN 'решение' WHEN 'ola' THEN 'работа команды'
			WHEN 'acknowledge' THEN 'подтверждение' WHEN 'workaround' THEN 'обходное решение' WHEN 'update' THEN 'отчёт о ходе работ' END
		ELSE CASE metric WHEN 'response' THEN 'response' WHEN 'resolution' THEN 'resolution' WHEN 'ola' THEN 'work of the team'
			WHEN 'acknowledge' THEN 'acknowledgement' WHEN 'workaround' THEN 'workaround' WHEN 'update' THEN 'progress update' END END
$$;
COMMENT ON FUNCTION metric_words IS 'Name of a metric in a language';

-- Tells those whom the steps of the case's contract between the last notice (not included) and this one name, each once for a clock and step.
-- Returns who was told, and for whom there is nobody to tell: [{"step","role","name"}], name null.
CREATE OR REPLACE FUNCTION clock_escalate(c supplier_case, t ticket, metric sla_metric, ordinal integer, given integer, pct integer, params jsonb,
	at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	s supplier;
	step record;
	who record;
	told jsonb := '[]';
	named boolean;
	contract_zone text := (SELECT v.body ->> 'zone' FROM contract_terms e JOIN calendar g ON g.id = e.calendar_id
		JOIN calendar_version v ON v.calendar_id = g.id AND v.version = g.version WHERE e.id = c.terms_id);
BEGIN
	SELECT * INTO STRICT s FROM supplier WHERE id = c.supplier_id;
	FOR step IN SELECT DISTINCT ON (e.role) e.role, e.at_pct FROM contract_escalation_step e
			WHERE e.terms_id = c.terms_id AND e.at_pct > given AND e.at_pct <= pct ORDER BY e.role, e.at_pct DESC LOOP
		named := false;
		FOR who IN
			SELECT p.id, NULL::text AS mail, p.name, p.language, p.zone, 'escalation_staff' AS template FROM person p
			WHERE step.role = 'owner' AND p.id = t.owner_id
			UNION ALL
			SELECT p.id, NULL, p.name, p.language, p.zone, 'escalation_staff' FROM team_member m JOIN person p ON p.id = m.person_id
			WHERE step.role = 'lead' AND m.team_id = t.team_id AND p.active AND (m.lead OR p.roles & 4 <> 0)
			UNION ALL
			SELECT NULL, x ->> 'mail', x ->> 'name', s.language, contract_zone, 'escalation_supplier' FROM jsonb_array_elements(s.contacts) x
			WHERE x ->> 'role' = CASE step.role WHEN 'coordinator' THEN 'coordinator' WHEN 'supplier_manager' THEN 'manager' END
				AND coalesce(x ->> 'mail', '') <> ''
		LOOP
			named := true;
			IF outbox_mail(format('escalation:%s:%s:%s:%s:%s:%s', c.id, metric, ordinal, step.at_pct, step.role, coalesce(who.id::text, who.mail)), who.id,
				who.mail, who.language, who.template, params || jsonb_build_object('step', step.at_pct, 'link', case_link_url(c.id, at),
					'due_at', coalesce(instant_words((params ->> 'due_at')::timestamptz, who.zone, who.language) || ' (' || who.zone || ')', '—')), t.id, c.id, at) IS NOT NULL THEN
				told := told || jsonb_build_object('step', step.at_pct, 'role', step.role, 'name', who.name);
			END IF;
		END LOOP;
		IF NOT named THEN
			told := told || jsonb_build_object('step', step.at_pct, 'role', step.role, 'name', NULL);
		END IF;
	END LOOP;
	RETURN told;
END $$;
COMMENT ON FUNCTION clock_escalate IS 'Mails of the escalation steps that a clock has reached';

-- A notice of the watch: an event in the timeline, and mail: to the owner from 90 %, to the reporter when the promise slipped, and by the steps of
-- the contract. `given`: the notice before it.
CREATE OR REPLACE FUNCTION clock_notice(subject_ticket bigint, subject_case bigint, metric sla_metric, ordinal integer, given integer, pct integer,
	breached timestamptz, due timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
	c supplier_case;
	data jsonb := jsonb_build_object('metric', metric, 'ordinal', ordinal, 'pct', pct, 'due_at', instant_text(due), 'breached_at', instant_text(breached));
	occurred timestamptz := least(at, CASE WHEN pct = 100 THEN coalesce(breached, at) ELSE at END);
	template text := CASE WHEN pct = 100 THEN 'clock_breached' ELSE 'clock_warning' END;
	effect text := format('%s:%s:%s:%s', metric, ordinal, pct, extract(epoch FROM coalesce(breached, due))::bigint);
	params jsonb;
	told jsonb;
BEGIN
	IF subject_case IS NOT NULL THEN
		SELECT * INTO STRICT c FROM supplier_case WHERE id = subject_case;
	END IF;
	SELECT * INTO STRICT t FROM ticket WHERE id = coalesce(c.ticket_id, subject_ticket);
	effect := format('clock:%s:%s:', CASE WHEN subject_case IS NOT NULL THEN 'case' ELSE 'ticket' END, coalesce(subject_case, subject_ticket)) || effect;
	params := jsonb_build_object('number', coalesce(c.number, t.number), 'ticket', t.number, 'subject', t.subject, 'summary', c.summary, 'metric', metric,
		'metric_en', metric_words(metric, 'en'), 'metric_ru', metric_words(metric, 'ru'), 'pct', pct, 'due_at', instant_text(due),
		'contract', (SELECT number FROM contract WHERE id = c.contract_id),
		'supplier', (SELECT name FROM supplier WHERE id = c.supplier_id), 'owner', (SELECT name FROM person WHERE id = t.owner_id));
	IF subject_case IS NOT NULL THEN
		told := clock_escalate(c, t, metric, ordinal, given, pct, params, at);
		IF told <> '[]' THEN
			data := data || jsonb_build_object('told', told);
		END IF;
		INSERT INTO case_event (case_id, type, occurred_at, recorded_at, party, data) VALUES (subject_case, template::case_event_type, occurred, at, 'system', data);
	ELSE
		PERFORM ticket_event_add(subject_ticket, template::ticket_event_type, NULL, 'system', 'system', NULL, data, at, occurred);
	END IF;
	PERFORM outbox_webhook('clock', effect, data || jsonb_build_object('case', c.number, 'ticket', t.number,
		'supplier', (SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = c.supplier_id)), t.id, subject_case, at);
	IF pct BETWEEN 90 AND 100 AND t.owner_id IS NOT NULL AND NOT coalesce(told @> '[{"role":"owner"}]', false) THEN
		PERFORM outbox_mail(effect || ':owner', t.owner_id, NULL, NULL, template, params, t.id, subject_case, at);
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

INSERT INTO message_template (key, language, subject, body) VALUES
	('escalation_staff', 'en', '[{number}] {supplier}: {pct} % of the time for {metric_en}', E'{number} at {supplier}: {summary}\n\n{pct} % of the time for "{metric_en}" under contract {contract} has passed (due {due_at}). Owner of {ticket}: {owner}.\n\nYou get this mail by the escalation steps of the contract ({step} %).\n'),
	('escalation_staff', 'ru', '[{number}] {supplier}: прошло {pct} % времени, {metric_ru}', E'{number}, {supplier}: {summary}\n\nПо договору {contract} прошло {pct} % времени по показателю «{metric_ru}» (срок {due_at}). Владелец заявки {ticket}: {owner}.\n\nПисьмо отправлено по ступеням эскалации договора ({step} %).\n'),
	('escalation_supplier', 'en', '[{number}] {pct} % of the time for {metric_en} has passed', E'Dear colleagues,\n\nin case {number} ({summary}) under contract {contract}, {pct} % of the time for "{metric_en}" has passed by our measurement. Due: {due_at}.\n\nPlease see to it that the case is worked on, and keep [{number}] in the subject of your answer.\n\n{owner}, owner of {ticket}\n\nSee the case and its deadlines and answer without an account: {link}\n'),
	('escalation_supplier', 'ru', '[{number}] прошло {pct} % времени: {metric_ru}', E'Уважаемые коллеги,\n\nпо обращению {number} ({summary}), договор {contract}, по нашему учёту прошло {pct} % времени по показателю «{metric_ru}». Срок: {due_at}.\n\nПросим обеспечить работу по обращению и сохранять [{number}] в теме ответа.\n\n{owner}, владелец заявки {ticket}\n\nОбращение, сроки и ответ без учётной записи: {link}\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;
