-- Which clocks of cases a report on suppliers counts, and to which period each belongs. The one place where that is decided.

-- A clock belongs to the instant at which it stopped or breached, whichever came first. `here`: a row of the report for [period_from, until): it
-- was decided in it, or runs or waits now. `since` reaches further back, for comparison and trend. Clocks in `late` ran past their target
-- although the watch has not recorded it yet (the program computes working time). Cancelled clocks are shown, never counted.
CREATE OR REPLACE FUNCTION report_case_clock(late bigint[], since timestamptz, period_from timestamptz, until timestamptz, wanted_supplier bigint)
	RETURNS TABLE (clock_id bigint, case_id bigint, ticket_id bigint, supplier_id bigint, contract_id bigint, terms_id bigint, ci_id bigint, priority smallint,
		metric sla_metric, ordinal integer, calendar_version_id bigint, target_s bigint, state clock_state, started_at timestamptz,
		due_at timestamptz, stopped_at timestamptz, elapsed_s bigint, paused_s bigint, evaluated_at timestamptz, retarget_count integer,
		breached_at timestamptz, verdict text, decided_at timestamptz, unfinished boolean, counted boolean, here boolean)
LANGUAGE sql STABLE AS $$
	SELECT x.id, x.case_id, x.ticket_id, x.supplier_id, x.contract_id, x.terms_id, x.ci_id, x.priority, x.metric, x.ordinal, x.calendar_version_id, x.target_s,
		x.state, x.started_at, x.due_at, x.stopped_at, x.elapsed_s, x.paused_s, x.evaluated_at, x.retarget_count, x.breached_at, x.verdict, x.decided_at,
		x.unfinished, x.verdict IN ('kept', 'breached') AND x.decided_at >= period_from AND x.decided_at < until,
		x.unfinished OR x.decided_at >= period_from
	FROM (
		SELECT c.id, c.case_id, k.ticket_id, k.supplier_id, k.contract_id, k.terms_id, k.ci_id, k.priority, c.metric, c.ordinal, c.calendar_version_id, c.target_s,
			c.state, c.started_at, c.due_at, c.stopped_at, c.elapsed_s, c.paused_s, c.evaluated_at, c.retarget_count, b.breached_at,
			CASE WHEN c.state = 'cancelled' THEN 'cancelled' WHEN b.breached_at IS NOT NULL THEN 'breached' WHEN c.state = 'stopped' THEN 'kept'
				ELSE 'open' END AS verdict,
			CASE WHEN c.state = 'cancelled' THEN k.closed_at ELSE least(b.breached_at, c.stopped_at) END AS decided_at,
			c.state IN ('running', 'paused') AS unfinished
		FROM (
			SELECT s.* FROM clock s
			WHERE s.case_id IS NOT NULL AND s.stopped_at >= since AND s.stopped_at < until AND s.breached_at IS NULL
			UNION ALL
			SELECT s.* FROM clock s
			WHERE s.case_id IS NOT NULL AND s.breached_at >= since AND s.breached_at < until AND s.state = 'stopped'
			UNION ALL
			SELECT s.* FROM supplier_case o JOIN clock s ON s.case_id = o.id
			WHERE o.status IN ('open', 'waiting_us', 'verifying') AND s.state IN ('running', 'paused') AND s.started_at < until
			UNION ALL
			SELECT s.* FROM supplier_case o JOIN clock s ON s.case_id = o.id
			WHERE o.status = 'withdrawn' AND s.state = 'cancelled' AND o.closed_at >= period_from AND o.closed_at < until
		) c
		JOIN supplier_case k ON k.id = c.case_id
		CROSS JOIN LATERAL (SELECT CASE WHEN c.state = 'cancelled' THEN NULL
			ELSE coalesce(c.breached_at, CASE WHEN c.id = ANY (late) THEN c.due_at END) END AS breached_at) b
		WHERE wanted_supplier IS NULL OR k.supplier_id = wanted_supplier
	) x
$$;
COMMENT ON FUNCTION report_case_clock IS 'Clocks of cases for a report on suppliers, with verdict and the instant to which each belongs';
