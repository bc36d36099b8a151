#include "test_quality.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula_values),
		cmocka_unit_test(test_formula_faults),
		cmocka_unit_test(test_formula_missing),
		cmocka_unit_test(test_formula_terms),
		cmocka_unit_test(test_formula_random),
		cmocka_unit_test(test_interval_share),
		cmocka_unit_test(test_interval_t),
		cmocka_unit_test(test_interval_mean),
		cmocka_unit_test(test_interval_nps),
		cmocka_unit_test(test_interval_covers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
