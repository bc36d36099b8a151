# The program itself: build, configuration file of a private installation in STATE, start and stop. Sourced, never run.

# build_ui: nothing to do when the built pages are newer than every source.
build_ui() {
	cd "$ROOT/ui"
	if [ -d dist ] && [ -z "$(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist -print | head -n 1)" ]; then
		return 0
	fi
	npm ci --no-audit --no-fund --loglevel=error && npm run build && touch dist
}

# build_program FOLDER [CMAKE OPTION…]
build_program() {
	build_folder=$1; shift
	cmake -S "$ROOT" -B "$build_folder" -G Ninja "$@" && cmake --build "$build_folder"
}

# program_install FOLDER: the servers' account may be unable to reach the build folder, so the state folder has a copy.
program_install() {
	mkdir -p "$STATE/bin"
	cp -f "$1/src/vakhta" "$STATE/bin/vakhta.new" && chmod 755 "$STATE/bin" "$STATE/bin/vakhta.new" &&
		mv -f "$STATE/bin/vakhta.new" "$STATE/bin/vakhta"
}

# program_configure: needs HTTP_PORT, STREAM_PORT, PG_PORT, LDAP_PORT.
program_configure() {
	program_base=$LDAP_BASE
	[ -s "$STATE/secret/link" ] || new_password | service_file "$STATE/secret/link"
	cat <<-CONF | service_file "$STATE/vakhta.conf"
		[database]
		connection = host=$(pg_socket) port=$PG_PORT dbname=vakhta user=vakhta
		password_file = $STATE/secret/runtime
		owner_connection = host=$(pg_socket) port=$PG_PORT dbname=vakhta user=vakhta_owner
		owner_password_file = $STATE/secret/owner

		[http]
		address = 127.0.0.1
		port = $HTTP_PORT
		stream_port = $STREAM_PORT
		link_key_file = $STATE/secret/link

		[directory]
		url = ldap://127.0.0.1:$LDAP_PORT
		starttls = true
		ca_file = $STATE/tls/ca.pem
		bind_dn = cn=vakhta,ou=services,$program_base
		bind_password_file = $STATE/secret/directory
		people_base = ou=people,$program_base
		groups_base = $program_base
		team_base = ou=teams,$program_base
		role_agent = cn=desk-agents,ou=groups,$program_base
		role_lead = cn=desk-leads,ou=groups,$program_base
		role_manager = cn=it-managers,ou=groups,$program_base
		role_auditor = cn=auditors,ou=groups,$program_base
		role_cmdb = cn=cmdb-architects,ou=groups,$program_base
		role_admin = cn=vakhta-admins,ou=groups,$program_base

		[mail]
		from = Rassvet service desk <desk@rassvet.example>

		[desk]
		zone = Europe/Moscow
		language = ru
	CONF
	if [ "$(id -u)" != 0 ]; then return 0; fi
	chmod 640 "$STATE/vakhta.conf"
}

# vakhta COMMAND…: the installed program with the installation's configuration.
vakhta() { as_service "$STATE/bin/vakhta" "$@" --config "$STATE/vakhta.conf"; }

# program_start: the server in the background, its log in STATE/log/vakhta; waits until it is ready.
program_start() {
	(
		cd "$STATE"
		umask 077
		[ "$(id -u)" = 0 ] && set -- setpriv --reuid=postgres --regid=postgres --init-groups --
		HOME=$STATE exec setsid "$@" "$STATE/bin/vakhta" serve --config "$STATE/vakhta.conf"
	) >>"$STATE/log/vakhta" 2>&1 </dev/null &
	echo $! >"$STATE/vakhta.pid"
	program_left=300
	until curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$HTTP_PORT/readyz" 2>/dev/null; do
		program_left=$((program_left - 1))
		if [ $program_left -le 0 ] || ! is_running "$STATE/vakhta.pid"; then
			echo "the server did not become ready; the end of $STATE/log/vakhta:"
			tail -n 10 "$STATE/log/vakhta"
			return 1
		fi
		sleep 0.1
	done
}

program_stop() { stop_pidfile "$STATE/vakhta.pid" 15; }

# program_env: shell lines for programs that work with this installation.
program_env() {
	cat <<-ENV
		export VAKHTA_URL='http://127.0.0.1:$HTTP_PORT'
		export VAKHTA_BIN='$STATE/bin/vakhta'
		export VAKHTA_CONFIG='$STATE/vakhta.conf'
		export PGHOST='$(pg_socket)'
		export PGPORT='$PG_PORT'
		export PGDATABASE='vakhta'
		export PGUSER='vakhta_owner'
	ENV
}
