/* Connecting within bounds: each host of the string is tried by itself with its own limit, since libpq's non-blocking connect
 * leaves a frozen host to its caller; then all statements are prepared in one pipeline.
 * Source: limits.md (a frozen host, connect_timeout), house.md (a statement that no longer fits the schema fails the start). */
#include "db/conn.h"

#include "base/config.h"
#include "base/log.h"
#include "db/db.sql.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define HOST_MS 2000
#define PREPARE_MS 10000
#define KEYWORDS_MAX 64

struct params {
	const char *keyword[KEYWORDS_MAX + 1], *value[KEYWORDS_MAX + 1];
	int count;
};

static void set(struct params *params, const char *keyword, const char *value)
{
	int i = 0;
	while (i < params->count && strcmp(params->keyword[i], keyword) != 0)
		i++;
	INVARIANT(i < KEYWORDS_MAX);
	params->keyword[i] = keyword;
	params->value[i] = value;
	params->count += i == params->count;
}

static const char *get(const struct params *params, const char *keyword)
{
	for (int i = 0; i < params->count; i++)
		if (strcmp(params->keyword[i], keyword) == 0)
			return params->value[i];
	return NULL;
}

static void set_default(struct params *params, const char *keyword, const char *value)
{
	if (!get(params, keyword))
		set(params, keyword, value);
}

static bool refuse(struct db_conn *conn, const char *why)
{
	snprintf(conn->why, sizeof(conn->why), "%s", why);
	return false;
}

static void free_options(void *options)
{
	PQconninfoFree(options);
}

static bool read_string(struct ctx *ctx, struct db_conn *conn, struct params *params)
{
	const struct config *config = conn->config;
	bool owner = conn->role == DB_OWNER;
	const char *text = owner ? config->database_owner_connection : config->database_connection;
	const char *password = owner ? config->database_owner_password : config->database_password;
	char *message = NULL;
	if (!*text)
		return refuse(conn, owner ? "database.owner_connection is empty" : "database.connection is empty");
	PQconninfoOption *options = PQconninfoParse(text, &message);
	/* libpq's message may quote the string, and with it a password. */
	PQfreemem(message);
	if (!options)
		return refuse(conn,
			owner ? "database.owner_connection is not a connection string of libpq"
				  : "database.connection is not a connection string of libpq");
	arena_on_release(ctx->arena, free_options, options);
	for (PQconninfoOption *option = options; option->keyword; option++)
		if (option->val)
			set(params, option->keyword, option->val);
	if (*password)
		set(params, "password", password);
	return true;
}

static void set_session(struct ctx *ctx, struct db_conn *conn, struct params *params)
{
	const char *given = get(params, "options");
	/* Our statements are short; compiling one of them takes longer than running it. */
	set(params, "options",
		arena_printf(ctx->arena,
			"%s -c statement_timeout=%lld -c client_connection_check_interval=500ms -c "
			"idle_in_transaction_session_timeout=%lld "
			"-c plan_cache_mode=%s -c jit=off -c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c standard_conforming_strings=on",
			given ? given : "", (long long)(conn->prepare && conn->statement_ms < PREPARE_MS ? PREPARE_MS : conn->statement_ms),
			(long long)conn->statement_ms + 60000, conn->plan_once ? "force_generic_plan" : "auto"));
	set(params, "client_encoding", "UTF8");
	set(params, "connect_timeout", "2");
	set_default(params, "application_name", "vakhta");
	set_default(params, "target_session_attrs", "read-write");
	set_default(params, "keepalives_idle", "30");
	set_default(params, "keepalives_interval", "10");
	set_default(params, "keepalives_count", "3");
}

/* The item at `index` of a comma-separated list; the only one of a list of one stands for all. NULL: there is none. */
static const char *list_item(struct ctx *ctx, const char *list, int index)
{
	if (!list)
		return NULL;
	if (!strchr(list, ','))
		return list;
	for (; index > 0 && list; index--) {
		list = strchr(list, ',');
		list += list != NULL;
	}
	return list ? arena_strndup(ctx->arena, list, strcspn(list, ",")) : NULL;
}

static int list_count(const char *list)
{
	int count = list ? 1 : 0;
	for (; list && *list; list++)
		count += *list == ',';
	return count;
}

static void ignore_notice(void *user, const PGresult *result)
{
	(void)user;
	(void)result;
}

static bool is_done(PGconn *pg, int64_t deadline_ms)
{
	short events = POLLOUT;
	for (;;) {
		int got = conn_poll(pg, events, deadline_ms);
		if (got <= 0)
			return false;
		switch (PQconnectPoll(pg)) {
		case PGRES_POLLING_OK:
			return true;
		case PGRES_POLLING_READING:
			events = POLLIN;
			break;
		case PGRES_POLLING_WRITING:
			events = POLLOUT;
			break;
		default:
			return false;
		}
	}
}

static bool try_host(struct ctx *ctx, struct db_conn *conn, const struct params *params)
{
	int64_t deadline_ms = monotonic_ms() + HOST_MS;
	if (ctx->deadline_ms && ctx->deadline_ms < deadline_ms)
		deadline_ms = ctx->deadline_ms;
	PGconn *pg = PQconnectStartParams(params->keyword, params->value, 1);
	INVARIANT(pg != NULL);
	if (PQstatus(pg) != CONNECTION_BAD && is_done(pg, deadline_ms)) {
		PQsetNoticeReceiver(pg, ignore_notice, NULL);
		conn->pg = pg;
		if (PQsetnonblocking(pg, 1) == 0)
			return true;
		conn->pg = NULL;
	}
	const char *message = conn_message(ctx, pg);
	refuse(conn, *message ? message : "no answer in time");
	PQfinish(pg);
	return false;
}

static bool send_prepares(struct ctx *ctx, struct db_conn *conn)
{
	if (!PQenterPipelineMode(conn->pg))
		return refuse(conn, conn_message(ctx, conn->pg));
	for (int i = 0; i < query_count; i++) {
		const struct query *query = query_all[i];
		if (query->prepare && !PQsendPrepare(conn->pg, query->name, query->text, 0, NULL))
			return refuse(conn, conn_message(ctx, conn->pg));
	}
	/* All of them count as one statement to the server; its limit is set to that of our work when they are done. */
	const char *limit = arena_printf(ctx->arena, "%lld", (long long)conn->statement_ms);
	return (PQsendQueryPrepared(conn->pg, QUERY_DB_STATEMENT_LIMIT->name, 1, &limit, NULL, NULL, 0) &&
			   PQpipelineSync(conn->pg)) ||
		refuse(conn, conn_message(ctx, conn->pg));
}

/* Waits for one result in the pipeline without touching ctx->error: a broken connect is reported by its caller. */
static PGresult *await(PGconn *pg, int64_t deadline_ms)
{
	for (;;) {
		int flushed = PQflush(pg);
		if (flushed < 0)
			return NULL;
		if (flushed == 0 && !PQisBusy(pg))
			return PQgetResult(pg);
		if (conn_poll(pg, (short)(flushed ? POLLIN | POLLOUT : POLLIN), deadline_ms) <= 0 || !PQconsumeInput(pg))
			return NULL;
	}
}

static bool does_not_fit(struct ctx *ctx, struct db_conn *conn, const PGresult *result, const struct query *query)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	snprintf(conn->why, sizeof(conn->why), "statement %s (%s:%d) does not fit the schema: %s %s", query->name,
		query->file, query->line, state ? state : "", message ? message : "");
	/* Only what the server says of the statement itself is a misfit; one that is busy or on its way down is not. */
	if (state && (strncmp(state, "42", 2) == 0 || strncmp(state, "0A", 2) == 0))
		fail_internal(ctx, ERROR_INTERNAL, "%s", conn->why);
	return false;
}

static bool prepare_all(struct ctx *ctx, struct db_conn *conn)
{
	int64_t deadline_ms = monotonic_ms() + PREPARE_MS;
	if (ctx->deadline_ms && ctx->deadline_ms < deadline_ms)
		deadline_ms = ctx->deadline_ms;
	if (!send_prepares(ctx, conn))
		return false;
	for (int i = 0; i < query_count; i++) {
		if (!query_all[i]->prepare)
			continue;
		PGresult *result = await(conn->pg, deadline_ms);
		if (!result)
			return refuse(conn, "no answer while preparing statements");
		bool good = PQresultStatus(result) == PGRES_COMMAND_OK || does_not_fit(ctx, conn, result, query_all[i]);
		PQclear(result);
		if (!good)
			return false;
		result = await(conn->pg, deadline_ms);
		INVARIANT(result == NULL || PQstatus(conn->pg) == CONNECTION_BAD);
		PQclear(result);
	}
	PGresult *limited = await(conn->pg, deadline_ms);
	bool limit_set = limited && PQresultStatus(limited) == PGRES_TUPLES_OK;
	PQclear(limited);
	PQclear(await(conn->pg, deadline_ms));
	PGresult *sync = await(conn->pg, deadline_ms);
	bool good = limit_set && sync && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
	PQclear(sync);
	return (good && PQexitPipelineMode(conn->pg)) || refuse(conn, "no answer while preparing statements");
}

static bool set_up(struct ctx *ctx, struct db_conn *conn)
{
	if (!conn->prepare || prepare_all(ctx, conn))
		return true;
	db_conn_drop(conn);
	return false;
}

bool conn_connect(struct ctx *ctx, struct db_conn *conn)
{
	struct params params = { 0 };
	if (!read_string(ctx, conn, &params))
		return false;
	set_session(ctx, conn, &params);
	const char *hosts = get(&params, "host"), *addresses = get(&params, "hostaddr"), *ports = get(&params, "port");
	int count = list_count(hosts) > list_count(addresses) ? list_count(hosts) : list_count(addresses);
	count = count ? count : 1;
	for (int i = 0; i < count; i++) {
		int index = (conn->first_host + i) % count;
		if (hosts)
			set(&params, "host", list_item(ctx, hosts, index));
		if (addresses)
			set(&params, "hostaddr", list_item(ctx, addresses, index));
		if (ports)
			set(&params, "port", list_item(ctx, ports, index));
		if (ctx->deadline_ms && monotonic_ms() >= ctx->deadline_ms)
			return refuse(conn, "no time left to connect");
		if (!try_host(ctx, conn, &params))
			continue;
		conn->first_host = index;
		if (!set_up(ctx, conn))
			return false;
		log_event(LOG_INFO, "db.connected", LOG_INT("host", index), LOG_INT("backend", PQbackendPID(conn->pg)));
		return true;
	}
	return false;
}
