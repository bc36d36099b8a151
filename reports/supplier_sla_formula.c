/* Formulas over tables that may go on in further sheets. Owns nothing. Refuses nothing: callers give criteria, never people's text. */
#include "reports/supplier_sla.h"

static void conditions_append(
	struct text_out *out, const struct table *table, int sheet, const struct condition *conditions, int count)
{
	for (int i = 0; i < count; i++) {
		if (i > 0)
			text_append_char(out, ',');
		table_range(out, table, sheet, conditions[i].column);
		text_append_char(out, ',');
		text_append_z(out, conditions[i].criterion);
	}
	text_append_char(out, ')');
}

void formula_count(struct text_out *out, const struct table *table, const struct condition *conditions, int count)
{
	for (int sheet = 0; sheet < table->sheet_count; sheet++) {
		text_append_z(out, sheet > 0 ? "+COUNTIFS(" : "COUNTIFS(");
		conditions_append(out, table, sheet, conditions, count);
	}
}

void formula_sum(
	struct text_out *out, const struct table *table, int column, const struct condition *conditions, int count)
{
	for (int sheet = 0; sheet < table->sheet_count; sheet++) {
		text_append_z(out, sheet > 0 ? "+SUMIFS(" : "SUMIFS(");
		table_range(out, table, sheet, column);
		text_append_char(out, ',');
		conditions_append(out, table, sheet, conditions, count);
	}
}
