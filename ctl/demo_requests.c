/* Requests for an habilitation, each as far as its Caf got: made through the form's acts and the Caf's. */
#include "ctl/demo.h"

#include "acts/request_draft.h"
#include "acts/request_review.h"

#include <stdio.h>
#include <string.h>

#define PEOPLE 2

struct asker {
	const char *caf, *name, *siret, *address, *postal_code, *city, *signatory, *mail, *phone;
	const char *line; /* an establishment the register lacks; NULL: the Caf's first ones without this */
	unsigned first;   /* else the rank of its establishment in the Caf's list */
	const char *people[PEOPLE][4]; /* surname, given name, title, mail */
	const char *refusal;
};

/* clang-format off */
static const struct asker askers[DEMO_REQUESTS] = {
	{ "921", "Association Les Sources Vives", "99930051000016", "14, rue des Vignes", "92700", "Colombes",
	  "Bérengère Valcourt, présidente", "bureau@sources-vives.example", "01 99 00 31 10",
	  "Crèche Les Demoiselles, 14, rue des Vignes, 92700 Colombes", 0,
	  { { "Valcourt", "Bérengère", "Présidente", "b.valcourt@sources-vives.example" },
	    { "Ostermann", "Timéo", "Directeur de crèche", "t.ostermann@sources-vives.example" } }, NULL },
	{ "921", "Coopérative Petite Enfance des Coteaux", "99930062700018", "3, place des Halles", "92210", "Saint-Cloud",
	  "Gaspard Lumineau, gérant", "contact@coop-coteaux.example", "01 99 00 31 20", NULL, 20,
	  { { "Lumineau", "Gaspard", "Gérant", "g.lumineau@coop-coteaux.example" },
	    { "Tavernier-Roche", "Nolwenn", "Responsable petite enfance", "n.tavernier@coop-coteaux.example" } }, NULL },
	{ "921", "Association La Boussole des Familles", "99930073400012", "27, avenue du Parc", "92320", "Châtillon",
	  "Ludivine Acquaviva, directrice", "accueil@boussole-familles.example", "01 99 00 31 30",
	  "Lieu d’accueil La Boussole, 27, avenue du Parc, 92320 Châtillon", 0,
	  { { "Acquaviva", "Ludivine", "Directrice", "l.acquaviva@boussole-familles.example" } }, NULL },
	{ "921", "Micro-crèches Plume et Compagnie", "99930084100015", "8, rue du Four", "92000", "Nanterre",
	  "Ambroise Delcassé, gérant", "plume@plume-compagnie.example", "01 99 00 31 40",
	  "Micro-crèche Plume, 8, rue du Four, 92000 Nanterre", 0,
	  { { "Delcassé", "Ambroise", "Gérant", "a.delcasse@plume-compagnie.example" } },
	  "Cet établissement n’a pas encore son autorisation d’ouverture. Transmettez une nouvelle demande quand vous l’aurez." },
	{ "751", "Maison des Parents du Canal", "99930095700019", "61, quai des Tanneurs", "75010", "Paris",
	  "Solveig Marchadier, présidente", "bonjour@parents-du-canal.example", "01 99 00 31 50", NULL, 12,
	  { { "Marchadier", "Solveig", "Présidente", "s.marchadier@parents-du-canal.example" },
	    { "Ngoma-Petit", "Raphaël", "Coordinateur", "r.ngoma@parents-du-canal.example" } }, NULL },
};
/* clang-format on */

const char *demo_request_caf(unsigned i)
{
	return askers[i].caf;
}

static enum err save(struct demo *d, const struct visitor *who, const char *token, enum request_step step,
		     const struct pair *v, size_t n)
{
	struct input in = { v, n };
	struct faults faults = { NULL, 0 };
	struct request_draft now;
	enum err e = request_step_save(&d->ctl->app, d->ctl->arena, who, token, step, &in, &faults, &now);

	for (size_t i = 0; i < faults.n; i++)
		fprintf(stderr, "%s: %s\n", faults.v[i].name, faults.v[i].value);
	return e;
}

static enum err save_provider(struct demo *d, const struct visitor *who, const char *token, const struct asker *k)
{
	const struct pair v[] = {
		{ "nom", k->name },        { "siret", k->siret },
		{ "adresse", k->address }, { "code_postal", k->postal_code },
		{ "commune", k->city },    { "signataire", k->signatory },
		{ "courriel", k->mail },   { "telephone", k->phone },
	};
	const struct pair caf[] = { { "caf", k->caf } };
	enum err e = save(d, who, token, REQUEST_PROVIDER, v, LENGTH(v));

	return e ? e : save(d, who, token, REQUEST_CAF, caf, LENGTH(caf));
}

/* The rank-th nursery of the Caf, by name. */
static enum err nursery(struct demo *d, const struct asker *k, const char **id)
{
	struct visitor caf = { .person.caf = k->caf, .caf.code = k->caf };
	struct establishment *v;
	size_t n, total;
	enum err e = caf_establishments(&d->ctl->app, d->ctl->arena, &caf, "", 0, 1000, &v, &n, &total);

	*id = NULL;
	for (size_t i = 0, rank = 0; !e && i < n; i++)
		if (strcmp(v[i].type, "eaje") == 0 && rank++ == k->first)
			*id = v[i].id;
	return e ? e : *id ? ERR_OK : ERR_NOTFOUND;
}

static enum err save_lists(struct demo *d, const struct visitor *who, const char *token, const struct asker *k)
{
	const char *id = "+1";
	enum err e = ERR_OK;

	if (k->line) {
		const struct pair line[] = { { "autre", k->line }, { "autre_places", "oui" }, { "action", "ajouter" } };

		e = save(d, who, token, REQUEST_LISTING, line, LENGTH(line));
	} else {
		e = nursery(d, k, &id);
	}
	if (e)
		return e;
	const struct pair v[] = { { "etablissement", id }, { "action", "continuer" } };

	e = save(d, who, token, REQUEST_LISTING, v, LENGTH(v));
	return e ? e : save(d, who, token, REQUEST_PLACES, v, LENGTH(v));
}

static enum err save_people(struct demo *d, const struct visitor *who, const char *token, const struct asker *k)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < PEOPLE && k->people[i][0] && !e; i++) {
		const struct pair v[] = {
			{ "nom", k->people[i][0] },
			{ "prenom", k->people[i][1] },
			{ "fonction", k->people[i][2] },
			{ "courriel", k->people[i][3] },
			{ "tous", "oui" },
			{ "action", "ajouter" },
		};

		e = save(d, who, token, REQUEST_PEOPLE, v, LENGTH(v));
	}
	return e;
}

enum err demo_request_send(struct demo *d, unsigned i, int64_t at)
{
	struct arena *a = d->ctl->arena;
	struct visitor who = ctl_visitor();
	const struct asker *k = &askers[i];
	const char *token = secret_token(a);
	const struct pair agreed[] = { { "agents", "oui" } };
	struct input in = { agreed, LENGTH(agreed) };
	struct faults faults = { NULL, 0 };

	who.address = arena_printf(a, "192.0.2.%u", 17 + i);
	who.user_agent = demo_browser(i);
	who.at = at;
	enum err e = save_provider(d, &who, token, k);

	if (!e)
		e = save_lists(d, &who, token, k);
	if (!e)
		e = save_people(d, &who, token, k);
	if (!e)
		e = request_send(&d->ctl->app, a, &who, token, &in, &faults, &d->requests[i]);
	for (size_t n = 0; n < faults.n; n++)
		fprintf(stderr, "%s: %s\n", faults.v[n].name, faults.v[n].value);
	return e;
}

/* --- the Caf's side --- */

static enum err post(struct demo *d, const struct visitor *who, const char *number)
{
	struct posting p = { .posted = day_of(who->at), .copies = 2, .document = "" };
	struct faults faults = { NULL, 0 };

	return request_post(&d->ctl->app, d->ctl->arena, who, number, &p, &faults);
}

static enum err receive(struct demo *d, const struct visitor *who, const char *number, const struct asker *k)
{
	struct signed_return s = { .signed_by = k->signatory,
				   .provider = day_of(who->at) - 4,
				   .caf = day_of(who->at) - 1,
				   .archive_ref = "2026-HAB-118",
				   .prefecture_ref = "",
				   .people_same = true,
				   .places_same = true };
	struct faults faults = { NULL, 0 };
	enum err e = request_return(&d->ctl->app, d->ctl->arena, who, number, &s, &faults);

	for (size_t n = 0; n < faults.n; n++)
		fprintf(stderr, "%s: %s\n", faults.v[n].name, faults.v[n].value);
	return e;
}

enum err demo_request_step(struct demo *d, enum demo_act act, unsigned i, const struct visitor *who)
{
	const char *number = d->requests[i];
	struct faults faults = { NULL, 0 };

	switch (act) {
	case DEMO_CHECK:
		return request_check(&d->ctl->app, d->ctl->arena, who, number);
	case DEMO_POST:
		return post(d, who, number);
	case DEMO_RECEIVE:
		return receive(d, who, number, &askers[i]);
	default:
		return request_refuse(&d->ctl->app, d->ctl->arena, who, number, "", askers[i].refusal, &faults);
	}
}
