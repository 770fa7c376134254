#include "acts/agent_purge.h"

#include "acts/agent.h"
#include "acts/edit.h"
#include "acts/outcome.h"
#include "acts/right_history.h"
#include "acts/who.h"

#include <string.h>

#define PURGES_A_DAY 20

/* --- the rule --- */

static day_t later(day_t x, day_t y)
{
	return x > y ? x : y;
}

static day_t mission_end(const struct person *p, int64_t closed_at)
{
	return later((day_t)p->end, closed_at ? day_of(closed_at) : 0);
}

/* It goes on, or may begin. */
static bool may_run(const struct agreement *g, day_t today)
{
	if (strcmp(g->status, "active") == 0)
		return agreement_in_force(g, today) || g->effect > today;
	return strcmp(g->status, "terminee") != 0;
}

enum err agreements_ended_on(struct txn *t, struct arena *a, const struct agreements *all, day_t today, day_t *out)
{
	day_t last = 0;

	*out = 0;
	for (size_t i = 0; i < all->n; i++) {
		day_t end = 0;
		enum err e = may_run(&all->v[i], today) ? ERR_OK : agreement_ended_on(t, a, &all->v[i], NULL, today, &end);

		if (e || !end)
			return e;
		last = later(last, end);
	}
	*out = last;
	return ERR_OK;
}

day_t agent_ended_on(const struct person *p, int64_t closed_at, day_t agreements_end)
{
	if (!p->agent)
		return 0;
	return strcmp(p->status, "terminee") == 0 ? mission_end(p, closed_at) : agreements_end;
}

/* --- one provider's --- */

struct purging {
	struct app *app;
	struct arena *a;
	struct changeset *cs;
	const struct provider *p;
	day_t today;
};

/* When the mirror saw the access close last (0: it was never seen to), and when it saw open the one that is open (0: none is). */
static enum err read_access(struct purging *x, const struct person *p, int64_t *closed_at, int64_t *opened_at)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	struct right_period *v;
	size_t n;
	enum err e = right_periods(&t, x->a, p->uuid, &v, &n);

	*closed_at = *opened_at = 0;
	for (size_t i = 0; !e && i < n; i++) {
		if (v[i].family != PERIOD_ACTIVE)
			continue;
		if (!v[i].until)
			*opened_at = v[i].from;
		else if (v[i].until > *closed_at)
			*closed_at = v[i].until;
	}
	return e;
}

/* What others typed with him stays; what only he would see again goes. */
static enum err drop_drafts(struct purging *x, const struct person *p)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_DRAFT, BYTES_NONE);

	while (scan_next(&s))
		if (memcmp(tail_of(s.key, sizeof p->uuid.b).p, p->uuid.b, sizeof p->uuid.b) == 0)
			changeset_delete(x->cs, TABLE_DRAFT, s.key);
	return t.err;
}

static enum err drop_kept(struct purging *x, const struct person *p)
{
	static const enum table tables[] = { TABLE_PREFERENCES, TABLE_TEMP_PASSWORD };
	static const char *const outcomes[] = { "courriel", "avis", "renvoi", "mot-de-passe", "rappel" };
	const char *asked = outcome_key(x->a, "agent", uuid_text(x->a, p->uuid), "demande");

	for (size_t i = 0; i < LENGTH(tables); i++)
		changeset_delete(x->cs, tables[i], key_bytes(p->uuid.b, sizeof p->uuid.b));
	for (size_t i = 0; i < LENGTH(outcomes); i++)
		changeset_delete(x->cs, TABLE_OUTCOME, bytes_of(outcome_key(x->a, "agent", p->number, outcomes[i])));
	changeset_delete(x->cs, TABLE_OUTCOME, bytes_of(asked));
	enum err e = kept_drop(x->app, x->a, x->cs, &p->uuid);

	return e ? e : drop_drafts(x, p);
}

static enum err purge(struct purging *x, const struct person *p, day_t end)
{
	static const struct visitor nobody = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record r = act_record(x->a, &nobody, EVENT_AGENT_PURGED);
	struct edits *edits = edits_new(x->a);

	edits_remove(edits, p->uuid);
	edits_while(edits, "habStatut", p->status);
	edits_job(x->a, x->cs, edits, outcome_key(x->a, "agent", p->number, "acces"));
	changeset_expect(x->cs, TABLE_MIRROR_PERSON, key_bytes(p->uuid.b, sizeof p->uuid.b), p->rev);
	r.role = "service";
	act_on_person(&r, p, x->p->id);
	act_detail(x->a, &r, "end", day_iso(x->a, end));
	changeset_audit(x->cs, &r);
	return drop_kept(x, p);
}

static enum err look_at(struct purging *x, const struct person *p, day_t agreements_end, size_t *room)
{
	struct agent_state state;
	int64_t closed_at, opened_at;
	enum err e = read_access(x, p, &closed_at, &opened_at);
	day_t end = e ? 0 : agent_ended_on(p, closed_at, agreements_end);

	/* who came, or was let in again, after the last convention's end waits for the next one */
	if (end && opened_at)
		end = later(end, day_of(opened_at));
	if (!end || end + x->app->settings->people_kept_days > x->today)
		return e;
	e = agent_state_read(x->app, x->a, p, &state);
	if (e || agent_is_busy(&state))
		return e;
	--*room;
	return purge(x, p, end);
}

enum err agents_purge_room(struct app *app, day_t today, size_t *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct audit_query q = { .from = day_start(today), .event = event_code(EVENT_AGENT_PURGED), .event_class = -1 };
	size_t n, failures;
	enum err e = audit_count(&t, &q, PURGES_A_DAY, &n, &failures);

	if (!e)
		*out = n < PURGES_A_DAY ? PURGES_A_DAY - n : 0;
	return e;
}

enum err agents_purge_add(struct app *app, struct arena *a, struct changeset *cs, const struct provider *p, day_t today,
			  size_t *room)
{
	struct purging x = { app, a, cs, p, today };
	struct agreements all;
	struct person *people;
	day_t end = 0;
	size_t n = 0;
	enum err e;

	{
		AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

		e = agreements_of(&t, a, p->key, &all);
		if (!e)
			e = agreements_ended_on(&t, a, &all, today, &end);
	}
	if (!e)
		e = people_of(app, a, p->key, &people, &n);
	for (size_t i = 0; i < n && !e && *room; i++)
		e = look_at(&x, &people[i], end, room);
	return e;
}
