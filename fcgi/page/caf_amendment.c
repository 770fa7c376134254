/* An amendment of a convention: one form a nature, chosen by the page's link (?nature=…). */
#include "acts/amendment.h"
#include "fcgi/page/caf_provider.h"

#include <string.h>

#define FOUND_MAX 30

static const struct field ask_fields[] = {
	{ .name = "nature", .label = "Nature de l’avenant", .kind = FIELD_CHOICE, .choices = amendment_natures },
	{ .name = "agent", .label = "Personne", .kind = FIELD_TOKEN, .max = 16 },
	{ .name = "q", .label = "Nom, commune ou identifiant", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "etablissement", .label = "Identifiant de l’établissement", .kind = FIELD_TOKEN, .max = 16 },
};

const struct form *form_amendment_ask(void)
{
	static const struct form form = { ask_fields, LENGTH(ask_fields) };

	return &form;
}

const struct form *form_amendment(void)
{
	return &amendment_form;
}

struct amendment_view {
	struct agreement g;
	struct provider p;
	struct establishment *places; /* of the convention */
	struct person *people;        /* of the provider, whose mission is not over */
	size_t places_n, people_n;
	const char *nature, *path;
};

static enum err read_view(struct request *rq, struct amendment_view *v)
{
	enum err e = agreement_of_path(rq, &v->g, &v->p);
	size_t kept = 0;

	if (!e)
		e = agreement_establishments(rq->app, rq->arena, &v->g, &v->places, &v->places_n);
	if (!e)
		e = people_of(rq->app, rq->arena, v->p.key, &v->people, &v->people_n);
	if (e)
		return e;
	for (size_t i = 0; i < v->people_n; i++)
		if (strcmp(v->people[i].status, "terminee") != 0)
			v->people[kept++] = v->people[i];
	v->people_n = kept;
	v->nature = input_get(&rq->in, "nature");
	v->path = arena_printf(rq->arena, "/caf/conventions/%s", v->g.number);
	return choice_has(amendment_natures, v->nature) ? ERR_OK : ERR_MALFORMED;
}

static bool nature_is(const struct amendment_view *v, const char *nature)
{
	return strcmp(v->nature, nature) == 0;
}

/* --- pieces --- */

static void fault_line(struct request *rq, struct html *h, const char *name)
{
	const char *fault = fault_of(&rq->faults, name);

	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>\n", name, fault);
}

/* One group of check boxes; the first that stands carries the field's name, so that the error summary leads there. */
struct boxes {
	const char *name, *legend;
	bool first;
};

static void boxes_begin(struct request *rq, struct html *h, struct boxes *g)
{
	html(h, "<fieldset class=\"field{}\"><legend>{f}</legend>\n",
	     fault_of(&rq->faults, g->name) ? " field-error" : "", g->legend);
	fault_line(rq, h, g->name);
	html(h, "<div class=\"boxes\">\n");
	g->first = true;
}

static void boxes_add(struct request *rq, struct html *h, struct boxes *g, const char *value, const char *label)
{
	one_box(rq, h, g->first ? g->name : arena_printf(rq->arena, "%s-%s", g->name, value), g->name, value, label);
	g->first = false;
}

static void boxes_end(struct html *h, struct boxes *g, const char *none)
{
	if (g->first)
		html(h, "<p class=\"muted\" id=\"{}\">{f}</p>\n", g->name, none);
	html(h, "</div>\n</fieldset>\n");
}

static const struct person *chosen(struct request *rq, const struct amendment_view *v)
{
	for (size_t i = 0; i < v->people_n; i++)
		if (strcmp(v->people[i].number, input_get(&rq->in, "agent")) == 0)
			return &v->people[i];
	return NULL;
}

/* It can be ticked in that family: somebody has not its right (add) or has it; nothing is given on what another manages by now. */
static bool is_offered(const struct amendment_view *v, const struct establishment *e, bool places,
		       const struct person *p, bool add)
{
	bool held = p && strs_has(places ? &e->places_keys : &e->listing_keys, p->key);

	return !(places && !type_has_places(e->type)) && !(p && held == add) &&
	       !(add && strcmp(e->manager_key, v->p.key) != 0);
}

static bool any_offered(const struct amendment_view *v, const struct person *p, bool add)
{
	for (size_t i = 0; i < v->places_n; i++)
		if (is_offered(v, &v->places[i], false, p, add) || is_offered(v, &v->places[i], true, p, add))
			return true;
	return false;
}

static void places_group(struct request *rq, struct html *h, const struct amendment_view *v, struct boxes g,
			 bool places, const struct person *p, bool add)
{
	boxes_begin(rq, h, &g);
	for (size_t i = 0; i < v->places_n; i++) {
		const struct establishment *e = &v->places[i];

		if (is_offered(v, e, places, p, add))
			boxes_add(rq, h, &g, e->id, arena_printf(rq->arena, "%s (%s)", e->name, e->id));
	}
	boxes_end(h, &g, "Aucun établissement.");
}

static void rights_groups(struct request *rq, struct html *h, const struct amendment_view *v, const struct person *p,
			  bool add)
{
	places_group(rq, h, v, (struct boxes){ .name = "fonctionnement", .legend = "Fonctionnement" }, false, p, add);
	places_group(rq, h, v, (struct boxes){ .name = "places", .legend = "Places libres" }, true, p, add);
}

static void people_group(struct request *rq, struct html *h, const struct amendment_view *v, struct boxes g)
{
	boxes_begin(rq, h, &g);
	for (size_t i = 0; i < v->people_n; i++)
		boxes_add(rq, h, &g, v->people[i].number,
			  arena_printf(rq->arena, "%s (%s)", v->people[i].name, v->people[i].number));
	boxes_end(h, &g, "Aucune personne.");
}

static void signed_fields(struct request *rq, struct html *h)
{
	html(h, "<h2>L’avenant signé</h2>\n");
	field_of(rq, h, &amendment_form, "reference", "w-m");
	html(h, "<div class=\"cols-even\">\n");
	field_of(rq, h, &amendment_form, "signature_fournisseur", "w-s");
	field_of(rq, h, &amendment_form, "signature_caf", "w-s");
	html(h, "</div>\n");
}

/* --- the natures --- */

static void person_fields(struct request *rq, struct html *h, const struct amendment_view *v)
{
	static const char *const names[] = { "nom", "prenom", "fonction", "courriel" };

	html(h, "<h2>La personne</h2>\n");
	for (size_t i = 0; i < LENGTH(names); i++)
		field_of(rq, h, &amendment_form, names[i], "w-l");
	if (fault_of(&rq->faults, "partage") || input_has(&rq->in, "partage", "oui"))
		check_box(rq, h, "partage", "Enregistrer quand même cette adresse");
	if (fault_of(&rq->faults, "homonyme") || input_has(&rq->in, "homonyme", "oui"))
		check_box(rq, h, "homonyme", "C’est quelqu’un d’autre : ouvrir un second accès");
	html(h, "<h2>Ses droits</h2>\n");
	rights_groups(rq, h, v, NULL, true);
}

static void establishment_fields(struct request *rq, struct html *h, const struct amendment_view *v)
{
	html(h, "<h2>L’établissement</h2>\n");
	field_of(rq, h, &amendment_form, "etablissement", "w-s");
	if (fault_of(&rq->faults, "gestion") || input_has(&rq->in, "gestion", "oui"))
		check_box(rq, h, "gestion", "Changer le gestionnaire de cet établissement");
	html(h, "<h2>Qui peut y faire quoi</h2>\n");
	people_group(rq, h, v, (struct boxes){ .name = "fonctionnement", .legend = "Fonctionnement" });
	people_group(rq, h, v, (struct boxes){ .name = "places", .legend = "Places libres" });
}

static void removed_establishment(struct request *rq, struct html *h, const struct amendment_view *v)
{
	const char *fault = fault_of(&rq->faults, "etablissement");

	html(h, "<fieldset class=\"field{}\"><legend>Établissement à retirer</legend>\n", fault ? " field-error" : "");
	fault_line(rq, h, "etablissement");
	html(h, "<div class=\"boxes\">\n");
	for (size_t i = 0; i < v->places_n; i++) {
		const char *id = i ? arena_printf(rq->arena, "etablissement-%s", v->places[i].id) : "etablissement";

		html(h, "<div class=\"choice\"><input type=\"radio\" id=\"{}\" name=\"etablissement\" value=\"{}\"", id,
		     v->places[i].id);
		if (input_has(&rq->in, "etablissement", v->places[i].id))
			html(h, " checked");
		html(h, "><label for=\"{}\">{} ({})</label></div>\n", id, v->places[i].name, v->places[i].id);
	}
	html(h, "</div>\n</fieldset>\n");
	check_box(rq, h, "confirmer", "Je confirme : les droits sur cet établissement sont retirés tout de suite");
}

/* Whose right: a page of its own first, since the boxes depend on it. */
static void choose_person(struct html *h, const struct amendment_view *v)
{
	html(h, "<div class=\"card narrow\">\n<h2>De qui s’agit-il ?</h2>\n<ul>\n");
	for (size_t i = 0; i < v->people_n; i++)
		html(h, "<li><a href=\"{}/avenant?nature={u}&amp;agent={u}\">{}</a>, {}</li>\n", v->path, v->nature,
		     v->people[i].number, v->people[i].name, v->people[i].title);
	html(h, "</ul>\n</div>\n");
}

static void found_line(struct request *rq, struct html *h, const struct amendment_view *v, const struct establishment *e)
{
	const char *form = arena_printf(rq->arena, "%s/avenant", v->path);

	html(h, "<li>{} ", e->name);
	if (strs_has(&v->g.covered_keys, e->key))
		html(h, "<span class=\"num\">{}</span>, {} {} (déjà dans la convention)</li>\n", e->id, e->postal_code,
		     e->city);
	else
		html(h, "<a class=\"num\" href=\"{}#etablissement\">{}</a>, {} {}</li>\n",
		     link_with(rq->arena, form, "nature", v->nature, "q", input_get(&rq->in, "q"), "etablissement",
			       e->id, NULL),
		     e->id, e->postal_code, e->city);
}

/* Establishments of the Caf by search, each with a link that fills in its id. */
static enum err search(struct request *rq, struct html *h, const struct amendment_view *v)
{
	const char *q = input_get(&rq->in, "q");
	struct establishment *found = NULL;
	size_t n = 0, total = 0;
	enum err e = *q ? caf_establishments(rq->app, rq->arena, &rq->who, q, 0, FOUND_MAX, &found, &n, &total) : ERR_OK;

	if (e)
		return e;
	filter_open(h, arena_printf(rq->arena, "%s/avenant", v->path), "Chercher un établissement");
	field_hidden(h, "nature", v->nature);
	filter_text(rq, h, "q", "Nom, commune ou identifiant");
	filter_close(h, "Chercher");
	if (*q && !n)
		note(h, NOTE_INFO, "Aucun établissement de votre Caf ne correspond. Créez-le d’abord dans l’annuaire.");
	if (n)
		html(h, "<div class=\"card\">\n<h2>{} établissement{} sur {}</h2>\n<ul>\n", html_number(h, (int64_t)n),
		     n > 1 ? "s" : "", html_number(h, (int64_t)total));
	for (size_t i = 0; i < n; i++)
		found_line(rq, h, v, &found[i]);
	if (n)
		html(h, "</ul>\n<p class=\"small muted\">Un identifiant choisi s’inscrit dans le formulaire.</p>\n</div>\n");
	return ERR_OK;
}

static void fields_of(struct request *rq, struct html *h, const struct amendment_view *v)
{
	const struct person *p = chosen(rq, v);

	if (nature_is(v, "personne"))
		person_fields(rq, h, v);
	if (nature_is(v, "etablissement"))
		establishment_fields(rq, h, v);
	if (nature_is(v, "retrait-etablissement"))
		removed_establishment(rq, h, v);
	if (!nature_is(v, "droit") && !nature_is(v, "retrait-droit"))
		return;
	html(h, "<h2 id=\"agent\">{}</h2>\n", p ? p->name : "");
	field_hidden(h, "agent", input_get(&rq->in, "agent"));
	rights_groups(rq, h, v, p, nature_is(v, "droit"));
}

/* Why nothing can be chosen in its form. NULL: something can. */
static const char *nothing_there(struct request *rq, const struct amendment_view *v)
{
	const struct person *p = chosen(rq, v);
	bool of_right = nature_is(v, "droit") || nature_is(v, "retrait-droit");

	if (nature_is(v, "etablissement"))
		return NULL;
	if (!v->places_n)
		return amendment_is_signed(v->nature) ?
			       "Cette convention ne couvre aucun établissement : aucun droit ne peut être donné." :
			       "Cette convention ne couvre aucun établissement : il n’y a rien à retirer.";
	if (amendment_is_signed(v->nature) && !any_offered(v, NULL, true))
		return "Les établissements de cette convention ont changé de gestionnaire : aucun droit ne peut être donné.";
	if (of_right && !v->people_n)
		return "Ce fournisseur n’a personne dont l’accès soit ouvert ou suspendu.";
	if (!of_right || !p || any_offered(v, p, nature_is(v, "droit")))
		return NULL;
	return arena_printf(rq->arena,
			    nature_is(v, "droit") ?
				    "%s a déjà tous les droits que cette convention permet de donner." :
				    "%s n’a aucun droit sur les établissements de cette convention : il n’y a rien à retirer.",
			    p->name);
}

/* What to do instead, where there is something. */
static void instead(struct html *h, const struct amendment_view *v, const char *why)
{
	bool places = amendment_is_signed(v->nature) && !any_offered(v, NULL, true);
	bool people = !places && amendment_is_signed(v->nature) && !v->people_n;

	note(h, NOTE_INFO, why);
	if (places)
		html(h,
		     "<p>Ajoutez d’abord un établissement : <a href=\"{}/avenant?nature=etablissement\">ajouter un établissement</a>. "
		     "Les droits de chacun y sont donnés en même temps.</p>\n",
		     v->path);
	if (people)
		html(h,
		     "<p>Ajoutez d’abord une personne : <a href=\"{}/avenant?nature=personne\">ajouter une personne</a>. "
		     "Ses droits sont donnés en même temps.</p>\n",
		     v->path);
	html(h, "<p><a href=\"{}\">Revenir à la convention</a></p>\n", v->path);
}

static enum err show(struct request *rq, struct html *h, const struct amendment_view *v)
{
	const char *title = choice_label(amendment_natures, v->nature);
	const char *nothing = nothing_there(rq, v);
	bool of_person = nature_is(v, "droit") || nature_is(v, "retrait-droit");
	bool whose = !nothing && of_person && !chosen(rq, v);
	enum err e = ERR_OK;

	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/conventions", .title = title });
	crumbs(h, "Conventions", "/caf/conventions", v->g.number, v->path, title, NULL);
	error_summary(rq, h);
	html(h, "<h1>{}</h1>\n<p class=\"lead\">{}, convention {}</p>\n", title, v->p.name, v->g.number);
	if (nothing)
		instead(h, v, nothing);
	if (whose)
		choose_person(h, v);
	/* whoever was slower keeps what he typed */
	if (whose || (nothing && !rq->faults.n)) {
		page_end(rq, h);
		return ERR_OK;
	}
	if (nature_is(v, "etablissement"))
		e = search(rq, h, v);
	form_open(rq, h, "card decision", arena_printf(rq->arena, "%s/avenant", v->path));
	field_hidden(h, "nature", v->nature);
	if (amendment_is_signed(v->nature))
		signed_fields(rq, h);
	fields_of(rq, h, v);
	html(h, "<div class=\"actions\"><button class=\"btn {}\">{}</button><a href=\"{}\">Revenir à la convention</a></div>\n",
	     amendment_is_signed(v->nature) ? "" : "btn-danger",
	     amendment_is_signed(v->nature) ? "Enregistrer l’avenant" : "Retirer tout de suite", v->path);
	form_close(h);
	page_end(rq, h);
	return e;
}

enum err page_amendment(struct request *rq, struct html *h)
{
	struct amendment_view v = { 0 };

	if (!*input_get(&rq->in, "nature"))
		rq->in = input_with(rq->arena, &rq->in, "nature", "personne");
	enum err e = read_view(rq, &v);

	/* its page says since when */
	if (!e && !agreement_in_force(&v.g, day_today()))
		return page_caf_agreement(rq, h);
	return e ? e : show(rq, h, &v);
}

/* What the notice says of it. */
static const char *done_code(struct request *rq, const struct amendment_view *v)
{
	const struct person *p = chosen(rq, v);

	if (!amendment_is_signed(v->nature))
		return "retrait-enregistre";
	return nature_is(v, "droit") && p && strcmp(p->status, "suspendue") == 0 ? "avenant-enregistre-suspendue" :
										   "avenant-enregistre";
}

enum err page_amendment_post(struct request *rq, struct html *h)
{
	struct amendment_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e)
		return e;
	e = agreement_amend(rq->app, rq->arena, &rq->who, &v.g, &v.p, &rq->in, &rq->faults);
	if (e == ERR_CONFLICT)
		return page_agreement_conflict(rq, h);
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return show(rq, h, &v);
	}
	return e ? e : done(rq, v.path, done_code(rq, &v));
}
