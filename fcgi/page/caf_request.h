/* What the pages on one request share. */
#ifndef FCGI_PAGE_CAF_REQUEST_H
#define FCGI_PAGE_CAF_REQUEST_H

#include "fcgi/page/page.h"

#include "acts/activated.h"
#include "acts/activation.h"

/* Field of a form: the address that it was shown with. */
#define FIELD_SEEN \
	{ \
		.name = "adresse_vue", .label = "Adresse", .kind = FIELD_TOKEN, .max = 254 \
	}

/* The request of the path, of the visitor's own Caf; another Caf's: ERR_NOTFOUND, and the refusal is recorded. */
MUST_USE enum err caf_request_open(struct request *rq, struct request_file *f);

/* "/caf/demandes/NUMBER" and what follows. */
const char *caf_request_path(struct request *rq, const struct request_file *f, const char *rest);

/* Frame, crumbs, error summary; rest: the page's own last crumb, NULL on the request's page itself. */
void caf_request_begin(struct request *rq, struct html *h, const struct request_file *f, const char *rest);

/* « Ce qui est demandé »: provider, lists, people. */
void caf_request_summary(struct request *rq, struct html *h, const struct request_file *f);

/* How many accesses the activation will create: of its people who are not known to the provider already. */
MUST_USE enum err caf_request_newcomers(struct request *rq, const struct request_file *f, size_t *n);

/* The whole page of a request, with the faults in rq; conflict: why the step was not recorded, NULL: nothing to tell. */
MUST_USE enum err caf_request_page(struct request *rq, struct html *h, const struct request_file *f, const char *conflict);

/* Answers a step: done with its notice, the page again with its faults (422), or who was quicker (409). from: the state the step starts
   from, as request_step counts. again: draws the page that holds the form; NULL: the request's own. */
typedef enum err (*caf_request_again)(struct request *rq, struct html *h, const struct request_file *f);
MUST_USE enum err caf_request_answer(struct request *rq, struct html *h, enum err e, enum request_stage from,
				     const char *code, caf_request_again again);

/* Who took the step from that stage, not STAGE_CLOSED or later than STAGE_SIGNED, and when: a sentence. */
const char *caf_request_step_done(struct request *rq, const struct request_file *f, enum request_stage from);

/* 409: the address of the form was corrected by somebody else meanwhile. whose: for « le courriel de … ». */
MUST_USE enum err caf_request_address_moved(struct request *rq, struct html *h, const struct request_file *f,
					    const char *whose, const char *now);

/* Access and mail of each person of an active request, with the form that sends again. */
MUST_USE enum err caf_request_accesses(struct request *rq, struct html *h, const struct request_file *f);

struct tag_of request_tag(const char *state);

/* caf_request_beside.c: the column beside the steps, and of a closed request how the mail that told it fared. */
MUST_USE enum err caf_request_beside(struct request *rq, struct html *h, const struct request_file *f);
void caf_request_closing_mail(struct request *rq, struct html *h, const struct request_file *f);

#endif
