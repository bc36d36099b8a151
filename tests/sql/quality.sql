-- Quality: a draw is made once and favours no ticket; reminders go out 30, 7 and 0 days before, once each. Leaves nothing behind.
\set ON_ERROR_STOP on
BEGIN;

CREATE FUNCTION pg_temp.check_that(good boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF good IS NOT TRUE THEN
		RAISE EXCEPTION 'not so: %', what;
	END IF;
END $$;

-- Of five tickets each stands first in a fifth of the draws: chi-square with four degrees, beyond 18.5 in one run of a thousand.
WITH firsts AS (
	SELECT (SELECT n FROM generate_series(1, 5) n ORDER BY quality_rank(encode(sha256(s::text::bytea), 'hex'), 7, 'INC-00000' || n) LIMIT 1) AS n
	FROM generate_series(1, 5000) s)
SELECT pg_temp.check_that((SELECT sum((c - 1000) * (c - 1000) / 1000.0) FROM (SELECT count(*) AS c FROM firsts GROUP BY n) x) < 18.5, 'every ticket is equally likely');

-- A week of the history: drawn already, so nothing happens; what was drawn is what the seed says, no more than asked a member, each from their own.
SELECT week AS drawn FROM quality_draw ORDER BY week DESC OFFSET 5 LIMIT 1 \gset
SELECT pg_temp.check_that(quality_draw_make(:'drawn', (SELECT zone FROM quality_draw WHERE week = :'drawn'), now()) IS NULL, 'a week is drawn once');
SELECT pg_temp.check_that((SELECT seed = quality_seed(week, from_at, to_at) FROM quality_draw WHERE week = :'drawn'), 'the seed follows from the events');
SELECT pg_temp.check_that(NOT EXISTS (SELECT FROM quality_draw d CROSS JOIN LATERAL quality_places(d.seed, d.from_at, d.to_at) p WHERE d.week = :'drawn'
	AND (p.place <= d.sample_size) <> EXISTS (SELECT FROM quality_sample s WHERE s.week = d.week AND s.person_id = p.person_id AND s.ticket_id = p.ticket_id)), 'and so do the samples');
SELECT pg_temp.check_that(quality_draw_make((date_trunc('week', now()))::date, 'UTC', now()) IS NULL, 'a week that is not over is not drawn');

-- Every closed ticket of the history belongs to somebody in its week.
SELECT pg_temp.check_that((SELECT sum(tickets) FROM quality_draw) > 1000, 'weeks with tickets');
SELECT pg_temp.check_that(NOT EXISTS (SELECT FROM quality_sample s WHERE s.scored_by = s.person_id), 'nobody scored themself');

-- Reminders.
SELECT id AS somebody FROM person p WHERE active AND roles & 2 <> 0 AND mail IS NOT NULL AND EXISTS (SELECT FROM team_member m WHERE m.person_id = p.id) ORDER BY id LIMIT 1 \gset
UPDATE quality_attestation SET due = '2100-01-01', reminded = NULL WHERE done_at IS NULL;
UPDATE quality_attestation SET due = '2099-06-30' WHERE done_at IS NULL AND person_id = :somebody;
CREATE FUNCTION pg_temp.mails() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM outbox o WHERE o.effect_key LIKE 'attestation:%' AND o.created_at >= '2099-01-01'
$$;
SELECT quality_attestation_remind('2099-05-30', '2099-05-30');
SELECT pg_temp.check_that(pg_temp.mails() = 0, 'thirty-one days before nobody is reminded');
SELECT quality_attestation_remind('2099-05-31', '2099-05-31');
SELECT pg_temp.mails() AS first \gset
SELECT pg_temp.check_that(:first >= 1, 'thirty days before the person and their leads are');
SELECT quality_attestation_remind('2099-06-10', '2099-06-10');
SELECT pg_temp.check_that(pg_temp.mails() = :first, 'once');
SELECT quality_attestation_remind('2099-06-25', '2099-06-25');
SELECT pg_temp.check_that(pg_temp.mails() = 2 * :first, 'then seven days before');
SELECT quality_attestation_remind('2099-07-15', '2099-07-15');
SELECT quality_attestation_remind('2099-07-16', '2099-07-16');
SELECT pg_temp.check_that(pg_temp.mails() = 3 * :first, 'and when it is due, also when the program stood still on that day');

-- Measures agree with the tables they come from.
SELECT pg_temp.check_that((SELECT sum(m.value) FROM quality_measures('2020-01-01', now(), current_date) m WHERE m.measure = 'tickets' AND m.person_id IS NOT NULL)
	= (SELECT count(*) FROM quality_closed('2020-01-01', now())), 'closed tickets of all people are all closed tickets');
SELECT pg_temp.check_that((SELECT sum(m.n) FROM quality_measures('2020-01-01', now(), current_date) m WHERE m.measure = 'satisfaction' AND m.team_id IS NOT NULL)
	= (SELECT count(*) FROM rating), 'ratings of all teams are all ratings');
SELECT pg_temp.check_that((SELECT sum(m.n) FROM quality_measures('2020-01-01', now(), current_date) m WHERE m.measure = 'quality_score' AND m.person_id IS NOT NULL)
	= (SELECT count(*) FROM quality_sample s JOIN quality_draw d ON d.week = s.week WHERE s.score_pct IS NOT NULL AND d.to_at <= now()), 'scores of all people are all scores');
ROLLBACK;
