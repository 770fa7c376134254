/* Opening for writing, and the batch. */
#include "base/settings.h"
#include "store/writer_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#define AHEAD_PIECE ((size_t)64 << 10)
#define AHEAD_PIECES 64
#define AHEAD_LOW ((off_t)512 << 10)
#define CLOCK_STEP_MS SECOND_MS
#define SWEEP_EXTRA 16u

static int64_t owner_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int64_t)st.st_uid;
}

struct writer_options writer_options_of(struct arena *a, const struct settings *s)
{
	struct store_place place = store_place_of(a, s);

	return (struct writer_options){
		.dir = place.dir,
		.socket = place.writer,
		.map_bytes = place.map_bytes,
		.min_free_bytes = (uint64_t)s->store_min_free_mib << 20,
		.test_clock = s->run_test_clock,
		.audit_connections_days = s->audit_connections_days,
		.audit_acts_days = s->audit_acts_days,
		.sealer = owner_of(s->run_seal_key_file),
	};
}

/* ---- opening ---- */

enum err store_writer_lock(struct arena *a, const char *dir, int *out, const char **why)
{
	const char *path = arena_printf(a, "%s/writer.lock", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		*why = errno == EWOULDBLOCK ? arena_printf(a, "%s: another writer holds it", path) :
					      arena_printf(a, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return ERR_UNAVAILABLE;
	}
	*out = fd;
	return ERR_OK;
}

static bool made(const char *dir)
{
	return mkdir(dir, 0750) == 0 || errno == EEXIST;
}

/* LMDB syncs its files, not the folder they were made in: a power cut must not take their names away. */
static bool synced(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static int first_write(struct env *env, enum store_part part)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(env->mdb, NULL, 0, &txn);

	if (rc)
		return rc;
	rc = env_tables(env, txn, part, MDB_CREATE);
	if (rc)
		mdb_txn_abort(txn);
	return rc ? rc : mdb_txn_commit(txn);
}

/* LMDB gives both files one mode when it makes them: readers must write lock.mdb, and must not write data.mdb. */
static int open_part(struct arena *a, struct writer *w, enum store_part part, const char *path)
{
	struct env *env = &w->store.part[part];
	int rc = env_open(env, path, MDB_NORDAHEAD, w->options.map_bytes);
	int dead;

	if (rc)
		return rc;
	(void)mdb_reader_check(env->mdb, &dead);
	if (chmod(arena_printf(a, "%s/data.mdb", path), 0640) || chmod(arena_printf(a, "%s/lock.mdb", path), 0660))
		return errno;
	rc = first_write(env, part);
	return rc || synced(path) ? rc : errno;
}

/* Writes the schema's number where there is none; refuses one of a newer version. */
static enum err settle_schema(struct writer *w, enum store_part part)
{
	AUTO_TXN struct txn t = txn_write(&w->store, part);
	enum table meta = part == STORE_MAIN ? TABLE_META : TABLE_PUBLIC_META;
	struct record rec;
	uint8_t payload[8];
	enum err e = txn_get(&t, meta, bytes_of("schema"), &rec);

	if (e == ERR_OK)
		return txn_counter(&t, meta, "schema") <= STORE_SCHEMA ? ERR_OK : ERR_CORRUPT;
	if (e != ERR_NOTFOUND)
		return e;
	put_u64(payload, STORE_SCHEMA);
	(void)batch_put(&t, meta, bytes_of("schema"), 1, key_bytes(payload, sizeof payload));
	return txn_commit(&t);
}

static enum err open_both(struct arena *a, struct writer *w, const char **why)
{
	static const char *const names[] = { [STORE_MAIN] = "store", [STORE_PUBLIC] = "public" };

	for (unsigned i = 0; i < LENGTH(names); i++) {
		const char *path = arena_printf(a, "%s/%s", w->options.dir, names[i]);
		int rc = made(path) ? open_part(a, w, (enum store_part)i, path) : errno;
		enum err e = rc ? env_err(rc) : settle_schema(w, (enum store_part)i);

		if (e) {
			*why = arena_printf(a, "%s: %s", path, rc ? mdb_strerror(rc) : err_text(e));
			return e;
		}
	}
	if (!synced(w->options.dir)) {
		*why = arena_printf(a, "%s: %s", w->options.dir, strerror(errno));
		return env_err(errno);
	}
	enum err e = writer_catch_up(w);

	/* no room in public is no reason to stay away: it is tried again */
	if (e && e != ERR_FULL)
		*why = arena_printf(a, "%s/public cannot follow: %s", w->options.dir, err_text(e));
	return e == ERR_FULL ? ERR_OK : e;
}

enum err writer_open(struct arena *a, const struct writer_options *o, struct writer **out, const char **why)
{
	struct writer *w = arena_new_of(a, struct writer);

	*w = (struct writer){ .options = *o, .store = { .fd = -1 }, .lock = -1 };
	if (!env_address_space_suffices(2 * o->map_bytes)) {
		*why = "the limit of address space (RLIMIT_AS) is under the maps and 4 GiB";
		return ERR_UNAVAILABLE;
	}
	if (!made(o->dir)) {
		*why = arena_printf(a, "%s: %s", o->dir, strerror(errno));
		return ERR_UNAVAILABLE;
	}
	enum err e = store_writer_lock(a, o->dir, &w->lock, why);

	if (!e)
		e = open_both(a, w, why);
	if (e)
		writer_close(w);
	else
		*out = w;
	return e;
}

void writer_close(struct writer *w)
{
	if (!w)
		return;
	env_close(&w->store.part[STORE_MAIN]);
	env_close(&w->store.part[STORE_PUBLIC]);
	if (w->lock >= 0)
		close(w->lock);
	w->lock = -1;
}

/* ---- the batch ---- */

/* A file that grows makes every commit wait for the filesystem's journal, and for what others have put into it. So it
   grows by zeros ahead of LMDB, which the sync of the commit that follows makes last; LMDB takes them into use page by
   page. Without room for them LMDB says so itself. */
void writer_stay_ahead(struct writer *w, enum store_part part)
{
	static uint8_t zeros[AHEAD_PIECE];
	struct iovec pieces[AHEAD_PIECES];
	MDB_env *env = w->store.part[part].mdb;
	MDB_envinfo info;
	MDB_stat pages;
	struct stat file;
	int fd;

	if (mdb_env_info(env, &info) || mdb_env_stat(env, &pages) || mdb_env_get_fd(env, &fd) || fstat(fd, &file) ||
	    file.st_size - (off_t)(info.me_last_pgno + 1) * pages.ms_psize >= AHEAD_LOW)
		return;
	for (size_t i = 0; i < LENGTH(pieces); i++)
		pieces[i] = (struct iovec){ zeros, sizeof zeros };
	(void)!pwritev(fd, pieces, LENGTH(pieces), file.st_size);
}

static bool has_room(struct writer *w)
{
	struct statvfs fs;
	int fd;

	if (w->options.min_free_bytes == 0)
		return true;
	return !mdb_env_get_fd(w->store.part[STORE_MAIN].mdb, &fd) && !fstatvfs(fd, &fs) &&
	       (uint64_t)fs.f_bavail * fs.f_frsize >= w->options.min_free_bytes;
}

static void begin(struct batch *b)
{
	enum err e = log_tip_get(&b->t, &b->tip);

	if (!b->t.err)
		b->t.err = e;
	b->rev = txn_counter(&b->t, TABLE_META, "revision");
	b->next_job = txn_counter(&b->t, TABLE_META, "next JOB");
	b->next_mail = txn_counter(&b->t, TABLE_META, "next MAIL");
	/* a sequence starts at 1 */
	b->next_job += b->next_job == 0;
	b->next_mail += b->next_mail == 0;
}

/* Only what goes into the log has a time people rely on: a clock that went back is a record of it, before the
   others. */
static void note_clock_step(struct batch *b)
{
	struct audit_record r;
	struct strs details = { NULL, 0 };

	if (b->w->options.test_clock || b->tip.seq == 0 || b->now >= b->tip.time - CLOCK_STEP_MS)
		return;
	strs_add(b->arena, &details, arena_printf(b->arena, "from=%s", time_iso(b->arena, b->tip.time)));
	strs_add(b->arena, &details, arena_printf(b->arena, "to=%s", time_iso(b->arena, b->now)));
	audit_record_default(&r);
	r.event = event_code(EVENT_CLOCK_STEP);
	r.object_kind = "log";
	r.details = details;
	r.peer_uid = getuid();
	b->wrote = true;
	log_append(b, &r, b->now);
}

static void put_counter(struct batch *b, const char *name, uint64_t v)
{
	uint8_t payload[8];

	put_u64(payload, v);
	(void)batch_put(&b->t, TABLE_META, bytes_of(name), b->rev ? b->rev : 1, key_bytes(payload, sizeof payload));
}

static void put_tip(struct batch *b)
{
	struct buf p = buf_new(b->arena);

	buf_u64(&p, b->tip.seq);
	buf_add(&p, b->tip.link, sizeof b->tip.link);
	buf_u64(&p, (uint64_t)b->tip.time);
	buf_u64(&p, (uint64_t)b->tip.highest);
	buf_u64(&p, (uint64_t)b->tip.back);
	(void)batch_put(&b->t, TABLE_META, bytes_of("audit"), b->rev ? b->rev : 1, buf_bytes(&p));
}

/* Ids are kept for a day; they begin with their time, so the oldest stand first. */
static void sweep_applied(struct batch *b, size_t most)
{
	AUTO_SCAN struct scan s = scan_prefix(&b->t, TABLE_APPLIED, BYTES_NONE);

	for (; most && !b->t.err && scan_next(&s); most--) {
		struct reader in = reader_of(s.record.payload);

		if ((int64_t)read_u64(&in) >= b->now - DAY_MS)
			return;
		(void)txn_failed(&b->t, mdb_cursor_del(s.mdb, 0));
	}
}

static enum err commit(struct batch *b, size_t n)
{
	if (!b->wrote)
		return b->t.err;
	batch_drop_published(b);
	sweep_applied(b, n + SWEEP_EXTRA);
	put_counter(b, "revision", b->rev);
	put_counter(b, "next JOB", b->next_job);
	put_counter(b, "next MAIL", b->next_mail);
	put_tip(b);
	return txn_commit(&b->t);
}

/* Below the free space: those already applied still learn it. */
static void answer_full(struct writer *w, struct changeset *const *sets, size_t n, struct writer_result *results)
{
	AUTO_TXN struct txn t = txn_read(&w->store, STORE_MAIN);

	for (size_t i = 0; i < n; i++) {
		results[i] = (struct writer_result){ .err = ERR_FULL };
		if (batch_applied(&t, sets[i], &results[i].rev))
			results[i].err = ERR_OK;
	}
}

enum err writer_apply(struct writer *w, struct arena *a, struct changeset *const *sets, const uint64_t *peer_uids,
		      size_t n, struct writer_result *results)
{
	if (!has_room(w)) {
		answer_full(w, sets, n, results);
		return ERR_OK;
	}
	writer_stay_ahead(w, STORE_MAIN);
	struct batch b = { .w = w, .t = txn_write(&w->store, STORE_MAIN), .arena = a, .now = clock_now() };

	begin(&b);
	if (!b.t.err)
		note_clock_step(&b);
	for (size_t i = 0; i < n && !b.t.err; i++)
		batch_apply(&b, sets[i], peer_uids[i], &results[i]);
	enum err e = commit(&b, n);

	txn_end(&b.t);
	for (size_t i = 0; i < n && e; i++)
		results[i] = (struct writer_result){ .err = e };
	if (!e && (b.publishes || w->public_lags))
		writer_publish(w);
	return e;
}

static enum err commit_here(struct writer *w, struct changeset *cs, uint64_t *rev)
{
	AUTO_ARENA struct arena *a = arena_new();
	uint64_t uid = getuid();
	struct writer_result result = { .err = ERR_INTERNAL };
	enum err e = writer_apply(w, a, &cs, &uid, 1, &result);

	e = e ? e : result.err;
	if (rev)
		*rev = result.rev;
	cs->conflict = result.key ? arena_strdup(cs->arena, result.key) : NULL;
	return e == ERR_FULL ? ERR_UNAVAILABLE : e;
}

struct store *writer_store(struct writer *w)
{
	w->store.commit = commit_here;
	w->store.commits = w;
	return &w->store;
}

bool writer_public_lags(const struct writer *w)
{
	return w->public_lags;
}

uint64_t writer_skipped(const struct writer *w)
{
	return w->skipped;
}

void writer_tick(struct writer *w)
{
	int dead;

	for (unsigned i = 0; i < LENGTH(w->store.part); i++)
		(void)mdb_reader_check(w->store.part[i].mdb, &dead);
	if (w->public_lags)
		writer_publish(w);
}
