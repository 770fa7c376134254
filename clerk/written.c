/* Whether the directory's log has what we changed. Full, it stops in silence while the directory goes on (slapo-accesslog): then
   nothing that is done with LDAP tools comes into the audit log either, and the jobs of the directory stop until somebody has looked. */
#include "clerk/edit.h"
#include "clerk/journal.h"

#include "acts/edit.h"
#include "base/log.h"

#include <string.h>

#define AFTER_MS (10 * SECOND_MS)
#define CSN_SIZE 64
#define AT_MOST 50 /* one search; of more changes in a moment the others are not looked for */

static struct {
	char csn[CSN_SIZE];
	int64_t at;
} changes[AT_MOST];
static size_t changes_n;

void written_expect(const struct strs *csns)
{
	for (size_t i = 0; i < csns->n && changes_n < AT_MOST; i++) {
		size_t n = strlen(csns->v[i]);

		if (n >= CSN_SIZE)
			continue;
		memcpy(changes[changes_n].csn, csns->v[i], n + 1);
		changes[changes_n++].at = clock_now();
	}
}

static enum err find(struct clerk *c, struct arena *a, struct strs *out)
{
	static const char *const attributes[] = { "entryCSN", NULL };
	struct buf filter = buf_new(a);
	struct entries found = { 0 };
	struct directory *log;
	enum err e = journal_open(c, &log);

	if (e)
		return e;
	buf_text(&filter, "(|");
	for (size_t i = 0; i < changes_n; i++)
		buf_text(&filter, filter_equal(a, "entryCSN", changes[i].csn));
	buf_byte(&filter, ')');
	e = directory_search(log, a, "cn=accesslog", SCOPE_ONE, buf_str(&filter), attributes, 2 * (size_t)AT_MOST, &found);
	for (size_t i = 0; i < found.n; i++)
		strs_add(a, out, entry_text(&found.v[i], "entryCSN"));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err stop(struct clerk *c, struct arena *a, const char *csn)
{
	struct changeset *cs = changeset_new(a);
	enum err e = edits_stop_add(&c->app, a, cs, csn);

	if (!e)
		e = changeset_commit(c->app.store, cs, NULL);
	if (!e)
		log_line(LOG_LEVEL_ERROR, "a change is not in the directory's log: jobs of the directory stop",
			 "change", csn, NULL);
	/* it stands already */
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err written_run(struct clerk *c, struct arena *a)
{
	struct strs found = { 0 };
	const char *missing = NULL;
	size_t kept = 0;

	if (!changes_n)
		return ERR_OK;
	enum err e = find(c, a, &found);

	if (e)
		return e;
	for (size_t i = 0; i < changes_n; i++) {
		if (strs_has(&found, changes[i].csn))
			continue;
		if (changes[i].at + AFTER_MS < clock_now())
			missing = arena_strdup(a, changes[i].csn);
		else
			changes[kept++] = changes[i];
	}
	changes_n = kept;
	return missing ? stop(c, a, missing) : ERR_OK;
}
