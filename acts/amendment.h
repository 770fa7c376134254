/* Amendments of a convention (art. 3-2, 6). Adding somebody, an establishment or a right records the signed amendment first: both
   dates, reference; it takes effect with the later signature, which is over, so at once. Removing needs no signature. */
#ifndef ACTS_AMENDMENT_H
#define ACTS_AMENDMENT_H

#include "acts/agreement.h"

/* nature: which of them. Signatures and reference: reference, signature_fournisseur, signature_caf. Somebody new: nom, prenom,
   fonction, courriel, partage (others have that address), homonyme (one of that name is there already). agent: his number;
   etablissement: its id; gestion: its manager changes, confirmed; confirmer. The sets fonctionnement and places hold
   establishments' ids, or for a new establishment agents' numbers. */
extern const struct form amendment_form;
extern const struct choice amendment_natures[];
/* It adds, so it is signed. */
bool amendment_is_signed(const char *nature);

/* For administrators of the convention's own Caf, confirmed in the directory, where the convention is read again. One changeset:
   struct amendment, its count, a job of the directory, the record. Everything wrong is in faults (ERR_INVALID). ERR_CONFLICT: the
   convention is over, or somebody was quicker. ERR_NOTFOUND: another Caf's. ERR_MALFORMED: no such nature. Outcome "convention/ENTRYUUID/avenant". */
MUST_USE enum err agreement_amend(struct app *app, struct arena *a, const struct visitor *who, const struct agreement *g,
				  const struct provider *p, const struct input *in, struct faults *faults);

/* Oldest first. */
MUST_USE enum err amendments_of(struct app *app, struct arena *a, const struct agreement *g, struct amendment **out,
				size_t *n);

/* The establishments it covers, by name, as the mirror has them. */
MUST_USE enum err agreement_establishments(struct app *app, struct arena *a, const struct agreement *g,
					   struct establishment **out, size_t *n);

#endif
