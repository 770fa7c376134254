#include "acts/numbers.h"

#include "acts/erased.h"
#include "acts/mirror_keys.h"
#include "acts/request.h"
#include "base/text.h"

static struct bytes counter_key(struct arena *a, const struct numbers *x)
{
	return bytes_of(arena_printf(a, "%d %s %d", (int)x->kind, x->caf, x->year));
}

static bool by_year(enum number_kind kind)
{
	return kind == NUMBER_REQUEST || kind == NUMBER_AGREEMENT;
}

enum err numbers_begin(struct app *app, struct arena *a, enum number_kind kind, const char *caf, day_t day,
		       struct numbers *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	int year, month, mday;

	day_split(day, &year, &month, &mday);
	*out = (struct numbers){ .kind = kind, .caf = caf, .year = by_year(kind) ? year : 0 };
	enum err e = counter_get(&t, a, TABLE_COUNTER, counter_key(a, out), &out->counter);

	return e == ERR_NOTFOUND ? t.err : e;
}

static const char *written(struct arena *a, const struct numbers *x)
{
	unsigned long long n = x->counter.last;

	switch (x->kind) {
	case NUMBER_REQUEST:
		return arena_printf(a, "H%02d-%s-%05llu", x->year % 100, x->caf, n);
	case NUMBER_AGREEMENT:
		return arena_printf(a, "%s-%d-%04llu", x->caf, x->year, n);
	case NUMBER_PROVIDER:
		return arena_printf(a, "F%s%05llu", x->caf, n);
	case NUMBER_ESTABLISHMENT:
		return arena_printf(a, "E%s%05llu", x->caf, n);
	default:
		return arena_printf(a, "%s-%05llu", x->caf, n);
	}
}

/* Kinds the mirror finds by name. */
static const char names[] = {
	[NUMBER_AGREEMENT] = 'g', [NUMBER_PROVIDER] = 'p', [NUMBER_AGENT] = 'n', [NUMBER_ESTABLISHMENT] = 'e'
};

enum err numbers_is_free(struct app *app, struct arena *a, enum number_kind kind, const char *number, bool *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;
	int64_t gone = 0;
	enum err e = kind == NUMBER_REQUEST ?
			     txn_get(&t, TABLE_REQUEST, request_key(a, number), &rec) :
			     txn_get(&t, TABLE_MIRROR_NAME, mirror_name_key(a, names[kind], number), &rec);

	*out = e == ERR_NOTFOUND;
	if (*out && kind == NUMBER_AGENT)
		e = erased_at(&t, a, ERASED_NUMBER, number, &gone);
	*out = *out && !gone;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err numbers_next(struct app *app, struct arena *a, struct numbers *x, const char **out)
{
	bool free = false;
	enum err e = ERR_OK;

	while (!e && !free) {
		x->counter.last++;
		*out = written(a, x);
		e = numbers_is_free(app, a, x->kind, *out, &free);
	}
	return e;
}

void numbers_end(struct arena *a, struct changeset *cs, const struct numbers *x)
{
	struct bytes key = counter_key(a, x);

	changeset_expect(cs, TABLE_COUNTER, key, x->counter.rev);
	changeset_put(cs, TABLE_COUNTER, key, counter_encode(a, &x->counter));
}
