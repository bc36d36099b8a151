-- Quality of the desk: ratings by page and by link, reviews, who may see and judge what. The rest stands in 76 (samples) and 77 (KPI, attestation).

-- Leads are leads of teams (team_member.lead); managers and auditors read the figures of everybody, administrators those of nobody.
CREATE OR REPLACE FUNCTION leads_team(actor bigint, team bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM team_member m WHERE m.team_id = team AND m.person_id = actor AND m.lead);
END $$;
COMMENT ON FUNCTION leads_team IS 'Whether the person leads the team';

CREATE OR REPLACE FUNCTION leads_person(actor bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM team_member l JOIN team_member m ON m.team_id = l.team_id WHERE l.person_id = actor AND l.lead AND m.person_id = person);
END $$;
COMMENT ON FUNCTION leads_person IS 'Whether the person leads a team of the other';

CREATE OR REPLACE FUNCTION quality_reads(actor bigint, actor_roles integer, person bigint, team bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN actor_roles & (8 | 16) <> 0 OR person = actor
		OR (actor_roles & 4 <> 0 AND (leads_team(actor, team) OR leads_person(actor, person)));
END $$;
COMMENT ON FUNCTION quality_reads IS 'Whether the actor may see figures of a person or team: their own, those of teams they lead, all for managers and auditors';

CREATE OR REPLACE FUNCTION quality_judges(actor bigint, actor_roles integer, person bigint, team bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN person IS DISTINCT FROM actor
		AND (actor_roles & 8 <> 0 OR (actor_roles & 4 <> 0 AND (leads_team(actor, team) OR leads_person(actor, person))));
END $$;
COMMENT ON FUNCTION quality_judges IS 'Whether the actor may score, review and attest: leads of the team and managers, nobody themself';

CREATE OR REPLACE FUNCTION quality_refuse() RETURNS void
LANGUAGE plpgsql AS $$ BEGIN PERFORM refuse(404, 'not-found', 'There is no such thing, or it is not yours to see'); END $$;
COMMENT ON FUNCTION quality_refuse IS '404 of this room';

CREATE OR REPLACE FUNCTION quality_team(wanted bigint, reader bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN team_ref(wanted, (SELECT p.language FROM person p WHERE p.id = reader));
END $$;
COMMENT ON FUNCTION quality_team IS 'A team in the language of the reader';

-- Who looks into trouble with a ticket: the leads of its team, but not about themselves; where there is none, the managers.
CREATE OR REPLACE FUNCTION quality_leads(team bigint, about bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT p.id FROM person p JOIN team_member m ON m.person_id = p.id AND m.team_id = team AND m.lead
		WHERE p.active AND p.id IS DISTINCT FROM about ORDER BY p.id;
	IF NOT FOUND THEN
		RETURN QUERY SELECT p.id FROM person p WHERE p.active AND p.roles & 8 <> 0 AND p.id IS DISTINCT FROM about ORDER BY p.id;
	END IF;
END $$;
COMMENT ON FUNCTION quality_leads IS 'Leads of a team other than the person concerned, or the managers';

-- Who owned a ticket at an instant. Periods are to the microsecond, instants of events to the second, so the whole second counts.
CREATE OR REPLACE FUNCTION ticket_owner_at(subject bigint, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
	who bigint;
BEGIN
	SELECT o.person_id INTO who FROM ownership o WHERE o.ticket_id = subject AND lower(o.period) < moment + interval '1 second'
	ORDER BY lower(o.period) DESC LIMIT 1;
	RETURN who;
END $$;
COMMENT ON FUNCTION ticket_owner_at IS 'Owner of a ticket at the end of a second';

CREATE OR REPLACE FUNCTION quality_review_note(review bigint, at timestamptz, actor bigint, what text, body text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO quality_review_event (review_id, seq, at, actor_id, what, body)
	SELECT review, coalesce(max(e.seq), 0) + 1, quality_review_note.at, actor, quality_review_note.what, quality_review_note.body
	FROM quality_review_event e WHERE e.review_id = review;
END $$;
COMMENT ON FUNCTION quality_review_note IS 'Appends to the log of a review; the caller holds its row';

-- A review and the mail to those who look into it. A single lead has it at once; among several one takes it.
CREATE OR REPLACE FUNCTION quality_review_open(t ticket, why text, resolution integer, points integer, said text, opener bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	leads bigint[] := ARRAY(SELECT quality_leads(t.team_id, t.owner_id));
	opened bigint;
	lead bigint;
BEGIN
	INSERT INTO quality_review (ticket_id, cause, resolution_no, score, body, person_id, team_id, opened_at, opened_by, assignee_id)
	VALUES (t.id, why, resolution, points, said, t.owner_id, t.team_id, at, opener, CASE WHEN cardinality(leads) = 1 THEN leads[1] END)
	RETURNING id INTO opened;
	PERFORM quality_review_note(opened, at, opener, 'opened', NULL);
	IF cardinality(leads) = 1 THEN
		PERFORM quality_review_note(opened, at, NULL, 'assigned', (SELECT name FROM person WHERE id = leads[1]));
	END IF;
	FOREACH lead IN ARRAY leads LOOP
		PERFORM outbox_mail(format('review:%s:lead:%s', opened, lead), lead, NULL, NULL, CASE why WHEN 'rating' THEN 'rating_low' ELSE 'complaint' END,
			jsonb_build_object('number', t.number, 'subject', t.subject, 'score', points, 'body', coalesce(said, ''),
				'owner', coalesce((SELECT name FROM person WHERE id = t.owner_id), '—'),
				'writer', (SELECT name FROM person WHERE id = opener)), t.id, NULL, at);
	END LOOP;
	RETURN opened;
END $$;
COMMENT ON FUNCTION quality_review_open IS 'Opens a review and tells those who look into it';

-- Writes a rating; the caller has locked the ticket and checked that it may be rated.
CREATE OR REPLACE FUNCTION rating_add(t ticket, rater bigint, at timestamptz, points integer, would_recommend integer, said text, way text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO rating (ticket_id, resolution_no, score, recommend, comment, rated_by, owner_id, rated_at, via)
	VALUES (t.id, t.resolution_count, points, would_recommend, said, rater, t.owner_id, at, way);
	PERFORM ticket_event_add(t.id, 'rated', rater, 'reporter', 'system', NULL,
		jsonb_build_object('score', points, 'recommend', would_recommend) || CASE way WHEN 'link' THEN '{"via": "link"}' ELSE '{}' END::jsonb, at);
	PERFORM ticket_touch(t.id, at);
	IF points <= (SELECT low_score FROM quality_settings) THEN
		PERFORM quality_review_open(t, 'rating', t.resolution_count, points, said, rater, at);
	END IF;
END $$;
COMMENT ON FUNCTION rating_add IS 'A rating with its event; a low one opens a review at once';

-- What the page behind a rating link shows: `state` ask, rated, over (reopened or resolved anew) or gone.
CREATE OR REPLACE FUNCTION rating_link_state(t ticket, resolution integer) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE WHEN t.id IS NULL THEN 'gone'
		WHEN EXISTS (SELECT FROM rating r WHERE r.ticket_id = t.id AND r.resolution_no = resolution) THEN 'rated'
		WHEN t.resolution_count <> resolution OR t.status NOT IN ('resolved', 'closed') THEN 'over'
		ELSE 'ask' END;
END $$;
COMMENT ON FUNCTION rating_link_state IS 'What can be done with the link of a resolution';

CREATE OR REPLACE FUNCTION rating_link_show(subject_id bigint, resolution integer, OUT state text, OUT number text, OUT subject text, OUT language text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket x WHERE x.id = subject_id;
	state := rating_link_state(t, resolution);
	number := t.number;
	subject := t.subject;
	SELECT p.language INTO language FROM person p WHERE p.id = t.reporter_id;
END $$;
COMMENT ON FUNCTION rating_link_show IS 'Number, subject and language for the page behind a rating link, nothing else of the ticket';

CREATE OR REPLACE FUNCTION rating_link_use(subject_id bigint, resolution integer, at timestamptz, points integer, would_recommend integer, said text,
	OUT state text, OUT number text, OUT subject text, OUT language text)
LANGUAGE plpgsql AS $$
DECLARE
	t ticket;
BEGIN
	SELECT * INTO t FROM ticket x WHERE x.id = subject_id FOR UPDATE;
	state := rating_link_state(t, resolution);
	number := t.number;
	subject := t.subject;
	SELECT p.language INTO language FROM person p WHERE p.id = t.reporter_id;
	IF state = 'ask' THEN
		PERFORM rating_add(t, t.reporter_id, at, points, would_recommend, said, 'link');
		state := 'thanks';
	END IF;
END $$;
COMMENT ON FUNCTION rating_link_use IS 'Rates by the signed link: whoever holds it holds the reporter''s mail; once a resolution';

-- A complaint about how a ticket is handled: by the reporter and those named on it; staff write down what was said on the phone.
CREATE OR REPLACE FUNCTION quality_complain(actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, subject_id bigint, said text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	t ticket := ticket_lock(subject_id, actor, actor_roles, actor_teams);
BEGIN
	IF NOT (t.reporter_id = actor OR ticket_names(t.id, actor) OR is_staff(actor_roles)) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'A complaint comes from the reporter, or from the service desk in their name');
	END IF;
	IF EXISTS (SELECT FROM quality_review r WHERE r.ticket_id = t.id AND r.cause = 'complaint' AND r.state = 'open' AND r.opened_by = actor) THEN
		PERFORM refuse(409, 'complaint-open', format('Your complaint about %s is being looked into', t.number));
	END IF;
	RETURN quality_review_open(t, 'complaint', NULL, NULL, said, actor, at);
END $$;
COMMENT ON FUNCTION quality_complain IS 'Opens a review for a complaint';

CREATE OR REPLACE FUNCTION quality_review_json(r quality_review, actor bigint, actor_roles integer, whole boolean) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT json_build_object('id', r.id, 'ticket', json_build_object('number', t.number, 'subject', t.subject), 'cause', r.cause, 'score', r.score,
		'body', r.body, 'person', person_ref(r.person_id), 'team', quality_team(r.team_id, actor), 'state', r.state, 'opened_at', instant_text(r.opened_at),
		'opened_by', person_ref(r.opened_by), 'assignee', person_ref(r.assignee_id), 'finding', r.finding, 'action', r.action, 'outcome', r.outcome,
		'close_reason', r.close_reason, 'closed_at', instant_text(r.closed_at), 'closed_by', person_ref(r.closed_by), 'version', r.version,
		'can_edit', quality_judges(actor, actor_roles, r.person_id, r.team_id),
		'events', CASE WHEN whole THEN (SELECT coalesce(json_agg(json_build_object('seq', e.seq, 'at', instant_text(e.at), 'actor', person_ref(e.actor_id),
			'what', e.what, 'body', e.body) ORDER BY e.seq), '[]') FROM quality_review_event e WHERE e.review_id = r.id) END)
		FROM ticket t WHERE t.id = r.ticket_id);
END $$;
COMMENT ON FUNCTION quality_review_json IS 'A review as the API gives it';

-- Reviews are about people, for those who lead them: the person concerned does not see them.
CREATE OR REPLACE FUNCTION quality_review_seen(r quality_review, actor bigint, actor_roles integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN actor_roles & 16 <> 0 OR quality_judges(actor, actor_roles, r.person_id, r.team_id);
END $$;
COMMENT ON FUNCTION quality_review_seen IS 'Whether the actor sees a review';

CREATE OR REPLACE FUNCTION quality_review_lock(wanted bigint, actor bigint, actor_roles integer, expected integer, must text) RETURNS quality_review
LANGUAGE plpgsql AS $$
DECLARE
	r quality_review;
BEGIN
	SELECT * INTO r FROM quality_review WHERE id = wanted FOR UPDATE;
	IF r.id IS NULL OR NOT quality_review_seen(r, actor, actor_roles) THEN
		PERFORM quality_refuse();
	END IF;
	IF NOT quality_judges(actor, actor_roles, r.person_id, r.team_id) THEN
		PERFORM refuse(403, 'not-yours-to-do', 'Leads of the team and managers look into it');
	END IF;
	IF expected <> -1 AND expected <> r.version THEN
		PERFORM refuse(412, 'changed-meanwhile', 'Somebody changed the review meanwhile', jsonb_build_object('current', quality_review_json(r, actor, actor_roles, true)));
	END IF;
	IF r.state <> must THEN
		PERFORM refuse(409, 'not-in-this-state', format('The review is %s', r.state), jsonb_build_object('state', r.state));
	END IF;
	RETURN r;
END $$;
COMMENT ON FUNCTION quality_review_lock IS 'The review, locked, if the actor may change it and it is in the state';

-- `wanted`: assignee (id or null), finding, action; members that are absent stay.
CREATE OR REPLACE FUNCTION quality_review_edit(actor bigint, actor_roles integer, at timestamptz, wanted_id bigint, expected integer, wanted jsonb) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	r quality_review := quality_review_lock(wanted_id, actor, actor_roles, expected, 'open');
	n quality_review := r;
BEGIN
	IF wanted ? 'assignee' THEN
		n.assignee_id := (wanted ->> 'assignee')::bigint;
		IF n.assignee_id IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.id = n.assignee_id AND p.active
				AND quality_judges(p.id, p.roles, r.person_id, r.team_id)) THEN
			PERFORM refuse_field('/assignee', 'must be a lead of the team or a manager, and not the person concerned');
		END IF;
		IF n.assignee_id IS DISTINCT FROM r.assignee_id THEN
			PERFORM quality_review_note(r.id, at, actor, 'assigned', (SELECT name FROM person WHERE id = n.assignee_id));
			IF n.assignee_id <> actor THEN
				PERFORM outbox_mail(format('review:%s:assigned:%s:%s', r.id, n.assignee_id, r.version), n.assignee_id, NULL, NULL, 'review_assigned',
					(SELECT jsonb_build_object('number', t.number, 'subject', t.subject, 'writer', (SELECT name FROM person WHERE id = actor),
						'body', coalesce(r.body, '')) FROM ticket t WHERE t.id = r.ticket_id), r.ticket_id, NULL, at);
			END IF;
		END IF;
	END IF;
	IF wanted ? 'finding' THEN
		n.finding := wanted ->> 'finding';
	END IF;
	IF wanted ? 'action' THEN
		n.action := wanted ->> 'action';
	END IF;
	IF n.finding IS DISTINCT FROM r.finding THEN
		PERFORM quality_review_note(r.id, at, actor, 'finding', n.finding);
	END IF;
	IF n.action IS DISTINCT FROM r.action THEN
		PERFORM quality_review_note(r.id, at, actor, 'action', n.action);
	END IF;
	IF n IS DISTINCT FROM r THEN
		UPDATE quality_review SET assignee_id = n.assignee_id, finding = n.finding, action = n.action, version = version + 1
		WHERE id = r.id RETURNING * INTO n;
	END IF;
	RETURN quality_review_json(n, actor, actor_roles, true);
END $$;
COMMENT ON FUNCTION quality_review_edit IS 'Assigns a review, writes finding and action';

CREATE OR REPLACE FUNCTION quality_review_close(actor bigint, actor_roles integer, at timestamptz, wanted_id bigint, finds text, does text, how text, why text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	r quality_review := quality_review_lock(wanted_id, actor, actor_roles, -1, 'open');
BEGIN
	IF coalesce(finds, r.finding) IS NULL THEN
		PERFORM refuse_field('/finding', 'say what was found before the review is closed');
	END IF;
	IF how = 'our_fault' AND coalesce(does, r.action) IS NULL THEN
		PERFORM refuse_field('/action', 'the fault was ours: say what is done about it');
	END IF;
	IF finds IS NOT NULL AND finds IS DISTINCT FROM r.finding THEN
		PERFORM quality_review_note(r.id, at, actor, 'finding', finds);
	END IF;
	IF does IS NOT NULL AND does IS DISTINCT FROM r.action THEN
		PERFORM quality_review_note(r.id, at, actor, 'action', does);
	END IF;
	UPDATE quality_review SET state = 'closed', finding = coalesce(finds, finding), action = coalesce(does, action), outcome = how, close_reason = why,
		closed_at = at, closed_by = actor, version = version + 1
	WHERE id = r.id RETURNING * INTO r;
	PERFORM quality_review_note(r.id, at, actor, 'closed', why);
	RETURN quality_review_json(r, actor, actor_roles, true);
END $$;
COMMENT ON FUNCTION quality_review_close IS 'Closes a review with finding, outcome and reason';

CREATE OR REPLACE FUNCTION quality_review_reopen(actor bigint, actor_roles integer, at timestamptz, wanted_id bigint, why text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	r quality_review := quality_review_lock(wanted_id, actor, actor_roles, -1, 'closed');
BEGIN
	UPDATE quality_review SET state = 'open', outcome = NULL, close_reason = NULL, closed_at = NULL, closed_by = NULL, version = version + 1
	WHERE id = r.id RETURNING * INTO r;
	PERFORM quality_review_note(r.id, at, actor, 'reopened', why);
	RETURN quality_review_json(r, actor, actor_roles, true);
END $$;
COMMENT ON FUNCTION quality_review_reopen IS 'Takes a closed review up again';

CREATE OR REPLACE FUNCTION quality_settings_json() RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT json_build_object('low_score', s.low_score, 'sample_size', s.sample_size, 'kpi_day', s.kpi_day, 'min_tickets', s.min_tickets,
		'min_ratings', s.min_ratings, 'min_samples', s.min_samples, 'attestation_months', s.attestation_months, 'version', s.version,
		'changed_at', instant_text(s.changed_at), 'changed_by', person_ref(s.changed_by)) FROM quality_settings s);
END $$;
COMMENT ON FUNCTION quality_settings_json IS 'The settings as the API gives them';

CREATE OR REPLACE FUNCTION quality_settings_change(actor bigint, at timestamptz, expected integer, wanted jsonb) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
	s quality_settings;
BEGIN
	SELECT * INTO STRICT s FROM quality_settings FOR UPDATE;
	IF expected <> -1 AND expected <> s.version THEN
		PERFORM refuse(412, 'changed-meanwhile', 'Somebody changed the settings meanwhile', jsonb_build_object('current', quality_settings_json()));
	END IF;
	UPDATE quality_settings SET low_score = coalesce((wanted ->> 'low_score')::smallint, low_score),
		sample_size = coalesce((wanted ->> 'sample_size')::smallint, sample_size), kpi_day = coalesce((wanted ->> 'kpi_day')::smallint, kpi_day),
		min_tickets = coalesce((wanted ->> 'min_tickets')::smallint, min_tickets), min_ratings = coalesce((wanted ->> 'min_ratings')::smallint, min_ratings),
		min_samples = coalesce((wanted ->> 'min_samples')::smallint, min_samples),
		attestation_months = coalesce((wanted ->> 'attestation_months')::smallint, attestation_months),
		version = version + 1, changed_at = at, changed_by = actor;
	RETURN quality_settings_json();
END $$;
COMMENT ON FUNCTION quality_settings_change IS 'Changes the settings; members that are absent stay';

CREATE OR REPLACE TRIGGER quality_review_event_append_only BEFORE UPDATE OR DELETE ON quality_review_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER quality_answer_append_only BEFORE UPDATE OR DELETE ON quality_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER quality_draw_append_only BEFORE UPDATE OR DELETE ON quality_draw FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER quality_checklist_append_only BEFORE UPDATE OR DELETE ON quality_checklist FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER quality_checklist_item_append_only BEFORE UPDATE OR DELETE ON quality_checklist_item FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER quality_formula_append_only BEFORE UPDATE OR DELETE ON quality_formula FOR EACH ROW EXECUTE FUNCTION refuse_change();

INSERT INTO message_template (key, language, subject, body) VALUES
	('complaint', 'en', '[{number}] Complaint: {subject}', E'{writer} complains about {number} "{subject}" (owner {owner}). Please look into it; the review is open on the page "Quality".\n\n{body}\n'),
	('complaint', 'ru', '[{number}] Жалоба: {subject}', E'{writer}: жалоба по заявке {number} «{subject}» (владелец: {owner}). Пожалуйста, разберитесь; разбор открыт на странице «Качество».\n\n{body}\n'),
	('review_assigned', 'en', '[{number}] A review is yours: {subject}', E'{writer} asks you to look into {number} "{subject}".\n\n{body}\n'),
	('review_assigned', 'ru', '[{number}] Вам поручен разбор: {subject}', E'{writer} просит вас разобраться с заявкой {number} «{subject}».\n\n{body}\n'),
	('attestation_due', 'en', 'Attestation of {name}: due on {due}', E'The attestation of {name} is due on {due}.\n\nIt is recorded on the page "Quality" by the lead.\n'),
	('attestation_due', 'ru', 'Аттестация: {name}, срок {due}', E'{name}: срок аттестации — {due}.\n\nРезультат записывает руководитель на странице «Качество».\n'),
	('calibration_asked', 'en', '[{number}] Please score this sample too', E'{writer} asks you to score {number} "{subject}" by the checklist, without seeing the first score. The sample is on the page "Quality".\n'),
	('calibration_asked', 'ru', '[{number}] Оцените эту выборку тоже', E'{writer} просит вас оценить заявку {number} «{subject}» по чек-листу, не видя первой оценки. Она ждёт на странице «Качество».\n')
ON CONFLICT (key, language) DO NOTHING;
