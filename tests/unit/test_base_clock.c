#include "test_base_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void test_paris_changes_its_hour_when_the_law_says(void **state)
{
	static const struct {
		const char *utc, *paris;
	} cases[] = {
		{ "2026-01-01T00:00:00Z", "01/01/2026 01:00:00" },
		{ "2026-03-29T00:59:59Z", "29/03/2026 01:59:59" },
		{ "2026-03-29T01:00:00Z", "29/03/2026 03:00:00" },
		{ "2026-07-14T22:30:00Z", "15/07/2026 00:30:00" },
		{ "2026-10-25T00:59:59Z", "25/10/2026 02:59:59" },
		{ "2026-10-25T01:00:00Z", "25/10/2026 02:00:00" },
		{ "2026-12-31T23:00:00Z", "01/01/2027 00:00:00" },
		{ "2024-03-31T01:00:00Z", "31/03/2024 03:00:00" }, /* a last Sunday that is a last day */
		{ "2027-10-31T00:59:59Z", "31/10/2027 02:59:59" },
		{ "2027-10-31T01:00:00Z", "31/10/2027 02:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		print_message("%s\n", cases[i].utc);
		assert_string_equal(time_log_fr(a, utc(cases[i].utc)), cases[i].paris);
		assert_string_equal(time_iso(a, utc(cases[i].utc)), cases[i].utc);
	}
}

static void test_paris_agrees_with_zoneinfo_for_a_century(void **state)
{
	(void)state;
	if (access("/usr/share/zoneinfo/Europe/Paris", R_OK))
		skip();
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	/* zoneinfo's own rule ends in 2037 for old readers, glibc goes on by the footer */
	for (int64_t ms = utc("1996-01-01T00:00:00Z"); ms < utc("2096-01-01T00:00:00Z"); ms += 30 * MINUTE_MS) {
		time_t t = ms / 1000;
		struct tm tm;

		assert_non_null(localtime_r(&t, &tm));
		if (clock_paris_offset(ms) != tm.tm_gmtoff * 1000)
			fail_msg("at %lld", (long long)ms);
	}
	unsetenv("TZ");
	tzset();
}

static void test_every_day_splits_and_starts_as_it_was_made(void **state)
{
	(void)state;
	int weekday = day_weekday(day(1900, 1, 1));

	assert_int_equal(weekday, 0);
	for (day_t d = day(1900, 1, 1); d <= day(2400, 12, 31); d++) {
		int y, m, n;

		day_split(d, &y, &m, &n);
		if (day(y, m, n) != d || day_of(day_start(d)) != d || day_of(day_start(d) - 1) != d - 1 ||
		    day_weekday(d) != weekday)
			fail_msg("%d-%d-%d", y, m, n);
		weekday = (weekday + 1) % 7;
	}
}

static void test_days_have_23_or_25_hours_when_the_hour_changes(void **state)
{
	(void)state;
	assert_int_equal(day_start(day(2026, 3, 30)) - day_start(day(2026, 3, 29)), 23 * HOUR_MS);
	assert_int_equal(day_start(day(2026, 10, 26)) - day_start(day(2026, 10, 25)), 25 * HOUR_MS);
	assert_int_equal(day_start(day(2026, 6, 2)) - day_start(day(2026, 6, 1)), 24 * HOUR_MS);
}

static void test_extreme_times_do_not_overflow(void **state)
{
	(void)state;
	static const int64_t times[] = { INT64_MIN, INT64_MAX, 0, -1 };
	AUTO_ARENA struct arena *a = arena_new();

	for (size_t i = 0; i < LENGTH(times); i++) {
		assert_true(strlen(time_iso(a, times[i])) >= 20);
		assert_true(strlen(time_fr(a, times[i])) > 10);
	}
	assert_string_equal(time_iso(a, -1), "1969-12-31T23:59:59.999Z");
}

static void test_only_days_of_the_calendar_are_made(void **state)
{
	static const int bad[][3] = {
		{ 2026, 2, 29 }, { 2026, 2, 31 }, { 2100, 2, 29 }, { 2026, 4, 31 },  { 2026, 0, 1 },  { 2026, 13, 1 },
		{ 2026, 1, 0 },  { 2026, 1, 32 }, { 26, 1, 1 },    { 1899, 12, 31 }, { 10000, 1, 1 }, { 2026, -1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		day_t d = 7;

		assert_int_equal(day_make(bad[i][0], bad[i][1], bad[i][2], &d), ERR_INVALID);
		assert_int_equal(d, 7);
	}
	assert_int_equal(day(1970, 1, 1), 0);
	assert_int_equal(day(2000, 2, 29), 11016);
	assert_int_equal(day(2026, 11, 23), 20780);
}

static void test_months_later_is_the_same_day_or_the_last(void **state)
{
	(void)state;
	assert_int_equal(day_add_months(day(2026, 1, 31), 1), day(2026, 2, 28));
	assert_int_equal(day_add_months(day(2028, 1, 31), 1), day(2028, 2, 29));
	assert_int_equal(day_add_months(day(2026, 11, 23), 2), day(2027, 1, 23));
	assert_int_equal(day_add_months(day(2026, 11, 23), 24), day(2028, 11, 23));
	assert_int_equal(day_add_months(day(2028, 2, 29), 12), day(2029, 2, 28));
	assert_int_equal(day_add_months(day(2026, 3, 31), -1), day(2026, 2, 28));
	assert_int_equal(day_add_months(day(2026, 1, 15), -13), day(2024, 12, 15));
	assert_int_equal(day_add_months(day(2026, 1, 15), 0), day(2026, 1, 15));
}

static void test_nobody_works_on_public_holidays(void **state)
{
	const day_t off[] = {
		day(2026, 1, 1),  day(2026, 4, 6),  day(2026, 5, 1),  day(2026, 5, 8),   day(2026, 5, 14),
		day(2026, 5, 25), day(2026, 7, 14), day(2027, 11, 1), day(2026, 11, 11), day(2026, 12, 25),
		day(2027, 3, 29), day(2028, 4, 17), day(2038, 4, 26), day(2057, 4, 23),  day(2000, 4, 24),
		day(2030, 8, 15), day(2027, 5, 6),  day(2027, 5, 17),
	};
	const day_t on[] = { day(2026, 1, 2),  day(2026, 4, 7),   day(2026, 4, 3),
			     day(2026, 5, 13), day(2026, 12, 24), day(2027, 3, 22) };

	(void)state;
	for (size_t i = 0; i < LENGTH(off); i++)
		assert_false(day_is_working(off[i]));
	for (size_t i = 0; i < LENGTH(on); i++)
		assert_true(day_is_working(on[i]));
	assert_int_equal(day_working_between(day(2026, 4, 3), day(2026, 4, 7)), 1);
}

static void test_working_days_leave_out_the_week_end(void **state)
{
	(void)state;
	day_t monday = day(2026, 11, 23);

	assert_int_equal(day_weekday(monday), 0);
	assert_int_equal(day_working_between(monday, monday), 0);
	assert_int_equal(day_working_between(monday, monday - 1), 0);
	assert_int_equal(day_working_between(monday, monday + 1), 1);
	assert_int_equal(day_working_between(monday, monday + 4), 4);
	assert_int_equal(day_working_between(monday, monday + 6), 4);
	assert_int_equal(day_working_between(monday, monday + 7), 5);
	assert_int_equal(day_working_between(monday + 4, monday + 7), 1);
	assert_int_equal(day_working_between(monday + 5, monday + 6), 0);
	for (day_t from = -20; from < 20; from++) {
		int count = 0;

		for (day_t to = from + 1; to < from + 30; to++) {
			count += day_is_working(to);
			assert_int_equal(day_working_between(from, to), count);
		}
	}
}

static void test_today_begins_at_midnight_in_paris(void **state)
{
	(void)state;
	live_at("2026-11-23T22:59:00Z");
	assert_int_equal(day_today(), day(2026, 11, 23));
	live_at("2026-11-23T23:00:00Z");
	assert_int_equal(day_today(), day(2026, 11, 24));
	live_at("2026-06-23T22:00:00Z");
	assert_int_equal(day_today(), day(2026, 6, 24));
	clock_test_offset(0);
}

static void test_the_clock_moves_by_its_file(void **state)
{
	(void)state;
	char path[] = "/tmp/habilis-clock-XXXXXX";
	int fd = mkstemp(path);
	int64_t wall = clock_now();

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "86400000\n", 9), 9);
	clock_test_file(path);
	assert_in_range(clock_now() - wall, DAY_MS, DAY_MS + 60 * SECOND_MS);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_in_range(clock_now() - wall, DAY_MS, DAY_MS + 60 * SECOND_MS);
	assert_int_equal(pwrite(fd, "junk", 4, 0), 4);
	assert_in_range(clock_now() - wall, DAY_MS, DAY_MS + 60 * SECOND_MS);
	assert_int_equal(pwrite(fd, "0000", 4, 0), 4);
	assert_in_range(clock_now() - wall, 0, 60 * SECOND_MS);
	clock_test_file(NULL);
	assert_in_range(clock_now() - wall, 0, 60 * SECOND_MS);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paris_changes_its_hour_when_the_law_says),
		cmocka_unit_test(test_paris_agrees_with_zoneinfo_for_a_century),
		cmocka_unit_test(test_every_day_splits_and_starts_as_it_was_made),
		cmocka_unit_test(test_days_have_23_or_25_hours_when_the_hour_changes),
		cmocka_unit_test(test_extreme_times_do_not_overflow),
		cmocka_unit_test(test_only_days_of_the_calendar_are_made),
		cmocka_unit_test(test_months_later_is_the_same_day_or_the_last),
		cmocka_unit_test(test_nobody_works_on_public_holidays),
		cmocka_unit_test(test_working_days_leave_out_the_week_end),
		cmocka_unit_test(test_today_begins_at_midnight_in_paris),
		cmocka_unit_test(test_the_clock_moves_by_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
