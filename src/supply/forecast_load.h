/* The forecast as it stands now, from open clocks and what the month has decided. */
#ifndef VAKHTA_SUPPLY_FORECAST_LOAD_H
#define VAKHTA_SUPPLY_FORECAST_LOAD_H

#include "base/ctx.h"
#include "base/text.h"

#define FORECAST_HOURS_MAX 400
#define FORECAST_CLOCKS_MAX 500

struct forecast_request {
	int64_t hours;       /* working hours, of each clock's own calendar */
	int64_t supplier_id; /* 0: all */
	const char *zone;    /* whose month it is */
};

/* Writes the whole forecast as one JSON object in the caller's snapshot; *concerns_r: a clock breaches soon or a goal is missed. */
bool forecast_write(struct ctx *ctx, const struct forecast_request *request, struct json_out *json, bool *concerns_r) MUST_CHECK;
/* Mails to leads about their teams, and webhooks, once for the day, in the caller's transaction. Nothing to say: nothing is sent. */
bool forecast_send(struct ctx *ctx, const char *day) MUST_CHECK;

#endif
