/* habilis-writer: alone writes the store. */
#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "base/settings.h"
#include "store/writer.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#ifndef HABILIS_SYSCONFDIR
#define HABILIS_SYSCONFDIR "/etc/habilis"
#endif

struct command {
	const char *config;
	const char *restore; /* a backup's file; NULL: serve */
};

static void usage(FILE *to)
{
	fputs("Usage: habilis-writer [--config=FILE] [--restore=FILE]\n"
	      "Writes the store, alone; everyone else sends it changesets over its socket.\n"
	      "\n"
	      "  --config=FILE   settings (" HABILIS_SYSCONFDIR "/habilis.conf)\n"
	      "  --restore=FILE  replaces the store by the file of `habilisctl store backup`, then ends\n",
	      to);
}

static struct command read_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "restore", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct command c = { HABILIS_SYSCONFDIR "/habilis.conf", NULL };

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o == 'c') {
			c.config = optarg;
		} else if (o == 'r') {
			c.restore = optarg;
		} else {
			usage(o == 'h' ? stdout : stderr);
			exit(o == 'h' ? EXIT_SUCCESS : 2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
	return c;
}

static int failed(const char *what, enum err e, const char *why)
{
	log_line(LOG_LEVEL_ERROR, what, "error", err_text(e), "reason", why ? why : "", NULL);
	return EXIT_FAILURE;
}

static void confine(void *settings)
{
	sandbox_enter(SANDBOX_WRITER, settings);
}

static int serve(struct arena *a, const struct writer_options *o)
{
	struct writer *w = NULL;
	const char *why = NULL;
	enum err e = writer_open(a, o, &w, &why);

	if (e)
		return failed("the store cannot be opened", e, why);
	log_line(LOG_LEVEL_INFO, "ready", "socket", o->socket, NULL);
	e = writer_serve(w, &why);
	writer_close(w);
	return e ? failed("stopped", e, why) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct command c = read_command(argc, argv);
	struct settings s;
	const char *why = NULL;

	log_open("habilis-writer");
	procs_harden();
	umask(0007);
	secret_init();
	if (settings_read(a, c.config, &s, &why)) {
		log_line(LOG_LEVEL_ERROR, "settings refused", "reason", why, NULL);
		return EX_CONFIG;
	}
	if (s.run_test_clock && *s.run_clock_file)
		clock_test_file(s.run_clock_file);
	struct writer_options o = writer_options_of(a, &s);

	o.ready = confine;
	o.user = &s;
	if (!c.restore)
		return serve(a, &o);
	sandbox_enter(SANDBOX_COMMAND, &s);
	enum err e = writer_restore(a, &o, c.restore, &why);
	return e ? failed("the store cannot be restored", e, why) : EXIT_SUCCESS;
}
