/* agreement-template set | show: the articles of a Caf's conventions */
#include "acts/agreement_text.h"
#include "acts/rights.h"
#include "ctl/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int ctl_template_set(struct ctl *c)
{
	const char *caf = ctl_option(c, "caf"), *path = c->arguments.v[0], *why = "";
	struct visitor who = ctl_visitor();
	struct bytes text;

	if (!*caf)
		return ctl_misuse("--caf CODE is missing");
	if (agreement_template_file(c->arena, path, &text))
		return ctl_fail("%s: %s", path, strerror(errno));
	enum err e = agreement_template_set(&c->app, c->arena, &who, caf, text, &why);

	if (e)
		return ctl_fail("%s: %s", path, why);
	printf("articles of Caf %s set; documents prepared from now on hold them\n", caf);
	return 0;
}

int ctl_template_show(struct ctl *c)
{
	const char *caf = ctl_option(c, "caf"), *text;
	struct caf known;

	if (!*caf)
		return ctl_misuse("--caf CODE is missing");
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

	if (caf_by_code(&t, c->arena, caf, &known))
		return ctl_fail("%s: no Caf has this code", caf);
	enum err e = agreement_template_of(&c->app, c->arena, caf, &text);

	if (e)
		return ctl_fail("%s: %s", c->settings.data_agreement, err_text(e));
	fputs(text, stdout);
	return 0;
}
