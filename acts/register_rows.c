/* The rows against each other and against what is there: which entry each is about, and whether it may. */
#include "acts/register_rows.h"

#include "acts/commune.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

void import_unknown(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
		    enum import_kind meant, const char *what)
{
	if (m->files[meant].lost)
		row->refused = true;
	else
		import_refuse(m, kind, row, column, "%s", what);
}

bool import_is_refused(const struct import_thing *t)
{
	return t->row && t->row->refused;
}

static enum err number(struct import *m, enum number_kind kind, char name, const char **out)
{
	enum err e = ERR_OK;

	if (!m->numbered[kind])
		e = numbers_begin(m->app, m->arena, kind, m->o.caf, m->o.today, &m->numbers[kind]);
	m->numbered[kind] = true;
	do {
		e = e ? e : numbers_next(m->app, m->arena, &m->numbers[kind], out);
	} while (!e && import_known(m, name, *out));
	return e;
}

bool import_settle(struct import *m, enum import_kind kind, struct import_row *row, struct import_thing *t)
{
	if (!import_is_ours(m, t)) {
		import_refuse(m, kind, row, IMPORT_CELLS, "%s is of another Caf", t->id);
		return false;
	}
	row->thing = t;
	if (t->row) {
		import_refuse(m, kind, row, IMPORT_CELLS, "line %zu speaks of %s too", t->row->line, t->id);
		m->files[kind].lost = true;
		return false;
	}
	t->row = row;
	return true;
}

struct import_thing *import_make(struct import *m, enum import_kind kind, struct import_row *row, const char *id,
				 const char *dn)
{
	struct import_thing t = { .kind = kind, .row = row, .id = id, .uid = "", .type = "", .dn = dn, .key = "" };

	if (dn_normal(m->arena, dn, &t.key))
		t.key = dn;
	return row->thing = import_thing_add(m, &t);
}

static const char *unit(struct import *m, const char *name)
{
	return dn_child(m->arena, "ou", name, m->caf_dn);
}

struct import_thing *import_provider_of(struct import *m, enum import_kind kind, struct import_row *row, size_t column)
{
	const char *cell = row->cell[column];
	struct import_thing *t = import_known(m, 'p', cell);

	if (!t)
		t = import_known(m, 's', cell);
	if (t && !import_is_ours(m, t))
		t = NULL;
	if (!t && *cell)
		import_unknown(m, kind, row, column, IMPORT_PROVIDER,
			       "no provider of this Caf has this identifier or SIRET");
	return t;
}

static enum err resolve_provider(struct import *m, struct import_row *row)
{
	const char *id = row->cell[PROVIDER_ID];
	struct import_thing *named = import_known(m, 'p', id), *known = import_known(m, 's', row->cell[PROVIDER_SIRET]);
	enum err e = ERR_OK;

	if (*id && !named && known) {
		import_refuse(m, IMPORT_PROVIDER, row, PROVIDER_SIRET, "another provider has it");
		return ERR_OK;
	}
	named = named ? named : known;
	if (named) {
		if (import_settle(m, IMPORT_PROVIDER, row, named) && named->there && *row->cell[PROVIDER_SIRET] &&
		    strcmp(named->there->is.provider.siret, row->cell[PROVIDER_SIRET]) != 0)
			import_refuse(m, IMPORT_PROVIDER, row, PROVIDER_SIRET,
				      "is not that of this provider in the directory");
		return ERR_OK;
	}
	if (!*id)
		e = number(m, NUMBER_PROVIDER, 'p', &id);
	if (!e)
		import_name_thing(m,
				  import_make(m, IMPORT_PROVIDER, row, id,
					      dn_child(m->arena, "habFournisseurId", id, unit(m, "fournisseurs"))),
				  row->cell[PROVIDER_SIRET], "");
	return e;
}

/* No commune has the codes of a CEDEX, nor a new one any before the list knows them. */
static void check_postal_code(struct import *m, struct import_row *row, const struct commune *c)
{
	bool cedex = strstr(text_fold(m->arena, row->cell[PLACE_CITY]), "cedex") != NULL;
	struct buf codes = buf_new(m->arena);

	if (cedex || !c->postal_codes.n || commune_has_postal_code(c, row->cell[PLACE_POSTAL]))
		return;
	for (size_t i = 0; i < c->postal_codes.n; i++)
		buf_printf(&codes, "%s%s", i ? ", " : "", c->postal_codes.v[i]);
	import_refuse(m, IMPORT_ESTABLISHMENT, row, PLACE_POSTAL, "is not that of %s (%s), which has %s", c->name,
		      c->insee, buf_str(&codes));
}

static enum err check_commune(struct import *m, struct import_row *row)
{
	AUTO_TXN struct txn t = txn_read(m->app->store, STORE_PUBLIC);
	struct commune c;
	enum err e = *row->cell[PLACE_INSEE] ? commune_read(&t, m->arena, row->cell[PLACE_INSEE], &c) : ERR_OK;

	if (e == ERR_NOTFOUND)
		import_refuse(m, IMPORT_ESTABLISHMENT, row, PLACE_INSEE, "no commune has this code");
	if (!e && *row->cell[PLACE_INSEE])
		check_postal_code(m, row, &c);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

void import_check_class(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
			const struct import_thing *place)
{
	bool lacks = place->there && strcasecmp(place->type, "eaje") == 0 && !entry_is(place->entry, "habEaje");

	if (lacks && *row->cell[column] && strcmp(row->cell[column], "FALSE") != 0)
		import_refuse(m, kind, row, column, "this Eaje lacks the class habEaje in the directory");
}

/* What the refused cell hides is perhaps that one: a second of its name would make both ambiguous. */
static bool is_named_already(struct import *m, char kind, const char *name)
{
	bool several;

	return import_find(m, kind, name, &several) || several;
}

static enum err set_manager(struct import *m, struct import_row *row, struct import_thing *place,
			    const struct import_thing *manager)
{
	bool over = false;
	enum err e = import_handover_check(m, IMPORT_ESTABLISHMENT, row, PLACE_PROVIDER, place);

	if (!e)
		e = import_is_taken_over(m, row, place, manager, &over);
	if (!e && !over)
		place->parent = manager;
	import_handover_begin(m, place);
	return e;
}

static enum err resolve_place(struct import *m, struct import_row *row)
{
	const char *id = row->cell[PLACE_ID];
	struct import_thing *t = *id ? import_known(m, 'e', id) :
				       import_known(m, 'a',
						    import_spot(m, row->cell[PLACE_NAME], row->cell[PLACE_POSTAL],
								row->cell[PLACE_STREET]));
	struct import_thing *manager = import_provider_of(m, IMPORT_ESTABLISHMENT, row, PLACE_PROVIDER);
	enum err e = check_commune(m, row);

	if (t) {
		if (!import_settle(m, IMPORT_ESTABLISHMENT, row, t))
			return e;
		if (*row->cell[PLACE_TYPE] && strcasecmp(t->type, row->cell[PLACE_TYPE]) != 0)
			import_refuse(m, IMPORT_ESTABLISHMENT, row, PLACE_TYPE,
				      "is not that of this establishment in the directory");
		for (size_t i = PLACE_CATEGORY; i <= PLACE_AVIP; i++)
			import_check_class(m, IMPORT_ESTABLISHMENT, row, i, t);
	} else if (row->refused && !*id && is_named_already(m, 'f', text_fold(m->arena, row->cell[PLACE_NAME]))) {
		return e;
	} else {
		if (!e && !*id)
			e = number(m, NUMBER_ESTABLISHMENT, 'e', &id);
		if (e)
			return e;
		t = import_make(m, IMPORT_ESTABLISHMENT, row, id,
				dn_child(m->arena, "habEtablissementId", id, unit(m, "etablissements")));
		t->type = row->cell[PLACE_TYPE];
		import_name_thing(m, t, "", "");
		import_name_place(m, t, row->cell[PLACE_NAME], row->cell[PLACE_POSTAL], row->cell[PLACE_STREET]);
	}
	return e || !manager ? e : set_manager(m, row, t, manager);
}

/* --- people --- */

static struct import_thing *person_of(struct import *m, struct import_row *row, const struct import_thing *provider)
{
	const char *uid = row->cell[PERSON_UID], *id = row->cell[PERSON_NUMBER];
	struct import_thing *by_uid = import_known(m, 'u', uid), *by_number = import_known(m, 'n', id);
	struct import_thing *t = by_uid ? by_uid : by_number;

	if ((*uid && *id && by_uid != by_number) || (by_uid && *id && strcasecmp(by_uid->id, id) != 0))
		import_refuse(m, IMPORT_PERSON, row, PERSON_NUMBER, "number and identifier are not of one person");
	if (!*uid && !*id &&
	    (t = import_person_named(m, row->cell[PERSON_MAIL], row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME])) &&
	    t->parent != provider)
		t = NULL;
	return t;
}

/* Allowed: two of one town hall may share one, and who comes back has his own. */
static void warn_mail(struct import *m, const struct import_row *row)
{
	const char *mail = row->cell[PERSON_MAIL];
	bool several, gone;
	const struct import_thing *other = import_find(m, 'x', mail, &several), *left = import_find(m, 'y', mail, &gone);

	if (strcmp(row->cell[PERSON_STATUS], "terminee") == 0)
		return;
	if (other || several)
		import_warn(m, IMPORT_PERSON, row->line, "%s is the address of %s too: nobody can log in by it", mail,
			    other ? other->id : "others");
	else if (left || gone)
		import_warn(m, IMPORT_PERSON, row->line,
			    "%s is the address of %s too, who left: see that they are one person", mail,
			    left ? left->id : "others");
}

static enum err make_person(struct import *m, struct import_row *row, const struct import_thing *provider)
{
	const char *uid = row->cell[PERSON_UID], *id = row->cell[PERSON_NUMBER];
	enum err e = ERR_OK;
	bool free = true;

	if (*uid)
		e = agents_new_take(m->app, m->arena, &m->people, uid, &free);
	if (!free)
		import_refuse(m, IMPORT_PERSON, row, PERSON_UID, "was given before, and serves once");
	free = true;
	if (!e && *id)
		e = numbers_is_free(m->app, m->arena, NUMBER_AGENT, id, &free);
	if (!free)
		import_refuse(m, IMPORT_PERSON, row, PERSON_NUMBER, "was given before, and serves once");
	while (!e && (!*uid || (!*row->cell[PERSON_UID] && import_known(m, 'u', uid))))
		e = agents_new_uid(m->app, m->arena, &m->people, row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME], &uid);
	if (!e && !*id)
		e = number(m, NUMBER_AGENT, 'n', &id);
	if (e)
		return e;
	struct import_thing *t = import_make(m, IMPORT_PERSON, row, id, dn_child(m->arena, "uid", uid, provider->dn));

	t->uid = uid;
	t->parent = provider;
	warn_mail(m, row);
	import_name_mail(m, t, row->cell[PERSON_MAIL], row->cell[PERSON_STATUS]);
	import_name_person(m, t, row->cell[PERSON_MAIL], row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME]);
	return ERR_OK;
}

static enum err resolve_person(struct import *m, struct import_row *row)
{
	struct import_thing *provider = import_provider_of(m, IMPORT_PERSON, row, PERSON_PROVIDER), *t;

	if (!provider)
		return ERR_OK;
	t = person_of(m, row, provider);
	if (!t && row->refused && is_named_already(m, 'm', row->cell[PERSON_MAIL]))
		return ERR_OK;
	if (!t)
		return make_person(m, row, provider);
	if (!import_settle(m, IMPORT_PERSON, row, t) || row->refused)
		return ERR_OK;
	if (t->parent != provider)
		import_refuse(m, IMPORT_PERSON, row, PERSON_PROVIDER, "the identifier or number is of somebody else");
	else if (t->there && strcasecmp(t->there->is.person.mail, row->cell[PERSON_MAIL]) != 0)
		import_refuse(m, IMPORT_PERSON, row, PERSON_MAIL,
			      "is not that of the directory: correct it on the person's page");
	return ERR_OK;
}

/* Rows that name themselves first: what is drawn afterwards keeps clear of them. */
static bool is_named(enum import_kind kind, const struct import_row *row)
{
	switch (kind) {
	case IMPORT_PERSON:
		return *row->cell[PERSON_UID] && *row->cell[PERSON_NUMBER];
	default:
		return *row->cell[0] != '\0';
	}
}

/* A row that became nothing is one that others may have meant. */
static enum err resolve_row(struct import *m, enum import_kind kind, struct import_row *row)
{
	static enum err (*const resolve[])(struct import *, struct import_row *) = {
		[IMPORT_PROVIDER] = resolve_provider,          [IMPORT_ESTABLISHMENT] = resolve_place,
		[IMPORT_AGREEMENT] = import_resolve_agreement, [IMPORT_PERSON] = resolve_person,
		[IMPORT_RIGHT] = import_resolve_right,
	};
	enum err e = resolve[kind](m, row);

	m->files[kind].lost = m->files[kind].lost || !row->thing;
	return e;
}

enum err import_resolve(struct import *m)
{
	enum err e = ERR_OK;

	for (size_t k = 0; k < IMPORT__MAX && !e; k++)
		for (size_t pass = 0; pass < 2 && !e; pass++)
			for (size_t i = 0; i < m->files[k].n && !e; i++)
				if (is_named((enum import_kind)k, &m->files[k].v[i]) == !pass)
					e = resolve_row(m, (enum import_kind)k, &m->files[k].v[i]);
	return e;
}
