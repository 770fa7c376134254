/* A lost password (convention art. 3-2; docs/security.md): a temporary one is mailed to the directory's address. One answer and
   one time, whoever is asked for; the password in use holds until the new one is used. Needs neither the directory nor a fresh
   mirror. */
#ifndef ACTS_FORGOTTEN_H
#define ACTS_FORGOTTEN_H

#include "acts/app.h"

struct forgotten_form {
	const char *identifier;  /* uid, number, or a mail that only one person has */
	const char *seal, *text; /* of the challenge, and as it was copied */
	const char *form;        /* the CSRF token it came with */
};

/* ERR_OK: the neutral answer; what came of it is told to the log only (EVENT_PASSWORD_ASKED). ERR_INVALID: the text was not
   copied, a French fault at "recopie". ERR_LIMIT: too many from this address, until *retry_at. */
MUST_USE enum err password_ask(struct app *app, struct arena *a, const struct visitor *from,
			       const struct forgotten_form *form, struct faults *faults, int64_t *retry_at);

#endif
