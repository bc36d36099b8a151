-- What a manager decides about pauses and links, and the way to the pauses of all cases.
CREATE TABLE supply_rule (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	late_entry_s bigint NOT NULL DEFAULT 14400 CHECK (late_entry_s BETWEEN 0 AND 31536000),
	link_days    integer NOT NULL DEFAULT 30 CHECK (link_days BETWEEN 1 AND 365),
	link_grace_h integer NOT NULL DEFAULT 72 CHECK (link_grace_h BETWEEN 0 AND 2160),
	version      integer NOT NULL DEFAULT 1
);
INSERT INTO supply_rule DEFAULT VALUES;
COMMENT ON TABLE supply_rule IS 'One row: rules of the ledger of pauses and of suppliers'' links';
COMMENT ON COLUMN supply_rule.one IS 'There is one row';
COMMENT ON COLUMN supply_rule.late_entry_s IS 'What is entered more than so many seconds after it occurred is a late entry';
COMMENT ON COLUMN supply_rule.link_days IS 'Days for which a link in a mail holds';
COMMENT ON COLUMN supply_rule.link_grace_h IS 'Hours for which a link may still be read after its case ended';
COMMENT ON COLUMN supply_rule.version IS 'Grows with each change; the ETag';

CREATE INDEX case_event_pause_idx ON case_event (case_id, seq) WHERE type = 'info_requested';
CREATE INDEX case_event_corrected_idx ON case_event (case_id, seq) WHERE type = 'corrected';
