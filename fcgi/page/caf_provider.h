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

/* One box to tick, value "oui", with what is wrong with it. */
void check_box(struct request *rq, struct html *h, const char *name, const char *label);

/* Whether somebody's access is open. */
struct tag_of access_tag(const char *status);
struct tag_of agreement_tag(const struct agreement *g);

/* A table of conventions: number, provider (NULL lines' own), dates, state. */
void agreements_table(struct request *rq, struct html *h, const char *caption, const struct agreement_line *v, size_t n,
		      bool with_provider);

/* « Page 2 sur 9 » with links that keep the query: name, value, …, NULL. */
void pages_of(struct request *rq, struct html *h, const char *path, const char *label, int64_t page, size_t total,
	      size_t per_page, const char *name, const char *value, const char *name2, const char *value2);

/* "page" of the query, 1 where it is not given. ERR_MALFORMED. */
MUST_USE enum err page_number(struct request *rq, int64_t *out);

#endif
