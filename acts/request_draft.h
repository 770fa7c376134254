/* The anonymous draft of a request (convention art. 3-1) and its five steps, filled in any order. It belongs to whoever holds the
   token of a cookie: its key is the token's digest. Stored at the first saved step, at most 64 KiB, 7 days after the last one. */
#ifndef ACTS_REQUEST_DRAFT_H
#define ACTS_REQUEST_DRAFT_H

#include "acts/request.h"

#define REQUEST_KEPT_MS (7 * DAY_MS)
/* In a draft, instead of a list: all establishments of the request, whatever they become. */
#define REQUEST_ALL "*"

enum request_step {
	REQUEST_PROVIDER,
	REQUEST_CAF,
	REQUEST_LISTING, /* establishments whose running the provider describes */
	REQUEST_PLACES,  /* early-childcare ones whose free places it reports */
	REQUEST_PEOPLE,
	REQUEST_STEPS
};
enum request_progress { REQUEST_TODO, REQUEST_STARTED, REQUEST_COMPLETE };

/* Last segment of the step's path, and its French title. */
extern const char *const request_step_names[REQUEST_STEPS];
extern const char *const request_step_titles[REQUEST_STEPS];

struct request_draft {
	struct grant_request r; /* rev 0: nothing stored */
	struct request_person *people;
	size_t n;
	struct strs stored_listing, stored_places; /* the two lists as they are kept, whatever a refused form ticked */
	bool lost;                                 /* a token came under which nothing is kept any more */
	size_t lessened; /* people whom the step just taken left fewer establishments than they were given, one by one */
};

/* token: the cookie's, NULL or malformed: an empty draft. */
MUST_USE enum err request_draft_read(struct app *app, struct arena *a, const char *token, struct request_draft *out);
/* Nothing was filled in, or it was sent since. */
bool request_draft_is_blank(const struct request_draft *d);
/* Number of the request sent last under the token, when nothing was begun since; NULL: something was, or none was sent. */
const char *request_draft_just_sent(const struct request_draft *d);
/* Forgets it, the numbers this browser sent as well. */
MUST_USE enum err request_draft_erase(struct app *app, struct arena *a, const char *token);
/* Nobody may read it any more: the clerk sweeps it. */
bool request_draft_is_over(const struct grant_request *r, int64_t now);

/* --- the steps --- */

const struct form *request_provider_form(void);
const struct form *request_caf_form(void);
const struct form *request_list_form(void); /* of both lists */
const struct form *request_person_form(void);
const struct form *request_send_form(void);

/* The fields of a step as the draft has them. person: from 1; 0: a new one, with all establishments. */
struct input request_step_input(struct arena *a, const struct request_draft *d, enum request_step step, size_t person);

/* « brouillon » of a step's form: how many requests were sent before, and whether anything was kept when it was shown. */
const char *request_draft_origin(struct arena *a, const struct request_draft *d);
/* Number of the request as which the draft of the form was sent; NULL: it was not, or the form does not tell. */
const char *request_draft_sent_as(const struct request_draft *d, const struct input *in);

/* Takes what was posted into the draft and stores it; *now is the draft then. ERR_INVALID: faults (French) tell why, *now is what is
   stored, another window's changes too, with what this form ticked of a list. ERR_LIMIT: too many drafts begun today from this
   address. ERR_GONE: the form is of a draft that was sent (request_draft_sent_as), or is kept no longer: it begins none by itself;
   *now is what is stored. */
MUST_USE enum err request_step_save(struct app *app, struct arena *a, const struct visitor *who, const char *token,
				    enum request_step step, const struct input *in, struct faults *faults,
				    struct request_draft *now);

/* How far a step is. Faults, when asked (not NULL), say what is missing or holds no longer: field is the step's name. */
MUST_USE enum err request_step_check(struct app *app, struct arena *a, const struct request_draft *d,
				     enum request_step step, struct faults *faults, enum request_progress *out);

/* « Agnès Thivolle et Damien Roussac ont la même adresse … »: allowed, but told. "" : none. */
const char *request_shared_mail(struct arena *a, const struct request_draft *d);
/* « Fonctionnement : aucune personne de la demande ne peut mettre à jour … »: what of the request's list of that step (REQUEST_LISTING,
   REQUEST_PLACES) nobody was given; allowed, but told. "" : nothing, or nobody is named yet. */
const char *request_untended(struct app *app, struct arena *a, const struct grant_request *r,
			     const struct request_person *people, size_t n, enum request_step step);
/* What the forms of a page carry, so that another window's change moves nothing unseen: which person, which free lines ("+n"). */
const char *request_person_mark(struct arena *a, const struct request_person *p);
/* « vu » of a person's form: the name, and all that is stored of the person, the rights included. */
const char *request_person_seen(struct arena *a, const struct request_person *p);
/* « vu » of the provider's form: what is stored of the provider. A form that saw something else is refused where it would undo what
   another window stored, and the fault tells that; without « vu » it is taken. */
const char *request_provider_mark(struct arena *a, const struct grant_request *r);
const char *request_lines_mark(struct arena *a, const struct grant_request *r);
/* Of a list's form: the free lines and what is stored as ticked. */
const char *request_list_mark(struct arena *a, const struct request_draft *d, enum request_step step);
/* Of all that the recap shows; « version » of the form that sends it. */
const char *request_draft_mark(struct arena *a, const struct request_draft *d);
/* The form's recap was of another draft. Without « version » none was. */
bool request_draft_moved(struct arena *a, const struct request_draft *d, const struct input *in);
/* Where the person of a form stands now, from 1: by « qui » (the mark), by the name in « vu », or by « personne » alone. 0: a new one, or
   gone. */
size_t request_person_place(struct arena *a, const struct request_draft *d, const struct input *in);
/* "Agnès Thivolle" */
const char *request_person_name(struct arena *a, const struct request_person *p);

struct request_found {
	struct establishment *v; /* by name */
	size_t n;
	bool more;    /* than are shown */
	size_t other; /* that belong to another Caf, or cannot report places */
	struct commune *communes;
	size_t communes_n; /* 0: unknown; near holds what resembles */
	struct strs near;
};
/* Establishments of the communes typed (name, postal code, INSEE code), of the Caf if one is chosen. */
MUST_USE enum err request_search(struct app *app, struct arena *a, const struct request_draft *d,
				 enum request_step step, const char *typed, struct request_found *out);

/* --- the end --- */

/* Sends it: the request with its number, the file in the Caf's queue, the acknowledgement, the audit record, in one changeset that takes
   the draft away. Sent once, however often the form comes: *number is then the one given before. in: the fields « agents » and « version ».
   ERR_INVALID: faults. ERR_NOTFOUND: nothing is kept under the token. ERR_CONFLICT: nothing is sent; request_draft_moved() tells whether
   another window changed the draft. */
MUST_USE enum err request_send(struct app *app, struct arena *a, const struct visitor *who, const char *token,
			       const struct input *in, struct faults *faults, const char **number);

/* A request that the browser with this token sent. ERR_NOTFOUND for anybody else (recorded when there is such a request). */
MUST_USE enum err request_sent(struct app *app, struct arena *a, const struct visitor *who, const char *token,
			       const char *number, struct grant_request *out);

#endif
