-- People, teams, sign-in. Times are UTC; the product records whole seconds (timestamptz(0)), except periods of ownership.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE person (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login          text NOT NULL CHECK (login = lower(login) AND login <> ''),
	directory_key  text UNIQUE,
	directory_dn   text,
	given_name     text NOT NULL DEFAULT '',
	family_name    text NOT NULL DEFAULT '',
	name           text NOT NULL GENERATED ALWAYS AS (coalesce(nullif(btrim(given_name || ' ' || family_name), ''), login)) STORED,
	mail           text,
	phone          text,
	department     text,
	title          text,
	location       text,
	manager_id     bigint REFERENCES person,
	language       text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ru')),
	zone           text NOT NULL DEFAULT 'Europe/Moscow',
	theme          text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
	language_chosen boolean NOT NULL DEFAULT false,
	roles          integer NOT NULL DEFAULT 1 CHECK (roles BETWEEN 0 AND 127),
	active         boolean NOT NULL DEFAULT true,
	absent_until   timestamptz(0),
	source         text NOT NULL DEFAULT 'directory' CHECK (source IN ('directory', 'import', 'system')),
	version        integer NOT NULL DEFAULT 1,
	created_at     timestamptz(0) NOT NULL DEFAULT now(),
	synced_at      timestamptz(0)
);
CREATE UNIQUE INDEX person_login_key ON person (login);
CREATE INDEX person_name_idx ON person (lower(name) text_pattern_ops);
CREATE INDEX person_family_name_idx ON person (lower(family_name) text_pattern_ops);
CREATE INDEX person_login_prefix_idx ON person (login text_pattern_ops);
CREATE INDEX person_manager_idx ON person (manager_id) WHERE manager_id IS NOT NULL;
CREATE INDEX person_directory_dn_idx ON person (lower(directory_dn));
COMMENT ON TABLE person IS 'Everyone who can sign in, report, own or be named; never deleted, only made inactive';
COMMENT ON COLUMN person.id IS 'Opaque id';
COMMENT ON COLUMN person.login IS 'Login name in lower case, from the directory';
COMMENT ON COLUMN person.directory_key IS 'Identity in the directory that survives renaming (entryUUID, objectGUID in hex)';
COMMENT ON COLUMN person.directory_dn IS 'Distinguished name at the last synchronisation';
COMMENT ON COLUMN person.given_name IS 'Given name; a person without given and family name cannot answer in public';
COMMENT ON COLUMN person.family_name IS 'Family name';
COMMENT ON COLUMN person.name IS 'Given and family name, or the login when both are missing';
COMMENT ON COLUMN person.mail IS 'Mail address';
COMMENT ON COLUMN person.phone IS 'Telephone number as written in the directory';
COMMENT ON COLUMN person.department IS 'Department';
COMMENT ON COLUMN person.title IS 'Job title';
COMMENT ON COLUMN person.location IS 'Location';
COMMENT ON COLUMN person.manager_id IS 'Manager';
COMMENT ON COLUMN person.language IS 'Language of interface and mail, en or ru';
COMMENT ON COLUMN person.zone IS 'IANA time zone in which times are shown to the person';
COMMENT ON COLUMN person.theme IS 'Colours: system, light or dark';
COMMENT ON COLUMN person.language_chosen IS 'The person chose the language; the directory no longer sets it';
COMMENT ON COLUMN person.roles IS 'Bits of roles: 1 employee, 2 agent, 4 lead, 8 manager, 16 auditor, 32 cmdb, 64 admin';
COMMENT ON COLUMN person.active IS 'False: retired or disabled; sessions and tokens no longer work';
COMMENT ON COLUMN person.absent_until IS 'Away until then';
COMMENT ON COLUMN person.source IS 'Where the row came from: directory, import of another system, or system (placeholder)';
COMMENT ON COLUMN person.version IS 'Grows with each change; the ETag';
COMMENT ON COLUMN person.created_at IS 'When the row was made';
COMMENT ON COLUMN person.synced_at IS 'Last time the directory confirmed the person';

CREATE TABLE team (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key          text NOT NULL UNIQUE CHECK (key <> ''),
	name         text NOT NULL CHECK (name <> ''),
	level        smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
	directory_dn text,
	active       boolean NOT NULL DEFAULT true,
	source       text NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'directory', 'import')),
	version      integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX team_directory_dn_key ON team (lower(directory_dn));
COMMENT ON TABLE team IS 'A team of the service desk; tickets are routed to teams and owned by people';
COMMENT ON COLUMN team.id IS 'Opaque id';
COMMENT ON COLUMN team.key IS 'Stable short name, cn of the directory group';
COMMENT ON COLUMN team.name IS 'Name as people read it';
COMMENT ON COLUMN team.level IS 'Support level 1 to 3';
COMMENT ON COLUMN team.directory_dn IS 'Directory group whose members are the members, if any';
COMMENT ON COLUMN team.active IS 'False: takes no new tickets';
COMMENT ON COLUMN team.source IS 'Where the row came from';
COMMENT ON COLUMN team.version IS 'Grows with each change; the ETag';

CREATE TABLE team_member (
	team_id   bigint NOT NULL REFERENCES team,
	person_id bigint NOT NULL REFERENCES person,
	lead      boolean NOT NULL DEFAULT false,
	PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_member_person_idx ON team_member (person_id);
COMMENT ON TABLE team_member IS 'Who belongs to which team now';
COMMENT ON COLUMN team_member.team_id IS 'Team';
COMMENT ON COLUMN team_member.person_id IS 'Member';
COMMENT ON COLUMN team_member.lead IS 'Leads this team';

CREATE TABLE session (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
	person_id    bigint NOT NULL REFERENCES person,
	created_at   timestamptz(0) NOT NULL,
	last_seen_at timestamptz(0) NOT NULL,
	expires_at   timestamptz(0) NOT NULL,
	address      text NOT NULL,
	ended_at     timestamptz(0)
);
CREATE INDEX session_person_idx ON session (person_id) WHERE ended_at IS NULL;
CREATE INDEX session_expires_idx ON session (expires_at);
COMMENT ON TABLE session IS 'Signed-in browsers; the cookie holds the token, the table only its SHA-256';
COMMENT ON COLUMN session.id IS 'Opaque id';
COMMENT ON COLUMN session.token_hash IS 'SHA-256 of the random token';
COMMENT ON COLUMN session.person_id IS 'Who signed in';
COMMENT ON COLUMN session.created_at IS 'Sign-in';
COMMENT ON COLUMN session.last_seen_at IS 'Last request, to the minute; idle limit counts from here';
COMMENT ON COLUMN session.expires_at IS 'Absolute end';
COMMENT ON COLUMN session.address IS 'Address of the client at sign-in';
COMMENT ON COLUMN session.ended_at IS 'Signed out or revoked';

CREATE TABLE token (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
	person_id    bigint NOT NULL REFERENCES person,
	label        text NOT NULL DEFAULT '',
	created_at   timestamptz(0) NOT NULL,
	created_by   bigint REFERENCES person,
	expires_at   timestamptz(0),
	last_used_at timestamptz(0),
	revoked_at   timestamptz(0)
);
CREATE INDEX token_person_idx ON token (person_id);
COMMENT ON TABLE token IS 'Bearer tokens of programs; shown once, stored as SHA-256';
COMMENT ON COLUMN token.id IS 'Opaque id';
COMMENT ON COLUMN token.token_hash IS 'SHA-256 of the token';
COMMENT ON COLUMN token.person_id IS 'In whose name the program acts';
COMMENT ON COLUMN token.label IS 'What it is for';
COMMENT ON COLUMN token.created_at IS 'When made';
COMMENT ON COLUMN token.created_by IS 'Who made it; NULL: the command line';
COMMENT ON COLUMN token.expires_at IS 'End; NULL: none';
COMMENT ON COLUMN token.last_used_at IS 'Last use, to the minute';
COMMENT ON COLUMN token.revoked_at IS 'Revoked';

CREATE UNLOGGED TABLE signin_attempt (
	key    text NOT NULL,
	minute timestamptz(0) NOT NULL,
	tries  integer NOT NULL,
	PRIMARY KEY (key, minute)
);
COMMENT ON TABLE signin_attempt IS 'Counts sign-in attempts by login and by address, to slow down guessing; may be lost in a crash';
COMMENT ON COLUMN signin_attempt.key IS 'SHA-256 in hex of "login:…" or "address:…"';
COMMENT ON COLUMN signin_attempt.minute IS 'Minute counted';
COMMENT ON COLUMN signin_attempt.tries IS 'Attempts in it';

CREATE TABLE idempotency (
	actor_id    bigint NOT NULL,
	key         text NOT NULL,
	fingerprint text NOT NULL,
	status      integer,
	location    text,
	etag        text,
	body        text,
	created_at  timestamptz(0) NOT NULL DEFAULT now(),
	PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_created_idx ON idempotency (created_at);
COMMENT ON TABLE idempotency IS 'Answers given to POSTs with an Idempotency-Key, written in the transaction of the work itself';
COMMENT ON COLUMN idempotency.actor_id IS 'Who sent it';
COMMENT ON COLUMN idempotency.key IS 'The header''s value';
COMMENT ON COLUMN idempotency.fingerprint IS 'SHA-256 of method, path and body, in hex';
COMMENT ON COLUMN idempotency.status IS 'HTTP status given';
COMMENT ON COLUMN idempotency.location IS 'Location header given';
COMMENT ON COLUMN idempotency.etag IS 'ETag header given';
COMMENT ON COLUMN idempotency.body IS 'JSON given';
COMMENT ON COLUMN idempotency.created_at IS 'When; kept for some days';
