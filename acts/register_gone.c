/* What was taken away stays away, even where a file names it: how it went, as the store has kept it. */
#include "acts/register_rows.h"

#include "acts/agreement.h"
#include "acts/right_history.h"

#include <string.h>

/* When what they had together ended; 0: it lasts, or never was. */
static enum err ended(struct import *m, const struct import_thing *subject, const struct import_thing *place,
		      unsigned family, int64_t *out)
{
	AUTO_TXN struct txn t = txn_read(m->app->store, STORE_MAIN);

	*out = 0;
	return subject->there && place->there ?
		       right_period_end(&t, m->arena, subject->there->uuid, &place->there->uuid, family, out) :
		       ERR_OK;
}

/* One of the provider's that an amendment can still change. NULL: none. */
static const struct import_thing *amendable(struct import *m, const struct import_thing *provider)
{
	for (size_t i = 0; i < m->n_things; i++) {
		const struct import_thing *t = m->things[i];
		struct agreement g;

		if (t->kind != IMPORT_AGREEMENT || t->parent != provider)
			continue;
		g = import_agreement(t);
		if (agreement_state(&g, m->o.today) != AGREEMENT_OVER)
			return t;
	}
	return NULL;
}

static const char *new_one(struct import *m, const struct import_thing *provider, const char *does)
{
	return arena_printf(m->arena, "no convention of %s runs, a new one %s", provider->id, does);
}

/* Whoever managed it before has it no more: an amendment took it over, or a hand in the directory. */
static enum err has_left(struct import *m, const struct import_thing *place, const struct import_thing *manager, bool *out)
{
	enum err e = ERR_OK;

	*out = false;
	for (size_t i = 0; i < m->n_things && !e && !*out; i++) {
		int64_t end = 0;

		if (m->things[i]->kind == IMPORT_AGREEMENT && m->things[i]->parent == manager)
			e = ended(m, m->things[i], place, PERIOD_COVERED, &end);
		*out = end;
	}
	return e;
}

enum err import_is_taken_over(struct import *m, const struct import_row *row, const struct import_thing *place,
			      const struct import_thing *manager, bool *out)
{
	bool left = false;
	enum err e =
		place->there && place->parent && place->parent != manager ? has_left(m, place, manager, &left) : ERR_OK;

	if (!e && left)
		import_warn(m, IMPORT_ESTABLISHMENT, row->line, "%s was taken over from %s and stays with %s: %s",
			    place->id, manager->id, place->parent->id,
			    amendable(m, manager) ? "an amendment of the convention brings it back" :
						    new_one(m, manager, "brings it back"));
	*out = left;
	return e;
}

enum err import_is_taken_out(struct import *m, const struct import_row *row, const struct import_thing *place, bool *out)
{
	const struct import_thing *deal = row->thing;
	bool covers = deal->there && strs_has(&deal->there->is.agreement.covered_keys, place->key);
	int64_t end = 0;
	enum err e = covers ? ERR_OK : ended(m, deal, place, PERIOD_COVERED, &end);

	if (!e && end)
		import_warn(m, IMPORT_AGREEMENT, row->line, "%s was taken out of convention %s and stays out: %s",
			    place->id, deal->id,
			    agreement_state(&deal->there->is.agreement, m->o.today) == AGREEMENT_OVER ?
				    "the convention is over, a new one covers it" :
				    "an amendment brings it back");
	*out = end;
	return e;
}

/* How the right is had again: what an amendment refuses to do is not told of it. */
static const char *way_back(struct import *m, const struct import_thing *p, const struct import_thing *place,
			    const struct import_thing *covering)
{
	const char *status = import_person_status(p);
	const struct import_thing *deal = covering ? covering : p->parent ? amendable(m, p->parent) : NULL;

	if (!p->parent)
		return arena_printf(m->arena, "%s is no agent of a provider", p->id);
	if (strcmp(status, "active") != 0 && strcmp(status, "suspendue") != 0)
		return arena_printf(m->arena, "%s is %s, and whoever comes back is a new person", p->id,
				    *status ? status : "of no known status");
	if (!deal)
		return new_one(m, p->parent, "gives it back");
	if (!covering || p->parent != place->parent)
		return arena_printf(m->arena, "an amendment that brings %s back into convention %s gives it back",
				    place->id, deal->id);
	return "an amendment gives it back";
}

enum err import_is_removed(struct import *m, const struct import_row *row, const struct import_thing *p,
			   const struct import_thing *place, size_t family, bool *out)
{
	static const struct {
		unsigned period;
		const char *name;
	} families[] = { { FAMILY_LISTING, "listing" }, { FAMILY_PLACES, "free places" } };
	bool several;
	const struct import_thing *deal =
		p->parent ? import_find(m, 'i', import_pair(m, p->parent, place), &several) : NULL;
	int64_t end, effect = deal ? import_agreement(deal).effect : 0;
	enum err e = ended(m, p, place, families[family].period, &end);

	*out = !e && end && day_of(end) >= effect;
	if (*out)
		import_warn(m, IMPORT_RIGHT, row->line, "the right of %s on %s (%s) was removed and stays so: %s",
			    p->id, place->id, families[family].name, way_back(m, p, place, deal));
	return e;
}
