/* Forms posted by an expired session, and one's own last logins. */
#include "acts/who.h"

#include "base/text.h"

#include <string.h>

#define KEPT_MS HOUR_MS
#define BODY_MAX_KEPT ((size_t)1 << 20)
#define LOGINS_SEEN 50

static struct bytes kept_key(const struct uuid *person)
{
	return key_bytes(person->b, sizeof person->b);
}

/* Of the form nothing is kept that is a secret or belongs to the old session. */
static enum err strip(struct arena *a, struct bytes body, struct bytes *out)
{
	static const char *const secret[] = { "csrf", "reprise", "ancien", "nouveau", "confirmation", "motdepasse" };
	struct pair *v;
	size_t n, kept = 0;
	enum err e = urlencoded_parse(a, body, &v, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		bool drop = false;

		for (size_t j = 0; j < LENGTH(secret); j++)
			drop = drop || strcmp(v[i].name, secret[j]) == 0;
		if (!drop)
			v[kept++] = v[i];
	}
	*out = bytes_of(urlencoded_write(a, v, kept));
	return ERR_OK;
}

enum err kept_put(struct app *app, struct arena *a, struct uuid person, const char *path, struct bytes body)
{
	struct changeset *cs = changeset_new(a);
	struct kept k;

	if (body.n > BODY_MAX_KEPT)
		return ERR_TOOLARGE;
	codec_default(&kept_codec, &k);
	enum err e = strip(a, body, &k.body);

	if (e)
		return e;
	k.path = path;
	k.until = clock_now() + KEPT_MS;
	changeset_put(cs, TABLE_KEPT, kept_key(&person), kept_encode(a, &k));
	return changeset_commit(app->store, cs, NULL);
}

static enum err read_kept(struct app *app, struct arena *a, const struct uuid *person, struct kept *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = kept_get(&t, a, TABLE_KEPT, kept_key(person), out);

	if (!e && out->until < clock_now())
		e = ERR_NOTFOUND;
	return e;
}

enum err kept_take(struct app *app, struct arena *a, const struct visitor *who, const char *path, struct bytes *body)
{
	struct kept k;
	enum err e = read_kept(app, a, &who->person.uuid, &k);

	if (e)
		return e;
	if (strcmp(k.path, path) != 0)
		return ERR_NOTFOUND;
	struct changeset *cs = changeset_new(a);

	changeset_expect(cs, TABLE_KEPT, kept_key(&who->person.uuid), k.rev);
	changeset_delete(cs, TABLE_KEPT, kept_key(&who->person.uuid));
	e = changeset_commit(app->store, cs, NULL);
	if (!e)
		*body = k.body;
	return e == ERR_CONFLICT ? ERR_NOTFOUND : e;
}

const char *kept_path(struct app *app, struct arena *a, struct uuid person)
{
	struct kept k;

	return read_kept(app, a, &person, &k) == ERR_OK ? k.path : "";
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
