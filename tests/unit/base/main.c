/* Unit tests of base/. */
#include "tests.h"

int main(void)
{
	return run_arena() + run_error() + run_instant() + run_text() + run_json_out() + run_config() + run_log() ? 1 : 0;
}
