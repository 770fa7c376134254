/* The mirror: entries of the directory as records, with the lookups acts need. The clerk polls and calls this. */
#ifndef ACTS_MIRROR_H
#define ACTS_MIRROR_H

#include "acts/app.h"

/* One poll: reads the changes since the kept cookie, writes them with the public operations of each establishment they
   touch, in changesets of bounded size; a renamed or deleted person's rights are read again (refint makes no event). Keeps the
   cookie in the same changeset. *changed counts entries. Never fails half-way: a later poll goes on. */
MUST_USE enum err mirror_poll(struct app *app, struct arena *a, struct directory *sync, size_t *changed);

/* Forgets the cookie, so that the next poll compares everything. */
MUST_USE enum err mirror_rebuild(struct app *app, struct arena *a);

struct mirror_status {
	bool complete;     /* a first whole read was finished */
	int64_t heartbeat; /* last successful poll */
	uint64_t persons, establishments, providers, agreements, cafs, groups;
};
MUST_USE enum err mirror_status_read(struct app *app, struct arena *a, struct mirror_status *out);

/* It was polled within the minute and waits for nothing refint still has to do: what it says is missing is missing. */
bool mirror_is_settled(struct app *app);

/* Entries as records (NUL inside a value, unknown codes: the field stays empty, which closes). */
MUST_USE enum err mirror_person(struct arena *a, const struct entry *e, struct person *out);
MUST_USE enum err mirror_establishment(struct arena *a, const struct entry *e, struct establishment *out);
MUST_USE enum err mirror_provider(struct arena *a, const struct entry *e, struct provider *out);
MUST_USE enum err mirror_agreement(struct arena *a, const struct entry *e, struct agreement *out);
MUST_USE enum err mirror_caf(struct arena *a, const struct entry *e, struct caf *out);
MUST_USE enum err mirror_group(struct arena *a, const struct entry *e, struct group *out);

/* A boolean attribute that is there and TRUE. */
bool mirror_true(const struct entry *e, const char *name);
/* An operational time of an entry in milliseconds; 0: none that can be read. */
int64_t mirror_time(const struct entry *e, const char *name);

/* What mirror_person reads, and pwdChangedTime, pwdReset, entryCSN besides. */
extern const char *const mirror_person_attributes[];

#endif
