#include "base/sandbox.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#endif
#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

enum group {
	LIFE = 1,       /* memory, time, signals, its own descriptors, its end */
	SERVE = 2,      /* takes connections */
	LOCAL = 4,      /* makes them, to unix sockets */
	NETWORK = 8,    /* to others, by name */
	READ = 16,      /* opens files for reading; what a library would write beside them is refused, not fatal */
	HEARTBEAT = 32, /* opens files for writing */
	STORE = 64,     /* writes the store */
	THREADS = 128,
	OWNER = 256, /* gives files to another user */
	WIDE = 512,  /* the rest our programs need before they are confined */
	ALL = 1023,
};

static const unsigned groups_of[SANDBOX__MAX] = {
	[SANDBOX_PARENT] = ALL & ~OWNER,
	[SANDBOX_COMMAND] = ALL,
	[SANDBOX_PUBLIC] = LIFE | SERVE,
	[SANDBOX_PRIVATE] = LIFE | SERVE | LOCAL | READ | THREADS,
	[SANDBOX_LOGIN] = LIFE | SERVE | LOCAL,
	[SANDBOX_WRITER] = LIFE | SERVE | STORE,
	[SANDBOX_MIRROR] = LIFE | LOCAL | HEARTBEAT,
	[SANDBOX_WORK] = LIFE | LOCAL | READ,
	[SANDBOX_POST] = LIFE | LOCAL | NETWORK | READ | THREADS,
};

static unsigned groups(enum sandbox_role role, const struct settings *s)
{
	unsigned own = groups_of[role];

	if (own & WIDE)
		return own;
	/* a directory on another machine has a name, and a certificate whose authority is in a file */
	if (own & LOCAL && strncmp(s->ldap_uri, "ldaps://", strlen("ldaps://")) == 0)
		own |= NETWORK | READ;
	return own;
}

/* --- system calls --- */

#ifdef HAVE_SECCOMP

#define READ_ONLY (O_ACCMODE | O_CREAT | O_TRUNC)

struct call {
	int number;
	unsigned groups; /* of any of which it is */
	struct scmp_arg_cmp when;
	int refused; /* the error it gets; 0: it is allowed */
};

#define CALL(name, ...) \
	{ \
		.number = SCMP_SYS(name), .groups = __VA_ARGS__ \
	}
#define WHEN(argument, ...) .when = { .arg = argument, .op = __VA_ARGS__ }
#define IS(value) SCMP_CMP_EQ, .datum_a = value
#define HAS(mask, value) SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value

/* clang-format off */
static const struct call calls[] = {
	CALL(read, LIFE), CALL(readv, LIFE), CALL(pread64, LIFE), CALL(preadv, LIFE), CALL(write, LIFE), CALL(writev, LIFE),
	CALL(lseek, LIFE), CALL(close, LIFE), CALL(fcntl, LIFE), CALL(fstat, LIFE), CALL(fstatfs, LIFE),
	/* glibc's fstat; by a path it tells when a file was written, as the heartbeat, and no content */
	CALL(newfstatat, LIFE), CALL(statx, LIFE),
	CALL(brk, LIFE), CALL(munmap, LIFE), CALL(mremap, LIFE), CALL(madvise, LIFE), CALL(mlock, LIFE), CALL(munlock, LIFE),
	CALL(mmap, LIFE, WHEN(2, HAS(PROT_EXEC, 0))), CALL(mprotect, LIFE, WHEN(2, HAS(PROT_EXEC, 0))),
	CALL(futex, LIFE), CALL(getrandom, LIFE), CALL(sched_yield, LIFE),
	CALL(clock_gettime, LIFE), CALL(clock_getres, LIFE), CALL(clock_nanosleep, LIFE), CALL(nanosleep, LIFE),
	CALL(gettimeofday, LIFE), CALL(time, LIFE),
	CALL(getpid, LIFE), CALL(gettid, LIFE), CALL(getuid, LIFE), CALL(geteuid, LIFE), CALL(getgid, LIFE), CALL(getegid, LIFE),
	CALL(rt_sigaction, LIFE), CALL(rt_sigprocmask, LIFE), CALL(rt_sigreturn, LIFE), CALL(sigaltstack, LIFE),
	CALL(restart_syscall, LIFE), CALL(exit, LIFE), CALL(exit_group, LIFE),
	CALL(sysinfo, LIFE), /* qsort asks how much memory there is */
	CALL(getrusage, LIFE), CALL(prlimit64, LIFE, WHEN(2, IS(0))),
	CALL(poll, LIFE), CALL(ppoll, LIFE), CALL(select, LIFE), CALL(pselect6, LIFE),
	CALL(recvfrom, LIFE), CALL(recvmsg, LIFE), CALL(sendto, LIFE), CALL(sendmsg, LIFE), CALL(shutdown, LIFE),
	CALL(getsockopt, LIFE), CALL(setsockopt, LIFE), CALL(getsockname, LIFE), CALL(getpeername, LIFE),

	CALL(accept4, SERVE), CALL(accept, SERVE), CALL(epoll_create1, SERVE | NETWORK), CALL(epoll_ctl, SERVE | NETWORK),
	CALL(epoll_wait, SERVE | NETWORK), CALL(epoll_pwait, SERVE | NETWORK), CALL(epoll_pwait2, SERVE | NETWORK),

	CALL(socket, LOCAL, WHEN(0, IS(AF_UNIX))), CALL(connect, LOCAL),
	CALL(memfd_create, LOCAL), CALL(ftruncate, LOCAL), CALL(uname, LOCAL),

	CALL(socket, NETWORK, WHEN(0, IS(AF_INET))), CALL(socket, NETWORK, WHEN(0, IS(AF_INET6))),
	CALL(socket, NETWORK, WHEN(0, IS(AF_NETLINK))), CALL(bind, NETWORK), CALL(sendmmsg, NETWORK), CALL(recvmmsg, NETWORK),
	CALL(socketpair, NETWORK), CALL(pipe2, NETWORK), CALL(eventfd2, NETWORK),
	CALL(timerfd_create, NETWORK), CALL(timerfd_settime, NETWORK),
	CALL(ioctl, NETWORK, WHEN(1, IS(FIONREAD))), CALL(ioctl, NETWORK, WHEN(1, IS(FIONBIO))),
	/* who looks up a name may load what /etc/nsswitch.conf says */
	CALL(mmap, NETWORK), CALL(mprotect, NETWORK),

	CALL(openat, HEARTBEAT), CALL(utimensat, HEARTBEAT),
	CALL(openat, READ, WHEN(2, HAS(READ_ONLY, O_RDONLY))), CALL(access, READ), CALL(faccessat, READ), CALL(faccessat2, READ),
	CALL(readlink, READ), CALL(readlinkat, READ), CALL(getdents64, READ), CALL(getcwd, READ), CALL(statfs, READ),
	CALL(fadvise64, READ),

	CALL(pwrite64, STORE), CALL(pwritev, STORE), CALL(fdatasync, STORE), CALL(fsync, STORE), CALL(unlink, STORE),
	CALL(unlinkat, STORE),

	CALL(clone, THREADS, WHEN(0, HAS(CLONE_THREAD, CLONE_THREAD))), CALL(set_robust_list, THREADS), CALL(rseq, THREADS),
	CALL(sched_getaffinity, THREADS), CALL(sched_getattr, THREADS), CALL(prctl, THREADS, WHEN(0, IS(PR_SET_NAME))),

	CALL(chown, OWNER), CALL(fchownat, OWNER),

	CALL(clone, WIDE), CALL(clone3, WIDE), CALL(fork, WIDE), CALL(vfork, WIDE), CALL(wait4, WIDE), CALL(waitid, WIDE),
	CALL(kill, WIDE), CALL(tgkill, WIDE), CALL(rt_sigtimedwait, WIDE), CALL(rt_sigpending, WIDE), CALL(prctl, WIDE),
	CALL(seccomp, WIDE), CALL(landlock_create_ruleset, WIDE), CALL(landlock_add_rule, WIDE),
	CALL(landlock_restrict_self, WIDE), CALL(getppid, WIDE), CALL(prlimit64, WIDE), CALL(getrlimit, WIDE),
	CALL(setrlimit, WIDE), CALL(times, WIDE), CALL(umask, WIDE),
	CALL(getgroups, WIDE), CALL(getresuid, WIDE), CALL(getresgid, WIDE), CALL(getpgrp, WIDE), CALL(getsid, WIDE),
	CALL(listen, WIDE), CALL(signalfd4, WIDE), CALL(dup, WIDE), CALL(dup2, WIDE), CALL(dup3, WIDE), CALL(pipe, WIDE),
	CALL(ioctl, WIDE), CALL(open, WIDE), CALL(stat, WIDE), CALL(lstat, WIDE), CALL(chdir, WIDE), CALL(flock, WIDE),
	CALL(mkdir, WIDE), CALL(mkdirat, WIDE), CALL(rmdir, WIDE), CALL(unlinkat, WIDE), CALL(rename, WIDE), CALL(renameat, WIDE),
	CALL(renameat2, WIDE), CALL(link, WIDE), CALL(linkat, WIDE), CALL(symlink, WIDE), CALL(chmod, WIDE), CALL(fchmod, WIDE),
	CALL(fchmodat, WIDE), CALL(fallocate, WIDE), CALL(copy_file_range, WIDE), CALL(sendfile, WIDE), CALL(msync, WIDE),
	CALL(sync_file_range, WIDE), CALL(arch_prctl, WIDE), CALL(set_tid_address, WIDE),
	CALL(timer_create, WIDE), CALL(timer_settime, WIDE), CALL(setitimer, WIDE), CALL(alarm, WIDE), CALL(membarrier, WIDE),

	/* its flags lie in memory, where no filter reads: glibc then takes clone */
	CALL(clone3, THREADS, .refused = ENOSYS),
	/* fontconfig keeps caches where it may */
	CALL(openat, READ, WHEN(2, HAS(O_WRONLY, O_WRONLY)), .refused = EACCES),
	CALL(openat, READ, WHEN(2, HAS(O_RDWR, O_RDWR)), .refused = EACCES),
	CALL(openat, READ, WHEN(2, HAS(O_CREAT, O_CREAT)), .refused = EACCES),
	CALL(openat, READ, WHEN(2, HAS(O_TRUNC, O_TRUNC)), .refused = EACCES),
	CALL(mkdir, READ, .refused = EACCES), CALL(unlink, READ, .refused = EACCES), CALL(rename, READ, .refused = EACCES),
	CALL(link, READ, .refused = EACCES), CALL(chmod, READ, .refused = EACCES), CALL(utimensat, READ, .refused = EACCES),
	CALL(mkdirat, READ, .refused = EACCES), CALL(unlinkat, READ, .refused = EACCES), CALL(renameat, READ, .refused = EACCES),
	CALL(linkat, READ, .refused = EACCES), CALL(fchmodat, READ, .refused = EACCES),
};
/* clang-format on */

/* 0, or what went wrong, as an errno. */
static int add_call(scmp_filter_ctx filter, const struct call *c)
{
	uint32_t action = c->refused ? SCMP_ACT_ERRNO((uint16_t)c->refused) : SCMP_ACT_ALLOW;
	unsigned conditions = c->when.op ? 1 : 0;

	int failed = -seccomp_rule_add_array(filter, action, c->number, conditions, &c->when);

	return failed == EDOM ? 0 : failed; /* this architecture has no such call */
}

/* A signal to itself ends a process that aborts; to others only a parent sends one. */
static int add_signal(scmp_filter_ctx filter)
{
	const struct call itself = CALL(tgkill, LIFE, WHEN(0, IS((scmp_datum_t)getpid())));

	return add_call(filter, &itself);
}

static int load(unsigned own)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = filter ? -seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) : ENOMEM;

	if (!failed)
		failed = -seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	for (size_t i = 0; i < LENGTH(calls) && !failed; i++)
		if (own & calls[i].groups)
			failed = add_call(filter, &calls[i]);
	if (!failed && !(own & WIDE))
		failed = add_signal(filter);
	if (!failed)
		failed = -seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return failed;
}

#else

static int load(unsigned own)
{
	(void)own;
	return ENOSYS;
}

#endif

/* --- files --- */

#ifdef HAVE_LINUX_LANDLOCK_H

#define WRITES \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)
#define READS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define OPENS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define TRUNCATE ((uint64_t)1 << 14) /* ABI 3; headers are often older than the kernel */

/* The ABI of this kernel; 0: no Landlock. */
static int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* A folder that is not there needs no rule. */
static bool allow_below(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };

	rule.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true;
	bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;

	close(rule.parent_fd);
	return added;
}

/* A file that is put in place anew has its folder's rule. */
static const char *folder_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? arena_memdup(a, file, (size_t)(slash - file)) : "";
}

static bool allow_places(int rules, enum sandbox_role role, const struct settings *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	unsigned own = groups(role, s);
	const struct {
		bool wanted;
		const char *path;
		uint64_t access;
	} places[] = {
		{ role == SANDBOX_WRITER, s->run_dir, LANDLOCK_ACCESS_FS_REMOVE_FILE },
		{ role == SANDBOX_MIRROR, s->run_dir, LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG },
		{ role == SANDBOX_WORK, s->ldap_secrets, OPENS },
		{ role == SANDBOX_PRIVATE, folder_of(a, s->data_agreement), OPENS },
		{ role == SANDBOX_PRIVATE, "/etc/fonts", OPENS },
		{ role == SANDBOX_PRIVATE, "/usr/share", OPENS }, /* fonts, and where fontconfig keeps its rules */
		{ role == SANDBOX_PRIVATE, "/usr/local/share/fonts", OPENS },
		{ role == SANDBOX_PRIVATE, "/var/cache/fontconfig", OPENS },
		{ role == SANDBOX_POST, folder_of(a, s->mail_ca), OPENS },
		/* names of hosts, authorities, and what loads to look them up; the files are put in place anew */
		{ own & NETWORK, folder_of(a, s->ldap_ca), OPENS },
		{ own & NETWORK, "/etc", OPENS },
		{ own & NETWORK, "/usr", OPENS },
		{ own & NETWORK, "/run/systemd/resolve", OPENS },
		{ own & NETWORK, "/run/NetworkManager", OPENS },
		{ own & NETWORK, "/run/resolvconf", OPENS },
	};
	bool added = true;

	for (size_t i = 0; i < LENGTH(places) && added; i++)
		if (places[i].wanted)
			added = allow_below(rules, places[i].path, places[i].access);
	return added;
}

static int restrict_files(enum sandbox_role role, const struct settings *s)
{
	int abi = landlock_abi();
	struct landlock_ruleset_attr attr = { .handled_access_fs = READS | WRITES };

	if (abi == 0)
		return ENOSYS;
	if (abi >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		attr.handled_access_fs |= TRUNCATE;
	if (groups(role, s) & WIDE)
		return 0;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);

	if (rules < 0)
		return errno;
	bool done = allow_places(rules, role, s) && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	int failed = done ? 0 : errno;

	close(rules);
	return failed;
}

#else

static int restrict_files(enum sandbox_role role, const struct settings *s)
{
	(void)role;
	(void)s;
	return ENOSYS;
}

#endif

/* --- both --- */

/* What gcc's and clang's coverage link in. */
__attribute__((weak)) void __gcov_init(void *);
__attribute__((weak)) int __llvm_profile_write_file(void);

static bool is_instrumented(void)
{
#if defined(HAVE_SANITIZERS) || defined(__SANITIZE_ADDRESS__)
	return true;
#else
	return __gcov_init || __llvm_profile_write_file;
#endif
}

/* Children are forked by who told it already. */
static void tell(bool files, bool called)
{
	static bool told;

	if (!told && !(files && called))
		log_line(LOG_LEVEL_WARNING, "not confined: this machine lacks it", "files",
			 files ? "confined" : "no Landlock", "system calls", called ? "confined" : "no seccomp", NULL);
	told = true;
}

void sandbox_enter(enum sandbox_role role, const struct settings *s)
{
	if (is_instrumented())
		return;
	tzset(); /* glibc reads /etc/localtime once */
	bool files = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && restrict_files(role, s) == 0;
	bool called = load(groups(role, s)) == 0;

	if (role != SANDBOX_COMMAND)
		tell(files, called);
}
