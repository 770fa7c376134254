#include "fcgi/http/http.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024 /* 5 would give 502 on most requests at 64 connections */

static int fail(int fd, const char **why, const char *reason)
{
	if (fd >= 0)
		close(fd);
	*why = reason;
	return -1;
}

/* NULL when the path is free: a socket nobody serves any more is removed. */
static const char *clear(const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? NULL : "cannot look at the socket's path";
	if (!S_ISSOCK(st.st_mode))
		return "something that is no socket stands at the path";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* EAGAIN: its queue is full */
	bool served = fd >= 0 && (!connect(fd, (const struct sockaddr *)address, sizeof *address) || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	if (served)
		return "another process serves this socket";
	return unlink(address->sun_path) && errno != ENOENT ? "cannot remove the old socket" : NULL;
}

int http_listen(const char *path, const char **why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof address.sun_path)
		return fail(-1, why, "the socket's path is empty or too long");
	memcpy(address.sun_path, path, n);
	const char *taken = clear(&address);

	if (taken)
		return fail(-1, why, taken);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fail(fd, why, "cannot make a socket");
	/* nobody may connect between bind and chmod */
	mode_t mask = umask(0777);
	int bound = bind(fd, (const struct sockaddr *)&address, sizeof address);

	umask(mask);
	if (bound)
		return fail(fd, why, "cannot bind the socket");
	if (chmod(path, 0660))
		return fail(fd, why, "cannot set the socket's mode");
	if (listen(fd, BACKLOG))
		return fail(fd, why, "cannot listen");
	return fd;
}
