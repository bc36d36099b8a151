/* Names and terms to which a million rows refer by id: read once, kept in order of id, shared by all cells that show them.
 * Owns nothing. Refuses: to look anything up in the database while rows stream in. */
#include "reports/supplier_sla.h"
#include "reports/supplier_sla.sql.h"

#include <stdlib.h>
#include <string.h>

/* Texts beyond so many are written into each cell, so that memory stays bounded. */
#define SHARED_CIS_MAX 20000

static void arg_some(struct query_args *args, const int64_t *ids, int count)
{
	arg_ints(args, ids, count);
}

static bool load_named(struct sla_report *report, const struct query *query, const int64_t *ids, int count, struct sla_named **list_r, int *count_r)
{
	struct query_args args = query_args(report->ctx);
	if (ids)
		arg_some(&args, ids, count);
	else
		args = sla_report_args(report);
	struct rows *rows = query_run(report->ctx, query, &args);
	if (!rows)
		return false;
	*count_r = rows_count(rows);
	*list_r = arena_array(report->ctx->arena, (size_t)*count_r + 1, sizeof(**list_r));
	for (int i = 0; i < *count_r; i++)
		(*list_r)[i] = (struct sla_named){ .id = rows_int(rows, i, 0), .name = rows_text(rows, i, 1), .shared = -1 };
	return true;
}

/* Rows: one for each edition, priority and metric, in order of the edition's id. */
static void read_terms(struct sla_report *report, const struct rows *rows)
{
	report->terms = arena_array(report->ctx->arena, (size_t)report->terms_count + 1, sizeof(*report->terms));
	int at = -1;
	for (int i = 0; i < rows_count(rows); i++) {
		int64_t id = rows_int(rows, i, 0);
		if (at < 0 || report->terms[at].id != id) {
			INVARIANT(++at < report->terms_count);
			report->terms[at] = (struct sla_terms){ .id = id,
				.contract_id = rows_int(rows, i, 1),
				.edition = rows_text(rows, i, 2),
				.version = rows_int(rows, i, 3),
				.pause_limit_s = rows_int(rows, i, 4),
				.shared = -1 };
			memset(report->terms[at].goal_bp, -1, sizeof(report->terms[at].goal_bp));
		}
		if (!rows_null(rows, i, 5))
			report->terms[at].goal_bp[rows_int(rows, i, 5) - 1][sla_metric_index(rows_text(rows, i, 6))] = (int)rows_int(rows, i, 7);
	}
	INVARIANT(at + 1 == report->terms_count);
}

/* Contracts in order of their id, each once. */
static void read_contracts(struct sla_report *report, const struct rows *rows)
{
	report->contract_count = rows_count(rows);
	report->contracts = arena_array(report->ctx->arena, (size_t)report->contract_count + 1, sizeof(*report->contracts));
	for (int i = 0; i < report->contract_count; i++)
		report->contracts[i] = (struct sla_contract){ .id = rows_int(rows, i, 0),
			.number = rows_text(rows, i, 1),
			.supplier_id = rows_int(rows, i, 2),
			.supplier = rows_text(rows, i, 3),
			.months = arena_array(report->ctx->arena, (size_t)report->period.credit_months + 1, sizeof(struct sla_contract_month)) };
	for (int i = 0; i < report->terms_count; i++)
		for (int k = 0; k < report->contract_count; k++)
			if (report->contracts[k].id == report->terms[i].contract_id)
				report->terms[i].contract = k;
}

bool sla_names_load(struct sla_report *report)
{
	struct ctx *ctx = report->ctx;
	struct query_args args = query_args(ctx);
	arg_some(&args, report->terms_ids, report->terms_count);
	struct query_step steps[] = { { QUERY_REPORT_SLA_TERMS, &args, NULL }, { QUERY_REPORT_SLA_CONTRACT_LIST, &args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	read_terms(report, steps[0].rows);
	read_contracts(report, steps[1].rows);
	int calendars;
	return load_named(report, QUERY_REPORT_SLA_CALENDAR_NAMES, report->calendar_ids, report->calendar_count, &report->calendars, &calendars) &&
		load_named(report, QUERY_REPORT_SLA_CI_NAMES, NULL, 0, &report->cis, &report->ci_count);
}

static void share(struct sla_report *report, struct sla_named *list, int count)
{
	for (int i = 0; i < count; i++) {
		list[i].shared = book_shared(report->book, list[i].name);
		list[i].width = text_cell_width(list[i].name);
	}
}

void sla_names_share(struct sla_report *report)
{
	share(report, report->calendars, report->calendar_count);
	if (report->ci_count <= SHARED_CIS_MAX)
		share(report, report->cis, report->ci_count);
	for (int i = 0; i < report->supplier_count; i++) {
		report->suppliers[i].shared = book_shared(report->book, report->suppliers[i].name);
		report->suppliers[i].width = text_cell_width(report->suppliers[i].name);
	}
	for (int i = 0; i < report->terms_count; i++) {
		const char *number = report->contracts[report->terms[i].contract].number;
		report->terms[i].shared = book_shared(report->book, number);
		report->terms[i].width = text_cell_width(number);
	}
}

const struct sla_terms *sla_terms_find(const struct sla_report *report, int64_t id)
{
	int low = 0, high = report->terms_count - 1;
	while (low <= high) {
		int middle = (low + high) / 2;
		if (report->terms[middle].id == id)
			return &report->terms[middle];
		if (report->terms[middle].id < id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

const struct sla_named *sla_named_find(const struct sla_named *list, int count, int64_t id)
{
	int low = 0, high = count - 1;
	while (low <= high) {
		int middle = (low + high) / 2;
		if (list[middle].id == id)
			return &list[middle];
		if (list[middle].id < id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}
