/* Inside acts/request_*.c: taking a step's answers into the draft. */
#ifndef ACTS_REQUEST_RULES_H
#define ACTS_REQUEST_RULES_H

#include "acts/request_draft.h"

/* A step being taken. */
struct taking {
	struct app *app;
	struct arena *a;
	const struct input *in;
	struct faults *faults;
	struct request_draft *d;
	bool idle; /* nothing was changed: nothing is stored */
};

MUST_USE enum err request_take_provider(struct taking *x);
MUST_USE enum err request_take_caf(struct taking *x);
MUST_USE enum err request_take_listing(struct taking *x);
MUST_USE enum err request_take_places(struct taking *x);
MUST_USE enum err request_take_person(struct taking *x);

#define MARK_LENGTH 16
#define REQUEST_PEOPLE_MAX 50
/* Hidden in every step's form. */
#define FIELD_ORIGIN \
	{ \
		.name = "brouillon", .label = "Brouillon", .kind = FIELD_TOKEN, .max = 16 \
	}
/* The form was shown with other free lines than there are now. */
bool request_lines_moved(const struct taking *x);
/* A list's form was shown when another list was stored, or other free lines; what it ticks is not what is stored. */
bool request_list_moved(const struct taking *x, enum request_step step, const struct strs *ticked);

/* "200 123 456 00012" → its 14 digits. ERR_MALFORMED: not 14 digits; ERR_INVALID: the key is wrong (La Poste's has one of its own). */
MUST_USE enum err request_siret(struct arena *a, const char *typed, const char **out);

/* Key of a token's draft. ERR_MALFORMED. */
MUST_USE enum err request_draft_key(struct arena *a, const char *token, struct bytes *out);

/* What a list may not hold: a French sentence, or NULL. "+n" are judged by their line. */
const char *request_wrong_establishment(struct app *app, struct arena *a, const struct grant_request *r,
					enum request_step step, const char *id);
/* The form that added the last free line, once more: a second click. */
bool request_line_is_again(const struct taking *x, enum request_step step, const struct strs *ticked, const char *line);
/* "A, B et C": names of what the lists hold. */
const char *request_names_of(struct taking *x, const struct strs *ids);
/* After the lists changed: free lines in no list go, the others close up, people keep what is still there; d->lessened counts them. */
void request_tidy(struct arena *a, struct request_draft *d);
/* Establishments of another Caf than this one. */
struct strs request_foreign(struct app *app, struct arena *a, const struct grant_request *r, const char *caf);
/* Takes ids out of both lists. */
void request_drop(struct arena *a, struct request_draft *d, const struct strs *ids);
/* REQUEST_ALL becomes the list it stands for. */
struct strs request_expand(const struct strs *list, const struct strs *all);

#endif
