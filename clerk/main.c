/* habilis-clerk: keeps the mirror of the directory, and does what acts left to be done. */
#include "clerk/clerk.h"

#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"

#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>

static const struct {
	const char *name; /* as ps and top show it: 15 characters */
	int (*loop)(const struct settings *s);
} loops[] = {
	{ "clerk-mirror", mirror_loop },
	{ "clerk-work", work_loop },
	{ "clerk-mails", post_loop },
};

static int run(size_t index, void *user)
{
	(void)prctl(PR_SET_NAME, loops[index].name);
	procs_harden();
	procs_on_term();
	return loops[index].loop(user);
}

#ifndef HABILIS_SYSCONFDIR
#define HABILIS_SYSCONFDIR "/etc/habilis"
#endif

static int usage(FILE *to, int status)
{
	fputs("Usage: habilis-clerk [--config=FILE]\n"
	      "Follows the directory and does what waits: jobs, mails, seals, what is over.\n"
	      "\n"
	      "  --config=FILE   settings (" HABILIS_SYSCONFDIR "/habilis.conf)\n",
	      to);
	return status;
}

/* The file's name; NULL: *status is what to end with. */
static const char *read_command(int argc, char **argv, int *status)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = HABILIS_SYSCONFDIR "/habilis.conf";

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o != 'c') {
			*status = o == 'h' ? usage(stdout, 0) : usage(stderr, 2);
			return NULL;
		}
		config = optarg;
	}
	if (optind == argc)
		return config;
	*status = usage(stderr, 2);
	return NULL;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct settings s;
	const char *why = "";
	int status = 0;
	const char *config = read_command(argc, argv, &status);

	if (!config)
		return status;
	log_open("habilis-clerk");
	procs_harden();
	secret_init();
	if (settings_read(a, config, &s, &why)) {
		log_line(LOG_LEVEL_ERROR, "settings refused", "reason", why, NULL);
		return EX_CONFIG;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		log_line(LOG_LEVEL_ERROR, "libcurl does not start", NULL);
		return 1;
	}
	sandbox_enter(SANDBOX_PARENT, &s);
	log_line(LOG_LEVEL_INFO, "started", NULL);
	status = procs_run(LENGTH(loops), 0, run, &s);
	log_line(LOG_LEVEL_INFO, "stopped", NULL);
	curl_global_cleanup();
	return status;
}
