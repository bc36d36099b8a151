-- Queries and time: an index of attribute values, saved queries, baselines; what history says of relations and users.
-- The rules stand in rules/32_history.sql and rules/37_query.sql.

CREATE TABLE ci_value (
	ci_id        bigint NOT NULL REFERENCES ci,
	attribute_id bigint NOT NULL REFERENCES ci_attribute,
	number       numeric,
	word         text COLLATE "C",
	PRIMARY KEY (ci_id, attribute_id),
	CHECK ((number IS NULL) <> (word IS NULL))
);
CREATE INDEX ci_value_number_idx ON ci_value (attribute_id, number, ci_id) WHERE number IS NOT NULL;
CREATE INDEX ci_value_word_idx ON ci_value (attribute_id, word, ci_id) WHERE word IS NOT NULL;
COMMENT ON TABLE ci_value IS 'Values of attributes that are indexed or unique, for queries. Kept by the triggers of ci and ci_attribute';
COMMENT ON COLUMN ci_value.ci_id IS 'CI that has the value';
COMMENT ON COLUMN ci_value.attribute_id IS 'Attribute';
COMMENT ON COLUMN ci_value.number IS 'Value of an integer, a decimal, a reference';
COMMENT ON COLUMN ci_value.word IS 'Value of every other type as text, its first 400 characters';

-- Order of the list, and values that are searched for as they are.
CREATE INDEX ci_order_idx ON ci (name, id) INCLUDE (class_id);
CREATE INDEX ci_external_key_idx ON ci (external_key) WHERE external_key IS NOT NULL;

-- A relation that holds again does not begin before it last ended; and its history names ticket and way.
CREATE INDEX ci_relation_ended_idx ON ci_relation (source_id, target_id, type, valid_to) WHERE valid_to IS NOT NULL;
ALTER TABLE ci_relation ADD COLUMN ticket_id bigint, ADD COLUMN ended_via text CHECK (ended_via <> ''), ADD COLUMN ended_ticket_id bigint;
ALTER TABLE ci_user ADD COLUMN origin text NOT NULL DEFAULT 'manual' CHECK (origin <> ''), ADD COLUMN ended_via text CHECK (ended_via <> '');
COMMENT ON COLUMN ci_relation.ticket_id IS 'Ticket under which it was recorded, if any';
COMMENT ON COLUMN ci_relation.ended_via IS 'Through what it was ended: manual, import, agent; NULL: not said';
COMMENT ON COLUMN ci_relation.ended_ticket_id IS 'Ticket under which it was ended, if any';
COMMENT ON COLUMN ci_user.origin IS 'Through what it was recorded: manual, import, agent';
COMMENT ON COLUMN ci_user.ended_via IS 'Through what it was ended; NULL: not said';

CREATE TABLE ci_query (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name       text NOT NULL CHECK (name <> '' AND length(name) <= 100),
	text       text NOT NULL CHECK (text <> '' AND length(text) <= 4000),
	columns    text[] NOT NULL DEFAULT '{}',
	owner_id   bigint NOT NULL REFERENCES person,
	shared     text NOT NULL CHECK (shared IN ('person', 'team', 'all')),
	team_id    bigint REFERENCES team,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz(0) NOT NULL,
	updated_at timestamptz(0) NOT NULL,
	CHECK ((shared = 'team') = (team_id IS NOT NULL))
);
CREATE UNIQUE INDEX ci_query_name_key ON ci_query (owner_id, lower(name));
COMMENT ON TABLE ci_query IS 'Saved queries of CIs';
COMMENT ON COLUMN ci_query.id IS 'Opaque id';
COMMENT ON COLUMN ci_query.name IS 'Name, once for each person';
COMMENT ON COLUMN ci_query.text IS 'The query as typed';
COMMENT ON COLUMN ci_query.columns IS 'Columns to show, in order; empty: the usual ones';
COMMENT ON COLUMN ci_query.owner_id IS 'Who saved it';
COMMENT ON COLUMN ci_query.shared IS 'Who sees it: person (the owner alone), team, all';
COMMENT ON COLUMN ci_query.team_id IS 'Team that sees it';
COMMENT ON COLUMN ci_query.version IS 'Grows with each change; the ETag';
COMMENT ON COLUMN ci_query.created_at IS 'When saved';
COMMENT ON COLUMN ci_query.updated_at IS 'When last changed';

CREATE TABLE ci_baseline (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name       text NOT NULL CHECK (name <> '' AND length(name) <= 100),
	note       text NOT NULL DEFAULT '',
	kind       text NOT NULL CHECK (kind IN ('class', 'query', 'service')),
	class_id   bigint REFERENCES ci_class,
	query      text,
	service_id bigint REFERENCES ci,
	at         timestamptz(0) NOT NULL,
	members    integer NOT NULL CHECK (members >= 0),
	created_by bigint REFERENCES person,
	created_at timestamptz(0) NOT NULL,
	CONSTRAINT ci_baseline_name_key UNIQUE (name),
	CHECK ((kind = 'class') = (class_id IS NOT NULL) AND (kind = 'query') = (query IS NOT NULL) AND (kind = 'service') = (service_id IS NOT NULL))
);
COMMENT ON TABLE ci_baseline IS 'Named states of a class, a query or a service with what it stands on; never changed';
COMMENT ON COLUMN ci_baseline.id IS 'Opaque id';
COMMENT ON COLUMN ci_baseline.name IS 'Name';
COMMENT ON COLUMN ci_baseline.note IS 'What it is kept for';
COMMENT ON COLUMN ci_baseline.kind IS 'What it holds: class (with those below it), query, service (and what it depends on)';
COMMENT ON COLUMN ci_baseline.class_id IS 'The class';
COMMENT ON COLUMN ci_baseline.query IS 'The query as typed';
COMMENT ON COLUMN ci_baseline.service_id IS 'The service';
COMMENT ON COLUMN ci_baseline.at IS 'Instant whose state it names';
COMMENT ON COLUMN ci_baseline.members IS 'CIs it holds';
COMMENT ON COLUMN ci_baseline.created_by IS 'Who named it';
COMMENT ON COLUMN ci_baseline.created_at IS 'When';

CREATE TABLE ci_baseline_member (
	baseline_id bigint NOT NULL REFERENCES ci_baseline,
	ci_id       bigint NOT NULL,
	version     integer NOT NULL,
	relations   bigint[] NOT NULL,
	PRIMARY KEY (baseline_id, ci_id),
	FOREIGN KEY (ci_id, version) REFERENCES ci_version (ci_id, version)
);
CREATE INDEX ci_baseline_member_ci_idx ON ci_baseline_member (ci_id);
COMMENT ON TABLE ci_baseline_member IS 'CIs of a baseline in the version that held then';
COMMENT ON COLUMN ci_baseline_member.baseline_id IS 'Baseline';
COMMENT ON COLUMN ci_baseline_member.ci_id IS 'CI';
COMMENT ON COLUMN ci_baseline_member.version IS 'Its version then';
COMMENT ON COLUMN ci_baseline_member.relations IS 'Ids of the relations from it that held then';

-- What is there already.
INSERT INTO ci_value (ci_id, attribute_id, number, word)
SELECT ci.id, a.id, CASE WHEN a.type IN ('integer', 'decimal', 'reference') THEN (ci.attributes ->> a.name)::numeric END,
	CASE WHEN a.type NOT IN ('integer', 'decimal', 'reference') THEN left(ci.attributes ->> a.name, 400) END
FROM ci JOIN ci_class c ON c.id = ci.class_id JOIN ci_attribute a ON a.class_id = ANY (c.lineage)
WHERE (a.indexed OR a.unique_within) AND NOT a.retired AND a.type <> 'json' AND ci.attributes ->> a.name IS NOT NULL;
