#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Times are held between the years 1 and 9999: a broken record must not overflow, nor print a year of six digits. */
#define FIRST_MS ((int64_t)-62135596800000)
#define LAST_MS ((int64_t)253402300799999)

static int64_t test_offset;
static int64_t file_offset;
static int file_fd = -1;

static int64_t clock_ms(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t))
		abort();
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* An empty or half-written file keeps the last offset: its writer is between truncate and write. */
static void read_offset(void)
{
	char text[32];
	ssize_t n = pread(file_fd, text, sizeof text - 1, 0);
	char *end;

	if (n <= 0)
		return;
	text[n] = '\0';
	long long v = strtoll(text, &end, 10);

	if (end != text && (*end == '\n' || *end == '\0') && llabs(v) <= 100 * 366 * DAY_MS)
		file_offset = v;
}

int64_t clock_now(void)
{
	if (file_fd >= 0)
		read_offset();
	return clock_ms(CLOCK_REALTIME) + test_offset + file_offset;
}

int64_t clock_monotonic(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

void clock_test_offset(int64_t offset_ms)
{
	test_offset = offset_ms;
}

void clock_test_file(const char *path)
{
	if (file_fd >= 0)
		close(file_fd);
	file_fd = -1;
	file_offset = 0;
	if (!path)
		return;
	/* held open: a sandboxed process may read a file, but open none */
	file_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file_fd < 0) {
		fputs("<3>the clock file cannot be opened\n", stderr);
		exit(1);
	}
}

static int64_t floor_div(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

/* Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"; years start in March. */
static int64_t days_from_civil(int64_t year, int month, int mday)
{
	year -= month <= 2;
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void day_split(day_t day, int *year, int *month, int *mday)
{
	int64_t z = (int64_t)day + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t year_of_era = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t day_of_year = doe - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	*mday = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static int month_length(int year, int month)
{
	static const int8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return lengths[month - 1] + (month == 2 && leap);
}

int day_weekday(day_t day)
{
	int64_t shifted = (int64_t)day + 3; /* 1970-01-01 was a Thursday */

	return (int)(shifted - 7 * floor_div(shifted, 7));
}

/* 01:00 UTC of the last Sunday of a month of 31 days. */
static int64_t last_sunday(int year, int month)
{
	day_t last = (day_t)days_from_civil(year, month, 31);

	return (last - (day_weekday(last) + 1) % 7) * DAY_MS + HOUR_MS;
}

int64_t clock_paris_offset(int64_t ms)
{
	int year, month, mday;

	ms = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;
	day_split((day_t)floor_div(ms, DAY_MS), &year, &month, &mday);
	bool summer = ms >= last_sunday(year, 3) && ms < last_sunday(year, 10);

	return summer ? 2 * HOUR_MS : HOUR_MS;
}

int64_t clock_paris(int64_t ms)
{
	ms = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS - DAY_MS ? LAST_MS - DAY_MS : ms;
	return ms + clock_paris_offset(ms);
}

day_t day_of(int64_t ms)
{
	return (day_t)floor_div(clock_paris(ms), DAY_MS);
}

day_t day_today(void)
{
	return day_of(clock_now());
}

int64_t day_start(day_t day)
{
	/* both changes of the year happen after midnight in Paris, so one hour before UTC midnight decides */
	int64_t ms = day * DAY_MS - HOUR_MS;

	return day * DAY_MS - clock_paris_offset(ms);
}

enum err day_make(int year, int month, int mday, day_t *out)
{
	if (year < 1900 || year > 9999 || month < 1 || month > 12 || mday < 1 || mday > month_length(year, month))
		return ERR_INVALID;
	*out = (day_t)days_from_civil(year, month, mday);
	return ERR_OK;
}

day_t day_add_months(day_t day, int n)
{
	int year, month, mday;

	day_split(day, &year, &month, &mday);
	int64_t months = (int64_t)year * 12 + month - 1 + n;

	year = (int)floor_div(months, 12);
	month = (int)(months - (int64_t)year * 12) + 1;
	if (mday > month_length(year, month))
		mday = month_length(year, month);
	return (day_t)days_from_civil(year, month, mday);
}

/* The Gregorian computus (Meeus, Jones, Butcher). */
static day_t easter(int year)
{
	int century = year / 100, golden = year % 19;
	int moon = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;

	moon -= (moon / 28) * (1 - (29 / (moon + 1)) * ((21 - golden) / 11));
	int weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7, days = moon - weekday;
	int month = 3 + (days + 40) / 44;

	return (day_t)days_from_civil(year, month, days + 28 - 31 * (month / 4));
}

static bool is_holiday(day_t day)
{
	static const struct {
		int8_t month, mday;
	} fixed[] = { { 1, 1 }, { 5, 1 }, { 5, 8 }, { 7, 14 }, { 8, 15 }, { 11, 1 }, { 11, 11 }, { 12, 25 } };
	static const int8_t after_easter[] = { 1, 39, 50 };
	int year, month, mday;

	day_split(day, &year, &month, &mday);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (month == fixed[i].month && mday == fixed[i].mday)
			return true;
	for (size_t i = 0; i < sizeof after_easter; i++)
		if (day == easter(year) + after_easter[i])
			return true;
	return false;
}

bool day_is_working(day_t day)
{
	return day_weekday(day) < 5 && !is_holiday(day);
}

int day_working_between(day_t from, day_t to)
{
	int n = 0;

	for (day_t day = from; day < to; day++)
		n += day_is_working(day + 1);
	return n;
}
