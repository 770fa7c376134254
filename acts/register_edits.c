/* The edits of what is settled: new entries whole, known ones only where they differ. */
#include "acts/register_import.h"

#include "acts/provider.h"
#include "acts/rights.h"
#include "base/text.h"

#include <string.h>

#define JOB_ENTRIES 200

struct edits *import_edits(struct import *m)
{
	if (!m->n_jobs || m->in_job == JOB_ENTRIES) {
		m->jobs = arena_more(m->arena, m->jobs, m->n_jobs, sizeof *m->jobs);
		m->jobs[m->n_jobs++] = edits_new(m->arena);
		m->in_job = 0;
	}
	m->in_job++;
	return m->jobs[m->n_jobs - 1];
}

/* --- what differs --- */

struct differing {
	struct import *m;
	struct strs names, values;
	struct buf told;
};

static struct differing differing_new(struct import *m)
{
	return (struct differing){ .m = m, .told = buf_new(m->arena) };
}

static void tell(struct differing *d, const char *attribute, const char *from, const char *to)
{
	buf_printf(&d->told, "%s%s \"%s\" → \"%s\"", d->told.n ? ", " : "", attribute, from, to);
}

static void differ(struct differing *d, const char *attribute, const char *wanted, const char *now)
{
	if (!*wanted || strcmp(wanted, now) == 0)
		return;
	strs_add(d->m->arena, &d->names, attribute);
	strs_add(d->m->arena, &d->values, wanted);
	tell(d, attribute, now, wanted);
}

/* As the directory has it, "" where it has none: the mirror keeps less of an entry. */
static const char *value_now(const struct import_thing *t, const char *attribute)
{
	const char *value = entry_text(t->entry, attribute);

	return value ? value : "";
}

/* However it was typed there. */
static void differ_phone(struct differing *d, const struct import_thing *t, const char *wanted)
{
	const char *now = value_now(t, "telephoneNumber"), *phone = now;

	differ(d, "telephoneNumber", wanted, text_phone(d->m->arena, now, &phone) ? now : phone);
}

static void edit_differing(struct differing *d, const struct import_thing *t, const char *kind)
{
	struct import *m = d->m;
	struct edits *x = d->names.n ? import_edits(m) : NULL;

	if (x)
		edits_on(x, t->there->uuid);
	for (size_t i = 0; i < d->names.n; i++)
		edits_set(x, d->names.v[i], d->values.v[i]);
	if (d->told.n)
		import_change(m, "changed %s %s: %s", kind, t->id, buf_str(&d->told));
}

static void set_filled(struct edits *x, const char *attribute, const char *value)
{
	if (*value)
		edits_set(x, attribute, value);
}

/* --- providers --- */

static enum err edit_provider(struct import *m, const struct import_row *r)
{
	const struct import_thing *t = r->thing;
	const char *street = r->cell[PROVIDER_STREET], *postal = r->cell[PROVIDER_POSTAL], *city = r->cell[PROVIDER_CITY];
	struct differing d = differing_new(m);

	if (t->there) {
		const struct provider *p = &t->there->is.provider;
		const char *lines = arena_printf(m->arena, "%s\n%s %s", street, postal, city);
		const char *address = provider_postal_address(m->arena, street, postal, city);

		differ(&d, "o", r->cell[PROVIDER_NAME], p->name);
		differ(&d, "postalAddress", strcmp(lines, p->address) == 0 ? "" : address, value_now(t, "postalAddress"));
		differ(&d, "street", street, value_now(t, "street"));
		differ(&d, "postalCode", postal, value_now(t, "postalCode"));
		differ(&d, "l", city, value_now(t, "l"));
		differ(&d, "mail", r->cell[PROVIDER_MAIL], p->mail);
		differ_phone(&d, t, r->cell[PROVIDER_PHONE]);
		edit_differing(&d, t, "provider");
		return ERR_OK;
	}
	provider_make(m->arena, import_edits(m),
		      &(struct provider_new){ .dn = t->dn,
					      .id = t->id,
					      .name = r->cell[PROVIDER_NAME],
					      .siret = r->cell[PROVIDER_SIRET],
					      .street = street,
					      .postal_code = postal,
					      .city = city,
					      .mail = r->cell[PROVIDER_MAIL],
					      .phone = r->cell[PROVIDER_PHONE] });
	import_change(m, "new provider %s (%s)", t->id, r->cell[PROVIDER_NAME]);
	return ERR_OK;
}

/* --- establishments --- */

static const struct {
	size_t cell;
	const char *attribute;
} place_attributes[] = {
	{ PLACE_NAME, "cn" },
	{ PLACE_CATEGORY, "habCategorieEaje" },
	{ PLACE_CAPACITY, "habCapacite" },
	{ PLACE_AVIP, "habAvip" },
	{ PLACE_STREET, "street" },
	{ PLACE_POSTAL, "postalCode" },
	{ PLACE_CITY, "l" },
	{ PLACE_INSEE, "habCodeInsee" },
	{ PLACE_POINT, "habCoordonnees" },
};

static const char *place_now(struct arena *a, const struct establishment *e, size_t cell)
{
	switch (cell) {
	case PLACE_NAME:
		return e->name;
	case PLACE_CATEGORY:
		return text_upper(a, e->category);
	case PLACE_CAPACITY:
		return e->capacity ? arena_printf(a, "%llu", (unsigned long long)e->capacity) : "";
	case PLACE_AVIP:
		return e->avip ? "TRUE" : "FALSE";
	case PLACE_STREET:
		return e->street;
	case PLACE_POSTAL:
		return e->postal_code;
	case PLACE_CITY:
		return e->city;
	case PLACE_INSEE:
		return e->insee;
	default:
		return e->coordinates;
	}
}

static enum err edit_place(struct import *m, const struct import_row *r)
{
	const struct import_thing *t = r->thing;
	bool eaje = strcmp(r->cell[PLACE_TYPE], "EAJE") == 0;
	struct differing d = differing_new(m);

	if (t->there) {
		const struct establishment *e = &t->there->is.establishment;

		for (size_t i = 0; i < LENGTH(place_attributes); i++) {
			bool other = place_attributes[i].cell == PLACE_AVIP && !eaje;

			differ(&d, place_attributes[i].attribute, other ? "" : r->cell[place_attributes[i].cell],
			       place_now(m->arena, e, place_attributes[i].cell));
		}
		if (t->moved) {
			const struct import_thing *now = import_known(m, 'k', e->manager_key);

			tell(&d, "habGestionnaire", now ? now->id : "", t->parent->id);
		}
		edit_differing(&d, t, "establishment");
		return t->moved ? import_handover_edit(m, import_edits(m), t) : ERR_OK;
	}
	struct edits *x = import_edits(m);

	edits_make(x, t->dn, eaje ? "habEtablissement habEaje" : "habEtablissement");
	edits_set(x, "habEtablissementId", t->id);
	edits_set(x, "habTypeEtablissement", r->cell[PLACE_TYPE]);
	for (size_t i = 0; i < LENGTH(place_attributes); i++)
		if (eaje || place_attributes[i].cell != PLACE_AVIP)
			set_filled(x, place_attributes[i].attribute, r->cell[place_attributes[i].cell]);
	if (t->parent)
		edits_set(x, "habGestionnaire", t->parent->dn);
	import_change(m, "new establishment %s (%s)", t->id, r->cell[PLACE_NAME]);
	return ERR_OK;
}

/* --- conventions --- */

/* What the file says this convention covers and the directory does not yet; of one that is there, their ids. */
static const char *put_covered(struct import *m, const struct import_thing *t, struct edits **x)
{
	struct buf ids = buf_new(m->arena);

	for (size_t i = 0; i < m->n_things; i++) {
		const struct import_thing *place = m->things[i];

		if (place->kind != IMPORT_ESTABLISHMENT || place->parent != t->parent)
			continue;
		if (!import_known(m, 'v', import_pair(m, t, place)))
			continue;
		if (t->there && strs_has(&t->there->is.agreement.covered_keys, place->key))
			continue;
		if (!*x) {
			*x = import_edits(m);
			edits_on(*x, t->there->uuid);
		}
		edits_put(*x, "habEtablissementCouvert", place->dn);
		if (!t->there)
			continue;
		import_change(m, "convention %s covers %s", t->id, place->id);
		buf_printf(&ids, "%s%s", ids.n ? ", " : "", place->id);
	}
	return buf_str(&ids);
}

static const char *joined(struct import *m, const char *one, const char *more)
{
	return *one && *more ? arena_printf(m->arena, "%s, %s", one, more) : *one ? one : more;
}

void import_note_written(struct import *m, const struct import_thing *agreement, const char *covers, const char *leaves)
{
	struct import_written *w;
	size_t i = 0;

	while (i < m->n_written && m->written[i].agreement != agreement)
		i++;
	if (i == m->n_written) {
		m->written = arena_more(m->arena, m->written, m->n_written, sizeof *m->written);
		m->written[m->n_written++] = (struct import_written){ agreement, "", "" };
	}
	w = &m->written[i];
	w->covers = joined(m, w->covers, covers);
	w->leaves = joined(m, w->leaves, leaves);
}

static enum err edit_agreement(struct import *m, const struct import_row *r)
{
	const struct import_thing *t = r->thing;
	struct agreement g = import_agreement(t);
	struct edits *x = NULL;

	if (t->there) {
		const char *covers = put_covered(m, t, &x);

		if (*covers)
			import_note_written(m, t, covers, "");
		return ERR_OK;
	}
	x = import_edits(m);
	edits_make(x, t->dn, "habConvention");
	edits_set(x, "habConventionNumero", t->id);
	edits_first(x, "habStatut", g.status);
	edits_set(x, "habDateSignatureFournisseur", r->cell[DEAL_SIGNED_PROVIDER]);
	edits_set(x, "habDateSignatureCaf", r->cell[DEAL_SIGNED_CAF]);
	edits_set(x, "habDateEffet", day_ldap(m->arena, (day_t)g.effect));
	edits_first(x, "habDateEcheance", day_ldap(m->arena, (day_t)g.due));
	edits_set(x, "habTaciteReconduction", g.not_tacit ? "FALSE" : "TRUE");
	set_filled(x, "habSignataireNom", r->cell[DEAL_SIGNATORY]);
	set_filled(x, "habSignataireFonction", r->cell[DEAL_TITLE]);
	set_filled(x, "habReferencePrefecture", r->cell[DEAL_PREFECTURE]);
	(void)put_covered(m, t, &x);
	import_note_written(m, t, "", "");
	import_change(m, "new convention %s of %s", t->id, t->parent->id);
	return ERR_OK;
}

/* --- people and rights --- */

static void note_told(struct import *m, const struct import_told *told)
{
	m->told = arena_more(m->arena, m->told, m->n_told, sizeof *m->told);
	m->told[m->n_told++] = *told;
}

static enum err edit_person(struct import *m, const struct import_row *r)
{
	const struct import_thing *t = r->thing;
	const char *name = arena_printf(m->arena, "%s %s", r->cell[PERSON_GIVEN], r->cell[PERSON_SURNAME]);
	const char *status = *r->cell[PERSON_STATUS] ? r->cell[PERSON_STATUS] : "active";
	struct differing d = differing_new(m);

	if (t->there) {
		const struct person *p = &t->there->is.person;

		differ(&d, "sn", r->cell[PERSON_SURNAME], p->surname);
		differ(&d, "givenName", r->cell[PERSON_GIVEN], p->given_name);
		differ(&d, "cn", name, p->name);
		differ(&d, "displayName", name, value_now(t, "displayName"));
		differ(&d, "title", r->cell[PERSON_TITLE], p->title);
		differ_phone(&d, t, r->cell[PERSON_PHONE]);
		edit_differing(&d, t, "person");
		return ERR_OK;
	}
	bool mailed = m->o.passwords && strcmp(status, "active") == 0;

	agent_new_make(m->arena, import_edits(m),
		       &(struct agent_new){ .dn = t->dn,
					    .uid = t->uid,
					    .number = t->id,
					    .given_name = r->cell[PERSON_GIVEN],
					    .surname = r->cell[PERSON_SURNAME],
					    .title = r->cell[PERSON_TITLE],
					    .mail = r->cell[PERSON_MAIL],
					    .phone = r->cell[PERSON_PHONE],
					    .status = status,
					    .mailed = mailed });
	note_told(m, &(struct import_told){ .person = t });
	import_change(m, "new person %s (%s) of %s, %s%s", t->id, t->uid, t->parent->id, status,
		      mailed ? ": a temporary password will be mailed" : "");
	return ERR_OK;
}

bool import_has_right(const struct import_thing *person, const struct import_thing *place, size_t family)
{
	if (!place->there || (place->moved && !(place->own_stay && person->parent == place->parent)))
		return false;
	return strs_has(family ? &place->there->is.establishment.places_keys : &place->there->is.establishment.listing_keys,
			person->key);
}

static enum err edit_right(struct import *m, const struct import_row *r)
{
	static const char *const attributes[] = { "habDroitFonctionnement", "habDroitDisponibilites" };
	const struct import_thing *place = r->thing->parent;
	struct import_told told = { .person = import_known(m, 'k', r->thing->key), .place = place };
	struct edits *x = NULL;

	for (size_t i = 0; i < LENGTH(attributes); i++) {
		bool wanted = strcmp(r->cell[RIGHT_LISTING + i], "TRUE") == 0;
		bool has = told.person && import_has_right(told.person, place, i);

		if (wanted == has || !*r->cell[RIGHT_LISTING + i])
			continue;
		if (!x) {
			x = import_edits(m);
			if (place->there)
				edits_on(x, place->there->uuid);
			else
				edits_make(x, place->dn, "habEtablissement habEaje");
		}
		if (wanted)
			edits_put(x, attributes[i], r->thing->dn);
		else
			edits_drop(x, attributes[i], r->thing->dn);
		*(wanted ? &told.given : &told.taken) |= i ? FAMILY_PLACES : FAMILY_LISTING;
		import_change(m, "%s right of %s on %s: %s", wanted ? "new" : "removed", r->thing->id, place->id,
			      i ? "free places" : "listing");
	}
	if (x && told.person)
		note_told(m, &told);
	return ERR_OK;
}

enum err import_edit_all(struct import *m)
{
	static enum err (*const edit[])(struct import *, const struct import_row *) = {
		[IMPORT_PROVIDER] = edit_provider,   [IMPORT_ESTABLISHMENT] = edit_place,
		[IMPORT_AGREEMENT] = edit_agreement, [IMPORT_PERSON] = edit_person,
		[IMPORT_RIGHT] = edit_right,
	};
	enum err e = ERR_OK;

	for (size_t k = 0; k < IMPORT__MAX; k++)
		for (size_t i = 0; i < m->files[k].n && !e; i++)
			e = edit[k](m, &m->files[k].v[i]);
	return e;
}
