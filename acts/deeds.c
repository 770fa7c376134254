#include "acts/deeds.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 100 /* records read at once */

/* By whom it was asked: an import's record says so, and what it added to one that was there, or took out. */
static const char *written_text(struct arena *a, const struct audit_record *r)
{
	const char *covers = arg_of(&r->details, "covers"), *leaves = arg_of(&r->details, "leaves");

	if (!*arg_of(&r->details, "imported"))
		return "";
	return arena_printf(a, "import de fichiers%s%s%s%s", *covers ? ", établissements ajoutés : " : "", covers,
			    *leaves ? ", établissements retirés : " : "", leaves);
}

/* Of an establishment that changed in somebody's file what it gave him or took from him. */
static const char *changed_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose)
{
	const char *rights = *whose ? deed_rights_text(t, a, r, whose) : "";

	return *rights ? rights : deed_change_text(a, r);
}

/* Of an import what it made of him. */
static const char *imported_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose)
{
	const char *rights = deed_rights_text(t, a, r, whose);
	bool made = false;

	for (size_t i = 0; i < r->details.n && !made; i++)
		made = strncmp(r->details.v[i], "agent=", 6) == 0 && strcmp(r->details.v[i] + 6, whose) == 0;
	return made ? arena_printf(a, "création%s%s", *rights ? " ; " : "", rights) : rights;
}

/* In French: what the record says besides its event. */
static const char *what_of(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose)
{
	const char *end = arg_of(&r->details, "end"), *due = arg_of(&r->details, "due");
	day_t day;

	if (strcmp(r->event, event_code(EVENT_DIRECTORY_CHANGE)) == 0)
		return changed_text(t, a, r, whose);
	if (strcmp(r->event, event_code(EVENT_REGISTER_IMPORTED)) == 0)
		return imported_text(t, a, r, whose);
	if (strcmp(r->event, event_code(EVENT_AGREEMENT_WRITTEN)) == 0)
		return written_text(a, r);
	if (*end && !day_parse(end, &day))
		return arena_printf(
			a, strcmp(r->event, event_code(EVENT_AGREEMENT_ENDED)) == 0 ? "le %s" : "fin de mission le %s",
			day_fr(a, day));
	if (*arg_of(&r->details, "new"))
		return arena_printf(a, "%s remplace %s", arg_of(&r->details, "new"), arg_of(&r->details, "old"));
	if (strcmp(r->event, event_code(EVENT_AGREEMENT_AMENDED)) == 0)
		return deed_amendment_text(t, a, r, whose);
	if (*whose && strcmp(r->event, event_code(EVENT_GRANT_ACTIVATED)) == 0)
		return arena_printf(a, "convention %s", arg_of(&r->details, "agreement"));
	if (*due && !day_parse(due, &day))
		return arena_printf(
			a, *arg_of(&r->details, "cancelled") ? "résiliation annulée, échéance le %s" : "échéance le %s",
			day_fr(a, day));
	return "";
}

static const char *name_of(struct txn *t, struct arena *a, const struct audit_record *r)
{
	struct person p;

	if (uuid_is_none(r->person))
		return r->number;
	return person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(r->person.b, sizeof r->person.b), &p) ? r->number : p.name;
}

struct found {
	struct deed *v;
	size_t n;
};

/* What was done with an LDAP tool is copied into the log after the fact: the record says when it was. */
static int64_t when(const struct audit_record *r)
{
	int64_t at;

	return time_parse_iso(arg_of(&r->details, "at"), &at) ? r->time : at;
}

static const char *label_of(const struct audit_record *r)
{
	return strcmp(r->event, event_code(EVENT_AGREEMENT_AMENDED)) == 0 ? deed_amendment_label(r) :
									    event_label(r->event);
}

static void add(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose, struct found *out)
{
	out->v = arena_more(a, out->v, out->n, sizeof *out->v);
	out->v[out->n++] = (struct deed){ .at = when(r),
					  .code = r->event,
					  .label = label_of(r),
					  .by = name_of(t, a, r),
					  .what = what_of(t, a, r, whose ? whose : ""),
					  .failed = r->failed };
}

static int newest_first(const void *x, const void *y)
{
	const struct deed *first = x, *second = y;

	return (first->at < second->at) - (first->at > second->at);
}

void deeds_sort(struct deed *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof *v, newest_first);
}

/* One page of records; those that are about it. */
static enum err find_page(struct txn *t, struct arena *a, const struct deeds_query *q, struct audit_query *in,
			  struct found *found, bool *more)
{
	struct audit_page page = { 0 };
	enum err e = audit_find(t, a, in, &page);

	for (size_t i = 0; !e && i < page.n; i++)
		if (q->is_about(&page.v[i], q->about))
			add(t, a, &page.v[i], q->whose, found);
	in->before = page.next;
	*more = page.more;
	return e;
}

enum err deeds_find(struct app *app, struct arena *a, const struct deeds_query *q, struct deed **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct audit_query in = { .caf = q->caf,
				  .provider = q->provider,
				  .events = q->events,
				  .events_n = q->events_n,
				  .event_class = -1,
				  .failed = -1,
				  .limit = PAGE };
	struct found found = { 0 };
	bool more = true;
	enum err e = ERR_OK;

	while (!e && more && found.n < q->limit)
		e = find_page(&t, a, q, &in, &found, &more);
	if (e)
		return e;
	deeds_sort(found.v, found.n);
	*out = found.v;
	*n = found.n < q->limit ? found.n : q->limit;
	return ERR_OK;
}
