/* Makes the reports that are due or were asked for, one at a time on each node; any number of nodes may run it.
 * Owns: rounds of its own (db/rounds.h), whose connection keeps the run's lock, its progress and its file, and a further connection that
 * reads the figures in a snapshot. */
#ifndef VAKHTA_REPORTS_JOB_H
#define VAKHTA_REPORTS_JOB_H

#include "base/ctx.h"

/* Pieces in which a file lies in the database. */
#define REPORT_PART_BYTES ((size_t)262144)

struct report_job;

struct report_job *report_job_start(const struct config *config);
/* Interrupts what is being made; it is begun anew elsewhere or later. */
void report_job_interrupt(struct report_job *job);
/* The same, and ends the thread. False: it did not end within the limit, and uses the configuration still. */
bool report_job_stop(struct report_job *job, int limit_ms) MUST_CHECK;
/* Somebody asked for a report: the job of this process looks at once. Thread: any. */
void report_job_wake(void);

#endif
