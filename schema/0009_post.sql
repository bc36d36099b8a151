-- Mail and webhooks: how what lies in the outbox leaves, what comes in, and what is set aside for a person to look at.
ALTER TYPE ticket_event_type ADD VALUE 'mail_failed';
ALTER TYPE case_event_type ADD VALUE 'mail_sent';
ALTER TYPE case_event_type ADD VALUE 'mail_failed';

CREATE TABLE mail_identity (
	one    boolean PRIMARY KEY DEFAULT true CHECK (one),
	secret bytea NOT NULL CHECK (length(secret) >= 16),
	domain text NOT NULL CHECK (domain ~ '^[a-z0-9.-]+$')
);
COMMENT ON TABLE mail_identity IS 'One row: what makes the Message-IDs of this installation its own';
COMMENT ON COLUMN mail_identity.one IS 'Always true';
COMMENT ON COLUMN mail_identity.secret IS 'Random; without it nobody can guess a Message-ID of ours';
COMMENT ON COLUMN mail_identity.domain IS 'Right side of our Message-IDs: the domain of mail.from, set by the program at start';
INSERT INTO mail_identity (secret, domain) VALUES (uuid_send(gen_random_uuid()), 'vakhta');

CREATE TABLE mail_message (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	direction    text NOT NULL CHECK (direction IN ('in', 'out')),
	raw          bytea NOT NULL,
	size_bytes   bigint NOT NULL,
	sha256       bytea NOT NULL CHECK (length(sha256) = 32),
	message_id   text,
	in_reply_to  text,
	thread       text[] NOT NULL DEFAULT '{}',
	from_address text NOT NULL DEFAULT '',
	from_name    text NOT NULL DEFAULT '',
	recipients   text[] NOT NULL DEFAULT '{}',
	subject      text NOT NULL DEFAULT '',
	dated_at     timestamptz(0),
	received_at  timestamptz(0) NOT NULL,
	recorded_at  timestamptz(0) NOT NULL,
	automatic    boolean NOT NULL DEFAULT false,
	authentication text NOT NULL DEFAULT '',
	body         text NOT NULL DEFAULT '',
	parts        jsonb NOT NULL DEFAULT '[]',
	account      text,
	uid_validity bigint,
	uid          bigint,
	outcome      text NOT NULL CHECK (outcome IN ('sent', 'recorded', 'opened', 'bounce', 'quarantined')),
	outbox_id    bigint REFERENCES outbox,
	ticket_id    bigint REFERENCES ticket,
	case_id      bigint REFERENCES supplier_case,
	supplier_id  bigint REFERENCES supplier,
	person_id    bigint REFERENCES person,
	event_seqs   integer[] NOT NULL DEFAULT '{}',
	CHECK (size_bytes = length(raw)),
	CHECK ((direction = 'out') = (outcome = 'sent'))
);
CREATE INDEX mail_message_sha256_idx ON mail_message (sha256);
CREATE INDEX mail_message_message_id_idx ON mail_message (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX mail_message_sender_idx ON mail_message (from_address, recorded_at) WHERE direction = 'in';
CREATE INDEX mail_message_case_idx ON mail_message (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX mail_message_ticket_idx ON mail_message (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX mail_message_outbox_idx ON mail_message (outbox_id) WHERE outbox_id IS NOT NULL;
COMMENT ON TABLE mail_message IS 'Every message as it came or left, byte by byte; append-only evidence';
COMMENT ON COLUMN mail_message.id IS 'Opaque id';
COMMENT ON COLUMN mail_message.direction IS 'in: came by IMAP; out: handed to the SMTP server';
COMMENT ON COLUMN mail_message.raw IS 'The bytes';
COMMENT ON COLUMN mail_message.size_bytes IS 'Size';
COMMENT ON COLUMN mail_message.sha256 IS 'SHA-256 of the bytes, as events name it';
COMMENT ON COLUMN mail_message.message_id IS 'Message-ID with angle brackets';
COMMENT ON COLUMN mail_message.in_reply_to IS 'In-Reply-To';
COMMENT ON COLUMN mail_message.thread IS 'Message-IDs of References and In-Reply-To';
COMMENT ON COLUMN mail_message.from_address IS 'Address of From in lower case, as claimed';
COMMENT ON COLUMN mail_message.from_name IS 'Name of From, as claimed';
COMMENT ON COLUMN mail_message.recipients IS 'Addresses of To and Cc';
COMMENT ON COLUMN mail_message.subject IS 'Subject, decoded';
COMMENT ON COLUMN mail_message.dated_at IS 'Date header, as claimed';
COMMENT ON COLUMN mail_message.received_at IS 'in: when our server received it (INTERNALDATE), from which clocks count; out: when the server took it';
COMMENT ON COLUMN mail_message.recorded_at IS 'When the program recorded it';
COMMENT ON COLUMN mail_message.automatic IS 'Says of itself that no person wrote it (Auto-Submitted, Precedence …)';
COMMENT ON COLUMN mail_message.authentication IS 'Authentication-Results of our own mail server (SPF, DKIM, DMARC)';
COMMENT ON COLUMN mail_message.body IS 'Text without quotes of what is answered';
COMMENT ON COLUMN mail_message.parts IS 'Files: [{"name","content_type","size_bytes","attachment"}]';
COMMENT ON COLUMN mail_message.account IS 'Mailbox it was fetched from';
COMMENT ON COLUMN mail_message.uid_validity IS 'UIDVALIDITY there';
COMMENT ON COLUMN mail_message.uid IS 'UID there';
COMMENT ON COLUMN mail_message.outcome IS 'sent; recorded: events of a case or a reply on a ticket; opened: a new ticket; bounce: a delivery report; quarantined: waits for a person';
COMMENT ON COLUMN mail_message.outbox_id IS 'out: row it was made from; bounce: row that it reports on';
COMMENT ON COLUMN mail_message.ticket_id IS 'Ticket';
COMMENT ON COLUMN mail_message.case_id IS 'Case';
COMMENT ON COLUMN mail_message.supplier_id IS 'Supplier whose address it came from';
COMMENT ON COLUMN mail_message.person_id IS 'Person whose address it came from';
COMMENT ON COLUMN mail_message.event_seqs IS 'Events that it became, in the case, else in the ticket';

CREATE TABLE mail_quarantine (
	message_id bigint PRIMARY KEY REFERENCES mail_message,
	reason     text NOT NULL CHECK (reason IN ('unknown_sender', 'not_the_supplier', 'no_thread', 'ambiguous', 'loop', 'duplicate', 'too_many', 'bounce_unmatched',
		'unreadable', 'too_large', 'case_ended', 'automatic', 'not_accepted', 'auth_failed')),
	detail     text NOT NULL DEFAULT '',
	guess_case_id   bigint REFERENCES supplier_case,
	guess_ticket_id bigint REFERENCES ticket,
	state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'assigned', 'discarded')),
	decided_by bigint REFERENCES person,
	decided_at timestamptz(0),
	decision   text CHECK (length(decision) <= 2000),
	ticket_id  bigint REFERENCES ticket,
	case_id    bigint REFERENCES supplier_case,
	event_seqs integer[] NOT NULL DEFAULT '{}',
	CHECK ((state = 'waiting') = (decided_at IS NULL)),
	CHECK (state <> 'discarded' OR decision IS NOT NULL)
);
CREATE INDEX mail_quarantine_waiting_idx ON mail_quarantine (message_id) WHERE state = 'waiting';
COMMENT ON TABLE mail_quarantine IS 'Messages that the rules did not take in by themselves, and what people decided about them';
COMMENT ON COLUMN mail_quarantine.message_id IS 'Message';
COMMENT ON COLUMN mail_quarantine.reason IS 'Rule that set it aside';
COMMENT ON COLUMN mail_quarantine.detail IS 'More about it, in words';
COMMENT ON COLUMN mail_quarantine.guess_case_id IS 'Case that it seems to be about';
COMMENT ON COLUMN mail_quarantine.guess_ticket_id IS 'Ticket that it seems to be about';
COMMENT ON COLUMN mail_quarantine.state IS 'waiting, assigned or discarded';
COMMENT ON COLUMN mail_quarantine.decided_by IS 'Who decided';
COMMENT ON COLUMN mail_quarantine.decided_at IS 'When';
COMMENT ON COLUMN mail_quarantine.decision IS 'Why it was discarded, or a note';
COMMENT ON COLUMN mail_quarantine.ticket_id IS 'Ticket it was assigned to';
COMMENT ON COLUMN mail_quarantine.case_id IS 'Case it was assigned to';
COMMENT ON COLUMN mail_quarantine.event_seqs IS 'Events that it then became';

CREATE TABLE mail_account (
	name         text PRIMARY KEY,
	uid_validity bigint NOT NULL DEFAULT 0,
	uid_done     bigint NOT NULL DEFAULT 0,
	uid_marked   bigint NOT NULL DEFAULT 0,
	checked_at   timestamptz(0),
	failed_at    timestamptz(0),
	error        text
);
COMMENT ON TABLE mail_account IS 'How far each mailbox is read';
COMMENT ON COLUMN mail_account.name IS 'user@host:port/mailbox';
COMMENT ON COLUMN mail_account.uid_validity IS 'UIDVALIDITY under which the UIDs hold';
COMMENT ON COLUMN mail_account.uid_done IS 'Highest UID that is recorded';
COMMENT ON COLUMN mail_account.uid_marked IS 'Highest UID that the server was told is read';
COMMENT ON COLUMN mail_account.checked_at IS 'Last time that the server answered';
COMMENT ON COLUMN mail_account.failed_at IS 'Since when it does not; NULL: it does';
COMMENT ON COLUMN mail_account.error IS 'Why';

-- 'sending': taken by a sender, or cut off when nobody can know whether it left; neither may be undone.
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'cancelled'));
ALTER TABLE outbox ADD COLUMN lease_until timestamptz(0), ADD COLUMN attempted_at timestamptz(0), ADD COLUMN reply_code integer,
	ADD COLUMN uncertain integer NOT NULL DEFAULT 0, ADD COLUMN failed_at timestamptz(0), ADD COLUMN bounced_at timestamptz(0),
	ADD COLUMN webhook_id bigint, ADD COLUMN decided_by bigint REFERENCES person,
	ADD CONSTRAINT outbox_sending_leased CHECK ((state = 'sending') = (lease_until IS NOT NULL));
DROP INDEX outbox_queue_idx;
CREATE INDEX outbox_queue_idx ON outbox ((coalesce(lease_until, not_before)), id) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_failed_idx ON outbox (id) WHERE state = 'failed';
CREATE INDEX outbox_case_idx ON outbox (case_id) WHERE case_id IS NOT NULL;
COMMENT ON COLUMN outbox.state IS 'queued; sending: a sender has it, or was cut off and nobody knows whether it left; sent; failed: given up or bounced; cancelled: undone in time';
COMMENT ON COLUMN outbox.lease_until IS 'sending: until when the sender has it; then it is tried again with the same Message-ID';
COMMENT ON COLUMN outbox.attempted_at IS 'Last try';
COMMENT ON COLUMN outbox.reply_code IS 'SMTP or HTTP code of the last answer';
COMMENT ON COLUMN outbox.uncertain IS 'Tries that were cut off after everything was handed over: the receiver may have it more than once';
COMMENT ON COLUMN outbox.failed_at IS 'When it was given up';
COMMENT ON COLUMN outbox.bounced_at IS 'When a report came that it was not delivered';
COMMENT ON COLUMN outbox.webhook_id IS 'kind webhook: subscription whose secret signs it; NULL: the configured one';
COMMENT ON COLUMN outbox.decided_by IS 'Who had it tried again or cancelled it';

CREATE TABLE outbox_attachment (
	outbox_id    bigint NOT NULL REFERENCES outbox ON DELETE CASCADE,
	ordinal      integer NOT NULL CHECK (ordinal > 0),
	name         text NOT NULL CHECK (name <> '' AND length(name) <= 255),
	content_type text NOT NULL CHECK (content_type ~ '^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$'),
	content      bytea NOT NULL,
	PRIMARY KEY (outbox_id, ordinal)
);
ALTER TABLE outbox_attachment ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE outbox_attachment IS 'Files that go with a mail of the outbox';
COMMENT ON COLUMN outbox_attachment.outbox_id IS 'Mail';
COMMENT ON COLUMN outbox_attachment.ordinal IS 'Order, from 1';
COMMENT ON COLUMN outbox_attachment.name IS 'File name';
COMMENT ON COLUMN outbox_attachment.content_type IS 'MIME type in lower case';
COMMENT ON COLUMN outbox_attachment.content IS 'The bytes';

ALTER TABLE supplier ADD COLUMN mail_domains text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN supplier.mail_domains IS 'Domains in lower case all of whose addresses are taken to be the supplier''s, beside mail and contacts';
