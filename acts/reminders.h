/* How often somebody wants to be reminded of free places that grow old (the rhythm is the agent's own; docs/decisions/0022). */
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

/* apart: days since his last mail. Whether places of that age call for the next one: from the reminder's day on once his rhythm is
   over; whatever the rhythm, but never within a week, once they got out of date, or came to ten days before they are hidden, since
   they had the age before. */
bool reminder_is_due(const struct settings *s, const char *rhythm, int apart, int before, int age);

#endif
