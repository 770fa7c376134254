#include "acts/edit.h"

#include "acts/mirror_keys.h"
#include "acts/outcome.h"
#include "base/text.h"

#include <string.h>

/* A job's lines: "@uuid", "*classes\tdn" or, of one to delete, "~uuid" begins an entry, "=attribute: value", "+…", "-…", "!…" and
   "?…" follow, and "#" when the entries behind it need it. */
struct edits {
	struct arena *arena;
	struct strs lines;
};

static const char verbs[] = "=+-!?"; /* by enum edit_verb */

struct edits *edits_new(struct arena *a)
{
	struct edits *x = arena_new_of(a, struct edits);

	x->arena = a;
	return x;
}

void edits_on(struct edits *x, struct uuid entry)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "@%s", uuid_text(x->arena, entry)));
}

void edits_make(struct edits *x, const char *dn, const char *classes)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "*%s\t%s", classes, dn));
}

void edits_remove(struct edits *x, struct uuid entry)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "~%s", uuid_text(x->arena, entry)));
}

static void line(struct edits *x, enum edit_verb verb, const char *attribute, const char *value)
{
	strs_add(x->arena, &x->lines, arena_printf(x->arena, "%c%s: %s", verbs[verb], attribute, value));
}

void edits_set(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_SET, attribute, value);
}

void edits_put(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_PUT, attribute, value);
}

void edits_drop(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_DROP, attribute, value);
}

void edits_first(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_FIRST, attribute, value);
}

void edits_while(struct edits *x, const char *attribute, const char *value)
{
	line(x, EDIT_WHILE, attribute, value);
}

void edits_needed(struct edits *x)
{
	strs_add(x->arena, &x->lines, "#");
}

const struct strs *edits_lines(const struct edits *x)
{
	return &x->lines;
}

void edits_job(struct arena *a, struct changeset *cs, const struct edits *x, const char *about)
{
	struct job j;

	if (!x->lines.n)
		return;
	codec_default(&job_codec, &j);
	j.kind = "directory";
	j.state = "waiting";
	j.created = clock_now();
	j.lines = x->lines;
	j.about = about;
	if (*about)
		outcome_put(a, cs, about, &(struct outcome){ .state = "waiting", .at = j.created, .what = j.kind });
	changeset_append(cs, TABLE_JOB, job_encode(a, &j));
}

void job_again(struct arena *a, struct changeset *cs, struct bytes key, uint64_t rev, struct job *j)
{
	bool failed = strcmp(j->state, "failed") == 0;

	changeset_expect(cs, TABLE_JOB, key, rev);
	j->state = "waiting";
	j->next_at = 0;
	if (*j->about)
		outcome_put(a, cs, j->about,
			    &(struct outcome){ .state = "waiting",
					       .at = clock_now(),
					       .reason = j->last_error,
					       .tries = j->tries,
					       .what = j->kind });
	if (failed) {
		j->created = clock_now(); /* it is kept as long as a new one */
		changeset_delete(cs, TABLE_JOB, key);
		changeset_append(cs, TABLE_JOB, job_encode(a, j));
	} else {
		changeset_put(cs, TABLE_JOB, key, job_encode(a, j));
	}
}

/* of struct job, store/kinds.h */
#define TAG_KIND 1
#define TAG_STATE 2

bool job_may_edit(struct bytes payload)
{
	struct reader in = reader_of(payload);
	struct codec_item it;

	while (codec_next(&in, &it))
		if ((it.tag == TAG_KIND && !bytes_equal(it.value, bytes_of("directory"))) ||
		    (it.tag == TAG_STATE && !bytes_equal(it.value, bytes_of("waiting"))))
			return false;
	return true;
}

/* --- the stop: since i64, the CSN --- */

#define MARK "#jobs-stopped"
#define ASIDE_AT_ONCE 200
#define TRIES 8

enum err edits_stop_read(struct app *app, struct arena *a, struct edits_stop *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;
	enum err e = mirror_mark_get(&t, MARK, &rec);

	*out = (struct edits_stop){ .csn = "" };
	if (e || !rec.rev)
		return e;
	struct reader in = reader_of(rec.payload);

	out->since = (int64_t)read_u64(&in);
	out->csn = arena_memdup(a, in.p, in.n);
	out->rev = rec.rev;
	return in.err ? ERR_CORRUPT : ERR_OK;
}

static struct audit_record stop_record(struct arena *a, const struct visitor *who, const char *what)
{
	struct audit_record r = act_record(a, who, EVENT_SERVICE);

	if (!*r.role)
		r.role = "service";
	r.object_kind = "jobs";
	r.object_id = what;
	return r;
}

enum err edits_stop_add(struct app *app, struct arena *a, struct changeset *cs, const char *csn)
{
	static const struct visitor nobody = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record r = stop_record(a, &nobody, "stop");
	struct edits_stop now;
	struct buf b = buf_new(a);
	enum err e = edits_stop_read(app, a, &now);

	if (e || now.since)
		return e ? e : ERR_CONFLICT;
	buf_u64(&b, (uint64_t)clock_now());
	buf_text(&b, csn);
	changeset_expect(cs, TABLE_MIRROR_IN, mirror_mark(MARK), REV_ABSENT);
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark(MARK), buf_bytes(&b));
	act_detail(a, &r, "change", csn);
	changeset_audit(cs, &r);
	return ERR_OK;
}

static void set_aside(struct arena *a, struct changeset *cs, struct bytes key, const struct record *rec)
{
	struct job j;

	codec_default(&job_codec, &j);
	j.kind = "unreadable";
	j.state = "failed";
	j.created = clock_now();
	j.last_error = "it does not decode";
	strs_add(a, &j.lines, text_hex(a, rec->payload));
	changeset_expect(cs, TABLE_JOB, key, rec->rev);
	changeset_put(cs, TABLE_JOB, key, job_encode(a, &j));
}

/* As many as one record has room to name. */
static enum err set_aside_some(struct app *app, struct arena *a, struct changeset *cs, struct audit_record *r, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	*n = 0;
	while (*n < ASIDE_AT_ONCE && scan_next(&s)) {
		struct reader in = reader_of(s.key);
		struct job j;

		if (!job_decode(a, s.record.payload, &j))
			continue;
		set_aside(a, cs, s.key, &s.record);
		act_detail(a, r, "job", arena_printf(a, "%llu", (unsigned long long)read_u64(&in)));
		++*n;
	}
	return t.err;
}

/* ERR_NOTFOUND: nothing keeps them, and nothing is to be set aside. *more: there may be more of that than one record names. */
static enum err resume_once(struct app *app, struct arena *a, const struct visitor *who, bool *more)
{
	struct audit_record r = stop_record(a, who, "resume");
	struct changeset *cs = changeset_new(a);
	struct edits_stop now;
	size_t aside;
	enum err e = edits_stop_read(app, a, &now);

	if (!e)
		e = set_aside_some(app, a, cs, &r, &aside);
	if (e || (!now.since && !aside))
		return e ? e : ERR_NOTFOUND;
	if (now.since) {
		changeset_expect(cs, TABLE_MIRROR_IN, mirror_mark(MARK), now.rev);
		changeset_delete(cs, TABLE_MIRROR_IN, mirror_mark(MARK));
		act_detail(a, &r, "change", now.csn);
	}
	changeset_audit(cs, &r);
	e = changeset_commit(app->store, cs, NULL);
	*more = e || aside == ASIDE_AT_ONCE;
	return e;
}

enum err edits_resume(struct app *app, struct arena *a, const struct visitor *who)
{
	bool more = true, any = false;
	enum err e = ERR_CONFLICT;

	/* the clerk may be at one of the rows */
	for (int tries = 0; more && tries < TRIES && (!e || e == ERR_CONFLICT); tries += e == ERR_CONFLICT) {
		e = resume_once(app, a, who, &more);
		any = any || !e;
	}
	return any && e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- the reader's side --- */

static enum err read_entry(struct arena *a, const char *s, struct edit_entry *out)
{
	const char *tab = strchr(s, '\t');

	*out = (struct edit_entry){ .dn = "", .classes = "" };
	out->remove = *s == '~';
	if (*s == '@' || *s == '~')
		return uuid_parse(s + 1, &out->uuid);
	if (!tab)
		return ERR_MALFORMED;
	out->classes = arena_memdup(a, s + 1, (size_t)(tab - s - 1));
	out->dn = tab + 1;
	return ERR_OK;
}

static enum err read_line(struct arena *a, const char *s, struct edit_line *out)
{
	const char *at = strchr(verbs, *s), *colon = strstr(s, ": ");

	if (!*s || !at || !colon)
		return ERR_MALFORMED;
	out->verb = (enum edit_verb)(at - verbs);
	out->attribute = arena_memdup(a, s + 1, (size_t)(colon - s - 1));
	out->value = colon + 2;
	return ERR_OK;
}

enum err edits_read(struct arena *a, const struct strs *lines, struct edit_entry **out, size_t *n)
{
	struct edit_entry *entries = NULL;
	size_t count = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < lines->n && !e; i++) {
		const char *s = lines->v[i];

		if (*s == '@' || *s == '*' || *s == '~') {
			entries = arena_more(a, entries, count, sizeof *entries);
			e = read_entry(a, s, &entries[count++]);
			continue;
		}
		if (!count)
			return ERR_MALFORMED;
		struct edit_entry *last = &entries[count - 1];

		if (strcmp(s, "#") == 0) {
			last->needed = true;
			continue;
		}
		last->v = arena_more(a, last->v, last->n, sizeof *last->v);
		e = read_line(a, s, &last->v[last->n++]);
	}
	if (e)
		return ERR_MALFORMED;
	*out = entries;
	*n = count;
	return ERR_OK;
}
