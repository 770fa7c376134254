#include "base/sandbox.h"

#include "base/log.h"
#include "base/procs.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char folder[] = "/tmp/habilis-sandbox-XXXXXX";
static char in_folder[64], made[64];
static int held; /* a file opened before */
static struct settings settings;

/* --- what a process tries; 0 or an errno --- */

static int result(bool done)
{
	return done ? 0 : errno;
}

static int opened(int fd)
{
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int lives(void)
{
	uint8_t random[16];
	struct timespec short_while = { .tv_nsec = 1000 };
	char *p = malloc((size_t)8 << 20);
	struct stat st;

	if (!p)
		return ENOMEM;
	memset(p, 1, (size_t)8 << 20);
	char *larger = realloc(p, (size_t)64 << 20);

	if (!larger) {
		free(p);
		return ENOMEM;
	}
	free(larger);
	secret_random(random, sizeof random);
	nanosleep(&short_while, NULL);
	log_line(LOG_LEVEL_INFO, "a line", NULL);
	return result(fstat(held, &st) == 0 && stat(in_folder, &st) == 0);
}

static int aborts(void)
{
	abort();
}

static int executes(void)
{
	char *const nothing[] = { NULL };

	return result(execve("/bin/true", nothing, nothing) == 0);
}

static int forks(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return result(pid > 0);
}

static void *no_work(void *user)
{
	return user;
}

static int starts_a_thread(void)
{
	pthread_t thread;
	int failed = pthread_create(&thread, NULL, no_work, NULL);

	return failed ? failed : pthread_join(thread, NULL);
}

static int traces(void)
{
	return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
}

static int signals_its_parent(void)
{
	return result(kill(getppid(), 0) == 0);
}

static int makes_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(p != MAP_FAILED && munmap(p, 4096) == 0);
}

static int dials_here(void)
{
	return opened(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int dials_afar(void)
{
	return opened(socket(AF_INET, SOCK_STREAM, 0));
}

static int reads_a_font(void)
{
	return opened(open("/usr/share", O_RDONLY | O_DIRECTORY));
}

static int reads_other_files(void)
{
	return opened(open("/etc/passwd", O_RDONLY));
}

static int writes_a_file(void)
{
	return opened(open(in_folder, O_WRONLY));
}

static int makes_a_file(void)
{
	return opened(open(made, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int writes_elsewhere(void)
{
	return opened(open("/dev/null", O_WRONLY));
}

static int writes_what_it_holds(void)
{
	return result(pwrite(held, "x", 1, 0) == 1 && fdatasync(held) == 0);
}

static int removes_its_socket(void)
{
	return result(unlink(in_folder) == 0);
}

static int gives_a_file_away(void)
{
	return result(chown(in_folder, geteuid(), getegid()) == 0);
}

/* --- who may what --- */

#define DIES (-SIGSYS)
#define DENIED (-1000) /* by Landlock, where the kernel has it */

/* clang-format off */
static const struct attempt {
	const char *what;
	int (*try)(void);
	int public, private, login, writer, mirror, work, post, command;
} attempts[] = {
	/*                                          public   private  login    writer   mirror   work     post     command */
	{ "lives",        lives,                    0,       0,       0,       0,       0,       0,       0,       0 },
	{ "aborts",       aborts,                   -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT, -SIGABRT },
	{ "execve",       executes,                 DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES },
	{ "ptrace",       traces,                   DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES },
	{ "fork",         forks,                    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    0 },
	{ "kill",         signals_its_parent,       DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    0 },
	{ "thread",       starts_a_thread,          DIES,    0,       DIES,    DIES,    DIES,    DIES,    0,       0 },
	{ "code",         makes_code,               DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    0,       0 },
	{ "unix socket",  dials_here,               DIES,    0,       0,       DIES,    0,       0,       0,       0 },
	{ "inet socket",  dials_afar,               DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    0,       0 },
	{ "font",         reads_a_font,             DIES,    0,       DIES,    DIES,    DENIED,  DENIED,  0,       0 },
	{ "other file",   reads_other_files,        DIES,    DENIED,  DIES,    DIES,    DENIED,  DENIED,  0,       0 },
	{ "write",        writes_a_file,            DIES,    EACCES,  DIES,    DIES,    0,       EACCES,  EACCES,  0 },
	{ "write beside", writes_elsewhere,         DIES,    EACCES,  DIES,    DIES,    DENIED,  EACCES,  EACCES,  0 },
	{ "create",       makes_a_file,             DIES,    EACCES,  DIES,    DIES,    0,       EACCES,  EACCES,  0 },
	{ "pwrite",       writes_what_it_holds,     DIES,    DIES,    DIES,    0,       DIES,    DIES,    DIES,    0 },
	{ "chown",        gives_a_file_away,        DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    DIES,    0 },
	{ "unlink",       removes_its_socket,       DIES,    EACCES,  DIES,    0,       DIES,    EACCES,  EACCES,  0 },
};
/* clang-format on */

static int tried(enum sandbox_role role, int (*try)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		procs_harden();
		sandbox_enter(role, &settings);
		_exit(try());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void expect(const char *role_name, enum sandbox_role role, const struct attempt *t, int expected)
{
	int fd = open(in_folder, O_RDWR | O_CREAT, 0600); /* one that was removed is there again */

	assert_true(fd >= 0);
	close(fd);
	(void)unlink(made);
	if (expected == DENIED)
		expected = has_landlock() ? EACCES : 0;
	int got = tried(role, t->try);

	if (got != expected)
		fail_msg("%s, %s: %d instead of %d", role_name, t->what, got, expected);
}

static void test_each_role_may_do_its_work_and_no_more(void **state)
{
	(void)state;
	for (const struct attempt *t = attempts; t < attempts + LENGTH(attempts); t++) {
		expect("public", SANDBOX_PUBLIC, t, t->public);
		expect("private", SANDBOX_PRIVATE, t, t->private);
		expect("login", SANDBOX_LOGIN, t, t->login);
		expect("writer", SANDBOX_WRITER, t, t->writer);
		expect("mirror", SANDBOX_MIRROR, t, t->mirror);
		expect("work", SANDBOX_WORK, t, t->work);
		expect("post", SANDBOX_POST, t, t->post);
		expect("command", SANDBOX_COMMAND, t, t->command);
	}
}

static void test_a_directory_elsewhere_is_reached_by_name(void **state)
{
	(void)state;
	settings.ldap_uri = "ldaps://directory.example";
	assert_int_equal(tried(SANDBOX_LOGIN, dials_afar), 0);
	assert_int_equal(tried(SANDBOX_LOGIN, reads_other_files), 0);
	assert_int_equal(tried(SANDBOX_LOGIN, executes), DIES);
	assert_int_equal(tried(SANDBOX_PUBLIC, dials_afar), DIES);
	settings.ldap_uri = "ldapi://";
}

static int pool_child(size_t i, void *user)
{
	(void)i;
	sandbox_enter(SANDBOX_PUBLIC, user);
	return executes();
}

/* What a parent writes to stderr. */
static void test_the_parent_tells_what_was_refused(void **state)
{
	int ends[2];
	char text[4096] = "";
	size_t n = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();

	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		sandbox_enter(SANDBOX_PARENT, &settings);
		_exit(procs_run(1, 0, pool_child, &settings));
	}
	close(ends[1]);
	for (ssize_t got = 1; got > 0 && !memmem(text, n, "SIGSYS", 6); n += got > 0 ? (size_t)got : 0)
		got = read(ends[0], text + n, sizeof text - n);
	assert_non_null(memmem(text, n, "a process made a system call its sandbox refuses", 48));
	assert_non_null(memmem(text, n, "\"signal\":\"SIGSYS\"", 17));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(in_folder, sizeof in_folder, "%s/file", folder);
	snprintf(made, sizeof made, "%s/made", folder);
	held = open(in_folder, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	settings = (struct settings){ .run_dir = folder,
				      .ldap_uri = "ldapi://",
				      .ldap_secrets = folder,
				      .ldap_ca = "",
				      .mail_ca = "",
				      .data_agreement = "/usr/share/habilis/convention.txt" };
	secret_init();
	return held < 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(held);
	unlink(in_folder);
	unlink(made);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_role_may_do_its_work_and_no_more),
		cmocka_unit_test(test_a_directory_elsewhere_is_reached_by_name),
		cmocka_unit_test(test_the_parent_tells_what_was_refused),
	};

#ifdef HAVE_SANITIZERS
	return 77; /* such a build is not confined */
#endif
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return 77;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
