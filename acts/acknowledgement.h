/* The acknowledgement of a request, with the mentions of CRPA R. 112-11-1: date received, service in charge with its addresses and
   phone, what silence means and from when, remedies (or the attestation of L. 232-3). */
#ifndef ACTS_ACKNOWLEDGEMENT_H
#define ACTS_ACKNOWLEDGEMENT_H

#include "acts/app.h"

/* Adds the mail to the provider's contact, whose fate outcome_of("demande/NUMBER/accuse") tells: at the sending of the request, and
   when the Caf sends it again (the date stays the one it was received on). c is the request's Caf. */
MUST_USE enum err acknowledgement_add(struct app *app, struct arena *a, struct changeset *cs,
				      const struct grant_request *r, const struct caf *c);

/* Its text, as the mail has it, for the screen. */
MUST_USE enum err acknowledgement_text(struct app *app, struct arena *a, const struct grant_request *r, const char **out);

/* Key of its outcome. */
const char *acknowledgement_key(struct arena *a, const char *number);

#endif
