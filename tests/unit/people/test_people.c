/* Runs the unit tests of people that need neither directory nor database. */
#include "test_people.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_make),
		cmocka_unit_test(test_secret_hash),
		cmocka_unit_test(test_secret_key),
		cmocka_unit_test(test_secret_sign),
		cmocka_unit_test(test_cache_unused_without_listener),
		cmocka_unit_test(test_cache_put_and_get),
		cmocka_unit_test(test_cache_forgets),
		cmocka_unit_test(test_cache_generation),
		cmocka_unit_test(test_cache_long_names),
		cmocka_unit_test(test_cache_loses_trust),
		cmocka_unit_test(test_watch_fires),
		cmocka_unit_test(test_watch_disarmed),
		cmocka_unit_test(test_watch_late_socket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
