/* A request beside the register, the directory and the other requests: what the Caf is told of it, whom an activation keeps and what it
   takes over. */
#include "acts/mirror_keys.h"
#include "acts/provider.h"
#include "acts/request_draft.h"
#include "acts/request_review.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

struct comparing {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct request_file *f;
	struct provider provider;
	bool known; /* the provider */
	struct finding *v;
	size_t n;
};

static void tell(struct comparing *x, bool warn, const char *path, const char *format, ...) PRINTF_LIKE(4, 5);
static void tell(struct comparing *x, bool warn, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	x->v = arena_more(x->a, x->v, x->n, sizeof *x->v);
	x->v[x->n++] = (struct finding){ warn, arena_vprintf(x->a, format, args), path };
	va_end(args);
}

enum err request_provider(struct app *app, struct arena *a, const struct grant_request *r, struct provider *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 's', r->siret));

	while (scan_next(&s)) {
		struct provider p;
		enum err e = provider_get(&t, a, TABLE_MIRROR_PROVIDER, tail_of(s.key, sizeof(struct uuid)), &p);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (e || strcmp(p.caf, r->caf) != 0)
			continue;
		*out = p;
		return ERR_OK;
	}
	return t.err ? t.err : ERR_NOTFOUND;
}

enum err request_agreements(struct app *app, struct arena *a, const struct grant_request *r, day_t today,
			    struct agreements *out)
{
	struct provider p;
	enum err e = request_provider(app, a, r, &p);

	*out = (struct agreements){ NULL, 0 };
	return e ? or_none(e) : agreements_in_force(app, a, p.key, today, out);
}

static enum err compare_agreements(struct comparing *x)
{
	struct agreements list;
	enum err e = request_agreements(x->app, x->a, &x->f->r, day_of(visitor_now(x->who)), &list);

	for (size_t i = 0; !e && i < list.n; i++)
		tell(x, true, "", "Ce fournisseur a déjà une convention en vigueur, n° %s : un ajout se fait par avenant",
		     list.v[i].number);
	return e;
}

/* Another provider of the Caf under the same name: often the same one, with another SIRET. */
static enum err compare_names(struct comparing *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(x->a, 'o', x->f->r.caf));
	const char *name = text_fold(x->a, x->f->r.name);

	while (scan_next(&s)) {
		struct provider p;
		enum err e = provider_get(&t, x->a, TABLE_MIRROR_PROVIDER, tail_of(s.key, sizeof(struct uuid)), &p);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (!e && strcmp(p.siret, x->f->r.siret) != 0 && strcmp(text_fold(x->a, p.name), name) == 0)
			tell(x, true, "", "Un fournisseur de votre Caf porte ce nom sous un autre SIRET : %s (%s)",
			     p.siret, p.id);
	}
	return t.err;
}

/* The directory keeps its own: reminders, and the link that reports a departure, go there. */
static void compare_contact(struct comparing *x)
{
	const struct grant_request *r = &x->f->r;
	const struct provider *p = &x->provider;
	const char *phone, *path = arena_printf(x->a, "/caf/fournisseurs/%s", p->id);

	if (!*p->mail)
		tell(x, true, path,
		     "Le courriel de contact de la demande, %s, n’est pas dans l’annuaire, qui n’en a aucun : l’activation ne l’y met pas",
		     r->mail);
	else if (strcmp(text_casefold(x->a, p->mail), text_casefold(x->a, r->mail)) != 0)
		tell(x, true, path,
		     "Le courriel de contact de la demande, %s, n’est pas celui de l’annuaire, %s : l’activation garde celui de l’annuaire",
		     r->mail, p->mail);
	if (*p->phone && strcmp(text_phone(x->a, p->phone, &phone) ? p->phone : phone, r->phone) != 0)
		tell(x, true, path,
		     "Le téléphone de la demande, %s, n’est pas celui de l’annuaire, %s : l’activation garde celui de l’annuaire",
		     text_phone_fr(x->a, r->phone), text_phone_fr(x->a, p->phone));
}

static enum err compare_provider(struct comparing *x)
{
	const struct grant_request *r = &x->f->r;
	enum err e = request_provider(x->app, x->a, r, &x->provider);

	if (e && e != ERR_NOTFOUND)
		return e;
	x->known = !e;
	if (!x->known) {
		codec_default(&provider_codec, &x->provider);
		tell(x, false, "", "SIRET %s : aucun fournisseur de votre Caf ne l’a. L’activation en crée un", r->siret);
		return compare_names(x);
	}
	bool same = strcmp(text_fold(x->a, x->provider.name), text_fold(x->a, r->name)) == 0;

	tell(x, !same, "",
	     same ? "SIRET %s : fournisseur connu, %s (%s)" : "SIRET %s : fournisseur connu sous un autre nom, %s (%s)",
	     r->siret, x->provider.name, x->provider.id);
	compare_contact(x);
	return compare_agreements(x);
}

static enum err compare_requests(struct comparing *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_REQUEST, request_prefix(x->a, x->f->r.caf));
	size_t others = 0;

	while (scan_next(&s)) {
		struct grant_request r;
		enum err e = grant_request_decode(x->a, s.record.payload, &r);

		if (e)
			return e;
		if (strcmp(r.number, x->f->r.number) == 0 || strcmp(r.siret, x->f->r.siret) != 0 || !request_is_open(&r))
			continue;
		others++;
		tell(x, true, arena_printf(x->a, "/caf/demandes/%s", r.number),
		     "Une autre demande du même SIRET est en cours : %s, transmise le %s", r.number,
		     day_fr(x->a, day_of(r.sent_at)));
	}
	if (!others)
		tell(x, false, "", "Aucune autre demande en cours pour ce SIRET");
	return t.err;
}

static bool is_elsewhere(const struct establishment *e, const char *provider_key)
{
	return *e->manager_key && strcmp(e->manager_key, provider_key) != 0;
}

static struct takeover managed(struct txn *t, struct arena *a, const struct establishment *e)
{
	struct provider manager;

	if (provider_by_key(t, a, e->manager_key, &manager))
		return (struct takeover){ *e, "un autre fournisseur", "" };
	return (struct takeover){ *e, french_le(a, manager.name), manager.id };
}

static void take_over(struct txn *t, struct arena *a, const char *id, const char *provider_key, struct takeover **v,
		      size_t *n)
{
	struct establishment e;

	if (establishment_get_by_id(t, a, id, &e) || !is_elsewhere(&e, provider_key))
		return;
	*v = arena_more(a, *v, *n, sizeof **v);
	(*v)[(*n)++] = managed(t, a, &e);
}

enum err request_takeovers(struct app *app, struct arena *a, const struct grant_request *r, struct takeover **out,
			   size_t *n)
{
	const struct strs *lists[] = { &r->listing, &r->places };
	struct takeover *v = NULL;
	struct provider p;
	size_t count = 0;
	enum err e = request_provider(app, a, r, &p);

	if (e && e != ERR_NOTFOUND)
		return e;
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	for (size_t l = 0; l < LENGTH(lists); l++)
		for (size_t i = 0; i < lists[l]->n; i++)
			if (!l || !strs_has(lists[0], lists[l]->v[i]))
				take_over(&t, a, request_resolved(r, lists[l]->v[i]), e ? "" : p.key, &v, &count);
	*out = v;
	*n = count;
	return t.err;
}

const char *request_takeover_mark(struct arena *a, const struct takeover *x)
{
	return arena_printf(a, "%s=%s", x->e.id, x->manager_id);
}

const char *request_takeovers_mark(struct arena *a, const struct takeover *v, size_t n)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", request_takeover_mark(a, &v[i]));
	return n ? buf_str(&b) : "-";
}

static void compare_place(struct comparing *x, const char *id, size_t *fine)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	const char *known = request_resolved(&x->f->r, id);
	struct establishment e;

	if (!*known)
		tell(x, true, "", "« %s » n’est pas au répertoire : à créer avant l’activation",
		     request_name_of(x->app, x->a, &x->f->r, id));
	else if (establishment_get_by_id(&t, x->a, known, &e))
		tell(x, true, "", "L’établissement %s n’est plus au répertoire", known);
	else if (strcmp(e.caf, x->f->r.caf) != 0)
		tell(x, true, "", "%s (%s) relève d’une autre Caf", e.name, e.id);
	else if (is_elsewhere(&e, x->provider.key))
		tell(x, true, arena_printf(x->a, "/caf/etablissements/%s", e.id), "%s (%s) est déjà géré par %s",
		     e.name, e.id, managed(&t, x->a, &e).manager);
	else
		++*fine;
}

static void compare_places(struct comparing *x)
{
	const struct grant_request *r = &x->f->r;
	size_t fine = 0;

	for (size_t i = 0; i < r->listing.n; i++)
		compare_place(x, r->listing.v[i], &fine);
	for (size_t i = 0; i < r->places.n; i++)
		if (!strs_has(&r->listing, r->places.v[i]))
			compare_place(x, r->places.v[i], &fine);
	if (fine)
		tell(x, false, "",
		     fine > 1 ? "%zu établissements sont au répertoire, sans autre gestionnaire" :
				"%zu établissement est au répertoire, sans autre gestionnaire",
		     fine);
}

bool request_is_name_of(struct arena *a, const struct request_person *p, const struct person *k)
{
	const char *known = text_fold(a, k->name);

	return strcmp(known, text_fold(a, arena_printf(a, "%s %s", p->given_name, p->surname))) == 0 ||
	       strcmp(known, text_fold(a, arena_printf(a, "%s %s", p->surname, p->given_name))) == 0;
}

enum err request_known(struct app *app, struct arena *a, const char *provider_key, const struct request_person *p,
		       struct person *out)
{
	struct person *v;
	size_t n;
	enum err e = people_with_mail(app, a, p->mail, NULL, &v, &n);

	for (size_t i = 0; !e && i < n; i++) {
		if (!v[i].agent || strcmp(v[i].provider_key, provider_key) != 0 ||
		    strcmp(v[i].status, "terminee") == 0 || !request_is_name_of(a, p, &v[i]))
			continue;
		*out = v[i];
		return ERR_OK;
	}
	return e ? e : ERR_NOTFOUND;
}

static const char *agent_path(const struct comparing *x, const struct person *k)
{
	return arena_printf(x->a, "/caf/fournisseurs/%s/agents/%s", x->provider.id, k->number);
}

static void compare_mail(struct comparing *x, const struct request_person *p, const struct person *k)
{
	bool own = x->known && strcmp(k->provider_key, x->provider.key) == 0;
	bool same = own && request_is_name_of(x->a, p, k);

	if (same && strcmp(k->status, "active") == 0)
		tell(x, false, "", "%s est déjà connu de ce fournisseur : %s, agent %s. Son accès est gardé", p->mail,
		     k->name, k->number);
	else if (same && strcmp(k->status, "terminee") == 0)
		tell(x, true, "", "La mission %s, agent %s, est finie : un nouvel accès sera créé",
		     french_de(x->a, k->name), k->number);
	else if (same)
		tell(x, true, agent_path(x, k),
		     "L’accès %s, agent %s, est suspendu : à rouvrir depuis sa fiche avant l’activation",
		     french_de(x->a, k->name), k->number);
	else
		tell(x, true, "",
		     own ? "Le courriel %s est aussi celui %s, agent %s, de ce fournisseur : un accès à part sera créé" :
			   "Le courriel %s est aussi celui %s, agent %s",
		     p->mail, french_de(x->a, k->name), k->number);
}

/* The same name under another address is most often the same person: she would have two accounts. */
static void compare_name(struct comparing *x, const struct request_person *p, const struct person *k)
{
	if (strcmp(k->status, "terminee") != 0 && request_is_name_of(x->a, p, k) &&
	    strcmp(text_casefold(x->a, k->mail), text_casefold(x->a, p->mail)) != 0)
		tell(x, true, agent_path(x, k),
		     "%s, agent %s, est déjà connu de ce fournisseur sous un autre courriel, %s : un second accès serait créé",
		     k->name, k->number, k->mail);
}

static enum err compare_person(struct comparing *x, const struct request_person *p, size_t *fine)
{
	size_t n, told = x->n;
	struct person *known;
	enum err e = people_with_mail(x->app, x->a, p->mail, NULL, &known, &n);

	for (size_t i = 0; !e && i < n; i++)
		compare_mail(x, p, &known[i]);
	if (!e && x->known)
		e = people_of(x->app, x->a, x->provider.key, &known, &n);
	for (size_t i = 0; !e && x->known && i < n; i++)
		compare_name(x, p, &known[i]);
	*fine += !e && x->n == told;
	return e;
}

/* Two of the request who may be one, or who could not log in by their address. */
static void compare_two(struct comparing *x, const struct request_person *p, const struct request_person *q)
{
	const struct person other = { .name = arena_printf(x->a, "%s %s", q->given_name, q->surname) };

	if (strcmp(text_casefold(x->a, p->mail), text_casefold(x->a, q->mail)) == 0)
		tell(x, true, "", "Deux personnes de la demande ont le même courriel : %s", p->mail);
	else if (request_is_name_of(x->a, p, &other))
		tell(x, true, "", "Deux personnes de la demande portent le même nom : %s", other.name);
}

static enum err compare_people(struct comparing *x)
{
	const struct request_person *v = x->f->people;
	size_t fine = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < x->f->people_n; i++) {
		e = compare_person(x, &v[i], &fine);
		for (size_t j = 0; j < i; j++)
			compare_two(x, &v[i], &v[j]);
	}
	for (enum request_step step = REQUEST_LISTING; !e && step <= REQUEST_PLACES; step++) {
		const char *alone = request_untended(x->app, x->a, &x->f->r, v, x->f->people_n, step);

		if (*alone)
			tell(x, true, "", "%s", alone);
	}
	if (!e && fine)
		tell(x, false, "",
		     fine > 1 ? "%zu personnes ne sont pas encore dans l’annuaire : leurs accès seront créés" :
				"%zu personne n’est pas encore dans l’annuaire : son accès sera créé",
		     fine);
	return e;
}

enum err request_findings(struct app *app, struct arena *a, const struct visitor *who, const struct request_file *f,
			  struct finding **out, size_t *n)
{
	struct comparing x = { .app = app, .a = a, .who = who, .f = f };
	enum err e = compare_provider(&x);

	if (!e)
		e = compare_requests(&x);
	if (!e) {
		compare_places(&x);
		e = compare_people(&x);
	}
	if (e)
		return e;
	*out = x.v;
	*n = x.n;
	return ERR_OK;
}
