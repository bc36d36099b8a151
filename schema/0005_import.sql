-- Logs of other systems: what has been brought in already, so that a second run changes nothing and a longer log continues.
CREATE TABLE import_ticket (
	ticket_id       bigint PRIMARY KEY REFERENCES ticket,
	source          text NOT NULL CHECK (source <> ''),
	external_number text NOT NULL CHECK (external_number <> ''),
	row_count       integer NOT NULL CHECK (row_count > 0),
	digest          bytea NOT NULL CHECK (length(digest) = 32),
	ticket_version  integer NOT NULL,
	imported_at     timestamptz(0) NOT NULL,
	UNIQUE (source, external_number)
);
COMMENT ON TABLE import_ticket IS 'Tickets that vakhta import event-log made, with how much of their log is in';
COMMENT ON COLUMN import_ticket.ticket_id IS 'Ticket';
COMMENT ON COLUMN import_ticket.source IS 'Name of the system it came from, as in ticket.external_source';
COMMENT ON COLUMN import_ticket.external_number IS 'Its number there';
COMMENT ON COLUMN import_ticket.row_count IS 'Rows of the log that are in';
COMMENT ON COLUMN import_ticket.digest IS 'SHA-256 chained over those rows as the map reads them; a log that begins otherwise is refused';
COMMENT ON COLUMN import_ticket.ticket_version IS 'Version of the ticket after the import; another one means that somebody worked on it here since';
COMMENT ON COLUMN import_ticket.imported_at IS 'When its last rows came in';
