/* Owns: the counters and their text for Prometheus. Counting is one atomic addition each.
 * Refuses: labels from outside; a route is its pattern. */
#include "http/internal.h"

#include <inttypes.h>
#include <stdlib.h>

/* Milliseconds; the last is +Inf. */
static const int bounds_ms[METRIC_BUCKETS - 1] = { 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000 };
static const char *const bounds_s[METRIC_BUCKETS] = { "0.001", "0.002", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
	"0.5", "1", "5", "+Inf" };

bool metrics_init(struct metrics *metrics, int route_count)
{
	metrics->route = calloc((size_t)route_count + 1, sizeof(*metrics->route));
	return metrics->route != NULL;
}

void metrics_free(struct metrics *metrics)
{
	free(metrics->route);
	metrics->route = NULL;
}

void metrics_count(struct exchange *exchange, int status, int64_t duration_ms)
{
	struct server *server = exchange->server;
	int index = exchange->route_index >= 0 ? exchange->route_index : server->options.route_count;
	struct route_metric *metric = &server->metrics.route[index];
	int bucket = 0;
	while (bucket < METRIC_BUCKETS - 1 && duration_ms > bounds_ms[bucket])
		bucket++;
	if (status >= 100 && status < 600)
		atomic_fetch_add_explicit(&metric->status[status / 100], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metric->bucket[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metric->sum_us, (uint_fast64_t)duration_ms * 1000, memory_order_relaxed);
}

static void labels(const struct server *server, int index, struct text_out *out)
{
	const struct route *route = index < server->options.route_count ? &server->options.routes[index] : NULL;
	text_append_printf(
		out, "method=\"%s\",route=\"%s\"", route ? router_method_name(route->method) : "", route ? route->pattern : "");
}

static void write_requests(const struct server *server, struct text_out *out)
{
	text_append_z(out,
		"# HELP vakhta_http_requests_total Requests answered, by route and first digit of the status.\n"
		"# TYPE vakhta_http_requests_total counter\n");
	for (int i = 0; i <= server->options.route_count; i++) {
		for (int status = 1; status < 6; status++) {
			uint64_t count = atomic_load_explicit(&server->metrics.route[i].status[status], memory_order_relaxed);
			if (count == 0)
				continue;
			text_append_z(out, "vakhta_http_requests_total{");
			labels(server, i, out);
			text_append_printf(out, ",status=\"%dxx\"} %" PRIu64 "\n", status, count);
		}
	}
}

static void write_durations(const struct server *server, struct text_out *out)
{
	text_append_z(out,
		"# HELP vakhta_http_request_seconds Time from the request line to the finished answer.\n"
		"# TYPE vakhta_http_request_seconds histogram\n");
	for (int i = 0; i <= server->options.route_count; i++) {
		const struct route_metric *metric = &server->metrics.route[i];
		uint64_t total = 0, sum_us = atomic_load_explicit(&metric->sum_us, memory_order_relaxed), cumulated = 0;
		for (int b = 0; b < METRIC_BUCKETS; b++)
			total += atomic_load_explicit(&metric->bucket[b], memory_order_relaxed);
		if (total == 0)
			continue;
		for (int b = 0; b < METRIC_BUCKETS; b++) {
			cumulated += atomic_load_explicit(&metric->bucket[b], memory_order_relaxed);
			text_append_z(out, "vakhta_http_request_seconds_bucket{");
			labels(server, i, out);
			text_append_printf(out, ",le=\"%s\"} %" PRIu64 "\n", bounds_s[b], cumulated);
		}
		text_append_z(out, "vakhta_http_request_seconds_sum{");
		labels(server, i, out);
		text_append_printf(
			out, "} %" PRIu64 ".%06" PRIu64 "\nvakhta_http_request_seconds_count{", sum_us / 1000000, sum_us % 1000000);
		labels(server, i, out);
		text_append_printf(out, "} %" PRIu64 "\n", cumulated);
	}
}

static void write_one(struct text_out *out, const char *name, const char *type, const char *help, uint64_t value)
{
	text_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name, value);
}

static void write_pools(const struct server *server, struct text_out *out)
{
	static const char *const names[] = { "waiting", "busy", "workers" };
	for (int kind = 0; kind < 3; kind++) {
		text_append_printf(out, "# TYPE vakhta_pool_%s gauge\n", names[kind]);
		for (int i = 0; i < 3; i++) {
			struct pool *pool = server->pool[i];
			int value = kind == 0 ? pool_waiting(pool) : kind == 1 ? pool_busy(pool) : pool_workers(pool);
			text_append_printf(out, "vakhta_pool_%s{pool=\"%s\"} %d\n", names[kind], pool_name(pool), value);
		}
	}
}

void server_metrics(const struct server *server, struct text_out *out)
{
	const struct metrics *metrics = &server->metrics;
	write_requests(server, out);
	write_durations(server, out);
	write_pools(server, out);
	write_one(out, "vakhta_http_refused_total", "counter",
		"Requests refused for their form, and their connection closed.", atomic_load(&metrics->refused_framing));
	write_one(out, "vakhta_http_queue_full_total", "counter", "Requests refused because too many were waiting.",
		atomic_load(&metrics->refused_full));
	write_one(out, "vakhta_http_deadline_closed_total", "counter", "Connections closed for being too slow or idle.",
		atomic_load(&metrics->deadline_closed));
	write_one(out, "vakhta_http_evicted_total", "counter", "Idle connections closed to make room.",
		atomic_load(&metrics->evicted));
	write_one(out, "vakhta_http_body_bytes", "gauge", "Bytes promised by requests being received.",
		atomic_load(&server->body_bytes));
	if (!server->feed)
		return;
	write_one(out, "vakhta_stream_listeners", "gauge", "Open event streams at the stream's port.",
		(uint64_t)feed_listeners(server->feed, LOOP_STREAM));
	write_one(out, "vakhta_stream_listeners_api", "gauge", "Open event streams at the main port.",
		(uint64_t)feed_listeners(server->feed, LOOP_API));
	write_one(out, "vakhta_stream_events_total", "counter", "Events handed to listeners.",
		atomic_load(&metrics->stream_events));
	write_one(out, "vakhta_stream_resyncs_total", "counter", "Listeners told to read everything anew.",
		atomic_load(&metrics->stream_resyncs));
	write_one(out, "vakhta_stream_slow_total", "counter", "Listeners closed for being too slow.",
		atomic_load(&metrics->stream_slow));
}
