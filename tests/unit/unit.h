/* cmocka with what it needs before it, and without its macro `fail`, which is the name of our guard. */
#ifndef VAKHTA_TESTS_UNIT_H
#define VAKHTA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#endif
