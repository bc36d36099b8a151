/* The import: dates by a pattern, and what the rows of a case mean. The whole of it is tested by tests/import/run. */
#include "import/suites.h"

int main(void)
{
	return run_date_tests() + run_story_tests();
}
