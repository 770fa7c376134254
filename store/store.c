#include "base/settings.h"
#include "store/env.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTS 2u

static const char *const part_names[PARTS] = { [STORE_MAIN] = "store", [STORE_PUBLIC] = "public" };

struct store_place store_place_of(struct arena *a, const struct settings *s)
{
	return (struct store_place){
		.dir = s->store_dir,
		.writer = arena_printf(a, "%s/writer.sock", s->run_dir),
		.map_bytes = (uint64_t)s->store_map_gib << 30,
	};
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* errno tells why not; 0: there is something else. */
static bool is_file(const char *path)
{
	struct stat st;

	errno = 0;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !st.st_size;
}

/* The folder or file of a part, and the flags it is opened with. */
static const char *path_of(struct arena *a, const struct store_place *place, enum store_part part, unsigned *flags)
{
	*flags = MDB_RDONLY | (place->read_ahead ? 0 : MDB_NORDAHEAD);
	if (is_file(place->dir)) {
		*flags |= MDB_NOSUBDIR | MDB_NOLOCK;
		return place->dir;
	}
	const char *dir = place->dir, *within = arena_printf(a, "%s/%s", dir, part_names[part]);

	if (part != STORE_MAIN || (!exists(arena_printf(a, "%s/data.mdb", dir)) && exists(within)))
		dir = within;
	if (!exists(arena_printf(a, "%s/lock.mdb", dir)))
		*flags |= MDB_NOLOCK;
	return dir;
}

/* The first read: opens the tables, and shows whether this process has a reader slot (on a read-only mount LMDB
   silently gives none, and a writer then overwrites what is being read). */
static enum err first_read(struct arena *a, struct env *env, enum store_part part, const char *path, const char **why)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn);

	if (!rc) {
		bool held = !env->locked || env_holds_slot(env);

		rc = held ? env_tables(env, txn, part, 0) : EROFS;
		/* commit, not abort: only then do the handles of the tables live on */
		if (rc)
			mdb_txn_abort(txn);
		else
			rc = mdb_txn_commit(txn);
	}
	if (rc)
		*why = rc == EROFS ? arena_printf(a, "%s: no reader slot in lock.mdb (read-only mount?)", path) :
				     arena_printf(a, "%s: %s", path, mdb_strerror(rc));
	return env_err(rc);
}

static enum err check_schema(struct arena *a, struct store *st, enum store_part part, const char *path, const char **why)
{
	AUTO_TXN struct txn t = txn_read(st, part);
	uint64_t schema = txn_counter(&t, part == STORE_MAIN ? TABLE_META : TABLE_PUBLIC_META, "schema");

	if (t.err || schema == 0)
		*why = arena_printf(a, "%s: habilis-writer has not made it yet, or it is damaged", path);
	else if (schema > STORE_SCHEMA)
		*why = arena_printf(a, "%s: made by a newer version (schema %ju)", path, (uintmax_t)schema);
	else
		return ERR_OK;
	return t.err ? t.err : schema == 0 ? ERR_NOTFOUND : ERR_CORRUPT;
}

static enum err open_part(struct arena *a, const struct store_place *place, struct store *st, enum store_part part,
			  const char **why)
{
	unsigned flags;
	const char *path = path_of(a, place, part, &flags);
	struct env *env = &st->part[part];
	const char *file = flags & MDB_NOSUBDIR ? path : arena_printf(a, "%s/data.mdb", path);

	if (!is_file(file)) {
		*why = arena_printf(a, "%s: %s", file, errno ? strerror(errno) : "not a file");
		return errno == EACCES ? ERR_UNAVAILABLE : ERR_NOTFOUND;
	}
	if (is_empty(file)) {
		*why = arena_printf(a, "%s is empty", file);
		return ERR_CORRUPT;
	}
	int rc = env_open(env, path, flags, place->map_bytes);

	if (rc) {
		*why = arena_printf(a, "%s: %s", path, mdb_strerror(rc));
		return env_err(rc);
	}
	enum err e = first_read(a, env, part, path, why);

	return e ? e : check_schema(a, st, part, path, why);
}

enum err store_open(struct arena *a, const struct store_place *place, unsigned parts, struct store **out, const char **why)
{
	struct store *st = arena_new_of(a, struct store);
	enum err e = ERR_OK;

	*st = (struct store){ .writer = place->writer, .fd = -1 };
	if (!env_address_space_suffices(place->map_bytes * PARTS)) {
		*why = "the limit of address space (RLIMIT_AS) is under the maps and 4 GiB";
		return ERR_UNAVAILABLE;
	}
	for (unsigned i = 0; i < PARTS && !e; i++)
		if (parts & 1u << i)
			e = open_part(a, place, st, (enum store_part)i, why);
	if (e)
		store_close(st);
	else
		*out = st;
	return e;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	for (unsigned i = 0; i < PARTS; i++)
		env_close(&st->part[i]);
	if (st->fd >= 0)
		close(st->fd);
	st->fd = -1;
}

void store_check_readers(struct store *st)
{
	int dead;

	for (unsigned i = 0; i < PARTS; i++)
		if (st->part[i].mdb)
			(void)mdb_reader_check(st->part[i].mdb, &dead);
}

int store_percent(struct store *st, enum store_part part)
{
	MDB_env *env = st->part[part].mdb;
	MDB_envinfo info;
	MDB_stat pages;

	if (!env || mdb_env_info(env, &info) || mdb_env_stat(env, &pages) || !info.me_mapsize)
		return 0;
	return (int)((info.me_last_pgno + 1) * pages.ms_psize * 100 / info.me_mapsize);
}
