/* The first bytes of a connection: what we let through, libfcgi reads without an error, and its parameters are ours. */
#include "fcgi/http/inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void read_by_libfcgi(const uint8_t *data, size_t size)
{
	FCGX_Request fcgi;
	char chunk[4096];
	int s[2];

	check(FCGX_Init() == 0);
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
	check(write(s[1], data, size) == (ssize_t)size);
	FCGX_InitRequest(&fcgi, -1, 0);
	fcgi.ipcFd = s[0];
	fcgi.keepConnection = 1;
	check(FCGX_Accept_r(&fcgi) == 0);
	for (char **p = fcgi.envp; *p; p++)
		check(strchr(*p, '=') != NULL);
	while (FCGX_GetStr(chunk, sizeof chunk, fcgi.in) > 0)
		continue;
	check(FCGX_GetError(fcgi.in) == 0);
	FCGX_Free(&fcgi, 0);
	check(recv(s[0], chunk, 1, MSG_DONTWAIT) < 0); /* nothing is left */
	close(s[0]);
	close(s[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > PEEK_MAX)
		return 0;
	uint8_t *copy = malloc(size);

	check(copy != NULL);
	memcpy(copy, data, size);
	if (peeked_of(copy, size) == PEEKED_WHOLE)
		read_by_libfcgi(data, size);
	free(copy);
	return 0;
}
