/* register import */
#include "acts/directory_lint.h"
#include "acts/register_import.h"
#include "ctl/command.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One byte more than is allowed tells that there is more. */
static enum err read_file(struct arena *a, const char *path, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *text = arena_alloc(a, CSV_BYTES_MAX + 1);
	ssize_t got = 0;

	out->n = 0;
	while (fd >= 0 && out->n <= CSV_BYTES_MAX && (got = read(fd, text + out->n, CSV_BYTES_MAX + 1 - out->n)) > 0)
		out->n += (size_t)got;
	if (fd >= 0)
		close(fd);
	out->p = text;
	return fd < 0 || got < 0 ? ERR_NOTFOUND : ERR_OK;
}

static int take_file(struct ctl *c, struct import *m, const char *path)
{
	const char *slash = strrchr(path, '/');
	enum import_kind kind = import_kind_of(slash ? slash + 1 : path);
	struct bytes text;

	if (kind == IMPORT__MAX)
		return ctl_fail(
			"%s: a file is called fournisseurs.csv, etablissements.csv, conventions.csv, personnes.csv or droits.csv",
			path);
	if (read_file(c->arena, path, &text))
		return ctl_fail("%s cannot be read", path);
	import_take(m, kind, text);
	return 0;
}

static int take_folder(struct ctl *c, struct import *m, const char *folder)
{
	size_t found = 0;

	for (size_t i = 0; i < IMPORT__MAX; i++) {
		const char *path = arena_printf(c->arena, "%s/%s", folder, import_files[i]);

		if (access(path, F_OK) != 0)
			continue;
		found++;
		if (take_file(c, m, path))
			return 1;
	}
	return found ? 0 : ctl_fail("%s holds none of our files", folder);
}

static int take_all(struct ctl *c, struct import *m)
{
	for (size_t i = 0; i < c->arguments.n; i++) {
		struct stat st;
		const char *path = c->arguments.v[i];
		int failed = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? take_folder(c, m, path) : take_file(c, m, path);

		if (failed)
			return failed;
	}
	return 0;
}

static int read_directory(struct ctl *c, struct entries *out)
{
	const struct settings *s = &c->settings;
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };
	struct directory *sync;
	const char *why = "";

	if (directory_new(c->arena, &place, SERVICE_SYNC, &sync, &why))
		return ctl_fail("%s", why);
	enum err e = directory_lint_read(sync, c->arena, s->ldap_suffix, out);

	if (e)
		ctl_fail("the directory cannot be read: %s", directory_trouble(sync));
	directory_free(sync);
	return e != ERR_OK;
}

static int print_faults(const struct import *m)
{
	size_t n;
	const struct import_fault *v = import_faults(m, &n);

	for (size_t i = 0; i < n; i++)
		printf("%s:%zu: %s%s%s\n", v[i].file, v[i].line, v[i].column, *v[i].column ? ": " : "", v[i].what);
	if (n)
		printf("%zu faults; nothing was written\n", n);
	return n != 0;
}

int ctl_register_import(struct ctl *c)
{
	struct import_options o = { .caf = ctl_option(c, "caf"),
				    .passwords = *ctl_option(c, "with-passwords"),
				    .today = day_today() };
	struct import *m = import_new(c->arena, &o);
	struct visitor who = ctl_visitor();
	struct entries directory;
	bool dry = *ctl_option(c, "dry-run");

	if (!*o.caf)
		return ctl_misuse("--caf CODE is missing");
	if (take_all(c, m) || read_directory(c, &directory))
		return 1;
	enum err e = import_plan(&c->app, m, &directory);

	if (e == ERR_NOTFOUND)
		return ctl_misuse("--caf %s: the directory has no such Caf", o.caf);
	if (e)
		return ctl_fail(e == ERR_UNAVAILABLE ? "the mirror of the directory is not up to date" : "%s", err_text(e));
	if (print_faults(m))
		return 1;
	const struct strs *changes = import_changes(m), *warnings = import_warnings(m);

	for (size_t i = 0; i < warnings->n; i++)
		puts(warnings->v[i]);
	for (size_t i = 0; i < changes->n; i++)
		puts(changes->v[i]);
	if (!changes->n || dry) {
		printf("%zu changes%s\n", changes->n, dry ? "; a dry run: nothing was written" : "");
		return 0;
	}
	if ((e = import_commit(&c->app, m, &who)))
		return ctl_fail("nothing was written: %s",
				e == ERR_CONFLICT ? "somebody gave numbers or an establishment meanwhile, run it again" :
						    err_text(e));
	printf("%zu changes; the clerk writes them to the directory (habilisctl jobs list)\n", changes->n);
	return 0;
}
