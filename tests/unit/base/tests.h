/* The groups of the room's tests; main.c runs them all. */
#ifndef VAKHTA_TESTS_BASE_H
#define VAKHTA_TESTS_BASE_H

#include "unit.h"

int run_arena(void);
int run_error(void);
int run_instant(void);
int run_text(void);
int run_json_out(void);
int run_config(void);
int run_log(void);

#endif
