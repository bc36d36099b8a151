/* `vakhta sla eval`: lines in, lines out, in bounded memory (eval_command.h).
 * Owns: the descriptor and the line's buffer. Refuses: lines over the limit, which are skipped unread. */
#include "sla/eval_command.h"

#include "sla/eval.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536

static const char usage[] =
	"usage: vakhta sla eval [FILE]\n"
	"Evaluates service-level clocks: one JSON object a line from FILE or standard input, one result a line.\n"
	"A bad line gives {\"line\":N,\"error\":\"...\"} and the run goes on; the exit code is then 1.\n"
	"\n"
	"  {\"calendar\":{\"zone\":\"Europe/Moscow\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"18:00\"}],\n"
	"     \"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[]}]},\n"
	"   \"target_s\":14400,\n"
	"   "
	"\"events\":[{\"at\":\"2026-03-02T08:00:00Z\",\"do\":\"start\"},{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"stop\"}],"
	"\n"
	"   \"now\":\"2026-03-03T00:00:00Z\"}\n"
	"\n"
	"Events: start, pause (reason), resume, retarget (target_s, calendar), stop, reopen, cancel.\n";

struct run {
	int fd;
	struct sla_eval *eval;
	char *line; /* of the line being read, up to the limit */
	size_t length;
	bool too_long;
	uint64_t number;
	bool any_bad;
};

static void print_error(uint64_t number, const char *why)
{
	json_t *text = json_string(why);
	char *quoted = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
	printf("{\"line\":%ju,\"error\":%s}\n", (uintmax_t)number, quoted ? quoted : "\"bad line\"");
	free(quoted);
	json_decref(text);
}

static void end_line(struct run *run)
{
	char out[SLA_EVAL_OUT_BYTES], why[SLA_EVAL_REASON_BYTES];
	run->number++;
	if (run->too_long) {
		snprintf(why, sizeof(why), "line longer than %zu bytes", SLA_EVAL_LINE_BYTES_MAX);
		print_error(run->number, why);
		run->any_bad = true;
	} else if (sla_eval_line(run->eval, run->line, run->length, out, why)) {
		puts(out);
	} else {
		print_error(run->number, why);
		run->any_bad = true;
	}
	run->length = 0;
	run->too_long = false;
}

static void add_bytes(struct run *run, const char *bytes, size_t count)
{
	if (run->too_long || count > SLA_EVAL_LINE_BYTES_MAX - run->length) {
		run->too_long = true;
		return;
	}
	memcpy(run->line + run->length, bytes, count);
	run->length += count;
}

static void take(struct run *run, const char *bytes, size_t count)
{
	while (count > 0) {
		const char *stop = memchr(bytes, '\n', count);
		size_t piece = stop ? (size_t)(stop - bytes) : count;
		add_bytes(run, bytes, piece);
		if (!stop)
			return;
		end_line(run);
		bytes += piece + 1;
		count -= piece + 1;
	}
}

/* True: all was read and written. */
static bool pump(struct run *run)
{
	char bytes[READ_BYTES];
	for (;;) {
		/* Whoever feeds the lines one by one must see each answer before the next read waits. */
		if (fflush(stdout) != 0) {
			fprintf(stderr, "vakhta sla eval: cannot write: %s\n", strerror(errno));
			return false;
		}
		ssize_t got = read(run->fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fprintf(stderr, "vakhta sla eval: cannot read: %s\n", strerror(errno));
			return false;
		}
		if (got == 0)
			break;
		take(run, bytes, (size_t)got);
		if (ferror(stdout)) {
			fprintf(stderr, "vakhta sla eval: cannot write\n");
			return false;
		}
	}
	if (run->length > 0 || run->too_long)
		end_line(run);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "vakhta sla eval: cannot write: %s\n", strerror(errno));
		return false;
	}
	return true;
}

static int run_lines(int fd)
{
	struct run run = { .fd = fd, .eval = sla_eval_create(), .line = malloc(SLA_EVAL_LINE_BYTES_MAX) };
	int code = 1;
	if (!run.eval || !run.line)
		fprintf(stderr, "vakhta sla eval: no memory\n");
	else if (pump(&run) && !run.any_bad)
		code = 0;
	free(run.line);
	sla_eval_destroy(run.eval);
	return code;
}

int command_sla_eval(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc > 2 || (argc == 2 && argv[1][0] == '-' && argv[1][1] != '\0')) {
		fputs(usage, stderr);
		return 2;
	}
	if (argc < 2 || strcmp(argv[1], "-") == 0)
		return run_lines(STDIN_FILENO);
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "vakhta sla eval: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	int code = run_lines(fd);
	close(fd);
	return code;
}
