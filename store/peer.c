#include "store/peer.h"

#include "store/ops.h"
#include "store/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool peer_accept(int listening, struct peer *out)
{
	struct ucred cred;
	socklen_t n = sizeof cred;
	int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n)) {
		close(fd);
		return false;
	}
	*out = (struct peer){ fd, cred.uid };
	return true;
}

/* Descriptors that came along: the first one is kept if wanted, the others are closed. */
static int take_fd(struct msghdr *msg)
{
	int kept = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (kept < 0)
				kept = fd;
			else
				close(fd);
		}
	}
	return kept;
}

/* The bytes of a memfd nobody can change any more, copied: a hole or a huge page must not become our SIGBUS. */
static enum err read_sealed(struct arena *a, int fd, size_t n, struct bytes *out)
{
	struct stat st;

	if (n > CHANGESET_BYTES_MAX)
		return ERR_TOOLARGE;
	if ((fcntl(fd, F_GET_SEALS) & WIRE_SEALS) != WIRE_SEALS || fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &st) ||
	    st.st_size != (off_t)n)
		return ERR_MALFORMED;
	uint8_t *p = arena_alloc(a, n);

	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, p + done, n - done, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_MALFORMED;
		done += (size_t)got;
	}
	*out = (struct bytes){ p, n };
	return ERR_OK;
}

static enum err unpack(struct arena *a, struct bytes message, int fd, struct changeset **out)
{
	struct reader in = reader_of(message);
	uint32_t magic = read_u32(&in);
	uint8_t way = read_u8(&in);

	if (in.err || magic != WIRE_REQUEST)
		return ERR_MALFORMED;
	struct bytes body = { (const uint8_t *)arena_memdup(a, in.p, in.n), in.n };

	if (way == WAY_MEMFD) {
		size_t n = read_u32(&in);
		enum err e = in.err || in.n || fd < 0 ? ERR_MALFORMED : read_sealed(a, fd, n, &body);

		if (e)
			return e;
	} else if (way != WAY_INLINE) {
		return ERR_MALFORMED;
	}
	enum err e = changeset_decode(a, body, out);
	uint8_t id[CHANGESET_ID_SIZE];

	if (e && !changeset_peek_id(body, id)) {
		*out = changeset_blank(a);
		memcpy((*out)->id, id, sizeof id);
	}
	return e;
}

enum err peer_take(struct arena *a, const struct peer *peer, struct changeset **out)
{
	static uint8_t room[WIRE_INLINE_MAX];
	union {
		char room[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { room, sizeof room };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room };

	*out = NULL;
	msg.msg_controllen = sizeof control.room;
	ssize_t n = recvmsg(peer->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_NOTFOUND : ERR_GONE;
	int fd = take_fd(&msg);
	enum err e = n == 0                    ? ERR_GONE :
		     msg.msg_flags & MSG_TRUNC ? ERR_TOOLARGE :
						 unpack(a, (struct bytes){ room, (size_t)n }, fd, out);

	if (fd >= 0)
		close(fd);
	return e;
}

static uint8_t status_of(enum err e)
{
	switch (e) {
	case ERR_OK:
		return WIRE_DONE;
	case ERR_CONFLICT:
		return WIRE_CONFLICT;
	case ERR_FULL:
		return WIRE_FULL;
	case ERR_TOOLARGE:
		return WIRE_TOOLARGE;
	default:
		return WIRE_REFUSED;
	}
}

bool peer_answer(const struct peer *peer, struct arena *a, const struct changeset *cs, const struct writer_result *result)
{
	struct buf b = buf_new(a);

	buf_u32(&b, WIRE_ANSWER);
	buf_add(&b, cs->id, sizeof cs->id);
	buf_byte(&b, status_of(result->err));
	buf_u64(&b, result->rev);
	if (result->key)
		buf_text(&b, result->key);
	return send(peer->fd, b.p, b.n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)b.n;
}
