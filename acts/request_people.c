/* The step of the people: its form, and what it takes into the draft. */
#include "acts/request_rules.h"

#include "acts/codes.h"
#include "base/text.h"

#include <string.h>

#define NAMED_MOST 6 /* establishments a sentence names one by one */

static const struct choice person_actions[] = {
	{ "ajouter", "Enregistrer cette personne" },
	{ "continuer", "Enregistrer et continuer" },
	{ "retirer", "Retirer" },
	{ NULL, NULL },
};
static const struct field person_fields[] = {
	{ .name = "personne", .label = "Personne", .kind = FIELD_NUMBER, .least = 0, .most = REQUEST_PEOPLE_MAX },
	{ .name = "qui", .label = "Personne", .kind = FIELD_TOKEN, .max = MARK_LENGTH },
	{ .name = "vu", .label = "Personne", .kind = FIELD_TOKEN, .max = 2 * MARK_LENGTH },
	{ .name = "lignes", .label = "Lignes", .kind = FIELD_TOKEN, .max = MARK_LENGTH },
	FIELD_ORIGIN,
	{ .name = "droits", .label = "Droits perdus", .kind = FIELD_TOKEN, .max = 2 }, /* of the step before: the page tells it */
	{ .name = "nom", .label = "Nom", .kind = FIELD_TEXT, .required = true, .max = 80, .missing = "Saisissez le nom de la personne" },
	{ .name = "prenom",
	  .label = "Prénom",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 80,
	  .missing = "Saisissez le prénom de la personne" },
	{ .name = "fonction",
	  .label = "Fonction",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 120,
	  .hint = "Par exemple : directrice de crèche",
	  .missing = "Saisissez la fonction de la personne" },
	{ .name = "courriel",
	  .label = "Courriel professionnel",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .hint = "Le mot de passe provisoire y est envoyé",
	  .missing = "Saisissez le courriel professionnel de la personne" },
	{ .name = "tous", .label = "Tous les établissements", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "droit_fonctionnement", .label = "Fonctionnement", .kind = FIELD_SET },
	{ .name = "droit_places", .label = "Places libres", .kind = FIELD_SET },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .choices = person_actions },
};

const struct form *request_person_form(void)
{
	static const struct form form = { person_fields, LENGTH(person_fields) };

	return &form;
}

static bool is_empty_form(const struct input *in)
{
	return !*input_get(in, "nom") && !*input_get(in, "prenom") && !*input_get(in, "fonction") &&
	       !*input_get(in, "courriel");
}

static void remove_person(struct taking *x, size_t place)
{
	struct request_draft *d = x->d;

	if (!place || place > d->n) {
		x->idle = true; /* taken away before: a second click */
		return;
	}
	memmove(d->people + place - 1, d->people + place, (d->n - place) * sizeof *d->people);
	d->n--;
	if (!d->n)
		d->r.steps &= ~(uint64_t)(1u << REQUEST_PEOPLE);
}

static void check_twice(struct taking *x, size_t place)
{
	const char *name =
		text_fold(x->a, arena_printf(x->a, "%s %s", input_get(x->in, "prenom"), input_get(x->in, "nom")));

	for (size_t i = 0; i < x->d->n; i++)
		if (i + 1 != place && strcmp(name, text_fold(x->a, request_person_name(x->a, &x->d->people[i]))) == 0)
			fault_add(x->a, x->faults, "nom", "%s est déjà dans la liste",
				  request_person_name(x->a, &x->d->people[i]));
}

/* What is ticked of what the request holds; a box whose establishment left meanwhile counts for nothing. */
static struct strs ticked(struct taking *x, const char *field, const struct strs *all)
{
	struct strs typed = input_all(x->a, x->in, field), out = { 0 };

	for (size_t i = 0; i < all->n; i++)
		if (strs_has(&typed, all->v[i]))
			strs_add(x->a, &out, all->v[i]);
	return out;
}

static void take_rights(struct taking *x, struct request_person *p)
{
	struct strs all = { 0 };

	if (input_has(x->in, "tous", "oui")) {
		strs_add(x->a, &all, REQUEST_ALL);
		p->listing = p->places = all;
		return;
	}
	p->listing = ticked(x, "droit_fonctionnement", &x->d->r.listing);
	p->places = ticked(x, "droit_places", &x->d->r.places);
	if (!p->listing.n && !p->places.n)
		fault_add(x->a, x->faults, "tous", "Choisissez au moins un établissement pour cette personne");
}

static void take_typed(struct taking *x, struct request_person *p)
{
	take_rights(x, p);
	p->surname = input_get(x->in, "nom");
	p->given_name = input_get(x->in, "prenom");
	p->title = input_get(x->in, "fonction");
	p->mail = input_get(x->in, "courriel");
}

static bool is_same_rights(const struct request_person *p, const struct request_person *k)
{
	return strs_same(&p->listing, &k->listing) && strs_same(&p->places, &k->places);
}

/* In the list already, just so. */
static bool is_there(const struct taking *x, const struct request_person *p)
{
	for (size_t i = 0; i < x->d->n; i++) {
		const struct request_person *k = &x->d->people[i];

		if (strcmp(request_person_mark(x->a, p), request_person_mark(x->a, k)) == 0 && is_same_rights(p, k))
			return true;
	}
	return false;
}

/* The form was shown of a person who was stored otherwise, and what it says would undo that. */
static bool is_undoing(const struct taking *x, const struct request_person *stored, const struct request_person *p)
{
	const char *seen = input_get(x->in, "vu");

	if (!*seen || strcmp(seen, request_person_seen(x->a, stored)) == 0)
		return false;
	return strcmp(input_get(x->in, "qui"), request_person_mark(x->a, stored)) != 0 || !is_same_rights(stored, p);
}

static void add_named(struct taking *x, struct buf *b, const char *label, const struct strs *ids)
{
	if (ids->n > NAMED_MOST)
		buf_printf(b, " ; %s : %zu établissements", label, ids->n);
	else if (ids->n)
		buf_printf(b, " ; %s : %s", label, request_names_of(x, ids));
}

static void tell_stored(struct taking *x, const struct request_person *k)
{
	struct buf b = buf_new(x->a);

	buf_printf(&b, "%s, %s", k->title, k->mail);
	if (strs_has(&k->listing, REQUEST_ALL))
		buf_text(&b, " ; tous les établissements");
	else {
		add_named(x, &b, "fonctionnement", &k->listing);
		add_named(x, &b, "places libres", &k->places);
	}
	fault_add(x->a, x->faults, "nom",
		  "%s : cette personne a été modifiée dans une autre fenêtre. Enregistré là-bas : %s. Relisez le formulaire "
		  "et les cases, puis enregistrez",
		  request_person_name(x->a, k), buf_str(&b));
}

static void put_person(struct taking *x, size_t place, const struct request_person *p)
{
	struct request_draft *d = x->d;

	if (place) {
		d->people[place - 1] = *p;
	} else {
		struct request_person *v = arena_array(x->a, d->n + 1, struct request_person);

		if (d->n)
			memcpy(v, d->people, d->n * sizeof *v);
		v[d->n++] = *p;
		d->people = v;
	}
	d->r.steps |= 1u << REQUEST_PEOPLE;
}

enum err request_take_person(struct taking *x)
{
	size_t place = request_person_place(x->a, x->d, x->in);
	const char *action = input_get(x->in, "action");
	struct request_person p;

	if (strcmp(action, "retirer") == 0) {
		remove_person(x, place);
		return ERR_OK;
	}
	if (strcmp(action, "continuer") == 0 && !place && x->d->n && is_empty_form(x->in)) {
		x->idle = true;
		return ERR_OK;
	}
	codec_default(&request_person_codec, &p);
	input_check(x->a, request_person_form(), x->in, x->faults);
	if (request_lines_moved(x))
		fault_add(x->a, x->faults, "tous",
			  "La liste des établissements a changé dans une autre fenêtre : relisez les cases");
	take_typed(x, &p);
	bool undoing = place && place <= x->d->n && is_undoing(x, &x->d->people[place - 1], &p);

	if ((!place || undoing) && !x->faults->n && is_there(x, &p)) {
		x->idle = true; /* a second click */
		return ERR_OK;
	}
	if (undoing)
		tell_stored(x, &x->d->people[place - 1]);
	if (place > x->d->n || (!place && *input_get(x->in, "qui")))
		fault_add(x->a, x->faults, "nom",
			  "Cette personne a été modifiée ou retirée dans une autre fenêtre : relisez la liste");
	if (!fault_of(x->faults, "nom") && !fault_of(x->faults, "prenom"))
		check_twice(x, place);
	if (!place && x->d->n >= REQUEST_PEOPLE_MAX)
		fault_add(x->a, x->faults, "nom",
			  "La liste est limitée à %d personnes : écrivez à votre Caf pour les autres", REQUEST_PEOPLE_MAX);
	if (!x->faults->n)
		put_person(x, place, &p);
	return ERR_OK;
}
