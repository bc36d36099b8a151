-- One rule of visibility: the list, the ticket, its timeline, its files and the search agree for every role and every relation to it.
-- Needs a migrated database; leaves nothing behind.
\set ON_ERROR_STOP on
BEGIN;

CREATE FUNCTION pg_temp.check_that(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF good IS NOT TRUE THEN
		RAISE EXCEPTION 'not so: %', what;
	END IF;
END $$;

INSERT INTO person (login, given_name, family_name, mail, roles)
SELECT 'v-' || n, n, 'Test', n || '@example.org', r FROM (VALUES
	('reporter', 1), ('named', 1), ('stranger', 1), ('agent_in', 3), ('agent_out', 3), ('agent_owner', 3), ('agent_reporter', 3), ('lead', 7), ('manager', 9), ('auditor', 17),
	('cmdb', 33), ('admin', 65)) AS x(n, r);
INSERT INTO team (key, name, level) VALUES ('v-in', 'In', 1), ('v-out', 'Out', 1);
INSERT INTO team_member (team_id, person_id) SELECT t.id, p.id FROM team t, person p
WHERE (t.key, p.login) IN (('v-in', 'v-agent_in'), ('v-out', 'v-agent_out'), ('v-out', 'v-agent_owner'), ('v-out', 'v-agent_reporter'), ('v-out', 'v-lead'));
CREATE TEMP TABLE who ON COMMIT DROP AS
SELECT substr(p.login, 3) AS name, p.id, p.roles, ARRAY(SELECT m.team_id FROM team_member m WHERE m.person_id = p.id) AS teams FROM person p WHERE p.login LIKE 'v-%';

-- Every combination of: restricted or not, reporter, owner, someone named.
INSERT INTO ticket (kind, subject, body, channel, impact, urgency, priority, reporter_id, opened_by, owner_id, status, team_id, restricted_team_id, opened_at, updated_at)
SELECT 'incident', 'v-subject', 'body', 'portal', 3, 2, 3, r.id, r.id, o.id, CASE WHEN o.id IS NULL THEN 'new' ELSE 'in_progress' END::ticket_status, t.id,
	CASE WHEN restricted THEN t.id END, now(), now()
FROM (VALUES (true), (false)) AS x(restricted), team t,
	(SELECT id FROM who WHERE name IN ('reporter', 'agent_reporter')) r,
	(SELECT id FROM who WHERE name = 'agent_owner' UNION ALL SELECT NULL) o
WHERE t.key = 'v-in';
INSERT INTO ownership (ticket_id, person_id, period) SELECT id, owner_id, tstzrange(now(), NULL) FROM ticket WHERE subject = 'v-subject' AND owner_id IS NOT NULL;
INSERT INTO ticket_participant SELECT t.id, w.id FROM ticket t, who w WHERE t.subject = 'v-subject' AND w.name = 'named' AND t.owner_id IS NULL;
SELECT count(ticket_event_add(t.id, e.type, NULL, 'system', e.shown, e.body, NULL, date_trunc('second', now()))) FROM ticket t,
	(VALUES ('replied'::ticket_event_type, 'public'::event_visibility, 'openword'), ('noted', 'internal', 'secretword'), ('edited', 'system', NULL)) AS e(type, shown, body)
WHERE t.subject = 'v-subject';
SELECT count(ticket_search_refresh(t.id)) FROM ticket t WHERE t.subject = 'v-subject';
INSERT INTO attachment (ticket_id, name, content_type, size_bytes, sha256, content, visibility, added_at)
SELECT t.id, v::text, 'text/plain', 1, sha256('x'), 'x', v, now() FROM ticket t, unnest(ARRAY['public', 'internal']::event_visibility[]) AS v WHERE t.subject = 'v-subject';
INSERT INTO rating (ticket_id, resolution_no, score, rated_by, rated_at) SELECT t.id, 1, 3, t.reporter_id, now() FROM ticket t WHERE t.subject = 'v-subject';
UPDATE ticket SET resolution_count = 1 WHERE subject = 'v-subject';

CREATE TEMP TABLE seen ON COMMIT DROP AS
SELECT t.id, w.name, w.id AS actor, w.roles, w.teams, t.restricted_team_id IS NOT NULL AS restricted, t.reporter_id, t.owner_id,
	ticket_visible(t, w.id, w.roles, w.teams) AS visible, ticket_inside(t, w.id, w.roles, w.teams) AS inside,
	ticket_listed(t, w.id, w.roles, w.teams, now(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0) AS listed,
	ticket_listed(t, w.id, w.roles, w.teams, now(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'openword', 0) AS found_by_reply,
	ticket_listed(t, w.id, w.roles, w.teams, now(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'secretword', 0) AS found_by_note,
	r.visible AS read_visible, r.inside AS read_inside, r.attachments, r.rating, r.can AS read_can, ticket_can(t, w.id, w.roles, w.teams, now()) AS can
FROM ticket t CROSS JOIN who w CROSS JOIN LATERAL ticket_read(t.id, w.id, w.roles, w.teams, 'en', now()) r WHERE t.subject = 'v-subject';

SELECT pg_temp.check_that(count(*) = 8 * 12, 'every combination is there') FROM seen;
SELECT pg_temp.check_that(bool_and(visible = listed AND visible = found_by_reply AND visible = read_visible AND inside = read_inside), 'list, search and ticket agree') FROM seen;
SELECT pg_temp.check_that(bool_and(found_by_note = inside), 'notes are searched from inside alone') FROM seen;
SELECT pg_temp.check_that(bool_and(visible OR NOT inside), 'who is inside sees') FROM seen;
SELECT pg_temp.check_that(bool_and(can = '{}') FILTER (WHERE NOT visible), 'who does not see can do nothing') FROM seen;
SELECT pg_temp.check_that(bool_and(can = '{}') FILTER (WHERE name IN ('manager', 'auditor', 'admin', 'cmdb', 'named', 'stranger')), 'readers change nothing') FROM seen;

-- Who exactly.
SELECT pg_temp.check_that(bool_and(visible), name || ' reads everything') FROM seen WHERE name IN ('lead', 'manager', 'auditor', 'admin') GROUP BY name;
SELECT pg_temp.check_that(bool_and(NOT visible), name || ' sees nothing') FROM seen WHERE name IN ('stranger', 'cmdb') GROUP BY name;
SELECT pg_temp.check_that(bool_and(visible = (reporter_id = actor) AND NOT inside), 'a reporter sees their own from outside') FROM seen WHERE name = 'reporter';
SELECT pg_temp.check_that(bool_and(visible = (owner_id IS NULL) AND NOT inside), 'who is named sees it from outside') FROM seen WHERE name = 'named';
SELECT pg_temp.check_that(bool_and(inside), 'the team sees its restricted ones') FROM seen WHERE name = 'agent_in';
SELECT pg_temp.check_that(bool_and(visible = NOT restricted), 'another team does not') FROM seen WHERE name = 'agent_out';
SELECT pg_temp.check_that(bool_and(inside = (NOT restricted OR owner_id = actor)), 'an owner does') FROM seen WHERE name = 'agent_owner' AND (owner_id IS NOT NULL OR NOT restricted);
SELECT pg_temp.check_that(bool_and(visible = (NOT restricted OR reporter_id = actor) AND inside = NOT restricted), 'staff report like everybody') FROM seen WHERE name = 'agent_reporter';

-- What is shown from outside.
SELECT pg_temp.check_that(bool_and(json_array_length(attachments) = CASE WHEN inside THEN 2 ELSE 1 END), 'internal files stay inside') FROM seen WHERE visible;
SELECT pg_temp.check_that(bool_and((rating IS NOT NULL) = (inside OR reporter_id = actor)), 'a rating is between reporter and desk') FROM seen WHERE visible;
SELECT pg_temp.check_that(bool_and(read_can::text = array_to_json(can)::text), 'the ticket says what can be done') FROM seen WHERE visible;
SELECT pg_temp.check_that(bool_and(ticket_event_data('{"targets":[],"team":1,"owner":1,"reason":"sick"}', false, 'en') ?& '{owner,reason}'
	AND NOT ticket_event_data('{"targets":[],"team":1,"owner":1,"reason":"sick"}', false, 'en') ?| '{targets,team}'), 'facts of events stay inside');

-- Known outages.
SELECT pg_temp.check_that(NOT bool_or(ticket_known(t)), 'no report is published by being there') FROM ticket t WHERE t.subject = 'v-subject';
UPDATE ticket SET impact = 1, urgency = 1, priority = 1 WHERE subject = 'v-subject';
SELECT pg_temp.check_that(NOT bool_or(ticket_known(t)), 'nor by what its reporter says of its impact') FROM ticket t WHERE t.subject = 'v-subject';
INSERT INTO ticket_participant SELECT t.id, w.id FROM ticket t, who w WHERE t.subject = 'v-subject' AND w.name IN ('named', 'stranger', 'cmdb') ON CONFLICT DO NOTHING;
SELECT pg_temp.check_that(bool_and(ticket_known(t) = (t.restricted_team_id IS NULL AND t.owner_id IS NOT NULL)), 'the desk publishes by naming people; never a restricted one')
FROM ticket t WHERE t.subject = 'v-subject';

ROLLBACK;
