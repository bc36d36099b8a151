-- What was agreed is evidence too: every state of a contract and its editions is an event of a chain, and anchors cover it.
CREATE TABLE contract_event (
	contract_id bigint NOT NULL,
	seq         integer NOT NULL CHECK (seq > 0),
	type        text NOT NULL CHECK (type IN ('contract', 'edition', 'edition_removed')),
	terms_id    bigint,
	recorded_at timestamptz(0) NOT NULL,
	actor_id    bigint REFERENCES person,
	data        jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
	xid         xid8 NOT NULL,
	hash        bytea NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (contract_id, seq),
	CHECK ((type = 'contract') = (terms_id IS NULL))
);
COMMENT ON TABLE contract_event IS 'Each state that a contract and its editions were in at the end of a transaction; append-only, hash-chained by contract, covered by anchors (docs/evidence.md)';
COMMENT ON COLUMN contract_event.contract_id IS 'Contract; no foreign key, so that the record outlives whatever is done to the contract';
COMMENT ON COLUMN contract_event.seq IS 'Number within the contract, from 1 without gaps';
COMMENT ON COLUMN contract_event.type IS 'contract: number, name, supplier and term; edition: terms with all their parts; edition_removed: an edition that judged nothing is gone';
COMMENT ON COLUMN contract_event.terms_id IS 'Edition; NULL: the contract itself';
COMMENT ON COLUMN contract_event.recorded_at IS 'When the transaction began that made it so';
COMMENT ON COLUMN contract_event.actor_id IS 'Who entered the edition; NULL: the program, the command line, or a change of the contract itself';
COMMENT ON COLUMN contract_event.data IS 'The state, flat: one key for each fact, such as "target 1 resolution": {"target_s", "goal_pct"} or "credit resolution below 95.00": 5.00';
COMMENT ON COLUMN contract_event.xid IS 'Transaction that wrote it; decides to which anchors it belongs';
COMMENT ON COLUMN contract_event.hash IS 'SHA-256 over the hash before it and the fields, by event_digest';

CREATE TABLE contract_chain (
	contract_id bigint PRIMARY KEY,
	seq         integer NOT NULL,
	head        bytea NOT NULL CHECK (length(head) = 32)
);
COMMENT ON TABLE contract_chain IS 'Head of each contract''s chain of events; the runtime role cannot write it';
COMMENT ON COLUMN contract_chain.contract_id IS 'Contract';
COMMENT ON COLUMN contract_chain.seq IS 'Number of its last event';
COMMENT ON COLUMN contract_chain.head IS 'Hash of its last event';

-- Anchors of format 2 have a tree for each kind of chain, so that one that does not hold says what was changed. Those made before stay as they are.
ALTER TABLE audit_anchor ADD COLUMN format smallint NOT NULL DEFAULT 1 CHECK (format IN (1, 2)),
	ADD COLUMN last_contract bigint NOT NULL DEFAULT 0,
	ADD COLUMN contracts bigint NOT NULL DEFAULT 0 CHECK (contracts >= 0),
	ADD COLUMN kind_roots bytea CHECK (length(kind_roots) = 4 * 32),
	ADD CHECK ((format = 2) = (kind_roots IS NOT NULL));
COMMENT ON COLUMN audit_anchor.format IS '1: one tree over tickets, cases and calendars; 2: a tree for each kind, contracts among them';
COMMENT ON COLUMN audit_anchor.last_contract IS 'Highest id of a contract in it, 0 without';
COMMENT ON COLUMN audit_anchor.contracts IS 'Leaves that are chains of contracts';
COMMENT ON COLUMN audit_anchor.kind_roots IS 'Roots of the trees of tickets, cases, calendars and contracts, one after the other; NULL in format 1';
