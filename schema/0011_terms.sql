-- Contracts as they were: what was agreed stands in editions with the days in which each holds; a case keeps the edition that judged it.
CREATE TABLE contract_terms (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	contract_id   bigint NOT NULL REFERENCES contract,
	version       integer NOT NULL CHECK (version > 0),
	valid         daterange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
	price         numeric(14,2) CHECK (price >= 0),
	currency      text CHECK (currency ~ '^[A-Z]{3}$'),
	price_period  text NOT NULL DEFAULT 'month' CHECK (price_period IN ('month', 'quarter', 'year')),
	calendar_id   bigint NOT NULL REFERENCES calendar,
	pause_limit_s bigint NOT NULL DEFAULT 288000 CHECK (pause_limit_s > 0),
	credit_cap_pct numeric(5,2) CHECK (credit_cap_pct > 0 AND credit_cap_pct <= 100),
	automatic_acknowledges boolean NOT NULL DEFAULT false,
	note          text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	created_at    timestamptz(0) NOT NULL,
	created_by    bigint REFERENCES person,
	UNIQUE (contract_id, version),
	UNIQUE (id, contract_id),
	CHECK ((price IS NULL) = (currency IS NULL)),
	CONSTRAINT contract_terms_apart EXCLUDE USING gist (contract_id WITH =, valid WITH &&)
);
CREATE INDEX contract_terms_calendar_idx ON contract_terms (calendar_id);
COMMENT ON TABLE contract_terms IS 'Editions of a contract''s terms; one that judged a case never changes, only its end may come earlier';
COMMENT ON COLUMN contract_terms.id IS 'Opaque id; what a case refers to';
COMMENT ON COLUMN contract_terms.contract_id IS 'Contract';
COMMENT ON COLUMN contract_terms.version IS 'n-th edition of this contract; a number is never given twice';
COMMENT ON COLUMN contract_terms.valid IS 'Days [first, day after the last) in which it holds for new cases, in the zone of its calendar; no upper bound: until the next edition or the end of the contract';
COMMENT ON COLUMN contract_terms.price IS 'Price for price_period';
COMMENT ON COLUMN contract_terms.currency IS 'ISO 4217';
COMMENT ON COLUMN contract_terms.price_period IS 'month, quarter or year';
COMMENT ON COLUMN contract_terms.calendar_id IS 'Calendar that counts';
COMMENT ON COLUMN contract_terms.pause_limit_s IS 'Working seconds after which a pause is listed as long (default 10 days of 8 hours)';
COMMENT ON COLUMN contract_terms.credit_cap_pct IS 'Most that the credits of one month may come to, percent of that month''s price; NULL: the whole price';
COMMENT ON COLUMN contract_terms.automatic_acknowledges IS 'An automatic mail of the supplier counts as an acknowledgement';
COMMENT ON COLUMN contract_terms.note IS 'Why this edition was made, such as the amendment''s number';
COMMENT ON COLUMN contract_terms.created_at IS 'When it was entered';
COMMENT ON COLUMN contract_terms.created_by IS 'By whom; NULL: the program or the command line';

INSERT INTO contract_terms (contract_id, version, valid, price, currency, price_period, calendar_id, pause_limit_s, note, created_at)
SELECT id, 1, daterange(valid_from, NULL), price, currency, price_period, calendar_id, pause_limit_s, '', now() FROM contract ORDER BY id;

-- The parts of the terms refer to their edition.
ALTER TABLE contract_target ADD terms_id bigint;
UPDATE contract_target x SET terms_id = t.id FROM contract_terms t WHERE t.contract_id = x.contract_id;
ALTER TABLE contract_target DROP CONSTRAINT contract_target_pkey, DROP contract_id, ALTER terms_id SET NOT NULL,
	ADD PRIMARY KEY (terms_id, priority, metric), ADD FOREIGN KEY (terms_id) REFERENCES contract_terms ON DELETE CASCADE;
COMMENT ON TABLE contract_target IS 'Targets of an edition by priority';
COMMENT ON COLUMN contract_target.terms_id IS 'Edition of the terms';

ALTER TABLE contract_credit ADD terms_id bigint;
UPDATE contract_credit x SET terms_id = t.id FROM contract_terms t WHERE t.contract_id = x.contract_id;
ALTER TABLE contract_credit DROP CONSTRAINT contract_credit_pkey, DROP contract_id, ALTER terms_id SET NOT NULL,
	ADD PRIMARY KEY (terms_id, metric, below_pct), ADD FOREIGN KEY (terms_id) REFERENCES contract_terms ON DELETE CASCADE;
COMMENT ON COLUMN contract_credit.terms_id IS 'Edition of the terms';

ALTER TABLE contract_coverage ADD id bigint GENERATED ALWAYS AS IDENTITY, ADD terms_id bigint, ADD class_id bigint REFERENCES ci_class,
	ADD filter jsonb;
UPDATE contract_coverage x SET terms_id = t.id FROM contract_terms t WHERE t.contract_id = x.contract_id;
ALTER TABLE contract_coverage DROP CONSTRAINT contract_coverage_pkey, DROP contract_id, ALTER terms_id SET NOT NULL,
	ALTER ci_id DROP NOT NULL, ADD PRIMARY KEY (id), ADD FOREIGN KEY (terms_id) REFERENCES contract_terms ON DELETE CASCADE,
	ADD CHECK ((ci_id IS NULL) <> (class_id IS NULL)), ADD CHECK (filter IS NULL OR (class_id IS NOT NULL AND jsonb_typeof(filter) = 'object'));
CREATE UNIQUE INDEX contract_coverage_ci_key ON contract_coverage (terms_id, ci_id) WHERE ci_id IS NOT NULL;
CREATE UNIQUE INDEX contract_coverage_class_key ON contract_coverage (terms_id, class_id, coalesce(filter, '{}')) WHERE class_id IS NOT NULL;
CREATE INDEX contract_coverage_class_idx ON contract_coverage (class_id) WHERE class_id IS NOT NULL;
COMMENT ON TABLE contract_coverage IS 'What an edition covers: a service or CI, or the CIs of a class that fit a filter';
COMMENT ON COLUMN contract_coverage.id IS 'Opaque id';
COMMENT ON COLUMN contract_coverage.terms_id IS 'Edition of the terms';
COMMENT ON COLUMN contract_coverage.class_id IS 'Class whose CIs, also of the classes below it, are covered';
COMMENT ON COLUMN contract_coverage.filter IS '{attribute: value}: only CIs whose attributes are all so; NULL: every CI of the class';

CREATE TABLE contract_pause_reason (
	terms_id  bigint NOT NULL REFERENCES contract_terms ON DELETE CASCADE,
	key       text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]{0,40}$'),
	name_en   text NOT NULL CHECK (name_en <> '' AND length(name_en) <= 100),
	name_ru   text NOT NULL CHECK (name_ru <> '' AND length(name_ru) <= 100),
	waits_for text NOT NULL CHECK (waits_for IN ('us', 'supplier')),
	position  integer NOT NULL,
	PRIMARY KEY (terms_id, key)
);
COMMENT ON TABLE contract_pause_reason IS 'Reasons for which the clocks of a case may pause, by edition';
COMMENT ON COLUMN contract_pause_reason.terms_id IS 'Edition of the terms';
COMMENT ON COLUMN contract_pause_reason.key IS 'Stable short name; stands in events';
COMMENT ON COLUMN contract_pause_reason.name_en IS 'In English';
COMMENT ON COLUMN contract_pause_reason.name_ru IS 'In Russian';
COMMENT ON COLUMN contract_pause_reason.waits_for IS 'Whose move ends the pause: us or supplier';
COMMENT ON COLUMN contract_pause_reason.position IS 'Order on pages';

CREATE TABLE contract_escalation_step (
	terms_id bigint NOT NULL REFERENCES contract_terms ON DELETE CASCADE,
	at_pct   smallint NOT NULL CHECK (at_pct BETWEEN 1 AND 200),
	role     text NOT NULL CHECK (role IN ('owner', 'lead', 'coordinator', 'supplier_manager')),
	position integer NOT NULL,
	PRIMARY KEY (terms_id, at_pct, role)
);
COMMENT ON TABLE contract_escalation_step IS 'Who is written to when a clock has used a share of its target, by edition';
COMMENT ON COLUMN contract_escalation_step.terms_id IS 'Edition of the terms';
COMMENT ON COLUMN contract_escalation_step.at_pct IS 'Share of the target in percent; beyond 100: that long overdue';
COMMENT ON COLUMN contract_escalation_step.role IS 'owner and lead of the ticket; coordinator and supplier_manager: contacts of the supplier with the roles coordinator and manager';
COMMENT ON COLUMN contract_escalation_step.position IS 'Order on pages';

INSERT INTO contract_pause_reason (terms_id, key, name_en, name_ru, waits_for, position)
SELECT t.id, r.* FROM contract_terms t CROSS JOIN (VALUES
	('information', 'Information from us is needed', 'Нужны сведения от нас', 'us', 1),
	('access', 'Access to the place or system is needed', 'Нужен доступ к объекту или системе', 'us', 2),
	('decision', 'A decision or approval of ours is needed', 'Нужно наше решение или согласование', 'us', 3),
	('maintenance_window', 'Waiting for the agreed maintenance window', 'Ожидание согласованного окна обслуживания', 'us', 4),
	('third_party', 'Waiting for a third party of the supplier', 'Ожидание третьей стороны поставщика', 'supplier', 5)) AS r;
INSERT INTO contract_escalation_step (terms_id, at_pct, role, position)
SELECT t.id, r.* FROM contract_terms t CROSS JOIN (VALUES (50, 'owner', 1), (75, 'lead', 2), (75, 'coordinator', 3), (100, 'lead', 4),
	(100, 'supplier_manager', 5)) AS r;

-- A case keeps its edition.
ALTER TABLE supplier_case ADD terms_id bigint, ADD reason jsonb NOT NULL DEFAULT '{}';
UPDATE supplier_case c SET terms_id = t.id FROM contract_terms t WHERE t.contract_id = c.contract_id;
ALTER TABLE supplier_case ALTER terms_id SET NOT NULL, ADD FOREIGN KEY (terms_id, contract_id) REFERENCES contract_terms (id, contract_id);
CREATE INDEX supplier_case_terms_idx ON supplier_case (terms_id, sent_at);
COMMENT ON COLUMN supplier_case.terms_id IS 'Edition of the terms in force when the case was sent; it judges for ever';
COMMENT ON COLUMN supplier_case.reason IS 'Why this contract, for words in any language: {"by":"ci"|"class"|"named","steps":[{"id","name","relation","inverse"}],"class","filter"}';
COMMENT ON COLUMN supplier_case.why IS 'Why this contract was chosen, as the way through the CMDB';

ALTER TABLE contract DROP price, DROP currency, DROP price_period, DROP calendar_id, DROP pause_limit_s;
COMMENT ON TABLE contract IS 'Underpinning contracts; their measurable terms stand in contract_terms';
