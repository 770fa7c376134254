/* Jobs: one row a kind. A job is done again after a crash between the deed and its record, so each is idempotent. */
#include "clerk/clerk.h"
#include "clerk/edit.h"

#include "acts/edit.h"
#include "acts/mirror.h"
#include "acts/outcome.h"
#include "base/log.h"

#include <string.h>

#define AT_ONCE 20

/* ERR_INVALID: it can never be done. *reason in English, without personal data. */
struct job_kind {
	const char *kind;
	enum err (*run)(struct clerk *c, struct arena *a, const struct job *j, const char **reason);
};

static enum err rebuild_mirror(struct clerk *c, struct arena *a, const struct job *j, const char **reason)
{
	(void)j;
	(void)reason;
	return mirror_rebuild(&c->app, a);
}

static struct directory *registry; /* as cn=greffe */

static enum err edit_directory(struct clerk *c, struct arena *a, const struct job *j, const char **reason)
{
	struct strs csns = { 0 };
	const struct settings *s = c->settings;
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };

	/* a secret that cannot be read may be mended */
	if (!registry && directory_new(c->arena, &place, SERVICE_CLERK, &registry, reason))
		return ERR_UNAVAILABLE;
	enum err e = edit_run(registry, a, s->ldap_suffix, &j->lines, &csns, reason);

	written_expect(&csns);
	return e;
}

void jobs_done(void)
{
	directory_free(registry);
	registry = NULL;
}

static const struct job_kind kinds[] = {
	{ "mirror.rebuild", rebuild_mirror },
	{ "directory", edit_directory },
};

/* A later edit must not be undone by an earlier one that waits. */
static bool keeps_order(const struct job *j)
{
	return strcmp(j->kind, "directory") == 0;
}

/* A job of the directory waits half a minute at most: all the others stand behind it. */
static const int64_t pauses[] = { SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS };
#define PAUSES_ORDERED 3

/* Until an operator lets them go on. */
static bool stopped;

static bool is_open(struct arena *a, struct bytes payload, struct due *out)
{
	struct job j;

	if (job_decode(a, payload, &j)) {
		*out = (struct due){ .next_at = INT64_MAX, .in_order = job_may_edit(payload), .unreadable = true };
		return true;
	}
	if (strcmp(j.state, "waiting") != 0)
		return false;
	out->in_order = keeps_order(&j);
	out->next_at = stopped && out->in_order ? INT64_MAX : j.next_at;
	return true;
}

static struct backlog open_jobs = { .table = TABLE_JOB, .is_open = is_open };

static enum err run(struct clerk *c, struct arena *a, const struct job *j, const char **reason)
{
	*reason = "no such kind of job";
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (strcmp(kinds[i].kind, j->kind) == 0) {
			*reason = NULL;
			return kinds[i].run(c, a, j, reason);
		}
	return ERR_INVALID;
}

static int64_t pause_of(const struct job *j)
{
	size_t last = keeps_order(j) ? PAUSES_ORDERED - 1 : LENGTH(pauses) - 1;

	return pauses[j->tries < last ? (size_t)j->tries : last];
}

static void settle(struct job *j, enum err e, const char *reason)
{
	j->state = !e ? "done" : e == ERR_INVALID ? "failed" : "waiting";
	j->last_error = !e ? "" : reason ? reason : err_text(e);
	if (e)
		j->next_at = clock_now() + pause_of(j);
	j->tries++;
}

static void tell(struct arena *a, uint64_t seq, const struct job *j)
{
	log_line(LOG_LEVEL_WARNING, "job not done", "seq", arena_printf(a, "%llu", (unsigned long long)seq), "kind",
		 j->kind, "state", j->state, "reason", j->last_error, NULL);
}

static enum err finish(struct clerk *c, struct arena *a, const struct waiting *w, struct job *j, enum err e,
		       const char *reason)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key = key_u64(a, w->seq);

	settle(j, e, reason);
	if (e && (j->tries == 1 || e == ERR_INVALID))
		tell(a, w->seq, j);
	changeset_expect(cs, TABLE_JOB, key, w->rev);
	changeset_put(cs, TABLE_JOB, key, job_encode(a, j));
	if (*j->about)
		outcome_put(a, cs, j->about,
			    &(struct outcome){ .state = j->state,
					       .at = clock_now(),
					       .reason = j->last_error,
					       .tries = j->tries,
					       .what = j->kind });
	e = changeset_commit(c->app.store, cs, NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err jobs_run(struct clerk *c, struct arena *a)
{
	struct waiting due[AT_ONCE];
	size_t n;
	bool held = false; /* a job of the directory has to be tried again first */
	struct edits_stop stop;
	enum err e = edits_stop_read(&c->app, a, &stop);

	if (e)
		return e;
	stopped = stop.since != 0;
	e = backlog_due(c, a, &open_jobs, clock_now(), due, LENGTH(due), &n);

	for (size_t i = 0; i < n && !e; i++) {
		struct job j;
		const char *reason = NULL;

		e = job_decode(a, due[i].payload, &j);
		if (e || (held && keeps_order(&j)))
			continue;
		enum err failed = run(c, a, &j, &reason);

		held = held || (failed && failed != ERR_INVALID && keeps_order(&j));
		e = finish(c, a, &due[i], &j, failed, reason);
	}
	return e;
}
