#include "store/env.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SPARE_BYTES ((uint64_t)4 << 30)

enum err env_err(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return ERR_OK;
	case MDB_NOTFOUND:
		return ERR_NOTFOUND;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case MDB_READERS_FULL:
	case MDB_MAP_RESIZED:
	case ENOENT:
	case EACCES:
	case EPERM:
	case EROFS:
	case EAGAIN:
	case ENOMEM:
		return ERR_UNAVAILABLE;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return ERR_CORRUPT;
	default:
		return ERR_INTERNAL;
	}
}

bool env_address_space_suffices(uint64_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit))
		return false;
	return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes + SPARE_BYTES;
}

int env_open(struct env *env, const char *path, unsigned flags, uint64_t map_bytes)
{
	int rc = mdb_env_create(&env->mdb);

	if (!rc)
		rc = mdb_env_set_maxdbs(env->mdb, TABLE__MAX);
	if (!rc)
		rc = mdb_env_set_maxreaders(env->mdb, ENV_READERS);
	if (!rc && map_bytes)
		rc = mdb_env_set_mapsize(env->mdb, map_bytes);
	if (!rc)
		rc = mdb_env_open(env->mdb, path, flags | MDB_NOTLS, 0660);
	env->locked = !(flags & MDB_NOLOCK);
	if (rc)
		env_close(env);
	return rc;
}

int env_tables(struct env *env, MDB_txn *txn, enum store_part part, unsigned flags)
{
	for (unsigned i = 0; i < TABLE__MAX; i++) {
		unsigned shape = table_shape((enum table)i) == TABLE_INDEX ? MDB_DUPSORT | MDB_DUPFIXED : 0;

		env->dbi[i] = ENV_NO_TABLE;
		if (table_part((enum table)i) != part)
			continue;
		int rc = mdb_dbi_open(txn, table_name((enum table)i), flags | shape, &env->dbi[i]);

		if (rc == MDB_NOTFOUND)
			env->dbi[i] = ENV_NO_TABLE;
		else if (rc)
			return rc;
	}
	return MDB_SUCCESS;
}

void env_close(struct env *env)
{
	mdb_txn_abort(env->idle);
	mdb_env_close(env->mdb);
	env->idle = NULL;
	env->mdb = NULL;
}

struct slots {
	size_t others;
	bool own;
};

/* A line is "pid thread txnid"; the head of the table has no number in front. */
static int count_slot(const char *line, void *ctx)
{
	struct slots *slots = ctx;
	int pid;

	if (sscanf(line, "%d", &pid) == 1) {
		if (pid == getpid())
			slots->own = true;
		else
			slots->others++;
	}
	return 0;
}

static struct slots slots_of(struct env *env)
{
	struct slots slots = { 0, false };

	(void)mdb_reader_list(env->mdb, count_slot, &slots);
	return slots;
}

size_t env_readers(struct env *env)
{
	int dead;

	(void)mdb_reader_check(env->mdb, &dead);
	return slots_of(env).others;
}

bool env_holds_slot(struct env *env)
{
	return slots_of(env).own;
}
