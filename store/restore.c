/* A backup takes the store's place. Nobody may have it open: whoever opens it next alone sets the lock file up anew. */
#include "store/writer_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536
#define DROPPED_AT_ONCE 500

static const char *path_of(struct arena *a, const struct writer_options *o, const char *part, const char *file)
{
	return arena_printf(a, "%s/%s/%s", o->dir, part, file);
}

/* Opened for reading only, with its locks: a live reader shows there. */
static enum err check_readers(struct arena *a, const struct writer_options *o, const char *part, const char **why)
{
	struct env env = { 0 };

	if (access(path_of(a, o, part, "lock.mdb"), F_OK))
		return ERR_OK;
	int rc = env_open(&env, arena_printf(a, "%s/%s", o->dir, part), MDB_RDONLY, 0);

	/* a store that cannot be opened any more is what a restore is for; nobody else can have it open either */
	if (rc)
		return ERR_OK;
	size_t readers = env_readers(&env);

	env_close(&env);
	if (readers == 0)
		return ERR_OK;
	*why = arena_printf(a, "%zu processes read %s/%s: stop the services first", readers, o->dir, part);
	return ERR_UNAVAILABLE;
}

/* A file whose end is missing still opens; reading there would end this process. */
static enum err check_length(struct arena *a, const char *file, const char **why)
{
	struct env env = { 0 };
	struct stat st;
	MDB_envinfo info;
	MDB_stat pages;

	if (stat(file, &st) || !S_ISREG(st.st_mode)) {
		*why = arena_printf(a, "%s: not a file that can be read", file);
		return ERR_NOTFOUND;
	}
	int rc = st.st_size ? env_open(&env, file, MDB_RDONLY | MDB_NOSUBDIR | MDB_NOLOCK, 0) : MDB_INVALID;

	if (!rc)
		rc = mdb_env_info(env.mdb, &info);
	if (!rc)
		rc = mdb_env_stat(env.mdb, &pages);
	env_close(&env);
	if (rc) {
		*why = arena_printf(a, "%s: not a backup: %s", file, mdb_strerror(rc));
		return env_err(rc);
	}
	uint64_t whole = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize;

	if ((uint64_t)st.st_size >= whole)
		return ERR_OK;
	*why = arena_printf(a, "%s: its end is missing: %jd of %ju bytes are there; the store stays as it was", file,
			    (intmax_t)st.st_size, (uintmax_t)whole);
	return ERR_CORRUPT;
}

/* It must open, be of a schema we know and have a log that holds from its first record to its last. */
static enum err check_backup(struct arena *a, const char *file, const char **why)
{
	struct store_place place = { .dir = file, .read_ahead = true };
	struct audit_verdict v = { .reason = "" };
	enum err e = check_length(a, file, why);

	if (!e)
		e = audit_verify_place(a, &place, &v, why);
	if (e || v.whole)
		return e;
	*why = arena_printf(a, "%s: its log is broken at record %ju: %s; the store stays as it was", file,
			    (uintmax_t)v.bad_seq, v.reason);
	return ERR_CORRUPT;
}

static int copy_bytes(int from, int to)
{
	static uint8_t piece[PIECE];

	for (;;) {
		ssize_t n = read(from, piece, sizeof piece);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return fsync(to) ? errno : 0;
		for (ssize_t done = 0; done < n;) {
			ssize_t out = write(to, piece + done, (size_t)(n - done));

			if (out < 0 && errno != EINTR)
				return errno;
			done += out > 0 ? out : 0;
		}
	}
}

static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int rc = out < 0 ? errno : copy_bytes(in, out);

	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) && !rc)
		rc = errno;
	return rc;
}

static bool gone(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT;
}

/* Public goes first: should this stop half-way, the old store stands, and public is filled again. */
static int replace(struct arena *a, const struct writer_options *o, const char *file)
{
	const char *data = path_of(a, o, "store", "data.mdb");
	const char *new = path_of(a, o, "store", "restoring");

	if (mkdir(arena_printf(a, "%s/store", o->dir), 0750) && errno != EEXIST)
		return errno;
	int rc = copy_file(file, new);

	if (rc)
		return rc;
	if (!gone(path_of(a, o, "public", "data.mdb")) || rename(new, data))
		return errno;
	int fd = open(arena_printf(a, "%s/store", o->dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	rc = fd < 0 || fsync(fd) ? errno : 0;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Some of a table's rows; *more: there may be others. */
static enum err drop_some(struct store *st, enum table table, bool *more)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);
	size_t n = 0;

	{
		AUTO_TXN struct txn t = txn_read(st, STORE_MAIN);
		AUTO_SCAN struct scan s = scan_prefix(&t, table, BYTES_NONE);

		for (; n < DROPPED_AT_ONCE && scan_next(&s); n++)
			changeset_delete(cs, table, key_bytes(arena_memdup(a, s.key.p, s.key.n), s.key.n));
		if (t.err)
			return t.err;
	}
	*more = n == DROPPED_AT_ONCE;
	return n ? changeset_commit(st, cs, NULL) : ERR_OK;
}

/* What lets somebody in: it may have been given up, used or replaced since. */
static enum err drop_ways_in(struct store *st)
{
	static const enum table tables[] = { TABLE_SESSION, TABLE_SESSION_OF, TABLE_KEPT, TABLE_TEMP_PASSWORD,
					     TABLE_MAILED_LINK };
	enum err e = ERR_OK;

	for (size_t i = 0; i < LENGTH(tables); i++)
		for (bool more = true; !e && more;)
			e = drop_some(st, tables[i], &more);
	return e;
}

static enum err record_it(struct arena *a, const struct writer_options *o, const char **why)
{
	struct writer *w = NULL;
	enum err e = writer_open(a, o, &w, why);

	if (e)
		return e;
	if ((e = drop_ways_in(writer_store(w)))) {
		*why = "restored, but its sessions and temporary passwords could not be dropped: restore it again";
		writer_close(w);
		return e;
	}
	struct audit_record r;
	struct changeset *cs = changeset_new(a);

	audit_record_default(&r);
	r.event = event_code(EVENT_SERVICE);
	r.object_kind = "store";
	r.object_id = "restore";
	changeset_audit(cs, &r);
	e = changeset_commit(writer_store(w), cs, NULL);
	writer_close(w);
	if (e)
		*why = "restored, but the log could not take a record of it";
	return e;
}

static enum err restore(struct arena *a, const struct writer_options *o, const char *file, const char **why)
{
	enum err e = check_readers(a, o, "store", why);

	if (!e)
		e = check_readers(a, o, "public", why);
	if (!e)
		e = check_backup(a, file, why);
	if (e)
		return e;
	int rc = replace(a, o, file);

	if (rc)
		*why = arena_printf(a, "%s: %s", o->dir, strerror(rc));
	return env_err(rc);
}

/* Root may restore; what it wrote belongs to whoever the folders belong to, else the writer could not open it again. */
static int give_back(struct arena *a, const struct writer_options *o)
{
	static const char *const files[] = { "store/data.mdb", "store/lock.mdb", "public/data.mdb", "public/lock.mdb",
					     "writer.lock" };

	for (size_t i = 0; geteuid() == 0 && i < LENGTH(files); i++) {
		const char *path = arena_printf(a, "%s/%s", o->dir, files[i]);
		const char *folder = arena_memdup(a, path, (size_t)(strrchr(path, '/') - path));
		struct stat owner;

		if (stat(folder, &owner))
			return errno;
		if (chown(path, owner.st_uid, owner.st_gid) && errno != ENOENT)
			return errno;
	}
	return 0;
}

enum err writer_restore(struct arena *a, const struct writer_options *o, const char *file, const char **why)
{
	int lock;

	if (mkdir(o->dir, 0750) && errno != EEXIST) {
		*why = arena_printf(a, "%s: %s", o->dir, strerror(errno));
		return ERR_UNAVAILABLE;
	}
	enum err e = store_writer_lock(a, o->dir, &lock, why);

	if (e)
		return e;
	e = restore(a, o, file, why);
	close(lock);
	if (e)
		return e;
	e = record_it(a, o, why);
	int rc = give_back(a, o);

	if (rc)
		*why = arena_printf(a, "restored, but its files keep root as their owner: %s", strerror(rc));
	return e ? e : env_err(rc);
}
