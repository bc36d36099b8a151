CREATE OR REPLACE FUNCTION test_raise(state text, message text, hint text, detail text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint, DETAIL = detail;
END $$;
