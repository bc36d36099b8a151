-- name: demo_plans
-- The chains' statements are planned once a connection, while the tables are still empty: then too they must go by index.
SELECT set_config('enable_seqscan', 'off', true);

-- name: demo_ids
-- The next numbers of a table's own sequence.
SELECT nextval(pg_get_serial_sequence($1::text, 'id')::regclass) FROM generate_series(1, $2::integer);

-- name: demo_copy_ticket
COPY ticket (id, kind, subject, body, status, channel, impact, urgency, priority, reporter_id, opened_by, owner_id, team_id, restricted_team_id,
	service_id, category_id, policy_id, opened_at, updated_at, due_at, resolved_at, closed_at, close_due_at, reopen_until, cause, fix, prevention,
	no_prevention, no_ci_reason, resolution_count, reopen_count, handover_count, open_case_supplier_id, version) FROM STDIN;

-- name: demo_copy_handover
COPY handover (id, ticket_id, from_id, to_id, to_team_id, reason, mode, until_at, note, state, offered_by, offered_at, decided_by, decided_at,
	decision_note, new_owner_id, returned_at) FROM STDIN;

-- name: demo_copy_ownership
COPY ownership (ticket_id, person_id, period, handover_id) FROM STDIN;

-- name: demo_copy_ticket_ci
COPY ticket_ci (ticket_id, ci_id, role, added_at, added_by) FROM STDIN;

-- name: demo_copy_participant
COPY ticket_participant (ticket_id, person_id) FROM STDIN;

-- name: demo_copy_event
-- Number and hash of an event come from the trigger.
COPY ticket_event (ticket_id, type, occurred_at, recorded_at, actor_id, actor_role, visibility, body, data) FROM STDIN;

-- name: demo_copy_rating
COPY rating (ticket_id, resolution_no, score, recommend, comment, rated_by, owner_id, rated_at) FROM STDIN;

-- name: demo_copy_case
COPY supplier_case (id, ticket_id, supplier_id, contract_id, terms_id, ci_id, status, priority, summary, body, supplier_ref, why, opened_by, sent_at,
	updated_at, acknowledged_at, fixed_at, closed_at, next_due_at, version) FROM STDIN;

-- name: demo_copy_case_event
COPY case_event (case_id, type, occurred_at, recorded_at, actor_id, party, body, data) FROM STDIN;

-- name: demo_copy_clock
COPY clock (id, ticket_id, case_id, metric, ordinal, team_id, calendar_version_id, target_s, state, started_at, stopped_at, elapsed_s, due_at,
	breached_at, paused_s, retarget_count, evaluated_at, notice_pct, notice_at) FROM STDIN;

-- name: demo_copy_pause
COPY clock_pause (clock_id, ordinal, from_at, to_at, worked_s, reason, waits_for, from_seq, to_seq) FROM STDIN;

-- name: demo_search
INSERT INTO ticket_search (ticket_id, words) SELECT t.id, ticket_words(t) FROM ticket t WHERE t.id BETWEEN $1 AND $2;
