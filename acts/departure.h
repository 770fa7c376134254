/* An end of mission (convention art. 3-4), told by an agent of the provider or by its contact, who may have no account: the access is
   suspended at once, the Caf finds it in its queue (kind "depart") and says whether it is for good. */
#ifndef ACTS_DEPARTURE_H
#define ACTS_DEPARTURE_H

#include "acts/rights.h"

#define DEPARTURE_TODO "depart"

struct departure_form {
	struct strs numbers; /* of the agents who leave */
	const char *end;     /* last day of mission, as typed; not after today */
};

/* Whose access is open, or suspended: whoever is away may not come back. */
bool departure_may_report(const struct person *p);

/* An agent reports a colleague of his provider or himself; that he still is one is confirmed in the directory. Faults at "fin",
   "personne". ERR_NOTFOUND: nobody of his. ERR_CONFLICT: nothing is recorded; faults name whose access is changing, none: somebody
   was quicker. */
MUST_USE enum err departure_report(struct app *app, struct arena *a, const struct visitor *who,
				   const struct departure_form *form, struct faults *faults);

/* --- the contact: a link of 24 hours, good for one report, mailed to the provider's address --- */

/* ERR_OK: the neutral answer, whether a provider has this address or not (EVENT_DEPARTURE_LINK tells). One mail a provider, within
   the limits of a lost password. ERR_LIMIT: too many from this address, until *retry_at. */
MUST_USE enum err departure_link_ask(struct app *app, struct arena *a, const struct visitor *from, const char *mail,
				     int64_t *retry_at);

/* The clerk, when the mail leaves: a new token, of which only the digest is stored; *path is what the mail shows after the
   site's address. */
MUST_USE enum err departure_link_issue(struct app *app, struct arena *a, const struct mail *m, const char **path,
				       int64_t *until);

struct departure_link {
	struct mailed_link link;
	struct bytes key;
	struct provider provider;
	struct caf caf;
	struct person *people; /* not yet ended, by name */
	size_t n;
};
/* ERR_NOTFOUND: no such link, it is used or over, or the provider's contact has another address since. */
MUST_USE enum err departure_link_find(struct app *app, struct arena *a, const char *token, int64_t now,
				      struct departure_link *out);

/* Uses the link up, unless it fails. ERR_CONFLICT as above. */
MUST_USE enum err departure_link_report(struct app *app, struct arena *a, const struct visitor *from,
					const struct departure_link *link, const struct departure_form *form,
					struct faults *faults);

#endif
