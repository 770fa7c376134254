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
	struct moment left;

	if (!*name)
		return;
	moment_default(&left);
	left.at = at;
	changeset_put(cs, TABLE_ERASED, key_of(a, kind, name), moment_encode(a, &left));
}

enum err erased_at(struct txn *t, struct arena *a, enum erased_kind kind, const char *name, int64_t *out)
{
	struct moment left;
	enum err e = moment_get(t, a, TABLE_ERASED, key_of(a, kind, name), &left);

	if (e && e != ERR_NOTFOUND)
		return e;
	*out = e ? 0 : left.at;
	return ERR_OK;
}
