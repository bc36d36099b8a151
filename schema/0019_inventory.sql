-- Inventories that agents on machines send: who may (tokens, approval), what each agent last said, what became of it, and software as
-- products and versions. The rules stand in rules/34_inventory.sql.
CREATE TABLE inventory_setting (
	id             boolean PRIMARY KEY DEFAULT true CHECK (id),
	period_s       integer NOT NULL DEFAULT 86400 CHECK (period_s BETWEEN 60 AND 31536000),
	stale_after_s  integer NOT NULL DEFAULT 259200 CHECK (stale_after_s BETWEEN 1 AND 31536000),
	accept_unknown boolean NOT NULL DEFAULT true,
	quarantine_max integer NOT NULL DEFAULT 2000 CHECK (quarantine_max BETWEEN 0 AND 100000),
	version        integer NOT NULL DEFAULT 1
);
INSERT INTO inventory_setting DEFAULT VALUES;
COMMENT ON TABLE inventory_setting IS 'How agents are treated; one row';
COMMENT ON COLUMN inventory_setting.id IS 'Always true';
COMMENT ON COLUMN inventory_setting.period_s IS 'How often agents are told to report, s';
COMMENT ON COLUMN inventory_setting.stale_after_s IS 'An agent silent for so long makes its CI stale, s';
COMMENT ON COLUMN inventory_setting.accept_unknown IS 'Agents without a token may wait in quarantine; false: they are refused';
COMMENT ON COLUMN inventory_setting.quarantine_max IS 'So many agents may wait at once';
COMMENT ON COLUMN inventory_setting.version IS 'Grows with each change; the ETag';

CREATE TABLE inventory_token (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	label        text NOT NULL CHECK (label <> ''),
	hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
	created_at   timestamptz(0) NOT NULL,
	created_by   bigint REFERENCES person,
	expires_at   timestamptz(0),
	revoked_at   timestamptz(0),
	revoked_by   bigint REFERENCES person,
	last_used_at timestamptz(0)
);
COMMENT ON TABLE inventory_token IS 'Enrolment tokens: an agent that sends one is known at once';
COMMENT ON COLUMN inventory_token.id IS 'Opaque id';
COMMENT ON COLUMN inventory_token.label IS 'What it is for, as written by its maker';
COMMENT ON COLUMN inventory_token.hash IS 'SHA-256 of the token; the token itself is kept nowhere';
COMMENT ON COLUMN inventory_token.created_at IS 'When made';
COMMENT ON COLUMN inventory_token.created_by IS 'Who made it';
COMMENT ON COLUMN inventory_token.expires_at IS 'From then on it enrols no new agent; those enrolled keep reporting with it. NULL: never';
COMMENT ON COLUMN inventory_token.revoked_at IS 'From then on it opens nothing: agents that report with it wait in quarantine';
COMMENT ON COLUMN inventory_token.revoked_by IS 'Who revoked it';
COMMENT ON COLUMN inventory_token.last_used_at IS 'Last report with it, to the hour';

CREATE TABLE inventory_agent (
	id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	agent_uuid        uuid UNIQUE,
	device_id         text NOT NULL CHECK (device_id <> '' AND length(device_id) <= 255),
	name              text NOT NULL,
	program           text NOT NULL DEFAULT '',
	protocol          text NOT NULL CHECK (protocol IN ('fusion', 'glpi')),
	tag               text NOT NULL DEFAULT '',
	address           text NOT NULL DEFAULT '',
	state             text NOT NULL CHECK (state IN ('quarantine', 'known', 'rejected', 'banned')),
	token_id          bigint REFERENCES inventory_token,
	ci_id             bigint REFERENCES ci,
	first_seen_at     timestamptz(0) NOT NULL,
	last_seen_at      timestamptz(0) NOT NULL,
	last_inventory_at timestamptz(0),
	stale_since       timestamptz(0),
	facts             jsonb,
	facts_hash        bytea,
	work              text NOT NULL DEFAULT 'none' CHECK (work IN ('none', 'waiting', 'failed')),
	work_error        text,
	applied_hash      bytea,
	applied_at        timestamptz(0),
	applied_ci_version integer,
	outcome           text CHECK (outcome IN ('created', 'updated', 'unchanged', 'ambiguous', 'refused')),
	report            jsonb,
	decided_by        bigint REFERENCES person,
	decided_at        timestamptz(0),
	note              text NOT NULL DEFAULT '',
	version           integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX inventory_agent_device_key ON inventory_agent (device_id) WHERE agent_uuid IS NULL;
CREATE INDEX inventory_agent_state_idx ON inventory_agent (state, id);
CREATE INDEX inventory_agent_device_idx ON inventory_agent (device_id);
CREATE INDEX inventory_agent_ci_idx ON inventory_agent (ci_id) WHERE ci_id IS NOT NULL;
CREATE INDEX inventory_agent_seen_idx ON inventory_agent (last_seen_at) WHERE state = 'known' AND stale_since IS NULL;
CREATE INDEX inventory_agent_work_idx ON inventory_agent (id) WHERE work = 'waiting';
COMMENT ON TABLE inventory_agent IS 'Inventory agents: known ones, those that wait in quarantine, those turned away';
COMMENT ON COLUMN inventory_agent.id IS 'Opaque id';
COMMENT ON COLUMN inventory_agent.agent_uuid IS 'GLPI-Agent-ID; NULL: an agent of the FusionInventory kind, known by device_id';
COMMENT ON COLUMN inventory_agent.device_id IS 'The name that the agent gave itself at its first start';
COMMENT ON COLUMN inventory_agent.name IS 'Name of its machine';
COMMENT ON COLUMN inventory_agent.program IS 'Agent''s program and version, as it says';
COMMENT ON COLUMN inventory_agent.protocol IS 'fusion: XML; glpi: JSON';
COMMENT ON COLUMN inventory_agent.tag IS 'Tag set in the agent''s configuration';
COMMENT ON COLUMN inventory_agent.address IS 'Address of its last report';
COMMENT ON COLUMN inventory_agent.state IS 'quarantine: waits for a decision; known: its inventories become CIs; rejected: nothing is kept; banned: refused';
COMMENT ON COLUMN inventory_agent.token_id IS 'Token that it enrolled with, and must go on sending; NULL: approved by a person';
COMMENT ON COLUMN inventory_agent.ci_id IS 'CI of its machine';
COMMENT ON COLUMN inventory_agent.first_seen_at IS 'First report';
COMMENT ON COLUMN inventory_agent.last_seen_at IS 'Last report or question';
COMMENT ON COLUMN inventory_agent.last_inventory_at IS 'Last inventory';
COMMENT ON COLUMN inventory_agent.stale_since IS 'Silent for longer than stale_after_s since then; NULL: reports in time';
COMMENT ON COLUMN inventory_agent.facts IS 'Last inventory as it was read, bounded: {"machine","parts","software","sections","cut"}';
COMMENT ON COLUMN inventory_agent.facts_hash IS 'SHA-256 of facts';
COMMENT ON COLUMN inventory_agent.work IS 'waiting: facts are still to become CIs; failed: see work_error';
COMMENT ON COLUMN inventory_agent.work_error IS 'Why the facts did not become CIs';
COMMENT ON COLUMN inventory_agent.applied_hash IS 'facts_hash that became CIs last';
COMMENT ON COLUMN inventory_agent.applied_at IS 'When that was';
COMMENT ON COLUMN inventory_agent.applied_ci_version IS 'Version of the CI after it';
COMMENT ON COLUMN inventory_agent.outcome IS 'What became of the machine''s CI then';
COMMENT ON COLUMN inventory_agent.report IS 'What became of each part: counts, and errors';
COMMENT ON COLUMN inventory_agent.decided_by IS 'Who approved, rejected or banned';
COMMENT ON COLUMN inventory_agent.decided_at IS 'When';
COMMENT ON COLUMN inventory_agent.note IS 'Their remark';
COMMENT ON COLUMN inventory_agent.version IS 'Grows with each decision; the ETag';

CREATE TABLE inventory_part (
	agent_id bigint NOT NULL REFERENCES inventory_agent,
	key      text NOT NULL,
	kind     text NOT NULL,
	ci_id    bigint NOT NULL REFERENCES ci,
	since    timestamptz(0) NOT NULL,
	gone_at  timestamptz(0),
	PRIMARY KEY (agent_id, key)
);
CREATE INDEX inventory_part_ci_idx ON inventory_part (ci_id);
COMMENT ON TABLE inventory_part IS 'CIs that an agent reports beside its machine: interfaces, disks, monitors, printers, virtual machines';
COMMENT ON COLUMN inventory_part.agent_id IS 'Agent';
COMMENT ON COLUMN inventory_part.key IS 'Key of the part within the inventory';
COMMENT ON COLUMN inventory_part.kind IS 'network_interface, disk, monitor, printer, virtual_machine';
COMMENT ON COLUMN inventory_part.ci_id IS 'Its CI';
COMMENT ON COLUMN inventory_part.since IS 'First reported';
COMMENT ON COLUMN inventory_part.gone_at IS 'No longer reported since; NULL: is there';

CREATE TABLE software_product (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name      text NOT NULL CHECK (name <> '' AND length(name) <= 255),
	publisher text NOT NULL DEFAULT '' CHECK (length(publisher) <= 255),
	UNIQUE (name, publisher)
);
CREATE INDEX software_product_name_idx ON software_product USING gin (lower(name) gin_trgm_ops);
CREATE INDEX software_product_lower_idx ON software_product (lower(name), id);
COMMENT ON TABLE software_product IS 'Programs that are installed somewhere, or were';
COMMENT ON COLUMN software_product.id IS 'Opaque id';
COMMENT ON COLUMN software_product.name IS 'Name as reported';
COMMENT ON COLUMN software_product.publisher IS 'Publisher as reported; empty: not said';

CREATE TABLE software_version (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	product_id bigint NOT NULL REFERENCES software_product,
	version    text NOT NULL CHECK (length(version) <= 255),
	UNIQUE (product_id, version)
);
COMMENT ON TABLE software_version IS 'Versions of products';
COMMENT ON COLUMN software_version.id IS 'Opaque id';
COMMENT ON COLUMN software_version.product_id IS 'Product';
COMMENT ON COLUMN software_version.version IS 'Version as reported; empty: not said';

CREATE TABLE software_installed (
	ci_id      bigint NOT NULL REFERENCES ci,
	version_id bigint NOT NULL REFERENCES software_version,
	since      timestamptz(0) NOT NULL,
	until      timestamptz(0),
	agent_id   bigint REFERENCES inventory_agent,
	PRIMARY KEY (ci_id, version_id, since),
	CHECK (until IS NULL OR until >= since)
);
CREATE UNIQUE INDEX software_installed_current_key ON software_installed (version_id, ci_id) WHERE until IS NULL;
CREATE INDEX software_installed_now_idx ON software_installed (ci_id, version_id) WHERE until IS NULL;
COMMENT ON TABLE software_installed IS 'Which CI has which version, and had; ended, never deleted';
COMMENT ON COLUMN software_installed.ci_id IS 'CI';
COMMENT ON COLUMN software_installed.version_id IS 'Product and version';
COMMENT ON COLUMN software_installed.since IS 'First reported (included)';
COMMENT ON COLUMN software_installed.until IS 'No longer reported from then on; NULL: is there';
COMMENT ON COLUMN software_installed.agent_id IS 'Agent that reported it';

-- Classes and attributes that inventories fill. A model of the company's own without the class named as parent is left as it is; what
-- nobody records is kept out.
CREATE TEMP TABLE add_class (name text, parent text, abstract boolean, label_en text, label_ru text, purpose text, position integer) ON COMMIT DROP;
INSERT INTO add_class VALUES
	('component', 'hardware', true, 'Component', 'Компонент', 'Part of a machine that is replaced by itself', 30),
	('network_interface', 'component', false, 'Network interface', 'Сетевой интерфейс', 'Find a machine by its address in the network', 31),
	('disk', 'component', false, 'Disk', 'Диск', 'Replace under warranty; know where data lay', 32),
	('monitor', 'device', false, 'Monitor', 'Монитор', 'Screens move between workplaces', 33);
CREATE TEMP TABLE add_attribute (class text, name text, type text, unit text, label_en text, label_ru text, purpose text, review_days integer, position integer) ON COMMIT DROP;
INSERT INTO add_attribute VALUES
	('hardware', 'manufacturer', 'text', NULL, 'Manufacturer', 'Производитель', 'Know whom to call for a part', 365, 4),
	('computer', 'uuid', 'text', NULL, 'System UUID', 'UUID системы', 'Recognise the machine whatever its name', NULL, 10),
	('computer', 'mac', 'mac', NULL, 'Main MAC address', 'Основной MAC-адрес', 'Recognise the machine in the network', 90, 11),
	('computer', 'os_version', 'text', NULL, 'OS version', 'Версия ОС', 'Plan upgrades, see exposure to a vulnerability', 30, 12),
	('computer', 'domain', 'text', NULL, 'Domain', 'Домен', 'Know whose policies hold', 90, 13),
	('computer', 'cpu', 'text', NULL, 'Processor', 'Процессор', 'Decide on upgrade or replacement', 365, 14),
	('computer', 'cpu_cores', 'integer', NULL, 'Cores', 'Ядер', 'Count licences by core', 365, 15),
	('computer', 'disk_gb', 'integer', 'GB', 'Disks, total', 'Диски, всего', 'Decide on upgrade or replacement', 90, 16),
	('network_interface', 'mac', 'mac', NULL, 'MAC address', 'MAC-адрес', 'Find it in the network', 90, 1),
	('network_interface', 'ip', 'ip', NULL, 'IP address', 'IP-адрес', 'Reach it', 30, 2),
	('disk', 'size_gb', 'integer', 'GB', 'Size', 'Объём', 'Order the right replacement', NULL, 1),
	('disk', 'firmware', 'text', NULL, 'Firmware', 'Прошивка', 'See exposure to a known fault', 365, 2),
	('printer', 'driver', 'text', NULL, 'Driver', 'Драйвер', 'Know what to install', 365, 10),
	('virtual_machine', 'hypervisor', 'text', NULL, 'Hypervisor', 'Гипервизор', 'Know how to restart it', 180, 10);
DO $$
DECLARE
	a add_class;
	f add_attribute;
	above ci_class;
	made ci_class;
BEGIN
	FOR a IN SELECT * FROM add_class ORDER BY position LOOP
		SELECT * INTO above FROM ci_class WHERE name = a.parent;
		CONTINUE WHEN above.id IS NULL OR EXISTS (SELECT FROM ci_class WHERE name = a.name);
		INSERT INTO ci_class (name, parent_id, abstract, label_en, label_ru, purpose, position)
		VALUES (a.name, above.id, a.abstract, a.label_en, a.label_ru, a.purpose, a.position) RETURNING * INTO made;
		UPDATE ci_class SET lineage = above.lineage || made.id WHERE id = made.id AND lineage = '{}';
	END LOOP;
	FOR f IN SELECT * FROM add_attribute LOOP
		SELECT * INTO made FROM ci_class WHERE name = f.class;
		CONTINUE WHEN made.id IS NULL OR EXISTS (SELECT FROM ci_attribute x JOIN ci_class c ON c.id = x.class_id
			WHERE x.name = f.name AND (c.id = ANY (made.lineage) OR made.id = ANY (c.lineage)));
		INSERT INTO ci_attribute (class_id, name, type, unit, label_en, label_ru, purpose, source, review_days, position)
		VALUES (made.id, f.name, f.type::attribute_type, f.unit, f.label_en, f.label_ru, f.purpose, 'agent', f.review_days, f.position);
	END LOOP;
END $$;
