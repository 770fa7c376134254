/* Conventions as the Caf sees them: the directory's entry, what the store knows beside it, whose it is. */
#ifndef ACTS_AGREEMENT_H
#define ACTS_AGREEMENT_H

#include "acts/deeds.h"
#include "acts/edit.h"
#include "acts/rights.h"

/* Key of TABLE_AGREEMENT; what follows it in TABLE_AMENDMENT is NUL, n u32. */
struct bytes agreement_file_key(struct arena *a, const char *number);
/* With number, Caf and provider filled in where the store has none yet (rev 0: made with an LDAP tool). */
MUST_USE enum err agreement_file_read(struct app *app, struct arena *a, const struct agreement *g,
				      const struct provider *p, struct agreement_file *out);

/* An agreement and its provider, of the visitor's own Caf. ERR_NOTFOUND otherwise; *foreign (may be NULL): the Caf whose it is,
   "" where there is none. */
MUST_USE enum err caf_agreement_find(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				     struct agreement *out, struct provider *provider, const char **foreign);

/* As the directory has it now. ERR_NOTFOUND: it is gone; ERR_UNAVAILABLE. */
MUST_USE enum err agreement_reread(struct app *app, struct arena *a, const struct agreement *g, struct agreement *out);

/* An entry has that number, in the mirror or in the directory as it is now. */
MUST_USE enum err agreement_is_taken(struct app *app, struct arena *a, const char *number, bool *out);

/* The conventions of who manages the establishment so far cover it no more. */
MUST_USE enum err agreements_leave(struct app *app, struct arena *a, struct edits *x, const struct establishment *e);

/* What was done to it, the newest first, at most limit; and the last of it, ERR_NOTFOUND: nothing. */
MUST_USE enum err agreement_history(struct app *app, struct arena *a, const struct agreement *g,
				    const struct provider *p, size_t limit, struct deed **out, size_t *n);
MUST_USE enum err agreement_last_act(struct app *app, struct arena *a, const struct agreement *g,
				     const struct provider *p, struct deed *out);

struct agreement_line {
	struct agreement g;
	struct provider provider;
	day_t due; /* agreement_due */
};

struct agreement_filter {
	const char *text; /* number or provider, folded contains; "" : all */
	bool soon;        /* due within four months, and not ended */
	size_t page, per_page;
};

/* The Caf's agreements, the next due first, those that ended last. *total counts all that match. */
MUST_USE enum err caf_agreements(struct app *app, struct arena *a, const struct visitor *who,
				 const struct agreement_filter *f, struct agreement_line **out, size_t *n, size_t *total);

enum agreement_state { AGREEMENT_IN_FORCE, AGREEMENT_TO_COME, AGREEMENT_TERMINATING, AGREEMENT_OVER };
enum agreement_state agreement_state(const struct agreement *g, day_t today);

#endif
