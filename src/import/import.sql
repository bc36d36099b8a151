-- name: import_lock
-- One import of a source at a time, as long as the connection lasts.
SELECT pg_try_advisory_lock(hashtextextended('vakhta import ' || $1, 0));

-- name: import_matrix
SELECT impact, urgency, priority FROM priority_matrix;

-- name: import_calendar
SELECT import_calendar($1, $2, $3::jsonb, $4);

-- name: import_known
-- Which of these cases are here: place in the list, ticket, rows that are in, their digest, whether nobody worked on it since.
SELECT x.place - 1, t.id, t.number, i.row_count, encode(i.digest, 'hex'), t.version = i.ticket_version
FROM unnest($2::text[]) WITH ORDINALITY AS x(external_number, place)
JOIN ticket t ON t.external_source = $1 AND t.external_number = x.external_number
LEFT JOIN import_ticket i ON i.ticket_id = t.id;

-- name: import_people
SELECT name, id FROM import_people($1, $2::text[], $3, $4, $5);

-- name: import_teams
SELECT name, id FROM import_teams($1, $2::text[], $3::integer[], $4);

-- name: import_categories
SELECT name, id FROM import_categories($1, $2::text[]);

-- name: import_suppliers
SELECT name, id FROM import_suppliers($1, $2::text[], $3);

-- name: import_cis
SELECT name, id FROM import_cis($1, $2::text[], $3, $4);

-- name: import_numbers
-- Ids in advance, in ascending order: of tickets and of handovers.
SELECT ARRAY(SELECT nextval(pg_get_serial_sequence('ticket', 'id')) FROM generate_series(1, $1::integer)),
	ARRAY(SELECT nextval(pg_get_serial_sequence('handover', 'id')) FROM generate_series(1, $2::integer));

-- name: import_advance
SELECT import_advance($1::jsonb, $2);

-- name: import_search
SELECT import_search($1::bigint[]);

-- name: import_copy_tickets
COPY ticket (id, kind, subject, body, status, channel, impact, urgency, priority, reporter_id, opened_by, owner_id, team_id, category_id, opened_at,
	updated_at, resolved_at, closed_at, reopen_until, resolution_count, reopen_count, handover_count, external_source, external_number) FROM STDIN;

-- name: import_copy_handovers
COPY handover (id, ticket_id, from_id, to_id, to_team_id, reason, mode, state, offered_at, decided_at, new_owner_id) FROM STDIN;

-- name: import_copy_ownerships
COPY ownership (ticket_id, person_id, period, handover_id) FROM STDIN;

-- name: import_copy_events
COPY ticket_event (ticket_id, type, occurred_at, recorded_at, actor_id, actor_role, visibility, body, data) FROM STDIN;

-- name: import_copy_links
COPY ticket_ci (ticket_id, ci_id, role, added_at) FROM STDIN;

-- name: import_copy_progress
COPY import_ticket (ticket_id, source, external_number, row_count, digest, ticket_version, imported_at) FROM STDIN;
