/* Change of one's own password, and temporary passwords. slapd hashes and keeps it; its strength is judged here first. */
#include "acts/who_session.h"

#include "acts/mails.h"
#include "acts/mirror.h"
#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>

#define COUNT_TRIES 20

struct change_of {
	struct app *app;
	struct arena *arena;
	const struct visitor *who;
	const struct password_form *form;
	struct faults *faults;
	const char *tracking;
	int64_t now;
	struct bytes throttle_key;
	struct throttle throttle;
	uint64_t counted; /* the revision of the try's own count; 0: not counted */
	struct temp_password temp;
};

static struct bytes person_key(const struct visitor *who)
{
	return key_bytes(who->person.uuid.b, sizeof who->person.uuid.b);
}

static enum err read_state(struct change_of *c)
{
	AUTO_TXN struct txn t = txn_read(c->app->store, STORE_MAIN);
	enum err e = or_none(throttle_get(&t, c->arena, TABLE_THROTTLE, c->throttle_key, &c->throttle));

	if (!e)
		e = or_none(temp_password_get(&t, c->arena, TABLE_TEMP_PASSWORD, person_key(c->who), &c->temp));
	return e;
}

/* --- what was typed --- */

static bool is_temporary(struct change_of *c)
{
	char *typed = arena_memdup(c->arena, c->form->fresh.p, c->form->fresh.n);
	bool same = c->temp.rev && secret_password_check(c->temp.hash, typed);

	secret_wipe(typed, c->form->fresh.n);
	return same;
}

/* The received one first: told to be weak, people would not know which one they typed. */
static enum err check_fresh(struct change_of *c)
{
	const struct password_form *f = c->form;

	if (c->who->session.must_change && f->fresh.n && is_temporary(c))
		fault_add(c->arena, c->faults, "nouveau",
			  "Ce mot de passe est celui que vous avez reçu : choisissez-en un autre.");
	else if (!c->who->session.must_change && f->fresh.n && bytes_equal(f->fresh, f->old))
		fault_add(c->arena, c->faults, "nouveau", "Ce mot de passe est déjà le vôtre : choisissez-en un autre.");
	else
		return password_judge(c->app, c->arena, c->who, f->fresh, c->faults);
	return ERR_OK;
}

static enum err check_form(struct change_of *c)
{
	const struct password_form *f = c->form;
	enum err e;

	if (!c->who->session.must_change && !f->old.n)
		fault_add(c->arena, c->faults, "ancien", "Saisissez votre mot de passe actuel.");
	if ((e = check_fresh(c)))
		return e;
	if (!bytes_equal(f->fresh, f->again))
		fault_add(c->arena, c->faults, "confirmation", "Les deux saisies sont différentes.");
	return c->faults->n ? ERR_INVALID : ERR_OK;
}

/* --- the directory --- */

struct bytes password_once(const struct app *app, struct arena *a, const struct visitor *who)
{
	uint8_t digest[DIGEST_SIZE];

	secret_keyed(app->key, "password-once", key_bytes(who->person.uuid.b, sizeof who->person.uuid.b), digest);
	struct bytes once = bytes_of(text_hex(a, (struct bytes){ digest, sizeof digest }));

	secret_wipe(digest, sizeof digest);
	return once;
}

/* ERR_CONFLICT: in another window, or by a second click, a personal password was chosen already; it is not to be taken away. */
static enum err check_reset(struct change_of *c)
{
	struct entry entry;
	enum err e = directory_read(c->app->web, c->arena, c->who->person.dn, mirror_person_attributes, &entry);

	if (e)
		return e;
	return mirror_true(&entry, "pwdReset") ? ERR_OK : ERR_CONFLICT;
}

/* The session of a first login holds no password: the person's own operation changes the one-off, so that slapd checks history
   and quality and ends the reset. It is there already, but for a password that came by an LDAP tool. */
static enum err change_first(struct change_of *c, enum password_outcome *out)
{
	struct bytes once = password_once(c->app, c->arena, c->who);
	const char *dn = c->who->person.dn;

	if (!c->app->password)
		return ERR_UNAVAILABLE;
	enum err e = directory_change_password(c->app->web, dn, once, c->form->fresh, c->tracking, out);

	if (!e && *out != PASSWORD_CHANGED)
		e = check_reset(c);
	if (!e && *out == PASSWORD_WRONG_OLD && !(e = directory_install_password(c->app->password, dn, once, c->tracking)))
		e = directory_change_password(c->app->web, dn, once, c->form->fresh, c->tracking, out);
	secret_wipe((void *)(uintptr_t)once.p, once.n);
	return e;
}

static enum err change(struct change_of *c, enum password_outcome *out)
{
	if (!c->app->web)
		return ERR_UNAVAILABLE;
	if (c->who->session.must_change)
		return change_first(c, out);
	return directory_change_password(c->app->web, c->who->person.dn, c->form->old, c->form->fresh, c->tracking, out);
}

/* --- what is written --- */

/* The id that went with the operation: by it the clerk tells our operations from those of an LDAP tool. */
static struct changeset *begin(struct change_of *c)
{
	struct changeset *cs = act_changeset(c->app, c->arena, c->who);

	return changeset_set_id(cs, c->tracking) ? changeset_new(c->arena) : cs;
}

static enum err record_refusal(struct change_of *c, const char *cause)
{
	struct audit_record r = act_record(c->arena, c->who, EVENT_PASSWORD_CHANGE);
	struct changeset *cs = begin(c);

	r.failed = true;
	r.cause = cause;
	changeset_audit(cs, &r);
	enum err e = changeset_commit(c->app->store, cs, NULL);

	return e ? e : ERR_INVALID;
}

static enum err delayed(struct change_of *c)
{
	int64_t until = throttle_until(&c->throttle, c->now);

	if (!until)
		return ERR_OK;
	/* rounded up: at the hour told, it works */
	fault_add(c->arena, c->faults, "ancien", "Trop de tentatives : réessayez à %s.",
		  time_hour_fr(c->arena, until + MINUTE_MS - 1));
	return record_refusal(c, "delayed");
}

/* Each try counts before it is tried, as if it failed: those made at once, here or at the login, wait like any others. */
static enum err count_try(struct change_of *c, struct changeset *cs, struct throttle *counted)
{
	*counted = c->throttle;
	throttle_fail_account(counted, c->now);
	changeset_expect(cs, TABLE_THROTTLE, c->throttle_key, c->throttle.rev);
	changeset_put(cs, TABLE_THROTTLE, c->throttle_key, throttle_encode(c->arena, counted));
	return throttle_count_write(c->app, c->arena, cs, c->who->person.uuid, c->now);
}

/* The directory does not wait for the writer: so the writer is asked first, by counting this try or this write. */
static enum err ask_writer(struct change_of *c)
{
	struct throttle counted;
	enum err e = ERR_CONFLICT;

	if (c->who->session.must_change) {
		struct changeset *cs = act_changeset(c->app, c->arena, c->who);

		e = throttle_count_write(c->app, c->arena, cs, c->who->person.uuid, c->now);
		return e || !c->app->settings->limit_writes_per_minute ? e : changeset_commit(c->app->store, cs, NULL);
	}
	for (int i = 0; i < COUNT_TRIES && e == ERR_CONFLICT; i++) {
		struct changeset *cs = act_changeset(c->app, c->arena, c->who);

		if (i && (e = read_state(c)))
			return e;
		if ((e = delayed(c)) || (e = count_try(c, cs, &counted)))
			return e;
		e = changeset_commit(c->app->store, cs, &counted.rev);
	}
	if (!e)
		c->counted = counted.rev;
	return e == ERR_CONFLICT ? ERR_UNAVAILABLE : e;
}

/* The old password was not wrong: unless others tried meanwhile, it is as if nobody had. */
static void uncount_try(struct change_of *c)
{
	struct changeset *cs = act_changeset(c->app, c->arena, c->who);

	if (!c->counted)
		return;
	changeset_expect(cs, TABLE_THROTTLE, c->throttle_key, c->counted);
	if (c->throttle.rev)
		changeset_put(cs, TABLE_THROTTLE, c->throttle_key, throttle_encode(c->arena, &c->throttle));
	else
		changeset_delete(cs, TABLE_THROTTLE, c->throttle_key);
	(void)!changeset_commit(c->app->store, cs, NULL);
}

static enum err record_change(struct change_of *c, const char **token)
{
	struct arena *a = c->arena;
	struct visitor who = *c->who;
	struct changeset *cs = begin(c);
	struct audit_record r = act_record(a, &who, EVENT_PASSWORD_CHANGE);
	size_t ended;
	enum err e = sessions_drop(c->app, a, cs, who.person.uuid, NULL, c->now, &ended);

	if (e)
		return e;
	if (ended > 1)
		act_detail(a, &r, "sessions_ended", arena_printf(a, "%zu", ended - 1));
	if (who.session.must_change)
		act_detail(a, &r, "first", "1");
	const char *fresh = session_add(a, cs, &who, c->now, false, who.session.previous_login);

	changeset_delete(cs, TABLE_TEMP_PASSWORD, person_key(&who));
	changeset_delete(cs, TABLE_THROTTLE, c->throttle_key);
	mail_add(c->app, a, cs, "password_changed", who.person.uuid, "", who.person.caf, NULL);
	changeset_audit(cs, &r);
	e = changeset_commit(c->app->store, cs, NULL);
	if (!e)
		*token = fresh;
	return e;
}

static enum err settle(struct change_of *c, enum password_outcome outcome, const char **token)
{
	switch (outcome) {
	case PASSWORD_CHANGED:
		return record_change(c, token);
	case PASSWORD_WRONG_OLD:
		fault_add(c->arena, c->faults, "ancien", "Ce n’est pas votre mot de passe actuel.");
		return record_refusal(c, "wrong_password");
	case PASSWORD_REFUSED:
		break;
	}
	uncount_try(c);
	fault_add(c->arena, c->faults, "nouveau", "Vous avez déjà utilisé ce mot de passe : choisissez-en un autre.");
	return record_refusal(c, "weak");
}

enum err password_change(struct app *app, struct arena *a, const struct visitor *who, const struct password_form *form,
			 struct faults *faults, const char **token)
{
	uint8_t id[16];
	struct change_of c = { .app = app,
			       .arena = a,
			       .who = who,
			       .form = form,
			       .faults = faults,
			       .now = visitor_now(who),
			       .throttle_key = throttle_key(a, 'a', person_key(who)) };
	enum password_outcome outcome;

	secret_random(id, sizeof id);
	c.tracking = text_hex(a, (struct bytes){ id, sizeof id });
	enum err e = read_state(&c);

	if (e || (e = check_form(&c)) || (e = ask_writer(&c)))
		return e;
	e = change(&c, &outcome);
	if (e)
		uncount_try(&c);
	return e ? e : settle(&c, outcome, token);
}

/* --- temporary passwords --- */

#define TEMPORARY_TRIES 5

enum err temporary_password_read(struct app *app, struct arena *a, struct uuid person, struct temp_password *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	codec_default(&temp_password_codec, out);
	return or_none(temp_password_get(&t, a, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), out));
}

bool temporary_password_lives(const struct temp_password *temp, int64_t now)
{
	return temp->rev && temp->expires > now && temp->tries < TEMPORARY_TRIES;
}

static enum err person_of(struct app *app, struct arena *a, struct uuid uuid, struct person *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return person_get(&t, a, TABLE_MIRROR_PERSON, key_bytes(uuid.b, sizeof uuid.b), out);
}

enum err temporary_password_put(struct app *app, struct arena *a, const struct visitor *by, struct uuid person,
				const char *plain, const char *purpose, int64_t expires)
{
	struct changeset *cs = act_changeset(app, a, by);
	struct audit_record r = act_record(a, by, EVENT_PASSWORD_ISSUED);
	struct temp_password temp;
	struct person p;
	enum err e = person_of(app, a, person, &p);

	if (e || (e = temporary_password_read(app, a, person, &temp)))
		return e;
	changeset_expect(cs, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), temp.rev);
	temp = (struct temp_password){ .hash = secret_password_hash(a, plain),
				       .expires = expires,
				       .purpose = purpose,
				       .created = visitor_now(by),
				       .since = temp.since };
	changeset_put(cs, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), temp_password_encode(a, &temp));
	if (!by->known)
		r.role = "service";
	r.object_kind = "person";
	r.object_id = p.number;
	r.caf = p.caf;
	act_detail(a, &r, "purpose", purpose);
	changeset_audit(cs, &r);
	return changeset_commit(app->store, cs, NULL);
}

bool temporary_password_is_first(const struct temp_password *temp)
{
	return temp->rev && strcmp(temp->purpose, "activation") == 0;
}

enum err temporary_password_end(struct app *app, struct arena *a, struct changeset *cs, struct uuid person, int64_t now,
				bool *newcomer)
{
	struct temp_password temp;
	enum err e = temporary_password_read(app, a, person, &temp);

	if (newcomer)
		*newcomer = !e && temporary_password_is_first(&temp);
	if (e || !temp.rev)
		return e;
	changeset_expect(cs, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), temp.rev);
	if (temporary_password_lives(&temp, now))
		temp.expires = now;
	temp.hash = "";
	temp.since = now;
	changeset_put(cs, TABLE_TEMP_PASSWORD, key_bytes(person.b, sizeof person.b), temp_password_encode(a, &temp));
	return ERR_OK;
}
