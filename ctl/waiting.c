/* jobs list | retry, mail list */
#include "acts/outcome.h"
#include "base/text.h"
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

static uint64_t seq_of(struct bytes key)
{
	struct reader in = reader_of(key);

	return read_u64(&in);
}

/* The number on the command line; UINT64_MAX: none was given. */
static enum err wanted_seq(const struct ctl *c, uint64_t *out)
{
	int64_t n = 0;

	*out = UINT64_MAX;
	if (!c->arguments.n)
		return ERR_OK;
	enum err e = text_to_int(c->arguments.v[0], 0, INT64_MAX, &n);

	*out = (uint64_t)n;
	return e;
}

/* --- jobs --- */

int ctl_jobs_list(struct ctl *c)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&s)) {
		struct job j;

		if (job_decode(c->arena, s.record.payload, &j))
			return ctl_fail("a job does not decode");
		if (strcmp(j.state, "done") != 0 || *ctl_option(c, "all"))
			printf("%llu %s %s tries=%llu next=%s %s\n", (unsigned long long)seq_of(s.key), j.kind, j.state,
			       (unsigned long long)j.tries,
			       strcmp(j.state, "waiting") == 0 ? time_iso(c->arena, j.next_at) : "never", j.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : 0;
}

/* What failed comes again as the last of all: what was asked meanwhile was done before it. */
static void again(struct ctl *c, struct changeset *cs, struct bytes key, uint64_t rev, struct job *j)
{
	bool failed = strcmp(j->state, "failed") == 0;

	changeset_expect(cs, TABLE_JOB, key, rev);
	j->state = "waiting";
	j->next_at = 0;
	if (*j->about)
		outcome_put(c->arena, cs, j->about,
			    &(struct outcome){ .state = "waiting",
					       .at = clock_now(),
					       .reason = j->last_error,
					       .tries = j->tries,
					       .what = j->kind });
	if (failed) {
		changeset_delete(cs, TABLE_JOB, key);
		changeset_append(cs, TABLE_JOB, job_encode(c->arena, j));
	} else {
		changeset_put(cs, TABLE_JOB, key, job_encode(c->arena, j));
	}
}

static enum err find_jobs(struct ctl *c, struct changeset *cs, uint64_t seq, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&s)) {
		struct job j;
		bool waits, failed;

		if (seq != UINT64_MAX && seq_of(s.key) != seq)
			continue;
		if (job_decode(c->arena, s.record.payload, &j))
			return ERR_CORRUPT;
		waits = strcmp(j.state, "waiting") == 0;
		failed = strcmp(j.state, "failed") == 0;
		if (!waits && !(failed && seq != UINT64_MAX))
			continue;
		again(c, cs, s.key, s.record.rev, &j);
		++*n;
	}
	return t.err;
}

int ctl_jobs_retry(struct ctl *c)
{
	struct changeset *cs = changeset_new(c->arena);
	uint64_t seq;
	size_t n = 0;

	if (wanted_seq(c, &seq))
		return ctl_fail("%s: no number of a job", c->arguments.v[0]);
	enum err e = find_jobs(c, cs, seq, &n);

	if (!e && n)
		e = changeset_commit(c->app.store, cs, NULL);
	if (e)
		return ctl_fail("%s", err_text(e));
	if (!n && seq != UINT64_MAX)
		return ctl_fail("%s: no such job waits or failed", c->arguments.v[0]);
	printf("%zu jobs will be tried now\n", n);
	return 0;
}

/* --- mails --- */

int ctl_mail_list(struct ctl *c)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);

	while (scan_next(&s)) {
		struct mail m;
		struct person p;

		if (mail_decode(c->arena, s.record.payload, &m))
			return ctl_fail("a mail does not decode");
		if (strcmp(m.state, "sent") == 0 && !*ctl_option(c, "all"))
			continue;
		bool known = !*m.to && !person_get(&t, c->arena, TABLE_MIRROR_PERSON, key_bytes(m.person.b, 16), &p);

		printf("%llu %s %s %s tries=%llu %s\n", (unsigned long long)seq_of(s.key), m.template, m.state,
		       known ? p.mail : m.to, (unsigned long long)m.tries, m.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : 0;
}
