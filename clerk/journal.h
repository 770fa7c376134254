/* Inside clerk/: the copy of the directory's access log. */
#ifndef CLERK_JOURNAL_H
#define CLERK_JOURNAL_H

#include "clerk/clerk.h"

MUST_USE enum err journal_run(struct clerk *c, struct arena *a);
void journal_done(void);

/* The handle on cn=accesslog, opened when need be; it stays the journal's. */
MUST_USE enum err journal_open(struct clerk *c, struct directory **out);

/* The identifier of our session tracking control in a value of reqControls; "" when there is none. */
const char *journal_tracking(struct arena *a, const char *control);

#endif
