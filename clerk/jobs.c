/* Jobs: one row a kind. A job is done again after a crash between the deed and its record, so each is idempotent. */
#include "clerk/clerk.h"

#include "acts/mirror.h"
#include "base/log.h"

#include <string.h>

#define AT_ONCE 20

struct job_kind {
	const char *kind;
	enum err (*run)(struct clerk *c, struct arena *a, const struct job *j);
};

static enum err rebuild_mirror(struct clerk *c, struct arena *a, const struct job *j)
{
	(void)j;
	return mirror_rebuild(&c->app, a);
}

static const struct job_kind kinds[] = {
	{ "mirror.rebuild", rebuild_mirror },
};

static const int64_t pauses[] = { SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS };

static bool is_open(struct arena *a, struct bytes payload, int64_t *next_at)
{
	struct job j;

	if (job_decode(a, payload, &j) || strcmp(j.state, "waiting") != 0)
		return false;
	*next_at = j.next_at;
	return true;
}

static struct outbox box = { .table = TABLE_JOB, .is_open = is_open };

static enum err run(struct clerk *c, struct arena *a, const struct job *j)
{
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (strcmp(kinds[i].kind, j->kind) == 0)
			return kinds[i].run(c, a, j);
	return ERR_INVALID;
}

static enum err finish(struct clerk *c, struct arena *a, const struct waiting *w, struct job *j, enum err e)
{
	struct changeset *cs = changeset_new(a);
	struct bytes key = key_u64(a, w->seq);

	if (!e) {
		j->state = "done";
		j->last_error = "";
	} else {
		size_t pause = j->tries < LENGTH(pauses) ? (size_t)j->tries : LENGTH(pauses) - 1;

		j->state = e == ERR_INVALID ? "failed" : "waiting";
		j->next_at = clock_now() + pauses[pause];
		j->last_error = err_text(e);
	}
	j->tries++;
	if (e && (j->tries == 1 || e == ERR_INVALID))
		log_line(LOG_LEVEL_WARNING, "job not done", "kind", j->kind, "error", err_text(e), NULL);
	changeset_expect(cs, TABLE_JOB, key, w->rev);
	changeset_put(cs, TABLE_JOB, key, job_encode(a, j));
	e = changeset_commit(c->app.store, cs, NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err jobs_run(struct clerk *c, struct arena *a)
{
	struct waiting due[AT_ONCE];
	size_t n;
	enum err e = outbox_due(c, a, &box, clock_now(), due, LENGTH(due), &n);

	for (size_t i = 0; i < n && !e; i++) {
		struct job j;

		e = job_decode(a, due[i].payload, &j);
		if (!e)
			e = finish(c, a, &due[i], &j, run(c, a, &j));
	}
	return e;
}
