/* The steps of the provider and of the Caf: their forms, and what each takes into the draft. */
#include "acts/request_rules.h"

#include "acts/caf_texts.h"
#include "acts/codes.h"
#include "base/text.h"

#include <string.h>

static const struct field provider_fields[] = {
	{ .name = "nom",
	  .label = "Nom de l’organisme",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 150,
	  .missing = "Saisissez le nom de votre organisme",
	  .autocomplete = "organization" },
	{ .name = "siret",
	  .label = "Numéro SIRET",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 30,
	  .hint = "14 chiffres",
	  .missing = "Saisissez le numéro SIRET de votre organisme" },
	{ .name = "adresse",
	  .label = "Adresse",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .hint = "Numéro et voie : la convention y est envoyée par la poste",
	  .missing = "Saisissez l’adresse de votre organisme",
	  .autocomplete = "address-line1" },
	{ .name = "code_postal",
	  .label = "Code postal",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .hint = "5 chiffres, sans « Cedex »",
	  .missing = "Saisissez le code postal",
	  .autocomplete = "postal-code" },
	{ .name = "commune",
	  .label = "Commune",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 100,
	  .missing = "Saisissez la commune",
	  .autocomplete = "address-level2" },
	{ .name = "signataire",
	  .label = "Personne qui signe la convention",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 150,
	  .hint = "Prénom, nom et fonction, comme « Hervé Castelneau, président »",
	  .missing = "Saisissez le nom et la fonction de la personne qui signe la convention" },
	{ .name = "courriel",
	  .label = "Courriel de l’organisme",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .hint = "L’accusé de réception y est envoyé",
	  .missing = "Saisissez le courriel de votre organisme",
	  .autocomplete = "email" },
	{ .name = "telephone",
	  .label = "Téléphone de l’organisme",
	  .kind = FIELD_PHONE,
	  .required = true,
	  .missing = "Saisissez le téléphone de votre organisme",
	  .autocomplete = "tel" },
	{ .name = "vu", .label = "Organisme", .kind = FIELD_TOKEN, .max = MARK_LENGTH },
	FIELD_ORIGIN,
};

static const struct field caf_fields[] = {
	{ .name = "caf",
	  .label = "Caf destinataire",
	  .kind = FIELD_CHOICE,
	  .required = true,
	  .hint = "La Caf du département de vos établissements",
	  .missing = "Choisissez votre Caf" },
	{ .name = "confirmer", .label = "Confirmer le changement de Caf", .kind = FIELD_SET, .choices = yes_choices },
	FIELD_ORIGIN,
};

const struct form *request_provider_form(void)
{
	static const struct form form = { provider_fields, LENGTH(provider_fields) };

	return &form;
}

const struct form *request_caf_form(void)
{
	static const struct form form = { caf_fields, LENGTH(caf_fields) };

	return &form;
}

/* --- the provider --- */

/* La Poste numbers its many offices under one Siren by a key of its own: the sum of the digits is a multiple of 5. */
static bool is_la_poste(const char *digits)
{
	unsigned sum = 0;

	if (strncmp(digits, "356000000", 9) != 0)
		return false;
	for (; *digits; digits++)
		sum += (unsigned)(*digits - '0');
	return sum % 5 == 0;
}

enum err request_siret(struct arena *a, const char *typed, const char **out)
{
	struct buf b = buf_new(a);

	for (size_t n; *typed; typed += n ? n : 1) {
		n = text_no_break(typed);
		if (*typed >= '0' && *typed <= '9')
			buf_byte(&b, (uint8_t)*typed);
		else if (!n && *typed != ' ' && *typed != '.' && *typed != '-')
			return ERR_MALFORMED;
	}
	const char *digits = buf_str(&b);

	if (b.n != 14 || strspn(digits, "0") == 14)
		return ERR_MALFORMED;
	if (!text_is_luhn(digits) && !is_la_poste(digits))
		return ERR_INVALID;
	*out = digits;
	return ERR_OK;
}

static void check_siret(struct taking *x, const char **siret)
{
	const char *typed = input_get(x->in, "siret");
	enum err e;

	if (!*typed || fault_of(x->faults, "siret"))
		return;
	e = request_siret(x->a, typed, siret);
	if (e == ERR_MALFORMED)
		fault_add(x->a, x->faults, "siret", "Le numéro SIRET doit comporter 14 chiffres");
	else if (e)
		fault_add(x->a, x->faults, "siret", "Ce numéro SIRET n’existe pas : vérifiez chaque chiffre");
}

static void check_postal_code(struct taking *x, const char **code)
{
	const char *typed = input_get(x->in, "code_postal");

	if (*typed && !fault_of(x->faults, "code_postal") && text_postal_code(x->a, typed, code))
		fault_add(x->a, x->faults, "code_postal", "Le code postal doit comporter 5 chiffres, sans « Cedex »");
}

/* What another window has stored since the form was shown is not undone without a word: it is told where it differs. */
static void check_provider_seen(struct taking *x, const struct grant_request *now)
{
	const struct grant_request *r = &x->d->r;
	const char *seen = input_get(x->in, "vu"), *phone = text_phone_fr(x->a, r->phone);
	const char *const rows[][3] = {
		{ r->name, now->name, r->name },          { r->siret, now->siret, r->siret },
		{ r->address, now->address, r->address }, { r->postal_code, now->postal_code, r->postal_code },
		{ r->city, now->city, r->city },          { r->signatory, now->signatory, r->signatory },
		{ r->mail, now->mail, r->mail },          { r->phone, now->phone, phone },
	};
	const char *first = NULL;
	struct buf b = buf_new(x->a);

	if (!*seen || strcmp(seen, request_provider_mark(x->a, r)) == 0)
		return;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (strcmp(rows[i][0], rows[i][1]) == 0)
			continue;
		buf_printf(&b, "%s%s « %s »", first ? " ; " : "", provider_fields[i].label, rows[i][2]);
		first = first ? first : provider_fields[i].name;
	}
	if (first)
		fault_add(x->a, x->faults, first,
			  "Votre organisme a changé dans une autre fenêtre. Enregistré là-bas, et autre ici : %s. Relisez "
			  "cette page, puis enregistrez-la",
			  buf_str(&b));
}

enum err request_take_provider(struct taking *x)
{
	struct grant_request *r = &x->d->r, now = *r;

	now.siret = now.phone = now.postal_code = "";
	input_check(x->a, request_provider_form(), x->in, x->faults);
	check_siret(x, &now.siret);
	check_postal_code(x, &now.postal_code);
	if (text_phone(x->a, input_get(x->in, "telephone"), &now.phone))
		now.phone = "";
	now.name = input_get(x->in, "nom");
	now.address = input_get(x->in, "adresse");
	now.city = input_get(x->in, "commune");
	now.signatory = input_get(x->in, "signataire");
	now.mail = input_get(x->in, "courriel");
	check_provider_seen(x, &now);
	if (x->faults->n)
		return ERR_OK;
	*r = now;
	r->steps |= 1u << REQUEST_PROVIDER;
	return ERR_OK;
}

/* --- the Caf --- */

enum err request_take_caf(struct taking *x)
{
	const char *code = input_get(x->in, "caf");
	struct caf c;

	input_check(x->a, request_caf_form(), x->in, x->faults);
	if (x->faults->n)
		return ERR_OK;
	enum err e = caf_offered(x->app, x->a, code, &c);

	if (e == ERR_NOTFOUND)
		fault_add(x->a, x->faults, "caf", "Choisissez votre Caf dans la liste");
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	struct strs foreign = request_foreign(x->app, x->a, &x->d->r, c.code);

	if (foreign.n && !input_has(x->in, "confirmer", "oui")) {
		fault_add(x->a, x->faults, "confirmer",
			  foreign.n > 1 ?
				  "%s ne relèvent pas de la %s et sortiront de votre demande : cochez pour confirmer" :
				  "%s ne relève pas de la %s et sortira de votre demande : cochez pour confirmer",
			  request_names_of(x, &foreign), c.name);
		return ERR_OK;
	}
	request_drop(x->a, x->d, &foreign);
	x->d->r.caf = c.code;
	x->d->r.steps |= 1u << REQUEST_CAF;
	return ERR_OK;
}
