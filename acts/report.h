/* What a family says is wrong with an establishment's page, without an account. The Caf finds it in its queue (kind
   "signalement"), checks, and closes it, with an answer if it likes. */
#ifndef ACTS_REPORT_H
#define ACTS_REPORT_H

#include "acts/app.h"

#define REPORT_TODO "signalement"

const struct form *report_form(void);        /* erreur, adresse */
const struct form *report_answer_form(void); /* reponse */

/* Reports on the page of that establishment, whoever is logged in there. ERR_NOTFOUND: no such page. ERR_GONE: it is no longer
   published. ERR_INVALID: faults. ERR_LIMIT: 20 came from this address within a day. */
MUST_USE enum err report_send(struct app *app, struct arena *a, const struct visitor *who, const char *establishment,
			      const struct input *in, struct faults *faults);

/* By the id of its URL, whosever it is. ERR_NOTFOUND. */
MUST_USE enum err report_read(struct app *app, struct arena *a, const char *id, struct report *out);

/* Those on an establishment of the visitor's Caf that wait, oldest first. */
MUST_USE enum err reports_waiting(struct app *app, struct arena *a, const struct visitor *who,
				  const struct establishment *e, struct report **out, size_t *n);

/* Closes one of the reviewer's Caf; the answer goes to the address the family left, which is then forgotten. ERR_NOTFOUND:
   another Caf's. ERR_CONFLICT: it is closed; *r tells by whom. ERR_INVALID: faults. */
MUST_USE enum err report_close(struct app *app, struct arena *a, const struct visitor *who, const struct input *in,
			       struct report *r, struct faults *faults);

/* It came a year ago: the clerk takes it away, closed or not. The changeset says so in the log. */
bool report_is_over(const struct report *r, int64_t now);
void report_purge_add(struct arena *a, struct changeset *cs, const struct report *r);

#endif
