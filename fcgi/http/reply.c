#include "fcgi/http/inside.h"

#include "fcgi/http/html.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < LENGTH(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Status";
}

void http_reply_init(struct http_reply *re, struct arena *a)
{
	*re = (struct http_reply){
		.arena = a,
		.status = 200,
		.body = buf_new(a),
		.headers = buf_new(a),
		.content_type = "text/html; charset=utf-8",
		.private = true,
	};
}

/* Printable ASCII and what is above it; what else there is would end or bend a header. */
static bool is_header_text(const char *s)
{
	for (; *s; s++)
		if ((uint8_t)*s < ' ' || *s == 0x7F)
			return false;
	return true;
}

void http_header(struct http_reply *re, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *value = arena_vprintf(re->arena, format, args);

	va_end(args);
	if (!is_header_text(name) || !is_header_text(value))
		abort();
	buf_text(&re->headers, name);
	buf_text(&re->headers, ": ");
	buf_text(&re->headers, value);
	buf_text(&re->headers, "\r\n");
}

/* "//host" and "/\host" lead away, says WHATWG URL. */
static bool is_own_path(const char *path)
{
	return path[0] == '/' && path[1] != '/' && path[1] != '\\' && is_header_text(path);
}

void http_see_other(struct http_reply *re, const char *path)
{
	re->status = 303;
	re->body = buf_new(re->arena);
	http_header(re, "Location", "%s", is_own_path(path) ? path : "/");
}

void reply_refuse(struct http_reply *re, int status)
{
	struct html h = { .out = &re->body };
	const char *what = "Le navigateur a envoyé une demande incomplète.";

	re->status = status;
	if (status == 413)
		what = "Votre envoi est trop volumineux.";
	if (status == 405)
		what = "Cette adresse n’accepte pas cette action.";
	if (status == 405)
		http_header(re, "Allow", "GET, HEAD, POST, PUT");
	html(&h,
	     "<!DOCTYPE html>\n<html lang=\"fr\">\n<head><meta charset=\"utf-8\"><title>{f}</title></head>\n"
	     "<body><main><h1>{f}</h1>\n<p><a href=\"/\">Retour à l’accueil</a></p></main></body>\n</html>\n",
	     what, what);
}

/* If-None-Match (RFC 9110 §13.1.2): a list of tags, compared without their "W/". */
static bool has_tag(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	for (const char *p = list; *p;) {
		p += strspn(p, " \t,");
		if (*p == '*')
			return true;
		if (strncmp(p, "W/", 2) == 0)
			p += 2;
		if (strncmp(p, etag, n) == 0 && (!p[n] || strchr(" \t,", p[n])))
			return true;
		p += *p == '"';
		p += strcspn(p, "\"");
		p += *p == '"';
	}
	return false;
}

static bool has_body(int status)
{
	return status != 204 && status != 304;
}

static void put_line(struct buf *b, const char *name, const char *value)
{
	buf_text(b, name);
	buf_text(b, value);
	buf_add(b, "\r\n", 2);
}

struct bytes reply_head(struct http_reply *re, const struct http_request *rq, struct bytes *body)
{
	bool public = !re->private && re->status == 200;
	struct buf head = buf_new(re->arena);

	if (public && re->etag && rq->method == METHOD_GET && has_tag(rq->if_none_match, re->etag))
		re->status = 304;
	*body = has_body(re->status) && !rq->head ? buf_bytes(&re->body) : BYTES_NONE;
	buf_text(&head, "Status: ");
	put_number(&head, re->status);
	put_line(&head, " ", reason_of(re->status));
	if (has_body(re->status)) {
		buf_text(&head, "Content-Length: ");
		put_number(&head, (int64_t)re->body.n);
		put_line(&head, "", "");
		if (re->body.n)
			put_line(&head, "Content-Type: ", re->content_type);
	}
	/* no-cache: kept by the browser, asked for again each time, so what is published shows at once */
	put_line(&head, "Cache-Control: ", public ? "public, no-cache" : "no-store");
	if (public && re->etag)
		put_line(&head, "ETag: ", re->etag);
	buf_add(&head, re->headers.p, re->headers.n);
	put_line(&head, "", "");
	return buf_bytes(&head);
}
