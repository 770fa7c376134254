/* Entries of agents who ended long ago leave the directory (CNIL: what serves no more is not kept); the log keeps the
   number, which nobody gets again. Staff of a Caf or the Cnaf is its administrators' to erase. */
#ifndef ACTS_AGENT_PURGE_H
#define ACTS_AGENT_PURGE_H

#include "acts/rights.h"

/* The day the last of a provider's conventions ended, as screens tell it (agreement_ended_on). 0: one of them goes on or may begin, or
   nothing tells when it ended. */
MUST_USE enum err agreements_ended_on(struct txn *t, struct arena *a, const struct agreements *all, day_t today,
				      day_t *out);

/* The day somebody's habilitation ended: of his mission (closed_at: when his access was seen to close, 0: nobody saw it), or else of
   his provider's conventions. 0: it has not, or nobody knows when. */
day_t agent_ended_on(const struct person *p, int64_t closed_at, day_t agreements_end);

/* How many may go on that day still: of 20, those the log tells of are taken off. So a wrong date in the directory erases few before
   somebody sees it there. */
MUST_USE enum err agents_purge_room(struct app *app, day_t today, size_t *out);

/* Adds, for at most *room of the provider's agents who ended more than settings people_kept_days ago, the job that deletes the entry,
   what the store keeps for them alone, and the record; *room is what is left of it. */
MUST_USE enum err agents_purge_add(struct app *app, struct arena *a, struct changeset *cs, const struct provider *p,
				   day_t today, size_t *room);

#endif
