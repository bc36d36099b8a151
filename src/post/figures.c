/* See figures.h. */
#include "post/figures.h"

#include <stdatomic.h>

static atomic_llong queued, oldest_s, failed, quarantined, checked_at;
static atomic_int mailbox_good = -1; /* -1: none is read */
static atomic_ullong sent, not_sent, received, set_aside;

void figures_count_try(bool good)
{
	atomic_fetch_add(good ? &sent : &not_sent, 1);
}

void figures_count_received(bool quarantine)
{
	atomic_fetch_add(quarantine ? &set_aside : &received, 1);
}

void figures_set(int64_t now_queued, int64_t now_oldest_s, int64_t now_failed, int64_t now_quarantined)
{
	atomic_store(&queued, now_queued);
	atomic_store(&oldest_s, now_oldest_s);
	atomic_store(&failed, now_failed);
	atomic_store(&quarantined, now_quarantined);
}

void figures_mailbox(bool good, int64_t at)
{
	atomic_store(&mailbox_good, good);
	if (good)
		atomic_store(&checked_at, at);
}

static void gauge(struct text_out *out, const char *name, const char *help, long long value)
{
	text_append_printf(out, "# HELP vakhta_%s %s\n# TYPE vakhta_%s gauge\nvakhta_%s %lld\n", name, help, name, name, value);
}

static void counter(struct text_out *out, const char *name, const char *help, const char *label, unsigned long long good, const char *good_name,
	unsigned long long bad, const char *bad_name)
{
	text_append_printf(out, "# HELP vakhta_%s %s\n# TYPE vakhta_%s counter\nvakhta_%s{%s=\"%s\"} %llu\nvakhta_%s{%s=\"%s\"} %llu\n", name, help, name, name,
		label, good_name, good, name, label, bad_name, bad);
}

void figures_write(struct text_out *out)
{
	gauge(out, "outbox_queued", "Messages that wait in the outbox, in the whole installation.", atomic_load(&queued));
	gauge(out, "outbox_oldest_seconds", "How long the one that is due longest waits.", atomic_load(&oldest_s));
	gauge(out, "outbox_failed", "Messages given up or bounced.", atomic_load(&failed));
	gauge(out, "mail_quarantine_waiting", "Received messages that wait for a person.", atomic_load(&quarantined));
	counter(out, "outbox_tries_total", "Tries of this node to hand a message over.", "result", atomic_load(&sent), "sent", atomic_load(&not_sent), "not_sent");
	counter(out, "mail_received_total", "Messages that this node took in.", "result", atomic_load(&received), "taken_in", atomic_load(&set_aside), "quarantined");
	if (atomic_load(&mailbox_good) >= 0) {
		gauge(out, "mailbox_up", "Whether the mailbox could be read the last time.", atomic_load(&mailbox_good));
		gauge(out, "mailbox_checked_seconds", "When the mailbox was read last, seconds since 1970.", atomic_load(&checked_at));
	}
}
