/* The rows against each other and against what is there: which entry each is about, and whether it may. */
#include "acts/register_import.h"

#include "acts/calendar.h"
#include "acts/commune.h"
#include "acts/right_history.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

static void fault(struct import *m, enum import_kind kind, struct import_row *row, size_t column, const char *what)
{
	import_refuse(m, kind, row, column, "%s", what);
}

/* A row means what is not there. Where rows of that kind are lost it may be one of them: their own faults are told. */
static void unknown(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
		    enum import_kind meant, const char *what)
{
	if (m->files[meant].lost)
		row->refused = true;
	else
		fault(m, kind, row, column, what);
}

static bool is_refused(const struct import_thing *t)
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

/* The row speaks of a thing that is there: of ours, and of no other row. False: it may not, and nothing more is to be said. */
static bool settle(struct import *m, enum import_kind kind, struct import_row *row, struct import_thing *t)
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

static struct import_thing *make(struct import *m, enum import_kind kind, struct import_row *row, const char *id,
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

static struct import_thing *provider_of(struct import *m, enum import_kind kind, struct import_row *row, size_t column)
{
	const char *cell = row->cell[column];
	struct import_thing *t = import_known(m, 'p', cell);

	if (!t)
		t = import_known(m, 's', cell);
	if (t && !import_is_ours(m, t))
		t = NULL;
	if (!t && *cell)
		unknown(m, kind, row, column, IMPORT_PROVIDER, "no provider of this Caf has this identifier or SIRET");
	return t;
}

static enum err resolve_provider(struct import *m, struct import_row *row)
{
	const char *id = row->cell[PROVIDER_ID];
	struct import_thing *named = import_known(m, 'p', id), *known = import_known(m, 's', row->cell[PROVIDER_SIRET]);
	enum err e = ERR_OK;

	if (*id && !named && known) {
		fault(m, IMPORT_PROVIDER, row, PROVIDER_SIRET, "another provider has it");
		return ERR_OK;
	}
	named = named ? named : known;
	if (named) {
		if (settle(m, IMPORT_PROVIDER, row, named) && named->there && *row->cell[PROVIDER_SIRET] &&
		    strcmp(named->there->is.provider.siret, row->cell[PROVIDER_SIRET]) != 0)
			fault(m, IMPORT_PROVIDER, row, PROVIDER_SIRET, "is not that of this provider in the directory");
		return ERR_OK;
	}
	if (!*id)
		e = number(m, NUMBER_PROVIDER, 'p', &id);
	if (!e)
		import_name_thing(m,
				  make(m, IMPORT_PROVIDER, row, id,
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
		fault(m, IMPORT_ESTABLISHMENT, row, PLACE_INSEE, "no commune has this code");
	if (!e && *row->cell[PLACE_INSEE])
		check_postal_code(m, row, &c);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Hands that changed a type may have left it out: the directory keeps nothing of an Eaje's there. */
static void check_class(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
			const struct import_thing *place)
{
	bool lacks = place->there && strcasecmp(place->type, "eaje") == 0 && !entry_is(place->entry, "habEaje");

	if (lacks && *row->cell[column] && strcmp(row->cell[column], "FALSE") != 0)
		fault(m, kind, row, column, "this Eaje lacks the class habEaje in the directory");
}

/* What the refused cell hides is perhaps that one: a second of its name would make both ambiguous. */
static bool is_named_already(struct import *m, char kind, const char *name)
{
	bool several;

	return import_find(m, kind, name, &several) || several;
}

/* When what they had together ended, as the store has kept it; 0: it lasts, or never was. */
static enum err ended(struct import *m, const struct import_thing *subject, const struct import_thing *place,
		      unsigned family, int64_t *out)
{
	AUTO_TXN struct txn t = txn_read(m->app->store, STORE_MAIN);

	*out = 0;
	return subject->there && place->there ?
		       right_period_end(&t, m->arena, subject->there->uuid, &place->there->uuid, family, out) :
		       ERR_OK;
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

static enum err set_manager(struct import *m, const struct import_row *row, struct import_thing *place,
			    const struct import_thing *manager)
{
	bool left = false;
	enum err e =
		place->there && place->parent && place->parent != manager ? has_left(m, place, manager, &left) : ERR_OK;

	if (left)
		import_warn(m, IMPORT_ESTABLISHMENT, row->line,
			    "%s was taken over from %s and stays with %s: an amendment of the convention brings it back",
			    place->id, manager->id, place->parent->id);
	else
		place->parent = manager;
	return e;
}

static enum err resolve_place(struct import *m, struct import_row *row)
{
	const char *id = row->cell[PLACE_ID];
	struct import_thing *t = *id ? import_known(m, 'e', id) :
				       import_known(m, 'a',
						    import_spot(m, row->cell[PLACE_NAME], row->cell[PLACE_POSTAL],
								row->cell[PLACE_STREET]));
	struct import_thing *manager = provider_of(m, IMPORT_ESTABLISHMENT, row, PLACE_PROVIDER);
	enum err e = check_commune(m, row);

	if (t) {
		if (!settle(m, IMPORT_ESTABLISHMENT, row, t))
			return e;
		if (*row->cell[PLACE_TYPE] && strcasecmp(t->type, row->cell[PLACE_TYPE]) != 0)
			fault(m, IMPORT_ESTABLISHMENT, row, PLACE_TYPE,
			      "is not that of this establishment in the directory");
		for (size_t i = PLACE_CATEGORY; i <= PLACE_AVIP; i++)
			check_class(m, IMPORT_ESTABLISHMENT, row, i, t);
	} else if (row->refused && !*id && is_named_already(m, 'f', text_fold(m->arena, row->cell[PLACE_NAME]))) {
		return e;
	} else {
		if (!e && !*id)
			e = number(m, NUMBER_ESTABLISHMENT, 'e', &id);
		if (e)
			return e;
		t = make(m, IMPORT_ESTABLISHMENT, row, id,
			 dn_child(m->arena, "habEtablissementId", id, unit(m, "etablissements")));
		t->type = row->cell[PLACE_TYPE];
		import_name_thing(m, t, "", "");
		import_name_place(m, t, row->cell[PLACE_NAME], row->cell[PLACE_POSTAL], row->cell[PLACE_STREET]);
	}
	return e || !manager ? e : set_manager(m, row, t, manager);
}

/* --- conventions --- */

/* False: it is not to be covered, and why is told. */
static enum err may_cover(struct import *m, const struct import_row *row, const struct import_thing *place, bool *out)
{
	const struct import_thing *deal = row->thing;
	bool covers = deal->there && strs_has(&deal->there->is.agreement.covered_keys, place->key);
	int64_t end = 0;
	enum err e = covers ? ERR_OK : ended(m, deal, place, PERIOD_COVERED, &end);

	*out = !end;
	if (!e && end)
		import_warn(m, IMPORT_AGREEMENT, row->line,
			    "%s was taken out of convention %s and stays out: an amendment brings it back", place->id,
			    deal->id);
	return e;
}

static enum err cover(struct import *m, struct import_row *row, const char *id)
{
	struct import_thing *place = import_known(m, 'e', id);
	bool may = false;
	enum err e = ERR_OK;

	if (!place || !import_is_ours(m, place))
		unknown(m, IMPORT_AGREEMENT, row, DEAL_COVERED, IMPORT_ESTABLISHMENT,
			arena_printf(m->arena, "no establishment of this Caf is %s", id));
	else if ((e = may_cover(m, row, place, &may)) || !may)
		return e;
	else if (place->parent != row->thing->parent && is_refused(place))
		row->refused = true;
	else if (place->parent != row->thing->parent)
		import_refuse(m, IMPORT_AGREEMENT, row, DEAL_COVERED, "%s is not managed by this provider", id);
	else
		import_name_covered(m, row->thing, place);
	return ERR_OK;
}

static enum err cover_managed(struct import *m, struct import_row *row)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < m->n_things && !e; i++) {
		const struct import_thing *place = m->things[i];
		bool may = false;

		if (place->kind == IMPORT_ESTABLISHMENT && place->parent == row->thing->parent)
			e = may_cover(m, row, place, &may);
		if (!e && may)
			import_name_covered(m, row->thing, place);
	}
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

		e = cover(m, row, arena_memdup(m->arena, list, n));
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
		fault(m, IMPORT_AGREEMENT, row, DEAL_DUE, wrong);
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
			fault(m, IMPORT_AGREEMENT, row, column, "lies in the future");
		else if (known && known != days[i])
			fault(m, IMPORT_AGREEMENT, row, column, "is not that of this convention in the directory");
	}
	if (!row->refused)
		check_due(m, row, days[0] > days[1] ? days[0] : days[1]);
}

static enum err resolve_agreement(struct import *m, struct import_row *row)
{
	const char *id = row->cell[DEAL_NUMBER];
	struct import_thing *t = import_known(m, 'g', id),
			    *provider = provider_of(m, IMPORT_AGREEMENT, row, DEAL_PROVIDER);

	if (!provider)
		return ERR_OK;
	if (t) {
		if (!settle(m, IMPORT_AGREEMENT, row, t))
			return ERR_OK;
		if (t->parent != provider) {
			fault(m, IMPORT_AGREEMENT, row, DEAL_PROVIDER, "this convention is another provider's");
			row->thing = NULL;
			return ERR_OK;
		}
	} else {
		t = make(m, IMPORT_AGREEMENT, row, id, dn_child(m->arena, "habConventionNumero", id, provider->dn));
		t->parent = provider;
		import_name_thing(m, t, "", "");
	}
	check_days(m, row);
	return cover_all(m, row);
}

/* --- people --- */

static struct import_thing *person_of(struct import *m, struct import_row *row, const struct import_thing *provider)
{
	const char *uid = row->cell[PERSON_UID], *id = row->cell[PERSON_NUMBER];
	struct import_thing *by_uid = import_known(m, 'u', uid), *by_number = import_known(m, 'n', id);
	struct import_thing *t = by_uid ? by_uid : by_number;

	if ((*uid && *id && by_uid != by_number) || (by_uid && *id && strcasecmp(by_uid->id, id) != 0))
		fault(m, IMPORT_PERSON, row, PERSON_NUMBER, "number and identifier are not of one person");
	if (!*uid && !*id &&
	    (t = import_person_named(m, row->cell[PERSON_MAIL], row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME])) &&
	    t->parent != provider)
		t = NULL;
	return t;
}

/* Allowed: two of one town hall may share one. */
static void warn_mail(struct import *m, const struct import_row *row)
{
	bool several;
	const struct import_thing *other = import_find(m, 'x', row->cell[PERSON_MAIL], &several);

	if (other || several)
		import_warn(m, IMPORT_PERSON, row->line, "%s is the address of %s too: nobody can log in by it",
			    row->cell[PERSON_MAIL], other ? other->id : "others");
}

static enum err make_person(struct import *m, struct import_row *row, const struct import_thing *provider)
{
	const char *uid = row->cell[PERSON_UID], *id = row->cell[PERSON_NUMBER];
	enum err e = ERR_OK;
	bool free = true;

	if (*uid)
		e = agents_new_take(m->app, m->arena, &m->people, uid, &free);
	if (!free)
		fault(m, IMPORT_PERSON, row, PERSON_UID, "was given before, and serves once");
	free = true;
	if (!e && *id)
		e = numbers_is_free(m->app, m->arena, NUMBER_AGENT, id, &free);
	if (!free)
		fault(m, IMPORT_PERSON, row, PERSON_NUMBER, "was given before, and serves once");
	while (!e && (!*uid || (!*row->cell[PERSON_UID] && import_known(m, 'u', uid))))
		e = agents_new_uid(m->app, m->arena, &m->people, row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME], &uid);
	if (!e && !*id)
		e = number(m, NUMBER_AGENT, 'n', &id);
	if (e)
		return e;
	struct import_thing *t = make(m, IMPORT_PERSON, row, id, dn_child(m->arena, "uid", uid, provider->dn));

	t->uid = uid;
	t->parent = provider;
	warn_mail(m, row);
	import_name_add(m, 'x', row->cell[PERSON_MAIL], t);
	import_name_person(m, t, row->cell[PERSON_MAIL], row->cell[PERSON_GIVEN], row->cell[PERSON_SURNAME]);
	return ERR_OK;
}

static enum err resolve_person(struct import *m, struct import_row *row)
{
	struct import_thing *provider = provider_of(m, IMPORT_PERSON, row, PERSON_PROVIDER), *t;

	if (!provider)
		return ERR_OK;
	t = person_of(m, row, provider);
	if (!t && row->refused && is_named_already(m, 'm', row->cell[PERSON_MAIL]))
		return ERR_OK;
	if (!t)
		return make_person(m, row, provider);
	if (!settle(m, IMPORT_PERSON, row, t) || row->refused)
		return ERR_OK;
	if (t->parent != provider)
		fault(m, IMPORT_PERSON, row, PERSON_PROVIDER, "the identifier or number is of somebody else");
	else if (t->there && strcasecmp(t->there->is.person.mail, row->cell[PERSON_MAIL]) != 0)
		fault(m, IMPORT_PERSON, row, PERSON_MAIL, "is not that of the directory: correct it on the person's page");
	return ERR_OK;
}

/* --- rights --- */

/* Once all is written; of somebody who is there the directory tells, and no right is given to whom the file sees gone. */
static const char *status_of(const struct import_thing *p)
{
	const char *said = p->row ? p->row->cell[PERSON_STATUS] : "";

	if (p->there && strcmp(said, "terminee") != 0)
		return p->there->is.person.status;
	return *said ? said : "active";
}

/* A convention that the file has, and that cannot be read whole, might cover it. */
static bool may_be_covered(struct import *m, const struct import_thing *provider)
{
	bool may = m->files[IMPORT_AGREEMENT].lost;

	for (size_t i = 0; !may && i < m->files[IMPORT_AGREEMENT].n; i++) {
		const struct import_row *r = &m->files[IMPORT_AGREEMENT].v[i];

		may = r->refused && (!r->thing || r->thing->parent == provider);
	}
	return may;
}

static void check_given(struct import *m, struct import_row *row, const struct import_thing *p,
			const struct import_thing *place)
{
	const char *status = status_of(p);
	bool several;

	if (!p->parent || p->parent != place->parent)
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "%s is no agent of the manager of %s", p->id, place->id);
	else if (!import_find(m, 'i', import_pair(m, place->parent, place), &several) && !several &&
		 !may_be_covered(m, place->parent))
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "no convention of %s in force covers %s",
			      place->parent->id, place->id);
	/* who is suspended may find his rights again */
	if (strcmp(status, "active") != 0 && strcmp(status, "suspendue") != 0)
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "%s is %s", p->id,
			      *status ? status : "of no known status");
}

static struct import_thing *either(struct import *m, struct import_row *row, size_t column, const char *kinds,
				   enum import_kind meant, const char *what)
{
	bool several = false;
	struct import_thing *t = NULL;

	for (const char *k = kinds; *k && !t && !several; k++)
		t = import_find(m, *k, *k == 'f' ? text_fold(m->arena, row->cell[column]) : row->cell[column], &several);
	if (several)
		fault(m, IMPORT_RIGHT, row, column, "means more than one: give the number");
	else if ((!t || !import_is_ours(m, t)) && *row->cell[column])
		unknown(m, IMPORT_RIGHT, row, column, meant, what);
	return t && import_is_ours(m, t) ? t : NULL;
}

/* Removed while the convention that covers it now ran, or by what took the establishment from its provider: not a right that ended
   with a former convention. */
static enum err was_removed(struct import *m, const struct import_thing *p, const struct import_thing *place,
			    unsigned family, bool *out)
{
	bool several;
	const struct import_thing *deal =
		p->parent ? import_find(m, 'i', import_pair(m, p->parent, place), &several) : NULL;
	int64_t end, effect = deal ? import_agreement(deal).effect : 0;
	enum err e = ended(m, p, place, family, &end);

	*out = !e && end && day_of(end) >= effect;
	return e;
}

/* What the row would give: a right that was removed is not, and loses its cell. *gives: any is left. */
static enum err take_given(struct import *m, struct import_row *row, const struct import_thing *p,
			   const struct import_thing *place, bool *gives)
{
	static const struct {
		unsigned family;
		const char *name;
	} families[] = { { FAMILY_LISTING, "listing" }, { FAMILY_PLACES, "free places" } };
	enum err e = ERR_OK;

	*gives = false;
	for (size_t i = 0; i < LENGTH(families) && !e; i++) {
		const char **cell = &row->cell[RIGHT_LISTING + i];
		bool removed;

		if (strcmp(*cell, "TRUE") != 0 || import_has_right(p, place, i))
			continue;
		e = was_removed(m, p, place, families[i].family, &removed);
		if (!e && removed) {
			import_warn(m, IMPORT_RIGHT, row->line,
				    "the right of %s on %s (%s) was removed and stays so: an amendment gives it back",
				    p->id, place->id, families[i].name);
			*cell = "";
		}
		*gives = *gives || (!e && !removed);
	}
	return e;
}

static enum err resolve_right(struct import *m, struct import_row *row)
{
	struct import_thing *p = either(m, row, RIGHT_PERSON, "num", IMPORT_PERSON, "no agent of this Caf");
	struct import_thing *place =
		either(m, row, RIGHT_PLACE, "ef", IMPORT_ESTABLISHMENT, "no establishment of this Caf");
	bool gives;

	if (!p || !place)
		return ERR_OK;
	if (import_known(m, 'r', import_pair(m, p, place))) {
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "another line speaks of %s and %s", p->id, place->id);
		return ERR_OK;
	}
	row->thing = import_thing_add(m, &(struct import_thing){ .kind = IMPORT_RIGHT,
								 .row = row,
								 .id = p->id,
								 .uid = place->id,
								 .dn = p->dn,
								 .key = p->key,
								 .type = "",
								 .parent = place });
	import_name_add(m, 'r', import_pair(m, p, place), row->thing);
	check_class(m, IMPORT_RIGHT, row, RIGHT_PLACES, place);
	if (is_refused(p) || is_refused(place))
		return ERR_OK;
	if (strcmp(row->cell[RIGHT_PLACES], "TRUE") == 0 && strcasecmp(place->type, "eaje") != 0)
		fault(m, IMPORT_RIGHT, row, RIGHT_PLACES, "only an Eaje has free places");
	enum err e = take_given(m, row, p, place, &gives);

	if (!e && gives)
		check_given(m, row, p, place);
	return e;
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
		[IMPORT_PROVIDER] = resolve_provider,   [IMPORT_ESTABLISHMENT] = resolve_place,
		[IMPORT_AGREEMENT] = resolve_agreement, [IMPORT_PERSON] = resolve_person,
		[IMPORT_RIGHT] = resolve_right,
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
