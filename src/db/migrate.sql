-- The record of what was applied. None of these is prepared: they run before the schema exists.

-- name: migrate_lock
-- prepare: no
SELECT pg_try_advisory_lock(7230125);

-- name: migrate_has_records
-- prepare: no
SELECT to_regclass('schema_migration') IS NOT NULL;

-- name: migrate_create_migration
-- prepare: no
CREATE TABLE schema_migration (
	number integer PRIMARY KEY,
	name text NOT NULL,
	checksum text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: migrate_create_rule
-- prepare: no
CREATE TABLE schema_rule (
	name text PRIMARY KEY,
	checksum text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: migrate_comment
-- prepare: no
DO $$
BEGIN
	COMMENT ON TABLE schema_migration IS 'Migrations applied, each once';
	COMMENT ON COLUMN schema_migration.number IS 'Number of the file, from 1 without a gap';
	COMMENT ON COLUMN schema_migration.name IS 'Name of the file';
	COMMENT ON COLUMN schema_migration.checksum IS 'SHA-256 of the file as applied, in hex';
	COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied';
	COMMENT ON TABLE schema_rule IS 'Files of functions and triggers as last created';
	COMMENT ON COLUMN schema_rule.name IS 'Name of the file';
	COMMENT ON COLUMN schema_rule.checksum IS 'SHA-256 of the file, in hex';
	COMMENT ON COLUMN schema_rule.applied_at IS 'When it was last created';
	GRANT SELECT ON schema_migration TO PUBLIC;
END $$;

-- name: migrate_applied
-- prepare: no
SELECT number, name, checksum FROM schema_migration ORDER BY number;

-- name: migrate_version
-- prepare: no
SELECT coalesce(max(number), 0) FROM schema_migration;

-- name: migrate_record
-- prepare: no
INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3);

-- name: migrate_rules
-- prepare: no
SELECT name, checksum FROM schema_rule ORDER BY name;

-- name: migrate_forget_rules
-- prepare: no
DELETE FROM schema_rule;

-- name: migrate_record_rule
-- prepare: no
INSERT INTO schema_rule (name, checksum) VALUES ($1, $2);

-- name: migrate_runtime_role
-- prepare: no
SELECT set_config('vakhta.runtime_role', coalesce($1, ''), true);

-- name: migrate_drop_rules
-- prepare: no
-- What the rules will make anew goes first, so that a parameter may be renamed and a function that is no longer wanted is gone.
-- Without CASCADE: a table or index that leans on a function stops the migration instead of going with it.
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT t.tgname, t.tgrelid::regclass AS on_table FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND NOT t.tgisinternal LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.on_table);
	END LOOP;
	FOR r IN SELECT p.oid::regprocedure AS signature, p.prokind FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
			WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p')
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e') LOOP
		EXECUTE format('DROP %s %s', CASE r.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, r.signature);
	END LOOP;
END $$;
