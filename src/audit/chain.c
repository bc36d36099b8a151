/* See chain.h. What was done to a broken chain is found by trying: an event that was moved still has the hash of its old place. */
#include "audit/chain.h"

#include <stdlib.h>
#include <string.h>

/* More places than these are not tried for one event; it is then reported without saying whence it came. */
#define PLACES_MAX 120

static const unsigned char no_hash[DIGEST_BYTES];

/* Where an event stood when it was hashed. */
struct place {
	bool good;  /* here */
	bool moved; /* `seq` and `after` say where it stood */
	int64_t seq;
	int after; /* index of the event before it; -1: none */
};

void chain_hash(const char *subject, const unsigned char previous[static DIGEST_BYTES], int64_t seq, const struct chain_event *event,
	unsigned char out[static DIGEST_BYTES])
{
	struct digest digest;
	digest_begin(&digest);
	digest_bytes(&digest, previous, DIGEST_BYTES);
	digest_field(&digest, subject, strlen(subject));
	digest_field_int(&digest, seq);
	digest_bytes(&digest, event->content, event->content_length);
	digest_end(&digest, out);
}

static const unsigned char *hash_of(const struct chain *chain, int index)
{
	return index < 0 ? no_hash : chain->events[index].hash;
}

static bool stood_at(const struct chain *chain, int index, int64_t seq, int after)
{
	unsigned char hash[DIGEST_BYTES];
	chain_hash(chain->subject, hash_of(chain, after), seq, &chain->events[index], hash);
	return memcmp(hash, chain->events[index].hash, DIGEST_BYTES) == 0;
}

/* Numbers near its own first: most often a neighbour was taken out or put in. */
static struct place place_find(const struct chain *chain, int index)
{
	int64_t own = chain->events[index].seq, reach = chain->count + 2;
	if (stood_at(chain, index, own, index - 1))
		return (struct place){ .good = true, .seq = own, .after = index - 1 };
	if (chain->count > PLACES_MAX)
		return (struct place){ 0 };
	for (int64_t distance = 0; distance <= reach; distance++)
		for (int sign = -1; sign <= (distance > 0 ? 1 : -1); sign += 2)
			for (int after = -1; own + sign * distance > 0 && after < chain->count; after++)
				if (after != index && stood_at(chain, index, own + sign * distance, after))
					return (struct place){ .moved = true, .seq = own + sign * distance, .after = after };
	return (struct place){ 0 };
}

static void report_gap(const struct chain *chain, int index, struct audit_check *check)
{
	int64_t from = index == 0 ? 1 : chain->events[index - 1].seq + 1, to = chain->events[index].seq - 1;
	if (from == to)
		audit_found(check, chain->number, from, "is missing");
	else
		audit_found(check, chain->number, from, "events %lld to %lld are missing", (long long)from, (long long)to);
}

/* A run of events that were moved by the same distance. Returns the index after it. */
static int report_moved(const struct chain *chain, const struct place *places, int index, struct audit_check *check)
{
	const struct chain_event *events = chain->events;
	const struct place *was = &places[index];
	int64_t seq = events[index].seq, by = seq - was->seq;
	int end = index + 1;
	while (end < chain->count && places[end].moved && events[end].seq - places[end].seq == by)
		end++;
	const char *what = by > 0 ? "one was inserted before" : "one was removed before";
	if (by == 0)
		audit_found(check, chain->number, seq, "was recorded after event %lld: what stands between them is not what was recorded",
			(long long)(was->after < 0 ? 0 : events[was->after].seq));
	else if (end > index + 1)
		audit_found(check, chain->number, seq, "events %lld to %lld were recorded as %lld to %lld: %s them", (long long)seq,
			(long long)events[end - 1].seq, (long long)was->seq, (long long)places[end - 1].seq, what);
	else if (was->after == index - 1 - (by > 0 ? by : 0))
		audit_found(check, chain->number, seq, "was recorded as event %lld: %s it", (long long)was->seq, what);
	else
		audit_found(check, chain->number, seq, "was recorded as event %lld: the order was changed", (long long)was->seq);
	return end;
}

/* An event whose hash fits no place in the chain. */
static void report_strange(const struct chain *chain, const struct place *places, int index, struct audit_check *check)
{
	const struct chain_event *event = &chain->events[index];
	bool last = index + 1 == chain->count;
	const struct place *next = last ? NULL : &places[index + 1];
	bool vouched = last ? chain->has_head && memcmp(chain->head, event->hash, DIGEST_BYTES) == 0 : next->good;
	if (vouched && index == 0)
		audit_found(check, chain->number, event->seq, "its content was changed after it was recorded");
	else if (vouched)
		audit_found(check, chain->number, event->seq, "its content was changed after it was recorded, or event %lld with its hash",
			(long long)chain->events[index - 1].seq);
	else if (next && next->moved && next->after == index - 1)
		audit_found(check, chain->number, event->seq, "was inserted: the event after it was recorded straight after event %lld",
			(long long)(index == 0 ? 0 : chain->events[index - 1].seq));
	else if (next && next->moved && next->after == index && next->seq > chain->events[index + 1].seq)
		audit_found(check, chain->number, event->seq, "an event before it was removed and the others were numbered anew");
	else if (last && chain->has_head && chain->head_seq == event->seq - 1 && memcmp(chain->head, hash_of(chain, index - 1), DIGEST_BYTES) == 0)
		audit_found(check, chain->number, event->seq, "was inserted after the end of the chain");
	else
		audit_found(check, chain->number, event->seq, "its content and hash, or those of the event before it, were changed");
}

static void check_places(const struct chain *chain, struct audit_check *check)
{
	struct place *places = calloc((size_t)chain->count, sizeof(*places));
	INVARIANT(places != NULL);
	for (int i = 0; i < chain->count; i++)
		places[i] = place_find(chain, i);
	for (int i = 0; i < chain->count;) {
		bool gap = chain->events[i].seq != (i == 0 ? 1 : chain->events[i - 1].seq + 1);
		if (gap)
			report_gap(chain, i, check);
		if (places[i].moved) {
			i = report_moved(chain, places, i, check);
			continue;
		}
		/* After a gap nothing can be said: the hash before it is gone. */
		if (!places[i].good && !gap)
			report_strange(chain, places, i, check);
		i++;
	}
	free(places);
}

static void check_head(const struct chain *chain, struct audit_check *check)
{
	const struct chain_event *last = chain->count > 0 ? &chain->events[chain->count - 1] : NULL;
	int64_t seq = last ? last->seq : 0;
	if (!chain->has_head)
		audit_found(check, chain->number, seq, "the chain has no head");
	else if (chain->head_seq > seq)
		audit_found(check, chain->number, seq + 1, "is missing: the chain has %lld events", (long long)chain->head_seq);
	else if (chain->head_seq < seq)
		audit_found(check, chain->number, seq, "stands after the end of the chain, which has %lld events", (long long)chain->head_seq);
	else if (last && memcmp(chain->head, last->hash, DIGEST_BYTES) != 0)
		audit_found(check, chain->number, seq, "the head of the chain is another hash than that of its last event");
}

void chain_check(struct chain *chain, struct audit_check *check)
{
	const unsigned char *before = no_hash;
	bool whole = true;
	for (int i = 0; i < chain->count; i++) {
		struct chain_event *event = &chain->events[i];
		chain_hash(chain->subject, before, event->seq, event, event->computed);
		whole = whole && event->seq == i + 1 && memcmp(event->computed, event->hash, DIGEST_BYTES) == 0;
		before = event->computed;
	}
	if (!whole)
		check_places(chain, check);
	check_head(chain, check);
	check->subjects++;
	check->items += chain->count;
}
