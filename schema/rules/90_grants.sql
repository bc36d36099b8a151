-- What the runtime role may: read and write rows, never the schema; timelines and histories only grow; chains are the owner's alone.
-- The role's name comes from the program (setting vakhta.runtime_role); a role that is not there yet is made without the right to sign in.
DO $$
DECLARE
	runtime text := coalesce(nullif(current_setting('vakhta.runtime_role', true), ''), 'vakhta');
	t text;
BEGIN
	IF runtime = current_user THEN
		RETURN; -- one role for both: allowed for trying out, and doctor says so
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = runtime) THEN
		EXECUTE format('CREATE ROLE %I', runtime);
	END IF;
	EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', runtime);
	-- Ours only: an extension's objects may stand in the same schema and belong to somebody else.
	FOR t IN SELECT format('GRANT %s ON %s %s TO %I', CASE c.relkind WHEN 'S' THEN 'USAGE, SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END,
			CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, runtime)
		FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND pg_has_role(c.relowner, 'USAGE')
		UNION ALL
		SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, runtime)
		FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE') LOOP
		EXECUTE t;
	END LOOP;
	FOREACH t IN ARRAY ARRAY['ticket_event', 'case_event', 'ci_version', 'calendar_version', 'mail_message', 'audit_anchor', 'attribute_decision', 'ci_confirmation'] LOOP
		EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, runtime);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['ticket_chain', 'case_chain', 'contract_chain', 'contract_event', 'ticket_move', 'case_move'] LOOP
		EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, runtime);
	END LOOP;
	EXECUTE format('REVOKE DELETE, TRUNCATE ON ticket, supplier_case, ownership, handover, person, ci FROM %I', runtime);
END $$;
