/* Sessions: records under the digest of their token. Logging out and cutting a session delete it; an expired one is marked by
   the clerk (its end is an event) and stays ten hours, for the form its owner may still post. */
#include "acts/who_session.h"

#include "acts/mirror_keys.h"
#include "acts/rights.h"

#include <string.h>

#define TOUCH_MS MINUTE_MS
#define KEPT_FOR_MS (10 * HOUR_MS)
#define STEP_MS MINUTE_MS

static struct bytes session_key(const uint8_t digest[DIGEST_SIZE])
{
	return key_bytes(digest, DIGEST_SIZE);
}

static struct bytes session_of_key(struct arena *a, struct uuid person, const uint8_t digest[DIGEST_SIZE])
{
	return key_join(a, key_bytes(person.b, sizeof person.b), session_key(digest));
}

static int64_t idle_ms(const struct settings *s)
{
	return s->session_idle_min * MINUTE_MS;
}

static int64_t absolute_ms(const struct settings *s)
{
	return s->session_absolute_h * HOUR_MS;
}

/* Seen in the future: the clock stepped back, and no session is prolonged by that. */
const char *session_over(const struct settings *s, const struct session *x, int64_t now)
{
	int64_t idle = x->seen + idle_ms(s), absolute = x->created + absolute_ms(s);

	if (now >= idle && idle < absolute)
		return "idle"; /* whenever it is seen */
	if (now >= absolute)
		return "absolute";
	return x->ended || now < x->seen - STEP_MS ? "idle" : NULL;
}

static bool ended_lately(const struct settings *s, const struct session *x, int64_t now)
{
	int64_t idle = x->seen + idle_ms(s), absolute = x->created + absolute_ms(s);

	return now - (idle < absolute ? idle : absolute) < KEPT_FOR_MS;
}

/* --- roles --- */

unsigned group_role(const struct group *g, const struct person *p)
{
	bool national = !*g->caf;

	if (p->agent || strcmp(p->status, "active") != 0 || (!national && strcmp(g->caf, p->caf) != 0))
		return 0;
	if (strcmp(g->role, "valideurs") == 0)
		return national ? 0 : ROLE_CAF_REVIEWER;
	if (strcmp(g->role, "administrateurs") == 0)
		return national ? ROLE_OPERATOR : ROLE_CAF_ADMIN;
	if (strcmp(g->role, "auditeurs") == 0)
		return national ? ROLE_NATIONAL_AUDITOR : ROLE_CAF_AUDITOR;
	return 0;
}

static enum err staff_roles(struct txn *t, struct arena *a, const struct person *p, unsigned *out)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_MEMBER, mirror_dn_key(a, p->key));

	*out = 0;
	while (scan_next(&s)) {
		struct group g;
		enum err e = group_get(t, a, TABLE_MIRROR_GROUP, tail_of(s.key, sizeof(struct uuid)), &g);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (!e && strs_has(&g.member_keys, p->key))
			*out |= group_role(&g, p);
	}
	return t->err;
}

enum err visitor_fill_in(struct txn *t, struct arena *a, const struct person *p, struct visitor *who)
{
	enum err e = ERR_OK;

	codec_default(&provider_codec, &who->provider);
	codec_default(&caf_codec, &who->caf);
	who->roles = 0;
	if (p->agent) {
		e = provider_by_key(t, a, p->provider_key, &who->provider);
		who->roles = !e && strcmp(p->status, "active") == 0 ? ROLE_AGENT : 0;
		e = or_none(e);
	} else {
		e = staff_roles(t, a, p, &who->roles);
	}
	if (!e && *p->caf)
		e = or_none(caf_by_code(t, a, p->caf, &who->caf));
	if (e)
		return e;
	who->person = *p;
	who->known = true;
	return ERR_OK;
}

enum err visitor_fill(struct app *app, struct arena *a, const struct person *p, struct visitor *who)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return visitor_fill_in(&t, a, p, who);
}

/* --- finding one's session --- */

/* Fills session and digest; ERR_LOGIN. */
static enum err read_session(struct txn *t, struct arena *a, const char *token, struct visitor *who)
{
	uint8_t raw[32];

	if (secret_token_parse(token, raw))
		return ERR_LOGIN;
	secret_digest((struct bytes){ raw, sizeof raw }, who->session_digest);
	secret_wipe(raw, sizeof raw);
	enum err e = session_get(t, a, TABLE_SESSION, session_key(who->session_digest), &who->session);

	return e == ERR_NOTFOUND ? ERR_LOGIN : e;
}

/* ERR_LOGIN: the password it was opened with was taken back since. */
static enum err check_first_login(struct txn *t, struct arena *a, const struct session *x)
{
	struct temp_password temp = { .since = 0 };
	enum err e =
		or_none(temp_password_get(t, a, TABLE_TEMP_PASSWORD, key_bytes(x->person.b, sizeof x->person.b), &temp));

	return e ? e : x->created <= temp.since ? ERR_LOGIN : ERR_OK;
}

static enum err read_visitor(struct app *app, struct arena *a, const char *token, int64_t now, struct visitor *who,
			     bool *expired)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct person p;
	enum err e = read_session(&t, a, token, who);

	if (e)
		return e;
	struct uuid person = who->session.person;

	e = person_get(&t, a, TABLE_MIRROR_PERSON, key_bytes(person.b, sizeof person.b), &p);
	if (e || strcmp(p.status, "active") != 0)
		return e && e != ERR_NOTFOUND ? e : ERR_LOGIN;
	if (session_over(app->settings, &who->session, now)) {
		who->person.uuid = person;
		*expired = ended_lately(app->settings, &who->session, now);
		return ERR_LOGIN;
	}
	if (who->session.must_change && (e = check_first_login(&t, a, &who->session)))
		return e;
	return visitor_fill_in(&t, a, &p, who);
}

/* Lost when the writer is away: the session then ends earlier, and a page is answered all the same. */
static void touch(struct app *app, struct arena *a, struct visitor *who, int64_t now)
{
	struct changeset *cs = act_changeset(app, a, who);
	struct bytes key = session_key(who->session_digest);
	struct session x = who->session;
	uint64_t rev;

	x.seen = now;
	changeset_expect(cs, TABLE_SESSION, key, x.rev);
	changeset_put(cs, TABLE_SESSION, key, session_encode(a, &x));
	if (changeset_commit(app->store, cs, &rev))
		return;
	x.rev = rev;
	who->session = x;
}

enum err session_find(struct app *app, struct arena *a, const char *token, struct visitor *who, bool *expired)
{
	int64_t now = visitor_now(who);

	*expired = false;
	enum err e = read_visitor(app, a, token, now, who, expired);

	if (e)
		return e;
	if (now - who->session.seen >= TOUCH_MS)
		touch(app, a, who, now);
	return ERR_OK;
}

/* --- making and ending --- */

const char *session_add(struct arena *a, struct changeset *cs, struct visitor *who, int64_t now, bool must_change,
			int64_t previous_login)
{
	const char *token = secret_token(a);
	struct session x;
	uint8_t raw[32];

	codec_default(&session_codec, &x);
	x.person = who->person.uuid;
	x.created = x.seen = now;
	x.csrf = secret_token(a);
	x.must_change = must_change;
	x.address = who->address ? who->address : "";
	x.user_agent = who->user_agent ? who->user_agent : "";
	x.previous_login = previous_login;
	if (secret_token_parse(token, raw) == ERR_OK)
		secret_digest((struct bytes){ raw, sizeof raw }, who->session_digest);
	secret_wipe(raw, sizeof raw);
	changeset_put(cs, TABLE_SESSION, session_key(who->session_digest), session_encode(a, &x));
	changeset_put(cs, TABLE_SESSION_OF, session_of_key(a, x.person, who->session_digest), BYTES_NONE);
	who->session = x;
	return token;
}

static void drop(struct arena *a, struct changeset *cs, struct uuid person, const uint8_t digest[DIGEST_SIZE])
{
	changeset_delete(cs, TABLE_SESSION, session_key(digest));
	changeset_delete(cs, TABLE_SESSION_OF, session_of_key(a, person, digest));
}

/* One of a person's sessions. */
struct found_session {
	struct bytes digest;
	int64_t seen;
	bool alive;
};

static bool next_session(struct app *app, struct arena *a, struct txn *t, struct scan *s, int64_t now,
			 struct found_session *out)
{
	struct session x;

	do {
		if (!scan_next(s))
			return false;
		out->digest = tail_of(s->key, DIGEST_SIZE);
	} while (!out->digest.n);
	enum err e = session_get(t, a, TABLE_SESSION, out->digest, &x);

	if (e && e != ERR_NOTFOUND) {
		t->err = e;
		return false;
	}
	out->alive = !e && !session_over(app->settings, &x, now);
	out->seen = out->alive ? x.seen : 0;
	return true;
}

enum err sessions_drop(struct app *app, struct arena *a, struct changeset *cs, struct uuid person,
		       const uint8_t but[DIGEST_SIZE], int64_t now, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_SESSION_OF, key_bytes(person.b, sizeof person.b));
	struct found_session x;

	*n = 0;
	while (next_session(app, a, &t, &s, now, &x)) {
		if (but && memcmp(x.digest.p, but, DIGEST_SIZE) == 0)
			continue;
		*n += x.alive;
		drop(a, cs, person, x.digest.p);
	}
	return t.err;
}

enum err sessions_make_room(struct app *app, struct arena *a, struct changeset *cs, struct uuid person, int64_t now,
			    size_t *left, bool *ended)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_SESSION_OF, key_bytes(person.b, sizeof person.b));
	struct found_session x, least_used = { .seen = INT64_MAX };

	*left = 0;
	while (next_session(app, a, &t, &s, now, &x)) {
		*left += x.alive;
		if (x.alive && x.seen < least_used.seen)
			least_used = x; /* its digest stands in the map while t is open */
	}
	*ended = *left >= SESSIONS_MAX;
	if (*ended) {
		drop(a, cs, person, least_used.digest.p);
		--*left;
	}
	return t.err;
}

enum err logout(struct app *app, struct arena *a, const struct visitor *who)
{
	struct changeset *cs = act_changeset(app, a, who);
	struct audit_record r = act_record(a, who, EVENT_LOGOUT);

	drop(a, cs, who->person.uuid, who->session_digest);
	changeset_audit(cs, &r);
	return changeset_commit(app->store, cs, NULL);
}
