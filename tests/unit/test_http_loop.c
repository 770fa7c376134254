#include "tests/unit/test_http_client.h"

#include "base/procs.h"

#include <time.h>

#define READ_MS 300

/* What the worker serves: its own number, its path, much, slowly, or never. */
static void handle(void *user, const struct http_request *rq, struct http_reply *re)
{
	(void)user;
	if (strcmp(rq->path, "/pid") == 0)
		buf_printf(&re->body, "%d", (int)getpid());
	else if (strcmp(rq->path, "/big") == 0 || strcmp(rq->path, "/huge") == 0)
		for (int i = 0; i < (rq->path[1] == 'b' ? 300000 : 600000); i++)
			buf_byte(&re->body, (uint8_t)('a' + i % 26));
	else
		buf_text(&re->body, rq->path);
	if (strcmp(rq->path, "/slow") == 0)
		usleep(200000);
	while (strcmp(rq->path, "/never") == 0)
		pause();
}

static struct serving kept(void)
{
	return (struct serving){ .kept = true, .read_ms = READ_MS, .handle = handle };
}

static void assert_served(int fd, const char *path, unsigned flags)
{
	struct answer a = ask(fd, get_of(path, flags));

	assert_true(a.whole);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, path);
}

static void test_a_kept_connection_is_served_many_times(void **state)
{
	struct serving s = kept();
	pid_t pid = worker_start(&s);
	int fd = dial();

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_served(fd, "/one", KEEP);
	assert_int_equal(ask(fd, get_of("/big", KEEP)).n, 300000);
	assert_served(fd, "/last", 0);
	assert_true(is_closed(fd));
	close(fd);
	worker_end(pid, &s);
}

static void test_a_peer_that_closes_costs_nothing(void **state)
{
	struct serving s = kept();
	pid_t pid = worker_start(&s);
	int other = dial();

	(void)state;
	assert_served(other, "/a", KEEP);
	for (int i = 0; i < 20; i++) {
		int fd = dial();

		if (i % 3)
			assert_served(fd, "/b", KEEP);
		if (i % 2) /* closed before the answer is read */
			say(fd, get_of("/big", KEEP));
		close(fd);
	}
	assert_served(other, "/c", KEEP);
	close(other);
	worker_end(pid, &s);
}

/* clang-format off */
#define BYTES(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define BEGIN "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"

/* Records nobody may send. */
static const struct {
	const char *what;
	struct bytes sent;
} broken[] = {
	{ "HTTP", BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n") },
	{ "version 2", BYTES("\2\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0") },
	{ "an AUTHORIZER", BYTES("\1\1\0\1\0\10\0\0\0\2\1\0\0\0\0\0") },
	{ "a FILTER", BYTES("\1\1\0\1\0\10\0\0\0\3\1\0\0\0\0\0") },
	{ "no role", BYTES("\1\1\0\1\0\10\0\0\1\1\1\0\0\0\0\0") },
	{ "request 0", BYTES("\1\1\0\0\0\10\0\0\0\1\1\0\0\0\0\0") },
	{ "BEGIN of 7 bytes", BYTES("\1\1\0\1\0\7\1\0\0\1\1\0\0\0\0\0") },
	{ "padded BEGIN", BYTES("\1\1\0\1\0\10\1\0\0\1\1\0\0\0\0\0\0") },
	{ "parameters first", BYTES("\1\4\0\1\0\0\0\0") },
	{ "BEGIN twice", BYTES(BEGIN BEGIN) },
	{ "a body first", BYTES(BEGIN "\1\5\0\1\0\0\0\0") },
	{ "management", BYTES(BEGIN "\1\11\0\0\0\0\0\0") },
	{ "unknown type", BYTES(BEGIN "\1\52\0\1\0\0\0\0") },
	{ "abort", BYTES(BEGIN "\1\2\0\1\0\0\0\0") },
	{ "another request's parameters", BYTES(BEGIN "\1\4\0\2\0\4\4\0\1\1" "AB\0\0\0\0") },
	{ "padded end of parameters", BYTES(BEGIN "\1\4\0\1\0\0\1\0\0\1\5\0\1\0\0\0\0") },
	{ "padded end of body", BYTES(BEGIN "\1\4\0\1\0\0\0\0\1\5\0\1\0\0\1\0\0") },
};

/* Parameters nobody may send, in a request that is whole otherwise. The first ends a process that gives them to libfcgi. */
static const struct {
	const char *what;
	struct bytes params;
} broken_params[] = {
	{ "a name of 0x7ffffffe", BYTES("\xFF\xFF\xFF\xFE\1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") },
	{ "both of 0x7ffffffe", BYTES("\xFF\xFF\xFF\xFE\xFF\xFF\xFF\xFE" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") },
	{ "lengths that add up to 0", BYTES("\xC0\0\0\0\xC0\0\0\0" "AAAA") },
	{ "a value too long", BYTES("\5\5" "ABCDE1234") },
	{ "a name too long", BYTES("\5\0" "ABCD") },
	{ "half a length", BYTES("\x80\0") },
	{ "one length", BYTES("\1") },
	{ "a NUL", BYTES("\1\3" "A1\0" "2") },
	{ "a name with =", BYTES("\3\1" "A=BC") },
};
/* clang-format on */

/* The parameters in a whole request. */
static struct bytes with_params(struct bytes params)
{
	struct buf b = buf_new(worker_arena);

	put_begin(&b, 1, KEEP);
	put_stream(&b, 4, params);
	put_stream(&b, 5, BYTES_NONE);
	return buf_bytes(&b);
}

/* What takes more than a literal. */
static struct bytes broken_more(bool many)
{
	static const uint8_t much[PARAMS_MAX + 1000];
	struct buf b = buf_new(worker_arena);

	if (many) /* empty names and values, but more of them than we read */
		return with_params((struct bytes){ much, sizeof much });
	for (int i = 0; i < 2; i++)
		buf_add(&b, get_of("/", KEEP).p, get_of("/", KEEP).n);
	return buf_bytes(&b);
}

static const size_t broken_n = LENGTH(broken) + LENGTH(broken_params) + 2;

static struct bytes broken_request(size_t i)
{
	if (i < LENGTH(broken)) {
		print_message("%s\n", broken[i].what);
		return broken[i].sent;
	}
	i -= LENGTH(broken);
	if (i < LENGTH(broken_params)) {
		print_message("%s\n", broken_params[i].what);
		return with_params(broken_params[i].params);
	}
	return broken_more(i == LENGTH(broken_params));
}

static void test_a_broken_request_costs_its_connection_only(void **state)
{
	struct serving s = kept();
	pid_t pid = worker_start(&s);
	int other = dial();

	(void)state;
	for (size_t i = 0; i < broken_n; i++) {
		int fd = dial();

		if (i % 2)
			assert_served(fd, "/before", KEEP);
		assert_true(say(fd, broken_request(i)));
		assert_false(hear(fd).whole);
		close(fd);
		assert_int_equal(strtol(ask(other, get_of("/pid", KEEP)).body, NULL, 10), pid);
	}
	close(other);
	worker_end(pid, &s);
}

/* Every prefix of a request: the rest never comes. The others are answered at once meanwhile. */
static void test_half_a_request_is_dropped_in_time(void **state)
{
	struct serving s = kept();
	struct bytes whole =
		request_of(KEEP, bytes_of("body"),
			   (const char *[]){ "REQUEST_METHOD", "POST", "DOCUMENT_URI", "/", "CONTENT_LENGTH", "4", NULL });
	pid_t pid = worker_start(&s);
	int other = dial(), fd[512];
	int64_t start = clock_monotonic();

	(void)state;
	assert_true(whole.n < LENGTH(fd));
	for (size_t i = 1; i < whole.n; i++) {
		fd[i] = dial();
		assert_true(say(fd[i], (struct bytes){ whole.p, i }));
	}
	assert_served(other, "/meanwhile", KEEP);
	assert_true(clock_monotonic() - start < READ_MS);
	for (size_t i = 1; i < whole.n; i++) {
		assert_true(is_closed(fd[i]));
		close(fd[i]);
	}
	assert_true(clock_monotonic() - start >= READ_MS);
	assert_true(clock_monotonic() - start < 3 * READ_MS);
	assert_served(other, "/after", KEEP);
	close(other);
	worker_end(pid, &s);
}

static void test_a_request_in_pieces_is_answered(void **state)
{
	struct serving s = kept();
	struct bytes rq = get_of("/pieces", KEEP);
	pid_t pid = worker_start(&s);
	int fd = dial();

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < rq.n; i++) {
			assert_true(say(fd, (struct bytes){ rq.p + i, 1 }));
			usleep(200);
		}
		assert_string_equal(hear(fd).body, "/pieces");
	}
	close(fd);
	worker_end(pid, &s);
}

/* Many at once through several workers, then one alone on each connection, new and kept. */
static void test_a_lone_request_after_load_is_answered(void **state)
{
	struct serving s = kept();
	pid_t pid[3] = { worker_start(&s) };
	int fd[64];

	(void)state;
	for (size_t i = 1; i < LENGTH(pid); i++)
		pid[i] = worker_join(&s);
	for (size_t i = 0; i < LENGTH(fd); i++)
		fd[i] = dial();
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < LENGTH(fd); i++)
			assert_true(say(fd[i], get_of("/load", KEEP)));
		for (size_t i = 0; i < LENGTH(fd); i++)
			assert_string_equal(hear(fd[i]).body, "/load");
	}
	for (size_t i = 0; i < LENGTH(fd); i++) {
		int lone = dial();

		assert_served(lone, "/new", 0);
		assert_served(fd[i], "/kept", KEEP);
		close(lone);
		close(fd[i]);
	}
	for (size_t i = 1; i < LENGTH(pid); i++) {
		kill(pid[i], SIGTERM);
		assert_int_equal(worker_wait(pid[i]), 0);
	}
	worker_end(pid[0], &s);
}

/* The worker sees the signal and what had come before it at the same moment. */
static void test_sigterm_loses_no_request(void **state)
{
	struct serving s = kept();
	pid_t pid = worker_start(&s);
	struct bytes rq = get_of("/asked", KEEP);
	int fd[32], fresh;

	(void)state;
	for (size_t i = 0; i < LENGTH(fd); i++) {
		fd[i] = dial();
		assert_served(fd[i], "/idle", KEEP);
	}
	kill(pid, SIGSTOP);
	for (size_t i = 0; i < 16; i++)
		assert_true(say(fd[i], rq));
	assert_true(say(fd[16], (struct bytes){ rq.p, rq.n / 2 }));
	kill(pid, SIGTERM);
	int64_t start = clock_monotonic();

	kill(pid, SIGCONT);
	usleep(50000);
	assert_true(say(fd[16], (struct bytes){ rq.p + rq.n / 2, rq.n - rq.n / 2 }));
	for (size_t i = 0; i < 17; i++)
		assert_string_equal(hear(fd[i]).body, "/asked");
	assert_int_equal(worker_wait(pid), 0);
	assert_true(clock_monotonic() - start < LEAVE_MS);
	/* whoever asks now knows that nobody heard; a new connection waits for the next worker */
	assert_false(say(fd[20], rq) && !is_closed(fd[20]));
	fresh = dial();
	assert_true(say(fresh, rq));
	pid = worker_join(&s);
	assert_string_equal(hear(fresh).body, "/asked");
	for (size_t i = 0; i < LENGTH(fd); i++)
		close(fd[i]);
	close(fresh);
	worker_end(pid, &s);
}

static void test_the_plain_loop_closes_after_each_answer(void **state)
{
	struct serving s = { .read_ms = READ_MS, .handle = handle };
	pid_t pid = worker_start(&s);
	int64_t start;
	int fd;

	(void)state;
	for (int i = 0; i < 20; i++) {
		fd = dial();
		assert_served(fd, "/x", i % 2 ? KEEP : 0);
		assert_true(is_closed(fd));
		close(fd);
	}
	for (size_t i = 0; i < broken_n; i++) {
		fd = dial();
		assert_true(say(fd, broken_request(i)));
		assert_false(hear(fd).whole);
		close(fd);
	}
	/* a silent one holds the worker no longer than the limit */
	start = clock_monotonic();
	int silent = dial();

	fd = dial();
	assert_served(fd, "/waited", 0);
	assert_true(clock_monotonic() - start < 2 * READ_MS);
	assert_true(is_closed(silent));
	close(silent);
	close(fd);
	/* the request it is working on is answered before it leaves */
	fd = dial();
	assert_true(say(fd, get_of("/slow", 0)));
	usleep(50000);
	worker_end(pid, &s);
	assert_string_equal(hear(fd).body, "/slow");
	close(fd);
}

static int pool_child(size_t i, void *user)
{
	(void)i;
	return http_serve(user);
}

/* A parent and one worker, watched. */
static pid_t pool_start(struct serving *s, int64_t limit_ms)
{
	const char *why;

	s->listen_fd = http_listen(worker_path, &why);
	assert_true(s->listen_fd >= 0);
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		exit(procs_run(1, limit_ms, pool_child, s));
	}
	return pid;
}

static void test_a_worker_that_hangs_is_replaced(void **state)
{
	struct serving s = { .read_ms = READ_MS, .handle = handle };
	pid_t pid = pool_start(&s, 500);
	int hanging = dial(), fd = dial();

	(void)state;
	assert_true(say(hanging, get_of("/never", 0)));
	assert_false(hear(hanging).whole);
	assert_served(fd, "/x", 0);
	close(hanging);
	close(fd);
	worker_end(pid, &s);
}

/* Longer than the limit in all, but never so long without a byte. What is read first makes room in the socket's buffer. */
static void test_a_slow_reader_is_no_hanging_worker(void **state)
{
	enum { LIMIT_MS = 3000 };
	const struct timespec rest = { 1, 800000000 };
	struct serving s = { .read_ms = 2 * LIMIT_MS, .handle = handle };
	pid_t pid = pool_start(&s, LIMIT_MS);
	int fd = dial();
	char part[250000];
	size_t n = sizeof part;

	(void)state;
	assert_true(say(fd, get_of("/huge", 0)));
	nanosleep(&rest, NULL);
	assert_true(read_exactly(fd, part, sizeof part));
	nanosleep(&rest, NULL);
	for (ssize_t got; (got = recv(fd, part, sizeof part, 0)) > 0; n += (size_t)got)
		;
	assert_true(n > 600000);
	close(fd);
	worker_end(pid, &s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_kept_connection_is_served_many_times),
		cmocka_unit_test(test_a_peer_that_closes_costs_nothing),
		cmocka_unit_test(test_a_broken_request_costs_its_connection_only),
		cmocka_unit_test(test_half_a_request_is_dropped_in_time),
		cmocka_unit_test(test_a_request_in_pieces_is_answered),
		cmocka_unit_test(test_a_lone_request_after_load_is_answered),
		cmocka_unit_test(test_sigterm_loses_no_request),
		cmocka_unit_test(test_the_plain_loop_closes_after_each_answer),
		cmocka_unit_test(test_a_worker_that_hangs_is_replaced),
		cmocka_unit_test(test_a_slow_reader_is_no_hanging_worker),
	};

	return cmocka_run_group_tests(tests, worker_setup, worker_teardown);
}
