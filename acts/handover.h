/* An establishment that was given to a manager, until the mirror shows it. Whoever decides meanwhile would decide by the manager of
   before: the one between would keep the establishment in its convention, its people their rights, and would be told nothing. */
#ifndef ACTS_HANDOVER_H
#define ACTS_HANDOVER_H

#include "acts/edit.h"
#include "acts/rights.h"

/* What giving an establishment leaves, outcome "etablissement/ENTRYUUID/gestion". */
struct handover {
	const char *about; /* NULL: nothing is given */
	uint64_t rev;
	const char *to; /* the key of whom it was given to last; "" : nobody */
	bool under_way; /* it is given to a manager whom the mirror does not show, and that was less than MIRROR_LAG ago */
};

MUST_USE enum err handover_begin(struct app *app, struct arena *a, const struct establishment *e, int64_t now,
				 struct handover *out);

/* The refusal, where it is under way: a fault of that field. */
void handover_fault(struct arena *a, struct faults *faults, const char *field, const struct establishment *e);

/* Whose it becomes, and who may do what there from then on. */
struct handover_to {
	const struct provider *p;
	bool own_stay;               /* the rights that this provider's people have there already */
	struct strs listing, places; /* DNs of those who get one */
};

/* The edits of giving it: manager and rights, then the conventions of whoever managed it, which cover it no more. What agents of that
   manager had there ends; what the provider's own had, by a convention that is over, does not come back with a new one that does
   not name it. A convention that covers it from now on is the caller's. */
MUST_USE enum err handover_edits(struct app *app, struct arena *a, struct edits *x, const struct establishment *e,
				 const struct handover_to *to);

/* Adds to the changeset that the establishment goes to that provider; somebody else gave it away since handover_begin: its commit is
   ERR_CONFLICT. */
void handover_add(struct arena *a, struct changeset *cs, const struct handover *h, const char *provider_key, int64_t now);

#endif
