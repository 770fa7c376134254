#include "acts/amendment_parts.h"

#include "acts/codes.h"
#include "acts/listing_rules.h"
#include "acts/outcome.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_CHARS 100

/* clang-format off */
const struct choice amendment_natures[] = {
	{ "personne",              "Ajouter une personne" },
	{ "etablissement",         "Ajouter un établissement" },
	{ "droit",                 "Ajouter un droit" },
	{ "retrait-droit",         "Retirer un droit" },
	{ "retrait-etablissement", "Retirer un établissement" },
	{ NULL, NULL },
};
static const struct field fields[] = {
	{ .name = "nature", .label = "Nature de l’avenant", .kind = FIELD_CHOICE, .required = true, .choices = amendment_natures },
	{ .name = "reference", .label = "Référence de l’avenant", .kind = FIELD_TEXT, .required = true, .max = 64 },
	{ .name = "signature_fournisseur", .label = "Signé par le fournisseur le", .kind = FIELD_DAY, .required = true,
	  .hint = DAY_HINT },
	{ .name = "signature_caf", .label = "Signé par la Caf le", .kind = FIELD_DAY, .required = true,
	  .hint = "L’avenant prend effet à la plus tardive des deux dates" },
	{ .name = "nom", .label = "Nom", .kind = FIELD_TEXT, .required = true, .max = NAME_MAX_CHARS },
	{ .name = "prenom", .label = "Prénom", .kind = FIELD_TEXT, .required = true, .max = NAME_MAX_CHARS },
	{ .name = "fonction", .label = "Fonction", .kind = FIELD_TEXT, .required = true, .max = NAME_MAX_CHARS },
	{ .name = "courriel", .label = "Courriel professionnel", .kind = FIELD_MAIL, .required = true },
	{ .name = "partage", .label = "Adresse partagée", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "homonyme", .label = "Une autre personne", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "agent", .label = "Personne", .kind = FIELD_TEXT, .required = true, .max = 16 },
	{ .name = "etablissement", .label = "Identifiant de l’établissement", .kind = FIELD_TEXT, .required = true, .max = 16,
	  .hint = "Exemple : E0042" },
	{ .name = "gestion", .label = "Changement de gestionnaire", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "fonctionnement", .label = "Fonctionnement", .kind = FIELD_SET },
	{ .name = "places", .label = "Places libres", .kind = FIELD_SET },
	{ .name = "confirmer", .label = "Confirmation", .kind = FIELD_SET, .choices = yes_choices },
};
/* clang-format on */
const struct form amendment_form = { fields, LENGTH(fields) };

/* --- one changeset --- */

static struct bytes amendment_key(struct arena *a, const struct agreement *g, const uint32_t *n)
{
	struct buf b = buf_new(a);
	struct bytes head = agreement_file_key(g);

	buf_add(&b, head.p, head.n);
	for (int shift = 24; n && shift >= 0; shift -= 8)
		buf_byte(&b, (uint8_t)(*n >> shift));
	return buf_bytes(&b);
}

static enum err commit(struct amending *x)
{
	struct changeset *cs;
	struct bytes key = agreement_file_key(&x->g);
	uint32_t n = (uint32_t)x->file.amendments + 1;
	enum err e = act_begin(x->app, x->a, x->who, &cs);

	if (e)
		return e;
	x->am.n = x->file.amendments = n;
	x->am.at = visitor_now(x->who);
	x->am.number = x->who->person.number;
	x->am.name = x->who->person.name;
	changeset_expect(cs, TABLE_AGREEMENT, key, x->file.rev);
	changeset_put(cs, TABLE_AGREEMENT, key, agreement_file_encode(x->a, &x->file));
	changeset_expect(cs, TABLE_AMENDMENT, amendment_key(x->a, &x->g, &n), REV_ABSENT);
	changeset_put(cs, TABLE_AMENDMENT, amendment_key(x->a, &x->g, &n), amendment_encode(x->a, &x->am));
	agents_new_end(x->a, cs, &x->fresh);
	if (x->given.about)
		handover_add(x->a, cs, &x->given, x->p->key, x->am.at);
	edits_job(x->a, cs, x->edits, agreement_outcome_key(x->a, &x->g, "avenant"));
	act_detail(x->a, &x->audit, "n", arena_printf(x->a, "%u", n));
	changeset_audit(cs, &x->audit);
	return changeset_commit(x->app->store, cs, NULL);
}

/* What the amendment before it wrote is in the directory, so that it may be built upon. */
static enum err begin(struct amending *x, const struct agreement *g)
{
	struct outcome last;
	enum err e = outcome_of(x->app, x->a, agreement_outcome_key(x->a, g, "avenant"), &last);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (!e && strcmp(last.state, "waiting") == 0)
		return ERR_CONFLICT;
	e = agreement_reread(x->app, x->a, g, &x->g);
	if (!e)
		e = agreement_file_read(x->app, x->a, g, x->p, &x->file);
	if (e)
		return e;
	x->today = day_of(visitor_now(x->who));
	return agreement_in_force(&x->g, x->today) ? ERR_OK : ERR_CONFLICT;
}

enum err agreement_amend(struct app *app, struct arena *a, const struct visitor *who, const struct agreement *g,
			 const struct provider *p, const struct input *in, struct faults *faults)
{
	struct amending x = { .app = app, .a = a, .who = who, .p = p, .in = in, .faults = faults, .edits = edits_new(a) };
	const char *nature = input_get(in, "nature");

	if (!*p->caf || strcmp(p->caf, who->person.caf) != 0)
		return ERR_NOTFOUND;
	if (!choice_has(amendment_natures, nature))
		return ERR_MALFORMED;
	enum err e = role_confirm(app, a, who, ROLE_CAF_ADMIN);

	if (e || act_was_done(app, who))
		return e;
	if ((e = begin(&x, g)))
		return e;
	amendment_default(&x.am);
	x.am.kind = amendment_is_signed(nature) ? "add" : "remove";
	x.audit = act_record(a, who, EVENT_AGREEMENT_AMENDED);
	act_on_agreement(a, &x.audit, &x.g, p);
	act_detail(a, &x.audit, "kind", nature);
	if (amendment_is_signed(nature))
		amendment_check_signed(&x);
	e = amendment_by_nature(&x, nature);
	if (!e && faults->n)
		e = ERR_INVALID;
	return e ? e : commit(&x);
}

/* --- reading --- */

enum err amendments_of(struct app *app, struct arena *a, const struct agreement *g, struct amendment **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_AMENDMENT, amendment_key(a, g, NULL));
	struct amendment *list = NULL;
	size_t count = 0;

	while (scan_next(&s)) {
		list = arena_more(a, list, count, sizeof *list);
		enum err e = amendment_decode(a, s.record.payload, &list[count++]);

		if (e)
			return e;
	}
	*out = list;
	*n = count;
	return t.err;
}

static int by_name(const void *x, const void *y)
{
	const struct establishment *first = x, *second = y;
	int order = text_order(first->name, second->name);

	return order ? order : strcmp(first->id, second->id);
}

enum err agreement_establishments(struct app *app, struct arena *a, const struct agreement *g,
				  struct establishment **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct establishment *list = arena_array(a, g->covered_keys.n, struct establishment);
	size_t count = 0;

	for (size_t i = 0; i < g->covered_keys.n; i++) {
		enum err e = establishment_by_key(&t, a, g->covered_keys.v[i], &list[count]);

		if (e && e != ERR_NOTFOUND)
			return e;
		count += !e;
	}
	if (count)
		qsort(list, count, sizeof *list, by_name);
	*out = list;
	*n = count;
	return t.err;
}
