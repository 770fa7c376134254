/* The days of a convention: due day, last day of notice, state. */
#include "acts/agreement.h"
#include "acts/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static day_t day(const char *text)
{
	day_t d = 0;

	if (*text)
		assert_int_equal(day_parse(text, &d), ERR_OK);
	return d;
}

static const struct {
	const char *what, *effect, *due;
	bool not_tacit;
	const char *termination, *today, *expected, *limit;
	enum agreement_state state;
} cases[] = {
	{ "in its first year", "26/07/2026", "26/07/2027", false, "", "24/11/2026", "26/07/2027", "26/04/2027",
	  AGREEMENT_IN_FORCE },
	{ "on its due day it has renewed", "26/07/2026", "26/07/2027", false, "", "26/07/2027", "26/07/2028",
	  "26/04/2028", AGREEMENT_IN_FORCE },
	{ "nobody moved the day for years", "26/07/2020", "26/07/2021", false, "", "24/11/2026", "26/07/2027",
	  "26/04/2027", AGREEMENT_IN_FORCE },
	{ "no due day in the directory", "26/07/2026", "", false, "", "24/11/2026", "26/07/2027", "26/04/2027",
	  AGREEMENT_IN_FORCE },
	{ "a leap day comes back", "29/02/2024", "", false, "", "01/03/2027", "29/02/2028", "29/11/2027",
	  AGREEMENT_IN_FORCE },
	{ "and comes back after three renewals", "29/02/2024", "28/02/2027", false, "", "01/03/2027", "29/02/2028",
	  "29/11/2027", AGREEMENT_IN_FORCE },
	{ "the 31st of a short month", "31/05/2026", "31/05/2027", false, "", "24/11/2026", "31/05/2027", "28/02/2027",
	  AGREEMENT_IN_FORCE },
	{ "terminated", "26/07/2026", "26/07/2027", false, "10/03/2027", "11/03/2027", "26/07/2027", "26/04/2027",
	  AGREEMENT_TERMINATING },
	{ "terminated and over", "26/07/2026", "26/07/2027", false, "10/03/2027", "26/07/2027", "26/07/2027",
	  "26/04/2027", AGREEMENT_OVER },
	{ "without renewal", "26/07/2026", "26/07/2027", true, "", "26/07/2027", "26/07/2027", "26/04/2027", AGREEMENT_OVER },
	{ "not yet in force", "01/12/2026", "01/12/2027", false, "", "24/11/2026", "01/12/2027", "01/09/2027",
	  AGREEMENT_TO_COME },
};

static void test_due_day_and_notice(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct agreement g;
		day_t today = day(cases[i].today);

		agreement_default(&g);
		g.status = "active";
		g.effect = day(cases[i].effect);
		g.due = day(cases[i].due);
		g.not_tacit = cases[i].not_tacit;
		g.termination = day(cases[i].termination);
		print_message("%s\n", cases[i].what);
		assert_string_equal(day_slashes(a, agreement_due(&g, today)), cases[i].expected);
		assert_string_equal(day_slashes(a, agreement_notice_limit(agreement_due(&g, today))), cases[i].limit);
		assert_int_equal(agreement_state(&g, today), cases[i].state);
	}
}

static const struct {
	const char *what, *effect, *due, *received, *expected;
} letters[] = {
	{ "in time", "26/07/2026", "26/07/2027", "26/04/2027", "26/07/2027" },
	{ "a day late", "26/07/2026", "26/07/2027", "27/04/2027", "26/07/2028" },
	{ "before a renewal that was done", "26/07/2024", "26/07/2027", "26/04/2026", "26/07/2026" },
	{ "before two of them", "26/07/2024", "26/07/2028", "01/05/2025", "26/07/2026" },
	{ "never before the first year is over", "26/07/2026", "26/07/2028", "27/07/2026", "26/07/2027" },
	{ "a day that somebody moved", "26/07/2025", "01/02/2028", "01/11/2026", "01/02/2027" },
	{ "no due day in the directory", "26/07/2026", "", "01/01/2027", "26/07/2027" },
	{ "a leap day", "29/02/2024", "28/02/2027", "01/10/2027", "29/02/2028" },
};

static void test_the_day_a_letter_ends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(letters); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct agreement g;

		agreement_default(&g);
		g.effect = day(letters[i].effect);
		g.due = day(letters[i].due);
		print_message("%s\n", letters[i].what);
		assert_string_equal(day_slashes(a, agreement_stopped_on(&g, day(letters[i].received))),
				    letters[i].expected);
	}
}

static void test_without_any_day(void **state)
{
	struct agreement g;

	(void)state;
	agreement_default(&g);
	assert_int_equal(agreement_due(&g, 20000), 0);
	assert_int_equal(agreement_stopped_on(&g, 20000), 0);
}

static const struct {
	const char *effect, *due;
	bool is;
} anniversaries[] = {
	{ "26/07/2026", "26/07/2027", true },  { "26/07/2026", "26/07/2031", true },
	{ "26/07/2026", "26/07/2026", false }, { "26/07/2026", "25/07/2027", false },
	{ "29/02/2024", "28/02/2027", true },  { "29/02/2024", "01/03/2027", false },
	{ "29/02/2024", "29/02/2028", true },  { "29/02/2024", "28/02/2028", false },
	{ "26/07/2026", "", false },           { "", "26/07/2027", false },
};

static void test_which_days_are_anniversaries(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(anniversaries); i++) {
		struct agreement g;

		agreement_default(&g);
		g.effect = day(anniversaries[i].effect);
		g.due = day(anniversaries[i].due);
		print_message("%s %s\n", anniversaries[i].effect, anniversaries[i].due);
		assert_int_equal(agreement_due_is_anniversary(&g), anniversaries[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due_day_and_notice),
		cmocka_unit_test(test_the_day_a_letter_ends_it),
		cmocka_unit_test(test_without_any_day),
		cmocka_unit_test(test_which_days_are_anniversaries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
