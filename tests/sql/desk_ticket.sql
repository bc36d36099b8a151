-- Tickets against the rules of product.md: one owner without gap, a timeline that only grows, a chain that shows every edit, and one rule of visibility.
-- Needs a migrated database; leaves nothing behind.
\set ON_ERROR_STOP on
BEGIN;

CREATE TEMP TABLE who (name text PRIMARY KEY, id bigint, roles integer, teams bigint[]) ON COMMIT DROP;
CREATE FUNCTION pg_temp.check_that(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF good IS NOT TRUE THEN
		RAISE EXCEPTION 'not so: %', what;
	END IF;
END $$;
-- The SQLSTATE with which a statement is refused; NULL: it is not.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	SET CONSTRAINTS ALL IMMEDIATE;
	SET CONSTRAINTS ALL DEFERRED;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

INSERT INTO person (login, given_name, family_name, mail, roles) VALUES
	('t-employee', 'Ann', 'Lee', 'ann@example.org', 1), ('t-other', 'Bob', 'Ray', 'bob@example.org', 1), ('t-named', 'Cid', 'Fox', 'cid@example.org', 1),
	('t-agent', 'Dan', 'Kay', 'dan@example.org', 3), ('t-agent2', 'Eve', 'Low', 'eve@example.org', 3), ('t-lead', 'Fay', 'Orr', 'fay@example.org', 7),
	('t-auditor', 'Gus', 'Poe', 'gus@example.org', 17), ('t-manager', 'Hal', 'Roe', 'hal@example.org', 9);
INSERT INTO team (key, name, level) VALUES ('t-first', 'First', 1), ('t-second', 'Second', 2);
INSERT INTO team_member (team_id, person_id)
SELECT t.id, p.id FROM team t, person p WHERE (t.key, p.login) IN (('t-first', 't-agent'), ('t-second', 't-agent2'), ('t-first', 't-lead'));
INSERT INTO who SELECT substr(p.login, 3), p.id, p.roles, ARRAY(SELECT m.team_id FROM team_member m WHERE m.person_id = p.id)
FROM person p WHERE p.login LIKE 't-%';
INSERT INTO category (key, name_en, name_ru) VALUES ('t-plain', 'Plain', 'Обычное'), ('t-secret', 'Secret', 'Закрытое');
INSERT INTO route_rule (position, category_id, team_id, restricted)
SELECT -100, c.id, t.id, c.key = 't-secret' FROM category c, team t
WHERE (c.key, t.key) IN (('t-plain', 't-first'), ('t-secret', 't-second'));
INSERT INTO ci_class (name, label_en, label_ru) VALUES ('t_device', 'Device', 'Устройство');
INSERT INTO ci (class_id, name, created_at, updated_at) SELECT id, 'T-DEVICE-1', now(), now() FROM ci_class WHERE name = 't_device';

CREATE FUNCTION pg_temp.open_ticket(by_whom text, category_key text, what text, cis bigint[] DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
	SELECT c.id FROM who w, ticket_create(w.id, w.roles, w.teams, date_trunc('second', now()), 'incident', what, 'Body of ' || what, NULL, 'portal', 3, 2, NULL,
		(SELECT g.id FROM category g WHERE g.key = category_key), cis) c WHERE w.name = by_whom
$$;
CREATE FUNCTION pg_temp.can(asked bigint, whose text) RETURNS text[] LANGUAGE sql AS $$
	SELECT ticket_can(t, w.id, w.roles, w.teams, now()) FROM ticket t, who w WHERE t.id = asked AND w.name = whose
$$;

-- Opening.
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT pg_temp.open_ticket('employee', 't-plain', 'The printer prints stripes') AS plain, pg_temp.open_ticket('employee', 't-secret', 'Salary file is open') AS secret;
SELECT pg_temp.check_that(status = 'new' AND owner_id IS NULL AND priority = 3 AND restricted_team_id IS NULL, 'a new ticket waits without owner')
FROM ticket, made WHERE id = plain;
SELECT pg_temp.check_that(restricted_team_id = (SELECT id FROM team WHERE key = 't-second'), 'a restricted route restricts') FROM ticket, made WHERE id = secret;
SELECT pg_temp.check_that(count(*) = 1 AND bool_and(type = 'opened' AND visibility = 'public' AND actor_role = 'reporter' AND body LIKE 'Body of%' AND data ? 'targets'
	AND data ? 'team'), 'opened says what clocks need') FROM ticket_event, made WHERE ticket_id = plain;
SELECT pg_temp.check_that(ticket_opened_mail(plain, date_trunc('second', now())) IS NOT NULL, 'the reporter gets a mail') FROM made;
SELECT pg_temp.check_that(ticket_opened_mail(plain, date_trunc('second', now())) IS NULL, 'once') FROM made;
SELECT pg_temp.check_that(recipient = 'ann@example.org' AND subject LIKE '%The printer%' AND body NOT LIKE '%{%', 'with everything filled in') FROM outbox, made WHERE ticket_id = plain;
SELECT pg_temp.check_that(wrong = ARRAY['/service', 'There is no such service', '/category', 'There is no such category', '/cis', 'There is no such CI: -2'] AND c.id IS NULL,
	'all wrong fields at once')
FROM who w, ticket_create(w.id, w.roles, w.teams, now(), 'incident', 'x', 'x', NULL, 'portal', 3, 2, -1, -3, ARRAY[-2]) c WHERE w.name = 'agent';
SELECT pg_temp.check_that(wrong[1] = '/reporter' AND wrong[3] = '/channel', 'an employee reports for themselves, through the portal')
FROM who w, ticket_create(w.id, w.roles, w.teams, now(), 'incident', 'x', 'x', (SELECT o.id FROM who o WHERE o.name = 'other'), 'phone', 3, 2, NULL, NULL, '{}') c WHERE w.name = 'employee';
SELECT pg_temp.check_that(wrong[1] = '/cis', 'an employee does not learn of CIs that are not theirs')
FROM who w, ticket_create(w.id, w.roles, w.teams, now(), 'incident', 'x', 'x', NULL, 'portal', 3, 2, NULL, NULL,
	(SELECT array_agg(d.id) FROM ci d WHERE d.name = 'T-DEVICE-1')) c WHERE w.name = 'employee';

-- What each may do with a new one.
SELECT pg_temp.check_that(pg_temp.can(plain, 'employee') = '{attach,cancel,reply}', 'reporter of a new ticket') FROM made;
SELECT pg_temp.check_that(pg_temp.can(plain, 'agent') = '{attach,cancel,edit,link_ci,note,take}', 'agent and a new ticket') FROM made;
SELECT pg_temp.check_that(pg_temp.can(plain, 'auditor') = '{}' AND pg_temp.can(plain, 'manager') = '{}' AND pg_temp.can(plain, 'other') = '{}', 'readers do nothing') FROM made;
SELECT pg_temp.check_that(pg_temp.can(secret, 'agent') = '{}' AND 'take' = ANY (pg_temp.can(secret, 'agent2')), 'a restricted ticket is its team''s') FROM made;

-- One owner, without gap.
SELECT pg_temp.check_that(pg_temp.refusal(format('UPDATE ticket SET owner_id = %s, status = ''in_progress'' WHERE id = %s', (SELECT id FROM who WHERE name = 'agent'), plain)) = 'VK409',
	'no owner without a period of ownership') FROM made;
DO $$
DECLARE
	taken bigint := (SELECT plain FROM made);
	a bigint := (SELECT id FROM who WHERE name = 'agent');
	b bigint := (SELECT id FROM who WHERE name = 'agent2');
BEGIN
	UPDATE ticket SET status = 'in_progress', owner_id = a WHERE id = taken;
	PERFORM ownership_move(taken, a, NULL);
	PERFORM ownership_move(taken, b, NULL);
	PERFORM ownership_move(taken, a, NULL);
	SET CONSTRAINTS ALL IMMEDIATE;
	SET CONSTRAINTS ALL DEFERRED;
END $$;
SELECT pg_temp.check_that(count(*) = 3 AND bool_and(gapless), 'periods touch')
FROM (SELECT lag(upper(period)) OVER (ORDER BY period) IS NULL OR lag(upper(period)) OVER (ORDER BY period) = lower(period) AS gapless FROM ownership, made WHERE ticket_id = plain) p;
SELECT pg_temp.check_that(pg_temp.refusal(format('INSERT INTO ownership (ticket_id, person_id, period) VALUES (%s, %s, tstzrange(now(), NULL))', plain,
	(SELECT id FROM who WHERE name = 'agent2'))) IN ('23P01', '23505', 'VK409'), 'no second owner') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal(format('UPDATE ownership SET person_id = %s WHERE ticket_id = %s', (SELECT id FROM who WHERE name = 'other'), plain)) = 'VK409',
	'a period is not rewritten') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal(format('DELETE FROM ownership WHERE ticket_id = %s', plain)) = 'VK409', 'nor deleted') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal(format('UPDATE ticket SET owner_id = NULL WHERE id = %s', plain)) IS NOT NULL, 'no way back to nobody') FROM made;
SELECT pg_temp.check_that(pg_temp.can(plain, 'agent') @> '{reply,handover,resolve,wait,escalate}' AND NOT 'take' = ANY (pg_temp.can(plain, 'agent')), 'the owner') FROM made;
SELECT pg_temp.check_that(NOT pg_temp.can(plain, 'agent2') && '{reply,handover,resolve,wait,escalate}' AND 'note' = ANY (pg_temp.can(plain, 'agent2')), 'a colleague') FROM made;
SELECT pg_temp.check_that(pg_temp.can(plain, 'lead') @> '{reply,handover,resolve,wait,escalate}', 'a lead in the owner''s place') FROM made;

-- A pending handover.
INSERT INTO handover (ticket_id, from_id, to_id, reason, mode, offered_by, offered_at)
SELECT plain, a.id, b.id, 'expertise', 'permanent', a.id, now() FROM made, who a, who b WHERE a.name = 'agent' AND b.name = 'agent2';
SELECT pg_temp.check_that(pg_temp.can(plain, 'agent2') @> '{handover_accept,handover_decline}' AND NOT pg_temp.can(plain, 'agent2') && '{handover_force,handover_withdraw}', 'the receiver') FROM made;
SELECT pg_temp.check_that('handover_withdraw' = ANY (pg_temp.can(plain, 'agent')) AND NOT pg_temp.can(plain, 'agent') && '{handover_accept,handover}', 'the giver') FROM made;
SELECT pg_temp.check_that('handover_force' = ANY (pg_temp.can(plain, 'lead')), 'the lead') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal(format('INSERT INTO handover (ticket_id, from_id, to_id, reason, mode, offered_at) SELECT ticket_id, from_id, to_id, reason, mode, now() FROM handover WHERE ticket_id = %s',
	plain)) = '23505', 'one offer at a time') FROM made;

-- The timeline only grows, and its chain shows what was done to it.
SELECT pg_temp.check_that(pg_temp.refusal(format('UPDATE ticket_event SET body = ''other'' WHERE ticket_id = %s', plain)) = 'VK409', 'an event is not changed') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal(format('DELETE FROM ticket_event WHERE ticket_id = %s', plain)) = 'VK409', 'nor deleted') FROM made;
SELECT pg_temp.check_that(pg_temp.refusal('TRUNCATE ticket_event') IS NOT NULL, 'nor truncated');
SELECT pg_temp.check_that(ticket_event_add(plain, 'noted', w.id, 'staff', 'internal', 'a note', '{"a":1}', date_trunc('second', now())) = 2, 'numbered') FROM made, who w WHERE w.name = 'agent';
SELECT pg_temp.check_that(ticket_event_add(plain, 'replied', w.id, 'owner', 'public', 'an answer', NULL, date_trunc('second', now())) = 3, 'numbered') FROM made, who w WHERE w.name = 'agent';
CREATE FUNCTION pg_temp.chain_good(subject bigint) RETURNS boolean LANGUAGE sql AS $$
	SELECT bool_and(e.hash = event_digest(coalesce(e.before, decode(repeat('00', 32), 'hex')), 'ticket:' || e.ticket_id, e.seq, e.type::text, e.occurred_at, e.recorded_at,
			e.actor_id, e.actor_role::text, e.visibility::text, e.body, e.data))
		AND max(e.seq) = (SELECT c.seq FROM ticket_chain c WHERE c.ticket_id = subject)
		AND (array_agg(e.hash ORDER BY e.seq DESC))[1] = (SELECT c.head FROM ticket_chain c WHERE c.ticket_id = subject)
	FROM (SELECT *, lag(hash) OVER (ORDER BY seq) AS before FROM ticket_event WHERE ticket_id = subject) e
$$;
SELECT pg_temp.check_that(pg_temp.chain_good(plain), 'the chain holds') FROM made;
ALTER TABLE ticket_event DISABLE TRIGGER ticket_event_append_only;
UPDATE ticket_event SET body = 'another note' FROM made WHERE ticket_id = plain AND seq = 2;
SELECT pg_temp.check_that(NOT pg_temp.chain_good(plain), 'an edit behind the program''s back shows') FROM made;
UPDATE ticket_event SET body = 'a note' FROM made WHERE ticket_id = plain AND seq = 2;
DELETE FROM ticket_event USING made WHERE ticket_id = plain AND seq = 3;
SELECT pg_temp.check_that(NOT pg_temp.chain_good(plain), 'a missing tail shows') FROM made;
ALTER TABLE ticket_event ENABLE TRIGGER ticket_event_append_only;

ROLLBACK;
