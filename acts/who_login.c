/* One login. The same work for every refusal: a search, a bind (a decoy where there is nobody to bind as), one Argon2id,
   one changeset. What can be known of an account is told to the log only. Whom the mirror knows is bound at once, and searched
   only when that is no plain yes: a login that succeeds needs no search. */
#include "acts/who_session.h"

#include "acts/mirror.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>

#define IDENTIFIER_MAX 254
#define PASSWORD_MAX 1024
#define COMMIT_TRIES 20 /* a delay begins before as many have failed at once */
#define ACCOUNT_DIGEST 8

struct attempt {
	struct app *app;
	struct arena *arena;
	const struct visitor *from;
	const char *identifier;
	struct bytes password; /* none when no bind is worth it */
	const char *tracking;
	int64_t now;
	bool found;    /* who is the account */
	bool mirrored; /* as the mirror says; not looked up yet */
	bool closing;  /* the access was closed, and the directory does not say so yet */
	struct visitor who;
	int64_t changed_at; /* pwdChangedTime; 0: unknown */
	bool reset;         /* pwdReset: what he has is not his own */
	struct bytes account_key, address_key;
	struct throttle account, address;
	struct temp_password temp; /* rev 0: none */
	bool tried_temp;
	const char *cause;
};

/* --- the account --- */

static enum err take_account(struct attempt *t, const struct entry *entry)
{
	struct person p;

	if (mirror_person(t->arena, entry, &p))
		return ERR_OK;
	t->found = true;
	t->changed_at = mirror_time(entry, "pwdChangedTime");
	t->reset = mirror_true(entry, "pwdReset");
	return visitor_fill(t->app, t->arena, &p, &t->who);
}

/* Several entries for one identifier are nobody; but whoever left keeps his address for a year, and may be back with another entry. */
static enum err choose(struct attempt *t, const struct entries *found)
{
	struct person *v = arena_array(t->arena, found->n, struct person);
	const struct person *one;

	for (size_t i = 0; i < found->n; i++)
		if (mirror_person(t->arena, &found->v[i], &v[i]))
			return ERR_OK;
	one = person_of_mail(v, found->n);
	return one ? take_account(t, &found->v[one - v]) : ERR_OK;
}

static enum err search(struct attempt *t, const char *which, size_t most)
{
	struct arena *a = t->arena;
	struct entries found = { 0 };
	const char *people = filter_or(a, filter_equal(a, "objectClass", "habAgent"),
				       filter_equal(a, "objectClass", "habPersonnel"), NULL);
	enum err e = directory_search(t->app->web, a, t->app->settings->ldap_suffix, SCOPE_SUBTREE,
				      filter_and(a, which, people, NULL), mirror_person_attributes, most, &found);

	if (e == ERR_TOOLARGE || e == ERR_NOTFOUND || e == ERR_INVALID)
		return ERR_OK;
	if (e || !found.n)
		return e;
	return found.n == 1 ? take_account(t, &found.v[0]) : choose(t, &found);
}

static enum err find_account(struct attempt *t)
{
	struct arena *a = t->arena;
	const char *typed = t->identifier;

	if (!*typed || strlen(typed) > IDENTIFIER_MAX)
		return ERR_OK;
	enum err e =
		search(t, filter_or(a, filter_equal(a, "uid", typed), filter_equal(a, "habAgentNumero", typed), NULL), 1);

	if (!e && !t->found && strchr(typed, '@'))
		e = search(t, filter_equal(a, "mail", typed), MAIL_PEOPLE_MOST);
	return e;
}

/* By its uid or number, active as far as the mirror knows. Everybody else is searched. */
static enum err find_mirrored(struct attempt *t)
{
	AUTO_TXN struct txn r = txn_read(t->app->store, STORE_MAIN);
	struct person by_uid, by_number;

	if (!*t->identifier || strlen(t->identifier) > IDENTIFIER_MAX)
		return ERR_OK;
	enum err e = person_by_name(&r, t->arena, 'u', t->identifier, &by_uid);
	enum err numbered = person_by_name(&r, t->arena, 'n', t->identifier, &by_number);
	const struct person *p = !e ? &by_uid : &by_number;

	if (r.err || (e && numbered) || (!e && !numbered && !uuid_equal(by_uid.uuid, by_number.uuid)) ||
	    strcmp(p->status, "active") != 0)
		return r.err;
	t->found = t->mirrored = true;
	return visitor_fill_in(&r, t->arena, p, &t->who);
}

static enum err find(struct attempt *t)
{
	if (!t->app->web)
		return ERR_UNAVAILABLE;
	enum err e = app_fresh(t->app) ? ERR_OK : find_mirrored(t);

	return e || t->found ? e : find_account(t);
}

/* Whoever sits there with a session is not yet who logs in. */
static void forget(struct attempt *t)
{
	t->found = t->mirrored = false;
	t->who = *t->from;
	t->who.known = false;
	t->who.session = (struct session){ 0 };
}

/* What the directory says of who was bound as the mirror had it. ERR_CONFLICT: of somebody else, and all begins again. */
static enum err look_up(struct attempt *t)
{
	struct uuid uuid = t->who.person.uuid;
	const char *dn = t->who.person.dn;

	forget(t);
	enum err e = find_account(t);

	if (e)
		return e;
	return t->found && uuid_equal(t->who.person.uuid, uuid) && strcmp(t->who.person.dn, dn) == 0 &&
			       strcmp(t->who.person.status, "active") == 0 ?
		       ERR_OK :
		       ERR_CONFLICT;
}

/* --- counters --- */

static struct bytes account_key(struct attempt *t)
{
	uint8_t digest[DIGEST_SIZE];

	if (t->found)
		return throttle_key(t->arena, 'a', key_bytes(t->who.person.uuid.b, sizeof(struct uuid)));
	secret_keyed(t->app->key, "throttle", bytes_of(text_casefold(t->arena, t->identifier)), digest);
	return throttle_key(t->arena, 'u', key_bytes(digest, 16));
}

static enum err read_state(struct attempt *t)
{
	AUTO_TXN struct txn r = txn_read(t->app->store, STORE_MAIN);
	struct arena *a = t->arena;
	struct outcome access;
	enum err e = or_none(throttle_get(&r, a, TABLE_THROTTLE, t->account_key, &t->account));

	if (!e)
		e = or_none(throttle_get(&r, a, TABLE_THROTTLE, t->address_key, &t->address));
	codec_default(&temp_password_codec, &t->temp);
	if (!e && t->found)
		e = or_none(temp_password_get(&r, a, TABLE_TEMP_PASSWORD,
					      key_bytes(t->who.person.uuid.b, sizeof(struct uuid)), &t->temp));
	codec_default(&outcome_codec, &access);
	if (!e && t->found)
		e = or_none(outcome_get(&r, a, TABLE_OUTCOME,
					bytes_of(outcome_key(a, "agent", t->who.person.number, "acces")), &access));
	t->closing = strcmp(access.state, "waiting") == 0;
	return e;
}

/* --- the password --- */

static bool is_active(const struct attempt *t)
{
	return t->found && !t->closing && strcmp(t->who.person.status, "active") == 0;
}

/* Exactly one Argon2id, of the pending temporary password or of nothing. */
static bool matches_temp(struct attempt *t, bool asked)
{
	bool usable = asked && t->temp.rev && *t->temp.hash && t->password.n;
	char *typed = arena_memdup(t->arena, t->password.p, t->password.n);
	bool same = secret_password_check(usable ? t->temp.hash : NULL, typed);

	secret_wipe(typed, t->password.n);
	return usable && same;
}

/* Right, but of a reset: only while the mailed password lives. Installed without one of ours, it has as long as a reset. */
static bool may_change(struct attempt *t)
{
	if (t->temp.rev)
		return matches_temp(t, true) && temporary_password_lives(&t->temp, t->now);
	return t->changed_at && t->now - t->changed_at < t->app->settings->temporary_reset_h * HOUR_MS;
}

static enum err bind_person(struct attempt *t, struct bytes password, enum bind_outcome *out)
{
	return directory_bind(t->app->web, t->who.person.dn, password, t->tracking, out);
}

/* What he has so far gives way to what only the first change knows; once, however often he logs in with a mailed one. */
static enum err use_temp(struct attempt *t, enum login_outcome *out)
{
	struct bytes once = password_once(t->app, t->arena, &t->who);
	enum bind_outcome bound;

	if (!t->app->password)
		return ERR_UNAVAILABLE;
	enum err e = bind_person(t, once, &bound);

	if (!e && bound == BIND_REFUSED &&
	    !(e = directory_install_password(t->app->password, t->who.person.dn, once, t->tracking)))
		e = bind_person(t, once, &bound);
	secret_wipe((void *)(uintptr_t)once.p, once.n);
	if (!e && bound != BIND_REFUSED)
		*out = LOGIN_MUST_CHANGE;
	return e;
}

/* A password that came by slapadd or with a new entry has no pwdChangedTime: then the log knows. */
static bool has_personal_password(struct attempt *t)
{
	bool logged = false;

	return (t->changed_at && !t->reset) ||
	       (!personal_password_logged(t->app, t->arena, t->who.person.uuid, &logged) && logged);
}

static const char *cause_of(struct attempt *t, bool matched)
{
	const char *status = t->who.person.status;

	if (!t->found)
		return "unknown_account";
	if (t->closing)
		return "suspended";
	if (strcmp(status, "active") != 0)
		return strcmp(status, "terminee") == 0 ? "ended" :
		       strcmp(status, "demandee") == 0 ? "never_activated" :
							 "suspended";
	if (matched)
		return "temporary_expired";
	return has_personal_password(t) ? "wrong_password" : "never_activated";
}

/* Where slapd had nothing to hash (no password yet, locked) its no is quick: the decoy makes up for it. Quick is less than half
   of what the same Argon2id has just cost us; a busy machine may call it wrong, which costs one bind more. */
static enum err refused(struct attempt *t, bool active, int64_t bind_ms, enum login_outcome *out)
{
	int64_t began = clock_monotonic();
	bool matched = matches_temp(t, active);
	bool fast = active && bind_ms * 2 < clock_monotonic() - began;

	if (matched && temporary_password_lives(&t->temp, t->now))
		return use_temp(t, out);
	t->tried_temp = active && t->password.n && temporary_password_lives(&t->temp, t->now);
	t->cause = cause_of(t, matched);
	return fast ? directory_bind_decoy(t->app->web, t->password, t->tracking) : ERR_OK;
}

static enum err try_password(struct attempt *t, enum login_outcome *out)
{
	bool active = is_active(t);
	enum bind_outcome bound = BIND_REFUSED;
	int64_t began = clock_monotonic();
	enum err e = active ? bind_person(t, t->password, &bound) :
			      directory_bind_decoy(t->app->web, t->password, t->tracking);

	int64_t took = clock_monotonic() - began;

	*out = LOGIN_REFUSED;
	if (!e && t->mirrored && bound != BIND_OK)
		e = look_up(t);
	if (e)
		return e;
	if (bound == BIND_REFUSED)
		return refused(t, active, took, out);
	if (bound == BIND_OK)
		*out = LOGIN_DONE;
	else if (may_change(t))
		*out = LOGIN_MUST_CHANGE;
	else
		t->cause = "temporary_expired";
	return ERR_OK;
}

/* --- what is written --- */

static struct audit_record record_of(struct attempt *t, const char *cause)
{
	struct audit_record r = act_record(t->arena, &t->who, EVENT_LOGIN);

	r.failed = cause != NULL;
	r.cause = cause ? cause : "";
	if (!t->found && t->account_key.n)
		act_detail(t->arena, &r, "identifier", text_hex(t->arena, (struct bytes){ t->account_key.p + 1, 4 }));
	return r;
}

static enum err note(struct attempt *t, const char *cause)
{
	struct audit_record r = record_of(t, cause);

	return act_note(t->app, t->arena, t->from, &r);
}

/* The bind carried the changeset's id: by it the clerk tells our binds from those of an LDAP tool. */
static struct changeset *begin(struct attempt *t)
{
	struct changeset *cs = act_changeset(t->app, t->arena, t->from);

	return changeset_set_id(cs, t->tracking) ? changeset_new(t->arena) : cs;
}

/* The other login processes count too: what was tried holds only if nobody counted meanwhile. */
static void expect_counters(struct attempt *t, struct changeset *cs)
{
	changeset_expect(cs, TABLE_THROTTLE, t->account_key, t->account.rev);
	changeset_expect(cs, TABLE_THROTTLE, t->address_key, t->address.rev);
}

static void count_failure(struct attempt *t, struct changeset *cs)
{
	struct arena *a = t->arena;
	uint8_t digest[DIGEST_SIZE];

	secret_digest(t->account_key, digest);
	throttle_fail_account(&t->account, t->now);
	throttle_fail_address(a, &t->address, text_hex(a, (struct bytes){ digest, ACCOUNT_DIGEST }), t->now);
	changeset_put(cs, TABLE_THROTTLE, t->account_key, throttle_encode(a, &t->account));
	changeset_put(cs, TABLE_THROTTLE, t->address_key, throttle_encode(a, &t->address));
}

static enum err refuse(struct attempt *t)
{
	struct changeset *cs = begin(t);
	struct audit_record r = record_of(t, t->cause);

	expect_counters(t, cs);
	count_failure(t, cs);
	if (t->tried_temp && t->temp.rev) {
		struct bytes key = key_bytes(t->who.person.uuid.b, sizeof(struct uuid));

		changeset_expect(cs, TABLE_TEMP_PASSWORD, key, t->temp.rev);
		t->temp.tries++;
		changeset_put(cs, TABLE_TEMP_PASSWORD, key, temp_password_encode(t->arena, &t->temp));
	}
	changeset_audit(cs, &r);
	return changeset_commit(t->app->store, cs, NULL);
}

/* Nothing is told of a password that was tried, nor by the time it took. */
static enum err delay(struct attempt *t, struct login_result *res)
{
	struct changeset *cs = begin(t);
	struct audit_record r = record_of(t, "delayed");

	if (res->outcome == LOGIN_DONE)
		(void)matches_temp(t, false);
	res->outcome = LOGIN_DELAYED;
	changeset_audit(cs, &r);
	return changeset_commit(t->app->store, cs, NULL);
}

static int64_t previous_login(struct attempt *t)
{
	AUTO_TXN struct txn r = txn_read(t->app->store, STORE_MAIN);
	struct audit_query q = {
		.person = &t->who.person.uuid, .event = event_code(EVENT_LOGIN), .event_class = -1, .limit = 1
	};
	struct audit_page page;

	return audit_find(&r, t->arena, &q, &page) == ERR_OK && page.n ? page.v[0].time : 0;
}

static enum err enter(struct attempt *t, struct login_result *res)
{
	struct arena *a = t->arena;
	bool must_change = res->outcome == LOGIN_MUST_CHANGE;
	struct changeset *cs = begin(t);
	bool ended;
	enum err e = sessions_make_room(t->app, a, cs, t->who.person.uuid, t->now, &res->sessions, &ended);

	if (e)
		return e;
	res->sessions++;
	res->token = session_add(a, cs, &t->who, t->now, must_change, previous_login(t));
	expect_counters(t, cs);
	if (t->account.rev)
		changeset_delete(cs, TABLE_THROTTLE, t->account_key);
	struct audit_record r = record_of(t, NULL);

	if (must_change)
		act_detail(a, &r, "must_change", "1");
	if (res->sessions > 2)
		act_detail(a, &r, "sessions", arena_printf(a, "%zu", res->sessions));
	if (ended)
		act_detail(a, &r, "sessions_ended", "1");
	changeset_audit(cs, &r);
	e = changeset_commit(t->app->store, cs, NULL);
	res->who = t->who;
	return e;
}

/* --- the whole --- */

static bool is_delayed(struct attempt *t, struct login_result *res)
{
	int64_t account = throttle_until(&t->account, t->now), address = throttle_until(&t->address, t->now);

	res->retry_at = account > address ? account : address;
	return res->retry_at != 0;
}

/* A delay that began while the password was tried holds for it too. */
static enum err settle(struct attempt *t, struct login_result *res)
{
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < COMMIT_TRIES && e == ERR_CONFLICT; i++) {
		if (i && (e = read_state(t)))
			return e;
		if (is_delayed(t, res))
			return delay(t, res);
		e = res->outcome == LOGIN_REFUSED ? refuse(t) : enter(t, res);
	}
	return e == ERR_CONFLICT ? ERR_UNAVAILABLE : e;
}

static enum err judge(struct attempt *t, struct login_result *res)
{
	enum err e = read_state(t);

	if (e)
		return e;
	res->outcome = LOGIN_REFUSED;
	if (is_delayed(t, res))
		return delay(t, res);
	e = try_password(t, &res->outcome);
	return e ? e : settle(t, res);
}

static bool is_password(struct bytes p)
{
	return p.n && p.n <= PASSWORD_MAX && !memchr(p.p, 0, p.n);
}

static const char *new_tracking(struct arena *a)
{
	uint8_t id[16];

	secret_random(id, sizeof id);
	return text_hex(a, (struct bytes){ id, sizeof id });
}

enum err login(struct app *app, struct arena *a, const struct visitor *from, const char *identifier,
	       struct bytes password, struct login_result *out)
{
	struct attempt t = { .app = app,
			     .arena = a,
			     .from = from,
			     .identifier = identifier,
			     .now = visitor_now(from),
			     .password = is_password(password) ? password : BYTES_NONE,
			     .tracking = new_tracking(a),
			     .cause = "wrong_password" };
	struct login_result res = { .outcome = LOGIN_REFUSED };

	forget(&t);
	t.address_key = throttle_key(a, 'i', throttle_address(a, from->address));
	enum err e = find(&t);

	for (bool again = true; !e && again;) {
		t.account_key = account_key(&t);
		again = t.mirrored;
		e = judge(&t, &res);
		again = again && !t.mirrored && e == ERR_CONFLICT;
		if (again)
			e = ERR_OK;
	}
	if (!e) {
		*out = res;
		return ERR_OK;
	}
	/* the record tells that nothing was tried, and of nobody; it too may have nowhere to go */
	forget(&t);
	t.account_key = BYTES_NONE;
	if (e != ERR_UNKNOWN && e != ERR_CORRUPT && e != ERR_INTERNAL)
		(void)!note(&t, "unavailable");
	return e == ERR_DENIED || e == ERR_NOTFOUND ? ERR_UNAVAILABLE : e;
}
