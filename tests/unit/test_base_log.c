#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int real_stderr, pipe_out;

static void capture(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	real_stderr = dup(STDERR_FILENO);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	pipe_out = ends[0];
}

/* What was written since capture. */
static const char *captured(struct arena *a)
{
	struct buf b = buf_new(a);
	char some[4096];

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	for (ssize_t n; (n = read(pipe_out, some, sizeof some)) > 0;)
		buf_add(&b, some, (size_t)n);
	close(pipe_out);
	return buf_str(&b);
}

static const struct json_value *only_line(struct arena *a, const char *written, const char *level)
{
	struct json_value *v = NULL;
	size_t n = strlen(written);

	assert_true(n > 4 && n < 4096);
	assert_memory_equal(written, level, 3);
	assert_ptr_equal(strchr(written, '\n'), written + n - 1);
	assert_int_equal(json_parse(a, (struct bytes){ (const uint8_t *)written + 3, n - 3 }, &v), ERR_OK);
	return v;
}

static void test_an_event_is_one_line_with_a_level(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	int64_t ms = 0;

	log_open("habilis-test");
	capture();
	errno = ENOSPC;
	log_line(LOG_LEVEL_WARNING, "mail refused", "mail", "12", "reason", "550 no", "code", NULL, NULL);
	int kept = errno;
	const struct json_value *v = only_line(a, captured(a), "<4>");

	assert_int_equal(kept, ENOSPC);
	assert_string_equal(json_get_string(v, "program"), "habilis-test");
	assert_string_equal(json_get_string(v, "level"), "warning");
	assert_string_equal(json_get_string(v, "message"), "mail refused");
	assert_string_equal(json_get_string(v, "mail"), "12");
	assert_string_equal(json_get_string(v, "reason"), "550 no");
	assert_int_equal(json_get(v, "code")->kind, JSON_NULL);
	assert_int_equal(atoi(json_get(v, "pid")->string), getpid());
	assert_int_equal(time_parse_iso(json_get_string(v, "time"), &ms), ERR_OK);
	assert_in_range(clock_now() - ms, 0, 60 * SECOND_MS);
}

static void test_hostile_strings_stay_on_their_line(void **state)
{
	static const char *const hostile[] = {
		"a\nb",     "a\r\n<3>{\"message\":\"forged\"}", "\x1B[2J", "\"}\n{\"", "\xFF\xFE", "caf\xC3", "\\",
		"\x7F\x01",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		capture();
		log_line(LOG_LEVEL_ERROR, hostile[i], "agent", hostile[i], NULL);
		const struct json_value *v = only_line(a, captured(a), "<3>");

		assert_non_null(json_get_string(v, "agent"));
		assert_string_equal(json_get_string(v, "agent"), json_get_string(v, "message"));
	}
}

static void test_long_values_are_cut(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	char *value = arena_alloc(a, 100001);

	memset(value, 'x', 100000);
	capture();
	log_line(LOG_LEVEL_INFO, "long", "one", value, "two", value, "three", "é", NULL);
	const struct json_value *v = only_line(a, captured(a), "<6>");

	assert_int_equal(strlen(json_get_string(v, "one")), 600);
	assert_string_equal(json_get_string(v, "three"), "é");
}

static void test_nobody_listening_changes_nothing(void **state)
{
	(void)state;
	int kept = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	errno = ENOSPC;
	log_line(LOG_LEVEL_INFO, "unheard", NULL);
	int after = errno;

	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	close(kept);
	assert_int_equal(after, ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_event_is_one_line_with_a_level),
		cmocka_unit_test(test_hostile_strings_stay_on_their_line),
		cmocka_unit_test(test_long_values_are_cut),
		cmocka_unit_test(test_nobody_listening_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
