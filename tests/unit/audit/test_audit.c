/* Hashes by hand: the canonical form, the Merkle tree against known roots, links of anchors. */
#include "unit.h"

#include "audit/anchor.h"
#include "audit/digest.h"
#include "audit/daily.h"

#include <string.h>

static void assert_hex(const unsigned char digest[static DIGEST_BYTES], const char *hex)
{
	char text[DIGEST_HEX];
	text_hex(digest, DIGEST_BYTES, text);
	assert_string_equal(text, hex);
}

static void fields_are_unambiguous(void **state)
{
	struct digest digest;
	unsigned char one[DIGEST_BYTES], two[DIGEST_BYTES];
	(void)state;
	digest_begin(&digest);
	digest_field(&digest, "abc", 3);
	digest_field(&digest, NULL, 0);
	digest_field_int(&digest, -7);
	digest_end(&digest, one);
	digest_begin(&digest);
	digest_bytes(&digest, "3:abc;~;2:-7;", 13);
	digest_end(&digest, two);
	assert_memory_equal(one, two, DIGEST_BYTES);
}

/* RFC 9162's tree: roots of the leaves "", 00, 10, 20 21, 30 31 … are published with RFC 6962 implementations. */
static void merkle_roots_are_those_of_the_rfc(void **state)
{
	static const struct { const char *bytes; size_t length; const char *root; } leaves[] = {
		{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "\0", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
	};
	struct merkle tree = { 0 };
	unsigned char root[DIGEST_BYTES];
	(void)state;
	merkle_root(&tree, root);
	assert_hex(root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		struct digest digest;
		unsigned char leaf[DIGEST_BYTES];
		digest_begin(&digest);
		digest_bytes(&digest, "\0", 1);
		digest_bytes(&digest, leaves[i].bytes, leaves[i].length);
		digest_end(&digest, leaf);
		merkle_add(&tree, leaf);
		merkle_root(&tree, root);
		assert_hex(root, leaves[i].root);
	}
}

static void every_member_of_an_anchor_is_in_its_link(void **state)
{
	struct anchor base = { .number = 1, .day = "2026-11-24", .made_at = 1000, .boundary = "5:9:6", .last_recorded = 900, .last_id = { 3, 2, 1, 1 },
		.leaves = { 3, 2, 1, 1 }, .format = ANCHOR_FORMAT_KINDS };
	unsigned char link[DIGEST_BYTES], other[DIGEST_BYTES];
	struct anchor changed[7 + 2 * ANCHOR_KINDS];
	(void)state;
	for (int i = 0; i < 7 + 2 * ANCHOR_KINDS; i++)
		changed[i] = base;
	changed[0].number = 2;
	changed[1].day = "2026-11-25";
	changed[2].made_at++;
	changed[3].boundary = "5:9:7";
	changed[4].last_recorded = INSTANT_NONE;
	for (int kind = 0; kind < ANCHOR_KINDS; kind++) {
		changed[5 + kind].last_id[kind]++;
		changed[5 + ANCHOR_KINDS + kind].leaves[kind]++;
	}
	changed[5 + 2 * ANCHOR_KINDS].root[31] = 1;
	changed[6 + 2 * ANCHOR_KINDS].format = ANCHOR_FORMAT_ONE_TREE;
	anchor_link(&base, link);
	for (int i = 0; i < 7 + 2 * ANCHOR_KINDS; i++) {
		anchor_link(&changed[i], other);
		assert_memory_not_equal(link, other, DIGEST_BYTES);
	}
}

/* Anchors made before contracts were anchored: their links were computed by the first form and must be found again. */
static void the_first_form_is_as_it_was(void **state)
{
	struct anchor anchor = { .number = 1, .day = "2026-11-24", .made_at = 1000, .boundary = "5:9:6", .last_recorded = 900, .last_id = { 3, 2, 1 },
		.leaves = { 3, 2, 1 }, .format = ANCHOR_FORMAT_ONE_TREE };
	unsigned char link[DIGEST_BYTES], other[DIGEST_BYTES];
	(void)state;
	assert_int_equal(anchor_kinds(&anchor), 3);
	anchor_link(&anchor, link);
	assert_hex(link, "17b96720d81616cca690c7a13a472cdd34a5372de019b30f486d7071d7fb9641");
	anchor.leaves[ANCHOR_CONTRACT] = anchor.last_id[ANCHOR_CONTRACT] = 7;
	anchor_link(&anchor, other);
	assert_memory_equal(link, other, DIGEST_BYTES);
}

static void the_root_binds_every_kind(void **state)
{
	struct anchor anchor = { .format = ANCHOR_FORMAT_KINDS };
	unsigned char root[DIGEST_BYTES], other[DIGEST_BYTES];
	(void)state;
	anchor_root(&anchor, root);
	for (int kind = 0; kind < ANCHOR_KINDS; kind++) {
		anchor.kind_root[kind][0] ^= 1;
		anchor_root(&anchor, other);
		assert_memory_not_equal(root, other, DIGEST_BYTES);
		anchor.kind_root[kind][0] ^= 1;
	}
}

static void times_of_day(void **state)
{
	static const char *const wrong[] = { "", "8:30", "24:00", "08:60", "0830", "08:30 ", "ab:cd" };
	int minute;
	(void)state;
	assert_true(daily_time_parse("00:00", &minute));
	assert_int_equal(minute, 0);
	assert_true(daily_time_parse("23:59", &minute));
	assert_int_equal(minute, 1439);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(daily_time_parse(wrong[i], &minute));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_unambiguous),
		cmocka_unit_test(merkle_roots_are_those_of_the_rfc),
		cmocka_unit_test(every_member_of_an_anchor_is_in_its_link),
		cmocka_unit_test(the_first_form_is_as_it_was),
		cmocka_unit_test(the_root_binds_every_kind),
		cmocka_unit_test(times_of_day),
	};
	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
