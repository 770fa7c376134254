/* The days of a convention's year (art. 5): due day, last day of notice; and what a new day brings. */
#ifndef ACTS_CALENDAR_H
#define ACTS_CALENDAR_H

#include "acts/app.h"

/* Who works with a convention is warned that many months before its due day. */
#define AGREEMENT_WARNING_MONTHS 4

/* A year after the effect. */
day_t agreement_first_due(day_t effect);

/* The last day a letter that ends it on its due day may be received: three months before. */
day_t agreement_notice_limit(day_t due);

/* The due day that counts today: the directory's, moved on by years where it renews by itself and nobody has moved it yet; from
   the effect where the entry has none. 0: it has neither. */
day_t agreement_due(const struct agreement *g, day_t today);

/* The directory's due day is an anniversary of the effect, as all are that nobody moved. */
bool agreement_due_is_anniversary(const struct agreement *g);

/* The due day on which a letter received that day ends it: the first whose notice it keeps, be it past by now. 0: as above. */
day_t agreement_stopped_on(const struct agreement *g, day_t received);

/* --- the work of a day: the clerk's --- */

/* In this order; a mark in the store holds the number. */
enum calendar_stage {
	CALENDAR_AGREEMENTS,
	CALENDAR_CLOSE,
	CALENDAR_PLACES,
	CALENDAR_DIGEST,
	CALENDAR_PURGE,
	CALENDAR_DONE
};

/* How far it is. */
struct calendar_progress {
	day_t day;   /* 0: it never began */
	day_t since; /* the last day that was done before */
	enum calendar_stage stage;
	struct bytes cursor; /* the last row of the stage's table that was looked at */
	uint64_t rev;
};
MUST_USE enum err calendar_progress_read(struct app *app, struct arena *a, struct calendar_progress *out);
/* Adds it to the changeset of what was done, and that nobody was quicker. */
void calendar_progress_put(struct arena *a, struct changeset *cs, const struct calendar_progress *p);

/* What today brings an agreement, added to the changeset with its records: its due day moved on by tacit renewal, its end (status
   « terminee »), that it goes on although its end was told, or the warning four months before a renewal, mailed to the provider's contact,
   its agents and the Caf, once for each due day. *any: something was added. */
MUST_USE enum err agreement_day_add(struct app *app, struct arena *a, struct changeset *cs, const struct agreement *g,
				    day_t today, bool *any);

/* One mail to each agent of the provider who may write free places of which some call for it today (acts/reminders.h) and who entered
   before with a password of his own: all of his that grow old, those that families see no more in the first mail after. since: the
   last day looked at. Outcome "agent/NUMBER/rappel", whose day is that of his last mail. */
MUST_USE enum err places_reminders_add(struct app *app, struct arena *a, struct changeset *cs, const struct provider *p,
				       day_t since, day_t today);

/* One mail to each reviewer and administrator of the Caf for whom something waits. A convention that was posted 30 days ago and does
   not come back is put into the queue first, with its record (request_recall_add). */
MUST_USE enum err queue_digest_add(struct app *app, struct arena *a, struct changeset *cs, const struct caf *caf,
				   day_t today);

#endif
