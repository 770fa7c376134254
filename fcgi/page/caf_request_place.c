/* An establishment that a request names in a free line: making it in the register, or telling which one it is. */
#include "fcgi/page/caf_request.h"

#include <string.h>

static const struct choice how_choices[] = {
	{ "creer", "Ajouter au répertoire" },
	{ "choisir", "Choisir cet établissement" },
	{ NULL, NULL },
};
/* What each way of doing asks is the act's to check: the other one's fields stay empty. */
static const struct field place_fields[] = {
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = how_choices },
	{ .name = "nom", .label = "Nom de l’établissement", .kind = FIELD_TEXT, .required = true, .max = 150 },
	{ .name = "type", .label = "Type", .kind = FIELD_CHOICE, .required = true, .choices = type_choices },
	{ .name = "categorie",
	  .label = "Catégorie",
	  .kind = FIELD_CHOICE,
	  .choices = category_choices,
	  .hint = "Seulement pour l’accueil du jeune enfant" },
	{ .name = "capacite",
	  .label = "Nombre de places agréées",
	  .kind = FIELD_NUMBER,
	  .least = 1,
	  .most = 999,
	  .hint = "Seulement pour l’accueil du jeune enfant" },
	{ .name = "adresse", .label = "Numéro et voie", .kind = FIELD_TEXT, .required = true, .max = 150 },
	{ .name = "commune",
	  .label = "Commune",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 100,
	  .hint = "Nom, et code postal si plusieurs portent ce nom : Valmoreau (00410)" },
	{ .name = "identifiant",
	  .label = "Identifiant de l’établissement",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 16,
	  .hint = "Celui du répertoire, comme E0042" },
};

const struct form *form_request_place(void)
{
	static const struct form form = { place_fields, LENGTH(place_fields) };

	return &form;
}

static unsigned line_of(struct request *rq)
{
	int64_t line;

	return text_to_int(rq->arg[1], 1, 64, &line) ? 0 : (unsigned)line;
}

static void make_form(struct request *rq, struct html *h, const char *path)
{
	const struct form *form = form_request_place();

	form_open(rq, h, "card decision", path);
	html(h, "<h2>L’ajouter au répertoire</h2>\n");
	field_of(rq, h, form, "nom", "w-l");
	field_of(rq, h, form, "type", "w-l");
	html(h, "<div class=\"cols-even\">\n");
	field_of(rq, h, form, "categorie", "");
	field_of(rq, h, form, "capacite", "w-s");
	html(h, "</div>\n");
	field_of(rq, h, form, "adresse", "w-l");
	field_of(rq, h, form, "commune", "w-l");
	html(h, "<div class=\"actions\"><button class=\"btn\" name=\"action\" value=\"creer\">Ajouter au répertoire</button></div>\n");
	form_close(h);
}

static void pick_form(struct request *rq, struct html *h, const char *path)
{
	form_open(rq, h, "card", path);
	html(h, "<h2>Ou dire lequel c’est</h2>\n<p>Il a été ajouté avec un outil de l’annuaire, ou il y est sous un autre nom. "
		"<a href=\"/caf/etablissements\">Chercher dans les établissements</a></p>\n");
	field_of(rq, h, form_request_place(), "identifiant", "w-m");
	html(h, "<button class=\"btn btn-alt\" name=\"action\" value=\"choisir\">Choisir cet établissement</button>\n");
	form_close(h);
}

static enum err place_page(struct request *rq, struct html *h, const struct request_file *f)
{
	unsigned line = line_of(rq);
	const char *path = caf_request_path(rq, f, arena_printf(rq->arena, "/lignes/%u", line));

	caf_request_begin(rq, h, f, "Établissement à ajouter");
	html(h, "<h1>Établissement à ajouter</h1>\n<p class=\"lead\">Écrit dans la demande : « {} »</p>\n<div class=\"cols\">\n<div>\n",
	     f->r.others.v[line - 1]);
	if (request_line_state(rq->app, rq->arena, &f->r, line) == LINE_THERE)
		html(h, "<p>Il est au répertoire sous l’identifiant {}. Vous pouvez en choisir un autre jusqu’à l’activation.</p>\n",
		     request_resolved(&f->r, arena_printf(rq->arena, "+%u", line)));
	else
		make_form(rq, h, path);
	html(h, "</div>\n<aside aria-label=\"Établissement déjà au répertoire\">\n");
	pick_form(rq, h, path);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_request_place(struct request *rq, struct html *h)
{
	unsigned line = line_of(rq);
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	if (!line || line > f.r.others.n)
		return ERR_NOTFOUND;
	if (!request_is_open(&f.r) || request_line_state(rq->app, rq->arena, &f.r, line) == LINE_COMING)
		return done(rq, caf_request_path(rq, &f, ""), "etape-autre");
	return place_page(rq, h, &f);
}

enum err page_caf_request_place_post(struct request *rq, struct html *h)
{
	const struct new_place p = {
		.name = input_get(&rq->in, "nom"),
		.type = input_get(&rq->in, "type"),
		.category = input_get(&rq->in, "categorie"),
		.street = input_get(&rq->in, "adresse"),
		.commune = input_get(&rq->in, "commune"),
		.capacity = input_get(&rq->in, "capacite"),
	};
	const char *id = input_get(&rq->in, "identifiant");
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	if (input_has(&rq->in, "action", "creer"))
		e = request_place_create(rq->app, rq->arena, &rq->who, rq->arg[0], line_of(rq), &p, &rq->faults);
	else if (input_has(&rq->in, "action", "choisir"))
		e = request_place_pick(rq->app, rq->arena, &rq->who, rq->arg[0], line_of(rq), id, &rq->faults);
	else
		return ERR_MALFORMED;
	return caf_request_answer(rq, h, e, request_stage(f.r.state),
				  input_has(&rq->in, "action", "creer") ? "etablissement-ajoute" : "etablissement-choisi",
				  place_page);
}
