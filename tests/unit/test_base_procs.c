#include "base/procs.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STARTS 64

/* What the processes of a test tell each other, in memory they share. */
struct board {
	volatile int starts[4];
	volatile pid_t pids[4];
	volatile int64_t started[4][STARTS];
	volatile bool stopped_well[4];
	volatile int64_t moved; /* when a child last said that it gets on */
	volatile int64_t stood; /* how long it had not when it was replaced */
};

static struct board *board;

static int new_board(void **state)
{
	(void)state;
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return board == MAP_FAILED;
}

static int no_board(void **state)
{
	(void)state;
	return munmap(board, sizeof *board);
}

static void rest(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void sign_in(size_t i)
{
	int n = board->starts[i];

	if (n < STARTS)
		board->started[i][n] = clock_monotonic();
	board->pids[i] = getpid();
	board->starts[i] = n + 1;
}

static int obeys(size_t i, void *user)
{
	(void)user;
	procs_on_term();
	sign_in(i);
	while (!procs_stopping())
		rest(5);
	board->stopped_well[i] = true;
	return 0;
}

static int dies_at_once(size_t i, void *user)
{
	(void)user;
	sign_in(i);
	return 1;
}

static int ignores_term(size_t i, void *user)
{
	(void)user;
	signal(SIGTERM, SIG_IGN);
	sign_in(i);
	while (pause())
		;
	return 0;
}

static pid_t run_watched(size_t n, int64_t limit_ms, proc_main child)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		_exit(procs_run(n, limit_ms, child, NULL));
	}
	assert_true(pid > 0);
	return pid;
}

static pid_t run(size_t n, proc_main child)
{
	return run_watched(n, 0, child);
}

static bool waits_for(const volatile int *what, int at_least, int ms)
{
	for (int64_t end = clock_monotonic() + ms; clock_monotonic() < end; rest(2))
		if (*what >= at_least)
			return true;
	return false;
}

static int end(pid_t parent, int number)
{
	int status;

	kill(parent, number);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_children_end_when_the_parent_is_told_to(void **state)
{
	static const int numbers[] = { SIGTERM, SIGINT };

	for (size_t k = 0; k < LENGTH(numbers); k++) {
		assert_int_equal(new_board(state), 0);
		pid_t parent = run(3, obeys);

		for (size_t i = 0; i < 3; i++)
			assert_true(waits_for(&board->starts[i], 1, 5000));
		int64_t start = clock_monotonic();

		assert_int_equal(end(parent, numbers[k]), 0);
		assert_true(clock_monotonic() - start < 2000);
		for (size_t i = 0; i < 3; i++) {
			assert_true(board->stopped_well[i]);
			assert_int_equal(board->starts[i], 1);
			assert_int_equal(kill(board->pids[i], 0), -1);
		}
		no_board(state);
	}
}

static void test_a_killed_child_is_replaced_soon(void **state)
{
	(void)state;
	pid_t parent = run(2, obeys);

	assert_true(waits_for(&board->starts[0], 1, 5000) && waits_for(&board->starts[1], 1, 5000));
	rest(1100);
	int64_t killed = clock_monotonic();

	kill(board->pids[1], SIGKILL);
	assert_true(waits_for(&board->starts[1], 2, 5000));
	assert_true(board->started[1][1] >= killed);
	assert_int_equal(board->starts[0], 1);
	assert_int_equal(end(parent, SIGTERM), 0);
}

static void test_a_child_that_dies_at_once_is_not_a_storm(void **state)
{
	(void)state;
	int64_t last = clock_monotonic(), least = 0, gap = 0;
	pid_t parent = run(1, dies_at_once);

	/* One that a busy machine keeps alive for a second is no quick death: the next comes at once, and the long wait later. It shows
	   by a gap as long before it, with which the search has ended, but for the very first. */
	for (int n = 0; n < STARTS && gap < 900 && waits_for(&board->starts[0], n + 1, 20000); n++) {
		gap = board->started[0][n] - last;
		assert_true(gap >= least);
		least = n || gap < 900 ? 20 : 0;
		gap = n ? gap : 0;
		last = board->started[0][n];
	}
	assert_int_equal(end(parent, SIGTERM), 0);
	assert_true(gap >= 900);
}

static void test_a_child_that_does_not_listen_is_killed(void **state)
{
	(void)state;
	pid_t parent = run(1, ignores_term);

	assert_true(waits_for(&board->starts[0], 1, 5000));
	rest(50);
	int64_t start = clock_monotonic();

	assert_int_equal(end(parent, SIGTERM), 0);
	assert_in_range(clock_monotonic() - start, 4900, 7000);
	assert_int_equal(kill(board->pids[0], 0), -1);
}

static void test_children_do_not_outlive_a_killed_parent(void **state)
{
	(void)state;
	pid_t parent = run(1, obeys);

	assert_true(waits_for(&board->starts[0], 1, 5000));
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	for (int i = 0; i < 1000 && !board->stopped_well[0]; i++)
		rest(5);
	assert_true(board->stopped_well[0]);
}

/* The first has work it does not get on with, once; the second gets on; the third is done. */
static int works(size_t i, void *user)
{
	(void)user;
	if (i == 1 && board->moved)
		board->stood = clock_monotonic() - board->moved;
	if (i == 2 || (i == 0 && board->starts[0] == 0))
		procs_busy();
	if (i == 2)
		procs_idle();
	sign_in(i);
	while (i == 0 && board->starts[0] == 1)
		rest(5);
	procs_on_term();
	while (!procs_stopping()) {
		if (i == 1) {
			board->moved = clock_monotonic();
			procs_busy();
		}
		rest(5);
	}
	return 0;
}

static void test_a_child_that_hangs_is_replaced(void **state)
{
	enum { LIMIT_MS = 500 };

	(void)state;
	pid_t parent = run_watched(3, LIMIT_MS, works);

	assert_true(waits_for(&board->starts[0], 2, 10000));
	assert_true(board->started[0][1] - board->started[0][0] >= LIMIT_MS - 50);
	assert_int_equal(end(parent, SIGTERM), 0);
	/* a machine that gave the second no time for so long made it hang */
	assert_true(board->starts[1] == 1 || board->stood >= LIMIT_MS);
	assert_int_equal(board->starts[2], 1);
}

static int tells_its_signals(size_t i, void *user)
{
	struct sigaction pipe_action;
	sigset_t mask;

	(void)user;
	sigaction(SIGPIPE, NULL, &pipe_action);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	board->stopped_well[1] =
		pipe_action.sa_handler == SIG_DFL && !sigismember(&mask, SIGTERM) && !sigismember(&mask, SIGCHLD);
	return obeys(i, NULL);
}

static void test_children_start_with_the_default_signals(void **state)
{
	(void)state;
	pid_t parent = run(1, tells_its_signals);

	assert_true(waits_for(&board->starts[0], 1, 5000));
	assert_int_equal(end(parent, SIGTERM), 0);
	assert_true(board->stopped_well[1]);
}

static void test_a_hardened_process_gains_and_leaves_nothing(void **state)
{
	(void)state;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit core;

		procs_harden();
		getrlimit(RLIMIT_CORE, &core);
		_exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && core.rlim_max == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children_end_when_the_parent_is_told_to),
		cmocka_unit_test_setup_teardown(test_a_killed_child_is_replaced_soon, new_board, no_board),
		cmocka_unit_test_setup_teardown(test_a_child_that_dies_at_once_is_not_a_storm, new_board, no_board),
		cmocka_unit_test_setup_teardown(test_a_child_that_does_not_listen_is_killed, new_board, no_board),
		cmocka_unit_test_setup_teardown(test_children_do_not_outlive_a_killed_parent, new_board, no_board),
		cmocka_unit_test_setup_teardown(test_a_child_that_hangs_is_replaced, new_board, no_board),
		cmocka_unit_test_setup_teardown(test_children_start_with_the_default_signals, new_board, no_board),
		cmocka_unit_test(test_a_hardened_process_gains_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
