-- Bringing CIs in from outside: who may say what, how an item is recognised, what each source last said, what awaits a decision, and
-- everything that is needed to undo a batch as one. The rules stand in rules/33_reconcile.sql and those after it.
CREATE TABLE ci_source (
	name       text PRIMARY KEY CHECK (name <> '' AND length(name) <= 60),
	label      text NOT NULL CHECK (label <> '' AND length(label) <= 200),
	kind       text NOT NULL CHECK (kind IN ('manual', 'csv', 'agent')),
	rank       integer NOT NULL DEFAULT 100 CHECK (rank BETWEEN 1 AND 1000),
	created_at timestamptz(0) NOT NULL DEFAULT date_trunc('second', now())
);
INSERT INTO ci_source (name, label, kind) VALUES ('manual', 'People', 'manual');
COMMENT ON TABLE ci_source IS 'Sources of CIs: people, tables, agents';
COMMENT ON COLUMN ci_source.name IS 'Name as in ci.source; external keys are unique within it';
COMMENT ON COLUMN ci_source.label IS 'Name for people';
COMMENT ON COLUMN ci_source.kind IS 'manual, csv or agent';
COMMENT ON COLUMN ci_source.rank IS 'Trust: a value set by a source is replaced only by one of the same or a smaller number';
COMMENT ON COLUMN ci_source.created_at IS 'When first heard of';

CREATE TABLE ci_identity (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	class_id bigint NOT NULL REFERENCES ci_class,
	position integer NOT NULL,
	keys     text[] NOT NULL CHECK (cardinality(keys) BETWEEN 1 AND 6),
	UNIQUE (class_id, position)
);
COMMENT ON TABLE ci_identity IS 'How an item is recognised: rules of a class come before those of the classes above it';
COMMENT ON COLUMN ci_identity.id IS 'Opaque id';
COMMENT ON COLUMN ci_identity.class_id IS 'Class whose CIs, and those of classes below, it recognises';
COMMENT ON COLUMN ci_identity.position IS 'Order among the rules of the class';
COMMENT ON COLUMN ci_identity.keys IS 'What must agree: names of attributes, name, location, external_key';

CREATE TABLE ci_key (
	key   text NOT NULL,
	value text NOT NULL,
	ci_id bigint NOT NULL REFERENCES ci,
	PRIMARY KEY (value, key, ci_id)
);
CREATE INDEX ci_key_ci_idx ON ci_key (ci_id);
COMMENT ON TABLE ci_key IS 'Values by which CIs that are not retired can be recognised; kept by the trigger of ci';
COMMENT ON COLUMN ci_key.key IS 'Name of the attribute, or name';
COMMENT ON COLUMN ci_key.value IS 'Value in the form that is compared: lower case, without spaces around; junk is not kept';
COMMENT ON COLUMN ci_key.ci_id IS 'CI that has it';

CREATE TABLE ci_junk (
	value text PRIMARY KEY CHECK (value = lower(btrim(value)) AND value <> ''),
	note  text NOT NULL DEFAULT ''
);
COMMENT ON TABLE ci_junk IS 'Values that say nothing: they never recognise an item. Values of one repeated character are junk without standing here';
COMMENT ON COLUMN ci_junk.value IS 'Value in lower case';
COMMENT ON COLUMN ci_junk.note IS 'Who writes it and why';
INSERT INTO ci_junk (value, note) VALUES
	('to be filled by o.e.m.', 'firmware of mainboards'), ('to be filled by o.e.m', 'firmware of mainboards'), ('to be filled by oem', 'firmware of mainboards'),
	('default string', 'firmware of mainboards'), ('default_string', 'firmware of mainboards'), ('system serial number', 'firmware of mainboards'),
	('system product name', 'firmware of mainboards'), ('system manufacturer', 'firmware of mainboards'), ('system version', 'firmware of mainboards'),
	('chassis serial number', 'firmware of mainboards'), ('base board serial number', 'firmware of mainboards'), ('serial number', 'a heading'),
	('serial', 'a heading'), ('sernum', 'firmware of mainboards'), ('sys-1234567890', 'firmware of mainboards'), ('mb-1234567890', 'firmware of mainboards'),
	('bss-0123456789', 'firmware of mainboards'), ('none', 'nothing'), ('null', 'nothing'), ('nil', 'nothing'), ('n/a', 'nothing'), ('na', 'nothing'),
	('not applicable', 'nothing'), ('not available', 'nothing'), ('not specified', 'firmware of mainboards'), ('not provided', 'nothing'),
	('not present', 'firmware of memory'), ('not settable', 'firmware of mainboards'), ('not defined', 'nothing'), ('unknown', 'nothing'),
	('unspecified', 'nothing'), ('undefined', 'nothing'), ('invalid', 'firmware of mainboards'), ('empty', 'nothing'), ('no asset tag', 'firmware'),
	('no asset information', 'firmware'), ('asset tag', 'a heading'), ('asset-1234567890', 'firmware of mainboards'), ('oem', 'firmware of mainboards'),
	('o.e.m.', 'firmware of mainboards'), ('default', 'nothing'), ('0123456789', 'firmware of mainboards'), ('1234567890', 'firmware of mainboards'),
	('123456789', 'firmware of mainboards'), ('12345678', 'firmware of mainboards'), ('1234567', 'firmware of mainboards'), ('123456', 'typed in haste'), ('12345', 'typed in haste'),
	('123', 'typed in haste'), ('test', 'typed in haste'), ('-', 'nothing'), ('--', 'nothing'), ('.', 'nothing'), ('?', 'nothing'),
	('localhost', 'a host without a name'), ('localhost.localdomain', 'a host without a name'), ('нет', 'ничего'), ('отсутствует', 'ничего'),
	('не указан', 'ничего'), ('не указано', 'ничего'), ('неизвестно', 'ничего'), ('н/д', 'ничего'), ('б/н', 'без номера'), ('без номера', 'ничего'),
	('aucun', 'rien'), ('inconnu', 'rien'), ('non renseigné', 'rien'), ('non défini', 'rien'),
	('00000000-0000-0000-0000-000000000000', 'no UUID'), ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'no UUID'),
	('03000200-0400-0500-0006-000700080009', 'UUID shared by thousands of mainboards'), ('12345678-1234-5678-90ab-cddeefaabbcc', 'UUID shared by thousands of mainboards'),
	('fefefefe-fefe-fefe-fefe-fefefefefefe', 'UUID shared by mainboards'), ('00020003-0004-0005-0006-000700080009', 'UUID shared by thousands of mainboards'),
	('00:00:00:00:00:00', 'no address'), ('ff:ff:ff:ff:ff:ff', 'everybody''s address'), ('44:45:53:54:42:00', 'virtual adapters'),
	('00:50:56:c0:00:01', 'virtual adapter on every host of one kind'), ('00:50:56:c0:00:08', 'virtual adapter on every host of one kind'),
	('02:00:4c:4f:4f:50', 'loopback adapter'), ('0a:00:27:00:00:00', 'virtual adapter on every host of one kind'), ('20:41:53:59:4e:ff', 'virtual adapters'),
	('50:50:54:50:30:30', 'virtual adapters'), ('33:50:6f:45:30:30', 'virtual adapters'), ('00:00:00:00:00:01', 'virtual adapters');

CREATE TABLE ci_authority (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source   text CHECK (source <> ''),
	kind     text CHECK (kind IN ('manual', 'csv', 'agent')),
	class_id bigint REFERENCES ci_class,
	field    text NOT NULL CHECK (field IN ('*', '/name', '/status', '/owner', '/location', '/attributes/*') OR field ~ '^/attributes/[a-z][a-z0-9_]{0,62}$'),
	may_set  boolean NOT NULL DEFAULT true,
	rank     integer CHECK (rank BETWEEN 1 AND 1000),
	CHECK (source IS NULL OR kind IS NULL),
	UNIQUE NULLS NOT DISTINCT (source, kind, class_id, field)
);
INSERT INTO ci_authority (kind, field, may_set, rank) VALUES
	('agent', '/owner', false, NULL), ('agent', '/location', false, NULL), ('agent', '/status', false, NULL), ('agent', '/name', true, 200);
COMMENT ON TABLE ci_authority IS 'Who may set what. Of several rules that fit, the one that names the source, then the kind, then the lowest class, then the field holds; without any, everybody may set everything with the rank of their source';
COMMENT ON COLUMN ci_authority.id IS 'Opaque id';
COMMENT ON COLUMN ci_authority.source IS 'Source; NULL: every source of the kind';
COMMENT ON COLUMN ci_authority.kind IS 'Kind of source; both NULL: all';
COMMENT ON COLUMN ci_authority.class_id IS 'Class and those below; NULL: all';
COMMENT ON COLUMN ci_authority.field IS 'Field as in histories: /name, /owner, /attributes/memory_gb, /attributes/*, *';
COMMENT ON COLUMN ci_authority.may_set IS 'False: never replaces or sets it; what it said is kept as a claim';
COMMENT ON COLUMN ci_authority.rank IS 'Trust for this field; NULL: the source''s';

CREATE TABLE reconcile_plan (
	class_id bigint NOT NULL REFERENCES ci_class,
	source   text NOT NULL,
	plan     jsonb NOT NULL,
	PRIMARY KEY (class_id, source)
);
COMMENT ON TABLE reconcile_plan IS 'Rules of a class for a source, put together once; emptied whenever model or rules change';
COMMENT ON COLUMN reconcile_plan.class_id IS 'Class';
COMMENT ON COLUMN reconcile_plan.source IS 'Source';
COMMENT ON COLUMN reconcile_plan.plan IS '{"kind","types","references","required","rules","may"}, as reconcile_plan_make writes it';

CREATE TABLE ci_said (
	ci_id   bigint NOT NULL REFERENCES ci,
	source  text NOT NULL,
	said    jsonb NOT NULL,
	at      timestamptz(0) NOT NULL,
	earlier jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (ci_id, source)
);
COMMENT ON TABLE ci_said IS 'What each source last said of each CI, field by field, whether it was taken or not; read as ci_claim';
COMMENT ON COLUMN ci_said.ci_id IS 'CI';
COMMENT ON COLUMN ci_said.source IS 'Source';
COMMENT ON COLUMN ci_said.said IS 'Values by field: {"/name": …, "/attributes/memory_gb": …}';
COMMENT ON COLUMN ci_said.at IS 'When it last spoke';
COMMENT ON COLUMN ci_said.earlier IS 'Fields that it did not speak of last time, with the instant (epoch seconds) when it last did';

CREATE VIEW ci_claim AS
SELECT s.ci_id, f.key AS field, s.source, f.value, coalesce(to_timestamp((s.earlier ->> f.key)::bigint), s.at)::timestamptz(0) AS at
FROM ci_said s CROSS JOIN LATERAL jsonb_each(s.said) f;
COMMENT ON VIEW ci_claim IS 'What each source last said of each field of each CI, and when';

CREATE TABLE source_column (
	id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source            text NOT NULL,
	class_id          bigint REFERENCES ci_class,
	name              text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	rows              bigint NOT NULL DEFAULT 0,
	filled            bigint NOT NULL DEFAULT 0,
	distinct_estimate bigint NOT NULL DEFAULT 0,
	sample            text[] NOT NULL DEFAULT '{}',
	last_at           timestamptz(0) NOT NULL,
	UNIQUE NULLS NOT DISTINCT (source, class_id, name)
);
COMMENT ON TABLE source_column IS 'What sources deliver and nobody records';
COMMENT ON COLUMN source_column.id IS 'Opaque id';
COMMENT ON COLUMN source_column.source IS 'Source';
COMMENT ON COLUMN source_column.class_id IS 'Class of the rows; NULL: several';
COMMENT ON COLUMN source_column.name IS 'Heading or name in the source';
COMMENT ON COLUMN source_column.rows IS 'Rows of the last delivery';
COMMENT ON COLUMN source_column.filled IS 'Rows of it with a value';
COMMENT ON COLUMN source_column.distinct_estimate IS 'About how many different values';
COMMENT ON COLUMN source_column.sample IS 'A few values';
COMMENT ON COLUMN source_column.last_at IS 'When last delivered';

-- A batch: everything that came in at once. Tables go stage, compare, apply; agents apply at once.
ALTER TABLE cmdb_import
	ADD COLUMN kind text NOT NULL DEFAULT 'csv' CHECK (kind IN ('csv', 'agent')),
	ADD COLUMN state text NOT NULL DEFAULT 'applied' CHECK (state IN ('staged', 'comparing', 'compared', 'applying', 'applied', 'undoing', 'undone', 'discarded')),
	ADD COLUMN class_id bigint REFERENCES ci_class,
	ADD COLUMN file_name text,
	ADD COLUMN encoding text,
	ADD COLUMN separator text,
	ADD COLUMN headings text[],
	ADD COLUMN mapping jsonb,
	ADD COLUMN columns jsonb,
	ADD COLUMN row_count integer NOT NULL DEFAULT 0,
	ADD COLUMN ambiguous integer NOT NULL DEFAULT 0,
	ADD COLUMN fields jsonb,
	ADD COLUMN progress_base bigint,
	ADD COLUMN problem text,
	ADD COLUMN applied_at timestamptz(0),
	ADD COLUMN applied_by bigint REFERENCES person,
	ADD COLUMN undone_at timestamptz(0),
	ADD COLUMN undone_by bigint REFERENCES person,
	ADD COLUMN undone jsonb;
UPDATE cmdb_import SET applied_at = created_at, applied_by = actor_id, row_count = created + updated + unchanged + refused;
CREATE INDEX cmdb_import_work_idx ON cmdb_import (id) WHERE state IN ('comparing', 'applying', 'undoing');
COMMENT ON COLUMN cmdb_import.kind IS 'csv: a table; agent: an inventory';
COMMENT ON COLUMN cmdb_import.state IS 'staged (read, awaits its mapping), comparing, compared (differences are shown), applying, applied, undoing, undone, discarded';
COMMENT ON COLUMN cmdb_import.class_id IS 'Class of rows without one of their own';
COMMENT ON COLUMN cmdb_import.file_name IS 'Name of the file';
COMMENT ON COLUMN cmdb_import.encoding IS 'Encoding in which it was read';
COMMENT ON COLUMN cmdb_import.separator IS 'What separates its cells';
COMMENT ON COLUMN cmdb_import.headings IS 'Headings of its columns';
COMMENT ON COLUMN cmdb_import.mapping IS '{"columns": {"heading": "target"}}: what each column means; not there: left out';
COMMENT ON COLUMN cmdb_import.columns IS 'What each column holds: [{"heading","filled","distinct","sample"}]';
COMMENT ON COLUMN cmdb_import.row_count IS 'Rows without the heading';
COMMENT ON COLUMN cmdb_import.ambiguous IS 'Rows that await a decision';
COMMENT ON COLUMN cmdb_import.fields IS 'How many rows change each field: {"/name": {"changed": 3, "kept": 1}}';
COMMENT ON COLUMN cmdb_import.progress_base IS 'Value of cmdb_import_progress when the work at hand began';
COMMENT ON COLUMN cmdb_import.problem IS 'Why the work at hand stopped, if it did';
COMMENT ON COLUMN cmdb_import.applied_at IS 'When it was applied';
COMMENT ON COLUMN cmdb_import.applied_by IS 'Who applied it';
COMMENT ON COLUMN cmdb_import.undone_at IS 'When it was undone';
COMMENT ON COLUMN cmdb_import.undone_by IS 'Who undid it';
COMMENT ON COLUMN cmdb_import.undone IS 'What undoing did: {"restored","retired","kept"}; what was kept stands in cmdb_import_kept';

-- Seen by everybody while the transaction that does the work is still open, which a row could not be.
CREATE SEQUENCE cmdb_import_progress;
COMMENT ON SEQUENCE cmdb_import_progress IS 'Steps of the work on imports, one at a time; how far the batch at hand is';

ALTER TABLE cmdb_import_row DROP CONSTRAINT cmdb_import_row_outcome_check, DROP CONSTRAINT cmdb_import_row_check,
	ADD COLUMN changes jsonb, ADD COLUMN candidates bigint[],
	ADD CONSTRAINT cmdb_import_row_outcome_check CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused', 'ambiguous')),
	ADD CONSTRAINT cmdb_import_row_check CHECK (outcome <> 'refused' OR errors IS NOT NULL);
COMMENT ON COLUMN cmdb_import_row.outcome IS 'created, updated, unchanged, refused, ambiguous';
COMMENT ON COLUMN cmdb_import_row.changes IS 'Differences: [{"field","old","new"}], with "kept" (the source that set it) where the new value is not taken';
COMMENT ON COLUMN cmdb_import_row.candidates IS 'CIs that it could mean';
CREATE INDEX cmdb_import_row_outcome_idx ON cmdb_import_row (import_id, outcome, line);

CREATE TABLE cmdb_import_cell (
	import_id bigint NOT NULL REFERENCES cmdb_import ON DELETE CASCADE,
	line      integer NOT NULL,
	cells     text[] NOT NULL,
	PRIMARY KEY (import_id, line)
);
COMMENT ON TABLE cmdb_import_cell IS 'Rows of a staged table as they came; emptied when the batch is applied or discarded';
COMMENT ON COLUMN cmdb_import_cell.import_id IS 'Batch';
COMMENT ON COLUMN cmdb_import_cell.line IS 'Line of the file on which the row begins';
COMMENT ON COLUMN cmdb_import_cell.cells IS 'Cells in the order of the headings';

CREATE TABLE cmdb_import_item (
	import_id    bigint NOT NULL REFERENCES cmdb_import ON DELETE CASCADE,
	line         integer NOT NULL,
	class_id     bigint REFERENCES ci_class,
	external_key text,
	name         text,
	fields       jsonb NOT NULL,
	attributes   jsonb NOT NULL,
	errors       jsonb,
	PRIMARY KEY (import_id, line)
);
COMMENT ON TABLE cmdb_import_item IS 'Rows of a mapped table as what they say of a CI; emptied with the cells';
COMMENT ON COLUMN cmdb_import_item.import_id IS 'Batch';
COMMENT ON COLUMN cmdb_import_item.line IS 'Line of the file';
COMMENT ON COLUMN cmdb_import_item.class_id IS 'Class; NULL with errors';
COMMENT ON COLUMN cmdb_import_item.external_key IS 'Key in the source';
COMMENT ON COLUMN cmdb_import_item.name IS 'Name';
COMMENT ON COLUMN cmdb_import_item.fields IS 'status, owner, location';
COMMENT ON COLUMN cmdb_import_item.attributes IS 'Values in stored form; references as they stand in the cell';
COMMENT ON COLUMN cmdb_import_item.errors IS 'Why the row is refused already: [{"pointer","detail"}]';

CREATE TABLE cmdb_import_change (
	import_id      bigint NOT NULL REFERENCES cmdb_import,
	ci_id          bigint NOT NULL REFERENCES ci,
	version_before integer,
	version_after  integer NOT NULL,
	PRIMARY KEY (import_id, ci_id)
);
CREATE INDEX cmdb_import_change_ci_idx ON cmdb_import_change (ci_id, import_id);
COMMENT ON TABLE cmdb_import_change IS 'CIs that a batch made or changed, for undoing it';
COMMENT ON COLUMN cmdb_import_change.import_id IS 'Batch';
COMMENT ON COLUMN cmdb_import_change.ci_id IS 'CI';
COMMENT ON COLUMN cmdb_import_change.version_before IS 'Its version before; NULL: the batch made it';
COMMENT ON COLUMN cmdb_import_change.version_after IS 'Its version after';

CREATE TABLE cmdb_import_relation (
	import_id   bigint NOT NULL REFERENCES cmdb_import,
	relation_id bigint NOT NULL REFERENCES ci_relation,
	did         text NOT NULL CHECK (did IN ('made', 'ended')),
	PRIMARY KEY (import_id, relation_id)
);
COMMENT ON TABLE cmdb_import_relation IS 'Relations that a batch made or ended, for undoing it';
COMMENT ON COLUMN cmdb_import_relation.import_id IS 'Batch';
COMMENT ON COLUMN cmdb_import_relation.relation_id IS 'Relation';
COMMENT ON COLUMN cmdb_import_relation.did IS 'made or ended';

CREATE TABLE cmdb_import_kept (
	import_id bigint NOT NULL REFERENCES cmdb_import,
	ci_id     bigint NOT NULL REFERENCES ci,
	field     text NOT NULL,
	reason    text NOT NULL CHECK (reason IN ('changed', 'retired', 'linked', 'related', 'used', 'refused')),
	by_batch  jsonb,
	now_is    jsonb,
	detail    text,
	PRIMARY KEY (import_id, ci_id, field)
);
COMMENT ON TABLE cmdb_import_kept IS 'What undoing a batch left as it is, and why';
COMMENT ON COLUMN cmdb_import_kept.import_id IS 'Batch';
COMMENT ON COLUMN cmdb_import_kept.ci_id IS 'CI';
COMMENT ON COLUMN cmdb_import_kept.field IS 'Field as in histories; empty: the CI itself, which stays';
COMMENT ON COLUMN cmdb_import_kept.reason IS 'changed since; retired since; linked to tickets or contracts; related by others; used by people; refused by a rule';
COMMENT ON COLUMN cmdb_import_kept.by_batch IS 'Value that the batch gave';
COMMENT ON COLUMN cmdb_import_kept.now_is IS 'Value now';
COMMENT ON COLUMN cmdb_import_kept.detail IS 'What the rule said';

CREATE TABLE cmdb_mapping (
	source     text NOT NULL,
	headings   text NOT NULL,
	class_id   bigint REFERENCES ci_class,
	columns    jsonb NOT NULL,
	used_at    timestamptz(0) NOT NULL,
	used_by    bigint REFERENCES person,
	PRIMARY KEY (source, headings)
);
COMMENT ON TABLE cmdb_mapping IS 'Mappings remembered for a source and its headings';
COMMENT ON COLUMN cmdb_mapping.source IS 'Source';
COMMENT ON COLUMN cmdb_mapping.headings IS 'SHA-256 of the headings in hexadecimal';
COMMENT ON COLUMN cmdb_mapping.class_id IS 'Class chosen for all rows';
COMMENT ON COLUMN cmdb_mapping.columns IS '{"heading": "target"}';
COMMENT ON COLUMN cmdb_mapping.used_at IS 'When last used';
COMMENT ON COLUMN cmdb_mapping.used_by IS 'By whom';

CREATE TABLE ci_alias (
	source       text NOT NULL,
	external_key text NOT NULL,
	ci_id        bigint NOT NULL REFERENCES ci,
	decided_by   bigint REFERENCES person,
	at           timestamptz(0) NOT NULL,
	PRIMARY KEY (source, external_key)
);
CREATE INDEX ci_alias_ci_idx ON ci_alias (ci_id);
COMMENT ON TABLE ci_alias IS 'Keys of sources that mean a CI which another source brought in, or into which another one was merged';
COMMENT ON COLUMN ci_alias.source IS 'Source';
COMMENT ON COLUMN ci_alias.external_key IS 'Its key, or the fingerprint of what it says when it has no keys';
COMMENT ON COLUMN ci_alias.ci_id IS 'CI that is meant';
COMMENT ON COLUMN ci_alias.decided_by IS 'Who decided';
COMMENT ON COLUMN ci_alias.at IS 'When';

CREATE TABLE reconcile_case (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	import_id    bigint REFERENCES cmdb_import,
	source       text NOT NULL,
	fingerprint  text NOT NULL,
	class_id     bigint NOT NULL REFERENCES ci_class,
	external_key text,
	name         text NOT NULL,
	fields       jsonb NOT NULL,
	attributes   jsonb NOT NULL,
	candidates   bigint[] NOT NULL CHECK (cardinality(candidates) > 0),
	reason       text NOT NULL,
	created_at   timestamptz(0) NOT NULL,
	seen_at      timestamptz(0) NOT NULL,
	decision     text CHECK (decision IN ('this', 'new', 'ignore')),
	ci_id        bigint REFERENCES ci,
	decided_by   bigint REFERENCES person,
	decided_at   timestamptz(0),
	CHECK ((decision IS NULL) = (decided_at IS NULL)),
	UNIQUE (source, fingerprint)
);
CREATE INDEX reconcile_case_open_idx ON reconcile_case (id) WHERE decision IS NULL;
CREATE INDEX reconcile_case_import_idx ON reconcile_case (import_id);
COMMENT ON TABLE reconcile_case IS 'Items of which nobody but a person can say which CI they are; decisions are remembered';
COMMENT ON COLUMN reconcile_case.id IS 'Opaque id';
COMMENT ON COLUMN reconcile_case.import_id IS 'Batch that brought it last';
COMMENT ON COLUMN reconcile_case.source IS 'Source';
COMMENT ON COLUMN reconcile_case.fingerprint IS 'k: and the external key, or f: and a digest of name and identifying values: what a decision is remembered by';
COMMENT ON COLUMN reconcile_case.class_id IS 'Class';
COMMENT ON COLUMN reconcile_case.external_key IS 'Key in the source';
COMMENT ON COLUMN reconcile_case.name IS 'Name';
COMMENT ON COLUMN reconcile_case.fields IS 'status, owner, location as the source says';
COMMENT ON COLUMN reconcile_case.attributes IS 'Values as the source says';
COMMENT ON COLUMN reconcile_case.candidates IS 'CIs that it could mean';
COMMENT ON COLUMN reconcile_case.reason IS 'several: one rule fits several CIs; contradiction: rules point to different CIs';
COMMENT ON COLUMN reconcile_case.created_at IS 'When first met';
COMMENT ON COLUMN reconcile_case.seen_at IS 'When last met';
COMMENT ON COLUMN reconcile_case.decision IS 'this CI, a new one, or ignore it; NULL: open';
COMMENT ON COLUMN reconcile_case.ci_id IS 'CI decided on or made';
COMMENT ON COLUMN reconcile_case.decided_by IS 'Who decided';
COMMENT ON COLUMN reconcile_case.decided_at IS 'When';

CREATE TABLE ci_merge (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kept_id   bigint NOT NULL REFERENCES ci,
	merged_id bigint NOT NULL REFERENCES ci,
	actor_id  bigint REFERENCES person,
	at        timestamptz(0) NOT NULL,
	moved     jsonb NOT NULL,
	CHECK (kept_id <> merged_id),
	UNIQUE (merged_id)
);
CREATE INDEX ci_merge_kept_idx ON ci_merge (kept_id);
COMMENT ON TABLE ci_merge IS 'Duplicates that were put together; append-only';
COMMENT ON COLUMN ci_merge.id IS 'Opaque id';
COMMENT ON COLUMN ci_merge.kept_id IS 'CI that goes on';
COMMENT ON COLUMN ci_merge.merged_id IS 'CI that ended in it; it stays with its history, retired';
COMMENT ON COLUMN ci_merge.actor_id IS 'Who merged';
COMMENT ON COLUMN ci_merge.at IS 'When';
COMMENT ON COLUMN ci_merge.moved IS 'What went over: {"tickets","relations","users","contracts","cases","fields"}';

-- How items are recognised from the first day; each class may have its own rules.
INSERT INTO ci_identity (class_id, position, keys)
SELECT c.id, v.position, v.keys FROM (VALUES
	('hardware', 1, ARRAY['serial_number']), ('hardware', 2, ARRAY['uuid']), ('hardware', 3, ARRAY['inventory_number']),
	('computer', 1, ARRAY['uuid']), ('computer', 2, ARRAY['serial_number']), ('computer', 3, ARRAY['mac']),
	('network_device', 1, ARRAY['serial_number']), ('network_device', 2, ARRAY['mac']),
	('item', 1, ARRAY['name', 'location']), ('item', 2, ARRAY['name'])) AS v(class, position, keys)
JOIN ci_class c ON c.name = v.class;
-- A model of the company's own begins with the name.
INSERT INTO ci_identity (class_id, position, keys)
SELECT c.id, 1, ARRAY['name'] FROM ci_class c WHERE c.parent_id IS NULL AND NOT EXISTS (SELECT FROM ci_identity i WHERE i.class_id = c.id);
