/* The peer of the public pool: the same loop with kept connections, answering the bytes of a file and nothing else.
     trivial SOCKET FILE PROCESSES */
#include "base/procs.h"
#include "fcgi/http/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char page[65536];
static size_t page_n;
static int listen_fd;

static void answer(void *user, const struct http_request *rq, struct http_reply *re)
{
	(void)user;
	(void)rq;
	re->private = false;
	buf_add(&re->body, page, page_n);
}

static int worker(size_t index, void *user)
{
	(void)index;
	(void)user;
	procs_on_term();
	return http_serve_kept(listen_fd, answer, NULL);
}

int main(int argc, char **argv)
{
	const char *why;
	int fd = argc == 4 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? -1 : read(fd, page, sizeof page);

	if (n <= 0 || (listen_fd = http_listen(argv[1], &why)) < 0) {
		fputs("usage: trivial SOCKET FILE PROCESSES\n", stderr);
		return 2;
	}
	close(fd);
	page_n = (size_t)n;
	return procs_run((size_t)atoi(argv[3]), 0, worker, NULL);
}
