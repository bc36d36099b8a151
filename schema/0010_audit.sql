-- Anchors of the chains of events, runs of the auditor, what happens once a day, webhooks.

-- Which hours belong to an anchor: the transaction that wrote them, as with events.
ALTER TABLE calendar_version ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
COMMENT ON COLUMN calendar_version.xid IS 'Transaction that wrote it; decides to which anchors it belongs';

CREATE TABLE audit_anchor (
	number         integer PRIMARY KEY CHECK (number > 0),
	day            date NOT NULL,
	scheduled      boolean NOT NULL,
	made_at        timestamptz(0) NOT NULL,
	made_by        bigint REFERENCES person,
	boundary       pg_snapshot NOT NULL,
	last_recorded  timestamptz(0),
	last_ticket    bigint NOT NULL,
	last_case      bigint NOT NULL,
	last_calendar  bigint NOT NULL,
	tickets        bigint NOT NULL CHECK (tickets >= 0),
	cases          bigint NOT NULL CHECK (cases >= 0),
	calendars      bigint NOT NULL CHECK (calendars >= 0),
	root           bytea NOT NULL CHECK (length(root) = 32),
	previous_link  bytea NOT NULL CHECK (length(previous_link) = 32),
	link           bytea NOT NULL UNIQUE CHECK (length(link) = 32)
);
CREATE UNIQUE INDEX audit_anchor_day_key ON audit_anchor (day) WHERE scheduled;
COMMENT ON TABLE audit_anchor IS 'Merkle roots over the heads of all chains, each linked to the one before; append-only (docs/evidence.md)';
COMMENT ON COLUMN audit_anchor.number IS 'From 1 without gaps';
COMMENT ON COLUMN audit_anchor.day IS 'Day in the desk''s time zone';
COMMENT ON COLUMN audit_anchor.scheduled IS 'The one of the day; false: made on demand';
COMMENT ON COLUMN audit_anchor.made_at IS 'When made';
COMMENT ON COLUMN audit_anchor.made_by IS 'Who asked for it; NULL: the program or the command line';
COMMENT ON COLUMN audit_anchor.boundary IS 'Snapshot: what transactions visible in it wrote belongs to the anchor';
COMMENT ON COLUMN audit_anchor.last_recorded IS 'Latest recorded_at of an event that belongs to it; NULL: none does';
COMMENT ON COLUMN audit_anchor.last_ticket IS 'Highest id of a ticket in it, 0 without';
COMMENT ON COLUMN audit_anchor.last_case IS 'Highest id of a case in it, 0 without';
COMMENT ON COLUMN audit_anchor.last_calendar IS 'Highest id of a calendar version in it, 0 without';
COMMENT ON COLUMN audit_anchor.tickets IS 'Leaves that are chains of tickets';
COMMENT ON COLUMN audit_anchor.cases IS 'Leaves that are chains of cases';
COMMENT ON COLUMN audit_anchor.calendars IS 'Leaves that are calendar versions';
COMMENT ON COLUMN audit_anchor.root IS 'Merkle root (SHA-256)';
COMMENT ON COLUMN audit_anchor.previous_link IS 'Link of the anchor before; 32 zero bytes before the first';
COMMENT ON COLUMN audit_anchor.link IS 'SHA-256 over the link before, the root and the other members';

CREATE TABLE audit_run (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind        text NOT NULL CHECK (kind IN ('verify', 'replay', 'anchors')),
	subject     text,
	state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
	asked_by    bigint REFERENCES person,
	asked_at    timestamptz(0) NOT NULL,
	started_at  timestamptz(0),
	beat_at     timestamptz(0),
	finished_at timestamptz(0),
	subjects    bigint NOT NULL DEFAULT 0,
	total       bigint,
	items       bigint NOT NULL DEFAULT 0,
	findings    bigint NOT NULL DEFAULT 0,
	lines       jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(lines) = 'array'),
	error       text,
	CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX audit_run_open_idx ON audit_run (id) WHERE state IN ('queued', 'running');
COMMENT ON TABLE audit_run IS 'Checks that were asked for on the auditor''s page, and what they found; they change nothing that they check';
COMMENT ON COLUMN audit_run.id IS 'Opaque id, grows';
COMMENT ON COLUMN audit_run.kind IS 'verify: chains; replay: clocks; anchors: heads as they were at each anchor';
COMMENT ON COLUMN audit_run.subject IS 'Number of the one ticket or case; NULL: all';
COMMENT ON COLUMN audit_run.state IS 'queued, running, done, failed';
COMMENT ON COLUMN audit_run.asked_by IS 'Who asked';
COMMENT ON COLUMN audit_run.asked_at IS 'When asked';
COMMENT ON COLUMN audit_run.started_at IS 'When a node took it';
COMMENT ON COLUMN audit_run.beat_at IS 'Last sign of that node; after two minutes without one another node begins anew';
COMMENT ON COLUMN audit_run.finished_at IS 'When it ended';
COMMENT ON COLUMN audit_run.subjects IS 'Chains or subjects looked at so far';
COMMENT ON COLUMN audit_run.total IS 'How many there were when it began; NULL: not begun';
COMMENT ON COLUMN audit_run.items IS 'Events or clocks looked at so far';
COMMENT ON COLUMN audit_run.findings IS 'Findings so far';
COMMENT ON COLUMN audit_run.lines IS 'The first findings: [{"number","seq","what"}]';
COMMENT ON COLUMN audit_run.error IS 'Why it could not be finished';

CREATE TABLE daily_job (
	name    text NOT NULL,
	day     date NOT NULL,
	done_at timestamptz(0) NOT NULL,
	PRIMARY KEY (name, day)
);
COMMENT ON TABLE daily_job IS 'What happens once a day on one of several nodes: whoever writes the row does it, in the same transaction';
COMMENT ON COLUMN daily_job.name IS 'anchor or forecast';
COMMENT ON COLUMN daily_job.day IS 'Day in the desk''s time zone';
COMMENT ON COLUMN daily_job.done_at IS 'When done';

CREATE TABLE webhook (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name       text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	url        text NOT NULL UNIQUE CHECK (url ~ '^https?://' AND length(url) <= 2000),
	secret     text NOT NULL CHECK (length(secret) >= 16),
	events     text[] NOT NULL CHECK (cardinality(events) > 0 AND events <@ '{case,clock,forecast,anchor}'),
	active     boolean NOT NULL DEFAULT true,
	created_by bigint REFERENCES person,
	created_at timestamptz(0) NOT NULL
);
COMMENT ON TABLE webhook IS 'Programs that are told of events; deliveries stand in the outbox as kind webhook';
COMMENT ON COLUMN webhook.id IS 'Opaque id';
COMMENT ON COLUMN webhook.name IS 'Name as people read it';
COMMENT ON COLUMN webhook.url IS 'Where deliveries are posted; the recipient in the outbox';
COMMENT ON COLUMN webhook.secret IS 'Key of the signature (HMAC-SHA256) of each delivery; never shown again';
COMMENT ON COLUMN webhook.events IS 'case: each event of a case; clock: warnings and breaches; forecast: the morning forecast; anchor: each anchor';
COMMENT ON COLUMN webhook.active IS 'Gets deliveries';
COMMENT ON COLUMN webhook.created_by IS 'Who made it';
COMMENT ON COLUMN webhook.created_at IS 'When made';

ALTER TABLE outbox ADD FOREIGN KEY (webhook_id) REFERENCES webhook ON DELETE SET NULL;
