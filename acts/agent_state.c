/* What is known of somebody: how far the last jobs and mails got, what was done to him. */
#include "acts/agent.h"

#include "acts/codes.h"
#include "acts/queue.h"

#include <stdlib.h>
#include <string.h>

#define LOOKED_AT 300 /* newest records of an event in the Caf */

static enum err read_outcome(struct app *app, struct arena *a, const struct person *p, const char *what, struct outcome *out)
{
	enum err e = outcome_of(app, a, outcome_key(a, "agent", p->number, what), out);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err agent_state_read(struct app *app, struct arena *a, const struct person *p, struct agent_state *out)
{
	struct agent_state s;
	enum err e = queue_find(app, a, p->caf, "depart", p->uuid, &s.departure);

	if (e == ERR_NOTFOUND) {
		todo_default(&s.departure);
		s.departure.rev = 0;
		e = ERR_OK;
	}
	if (!e)
		e = read_outcome(app, a, p, "acces", &s.access);
	if (!e)
		e = read_outcome(app, a, p, "courriel", &s.mail_job);
	if (!e)
		e = read_outcome(app, a, p, "avis", &s.mail_note);
	if (!e)
		e = read_outcome(app, a, p, "renvoi", &s.asked);
	if (!e)
		e = read_outcome(app, a, p, "mot-de-passe", &s.password);
	if (!e)
		*out = s;
	return e;
}

bool agent_is_busy(const struct agent_state *s)
{
	return strcmp(s->access.state, "waiting") == 0;
}

/* --- what was done to him --- */

static const enum event events[] = {
	EVENT_AGENT_SUSPENDED, EVENT_AGENT_REOPENED,     EVENT_AGENT_ENDED,      EVENT_AGENT_MAIL_CHANGED,
	EVENT_PASSWORD_ASKED,  EVENT_DEPARTURE_REPORTED, EVENT_DIRECTORY_CHANGE, EVENT_AGREEMENT_AMENDED,
};
#define OF_THE_ACCOUNT 7 /* the first ones */

static bool is_about(const struct audit_record *r, const struct person *p)
{
	if (strcmp(r->object_kind, "person") == 0)
		return strcmp(r->object_id, p->number) == 0;
	return strcmp(arg_of(&r->details, "person"), p->number) == 0;
}

/* In French: what the record says besides its event. */
static const char *what_of(struct arena *a, const struct audit_record *r)
{
	const char *end = arg_of(&r->details, "end"), *n = arg_of(&r->details, "n");
	day_t day;

	if (*end && !day_parse(end, &day))
		return arena_printf(a, "fin de mission le %s", day_fr(a, day));
	if (*arg_of(&r->details, "new"))
		return arena_printf(a, "%s remplace %s", arg_of(&r->details, "new"), arg_of(&r->details, "old"));
	if (strcmp(r->object_kind, "agreement") == 0)
		return arena_printf(a, "convention %s, avenant n° %s", r->object_id, n);
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
	struct agent_event *v;
	size_t n;
};

static enum err add_events(struct txn *t, struct arena *a, const struct person *p, enum event ev, struct found *out)
{
	struct audit_query q = { .caf = p->caf, .event = event_code(ev), .event_class = -1, .failed = -1, .limit = LOOKED_AT };
	struct audit_page page;
	enum err e = audit_find(t, a, &q, &page);

	for (size_t i = 0; !e && i < page.n; i++) {
		const struct audit_record *r = &page.v[i];

		if (!is_about(r, p))
			continue;
		out->v = arena_more(a, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = (struct agent_event){ .at = r->time,
							 .code = r->event,
							 .label = event_label(r->event),
							 .by = name_of(t, a, r),
							 .what = what_of(a, r),
							 .failed = r->failed };
	}
	return e;
}

static int newest_first(const void *x, const void *y)
{
	const struct agent_event *first = x, *second = y;

	return (first->at < second->at) - (first->at > second->at);
}

static enum err find(struct app *app, struct arena *a, const struct person *p, size_t kinds, struct found *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = ERR_OK;

	for (size_t i = 0; i < kinds && !e; i++)
		e = add_events(&t, a, p, events[i], out);
	if (!e && out->n)
		qsort(out->v, out->n, sizeof *out->v, newest_first);
	return e;
}

enum err agent_history(struct app *app, struct arena *a, const struct person *p, size_t limit, struct agent_event **out,
		       size_t *n)
{
	struct found found = { 0 };
	enum err e = find(app, a, p, LENGTH(events), &found);

	if (e)
		return e;
	*out = found.v;
	*n = found.n < limit ? found.n : limit;
	return ERR_OK;
}

enum err agent_last_act(struct app *app, struct arena *a, const struct person *p, struct agent_event *out)
{
	struct found found = { 0 };
	enum err e = find(app, a, p, OF_THE_ACCOUNT, &found);

	if (!e && !found.n)
		return ERR_NOTFOUND;
	if (!e)
		*out = found.v[0];
	return e;
}
