/* Any workbook by its kind: what the API, the command and the job have in common. */
#ifndef VAKHTA_REPORTS_MAKE_H
#define VAKHTA_REPORTS_MAKE_H

#include "reports/supplier_sla.h"

/* "supplier-sla", "desk-quality", NULL. */
extern const char *const report_kinds[];
extern const char *const report_languages[];

/* Begins a snapshot, reads, writes, ends it. The descriptor of the finished file is the caller's, at offset 0. */
bool report_make(struct ctx *ctx, const char *kind, const struct sla_request *request, int *fd_r) MUST_CHECK;
/* "supplier-sla_2026-07-01_2026-10-01.xlsx" */
const char *report_file_name(struct arena *arena, const char *kind, int64_t from_day, int64_t to_day);
/* True: `from` and `to` make a period that reports accept; else the wrong field is told. */
bool report_period_good(struct ctx *ctx, int64_t from_day, int64_t to_day) MUST_CHECK;
bool report_zone_exists(const char *zone) MUST_CHECK;

#define REPORT_CONTENT_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#endif
