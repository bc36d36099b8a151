#ifndef VAKHTA_TESTS_QUALITY_H
#define VAKHTA_TESTS_QUALITY_H

#include "unit.h"

void test_formula_values(void **state);
void test_formula_faults(void **state);
void test_formula_missing(void **state);
void test_formula_terms(void **state);
void test_formula_random(void **state);
void test_interval_share(void **state);
void test_interval_t(void **state);
void test_interval_mean(void **state);
void test_interval_nps(void **state);
void test_interval_covers(void **state);

#endif
