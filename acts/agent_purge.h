/* Entries of agents who ended long ago leave the directory (domain.md §6, CNIL: what serves no more is not kept); the log keeps the
   number, which nobody gets again. Staff of a Caf or the Cnaf is its administrators' to erase. */
#ifndef ACTS_AGENT_PURGE_H
#define ACTS_AGENT_PURGE_H

#include "acts/rights.h"

/* The day somebody's habilitation ended: of his mission (closed_at: when his access was seen to close, 0: nobody saw it), or else of
   the last of his provider's conventions when all are over. 0: it has not, or nobody knows when. */
day_t agent_ended_on(const struct person *p, int64_t closed_at, const struct agreements *all, day_t today);

/* How many may go on that day still: of 20, those the log tells of are taken off. So a wrong date in the directory erases few before
   somebody sees it there. */
MUST_USE enum err agents_purge_room(struct app *app, day_t today, size_t *out);

/* Adds, for at most *room of the provider's agents who ended more than settings people_kept_days ago, the job that deletes the entry,
   what the store keeps for them alone, and the record; *room is what is left of it. */
MUST_USE enum err agents_purge_add(struct app *app, struct arena *a, struct changeset *cs, const struct provider *p,
				   day_t today, size_t *room);

#endif
