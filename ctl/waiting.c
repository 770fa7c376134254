/* jobs list | retry | resume, mail list | retry */
#include "acts/edit.h"
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

/* "now": whenever the clerk comes to it; before its first try there is no other time. */
static const char *next_try(const struct ctl *c, const char *state, int64_t next_at)
{
	if (strcmp(state, "waiting") != 0)
		return "never";
	return next_at <= clock_now() ? "now" : time_iso(c->arena, next_at);
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

#define TURNS 50

typedef enum err (*finder)(struct ctl *c, struct changeset *cs, uint64_t seq, size_t *n);

/* Carries out what find adds; found anew when the clerk was at one of them meanwhile. */
static enum err carry_out(struct ctl *c, finder find, uint64_t seq, size_t *n)
{
	enum err e = ERR_CONFLICT;

	for (int turn = 0; turn < TURNS && e == ERR_CONFLICT; turn++) {
		struct changeset *cs = changeset_new(c->arena);

		*n = 0;
		e = find(c, cs, seq, n);
		if (!e && *n)
			e = changeset_commit(c->app.store, cs, NULL);
	}
	return e;
}

/* --- jobs --- */

static enum err tell_stop(struct ctl *c, bool *stopped)
{
	struct edits_stop stop;
	enum err e = edits_stop_read(&c->app, c->arena, &stop);

	*stopped = !e && stop.since;
	if (*stopped)
		printf("jobs of the directory stand still since %s: change %s is not in the directory's log (docs/operator.md)\n",
		       time_iso(c->arena, stop.since), stop.csn);
	return e;
}

/* true: those behind it wait until somebody resumes. */
static bool tell_unreadable(struct bytes key, bool holds)
{
	printf("%llu unreadable%s\n", (unsigned long long)seq_of(key),
	       holds ? ": the jobs of the directory behind it stand still (docs/operator.md)" : "");
	return holds;
}

int ctl_jobs_list(struct ctl *c)
{
	bool stopped;
	enum err e = tell_stop(c, &stopped);

	if (e)
		return ctl_fail("%s", err_text(e));
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&s)) {
		struct job j;

		if (job_decode(c->arena, s.record.payload, &j)) {
			stopped = tell_unreadable(s.key, job_may_edit(s.record.payload)) || stopped;
			continue;
		}
		if (strcmp(j.state, "done") != 0 || *ctl_option(c, "all"))
			printf("%llu %s %s tries=%llu next=%s %s\n", (unsigned long long)seq_of(s.key), j.kind, j.state,
			       (unsigned long long)j.tries, next_try(c, j.state, j.next_at), j.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : stopped;
}

int ctl_jobs_resume(struct ctl *c)
{
	struct visitor who = ctl_visitor();
	enum err e = edits_resume(&c->app, c->arena, &who);

	if (e)
		return ctl_fail("%s", e == ERR_NOTFOUND ? "jobs of the directory do not stand still" : err_text(e));
	puts("jobs of the directory go on");
	return 0;
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
		if (job_decode(c->arena, s.record.payload, &j)) {
			if (seq != UINT64_MAX)
				return ERR_CORRUPT;
			continue;
		}
		waits = strcmp(j.state, "waiting") == 0;
		failed = strcmp(j.state, "failed") == 0;
		if (!waits && !(failed && seq != UINT64_MAX))
			continue;
		job_again(c->arena, cs, s.key, s.record.rev, &j);
		++*n;
	}
	return t.err;
}

int ctl_jobs_retry(struct ctl *c)
{
	uint64_t seq;
	size_t n;

	if (wanted_seq(c, &seq))
		return ctl_misuse("%s: no number of a job", c->arguments.v[0]);
	enum err e = carry_out(c, find_jobs, seq, &n);

	if (e == ERR_CORRUPT && seq != UINT64_MAX)
		return ctl_fail("%s: this job cannot be read; jobs resume sets it aside", c->arguments.v[0]);
	if (e)
		return ctl_fail("%s", err_text(e));
	if (!n && seq != UINT64_MAX)
		return ctl_fail("%s: no such job waits or failed", c->arguments.v[0]);
	printf("%zu jobs will be tried now\n", n);
	return 0;
}

/* --- mails --- */

static const char *address_now(struct txn *t, struct arena *a, const struct mail *m)
{
	struct person p;

	if (*m->to)
		return m->to;
	return person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(m->person.b, sizeof m->person.b), &p) ? "" : p.mail;
}

int ctl_mail_list(struct ctl *c)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);

	while (scan_next(&s)) {
		struct mail m;

		if (mail_decode(c->arena, s.record.payload, &m)) {
			tell_unreadable(s.key, false);
			continue;
		}
		if (strcmp(m.state, "sent") == 0 && !*ctl_option(c, "all"))
			continue;
		printf("%llu %s %s %s tries=%llu next=%s %s\n", (unsigned long long)seq_of(s.key), m.template, m.state,
		       *m.tried && strcmp(m.state, "waiting") != 0 ? m.tried : address_now(&t, c->arena, &m),
		       (unsigned long long)m.tries, next_try(c, m.state, m.next_at), m.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : 0;
}

/* What waits is tried at once. The others only by their number: a password drawn anew would be the end of one mailed since. What
   was refused goes again only to another address, the answer of the same one is known; what expired, whenever somebody asks. */
static bool goes_again(struct txn *t, struct arena *a, const struct mail *m, bool named)
{
	if (strcmp(m->state, "waiting") == 0)
		return true;
	if (named && strcmp(m->state, "refused") == 0) {
		const char *address = address_now(t, a, m);

		return text_is_mail(address) && strcmp(address, m->tried) != 0;
	}
	return named && strcmp(m->state, "expired") == 0;
}

static void send_again(struct ctl *c, struct changeset *cs, struct bytes key, uint64_t rev, struct mail *m)
{
	bool waits = strcmp(m->state, "waiting") == 0;

	changeset_expect(cs, TABLE_MAIL, key, rev);
	m->state = "waiting";
	m->next_at = 0;
	if (waits) {
		changeset_put(cs, TABLE_MAIL, key, mail_encode(c->arena, m));
		return;
	}
	m->tries = 0;
	m->created = clock_now();
	changeset_delete(cs, TABLE_MAIL, key);
	changeset_append(cs, TABLE_MAIL, mail_encode(c->arena, m));
	if (*m->about)
		outcome_put(c->arena, cs, m->about,
			    &(struct outcome){
				    .state = "waiting", .at = m->created, .reason = m->last_error, .what = m->template });
}

static enum err find_mails(struct ctl *c, struct changeset *cs, uint64_t seq, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	bool named = seq != UINT64_MAX;

	while (scan_next(&s)) {
		struct mail m;

		if (named && seq_of(s.key) != seq)
			continue;
		if (mail_decode(c->arena, s.record.payload, &m)) {
			if (named)
				return ERR_CORRUPT;
			continue;
		}
		if (!goes_again(&t, c->arena, &m, named))
			continue;
		send_again(c, cs, s.key, s.record.rev, &m);
		++*n;
	}
	return t.err;
}

int ctl_mail_retry(struct ctl *c)
{
	uint64_t seq;
	size_t n;

	if (wanted_seq(c, &seq))
		return ctl_misuse("%s: no number of a mail", c->arguments.v[0]);
	enum err e = carry_out(c, find_mails, seq, &n);

	if (e == ERR_CORRUPT && seq != UINT64_MAX)
		return ctl_fail("%s: this mail cannot be read", c->arguments.v[0]);
	if (e)
		return ctl_fail("%s", err_text(e));
	if (!n && seq != UINT64_MAX)
		return ctl_fail("%s: no such mail waits, or its address is still the one that was refused",
				c->arguments.v[0]);
	printf("%zu mails will be tried now\n", n);
	return 0;
}
