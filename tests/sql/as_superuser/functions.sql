-- Every PL/pgSQL function against the schema: unknown columns, ambiguous names, wrong types in branches that no test reaches.
CREATE EXTENSION IF NOT EXISTS plpgsql_check;
DO $$
DECLARE
	found_all text;
	functions integer;
BEGIN
	SELECT string_agg(p.oid::regprocedure || ': ' || c.line, E'\n'), count(DISTINCT p.oid) INTO found_all, functions
	FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql' JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
	CROSS JOIN LATERAL (
		SELECT x AS line FROM plpgsql_check_function(p.oid, fatal_errors => false, other_warnings => false, extra_warnings => false) AS x
		WHERE p.prorettype <> 'trigger'::regtype
		UNION ALL SELECT NULL) c
	WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e');
	IF functions < 50 THEN
		RAISE EXCEPTION 'only % functions were found to check', functions;
	END IF;
	IF found_all IS NOT NULL THEN
		RAISE EXCEPTION E'%', found_all;
	END IF;
END $$;
DROP EXTENSION plpgsql_check;
