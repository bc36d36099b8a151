-- Arguments of every block over report_case_clock: $1 late clocks, $2 since, $3 from, $4 until, $5 supplier or NULL.

-- name: report_sla_late
-- Running clocks whose due instant has passed: whether working time has passed since, the program computes.
SELECT c.id, c.due_at, c.calendar_version_id FROM supplier_case k JOIN clock c ON c.case_id = k.id
WHERE k.status IN ('open', 'waiting_us', 'verifying') AND c.state = 'running' AND c.breached_at IS NULL AND c.due_at < $1;

-- name: report_sla_supplier
SELECT id, name FROM supplier WHERE id = $1;

-- name: report_sla_supplier_named
-- By its key, or by its name when only one has it.
SELECT id, name FROM supplier WHERE key = $1 OR lower(name) = lower($1) ORDER BY (key = $1) DESC, id LIMIT 2;

-- name: report_sla_groups
-- A line of the summary: supplier and metric. $6: start of the previous period.
SELECT s.id, s.name, r.metric,
	count(*) FILTER (WHERE r.counted AND r.verdict = 'kept'), count(*) FILTER (WHERE r.counted AND r.verdict = 'breached'),
	avg(g.goal_pct) FILTER (WHERE r.counted),
	percentile_cont(0.5) WITHIN GROUP (ORDER BY r.elapsed_s) FILTER (WHERE r.counted AND r.state = 'stopped'),
	percentile_cont(0.9) WITHIN GROUP (ORDER BY r.elapsed_s) FILTER (WHERE r.counted AND r.state = 'stopped'),
	count(*) FILTER (WHERE r.verdict = 'open'), count(*) FILTER (WHERE r.unfinished AND r.verdict = 'breached'),
	count(DISTINCT r.case_id) FILTER (WHERE r.counted), count(*) FILTER (WHERE r.here),
	count(*) FILTER (WHERE r.verdict = 'kept' AND r.decided_at >= $6 AND r.decided_at < $3),
	count(*) FILTER (WHERE r.verdict = 'breached' AND r.decided_at >= $6 AND r.decided_at < $3),
	count(*) FILTER (WHERE NOT r.here)
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier s ON s.id = r.supplier_id
LEFT JOIN contract_target g ON g.terms_id = r.terms_id AND g.priority = r.priority AND g.metric = r.metric
GROUP BY s.id, r.metric
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric);

-- name: report_sla_suppliers
-- Cases with a clock that counts, by supplier, in the order of the groups.
SELECT s.id, s.name, s.kind, count(DISTINCT r.case_id) FILTER (WHERE r.counted)
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier s ON s.id = r.supplier_id
WHERE r.here GROUP BY s.id ORDER BY lower(s.name), s.id;

-- name: report_sla_months
-- $6: the starts of the months, and the end of the last.
SELECT s.id, s.name, r.metric, width_bucket(r.decided_at, $6::timestamptz[]), count(*) FILTER (WHERE r.verdict = 'kept'), count(*)
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier s ON s.id = r.supplier_id
WHERE r.verdict IN ('kept', 'breached') AND r.decided_at >= ($6::timestamptz[])[1] AND r.decided_at < $4
GROUP BY s.id, r.metric, 4
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), 4;

-- name: report_sla_scope
-- How long the detail sheets will be, and whose hours and terms they rest on.
SELECT count(DISTINCT r.case_id), count(*), array_agg(DISTINCT r.calendar_version_id), array_agg(DISTINCT r.terms_id)
FROM report_case_clock($1, $2, $3, $4, $5) r WHERE r.here;

-- name: report_sla_pause_count
SELECT count(*) FROM report_case_clock($1, $2, $3, $4, $5) r JOIN clock_pause p ON p.clock_id = r.clock_id WHERE r.here;

-- name: report_sla_clocks
SELECT k.number, t.number, s.id, s.name, r.metric, r.ordinal, r.priority, r.verdict, r.decided_at, r.state, r.target_s, g.goal_pct, r.started_at,
	r.due_at, r.stopped_at, r.elapsed_s, r.evaluated_at, r.calendar_version_id, r.breached_at, r.paused_s,
	CASE WHEN r.paused_s > 0 THEN (SELECT sum(p.worked_s) FROM clock_pause p WHERE p.clock_id = r.clock_id AND p.waits_for <> 'us') END,
	r.retarget_count, CASE WHEN r.retarget_count > 0 THEN (SELECT string_agg(DISTINCT coalesce(a.name, '–'), ', ') FROM case_event e
		LEFT JOIN person a ON a.id = e.actor_id WHERE e.case_id = r.case_id AND e.type IN ('priority_changed', 'calendar_changed')) END,
	r.counted, service.name, ci.name, c.number, b.name || ' · ' || v.version, encode(h.head, 'hex'), r.case_id
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier_case k ON k.id = r.case_id JOIN ticket t ON t.id = r.ticket_id
JOIN supplier s ON s.id = r.supplier_id JOIN contract c ON c.id = r.contract_id JOIN calendar_version v ON v.id = r.calendar_version_id
JOIN calendar b ON b.id = v.calendar_id LEFT JOIN case_chain h ON h.case_id = r.case_id LEFT JOIN ci service ON service.id = t.service_id
LEFT JOIN ci ON ci.id = r.ci_id
LEFT JOIN contract_target g ON g.terms_id = r.terms_id AND g.priority = r.priority AND g.metric = r.metric
WHERE r.here
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal;

-- name: report_sla_earlier
SELECT k.number, t.number, s.id, s.name, r.metric, r.ordinal, r.priority, r.verdict, r.decided_at, r.target_s, r.elapsed_s
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier_case k ON k.id = r.case_id JOIN ticket t ON t.id = r.ticket_id
JOIN supplier s ON s.id = r.supplier_id
WHERE NOT r.here
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal;

-- name: report_sla_cases
SELECT k.number, t.number, s.id, s.name, k.status, k.priority, k.summary, n.counted, n.breached, k.supplier_ref, ci.name, service.name, c.number,
	k.sent_at, k.acknowledged_at, k.fixed_at, k.closed_at,
	(SELECT p.name FROM ownership o JOIN person p ON p.id = o.person_id WHERE o.ticket_id = k.ticket_id AND lower(o.period) < k.sent_at + interval '1 s'
		ORDER BY lower(o.period) DESC LIMIT 1),
	owner.name, h.seq, encode(h.head, 'hex')
FROM (SELECT r.case_id, count(*) FILTER (WHERE r.counted) AS counted, count(*) FILTER (WHERE r.counted AND r.verdict = 'breached') AS breached
	FROM report_case_clock($1, $2, $3, $4, $5) r WHERE r.here GROUP BY r.case_id) n
JOIN supplier_case k ON k.id = n.case_id JOIN ticket t ON t.id = k.ticket_id JOIN supplier s ON s.id = k.supplier_id
JOIN contract c ON c.id = k.contract_id LEFT JOIN case_chain h ON h.case_id = k.id LEFT JOIN ci ON ci.id = k.ci_id
LEFT JOIN ci service ON service.id = t.service_id LEFT JOIN person owner ON owner.id = t.owner_id
ORDER BY k.id;

-- name: report_sla_pauses
SELECT k.number, s.id, s.name, r.metric, r.ordinal, p.from_at, p.to_at, p.worked_s, r.evaluated_at, r.calendar_version_id, c.pause_limit_s, p.reason,
	p.waits_for, begun_by.name, extract(epoch FROM b.recorded_at - b.occurred_at)::bigint, ended_by.name,
	extract(epoch FROM e.recorded_at - e.occurred_at)::bigint
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN clock_pause p ON p.clock_id = r.clock_id JOIN supplier_case k ON k.id = r.case_id
JOIN supplier s ON s.id = r.supplier_id JOIN contract_terms c ON c.id = r.terms_id
LEFT JOIN case_event b ON b.case_id = r.case_id AND b.seq = p.from_seq LEFT JOIN person begun_by ON begun_by.id = b.actor_id
LEFT JOIN case_event e ON e.case_id = r.case_id AND e.seq = p.to_seq LEFT JOIN person ended_by ON ended_by.id = e.actor_id
WHERE r.here
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal, p.ordinal;

-- name: report_sla_contracts
-- The editions of terms by which the clocks were judged.
SELECT k.number, k.name, s.name, lower(e.valid), least(upper(e.valid), k.valid_to), b.name, e.pause_limit_s, t.priority, t.metric, t.target_s, t.goal_pct
FROM contract_terms e JOIN contract k ON k.id = e.contract_id JOIN supplier s ON s.id = k.supplier_id JOIN calendar b ON b.id = e.calendar_id
LEFT JOIN contract_target t ON t.terms_id = e.id
WHERE e.id = ANY ($1::bigint[])
ORDER BY lower(s.name), k.number, e.version, t.priority, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], t.metric);

-- name: report_sla_calendars
-- Hours of calendar versions: days of the week 1 to 7, then the dates with hours of their own between two days.
SELECT b.name, v.version, v.body ->> 'zone', v.created_at, h.weekday, h.date, h.hours
FROM calendar_version v JOIN calendar b ON b.id = v.calendar_id
CROSS JOIN LATERAL (
	SELECT d AS weekday, NULL AS date, (SELECT string_agg((w ->> 'from') || '–' || (w ->> 'to'), ', ' ORDER BY w ->> 'from')
		FROM jsonb_array_elements(v.body -> 'week') w WHERE (w ->> 'day')::int = d) AS hours
	FROM generate_series(1, 7) d
	UNION ALL
	SELECT NULL, x ->> 'date', (SELECT string_agg((w ->> 0) || '–' || (w ->> 1), ', ' ORDER BY w ->> 0) FROM jsonb_array_elements(x -> 'hours') w)
	FROM jsonb_array_elements(coalesce(v.body -> 'exceptions', '[]')) x
	WHERE x ->> 'date' >= $2 AND x ->> 'date' <= $3
) h
WHERE v.id = ANY ($1::bigint[])
ORDER BY lower(b.name), v.version, h.weekday NULLS LAST, h.date;

-- name: report_sla_drill
-- The clocks behind one figure, latest start first. $6 metric, $7 verdict, $8 and $9 the last of the page before, $10 limit.
SELECT r.clock_id, k.number, t.number, s.id, s.name, r.metric, r.ordinal, r.priority, r.target_s, r.elapsed_s, r.started_at, r.due_at, r.stopped_at,
	r.breached_at, r.paused_s, service.id, service.name, ci.id, ci.name, r.state, r.evaluated_at, r.calendar_version_id
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier_case k ON k.id = r.case_id JOIN ticket t ON t.id = r.ticket_id
JOIN supplier s ON s.id = r.supplier_id LEFT JOIN ci service ON service.id = t.service_id LEFT JOIN ci ON ci.id = r.ci_id
WHERE (r.counted OR r.verdict = 'open') AND ($6::sla_metric IS NULL OR r.metric = $6::sla_metric) AND ($7::text IS NULL OR r.verdict = $7)
	AND ($8::timestamptz IS NULL OR (r.started_at, r.clock_id) < ($8, $9::bigint))
ORDER BY r.started_at DESC, r.clock_id DESC LIMIT $10::int;
