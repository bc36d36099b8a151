/* One line of `vakhta sla eval`: a clock as JSON in, its result as JSON out (sla.md, "Checkable form").
 * Thread: an evaluator is used by one thread at a time. */
#ifndef VAKHTA_SLA_EVAL_H
#define VAKHTA_SLA_EVAL_H

#include <stdbool.h>
#include <stddef.h>

#define SLA_EVAL_LINE_BYTES_MAX ((size_t)1 << 20)
#define SLA_EVAL_OUT_BYTES 512     /* a result */
#define SLA_EVAL_REASON_BYTES 4096 /* reasons joined by "; " */

struct sla_eval; /* keeps the calendars of the last lines, so that lines over one calendar build it once */

/* NULL: no memory. Owns: the caller, sla_eval_destroy. */
struct sla_eval *sla_eval_create(void);
void sla_eval_destroy(struct sla_eval *eval);

/* Evaluates one line (without its line feed). True: the result is in `out`, as JSON without a line feed.
 * False: the line is bad, why stands in `why` (SLA_EVAL_REASON_BYTES). */
bool sla_eval_line(struct sla_eval *eval, const char *line, size_t length, char out[static SLA_EVAL_OUT_BYTES],
	char why[static SLA_EVAL_REASON_BYTES]);

#endif
