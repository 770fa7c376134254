#include "fcgi/page/page.h"

#include "base/log.h"

#include <string.h>

#define FORM_BYTES ((size_t)64 << 10)

/* Fields any form may carry besides its own. */
static const struct field common_fields[] = {
	{ .name = "csrf", .kind = FIELD_TOKEN, .max = 64 },
	{ .name = "reprise", .kind = FIELD_TOKEN, .max = 32 },
	{ .name = "fait", .kind = FIELD_TOKEN, .max = 40 },
};

static struct form whole_form(struct arena *a, const struct form *own)
{
	size_t n = own ? own->n : 0;
	struct field *fields = arena_array(a, n + LENGTH(common_fields), struct field);

	if (n)
		memcpy(fields, own->fields, n * sizeof *fields);
	memcpy(fields + n, common_fields, sizeof common_fields);
	return (struct form){ fields, n + LENGTH(common_fields) };
}

/* What is typed comes back in the page, up to six times as long. */
static bool is_form_length(const struct request *rq)
{
	return rq->http->body.n <= FORM_BYTES || rq->route->flags & ROUTE_LONG;
}

/* Families come by links that others have added to (?fbclid=…): to a public page without a form of its own that says nothing. */
static void drop_unread(const struct form *form, struct pair *raw, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (form_field(form, raw[i].name))
			raw[kept++] = raw[i];
	*n = kept;
}

static enum err read_form(struct request *rq)
{
	const struct form *own = rq->route->form ? rq->route->form() : NULL;
	struct form form = whole_form(rq->arena, own);
	struct pair *raw;
	size_t n;

	if (!is_form_length(rq))
		return ERR_TOOLARGE;
	enum err e = http_pairs(rq->http, &raw, &n);

	if (e)
		return e;
	if (rq->route->pool == POOL_PUBLIC && rq->http->method == METHOD_GET && !own)
		drop_unread(&form, raw, &n);
	return input_take(rq->arena, &form, raw, n, &rq->in);
}

/* --- CSRF: the session's token, or for anonymous forms a keyed digest of a cookie of 256 bits (no record) --- */

static const char *anonymous_csrf(struct request *rq, const char *cookie)
{
	uint8_t digest[DIGEST_SIZE];

	secret_keyed(rq->app->key, "csrf", bytes_of(cookie), digest);
	return secret_base64url(rq->arena, (struct bytes){ digest, sizeof digest });
}

static void give_csrf(struct request *rq)
{
	uint8_t raw[32];
	const char *cookie = http_cookie(rq->http, FORM_COOKIE);

	if (rq->who.known) {
		rq->csrf = rq->who.session.csrf;
		return;
	}
	if (!cookie || secret_token_parse(cookie, raw)) {
		cookie = secret_token(rq->arena);
		http_set_cookie(rq->re, FORM_COOKIE, cookie, -1);
	}
	rq->csrf = anonymous_csrf(rq, cookie);
}

/* A browser sends Origin with every POST and most send Sec-Fetch-Site; what was sent must be ours. */
static bool is_our_origin(const struct request *rq)
{
	const char *origin = rq->http->origin, *site = rq->http->fetch_site;

	if (*origin)
		return strcmp(origin, rq->app->settings->site_url) == 0;
	return !*site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool is_token(struct request *rq, const char *token)
{
	const char *sent = input_get(&rq->in, "csrf");

	return *sent && strlen(sent) == strlen(token) && secret_equal(sent, token, strlen(sent));
}

static bool csrf_holds(struct request *rq)
{
	const char *cookie = http_cookie(rq->http, FORM_COOKIE);

	if (!is_our_origin(rq) || (!rq->who.known && !cookie))
		return false;
	if (is_token(rq, rq->csrf))
		return true;
	/* shown before somebody logged in in another window */
	return rq->route->flags & ROUTE_ANONYMOUS_CSRF && cookie && is_token(rq, anonymous_csrf(rq, cookie));
}

/* --- who asks --- */

/* The typed form of an expired session is kept under its account and shown again after the next login. */
static bool keep_form(struct request *rq)
{
	struct pair *raw;
	size_t n;

	if (rq->http->method != METHOD_POST || !*rq->http->origin || !is_our_origin(rq) || !rq->route->form ||
	    !is_form_length(rq) || http_pairs(rq->http, &raw, &n))
		return false;
	enum err e = kept_put(rq->app, rq->arena, rq->who.person.uuid, rq->http->path, rq->http->body);

	if (e && e != ERR_DENIED)
		log_line(LOG_LEVEL_WARNING, "form of an expired session not kept", NULL);
	return !e;
}

/* The cookie of an expired session stays until the next login: another window may still hold a form of it. */
static enum err to_login(struct request *rq, bool expired)
{
	if (!expired && http_cookie(rq->http, SESSION_COOKIE))
		http_set_cookie(rq->re, SESSION_COOKIE, "", 0);
	http_see_other(rq->re, expired && keep_form(rq)        ? "/connexion?fait=session-expiree" :
			       rq->http->method == METHOD_POST ? "/connexion?fait=rien-enregistre" :
			       expired                         ? "/connexion?fait=session-finie" :
								 "/connexion");
	return ERR_LOGIN;
}

/* ERR_LOGIN: the reply is a redirection already. */
static enum err find_visitor(struct request *rq)
{
	const char *token = http_cookie(rq->http, SESSION_COOKIE);
	bool expired = false;
	enum err e = ERR_LOGIN;

	if (token)
		e = session_find(rq->app, rq->arena, token, &rq->who, &expired);
	if (!e)
		return rq->who.session.must_change && !(rq->route->flags & ROUTE_FIRST_LOGIN) ?
			       (http_see_other(rq->re, "/mot-de-passe/premier-changement"), ERR_LOGIN) :
			       ERR_OK;
	if (e != ERR_LOGIN)
		return rq->route->roles ? e : ERR_OK;
	if (!rq->route->roles) {
		rq->who.known = false;
		return ERR_OK;
	}
	return to_login(rq, expired);
}

static void note_refusal(struct request *rq, struct audit_record *r, const char *cause)
{
	r->failed = true;
	r->cause = cause;
	if (rq->who.known && strcmp(r->caf, rq->who.person.caf) != 0)
		r->actor_caf = rq->who.person.caf;
	if (refusal_note(rq->app, rq->arena, &rq->who, r))
		log_line(LOG_LEVEL_WARNING, "refusal not recorded", "cause", cause, NULL);
}

void record_refusal(struct request *rq, const char *cause)
{
	struct audit_record r = act_record(rq->arena, &rq->who, EVENT_REFUSAL);

	if (!uuid_is_none(rq->e.uuid))
		act_on_establishment(&r, &rq->e);
	note_refusal(rq, &r, cause);
}

void refuse_foreign(struct request *rq, const char *object_kind, const char *object_id, const char *caf)
{
	struct audit_record r = act_record(rq->arena, &rq->who, EVENT_REFUSAL);

	r.object_kind = object_kind;
	r.object_id = text_cut(rq->arena, object_id, 64);
	if (*caf)
		r.caf = caf;
	note_refusal(rq, &r, "foreign_file");
}

/* The object of the path: {id} comes first in the patterns that have one. */
static enum err find_object(struct request *rq)
{
	struct establishment foreign;
	enum err e;

	if (rq->route->flags & ROUTE_OWN)
		e = right_find(rq->app, rq->arena, &rq->who, rq->arg[0], rq->route->families, &rq->e, &rq->families);
	else if (rq->route->flags & ROUTE_CAF_OWN)
		e = caf_establishment_find(rq->app, rq->arena, &rq->who, rq->arg[0], &rq->e);
	else
		return ERR_OK;
	if (e != ERR_NOTFOUND || establishment_find(rq->app, rq->arena, rq->arg[0], &foreign))
		return e;
	rq->e = foreign;
	record_refusal(rq, "foreign_object");
	if (rq->http->method == METHOD_POST && rq->route->flags & ROUTE_OWN &&
	    right_was(rq->app, rq->arena, &rq->who, &foreign, rq->route->families))
		return ERR_DENIED;
	return ERR_NOTFOUND;
}

static void prepare(struct request *rq)
{
	rq->who.address = rq->http->address;
	rq->who.user_agent = rq->http->user_agent;
	rq->who.method = rq->http->method == METHOD_POST ? "POST" : "GET";
	rq->who.path = rq->route->pattern;
	rq->who.resume = "";
	/* for the forms of this page; ids of acts begin with their time */
	if (rq->route->pool != POOL_PUBLIC)
		rq->form_id = act_form_id(rq->arena);
}

/* Sent twice, it is done once; sent again with something else, it is another act. */
static const char *id_of(struct request *rq)
{
	struct buf b = buf_new(rq->arena);

	buf_text(&b, rq->http->path);
	for (size_t i = 0; i < rq->in.n; i++)
		if (strcmp(rq->in.v[i].name, "csrf") != 0)
			buf_printf(&b, "&%s=%s", rq->in.v[i].name, rq->in.v[i].value);
	return act_id(rq->arena, rq->form_id, buf_bytes(&b));
}

/* One id a POST, known before the act: an answer lost on the way can be asked for again by the form. */
static void resume(struct request *rq)
{
	const char *sent = input_get(&rq->in, "reprise");

	if (rq->http->method != METHOD_POST || rq->route->pool == POOL_PUBLIC)
		return;
	if (act_form_id_is_recent(sent))
		rq->form_id = sent;
	rq->posted = rq->in;
	rq->who.resume = id_of(rq);
}

/* What was posted, to be given back with an error that comes before all the rest. */
static void read_typed(struct request *rq)
{
	const char *token = http_cookie(rq->http, SESSION_COOKIE);
	bool expired;

	if (rq->http->method != METHOD_POST || !token || session_find(rq->app, rq->arena, token, &rq->who, &expired) ||
	    read_form(rq))
		return;
	give_csrf(rq);
	if (!csrf_holds(rq))
		rq->in = (struct input){ 0 };
	resume(rq);
}

static enum err allow(struct request *rq)
{
	enum err e;

	if (rq->route->roles && !(rq->route->flags & ROUTE_STALE) && (e = app_fresh(rq->app))) {
		read_typed(rq);
		return e;
	}
	if ((e = find_visitor(rq)))
		return e;
	if (rq->route->roles && rq->route->roles != ANY_ROLE && !(rq->who.roles & rq->route->roles)) {
		record_refusal(rq, "wrong_role");
		return ERR_DENIED;
	}
	if ((e = read_form(rq)))
		return e;
	give_csrf(rq);
	if (rq->http->method == METHOD_POST && !csrf_holds(rq)) {
		if (rq->who.known)
			record_refusal(rq, "csrf");
		rq->old_form = rq->who.known && is_our_origin(rq);
		return ERR_DENIED;
	}
	return find_object(rq);
}

const char *form_page_of(struct arena *a, const char *path)
{
	const char *arg[ROUTE_ARGS];
	char *page = arena_strdup(a, path);
	unsigned allowed;

	while (*page && !route_find(page, METHOD_GET, a, arg, &allowed))
		*strrchr(page, '/') = '\0';
	return page;
}

static void fill_kept(struct request *rq, const char *path)
{
	struct bytes body;
	struct http_request again = *rq->http;
	struct pair *raw;
	size_t n;
	unsigned allowed;
	const char *arg[ROUTE_ARGS];
	const struct route *post = route_find(path, METHOD_POST, rq->arena, arg, &allowed);

	if (!post || !post->form || kept_take(rq->app, rq->arena, &rq->who, path, &body))
		return;
	struct form form = whole_form(rq->arena, post->form());

	rq->of = post->form();

	again.method = METHOD_POST;
	again.body = body;
	again.content_type = "application/x-www-form-urlencoded";
	if (!http_pairs(&again, &raw, &n) && !input_take(rq->arena, &form, raw, n, &rq->in))
		rq->kept = true;
}

/* After the next login the forms an expired session had posted stand in their pages; in one, the others are named. */
static void take_kept(struct request *rq)
{
	if (!rq->who.known || rq->http->method != METHOD_GET)
		return;
	struct strs paths = kept_paths(rq->app, rq->arena, rq->who.person.uuid);

	for (size_t i = 0; i < paths.n; i++) {
		const char *page = form_page_of(rq->arena, paths.v[i]);

		if (strcmp(page, rq->http->path) == 0 && !rq->kept)
			fill_kept(rq, paths.v[i]);
		else if (strcmp(page, rq->http->path) != 0)
			strs_add(rq->arena, &rq->kept_elsewhere, page);
	}
}

static void answer_error(struct request *rq, struct html *h, enum err e)
{
	uint8_t raw[4];
	const char *incident = NULL;

	if (status_of(e) == 500) {
		secret_random(raw, sizeof raw);
		incident = text_hex(rq->arena, (struct bytes){ raw, sizeof raw });
		log_line(LOG_LEVEL_ERROR, "request failed", "incident", incident, "error", err_text(e), "route",
			 rq->route ? rq->route->pattern : "", NULL);
	}
	rq->re->body = buf_new(rq->arena);
	page_error(rq, h, e, incident);
}

static void no_route(struct request *rq, struct html *h, unsigned allowed)
{
	if (allowed) {
		http_header(rq->re, "Allow", "%s", allowed == METHOD_POST ? "POST" : "GET, HEAD");
		rq->wrong_method = true;
		page_error(rq, h, ERR_NOTFOUND, NULL);
		rq->re->status = 405;
		return;
	}
	page_error(rq, h, ERR_NOTFOUND, NULL);
}

void dispatch(void *user, const struct http_request *http, struct http_reply *re)
{
	struct dispatch *d = user;
	struct request rq = { .app = d->app, .arena = http->arena, .http = http, .re = re, .csrf = "" };
	struct html h = { .out = &re->body };
	unsigned allowed;

	rq.route = route_find(http->path, http->method, http->arena, rq.arg, &allowed);
	if (!rq.route) {
		no_route(&rq, &h, allowed);
		return;
	}
	if (rq.route->pool != d->pool) {
		log_line(LOG_LEVEL_ERROR, "request came to the wrong pool", "route", rq.route->pattern, NULL);
		page_error(&rq, &h, ERR_NOTFOUND, NULL);
		return;
	}
	prepare(&rq);
	enum err e = d->pool == POOL_PUBLIC ? read_form(&rq) : allow(&rq);

	if (e == ERR_LOGIN)
		return;
	if (!e)
		resume(&rq);
	if (!e || e == ERR_NOTFOUND)
		take_kept(&rq);
	if (!e)
		e = rq.route->run(&rq, &h);
	else if (rq.kept)
		e = ERR_DENIED; /* the right to what he wrote was taken away meanwhile: as his POST would be answered */
	if (e)
		answer_error(&rq, &h, e);
}
