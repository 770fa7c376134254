#include "base/clock.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const months[] = {
	"janvier", "février", "mars", "avril", "mai", "juin",
	"juillet", "août", "septembre", "octobre", "novembre", "décembre",
};
/* clang-format on */

/* Between min and max decimal digits at *s, which moves behind them; -1 when there are fewer. */
static int take_number(const char **s, int min, int max)
{
	int v = 0, n = 0;

	for (; n < max && **s >= '0' && **s <= '9'; n++)
		v = v * 10 + *(*s)++ - '0';
	return n < min ? -1 : v;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static enum err take_iso_day(const char **s, day_t *out)
{
	int year, month, mday;

	if ((year = take_number(s, 4, 4)) < 0 || !take(s, '-') || (month = take_number(s, 2, 2)) < 0 || !take(s, '-') ||
	    (mday = take_number(s, 2, 2)) < 0)
		return ERR_INVALID;
	return day_make(year, month, mday, out);
}

enum err day_parse(const char *s, day_t *out)
{
	day_t day;

	if (strchr(s, '-')) {
		enum err e = take_iso_day(&s, &day);

		if (e || *s)
			return ERR_INVALID;
		*out = day;
		return ERR_OK;
	}
	int year, month, mday;

	if ((mday = take_number(&s, 1, 2)) < 0 || !take(&s, '/') || (month = take_number(&s, 1, 2)) < 0 ||
	    !take(&s, '/') || (year = take_number(&s, 4, 4)) < 0 || *s)
		return ERR_INVALID;
	return day_make(year, month, mday, out);
}

/* generalizedTime after its day: hour, then minute and second, a fraction, and Z or a difference (RFC 4517 3.3.13). */
static bool is_ldap_hour(const char *s)
{
	int hour = take_number(&s, 2, 2), minute = 0, second = 0;

	if (*s >= '0' && *s <= '9')
		minute = take_number(&s, 2, 2);
	if (*s >= '0' && *s <= '9')
		second = take_number(&s, 2, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	if (*s == '.' || *s == ',') {
		size_t n = strspn(++s, "0123456789");

		if (!n)
			return false;
		s += n;
	}
	if (take(&s, 'Z'))
		return !*s;
	if (!take(&s, '+') && !take(&s, '-'))
		return false;
	return take_number(&s, 2, 2) >= 0 && (!*s || (take_number(&s, 2, 2) >= 0 && !*s));
}

enum err day_parse_ldap(const char *s, day_t *out)
{
	int year, month, mday;

	if ((year = take_number(&s, 4, 4)) < 0 || (month = take_number(&s, 2, 2)) < 0 ||
	    (mday = take_number(&s, 2, 2)) < 0 || !is_ldap_hour(s))
		return ERR_INVALID;
	return day_make(year, month, mday, out);
}

const char *day_ldap(struct arena *a, day_t day)
{
	int year, month, mday;

	if (day == DAY_NONE)
		return "";
	day_split(day, &year, &month, &mday);
	return arena_printf(a, "%04d%02d%02d000000Z", year, month, mday);
}

const char *day_fr_short(struct arena *a, day_t day)
{
	int year, this_year, month, mday, unused;

	if (day == DAY_NONE)
		return "";
	day_split(day_today(), &this_year, &unused, &unused);
	day_split(day, &year, &month, &mday);
	if (year != this_year)
		return day_fr(a, day);
	return arena_printf(a, "%d%s %s", mday, mday == 1 ? "er" : "", months[month - 1]);
}

const char *day_fr(struct arena *a, day_t day)
{
	int year, month, mday;

	if (day == DAY_NONE)
		return "";
	day_split(day, &year, &month, &mday);
	return arena_printf(a, "%d%s %s %d", mday, mday == 1 ? "er" : "", months[month - 1], year);
}

const char *day_slashes(struct arena *a, day_t day)
{
	int year, month, mday;

	if (day == DAY_NONE)
		return "";
	day_split(day, &year, &month, &mday);
	return arena_printf(a, "%02d/%02d/%04d", mday, month, year);
}

const char *day_iso(struct arena *a, day_t day)
{
	int year, month, mday;

	if (day == DAY_NONE)
		return "";
	day_split(day, &year, &month, &mday);
	return arena_printf(a, "%04d-%02d-%02d", year, month, mday);
}

const char *day_ago_fr(struct arena *a, day_t day)
{
	if (day == DAY_NONE)
		return "";
	int64_t n = (int64_t)day_today() - day;

	if (n == 0)
		return "aujourd’hui";
	if (n == 1)
		return "hier";
	if (n == -1)
		return "demain";
	return arena_printf(a, n > 0 ? "il y a %lld jours" : "dans %lld jours", llabs((long long)n));
}

/* Milliseconds after midnight on the wall in Paris. */
static int64_t wall(int64_t ms)
{
	return clock_paris(ms) - day_of(ms) * DAY_MS;
}

const char *time_fr(struct arena *a, int64_t ms)
{
	return arena_printf(a, "%s à %s", day_fr(a, day_of(ms)), time_hour_fr(a, ms));
}

const char *time_hour_fr(struct arena *a, int64_t ms)
{
	return hour_fr(a, (int)(wall(ms) / MINUTE_MS));
}

const char *time_log_fr(struct arena *a, int64_t ms)
{
	int s = (int)(wall(ms) / SECOND_MS);

	return arena_printf(a, "%s %02d:%02d:%02d", day_slashes(a, day_of(ms)), s / 3600, s / 60 % 60, s % 60);
}

const char *time_iso(struct arena *a, int64_t ms)
{
	int64_t utc = clock_paris(ms) - clock_paris_offset(ms);
	int64_t of_day = (utc % DAY_MS + DAY_MS) % DAY_MS;
	day_t day = (day_t)((utc - of_day) / DAY_MS);
	int s = (int)(of_day / SECOND_MS), rest = (int)(of_day % SECOND_MS);
	const char *fraction = rest ? arena_printf(a, ".%03d", rest) : "";

	return arena_printf(a, "%sT%02d:%02d:%02d%sZ", day_iso(a, day), s / 3600, s / 60 % 60, s % 60, fraction);
}

enum err time_parse_iso(const char *s, int64_t *out)
{
	int hour, minute, second, rest = 0;
	day_t day;

	if (take_iso_day(&s, &day))
		return ERR_INVALID;
	if (!take(&s, 'T') || (hour = take_number(&s, 2, 2)) < 0 || !take(&s, ':') ||
	    (minute = take_number(&s, 2, 2)) < 0 || !take(&s, ':') || (second = take_number(&s, 2, 2)) < 0)
		return ERR_INVALID;
	if (take(&s, '.') && (rest = take_number(&s, 3, 3)) < 0)
		return ERR_INVALID;
	if (!take(&s, 'Z') || *s || hour > 23 || minute > 59 || second > 59)
		return ERR_INVALID;
	*out = day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + rest;
	return ERR_OK;
}

/* Typed by people and pasted from our own pages. */
static void skip_blanks(const char **s)
{
	for (size_t n; (n = **s == ' ' ? 1 : text_no_break(*s)); *s += n)
		;
}

enum err hour_parse(const char *s, int *out)
{
	int hour = take_number(&s, 1, 2), minute = 0;

	if (hour < 0)
		return ERR_INVALID;
	if (*s) {
		skip_blanks(&s);
		bool colon = take(&s, ':');

		if (!colon && !take(&s, 'h') && !take(&s, 'H'))
			return ERR_INVALID;
		skip_blanks(&s);
		if (*s || colon)
			minute = take_number(&s, 2, 2);
	}
	if (*s || minute < 0 || minute > 59 || hour * 60 + minute > 24 * 60)
		return ERR_INVALID;
	*out = hour * 60 + minute;
	return ERR_OK;
}

const char *hour_fr(struct arena *a, int minutes)
{
	if (minutes % 60 == 0)
		return arena_printf(a, "%d h", minutes / 60);
	return arena_printf(a, "%d h %02d", minutes / 60, minutes % 60);
}
