/* The writer's loop: all that wait become one batch. Single-threaded; level-triggered epoll, one message of each
   peer a round, so that nobody is starved. */
#include "base/log.h"
#include "store/peer.h"
#include "store/writer_state.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512
#define PEERS_MAX 480 /* and some: under the usual limit of 1024 descriptors */
#define BATCH_MAX 64
#define BATCH_BYTES (2u * CHANGESET_BYTES_MAX)
#define TICK_MS 1000

/* Where it is told that the writer lives; fd -1: nobody asked. */
struct notify {
	int fd;
	struct sockaddr_un to;
	socklen_t n;
};

struct server {
	struct writer *w;
	int epoll, listening, signals;
	struct notify notify;
	struct peer peers[PEERS_MAX]; /* fd -1: free */
	size_t n_peers;
	int64_t next_tick;
	bool lagged;
	uint64_t skipped;
	bool stop;
};

/* What epoll carries: below PEERS_MAX a peer. */
enum { TAG_LISTENING = PEERS_MAX, TAG_SIGNALS };

struct round {
	struct arena *arena;
	struct changeset *sets[BATCH_MAX];
	uint64_t uids[BATCH_MAX];
	size_t from[BATCH_MAX];
	struct writer_result results[BATCH_MAX];
	size_t n, bytes;
};

static bool watch(struct server *s, int fd, uint32_t tag)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .u32 = tag } };

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof at.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* the lock file says that nobody else listens there */
	(void)unlink(path);
	if (fd >= 0 && !bind(fd, (const struct sockaddr *)&at, sizeof at) && !chmod(path, 0660) && !listen(fd, BACKLOG))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A datagram socket kept from the start: later no socket may be made. It is not connected, so that a supervisor who is started anew,
   and with it his socket, hears it too. */
static struct notify notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct notify n = { .fd = -1, .to = { .sun_family = AF_UNIX } };

	if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof n.to.sun_path)
		return n;
	memcpy(n.to.sun_path, path, strlen(path));
	if (*path == '@')
		n.to.sun_path[0] = '\0';
	n.n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	n.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return n;
}

static void notify(const struct server *s, const char *state)
{
	const struct notify *n = &s->notify;

	if (n->fd >= 0)
		(void)sendto(n->fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&n->to, n->n);
}

static int signals_of(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -1 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void welcome(struct server *s)
{
	struct peer peer;

	while (peer_accept(s->listening, &peer)) {
		size_t i = 0;

		while (i < s->n_peers && s->peers[i].fd >= 0)
			i++;
		if (i == PEERS_MAX || !watch(s, peer.fd, (uint32_t)i)) {
			close(peer.fd);
			continue;
		}
		s->peers[i] = peer;
		if (i == s->n_peers)
			s->n_peers++;
	}
}

static void dismiss(struct server *s, size_t i)
{
	close(s->peers[i].fd);
	s->peers[i].fd = -1;
}

/* Who sent something that is no changeset is told, if his id can be read, else hung up on. */
static void refuse(struct server *s, struct round *r, size_t i, enum err e)
{
	const struct changeset *cs = r->sets[r->n];

	if (e != ERR_GONE)
		log_line(LOG_LEVEL_WARNING, "a message that is no changeset", "uid",
			 arena_printf(r->arena, "%" PRIu64, s->peers[i].uid), "reason", err_text(e), NULL);
	if (!cs || !peer_answer(&s->peers[i], r->arena, cs, &(struct writer_result){ .err = e }))
		dismiss(s, i);
}

static void hear(struct server *s, struct round *r, size_t i)
{
	if (s->peers[i].fd < 0 || r->bytes > BATCH_BYTES)
		return;
	enum err e = peer_take(r->arena, &s->peers[i], &r->sets[r->n]);

	if (e == ERR_OK) {
		r->bytes += r->sets[r->n]->bytes;
		r->uids[r->n] = s->peers[i].uid;
		r->from[r->n++] = i;
	} else if (e != ERR_NOTFOUND) {
		refuse(s, r, i, e);
	}
}

static void answer(struct server *s, struct round *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->results[i].err == ERR_INTERNAL)
			log_line(LOG_LEVEL_WARNING, "a changeset was refused", "uid",
				 arena_printf(r->arena, "%" PRIu64, r->uids[i]), "id",
				 changeset_id(r->arena, r->sets[i]), NULL);
		if (s->peers[r->from[i]].fd >= 0 &&
		    !peer_answer(&s->peers[r->from[i]], r->arena, r->sets[i], &r->results[i]))
			dismiss(s, r->from[i]);
	}
}

static void report(struct server *s, struct arena *a)
{
	bool lags = writer_public_lags(s->w);

	if (lags != s->lagged)
		log_line(lags ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
			 lags ? "public cannot follow the store" : "public follows again", NULL);
	if (writer_skipped(s->w) != s->skipped)
		log_line(LOG_LEVEL_ERROR, "damaged operations for public: run habilisctl store publish", "rows",
			 arena_printf(a, "%" PRIu64, writer_skipped(s->w)), NULL);
	s->lagged = lags;
	s->skipped = writer_skipped(s->w);
}

/* ERR_FULL is an answer; after anything else what the disk holds is not known: end without answering, start again,
   and let the clients ask what became of their ids. */
static enum err carry_out(struct server *s, struct round *r)
{
	enum err e = writer_apply(s->w, r->arena, r->sets, r->uids, r->n, r->results);

	if (e)
		log_line(LOG_LEVEL_ERROR, "a batch failed", "reason", err_text(e), NULL);
	if (e && e != ERR_FULL)
		return e;
	answer(s, r);
	report(s, r->arena);
	return ERR_OK;
}

static void tick(struct server *s)
{
	int64_t now = clock_monotonic();

	if (now < s->next_tick)
		return;
	AUTO_ARENA struct arena *a = arena_new();

	s->next_tick = now + TICK_MS;
	notify(s, "WATCHDOG=1");
	writer_tick(s->w);
	report(s, a);
}

/* *heard: how many changesets it carried out. */
static enum err turn(struct server *s, int timeout_ms, size_t *heard)
{
	struct epoll_event ev[BATCH_MAX];
	AUTO_ARENA struct arena *a = arena_new();
	struct round r = { .arena = a };
	int n = epoll_wait(s->epoll, ev, BATCH_MAX, timeout_ms);

	for (int i = 0; i < n; i++) {
		if (ev[i].data.u32 == TAG_SIGNALS)
			s->stop = true;
		else if (ev[i].data.u32 == TAG_LISTENING)
			welcome(s);
		else
			hear(s, &r, ev[i].data.u32);
	}
	tick(s);
	*heard = r.n;
	return r.n ? carry_out(s, &r) : ERR_OK;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Nobody may come any more; who has sent something is answered. */
static enum err drain(struct server *s)
{
	size_t heard;
	enum err e;

	(void)unlink(s->w->options.socket);
	welcome(s);
	close_fd(&s->listening);
	(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->signals, NULL);
	do
		e = turn(s, 0, &heard);
	while (!e && heard);
	return e;
}

static enum err run(struct server *s)
{
	size_t heard;
	enum err e = ERR_OK;

	notify(s, "READY=1");
	while (!e && !s->stop)
		e = turn(s, TICK_MS, &heard);
	notify(s, "STOPPING=1");
	return e ? e : drain(s);
}

static bool set_up(struct server *s)
{
	s->signals = signals_of();
	s->notify = notify_open();
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->listening = listen_at(s->w->options.socket);
	return s->signals >= 0 && s->epoll >= 0 && s->listening >= 0 && watch(s, s->listening, TAG_LISTENING) &&
	       watch(s, s->signals, TAG_SIGNALS);
}

enum err writer_serve(struct writer *w, const char **why)
{
	struct server *s = calloc(1, sizeof *s);
	enum err e = ERR_UNAVAILABLE;

	if (!s) {
		*why = "out of memory";
		return e;
	}
	s->w = w;
	if (!set_up(s)) {
		*why = strerror(errno);
	} else {
		if (w->options.ready)
			w->options.ready(w->options.user);
		e = run(s);
		*why = e ? "a batch failed and its outcome is not known" : NULL;
	}
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].fd >= 0)
			dismiss(s, i);
	close_fd(&s->listening);
	close_fd(&s->epoll);
	close_fd(&s->signals);
	close_fd(&s->notify.fd);
	free(s);
	return e;
}
