#include "fcgi/http/inside.h"

#include "base/clock.h"
#include "base/procs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define EVENTS 64
#define READ_MS 10000
#define PAUSE_MS 100 /* without a free descriptor: not accepting for so long */
#define GRACE_MS 500 /* at the end: for what is half here */
#define REQUESTS_MAX 50000

enum conn_state { CONN_NONE, CONN_IDLE, CONN_PARTIAL };

struct conn {
	enum conn_state state;
	int64_t since; /* CONN_PARTIAL: since when it is awaited */
};

struct loop {
	const struct serving *s;
	int epoll;
	sigset_t waiting;   /* the signals that may come while it waits, and only then */
	struct conn *conns; /* by descriptor */
	size_t n;
	size_t open;    /* how many are not CONN_NONE */
	size_t partial; /* how many are CONN_PARTIAL */
	uint64_t served;
	int64_t pause; /* no accepting before this moment */
	bool listens;
	uint8_t *peek;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static struct conn *conn_of(struct loop *l, int fd)
{
	size_t i = (size_t)fd;

	if (i >= l->n) {
		size_t n = i * 2 + 64;

		l->conns = must(realloc(l->conns, n * sizeof *l->conns));
		memset(l->conns + l->n, 0, (n - l->n) * sizeof *l->conns);
		l->n = n;
	}
	return &l->conns[i];
}

static void set_state(struct loop *l, int fd, enum conn_state state)
{
	struct conn *c = conn_of(l, fd);

	if (state == CONN_PARTIAL && c->state != CONN_PARTIAL)
		c->since = clock_monotonic();
	l->open += (state != CONN_NONE);
	l->open -= (c->state != CONN_NONE);
	l->partial += (state == CONN_PARTIAL);
	l->partial -= (c->state == CONN_PARTIAL);
	c->state = state;
}

static void drop(struct loop *l, int fd)
{
	set_state(l, fd, CONN_NONE);
	close(fd);
}

static void serve(struct loop *l, int fd)
{
	procs_busy();
	bool open = serve_request(l->s, fd);

	procs_idle();
	set_state(l, fd, open ? CONN_IDLE : CONN_NONE);
	l->served++;
}

/* Something came on a connection, or its peer closed it. last: nothing more will come. */
static void receive(struct loop *l, int fd, bool last)
{
	ssize_t n;

	do
		n = recv(fd, l->peek, PEEK_MAX, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN && !last)
		return;
	if (n <= 0) {
		drop(l, fd);
		return;
	}
	switch (peeked_of(l->peek, (size_t)n)) {
	case PEEKED_WHOLE:
		serve(l, fd);
		return;
	case PEEKED_HEAD:
		/* a long body does not fit into the socket: libfcgi must read it, waiting */
		if (!l->s->kept || (size_t)n >= PEEK_MAX) {
			serve(l, fd);
			return;
		}
		break;
	case PEEKED_PARTIAL:
		break;
	case PEEKED_BROKEN:
		drop(l, fd);
		return;
	}
	set_state(l, fd, CONN_PARTIAL);
}

static void set_limits(int fd, int ms)
{
	struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit))
		abort();
}

static void listen_on(struct loop *l, bool on)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = l->s->listen_fd };

	if (on == l->listens)
		return;
	if (epoll_ctl(l->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, l->s->listen_fd, &event))
		abort();
	l->listens = on;
}

/* One connection a turn: the others are for the processes that have nothing to do. */
static void accept_one(struct loop *l)
{
	struct sockaddr_storage peer; /* a nameless one */
	socklen_t n = sizeof peer;
	int fd = accept4(l->s->listen_fd, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			l->pause = clock_monotonic() + PAUSE_MS;
			listen_on(l, false);
		}
		return;
	}
	set_limits(fd, l->s->read_ms);
	/* a process of the plain pools has only this one, so it may not stay silent */
	set_state(l, fd, l->s->kept ? CONN_IDLE : CONN_PARTIAL);
	receive(l, fd, false);
	if (conn_of(l, fd)->state == CONN_NONE)
		return;
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd };

	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event))
		drop(l, fd);
}

static void drop_late(struct loop *l, int64_t ms)
{
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < l->n && l->partial; i++)
		if (l->conns[i].state == CONN_PARTIAL && now - l->conns[i].since >= ms)
			drop(l, (int)i);
}

/* One turn: waits, answers what is there. */
static void turn(struct loop *l, int ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_pwait(l->epoll, events, EVENTS, ms, &l->waiting);

	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;

		if (fd == l->s->listen_fd)
			accept_one(l);
		else if (conn_of(l, fd)->state != CONN_NONE)
			receive(l, fd, false);
	}
}

static int wait_ms(const struct loop *l)
{
	int ms = -1;

	if (!l->listens)
		ms = PAUSE_MS;
	if (l->partial && (ms < 0 || ms > l->s->read_ms / 10))
		ms = l->s->read_ms / 10;
	return ms;
}

static bool has_ended(const struct loop *l)
{
	return procs_stopping() || (l->s->requests && l->served >= l->s->requests);
}

/* Answers what has come on the idle connections, then shuts them for reading: their peers can send no more and know it.
   What came in between is answered too, so no request that reached us is lost. */
static void close_idle(struct loop *l)
{
	for (size_t i = 0; i < l->n; i++) {
		int fd = (int)i;

		if (l->conns[i].state == CONN_IDLE)
			receive(l, fd, false);
		if (l->conns[i].state != CONN_IDLE)
			continue;
		shutdown(fd, SHUT_RD);
		receive(l, fd, true);
		if (l->conns[i].state != CONN_NONE)
			drop(l, fd);
	}
}

/* What is half here gets a moment to arrive. */
static void finish(struct loop *l)
{
	int64_t end = clock_monotonic() + GRACE_MS;

	listen_on(l, false);
	close_idle(l);
	while (l->partial && clock_monotonic() < end)
		turn(l, GRACE_MS / 10);
	close_idle(l);
	for (size_t i = 0; i < l->n; i++)
		if (l->conns[i].state != CONN_NONE)
			drop(l, (int)i);
}

static bool may_accept(const struct loop *l)
{
	if (l->pause && clock_monotonic() < l->pause)
		return false;
	return l->s->kept || l->open == 0;
}

/* Signals come only while epoll waits: none is missed between looking at the flag and waiting, and none interrupts a
   handler that talks to the directory. */
static struct loop loop_open(const struct serving *s, sigset_t *before)
{
	struct loop l = { .s = s, .epoll = epoll_create1(EPOLL_CLOEXEC), .peek = must(malloc(PEEK_MAX)) };
	sigset_t held;

	/* what libfcgi closes after an error, it closes without waiting for the peer */
	if (l.epoll < 0 || setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) || FCGX_Init())
		abort();
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigprocmask(SIG_BLOCK, &held, before);
	l.waiting = *before;
	sigdelset(&l.waiting, SIGTERM);
	sigdelset(&l.waiting, SIGINT);
	procs_on_term();
	(void)signal(SIGPIPE, SIG_IGN);
	return l;
}

int http_serve(const struct serving *s)
{
	sigset_t before;
	struct loop l = loop_open(s, &before);

	while (!has_ended(&l)) {
		listen_on(&l, may_accept(&l));
		turn(&l, wait_ms(&l));
		if (l.partial)
			drop_late(&l, s->read_ms);
	}
	finish(&l);
	close(l.epoll);
	free(l.conns);
	free(l.peek);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}

int http_serve_kept(int listen_fd, http_handler handle, void *user)
{
	return http_serve(&(struct serving){
		.listen_fd = listen_fd, .kept = true, .read_ms = READ_MS, .handle = handle, .user = user });
}

int http_serve_plain(int listen_fd, http_handler handle, void *user)
{
	return http_serve(&(struct serving){
		.listen_fd = listen_fd, .read_ms = READ_MS, .requests = REQUESTS_MAX, .handle = handle, .user = user });
}
