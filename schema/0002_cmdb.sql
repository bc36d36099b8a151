-- Configuration items. Services are CIs of the class business_service and those below it.
-- The rules (who writes ci_version, ci_unique, ci_class.lineage) stand in rules/30_cmdb.sql.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TYPE attribute_type AS ENUM ('text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'enum', 'reference', 'url', 'ip', 'mac', 'json');
CREATE TYPE ci_status AS ENUM ('planned', 'in_use', 'in_repair', 'spare', 'retired');
COMMENT ON TYPE attribute_type IS 'Types of CI attributes';
COMMENT ON TYPE ci_status IS 'Life of a CI; retired ones stay for history';

CREATE TABLE ci_class (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name      text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	parent_id bigint REFERENCES ci_class,
	lineage   bigint[] NOT NULL DEFAULT '{}',
	abstract  boolean NOT NULL DEFAULT false,
	label_en  text NOT NULL CHECK (label_en <> ''),
	label_ru  text NOT NULL CHECK (label_ru <> ''),
	purpose   text NOT NULL DEFAULT '',
	position  integer NOT NULL DEFAULT 0,
	version   integer NOT NULL DEFAULT 1
);
CREATE INDEX ci_class_lineage_idx ON ci_class USING gin (lineage);
COMMENT ON TABLE ci_class IS 'Tree of CI classes; attributes are inherited';
COMMENT ON COLUMN ci_class.id IS 'Opaque id';
COMMENT ON COLUMN ci_class.name IS 'Name in API and files';
COMMENT ON COLUMN ci_class.parent_id IS 'Class it inherits from; never changes';
COMMENT ON COLUMN ci_class.lineage IS 'Ids from the root down to the class itself (set by the trigger): its attributes are those of all of them';
COMMENT ON COLUMN ci_class.abstract IS 'Has no CIs of its own';
COMMENT ON COLUMN ci_class.label_en IS 'English label';
COMMENT ON COLUMN ci_class.label_ru IS 'Russian label';
COMMENT ON COLUMN ci_class.purpose IS 'What decisions the class serves';
COMMENT ON COLUMN ci_class.position IS 'Order among its siblings';
COMMENT ON COLUMN ci_class.version IS 'Grows with each change of the class or of attributes it has; the ETag';

CREATE TABLE ci_attribute (
	id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	class_id           bigint NOT NULL REFERENCES ci_class,
	name               text NOT NULL CONSTRAINT ci_attribute_name_form CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	type               attribute_type NOT NULL,
	unit               text,
	required           boolean NOT NULL DEFAULT false,
	unique_within      boolean NOT NULL DEFAULT false,
	label_en           text NOT NULL,
	label_ru           text NOT NULL,
	choices            jsonb,
	reference_class_id bigint REFERENCES ci_class,
	purpose            text NOT NULL DEFAULT '',
	owner              text NOT NULL DEFAULT '',
	source             text NOT NULL DEFAULT '',
	review_days        integer CHECK (review_days > 0),
	position           integer NOT NULL DEFAULT 0,
	retired            boolean NOT NULL DEFAULT false,
	UNIQUE (class_id, name),
	CHECK ((type = 'enum') = (choices IS NOT NULL)),
	CHECK (type = 'reference' OR reference_class_id IS NULL)
);
COMMENT ON TABLE ci_attribute IS 'Attributes of a class and of those below it';
COMMENT ON COLUMN ci_attribute.id IS 'Opaque id';
COMMENT ON COLUMN ci_attribute.class_id IS 'Class that declares it';
COMMENT ON COLUMN ci_attribute.name IS 'Key in ci.attributes';
COMMENT ON COLUMN ci_attribute.type IS 'Type of the value';
COMMENT ON COLUMN ci_attribute.unit IS 'Unit of a number';
COMMENT ON COLUMN ci_attribute.required IS 'Must be given';
COMMENT ON COLUMN ci_attribute.unique_within IS 'No two CIs that are not retired, of the declaring class or below, share a value';
COMMENT ON COLUMN ci_attribute.label_en IS 'English label';
COMMENT ON COLUMN ci_attribute.label_ru IS 'Russian label';
COMMENT ON COLUMN ci_attribute.choices IS 'Enum values: [{"value","label_en","label_ru"}]';
COMMENT ON COLUMN ci_attribute.reference_class_id IS 'Class that a reference must point to';
COMMENT ON COLUMN ci_attribute.purpose IS 'Decision that the attribute serves';
COMMENT ON COLUMN ci_attribute.owner IS 'Who answers for the values';
COMMENT ON COLUMN ci_attribute.source IS 'Where the values come from';
COMMENT ON COLUMN ci_attribute.review_days IS 'Days after which a value should be checked';
COMMENT ON COLUMN ci_attribute.position IS 'Order on pages';
COMMENT ON COLUMN ci_attribute.retired IS 'No longer recorded; values there are stay until they are removed';

CREATE TABLE ci (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	class_id     bigint NOT NULL REFERENCES ci_class,
	name         text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	status       ci_status NOT NULL DEFAULT 'in_use',
	attributes   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
	owner_id     bigint REFERENCES person,
	location     text,
	source       text NOT NULL DEFAULT 'manual' CHECK (source <> ''),
	external_key text,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz(0) NOT NULL DEFAULT date_trunc('second', now()),
	updated_at   timestamptz(0) NOT NULL DEFAULT date_trunc('second', now()),
	changed_by   bigint REFERENCES person,
	changed_via  text NOT NULL DEFAULT 'manual' CHECK (changed_via <> ''),
	change_ticket_id bigint,
	search_text  text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || coalesce(external_key, '') || ' ' || coalesce(location, '')
		|| ' ' || coalesce(jsonb_path_query_array(attributes, '$.*')::text, ''))) STORED,
	CONSTRAINT ci_external_key UNIQUE (source, external_key)
);
CREATE INDEX ci_class_name_idx ON ci (class_id, name, id);
CREATE INDEX ci_name_idx ON ci (lower(name) text_pattern_ops);
CREATE INDEX ci_attributes_idx ON ci USING gin (attributes jsonb_path_ops);
CREATE INDEX ci_search_idx ON ci USING gin (search_text gin_trgm_ops);
CREATE INDEX ci_owner_idx ON ci (owner_id) WHERE owner_id IS NOT NULL;
COMMENT ON TABLE ci IS 'Configuration items as they are now; as they were: ci_version';
COMMENT ON COLUMN ci.id IS 'Opaque id';
COMMENT ON COLUMN ci.class_id IS 'Class';
COMMENT ON COLUMN ci.name IS 'Display name';
COMMENT ON COLUMN ci.status IS 'Life state';
COMMENT ON COLUMN ci.attributes IS 'Values by attribute name, checked against the class. Decimals are texts in their shortest exact form, references ids, instants RFC 3339 in UTC';
COMMENT ON COLUMN ci.owner_id IS 'Who answers for the CI';
COMMENT ON COLUMN ci.location IS 'Where it is';
COMMENT ON COLUMN ci.source IS 'Who brought it in: manual, import name, agent';
COMMENT ON COLUMN ci.external_key IS 'Its key in that source';
COMMENT ON COLUMN ci.version IS 'Grows with each change (set by the trigger); the ETag';
COMMENT ON COLUMN ci.created_at IS 'When recorded';
COMMENT ON COLUMN ci.updated_at IS 'Last change';
COMMENT ON COLUMN ci.changed_by IS 'Who made this version; NULL: a program. Copied to ci_version';
COMMENT ON COLUMN ci.changed_via IS 'Through what this version was made: manual, import, agent';
COMMENT ON COLUMN ci.change_ticket_id IS 'Ticket under which this version was made, if any';
COMMENT ON COLUMN ci.search_text IS 'What a search looks through, in lower case';

CREATE TABLE ci_version (
	ci_id      bigint NOT NULL REFERENCES ci,
	version    integer NOT NULL,
	class_id   bigint NOT NULL REFERENCES ci_class,
	name       text NOT NULL,
	status     ci_status NOT NULL,
	attributes jsonb NOT NULL,
	owner_id   bigint REFERENCES person,
	location   text,
	external_key text,
	changed_at timestamptz(0) NOT NULL,
	actor_id   bigint REFERENCES person,
	source     text NOT NULL,
	ticket_id  bigint,
	PRIMARY KEY (ci_id, version)
);
CREATE INDEX ci_version_time_idx ON ci_version (ci_id, changed_at, version);
CREATE INDEX ci_version_ticket_idx ON ci_version (ticket_id) WHERE ticket_id IS NOT NULL;
COMMENT ON TABLE ci_version IS 'Every state of every CI, append-only, written by a trigger; a state holds from changed_at until the next version''s';
COMMENT ON COLUMN ci_version.ci_id IS 'CI';
COMMENT ON COLUMN ci_version.version IS 'Its version';
COMMENT ON COLUMN ci_version.class_id IS 'Class then';
COMMENT ON COLUMN ci_version.name IS 'Name then';
COMMENT ON COLUMN ci_version.status IS 'Life state then';
COMMENT ON COLUMN ci_version.attributes IS 'Values then';
COMMENT ON COLUMN ci_version.owner_id IS 'Owner then';
COMMENT ON COLUMN ci_version.location IS 'Location then';
COMMENT ON COLUMN ci_version.external_key IS 'Key in its source then';
COMMENT ON COLUMN ci_version.changed_at IS 'From when it held';
COMMENT ON COLUMN ci_version.actor_id IS 'Who changed it; NULL: a program';
COMMENT ON COLUMN ci_version.source IS 'Through what: manual, import, agent';
COMMENT ON COLUMN ci_version.ticket_id IS 'Ticket under which it was changed, if any';

CREATE TABLE ci_unique (
	attribute_id bigint NOT NULL REFERENCES ci_attribute,
	value_key    text NOT NULL,
	ci_id        bigint NOT NULL REFERENCES ci,
	PRIMARY KEY (attribute_id, value_key)
);
CREATE INDEX ci_unique_ci_idx ON ci_unique (ci_id);
COMMENT ON TABLE ci_unique IS 'Values of attributes with unique_within of CIs that are not retired; its key settles races. Kept by the trigger of ci';
COMMENT ON COLUMN ci_unique.attribute_id IS 'Attribute';
COMMENT ON COLUMN ci_unique.value_key IS 'Value as text, or its SHA-256 when it is long';
COMMENT ON COLUMN ci_unique.ci_id IS 'CI that has it';

CREATE TABLE relation_type (
	name          text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	label_en      text NOT NULL,
	label_ru      text NOT NULL,
	inverse_en    text NOT NULL,
	inverse_ru    text NOT NULL,
	impact        text NOT NULL CHECK (impact IN ('to_source', 'to_target', 'both', 'none')),
	position      integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE relation_type IS 'Kinds of relations and which way failure travels along them';
COMMENT ON COLUMN relation_type.name IS 'Name in API: source NAME target';
COMMENT ON COLUMN relation_type.label_en IS 'English, read from source to target';
COMMENT ON COLUMN relation_type.label_ru IS 'Russian, read from source to target';
COMMENT ON COLUMN relation_type.inverse_en IS 'English, read from target to source';
COMMENT ON COLUMN relation_type.inverse_ru IS 'Russian, read from target to source';
COMMENT ON COLUMN relation_type.impact IS 'to_source: when the target fails the source is hit; to_target: the other way; both; none';
COMMENT ON COLUMN relation_type.position IS 'Order on pages';

INSERT INTO relation_type (name, label_en, label_ru, inverse_en, inverse_ru, impact, position) VALUES
	('depends_on', 'depends on', 'зависит от', 'is needed by', 'нужен для', 'to_source', 1),
	('runs_on', 'runs on', 'работает на', 'runs', 'на нём работает', 'to_source', 2),
	('part_of', 'is part of', 'часть', 'consists of', 'состоит из', 'to_target', 3),
	('connected_to', 'is connected to', 'подключён к', 'connects', 'к нему подключены', 'to_source', 4),
	('uses', 'uses', 'использует', 'is used by', 'используется', 'to_source', 5),
	('installed_on', 'is installed on', 'установлен на', 'has installed', 'на нём установлено', 'to_source', 6),
	('supplied_by', 'is supplied by', 'поставляется', 'supplies', 'поставляет', 'to_source', 7);

CREATE TABLE ci_relation (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source_id  bigint NOT NULL REFERENCES ci,
	type       text NOT NULL REFERENCES relation_type,
	target_id  bigint NOT NULL REFERENCES ci,
	valid_from timestamptz(0) NOT NULL,
	valid_to   timestamptz(0),
	created_by bigint REFERENCES person,
	ended_by   bigint REFERENCES person,
	origin     text NOT NULL DEFAULT 'manual',
	CONSTRAINT ci_relation_not_self CHECK (source_id <> target_id),
	CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE UNIQUE INDEX ci_relation_current_key ON ci_relation (source_id, type, target_id) WHERE valid_to IS NULL;
CREATE INDEX ci_relation_target_idx ON ci_relation (target_id, type, source_id) WHERE valid_to IS NULL;
CREATE INDEX ci_relation_source_history_idx ON ci_relation (source_id, valid_from);
CREATE INDEX ci_relation_target_history_idx ON ci_relation (target_id, valid_from);
COMMENT ON TABLE ci_relation IS 'Relations between CIs with the time in which each held; ended, never deleted';
COMMENT ON COLUMN ci_relation.id IS 'Opaque id';
COMMENT ON COLUMN ci_relation.source_id IS 'CI from which the type is read';
COMMENT ON COLUMN ci_relation.type IS 'Kind';
COMMENT ON COLUMN ci_relation.target_id IS 'CI to which the type is read';
COMMENT ON COLUMN ci_relation.valid_from IS 'Held from (included)';
COMMENT ON COLUMN ci_relation.valid_to IS 'Held until (excluded); NULL: holds now';
COMMENT ON COLUMN ci_relation.created_by IS 'Who recorded it';
COMMENT ON COLUMN ci_relation.ended_by IS 'Who ended it';
COMMENT ON COLUMN ci_relation.origin IS 'Through what: manual, import, agent';

CREATE TABLE ci_user (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ci_id     bigint NOT NULL REFERENCES ci,
	person_id bigint NOT NULL REFERENCES person,
	since     timestamptz(0) NOT NULL DEFAULT date_trunc('second', now()),
	until     timestamptz(0),
	added_by  bigint REFERENCES person,
	ended_by  bigint REFERENCES person,
	CHECK (until IS NULL OR until >= since)
);
CREATE UNIQUE INDEX ci_user_current_key ON ci_user (ci_id, person_id) WHERE until IS NULL;
CREATE INDEX ci_user_person_idx ON ci_user (person_id) WHERE until IS NULL;
CREATE INDEX ci_user_history_idx ON ci_user (ci_id, since);
COMMENT ON TABLE ci_user IS 'Who uses a CI: devices of a person, services of people; ended, never deleted';
COMMENT ON COLUMN ci_user.id IS 'Opaque id';
COMMENT ON COLUMN ci_user.ci_id IS 'CI';
COMMENT ON COLUMN ci_user.person_id IS 'Who uses it';
COMMENT ON COLUMN ci_user.since IS 'From when (included)';
COMMENT ON COLUMN ci_user.until IS 'Until when (excluded); NULL: now';
COMMENT ON COLUMN ci_user.added_by IS 'Who recorded it; NULL: a program';
COMMENT ON COLUMN ci_user.ended_by IS 'Who ended it';

CREATE TABLE cmdb_import (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source     text NOT NULL,
	dry_run    boolean NOT NULL,
	actor_id   bigint REFERENCES person,
	created_at timestamptz(0) NOT NULL,
	created    integer NOT NULL DEFAULT 0,
	updated    integer NOT NULL DEFAULT 0,
	unchanged  integer NOT NULL DEFAULT 0,
	refused    integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE cmdb_import IS 'Imports of CIs from tables, trial runs too';
COMMENT ON COLUMN cmdb_import.id IS 'Opaque id';
COMMENT ON COLUMN cmdb_import.source IS 'Name of the source; external keys are unique within it';
COMMENT ON COLUMN cmdb_import.dry_run IS 'True: nothing was kept but this report';
COMMENT ON COLUMN cmdb_import.actor_id IS 'Who imported';
COMMENT ON COLUMN cmdb_import.created_at IS 'When';
COMMENT ON COLUMN cmdb_import.created IS 'Rows that made a CI';
COMMENT ON COLUMN cmdb_import.updated IS 'Rows that changed one';
COMMENT ON COLUMN cmdb_import.unchanged IS 'Rows that said what was known';
COMMENT ON COLUMN cmdb_import.refused IS 'Rows that were refused';

CREATE TABLE cmdb_import_row (
	import_id bigint NOT NULL REFERENCES cmdb_import,
	line      integer NOT NULL CHECK (line > 0),
	outcome   text NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused')),
	ci_id     bigint REFERENCES ci,
	name      text,
	errors    jsonb,
	PRIMARY KEY (import_id, line),
	CHECK ((outcome = 'refused') = (errors IS NOT NULL))
);
CREATE INDEX cmdb_import_row_ci_idx ON cmdb_import_row (ci_id);
COMMENT ON TABLE cmdb_import_row IS 'What became of each row of an import';
COMMENT ON COLUMN cmdb_import_row.import_id IS 'Import';
COMMENT ON COLUMN cmdb_import_row.line IS 'Line of the file on which the row begins, from 1 (the heading)';
COMMENT ON COLUMN cmdb_import_row.outcome IS 'created, updated, unchanged or refused';
COMMENT ON COLUMN cmdb_import_row.ci_id IS 'CI made or found; NULL when refused, or when a trial run would have made it';
COMMENT ON COLUMN cmdb_import_row.name IS 'Name as the row says';
COMMENT ON COLUMN cmdb_import_row.errors IS 'Why it was refused: [{"pointer","detail"}]';
