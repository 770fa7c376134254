/* The same rule fed by the directory as it is now: before each write. */
#include "acts/mirror.h"
#include "acts/rights.h"

#include <string.h>

#define AGREEMENTS_MAX 200

/* Nobody may write when the directory has no answer; what it no longer has is no right. */
static enum err closed(enum err e)
{
	return e == ERR_NOTFOUND || e == ERR_MALFORMED || e == ERR_CORRUPT ? ERR_DENIED : e;
}

static enum err read_person(struct app *app, struct arena *a, const struct visitor *who, struct person *out)
{
	struct entry entry;
	enum err e = directory_read(app->web, a, who->person.dn, mirror_person_attributes, &entry);

	if (!e)
		e = mirror_person(a, &entry, out);
	/* another entry under the same name is another person */
	if (!e && !uuid_equal(out->uuid, who->person.uuid))
		e = ERR_NOTFOUND;
	if (!e && strcmp(out->status, "active") != 0)
		e = ERR_NOTFOUND;
	return e;
}

static enum err read_agreements(struct app *app, struct arena *a, const char *provider_dn, struct agreements *out)
{
	struct entries found;
	enum err e = directory_search(app->web, a, provider_dn, SCOPE_ONE,
				      filter_equal(a, "objectClass", "habConvention"), NULL, AGREEMENTS_MAX, &found);

	*out = (struct agreements){ 0 };
	for (size_t i = 0; !e && i < found.n; i++) {
		struct agreement g;

		if (mirror_agreement(a, &found.v[i], &g) == ERR_OK)
			agreements_add(a, out, &g);
	}
	return e;
}

enum err right_confirm(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		       enum family family)
{
	struct person person;
	struct entry entry;
	struct establishment now;
	struct provider provider;
	struct agreements agreements;

	if (!app->web)
		return ERR_UNAVAILABLE;
	enum err failed = read_person(app, a, who, &person);

	if (!failed)
		failed = directory_read(app->web, a, e->dn, NULL, &entry);
	if (!failed)
		failed = mirror_establishment(a, &entry, &now);
	if (!failed && !uuid_equal(now.uuid, e->uuid))
		failed = ERR_NOTFOUND;
	if (!failed)
		failed = directory_read(app->web, a, person.provider_key, NULL, &entry);
	if (!failed)
		failed = mirror_provider(a, &entry, &provider);
	if (!failed)
		failed = read_agreements(app, a, entry.dn, &agreements);
	if (failed)
		return closed(failed);
	return right_families(&person, &now, &provider, &agreements, day_today()) & family ? ERR_OK : ERR_DENIED;
}

enum err role_confirm(struct app *app, struct arena *a, const struct visitor *who, enum role role)
{
	static const char *const attributes[] = { "objectClass", "cn", "member", NULL };
	struct person person;
	struct entries groups;
	unsigned roles = 0;

	if (!app->web)
		return ERR_UNAVAILABLE;
	enum err e = read_person(app, a, who, &person);

	if (!e)
		e = directory_search(app->web, a, app->settings->ldap_suffix, SCOPE_SUBTREE,
				     filter_and(a, filter_equal(a, "objectClass", "groupOfNames"),
						filter_equal(a, "member", person.dn), NULL),
				     attributes, AGREEMENTS_MAX, &groups);
	if (e)
		return closed(e);
	for (size_t i = 0; i < groups.n; i++) {
		struct group g;

		if (mirror_group(a, &groups.v[i], &g) == ERR_OK && strs_has(&g.member_keys, person.key))
			roles |= group_role(&g, &person);
	}
	return roles & role ? ERR_OK : ERR_DENIED;
}

enum err agent_confirm(struct app *app, struct arena *a, const struct visitor *who)
{
	struct person person;

	if (!app->web)
		return ERR_UNAVAILABLE;
	enum err e = read_person(app, a, who, &person);

	if (!e && (!person.agent || strcmp(person.provider_key, who->provider.key) != 0))
		e = ERR_NOTFOUND;
	return closed(e);
}
