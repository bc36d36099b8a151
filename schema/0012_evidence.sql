-- Pauses with consent, objections of suppliers, and the links by which suppliers see their cases.
ALTER TYPE case_event_type ADD VALUE 'pause_agreed';
ALTER TYPE case_event_type ADD VALUE 'pause_contested';
ALTER TYPE case_event_type ADD VALUE 'event_contested';
ALTER TYPE case_event_type ADD VALUE 'contest_decided';
ALTER TYPE case_event_type ADD VALUE 'pause_noted';
COMMENT ON COLUMN case_event.data IS 'By type. sent, priority_changed, calendar_changed: {"targets":[{"metric","target_s","calendar_version"}],"contract","contract_version"}; corrected: {"of": seq, "occurred_at": instant, or "void": true, "contest"}; pause_agreed, pause_contested, event_contested, pause_noted: {"of": seq}; contest_decided: {"of": seq, "contest", "outcome"}; any: {"supplier_ref"}, {"pause_reason": key}, {"evidence": {"via":"desk"|"link"|"mail", "link", "address", "name", "message_sha256", "attachment", "attachment_sha256"}}';

CREATE TABLE case_link (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	purpose       text NOT NULL CHECK (purpose IN ('case', 'coordinator')),
	case_id       bigint REFERENCES supplier_case,
	supplier_id   bigint NOT NULL REFERENCES supplier,
	salt          bigint NOT NULL DEFAULT ('x' || left(gen_random_uuid()::text, 8))::bit(32)::bigint CHECK (salt BETWEEN 0 AND 4294967295),
	recipient     text NOT NULL DEFAULT '',
	created_at    timestamptz(0) NOT NULL,
	created_by    bigint REFERENCES person,
	expires_at    timestamptz(0) NOT NULL,
	browser_hash  bytea CHECK (length(browser_hash) = 32),
	bound_at      timestamptz(0),
	bound_address text,
	used_at       timestamptz(0),
	revoked_at    timestamptz(0),
	revoked_by    bigint REFERENCES person,
	CHECK ((purpose = 'case') = (case_id IS NOT NULL)),
	CHECK ((browser_hash IS NULL) = (bound_at IS NULL)),
	CHECK (expires_at > created_at)
);
CREATE INDEX case_link_case_idx ON case_link (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX case_link_supplier_idx ON case_link (supplier_id, id) WHERE case_id IS NULL;
COMMENT ON TABLE case_link IS 'Links for suppliers without an account. The token itself is stored nowhere: it is id, salt and expiry with their HMAC under http.link_key, made anew whenever a mail leaves';
COMMENT ON COLUMN case_link.id IS 'Opaque id; named in the evidence of what was done with the link';
COMMENT ON COLUMN case_link.purpose IS 'case: shows one case; coordinator: shows all open cases of the supplier';
COMMENT ON COLUMN case_link.case_id IS 'Case shown';
COMMENT ON COLUMN case_link.supplier_id IS 'Supplier it was made for';
COMMENT ON COLUMN case_link.salt IS 'Random part of the token, so that a row made anew after a restore does not take an old token';
COMMENT ON COLUMN case_link.recipient IS 'Address it was sent to, as far as known';
COMMENT ON COLUMN case_link.created_at IS 'When made';
COMMENT ON COLUMN case_link.created_by IS 'Who made it; NULL: the program, for a mail';
COMMENT ON COLUMN case_link.expires_at IS 'From then on it shows nothing';
COMMENT ON COLUMN case_link.browser_hash IS 'SHA-256 of the cookie of the browser that acted first; others may only read';
COMMENT ON COLUMN case_link.bound_at IS 'When it acted first';
COMMENT ON COLUMN case_link.bound_address IS 'From which network address';
COMMENT ON COLUMN case_link.used_at IS 'Last time the page was opened';
COMMENT ON COLUMN case_link.revoked_at IS 'Revoked; shows nothing from then on';
COMMENT ON COLUMN case_link.revoked_by IS 'By whom';

ALTER TABLE outbox ADD COLUMN link_id bigint REFERENCES case_link;
COMMENT ON COLUMN outbox.link_id IS 'Link whose address replaces the mark in the text when the mail leaves; the text kept here never holds it';

CREATE TABLE contest (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id      bigint NOT NULL REFERENCES supplier_case,
	kind         text NOT NULL CHECK (kind IN ('pause', 'event')),
	event_seq    integer NOT NULL,
	raised_seq   integer NOT NULL,
	reason       text NOT NULL CHECK (reason <> '' AND length(reason) <= 4000),
	wanted       text NOT NULL CHECK (wanted IN ('void', 'instant')),
	wanted_at    timestamptz(0),
	link_id      bigint REFERENCES case_link,
	person_id    bigint REFERENCES person,
	raised_by    text NOT NULL DEFAULT '',
	raised_at    timestamptz(0) NOT NULL,
	state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'rejected')),
	decided_by   bigint REFERENCES person,
	decided_at   timestamptz(0),
	decision     text CHECK (length(decision) <= 4000),
	decided_seq  integer,
	corrected_seq integer,
	FOREIGN KEY (case_id, event_seq) REFERENCES case_event (case_id, seq),
	FOREIGN KEY (case_id, raised_seq) REFERENCES case_event (case_id, seq),
	FOREIGN KEY (case_id, decided_seq) REFERENCES case_event (case_id, seq),
	FOREIGN KEY (case_id, corrected_seq) REFERENCES case_event (case_id, seq),
	CHECK ((wanted = 'instant') = (wanted_at IS NOT NULL)),
	CHECK ((state = 'open') = (decided_at IS NULL)),
	CHECK ((decided_at IS NULL) = (decision IS NULL)),
	CHECK (corrected_seq IS NULL OR state = 'upheld')
);
CREATE UNIQUE INDEX contest_one_open_key ON contest (case_id, event_seq) WHERE state = 'open';
CREATE INDEX contest_case_idx ON contest (case_id, id);
CREATE INDEX contest_open_idx ON contest (id) WHERE state = 'open';
COMMENT ON TABLE contest IS 'Objections of suppliers to a pause or an event, and what was decided; each step stands in the case''s chain too';
COMMENT ON COLUMN contest.id IS 'Opaque id';
COMMENT ON COLUMN contest.case_id IS 'Case';
COMMENT ON COLUMN contest.kind IS 'pause: the event began or ended a pause as the supplier sees it; event: any other';
COMMENT ON COLUMN contest.event_seq IS 'Event objected to';
COMMENT ON COLUMN contest.raised_seq IS 'Event of the case that raised it';
COMMENT ON COLUMN contest.reason IS 'Why, in the supplier''s words';
COMMENT ON COLUMN contest.wanted IS 'void: it did not happen; instant: it happened at wanted_at';
COMMENT ON COLUMN contest.wanted_at IS 'When it happened according to the supplier';
COMMENT ON COLUMN contest.link_id IS 'Link through which it was raised';
COMMENT ON COLUMN contest.person_id IS 'Member of staff who entered it for the supplier';
COMMENT ON COLUMN contest.raised_by IS 'Name that the supplier gave';
COMMENT ON COLUMN contest.raised_at IS 'When';
COMMENT ON COLUMN contest.state IS 'open, upheld or rejected';
COMMENT ON COLUMN contest.decided_by IS 'Who decided';
COMMENT ON COLUMN contest.decided_at IS 'When';
COMMENT ON COLUMN contest.decision IS 'Why it was decided so';
COMMENT ON COLUMN contest.decided_seq IS 'Event contest_decided';
COMMENT ON COLUMN contest.corrected_seq IS 'Event corrected that followed an upheld objection';

CREATE TABLE pause_consent (
	case_id    bigint NOT NULL,
	from_seq   integer NOT NULL,
	state      text NOT NULL DEFAULT 'unanswered' CHECK (state IN ('unanswered', 'agreed', 'contested')),
	reason     text CHECK (length(reason) <= 4000),
	contest_id bigint REFERENCES contest,
	link_id    bigint REFERENCES case_link,
	answered_by text NOT NULL DEFAULT '',
	answered_at timestamptz(0),
	event_seq  integer,
	PRIMARY KEY (case_id, from_seq),
	FOREIGN KEY (case_id, from_seq) REFERENCES case_event (case_id, seq),
	FOREIGN KEY (case_id, event_seq) REFERENCES case_event (case_id, seq),
	CHECK ((state = 'unanswered') = (answered_at IS NULL)),
	CHECK (state <> 'contested' OR reason IS NOT NULL)
);
COMMENT ON TABLE pause_consent IS 'What the supplier says to a pause; a pause without a row is unanswered. The answer itself is an event of the case';
COMMENT ON COLUMN pause_consent.case_id IS 'Case';
COMMENT ON COLUMN pause_consent.from_seq IS 'Event that began the pause: its name together with the case';
COMMENT ON COLUMN pause_consent.state IS 'unanswered, agreed or contested';
COMMENT ON COLUMN pause_consent.reason IS 'Why it is contested';
COMMENT ON COLUMN pause_consent.contest_id IS 'The objection';
COMMENT ON COLUMN pause_consent.link_id IS 'Link through which it was answered';
COMMENT ON COLUMN pause_consent.answered_by IS 'Name that the supplier gave';
COMMENT ON COLUMN pause_consent.answered_at IS 'When';
COMMENT ON COLUMN pause_consent.event_seq IS 'Event of the answer';

ALTER TABLE attachment ADD COLUMN case_id bigint REFERENCES supplier_case,
	ADD COLUMN case_seq integer,
	ADD COLUMN for_supplier boolean NOT NULL DEFAULT false,
	ADD COLUMN link_id bigint REFERENCES case_link,
	ADD FOREIGN KEY (case_id, case_seq) REFERENCES case_event (case_id, seq),
	ADD CHECK (case_id IS NOT NULL OR (case_seq IS NULL AND link_id IS NULL AND NOT for_supplier));
CREATE INDEX attachment_case_idx ON attachment (case_id, case_seq) WHERE case_id IS NOT NULL;
COMMENT ON COLUMN attachment.case_id IS 'Case whose evidence it is; such files are never the reporter''s to see';
COMMENT ON COLUMN attachment.case_seq IS 'Event it belongs to; NULL: uploaded, not yet named by an event';
COMMENT ON COLUMN attachment.for_supplier IS 'The supplier sees it through its links';
COMMENT ON COLUMN attachment.link_id IS 'Link through which the supplier sent it; then author_id is NULL';
