/* calendar run */
#include "acts/calendar.h"
#include "ctl/command.h"

#include <stdio.h>
#include <time.h>

#define OFFICE_MS (8 * HOUR_MS + MINUTE_MS) /* the clerk's mails of a day leave at eight */
#define LOOK_MS 50
#define WAIT_MS (2 * MINUTE_MS)

/* In place: every process holds the file open. */
static bool move_clock(const char *path, int64_t by)
{
	FILE *f = fopen(path, "r+e");
	long long offset = 0;
	bool ok = f && (fscanf(f, "%lld", &offset) == 1 || feof(f));

	if (ok)
		rewind(f);
	ok = ok && fprintf(f, "%lld\n", offset + (long long)by) > 0;
	if (f && fclose(f))
		ok = false;
	return ok;
}

static enum err wait_for(struct ctl *c, day_t day)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };

	for (int64_t end = clock_monotonic() + WAIT_MS; clock_monotonic() < end; nanosleep(&pause, NULL)) {
		AUTO_ARENA struct arena *a = arena_new();
		struct calendar_progress p;
		enum err e = calendar_progress_read(&c->app, a, &p);

		if (e || (p.day >= day && p.stage == CALENDAR_DONE))
			return e;
	}
	return ERR_UNAVAILABLE;
}

int ctl_calendar_run(struct ctl *c)
{
	const struct settings *s = &c->settings;
	int64_t now = clock_now();
	day_t day = day_of(now);

	if (!s->run_test_clock || !*s->run_clock_file)
		return ctl_fail("only with test_clock = yes and a clock_file");
	if (*ctl_option(c, "at") && day_parse(ctl_option(c, "at"), &day))
		return ctl_misuse("%s: no day, as 2026-11-23", ctl_option(c, "at"));
	if (day < day_of(now))
		return ctl_fail("%s is over: the clock only moves on", day_iso(c->arena, day));
	int64_t target = day_start(day) + OFFICE_MS;

	if (target > now && !move_clock(s->run_clock_file, target - now))
		return ctl_fail("%s cannot be written", s->run_clock_file);
	enum err e = wait_for(c, day);

	if (e)
		return ctl_fail("%s: not done: %s", day_iso(c->arena, day), err_text(e));
	printf("%s: done\n", day_iso(c->arena, day));
	return 0;
}
