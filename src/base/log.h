/* JSON log lines on standard error: one object a line with time, level, event and fields.
 * Refuses: secrets, bodies and personal texts; callers pass ids, counts, states and durations.
 * Thread: safe; a line is one write(2). */
#ifndef VAKHTA_BASE_LOG_H
#define VAKHTA_BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
	const char *key;
	const char *text; /* NULL: use `number` */
	int64_t number;
};
static inline struct log_field log_field_text(const char *key, const char *value_or_null)
{
	return (struct log_field){ key, value_or_null ? value_or_null : "", 0 };
}
#define LOG_TEXT(key, value) log_field_text((key), (value))
#define LOG_INT(key, value) ((struct log_field){ (key), 0, (int64_t)(value) })

void log_set_level(enum log_level level);
/* `event` is a stable short name, "db.reconnected". */
void log_write(enum log_level level, const char *event, const struct log_field *fields, int count);
#define log_event(level, event, ...) \
	log_write((level), (event), (const struct log_field[]){ __VA_ARGS__ }, \
		(int)(sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field)))

#endif
