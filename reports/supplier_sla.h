/* The supplier SLA report, for the files of this room: its figures, and the workbook made of them.
 * Both come from one snapshot of the database, so that the first sheet and the details agree. */
#ifndef VAKHTA_REPORTS_SUPPLIER_SLA_H
#define VAKHTA_REPORTS_SUPPLIER_SLA_H

#include "db/query.h"
#include "reports/period.h"
#include "reports/sheet.h"
#include "reports/words.h"

#define SLA_METRICS 5

struct sla_request {
	int64_t from_day, to_day;
	int64_t supplier_id; /* 0: all */
	const char *zone, *language;
	const char *made_by;
	int64_t rows_per_sheet;                                  /* under the heading; 0: as many as the format holds */
	bool (*progress)(void *user, int64_t done, int64_t all); /* rows of the detail sheets; false: stop; may be NULL */
	void *user;
};

/* Supplier and metric. */
struct sla_group {
	int64_t supplier_id;
	const char *supplier;
	const char *metric; /* as in the database */
	int64_t kept, breached, open, overdue, cases;
	int64_t previous_kept, previous_breached;
	bool has_goal, has_times;
	double goal_pct, median_s, p90_s;
	int64_t here, earlier; /* rows on Clocks and on Earlier clocks */
	int clock_sheet;       /* the sheet of Clocks that has all its rows; -1: several */
	int64_t month_kept[PERIOD_MONTHS], month_breached[PERIOD_MONTHS];
};

struct sla_supplier {
	int64_t id;
	const char *name, *kind;
	int64_t cases;
	int first_group, group_count; /* those shown */
};

struct sla_report {
	struct ctx *ctx;
	struct sla_request request;
	struct period period;
	enum words_language language;
	const char *supplier_name; /* of request.supplier_id, or NULL */
	const int64_t *late;
	int late_count;
	struct sla_group *groups;
	int group_count;
	struct sla_supplier *suppliers;
	int supplier_count;
	int64_t case_count, clock_count, earlier_count, pause_count;
	int64_t done; /* detail rows written */
	const char *const *calendar_ids, *const *contract_ids;
	int calendar_count, contract_count;
	char evidence[65];

	struct book *book;
	struct sheet *summary, *trend, *method;
	struct table cases, clocks, earlier, pauses;
};

/* Reads the figures; the caller has begun a snapshot. `deep`: also what the detail sheets need.
 * Fails: ERROR_INVALID for zone and supplier. */
bool sla_report_load(
	struct ctx *ctx, const struct sla_request *request, bool deep, struct sla_report **report_r) MUST_CHECK;
/* Arguments $1 … $5 of the statements. */
struct query_args sla_report_args(struct sla_report *report);
/* Clocks that ran past their target although the watch has not recorded it yet. */
bool sla_late_find(struct ctx *ctx, const int64_t **late_r, int *count_r) MUST_CHECK;
/* A figure that the first sheet shows. */
bool sla_group_shown(const struct sla_group *group);
/* Compliance in percent; false: nothing was measured. */
bool sla_share(int64_t kept, int64_t breached, double *share_r);

/* The whole workbook: begins the snapshot, ends it, and gives the finished file. */
bool sla_workbook_make(struct ctx *ctx, const struct sla_request *request, int *fd_r) MUST_CHECK;

/* Its sheets. */
void sla_tables_begin(struct sla_report *report);
bool sla_details_write(struct sla_report *report) MUST_CHECK;
void sla_summary_write(struct sla_report *report);
void sla_trend_write(struct sla_report *report);
bool sla_method_write(struct sla_report *report) MUST_CHECK;

/* The row of a group's shares on the trend sheet; -1: it has none. */
int64_t sla_trend_row(const struct sla_report *report, int group);
#define SLA_TREND_MONTHS_ROW 3
#define SLA_TREND_FIRST_COLUMN 3

/* Columns of Clocks and Earlier clocks that formulas use; they stand in the same places on both. */
enum clock_column {
	CLOCKS_CASE,
	CLOCKS_TICKET,
	CLOCKS_SUPPLIER_NO,
	CLOCKS_SUPPLIER,
	CLOCKS_METRIC,
	CLOCKS_ORDINAL,
	CLOCKS_PRIORITY,
	CLOCKS_VERDICT,
	CLOCKS_DECIDED,
	CLOCKS_TARGET,
	CLOCKS_WORKED,
	CLOCKS_SHARED, /* up to here on both */
	CLOCKS_STATE = CLOCKS_SHARED,
	CLOCKS_GOAL,
	CLOCKS_STARTED,
	CLOCKS_DUE,
	CLOCKS_STOPPED,
	CLOCKS_OVER,
	CLOCKS_BREACHED_AT,
	CLOCKS_PAUSED_US,
	CLOCKS_PAUSED_OTHER,
	CLOCKS_RETARGETED,
	CLOCKS_RETARGETED_BY,
	CLOCKS_CASE_ONCE,
	CLOCKS_SERVICE,
	CLOCKS_CI,
	CLOCKS_CONTRACT,
	CLOCKS_CALENDAR,
	CLOCKS_EVIDENCE,
	CLOCKS_COLUMNS
};

enum case_column {
	CASES_NUMBER,
	CASES_TICKET,
	CASES_SUPPLIER_NO,
	CASES_SUPPLIER,
	CASES_STATUS,
	CASES_PRIORITY,
	CASES_SUMMARY,
	CASES_COUNTED,
	CASES_BREACHED,
	CASES_REFERENCE,
	CASES_CI,
	CASES_SERVICE,
	CASES_CONTRACT,
	CASES_SENT,
	CASES_ACKNOWLEDGED,
	CASES_FIXED,
	CASES_ENDED,
	CASES_OWNER_THEN,
	CASES_OWNER_NOW,
	CASES_EVENTS,
	CASES_EVIDENCE,
	CASES_COLUMNS
};

/* Formulas over tables: a condition is a column and a criterion, both as they stand in the formula. */
struct condition {
	int column;
	const char *criterion; /* "$A12", "\">=\"&$C$4" */
};
/* COUNTIFS(…)+COUNTIFS(…) over every sheet of the table. */
void formula_count(struct text_out *out, const struct table *table, const struct condition *conditions, int count);
/* SUMIFS of a column likewise. */
void formula_sum(
	struct text_out *out, const struct table *table, int column, const struct condition *conditions, int count);

#endif
