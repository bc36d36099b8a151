# Debian packages by purpose; installs only what is missing. Sourced, never run.

PACKAGES_BUILD="gcc g++ libc6-dev make cmake ninja-build pkg-config libpq-dev libmicrohttpd-dev libgnutls28-dev nettle-dev
	libldap-dev libjansson-dev libxlsxwriter-dev zlib1g-dev libexpat1-dev libcurl4-gnutls-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libical-dev libgmime-3.0-dev"
PACKAGES_RUN="postgresql-15 postgresql-client-15 slapd ldap-utils openssl tzdata util-linux"
PACKAGES_TEST="postgresql-15-plpgsql-check libcmocka-dev python3 clang libclang-rt-14-dev curl jq unzip libreoffice-calc gnumeric poppler-utils postfix dovecot-imapd fusioninventory-agent"
PACKAGES_BROWSER="chromium fonts-dejavu-core"

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		return 127
	fi
}

packages_missing() {
	for package in "$@"; do
		case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) in
		ii*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# Node is any of version 18 or later (a distribution's own may be newer than Debian's), with npm beside it.
packages_node() {
	if command -v node >/dev/null && command -v npm >/dev/null &&
		[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]; then
		return
	fi
	echo nodejs npm
}

# apt starts the servers that it installs, and again at each boot; ours are private, so neither is wanted. Servers that were
# there before are left alone.
packages_apt() {
	policy=/usr/sbin/policy-rc.d
	made_policy=no
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
		made_policy=yes
	fi
	apt_status=0
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || apt_status=$?
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || apt_status=$?
	[ $made_policy = no ] || as_root rm -f "$policy"
	[ $apt_status = 0 ] || return $apt_status
	for server in postgresql-15:postgresql slapd:slapd postfix:postfix dovecot-imapd:dovecot; do
		case " $* " in
		*" ${server%%:*} "*) as_root update-rc.d "${server##*:}" disable || true ;;
		esac
	done
}

# packages_ensure PACKAGE…: installs those that are missing.
packages_ensure() {
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		die "as root, install: $missing(there is no sudo here)"
	fi
	# shellcheck disable=SC2086 # a list of words
	step "Installing $(echo $missing | wc -w) Debian packages" packages_apt $missing
}
