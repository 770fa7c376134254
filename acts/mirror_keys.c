/* Keys of the mirror's indexes, and lists of the entryUUIDs they lead to. */
#include "acts/mirror_keys.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DN_KEY 16
#define NAME_MAX_BYTES 64

struct bytes mirror_dn_key(struct arena *a, const char *normal)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(bytes_of(normal), digest);
	return (struct bytes){ (const uint8_t *)arena_memdup(a, digest, DN_KEY), DN_KEY };
}

struct bytes mirror_name_key(struct arena *a, char kind, const char *id)
{
	const char *folded = text_casefold(a, id);
	struct buf b = buf_new(a);

	buf_byte(&b, (uint8_t)kind);
	if (strlen(folded) <= NAME_MAX_BYTES) {
		buf_text(&b, folded);
	} else {
		struct bytes digest = mirror_dn_key(a, folded);

		buf_byte(&b, 0);
		buf_add(&b, digest.p, digest.n);
	}
	return buf_bytes(&b);
}

struct bytes mirror_in_prefix(struct arena *a, char kind, const char *parent_key)
{
	return key_join(a, key_bytes(&kind, 1), mirror_dn_key(a, parent_key));
}

struct bytes mirror_in_key(struct arena *a, char kind, const char *parent_key, struct uuid child)
{
	return key_join(a, mirror_in_prefix(a, kind, parent_key), key_bytes(child.b, sizeof child.b));
}

struct bytes mirror_right_key(struct arena *a, const char *normal, struct uuid establishment)
{
	return key_join(a, mirror_dn_key(a, normal), key_bytes(establishment.b, sizeof establishment.b));
}

struct bytes mirror_mark(const char *name)
{
	return bytes_of(name);
}

enum err mirror_mark_get(struct txn *t, const char *name, struct record *out)
{
	enum err e = txn_get(t, TABLE_MIRROR_IN, mirror_mark(name), out);

	if (e == ERR_NOTFOUND)
		*out = (struct record){ BYTES_NONE, 0 };
	return or_none(e);
}

/* --- lists of entryUUIDs --- */

void uuids_add(struct arena *a, struct uuids *list, struct uuid u)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = u;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

void uuids_settle(struct uuids *list)
{
	size_t kept = 0;

	if (!list->n)
		return;
	qsort(list->v, list->n, sizeof *list->v, by_bytes);
	for (size_t i = 1; i < list->n; i++)
		if (!uuid_equal(list->v[i], list->v[kept]))
			list->v[++kept] = list->v[i];
	list->n = kept + 1;
}

bool uuids_have(const struct uuids *settled, struct uuid u)
{
	return settled->n && bsearch(&u, settled->v, settled->n, sizeof u, by_bytes);
}
