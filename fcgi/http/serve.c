#include "fcgi/http/inside.h"

#include <unistd.h>

static bool answer(const struct serving *s, FCGX_Request *fcgi, struct arena *a, const struct http_request *rq, int status)
{
	struct http_reply re;

	http_reply_init(&re, a);
	if (status)
		reply_refuse(&re, status);
	else
		s->handle(s->user, rq, &re);
	struct bytes body, head = reply_head(&re, rq, &body);

	return record_answer(fcgi->ipcFd, (unsigned)fcgi->requestId, head, body);
}

/* libfcgi is given each connection by its fields ipcFd and keepConnection, below "Don't use anything below here" in its
   header and the same in every release (tests/unit/test_http_libfcgi.c pins them). With a listening socket it would
   answer a broken request by accepting the next connection itself, past epoll: so it gets -1. What it has read is freed
   without its own way of finishing, which writes records and waits up to 2 s for a peer to close first. */
bool serve_request(const struct serving *s, int fd)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct http_request rq;
	FCGX_Request fcgi;

	FCGX_InitRequest(&fcgi, -1, 0);
	fcgi.ipcFd = fd;
	fcgi.keepConnection = 1;
	if (FCGX_Accept_r(&fcgi) < 0)
		return false;
	int status = http_request_read(&fcgi, s, a, &rq);
	bool sent = status >= 0 && answer(s, &fcgi, a, &rq, status);
	bool keep = sent && s->kept && fcgi.keepConnection;

	FCGX_Free(&fcgi, 0);
	if (!keep)
		close(fd);
	return keep;
}
