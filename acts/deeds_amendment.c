/* What a record of an amendment tells, as people read it: which convention, which nature, whom and where it is about. The record
   keeps codes: "kind=retrait-droit", "person=921-00001", "establishment=E0014", and of each right "right=921-00001 E0014 3". */
#include "acts/deeds.h"

#include "acts/amendment.h"
#include "acts/codes.h"
#include "base/text.h"

#include <string.h>

static const struct choice natures[] = {
	{ "personne", "ajout d’une personne" },
	{ "etablissement", "ajout d’un établissement" },
	{ "droit", "ajout d’un droit" },
	{ "retrait-droit", "retrait d’un droit" },
	{ "retrait-etablissement", "retrait d’un établissement" },
	{ NULL, NULL },
};

/* Who is gone is named by what the record has. */
static const char *person_text(struct txn *t, struct arena *a, const char *number)
{
	struct person p;

	return person_by_name(t, a, 'n', number, &p) ? number : arena_printf(a, "%s (%s)", p.name, number);
}

/* What stands before the rights is not said with each of them again. */
struct said {
	const char *person, *place;
};

static const char *right_text(struct txn *t, struct arena *a, const struct deed_right *r, const struct said *said)
{
	const char *what = families_text(r->families);

	if (strcmp(r->place, said->place) != 0)
		what = arena_printf(a, "%s sur %s", what, deed_place_text(t, a, r->place));
	return strcmp(r->number, said->person) == 0 ? what : arena_printf(a, "%s, %s", person_text(t, a, r->number), what);
}

static void add(struct buf *b, const char *text)
{
	buf_printf(b, "%s%s", b->n ? " ; " : "", text);
}

/* whose "" : everybody's. */
static void add_rights(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose,
		       const struct said *said, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < r->details.n; i++) {
		struct deed_right x;

		if (!deed_right(a, r->details.v[i], "right", &x) || (*whose && strcmp(x.number, whose) != 0))
			continue;
		if (n++ < DEED_RIGHTS_SHOWN)
			add(b, right_text(t, a, &x, said));
	}
	if (n > DEED_RIGHTS_SHOWN)
		add(b, n == DEED_RIGHTS_SHOWN + 1 ? "1 autre droit" :
						    arena_printf(a, "%zu autres droits", n - DEED_RIGHTS_SHOWN));
}

const char *deed_amendment_label(const struct audit_record *r)
{
	return amendment_is_signed(arg_of(&r->details, "kind")) ? "Avenant enregistré" : "Retrait enregistré";
}

const char *deed_amendment_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose)
{
	const char *kind = arg_of(&r->details, "kind");
	struct said said = { .person = arg_of(&r->details, "person"), .place = arg_of(&r->details, "establishment") };
	struct buf head = buf_new(a), b = buf_new(a);

	buf_printf(&head, "convention %s, %s %s", r->object_id, amendment_is_signed(kind) ? "avenant n°" : "n°",
		   arg_of(&r->details, "n"));
	if (choice_has(natures, kind))
		buf_printf(&head, ", %s", choice_label(natures, kind));
	if (*said.place)
		add(&b, deed_place_text(t, a, said.place));
	if (*said.person && !*whose)
		add(&b, person_text(t, a, said.person));
	if (*whose)
		said.person = whose;
	add_rights(t, a, r, whose, &said, &b);
	return b.n ? arena_printf(a, "%s : %s", buf_str(&head), buf_str(&b)) : buf_str(&head);
}
