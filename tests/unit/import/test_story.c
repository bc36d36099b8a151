/* Rows of a case to the events, handovers, owners and state of a ticket: the turns that a log can take. */
#include "unit.h"

#include "import/story.h"
#include "import/suites.h"

#include <stdio.h>
#include <string.h>

#define NOBODY 900
#define NO_TEAM 90

static struct arena *arena;
static struct trail_row rows[20];
static int count;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	count = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct trail_row *row(instant at, enum trail_state said, int64_t team, int64_t person)
{
	rows[count] = (struct trail_row){ .at = at,
		.opened_at = INSTANT_NONE,
		.state = said,
		.team = team,
		.person = person,
		.reporter = 7,
		.priority = 3,
		.subject = "s" };
	return &rows[count++];
}

static struct trail_story *tell(void)
{
	static const struct trail_setting setting = { NOBODY, NO_TEAM, false,
		{ { 0 }, { 0, 1, 1, 2 }, { 0, 1, 2, 3 }, { 0, 2, 3, 4 } } };
	return trail_story_tell(arena, rows, count, &setting);
}

/* The events as one letter each: o opened, i imported, t taken, h handover, T team, w waiting, r resumed, s resolved, c closed, x cancelled,
 * R reopened, e edited, p priority, + and - CI. */
static void is(const struct trail_story *story, const char *wanted)
{
	static const char letters[] = { [TRAIL_OPENED] = 'o',
		[TRAIL_IMPORTED] = 'i',
		[TRAIL_EDITED] = 'e',
		[TRAIL_PRIORITY_CHANGED] = 'p',
		[TRAIL_CI_UNLINKED] = '-',
		[TRAIL_CI_LINKED] = '+',
		[TRAIL_REOPENED] = 'R',
		[TRAIL_TEAM_CHANGED] = 'T',
		[TRAIL_HANDOVER] = 'h',
		[TRAIL_TAKEN] = 't',
		[TRAIL_INTRODUCED] = 'n',
		[TRAIL_WAITING] = 'w',
		[TRAIL_RESUMED] = 'r',
		[TRAIL_RESOLVED_EVENT] = 's',
		[TRAIL_CLOSED_EVENT] = 'c',
		[TRAIL_CANCELLED_EVENT] = 'x' };
	char found[200];
	assert_true(story->event_count < (int)sizeof(found));
	for (int i = 0; i < story->event_count; i++) {
		found[i] = letters[story->events[i].type];
		if (i > 0)
			assert_true(story->events[i].at >= story->events[i - 1].at);
	}
	found[story->event_count] = '\0';
	assert_string_equal(found, wanted);
	for (int i = 1; i < story->ownership_count; i++)
		assert_true(story->ownerships[i].from_us > story->ownerships[i - 1].from_us);
}

static void usual(void **state)
{
	(void)state;
	row(100, TRAIL_NEW, 1, 0)->opened_at = 50;
	row(200, TRAIL_IN_PROGRESS, 1, 11);
	row(300, TRAIL_WAITING_REPORTER, 1, 11);
	row(400, TRAIL_IN_PROGRESS, 1, 11);
	row(500, TRAIL_RESOLVED, 1, 11);
	row(600, TRAIL_CLOSED, 1, 11);
	struct trail_story *story = tell();
	is(story, "oiitiwirisic");
}

static void first_row_is_anything(void **state)
{
	(void)state;
	row(100, TRAIL_RESOLVED, 1, 0);
	row(100, TRAIL_CLOSED, 1, 0);
	struct trail_story *story = tell();
	is(story, "oitsic");
	assert_int_equal(story->face.owner, NOBODY);
	assert_int_equal(story->face.status, TRAIL_CLOSED);
	assert_int_equal(story->closed_at, 100);
}

static void new_with_a_name_is_taken(void **state)
{
	(void)state;
	row(100, TRAIL_NEW, 1, 11);
	row(200, TRAIL_NEW, 2, 0);
	struct trail_story *story = tell();
	is(story, "oitih");
	assert_int_equal(story->face.status, TRAIL_IN_PROGRESS);
	assert_int_equal(story->face.owner, NOBODY);
	assert_int_equal(story->handovers[0].to_team, 2);
	assert_int_equal(story->handovers[0].to, 0);
	assert_int_equal(story->handovers[0].from, 11);
}

static void team_of_the_unowned(void **state)
{
	(void)state;
	row(100, TRAIL_NEW, 0, 0);
	row(200, TRAIL_NEW, 1, 0);
	row(300, TRAIL_NEW, 2, 11);
	struct trail_story *story = tell();
	is(story, "oiiTiTt");
	assert_int_equal(story->events[0].now.team, NO_TEAM);
	assert_int_equal(story->handover_count, 0);
	assert_int_equal(story->ownership_count, 1);
}

static void handovers(void **state)
{
	(void)state;
	row(100, TRAIL_IN_PROGRESS, 1, 11);
	row(100, TRAIL_IN_PROGRESS, 1, 12);
	row(100, TRAIL_IN_PROGRESS, 2, 12);
	row(200, TRAIL_RESOLVED, 2, 13);
	struct trail_story *story = tell();
	is(story, "oitihihihs");
	assert_int_equal(story->ownership_count, 3);
	assert_int_equal(story->ownerships[1].from_us, 100 * INT64_C(1000000) + 1);
	assert_int_equal(story->move_count, 2);
	assert_int_equal(story->handovers[1].to_team, 2);
	assert_int_equal(story->handovers[1].new_owner, 12);
}

static void reopened(void **state)
{
	(void)state;
	row(100, TRAIL_CLOSED, 1, 11);
	row(200, TRAIL_WAITING_SUPPLIER, 1, 12);
	row(300, TRAIL_WAITING_REPORTER, 1, 12);
	row(400, TRAIL_RESOLVED, 1, 12);
	struct trail_story *story = tell();
	is(story, "oitsciRhwiwis");
	assert_int_equal(story->reopen_count, 1);
	assert_int_equal(story->resolution_count, 2);
	assert_int_equal(story->closed_at, INSTANT_NONE);
	assert_int_equal(story->resolved_at, 400);
}

static void cancelled(void **state)
{
	(void)state;
	row(100, TRAIL_NEW, 1, 0);
	row(200, TRAIL_CANCELLED, 1, 0);
	struct trail_story *story = tell();
	is(story, "oiix");
	assert_int_equal(story->face.owner, 0);
	row(300, TRAIL_NEW, 1, 0);
	story = tell();
	is(story, "oiixiRt");
	assert_int_equal(story->face.status, TRAIL_IN_PROGRESS);
	assert_int_equal(story->face.owner, NOBODY);
}

static void unknown_state_keeps(void **state)
{
	(void)state;
	row(100, TRAIL_WAITING_REPORTER, 1, 11);
	row(200, TRAIL_KEEP, 1, 11);
	row(300, TRAIL_WAITING_REPORTER, 1, 11);
	is(tell(), "oitwii");
}

static void earlier_row_counts_as_simultaneous(void **state)
{
	(void)state;
	row(300, TRAIL_NEW, 1, 0);
	row(200, TRAIL_IN_PROGRESS, 1, 11);
	struct trail_story *story = tell();
	is(story, "oiit");
	assert_int_equal(story->updated_at, 300);
	assert_int_equal(story->events[2].at, 300);
}

static void fields(void **state)
{
	(void)state;
	row(100, TRAIL_NEW, 1, 0);
	struct trail_row *changed = row(200, TRAIL_NEW, 1, 0);
	changed->priority = 1;
	changed->subject = "t";
	changed->ci = 5;
	row(300, TRAIL_NEW, 1, 0)->ci = 6;
	struct trail_story *story = tell();
	is(story, "oiiep+iep-+");
}

static void priority_from_the_matrix(void **state)
{
	(void)state;
	struct trail_row *only = row(100, TRAIL_NEW, 1, 0);
	only->priority = 0;
	only->impact = 3;
	only->urgency = 1;
	assert_int_equal(tell()->face.priority, 2);
	only->priority = 4;
	only->impact = only->urgency = 0;
	struct trail_story *story = tell();
	assert_int_equal(story->face.impact, 3);
	assert_int_equal(story->face.urgency, 3);
}

int run_story_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(usual, setup, teardown),
		cmocka_unit_test_setup_teardown(first_row_is_anything, setup, teardown),
		cmocka_unit_test_setup_teardown(new_with_a_name_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(team_of_the_unowned, setup, teardown),
		cmocka_unit_test_setup_teardown(handovers, setup, teardown),
		cmocka_unit_test_setup_teardown(reopened, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_state_keeps, setup, teardown),
		cmocka_unit_test_setup_teardown(earlier_row_counts_as_simultaneous, setup, teardown),
		cmocka_unit_test_setup_teardown(fields, setup, teardown),
		cmocka_unit_test_setup_teardown(priority_from_the_matrix, setup, teardown),
	};
	return cmocka_run_group_tests_name("import/story", tests, NULL, NULL);
}
