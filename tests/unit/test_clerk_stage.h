/* A clerk on the acts' stage: real store, real slapd, its services' secrets. */
#include "clerk/clerk.h"
#include "clerk/journal.h"
#include "tests/unit/test_acts_service.h"

static struct clerk clerk;

static int clerk_set_up(void **state)
{
	if (stage_set_up(state))
		return -1;
	struct stage *s = *state;

	s->settings.ldap_uri = slapd.ldapi;
	s->settings.ldap_secrets = arena_printf(s->a, "%s/secrets", slapd.folder);
	s->settings.ldap_ca = "";
	s->settings.people_kept_days = 365;
	clerk = (struct clerk){ .app = s->app, .arena = s->a, .settings = &s->settings };
	return 0;
}

static int clerk_tear_down(void **state)
{
	journal_done();
	return stage_tear_down(state);
}
