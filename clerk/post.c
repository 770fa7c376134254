/* The outbox. A mail is sent, then its record says so: cut between the two it goes twice, under one Message-ID. */
#include "clerk/post.h"

#include "acts/who.h"
#include "base/log.h"
#include "base/procs.h"

#include <string.h>

#define AT_ONCE 20
#define GIVE_UP_MS DAY_MS
#define AWAY_MS (5 * SECOND_MS)

static const int64_t pauses[] = { MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS };

static bool is_open(struct arena *a, struct bytes payload, struct due *out)
{
	struct mail m;

	if (mail_decode(a, payload, &m) || strcmp(m.state, "waiting") != 0)
		return false;
	out->next_at = m.next_at;
	return true;
}

static struct outbox box = { .table = TABLE_MAIL, .is_open = is_open };
static int64_t away_until; /* monotonic */

static enum err put(struct clerk *c, struct arena *a, const struct waiting *w, const struct mail *m)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key = key_u64(a, w->seq);

	changeset_expect(cs, TABLE_MAIL, key, w->rev);
	changeset_put(cs, TABLE_MAIL, key, mail_encode(a, m));
	enum err e = changeset_commit(c->app.store, cs, NULL);

	return e == ERR_CONFLICT ? ERR_OK : e;
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

/* The password is drawn now, and its hash stored before the mail leaves: it stands in no record of the outbox. */
static enum err draw_password(struct clerk *c, struct arena *a, const char *purpose, struct mail *m)
{
	const struct settings *s = c->settings;
	struct visitor who = { .address = "", .user_agent = "", .method = "", .path = "" };
	int64_t life = strcmp(purpose, "activation") == 0 ? s->temporary_activation_days * DAY_MS :
							    s->temporary_reset_h * HOUR_MS;
	int64_t expires = clock_now() + life;
	const char *plain = secret_temporary_password(a);
	enum err e = temporary_password_put(&c->app, a, &who, m->person, plain, purpose, expires);

	if (e)
		return e;
	strs_add(a, &m->args, arena_printf(a, "mdp=%s", plain));
	strs_add(a, &m->args, arena_printf(a, "expiration=%s", time_fr(a, expires)));
	return ERR_OK;
}

static struct strs copy_of(struct arena *a, const struct strs *list)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++)
		strs_add(a, &out, list->v[i]);
	return out;
}

/* ERR_INVALID: it can never be sent. */
static enum err compose(struct clerk *c, struct arena *a, const struct waiting *w, const struct mail *m,
			struct mail_text *out)
{
	const struct mail_template *template = mail_template_find(m->template);
	struct mail filled = *m;
	enum err e = ERR_OK;

	filled.args = copy_of(a, &m->args);
	if (template && template->purpose)
		e = draw_password(c, a, template->purpose, &filled);
	if (e == ERR_NOTFOUND)
		return ERR_INVALID;
	return e ? e : mail_render(&c->app, a, &filled, w->seq, out);
}

static enum err send_one(struct clerk *c, struct arena *a, const struct waiting *w)
{
	struct mail m;
	struct mail_text text;
	const char *reason = "";
	enum err e = mail_decode(a, w->payload, &m);

	if (!e)
		e = compose(c, a, w, &m, &text);
	if (e && e != ERR_INVALID)
		return e;
	enum delivery d = e ? DELIVERY_REFUSED : smtp_send(c->settings, a, &text, m.created, &reason);

	if (e)
		reason = "no address, or a text that cannot be made";
	if (d == DELIVERY_AWAY)
		away_until = clock_monotonic() + AWAY_MS;
	settle(&m, d, reason);
	if (d != DELIVERY_SENT)
		log_line(LOG_LEVEL_WARNING, "mail not sent", "seq", arena_printf(a, "%llu", (unsigned long long)w->seq),
			 "state", m.state, "reason", reason, NULL);
	return put(c, a, w, &m);
}

enum err post_run(struct clerk *c, struct arena *a)
{
	struct waiting due[AT_ONCE];
	size_t n = 0;
	enum err e = ERR_OK;

	if (clock_monotonic() >= away_until)
		e = outbox_due(c, a, &box, clock_now(), due, LENGTH(due), &n);
	for (size_t i = 0; i < n && !e && clock_monotonic() >= away_until && !procs_stopping(); i++) {
		AUTO_ARENA struct arena *one = arena_new();

		e = send_one(c, one, &due[i]);
	}
	return e;
}

void post_done(void)
{
	smtp_done();
}
