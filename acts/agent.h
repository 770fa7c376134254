/* What is done to somebody's access (convention art. 3-4; domain.md §0). The directory's entry is changed by a job; his sessions
   die in the changeset itself. */
#ifndef ACTS_AGENT_H
#define ACTS_AGENT_H

#include "acts/app.h"

enum agent_change {
	AGENT_SUSPEND, /* for now: the Caf has still to say whether it is for good */
	AGENT_REOPEN,
	AGENT_END, /* for good: the entry stays until the purge, its uid and number are never given again */
};

/* Adds to the changeset: status (and end, reason) in the directory, sessions dropped, the mail to the person (access_suspended,
   access_reopened, access_closed), the audit record. end: day of the end of mission, 0: none told; reason: French, "" : none.
   Outcome "agent/NUMBER/acces". */
MUST_USE enum err agent_change_add(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
				   const struct person *p, enum agent_change change, day_t end, const char *reason);

#endif
