-- name: demo_quality_settings
-- A small desk: two samples a week and member, and three ratings are enough for a mean.
UPDATE quality_settings SET sample_size = 2, min_ratings = 3, min_tickets = 4;

-- name: demo_quality_draws
-- The draw of every whole week of the history, each made on its Monday at six.
SELECT count(quality_draw_make(w::date, $2, ((w::date + 7)::timestamp AT TIME ZONE $2) + interval '6 hours'))
FROM generate_series(date_trunc('week', ($1::timestamptz AT TIME ZONE $2) - make_interval(days => $3::int)) + interval '7 days',
	date_trunc('week', $1::timestamptz AT TIME ZONE $2) - interval '7 days', interval '7 days') w;

-- name: demo_quality_scorings
-- Leads score within the week after the draw; what was drawn this Monday still waits, and a part of the Monday before. Where facts propose an answer
-- it is taken, otherwise the member's own way of working decides. $1 end, $2 seed.
WITH chosen AS (
	SELECT s.id, s.ticket_id, s.checklist_id, s.person_id, d.drawn_at, l.lead,
		0.55 + 0.42 * (hashtextextended('skill' || p.login, $2) & 1023) / 1023 AS skill
	FROM quality_sample s JOIN quality_draw d ON d.week = s.week JOIN person p ON p.id = s.person_id
	CROSS JOIN LATERAL (SELECT coalesce((SELECT m.person_id FROM team_member m WHERE m.team_id = s.team_id AND m.lead AND m.person_id <> s.person_id ORDER BY 1 LIMIT 1),
		(SELECT q.id FROM person q WHERE q.roles & 8 <> 0 AND q.active ORDER BY 1 LIMIT 1)) AS lead) l
	WHERE d.drawn_at < $1::timestamptz - interval '8 days' OR (d.drawn_at < $1::timestamptz - interval '4 days' AND hashtextextended('late' || s.id, $2) & 1023 < 600)),
answers AS (
	SELECT c.id, i.id AS item, i.weight, f.proposed, CASE WHEN f.proposed IS NOT NULL
			AND NOT (i.fact IN ('solved', 'introduced') AND f.proposed = 'yes' AND (hashtextextended('doubt' || c.ticket_id || i.fact, $2) & 1023) / 1023.0 > c.skill + 0.1) THEN f.proposed
		WHEN (hashtextextended('answer' || c.ticket_id || ':' || i.position, $2) & 1023) / 1023.0 < c.skill THEN 'yes'
		WHEN (hashtextextended('partly' || c.ticket_id || ':' || i.position, $2) & 1023) < 640 THEN 'partly' ELSE 'no' END AS answer
	FROM chosen c JOIN quality_checklist_item i ON i.checklist_id = c.checklist_id JOIN ticket t ON t.id = c.ticket_id
	CROSS JOIN LATERAL (SELECT quality_fact(t, i.fact) ->> 'answer' AS proposed) f),
scores AS (
	SELECT a.id, round(100.0 * sum(a.weight * CASE a.answer WHEN 'yes' THEN 1 WHEN 'partly' THEN 0.5 ELSE 0 END) / sum(a.weight), 2) AS pct
	FROM answers a WHERE a.answer <> 'none' GROUP BY a.id),
scored AS (
	INSERT INTO quality_scoring (sample_id, scorer_id, score_pct, feedback, scored_at)
	SELECT c.id, c.lead, s.pct, CASE WHEN s.pct < 70 THEN (ARRAY['Let us talk about how to ask once and for all that is needed.', 'Объясняйте решение словами заявителя, а не терминами.',
			'Read the answer aloud before you send it.', 'Скажите заявителю, что сделать, чтобы это не повторилось.'])[1 + (hashtextextended('words' || c.id, $2) & 3)] END,
		least($1::timestamptz - interval '1 hour', c.drawn_at + make_interval(hours => 27 + (hashtextextended('when' || c.id, $2) & 63)::int))
	FROM chosen c JOIN scores s ON s.id = c.id ORDER BY c.id RETURNING id, sample_id, scorer_id, score_pct, scored_at),
written AS (
	INSERT INTO quality_answer (scoring_id, item_id, answer, proposed)
	SELECT x.id, a.item, a.answer, a.proposed FROM scored x JOIN answers a ON a.id = x.sample_id)
UPDATE quality_sample s SET score_pct = x.score_pct, scored_by = x.scorer_id, scored_at = x.scored_at FROM scored x WHERE x.sample_id = s.id;

-- name: demo_quality_calibrations
-- Every thirtieth or so is scored by a second lead, who is one step stricter in one question.
WITH chosen AS (
	SELECT s.id, x.id AS first, s.scored_at, l.lead FROM quality_sample s JOIN quality_scoring x ON x.sample_id = s.id
	CROSS JOIN LATERAL (SELECT p.id AS lead FROM person p WHERE p.active AND p.roles & 4 <> 0 AND p.id NOT IN (s.scored_by, s.person_id)
		ORDER BY hashtextextended('second' || p.login || s.id, $1), p.id LIMIT 1) l
	WHERE hashtextextended('calibrate' || s.id, $1) & 1023 < 34),
answers AS (
	SELECT c.id, a.item_id, i.weight, a.proposed, CASE WHEN a.answer = 'yes' AND i.fact IS NULL THEN 'partly' ELSE a.answer END AS answer
	FROM chosen c JOIN quality_answer a ON a.scoring_id = c.first JOIN quality_checklist_item i ON i.id = a.item_id),
asked AS (UPDATE quality_sample s SET calibrator_id = c.lead FROM chosen c WHERE c.id = s.id),
scored AS (
	INSERT INTO quality_scoring (sample_id, scorer_id, score_pct, scored_at)
	SELECT c.id, c.lead, (SELECT round(100.0 * sum(a.weight * CASE a.answer WHEN 'yes' THEN 1 WHEN 'partly' THEN 0.5 ELSE 0 END) / sum(a.weight), 2)
		FROM answers a WHERE a.id = c.id AND a.answer <> 'none'), c.scored_at + interval '30 minutes'
	FROM chosen c ORDER BY c.id RETURNING id, sample_id)
INSERT INTO quality_answer (scoring_id, item_id, answer, proposed)
SELECT x.id, a.item_id, a.answer, a.proposed FROM scored x JOIN answers a ON a.id = x.sample_id;

-- name: demo_quality_reviews
-- Every low rating of the history was looked into; those of the last days, and a few older ones, are still open. $1 end, $2 seed.
WITH low AS (
	SELECT r.*, t.team_id, coalesce((SELECT m.person_id FROM team_member m WHERE m.team_id = t.team_id AND m.lead AND m.person_id IS DISTINCT FROM r.owner_id ORDER BY 1 LIMIT 1),
			(SELECT q.id FROM person q WHERE q.roles & 8 <> 0 AND q.active ORDER BY 1 LIMIT 1)) AS lead,
		hashtextextended('review' || r.ticket_id || ':' || r.resolution_no, $2) AS chance
	FROM rating r JOIN ticket t ON t.id = r.ticket_id WHERE r.score <= (SELECT low_score FROM quality_settings)),
judged AS (
	SELECT l.*, l.rated_at + make_interval(hours => 20 + (l.chance & 127)::int) AS done_at,
		(ARRAY['our_fault', 'our_fault', 'supplier_fault', 'misunderstanding', 'no_fault', 'supplier_fault', 'our_fault', 'misunderstanding'])[1 + (l.chance >> 8 & 7)] AS outcome
	FROM low l),
opened AS (
	INSERT INTO quality_review (ticket_id, cause, resolution_no, score, body, person_id, team_id, opened_at, opened_by, assignee_id, state, finding, action,
		outcome, close_reason, closed_at, closed_by)
	SELECT j.ticket_id, 'rating', j.resolution_no, j.score, j.comment, j.owner_id, j.team_id, j.rated_at, j.rated_by, j.lead, s.state,
		CASE WHEN s.state = 'closed' OR j.chance >> 12 & 1 = 1 THEN CASE j.outcome
			WHEN 'our_fault' THEN (ARRAY['Мы ответили по шаблону и не проверили, помогло ли.', 'The reporter waited a day without hearing from us.', 'Решили симптом, а не причину.'])[1 + (j.chance >> 16 & 1023) % 3]
			WHEN 'supplier_fault' THEN (ARRAY['Подрядчик приехал без запчасти, второй выезд занял неделю.', 'The supplier declared a fix that was none.'])[1 + (j.chance >> 16 & 1023) % 2]
			WHEN 'misunderstanding' THEN (ARRAY['Заявитель ждал замены, договор её не предусматривает; объяснили.', 'The reporter rated the application, not our work.'])[1 + (j.chance >> 16 & 1023) % 2]
			ELSE (ARRAY['Сроки и ответы в порядке; оценка поставлена по ошибке.', 'Everything was done and told in time.'])[1 + (j.chance >> 16 & 1023) % 2] END END,
		CASE WHEN s.state = 'closed' AND j.outcome IN ('our_fault', 'supplier_fault') THEN CASE j.outcome
			WHEN 'our_fault' THEN (ARRAY['Разобрали с исполнителем; правим шаблон ответа.', 'Talked it over in the team; a reminder after four hours of silence.'])[1 + (j.chance >> 20 & 1023) % 2]
			ELSE (ARRAY['Внесено в протокол встречи с подрядчиком.', 'Raised in the quarterly meeting with the supplier.'])[1 + (j.chance >> 20 & 1023) % 2] END END,
		CASE s.state WHEN 'closed' THEN j.outcome END,
		CASE s.state WHEN 'closed' THEN (ARRAY['Поговорил с заявителем, вопросов больше нет.', 'Spoke to the reporter, who is content now.', 'Заявитель на связь не вышел, причина ясна из переписки.'])[1 + (j.chance >> 24 & 1023) % 3] END,
		CASE s.state WHEN 'closed' THEN j.done_at END, CASE s.state WHEN 'closed' THEN j.lead END
	FROM judged j CROSS JOIN LATERAL (SELECT CASE WHEN j.done_at < $1::timestamptz - interval '2 days' AND (j.rated_at < $1::timestamptz - interval '30 days' OR j.chance >> 28 & 3 <> 0)
		THEN 'closed' ELSE 'open' END AS state) s
	ORDER BY j.rated_at, j.ticket_id RETURNING *)
INSERT INTO quality_review_event (review_id, seq, at, actor_id, what, body)
SELECT o.id, e.seq, e.at, e.actor, e.what, e.body FROM opened o CROSS JOIN LATERAL (VALUES
	(1, o.opened_at, o.opened_by, 'opened', NULL), (2, o.opened_at, NULL, 'assigned', (SELECT p.name FROM person p WHERE p.id = o.assignee_id)),
	(3, o.closed_at, o.closed_by, 'finding', o.finding), (4, o.closed_at, o.closed_by, 'closed', o.close_reason)) AS e (seq, at, actor, what, body)
WHERE e.at IS NOT NULL;

-- name: demo_quality_complaints
-- A few employees wrote more than a number; the newest still wait for the lead.
SELECT count(quality_review_open(t, 'complaint', NULL, NULL, c.body, t.reporter_id, greatest(t.opened_at + interval '3 hours', $1::timestamptz - c.ago)))
FROM (VALUES (1, interval '3 hours', 'Третий раз объясняю одно и то же разным людям. Пожалуйста, пусть заявкой занимается кто-то один.'),
	(2, interval '26 hours', 'I was told "tomorrow" three days in a row.'),
	(3, interval '50 hours', 'Мне ответили резко, хотя я только уточнял срок.')) AS c (n, ago, body)
JOIN LATERAL (SELECT x.* FROM ticket x JOIN person r ON r.id = x.reporter_id AND r.language = CASE c.n WHEN 2 THEN 'en' ELSE 'ru' END AND NOT is_staff(r.roles)
	WHERE x.owner_id IS NOT NULL AND x.opened_at < $1::timestamptz - interval '4 days' AND x.status IN ('in_progress', 'waiting_supplier', 'resolved')
		AND x.restricted_team_id IS NULL ORDER BY hashtextextended('complaint' || x.number || c.n, $2), x.id LIMIT 1) y ON true
JOIN ticket t ON t.id = y.id;

-- name: demo_quality_attestations
-- Everybody was attested twice in the year; the next is due half a year after the last, for some of them by now.
WITH who AS (
	SELECT p.id, ($1::timestamptz AT TIME ZONE $2)::date - (hashtextextended('attested' || p.login, $3) & 255)::int % 176 AS last_done,
		hashtextextended('result' || p.login, $3) AS chance, row_number() OVER (ORDER BY hashtextextended('late' || p.login, $3)) AS place,
		coalesce((SELECT l.person_id FROM team_member m JOIN team_member l ON l.team_id = m.team_id AND l.lead AND l.person_id <> p.id WHERE m.person_id = p.id ORDER BY 1 LIMIT 1),
			(SELECT q.id FROM person q WHERE q.roles & 8 <> 0 AND q.active AND q.id <> p.id ORDER BY 1 LIMIT 1)) AS judge
	FROM person p WHERE p.active AND is_staff(p.roles) AND EXISTS (SELECT FROM team_member m WHERE m.person_id = p.id)),
shifted AS (
	-- Three are overdue, three fall into the next thirty days.
	SELECT id, chance, judge, CASE WHEN place <= 3 THEN ($1::timestamptz AT TIME ZONE $2)::date - 181 - (place * 9)::int
		WHEN place <= 6 THEN ($1::timestamptz AT TIME ZONE $2)::date - 184 + ((place - 3) * 8)::int ELSE last_done END AS last_done
	FROM who),
done AS (
	INSERT INTO quality_attestation (person_id, due, created_at, done_at, done_by, result, note, recorded_at)
	SELECT s.id, d.day + (s.chance & 7)::int, (d.day - 180)::timestamp AT TIME ZONE $2, d.day, s.judge,
		CASE WHEN d.round = 1 AND s.chance >> 8 & 15 = 0 THEN 'conditional' ELSE 'passed' END,
		CASE WHEN d.round = 1 AND s.chance >> 8 & 15 = 0 THEN 'Повторить тему «Эскалация поставщику» через три месяца.' END, d.day::timestamp AT TIME ZONE $2 + interval '15 hours'
	FROM shifted s CROSS JOIN LATERAL (VALUES (1, s.last_done - 183), (2, s.last_done)) AS d (round, day) ORDER BY d.day, s.id)
INSERT INTO quality_attestation (person_id, due, created_at, reminded)
SELECT s.id, d.due, s.last_done::timestamp AT TIME ZONE $2 + interval '15 hours',
	CASE WHEN d.due <= t.today THEN 0 WHEN d.due <= t.today + 7 THEN 7 WHEN d.due <= t.today + 30 THEN 30 END
FROM shifted s CROSS JOIN (SELECT ($1::timestamptz AT TIME ZONE $2)::date AS today) t
CROSS JOIN LATERAL (SELECT (s.last_done + interval '6 months')::date AS due) d ORDER BY s.id;

-- name: demo_quality_months
-- Months that the history covers whole, and the instant at which each was computed.
SELECT m::date, (m::date + interval '1 month 4 days 5 hours')::timestamp AT TIME ZONE $2
FROM generate_series(date_trunc('month', ($1::timestamptz AT TIME ZONE $2) - make_interval(days => $3::int)) + interval '1 month',
	date_trunc('month', $1::timestamptz AT TIME ZONE $2) - interval '1 month', interval '1 month') m
WHERE (m::date + interval '1 month 4 days 5 hours')::timestamp AT TIME ZONE $2 <= $1::timestamptz;
