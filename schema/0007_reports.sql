-- Reports that come by themselves, and those made on demand: what was asked for, what was made, the file in pieces.
CREATE TYPE report_kind AS ENUM ('supplier-sla', 'desk-quality');
CREATE TYPE report_state AS ENUM ('queued', 'running', 'done', 'failed');
COMMENT ON TYPE report_kind IS 'Which workbook';
COMMENT ON TYPE report_state IS 'Where a run stands';

CREATE TABLE report_subscription (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id   bigint NOT NULL REFERENCES person,
	report      report_kind NOT NULL,
	period      text NOT NULL CHECK (period IN ('monthly', 'quarterly')),
	language    text NOT NULL CHECK (language IN ('en', 'ru')),
	zone        text NOT NULL CHECK (zone <> ''),
	supplier_id bigint REFERENCES supplier,
	delivery    text NOT NULL CHECK (delivery IN ('mail', 'download')),
	active      boolean NOT NULL DEFAULT true,
	since       date NOT NULL,
	created_at  timestamptz(0) NOT NULL,
	version     integer NOT NULL DEFAULT 1,
	CHECK (report = 'supplier-sla' OR supplier_id IS NULL)
);
CREATE INDEX report_subscription_person_idx ON report_subscription (person_id, id);
COMMENT ON TABLE report_subscription IS 'Who wants which workbook of each month or quarter, made by itself';
COMMENT ON COLUMN report_subscription.id IS 'Opaque id';
COMMENT ON COLUMN report_subscription.person_id IS 'For whom';
COMMENT ON COLUMN report_subscription.report IS 'Which workbook';
COMMENT ON COLUMN report_subscription.period IS 'monthly or quarterly: what a workbook covers, and how often it comes';
COMMENT ON COLUMN report_subscription.language IS 'Language of the workbook';
COMMENT ON COLUMN report_subscription.zone IS 'IANA zone of its days and times, and of the moment at which a period is over';
COMMENT ON COLUMN report_subscription.supplier_id IS 'Only this supplier; NULL: all';
COMMENT ON COLUMN report_subscription.delivery IS 'mail: sent to the person; download: only kept';
COMMENT ON COLUMN report_subscription.active IS 'Goes on';
COMMENT ON COLUMN report_subscription.since IS 'Periods that end on this day or later are made';
COMMENT ON COLUMN report_subscription.created_at IS 'When subscribed';
COMMENT ON COLUMN report_subscription.version IS 'Grows with each change; the ETag';

CREATE TABLE report_run (
	id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	subscription_id bigint REFERENCES report_subscription ON DELETE SET NULL,
	person_id       bigint NOT NULL REFERENCES person,
	report          report_kind NOT NULL,
	language        text NOT NULL CHECK (language IN ('en', 'ru')),
	zone            text NOT NULL CHECK (zone <> ''),
	supplier_id     bigint REFERENCES supplier,
	period_from     date NOT NULL,
	period_to       date NOT NULL,
	delivery        text NOT NULL CHECK (delivery IN ('mail', 'download')),
	state           report_state NOT NULL DEFAULT 'queued',
	progress_pct    smallint NOT NULL DEFAULT 0 CHECK (progress_pct BETWEEN 0 AND 100),
	attempts        smallint NOT NULL DEFAULT 0,
	not_before      timestamptz(0) NOT NULL,
	node            text,
	created_at      timestamptz(0) NOT NULL,
	started_at      timestamptz(0),
	made_at         timestamptz(0),
	file_name       text,
	size_bytes      bigint,
	sha256          bytea CHECK (length(sha256) = 32),
	error           text,
	outbox_id       bigint REFERENCES outbox,
	swept_at        timestamptz(0),
	UNIQUE (subscription_id, period_from, period_to),
	CHECK (period_to > period_from),
	CHECK ((state = 'done') = (made_at IS NOT NULL)),
	CHECK (state <> 'done' OR (file_name IS NOT NULL AND size_bytes IS NOT NULL AND sha256 IS NOT NULL)),
	CHECK (state <> 'failed' OR error IS NOT NULL)
);
CREATE INDEX report_run_person_idx ON report_run (person_id, id);
CREATE INDEX report_run_open_idx ON report_run (not_before, id) WHERE state IN ('queued', 'running');
CREATE INDEX report_run_made_idx ON report_run (made_at) WHERE swept_at IS NULL;
COMMENT ON TABLE report_run IS 'Workbooks to be made, being made, and made: of a subscription or on demand';
COMMENT ON COLUMN report_run.id IS 'Opaque id';
COMMENT ON COLUMN report_run.subscription_id IS 'Subscription it belongs to, once for each period; NULL: asked for by hand, or the subscription was deleted';
COMMENT ON COLUMN report_run.person_id IS 'For whom; their right is checked again when it is made';
COMMENT ON COLUMN report_run.report IS 'Which workbook';
COMMENT ON COLUMN report_run.language IS 'Language of the workbook';
COMMENT ON COLUMN report_run.zone IS 'IANA zone of its days and times';
COMMENT ON COLUMN report_run.supplier_id IS 'Only this supplier; NULL: all';
COMMENT ON COLUMN report_run.period_from IS 'First day';
COMMENT ON COLUMN report_run.period_to IS 'Day after the last';
COMMENT ON COLUMN report_run.delivery IS 'mail or download';
COMMENT ON COLUMN report_run.state IS 'queued, running, done or failed';
COMMENT ON COLUMN report_run.progress_pct IS 'How much is done, in percent';
COMMENT ON COLUMN report_run.attempts IS 'Times begun; a node may only finish the attempt that it began';
COMMENT ON COLUMN report_run.not_before IS 'Not begun earlier (a further try waits)';
COMMENT ON COLUMN report_run.node IS 'Host and process that began it last';
COMMENT ON COLUMN report_run.created_at IS 'When it was queued';
COMMENT ON COLUMN report_run.started_at IS 'When the last attempt began';
COMMENT ON COLUMN report_run.made_at IS 'When the file was finished';
COMMENT ON COLUMN report_run.file_name IS 'Name under which it is given';
COMMENT ON COLUMN report_run.size_bytes IS 'Bytes of the file';
COMMENT ON COLUMN report_run.sha256 IS 'SHA-256 of the file';
COMMENT ON COLUMN report_run.error IS 'Why the last attempt failed, in words for the person';
COMMENT ON COLUMN report_run.outbox_id IS 'Mail that carries it';
COMMENT ON COLUMN report_run.swept_at IS 'When the file was removed; the row stays';

CREATE TABLE report_run_part (
	run_id  bigint NOT NULL REFERENCES report_run ON DELETE CASCADE,
	ordinal integer NOT NULL CHECK (ordinal > 0),
	content bytea NOT NULL CHECK (length(content) > 0),
	PRIMARY KEY (run_id, ordinal)
);
ALTER TABLE report_run_part ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE report_run_part IS 'The file of a run in pieces, so that no node holds a large one in memory';
COMMENT ON COLUMN report_run_part.run_id IS 'Run';
COMMENT ON COLUMN report_run_part.ordinal IS 'n-th piece, from 1';
COMMENT ON COLUMN report_run_part.content IS 'Bytes, already compressed';
