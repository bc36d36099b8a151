# A private PostgreSQL cluster in STATE/postgres: Unix socket in PG_SOCKET, 127.0.0.1 at PG_PORT. Sourced, never run.
# Roles: `postgres` superuser, `vakhta_owner` owns the database and its schema, `vakhta` is what the server runs as and owns nothing.
# On the socket only the account of the servers, root and the person who started it get in (peer); on TCP passwords (SCRAM).

pg_bin() {
	for pg_folder in /usr/lib/postgresql/*/bin; do pg_newest=$pg_folder; done
	[ -x "$pg_newest/postgres" ] || die "PostgreSQL's programs are not below /usr/lib/postgresql"
	echo "$pg_newest"
}

# The socket's path must fit into 107 bytes, which a deep state folder does not leave.
pg_socket() {
	if [ ${#STATE} -le 80 ]; then
		echo "$STATE/run"
	else
		echo "/tmp/vakhta-$(printf %s "$STATE" | sha256sum | cut -c1-16)"
	fi
}

pg_access() {
	cat <<-ACCESS | service_file "$STATE/postgres/pg_hba.conf"
		local all all              peer map=servants
		host  all all 127.0.0.1/32 scram-sha-256
	ACCESS
	for pg_person in root "$(service_account)" "$(id -un)"; do
		for pg_role in postgres vakhta_owner vakhta; do echo "servants $pg_person $pg_role"; done
	done | sort -u | service_file "$STATE/postgres/pg_ident.conf"
}

# pg_create [SETTING=VALUE…]: initialises the cluster; extra settings are for throw-away clusters of tests.
pg_create() {
	rm -rf "$STATE/postgres"
	as_service "$(pg_bin)/initdb" -D "$STATE/postgres" -U postgres -E UTF8 --locale=C.UTF-8 --auth=peer --data-checksums
	pg_access
	{
		echo "listen_addresses = '127.0.0.1'"
		echo "unix_socket_permissions = 0777 # pg_hba.conf decides"
		echo "shared_buffers = 256MB"
		echo "work_mem = 16MB"
		echo "max_wal_size = 2GB"
		echo "random_page_cost = 1.1"
		echo "log_min_duration_statement = 1000"
		echo "log_parameter_max_length = 0 # texts of people stay out of the log"
		echo "log_parameter_max_length_on_error = 0"
		for pg_setting; do echo "$pg_setting"; done
	} >>"$STATE/postgres/postgresql.conf"
}

# pg_start: needs PG_PORT.
pg_start() {
	PG_SOCKET=$(pg_socket)
	mkdir -p "$PG_SOCKET"
	chmod 755 "$PG_SOCKET"
	give_to_service "$PG_SOCKET"
	pg_access
	as_service "$(pg_bin)/pg_ctl" -D "$STATE/postgres" -l "$STATE/log/postgres" -w -t 60 \
		-o "-p $PG_PORT -k $PG_SOCKET" start || { tail -n 5 "$STATE/log/postgres"; return 1; }
}

pg_stop() {
	[ -s "$STATE/postgres/postmaster.pid" ] || return 0
	as_service "$(pg_bin)/pg_ctl" -D "$STATE/postgres" -m fast -w -t 60 stop >/dev/null 2>&1 || true
	case $(pg_socket) in /tmp/vakhta-*) rm -rf "$(pg_socket)" ;; esac
}

# pg_sql DATABASE: runs standard input as the superuser.
pg_sql() {
	as_service "$(pg_bin)/psql" -X -q -v ON_ERROR_STOP=1 -h "$(pg_socket)" -p "$PG_PORT" -U postgres -d "$1"
}

# pg_prepare: roles and database `vakhta`; run again it sets the passwords anew and changes nothing else.
pg_prepare() {
	for pg_role in owner runtime; do
		[ -s "$STATE/secret/$pg_role" ] || new_password | service_file "$STATE/secret/$pg_role"
	done
	# The passwords go in by standard input: arguments can be read by everyone on the machine.
	pg_sql postgres <<-SQL
		SELECT 'CREATE ROLE ' || name || ' LOGIN' FROM (VALUES ('vakhta_owner'), ('vakhta')) AS wanted(name)
			WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
		ALTER ROLE vakhta_owner PASSWORD '$(cat "$STATE/secret/owner")';
		ALTER ROLE vakhta PASSWORD '$(cat "$STATE/secret/runtime")';
		SELECT 'CREATE DATABASE vakhta OWNER vakhta_owner TEMPLATE template0 ENCODING UTF8'
			WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'vakhta') \gexec
		REVOKE ALL ON DATABASE vakhta FROM PUBLIC;
		GRANT CONNECT ON DATABASE vakhta TO vakhta;
	SQL
	pg_sql vakhta <<-SQL
		REVOKE ALL ON SCHEMA public FROM PUBLIC;
		ALTER SCHEMA public OWNER TO vakhta_owner;
	SQL
}
