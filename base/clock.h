/* Time: UTC milliseconds inside, Europe/Paris for people, calendar days as "days since 1970-01-01". */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/arena.h"

#define SECOND_MS ((int64_t)1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* Milliseconds since 1970, UTC. The wall clock, plus what clock_test_offset or clock_test_file says. */
int64_t clock_now(void);

/* CLOCK_BOOTTIME in milliseconds: for intervals inside one process. */
int64_t clock_monotonic(void);

/* Tests and demonstrations only (setting test_clock = yes): the whole process lives at wall clock + offset. */
void clock_test_offset(int64_t offset_ms);

/* The same from a file holding the offset in decimal milliseconds, read again at every call of clock_now. The file is
   held open (a sandbox lets nobody open it later): it must exist, else the process ends, and is written in place, not
   replaced. NULL: no file. */
void clock_test_file(const char *path);

/* What Paris adds to UTC at that moment: one hour, two from the last Sunday of March to the last of October (the rule
   since 1996, applied to every year). Never asks TZ nor zoneinfo. */
int64_t clock_paris_offset(int64_t ms);
/* Milliseconds since 1970 on the wall in Paris; held between the years 1 and 9999. */
int64_t clock_paris(int64_t ms);

/* A civil day in Europe/Paris. */
typedef int32_t day_t;
#define DAY_NONE INT32_MIN

day_t day_of(int64_t ms);
day_t day_today(void);
/* Midnight in Paris at the start of a day. */
int64_t day_start(day_t day);
/* Monday is 0. */
int day_weekday(day_t day);
/* The same day of the month n months later, or the month's last day. */
day_t day_add_months(day_t day, int n);
/* Monday to Friday, but for the public holidays of the whole country (Code du travail, L. 3133-1). */
bool day_is_working(day_t day);
/* Working days after from up to and including to; 0 when to ≤ from. */
int day_working_between(day_t from, day_t to);
/* ERR_INVALID unless it is a day of the years 1900 to 9999. */
MUST_USE enum err day_make(int year, int month, int day, day_t *out);
void day_split(day_t day, int *year, int *month, int *mday);

/* "23/11/2026", also "1/2/2026" and "2026-11-23". ERR_INVALID for anything else, 31/02 included. */
MUST_USE enum err day_parse(const char *s, day_t *out);
/* LDAP generalizedTime "YYYYMMDD000000Z" read as a calendar day, whatever its hour. */
MUST_USE enum err day_parse_ldap(const char *s, day_t *out);
const char *day_ldap(struct arena *a, day_t day);

/* All texts of DAY_NONE are "".
   French texts, made for sentences: "23 novembre 2026" ("1er décembre 2026"), "23/11/2026",
   "23 novembre 2026 à 16 h 08", "23/11/2026 09:58:41", "16 h 08" ("16 h" at the full hour), "aujourd’hui" / "hier" /
   "il y a 3 jours" ("demain" / "dans 3 jours"). ISO: "2026-11-23", and in UTC "2026-11-23T08:00:00Z", with milliseconds
   when they are not 0. */
const char *day_fr(struct arena *a, day_t day);
/* Without the year when it is the year of today: "23 novembre". */
const char *day_fr_short(struct arena *a, day_t day);
const char *day_slashes(struct arena *a, day_t day);
const char *day_iso(struct arena *a, day_t day);
const char *day_ago_fr(struct arena *a, day_t day);
const char *time_fr(struct arena *a, int64_t ms);
const char *time_hour_fr(struct arena *a, int64_t ms);
const char *time_log_fr(struct arena *a, int64_t ms);
const char *time_iso(struct arena *a, int64_t ms);
/* Reads time_iso's form, "2026-11-23T08:00:00Z" or with milliseconds. */
MUST_USE enum err time_parse_iso(const char *s, int64_t *out);

/* Minutes after midnight from "7 h 30", "7h30", "7:30", "7 h", "07:30", "7" (0–24 h; 24 h 00 only as an end). */
MUST_USE enum err hour_parse(const char *s, int *out);
/* "7 h 30", "18 h". */
const char *hour_fr(struct arena *a, int minutes);

#endif
