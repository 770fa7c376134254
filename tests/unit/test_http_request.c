/* What a request must be to reach a handler, and what a reply becomes. */
#include "tests/unit/test_http_client.h"

static struct serving serving;
static pid_t worker;

/* Shows all it was given; or answers in the way its path asks for. */
static void handle(void *user, const struct http_request *rq, struct http_reply *re)
{
	static const char *const methods[] = { [METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT" };

	(void)user;
	if (strcmp(rq->path, "/go") == 0) {
		buf_text(&re->body, "dropped");
		http_see_other(re, rq->query);
	} else if (strcmp(rq->path, "/public") == 0) {
		re->private = false;
		re->etag = "\"v1\"";
		buf_text(&re->body, "public");
	} else if (strcmp(rq->path, "/gone") == 0) {
		re->private = false;
		re->status = 410;
		re->etag = "\"v1\"";
		http_header(re, "X-One", "%s", "é 1");
		buf_text(&re->body, "gone");
	} else if (strcmp(rq->path, "/none") == 0) {
		re->status = 204;
	} else {
		re->content_type = "text/plain; charset=utf-8";
		buf_printf(&re->body, "%s%s %s?%s type=%s body=%zu:%.20s from=%s agent=%s origin=%s site=%s cookie=%s",
			   rq->head ? "HEAD/" : "", methods[rq->method], rq->path, rq->query, rq->content_type,
			   rq->body.n, (const char *)rq->body.p, rq->address, rq->user_agent, rq->origin,
			   rq->fetch_site, rq->cookie);
	}
}

static int setup(void **state)
{
	if (worker_setup(state))
		return -1;
	serving = (struct serving){ .kept = true, .read_ms = 2000, .handle = handle };
	worker = worker_start(&serving);
	return 0;
}

static int teardown(void **state)
{
	worker_end(worker, &serving);
	return worker_teardown(state);
}

/* Asks twice on one connection: a refused request must not spoil it for the next. */
static struct answer ask_twice(struct bytes request)
{
	int fd = dial();
	struct answer first = ask(fd, request), second = ask(fd, get_of("/after", KEEP));

	assert_true(first.whole);
	assert_true(second.whole);
	assert_int_equal(second.status, 200);
	close(fd);
	return first;
}

static struct answer request(const char *method, const char *path, const char *length, const char *body,
			     const char *name, const char *value)
{
	const char *params[] = { "DOCUMENT_URI", path, "CONTENT_LENGTH", length, name, value, NULL, method, NULL };

	if (method)
		params[6] = "REQUEST_METHOD";
	return ask_twice(request_of(KEEP, bytes_of(body), params));
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

static const struct {
	const char *method, *path, *length, *body;
	int status;
} asked[] = {
	{ "GET", "/", "", "", 200 },
	{ "HEAD", "/", "", "", 200 },
	{ "GET", "/", "0", "", 200 },
	{ "POST", "/", "3", "a=b", 200 },
	{ "PUT", "/", "3", "a=b", 200 },
	{ "POST", "/", "", "", 200 },
	{ "GET", "/caf%C3%A9 é", "", "", 200 },
	{ NULL, "/", "", "", 400 },
	{ "", "/", "", "", 400 },
	{ "get", "/", "", "", 405 },
	{ "DELETE", "/", "", "", 405 },
	{ "TRACE", "/", "", "", 405 },
	{ "CONNECT", "/", "", "", 405 },
	{ "OPTIONS", "/", "", "", 405 },
	{ "GETT", "/", "", "", 405 },
	{ "DELETE", "/", "3", "a=b", 405 },
	{ "GET", "", "", "", 400 },
	{ "GET", "http://evil.test/", "", "", 400 },
	{ "GET", "/a\nb", "", "", 400 },
	{ "GET", "/\x7F", "", "", 400 },
	{ "GET", "/\xC3(", "", "", 400 },
	/* CONTENT_LENGTH that lies */
	{ "POST", "/", "4", "a=b", 400 },
	{ "POST", "/", "2", "a=b", 400 },
	{ "POST", "/", "0", "a=b", 400 },
	{ "POST", "/", "", "a=b", 400 },
	{ "POST", "/", "3", "", 400 },
	{ "GET", "/", "", "a=b", 400 },
	{ "POST", "/", "-3", "a=b", 400 },
	{ "POST", "/", "+3", "a=b", 400 },
	{ "POST", "/", " 3", "a=b", 400 },
	{ "POST", "/", "3 ", "a=b", 400 },
	{ "POST", "/", "3,3", "a=b", 400 },
	{ "POST", "/", "0x3", "a=b", 400 },
	{ "POST", "/", "1048576", "a=b", 400 },
	{ "POST", "/", "1048577", "a=b", 413 },
	{ "POST", "/", "99999999999999999999999", "a=b", 413 },
};

static void test_what_is_asked_must_be_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(asked); i++) {
		struct answer a = request(asked[i].method, asked[i].path, asked[i].length, asked[i].body, "A", "");

		print_message("%s %s length=%s body=%s\n", asked[i].method ? asked[i].method : "(none)", asked[i].path,
			      asked[i].length, asked[i].body);
		assert_int_equal(a.status, asked[i].status);
		if (a.status == 405)
			assert_has(a.head, "Allow: GET, HEAD, POST, PUT\r\n");
		if (a.status >= 400)
			assert_has(a.body, "<html lang=\"fr\">");
	}
}

static void test_a_parameter_twice_is_refused(void **state)
{
	static const char *const names[] = { "REQUEST_METHOD",      "DOCUMENT_URI", "CONTENT_LENGTH",
					     "QUERY_STRING",        "HTTP_COOKIE",  "HTTP_ORIGIN",
					     "HTTP_SEC_FETCH_SITE", "REMOTE_ADDR",  "CONTENT_TYPE",
					     "HTTP_IF_NONE_MATCH" };

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		const char *once[] = { "DOCUMENT_URI", "/", "REQUEST_METHOD", "GET", names[i], "", NULL };
		const char *twice[] = { "DOCUMENT_URI", "/", "REQUEST_METHOD", "GET", names[i], "", names[i], "", NULL };

		if (i > 1)
			assert_int_equal(ask_twice(request_of(KEEP, BYTES_NONE, once)).status, 200);
		assert_int_equal(ask_twice(request_of(KEEP, BYTES_NONE, twice)).status, 400);
	}
}

static void test_a_handler_gets_what_nginx_says_and_nothing_else(void **state)
{
	/* clang-format off */
	static const char *const params[] = {
		"REQUEST_METHOD", "POST", "DOCUMENT_URI", "/a/é", "QUERY_STRING", "x=%41&y", "REMOTE_ADDR", "192.0.2.7",
		"CONTENT_TYPE", "Application/X-WWW-Form-Urlencoded; charset=UTF-8", "CONTENT_LENGTH", "5",
		"HTTP_USER_AGENT", "Mozilla/5.0 (X11)", "HTTP_ORIGIN", "https://a.example", "HTTP_SEC_FETCH_SITE",
		"same-origin", "HTTP_COOKIE", "a=1; b=2", "HTTP_HOST", "evil.test", "HTTP_PROXY", "http://evil.test",
		"REMOTE_USER", "admin", "HTTP_X_FORWARDED_FOR", "203.0.113.9", "HTTP_CONTENT_LENGTH", "9",
		"HTTP_REMOTE_ADDR", "203.0.113.9", "document_uri", "/x", NULL,
	};
	/* clang-format on */
	struct answer a = ask_twice(request_of(KEEP, bytes_of("a=b&c"), params));

	(void)state;
	assert_string_equal(a.body, "POST /a/é?x=%41&y type=application/x-www-form-urlencoded body=5:a=b&c from=192.0.2.7 "
				    "agent=Mozilla/5.0 (X11) origin=https://a.example site=same-origin cookie=a=1; b=2");
	a = ask_twice(request_of(KEEP, BYTES_NONE, (const char *[]){ "REQUEST_METHOD", "GET", "DOCUMENT_URI", "/", NULL }));
	assert_string_equal(a.body, "GET /? type= body=0: from= agent= origin= site= cookie=");
}

static void test_the_browsers_name_is_cleaned_and_short(void **state)
{
	static const struct {
		const char *sent, *kept;
	} cases[] = {
		{ "curl/8", "agent=curl/8 " },
		{ "a\x1B[2Jb", "agent=a?[2Jb " },
		{ "a\xFF\xC3", "agent=a?? " },
		{ "caf\xC3\xA9", "agent=café " },
	};
	struct buf b = buf_new(worker_arena);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_has(request("GET", "/", "", "", "HTTP_USER_AGENT", cases[i].sent).body, cases[i].kept);
	for (int i = 0; i < 300; i++)
		buf_text(&b, "é");
	const char *body = request("GET", "/", "", "", "HTTP_USER_AGENT", buf_str(&b)).body;

	assert_int_equal(strcspn(strstr(body, "agent=") + 6, " "), 400);
}

static void test_the_largest_body_is_read_whole(void **state)
{
	struct buf b = buf_new(worker_arena);
	const char *params[] = { "REQUEST_METHOD", "POST", "DOCUMENT_URI", "/", "CONTENT_LENGTH", "1048576", NULL };

	(void)state;
	while (b.n < BODY_MAX)
		buf_byte(&b, (uint8_t)(b.n % 251));
	assert_has(ask_twice(request_of(KEEP, buf_bytes(&b), params)).body, "body=1048576:");
	buf_byte(&b, 0);
	assert_int_equal(ask_twice(request_of(KEEP, buf_bytes(&b), params)).status, 400);
	/* what nobody may send is not read to its end */
	while (b.n < 3 * BODY_MAX)
		buf_byte(&b, 0);
	int fd = dial();

	assert_false(ask(fd, request_of(KEEP, buf_bytes(&b), params)).whole);
	close(fd);
}

static void test_replies_say_their_length_and_who_may_keep_them(void **state)
{
	struct answer a = request("GET", "/private", "", "", "A", "");

	(void)state;
	assert_string_equal(a.head, arena_printf(worker_arena,
						 "Status: 200 OK\r\nContent-Length: %zu\r\n"
						 "Content-Type: text/plain; charset=utf-8\r\n"
						 "Cache-Control: no-store\r\n\r\n",
						 a.n));
	struct answer head = request("HEAD", "/private", "", "", "A", "");

	assert_int_equal(head.n, 0);
	assert_has(head.head, arena_printf(worker_arena, "Content-Length: %zu\r\n", a.n + strlen("HEAD/")));
	assert_string_equal(request("GET", "/public", "", "", "A", "").head,
			    "Status: 200 OK\r\nContent-Length: 6\r\nContent-Type: text/html; charset=utf-8\r\n"
			    "Cache-Control: public, no-cache\r\nETag: \"v1\"\r\n\r\n");
	/* what is no page is kept by nobody */
	assert_string_equal(request("GET", "/gone", "", "", "HTTP_IF_NONE_MATCH", "\"v1\"").head,
			    "Status: 410 Gone\r\nContent-Length: 4\r\nContent-Type: text/html; charset=utf-8\r\n"
			    "Cache-Control: no-store\r\nX-One: é 1\r\n\r\n");
	assert_string_equal(request("GET", "/none", "", "", "A", "").head,
			    "Status: 204 No Content\r\nCache-Control: no-store\r\n\r\n");
}

static void test_a_page_the_browser_has_is_not_sent_again(void **state)
{
	static const struct {
		const char *sent;
		int status;
	} cases[] = {
		{ "\"v1\"", 304 },
		{ "W/\"v1\"", 304 },
		{ "\"v0\", \"v1\"", 304 },
		{ "\"v0\",W/\"v1\" , \"v2\"", 304 },
		{ "*", 304 },
		{ "", 200 },
		{ "\"v10\"", 200 },
		{ "\"v\"", 200 },
		{ "v1", 200 },
		{ "\"x\"v1\"", 200 },
		{ "\"", 200 },
		{ ",,,", 200 },
		{ "W/", 200 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct answer a = request("GET", "/public", "", "", "HTTP_IF_NONE_MATCH", cases[i].sent);

		print_message("%s\n", cases[i].sent);
		assert_int_equal(a.status, cases[i].status);
		if (a.status == 304)
			assert_string_equal(a.head, "Status: 304 Not Modified\r\nCache-Control: public, no-cache\r\n"
						    "ETag: \"v1\"\r\n\r\n");
		assert_int_equal(a.n, a.status == 304 ? 0 : 6);
	}
	assert_int_equal(request("POST", "/public", "", "", "HTTP_IF_NONE_MATCH", "*").status, 200);
	assert_int_equal(request("HEAD", "/public", "", "", "HTTP_IF_NONE_MATCH", "*").status, 304);
}

static void test_a_redirection_stays_at_home(void **state)
{
	static const struct {
		const char *to, *location;
	} cases[] = {
		{ "/espace-pro", "/espace-pro" },
		{ "/a?b=%2F%2Fevil.test", "/a?b=%2F%2Fevil.test" },
		{ "/", "/" },
		{ "", "/" },
		{ "//evil.test", "/" },
		{ "/\\evil.test", "/" },
		{ "https://evil.test/", "/" },
		{ "evil", "/" },
		{ "/a\r\nSet-Cookie: x=y", "/" },
		{ "/\t/evil.test", "/" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct answer a = request("POST", "/go", "", "", "QUERY_STRING", cases[i].to);

		assert_int_equal(a.status, 303);
		assert_int_equal(a.n, 0);
		assert_string_equal(a.head, arena_printf(worker_arena,
							 "Status: 303 See Other\r\nContent-Length: 0\r\n"
							 "Cache-Control: no-store\r\nLocation: %s\r\n\r\n",
							 cases[i].location));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_asked_must_be_complete),
		cmocka_unit_test(test_a_parameter_twice_is_refused),
		cmocka_unit_test(test_a_handler_gets_what_nginx_says_and_nothing_else),
		cmocka_unit_test(test_the_browsers_name_is_cleaned_and_short),
		cmocka_unit_test(test_the_largest_body_is_read_whole),
		cmocka_unit_test(test_replies_say_their_length_and_who_may_keep_them),
		cmocka_unit_test(test_a_page_the_browser_has_is_not_sent_again),
		cmocka_unit_test(test_a_redirection_stays_at_home),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
