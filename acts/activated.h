/* What follows the activation of a request: whether the directory took it, the accesses that opened, a password sent again. */
#ifndef ACTS_ACTIVATED_H
#define ACTS_ACTIVATED_H

#include "acts/outcome.h"
#include "acts/request_review.h"

enum access_state {
	ACCESS_WAITS,  /* the directory has not been written yet */
	ACCESS_FAILED, /* it refused */
	ACCESS_OPEN,   /* the entry is there */
	ACCESS_CLOSED, /* there, suspended or ended since */
};

/* Somebody of an active request, as the mirror and the mail have it now. */
struct access {
	enum access_state state;
	struct person person; /* ACCESS_OPEN, ACCESS_CLOSED */
	bool mailed;          /* something is known of a mail with his password */
	struct outcome mail;
	const char *address; /* the directory's, or the corrected one on its way there */
};
MUST_USE enum err access_of(struct app *app, struct arena *a, const struct grant_request *r,
			    const struct request_person *p, struct access *out);

/* « À renvoyer »: another temporary password, to another address when mail is another one: both addresses are told. agent: the number
   of somebody of this request. seen: the address that was read before, "" : not told. Answers as the steps do; ERR_CONFLICT: not
   active, the access is not open, or its address is neither any more the one that was seen nor this one; fields « courriel »,
   « partage » (others have that address too, and shared does not confirm it). */
MUST_USE enum err request_resend(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				 const char *agent, const char *seen, const char *mail, bool shared,
				 struct faults *faults);

/* What the directory refused of it for good (request_is_stuck). ERR_NOTFOUND: nothing. */
struct activation_refusal {
	const char *what; /* French, as « la convention n° 921-2026-0001 » */
	bool stopped;     /* what was to follow was not written */
};
MUST_USE enum err activation_refused(struct app *app, struct arena *a, const char *number, struct activation_refusal *out);

#endif
