-- The demo company's history obeys every rule and has what it promises. Needs a database into which `vakhta demo load` has put a year;
-- leaves nothing behind. Tickets of other tests may stand beside it.
\set ON_ERROR_STOP on
BEGIN;

CREATE FUNCTION pg_temp.none_of(bad bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF bad IS DISTINCT FROM 0 THEN
		RAISE EXCEPTION '%: %', what, bad;
	END IF;
END $$;
CREATE FUNCTION pg_temp.check_that(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF good IS NOT TRUE THEN
		RAISE EXCEPTION 'not so: %', what;
	END IF;
END $$;
-- When the history ends: the instant of its clocks.
CREATE FUNCTION pg_temp.history_end() RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT evaluated_at FROM clock GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
$$;

-- Structure.
SELECT pg_temp.check_that((SELECT count(*) FROM person) >= 115, 'about 120 people');
SELECT pg_temp.check_that((SELECT array_agg(DISTINCT level ORDER BY level) FROM team) = '{1,2,3}', 'teams of three levels');
SELECT pg_temp.check_that((SELECT count(*) FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE c.source = 'demo' AND k.name = 'business_service') = 40, '40 services');
SELECT pg_temp.check_that((SELECT count(*) FROM ci WHERE source = 'demo') >= 440, '400 CIs beside the services');
SELECT pg_temp.check_that((SELECT count(*) FROM ci_relation) >= 700, 'a graph of dependencies');
SELECT pg_temp.check_that((SELECT count(*) FROM supplier) >= 7 AND EXISTS (SELECT FROM supplier WHERE kind = 'internal'), '7 suppliers, one internal');
SELECT pg_temp.check_that((SELECT count(DISTINCT k.calendar_id) FROM contract_terms k) >= 4, 'contracts with different calendars');

-- Amounts and variety.
SELECT pg_temp.check_that((SELECT count(*) FROM ticket) >= 3000, '3,000 tickets');
SELECT pg_temp.check_that((SELECT count(*) BETWEEN 600 AND 1000 FROM supplier_case), 'about 700 cases');
SELECT pg_temp.check_that((SELECT count(DISTINCT supplier_id) FROM supplier_case) >= 7, 'cases with every supplier');
SELECT pg_temp.check_that((SELECT count(DISTINCT status) FROM ticket) = 7, 'tickets in all states');
SELECT pg_temp.check_that((SELECT count(DISTINCT status) FROM supplier_case) = 5, 'cases in all states');
SELECT pg_temp.check_that((SELECT count(DISTINCT kind) FROM ticket) = 3, 'all kinds');
SELECT pg_temp.check_that((SELECT count(*) FROM (SELECT date_trunc('month', opened_at) FROM ticket GROUP BY 1 HAVING count(*) >= 30) m) >= 12, 'twelve months');
SELECT pg_temp.check_that((SELECT count(*) FILTER (WHERE subject ~ '[А-я]') > 500 AND count(*) FILTER (WHERE subject !~ '[А-я]') > 300 FROM ticket), 'both languages');
SELECT pg_temp.check_that((SELECT count(DISTINCT reason) FROM handover) >= 7, 'handovers of every reason, returns too');
SELECT pg_temp.check_that((SELECT count(DISTINCT state) FROM handover) = 5 AND (SELECT count(DISTINCT mode) FROM handover) = 2, 'offers of every fate');
SELECT pg_temp.check_that((SELECT count(DISTINCT type) FROM case_event WHERE type IN ('sent', 'acknowledged', 'responded', 'info_requested', 'info_provided',
	'update', 'workaround_delivered', 'workaround_accepted', 'workaround_rejected', 'fix_declared', 'fix_accepted', 'fix_rejected', 'withdrawn')) = 13, 'every event of cases');
SELECT pg_temp.check_that((SELECT count(*) FROM case_event WHERE type <> 'clock_breached' AND recorded_at >= occurred_at + interval '30 minutes') >= 50, 'late entries');
SELECT pg_temp.check_that((SELECT count(*) FROM clock_pause p JOIN clock c ON c.id = p.clock_id WHERE c.case_id IS NOT NULL) >= 100, 'pauses of cases');
SELECT pg_temp.check_that((SELECT count(*) FROM ticket WHERE reopen_count > 0) >= 50, 'reopened tickets');
SELECT pg_temp.check_that((SELECT avg((breached_at IS NOT NULL)::int) BETWEEN 0.05 AND 0.4 FROM clock WHERE case_id IS NOT NULL), 'breaches, but not only');
SELECT pg_temp.check_that((SELECT (SELECT count(*) FROM rating)::numeric / sum(resolution_count) BETWEEN 0.28 AND 0.42 FROM ticket), 'about a third rates');
SELECT pg_temp.check_that((SELECT count(DISTINCT body) >= 3000 FROM ticket), 'no two reports alike');
-- Each supplier has a character of its own: the best keeps almost everything, the worst far less.
SELECT pg_temp.check_that((SELECT max(kept) >= 0.93 AND min(kept) <= 0.72 FROM (SELECT avg((k.breached_at IS NULL)::int) AS kept
	FROM clock k JOIN supplier_case c ON c.id = k.case_id WHERE k.metric = 'resolution' AND k.state = 'stopped' GROUP BY c.supplier_id) s), 'suppliers differ');

-- One owner, without gap or overlap, from the first take on.
SELECT pg_temp.none_of((SELECT count(*) FROM (SELECT lower(period) AS begins, lag(upper(period)) OVER (PARTITION BY ticket_id ORDER BY period) AS ended
	FROM ownership) o WHERE ended IS NOT NULL AND ended <> begins), 'gaps in ownership');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t LEFT JOIN ownership o ON o.ticket_id = t.id AND upper_inf(o.period)
	WHERE t.owner_id IS DISTINCT FROM o.person_id), 'owners who are not of the open period');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.owner_id IS NOT NULL
	AND (SELECT count(*) FROM ownership o WHERE o.ticket_id = t.id) <> 1 + t.handover_count), 'periods that no handover explains');
SELECT pg_temp.none_of((SELECT count(*) FROM ownership o JOIN handover h ON h.id = o.handover_id
	WHERE h.new_owner_id <> o.person_id OR date_trunc('second', lower(o.period)) <> h.decided_at), 'periods that began otherwise than their handover');
SELECT pg_temp.none_of((SELECT count(*) FROM handover h WHERE h.mode = 'temporary' AND h.state IN ('accepted', 'forced') AND h.returned_at IS NULL
	AND h.until_at < pg_temp.history_end()), 'loans past their hour');

-- The timeline tells what the row says.
SELECT pg_temp.none_of((SELECT count(*) FROM (SELECT recorded_at, lag(recorded_at) OVER (PARTITION BY ticket_id ORDER BY seq) AS before FROM ticket_event) e
	WHERE before > recorded_at), 'events of tickets recorded backwards');
SELECT pg_temp.none_of((SELECT count(*) FROM (SELECT recorded_at, lag(recorded_at) OVER (PARTITION BY case_id ORDER BY seq) AS before FROM case_event) e
	WHERE before > recorded_at), 'events of cases recorded backwards');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket_event WHERE seq = 1 AND type NOT IN ('opened', 'imported')), 'timelines that do not begin with the report');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t CROSS JOIN LATERAL (
		SELECT CASE e.type WHEN 'opened' THEN 'new' WHEN 'taken' THEN 'in_progress' WHEN 'waiting' THEN 'waiting_' || (e.data ->> 'for') WHEN 'resumed' THEN 'in_progress'
			WHEN 'resolved' THEN 'resolved' WHEN 'confirmed' THEN 'closed' WHEN 'closed' THEN 'closed' WHEN 'reopened' THEN 'in_progress' ELSE 'cancelled' END AS said
		FROM ticket_event e WHERE e.ticket_id = t.id AND e.type IN ('opened', 'taken', 'waiting', 'resumed', 'resolved', 'confirmed', 'closed', 'reopened', 'cancelled')
		ORDER BY e.seq DESC LIMIT 1) last WHERE t.external_source IS NULL AND last.said <> t.status::text), 'states that the timeline does not tell');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.external_source IS NULL AND (t.resolution_count, t.reopen_count)
	<> (SELECT count(*) FILTER (WHERE e.type = 'resolved'), count(*) FILTER (WHERE e.type = 'reopened') FROM ticket_event e WHERE e.ticket_id = t.id)), 'wrong counts');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE (SELECT count(*) FILTER (WHERE type IN ('taken', 'handover_accepted', 'handover_forced', 'handover_returned'))
	- count(*) FILTER (WHERE type = 'introduced') FROM ticket_event e WHERE e.ticket_id = t.id AND NOT e.data ? 'kept') <> 0 AND t.external_source IS NULL), 'moves without introduction');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket_event e WHERE e.type = 'replied' AND e.actor_role = 'owner' AND NOT EXISTS (SELECT FROM ownership o
	WHERE o.ticket_id = e.ticket_id AND o.person_id = e.actor_id AND lower(o.period) < e.recorded_at + interval '1 second'
		AND (upper_inf(o.period) OR upper(o.period) >= e.recorded_at))), 'answers of somebody who was not the owner');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.status IN ('resolved', 'closed') AND t.external_source IS NULL AND t.no_ci_reason IS NULL
	AND NOT EXISTS (SELECT FROM ticket_ci x WHERE x.ticket_id = t.id)), 'resolved without CI and reason');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE (t.status = 'resolved') <> (t.close_due_at IS NOT NULL)), 'closing hours in other states');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.status = 'resolved' AND t.close_due_at < pg_temp.history_end()), 'resolved tickets that silence should have closed');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE NOT EXISTS (SELECT FROM ticket_search s WHERE s.ticket_id = t.id)), 'tickets that no search finds');
SELECT pg_temp.none_of((SELECT count(*) FROM rating r JOIN ticket t ON t.id = r.ticket_id WHERE r.rated_by <> t.reporter_id OR r.resolution_no > t.resolution_count), 'ratings of others');

-- What is said of pauses and events, in any state and also when the case is over.
CREATE FUNCTION pg_temp.beside() RETURNS case_event_type[] LANGUAGE sql AS
	$$ SELECT ARRAY['pause_agreed', 'pause_contested', 'event_contested', 'contest_decided', 'corrected', 'pause_noted']::case_event_type[] $$;
-- Cases: every event was allowed in the state in which it was recorded, and the row is where the events lead.
SELECT pg_temp.none_of((WITH RECURSIVE walk (case_id, seq, status, good) AS (
		SELECT e.case_id, e.seq, 'open'::case_status, e.type = 'sent' FROM case_event e WHERE e.seq = 1
		UNION ALL
		SELECT e.case_id, e.seq, coalesce(m.to_status, w.status), w.good AND (m.type IS NOT NULL OR e.party = 'system' OR e.type = ANY (pg_temp.beside()))
		FROM walk w JOIN case_event e ON e.case_id = w.case_id AND e.seq = w.seq + 1
		LEFT JOIN case_move m ON m.from_status = w.status AND m.type = e.type AND m.party = e.party)
	SELECT count(*) FROM supplier_case c JOIN walk w ON w.case_id = c.id AND w.seq = (SELECT max(e.seq) FROM case_event e WHERE e.case_id = c.id)
	WHERE NOT w.good OR w.status <> c.status), 'cases whose events do not lead to their state');
SELECT pg_temp.none_of((SELECT count(*) FROM case_event e JOIN supplier_case c ON c.id = e.case_id
	WHERE e.occurred_at < c.sent_at OR (e.party = 'supplier' AND e.occurred_at > c.closed_at AND NOT e.type = ANY (pg_temp.beside()))), 'acts of suppliers before or after the case');
SELECT pg_temp.none_of((SELECT count(*) FROM supplier_case c JOIN contract k ON k.id = c.contract_id
	WHERE k.supplier_id <> c.supplier_id OR k.valid_from > c.sent_at::date OR k.valid_to <= c.sent_at::date), 'cases outside of their contract');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.open_case_supplier_id IS DISTINCT FROM (SELECT c.supplier_id FROM supplier_case c
	WHERE c.ticket_id = t.id AND c.status IN ('open', 'waiting_us', 'verifying') ORDER BY c.id DESC LIMIT 1)), 'wrong suppliers on tickets');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t JOIN supplier_case c ON c.ticket_id = t.id
	WHERE t.status = 'cancelled' AND c.status IN ('open', 'waiting_us', 'verifying')), 'cancelled tickets with a case at work');

-- Clocks are where lists look.
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.due_at IS DISTINCT FROM (SELECT c.due_at FROM clock c WHERE c.ticket_id = t.id AND c.metric = 'resolution')),
	'promises that no clock gives');
SELECT pg_temp.none_of((SELECT count(*) FROM supplier_case s WHERE s.next_due_at IS DISTINCT FROM (SELECT min(c.due_at) FROM clock c WHERE c.case_id = s.id)),
	'next instants of cases that no clock gives');
SELECT pg_temp.none_of((SELECT count(*) FROM ticket t WHERE t.external_source IS NULL AND NOT EXISTS (SELECT FROM clock c WHERE c.ticket_id = t.id AND c.metric = 'resolution')),
	'tickets without promise');

-- Suppliers have agreed, objected and been answered.
SELECT pg_temp.check_that((SELECT count(DISTINCT state) = 3 FROM contest), 'objections open, upheld and rejected');
SELECT pg_temp.check_that((SELECT count(*) >= 20 FROM pause_consent WHERE state = 'agreed'), 'consents to pauses');
SELECT pg_temp.check_that((SELECT count(*) >= 5 FROM attachment WHERE case_seq IS NOT NULL), 'files of evidence');
SELECT pg_temp.none_of((SELECT count(*) FROM contest WHERE state = 'upheld' AND corrected_seq IS NULL), 'upheld without a correction');

-- The announced sign-ins find their queues alive.
SELECT pg_temp.none_of((SELECT count(*) FROM unnest(ARRAY['agent', 'agent2', 'agent3']) AS l WHERE
	(SELECT count(*) FROM ticket t JOIN person p ON p.id = t.owner_id WHERE p.login = l AND t.status NOT IN ('resolved', 'closed', 'cancelled')) < 5), 'short queues');
SELECT pg_temp.check_that((SELECT count(*) >= 5 FROM ticket WHERE status = 'new'), 'new ones that nobody has');
SELECT pg_temp.check_that((SELECT count(*) >= 3 FROM ticket WHERE due_at < pg_temp.history_end()), 'overdue ones');
SELECT pg_temp.check_that((SELECT count(*) >= 2 FROM ticket WHERE due_at >= pg_temp.history_end() AND due_at < pg_temp.history_end() + interval '1 hour'), 'some due within the hour');
SELECT pg_temp.none_of((SELECT count(*) FROM unnest(ARRAY['agent', 'agent2', 'agent3', 'lead']) AS l WHERE NOT EXISTS (SELECT FROM handover h JOIN person p ON p.id = h.to_id
	WHERE p.login = l AND h.state = 'offered')), 'nobody offers anything to');
SELECT pg_temp.check_that((SELECT count(DISTINCT t.status) >= 5 FROM ticket t JOIN person p ON p.id = t.reporter_id WHERE p.login = 'employee'), 'own tickets of the employee');
ROLLBACK;
