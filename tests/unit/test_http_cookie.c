#include "fcgi/http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *header, *name;
	const char *value; /* NULL: none to trust */
} cases[] = {
	{ "__Host-s=abc", "__Host-s", "abc" },
	{ "a=1; __Host-s=abc; b=2", "__Host-s", "abc" },
	{ "a=1;__Host-s=abc;b=2", "__Host-s", "abc" },
	{ "  __Host-s=abc\t ; b=2", "__Host-s", "abc" },
	{ "__Host-s=", "__Host-s", "" },
	{ "__Host-s=a=b==", "__Host-s", "a=b==" },
	{ "__Host-s=abc;", "__Host-s", "abc" },
	{ ";;; ; __Host-s=abc", "__Host-s", "abc" },
	{ "", "__Host-s", NULL },
	{ ";", "__Host-s", NULL },
	{ "__Host-s", "__Host-s", NULL },
	{ "__host-s=abc", "__Host-s", NULL },
	{ "__Host-sx=abc", "__Host-s", NULL },
	{ "x__Host-s=abc", "__Host-s", NULL },
	{ "__Host-s =abc", "__Host-s", NULL },
	{ "__Host-s=abc; __Host-s=abc", "__Host-s", NULL },
	{ "__Host-s=abc; __Host-s=def; __Host-s=abc", "__Host-s", NULL },
	{ "__Host-s=; __Host-s=abc", "__Host-s", NULL },
	{ "__Host-s=a b", "__Host-s", NULL },
	{ "__Host-s=\"abc\"", "__Host-s", NULL },
	{ "__Host-s=a,b", "__Host-s", NULL },
	{ "__Host-s=a\\b", "__Host-s", NULL },
	{ "__Host-s=a\x01", "__Host-s", NULL },
	{ "__Host-s=\xC3\xA9", "__Host-s", NULL },
	{ "a=\xC3\xA9 \"; __Host-s=abc", "__Host-s", "abc" },
};

static void test_a_cookie_counts_when_it_came_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct http_request rq = { .arena = a, .cookie = cases[i].header };
		const char *got = http_cookie(&rq, cases[i].name);

		print_message("%s\n", cases[i].header);
		if (cases[i].value)
			assert_string_equal(got ? got : "(none)", cases[i].value);
		else
			assert_null(got);
	}
}

static void test_a_cookie_is_set_for_this_host_alone(void **state)
{
	static const struct {
		int age;
		const char *line;
	} ages[] = {
		{ -1, "Set-Cookie: __Host-s=abc; Path=/; Secure; HttpOnly; SameSite=Lax\r\n" },
		{ 0, "Set-Cookie: __Host-s=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0\r\n" },
		{ 3600, "Set-Cookie: __Host-s=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ages); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct http_reply re;

		http_reply_init(&re, a);
		http_set_cookie(&re, "__Host-s", "abc", ages[i].age);
		assert_string_equal(buf_str(&re.headers), ages[i].line);
	}
}

/* The signal a child ended by: what a fault of ours does. */
static int ends_by(const char *name, const char *value)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct http_reply re;

		signal(SIGABRT, SIG_DFL);
		http_reply_init(&re, arena_new());
		http_set_cookie(&re, name, value, -1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_what_would_bend_the_header_aborts(void **state)
{
	static const struct {
		const char *name, *value;
		int signal;
	} bad[] = {
		{ "__Host-s", "abc", 0 },
		{ "__Host-s", "", 0 },
		{ "s", "abc", SIGABRT },
		{ "__Secure-s", "abc", SIGABRT },
		{ "__Host-s=x", "abc", SIGABRT },
		{ "__Host-s;", "abc", SIGABRT },
		{ "__Host-s", "a;b", SIGABRT },
		{ "__Host-s", "a b", SIGABRT },
		{ "__Host-s", "a\r\nX: y", SIGABRT },
		{ "__Host-s", "a\n", SIGABRT },
		{ "__Host-s", "\xC3\xA9", SIGABRT },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(ends_by(bad[i].name, bad[i].value), bad[i].signal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cookie_counts_when_it_came_once),
		cmocka_unit_test(test_a_cookie_is_set_for_this_host_alone),
		cmocka_unit_test(test_what_would_bend_the_header_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
