/* What is done to somebody's access (convention art. 3-4). The directory's entry is changed by a job; his sessions die in the
   changeset itself. */
#ifndef ACTS_AGENT_H
#define ACTS_AGENT_H

#include "acts/deeds.h"
#include "acts/outcome.h"
#include "acts/rights.h"

enum agent_change {
	AGENT_SUSPEND, /* until the Caf has said whether it is for good */
	AGENT_REOPEN,
	AGENT_END, /* for good: rights go too; the entry stays until the purge, its uid and number are never given again */
};

/* Adds to the changeset: status (and end, reason) in the directory, sessions dropped, the mail to the person (access_suspended,
   access_reopened, access_closed), the audit record. end: day of the end of mission, 0: none told; reason: French, "" : none.
   Outcome "agent/NUMBER/acces". */
MUST_USE enum err agent_change_add(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
				   const struct person *p, enum agent_change change, day_t end, const char *reason);

/* A record about him: his number, his Caf, his provider. */
MUST_USE enum err agent_record(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
			       enum event ev, struct audit_record *out);

/* --- the Caf's own acts on somebody of one of its providers; administrators only, confirmed in the directory --- */

/* Answers of all three: what must hold is read at the directory's entry just before; somebody was quicker, or a job about him is
   still on its way: ERR_CONFLICT, agent_last_act tells who. Another Caf's agent is ERR_NOTFOUND. ERR_INVALID: something is in
   faults. */

struct agent_order {
	const char *end;    /* AGENT_END: day as typed */
	const char *reason; /* asked for when access is suspended */
};
/* Suspends, reopens, ends. A departure that waited in the queue is settled by AGENT_REOPEN and AGENT_END. Faults: « fin »,
   « motif ». Outcome "agent/NUMBER/acces". */
MUST_USE enum err agent_decide(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
			       enum agent_change change, const struct agent_order *o, struct faults *faults);

/* The argument of the mail « mail_changed » that tells what becomes of his password. newcomer: he has none of his own. */
const char *agent_mail_words(const struct person *p, bool newcomer);
/* Corrects his address. Both addresses are told; identifier and number stay. A temporary password is over; a newcomer whose access
   is open is sent another. shared: an address that others have too was confirmed. Faults: « courriel », « partage » (others have
   it). Outcomes "agent/NUMBER/courriel" (directory), "agent/NUMBER/avis" (the mail to the new address). */
MUST_USE enum err agent_mail_change(struct app *app, struct arena *a, const struct visitor *who, const struct person *p,
				    const char *mail, bool shared, struct faults *faults);

/* The entry asks for a temporary password: the clerk draws and mails it. Outcomes "agent/NUMBER/renvoi" (directory), then
   "agent/NUMBER/mot-de-passe" (the mail). */
MUST_USE enum err agent_password_ask(struct app *app, struct arena *a, const struct visitor *who, const struct person *p);

/* The address is no mail address, or others have it and it was not confirmed: faults on the fields named so. p: whose it will
   be, NULL: somebody new. */
MUST_USE enum err agent_mail_check(struct app *app, struct arena *a, const struct visitor *who, const char *mail,
				   const struct person *p, bool shared, const char *field, const char *confirm,
				   struct faults *faults);

/* --- what is known of him --- */

struct agent_state {
	struct todo departure;   /* rev 0: none is waiting */
	struct outcome access;   /* of the last change of his access; tries and all */
	struct outcome mail_job; /* of the last change of address */
	struct outcome notice;   /* of the last mail that told him what was decided */
	struct outcome asked;    /* of the last request for a password */
	struct outcome password; /* of the last temporary password's mail */
	bool newcomer;           /* he has no password of his own: what he was sent last is an activation's */
};
MUST_USE enum err agent_state_read(struct app *app, struct arena *a, const struct person *p, struct agent_state *out);
/* A last day of mission before anything of his could be: before the provider's first convention, or before the mirror saw him
   arrive there. Fault at "fin". What came before the service began is not known, and today is never refused. */
MUST_USE enum err agent_end_check(struct app *app, struct arena *a, const struct person *p, day_t end, day_t today,
				  struct faults *faults);
/* A job about his access is not done yet. */
bool agent_is_busy(const struct agent_state *s);

/* What was done to him and to his rights, newest first. */
MUST_USE enum err agent_history(struct app *app, struct arena *a, const struct person *p, size_t limit,
				struct deed **out, size_t *n);
/* The last change of his access, address or password. ERR_NOTFOUND. */
MUST_USE enum err agent_last_act(struct app *app, struct arena *a, const struct person *p, struct deed *out);

#endif
