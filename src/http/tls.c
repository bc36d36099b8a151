/* Owns: certificate and key, read from their files and published through an atomic pointer, so that a new certificate
 * serves the next handshake. Replaced identities live until the end: a handshake may still be using them.
 * Refuses: a key that does not belong to the certificate; the old identity then stays. */
#include "http/internal.h"

#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 16

struct identity {
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned int length;
	gnutls_privkey_t key;
	struct identity *older;
};

struct tls {
	struct identity *newest;
};

/* libmicrohttpd's callback has no argument of its own. */
static _Atomic(struct identity *) current;

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **chain_r,
	unsigned int *chain_length_r, gnutls_privkey_t *key_r)
{
	struct identity *identity = atomic_load(&current);
	(void)session;
	(void)authorities;
	(void)authority_count;
	(void)algorithms;
	(void)algorithm_count;
	if (!identity)
		return -1;
	*chain_r = identity->chain;
	*chain_length_r = identity->length;
	*key_r = identity->key;
	return 0;
}

static void identity_free(struct identity *identity)
{
	for (unsigned int i = 0; i < identity->length; i++)
		gnutls_pcert_deinit(&identity->chain[i]);
	if (identity->key)
		gnutls_privkey_deinit(identity->key);
	free(identity);
}

/* GnuTLS compares key and certificate when both are put into credentials; those are thrown away again. */
static int check_pair(const char *certificate, const char *key)
{
	gnutls_certificate_credentials_t credentials;
	int code = gnutls_certificate_allocate_credentials(&credentials);
	if (code < 0)
		return code;
	code = gnutls_certificate_set_x509_key_file(credentials, certificate, key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(credentials);
	return code < 0 ? code : 0;
}

static int load_chain(struct identity *identity, const char *path)
{
	gnutls_datum_t pem;
	unsigned int length = CHAIN_MAX;
	int code = gnutls_load_file(path, &pem);
	if (code < 0)
		return code;
	code = gnutls_pcert_list_import_x509_raw(
		identity->chain, &length, &pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
	gnutls_free(pem.data);
	if (code >= 0)
		identity->length = length;
	return code;
}

static int load_key(struct identity *identity, const char *path)
{
	gnutls_datum_t pem;
	int code = gnutls_load_file(path, &pem);
	if (code < 0)
		return code;
	code = gnutls_privkey_init(&identity->key);
	if (code >= 0)
		code = gnutls_privkey_import_x509_raw(identity->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	return code;
}

bool tls_reload(struct tls *tls, const struct config *config, char *why, size_t why_bytes)
{
	struct identity *identity = calloc(1, sizeof(*identity));
	if (!identity) {
		snprintf(why, why_bytes, "no memory for the certificate");
		return false;
	}
	int code = check_pair(config->http_tls_certificate, config->http_tls_key);
	if (code >= 0)
		code = load_chain(identity, config->http_tls_certificate);
	if (code >= 0)
		code = load_key(identity, config->http_tls_key);
	if (code < 0) {
		snprintf(why, why_bytes, "http.tls_certificate %s with http.tls_key %s: %s", config->http_tls_certificate,
			config->http_tls_key, gnutls_strerror(code));
		identity_free(identity);
		return false;
	}
	identity->older = tls->newest;
	tls->newest = identity;
	atomic_store(&current, identity);
	return true;
}

struct tls *tls_create(const struct config *config, char *why, size_t why_bytes)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	if (!tls) {
		snprintf(why, why_bytes, "no memory for TLS");
		return NULL;
	}
	if (!tls_reload(tls, config, why, why_bytes)) {
		free(tls);
		return NULL;
	}
	return tls;
}

void tls_destroy(struct tls *tls)
{
	if (!tls)
		return;
	atomic_store(&current, NULL);
	for (struct identity *identity = tls->newest, *older; identity; identity = older) {
		older = identity->older;
		identity_free(identity);
	}
	free(tls);
}
