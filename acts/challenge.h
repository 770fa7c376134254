/* A text shown on screen to copy (convention art. 3-2): real text, so that everybody can read it. It stops no
   robot; the limits on mails do. What is needed to check it travels sealed in the form, and only its use is stored. */
#ifndef ACTS_CHALLENGE_H
#define ACTS_CHALLENGE_H

#include "acts/app.h"

struct challenge {
	const char *text; /* « PLUME7 » : upper case, without letters or digits anybody confuses */
	const char *seal; /* for a hidden field */
};

/* A new one of 10 minutes. form: what the form is bound to, its CSRF token. */
struct challenge challenge_new(struct app *app, struct arena *a, const char *form, int64_t now);

/* One try: its use is added to the changeset, to be committed whether *right or not; ERR_CONFLICT then: another was faster.
   *right: the text as typed is the one shown, case and blanks apart. ERR_INVALID: another form's, over, or used before. */
MUST_USE enum err challenge_use(struct app *app, struct arena *a, struct changeset *cs, const char *form,
				const char *seal, const char *typed, int64_t now, bool *right);

#endif
