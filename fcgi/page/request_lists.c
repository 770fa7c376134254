/* The two lists of a request: establishments found by their commune, ticked; a free line for those the register lacks. */
#include "fcgi/page/request_pages.h"

#include "acts/rights.h"
#include "base/french.h"

#include <string.h>

struct list_page {
	enum request_step step;
	struct request_draft d;
	const struct strs *chosen;
	struct request_found found;
	const char *place; /* searched; "" : nothing yet */
};

static const struct strs *chosen_of(const struct request_draft *d, enum request_step step)
{
	return step == REQUEST_LISTING ? &d->r.listing : &d->r.places;
}

static const char *near_words(struct request *rq, const struct strs *near)
{
	struct buf b = buf_new(rq->arena);

	for (size_t i = 0; i < near->n && i < 3; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", near->v[i]);
	return buf_str(&b);
}

static enum err search(struct request *rq, struct list_page *p)
{
	enum err e = *p->place ? request_search(rq->app, rq->arena, &p->d, p->step, p->place, &p->found) : ERR_OK;

	if (e || !*p->place || p->found.communes_n)
		return e;
	rq->re->status = 422;
	if (p->found.near.n)
		fault_add(rq->arena, &rq->faults, "lieu", "Nous ne connaissons pas cette commune. Cherchez-vous %s ?",
			  near_words(rq, &p->found.near));
	else
		fault_add(rq->arena, &rq->faults, "lieu",
			  "Nous ne connaissons pas cette commune : vérifiez son nom ou son code postal");
	return ERR_OK;
}

/* --- the boxes --- */

static const char *where(struct request *rq, const struct establishment *e, bool caf)
{
	struct buf b = buf_new(rq->arena);

	buf_printf(&b, "%s", establishment_kind_label(e->type, e->category, e->capacity));
	if (*e->street)
		buf_printf(&b, ", %s", e->street);
	if (*e->city)
		buf_printf(&b, ", %s %s", e->postal_code, e->city);
	if (caf)
		buf_printf(&b, " (Caf %s)", e->caf);
	return buf_str(&b);
}

/* The first box of the page carries the field's own id: the error summary leads there. */
static const char *box_id(struct request *rq, size_t *boxes)
{
	return (*boxes)++ ? arena_printf(rq->arena, "etablissement-%zu", *boxes) : "etablissement";
}

static void chosen_box(struct request *rq, struct html *h, const struct list_page *p, const char *id, size_t *boxes)
{
	struct establishment e;
	const char *hint = NULL;

	if (request_line_of(id))
		hint = "Absent de la liste : votre Caf le vérifiera";
	else if (!establishment_find(rq->app, rq->arena, id, &e))
		hint = where(rq, &e, false);
	request_box(h, box_id(rq, boxes), "etablissement", id, request_name_of(rq->app, rq->arena, &p->d.r, id), hint,
		    strs_has(p->chosen, id));
}

/* Offered without a search: the free lines, and for places what the other list has of early childhood. */
static struct strs near_at_hand(struct request *rq, const struct list_page *p)
{
	struct strs out = { 0 };
	struct establishment e;

	for (size_t i = 0; p->step == REQUEST_PLACES && i < p->d.r.listing.n; i++) {
		const char *id = p->d.r.listing.v[i];

		if (!request_line_of(id) && !strs_has(p->chosen, id) &&
		    !establishment_find(rq->app, rq->arena, id, &e) && type_has_places(e.type))
			strs_add(rq->arena, &out, id);
	}
	for (size_t i = 1; i <= p->d.r.others.n; i++) {
		const char *id = arena_printf(rq->arena, "+%zu", i);

		if (!strs_has(p->chosen, id))
			strs_add(rq->arena, &out, id);
	}
	return out;
}

static void chosen_boxes(struct request *rq, struct html *h, const struct list_page *p, const struct strs *more,
			 size_t *boxes)
{
	if (!p->chosen->n && !more->n)
		return;
	html(h, "<fieldset class=\"field\"><legend>{f}</legend>\n",
	     p->chosen->n ? "Établissements de votre demande" : "Établissements déjà cités");
	for (size_t i = 0; i < p->chosen->n; i++)
		chosen_box(rq, h, p, p->chosen->v[i], boxes);
	for (size_t i = 0; i < more->n; i++)
		chosen_box(rq, h, p, more->v[i], boxes);
	html(h, "</fieldset>\n");
}

static const char *commune_words(struct request *rq, const struct list_page *p)
{
	return p->found.communes_n == 1 ? french_a(rq->arena, p->found.communes[0].name) :
					  arena_printf(rq->arena, "pour « %s »", p->place);
}

static size_t new_results(const struct list_page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->found.n; i++)
		n += !strs_has(p->chosen, p->found.v[i].id);
	return n;
}

static void nothing_found(struct request *rq, struct html *h, const struct list_page *p)
{
	if (p->found.n)
		html(h, "<p>Tous les établissements trouvés {f} sont déjà dans votre demande.</p>\n", commune_words(rq, p));
	else if (p->found.other)
		html(h,
		     "<p><strong>Aucun établissement {f} ne convient ici.</strong> Ceux de cette commune relèvent d’une autre Caf, ou "
		     "n’accueillent pas de jeunes enfants.</p>\n",
		     commune_words(rq, p));
	else
		html(h, "<p><strong>Aucun établissement {f} :</strong> indiquez-le à votre Caf par la ligne ci-dessous.</p>\n",
		     commune_words(rq, p));
}

static void results(struct request *rq, struct html *h, const struct list_page *p, size_t *boxes)
{
	if (!p->found.communes_n)
		return;
	html(h, "<div id=\"resultats\">\n");
	if (!new_results(p)) {
		nothing_found(rq, h, p);
		html(h, "</div>\n");
		return;
	}
	html(h, "<fieldset class=\"field\"><legend>{f}</legend>\n",
	     arena_printf(rq->arena, "Établissements %s", commune_words(rq, p)));
	for (size_t i = 0; i < p->found.n; i++) {
		const struct establishment *e = &p->found.v[i];

		if (!strs_has(p->chosen, e->id))
			request_box(h, box_id(rq, boxes), "etablissement", e->id, e->name, where(rq, e, !*p->d.r.caf),
				    false);
	}
	if (p->found.more)
		html(h, "<p class=\"small muted\">Les 100 premiers sont montrés : précisez la commune.</p>\n");
	html(h, "</fieldset>\n</div>\n");
}

/* All boxes under their one fault, which the summary leads to when there is no box. */
static void boxes_of(struct request *rq, struct html *h, const struct list_page *p)
{
	const char *fault = fault_of(&rq->faults, "etablissement");
	struct strs more = near_at_hand(rq, p);
	size_t boxes = 0;

	if (fault)
		html(h, "<p class=\"msg-error\" id=\"{}\">{f}</p>\n",
		     p->chosen->n || more.n || new_results(p) ? "e-etablissement" : "etablissement", fault);
	results(rq, h, p, &boxes);
	chosen_boxes(rq, h, p, &more, &boxes);
}

/* --- the page --- */

static void search_field(struct request *rq, struct html *h)
{
	const char *fault = fault_of(&rq->faults, "lieu");

	html(h,
	     "<div class=\"field{}\"><label for=\"lieu\">Commune ou code postal</label><span class=\"hint\" id=\"h-lieu\">Ce que vous "
	     "avez coché est gardé</span>",
	     fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-lieu\">{f}</span>", fault);
	html(h,
	     "<input class=\"w-l\" type=\"text\" id=\"lieu\" name=\"lieu\" value=\"{}\" autocomplete=\"off\" "
	     "aria-describedby=\"h-lieu{}\"",
	     input_get(&rq->in, "lieu"), fault ? " e-lieu" : "");
	if (fault)
		html(h, " aria-invalid=\"true\"");
	html(h, "></div>\n<p><button class=\"btn btn-alt btn-small\" name=\"action\" value=\"chercher\">Chercher</button></p>\n");
}

static void line_field(struct request *rq, struct html *h, const struct list_page *p)
{
	html(h, "<details");
	if (*input_get(&rq->in, "autre") || fault_of(&rq->faults, "autre"))
		html(h, " open");
	html(h, "><summary>Un établissement n’est pas dans la liste ?</summary>\n");
	field_of(rq, h, request_list_form(), "autre", "");
	if (p->step == REQUEST_LISTING)
		request_box(h, "autre_places", "autre_places", "oui", "Il publiera aussi ses places libres", NULL,
			    input_has(&rq->in, "autre_places", "oui"));
	html(h, "<p><button class=\"btn btn-alt btn-small\" name=\"action\" value=\"ajouter\">Ajouter cet établissement</button></p>\n"
		"</details>\n");
}

static void none_box(struct request *rq, struct html *h)
{
	const char *fault = fault_of(&rq->faults, "aucun");

	html(h, "<fieldset class=\"field{}\"><legend>Vous n’avez pas de places libres à publier ?</legend>\n",
	     fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-aucun\">{f}</span>\n", fault);
	request_box(h, "aucun", "aucun", "oui", "Aucune place libre à publier", NULL, input_has(&rq->in, "aucun", "oui"));
	html(h, "</fieldset>\n");
}

static enum err show(struct request *rq, struct html *h, struct list_page *p)
{
	bool listing = p->step == REQUEST_LISTING;

	p->chosen = chosen_of(&p->d, p->step);
	p->place = input_get(&rq->in, "lieu");
	enum err e = search(rq, p);

	if (e)
		return e;
	request_begin(rq, h, request_step_titles[p->step],
		      listing ? "Choisissez les établissements dont vous décrirez l’accueil, les horaires et le projet." :
				"Choisissez les établissements du jeune enfant dont vous publierez les places libres.",
		      &p->d);
	html(h, "<div class=\"narrow\">\n");
	if (!*p->d.r.caf)
		html(h,
		     "<div class=\"note\"><p>Vous n’avez pas encore choisi votre Caf : les établissements de toutes les Caf sont "
		     "proposés. <a href=\"{}\">Choisir votre Caf</a></p></div>\n",
		     request_step_path(rq->arena, REQUEST_CAF));
	request_form_open(rq, h, &p->d);
	field_hidden(h, "lignes", request_list_mark(rq->arena, &p->d, p->step));
	search_field(rq, h);
	boxes_of(rq, h, p);
	line_field(rq, h, p);
	if (!listing)
		none_box(rq, h);
	html(h, "<div class=\"actions\"><button class=\"btn\" name=\"action\" value=\"continuer\">Enregistrer et continuer</button></div>\n");
	form_close(h);
	html(h, "</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

static enum err get(struct request *rq, struct html *h, enum request_step step)
{
	struct list_page p = { .step = step };
	enum err e = request_read_draft(rq, &p.d);

	if (e)
		return e;
	struct input saved = request_step_input(rq->arena, &p.d, step, 0);

	if (saved.n)
		rq->in = input_with(rq->arena, &rq->in, saved.v[0].name, saved.v[0].value);
	return show(rq, h, &p);
}

/* A line not added yet is no part of the draft: it goes along. */
static enum err to_results(struct request *rq, const struct request_draft *d, const char *path)
{
	const char *line = input_get(&rq->in, "autre");

	http_see_other(rq->re, arena_printf(rq->arena, "%s#resultats",
					    link_with(rq->arena, path, "lieu", input_get(&rq->in, "lieu"), "autre",
						      line, "autre_places",
						      *line && input_has(&rq->in, "autre_places", "oui") ? "oui" : "",
						      "droits", request_lessened(rq, d), NULL)));
	return ERR_OK;
}

/* Nothing is kept any more: what was ticked is all there is. Its free lines are gone. */
static void tick_typed(struct request *rq, struct list_page *p)
{
	struct strs ids = input_all(rq->arena, &rq->in, "etablissement"), known = { 0 };

	for (size_t i = 0; i < ids.n; i++)
		if (!request_line_of(ids.v[i]))
			strs_add(rq->arena, &known, ids.v[i]);
	*(p->step == REQUEST_LISTING ? &p->d.r.listing : &p->d.r.places) = known;
}

static enum err post(struct request *rq, struct html *h, enum request_step step)
{
	struct list_page p = { .step = step };
	enum err e = request_save(rq, step, &p.d);
	const char *action = input_get(&rq->in, "action"), *path = request_step_path(rq->arena, step);

	if (e == ERR_INVALID && p.d.lost)
		tick_typed(rq, &p);
	if (e == ERR_INVALID)
		return show(rq, h, &p);
	if (e == ERR_GONE)
		return request_is_sent(rq, h, &p.d);
	if (e)
		return e;
	if (strcmp(action, "chercher") == 0)
		return to_results(rq, &p.d, path);
	if (*input_get(&rq->in, "autre") && strcmp(action, "continuer") != 0)
		return request_step_done(rq, &p.d, path, "ligne-ajoutee");
	return request_go_on(rq, &p.d, step);
}

enum err page_request_listing(struct request *rq, struct html *h)
{
	return get(rq, h, REQUEST_LISTING);
}

enum err page_request_listing_post(struct request *rq, struct html *h)
{
	return post(rq, h, REQUEST_LISTING);
}

enum err page_request_places(struct request *rq, struct html *h)
{
	return get(rq, h, REQUEST_PLACES);
}

enum err page_request_places_post(struct request *rq, struct html *h)
{
	return post(rq, h, REQUEST_PLACES);
}
