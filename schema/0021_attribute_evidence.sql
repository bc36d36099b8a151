-- Evidence on attributes: what a nightly computation found for each, what was decided on it, the health of CIs, and who confirmed what.
CREATE TABLE cmdb_review_rule (
	one             boolean PRIMARY KEY DEFAULT true CHECK (one),
	history_days    integer NOT NULL DEFAULT 365 CHECK (history_days BETWEEN 30 AND 1825),
	window_days     integer NOT NULL DEFAULT 7 CHECK (window_days BETWEEN 1 AND 60),
	reach_depth     integer NOT NULL DEFAULT 2 CHECK (reach_depth BETWEEN 0 AND 5),
	batch_share_pct integer NOT NULL DEFAULT 5 CHECK (batch_share_pct BETWEEN 1 AND 100),
	batch_min       integer NOT NULL DEFAULT 5 CHECK (batch_min >= 2),
	batch_max       integer NOT NULL DEFAULT 200 CHECK (batch_max >= 2),
	use_days        integer NOT NULL DEFAULT 180 CHECK (use_days BETWEEN 30 AND 730),
	agree_days      integer NOT NULL DEFAULT 90 CHECK (agree_days BETWEEN 1 AND 730),
	decision_days   integer NOT NULL DEFAULT 180 CHECK (decision_days BETWEEN 1 AND 1825),
	reminders       boolean NOT NULL DEFAULT true,
	reminder_days   integer NOT NULL DEFAULT 30 CHECK (reminder_days BETWEEN 30 AND 365),
	version         integer NOT NULL DEFAULT 1,
	CHECK (batch_max >= batch_min)
);
INSERT INTO cmdb_review_rule DEFAULT VALUES;
COMMENT ON TABLE cmdb_review_rule IS 'One row: by what measure attributes are judged, and when owners are reminded';
COMMENT ON COLUMN cmdb_review_rule.one IS 'There is one row';
COMMENT ON COLUMN cmdb_review_rule.history_days IS 'Days back in which changes and incidents are looked at';
COMMENT ON COLUMN cmdb_review_rule.window_days IS 'A change is before an incident when it came at most so many days before';
COMMENT ON COLUMN cmdb_review_rule.reach_depth IS 'An incident counts for CIs on which those of the ticket depend, over so many relations';
COMMENT ON COLUMN cmdb_review_rule.batch_share_pct IS 'A batch: so many percent of a class change an attribute within an hour through one source';
COMMENT ON COLUMN cmdb_review_rule.batch_min IS 'Fewer CIs than this are never a batch';
COMMENT ON COLUMN cmdb_review_rule.batch_max IS 'So many CIs always are one';
COMMENT ON COLUMN cmdb_review_rule.use_days IS 'Days back in which uses are counted';
COMMENT ON COLUMN cmdb_review_rule.agree_days IS 'What a source said longer ago than this does not contradict another';
COMMENT ON COLUMN cmdb_review_rule.decision_days IS 'A decision holds so many days, then the attribute is proposed anew';
COMMENT ON COLUMN cmdb_review_rule.reminders IS 'Owners are reminded by mail of what they should confirm';
COMMENT ON COLUMN cmdb_review_rule.reminder_days IS 'At least so many days lie between two reminders of a person';
COMMENT ON COLUMN cmdb_review_rule.version IS 'The ETag';

CREATE TABLE cmdb_evidence_run (
	day         date PRIMARY KEY,
	at          timestamptz(0) NOT NULL,
	rule        jsonb NOT NULL,
	reached_at  timestamptz(0),
	finished_at timestamptz(0)
);
COMMENT ON TABLE cmdb_evidence_run IS 'Computations of evidence, one a day; each class is a step of its own';
COMMENT ON COLUMN cmdb_evidence_run.day IS 'Day in desk.zone';
COMMENT ON COLUMN cmdb_evidence_run.at IS 'The instant up to which everything counts';
COMMENT ON COLUMN cmdb_evidence_run.rule IS 'cmdb_review_rule as it was';
COMMENT ON COLUMN cmdb_evidence_run.reached_at IS 'When cmdb_hit was made for this day';
COMMENT ON COLUMN cmdb_evidence_run.finished_at IS 'When all classes were done; NULL: under way';

CREATE TABLE cmdb_evidence_step (
	day         date NOT NULL REFERENCES cmdb_evidence_run,
	class_id    bigint NOT NULL REFERENCES ci_class,
	finished_at timestamptz(0) NOT NULL,
	PRIMARY KEY (day, class_id)
);
COMMENT ON TABLE cmdb_evidence_step IS 'Classes that a computation is done with';
COMMENT ON COLUMN cmdb_evidence_step.day IS 'Computation';
COMMENT ON COLUMN cmdb_evidence_step.class_id IS 'Class';
COMMENT ON COLUMN cmdb_evidence_step.finished_at IS 'When';

CREATE TABLE cmdb_hit (
	ci_id     bigint NOT NULL REFERENCES ci,
	ticket_id bigint NOT NULL REFERENCES ticket,
	at        timestamptz(0) NOT NULL,
	until     timestamptz(0) NOT NULL,
	depth     integer NOT NULL,
	episode   boolean NOT NULL,
	PRIMARY KEY (ci_id, ticket_id)
);
COMMENT ON TABLE cmdb_hit IS 'Incidents of each CI: its own and those of CIs that depend on it. Made anew by every computation';
COMMENT ON COLUMN cmdb_hit.ci_id IS 'CI';
COMMENT ON COLUMN cmdb_hit.ticket_id IS 'Incident';
COMMENT ON COLUMN cmdb_hit.at IS 'When it was opened';
COMMENT ON COLUMN cmdb_hit.until IS 'When it was resolved, or when the window after its start ended: until then a change may be the answer to it';
COMMENT ON COLUMN cmdb_hit.depth IS 'Relations between the CI and the one on the ticket; 0: it is on the ticket';
COMMENT ON COLUMN cmdb_hit.episode IS 'It begins trouble: no other incident of this CI was opened in the 24 hours before. Only these are counted';

CREATE TABLE attribute_evidence (
	day            date NOT NULL REFERENCES cmdb_evidence_run,
	attribute_id   bigint NOT NULL REFERENCES ci_attribute,
	class_id       bigint NOT NULL REFERENCES ci_class,
	cis            bigint NOT NULL,
	filled         bigint NOT NULL,
	reviewed       bigint NOT NULL,
	fresh          bigint NOT NULL,
	age_median_d   integer,
	distinct_count bigint NOT NULL,
	changes        bigint NOT NULL,
	fills          bigint NOT NULL,
	batch_changes  bigint NOT NULL,
	answer_changes bigint NOT NULL,
	changed_cis    bigint NOT NULL,
	ci_days        double precision NOT NULL,
	exposed_days   double precision NOT NULL,
	episodes       bigint NOT NULL,
	expected       double precision NOT NULL,
	observed       bigint NOT NULL,
	observed_cis   bigint NOT NULL,
	claimed        bigint NOT NULL,
	disagreed      bigint NOT NULL,
	examples       jsonb NOT NULL,
	PRIMARY KEY (day, attribute_id, class_id)
);
CREATE INDEX attribute_evidence_attribute_idx ON attribute_evidence (attribute_id, day);
COMMENT ON TABLE attribute_evidence IS 'What a computation found for an attribute among the CIs of one class; counts add up over classes';
COMMENT ON COLUMN attribute_evidence.day IS 'Computation';
COMMENT ON COLUMN attribute_evidence.attribute_id IS 'Attribute';
COMMENT ON COLUMN attribute_evidence.class_id IS 'Class of the CIs, without those below it';
COMMENT ON COLUMN attribute_evidence.cis IS 'CIs whose life is not over';
COMMENT ON COLUMN attribute_evidence.filled IS 'Of these: with a value';
COMMENT ON COLUMN attribute_evidence.reviewed IS 'Of these: for whose value a review period runs';
COMMENT ON COLUMN attribute_evidence.fresh IS 'Of these: changed, delivered again or confirmed within the period';
COMMENT ON COLUMN attribute_evidence.age_median_d IS 'Median of the days since a value was last changed, delivered again or confirmed; NULL: no values';
COMMENT ON COLUMN attribute_evidence.distinct_count IS 'Different values';
COMMENT ON COLUMN attribute_evidence.changes IS 'Changes of a value into another or none in the history looked at, batches included';
COMMENT ON COLUMN attribute_evidence.fills IS 'Values that came where there was none';
COMMENT ON COLUMN attribute_evidence.batch_changes IS 'Of the changes: in a batch; they say nothing about one CI';
COMMENT ON COLUMN attribute_evidence.answer_changes IS 'Of the others: made under an incident, or while one of the CI was open; they answer trouble and do not precede it';
COMMENT ON COLUMN attribute_evidence.changed_cis IS 'CIs with changes that are neither';
COMMENT ON COLUMN attribute_evidence.ci_days IS 'Time that all CIs of the class lived in the history looked at; units: days';
COMMENT ON COLUMN attribute_evidence.exposed_days IS 'Time within the window after a change that is neither; units: days';
COMMENT ON COLUMN attribute_evidence.episodes IS 'Episodes of trouble of CIs with such changes';
COMMENT ON COLUMN attribute_evidence.expected IS 'Episodes that would fall into windows by chance: each CI''s episodes by its own share of time in windows, added up';
COMMENT ON COLUMN attribute_evidence.observed IS 'Episodes that did';
COMMENT ON COLUMN attribute_evidence.observed_cis IS 'CIs that had these';
COMMENT ON COLUMN attribute_evidence.claimed IS 'CIs of whose value at least two sources spoke lately';
COMMENT ON COLUMN attribute_evidence.disagreed IS 'Of these: with different values';
COMMENT ON COLUMN attribute_evidence.examples IS '{"before_incident":[{"ci","changed_at","old","new","ticket","opened_at"}],"disagreed":[{"ci","said":[{"source","value","at"}]}]}, the latest few';

CREATE TABLE attribute_use (
	day          date NOT NULL REFERENCES cmdb_evidence_run,
	attribute_id bigint NOT NULL REFERENCES ci_attribute,
	opened       bigint NOT NULL,
	reads        bigint NOT NULL,
	filters      bigint NOT NULL,
	reports      bigint NOT NULL,
	programs     bigint NOT NULL,
	people       integer NOT NULL,
	needed_by    text[] NOT NULL,
	PRIMARY KEY (day, attribute_id)
);
COMMENT ON TABLE attribute_use IS 'Uses of each attribute up to a computation';
COMMENT ON COLUMN attribute_use.day IS 'Computation';
COMMENT ON COLUMN attribute_use.attribute_id IS 'Attribute';
COMMENT ON COLUMN attribute_use.opened IS 'CIs with it opened by people: it was in sight, with all others';
COMMENT ON COLUMN attribute_use.reads IS 'Columns and comparisons that people chose';
COMMENT ON COLUMN attribute_use.filters IS 'Searches and filters by people';
COMMENT ON COLUMN attribute_use.reports IS 'Reports and exports, by people or programs';
COMMENT ON COLUMN attribute_use.programs IS 'Reads and filters by programs';
COMMENT ON COLUMN attribute_use.people IS 'Different people who read or filtered by it, estimated';
COMMENT ON COLUMN attribute_use.needed_by IS 'Parts of the program that need it whether or not anybody looks: unique, identity, template, query, name';

CREATE TABLE cmdb_health (
	day         date NOT NULL REFERENCES cmdb_evidence_run,
	class_id    bigint NOT NULL REFERENCES ci_class,
	owner_id    bigint REFERENCES person,
	cis         bigint NOT NULL,
	complete    bigint NOT NULL,
	reviewed    bigint NOT NULL,
	fresh       bigint NOT NULL,
	claimed     bigint NOT NULL,
	consistent  bigint NOT NULL,
	no_owner    bigint NOT NULL,
	no_relation bigint NOT NULL,
	no_use      bigint NOT NULL,
	silent      bigint NOT NULL,
	orphaned    bigint NOT NULL,
	due         bigint NOT NULL,
	CONSTRAINT cmdb_health_key UNIQUE NULLS NOT DISTINCT (day, class_id, owner_id)
);
CREATE INDEX cmdb_health_owner_idx ON cmdb_health (owner_id, day) WHERE owner_id IS NOT NULL;
COMMENT ON TABLE cmdb_health IS 'Health of the CIs of each class and owner; counts add up';
COMMENT ON COLUMN cmdb_health.day IS 'Computation';
COMMENT ON COLUMN cmdb_health.class_id IS 'Class, without those below it';
COMMENT ON COLUMN cmdb_health.owner_id IS 'Owner of the CIs; NULL: they have none';
COMMENT ON COLUMN cmdb_health.cis IS 'CIs whose life is not over';
COMMENT ON COLUMN cmdb_health.complete IS 'With every attribute that is required or has a review period';
COMMENT ON COLUMN cmdb_health.reviewed IS 'For which some review period runs';
COMMENT ON COLUMN cmdb_health.fresh IS 'Of these: nothing is overdue';
COMMENT ON COLUMN cmdb_health.claimed IS 'Of which at least two sources spoke lately';
COMMENT ON COLUMN cmdb_health.consistent IS 'Of these: without a contradiction';
COMMENT ON COLUMN cmdb_health.no_owner IS 'Without an owner who is still here';
COMMENT ON COLUMN cmdb_health.no_relation IS 'Without relations';
COMMENT ON COLUMN cmdb_health.no_use IS 'Used by nobody: no user, no ticket in the history looked at';
COMMENT ON COLUMN cmdb_health.silent IS 'Whose agent stopped reporting';
COMMENT ON COLUMN cmdb_health.orphaned IS 'Without owner, relations and use at once';
COMMENT ON COLUMN cmdb_health.due IS 'With something that its owner should confirm';

CREATE TABLE attribute_decision (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	attribute_id bigint REFERENCES ci_attribute,
	source       text,
	class_id     bigint REFERENCES ci_class,
	column_name  text,
	decision     text NOT NULL CHECK (decision IN ('keep', 'drop', 'watch', 'add', 'ignore')),
	proposal     text CHECK (proposal IN ('keep', 'drop', 'watch', 'add')),
	reason       text NOT NULL CHECK (reason <> '' AND length(reason) <= 2000),
	evidence     jsonb NOT NULL,
	effect       text NOT NULL CHECK (effect IN ('none', 'retired', 'restored')),
	decided_by   bigint REFERENCES person,
	decided_at   timestamptz(0) NOT NULL,
	CHECK ((attribute_id IS NULL) = (column_name IS NOT NULL AND source IS NOT NULL)),
	CHECK ((decision IN ('add', 'ignore')) = (attribute_id IS NULL))
);
CREATE INDEX attribute_decision_attribute_idx ON attribute_decision (attribute_id, id) WHERE attribute_id IS NOT NULL;
CREATE INDEX attribute_decision_column_idx ON attribute_decision (source, class_id, column_name, id) WHERE attribute_id IS NULL;
COMMENT ON TABLE attribute_decision IS 'What was decided about an attribute, or about a delivered column that nobody records; append-only, the latest holds';
COMMENT ON COLUMN attribute_decision.id IS 'Opaque id';
COMMENT ON COLUMN attribute_decision.attribute_id IS 'Attribute; NULL: a delivered column';
COMMENT ON COLUMN attribute_decision.source IS 'Source that delivers the column';
COMMENT ON COLUMN attribute_decision.class_id IS 'Class for which it does; NULL: not known';
COMMENT ON COLUMN attribute_decision.column_name IS 'Name of the column';
COMMENT ON COLUMN attribute_decision.decision IS 'keep, drop, watch for attributes; add, ignore for columns';
COMMENT ON COLUMN attribute_decision.proposal IS 'What the program had proposed';
COMMENT ON COLUMN attribute_decision.reason IS 'Why, in words';
COMMENT ON COLUMN attribute_decision.evidence IS 'The evidence as it was shown then';
COMMENT ON COLUMN attribute_decision.effect IS 'What happened to the attribute: none, retired, restored';
COMMENT ON COLUMN attribute_decision.decided_by IS 'Who; NULL: a program';
COMMENT ON COLUMN attribute_decision.decided_at IS 'When';

CREATE TABLE ci_confirmation (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ci_id        bigint NOT NULL REFERENCES ci,
	attribute_id bigint REFERENCES ci_attribute,
	person_id    bigint NOT NULL REFERENCES person,
	at           timestamptz(0) NOT NULL,
	ci_version   integer NOT NULL,
	FOREIGN KEY (ci_id, ci_version) REFERENCES ci_version (ci_id, version)
);
CREATE INDEX ci_confirmation_ci_idx ON ci_confirmation (ci_id, at);
CREATE INDEX ci_confirmation_person_idx ON ci_confirmation (person_id, at);
COMMENT ON TABLE ci_confirmation IS 'Who confirmed that a CI is as recorded; append-only';
COMMENT ON COLUMN ci_confirmation.id IS 'Opaque id';
COMMENT ON COLUMN ci_confirmation.ci_id IS 'CI';
COMMENT ON COLUMN ci_confirmation.attribute_id IS 'Attribute that was confirmed; NULL: all that were recorded';
COMMENT ON COLUMN ci_confirmation.person_id IS 'Who';
COMMENT ON COLUMN ci_confirmation.at IS 'When';
COMMENT ON COLUMN ci_confirmation.ci_version IS 'Version that they saw';

CREATE TABLE cmdb_reminder (
	person_id bigint PRIMARY KEY REFERENCES person,
	off       boolean NOT NULL DEFAULT false,
	last_on   date
);
COMMENT ON TABLE cmdb_reminder IS 'Reminders of what owners should confirm';
COMMENT ON COLUMN cmdb_reminder.person_id IS 'Owner';
COMMENT ON COLUMN cmdb_reminder.off IS 'They want none';
COMMENT ON COLUMN cmdb_reminder.last_on IS 'Day of the last one, in desk.zone';
