/* Ending a convention by notice (art. 5): a registered letter, received three months before the due day at the latest; rights go on
   until that day. The calendar ends them. */
#ifndef ACTS_TERMINATION_H
#define ACTS_TERMINATION_H

#include "acts/agreement.h"

/* The letter: fields reference, envoyee, recue (days as typed), par (fournisseur, caf), confirmer; passee: it
   is known that it ended on the day fin (ISO). */
extern const struct form termination_form;

/* For administrators of the convention's own Caf, confirmed in the directory, where the convention is read again. Everything wrong is
   in faults: a letter received too late is told the next possible date, one recorded after the renewal it stopped that the
   convention is over. ERR_CONFLICT: it is terminated or over already, or somebody was quicker; agreement_history tells who. Outcome "convention/ENTRYUUID/resiliation". */
MUST_USE enum err agreement_terminate(struct app *app, struct arena *a, const struct visitor *who,
				      const struct agreement *g, const struct provider *p, const struct input *in,
				      struct faults *faults);

/* Takes the notice back before the due day. ERR_CONFLICT: there is none, or it took effect. */
MUST_USE enum err agreement_keep(struct app *app, struct arena *a, const struct visitor *who, const struct agreement *g,
				 const struct provider *p);

#endif
