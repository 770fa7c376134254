/* What is known of somebody: how far the last jobs and mails got, what was done to him. */
#include "acts/agent.h"

#include "acts/departure.h"
#include "acts/queue.h"

#include <string.h>

static enum err read_outcome(struct app *app, struct arena *a, const struct person *p, const char *what, struct outcome *out)
{
	enum err e = outcome_of(app, a, outcome_key(a, "agent", p->number, what), out);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err agent_state_read(struct app *app, struct arena *a, const struct person *p, struct agent_state *out)
{
	struct agent_state s;
	enum err e = queue_find(app, a, p->caf, DEPARTURE_TODO, p->uuid, &s.departure);

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

static bool is_about(const struct audit_record *r, const void *about)
{
	const struct person *p = about;

	if (strcmp(r->object_kind, "person") == 0)
		return strcmp(r->object_id, p->number) == 0;
	return strcmp(arg_of(&r->details, "person"), p->number) == 0;
}

/* The newest of the first events_n events. */
static enum err newest(struct app *app, struct arena *a, const struct person *p, size_t events_n, size_t limit,
		       struct deed **out, size_t *n)
{
	struct deeds_query q = {
		.caf = p->caf, .events = events, .events_n = events_n, .is_about = is_about, .about = p, .limit = limit
	};
	enum err e = person_provider(app, a, p, &q.provider);

	return e ? e : deeds_find(app, a, &q, out, n);
}

enum err agent_history(struct app *app, struct arena *a, const struct person *p, size_t limit, struct deed **out, size_t *n)
{
	return newest(app, a, p, LENGTH(events), limit, out, n);
}

enum err agent_last_act(struct app *app, struct arena *a, const struct person *p, struct deed *out)
{
	struct deed *v;
	size_t n;
	enum err e = newest(app, a, p, OF_THE_ACCOUNT, 1, &v, &n);

	if (!e && !n)
		return ERR_NOTFOUND;
	if (!e)
		*out = v[0];
	return e;
}
