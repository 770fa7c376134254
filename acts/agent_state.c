/* What is known of somebody: how far the last jobs and mails got, what was done to him. */
#include "acts/agent.h"

#include "acts/departure.h"
#include "acts/mirror_keys.h"
#include "acts/queue.h"
#include "acts/right_history.h"
#include "acts/who.h"

#include <string.h>

static enum err read_outcome(struct app *app, struct arena *a, const struct person *p, const char *what, struct outcome *out)
{
	enum err e = outcome_of(app, a, outcome_key(a, "agent", p->number, what), out);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err agent_state_read(struct app *app, struct arena *a, const struct person *p, struct agent_state *out)
{
	struct agent_state s;
	struct temp_password temp;
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
		e = read_outcome(app, a, p, "avis", &s.notice);
	if (!e)
		e = read_outcome(app, a, p, "renvoi", &s.asked);
	if (!e)
		e = read_outcome(app, a, p, "mot-de-passe", &s.password);
	if (!e)
		e = temporary_password_read(app, a, p->uuid, &temp);
	if (e)
		return e;
	s.newcomer = temporary_password_is_first(&temp);
	*out = s;
	return ERR_OK;
}

static day_t first_agreement(const struct agreements *all)
{
	day_t first = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].effect && (!first || (day_t)all->v[i].effect < first))
			first = (day_t)all->v[i].effect;
	return first;
}

/* Begun once the mirror had looked at everything. Of one that is over only its day tells. */
static bool began_later(const struct right_period *p, int64_t watched, uint64_t complete)
{
	return p->until ? day_of(p->from) > day_of(watched) : p->rev > complete;
}

/* When the mirror saw him arrive at the provider's; 0: he was there when it looked first. */
static enum err arrival(struct txn *t, struct arena *a, const struct person *p, day_t *out)
{
	struct provider provider;
	struct right_period *v;
	const struct right_period *came = NULL;
	struct record complete;
	size_t n;
	int64_t watched = 0;
	enum err e = provider_by_key(t, a, p->provider_key, &provider);

	*out = 0;
	if (!e)
		e = right_periods(t, a, provider.uuid, &v, &n);
	if (!e)
		e = mirror_mark_get(t, "#complete", &complete);
	if (e)
		return or_none(e);
	for (size_t i = 0; i < n; i++) {
		if (v[i].family != PERIOD_EMPLOYED)
			continue;
		if (!watched || v[i].from < watched)
			watched = v[i].from;
		if (uuid_equal(v[i].object, p->uuid) && (!came || v[i].from < came->from))
			came = &v[i];
	}
	if (came && began_later(came, watched, complete.rev))
		*out = day_of(came->from);
	return ERR_OK;
}

enum err agent_end_check(struct app *app, struct arena *a, const struct person *p, day_t end, day_t today,
			 struct faults *faults)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct agreements all;
	day_t first, came;
	enum err e = agreements_of(&t, a, p->provider_key, &all);

	if (!e)
		e = arrival(&t, a, p, &came);
	if (e)
		return e;
	first = first_agreement(&all);
	first = came > first ? came : first;
	first = first < today ? first : today;
	if (end < first)
		fault_add(a, faults, "fin",
			  "%s n’avait pas encore d’accès à cette date : saisissez le %s ou un jour plus récent",
			  p->name, day_slashes(a, first));
	return ERR_OK;
}

bool agent_is_busy(const struct agent_state *s)
{
	return strcmp(s->access.state, "waiting") == 0;
}

/* --- what was done to him --- */

static const enum event events[] = {
	EVENT_AGENT_SUSPENDED, EVENT_AGENT_REOPENED,     EVENT_AGENT_ENDED,      EVENT_AGENT_MAIL_CHANGED,
	EVENT_PASSWORD_ASKED,  EVENT_DEPARTURE_REPORTED, EVENT_DIRECTORY_CHANGE, EVENT_AGREEMENT_AMENDED,
	EVENT_GRANT_ACTIVATED, EVENT_REGISTER_IMPORTED,
};
#define OF_THE_ACCOUNT 7 /* the first ones */

/* Among those whom an activation or an import let in, or whose rights an amendment, an LDAP tool or an import changed. */
static bool names(const struct audit_record *r, const char *number)
{
	const char *value, *const keys[] = { "agent=", "right=", "right_given=", "right_taken=" };
	size_t n = strlen(number);

	for (size_t i = 0; i < r->details.n; i++)
		for (size_t k = 0; k < LENGTH(keys); k++) {
			if (strncmp(r->details.v[i], keys[k], strlen(keys[k])) != 0)
				continue;
			value = r->details.v[i] + strlen(keys[k]);
			if (strncmp(value, number, n) == 0 && (value[n] == '\0' || value[n] == ' '))
				return true;
		}
	return false;
}

static bool is_account(const struct audit_record *r, const void *about)
{
	const struct person *p = about;

	if (strcmp(r->object_kind, "person") == 0)
		return strcmp(r->object_id, p->number) == 0;
	return strcmp(arg_of(&r->details, "person"), p->number) == 0;
}

static bool is_about(const struct audit_record *r, const void *about)
{
	const struct person *p = about;

	return is_account(r, about) || (strcmp(r->object_kind, "person") != 0 && names(r, p->number));
}

/* The newest of the first events_n events. */
static enum err newest(struct app *app, struct arena *a, const struct person *p, size_t events_n, deed_test test,
		       size_t limit, struct deed **out, size_t *n)
{
	struct deeds_query q = { .caf = p->caf,
				 .events = events,
				 .events_n = events_n,
				 .is_about = test,
				 .about = p,
				 .whose = p->number,
				 .limit = limit };
	enum err e = person_provider(app, a, p, &q.provider);

	return e ? e : deeds_find(app, a, &q, out, n);
}

static enum err agreements_named(struct app *app, struct arena *a, const char *provider_key, struct agreements *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return agreements_of(&t, a, provider_key, out);
}

enum err agent_history(struct app *app, struct arena *a, const struct person *p, size_t limit, struct deed **out, size_t *n)
{
	struct agreements all;
	enum err e = newest(app, a, p, LENGTH(events), is_about, limit, out, n);

	if (!e)
		e = agreements_named(app, a, p->provider_key, &all);
	return e ? e : deeds_passed_on(app, a, &all, p, limit, out, n);
}

enum err agent_last_act(struct app *app, struct arena *a, const struct person *p, struct deed *out)
{
	struct deed *v;
	size_t n;
	enum err e = newest(app, a, p, OF_THE_ACCOUNT, is_account, 1, &v, &n);

	if (!e && !n)
		return ERR_NOTFOUND;
	if (!e)
		*out = v[0];
	return e;
}
