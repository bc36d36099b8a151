/* The report on the quality of the desk, for the files of this room: figures by team, level and person, and the workbook made of them.
 * Everything rests on the tickets that were resolved in the period; both come from one snapshot of the database. */
#ifndef VAKHTA_REPORTS_DESK_QUALITY_H
#define VAKHTA_REPORTS_DESK_QUALITY_H

#include "reports/supplier_sla.h"

/* z of a two-sided interval of 95 %. */
#define QUALITY_Z 1.959963984540054
#define QUALITY_Z_TEXT "1.959963984540054"

enum quality_by { BY_ALL, BY_TEAM, BY_LEVEL, BY_PERSON, QUALITY_BYS };

struct quality_ticket {
	int32_t team, person; /* indexes of names; -1: none */
	int8_t level, response, resolution; /* verdicts: 0 none, 1 kept, 2 breached */
	int8_t score, recommend;            /* -1: not given */
	int16_t handovers, ping_pong, reopened;
	int32_t response_s, resolution_s;
};

struct quality_name {
	int64_t id;
	const char *name;
	int level;
};

/* A share with Wilson's interval; a mean and NPS with the normal one. `has`: there is something to divide by. */
struct quality_share {
	int64_t count, of;
	bool has;
	double value, low, high;
};

struct quality_line {
	enum quality_by by;
	int64_t id;
	const char *name; /* NULL: all, or a level */
	int64_t tickets, ping_pong, handovers, rated, samples, kpis;
	struct quality_share response, resolution, reopened, answered;
	bool has_response_times, has_resolution_times, has_mean, has_mean_interval, has_nps, has_quality, has_kpi;
	double response_median_s, response_p90_s, resolution_median_s, resolution_p90_s;
	double mean, mean_low, mean_high, nps, nps_low, nps_high, quality_pct, kpi;
};

struct quality_report {
	struct ctx *ctx;
	struct sla_request request;
	struct period period;
	enum words_language language;
	int64_t ticket_count, handover_count, sample_count, kpi_count;
	struct quality_ticket *tickets;
	struct quality_name *teams, *persons;
	int team_count, person_count;
	struct rows *sample_rows, *kpi_rows, *handover_rows;
	struct quality_line *lines;
	int line_count;
	int64_t done;

	struct book *book;
	struct sheet *summary, *method;
	struct table ticket_table, handover_table, sample_table, kpi_table;
};

/* Reads everything; the caller has begun a snapshot. With a book open (report->book), each ticket is written as it passes. */
bool quality_load(struct ctx *ctx, const struct sla_request *request, struct quality_report **report_r) MUST_CHECK;
bool quality_tickets_read(struct quality_report *report, bool (*row)(struct quality_report *report, const struct rows *rows)) MUST_CHECK;
void quality_figures(struct quality_report *report);

bool quality_workbook_make(struct ctx *ctx, const struct sla_request *request, int *fd_r) MUST_CHECK;
void quality_summary_write(struct quality_report *report);

enum quality_ticket_column {
	Q_NUMBER,
	Q_KIND,
	Q_PRIORITY,
	Q_LEVEL,
	Q_TEAM_NO,
	Q_TEAM,
	Q_PERSON_NO,
	Q_PERSON,
	Q_OPENED,
	Q_RESOLVED,
	Q_RESPONSE,
	Q_RESPONSE_TIME,
	Q_RESOLUTION,
	Q_RESOLUTION_TIME,
	Q_HANDOVERS,
	Q_PING_PONG,
	Q_REOPENED,
	Q_SCORE,
	Q_SCORE_SQUARED,
	Q_RECOMMEND,
	Q_COLUMNS
};
enum { QH_NUMBER, QH_TEAM_NO, QH_TEAM, QH_AT, QH_FROM, QH_TO, QH_REASON, QH_MODE, QH_STATE, QH_COLUMNS };
enum { QS_NUMBER, QS_WEEK, QS_LEVEL, QS_TEAM_NO, QS_TEAM, QS_PERSON_NO, QS_PERSON, QS_SCORE, QS_SCORER, QS_SCORED_AT, QS_COLUMNS };
enum { QK_MONTH, QK_TEAM_NO, QK_TEAM, QK_PERSON_NO, QK_PERSON, QK_VALUE, QK_FORMULA, QK_COLUMNS };

extern const char *const quality_reasons[];

#endif
