-- Weekly samples: the draw that anybody can repeat, proposed answers, scoring, calibration; checklists and their editions.

-- Closed tickets of a span and who owned each when it was closed: from events and periods of ownership alone, which never change.
CREATE OR REPLACE FUNCTION quality_closed(from_at timestamptz, to_at timestamptz) RETURNS TABLE (person_id bigint, ticket_id bigint, digest bytea)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT ticket_owner_at(e.ticket_id, e.occurred_at), e.ticket_id, e.hash
	FROM (SELECT DISTINCT ON (x.ticket_id) x.ticket_id, x.occurred_at, x.hash FROM ticket_event x
		WHERE x.type IN ('confirmed', 'closed') AND x.occurred_at >= from_at AND x.occurred_at < to_at
		ORDER BY x.ticket_id, x.seq DESC) e
	WHERE ticket_owner_at(e.ticket_id, e.occurred_at) IS NOT NULL;
END $$;
COMMENT ON FUNCTION quality_closed IS 'Tickets closed in a span, each once with its last closing there, and their owners then';

-- The place of a ticket in the draw of its owner: tickets in the order of SHA-256("SEED:PERSON:NUMBER") in hex, the first ones are drawn.
-- Each is equally likely to stand first, and nobody can move one without changing the seed.
CREATE OR REPLACE FUNCTION quality_rank(seed text, person bigint, number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT encode(sha256(convert_to(seed || ':' || person || ':' || number, 'UTF8')), 'hex') $$;
COMMENT ON FUNCTION quality_rank IS 'What tickets are sorted by in a draw';

-- SHA-256 over "week:YYYY-MM-DD" and the hashes (hex) of the closing events in the order of the tickets, one a line: no one can choose it, since it
-- follows from everything that was said on those tickets, and everybody who has the events can compute it again.
CREATE OR REPLACE FUNCTION quality_seed(week date, from_at timestamptz, to_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT encode(sha256(convert_to('week:' || to_char(week, 'YYYY-MM-DD') || E'\n'
		|| coalesce(string_agg(encode(c.digest, 'hex') || E'\n', '' ORDER BY c.ticket_id), ''), 'UTF8')), 'hex') FROM quality_closed(from_at, to_at) c);
END $$;
COMMENT ON FUNCTION quality_seed IS 'Seed of a week''s draw';

-- Every ticket of a week with its place; the draw takes places up to sample_size, and an auditor sees all of them.
CREATE OR REPLACE FUNCTION quality_places(seed text, from_at timestamptz, to_at timestamptz)
	RETURNS TABLE (person_id bigint, ticket_id bigint, number text, rank text, place bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT c.person_id, c.ticket_id, t.number, quality_rank(seed, c.person_id, t.number),
		row_number() OVER (PARTITION BY c.person_id ORDER BY quality_rank(seed, c.person_id, t.number) COLLATE "C")
	FROM quality_closed(from_at, to_at) c JOIN ticket t ON t.id = c.ticket_id;
END $$;
COMMENT ON FUNCTION quality_places IS 'The whole draw of a week';

-- Draws the week once, whichever node is first. NULL: drawn already, or nothing is to be drawn.
CREATE OR REPLACE FUNCTION quality_draw_make(wanted date, zone text, at timestamptz) RETURNS date
LANGUAGE plpgsql AS $$
DECLARE
	from_at timestamptz := wanted::timestamp AT TIME ZONE zone;
	to_at timestamptz := (wanted + 7)::timestamp AT TIME ZONE zone;
	size smallint := (SELECT s.sample_size FROM quality_settings s);
	seed text := quality_seed(wanted, from_at, to_at);
	made date;
BEGIN
	IF size = 0 OR to_at > at THEN
		RETURN NULL;
	END IF;
	INSERT INTO quality_draw (week, zone, from_at, to_at, seed, sample_size, people, tickets, drawn_at)
	SELECT wanted, zone, from_at, to_at, seed, size, count(DISTINCT c.person_id), count(*), at FROM quality_closed(from_at, to_at) c
	ON CONFLICT (week) DO NOTHING RETURNING week INTO made;
	IF made IS NOT NULL THEN
		INSERT INTO quality_sample (week, ticket_id, person_id, team_id, checklist_id, place)
		SELECT wanted, p.ticket_id, p.person_id, t.team_id,
			(SELECT k.id FROM quality_checklist k WHERE k.kind = t.kind ORDER BY k.version DESC LIMIT 1), p.place
		FROM quality_places(seed, from_at, to_at) p JOIN ticket t ON t.id = p.ticket_id
		WHERE p.place <= size ORDER BY p.person_id, p.place;
	END IF;
	RETURN made;
END $$;
COMMENT ON FUNCTION quality_draw_make IS 'Draws the samples of a week that is over';

-- What the timeline says by itself: {"answer", "events": [seq…]} or null where only people can say, as for imported tickets.
CREATE OR REPLACE FUNCTION quality_fact(t ticket, fact text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	moves integer;
	introductions integer;
	answer text;
	events integer[];
BEGIN
	IF fact IS NULL OR t.external_source IS NOT NULL THEN
		RETURN NULL;
	END IF;
	IF fact = 'introduced' THEN
		SELECT count(*) FILTER (WHERE e.type <> 'introduced' AND NOT e.data ? 'kept'), count(*) FILTER (WHERE e.type = 'introduced'),
			array_agg(e.seq ORDER BY e.seq) FILTER (WHERE e.type = 'introduced')
		INTO moves, introductions, events FROM ticket_event e
		WHERE e.ticket_id = t.id AND e.type IN ('taken', 'handover_accepted', 'handover_forced', 'handover_returned', 'introduced');
		answer := CASE WHEN introductions >= moves AND moves > 0 THEN 'yes' WHEN introductions > 0 THEN 'partly' ELSE 'no' END;
	ELSIF fact = 'signed' THEN
		SELECT CASE WHEN count(*) = 0 THEN 'none' WHEN bool_and(btrim(p.given_name) <> '' AND btrim(p.family_name) <> '') THEN 'yes' ELSE 'no' END,
			array_agg(e.seq ORDER BY e.seq)
		INTO answer, events FROM ticket_event e JOIN person p ON p.id = e.actor_id
		WHERE e.ticket_id = t.id AND e.visibility = 'public' AND e.actor_role IN ('owner', 'lead') AND e.type IN ('replied', 'waiting', 'resolved');
	ELSIF fact = 'solved' THEN
		SELECT CASE WHEN count(*) = 0 THEN 'yes' ELSE 'partly' END, array_agg(e.seq ORDER BY e.seq) INTO answer, events
		FROM ticket_event e WHERE e.ticket_id = t.id AND e.type = 'reopened';
	ELSIF fact = 'prevention' THEN
		answer := CASE WHEN t.prevention IS NOT NULL THEN 'yes' WHEN t.no_prevention THEN 'none' ELSE 'no' END;
		SELECT array_agg(e.seq ORDER BY e.seq DESC) INTO events FROM ticket_event e WHERE e.ticket_id = t.id AND e.type = 'resolved';
		events := events[1:1];
	ELSE
		SELECT CASE WHEN bool_or(c.breached_at IS NOT NULL) THEN 'no' ELSE 'yes' END INTO answer
		FROM clock c WHERE c.ticket_id = t.id AND c.metric = replace(fact, '_kept', '')::sla_metric HAVING count(*) > 0;
	END IF;
	RETURN CASE WHEN answer IS NOT NULL THEN json_build_object('answer', answer, 'events', coalesce(to_json(events), '[]')) END;
END $$;
COMMENT ON FUNCTION quality_fact IS 'Answer that the facts propose for an item of a checklist';

CREATE OR REPLACE FUNCTION quality_scoring_json(s quality_scoring) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('scorer', person_ref(s.scorer_id), 'score_pct', s.score_pct, 'feedback', s.feedback, 'scored_at', instant_text(s.scored_at),
		'answers', (SELECT json_agg(json_build_object('item', a.item_id, 'answer', a.answer, 'proposed', a.proposed, 'comment', a.comment) ORDER BY i.position)
			FROM quality_answer a JOIN quality_checklist_item i ON i.id = a.item_id WHERE a.scoring_id = s.id));
END $$;
COMMENT ON FUNCTION quality_scoring_json IS 'A scoring with its answers';

-- Whether the actor scores the sample: those who judge, and the lead asked for calibration.
CREATE OR REPLACE FUNCTION quality_sample_scores(s quality_sample, actor bigint, actor_roles integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN s.person_id <> actor AND (quality_judges(actor, actor_roles, s.person_id, s.team_id) OR (s.calibrator_id = actor AND actor_roles & (4 | 8) <> 0));
END $$;
COMMENT ON FUNCTION quality_sample_scores IS 'Whether the actor may score the sample';

-- The member sees a sample once it is scored; the second lead does not see the first score before giving one.
CREATE OR REPLACE FUNCTION quality_sample_seen(s quality_sample, actor bigint, actor_roles integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE WHEN s.person_id = actor THEN s.score_pct IS NOT NULL
		ELSE s.calibrator_id IS NOT DISTINCT FROM actor OR quality_reads(actor, actor_roles, s.person_id, s.team_id) END;
END $$;
COMMENT ON FUNCTION quality_sample_seen IS 'Whether the actor sees the sample';

CREATE OR REPLACE FUNCTION quality_sample_blind(s quality_sample, actor bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN s.calibrator_id IS NOT DISTINCT FROM actor
		AND NOT EXISTS (SELECT FROM quality_scoring x WHERE x.sample_id = s.id AND x.scorer_id = actor AND x.replaced_at IS NULL);
END $$;
COMMENT ON FUNCTION quality_sample_blind IS 'Whether the scores of others are still hidden from the actor';

CREATE OR REPLACE FUNCTION quality_sample_json(s quality_sample, actor bigint, actor_roles integer, tongue text, whole boolean) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	blind boolean := quality_sample_blind(s, actor);
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket WHERE id = s.ticket_id;
	RETURN json_build_object('id', s.id, 'week', s.week, 'ticket', json_build_object('number', t.number, 'subject', t.subject, 'kind', t.kind,
			'closed_at', instant_text(t.closed_at)), 'person', person_ref(s.person_id), 'team', team_ref(s.team_id, tongue), 'place', s.place,
		'calibrator', person_ref(s.calibrator_id), 'score_pct', CASE WHEN NOT blind THEN s.score_pct END,
		'scored_by', CASE WHEN NOT blind THEN person_ref(s.scored_by) END, 'scored_at', CASE WHEN NOT blind THEN instant_text(s.scored_at) END,
		'calibration_pct', CASE WHEN NOT blind THEN (SELECT x.score_pct FROM quality_scoring x WHERE x.sample_id = s.id AND x.replaced_at IS NULL
			AND x.scorer_id <> s.scored_by ORDER BY x.id LIMIT 1) END,
		'can_score', quality_sample_scores(s, actor, actor_roles),
		'mine', EXISTS (SELECT FROM quality_scoring x WHERE x.sample_id = s.id AND x.scorer_id = actor AND x.replaced_at IS NULL),
		'checklist', CASE WHEN whole THEN (SELECT json_build_object('id', k.id, 'kind', k.kind, 'version', k.version, 'items', (
			SELECT json_agg(json_build_object('id', i.id, 'label', CASE tongue WHEN 'ru' THEN i.label_ru ELSE i.label_en END, 'weight', i.weight,
				'fact', i.fact, 'proposed', quality_fact(t, i.fact)) ORDER BY i.position)
			FROM quality_checklist_item i WHERE i.checklist_id = k.id)) FROM quality_checklist k WHERE k.id = s.checklist_id) END,
		'scorings', CASE WHEN whole THEN (SELECT coalesce(json_agg(quality_scoring_json(x) ORDER BY x.id), '[]') FROM quality_scoring x
			WHERE x.sample_id = s.id AND x.replaced_at IS NULL AND (NOT blind OR x.scorer_id = actor)) END);
END $$;
COMMENT ON FUNCTION quality_sample_json IS 'A sample as the API gives it';

-- `answers`: [{"item","answer","comment"}], each item of the checklist once. The first scoring counts; a second lead's is calibration.
CREATE OR REPLACE FUNCTION quality_sample_score(actor bigint, actor_roles integer, at timestamptz, wanted bigint, answers jsonb, words text) RETURNS quality_sample
LANGUAGE plpgsql AS $$
DECLARE
	s quality_sample;
	t ticket;
	pct numeric(5,2);
	wrong text;
	made bigint;
BEGIN
	SELECT * INTO s FROM quality_sample WHERE id = wanted FOR UPDATE;
	IF s.id IS NULL OR NOT quality_sample_seen(s, actor, actor_roles) THEN
		PERFORM quality_refuse();
	END IF;
	IF NOT quality_sample_scores(s, actor, actor_roles) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Leads of the team and managers score, nobody their own tickets');
	END IF;
	SELECT string_agg(DISTINCT x.item, ', ') INTO wrong FROM (
		SELECT a ->> 'item' AS item FROM jsonb_array_elements(answers) a
		WHERE NOT EXISTS (SELECT FROM quality_checklist_item i WHERE i.checklist_id = s.checklist_id AND i.id = (a ->> 'item')::bigint)) x;
	IF wrong IS NOT NULL THEN
		PERFORM refuse_field('/answers', format('item %s does not belong to the checklist of this sample', wrong));
	END IF;
	SELECT string_agg(i.position::text, ', ' ORDER BY i.position) INTO wrong FROM quality_checklist_item i
	WHERE i.checklist_id = s.checklist_id AND (SELECT count(*) FROM jsonb_array_elements(answers) a WHERE (a ->> 'item')::bigint = i.id) <> 1;
	IF wrong IS NOT NULL THEN
		PERFORM refuse_field('/answers', format('each question is answered once; check %s', wrong));
	END IF;
	SELECT round(100.0 * sum(i.weight * CASE a ->> 'answer' WHEN 'yes' THEN 1 WHEN 'partly' THEN 0.5 ELSE 0 END) / nullif(sum(i.weight), 0), 2) INTO pct
	FROM jsonb_array_elements(answers) a JOIN quality_checklist_item i ON i.id = (a ->> 'item')::bigint WHERE a ->> 'answer' <> 'none';
	IF pct IS NULL THEN
		PERFORM refuse_field('/answers', 'at least one question must apply');
	END IF;
	SELECT * INTO t FROM ticket WHERE id = s.ticket_id;
	UPDATE quality_scoring SET replaced_at = at WHERE sample_id = s.id AND scorer_id = actor AND replaced_at IS NULL;
	INSERT INTO quality_scoring (sample_id, scorer_id, score_pct, feedback, scored_at) VALUES (s.id, actor, pct, words, at) RETURNING id INTO made;
	INSERT INTO quality_answer (scoring_id, item_id, answer, proposed, comment)
	SELECT made, i.id, a ->> 'answer', quality_fact(t, i.fact) ->> 'answer', a ->> 'comment'
	FROM jsonb_array_elements(answers) a JOIN quality_checklist_item i ON i.id = (a ->> 'item')::bigint;
	IF s.scored_by IS NULL OR s.scored_by = actor THEN
		IF s.calibrator_id = actor AND s.scored_by IS NULL THEN
			PERFORM refuse(409, 'first-score-missing', 'The lead of the team scores first');
		END IF;
		UPDATE quality_sample SET score_pct = pct, scored_by = actor, scored_at = at WHERE id = s.id RETURNING * INTO s;
	END IF;
	RETURN s;
END $$;
COMMENT ON FUNCTION quality_sample_score IS 'Scores a sample, or corrects or calibrates a score';

CREATE OR REPLACE FUNCTION quality_sample_calibrate(actor bigint, actor_roles integer, at timestamptz, wanted bigint, second bigint) RETURNS quality_sample
LANGUAGE plpgsql AS $$
DECLARE
	s quality_sample;
BEGIN
	SELECT * INTO s FROM quality_sample WHERE id = wanted FOR UPDATE;
	IF s.id IS NULL OR NOT quality_sample_seen(s, actor, actor_roles) THEN
		PERFORM quality_refuse();
	END IF;
	IF NOT quality_judges(actor, actor_roles, s.person_id, s.team_id) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Leads of the team and managers ask for a second score');
	END IF;
	IF s.scored_by IS NULL THEN
		PERFORM refuse(409, 'first-score-missing', 'Score the sample first');
	END IF;
	IF EXISTS (SELECT FROM quality_scoring x WHERE x.sample_id = s.id AND x.replaced_at IS NULL AND x.scorer_id = s.calibrator_id) THEN
		PERFORM refuse(409, 'calibrated', 'A second lead has scored this sample already');
	END IF;
	IF second = s.scored_by OR second = s.person_id OR NOT EXISTS (SELECT FROM person p WHERE p.id = second AND p.active AND p.roles & (4 | 8) <> 0) THEN
		PERFORM refuse_field('/person', 'must be another lead or manager, and not the one whose ticket it is');
	END IF;
	UPDATE quality_sample SET calibrator_id = second WHERE id = s.id RETURNING * INTO s;
	PERFORM outbox_mail(format('sample:%s:calibrator:%s', s.id, second), second, NULL, NULL, 'calibration_asked',
		(SELECT jsonb_build_object('number', t.number, 'subject', t.subject, 'writer', (SELECT name FROM person WHERE id = actor))
			FROM ticket t WHERE t.id = s.ticket_id), s.ticket_id, NULL, at);
	RETURN s;
END $$;
COMMENT ON FUNCTION quality_sample_calibrate IS 'Asks a second lead to score the same sample blindly';

CREATE OR REPLACE FUNCTION quality_checklist_json(k quality_checklist) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', k.id, 'kind', k.kind, 'version', k.version, 'created_at', instant_text(k.created_at), 'created_by', person_ref(k.created_by),
		'samples', (SELECT count(*) FROM quality_sample s WHERE s.checklist_id = k.id),
		'items', (SELECT json_agg(json_build_object('id', i.id, 'label_en', i.label_en, 'label_ru', i.label_ru, 'weight', i.weight, 'fact', i.fact) ORDER BY i.position)
			FROM quality_checklist_item i WHERE i.checklist_id = k.id));
END $$;
COMMENT ON FUNCTION quality_checklist_json IS 'A checklist as the API gives it';

-- `expected`: the version that was edited, so that two edits do not pass each other by.
CREATE OR REPLACE FUNCTION quality_checklist_add(actor bigint, at timestamptz, for_kind ticket_kind, expected integer, items jsonb) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	k quality_checklist;
	newest integer;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('vakhta checklist ' || for_kind, 0));
	SELECT max(version) INTO newest FROM quality_checklist WHERE kind = for_kind;
	IF expected <> -1 AND expected <> newest THEN
		PERFORM refuse(412, 'changed-meanwhile', format('Version %s is in use by now', newest), jsonb_build_object('current', newest));
	END IF;
	INSERT INTO quality_checklist (kind, version, created_at, created_by) VALUES (for_kind, coalesce(newest, 0) + 1, at, actor) RETURNING * INTO k;
	INSERT INTO quality_checklist_item (checklist_id, position, label_en, label_ru, weight, fact)
	SELECT k.id, i.place, i.item ->> 'label_en', i.item ->> 'label_ru', (i.item ->> 'weight')::smallint, i.item ->> 'fact'
	FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, place);
	RETURN quality_checklist_json(k);
END $$;
COMMENT ON FUNCTION quality_checklist_add IS 'A new edition of the checklist of a kind; samples keep theirs';
