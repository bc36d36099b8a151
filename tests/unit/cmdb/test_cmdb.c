/* Tables and values of the CMDB, without a database. */
#include "test_cmdb.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_records),
		cmocka_unit_test(test_csv_separators),
		cmocka_unit_test(test_csv_lines),
		cmocka_unit_test(test_csv_broken),
		cmocka_unit_test(test_csv_never_reads_on),
		cmocka_unit_test(test_value_decimal),
		cmocka_unit_test(test_value_addresses),
		cmocka_unit_test(test_value_url),
		cmocka_unit_test(test_value_cells),
		cmocka_unit_test(test_value_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
