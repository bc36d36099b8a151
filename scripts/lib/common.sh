# Shared by scripts/demo and scripts/test: messages, the account that servers run under, processes that end with us.
# Sourced, never run. Expects ROOT (the repository) and refuses nothing by itself.

say() { printf '%s\n' "$*" >&2; }
die() { say "$NAME: $*"; exit 1; }

# step TEXT COMMAND…: one line with its seconds; its output only when it fails. Runs in a subshell where the first failed
# command ends it; so never call step itself in a condition.
step() {
	step_text=$1; shift
	step_from=$(date +%s)
	printf '  %-46s' "$step_text" >&2
	set +e
	(set -e; "$@") >"$STATE/log/step" 2>&1
	step_status=$?
	set -e
	if [ $step_status = 0 ]; then
		say "$(($(date +%s) - step_from)) s"
		return 0
	fi
	say failed
	# The log lies on the same disk, so it may hold nothing of it.
	if [ "$(free_mib "$STATE")" -lt 64 ] || grep -q 'No space left on device' "$STATE/log/step"; then
		die "the disk that holds $STATE is full ($step_text)"
	fi
	tail -n 25 "$STATE/log/step" >&2
	step_right=$(grep -m1 -i 'permission denied' "$STATE/log/step") && die "a right is missing: $step_right"
	die "$step_text failed; the lines above say why"
}

# PostgreSQL refuses to run as root, so root lends its servers to the account `postgres` of Debian's package;
# anyone else runs them as they are.
service_account() { if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi; }

# as_service COMMAND…: in STATE, under the service account, with a bare environment.
as_service() {
	(
		cd "$STATE"
		umask 077
		if [ "$(id -u)" = 0 ]; then
			HOME=$STATE exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
		fi
		HOME=$STATE exec "$@"
	)
}

give_to_service() { if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$@"; fi; }

# service_file PATH: writes standard input to PATH, readable by the service account alone.
service_file() {
	(umask 077; cat >"$1")
	give_to_service "$1"
}

new_password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# is_running PIDFILE: the process of the first line is alive.
is_running() {
	[ -s "$1" ] || return 1
	read -r running_pid <"$1" || [ -n "$running_pid" ] || return 1
	[ -d "/proc/$running_pid" ]
}

# stop_pidfile PIDFILE SECONDS: TERM, then KILL when it does not end in time. By id only, never by name.
stop_pidfile() {
	is_running "$1" || { rm -f "$1"; return 0; }
	stop_pid=$running_pid
	kill -TERM "$stop_pid" 2>/dev/null || true
	stop_left=$(($2 * 10))
	while [ -d "/proc/$stop_pid" ] && [ "$stop_left" -gt 0 ]; do
		sleep 0.1
		stop_left=$((stop_left - 1))
	done
	[ -d "/proc/$stop_pid" ] && kill -KILL "$stop_pid" 2>/dev/null
	rm -f "$1"
}

# free_mib FOLDER: what the disk of FOLDER has left.
free_mib() { df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'; }
