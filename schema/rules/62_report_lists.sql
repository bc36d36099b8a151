-- What the workbook for suppliers lists beside clocks: late entries, rejected fixes, contests; outages and whom they waited for.

-- Events of a case as they count: without those that a correction took back, at the instants that corrections gave them.
CREATE OR REPLACE FUNCTION report_case_event(subject_id bigint) RETURNS TABLE (seq integer, type case_event_type, at bigint, occurred_at timestamptz)
LANGUAGE sql STABLE AS $$
	SELECT e.seq, e.type, extract(epoch FROM x.at)::bigint, x.at
	FROM case_event e LEFT JOIN LATERAL (SELECT c.data FROM case_event c WHERE c.case_id = e.case_id AND c.type = 'corrected'
		AND (c.data ->> 'of')::int = e.seq ORDER BY c.seq DESC LIMIT 1) c ON true
	CROSS JOIN LATERAL (SELECT coalesce((c.data ->> 'occurred_at')::timestamptz, e.occurred_at) AS at) x
	WHERE e.case_id = subject_id AND NOT coalesce((c.data ->> 'void')::boolean, false)
$$;
COMMENT ON FUNCTION report_case_event IS 'Events of a case as corrections leave them';

-- Cases that a report is about, each once.
CREATE OR REPLACE FUNCTION report_case(late bigint[], since timestamptz, period_from timestamptz, until timestamptz, wanted_supplier bigint)
	RETURNS TABLE (case_id bigint, number text, supplier_id bigint, supplier text, ticket_id bigint)
LANGUAGE sql STABLE AS $$
	SELECT k.id, k.number, s.id, s.name, k.ticket_id
	FROM (SELECT r.case_id FROM report_case_clock(late, since, period_from, until, wanted_supplier) r WHERE r.here GROUP BY r.case_id) n
	JOIN supplier_case k ON k.id = n.case_id JOIN supplier s ON s.id = k.supplier_id
$$;
COMMENT ON FUNCTION report_case IS 'Cases of a report on suppliers';

-- Entries made more than `threshold_s` seconds after what they tell, in the period. `favours`: whose clock gains by the entry as it stands: a pause or
-- a fix that happened earlier than it was written spares the supplier time, an end of a pause and a rejection cost it time.
CREATE OR REPLACE FUNCTION report_late_entry(late bigint[], since timestamptz, period_from timestamptz, until timestamptz, wanted_supplier bigint, threshold_s bigint)
	RETURNS TABLE (case_id bigint, seq integer, number text, supplier_id bigint, supplier text, type case_event_type, occurred_at timestamptz,
		recorded_at timestamptz, late_s bigint, author text, favours text)
LANGUAGE sql STABLE AS $$
	SELECT c.case_id, e.seq, c.number, c.supplier_id, c.supplier, e.type, e.occurred_at, e.recorded_at, extract(epoch FROM e.recorded_at - e.occurred_at)::bigint,
		coalesce(p.name, CASE WHEN e.party = 'supplier' THEN c.supplier END),
		CASE WHEN e.type IN ('acknowledged', 'responded', 'info_requested', 'workaround_delivered', 'fix_declared', 'update') THEN 'supplier'
			WHEN e.type IN ('info_provided', 'fix_rejected', 'workaround_rejected') THEN 'us' END
	FROM report_case(late, since, period_from, until, wanted_supplier) c JOIN case_event e ON e.case_id = c.case_id
	LEFT JOIN person p ON p.id = e.actor_id
	WHERE e.recorded_at - e.occurred_at > make_interval(secs => threshold_s) AND e.recorded_at >= period_from AND e.recorded_at < until
$$;
COMMENT ON FUNCTION report_late_entry IS 'Events of cases that were entered late';

CREATE OR REPLACE FUNCTION report_rejected_fix(late bigint[], since timestamptz, period_from timestamptz, until timestamptz, wanted_supplier bigint)
	RETURNS TABLE (case_id bigint, number text, supplier_id bigint, supplier text, declared_at timestamptz, rejected_at timestamptz, author text, body text)
LANGUAGE sql STABLE AS $$
	SELECT c.case_id, c.number, c.supplier_id, c.supplier,
		(SELECT max(d.occurred_at) FROM case_event d WHERE d.case_id = c.case_id AND d.type = 'fix_declared' AND d.occurred_at <= e.occurred_at),
		e.occurred_at, p.name, e.body
	FROM report_case(late, since, period_from, until, wanted_supplier) c JOIN case_event e ON e.case_id = c.case_id
	LEFT JOIN person p ON p.id = e.actor_id
	WHERE e.type = 'fix_rejected' AND e.occurred_at >= period_from AND e.occurred_at < until
		AND NOT EXISTS (SELECT FROM case_event x WHERE x.case_id = e.case_id AND x.type = 'corrected' AND (x.data ->> 'of')::int = e.seq
			AND (x.data ->> 'void')::boolean)
$$;
COMMENT ON FUNCTION report_rejected_fix IS 'Fixes that suppliers declared and we did not accept';

CREATE OR REPLACE FUNCTION report_contest(late bigint[], since timestamptz, period_from timestamptz, until timestamptz, wanted_supplier bigint)
	RETURNS TABLE (case_id bigint, contest_id bigint, number text, supplier_id bigint, supplier text, kind text, event_type case_event_type, reason text,
		raised_by text, raised_at timestamptz, state text, decided_by text, decided_at timestamptz, decision text)
LANGUAGE sql STABLE AS $$
	SELECT c.case_id, x.id, c.number, c.supplier_id, c.supplier, x.kind, e.type, x.reason, coalesce(nullif(x.raised_by, ''), r.name, c.supplier), x.raised_at,
		x.state, p.name, x.decided_at, x.decision
	FROM report_case(late, since, period_from, until, wanted_supplier) c JOIN contest x ON x.case_id = c.case_id
	JOIN case_event e ON e.case_id = x.case_id AND e.seq = x.event_seq LEFT JOIN person r ON r.id = x.person_id LEFT JOIN person p ON p.id = x.decided_by
$$;
COMMENT ON FUNCTION report_contest IS 'Contests in the cases of a report, with their outcome';

-- Incidents that took a service with a value down. One that concerns the company: of the service it stands on, and of those that its CIs' failure
-- reaches along the relations as they were at the end of the period. One of a department or shop: only where staff linked the service itself as
-- affected or cause, since the worth is that of the whole service. One of a single person: never. While the incident was open (reopened ones again), cut to [from_at, until) and to now.
CREATE OR REPLACE FUNCTION report_outage_span(period_from timestamptz, until timestamptz, now_at timestamptz)
	RETURNS TABLE (service_id bigint, ticket_id bigint, span tstzrange)
LANGUAGE sql STABLE AS $$
	WITH reach AS MATERIALIZED (
		SELECT v.service_id, v.service_id AS ci_id FROM service_value v
		UNION SELECT v.service_id, i.ci_id FROM service_value v CROSS JOIN LATERAL cmdb_impact(v.service_id, false, 32,
			CASE WHEN until < now_at THEN until END, 1000000) i
	), incident AS MATERIALIZED (
		SELECT t.id, t.opened_at, t.service_id, t.impact FROM ticket t
		WHERE t.kind = 'incident' AND t.impact <= 2 AND t.opened_at < least(until, now_at)
			AND (t.status NOT IN ('resolved', 'closed', 'cancelled') OR coalesce(t.closed_at, t.resolved_at, now_at) >= period_from)
	), hit AS (
		SELECT r.service_id, t.id FROM incident t JOIN reach r ON r.ci_id = t.service_id WHERE t.impact = 1
		UNION SELECT r.service_id, t.id FROM incident t JOIN ticket_ci c ON c.ticket_id = t.id AND c.role <> 'related' JOIN reach r ON r.ci_id = c.ci_id
			WHERE t.impact = 1 OR r.ci_id = r.service_id
	), mark AS (
		SELECT t.id, t.opened_at AS at, 0 AS seq, true AS opens FROM incident t
		UNION ALL SELECT t.id, e.occurred_at, e.seq, e.type = 'reopened' FROM incident t JOIN ticket_event e ON e.ticket_id = t.id
		WHERE e.type IN ('resolved', 'reopened', 'closed', 'confirmed', 'cancelled')
	), open AS (
		SELECT m.id, m.opens, greatest(m.at, period_from) AS starts,
			least(coalesce(lead(m.at) OVER (PARTITION BY m.id ORDER BY m.at, m.seq), 'infinity'), until, now_at) AS ends FROM mark m
	)
	SELECT h.service_id, h.id, tstzrange(o.starts, o.ends) FROM hit h JOIN open o ON o.id = h.id WHERE o.opens AND o.starts < o.ends
$$;
COMMENT ON FUNCTION report_outage_span IS 'When which incident took which service down';

-- Overlapping incidents of a service are one outage.
CREATE OR REPLACE FUNCTION report_outage(period_from timestamptz, until timestamptz, now_at timestamptz)
	RETURNS TABLE (service_id bigint, from_at timestamptz, to_at timestamptz, goes_on boolean, incidents bigint, tickets text, cis text)
LANGUAGE sql STABLE AS $$
	WITH span AS MATERIALIZED (SELECT * FROM report_outage_span(period_from, until, now_at)),
		merged AS (SELECT s.service_id, unnest(range_agg(s.span)) AS span FROM span s GROUP BY s.service_id)
	SELECT m.service_id, lower(m.span), upper(m.span), upper(m.span) >= least(until, now_at) AND bool_or(t.status NOT IN ('resolved', 'closed', 'cancelled')
			OR coalesce(t.closed_at, t.resolved_at) > upper(m.span)), count(DISTINCT s.ticket_id), string_agg(DISTINCT t.number, ', ' ORDER BY t.number),
		(SELECT string_agg(DISTINCT c.name, ', ' ORDER BY c.name) FROM ticket_ci x JOIN ci c ON c.id = x.ci_id WHERE x.ticket_id = ANY (array_agg(s.ticket_id))
			AND x.role <> 'related')
	FROM merged m JOIN span s ON s.service_id = m.service_id AND s.span && m.span JOIN ticket t ON t.id = s.ticket_id
	GROUP BY m.service_id, m.span
$$;
COMMENT ON FUNCTION report_outage IS 'Outages of services with a value, in a period';

-- Pieces of each outage in which a supplier had the next move in a case of one of its incidents, as parallel arrays of seconds; with supplier NULL
-- those of all suppliers together, so that time that waited for two counts once.
CREATE OR REPLACE FUNCTION report_outage_wait(period_from timestamptz, until timestamptz, now_at timestamptz)
	RETURNS TABLE (service_id bigint, from_at timestamptz, supplier_id bigint, cases text, starts bigint[], ends bigint[])
LANGUAGE sql STABLE AS $$
	WITH span AS MATERIALIZED (SELECT * FROM report_outage_span(period_from, until, now_at)),
		merged AS MATERIALIZED (SELECT s.service_id, unnest(range_agg(s.span)) AS span FROM span s GROUP BY s.service_id),
		involved AS MATERIALIZED (SELECT k.id, k.number, k.supplier_id, k.ticket_id FROM supplier_case k
			WHERE k.ticket_id IN (SELECT s.ticket_id FROM span s)),
		move AS (SELECT k.id, e.seq, e.occurred_at, CASE WHEN e.type IN ('sent', 'info_provided', 'fix_rejected') THEN true
				WHEN e.type IN ('info_requested', 'fix_declared', 'fix_accepted', 'withdrawn') THEN false END AS theirs
			FROM involved k CROSS JOIN LATERAL report_case_event(k.id) e
			WHERE e.type IN ('sent', 'info_provided', 'fix_rejected', 'info_requested', 'fix_declared', 'fix_accepted', 'withdrawn')),
		wait AS (SELECT m.id, m.theirs, m.occurred_at AS starts, coalesce(lead(m.occurred_at) OVER (PARTITION BY m.id ORDER BY m.occurred_at, m.seq),
				'infinity') AS ends FROM move m),
		piece AS MATERIALIZED (SELECT DISTINCT m.service_id, m.span AS outage, k.supplier_id, k.number, s.span * tstzrange(w.starts, w.ends) AS span
			FROM wait w JOIN involved k ON k.id = w.id JOIN span s ON s.ticket_id = k.ticket_id
			JOIN merged m ON m.service_id = s.service_id AND m.span && s.span
			WHERE w.theirs AND w.starts < w.ends AND s.span && tstzrange(w.starts, w.ends)),
		of AS (SELECT p.service_id, p.outage, p.supplier_id, string_agg(DISTINCT p.number, ', ' ORDER BY p.number) AS cases, range_agg(p.span) AS spans
			FROM piece p GROUP BY GROUPING SETS ((p.service_id, p.outage, p.supplier_id), (p.service_id, p.outage)))
	SELECT o.service_id, lower(o.outage), o.supplier_id, o.cases, array_agg(extract(epoch FROM lower(r.r))::bigint ORDER BY lower(r.r)),
		array_agg(extract(epoch FROM upper(r.r))::bigint ORDER BY lower(r.r))
	FROM of o CROSS JOIN LATERAL unnest(o.spans) AS r(r)
	GROUP BY o.service_id, o.outage, o.supplier_id, o.cases
$$;
COMMENT ON FUNCTION report_outage_wait IS 'When outages waited for suppliers';
