/* Searches. No alias is followed, no referral chased: our tree has none, and a message that says otherwise is
   skipped. */
#include "ldap/entry.h"

#include <limits.h>

struct search {
	const char *base;
	int scope;
	const char *filter;
	char **attrs;
	int limit;
};

struct found {
	struct arena *arena;
	size_t limit;
	struct entries list;
};

static const int scopes[] = {
	[SCOPE_BASE] = LDAP_SCOPE_BASE,
	[SCOPE_ONE] = LDAP_SCOPE_ONELEVEL,
	[SCOPE_SUBTREE] = LDAP_SCOPE_SUBTREE,
};

static int send_search(LDAP *ld, const void *what, int *id)
{
	const struct search *s = what;

	return ldap_search_ext(ld, s->base, s->scope, s->filter, s->attrs, 0, NULL, NULL, NULL, s->limit, id);
}

static enum err take_entry(LDAP *ld, LDAPMessage *m, void *into)
{
	struct found *found = into;
	struct entries *list = &found->list;

	if (ldap_msgtype(m) != LDAP_RES_SEARCH_ENTRY)
		return ERR_OK;
	if (list->n >= found->limit)
		return ERR_TOOLARGE;
	list->v = list_room(found->arena, list->v, list->n, sizeof *list->v);
	enum err e = entry_decode(found->arena, ld, m, &list->v[list->n]);

	if (!e)
		list->n++;
	return e;
}

/* libldap takes char ** and writes nothing there. */
static char **with_uuid(struct arena *a, const char *const *attrs)
{
	static const char *const all[] = { LDAP_ALL_USER_ATTRIBUTES, NULL };
	struct strs list = { 0 };

	for (const char *const *p = attrs ? attrs : all; *p; p++)
		strs_add(a, &list, *p);
	strs_add(a, &list, "entryUUID");
	strs_add(a, &list, NULL);
	return (char **)(uintptr_t)list.v;
}

enum err directory_search(struct directory *d, struct arena *a, const char *base, enum scope scope, const char *filter,
			  const char *const *attrs, size_t limit, struct entries *out)
{
	AUTO_ANSWER struct answer answer = { 0 };
	struct search search = { base, scopes[scope], filter, with_uuid(a, attrs), limit < INT_MAX ? (int)limit : INT_MAX };
	struct found found = { .arena = a, .limit = limit };
	struct operation op = { .name = "search", .send = send_search, .what = &search, .take = take_entry, .into = &found };
	enum err e = connection_run(d, &op, &answer);

	e = e ? e : connection_err(d, op.name, answer.code);
	if (!e)
		*out = found.list;
	return e;
}

enum err directory_read(struct directory *d, struct arena *a, const char *dn, const char *const *attrs, struct entry *out)
{
	struct entries found;
	enum err e = directory_search(d, a, dn, SCOPE_BASE, "(objectClass=*)", attrs, 1, &found);

	if (e)
		return e;
	if (!found.n)
		return ERR_NOTFOUND;
	*out = found.v[0];
	return ERR_OK;
}
