/* The supplier SLA report, for the files of this room: its figures, and the workbook made of them.
 * Both come from one snapshot of the database, so that the first sheet and the details agree. */
#ifndef VAKHTA_REPORTS_SUPPLIER_SLA_H
#define VAKHTA_REPORTS_SUPPLIER_SLA_H

#include "db/query.h"
#include "reports/period.h"
#include "reports/sheet.h"
#include "reports/words.h"

#define SLA_METRICS 5
#define SLA_PRIORITIES 4
#define SLA_WORST 10
#define SLA_SUPPLIER_SHEETS_MAX 200
extern const char *const sla_metrics[SLA_METRICS]; /* in the order of the sheets */

struct sla_request {
	int64_t from_day, to_day;
	int64_t supplier_id; /* 0: all */
	const char *zone, *language;
	const char *made_by;
	int64_t rows_per_sheet;                                  /* under the heading; 0: as many as the format holds */
	bool (*progress)(void *user, int64_t done, int64_t all); /* rows of the detail sheets; false: stop; may be NULL */
	void *user;
};

/* A clock among the worst of its supplier. */
struct sla_worst {
	const char *number, *metric;
	int ordinal;
	int64_t target_s, elapsed_s;
	instant decided;
};

/* Working times of a group as they come in; sorted when they are all there. */
struct sla_times {
	int32_t *seconds;
	int64_t count, capacity;
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
	int64_t priority_kept[SLA_PRIORITIES], priority_breached[SLA_PRIORITIES];
	/* while rows stream in */
	int64_t goal_sum_bp, goal_count, last_case;
	struct sla_times times;
};

struct sla_supplier {
	int64_t id;
	const char *name, *kind;
	int64_t cases;
	int first_group, group_count; /* those shown */
	int shared;                   /* the name as a shared text */
	double width;
	/* what its own sheet tells */
	int64_t theirs_s, ours_s, verify_s;
	int64_t long_pauses, late_entries, rejected_fixes, contests, contests_upheld;
	struct sla_worst worst[SLA_WORST];
	int worst_count;
	struct sheet *sheet;
};

/* An edition of terms by which clocks were judged. */
struct sla_terms {
	int64_t id, contract_id;
	int contract;     /* index of contracts */
	const char *edition;
	int64_t version, pause_limit_s;
	int goal_bp[SLA_PRIORITIES][SLA_METRICS]; /* -1: not promised */
	int shared; /* "T-2025/17" */
	double width;
};

struct sla_step {
	int below_bp, credit_bp;
};
#define SLA_STEPS_MAX 64

/* What a contract owes for one metric in one month. */
struct sla_credit {
	int64_t kept, breached;
	int steps_reached, credit_bp;
	int64_t amount_minor;
};

struct sla_contract_month {
	bool has_terms;
	int64_t terms_id, version, price_minor;
	bool has_price;
	int cap_bp;
	const char *currency;
	int step_count[SLA_METRICS];
	struct sla_step steps[SLA_METRICS][SLA_STEPS_MAX];
	struct sla_credit credit[SLA_METRICS];
	int64_t sum_minor, due_minor;
};

struct sla_contract {
	int64_t id, supplier_id;
	const char *number, *supplier;
	struct sla_contract_month *months; /* period.credit_months */
};

struct sla_named {
	int64_t id;
	int shared;
	double width;
	const char *name;
};

struct sla_outage {
	int64_t service_id;
	const char *service, *currency, *tickets, *cis;
	instant from, to;
	bool goes_on;
	int64_t incidents, earning_s, waited_s, rate_minor, loss_minor;
};

struct sla_share {
	int outage;
	int64_t supplier_id;
	const char *supplier, *cases;
	int64_t waited_s, loss_minor;
};

/* What stands in the money table of the first sheet. */
struct sla_money {
	int64_t supplier_id;
	const char *supplier, *currency;
	int64_t due_minor, loss_minor;
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
	int supplier_count; /* those shown, which stand first */
	int supplier_total;
	int64_t case_count, clock_count, earlier_count, pause_count, late_entry_count, rejected_count, contest_count;
	int64_t done; /* detail rows written */
	int64_t *calendar_ids, *terms_ids;
	int calendar_count, terms_count;
	struct sla_terms *terms;
	struct sla_contract *contracts;
	int contract_count;
	struct sla_named *calendars, *cis;
	int ci_count;
	struct sla_outage *outages;
	int outage_count;
	struct sla_share *shares;
	int share_count;
	struct rows *step_rows;
	struct sla_money *money;
	int money_count;
	char evidence[65];
	const char *anchor; /* the newest anchor of the evidence chain as words, or NULL */

	struct book *book;
	struct sheet *summary, *trend, *method;
	struct table cases, clocks, earlier, pauses, late_entries, rejected, contests, credits, credits_due, steps,
		outages_table, shares_table;
};

/* Reads the figures; the caller has begun a snapshot. `deep`: only what must be known before the rows of the detail sheets come, and what
 * those need; the figures follow from the rows. Fails: ERROR_INVALID for zone and supplier. */
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
int sla_metric_index(const char *metric);
/* Which of the twelve months; -1: none of them. */
int sla_month_of(const struct sla_report *report, instant decided);
/* What the rows said, once they are all there: medians, means, suppliers in order. */
void sla_figures_finish(struct sla_report *report);
struct sla_group *sla_group_find(struct sla_report *report, int64_t supplier, const char *metric);
struct sla_supplier *sla_supplier_find(struct sla_report *report, int64_t id);

/* Names and terms that rows refer to by id (names.c); ids that are not there give NULL. */
bool sla_names_load(struct sla_report *report) MUST_CHECK;
void sla_names_share(struct sla_report *report);
const struct sla_terms *sla_terms_find(const struct sla_report *report, int64_t id);
const struct sla_named *sla_named_find(const struct sla_named *list, int count, int64_t id);

/* Money: exact, in hundredths of the currency (credits.c, outages.c). */
int64_t money_share(int64_t amount_minor, int64_t part, int64_t of);
double money_value(int64_t minor);
/* For the dashboard: contracts, their terms and counts from the database. */
bool sla_credits_read(struct sla_report *report) MUST_CHECK;
bool sla_credits_load(struct sla_report *report) MUST_CHECK;
void sla_credits_count(struct sla_report *report, const struct sla_terms *terms, int metric, instant decided, bool kept);
void sla_credits_finish(struct sla_report *report);
bool sla_outages_load(struct sla_report *report) MUST_CHECK;

/* The whole workbook: begins the snapshot, ends it, and gives the finished file. */
bool sla_workbook_make(struct ctx *ctx, const struct sla_request *request, int *fd_r) MUST_CHECK;

/* Its sheets. */
void sla_tables_begin(struct sla_report *report);
void sla_clock_tables_begin(struct sla_report *report, int64_t most);
void sla_clock_tables_create(struct sla_report *report);
void sla_list_tables_begin(struct sla_report *report, int64_t most);
void sla_money_tables_begin(struct sla_report *report);
void sla_outage_tables_begin(struct sla_report *report);
bool sla_details_write(struct sla_report *report) MUST_CHECK;
bool sla_clocks_write(struct sla_report *report) MUST_CHECK;
bool sla_lists_write(struct sla_report *report) MUST_CHECK;
bool sla_credits_write(struct sla_report *report) MUST_CHECK;
bool sla_outages_write(struct sla_report *report) MUST_CHECK;
void sla_summary_write(struct sla_report *report);
void sla_trend_write(struct sla_report *report);
void sla_supplier_sheets_add(struct sla_report *report);
void sla_supplier_sheets_write(struct sla_report *report);
bool sla_method_write(struct sla_report *report) MUST_CHECK;
/* Table columns that outlive the call. */
const struct column *sla_columns_keep(struct sla_report *report, const struct column *columns, int count);
/* Counts a detail row and tells the progress. False: stop. */
bool sla_row_next(struct sla_report *report, struct table *table) MUST_CHECK;

/* The row of a group's shares on the trend sheet; -1: it has none. */
int64_t sla_trend_row(const struct sla_report *report, int group);
/* How many lines each block of the trend sheet has. */
int sla_trend_lines(const struct sla_report *report);
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
	CLOCKS_CONTRACT_NO,
	CLOCKS_CONTRACT,
	CLOCKS_EDITION,
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
	CASES_EDITION,
	CASES_SENT,
	CASES_ACKNOWLEDGED,
	CASES_FIXED,
	CASES_ENDED,
	CASES_THEIRS,
	CASES_OURS,
	CASES_VERIFY,
	CASES_OWNER_THEN,
	CASES_OWNER_NOW,
	CASES_EVENTS,
	CASES_EVIDENCE,
	CASES_COLUMNS
};

enum pause_column {
	PAUSES_CASE,
	PAUSES_NO,
	PAUSES_SUPPLIER,
	PAUSES_METRIC,
	PAUSES_ORDINAL,
	PAUSES_FROM,
	PAUSES_TO,
	PAUSES_WORKED,
	PAUSES_LIMIT,
	PAUSES_LONG,
	PAUSES_REASON,
	PAUSES_WHO,
	PAUSES_BEGUN_BY,
	PAUSES_BEGUN_LATE,
	PAUSES_ENDED_BY,
	PAUSES_ENDED_LATE,
	PAUSES_CONSENT,
	PAUSES_COLUMNS
};

/* Late entries, rejected fixes, contests: the supplier's number stands in the same place on each. */
enum { LISTS_CASE, LISTS_NO, LISTS_SUPPLIER };
enum { CONTESTS_STATE = 8 };

enum credit_column {
	CREDITS_NO,
	CREDITS_SUPPLIER,
	CREDITS_CONTRACT_NO,
	CREDITS_CONTRACT,
	CREDITS_EDITION,
	CREDITS_METRIC,
	CREDITS_MONTH,
	CREDITS_TO,
	CREDITS_KEPT,
	CREDITS_BREACHED,
	CREDITS_SHARE,
	CREDITS_STEPS,
	CREDITS_REACHED,
	CREDITS_PERCENT,
	CREDITS_PRICE,
	CREDITS_AMOUNT,
	CREDITS_CURRENCY,
	CREDITS_COMPLETE,
	CREDITS_COLUMNS
};
enum due_column {
	DUE_NO,
	DUE_SUPPLIER,
	DUE_CONTRACT_NO,
	DUE_CONTRACT,
	DUE_MONTH,
	DUE_SUM,
	DUE_PRICE,
	DUE_CAP,
	DUE_CAP_AMOUNT,
	DUE_AMOUNT,
	DUE_CURRENCY,
	DUE_COMPLETE,
	DUE_COLUMNS
};
enum step_column { STEPS_CONTRACT_NO, STEPS_CONTRACT, STEPS_EDITION, STEPS_METRIC, STEPS_BELOW, STEPS_CREDIT, STEPS_MORE, STEPS_COLUMNS };
enum outage_column {
	OUTAGES_NO,
	OUTAGES_SERVICE,
	OUTAGES_FROM,
	OUTAGES_TO,
	OUTAGES_STATE,
	OUTAGES_EARNING,
	OUTAGES_RATE,
	OUTAGES_LOSS,
	OUTAGES_CURRENCY,
	OUTAGES_WAITED,
	OUTAGES_WAITED_SHARE,
	OUTAGES_INCIDENTS,
	OUTAGES_TICKETS,
	OUTAGES_CIS,
	OUTAGES_COLUMNS
};
enum share_column {
	SHARES_NO,
	SHARES_SUPPLIER,
	SHARES_SERVICE_NO,
	SHARES_SERVICE,
	SHARES_FROM,
	SHARES_TO,
	SHARES_WAITED,
	SHARES_PART,
	SHARES_RATE,
	SHARES_LOSS,
	SHARES_CURRENCY,
	SHARES_CASES,
	SHARES_COLUMNS
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
