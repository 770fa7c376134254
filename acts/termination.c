#include "acts/termination.h"

#include "acts/calendar.h"
#include "acts/codes.h"
#include "acts/edit.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "base/text.h"

#include <string.h>

static const struct choice by_choices[] = { { "fournisseur", "Le fournisseur" }, { "caf", "La Caf" }, { NULL, NULL } };
static const struct field fields[] = {
	{ .name = "reference",
	  .label = "Numéro de la lettre recommandée",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 32,
	  .missing = "Saisissez le numéro de la lettre recommandée" },
	{ .name = "envoyee",
	  .label = "Envoyée le",
	  .kind = FIELD_DAY,
	  .required = true,
	  .hint = DAY_HINT,
	  .missing = "Saisissez la date d’envoi" },
	{ .name = "recue",
	  .label = "Reçue le",
	  .kind = FIELD_DAY,
	  .required = true,
	  .hint = "La date de l’avis de réception",
	  .missing = "Saisissez la date de réception" },
	{ .name = "par",
	  .label = "Envoyée par",
	  .kind = FIELD_CHOICE,
	  .required = true,
	  .choices = by_choices,
	  .missing = "Indiquez qui résilie" },
	{ .name = "passee", .label = "Fin déjà passée", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "fin", .label = "Jour de la fin", .kind = FIELD_TOKEN, .max = 10 },
	{ .name = "confirmer", .label = "Confirmation", .kind = FIELD_SET, .choices = yes_choices },
};
const struct form termination_form = { fields, LENGTH(fields) };

struct ending {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct provider *p;
	struct agreement g; /* as the directory has it now */
	struct agreement_file file;
	day_t today, due;
	struct changeset *cs;
};

/* What was decided before has reached the directory. */
static enum err is_free(const struct ending *x, const struct agreement *g)
{
	struct outcome last;
	enum err e = outcome_of(x->app, x->a, agreement_outcome_key(x->a, g, "resiliation"), &last);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	return e ? e : strcmp(last.state, "waiting") == 0 ? ERR_CONFLICT : ERR_OK;
}

/* *done: this very form was carried out already. */
static enum err begin(struct ending *x, const struct agreement *g, bool *done)
{
	enum err e;

	*done = false;
	if (!*x->p->caf || strcmp(x->p->caf, x->who->person.caf) != 0)
		return ERR_NOTFOUND;
	if ((e = role_confirm(x->app, x->a, x->who, ROLE_CAF_ADMIN)))
		return e;
	if ((*done = act_was_done(x->app, x->who)))
		return ERR_OK;
	e = is_free(x, g);
	if (!e)
		e = agreement_reread(x->app, x->a, g, &x->g);
	if (!e)
		e = agreement_file_read(x->app, x->a, g, x->p, &x->file);
	x->today = day_of(visitor_now(x->who));
	if (!e)
		x->due = agreement_due(&x->g, x->today);
	return e;
}

/* --- the letter --- */

static day_t day_typed(const struct input *in, const char *name)
{
	day_t day = 0;

	(void)!day_parse(input_get(in, name), &day);
	return day;
}

/* It came before the renewal that it stops, and is recorded after it. */
static void check_past(const struct ending *x, day_t stopped, day_t received, const struct input *in, struct faults *faults)
{
	bool known = input_has(in, "passee", "oui") && strcmp(input_get(in, "fin"), day_iso(x->a, stopped)) == 0;

	if (stopped <= x->today && !known)
		fault_add(x->a, faults, "passee",
			  "La lettre reçue le %s a mis fin à la convention le %s. Confirmez-le, ou corrigez la date de réception",
			  day_fr(x->a, received), day_fr(x->a, stopped));
}

static void check_days(const struct ending *x, day_t sent, day_t received, const struct input *in, struct faults *faults)
{
	day_t limit = agreement_notice_limit(x->due);
	day_t stopped = agreement_stopped_on(&x->g, received);

	if (sent > x->today)
		fault_add(x->a, faults, "envoyee", "La date d’envoi ne peut pas être dans le futur");
	else if (sent < x->g.effect)
		fault_add(x->a, faults, "envoyee",
			  "La convention a pris effet le %s : la lettre ne peut pas être plus ancienne",
			  day_fr(x->a, (day_t)x->g.effect));
	if (received > x->today)
		fault_add(x->a, faults, "recue", "La date de réception ne peut pas être dans le futur");
	else if (received < sent)
		fault_add(x->a, faults, "recue", "La lettre ne peut pas être reçue avant d’être envoyée");
	else if (stopped <= x->due)
		check_past(x, stopped, received, in, faults);
	else
		fault_add(x->a, faults, "recue",
			  "Le préavis pour le %s se terminait le %s : la convention se renouvelle ce jour-là. Une résiliation peut "
			  "prendre effet le %s, si la lettre est reçue le %s au plus tard. Gardez celle-ci : elle s’enregistre à partir "
			  "du renouvellement",
			  day_fr(x->a, x->due), day_fr(x->a, limit), day_fr(x->a, stopped),
			  day_fr(x->a, agreement_notice_limit(stopped)));
}

static void check(const struct ending *x, const struct input *in, struct faults *faults)
{
	input_check(x->a, &termination_form, in, faults);
	if (!fault_of(faults, "envoyee") && !fault_of(faults, "recue"))
		check_days(x, day_typed(in, "envoyee"), day_typed(in, "recue"), in, faults);
	if (!input_has(in, "confirmer", "oui"))
		fault_add(x->a, faults, "confirmer", "Cochez « Je confirme la résiliation » pour continuer");
}

/* --- what is written --- */

static enum err open_changeset(struct ending *x)
{
	struct bytes key = agreement_file_key(&x->g);
	enum err e = act_begin(x->app, x->a, x->who, &x->cs);

	if (e)
		return e;
	changeset_expect(x->cs, TABLE_AGREEMENT, key, x->file.rev);
	changeset_put(x->cs, TABLE_AGREEMENT, key, agreement_file_encode(x->a, &x->file));
	return ERR_OK;
}

/* Without a due day the end would be at once: the one that counts is written with it. */
static void edit(struct ending *x, day_t received, const char *reference)
{
	struct edits *edits = edits_new(x->a);

	edits_on(edits, x->g.uuid);
	edits_set(edits, "habDateResiliation", received ? day_ldap(x->a, received) : "");
	edits_set(edits, "habReferenceRecommande", reference);
	edits_set(edits, "habDateEcheance", day_ldap(x->a, x->due));
	edits_job(x->a, x->cs, edits, agreement_outcome_key(x->a, &x->g, "resiliation"));
}

static enum err mail_all(struct ending *x, const char *template, const char *by, const char *reference)
{
	struct agreement_reader *to;
	size_t n;
	enum err e = agreement_readers(x->app, x->a, x->p, &to, &n);

	for (size_t i = 0; !e && i < n; i++)
		mail_add(x->app, x->a, x->cs, template, to[i].person, to[i].mail, x->p->caf, "numero", x->g.number,
			 "fin", day_fr(x->a, x->due), "par", by, "reference", reference, "organisme", x->p->name, NULL);
	return e;
}

static void record(struct ending *x, const char *by, const char *reference, bool kept)
{
	struct audit_record r = act_record(x->a, x->who, EVENT_AGREEMENT_NOTICE);

	act_on_agreement(x->a, &r, &x->g, x->p);
	act_detail(x->a, &r, "due", day_iso(x->a, x->due));
	if (kept)
		act_detail(x->a, &r, "cancelled", "yes");
	if (*by)
		act_detail(x->a, &r, "by", by);
	if (*reference)
		act_detail(x->a, &r, "reference", reference);
	changeset_audit(x->cs, &r);
}

enum err agreement_terminate(struct app *app, struct arena *a, const struct visitor *who, const struct agreement *g,
			     const struct provider *p, const struct input *in, struct faults *faults)
{
	struct ending x = { .app = app, .a = a, .who = who, .p = p };
	const char *by = input_get(in, "par"), *reference = input_get(in, "reference");
	bool done;
	enum err e = begin(&x, g, &done);

	if (e || done)
		return e;
	if (agreement_state(&x.g, x.today) != AGREEMENT_IN_FORCE || x.g.not_tacit || !x.due)
		return ERR_CONFLICT;
	check(&x, in, faults);
	if (faults->n)
		return ERR_INVALID;
	x.file.notice_sent = day_typed(in, "envoyee");
	x.file.notice_received = day_typed(in, "recue");
	x.file.notice_by = by;
	x.due = agreement_stopped_on(&x.g, (day_t)x.file.notice_received);
	x.file.end_told = x.due <= x.today ? x.due : 0;
	if ((e = open_changeset(&x)))
		return e;
	edit(&x, (day_t)x.file.notice_received, reference);
	record(&x, by, reference, false);
	e = mail_all(&x, x.due > x.today ? "agreement_terminated" : "agreement_stopped",
		     strcmp(by, "caf") == 0 ? "la Caf" : "votre organisme", reference);
	return e ? e : changeset_commit(app->store, x.cs, NULL);
}

enum err agreement_keep(struct app *app, struct arena *a, const struct visitor *who, const struct agreement *g,
			const struct provider *p)
{
	struct ending x = { .app = app, .a = a, .who = who, .p = p };
	bool done;
	enum err e = begin(&x, g, &done);

	if (e || done)
		return e;
	if (agreement_state(&x.g, x.today) != AGREEMENT_TERMINATING)
		return ERR_CONFLICT;
	x.file.notice_sent = x.file.notice_received = 0;
	x.file.notice_by = "";
	if ((e = open_changeset(&x)))
		return e;
	edit(&x, 0, "");
	record(&x, "", "", true);
	e = mail_all(&x, "agreement_kept", "", "");
	return e ? e : changeset_commit(app->store, x.cs, NULL);
}
