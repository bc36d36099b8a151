-- Figures of quality: satisfaction with its response rate, measures of the monthly KPI, attestations.

-- Resolutions of a span and what their reporters said: one row each, rated or not, so that a response rate can be told.
CREATE OR REPLACE FUNCTION quality_resolutions(from_at timestamptz, to_at timestamptz)
	RETURNS TABLE (ticket_id bigint, resolution_no smallint, resolved_at timestamptz, person_id bigint, team_id bigint, score smallint, recommend smallint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT x.ticket_id, x.resolution_no, x.occurred_at, coalesce(ticket_owner_at(x.ticket_id, x.occurred_at), t.owner_id), t.team_id,
		r.score, r.recommend
	FROM (SELECT e.ticket_id, e.occurred_at, (SELECT count(*) FROM ticket_event b WHERE b.ticket_id = e.ticket_id AND b.type = 'resolved' AND b.seq <= e.seq)::smallint AS resolution_no
		FROM ticket_event e WHERE e.type = 'resolved' AND e.occurred_at >= from_at AND e.occurred_at < to_at) x
	JOIN ticket t ON t.id = x.ticket_id
	LEFT JOIN rating r ON r.ticket_id = x.ticket_id AND r.resolution_no = x.resolution_no;
END $$;
COMMENT ON FUNCTION quality_resolutions IS 'Resolutions of a span with their ratings, if any';

-- Measures of the KPI for everybody who worked in a month: one row for each person or team and measure. `n` is how many facts stand behind the value.
CREATE OR REPLACE FUNCTION quality_measures(from_at timestamptz, to_at timestamptz, last_day date)
	RETURNS TABLE (person_id bigint, team_id bigint, measure text, value numeric, n bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH closed AS MATERIALIZED (
		SELECT c.person_id, t.team_id, t.handover_count, t.reopen_count, t.prevention IS NOT NULL AS prevented, t.external_source IS NULL AS ours,
			(SELECT bool_and(k.breached_at IS NULL) FROM clock k WHERE k.ticket_id = t.id AND k.metric = 'response') AS response_kept,
			(SELECT bool_and(k.breached_at IS NULL) FROM clock k WHERE k.ticket_id = t.id AND k.metric = 'resolution') AS resolution_kept
		FROM quality_closed(from_at, to_at) c JOIN ticket t ON t.id = c.ticket_id),
	a AS (SELECT person_id, team_id, count(*) AS tickets, count(*) FILTER (WHERE reopen_count > 0) AS reopened, sum(handover_count) AS handovers,
			count(*) FILTER (WHERE ours) AS ours, count(*) FILTER (WHERE ours AND prevented) AS prevented,
			count(response_kept) AS responses, count(*) FILTER (WHERE response_kept) AS responses_kept,
			count(resolution_kept) AS resolutions, count(*) FILTER (WHERE resolution_kept) AS resolutions_kept
		FROM closed GROUP BY GROUPING SETS ((person_id), (team_id))),
	b AS (SELECT person_id, team_id, count(*) AS asked, count(score) AS answered, avg(score) AS score, count(recommend) AS recommends,
			count(*) FILTER (WHERE recommend >= 9) - count(*) FILTER (WHERE recommend <= 6) AS net
		FROM quality_resolutions(from_at, to_at) GROUP BY GROUPING SETS ((person_id), (team_id))),
	s AS (SELECT x.person_id, x.team_id, count(*) AS samples, avg(x.score_pct) AS score FROM quality_sample x JOIN quality_draw d ON d.week = x.week
		WHERE x.score_pct IS NOT NULL AND d.to_at > quality_measures.from_at AND d.to_at <= quality_measures.to_at GROUP BY GROUPING SETS ((x.person_id), (x.team_id))),
	v AS (SELECT x.person_id, x.team_id, count(*) AS faults FROM quality_review x
		WHERE x.outcome = 'our_fault' AND x.closed_at >= from_at AND x.closed_at < to_at GROUP BY GROUPING SETS ((x.person_id), (x.team_id))),
	staff AS (SELECT DISTINCT m.person_id, m.team_id FROM team_member m JOIN person p ON p.id = m.person_id AND p.active JOIN team t ON t.id = m.team_id AND t.active),
	late AS (SELECT z.person_id FROM quality_attestation z WHERE z.due <= last_day AND (z.done_at IS NULL OR z.done_at > last_day)),
	who AS (SELECT m.person_id, NULL::bigint AS team_id FROM staff m UNION SELECT NULL, m.team_id FROM staff m
		UNION SELECT a.person_id, a.team_id FROM a UNION SELECT b.person_id, b.team_id FROM b)
	SELECT w.person_id, w.team_id, x.measure, x.value, coalesce(x.n, 0)
	FROM who w
	LEFT JOIN a ON (a.person_id, a.team_id) IS NOT DISTINCT FROM (w.person_id, w.team_id)
	LEFT JOIN b ON (b.person_id, b.team_id) IS NOT DISTINCT FROM (w.person_id, w.team_id)
	LEFT JOIN s ON (s.person_id, s.team_id) IS NOT DISTINCT FROM (w.person_id, w.team_id)
	LEFT JOIN v ON (v.person_id, v.team_id) IS NOT DISTINCT FROM (w.person_id, w.team_id)
	CROSS JOIN LATERAL (SELECT count(*) AS people, count(*) FILTER (WHERE EXISTS (SELECT FROM late l WHERE l.person_id = m.person_id)) AS late
		FROM (SELECT DISTINCT y.person_id FROM staff y WHERE y.person_id = w.person_id OR y.team_id = w.team_id) m) z
	CROSS JOIN LATERAL (VALUES
		('response_kept', 100.0 * a.responses_kept / nullif(a.responses, 0), a.responses),
		('resolution_kept', 100.0 * a.resolutions_kept / nullif(a.resolutions, 0), a.resolutions),
		('satisfaction', b.score, b.answered),
		('recommend', 100.0 * b.net / nullif(b.recommends, 0), b.recommends),
		('answered', 100.0 * b.answered / nullif(b.asked, 0), b.asked),
		('quality_score', s.score, s.samples),
		('reopened', 100.0 * a.reopened / nullif(a.tickets, 0), a.tickets),
		('handovers', 1.0 * a.handovers / nullif(a.tickets, 0), a.tickets),
		('prevented', 100.0 * a.prevented / nullif(a.ours, 0), a.ours),
		('tickets', coalesce(a.tickets, 0)::numeric, coalesce(a.tickets, 0)),
		('faults', coalesce(v.faults, 0)::numeric, coalesce(v.faults, 0)),
		('attested', 100.0 * (z.people - z.late) / nullif(z.people, 0), z.people)) AS x (measure, value, n)
	WHERE (w.person_id IS NOT NULL) <> (w.team_id IS NOT NULL);
END $$;
COMMENT ON FUNCTION quality_measures IS 'What the KPI of a month is made of';

-- Writes one KPI; a new revision only when it differs. Money is not concerned: two decimals of a percentage-like figure.
CREATE OR REPLACE FUNCTION quality_kpi_put(of_month date, person bigint, team bigint, formula integer, figure numeric, made_of jsonb, missing jsonb, at timestamptz)
	RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	old quality_kpi;
BEGIN
	SELECT * INTO old FROM quality_kpi k WHERE k.month = of_month AND k.person_id IS NOT DISTINCT FROM person AND k.team_id IS NOT DISTINCT FROM team FOR UPDATE;
	IF old.id IS NULL THEN
		INSERT INTO quality_kpi (month, person_id, team_id, formula_version, value, parts, why_missing, computed_at)
		VALUES (of_month, person, team, formula, figure, made_of, missing, at);
	ELSIF (old.value, old.parts, old.why_missing, old.formula_version) IS DISTINCT FROM (figure, made_of, missing, formula) THEN
		UPDATE quality_kpi SET formula_version = formula, value = figure, parts = made_of, why_missing = missing, computed_at = at,
			revision = revision + 1, previous_value = old.value WHERE id = old.id;
	ELSE
		UPDATE quality_kpi SET computed_at = at WHERE id = old.id;
	END IF;
END $$;
COMMENT ON FUNCTION quality_kpi_put IS 'Keeps a computed KPI';

CREATE OR REPLACE FUNCTION quality_formula_of(of_month date) RETURNS quality_formula
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f quality_formula;
BEGIN
	SELECT * INTO STRICT f FROM quality_formula x WHERE x.valid_from <= of_month ORDER BY x.valid_from DESC, x.version DESC LIMIT 1;
	RETURN f;
END $$;
COMMENT ON FUNCTION quality_formula_of IS 'The formula that judges a month';

-- The month that is judged next by the calendar is the running one; what was valid before stays.
CREATE OR REPLACE FUNCTION quality_formula_add(actor bigint, at timestamptz, text_of text, from_month date, this_month date, why text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	f quality_formula;
BEGIN
	IF from_month < this_month THEN
		PERFORM refuse_field('/valid_from', format('months before %s keep the formula they had', to_char(this_month, 'YYYY-MM')));
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('vakhta kpi formula', 0));
	INSERT INTO quality_formula (version, expression, valid_from, note, created_at, created_by)
	SELECT coalesce(max(version), 0) + 1, text_of, from_month, why, at, actor FROM quality_formula RETURNING * INTO f;
	RETURN json_build_object('version', f.version, 'expression', f.expression, 'valid_from', to_char(f.valid_from, 'YYYY-MM'), 'note', f.note,
		'created_at', instant_text(f.created_at), 'created_by', person_ref(f.created_by));
END $$;
COMMENT ON FUNCTION quality_formula_add IS 'A new formula, from a month on that is not over';

-- Everybody at the desk has one open attestation.
CREATE OR REPLACE FUNCTION quality_attestation_ensure(today date, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	made integer;
BEGIN
	INSERT INTO quality_attestation (person_id, due, created_at)
	SELECT p.id, today + make_interval(months => (SELECT s.attestation_months FROM quality_settings s)), at FROM person p
	WHERE p.active AND is_staff(p.roles) AND EXISTS (SELECT FROM team_member m WHERE m.person_id = p.id)
		AND NOT EXISTS (SELECT FROM quality_attestation a WHERE a.person_id = p.id AND a.done_at IS NULL)
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS made = ROW_COUNT;
	RETURN made;
END $$;
COMMENT ON FUNCTION quality_attestation_ensure IS 'Opens attestations of people who have none';

-- Reminders 30 and 7 days before and on the due day, to the person and the leads of their teams; what was missed while the program stood still is one mail.
CREATE OR REPLACE FUNCTION quality_attestation_remind(today date, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	r record;
	told integer := 0;
	reader bigint;
BEGIN
	FOR r IN SELECT a.id, a.person_id, a.due, p.name, CASE WHEN a.due <= today THEN 0 WHEN a.due <= today + 7 THEN 7 ELSE 30 END AS step
		FROM quality_attestation a JOIN person p ON p.id = a.person_id AND p.active AND is_staff(p.roles)
		WHERE a.done_at IS NULL AND a.due <= today + 30
			AND (a.reminded IS NULL OR a.reminded > CASE WHEN a.due <= today THEN 0 WHEN a.due <= today + 7 THEN 7 ELSE 30 END)
		ORDER BY a.id FOR UPDATE OF a SKIP LOCKED LOOP
		FOR reader IN SELECT r.person_id UNION SELECT l.person_id FROM team_member m JOIN team_member l ON l.team_id = m.team_id AND l.lead
			JOIN person p ON p.id = l.person_id AND p.active WHERE m.person_id = r.person_id LOOP
			PERFORM outbox_mail(format('attestation:%s:%s:%s', r.id, r.step, reader), reader, NULL, NULL, 'attestation_due',
				jsonb_build_object('name', r.name, 'due', (SELECT CASE p.language WHEN 'ru' THEN to_char(r.due, 'DD.MM.YYYY') ELSE to_char(r.due, 'YYYY-MM-DD') END
					FROM person p WHERE p.id = reader)), NULL, NULL, at);
		END LOOP;
		UPDATE quality_attestation SET reminded = r.step WHERE id = r.id;
		told := told + 1;
	END LOOP;
	RETURN told;
END $$;
COMMENT ON FUNCTION quality_attestation_remind IS 'Sends the reminders that are due';

CREATE OR REPLACE FUNCTION quality_attestation_json(a quality_attestation, actor bigint, actor_roles integer, today date) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', a.id, 'person', person_ref(a.person_id), 'due', a.due, 'days_left', CASE WHEN a.done_at IS NULL THEN a.due - today END,
		'overdue', a.done_at IS NULL AND a.due < today, 'done_at', a.done_at, 'done_by', person_ref(a.done_by), 'result', a.result, 'note', a.note,
		'teams', (SELECT coalesce(json_agg(quality_team(m.team_id, actor) ORDER BY m.team_id), '[]') FROM team_member m WHERE m.person_id = a.person_id),
		'last', (SELECT json_build_object('done_at', b.done_at, 'result', b.result) FROM quality_attestation b
			WHERE b.person_id = a.person_id AND b.done_at IS NOT NULL AND b.id <> a.id ORDER BY b.done_at DESC, b.id DESC LIMIT 1),
		'can_record', a.done_at IS NULL AND quality_judges(actor, actor_roles, a.person_id, NULL));
END $$;
COMMENT ON FUNCTION quality_attestation_json IS 'An attestation as the API gives it';

CREATE OR REPLACE FUNCTION quality_attestation_lock(wanted bigint, actor bigint, actor_roles integer) RETURNS quality_attestation
LANGUAGE plpgsql AS $$
DECLARE
	a quality_attestation;
BEGIN
	SELECT * INTO a FROM quality_attestation WHERE id = wanted FOR UPDATE;
	IF a.id IS NULL OR NOT quality_reads(actor, actor_roles, a.person_id, NULL) THEN
		PERFORM quality_refuse();
	END IF;
	IF NOT quality_judges(actor, actor_roles, a.person_id, NULL) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Leads of the person''s teams and managers attest, nobody themself');
	END IF;
	IF a.done_at IS NOT NULL THEN
		PERFORM refuse(409, 'done-already', 'This attestation is done; the next one has a row of its own');
	END IF;
	RETURN a;
END $$;
COMMENT ON FUNCTION quality_attestation_lock IS 'An open attestation that the actor may record';

-- passed: the next after the usual months; conditional: after half of them; failed: after one month.
CREATE OR REPLACE FUNCTION quality_attestation_record(actor bigint, actor_roles integer, at timestamptz, today date, wanted bigint, done date, how text, words text)
	RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	a quality_attestation := quality_attestation_lock(wanted, actor, actor_roles);
	months integer := (SELECT attestation_months FROM quality_settings);
	n quality_attestation;
BEGIN
	IF done > today THEN
		PERFORM refuse_field('/done_at', 'cannot be in the future');
	END IF;
	UPDATE quality_attestation SET done_at = done, done_by = actor, result = how, note = words, recorded_at = at WHERE id = a.id RETURNING * INTO a;
	INSERT INTO quality_attestation (person_id, due, created_at)
	VALUES (a.person_id, done + make_interval(months => CASE how WHEN 'passed' THEN months WHEN 'conditional' THEN (months + 1) / 2 ELSE 1 END), at)
	RETURNING * INTO n;
	RETURN json_build_object('done', quality_attestation_json(a, actor, actor_roles, today), 'next', quality_attestation_json(n, actor, actor_roles, today));
END $$;
COMMENT ON FUNCTION quality_attestation_record IS 'Writes the result of an attestation and opens the next';

CREATE OR REPLACE FUNCTION quality_attestation_move(actor bigint, actor_roles integer, today date, wanted bigint, new_due date) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	a quality_attestation := quality_attestation_lock(wanted, actor, actor_roles);
BEGIN
	IF new_due < today THEN
		PERFORM refuse_field('/due', 'cannot be in the past');
	END IF;
	UPDATE quality_attestation SET due = new_due, reminded = NULL WHERE id = a.id RETURNING * INTO a;
	RETURN quality_attestation_json(a, actor, actor_roles, today);
END $$;
COMMENT ON FUNCTION quality_attestation_move IS 'Sets another due day';
