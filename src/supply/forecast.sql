-- name: forecast_month
-- The local month of $1 in the zone $2.
SELECT to_char(m, 'YYYY-MM'), m AT TIME ZONE $2, (m + interval '1 month') AT TIME ZONE $2
FROM date_trunc('month', $1::timestamptz AT TIME ZONE $2) m;

-- name: forecast_clocks
-- Every running clock of an open case, by its due instant. Which of them breach soon, the program computes.
SELECT k.number, t.number, s.id, s.name, o.id, o.number, c.metric, c.ordinal, k.priority, c.target_s, c.elapsed_s, c.evaluated_at, c.due_at,
	c.calendar_version_id, t.team_id, m.name, p.id, p.name, c.id, k.summary
FROM supplier_case k JOIN clock c ON c.case_id = k.id JOIN ticket t ON t.id = k.ticket_id JOIN supplier s ON s.id = k.supplier_id
JOIN contract o ON o.id = k.contract_id JOIN team m ON m.id = t.team_id LEFT JOIN person p ON p.id = t.owner_id
WHERE k.status IN ('open', 'waiting_us', 'verifying') AND c.state = 'running' AND c.breached_at IS NULL
	AND ($1::bigint IS NULL OR k.supplier_id = $1)
ORDER BY c.due_at NULLS LAST, c.id;

-- name: forecast_goals
-- Contract and metric in the month from $2 to $3: decided, and running ones that come due in it. $1: clocks that ran past their target
-- although the watch has not recorded it yet.
SELECT o.id, o.number, s.id, s.name, r.metric, count(*) FILTER (WHERE r.counted AND r.verdict = 'kept'),
	count(*) FILTER (WHERE r.counted AND r.verdict = 'breached'), count(*) FILTER (WHERE NOT r.counted),
	sum(round(g.goal_pct * 100))::bigint, count(*), array_agg(DISTINCT t.team_id)
FROM report_case_clock($1, $2, $2, $3, $4) r JOIN supplier_case k ON k.id = r.case_id
JOIN contract_target g ON g.terms_id = k.terms_id AND g.priority = r.priority AND g.metric = r.metric
JOIN contract o ON o.id = r.contract_id JOIN supplier s ON s.id = r.supplier_id JOIN ticket t ON t.id = r.ticket_id
WHERE r.counted OR (r.verdict = 'open' AND r.state = 'running' AND r.due_at < $3)
GROUP BY o.id, s.id, r.metric
ORDER BY lower(s.name), o.number, metric_place(r.metric);

-- name: forecast_late
-- Running clocks whose due instant has passed: whether working time has passed since, the program computes.
SELECT c.id, c.due_at, c.calendar_version_id FROM supplier_case k JOIN clock c ON c.case_id = k.id
WHERE k.status IN ('open', 'waiting_us', 'verifying') AND c.state = 'running' AND c.breached_at IS NULL AND c.due_at < $1;

-- name: forecast_send
SELECT forecast_send($1::date, $2::jsonb, $3);

-- name: forecast_calendar
SELECT v.id FROM calendar c JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version WHERE c.key = $1;
