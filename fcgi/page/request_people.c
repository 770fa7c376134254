/* The people of a request, one after the other, each with the establishments and families it may write. */
#include "fcgi/page/request_pages.h"

#include "base/text.h"

#include <string.h>

/* Whom the form is about: somebody there is, or 0. */
static size_t place_of(struct request *rq, const struct request_draft *d)
{
	size_t place = request_person_place(rq->arena, d, &rq->in);

	return place <= d->n ? place : 0;
}

static void person_hidden(struct html *h, const struct request_draft *d, size_t place)
{
	field_hidden(h, "personne", html_number(h, (int64_t)place));
	field_hidden(h, "qui", request_person_mark(h->out->arena, &d->people[place - 1]));
	field_hidden(h, "vu", request_person_seen(h->out->arena, &d->people[place - 1]));
}

static const char *rights_words(struct request *rq, const struct request_person *p)
{
	size_t listing = p->listing.n, places = p->places.n;

	if (strs_has(&p->listing, REQUEST_ALL))
		return "Tous les établissements";
	if (!listing && !places)
		return "Aucun établissement : à choisir";
	return arena_printf(rq->arena, "Fonctionnement : %zu établissement%s ; places libres : %zu", listing,
			    listing > 1 ? "s" : "", places);
}

static void person_line(struct request *rq, struct html *h, const struct request_draft *d, size_t i)
{
	const struct request_person *p = &d->people[i];
	const char *name = request_person_name(rq->arena, p), *place = html_number(h, (int64_t)i + 1);

	html(h,
	     "<div><dt>{}</dt><dd>{}<br>{}<br><span class=\"small muted\">{f}</span></dd><dd>"
	     "<a href=\"?personne={u}#personne\">Modifier<span class=\"vh\"> {}</span></a></dd></div>\n",
	     name, p->title, p->mail, rights_words(rq, p), place, name);
}

static void people_list(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *shared = request_shared_mail(rq->arena, d);

	if (!d->n)
		return;
	html(h, "<h2>Personnes de votre demande</h2>\n<dl class=\"summary\">\n");
	for (size_t i = 0; i < d->n; i++)
		person_line(rq, h, d, i);
	html(h, "</dl>\n");
	if (*shared)
		note(h, NOTE_WARN, shared);
}

static void rights_set(struct request *rq, struct html *h, const struct request_draft *d, const char *field,
		       const char *legend, const struct strs *ids)
{
	if (!ids->n)
		return;
	html(h, "<fieldset class=\"field\"><legend>{f}</legend>\n", legend);
	for (size_t i = 0; i < ids->n; i++)
		request_box(h, i ? arena_printf(rq->arena, "%s-%zu", field, i) : field, field, ids->v[i],
			    request_name_of(rq->app, rq->arena, &d->r, ids->v[i]), NULL,
			    input_has(&rq->in, field, ids->v[i]));
	html(h, "</fieldset>\n");
}

static void rights_fields(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *fault = fault_of(&rq->faults, "tous");
	bool all = input_has(&rq->in, "tous", "oui");

	html(h, "<fieldset class=\"field{}\"><legend>Ce que cette personne pourra mettre à jour</legend>\n",
	     fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-tous\">{f}</span>\n", fault);
	request_box(h, "tous", "tous", "oui", "Tous les établissements de la demande", NULL, all);
	html(h, "</fieldset>\n");
	if (!d->r.listing.n && !d->r.places.n)
		return;
	html(h, "<details");
	if (!all)
		html(h, " open");
	html(h, "><summary>Seulement certains établissements</summary>\n<p class=\"small muted\">Décochez « Tous les établissements de la "
		"demande », puis cochez ceux de cette personne.</p>\n");
	rights_set(rq, h, d, "droit_fonctionnement", "Fonctionnement", &d->r.listing);
	rights_set(rq, h, d, "droit_places", "Places libres", &d->r.places);
	html(h, "</details>\n");
}

static void remove_form(struct request *rq, struct html *h, const struct request_draft *d, size_t place)
{
	request_form_open(rq, h, d);
	person_hidden(h, d, place);
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger btn-small\" name=\"action\" value=\"retirer\">Retirer {}</button></div>\n",
	     request_person_name(rq->arena, &d->people[place - 1]));
	form_close(h);
}

static void person_form(struct request *rq, struct html *h, const struct request_draft *d, size_t place)
{
	static const struct {
		const char *name, *width;
	} rows[] = { { "prenom", "w-l" }, { "nom", "w-l" }, { "fonction", "w-l" }, { "courriel", "w-l" } };

	html(h, "<h2 id=\"personne\">{f}</h2>\n",
	     place ? request_person_name(rq->arena, &d->people[place - 1]) :
	     d->n  ? "Ajouter une personne" :
		     "Première personne");
	request_form_open(rq, h, d);
	if (place)
		person_hidden(h, d, place);
	field_hidden(h, "lignes", request_lines_mark(rq->arena, &d->r));
	for (size_t i = 0; i < LENGTH(rows); i++)
		field_of(rq, h, request_person_form(), rows[i].name, rows[i].width);
	rights_fields(rq, h, d);
	html(h, "<div class=\"actions\"><button class=\"btn btn-alt\" name=\"action\" value=\"ajouter\">Enregistrer cette personne</button>"
		"<button class=\"btn\" name=\"action\" value=\"continuer\">Enregistrer et continuer</button></div>\n");
	form_close(h);
	if (place)
		remove_form(rq, h, d, place);
}

static enum err people_page(struct request *rq, struct html *h, const struct request_draft *d)
{
	request_begin(rq, h, request_step_titles[REQUEST_PEOPLE],
		      "Les agents ou salariés de votre organisme qui mettront les fiches et les places à jour.", d);
	html(h, "<div class=\"narrow\">\n");
	people_list(rq, h, d);
	person_form(rq, h, d, place_of(rq, d));
	html(h, "</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_people(struct request *rq, struct html *h)
{
	struct request_draft d;
	const char *code = input_get(&rq->in, "fait"), *fewer = input_get(&rq->in, "droits");
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	struct input in = request_step_input(rq->arena, &d, REQUEST_PEOPLE, place_of(rq, &d));

	in = input_with(rq->arena, &in, "fait", code);
	rq->in = input_with(rq->arena, &in, "droits", fewer);
	return people_page(rq, h, &d);
}

enum err page_request_people_post(struct request *rq, struct html *h)
{
	struct request_draft d;
	const char *action = input_get(&rq->in, "action"), *path = request_step_path(rq->arena, REQUEST_PEOPLE);
	enum err e = request_save(rq, REQUEST_PEOPLE, &d);

	if (e == ERR_INVALID)
		return people_page(rq, h, &d);
	if (e == ERR_GONE)
		return request_is_sent(rq, h, &d);
	if (e)
		return e;
	if (strcmp(action, "continuer") == 0)
		return request_go_on(rq, &d, REQUEST_PEOPLE);
	return done(rq, path, strcmp(action, "retirer") == 0 ? "personne-retiree" : "personne-ajoutee");
}
