/* mirror status | rebuild, jobs list, mail list, settings */
#include "acts/mirror.h"
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

int ctl_mirror_status(struct ctl *c)
{
	struct mirror_status s;
	enum err e = mirror_status_read(&c->app, c->arena, &s);

	if (e)
		return ctl_fail("%s", err_text(e));
	bool fresh = app_fresh(&c->app) == ERR_OK;

	printf("%s, %s: %llu people, %llu establishments, %llu providers, %llu agreements, %llu Cafs, %llu groups; last poll %s\n",
	       s.complete ? "complete" : "incomplete", fresh ? "fresh" : "stale", (unsigned long long)s.persons,
	       (unsigned long long)s.establishments, (unsigned long long)s.providers, (unsigned long long)s.agreements,
	       (unsigned long long)s.cafs, (unsigned long long)s.groups,
	       s.heartbeat ? time_iso(c->arena, s.heartbeat) : "never");
	return s.complete && fresh ? 0 : 1;
}

int ctl_mirror_rebuild(struct ctl *c)
{
	enum err e = mirror_rebuild(&c->app, c->arena);

	if (e)
		return ctl_fail("%s", err_text(e));
	puts("the clerk will read the whole directory again");
	return 0;
}

int ctl_jobs_list(struct ctl *c)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&s)) {
		struct job j;
		struct reader key = reader_of(s.key);

		if (job_decode(c->arena, s.record.payload, &j))
			return ctl_fail("a job does not decode");
		if (strcmp(j.state, "waiting") == 0 || *ctl_option(c, "all"))
			printf("%llu %s %s tries=%llu next=%s %s\n", (unsigned long long)read_u64(&key), j.kind,
			       j.state, (unsigned long long)j.tries, time_iso(c->arena, j.next_at), j.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : 0;
}

int ctl_mail_list(struct ctl *c)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);

	while (scan_next(&s)) {
		struct mail m;
		struct person p;
		struct reader key = reader_of(s.key);

		if (mail_decode(c->arena, s.record.payload, &m))
			return ctl_fail("a mail does not decode");
		if (strcmp(m.state, "sent") == 0 && !*ctl_option(c, "all"))
			continue;
		bool known = !*m.to && !person_get(&t, c->arena, TABLE_MIRROR_PERSON, key_bytes(m.person.b, 16), &p);

		printf("%llu %s %s %s tries=%llu %s\n", (unsigned long long)read_u64(&key), m.template, m.state,
		       known ? p.mail : m.to, (unsigned long long)m.tries, m.last_error);
	}
	return t.err ? ctl_fail("%s", err_text(t.err)) : 0;
}

int ctl_settings(struct ctl *c)
{
	fputs(settings_reference(c->arena), stdout);
	return 0;
}
