/* Cafs without their legal texts: told to the operator at the start, and when one changes (docs/decisions/0009). */
#include "clerk/clerk.h"

#include "acts/caf_texts.h"
#include "acts/mirror.h"
#include "base/log.h"

static const char *joined(struct arena *a, const struct strs *list)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < list->n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", list->v[i]);
	return buf_str(&b);
}

/* "921=habSilence habVoiesRecours", of each Caf that lacks one. */
static enum err read_gaps(struct clerk *c, struct arena *a, struct strs *out)
{
	struct caf *v;
	size_t n;
	enum err e = cafs_all(&c->app, a, &v, &n);

	for (size_t i = 0; i < n && !e; i++) {
		struct strs missing = caf_texts_missing(a, &v[i]);

		if (missing.n)
			strs_add(a, out, arena_printf(a, "%s=%s", v[i].code, joined(a, &missing)));
	}
	return e;
}

enum err texts_run(struct clerk *c, struct arena *a)
{
	static struct strs told; /* lives in the process's arena; renewed only when something changed */
	struct mirror_status st;
	struct strs now = { 0 };
	bool changed = false;
	enum err e = mirror_status_read(&c->app, a, &st);

	if (e || !st.complete)
		return e;
	if ((e = read_gaps(c, a, &now)))
		return e;
	for (size_t i = 0; i < now.n; i++) {
		if (strs_has(&told, now.v[i]))
			continue;
		log_line(LOG_LEVEL_ERROR, "a Caf lacks legal texts: it takes no requests", "missing", now.v[i], NULL);
		changed = true;
	}
	if (!changed && now.n == told.n)
		return ERR_OK;
	for (size_t i = 0; i < told.n; i++)
		if (!strs_has(&now, told.v[i]))
			log_line(LOG_LEVEL_INFO, "a Caf's legal texts changed", "missing before", told.v[i], NULL);
	told = (struct strs){ 0 };
	for (size_t i = 0; i < now.n; i++)
		strs_add(c->arena, &told, arena_strdup(c->arena, now.v[i]));
	return ERR_OK;
}
