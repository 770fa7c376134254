#include "acts/outcome.h"

const char *outcome_key(struct arena *a, const char *kind, const char *number, const char *what)
{
	return arena_printf(a, "%s/%s/%s", kind, number, what);
}

static const char *text_of(const char *s)
{
	return s ? s : "";
}

void outcome_put(struct arena *a, struct changeset *cs, const char *about, const struct outcome *o)
{
	struct outcome whole;

	codec_default(&outcome_codec, &whole);
	whole.state = text_of(o->state);
	whole.at = o->at;
	whole.to = text_of(o->to);
	whole.reason = text_of(o->reason);
	whole.tries = o->tries;
	whole.what = text_of(o->what);
	changeset_put(cs, TABLE_OUTCOME, bytes_of(about), outcome_encode(a, &whole));
}

enum err outcome_of(struct app *app, struct arena *a, const char *about, struct outcome *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = outcome_get(&t, a, TABLE_OUTCOME, bytes_of(about), out);

	return e ? e : t.err;
}
