/* The two lists of establishments, and the free lines for those the register lacks. */
#include "acts/request_rules.h"

#include "acts/caf_texts.h"
#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/mirror_keys.h"
#include "acts/rights.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX 400
#define LINES_MAX 20
#define SHOWN_MAX 100

static const struct choice list_actions[] = {
	{ "chercher", "Chercher" },
	{ "ajouter", "Ajouter cet établissement" },
	{ "continuer", "Enregistrer et continuer" },
	{ NULL, NULL },
};
static const struct field list_fields[] = {
	{ .name = "lieu",
	  .label = "Commune ou code postal",
	  .kind = FIELD_TEXT,
	  .max = 100,
	  .missing = "Indiquez une commune ou un code postal" },
	{ .name = "etablissement", .label = "Établissements", .kind = FIELD_SET },
	{ .name = "lignes", .label = "Lignes", .kind = FIELD_TOKEN, .max = 2 * MARK_LENGTH },
	FIELD_ORIGIN,
	{ .name = "droits", .label = "Droits perdus", .kind = FIELD_TOKEN, .max = 2 }, /* of the step before: the page tells it */
	{ .name = "autre",
	  .label = "Un établissement absent de la liste",
	  .kind = FIELD_TEXT,
	  .max = 150,
	  .hint = "Son nom, son type et son adresse : votre Caf le vérifiera" },
	{ .name = "autre_places",
	  .label = "Cet établissement publiera aussi ses places libres",
	  .kind = FIELD_SET,
	  .choices = yes_choices },
	{ .name = "aucun", .label = "Aucune place libre à publier", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .choices = list_actions },
};

const struct form *request_list_form(void)
{
	static const struct form form = { list_fields, LENGTH(list_fields) };

	return &form;
}

/* --- what may stand in a list --- */

static const char *caf_name(struct app *app, struct arena *a, const char *code)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct caf c;

	return caf_by_code(&t, a, code, &c) || !*c.name ? "Caf choisie" : c.name;
}

const char *request_wrong_establishment(struct app *app, struct arena *a, const struct grant_request *r,
					enum request_step step, const char *id)
{
	unsigned line = request_line_of(id);
	struct establishment e;

	if (line)
		return line <= r->others.n ? NULL :
					     "Cet établissement n’est plus dans votre demande : écrivez-le de nouveau";
	if (establishment_find(app, a, id, &e) || !*e.caf)
		return arena_printf(a, "« %s » : cet établissement n’est plus proposé",
				    text_cut(a, request_name_of(app, a, r, id), 100));
	if (*r->caf && strcmp(e.caf, r->caf) != 0)
		return arena_printf(a, "« %s » ne relève pas de la %s", e.name, caf_name(app, a, r->caf));
	if (step == REQUEST_PLACES && !type_has_places(e.type))
		return arena_printf(a, "« %s » n’accueille pas de jeunes enfants : il ne publie pas de places libres",
				    e.name);
	return NULL;
}

struct strs request_foreign(struct app *app, struct arena *a, const struct grant_request *r, const char *caf)
{
	const struct strs *lists[] = { &r->listing, &r->places };
	struct strs out = { 0 };

	for (size_t k = 0; k < LENGTH(lists); k++) {
		for (size_t i = 0; i < lists[k]->n; i++) {
			const char *id = lists[k]->v[i];
			struct establishment e;

			if (request_line_of(id) || strs_has(&out, id))
				continue;
			if (establishment_find(app, a, id, &e) || strcmp(e.caf, caf) != 0)
				strs_add(a, &out, id);
		}
	}
	return out;
}

struct strs request_expand(const struct strs *list, const struct strs *all)
{
	return strs_has(list, REQUEST_ALL) ? *all : *list;
}

/* --- keeping the draft in order --- */

static struct strs without(struct arena *a, const struct strs *list, const struct strs *gone)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (!strs_has(gone, list->v[i]))
			strs_add(a, &out, list->v[i]);
	return out;
}

static struct strs only(struct arena *a, const struct strs *list, const struct strs *there)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (strs_has(there, list->v[i]) || strcmp(list->v[i], REQUEST_ALL) == 0)
			strs_add(a, &out, list->v[i]);
	return out;
}

/* Free lines under their new numbers; 0: it goes. */
static struct strs renumbered(struct arena *a, const struct strs *list, const unsigned *to)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		unsigned line = request_line_of(list->v[i]);

		if (!line)
			strs_add(a, &out, list->v[i]);
		else if (line <= LINES_MAX && to[line])
			strs_add(a, &out, arena_printf(a, "+%u", to[line]));
	}
	return out;
}

void request_tidy(struct arena *a, struct request_draft *d)
{
	struct grant_request *r = &d->r;
	unsigned to[LINES_MAX + 1] = { 0 }, next = 0;
	struct strs lines = { 0 };

	for (unsigned line = 1; line <= r->others.n && line <= LINES_MAX; line++) {
		const char *id = arena_printf(a, "+%u", line);

		if (!strs_has(&r->listing, id) && !strs_has(&r->places, id))
			continue;
		to[line] = ++next;
		strs_add(a, &lines, r->others.v[line - 1]);
	}
	r->others = lines;
	r->listing = renumbered(a, &r->listing, to);
	r->places = renumbered(a, &r->places, to);
	r->others_places = 0;
	for (unsigned line = 1; line <= next; line++)
		if (strs_has(&r->places, arena_printf(a, "+%u", line)))
			r->others_places |= (uint64_t)1 << (line - 1);
	for (size_t i = 0; i < d->n; i++) {
		struct request_person *p = &d->people[i];
		struct strs listing = renumbered(a, &p->listing, to), places = renumbered(a, &p->places, to);
		size_t had = p->listing.n, had_places = p->places.n;

		p->listing = only(a, &listing, &r->listing);
		p->places = only(a, &places, &r->places);
		d->lessened += p->listing.n < had || p->places.n < had_places;
	}
}

void request_drop(struct arena *a, struct request_draft *d, const struct strs *ids)
{
	size_t places = d->r.places.n;

	if (!ids->n)
		return;
	d->r.listing = without(a, &d->r.listing, ids);
	d->r.places = without(a, &d->r.places, ids);
	/* an empty list says « none » only where it was said */
	if (places && !d->r.places.n)
		d->r.steps &= ~(uint64_t)(1u << REQUEST_PLACES);
	request_tidy(a, d);
}

/* --- taking --- */

static bool same(const struct strs *x, const struct strs *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i], y->v[i]) != 0)
			return false;
	return true;
}

static void check_all(struct taking *x, enum request_step step, const struct strs *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		const char *wrong = request_wrong_establishment(x->app, x->a, &x->d->r, step, ids->v[i]);

		if (wrong)
			fault_add(x->a, x->faults, "etablissement", "%s. Décochez-le.", wrong);
	}
	if (ids->n > LIST_MAX)
		fault_add(x->a, x->faults, "etablissement",
			  "La liste est limitée à %d établissements : écrivez à votre Caf pour les autres", LIST_MAX);
}

/* One more free line, in the list of this page at least. */
static void take_line(struct taking *x, enum request_step step, const char *typed)
{
	struct grant_request *r = &x->d->r;

	if (!*typed || x->faults->n)
		return;
	for (size_t i = 0; i < r->others.n; i++)
		if (strcmp(text_fold(x->a, typed), text_fold(x->a, r->others.v[i])) == 0)
			fault_add(x->a, x->faults, "autre", "« %s » est déjà dans votre demande", r->others.v[i]);
	if (!*text_fold(x->a, typed))
		fault_add(x->a, x->faults, "autre", "Saisissez le nom et l’adresse de l’établissement");
	if (r->others.n >= LINES_MAX)
		fault_add(x->a, x->faults, "autre",
			  "La liste est limitée à %d lignes : écrivez à votre Caf pour les autres", LINES_MAX);
	if (x->faults->n)
		return;
	struct strs others = { 0 };

	for (size_t i = 0; i < r->others.n; i++)
		strs_add(x->a, &others, r->others.v[i]);
	strs_add(x->a, &others, typed);
	r->others = others;
	const char *id = arena_printf(x->a, "+%zu", others.n);

	if (step == REQUEST_LISTING)
		strs_add(x->a, &r->listing, id);
	if (step == REQUEST_PLACES || input_has(x->in, "autre_places", "oui")) {
		struct strs places = without(x->a, &r->places, &(struct strs){ 0 });

		strs_add(x->a, &places, id);
		r->places = places;
	}
}

static bool is_action(const struct taking *x, const char *action)
{
	return strcmp(input_get(x->in, "action"), action) == 0;
}

struct listed {
	const char *id;
	struct establishment e; /* of a free line: nothing */
	size_t nth;
};

/* By name; free lines last, as they were written. */
static int reading_order(const void *x, const void *y)
{
	const struct listed *a = x, *b = y;
	bool free_a = *a->id == '+', free_b = *b->id == '+';
	int order = free_a || free_b ? free_a - free_b : text_order(a->e.name, b->e.name);

	order = order || free_a ? order : text_order(a->e.city, b->e.city);
	return order ? order : (a->nth > b->nth) - (a->nth < b->nth);
}

/* Ticked in whatever order, read in one: on the recap, in the convention, at the Caf. */
static enum err put_in_order(struct taking *x, struct strs *list)
{
	struct listed *v = arena_array(x->a, list->n, struct listed);
	struct strs ordered = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		v[i] = (struct listed){ .id = list->v[i], .nth = i };
		codec_default(&establishment_codec, &v[i].e);
		enum err e = *v[i].id == '+' ? ERR_OK : establishment_find(x->app, x->a, v[i].id, &v[i].e);

		if (e && e != ERR_NOTFOUND)
			return e;
	}
	if (list->n)
		qsort(v, list->n, sizeof *v, reading_order);
	for (size_t i = 0; i < list->n; i++)
		strs_add(x->a, &ordered, v[i].id);
	*list = ordered;
	return ERR_OK;
}

/* Of the Caf that the request was for before another window changed it. */
static bool is_of_another_caf(const struct taking *x, const char *id)
{
	struct establishment e;

	return *x->d->r.caf && !request_line_of(id) && !establishment_find(x->app, x->a, id, &e) && *e.caf &&
	       strcmp(e.caf, x->d->r.caf) != 0;
}

static const char *caf_words(struct taking *x, const struct strs *foreign)
{
	if (!foreign->n)
		return "La liste des établissements a changé dans une autre fenêtre. ";
	return arena_printf(x->a,
			    foreign->n > 1 ?
				    "Votre demande a changé dans une autre fenêtre : votre Caf est maintenant la %s. %s n’en "
				    "relèvent pas et ne sont pas repris. " :
				    "Votre demande a changé dans une autre fenêtre : votre Caf est maintenant la %s. %s n’en "
				    "relève pas et n’est pas repris. ",
			    caf_name(x->app, x->a, x->d->r.caf), request_names_of(x, foreign));
}

/* Neither window's choice is lost: both are ticked, and told apart. "+n" of other free lines may be any of them now; what is another
   Caf's is not taken back. */
static void tick_both(struct taking *x, struct strs *list, const struct strs *ids)
{
	struct strs both = without(x->a, list, &(struct strs){ 0 }), there = without(x->a, list, ids), here = { 0 },
		    foreign = { 0 };
	bool lines = request_lines_moved(x);

	for (size_t i = 0; i < ids->n; i++) {
		if (strs_has(list, ids->v[i]) || (lines && request_line_of(ids->v[i])))
			continue;
		if (is_of_another_caf(x, ids->v[i])) {
			strs_add(x->a, &foreign, ids->v[i]);
			continue;
		}
		strs_add(x->a, &here, ids->v[i]);
		strs_add(x->a, &both, ids->v[i]);
	}
	fault_add(x->a, x->faults, "etablissement", "%s%s%s%s%s%s%s%s", caf_words(x, &foreign),
		  there.n ? "Enregistré là-bas, et pas coché ici : " : "", there.n ? request_names_of(x, &there) : "",
		  there.n ? ". " : "", here.n ? "Coché ici, et pas encore enregistré : " : "",
		  here.n ? request_names_of(x, &here) : "", here.n ? ". " : "",
		  foreign.n ?
			  "Relisez les cases, puis enregistrez" :
			  "Relisez les cases : tout y est coché. Décochez ce que vous ne voulez pas, puis enregistrez");
	*list = both;
}

/* The list is what is ticked; searching and adding keep it, going on asks that there is one. A search adds no line. */
static enum err take_list(struct taking *x, enum request_step step, struct strs *list)
{
	struct strs before = *list, ids = input_all(x->a, x->in, "etablissement");
	bool none = step == REQUEST_PLACES && input_has(x->in, "aucun", "oui"), searching = is_action(x, "chercher");
	const char *line = searching ? "" : input_get(x->in, "autre");

	input_check(x->a, request_list_form(), x->in, x->faults);
	if (request_line_is_again(x, step, &ids, line)) {
		x->idle = true;
		return ERR_OK;
	}
	if (request_list_moved(x, step, &ids)) {
		tick_both(x, list, &ids);
		return ERR_OK;
	}
	check_all(x, step, &ids);
	*list = without(x->a, &ids, &(struct strs){ 0 });
	if (none && (list->n || *line))
		fault_add(x->a, x->faults, "aucun",
			  "Décochez les établissements, ou décochez « Aucune place libre à publier »");
	else if (searching && !*input_get(x->in, "lieu"))
		fault_add(x->a, x->faults, "lieu", "Indiquez une commune ou un code postal");
	else if (is_action(x, "ajouter") && !*line)
		fault_add(x->a, x->faults, "autre", "Saisissez le nom et l’adresse de l’établissement");
	else if (!list->n && !none && !*line && !searching)
		fault_add(x->a, x->faults, "etablissement",
			  "Choisissez au moins un établissement : cherchez sa commune, puis cochez-le");
	take_line(x, step, line);
	if (x->faults->n)
		return ERR_OK;
	enum err e = put_in_order(x, list);

	if (e)
		return e;
	if (searching) {
		x->idle = same(&before, list);
		if (!list->n)
			x->d->r.steps &= ~(uint64_t)(1u << step);
	} else {
		x->d->r.steps |= 1u << step;
	}
	request_tidy(x->a, x->d);
	return ERR_OK;
}

enum err request_take_listing(struct taking *x)
{
	return take_list(x, REQUEST_LISTING, &x->d->r.listing);
}

enum err request_take_places(struct taking *x)
{
	return take_list(x, REQUEST_PLACES, &x->d->r.places);
}

/* --- the search --- */

static int by_name(const void *x, const void *y)
{
	const struct establishment *first = x, *second = y;
	int order = text_order(first->name, second->name);

	return order ? order : strcmp(first->id, second->id);
}

static enum err add_commune(struct txn *t, struct arena *a, const struct request_draft *d, enum request_step step,
			    const char *insee, struct request_found *out)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'i', insee));

	while (scan_next(&s)) {
		struct establishment e;
		enum err failed =
			establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, tail_of(s.key, sizeof(struct uuid)), &e);

		if (failed == ERR_NOTFOUND || (!failed && !*e.caf))
			continue;
		if (failed)
			return failed;
		if ((*d->r.caf && strcmp(e.caf, d->r.caf) != 0) || (step == REQUEST_PLACES && !type_has_places(e.type))) {
			out->other++;
			continue;
		}
		out->v = arena_more(a, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = e;
	}
	return t->err;
}

static enum err find_communes(struct app *app, struct arena *a, const char *typed, struct request_found *out)
{
	struct communes_found found;
	struct commune one;
	enum err e = communes_find(app, a, typed, &found);

	if (e)
		return e;
	out->communes = found.v;
	out->communes_n = found.n;
	out->near = found.near;
	if (found.n || strlen(typed) != 5)
		return ERR_OK;
	e = commune_by_insee(app, a, typed, &one);
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	out->communes = arena_new_of(a, struct commune);
	*out->communes = one;
	out->communes_n = 1;
	return ERR_OK;
}

enum err request_search(struct app *app, struct arena *a, const struct request_draft *d, enum request_step step,
			const char *typed, struct request_found *out)
{
	struct request_found f = { 0 };
	enum err e = find_communes(app, a, typed, &f);

	if (e)
		return e;
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	for (size_t i = 0; i < f.communes_n && !e; i++)
		e = add_commune(&t, a, d, step, f.communes[i].insee, &f);
	if (e)
		return e;
	if (f.n)
		qsort(f.v, f.n, sizeof *f.v, by_name);
	f.more = f.n > SHOWN_MAX;
	if (f.more)
		f.n = SHOWN_MAX;
	*out = f;
	return ERR_OK;
}
