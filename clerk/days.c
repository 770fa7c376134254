/* The work of each day, done once: a mark in the store says how far it is, and moves on in the changeset of what was done. A day that
   ended before its work did leaves the rest to the next one. */
#include "clerk/clerk.h"

#include "acts/agent_purge.h"
#include "acts/calendar.h"
#include "acts/listing.h"
#include "acts/mirror.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

#define AT_ONCE 20
#define OFFICE_HOUR 8 /* mails nobody waits for come then */

/* --- the stages --- */

struct step {
	struct clerk *clerk;
	struct arena *a;
	struct changeset *cs; /* of the row at hand */
	struct calendar_progress *progress;
	bool counted;
	size_t purges_left;
};

static enum err agreement_day(struct step *s, struct bytes payload)
{
	struct agreement g;
	bool any;

	if (agreement_decode(s->a, payload, &g))
		return ERR_CORRUPT;
	return agreement_day_add(&s->clerk->app, s->a, s->cs, &g, s->progress->day, &any);
}

static enum err places_day(struct step *s, struct bytes payload)
{
	struct provider p;

	if (provider_decode(s->a, payload, &p))
		return ERR_CORRUPT;
	return places_reminders_add(&s->clerk->app, s->a, s->cs, &p, s->progress->since, s->progress->day);
}

/* Nothing on the day the service began, nor when nobody works. */
static enum err digest_day(struct step *s, struct bytes payload)
{
	struct caf caf;

	if (s->progress->since == s->progress->day || !day_is_working(s->progress->day))
		return ERR_OK;
	if (caf_decode(s->a, payload, &caf))
		return ERR_CORRUPT;
	return queue_digest_add(&s->clerk->app, s->a, s->cs, &caf, s->progress->day);
}

static enum err purge_day(struct step *s, struct bytes payload)
{
	struct provider p;

	if (provider_decode(s->a, payload, &p))
		return ERR_CORRUPT;
	enum err e = s->counted ? ERR_OK : agents_purge_room(&s->clerk->app, s->progress->day, &s->purges_left);

	if (e)
		return e;
	s->counted = true;
	return agents_purge_add(&s->clerk->app, s->a, s->cs, &p, s->progress->day, &s->purges_left);
}

static const struct {
	enum table table;
	bool mails; /* waits for the office hour */
	enum err (*row)(struct step *s, struct bytes payload);
} stages[CALENDAR_DONE] = {
	[CALENDAR_AGREEMENTS] = { TABLE_MIRROR_AGREEMENT, false, agreement_day },
	[CALENDAR_PLACES] = { TABLE_MIRROR_PROVIDER, true, places_day },
	[CALENDAR_DIGEST] = { TABLE_MIRROR_CAF, true, digest_day },
	[CALENDAR_PURGE] = { TABLE_MIRROR_PROVIDER, false, purge_day },
};

struct rows {
	struct bytes keys[AT_ONCE], payloads[AT_ONCE];
	size_t n;
};

static struct bytes copy(struct arena *a, struct bytes b)
{
	return (struct bytes){ (const uint8_t *)arena_memdup(a, b.p, b.n), b.n };
}

static enum err next_rows(struct step *s, struct rows *out)
{
	AUTO_TXN struct txn t = txn_read(s->clerk->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan =
		scan_from(&t, stages[s->progress->stage].table, BYTES_NONE, s->progress->cursor, false);

	out->n = 0;
	while (out->n < AT_ONCE && scan_next(&scan)) {
		if (bytes_equal(scan.key, s->progress->cursor))
			continue;
		out->keys[out->n] = copy(s->a, scan.key);
		out->payloads[out->n++] = copy(s->a, scan.record.payload);
	}
	return t.err;
}

/* One that cannot be read, or what it leads to, keeps no other from its day, and nothing of it is done. */
static enum err run_row(struct step *s, struct bytes key, struct bytes payload, struct changeset *done)
{
	size_t purges_left = s->purges_left;

	s->cs = changeset_new(s->a);
	enum err e = stages[s->progress->stage].row(s, payload);

	if (!e)
		changeset_join(done, s->cs);
	if (e != ERR_CORRUPT && e != ERR_NOTFOUND)
		return e;
	s->purges_left = purges_left;
	log_line(LOG_LEVEL_ERROR, "a record of the calendar cannot be read", "table",
		 table_name(stages[s->progress->stage].table), "key", text_hex(s->a, key), NULL);
	return ERR_OK;
}

static enum err run_rows(struct step *s, struct changeset *done)
{
	struct rows rows;
	enum err e = next_rows(s, &rows);

	for (size_t i = 0; !e && i < rows.n; i++)
		e = run_row(s, rows.keys[i], rows.payloads[i], done);
	if (!e && rows.n)
		s->progress->cursor = rows.keys[rows.n - 1];
	if (!e && rows.n < AT_ONCE) {
		s->progress->stage++;
		s->progress->cursor = BYTES_NONE;
	}
	return e;
}

/* Conventions end by a date or by a word in the directory: both are looked for again and again. */
enum err close_run(struct clerk *c, struct arena *a)
{
	size_t closed = 0;

	if (!mirror_is_settled(&c->app))
		return ERR_OK;
	enum err e = revisions_close_ended(&c->app, a, &closed);

	if (closed)
		log_line(LOG_LEVEL_INFO, "revisions closed", "number", arena_printf(a, "%zu", closed), NULL);
	return e;
}

static enum err run_step(struct clerk *c, struct arena *a, struct calendar_progress *p)
{
	struct step s = { .clerk = c, .a = a, .progress = p };
	struct changeset *done = changeset_new(a);
	enum err e = p->stage == CALENDAR_CLOSE ? close_run(c, a) : run_rows(&s, done);

	if (e)
		return e;
	p->stage += p->stage == CALENDAR_CLOSE;
	calendar_progress_put(a, done, p);
	return changeset_commit(c->app.store, done, NULL);
}

/* --- the day --- */

static bool is_office_hour(void)
{
	return clock_now() >= day_start(day_today()) + OFFICE_HOUR * HOUR_MS;
}

/* False: nothing is to be done now. */
static bool turn_to(struct calendar_progress *p, day_t today)
{
	if (p->day == today)
		return p->stage != CALENDAR_DONE && (!stages[p->stage].mails || is_office_hour());
	if (p->day > today) /* the clock went back */
		return false;
	p->since = !p->day ? today : p->stage == CALENDAR_DONE ? p->day : p->since;
	p->day = today;
	p->stage = CALENDAR_AGREEMENTS;
	p->cursor = BYTES_NONE;
	return true;
}

enum err days_run(struct clerk *c, struct arena *a)
{
	struct calendar_progress p;
	enum err e = calendar_progress_read(&c->app, a, &p);

	/* one step at a time: jobs and seals go on between them */
	if (e || !turn_to(&p, day_today()) || !mirror_is_settled(&c->app))
		return e;
	return run_step(c, a, &p);
}
