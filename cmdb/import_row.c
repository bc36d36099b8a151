/* Owns: what the columns of a table mean and whether its cells fit. Refuses: columns that are neither a field nor an
 * attribute. */
#include "cmdb/import_row.h"

#include "cmdb/value.h"

#include <string.h>

static const char *const field_names[] = { "name", "class", "status", "owner", "location", "external_key" };

static void read_column(struct ctx *ctx, const char *cell, int index, struct import_plan *plan)
{
	struct import_columns *columns = &plan->columns;
	const char *name = text_trim(ctx->arena, cell), *pointer = arena_printf(ctx->arena, "/columns/%d", index + 1);
	enum column_kind kind = COLUMN_ATTRIBUTE;
	for (int i = 0; i < COLUMN_ATTRIBUTE; i++)
		if (strcmp(field_names[i], name) == 0)
			kind = (enum column_kind)i;
	if (kind == COLUMN_ATTRIBUTE && !model_attribute(plan->model, name))
		fail_field(ctx, pointer, "\"%.80s\" is neither a field nor an attribute of any class", name);
	for (int i = 0; i < columns->count; i++)
		if (strcmp(columns->name[i], name) == 0)
			fail_field(ctx, pointer, "\"%.80s\" occurs twice", name);
	columns->has_class = columns->has_class || kind == COLUMN_CLASS;
	columns->kind[columns->count] = kind;
	columns->name[columns->count++] = name;
}

bool import_columns_read(struct ctx *ctx, const struct csv *heading, struct import_plan *plan)
{
	bool has_name = false;
	for (int i = 0; i < heading->cell_count; i++)
		read_column(ctx, heading->cell[i], i, plan);
	for (int i = 0; i < plan->columns.count; i++)
		has_name = has_name || plan->columns.kind[i] == COLUMN_NAME;
	if (!has_name)
		fail_field(ctx, "/columns", "there is no column \"name\"");
	if (!plan->columns.has_class && !plan->class)
		fail_field(ctx, "/columns", "there is no column \"class\", and no class was given for all rows");
	return ctx->error.kind == ERROR_NONE;
}

struct reading {
	struct ctx *ctx;
	const struct class *class;
	const char *status, *owner, *location, *external_key, *name;
	struct json_out errors, values;
	bool wrong;
};

static void wrong(struct reading *reading, const char *field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void wrong(struct reading *reading, const char *field, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	json_open_object(&reading->errors, NULL);
	json_text(&reading->errors, "pointer", arena_printf(reading->ctx->arena, "/%s", field));
	json_text(&reading->errors, "detail", arena_vprintf(reading->ctx->arena, format, args));
	json_close_object(&reading->errors);
	va_end(args);
	reading->wrong = true;
}

/* In a table an attribute is sought in the row's class: other classes may have one of the same name. */
static const struct attribute *attribute_of(const struct import_plan *plan, const struct class *class, const char *name)
{
	for (int i = 0; i < plan->model->attribute_count; i++)
		if (strcmp(plan->model->attributes[i].name, name) == 0 && class_has(class, &plan->model->attributes[i]))
			return &plan->model->attributes[i];
	return NULL;
}

static void read_attribute(struct reading *reading, const struct import_plan *plan, const char *name, const char *cell)
{
	const struct attribute *attribute = reading->class ? attribute_of(plan, reading->class, name) : NULL;
	const char *why = NULL, *pointer = arena_printf(reading->ctx->arena, "attributes/%s", name);
	if (!reading->class)
		return;
	if (attribute && plan->reword)
		cell = plan->reword(reading->ctx->arena, plan, reading->class, COLUMN_ATTRIBUTE, attribute, cell);
	if (!attribute) {
		wrong(reading, pointer, "the class %s has no such attribute", reading->class->name);
	} else if (attribute->retired) {
		wrong(reading, pointer, "this attribute is no longer recorded");
	} else if (attribute->type == VALUE_REFERENCE) {
		json_text(&reading->values, name, cell); /* by name, id or key: the database knows which CI is meant */
	} else {
		const char *form = value_check_text(reading->ctx->arena, attribute, cell, &why);
		if (form)
			json_raw(&reading->values, name, form);
		else
			wrong(reading, pointer, "%s", why);
	}
}

static void read_text(struct reading *reading, const char *field, const char *cell, size_t max, const char **value)
{
	if (text_utf8_length(cell) > max)
		wrong(reading, field, "may have at most %zu characters", max);
	else if (text_has_control(cell) || strchr(cell, '\n'))
		wrong(reading, field, "must be one line without control characters");
	else
		*value = cell;
}

static void read_status(struct reading *reading, const struct import_plan *plan, const char *cell)
{
	if (!reading->class)
		return;
	if (plan->reword)
		cell = plan->reword(reading->ctx->arena, plan, reading->class, COLUMN_STATUS, NULL, cell);
	if (class_state(plan->model, reading->class, cell))
		reading->status = cell;
	else
		wrong(reading, "status", "%s", class_states_told(reading->ctx->arena, plan->model, reading->class));
}

static void read_class(struct reading *reading, const struct import_plan *plan, const char *cell)
{
	if (cell && plan->reword)
		cell = plan->reword(reading->ctx->arena, plan, NULL, COLUMN_CLASS, NULL, cell);
	reading->class = cell ? model_class(plan->model, cell) : plan->class;
	if (cell && !reading->class)
		wrong(reading, "class", "there is no class \"%.80s\"", cell);
	else if (!reading->class)
		wrong(reading, "class", "is required");
	else if (reading->class->abstract)
		wrong(reading, "class", "the class %s is abstract: choose one below it", reading->class->name);
}

static void read_cell(struct reading *reading, const struct import_plan *plan, int index, const char *cell)
{
	switch (plan->columns.kind[index]) {
	case COLUMN_NAME:
		read_text(reading, "name", cell, 200, &reading->name);
		break;
	case COLUMN_STATUS:
		read_status(reading, plan, cell);
		break;
	case COLUMN_OWNER:
		read_text(reading, "owner", cell, 200, &reading->owner);
		break;
	case COLUMN_LOCATION:
		read_text(reading, "location", cell, 300, &reading->location);
		break;
	case COLUMN_EXTERNAL_KEY:
		read_text(reading, "external_key", cell, 200, &reading->external_key);
		break;
	case COLUMN_ATTRIBUTE:
		read_attribute(reading, plan, plan->columns.name[index], cell);
		break;
	case COLUMN_CLASS: /* read before the others */
		break;
	}
}

void import_row_read(
	struct ctx *ctx, const struct import_plan *plan, const struct csv *record, struct import_row *row_r)
{
	const char *cells[CSV_CELLS_MAX] = { NULL }, *class_cell = NULL;
	struct reading *reading = arena_alloc(ctx->arena, sizeof(*reading));
	*row_r = (struct import_row){ .line = record->record_line };
	reading->ctx = ctx;
	json_begin(&reading->errors, ctx->arena, 64);
	json_open_array(&reading->errors, NULL);
	json_begin(&reading->values, ctx->arena, 128);
	json_open_object(&reading->values, NULL);
	for (int i = 0; i < record->cell_count; i++) {
		const char *cell = text_trim(ctx->arena, record->cell[i]);
		cells[i] = *cell ? cell : NULL;
	}
	if (record->cell_count > plan->columns.count)
		wrong(reading, "", "has %d cells, the heading has %d", record->cell_count, plan->columns.count);
	for (int i = 0; i < plan->columns.count; i++)
		if (plan->columns.kind[i] == COLUMN_CLASS)
			class_cell = cells[i];
	read_class(reading, plan, class_cell);
	for (int i = 0; i < plan->columns.count; i++)
		if (cells[i])
			read_cell(reading, plan, i, cells[i]);
	if (!reading->name && !reading->wrong && !reading->class->name_template_held)
		wrong(reading, "name", "is required");
	json_close_array(&reading->errors);
	json_close_object(&reading->values);
	row_r->name = reading->name;
	if (reading->wrong) {
		row_r->errors = reading->errors.text.data;
		return;
	}
	row_r->class_id = reading->class->id;
	row_r->external_key = reading->external_key;
	row_r->status = reading->status;
	row_r->owner = reading->owner;
	row_r->location = reading->location;
	row_r->attributes = reading->values.text.data;
}
