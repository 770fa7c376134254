/* Uids and numbers of people whose entry left the directory, whoever deleted it: nobody gets them again, and the lint names who has
   them all the same. Kept by the mirror as it sees an entry go; for ever, without whose they were (decision 0018). */
#ifndef ACTS_ERASED_H
#define ACTS_ERASED_H

#include "acts/app.h"

enum erased_kind { ERASED_UID, ERASED_NUMBER };

/* Seen to have left at that moment; name "" : nothing is kept. */
void erased_put(struct arena *a, struct changeset *cs, enum erased_kind kind, const char *name, int64_t at);

/* When the last entry of that name was seen to have left; 0: none was. */
MUST_USE enum err erased_at(struct txn *t, struct arena *a, enum erased_kind kind, const char *name, int64_t *out);

#endif
