/* A request as it came and a reply as it leaves: FastCGI inside, nothing of it outside. The whole body is read before a
   handler runs; the whole reply is built before a byte leaves. */
#ifndef FCGI_HTTP_HTTP_H
#define FCGI_HTTP_HTTP_H

#include "base/input.h"

enum method { METHOD_GET = 1, METHOD_POST = 2, METHOD_PUT = 4 }; /* HEAD arrives as METHOD_GET with head set */

#define BODY_MAX (1u << 20)

/* Its strings last until the handler returns. */
struct http_request {
	struct arena *arena;
	enum method method;
	bool head;
	const char *path;         /* DOCUMENT_URI: decoded and normalised by nginx */
	const char *query;        /* QUERY_STRING, raw; "" when none */
	const char *content_type; /* lower case, without parameters; "" when none */
	struct bytes body;
	const char *address;    /* REMOTE_ADDR */
	const char *user_agent; /* cleaned, ≤ 200 characters */
	const char *origin;     /* Origin header; "" when none */
	const char *fetch_site; /* Sec-Fetch-Site; "" when none */
	const char *if_none_match;
	const char *cookie; /* raw Cookie header; "" when none */
};

/* The value of a cookie that came exactly once; NULL otherwise. */
const char *http_cookie(const struct http_request *rq, const char *name);

/* Body (POST, PUT) or query (GET) as pairs. ERR_MALFORMED: a body of another content type, broken escapes; ERR_TOOLARGE. */
MUST_USE enum err http_pairs(const struct http_request *rq, struct pair **out, size_t *n);

struct http_reply {
	struct arena *arena;
	int status;               /* 200 at first */
	struct buf body;          /* HTML unless content_type says otherwise */
	struct buf headers;       /* "Name: value\r\n" lines, by http_header */
	const char *content_type; /* "text/html; charset=utf-8" at first */
	bool private;             /* no-store: true at first; a public page sets it false and may set etag */
	const char *etag;         /* quoted; NULL: none */
};

void http_reply_init(struct http_reply *re, struct arena *a);

/* Adds a header. CR, LF or NUL in the value is a fault of ours (aborts). */
void http_header(struct http_reply *re, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* A __Host- cookie: Secure, HttpOnly, SameSite=Lax, Path=/. max_age < 0: until the browser closes; 0: removes it. */
void http_set_cookie(struct http_reply *re, const char *name, const char *value, int max_age);

/* 303 to a path of our own (begins with one '/'); anything else leads to "/". Drops the body. */
void http_see_other(struct http_reply *re, const char *path);

/* Answers one request; called by the loops for each. */
typedef void (*http_handler)(void *user, const struct http_request *rq, struct http_reply *re);

/* The socket: created by the parent, mode 0660, backlog 1024. -1 and *why on failure. */
int http_listen(const char *path, const char **why);

/* Serves until SIGTERM, then finishes what it read and answers 0; never loses a request it accepted. Signals are held
   while a handler runs. kept: epoll over the socket and the connections nginx keeps, for pages that never wait; plain: a
   process has one connection at a time, a connection one request, and it recycles (answers 0) after 50 000. A request
   has 10 s to arrive; a broken one costs its connection. */
int http_serve_kept(int listen_fd, http_handler handle, void *user);
int http_serve_plain(int listen_fd, http_handler handle, void *user);

#endif
