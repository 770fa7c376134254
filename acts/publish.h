/* What families see of an establishment, made from register, listing and grid: one function for decisions, grids, the
   mirror, the calendar and `store publish`. */
#ifndef ACTS_PUBLISH_H
#define ACTS_PUBLISH_H

#include "acts/places.h"

/* struct family_page's ended_on where no day is known. */
#define ENDED_UNKNOWN (-1)

/* An establishment stands in the search where its coordinates say, else at its commune's centre; rows that former
   coordinates or a former id left elsewhere are taken away (as the public page and t's mirror knew them), so app has the
   public environment open. ERR_UNAVAILABLE: the centre is needed and cannot be read.
   ERR_CORRUPT: the text does not have its digest.
   Adds to the changeset the public operations for the establishment as it will be: published and grid as given (rev 0 or
   empty state: none), the rest from the mirror t reads. gone: the entry left the register (410 when something was ever
   published, nothing otherwise). */
MUST_USE enum err publish_establishment(struct app *app, struct arena *a, struct txn *t, struct changeset *cs,
					const struct establishment *e, const struct published *p, const struct grid *g,
					bool gone);

/* The page families would see if the revision were accepted. */
MUST_USE enum err family_preview(struct app *app, struct arena *a, const struct establishment *e,
				 const struct revision *r, struct family_page *out);

/* Its text has the digest it was decided on with. */
bool published_is_whole(const struct published *p);

/* Reads published and grid from the store, makes them preconditions (so that no act's publication is undone by an older
   view of it), then as above; but a text that does not have its digest is left out of the page, as if never published: one
   damaged record must not stop the mirror. */
MUST_USE enum err publish_stored(struct app *app, struct arena *a, struct txn *t, struct changeset *cs,
				 const struct establishment *e, bool gone);

/* ERR_CORRUPT: done, but for damaged listings (*why names one). A 410 page whose establishment left the register is made from
   the log, as long as that knows its id.
   Loads the communes and recomputes the whole public environment, in changesets of bounded size. *communes and
   *establishments count. */
MUST_USE enum err publish_all(struct app *app, struct arena *a, size_t *communes, size_t *establishments, const char **why);

#endif
