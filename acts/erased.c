#include "acts/erased.h"

#include "base/text.h"

#define NAME_MOST 100 /* characters: hands may write longer ones */

static struct bytes key_of(struct arena *a, enum erased_kind kind, const char *name)
{
	return bytes_of(arena_printf(a, "%c%s", kind == ERASED_UID ? 'u' : 'n',
				     text_cut(a, text_casefold(a, name), NAME_MOST)));
}

void erased_put(struct arena *a, struct changeset *cs, enum erased_kind kind, const char *name, int64_t at)
{
	struct period his;

	if (!*name)
		return;
	period_default(&his);
	his.until = at;
	changeset_put(cs, TABLE_ERASED, key_of(a, kind, name), period_encode(a, &his));
}

enum err erased_at(struct txn *t, struct arena *a, enum erased_kind kind, const char *name, int64_t *out)
{
	struct period his;
	enum err e = period_get(t, a, TABLE_ERASED, key_of(a, kind, name), &his);

	if (e && e != ERR_NOTFOUND)
		return e;
	*out = e ? 0 : his.until;
	return ERR_OK;
}
