/* What a record tells of somebody's rights: who, where, which families; given or taken with an LDAP tool or by an import. The record keeps
   codes: "right_given=921-00001 E0014 3". */
#include "acts/deeds.h"

#include "base/text.h"

#include <string.h>

bool deed_right(struct arena *a, const char *detail, const char *name, struct deed_right *out)
{
	size_t n = strlen(name);
	const char *value = strncmp(detail, name, n) == 0 && detail[n] == '=' ? detail + n + 1 : "";
	const char *place = strchr(value, ' '), *families = place ? strchr(place + 1, ' ') : NULL;
	int64_t which;

	if (!families || text_to_int(families + 1, 1, FAMILY_LISTING | FAMILY_PLACES, &which))
		return false;
	*out = (struct deed_right){ .number = arena_memdup(a, value, (size_t)(place - value)),
				    .place = arena_memdup(a, place + 1, (size_t)(families - place - 1)),
				    .families = (unsigned)which };
	return true;
}

const char *deed_right_write(struct arena *a, const char *number, const char *place, unsigned families)
{
	return arena_printf(a, "%s %s %u", number, place, families);
}

const char *deed_place_text(struct txn *t, struct arena *a, const char *id)
{
	struct establishment e;

	return establishment_get_by_id(t, a, id, &e) ? id : arena_printf(a, "%s (%s)", e.name, id);
}

/* « droit donné : fonctionnement sur Les Coquelicots (E0014), places libres sur Les Lilas (E0015) » */
static void add_rights(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose,
		       const char *name, const char *one, const char *several, struct buf *b)
{
	struct buf list = buf_new(a);
	size_t n = 0;

	for (size_t i = 0; i < r->details.n; i++) {
		struct deed_right x;

		if (!deed_right(a, r->details.v[i], name, &x) || strcmp(x.number, whose) != 0)
			continue;
		if (n++ < DEED_RIGHTS_SHOWN)
			buf_printf(&list, "%s%s sur %s", list.n ? ", " : "", families_text(x.families),
				   deed_place_text(t, a, x.place));
	}
	if (n > DEED_RIGHTS_SHOWN)
		buf_printf(&list, " et %zu autre%s", n - DEED_RIGHTS_SHOWN, n > DEED_RIGHTS_SHOWN + 1 ? "s" : "");
	if (n)
		buf_printf(b, "%s%s : %s", b->n ? " ; " : "", n > 1 ? several : one, buf_str(&list));
}

const char *deed_rights_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose)
{
	struct buf b = buf_new(a);

	add_rights(t, a, r, whose, "right_given", "droit donné", "droits donnés", &b);
	add_rights(t, a, r, whose, "right_taken", "droit retiré", "droits retirés", &b);
	return buf_str(&b);
}
