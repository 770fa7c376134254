/* The outbox, a process of its own: a relay that stalls keeps nobody waiting. A mail is sent, then its record says so: cut between
   the two it goes twice, under one Message-ID. */
#include "clerk/post.h"

#include "acts/departure.h"
#include "acts/outcome.h"
#include "acts/who.h"
#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"

#include <string.h>

#define AT_ONCE 20
#define GIVE_UP_MS DAY_MS
#define AWAY_MS (5 * SECOND_MS)
#define TICK_MS 200
#define PUT_TRIES 3
#define POLLED_MS SECOND_MS     /* a poll that ended so much later began later */
#define HELD_MS (5 * SECOND_MS) /* or the directory does not answer, and mails do not wait for it */

static const int64_t pauses[] = { MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS };

static int64_t polled_ago; /* since the mirror was */

/* To the directory's address: one that was corrected the moment before the mail was written is known to a poll that began after it. */
static bool is_held(const struct mail *m)
{
	int64_t age = clock_now() - m->created;

	return !uuid_is_none(m->person) && !*m->to && age >= 0 && age < HELD_MS && age - POLLED_MS < polled_ago;
}

static bool is_open(struct arena *a, struct bytes payload, struct due *out)
{
	struct mail m;

	if (mail_decode(a, payload, &m)) {
		out->unreadable = true;
		return true;
	}
	if (strcmp(m.state, "waiting") != 0)
		return false;
	out->next_at = is_held(&m) ? clock_now() + TICK_MS : m.next_at;
	return true;
}

static struct backlog open_mails = { .table = TABLE_MAIL, .is_open = is_open };
static int64_t away_until; /* monotonic */

static enum err put_at(struct clerk *c, struct arena *a, uint64_t seq, uint64_t rev, const struct mail *m)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key = key_u64(a, seq);

	changeset_expect(cs, TABLE_MAIL, key, rev);
	changeset_put(cs, TABLE_MAIL, key, mail_encode(a, m));
	if (*m->about)
		outcome_put(a, cs, m->about,
			    &(struct outcome){ .state = m->state,
					       .at = clock_now(),
					       .to = m->tried,
					       .reason = m->last_error,
					       .tries = m->tries,
					       .what = m->template });
	return changeset_commit(c->app.store, cs, NULL);
}

/* Its revision now; ERR_NOTFOUND: it waits no longer. */
static enum err look_again(struct clerk *c, struct arena *a, uint64_t seq, uint64_t *rev)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	struct mail m;
	enum err e = mail_get(&t, a, TABLE_MAIL, key_u64(a, seq), &m);

	if (e)
		return e;
	*rev = m.rev;
	return strcmp(m.state, "waiting") == 0 ? ERR_OK : ERR_NOTFOUND;
}

/* An operator may ask for another try while this one is on its way: what became of it is written all the same, or a mail that
   was taken would go twice. */
static enum err put(struct clerk *c, struct arena *a, const struct waiting *w, const struct mail *m)
{
	uint64_t rev = w->rev;
	enum err e = put_at(c, a, w->seq, rev, m);

	for (int i = 0; i < PUT_TRIES && e == ERR_CONFLICT; i++) {
		e = look_again(c, a, w->seq, &rev);
		if (!e)
			e = put_at(c, a, w->seq, rev, m);
	}
	return e == ERR_CONFLICT || e == ERR_NOTFOUND ? ERR_OK : e;
}

static void settle(struct mail *m, enum delivery d, const char *reason)
{
	int64_t now = clock_now();

	m->last_error = d == DELIVERY_SENT ? "" : reason;
	if (d == DELIVERY_SENT) {
		m->state = "sent";
		m->sent_at = now;
	} else if (d == DELIVERY_REFUSED) {
		m->state = "refused";
	} else if (now - m->created >= GIVE_UP_MS) {
		m->state = "expired";
	} else {
		m->next_at = now + pauses[m->tries < LENGTH(pauses) ? m->tries : LENGTH(pauses) - 1];
	}
	m->tries++;
}

/* The password is drawn now, and its hash stored before the mail leaves: it stands in no record of the outbox. Each draw is
   another mail, since the one before is dead. */
static enum err draw_password(struct clerk *c, struct arena *a, const char *purpose, struct mail *m)
{
	const struct settings *s = c->settings;
	struct visitor who = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct temp_password before;
	enum err e = temporary_password_read(&c->app, a, m->person, &before);

	if (e)
		return e;
	/* asked for by anybody, before there is a password of his own: it must live as long as the one it takes the place of */
	if (strcmp(purpose, "activation") != 0 && temporary_password_is_first(&before)) {
		purpose = "activation";
		m->template = "temporary_password_again";
	}
	int64_t life = strcmp(purpose, "activation") == 0 ? s->temporary_activation_days * DAY_MS :
							    s->temporary_reset_h * HOUR_MS;
	int64_t expires = clock_now() + life;
	const char *plain = secret_temporary_password(a);

	if ((e = temporary_password_put(&c->app, a, &who, m->person, plain, purpose, expires)))
		return e;
	m->message_id = mail_message_id(&c->app, a);
	strs_add(a, &m->args, arena_printf(a, "mdp=%s", plain));
	strs_add(a, &m->args, arena_printf(a, "expiration=%s", time_fr(a, expires)));
	return ERR_OK;
}

/* So is the token of a link. */
static enum err draw_link(struct clerk *c, struct arena *a, struct mail *m)
{
	const char *path;
	int64_t until;
	enum err e = departure_link_issue(&c->app, a, m, &path, &until);

	if (e)
		return e;
	m->message_id = mail_message_id(&c->app, a);
	strs_add(a, &m->args, arena_printf(a, "lien=%s%s", c->settings->site_url, path));
	strs_add(a, &m->args, arena_printf(a, "expiration=%s", time_fr(a, until)));
	return ERR_OK;
}

/* ERR_INVALID: it can never be sent. Only who may log in gets a password. */
static enum err check_person(struct clerk *c, struct arena *a, const struct mail *m, const char **reason)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	struct person p;
	enum err e = person_get(&t, a, TABLE_MIRROR_PERSON, key_bytes(m->person.b, sizeof m->person.b), &p);

	if (!e && strcmp(p.status, "active") == 0)
		return ERR_OK;
	*reason = "the account is not active";
	return !e || e == ERR_NOTFOUND ? ERR_INVALID : e;
}

static enum err compose(struct clerk *c, struct arena *a, struct mail *m, struct mail_text *out, const char **reason)
{
	const struct mail_template *template = mail_template_find(m->template);
	struct mail filled = *m;
	enum err e = ERR_OK;

	*reason = "no address, or a text that cannot be made";
	filled.args = strs_copy(a, &m->args);
	if (template && template->purpose && strcmp(template->purpose, "departure") == 0) {
		e = draw_link(c, a, &filled);
		m->message_id = filled.message_id;
	} else if (template && template->purpose) {
		e = check_person(c, a, m, reason);
		if (!e)
			e = draw_password(c, a, template->purpose, &filled);
		m->message_id = filled.message_id;
	}
	if (!e)
		e = mail_render(&c->app, a, &filled, out);
	if (!e)
		m->tried = out->to;
	/* one that cannot be read stands in nobody's way */
	return e == ERR_CORRUPT || e == ERR_NOTFOUND ? ERR_INVALID : e;
}

/* The relay's own words stay out of it: they may hold the address. */
static void tell(struct arena *a, uint64_t seq, const struct mail *m, const char *reason)
{
	log_line(LOG_LEVEL_WARNING, "mail not sent", "seq", arena_printf(a, "%llu", (unsigned long long)seq), "state",
		 m->state, "reason", reason, NULL);
}

static enum err send_one(struct clerk *c, struct arena *a, const struct waiting *w)
{
	struct mail m;
	struct mail_text text;
	const char *reason = "", *answer = "";
	enum delivery d = DELIVERY_REFUSED;
	enum err e = mail_decode(a, w->payload, &m);

	if (!e)
		e = compose(c, a, &m, &text, &reason);
	if (e && e != ERR_INVALID)
		return e;
	if (!e)
		d = smtp_send(c->settings, a, &text, m.created, &reason, &answer);
	if (d == DELIVERY_AWAY)
		away_until = clock_monotonic() + AWAY_MS;
	settle(&m, d, *answer ? arena_printf(a, "%s: %s", reason, answer) : reason);
	if (d != DELIVERY_SENT)
		tell(a, w->seq, &m, reason);
	return put(c, a, w, &m);
}

static enum err post_run(struct clerk *c, struct arena *a)
{
	struct waiting due[AT_ONCE];
	size_t n = 0;
	enum err e = ERR_OK;

	polled_ago = app_heartbeat_age(&c->app);
	if (clock_monotonic() >= away_until)
		e = backlog_due(c, a, &open_mails, clock_now(), due, LENGTH(due), &n);
	for (size_t i = 0; i < n && !e && clock_monotonic() >= away_until && !procs_stopping(); i++) {
		AUTO_ARENA struct arena *one = arena_new();

		e = send_one(c, one, &due[i]);
	}
	return e;
}

int post_loop(const struct settings *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct clerk c = { .arena = a, .settings = s };
	struct state_of state = { .subject = "mails" };
	const char *why = "";

	if (app_open_with(a, s, APP_STORE | APP_PUBLIC | APP_WRITES, &c.app, &why)) {
		log_line(LOG_LEVEL_ERROR, "the store does not open", "reason", why, NULL);
		return 1;
	}
	sandbox_enter(SANDBOX_POST, s);
	while (!procs_stopping()) {
		AUTO_ARENA struct arena *turn = arena_new();
		enum err e = post_run(&c, turn);

		/* another act drew a password or a link for him at the same moment: the next turn draws anew */
		state_tell(&state, e == ERR_CONFLICT ? ERR_OK : e);
		clerk_sleep(TICK_MS);
	}
	smtp_done();
	app_close(&c.app);
	return 0;
}
