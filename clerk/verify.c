/* The whole chain of the log once a night, a piece at a time: jobs and seals go on in between. */
#include "clerk/clerk.h"

#include "acts/log.h"
#include "base/log.h"

#define LOOK_MS MINUTE_MS /* whether a night has come */

static struct arena *arena; /* as long as a walk */
static struct audit_walk *walk;
static int64_t next_look;

void verify_done(void)
{
	arena_free(arena);
	arena = NULL;
	walk = NULL;
}

static enum err begin(struct clerk *c, struct arena *a)
{
	struct log_check last;
	enum err e = log_check_last(&c->app, a, &last);

	if (e || !log_check_is_due(&last, clock_now()))
		return e;
	e = log_check_note(&c->app, a, NULL);
	if (e)
		return e;
	arena = arena_new();
	walk = audit_walk_new(arena, c->app.store);
	return ERR_OK;
}

static void tell(struct arena *a, const struct audit_verdict *v)
{
	const char *records = arena_printf(a, "%llu", (unsigned long long)v->records);

	if (v->whole)
		log_line(LOG_LEVEL_INFO, "log verified", "records", records, NULL);
	else
		log_line(LOG_LEVEL_ERROR, "the log is broken", "record",
			 arena_printf(a, "%llu", (unsigned long long)v->bad_seq), "reason", v->reason, NULL);
}

enum err verify_run(struct clerk *c, struct arena *a)
{
	bool ended = false;
	enum err e = ERR_OK;

	if (!walk) {
		if (clock_monotonic() < next_look)
			return ERR_OK;
		next_look = clock_monotonic() + LOOK_MS;
		return begin(c, a);
	}
	e = audit_walk_step(walk, &ended);
	if (!e && !ended)
		return ERR_OK;
	if (!e) {
		tell(a, audit_walk_verdict(walk));
		e = log_check_note(&c->app, a, audit_walk_verdict(walk));
	}
	/* without its record this night has no verdict, and the page says so */
	verify_done();
	return e;
}
