/* Built calendars by version id: a version never changes, so a calendar is built once and kept for the life of the process.
 * Owns: the table. Thread: lookups take a lock for the moment of the search; a built calendar is shared without one. */
#include "db/query.h"
#include "sla/subject.h"
#include "sla/subject.sql.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	int64_t version;
	struct calendar *calendar;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;
static int entry_count, entry_room;

static const struct calendar *find(int64_t version)
{
	for (int i = 0; i < entry_count; i++)
		if (entries[i].version == version)
			return entries[i].calendar;
	return NULL;
}

static const struct calendar *keep(int64_t version, struct calendar *calendar)
{
	const struct calendar *known;

	pthread_mutex_lock(&lock);
	known = find(version);
	if (known == NULL) {
		if (entry_count == entry_room) {
			entry_room = entry_room == 0 ? 16 : entry_room * 2;
			entries = realloc(entries, (size_t)entry_room * sizeof(*entries));
			INVARIANT(entries != NULL);
		}
		entries[entry_count++] = (struct entry){ version, calendar };
	}
	pthread_mutex_unlock(&lock);
	if (known == NULL)
		return calendar;
	calendar_destroy(calendar); /* another thread was faster */
	return known;
}

const struct calendar *calendar_of_version(struct ctx *ctx, int64_t version)
{
	const struct calendar *known;
	struct query_args args;
	struct rows *rows;
	struct calendar *built;
	char why[256];

	pthread_mutex_lock(&lock);
	known = find(version);
	pthread_mutex_unlock(&lock);
	if (known != NULL)
		return known;
	args = query_args(ctx);
	arg_int(&args, version);
	rows = query_one(ctx, QUERY_CALENDAR_VERSION_BODY, &args);
	if (rows == NULL)
		return NULL;
	built = calendar_from_json(rows_text(rows, 0, 0), rows_length(rows, 0, 0), why, sizeof(why));
	if (built == NULL) {
		fail_internal(ctx, ERROR_INTERNAL, "calendar version %lld: %s", (long long)version, why);
		return NULL;
	}
	return keep(version, built);
}
