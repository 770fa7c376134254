/* A Caf's legal texts (CRPA R. 112-11-1), which its administrators write in the directory. A Caf that lacks one
   can acknowledge nothing, so it is not offered for a request (docs/decisions/0009). */
#ifndef ACTS_CAF_TEXTS_H
#define ACTS_CAF_TEXTS_H

#include "acts/app.h"

/* The attributes that are missing or mean nothing, as the directory names them; none: the Caf takes requests. */
struct strs caf_texts_missing(struct arena *a, const struct caf *c);

/* Day on which silence decides on what was received that day; delay: ISO 8601 of one unit, "P2M", "P60D", "P8W", "P1Y".
   ERR_INVALID. */
MUST_USE enum err silence_day(const char *delay, day_t received, day_t *out);
/* « deux mois », « 60 jours »; the delay itself when it is none. */
const char *silence_delay_fr(struct arena *a, const char *delay);

/* The lines of its address, without those that only say its name or the service again; parted by '\n'. */
const char *caf_address(struct arena *a, const struct caf *c);

/* All Cafs of the mirror by name; those with all their texts. */
MUST_USE enum err cafs_all(struct app *app, struct arena *a, struct caf **out, size_t *n);
MUST_USE enum err cafs_offered(struct app *app, struct arena *a, struct caf **out, size_t *n);
/* One by its code, whatever it lacks; one that is offered. ERR_NOTFOUND. */
MUST_USE enum err caf_find(struct app *app, struct arena *a, const char *code, struct caf *out);
MUST_USE enum err caf_offered(struct app *app, struct arena *a, const char *code, struct caf *out);

#endif
