/* Rows of rights: whom they give what. */
#include "acts/register_rows.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

const char *import_person_status(const struct import_thing *p)
{
	const char *said = p->row ? p->row->cell[PERSON_STATUS] : "";

	if (p->there && strcmp(said, "terminee") != 0)
		return p->there->is.person.status;
	return *said ? said : "active";
}

/* A convention that the file has, and that cannot be read whole, might cover it. */
static bool may_be_covered(struct import *m, const struct import_thing *provider)
{
	bool may = m->files[IMPORT_AGREEMENT].lost;

	for (size_t i = 0; !may && i < m->files[IMPORT_AGREEMENT].n; i++) {
		const struct import_row *r = &m->files[IMPORT_AGREEMENT].v[i];

		may = r->refused && (!r->thing || r->thing->parent == provider);
	}
	return may;
}

static void check_given(struct import *m, struct import_row *row, const struct import_thing *p,
			const struct import_thing *place)
{
	const char *status = import_person_status(p);
	bool several;

	if (!p->parent || p->parent != place->parent)
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "%s is no agent of the manager of %s", p->id, place->id);
	else if (!import_find(m, 'i', import_pair(m, place->parent, place), &several) && !several &&
		 !may_be_covered(m, place->parent))
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "no convention of %s in force covers %s",
			      place->parent->id, place->id);
	/* who is suspended may find his rights again */
	if (strcmp(status, "active") != 0 && strcmp(status, "suspendue") != 0)
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "%s is %s", p->id,
			      *status ? status : "of no known status");
}

static struct import_thing *either(struct import *m, struct import_row *row, size_t column, const char *kinds,
				   enum import_kind meant, const char *what)
{
	bool several = false;
	struct import_thing *t = NULL;

	for (const char *k = kinds; *k && !t && !several; k++)
		t = import_find(m, *k, *k == 'f' ? text_fold(m->arena, row->cell[column]) : row->cell[column], &several);
	if (several)
		import_refuse(m, IMPORT_RIGHT, row, column, "means more than one: give the number");
	else if ((!t || !import_is_ours(m, t)) && *row->cell[column])
		import_unknown(m, IMPORT_RIGHT, row, column, meant, what);
	return t && import_is_ours(m, t) ? t : NULL;
}

/* What the row would give: a right that was removed is not, and loses its cell. *gives: any is left. */
static enum err take_given(struct import *m, struct import_row *row, const struct import_thing *p,
			   const struct import_thing *place, bool *gives)
{
	enum err e = ERR_OK;

	*gives = false;
	for (size_t i = 0; i < 2 && !e; i++) {
		const char **cell = &row->cell[RIGHT_LISTING + i];
		bool removed;

		if (strcmp(*cell, "TRUE") != 0 || import_has_right(p, place, i))
			continue;
		e = import_is_removed(m, row, p, place, i, &removed);
		if (!e && removed)
			*cell = "";
		*gives = *gives || (!e && !removed);
	}
	return e;
}

enum err import_resolve_right(struct import *m, struct import_row *row)
{
	struct import_thing *p = either(m, row, RIGHT_PERSON, "num", IMPORT_PERSON, "no agent of this Caf");
	struct import_thing *place =
		either(m, row, RIGHT_PLACE, "ef", IMPORT_ESTABLISHMENT, "no establishment of this Caf");
	bool gives;

	if (!p || !place)
		return ERR_OK;
	if (import_known(m, 'r', import_pair(m, p, place))) {
		import_refuse(m, IMPORT_RIGHT, row, IMPORT_CELLS, "another line speaks of %s and %s", p->id, place->id);
		return ERR_OK;
	}
	row->thing = import_thing_add(m, &(struct import_thing){ .kind = IMPORT_RIGHT,
								 .row = row,
								 .id = p->id,
								 .uid = place->id,
								 .dn = p->dn,
								 .key = p->key,
								 .type = "",
								 .parent = place });
	import_name_add(m, 'r', import_pair(m, p, place), row->thing);
	import_check_class(m, IMPORT_RIGHT, row, RIGHT_PLACES, place);
	if (import_is_refused(p) || import_is_refused(place))
		return ERR_OK;
	if (strcmp(row->cell[RIGHT_PLACES], "TRUE") == 0 && strcasecmp(place->type, "eaje") != 0)
		import_refuse(m, IMPORT_RIGHT, row, RIGHT_PLACES, "only an Eaje has free places");
	enum err e = take_given(m, row, p, place, &gives);

	if (!e && gives)
		check_given(m, row, p, place);
	return e || !gives ? e : import_handover_check(m, IMPORT_RIGHT, row, RIGHT_PLACE, place);
}
