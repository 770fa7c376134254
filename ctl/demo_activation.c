/* demo activation: what an activation leaves to the clerk, at one go: a provider, its establishment, its people, its convention and their
   rights */
#include "acts/agent_new.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "base/text.h"
#include "ctl/command.h"

#include <stdio.h>

#define PEOPLE_MOST 50

struct activation {
	struct ctl *c;
	struct caf caf;
	struct edits *x;
	struct changeset *cs;
	const char *provider_dn, *place_dn;
	const char *provider_id, *place_id, *agreement;
	struct strs agents; /* DNs */
};

static enum err number(struct activation *v, enum number_kind kind, const char **out)
{
	struct arena *a = v->c->arena;
	struct numbers n;
	enum err e = numbers_begin(&v->c->app, a, kind, v->caf.code, day_today(), &n);

	if (!e)
		e = numbers_next(&v->c->app, a, &n, out);
	if (!e)
		numbers_end(a, v->cs, &n);
	return e;
}

static const char *below(struct activation *v, const char *attribute, const char *value, const char *unit)
{
	struct arena *a = v->c->arena;

	return dn_child(a, attribute, value, dn_child(a, "ou", unit, v->caf.dn));
}

static void make_provider(struct activation *v)
{
	v->provider_dn = below(v, "habFournisseurId", v->provider_id, "fournisseurs");
	edits_make(v->x, v->provider_dn, "habFournisseur");
	edits_set(v->x, "habFournisseurId", v->provider_id);
	edits_set(v->x, "o", arena_printf(v->c->arena, "Association d’essai %s", v->provider_id));
	edits_set(v->x, "habSiret", "38012986648625");
	edits_set(v->x, "mail", "contact@essai.example");
	v->place_dn = below(v, "habEtablissementId", v->place_id, "etablissements");
	edits_make(v->x, v->place_dn, "habEtablissement habEaje");
	edits_set(v->x, "habEtablissementId", v->place_id);
	edits_set(v->x, "cn", arena_printf(v->c->arena, "Crèche d’essai %s", v->place_id));
	edits_set(v->x, "habTypeEtablissement", "EAJE");
	edits_set(v->x, "habGestionnaire", v->provider_dn);
}

static enum err make_people(struct activation *v, int64_t n)
{
	struct arena *a = v->c->arena;
	struct agents_new people;
	enum err e = agents_new_begin(&v->c->app, a, v->caf.code, day_today(), v->provider_dn, &people);

	for (int64_t i = 0; i < n && !e; i++) {
		struct request_person p;
		const char *dn;

		request_person_default(&p);
		p.given_name = "Camille";
		p.surname = arena_printf(a, "Essai%s%c", v->provider_id, (char)('a' + i % 26));
		p.title = "Direction";
		p.mail = arena_printf(a, "%s-%lld@essai.example", text_casefold(a, v->provider_id), (long long)i);
		e = agents_new_add(&v->c->app, a, &people, v->x, &p, &dn);
		if (e)
			break;
		strs_add(a, &v->agents, dn);
		printf("%s %s %s %s\n", p.uid, p.number, p.mail, dn);
	}
	if (!e)
		agents_new_end(a, v->cs, &people);
	return e;
}

static void make_agreement(struct activation *v)
{
	const char *dn = dn_child(v->c->arena, "habConventionNumero", v->agreement, v->provider_dn);

	edits_make(v->x, dn, "habConvention");
	edits_set(v->x, "habConventionNumero", v->agreement);
	edits_set(v->x, "habStatut", "active");
	edits_set(v->x, "habDateEffet", day_ldap(v->c->arena, day_today()));
	edits_set(v->x, "habDateEcheance", day_ldap(v->c->arena, day_add_months(day_today(), 12)));
	edits_set(v->x, "habTaciteReconduction", "TRUE");
	edits_put(v->x, "habEtablissementCouvert", v->place_dn);
	edits_make(v->x, v->place_dn, "habEtablissement habEaje");
	for (size_t i = 0; i < v->agents.n; i++) {
		edits_put(v->x, "habDroitFonctionnement", v->agents.v[i]);
		edits_put(v->x, "habDroitDisponibilites", v->agents.v[i]);
	}
}

static enum err gather(struct activation *v, const char *caf, int64_t people)
{
	enum err e;

	{
		AUTO_TXN struct txn t = txn_read(v->c->app.store, STORE_MAIN);

		e = caf_by_code(&t, v->c->arena, caf, &v->caf);
	}
	if (!e)
		e = number(v, NUMBER_PROVIDER, &v->provider_id);
	if (!e)
		e = number(v, NUMBER_ESTABLISHMENT, &v->place_id);
	if (!e)
		e = number(v, NUMBER_AGREEMENT, &v->agreement);
	if (e)
		return e;
	make_provider(v);
	e = make_people(v, people);
	if (!e)
		make_agreement(v);
	return e;
}

int ctl_demo_activation(struct ctl *c)
{
	struct arena *a = c->arena;
	struct activation v = { .c = c, .x = edits_new(a), .cs = changeset_new(a) };
	struct visitor who = ctl_visitor();
	int64_t people;

	if (!c->settings.run_test_clock)
		return ctl_fail("only with test_clock = yes");
	if (text_to_int(c->arguments.v[1], 1, PEOPLE_MOST, &people))
		return ctl_misuse("%s: a number from 1 to %d", c->arguments.v[1], PEOPLE_MOST);
	enum err e = gather(&v, c->arguments.v[0], people);

	if (!e) {
		struct audit_record r = act_record(a, &who, EVENT_GRANT_ACTIVATED);

		r.role = "operator";
		r.caf = v.caf.code;
		r.object_kind = "agreement";
		r.object_id = v.agreement;
		changeset_audit(v.cs, &r);
		edits_job(a, v.cs, v.x, outcome_key(a, "convention", v.agreement, "annuaire"));
		e = changeset_commit(c->app.store, v.cs, NULL);
	}
	if (e)
		return ctl_fail("%s", err_text(e));
	printf("%s %s\n", v.agreement, v.provider_dn);
	return 0;
}
