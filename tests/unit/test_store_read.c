/* Opening, transactions and scans. */
#include "test_store_common.h"

#include <sys/resource.h>

#define KEYS 400

static struct bench bench;
static struct bytes keys[KEYS]; /* sorted */
static size_t n_keys;

static int by_bytes(const void *x, const void *y)
{
	const struct bytes *a = x, *b = y;
	int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

/* Short keys of few letters, 0xff among them, so that prefixes meet. */
static struct bytes random_key(struct arena *a, struct dice *d)
{
	static const uint8_t letters[] = { 0x00, 'a', 'b', 0xfe, 0xff };
	size_t n = 1 + below(d, 5);
	uint8_t *p = arena_alloc(a, n);

	for (size_t i = 0; i < n; i++)
		p[i] = letters[below(d, sizeof letters)];
	return (struct bytes){ p, n };
}

static int set_up(void **state)
{
	(void)state;
	struct dice d = { 1 };
	struct changeset *cs;

	secret_init();
	bench = bench_new();
	cs = changeset_new(bench.a);
	for (size_t i = 0; i < KEYS; i++) {
		keys[i] = random_key(bench.a, &d);
		changeset_put(cs, TABLE_DRAFT, keys[i], keys[i]);
	}
	assert_int_equal(apply(&bench, cs).err, ERR_OK);
	qsort(keys, KEYS, sizeof *keys, by_bytes);
	for (size_t i = 0; i < KEYS; i++)
		if (n_keys == 0 || by_bytes(&keys[n_keys - 1], &keys[i]) != 0)
			keys[n_keys++] = keys[i];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_done(&bench);
	return 0;
}

static bool has_prefix(struct bytes key, struct bytes prefix)
{
	return key.n >= prefix.n && (prefix.n == 0 || memcmp(key.p, prefix.p, prefix.n) == 0);
}

/* What a scan must give next from index i on, in its direction; SIZE_MAX: nothing. */
static size_t next_wanted(size_t i, struct bytes prefix, struct bytes from, bool back)
{
	for (; i < n_keys; i += back ? SIZE_MAX : 1) {
		int c = from.n ? by_bytes(&keys[i], &from) : 0;

		if (has_prefix(keys[i], prefix) && (back ? c <= 0 : c >= 0))
			return i;
	}
	return SIZE_MAX;
}

static void check_scan(struct scan s, struct bytes prefix, struct bytes from, bool back)
{
	size_t i = next_wanted(back ? n_keys - 1 : 0, prefix, from, back);

	while (scan_next(&s)) {
		assert_true(i < n_keys);
		assert_true(bytes_equal(s.key, keys[i]));
		assert_true(bytes_equal(s.record.payload, keys[i]));
		assert_int_equal(s.record.rev, 1);
		i = next_wanted(back ? i - 1 : i + 1, prefix, from, back);
	}
	assert_int_equal(i, SIZE_MAX);
	assert_false(scan_next(&s));
	scan_end(&s);
}

static void test_scans_see_what_a_sorted_list_sees(void **state)
{
	(void)state;
	struct dice d = { 2 };

	for (int i = 0; i < 2000; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
		struct bytes prefix = below(&d, 5) ? random_key(a, &d) : BYTES_NONE;
		struct bytes from = key_join(a, prefix, below(&d, 3) ? random_key(a, &d) : BYTES_NONE);

		check_scan(scan_prefix(&t, TABLE_DRAFT, prefix), prefix, BYTES_NONE, false);
		check_scan(scan_prefix_back(&t, TABLE_DRAFT, prefix), prefix, BYTES_NONE, true);
		check_scan(scan_from(&t, TABLE_DRAFT, prefix, from, false), prefix, from, false);
		check_scan(scan_from(&t, TABLE_DRAFT, prefix, from, true), prefix, from, true);
		assert_int_equal(t.err, ERR_OK);
	}
}

static void test_an_empty_table_has_nothing(void **state)
{
	(void)state;
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	AUTO_SCAN struct scan forth = scan_prefix(&t, TABLE_TODO, BYTES_NONE);
	AUTO_SCAN struct scan back = scan_prefix_back(&t, TABLE_TODO, bytes_of("x"));

	assert_false(scan_next(&forth));
	assert_false(scan_next(&back));
	assert_int_equal(txn_count(&t, TABLE_TODO), 0);
	assert_int_equal(txn_count(&t, TABLE_DRAFT), n_keys);
}

static void test_reads_at_the_edges(void **state)
{
	(void)state;
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	static const uint8_t long_key[600];
	struct record rec;

	assert_int_equal(txn_get(&t, TABLE_DRAFT, BYTES_NONE, &rec), ERR_NOTFOUND);
	assert_int_equal(txn_get(&t, TABLE_DRAFT, (struct bytes){ long_key, 511 }, &rec), ERR_NOTFOUND);
	assert_int_equal(txn_get(&t, TABLE_DRAFT, (struct bytes){ long_key, 512 }, &rec), ERR_NOTFOUND);
	/* a table of the other part */
	assert_int_equal(txn_get(&t, TABLE_PUBLIC_LISTING, bytes_of("x"), &rec), ERR_NOTFOUND);
	assert_int_equal(t.err, ERR_OK);
}

static void test_a_snapshot_stays_and_transactions_are_reused(void **state)
{
	(void)state;
	struct store *st = writer_store(bench.w);
	struct txn a = txn_read(st, STORE_MAIN), b;
	struct changeset *cs = changeset_new(bench.a);
	struct record rec;
	const char *key = "later";

	changeset_put(cs, TABLE_SESSION, bytes_of(key), bytes_of("v"));
	assert_int_equal(apply(&bench, cs).err, ERR_OK);
	b = txn_read(st, STORE_MAIN);
	assert_int_equal(txn_get(&a, TABLE_SESSION, bytes_of(key), &rec), ERR_NOTFOUND);
	assert_int_equal(txn_get(&b, TABLE_SESSION, bytes_of(key), &rec), ERR_OK);
	txn_end(&b);
	txn_end(&a);
	txn_end(&a);
	for (int i = 0; i < 2000; i++) {
		AUTO_TXN struct txn t = txn_read(st, STORE_MAIN);

		assert_int_equal(txn_get(&t, TABLE_SESSION, bytes_of(key), &rec), ERR_OK);
	}
}

static void test_a_damaged_value_is_told(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	const struct bytes values[] = { bytes_of(""), bytes_of("\001short"), bytes_of("\002aaaaaaaabody") };
	struct record rec;
	struct listing listing;

	for (size_t i = 0; i < LENGTH(values); i++) {
		struct txn w = txn_write(writer_store(b.w), STORE_MAIN);
		MDB_val k = { 1, (void *)(uintptr_t) "k" }, v = val_of(values[i]);

		assert_int_equal(mdb_put(w.mdb, txn_dbi(&w, TABLE_LISTING), &k, &v, 0), 0);
		assert_int_equal(txn_commit(&w), ERR_OK);
		AUTO_TXN struct txn t = txn_read(writer_store(b.w), STORE_MAIN);

		assert_int_equal(txn_get(&t, TABLE_LISTING, bytes_of("k"), &rec), ERR_CORRUPT);
		assert_int_equal(listing_get(&t, b.a, TABLE_LISTING, bytes_of("k"), &listing), ERR_CORRUPT);
		assert_string_equal(listing.phone, "");
		AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_LISTING, BYTES_NONE);

		assert_false(scan_next(&s));
		assert_int_equal(t.err, ERR_CORRUPT);
	}
}

static void test_a_kind_is_read_with_its_revision(void **state)
{
	(void)state;
	struct changeset *cs = changeset_new(bench.a);
	struct session s, got;
	AUTO_ARENA struct arena *a = arena_new();

	session_default(&s);
	s.csrf = "token";
	s.created = T0;
	changeset_put(cs, TABLE_SESSION, bytes_of("s"), session_encode(a, &s));
	uint64_t rev = apply(&bench, cs).rev;
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);

	assert_int_equal(session_get(&t, a, TABLE_SESSION, bytes_of("s"), &got), ERR_OK);
	assert_int_equal(got.rev, rev);
	assert_string_equal(got.csrf, "token");
	assert_int_equal(session_get(&t, a, TABLE_SESSION, bytes_of("none"), &got), ERR_NOTFOUND);
	assert_int_equal(got.rev, REV_ABSENT);
	assert_string_equal(got.csrf, "");
}

/* ---- opening: in children, since one environment is opened once a process ---- */

static int in_child(int (*check)(const char *dir), const char *dir)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(check(dir));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_both(const char *dir)
{
	struct store_place place = { .dir = dir, .map_bytes = MAP_BYTES };
	struct arena *a = arena_new();
	struct store *st;
	const char *why = "";
	enum err e = store_open(a, &place, BOTH_PARTS, &st, &why);
	bool held = e == ERR_OK && env_holds_slot(&st->part[STORE_MAIN]) && env_holds_slot(&st->part[STORE_PUBLIC]);

	if (!e)
		store_close(st);
	arena_free(a);
	return e ? (int)e : held ? 0 : 99;
}

static int open_in_little_space(const char *dir)
{
	struct rlimit limit = { MAP_BYTES, MAP_BYTES };

	/* ASan's own maps are over any limit */
	if (getenv("ASAN_OPTIONS") || setrlimit(RLIMIT_AS, &limit))
		return ERR_UNAVAILABLE;
	return open_both(dir);
}

static int open_public_only(const char *dir)
{
	struct store_place place = { .dir = dir, .map_bytes = MAP_BYTES };
	struct arena *a = arena_new();
	struct store *st;
	const char *why = "";
	enum err e = store_open(a, &place, 1u << STORE_PUBLIC, &st, &why);
	struct record rec;

	if (e)
		return (int)e;
	struct txn main = txn_read(st, STORE_MAIN);

	e = txn_get(&main, TABLE_SESSION, bytes_of("s"), &rec);
	store_close(st);
	arena_free(a);
	return (int)e;
}

static void test_opening(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *empty = temp_dir(a);

	assert_int_equal(in_child(open_both, bench.o.dir), 0);
	assert_int_equal(in_child(open_both, empty), ERR_NOTFOUND);
	assert_int_equal(in_child(open_both, "/nonexistent"), ERR_NOTFOUND);
	assert_int_equal(in_child(open_public_only, bench.o.dir), ERR_UNAVAILABLE);
	assert_int_equal(in_child(open_in_little_space, bench.o.dir), ERR_UNAVAILABLE);
	remove_dir(empty);
}

static void test_a_newer_schema_is_refused(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct txn w = txn_write(writer_store(b.w), STORE_MAIN);
	uint8_t row[17] = { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, STORE_SCHEMA + 1 };
	MDB_val k = { 6, (void *)(uintptr_t) "schema" }, v = { sizeof row, row };
	struct writer *other = NULL;
	const char *why = "";

	assert_int_equal(mdb_put(w.mdb, txn_dbi(&w, TABLE_META), &k, &v, 0), 0);
	assert_int_equal(txn_commit(&w), ERR_OK);
	assert_int_equal(in_child(open_both, b.o.dir), ERR_CORRUPT);
	writer_close(b.w);
	b.w = NULL;
	assert_int_equal(writer_open(b.a, &b.o, &other, &why), ERR_CORRUPT);
}

/* A reader that was killed pins pages until somebody looks. */
static void test_dead_readers_are_swept(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	pid_t pid = fork();

	if (pid == 0) {
		struct bench child = { .a = arena_new(), .o = b.o };
		struct store *st = open_reader(&child, BOTH_PARTS);
		struct txn t = txn_read(st, STORE_MAIN);

		_exit(t.err ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	store_check_readers(writer_store(b.w));
	assert_int_equal(env_readers(&writer_store(b.w)->part[STORE_MAIN]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scans_see_what_a_sorted_list_sees),
		cmocka_unit_test(test_an_empty_table_has_nothing),
		cmocka_unit_test(test_reads_at_the_edges),
		cmocka_unit_test(test_a_snapshot_stays_and_transactions_are_reused),
		cmocka_unit_test(test_a_damaged_value_is_told),
		cmocka_unit_test(test_a_kind_is_read_with_its_revision),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_a_newer_schema_is_refused),
		cmocka_unit_test(test_dead_readers_are_swept),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
