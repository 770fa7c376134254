/* Pieces the Caf's pages about providers, their people and their conventions share. */
#ifndef FCGI_PAGE_CAF_PROVIDER_H
#define FCGI_PAGE_CAF_PROVIDER_H

#include "acts/agreement.h"
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

#endif
