/* What the files of fcgi/http share with each other and with their tests; pages do not read this. */
#ifndef FCGI_HTTP_INSIDE_H
#define FCGI_HTTP_INSIDE_H

#include "fcgi/http/http.h"

#include <fcgiapp.h>

/* --- record.c --- */

/* Bytes of a request that are looked at before libfcgi reads them, and the bound of its parameters inside. */
#define PEEK_MAX ((size_t)80 * 1024)
#define PARAMS_MAX ((size_t)64 * 1024)

enum peeked {
	PEEKED_BROKEN,  /* not a request libfcgi may see: close the connection */
	PEEKED_PARTIAL, /* right so far; wait for more */
	PEEKED_HEAD,    /* all parameters are there, the body is not */
	PEEKED_WHOLE,
};

/* Looks at the first n bytes of a connection: one BEGIN as responder, parameters (libfcgi believes their lengths and dies
   of a wrong one), a body. Spoils p. */
enum peeked peeked_of(uint8_t *p, size_t n);

/* Writes a whole answer; an empty one is not written. False: the connection is lost. */
bool record_answer(int fd, unsigned id, struct bytes head, struct bytes body);

/* --- loop.c, serve.c --- */

struct serving {
	int listen_fd;
	bool kept;         /* connections live on after an answer when the peer asked so */
	int read_ms;       /* how long a request may take to arrive */
	uint64_t requests; /* leave after so many; 0: never */
	http_handler handle;
	void *user;
};

int http_serve(const struct serving *s);

/* Answers the request that waits on fd. False: the connection is closed. */
bool serve_request(const struct serving *s, int fd);

/* --- request.c --- */

/* What libfcgi accepted, its body read to the end. 0, or the status to refuse with; -1: the connection is lost. */
int http_request_read(FCGX_Request *fcgi, const struct serving *s, struct arena *a, struct http_request *out);

/* --- reply.c --- */

/* A short French page for what no handler sees: 400, 405, 413. */
void reply_refuse(struct http_reply *re, int status);

/* Status and headers, as they must be for this request; *body is what may follow them. */
struct bytes reply_head(struct http_reply *re, const struct http_request *rq, struct bytes *body);

/* --- html.c --- */

void put_number(struct buf *b, int64_t n);

#endif
