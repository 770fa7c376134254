/* libldap polls for a message, then reads it whole from a blocking socket, so that half a message would hold it for
   ever; over GnuTLS its handshake reads without end from a silent server, whatever LDAP_OPT_NETWORK_TIMEOUT says; and
   it writes to sockets the server closed, if only to take leave. A layer of ours in its stack of I/O sees to the
   three; and no message makes it take more memory than MESSAGE_MAX. */
#include "ldap/wire.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#define LIMIT (2 * SECOND_MS)
#define MESSAGE_MAX ((ber_len_t)16 << 20)
/* Below TLS, above the socket. */
#define LEVEL ((LBER_SBIOD_LEVEL_PROVIDER + LBER_SBIOD_LEVEL_TRANSPORT) / 2)

static int fd_of(Sockbuf_IO_Desc *io)
{
	int fd = -1;

	return ber_sockbuf_ctrl(io->sbiod_sb, LBER_SB_OPT_GET_FD, &fd) == 1 ? fd : -1;
}

static bool again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* After a read or write that did not come through: true when it is worth another try. */
static bool is_ready(int fd, short events, int64_t end)
{
	struct pollfd p = { .fd = fd, .events = events };

	while (again()) {
		int64_t left = end - clock_monotonic();

		if (left <= 0) {
			errno = ETIMEDOUT;
			return false;
		}
		if (poll(&p, 1, (int)left) > 0)
			return true;
		errno = EAGAIN;
	}
	return false;
}

static ber_slen_t on_read(Sockbuf_IO_Desc *io, void *buf, ber_len_t n)
{
	struct iovec piece = { .iov_base = buf, .iov_len = n };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	int64_t end = clock_monotonic() + LIMIT;
	int fd = fd_of(io);
	ssize_t got;

	do
		got = recvmsg(fd, &message, MSG_DONTWAIT);
	while (got < 0 && is_ready(fd, POLLIN, end));
	return got;
}

static ber_slen_t on_write(Sockbuf_IO_Desc *io, void *buf, ber_len_t n)
{
	struct iovec piece = { .iov_base = buf, .iov_len = n };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	int64_t end = clock_monotonic() + LIMIT;
	int fd = fd_of(io);
	ssize_t sent;

	do
		sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && is_ready(fd, POLLOUT, end));
	return sent;
}

static int on_setup(Sockbuf_IO_Desc *io, void *arg)
{
	(void)io, (void)arg;
	return 0;
}

static int on_end(Sockbuf_IO_Desc *io)
{
	(void)io;
	return 0;
}

static int on_control(Sockbuf_IO_Desc *io, int option, void *arg)
{
	return LBER_SBIOD_CTRL_NEXT(io, option, arg);
}

static Sockbuf_IO layer = { on_setup, on_end, on_control, on_read, on_write, on_end };

static int on_connect(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url, struct sockaddr *at, ldap_conncb *callback)
{
	ber_len_t most = MESSAGE_MAX;

	(void)ld, (void)url, (void)at, (void)callback;
	if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most) != 1 || ber_sockbuf_add_io(sb, &layer, LEVEL, NULL))
		return LDAP_CONNECT_ERROR;
	return LDAP_SUCCESS;
}

static void on_close(LDAP *ld, Sockbuf *sb, ldap_conncb *callback)
{
	(void)ld, (void)sb, (void)callback;
}

int wire_watch(LDAP *ld)
{
	static ldap_conncb watch = { on_connect, on_close, NULL };

	return ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &watch);
}
