#include "acts/activation.h"

#include "acts/agent_new.h"
#include "acts/agreement.h"
#include "acts/calendar.h"
#include "acts/codes.h"
#include "acts/handover.h"
#include "acts/outcome.h"
#include "acts/provider.h"
#include "acts/request_review_step.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

struct activating {
	struct step step;
	struct app *app;
	struct arena *a;
	struct faults *faults;
	struct edits *edits;
	struct provider provider; /* known before, or as it is made */
	struct agents_new agents;
	const char **dns; /* of people, by their place in the request */
};

day_t request_effect(const struct grant_request *r)
{
	return (day_t)(r->signed_provider > r->signed_caf ? r->signed_provider : r->signed_caf);
}

/* --- the provider --- */

static enum err make_provider(struct activating *x)
{
	struct grant_request *r = &x->step.f.r;
	struct numbers numbers;
	const char *parent = arena_printf(x->a, "ou=fournisseurs,%s", x->step.who->caf.dn);
	enum err e = numbers_begin(x->app, x->a, NUMBER_PROVIDER, r->caf, day_of(x->step.now), &numbers);

	if (!e)
		e = numbers_next(x->app, x->a, &numbers, &r->provider_id);
	if (e)
		return e;
	numbers_end(x->a, x->step.cs, &numbers);
	codec_default(&provider_codec, &x->provider);
	x->provider.dn = dn_child(x->a, "habFournisseurId", r->provider_id, parent);
	x->provider.id = r->provider_id;
	provider_make(x->a, x->edits,
		      &(struct provider_new){ .dn = x->provider.dn,
					      .id = r->provider_id,
					      .name = r->name,
					      .siret = r->siret,
					      .street = r->address,
					      .postal_code = r->postal_code,
					      .city = r->city,
					      .mail = r->mail,
					      .phone = r->phone });
	edits_needed(x->edits);
	return dn_normal(x->a, x->provider.dn, &x->provider.key);
}

static enum err take_provider(struct activating *x)
{
	enum err e = request_provider(x->app, x->a, &x->step.f.r, &x->provider);

	if (e == ERR_NOTFOUND)
		return make_provider(x);
	if (!e)
		x->step.f.r.provider_id = x->provider.id;
	return e;
}

/* --- the people --- */

/* Two of the request under one address are two people. */
static bool is_taken(const struct activating *x, size_t before, const char *number)
{
	for (size_t i = 0; i < before; i++)
		if (strcmp(x->step.f.people[i].number, number) == 0)
			return true;
	return false;
}

static enum err take_person(struct activating *x, size_t i)
{
	struct request_person *p = &x->step.f.people[i];
	struct person known;
	enum err e = request_known(x->app, x->a, x->provider.key, p, &known);

	if (e == ERR_NOTFOUND || (!e && is_taken(x, i, known.number))) {
		e = agents_new_add(x->app, x->a, &x->agents, x->edits, p, &x->dns[i]);
		edits_needed(x->edits);
		return e;
	}
	if (e)
		return e;
	if (strcmp(known.status, "active") != 0)
		fault_add(x->a, x->faults, "personnes",
			  "L’accès %s, agent %s, est suspendu. Rouvrez-le depuis sa fiche, puis revenez ici",
			  french_de(x->a, known.name), known.number);
	p->number = known.number;
	p->uid = known.uid;
	x->dns[i] = known.dn;
	return ERR_OK;
}

static enum err take_people(struct activating *x)
{
	struct request_file *f = &x->step.f;
	enum err e = agents_new_begin(x->app, x->a, f->r.caf, day_of(x->step.now), x->provider.dn, &x->agents);

	x->dns = arena_array(x->a, f->people_n, const char *);
	for (size_t i = 0; !e && i < f->people_n; i++)
		e = take_person(x, i);
	if (!e && x->faults->n)
		e = ERR_INVALID;
	if (e)
		return e;
	agents_new_end(x->a, x->step.cs, &x->agents);
	f->r.people = request_people_encode(x->a, f->people, f->people_n);
	return ERR_OK;
}

/* --- the convention and the rights --- */

static enum err find_place(struct activating *x, const char *id, struct establishment *out)
{
	return establishment_find(x->app, x->a, request_resolved(&x->step.f.r, id), out);
}

/* « Jeanne Aubertin, maire »: the name, then what she is. */
static void signatory(struct activating *x)
{
	const char *all = x->step.f.r.signed_by;
	size_t n = strcspn(all, ",");

	edits_first(x->edits, "habSignataireNom", text_trim(x->a, arena_memdup(x->a, all, n)));
	if (all[n] && *text_trim(x->a, all + n + 1))
		edits_first(x->edits, "habSignataireFonction", text_trim(x->a, all + n + 1));
}

static void dates(struct activating *x)
{
	const struct grant_request *r = &x->step.f.r;
	const struct {
		const char *attribute;
		day_t day;
	} all[] = {
		{ "habDateEnvoi", (day_t)r->posted },
		{ "habDateSignatureFournisseur", (day_t)r->signed_provider },
		{ "habDateSignatureCaf", (day_t)r->signed_caf },
		{ "habDateRetour", day_of(r->decided_at) }, /* of the step before this one */
		{ "habDateEffet", request_effect(r) },
		{ "habDateEcheance", agreement_first_due(request_effect(r)) },
	};

	for (size_t i = 0; i < LENGTH(all); i++)
		edits_first(x->edits, all[i].attribute, day_ldap(x->a, all[i].day));
}

static enum err cover(struct activating *x, const struct strs *ids, const struct strs *but)
{
	for (size_t i = 0; i < ids->n; i++) {
		struct establishment e;
		enum err failed;

		if (but && strs_has(but, ids->v[i]))
			continue;
		if ((failed = find_place(x, ids->v[i], &e)))
			return failed;
		edits_put(x->edits, "habEtablissementCouvert", e.dn);
	}
	return ERR_OK;
}

static enum err make_agreement(struct activating *x)
{
	const struct grant_request *r = &x->step.f.r;

	edits_make(x->edits, dn_child(x->a, "habConventionNumero", r->agreement, x->provider.dn), "habConvention");
	edits_first(x->edits, "habConventionNumero", r->agreement);
	edits_first(x->edits, "habStatut", "active");
	edits_first(x->edits, "habTaciteReconduction", "TRUE");
	dates(x);
	signatory(x);
	if (*r->prefecture_ref)
		edits_first(x->edits, "habReferencePrefecture", r->prefecture_ref);
	enum err e = cover(x, &r->listing, NULL);

	if (!e)
		e = cover(x, &r->places, &r->listing);
	edits_needed(x->edits);
	return e;
}

/* Another convention of the provider's covers it: its people there keep their rights. */
static enum err is_shared(struct activating *x, const struct establishment *e, bool *out)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	struct agreements all;
	enum err failed = agreements_of(&t, x->a, x->provider.key, &all);

	*out = !failed && agreements_cover(&all, UUID_NONE, e, day_of(x->step.now));
	return failed;
}

static enum err give(struct activating *x, const char *id, const struct establishment *e)
{
	const struct request_file *f = &x->step.f;
	struct handover_to to = { .p = &x->provider };
	struct handover given;
	enum err failed = handover_begin(x->app, x->a, e, x->step.now, &given);

	if (!failed)
		failed = is_shared(x, e, &to.own_stay);
	if (failed)
		return failed;
	if (given.under_way) {
		handover_fault(x->a, x->faults, "convention", e);
		return ERR_INVALID;
	}
	handover_add(x->a, x->step.cs, &given, x->provider.key, x->step.now);
	for (size_t i = 0; i < f->people_n; i++) {
		if (strs_has(&f->people[i].listing, id))
			strs_add(x->a, &to.listing, x->dns[i]);
		if (strs_has(&f->people[i].places, id) && type_has_places(e->type))
			strs_add(x->a, &to.places, x->dns[i]);
	}
	return handover_edits(x->app, x->a, x->edits, e, &to);
}

static enum err give_rights(struct activating *x)
{
	const struct grant_request *r = &x->step.f.r;
	const struct strs *lists[] = { &r->listing, &r->places };

	for (size_t l = 0; l < LENGTH(lists); l++)
		for (size_t i = 0; i < lists[l]->n; i++) {
			struct establishment e;
			enum err failed;

			if (l && strs_has(&r->listing, lists[l]->v[i]))
				continue;
			if ((failed = find_place(x, lists[l]->v[i], &e)) || (failed = give(x, lists[l]->v[i], &e)))
				return failed;
		}
	return ERR_OK;
}

/* --- the whole --- */

static void keep_agreement(struct activating *x)
{
	const struct grant_request *r = &x->step.f.r;
	struct bytes key = agreement_awaited_key(x->a, r->agreement);
	struct agreement_file file;

	codec_default(&agreement_file_codec, &file);
	file.number = r->agreement;
	file.caf = r->caf;
	file.provider_id = r->provider_id;
	file.request = r->number;
	file.archive_ref = r->archive_ref;
	file.document_hash = r->document_hash;
	changeset_expect(x->step.cs, TABLE_AGREEMENT, key, REV_ABSENT);
	changeset_put(x->step.cs, TABLE_AGREEMENT, key, agreement_file_encode(x->a, &file));
}

static void tell_log(struct activating *x)
{
	const struct request_file *f = &x->step.f;
	struct audit_record *r = &x->step.audit;

	r->provider = f->r.provider_id;
	act_detail(x->a, r, "agreement", f->r.agreement);
	act_detail(x->a, r, "effect", day_iso(x->a, request_effect(&f->r)));
	act_detail(x->a, r, "hash", text_hex(x->a, f->r.document_hash));
	for (size_t i = 0; i < f->people_n; i++)
		act_detail(x->a, r, "agent", f->people[i].number);
}

/* In this order, and no further than what is refused: nobody gets an access without the convention, or a right nobody has made. */
static enum err activate(struct activating *x)
{
	struct step *s = &x->step;
	enum err e = step_change(s, EVENT_GRANT_ACTIVATED);

	x->edits = edits_new(x->a);
	if (!e)
		e = take_provider(x);
	if (!e)
		e = make_agreement(x);
	if (!e)
		e = take_people(x);
	if (!e)
		e = give_rights(x);
	if (e)
		return e;
	edits_job(x->a, s->cs, x->edits, outcome_key(x->a, "demande", s->number, "annuaire"));
	keep_agreement(x);
	tell_log(x);
	s->f.r.state = "active";
	s->f.r.decided_at = s->now;
	return step_end(s, "activated", "", "", "");
}

/* --- what stands in its way --- */

/* What an activation made has reached the mirror: until then another one of that SIRET would make it twice. Who left since is missing
   too, hence the lag. */
static enum err is_written(struct txn *t, struct arena *a, const struct grant_request *r, int64_t now, bool *out)
{
	struct request_person *v;
	struct outcome job;
	size_t n;
	enum err e = outcome_get(t, a, TABLE_OUTCOME, bytes_of(outcome_key(a, "demande", r->number, "annuaire")), &job);

	*out = true;
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (strcmp(job.state, "done") == 0 && now - job.at > MIRROR_LAG)
		return ERR_OK;
	e = request_people(a, r, &v, &n);
	for (size_t i = 0; !e && i < n; i++) {
		struct person p;

		e = person_by_name(t, a, 'n', v[i].number, &p);
		if (e == ERR_NOTFOUND) {
			*out = false;
			return ERR_OK;
		}
	}
	return e;
}

static enum err check_earlier(struct activating *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_REQUEST, request_prefix(x->a, x->step.f.r.caf));

	while (scan_next(&s)) {
		struct grant_request r;
		bool written;
		enum err e = grant_request_decode(x->a, s.record.payload, &r);

		if (!e && (strcmp(r.siret, x->step.f.r.siret) != 0 || strcmp(r.state, "active") != 0))
			continue;
		if (!e)
			e = is_written(&t, x->a, &r, x->step.now, &written);
		if (e)
			return e;
		if (!written)
			fault_add(x->a, x->faults, "convention",
				  "La demande %s, du même SIRET, a été activée, et ses accès ne sont pas encore dans "
				  "l’annuaire. Recommencez quand ils y sont",
				  r.number);
	}
	return t.err;
}

/* Whoever writes the directory by hand may have taken the number since the check; the signed document bears it. */
static enum err check_number(struct activating *x)
{
	bool taken;
	enum err e = agreement_is_taken(x->app, x->a, x->step.f.r.agreement, &taken);

	if (!e && taken)
		fault_add(x->a, x->faults, "convention",
			  "Une autre convention porte déjà le n° %s dans l’annuaire. Prévenez l’exploitant du service : elle "
			  "doit changer de numéro avant l’activation",
			  x->step.f.r.agreement);
	return e;
}

static enum err check_takeovers(struct activating *x, const char *seen, bool confirmed)
{
	struct takeover *v;
	size_t n;
	enum err e = request_takeovers(x->app, x->a, &x->step.f.r, &v, &n);

	if (!e && *seen && strcmp(seen, request_takeovers_mark(x->a, v, n)) != 0)
		return ERR_CONFLICT;
	if (!e && n && !confirmed)
		fault_add(x->a, x->faults, "gestion", "%s",
			  n > 1 ? "D’autres fournisseurs gèrent des établissements de la demande. Cochez la case pour changer "
				  "de gestionnaire" :
				  "Un autre fournisseur gère un établissement de la demande. Cochez la case pour changer de "
				  "gestionnaire");
	return e;
}

static enum err check(struct activating *x, const char *seen, bool confirmed)
{
	const char *missing = "";
	enum err e = ERR_OK;

	if (!request_is_resolved(x->app, x->a, &x->step.f.r, &missing))
		fault_add(x->a, x->faults, "etablissements", "« %s » n’est pas au répertoire de votre Caf",
			  request_name_of(x->app, x->a, &x->step.f.r, missing));
	else if (!(e = check_earlier(x)))
		e = check_number(x);
	if (!e && !x->faults->n)
		e = check_takeovers(x, seen, confirmed);
	return !e && x->faults->n ? ERR_INVALID : e;
}

enum err request_activate(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			  const char *seen, bool take_over, struct faults *faults)
{
	enum err e = ERR_CONFLICT;

	/* another Caf's activation may have taken a number meanwhile: then the state is still the one asked for */
	for (int i = 0; i < STEP_TRIES && e == ERR_CONFLICT; i++) {
		struct activating x = { .app = app, .a = a, .faults = faults };

		if ((e = step_begin(app, a, who, number, "agreement_signed", &x.step)) || x.step.done ||
		    (e = check(&x, seen, take_over)))
			return e;
		e = activate(&x);
	}
	return e;
}
