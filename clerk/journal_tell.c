/* What people are told when somebody changes their access or address with an LDAP tool, as after the same decision in the portal. */
#include "clerk/journal.h"

#include "acts/agent.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/who.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

struct telling {
	struct clerk *clerk;
	struct arena *a;
	const struct entry *change; /* of the access log */
	int64_t age;
};

static const char *value_after(const struct strs *values, const char *start)
{
	for (size_t i = 0; i < values->n; i++)
		if (strncmp(values->v[i], start, strlen(start)) == 0)
			return values->v[i] + strlen(start);
	return "";
}

/* What an attribute became by the operation; "" : it was not set. */
static const char *set_to(struct telling *x, const char *attribute)
{
	struct strs changed = entry_texts(x->a, x->change, "reqMod");
	const char *replaced = value_after(&changed, arena_printf(x->a, "%s:= ", attribute));

	return *replaced ? replaced : value_after(&changed, arena_printf(x->a, "%s:+ ", attribute));
}

static const char *was(struct telling *x, const char *attribute)
{
	struct strs before = entry_texts(x->a, x->change, "reqOld");

	return value_after(&before, arena_printf(x->a, "%s: ", attribute));
}

static bool asks_itself(struct telling *x)
{
	return *set_to(x, "habDemandeMotDePasse");
}

static void ask_password(struct telling *x, const struct person *p, struct changeset *cs)
{
	struct edits *edits = edits_new(x->a);

	if (p->wants_password || asks_itself(x))
		return;
	edits_on(edits, p->uuid);
	edits_set(edits, "habDemandeMotDePasse", "TRUE");
	edits_job(x->a, cs, edits, outcome_key(x->a, "agent", p->number, "renvoi"));
}

/* Drawn before the operation, whose record knows whole seconds; what the operation itself asked for came after it. Ages are compared:
   the service's clock may be a test's, the directory's never is. */
static bool is_drawn_before(struct telling *x, const struct temp_password *temp)
{
	return temp->rev && !asks_itself(x) && clock_now() - temp->created > x->age - SECOND_MS;
}

/* Both addresses are told, and what was mailed to the old one is over. */
static enum err tell_addresses(struct telling *x, const struct person *p, struct changeset *cs)
{
	const char *fresh = set_to(x, "mail"), *old = was(x, "mail"), *addresses[] = { fresh, old };
	struct app *app = &x->clerk->app;
	struct temp_password temp;

	if (strcmp(fresh, old) == 0 || !text_is_mail(fresh))
		return ERR_OK;
	enum err e = temporary_password_read(app, x->a, p->uuid, &temp);
	bool newcomer = !e && temporary_password_is_first(&temp);

	if (!e && is_drawn_before(x, &temp)) {
		e = temporary_password_end(app, x->a, cs, p->uuid, clock_now(), NULL);
		if (!e && newcomer && strcmp(p->status, "active") == 0)
			ask_password(x, p, cs);
	}
	for (size_t i = 0; i < LENGTH(addresses) && !e; i++)
		if (text_is_mail(addresses[i]))
			mail_add(app, x->a, cs, "mail_changed", p->uuid, addresses[i], p->caf, "ancien", old, "nouveau",
				 fresh, agent_mail_words(p, newcomer), "oui", NULL);
	return e;
}

static enum err tell_access(struct telling *x, const struct person *p, struct changeset *cs)
{
	const char *fresh = set_to(x, "habStatut"), *old = was(x, "habStatut");
	bool open = strcmp(old, "active") == 0, suspended = strcmp(old, "suspendue") == 0,
	     closed = suspended || strcmp(old, "terminee") == 0;
	const char *mail = strcmp(fresh, "terminee") == 0 && (open || suspended) ? "access_closed" :
			   strcmp(fresh, "suspendue") == 0 && open               ? "access_suspended" :
			   strcmp(fresh, "active") == 0 && closed                ? "access_reopened" :
										   NULL;
	struct temp_password temp;

	if (!mail)
		return ERR_OK;
	enum err e = temporary_password_read(&x->clerk->app, x->a, p->uuid, &temp);
	bool asks = !e && strcmp(fresh, "active") == 0 && temporary_password_is_first(&temp);

	if (asks)
		ask_password(x, p, cs);
	if (!e)
		mail_add(&x->clerk->app, x->a, cs, mail, p->uuid, "", p->caf, "motif", set_to(x, "habMotifRetrait"),
			 "fin", "", "provisoire", asks ? "oui" : "", NULL);
	return e;
}

/* His entry was renamed: he logs in by another identifier. */
static void tell_identifier(struct telling *x, const struct person *p, struct changeset *cs)
{
	const char *before = entry_text(x->change, "reqDN"), *normal, *old = NULL;
	bool may_log_in = strcmp(p->status, "active") == 0 || strcmp(p->status, "suspendue") == 0;

	if (!entry_text(x->change, "reqNewRDN") || !may_log_in || !text_is_mail(p->mail))
		return;
	if (before && dn_normal(x->a, before, &normal) == ERR_OK)
		old = dn_value(x->a, normal, "uid");
	if (old && strcasecmp(old, p->uid) != 0)
		mail_add(&x->clerk->app, x->a, cs, "identifier_changed", p->uuid, "", p->caf, "ancien", old, "nouveau",
			 p->uid, NULL);
}

enum err journal_tell(struct clerk *c, struct arena *a, const struct entry *change, int64_t age, const struct person *p,
		      struct changeset *cs)
{
	struct telling x = { c, a, change, age };
	enum err e = tell_addresses(&x, p, cs);

	tell_identifier(&x, p, cs);
	return e ? e : tell_access(&x, p, cs);
}
