/* Managers, rights, conventions and what these cover. A right counts when the person is an active agent of the establishment's
   manager and a convention of that provider in force covers it (rights.h): each way in which that fails is a finding. */
#include "acts/directory_lint.h"

#include "acts/calendar.h"
#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/rights.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define VALUE_LENGTH 120

static const char *shown(struct lint *l, const struct entry *e, const char *name)
{
	const char *value = entry_text(e, name);

	return value ? text_cut(l->arena, value, VALUE_LENGTH) : "";
}

/* --- codes of an establishment --- */

static void check_codes(struct lint *l, const struct lint_entry *e)
{
	const struct establishment *x = &e->is.is.establishment;
	const char *type = shown(l, e->entry, "habTypeEtablissement"), *category = shown(l, e->entry, "habCategorieEaje");
	bool eaje = strcmp(x->type, "eaje") == 0;
	struct commune c;

	if (l->communes && *x->insee && commune_read(l->communes, l->arena, x->insee, &c) == ERR_NOTFOUND)
		lint_say(l, e->subject, "unknown commune %s (habCodeInsee)", shown(l, e->entry, "habCodeInsee"));
	if (!*x->type)
		lint_say(l, e->subject, "unknown type %s", type);
	else if (*category && !eaje)
		lint_say(l, e->subject, "category %s of an Eaje on the type %s", category, type);
	if (*category && eaje && !*x->category)
		lint_say(l, e->subject, "unknown category %s", category);
	if (eaje && !entry_is(e->entry, "habEaje"))
		lint_say(l, e->subject, "an Eaje without the class habEaje: no category, no capacity, no free places");
	if (!*x->caf)
		lint_say(l, e->subject, "stands under no Caf's ou=etablissements");
	if (*x->type && !eaje && x->places_keys.n)
		lint_say(l, e->subject, "rights to free places on the type %s", type);
}

/* --- the manager --- */

static const struct lint_entry *manager_of(struct lint *l, const struct lint_entry *e)
{
	const struct establishment *x = &e->is.is.establishment;
	const struct lint_entry *p = lint_find(l, MIRROR_KIND_PROVIDER, x->manager_key);

	if (!*x->manager_key)
		lint_say(l, e->subject, "has no manager (habGestionnaire)");
	else if (!p)
		lint_say(l, e->subject, "its manager is no provider: %s", shown(l, e->entry, "habGestionnaire"));
	else if (*x->caf && strcmp(p->is.is.provider.caf, x->caf) != 0)
		lint_say(l, e->subject, "its manager %s is a provider of another Caf", p->subject);
	return p;
}

/* --- the agreements of a provider --- */

static const struct lint_entry *const *agreements_from(const struct lint *l, const char *provider_key, size_t *n)
{
	size_t low = 0, high = l->n_agreements;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(l->agreements[middle]->is.is.agreement.provider_key, provider_key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < l->n_agreements; ++*n)
		if (strcmp(l->agreements[low + *n]->is.is.agreement.provider_key, provider_key) != 0)
			break;
	return l->agreements + low;
}

/* Why an agreement is not in force. */
static const char *why_not(struct lint *l, const struct agreement *g)
{
	if (strcmp(g->status, "active") != 0)
		return arena_printf(l->arena, "%s is not active", g->number);
	if (!g->effect || g->effect > l->today)
		return arena_printf(l->arena, "%s has no effect yet", g->number);
	return arena_printf(l->arena, "%s is past its term", g->number);
}

static void check_coverage(struct lint *l, const struct lint_entry *e, const struct lint_entry *provider)
{
	const struct establishment *x = &e->is.is.establishment;
	size_t n, in_force = 0;
	const struct lint_entry *const *list = agreements_from(l, provider->is.key, &n);
	const char *why = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct agreement *g = &list[i]->is.is.agreement;

		if (agreement_covers(g, x, l->today))
			return;
		in_force += agreement_in_force(g, l->today);
		if (strs_has(&g->covered_keys, x->key))
			why = why_not(l, g);
	}
	if (!n)
		lint_say(l, e->subject, "has rights, and its manager %s no convention", provider->subject);
	else if (why)
		lint_say(l, e->subject, "has rights, and no convention in force: %s", why);
	else if (!in_force)
		lint_say(l, e->subject, "has rights, and its manager %s no convention in force", provider->subject);
	else
		lint_say(l, e->subject, "has rights, and no convention of %s covers it", provider->subject);
}

/* --- rights --- */

/* What is wrong with this holder; NULL: nothing. managed: there is a provider whose he may be or not. */
static const char *holder_fault(struct lint *l, const struct establishment *x, bool managed, const char *key)
{
	const struct lint_entry *holder = lint_find(l, MIRROR_KIND_PERSON, key);

	if (!holder)
		return arena_printf(l->arena, "nobody: %s", text_cut(l->arena, key, VALUE_LENGTH));
	const struct person *p = &holder->is.is.person;
	const char *status = entry_text(holder->entry, "habStatut");

	if (!p->agent)
		return arena_printf(l->arena, "%s, who is no agent of a provider", holder->subject);
	if (strcmp(p->caf, x->caf) != 0)
		return arena_printf(l->arena, "%s, an agent of another Caf", holder->subject);
	if (managed && strcmp(p->provider_key, x->manager_key) != 0)
		return arena_printf(l->arena, "%s, an agent of another provider", holder->subject);
	if (strcmp(p->status, "terminee") == 0)
		return arena_printf(l->arena, "%s, who left", holder->subject);
	/* who is suspended may find his rights again */
	if (strcmp(p->status, "active") != 0 && strcmp(p->status, "suspendue") != 0)
		return arena_printf(l->arena, "%s, whose status is %s", holder->subject,
				    status ? text_cut(l->arena, status, VALUE_LENGTH) : "unreadable");
	return NULL;
}

static void check_rights(struct lint *l, const struct lint_entry *e, bool managed, const char *attribute,
			 const struct strs *keys, const char *family)
{
	struct strs values = entry_texts(l->arena, e->entry, attribute);

	for (size_t i = 0; i < keys->n; i++) {
		const char *fault = holder_fault(l, &e->is.is.establishment, managed, keys->v[i]);

		if (fault)
			lint_say(l, e->subject, "right to the %s of %s", family, fault);
	}
	for (size_t i = 0; i < values.n; i++) {
		const char *normal;

		if (dn_normal(l->arena, values.v[i], &normal))
			lint_say(l, e->subject, "right to the %s of what is no DN: %s", family,
				 text_cut(l->arena, values.v[i], VALUE_LENGTH));
	}
}

void lint_establishment(struct lint *l, const struct lint_entry *e)
{
	const struct establishment *x = &e->is.is.establishment;
	const struct lint_entry *provider;

	check_codes(l, e);
	provider = manager_of(l, e);
	check_rights(l, e, provider != NULL, "habDroitFonctionnement", &x->listing_keys, "listing");
	check_rights(l, e, provider != NULL, "habDroitDisponibilites", &x->places_keys, "free places");
	if (provider && (x->listing_keys.n || x->places_keys.n))
		check_coverage(l, e, provider);
}

/* --- conventions --- */

/* The due day decides, whatever the letter's day: nothing else says that it came too late for it. */
static void check_notice(struct lint *l, const struct lint_entry *e)
{
	const struct agreement *g = &e->is.is.agreement;
	day_t received = (day_t)g->termination, due = (day_t)g->due, stops = agreement_stopped_on(g, received);

	if (received && due && stops > due)
		lint_say(l, e->subject,
			 "ends on %s, and its letter of termination was received on %s, after the last day of notice (%s): it "
			 "should end on %s",
			 day_iso(l->arena, due), day_iso(l->arena, received),
			 day_iso(l->arena, agreement_notice_limit(due)), day_iso(l->arena, stops));
}

static void check_dates(struct lint *l, const struct lint_entry *e)
{
	const struct agreement *g = &e->is.is.agreement;
	int64_t later = g->signed_caf > g->signed_provider ? g->signed_caf : g->signed_provider;

	if (!g->signed_caf || !g->signed_provider)
		lint_say(l, e->subject, "is active and lacks a date of signature");
	else if (g->effect != later)
		lint_say(l, e->subject, "takes effect on %s, and its later signature is of %s",
			 day_iso(l->arena, (day_t)g->effect), day_iso(l->arena, (day_t)later));
	if (!g->due)
		lint_say(l, e->subject, "has no due date");
	else if (g->due <= g->effect)
		lint_say(l, e->subject, "is due before it takes effect");
	else if (g->effect <= l->today && !agreement_in_force(g, l->today))
		lint_say(l, e->subject, "is past its term (%s) and still active", day_iso(l->arena, (day_t)g->due));
}

void lint_agreement(struct lint *l, const struct lint_entry *e)
{
	const struct agreement *g = &e->is.is.agreement;

	if (!*g->provider_key || !lint_find(l, MIRROR_KIND_PROVIDER, g->provider_key))
		lint_say(l, e->subject, "a convention under no provider");
	if (strcmp(g->status, "active") == 0) {
		check_dates(l, e);
		check_notice(l, e);
	}
	for (size_t i = 0; i < g->covered_keys.n; i++) {
		const struct lint_entry *covered = lint_find(l, MIRROR_KIND_ESTABLISHMENT, g->covered_keys.v[i]);

		if (!covered)
			lint_say(l, e->subject, "covers what is no establishment: %s",
				 text_cut(l->arena, g->covered_keys.v[i], VALUE_LENGTH));
		else if (strcmp(g->status, "active") == 0 && *covered->is.is.establishment.manager_key &&
			 strcmp(covered->is.is.establishment.manager_key, g->provider_key) != 0)
			lint_say(l, e->subject, "covers %s, which its provider does not manage", covered->subject);
	}
}
