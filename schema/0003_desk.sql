-- Tickets, ownership, timelines. The rules that two people can race on stand here and in rules/40_desk*.sql.
CREATE TYPE ticket_kind AS ENUM ('incident', 'request', 'consultation');
CREATE TYPE ticket_status AS ENUM ('new', 'in_progress', 'waiting_reporter', 'waiting_supplier', 'resolved', 'closed', 'cancelled');
CREATE TYPE ticket_channel AS ENUM ('portal', 'mail', 'phone', 'chat', 'monitoring', 'api', 'import');
CREATE TYPE handover_reason AS ENUM ('sick', 'overloaded', 'level_escalation', 'expertise', 'shift_end', 'other', 'returned', 'imported');
CREATE TYPE handover_mode AS ENUM ('permanent', 'temporary');
CREATE TYPE handover_state AS ENUM ('offered', 'accepted', 'declined', 'withdrawn', 'forced');
CREATE TYPE ci_role AS ENUM ('affected', 'cause', 'related');
CREATE TYPE event_visibility AS ENUM ('public', 'internal', 'system');
CREATE TYPE event_role AS ENUM ('reporter', 'owner', 'staff', 'lead', 'supplier', 'system');
CREATE TYPE ticket_event_type AS ENUM (
	'opened', 'taken', 'introduced', 'replied', 'noted',
	'handover_offered', 'handover_accepted', 'handover_declined', 'handover_withdrawn', 'handover_forced', 'handover_returned',
	'waiting', 'resumed', 'resolved', 'confirmed', 'closed', 'reopened', 'cancelled', 'rated',
	'edited', 'priority_changed', 'team_changed', 'calendar_changed', 'ci_linked', 'ci_unlinked', 'attached',
	'escalated', 'case_changed', 'clock_warning', 'clock_breached', 'imported', 'corrected');
COMMENT ON TYPE ticket_kind IS 'What is asked: something broke, something is wanted, something is not known';
COMMENT ON TYPE ticket_status IS 'Life of a ticket (product.md); the allowed moves stand in table ticket_move';
COMMENT ON TYPE ticket_channel IS 'How the report came in';
COMMENT ON TYPE handover_reason IS 'Why ownership moved; returned: a temporary one came back; imported: from another system''s log';
COMMENT ON TYPE handover_mode IS 'For good, or until a moment after which it returns by itself';
COMMENT ON TYPE handover_state IS 'Life of an offer';
COMMENT ON TYPE ci_role IS 'What the CI has to do with the ticket';
COMMENT ON TYPE event_visibility IS 'public: the reporter sees it; internal: staff; system: facts kept by the program, shown to staff';
COMMENT ON TYPE event_role IS 'In which capacity the author acted';
COMMENT ON TYPE ticket_event_type IS 'What happened; the members of data for each type are listed at ticket_event.data';

CREATE TABLE category (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key      text NOT NULL UNIQUE,
	name_en  text NOT NULL,
	name_ru  text NOT NULL,
	parent_id bigint REFERENCES category,
	active   boolean NOT NULL DEFAULT true,
	position integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE category IS 'What a ticket is about; used for routing and search';
COMMENT ON COLUMN category.id IS 'Opaque id';
COMMENT ON COLUMN category.key IS 'Stable short name';
COMMENT ON COLUMN category.name_en IS 'English name';
COMMENT ON COLUMN category.name_ru IS 'Russian name';
COMMENT ON COLUMN category.parent_id IS 'Category above';
COMMENT ON COLUMN category.active IS 'Offered for new tickets';
COMMENT ON COLUMN category.position IS 'Order';

CREATE TABLE priority_matrix (
	impact   smallint NOT NULL CHECK (impact BETWEEN 1 AND 3),
	urgency  smallint NOT NULL CHECK (urgency BETWEEN 1 AND 3),
	priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
	PRIMARY KEY (impact, urgency)
);
COMMENT ON TABLE priority_matrix IS 'Priority from impact and urgency; 1 is highest everywhere';
COMMENT ON COLUMN priority_matrix.impact IS '1 company, 2 department or shop, 3 one person';
COMMENT ON COLUMN priority_matrix.urgency IS '1 work stands still, 2 work is hindered, 3 can wait';
COMMENT ON COLUMN priority_matrix.priority IS '1 critical to 4 low';
INSERT INTO priority_matrix VALUES (1,1,1), (1,2,1), (1,3,2), (2,1,1), (2,2,2), (2,3,3), (3,1,2), (3,2,3), (3,3,4);

CREATE TABLE route_rule (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	position    integer NOT NULL,
	service_id  bigint REFERENCES ci,
	category_id bigint REFERENCES category,
	kind        ticket_kind,
	team_id     bigint NOT NULL REFERENCES team,
	restricted  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE route_rule IS 'Which team gets a new ticket: the first rule by position whose conditions hold; NULL conditions hold always';
COMMENT ON COLUMN route_rule.id IS 'Opaque id';
COMMENT ON COLUMN route_rule.position IS 'Order of trial';
COMMENT ON COLUMN route_rule.service_id IS 'Only for this service';
COMMENT ON COLUMN route_rule.category_id IS 'Only for this category';
COMMENT ON COLUMN route_rule.kind IS 'Only for this kind';
COMMENT ON COLUMN route_rule.team_id IS 'Team that gets it';
COMMENT ON COLUMN route_rule.restricted IS 'Only this team and readers of everything see such tickets';

CREATE TABLE ticket (
	id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind               ticket_kind NOT NULL,
	number             text NOT NULL GENERATED ALWAYS AS (
		CASE kind WHEN 'incident' THEN 'INC-' WHEN 'request' THEN 'REQ-' ELSE 'CON-' END
		|| CASE WHEN id < 1000000 THEN lpad(id::text, 6, '0') ELSE id::text END) STORED,
	subject            text NOT NULL CHECK (subject <> '' AND length(subject) <= 300),
	body               text NOT NULL CHECK (length(body) <= 100000),
	status             ticket_status NOT NULL DEFAULT 'new',
	channel            ticket_channel NOT NULL,
	impact             smallint NOT NULL CHECK (impact BETWEEN 1 AND 3),
	urgency            smallint NOT NULL CHECK (urgency BETWEEN 1 AND 3),
	priority           smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
	reporter_id        bigint NOT NULL REFERENCES person,
	opened_by          bigint NOT NULL REFERENCES person,
	owner_id           bigint REFERENCES person,
	team_id            bigint NOT NULL REFERENCES team,
	restricted_team_id bigint REFERENCES team,
	service_id         bigint REFERENCES ci,
	category_id        bigint REFERENCES category,
	policy_id          bigint,
	opened_at          timestamptz(0) NOT NULL,
	updated_at         timestamptz(0) NOT NULL,
	due_at             timestamptz(0),
	resolved_at        timestamptz(0),
	closed_at          timestamptz(0),
	close_due_at       timestamptz(0),
	reopen_until       timestamptz(0),
	cause              text,
	fix                text,
	prevention         text,
	no_prevention      boolean NOT NULL DEFAULT false,
	no_ci_reason       text,
	resolution_count   smallint NOT NULL DEFAULT 0,
	reopen_count       smallint NOT NULL DEFAULT 0,
	handover_count     smallint NOT NULL DEFAULT 0,
	open_case_supplier_id bigint,
	version            integer NOT NULL DEFAULT 1,
	external_source    text,
	external_number    text,
	UNIQUE (external_source, external_number),
	CONSTRAINT ticket_has_owner CHECK (owner_id IS NOT NULL OR status IN ('new', 'cancelled')),
	CONSTRAINT ticket_new_has_no_owner CHECK (status <> 'new' OR owner_id IS NULL),
	CONSTRAINT ticket_resolution_complete CHECK (status NOT IN ('resolved', 'closed') OR external_source IS NOT NULL
		OR (cause IS NOT NULL AND fix IS NOT NULL AND (prevention IS NOT NULL OR no_prevention)))
) WITH (fillfactor = 85);
CREATE INDEX ticket_number_idx ON ticket (number);
CREATE INDEX ticket_team_idx ON ticket (team_id, updated_at DESC, id DESC) WHERE status NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX ticket_owner_idx ON ticket (owner_id, updated_at DESC, id DESC) WHERE status NOT IN ('closed', 'cancelled');
CREATE INDEX ticket_unowned_idx ON ticket (team_id, id) WHERE owner_id IS NULL AND status = 'new';
CREATE INDEX ticket_reporter_idx ON ticket (reporter_id, id DESC);
CREATE INDEX ticket_updated_idx ON ticket (updated_at DESC, id DESC);
CREATE INDEX ticket_due_idx ON ticket (due_at, id) WHERE status NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX ticket_open_idx ON ticket (updated_at DESC, id DESC) WHERE status NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX ticket_team_all_idx ON ticket (team_id, updated_at DESC, id DESC);
CREATE INDEX ticket_waiting_supplier_idx ON ticket (updated_at DESC, id DESC) WHERE status = 'waiting_supplier';
CREATE INDEX ticket_known_idx ON ticket (updated_at DESC) WHERE kind = 'incident' AND impact <= 2 AND status IN ('in_progress', 'waiting_reporter', 'waiting_supplier');
CREATE INDEX ticket_close_due_idx ON ticket (close_due_at) WHERE status = 'resolved';
CREATE INDEX ticket_service_idx ON ticket (service_id, id DESC);
CREATE INDEX ticket_open_supplier_idx ON ticket (open_case_supplier_id, id DESC) WHERE open_case_supplier_id IS NOT NULL;
COMMENT ON TABLE ticket IS 'What an employee reported, as it is now; what happened stands in ticket_event';
COMMENT ON COLUMN ticket.id IS 'Grows; part of the number';
COMMENT ON COLUMN ticket.kind IS 'Incident, request or consultation';
COMMENT ON COLUMN ticket.number IS 'INC-000123, REQ-…, CON-…; never repeats';
COMMENT ON COLUMN ticket.subject IS 'One line';
COMMENT ON COLUMN ticket.body IS 'The report in the reporter''s words';
COMMENT ON COLUMN ticket.status IS 'Where it stands';
COMMENT ON COLUMN ticket.channel IS 'How it came in';
COMMENT ON COLUMN ticket.impact IS '1 company, 2 department or shop, 3 one person';
COMMENT ON COLUMN ticket.urgency IS '1 stands still, 2 hindered, 3 can wait';
COMMENT ON COLUMN ticket.priority IS '1 critical to 4 low; from the matrix unless changed with a reason';
COMMENT ON COLUMN ticket.reporter_id IS 'For whom it was reported';
COMMENT ON COLUMN ticket.opened_by IS 'Who entered it';
COMMENT ON COLUMN ticket.owner_id IS 'The one who answers for it; the open row of ownership';
COMMENT ON COLUMN ticket.team_id IS 'Team in whose queue it is';
COMMENT ON COLUMN ticket.restricted_team_id IS 'If set, only this team, people named on it and readers of everything see it';
COMMENT ON COLUMN ticket.service_id IS 'Service concerned (a CI)';
COMMENT ON COLUMN ticket.category_id IS 'Category';
COMMENT ON COLUMN ticket.policy_id IS 'SLA policy chosen when opened';
COMMENT ON COLUMN ticket.opened_at IS 'When reported';
COMMENT ON COLUMN ticket.updated_at IS 'Last change that people see; orders the queues';
COMMENT ON COLUMN ticket.due_at IS 'When the resolution clock is due, as last evaluated; what the reporter was promised';
COMMENT ON COLUMN ticket.resolved_at IS 'Resolved (last time)';
COMMENT ON COLUMN ticket.closed_at IS 'Closed or cancelled';
COMMENT ON COLUMN ticket.close_due_at IS 'When a resolved ticket closes by silence';
COMMENT ON COLUMN ticket.reopen_until IS 'Until when it can be reopened';
COMMENT ON COLUMN ticket.cause IS 'What was wrong';
COMMENT ON COLUMN ticket.fix IS 'What was done';
COMMENT ON COLUMN ticket.prevention IS 'What prevents it next time';
COMMENT ON COLUMN ticket.no_prevention IS 'Said explicitly: nothing can prevent it';
COMMENT ON COLUMN ticket.no_ci_reason IS 'Why no CI is linked';
COMMENT ON COLUMN ticket.resolution_count IS 'Times resolved; a rating belongs to one of them';
COMMENT ON COLUMN ticket.reopen_count IS 'Times reopened';
COMMENT ON COLUMN ticket.handover_count IS 'Times ownership moved after the first take';
COMMENT ON COLUMN ticket.open_case_supplier_id IS 'Supplier of the newest open case, for lists';
COMMENT ON COLUMN ticket.version IS 'Grows with each change; the ETag';
COMMENT ON COLUMN ticket.external_source IS 'Name of the system it was imported from';
COMMENT ON COLUMN ticket.external_number IS 'Its number there';

CREATE TABLE ticket_move (
	from_status ticket_status NOT NULL,
	action      text NOT NULL,
	to_status   ticket_status,
	by_reporter boolean NOT NULL DEFAULT false,
	by_staff    boolean NOT NULL DEFAULT true,
	PRIMARY KEY (from_status, action)
);
COMMENT ON TABLE ticket_move IS 'The rules of states: which action is possible in which state and where it leads';
COMMENT ON COLUMN ticket_move.from_status IS 'State in which the action is possible';
COMMENT ON COLUMN ticket_move.action IS 'Name of the action, as in `can`';
COMMENT ON COLUMN ticket_move.to_status IS 'State after it; NULL: unchanged or decided by the action';
COMMENT ON COLUMN ticket_move.by_reporter IS 'The reporter may do it';
COMMENT ON COLUMN ticket_move.by_staff IS 'Staff may do it (who exactly is the action''s own rule)';
INSERT INTO ticket_move (from_status, action, to_status, by_reporter, by_staff)
SELECT s::ticket_status, a, t::ticket_status, r, st FROM (VALUES
	('new', 'take', 'in_progress', false, true),
	('new', 'reply', NULL, true, false), ('new', 'note', NULL, false, true), ('new', 'edit', NULL, false, true),
	('new', 'link_ci', NULL, false, true), ('new', 'cancel', 'cancelled', true, true), ('new', 'attach', NULL, true, true),
	('in_progress', 'reply', NULL, true, true), ('in_progress', 'note', NULL, false, true), ('in_progress', 'edit', NULL, false, true),
	('in_progress', 'handover', NULL, false, true), ('in_progress', 'wait', NULL, false, true), ('in_progress', 'resolve', 'resolved', false, true),
	('in_progress', 'cancel', 'cancelled', true, true), ('in_progress', 'link_ci', NULL, false, true), ('in_progress', 'escalate', NULL, false, true),
	('in_progress', 'attach', NULL, true, true),
	('waiting_reporter', 'reply', NULL, true, true), ('waiting_reporter', 'note', NULL, false, true), ('waiting_reporter', 'edit', NULL, false, true),
	('waiting_reporter', 'handover', NULL, false, true), ('waiting_reporter', 'wait', NULL, false, true), ('waiting_reporter', 'resume', 'in_progress', false, true),
	('waiting_reporter', 'resolve', 'resolved', false, true), ('waiting_reporter', 'cancel', 'cancelled', true, true),
	('waiting_reporter', 'link_ci', NULL, false, true), ('waiting_reporter', 'escalate', NULL, false, true), ('waiting_reporter', 'attach', NULL, true, true),
	('waiting_supplier', 'reply', NULL, true, true), ('waiting_supplier', 'note', NULL, false, true), ('waiting_supplier', 'edit', NULL, false, true),
	('waiting_supplier', 'handover', NULL, false, true), ('waiting_supplier', 'wait', NULL, false, true), ('waiting_supplier', 'resume', 'in_progress', false, true),
	('waiting_supplier', 'resolve', 'resolved', false, true), ('waiting_supplier', 'cancel', 'cancelled', true, true),
	('waiting_supplier', 'link_ci', NULL, false, true), ('waiting_supplier', 'escalate', NULL, false, true), ('waiting_supplier', 'attach', NULL, true, true),
	('resolved', 'confirm', 'closed', true, true), ('resolved', 'reopen', 'in_progress', true, true), ('resolved', 'rate', NULL, true, false),
	('resolved', 'note', NULL, false, true), ('resolved', 'link_ci', NULL, false, true), ('resolved', 'attach', NULL, true, true),
	('resolved', 'reply', NULL, true, true),
	('closed', 'reopen', 'in_progress', true, true), ('closed', 'rate', NULL, true, false), ('closed', 'note', NULL, false, true)
) AS m(s, a, t, r, st);

CREATE TABLE ticket_search (
	ticket_id bigint PRIMARY KEY REFERENCES ticket,
	words     tsvector NOT NULL
);
CREATE INDEX ticket_search_words_idx ON ticket_search USING gin (words);
COMMENT ON TABLE ticket_search IS 'Words of a ticket for full-text search; the russian configuration stems Cyrillic as Russian and Latin as English';
COMMENT ON COLUMN ticket_search.ticket_id IS 'Ticket';
COMMENT ON COLUMN ticket_search.words IS 'Number and subject weigh A, the report B, public replies C, notes D';

CREATE TABLE ticket_event (
	ticket_id   bigint NOT NULL REFERENCES ticket,
	seq         integer NOT NULL CHECK (seq > 0),
	type        ticket_event_type NOT NULL,
	occurred_at timestamptz(0) NOT NULL,
	recorded_at timestamptz(0) NOT NULL,
	actor_id    bigint REFERENCES person,
	actor_role  event_role NOT NULL,
	visibility  event_visibility NOT NULL,
	body        text CHECK (length(body) <= 100000),
	data        jsonb NOT NULL DEFAULT '{}',
	xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	hash        bytea NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (ticket_id, seq),
	CHECK (occurred_at <= recorded_at)
);
CREATE INDEX ticket_event_feed_idx ON ticket_event (xid, ticket_id, seq);
COMMENT ON TABLE ticket_event IS 'Timeline of a ticket: append-only, each event hashes its content and the hash before it';
COMMENT ON COLUMN ticket_event.ticket_id IS 'Ticket';
COMMENT ON COLUMN ticket_event.seq IS 'Order recorded, from 1 without gaps (set by the trigger)';
COMMENT ON COLUMN ticket_event.type IS 'What happened';
COMMENT ON COLUMN ticket_event.occurred_at IS 'When it happened';
COMMENT ON COLUMN ticket_event.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN ticket_event.actor_id IS 'Who did it; NULL: the program';
COMMENT ON COLUMN ticket_event.actor_role IS 'In which capacity';
COMMENT ON COLUMN ticket_event.visibility IS 'Who may see it';
COMMENT ON COLUMN ticket_event.body IS 'What was said, as typed (CommonMark)';
COMMENT ON COLUMN ticket_event.data IS 'By type. opened, reopened, priority_changed, calendar_changed: {"targets":[{"metric","target_s","calendar_version","pause_supplier"}], …}; opened also {"team","ola":{"target_s","calendar_version"}|null}; team_changed and handover_accepted/forced that change the team: {"team","ola"}; waiting: {"for":"reporter"|"supplier"}; introduced: {"owner","reason","until"}; handover_*: {"handover","from","to","to_team","reason","mode","until"}; edited: {"changes":{field:[old,new]}}; escalated, case_changed: {"case"}; ci_linked: {"ci","role"}; attached: {"attachment","name"}; imported: the source row''s own fields';
COMMENT ON COLUMN ticket_event.xid IS 'Transaction that recorded it; orders the event stream by commit safely';
COMMENT ON COLUMN ticket_event.hash IS 'SHA-256 over the hash before it and the content (function event_digest)';

CREATE TABLE ticket_chain (
	ticket_id bigint PRIMARY KEY REFERENCES ticket,
	seq       integer NOT NULL,
	head      bytea NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE ticket_chain IS 'Head of each ticket''s chain: a missing tail is found by it';
COMMENT ON COLUMN ticket_chain.ticket_id IS 'Ticket';
COMMENT ON COLUMN ticket_chain.seq IS 'Number of events';
COMMENT ON COLUMN ticket_chain.head IS 'Hash of the last';

CREATE TABLE handover (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ticket_id  bigint NOT NULL REFERENCES ticket,
	from_id    bigint NOT NULL REFERENCES person,
	to_id      bigint REFERENCES person,
	to_team_id bigint REFERENCES team,
	reason     handover_reason NOT NULL,
	mode       handover_mode NOT NULL,
	until_at   timestamptz(0),
	note       text,
	state      handover_state NOT NULL DEFAULT 'offered',
	offered_by bigint REFERENCES person,
	offered_at timestamptz(0) NOT NULL,
	decided_by bigint REFERENCES person,
	decided_at timestamptz(0),
	decision_note text,
	new_owner_id bigint REFERENCES person,
	returned_at timestamptz(0),
	CHECK ((to_id IS NULL) <> (to_team_id IS NULL)),
	CHECK ((mode = 'temporary') = (until_at IS NOT NULL)),
	CHECK (reason <> 'other' OR note IS NOT NULL),
	CHECK (to_id IS NULL OR to_id <> from_id),
	CHECK ((state IN ('accepted', 'forced')) = (new_owner_id IS NOT NULL))
);
CREATE UNIQUE INDEX handover_one_open_key ON handover (ticket_id) WHERE state = 'offered';
CREATE INDEX handover_ticket_idx ON handover (ticket_id, id);
CREATE INDEX handover_to_idx ON handover (to_id) WHERE state = 'offered';
CREATE INDEX handover_to_team_idx ON handover (to_team_id) WHERE state = 'offered';
CREATE INDEX handover_return_idx ON handover (until_at) WHERE mode = 'temporary' AND state IN ('accepted', 'forced') AND returned_at IS NULL;
COMMENT ON TABLE handover IS 'Offers of ownership and what became of them; at most one open offer a ticket';
COMMENT ON COLUMN handover.id IS 'Opaque id';
COMMENT ON COLUMN handover.ticket_id IS 'Ticket';
COMMENT ON COLUMN handover.from_id IS 'Owner who gives';
COMMENT ON COLUMN handover.to_id IS 'Person it is offered to';
COMMENT ON COLUMN handover.to_team_id IS 'Or team: whoever of it accepts first becomes the owner';
COMMENT ON COLUMN handover.reason IS 'Why';
COMMENT ON COLUMN handover.mode IS 'Permanent or temporary';
COMMENT ON COLUMN handover.until_at IS 'When a temporary one returns';
COMMENT ON COLUMN handover.note IS 'Next step or explanation';
COMMENT ON COLUMN handover.state IS 'Offered, accepted, declined, withdrawn, forced';
COMMENT ON COLUMN handover.offered_by IS 'Who offered: the owner, or a lead in the absent owner''s place';
COMMENT ON COLUMN handover.offered_at IS 'When offered';
COMMENT ON COLUMN handover.decided_by IS 'Who decided';
COMMENT ON COLUMN handover.decided_at IS 'When';
COMMENT ON COLUMN handover.decision_note IS 'Note of a refusal or of a forced handover';
COMMENT ON COLUMN handover.new_owner_id IS 'Who became the owner';
COMMENT ON COLUMN handover.returned_at IS 'When a temporary one ended: returned, or moved on for good';

CREATE TABLE ownership (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ticket_id   bigint NOT NULL REFERENCES ticket,
	person_id   bigint NOT NULL REFERENCES person,
	period      tstzrange NOT NULL CHECK (NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period) AND NOT lower_inf(period)),
	handover_id bigint REFERENCES handover,
	CONSTRAINT ownership_one_owner EXCLUDE USING gist (ticket_id WITH =, period WITH &&)
);
CREATE UNIQUE INDEX ownership_current_key ON ownership (ticket_id) WHERE upper_inf(period);
CREATE INDEX ownership_person_idx ON ownership (person_id, ticket_id);
COMMENT ON TABLE ownership IS 'Who owned a ticket when: periods of a ticket touch without gap or overlap';
COMMENT ON COLUMN ownership.id IS 'Opaque id';
COMMENT ON COLUMN ownership.ticket_id IS 'Ticket';
COMMENT ON COLUMN ownership.person_id IS 'Owner';
COMMENT ON COLUMN ownership.period IS 'From (included) to (excluded), to the microsecond so that several moves in one second keep their order; open: owns it now';
COMMENT ON COLUMN ownership.handover_id IS 'Handover by which it came; NULL: taken';

CREATE TABLE ticket_ci (
	ticket_id bigint NOT NULL REFERENCES ticket,
	ci_id     bigint NOT NULL REFERENCES ci,
	role      ci_role NOT NULL,
	added_at  timestamptz(0) NOT NULL,
	added_by  bigint REFERENCES person,
	PRIMARY KEY (ticket_id, ci_id)
);
CREATE INDEX ticket_ci_ci_idx ON ticket_ci (ci_id, ticket_id);
COMMENT ON TABLE ticket_ci IS 'CIs linked to a ticket now; changes stand in the timeline';
COMMENT ON COLUMN ticket_ci.ticket_id IS 'Ticket';
COMMENT ON COLUMN ticket_ci.ci_id IS 'CI';
COMMENT ON COLUMN ticket_ci.role IS 'Affected, cause or related';
COMMENT ON COLUMN ticket_ci.added_at IS 'When linked';
COMMENT ON COLUMN ticket_ci.added_by IS 'Who linked it';

CREATE TABLE ticket_participant (
	ticket_id bigint NOT NULL REFERENCES ticket,
	person_id bigint NOT NULL REFERENCES person,
	PRIMARY KEY (ticket_id, person_id)
);
CREATE INDEX ticket_participant_person_idx ON ticket_participant (person_id, ticket_id DESC);
COMMENT ON TABLE ticket_participant IS 'Employees named on a ticket beside the reporter: they see its public side';
COMMENT ON COLUMN ticket_participant.ticket_id IS 'Ticket';
COMMENT ON COLUMN ticket_participant.person_id IS 'Person';

CREATE TABLE attachment (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ticket_id    bigint NOT NULL REFERENCES ticket,
	name         text NOT NULL CHECK (name <> '' AND length(name) <= 255),
	content_type text NOT NULL,
	size_bytes   bigint NOT NULL,
	sha256       bytea NOT NULL CHECK (length(sha256) = 32),
	content      bytea NOT NULL,
	visibility   event_visibility NOT NULL DEFAULT 'public',
	author_id    bigint REFERENCES person,
	added_at     timestamptz(0) NOT NULL,
	CHECK (size_bytes = length(content))
);
ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX attachment_ticket_idx ON attachment (ticket_id, id);
COMMENT ON TABLE attachment IS 'Files of a ticket, stored as bytes, served only as downloads';
COMMENT ON COLUMN attachment.id IS 'Opaque id';
COMMENT ON COLUMN attachment.ticket_id IS 'Ticket';
COMMENT ON COLUMN attachment.name IS 'File name without path';
COMMENT ON COLUMN attachment.content_type IS 'Type as sent';
COMMENT ON COLUMN attachment.size_bytes IS 'Size';
COMMENT ON COLUMN attachment.sha256 IS 'SHA-256 of the content';
COMMENT ON COLUMN attachment.content IS 'The bytes';
COMMENT ON COLUMN attachment.visibility IS 'public or internal';
COMMENT ON COLUMN attachment.author_id IS 'Who attached it';
COMMENT ON COLUMN attachment.added_at IS 'When';

CREATE TABLE rating (
	ticket_id     bigint NOT NULL REFERENCES ticket,
	resolution_no smallint NOT NULL,
	score         smallint NOT NULL CHECK (score BETWEEN 0 AND 10),
	recommend     smallint CHECK (recommend BETWEEN 0 AND 10),
	comment       text CHECK (length(comment) <= 4000),
	rated_by      bigint NOT NULL REFERENCES person,
	owner_id      bigint REFERENCES person,
	rated_at      timestamptz(0) NOT NULL,
	PRIMARY KEY (ticket_id, resolution_no)
);
COMMENT ON TABLE rating IS 'The reporter''s rating, once a resolution';
COMMENT ON COLUMN rating.ticket_id IS 'Ticket';
COMMENT ON COLUMN rating.resolution_no IS 'Which resolution';
COMMENT ON COLUMN rating.score IS 'Satisfaction 0 to 10';
COMMENT ON COLUMN rating.recommend IS 'Willingness to recommend 0 to 10 (NPS)';
COMMENT ON COLUMN rating.comment IS 'In words';
COMMENT ON COLUMN rating.rated_by IS 'Who rated';
COMMENT ON COLUMN rating.owner_id IS 'Who owned the ticket then';
COMMENT ON COLUMN rating.rated_at IS 'When';

CREATE TABLE message_template (
	key      text NOT NULL,
	language text NOT NULL CHECK (language IN ('en', 'ru')),
	subject  text NOT NULL,
	body     text NOT NULL,
	PRIMARY KEY (key, language)
);
COMMENT ON TABLE message_template IS 'Texts that the program sends; {name} is replaced';
COMMENT ON COLUMN message_template.key IS 'Occasion';
COMMENT ON COLUMN message_template.language IS 'en or ru';
COMMENT ON COLUMN message_template.subject IS 'Subject line of a mail';
COMMENT ON COLUMN message_template.body IS 'Text';

CREATE TABLE outbox (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind         text NOT NULL CHECK (kind IN ('mail', 'webhook')),
	effect_key   text NOT NULL UNIQUE,
	recipient    text NOT NULL,
	person_id    bigint REFERENCES person,
	language     text NOT NULL DEFAULT 'en',
	subject      text NOT NULL,
	body         text NOT NULL,
	message_id   text NOT NULL UNIQUE,
	in_reply_to  text,
	ticket_id    bigint REFERENCES ticket,
	case_id      bigint,
	state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'cancelled')),
	not_before   timestamptz(0) NOT NULL,
	attempts     integer NOT NULL DEFAULT 0,
	last_error   text,
	created_at   timestamptz(0) NOT NULL,
	sent_at      timestamptz(0)
);
CREATE INDEX outbox_queue_idx ON outbox (not_before, id) WHERE state = 'queued';
CREATE INDEX outbox_ticket_idx ON outbox (ticket_id);
COMMENT ON TABLE outbox IS 'What must leave the house, written in the transaction of its cause';
COMMENT ON COLUMN outbox.id IS 'Opaque id';
COMMENT ON COLUMN outbox.kind IS 'mail or webhook';
COMMENT ON COLUMN outbox.effect_key IS 'Names the effect, so that it happens once';
COMMENT ON COLUMN outbox.recipient IS 'Mail address or URL';
COMMENT ON COLUMN outbox.person_id IS 'Person addressed, if one';
COMMENT ON COLUMN outbox.language IS 'Language of the text';
COMMENT ON COLUMN outbox.subject IS 'Subject';
COMMENT ON COLUMN outbox.body IS 'Text or JSON';
COMMENT ON COLUMN outbox.message_id IS 'Stable Message-ID';
COMMENT ON COLUMN outbox.in_reply_to IS 'Message-ID of the thread';
COMMENT ON COLUMN outbox.ticket_id IS 'Ticket it is about';
COMMENT ON COLUMN outbox.case_id IS 'Case it is about';
COMMENT ON COLUMN outbox.state IS 'queued, sent, failed or cancelled (undone in time)';
COMMENT ON COLUMN outbox.not_before IS 'Not sent earlier (undo, retries)';
COMMENT ON COLUMN outbox.attempts IS 'Times tried';
COMMENT ON COLUMN outbox.last_error IS 'Why the last try failed';
COMMENT ON COLUMN outbox.created_at IS 'When written';
COMMENT ON COLUMN outbox.sent_at IS 'When it left';
