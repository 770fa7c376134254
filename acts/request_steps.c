/* The steps' forms, and what each takes into the draft but the two lists (request_lists.c). */
#include "acts/request_rules.h"

#include "acts/caf_texts.h"
#include "acts/codes.h"
#include "base/text.h"

#include <string.h>

#define PEOPLE_MAX 50
#define NAMED_MOST 6 /* establishments a sentence names one by one */

static const struct field provider_fields[] = {
	{ .name = "nom",
	  .label = "Nom de l’organisme",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 150,
	  .missing = "Saisissez le nom de votre organisme",
	  .autocomplete = "organization" },
	{ .name = "siret",
	  .label = "Numéro SIRET",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 30,
	  .hint = "14 chiffres",
	  .missing = "Saisissez le numéro SIRET de votre organisme" },
	{ .name = "adresse",
	  .label = "Adresse",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .hint = "Numéro et voie : la convention y est envoyée par la poste",
	  .missing = "Saisissez l’adresse de votre organisme",
	  .autocomplete = "address-line1" },
	{ .name = "code_postal",
	  .label = "Code postal",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .hint = "5 chiffres, sans « Cedex »",
	  .missing = "Saisissez le code postal",
	  .autocomplete = "postal-code" },
	{ .name = "commune",
	  .label = "Commune",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 100,
	  .missing = "Saisissez la commune",
	  .autocomplete = "address-level2" },
	{ .name = "signataire",
	  .label = "Personne qui signe la convention",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 150,
	  .hint = "Prénom, nom et fonction, comme « Hervé Castelneau, président »",
	  .missing = "Saisissez le nom et la fonction de la personne qui signe la convention" },
	{ .name = "courriel",
	  .label = "Courriel de l’organisme",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .hint = "L’accusé de réception y est envoyé",
	  .missing = "Saisissez le courriel de votre organisme",
	  .autocomplete = "email" },
	{ .name = "telephone",
	  .label = "Téléphone de l’organisme",
	  .kind = FIELD_PHONE,
	  .required = true,
	  .missing = "Saisissez le téléphone de votre organisme",
	  .autocomplete = "tel" },
	{ .name = "vu", .label = "Organisme", .kind = FIELD_TOKEN, .max = MARK_LENGTH },
	FIELD_ORIGIN,
};

static const struct field caf_fields[] = {
	{ .name = "caf",
	  .label = "Caf destinataire",
	  .kind = FIELD_CHOICE,
	  .required = true,
	  .hint = "La Caf du département de vos établissements",
	  .missing = "Choisissez votre Caf" },
	{ .name = "confirmer", .label = "Confirmer le changement de Caf", .kind = FIELD_SET, .choices = yes_choices },
	FIELD_ORIGIN,
};

static const struct choice person_actions[] = {
	{ "ajouter", "Enregistrer cette personne" },
	{ "continuer", "Enregistrer et continuer" },
	{ "retirer", "Retirer" },
	{ NULL, NULL },
};
static const struct field person_fields[] = {
	{ .name = "personne", .label = "Personne", .kind = FIELD_NUMBER, .least = 0, .most = PEOPLE_MAX },
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

#define FORM(name, rows) \
	const struct form *name(void) \
	{ \
		static const struct form form = { rows, LENGTH(rows) }; \
\
		return &form; \
	}

FORM(request_provider_form, provider_fields)
FORM(request_caf_form, caf_fields)
FORM(request_person_form, person_fields)

/* --- marks --- */

static const char *mark_of(struct arena *a, struct bytes whole)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(whole, digest);
	return text_hex(a, key_bytes(digest, MARK_LENGTH / 2));
}

static const char *mark(struct arena *a, const struct strs *texts)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < texts->n; i++)
		buf_add(&b, texts->v[i], strlen(texts->v[i]) + 1);
	return mark_of(a, buf_bytes(&b));
}

/* --- the provider --- */

/* La Poste numbers its many offices under one Siren by a key of its own: the sum of the digits is a multiple of 5. */
static bool is_la_poste(const char *digits)
{
	unsigned sum = 0;

	if (strncmp(digits, "356000000", 9) != 0)
		return false;
	for (; *digits; digits++)
		sum += (unsigned)(*digits - '0');
	return sum % 5 == 0;
}

enum err request_siret(struct arena *a, const char *typed, const char **out)
{
	struct buf b = buf_new(a);

	for (size_t n; *typed; typed += n ? n : 1) {
		n = text_no_break(typed);
		if (*typed >= '0' && *typed <= '9')
			buf_byte(&b, (uint8_t)*typed);
		else if (!n && *typed != ' ' && *typed != '.' && *typed != '-')
			return ERR_MALFORMED;
	}
	const char *digits = buf_str(&b);

	if (b.n != 14 || strspn(digits, "0") == 14)
		return ERR_MALFORMED;
	if (!text_is_luhn(digits) && !is_la_poste(digits))
		return ERR_INVALID;
	*out = digits;
	return ERR_OK;
}

static void check_siret(struct taking *x, const char **siret)
{
	const char *typed = input_get(x->in, "siret");
	enum err e;

	if (!*typed || fault_of(x->faults, "siret"))
		return;
	e = request_siret(x->a, typed, siret);
	if (e == ERR_MALFORMED)
		fault_add(x->a, x->faults, "siret", "Le numéro SIRET doit comporter 14 chiffres");
	else if (e)
		fault_add(x->a, x->faults, "siret", "Ce numéro SIRET n’existe pas : vérifiez chaque chiffre");
}

static void check_postal_code(struct taking *x, const char **code)
{
	const char *typed = input_get(x->in, "code_postal");

	if (*typed && !fault_of(x->faults, "code_postal") && text_postal_code(x->a, typed, code))
		fault_add(x->a, x->faults, "code_postal", "Le code postal doit comporter 5 chiffres, sans « Cedex »");
}

const char *request_provider_mark(struct arena *a, const struct grant_request *r)
{
	const char *own[] = { r->name, r->siret, r->address, r->postal_code, r->city, r->signatory, r->mail, r->phone };

	return mark(a, &(struct strs){ own, LENGTH(own) });
}

/* What another window has stored since the form was shown is not undone without a word: it is told where it differs. */
static void check_provider_seen(struct taking *x, const struct grant_request *now)
{
	const struct grant_request *r = &x->d->r;
	const char *seen = input_get(x->in, "vu"), *phone = text_phone_fr(x->a, r->phone);
	const char *const rows[][3] = {
		{ r->name, now->name, r->name },          { r->siret, now->siret, r->siret },
		{ r->address, now->address, r->address }, { r->postal_code, now->postal_code, r->postal_code },
		{ r->city, now->city, r->city },          { r->signatory, now->signatory, r->signatory },
		{ r->mail, now->mail, r->mail },          { r->phone, now->phone, phone },
	};
	const char *first = NULL;
	struct buf b = buf_new(x->a);

	if (!*seen || strcmp(seen, request_provider_mark(x->a, r)) == 0)
		return;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (strcmp(rows[i][0], rows[i][1]) == 0)
			continue;
		buf_printf(&b, "%s%s « %s »", first ? " ; " : "", provider_fields[i].label, rows[i][2]);
		first = first ? first : provider_fields[i].name;
	}
	if (first)
		fault_add(x->a, x->faults, first,
			  "Votre organisme a changé dans une autre fenêtre. Enregistré là-bas, et autre ici : %s. Relisez "
			  "cette page, puis enregistrez-la",
			  buf_str(&b));
}

enum err request_take_provider(struct taking *x)
{
	struct grant_request *r = &x->d->r, now = *r;

	now.siret = now.phone = now.postal_code = "";
	input_check(x->a, request_provider_form(), x->in, x->faults);
	check_siret(x, &now.siret);
	check_postal_code(x, &now.postal_code);
	if (text_phone(x->a, input_get(x->in, "telephone"), &now.phone))
		now.phone = "";
	now.name = input_get(x->in, "nom");
	now.address = input_get(x->in, "adresse");
	now.city = input_get(x->in, "commune");
	now.signatory = input_get(x->in, "signataire");
	now.mail = input_get(x->in, "courriel");
	check_provider_seen(x, &now);
	if (x->faults->n)
		return ERR_OK;
	*r = now;
	r->steps |= 1u << REQUEST_PROVIDER;
	return ERR_OK;
}

/* --- the Caf --- */

const char *request_names_of(struct taking *x, const struct strs *ids)
{
	struct buf b = buf_new(x->a);

	for (size_t i = 0; i < ids->n; i++)
		buf_printf(&b, "%s%s",
			   !i              ? "" :
			   i + 1 == ids->n ? " et " :
					     ", ",
			   request_name_of(x->app, x->a, &x->d->r, ids->v[i]));
	return buf_str(&b);
}

enum err request_take_caf(struct taking *x)
{
	const char *code = input_get(x->in, "caf");
	struct caf c;

	input_check(x->a, request_caf_form(), x->in, x->faults);
	if (x->faults->n)
		return ERR_OK;
	enum err e = caf_offered(x->app, x->a, code, &c);

	if (e == ERR_NOTFOUND)
		fault_add(x->a, x->faults, "caf", "Choisissez votre Caf dans la liste");
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	struct strs foreign = request_foreign(x->app, x->a, &x->d->r, c.code);

	if (foreign.n && !input_has(x->in, "confirmer", "oui")) {
		fault_add(x->a, x->faults, "confirmer",
			  foreign.n > 1 ?
				  "%s ne relèvent pas de la %s et sortiront de votre demande : cochez pour confirmer" :
				  "%s ne relève pas de la %s et sortira de votre demande : cochez pour confirmer",
			  request_names_of(x, &foreign), c.name);
		return ERR_OK;
	}
	request_drop(x->a, x->d, &foreign);
	x->d->r.caf = c.code;
	x->d->r.steps |= 1u << REQUEST_CAF;
	return ERR_OK;
}

/* --- people --- */

const char *request_person_mark(struct arena *a, const struct request_person *p)
{
	const char *own[] = { p->surname, p->given_name, p->title, p->mail };

	return mark(a, &(struct strs){ own, LENGTH(own) });
}

static const char *name_mark(struct arena *a, const struct request_person *p)
{
	const char *name[] = { p->surname, p->given_name };

	return mark(a, &(struct strs){ name, LENGTH(name) });
}

const char *request_person_seen(struct arena *a, const struct request_person *p)
{
	return arena_printf(a, "%s%s", name_mark(a, p), mark_of(a, request_person_encode(a, p)));
}

const char *request_lines_mark(struct arena *a, const struct grant_request *r)
{
	return mark(a, &r->others);
}

static const struct strs *stored_list(const struct request_draft *d, enum request_step step)
{
	return step == REQUEST_LISTING ? &d->stored_listing : &d->stored_places;
}

const char *request_list_mark(struct arena *a, const struct request_draft *d, enum request_step step)
{
	return arena_printf(a, "%s%s", request_lines_mark(a, &d->r), mark(a, stored_list(d, step)));
}

/* Saved again as it was, it is the same. */
const char *request_draft_mark(struct arena *a, const struct request_draft *d)
{
	struct grant_request r = d->r;

	r.saved_at = 0;
	r.people = request_people_encode(a, d->people, d->n);
	return mark_of(a, grant_request_encode(a, &r));
}

bool request_draft_moved(struct arena *a, const struct request_draft *d, const struct input *in)
{
	const char *seen = input_get(in, "version");

	return *seen && strcmp(seen, request_draft_mark(a, d)) != 0;
}

size_t request_person_place(struct arena *a, const struct request_draft *d, const struct input *in)
{
	const char *who = input_get(in, "qui"), *seen = input_get(in, "vu");
	int64_t n;

	if (!*who)
		return text_to_int(input_get(in, "personne"), 1, PEOPLE_MAX, &n) ? 0 : (size_t)n;
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(who, request_person_mark(a, &d->people[i])) == 0)
			return i + 1;
	/* changed meanwhile, all but the name, which is nobody else's */
	for (size_t i = 0; i < d->n && *seen; i++)
		if (strncmp(seen, name_mark(a, &d->people[i]), MARK_LENGTH) == 0)
			return i + 1;
	return 0;
}

bool request_lines_moved(const struct taking *x)
{
	const char *seen = input_get(x->in, "lignes");

	return *seen && strncmp(seen, request_lines_mark(x->a, &x->d->r), MARK_LENGTH) != 0;
}

static bool is_same_set(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n; i++)
		if (!strs_has(y, x->v[i]))
			return false;
	return x->n == y->n;
}

bool request_list_moved(const struct taking *x, enum request_step step, const struct strs *ticked)
{
	const char *seen = input_get(x->in, "lignes");

	if (request_lines_moved(x))
		return true;
	return strlen(seen) > MARK_LENGTH && strcmp(seen, request_list_mark(x->a, x->d, step)) != 0 &&
	       !is_same_set(stored_list(x->d, step), ticked);
}

bool request_line_is_again(const struct taking *x, enum request_step step, const struct strs *ticked, const char *line)
{
	const char *seen = input_get(x->in, "lignes");
	struct grant_request before = x->d->r;
	struct strs after = { 0 };

	if (!*line || !before.others.n ||
	    strcmp(text_fold(x->a, line), text_fold(x->a, before.others.v[before.others.n - 1])) != 0)
		return false;
	for (size_t i = 0; i < ticked->n; i++)
		strs_add(x->a, &after, ticked->v[i]);
	strs_add(x->a, &after, arena_printf(x->a, "+%zu", before.others.n--));
	return strncmp(seen, request_lines_mark(x->a, &before), MARK_LENGTH) == 0 &&
	       is_same_set(stored_list(x->d, step), &after);
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
	return is_same_set(&p->listing, &k->listing) && is_same_set(&p->places, &k->places);
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
	if (!place && x->d->n >= PEOPLE_MAX)
		fault_add(x->a, x->faults, "nom",
			  "La liste est limitée à %d personnes : écrivez à votre Caf pour les autres", PEOPLE_MAX);
	if (!x->faults->n)
		put_person(x, place, &p);
	return ERR_OK;
}
