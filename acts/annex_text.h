/* Annex 1 at a day, and what changed since another, as the text that the page and the PDF print. */
#ifndef ACTS_ANNEX_TEXT_H
#define ACTS_ANNEX_TEXT_H

#include "acts/agreement_text.h"

struct annex_asked {
	const struct agreement *g;
	const struct provider *p;
	const struct caf *caf;
	day_t until, since; /* since 0: no changes are asked for */
};

MUST_USE enum err annex_text_of(struct app *app, struct arena *a, const struct annex_asked *q, struct agreement_text *out);

/* « Annexe 1 au 24 novembre 2026 » */
const char *annex_text_title(struct arena *a, day_t until);

#endif
