/* Who could do what, when (convention art. 3-2, 6): periods kept from what the mirror saw. TABLE_RIGHT_HISTORY: a person's right on an
   establishment by family (1, 2), a person's open access (no establishment, family 0), an establishment that an agreement covers
   while the parties are the same and it is not ended (family 4), a provider's person, with the number (family 8). They begin when
   the mirror saw it and end when it saw that it was no longer so; a rebuild of the mirror leaves them as they are. */
#ifndef ACTS_RIGHT_HISTORY_H
#define ACTS_RIGHT_HISTORY_H

#include "acts/rights.h"

/* Beside FAMILY_LISTING and FAMILY_PLACES. */
enum { PERIOD_ACTIVE = 0, PERIOD_COVERED = 4, PERIOD_EMPLOYED = 8 };

struct right_period {
	struct uuid object; /* the establishment; the person: PERIOD_EMPLOYED; none: PERIOD_ACTIVE */
	unsigned family;
	const char *number;  /* PERIOD_EMPLOYED: the person's */
	int64_t from, until; /* until 0: it lasts */
	uint64_t rev;        /* of the changeset that began it; once it is over of the one that ended it */
};

/* All periods of a person, an agreement or a provider, by object, family and beginning. */
MUST_USE enum err right_periods(struct txn *t, struct arena *a, struct uuid subject, struct right_period **out, size_t *n);

/* When the last of these periods ended, of that object (NULL: of any); 0: one lasts, or there never was any. */
MUST_USE enum err right_period_end(struct txn *t, struct arena *a, struct uuid subject, const struct uuid *object,
				   unsigned family, int64_t *out);

/* The day an agreement that is over ended, or one stopped covering that establishment (NULL: the whole): its due day where its
   dates ended it, or the day the mirror saw it, the earlier of both. 0: nothing tells, or it never covered that. */
MUST_USE enum err agreement_ended_on(struct txn *t, struct arena *a, const struct agreement *g,
				     const struct establishment *place, day_t today, day_t *out);

/* Of everybody, at all providers: PERIOD_EMPLOYED alone, in no order. */
MUST_USE enum err right_employments(struct txn *t, struct arena *a, struct right_period **out, size_t *n);

/* The establishment of a period. Of one that left the register only the uuid and a name that says so. */
MUST_USE enum err right_place(struct txn *t, struct arena *a, struct uuid u, struct establishment *out);

/* Adds to the changeset, through put: what holds now and has no open period begins, what is open and holds no longer ends. */
typedef void (*period_put)(void *to, enum table table, struct bytes key, struct bytes value);
MUST_USE enum err right_periods_settle(struct txn *t, struct arena *a, struct uuid subject, int64_t now, period_put put,
				       void *to);

#endif
