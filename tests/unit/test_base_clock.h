/* For tests of base/clock.h: days and moments by how they are written. */
#ifndef TEST_BASE_CLOCK_H
#define TEST_BASE_CLOCK_H

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline day_t day(int year, int month, int mday)
{
	day_t d = DAY_NONE;

	assert_int_equal(day_make(year, month, mday, &d), ERR_OK);
	return d;
}

static inline int64_t utc(const char *iso)
{
	int64_t ms = 0;

	assert_int_equal(time_parse_iso(iso, &ms), ERR_OK);
	return ms;
}

/* Makes clock_now answer about a moment; the seconds a test lasts do not matter to it. */
static inline void live_at(const char *iso)
{
	clock_test_offset(0);
	clock_test_offset(utc(iso) - clock_now());
}

#endif
