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

-- name: report_sla_plan
-- How long the detail sheets will be, and on whose hours and terms they rest. Ordered as the groups.
SELECT s.id, s.name, s.kind, r.metric, r.terms_id, r.calendar_version_id, count(*) FILTER (WHERE r.here), count(*) FILTER (WHERE NOT r.here),
	coalesce(sum(p.n) FILTER (WHERE r.here), 0)
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier s ON s.id = r.supplier_id
LEFT JOIN (SELECT clock_id, count(*) AS n FROM clock_pause GROUP BY clock_id) p ON p.clock_id = r.clock_id
GROUP BY s.id, r.metric, r.terms_id, r.calendar_version_id
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric);

-- name: report_sla_case_count
SELECT count(*) FROM (SELECT r.case_id FROM report_case_clock($1, $2, $3, $4, $5) r WHERE r.here GROUP BY r.case_id) c;

-- name: report_sla_broad
-- Of hundreds of thousands of clocks nearly every row of the tables beside them is needed; looking each up by an index takes longer than
-- reading the tables once, and the plan does not know it.
SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: report_sla_terms
-- Editions with their goals in hundredths of a percent.
SELECT e.id, e.contract_id, 'v' || e.version, e.version, e.pause_limit_s, t.priority, t.metric, (t.goal_pct * 100)::int
FROM contract_terms e LEFT JOIN contract_target t ON t.terms_id = e.id WHERE e.id = ANY ($1::bigint[]) ORDER BY e.id;

-- name: report_sla_contract_list
SELECT k.id, k.number, s.id, s.name FROM contract k JOIN supplier s ON s.id = k.supplier_id
WHERE k.id IN (SELECT e.contract_id FROM contract_terms e WHERE e.id = ANY ($1::bigint[])) ORDER BY k.id;

-- name: report_sla_calendar_names
SELECT v.id, b.name || ' · ' || v.version FROM calendar_version v JOIN calendar b ON b.id = v.calendar_id WHERE v.id = ANY ($1::bigint[]) ORDER BY v.id;

-- name: report_sla_ci_names
-- CIs and services of the cases that any clock of the report belongs to.
SELECT c.id, c.name FROM ci c WHERE c.id IN (
	SELECT x.id FROM (SELECT DISTINCT r.case_id, r.ticket_id, r.ci_id FROM report_case_clock($1, $2, $3, $4, $5) r WHERE r.here) k
	JOIN ticket t ON t.id = k.ticket_id CROSS JOIN LATERAL (VALUES (k.ci_id), (t.service_id)) AS x(id) WHERE x.id IS NOT NULL)
ORDER BY c.id;

-- name: report_sla_clocks
-- Narrow rows, since a million of them are sorted; names come from what was read before.
SELECT q.number, q.ticket, q.supplier_id, q.metric, q.ordinal, q.priority, q.verdict, q.decided_at, q.terms_id, q.target_s, q.state, q.started_at, q.due_at,
	q.stopped_at, q.elapsed_s, q.evaluated_at, q.calendar_version_id, q.breached_at, q.paused_s,
	CASE WHEN q.paused_s > 0 THEN (SELECT sum(p.worked_s) FROM clock_pause p WHERE p.clock_id = q.clock_id AND p.waits_for <> 'us') END,
	q.retarget_count, CASE WHEN q.retarget_count > 0 THEN (SELECT string_agg(DISTINCT coalesce(a.name, '–'), ', ') FROM case_event e
		LEFT JOIN person a ON a.id = e.actor_id WHERE e.case_id = q.case_id AND e.type IN ('priority_changed', 'calendar_changed')) END,
	q.counted, q.unfinished, q.service_id, q.ci_id, encode(q.head, 'hex'), q.case_id
FROM (
	SELECT k.number, t.number AS ticket, t.service_id, h.head, r.*
	FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier_case k ON k.id = r.case_id JOIN ticket t ON t.id = r.ticket_id
	JOIN (SELECT id, row_number() OVER (ORDER BY lower(name), id) AS place FROM supplier) s ON s.id = r.supplier_id
	LEFT JOIN case_chain h ON h.case_id = r.case_id
	WHERE r.here
	ORDER BY s.place, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal
) q;

-- name: report_sla_earlier
SELECT k.number, t.number, r.supplier_id, r.metric, r.ordinal, r.priority, r.verdict, r.decided_at, r.terms_id, r.target_s, r.elapsed_s
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN supplier_case k ON k.id = r.case_id JOIN ticket t ON t.id = r.ticket_id
JOIN (SELECT id, row_number() OVER (ORDER BY lower(name), id) AS place FROM supplier) s ON s.id = r.supplier_id
WHERE NOT r.here
ORDER BY s.place, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal;

-- name: report_sla_cases
-- The last but one: instants (seconds) at which a fix was declared (d) or judged (j), as corrected since, for the time of our verification.
SELECT k.number, t.number, s.id, s.name, k.status, k.priority, k.summary, n.counted, n.breached, k.supplier_ref, ci.name, service.name, c.number,
	e.version, k.sent_at, k.acknowledged_at, k.fixed_at, k.closed_at, f.elapsed_s, f.paused_s,
	CASE WHEN f.paused_s > 0 THEN (SELECT sum(p.worked_s) FROM clock_pause p WHERE p.clock_id = f.id AND p.waits_for = 'us') END,
	f.state, f.evaluated_at, f.calendar_version_id,
	CASE WHEN k.fixed_at IS NOT NULL THEN (SELECT string_agg(v.at || CASE WHEN v.type = 'fix_declared' THEN 'd' ELSE 'j' END, ',' ORDER BY v.at, v.seq)
		FROM report_case_event(k.id) v WHERE v.type IN ('fix_declared', 'fix_accepted', 'fix_rejected', 'withdrawn')) END,
	(SELECT p.name FROM ownership o JOIN person p ON p.id = o.person_id WHERE o.ticket_id = k.ticket_id AND lower(o.period) < k.sent_at + interval '1 s'
		ORDER BY lower(o.period) DESC LIMIT 1),
	owner.name, h.seq, encode(h.head, 'hex')
FROM (SELECT r.case_id, count(*) FILTER (WHERE r.counted) AS counted, count(*) FILTER (WHERE r.counted AND r.verdict = 'breached') AS breached
	FROM report_case_clock($1, $2, $3, $4, $5) r WHERE r.here GROUP BY r.case_id) n
JOIN supplier_case k ON k.id = n.case_id JOIN ticket t ON t.id = k.ticket_id JOIN supplier s ON s.id = k.supplier_id
JOIN contract c ON c.id = k.contract_id JOIN contract_terms e ON e.id = k.terms_id LEFT JOIN case_chain h ON h.case_id = k.id
LEFT JOIN clock f ON f.case_id = k.id AND f.metric = 'resolution' AND f.ordinal = 1 LEFT JOIN ci ON ci.id = k.ci_id
LEFT JOIN ci service ON service.id = t.service_id LEFT JOIN person owner ON owner.id = t.owner_id
ORDER BY k.id;

-- name: report_sla_pauses
SELECT k.number, s.id, s.name, r.metric, r.ordinal, p.from_at, p.to_at, p.worked_s, r.evaluated_at, r.calendar_version_id, c.pause_limit_s, p.reason,
	p.waits_for, coalesce(begun_by.name, CASE WHEN b.party = 'supplier' THEN s.name END), extract(epoch FROM b.recorded_at - b.occurred_at)::bigint,
	coalesce(ended_by.name, CASE WHEN e.party = 'supplier' THEN s.name END), extract(epoch FROM e.recorded_at - e.occurred_at)::bigint,
	y.name_en, y.name_ru, coalesce(q.state, 'unanswered')
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN clock_pause p ON p.clock_id = r.clock_id JOIN supplier_case k ON k.id = r.case_id
JOIN supplier s ON s.id = r.supplier_id JOIN contract_terms c ON c.id = r.terms_id
LEFT JOIN case_event b ON b.case_id = r.case_id AND b.seq = p.from_seq LEFT JOIN person begun_by ON begun_by.id = b.actor_id
LEFT JOIN case_event e ON e.case_id = r.case_id AND e.seq = p.to_seq LEFT JOIN person ended_by ON ended_by.id = e.actor_id
LEFT JOIN contract_pause_reason y ON y.terms_id = r.terms_id AND y.key = b.data ->> 'pause_reason'
LEFT JOIN pause_consent q ON q.case_id = r.case_id AND q.from_seq = p.from_seq
WHERE r.here
ORDER BY lower(s.name), s.id, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], r.metric), r.case_id, r.ordinal, p.ordinal;

-- name: report_sla_list_counts
-- Rows of the three lists. $6: seconds after which an entry is late.
SELECT (SELECT count(*) FROM report_late_entry($1, $2, $3, $4, $5, $6)), (SELECT count(*) FROM report_rejected_fix($1, $2, $3, $4, $5)),
	(SELECT count(*) FROM report_contest($1, $2, $3, $4, $5));

-- name: report_sla_late_entries
SELECT number, supplier_id, supplier, type, occurred_at, recorded_at, late_s, author, favours
FROM report_late_entry($1, $2, $3, $4, $5, $6) ORDER BY lower(supplier), supplier_id, case_id, seq;

-- name: report_sla_rejected
SELECT number, supplier_id, supplier, declared_at, rejected_at, author, body FROM report_rejected_fix($1, $2, $3, $4, $5)
ORDER BY lower(supplier), supplier_id, case_id, rejected_at;

-- name: report_sla_contests
SELECT number, supplier_id, supplier, kind, event_type, reason, raised_by, raised_at, state, decided_by, decided_at, decision
FROM report_contest($1, $2, $3, $4, $5) ORDER BY lower(supplier), supplier_id, case_id, contest_id;

-- name: report_sla_credit_terms
-- For each contract and month the edition by which credits are due: the one in force as the month begins, else the first that comes into
-- force in it. Prices of quarters and years are a third and a twelfth, rounded to hundredths. $2, $3: first days, and days after the last.
SELECT c.place, m.place, e.id, e.version, (round(CASE e.price_period WHEN 'month' THEN e.price WHEN 'quarter' THEN e.price / 3 ELSE e.price / 12 END, 2) * 100)::bigint,
	e.currency, (coalesce(e.credit_cap_pct, 100) * 100)::int
FROM unnest($1::bigint[]) WITH ORDINALITY AS c(id, place) JOIN contract k ON k.id = c.id
CROSS JOIN unnest($2::date[], $3::date[]) WITH ORDINALITY AS m(first, next, place)
CROSS JOIN LATERAL (SELECT t.* FROM contract_terms t WHERE t.contract_id = c.id
	AND t.valid * daterange(k.valid_from, k.valid_to) && daterange(m.first, m.next) ORDER BY lower(t.valid) LIMIT 1) e
ORDER BY 1, 2;

-- name: report_sla_credit_counts
-- For the dashboard. $6: the starts of the months, and the end of the last.
SELECT k.id, k.number, s.id, s.name, r.metric, width_bucket(r.decided_at, $6::timestamptz[]), count(*) FILTER (WHERE r.verdict = 'kept'),
	count(*) FILTER (WHERE r.verdict = 'breached')
FROM report_case_clock($1, $2, $3, $4, $5) r JOIN contract k ON k.id = r.contract_id JOIN supplier s ON s.id = k.supplier_id
WHERE r.verdict IN ('kept', 'breached') AND r.decided_at >= ($6::timestamptz[])[1] AND r.decided_at < $4
GROUP BY k.id, s.id, r.metric, 6 ORDER BY k.id, r.metric, 6;

-- name: report_sla_credit_steps
-- In hundredths of a percent, the mildest first.
SELECT x.terms_id, k.id, k.number, e.version, x.metric, (x.below_pct * 100)::int, (x.credit_pct * 100)::int
FROM contract_credit x JOIN contract_terms e ON e.id = x.terms_id JOIN contract k ON k.id = e.contract_id WHERE x.terms_id = ANY ($1::bigint[])
ORDER BY k.number, e.version, array_position('{acknowledge,response,workaround,resolution,update}'::sla_metric[], x.metric), x.below_pct DESC;

-- name: report_sla_outages
-- $1 from, $2 until, $3 now, $4 supplier or NULL: only those that waited for them.
SELECT o.service_id, s.name, o.from_at, o.to_at, o.goes_on, o.incidents, o.tickets, o.cis, (v.amount * 100)::bigint, v.currency,
	(SELECT c.id FROM calendar_version c WHERE c.calendar_id = v.calendar_id ORDER BY c.version DESC LIMIT 1)
FROM report_outage($1, $2, $3) o JOIN service_value v ON v.service_id = o.service_id JOIN ci s ON s.id = o.service_id
WHERE $4::bigint IS NULL OR EXISTS (SELECT FROM report_outage_wait($1, $2, $3) w WHERE w.service_id = o.service_id AND w.from_at = o.from_at AND w.supplier_id = $4)
ORDER BY o.from_at, lower(s.name), o.service_id;

-- name: report_sla_outage_waits
-- Pieces of outages that waited for a supplier; those of no supplier's name are of all together.
SELECT w.service_id, w.from_at, w.supplier_id, s.name, w.cases, w.starts, w.ends
FROM report_outage_wait($1, $2, $3) w LEFT JOIN supplier s ON s.id = w.supplier_id
WHERE $4::bigint IS NULL OR w.supplier_id IS NULL OR w.supplier_id = $4
ORDER BY w.from_at, lower(s.name), w.supplier_id;

-- name: report_sla_anchor
SELECT a.number, a.day, a.made_at, encode(a.root, 'hex'), encode(a.link, 'hex') FROM audit_anchor a ORDER BY a.number DESC LIMIT 1;

-- name: report_sla_contracts
-- The editions of terms by which the clocks were judged.
SELECT k.number, k.name, s.name, e.version, lower(e.valid), least(upper(e.valid), k.valid_to), b.name, e.pause_limit_s, t.priority, t.metric, t.target_s, t.goal_pct
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
