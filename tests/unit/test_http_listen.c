/* The socket, and what a worker does when something runs out. */
#include "tests/unit/test_http_client.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define READ_MS 300

static void handle(void *user, const struct http_request *rq, struct http_reply *re)
{
	(void)user;
	buf_text(&re->body, rq->path);
}

static void assert_served(int fd, const char *path, unsigned flags)
{
	assert_string_equal(ask(fd, get_of(path, flags)).body, path);
}

static void test_the_socket_is_for_us_and_our_group(void **state)
{
	const char *why;
	struct stat st;
	int fd = http_listen(worker_path, &why);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(stat(worker_path, &st), 0);
	assert_int_equal(st.st_mode, S_IFSOCK | 0660);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void test_a_socket_nobody_serves_is_replaced(void **state)
{
	const char *why;
	int fd = http_listen(worker_path, &why);

	(void)state;
	assert_int_equal(http_listen(worker_path, &why), -1);
	assert_string_equal(why, "another process serves this socket");
	close(fd);
	fd = http_listen(worker_path, &why);
	assert_true(fd >= 0);
	close(fd);
	unlink(worker_path);
}

static void test_a_path_that_cannot_be_is_refused(void **state)
{
	static const char *const paths[] = {
		"",
		"/nowhere/at/all/socket",
		"/tmp/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012",
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++) {
		why = NULL;
		assert_int_equal(http_listen(paths[i], &why), -1);
		assert_non_null(why);
	}
	close(open(worker_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(http_listen(worker_path, &why), -1);
	assert_string_equal(why, "something that is no socket stands at the path");
	assert_int_equal(access(worker_path, F_OK), 0);
	unlink(worker_path);
}

static void test_the_plain_loop_recycles(void **state)
{
	struct serving s = { .read_ms = READ_MS, .requests = 3, .handle = handle };
	pid_t pid = worker_start(&s);

	(void)state;
	for (int i = 0; i < 3; i++) {
		int fd = dial();

		assert_served(fd, "/x", 0);
		close(fd);
	}
	assert_int_equal(worker_wait(pid), 0);
	close(s.listen_fd);
}

/* Without a free descriptor it neither dies nor spins, and takes the others up when one is free again. */
static void test_connections_wait_for_a_descriptor(void **state)
{
	struct serving s = { .kept = true, .read_ms = READ_MS, .handle = handle };
	struct rlimit before, few = { .rlim_cur = 20 };
	struct rusage used;
	int fd[30];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	pid_t pid = worker_start(&s);

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (size_t i = 0; i < LENGTH(fd); i++) {
		fd[i] = dial();
		assert_true(say(fd[i], get_of("/x", KEEP)));
	}
	assert_string_equal(hear(fd[0]).body, "/x");
	usleep(500000);
	for (size_t i = 0; i < LENGTH(fd); i++) {
		if (i)
			assert_string_equal(hear(fd[i]).body, "/x");
		close(fd[i]);
	}
	fd[0] = dial();
	assert_served(fd[0], "/y", 0);
	close(fd[0]);
	worker_end(pid, &s);
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
	assert_true(used.ru_utime.tv_sec + used.ru_stime.tv_sec < 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_socket_is_for_us_and_our_group),
		cmocka_unit_test(test_a_socket_nobody_serves_is_replaced),
		cmocka_unit_test(test_a_path_that_cannot_be_is_refused),
		cmocka_unit_test(test_the_plain_loop_recycles),
		cmocka_unit_test(test_connections_wait_for_a_descriptor),
	};

	return cmocka_run_group_tests(tests, worker_setup, worker_teardown);
}
