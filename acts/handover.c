#include "acts/handover.h"

#include "acts/agreement.h"
#include "acts/outcome.h"

#include <string.h>

enum err handover_begin(struct app *app, struct arena *a, const struct establishment *e, int64_t now, struct handover *out)
{
	const char *about = outcome_key(a, "etablissement", uuid_text(a, e->uuid), "gestion");
	struct outcome last;
	enum err failed = outcome_of(app, a, about, &last);

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	*out = (struct handover){ .about = about, .rev = failed ? REV_ABSENT : last.rev, .to = failed ? "" : last.to };
	out->under_way = !failed && strcmp(last.to, e->manager_key) != 0 && now - last.at < MIRROR_LAG;
	return ERR_OK;
}

void handover_fault(struct arena *a, struct faults *faults, const char *field, const struct establishment *e)
{
	fault_add(a, faults, field, "%s est en train de changer de gestionnaire : recommencez dans un instant", e->name);
}

static void edit_rights(struct arena *a, struct edits *x, const char *attribute, const struct strs *keys,
			const struct strs *given, const struct handover_to *to)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!to->own_stay || strcmp(dn_parent(a, keys->v[i]), to->p->key) != 0)
			edits_drop(x, attribute, keys->v[i]);
	for (size_t i = 0; i < given->n; i++)
		edits_put(x, attribute, given->v[i]);
}

enum err handover_edits(struct app *app, struct arena *a, struct edits *x, const struct establishment *e,
			const struct handover_to *to)
{
	edits_on(x, e->uuid);
	edits_set(x, "habGestionnaire", to->p->dn);
	edit_rights(a, x, "habDroitFonctionnement", &e->listing_keys, &to->listing, to);
	edit_rights(a, x, "habDroitDisponibilites", &e->places_keys, &to->places, to);
	if (!*e->manager_key || strcmp(e->manager_key, to->p->key) == 0)
		return ERR_OK;
	return agreements_leave(app, a, x, e);
}

void handover_add(struct arena *a, struct changeset *cs, const struct handover *h, const char *provider_key, int64_t now)
{
	changeset_expect(cs, TABLE_OUTCOME, bytes_of(h->about), h->rev);
	outcome_put(a, cs, h->about,
		    &(struct outcome){ .state = "done", .at = now, .to = provider_key, .what = "gestion" });
}
