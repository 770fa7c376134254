/* Inside acts/listing*.c, hours.c, section.c and revision*.c: how a field of the form meets a member of struct listing. */
#ifndef ACTS_LISTING_RULES_H
#define ACTS_LISTING_RULES_H

#include "acts/listing.h"

enum binding_kind {
	BIND_NONE,     /* base, action, hours (hours.c) */
	BIND_TEXT,     /* const char * */
	BIND_SENTENCE, /* const char *, refused when it says nothing */
	BIND_PHONE,    /* const char *, E.164 */
	BIND_SET,      /* struct strs, in the order of the choices */
	BIND_TICK,     /* bool: a set of one */
	BIND_NUMBER,   /* uint64_t, 0 when empty */
	BIND_PLACES,   /* uint16_t, U16_NONE when empty */
	BIND_AGE,      /* uint64_t; its unit is the next field */
	BIND_UNIT,     /* const char *: empty when the number before is */
	BIND_COMMUNES, /* struct strs of INSEE codes */
};

/* Parallel to listing_form.fields. types: bit 1 eaje, 2 alsh, 4 the others. */
struct binding {
	enum binding_kind kind;
	size_t at;
	unsigned types;
};
extern const struct binding listing_bindings[];

/* Index in listing_form.fields of an hour's field. */
#define LISTING_HOURS_FIRST 4
#define LISTING_HOURS_FIELD(day, slot, end) (LISTING_HOURS_FIRST + HOURS_AT(day, slot, end))

void hours_from_input(struct arena *a, const struct input *in, struct listing *out, struct faults *faults);

/* Ages in 48ths of a day, so that weeks, months and years compare without rounding; 0 when the unit is unknown. */
uint64_t age_span(uint64_t n, const char *unit);

/* --- for the acts: listings, revisions, places --- */

/* establishment, n u32: REVISION and GRID_HISTORY. */
struct bytes numbered_key(struct arena *a, struct uuid establishment, uint64_t n);
/* establishment, family u8, person: drafts of one establishment stand together. */
struct bytes draft_key(struct arena *a, struct uuid establishment, enum family family, struct uuid person);

struct bytes draft_encoded(struct arena *a, const struct visitor *who, const struct input *in, uint64_t base);

/* A reason in words: present, at most 500 characters. */
void reason_check(struct arena *a, struct faults *faults, const char *field, const char *missing, const char *text);

/* A mail to the Caf's service: an agent took something down. */
void caf_tell(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
	      const struct establishment *e, const char *what);

/* What every act on an establishment relies on: its entry as the visitor's page knew it. */
void expect_establishment(struct changeset *cs, const struct establishment *e);

/* The public operations for what the act makes of listing and grid. */
MUST_USE enum err act_publish(struct app *app, struct arena *a, struct changeset *cs, const struct establishment *e,
			      const struct published *p, const struct grid *g);

/* Reads and decodes, absent ones as rev 0. */
MUST_USE enum err published_read(struct txn *t, struct arena *a, const struct establishment *e, struct published *out);
MUST_USE enum err grid_read(struct txn *t, struct arena *a, const struct establishment *e, struct grid *out);

/* A revision and the head it stands behind; rev 0 where there is none. */
struct file {
	struct revision_head head;
	struct revision r;
	struct published published;
	struct grid grid;
};
/* n 0: the pending one. */
MUST_USE enum err file_read(struct app *app, struct arena *a, const struct establishment *e, uint64_t n, struct file *out);
/* What was read must still hold. */
void file_expect(struct arena *a, struct changeset *cs, const struct establishment *e, const struct file *f);
/* Puts the pending revision into its last state, and the head with it; takes the file out of the Caf's queue. */
void file_close(struct arena *a, struct changeset *cs, const struct establishment *e, struct file *f, const char *state,
		int64_t now, const char *by);

#endif
