/* Activation of a request (convention art. 3-2): the state, the numbers, the convention's record and one job of the directory that
   makes provider, people, convention and rights, in one changeset. The clerk mails each new person a temporary password once the
   entry is there (habDemandeMotDePasse). */
#ifndef ACTS_ACTIVATION_H
#define ACTS_ACTIVATION_H

#include "acts/request_review.h"

/* agreement_signed → active. ERR_INVALID with a fault « etablissements »: one of them is not in the register yet; « personnes »:
   somebody known is suspended; « convention »: its number is taken, an earlier activation of the SIRET is not written, or an
   establishment is given to somebody by an act that the mirror does not show yet (acts/handover.h);
   « gestion »: it takes establishments from another manager (request_takeovers), and take_over does not confirm that. The
   provider's other conventions in force (request_agreements) stay as they are. seen: request_takeovers_mark of what was read before,
   "" : not told; it is another one by now: ERR_CONFLICT. Outcome "demande/NUMBER/annuaire". */
MUST_USE enum err request_activate(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				   const char *seen, bool take_over, struct faults *faults);

/* Day the convention takes effect: the later of the two signatures. */
day_t request_effect(const struct grant_request *r);

#endif
