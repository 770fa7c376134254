/* Inside who*.c and password*.c: making sessions. */
#ifndef ACTS_WHO_SESSION_H
#define ACTS_WHO_SESSION_H

#include "acts/who.h"

/* A new session of a filled visitor, added to the changeset: session and session_digest are set, the token answered. */
const char *session_add(struct arena *a, struct changeset *cs, struct visitor *who, int64_t now, bool must_change,
			int64_t previous_login);

/* So many sessions of one person live at once; the least recently used ends for one more. */
#define SESSIONS_MAX 30

/* Counts the sessions of a person; of so many, *ended, the changeset ends the least recently used, and *left counts the others. */
MUST_USE enum err sessions_make_room(struct app *app, struct arena *a, struct changeset *cs, struct uuid person,
				     int64_t now, size_t *left, bool *ended);

/* What stands in the directory while the person has a temporary password but not yet one of his own: a secret nobody types, one for
   each person, so that however many are mailed and however often a first change is tried the history keeps the passwords that were
   the person's. To be wiped. */
struct bytes password_once(const struct app *app, struct arena *a, const struct visitor *who);

/* visitor_fill inside a transaction. */
MUST_USE enum err visitor_fill_in(struct txn *t, struct arena *a, const struct person *p, struct visitor *who);

#endif
