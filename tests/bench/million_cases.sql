-- Copies the cases of the demo until there are :cases of them, with their events, clocks and pauses at the same instants, and hashes of their own.
-- With -v hashed=false events keep the hash of their original: faster, enough for replay, not for verify.
-- As superuser, into a database with the demo's history; the copies hang on the same tickets.
\set ON_ERROR_STOP on
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
CREATE TEMP TABLE original AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS n FROM supplier_case;
CREATE TEMP TABLE copied AS
SELECT o.id AS old_id, x.base + g AS id FROM generate_series(1, :cases - (SELECT max(n) FROM original)) g, (SELECT max(id) AS base FROM supplier_case) x
JOIN original o ON true WHERE o.place = (g - 1) % o.n;
CREATE INDEX ON copied (old_id);
ANALYZE copied;
INSERT INTO supplier_case (id, ticket_id, supplier_id, contract_id, terms_id, ci_id, status, priority, summary, body, why, reason, opened_by, sent_at, updated_at, acknowledged_at,
	fixed_at, closed_at, next_due_at, version) OVERRIDING SYSTEM VALUE
SELECT x.id, c.ticket_id, c.supplier_id, c.contract_id, c.terms_id, c.ci_id, c.status, c.priority, c.summary, c.body, c.why, c.reason, c.opened_by, c.sent_at, c.updated_at,
	c.acknowledged_at, c.fixed_at, c.closed_at, c.next_due_at, c.version FROM copied x JOIN supplier_case c ON c.id = x.old_id ORDER BY x.id;
\if :hashed
\else
INSERT INTO case_event SELECT x.id, e.seq, e.type, e.occurred_at, e.recorded_at, e.actor_id, e.party, e.body, e.data, e.xid, e.hash
FROM copied x JOIN case_event e ON e.case_id = x.old_id ORDER BY x.id, e.seq;
INSERT INTO case_chain (case_id, seq, head) SELECT x.id, c.seq, c.head FROM copied x JOIN case_chain c ON c.case_id = x.old_id;
\endif
\if :hashed
-- A hash needs the one before it: event by event, all cases at once. New events stand together, as they would after a year of work.
CREATE TEMP TABLE head (id bigint PRIMARY KEY, hash bytea);
INSERT INTO head SELECT id, decode(repeat('00', 32), 'hex') FROM copied;
CREATE TEMP TABLE event_made (LIKE case_event);
SELECT format($$WITH made AS (
	INSERT INTO event_made SELECT x.id, e.seq, e.type, e.occurred_at, e.recorded_at, e.actor_id, e.party, e.body, e.data, pg_current_xact_id(),
		event_digest(h.hash, 'case:' || x.id, e.seq, e.type::text, e.occurred_at, e.recorded_at, e.actor_id, e.party::text, NULL, e.body, e.data)
	FROM case_event e JOIN copied x ON x.old_id = e.case_id JOIN head h ON h.id = x.id WHERE e.seq = %s RETURNING case_id, hash)
	UPDATE head SET hash = made.hash FROM made WHERE head.id = made.case_id;$$, n)
FROM generate_series(1, (SELECT max(seq) FROM case_event)) n
\gexec
INSERT INTO case_event SELECT * FROM event_made ORDER BY case_id, seq;
INSERT INTO case_chain (case_id, seq, head) SELECT h.id, (SELECT c.seq FROM case_chain c WHERE c.case_id = x.old_id), h.hash FROM head h JOIN copied x USING (id);
\endif
INSERT INTO clock (case_id, metric, ordinal, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at, breached_at, paused_s, retarget_count,
	evaluated_at, notice_pct, notice_at)
SELECT x.id, c.metric, c.ordinal, c.calendar_version_id, c.target_s, c.state, c.started_at, c.stopped_at, c.elapsed_s, c.due_at, c.breached_at, c.paused_s, c.retarget_count,
	c.evaluated_at, c.notice_pct, c.notice_at FROM copied x JOIN clock c ON c.case_id = x.old_id ORDER BY x.id;
ANALYZE supplier_case, case_event, case_chain, clock;
