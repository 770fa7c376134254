/* The log's retention: what is older than the settings say loses its content; link and digest stay. The purge is itself recorded. */
#include "clerk/clerk.h"

#include "base/log.h"

static enum err purge(struct clerk *c, uint64_t *from, size_t *n)
{
	AUTO_ARENA struct arena *a = arena_new();
	const struct settings *s = c->settings;
	int64_t now = clock_now();
	uint64_t *seqs;
	enum err e;

	{
		AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

		e = audit_expired(&t, a, now - s->audit_connections_days * DAY_MS, now - s->audit_acts_days * DAY_MS,
				  from, &seqs, n);
	}
	if (e || !*n)
		return e;
	struct visitor who = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct changeset *cs = act_changeset(&c->app, a, &who);
	struct audit_record r = act_record(a, &who, EVENT_SERVICE);

	for (size_t i = 0; i < *n; i++)
		changeset_purge(cs, seqs[i]);
	r.role = "service";
	r.object_kind = "log";
	r.object_id = "purge";
	changeset_audit(cs, &r);
	e = changeset_commit(c->app.store, cs, NULL);
	if (!e)
		log_line(LOG_LEVEL_INFO, "log purged", "records", arena_printf(a, "%zu", *n), NULL);
	return e;
}

enum err purge_run(struct clerk *c, struct arena *a)
{
	uint64_t from = 0;
	enum err e;

	(void)a;
	do {
		size_t n = 0;

		e = purge(c, &from, &n);
	} while (!e && from);
	return e;
}
