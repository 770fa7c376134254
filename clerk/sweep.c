/* What is over goes: each table's rows in small changesets, from where the last walk ended. An expired session is first marked, and
   its end recorded; it is deleted when nobody may still post its form. */
#include "clerk/clerk.h"

#include "acts/report.h"
#include "acts/request_draft.h"
#include "acts/who.h"
#include "acts/who_throttle.h"

#include <string.h>

#define ROWS 500
#define CHANGES 200
#define SESSION_KEPT_MS (10 * HOUR_MS)
#define TEMPORARY_KEPT_MS (30 * DAY_MS)
#define DONE_KEPT_MS (30 * DAY_MS)

struct walk {
	struct clerk *clerk;
	struct arena *arena;
	struct txn *txn;
	struct changeset *cs;
	size_t changes;
	int64_t now;
};

struct sweeper {
	enum table table;
	enum err (*look)(struct walk *w, struct bytes key, struct record r);
	struct buf from; /* where to go on */
};

static void drop(struct walk *w, enum table table, struct bytes key)
{
	changeset_delete(w->cs, table, key);
	w->changes++;
}

/* --- sessions --- */

/* The record comes with the next walk; it says when the session really ended. */
static int64_t end_of(const struct settings *s, const struct session *x)
{
	int64_t idle = x->seen + s->session_idle_min * MINUTE_MS, absolute = x->created + s->session_absolute_h * HOUR_MS;

	return idle < absolute ? idle : absolute;
}

static enum err end_session(struct walk *w, struct bytes key, uint64_t rev, struct session *x, const char *cause)
{
	struct visitor who = { .address = x->address, .user_agent = x->user_agent };
	struct person p;
	enum err e = person_get(w->txn, w->arena, TABLE_MIRROR_PERSON, key_bytes(x->person.b, sizeof x->person.b), &p);

	if (e && e != ERR_NOTFOUND)
		return e;
	p.uuid = x->person;
	e = visitor_fill(&w->clerk->app, w->arena, &p, &who);
	if (e)
		return e;
	who.session = *x;
	memcpy(who.session_digest, key.p, sizeof who.session_digest);
	struct audit_record r = act_record(w->arena, &who, EVENT_SESSION_END);

	act_detail(w->arena, &r, "reason", cause);
	act_detail(w->arena, &r, "until", time_iso(w->arena, end_of(w->clerk->settings, x)));
	changeset_audit(w->cs, &r);
	x->ended = w->now;
	changeset_expect(w->cs, TABLE_SESSION, key, rev);
	changeset_put(w->cs, TABLE_SESSION, key, session_encode(w->arena, x));
	w->changes++;
	return ERR_OK;
}

static enum err look_session(struct walk *w, struct bytes key, struct record r)
{
	struct session x;
	enum err e = session_decode(w->arena, r.payload, &x);
	const char *cause = e ? NULL : session_over(w->clerk->settings, &x, w->now);

	if (e || key.n != DIGEST_SIZE || !cause)
		return e;
	if (!x.ended)
		return end_session(w, key, r.rev, &x, cause);
	if (w->now - x.ended < SESSION_KEPT_MS)
		return ERR_OK;
	drop(w, TABLE_SESSION, key);
	drop(w, TABLE_SESSION_OF, key_join(w->arena, key_bytes(x.person.b, sizeof x.person.b), key));
	return ERR_OK;
}

/* --- the rest --- */

static enum err look_throttle(struct walk *w, struct bytes key, struct record r)
{
	struct throttle t;
	enum err e = throttle_decode(w->arena, r.payload, &t);

	if (!e && throttle_is_over(&t, (char)key.p[0], w->now))
		drop(w, TABLE_THROTTLE, key);
	return e;
}

static enum err look_kept(struct walk *w, struct bytes key, struct record r)
{
	struct kept k;
	enum err e = kept_decode(w->arena, r.payload, &k);

	if (!e && k.until < w->now)
		drop(w, TABLE_KEPT, key);
	return e;
}

/* Kept a while past its end: the log then says "expired", not "wrong". */
static enum err look_temporary(struct walk *w, struct bytes key, struct record r)
{
	struct temp_password t;
	enum err e = temp_password_decode(w->arena, r.payload, &t);

	if (!e && t.expires + TEMPORARY_KEPT_MS < w->now)
		drop(w, TABLE_TEMP_PASSWORD, key);
	return e;
}

/* A text that was copied, once nobody could copy it any more. */
static enum err look_challenge(struct walk *w, struct bytes key, struct record r)
{
	struct period used;
	enum err e = period_decode(w->arena, r.payload, &used);

	if (!e && used.until < w->now)
		drop(w, TABLE_CHALLENGE, key);
	return e;
}

static enum err look_link(struct walk *w, struct bytes key, struct record r)
{
	struct mailed_link link;
	enum err e = mailed_link_decode(w->arena, r.payload, &link);

	if (!e && link.until < w->now)
		drop(w, TABLE_MAILED_LINK, key);
	return e;
}

static enum err look_draft(struct walk *w, struct bytes key, struct record r)
{
	struct grant_request d;
	enum err e = grant_request_decode(w->arena, r.payload, &d);

	if (!e && request_draft_is_over(&d, w->now))
		drop(w, TABLE_REQUEST_DRAFT, key);
	return e;
}

static enum err look_mail(struct walk *w, struct bytes key, struct record r)
{
	struct mail m;
	enum err e = mail_decode(w->arena, r.payload, &m);

	if (!e && strcmp(m.state, "waiting") != 0 && m.created + DONE_KEPT_MS < w->now)
		drop(w, TABLE_MAIL, key);
	return e;
}

static enum err look_job(struct walk *w, struct bytes key, struct record r)
{
	struct job j;
	enum err e = job_decode(w->arena, r.payload, &j);

	if (!e && strcmp(j.state, "waiting") != 0 && j.created + DONE_KEPT_MS < w->now)
		drop(w, TABLE_JOB, key);
	return e;
}

static enum err look_report(struct walk *w, struct bytes key, struct record r)
{
	struct report x;
	enum err e = report_decode(w->arena, r.payload, &x);

	(void)key;
	if (e || !report_is_over(&x, w->now))
		return e;
	x.rev = r.rev;
	report_purge_add(w->arena, w->cs, &x);
	w->changes++;
	return ERR_OK;
}

static struct sweeper sweepers[] = {
	{ TABLE_SESSION, look_session, { 0 } },     { TABLE_THROTTLE, look_throttle, { 0 } },
	{ TABLE_KEPT, look_kept, { 0 } },           { TABLE_TEMP_PASSWORD, look_temporary, { 0 } },
	{ TABLE_CHALLENGE, look_challenge, { 0 } }, { TABLE_MAILED_LINK, look_link, { 0 } },
	{ TABLE_MAIL, look_mail, { 0 } },           { TABLE_JOB, look_job, { 0 } },
	{ TABLE_REQUEST_DRAFT, look_draft, { 0 } }, { TABLE_REPORT, look_report, { 0 } },
};

static void remember(struct clerk *c, struct sweeper *s, struct bytes key)
{
	if (!s->from.arena)
		s->from = buf_new(c->arena);
	s->from.n = 0;
	buf_add(&s->from, key.p, key.n);
}

/* Gathers changes. *ended: the end of the table was reached. A row that does not decode is left for `store check`. */
static enum err walk_rows(struct walk *w, struct sweeper *s, bool *ended)
{
	AUTO_TXN struct txn t = txn_read(w->clerk->app.store, STORE_MAIN);
	AUTO_SCAN struct scan scan = scan_from(&t, s->table, BYTES_NONE, buf_bytes(&s->from), false);
	size_t n = 0;

	w->txn = &t;
	*ended = false;
	while (n < ROWS && w->changes < CHANGES) {
		if (!scan_next(&scan)) {
			*ended = true;
			break;
		}
		n++;
		enum err e = s->look(w, scan.key, scan.record);

		if (e && e != ERR_CORRUPT)
			return e;
		remember(w->clerk, s, scan.key);
	}
	return t.err;
}

static enum err sweep(struct clerk *c, struct sweeper *s, bool *ended)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct walk w = { .clerk = c, .arena = a, .cs = changeset_new(a), .now = clock_now() };
	enum err e = walk_rows(&w, s, ended);

	if (!e && w.changes)
		e = changeset_commit(c->app.store, w.cs, NULL);
	if (*ended)
		s->from.n = 0;
	/* somebody used the session meanwhile: the next walk sees */
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err sweep_run(struct clerk *c, struct arena *a)
{
	enum err e = ERR_OK;

	(void)a;
	for (size_t i = 0; i < LENGTH(sweepers) && !e; i++) {
		bool ended = false;

		while (!ended && !e)
			e = sweep(c, &sweepers[i], &ended);
	}
	return e;
}
