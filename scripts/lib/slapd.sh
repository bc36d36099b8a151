# A private slapd in STATE/slapd at 127.0.0.1:LDAP_PORT with StartTLS and an authority of its own. Sourced, never run.
# It refuses anonymous reads and any password sent without TLS; the service reads as cn=vakhta,ou=services.

LDAP_BASE="dc=rassvet,dc=example"

# An authority (kept in STATE/tls) and a server's certificate for 127.0.0.1 and localhost, both P-256.
slapd_certificate() {
	mkdir -p "$STATE/tls"
	(
		cd "$STATE/tls"
		umask 077
		openssl ecparam -name prime256v1 -genkey -noout -out ca.key
		openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/O=Rassvet Retail/CN=Rassvet demo authority" \
			-addext "basicConstraints=critical,CA:true,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.pem
		openssl ecparam -name prime256v1 -genkey -noout -out server.key
		openssl req -new -key server.key -subj "/O=Rassvet Retail/CN=localhost" -out server.csr
		printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1' 'basicConstraints=critical,CA:false' \
			'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' >server.ext
		openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 820 -sha256 -extfile server.ext -out server.pem
		rm -f server.csr server.ext
		chmod 644 ca.pem server.pem
	)
	give_to_service "$STATE/tls"
}

slapd_configure() {
	cat <<-CONF | service_file "$STATE/slapd/slapd.conf"
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/inetorgperson.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		moduleload memberof
		pidfile  $STATE/slapd/pid
		argsfile $STATE/slapd/args
		loglevel none
		sizelimit size.soft=1000 size.hard=unlimited size.pr=500 size.prtotal=unlimited
		disallow bind_anon
		security simple_bind=128
		TLSCACertificateFile  $STATE/tls/ca.pem
		TLSCertificateFile    $STATE/tls/server.pem
		TLSCertificateKeyFile $STATE/tls/server.key
		TLSProtocolMin 3.3

		database mdb
		suffix    "$LDAP_BASE"
		rootdn    "cn=root,$LDAP_BASE"
		directory $STATE/slapd/data
		maxsize   268435456
		index objectClass,uid,entryUUID,cn,member,memberOf eq
		overlay memberof
		access to attrs=userPassword by anonymous auth by * none
		access to * by dn.exact="cn=vakhta,ou=services,$LDAP_BASE" read by self read by * none
	CONF
}

# slapd_load: builds the directory from the demo company's people and teams.
slapd_load() {
	rm -rf "$STATE/slapd"
	mkdir -p "$STATE/slapd/data"
	[ -s "$STATE/secret/directory" ] || new_password | service_file "$STATE/secret/directory"
	node "$ROOT/scripts/lib/directory.mjs" --base "$LDAP_BASE" --bind-password-file "$STATE/secret/directory" \
		--password vakhta-demo "$ROOT/schema/demo" | service_file "$STATE/slapd/company.ldif"
	slapd_configure
	give_to_service "$STATE/slapd"
	as_service /usr/sbin/slapadd -q -f "$STATE/slapd/slapd.conf" -l "$STATE/slapd/company.ldif"
}

# slapd_start: needs LDAP_PORT. slapd goes to the background by itself once it listens.
slapd_start() {
	slapd_configure
	as_service /usr/sbin/slapd -f "$STATE/slapd/slapd.conf" -h "ldap://127.0.0.1:$LDAP_PORT/" -n vakhta-demo-slapd
	slapd_left=50
	while ! is_running "$STATE/slapd/pid"; do
		slapd_left=$((slapd_left - 1))
		[ $slapd_left -gt 0 ] || { echo "slapd did not start"; return 1; }
		sleep 0.1
	done
}

slapd_stop() { stop_pidfile "$STATE/slapd/pid" 10; }
