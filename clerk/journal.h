/* Inside clerk/: the copy of the directory's access log. */
#ifndef CLERK_JOURNAL_H
#define CLERK_JOURNAL_H

#include "clerk/clerk.h"
#include "ldap/directory.h"

MUST_USE enum err journal_run(struct clerk *c, struct arena *a);
void journal_done(void);

/* The handle on cn=accesslog, opened when need be; it stays the journal's. */
MUST_USE enum err journal_open(struct clerk *c, struct directory **out);

/* The identifier of our session tracking control in a value of reqControls; "" when there is none. */
const char *journal_tracking(struct arena *a, const char *control);

/* Takes what a detail fills of a record's room. False: it is too much, and nothing more has room. */
bool journal_room(size_t *room, const char *name, const char *value);

/* journal_rights.c: adds to the record of a change of that establishment which rights of whom came or went there (acts/deeds.h), and
   names their provider; else its manager. Whom the mirror does not know is left out, and what has no room. type: the operation's. */
void journal_rights(struct txn *t, struct arena *a, const struct entry *change, const char *type,
		    const struct establishment *place, struct audit_record *r, size_t *room);

/* journal_tell.c: adds to the changeset what the person must know of a change that an LDAP tool made to his entry, age ms ago by the
   directory's clock: mails, and the end of a temporary password that went to an address which is no longer his. */
MUST_USE enum err journal_tell(struct clerk *c, struct arena *a, const struct entry *change, int64_t age,
			       const struct person *p, struct changeset *cs);

#endif
