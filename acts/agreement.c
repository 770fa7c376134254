#include "acts/agreement.h"

#include "acts/calendar.h"
#include "acts/mirror.h"
#include "acts/mirror_keys.h"
#include "acts/outcome.h"
#include "acts/provider.h"
#include "acts/right_history.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct bytes agreement_file_key(const struct agreement *g)
{
	return key_bytes(g->uuid.b, sizeof g->uuid.b);
}

struct bytes agreement_awaited_key(struct arena *a, const char *number)
{
	return bytes_of(text_casefold(a, number));
}

const char *agreement_outcome_key(struct arena *a, const struct agreement *g, const char *what)
{
	return outcome_key(a, "convention", uuid_text(a, g->uuid), what);
}

void act_on_agreement(struct arena *a, struct audit_record *r, const struct agreement *g, const struct provider *p)
{
	r->caf = p->caf;
	r->provider = p->id;
	r->object_kind = "agreement";
	r->object_id = g->number;
	act_detail(a, r, "entry", uuid_text(a, g->uuid));
}

enum err agreement_file_read(struct app *app, struct arena *a, const struct agreement *g, const struct provider *p,
			     struct agreement_file *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = agreement_file_get(&t, a, TABLE_AGREEMENT, agreement_file_key(g), out);

	if (e != ERR_NOTFOUND)
		return e;
	out->number = g->number;
	out->caf = p->caf;
	out->provider_id = p->id;
	return t.err;
}

static enum err by_number(struct txn *t, struct arena *a, const char *number, struct agreement *out)
{
	struct record rec;
	enum err e = txn_get(t, TABLE_MIRROR_NAME, mirror_name_key(a, 'g', number), &rec);

	return e ? e : agreement_get(t, a, TABLE_MIRROR_AGREEMENT, rec.payload, out);
}

/* Whose file was begun under that number. */
static enum err by_former_number(struct txn *t, struct arena *a, const char *number, struct agreement *out)
{
	const char *folded = text_casefold(a, number);
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_AGREEMENT, BYTES_NONE);

	while (scan_next(&s)) {
		struct agreement_file file;
		enum err e = agreement_file_decode(a, s.record.payload, &file);

		if (e)
			return e;
		if (strcmp(text_casefold(a, file.number), folded) != 0)
			continue;
		e = agreement_get(t, a, TABLE_MIRROR_AGREEMENT, s.key, out);
		if (e != ERR_NOTFOUND) /* else it is gone, or still awaited */
			return e;
	}
	return t->err ? t->err : ERR_NOTFOUND;
}

enum err caf_agreement_find(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			    struct agreement *out, struct provider *provider, const char **foreign)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct agreement g;
	struct provider p;
	enum err e = by_number(&t, a, number, &g);

	if (e == ERR_NOTFOUND)
		e = by_former_number(&t, a, number, &g);
	if (foreign)
		*foreign = "";
	if (!e)
		e = provider_by_key(&t, a, g.provider_key, &p);
	if (e)
		return e;
	if (!*p.caf || strcmp(p.caf, who->person.caf) != 0) {
		if (foreign)
			*foreign = p.caf;
		return ERR_NOTFOUND;
	}
	*out = g;
	*provider = p;
	return ERR_OK;
}

enum err agreement_reread(struct app *app, struct arena *a, const struct agreement *g, struct agreement *out)
{
	struct entry entry;
	struct agreement now;

	if (!app->web)
		return ERR_UNAVAILABLE;
	enum err e = directory_read(app->web, a, g->dn, NULL, &entry);

	if (e || (e = mirror_agreement(a, &entry, &now)))
		return e;
	if (!uuid_equal(now.uuid, g->uuid))
		return ERR_NOTFOUND;
	*out = now;
	return ERR_OK;
}

static enum err is_mirrored(struct app *app, struct arena *a, const char *number, bool *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;
	enum err e = txn_get(&t, TABLE_MIRROR_NAME, mirror_name_key(a, 'g', number), &rec);

	*out = !e;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err agreement_is_taken(struct app *app, struct arena *a, const char *number, bool *out)
{
	static const char *const attributes[] = { "habConventionNumero", NULL };
	struct entries found;
	enum err e = is_mirrored(app, a, number, out);

	if (e || *out || !app->web)
		return e;
	e = directory_search(app->web, a, app->settings->ldap_suffix, SCOPE_SUBTREE,
			     filter_equal(a, "habConventionNumero", number), attributes, 1, &found);
	*out = e == ERR_TOOLARGE || (!e && found.n);
	return e == ERR_TOOLARGE ? ERR_OK : e;
}

enum err agreements_leave(struct app *app, struct arena *a, struct edits *x, const struct establishment *e)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct agreements others;
	enum err failed = agreements_of(&t, a, e->manager_key, &others);

	for (size_t i = 0; !failed && i < others.n; i++) {
		if (!strs_has(&others.v[i].covered_keys, e->key))
			continue;
		edits_on(x, others.v[i].uuid);
		edits_drop(x, "habEtablissementCouvert", e->dn);
	}
	return failed;
}

enum agreement_state agreement_state(const struct agreement *g, day_t today)
{
	if (agreement_in_force(g, today))
		return g->termination ? AGREEMENT_TERMINATING : AGREEMENT_IN_FORCE;
	if (strcmp(g->status, "active") == 0 && g->effect > today)
		return AGREEMENT_TO_COME;
	return AGREEMENT_OVER;
}

/* --- what was done to it --- */

static const enum event events[] = {
	EVENT_GRANT_ACTIVATED,   EVENT_AGREEMENT_WRITTEN, EVENT_AGREEMENT_AMENDED,  EVENT_AGREEMENT_NOTICE,
	EVENT_AGREEMENT_RENEWED, EVENT_AGREEMENT_ENDED,   EVENT_AGREEMENT_REOPENED, EVENT_DIRECTORY_CHANGE,
};

struct about {
	const char *key, *former_key; /* as the directory's own log names it */
	const char *entry;
	const char *signed_as;
};

/* An activation names its convention beside the request, by the number it was signed with: nothing else has its entry yet. */
static bool is_about(const struct audit_record *r, const void *about)
{
	const struct about *g = about;
	const char *entry = arg_of(&r->details, "entry");

	if (*entry)
		return strcmp(entry, g->entry) == 0;
	return strcmp(r->object_id, g->key) == 0 || strcmp(r->object_id, g->former_key) == 0 ||
	       strcasecmp(r->object_id, g->signed_as) == 0 ||
	       strcasecmp(arg_of(&r->details, "agreement"), g->signed_as) == 0;
}

static enum err about_of(struct app *app, struct arena *a, const struct agreement *g, const struct provider *p,
			 struct about *out)
{
	struct agreement_file file;
	enum err e = agreement_file_read(app, a, g, p, &file);

	if (e)
		return e;
	*out = (struct about){ .key = g->key, .entry = uuid_text(a, g->uuid), .signed_as = file.number };
	return dn_normal(a, dn_child(a, "habConventionNumero", file.number, dn_parent(a, g->dn)), &out->former_key);
}

enum err agreement_history(struct app *app, struct arena *a, const struct agreement *g, const struct provider *p,
			   size_t limit, struct deed **out, size_t *n)
{
	struct about about;
	struct deeds_query q = { .caf = p->caf,
				 .provider = p->id,
				 .events = events,
				 .events_n = LENGTH(events),
				 .is_about = is_about,
				 .about = &about,
				 .limit = limit };
	struct agreements it = { NULL, 0 };
	enum err e = about_of(app, a, g, p, &about);

	agreements_add(a, &it, g);
	if (!e)
		e = deeds_find(app, a, &q, out, n);
	return e ? e : deeds_passed_on(app, a, &it, NULL, limit, out, n);
}

/* --- who is told --- */

enum err agreement_readers(struct app *app, struct arena *a, const struct provider *p, struct agreement_reader **out,
			   size_t *n)
{
	struct strs seen = { 0 };
	struct person *people;
	size_t all, count = 0;
	enum err e = people_of(app, a, p->key, &people, &all);

	if (e)
		return e;
	struct agreement_reader *v = arena_array(a, all + 1, struct agreement_reader);

	for (size_t i = 0; i < all; i++) {
		const char *mail = text_casefold(a, people[i].mail);

		if (strcmp(people[i].status, "active") != 0 || !*mail || strs_has(&seen, mail))
			continue;
		strs_add(a, &seen, mail);
		v[count++] = (struct agreement_reader){ people[i].uuid, "" };
	}
	if (text_is_mail(p->mail) && !strs_has(&seen, text_casefold(a, p->mail)))
		v[count++] = (struct agreement_reader){ UUID_NONE, p->mail };
	*out = v;
	*n = count;
	return ERR_OK;
}

/* --- the list --- */

static bool matches(struct arena *a, const struct agreement_filter *f, const char *sought,
		    const struct agreement_line *l, day_t today)
{
	const char *const texts[] = { l->g.number, l->provider.name };

	if (f->soon && (l->over || !l->due || l->due > day_add_months(today, AGREEMENT_WARNING_MONTHS)))
		return false;
	return text_mentions(a, sought, texts, LENGTH(texts));
}

static int by_due(const void *x, const void *y)
{
	const struct agreement_line *first = x, *second = y;
	day_t one = first->over ? first->ended : first->due, other = second->over ? second->ended : second->due;

	if (first->over != second->over)
		return first->over ? 1 : -1;
	if (one != other)
		return one < other ? -1 : 1;
	return strcmp(first->g.number, second->g.number);
}

enum err agreement_line_read(struct txn *t, struct arena *a, const struct agreement *g, const struct provider *p,
			     struct agreement_line *out)
{
	day_t today = day_today();
	struct agreement_line l = { .g = *g, .provider = *p, .due = agreement_due(g, today) };

	l.over = agreement_state(g, today) == AGREEMENT_OVER;
	enum err e = l.over ? agreement_ended_on(t, a, g, NULL, today, &l.ended) : ERR_OK;

	if (!e)
		*out = l;
	return e;
}

struct lines {
	struct agreement_line *v;
	size_t n;
};

static enum err add_lines(struct txn *t, struct arena *a, const struct provider *p, const struct agreement_filter *f,
			  const char *sought, struct lines *out)
{
	struct agreements found;
	day_t today = day_today();
	enum err e = agreements_of(t, a, p->key, &found);

	for (size_t i = 0; !e && i < found.n; i++) {
		struct agreement_line l;

		e = agreement_line_read(t, a, &found.v[i], p, &l);
		if (e || !matches(a, f, sought, &l, today))
			continue;
		out->v = arena_more(a, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = l;
	}
	return e;
}

enum err caf_agreements(struct app *app, struct arena *a, const struct visitor *who, const struct agreement_filter *f,
			struct agreement_line **out, size_t *n, size_t *total)
{
	const char *sought = text_sought(a, f->text);
	struct lines all = { 0 };
	struct provider *providers;
	size_t count;
	enum err e = providers_of(app, a, who->person.caf, &providers, &count);
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	for (size_t i = 0; !e && i < count; i++)
		e = add_lines(&t, a, &providers[i], f, sought, &all);
	if (e)
		return e;
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, by_due);
	size_t first = f->page * f->per_page < all.n ? f->page * f->per_page : all.n;

	*out = all.v + first;
	*n = all.n - first < f->per_page ? all.n - first : f->per_page;
	*total = all.n;
	return ERR_OK;
}
