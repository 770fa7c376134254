/* The agent's convention and its people; an end of mission told by a colleague or by the person who leaves. */
#include "fcgi/page/page.h"

#include "acts/agent.h"
#include "acts/agreement.h"
#include "acts/annex.h"
#include "acts/calendar.h"
#include "acts/departure.h"

#include <string.h>

#define AGREEMENT "/espace-pro/convention"

static const struct field departure_fields[] = {
	{ .name = "agent", .label = "Personne", .kind = FIELD_TEXT, .max = 60 },
	FIELD_LAST_DAY,
};

const struct form *form_departure(void)
{
	static const struct form form = { departure_fields, LENGTH(departure_fields) };

	return &form;
}

enum err own_agreements(struct request *rq, struct agreements *out)
{
	return agreements_in_force(rq->app, rq->arena, rq->who.provider.key, day_today(), out);
}

/* A letter is in time for this due day, or for the next one. */
static void renewal_sentence(struct request *rq, struct html *h, const struct agreement *g, day_t due)
{
	day_t stops = agreement_stopped_on(g, day_today());

	html(h, "<p>Elle se renouvelle toute seule le <strong>{}</strong>. Pour y mettre fin", day_fr(rq->arena, due));
	if (stops > due)
		html(h, " le {} (il est trop tard pour cette fois)", day_fr(rq->arena, stops));
	html(h, ", prévenez la Caf par lettre recommandée, reçue le <strong>{}</strong> au plus tard.</p>\n",
	     day_fr(rq->arena, agreement_notice_limit(stops)));
}

void own_agreement_sentence(struct request *rq, struct html *h, const struct agreement *g)
{
	day_t due = agreement_due(g, day_today());

	if (!due)
		return;
	if (agreement_renews(g))
		renewal_sentence(rq, h, g, due);
	else
		html(h, "<p>Elle prend fin le <strong>{}</strong>.</p>\n", day_fr(rq->arena, due));
}

void caf_service_lines(struct request *rq, struct html *h)
{
	const struct caf *c = &rq->who.caf;

	html(h, "<p>{}", c->service);
	if (*c->phone) {
		html(h, "<br>");
		phone_link(h, rq->arena, c->phone);
	}
	if (*c->mail)
		html(h, " – <a href=\"mailto:{}\">{}</a>", c->mail, c->mail);
	html(h, "</p>\n");
}

/* --- an end of mission --- */

/* Somebody of the provider, whatever his access; another's is refused as an establishment would be. */
static enum err find_person(struct request *rq, const char *number, struct person *out)
{
	struct person *people;
	size_t n;
	enum err e = people_of(rq->app, rq->arena, rq->who.provider.key, &people, &n);

	for (size_t i = 0; i < n && !e; i++)
		if (strcmp(people[i].number, number) == 0) {
			*out = people[i];
			return ERR_OK;
		}
	if (e)
		return e;
	{
		AUTO_TXN struct txn t = txn_read(rq->app->store, STORE_MAIN);

		e = person_by_name(&t, rq->arena, 'n', number, out);
	}
	if (!e)
		record_refusal(rq, "foreign_object");
	return e ? e : ERR_NOTFOUND;
}

static enum err departure_page(struct request *rq, struct html *h, const struct person *p, const char *moved)
{
	page_begin(rq, h, &(struct page){ .space = SPACE_PRO, .title = "Signaler une fin de mission", .tab = AGREEMENT });
	crumbs(h, "Convention et agents", AGREEMENT, "Signaler une fin de mission", NULL);
	error_summary(rq, h);
	html(h,
	     "<div class=\"narrow\">\n<h1>Signaler une fin de mission</h1>\n<dl class=\"summary\" id=\"personne\">\n<div><dt>Personne</dt><dd>{}</dd></div>\n"
	     "<div><dt>Fonction</dt><dd>{}</dd></div>\n<div><dt>Identifiant</dt><dd class=\"num\">{}</dd></div>\n</dl>\n",
	     p->name, p->title, p->number);
	if (moved)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", moved);
	note(h, NOTE_WARN,
	     uuid_equal(p->uuid, rq->who.person.uuid) ?
		     "Votre accès est suspendu tout de suite et votre session sera fermée. Seule la Caf peut le rouvrir." :
		     "Son accès est suspendu tout de suite et ses sessions sont fermées. Seule la Caf peut le rouvrir.");
	html(h, "<p>Ce qui a été publié reste en ligne. La Caf est prévenue et confirme la fin de mission.</p>\n");
	form_open(rq, h, "card", AGREEMENT);
	field_hidden(h, "agent", p->number);
	field_of(rq, h, form_departure(), "fin", "w-s");
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger\">Signaler la fin de mission</button>"
		"<a href=\"" AGREEMENT "\">Annuler</a></div>\n");
	form_close(h);
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

static enum err departure_moved(struct request *rq, struct html *h, const char *number)
{
	struct person p;
	enum err e = find_person(rq, number, &p);

	if (e)
		return e;
	rq->re->status = 409;
	return departure_page(rq, h, &p, rq->faults.n ? NULL : DEPARTURE_MOVED);
}

enum err page_departure_post(struct request *rq, struct html *h)
{
	const char *number = input_get(&rq->in, "agent");
	struct departure_form form = { .end = input_get(&rq->in, "fin") };
	struct person p;
	enum err e = find_person(rq, number, &p);

	if (e)
		return e;
	strs_add(rq->arena, &form.numbers, number);
	input_check(rq->arena, form_departure(), &rq->in, &rq->faults);
	e = rq->faults.n ? ERR_INVALID : departure_report(rq->app, rq->arena, &rq->who, &form, &rq->faults);
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return departure_page(rq, h, &p, NULL);
	}
	if (e)
		return e == ERR_CONFLICT ? departure_moved(rq, h, number) : e;
	return done(rq, uuid_equal(p.uuid, rq->who.person.uuid) ? "/connexion" : AGREEMENT, "fin-de-mission");
}

/* --- the convention --- */

/* n: which of several it is, from 1; 0: the only one. */
static const char *title_id(struct request *rq, const char *id, size_t n)
{
	return n > 1 ? arena_printf(rq->arena, "%s-%zu", id, n) : id;
}

static enum err covered_section(struct request *rq, struct html *h, const struct agreement *g, size_t n)
{
	const char *id = title_id(rq, "t-etab", n);
	struct annex x;
	enum err e = annex_at(rq->app, rq->arena, g, annex_moment(day_today()), &x);

	if (e)
		return e;
	html(h, "<section aria-labelledby=\"{}\">\n<h2 id=\"{}\">Établissements de la convention{}{}</h2>\n", id, id,
	     n ? " n° " : "", n ? g->number : "");
	if (!x.covered_n)
		html(h, "<p>Aucun établissement.</p>\n");
	else
		html(h, "<ul>\n");
	for (size_t i = 0; i < x.covered_n; i++)
		html(h, "<li>{}, {} {}</li>\n", x.covered[i].name, x.covered[i].postal_code, x.covered[i].city);
	if (x.covered_n)
		html(h, "</ul>\n");
	html(h, "</section>\n");
	return ERR_OK;
}

static void agreement_card(struct request *rq, struct html *h, const struct agreement *g, size_t n)
{
	const char *id = title_id(rq, "t-conv", n);

	html(h, "<section class=\"card\" aria-labelledby=\"{}\">\n<h2 id=\"{}\">Convention{}{}</h2>\n", id, id,
	     n ? " n° " : "", n ? g->number : "");
	html(h,
	     "<dl class=\"summary\">\n<div><dt>Numéro</dt><dd class=\"num\">{}</dd></div>\n<div><dt>Parties</dt><dd>{} et la {}</dd></div>\n"
	     "<div><dt>Prise d’effet</dt><dd>{}</dd></div>\n</dl>\n",
	     g->number, rq->who.provider.name, rq->who.caf.name, day_fr(rq->arena, (day_t)g->effect));
	own_agreement_sentence(rq, h, g);
	html(h, "</section>\n");
}

struct agent_row {
	struct person p;
	bool leaving;  /* decided, and the directory or its mirror does not say so yet */
	bool reported; /* his end of mission, which the Caf has not confirmed yet */
};

static const char *access_text(const struct agent_row *r)
{
	if (r->leaving)
		return "Suspension en cours";
	if (strcmp(r->p.status, "active") == 0)
		return "Ouvert";
	if (r->reported)
		return "Suspendu, fin de mission signalée";
	return strcmp(r->p.status, "suspendue") == 0 ? "Suspendu" : "Fermé";
}

static void person_row(struct html *h, const struct agent_row *r)
{
	const struct person *p = &r->p;
	bool may = departure_may_report(p) && !r->leaving && !r->reported;

	html(h, "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"num\">{}</td><td>{}</td><td>", p->name, p->title,
	     p->number, access_text(r));
	/* hidden words would stand outside the table's own scrolling, and widen the page */
	if (may)
		html(h,
		     "<form method=\"get\" action=\"" AGREEMENT
		     "\"><button class=\"btn btn-alt btn-small\" name=\"agent\" value=\"{}\" "
		     "aria-label=\"Signaler une fin de mission : {}\">Signaler une fin de mission</button></form>",
		     p->number, p->name);
	html(h, "</td></tr>\n");
}

/* The last that ended, number "" : none did. */
static enum err last_ended(struct request *rq, struct agreement_line *out)
{
	AUTO_TXN struct txn t = txn_read(rq->app->store, STORE_MAIN);
	struct agreements all;
	enum err e = agreements_of(&t, rq->arena, rq->who.provider.key, &all);

	*out = (struct agreement_line){ .g = { .number = "" } };
	for (size_t i = 0; !e && i < all.n; i++) {
		struct agreement_line l;

		if (agreement_state(&all.v[i], day_today()) != AGREEMENT_OVER)
			continue;
		e = agreement_line_read(&t, rq->arena, &all.v[i], &rq->who.provider, &l);
		if (!e && (!*out->g.number || l.ended > out->ended))
			*out = l;
	}
	return e;
}

static enum err no_agreement(struct request *rq, struct html *h)
{
	struct agreement_line last;
	enum err e = last_ended(rq, &last);

	if (e)
		return e;
	html(h, "<section class=\"card\" aria-labelledby=\"t-conv\">\n<h2 id=\"t-conv\">Convention</h2>\n"
		"<p>Aucune convention en vigueur.</p>\n");
	if (*last.g.number && last.ended)
		html(h, "<p>La convention n° <span class=\"num\">{}</span> a pris fin le <strong>{}</strong>.</p>\n",
		     last.g.number, day_fr(rq->arena, last.ended));
	else if (*last.g.number)
		html(h, "<p>La convention n° <span class=\"num\">{}</span> est terminée.</p>\n", last.g.number);
	html(h, "</section>\n");
	return ERR_OK;
}

static void asking(struct request *rq, struct html *h, bool any)
{
	html(h, "<aside class=\"card\" aria-label=\"Demander un changement\">\n<h2>Demander un changement</h2>\n");
	if (any)
		html(h, "<p>Une arrivée, un droit de plus : rien ne se modifie en ligne. Écrivez à votre Caf, "
			"qui prépare un avenant.</p>\n");
	else
		html(h, "<p>Sans convention en vigueur, rien ne s’ajoute. Pour en signer une autre, faites une "
			"<a href=\"/demande-habilitation\">demande d’habilitation</a>.</p>\n");
	html(h, "<p>Un départ se signale tout de suite, à côté de la personne.</p>\n");
	caf_service_lines(rq, h);
	html(h, "</aside>\n");
}

static void agreement_cards(struct request *rq, struct html *h, const struct agreements *all)
{
	for (size_t i = 0; i < all->n; i++)
		agreement_card(rq, h, &all->v[i], all->n > 1 ? i + 1 : 0);
}

static enum err read_rows(struct request *rq, struct agent_row **out, size_t *n)
{
	struct person *people;
	enum err e = people_of(rq->app, rq->arena, rq->who.provider.key, &people, n);

	*out = e ? NULL : arena_array(rq->arena, *n, struct agent_row);
	for (size_t i = 0; !e && i < *n; i++) {
		struct agent_state state = { .access = { .state = "" } };
		bool open = strcmp(people[i].status, "active") == 0, may = departure_may_report(&people[i]);

		if (may)
			e = agent_state_read(rq->app, rq->arena, &people[i], &state);
		(*out)[i] = (struct agent_row){ .p = people[i],
						.leaving = open && (agent_is_busy(&state) || state.departure.rev),
						.reported = may && !open && state.departure.rev };
	}
	return e;
}

static enum err agreement_page(struct request *rq, struct html *h)
{
	struct agreements all;
	struct agent_row *people;
	bool leaving = false;
	size_t n;
	enum err e = own_agreements(rq, &all);

	if (!e)
		e = read_rows(rq, &people, &n);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		leaving = leaving || people[i].leaving;
	page_begin(rq, h, &(struct page){ .space = SPACE_PRO, .title = "Convention et agents", .tab = AGREEMENT });
	html(h, "<h1>Convention et agents</h1>\n");
	if (leaving)
		note(h, NOTE_INFO,
		     "Une suspension est enregistrée. L’annuaire n’est pas encore à jour : actualisez la page dans un instant.");
	html(h, "<div class=\"cols\">\n<div>\n");
	if (!all.n && (e = no_agreement(rq, h)))
		return e;
	agreement_cards(rq, h, &all);
	table_open(h, "t-pers", "Personnes habilitées de votre organisme", "Nom", "Fonction", "Identifiant", "Accès",
		   "Départ", NULL);
	for (size_t i = 0; i < n; i++)
		person_row(h, &people[i]);
	table_close(h);
	for (size_t i = 0; i < all.n; i++)
		if ((e = covered_section(rq, h, &all.v[i], all.n > 1 ? i + 1 : 0)))
			return e;
	html(h, "</div>\n");
	asking(rq, h, all.n > 0);
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

/* With the number of somebody: the confirmation of his end of mission. */
enum err page_pro_agreement(struct request *rq, struct html *h)
{
	const char *number = input_get(&rq->in, "agent");
	struct person p;

	if (!*number)
		return agreement_page(rq, h);
	struct agent_state state;
	enum err e = find_person(rq, number, &p);

	if (!e)
		e = agent_state_read(rq->app, rq->arena, &p, &state);
	if (!e && (!departure_may_report(&p) || (strcmp(p.status, "suspendue") == 0 && state.departure.rev)))
		e = ERR_NOTFOUND;
	if (e)
		return e;
	if (!*input_get(&rq->in, "fin"))
		rq->in = input_with(rq->arena, &rq->in, "fin", day_slashes(rq->arena, day_today()));
	return departure_page(rq, h, &p, NULL);
}
