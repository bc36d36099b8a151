/* vakhta routes: the route table as lines of words, for tests and for people who write rules of proxies.
 * Owns nothing. Needs no configuration and no database. */
#include "commands.h"

#include "http/router.h"
#include "routes.h"

#include <argp.h>
#include <stdio.h>

static const struct {
	uint32_t role;
	const char *name;
} roles[] = {
	{ ROLE_EMPLOYEE, "employee" },
	{ ROLE_AGENT, "agent" },
	{ ROLE_LEAD, "lead" },
	{ ROLE_MANAGER, "manager" },
	{ ROLE_AUDITOR, "auditor" },
	{ ROLE_CMDB, "cmdb" },
	{ ROLE_ADMIN, "admin" },
};

static const char *const pools[] = {
	[POOL_API] = "api",
	[POOL_DIRECTORY] = "directory",
	[POOL_REPORT] = "report",
	[POOL_STREAM] = "stream",
	[POOL_INLINE] = "inline",
};

static const char *const transactions[] = { [TX_READ] = "read", [TX_WRITE] = "write", [TX_SELF] = "self" };

static void print_right(uint32_t right)
{
	const char *separator = "";
	if (right == RIGHT_PUBLIC || right == RIGHT_SIGNED_IN) {
		fputs(right == RIGHT_PUBLIC ? "public" : "everyone", stdout);
		return;
	}
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		if (!(right & roles[i].role))
			continue;
		printf("%s%s", separator, roles[i].name);
		separator = ",";
	}
}

int command_routes(int argc, char **argv)
{
	static const struct argp argp = { NULL, NULL, NULL,
		"Prints every route: method, path, who may call it (public, everyone who is signed in, or roles), pool, transaction.",
		NULL, NULL, NULL };
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	for (int i = 0; i < route_count; i++) {
		const struct route *route = &routes[i];
		printf("%s %s ", router_method_name(route->method), route->pattern);
		print_right(route->right);
		printf(" %s %s\n", pools[route->pool], transactions[route->tx]);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
