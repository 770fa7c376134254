/* What a Caf does with a request (convention art. 3-1, 3-2). Each step is one changeset with
   its precondition, its event, its audit record and the queue's row; the role of administrator is confirmed in the directory.
   Answers of all steps: ERR_NOTFOUND: unknown, or another Caf's; ERR_CONFLICT: another state than the step's, the file then tells
   who did what; ERR_INVALID with faults; ERR_DENIED, ERR_UNAVAILABLE. */
#ifndef ACTS_REQUEST_REVIEW_H
#define ACTS_REQUEST_REVIEW_H

#include "acts/request.h"
#include "acts/rights.h"

/* A request of the visitor's Caf, with all that stands in it. */
struct request_file {
	struct grant_request r;
	struct request_person *people;
	size_t people_n;
	struct request_event *events; /* oldest first */
	size_t events_n;
};

/* ERR_NOTFOUND: none of that number, or another Caf's. */
MUST_USE enum err request_open(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			       struct request_file *out);
/* Looks like a number of ours: what may be looked up. */
bool request_is_number(const char *s);
/* The last event of that kind; NULL: none. */
const struct request_event *request_event_last(const struct request_file *f, const char *what);
/* How far the Caf's steps got. */
enum request_stage {
	STAGE_CLOSED = -1, /* refused or withdrawn */
	STAGE_SUBMITTED,
	STAGE_CHECKED,
	STAGE_SENT,   /* its convention, by post */
	STAGE_SIGNED, /* and back */
	STAGE_ACTIVE
};
enum request_stage request_stage(const char *state);
/* Neither active nor closed. */
bool request_is_open(const struct grant_request *r);
/* The Caf has not answered yet, by its convention or otherwise: its silence still decides on the day told. */
bool request_awaits_answer(const struct grant_request *r);
/* Of a list's entry: the establishment's id; "" : a free line that has none yet. */
const char *request_resolved(const struct grant_request *r, const char *id);

/* Requests of the visitor's Caf, newest first. state "" : all; "ouvertes": those that are neither active nor closed, and
   active ones of which the directory refused a part. text: provider
   or number, folded contains. page from 0. */
struct request_filter {
	const char *state, *text;
	size_t page, per_page;
};
MUST_USE enum err requests_of(struct app *app, struct arena *a, const struct visitor *who,
			      const struct request_filter *f, struct grant_request **out, size_t *n, size_t *total);

/* Its file in the Caf's queue, of whatever kind: "demande" to examine, "convention" signed, REQUEST_UNRETURNED. ERR_NOTFOUND. */
MUST_USE enum err request_todo_find(struct app *app, struct arena *a, const struct grant_request *r, struct todo *out);

/* A convention that was posted and does not come back: in the Caf's queue again, once. */
#define REQUEST_UNRETURNED "relance"
MUST_USE enum err request_recall_add(struct app *app, struct arena *a, struct changeset *cs, const struct grant_request *r);

/* What comparing with the register and the directory tells. */
struct finding {
	bool warn;
	const char *text; /* French */
	const char *path; /* of a page that says more; "" : none */
};
MUST_USE enum err request_findings(struct app *app, struct arena *a, const struct visitor *who,
				   const struct request_file *f, struct finding **out, size_t *n);

/* The directory refused a part of its activation for good, and that is not settled. */
bool request_is_stuck(struct txn *t, struct arena *a, const char *number);

/* The provider of the request's SIRET in its Caf. ERR_NOTFOUND: the activation makes one. */
MUST_USE enum err request_provider(struct app *app, struct arena *a, const struct grant_request *r, struct provider *out);

/* The provider's conventions in force that day: an activation leaves them as they are, beside the new one. */
MUST_USE enum err request_agreements(struct app *app, struct arena *a, const struct grant_request *r, day_t today,
				     struct agreements *out);

/* Establishments of the request that another provider manages: the activation takes them from it. */
struct takeover {
	struct establishment e;
	const char *manager;    /* its name with its article, for a sentence */
	const char *manager_id; /* "" : the manager is no provider any more */
};
MUST_USE enum err request_takeovers(struct app *app, struct arena *a, const struct grant_request *r,
				    struct takeover **out, size_t *n);
/* Of one: "ESTABLISHMENT=MANAGER"; of a list, joined by commas: what a page showed, for the form it shows it with. None: "-". */
const char *request_takeover_mark(struct arena *a, const struct takeover *x);
const char *request_takeovers_mark(struct arena *a, const struct takeover *v, size_t n);

/* Somebody this provider has already: the same address and the same name, since an address may be shared; who left does not come
   back under his old number. ERR_NOTFOUND. */
MUST_USE enum err request_known(struct app *app, struct arena *a, const char *provider_key,
				const struct request_person *p, struct person *out);
/* Written alike but for accents, capitals and order. */
bool request_is_name_of(struct arena *a, const struct request_person *p, const struct person *k);

/* --- steps --- */

/* submitted → checked; gives the convention its number and prepares the document. */
MUST_USE enum err request_check(struct app *app, struct arena *a, const struct visitor *who, const char *number);

/* checked: the document again, after the articles or an establishment changed. */
MUST_USE enum err request_prepare(struct app *app, struct arena *a, const struct visitor *who, const char *number);

/* Closing. seen: the state of the request that was read before, "" : not told; it is another one by now: ERR_CONFLICT. */

/* Any state before active → refused; the reason is mailed to the provider. */
MUST_USE enum err request_refuse(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				 const char *seen, const char *reason, struct faults *faults);

/* Any state before active → withdrawn: the provider took it back; how it said so is mailed to it. */
MUST_USE enum err request_withdraw(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				   const char *seen, const char *reason, struct faults *faults);

/* Outcome of the mail that says that a request is refused or withdrawn. */
const char *closing_key(struct arena *a, const char *number);
/* Where it went last. */
const char *closing_address(struct app *app, struct arena *a, const struct grant_request *r);
/* refused, withdrawn: that mail once more, to an address that may be another (field « courriel »). seen: where it had gone when that
   was read; it went elsewhere since, and mail is not that address: ERR_CONFLICT; "" : not told. */
MUST_USE enum err request_tell(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			       const char *seen, const char *mail, struct faults *faults);

/* agreement_sent: what was missing in a reply, field « precision ». */
MUST_USE enum err request_incomplete(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				     const char *text, struct faults *faults);

/* Any state before active: the acknowledgement once more. mail: the address of the provider's contact from now on, field « courriel »;
   "" : as it is; a convention that is prepared and not sent is prepared again with it. seen: the address that was read before, "" : not
   told; the request has neither that one nor mail any more: ERR_CONFLICT. */
MUST_USE enum err request_acknowledge(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				      const char *seen, const char *mail, struct faults *faults);

/* checked → agreement_sent. Days that nobody could read are DAY_NONE: their form has complained already. */
struct posting {
	day_t posted;         /* field « date_envoi » */
	int64_t copies;       /* field « exemplaires » */
	const char *document; /* hash of the document that was printed, hexadecimal; "" : not told */
};
void posting_check(struct arena *a, const struct grant_request *r, const struct posting *p, day_t today,
		   struct faults *faults);
MUST_USE enum err request_post(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			       const struct posting *p, struct faults *faults);

/* agreement_sent → agreement_signed. */
struct signed_return {
	const char *signed_by; /* « Jeanne Aubertin, maire » */
	day_t provider, caf;
	const char *archive_ref, *prefecture_ref;
	bool people_same, places_same; /* annex as in the request */
};
void signed_return_check(struct arena *a, const struct grant_request *r, const struct signed_return *s, day_t today,
			 struct faults *faults);
MUST_USE enum err request_return(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				 const struct signed_return *s, struct faults *faults);

/* --- establishments named in a free line: before the activation --- */

/* How far a line, counted from 1, got. */
enum line_state {
	LINE_OPEN,   /* no establishment yet */
	LINE_COMING, /* made here, not in the register yet */
	LINE_THERE,
	LINE_LOST, /* it left the register, or the directory refused it */
};
enum line_state request_line_state(struct app *app, struct arena *a, const struct grant_request *r, unsigned line);

/* Making and picking: until the activation, and again once the establishment is lost; another one may be picked for one that is there, and none
   while one is coming: ERR_CONFLICT. */

/* One the Caf makes: a job of the directory. Fields nom, type, categorie, adresse, commune, capacite. */
struct new_place {
	const char *name, *type, *category, *street, *commune, *capacity;
};
MUST_USE enum err request_place_create(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				       unsigned line, const struct new_place *p, struct faults *faults);
/* One the register has already, by its id: field « identifiant ». */
MUST_USE enum err request_place_pick(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				     unsigned line, const char *id, struct faults *faults);

/* Every establishment of the request, free lines included, stands in the register of its Caf; *missing: the entry of one that
   does not (request_name_of). */
bool request_is_resolved(struct app *app, struct arena *a, const struct grant_request *r, const char **missing);

#endif
