#include "acts/codes.h"
#include "acts/listing_rules.h"
#include "acts/publish.h"

#include <string.h>

static struct bytes key_of(const struct establishment *e)
{
	return key_bytes(e->uuid.b, sizeof e->uuid.b);
}

enum err places_state_read(struct app *app, struct arena *a, const struct establishment *e, struct places_state *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err failed = published_read(&t, a, e, &out->published);

	codec_default(&listing_codec, &out->online);
	codec_default(&grid_codec, &out->previous);
	if (!failed && out->published.rev)
		failed = listing_decode(a, out->published.text, &out->online);
	if (!failed)
		failed = grid_read(&t, a, e, &out->grid);
	if (failed)
		return failed;
	if (out->grid.n > 1)
		failed = grid_get(&t, a, TABLE_GRID_HISTORY, numbered_key(a, e->uuid, out->grid.n - 1), &out->previous);
	if (failed && failed != ERR_NOTFOUND)
		return failed;
	grid_frame_of(e, &out->online, &out->frame);
	return ERR_OK;
}

struct placing {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct establishment *e;
	struct places_state st;
};

static enum err begin(struct placing *x)
{
	if (!type_has_places(x->e->type))
		return ERR_NOTFOUND;
	enum err e = right_confirm(x->app, x->a, x->who, x->e, FAMILY_PLACES);

	return e ? e : places_state_read(x->app, x->a, x->e, &x->st);
}

static const char *number(struct arena *a, uint64_t n)
{
	return arena_printf(a, "%llu", (unsigned long long)n);
}

static void describe(struct placing *x, struct audit_record *audit, const struct grid *g)
{
	act_on_establishment(audit, x->e);
	act_detail(x->a, audit, "n", number(x->a, g->n));
	act_detail(x->a, audit, "state", g->state);
	act_detail(x->a, audit, "from", day_iso(x->a, (day_t)g->valid_from));
	act_detail(x->a, audit, "free_halves", number(x->a, (uint64_t)__builtin_popcount(grid_free_halves(g->cells, 0xf))));
}

/* The grid as it will be, in the history too (a confirmed one takes its own place there), and what families see of it. */
static enum err put(struct placing *x, enum event ev, const struct grid *g, struct changeset **out)
{
	struct audit_record audit = act_record(x->a, x->who, ev);
	struct changeset *cs;
	struct bytes encoded = grid_encode(x->a, g), history = numbered_key(x->a, x->e->uuid, g->n);
	enum err e = act_begin(x->app, x->a, x->who, &cs);

	if (e)
		return e;
	expect_establishment(cs, x->e);
	changeset_expect(cs, TABLE_GRID, key_of(x->e), x->st.grid.rev);
	changeset_expect(cs, TABLE_LISTING, key_of(x->e), x->st.published.rev);
	changeset_put(cs, TABLE_GRID, key_of(x->e), encoded);
	changeset_put(cs, TABLE_GRID_HISTORY, history, encoded);
	if (g->n != x->st.grid.n)
		changeset_expect(cs, TABLE_GRID_HISTORY, history, REV_ABSENT);
	describe(x, &audit, g);
	changeset_audit(cs, &audit);
	*out = cs;
	return act_publish(x->app, x->a, cs, x->e, &x->st.published, g);
}

/* Commits; on a conflict, *now is the grid that was quicker. */
static enum err commit(struct placing *x, struct changeset *cs, const struct grid *g, struct grid *now)
{
	uint64_t rev = 0;
	enum err e = changeset_commit(x->app->store, cs, &rev);

	if (!e) {
		*now = *g;
		now->rev = rev;
	} else if (e == ERR_CONFLICT && !places_state_read(x->app, x->a, x->e, &x->st)) {
		*now = x->st.grid;
	}
	return e;
}

static void sign(struct placing *x, struct grid *g)
{
	g->n = x->st.grid.n + 1;
	g->declared_at = visitor_now(x->who);
	g->author = x->who->person.uuid;
	g->author_number = x->who->person.number;
	g->author_name = x->who->person.name;
	g->source = "manual";
}

/* The button was pressed twice: the same person's same grid, made from the same one, is already the latest. */
static bool is_again(struct placing *x, const struct input *in, uint64_t base)
{
	const struct grid *last = &x->st.grid;
	struct faults faults = { NULL, 0 };
	struct grid g;

	if (last->n != base + 1 || !uuid_equal(last->author, x->who->person.uuid))
		return false;
	grid_from_input(x->a, &x->st.frame, in, &g, &faults);
	return !faults.n && strcmp(g.state, last->state) == 0 && g.valid_from == last->valid_from &&
	       strcmp(g.note, last->note) == 0 && memcmp(g.cells, last->cells, sizeof g.cells) == 0;
}

static enum err publish(struct placing *x, const struct input *in, struct faults *faults, struct grid *now)
{
	struct changeset *cs;
	struct grid g;

	grid_from_input(x->a, &x->st.frame, in, &g, faults);
	if (faults->n)
		return ERR_INVALID;
	sign(x, &g);
	g.confirmed_at = g.declared_at;
	enum err e = put(x, EVENT_PLACES_PUBLISHED, &g, &cs);

	return e ? e : commit(x, cs, &g, now);
}

enum err grid_publish(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		      const struct input *in, uint64_t base, struct faults *faults, struct grid *now)
{
	struct placing x = { .app = app, .a = a, .who = who, .e = e };
	enum err failed = begin(&x);

	codec_default(&grid_codec, now);
	if (failed)
		return failed;
	*now = x.st.grid;
	if (act_was_done(app, who))
		return ERR_OK;
	failed = base == x.st.grid.n ? publish(&x, in, faults, now) : ERR_CONFLICT;
	return failed == ERR_CONFLICT && is_again(&x, in, base) ? ERR_OK : failed;
}

enum err grid_confirm(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		      uint64_t base, struct faults *faults, struct grid *now)
{
	struct placing x = { .app = app, .a = a, .who = who, .e = e };
	struct changeset *cs;
	struct grid g;
	enum err failed = begin(&x);

	codec_default(&grid_codec, now);
	if (failed)
		return failed;
	g = *now = x.st.grid;
	if (act_was_done(app, who))
		return ERR_OK;
	if (!g.rev || grid_is_withdrawn(&g))
		return ERR_NOTFOUND;
	if (base != g.n)
		return ERR_CONFLICT;
	grid_check(a, &x.st.frame, &g, faults);
	if (faults->n)
		return ERR_INVALID;
	g.confirmed_at = visitor_now(who);
	failed = put(&x, EVENT_PLACES_CONFIRMED, &g, &cs);
	if (!failed)
		failed = commit(&x, cs, &g, now);
	/* two clicks at once: one of them has done it */
	return failed == ERR_CONFLICT && now->n == base && now->rev != g.rev ? ERR_OK : failed;
}

enum err grid_withdraw(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e)
{
	struct placing x = { .app = app, .a = a, .who = who, .e = e };
	struct changeset *cs;
	struct grid g, now;
	enum err failed = begin(&x);

	if (failed)
		return failed;
	if (act_was_done(app, who))
		return ERR_OK;
	g = x.st.grid;
	if (!g.rev)
		return ERR_NOTFOUND;
	if (grid_is_withdrawn(&g))
		return ERR_CONFLICT;
	sign(&x, &g);
	g.state = "withdrawn";
	failed = put(&x, EVENT_PLACES_WITHDRAWN, &g, &cs);
	if (failed)
		return failed;
	caf_tell(app, a, cs, who, e, "les places libres");
	return commit(&x, cs, &g, &now);
}

enum err grid_history(struct app *app, struct arena *a, const struct establishment *e, uint64_t newest, size_t limit,
		      struct grid **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct grid *v = arena_array(a, limit, struct grid);
	size_t count = 0;

	for (uint64_t i = newest; i && count < limit; i--) {
		enum err failed = grid_get(&t, a, TABLE_GRID_HISTORY, numbered_key(a, e->uuid, i), &v[count]);

		if (failed && failed != ERR_NOTFOUND)
			return failed;
		count += !failed;
	}
	*out = v;
	*n = count;
	return ERR_OK;
}
