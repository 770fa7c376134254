#include "acts/agent.h"

#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/mirror_keys.h"
#include "acts/outcome.h"
#include "acts/who.h"

#include <string.h>

static const struct {
	enum event event;
	const char *status, *mail;
} changes[] = {
	[AGENT_SUSPEND] = { EVENT_AGENT_SUSPENDED, "suspendue", "access_suspended" },
	[AGENT_REOPEN] = { EVENT_AGENT_REOPENED, "active", "access_reopened" },
	[AGENT_END] = { EVENT_AGENT_ENDED, "terminee", "access_closed" },
};

/* Who left is named by no establishment any more. */
static enum err drop_rights(struct app *app, struct arena *a, struct edits *x, const struct person *p)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_RIGHT, mirror_dn_key(a, p->key));

	while (scan_next(&s)) {
		unsigned families = s.record.payload.n ? s.record.payload.p[0] : 0;
		struct uuid u;

		if (!families)
			continue;
		memcpy(u.b, tail_of(s.key, sizeof u.b).p, sizeof u.b);
		edits_on(x, u);
		if (families & FAMILY_LISTING)
			edits_drop(x, "habDroitFonctionnement", p->dn);
		if (families & FAMILY_PLACES)
			edits_drop(x, "habDroitDisponibilites", p->dn);
	}
	return t.err;
}

/* asks: for a temporary password. */
static enum err edit(struct app *app, struct arena *a, struct changeset *cs, const struct person *p,
		     enum agent_change change, day_t end, const char *reason, bool asks)
{
	struct edits *x = edits_new(a);
	enum err e = ERR_OK;

	edits_on(x, p->uuid);
	edits_set(x, "habStatut", changes[change].status);
	edits_set(x, "habFinMission", end && change != AGENT_REOPEN ? day_ldap(a, end) : "");
	edits_set(x, "habMotifRetrait", change == AGENT_REOPEN ? "" : reason);
	if (asks)
		edits_set(x, "habDemandeMotDePasse", "TRUE");
	if (change == AGENT_END)
		e = drop_rights(app, a, x, p);
	edits_job(a, cs, x, outcome_key(a, "agent", p->number, "acces"));
	return e;
}

enum err agent_record(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
		      enum event ev, struct audit_record *out)
{
	struct audit_record r = act_record(a, who, ev);
	const char *provider;
	enum err e = person_provider(app, a, p, &provider);

	if (e)
		return e;
	act_on_person(&r, p, provider);
	*out = r;
	return ERR_OK;
}

enum err agent_change_add(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
			  const struct person *p, enum agent_change change, day_t end, const char *reason)
{
	struct audit_record r;
	struct temp_password temp;
	size_t dropped;
	enum err e = agent_record(app, a, who, p, changes[change].event, &r);

	if (e || (e = temporary_password_read(app, a, p->uuid, &temp)))
		return e;
	/* whoever has no password of his own may have lost the one that was mailed meanwhile */
	bool asks = change == AGENT_REOPEN && temporary_password_is_first(&temp);

	if ((e = edit(app, a, cs, p, change, end, reason, asks)))
		return e;
	if (end)
		act_detail(a, &r, "end", day_iso(a, end));
	if (change != AGENT_REOPEN)
		e = sessions_drop(app, a, cs, p->uuid, NULL, visitor_now(who), &dropped);
	mail_add_about(app, a, cs, outcome_key(a, "agent", p->number, "avis"), changes[change].mail, p->uuid, "",
		       p->caf, "motif", reason, "fin", end ? day_fr(a, end) : "", "provisoire", asks ? "oui" : "", NULL);
	changeset_audit(cs, &r);
	return e;
}
