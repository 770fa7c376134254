/* demo mails: an outbox to try a relay with */
#include "acts/mails.h"
#include "base/text.h"
#include "ctl/command.h"

#include <stdio.h>

#define MOST 10000
#define AT_ONCE 200

static enum err add(struct ctl *c, int64_t from, int64_t until)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);

	for (int64_t i = from; i < until; i++)
		mail_add(&c->app, a, cs, "password_changed", UUID_NONE,
			 arena_printf(a, "essai-%05lld@essai.example", (long long)i), "", NULL);
	return changeset_commit(c->app.store, cs, NULL);
}

int ctl_demo_mails(struct ctl *c)
{
	int64_t n;
	enum err e = ERR_OK;

	if (!c->settings.run_test_clock)
		return ctl_fail("only with test_clock = yes");
	if (text_to_int(c->arguments.v[0], 1, MOST, &n))
		return ctl_misuse("%s: a number from 1 to %d", c->arguments.v[0], MOST);
	for (int64_t i = 0; i < n && !e; i += AT_ONCE)
		e = add(c, i, i + AT_ONCE < n ? i + AT_ONCE : n);
	if (e)
		return ctl_fail("%s", err_text(e));
	printf("%lld mails wait\n", (long long)n);
	return 0;
}
