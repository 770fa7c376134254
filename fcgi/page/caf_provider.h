/* Pieces the Caf's pages about providers, their people and their conventions share. */
#ifndef FCGI_PAGE_CAF_PROVIDER_H
#define FCGI_PAGE_CAF_PROVIDER_H

#include "acts/agreement.h"
#include "acts/deeds.h"
#include "acts/outcome.h"
#include "acts/provider.h"
#include "fcgi/page/page.h"

/* The provider of the path's first {…}, the agreement of its number. ERR_NOTFOUND; a refusal for another Caf's is recorded. */
MUST_USE enum err provider_of_path(struct request *rq, struct provider *out);
MUST_USE enum err agreement_of_path(struct request *rq, struct agreement *g, struct provider *p);

/* « /caf/fournisseurs/F9210001/agents/921-4821 » */
const char *agent_path(struct request *rq, const struct provider *p, const struct person *who);

/* Whether somebody's access is open. */
struct tag_of access_tag(const char *status);
struct tag_of agreement_tag(const struct agreement *g);

/* A table of conventions: number, provider (NULL lines' own), dates, state. */
void agreements_table(struct request *rq, struct html *h, const char *caption, const struct agreement_line *v, size_t n,
		      bool with_provider);

/* How far a job of the directory got that the page's subject waits for; nothing once it is done. */
void job_note(struct html *h, const struct outcome *o);
/* What was done to the page's subject, newest first. */
void deeds_card(struct request *rq, struct html *h, const struct deed *v, size_t n);
/* Somebody decided before: who and what (last, NULL: not known, then changed is said), and what was typed since. */
void quicker_note(struct request *rq, struct html *h, const struct deed *last, const char *changed);

#endif
