/* A small FastCGI client and a worker to talk to: a real process behind a real socket. */
#ifndef TESTS_UNIT_TEST_HTTP_CLIENT_H
#define TESTS_UNIT_TEST_HTTP_CLIENT_H

#include "base/clock.h"
#include "fcgi/http/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEEP 1

static char worker_folder[] = "/tmp/test_http.XXXXXX";
static char worker_path[64];
static struct arena *worker_arena;

static inline int worker_setup(void **state)
{
	(void)state;
	if (!mkdtemp(worker_folder))
		return -1;
	snprintf(worker_path, sizeof worker_path, "%s/s", worker_folder);
	worker_arena = arena_new();
	return 0;
}

static inline int worker_teardown(void **state)
{
	(void)state;
	arena_free(worker_arena);
	unlink(worker_path);
	return rmdir(worker_folder);
}

/* Before, a SIGTERM would just end it. */
static inline bool catches_sigterm(pid_t pid)
{
	char path[32], line[128];
	unsigned long long caught = 0;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, "SigCgt:", 7) == 0)
			caught = strtoull(line + 7, NULL, 16);
	if (f)
		fclose(f);
	return caught >> (SIGTERM - 1) & 1;
}

/* One more worker on a socket that is open already. It ends by exit(), so that LSan looks for what it leaked. */
static inline pid_t worker_join(const struct serving *s)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		exit(http_serve(s));
	}
	for (int i = 0; i < 1000 && !catches_sigterm(pid); i++)
		usleep(10000);
	return pid;
}

/* A worker of its own, serving as s says; the socket stays open here too, as in a parent. */
static inline pid_t worker_start(struct serving *s)
{
	const char *why;

	s->listen_fd = http_listen(worker_path, &why);
	if (s->listen_fd < 0)
		fail_msg("%s", why);
	return worker_join(s);
}

/* A worker told to end leaves by itself before its parent would insist (5 s, base/procs.c); LSan takes its time. */
#if defined(HAVE_SANITIZERS) || defined(__SANITIZE_ADDRESS__)
#define LEAVE_MS 60000
#else
#define LEAVE_MS 4500
#endif

/* Its wait status, if it leaves in time. */
static inline int worker_wait(pid_t pid)
{
	int status = -1;

	for (int i = 0; i < LEAVE_MS / 10; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return -1;
}

/* Ends it: it must leave by itself, with 0, in time. */
static inline void worker_end(pid_t pid, const struct serving *s)
{
	int64_t start = clock_monotonic();

	kill(pid, SIGTERM);
	assert_int_equal(worker_wait(pid), 0);
	assert_true(clock_monotonic() - start < LEAVE_MS);
	close(s->listen_fd);
}

static inline int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = 3 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, worker_path, strlen(worker_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	return fd;
}

static inline void put_record(struct buf *b, unsigned type, unsigned id, const void *content, size_t n)
{
	static const uint8_t padding[8];
	unsigned pad = (unsigned)(8 - n % 8) % 8;

	buf_add(b,
		(uint8_t[]){ 1, (uint8_t)type, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(n >> 8), (uint8_t)n,
			     (uint8_t)pad, 0 },
		8);
	buf_add(b, content, n);
	buf_add(b, padding, pad);
}

static inline void put_begin(struct buf *b, unsigned role, unsigned flags)
{
	put_record(b, 1, 1, (uint8_t[]){ (uint8_t)(role >> 8), (uint8_t)role, (uint8_t)flags, 0, 0, 0, 0, 0 }, 8);
}

static inline void put_length(struct buf *b, size_t n)
{
	if (n < 0x80)
		buf_byte(b, (uint8_t)n);
	else
		buf_u32(b, (uint32_t)n | 0x80000000u);
}

static inline void put_param(struct buf *b, const char *name, const char *value)
{
	put_length(b, strlen(name));
	put_length(b, strlen(value));
	buf_text(b, name);
	buf_text(b, value);
}

/* A stream and its end, in records of at most 32 KiB. */
static inline void put_stream(struct buf *b, unsigned type, struct bytes s)
{
	for (size_t n; s.n; s.p += n, s.n -= n) {
		n = s.n < 32768 ? s.n : 32768;
		put_record(b, type, 1, s.p, n);
	}
	put_record(b, type, 1, NULL, 0);
}

/* params: name, value, …, NULL. */
static inline struct bytes request_of(unsigned flags, struct bytes body, const char *const *params)
{
	struct buf b = buf_new(worker_arena), p = buf_new(worker_arena);

	for (; *params; params += 2)
		put_param(&p, params[0], params[1]);
	put_begin(&b, 1, flags);
	put_stream(&b, 4, buf_bytes(&p));
	put_stream(&b, 5, body);
	return buf_bytes(&b);
}

static inline struct bytes get_of(const char *path, unsigned flags)
{
	return request_of(flags, BYTES_NONE,
			  (const char *[]){ "REQUEST_METHOD", "GET", "DOCUMENT_URI", path, "QUERY_STRING", "",
					    "CONTENT_LENGTH", "", NULL });
}

/* False: the peer takes no more. */
static inline bool say(int fd, struct bytes b)
{
	while (b.n) {
		ssize_t n = send(fd, b.p, b.n, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		b.p += n;
		b.n -= (size_t)n;
	}
	return true;
}

struct answer {
	bool whole; /* END_REQUEST came */
	int status;
	const char *head; /* with its empty line */
	const char *body;
	size_t n; /* of the body */
};

static inline bool read_exactly(int fd, void *p, size_t n)
{
	return n == 0 || recv(fd, p, n, MSG_WAITALL) == (ssize_t)n;
}

static inline struct answer hear(int fd)
{
	struct buf out = buf_new(worker_arena);
	struct answer a = { 0 };
	uint8_t h[8], content[65536 + 256];

	while (!a.whole && read_exactly(fd, h, 8)) {
		size_t n = (size_t)h[4] << 8 | h[5];

		if (!read_exactly(fd, content, n + h[6]))
			break;
		if (h[1] == 6)
			buf_add(&out, content, n);
		a.whole = h[1] == 3;
	}
	const char *text = buf_str(&out), *end = strstr(text, "\r\n\r\n");

	if (!end)
		return a;
	a.body = end + 4;
	a.n = out.n - (size_t)(a.body - text);
	a.head = arena_memdup(worker_arena, text, out.n - a.n);
	if (sscanf(text, "Status: %d", &a.status) != 1)
		a.status = -1;
	return a;
}

static inline struct answer ask(int fd, struct bytes request)
{
	return say(fd, request) ? hear(fd) : (struct answer){ 0 };
}

/* True when the peer has closed, within the socket's limit (reset: it had not read everything). */
static inline bool is_closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

#endif
