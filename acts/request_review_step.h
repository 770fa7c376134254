/* Inside the Caf's acts on requests only: what every step begins and ends with. */
#ifndef ACTS_REQUEST_REVIEW_STEP_H
#define ACTS_REQUEST_REVIEW_STEP_H

#include "acts/request_review.h"

/* A step whose commit may lose to somebody else's act: a colleague takes the number that it drew, the clerk settles a mail. Only the
   commit's ERR_CONFLICT is tried again, all that was read is read again first; more colleagues at once than that are none. */
#define STEP_TRIES 8

struct step {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const char *number;
	struct request_file f; /* as read; the step changes f.r */
	uint64_t rev;
	uint32_t events;
	int64_t now;
	struct changeset *cs;
	struct audit_record audit;
	bool done; /* the form was sent again, and its changeset had been applied */
};

/* Confirms the role, reads the request, compares its state: "checked", or several, "submitted checked". */
MUST_USE enum err step_begin(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			     const char *states, struct step *out);
/* Opens the changeset, with the event's record. */
MUST_USE enum err step_change(struct step *x, enum event event);
/* Adds what happened, puts the request as it is now, and commits. kind, detail: of the row in the queue from now on ("" : none);
   kind NULL: the row stays as it is. */
MUST_USE enum err step_end(struct step *x, const char *what, const char *text, const char *kind, const char *detail);

/* An address that was shown is not the one there is now, and what is wanted is neither. seen "" : nothing was shown. */
bool request_address_moved(const char *seen, const char *wanted, const char *now);

/* The document as the request stands now, kept in it with its hash. */
MUST_USE enum err step_document(struct step *x);

#endif
