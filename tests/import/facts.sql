-- Every fact of the event log of UCI Machine Learning Repository 498 (Incident management process enriched event log, doi 10.24432/C57S4H;
-- Amaral, Fantinato, Peres; CC BY 4.0), counted from the file by a separate program, against what the import has made of it.
-- Gives fact, wanted, found. Where the product has a place of its own for a fact, it is counted there; the rest from the evidence of the rows.
-- What was just brought in is news to the planner: with the figures of before it walks the log once for each ticket.
ANALYZE ticket, ticket_event, ownership, clock;
WITH t AS MATERIALIZED (SELECT * FROM ticket WHERE external_source = 'servicenow'),
e AS MATERIALIZED (SELECT e.* FROM ticket_event e JOIN t ON t.id = e.ticket_id),
r AS MATERIALIZED (SELECT ticket_id, seq, data -> 'row' AS said, data ->> 'state' AS ours FROM e WHERE type = 'imported'),
last_row AS MATERIALIZED (SELECT DISTINCT ON (ticket_id) ticket_id, said FROM r ORDER BY ticket_id, seq DESC),
waited AS MATERIALIZED (SELECT DISTINCT ticket_id FROM e WHERE type = 'waiting' AND data ->> 'for' = 'supplier'),
-- A change of group is a handover or, as long as nobody owns the ticket, a change of team.
moves AS MATERIALIZED (SELECT t.id, count(e.ticket_id) AS teams FROM t LEFT JOIN e ON e.ticket_id = t.id
	AND ((e.type = 'handover_accepted' AND e.data ? 'team') OR e.type = 'team_changed') GROUP BY t.id),
states AS (SELECT said ->> 'state' AS theirs, count(*) AS n FROM r GROUP BY 1),
facts (place, fact, wanted, found) AS (
	SELECT 1, 'incidents', 24918, (SELECT count(*) FROM t)
	UNION ALL SELECT 2, 'events', 141712, (SELECT count(*) FROM r)
	UNION ALL SELECT 3, 'rows that are ' || x.theirs, x.n, coalesce(s.n, 0) FROM (VALUES ('Active', 38716), ('New', 36407), ('Resolved', 25751),
		('Closed', 24985), ('Awaiting User Info', 14642), ('Awaiting Vendor', 707), ('Awaiting Problem', 461), ('Awaiting Evidence', 38), ('-100', 5))
		AS x(theirs, n) LEFT JOIN states s USING (theirs)
	UNION ALL SELECT 4, 'states beside these', 0, (SELECT count(*) FROM states) - 9
	UNION ALL SELECT 5, 'incidents that were ever Awaiting Vendor', 259, (SELECT count(*) FROM waited)
	UNION ALL SELECT 6, '… of which met their SLA', 15, (SELECT count(*) FROM waited JOIN last_row USING (ticket_id) WHERE said ->> 'made_sla' = 'true')
	UNION ALL SELECT 7, 'incidents that met their SLA', 15803, (SELECT count(*) FROM last_row WHERE said ->> 'made_sla' = 'true')
	UNION ALL SELECT 8, 'reassigned at least once', 11369, (SELECT count(*) FROM last_row WHERE (said ->> 'reassignment_count')::integer > 0)
	UNION ALL SELECT 9, 'reassigned in sum', 23414, (SELECT sum((said ->> 'reassignment_count')::integer) FROM last_row)
	UNION ALL SELECT 10, 'reassigned at most', 27, (SELECT max((said ->> 'reassignment_count')::integer) FROM last_row)
	UNION ALL SELECT 11, 'incidents whose changes of group equal their reassignment_count', 24827, (SELECT count(*)
		FROM last_row l JOIN moves m ON m.id = l.ticket_id WHERE (l.said ->> 'reassignment_count')::integer = m.teams)
	UNION ALL SELECT 12, 'reopened at least once', 275, (SELECT count(*) FROM t WHERE reopen_count > 0)
	UNION ALL SELECT 13, 'callers (with ?)', 5245, (SELECT count(DISTINCT reporter_id) FROM t)
	UNION ALL SELECT 14, 'groups (with ?)', 79, (SELECT count(DISTINCT e.data -> 'team') FROM e WHERE e.data ? 'team' AND e.type <> 'imported')
	UNION ALL SELECT 15, 'people assigned (with ?)', 235, (SELECT count(DISTINCT o.person_id) FROM ownership o JOIN t ON t.id = o.ticket_id)
	UNION ALL SELECT 16, 'rows with a CI', 445, (SELECT count(*) FROM r WHERE said ? 'ci')
	UNION ALL SELECT 17, 'CIs (with ?)', 51, (SELECT count(*) FROM ci WHERE source = 'servicenow')
		+ (SELECT count(*) FROM (SELECT FROM r WHERE NOT said ? 'ci' LIMIT 1) AS missing)
	-- What the import promises of itself.
	UNION ALL SELECT 20, 'tickets without an owner that are not new', 0, (SELECT count(*) FROM t WHERE owner_id IS NULL AND status NOT IN ('new', 'cancelled'))
	UNION ALL SELECT 21, 'handovers that no event tells of', 0, (SELECT count(*) FROM handover h JOIN t ON t.id = h.ticket_id
		WHERE NOT EXISTS (SELECT FROM e WHERE e.ticket_id = h.ticket_id AND e.type = 'handover_accepted' AND (e.data ->> 'handover')::bigint = h.id))
	UNION ALL SELECT 22, 'handovers with another reason than imported', 0, (SELECT count(*) FROM handover h JOIN t ON t.id = h.ticket_id WHERE h.reason <> 'imported')
	UNION ALL SELECT 23, 'tickets whose count of handovers is not their moves of ownership', 0, (SELECT count(*) FROM t
		WHERE handover_count <> (SELECT count(*) - 1 FROM ownership o WHERE o.ticket_id = t.id))
	UNION ALL SELECT 24, 'events that occur before the one above them', 0, (SELECT count(*) FROM (SELECT occurred_at
		< lag(occurred_at) OVER (PARTITION BY ticket_id ORDER BY seq) AS before FROM e) AS x WHERE before)
	UNION ALL SELECT 25, 'tickets whose state is not that of their last row', 0, (SELECT count(*) FROM t JOIN (SELECT DISTINCT ON (ticket_id)
		ticket_id, ours FROM r WHERE ours <> 'keep' ORDER BY ticket_id, seq DESC) AS x ON x.ticket_id = t.id WHERE t.status::text <> x.ours)
	UNION ALL SELECT 26, 'mails', 0, (SELECT count(*) FROM outbox o JOIN t ON t.id = o.ticket_id)
	UNION ALL SELECT 27, 'imported people who could sign in', 0, (SELECT count(*) FROM person WHERE source = 'import' AND (active OR roles <> 0)))
SELECT fact, wanted, found, CASE WHEN wanted = found THEN 'ok' ELSE 'WRONG' END FROM facts ORDER BY place, fact;
