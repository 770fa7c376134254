/* One changeset at a time: deletions first, then puts, since two entries may trade a name in one poll. */
#include "acts/mirror_batch.h"

#include "acts/agent.h"
#include "acts/agreement.h"
#include "acts/departure.h"
#include "acts/erased.h"
#include "acts/publish.h"
#include "acts/queue.h"
#include "acts/rights.h"
#include "acts/who.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define OPS_MAX 1500
#define BYTES_MAX ((size_t)900 * 1024)
#define ENTRIES_MAX 400

/* --- the changeset at hand --- */

static void begin(struct batch *b)
{
	if (b->cs)
		return;
	b->work = arena_new();
	b->cs = changeset_new(b->work);
	b->within = (struct uuids){ 0 };
	b->puts = NULL;
	b->puts_n = b->ops = b->bytes = 0;
}

void mirror_batch_done(struct batch *b)
{
	arena_free(b->work);
	b->work = NULL;
	b->cs = NULL;
}

struct changeset *mirror_batch_changeset(struct batch *b)
{
	begin(b);
	return b->cs;
}

bool mirror_batch_is_full(const struct batch *b)
{
	return b->ops >= OPS_MAX || b->bytes >= BYTES_MAX || b->within.n >= ENTRIES_MAX;
}

enum err mirror_batch_flush(struct batch *b)
{
	enum err e = ERR_OK;

	if (!b->cs)
		return ERR_OK;
	for (size_t i = 0; i < b->puts_n; i++)
		changeset_put(b->cs, b->puts[i].table, b->puts[i].key, b->puts[i].value);
	if (b->ops)
		e = changeset_commit(b->app->store, b->cs, NULL);
	mirror_batch_done(b);
	return e;
}

static void count(struct batch *b, struct bytes key, struct bytes value)
{
	b->ops++;
	b->bytes += key.n + value.n + 16;
}

void mirror_batch_put(struct batch *b, enum table table, struct bytes key, struct bytes value)
{
	begin(b);
	b->puts = arena_more(b->work, b->puts, b->puts_n, sizeof *b->puts);
	b->puts[b->puts_n++] = (struct index_row){
		table,
		{ (const uint8_t *)arena_memdup(b->work, key.p, key.n), key.n },
		{ (const uint8_t *)arena_memdup(b->work, value.p, value.n), value.n },
	};
	count(b, key, value);
}

void mirror_batch_delete(struct batch *b, enum table table, struct bytes key)
{
	begin(b);
	changeset_delete(b->cs, table, key);
	count(b, key, BYTES_NONE);
}

/* --- index rows --- */

static enum err ever_of(struct txn *t, const struct index_row *row, uint8_t *out)
{
	struct record rec;
	enum err e = txn_get(t, row->table, row->key, &rec);

	*out = !e && rec.payload.n == 2 ? rec.payload.p[1] : 0;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err put_row(struct batch *b, struct txn *t, const struct index_row *row)
{
	uint8_t value[2];

	if (row->table != TABLE_MIRROR_RIGHT) {
		mirror_batch_put(b, row->table, row->key, row->value);
		return ERR_OK;
	}
	enum err e = ever_of(t, row, &value[1]);

	if (e)
		return e;
	value[0] = row->value.p[0];
	value[1] |= value[0];
	mirror_batch_put(b, row->table, row->key, key_bytes(value, sizeof value));
	return ERR_OK;
}

/* A name may have passed to another entry since. */
static bool is_ours(struct txn *t, const struct index_row *row, struct uuid owner)
{
	struct record rec;

	if (row->table != TABLE_MIRROR_DN && row->table != TABLE_MIRROR_NAME)
		return true;
	if (txn_get(t, row->table, row->key, &rec))
		return false;
	struct bytes held = tail_of(rec.payload, sizeof owner.b);

	return held.n && memcmp(held.p, owner.b, held.n) == 0;
}

enum err mirror_batch_drop_row(struct batch *b, struct txn *t, const struct index_row *row, struct uuid owner, bool gone)
{
	uint8_t value[2] = { 0 };

	if (row->table != TABLE_MIRROR_RIGHT || gone) {
		if (is_ours(t, row, owner))
			mirror_batch_delete(b, row->table, row->key);
		return ERR_OK;
	}
	enum err e = ever_of(t, row, &value[1]);

	if (e)
		return e;
	value[1] |= row->value.n ? row->value.p[0] : 0;
	mirror_batch_put(b, row->table, row->key, key_bytes(value, sizeof value));
	return ERR_OK;
}

/* --- what a change entails --- */

enum err mirror_children(struct txn *t, struct arena *a, char kind, const char *parent, struct uuids *out,
			 struct arena *into)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(a, kind, parent));

	while (scan_next(&s)) {
		struct uuid u;
		struct bytes tail = tail_of(s.key, sizeof u.b);

		memcpy(u.b, tail.p, tail.n);
		uuids_add(into, out, u);
	}
	return t->err;
}

/* Entries whose rights or members name this DN. */
static enum err name_holders(struct txn *t, struct batch *b, const char *key)
{
	static const enum table tables[] = { TABLE_MIRROR_RIGHT, TABLE_MIRROR_MEMBER };

	for (size_t i = 0; i < LENGTH(tables) && !t->err; i++) {
		AUTO_SCAN struct scan s = scan_prefix(t, tables[i], mirror_dn_key(b->work, key));

		while (scan_next(&s)) {
			struct uuid u;

			memcpy(u.b, tail_of(s.key, sizeof u.b).p, sizeof u.b);
			uuids_add(b->arena, &b->reread, u);
		}
	}
	return t->err;
}

/* A name that changed or went: refint mends in the background, without an event, whoever named it. */
static enum err reread(struct txn *t, struct batch *b, const struct mirrored *old)
{
	enum err e = ERR_OK;
	static const char below[] = "mag";

	switch (old->kind) {
	case MIRROR_KIND_PERSON:
		return name_holders(t, b, old->key);
	case MIRROR_KIND_PROVIDER:
		for (const char *kind = below; *kind && !e; kind++)
			e = mirror_children(t, b->work, *kind, old->key, &b->reread, b->arena);
		return e;
	case MIRROR_KIND_ESTABLISHMENT:
		return mirror_children(t, b->work, 'g', old->is.establishment.manager_key, &b->reread, b->arena);
	default:
		return ERR_OK;
	}
}

static enum err touch_covered(struct txn *t, struct batch *b, const struct agreement *g)
{
	for (size_t i = 0; i < g->covered_keys.n; i++) {
		struct record rec;
		struct uuid u;
		enum err e = txn_get(t, TABLE_MIRROR_DN, mirror_dn_key(b->work, g->covered_keys.v[i]), &rec);

		if (e == ERR_NOTFOUND)
			continue;
		if (e || rec.payload.n != 1 + sizeof u.b)
			return e ? e : ERR_CORRUPT;
		memcpy(u.b, rec.payload.p + 1, sizeof u.b);
		if (rec.payload.p[0] == MIRROR_KIND_ESTABLISHMENT)
			uuids_add(b->arena, &b->touched, u);
	}
	return ERR_OK;
}

/* Establishments whose public page shows something of this entry. */
static enum err touch(struct txn *t, struct batch *b, const struct mirrored *m)
{
	if (m->kind == MIRROR_KIND_ESTABLISHMENT)
		uuids_add(b->arena, &b->touched, m->uuid);
	if (b->first)
		return ERR_OK;
	if (m->kind == MIRROR_KIND_PROVIDER)
		return mirror_children(t, b->work, 'm', m->key, &b->touched, b->arena);
	if (m->kind == MIRROR_KIND_CAF)
		return mirror_children(t, b->work, 'e', m->is.caf.code, &b->touched, b->arena);
	return m->kind == MIRROR_KIND_AGREEMENT ? touch_covered(t, b, &m->is.agreement) : ERR_OK;
}

/* An account that closes takes its sessions along, so that none lives again should it be opened anew. */
static enum err close_account(struct batch *b, const struct mirrored *old, const struct mirrored *now)
{
	size_t live;
	bool was = old && old->kind == MIRROR_KIND_PERSON && strcmp(old->is.person.status, "active") == 0;

	if (!was || (now && now->kind == MIRROR_KIND_PERSON && strcmp(now->is.person.status, "active") == 0))
		return ERR_OK;
	enum err e = sessions_drop(b->app, b->work, b->cs, old->uuid, NULL, clock_now(), &live);

	b->ops++;
	if (e || !live)
		return e;
	struct visitor who = { .known = true, .person = old->is.person };
	struct audit_record r = act_record(b->work, &who, EVENT_SESSION_END);

	r.cause = now && now->kind == MIRROR_KIND_PERSON && strcmp(now->is.person.status, "suspendue") == 0 ? "suspended" :
													      "ended";
	act_detail(b->work, &r, "sessions", arena_printf(b->work, "%zu", live));
	changeset_audit(b->cs, &r);
	return ERR_OK;
}

static const char *access_of(const struct mirrored *m)
{
	return m && m->kind == MIRROR_KIND_PERSON ? m->is.person.status : "";
}

/* A reported end of mission waits for the Caf's word, which it may say with an LDAP tool. */
static enum err settle_departure(struct batch *b, const struct mirrored *old, const struct mirrored *now)
{
	struct todo file;

	if (!*access_of(old) || strcmp(access_of(old), access_of(now)) == 0 || strcmp(access_of(now), "suspendue") == 0)
		return ERR_OK;
	enum err e = queue_find(b->app, b->work, old->is.person.caf, DEPARTURE_TODO, old->uuid, &file);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	struct audit_record r;

	e = agent_record(b->app, b->work, &(struct visitor){ .address = "", .user_agent = "" }, &old->is.person,
			 strcmp(access_of(now), "active") == 0 ? EVENT_AGENT_REOPENED : EVENT_AGENT_ENDED, &r);
	if (e)
		return e;
	r.role = "service";
	act_detail(b->work, &r, "departure", "settled");
	changeset_audit(b->cs, &r);
	mirror_batch_delete(b, TABLE_TODO, todo_key(b->work, r.caf, file.since, file.kind, old->uuid));
	return ERR_OK;
}

/* --- one entry --- */

static enum err change_rows(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	enum err e = ERR_OK;

	for (size_t i = 0; old && i < old->n && !e; i++)
		if (!now || !mirrored_row(now, old->rows[i].table, old->rows[i].key))
			e = mirror_batch_drop_row(b, t, &old->rows[i], old->uuid, !now);
	for (size_t i = 0; now && i < now->n && !e; i++) {
		const struct index_row *row = &now->rows[i];
		const struct index_row *was = old ? mirrored_row(old, row->table, row->key) : NULL;

		if (b->force || !was || !bytes_equal(was->value, row->value))
			e = put_row(b, t, row);
	}
	return e;
}

static enum err change_record(struct batch *b, const struct mirrored *old, const struct mirrored *now)
{
	struct bytes key = key_bytes(now ? now->uuid.b : old->uuid.b, sizeof(struct uuid));

	if (old && (!now || old->table != now->table))
		mirror_batch_delete(b, old->table, key);
	if (now && (b->force || !old || old->table != now->table || !bytes_equal(old->payload, now->payload))) {
		mirror_batch_put(b, now->table, key, now->payload);
		b->changed++;
	}
	return ERR_OK;
}

/* The former id of an establishment that is deleted or has another now. Its last word is said here: a later poll would not know
   it any more. */
static enum err leave_id(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	if (!old || old->kind != MIRROR_KIND_ESTABLISHMENT)
		return ERR_OK;
	if (now && now->kind == MIRROR_KIND_ESTABLISHMENT &&
	    strcasecmp(old->is.establishment.id, now->is.establishment.id) == 0)
		return ERR_OK;
	return publish_stored(b->app, b->work, t, b->cs, &old->is.establishment, true);
}

/* Whoever deleted it, and however: nobody gets uid or number again, and the lint knows whose they were. */
static void keep_names(struct batch *b, const struct mirrored *old, const struct mirrored *now)
{
	if (now || old->kind != MIRROR_KIND_PERSON)
		return;
	erased_put(b->work, b->cs, ERASED_UID, old->is.person.uid, clock_now());
	erased_put(b->work, b->cs, ERASED_NUMBER, old->is.person.number, clock_now());
	b->ops += 2;
}

static bool is_provider(struct arena *a, const char *key, const char *id)
{
	const char *rdn = arena_printf(a, "habfournisseurid=%s,", text_casefold(a, id));

	return strncmp(key, rdn, strlen(rdn)) == 0;
}

/* What an activation kept of a convention by its number is kept by its entry from now on. Not by one that was given the number with an
   LDAP tool meanwhile. */
static enum err take_file(struct batch *b, struct txn *t, const struct mirrored *now)
{
	const struct agreement *g = &now->is.agreement;
	struct bytes awaited = agreement_awaited_key(b->work, g->number), key = agreement_file_key(g);
	struct agreement_file file, own;
	enum err e = agreement_file_get(t, b->work, TABLE_AGREEMENT, awaited, &file);

	if (e || !is_provider(b->work, g->provider_key, file.provider_id))
		return or_none(e);
	e = agreement_file_get(t, b->work, TABLE_AGREEMENT, key, &own);
	if (e != ERR_NOTFOUND)
		return e;
	struct audit_record r =
		act_record(b->work, &(struct visitor){ .address = "", .user_agent = "" }, EVENT_AGREEMENT_WRITTEN);

	r.role = "service";
	act_on_agreement(b->work, &r, g, &(struct provider){ .id = file.provider_id, .caf = file.caf });
	changeset_audit(b->cs, &r);
	mirror_batch_put(b, TABLE_AGREEMENT, key, agreement_file_encode(b->work, &file));
	mirror_batch_delete(b, TABLE_AGREEMENT, awaited);
	return ERR_OK;
}

static enum err entail(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	enum err e = close_account(b, old, now);

	keep_names(b, old, now);
	if (!e)
		e = settle_departure(b, old, now);
	if (!e && old && (!now || strcmp(old->key, now->key) != 0))
		e = reread(t, b, old);
	if (!e && old)
		e = touch(t, b, old);
	if (!e && now)
		e = touch(t, b, now);
	if (!e && now && now->kind == MIRROR_KIND_AGREEMENT)
		e = take_file(b, t, now);
	return e ? e : leave_id(b, t, old, now);
}

static enum err change(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	enum err e = change_rows(b, t, old, now);

	if (!e)
		e = change_record(b, old, now);
	if (!e)
		e = mirror_history_mark(b, t, old, now);
	if (!e)
		e = mirror_takeover_mark(b, t, old, now);
	if (!e)
		e = entail(b, t, old, now);
	if (!now)
		b->changed++;
	uuids_add(b->work, &b->within, now ? now->uuid : old->uuid);
	return e;
}

static enum err make_room(struct batch *b, struct uuid next)
{
	bool twice = false;

	for (size_t i = 0; b->cs && i < b->within.n && !twice; i++)
		twice = uuid_equal(b->within.v[i], next);
	enum err e = b->cs && (twice || mirror_batch_is_full(b)) ? mirror_batch_flush(b) : ERR_OK;

	begin(b);
	return e;
}

enum err mirror_batch_entry(struct batch *b, const struct entry *entry)
{
	enum err e = make_room(b, entry->uuid);
	struct mirrored now, old;

	if (e)
		return e;
	e = mirrored_of(b->work, entry, &now);
	if (e == ERR_NOTFOUND || e == ERR_CORRUPT)
		return mirror_batch_gone(b, entry->uuid);
	if (e)
		return e;
	AUTO_TXN struct txn t = txn_read(b->app->store, STORE_MAIN);

	e = mirrored_read(&t, b->work, now.uuid, &old);
	if (e && e != ERR_NOTFOUND)
		return e;
	return change(b, &t, e ? NULL : &old, &now);
}

enum err mirror_batch_gone(struct batch *b, struct uuid uuid)
{
	enum err e = make_room(b, uuid);
	struct mirrored old;

	if (e)
		return e;
	AUTO_TXN struct txn t = txn_read(b->app->store, STORE_MAIN);

	e = mirrored_read(&t, b->work, uuid, &old);
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	return change(b, &t, &old, NULL);
}
