-- Quality of the desk: reviews of bad ratings, weekly samples, checklists, the monthly KPI, re-attestation.

-- What happens to a ticket on which day: resolutions for the response rate, closings for the weekly draw.
CREATE INDEX ticket_event_ends_idx ON ticket_event (occurred_at) WHERE type IN ('resolved', 'confirmed', 'closed');
CREATE INDEX rating_owner_idx ON rating (owner_id, rated_at);
CREATE INDEX rating_rated_idx ON rating (rated_at);

ALTER TABLE rating ADD COLUMN via text NOT NULL DEFAULT 'page' CHECK (via IN ('page', 'link'));
COMMENT ON COLUMN rating.via IS 'page: signed in; link: by the signed link in the mail';

CREATE TABLE quality_settings (
	only_row           boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	low_score          smallint NOT NULL DEFAULT 6 CHECK (low_score BETWEEN 0 AND 9),
	sample_size        smallint NOT NULL DEFAULT 3 CHECK (sample_size BETWEEN 0 AND 50),
	kpi_day            smallint NOT NULL DEFAULT 5 CHECK (kpi_day BETWEEN 1 AND 28),
	min_tickets        smallint NOT NULL DEFAULT 5 CHECK (min_tickets BETWEEN 1 AND 1000),
	min_ratings        smallint NOT NULL DEFAULT 5 CHECK (min_ratings BETWEEN 1 AND 1000),
	min_samples        smallint NOT NULL DEFAULT 3 CHECK (min_samples BETWEEN 1 AND 1000),
	attestation_months smallint NOT NULL DEFAULT 6 CHECK (attestation_months BETWEEN 1 AND 60),
	version            integer NOT NULL DEFAULT 1,
	changed_at         timestamptz(0),
	changed_by         bigint REFERENCES person
);
INSERT INTO quality_settings DEFAULT VALUES;
COMMENT ON TABLE quality_settings IS 'How quality is watched; one row';
COMMENT ON COLUMN quality_settings.only_row IS 'Always true: there is one row';
COMMENT ON COLUMN quality_settings.low_score IS 'A rating of at most this opens a review; 6 is where the detractors of the NPS end';
COMMENT ON COLUMN quality_settings.sample_size IS 'Closed tickets drawn a week and member; 0: no draw';
COMMENT ON COLUMN quality_settings.kpi_day IS 'Day of the month on which the KPI of the month before is computed';
COMMENT ON COLUMN quality_settings.min_tickets IS 'Fewer closed tickets in a month: shares of tickets count as missing';
COMMENT ON COLUMN quality_settings.min_ratings IS 'Fewer ratings in a month: satisfaction counts as missing';
COMMENT ON COLUMN quality_settings.min_samples IS 'Fewer scored samples in a month: the quality score counts as missing';
COMMENT ON COLUMN quality_settings.attestation_months IS 'Months from one attestation to the next';
COMMENT ON COLUMN quality_settings.version IS 'Grows with each change; the ETag';
COMMENT ON COLUMN quality_settings.changed_at IS 'Last change';
COMMENT ON COLUMN quality_settings.changed_by IS 'By whom';

CREATE TABLE quality_review (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ticket_id     bigint NOT NULL REFERENCES ticket,
	cause         text NOT NULL CHECK (cause IN ('rating', 'complaint')),
	resolution_no smallint,
	score         smallint CHECK (score BETWEEN 0 AND 10),
	body          text CHECK (length(body) <= 4000),
	person_id     bigint REFERENCES person,
	team_id       bigint NOT NULL REFERENCES team,
	state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
	opened_at     timestamptz(0) NOT NULL,
	opened_by     bigint REFERENCES person,
	assignee_id   bigint REFERENCES person,
	finding       text CHECK (length(finding) <= 4000),
	action        text CHECK (length(action) <= 4000),
	outcome       text CHECK (outcome IN ('our_fault', 'supplier_fault', 'misunderstanding', 'no_fault')),
	close_reason  text CHECK (length(close_reason) <= 4000),
	closed_at     timestamptz(0),
	closed_by     bigint REFERENCES person,
	version       integer NOT NULL DEFAULT 1,
	CHECK ((cause = 'rating') = (resolution_no IS NOT NULL AND score IS NOT NULL)),
	CHECK (cause = 'rating' OR body IS NOT NULL),
	CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
	CHECK (state = 'open' OR (outcome IS NOT NULL AND close_reason IS NOT NULL AND finding IS NOT NULL))
);
CREATE UNIQUE INDEX quality_review_rating_key ON quality_review (ticket_id, resolution_no) WHERE cause = 'rating';
CREATE INDEX quality_review_ticket_idx ON quality_review (ticket_id);
CREATE INDEX quality_review_state_idx ON quality_review (state, opened_at DESC, id DESC);
CREATE INDEX quality_review_person_idx ON quality_review (person_id, opened_at);
COMMENT ON TABLE quality_review IS 'What the lead looks into: a low rating or a complaint';
COMMENT ON COLUMN quality_review.id IS 'Opaque id';
COMMENT ON COLUMN quality_review.ticket_id IS 'Ticket';
COMMENT ON COLUMN quality_review.cause IS 'rating or complaint';
COMMENT ON COLUMN quality_review.resolution_no IS 'Which resolution was rated';
COMMENT ON COLUMN quality_review.score IS 'The rating, 0 to 10';
COMMENT ON COLUMN quality_review.body IS 'The reporter''s words: comment of the rating, or the complaint';
COMMENT ON COLUMN quality_review.person_id IS 'Who owned the ticket then';
COMMENT ON COLUMN quality_review.team_id IS 'Team of the ticket then; its leads see the review';
COMMENT ON COLUMN quality_review.state IS 'open or closed';
COMMENT ON COLUMN quality_review.opened_at IS 'When it began';
COMMENT ON COLUMN quality_review.opened_by IS 'Who rated or complained';
COMMENT ON COLUMN quality_review.assignee_id IS 'Lead who looks into it';
COMMENT ON COLUMN quality_review.finding IS 'What was found';
COMMENT ON COLUMN quality_review.action IS 'What is done about it';
COMMENT ON COLUMN quality_review.outcome IS 'Where the cause lay';
COMMENT ON COLUMN quality_review.close_reason IS 'Why it could be closed';
COMMENT ON COLUMN quality_review.closed_at IS 'When closed';
COMMENT ON COLUMN quality_review.closed_by IS 'By whom';
COMMENT ON COLUMN quality_review.version IS 'Grows with each change; the ETag';

CREATE TABLE quality_review_event (
	review_id bigint NOT NULL REFERENCES quality_review,
	seq       integer NOT NULL CHECK (seq > 0),
	at        timestamptz(0) NOT NULL,
	actor_id  bigint REFERENCES person,
	what      text NOT NULL CHECK (what IN ('opened', 'assigned', 'finding', 'action', 'closed', 'reopened')),
	body      text,
	PRIMARY KEY (review_id, seq)
);
COMMENT ON TABLE quality_review_event IS 'What was done in a review; only grows';
COMMENT ON COLUMN quality_review_event.review_id IS 'Review';
COMMENT ON COLUMN quality_review_event.seq IS 'Order, from 1';
COMMENT ON COLUMN quality_review_event.at IS 'When';
COMMENT ON COLUMN quality_review_event.actor_id IS 'Who; NULL: the program';
COMMENT ON COLUMN quality_review_event.what IS 'What was done';
COMMENT ON COLUMN quality_review_event.body IS 'The text written, or the name of the person assigned';

CREATE TABLE quality_checklist (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind       ticket_kind NOT NULL,
	version    integer NOT NULL CHECK (version > 0),
	created_at timestamptz(0) NOT NULL,
	created_by bigint REFERENCES person,
	UNIQUE (kind, version)
);
COMMENT ON TABLE quality_checklist IS 'What a sampled ticket is scored by, for each kind; an edit makes a new version, and samples keep the one they were drawn with';
COMMENT ON COLUMN quality_checklist.id IS 'Opaque id';
COMMENT ON COLUMN quality_checklist.kind IS 'Kind of tickets it is for';
COMMENT ON COLUMN quality_checklist.version IS 'n-th edition for the kind; the highest is used for new samples';
COMMENT ON COLUMN quality_checklist.created_at IS 'When written';
COMMENT ON COLUMN quality_checklist.created_by IS 'By whom; NULL: shipped';

CREATE TABLE quality_checklist_item (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	checklist_id bigint NOT NULL REFERENCES quality_checklist,
	position     smallint NOT NULL CHECK (position > 0),
	label_en     text NOT NULL CHECK (label_en <> '' AND length(label_en) <= 300),
	label_ru     text NOT NULL CHECK (label_ru <> '' AND length(label_ru) <= 300),
	weight       smallint NOT NULL CHECK (weight BETWEEN 1 AND 100),
	fact         text CHECK (fact IN ('introduced', 'signed', 'solved', 'prevention', 'response_kept', 'resolution_kept')),
	UNIQUE (checklist_id, position)
);
COMMENT ON TABLE quality_checklist_item IS 'Questions of a checklist';
COMMENT ON COLUMN quality_checklist_item.id IS 'Opaque id';
COMMENT ON COLUMN quality_checklist_item.checklist_id IS 'Checklist';
COMMENT ON COLUMN quality_checklist_item.position IS 'Order, from 1';
COMMENT ON COLUMN quality_checklist_item.label_en IS 'Question in English';
COMMENT ON COLUMN quality_checklist_item.label_ru IS 'Question in Russian';
COMMENT ON COLUMN quality_checklist_item.weight IS 'Share of the score relative to the other items';
COMMENT ON COLUMN quality_checklist_item.fact IS 'Fact of the timeline that proposes the answer; NULL: only people can say';

INSERT INTO quality_checklist (kind, version, created_at) VALUES ('incident', 1, now()), ('request', 1, now()), ('consultation', 1, now());
INSERT INTO quality_checklist_item (checklist_id, position, label_en, label_ru, weight, fact)
SELECT c.id, i.position, i.label_en, i.label_ru, CASE WHEN c.kind = 'incident' THEN i.incident ELSE i.other END, i.fact
FROM quality_checklist c CROSS JOIN (VALUES
	(1, 'Introduced: the reporter was told by name who takes care of it', 'Представился: заявителю назвали имя того, кто занимается обращением', 15, 15, 'introduced'),
	(2, 'Signed: every public reply carries given and family name', 'Подписался: под каждым ответом имя и фамилия', 10, 10, 'signed'),
	(3, 'Clarified: what was needed was asked, once and understandably', 'Уточнил: нужное спросили один раз и понятными словами', 20, 25, NULL),
	(4, 'Solved: the fix held and was explained to the reporter', 'Решил: решение сработало и объяснено заявителю', 35, 40, 'solved'),
	(5, 'Prevention: the reporter was told what prevents it next time', 'Профилактика: заявителю сказали, как избежать повторения', 20, 10, 'prevention')
) AS i (position, label_en, label_ru, incident, other, fact);

CREATE TABLE quality_draw (
	week        date PRIMARY KEY CHECK (extract(isodow FROM week) = 1),
	zone        text NOT NULL,
	from_at     timestamptz(0) NOT NULL,
	to_at       timestamptz(0) NOT NULL,
	seed        text NOT NULL CHECK (seed ~ '^[0-9a-f]{64}$'),
	sample_size smallint NOT NULL,
	people      integer NOT NULL,
	tickets     integer NOT NULL,
	drawn_at    timestamptz(0) NOT NULL
);
COMMENT ON TABLE quality_draw IS 'The weekly draws: everything that is needed to repeat one';
COMMENT ON COLUMN quality_draw.week IS 'Monday of the week whose closed tickets were drawn from';
COMMENT ON COLUMN quality_draw.zone IS 'Zone in which the week was counted';
COMMENT ON COLUMN quality_draw.from_at IS 'Begin of the week';
COMMENT ON COLUMN quality_draw.to_at IS 'End of the week (excluded)';
COMMENT ON COLUMN quality_draw.seed IS 'SHA-256 in hex over the week and the hashes of its closing events: nobody chose it, and everybody can compute it again';
COMMENT ON COLUMN quality_draw.sample_size IS 'Tickets drawn a member';
COMMENT ON COLUMN quality_draw.people IS 'Members who closed tickets in the week';
COMMENT ON COLUMN quality_draw.tickets IS 'Tickets drawn from';
COMMENT ON COLUMN quality_draw.drawn_at IS 'When drawn';

CREATE TABLE quality_sample (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	week          date NOT NULL REFERENCES quality_draw,
	ticket_id     bigint NOT NULL REFERENCES ticket,
	person_id     bigint NOT NULL REFERENCES person,
	team_id       bigint NOT NULL REFERENCES team,
	checklist_id  bigint NOT NULL REFERENCES quality_checklist,
	place         smallint NOT NULL CHECK (place > 0),
	calibrator_id bigint REFERENCES person,
	score_pct     numeric(5,2) CHECK (score_pct BETWEEN 0 AND 100),
	scored_by     bigint REFERENCES person,
	scored_at     timestamptz(0),
	CHECK ((score_pct IS NULL) = (scored_by IS NULL) AND (score_pct IS NULL) = (scored_at IS NULL)),
	CHECK (scored_by IS NULL OR scored_by <> person_id),
	UNIQUE (week, person_id, ticket_id),
	UNIQUE (week, person_id, place)
);
CREATE INDEX quality_sample_ticket_idx ON quality_sample (ticket_id);
CREATE INDEX quality_sample_person_idx ON quality_sample (person_id, week);
CREATE INDEX quality_sample_open_idx ON quality_sample (week, id) WHERE score_pct IS NULL;
COMMENT ON TABLE quality_sample IS 'Closed tickets drawn for a look at their quality';
COMMENT ON COLUMN quality_sample.id IS 'Opaque id';
COMMENT ON COLUMN quality_sample.week IS 'Draw';
COMMENT ON COLUMN quality_sample.ticket_id IS 'Ticket';
COMMENT ON COLUMN quality_sample.person_id IS 'Member who owned it when it was closed';
COMMENT ON COLUMN quality_sample.team_id IS 'Team of the ticket at the draw; its leads score it';
COMMENT ON COLUMN quality_sample.checklist_id IS 'Checklist it is scored by, for ever';
COMMENT ON COLUMN quality_sample.place IS 'Place in the member''s draw';
COMMENT ON COLUMN quality_sample.calibrator_id IS 'Second lead asked to score it too, without seeing the first score';
COMMENT ON COLUMN quality_sample.score_pct IS 'Score of the first scoring, percent of the weights that apply; NULL: not scored yet';
COMMENT ON COLUMN quality_sample.scored_by IS 'Lead of the first scoring';
COMMENT ON COLUMN quality_sample.scored_at IS 'When';

CREATE TABLE quality_scoring (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	sample_id   bigint NOT NULL REFERENCES quality_sample,
	scorer_id   bigint NOT NULL REFERENCES person,
	score_pct   numeric(5,2) NOT NULL CHECK (score_pct BETWEEN 0 AND 100),
	feedback    text CHECK (length(feedback) <= 4000),
	scored_at   timestamptz(0) NOT NULL,
	replaced_at timestamptz(0)
);
CREATE UNIQUE INDEX quality_scoring_key ON quality_scoring (sample_id, scorer_id) WHERE replaced_at IS NULL;
COMMENT ON TABLE quality_scoring IS 'Scorings of samples; a corrected one stays, marked as replaced';
COMMENT ON COLUMN quality_scoring.id IS 'Opaque id';
COMMENT ON COLUMN quality_scoring.sample_id IS 'Sample';
COMMENT ON COLUMN quality_scoring.scorer_id IS 'Lead';
COMMENT ON COLUMN quality_scoring.score_pct IS 'Percent of the weights that apply';
COMMENT ON COLUMN quality_scoring.feedback IS 'Words to the member';
COMMENT ON COLUMN quality_scoring.scored_at IS 'When';
COMMENT ON COLUMN quality_scoring.replaced_at IS 'When the scorer put a corrected one in its place';

CREATE TABLE quality_answer (
	scoring_id bigint NOT NULL REFERENCES quality_scoring,
	item_id    bigint NOT NULL REFERENCES quality_checklist_item,
	answer     text NOT NULL CHECK (answer IN ('yes', 'partly', 'no', 'none')),
	proposed   text CHECK (proposed IN ('yes', 'partly', 'no', 'none')),
	comment    text CHECK (length(comment) <= 1000),
	PRIMARY KEY (scoring_id, item_id)
);
COMMENT ON TABLE quality_answer IS 'Answers of a scoring';
COMMENT ON COLUMN quality_answer.scoring_id IS 'Scoring';
COMMENT ON COLUMN quality_answer.item_id IS 'Question';
COMMENT ON COLUMN quality_answer.answer IS 'yes counts whole, partly half, no nothing; none: does not apply and leaves the sum';
COMMENT ON COLUMN quality_answer.proposed IS 'What the facts proposed when it was scored';
COMMENT ON COLUMN quality_answer.comment IS 'Comment of the scorer';

CREATE TABLE quality_formula (
	version    integer PRIMARY KEY CHECK (version > 0),
	expression text NOT NULL CHECK (expression <> '' AND length(expression) <= 2000),
	valid_from date NOT NULL CHECK (extract(day FROM valid_from) = 1),
	note       text CHECK (length(note) <= 1000),
	created_at timestamptz(0) NOT NULL,
	created_by bigint REFERENCES person
);
CREATE INDEX quality_formula_from_idx ON quality_formula (valid_from, version);
COMMENT ON TABLE quality_formula IS 'Formulas of the KPI; a month is judged by the last version that was valid from it or before, for ever';
COMMENT ON COLUMN quality_formula.version IS 'n-th formula';
COMMENT ON COLUMN quality_formula.expression IS 'Arithmetic over the named measures (docs/administration.md)';
COMMENT ON COLUMN quality_formula.valid_from IS 'First month that it judges';
COMMENT ON COLUMN quality_formula.note IS 'Why it was changed';
COMMENT ON COLUMN quality_formula.created_at IS 'When written';
COMMENT ON COLUMN quality_formula.created_by IS 'By whom; NULL: shipped';
INSERT INTO quality_formula (version, expression, valid_from, created_at) VALUES
	(1, '0.2 * response_kept + 0.3 * resolution_kept + 2 * satisfaction + 0.3 * quality_score - 0.5 * reopened', '2000-01-01', now());

CREATE TABLE quality_kpi (
	id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	month           date NOT NULL CHECK (extract(day FROM month) = 1),
	person_id       bigint REFERENCES person,
	team_id         bigint REFERENCES team,
	formula_version integer NOT NULL REFERENCES quality_formula,
	value           numeric(6,2),
	parts           jsonb NOT NULL,
	why_missing     jsonb NOT NULL DEFAULT '[]',
	computed_at     timestamptz(0) NOT NULL,
	revision        integer NOT NULL DEFAULT 1,
	previous_value  numeric(6,2),
	CHECK ((person_id IS NULL) <> (team_id IS NULL)),
	CHECK ((value IS NULL) = (why_missing <> '[]'))
);
CREATE UNIQUE INDEX quality_kpi_person_key ON quality_kpi (month, person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX quality_kpi_team_key ON quality_kpi (month, team_id) WHERE team_id IS NOT NULL;
CREATE INDEX quality_kpi_person_idx ON quality_kpi (person_id, month) WHERE person_id IS NOT NULL;
COMMENT ON TABLE quality_kpi IS 'KPI of a person or a team in a month, with the parts it was made of';
COMMENT ON COLUMN quality_kpi.id IS 'Opaque id';
COMMENT ON COLUMN quality_kpi.month IS 'First day of the month';
COMMENT ON COLUMN quality_kpi.person_id IS 'Person, or';
COMMENT ON COLUMN quality_kpi.team_id IS 'team';
COMMENT ON COLUMN quality_kpi.formula_version IS 'Formula that judged';
COMMENT ON COLUMN quality_kpi.value IS 'The KPI; NULL: cannot be said, see why_missing';
COMMENT ON COLUMN quality_kpi.parts IS '{"measures":{name:{"value":number|null,"n":count}},"terms":[{"text","value"}]}: what went in, and the summands of the formula';
COMMENT ON COLUMN quality_kpi.why_missing IS '[{"measure","n","needs"}] or [{"error"}]: why there is no value';
COMMENT ON COLUMN quality_kpi.computed_at IS 'When computed last';
COMMENT ON COLUMN quality_kpi.revision IS 'Times computed with a different outcome';
COMMENT ON COLUMN quality_kpi.previous_value IS 'Value of the revision before';

CREATE TABLE quality_attestation (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id  bigint NOT NULL REFERENCES person,
	due        date NOT NULL,
	created_at timestamptz(0) NOT NULL,
	done_at    date,
	done_by    bigint REFERENCES person,
	result     text CHECK (result IN ('passed', 'conditional', 'failed')),
	note       text CHECK (length(note) <= 4000),
	recorded_at timestamptz(0),
	reminded   smallint CHECK (reminded IN (30, 7, 0)),
	CHECK ((done_at IS NULL) = (result IS NULL) AND (done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (recorded_at IS NULL)),
	CHECK (done_by IS NULL OR done_by <> person_id)
);
CREATE UNIQUE INDEX quality_attestation_open_key ON quality_attestation (person_id) WHERE done_at IS NULL;
CREATE INDEX quality_attestation_due_idx ON quality_attestation (due) WHERE done_at IS NULL;
CREATE INDEX quality_attestation_person_idx ON quality_attestation (person_id, due);
COMMENT ON TABLE quality_attestation IS 'Re-attestation of the desk''s people: what is due and what was done; one open row a person';
COMMENT ON COLUMN quality_attestation.id IS 'Opaque id';
COMMENT ON COLUMN quality_attestation.person_id IS 'Who is attested';
COMMENT ON COLUMN quality_attestation.due IS 'By which day';
COMMENT ON COLUMN quality_attestation.created_at IS 'When the row was made';
COMMENT ON COLUMN quality_attestation.done_at IS 'Day of the attestation; NULL: still due';
COMMENT ON COLUMN quality_attestation.done_by IS 'Who attested';
COMMENT ON COLUMN quality_attestation.result IS 'passed, conditional or failed';
COMMENT ON COLUMN quality_attestation.note IS 'Note';
COMMENT ON COLUMN quality_attestation.recorded_at IS 'When the result was entered';
COMMENT ON COLUMN quality_attestation.reminded IS 'Last reminder sent: days before the due day';
