/* What a failure does on a graph: paths, cycles, strength, redundancy. No database. */
#include "unit.h"

#include "base/arena.h"
#include "base/text.h"
#include "cmdb/impact/walk.h"

#include <string.h>

struct graph {
	struct arena *arena;
	struct walk walk;
	struct walk_node nodes[16];
	struct walk_edge edges[32];
	struct walk_type types[3];
	struct walk_group groups[4];
	struct walk_member members[12];
};

/* CIs 0…n-1, the first is the start. */
static void begin(struct graph *g, int nodes, bool upwards)
{
	*g = (struct graph){ .arena = arena_create(65536) };
	g->walk = (struct walk){ .upwards = upwards, .nodes = g->nodes, .node_count = nodes, .start_count = 1, .edges = g->edges,
		.types = g->types, .type_count = 3, .groups = g->groups, .members = g->members };
	g->types[0] = (struct walk_type){ "depends_on", 1 };
	g->types[1] = (struct walk_type){ "uses", 0.5 };
	g->types[2] = (struct walk_type){ "part_of", 0.9 };
	for (int i = 0; i < nodes; i++)
		g->nodes[i] = (struct walk_node){ .id = 100 + i, .parent = -1, .type = -1 };
}

static void edge(struct graph *g, int failing, int hit, int type)
{
	g->edges[g->walk.edge_count++] = (struct walk_edge){ failing, hit, type, -1 };
}

static void group(struct graph *g, int dependent, int needed, const int *members, int count)
{
	int at = g->walk.group_count++;
	g->groups[at] = (struct walk_group){ .id = at + 1, .ci = 100 + dependent, .node = dependent, .type = "depends_on", .name = "g",
		.needed = needed, .living = count };
	for (int i = 0; i < count; i++)
		g->members[g->walk.member_count++] = (struct walk_member){ .ci = 100 + members[i], .node = members[i], .group = at };
}

/* "1 2!3" in the order reached; what is only at risk with a mark before it. */
static const char *spread(struct graph *g, int depth)
{
	struct text_out out;
	walk_spread(g->arena, &g->walk, depth);
	text_begin(&out, g->arena, 64);
	for (int i = 0; i < g->walk.reached; i++) {
		const struct walk_node *n = &g->nodes[g->walk.order[i]];
		text_append_printf(&out, "%s%d", n->state == WALK_AT_RISK ? "!" : i ? " " : "", (int)n->id - 100);
	}
	return out.data;
}

static void end(struct graph *g)
{
	arena_destroy(g->arena);
}

static void test_cycle_and_depth(void **state)
{
	(void)state;
	struct graph g;
	begin(&g, 5, true);
	edge(&g, 0, 1, 0), edge(&g, 1, 2, 0), edge(&g, 2, 0, 0), edge(&g, 2, 3, 0), edge(&g, 1, 3, 0), edge(&g, 3, 4, 0);
	assert_string_equal(spread(&g, 10), "1 2 3 4");
	assert_int_equal(g.nodes[3].depth, 2);
	assert_int_equal(g.nodes[3].parent, 1);
	assert_string_equal(spread(&g, 1), "1");
	end(&g);
}

static void test_strength_is_of_the_best_path(void **state)
{
	(void)state;
	struct graph g;
	begin(&g, 4, true);
	/* The short way is weak, the long one is not, and a cycle makes nothing stronger. */
	edge(&g, 0, 3, 1), edge(&g, 0, 1, 2), edge(&g, 1, 2, 0), edge(&g, 2, 3, 0), edge(&g, 3, 1, 0);
	spread(&g, 10);
	assert_int_equal(g.nodes[3].depth, 1);
	assert_true(g.nodes[3].sure > 0.899 && g.nodes[3].sure < 0.901);
	end(&g);
}

static void test_two_of_three_suffice(void **state)
{
	(void)state;
	static const int three[] = { 1, 2, 3 };
	struct graph g;
	begin(&g, 7, true);
	/* 4 needs two of 1, 2, 3; 5 depends on 4; the start takes one of the three with it. */
	edge(&g, 0, 1, 0), edge(&g, 1, 4, 0), edge(&g, 2, 4, 0), edge(&g, 3, 4, 0), edge(&g, 4, 5, 0);
	group(&g, 4, 2, three, 3);
	assert_string_equal(spread(&g, 10), "1!4!5");
	assert_int_equal(g.walk.down, 1);
	end(&g);
	begin(&g, 7, true);
	edge(&g, 0, 1, 0), edge(&g, 0, 2, 0), edge(&g, 1, 4, 0), edge(&g, 2, 4, 0), edge(&g, 3, 4, 0), edge(&g, 4, 5, 0);
	group(&g, 4, 2, three, 3);
	assert_string_equal(spread(&g, 10), "1 2 4 5");
	end(&g);
}

static void test_risk_stops_at_the_next_redundancy(void **state)
{
	(void)state;
	static const int first[] = { 1, 2 }, second[] = { 3, 4 };
	struct graph g;
	begin(&g, 6, true);
	/* 3 needs one of 1, 2; 5 needs one of 3, 4: the loss of 1 endangers 3, and 5 still has both. */
	edge(&g, 0, 1, 0), edge(&g, 1, 3, 0), edge(&g, 2, 3, 0), edge(&g, 3, 5, 0), edge(&g, 4, 5, 0);
	group(&g, 3, 1, first, 2);
	group(&g, 5, 1, second, 2);
	assert_string_equal(spread(&g, 10), "1!3");
	end(&g);
}

static void test_down_finds_what_all_members_share(void **state)
{
	(void)state;
	static const int pair[] = { 1, 2 };
	struct graph g;
	begin(&g, 5, false);
	/* The start needs one of 1, 2; both hang on 3; 1 alone hangs on 4. */
	edge(&g, 1, 0, 0), edge(&g, 2, 0, 0), edge(&g, 3, 1, 0), edge(&g, 3, 2, 0), edge(&g, 4, 1, 0);
	group(&g, 0, 1, pair, 2);
	assert_string_equal(spread(&g, 10), "3!1!2!4");
	end(&g);
}

static void test_ended_are_not_entered(void **state)
{
	(void)state;
	struct graph g;
	begin(&g, 4, true);
	edge(&g, 0, 1, 0), edge(&g, 1, 2, 0), edge(&g, 0, 3, 0);
	g.nodes[1].gone = true;
	assert_string_equal(spread(&g, 10), "3");
	end(&g);
}

static void test_paths(void **state)
{
	(void)state;
	struct graph g;
	int **paths, *lengths;
	begin(&g, 6, true);
	edge(&g, 0, 1, 0), edge(&g, 0, 2, 0), edge(&g, 1, 3, 0), edge(&g, 2, 4, 0), edge(&g, 4, 3, 0), edge(&g, 3, 1, 0), edge(&g, 1, 5, 0);
	spread(&g, 10);
	assert_int_equal(walk_paths(g.arena, &g.walk, 3, 10, &paths, &lengths), 2);
	assert_int_equal(lengths[0], 2);
	assert_int_equal(lengths[1], 3);
	assert_int_equal(walk_paths(g.arena, &g.walk, 3, 1, &paths, &lengths), 1);
	end(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cycle_and_depth),
		cmocka_unit_test(test_strength_is_of_the_best_path),
		cmocka_unit_test(test_two_of_three_suffice),
		cmocka_unit_test(test_risk_stops_at_the_next_redundancy),
		cmocka_unit_test(test_down_finds_what_all_members_share),
		cmocka_unit_test(test_ended_are_not_entered),
		cmocka_unit_test(test_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
