/* Whether the databases have room: the directory's log that is full stops in silence, a store that is full refuses every change. */
#include "clerk/room.h"

#include "base/log.h"
#include "clerk/journal.h"
#include "store/store.h"

#include <stdlib.h>

#define ALARM_PERCENT 60

static void add(struct arena *a, struct rooms *r, const char *name, int percent)
{
	r->v = arena_more(a, r->v, r->n, sizeof *r->v);
	r->v[r->n++] = (struct room){ .name = arena_strdup(a, name), .percent = percent };
}

static uint64_t pages(const struct entry *e, const char *name)
{
	const char *s = entry_text(e, name);

	return s ? strtoull(s, NULL, 10) : 0;
}

/* olmMDBPagesFree are among the used ones: of former texts, taken again before others. */
static enum err read_directory(struct clerk *c, struct arena *a, struct rooms *r)
{
	static const char *const attributes[] = { "namingContexts", "olmMDBPagesUsed", "olmMDBPagesFree",
						  "olmMDBPagesMax", NULL };
	struct directory *d;
	struct entries found;
	enum err e = journal_open(c, &d);

	if (e || (e = directory_search(d, a, "cn=Databases,cn=Monitor", SCOPE_ONE, "(olmMDBPagesMax=*)", attributes, 20,
				       &found)))
		return e;
	for (size_t i = 0; i < found.n; i++) {
		const struct entry *db = &found.v[i];
		const char *name = entry_text(db, "namingContexts");
		uint64_t used = pages(db, "olmMDBPagesUsed") - pages(db, "olmMDBPagesFree");
		uint64_t max = pages(db, "olmMDBPagesMax");

		add(a, r, name ? name : db->dn, max ? (int)(used * 100 / max) : 0);
	}
	return ERR_OK;
}

enum err rooms_read(struct clerk *c, struct arena *a, struct rooms *out)
{
	*out = (struct rooms){ NULL, 0 };
	add(a, out, "store", store_percent(c->app.store, STORE_MAIN));
	add(a, out, "public store", store_percent(c->app.store, STORE_PUBLIC));
	return read_directory(c, a, out);
}

enum err room_run(struct clerk *c, struct arena *a)
{
	struct rooms rooms;
	enum err e = rooms_read(c, a, &rooms);

	for (size_t i = 0; i < rooms.n; i++)
		if (rooms.v[i].percent >= ALARM_PERCENT)
			log_line(LOG_LEVEL_ERROR, "a database is filling: give it more room", "database",
				 rooms.v[i].name, "percent", arena_printf(a, "%d", rooms.v[i].percent), NULL);
	return e;
}
