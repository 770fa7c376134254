#include "acts/agent.h"

#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "acts/who.h"

static const struct {
	enum event event;
	const char *status, *mail;
} changes[] = {
	[AGENT_SUSPEND] = { EVENT_AGENT_SUSPENDED, "suspendue", "access_suspended" },
	[AGENT_REOPEN] = { EVENT_AGENT_REOPENED, "active", "access_reopened" },
	[AGENT_END] = { EVENT_AGENT_ENDED, "terminee", "access_closed" },
};

static void edit(struct arena *a, struct changeset *cs, const struct person *p, enum agent_change change, day_t end,
		 const char *reason)
{
	struct edits *x = edits_new(a);

	edits_on(x, p->uuid);
	edits_set(x, "habStatut", changes[change].status);
	edits_set(x, "habFinMission", end && change != AGENT_REOPEN ? day_ldap(a, end) : "");
	edits_set(x, "habMotifRetrait", change == AGENT_REOPEN ? "" : reason);
	edits_job(a, cs, x, outcome_key(a, "agent", p->number, "acces"));
}

enum err agent_change_add(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
			  const struct person *p, enum agent_change change, day_t end, const char *reason)
{
	struct audit_record r = act_record(a, who, changes[change].event);
	size_t dropped;
	enum err e = ERR_OK;

	r.caf = p->caf;
	r.object_kind = "person";
	r.object_id = p->number;
	if (end)
		act_detail(a, &r, "end", day_iso(a, end));
	edit(a, cs, p, change, end, reason);
	if (change != AGENT_REOPEN)
		e = sessions_drop(app, a, cs, p->uuid, NULL, visitor_now(who), &dropped);
	mail_add(app, a, cs, changes[change].mail, p->uuid, "", p->caf, "motif", reason, "fin",
		 end ? day_fr(a, end) : "", NULL);
	changeset_audit(cs, &r);
	return e;
}
