/* Polls the directory five times a second, and tells everybody by the mtime of a file that it did. */
#include "clerk/clerk.h"

#include "acts/mirror.h"
#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_MS 200

static int open_heart(const struct settings *s)
{
	AUTO_ARENA struct arena *a = arena_new();

	return open(app_run_path(a, s, "heartbeat"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
}

/* The file is made anew when somebody took it away. */
static void beat(const struct settings *s, int *heart)
{
	struct stat st;

	if (*heart < 0 || fstat(*heart, &st) || st.st_nlink == 0) {
		if (*heart >= 0)
			close(*heart);
		*heart = open_heart(s);
	}
	if (*heart < 0 || futimens(*heart, NULL))
		log_line(LOG_LEVEL_ERROR, "heartbeat not written", NULL);
}

static enum err open_sync(struct arena *a, const struct settings *s, struct directory **out, const char **why)
{
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };

	return directory_new(a, &place, SERVICE_SYNC, out, why);
}

static void tell_counts(struct app *app, size_t changed)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct mirror_status st;

	if (mirror_status_read(app, a, &st))
		return;
	log_line(LOG_LEVEL_INFO, "mirror read", "changed", arena_printf(a, "%zu", changed), "persons",
		 arena_printf(a, "%llu", (unsigned long long)st.persons), "establishments",
		 arena_printf(a, "%llu", (unsigned long long)st.establishments), NULL);
}

static void follow(struct app *app, struct directory *sync)
{
	struct state_of state = { .subject = "the mirror" };
	int heart = -1;
	bool first = true;

	sandbox_enter(SANDBOX_MIRROR, app->settings);
	while (!procs_stopping()) {
		AUTO_ARENA struct arena *a = arena_new();
		size_t changed = 0;
		enum err e = mirror_poll(app, a, sync, &changed);

		/* somebody asked for a rebuild meanwhile: not a failure */
		if (e != ERR_CONFLICT)
			state_tell(&state, e);
		if (!e) {
			beat(app->settings, &heart);
			if (first)
				tell_counts(app, changed);
			first = false;
		}
		clerk_sleep(POLL_MS);
	}
	if (heart >= 0)
		close(heart);
}

int mirror_loop(const struct settings *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct app app;
	struct directory *sync = NULL;
	const char *why = "";
	enum err e = app_open_with(a, s, APP_STORE | APP_PUBLIC | APP_WRITES, &app, &why);

	if (e) {
		log_line(LOG_LEVEL_ERROR, "the store does not open", "reason", why, NULL);
		return 1;
	}
	e = open_sync(a, s, &sync, &why);
	if (e)
		log_line(LOG_LEVEL_ERROR, "no access to the directory", "reason", why, NULL);
	else
		follow(&app, sync);
	directory_free(sync);
	app_close(&app);
	return e ? 1 : 0;
}
