-- The model of the CMDB in full: states of each class, defaults, computed names, indexed attributes, strength and cardinality of relations,
-- allowed pairs, redundancy. The rules stand in rules/31_model.sql.

-- States become texts that the class allows; what a state means for the rules is its phase, kept beside it.
DROP FUNCTION IF EXISTS ci_find(bigint, text, text, bigint, integer, text, jsonb, boolean);
ALTER TABLE ci ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE text USING status::text, ADD COLUMN phase text NOT NULL DEFAULT 'live';
ALTER TABLE ci
	ALTER COLUMN phase TYPE text USING CASE status WHEN 'planned' THEN 'planned' WHEN 'in_use' THEN 'live' WHEN 'retired' THEN 'ended' ELSE 'out' END,
	ADD CONSTRAINT ci_phase_known CHECK (phase IN ('planned', 'live', 'out', 'ended'));
ALTER TABLE ci_version ALTER COLUMN status TYPE text USING status::text, ADD COLUMN phase text NOT NULL DEFAULT 'live';
ALTER TABLE ci_version
	ALTER COLUMN phase TYPE text USING CASE status WHEN 'planned' THEN 'planned' WHEN 'in_use' THEN 'live' WHEN 'retired' THEN 'ended' ELSE 'out' END,
	ALTER COLUMN phase DROP DEFAULT,
	ADD CONSTRAINT ci_version_phase_known CHECK (phase IN ('planned', 'live', 'out', 'ended'));
DROP TYPE ci_status;
COMMENT ON COLUMN ci.status IS 'Life state: a name that its class allows (ci_state)';
COMMENT ON COLUMN ci.phase IS 'What the state means (set by the trigger): planned, live, out (there, but not at work), ended (kept for history only)';
COMMENT ON COLUMN ci_version.phase IS 'What the state meant then';

CREATE TABLE ci_state (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	class_id bigint REFERENCES ci_class,
	name     text NOT NULL CONSTRAINT ci_state_name_form CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
	label_en text NOT NULL CHECK (label_en <> ''),
	label_ru text NOT NULL CHECK (label_ru <> ''),
	colour   text NOT NULL CHECK (colour IN ('neutral', 'blue', 'green', 'amber', 'red', 'purple')),
	kind     text NOT NULL CHECK (kind IN ('planned', 'live', 'out', 'ended')),
	position integer NOT NULL DEFAULT 0,
	offered  boolean NOT NULL DEFAULT true,
	CONSTRAINT ci_state_once UNIQUE NULLS NOT DISTINCT (class_id, name)
);
INSERT INTO ci_state (class_id, name, label_en, label_ru, colour, kind, position) VALUES
	(NULL, 'planned', 'Planned', 'Планируется', 'blue', 'planned', 1),
	(NULL, 'in_use', 'In use', 'Используется', 'green', 'live', 2),
	(NULL, 'in_repair', 'In repair', 'В ремонте', 'amber', 'out', 3),
	(NULL, 'spare', 'Spare', 'В запасе', 'neutral', 'out', 4),
	(NULL, 'retired', 'Retired', 'Списано', 'neutral', 'ended', 5);
COMMENT ON TABLE ci_state IS 'Life states. A class has those of all classes (class_id NULL), of the classes above it and its own; of several of one name the lowest holds';
COMMENT ON COLUMN ci_state.id IS 'Opaque id';
COMMENT ON COLUMN ci_state.class_id IS 'Class that declares it; NULL: all classes';
COMMENT ON COLUMN ci_state.name IS 'Value of ci.status';
COMMENT ON COLUMN ci_state.label_en IS 'English label';
COMMENT ON COLUMN ci_state.label_ru IS 'Russian label';
COMMENT ON COLUMN ci_state.colour IS 'Name of a colour of the interface';
COMMENT ON COLUMN ci_state.kind IS 'What it means: planned, live, out (there, but not at work), ended (its life is over)';
COMMENT ON COLUMN ci_state.position IS 'Order on pages; the first live one is where a new CI begins unless in_use is there';
COMMENT ON COLUMN ci_state.offered IS 'False: from this class down the state is not used';

ALTER TABLE ci_class ADD COLUMN name_template text CHECK (name_template <> ''), ADD COLUMN review_days integer CHECK (review_days > 0),
	ADD COLUMN owner_id bigint REFERENCES person, ADD COLUMN owner text NOT NULL DEFAULT '', ADD COLUMN source text NOT NULL DEFAULT '';
COMMENT ON COLUMN ci_class.name_template IS 'Display name computed from attributes, as "{hostname} ({model})"; NULL: as the class above, or typed by hand';
COMMENT ON COLUMN ci_class.review_days IS 'Days after which a CI should be confirmed; NULL: as the class above';
COMMENT ON COLUMN ci_class.owner_id IS 'Person who answers for the class';
COMMENT ON COLUMN ci_class.owner IS 'Role or department that answers for the class, in words';
COMMENT ON COLUMN ci_class.source IS 'Where its CIs come from, in words';

ALTER TABLE ci_attribute ADD COLUMN default_value jsonb, ADD COLUMN indexed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ci_attribute.default_value IS 'Value of a new CI that is given none, in stored form';
COMMENT ON COLUMN ci_attribute.indexed IS 'Values are kept in an index for queries';
COMMENT ON COLUMN ci_attribute.choices IS 'Enum values: [{"value","label_en","label_ru","colour"}]; colour may be missing';

ALTER TABLE relation_type ADD COLUMN strength numeric(3,2) NOT NULL DEFAULT 1 CHECK (strength > 0 AND strength <= 1),
	ADD COLUMN source_max integer CHECK (source_max > 0), ADD COLUMN target_max integer CHECK (target_max > 0),
	ADD COLUMN purpose text NOT NULL DEFAULT '', ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN relation_type.strength IS 'How surely a failure travels along it: 1 always';
COMMENT ON COLUMN relation_type.source_max IS 'How many sources one target may have at a time; NULL: any number';
COMMENT ON COLUMN relation_type.target_max IS 'How many targets one source may have at a time; NULL: any number';
COMMENT ON COLUMN relation_type.purpose IS 'What decisions it serves';
COMMENT ON COLUMN relation_type.version IS 'Grows with each change; the ETag';

CREATE TABLE relation_type_pair (
	type            text NOT NULL REFERENCES relation_type,
	source_class_id bigint NOT NULL REFERENCES ci_class,
	target_class_id bigint NOT NULL REFERENCES ci_class,
	PRIMARY KEY (type, source_class_id, target_class_id)
);
COMMENT ON TABLE relation_type_pair IS 'Which classes, with those below them, a type may join; a type without rows joins any';
COMMENT ON COLUMN relation_type_pair.type IS 'Kind of relation';
COMMENT ON COLUMN relation_type_pair.source_class_id IS 'Class of the source';
COMMENT ON COLUMN relation_type_pair.target_class_id IS 'Class of the target';

CREATE TABLE ci_redundancy (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ci_id      bigint NOT NULL REFERENCES ci,
	type       text NOT NULL REFERENCES relation_type,
	name       text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	needed     integer NOT NULL CHECK (needed >= 1),
	valid_from timestamptz(0) NOT NULL,
	valid_to   timestamptz(0),
	created_by bigint REFERENCES person,
	ended_by   bigint REFERENCES person,
	CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE UNIQUE INDEX ci_redundancy_name_key ON ci_redundancy (ci_id, name) WHERE valid_to IS NULL;
CREATE INDEX ci_redundancy_ci_idx ON ci_redundancy (ci_id, valid_from);
COMMENT ON TABLE ci_redundancy IS 'Groups of CIs of which some suffice: while as many members as needed live, the failure of another does not reach ci_id; ended, never deleted';
COMMENT ON COLUMN ci_redundancy.id IS 'Opaque id';
COMMENT ON COLUMN ci_redundancy.ci_id IS 'CI that depends on the group';
COMMENT ON COLUMN ci_redundancy.type IS 'Kind of relation through which it depends on the members';
COMMENT ON COLUMN ci_redundancy.name IS 'Name of the group';
COMMENT ON COLUMN ci_redundancy.needed IS 'How many members suffice';
COMMENT ON COLUMN ci_redundancy.valid_from IS 'Held from (included)';
COMMENT ON COLUMN ci_redundancy.valid_to IS 'Held until (excluded); NULL: holds now';
COMMENT ON COLUMN ci_redundancy.created_by IS 'Who recorded it';
COMMENT ON COLUMN ci_redundancy.ended_by IS 'Who ended it';

CREATE TABLE ci_redundancy_member (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	redundancy_id bigint NOT NULL REFERENCES ci_redundancy,
	other_id      bigint NOT NULL REFERENCES ci,
	valid_from    timestamptz(0) NOT NULL,
	valid_to      timestamptz(0),
	created_by    bigint REFERENCES person,
	ended_by      bigint REFERENCES person,
	CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE UNIQUE INDEX ci_redundancy_member_key ON ci_redundancy_member (redundancy_id, other_id) WHERE valid_to IS NULL;
CREATE INDEX ci_redundancy_member_other_idx ON ci_redundancy_member (other_id, valid_from);
COMMENT ON TABLE ci_redundancy_member IS 'CIs of a redundancy group with the time in which each belonged to it; ended, never deleted';
COMMENT ON COLUMN ci_redundancy_member.id IS 'Opaque id';
COMMENT ON COLUMN ci_redundancy_member.redundancy_id IS 'Group';
COMMENT ON COLUMN ci_redundancy_member.other_id IS 'CI of the group';
COMMENT ON COLUMN ci_redundancy_member.valid_from IS 'Belonged to it from (included)';
COMMENT ON COLUMN ci_redundancy_member.valid_to IS 'Belonged to it until (excluded); NULL: does now';
COMMENT ON COLUMN ci_redundancy_member.created_by IS 'Who recorded it';
COMMENT ON COLUMN ci_redundancy_member.ended_by IS 'Who ended it';

CREATE TABLE cmdb_model_state (
	one     boolean PRIMARY KEY DEFAULT true CHECK (one),
	version integer NOT NULL DEFAULT 1
);
INSERT INTO cmdb_model_state DEFAULT VALUES;
COMMENT ON TABLE cmdb_model_state IS 'One row: the version of the whole model';
COMMENT ON COLUMN cmdb_model_state.one IS 'There is one row';
COMMENT ON COLUMN cmdb_model_state.version IS 'Grows with each change of classes, attributes, states, types of relations and pairs; the ETag of the model';

CREATE TABLE cmdb_model_change (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at          timestamptz(0) NOT NULL,
	actor_id    bigint REFERENCES person,
	via         text NOT NULL CHECK (via IN ('page', 'file', 'cli')),
	changes     jsonb NOT NULL,
	conversions jsonb NOT NULL,
	effects     jsonb NOT NULL
);
COMMENT ON TABLE cmdb_model_change IS 'Changes of the model that were applied as a whole, with what became of the CIs; append-only';
COMMENT ON COLUMN cmdb_model_change.id IS 'Opaque id';
COMMENT ON COLUMN cmdb_model_change.at IS 'When';
COMMENT ON COLUMN cmdb_model_change.actor_id IS 'Who; NULL: a program';
COMMENT ON COLUMN cmdb_model_change.via IS 'Through what: page, file, cli';
COMMENT ON COLUMN cmdb_model_change.changes IS 'Differences: [{"what","path","op","old","new"}]';
COMMENT ON COLUMN cmdb_model_change.conversions IS 'Conversions that were asked for';
COMMENT ON COLUMN cmdb_model_change.effects IS 'What became of CIs: [{"class","attribute","effect","count"}]';
