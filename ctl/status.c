/* mirror status | rebuild, settings */
#include "acts/mirror.h"
#include "ctl/command.h"

#include <stdio.h>

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

int ctl_settings(struct ctl *c)
{
	fputs(settings_reference(c->arena), stdout);
	return 0;
}
