#include "acts/log_alerts.h"
#include "acts/log_reading.h"
#include "acts/rights.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 10000
#define ALERT_RECORDS 3000

static bool is_export(const struct reading *r)
{
	return *input_get(r->in, "journal");
}

static enum err record_query(struct reading *r, int event_class)
{
	bool export = is_export(r);
	struct audit_record record = act_record(r->arena, r->who, export ? EVENT_LOG_EXPORT : EVENT_LOG_QUERY);

	record.object_kind = "log";
	record.object_id = event_class < 0 ? "" : event_class == EVENT_ACT ? "acts" : "connections";
	act_detail(r->arena, &record, "du", day_iso(r->arena, r->view->from));
	act_detail(r->arena, &record, "au", day_iso(r->arena, r->view->until));
	for (size_t i = 2; i < log_form.n; i++)
		if (*input_get(r->in, log_form.fields[i].name))
			act_detail(r->arena, &record, log_form.fields[i].name, input_get(r->in, log_form.fields[i].name));
	if (export)
		act_detail(r->arena, &record, "exported", arena_printf(r->arena, "%zu", r->view->page.n));
	return act_note(r->app, r->arena, r->who, &record);
}

enum err log_names(struct txn *t, struct arena *a, const char *scope, const struct audit_page *page, struct log_names *out)
{
	out->names = arena_array(a, page->n, const char *);
	out->places = arena_array(a, page->n, const char *);
	out->reachable = arena_array(a, page->n, bool);
	for (size_t i = 0; i < page->n; i++) {
		const struct audit_record *x = &page->v[i];
		struct person p;
		struct establishment e;

		out->names[i] = out->places[i] = "";
		out->reachable[i] = *x->number;
		if (!uuid_is_none(x->person) &&
		    person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(x->person.b, sizeof x->person.b), &p) == ERR_OK) {
			out->names[i] = p.name;
			out->reachable[i] = log_in_scope(scope, p.caf);
		}
		if (!uuid_is_none(x->establishment) &&
		    establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT,
				      key_bytes(x->establishment.b, sizeof x->establishment.b), &e) == ERR_OK)
			out->places[i] = e.name;
	}
	return t->err;
}

struct seen {
	struct txn *t;
	struct arena *arena;
};

static bool is_new(void *user, const struct audit_record *first)
{
	struct seen *s = user;
	struct audit_query q = { .person = &first->person,
				 .address = first->address,
				 .event = event_code(EVENT_LOGIN),
				 .event_class = -1,
				 .until = first->time,
				 .limit = 1 };
	struct audit_page page;

	return audit_find(s->t, s->arena, &q, &page) == ERR_OK && page.n == 0;
}

static enum err read_alerts(struct reading *r, struct txn *t)
{
	struct log_view *v = r->view;
	struct audit_query q = v->query;
	struct audit_page page;
	struct seen seen = { t, r->arena };

	if (q.event && strcmp(q.event, event_code(EVENT_LOGIN)) != 0)
		return ERR_OK;
	if (!q.event && q.event_class == EVENT_ACT)
		return ERR_OK;
	q.event = NULL;
	q.event_class = EVENT_CONNECTION;
	q.failed = -1;
	q.before = 0;
	q.limit = ALERT_RECORDS;
	enum err e = audit_find(t, r->arena, &q, &page);

	if (e)
		return e;
	for (size_t i = 0; i < page.n / 2; i++) {
		struct audit_record swap = page.v[i];

		page.v[i] = page.v[page.n - 1 - i];
		page.v[page.n - 1 - i] = swap;
	}
	log_alerts(r->arena, page.v, page.n, visitor_now(r->who), is_new, &seen, &v->alerts, &v->alerts_n);
	return t->err;
}

static int newest_first(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a < b) - (a > b);
}

/* What was purged since, or is another Caf's, is left out. */
static enum err read_lines(struct reading *r, struct txn *t)
{
	struct log_view *v = r->view;

	qsort(v->lines, v->lines_n, sizeof *v->lines, newest_first);
	v->page.v = arena_array(r->arena, v->lines_n, struct audit_record);
	for (size_t i = 0; i < v->lines_n; i++) {
		struct audit_record *x = &v->page.v[v->page.n];
		enum err e = i && v->lines[i] == v->lines[i - 1] ? ERR_NOTFOUND : audit_get(t, r->arena, v->lines[i], x);

		if (e == ERR_NOTFOUND || e == ERR_GONE || (!e && !log_in_scope(r->scope, x->caf)))
			continue;
		if (e)
			return e;
		v->failures += x->failed;
		v->page.n++;
	}
	v->total = v->page.n;
	return log_names(t, r->arena, r->scope, &v->page, &v->who);
}

static enum err answer(struct reading *r, uint64_t before, size_t limit)
{
	AUTO_TXN struct txn t = txn_read(r->app->store, STORE_MAIN);
	struct log_view *v = r->view;

	if (v->lines_n)
		return read_lines(r, &t);
	enum err e = audit_count(&t, &v->query, COUNT_MAX, &v->total, &v->failures);

	v->query.before = before;
	v->query.limit = limit;
	if (!e)
		e = audit_find(&t, r->arena, &v->query, &v->page);
	if (!e)
		e = log_names(&t, r->arena, r->scope, &v->page, &v->who);
	if (!e && !*input_get(r->in, "journal"))
		e = read_alerts(r, &t);
	return e;
}

enum err log_read(struct app *app, struct arena *a, const struct visitor *who, int event_class, const struct input *in,
		  uint64_t before, size_t limit, struct faults *faults, struct log_view *out)
{
	struct log_view view = { 0 };
	struct reading *r = arena_new_of(a, struct reading);

	*r = (struct reading){ .app = app, .arena = a, .who = who, .in = in, .faults = faults, .view = &view };
	enum err e = log_scope(who, &r->scope);

	if (!e)
		e = log_take_criteria(r, event_class);
	if (!e && !is_export(r))
		e = record_query(r, event_class);
	if (!e)
		e = answer(r, before, limit);
	/* of an export its record tells the lines; nobody has them yet */
	if (!e && is_export(r))
		e = record_query(r, event_class);
	if (!e)
		*out = view;
	return e;
}
