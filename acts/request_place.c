/* Establishments a request names in a free line: made in the register, or found there. */
#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/edit.h"
#include "acts/listing_rules.h"
#include "acts/numbers.h"
#include "acts/outcome.h"
#include "acts/request_review_step.h"
#include "base/text.h"

#include <string.h>

static bool is_there(struct app *app, struct arena *a, const struct grant_request *r, const char *id)
{
	const char *known = request_resolved(r, id);
	struct establishment e;

	return *known && !establishment_find(app, a, known, &e) && strcmp(e.caf, r->caf) == 0;
}

bool request_is_resolved(struct app *app, struct arena *a, const struct grant_request *r, const char **missing)
{
	const struct strs *lists[] = { &r->listing, &r->places };

	for (size_t l = 0; l < LENGTH(lists); l++)
		for (size_t i = 0; i < lists[l]->n; i++)
			if (!is_there(app, a, r, lists[l]->v[i])) {
				*missing = lists[l]->v[i];
				return false;
			}
	return true;
}

/* Its job is not done, or the mirror has not followed yet. */
static bool is_coming(struct app *app, struct arena *a, const char *id)
{
	struct outcome job;

	if (outcome_of(app, a, outcome_key(a, "etablissement", id, "annuaire"), &job))
		return false;
	return strcmp(job.state, "waiting") == 0 || (strcmp(job.state, "done") == 0 && clock_now() - job.at < MIRROR_LAG);
}

enum line_state request_line_state(struct app *app, struct arena *a, const struct grant_request *r, unsigned line)
{
	const char *entry = arena_printf(a, "+%u", line), *id = request_resolved(r, entry);

	if (!*id)
		return LINE_OPEN;
	if (is_there(app, a, r, entry))
		return LINE_THERE;
	return is_coming(app, a, id) ? LINE_COMING : LINE_LOST;
}

/* A free line of an open request; ERR_NOTFOUND: no such line, ERR_CONFLICT: its establishment is on its way. */
static enum err line_begin(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			   unsigned line, struct step *x, enum line_state *state)
{
	enum err e = step_begin(app, a, who, number, "submitted checked agreement_sent agreement_signed", x);

	if (e || x->done)
		return e;
	if (!line || line > x->f.r.others.n)
		return ERR_NOTFOUND;
	*state = request_line_state(app, a, &x->f.r, line);
	return *state == LINE_COMING ? ERR_CONFLICT : ERR_OK;
}

/* A line that is in the list of places too asks for an Eaje. */
static bool wants_places(const struct step *x, unsigned line)
{
	return strs_has(&x->f.r.places, arena_printf(x->a, "+%u", line));
}

static void keep(struct step *x, unsigned line, const char *id)
{
	struct strs all = { 0 };

	for (size_t i = 0; i < x->f.r.others.n; i++)
		strs_add(x->a, &all, i + 1 == line ? id : i < x->f.r.created.n ? x->f.r.created.v[i] : "");
	x->f.r.created = all;
}

static enum err end(struct step *x, unsigned line, const char *id, const char *how)
{
	keep(x, line, id);
	x->audit.object_kind = "establishment";
	x->audit.object_id = id;
	act_detail(x->a, &x->audit, "request", x->number);
	act_detail(x->a, &x->audit, "how", how);
	return step_end(x, "created", arena_printf(x->a, "%s, identifiant %s", x->f.r.others.v[line - 1], id), NULL, NULL);
}

/* --- made here --- */

static void check(struct step *x, const struct new_place *p, unsigned line, struct commune *c, struct faults *faults)
{
	enum err e = *p->commune ? commune_named(x->app, x->a, p->commune, c) : ERR_INVALID;
	int64_t capacity;

	if (text_length(p->name) < 3 || text_length(p->name) > 150)
		fault_add(x->a, faults, "nom", "Le nom compte de 3 à 150 caractères");
	if (!choice_has(type_choices, p->type))
		fault_add(x->a, faults, "type", "Choisissez le type de l’établissement");
	else if (wants_places(x, line) && !type_has_places(p->type))
		fault_add(x->a, faults, "type", "La demande porte aussi sur ses places libres : choisissez %s",
			  choice_label(type_choices, "eaje"));
	if (type_has_places(p->type) && !choice_has(category_choices, p->category))
		fault_add(x->a, faults, "categorie", "Choisissez la catégorie");
	if (!*p->street)
		fault_add(x->a, faults, "adresse", "Saisissez l’adresse");
	if (e == ERR_CONFLICT)
		fault_add(x->a, faults, "commune",
			  "Plusieurs communes portent ce nom : ajoutez le code postal, comme « Valmoreau (00410) »");
	else if (e)
		fault_add(x->a, faults, "commune",
			  "Nous ne connaissons pas cette commune. Saisissez son nom, comme « Valmoreau (00410) »");
	if (type_has_places(p->type) && text_to_int(p->capacity, 1, 999, &capacity))
		fault_add(x->a, faults, "capacite", "Saisissez le nombre de places, de 1 à 999");
}

/* « Valmoreau (00410) » tells which of the commune's postal codes. */
static const char *postal_code(struct arena *a, const struct commune *c, const char *typed)
{
	for (size_t i = 0; i < c->postal_codes.n; i++)
		if (strstr(typed, c->postal_codes.v[i]))
			return c->postal_codes.v[i];
	return c->postal_codes.n ? arena_strdup(a, c->postal_codes.v[0]) : "";
}

static void edit(struct step *x, const struct new_place *p, const struct commune *c, const char *id)
{
	bool eaje = type_has_places(p->type);
	const char *parent = arena_printf(x->a, "ou=etablissements,%s", x->who->caf.dn);
	struct edits *edits = edits_new(x->a);

	edits_make(edits, dn_child(x->a, "habEtablissementId", id, parent),
		   eaje ? "habEtablissement habEaje" : "habEtablissement");
	edits_first(edits, "habEtablissementId", id);
	edits_first(edits, "cn", p->name);
	edits_first(edits, "habTypeEtablissement", text_upper(x->a, p->type));
	edits_first(edits, "street", p->street);
	edits_first(edits, "postalCode", postal_code(x->a, c, p->commune));
	edits_first(edits, "l", c->name);
	edits_first(edits, "habCodeInsee", c->insee);
	if (commune_has_point(c))
		edits_first(edits, "habCoordonnees",
			    arena_printf(x->a, "%.5f %.5f", (double)c->lat / 1e6, (double)c->lon / 1e6));
	if (eaje) {
		edits_first(edits, "habCategorieEaje", text_upper(x->a, p->category));
		edits_first(edits, "habCapacite", p->capacity);
	}
	edits_job(x->a, x->cs, edits, outcome_key(x->a, "etablissement", id, "annuaire"));
}

static enum err create(struct step *x, unsigned line, const struct new_place *p, const struct commune *commune)
{
	struct numbers numbers;
	const char *id;
	enum err e = step_change(x, EVENT_REGISTER_CHANGED);

	if (e || (e = numbers_begin(x->app, x->a, NUMBER_ESTABLISHMENT, x->f.r.caf, day_of(x->now), &numbers)) ||
	    (e = numbers_next(x->app, x->a, &numbers, &id)))
		return e;
	numbers_end(x->a, x->cs, &numbers);
	edit(x, p, commune, id);
	return end(x, line, id, "made");
}

/* A colleague who makes another establishment may take the number meanwhile. */
enum err request_place_create(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			      unsigned line, const struct new_place *p, struct faults *faults)
{
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < STEP_TRIES && e == ERR_CONFLICT; i++) {
		struct commune commune;
		enum line_state state;
		struct step x;

		if ((e = line_begin(app, a, who, number, line, &x, &state)) || x.done)
			return e;
		if (state == LINE_THERE) /* a second one would stay in the register */
			return ERR_CONFLICT;
		check(&x, p, line, &commune, faults);
		if (faults->n)
			return ERR_INVALID;
		e = create(&x, line, p, &commune);
	}
	return e;
}

/* --- found in the register --- */

enum err request_place_pick(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			    unsigned line, const char *id, struct faults *faults)
{
	struct establishment found;
	enum line_state state;
	struct step x;
	enum err e = line_begin(app, a, who, number, line, &x, &state);

	if (e || x.done)
		return e;
	if (!*id || strlen(id) > 16 || establishment_find(app, a, id, &found) || strcmp(found.caf, x.f.r.caf) != 0)
		fault_add(a, faults, "identifiant", "Aucun établissement de votre Caf n’a cet identifiant");
	else if (wants_places(&x, line) && !type_has_places(found.type))
		fault_add(a, faults, "identifiant",
			  "La demande porte aussi sur ses places libres : cet établissement n’en a pas");
	else if (strs_has(&x.f.r.listing, found.id) || strs_has(&x.f.r.places, found.id) ||
		 strs_has(&x.f.r.created, found.id))
		fault_add(a, faults, "identifiant", "Cet établissement est déjà dans la demande");
	if (faults->n)
		return ERR_INVALID;
	if ((e = step_change(&x, EVENT_REQUEST_NOTED)))
		return e;
	return end(&x, line, found.id, "found");
}
