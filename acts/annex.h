/* Annex 1 of a convention at any date (art. 3-2, 6), from the periods of acts/right_history.h: who could do what on which of its
   establishments; and what must change from one date to another. */
#ifndef ACTS_ANNEX_H
#define ACTS_ANNEX_H

#include "acts/right_history.h"

struct annex_place {
	struct establishment e; /* of one that left the register only the uuid and a name that says so */
	unsigned families;
};

struct annex_person {
	struct person p; /* as he is now: name, function and address have no history; of one whose entry is gone the number, and a
			    name that says so */
	struct annex_place *v;
	size_t n;
};

struct annex {
	int64_t at;
	int64_t known_since; /* of this agreement; before it nothing is known; 0: nothing at all */
	struct establishment *covered;
	size_t covered_n;
	struct annex_person *v; /* whose access was open and who had a right on a covered establishment while the agreement ran, by
				   name */
	size_t n;
};

/* At the end of that day, or now when it is not over. */
int64_t annex_moment(day_t day);
MUST_USE enum err annex_at(struct app *app, struct arena *a, const struct agreement *g, int64_t at, struct annex *out);

/* One difference: a person's families on an establishment (families not 0), or an establishment of the agreement (p NULL). */
struct annex_change {
	bool added;
	const struct person *p;
	const struct establishment *e;
	unsigned families;
};

/* What must be done to the first to have the second: removals and additions, people first, each in the annexes' order. */
void annex_difference(struct arena *a, const struct annex *before, const struct annex *after, struct annex_change **out,
		      size_t *n);

#endif
