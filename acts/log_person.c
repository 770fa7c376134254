/* One person before the auditor. */
#include "acts/log_reading.h"
#include "acts/rights.h"
#include "acts/who.h"

#include <string.h>

struct looking {
	struct app *app;
	struct arena *a;
	const char *scope;
	size_t limit;
	struct log_person *out;
};

/* Somebody the directory has no longer belongs where he last logged in. */
static enum err find_left(struct looking *x, struct txn *t, const char *number)
{
	struct audit_query q = {
		.number = number, .caf = x->scope, .event = event_code(EVENT_LOGIN), .event_class = -1, .failed = 0, .limit = 1
	};
	struct audit_page page = { 0 };
	enum err e = audit_find(t, x->a, &q, &page);

	if (e || !page.n)
		return e ? e : ERR_NOTFOUND;
	codec_default(&person_codec, &x->out->as.person);
	codec_default(&provider_codec, &x->out->as.provider);
	codec_default(&caf_codec, &x->out->as.caf);
	x->out->as.person.uuid = page.v[0].person;
	x->out->as.person.number = page.v[0].number;
	x->out->left = true;
	return ERR_OK;
}

static enum err find_person(struct looking *x, struct txn *t, const char *number, const char **elsewhere)
{
	struct person p;
	enum err e = person_by_name(t, x->a, 'n', number, &p);

	if (e == ERR_NOTFOUND)
		return find_left(x, t, number);
	if (e)
		return e;
	if (log_in_scope(x->scope, p.caf))
		return visitor_fill(x->app, x->a, &p, &x->out->as);
	*elsewhere = p.caf;
	return ERR_NOTFOUND;
}

static enum err read_periods(struct looking *x, struct txn *t)
{
	struct log_person *out = x->out;
	enum err e = right_periods(t, x->a, out->as.person.uuid, &out->periods, &out->n);

	out->places = arena_array(x->a, out->n, struct establishment);
	for (size_t i = 0; i < out->n && !e; i++)
		if (!uuid_is_none(out->periods[i].object))
			e = right_place(t, x->a, out->periods[i].object, &out->places[i]);
	return e;
}

static enum err read_records(struct looking *x, struct txn *t, enum event_class class, struct audit_page *page,
			     struct log_names *names)
{
	const struct person *p = &x->out->as.person;
	bool by_entry = !uuid_is_none(p->uuid);
	struct audit_query q = { .person = by_entry ? &p->uuid : NULL,
				 .number = by_entry ? NULL : p->number,
				 .caf = x->scope,
				 .event_class = (int)class,
				 .failed = -1,
				 .limit = x->limit };
	enum err e = audit_find(t, x->a, &q, page);

	return e ? e : log_names(t, x->a, x->scope, page, names);
}

static enum err record(struct app *app, struct arena *a, const struct visitor *who, const struct person *p)
{
	struct audit_record r = act_record(a, who, EVENT_LOG_QUERY);

	r.object_kind = "person";
	r.object_id = p->number;
	act_detail(a, &r, "agent", p->number);
	return act_note(app, a, who, &r);
}

static enum err read_all(struct looking *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	struct log_person *out = x->out;
	enum err e = read_periods(x, &t);

	if (!e)
		e = read_records(x, &t, EVENT_CONNECTION, &out->connections, &out->connection_names);
	if (!e)
		e = read_records(x, &t, EVENT_ACT, &out->acts, &out->act_names);
	return e ? e : t.err;
}

enum err log_person_read(struct app *app, struct arena *a, const struct visitor *who, const char *number, size_t limit,
			 struct log_person *out, const char **elsewhere)
{
	struct log_person found = { .left = false };
	struct looking x = { .app = app, .a = a, .limit = limit, .out = &found };
	enum err e = log_scope(who, &x.scope);

	*elsewhere = "";
	if (!e) {
		AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

		e = find_person(&x, &t, number, elsewhere);
	}
	if (!e)
		e = record(app, a, who, &found.as.person);
	if (!e)
		e = read_all(&x);
	if (!e)
		*out = found;
	return e;
}
