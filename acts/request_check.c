/* How far each step is, and what in it holds no longer. */
#include "acts/request_rules.h"

#include "acts/caf_texts.h"
#include "base/text.h"

#include <string.h>

struct checking {
	struct app *app;
	struct arena *a;
	const struct request_draft *d;
	struct faults *faults;
	enum request_step step;
};

static void missing(struct checking *x)
{
	fault_add(x->a, x->faults, request_step_names[x->step], "Étape à terminer : %s", request_step_titles[x->step]);
}

static enum err check_caf(struct checking *x)
{
	struct caf c;
	enum err e = caf_offered(x->app, x->a, x->d->r.caf, &c);

	if (e == ERR_NOTFOUND)
		fault_add(x->a, x->faults, request_step_names[x->step],
			  "La Caf choisie ne reçoit pas de demande ici pour l’instant : choisissez-en une autre, ou écrivez-lui");
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err check_list(struct checking *x, const struct strs *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *wrong = request_wrong_establishment(x->app, x->a, &x->d->r, x->step, list->v[i]);

		if (wrong)
			fault_add(x->a, x->faults, request_step_names[x->step], "%s", wrong);
	}
	if (x->step == REQUEST_LISTING && !list->n)
		missing(x);
	return ERR_OK;
}

static enum err check_people(struct checking *x)
{
	const struct request_draft *d = x->d;

	for (size_t i = 0; i < d->n; i++) {
		struct strs listing = request_expand(&d->people[i].listing, &d->r.listing);
		struct strs places = request_expand(&d->people[i].places, &d->r.places);

		if (!listing.n && !places.n)
			fault_add(x->a, x->faults, request_step_names[x->step],
				  "Choisissez au moins un établissement pour %s",
				  request_person_name(x->a, &d->people[i]));
	}
	if (!d->n)
		missing(x);
	return ERR_OK;
}

/* Something of it was kept, without the step being saved. */
static bool is_begun(const struct request_draft *d, enum request_step step)
{
	return step == REQUEST_LISTING ? d->r.listing.n > 0 : step == REQUEST_PLACES ? d->r.places.n > 0 : false;
}

static enum err check(struct checking *x)
{
	switch (x->step) {
	case REQUEST_CAF:
		return check_caf(x);
	case REQUEST_LISTING:
		return check_list(x, &x->d->r.listing);
	case REQUEST_PLACES:
		return check_list(x, &x->d->r.places);
	case REQUEST_PEOPLE:
		return check_people(x);
	default:
		return ERR_OK;
	}
}

enum err request_step_check(struct app *app, struct arena *a, const struct request_draft *d, enum request_step step,
			    struct faults *faults, enum request_progress *out)
{
	struct faults own = { 0 };
	struct checking x = { app, a, d, faults ? faults : &own, step };
	size_t before = x.faults->n;
	bool saved = d->r.steps & 1u << step;

	if (!saved) {
		missing(&x);
		*out = is_begun(d, step) ? REQUEST_STARTED : REQUEST_TODO;
		return ERR_OK;
	}
	enum err e = check(&x);

	*out = x.faults->n > before ? REQUEST_STARTED : REQUEST_COMPLETE;
	return e;
}
