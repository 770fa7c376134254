#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_pieces_are_zeroed_and_aligned(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	for (size_t n = 0; n < 100; n++) {
		uint8_t *p = arena_alloc(a, n);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		if (n)
			memset(p, 0xFF, n);
	}
}

static void test_pieces_of_all_sizes_stand_apart(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 16, 17, 1000, 1500, 4096, 9000, 40000, 100000 };
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t *v[200];

	for (size_t i = 0; i < LENGTH(v); i++) {
		size_t n = sizes[i % LENGTH(sizes)];

		v[i] = arena_alloc(a, n);
		for (size_t j = 0; j < n; j++)
			assert_int_equal(v[i][j], 0);
		memset(v[i], (int)i + 1, n);
	}
	for (size_t i = 0; i < LENGTH(v); i++)
		for (size_t j = 0; j < sizes[i % LENGTH(sizes)]; j++)
			assert_int_equal(v[i][j], i + 1);
}

static void test_prints_of_all_lengths_are_whole(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	char text[6000];
	struct buf b = buf_new(a);

	for (size_t n = 0; n < sizeof text; n++) {
		memset(text, 'a' + (int)(n % 26), n);
		text[n] = 0;
		const char *copy = arena_printf(a, "%s", text);

		b.n = 0;
		buf_printf(&b, "%s", text);
		assert_string_equal(arena_printf(a, "%d", 7), "7");
		assert_string_equal(copy, text);
		assert_string_equal(buf_str(&b), text);
	}
}

static void test_copies_end_with_a_nul(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_memory_equal(arena_memdup(a, "a\0b", 3), "a\0b\0", 4);
	assert_string_equal(arena_memdup(a, NULL, 0), "");
	assert_string_equal(arena_strdup(a, "été"), "été");
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_printf(a, "%s", ""), "");
}

static void test_no_arena_may_be_freed(void **state)
{
	(void)state;
	arena_free(NULL);
}

static void test_lists_keep_their_order(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct strs list = { 0 };

	for (int i = 0; i < 100; i++)
		strs_add(a, &list, arena_printf(a, "%d", i));
	assert_int_equal(list.n, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(atoi(list.v[i]), i);
	assert_true(strs_has(&list, "99"));
	assert_false(strs_has(&list, "100"));
	assert_false(strs_has(&(struct strs){ 0 }, ""));
	const char *ab[] = { "a", "b" }, *ba[] = { "b", "a" }, *ac[] = { "a", "c" };

	assert_true(strs_same(&(struct strs){ ab, 2 }, &(struct strs){ ba, 2 }));
	assert_false(strs_same(&(struct strs){ ab, 2 }, &(struct strs){ ac, 2 }));
	assert_false(strs_same(&(struct strs){ ab, 1 }, &(struct strs){ ab, 2 }));
}

static void test_buffers_grow_and_end_with_a_nul(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);

	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++) {
		buf_printf(&b, "%d,", i % 10);
		assert_int_equal(b.p[b.n], 0);
	}
	assert_int_equal(b.n, 2000);
	assert_int_equal(strlen(buf_str(&b)), 2000);
	assert_memory_equal(buf_str(&b) + 1990, "5,6,7,8,9,", 10);
}

static void test_integers_sort_as_bytes_and_come_back(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);

	buf_byte(&b, 0x01);
	buf_u16(&b, 0x0203);
	buf_u32(&b, 0x04050607);
	buf_u64(&b, 0x08090A0B0C0D0E0F);
	assert_int_equal(b.n, 15);
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(b.p[i], i + 1);
	struct reader r = reader_of(buf_bytes(&b));

	assert_int_equal(read_u8(&r), 0x01);
	assert_int_equal(read_u16(&r), 0x0203);
	assert_int_equal(read_u32(&r), 0x04050607);
	assert_true(read_u64(&r) == 0x08090A0B0C0D0E0F);
	assert_int_equal(r.n, 0);
	assert_int_equal(r.err, ERR_OK);
}

static void test_the_first_short_read_sticks(void **state)
{
	(void)state;
	struct reader r = reader_of(bytes_of("abc"));

	assert_int_equal(read_u8(&r), 'a');
	assert_int_equal(read_u32(&r), 0);
	assert_int_equal(r.err, ERR_MALFORMED);
	assert_int_equal(read_u8(&r), 0);
	assert_int_equal(read_bytes(&r, 0).n, 0);
	assert_int_equal(r.err, ERR_MALFORMED);
	r = reader_of(BYTES_NONE);
	assert_int_equal(read_bytes(&r, 0).n, 0);
	assert_int_equal(r.err, ERR_OK);
	assert_int_equal(read_bytes(&r, SIZE_MAX).n, 0);
	assert_int_equal(r.err, ERR_MALFORMED);
}

static void test_every_error_has_a_text(void **state)
{
	(void)state;
	for (int e = ERR_OK; e < ERR__MAX; e++) {
		assert_non_null(err_text((enum err)e));
		for (int other = ERR_OK; other < e; other++)
			assert_string_not_equal(err_text((enum err)e), err_text((enum err)other));
	}
	assert_string_equal(err_text(ERR__MAX), "unnamed error");
}

static void test_bytes_are_compared_by_length_first(void **state)
{
	(void)state;
	assert_true(bytes_equal(BYTES_NONE, bytes_of("")));
	assert_true(bytes_equal(bytes_of("ab"), bytes_of("ab")));
	assert_false(bytes_equal(bytes_of("ab"), bytes_of("abc")));
	assert_false(bytes_equal(bytes_of("ab"), bytes_of("ac")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_zeroed_and_aligned),
		cmocka_unit_test(test_pieces_of_all_sizes_stand_apart),
		cmocka_unit_test(test_prints_of_all_lengths_are_whole),
		cmocka_unit_test(test_copies_end_with_a_nul),
		cmocka_unit_test(test_no_arena_may_be_freed),
		cmocka_unit_test(test_lists_keep_their_order),
		cmocka_unit_test(test_buffers_grow_and_end_with_a_nul),
		cmocka_unit_test(test_integers_sort_as_bytes_and_come_back),
		cmocka_unit_test(test_the_first_short_read_sticks),
		cmocka_unit_test(test_every_error_has_a_text),
		cmocka_unit_test(test_bytes_are_compared_by_length_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
