/* directory lint */
#include "acts/directory_lint.h"
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

static void print_json(struct ctl *c, const struct lint_finding *f)
{
	struct json *j = json_new(c->arena);

	json_open_map(j);
	json_key(j, "subject");
	json_string(j, f->subject);
	json_key(j, "finding");
	json_string(j, f->what);
	json_close_map(j);
	puts(json_text(j));
}

/* What is looked at is the directory itself; of the store, the communes and who had a uid or number before. */
int ctl_directory_lint(struct ctl *c)
{
	struct directory *sync;
	struct entries entries;
	struct lint_report report;
	const char *why = "";
	const struct settings *s = &c->settings;
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };

	if (directory_new(c->arena, &place, SERVICE_SYNC, &sync, &why))
		return ctl_fail("%s", why);
	enum err e = directory_lint_read(sync, c->arena, s->ldap_suffix, &entries);

	if (e)
		ctl_fail("the directory cannot be read: %s", directory_trouble(sync));
	directory_free(sync);
	if (e)
		return 1;
	AUTO_TXN struct txn communes = txn_read(c->app.store, STORE_PUBLIC);
	AUTO_TXN struct txn store = txn_read(c->app.store, STORE_MAIN);
	const struct lint_known known = { &communes, &store };

	if ((e = directory_lint(c->arena, &entries, day_today(), &known, &report)))
		return ctl_fail("who had a uid or number before cannot be read: %s", err_text(e));
	if (communes.err)
		return ctl_fail("the communes cannot be read: %s", err_text(communes.err));
	bool json = *ctl_option(c, "json");

	for (size_t i = 0; i < report.n; i++) {
		if (json)
			print_json(c, &report.v[i]);
		else
			printf("%s: %s\n", report.v[i].subject, report.v[i].what);
	}
	if (!json)
		printf("%zu entries read, %zu findings\n", report.entries, report.n);
	return report.n ? 1 : 0;
}
