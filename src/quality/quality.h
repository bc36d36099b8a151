/* Quality of the desk: ratings by the link in mail, reviews of bad ones, weekly samples, satisfaction, the monthly KPI, attestations.
 * Owns: the tables quality_*. Refuses: figures of people to anybody but themselves, their leads, managers and auditors (in the queries). */
#ifndef VAKHTA_QUALITY_QUALITY_H
#define VAKHTA_QUALITY_QUALITY_H

#include "db/query.h"
#include "http/request.h"

#define QUALITY_TEXT_MAX 4000
#define QUALITY_NOTE_MAX 1000

/* rating_page.c: /rate/{token}, for people who did not sign in. A GET shows, a POST rates. */
bool rating_page_read(struct request *req);
bool rating_page_write(struct request *req);
bool rating_page_style(struct request *req);

/* review.c */
bool complaint_create(struct request *req);
bool quality_review_list(struct request *req);
bool quality_review_read(struct request *req);
bool quality_review_edit(struct request *req);
bool quality_review_close(struct request *req);
bool quality_review_reopen(struct request *req);
bool quality_summary(struct request *req);

/* sample.c */
bool quality_sample_list(struct request *req);
bool quality_sample_read(struct request *req);
bool quality_sample_score(struct request *req);
bool quality_sample_calibrate(struct request *req);
bool quality_draw_list(struct request *req);
bool quality_draw_read(struct request *req);

/* checklist.c */
bool quality_checklist_list(struct request *req);
bool quality_checklist_create(struct request *req);
bool quality_settings_read(struct request *req);
bool quality_settings_edit(struct request *req);

/* satisfaction.c */
bool quality_satisfaction(struct request *req);

/* kpi.c */
bool quality_kpi_list(struct request *req);
bool quality_kpi_compute(struct request *req);
bool quality_formula_list(struct request *req);
bool quality_formula_create(struct request *req);
bool quality_formula_check(struct request *req);

/* attestation.c */
bool quality_attestation_list(struct request *req);
bool quality_attestation_record(struct request *req);
bool quality_attestation_move(struct request *req);

/* common.c. $1 actor, $2 roles. */
void quality_actor(struct query_args *args);
/* The local day of desk.zone at ctx->now, as text for a date argument. */
bool quality_today(struct ctx *ctx, const char **today_r) MUST_CHECK;
/* A row whose first column is the JSON; an empty list of rows is 404. */
bool quality_reply_row(struct request *req, int status, const struct rows *rows);
/* "2026-03" of a path or query as the first day, "2026-03-01"; NULL: it is none. */
const char *quality_month(struct arena *arena, const char *text);
/* A number with at most two decimals, or null. */
void quality_number(struct json_out *json, const char *key, bool known, double value);

#endif
