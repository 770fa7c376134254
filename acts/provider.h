/* Providers as their Caf sees them. */
#ifndef ACTS_PROVIDER_H
#define ACTS_PROVIDER_H

#include "acts/edit.h"
#include "acts/rights.h"

/* All providers of a Caf, by name. */
MUST_USE enum err providers_of(struct app *app, struct arena *a, const char *caf, struct provider **out, size_t *n);

/* Those of the visitor's Caf whose folded name, id, SIRET or address contains text, by name; page from 0. *total counts all. */
MUST_USE enum err caf_providers(struct app *app, struct arena *a, const struct visitor *who, const char *text,
				size_t page, size_t per_page, struct provider **out, size_t *n, size_t *total);

/* A provider of the visitor's own Caf. ERR_NOTFOUND otherwise; *foreign (may be NULL): the Caf whose it is, "" where there is none. */
MUST_USE enum err caf_provider_find(struct app *app, struct arena *a, const struct visitor *who, const char *id,
				    struct provider *out, const char **foreign);

/* Somebody of this provider, by his number. ERR_NOTFOUND. */
MUST_USE enum err provider_agent_find(struct app *app, struct arena *a, const struct provider *p, const char *number,
				      struct person *out);

/* The establishments it manages, by name. */
MUST_USE enum err provider_establishments(struct app *app, struct arena *a, const struct provider *p,
					  struct establishment **out, size_t *n);

/* Somebody new as the directory has it, "" : not known. */
struct provider_new {
	const char *dn, *id, *name, *siret;
	const char *street, *postal_code, *city;
	const char *mail, *phone;
};
/* Adds to x the making of the entry, active, with its address also as the one value that the mirror reads. */
void provider_make(struct arena *a, struct edits *x, const struct provider_new *p);
/* That value: postalAddress. */
const char *provider_postal_address(struct arena *a, const char *street, const char *postal_code, const char *city);

/* Who has that mail address besides p (NULL: nobody is left out). */
MUST_USE enum err people_with_mail(struct app *app, struct arena *a, const char *mail, const struct person *p,
				   struct person **out, size_t *n);

#endif
