/* The suites of the import room. Each returns how many of its tests failed. */
#ifndef VAKHTA_TESTS_IMPORT_SUITES_H
#define VAKHTA_TESTS_IMPORT_SUITES_H

int run_date_tests(void);
int run_story_tests(void);

#endif
