#include "fcgi/http/inside.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROLE_RESPONDER 1
#define AGENT_MAX 200
#define CHUNK ((size_t)8192)

/* What nginx says of a request. Nothing else is read: neither HTTP_HOST nor HTTP_PROXY nor REMOTE_USER. */
enum param {
	PARAM_METHOD,
	PARAM_PATH,
	PARAM_QUERY,
	PARAM_TYPE,
	PARAM_LENGTH,
	PARAM_ADDRESS,
	PARAM_AGENT,
	PARAM_ORIGIN,
	PARAM_FETCH_SITE,
	PARAM_IF_NONE_MATCH,
	PARAM_COOKIE,
	PARAM__MAX
};

/* clang-format off */
static const struct {
	const char *name;
	size_t n;
} params[PARAM__MAX] = {
#define PARAM(name) { name, sizeof name - 1 }
	[PARAM_METHOD] = PARAM("REQUEST_METHOD"),
	[PARAM_PATH] = PARAM("DOCUMENT_URI"),
	[PARAM_QUERY] = PARAM("QUERY_STRING"),
	[PARAM_TYPE] = PARAM("CONTENT_TYPE"),
	[PARAM_LENGTH] = PARAM("CONTENT_LENGTH"),
	[PARAM_ADDRESS] = PARAM("REMOTE_ADDR"),
	[PARAM_AGENT] = PARAM("HTTP_USER_AGENT"),
	[PARAM_ORIGIN] = PARAM("HTTP_ORIGIN"),
	[PARAM_FETCH_SITE] = PARAM("HTTP_SEC_FETCH_SITE"),
	[PARAM_IF_NONE_MATCH] = PARAM("HTTP_IF_NONE_MATCH"),
	[PARAM_COOKIE] = PARAM("HTTP_COOKIE"),
#undef PARAM
};
/* clang-format on */

static enum param param_of(const char *line)
{
	for (size_t i = 0; i < PARAM__MAX; i++)
		if (strncmp(line, params[i].name, params[i].n) == 0 && line[params[i].n] == '=')
			return (enum param)i;
	return PARAM__MAX;
}

/* The values of params, NULL when absent. ERR_MALFORMED: one came twice, and nobody can say which holds. */
static enum err read_params(char **envp, const char *v[PARAM__MAX])
{
	for (; *envp; envp++) {
		enum param p = param_of(*envp);

		if (p == PARAM__MAX)
			continue;
		if (v[p])
			return ERR_MALFORMED;
		v[p] = *envp + params[p].n + 1;
	}
	return ERR_OK;
}

static const struct {
	const char *name;
	enum method method;
	bool head;
} methods[] = {
	{ "GET", METHOD_GET, false },
	{ "HEAD", METHOD_GET, true },
	{ "POST", METHOD_POST, false },
	{ "PUT", METHOD_PUT, false },
};

static int read_method(const char *name, struct http_request *rq)
{
	if (!name || !*name)
		return 400;
	for (size_t i = 0; i < LENGTH(methods); i++) {
		if (strcmp(name, methods[i].name) != 0)
			continue;
		rq->method = methods[i].method;
		rq->head = methods[i].head;
		return 0;
	}
	return 405;
}

/* nginx has decoded it; what is no text or holds control characters names nothing of ours. */
static bool is_path(const char *path)
{
	if (!path || *path != '/')
		return false;
	for (const char *p = path; *p; p++)
		if ((uint8_t)*p < ' ' || *p == 0x7F)
			return false;
	return text_is_utf8(bytes_of(path));
}

/* "Text/HTML; charset=x" → "text/html". */
static const char *media_type(struct arena *a, const char *s)
{
	char *type = arena_memdup(a, s, strcspn(s, "; \t"));

	for (char *p = type; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return type;
}

static bool is_plain(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return !*s;
}

static const char *clean_agent(struct arena *a, const char *s)
{
	const char *clean = s;

	if (!is_plain(s) && text_clean(a, bytes_of(s), false, &clean)) {
		char *plain = arena_strdup(a, s);

		for (char *p = plain; *p; p++)
			if (*p < ' ' || *p > '~')
				*p = '?';
		clean = plain;
	}
	return text_cut(a, clean, AGENT_MAX);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* Reads what is left of the body and forgets it. False: there is more than anybody may send, or the peer is lost. */
static bool drain(FCGX_Stream *in, size_t *n)
{
	char chunk[CHUNK];
	int got;

	*n = 0;
	while ((got = FCGX_GetStr(chunk, (int)sizeof chunk, in)) > 0) {
		*n += (size_t)got;
		if (*n > BODY_MAX)
			return false;
	}
	return FCGX_GetError(in) == 0;
}

/* n bytes of body and nothing after them. The socket's own limit holds for each wait, read_ms for all of them. */
static int read_body(FCGX_Stream *in, const struct serving *s, struct arena *a, size_t n, struct bytes *out)
{
	int64_t deadline = n > CHUNK ? clock_monotonic() + s->read_ms : 0;
	uint8_t *body = arena_alloc(a, n + 1);
	size_t got = 0, rest;

	while (got < n) {
		size_t want = n - got < CHUNK ? n - got : CHUNK;
		int now = FCGX_GetStr((char *)body + got, (int)want, in);

		if (now <= 0)
			break;
		got += (size_t)now;
		if (deadline && clock_monotonic() > deadline)
			return -1;
	}
	if (!drain(in, &rest))
		return -1;
	*out = (struct bytes){ body, got };
	return got == n && rest == 0 ? 0 : 400;
}

/* "" is how nginx says that there is none. 413: a number, but over the bound. */
static int body_length(const char *s, size_t *out)
{
	int64_t n = 0;

	*out = 0;
	if (!s || !*s)
		return 0;
	if (text_to_int(s, 0, BODY_MAX, &n))
		return s[strspn(s, "0123456789")] ? 400 : 413;
	*out = (size_t)n;
	return 0;
}

/* The strings stay libfcgi's: it keeps them until the answer is written. */
static void fill(struct http_request *rq, const char *const v[PARAM__MAX])
{
	rq->path = or_empty(v[PARAM_PATH]);
	rq->query = or_empty(v[PARAM_QUERY]);
	rq->content_type = media_type(rq->arena, or_empty(v[PARAM_TYPE]));
	rq->address = or_empty(v[PARAM_ADDRESS]);
	rq->user_agent = clean_agent(rq->arena, or_empty(v[PARAM_AGENT]));
	rq->origin = or_empty(v[PARAM_ORIGIN]);
	rq->fetch_site = or_empty(v[PARAM_FETCH_SITE]);
	rq->if_none_match = or_empty(v[PARAM_IF_NONE_MATCH]);
	rq->cookie = or_empty(v[PARAM_COOKIE]);
}

int http_request_read(FCGX_Request *fcgi, const struct serving *s, struct arena *a, struct http_request *out)
{
	const char *v[PARAM__MAX] = { NULL };
	struct http_request rq = { .arena = a };
	size_t n = 0;

	if (fcgi->role != ROLE_RESPONDER)
		return -1;
	enum err doubled = read_params(fcgi->envp, v);
	int status = doubled ? 400 : read_method(v[PARAM_METHOD], &rq);

	if (!status && !is_path(v[PARAM_PATH]))
		status = 400;
	if (!status)
		status = body_length(v[PARAM_LENGTH], &n);
	fill(&rq, v);
	*out = rq;
	/* also when it is refused: what stays unread costs the connection */
	if (status)
		return drain(fcgi->in, &n) ? status : -1;
	return read_body(fcgi->in, s, a, n, &out->body);
}

enum err http_pairs(const struct http_request *rq, struct pair **out, size_t *n)
{
	if (rq->method == METHOD_GET)
		return urlencoded_parse(rq->arena, bytes_of(rq->query), out, n);
	if (strcmp(rq->content_type, "application/x-www-form-urlencoded") != 0)
		return ERR_MALFORMED;
	return urlencoded_parse(rq->arena, rq->body, out, n);
}
