/* The route table: matching, Allow, and what a table must not contain. */
#include "support.h"

#include <string.h>

static bool handler(struct request *req)
{
	(void)req;
	return true;
}

static const struct route table[] = {
	ROUTE(GET, "/api/v1/tickets", RIGHT_SIGNED_IN, POOL_API, TX_READ, 0, handler),
	ROUTE(POST, "/api/v1/tickets", RIGHT_SIGNED_IN, POOL_API, TX_WRITE, 100, handler),
	ROUTE(GET, "/api/v1/tickets/{number}", RIGHT_SIGNED_IN, POOL_API, TX_READ, 0, handler),
	ROUTE(GET, "/api/v1/tickets/mine", RIGHT_SIGNED_IN, POOL_API, TX_READ, 0, handler),
	ROUTE(PUT, "/api/v1/tickets/{number}/cis/{ci}", RIGHT_SIGNED_IN, POOL_API, TX_WRITE, 100, handler),
	ROUTE(DELETE, "/api/v1/tickets/{number}/cis/{ci}", RIGHT_SIGNED_IN, POOL_API, TX_WRITE, 0, handler),
	ROUTE(GET, "/healthz", RIGHT_PUBLIC, POOL_INLINE, TX_READ, 0, handler),
};
#define TABLE_COUNT ((int)(sizeof(table) / sizeof(table[0])))

struct found {
	enum router_found result;
	int index;
	const char *args[REQUEST_PATH_ARGS], *allow;
};

static struct found find(struct router *router, struct arena *arena, enum http_method method, const char *path)
{
	struct found found = { 0 };
	found.result = router_match(router, arena, method, path, &found.index, found.args, &found.allow);
	return found;
}

static void test_match(void **state)
{
	char why[128];
	struct arena *arena = arena_create(1024);
	struct router *router = router_create(table, TABLE_COUNT, why, sizeof(why));
	struct found found;
	(void)state;
	assert_non_null(router);
	for (int i = 0; i < TABLE_COUNT; i++) {
		found = find(router, arena, table[i].method, table[i].pattern);
		assert_int_equal(found.result, ROUTER_FOUND);
		assert_int_equal(found.index, i);
	}
	found = find(router, arena, HTTP_GET, "/api/v1/tickets/INC-000001");
	assert_int_equal(found.index, 2);
	assert_string_equal(found.args[0], "INC-000001");
	found = find(router, arena, HTTP_GET, "/api/v1/tickets/mine");
	assert_int_equal(found.index, 3);
	found = find(router, arena, HTTP_DELETE, "/api/v1/tickets/a/cis/b");
	assert_int_equal(found.index, 5);
	assert_string_equal(found.args[0], "a");
	assert_string_equal(found.args[1], "b");
	router_destroy(router);
	arena_destroy(arena);
}

static void test_no_match(void **state)
{
	static const char *const paths[] = { "/", "", "/api", "/api/v1/tickets/", "/api/v1/ticket", "/api/v1/tickets/a/cis",
		"/api/v1//tickets", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", "/healthz/", "/api/v1/tickets/a/cis/b/c" };
	char why[128];
	struct arena *arena = arena_create(1024);
	struct router *router = router_create(table, TABLE_COUNT, why, sizeof(why));
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(find(router, arena, HTTP_GET, paths[i]).result, ROUTER_NO_PATH);
	router_destroy(router);
	arena_destroy(arena);
}

static void test_allow(void **state)
{
	char why[128];
	struct arena *arena = arena_create(1024);
	struct router *router = router_create(table, TABLE_COUNT, why, sizeof(why));
	struct found found = find(router, arena, HTTP_DELETE, "/api/v1/tickets");
	(void)state;
	assert_int_equal(found.result, ROUTER_NO_METHOD);
	assert_string_equal(found.allow, "GET, HEAD, POST");
	found = find(router, arena, HTTP_GET, "/api/v1/tickets/a/cis/b");
	assert_string_equal(found.allow, "PUT, DELETE");
	router_destroy(router);
	arena_destroy(arena);
}

static void test_bad_tables(void **state)
{
	const struct route twice[] = { table[2],
		ROUTE(GET, "/api/v1/tickets/{other}", RIGHT_PUBLIC, POOL_API, TX_READ, 0, handler) };
	const struct route no_right[] = { { .method = HTTP_GET, .pattern = "/x", .handler = handler } };
	const struct route no_handler[] = { { .method = HTTP_GET, .pattern = "/x", .right = RIGHT_PUBLIC } };
	const struct route many[] = { ROUTE(GET, "/{a}/{b}/{c}/{d}/{e}", RIGHT_PUBLIC, POOL_API, TX_READ, 0, handler) };
	const struct route inline_right[] = { ROUTE(GET, "/x", RIGHT_SIGNED_IN, POOL_INLINE, TX_READ, 0, handler) };
	char why[128];
	(void)state;
	assert_null(router_create(inline_right, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "I/O thread"));
	assert_non_null(strstr(twice[1].pattern, "other"));
	/* The same shape under another parameter name cannot be told apart. */
	assert_null(router_create(twice, 2, why, sizeof(why)));
	assert_non_null(strstr(why, "twice"));
	assert_null(router_create(no_right, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "right"));
	assert_null(router_create(no_handler, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "handler"));
	assert_null(router_create(many, 1, why, sizeof(why)));
	assert_non_null(strstr(why, "pattern"));
}

int run_router(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_no_match),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_bad_tables),
	};
	return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
