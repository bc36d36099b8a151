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
