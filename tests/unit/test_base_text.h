/* For tests of base/text.h: what goes in, what comes out. */
#ifndef TEST_BASE_TEXT_H
#define TEST_BASE_TEXT_H

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

struct pair {
	const char *in, *out;
};

static inline void check_pairs(const struct pair *pairs, size_t n, const char *(*f)(struct arena *, const char *))
{
	for (size_t i = 0; i < n; i++) {
		AUTO_ARENA struct arena *a = arena_new();

		print_message("%s\n", pairs[i].in);
		assert_string_equal(f(a, pairs[i].in), pairs[i].out);
	}
}

#endif
