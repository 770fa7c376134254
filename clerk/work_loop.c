/* What waits but the mails, each at its own pace. */
#include "clerk/journal.h"

#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"

#include <string.h>

#define TICK_MS 200

struct task {
	enum err (*run)(struct clerk *c, struct arena *a);
	int64_t every_ms;
	int64_t due;
	struct state_of state;
};

static enum err read_seal_key(struct clerk *c)
{
	const char *why = "";
	struct bytes key;

	if (!*c->settings->run_seal_key_file)
		return ERR_OK;
	enum err e = secret_file(c->arena, c->settings->run_seal_key_file, &key, &why);

	if (!e && key.n != KEY_SIZE) {
		e = ERR_INVALID;
		why = "must hold exactly 32 bytes";
	}
	if (e) {
		log_line(LOG_LEVEL_ERROR, "the seal key cannot be read", "reason", why, NULL);
		return e;
	}
	memcpy(c->seal_key, key.p, KEY_SIZE);
	secret_wipe((void *)(uintptr_t)key.p, key.n);
	c->seals = true;
	return ERR_OK;
}

static void work(struct clerk *c)
{
	struct task tasks[] = {
		{ jobs_run, TICK_MS, 0, { .subject = "jobs" } },
		{ asked_run, TICK_MS, 0, { .subject = "requests for passwords" } },
		{ written_run, 2 * SECOND_MS, 0, { .subject = "changes in the directory's log" } },
		{ seal_run, 2 * SECOND_MS, 0, { .subject = "seals" } },
		{ journal_run, 2 * SECOND_MS, 0, { .subject = "the directory's log" } },
		{ readers_run, 10 * SECOND_MS, 0, { .subject = "readers" } },
		{ sweep_run, 10 * SECOND_MS, 0, { .subject = "sweeping" } },
		{ republish_run, SECOND_MS, 0, { .subject = "the pages of a new day" } },
		{ days_run, TICK_MS, 0, { .subject = "the work of the day" } },
		{ close_run, MINUTE_MS, 0, { .subject = "ended conventions" } },
		{ texts_run, 10 * SECOND_MS, 0, { .subject = "the Cafs' texts" } },
		{ purge_run, DAY_MS, 0, { .subject = "the purge of the log" } },
		{ room_run, 10 * MINUTE_MS, 0, { .subject = "the room of the databases" } },
		{ verify_run, TICK_MS, 0, { .subject = "the check of the log" } },
	};

	/* its connections to the directory are made when they are needed first */
	directory_warm_up(c->settings->ldap_uri);
	sandbox_enter(SANDBOX_WORK, c->settings);
	while (!procs_stopping()) {
		for (size_t i = 0; i < LENGTH(tasks) && !procs_stopping(); i++) {
			struct task *t = &tasks[i];
			int64_t now = clock_monotonic();

			if (now < t->due)
				continue;
			AUTO_ARENA struct arena *a = arena_new();

			enum err e = t->run(c, a);

			/* somebody was quicker: the next turn sees what he did */
			state_tell(&t->state, e == ERR_CONFLICT ? ERR_OK : e);
			t->due = now + t->every_ms;
		}
		clerk_sleep(TICK_MS);
	}
}

int work_loop(const struct settings *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct clerk c = { .arena = a, .settings = s };
	const char *why = "";

	if (app_open_with(a, s, APP_STORE | APP_PUBLIC | APP_WRITES, &c.app, &why)) {
		log_line(LOG_LEVEL_ERROR, "the store does not open", "reason", why, NULL);
		return 1;
	}
	enum err e = read_seal_key(&c);

	if (!e)
		work(&c);
	asked_done();
	jobs_done();
	journal_done();
	verify_done();
	app_close(&c.app);
	secret_wipe(c.seal_key, sizeof c.seal_key);
	return e ? 1 : 0;
}

enum err readers_run(struct clerk *c, struct arena *a)
{
	(void)a;
	store_check_readers(c->app.store);
	return ERR_OK;
}
