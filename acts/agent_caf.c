/* The Caf decides about somebody of one of its providers. What its own mirror says may be a second old: the entry is read again in
   the directory, and the outcome of the last job is a precondition, so that of two at once one is told about the other. */
#include "acts/agent.h"

#include "acts/departure.h"
#include "acts/edit.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/mirror.h"
#include "acts/provider.h"
#include "acts/queue.h"
#include "acts/who.h"
#include "base/text.h"

#include <string.h>

#define REASON_MAX 250 /* characters: the schema of habMotifRetrait */

struct deciding {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	struct person p; /* as the directory has him now */
	const char *about;
	struct outcome last; /* of about */
	struct changeset *cs;
};

static enum err reread(struct deciding *x, const struct person *p)
{
	struct entry entry;

	if (!x->app->web)
		return ERR_UNAVAILABLE;
	enum err e = directory_read(x->app->web, x->a, p->dn, mirror_person_attributes, &entry);

	if (!e)
		e = mirror_person(x->a, &entry, &x->p);
	/* gone, or another one of his name */
	if (e == ERR_NOTFOUND || (!e && !uuid_equal(x->p.uuid, p->uuid)))
		return ERR_CONFLICT;
	return e;
}

/* Ready to decide; *done: this very form was carried out already. */
static enum err begin(struct deciding *x, const struct person *p, const char *what, bool *done)
{
	enum err e;

	*done = false;
	if (!p->agent || !*p->caf || strcmp(p->caf, x->who->person.caf) != 0)
		return ERR_NOTFOUND;
	if ((e = role_confirm(x->app, x->a, x->who, ROLE_CAF_ADMIN)))
		return e;
	if ((*done = act_was_done(x->app, x->who)))
		return ERR_OK;
	x->about = outcome_key(x->a, "agent", p->number, what);
	e = outcome_of(x->app, x->a, x->about, &x->last);
	if (e && e != ERR_NOTFOUND)
		return e;
	if (strcmp(x->last.state, "waiting") == 0)
		return ERR_CONFLICT;
	return reread(x, p);
}

static enum err open_changeset(struct deciding *x)
{
	enum err e = act_begin(x->app, x->a, x->who, &x->cs);

	if (!e)
		changeset_expect(x->cs, TABLE_OUTCOME, bytes_of(x->about), x->last.rev);
	return e;
}

/* --- his access --- */

/* The changes a status allows; every other one was made by somebody else meanwhile. */
static bool allows(const char *status, enum agent_change change)
{
	bool active = strcmp(status, "active") == 0, suspended = strcmp(status, "suspendue") == 0;

	if (change == AGENT_SUSPEND)
		return active;
	if (change == AGENT_REOPEN)
		return suspended;
	return active || suspended || strcmp(status, "demandee") == 0;
}

static day_t check_end(const struct deciding *x, const struct agent_order *o, struct faults *faults)
{
	day_t end = 0;

	if (!*o->end)
		fault_add(x->a, faults, "fin", "Saisissez la date de fin de mission");
	else if (day_parse(o->end, &end))
		fault_add(x->a, faults, "fin", "%s", day_wrong(x->a, "Fin de mission", o->end));
	else if (end > day_of(visitor_now(x->who)))
		fault_add(x->a, faults, "fin",
			  "Cette date est dans le futur : enregistrez la fin de mission quand elle a eu lieu");
	return end;
}

static void check_reason(const struct deciding *x, enum agent_change change, const char *reason, struct faults *faults)
{
	size_t length = text_length(reason);

	if (change == AGENT_SUSPEND && !*text_trim(x->a, reason))
		fault_add(x->a, faults, "motif", "Écrivez le motif : la personne le reçoit par courriel");
	if (length > REASON_MAX)
		fault_add(x->a, faults, "motif", "Ce texte dépasse de %zu caractère%s la limite de %d",
			  length - REASON_MAX, length - REASON_MAX > 1 ? "s" : "", REASON_MAX);
}

/* What the provider had reported is settled with it. */
static enum err settle_departure(struct deciding *x)
{
	struct todo t;
	enum err e = queue_find(x->app, x->a, x->p.caf, DEPARTURE_TODO, x->p.uuid, &t);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	struct bytes key = todo_key(x->a, x->p.caf, t.since, t.kind, t.establishment);

	changeset_expect(x->cs, TABLE_TODO, key, t.rev);
	changeset_delete(x->cs, TABLE_TODO, key);
	return ERR_OK;
}

enum err agent_decide(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
		      enum agent_change change, const struct agent_order *o, struct faults *faults)
{
	struct deciding x = { .app = app, .a = a, .who = who };
	bool done;
	day_t end = 0;
	enum err e = begin(&x, p, "acces", &done);

	if (e || done)
		return e;
	if (!allows(x.p.status, change))
		return ERR_CONFLICT;
	if (change == AGENT_END)
		end = check_end(&x, o, faults);
	if (end)
		e = agent_end_check(app, a, &x.p, end, day_of(visitor_now(who)), faults);
	if (e)
		return e;
	check_reason(&x, change, o->reason, faults);
	if (faults->n)
		return ERR_INVALID;
	e = open_changeset(&x);
	if (!e)
		e = agent_change_add(app, a, x.cs, who, &x.p, change, end, o->reason);
	if (!e && change != AGENT_SUSPEND)
		e = settle_departure(&x);
	return e ? e : changeset_commit(app->store, x.cs, NULL);
}

/* --- his address --- */

/* Of another Caf's people not even the name is told. */
static const char *who_has_it(struct arena *a, const struct visitor *who, const struct person *v, size_t n)
{
	struct buf b = buf_new(a);
	bool strangers = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].caf, who->person.caf) == 0)
			buf_printf(&b, "%s%s (%s%s)", b.n ? ", " : "", v[i].name, v[i].number,
				   strcmp(v[i].status, "terminee") == 0 ? ", accès terminé" : "");
		else
			strangers = true;
	}
	if (strangers)
		buf_printf(&b, "%sune personne d’une autre Caf", b.n ? ", " : "");
	return buf_str(&b);
}

static bool have_left(const struct person *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].status, "terminee") != 0)
			return false;
	return true;
}

enum err agent_mail_check(struct app *app, struct arena *a, const struct visitor *who, const char *mail,
			  const struct person *p, bool shared, const char *field, const char *confirm,
			  struct faults *faults)
{
	struct person *v;
	size_t n;

	if (!text_is_mail(mail)) {
		fault_add(a, faults, field, "%s",
			  *mail ? "Saisissez une adresse au format nom@domaine.fr" : "Saisissez l’adresse de courriel");
		return ERR_OK;
	}
	/* who left counts too: mails would come to him; nobody else, though, is kept from logging in by it */
	enum err e = people_with_mail(app, a, mail, p, &v, &n);

	if (!e && n && !shared)
		fault_add(a, faults, confirm,
			  "Cette adresse est aussi celle de %s%s. Cochez la case pour l’enregistrer quand même",
			  who_has_it(a, who, v, n),
			  have_left(v, n) ? "" : " : aucun des comptes ne pourra plus s’identifier par elle");
	return e;
}

const char *agent_mail_words(const struct person *p, bool newcomer)
{
	return !newcomer ? "garde" : strcmp(p->status, "active") == 0 ? "provisoire" : "differe";
}

static void mail_both(const struct deciding *x, const char *fresh, const char *password)
{
	const char *about = outcome_key(x->a, "agent", x->p.number, "avis");

	mail_add_about(x->app, x->a, x->cs, about, "mail_changed", x->p.uuid, fresh, x->p.caf, "ancien", x->p.mail,
		       "nouveau", fresh, password, "oui", NULL);
	if (text_is_mail(x->p.mail))
		mail_add(x->app, x->a, x->cs, "mail_changed", x->p.uuid, x->p.mail, x->p.caf, "ancien", x->p.mail,
			 "nouveau", fresh, password, "oui", NULL);
}

/* mail: NULL: as it is. */
static void change_entry(const struct deciding *x, const char *mail, bool asks_password)
{
	struct edits *edits = edits_new(x->a);

	edits_on(edits, x->p.uuid);
	if (mail)
		edits_set(edits, "mail", mail);
	if (asks_password)
		edits_set(edits, "habDemandeMotDePasse", "TRUE");
	edits_job(x->a, x->cs, edits, x->about);
}

enum err agent_mail_change(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
			   const char *mail, bool shared, struct faults *faults)
{
	struct deciding x = { .app = app, .a = a, .who = who };
	bool done, newcomer;
	enum err e = begin(&x, p, "courriel", &done);

	if (e || done)
		return e;
	if (strcmp(x.p.mail, p->mail) != 0 || strcmp(x.p.status, "terminee") == 0)
		return ERR_CONFLICT;
	if ((e = agent_mail_check(app, a, who, mail, p, shared, "courriel", "partage", faults)))
		return e;
	if (!faults->n && strcmp(mail, x.p.mail) == 0)
		fault_add(a, faults, "courriel", "C’est déjà son adresse : saisissez la nouvelle");
	if (faults->n)
		return ERR_INVALID;
	struct audit_record r;

	if ((e = agent_record(app, a, who, &x.p, EVENT_AGENT_MAIL_CHANGED, &r)) || (e = open_changeset(&x)))
		return e;
	act_detail(a, &r, "old", x.p.mail);
	act_detail(a, &r, "new", mail);
	if ((e = temporary_password_end(app, a, x.cs, x.p.uuid, visitor_now(who), &newcomer)))
		return e;
	change_entry(&x, mail, newcomer && strcmp(x.p.status, "active") == 0);
	mail_both(&x, mail, agent_mail_words(&x.p, newcomer));
	changeset_audit(x.cs, &r);
	return changeset_commit(app->store, x.cs, NULL);
}

/* --- a temporary password --- */

enum err agent_password_ask(struct app *app, struct arena *a, const struct visitor *who, const struct person *p)
{
	struct deciding x = { .app = app, .a = a, .who = who };
	bool done;
	enum err e = begin(&x, p, "renvoi", &done);

	if (e || done)
		return e;
	if (x.p.wants_password || strcmp(x.p.status, "active") != 0)
		return ERR_CONFLICT;
	struct audit_record r;

	if ((e = agent_record(app, a, who, &x.p, EVENT_PASSWORD_ASKED, &r)) || (e = open_changeset(&x)))
		return e;
	if ((e = temporary_password_end(app, a, x.cs, x.p.uuid, visitor_now(who), NULL)))
		return e;
	change_entry(&x, NULL, true);
	changeset_audit(x.cs, &r);
	return changeset_commit(app->store, x.cs, NULL);
}
