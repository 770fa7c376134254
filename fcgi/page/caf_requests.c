/* The Caf's requests: the list, taking one. */
#include "fcgi/page/caf_request.h"

#include "acts/queue.h"

#include <string.h>

#define PER_PAGE 30

static const struct choice state_filter[] = {
	{ "ouvertes", "En cours" },
	{ "submitted", "Transmises" },
	{ "checked", "Vérifiées" },
	{ "agreement_sent", "Convention envoyée" },
	{ "agreement_signed", "Retour signé" },
	{ "active", "Actives" },
	{ "refused", "Refusées" },
	{ "withdrawn", "Retirées" },
	{ "toutes", "Toutes" },
	{ NULL, NULL },
};
static const struct field list_fields[] = {
	{ .name = "etat", .label = "État", .kind = FIELD_CHOICE, .choices = state_filter },
	{ .name = "q", .label = "Fournisseur ou numéro", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_caf_requests(void)
{
	static const struct form form = { list_fields, LENGTH(list_fields) };

	return &form;
}

struct tag_of request_tag(const char *state)
{
	static const struct {
		const char *state, *class;
	} classes[] = {
		{ "submitted", "tag-warn" },        { "checked", "tag-warn" }, { "agreement_sent", "tag-info" },
		{ "agreement_signed", "tag-warn" }, { "active", "tag-ok" },    { "refused", "" },
	};

	for (size_t i = 0; i < LENGTH(classes); i++)
		if (strcmp(classes[i].state, state) == 0)
			return (struct tag_of){ classes[i].class, choice_label(request_state_choices, state) };
	return (struct tag_of){ "", choice_label(request_state_choices, state) };
}

static void request_row(struct request *rq, struct html *h, const struct grant_request *r)
{
	struct activation_refusal refused;

	html(h,
	     "<tr><th scope=\"row\"><a href=\"/caf/demandes/{}\">{}</a></th><td>{}</td><td class=\"nowrap\">{}</td>"
	     "<td class=\"nowrap\">{}</td><td>",
	     r->number, r->number, r->name, day_fr(rq->arena, day_of(r->sent_at)),
	     request_awaits_answer(r) && r->silence ? day_fr(rq->arena, (day_t)r->silence) : "");
	tag(h, request_tag(r->state));
	if (strcmp(r->state, "active") == 0 && !activation_refused(rq->app, rq->arena, r->number, &refused))
		tag(h, (struct tag_of){ "tag-err", "Refusé par l’annuaire" });
	html(h, "</td></tr>\n");
}

static void requests_table(struct request *rq, struct html *h, const struct grant_request *v, size_t n, size_t total)
{
	table_open(h, "t-demandes",
		   arena_printf(rq->arena, "%zu demande%s sur %zu, de la plus récente à la plus ancienne", n,
				n > 1 ? "s" : "", total),
		   "Demande", "Organisme", "Transmise le", "Réponse attendue avant le", "État", NULL);
	for (size_t i = 0; i < n; i++)
		request_row(rq, h, &v[i]);
	table_close(h);
}

enum err page_caf_requests(struct request *rq, struct html *h)
{
	const char *typed = input_get(&rq->in, "etat");
	const struct choice *c = choice_typed(rq->arena, state_filter, *typed ? typed : "ouvertes");
	struct grant_request *v;
	size_t n, total;
	int64_t page;

	if (!c || page_number(rq, &page))
		return ERR_MALFORMED;
	struct request_filter f = { .state = strcmp(c->value, "toutes") == 0 ? "" : c->value,
				    .text = input_get(&rq->in, "q"),
				    .page = (size_t)page - 1,
				    .per_page = PER_PAGE };
	enum err e = requests_of(rq->app, rq->arena, &rq->who, &f, &v, &n, &total);

	if (e)
		return e;
	const char *list = link_with(rq->arena, "/caf/demandes", "etat", c->value, "q", f.text, NULL);

	if (pages_are_fewer(rq, list, page, total, PER_PAGE))
		return ERR_OK;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/demandes", .title = "Demandes d’habilitation" });
	html(h, "<h1>Demandes d’habilitation</h1>\n");
	filter_open(h, "/caf/demandes", "Filtrer les demandes");
	filter_select(rq, h, "etat", "État", state_filter, c->value);
	filter_text(rq, h, "q", "Fournisseur ou numéro");
	filter_close(h, "Filtrer");
	if (n)
		requests_table(rq, h, v, n, total);
	else
		note(h, NOTE_INFO, "Aucune demande ne correspond à ces critères.");
	pages_of(rq, h, list, "Pages de demandes", page, total, PER_PAGE);
	page_end(rq, h);
	return ERR_OK;
}

/* « Pris par »: an act of its own, since a GET changes nothing. */
enum err page_caf_request_claim(struct request *rq, struct html *h)
{
	struct request_file f;
	struct todo file;
	enum err e = caf_request_open(rq, &f);

	(void)h;
	if (e)
		return e;
	if (request_todo_find(rq->app, rq->arena, &f.r, &file))
		return done(rq, caf_request_path(rq, &f, ""), "dossier-clos");
	e = queue_claim(rq->app, rq->arena, &rq->who, &file);
	return e ? e : done(rq, caf_request_path(rq, &f, ""), "dossier-pris");
}
