/* Feeds any bytes as one line of `vakhta sla eval`: it must answer or refuse with a reason, within bounds, and a second
 * evaluation, when calendars are known by their text, must say the same. */
#include "sla/eval.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sla_eval *eval = sla_eval_create();
	if (!eval)
		return 0;
	static char out[2][SLA_EVAL_OUT_BYTES], why[2][SLA_EVAL_REASON_BYTES];
	bool good[2];
	memset(out, 0, sizeof(out));
	memset(why, 0, sizeof(why));
	for (int i = 0; i < 2; i++)
		good[i] = sla_eval_line(eval, (const char *)data, size, out[i], why[i]);
	if (good[0] != good[1] || strcmp(out[0], out[1]) != 0 || strcmp(why[0], why[1]) != 0)
		abort();
	if (good[0] ? out[0][0] != '{' : why[0][0] == '\0')
		abort();
	sla_eval_destroy(eval);
	return 0;
}
