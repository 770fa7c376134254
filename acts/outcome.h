/* How far a mail or a job got, for the screens that wait for it (struct outcome). */
#ifndef ACTS_OUTCOME_H
#define ACTS_OUTCOME_H

#include "acts/app.h"

/* What a job wrote may be missing from the mirror that long; after it, it is gone. */
#define MIRROR_LAG (10 * MINUTE_MS)

/* Keys: "demande/NUMBER/accuse", "demande/NUMBER/annuaire", "agent/NUMBER/mot-de-passe", "agent/NUMBER/acces",
   "convention/ENTRYUUID/avenant", "etablissement/ENTRYUUID/gestion" (acts/handover.h). subject and what are joined in the arena. */
const char *outcome_key(struct arena *a, const char *kind, const char *number, const char *what);

/* Adds it to the changeset; the whole record is replaced. Missing strings may be NULL. */
void outcome_put(struct arena *a, struct changeset *cs, const char *about, const struct outcome *o);

/* ERR_NOTFOUND: nothing was ever asked; *out then holds the defaults. */
MUST_USE enum err outcome_of(struct app *app, struct arena *a, const char *about, struct outcome *out);

#endif
