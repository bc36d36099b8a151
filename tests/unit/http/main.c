/* Unit tests of http/. What needs sockets is in tests/http/transport.test.mjs. */
#include "support.h"

int main(void)
{
	return run_router() + run_framing() + run_uri() + run_page() + run_body() + run_upload() + run_reply() + run_csrf()
		? 1
		: 0;
}
