/* Time zones from TZif files (zone.h): their transitions, then the rule of the file's footer for ever after.
 * Owns: the transitions of a zone. Refuses: names that could leave the folder, files without 64-bit data, and zones
 * that count leap seconds, since instants do not. */
#include "sla/zone.h"

#include "sla/zone_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define FILE_BYTES_MAX 65536
#define HEADER_BYTES 44
#define OFFSET_S_MAX (26 * 3600)

struct transition {
	instant at;
	int offset_s; /* from `at` on */
};

struct zone {
	char name[ZONE_NAME_MAX + 1];
	int first_offset_s; /* before the first transition */
	size_t count;
	struct transition *transitions; /* ascending */
	bool has_rule;                  /* after the last transition */
	struct zone_rule rule;
};

/* What stands where in the 64-bit part of a file. */
struct layout {
	const unsigned char *times, *indices, *types, *footer, *end;
	size_t time_count, type_count;
};

static bool name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
		c == '-';
}

bool zone_name_valid(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length > ZONE_NAME_MAX)
		return false;
	bool part_started = false;
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '/') {
			if (!part_started)
				return false;
			part_started = false;
		} else {
			if (!name_character(name[i]))
				return false;
			part_started = true;
		}
	}
	/* These two are the machine's choice of a zone, not the name of one. */
	return part_started && strcmp(name, "localtime") != 0 && strcmp(name, "posixrules") != 0;
}

static uint32_t read_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static int64_t read_i64(const unsigned char *p)
{
	return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

/* The file's bytes, or -1 with errno. */
static ssize_t read_zone_file(const char *name, unsigned char *bytes, size_t size_bytes)
{
	char path[sizeof(ZONE_FOLDER) + 1 + ZONE_NAME_MAX];
	snprintf(path, sizeof(path), ZONE_FOLDER "/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	struct stat status;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	size_t length = 0;
	while (length < size_bytes) {
		ssize_t got = read(fd, bytes + length, size_bytes - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int failure = errno;
			close(fd);
			errno = failure;
			return -1;
		}
		if (got == 0)
			break;
		length += (size_t)got;
	}
	close(fd);
	return (ssize_t)length;
}

/* The length of the data that follows a header, whose times have `time_bytes`; counts are bounded by the file's. */
static size_t data_bytes(const unsigned char *header, size_t time_bytes)
{
	size_t utc = read_u32(header + 20), standard = read_u32(header + 24), leap = read_u32(header + 28);
	size_t time = read_u32(header + 32), type = read_u32(header + 36), letter = read_u32(header + 40);
	if (utc > FILE_BYTES_MAX || standard > FILE_BYTES_MAX || leap > FILE_BYTES_MAX || time > FILE_BYTES_MAX ||
		type > FILE_BYTES_MAX || letter > FILE_BYTES_MAX)
		return SIZE_MAX / 2;
	return time * time_bytes + time + type * 6 + letter + leap * (time_bytes + 4) + standard + utc;
}

static const char *layout_find(const unsigned char *bytes, size_t length, struct layout *layout_r)
{
	if (length < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0)
		return "is not a time zone";
	if (bytes[4] < '2')
		return "has no 64-bit data";
	size_t skipped = HEADER_BYTES + data_bytes(bytes, 4);
	if (skipped > length || length - skipped < HEADER_BYTES || memcmp(bytes + skipped, "TZif", 4) != 0)
		return "is cut short";
	const unsigned char *header = bytes + skipped;
	const unsigned char *data = header + HEADER_BYTES;
	size_t need = data_bytes(header, 8);
	if (need > length - skipped - HEADER_BYTES)
		return "is cut short";
	if (read_u32(header + 28) != 0)
		return "counts leap seconds";
	layout_r->time_count = read_u32(header + 32);
	layout_r->type_count = read_u32(header + 36);
	if (layout_r->type_count == 0)
		return "has no local time";
	layout_r->times = data;
	layout_r->indices = data + layout_r->time_count * 8;
	layout_r->types = layout_r->indices + layout_r->time_count;
	layout_r->footer = data + need;
	layout_r->end = bytes + length;
	return NULL;
}

static bool type_offset(const struct layout *layout, size_t type, int *offset_s_r)
{
	if (type >= layout->type_count)
		return false;
	*offset_s_r = (int32_t)read_u32(layout->types + type * 6);
	return *offset_s_r >= -OFFSET_S_MAX && *offset_s_r <= OFFSET_S_MAX;
}

static const char *transitions_read(struct zone *zone, const struct layout *layout)
{
	if (!type_offset(layout, 0, &zone->first_offset_s))
		return "has a wrong offset";
	if (layout->time_count == 0)
		return NULL;
	zone->transitions = calloc(layout->time_count, sizeof(*zone->transitions));
	if (!zone->transitions)
		return "does not fit into memory";
	for (size_t i = 0; i < layout->time_count; i++) {
		struct transition *transition = &zone->transitions[i];
		transition->at = read_i64(layout->times + i * 8);
		if (!type_offset(layout, layout->indices[i], &transition->offset_s))
			return "has a wrong offset";
		if (i > 0 && transition->at <= transition[-1].at)
			return "has transitions out of order";
	}
	zone->count = layout->time_count;
	return NULL;
}

static const char *footer_read(struct zone *zone, const struct layout *layout)
{
	const unsigned char *start = layout->footer;
	if (start >= layout->end || *start != '\n')
		return "has no footer";
	start++;
	const unsigned char *stop = memchr(start, '\n', (size_t)(layout->end - start));
	if (!stop)
		return "has no footer";
	char text[ZONE_RULE_TEXT_MAX + 1];
	size_t length = (size_t)(stop - start);
	if (length > ZONE_RULE_TEXT_MAX)
		return "has an unfit rule";
	memcpy(text, start, length);
	text[length] = '\0';
	if (length == 0)
		return NULL;
	if (!zone_rule_parse(text, &zone->rule))
		return "has an unfit rule";
	zone->has_rule = true;
	return NULL;
}

static const char *zone_read(struct zone *zone, const unsigned char *bytes, size_t length)
{
	struct layout layout;
	const char *fault = layout_find(bytes, length, &layout);
	if (!fault)
		fault = transitions_read(zone, &layout);
	if (!fault)
		fault = footer_read(zone, &layout);
	return fault;
}

struct zone *zone_load(const char *name, char *why, size_t why_bytes)
{
	if (!zone_name_valid(name)) {
		snprintf(why, why_bytes, "unknown zone: not a name of an IANA time zone");
		return NULL;
	}
	unsigned char bytes[FILE_BYTES_MAX];
	ssize_t length = read_zone_file(name, bytes, sizeof(bytes));
	if (length < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			snprintf(why, why_bytes, "unknown zone %s", name);
		else
			snprintf(why, why_bytes, "zone %s: cannot be read (error %d)", name, errno);
		return NULL;
	}
	struct zone *zone = calloc(1, sizeof(*zone));
	if (!zone) {
		snprintf(why, why_bytes, "zone %s: no memory", name);
		return NULL;
	}
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	const char *fault = zone_read(zone, bytes, (size_t)length);
	if (fault) {
		snprintf(why, why_bytes, "unknown zone %s: its file %s", name, fault);
		zone_destroy(zone);
		return NULL;
	}
	return zone;
}

void zone_destroy(struct zone *zone)
{
	if (!zone)
		return;
	free(zone->transitions);
	free(zone);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

int zone_stretch(const struct zone *zone, instant at, instant *until_r)
{
	size_t low = 0, high = zone->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->transitions[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	/* `low` counts the transitions at or before `at`. */
	if (low == zone->count && zone->has_rule)
		return zone_rule_stretch(&zone->rule, at, until_r);
	*until_r = low < zone->count ? zone->transitions[low].at : INT64_MAX;
	return low > 0 ? zone->transitions[low - 1].offset_s : zone->first_offset_s;
}

int zone_offset_s(const struct zone *zone, instant at)
{
	instant until;
	return zone_stretch(zone, at, &until);
}
