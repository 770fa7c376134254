/* Establishments that the files give to another manager, as an activation or an amendment would (docs/decisions/0024). */
#include "acts/register_import.h"

#include "acts/rights.h"

#include <string.h>

/* By the manager that the mirror shows: the edits are made with its conventions. */
static enum err read_given(struct import *m, struct import_thing *place)
{
	struct establishment shown;
	enum err e;

	if (!place->there || place->given.about)
		return ERR_OK;
	e = establishment_find(m->app, m->arena, place->id, &shown);
	if (e == ERR_NOTFOUND)
		shown = place->there->is.establishment;
	e = or_none(e);
	return e ? e : handover_begin(m->app, m->arena, &shown, clock_now(), &place->given);
}

enum err import_handover_check(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
			       struct import_thing *place)
{
	bool told = place->row && place->row != row && place->row->refused;
	enum err e = told ? ERR_OK : read_given(m, place);

	if (!e && !told && place->given.under_way)
		import_refuse(m, kind, row, column,
			      "%s is being given to another manager: import again once the mirror shows him, in a few minutes",
			      place->id);
	return e;
}

enum err import_handover_is_to(struct import *m, struct import_thing *place, const struct import_thing *provider, bool *out)
{
	enum err e = read_given(m, place);

	*out = !e && place->given.under_way && strcmp(place->given.to, provider->key) == 0;
	return e;
}

static bool is_agreement_of(const struct import_thing *t, const char *provider_key)
{
	return t->kind == IMPORT_AGREEMENT && t->there && strcmp(t->there->is.agreement.provider_key, provider_key) == 0;
}

/* A convention of theirs in force covers it already. */
static bool own_stay(const struct import *m, const struct import_thing *place)
{
	for (size_t i = 0; i < m->n_things; i++)
		if (is_agreement_of(m->things[i], place->parent->key) &&
		    agreement_covers(&m->things[i]->there->is.agreement, &place->there->is.establishment, m->o.today))
			return true;
	return false;
}

void import_handover_begin(struct import *m, struct import_thing *place)
{
	if (!place->there || !place->parent)
		return;
	place->moved = strcmp(place->parent->key, place->there->is.establishment.manager_key) != 0;
	place->own_stay = place->moved && own_stay(m, place);
}

static void tell_rights(struct import *m, const struct import_thing *place, size_t family)
{
	const struct establishment *e = &place->there->is.establishment;
	const struct strs *keys = family ? &e->places_keys : &e->listing_keys;

	for (size_t i = 0; i < keys->n; i++) {
		const struct import_thing *p = import_known(m, 'k', keys->v[i]);

		if (!p || !import_has_right(p, place, family))
			import_change(m, "removed right of %s on %s: %s", p ? p->id : keys->v[i], place->id,
				      family ? "free places" : "listing");
	}
}

static void tell_agreements(struct import *m, const struct import_thing *place)
{
	const struct establishment *e = &place->there->is.establishment;

	for (size_t i = 0; i < m->n_things && *e->manager_key; i++) {
		const struct import_thing *t = m->things[i];

		if (!is_agreement_of(t, e->manager_key) || !strs_has(&t->there->is.agreement.covered_keys, place->key))
			continue;
		import_change(m, "convention %s covers %s no more", t->id, place->id);
		if (t->parent)
			import_note_written(m, t, "", place->id);
	}
}

enum err import_handover_edit(struct import *m, struct edits *x, const struct import_thing *place)
{
	struct provider p = { .dn = place->parent->dn, .key = place->parent->key };
	struct handover_to to = { .p = &p, .own_stay = place->own_stay };

	for (size_t family = 0; family < 2; family++)
		tell_rights(m, place, family);
	tell_agreements(m, place);
	return handover_edits(m->app, m->arena, x, &place->there->is.establishment, &to);
}

void import_handovers_add(struct import *m, struct changeset *cs)
{
	for (size_t i = 0; i < m->n_things; i++)
		if (m->things[i]->kind == IMPORT_ESTABLISHMENT && m->things[i]->moved)
			handover_add(m->arena, cs, &m->things[i]->given, m->things[i]->parent->key, clock_now());
}
