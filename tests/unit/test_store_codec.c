#include "test_store_common.h"
#include "test_store_sample.h"

/* A kind of every type, so that the tables below do not follow the real ones. */
struct thing {
	uint64_t count;
	int64_t shift;
	bool on;
	const char *name;
	struct strs list;
	struct bytes raw;
	struct uuid who;
	uint16_t cells[3];
	struct bytes unknown;
	uint64_t rev;
};

static const struct codec_field thing_fields[] = {
	{ 1, CODEC_U64, offsetof(struct thing, count), 1, "count" },
	{ 2, CODEC_I64, offsetof(struct thing, shift), 1, "shift" },
	{ 3, CODEC_BOOL, offsetof(struct thing, on), 1, "on" },
	{ 5, CODEC_STR, offsetof(struct thing, name), 1, "name" },
	{ 6, CODEC_STRS, offsetof(struct thing, list), 1, "list" },
	{ 7, CODEC_BYTES, offsetof(struct thing, raw), 1, "raw" },
	{ 8, CODEC_UUID, offsetof(struct thing, who), 1, "who" },
	{ 9, CODEC_U16S, offsetof(struct thing, cells), 3, "cells" },
};

static const struct codec thing_codec = { "thing", thing_fields, LENGTH(thing_fields), sizeof(struct thing),
					  offsetof(struct thing, unknown) };

static struct bytes unhex(struct arena *a, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *p = arena_alloc(a, n + 1);

	assert_int_equal(text_unhex(hex, p, n), ERR_OK);
	return (struct bytes){ p, n };
}

/* What one field set gives; the rest is the default. */
static const struct {
	const char *hex;
	struct thing want;
} forms[] = {
	{ "", { 0 } },
	{ "010101", { .count = 1 } },
	{ "01020100", { .count = 256 } },
	{ "0108ffffffffffffffff", { .count = UINT64_MAX } },
	{ "020101", { .shift = -1 } },
	{ "020102", { .shift = 1 } },
	{ "0208ffffffffffffffff", { .shift = INT64_MIN } },
	{ "0208fffffffffffffffe", { .shift = INT64_MAX } },
	{ "030101", { .on = true } },
	{ "0503c3a962", { .name = "éb" } },
	{ "060100", { .list = { (const char *[]){ "" }, 1 } } },
	{ "060401610162", { .list = { (const char *[]){ "a", "b" }, 2 } } },
	{ "07020000", { .raw = { (const uint8_t[]){ 0, 0 }, 2 } } },
	{ "081001010101010101010101010101010101", { .who = { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } } } },
};

static void test_each_type_has_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct thing want = forms[i].want, got;

		want.name = want.name ? want.name : "";
		memset(want.cells, 0xff, sizeof want.cells);
		print_message("%s\n", forms[i].hex);
		assert_string_equal(text_hex(a, codec_encode(a, &thing_codec, &want)), forms[i].hex);
		assert_int_equal(codec_decode(a, &thing_codec, unhex(a, forms[i].hex), &got), ERR_OK);
		assert_true(same_record(&thing_codec, &want, &got));
	}
}

static void test_cells_without_a_number_at_the_end_are_left_out(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct thing t;

	codec_default(&thing_codec, &t);
	t.cells[1] = 0;
	assert_string_equal(text_hex(a, codec_encode(a, &thing_codec, &t)), "0904ffff0000");
	assert_int_equal(codec_decode(a, &thing_codec, unhex(a, "09020007"), &t), ERR_OK);
	assert_int_equal(t.cells[0], 7);
	assert_int_equal(t.cells[1], U16_NONE);
	assert_int_equal(t.cells[2], U16_NONE);
}

static const struct {
	const char *hex;
	const char *why;
} broken[] = {
	{ "01", "a tag alone" },
	{ "0100", "an empty value: defaults are left out" },
	{ "010201", "a value cut" },
	{ "0101", "a value missing" },
	{ "010100", "zero written" },
	{ "01020001", "not the shortest integer" },
	{ "0109010000000000000000", "nine bytes" },
	{ "0181000101", "not the shortest length" },
	{ "01ffffffff0f01", "a length of 4 GiB" },
	{ "01ffffffffffffffffff01", "a length without end" },
	{ "0180", "a length cut" },
	{ "030102", "a bool of 2" },
	{ "03020101", "a bool of two bytes" },
	{ "0503610062", "a NUL in a text" },
	{ "06020561", "an item longer than its list" },
	{ "0603026100", "a NUL in an item" },
	{ "060281", "an item's length cut" },
	{ "080401010101", "a short UUID" },
	{ "081000000000000000000000000000000000", "no UUID, written" },
	{ "0908000100010001ffff", "more cells than there are" },
	{ "0902ffff", "no number, written" },
	{ "0901ff", "half a cell" },
	{ "010101010102", "a tag twice" },
	{ "020102010101", "tags that fall" },
	{ "000101", "tag 0" },
	{ "0a0101040101", "unknown tags that fall" },
};

static void test_broken_records_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(broken); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct thing t = { .count = 9 };

		print_message("%s: %s\n", broken[i].hex, broken[i].why);
		assert_int_equal(codec_decode(a, &thing_codec, unhex(a, broken[i].hex), &t), ERR_CORRUPT);
		assert_int_equal(t.count, 0);
		assert_string_equal(t.name, "");
	}
}

static void test_unknown_tags_are_kept_in_their_place(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *newer = "010101"
			    "04026869"
			    "050161"
			    "0c03000102"
			    "fe0101";
	struct thing t;

	assert_int_equal(codec_decode(a, &thing_codec, unhex(a, newer), &t), ERR_OK);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.name, "a");
	assert_string_equal(text_hex(a, codec_encode(a, &thing_codec, &t)), newer);
	t.on = true;
	t.name = "";
	assert_string_equal(text_hex(a, codec_encode(a, &thing_codec, &t)), "010101"
									    "030101"
									    "04026869"
									    "0c03000102"
									    "fe0101");
}

static void test_every_kind_comes_back(void **state)
{
	(void)state;
	for (const struct codec *const *c = kind_codecs; *c; c++) {
		AUTO_ARENA struct arena *a = arena_new();
		void *sample = sample_of(a, *c), *got = arena_alloc(a, (*c)->size);
		struct bytes wire = codec_encode(a, *c, sample);

		assert_int_equal(codec_decode(a, *c, wire, got), ERR_OK);
		assert_true(same_record(*c, sample, got));
		assert_true(bytes_equal(codec_encode(a, *c, got), wire));
		codec_default(*c, got);
		assert_int_equal(codec_encode(a, *c, got).n, 0);
	}
}

static void test_tables_rise_and_fit(void **state)
{
	(void)state;
	for (const struct codec *const *c = kind_codecs; *c; c++) {
		for (size_t i = 0; i < (*c)->n; i++) {
			assert_true((*c)->fields[i].tag > (i ? (*c)->fields[i - 1].tag : 0));
			assert_true((*c)->fields[i].count >= 1);
		}
		assert_true((*c)->unknown_offset < (*c)->size);
	}
}

/* A record is either refused or has, written again, the same bytes: there is no second form. */
static void check_input(const struct codec *c, struct bytes in)
{
	AUTO_ARENA struct arena *a = arena_new();
	void *got = arena_alloc(a, c->size);

	if (codec_decode(a, c, in, got) == ERR_OK)
		assert_true(bytes_equal(codec_encode(a, c, got), in));
}

static void test_damage_is_refused_or_another_record(void **state)
{
	(void)state;
	for (const struct codec *const *c = kind_codecs; *c; c++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct bytes wire = codec_encode(a, *c, sample_of(a, *c));

		for (size_t n = 0; n < wire.n; n++) {
			/* of exactly that size, so that ASan sees who reads on */
			uint8_t *cut = (uint8_t *)arena_memdup(a, wire.p, wire.n);

			check_input(*c, (struct bytes){ (const uint8_t *)arena_memdup(a, wire.p, n), n });
			for (unsigned bit = 0; bit < 8; bit++) {
				cut[n] ^= (uint8_t)(1u << bit);
				check_input(*c, (struct bytes){ cut, wire.n });
				cut[n] ^= (uint8_t)(1u << bit);
			}
		}
	}
}

static void test_values_outlive_what_they_were_read_from(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct thing t;
	uint8_t in[] = { 5, 2, 'a', 'b', 6, 4, 1, 'c', 1, 'd', 7, 1, 9 };

	assert_int_equal(codec_decode(a, &thing_codec, (struct bytes){ in, sizeof in }, &t), ERR_OK);
	memset(in, 'x', sizeof in);
	assert_string_equal(t.name, "ab");
	assert_string_equal(t.list.v[0], "c");
	assert_string_equal(t.list.v[1], "d");
	assert_int_equal(t.raw.p[0], 9);
}

static void test_json_shows_every_field(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct json *j = json_new(a);
	struct thing t;

	codec_default(&thing_codec, &t);
	t.count = 3;
	t.shift = -2;
	t.name = "a\"b";
	strs_add(a, &t.list, "é");
	t.raw = bytes_of("\x01\xff");
	t.who.b[15] = 7;
	t.cells[1] = 0;
	json_open_map(j);
	codec_json(a, &thing_codec, &t, j);
	json_close_map(j);
	assert_string_equal(json_text(j),
			    "{\"count\":3,\"shift\":-2,\"on\":false,\"name\":\"a\\\"b\",\"list\":[\"é\"],\"raw\":\"01ff\","
			    "\"who\":\"00000000-0000-0000-0000-000000000007\",\"cells\":[null,0,null]}");
}

static void test_items_are_walked_in_place(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct reader in = reader_of(unhex(a, "01020100"
					      "020103"
					      "070155"));
	struct codec_item it;

	assert_true(codec_next(&in, &it));
	assert_int_equal(it.tag, 1);
	assert_int_equal(codec_u64(it.value), 256);
	assert_true(codec_next(&in, &it));
	assert_int_equal(codec_i64(it.value), -2);
	assert_true(codec_next(&in, &it));
	assert_false(codec_next(&in, &it));
	assert_int_equal(in.err, ERR_OK);
	in = reader_of(unhex(a, "0105"));
	assert_false(codec_next(&in, &it));
	assert_int_not_equal(in.err, ERR_OK);
}

static void test_a_decoded_list_can_be_lengthened(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	for (size_t n = 0; n < 9; n++) {
		struct listing l, again;

		codec_default(&listing_codec, &l);
		for (size_t i = 0; i < n; i++)
			strs_add(a, &l.closures, "aout");
		assert_int_equal(listing_decode(a, listing_encode(a, &l), &again), ERR_OK);
		for (size_t i = 0; i < 3; i++)
			strs_add(a, &again.closures, "noel");
		assert_int_equal(again.closures.n, n + 3);
		assert_string_equal(again.closures.v[n + 2], "noel");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_decoded_list_can_be_lengthened),
		cmocka_unit_test(test_each_type_has_one_form),
		cmocka_unit_test(test_cells_without_a_number_at_the_end_are_left_out),
		cmocka_unit_test(test_broken_records_are_refused),
		cmocka_unit_test(test_unknown_tags_are_kept_in_their_place),
		cmocka_unit_test(test_every_kind_comes_back),
		cmocka_unit_test(test_tables_rise_and_fit),
		cmocka_unit_test(test_damage_is_refused_or_another_record),
		cmocka_unit_test(test_values_outlive_what_they_were_read_from),
		cmocka_unit_test(test_json_shows_every_field),
		cmocka_unit_test(test_items_are_walked_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
