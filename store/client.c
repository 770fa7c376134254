/* The client's side of the writer's socket. A wait has an end: then the outcome is unknown, and the same id is
   sent again, which the writer answers with what became of it. */
#include "store/env.h"
#include "store/ops.h"
#include "store/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MS 2000
#define WHOLE_MS 8000
#define PAUSE_MS 20

static void hang_up(struct store *st)
{
	if (st->fd >= 0)
		close(st->fd);
	st->fd = -1;
}

/* connect and sendmsg may wait for a place in the writer's queue, but not for ever. */
static int dial(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = ANSWER_MS / 1000 };

	if (strlen(path) >= sizeof to.sun_path)
		return -1;
	memcpy(to.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) ||
	    connect(fd, (const struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool write_all(int fd, struct bytes b)
{
	while (b.n) {
		ssize_t done = write(fd, b.p, b.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		b.p += done;
		b.n -= (size_t)done;
	}
	return true;
}

/* The bytes in a sealed memfd, or -1. */
static int sealed(struct bytes b)
{
	int fd = memfd_create("changeset", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (!write_all(fd, b) || fcntl(fd, F_ADD_SEALS, WIRE_SEALS | F_SEAL_SEAL)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One message; memfd -1: none goes along. */
static bool post(int fd, struct bytes message, int memfd)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { (void *)(uintptr_t)message.p, message.n };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (memfd >= 0) {
		msg.msg_control = control.room;
		msg.msg_controllen = sizeof control.room;
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof memfd);
		memcpy(CMSG_DATA(c), &memfd, sizeof memfd);
	}
	ssize_t n;

	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)message.n;
}

struct outgoing {
	struct bytes message;
	int memfd;
};

static bool pack(struct arena *a, const struct changeset *cs, struct outgoing *out)
{
	struct bytes body = changeset_encode(a, cs);
	struct buf b = buf_new(a);
	bool inlined = body.n + WIRE_HEAD <= WIRE_INLINE_MAX;

	buf_u32(&b, WIRE_REQUEST);
	buf_byte(&b, inlined ? WAY_INLINE : WAY_MEMFD);
	if (inlined)
		buf_add(&b, body.p, body.n);
	else
		buf_u32(&b, (uint32_t)body.n);
	out->message = buf_bytes(&b);
	out->memfd = inlined ? -1 : sealed(body);
	return inlined || out->memfd >= 0;
}

static enum err status_err(uint8_t status)
{
	switch (status) {
	case WIRE_DONE:
		return ERR_OK;
	case WIRE_CONFLICT:
		return ERR_CONFLICT;
	case WIRE_FULL:
		return ERR_UNAVAILABLE;
	case WIRE_TOOLARGE:
		return ERR_TOOLARGE;
	default:
		return ERR_INTERNAL;
	}
}

/* An answer to this changeset; older ones are passed over. ERR_UNKNOWN: none before the end. */
static enum err hear(int fd, struct changeset *cs, int64_t end, uint64_t *rev)
{
	uint8_t room[WIRE_ANSWER_MAX];

	for (;;) {
		int64_t left = end - clock_monotonic();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ERR_UNKNOWN;
		ssize_t n = recv(fd, room, sizeof room, MSG_DONTWAIT);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return ERR_UNKNOWN;
		struct reader r = reader_of((struct bytes){ room, (size_t)n });
		uint32_t magic = read_u32(&r);
		struct bytes id = read_bytes(&r, sizeof cs->id);
		uint8_t status = read_u8(&r);
		uint64_t got = read_u64(&r);

		if (r.err || magic != WIRE_ANSWER)
			return ERR_UNKNOWN;
		if (!bytes_equal(id, (struct bytes){ cs->id, sizeof cs->id }))
			continue;
		if (rev)
			*rev = got;
		if (status == WIRE_CONFLICT)
			cs->conflict = arena_memdup(cs->arena, r.p, r.n);
		return status_err(status);
	}
}

/* One try. *sent: the writer may have it. */
static enum err ask(struct store *st, struct changeset *cs, const struct outgoing *o, int64_t end, bool *sent, uint64_t *rev)
{
	bool kept = st->fd >= 0;

	if (!kept)
		st->fd = dial(st->writer);
	if (st->fd >= 0 && !post(st->fd, o->message, o->memfd)) {
		hang_up(st);
		/* the kept connection was to a writer since restarted: nothing left here */
		st->fd = kept ? dial(st->writer) : -1;
		if (st->fd >= 0 && !post(st->fd, o->message, o->memfd))
			hang_up(st);
	}
	if (st->fd < 0)
		return ERR_UNAVAILABLE;
	*sent = true;
	int64_t limit = clock_monotonic() + ANSWER_MS;
	enum err e = hear(st->fd, cs, limit < end ? limit : end, rev);

	if (e == ERR_UNKNOWN)
		hang_up(st);
	return e;
}

static enum err insist(struct store *st, struct changeset *cs, const struct outgoing *o, uint64_t *rev)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t end = clock_monotonic() + WHOLE_MS;
	bool sent = false;

	for (;;) {
		enum err e = ask(st, cs, o, end, &sent, rev);

		/* away before anything was sent: not done. Away afterwards: it may come back and tell. */
		if (!(e == ERR_UNKNOWN || (e == ERR_UNAVAILABLE && sent && st->fd < 0)))
			return e;
		if (clock_monotonic() + PAUSE_MS >= end)
			return ERR_UNKNOWN;
		(void)nanosleep(&pause, NULL);
	}
}

enum err changeset_commit(struct store *st, struct changeset *cs, uint64_t *rev)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct outgoing o;
	enum err e = changeset_check(cs);

	if (e)
		return e;
	if (st->commit)
		return st->commit(st->commits, cs, rev);
	if (!st->writer || !pack(a, cs, &o))
		return ERR_UNAVAILABLE;
	e = insist(st, cs, &o, rev);
	if (o.memfd >= 0)
		close(o.memfd);
	return e;
}
