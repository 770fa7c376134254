/* Forms posted by an expired session, and one's own last logins. */
#include "acts/who.h"

#include "base/secret.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MS HOUR_MS
#define KEPT_MAX 8 /* of a person: more drop the one that ends first */
#define BODY_MAX_KEPT ((size_t)1 << 20)
#define LOGINS_SEEN 50

static struct bytes person_key(const struct uuid *person)
{
	return key_bytes(person->b, sizeof person->b);
}

/* The newest of each path: person, then 8 bytes of the path's digest. */
static struct bytes kept_key(struct arena *a, const struct uuid *person, const char *path)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(bytes_of(path), digest);
	return key_join(a, person_key(person), key_bytes(digest, 8));
}

/* Without what belongs to the old session. ERR_DENIED: it has a password, and a form is not shown again in part. */
static enum err strip(struct arena *a, struct bytes body, struct bytes *out)
{
	static const char *const secret[] = { "ancien", "nouveau", "confirmation", "mot_de_passe" };
	struct pair *v;
	size_t n, kept = 0;
	enum err e = urlencoded_parse(a, body, &v, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < LENGTH(secret); j++)
			if (strcmp(v[i].name, secret[j]) == 0)
				return ERR_DENIED;
		if (strcmp(v[i].name, "csrf") != 0 && strcmp(v[i].name, "reprise") != 0)
			v[kept++] = v[i];
	}
	*out = bytes_of(urlencoded_write(a, v, kept));
	return ERR_OK;
}

struct kept_list {
	struct kept v[KEPT_MAX];
	size_t n;
};

static int newest_first(const void *x, const void *y)
{
	const struct kept *k = x, *l = y;

	return (k->until < l->until) - (k->until > l->until);
}

/* Those that are not over, newest first. */
static enum err read_kept(struct app *app, struct arena *a, const struct uuid *person, struct kept_list *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_KEPT, person_key(person));
	struct kept k;
	enum err e = ERR_OK;

	out->n = 0;
	while (!e && out->n < KEPT_MAX && scan_next(&s)) {
		e = kept_decode(a, s.record.payload, &k);
		k.rev = s.record.rev;
		if (!e && k.until >= clock_now())
			out->v[out->n++] = k;
	}
	qsort(out->v, out->n, sizeof *out->v, newest_first);
	return e ? e : t.err;
}

enum err kept_put(struct app *app, struct arena *a, struct uuid person, const char *path, struct bytes body)
{
	struct changeset *cs = changeset_new(a);
	struct kept_list all;
	struct kept k;

	if (body.n > BODY_MAX_KEPT)
		return ERR_TOOLARGE;
	codec_default(&kept_codec, &k);
	enum err e = strip(a, body, &k.body);

	if (!e)
		e = read_kept(app, a, &person, &all);
	if (e)
		return e;
	if (all.n == KEPT_MAX)
		changeset_delete(cs, TABLE_KEPT, kept_key(a, &person, all.v[KEPT_MAX - 1].path));
	k.path = path;
	k.until = clock_now() + KEPT_MS;
	changeset_put(cs, TABLE_KEPT, kept_key(a, &person, path), kept_encode(a, &k));
	return changeset_commit(app->store, cs, NULL);
}

enum err kept_take(struct app *app, struct arena *a, const struct visitor *who, const char *path, struct bytes *body)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key = kept_key(a, &who->person.uuid, path);
	struct kept_list all;
	size_t i = 0;
	enum err e = read_kept(app, a, &who->person.uuid, &all);

	while (!e && i < all.n && strcmp(all.v[i].path, path) != 0)
		i++;
	if (e || i == all.n)
		return e ? e : ERR_NOTFOUND;
	changeset_expect(cs, TABLE_KEPT, key, all.v[i].rev);
	changeset_delete(cs, TABLE_KEPT, key);
	e = changeset_commit(app->store, cs, NULL);
	if (!e)
		*body = all.v[i].body;
	return e == ERR_CONFLICT ? ERR_NOTFOUND : e;
}

struct strs kept_paths(struct app *app, struct arena *a, struct uuid person)
{
	struct strs paths = { NULL, 0 };
	struct kept_list all;

	if (read_kept(app, a, &person, &all))
		return paths;
	for (size_t i = 0; i < all.n; i++)
		strs_add(a, &paths, all.v[i].path);
	return paths;
}

enum err kept_drop(struct app *app, struct arena *a, struct changeset *cs, const struct uuid *person)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_KEPT, person_key(person));

	while (scan_next(&s))
		changeset_delete(cs, TABLE_KEPT, key_bytes(arena_memdup(a, s.key.p, s.key.n), s.key.n));
	return t.err;
}

static bool is_current(const struct visitor *who, const struct audit_record *r)
{
	uint8_t head[8];

	return *r->session && text_unhex(r->session, head, sizeof head) == ERR_OK &&
	       memcmp(head, who->session_digest, sizeof head) == 0;
}

static bool is_personal(const struct audit_record *r)
{
	return strcmp(r->event, event_code(EVENT_PASSWORD_CHANGE)) == 0 ||
	       (strcmp(r->event, event_code(EVENT_LOGIN)) == 0 && !*arg_of(&r->details, "must_change"));
}

enum err personal_password_logged(struct app *app, struct arena *a, struct uuid person, bool *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct audit_query q = { .person = &person, .event_class = EVENT_CONNECTION, .failed = 0, .limit = LOGINS_SEEN };
	struct audit_page page;
	enum err e = audit_find(&t, a, &q, &page);

	*out = false;
	for (size_t i = 0; !e && i < page.n; i++)
		*out = *out || is_personal(&page.v[i]);
	return e;
}

enum err logins_recent(struct app *app, struct arena *a, const struct visitor *who, size_t limit,
		       struct session_line **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct audit_query q = {
		.person = &who->person.uuid,
		.event = event_code(EVENT_LOGIN),
		.event_class = -1,
		.failed = -1,
		.limit = limit,
	};
	struct audit_page page;
	enum err e = audit_find(&t, a, &q, &page);

	if (e)
		return e;
	struct session_line *lines = arena_array(a, page.n, struct session_line);

	for (size_t i = 0; i < page.n; i++) {
		const struct audit_record *r = &page.v[i];

		lines[i] = (struct session_line){ .at = r->time,
						  .address = r->address,
						  .user_agent = r->user_agent,
						  .current = is_current(who, r),
						  .failed = r->failed,
						  .cause = r->cause };
	}
	*out = lines;
	*n = page.n;
	return ERR_OK;
}
