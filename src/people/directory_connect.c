/* The LDAP handle: TLS before anything else, limits on everything, binds and searches. */
#include "people/directory_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CA_FILE_SYSTEM "/etc/ssl/certs/ca-certificates.crt"
#define TLS_1_2 LDAP_OPT_X_TLS_PROTOCOL(3, 3)
#define RETRY_AFTER_S 5
#define PAGES_MAX 100000

static bool fail_down(struct directory *directory, const char *doing, int rc)
{
	struct ctx *ctx = directory->ctx;
	char *diagnostic = NULL;
	if (directory->handle)
		ldap_get_option(directory->handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
	fail(ctx, ERROR_UNAVAILABLE,
		"The directory that knows the passwords cannot be asked right now. Whoever is signed in can go on; try again "
		"in a moment.");
	if (directory->watch && directory_watch_fired(directory->watch))
		ctx->error.log_detail = arena_printf(
			ctx->arena, "directory: %s took too long and was cut off (%s)", doing, ctx->config->directory_url);
	else
		ctx->error.log_detail =
			arena_printf(ctx->arena, "directory: %s failed: %s%s%s (%s)", doing, ldap_err2string(rc),
				diagnostic && *diagnostic ? ": " : "", diagnostic ? diagnostic : "", ctx->config->directory_url);
	ctx->error.retry_after_s = RETRY_AFTER_S;
	ldap_memfree(diagnostic);
	return false;
}

static bool fail_settings(struct ctx *ctx, const char *text)
{
	fail(ctx, ERROR_UNAVAILABLE, "Sign-in is not set up; tell your administrator");
	ctx->error.log_detail = arena_printf(ctx->arena, "directory: %s", text);
	return false;
}

static int socket_opened(
	LDAP *handle, Sockbuf *buffer, LDAPURLDesc *server, struct sockaddr *address, struct ldap_conncb *self)
{
	ber_socket_t fd = -1;
	(void)handle, (void)server, (void)address;
	ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &fd);
	return directory_watch_socket(((struct directory *)self->lc_arg)->watch, fd) ? 0 : -1;
}

static void socket_closing(LDAP *handle, Sockbuf *buffer, struct ldap_conncb *self)
{
	(void)handle, (void)buffer;
	directory_watch_socket(((struct directory *)self->lc_arg)->watch, -1);
}

static bool is_loopback(const char *host)
{
	return host && (strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0);
}

/* Every address of directory.url must be ldaps, or ldap with StartTLS, or ldap to this machine when StartTLS is switched off. */
static bool check_url(struct ctx *ctx, bool *starttls_r)
{
	const struct config *config = ctx->config;
	char *urls = arena_strdup(ctx->arena, config->directory_url), *rest = urls;
	int plain = 0, secured = 0;
	for (char *url; (url = strtok_r(rest, " ,", &rest)) != NULL;) {
		LDAPURLDesc *parts;
		if (ldap_url_parse(url, &parts) != LDAP_URL_SUCCESS)
			return fail_settings(ctx, "directory.url is not an ldap:// or ldaps:// address");
		bool ldaps = strcmp(parts->lud_scheme, "ldaps") == 0, ldap = strcmp(parts->lud_scheme, "ldap") == 0;
		bool loopback = is_loopback(parts->lud_host);
		ldap_free_urldesc(parts);
		if (!ldaps && !ldap)
			return fail_settings(ctx, "directory.url is not an ldap:// or ldaps:// address");
		if (ldap && !config->directory_starttls && !loopback)
			return fail_settings(ctx, "directory.starttls = false is accepted only for an address of this machine");
		secured += ldaps;
		plain += ldap;
	}
	if (plain + secured == 0)
		return fail_settings(ctx, "directory.url is empty");
	if (plain > 0 && secured > 0)
		return fail_settings(ctx, "directory.url mixes ldap:// and ldaps://");
	*starttls_r = plain > 0 && config->directory_starttls;
	return true;
}

/* The order matters: a new TLS context takes over what was set on the handle before it, and nothing of the environment. */
static int set_tls(LDAP *handle, const struct config *config)
{
	int demand = LDAP_OPT_X_TLS_DEMAND, client = 0, oldest = TLS_1_2;
	const char *ca_file = config->directory_ca_file[0] ? config->directory_ca_file : CA_FILE_SYSTEM;
	int rc = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTDIR, NULL);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client);
	return rc;
}

static struct timeval milliseconds(int64_t ms)
{
	return (struct timeval){ ms / 1000, (ms % 1000) * 1000 };
}

static bool set_options(struct directory *directory)
{
	const struct config *config = directory->ctx->config;
	int version = LDAP_VERSION3;
	struct timeval connect = milliseconds(config->directory_connect_ms),
				   operation = milliseconds(config->directory_operation_ms);
	LDAP *handle = directory->handle;
	directory->callbacks = (struct ldap_conncb){ socket_opened, socket_closing, directory };
	if (ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
		ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_OPT_SUCCESS ||
		ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &connect) != LDAP_OPT_SUCCESS ||
		ldap_set_option(handle, LDAP_OPT_TIMEOUT, &operation) != LDAP_OPT_SUCCESS ||
		ldap_set_option(handle, LDAP_OPT_CONNECT_CB, &directory->callbacks) != LDAP_OPT_SUCCESS)
		return fail_down(directory, "setting limits", LDAP_LOCAL_ERROR);
	if (set_tls(handle, config) != LDAP_OPT_SUCCESS)
		return fail_settings(
			directory->ctx, "TLS could not be set up; is directory.ca_file a readable PEM file of certificates?");
	return true;
}

static bool connect_secured(struct directory *directory, bool starttls)
{
	directory_watch_arm(directory->watch, directory->ctx->config->directory_connect_ms);
	int rc = ldap_connect(directory->handle);
	if (rc == LDAP_SUCCESS && starttls)
		rc = ldap_start_tls_s(directory->handle, NULL, NULL);
	directory_watch_disarm(directory->watch);
	if (rc != LDAP_SUCCESS)
		return fail_down(directory, starttls ? "connecting with StartTLS" : "connecting", rc);
	if (starttls && !ldap_tls_inplace(directory->handle))
		return fail_down(directory, "StartTLS", LDAP_CONNECT_ERROR);
	return true;
}

static void release(void *object)
{
	directory_close(object);
}

struct directory *directory_open(struct ctx *ctx)
{
	bool starttls = false;
	if (!check_url(ctx, &starttls))
		return NULL;
	struct directory *directory = arena_alloc(ctx->arena, sizeof(*directory));
	directory->ctx = ctx;
	arena_on_release(ctx->arena, release, directory);
	directory->watch = directory_watch_create();
	if (!directory->watch) {
		fail_internal(ctx, ERROR_UNAVAILABLE, "directory: no thread for the watchdog: %s", strerror(errno));
		return NULL;
	}
	int rc = ldap_initialize(&directory->handle, ctx->config->directory_url);
	if (rc != LDAP_SUCCESS) {
		fail_down(directory, "making a handle", rc);
		return NULL;
	}
	if (!set_options(directory) || !connect_secured(directory, starttls) || !directory_bind_service(directory)) {
		directory_close(directory);
		return NULL;
	}
	return directory;
}

void directory_close(struct directory *directory)
{
	if (directory->handle) {
		/* Unbinding writes, and a peer that reads nothing must not hold it up. */
		directory_watch_arm(directory->watch, directory->ctx->config->directory_connect_ms);
		ldap_unbind_ext(directory->handle, NULL, NULL);
		directory->handle = NULL;
	}
	directory_watch_destroy(directory->watch);
	directory->watch = NULL;
}

static int bind_simple(struct directory *directory, const char *dn, const char *password)
{
	struct berval credentials = { strlen(password), (char *)(uintptr_t)password };
	directory_watch_arm(directory->watch, directory->ctx->config->directory_operation_ms);
	int rc = ldap_sasl_bind_s(directory->handle, dn, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL);
	directory_watch_disarm(directory->watch);
	return rc;
}

bool directory_bind_service(struct directory *directory)
{
	const struct config *config = directory->ctx->config;
	if (config->directory_bind_dn[0] && !config->directory_bind_password[0])
		return fail_settings(
			directory->ctx, "directory.bind_dn has no password; name its file in directory.bind_password_file");
	int rc = bind_simple(
		directory, config->directory_bind_dn, config->directory_bind_dn[0] ? config->directory_bind_password : "");
	return rc == LDAP_SUCCESS ? true : fail_down(directory, "binding as directory.bind_dn", rc);
}

bool directory_bind_person(struct directory *directory, const char *dn, const char *password, bool *right_r)
{
	*right_r = false;
	/* An empty password would be an unauthenticated bind, which succeeds (RFC 4513, 5.1.2); so would an empty DN. */
	if (!password[0] || !dn[0])
		return true;
	int rc = bind_simple(directory, dn, password);
	switch (rc) {
	case LDAP_SUCCESS:
		*right_r = true;
		return true;
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_UNWILLING_TO_PERFORM:
	case LDAP_CONSTRAINT_VIOLATION:
	case LDAP_INSUFFICIENT_ACCESS:
		return true;
	default:
		return fail_down(directory, "checking a password", rc);
	}
}

static int search_once(struct directory *directory, const char *base, int scope, const char *filter, char **attributes,
	LDAPControl **controls, int limit, LDAPMessage **result_r)
{
	int64_t limit_ms = directory->ctx->config->directory_operation_ms;
	struct timeval timeout = milliseconds(limit_ms);
	*result_r = NULL;
	directory_watch_arm(directory->watch, limit_ms);
	int rc = ldap_search_ext_s(
		directory->handle, base, scope, filter, attributes, 0, controls, NULL, &timeout, limit, result_r);
	directory_watch_disarm(directory->watch);
	return rc;
}

LDAPMessage *directory_search(struct directory *directory, const char *base, int scope, const char *filter,
	char **attributes, int limit, int *rc_r)
{
	LDAPMessage *result;
	*rc_r = search_once(directory, base, scope, filter, attributes, NULL, limit, &result);
	if (*rc_r == LDAP_SUCCESS || (*rc_r == LDAP_SIZELIMIT_EXCEEDED && limit > 0 && result))
		return result;
	ldap_msgfree(result);
	if (*rc_r == LDAP_NO_SUCH_OBJECT && scope == LDAP_SCOPE_BASE)
		return NULL;
	fail_down(directory, arena_printf(directory->ctx->arena, "searching %s", base), *rc_r);
	return NULL;
}

/* The cookie of the next page; empty at the end. A server that does not page gives everything at once and no control. */
static int next_cookie(struct directory *directory, LDAPMessage *result, struct berval *cookie)
{
	LDAPControl **controls = NULL;
	int code;
	ldap_memfree(cookie->bv_val);
	*cookie = (struct berval){ 0, NULL };
	int rc = ldap_parse_result(directory->handle, result, &code, NULL, NULL, NULL, &controls, 0);
	LDAPControl *page = rc == LDAP_SUCCESS ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
	if (page) {
		ber_int_t estimate;
		rc = ldap_parse_pageresponse_control(directory->handle, page, &estimate, cookie);
	}
	ldap_controls_free(controls);
	return rc;
}

static bool visit_page(struct directory *directory, LDAPMessage *result,
	bool (*visit)(struct directory *directory, LDAPMessage *entry, void *user), void *user)
{
	for (LDAPMessage *entry = ldap_first_entry(directory->handle, result); entry;
		 entry = ldap_next_entry(directory->handle, entry))
		if (!visit(directory, entry, user))
			return false;
	return true;
}

bool directory_search_paged(struct directory *directory, const char *base, const char *filter, char **attributes,
	bool (*visit)(struct directory *directory, LDAPMessage *entry, void *user), void *user)
{
	struct berval cookie = { 0, NULL };
	const char *doing = arena_printf(directory->ctx->arena, "searching %s page by page", base);
	bool good = true;
	for (int page = 0; good; page++) {
		LDAPControl *control = NULL;
		LDAPMessage *result = NULL;
		int rc = page < PAGES_MAX ? LDAP_SUCCESS : LDAP_CLIENT_LOOP;
		if (rc == LDAP_SUCCESS)
			rc = ldap_create_page_control(directory->handle, (ber_int_t)directory->ctx->config->directory_page_size,
				cookie.bv_len ? &cookie : NULL, 0, &control);
		if (rc == LDAP_SUCCESS)
			rc = search_once(directory, base, LDAP_SCOPE_SUBTREE, filter, attributes,
				(LDAPControl *[]){ control, NULL }, 0, &result);
		ldap_control_free(control);
		if (rc == LDAP_SUCCESS)
			rc = next_cookie(directory, result, &cookie);
		good = rc == LDAP_SUCCESS ? visit_page(directory, result, visit, user) : fail_down(directory, doing, rc);
		ldap_msgfree(result);
		if (cookie.bv_len == 0)
			break;
	}
	ldap_memfree(cookie.bv_val);
	return good;
}
