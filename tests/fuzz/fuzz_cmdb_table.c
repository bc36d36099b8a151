/* Feeds any bytes as a table of the CMDB's imports, and each cell as a value of every type: records or one reason, values in
 * a form that is itself a value with the same form. */
#include "cmdb/csv.h"
#include "cmdb/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cells come trimmed and not empty, as from imports. */
static void judge(struct arena *arena, const char *cell)
{
	if (*cell == '\0')
		return;
	static const char *const choices[] = { "a", "b" };
	for (int type = 0; type < VALUE_TYPES; type++) {
		struct attribute attribute = {
			.name = "x", .type = (enum value_type)type, .choice_values = choices, .choice_count = 2
		};
		const char *why = NULL, *form = value_check_text(arena, &attribute, cell, &why);
		if ((form == NULL) != (why != NULL))
			abort();
		if (!form)
			continue;
		json_t *value = json_loads(form, JSON_DECODE_ANY, NULL);
		const char *again = value ? value_check(arena, &attribute, value, &why) : NULL;
		if (!again || strcmp(form, again) != 0)
			abort();
		json_decref(value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(65536);
	struct csv csv;
	bool open = csv_open(&csv, arena, (const char *)data, size);
	int line = 0;
	while (open) {
		enum csv_result result = csv_next(&csv);
		if ((result == CSV_BROKEN) != (csv.why != NULL))
			abort();
		if (result != CSV_RECORD)
			break;
		if (csv.cell_count < 1 || csv.record_line <= line)
			abort();
		line = csv.record_line;
		for (int i = 0; i < csv.cell_count; i++)
			judge(arena, text_trim(arena, csv.cell[i]));
	}
	arena_destroy(arena);
	return 0;
}
