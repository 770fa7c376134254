#include "ldap/entry.h"

#include <string.h>
#include <strings.h>

void *list_room(struct arena *a, void *v, size_t n, size_t size)
{
	if (n & (n - 1))
		return v;
	void *longer = arena_alloc(a, (n ? n * 2 : 1) * size);

	if (n)
		memcpy(longer, v, n * size);
	return longer;
}

struct bytes copy_of(struct arena *a, const struct berval *v)
{
	return (struct bytes){ (const uint8_t *)arena_memdup(a, v->bv_val, v->bv_len), v->bv_len };
}

static bool has_nul(struct bytes b)
{
	return b.n && memchr(b.p, 0, b.n);
}

static struct attribute attribute_of(struct arena *a, const struct berval *name, const struct berval *values)
{
	struct attribute t = { .name = (const char *)copy_of(a, name).p };

	while (values && values[t.n].bv_val)
		t.n++;
	t.v = arena_array(a, t.n, struct bytes);
	for (size_t i = 0; i < t.n; i++)
		t.v[i] = copy_of(a, &values[i]);
	return t;
}

static enum err take_uuid(const struct attribute *t, struct uuid *out)
{
	if (t->n != 1 || has_nul(t->v[0]) || uuid_parse((const char *)t->v[0].p, out))
		return ERR_CORRUPT;
	return ERR_OK;
}

static enum err add_attribute(struct arena *a, struct entry *e, const struct berval *name, const struct berval *values)
{
	struct attribute t = attribute_of(a, name, values);

	if (strcasecmp(t.name, "entryUUID") == 0)
		return take_uuid(&t, &e->uuid);
	e->v = list_room(a, e->v, e->n, sizeof *e->v);
	e->v[e->n++] = t;
	return ERR_OK;
}

enum err entry_decode(struct arena *a, LDAP *ld, LDAPMessage *m, struct entry *out)
{
	struct entry entry = { 0 };
	struct berval dn = { 0 }, name = { 0 };
	struct berval *values = NULL;
	BerElement *ber = NULL;
	int rc = ldap_get_dn_ber(ld, m, &ber, &dn);
	enum err e = rc ? ERR_CORRUPT : ERR_OK;

	while (!e && (rc = ldap_get_attribute_ber(ld, m, ber, &name, &values)) == LDAP_SUCCESS && name.bv_val) {
		e = add_attribute(a, &entry, &name, values);
		ber_memfree(values);
		values = NULL;
	}
	if (!e && !rc) {
		struct bytes text = copy_of(a, &dn);

		entry.dn = (const char *)text.p;
		e = has_nul(text) ? ERR_CORRUPT : ERR_OK;
	}
	/* its bytes are the message's */
	ber_free(ber, 0);
	if (e || rc)
		return ERR_CORRUPT;
	*out = entry;
	return ERR_OK;
}

static const struct attribute *find(const struct entry *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcasecmp(e->v[i].name, name) == 0)
			return &e->v[i];
	return NULL;
}

const char *entry_text(const struct entry *e, const char *name)
{
	const struct attribute *t = find(e, name);

	return t && t->n == 1 && !has_nul(t->v[0]) ? (const char *)t->v[0].p : NULL;
}

struct strs entry_texts(struct arena *a, const struct entry *e, const char *name)
{
	const struct attribute *t = find(e, name);
	struct strs out = { 0 };

	for (size_t i = 0; t && i < t->n; i++)
		if (!has_nul(t->v[i]))
			strs_add(a, &out, (const char *)t->v[i].p);
	return out;
}

bool entry_is(const struct entry *e, const char *class)
{
	const struct attribute *t = find(e, "objectClass");

	for (size_t i = 0; t && i < t->n; i++)
		if (!has_nul(t->v[i]) && strcasecmp((const char *)t->v[i].p, class) == 0)
			return true;
	return false;
}
