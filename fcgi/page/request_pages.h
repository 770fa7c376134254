/* Inside fcgi/page/request*.c: what the pages of a request have in common. */
#ifndef FCGI_PAGE_REQUEST_PAGES_H
#define FCGI_PAGE_REQUEST_PAGES_H

#include "acts/request_draft.h"
#include "fcgi/page/page.h"

#define REQUEST_PATH "/demande-habilitation"
#define REQUEST_STEPS_PATH REQUEST_PATH "/etapes"

/* The token of the draft's cookie; NULL: none, or not ours. */
const char *request_token(struct request *rq);
/* Both cookies outlive the browser, a day longer than what is kept: the day on which a page says it is kept no longer. */
void request_keep_cookies(struct request *rq, const char *token);

MUST_USE enum err request_read_draft(struct request *rq, struct request_draft *out);
/* A step's form opens: its csrf, and which draft it is of. */
void request_form_open(struct request *rq, struct html *h, const struct request_draft *d);
/* Takes the posted step. ERR_INVALID: status and faults are set, the page is to be shown again. ERR_GONE: its draft was sent,
   request_is_sent() says so. */
MUST_USE enum err request_save(struct request *rq, enum request_step step, struct request_draft *out);

enum err request_is_sent(struct request *rq, struct html *h, const struct request_draft *d);

const char *request_step_path(struct arena *a, enum request_step step);
/* 303 to the step that follows, or to the check. */
enum err request_go_on(struct request *rq, const struct request_draft *d, enum request_step step);
/* 303 to path?fait=code, and how many people the step left fewer rights. */
enum err request_step_done(struct request *rq, const struct request_draft *d, const char *path, const char *code);
/* Value of « droits » of the next page: how many they are; "" : nobody. */
const char *request_lessened(struct request *rq, const struct request_draft *d);

/* Frame, way back, error summary, title, that a draft is no longer kept, that people have fewer rights. */
void request_begin(struct request *rq, struct html *h, const char *title, const char *lead, const struct request_draft *d);
void request_end(struct request *rq, struct html *h);

/* A check box with its hint (NULL: none). */
void request_box(struct html *h, const char *id, const char *name, const char *value, const char *label,
		 const char *hint, bool ticked);
/* The recap: what the provider wrote; change: with links to the steps. */
enum err request_recap(struct request *rq, struct html *h, const struct request_draft *d, bool change);

#endif
