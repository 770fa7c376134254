/* Reminders of a day: free places that grow old, files that wait for a Caf. */
#include "acts/calendar.h"
#include "acts/departure.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/places.h"
#include "acts/reminders.h"
#include "acts/request_review.h"
#include "acts/rights.h"
#include "acts/who.h"

#include <string.h>

#define NO_RETURN 30 /* days after which a convention that was posted is asked about */

static const char *counted(struct arena *a, size_t n, const char *one, const char *more)
{
	return arena_printf(a, "%zu %s", n, n > 1 ? more : one);
}

/* --- free places --- */

#define NEVER 10000

struct looking {
	struct app *app;
	struct arena *a;
	day_t since, today; /* since his last mail; whoever never had one: since the last look */
	int apart;          /* days from one mail to the next; NEVER: there was none */
	const char *rhythm;
	struct buf lines;
	size_t n;
	bool call;
};

/* One line when the grid wants care, once when families see it no more; call when a reminder fell due. */
static enum err look_at(struct looking *x, const struct establishment *e)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	const struct settings *s = x->app->settings;
	struct grid g;
	enum err failed = grid_get(&t, x->a, TABLE_GRID, key_bytes(e->uuid.b, sizeof e->uuid.b), &g);

	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	int age = grid_age_days(&g, day_start(x->today)), before = age - (int)(x->today - x->since);

	if (strcmp(g.state, "withdrawn") == 0 || age < s->places_reminder_days || before >= s->places_hidden_days)
		return ERR_OK;
	x->call = x->call || reminder_is_due(s, x->rhythm, x->apart, before, age);
	buf_printf(&x->lines, "%s%s : places publiées il y a %d jours%s.", x->n ? "\n" : "", e->name, age,
		   age >= s->places_hidden_days ? ", les familles ne les voient plus" : "");
	x->n++;
	return ERR_OK;
}

static enum err read_last(struct looking *x, const char *about)
{
	struct outcome last;
	enum err e = or_none(outcome_of(x->app, x->a, about, &last));

	if (e || !last.rev)
		return e;
	x->since = day_of(last.at);
	x->apart = (int)(x->today - x->since);
	return ERR_OK;
}

static enum err remind(struct looking *x, struct changeset *cs, const struct person *p)
{
	const char *about = outcome_key(x->a, "agent", p->number, "rappel");
	struct visitor who = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct my_establishment *mine = NULL;
	size_t n = 0;
	bool entered = false;
	enum err e = visitor_fill(x->app, x->a, p, &who);

	if (!e)
		e = rights_of(x->app, x->a, &who, &mine, &n);
	if (!e)
		e = reminders_of(x->app, x->a, p->uuid, &x->rhythm);
	if (!e)
		e = read_last(x, about);
	for (size_t i = 0; !e && i < n; i++)
		if (mine[i].families & FAMILY_PLACES)
			e = look_at(x, &mine[i].e);
	/* who never entered could not follow its link */
	if (!e && x->call)
		e = personal_password_logged(x->app, x->a, p->uuid, &entered);
	if (e || !entered)
		return e;
	mail_add_about(x->app, x->a, cs, about, "places_stale", p->uuid, "", p->caf, "combien",
		       counted(x->a, x->n, "établissement", "établissements"), "lignes", buf_str(&x->lines),
		       "jours_masque", arena_printf(x->a, "%lld", (long long)x->app->settings->places_hidden_days), NULL);
	return ERR_OK;
}

enum err places_reminders_add(struct app *app, struct arena *a, struct changeset *cs, const struct provider *p,
			      day_t since, day_t today)
{
	struct person *people;
	size_t n;
	enum err e = people_of(app, a, p->key, &people, &n);

	for (size_t i = 0; !e && i < n; i++) {
		struct looking x = { .app = app, .a = a, .since = since, .today = today, .apart = NEVER, .lines = buf_new(a) };

		if (strcmp(people[i].status, "active") == 0 && *people[i].mail)
			e = remind(&x, cs, &people[i]);
	}
	return e;
}

/* --- what waits for a Caf --- */

struct waits {
	size_t n;
	int64_t since; /* of the oldest */
};

struct digest {
	struct waits listings, requests, agreements, departures, reports, unreturned;
};

static void count(struct waits *w, int64_t since)
{
	if (!w->n || since < w->since)
		w->since = since;
	w->n++;
}

static struct waits *kind_of(struct digest *d, const char *kind)
{
	if (strcmp(kind, "fiche") == 0)
		return &d->listings;
	if (strcmp(kind, "demande") == 0)
		return &d->requests;
	if (strcmp(kind, DEPARTURE_TODO) == 0)
		return &d->departures;
	return strcmp(kind, "convention") == 0 ? &d->agreements : &d->reports;
}

static enum err read_queue(struct app *app, struct arena *a, const char *caf, struct digest *d)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_TODO, key_join(a, bytes_of(caf), key_bytes("", 1)));

	while (scan_next(&s)) {
		struct todo todo;

		if (todo_decode(a, s.record.payload, &todo) == ERR_OK && strcmp(todo.kind, REQUEST_UNRETURNED) != 0)
			count(kind_of(d, todo.kind), todo.since);
	}
	return t.err;
}

static enum err recall_unreturned(struct app *app, struct arena *a, struct changeset *cs, const char *caf, day_t today,
				  struct digest *d)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_REQUEST, request_prefix(a, caf));
	enum err e = ERR_OK;

	while (!e && scan_next(&s)) {
		struct grant_request r;

		if (grant_request_decode(a, s.record.payload, &r) || strcmp(r.state, "agreement_sent") != 0 ||
		    !r.posted || r.posted + NO_RETURN > today)
			continue;
		count(&d->unreturned, day_start((day_t)r.posted));
		r.rev = s.record.rev;
		e = request_recall_add(app, a, cs, &r);
	}
	return e ? e : t.err;
}

static void add_line(struct arena *a, struct buf *b, const struct waits *w, const char *one, const char *more)
{
	if (w->n)
		buf_printf(b, "%s%s, depuis le %s.", b->n ? "\n" : "", counted(a, w->n, one, more),
			   day_fr(a, day_of(w->since)));
}

static void write_digest(struct app *app, struct arena *a, struct changeset *cs, const struct person *p, unsigned roles,
			 const struct digest *d)
{
	struct buf lines = buf_new(a);
	size_t n = 0;

	if (!(roles & ROLE_CAF))
		return;
	if (roles & ROLE_CAF_REVIEWER) {
		add_line(a, &lines, &d->listings, "fiche à vérifier", "fiches à vérifier");
		add_line(a, &lines, &d->reports, "signalement à lire", "signalements à lire");
		n += d->listings.n + d->reports.n;
	}
	if (roles & ROLE_CAF_ADMIN) {
		add_line(a, &lines, &d->requests, "demande d’habilitation à traiter", "demandes d’habilitation à traiter");
		add_line(a, &lines, &d->departures, "fin de mission à confirmer", "fins de mission à confirmer");
		add_line(a, &lines, &d->agreements, "convention à suivre", "conventions à suivre");
		add_line(a, &lines, &d->unreturned, "convention envoyée et non revenue signée",
			 "conventions envoyées et non revenues signées");
		n += d->requests.n + d->departures.n + d->agreements.n + d->unreturned.n;
	}
	if (n)
		mail_add(app, a, cs, "queue_digest", p->uuid, "", p->caf, "combien",
			 counted(a, n, "dossier", "dossiers"), "lignes", buf_str(&lines), NULL);
}

struct member {
	struct person person;
	unsigned roles;
};

struct members {
	struct member *v;
	size_t n;
};

static void add_role(struct arena *a, struct members *list, const struct person *p, unsigned role)
{
	size_t i = 0;

	while (i < list->n && !uuid_equal(list->v[i].person.uuid, p->uuid))
		i++;
	if (i == list->n) {
		list->v = arena_more(a, list->v, list->n, sizeof *list->v);
		list->v[list->n++] = (struct member){ .person = *p };
	}
	list->v[i].roles |= role;
}

/* The Caf's staff, whoever is in several groups once. */
static enum err members_of(struct app *app, struct arena *a, const struct caf *caf, struct members *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_GROUP, BYTES_NONE);

	while (scan_next(&s)) {
		struct group g;

		if (group_decode(a, s.record.payload, &g) || strcmp(g.caf, caf->code) != 0)
			continue;
		for (size_t i = 0; i < g.member_keys.n; i++) {
			struct person p;

			if (person_by_key(&t, a, g.member_keys.v[i], &p) == ERR_OK && *p.mail)
				add_role(a, out, &p, group_role(&g, &p));
		}
	}
	return t.err;
}

enum err queue_digest_add(struct app *app, struct arena *a, struct changeset *cs, const struct caf *caf, day_t today)
{
	struct digest d = { 0 };
	struct members members = { 0 };
	enum err e = read_queue(app, a, caf->code, &d);

	if (!e)
		e = recall_unreturned(app, a, cs, caf->code, today, &d);
	if (!e)
		e = members_of(app, a, caf, &members);
	for (size_t i = 0; !e && i < members.n; i++)
		write_digest(app, a, cs, &members.v[i].person, members.v[i].roles, &d);
	return e;
}
