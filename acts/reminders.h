/* How often somebody wants to be reminded of free places that grow old (ux.md: the rhythm is the agent's own). */
#ifndef ACTS_REMINDERS_H
#define ACTS_REMINDERS_H

#include "acts/app.h"

extern const struct form reminders_form;

/* weekly, fortnightly, monthly, none. */
extern const struct choice reminder_choices[];

/* The code of who chose, "weekly" of who did not. */
MUST_USE enum err reminders_of(struct app *app, struct arena *a, struct uuid person, const char **out);

/* Keeps the choice of the form, with its record; a choice that changes nothing leaves none. Fault: "rappels". */
MUST_USE enum err reminders_choose(struct app *app, struct arena *a, const struct visitor *who, const struct input *in,
				   struct faults *faults);

/* Whether places whose age went from that of the last look (excluded) to today's (included) call for a mail: at the rhythm from the
   reminder's day on, then the day they are out of date and ten days before they are hidden, whatever the rhythm. */
bool reminder_is_due(const struct settings *s, const char *rhythm, int before, int age);

#endif
