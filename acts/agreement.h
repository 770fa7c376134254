/* Conventions as the Caf sees them: the directory's entry, what the store knows beside it, whose it is. */
#ifndef ACTS_AGREEMENT_H
#define ACTS_AGREEMENT_H

#include "acts/deeds.h"
#include "acts/edit.h"
#include "acts/rights.h"

/* Key of TABLE_AGREEMENT, the entry's: it outlives another number. What follows it in TABLE_AMENDMENT is n u32. */
struct bytes agreement_file_key(const struct agreement *g);
/* Where an activation leaves the file until the mirror has the entry: by the number it is made with. */
struct bytes agreement_awaited_key(struct arena *a, const char *number);
/* Outcome of what was written into its entry: "convention/ENTRYUUID/WHAT". */
const char *agreement_outcome_key(struct arena *a, const struct agreement *g, const char *what);
/* A record about it: its number as it is now, and its entry, by which agreement_history knows it under another one. */
void act_on_agreement(struct arena *a, struct audit_record *r, const struct agreement *g, const struct provider *p);
/* With number, Caf and provider filled in where the store has none yet (rev 0: made with an LDAP tool). The number is the one it had
   when the file was begun: what its signed documents bear. */
MUST_USE enum err agreement_file_read(struct app *app, struct arena *a, const struct agreement *g,
				      const struct provider *p, struct agreement_file *out);

/* An agreement and its provider, of the visitor's own Caf, by its number, or by the one its documents bear where no other has that
   now: links in mails and bookmarks lead there still. ERR_NOTFOUND otherwise; *foreign (may be NULL): the Caf whose it is,
   "" where there is none. */
MUST_USE enum err caf_agreement_find(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				     struct agreement *out, struct provider *provider, const char **foreign);

/* As the directory has it now. ERR_NOTFOUND: it is gone; ERR_UNAVAILABLE. */
MUST_USE enum err agreement_reread(struct app *app, struct arena *a, const struct agreement *g, struct agreement *out);

/* An entry has that number, in the mirror or in the directory as it is now. */
MUST_USE enum err agreement_is_taken(struct app *app, struct arena *a, const char *number, bool *out);

/* The conventions of who manages the establishment so far cover it no more. */
MUST_USE enum err agreements_leave(struct app *app, struct arena *a, struct edits *x, const struct establishment *e);

/* What was done to it, the newest first, at most limit. */
MUST_USE enum err agreement_history(struct app *app, struct arena *a, const struct agreement *g,
				    const struct provider *p, size_t limit, struct deed **out, size_t *n);

/* Whom a convention's mails go to: everybody of its provider whose access is open (person), then its contact (mail); nobody twice by
   one address. */
struct agreement_reader {
	struct uuid person; /* UUID_NONE: mail is a fixed address */
	const char *mail;   /* "" : the directory's, when it is sent */
};
MUST_USE enum err agreement_readers(struct app *app, struct arena *a, const struct provider *p,
				    struct agreement_reader **out, size_t *n);

struct agreement_line {
	struct agreement g;
	struct provider provider;
	bool over;
	day_t due;   /* agreement_due, however it stands */
	day_t ended; /* of one that is over; 0: not known */
};
MUST_USE enum err agreement_line_read(struct txn *t, struct arena *a, const struct agreement *g,
				      const struct provider *p, struct agreement_line *out);

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
