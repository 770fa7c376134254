#include "test_base_clock.h"

static void test_typed_days_are_read(void **state)
{
	static const struct {
		const char *s;
		int year, month, mday; /* year 0: refused */
	} cases[] = {
		{ "23/11/2026", 2026, 11, 23 },
		{ "1/2/2026", 2026, 2, 1 },
		{ "01/02/2026", 2026, 2, 1 },
		{ "2026-11-23", 2026, 11, 23 },
		{ "29/02/2028", 2028, 2, 29 },
		{ "31/02/2026", 0, 0, 0 },
		{ "29/02/2026", 0, 0, 0 },
		{ "2026-02-31", 0, 0, 0 },
		{ "00/01/2026", 0, 0, 0 },
		{ "1/13/2026", 0, 0, 0 },
		{ "23/11/26", 0, 0, 0 },
		{ "23/11/20266", 0, 0, 0 },
		{ "23-11-2026", 0, 0, 0 },
		{ "2026/11/23", 0, 0, 0 },
		{ "2026-1-2", 0, 0, 0 },
		{ "23/11/2026 ", 0, 0, 0 },
		{ " 23/11/2026", 0, 0, 0 },
		{ "23/11", 0, 0, 0 },
		{ "", 0, 0, 0 },
		{ "001/01/2026", 0, 0, 0 },
		{ "-1/01/2026", 0, 0, 0 },
		{ "+1/01/2026", 0, 0, 0 },
		{ "1//2026", 0, 0, 0 },
		{ "23/11/0026", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		day_t d = 7;

		print_message("%s\n", cases[i].s);
		assert_int_equal(day_parse(cases[i].s, &d), cases[i].year ? ERR_OK : ERR_INVALID);
		assert_int_equal(d, cases[i].year ? day(cases[i].year, cases[i].month, cases[i].mday) : 7);
	}
}

static void test_directory_days_are_read_and_written(void **state)
{
	static const char *const good[] = {
		"20261123000000Z",   "20261123235959Z",    "202611232300Z",       "2026112323Z",
		"20261123000000.0Z", "20261123000000,25Z", "20261123000000+0100", "20261123000000-01",
	};
	static const char *const bad[] = {
		"",
		"20261123",
		"20261123000000",
		"20260231000000Z",
		"20261123240000Z",
		"20261123006000Z",
		"20261123000000Zx",
		"20261123000000.Z",
		"20261123000000+1",
		"2026112300000Z",
		"2026-11-23T00:00:00Z",
		"20261123000000+010",
		"20261123000000+01000",
	};

	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	day_t d;

	for (size_t i = 0; i < LENGTH(good); i++) {
		print_message("%s\n", good[i]);
		assert_int_equal(day_parse_ldap(good[i], &d), ERR_OK);
		assert_int_equal(d, day(2026, 11, 23));
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(day_parse_ldap(bad[i], &d), ERR_INVALID);
	}
	assert_string_equal(day_ldap(a, day(2026, 1, 2)), "20260102000000Z");
}

static void test_days_are_told_in_french(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	live_at("2026-11-23T10:00:00Z");
	assert_string_equal(day_fr(a, day(2026, 11, 23)), "23 novembre 2026");
	assert_string_equal(day_fr(a, day(2026, 12, 1)), "1er décembre 2026");
	assert_string_equal(day_fr_short(a, day(2026, 8, 2)), "2 août");
	assert_string_equal(day_fr_short(a, day(2026, 2, 1)), "1er février");
	assert_string_equal(day_fr_short(a, day(2027, 8, 2)), "2 août 2027");
	assert_string_equal(day_slashes(a, day(2026, 2, 1)), "01/02/2026");
	assert_string_equal(day_iso(a, day(2026, 2, 1)), "2026-02-01");
	assert_string_equal(day_ago_fr(a, day(2026, 11, 23)), "aujourd’hui");
	assert_string_equal(day_ago_fr(a, day(2026, 11, 22)), "hier");
	assert_string_equal(day_ago_fr(a, day(2026, 11, 20)), "il y a 3 jours");
	assert_string_equal(day_ago_fr(a, day(2026, 11, 24)), "demain");
	assert_string_equal(day_ago_fr(a, day(2026, 11, 26)), "dans 3 jours");
	assert_string_equal(day_fr(a, DAY_NONE), "");
	assert_string_equal(day_slashes(a, DAY_NONE), "");
	assert_string_equal(day_ago_fr(a, DAY_NONE), "");
	clock_test_offset(0);
}

static void test_times_are_told_in_french(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_string_equal(time_fr(a, utc("2026-11-23T15:08:00Z")), "23 novembre 2026 à 16 h 08");
	assert_string_equal(time_hour_fr(a, utc("2026-07-01T15:08:59Z")), "17 h 08");
	assert_string_equal(time_hour_fr(a, utc("2026-11-23T08:00:00Z")), "9 h");
	assert_string_equal(time_log_fr(a, utc("2026-11-23T08:58:41.999Z")), "23/11/2026 09:58:41");
	assert_string_equal(time_iso(a, utc("2026-11-23T08:58:41Z") + 7), "2026-11-23T08:58:41.007Z");
}

static void test_iso_times_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-23",
		"2026-11-23T08:00:00",
		"2026-11-23T08:00:00+01:00",
		"2026-11-23 08:00:00Z",
		"2026-02-30T08:00:00Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T08:60:00Z",
		"2026-11-23T08:00:60Z",
		"2026-11-23T08:00:00.1Z",
		"2026-11-23T08:00:00.1234Z",
		"2026-11-23T08:00:00Zx",
		"2026-11-23T8:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		int64_t ms = 7;

		print_message("%s\n", bad[i]);
		assert_int_equal(time_parse_iso(bad[i], &ms), ERR_INVALID);
		assert_int_equal(ms, 7);
	}
	assert_int_equal(utc("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(utc("1969-12-31T23:59:59.999Z"), -1);
	assert_int_equal(utc("2026-11-23T08:00:00Z"), 1795420800000);
}

static void test_opening_hours_are_read_as_people_type_them(void **state)
{
	static const struct {
		const char *s;
		int minutes; /* -1: refused */
	} cases[] = {
		{ "7 h 30", 450 },
		{ "7h30", 450 },
		{ "7:30", 450 },
		{ "07:30", 450 },
		{ "7 h", 420 },
		{ "7h", 420 },
		{ "7", 420 },
		{ "7H30", 450 },
		{ "7\u00A0h\u00A0"
		  "30",
		  450 },
		{ "7\u202Fh\u202F30", 450 },
		{ "0 h 00", 0 },
		{ "23 h 59", 1439 },
		{ "24 h", 1440 },
		{ "24 h 00", 1440 },
		{ "24:00", 1440 },
		{ "24 h 01", -1 },
		{ "25 h", -1 },
		{ "7 h 60", -1 },
		{ "7 h 5", -1 },
		{ "7:", -1 },
		{ "7:5", -1 },
		{ "730", -1 },
		{ "7.30", -1 },
		{ "-7", -1 },
		{ "", -1 },
		{ "h", -1 },
		{ "h30", -1 },
		{ "7 h 30 min", -1 },
		{ "7 h 300", -1 },
		{ " 7", -1 },
		{ "7 30", -1 },
		{ "7h:30", -1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		int minutes = -7;

		print_message("%s\n", cases[i].s);
		assert_int_equal(hour_parse(cases[i].s, &minutes), cases[i].minutes < 0 ? ERR_INVALID : ERR_OK);
		assert_int_equal(minutes, cases[i].minutes < 0 ? -7 : cases[i].minutes);
	}
}

static void test_opening_hours_come_back_as_they_are_shown(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_string_equal(hour_fr(a, 450), "7 h 30");
	assert_string_equal(hour_fr(a, 18 * 60), "18 h");
	assert_string_equal(hour_fr(a, 545), "9 h 05");
	for (int i = 0; i <= 1440; i++) {
		int minutes = -1;

		assert_int_equal(hour_parse(hour_fr(a, i), &minutes), ERR_OK);
		assert_int_equal(minutes, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typed_days_are_read),
		cmocka_unit_test(test_directory_days_are_read_and_written),
		cmocka_unit_test(test_days_are_told_in_french),
		cmocka_unit_test(test_times_are_told_in_french),
		cmocka_unit_test(test_iso_times_are_read_strictly),
		cmocka_unit_test(test_opening_hours_are_read_as_people_type_them),
		cmocka_unit_test(test_opening_hours_come_back_as_they_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
