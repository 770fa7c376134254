/* Pieces of the form of a listing that the page before its sending shares. */
#ifndef FCGI_PAGE_PRO_LISTING_H
#define FCGI_PAGE_PRO_LISTING_H

#include "fcgi/page/page.h"

void listing_crumbs(struct request *rq, struct html *h, const char *last);

/* What the Caf examines, and what the agent's text will do to it (then: « le modifier le remplacera »); nothing while nothing waits. */
void listing_pending_note(struct request *rq, struct html *h, const struct listing_state *st, const char *then);

/* The form with what rq->in holds and what was wrong with it. */
MUST_USE enum err listing_edit_page(struct request *rq, struct html *h, const struct listing_state *st);

#endif
