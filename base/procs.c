#include "base/procs.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHORT_LIFE SECOND_MS
#define QUICK_TRIES 3
#define QUICK_WAIT ((int64_t)50)
#define SLOW_WAIT SECOND_MS
#define STOP_WAIT (5 * SECOND_MS)

struct child {
	pid_t pid; /* 0: none runs */
	int64_t started;
	int64_t due; /* when none runs: start it then */
	unsigned short_lives;
};

struct pool {
	struct child *children;
	size_t n;
	int64_t limit;             /* 0: none is watched */
	_Atomic int64_t *progress; /* of each child, in memory shared with it: when it last got on with its work; 0: has none */
	proc_main run;
	void *user;
	sigset_t signals;
	sigset_t before; /* the mask children get back */
};

static volatile sig_atomic_t stopping;
static _Atomic int64_t *own_progress; /* NULL: nobody watches */

static void on_term(int number)
{
	(void)number;
	stopping = 1;
}

bool procs_stopping(void)
{
	return stopping;
}

void procs_on_term(void)
{
	/* no SA_RESTART: a waiting call must return for the flag to be seen */
	struct sigaction action = { .sa_handler = on_term };

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGTERM, &action, NULL) || sigaction(SIGINT, &action, NULL))
		abort();
}

void procs_busy(void)
{
	if (own_progress)
		atomic_store(own_progress, clock_monotonic());
}

void procs_idle(void)
{
	if (own_progress)
		atomic_store(own_progress, 0);
}

static _Noreturn void be_child(struct pool *p, size_t i, pid_t parent)
{
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL); /* KILL, STOP and libc's own refuse, rightly */
	stopping = 0;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		exit(1);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	own_progress = &p->progress[i];
	exit(p->run(i, p->user));
}

static void start(struct pool *p, size_t i)
{
	struct child *c = &p->children[i];
	pid_t parent = getpid();

	atomic_store(&p->progress[i], 0);
	fflush(NULL); /* else the child's exit would write our buffers again */
	pid_t pid = fork();

	if (pid == 0)
		be_child(p, i, parent);
	c->started = clock_monotonic();
	if (pid > 0)
		c->pid = pid;
	else
		c->due = c->started + SLOW_WAIT;
}

/* One that ends by itself says why; one that a signal ended cannot. */
static void tell_death(pid_t pid, int status)
{
	AUTO_ARENA struct arena *a = arena_new();
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (number && !(stopping && number == SIGTERM))
		log_line(LOG_LEVEL_ERROR,
			 number == SIGSYS ? "a process made a system call its sandbox refuses" : "a process died", "child",
			 arena_printf(a, "%d", (int)pid), "signal", arena_printf(a, "SIG%s", sigabbrev_np(number)), NULL);
}

static void reap(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct child *c = &p->children[i];
		int status;

		if (!c->pid || waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		int64_t now = clock_monotonic();

		tell_death(c->pid, status);
		c->pid = 0;
		if (now - c->started >= SHORT_LIFE) {
			c->short_lives = 0;
			c->due = now;
		} else {
			c->due = now + (c->short_lives++ < QUICK_TRIES ? QUICK_WAIT : SLOW_WAIT);
		}
	}
}

/* Nobody can ask it any more: it may be stopped, or in a loop. */
static void end_hanging(struct pool *p)
{
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < p->n && p->limit; i++) {
		int64_t last = atomic_load(&p->progress[i]);

		if (!p->children[i].pid || !last || now - last < p->limit)
			continue;
		AUTO_ARENA struct arena *a = arena_new();

		log_line(LOG_LEVEL_ERROR, "a process hangs and is replaced", "child",
			 arena_printf(a, "%d", (int)p->children[i].pid), NULL);
		kill(p->children[i].pid, SIGKILL);
		atomic_store(&p->progress[i], 0);
	}
}

static void start_due(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->children[i].pid && p->children[i].due <= clock_monotonic())
			start(p, i);
}

/* Waits for a signal at most until the deadline; 0 when none came. */
static int wait_until(const struct pool *p, int64_t deadline)
{
	int64_t ms = deadline - clock_monotonic();

	if (ms < 0)
		ms = 0;
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	int number = sigtimedwait(&p->signals, NULL, &limit);

	return number > 0 ? number : 0;
}

static int64_t next_due(const struct pool *p)
{
	int64_t now = clock_monotonic(), due = now + (p->limit ? p->limit : HOUR_MS);

	for (size_t i = 0; i < p->n; i++) {
		const struct child *c = &p->children[i];
		int64_t last = atomic_load(&p->progress[i]);
		/* one that has no work in hand cannot be late before the limit from now */
		int64_t own = !c->pid ? c->due : last && p->limit ? last + p->limit : due;

		if (own < due)
			due = own;
	}
	return due;
}

static size_t send(const struct pool *p, int number)
{
	size_t alive = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (!p->children[i].pid)
			continue;
		alive++;
		if (number)
			kill(p->children[i].pid, number);
	}
	return alive;
}

static void stop_all(struct pool *p)
{
	int64_t deadline = clock_monotonic() + STOP_WAIT;

	send(p, SIGTERM);
	while (reap(p), send(p, 0) && clock_monotonic() < deadline)
		(void)wait_until(p, deadline);
	send(p, SIGKILL);
	for (size_t i = 0; i < p->n; i++)
		while (p->children[i].pid && waitpid(p->children[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
}

int procs_run(size_t n, int64_t limit_ms, proc_main run, void *user)
{
	struct pool p = {
		.children = calloc(n + 1, sizeof(struct child)), .n = n, .limit = limit_ms, .run = run, .user = user
	};
	size_t shared = (n + 1) * sizeof *p.progress;

	p.progress = mmap(NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!p.children || p.progress == MAP_FAILED)
		abort();
	sigemptyset(&p.signals);
	sigaddset(&p.signals, SIGTERM);
	sigaddset(&p.signals, SIGINT);
	sigaddset(&p.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &p.signals, &p.before);
	stopping = 0;
	while (!stopping) {
		start_due(&p);
		int number = wait_until(&p, next_due(&p));

		stopping = number == SIGTERM || number == SIGINT;
		reap(&p);
		end_hanging(&p);
	}
	stop_all(&p);
	free(p.children);
	munmap(p.progress, shared);
	sigprocmask(SIG_SETMASK, &p.before, NULL);
	return 0;
}

/* LeakSanitizer reads its own process by ptrace, which a process that is not dumpable refuses. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

void procs_harden(void)
{
	struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none) ||
	    (!WATCHED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))) {
		fputs("<2>the process cannot be hardened\n", stderr);
		abort();
	}
}
