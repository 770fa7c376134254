/* Changes of entries. Their post-read control gives the entryCSN by which the access log names the same change. */
#include "ldap/controls.h"

#include <stdlib.h>

struct edit {
	const char *dn;
	LDAPMod **mods;
	LDAPControl **controls;
};

static const int kinds[] = {
	[CHANGE_ADD] = LDAP_MOD_ADD,
	[CHANGE_DELETE] = LDAP_MOD_DELETE,
	[CHANGE_REPLACE] = LDAP_MOD_REPLACE,
};

static int send_modify(LDAP *ld, const void *what, int *id)
{
	const struct edit *e = what;

	return ldap_modify_ext(ld, e->dn, e->mods, e->controls, NULL, id);
}

static int send_add(LDAP *ld, const void *what, int *id)
{
	const struct edit *e = what;

	return ldap_add_ext(ld, e->dn, e->mods, e->controls, NULL, id);
}

static int send_delete(LDAP *ld, const void *what, int *id)
{
	const struct edit *e = what;

	return ldap_delete_ext(ld, e->dn, e->controls, NULL, id);
}

/* libldap's lists end with NULL; no values at all is NULL. */
static LDAPMod **mods_of(struct arena *a, const struct change *changes, size_t n)
{
	LDAPMod **mods = arena_array(a, n + 1, LDAPMod *);

	for (size_t i = 0; i < n; i++) {
		const struct change *c = &changes[i];
		char **values = arena_array(a, c->values.n + 1, char *);

		for (size_t j = 0; j < c->values.n; j++)
			values[j] = arena_strdup(a, c->values.v[j]);
		mods[i] = arena_new_of(a, LDAPMod);
		mods[i]->mod_op = kinds[c->kind];
		mods[i]->mod_type = arena_strdup(a, c->name);
		mods[i]->mod_vals.modv_strvals = c->values.n ? values : NULL;
	}
	return mods;
}

static enum err edit(struct directory *d, struct arena *a, struct operation op, struct edit what, const char *tracking,
		     const char **csn)
{
	AUTO_ANSWER struct answer answer = { 0 };
	AUTO_CONTROLS struct controls controls = { 0 };

	controls_tracking(&controls, tracking);
	if (csn)
		controls_post_read(&controls);
	what.controls = controls.v;
	op.what = &what;
	op.writes = true;
	enum err e = connection_run(d, &op, &answer);

	e = e ? e : connection_err(d, op.name, answer.code);
	if (!e && csn)
		*csn = controls_entry_csn(a, answer.controls);
	return e;
}

enum err directory_modify(struct directory *d, struct arena *a, const char *dn, const struct change *changes, size_t n,
			  const char *tracking, const char **csn)
{
	return edit(d, a, (struct operation){ .name = "modify", .send = send_modify },
		    (struct edit){ .dn = dn, .mods = mods_of(a, changes, n) }, tracking, csn);
}

enum err directory_add(struct directory *d, struct arena *a, const char *dn, const struct change *attributes, size_t n,
		       const char *tracking, const char **csn)
{
	return edit(d, a, (struct operation){ .name = "add", .send = send_add },
		    (struct edit){ .dn = dn, .mods = mods_of(a, attributes, n) }, tracking, csn);
}

enum err directory_delete(struct directory *d, const char *dn, const char *tracking)
{
	return edit(d, NULL, (struct operation){ .name = "delete", .send = send_delete }, (struct edit){ .dn = dn },
		    tracking, NULL);
}
