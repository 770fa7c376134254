/* Numbers the service gives: opaque, never used again. One that somebody gave by hand in the directory is passed over. */
#ifndef ACTS_NUMBERS_H
#define ACTS_NUMBERS_H

#include "acts/app.h"

enum number_kind {
	NUMBER_REQUEST,       /* « H26-921-00187 »: by Caf and year */
	NUMBER_AGREEMENT,     /* « 921-2026-0014 »: by Caf and year */
	NUMBER_PROVIDER,      /* « F92100003 »: by Caf */
	NUMBER_AGENT,         /* « 921-00001 »: by Caf */
	NUMBER_ESTABLISHMENT, /* « E92100001 »: by Caf */
	NUMBER__MAX
};

/* A row of numbers being given inside one changeset. */
struct numbers {
	enum number_kind kind;
	const char *caf;
	int year;
	struct counter counter;
};

/* Where the row stands now; day: of the act. */
MUST_USE enum err numbers_begin(struct app *app, struct arena *a, enum number_kind kind, const char *caf, day_t day,
				struct numbers *out);
/* The next free one. */
MUST_USE enum err numbers_next(struct app *app, struct arena *a, struct numbers *x, const char **out);
/* Nobody has it, and nobody who is gone had it. */
MUST_USE enum err numbers_is_free(struct app *app, struct arena *a, enum number_kind kind, const char *number, bool *out);
/* Keeps in the changeset what was given; two acts at once: the second has ERR_CONFLICT at its commit and is done again. */
void numbers_end(struct arena *a, struct changeset *cs, const struct numbers *x);

#endif
