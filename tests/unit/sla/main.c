/* Runs the tests of the room of clocks and calendars. */
#include "sla/fixture.h"

int main(void)
{
	int failed = test_zone() + test_calendar() + test_calendar_json() + test_clock() + test_clock_order() + test_derive() + test_eval();
	return failed == 0 ? 0 : 1;
}
