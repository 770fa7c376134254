/* How far a mail or a job got, for the screens that wait for it (struct outcome). */
#ifndef ACTS_OUTCOME_H
#define ACTS_OUTCOME_H

#include "acts/app.h"

/* What a job wrote may be missing from the mirror that long; after it, it is gone. */
#define MIRROR_LAG (10 * MINUTE_MS)

/* Keys, "KIND/NUMBER/WHAT", those of jobs and of mails:
   "demande/NUMBER/" annuaire; accuse, cloture
   "agent/NUMBER/" acces, courriel, renvoi; avis, mot-de-passe, rappel        "agent/ENTRYUUID/" demande
   "convention/ENTRYUUID/" avenant, resiliation
   "etablissement/ID/" annuaire        "etablissement/ENTRYUUID/" gestion (acts/handover.h) */
const char *outcome_key(struct arena *a, const char *kind, const char *number, const char *what);

/* Adds it to the changeset; the whole record is replaced. Missing strings may be NULL. */
void outcome_put(struct arena *a, struct changeset *cs, const char *about, const struct outcome *o);

/* ERR_NOTFOUND: nothing was ever asked; *out then holds the defaults. */
MUST_USE enum err outcome_of(struct app *app, struct arena *a, const char *about, struct outcome *out);

#endif
