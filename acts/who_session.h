/* Inside who*.c and password*.c: making sessions. */
#ifndef ACTS_WHO_SESSION_H
#define ACTS_WHO_SESSION_H

#include "acts/who.h"

/* A new session of a filled visitor, added to the changeset: session and session_digest are set, the token answered. */
const char *session_add(struct arena *a, struct changeset *cs, struct visitor *who, int64_t now, bool must_change,
			int64_t previous_login);

/* Sessions of a person that are alive at that time. */
MUST_USE enum err sessions_count(struct app *app, struct arena *a, struct uuid person, int64_t now, size_t *n);

/* visitor_fill inside a transaction. */
MUST_USE enum err visitor_fill_in(struct txn *t, struct arena *a, const struct person *p, struct visitor *who);

#endif
