/* A disk that loses its power, or says that it cannot write. What the writer hands to the system is recorded here, where this program
   stands before the C library, and played back as a disk may have kept it: all that was made lasting, and of the rest any sectors. */
#include "test_store_common.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define SETS 40 /* changesets recorded */
#define KEYS 7
#define SECTOR 512
#ifndef CUTS /* tries at each point of the record; more by hand: -DCUTS=60 */
#if defined(HAVE_SANITIZERS) || defined(__SANITIZE_ADDRESS__)
#define CUTS 1
#else
#define CUTS 3
#endif
#endif

/* --- the record --- */

struct happened {
	enum { WRITTEN, SYNCED, ANSWERED } what;
	enum store_part part;
	bool lasting; /* O_DSYNC: there when the call returns */
	size_t at;
	struct bytes data;
};

static struct {
	struct arena *arena; /* NULL: nothing is recorded */
	struct happened *v;
	size_t n, room;
	int syncs_left; /* the one that makes it 0 fails; 0: none does */
} tape;

static struct happened *record_of(enum store_part part)
{
	if (tape.n == tape.room) {
		tape.room = tape.room ? 2 * tape.room : 256;
		tape.v = realloc(tape.v, tape.room * sizeof *tape.v);
		assert_non_null(tape.v);
	}
	tape.v[tape.n] = (struct happened){ .part = part };
	return &tape.v[tape.n++];
}

/* Whether the descriptor is of a part's data.mdb. */
static bool is_data(int fd, enum store_part *part)
{
	char link[32], path[256];

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);

	if (n < 0)
		return false;
	path[n] = '\0';
	*part = strstr(path, "/public/") ? STORE_PUBLIC : STORE_MAIN;
	return strstr(path, "/habilis-store-") && strstr(path, "/data.mdb");
}

static void written(int fd, const void *data, size_t n, off_t at)
{
	enum store_part part;

	if (!tape.arena || !is_data(fd, &part))
		return;
	struct happened *h = record_of(part);

	h->lasting = fcntl(fd, F_GETFL) & O_DSYNC;
	h->at = (size_t)at;
	h->data = (struct bytes){ (const uint8_t *)arena_memdup(tape.arena, data, n), n };
}

static void pieces_written(int fd, const struct iovec *v, int n, ssize_t done, off_t at)
{
	for (int i = 0; i < n && done > 0; i++) {
		size_t length = v[i].iov_len < (size_t)done ? v[i].iov_len : (size_t)done;

		written(fd, v[i].iov_base, length, at);
		at += (off_t)length;
		done -= (ssize_t)length;
	}
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	ssize_t done = syscall(SYS_pwrite64, fd, data, n, at);

	if (done > 0)
		written(fd, data, (size_t)done, at);
	return done;
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	ssize_t done = syscall(SYS_writev, fd, v, n);

	pieces_written(fd, v, n, done, at);
	return done;
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	ssize_t done = syscall(SYS_pwritev, fd, v, n, at, 0);

	pieces_written(fd, v, n, done, at);
	return done;
}

int fdatasync(int fd)
{
	enum store_part part;
	bool data = is_data(fd, &part);

	if (data && tape.syncs_left && --tape.syncs_left == 0) {
		errno = EIO;
		return -1;
	}
	int failed = (int)syscall(SYS_fdatasync, fd);

	if (data && tape.arena && !failed)
		record_of(part)->what = SYNCED;
	return failed;
}

/* --- what is written, and what must be found --- */

static const char *key_name(struct arena *a, int i)
{
	return arena_printf(a, "k%d", i % KEYS);
}

/* Small ones, and some of several pages. */
static struct changeset *numbered(struct arena *a, int i)
{
	struct changeset *cs = changeset_new(a);
	size_t n = i % 5 == 4 ? 20000 : 200;
	uint8_t *value = arena_alloc(a, n);

	memset(value, i, n);
	changeset_put(cs, TABLE_LISTING, bytes_of(key_name(a, i)), (struct bytes){ value, n });
	changeset_publish(cs, TABLE_PUBLIC_LISTING, bytes_of(key_name(a, i)), (struct bytes){ value, n });
	note(cs, EVENT_REVISION_ACCEPTED);
	return cs;
}

/* Every key as the first n changesets leave it. */
static bool is_state_after(struct store *st, enum table table, int n)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_TXN struct txn t = txn_read(st, table_part(table));

	for (int key = 0; key < KEYS; key++) {
		int last = key + (n - 1 - key) / KEYS * KEYS;
		struct record rec;
		enum err e = txn_get(&t, table, bytes_of(key_name(a, key)), &rec);

		if (key >= n ? e != ERR_NOTFOUND :
			       e != ERR_OK || rec.payload.p[0] != last || rec.payload.p[rec.payload.n - 1] != last)
			return false;
	}
	return !t.err;
}

/* NULL, or what is wrong with a store in which answered changesets were promised, and one more may be. */
static const char *wrong_with(struct arena *a, struct writer_options *o, int answered)
{
	struct audit_verdict v;
	struct writer *w;
	struct writer_result r;
	const char *why = "";
	uint64_t uid = 1000;
	struct changeset *more = numbered(a, SETS);

	if (writer_open(a, o, &w, &why))
		return arena_printf(a, "cannot be opened: %s", why);
	if (audit_verify(a, writer_store(w), &v) || !v.whole)
		return "the log is not whole";
	int n = (int)v.records;

	if (n < answered || n > answered + 1)
		return arena_printf(a, "%d were answered, %d are there", answered, n);
	if (!is_state_after(writer_store(w), TABLE_LISTING, n))
		return "the store is not what its log says";
	if (writer_public_lags(w) || writer_skipped(w) || !is_state_after(writer_store(w), TABLE_PUBLIC_LISTING, n))
		return "public is not what the log says";
	if (writer_apply(w, a, &more, &uid, 1, &r) || r.err)
		return "nothing can be written";
	writer_close(w);
	return NULL;
}

/* In a process of its own: a damaged store may end it. */
static bool is_sound(struct writer_options *o, int answered, bool told)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		const char *why;

		tape.arena = NULL;
		(void)signal(SIGSEGV, SIG_DFL); /* cmocka's would go on with the tests here */
		(void)signal(SIGBUS, SIG_DFL);
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		if (!told && !freopen("/dev/null", "w", stderr))
			_exit(1);
		why = wrong_with(arena_new(), o, answered);
		if (why)
			fprintf(stderr, "%s\n", why);
		_exit(why ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

/* --- the disk --- */

/* Zeros behind what was written are only counted: the writer lengthens its files by megabytes of them. */
struct disk {
	uint8_t *v;
	size_t used, n;
};

static bool is_zero(const uint8_t *v, size_t n)
{
	return n == 0 || (v[0] == 0 && memcmp(v, v + 1, n - 1) == 0);
}

static struct disk disk_copy(const struct disk *d)
{
	struct disk copy = { malloc(d->used), d->used, d->n };

	assert_non_null(copy.v);
	memcpy(copy.v, d->v, d->used);
	return copy;
}

/* dice: which sectors are put; NULL: all. */
static void put_sectors(struct disk *d, const struct happened *h, struct dice *dice)
{
	for (size_t done = 0, n; done < h->data.n; done += n) {
		size_t at = h->at + done;

		n = SECTOR - at % SECTOR < h->data.n - done ? SECTOR - at % SECTOR : h->data.n - done;
		if (dice && roll(dice) >> 63)
			continue;
		d->n = at + n > d->n ? at + n : d->n;
		if (at >= d->used && is_zero(h->data.p + done, n))
			continue;
		if (at + n > d->used) {
			d->v = realloc(d->v, at + n);
			assert_non_null(d->v);
			memset(d->v + d->used, 0, at + n - d->used);
			d->used = at + n;
		}
		memcpy(d->v + at, h->data.p + done, n);
	}
}

static struct disk disk_of(const char *path)
{
	struct stat st;
	struct disk d;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	d = (struct disk){ malloc((size_t)st.st_size), (size_t)st.st_size, (size_t)st.st_size };
	assert_true(d.v && read(fd, d.v, d.n) == (ssize_t)d.n);
	close(fd);
	while (d.used > SECTOR && is_zero(d.v + d.used - SECTOR, SECTOR))
		d.used -= SECTOR;
	return d;
}

static void write_disk(struct arena *a, const char *dir, const char *part, const struct disk *d)
{
	const char *folder = arena_printf(a, "%s/%s", dir, part);
	int fd;

	assert_int_equal(mkdir(folder, 0700), 0);
	fd = open(arena_printf(a, "%s/data.mdb", folder), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && write(fd, d->v, d->used) == (ssize_t)d->used && ftruncate(fd, (off_t)d->n) == 0);
	close(fd);
}

/* What may still be lost at a point of the record: indexes into it, oldest first. */
struct pending {
	size_t v[4096], n;
};

static void settle(struct pending *p, struct disk *lasting, enum store_part part)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct happened *h = &tape.v[p->v[i]];

		if (h->part == part)
			put_sectors(&lasting[part], h, NULL);
		else
			p->v[kept++] = p->v[i];
	}
	p->n = kept;
}

/* nosync: as if nothing had ever been made lasting. */
static void pass(struct pending *p, struct disk *lasting, size_t i, bool nosync)
{
	const struct happened *h = &tape.v[i];

	if (h->what == SYNCED && !nosync)
		settle(p, lasting, h->part);
	else if (h->what == WRITTEN && h->lasting && !nosync)
		put_sectors(&lasting[h->part], h, NULL);
	else if (h->what == WRITTEN) {
		assert_true(p->n < LENGTH(p->v));
		p->v[p->n++] = i;
	}
}

/* The power fails while tape.v[i] happens. The first try keeps nothing of what was not lasting, the second all in its order, the others
   any sectors in any order. */
static bool survives(const struct pending *before, const struct disk *lasting, size_t i, int answered, int nth,
		     struct dice *dice, bool told)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct writer_options o = { .dir = temp_dir(a), .map_bytes = MAP_BYTES, .test_clock = true };
	struct disk disk[2];
	struct pending p = *before;

	if (tape.v[i].what == WRITTEN)
		p.v[p.n++] = i;
	for (size_t k = p.n; nth > 1 && k > 1; k--) {
		size_t other = below(dice, k), swapped = p.v[k - 1];

		p.v[k - 1] = p.v[other];
		p.v[other] = swapped;
	}
	for (size_t part = 0; part < LENGTH(disk); part++)
		disk[part] = disk_copy(&lasting[part]);
	for (size_t k = 0; nth && k < p.n; k++)
		put_sectors(&disk[tape.v[p.v[k]].part], &tape.v[p.v[k]], nth > 1 ? dice : NULL);
	write_disk(a, o.dir, "store", &disk[STORE_MAIN]);
	write_disk(a, o.dir, "public", &disk[STORE_PUBLIC]);
	bool sound = is_sound(&o, answered, told);

	for (size_t part = 0; part < LENGTH(disk); part++)
		free(disk[part].v);
	remove_dir(o.dir);
	return sound;
}

/* --- the tests --- */

/* How many of the cuts a store did not survive. */
static size_t play(const struct disk *start, int tries, bool nosync, size_t *cuts)
{
	struct dice dice = { 20261129 };
	struct pending *p = calloc(1, sizeof *p);
	struct disk lasting[2];
	size_t lost = 0;
	int answered = 0;

	assert_non_null(p);
	for (size_t part = 0; part < LENGTH(lasting); part++)
		lasting[part] = disk_copy(&start[part]);
	*cuts = 0;
	for (size_t i = 0; i < tape.n; i++) {
		if (tape.v[i].what == ANSWERED) {
			answered++;
			continue;
		}
		for (int nth = 0; nth < tries; nth++, ++*cuts) {
			bool sound = survives(p, lasting, i, answered, tries == 1 ? 2 : nth, &dice, !nosync);

			if (!sound && !nosync)
				print_error("cut %zu of the record, try %d\n", i, nth);
			lost += !sound;
		}
		pass(p, lasting, i, nosync);
	}
	for (size_t part = 0; part < LENGTH(lasting); part++)
		free(lasting[part].v);
	free(p);
	return lost;
}

static void test_a_power_cut_loses_nothing_that_was_answered(void **state)
{
	AUTO_BENCH struct bench b = bench_new();
	struct disk start[2] = { [STORE_MAIN] = disk_of(arena_printf(b.a, "%s/store/data.mdb", b.o.dir)),
				 [STORE_PUBLIC] = disk_of(arena_printf(b.a, "%s/public/data.mdb", b.o.dir)) };
	size_t cuts;

	(void)state;
	tape.arena = b.a;
	for (int i = 0; i < SETS; i++) {
		assert_int_equal(apply(&b, numbered(b.a, i)).err, ERR_OK);
		record_of(STORE_MAIN)->what = ANSWERED;
	}
	tape.arena = NULL;
	assert_int_equal(play(start, CUTS, false, &cuts), 0);
	print_message("%zu power cuts, none lost anything\n", cuts);
#if !defined(HAVE_SANITIZERS) && !defined(__SANITIZE_ADDRESS__)
	size_t lost = play(start, 1, true, &cuts);

	print_message("without syncs %zu of %zu would have\n", lost, cuts);
	assert_true(lost > cuts / 10);
#endif
	for (size_t part = 0; part < LENGTH(start); part++)
		free(start[part].v);
	free(tape.v);
	tape.v = NULL;
	tape.n = tape.room = 0;
}

/* Changesets until one is not answered well; its exit status is how many were. */
static int write_until_a_sync_fails(struct bench *b, int nth)
{
	tape.syncs_left = nth;
	for (int i = 0; i < SETS; i++) {
		struct changeset *cs = numbered(b->a, i);
		struct writer_result r = { .err = ERR_INTERNAL };
		uint64_t uid = 1000;

		if (writer_apply(b->w, b->a, &cs, &uid, 1, &r) || r.err)
			return i;
	}
	return SETS;
}

static void test_a_sync_that_fails_is_no_success(void **state)
{
	int told = 0;

	(void)state;
	for (int nth = 1; nth <= 12; nth++) {
		AUTO_BENCH struct bench b = bench_new();
		int status = 0;

		writer_close(b.w);
		b.w = NULL;
		pid_t pid = fork();

		if (pid == 0) {
			bench_reopen(&b);
			_exit(write_until_a_sync_fails(&b, nth));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		told += WEXITSTATUS(status) < SETS;
		assert_true(is_sound(&b.o, WEXITSTATUS(status), true));
	}
	assert_true(told >= 6); /* a part's sync: those of public are tried again and cost no answer */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_power_cut_loses_nothing_that_was_answered),
		cmocka_unit_test(test_a_sync_that_fails_is_no_success),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
