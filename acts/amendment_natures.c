/* What each nature of an amendment asks for: the edits of the directory, the lines that say so. */
#include "acts/amendment_parts.h"

#include "acts/agent.h"
#include "acts/codes.h"
#include "acts/provider.h"
#include "acts/request_review.h"
#include "base/text.h"

#include <string.h>

static const char *typed(const struct amending *x, const char *name)
{
	return text_trim(x->a, input_get(x->in, name));
}

static void line(struct amending *x, const char *text)
{
	strs_add(x->a, &x->am.lines, text);
}

/* --- who and where --- */

static enum err covered_by_id(struct amending *x, const char *field, const char *id, struct establishment *out)
{
	enum err e = establishment_find(x->app, x->a, id, out);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (e || !strs_has(&x->g.covered_keys, out->key)) {
		fault_add(x->a, x->faults, field,
			  "L’établissement %s n’est pas dans la convention : choisissez-en un de la liste", id);
		return ERR_NOTFOUND;
	}
	return ERR_OK;
}

static bool manages(const struct amending *x, const struct establishment *e)
{
	return strcmp(e->manager_key, x->p->key) == 0;
}

static enum err person_by_number(struct amending *x, const char *field, const char *number, struct person *out)
{
	enum err e = provider_agent_find(x->app, x->a, x->p, number, out);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (e || strcmp(out->status, "terminee") == 0) {
		fault_add(x->a, x->faults, field,
			  *number ? "Choisissez une personne de ce fournisseur dont la mission n’est pas finie" :
				    "Choisissez une personne");
		return ERR_NOTFOUND;
	}
	return ERR_OK;
}

/* A fault said already stops this line only. */
static enum err said(enum err e)
{
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- one right --- */

struct right_change {
	struct establishment e;
	const char *number, *name, *dn; /* of the person */
	unsigned families;
};

struct right_list {
	struct right_change *v;
	size_t n;
};

static struct right_change *right_at(struct amending *x, struct right_list *list, const struct establishment *e,
				     const char *number)
{
	for (size_t i = 0; i < list->n; i++)
		if (uuid_equal(list->v[i].e.uuid, e->uuid) && strcmp(list->v[i].number, number) == 0)
			return &list->v[i];
	list->v = arena_more(x->a, list->v, list->n, sizeof *list->v);
	list->v[list->n] = (struct right_change){ .e = *e, .number = number };
	return &list->v[list->n++];
}

static const struct {
	const char *field, *attribute;
	unsigned family;
} families[] = {
	{ "fonctionnement", "habDroitFonctionnement", FAMILY_LISTING },
	{ "places", "habDroitDisponibilites", FAMILY_PLACES },
};

static void check_family(struct amending *x, size_t k, const struct establishment *e)
{
	if (families[k].family == FAMILY_PLACES && !type_has_places(e->type))
		fault_add(x->a, x->faults, "places",
			  "%s ne publie pas de places libres : seuls les établissements d’accueil du jeune enfant en publient",
			  e->name);
}

static void edit_right(struct amending *x, const struct right_change *r, bool add)
{
	for (size_t k = 0; k < LENGTH(families); k++) {
		if (!(r->families & families[k].family))
			continue;
		if (add)
			edits_put(x->edits, families[k].attribute, r->dn);
		else
			edits_drop(x->edits, families[k].attribute, r->dn);
	}
}

/* The lines of the directory, of the amendment and of the record. */
static void write_rights(struct amending *x, const struct right_list *list, bool add)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct right_change *r = &list->v[i];

		if (!r->families)
			continue;
		edits_on(x->edits, r->e.uuid);
		edit_right(x, r, add);
		line(x, arena_printf(x->a, "%s de droit : %s (%s), %s, %s", add ? "Ajout" : "Retrait", r->name,
				     r->number, r->e.name, families_text(r->families)));
		act_detail(x->a, &x->audit, "right", deed_right_write(x->a, r->number, r->e.id, r->families));
	}
}

/* Rights ticked for one person: the sets hold establishments. held: what he has; add: only new ones, else only held ones. */
static enum err take_rights(struct amending *x, const struct person *p, bool add, struct right_list *out)
{
	for (size_t k = 0; k < LENGTH(families); k++) {
		struct strs ids = input_all(x->a, x->in, families[k].field);

		for (size_t i = 0; i < ids.n; i++) {
			struct establishment e;
			enum err failed = covered_by_id(x, families[k].field, ids.v[i], &e);

			if (failed && failed != ERR_NOTFOUND)
				return failed;
			if (failed)
				continue;
			bool held = p && strs_has(k ? &e.places_keys : &e.listing_keys, p->key);

			if (add)
				check_family(x, k, &e);
			if (add && !manages(x, &e))
				fault_add(x->a, x->faults, families[k].field,
					  "%s a changé de gestionnaire : ajoutez-le d’abord comme établissement", e.name);
			if (p && held == add)
				continue;
			right_at(x, out, &e, p ? p->number : "")->families |= families[k].family;
		}
	}
	return ERR_OK;
}

static void name_rights(struct right_list *list, const char *number, const char *name, const char *dn)
{
	for (size_t i = 0; i < list->n; i++) {
		list->v[i].number = number;
		list->v[i].name = name;
		list->v[i].dn = dn;
	}
}

/* --- the natures --- */

static void check_text(struct amending *x, const char *name, const char *missing)
{
	const struct field *f = form_field(&amendment_form, name);
	size_t length = text_length(typed(x, name));

	if (!length)
		fault_add(x->a, x->faults, name, "%s", missing);
	else if (length > f->max)
		fault_add(x->a, x->faults, name, "Ce texte dépasse la limite de %zu caractères", f->max);
}

/* Whoever has an access already would have two. */
static enum err check_name(struct amending *x, const struct request_person *p)
{
	struct person *people;
	size_t n;
	enum err e = people_of(x->app, x->a, x->p->key, &people, &n);

	if (e || input_has(x->in, "homonyme", "oui"))
		return e;
	for (size_t i = 0; i < n; i++)
		if (strcmp(people[i].status, "terminee") != 0 && request_is_name_of(x->a, p, &people[i])) {
			fault_add(x->a, x->faults, "homonyme",
				  "%s, agent %s, est déjà de ce fournisseur : pour un droit de plus, choisissez « %s ». Cochez la case "
				  "s’il s’agit de quelqu’un d’autre",
				  people[i].name, people[i].number, choice_label(amendment_natures, "droit"));
			break;
		}
	return ERR_OK;
}

static enum err add_person(struct amending *x)
{
	struct request_person p;
	struct right_list rights = { 0 };
	const char *dn;

	request_person_default(&p);
	p.surname = typed(x, "nom");
	p.given_name = typed(x, "prenom");
	p.title = typed(x, "fonction");
	p.mail = typed(x, "courriel");
	check_text(x, "nom", "Saisissez le nom");
	check_text(x, "prenom", "Saisissez le prénom");
	check_text(x, "fonction", "Saisissez la fonction");
	enum err e = agent_mail_check(x->app, x->a, x->who, typed(x, "courriel"), NULL,
				      input_has(x->in, "partage", "oui"), "courriel", "partage", x->faults);

	if (!e)
		e = check_name(x, &p);
	if (!e)
		e = take_rights(x, NULL, true, &rights);
	if (!e && !rights.n && !x->faults->n)
		fault_add(x->a, x->faults, "fonctionnement", "Cochez au moins un droit");
	if (e || x->faults->n)
		return e;
	e = agents_new_begin(x->app, x->a, x->p->caf, x->today, x->p->dn, &x->fresh);
	if (!e)
		e = agents_new_add(x->app, x->a, &x->fresh, x->edits, &p, &dn);
	if (e)
		return e;
	edits_needed(x->edits);
	const char *name = arena_printf(x->a, "%s %s", p.given_name, p.surname);

	line(x, arena_printf(x->a, "Ajout d’une personne : %s (%s), %s, %s", name, p.number, p.title, p.mail));
	act_detail(x->a, &x->audit, "person", p.number);
	name_rights(&rights, p.number, name, dn);
	write_rights(x, &rights, true);
	return ERR_OK;
}

static enum err change_right(struct amending *x, bool add)
{
	struct right_list rights = { 0 };
	struct person p;
	enum err e = person_by_number(x, "agent", typed(x, "agent"), &p);

	if (e)
		return said(e);
	if ((e = take_rights(x, &p, add, &rights)) || x->faults->n)
		return e;
	if (!rights.n) {
		fault_add(x->a, x->faults, "fonctionnement", "%s",
			  add ? "Cochez au moins un droit que cette personne n’a pas" :
				"Cochez au moins un droit à retirer");
		return ERR_OK;
	}
	act_detail(x->a, &x->audit, "person", p.number);
	name_rights(&rights, p.number, p.name, p.dn);
	write_rights(x, &rights, add);
	return ERR_OK;
}

/* The sets hold people's numbers. */
static enum err take_people(struct amending *x, const struct establishment *e, struct right_list *out)
{
	for (size_t k = 0; k < LENGTH(families); k++) {
		struct strs numbers = input_all(x->a, x->in, families[k].field);

		if (numbers.n)
			check_family(x, k, e);
		for (size_t i = 0; i < numbers.n; i++) {
			struct person p;
			enum err failed = person_by_number(x, families[k].field, numbers.v[i], &p);

			if (failed && failed != ERR_NOTFOUND)
				return failed;
			if (failed)
				continue;
			struct right_change *r = right_at(x, out, e, p.number);

			r->name = p.name;
			r->dn = p.dn;
			r->families |= families[k].family;
		}
	}
	return ERR_OK;
}

/* Rights on it by the provider's people. */
static enum err held_on(struct amending *x, const struct establishment *e, struct right_list *out)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	const struct strs *lists[] = { &e->listing_keys, &e->places_keys };

	for (size_t k = 0; k < LENGTH(lists); k++) {
		for (size_t i = 0; i < lists[k]->n; i++) {
			struct person p;
			enum err failed = person_by_key(&t, x->a, lists[k]->v[i], &p);

			if (failed && failed != ERR_NOTFOUND)
				return failed;
			if (failed || strcmp(p.provider_key, x->p->key) != 0)
				continue;
			struct right_change *r = right_at(x, out, e, p.number);

			r->name = p.name;
			r->dn = p.dn;
			r->families |= families[k].family;
		}
	}
	return ERR_OK;
}

/* Its manager becomes this provider: whoever managed it is named before that is confirmed. */
static enum err check_takeover(struct amending *x, const struct establishment *e)
{
	struct provider other;
	bool managed = *e->manager_key && strcmp(e->manager_key, x->p->key) != 0;
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);

	if (!managed)
		return ERR_OK;
	enum err failed = provider_by_key(&t, x->a, e->manager_key, &other);

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	if (input_has(x->in, "gestion", "oui"))
		return ERR_OK;
	fault_add(x->a, x->faults, "gestion",
		  "Cet établissement est géré par %s : ses droits et sa convention ne le couvriront plus. Cochez la case pour "
		  "changer de gestionnaire",
		  failed ? "un fournisseur qui n’existe plus" : other.name);
	return ERR_OK;
}

static enum err add_establishment(struct amending *x)
{
	struct handover_to to = { .p = x->p, .own_stay = true };
	struct right_list rights = { 0 };
	struct establishment e;
	const char *id = typed(x, "etablissement");
	enum err failed = *id ? establishment_find(x->app, x->a, id, &e) : ERR_NOTFOUND;

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	if (failed || strcmp(e.caf, x->p->caf) != 0) {
		fault_add(x->a, x->faults, "etablissement", "%s",
			  *id ? "Aucun établissement de votre Caf n’a cet identifiant" :
				"Saisissez l’identifiant de l’établissement");
		return ERR_OK;
	}
	if (strs_has(&x->g.covered_keys, e.key) && manages(x, &e))
		fault_add(x->a, x->faults, "etablissement", "%s est déjà dans la convention", e.name);
	else if ((failed = check_takeover(x, &e)) ||
		 (failed = handover_begin(x->app, x->a, &e, visitor_now(x->who), &x->given)))
		return failed;
	if (x->given.under_way)
		handover_fault(x->a, x->faults, "etablissement", &e);
	if ((failed = take_people(x, &e, &rights)) || x->faults->n)
		return failed;
	if ((failed = handover_edits(x->app, x->a, x->edits, &e, &to)))
		return failed;
	edits_on(x->edits, x->g.uuid);
	edits_put(x->edits, "habEtablissementCouvert", e.dn);
	line(x, arena_printf(x->a, "Ajout d’un établissement : %s (%s), %s %s", e.name, e.id, e.postal_code, e.city));
	x->audit.establishment = e.uuid;
	act_detail(x->a, &x->audit, "establishment", e.id);
	write_rights(x, &rights, true);
	return ERR_OK;
}

static enum err remove_establishment(struct amending *x)
{
	struct right_list held = { 0 };
	struct establishment e;
	const char *id = typed(x, "etablissement");
	enum err failed = *id ? covered_by_id(x, "etablissement", id, &e) : ERR_NOTFOUND;

	if (!*id)
		fault_add(x->a, x->faults, "etablissement", "Choisissez l’établissement à retirer");
	if (!input_has(x->in, "confirmer", "oui"))
		fault_add(x->a, x->faults, "confirmer", "Cochez « Je confirme » pour continuer");
	if (failed || x->faults->n)
		return said(failed);
	if ((failed = held_on(x, &e, &held)))
		return failed;
	line(x, arena_printf(x->a, "Retrait d’un établissement : %s (%s)", e.name, e.id));
	x->audit.establishment = e.uuid;
	act_detail(x->a, &x->audit, "establishment", e.id);
	write_rights(x, &held, false);
	edits_on(x->edits, x->g.uuid);
	edits_drop(x->edits, "habEtablissementCouvert", e.dn);
	return ERR_OK;
}

/* --- the signed act --- */

static int64_t check_signature(struct amending *x, const char *name, const char *whom)
{
	day_t day = 0;

	if (!*typed(x, name))
		fault_add(x->a, x->faults, name, "Saisissez la date de signature %s", whom);
	else if (day_parse(typed(x, name), &day))
		fault_add(x->a, x->faults, name, "%s",
			  day_wrong(x->a, form_field(&amendment_form, name)->label, typed(x, name)));
	else if (day > x->today)
		fault_add(x->a, x->faults, name,
			  "La date de signature ne peut pas être dans le futur : corrigez celle %s", whom);
	else if (day < x->g.effect)
		fault_add(x->a, x->faults, name,
			  "La convention a pris effet le %s : l’avenant ne peut pas être signé avant. Corrigez la date de signature %s",
			  day_fr(x->a, (day_t)x->g.effect), whom);
	return day;
}

void amendment_check_signed(struct amending *x)
{
	check_text(x, "reference", "Saisissez la référence de l’avenant");
	x->am.signed_provider = check_signature(x, "signature_fournisseur", "du fournisseur");
	x->am.signed_caf = check_signature(x, "signature_caf", "de la Caf");
	x->am.reference = typed(x, "reference");
}

static enum err add_right(struct amending *x)
{
	return change_right(x, true);
}

static enum err remove_right(struct amending *x)
{
	return change_right(x, false);
}

static const struct nature {
	const char *code;
	bool is_signed;
	enum err (*amend)(struct amending *x);
} natures[] = {
	{ "personne", true, add_person },
	{ "etablissement", true, add_establishment },
	{ "droit", true, add_right },
	{ "retrait-droit", false, remove_right },
	{ "retrait-etablissement", false, remove_establishment },
};

static const struct nature *nature_of(const char *code)
{
	for (size_t i = 0; i < LENGTH(natures); i++)
		if (strcmp(natures[i].code, code) == 0)
			return &natures[i];
	return NULL;
}

bool amendment_is_signed(const char *nature)
{
	const struct nature *n = nature_of(nature);

	return n && n->is_signed;
}

enum err amendment_by_nature(struct amending *x, const char *nature)
{
	const struct nature *n = nature_of(nature);

	return n ? n->amend(x) : ERR_MALFORMED;
}
