/* Rows of conventions: the days, and what they cover. */
#include "acts/register_rows.h"

#include "acts/calendar.h"
#include "acts/rights.h"
#include "base/text.h"

#include <string.h>

/* A fault, unless an act before has given it to the row's provider: that one is told to wait. */
static enum err not_managed(struct import *m, struct import_row *row, struct import_thing *place)
{
	bool coming = false;
	enum err e;

	if (import_is_refused(place)) {
		row->refused = true;
		return ERR_OK;
	}
	e = import_handover_is_to(m, place, row->thing->parent, &coming);
	if (!e && coming)
		return import_handover_check(m, IMPORT_AGREEMENT, row, DEAL_COVERED, place);
	if (!e)
		import_refuse(m, IMPORT_AGREEMENT, row, DEAL_COVERED, "%s is not managed by this provider", place->id);
	return e;
}

static enum err cover(struct import *m, struct import_row *row, struct import_thing *place)
{
	const struct mirrored *deal = row->thing->there;
	bool out = false;
	enum err e = import_is_taken_out(m, row, place, &out);

	if (e || out)
		return e;
	if (place->parent != row->thing->parent)
		return not_managed(m, row, place);
	if (!deal || !strs_has(&deal->is.agreement.covered_keys, place->key))
		e = import_handover_check(m, IMPORT_AGREEMENT, row, DEAL_COVERED, place);
	if (!e)
		import_name_covered(m, row->thing, place);
	return e;
}

static enum err cover_named(struct import *m, struct import_row *row, const char *id)
{
	struct import_thing *place = import_known(m, 'e', id);

	if (place && import_is_ours(m, place))
		return cover(m, row, place);
	import_unknown(m, IMPORT_AGREEMENT, row, DEAL_COVERED, IMPORT_ESTABLISHMENT,
		       arena_printf(m->arena, "no establishment of this Caf is %s", id));
	return ERR_OK;
}

static enum err cover_managed(struct import *m, struct import_row *row)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < m->n_things && !e; i++)
		if (m->things[i]->kind == IMPORT_ESTABLISHMENT && m->things[i]->parent == row->thing->parent)
			e = cover(m, row, m->things[i]);
	return e;
}

static enum err cover_all(struct import *m, struct import_row *row)
{
	const char *list = row->cell[DEAL_COVERED];
	static const char between[] = " ,;|/\n";
	enum err e = ERR_OK;

	if (strcmp(text_fold(m->arena, list), "tous") == 0)
		return cover_managed(m, row);
	while (!e && *(list += strspn(list, between))) {
		size_t n = strcspn(list, between);

		e = cover_named(m, row, arena_memdup(m->arena, list, n));
		list += n;
	}
	return e;
}

/* One year, renewed by itself: a due day is an anniversary, and no later than the next. NULL: it is, or the directory has it so. */
static const char *due_wrong(struct import *m, const struct import_row *row, day_t signed_last, day_t due)
{
	const struct mirrored *there = row->thing->there;
	struct agreement g = import_agreement(row->thing);
	day_t next;

	if (there && g.due == due)
		return NULL;
	g.effect = there && g.effect ? g.effect : signed_last;
	g.due = g.termination = 0;
	g.not_tacit = false;
	next = agreement_due(&g, m->o.today);
	g.due = due;
	if (due <= signed_last)
		return "is not after both signatures";
	if (!agreement_due_is_anniversary(&g))
		return arena_printf(m->arena,
				    "a convention is due on an anniversary of the later signature, %s: %s is expected",
				    day_slashes(m->arena, (day_t)g.effect), day_slashes(m->arena, next));
	return due > next ?
		       arena_printf(m->arena, "lies more than a year ahead: %s is expected", day_slashes(m->arena, next)) :
		       NULL;
}

static void check_due(struct import *m, struct import_row *row, day_t signed_last)
{
	struct agreement g = import_agreement(row->thing);
	const char *wrong = NULL;
	day_t due;

	if (!day_parse_ldap(row->cell[DEAL_DUE], &due))
		wrong = due_wrong(m, row, signed_last, due);
	if (!wrong && !row->thing->there && !agreement_in_force(&g, m->o.today))
		wrong = "is past, and the convention does not renew by itself: it is over";
	if (wrong)
		import_refuse(m, IMPORT_AGREEMENT, row, DEAL_DUE, "%s", wrong);
}

static void check_days(struct import *m, struct import_row *row)
{
	day_t days[2];
	const struct mirrored *there = row->thing->there;

	if (row->refused)
		return;
	for (size_t i = 0; i < 2; i++) {
		size_t column = i ? DEAL_SIGNED_CAF : DEAL_SIGNED_PROVIDER;
		int64_t known = !there ? 0 : i ? there->is.agreement.signed_caf : there->is.agreement.signed_provider;

		if (day_parse_ldap(row->cell[column], &days[i]))
			return;
		if (days[i] > m->o.today)
			import_refuse(m, IMPORT_AGREEMENT, row, column, "lies in the future");
		else if (known && known != days[i])
			import_refuse(m, IMPORT_AGREEMENT, row, column, "is not that of this convention in the directory");
	}
	if (!row->refused)
		check_due(m, row, days[0] > days[1] ? days[0] : days[1]);
}

enum err import_resolve_agreement(struct import *m, struct import_row *row)
{
	const char *id = row->cell[DEAL_NUMBER];
	struct import_thing *t = import_known(m, 'g', id),
			    *provider = import_provider_of(m, IMPORT_AGREEMENT, row, DEAL_PROVIDER);

	if (!provider)
		return ERR_OK;
	if (t) {
		if (!import_settle(m, IMPORT_AGREEMENT, row, t))
			return ERR_OK;
		if (t->parent != provider) {
			import_refuse(m, IMPORT_AGREEMENT, row, DEAL_PROVIDER, "this convention is another provider's");
			row->thing = NULL;
			return ERR_OK;
		}
	} else {
		t = import_make(m, IMPORT_AGREEMENT, row, id, dn_child(m->arena, "habConventionNumero", id, provider->dn));
		t->parent = provider;
		import_name_thing(m, t, "", "");
	}
	check_days(m, row);
	return cover_all(m, row);
}
