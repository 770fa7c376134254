/* Edits of the directory: what entries should be, written by an act into the changeset as one job "directory"; the clerk
   carries it out as cn=greffe, in the order of the jobs, and again until it is done: each line is brought about only
   where the directory does not say so already. */
#ifndef ACTS_EDIT_H
#define ACTS_EDIT_H

#include "acts/app.h"

struct edits;

struct edits *edits_new(struct arena *a);

/* The lines that follow are about this entry: one that exists, by entryUUID (its DN may change meanwhile), or one to make if
   it is not there, with these object classes (blank between them). DNs are made with dn_child, days with day_ldap. */
void edits_on(struct edits *x, struct uuid entry);
void edits_make(struct edits *x, const char *dn, const char *classes);
/* This entry goes, as long as its conditions hold: it has edits_while alone, and needs one. Gone already is well. */
void edits_remove(struct edits *x, struct uuid entry);

void edits_set(struct edits *x, const char *attribute, const char *value);  /* the only value; "" : none at all */
void edits_put(struct edits *x, const char *attribute, const char *value);  /* one more value */
void edits_drop(struct edits *x, const char *attribute, const char *value); /* that value no more */
/* Only with the entry itself, when this job makes it: what somebody may change the moment it is there (a request for a
   password that was served, a status), and a job done again would bring back. */
void edits_first(struct edits *x, const char *attribute, const char *value);
/* The entry is left as it is unless this value is there ("entryCSN": nobody changed it since); gone meanwhile is well. */
void edits_while(struct edits *x, const char *attribute, const char *value);

/* What follows this entry is not tried when it is refused. */
void edits_needed(struct edits *x);

/* What was said so far, as a job holds it. */
const struct strs *edits_lines(const struct edits *x);

/* Adds the job. about: key of its outcome (acts/outcome.h), "" : none. Without a line nothing is added. */
void edits_job(struct arena *a, struct changeset *cs, const struct edits *x, const char *about);

/* That job waits again, at once. One that failed comes as the last of all: what was asked meanwhile was done before it. */
void job_again(struct arena *a, struct changeset *cs, struct bytes key, uint64_t rev, struct job *j);

/* Of a row of TABLE_JOB that does not decode: as far as it can be read it may be one of the directory's that waits, and those behind it
   must not come before it (docs/decisions/0027). */
bool job_may_edit(struct bytes payload);

/* --- when a change of theirs is missing in the directory's log, the jobs "directory" stop until an operator resumes --- */

struct edits_stop {
	int64_t since;   /* 0: they go on */
	const char *csn; /* of the change that is missing */
	uint64_t rev;
};
MUST_USE enum err edits_stop_read(struct app *app, struct arena *a, struct edits_stop *out);
/* Both with records of the service's log. It is so already: ERR_CONFLICT, resuming ERR_NOTFOUND. Resuming also sets aside the jobs that do
   not decode: each becomes a failed one of kind "unreadable", whose one line is its bytes in hexadecimal. */
MUST_USE enum err edits_stop_add(struct app *app, struct arena *a, struct changeset *cs, const char *csn);
MUST_USE enum err edits_resume(struct app *app, struct arena *a, const struct visitor *who);

/* --- the reader's side: the clerk --- */

enum edit_verb { EDIT_SET, EDIT_PUT, EDIT_DROP, EDIT_FIRST, EDIT_WHILE };

struct edit_line {
	enum edit_verb verb;
	const char *attribute, *value;
};

struct edit_entry {
	bool remove;
	bool needed;      /* by all that follow */
	struct uuid uuid; /* none: dn and classes tell */
	const char *dn, *classes;
	struct edit_line *v;
	size_t n;
};

/* ERR_MALFORMED: no job of ours. */
MUST_USE enum err edits_read(struct arena *a, const struct strs *lines, struct edit_entry **out, size_t *n);

#endif
