/* habilis-web --config=FILE --pool=public|private|login: a parent that opens the pool's socket and keeps its workers alive. */
#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "fcgi/page/page.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define HANGS_MS (30 * SECOND_MS) /* nginx has given up after 15 s */

/* What a pool is: the parts its workers open, what they may do then, its loop. Nobody in the public pool sees a secret, a session
   or a person. */
static const struct pool_kind {
	const char *name;
	unsigned parts;
	enum sandbox_role role;
	int (*serve)(int listen_fd, http_handler handle, void *user);
} pools[POOL__MAX] = {
	[POOL_PUBLIC] = { "public", APP_PUBLIC, SANDBOX_PUBLIC, http_serve_kept },
	[POOL_PRIVATE] = { "private", APP_STORE | APP_PUBLIC | APP_WEB | APP_KEY | APP_WRITES, SANDBOX_PRIVATE,
			   http_serve_plain },
	[POOL_LOGIN] = { "login", APP_STORE | APP_PUBLIC | APP_WEB | APP_PASSWORD | APP_KEY | APP_WRITES, SANDBOX_LOGIN,
			 http_serve_plain },
};

struct parent {
	enum pool pool;
	const struct settings *settings;
	int listen_fd;
};

static size_t processes(const struct settings *s, enum pool pool)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t asked = pool == POOL_PUBLIC  ? s->pool_public_processes :
			pool == POOL_PRIVATE ? s->pool_private_processes :
					       s->pool_login_processes;

	if (asked > 0)
		return (size_t)asked;
	if (cores < 1)
		cores = 1;
	long least = pool == POOL_PRIVATE ? 16 : pool == POOL_LOGIN ? 4 : 1;

	return (size_t)(cores < least ? least : cores);
}

static int worker(size_t index, void *user)
{
	struct parent *p = user;
	AUTO_ARENA struct arena *a = arena_new();
	struct app app;
	const char *why;

	(void)index;
	procs_on_term();
	if (app_open_with(a, p->settings, pools[p->pool].parts, &app, &why)) {
		log_line(LOG_LEVEL_ERROR, "worker cannot start", "reason", why, NULL);
		return 1;
	}
	struct dispatch d = { &app, p->pool };

	sandbox_enter(pools[p->pool].role, p->settings);
	int status = pools[p->pool].serve(p->listen_fd, dispatch, &d);

	if (refusals_unwritten())
		log_line(LOG_LEVEL_WARNING, "refusals counted and not recorded", "count",
			 arena_printf(a, "%llu", (unsigned long long)refusals_unwritten()), NULL);
	app_close(&app);
	return status;
}

/* The route table as tab-separated text: what nginx's map and the role matrix are tested against. */
static int print_routes(void)
{
	AUTO_ARENA struct arena *a = arena_new();

	for (size_t i = 0; i < routes_n; i++) {
		const struct route *r = &routes[i];
		const char *own = r->flags & ROUTE_OWN     ? (r->families == FAMILY_LISTING ? "listing" :
							      r->families == FAMILY_PLACES  ? "places" :
											      "any") :
				  r->flags & ROUTE_CAF_OWN ? "caf" :
							     "-";

		printf("%s\t%s\t%s\t%s\t%s\n", r->methods == METHOD_POST ? "POST" : "GET", r->pattern,
		       pools[r->pool].name, r->roles ? role_names(a, r->roles) : "-", own);
	}
	return 0;
}

static int usage(void)
{
	fputs("usage: habilis-web --config=FILE --pool=public|private|login\n       habilis-web --routes\n", stderr);
	return 2;
}

static bool arguments(int argc, char **argv, const char **config, enum pool *pool)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "pool", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*config = NULL;
	*pool = POOL__MAX;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			*config = optarg;
		else if (option != 'p')
			return false;
		for (enum pool i = 0; option == 'p' && i < POOL__MAX; i++)
			if (strcmp(pools[i].name, optarg) == 0)
				*pool = i;
	}
	return *config && *pool != POOL__MAX && optind == argc;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct settings settings;
	struct parent p = { .settings = &settings };
	const char *config, *why;

	log_open("habilis-web");
	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return print_routes();
	if (!arguments(argc, argv, &config, &p.pool))
		return usage();
	procs_harden();
	secret_init();
	if (settings_read(a, config, &settings, &why)) {
		log_line(LOG_LEVEL_ERROR, "settings refused", "reason", why, NULL);
		return EX_CONFIG;
	}
	p.listen_fd = http_listen(app_run_path(a, &settings, arena_printf(a, "%s.sock", pools[p.pool].name)), &why);
	if (p.listen_fd < 0) {
		log_line(LOG_LEVEL_ERROR, "socket refused", "reason", why, NULL);
		return 1;
	}
	sandbox_enter(SANDBOX_PARENT, &settings);
	return procs_run(processes(&settings, p.pool), HANGS_MS, worker, &p);
}
