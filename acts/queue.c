#include "acts/queue.h"
#include "acts/departure.h"

#include "acts/request_review.h"
#include "base/text.h"

#include <string.h>

#define CLAIM_MS (30 * MINUTE_MS)

static struct bytes queue_key(struct arena *a, const char *caf)
{
	struct buf b = buf_new(a);

	buf_add(&b, caf, strlen(caf) + 1);
	return buf_bytes(&b);
}

struct bytes todo_key(struct arena *a, const char *caf, int64_t since, const char *kind, struct uuid object)
{
	struct buf b = buf_new(a);

	buf_add(&b, caf, strlen(caf) + 1);
	buf_u64(&b, (uint64_t)since);
	buf_add(&b, kind, strlen(kind) + 1);
	buf_add(&b, object.b, sizeof object.b);
	return buf_bytes(&b);
}

bool todo_is_claimed(const struct todo *t, int64_t now)
{
	return !uuid_is_none(t->claimed_by) && now < todo_claimed_until(t);
}

int64_t todo_claimed_until(const struct todo *t)
{
	return t->claimed_at + CLAIM_MS;
}

/* The administrators see the whole of their Caf's queue. */
static bool is_shown(const struct visitor *who, const struct todo *t)
{
	return who->roles & ROLE_CAF_ADMIN || todo_may_open(who, t);
}

/* The Caf's files, oldest first, as the keys stand; who: only those he sees. */
static enum err read_all(struct txn *t, struct arena *a, const char *caf, const struct visitor *who, struct todo **out,
			 size_t *n)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_TODO, queue_key(a, caf));
	struct todo *v = NULL;
	size_t count = 0, room = 0;

	while (scan_next(&s)) {
		if (count == room) {
			struct todo *grown = arena_array(a, room * 2 + 32, struct todo);

			if (count)
				memcpy(grown, v, count * sizeof *grown);
			v = grown;
			room = room * 2 + 32;
		}
		enum err e = todo_decode(a, s.record.payload, &v[count]);

		if (e)
			return e;
		if (who && !is_shown(who, &v[count]))
			continue;
		v[count++].rev = s.record.rev;
	}
	*out = v;
	*n = count;
	return t->err;
}

static bool matches(struct arena *a, const struct queue_filter *f, const char *sought, const struct todo *t,
		    const struct visitor *who, int64_t now)
{
	const char *const texts[] = { t->title, t->provider_name };
	bool claimed = todo_is_claimed(t, now);

	if (*f->kind && strcmp(f->kind, t->kind) != 0)
		return false;
	if (strcmp(f->claimed, "moi") == 0 && (!claimed || !uuid_equal(t->claimed_by, who->person.uuid)))
		return false;
	if (strcmp(f->claimed, "personne") == 0 && claimed)
		return false;
	return text_mentions(a, sought, texts, LENGTH(texts));
}

static void count_kind(struct queue_page *p, const struct todo *t)
{
	const char *kind = t->kind;

	p->revisions += strcmp(kind, "fiche") == 0;
	p->requests += strcmp(kind, "demande") == 0;
	p->agreements += strcmp(kind, "convention") == 0;
	p->reports += strcmp(kind, "signalement") == 0;
	p->unreturned += strcmp(kind, REQUEST_UNRETURNED) == 0;
	p->departures += strcmp(kind, DEPARTURE_TODO) == 0;
}

static enum err last_decision(struct txn *t, struct arena *a, const char *caf, int64_t *out)
{
	static const enum event events[] = { EVENT_REVISION_ACCEPTED, EVENT_REVISION_REFUSED };

	for (size_t i = 0; i < LENGTH(events); i++) {
		struct audit_query q = {
			.caf = caf, .event = event_code(events[i]), .event_class = -1, .failed = 0, .limit = 1
		};
		struct audit_page page = { 0 };
		enum err e = audit_find(t, a, &q, &page);

		if (e)
			return e;
		if (page.n && page.v[0].time > *out)
			*out = page.v[0].time;
	}
	return ERR_OK;
}

enum err queue_read(struct app *app, struct arena *a, const struct visitor *who, const struct queue_filter *f,
		    struct queue_page *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	const char *sought = text_sought(a, f->text);
	int64_t now = visitor_now(who);
	size_t per_page = f->per_page ? f->per_page : 20, first = f->page * per_page;
	struct queue_page p = { 0 };
	struct todo *all;
	enum err e = read_all(&t, a, who->person.caf, who, &all, &p.all);

	if (e)
		return e;
	p.v = arena_array(a, per_page, struct todo);
	for (size_t i = 0; i < p.all; i++) {
		count_kind(&p, &all[i]);
		if (!matches(a, f, sought, &all[i], who, now))
			continue;
		if (p.total >= first && p.n < per_page)
			p.v[p.n++] = all[i];
		p.total++;
	}
	if (!p.all && (e = last_decision(&t, a, who->person.caf, &p.last_decided)))
		return e;
	*out = p;
	return ERR_OK;
}

size_t queue_count(struct app *app, struct arena *a, const char *caf)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_TODO, queue_key(a, caf));
	size_t n = 0;

	while (scan_next(&s))
		n++;
	return n;
}

size_t queue_count_for(struct app *app, struct arena *a, const struct visitor *who)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct todo *all;
	size_t n = 0;

	return read_all(&t, a, who->person.caf, who, &all, &n) ? 0 : n;
}

/* What a colleague has open is left to him. */
bool todo_may_open(const struct visitor *who, const struct todo *t)
{
	bool reviewed = strcmp(t->kind, "fiche") == 0 || strcmp(t->kind, "signalement") == 0;

	return who->roles & (reviewed ? ROLE_CAF_REVIEWER : ROLE_CAF_ADMIN);
}

enum err queue_next(struct app *app, struct arena *a, const struct visitor *who, const char *kind, struct todo *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	int64_t now = visitor_now(who);
	struct todo *all;
	size_t n;
	enum err e = read_all(&t, a, who->person.caf, who, &all, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		if ((*kind && strcmp(all[i].kind, kind) != 0) || !todo_may_open(who, &all[i]))
			continue;
		if (todo_is_claimed(&all[i], now) && !uuid_equal(all[i].claimed_by, who->person.uuid))
			continue;
		*out = all[i];
		return ERR_OK;
	}
	return ERR_NOTFOUND;
}

enum err queue_find(struct app *app, struct arena *a, const char *caf, const char *kind, struct uuid object,
		    struct todo *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct todo *all;
	size_t n;
	enum err e = read_all(&t, a, caf, NULL, &all, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].kind, kind) != 0 || !uuid_equal(all[i].establishment, object))
			continue;
		*out = all[i];
		return ERR_OK;
	}
	return ERR_NOTFOUND;
}

enum err queue_of_kind(struct app *app, struct arena *a, const struct visitor *who, const char *kind, struct todo **out,
		       size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	size_t all;
	enum err e = read_all(&t, a, who->person.caf, who, out, &all);

	*n = 0;
	for (size_t i = 0; !e && i < all; i++)
		if (strcmp((*out)[i].kind, kind) == 0)
			(*out)[(*n)++] = (*out)[i];
	return e;
}

enum err queue_rank(struct app *app, struct arena *a, const char *caf, const char *kind, struct uuid establishment,
		    size_t *rank, size_t *of)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct todo *all;
	size_t n, seen = 0, at = 0;
	enum err e = read_all(&t, a, caf, NULL, &all, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i].kind, kind) != 0)
			continue;
		seen++;
		if (uuid_equal(all[i].establishment, establishment))
			at = seen;
	}
	if (!at)
		return ERR_NOTFOUND;
	*rank = at;
	*of = seen;
	return ERR_OK;
}

static void name_object(struct app *app, struct arena *a, const struct todo *t, struct audit_record *audit)
{
	AUTO_TXN struct txn txn = txn_read(app->store, STORE_MAIN);
	struct bytes key = key_bytes(t->establishment.b, sizeof t->establishment.b);
	struct establishment e;

	if (strcmp(t->kind, "fiche") == 0 && !establishment_get(&txn, a, TABLE_MIRROR_ESTABLISHMENT, key, &e))
		act_on_establishment(audit, &e);
}

enum err queue_claim(struct app *app, struct arena *a, const struct visitor *who, const struct todo *file)
{
	struct audit_record audit = act_record(a, who, EVENT_QUEUE_CLAIMED);
	struct bytes key = todo_key(a, who->person.caf, file->since, file->kind, file->establishment);
	int64_t now = visitor_now(who);
	struct todo t = *file;
	struct changeset *cs;

	enum err e = role_confirm(app, a, who, who->roles & ROLE_CAF_REVIEWER ? ROLE_CAF_REVIEWER : ROLE_CAF_ADMIN);

	if (e || act_was_done(app, who) || (e = act_begin(app, a, who, &cs)))
		return e;
	t.claimed_by = who->person.uuid;
	t.claimed_name = who->person.name;
	t.claimed_at = now;
	changeset_expect(cs, TABLE_TODO, key, file->rev);
	changeset_put(cs, TABLE_TODO, key, todo_encode(a, &t));
	audit.caf = who->person.caf;
	audit.object_kind = t.kind;
	name_object(app, a, &t, &audit);
	act_detail(a, &audit, "n", arena_printf(a, "%llu", (unsigned long long)t.n));
	changeset_audit(cs, &audit);
	return changeset_commit(app->store, cs, NULL);
}
