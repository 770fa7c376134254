/* Inside clerk/: a job "directory" carried out (acts/edit.h). */
#ifndef CLERK_EDIT_H
#define CLERK_EDIT_H

#include "ldap/directory.h"

/* Brings about what the lines say, entry by entry, as the service d is open for; what is so already is left alone, so it may be
   run again from its beginning. ERR_UNAVAILABLE, ERR_UNKNOWN: the directory is away, or did not answer: the rest was not tried.
   ERR_INVALID: something is refused for good (schema, constraint, right, entry gone); the other entries were brought about, but for
   those behind one they need (edits_needed).
   *csns gains the entryCSN of each change that was made, *reason (on failure) is in English, without a name or a value of
   somebody's. */
MUST_USE enum err edit_run(struct directory *d, struct arena *a, const char *suffix, const struct strs *lines,
			   struct strs *csns, const char **reason);

/* These changes must stand in the directory's log; written_run looks for them, and stops the jobs of the directory
   (acts/edit.h) when one is missing ten seconds later. */
void written_expect(const struct strs *csns);

#endif
