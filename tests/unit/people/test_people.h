/* The tests of this folder, collected by test_people.c. */
#ifndef VAKHTA_TEST_PEOPLE_H
#define VAKHTA_TEST_PEOPLE_H

#include "unit.h"

void test_secret_make(void **state);
void test_secret_hash(void **state);
void test_secret_key(void **state);
void test_secret_sign(void **state);
void test_cache_unused_without_listener(void **state);
void test_cache_put_and_get(void **state);
void test_cache_forgets(void **state);
void test_cache_generation(void **state);
void test_cache_long_names(void **state);
void test_cache_loses_trust(void **state);
void test_watch_fires(void **state);
void test_watch_disarmed(void **state);
void test_watch_late_socket(void **state);

#endif
