-- name: doctor_database
-- What an administrator must know of the database before trusting it with the work.
SELECT current_setting('server_version'), current_setting('server_version_num')::int, pg_is_in_recovery(),
	current_setting('fsync')::boolean AND current_setting('full_page_writes')::boolean, current_setting('synchronous_commit'),
	(SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
	(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
		AND pg_get_userbyid(c.relowner) = current_user),
	extract(epoch FROM clock_timestamp())::bigint, current_user,
	has_table_privilege('ticket_event', 'UPDATE') OR has_table_privilege('ticket_event', 'DELETE');
