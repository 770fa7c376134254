#include "acts/listing_rules.h"
#include "acts/publish.h"
#include "acts/queue.h"
#include "base/text.h"

#include <string.h>

static struct bytes key_of(const struct establishment *e)
{
	return key_bytes(e->uuid.b, sizeof e->uuid.b);
}

struct sending {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct establishment *e;
	const struct revision_seen *seen;
	struct file file;
	struct listing text;
	struct difference *changed;
	size_t n_changed;
	struct revision r;
};

static uint64_t sections_mask(const struct sending *s)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < s->n_changed; i++)
		mask |= (uint64_t)1 << s->changed[i].section;
	return mask;
}

static const char *sections_codes(const struct sending *s)
{
	struct buf b = buf_new(s->a);

	for (size_t i = 0; i < s->n_changed; i++)
		buf_printf(&b, "%s%s", i ? "," : "", section_codes[s->changed[i].section]);
	return buf_str(&b);
}

/* « Première fiche », « Horaires », « 3 rubriques modifiées ». */
static const char *todo_detail(const struct sending *s)
{
	if (!s->file.published.rev)
		return "Première fiche";
	if (s->n_changed == 1)
		return section_labels[s->changed[0].section];
	return s->n_changed ? arena_printf(s->a, "%zu rubriques modifiées", s->n_changed) : "Remise en ligne demandée";
}

static void make_revision(struct sending *s)
{
	struct revision *r = &s->r;
	uint8_t *hash = arena_alloc(s->a, DIGEST_SIZE);

	codec_default(&revision_codec, r);
	r->text = listing_encode(s->a, &s->text);
	secret_digest(r->text, hash);
	r->hash = key_bytes(hash, DIGEST_SIZE);
	r->n = s->file.head.last + 1;
	r->state = "pending";
	r->base = s->seen->base;
	r->sent_at = visitor_now(s->who);
	r->author = s->who->person.uuid;
	r->author_number = s->who->person.number;
	r->author_name = s->who->person.name;
	r->provider_name = s->who->provider.name;
	r->caf = s->e->caf;
	r->establishment = s->e->uuid;
	r->changed_sections = sections_mask(s);
}

static bool is_nothing_new(const struct sending *s)
{
	const struct published *p = &s->file.published;

	if (s->file.r.rev && bytes_equal(s->file.r.text, s->r.text))
		return true;
	return p->rev && !s->n_changed && strcmp(p->state, "online") == 0;
}

static void add_todo(struct sending *s, struct changeset *cs)
{
	struct todo t;

	codec_default(&todo_codec, &t);
	t.kind = "fiche";
	t.establishment = s->e->uuid;
	t.n = s->r.n;
	t.title = s->e->name;
	t.detail = todo_detail(s);
	t.provider_name = s->r.provider_name;
	t.since = s->r.sent_at;
	t.path = arena_printf(s->a, "/caf/revisions/%s", s->e->id);
	changeset_put(cs, TABLE_TODO, todo_key(s->a, s->r.caf, t.since, t.kind, s->e->uuid), todo_encode(s->a, &t));
}

static void add_changes(struct sending *s, struct changeset *cs)
{
	struct file *f = &s->file;
	struct bytes draft = draft_key(s->a, s->e->uuid, FAMILY_LISTING, s->who->person.uuid);
	struct audit_record audit = act_record(s->a, s->who, EVENT_REVISION_SENT);

	file_expect(s->a, cs, s->e, f);
	changeset_expect(cs, TABLE_REVISION, numbered_key(s->a, s->e->uuid, s->r.n), REV_ABSENT);
	act_on_establishment(&audit, s->e);
	act_detail(s->a, &audit, "n", arena_printf(s->a, "%llu", (unsigned long long)s->r.n));
	act_detail(s->a, &audit, "base", arena_printf(s->a, "%llu", (unsigned long long)s->r.base));
	act_detail(s->a, &audit, "sections", sections_codes(s));
	if (f->r.rev) {
		act_detail(s->a, &audit, "supersedes", arena_printf(s->a, "%llu", (unsigned long long)f->r.n));
		file_close(s->a, cs, s->e, f, "superseded", s->r.sent_at, s->r.author_name);
	}
	changeset_put(cs, TABLE_REVISION, numbered_key(s->a, s->e->uuid, s->r.n), revision_encode(s->a, &s->r));
	f->head.last = f->head.pending = s->r.n;
	f->head.last_state = s->r.state;
	f->head.last_at = s->r.sent_at;
	f->head.last_author = s->r.author_name;
	changeset_put(cs, TABLE_REVISION_HEAD, key_of(s->e), revision_head_encode(s->a, &f->head));
	add_todo(s, cs);
	changeset_expect(cs, TABLE_DRAFT, draft, s->seen->draft);
	changeset_delete(cs, TABLE_DRAFT, draft);
	changeset_audit(cs, &audit);
}

static enum err prepare(struct sending *s)
{
	struct listing online;
	enum err e = file_read(s->app, s->a, s->e, 0, &s->file);

	if (e)
		return e;
	if (s->seen->base != (s->file.published.rev ? s->file.published.n : 0) || s->seen->pending != s->file.head.pending)
		return ERR_CONFLICT;
	if (s->file.published.rev && (e = listing_decode(s->a, s->file.published.text, &online)))
		return e;
	listing_compare(s->app, s->a, s->file.published.rev ? &online : NULL, &s->text, &s->changed, &s->n_changed);
	make_revision(s);
	return ERR_OK;
}

enum err revision_send(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
		       const struct input *in, const struct revision_seen *seen, struct faults *faults, bool *unchanged,
		       uint64_t *n)
{
	struct sending s = { .app = app, .a = a, .who = who, .e = e, .seen = seen };
	struct changeset *cs;
	enum err failed = right_confirm(app, a, who, e, FAMILY_LISTING);

	*unchanged = false;
	if (failed)
		return failed;
	if (act_was_done(app, who)) {
		failed = file_read(app, a, e, 0, &s.file);
		*n = s.file.head.last;
		return failed;
	}
	listing_from_input(app, a, e, in, &s.text, faults);
	if (faults->n)
		return ERR_INVALID;
	if ((failed = prepare(&s)))
		return failed;
	*unchanged = is_nothing_new(&s);
	if (*unchanged)
		return ERR_INVALID;
	if ((failed = act_begin(app, a, who, &cs)))
		return failed;
	add_changes(&s, cs);
	failed = changeset_commit(app->store, cs, NULL);
	if (!failed)
		*n = s.r.n;
	return failed;
}

enum err revision_withdraw(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			   uint64_t n)
{
	struct file f;
	struct changeset *cs;
	struct listing_state st;
	struct listing text;
	enum err failed = right_confirm(app, a, who, e, FAMILY_LISTING);

	if (failed)
		return failed;
	if (act_was_done(app, who))
		return ERR_OK;
	failed = n ? file_read(app, a, e, n, &f) : ERR_NOTFOUND;
	if (!failed)
		failed = listing_state_read(app, a, who, e, &st);
	if (!failed && f.head.pending != n)
		failed = ERR_CONFLICT;
	if (!failed)
		failed = listing_decode(a, f.r.text, &text);
	if (failed || (failed = act_begin(app, a, who, &cs)))
		return failed;
	struct audit_record audit = act_record(a, who, EVENT_REVISION_WITHDRAWN);

	act_on_establishment(&audit, e);
	act_detail(a, &audit, "n", arena_printf(a, "%llu", (unsigned long long)n));
	file_expect(a, cs, e, &f);
	file_close(a, cs, e, &f, "withdrawn", visitor_now(who), who->person.name);
	if (!st.draft.rev) {
		struct input in = listing_to_input(app, a, &text);
		struct bytes key = draft_key(a, e->uuid, FAMILY_LISTING, who->person.uuid);

		changeset_expect(cs, TABLE_DRAFT, key, REV_ABSENT);
		changeset_put(cs, TABLE_DRAFT, key, draft_encoded(a, who, &in, f.r.base));
	}
	changeset_audit(cs, &audit);
	return changeset_commit(app->store, cs, NULL);
}

enum err revision_read(struct app *app, struct arena *a, const struct establishment *e, uint64_t n, struct revision *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	if (!n || n > UINT32_MAX)
		return ERR_NOTFOUND;
	return revision_get(&t, a, TABLE_REVISION, numbered_key(a, e->uuid, n), out);
}

enum err revisions_read(struct app *app, struct arena *a, const struct establishment *e, struct revision **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix_back(&t, TABLE_REVISION, key_of(e));
	struct revision *v = NULL;
	size_t count = 0, room = 0;

	while (scan_next(&s)) {
		if (count == room) {
			struct revision *grown = arena_array(a, room * 2 + 8, struct revision);

			if (count)
				memcpy(grown, v, count * sizeof *grown);
			v = grown;
			room = room * 2 + 8;
		}
		enum err failed = revision_decode(a, s.record.payload, &v[count]);

		if (failed)
			return failed;
		v[count++].rev = s.record.rev;
	}
	if (t.err)
		return t.err;
	*out = v;
	*n = count;
	return ERR_OK;
}

/* --- the end of a convention, or another manager, closes what still waited for the Caf --- */

struct waiting {
	struct todo *v;
	size_t n;
};

static enum err read_waiting(struct app *app, struct arena *a, struct waiting *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	size_t room = txn_count(&t, TABLE_TODO);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_TODO, BYTES_NONE);

	*out = (struct waiting){ arena_array(a, room, struct todo), 0 };
	while (out->n < room && scan_next(&s)) {
		enum err e = todo_decode(a, s.record.payload, &out->v[out->n]);

		if (e)
			return e;
		out->n += strcmp(out->v[out->n].kind, "fiche") == 0;
	}
	return t.err;
}

/* e without rev: it left the register. */
static enum err read_establishment(struct app *app, struct arena *a, struct uuid uuid, struct establishment *e, bool *covered)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct bytes key = key_bytes(uuid.b, sizeof uuid.b);
	struct agreements all = { NULL, 0 };
	enum err failed = establishment_get(&t, a, TABLE_MIRROR_ESTABLISHMENT, key, e);

	*covered = false;
	e->uuid = uuid;
	if (failed || !*e->manager_key)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	failed = agreements_of(&t, a, e->manager_key, &all);
	*covered = !failed && agreements_cover(&all, UUID_NONE, e, day_today());
	return failed;
}

static void close_add(struct arena *a, struct changeset *cs, const struct establishment *e, struct file *f,
		      const char *because)
{
	struct audit_record audit;

	codec_default(&audit_record_codec, &audit);
	audit.event = event_code(EVENT_REVISION_WITHDRAWN);
	audit.role = "service";
	act_on_establishment(&audit, e);
	audit.caf = f->r.caf;
	act_detail(a, &audit, "n", arena_printf(a, "%llu", (unsigned long long)f->r.n));
	act_detail(a, &audit, "because", because);
	file_expect(a, cs, e, f);
	file_close(a, cs, e, f, "closed", clock_now(), "");
	changeset_audit(cs, &audit);
}

static enum err close_one(struct app *app, struct arena *a, const struct establishment *e)
{
	struct changeset *cs = changeset_new(a);
	struct file f;
	enum err failed = file_read(app, a, e, 0, &f);

	if (failed || !f.r.rev)
		return failed;
	close_add(a, cs, e, &f, e->rev ? "agreement_ended" : "establishment_gone");
	return changeset_commit(app->store, cs, NULL);
}

enum err revision_close_left_add(struct app *app, struct arena *a, struct changeset *cs, const struct establishment *e,
				 uint64_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct person author;
	struct file f;
	enum err failed = file_read(app, a, e, 0, &f);

	if (failed || !f.r.rev)
		return failed;
	failed = or_none(person_get(&t, a, TABLE_MIRROR_PERSON, key_bytes(f.r.author.b, sizeof f.r.author.b), &author));
	if (failed || (*e->manager_key && strcmp(author.provider_key, e->manager_key) == 0))
		return failed;
	close_add(a, cs, e, &f, "manager_changed");
	*n = f.r.n;
	return ERR_OK;
}

enum err revisions_close_ended(struct app *app, struct arena *a, size_t *closed)
{
	struct waiting all;
	enum err first = read_waiting(app, a, &all);

	*closed = 0;
	for (size_t i = 0; !first && i < all.n; i++) {
		AUTO_ARENA struct arena *work = arena_new();
		struct establishment e;
		bool covered;
		enum err failed = read_establishment(app, work, all.v[i].establishment, &e, &covered);

		if (!failed && covered)
			continue;
		if (!failed)
			failed = close_one(app, work, &e);
		*closed += !failed;
		/* Somebody was quicker: the next day's run looks again. */
		if (failed && failed != ERR_CONFLICT)
			first = failed;
	}
	return first;
}
