#ifndef VAKHTA_TESTS_UNIT_CMDB_H
#define VAKHTA_TESTS_UNIT_CMDB_H

#include "unit.h"

void test_csv_records(void **state);
void test_csv_separators(void **state);
void test_csv_lines(void **state);
void test_csv_broken(void **state);
void test_csv_never_reads_on(void **state);

void test_value_decimal(void **state);
void test_value_addresses(void **state);
void test_value_url(void **state);
void test_value_cells(void **state);
void test_value_json(void **state);

#endif
