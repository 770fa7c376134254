#include "acts/agent_new.h"

#include "acts/erased.h"
#include "acts/mirror_keys.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define UID_LEAST 3
#define UID_MOST 32
#define TAIL_MOST 5 /* digits kept free for namesakes */

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Letters and digits of ASCII, in lower case, without accents. */
static const char *plain(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, text_fold(a, s)), *to = out;

	for (const char *from = out; *from; from++)
		if (is_letter(*from) || (*from >= '0' && *from <= '9'))
			*to++ = *from;
	*to = '\0';
	return out;
}

static bool fits(const char *uid)
{
	return is_letter(*uid) && strlen(uid) >= UID_LEAST;
}

/* First letter and surname, as the directory's people have it; a common word where nothing can be written so. */
static const char *base_of(struct arena *a, const char *given_name, const char *surname)
{
	const char *given = plain(a, given_name), *last = plain(a, surname);
	const char *uid = *given ? arena_printf(a, "%c.%s", *given, last) : last;

	return *last && fits(uid) ? uid : "agent";
}

const char *agent_uid(struct arena *a, const char *given_name, const char *surname, unsigned n)
{
	const char *base = base_of(a, given_name, surname);

	if (n <= 1)
		return text_cut(a, base, UID_MOST);
	return arena_printf(a, "%.*s%u", UID_MOST - TAIL_MOST, base, n);
}

/* What was given once stays taken, also while the entry has not come yet; once it is gone, acts/erased.h says so. */
static struct bytes taken_key(struct arena *a, const char *uid)
{
	return bytes_of(arena_printf(a, "uid %s", uid));
}

static enum err is_free(struct app *app, struct arena *a, const struct agents_new *n, const char *uid, bool *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;
	int64_t gone = 0;
	enum err e = txn_get(&t, TABLE_MIRROR_NAME, mirror_name_key(a, 'u', uid), &rec);

	if (e == ERR_NOTFOUND)
		e = txn_get(&t, TABLE_COUNTER, taken_key(a, uid), &rec);
	*out = e == ERR_NOTFOUND && !strs_has(&n->uids, uid);
	if (*out)
		e = erased_at(&t, a, ERASED_UID, uid, &gone);
	*out = *out && !gone;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err agents_new_begin(struct app *app, struct arena *a, const char *caf, day_t day, const char *provider_dn,
			  struct agents_new *out)
{
	*out = (struct agents_new){ .provider_dn = provider_dn };
	return numbers_begin(app, a, NUMBER_AGENT, caf, day, &out->numbers);
}

enum err agents_new_uid(struct app *app, struct arena *a, struct agents_new *n, const char *given_name,
			const char *surname, const char **out)
{
	bool free = false;
	enum err e = ERR_OK;

	for (unsigned i = 1; !e && !free; i++) {
		*out = agent_uid(a, given_name, surname, i);
		e = is_free(app, a, n, *out, &free);
	}
	if (!e)
		strs_add(a, &n->uids, *out);
	return e;
}

enum err agents_new_take(struct app *app, struct arena *a, struct agents_new *n, const char *uid, bool *free)
{
	enum err e = is_free(app, a, n, uid, free);

	if (!e)
		strs_add(a, &n->uids, uid);
	return e;
}

void agent_new_make(struct arena *a, struct edits *x, const struct agent_new *p)
{
	const char *name = arena_printf(a, "%s %s", p->given_name, p->surname);
	const struct {
		const char *attribute, *value;
	} all[] = {
		{ "uid", p->uid },
		{ "cn", name },
		{ "sn", p->surname },
		{ "givenName", p->given_name },
		{ "displayName", name },
		{ "title", p->title },
		{ "mail", p->mail },
		{ "telephoneNumber", p->phone },
		{ "preferredLanguage", "fr" },
		{ "habAgentNumero", p->number },
		{ "habStatut", p->status },
		{ "habDemandeMotDePasse", p->mailed ? "TRUE" : "" },
	};

	edits_make(x, p->dn, "inetOrgPerson habAgent");
	for (size_t i = 0; i < LENGTH(all); i++)
		if (*all[i].value)
			edits_first(x, all[i].attribute, all[i].value);
}

enum err agents_new_add(struct app *app, struct arena *a, struct agents_new *n, struct edits *x,
			struct request_person *p, const char **dn)
{
	enum err e = agents_new_uid(app, a, n, p->given_name, p->surname, &p->uid);

	if (!e)
		e = numbers_next(app, a, &n->numbers, &p->number);
	if (e)
		return e;
	*dn = dn_child(a, "uid", p->uid, n->provider_dn);
	agent_new_make(a, x,
		       &(struct agent_new){ .dn = *dn,
					    .uid = p->uid,
					    .number = p->number,
					    .given_name = p->given_name,
					    .surname = p->surname,
					    .title = p->title,
					    .mail = p->mail,
					    .phone = "",
					    .status = "active",
					    .mailed = true });
	return ERR_OK;
}

void agents_new_end(struct arena *a, struct changeset *cs, const struct agents_new *n)
{
	struct counter once;

	counter_default(&once);
	once.last = 1;
	for (size_t i = 0; i < n->uids.n; i++) {
		struct bytes key = taken_key(a, n->uids.v[i]);

		changeset_expect(cs, TABLE_COUNTER, key, REV_ABSENT);
		changeset_put(cs, TABLE_COUNTER, key, counter_encode(a, &once));
	}
	if (n->uids.n)
		numbers_end(a, cs, &n->numbers);
}
