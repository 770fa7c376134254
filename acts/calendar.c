#include "acts/calendar.h"

#include "acts/mirror_keys.h"

#define YEAR 12 /* months */
#define NOTICE 3

day_t agreement_notice_limit(day_t due)
{
	return day_add_months(due, -NOTICE);
}

day_t agreement_due(const struct agreement *g, day_t today)
{
	bool renews = !g->termination && !g->not_tacit;
	day_t from = g->due ? (day_t)g->due : (day_t)g->effect;
	int years = g->due ? 0 : 1;

	if (!from)
		return 0;
	/* always counted from the first one: a 29 February comes back */
	while (renews && day_add_months(from, years * YEAR) <= today)
		years++;
	return day_add_months(from, years * YEAR);
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
