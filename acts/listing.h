/* Fonctionnement: the listing an agent writes, the revision the Caf decides on, what is online. */
#ifndef ACTS_LISTING_H
#define ACTS_LISTING_H

#include "acts/rights.h"

/* The form's fields: names are a contract. */
extern const struct form listing_form;

/* Rubrics, in the order of the pages: what a comparison counts. */
enum section {
	SECTION_CONTACT,
	SECTION_HOURS,
	SECTION_CLOSURES,
	SECTION_AGES,
	SECTION_CAPACITY,
	SECTION_MEALS,
	SECTION_PROJECT,
	SECTION_DISABILITY,
	SECTION_FEES,
	SECTION_MANAGER,
	SECTION_TEAM,
	SECTION_ADMISSION,
	SECTION_REGISTRATION,
	SECTION_COMMUNES,
	SECTION_ACTIVITIES,
	SECTION__MAX
};
extern const char *const section_labels[SECTION__MAX];
/* How many rubrics an establishment of this type has. */
size_t sections_of(const struct establishment *e);
extern const char *const section_codes[SECTION__MAX]; /* "hours", …: details of the log */
bool section_applies(enum section s, const char *type);

/* Whether the field is asked of an establishment of that type (bands of Eaje, periods of ALSH, …). What does not apply is
   not drawn; filled all the same, it is a fault. */
bool listing_field_applies(const struct field *f, const struct establishment *e);

/* Checks the whole form against the rules and fills *out as far as it holds. app looks communes up in the public
   environment (NULL: only the form of INSEE codes is checked). */
void listing_from_input(struct app *app, struct arena *a, const struct establishment *e, const struct input *in,
			struct listing *out, struct faults *faults);
/* The form's values of a listing; app NULL: communes as INSEE codes. */
struct input listing_to_input(struct app *app, struct arena *a, const struct listing *l);

/* « 93200 Saint-Denis », as the form takes it; « INSEE 93066 » where that would be another's too. */
#define COMMUNE_BY_INSEE "INSEE "
const char *commune_as_typed(struct app *app, struct arena *a, const char *insee);
/* A rubric as families read it, lines joined by '\n'; "" when empty. */
const char *section_text(struct app *app, struct arena *a, const struct listing *l, enum section s);
/* « Lundi à jeudi : 7 h 45 – 18 h 15 » lines. */
const char *hours_text(struct arena *a, const struct listing *l);
/* « 7 h 30 – 12 h, 13 h 30 – 18 h »; "" when closed that day. */
const char *hours_day_text(struct arena *a, const struct listing *l, int weekday);
/* Bit weekday * 2 + half-day: a published slot overlaps [0–13 h) or [13–24 h). */
unsigned hours_open_halves(const struct listing *l);
/* Bit per band that meets the ages. */
unsigned listing_bands(const struct listing *l);
/* « Fermé en août et entre Noël et le Nouvel An. », « Ouvert toute l’année. »; "" when nothing was said. */
const char *closures_text(struct arena *a, const struct listing *l);
/* « Enfants de 10 semaines à 3 ans. »; "" when no age was given. */
const char *ages_text(struct arena *a, const struct listing *l);

struct difference {
	enum section section;
	const char *before; /* text of the rubric */
	const char *after;
};

/* The rubrics that differ; n 0: nothing changed. before may be NULL: a first listing. */
void listing_compare(struct app *app, struct arena *a, const struct listing *before, const struct listing *after,
		     struct difference **out, size_t *n);

/* Words of two texts, marked: 0 in both, -1 only before, +1 only after. */
struct diff_part {
	int side;
	const char *text;
};
void text_diff(struct arena *a, const char *before, const char *after, struct diff_part **out, size_t *n);

/* Everything the pages of one establishment need. rev fields tell what exists (0: absent). */
struct listing_state {
	struct published published;
	struct listing online; /* of published */
	struct revision_head head;
	struct revision pending; /* rev 0: none */
	struct revision refused; /* the last one, if it was refused and nothing newer was sent; rev 0: none */
	struct draft draft;
	struct draft other_draft; /* the latest of a colleague; rev 0: none */
};
MUST_USE enum err listing_state_read(struct app *app, struct arena *a, const struct visitor *who,
				     const struct establishment *e, struct listing_state *out);

/* Keeps the form as typed (urlencoded without csrf). */
MUST_USE enum err draft_save(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			     const struct input *in);
/* rev: of the draft that was read. ERR_CONFLICT: it is another now. */
MUST_USE enum err draft_drop(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			     uint64_t rev);
struct input draft_input(struct arena *a, const struct draft *d);

/* What the author had before him. */
struct revision_seen {
	uint64_t base;    /* n of the published listing his text was written on; 0: none */
	uint64_t pending; /* n of the revision that waited for the Caf; 0: none */
	uint64_t draft;   /* revision of the draft the form was read from; 0: none */
};
/* Sends the saved draft's form to the Caf: a pending revision that supersedes the one seen pending. What was seen must still be the
   latest: else ERR_CONFLICT. ERR_INVALID: faults, or nothing changed (*unchanged). One changeset: revision, head, queue,
   draft dropped, audit. */
MUST_USE enum err revision_send(struct app *app, struct arena *a, const struct visitor *who,
				const struct establishment *e, const struct input *in, const struct revision_seen *seen,
				struct faults *faults, bool *unchanged, uint64_t *n);
MUST_USE enum err revision_withdraw(struct app *app, struct arena *a, const struct visitor *who,
				    const struct establishment *e, uint64_t n);
MUST_USE enum err revision_read(struct app *app, struct arena *a, const struct establishment *e, uint64_t n,
				struct revision *out);
/* All, newest first. */
MUST_USE enum err revisions_read(struct app *app, struct arena *a, const struct establishment *e, struct revision **out,
				 size_t *n);

/* The Caf decides on the exact revision seen. ERR_CONFLICT: decided already or replaced; *now is its state then.
   ERR_INVALID: faults (motif, precision). */
struct decision {
	uint64_t n;
	bool accept;
	struct strs reasons; /* of reason_choices */
	const char *reason_text;
};
MUST_USE enum err revision_decide(struct app *app, struct arena *a, const struct visitor *who,
				  const struct establishment *e, const struct decision *d, struct faults *faults,
				  struct revision *now);

/* For the calendar: a pending revision whose establishment left the register, or that no convention in force covers any
   longer, is closed and leaves the Caf's queue. One changeset each, recorded as the service's act. *closed
   counts; it ends at the first failure. */
MUST_USE enum err revisions_close_ended(struct app *app, struct arena *a, size_t *closed);

/* For the mirror, when an establishment's manager changed: what waits for the Caf and was sent by nobody of the manager it has now
   is closed, in that changeset. *n: its number; untouched when nothing was. */
MUST_USE enum err revision_close_left_add(struct app *app, struct arena *a, struct changeset *cs,
					  const struct establishment *e, uint64_t *n);

/* Withdraws the published listing from the public, or puts it back (Caf: with a reason, fault on "precision", mailed to the
   author; agent: his own, confirmed, the Caf is told). What the Caf withdrew only the Caf puts back (ERR_DENIED).
   ERR_NOTFOUND: never published; ERR_CONFLICT: done already. */
bool listing_withdrawn_by_caf(const struct published *p);
MUST_USE enum err listing_withdraw(struct app *app, struct arena *a, const struct visitor *who,
				   const struct establishment *e, const char *reason, struct faults *faults);
MUST_USE enum err listing_restore(struct app *app, struct arena *a, const struct visitor *who,
				  const struct establishment *e);

#endif
