-- Calendars, policies, clocks; suppliers, contracts, cases.
CREATE TYPE sla_metric AS ENUM ('response', 'resolution', 'ola', 'acknowledge', 'workaround', 'update');
CREATE TYPE clock_state AS ENUM ('running', 'paused', 'stopped', 'cancelled');
CREATE TYPE supplier_kind AS ENUM ('external', 'internal');
CREATE TYPE case_status AS ENUM ('open', 'waiting_us', 'verifying', 'closed', 'withdrawn');
CREATE TYPE case_party AS ENUM ('us', 'supplier', 'system');
CREATE TYPE case_event_type AS ENUM (
	'sent', 'acknowledged', 'responded', 'info_requested', 'info_provided', 'update',
	'workaround_delivered', 'workaround_accepted', 'workaround_rejected',
	'fix_declared', 'fix_accepted', 'fix_rejected', 'withdrawn',
	'priority_changed', 'calendar_changed', 'clock_warning', 'clock_breached', 'noted', 'corrected');
COMMENT ON TYPE sla_metric IS 'What a clock measures (sla.md): ticket response, resolution, ola; case acknowledge, response, workaround, resolution, update';
COMMENT ON TYPE clock_state IS 'State of a clock';
COMMENT ON TYPE supplier_kind IS 'A company, or a department of our own measured the same way';
COMMENT ON TYPE case_status IS 'Life of a case (product.md)';
COMMENT ON TYPE case_party IS 'Whose act an event is';
COMMENT ON TYPE case_event_type IS 'What happened in a case';

CREATE TABLE calendar (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key     text NOT NULL UNIQUE CHECK (key <> ''),
	name    text NOT NULL CHECK (name <> ''),
	version integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE calendar IS 'Working calendars by name; the hours stand in versions that never change';
COMMENT ON COLUMN calendar.id IS 'Opaque id';
COMMENT ON COLUMN calendar.key IS 'Stable short name';
COMMENT ON COLUMN calendar.name IS 'Name as people read it';
COMMENT ON COLUMN calendar.version IS 'Number of the newest version; the ETag';

CREATE TABLE calendar_version (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	calendar_id bigint NOT NULL REFERENCES calendar,
	version     integer NOT NULL,
	body        jsonb NOT NULL,
	created_at  timestamptz(0) NOT NULL,
	created_by  bigint REFERENCES person,
	UNIQUE (calendar_id, version)
);
COMMENT ON TABLE calendar_version IS 'Hours of a calendar as they were from one edit to the next; append-only, so that old clocks replay';
COMMENT ON COLUMN calendar_version.id IS 'Id that clocks and events refer to';
COMMENT ON COLUMN calendar_version.calendar_id IS 'Calendar';
COMMENT ON COLUMN calendar_version.version IS 'Number within the calendar';
COMMENT ON COLUMN calendar_version.body IS '{"zone","week":[{"day","from","to"}],"exceptions":[{"date","hours":[[from,to]]}]}';
COMMENT ON COLUMN calendar_version.created_at IS 'When made';
COMMENT ON COLUMN calendar_version.created_by IS 'By whom; NULL: shipped or command line';

CREATE TABLE policy (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key            text NOT NULL UNIQUE,
	name           text NOT NULL,
	type           text NOT NULL CHECK (type IN ('sla', 'ola')),
	service_id     bigint REFERENCES ci,
	ticket_kind    ticket_kind,
	team_level     smallint CHECK (team_level BETWEEN 1 AND 3),
	calendar_id    bigint NOT NULL REFERENCES calendar,
	pause_supplier boolean NOT NULL DEFAULT false,
	close_days     smallint NOT NULL DEFAULT 3 CHECK (close_days BETWEEN 0 AND 60),
	reopen_days    smallint NOT NULL DEFAULT 10 CHECK (reopen_days BETWEEN 0 AND 365),
	active         boolean NOT NULL DEFAULT true,
	version        integer NOT NULL DEFAULT 1,
	CHECK ((type = 'ola') = (team_level IS NOT NULL))
);
COMMENT ON TABLE policy IS 'Promises to employees (sla, by service and kind) and between teams (ola, by level); the most particular active one is used';
COMMENT ON COLUMN policy.id IS 'Opaque id';
COMMENT ON COLUMN policy.key IS 'Stable short name';
COMMENT ON COLUMN policy.name IS 'Name as people read it';
COMMENT ON COLUMN policy.type IS 'sla or ola';
COMMENT ON COLUMN policy.service_id IS 'Only for this service; NULL: any';
COMMENT ON COLUMN policy.ticket_kind IS 'Only for this kind; NULL: any';
COMMENT ON COLUMN policy.team_level IS 'ola: for teams of this level';
COMMENT ON COLUMN policy.calendar_id IS 'Calendar that counts';
COMMENT ON COLUMN policy.pause_supplier IS 'The resolution clock also pauses while waiting for a supplier';
COMMENT ON COLUMN policy.close_days IS 'Working days of silence after which a resolved ticket closes';
COMMENT ON COLUMN policy.reopen_days IS 'Days after closing in which it can be reopened';
COMMENT ON COLUMN policy.active IS 'Used for new tickets';
COMMENT ON COLUMN policy.version IS 'Grows with each change';

CREATE TABLE policy_target (
	policy_id bigint NOT NULL REFERENCES policy,
	priority  smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
	metric    sla_metric NOT NULL CHECK (metric IN ('response', 'resolution', 'ola')),
	target_s  bigint NOT NULL CHECK (target_s > 0),
	PRIMARY KEY (policy_id, priority, metric)
);
COMMENT ON TABLE policy_target IS 'Targets of a policy in seconds of working time';
COMMENT ON COLUMN policy_target.policy_id IS 'Policy';
COMMENT ON COLUMN policy_target.priority IS 'Priority of the ticket';
COMMENT ON COLUMN policy_target.metric IS 'What is measured';
COMMENT ON COLUMN policy_target.target_s IS 'Working seconds';

ALTER TABLE ticket ADD FOREIGN KEY (policy_id) REFERENCES policy;

CREATE TABLE service_value (
	service_id  bigint PRIMARY KEY REFERENCES ci,
	amount      numeric(14,2) NOT NULL CHECK (amount >= 0),
	currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	calendar_id bigint NOT NULL REFERENCES calendar
);
COMMENT ON TABLE service_value IS 'What an hour of a service is worth and when it earns';
COMMENT ON COLUMN service_value.service_id IS 'Service (a CI)';
COMMENT ON COLUMN service_value.amount IS 'Revenue or cost for an earning hour';
COMMENT ON COLUMN service_value.currency IS 'ISO 4217';
COMMENT ON COLUMN service_value.calendar_id IS 'Earning hours';

CREATE TABLE supplier (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key      text NOT NULL UNIQUE CHECK (key <> ''),
	name     text NOT NULL CHECK (name <> ''),
	kind     supplier_kind NOT NULL,
	mail     text,
	language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ru')),
	contacts jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(contacts) = 'array'),
	notes    text NOT NULL DEFAULT '',
	active   boolean NOT NULL DEFAULT true,
	version  integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE supplier IS 'Who must fix what we cannot: companies and own departments';
COMMENT ON COLUMN supplier.id IS 'Opaque id';
COMMENT ON COLUMN supplier.key IS 'Stable short name';
COMMENT ON COLUMN supplier.name IS 'Name';
COMMENT ON COLUMN supplier.kind IS 'external or internal';
COMMENT ON COLUMN supplier.mail IS 'Address to which cases are sent';
COMMENT ON COLUMN supplier.language IS 'Language of mail to them';
COMMENT ON COLUMN supplier.contacts IS '[{"name","role","mail","phone"}]';
COMMENT ON COLUMN supplier.notes IS 'Free notes';
COMMENT ON COLUMN supplier.active IS 'Offered for new cases';
COMMENT ON COLUMN supplier.version IS 'Grows with each change; the ETag';

ALTER TABLE ticket ADD FOREIGN KEY (open_case_supplier_id) REFERENCES supplier;

CREATE TABLE contract (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	number        text NOT NULL UNIQUE CHECK (number <> ''),
	name          text NOT NULL,
	supplier_id   bigint NOT NULL REFERENCES supplier,
	valid_from    date NOT NULL,
	valid_to      date,
	price         numeric(14,2) CHECK (price >= 0),
	currency      text CHECK (currency ~ '^[A-Z]{3}$'),
	price_period  text NOT NULL DEFAULT 'month' CHECK (price_period IN ('month', 'quarter', 'year')),
	calendar_id   bigint NOT NULL REFERENCES calendar,
	pause_limit_s bigint NOT NULL DEFAULT 288000 CHECK (pause_limit_s > 0),
	version       integer NOT NULL DEFAULT 1,
	CHECK (valid_to IS NULL OR valid_to > valid_from),
	CHECK ((price IS NULL) = (currency IS NULL))
);
CREATE INDEX contract_supplier_idx ON contract (supplier_id);
COMMENT ON TABLE contract IS 'Underpinning contracts with their measurable terms';
COMMENT ON COLUMN contract.id IS 'Opaque id';
COMMENT ON COLUMN contract.number IS 'Number on the paper';
COMMENT ON COLUMN contract.name IS 'Title';
COMMENT ON COLUMN contract.supplier_id IS 'Other party';
COMMENT ON COLUMN contract.valid_from IS 'First day';
COMMENT ON COLUMN contract.valid_to IS 'Day after the last; NULL: open end';
COMMENT ON COLUMN contract.price IS 'Price for price_period';
COMMENT ON COLUMN contract.currency IS 'ISO 4217';
COMMENT ON COLUMN contract.price_period IS 'month, quarter or year';
COMMENT ON COLUMN contract.calendar_id IS 'Calendar that counts';
COMMENT ON COLUMN contract.pause_limit_s IS 'Working seconds after which a pause is listed as long (default 10 days of 8 hours)';
COMMENT ON COLUMN contract.version IS 'Grows with each change; the ETag';

CREATE TABLE contract_target (
	contract_id bigint NOT NULL REFERENCES contract ON DELETE CASCADE,
	priority    smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
	metric      sla_metric NOT NULL CHECK (metric IN ('acknowledge', 'response', 'workaround', 'resolution', 'update')),
	target_s    bigint NOT NULL CHECK (target_s > 0),
	goal_pct    numeric(5,2) NOT NULL CHECK (goal_pct BETWEEN 0 AND 100),
	PRIMARY KEY (contract_id, priority, metric)
);
COMMENT ON TABLE contract_target IS 'Targets of a contract by priority';
COMMENT ON COLUMN contract_target.contract_id IS 'Contract';
COMMENT ON COLUMN contract_target.priority IS 'Priority of the case';
COMMENT ON COLUMN contract_target.metric IS 'What is measured';
COMMENT ON COLUMN contract_target.target_s IS 'Working seconds';
COMMENT ON COLUMN contract_target.goal_pct IS 'Share of cases that must keep it';

CREATE TABLE contract_credit (
	contract_id bigint NOT NULL REFERENCES contract ON DELETE CASCADE,
	metric      sla_metric NOT NULL CHECK (metric IN ('acknowledge', 'response', 'workaround', 'resolution', 'update')),
	below_pct   numeric(5,2) NOT NULL CHECK (below_pct > 0 AND below_pct <= 100),
	credit_pct  numeric(5,2) NOT NULL CHECK (credit_pct > 0 AND credit_pct <= 100),
	PRIMARY KEY (contract_id, metric, below_pct)
);
COMMENT ON TABLE contract_credit IS 'Service credits: below this compliance in a month, so much of the price';
COMMENT ON COLUMN contract_credit.contract_id IS 'Contract';
COMMENT ON COLUMN contract_credit.metric IS 'Metric';
COMMENT ON COLUMN contract_credit.below_pct IS 'Compliance below which the step is due';
COMMENT ON COLUMN contract_credit.credit_pct IS 'Share of the price';

CREATE TABLE contract_coverage (
	contract_id bigint NOT NULL REFERENCES contract ON DELETE CASCADE,
	ci_id       bigint NOT NULL REFERENCES ci,
	PRIMARY KEY (contract_id, ci_id)
);
CREATE INDEX contract_coverage_ci_idx ON contract_coverage (ci_id);
COMMENT ON TABLE contract_coverage IS 'Services and CIs that a contract covers';
COMMENT ON COLUMN contract_coverage.contract_id IS 'Contract';
COMMENT ON COLUMN contract_coverage.ci_id IS 'CI or service; what is part of it or runs for it is covered through it';

CREATE TABLE supplier_case (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	number       text NOT NULL GENERATED ALWAYS AS ('CASE-' || CASE WHEN id < 1000000 THEN lpad(id::text, 6, '0') ELSE id::text END) STORED,
	ticket_id    bigint NOT NULL REFERENCES ticket,
	supplier_id  bigint NOT NULL REFERENCES supplier,
	contract_id  bigint NOT NULL REFERENCES contract,
	ci_id        bigint REFERENCES ci,
	status       case_status NOT NULL DEFAULT 'open',
	priority     smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
	summary      text NOT NULL CHECK (summary <> '' AND length(summary) <= 300),
	body         text NOT NULL CHECK (length(body) <= 100000),
	supplier_ref text CHECK (length(supplier_ref) <= 100),
	why          text NOT NULL DEFAULT '',
	opened_by    bigint REFERENCES person,
	sent_at      timestamptz(0) NOT NULL,
	updated_at   timestamptz(0) NOT NULL,
	acknowledged_at timestamptz(0),
	fixed_at     timestamptz(0),
	closed_at    timestamptz(0),
	next_due_at  timestamptz(0),
	version      integer NOT NULL DEFAULT 1,
	external_source text,
	external_number text,
	UNIQUE (external_source, external_number)
) WITH (fillfactor = 85);
CREATE INDEX supplier_case_number_idx ON supplier_case (number);
CREATE INDEX supplier_case_ticket_idx ON supplier_case (ticket_id);
CREATE INDEX supplier_case_supplier_idx ON supplier_case (supplier_id, id DESC);
CREATE INDEX supplier_case_open_idx ON supplier_case (supplier_id, next_due_at) WHERE status IN ('open', 'waiting_us', 'verifying');
COMMENT ON TABLE supplier_case IS 'One escalation of one ticket to one supplier, as it is now; what happened stands in case_event';
COMMENT ON COLUMN supplier_case.id IS 'Grows; part of the number';
COMMENT ON COLUMN supplier_case.number IS 'CASE-000045; never repeats';
COMMENT ON COLUMN supplier_case.ticket_id IS 'Ticket';
COMMENT ON COLUMN supplier_case.supplier_id IS 'Supplier';
COMMENT ON COLUMN supplier_case.contract_id IS 'Contract whose terms hold';
COMMENT ON COLUMN supplier_case.ci_id IS 'CI or service through which the contract was found';
COMMENT ON COLUMN supplier_case.status IS 'Where it stands';
COMMENT ON COLUMN supplier_case.priority IS 'Priority of the ticket when sent';
COMMENT ON COLUMN supplier_case.summary IS 'One line, as sent';
COMMENT ON COLUMN supplier_case.body IS 'Text, as sent';
COMMENT ON COLUMN supplier_case.supplier_ref IS 'The supplier''s own number';
COMMENT ON COLUMN supplier_case.why IS 'Why this contract was chosen, in words';
COMMENT ON COLUMN supplier_case.opened_by IS 'Who escalated';
COMMENT ON COLUMN supplier_case.sent_at IS 'When sent; the clocks start';
COMMENT ON COLUMN supplier_case.updated_at IS 'Last change';
COMMENT ON COLUMN supplier_case.acknowledged_at IS 'First sign of the supplier';
COMMENT ON COLUMN supplier_case.fixed_at IS 'Declaration of the fix in force';
COMMENT ON COLUMN supplier_case.closed_at IS 'Accepted or withdrawn';
COMMENT ON COLUMN supplier_case.next_due_at IS 'Earliest due instant of its running clocks';
COMMENT ON COLUMN supplier_case.version IS 'Grows with each change; the ETag';
COMMENT ON COLUMN supplier_case.external_source IS 'Name of the system it was imported from';
COMMENT ON COLUMN supplier_case.external_number IS 'Its number there';

ALTER TABLE outbox ADD FOREIGN KEY (case_id) REFERENCES supplier_case;

CREATE TABLE case_event (
	case_id     bigint NOT NULL REFERENCES supplier_case,
	seq         integer NOT NULL CHECK (seq > 0),
	type        case_event_type NOT NULL,
	occurred_at timestamptz(0) NOT NULL,
	recorded_at timestamptz(0) NOT NULL,
	actor_id    bigint REFERENCES person,
	party       case_party NOT NULL,
	body        text CHECK (length(body) <= 100000),
	data        jsonb NOT NULL DEFAULT '{}',
	xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
	hash        bytea NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (case_id, seq),
	CHECK (occurred_at <= recorded_at)
);
CREATE INDEX case_event_feed_idx ON case_event (xid, case_id, seq);
COMMENT ON TABLE case_event IS 'Timeline of a case: append-only, hash-chained';
COMMENT ON COLUMN case_event.case_id IS 'Case';
COMMENT ON COLUMN case_event.seq IS 'Order recorded, from 1 without gaps (set by the trigger)';
COMMENT ON COLUMN case_event.type IS 'What happened';
COMMENT ON COLUMN case_event.occurred_at IS 'When it happened; clocks replay from here';
COMMENT ON COLUMN case_event.recorded_at IS 'When it was recorded; later than occurred_at: a late entry';
COMMENT ON COLUMN case_event.actor_id IS 'Who recorded it; NULL: the program';
COMMENT ON COLUMN case_event.party IS 'Whose act it was';
COMMENT ON COLUMN case_event.body IS 'What was said';
COMMENT ON COLUMN case_event.data IS 'By type. sent, priority_changed, calendar_changed: {"targets":[{"metric","target_s","calendar_version"}],"contract","contract_version"}; any: {"supplier_ref"}';
COMMENT ON COLUMN case_event.xid IS 'Transaction that recorded it; orders the event stream by commit safely';
COMMENT ON COLUMN case_event.hash IS 'SHA-256 over the hash before it and the content (function event_digest)';

CREATE TABLE case_move (
	from_status case_status NOT NULL,
	type        case_event_type NOT NULL,
	to_status   case_status,
	party       case_party NOT NULL,
	PRIMARY KEY (from_status, type)
);
COMMENT ON TABLE case_move IS 'Which event a case may get in which state, whose act it is and where it leads';
COMMENT ON COLUMN case_move.from_status IS 'State in which the event may be recorded';
COMMENT ON COLUMN case_move.type IS 'Event';
COMMENT ON COLUMN case_move.to_status IS 'State after it; NULL: unchanged';
COMMENT ON COLUMN case_move.party IS 'Whose act';

CREATE TABLE case_chain (
	case_id bigint PRIMARY KEY REFERENCES supplier_case,
	seq     integer NOT NULL,
	head    bytea NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE case_chain IS 'Head of each case''s chain';
COMMENT ON COLUMN case_chain.case_id IS 'Case';
COMMENT ON COLUMN case_chain.seq IS 'Number of events';
COMMENT ON COLUMN case_chain.head IS 'Hash of the last';

CREATE TABLE clock (
	id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ticket_id           bigint REFERENCES ticket,
	case_id             bigint REFERENCES supplier_case,
	metric              sla_metric NOT NULL,
	ordinal             integer NOT NULL DEFAULT 1 CHECK (ordinal > 0),
	team_id             bigint REFERENCES team,
	calendar_version_id bigint NOT NULL REFERENCES calendar_version,
	target_s            bigint NOT NULL CHECK (target_s > 0),
	state               clock_state NOT NULL,
	started_at          timestamptz(0) NOT NULL,
	stopped_at          timestamptz(0),
	elapsed_s           bigint NOT NULL CHECK (elapsed_s >= 0),
	due_at              timestamptz(0),
	breached_at         timestamptz(0),
	paused_s            bigint NOT NULL DEFAULT 0,
	retarget_count      integer NOT NULL DEFAULT 0,
	evaluated_at        timestamptz(0) NOT NULL,
	notice_pct          smallint NOT NULL DEFAULT 0,
	notice_at           timestamptz(0),
	CHECK ((ticket_id IS NULL) <> (case_id IS NULL)),
	CHECK (state = 'running' OR due_at IS NULL),
	CHECK ((state = 'stopped') = (stopped_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX clock_ticket_key ON clock (ticket_id, metric, ordinal) WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX clock_case_key ON clock (case_id, metric, ordinal) WHERE case_id IS NOT NULL;
CREATE INDEX clock_notice_idx ON clock (notice_at) WHERE notice_at IS NOT NULL;
CREATE INDEX clock_case_stopped_idx ON clock (stopped_at) WHERE case_id IS NOT NULL;
CREATE INDEX clock_case_breached_idx ON clock (breached_at) WHERE case_id IS NOT NULL AND breached_at IS NOT NULL;
COMMENT ON TABLE clock IS 'State of each clock as its events, terms and calendar give it (recomputed by the program, replayed by vakhta audit replay)';
COMMENT ON COLUMN clock.id IS 'Opaque id';
COMMENT ON COLUMN clock.ticket_id IS 'Ticket measured, or';
COMMENT ON COLUMN clock.case_id IS 'case measured';
COMMENT ON COLUMN clock.metric IS 'What is measured';
COMMENT ON COLUMN clock.ordinal IS 'ola: n-th stay in a team; update: n-th interval; else 1';
COMMENT ON COLUMN clock.team_id IS 'ola: the team';
COMMENT ON COLUMN clock.calendar_version_id IS 'Calendar version that counts now';
COMMENT ON COLUMN clock.target_s IS 'Target in force, working seconds';
COMMENT ON COLUMN clock.state IS 'State';
COMMENT ON COLUMN clock.started_at IS 'Start';
COMMENT ON COLUMN clock.stopped_at IS 'Stop in force';
COMMENT ON COLUMN clock.elapsed_s IS 'Working seconds counted up to evaluated_at';
COMMENT ON COLUMN clock.due_at IS 'When the target is reached if nothing else happens; only while running';
COMMENT ON COLUMN clock.breached_at IS 'When elapsed equalled the target, if it then exceeded it; NULL: not breached';
COMMENT ON COLUMN clock.paused_s IS 'Working seconds inside pauses up to evaluated_at';
COMMENT ON COLUMN clock.retarget_count IS 'Times the target or calendar changed';
COMMENT ON COLUMN clock.evaluated_at IS 'Instant of the evaluation';
COMMENT ON COLUMN clock.notice_pct IS 'Highest notice given: 0, 50, 75, 90 or 100';
COMMENT ON COLUMN clock.notice_at IS 'When the watch must look at it next';

CREATE TABLE clock_pause (
	clock_id  bigint NOT NULL REFERENCES clock ON DELETE CASCADE,
	ordinal   integer NOT NULL,
	from_at   timestamptz(0) NOT NULL,
	to_at     timestamptz(0),
	worked_s  bigint NOT NULL,
	reason    text NOT NULL,
	waits_for text NOT NULL CHECK (waits_for IN ('us', 'supplier', 'reporter')),
	from_seq  integer NOT NULL,
	to_seq    integer,
	PRIMARY KEY (clock_id, ordinal)
);
COMMENT ON TABLE clock_pause IS 'Pauses of a clock as they took effect; derived from events like the clock itself';
COMMENT ON COLUMN clock_pause.clock_id IS 'Clock';
COMMENT ON COLUMN clock_pause.ordinal IS 'n-th pause';
COMMENT ON COLUMN clock_pause.from_at IS 'From';
COMMENT ON COLUMN clock_pause.to_at IS 'To; NULL: still paused';
COMMENT ON COLUMN clock_pause.worked_s IS 'Working seconds in it, up to to_at or the evaluation';
COMMENT ON COLUMN clock_pause.reason IS 'Event type that paused it: info_requested, waiting, fix_declared …';
COMMENT ON COLUMN clock_pause.waits_for IS 'For whom was waited: us, supplier, reporter';
COMMENT ON COLUMN clock_pause.from_seq IS 'Event that began it (of the case or ticket)';
COMMENT ON COLUMN clock_pause.to_seq IS 'Event that ended it';
