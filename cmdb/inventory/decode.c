/* See decode.h. */
#include "cmdb/inventory/decode.h"

#include <stdlib.h>
#include <zlib.h>

#define FIRST_BYTES ((size_t)256 * 1024)
#define WINDOW_BITS_ANY (15 + 32) /* zlib or gzip, by their heads */

static bool is_packed(const unsigned char *bytes, size_t length)
{
	if (length < 2)
		return false;
	bool gzip = bytes[0] == 0x1f && bytes[1] == 0x8b;
	bool zlib = (bytes[0] & 0x0f) == Z_DEFLATED && (bytes[0] >> 4) <= 7 && ((unsigned)bytes[0] << 8 | bytes[1]) % 31 == 0;
	return gzip || zlib;
}

static size_t allowed(size_t packed)
{
	size_t by_ratio = INVENTORY_FREE_BYTES + packed * INVENTORY_RATIO_MAX;
	return by_ratio < INVENTORY_PLAIN_MAX ? by_ratio : INVENTORY_PLAIN_MAX;
}

struct unpacking {
	z_stream stream;
	char *plain;
	size_t capacity, most;
};

static bool too_large(struct ctx *ctx, const struct unpacking *work)
{
	if (work->most < INVENTORY_PLAIN_MAX)
		return fail_rule(ctx, ERROR_TOO_LARGE, "inventory-bomb", NULL, "The inventory grows more than %d times when unpacked", INVENTORY_RATIO_MAX);
	return fail_rule(ctx, ERROR_TOO_LARGE, "inventory-too-large", NULL, "An inventory may have %zu bytes when unpacked", INVENTORY_PLAIN_MAX);
}

/* One byte is kept for the NUL. */
static bool grow(struct ctx *ctx, struct unpacking *work)
{
	size_t capacity = work->capacity == 0 ? FIRST_BYTES : work->capacity * 2;
	if (capacity > work->most + 1)
		capacity = work->most + 1;
	if (capacity == work->capacity)
		return too_large(ctx, work);
	char *grown = realloc(work->plain, capacity);
	if (!grown)
		return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory for %zu bytes of an inventory", capacity);
	work->plain = grown;
	work->capacity = capacity;
	return true;
}

static bool unpack(struct ctx *ctx, struct unpacking *work)
{
	int status = Z_OK;
	while (status != Z_STREAM_END) {
		if (work->stream.total_out + 1 >= work->capacity && !grow(ctx, work))
			return false;
		work->stream.next_out = (unsigned char *)work->plain + work->stream.total_out;
		work->stream.avail_out = (unsigned)(work->capacity - 1 - work->stream.total_out);
		status = inflate(&work->stream, Z_NO_FLUSH);
		if (status == Z_OK && work->stream.avail_out > 0 && work->stream.avail_in == 0)
			return fail(ctx, ERROR_UNREADABLE, "The compressed inventory ends too early");
		if (status == Z_BUF_ERROR && work->stream.avail_in > 0)
			continue;
		if (status == Z_MEM_ERROR)
			return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory to unpack an inventory");
		if (status != Z_OK && status != Z_STREAM_END)
			return fail(ctx, ERROR_UNREADABLE, "The compressed inventory is damaged");
	}
	if (work->stream.avail_in > 0)
		return fail(ctx, ERROR_UNREADABLE, "Something follows the compressed inventory");
	work->plain[work->stream.total_out] = '\0';
	return true;
}

bool inventory_decode(struct ctx *ctx, const char *bytes, size_t length, const char **plain_r, size_t *plain_length_r)
{
	struct unpacking work = { .most = allowed(length) };
	*plain_r = bytes;
	*plain_length_r = length;
	if (length == 0)
		return fail(ctx, ERROR_UNREADABLE, "There is no inventory in the request");
	if (!is_packed((const unsigned char *)bytes, length)) {
		if (length > INVENTORY_PLAIN_MAX)
			return too_large(ctx, &(struct unpacking){ .most = INVENTORY_PLAIN_MAX });
		return true;
	}
	if (inflateInit2(&work.stream, WINDOW_BITS_ANY) != Z_OK)
		return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory to unpack an inventory");
	work.stream.next_in = (unsigned char *)(uintptr_t)bytes;
	work.stream.avail_in = (unsigned)length;
	bool good = unpack(ctx, &work);
	*plain_length_r = work.stream.total_out;
	inflateEnd(&work.stream);
	*plain_r = work.plain;
	if (work.plain)
		arena_on_release(ctx->arena, free, work.plain);
	return good;
}
