/* See limit.h. */
#include "cmdb/inventory/limit.h"

#include "people/secret.h"

#include <pthread.h>
#include <stdio.h>

#define COUNTERS 8192

static struct counter {
	int64_t minute;
	int count;
} counters[COUNTERS];
static pthread_mutex_t counters_mutex = PTHREAD_MUTEX_INITIALIZER;

bool inventory_limit(const char *kind, const char *key, instant now, int most)
{
	unsigned char hash[SECRET_HASH_BYTES];
	char text[400];
	snprintf(text, sizeof(text), "%s:%s", kind, key);
	secret_hash(text, hash);
	struct counter *counter = &counters[(hash[0] << 8 | hash[1]) % COUNTERS];
	pthread_mutex_lock(&counters_mutex);
	if (counter->minute != now / 60)
		*counter = (struct counter){ .minute = now / 60 };
	bool good = counter->count < most;
	if (good)
		counter->count++;
	pthread_mutex_unlock(&counters_mutex);
	return good;
}
