#include "acts/calendar.h"

#include "acts/mirror_keys.h"
#include "acts/rights.h"

#define YEAR 12 /* months */
#define NOTICE 3

day_t agreement_notice_limit(day_t due)
{
	return day_add_months(due, -NOTICE);
}

day_t agreement_first_due(day_t effect)
{
	return day_add_months(effect, YEAR);
}

/* Due days are counted from one day, never each from the last: a 29 February comes back. */
struct count {
	day_t from; /* 0: there is none */
	int years;
};

static day_t due_at(struct count c)
{
	return day_add_months(c.from, c.years * YEAR);
}

/* The directory's due day: from the effect where it is one of its anniversaries, as all are that nobody moved. */
static struct count first_due(const struct agreement *g)
{
	struct count c = { (day_t)g->effect, 1 };

	if (!g->due)
		return c;
	while (c.from && due_at(c) < g->due)
		c.years++;
	return c.from && due_at(c) == g->due ? c : (struct count){ (day_t)g->due, 0 };
}

bool agreement_due_is_anniversary(const struct agreement *g)
{
	return g->due && first_due(g).years;
}

day_t agreement_due(const struct agreement *g, day_t today)
{
	struct count c = first_due(g);

	if (!c.from)
		return 0;
	while (agreement_renews(g) && due_at(c) <= today)
		c.years++;
	return due_at(c);
}

day_t agreement_stopped_on(const struct agreement *g, day_t received)
{
	struct count c = first_due(g), before = { c.from, c.years - 1 };

	if (!c.from)
		return 0;
	for (; due_at(before) > g->effect && agreement_notice_limit(due_at(before)) >= received; before.years--)
		c = before;
	while (agreement_notice_limit(due_at(c)) < received)
		c.years++;
	return due_at(c);
}

/* --- how far the work of a day is --- */

#define MARK "#calendar"

enum err calendar_progress_read(struct app *app, struct arena *a, struct calendar_progress *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;
	enum err e = mirror_mark_get(&t, MARK, &rec);

	*out = (struct calendar_progress){ 0 };
	if (e || !rec.rev)
		return e;
	struct reader in = reader_of(rec.payload);

	out->day = (day_t)(int64_t)read_u64(&in);
	out->since = (day_t)(int64_t)read_u64(&in);
	out->stage = (enum calendar_stage)read_u8(&in);
	out->cursor = (struct bytes){ (const uint8_t *)arena_memdup(a, in.p, in.n), in.n };
	out->rev = rec.rev;
	return in.err || out->stage > CALENDAR_DONE ? ERR_CORRUPT : ERR_OK;
}

void calendar_progress_put(struct arena *a, struct changeset *cs, const struct calendar_progress *p)
{
	struct buf b = buf_new(a);

	buf_u64(&b, (uint64_t)(int64_t)p->day);
	buf_u64(&b, (uint64_t)(int64_t)p->since);
	buf_byte(&b, (uint8_t)p->stage);
	buf_add(&b, p->cursor.p, p->cursor.n);
	changeset_expect(cs, TABLE_MIRROR_IN, mirror_mark(MARK), p->rev);
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark(MARK), buf_bytes(&b));
}
