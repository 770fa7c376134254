/* Clients of one writer, and a writer that dies under them. */
#include "store/ops.h"
#include "test_store_server.h"

#include <sys/mman.h>

#define CLIENTS 4
#ifndef KILLS
#define KILLS 12 /* more by hand: -DKILLS=1000 */
#endif

static void test_a_client_writes_and_reads(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	struct audit_record r;
	uint64_t rev = 0;

	assert_int_equal(put(&c, "k", "v", &rev), ERR_OK);
	assert_int_equal(rev, 1);
	assert_true(has(&c, "k", "v"));
	assert_int_equal(put(&c, "k", "w", NULL), ERR_OK);
	assert_true(has(&c, "k", "w"));
	AUTO_TXN struct txn t = txn_read(c.st, STORE_MAIN);

	assert_int_equal(audit_get(&t, c.a, 2, &r), ERR_OK);
	assert_int_equal(r.peer_uid, getuid());
}

static void test_a_conflict_is_told(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	struct changeset *cs = changeset_new(c.a);

	changeset_expect(cs, TABLE_LISTING, bytes_of("k"), 5);
	changeset_put(cs, TABLE_LISTING, bytes_of("k"), bytes_of("v"));
	note(cs, EVENT_REVISION_ACCEPTED);
	assert_int_equal(changeset_commit(c.st, cs, NULL), ERR_CONFLICT);
	assert_string_equal(changeset_conflict(cs), "LISTING 6b");
	assert_false(has(&c, "k", "v"));
}

static void test_a_big_one_goes_by_memfd(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	const size_t sizes[] = { 65000, 65436, 65536, 70000, 5u << 20, CHANGESET_BYTES_MAX - 8192 };

	for (size_t i = 0; i < LENGTH(sizes); i++) {
		struct changeset *cs = changeset_new(c.a);
		uint8_t *big = arena_alloc(c.a, sizes[i]);

		memset(big, 'a' + (int)i, sizes[i]);
		changeset_put(cs, TABLE_DRAFT, bytes_of("big"), (struct bytes){ big, sizes[i] });
		assert_int_equal(changeset_commit(c.st, cs, NULL), ERR_OK);
		AUTO_TXN struct txn t = txn_read(c.st, STORE_MAIN);
		struct record rec;

		assert_int_equal(txn_get(&t, TABLE_DRAFT, bytes_of("big"), &rec), ERR_OK);
		assert_true(bytes_equal(rec.payload, (struct bytes){ big, sizes[i] }));
	}
}

/* A counter, read and written back one higher, by several at once: every number is given once. */
static int count_up(const struct server *s, int times)
{
	AUTO_CLIENT struct client c = client_of(s);

	for (int done = 0; done < times;) {
		AUTO_ARENA struct arena *a = arena_new();
		struct changeset *cs = changeset_new(a);
		struct txn t = txn_read(c.st, STORE_MAIN);
		struct record rec = { BYTES_NONE, 0 };
		enum err e = txn_get(&t, TABLE_GRID, bytes_of("n"), &rec);
		uint64_t n = e ? 0 : codec_u64(rec.payload);

		txn_end(&t);
		changeset_expect(cs, TABLE_GRID, bytes_of("n"), rec.rev);
		changeset_put(cs, TABLE_GRID, bytes_of("n"), key_u64(a, n + 1));
		note(cs, EVENT_PLACES_PUBLISHED);
		e = changeset_commit(c.st, cs, NULL);
		if (e && e != ERR_CONFLICT)
			return 1;
		done += e == ERR_OK;
	}
	return 0;
}

static void test_conflicting_clients_lose_nothing(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	pid_t pids[CLIENTS];

	for (size_t i = 0; i < CLIENTS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(count_up(&s, 50));
	}
	reap(pids, CLIENTS);
	AUTO_CLIENT struct client c = client_of(&s);
	AUTO_TXN struct txn t = txn_read(c.st, STORE_MAIN);
	struct record rec;

	assert_int_equal(txn_get(&t, TABLE_GRID, bytes_of("n"), &rec), ERR_OK);
	assert_int_equal(codec_u64(rec.payload), CLIENTS * 50);
	assert_int_equal(verdict(&c).records, CLIENTS * 50);
}

static void test_a_refused_connection_is_not_done(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);

	assert_int_equal(put(&c, "a", "1", NULL), ERR_OK);
	assert_int_equal(stop(&s, SIGTERM), 0);
	/* the kept connection is dead, and nobody listens */
	assert_int_equal(put(&c, "b", "2", NULL), ERR_UNAVAILABLE);
	assert_int_equal(put(&c, "b", "2", NULL), ERR_UNAVAILABLE);
	start(&s);
	assert_false(has(&c, "b", "2"));
	assert_int_equal(put(&c, "b", "2", NULL), ERR_OK);
	assert_int_equal(stop(&s, SIGKILL), -SIGKILL);
	start(&s);
	/* the kept connection is dead, and another writer listens */
	assert_int_equal(put(&c, "c", "3", NULL), ERR_OK);
	assert_true(has(&c, "c", "3"));
}

/* ---- kill -9 ---- */

struct shared {
	bool stop;
	uint64_t acknowledged[CLIENTS]; /* numbers 1..n of each client are */
};

static int write_on(const struct server *s, struct shared *sh, size_t me)
{
	AUTO_CLIENT struct client c = client_of(s);

	while (!*(volatile bool *)&sh->stop) {
		AUTO_ARENA struct arena *a = arena_new();
		uint64_t next = sh->acknowledged[me] + 1;
		struct changeset *cs = changeset_new(a);
		struct bytes key = bytes_of(arena_printf(a, "%zu.%ju", me, (uintmax_t)next));
		enum err e;

		/* were one applied twice, the second would meet the first */
		changeset_expect(cs, TABLE_LISTING, key, REV_ABSENT);
		changeset_put(cs, TABLE_LISTING, key, key);
		changeset_append(cs, TABLE_JOB, key);
		changeset_publish(cs, TABLE_PUBLIC_LISTING, key, key);
		note(cs, EVENT_REVISION_ACCEPTED);
		while ((e = changeset_commit(c.st, cs, NULL)) == ERR_UNAVAILABLE)
			sleep_ms(2);
		if (e)
			return 1;
		sh->acknowledged[me] = next;
	}
	return 0;
}

static void test_a_killed_writer_loses_and_repeats_nothing(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	struct shared *sh = mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct dice d = { 5 };
	pid_t pids[CLIENTS];
	uint64_t all = 0;

	assert_true(sh != MAP_FAILED);
	for (size_t i = 0; i < CLIENTS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(write_on(&s, sh, i));
	}
	for (int i = 0; i < KILLS; i++) {
		sleep_ms(20 + (long)below(&d, 60));
		assert_int_equal(stop(&s, SIGKILL), -SIGKILL);
		start(&s);
	}
	sh->stop = true;
	reap(pids, CLIENTS);
	AUTO_CLIENT struct client c = client_of(&s);

	for (size_t i = 0; i < CLIENTS; i++) {
		for (uint64_t n = 1; n <= sh->acknowledged[i]; n++) {
			const char *key = arena_printf(c.a, "%zu.%ju", i, (uintmax_t)n);

			assert_true(has(&c, key, key));
		}
		all += sh->acknowledged[i];
	}
	print_message("%ju acknowledged over %d kills\n", (uintmax_t)all, KILLS);
	assert_true(all > 0);
	struct audit_verdict v = verdict(&c);

	assert_true(v.whole);
	assert_int_equal(v.records, all);
	assert_int_equal(entries(&c, TABLE_LISTING), all);
	assert_int_equal(entries(&c, TABLE_JOB), all);
	assert_int_equal(entries(&c, TABLE_PUBLIC_LISTING), all);
	assert_int_equal(munmap(sh, sizeof *sh), 0);
}

/* A writer that takes a changeset and dies: the client asks the next one, and learns what became of it. */
static void take_and_die(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char byte;

	memcpy(at.sun_path, path, strlen(path));
	(void)unlink(path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) || listen(fd, 5))
		_exit(1);
	int peer = accept(fd, NULL, NULL);

	_exit(recv(peer, &byte, 1, 0) == 1 ? 0 : 1);
}

static void test_a_client_asks_the_next_writer_what_became_of_it(void **state)
{
	(void)state;
	AUTO_SERVER struct server s = server_new();
	AUTO_CLIENT struct client c = client_of(&s);
	pid_t fake, later;

	assert_int_equal(stop(&s, SIGTERM), 0);
	fake = fork();
	if (fake == 0)
		take_and_die(s.o.socket);
	while (access(s.o.socket, F_OK))
		sleep_ms(5);
	sleep_ms(50);
	later = fork();
	if (later == 0) {
		sleep_ms(400);
		run_writer(&s.o);
	}
	assert_int_equal(put(&c, "k", "v", NULL), ERR_OK);
	assert_true(has(&c, "k", "v"));
	assert_int_equal(verdict(&c).records, 1);
	reap(&fake, 1);
	s.pid = later;
	assert_int_equal(stop(&s, SIGTERM), 0);
}

/* ---- a writer that never answers: eight seconds, which pass beside the other tests ---- */

static pid_t silent;

static int ask_the_silent(void)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct server s = { .a = a, .o = { .dir = temp_dir(a), .map_bytes = MAP_BYTES } };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	s.o.socket = arena_printf(a, "%s/writer.sock", s.o.dir);
	start(&s);
	AUTO_CLIENT struct client c = client_of(&s);

	stop(&s, SIGTERM);
	memcpy(at.sun_path, s.o.socket, strlen(s.o.socket));
	if (fd < 0)
		return 1;
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) || listen(fd, 100)) {
		close(fd);
		return 1;
	}
	int64_t begun = clock_monotonic();
	enum err e = put(&c, "k", "v", NULL);
	int64_t ms = clock_monotonic() - begun;

	close(fd);
	remove_dir(s.o.dir);
	return e == ERR_UNKNOWN && ms >= 7900 && !has(&c, "k", "v") ? 0 : 1;
}

static void test_a_silent_writer_leaves_the_outcome_unknown(void **state)
{
	(void)state;
	reap(&silent, 1);
}

static int set_up(void **state)
{
	(void)state;
	secret_init();
	silent = fork();
	if (silent == 0)
		_exit(ask_the_silent());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_client_writes_and_reads),
		cmocka_unit_test(test_a_conflict_is_told),
		cmocka_unit_test(test_a_big_one_goes_by_memfd),
		cmocka_unit_test(test_conflicting_clients_lose_nothing),
		cmocka_unit_test(test_a_refused_connection_is_not_done),
		cmocka_unit_test(test_a_killed_writer_loses_and_repeats_nothing),
		cmocka_unit_test(test_a_client_asks_the_next_writer_what_became_of_it),
		cmocka_unit_test(test_a_silent_writer_leaves_the_outcome_unknown),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
