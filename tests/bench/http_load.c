/* A load client: keeps N keep-alive connections busy with requests written beforehand, one at a time on each, and says how
 * fast they were answered.
 * Owns: sockets, the clock, the check that every answer has the status that was expected. Refuses: to know the API; the
 * requests come from a file of measure.mjs:
 *     =<status> <bytes of the request>\n<request>
 * A request in which "{id}" stands follows the one before it on the same connection and gets the id from its answer.
 * usage: http_load PORT CONNECTIONS WARM_S SECONDS FILE; prints one line of JSON. Exit 1: an answer was wrong. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX (4 << 20)

struct record {
	const char *bytes;
	size_t length;
	int status;
	bool follows;
};

struct connection {
	int fd;
	const struct record *record;
	char *out, *in;
	size_t out_length, out_sent, out_space, in_length, in_space;
	int64_t sent_ns;
	char id[24]; /* from the last answer */
	bool idle;
};

static struct record *records;
static size_t record_count, record_next;
static uint32_t *samples_us;
static size_t sample_count, sample_space;
static int64_t count_from_ns, stop_at_ns;
static uint64_t bytes_received;

static _Noreturn void give_up(const char *what, const char *detail)
{
	fprintf(stderr, "http_load: %s%s%s\n", what, *detail ? ": " : "", detail);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *grow(void *old, size_t bytes)
{
	void *made = realloc(old, bytes);
	if (!made)
		give_up("out of memory", "");
	return made;
}

static void read_records(const char *path)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts) != 0)
		give_up(path, strerror(errno));
	size_t length = (size_t)facts.st_size, space = 0;
	char *text = grow(NULL, length + 1), *at = text;
	for (size_t have = 0; have < length;) {
		ssize_t got = read(fd, text + have, length - have);
		if (got <= 0)
			give_up(path, "cannot be read");
		have += (size_t)got;
	}
	close(fd);
	text[length] = '\0';
	while (at < text + length) {
		int status, head;
		size_t bytes;
		if (sscanf(at, "=%d %zu%n", &status, &bytes, &head) != 2 || at[head] != '\n' || bytes > (size_t)(text + length - at - head - 1))
			give_up(path, "is not a file of requests");
		if (record_count == space) {
			space = space ? space * 2 : 1024;
			records = grow(records, space * sizeof(*records));
		}
		at += head + 1;
		records[record_count++] = (struct record){ at, bytes, status, memmem(at, bytes, "{id}", 4) != NULL };
		at += bytes;
	}
	if (record_count == 0 || records[0].follows)
		give_up(path, "has no request to begin with");
}

static void connect_one(struct connection *connection, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		give_up("cannot connect", strerror(errno));
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0)
		give_up("cannot make a socket non-blocking", strerror(errno));
	connection->in_space = 1 << 16;
	connection->in = grow(NULL, connection->in_space);
}

static void flush(struct connection *connection)
{
	while (connection->out_sent < connection->out_length) {
		ssize_t sent =
			send(connection->fd, connection->out + connection->out_sent, connection->out_length - connection->out_sent, MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0)
			give_up("a connection broke", strerror(errno));
		connection->out_sent += (size_t)sent;
	}
}

static void take_record(struct connection *connection, const struct record *record)
{
	const char *hole = record->follows ? memmem(record->bytes, record->length, "{id}", 4) : NULL;
	size_t id_length = strlen(connection->id), before = hole ? (size_t)(hole - record->bytes) : record->length;
	size_t length = hole ? record->length - 4 + id_length : record->length;
	if (length > connection->out_space)
		connection->out = grow(connection->out, connection->out_space = length);
	memcpy(connection->out, record->bytes, before);
	if (hole) {
		memcpy(connection->out + before, connection->id, id_length);
		memcpy(connection->out + before + id_length, hole + 4, record->length - before - 4);
	}
	connection->record = record;
	connection->out_length = length;
	connection->out_sent = connection->in_length = 0;
	connection->sent_ns = now_ns();
	flush(connection);
}

/* The next in the file that is not the second half of something; its second half is taken with it. */
static const struct record *next_record(void)
{
	const struct record *record = &records[record_next];
	do
		record_next = record_next + 1 == record_count ? 0 : record_next + 1;
	while (records[record_next].follows);
	return record;
}

static void remember_id(struct connection *connection, const char *body, size_t length)
{
	const char *id = memmem(body, length, "\"id\":", 5);
	size_t digits;
	if (!id || id + 5 >= body + length)
		give_up("an answer has no id", "");
	id += 5 + (id[5] == ' ');
	digits = strspn(id, "0123456789");
	if (digits == 0 || digits >= sizeof(connection->id))
		give_up("an answer has no id", "");
	memcpy(connection->id, id, digits);
	connection->id[digits] = '\0';
}

/* Whether the answer is whole; *body_r is where its body begins. */
static bool is_whole(const struct connection *connection, size_t *body_r, size_t *length_r)
{
	const char *end = memmem(connection->in, connection->in_length, "\r\n\r\n", 4), *field;
	if (!end)
		return false;
	*body_r = (size_t)(end + 4 - connection->in);
	*length_r = 0;
	field = strcasestr(connection->in, "\r\ncontent-length:");
	if (field && field < end)
		*length_r = strtoul(field + 17, NULL, 10);
	return connection->in_length >= *body_r + *length_r;
}

static void count_sample(const struct connection *connection, int64_t now)
{
	if (connection->sent_ns < count_from_ns || now > stop_at_ns)
		return;
	if (sample_count == sample_space)
		samples_us = grow(samples_us, (sample_space = sample_space ? sample_space * 2 : 1 << 16) * sizeof(*samples_us));
	samples_us[sample_count++] = (uint32_t)((now - connection->sent_ns) / 1000);
	bytes_received += connection->in_length;
}

static void finish_answer(struct connection *connection, size_t body, size_t length)
{
	int64_t now = now_ns();
	int status = connection->in_length > 12 ? atoi(connection->in + 9) : 0;
	const struct record *after = connection->record + 1;
	if (status != connection->record->status) {
		/* The first line only: the token stands below it. */
		fprintf(stderr, "%.*s\n%.*s\n", (int)strcspn(connection->out, "\r"), connection->out, (int)connection->in_length, connection->in);
		give_up("an answer has another status than expected", "");
	}
	count_sample(connection, now);
	if (after < records + record_count && after->follows) {
		remember_id(connection, connection->in + body, length);
		take_record(connection, after);
	} else if (now < stop_at_ns) {
		take_record(connection, next_record());
	} else {
		connection->idle = true;
	}
}

static void receive(struct connection *connection)
{
	for (;;) {
		size_t body, length;
		if (connection->in_length + 4096 > connection->in_space) {
			if (connection->in_space >= ANSWER_BYTES_MAX)
				give_up("an answer is too long", "");
			connection->in = grow(connection->in, connection->in_space *= 2);
		}
		ssize_t got = recv(connection->fd, connection->in + connection->in_length, connection->in_space - connection->in_length - 1, 0);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			give_up("the server closed a connection", got < 0 ? strerror(errno) : "");
		connection->in_length += (size_t)got;
		connection->in[connection->in_length] = '\0';
		if (is_whole(connection, &body, &length)) {
			finish_answer(connection, body, length);
			return;
		}
	}
}

static void run(struct connection *connections, int count)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), busy = count;
	struct epoll_event events[256];
	for (int i = 0; i < count; i++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &connections[i] };
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) != 0)
			give_up("epoll", strerror(errno));
		take_record(&connections[i], next_record());
	}
	while (busy > 0) {
		int ready = epoll_wait(epoll, events, 256, 20000);
		if (ready == 0)
			give_up("no answer for 20 s", "");
		for (int i = 0; i < ready; i++) {
			struct connection *connection = events[i].data.ptr;
			if (connection->idle)
				continue;
			flush(connection);
			receive(connection);
			busy -= connection->idle;
		}
	}
	close(epoll);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static unsigned percentile(double share)
{
	return sample_count == 0 ? 0 : samples_us[(size_t)(share * (double)(sample_count - 1))];
}

int main(int argc, char **argv)
{
	if (argc != 6)
		give_up("usage: http_load PORT CONNECTIONS WARM_S SECONDS FILE", "");
	int count = atoi(argv[2]);
	double warm_s = atof(argv[3]), seconds = atof(argv[4]);
	read_records(argv[5]);
	struct connection *connections = calloc((size_t)count, sizeof(*connections));
	if (!connections)
		give_up("out of memory", "");
	for (int i = 0; i < count; i++)
		connect_one(&connections[i], atoi(argv[1]));
	count_from_ns = now_ns() + (int64_t)(warm_s * 1e9);
	stop_at_ns = count_from_ns + (int64_t)(seconds * 1e9);
	run(connections, count);
	qsort(samples_us, sample_count, sizeof(*samples_us), by_size);
	printf("{\"requests\":%zu,\"rate\":%.1f,\"p50_us\":%u,\"p95_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"bytes\":%llu}\n", sample_count,
		(double)sample_count / seconds, percentile(0.5), percentile(0.95), percentile(0.99), percentile(1),
		(unsigned long long)bytes_received);
	return 0;
}
