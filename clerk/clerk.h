/* The clerk's three processes: one follows the directory, one sends the mails, one does what waits besides: jobs, seals, sweeping,
   what a new day brings. */
#ifndef CLERK_CLERK_H
#define CLERK_CLERK_H

#include "acts/app.h"

struct clerk {
	struct app app;
	struct arena *arena; /* as long as the process */
	const struct settings *settings;
	uint8_t seal_key[KEY_SIZE];
	bool seals;
};

/* They run until SIGTERM and answer the exit status. */
int mirror_loop(const struct settings *s);
int post_loop(const struct settings *s);
int work_loop(const struct settings *s);

/* Sleeps, less when a signal comes. */
void clerk_sleep(int64_t ms);

/* A state that is logged when it changes: what = NULL is well. */
struct state_of {
	const char *subject; /* English, as in "the mirror" */
	enum err last;
	bool known;
};
void state_tell(struct state_of *s, enum err e);

/* --- rows of JOB and MAIL that wait, oldest first --- */

struct waiting {
	uint64_t seq;
	uint64_t rev;
	struct bytes payload;
};

/* When a row is to be looked at; none that is in order comes before an earlier such one. */
struct due {
	int64_t next_at;
	bool in_order;
	bool unreadable; /* it does not decode: it is never due, and in order when it may be one that is */
};

/* Where a table's open rows begin, and when to look again. */
struct backlog {
	enum table table;
	/* whether the row still waits, and until when */
	bool (*is_open)(struct arena *a, struct bytes payload, struct due *out);
	uint64_t first;
	uint64_t revision;
	int64_t due;
	uint64_t told; /* what lies before it and cannot be read is in the log */
};

/* Rows that are due now, most of them at most. Costs nothing while the store has not changed and none is due. */
MUST_USE enum err backlog_due(struct clerk *c, struct arena *a, struct backlog *o, int64_t now, struct waiting *out,
			      size_t most, size_t *n);

/* --- what the working process does, each at its own pace --- */

/* Whether the directory's log has what the jobs changed. */
MUST_USE enum err written_run(struct clerk *c, struct arena *a);
MUST_USE enum err jobs_run(struct clerk *c, struct arena *a);
/* People whose entry asks for a temporary password. */
MUST_USE enum err asked_run(struct clerk *c, struct arena *a);
MUST_USE enum err seal_run(struct clerk *c, struct arena *a);
MUST_USE enum err sweep_run(struct clerk *c, struct arena *a);
/* Once a day: pages of establishments whose agreement begins or ends. */
MUST_USE enum err republish_run(struct clerk *c, struct arena *a);
/* The next step of today's work: conventions, reminders, digests. */
MUST_USE enum err days_run(struct clerk *c, struct arena *a);
/* Revisions that wait for the Caf under a convention that ended. */
MUST_USE enum err close_run(struct clerk *c, struct arena *a);
MUST_USE enum err purge_run(struct clerk *c, struct arena *a);
/* The whole log's chain, once a night. */
MUST_USE enum err verify_run(struct clerk *c, struct arena *a);
/* Cafs that lack a legal text: an ERROR with code and attributes. */
MUST_USE enum err texts_run(struct clerk *c, struct arena *a);
/* Databases that are filling: an ERROR with name and percentage. */
MUST_USE enum err room_run(struct clerk *c, struct arena *a);
/* Frees readers' slots of dead processes. */
MUST_USE enum err readers_run(struct clerk *c, struct arena *a);

void asked_done(void);
void jobs_done(void);
void verify_done(void);

#endif
